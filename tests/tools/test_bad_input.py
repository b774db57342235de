# SPDX-License-Identifier: GPL-2.0-only
"""Bad input: one line on standard error names it and the remedy, nothing is printed that a terminal would obey, exit 2.

In the shell a bad command is answered in the same way, and the next one is carried out: exit 1.
"""

import lzma
import os
import pathlib
import re
import resource
import subprocess

import pytest
from terminal import Terminal, pageflow_command

SAMPLES = pathlib.Path(__file__).parents[1] / "samples"
TRACES = pathlib.Path(__file__).parents[1] / "traces"
TRACE = lzma.decompress((TRACES / "uma96-order0-10.trace.xz").read_bytes())
BOOT = lzma.decompress((TRACES / "uma128cma.boot.xz").read_bytes())
LOG = (SAMPLES / "5.8.18-oom.dmesg").read_bytes()
KMEM = (SAMPLES / "5.8.18-kmem.ftrace").read_bytes()
SCRIPT = b"machine 64M\nalloc GFP_KERNEL\n"
BIG = 2 << 30


@pytest.fixture
def run(root):
    """Runs the command on bytes; (code, what it printed, what it said)."""

    def start(words, content=b"", **options):
        command = [*pageflow_command(root), *map(str, words)]
        done = subprocess.run(command, input=content, capture_output=True, cwd=root, **options)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    return start


def one_line(said, begins, contains):
    """What must be true of every message."""
    assert said.startswith(begins) and said.endswith("\n") and said.count("\n") == 1, said
    assert contains in said, said
    assert said[:-1].isprintable(), said


# ---- Every reader, every kind of damage -----------------------------------------------------------------------------

# How each reader is called on a file, what it reads well, and what its messages begin with.
READERS = {
    "replay": (["replay"], TRACE),
    "replay a boot": (["replay"], BOOT),
    "explain --machine": (["explain", "GFP_KERNEL", "0", "--machine"], TRACE),
    "explain --log": (["explain", "--log"], LOG),
    "import": (["import"], KMEM),
    "report": (["report"], KMEM),
    "shell": (["shell"], SCRIPT),
}
PACKED = lzma.compress(b"a line\n" * 5000)
ZERO = "it is not text: it holds a zero byte; give the file as it was written, or remove such bytes with tr -d '\\0'"
EARLY = "the xz data ends early; copy the file again, and test it with 'xz -t'"
DAMAGED = "the xz data is damaged; copy the file again, and test it with 'xz -t'"


def corrupt(content):
    """A packed file with one byte changed in the middle."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


def damages(content):
    """(name, damaged content, line that is named, message)."""
    packed = lzma.compress(content)
    line = content.count(b"\n", 0, len(content) // 2) + 1
    return [
        ("zero byte at the start", b"\0" + content, 1, ZERO),
        ("zero byte in the middle", content[: len(content) // 2] + b"\0" + content[len(content) // 2 :], line, ZERO),
        ("zero byte at the end", content + b"\0", content.count(b"\n") + 1, ZERO),
        ("zero byte, packed", lzma.compress(b"\0" + content), 1, ZERO),
        ("xz cut", packed[: len(packed) // 2], None, EARLY),
        ("xz cut at its end", packed[:-1], None, EARLY),
        ("xz without anything", packed[:6], None, EARLY),
        ("xz damaged", corrupt(packed), None, DAMAGED),
        ("xz and something else", packed + b"more", None, "the xz data "),
    ]


CASES = [(reader, *case) for reader, (_, content) in READERS.items() for case in damages(content)]


@pytest.mark.parametrize(
    ("reader", "damage", "content", "line", "message"), CASES, ids=[f"{case[0]}-{case[1]}" for case in CASES]
)
def test_a_damaged_file_is_refused(run, tmp_path, reader, damage, content, line, message):
    words, _ = READERS[reader]
    path = tmp_path / "named-otherwise"
    path.write_bytes(content)
    for file, name, given in ((path, str(path), b""), ("-", "standard input", content)):
        code, _, said = run([*words, file], given)
        assert code == 2
        lines = [text for text in said.splitlines(True) if " BUG: " not in text]
        where = f"{name}:{line}: " if line and reader != "shell" else name
        one_line(lines[-1], f"pageflow {words[0]}: {where}", message)


@pytest.mark.parametrize("reader", READERS)
def test_a_packed_file_is_read_whatever_its_name(run, tmp_path, reader):
    words, content = READERS[reader]
    for packed in (lzma.compress(content), lzma.compress(content[:1000]) + lzma.compress(content[1000:])):
        plain, path = tmp_path / "plain1", tmp_path / "packed"
        plain.write_bytes(content)
        path.write_bytes(packed)
        expected = run([*words, plain])
        assert expected[0] in (0, 1)
        code, printed, said = run([*words, path])
        assert (code, printed.replace(str(path), str(plain)), said) == expected
        code, printed, said = run([*words, "-"], packed)
        assert code == expected[0] and len(printed) and said == expected[2]


def test_load_reads_what_is_packed(run, tmp_path):
    saved, packed = tmp_path / "saved", tmp_path / "packed"
    run(["shell"], f"machine 64M\nalloc GFP_KERNEL\nsave {saved}\n".encode())
    packed.write_bytes(lzma.compress(saved.read_bytes()))
    assert run(["shell"], f"load {packed}\nblocks\n".encode())[1].startswith("#1: page ")
    for damaged, message in ((packed.read_bytes()[:-9], EARLY), (corrupt(packed.read_bytes()), DAMAGED)):
        packed.write_bytes(damaged)
        code, _, said = run(["shell"], f"load {packed}\n".encode())
        assert code == 1
        one_line(said, f"pageflow shell: standard input:1: load: {packed}: ", message)
    code, _, said = run(["shell"], b"load -\n")
    assert code == 1
    one_line(said, "pageflow shell: standard input:1: load: the commands come from standard input; ", "give a file")


@pytest.mark.parametrize("reader", READERS)
def test_what_is_no_file_is_named_with_a_remedy(run, tmp_path, reader):
    words, _ = READERS[reader]
    for path, message in (
        ("/nowhere/file", "cannot be read: No such file or directory; check its name"),
        (tmp_path, "cannot be read: Is a directory; give a file"),
        ("n" * 300, "cannot be read: File name too long; give it a shorter name"),
    ):
        code, printed, said = run([*words, path])
        assert (code, printed) == (2, "")
        one_line(said, f"pageflow {words[0]}: {path}: ", message)


@pytest.mark.parametrize("reader", READERS)
def test_a_large_file_of_nothing_is_refused_at_its_start(root, tmp_path, reader):
    """Counted in bytes that were read: the file is its standard input, whose offset both share."""
    words, _ = READERS[reader]
    (tmp_path / "big").touch()
    os.truncate(tmp_path / "big", BIG)
    with open(tmp_path / "big", "rb") as file:
        command = [*pageflow_command(root), *words, "-"]
        done = subprocess.run(command, stdin=file, capture_output=True, text=True, cwd=root)
        assert done.returncode == 2
        one_line(done.stderr, f"pageflow {words[0]}: standard input:1: ", ZERO)
        assert os.lseek(file.fileno(), 0, os.SEEK_CUR) <= 1 << 17


@pytest.mark.parametrize(
    ("words", "first", "message"),
    [
        (["replay", "-"], "this is no recording", "expected 'trace v1 ...', the first line of a recording"),
        (["replay", "-"], "pageflow snapshot v1", "expected 'trace v1 ...'"),
        (["replay", "-"], "x" * 200000, "expected 'trace v1 ...'"),
        (["explain", "GFP_KERNEL", "0", "--machine", "-"], "this is no machine", "it holds no snapshot"),
        (["explain", "--log", "-"], "trace v1 profile", "it is no log: it begins as a file of Pageflow's own; give"),
        (["explain", "--log", "-"], "x" * 200000, "it is no log: its first line does not end; give what 'dmesg'"),
        (["report", "-"], "trace v1 profile", "there is no kmem event in it"),
        (["report", "-"], "x" * 200000, "there is no kmem event in it"),
        (["shell", "-"], "pageflow snapshot v1", "this is no command, but a file that 'load FILE' or"),
        (["shell", "-"], "trace v1 profile", "this is no command, but a file that 'load FILE' or"),
        (["shell", "-"], "x" * 200000, "a command has at most 65536 bytes; give a file of commands"),
    ],
)
def test_a_large_file_of_something_else_is_refused_at_its_first_line(root, tmp_path, words, first, message):
    with open(tmp_path / "big", "wb") as file:
        file.write(first.encode() + b"\n" + b"a line\n" * (4 << 20))
    with open(tmp_path / "big", "rb") as file:
        command = [*pageflow_command(root), *words]
        done = subprocess.run(command, stdin=file, capture_output=True, text=True, cwd=root)
        assert done.returncode == 2
        one_line(done.stderr, f"pageflow {words[0]}: standard input", message)
        assert os.lseek(file.fileno(), 0, os.SEEK_CUR) <= 1 << 18


# ---- Versions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["v0", "v-1", "v1x", "v", "v1.0", "vv1", "1", "v99999999999999999999"])
def test_a_saved_machine_of_another_version_is_refused(run, tmp_path, version):
    saved = tmp_path / "saved"
    run(["shell"], f"machine 64M\nsave {saved}\n".encode())
    text = saved.read_text()
    saved.write_text(text.replace("v1", version, 1))
    code, _, said = run(["shell"], f"load {saved}\n".encode())
    assert code == 1
    one_line(said, f"pageflow shell: standard input:1: load: {saved}:", "")
    code, _, said = run(["explain", "GFP_KERNEL", "0", "--machine", saved])
    assert code == 2
    one_line(said, f"pageflow explain: {saved}:", "")
    trace = tmp_path / "trace"
    trace.write_bytes(TRACE.replace(b"v1", version.encode(), 1))
    code, _, said = run(["replay", trace])
    assert code == 2
    one_line(said, f"pageflow replay: {trace}:1: ", "")


@pytest.mark.parametrize(
    "held",
    [
        "held",
        "held 0 262144 0 cc0",
        "held -1 262144 0 cc0",
        "held 1 99999999999999999999 0 cc0",
        "held 1 -5 0 cc0",
        "held 1 262144 11 cc0",
        "held 1 262144 0 1ffffffff",
        "held 1 262144 0 cc0 more",
        "held 99999999999 262144 0 cc0",
    ],
)
def test_blocks_that_nobody_can_hold(run, tmp_path, held):
    saved = tmp_path / "saved"
    run(["shell"], f"machine 64M\nsave {saved}\n".encode())
    text = saved.read_text()
    saved.write_text(f"{text}{held}\n")
    code, printed, said = run(["shell"], f"load {saved}\nblocks\n".encode())
    assert (code, printed) == (1, "")
    line = text.count("\n") + 1
    one_line(said, f"pageflow shell: standard input:1: load: {saved}:{line}: ", "expected 'held NUMBER PFN ORDER MASK'")


# ---- Numbers --------------------------------------------------------------------------------------------------------

HUGE = "99999999999999999999"
PAGES = "is not a number of pages; give one from 1 to 2147483647"
COMMANDS = [
    *((f"sysctl min_free_kbytes {n}", "from 0 to 2147483647") for n in ("-1", HUGE, "x", "1x", "2147483648")),
    ("sysctl min_free_kbytes", "min_free_kbytes is a number from 0 to 2147483647; it is missing"),
    ("sysctl", "expected 'sysctl NAME VALUE ...'"),
    *((f"sysctl vm_swappiness {n}", "is a number from 0 to 200, not") for n in ("1000", "-1", HUGE, "201")),
    *((f"sysctl vm.swappiness {n}", "is a number from 0 to 200, not") for n in ("18446744073709551615", "''")),
    ("sysctl watermark_scale_factor 0", "from 1 to 1000, not '0'"),
    ("sysctl percpu_pagelist_fraction 7", "may not be 7: Invalid argument; 0 will do, and 8 or more"),
    ("sysctl dirty_bytes 1", "from 8192 to 9223372036854775807, not '1'"),
    *((f"mm 1 {name} -5", f"{name} is a number from 0 to") for name in ("rss_anon", "rss_file", "rss_shmem")),
    *((f"mm 1 {name} {HUGE}", f"{name} is a number from 0 to") for name in ("total_vm", "stays_anon", "swap_entries")),
    ("mm 1 rss_anon 18446744073709551615", "from 0 to 68719476736"),
    ("mm 1 oom_skip 2", "oom_skip is a number from 0 to 1, not '2'"),
    *((f"task {n}", "PID from 1 to 2147483647") for n in ("99999999999", "0", "-1", HUGE, "x", "")),
    *((f"task 1 oom_score_adj {n}", "from -1000 to 1000") for n in ("1001", "-1001", HUGE, "x")),
    *((f"task 1 prio {n}", "from 0 to 139") for n in ("140", "-1", HUGE)),
    ("task 1 oom_origin 7", "from 0 to 1, not '7'"),
    ("task 1 uid 4294967296", "from 0 to 4294967295"),
    *((f"current {n}", "there is no such task") for n in (HUGE, "-1", "x", "")),
    *((f"swap {n}", PAGES) for n in ("-1", "0", HUGE, "2147483648", "1x", "+5", "0x")),
    *((f"fill f {n}", PAGES) for n in ("-1", "0", "0%", "%", "-1%", "1%%", HUGE, f"{HUGE}%")),
    *((f"dirty f {n}", PAGES) for n in ("-1", "0", HUGE)),
    *((f"fragment {n}", PAGES) for n in ("-1", "0", HUGE)),
    *((f"fault 2 {n}", PAGES) for n in ("-1", "0", HUGE)),
    *((f"fault {n} 1", "there is no process") for n in ("-1", "0", HUGE, "x")),
    *((f"join {n} /", "there is no process") for n in ("-1", "0", HUGE, "x")),
    *((f"sleep {n}", "is not a number of seconds; give one from 1 to 3600") for n in ("-1", "0", "3601", HUGE, "1.5")),
    *((f"cpu {n}", "'machine SIZE,cpus=N' has N, from 0 on") for n in ("-1", "1", "64", HUGE, "x")),
    *((f"cpu {n} offline", "N from 0 to 0") for n in ("1", "63")),
    *((f"drain {n}", "'machine SIZE,cpus=N' has N, from 0 on") for n in ("-1", "1", "64", HUGE, "x", "")),
    *((f"alloc GFP_KERNEL {n}", "orders go from 0 to 10") for n in ("-1", "65", HUGE, "x")),
    *((f"alloc GFP_KERNEL 0 {n}", "nodes are 0 to 63, and -1 stands for") for n in ("-2", "64", HUGE, "x")),
    *((f"alloc {n}", "or numbers up to 0xffffffff") for n in ("0x100000000", "-1", HUGE, "GFP_KERNAL")),
    *((f"takeall GFP_NOWAIT {n}", "orders go from 0 to 10") for n in ("-1", "11", HUGE, "x")),
    *((f"free {n} 0", "PFNs are 0 to 68719476735, orders 0 to 10") for n in ("-1", HUGE, "x")),
    *((f"free 262144 {n}", f"'{n}' is not an order: orders go from 0 to 10") for n in ("-1", "65", HUGE, "x")),
    *((f"free #{n}", "'blocks' lists them") for n in ("0", "-1", HUGE, "x", "")),
    *((f"memcg /g {n}", "memory.max is a number from 0 to 2251799813685247") for n in ("-5", HUGE)),
    *((f"memcg /g swappiness {n}", "from 0 to 200") for n in ("-1", "201", HUGE)),
    *((f"cpuset s {n}", "node") for n in ("ff", HUGE, "0", "-1")),
    *((f"lru runs {n}", "runs from 0 on") for n in ("-1", HUGE, "x", "")),
    *((f"lru node {n}", "a node of the machine") for n in ("-1", "9", HUGE, "x")),
    ("scanners 9 DMA", "there is no zone"),
    *((f"machine {n}", "from 4K to 256G") for n in ("-1", HUGE, "x", "4K4K")),
    *((f"machine {n}", "at most 256G") for n in ("0", "4097", "1.5G", "300G", "128G+129G")),
    *((f"machine 64M{n}", "nothing stands after a comma") for n in (",", ",,cpus=2", ",cpus=2,")),
    *((f"machine 64M,cpus={n}", "1 to 64 CPUs") for n in ("0", "65", "-1", HUGE, "x", "")),
    *((f"machine 64M,cma={n}", "a multiple of 4096 bytes after '=', below 256T") for n in ("-1", "17", HUGE, "x", "")),
    *((f"machine 64M,base={n}", "a multiple of 4096 bytes after '=', below 256T") for n in ("1", "256T", HUGE)),
    *((f"machine 64M,hole={n}", "expected ADDRESS+SIZE after '='") for n in ("1", "1+", "+1", "-1+4K", HUGE)),
    *((f"machine 64M,cpunodes={n}", "the node, 0 to 0, of each of 1 to 64 CPUs") for n in ("1", "-1", "0:", HUGE, "")),
    *((f"machine 2x64M,distance={n}", "a distance from 11 to 254") for n in ("0:1:255", "0:1:10", "0:2:20", HUGE)),
    ("machine 5x64M", "a machine has 1 to 4 nodes"),
]
SCENE = ["machine 64M", "file f", "process p"]


def test_a_number_is_in_its_range_or_the_range_is_named(run):
    """All in one session: after each, the next is carried out."""
    code, _, said = run(["shell"], "\n".join([*SCENE, *(command for command, _ in COMMANDS)]).encode() + b"\n")
    lines = said.splitlines(True)
    assert code == 1
    assert len(lines) == len(COMMANDS)
    for number, (line, (command, message)) in enumerate(zip(lines, COMMANDS), len(SCENE) + 1):
        name = command.split()[0]
        one_line(line, f"pageflow shell: standard input:{number}: {name}: ", message)


ARGUMENTS = [
    *((["explain", "GFP_KERNEL", n], f"'{n}' is not an order: orders go from 0 to 10") for n in ("x", HUGE, "", "1x")),
    *((["explain", n, "0"], "or numbers up to 0xffffffff") for n in ("x", HUGE, "0x100000000")),
    *((["explain", "GFP_KERNEL", "0", f"--nid={n}"], "a number from -1 to 3") for n in ("x", HUGE, "4", "-2")),
    *((["explain", "GFP_KERNEL", "0", "--boot", n], "comma") for n in ("64M,", "64M,,numa")),
    *((["explain", "GFP_KERNEL", "0", "--boot", n], "from 4K to 256G") for n in (HUGE, "-1", "x")),
    *((["bench", "empty", n], "COUNT must be a number from 1 to 100000000") for n in ("0", HUGE, "x", "100000001")),
    *((["bench", "empty", "1", n], "comma") for n in ("64M,",)),
    *((["bench", f"pair-order{n}", "1"], "orders go from 0 to 10") for n in ("11", HUGE, "-1", "x", "")),
    (["names", "nothing"], "there are those of gfp, migratetype, compaction, events and rules"),
    (["frobnicate"], "there is no command 'frobnicate'"),
    ([], "no command given"),
]


@pytest.mark.parametrize(
    ("words", "message"), ARGUMENTS, ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_an_argument_is_in_its_range_or_the_range_is_named(run, words, message):
    code, printed, said = run(words)
    assert (code, printed) == (2, "")
    command = f" {words[0]}" if words and words[0] != "frobnicate" else ""
    one_line(said, f"pageflow{command}: ", message)


# ---- What a terminal would obey ---------------------------------------------------------------------------------------

NASTY = ["\033[31mred", "a\rb", "\x7f", "\x9b31m", "bell\a", "caf\udce9", "\udcff\udcfe"]


@pytest.mark.parametrize("nasty", NASTY, ids=range(len(NASTY)))
def test_messages_show_what_a_terminal_would_obey(run, tmp_path, nasty):
    raw = os.fsencode(nasty)
    for words in (
        [nasty],
        ["replay", nasty],
        ["replay", "--json", nasty],
        ["shell", nasty],
        ["names", nasty],
        ["bench", nasty, "1"],
        ["bench", "empty", nasty],
        ["explain", nasty, "0"],
        ["explain", "GFP_KERNEL", nasty],
        ["explain", "GFP_KERNEL", "0", "--boot", nasty],
        ["explain", "GFP_KERNEL", "0", "--machine", nasty],
        ["explain", "GFP_KERNEL", "0", f"--live={nasty}"],
        ["explain", "GFP_KERNEL", "0", "--svg", f"/nowhere/{nasty}"],
        ["explain", "--log", nasty],
        ["explain", f"--{nasty}"],
        ["import", nasty],
        ["report", nasty],
        ["snapshot", "--proc", nasty],
    ):
        code, _, said = run(words)
        assert code == 2
        one_line(said, "pageflow", "\\x")
    for command in (b"machine 64M," + raw, raw, b"load " + raw, b"file " + raw, b"process " + raw, b"alloc " + raw):
        code, printed, said = run(["shell"], b"machine 64M\n" + command + b" \nstatus\n")
        assert code == 1 and all(line.isprintable() for line in printed.splitlines())
        one_line(said, "pageflow shell: standard input:2: ", "holds what is no text; retype the line")
    for content in (raw + b"\n", TRACE[:3000] + raw + TRACE[3000:]):
        path = tmp_path / "file"
        path.write_bytes(content)
        for words in (["replay", path], ["explain", "GFP_KERNEL", "0", "--machine", path]):
            code, printed, said = run(words)
            assert code in (0, 1, 2)
            assert all(line.isprintable() for line in [*said.splitlines(), *printed.splitlines()])


def test_names_of_a_loaded_machine_can_be_shown(run, tmp_path):
    saved = tmp_path / "saved"
    run(["shell"], f"machine 64M\nfile movie\nprocess player\nsave {saved}\n".encode())
    text = saved.read_bytes()
    for name in (b"movie", b"player"):
        saved.write_bytes(text.replace(name, b"\033[3m"))
        code, _, said = run(["shell"], f"load {saved}\nstatus\n".encode())
        assert code == 1 and said.count("\n") == 2
        one_line(said.splitlines(True)[0], "pageflow shell: ", "\\x1b[3m")


def test_a_terminal_is_shown_names_of_files_without_obeying_them(root, tmp_path):
    path = tmp_path / "\033[31mred"
    path.write_bytes((TRACES / "uma96-order0-10.trace.xz").read_bytes())
    log, kmem = tmp_path / "\033[31mlog", tmp_path / "\033[31mkmem"
    log.write_bytes(LOG)
    kmem.write_bytes(KMEM)
    for words in (
        ["replay", path],
        ["explain", "GFP_KERNEL", "0", "--machine", path],
        ["explain", "--log", log],
        ["report", kmem],
    ):
        with Terminal([*pageflow_command(root), *map(str, words)], env={**os.environ, "NO_COLOR": "1"}) as terminal:
            printed, _ = terminal.rest()
        assert b"\033[31m" not in printed and rb"\x1b[31m" in printed


# ---- Catalogues, /proc, JSON ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("order", "expected the English label, a tab, and what it is in the other language"),
        ("order Ordnung", "expected the English label, a tab"),
        ("\tOrdnung", "expected the English label, a tab"),
        ("order\t%s Ordnung", "the translation asks for more arguments"),
        ("%s failed\t%2$s", "the translation asks for more arguments"),
        ("first\terste", "line 2 translates the same label; remove one of them"),
        ("order\tOrd\033nung", "expected UTF-8 without control characters"),
        ("order\tOrd\udcffnung", "expected UTF-8 without control characters"),
        ("order\tOrdnung\r", "and no CR at the end"),
        ("order\tOrd\0nung", ZERO),
    ],
)
def test_a_damaged_catalogue_is_refused(run, tmp_path, line, message):
    path = tmp_path / "catalogue"
    path.write_bytes(b"# comment\nfirst\tder erste\n\n" + os.fsencode(line) + b"\n")
    code, printed, said = run(["names", "gfp"], env={**os.environ, "PAGEFLOW_CATALOGUE": str(path)})
    assert (code, printed) == (2, "")
    one_line(said, f"pageflow names: PAGEFLOW_CATALOGUE names {path}:4: ", message)


def copies(folder, changed, change):
    """Copies of the files of /proc, one of them changed."""
    for name in ("zoneinfo", "buddyinfo", "pagetypeinfo"):
        text = (SAMPLES / f"5.8.18-uma3z.{name}").read_text()
        (folder / name).write_text(change(text) if name == changed else text)
    return folder


def without(pattern):
    return lambda text: re.sub(pattern, "", text, count=1)


@pytest.mark.parametrize(
    ("file", "change", "message"),
    [
        ("zoneinfo", lambda text: text[: len(text) * 2 // 3], "zoneinfo:"),
        *(("zoneinfo", without(rf" +{word} +\d+\n"), f"lacks the line {word}") for word in ("min", "low", "high")),
        *(("zoneinfo", without(rf" +{word} +\d+\n"), f"lacks the line {word}") for word in ("spanned", "managed")),
        ("zoneinfo", without(r" +present +\d+\n"), "zone DMA lacks the line present; copy the file again, whole"),
        ("zoneinfo", without(r" +protection: .*\n"), "lacks the line protection:"),
        ("zoneinfo", lambda text: re.sub(r"( min +)\d+", r"\g<1>99999", text, count=1), "watermarks that do not rise"),
        ("zoneinfo", lambda text: re.sub(r"( low +)\d+", r"\g<1>-9", text, count=1), "watermarks that do not rise"),
        (
            "zoneinfo",
            lambda text: re.sub(r"( managed +)\d+", r"\g<1>9999999", text, count=1),
            "manages more pages than",
        ),
        (
            "zoneinfo",
            lambda text: re.sub(r"(nr_free_pages +)\d+", r"\g<1>9999999", text, count=1),
            "more free pages than",
        ),
        ("buddyinfo", lambda text: text[: text.index("\n") + 1], "is not in it; copy the file again, whole"),
        ("buddyinfo", lambda text: text + text, "has not as many lines as it should"),
        ("buddyinfo", lambda text: "", "is not in it"),
        ("pagetypeinfo", lambda text: text[: len(text) // 2], "pagetypeinfo"),
        ("pagetypeinfo", lambda text: text[: text.index("Number of")], "has not as many lines as it should"),
        ("pagetypeinfo", without(r"Node .*Movable .*\n"), "has not as many lines as it should"),
        *((file, lambda text: "\0" + text, f"{file}:1: {ZERO}") for file in ("zoneinfo", "buddyinfo")),
    ],
)
def test_a_damaged_copy_of_proc_is_refused(run, tmp_path, file, change, message):
    folder = copies(tmp_path, file, change)
    for words in (["explain", "GFP_KERNEL", "0", f"--live={folder}"], ["snapshot", "--proc", folder]):
        code, printed, said = run(words)
        assert (code, printed) == (2, "")
        one_line(said, f"pageflow {words[0]}: {folder}/{file}", message)


def test_a_copy_of_proc_may_be_packed(run, tmp_path):
    folder = copies(tmp_path, None, None)
    expected = run(["snapshot", "--proc", folder])
    (folder / "zoneinfo").write_bytes(lzma.compress((folder / "zoneinfo").read_bytes()))
    assert run(["snapshot", "--proc", folder]) == expected and expected[0] == 0


def test_replay_says_what_is_wrong_beside_its_json(run):
    code, printed, said = run(["replay", "--json", "/nowhere/x"])
    assert code == 2 and '"outcome": "unreadable"' in printed
    one_line(said, "pageflow replay: /nowhere/x: ", "cannot be read: No such file or directory; check its name")


# ---- What the host allows -----------------------------------------------------------------------------------------------


def limited(kind, size):
    return {"preexec_fn": lambda: resource.setrlimit(kind, (size, size))}


def test_a_small_stack_is_named(run, little_memory):
    for words in (["explain", "GFP_KERNEL", "0"], ["replay", TRACES / "uma96-order0-10.trace.xz"], ["shell"]):
        code, printed, said = run(words, **limited(resource.RLIMIT_STACK, 128 << 10))
        assert (code, printed) == (2, "")
        one_line(said, f"pageflow {words[0]}: the stack is limited to 128 KiB, and 1024 are needed; ", "'ulimit -s'")
        assert run(words, SCRIPT, **limited(resource.RLIMIT_STACK, 1 << 20))[0] in (0, 1)


@pytest.mark.parametrize("mebibytes", [6, 8, 16, 32, 64, 128])
def test_little_memory_is_named(run, little_memory, mebibytes):
    for words in (["explain", "GFP_KERNEL", "0"], ["replay", TRACES / "uma96-order0-10.trace.xz"], ["shell"]):
        code, _, said = run(words, b"machine 1G\n", **little_memory(mebibytes))
        if code != 0:
            assert code == (1 if words == ["shell"] else 2)
            one_line(said, f"pageflow {words[0]}: ", "ulimit -v")


def test_standard_input_that_is_closed_is_named(run):
    for words in (["replay", "-"], ["shell"], ["report", "-"], ["explain", "--log", "-"]):
        code, printed, said = run(words, preexec_fn=lambda: os.close(0))
        assert (code, printed) == (2, "")
        one_line(said, f"pageflow {words[0]}: standard input: ", "cannot be read: it is closed; redirect it")

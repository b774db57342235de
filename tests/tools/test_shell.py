# SPDX-License-Identifier: GPL-2.0-only
"""`pageflow shell`: commands from a file and from a terminal, errors in plain words, saving and loading."""

import os
import pathlib
import re

import pytest
from terminal import Terminal, pageflow_command

TRACE = "tests/traces/uma128cma-orders-15.trace.xz"


@pytest.fixture
def shell(pageflow):
    """Runs the commands given through standard input."""

    def run(*lines, **options):
        return pageflow("shell", input="\n".join(lines) + "\n", stdin=None, **options)

    return run


def test_shell_allocates_and_frees(shell):
    result = shell("machine 64M", "alloc GFP_KERNEL|__GFP_ZERO 3", "blocks", "free #1", "blocks", "quit", "bogus")
    lines = result.stdout.splitlines()
    assert re.fullmatch(r"#1: page 0x[0-9a-f]+ order 3", lines[0])
    assert re.fullmatch(r"#1: page 0x[0-9a-f]+ order 3 GFP_KERNEL\|__GFP_ZERO", lines[1])
    assert len(lines) == 2
    assert result.returncode == 0 and result.stderr == ""


def test_shell_numbers_blocks_and_frees_by_page(shell):
    result = shell("machine 64M", "alloc GFP_KERNEL", "alloc GFP_KERNEL 2", "alloc 0xcc0 1 -1", "free #2", "blocks")
    assert [line.split(":")[0] for line in result.stdout.splitlines()] == ["#1", "#2", "#3", "#1", "#3"]
    page = result.stdout.split()[2]
    again = shell("machine 64M", "alloc GFP_KERNEL", f"free {page} 0", "blocks")
    assert len(again.stdout.splitlines()) == 1
    assert again.returncode == 0


def test_shell_prints_proc_files(shell):
    result = shell("machine 2x64M", "buddyinfo", "pagetypeinfo", "zoneinfo")
    assert result.stdout.startswith("Node 0, zone      DMA ")
    assert "Free pages count per migrate type at order" in result.stdout
    assert "numa_hit" in result.stdout
    assert result.returncode == 0


def test_shell_traces(shell):
    result = shell("machine 64M", "trace on", "alloc GFP_ATOMIC 1", "trace off", "alloc GFP_ATOMIC 1")
    events = [line for line in result.stdout.splitlines() if line.startswith("  ")]
    assert events[-1].startswith("  mm_page_alloc: pfn=")
    assert "gfp_flags=GFP_ATOMIC" in events[-1]
    assert result.stdout.splitlines()[-1].startswith("#2")


def test_shell_goes_to_sleep(shell):
    """No request may start I/O or enter a file system between `suspend` and `resume`."""
    result = shell("machine 64M", "trace on", "suspend", "alloc GFP_KERNEL", "resume", "alloc GFP_KERNEL")
    masks = re.findall(r"mm_page_alloc: .*gfp_flags=(\S+)", result.stdout)
    assert masks == ["GFP_NOIO", "GFP_KERNEL"]
    assert result.returncode == 0 and result.stderr == ""


ERRORS = [
    ("alloc GFP_KERNEL", "there is no machine yet"),
    ("buddyinfo", "there is no machine yet"),
    ("save x", "there is no machine yet"),
    ("cpu 1", "there is no machine yet"),
    ("drain 1", "there is no machine yet"),
    ("free #1", "there is no machine yet"),
    ("task 1", "there is no machine yet"),
    ("machine", "which?"),
    ("machine lots", "no size of memory"),
    ("machine 300G", "at most 256G"),
    ("load", "which file?"),
    ("load /does/not/exist", "cannot be read: No such file"),
    ("load Makefile", "holds no snapshot"),
    ("m", "several commands begin with 'm'"),
    ("frobnicate", "there is no command 'frobnicate'"),
    ("help frobnicate", "there is no command 'frobnicate'"),
    ("trace maybe", "'trace on' or 'trace off'"),
    ("gfp GFP_KERNAL", "not a gfp mask or flag"),
    ("quit now", "unexpected argument 'now'"),
]

ERRORS_WITH_MACHINE = [
    ("alloc", "which mask?"),
    ("alloc GFP_KERNAL", "not a gfp mask or flag"),
    ("alloc GFP_KERNEL|", "missing in the gfp mask"),
    ("alloc GFP_KERNEL three", "'three' is not an order"),
    ("alloc GFP_KERNEL 0 north", "'north' is not a node"),
    ("alloc GFP_KERNEL 0 0 0", "unexpected argument '0'"),
    ("free", "expected '#N' or 'PFN ORDER'"),
    ("free #7", "there is no block #7"),
    ("free #x", "there is no block #x"),
    ("free 7", "expected '#N' or 'PFN ORDER'"),
    ("free 7 0", "BUG: __free_pages: there is no page 0x7; refused"),
    ("free 0x40000 0", "is free already"),
    ("free 0x40000 0 0", "unexpected argument '0'"),
    ("cpu 4", "'4' is not a CPU"),
    ("cpu", "'' is not a CPU"),
    ("cpu 0 offline", "the running CPU cannot be offline"),
    ("cpu 4 offline", "expected 'cpu N"),
    ("cpu 0 sideways", "unexpected argument 'sideways'"),
    ("drain x", "'x' is not a CPU"),
    ("save", "to which file?"),
    ("save /does/not/exist", "cannot be written"),
    ("task", "task PID"),
    ("task 1 colour 3", "no 'colour'"),
    ("task 1 prio", "prio is a number from 0 to 139; it is missing"),
    ("task 1 oom_score_adj 40000", "oom_score_adj is a number from -1000 to 1000, not '40000'"),
    ("task 1 cpuset nowhere", "no such cpuset"),
    ("task 1 memcg nowhere", "no such memory cgroup"),
    ("current 99", "no such task"),
    ("mm 99 rss_anon 3", "no such process"),
    ("sysctl vm_happiness 3", "no 'vm_happiness'"),
    ("suspend now", "expected nothing after 'pm_restrict_gfp_mask'"),
    ("resume now", "expected nothing after 'pm_restore_gfp_mask'"),
    ("policy bind 1", "NUMA"),
    ("cpuset a parent nowhere", "no such parent"),
    ("memcg a parent nowhere", "no such parent"),
    ("memcg /job/part 5", "no such parent"),
    ("buddyinfo now", "unexpected argument 'now'"),
]


@pytest.mark.parametrize(("line", "words"), ERRORS)
def test_shell_says_what_is_wrong_and_goes_on(shell, line, words):
    result = shell(line, "machine 64M", "alloc GFP_KERNEL")
    assert words in result.stderr
    assert result.stderr.startswith("pageflow shell: standard input:1: ")
    assert len(result.stderr.splitlines()) == 1
    assert result.stdout.startswith("#1: page")
    assert result.returncode == 1


@pytest.mark.parametrize(("line", "words"), ERRORS_WITH_MACHINE)
def test_shell_says_what_is_wrong_with_a_machine(shell, line, words):
    result = shell("machine 64M", line, "alloc GFP_KERNEL")
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert result.stdout.startswith("#1: page")
    assert result.returncode == 1


def test_shell_names_file_and_line(pageflow, tmp_path):
    script = tmp_path / "script"
    script.write_text("# a comment\n\nmachine 64M\nfrobnicate\nalloc GFP_KERNEL\n")
    result = pageflow("shell", script)
    assert result.stderr == f"pageflow shell: {script}:4: there is no command 'frobnicate'; 'help' lists the commands\n"
    assert result.stdout.startswith("#1: page")
    assert result.returncode == 1


def test_shell_usage(pageflow):
    assert pageflow("shell", "--help").stdout.startswith("usage: pageflow shell")
    for words in (["--bogus"], ["a", "b"]):
        result = pageflow("shell", *words)
        assert result.returncode == 2 and len(result.stderr.splitlines()) == 1
    assert pageflow("shell", "/does/not/exist").returncode == 2


def test_shell_help_lists_every_command(shell):
    everything = shell("help").stdout
    for command in [
        "machine",
        "load",
        "save",
        "alloc",
        "free",
        "buddyinfo",
        "pagetypeinfo",
        "zoneinfo",
        "trace",
        "cpu",
        "task",
        "help",
        "quit",
    ]:
        assert re.search(f"^{command} ", everything, re.M)
        assert shell(f"help {command}").stdout.startswith(command)


def decisions(shell, *before):
    """What a machine decides after the commands given."""
    wants = [f"alloc {mask} {order}" for order in (0, 1, 0, 3, 0, 9) for mask in ("GFP_KERNEL", "GFP_HIGHUSER_MOVABLE")]
    result = shell(*before, "trace on", *wants, "drain 0", *wants, "trace off", "pagetypeinfo", "zoneinfo")
    assert result.stderr == ""
    return result.stdout


@pytest.mark.parametrize("spec", ["256M", "128M,cma=16M,cpus=2", "2x128M,cpus=2", "64M,nomap=0x41000000+1M"])
def test_shell_loads_what_it_saved(shell, tmp_path, spec):
    made = [f"machine {spec}", "alloc GFP_KERNEL", "alloc GFP_KERNEL|__GFP_COMP 4", "alloc GFP_USER 2", "free #1"]
    made += ["cpuset small", "memcg /job memory.max 500", "task 7 cpuset small memcg /job flags 0x40000", "current 7"]
    direct = decisions(shell, *made, f"save {tmp_path}/a")
    loaded = decisions(shell, f"load {tmp_path}/a")
    # What the first session printed before it saved is not part of the comparison.
    assert direct.split("\n", 3)[3] == loaded
    result = shell(
        f"load {tmp_path}/a", f"save {tmp_path}/b", "blocks", "free #2", "free #3", "blocks", "alloc GFP_KERNEL"
    )
    assert (tmp_path / "a").read_text() == (tmp_path / "b").read_text()
    assert [line.split(":")[0] for line in result.stdout.splitlines()] == ["#2", "#3", "#4"]
    assert result.stderr == ""


def holds_all_of(text, kept):
    """Does a saved machine have every record of another one, in order, with every field? It may have more of both."""
    lines = iter(text.splitlines())

    def has_fields_of(line, words):
        found = iter(line.split())
        return all(word in found for word in words)

    return all(any(has_fields_of(line, wanted.split()) for line in lines) for wanted in kept.splitlines())


def test_shell_loads_what_version_1_saved(shell, tmp_path):
    """A saved machine of this version, kept as it was written: what later versions save must not lock it out."""
    kept = "tests/samples/5.8.18-version-1.snapshot"
    result = shell(f"load {kept}", f"save {tmp_path}/again", "blocks", "free #2", "alloc GFP_ATOMIC 0")
    assert result.stderr == ""
    assert holds_all_of((tmp_path / "again").read_text(), pathlib.Path(kept).read_text())
    assert "#1: page 0x40000 order 3" in result.stdout and "#3: page 0x40008 order 0" in result.stdout


def test_shell_refuses_a_newer_version_by_name(shell, tmp_path):
    kept = pathlib.Path("tests/samples/5.8.18-version-1.snapshot").read_text()
    (tmp_path / "newer").write_text(kept.replace("snapshot v1", "snapshot v12", 1))
    result = shell(f"load {tmp_path}/newer")
    said = "it is a saved machine of version 12, and this Pageflow reads version 1: use a newer Pageflow"
    assert f"load: {tmp_path}/newer:1: {said}" in result.stderr


def test_shell_lets_a_cpu_go(shell):
    """A CPU that goes offline leaves its pages behind, and cannot run until it is back."""
    lines = ["machine 64M,cpus=2", "cpu 1", "alloc GFP_KERNEL", "cpu 0", "cpu 1 offline", "buddyinfo"]
    result = shell(*lines, "cpu 1", "cpu 1 online", "cpu 1")
    offline = "CPU 1 is offline; 'cpu 1 online' brings it back"
    assert result.stderr == f"pageflow shell: standard input:7: cpu: {offline}\n"
    assert f"drain: {offline}" in shell(*lines, "drain 1").stderr
    assert "drain: '2' is not a CPU of this machine" in shell(*lines, "drain 2").stderr
    # All but the page in use are back on the buddy lists: one block of each order below the largest.
    numbers = [int(word) for word in result.stdout.splitlines()[-1].split()[4:]]
    assert sum(count << order for order, count in enumerate(numbers)) == 16383


def test_shell_loads_recordings(shell):
    result = shell(f"load {TRACE}", "buddyinfo", "load tests/traces/uma3z.boot.xz", "buddyinfo")
    assert result.returncode == 0 and result.stderr == ""
    assert len(result.stdout.splitlines()) == 1 + 3


def test_shell_names_the_line_of_a_damaged_file(shell, tmp_path):
    shell("machine 64M", f"save {tmp_path}/a")
    text = (tmp_path / "a").read_text().splitlines()
    where = next(i for i, line in enumerate(text) if line.startswith("totals zone"))
    text[where] = "totals zone 1 2 three"
    (tmp_path / "a").write_text("\n".join(text))
    result = shell(f"load {tmp_path}/a")
    assert f"load: {tmp_path}/a:{where + 1}: expected as many numbers" in result.stderr


def test_shell_edits_on_a_terminal(tmp_path, root):
    """Tab completes a command and a mask, and the line is kept for the next session."""
    argv = pageflow_command(root)
    if len(argv) > 1 or "front" in argv[0]:
        pytest.skip("line editing is part of the native command")
    environment = {**os.environ, "HOME": str(tmp_path), "TERM": "vt100"}
    with Terminal([*argv, "shell"], typed=True, cwd=root, env=environment) as terminal:
        terminal.expect(b"pageflow> ")
        terminal.type("mach\t64M\n")
        terminal.expect(b"pageflow> ")
        terminal.type("alloc GFP_KERNEL|__GFP_ZE\t 2\n")
        terminal.expect(b"#1: page 0x")
        terminal.expect(b"pageflow> ")
        terminal.type("\x1b[A\n")
        terminal.expect(b"#2: page 0x")
        terminal.expect(b"pageflow> ")
        terminal.type("quit\n")
        assert terminal.rest()[1] == 0
    history = (tmp_path / ".pageflow_history").read_text()
    assert "machine" in history and "GFP_ZERO" in history.replace("\\137", "_")


def test_a_group_with_a_number_alone_sets_what_matters_most(shell, tmp_path):
    """`cpuset NAME NODES` and `memcg PATH LIMIT` are short for the record with its field."""
    for name, *lines in (
        ("short", "cpuset small 1", "memcg /job 0x64"),
        ("spelled", "cpuset small mems 1", "memcg /job memory.max 0x64"),
    ):
        result = shell("machine 64M", *lines, f"save {tmp_path}/{name}")
        assert (result.returncode, result.stderr) == (0, "")
    assert (tmp_path / "short").read_text() == (tmp_path / "spelled").read_text()


def test_numbers_are_decimal_or_hexadecimal(shell):
    result = shell("machine 64M", "alloc GFP_KERNEL 010", "alloc GFP_KERNEL 0xa", "alloc GFP_KERNEL 1x")
    assert [line.split(" order ")[1] for line in result.stdout.splitlines()] == ["10", "10"]
    assert "'1x' is not an order" in result.stderr

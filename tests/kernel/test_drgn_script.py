# SPDX-License-Identifier: GPL-2.0-only
"""pageflow-drgn as far as it goes without drgn and without a dump: its words, where it is installed, what files say of themselves."""

import importlib.machinery
import importlib.util
import os
import pathlib
import shutil
import struct
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROOM = ROOT / "src/kernel"
sys.path.insert(0, str(ROOM))

import pk_dump  # noqa: E402
import pk_files  # noqa: E402
import pk_memory  # noqa: E402

X86, ARM, CORE, NOTE = 62, 183, 4, 7
BUILD = bytes(range(20))
# A drgn that ends the script where it is asked for types, and names the module it came with.
NAMES_PK_DUMP = """__version__ = "0.3.0"
def __getattr__(name):
    import pk_dump
    raise SystemExit(pk_dump.__file__)
"""
COMMANDS = ("buddyinfo", "pagetypeinfo", "snapshot", "zoneinfo")


def elf(machine, kind, headers=b"", count=0, sections=(0, 0)):
    """The header of an ELF file of 64 bits, what follows it, and where its sections are listed."""
    start = struct.pack(
        "<16sHHIQQQIHHHHHH",
        b"\x7fELF\2\1\1",
        kind,
        machine,
        1,
        0,
        64,
        sections[0],
        0,
        64,
        56,
        count,
        64,
        sections[1],
        0,
    )
    return start + headers


def core_file(path, machine=X86, size=4096, cut=0):
    """A core file of one segment, of which the last bytes may be missing."""
    segment = struct.pack("<IIQQQQQQ", 1, 0, 120, 0, 0, size, size, 0)
    path.write_bytes((elf(machine, CORE, segment, 1) + bytes(size))[: 120 + size - cut])
    return path


def kernel_file(path, machine=X86, leave_out=""):
    """A vmlinux that has its sections and its build-id, and nothing in them."""
    note = struct.pack("<III4s", 4, len(BUILD), 3, b"GNU\0") + BUILD
    names = [name for name in ("", ".init.text", "__ksymtab", ".debug_info", ".notes") if name != leave_out or not name]
    text = b"".join(name.encode() + b"\0" for name in names)
    place = 64 + len(note) + len(text)
    table, at = struct.pack("<IIQQQQIIQQ", 0, 3, 0, 0, 64 + len(note), len(text), 0, 0, 0, 0), 1
    for name in names[1:]:
        kind, size = (NOTE, len(note)) if name == ".notes" else (1, 0)
        table += struct.pack("<IIQQQQIIQQ", at, kind, 0, 0, 64, size, 0, 0, 0, 0)
        at += len(name) + 1
    path.write_bytes(elf(machine, 2, sections=(place, len(names))) + note + text + table)
    return path


@pytest.fixture
def run(tmp_path):
    """Runs the script with words, with a drgn that is `drgn` (a Python text) in place of any."""

    def run(*words, script=ROOM / "pageflow-drgn", drgn="raise ImportError('none here')", **options):
        stand_in = tmp_path / "stand-in"
        stand_in.mkdir(exist_ok=True)
        (stand_in / "drgn.py").write_text(drgn)
        environment = {**os.environ, "PYTHONPATH": str(stand_in)}
        words = [sys.executable, script, *map(str, words)]
        return subprocess.run(words, capture_output=True, text=True, env=environment, **options)

    return run


def one_line(done):
    """What it said as it failed."""
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    return done.stderr.strip()


# ---- Words -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [["--help"], *([name, "--help"] for name in COMMANDS)])
def test_help_fits_a_terminal_and_needs_no_drgn(run, words):
    done = run(*words)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: pageflow-drgn")
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_help_lists_the_commands(run):
    listed = run("--help").stdout.partition("commands:\n")[2].partition("\n\n")[0]
    assert tuple(line.split()[0] for line in listed.splitlines()) == COMMANDS


def test_version_is_that_of_the_tree(run):
    assert run("--version").stdout == f"pageflow-drgn {(ROOT / 'VERSION').read_text().strip()}\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "pageflow-drgn: no command given"),
        (["bogus"], "pageflow-drgn: there is no command 'bogus'"),
        (["snapshot"], "pageflow-drgn snapshot: missing argument VMCORE"),
        (["snapshot", "a"], "pageflow-drgn snapshot: missing argument VMLINUX"),
        (["buddyinfo", "a", "b", "c"], "pageflow-drgn buddyinfo: unexpected argument 'c'"),
        (["buddyinfo", "--live", "b", "c"], "pageflow-drgn buddyinfo: unexpected argument 'c'"),
        (["zoneinfo", "--bogus"], "pageflow-drgn zoneinfo: unknown option '--bogus'"),
        (["zoneinfo", "a", "b", "-o"], "pageflow-drgn zoneinfo: option '--output' needs a value: FILE"),
        (["zoneinfo", "--live=3"], "pageflow-drgn zoneinfo: option '--live' takes no value"),
    ],
)
def test_arguments_that_cannot_be_used_are_named(run, words, said):
    line = one_line(run(*words))
    assert line.startswith(f"{said}; try 'pageflow-drgn")
    assert line.endswith("--help'")


# ---- drgn --------------------------------------------------------------------------------------------------------


def test_missing_drgn_is_named_with_the_commands_that_bring_it(run):
    line = one_line(run("snapshot", "vmcore", "vmlinux"))
    assert f"drgn is needed, and {sys.executable} does not have it (none here): python3 -m venv " in line
    assert "/bin/pip install drgn==0." in line
    assert f"/bin/python {ROOM}/pageflow-drgn ..." in line


def test_drgn_that_is_too_old_is_named(run):
    line = one_line(run("snapshot", "vmcore", "vmlinux", drgn="__version__ = '0.0.22'"))
    assert "drgn 0.0.22 is too old, 0.1 or later is needed: python3 -m venv" in line


def test_nothing_is_written_without_drgn(run, tmp_path):
    kept = tmp_path / "kept.snapshot"
    kept.write_text("as it was\n")
    one_line(run("snapshot", "vmcore", "vmlinux", "-o", kept))
    assert kept.read_text() == "as it was\n"


def test_the_version_named_is_the_one_that_is_pinned():
    script = (ROOM / "pageflow-drgn").read_text()
    (pinned,) = [
        line.split()[0] for line in (ROOM / "requirements.txt").read_text().splitlines() if line.startswith("drgn==")
    ]
    assert f"TRIED = '{pinned.removeprefix('drgn==')}'" in script


# ---- The running kernel --------------------------------------------------------------------------------------------


class Moving:
    """A kernel whose lists change while they are read, so many times."""

    def __init__(self, times):
        self.times, self.forgotten = times, 0

    def forget(self):
        self.forgotten += 1

    def text(self, name, _):
        if self.times:
            self.times -= 1
            raise pk_memory.Changed("a list changed")
        return name


@pytest.fixture
def script():
    """The script as a module."""
    loader = importlib.machinery.SourceFileLoader("pageflow_drgn", str(ROOM / "pageflow-drgn"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


@pytest.mark.parametrize("times", [0, 1, 4])
def test_running_kernel_is_read_again_when_a_list_changed(script, monkeypatch, times):
    kernel = Moving(times)
    monkeypatch.setattr(script, "text_of", kernel.text)
    assert script.read_until_quiet("buddyinfo", kernel, True) == "buddyinfo"
    assert kernel.forgotten == times


@pytest.mark.parametrize(("live", "left"), [(True, 95), (False, 99)])
def test_kernel_that_never_rests_is_given_up_and_a_dump_at_once(script, monkeypatch, live, left):
    kernel = Moving(100)
    monkeypatch.setattr(script, "text_of", kernel.text)
    with pytest.raises(pk_memory.Changed):
        script.read_until_quiet("buddyinfo", kernel, live)
    assert kernel.times == left


# ---- Where it is ---------------------------------------------------------------------------------------------------


def test_installed_it_finds_its_modules(run, tmp_path):
    (tmp_path / "bin").mkdir()
    modules = tmp_path / "share/pageflow/kernel"
    modules.mkdir(parents=True)
    script = shutil.copy(ROOM / "pageflow-drgn", tmp_path / "bin")
    for module in ROOM.glob("pk_*.py"):
        shutil.copy(module, modules)
    shutil.copy(ROOT / "VERSION", modules.parent)
    assert run("--version", script=script).stdout == run("--version").stdout
    assert "share/pageflow/kernel/pk_dump.py" in run("buddyinfo", "a", "b", script=script, drgn=NAMES_PK_DUMP).stderr
    assert not list(modules.glob("__pycache__"))


def test_make_installs_it_with_its_page_and_completion():
    words = ["make", "-n", "install", "PREFIX=/p", "DESTDIR=/d", "MAKELEVEL=0"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    for place in (
        "install -m 755 src/kernel/pageflow-drgn /d/p/bin/",
        "install -m 644 src/kernel/pk_*.py /d/p/share/pageflow/kernel/",
        "install -m 644 VERSION /d/p/share/pageflow/",
        "docs/manpage.py src/kernel/pageflow-drgn >/d/p/share/man/man1/pageflow-drgn.1",
        "ln -sf pageflow /d/p/share/bash-completion/completions/pageflow-drgn",
    ):
        assert place in done.stdout


def test_its_page_has_every_command_and_is_set_without_a_warning():
    words = [sys.executable, "docs/manpage.py", "src/kernel/pageflow-drgn"]
    page = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "@" not in page
    assert [line.split()[1] for line in page.splitlines() if line.startswith(".SS ")] == list(COMMANDS)
    if shutil.which("groff"):
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww"], input=page, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")


# ---- What files say of themselves ----------------------------------------------------------------------------------


def wrong(call, *arguments):
    """The line that a file is refused with."""
    with pytest.raises(pk_files.Wrong) as refused:
        call(*arguments)
    return str(refused.value)


def test_vmlinux_tells_its_machine_and_build(tmp_path):
    path = kernel_file(tmp_path / "vmlinux", ARM)
    assert pk_files.vmlinux_machine(path) == "aarch64"
    assert pk_files.build_id(path) == BUILD.hex()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not an ELF file of 64 bits"),
        (b"\x1f\x8b" + bytes(100), "is packed with gzip: unpack it"),
        (elf(8, 2), "is for machine 8 of the ELF list"),
        (elf(X86, 2, sections=(4096, 3)), "is cut short: its list of sections is not there"),
        (elf(X86, CORE), "is a dump and no kernel: VMCORE comes first, then VMLINUX"),
    ],
)
def test_what_is_no_vmlinux_is_named(tmp_path, content, said):
    path = tmp_path / "vmlinux"
    path.write_bytes(content)
    assert wrong(pk_files.vmlinux_machine, path).startswith(f"{path} {said}")


@pytest.mark.parametrize(
    ("section", "said"), [(".init.text", "is not a kernel"), (".debug_info", "has no debug symbols")]
)
def test_vmlinux_that_lacks_a_section_is_named(tmp_path, section, said):
    path = kernel_file(tmp_path / "vmlinux", leave_out=section)
    assert wrong(pk_files.build_id, path).startswith(f"{path} {said}")


def test_dump_of_the_machine_is_taken(tmp_path):
    pk_dump.check_dump(core_file(tmp_path / "vmcore"), "x86_64")


def test_dump_of_another_machine_is_refused(tmp_path):
    path = core_file(tmp_path / "vmcore", ARM)
    assert wrong(pk_dump.check_dump, path, "x86_64") == (
        f"{path} is of aarch64, and the symbols are for x86_64: give two files of one kernel"
    )


@pytest.mark.parametrize(("cut", "missing"), [(1, 1), (4096, 4096), (4100, 4)])
def test_dump_that_is_cut_short_says_how_much_is_missing(tmp_path, cut, missing):
    """Of a list of segments that is cut itself, what the list lacks."""
    path = core_file(tmp_path / "vmcore", cut=cut)
    assert f"is cut short: at least {missing} bytes are" in wrong(pk_dump.check_dump, path, "x86_64")


@pytest.mark.parametrize("content", [b"", b"no dump\n" * 100, elf(X86, 2), elf(X86, CORE)[:40]])
def test_what_is_no_dump_is_named(tmp_path, content):
    path = tmp_path / "vmcore"
    path.write_bytes(content)
    assert wrong(pk_dump.check_dump, path, "x86_64").startswith(f"{path} is no dump of a kernel; wanted is a vmcore")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("name", "machine"), [(b"x86_64", "x86_64"), (b"aarch64", "aarch64"), (b"Unknown", None)])
def test_compressed_dump_tells_its_machine_where_it_has_it(tmp_path, stream, name, machine):
    path = tmp_path / "vmcore"
    header = (b"KDUMP   " + bytes(264) + name).ljust(4096, b"\0")
    path.write_bytes(b"makedumpfile\0".ljust(4096, b"\0") + bytes(16) + header if stream else header)
    assert pk_dump.machine_of(path) == machine


def test_file_that_is_not_there_is_named(tmp_path):
    path = tmp_path / "none"
    assert wrong(pk_dump.check_dump, path, "x86_64") == (
        f"{path} cannot be read: No such file or directory; check its name"
    )


def test_file_that_may_not_be_read_is_named(monkeypatch):
    def refuse(path, mode):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    said = wrong(pk_dump.machine_of, "/proc/kcore")
    assert said == "/proc/kcore cannot be read: Permission denied; run this as root, or copy it"


def test_symbols_of_another_build_are_named_with_those_to_take():
    kernel = {"OSRELEASE": "6.1.0-57-cloud-amd64", "BUILD-ID": "aa"}
    assert wrong(pk_dump.check_build, "vmcore", "vmlinux", kernel, "bb") == (
        "vmlinux is of another build than vmcore (build-ids aa and bb); take the symbols of 6.1.0-57-cloud-amd64"
    )


@pytest.mark.parametrize(("theirs", "ours"), [("aa", "aa"), (None, "aa"), ("aa", None)])
def test_builds_that_may_be_the_same_are_taken(theirs, ours):
    pk_dump.check_build("vmcore", "vmlinux", {"BUILD-ID": theirs} if theirs else {}, ours)


def test_what_drgn_says_is_told_without_the_names_of_its_functions():
    said = "kdump_set_number_attr(KDUMP_ATTR_FILE_FD): file #0: Invalid diskdump header content\nmore"
    assert str(pk_dump.unusable("vmcore", said)) == (
        "vmcore cannot be used: Invalid diskdump header content; copy it again if it may be cut short"
    )

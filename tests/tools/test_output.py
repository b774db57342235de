# SPDX-License-Identifier: GPL-2.0-only
"""What is printed or written arrives whole, or a line on standard error says why not."""

import os
import pathlib
import resource
import signal
import stat
import subprocess

import pytest
from terminal import pageflow_command

TRACE = "tests/traces/uma96-order0-10.trace.xz"
KMEM = "tests/samples/5.8.18-kmem.ftrace"
LOG = "tests/samples/5.8.18-oom.dmesg"
SCRIPT = "machine 64M\nalloc GFP_KERNEL\nzoneinfo\n"

# Every subcommand with something to print, and the name that its messages begin with.
PRINTING = [
    (["--help"], "pageflow"),
    (["--version"], "pageflow"),
    *(([name, "--help"], f"pageflow {name}") for name in ("bench", "explain", "import", "names", "replay")),
    *(([name, "--help"], f"pageflow {name}") for name in ("report", "shell", "snapshot")),
    (["bench", "empty", "1"], "pageflow bench"),
    (["explain", "GFP_KERNEL", "0"], "pageflow explain"),
    (["explain", "GFP_KERNEL", "0", "--json"], "pageflow explain"),
    (["explain", "GFP_KERNEL", "0", "--svg", "-"], "pageflow explain"),
    (["explain", "--log", LOG], "pageflow explain"),
    (["explain", "--log", LOG, "--json"], "pageflow explain"),
    (["import", KMEM], "pageflow import"),
    (["names", "gfp"], "pageflow names"),
    (["replay", TRACE], "pageflow replay"),
    (["replay", "--json", TRACE], "pageflow replay"),
    (["report", KMEM], "pageflow report"),
    (["report", "--json", KMEM], "pageflow report"),
    (["report", "--svg", "-", KMEM], "pageflow report"),
    (["shell"], "pageflow shell"),
]


@pytest.fixture
def run(root):
    """Runs the command with standard output where `out` says, and SCRIPT as its input; (code, standard error)."""

    def start(words, out, **options):
        command = [*pageflow_command(root), *map(str, words)]
        options.setdefault("input", SCRIPT)
        done = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, text=True, cwd=root, **options)
        return done.returncode, done.stderr

    return start


@pytest.mark.parametrize(
    ("words", "name"), PRINTING, ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_what_a_full_disk_loses_is_an_error(run, words, name):
    with open("/dev/full", "w") as full:
        said = f"{name}: standard output cannot be written: No space left on device; make room there\n"
        assert run(words, full) == (2, said)


@pytest.mark.parametrize(
    ("words", "name"), PRINTING, ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_what_a_closed_output_loses_is_an_error(run, words, name):
    said = f"{name}: standard output cannot be written: it is closed; redirect it\n"
    assert run(words, None, preexec_fn=lambda: os.close(1)) == (2, said)


def test_a_shell_whose_output_is_lost_goes_no_further(run, tmp_path):
    with open("/dev/full", "w") as full:
        code, _ = run(["shell"], full, input=f"{SCRIPT}save {tmp_path}/later\n")
    assert code == 2 and not (tmp_path / "later").exists()


def test_a_closed_output_is_no_error_when_nothing_is_printed(run, tmp_path):
    words = ["import", "-o", tmp_path / "whole", KMEM]
    assert run(words, None, preexec_fn=lambda: os.close(1)) == (0, "")
    assert (tmp_path / "whole").read_text().startswith("kmem v1\n")
    assert run(["replay", "-q", TRACE], None, preexec_fn=lambda: os.close(1)) == (0, "")


def test_a_reader_that_leaves_ends_the_command_as_it_does_others(run):
    reads, writes = os.pipe()
    os.close(reads)
    with os.fdopen(writes, "w") as out:
        assert run(["report", KMEM], out) == (-signal.SIGPIPE, "")


# ---- Files ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def writers(tmp_path):
    """Each way to write a file: (words, what the shell is told), for a path."""

    def of(path):
        return {
            "import": (["import", "-o", path, KMEM], ""),
            "explain": (["explain", "GFP_KERNEL", "0", "--svg", path], ""),
            "report": (["report", "--svg", path, KMEM], ""),
            "snapshot": (["snapshot", "--proc", proc(tmp_path), "-o", path], ""),
            "save": (["shell"], f"machine 64M\nsave {path}\n"),
            "draw": (["shell"], f"machine 64M\ndraw {path}\n"),
        }

    return of


def proc(folder):
    """Copies of the files of /proc."""
    for name in ("zoneinfo", "buddyinfo", "pagetypeinfo"):
        source = pathlib.Path(__file__).parents[1] / "samples" / f"5.8.18-uma3z.{name}"
        (folder / name).write_text(source.read_text())
    return folder


WRITERS = ["import", "explain", "report", "snapshot", "save", "draw"]


def too_small():
    """A disk that is full after 512 bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))


def left_beside(folder):
    return [entry.name for entry in folder.iterdir() if entry.name.startswith(".pageflow")]


@pytest.mark.parametrize("which", WRITERS)
def test_an_old_file_outlives_a_full_disk(run, writers, tmp_path, which):
    path = tmp_path / "old.svg"
    for old in ("old", None):
        if old:
            path.write_text(old)
        else:
            path.unlink()
        words, told = writers(path)[which]
        code, said = run(words, subprocess.DEVNULL, input=told, preexec_fn=too_small)
        assert code == (1 if told else 2)
        assert f"{path} was not written whole: File too large; raise the limit, see 'ulimit -f'\n" in said
        assert said.startswith(f"pageflow {words[0]}: ") and said.count("\n") == 1
        assert (path.read_text() if path.exists() else None) == old
        assert not left_beside(tmp_path)


@pytest.mark.parametrize("which", WRITERS)
def test_permissions_and_links_stay(run, writers, tmp_path, which):
    path, link = tmp_path / "old.svg", tmp_path / "link.svg"
    path.write_text("old")
    path.chmod(0o640)
    link.symlink_to(path.name)
    words, told = writers(link)[which]
    assert run(words, subprocess.DEVNULL, input=told) == (0, "")
    assert link.is_symlink() and len(path.read_text()) > 100
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert not left_beside(tmp_path)


@pytest.mark.parametrize("which", WRITERS)
def test_a_link_that_leads_nowhere_yet_is_followed(run, writers, tmp_path, which):
    link = tmp_path / "link.svg"
    link.symlink_to("new.svg")
    words, told = writers(link)[which]
    assert run(words, subprocess.DEVNULL, input=told) == (0, "")
    assert link.is_symlink() and len((tmp_path / "new.svg").read_text()) > 100


@pytest.mark.parametrize("which", WRITERS)
def test_what_cannot_be_replaced_is_written_in_place(run, root, writers, tmp_path, which):
    fifo = tmp_path / "fifo.svg"
    os.mkfifo(fifo)
    words, told = writers(fifo)[which]
    with subprocess.Popen(["cat", fifo], stdout=subprocess.PIPE, text=True) as reader:
        assert run(words, subprocess.DEVNULL, input=told) == (0, "")
        assert len(reader.communicate()[0]) > 100
    assert stat.S_ISFIFO(fifo.stat().st_mode)
    if told:
        return
    words, _ = writers("/dev/stdout")[which]
    for out in (tmp_path / "printed", "pipe"):
        command = [*pageflow_command(root), *map(str, words)]
        if out == "pipe":
            printed = subprocess.run(command, capture_output=True, text=True, cwd=root, check=True).stdout
        else:
            with open(out, "w") as file:
                subprocess.run(command, stdout=file, cwd=root, check=True)
            printed = out.read_text()
        assert len(printed) > 100 and printed.count("<svg") <= 1


@pytest.mark.parametrize("which", WRITERS)
def test_a_full_device_is_an_error(run, writers, tmp_path, which):
    path = tmp_path / "full.svg"
    path.symlink_to("/dev/full")
    words, told = writers(path)[which]
    code, said = run(words, subprocess.DEVNULL, input=told)
    assert code == (1 if told else 2) and "was not written whole: No space left on device; make room there" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("which", WRITERS)
def test_where_nothing_can_be_written(run, writers, tmp_path, which):
    for path, why in (("/nowhere/x.svg", "No such file or directory; check its name"),):
        words, told = writers(path)[which]
        code, said = run(words, subprocess.DEVNULL, input=told)
        assert code == (1 if told else 2) and f"{path} cannot be written: {why}\n" in said


def test_a_file_that_nobody_may_write_stays(run, writers, tmp_path):
    if os.geteuid() == 0:
        pytest.skip("the superuser may write everything")
    path = tmp_path / "kept.svg"
    path.write_text("old")
    path.chmod(0o444)
    words, _ = writers(path)["import"]
    code, said = run(words, subprocess.DEVNULL)
    assert code == 2 and "cannot be written: Permission denied; check its permissions" in said
    assert path.read_text() == "old"


# ---- What is read is not written ------------------------------------------------------------------------------------


def names_of(path):
    """A file by its own name, by a link, by another name of the same file."""
    link, other = path.with_suffix(".link.svg"), path.with_suffix(".other.svg")
    link.symlink_to(path.name)
    os.link(path, other)
    return [path, link, other]


def test_a_trace_is_not_written_over(run, root, tmp_path):
    path = tmp_path / "trace.svg"
    path.write_bytes((root / KMEM).read_bytes())
    for name in names_of(path):
        for words in (["import", "-o", name, path], ["report", "--svg", name, path], ["import", "-o", path, name]):
            code, said = run(words, subprocess.DEVNULL)
            assert code == 2 and "is the file that is read" in said and said.count("\n") == 1
    with open(path, "a") as out:
        for words in (["import", path], ["report", path]):
            code, said = run(words, out)
            assert code == 2 and "standard output goes to the file that is read" in said
    with open(path) as file:
        code, said = run(["import", "-o", path, "-"], subprocess.DEVNULL, input=None, stdin=file)
    assert code == 2 and "is the file that is read, standard input; write to another" in said
    assert path.read_bytes() == (root / KMEM).read_bytes()


def test_a_machine_and_the_files_of_proc_are_not_written_over(run, root, tmp_path):
    path = tmp_path / "machine.svg"
    path.write_bytes((root / TRACE).read_bytes())
    for name in names_of(path):
        code, said = run(["explain", "GFP_KERNEL", "0", "--machine", path, "--svg", name], subprocess.DEVNULL)
        assert code == 2 and "is the file that is read" in said
    proc(tmp_path)
    for name in ("zoneinfo", "buddyinfo", "pagetypeinfo"):
        code, said = run(["snapshot", "--proc", tmp_path, "-o", tmp_path / name], subprocess.DEVNULL)
        assert code == 2 and "is the file that is read" in said
        assert (tmp_path / name).read_text().startswith(("Node", "Page"))


def test_a_script_is_not_written_over(run, tmp_path):
    path = tmp_path / "script.svg"
    names = [path, tmp_path / "script.link.svg", tmp_path / "script.other.svg"]
    text = "machine 64M\n" + "".join(f"save {name}\ndraw {name}\nsteps {name} alloc GFP_KERNEL\n" for name in names)
    path.write_text(text)
    names_of(path)
    code, said = run(["shell", path], subprocess.DEVNULL)
    assert code == 1 and said.count("is the file of these commands") == said.count("\n") == 9
    assert path.read_text() == text
    with open(path, "a") as out:
        code, said = run(["shell", path], out)
    assert code == 2 and "standard output goes to the file that is read" in said


def test_a_machine_may_be_saved_where_it_was_loaded(run, tmp_path):
    path = tmp_path / "machine"
    told = f"machine 64M\nsave {path}\nload {path}\nalloc GFP_KERNEL\nsave {path}\nload {path}\nfree #1\n"
    assert run(["shell"], subprocess.DEVNULL, input=told) == (0, "")

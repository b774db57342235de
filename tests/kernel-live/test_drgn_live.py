# SPDX-License-Identifier: GPL-2.0-only
"""The same stopped kernel through gdb and, from dumps of it, through drgn: what is read is the same, and bad dumps are named.

KERNEL in the environment names the kernel that is booted, as `make test-kernel` does: debian, debian:PACKAGE, VMLINUX,IMAGE."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".cache/drgn/bin/python"
SCRIPT = ROOT / "src/kernel/pageflow-drgn"
FETCHED = ROOT / ".cache/kernel"
COMMANDS = ("snapshot", "buddyinfo", "pagetypeinfo", "zoneinfo")
DUMPS = ("dump.elf", "dump.z")
NOTE, HEADERS = b"VMCOREINFO\0", 1 << 14  # what stands before the memory


def kernel_files():
    """(VMLINUX, IMAGE)"""
    named = os.environ.get("KERNEL", "debian")
    place = FETCHED / named.removeprefix("debian:")
    files = named.split(",") if "," in named else [place / "vmlinux", place / "vmlinuz"]
    if not all(map(os.path.exists, files)):
        pytest.skip(f"KERNEL={named} is not there: make test-kernel fetches Debian's, and takes VMLINUX,IMAGE")
    return [str(pathlib.Path(file).resolve()) for file in files]


@pytest.fixture(scope="module")
def vmlinux():
    return kernel_files()[0]


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """A folder with what gdb read of a kernel that KASLR had moved, and with dumps of the same moment."""
    if not PYTHON.exists():
        pytest.skip("drgn is missing: .ci/setup drgn")
    folder = tmp_path_factory.mktemp("stopped")
    symbols, image = kernel_files()
    gdb = [
        "sh",
        "-c",
        'exec gdb -nx -batch -iex "source src/gdb/pageflow.py" -ex "target remote $PAGEFLOW_KERNEL" "$@"',
        "sh",
    ]
    words = [sys.executable, ".ci/kernel_boot.py", symbols, image, *gdb]
    words += ["-x", str(pathlib.Path(__file__).with_name("dump_in_gdb.py")), symbols]
    environment = {"MEMORY": "128M", "CPUS": "2", "CMDLINE": "kaslr", **os.environ, "FOLDER": str(folder)}
    done = subprocess.run(words, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert (folder / DUMPS[-1]).exists(), done.stdout + done.stderr
    yield folder
    shutil.rmtree(folder)  # dumps are large


def drgn(*words):
    return subprocess.run([PYTHON, SCRIPT, *map(str, words)], capture_output=True, text=True, cwd=ROOT)


def refused(folder, *words):
    """The one line that something cannot be used with; nothing is written."""
    output = folder / "never"
    done = drgn("snapshot", "-o", output, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert not list(folder.glob("never*"))
    return done.stderr.removeprefix("pageflow-drgn snapshot: ").strip()


def begin_of(whole, size, folder):
    """The first bytes of a dump, as a file."""
    path = folder / f"cut-{size}-{whole.name}"
    with open(whole, "rb") as file:
        path.write_bytes(file.read(size))
    return path


# ---- The same state ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dump", DUMPS)
@pytest.mark.parametrize("command", COMMANDS)
def test_dump_shows_what_gdb_showed(stopped, vmlinux, command, dump):
    done = drgn(command, stopped / dump, vmlinux)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (stopped / command).read_text()


def test_dump_without_vmcoreinfo_is_searched_for_it(stopped, vmlinux):
    """An ELF dump whose note has another name, if it has one: without qemu_fw_cfg in the guest qemu writes none."""
    path = stopped / "nameless.elf"
    whole = (stopped / "dump.elf").read_bytes()
    path.write_bytes(whole[:HEADERS].replace(NOTE, b"SOMETHING!\0") + whole[HEADERS:])
    assert drgn("buddyinfo", path, vmlinux).stdout == (stopped / "buddyinfo").read_text()


def test_pageflow_takes_the_snapshot(stopped, vmlinux, pageflow):
    kept = stopped / "kept.snapshot"
    assert drgn("snapshot", stopped / "dump.z", vmlinux, "-o", kept).returncode == 0
    done = pageflow("explain", "GFP_KERNEL", "0", "--machine", kept)
    assert done.returncode in (0, 1), done.stderr


# ---- What cannot be used -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", [0.001, 0.1, 0.5, 0.999])
@pytest.mark.parametrize("dump", DUMPS)
def test_dump_that_is_cut_short_is_named(stopped, vmlinux, dump, part):
    whole = stopped / dump
    path = begin_of(whole, int(whole.stat().st_size * part), stopped)
    line = refused(stopped, path, vmlinux)
    path.unlink()
    assert line.startswith(str(path))
    assert "cut short" in line

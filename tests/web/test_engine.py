# SPDX-License-Identifier: GPL-2.0-only
"""The command as WebAssembly decides and prints as the native one does, byte for byte.

With PAGEFLOW_EVERY_RECORDING set all recordings are replayed, otherwise the smallest of each profile.
"""

import lzma
import os
import pathlib
import random
import subprocess
import sys

import pytest
from hang import HANG

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import engine  # noqa: E402

ROOT = engine.ROOT
SCENARIOS = sorted((ROOT / "docs/scenarios").glob("*.pf"))
SAMPLES = sorted(path for path in (ROOT / "tests/samples").rglob("*") if path.is_file())
RECORDINGS = sorted((ROOT / "tests/traces").glob("*.xz"), key=lambda path: path.stat().st_size)
NOISE = random.Random(16).randbytes(1 << 21)


def profile(path):
    """The machine that a recording was made on: what its name begins with."""
    return path.name.replace(".", "-").split("-")[0]


def recordings():
    if os.environ.get("PAGEFLOW_EVERY_RECORDING"):
        return RECORDINGS
    return list({profile(path): path for path in reversed(RECORDINGS)}.values())


def name(value):
    return value.name if isinstance(value, pathlib.Path) else None


@pytest.fixture
def native(pageflow):
    """Runs the native command as engine.run() runs the other."""
    command = pageflow("--version").args[:-1]

    def run(words, stdin=b""):
        done = subprocess.run([*command, *words], input=stdin, capture_output=True, cwd=ROOT, timeout=HANG)
        return engine.Result(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def alike(native):
    """Holds what the two print and how they end against each other; gives it."""

    def compare(words, stdin=b""):
        expected = native(words, stdin)
        assert engine.run(words, stdin) == expected
        return expected

    return compare


@pytest.mark.parametrize("path", SCENARIOS, ids=name)
def test_scenario(alike, path):
    assert alike(["shell", "-"], path.read_bytes()).out


@pytest.mark.parametrize("path", SAMPLES, ids=name)
def test_sample(alike, path):
    alike(["explain", "--log", "-", "--json"], path.read_bytes())


@pytest.mark.parametrize("path", recordings(), ids=name)
def test_recording(alike, path):
    assert b": identical " in alike(["replay", "-"], lzma.decompress(path.read_bytes())).out


@pytest.mark.parametrize(
    "words",
    [
        ["shell", "-"],
        ["replay", "-"],
        ["explain", "--log", "-"],
        ["--version"],
        ["--help"],
        ["shell", "--help"],
        ["nosuch"],
        [],
        ["explain"],
        ["explain", "GFP_KERNEL", "0"],
        ["explain", "GFP_KERNLE", "0"],
        ["explain", "GFP_ATOMIC", "3", "--json"],
        ["explain", "GFP_KERNEL", "99999999999999999999"],
        ["explain", "--log", "no/such/file"],
        ["replay", "tests"],
        ["shell", "docs/scenarios/orders.pf"],
    ],
    ids=" ".join,
)
def test_words(alike, words):
    alike(words)


@pytest.mark.parametrize("command", [["shell", "-"], ["replay", "-"], ["explain", "--log", "-"]], ids=" ".join)
@pytest.mark.parametrize(
    "text",
    [NOISE, NOISE.replace(b"\0", b" "), b"alloc GFP_KERNEL 3\n" * 2000, b"x" * (1 << 21)],
    ids=["noise", "noise without zero bytes", "no machine", "a long line"],
)
def test_bad_input(alike, command, text):
    assert alike(command, text).code


def test_a_text_of_many_words_takes_no_longer_for_each(alike):
    alike(["shell", "-"], b"machine 64M\n" + b"# a word\n" * 200000)


def test_files_are_written_and_read(tmp_path, native):
    text = b"machine 64M\nalloc GFP_KERNEL 3\nsave %s\nload %s\nbuddyinfo\n"
    (tmp_path / "old").write_text("this is replaced")
    for file in ("new", "old"):
        there = engine.run(["shell", "-"], text % (file.encode(), file.encode()), tmp_path)
        here = native(["shell", "-"], text % ((str(tmp_path / "native").encode(),) * 2))
        assert (there.code, there.err) == (0, b"") and here.out.endswith(there.out[-200:])
        assert (tmp_path / file).read_bytes() == (tmp_path / "native").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["native", "new", "old"]


def test_packed_files_are_refused_with_the_remedy():
    done = engine.run(["replay", str(RECORDINGS[0].relative_to(ROOT))])
    assert done.code == 2 and done.out == b""
    assert done.err.endswith(
        b": it is packed with xz, and this build of pageflow cannot unpack; unpack it with 'xz -d', and give what that makes\n"
    )


def test_a_machine_that_does_not_fit_is_refused_with_the_remedy():
    done = engine.run(["shell", "-"], b"machine 256G\nmachine 64M\nbuddyinfo\n")
    assert done.code == 1 and b"zone" in done.out
    assert done.err == (
        b"pageflow shell: standard input:1: machine: the page has no 4096 MiB of memory for struct pages; "
        b"use a smaller machine\n"
    )


def test_memory_of_a_machine_serves_the_next(alike):
    alike(["shell", "-"], b"machine 64M\nalloc GFP_KERNEL|__GFP_ZERO 3\nfill 16\nbuddyinfo\n" * 8)


def test_machines_made_anew_do_not_use_up_the_memory():
    """Each is larger than the one before, so that no piece of memory that comes back is large enough alone."""
    done = engine.run(
        ["shell", "-"], b"".join(b"machine %dM\nalloc GFP_KERNEL 3\n" % (8192 + 64 * n) for n in range(34))
    )
    assert (done.code, done.err) == (0, b"")

# SPDX-License-Identifier: GPL-2.0-only
"""`pageflow replay`: what it prints where, its exit codes, and files that are no recordings."""

import json
import lzma
import re

import pytest
from hang import HANG

TRACE = "tests/traces/uma96-order0-10.trace.xz"
BOOT = "tests/traces/uma128cma.boot.xz"
IDENTICAL = re.compile(r"\S+: identical ops=\d+ events=\d+ checks=\d+")


@pytest.fixture(scope="module")
def lines():
    """The lines of a short recording, as bytes."""
    with lzma.open(TRACE) as packed:
        return packed.read().splitlines()


@pytest.fixture
def recording(tmp_path, lines):
    """Writes the recording with some lines changed: recording({number: bytes}), numbers from 1; None ends the file."""

    def write(changes, name="changed.trace"):
        content = []
        for number, line in enumerate(lines, 1):
            line = changes.get(number, line)
            if line is None:
                break
            content.append(line)
        path = tmp_path / name
        path.write_bytes(b"\n".join(content) + b"\n")
        return path

    return write


def first(lines, beginning, after=0):
    """Number of the first line after `after` that begins so."""
    return next(n for n, line in enumerate(lines, 1) if n > after and line.startswith(beginning))


def test_all_recordings_are_identical(pageflow, root):
    files = sorted(str(path.relative_to(root)) for path in root.glob("tests/traces/*.xz"))
    result = pageflow("replay", *files, timeout=6 * HANG)
    assert result.returncode == 0
    assert result.stderr == ""
    shown = result.stdout.splitlines()
    assert len(shown) == len(files) >= 20
    for name, line in zip(files, shown, strict=True):
        assert line.startswith(f"{name}: ") and IDENTICAL.fullmatch(line)


def test_counts(pageflow):
    assert pageflow("replay", TRACE).stdout == f"{TRACE}: identical ops=15000 events=7787 checks=16\n"


def test_plain_text_is_read_too(pageflow, recording):
    path = recording({})
    assert pageflow("replay", path).stdout == f"{path}: identical ops=15000 events=7787 checks=16\n"


def test_boot_recording(pageflow):
    result = pageflow("replay", BOOT)
    assert re.fullmatch(re.escape(BOOT) + r": identical ops=0 events=0 checks=[1-9]\d+\n", result.stdout)


def test_divergence(pageflow, recording, lines):
    number = first(lines, b"a ", first(lines, b"end"))
    words = lines[number - 1].split()
    wrong = b" ".join([*words[:-1], str(int(words[-1]) ^ 1).encode()])
    path = recording({number: wrong})
    result = pageflow("replay", path)
    assert result.returncode == 1
    # The answer on one stream, in the contract's words; the account on the other.
    assert result.stdout == (
        f"{path}: diverged at op 1 (line {number}): expected {wrong.decode()}, got {lines[number - 1].decode()}\n"
    )
    account = result.stderr.splitlines()
    assert (
        account[0] == f"pageflow replay: {path}:{number}: expected {wrong.decode()}, found {lines[number - 1].decode()}"
    )
    assert any("operation" in line for line in account)
    lists = account[[("head first" in line) for line in account].index(True) :]
    pages = [word for line in lists if line.startswith("      ") for word in line.split()[1:] if word != "..."]
    assert pages and all(word.startswith("0x") for word in pages), "PFNs are in hex"
    assert all(f"   ({int(line.split('pfn=')[1].split()[0]):#x})" in line for line in account if " pfn=" in line)


def changed_digit(line, at):
    digit = line[at : at + 1]
    return line[:at] + (b"1" if digit != b"1" else b"2") + line[at + 1 :]


@pytest.mark.parametrize("beginning", [b"  l ", b"  d ", b"c "])
def test_one_changed_character(pageflow, recording, lines, beginning):
    # An event's PFN, or the hash of a check: its last character but one.
    number = first(lines, beginning, first(lines, b"end"))
    at = -2 if beginning == b"c " else len(beginning)
    path = recording({number: changed_digit(lines[number - 1], at % len(lines[number - 1]))})
    result = pageflow("replay", path)
    assert result.returncode == 1
    assert f"(line {number}): expected " in result.stdout


def test_changed_end_state(pageflow, recording, lines):
    number = first(lines, b" free ", first(lines, b"snapshot after"))
    path = recording({number: changed_digit(lines[number - 1], len(lines[number - 1]) - 1)})
    result = pageflow("replay", path)
    assert result.returncode == 1
    assert f"diverged at op 15000 (line {number})" in result.stdout


@pytest.mark.parametrize("share", [0.001, 0.3, 0.9, 0.9999])
def test_cut_off(pageflow, recording, lines, share):
    last = max(1, int(len(lines) * share))
    path = recording({last + 1: None})
    result = pageflow("replay", path)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"pageflow replay: {path}:{last}: expected ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "content, words",
    [
        (b"", "expected 'trace v1 ...', the first line of a recording, found 'the end of the file'"),
        (b"hello\n", "expected 'trace v1 ...', the first line of a recording, found 'hello'"),
        (b"boot v2\n", ":1: it is a recording of a boot of version 2, and this Pageflow reads version 1: use a newer"),
        (
            b"trace v2 x\n",
            ":1: it is a recording of version 2, and this Pageflow reads version 1: use a newer Pageflow",
        ),
        (b"boot v1 x\n", "expected 'boot v1', the first line of a boot recording"),
        (b"a\0b\n", "it is not text: it holds a zero byte"),
        (b"\xfd7zXZ\0garbage of more than a few bytes", "the xz data is damaged"),
        (lzma.compress(b"trace v1\n" * 1000)[:80], "the xz data ends early"),
        (bytes(range(1, 256)) * 8, "expected 'trace v1 ...'"),
    ],
    ids=["empty", "other", "newer-boot", "newer", "boot", "zeroes", "damaged", "cut", "binary"],
)
def test_no_recording(pageflow, tmp_path, content, words):
    path = tmp_path / "file"
    path.write_bytes(content)
    result = pageflow("replay", path)
    assert result.returncode == 2
    assert result.stdout == ""
    assert words in result.stderr
    assert result.stderr.startswith(f"pageflow replay: {path}:")
    assert result.stderr.count("\n") == 1


def test_missing_file(pageflow):
    result = pageflow("replay", "no/such/file")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "pageflow replay: no/such/file: cannot be read: No such file or directory; check its name\n"


def test_directory(pageflow, tmp_path):
    result = pageflow("replay", tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == f"pageflow replay: {tmp_path}: cannot be read: Is a directory; give a file\n"


def test_other_files_are_still_replayed(pageflow, recording, lines):
    number = first(lines, b"a ", first(lines, b"end"))
    diverging = recording({number: lines[number - 1] + b"0"})
    result = pageflow("replay", "no/such/file", diverging, TRACE)
    # The highest exit code wins; one line for each file that is a recording.
    assert result.returncode == 2
    assert [line.split(": ")[1].split()[0] for line in result.stdout.splitlines()] == ["diverged", "identical"]
    assert pageflow("replay", diverging, TRACE).returncode == 1


@pytest.mark.parametrize("option", ["-q", "--quiet"])
def test_quiet(pageflow, recording, lines, option):
    result = pageflow("replay", option, TRACE)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    number = first(lines, b"a ", first(lines, b"end"))
    result = pageflow("replay", option, recording({number: lines[number - 1] + b"0"}))
    assert (result.returncode, result.stdout, result.stderr) == (1, "", "")
    result = pageflow("replay", option, "no/such/file")
    assert (result.returncode, result.stdout, result.stderr) == (2, "", "")


def test_json(pageflow, recording, lines):
    number = first(lines, b"a ", first(lines, b"end"))
    wrong = lines[number - 1] + b"0"
    diverging = recording({number: wrong}, 'with "quotes" and \\.trace')
    result = pageflow("replay", "--json", TRACE, diverging, "no/such/file")
    assert result.returncode == 2
    identical, diverged, unreadable = json.loads(result.stdout)
    assert identical == {"file": TRACE, "outcome": "identical", "ops": 15000, "events": 7787, "checks": 16}
    assert diverged["file"] == str(diverging)
    assert diverged["outcome"] == "diverged"
    assert (diverged["ops"], diverged["line"]) == (1, number)
    assert diverged["expected"] == wrong.decode()
    assert diverged["got"] == lines[number - 1].decode()
    assert unreadable["outcome"] == "unreadable"
    assert "cannot be read" in unreadable["error"]


def test_json_escapes_control_characters(pageflow, tmp_path):
    path = tmp_path / "tab\tname"
    path.write_bytes(b"x\x01y\n")
    result = pageflow("replay", "--json", path)
    (answer,) = json.loads(result.stdout)
    assert answer["file"] == str(path)
    assert "x\x01y" in answer["error"]


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help(pageflow, option):
    result = pageflow("replay", option)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("usage: pageflow replay ")
    assert "exit code" in result.stdout


def test_without_a_file(pageflow):
    result = pageflow("replay")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "pageflow replay: missing argument FILE; try 'pageflow replay --help'\n"


@pytest.mark.parametrize("option", ["-x", "--nonsense"])
def test_unknown_option(pageflow, option):
    result = pageflow("replay", option, TRACE)
    assert (result.returncode, result.stdout) == (2, "")
    assert f"unknown option '{option}'" in result.stderr
    assert result.stderr.count("\n") == 1


def test_standard_input(pageflow, root):
    with open(root / TRACE, "rb") as packed:
        result = pageflow("replay", "-", stdin=packed)
    assert (result.returncode, result.stdout) == (0, "-: identical ops=15000 events=7787 checks=16\n")

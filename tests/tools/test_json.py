# SPDX-License-Identifier: GPL-2.0-only
"""JSON of every command: whatever bytes a file's name has, what is printed is JSON, and is laid out alike."""

import json
import shutil
import subprocess

import pytest

# (bytes of a name, as JSON gives them): each byte that belongs to no character becomes U+FFFD.
NAMES = [
    (b'a "name" of \\ three\ttabs', 'a "name" of \\ three\ttabs'),
    ("é€😀".encode(), "é€😀"),
    (b"\x01\x1f\x7f", "\x01\x1f\x7f"),
    (b"caf\xe9", "caf\ufffd"),
    (b"\xff\xfe", "\ufffd\ufffd"),
    (b"\x80x\xc3", "\ufffdx\ufffd"),  # the end of a character alone, the beginning alone
    (b"\xc0\xaf\xe0\x80\xaf", "\ufffd" * 5),  # longer than needed
    (b"\xed\xa0\x80", "\ufffd" * 3),  # half of a pair
    (b"\xf4\x90\x80\x80\xf5", "\ufffd" * 5),  # past the last character
    (b"\xe2\x82", "\ufffd\ufffd"),  # cut
    (b"\xf0\x9f\x98\x80\xf0\x9f\x98", "😀" + "\ufffd" * 3),
]


@pytest.fixture
def printed(pageflow, root):
    """What a command prints as JSON."""
    command = pageflow("--version").args[:-1]

    def run(*words):
        done = subprocess.run([*command, *words], capture_output=True, cwd=root, stdin=subprocess.DEVNULL)
        return done.stdout.decode("utf-8", "strict")

    return run


@pytest.mark.parametrize("name, shown", NAMES)
def test_names_of_any_bytes_give_json(printed, root, tmp_path, name, shown):
    path = bytes(tmp_path) + b"/" + name
    shown = f"{tmp_path}/{shown}"
    assert json.loads(printed("replay", "--json", path))[0]["file"] == shown
    shutil.copy(root / "tests/samples/5.8.18-kmem.ftrace", path)
    assert json.loads(printed("report", "--json", path))["file"] == shown
    shutil.copy(root / "tests/samples/5.8.18-oom.dmesg", path)
    assert json.loads(printed("explain", "--log", path, "--json"))["log"] == shown
    shutil.copy(root / "tests/traces/uma3z.boot.xz", path)
    assert json.loads(printed("explain", "GFP_KERNEL", "0", "--machine", path, "--json"))["machine"]["from"] == shown


def laid_out(value, depth=1):
    """A value as the commands lay it out: members of the whole, and containers in an array, have lines of their own."""
    if not isinstance(value, (dict, list)):
        return value if isinstance(value, Number) else json.dumps(value, ensure_ascii=False)
    items, broken = [], False
    for item in value:
        inner = value[item] if isinstance(value, dict) else item
        own_line = isinstance(inner, (dict, list)) if isinstance(value, list) else depth == 1
        broken |= own_line
        key = f"{json.dumps(item)}: " if isinstance(value, dict) else ""
        items.append(("\n" + "  " * depth if own_line else " " if items else "") + key + laid_out(inner, depth + 1))
    end = "\n" + "  " * (depth - 1) if broken else ""
    return ("{%s}" if isinstance(value, dict) else "[%s]") % (",".join(items) + end)


class Number(str):
    """A number as it was written."""


@pytest.mark.parametrize(
    "words",
    [
        ("replay", "--json", "tests/traces/uma3z.boot.xz", "README.md"),
        ("report", "--json", "tests/samples/5.8.18-kmem.ftrace"),
        ("explain", "--log", "tests/samples/6.6-numa.dmesg", "--json"),
        ("explain", "--log", "README.md", "--json"),
        ("explain", "GFP_KERNEL", "0", "--json"),
        ("explain", "GFP_KERNEL", "11", "--boot", "2x64M", "--json"),
    ],
)
def test_every_command_lays_it_out_alike(printed, words):
    text = printed(*words)
    assert laid_out(json.loads(text, parse_int=Number, parse_float=Number)) + "\n" == text

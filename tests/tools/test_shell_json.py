# SPDX-License-Identifier: GPL-2.0-only
"""`pageflow shell --json`: an object for each command says what the plain shell says, besides with events told and pictures."""

import json
import pathlib
import re
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest

ROOT = pathlib.Path(__file__).parents[2]
SCENARIOS = sorted(path.name for path in (ROOT / "docs/scenarios").glob("*.pf"))
EVENT = re.compile(r"^  (\w+):(?: \w+=\S*)*\n", re.MULTILINE)
PREFIX = re.compile(r"pageflow shell: .*?:(\d+): (.*)")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def shell(pageflow):
    """shell(bytes or lines, *options): (exit code, the objects, standard error)."""
    command = pageflow("--version").args[:-1]

    def run(commands, *options):
        text = commands if isinstance(commands, bytes) else "\n".join(commands).encode()
        done = subprocess.run([*command, "shell", "--json", *options], input=text, capture_output=True, check=False)
        return done.returncode, list(map(json.loads, done.stdout.decode().splitlines())), done.stderr.decode()

    return run


def counted(one):
    return sum(event["count"] for event in one["events"])


def kinds(one):
    return [picture["kind"] for picture in one["pictures"]]


@pytest.mark.parametrize("name", SCENARIOS)
def test_objects_say_what_the_plain_shell_says(pageflow, name):
    path = f"docs/scenarios/{name}"
    plain, objects = pageflow("shell", path), pageflow("shell", "--json", path)
    found = list(map(json.loads, objects.stdout.splitlines()))
    assert "".join(one["output"] for one in found) == EVENT.sub("", plain.stdout)
    assert objects.returncode == plain.returncode
    assert [(one["line"], one["command"]) for one in found] == [
        (number, line.strip())
        for number, line in enumerate((ROOT / path).read_text().split("\n"), 1)
        if line.strip() and not line.strip().startswith("#")
    ]
    events = sum(map(counted, found))
    if any(one["command"].startswith("trace ") for one in found):
        assert events == len(EVENT.findall(plain.stdout))
    else:
        assert events > 0


def test_errors_are_those_of_the_plain_shell(pageflow, shell):
    lines = ["alloc GFP_KERNEL", "machine 64M", "", "# alloc", "aloc GFP_KERNEL", "alloc GFP_KERNEL 3 0 7", "free 1 0"]
    lines += ["machine 1", "load no-such-file", "buddyinfo twice", "draw Normal", "steps", "fill x 10", "\x01\u20ac"]
    code, objects, said = shell(lines)
    plain = pageflow("shell", input="\n".join(lines) + "\n", stdin=None)
    assert (code, said, plain.returncode) == (1, "", 1)
    expected = [(int(line), words) for line, words in PREFIX.findall(plain.stderr)]
    assert [(one["line"], words) for one in objects for words in one["errors"]] == expected
    assert len(expected) == 11
    assert not any(one["pictures"] for one in objects)


def test_what_ends_the_plain_shell_is_said_on_standard_error(shell, tmp_path):
    code, objects, said = shell([], tmp_path / "none")
    assert (code, objects) == (2, []) and said.startswith(f"pageflow shell: {tmp_path}/none: cannot be read: ")
    assert shell(b"machine 64M\nfree\0")[:2] == (2, [])
    code, objects, said = shell([f"machine 64M\n#{'x' * 65535}", "y" * 65537, "buddyinfo"])
    assert (code, [one["line"] for one in objects]) == (2, [1])
    assert said == ("pageflow shell: standard input:3: a command has at most 65536 bytes; give a file of commands\n")
    snapshot = pathlib.Path(tmp_path / "machine")
    shell(["machine 64M", f"save {snapshot}"])
    code, objects, said = shell([], snapshot)
    assert (code, objects) == (2, []) and "this is no command" in said
    assert shell(["machine 64M", "quit", "alloc GFP_KERNEL"])[1][-1]["command"] == "quit"


def test_any_bytes_give_json(shell):
    bytes_ = [b"\xff\xfe", b'alloc "\\', b"file \xe2\x82", b"task 7 comm caf\xc3\xa9", b"alloc\tGFP_KERNEL\t", b"b\r"]
    code, objects, _said = shell(b"machine 64M\n" + b"\n".join(bytes_) + b"\n" + b"x" * 60000 + b"\n")
    assert code == 1
    assert [one["command"] for one in objects[1:7]] == [
        "\ufffd\ufffd",
        'alloc "\\',
        "file \ufffd\ufffd",
        "task 7 comm café",
        "alloc\tGFP_KERNEL",
        "b",
    ]
    assert len(objects[7]["command"]) == 60000


def test_events_are_told_together(shell):
    _code, objects, _said = shell(["machine 64M", "alloc GFP_KERNEL|__GFP_ZERO 0", "free #1", "file f", "fill f 500"])
    assert objects[0]["events"] == []
    locked, extfrag, *_rest, answer = objects[1]["events"]
    assert answer == {
        "name": "mm_page_alloc",
        "count": 1,
        "meaning": "the answer",
        "fields": "pfn 0x43c00, order 0, gfp_flags GFP_KERNEL | __GFP_ZERO, migratetype Unmovable",
    }
    assert objects[2]["events"] == [
        {"name": "mm_page_free", "count": 1, "meaning": "given back", "fields": "pfn 0x43c00, order 0"}
    ]
    names = [event["name"] for event in objects[4]["events"]]
    assert len(names) == len(set(names)) > 1  # each kind once: there are too many runs
    first = objects[4]["events"][0]
    assert first["count"] > 400 and " … " in first["fields"]


def test_an_event_without_a_page_is_of_another_kind(shell):
    _code, objects, _said = shell(
        ["machine 64M", "takeall GFP_NOWAIT|__GFP_NOWARN 10", "alloc GFP_NOWAIT|__GFP_NOWARN 10"]
    )
    failed = [event for event in objects[2]["events"] if "pfn none" in event["fields"]]
    assert [event["meaning"] for event in failed if event["name"] == "mm_page_alloc_zone_locked"] in (
        [],
        ["a zone had no block for it"],
    )
    assert any(event["name"] == "mm_page_alloc" and event["count"] == 1 for event in failed)


def test_commands_that_say_trace_have_the_events_they_ask_for(shell):
    lines = ["machine 64M", "alloc GFP_KERNEL", "trace on", "alloc GFP_KERNEL", "trace off", "alloc GFP_KERNEL"]
    assert [bool(one["events"]) for one in shell(lines)[1]] == [False, False, False, True, False, False]
    assert not any(one["events"] for one in shell([*lines[:2], "tr off"])[1])
    lines = ["machine 64M", "alloc GFP_KERNEL", "machine 64M", "alloc GFP_KERNEL", "# trace off"]
    assert [bool(one["events"]) for one in shell(lines)[1]] == [False, True, False, True]


def test_pictures_stand_for_what_is_printed(shell):
    lines = ["machine 64M", "buddyinfo", "alloc GFP_KERNEL", "draw", "pagetypeinfo", "draw zones words"]
    lines += ["steps alloc GFP_KERNEL 3", "zoneinfo", "draw percpu", "draw blocks", "draw lru"]
    code, objects, _said = shell(lines)
    assert code == 0
    assert [kinds(one) for one in objects] == [
        *([], ["lists"], [], ["lists"], ["lists"], ["zones"]),
        *(["steps"], [], ["percpu"], ["blocks"], ["lru"]),
    ]
    titles = []
    for one in objects:
        for picture in one["pictures"]:
            svg = ElementTree.fromstring(picture["svg"])
            titles.append(svg.find(SVG + "title").text)
            assert svg.find(SVG + "desc").text and picture["text"].endswith("\n")
        assert ("said" in one) == bool(one["pictures"])
    assert titles[0] == "State 1: free blocks by type and order"
    assert titles[1] == "State 2: free blocks by type and order · outlined: changed since state 1"
    assert objects[3]["output"] != objects[3]["pictures"][0]["text"]  # the plain `draw` knows no state before
    assert objects[6]["said"] == "#2: page 0x43c08 order 3\n"
    assert objects[6]["output"] == objects[6]["said"] + objects[6]["pictures"][0]["text"]
    assert {one["said"] for one in objects if one["pictures"]} == {"", objects[6]["said"]}


def test_one_zone_in_pictures(shell):
    lines = ["machine 2x64M", "draw", "pagetypeinfo", "draw zones 0 DMA", "draw percpu"]
    texts = [one["pictures"][0]["text"] for one in shell(lines, "--zone", "1 DMA")[1][1:]]
    assert [("Node 0" in text, "Node 1" in text) for text in texts] == [
        *((False, True), (False, True), (True, False), (False, True))
    ]
    code, objects, _said = shell(lines[:2], "--zone", "Nowhere")
    assert code == 1 and objects[1]["errors"] == ["draw: there is no zone 'Nowhere' on this machine"]
    assert "Node 0" in objects[1]["output"]


def test_what_is_written_to_standard_output_is_in_the_output(shell):
    code, objects, _said = shell(["machine 64M", "save /dev/stdout", "alloc GFP_KERNEL"])
    assert code == 0 and len(objects) == 3
    assert objects[1]["output"].startswith("pageflow-snapshot ") or "\nend\n" in objects[1]["output"]


def test_states_from_an_object_on(shell):
    lines = ["# a comment", "buddyinfo", "machine 128M,cpus=2", "alloc GFP_KERNEL 3", "alloc GFP_KERNEL|__GFP_ZERO"]
    _code, objects, _said = shell([*lines, "task 7 comm worker", "current 7", "cpu 1"], "--state", "0")
    assert ["state" in one for one in objects] == [False] + 6 * [True]
    state = objects[3]["state"]
    assert (state["configuration"], state["cpu"], state["cpus"], state["holds"]) == ("uma", 0, [0, 1], 2)
    assert [(held["number"], held["order"], held["gfp"]) for held in state["held"]] == [
        (1, 3, "GFP_KERNEL"),
        (2, 0, "GFP_KERNEL|__GFP_ZERO"),
    ]
    assert f"#1: page {state['held'][0]['pfn']:#x} order 3\n" == objects[2]["output"]
    (zone,) = state["zones"]
    assert (zone["node"], zone["name"], zone["managed"], zone["reserve"]) == (0, "DMA", 32768, [0, 0, 0, 0])
    assert 0 < zone["min"] < zone["low"] < zone["high"] < zone["free"] < zone["managed"]
    assert list(state["pictures"]) == ["lists", "zones", "percpu", "blocks"]
    assert "CPU 0" in state["pictures"]["percpu"]["text"]
    last = objects[-1]["state"]
    assert last["cpu"] == 1
    assert [(task["pid"], task["name"], task["running"]) for task in last["tasks"]] == [
        (1, "init", False),
        (7, "worker", True),
    ]
    json_again = json.dumps(shell([*lines, "task 7 comm worker", "current 7", "cpu 1"], "--state", "3")[1][3:])
    assert json_again == json.dumps(objects[3:])  # the state before is known though it is not written


def test_states_mark_what_has_changed(shell):
    lines = ["machine 64M", "alloc GFP_KERNEL", "gfp GFP_KERNEL", "free #1", "machine 64M"]
    states = [one["state"]["pictures"]["lists"]["svg"] for one in shell(lines, "--state", "0")[1]]
    titles = [ElementTree.fromstring(svg).find(SVG + "title").text for svg in states]
    assert [title.partition("order")[2] for title in titles] == [
        "",
        " · outlined: changed since state 1",
        " · as in state 2",
        " · as in state 3",  # the page waits on the CPU's list
        "",
    ]


def test_of_many_blocks_the_newest_are_listed(shell):
    state = shell(["machine 64M", "takeall GFP_NOWAIT|__GFP_NOWARN 0"], "--state", "1")[1][1]["state"]
    assert state["holds"] > 10000 and len(state["held"]) == 1000
    assert state["held"][-1]["number"] == state["holds"]


@pytest.mark.parametrize("words", [["--state", "0"], ["--zone", "DMA"]])
def test_options_that_go_with_json(pageflow, words):
    result = pageflow("shell", *words)
    assert (result.returncode, result.stderr) == (
        2,
        f"pageflow shell: {words[0]} goes with --json; try 'pageflow shell --help'\n",
    )

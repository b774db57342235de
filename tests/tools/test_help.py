# SPDX-License-Identifier: GPL-2.0-only
"""What the command says of itself: its help, the examples there, what may have been meant, and how wide all of it is."""

import os
import re
import subprocess

import pytest
from terminal import Terminal, pageflow_command
from test_options import COMMANDS

# An example as the help has it: the command, and what it exits with where that is not 0.
EXAMPLE = re.compile(r"^  \$ (.*)$", re.MULTILINE)
SAMPLES = ("zoneinfo", "buddyinfo", "pagetypeinfo")


def on_terminal(root, width, *words, typed=False):
    """What stands on a terminal of this width, in lines, and the exit code."""
    options = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "TERM")}
    command = ["sh", "-c", 'stty cols "$0" <&1 && exec "$@"', str(width), *pageflow_command(root), *words]
    with Terminal(command, cwd=root, typed=typed, env={**options, "NO_COLOR": "1"}) as terminal:
        seen, code = terminal.rest()
    return seen.decode().replace("\r\n", "\n").splitlines(), code


def examples(text):
    return EXAMPLE.findall(text.partition("\nexamples:\n")[2].replace("\n      ", " "))


# ---- Help ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_help_names_the_command_in_either_place(pageflow, command):
    asked, told = pageflow(command, "--help"), pageflow("help", command)
    assert (told.returncode, told.stdout, told.stderr) == (0, asked.stdout, "")
    assert pageflow("help", "--help").stdout.startswith("usage: pageflow help [COMMAND]")


def test_help_alone_is_that_of_the_whole(pageflow):
    assert pageflow("help").stdout == pageflow("--help").stdout
    assert pageflow("help").returncode == 0


@pytest.mark.parametrize("words", [["--help"], *([command, "--help"] for command in COMMANDS)], ids=" ".join)
def test_help_fits_into_the_terminal(pageflow, root, words):
    text = pageflow(*words).stdout
    assert all(len(line) <= 80 for line in text.splitlines())
    wide, code = on_terminal(root, 120, *words)
    assert (wide, code) == (text.splitlines(), 0)
    for width in (40, 60):
        lines, code = on_terminal(root, width, *words)
        # A word that is wider than a line is not cut.
        assert code == 0 and all(len(line) <= width or " " not in line.strip() for line in lines), lines
        assert re.sub(r"   or: |\s+", "", "".join(lines)) == re.sub(r"\s+", "", text)


# ---- Examples --------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(root, tmp_path):
    """A folder that looks like the source tree, with copies of the files of a machine's /proc."""
    for name in ("tests", "docs"):
        (tmp_path / name).symlink_to(root / name)
    (tmp_path / "copies").mkdir()
    for name in SAMPLES:
        (tmp_path / "copies" / name).write_bytes((root / f"tests/samples/5.8.18-uma3z.{name}").read_bytes())
    (tmp_path / "bin").mkdir()
    command = " ".join([*pageflow_command(root)[:-1], str(root / pageflow_command(root)[-1])])
    (tmp_path / "bin" / "pageflow").write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    (tmp_path / "bin" / "pageflow").chmod(0o755)
    return tmp_path


@pytest.mark.parametrize("words", [["--help"], *([command, "--help"] for command in COMMANDS)], ids=" ".join)
def test_each_example_does_what_it_says(pageflow, desk, words):
    found = examples(pageflow(*words).stdout)
    assert 2 <= len(found) <= 4
    for example in found:
        assert "pageflow" in example
        stated = re.search(r"  # exits (\d)", example)
        done = subprocess.run(
            ["bash", "-c", example],
            cwd=desk,
            env={**os.environ, "PATH": f"{desk / 'bin'}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
        )
        # The machine at hand may be of another kind, or keep these files to itself.
        wanted = (0, 2) if "as root" in example else (int(stated[1]) if stated else 0,)
        assert done.returncode in wanted, (example, done.stderr)
        assert done.returncode == 2 or (done.stdout or "-q" in example or " -o " in example or "--svg" in example)


# ---- What may have been meant ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words, said",
    [
        (["expalin"], "pageflow: there is no command 'expalin' (did you mean 'explain'?); try 'pageflow --help'"),
        (["help", "shel"], "pageflow help: there is no command 'shel' (did you mean 'shell'?); try 'pageflow help'"),
        (["help", "nonsense"], "pageflow help: there is no command 'nonsense'; try 'pageflow help'"),
        (
            ["explain", "--machien", "x"],
            "pageflow explain: unknown option '--machien' (did you mean '--machine'?); try 'pageflow explain --help'",
        ),
        (
            ["replay", "--qiet", "x"],
            "pageflow replay: unknown option '--qiet' (did you mean '--quiet'?); try 'pageflow replay --help'",
        ),
        (
            ["explain", "GFP_KERNEL", "0", "--boot", "64M,cpu=2"],
            "pageflow explain: 64M,cpu=2: 'cpu=2' is not part of a machine's description (did you mean 'cpus'?); known are "
            "cma=, cpus=, cpunodes=, base=, reserve=, nomap=, hole=, distance= and numa",
        ),
    ],
)
def test_the_nearest_name_is_named(pageflow, words, said):
    result = pageflow(*words)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", said + "\n")


@pytest.mark.parametrize(
    "line, said",
    [
        ("aloc GFP_KERNEL", "there is no command 'aloc' (did you mean 'alloc'?); 'help' lists the commands"),
        ("help takall", "there is no command 'takall' (did you mean 'takeall'?); 'help' lists the commands"),
        ("sysctl swapiness 3", "sysctl: there is no 'swapiness' to set here (did you mean 'swappiness'?)"),
        ("sysctl vm_swapiness 3", "sysctl: there is no 'vm_swapiness' to set here (did you mean 'swappiness'?)"),
        ("task 1 pri 3", "task: a task has no 'pri' to set (did you mean 'prio'?)"),
        ("memcg /job memory.maxx 3", "memcg: there is no 'memory.maxx' to set here (did you mean 'memory.max'?)"),
        (
            "gfp GFP_KERNEL & ~__GFP_OI",
            "gfp: '__GFP_OI' is not a gfp mask or flag (did you mean '__GFP_IO'?); masks are ",
        ),
        ("alloc GFP_KERNEL x", "alloc: 'x' is not an order: orders go from 0 to 10"),
        ("takeall GFP_KERNEL 11", "takeall: '11' is not an order: orders go from 0 to 10"),
        ("explain GFP_KERNEL x", "explain: 'x' is not an order: orders go from 0 to 10"),
        ("free 0x40000 11", "free: '11' is not an order: orders go from 0 to 10"),
    ],
)
def test_the_nearest_name_is_named_in_the_shell(pageflow, line, said):
    result = pageflow("shell", input=f"machine 64M\n{line}\n", stdin=None)
    assert result.returncode == 1
    assert result.stderr.startswith(f"pageflow shell: standard input:2: {said}") and result.stderr.count("\n") == 1


# ---- Masks -----------------------------------------------------------------------------------------------------------


def test_a_mask_is_an_expression_everywhere(pageflow):
    mask = "GFP_KERNEL & ~(__GFP_IO | __GFP_FS)"
    told = pageflow("explain", mask, "0", "--boot", "64M")
    assert told.returncode == 0 and told.stdout.startswith("GFP_NOIO (0xc00), order 0\n")
    lines = ["machine 64M", f"gfp {mask}", f"alloc {mask} 3", f"alloc {mask}", "blocks", f"explain {mask} 2"]
    said = pageflow("shell", input="\n".join(lines) + "\n", stdin=None)
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.splitlines()[0] == "0xc00 GFP_NOIO"
    assert re.search(r"^#1: page 0x\w+ order 3 GFP_NOIO\n#2: page 0x\w+ order 0 GFP_NOIO$", said.stdout, re.M)
    assert "\nGFP_NOIO (0xc00), order 2\n" in said.stdout


# ---- explain in the shell --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lines",
    [["machine 64M", "takeall GFP_ATOMIC 3"], ["machine 2x64M", "live", "file f", "fill f 90%", "alloc GFP_KERNEL 4"]],
)
@pytest.mark.parametrize("request_words", ["GFP_KERNEL 3", "GFP_ATOMIC|__GFP_NOWARN 2", "GFP_KERNEL 11"])
def test_explain_in_the_shell_is_that_of_the_saved_machine(pageflow, tmp_path, lines, request_words):
    """It answers as `explain --machine` does, and what follows is what would have followed without it."""
    saved = tmp_path / "saved"
    after = ["status", "buddyinfo", "alloc GFP_NOWAIT 2", "status"]

    def run(*between):
        return pageflow("shell", input="\n".join([*lines, "gfp 0", *between, "gfp 1", *after]) + "\n", stdin=None)

    told = run(f"save {saved}", f"explain {request_words}")
    alone = pageflow("explain", *request_words.split(), "--machine", saved)
    begin, answer, rest = re.fullmatch(r"(.*?^0 none\n)(.*)(^0x1 GFP_DMA\n.*)", told.stdout, re.S | re.M).groups()
    wanted = " ".join(alone.stdout.split()).replace(f"on {saved}: ", "on this machine: ")
    assert " ".join(answer.split()) == wanted
    assert alone.returncode in (0, 1) and (told.returncode, told.stderr) == (0, "")
    assert run().stdout == begin + rest


@pytest.mark.parametrize(
    "line, said",
    [
        ("explain", "explain: which mask?"),
        ("explain GFP_KERNEL 0 1", "explain: this machine has no NUMA: it has node 0 only"),
        ("explain GFP_KERNEL 0 north", "explain: 'north' is not a node"),
        ("explain GFP_KERNEL 0 0 0", "unexpected argument '0'"),
        ("explain GFP_KERNEL|__GFP_MOVABLE|__GFP_RECLAIMABLE 0", "explain: "),
    ],
)
def test_explain_in_the_shell_says_what_is_wrong(pageflow, line, said):
    result = pageflow("shell", input=f"machine 64M\n{line}\nalloc GFP_KERNEL\n", stdin=None)
    assert f"standard input:2: {said}" in result.stderr and result.stderr.count("\n") == 1
    assert result.stdout.startswith("#1: page")
    assert "there is no machine yet" in pageflow("shell", input="explain GFP_KERNEL\n", stdin=None).stderr


# ---- Width -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [40, 60, 80, 100])
@pytest.mark.parametrize(
    "words",
    [
        "GFP_KERNEL 3",
        "GFP_TRANSHUGE|__GFP_NORETRY|__GFP_THISNODE 9 --boot 2x64M --nid 1",
        "GFP_KERNEL 11",
        "GFP_KERNEL 0 --boot 4M,reserve=0x40000000+3M",
    ],
)
def test_an_explanation_is_as_wide_as_the_terminal(pageflow, root, words, width):
    lines, code = on_terminal(root, width, "explain", *words.split())
    assert code in (0, 1)
    assert all(len(line) <= width or " " not in line.strip() for line in lines), lines
    assert sum(line.startswith("answer: ") for line in lines) == 1
    # Elsewhere the answer is one line, the last.
    text = pageflow("explain", *words.split()).stdout.splitlines()
    assert text[-1].startswith("answer: ") and all(len(line) <= 80 for line in text[:-1])
    answer = " ".join(lines[[line.startswith("answer: ") for line in lines].index(True) :])
    assert " ".join(answer.split()) == text[-1]


def test_rounds_of_the_slow_path_are_as_wide_as_the_terminal(root, tmp_path, pageflow):
    saved = tmp_path / "full"
    pageflow(
        "shell", input=f"machine 64M\nprocess p\nmm 2 rss_anon 100\ntakeall GFP_NOWAIT\nsave {saved}\n", stdin=None
    )
    for width in (50, 80, 110):
        lines, _ = on_terminal(root, width, "explain", "GFP_KERNEL|__GFP_NORETRY", "0", "--machine", str(saved))
        assert any("13 __alloc_pages_slowpath" in line for line in lines)
        assert all(len(line) <= width or " " not in line.strip() for line in lines), lines


@pytest.mark.parametrize("width", [40, 80])
def test_a_message_wraps_on_a_terminal_alone(pageflow, root, width):
    words = ["explain", "GFP_KERNEL|__GFP_MOVEABLE", "0"]
    lines, code = on_terminal(root, width, *words, typed=True)
    said = pageflow(*words).stderr
    assert code == 2 and len(said.splitlines()) == 1
    assert len(lines) > 1 and all(len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(said.split())


@pytest.mark.parametrize("width", [60, 80, 100])
@pytest.mark.parametrize("words", [["report", "tests/samples/5.8.18-kmem.ftrace"], ["names", "rules"]], ids=" ".join)
def test_tables_are_as_wide_as_the_terminal(pageflow, root, words, width):
    lines, code = on_terminal(root, width, *words)
    assert code == 0 and all(len(line) <= width for line in lines), lines
    if words[0] == "names":
        assert all(row.count("\t") == 2 for row in pageflow(*words).stdout.splitlines())

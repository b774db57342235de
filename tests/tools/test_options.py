# SPDX-License-Identifier: GPL-2.0-only
"""Arguments of all subcommands: what is wrong is named in one line, in the same words everywhere."""

import re

import pytest

SAMPLE = "tests/samples/5.8.18-kmem.ftrace"
# What each command needs besides options, so that only the option is wrong.
ENOUGH = {
    "bench": ["empty", "1"],
    "explain": ["GFP_KERNEL", "0"],
    "help": ["shell"],
    "import": [SAMPLE],
    "names": ["gfp"],
    "replay": ["/nonexistent"],
    "report": [SAMPLE],
    "shell": ["/nonexistent"],
    "snapshot": [],
}
COMMANDS = sorted(ENOUGH)


@pytest.fixture
def refused(pageflow):
    """What a command says of arguments that it does not take, without the hint."""

    def run(command, *words):
        result = pageflow(command, *words)
        assert (result.returncode, result.stdout) == (2, ""), words
        found = re.fullmatch(rf"pageflow {command}: (.*); try 'pageflow {command} --help'\n", result.stderr)
        assert found, result.stderr
        return found[1]

    return run


def test_every_command_is_here(pageflow):
    listed = pageflow("--help").stdout.partition("commands:\n")[2].partition("\n\n")[0]
    assert [line.split()[0] for line in listed.splitlines()] == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_help_wins_wherever_it_stands(pageflow, command):
    for words in (["--help"], ["-h"], [*ENOUGH[command], "--help"], ["--he"]):
        result = pageflow(command, *words)
        assert (result.returncode, result.stderr) == (0, "")
        assert result.stdout.startswith(f"usage: pageflow {command}")


@pytest.mark.parametrize("command", COMMANDS)
def test_the_option_that_is_unknown_is_named(refused, command):
    assert refused(command, *ENOUGH[command], "--nonsense") == "unknown option '--nonsense'"
    assert refused(command, "--nonsense=3", *ENOUGH[command]) == "unknown option '--nonsense'"
    assert refused(command, "-xyz", *ENOUGH[command]) == "unknown option '-x'"
    assert refused(command, *ENOUGH[command], "-z") == "unknown option '-z'"
    assert refused(command, "--help=3") == "option '--help' takes no value"


@pytest.mark.parametrize(
    "command, option, value",
    [
        ("explain", "machine", "FILE"),
        ("explain", "boot", "SPEC"),
        ("explain", "log", "FILE"),
        ("explain", "svg", "FILE"),
        ("explain", "nid", "N"),
        ("import", "output", "FILE"),
        ("report", "svg", "FILE"),
        ("snapshot", "output", "FILE"),
        ("snapshot", "proc", "DIR"),
    ],
)
def test_a_value_that_is_missing_or_empty_is_asked_for(refused, command, option, value):
    assert refused(command, *ENOUGH[command], f"--{option}") == f"option '--{option}' needs a value: {value}"
    for words in ([f"--{option}="], [f"--{option}", ""]):
        assert refused(command, *words) == f"option '--{option}' needs a value that is not empty: {value}"


def test_a_short_option_needs_its_value_as_well(refused):
    assert refused("import", SAMPLE, "-o") == "option '--output' needs a value: FILE"


def test_a_beginning_that_several_options_share(refused):
    assert refused("explain", "--l", "x") == "several options begin with '--l'"


@pytest.mark.parametrize(
    "command, words, complaint",
    [
        ("bench", [], "missing argument ROW"),
        ("bench", ["empty"], "missing argument COUNT"),
        ("bench", ["empty", "1", "64M", "x"], "unexpected argument 'x'"),
        ("explain", [], "missing argument GFP"),
        ("explain", ["GFP_KERNEL"], "missing argument ORDER"),
        ("explain", ["GFP_KERNEL", "0", "x"], "unexpected argument 'x'"),
        ("explain", ["--log", "x", "y"], "unexpected argument 'y'"),
        ("help", ["shell", "x"], "unexpected argument 'x'"),
        ("import", [], "missing argument TRACE"),
        ("import", [SAMPLE, "x"], "unexpected argument 'x'"),
        ("replay", [], "missing argument FILE"),
        ("report", [], "missing argument TRACE"),
        ("report", [SAMPLE, "x"], "unexpected argument 'x'"),
        ("shell", ["a", "x"], "unexpected argument 'x'"),
        ("snapshot", ["x"], "unexpected argument 'x'"),
    ],
)
def test_the_argument_that_is_missing_or_unexpected_is_named(refused, command, words, complaint):
    assert refused(command, *words) == complaint


@pytest.mark.parametrize(
    "words, complaint",
    [
        (["pair-order11", "1"], "there is no row 'pair-order11': orders go from 0 to 10"),
        (["pair-order99", "1"], "there is no row 'pair-order99': orders go from 0 to 10"),
        (["pair-order", "1"], "there is no row 'pair-order': orders go from 0 to 10"),
        (["pair-order1x", "1"], "there is no row 'pair-order1x': orders go from 0 to 10"),
        (["bulk-nothing", "1"], "there is no row 'bulk-nothing'"),
        (["empty", "10xyz"], "COUNT must be a number from 1 to 100000000, not '10xyz'"),
        (["empty", "0"], "COUNT must be a number from 1 to 100000000, not '0'"),
        (["empty", "99999999999999999999"], "COUNT must be a number from 1 to 100000000, not '99999999999999999999'"),
    ],
)
def test_bench_names_the_range(refused, words, complaint):
    assert refused("bench", *words) == complaint


def test_bench_runs_every_row_of_its_help(pageflow):
    rows = re.findall(r"^  ([a-z]\S*) ", pageflow("bench", "--help").stdout, re.MULTILINE)
    assert len(rows) == 11 + 8
    for row in rows:
        result = pageflow("bench", row, "3", "64M")
        assert result.returncode == 0 and float(result.stdout) >= 0, row
    result = pageflow("bench", "empty", "1", "much")
    assert result.returncode == 2 and result.stderr.startswith("pageflow bench: much: 'much' says no size")


@pytest.mark.parametrize("words", ["pair-order10 1 4M", "pair-order0 1 4K", "bulk-alloc 100000 256M", "mixed 1 1M"])
def test_bench_says_when_a_machine_is_too_small(pageflow, words):
    row, count, machine = words.split()
    result = pageflow("bench", row, count, machine)
    said = f"the machine has too little free memory for {row} {count}; take a larger one"
    assert (result.returncode, result.stdout, result.stderr) == (2, "", f"pageflow bench: {machine}: {said}\n")


@pytest.mark.parametrize("command", ["explain", "report"])
def test_a_picture_and_json_do_not_share_standard_output(refused, command):
    said = "--json and '--svg -' both go to standard output: give --svg a file"
    assert refused(command, "--json", "--svg", "-", *ENOUGH[command]) == said

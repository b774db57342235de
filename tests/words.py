# SPDX-License-Identifier: GPL-2.0-only
"""What failed tests say, in the words of the book.

The test programs say what they know (tests/support/harness.c): the place, the assertion, its values, the row of a table.
What these mean stands in the sources: what flags and results are called in the headers, the row and the sentence that
begins with "Expect" in the test, the claim in its chapter.
"""

import functools
import pathlib
import re
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "docs" / "_ext"))
import constants  # noqa: E402
import statements  # noqa: E402
import test_facts  # noqa: E402

FAILED = re.compile(r"^(?P<file>[^\s:]+):(?P<line>\d+): FAILED (?P<name>\w+): (?P<said>.*)$")
NUMBER = re.compile(r"^(?P<what>.*) is (?P<value>-?\d+)(?: \(0x[0-9a-f]+\))?$")
VALUE = re.compile(r"^(?P<what>.*) is (?P<value>NULL|the page 0x[0-9a-f]+|0x[0-9a-f]+|\".*\")$")
ROW = re.compile(r"^in (?P<table>\w+)\[(?P<row>\d+)\] of (?P<rows>\d+)$")
LOOP = r"for_each_row ?\(\w+, {}\)"
LITERAL = re.compile(r"-?\d\w*$|'.*'$|\"[^\"]*\"$|NULL$")  # says itself what it is
DIED = re.compile(r"^(?:\(after this point\) )?Received (signal .*)$")
WHERE = {"uma": "without NUMA", "numa": "with NUMA", "front": "of the library"}
HEXADECIMAL = re.compile(r"pfn|PFN|0x|flags$")
WHOLE = 12  # failures that are told in full: what breaks more than that is better looked at one by one


class Failure:
    """One failed test, as its program told it."""

    def __init__(self, found):
        self.file, self.line, self.name = found["file"], int(found["line"]), found["name"]
        self.said, self.rows, self.programs = [found["said"]], [], []

    def add(self, line):
        found = ROW.match(line)
        if found:
            self.rows.append((found["table"], int(found["row"]), int(found["rows"])))
        else:
            self.said.append(line)

    @property
    def same(self):
        """What two programs must agree in for their failures to be told once."""
        return self.file, self.line, self.name, tuple(self.said), tuple(self.rows)


def read(told):
    """(failures, other lines) of what the programs said on stderr; `told` is {program: text}."""
    failures, others = {}, []
    for program, text in told.items():
        now = None
        for line in text.splitlines():
            found = FAILED.match(line)
            if found:
                now = Failure(found)
                now.programs = [program]
                failures.setdefault(program, []).append(now)
            elif now and line.startswith("\t"):
                now.add(line[1:])
            else:
                now = None
                others.append(f"{program}: {line}")
    merged = {}
    for one in (one for of_program in failures.values() for one in of_program):
        same = merged.setdefault(one.same, one)
        if same is not one:
            same.programs += one.programs
    return list(merged.values()), others


# ---- What a failure is about ---------------------------------------------------------------------------------------


@functools.cache
def text_of(file):
    path = ROOT / file  # which may be one of its own
    return path.read_text(encoding="utf-8") if path.is_file() else ""


@functools.cache
def tests():
    """name -> the test, with what it expects and the claims it proves."""
    paths = sorted((ROOT / "tests").glob("*/*.c"))
    return {one.name: one for path in paths for one in test_facts.tests_in(ROOT, path)}


def function_around(text, line):
    """(first, last) line of what stands between two closing braces at the margin."""
    ends = [0, *(at for at, one in enumerate(text.split("\n"), 1) if one.startswith("}")), text.count("\n") + 1]
    return next((first + 1, last) for first, last in zip(ends, ends[1:]) if line <= last)


def end_of_loop(lines, at):
    """The last line of a loop that begins on line `at`: a brace, or the one before the next that is not indented more."""
    indent = len(lines[at - 1]) - len(lines[at - 1].lstrip())
    for last, line in enumerate(lines[at:], at + 1):
        if line.strip() and len(line) - len(line.lstrip()) <= indent:
            return last if line.lstrip().startswith("}") else last - 1
    return len(lines)


def loop_of(failure, table):
    """(file, line) of the loop over a table in which a test failed; None where it had left that loop before its end."""
    of_test = tests()[failure.name].file if failure.name in tests() else failure.file
    for file in dict.fromkeys((of_test, failure.file)):
        lines = text_of(file).split("\n")
        for at in (at for at, line in enumerate(lines, 1) if re.search(LOOP.format(table), line)):
            first, last = function_around(text_of(file), at)
            above = [(line, name) for line, name, _claims in test_facts.names(text_of(file)) if first <= line <= at]
            owner = max(above, default=(0, None))[1]
            beside = failure.file == file and first <= failure.line <= last
            left = beside and failure.line > end_of_loop(lines, at)  # a test that dies has told of no later line
            if owner in (None, failure.name) and not left:
                return file, at
    return None


def row_words(failure, table, row, rows):
    """A row of a table in words, or its number where it cannot be read; '' where the test had left the table."""
    loop = loop_of(failure, table)
    if not loop:
        return "", []
    numbered = f"row {row + 1} of {rows}"
    found = test_facts.table_before(text_of(loop[0]), loop[1], table, failure.programs[0])
    if not found or len(found.rows) != rows:
        return f"{numbered} of `{table}`", []
    return f"{numbered}: {found.words(row)}", found.cells(row)


# ---- Names of numbers ----------------------------------------------------------------------------------------------


@functools.cache
def known(file):
    """What numbers are called, in the headers and in one test's file."""
    found = constants.Constants(ROOT)
    found.read(text_of(file))
    return found


def kind_of(failure, sides, cells):
    """What kind of numbers a failed comparison is about: either side may say so, or the cell of a row that it names."""
    names = known(failure.file)
    for side in sides:
        kind = names.kind_of(side)
        if kind:
            return kind
    for side in sides:
        for column, value in cells:
            if column and re.search(rf"\.{column}$", side.strip()):
                kind = names.kind_of(value)
                if kind:
                    return kind
    return None


def number(value, kind, what, sides):
    """A value with its name; in hex where it is a mask or the number of a page frame, as either side of the comparison tells."""
    name = kind.words(value) if kind else ""
    hexadecimal = (kind and kind.flags) or any(HEXADECIMAL.search(constants.outside(side)) for side in sides)
    shown = hex(value) if hexadecimal and value >= 10 else str(value)
    return f"{shown} ({name})" if name and name != what else shown


def said_words(failure, cells):
    """What the assertion says, a line each."""
    numbers = [NUMBER.match(line) for line in failure.said]
    sides = [found["what"] for found in numbers if found]
    kind = kind_of(failure, sides, cells)
    lines = [DIED.sub(r"The test died of \1 after this line.", failure.said[0])]
    for line, found in list(zip(failure.said, numbers))[1:]:
        other = VALUE.match(line)
        if found and not LITERAL.match(found["what"]):
            lines.append(f"  {found['what']} is {number(int(found['value']), kind, found['what'], sides)}")
        elif other and not LITERAL.match(other["what"]):
            lines.append(f"  {line}")
        elif not found and not other:
            lines.append(line)
    return lines


# ---- The account ---------------------------------------------------------------------------------------------------


def claim_words(claim):
    """(sentence, FILE:LINE) of a claim in its chapter."""
    for folder in ("stages", "continued"):
        for path in sorted((ROOT / "docs" / folder).glob(f"{claim[:2]}-*.rst")):
            sentence, line = statements.said(path.read_text(encoding="utf-8"), claim)
            if sentence:
                return sentence, f"{path.relative_to(ROOT).as_posix()}:{line}"
    return "", ""


def wrapped(text, indent, more="", width=80):
    """A paragraph, or several lines each as one."""
    return [
        piece
        for line in text.split("\n")
        for piece in textwrap.wrap(
            line,
            width,
            initial_indent=indent,
            subsequent_indent=indent + more,
            break_long_words=False,
            break_on_hyphens=False,
        )
        or [""]
    ]


def where(failure):
    """In which configurations it failed."""
    return "with and without NUMA" if len(failure.programs) > 1 else WHERE.get(failure.programs[0], failure.programs[0])


def account(failure):
    """All that is known of one failure, in lines."""
    test = tests().get(failure.name)
    lines = ["", f"FAILED {failure.name}", *wrapped(f"{failure.file}:{failure.line}, {where(failure)}", "  ", "  ")]
    if test and test.file != failure.file:
        lines += [f"  called from {test.file}:{test.line}"]
    if test and test.expects:
        lines += wrapped(test.expects, "  ")
    cells = []
    for table, row, rows in failure.rows:
        words, its = row_words(failure, table, row, rows)
        cells += its
        lines += wrapped(words[:1].upper() + words[1:], "  ", "  ") if words else []
    for line in said_words(failure, cells):
        lines += wrapped(line, "    ", "    ")
    for claim in test.claims if test else []:
        sentence, place = claim_words(claim)
        lines += wrapped(f"Claim {claim}: “{sentence}”" if sentence else f"Claim {claim}", "  ", "  ")
        lines += [f"    {place}"] if place else []
    return lines


def alone(failure):
    """The account of one failure, without its test's name, for whoever has said that already."""
    return textwrap.dedent("\n".join(account(failure)[2:]))


def tell(told, whole=WHOLE):
    """What the programs said on stderr ({program: text}), in words; the first `whole` failures in full."""
    failures, others = read(told)
    lines = others
    for failure in failures[:whole]:
        lines += account(failure)
    if failures[whole:]:
        lines += ["", f"{len(failures) - whole} more failed; `make test T=NAME` tells of one in full:"]
        lines += [f"  {one.name} ({where(one)}) {one.file}:{one.line}" for one in failures[whole:]]
    return "".join(f"{line}\n" for line in lines)

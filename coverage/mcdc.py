#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Which conditions of src/stages, src/world and include were seen to decide on their own (MC/DC).

In:   build/mcdc/CONFIGURATION-*.profraw              what the tests counted
      build/CONFIGURATION/mcdc/tests/program          which decisions there are
      build/mcdc/tests.txt                            what the run that counted said of itself
      coverage/exclusions.tsv, lines of kind `mcdc`   what cannot be shown, and why
Out:  coverage/measured/mcdc.json

Headers count as src/stages, src/world and src/life use them, in a part of their own, `include`.

A condition is one of the operands that && and || put together into a decision. It is shown when two runs of that decision
differ in this condition and in the result, and in no other condition that was asked. It counts once, and counts as shown when the
tests of either configuration show it. Exit 0 when every condition is shown or argued, else 1, with each that is not.
"""

import bisect
import glob
import json
import pathlib
import re
import subprocess
import sys

import measured
from collect import CONFIGURATIONS, ran, read_ledger

OUT = pathlib.Path("build/mcdc")
ROOMS = ("src/stages/", "src/world/", "include/")


def part_of(path):
    """Where a file counts: with its stage, with the world, or with the headers."""
    if path.endswith(".h"):
        return "include"
    return pathlib.Path(path).name[:2] if path.startswith("src/stages/") else "world"


# ---- The sources -------------------------------------------------------------------------------------------------


class Source:
    """A file's text, with comments and what is quoted blanked, by clang's lines and columns."""

    WORDS = re.compile(rb'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
    DIRECTIVE = re.compile(rb"^[ \t]*#[ \t]*(?:if|elif|include).*$", re.MULTILINE)

    def __init__(self, path):
        def blank(found):
            return re.sub(rb"[^\n]", b" ", found[0])

        self.text = self.DIRECTIVE.sub(blank, self.WORDS.sub(blank, pathlib.Path(path).read_bytes())).decode("ascii")
        self.starts = [0] + [found.end() for found in re.finditer("\n", self.text)]

    def place(self, line, column):
        return self.starts[line - 1] + column - 1

    def line_of(self, place):
        return bisect.bisect_right(self.starts, place)

    def conditions(self, first, end):
        """(place, text) of each operand between two places, in the order of the text."""
        while first < end and self.text[first] in " \t\n(":
            if self.text[first] == "(":
                if self.closing(first) != len(self.text[:end].rstrip()) - 1:
                    break
                end = self.closing(first)
            first += 1
        operators = self.operators(first, end)
        if not operators:
            return [(first, " ".join(self.text[first:end].split()))]
        found = []
        for at in [*operators, end]:
            found += self.conditions(first, at)
            first = at + 2
        return found

    def closing(self, at):
        """The place of the bracket that closes the one at `at`."""
        depth = 0
        for place in range(at, len(self.text)):
            depth += (self.text[place] == "(") - (self.text[place] == ")")
            if not depth:
                return place
        return len(self.text)

    def operators(self, first, end):
        """Where && and || stand between two places, outside of brackets."""
        found, depth = [], 0
        for place in range(first, end):
            depth += (self.text[place] == "(") - (self.text[place] == ")")
            if not depth and self.text[place : place + 2] in ("&&", "||"):
                found.append(place)
        return found


# ---- What the tests counted ---------------------------------------------------------------------------------------


def export(configuration):
    """clang's account of one configuration."""
    program, profile = f"build/{configuration}/mcdc/tests/program", OUT / f"{configuration}.profdata"
    raw = glob.glob(str(OUT / f"{configuration}-*.profraw"))
    if not raw:
        sys.exit(f"mcdc: the tests of {configuration} left no profile in {OUT}")
    subprocess.run(["llvm-profdata-19", "merge", "-o", profile, *raw], check=True)
    words = ["llvm-cov-19", "export", f"-instr-profile={profile}", program]
    return json.loads(subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout)["data"][0]


def gather(account, decisions, functions):
    """Adds one configuration: decisions {file: {(line, column, line, column): [shown]}}, functions {file: {name: lines}}."""
    root = str(pathlib.Path.cwd()) + "/"
    for file in account["files"]:
        path = file["filename"].removeprefix(root)
        if path.startswith(ROOMS):
            for record in file["mcdc_records"]:
                before = decisions.setdefault(path, {}).get(tuple(record[:4]), [False] * len(record[-1]))
                decisions[path][tuple(record[:4])] = [a or b for a, b in zip(before, record[-1], strict=True)]
    for one in account["functions"]:
        path, body = one["filenames"][0].removeprefix(root), one["regions"][0]
        if path.endswith(".h") and not one["count"]:
            continue  # what none of the rooms measured uses is not measured
        functions.setdefault(path, {})[one["name"].split(":")[-1]] = range(body[0], body[2] + 1)


class Condition:
    def __init__(self, path, line, text, decision, function, shown):
        self.path, self.line, self.text, self.decision = path, line, text, decision
        self.function, self.shown, self.argued = function, shown, ""

    def __str__(self):
        where = "" if self.decision == self.text else f" in `{self.decision}`"
        return f"{self.path}:{self.line}: `{self.text}`{where} was not seen to decide on its own"


def conditions_of(path, decisions, functions):
    """Every condition of one file, and what of it cannot be measured."""
    source, found, wrong, inside = Source(path), [], [], set()
    for (line, column, last_line, last_column), shown in sorted(decisions.items()):
        first, end = source.place(line, column), source.place(last_line, last_column)
        operands = source.conditions(first, end)
        decision = " ".join(source.text[first:end].split())
        if len(operands) != len(shown):
            wrong.append(f"{path}:{line}: `{decision}`: clang counts {len(shown)} conditions, not {len(operands)}")
            continue
        inside.update(range(first, end))
        function = next((name for name, lines in functions.items() if line in lines), "")
        for (place, text), one in zip(operands, shown):
            found.append(Condition(path, source.line_of(place), text, decision, function, one))
    for operator in re.finditer(r"&&|\|\|", source.text):
        if operator.start() not in inside:
            line = source.line_of(operator.start())
            if path.endswith(".c") or any(line in lines for lines in functions.values()):
                wrong.append(f"{path}:{line}: clang does not measure the decision with this {operator[0]}")
    return found, list(dict.fromkeys(wrong))


# ---- The ledger ---------------------------------------------------------------------------------------------------


def argue(conditions):
    """Marks what the ledger gives reasons for; gives what is wrong with the ledger."""
    entries, wrong = read_ledger()
    for entry in (one for one in entries if one["kind"] == "mcdc"):
        mine = [
            one
            for one in conditions
            if (one.path, one.function) == (entry["file"], entry["function"]) and entry["pattern"] in one.text
        ]
        if not mine:
            wrong.append(f"{entry['where']}: no condition of {entry['function']} contains '{entry['pattern']}'")
        elif all(one.shown for one in mine):
            wrong.append(f"{entry['where']}: the tests do show that it decides on its own: remove it")
        for one in mine:
            one.argued = "" if one.shown else entry["reason"]
    return wrong


# ---- All of it ----------------------------------------------------------------------------------------------------


def files():
    return sorted(str(path) for room in ROOMS for path in pathlib.Path(room).glob("*.[ch]"))


def main():
    tests = ran(OUT)
    decisions, functions, conditions, wrong = {}, {}, [], []
    for configuration in CONFIGURATIONS:
        gather(export(configuration), decisions, functions)
    parts = {}
    for path in files():
        mine, complaints = conditions_of(path, decisions.get(path, {}), functions.get(path, {}))
        conditions += mine
        wrong += complaints
        parts.setdefault(part_of(path), []).append(path)
    wrong += argue(conditions)
    missing = [one for one in conditions if not one.shown and not one.argued]
    if tests["failed"]:
        wrong.append(f"{tests['failed']} tests failed; see {OUT}/tests.txt")
    for one in [*wrong, *missing]:
        print(f"mcdc: {one}", file=sys.stderr)
    figures = {part: count([one for one in conditions if part_of(one.path) == part]) for part in parts}
    if not tests["failed"]:
        measured.write("mcdc", "make coverage MCDC=1", {part: (parts[part], figures[part]) for part in parts})
    print(f"tests: {tests['passed']} passed, {tests['failed']} failed")
    for part, one in sorted(figures.items()):
        print(in_words(part, one))
    print(in_words("all", count(conditions)))
    return 1 if wrong or missing else 0


def count(conditions):
    argued = [one for one in conditions if one.argued]
    figures = {
        "conditions": len(conditions),
        "shown": sum(one.shown for one in conditions),
        "argued": len(argued),
    }
    if argued:  # for the book
        figures["reasons"] = [[one.function, one.text, one.argued] for one in argued]
    return figures


def in_words(part, figures):
    return f"{part}: {figures['conditions']} conditions, {figures['shown']} shown, {figures['argued']} argued"


if __name__ == "__main__":
    sys.exit(main())

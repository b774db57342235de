#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Prints what build/coverage/coverage.json adds up to, and fails below coverage/gate.json.

The last line is that of src/stages and src/world together, the one before that of src/life, src/state, src/replay and src/engine together, both in the form
`lines X% functions Y% branches Z%`, rounded down, so that 100.0% means all; what they are about stands on the two lines before. What is missing goes to stderr.
"""

import argparse
import json
import os
import sys

KINDS = ("lines", "functions", "branches")


def percent(hit, count):
    """One decimal, rounded down: only all is 100.0."""
    return 1000 * hit // count / 10 if count else 100.0


def summary_line(total):
    return " ".join(f"{kind} {percent(*total[kind]):.1f}%" for kind in KINDS)


def shortfalls(data, gate):
    """What keeps the gate shut, in words."""
    if data["ran"]["failed"]:
        yield f"{data['ran']['failed']} tests failed under coverage; see build/coverage/tests.txt"
    yield from data["ledger"]
    for name, limits in gate.items():
        for kind in KINDS:
            reached = percent(*data["totals"][name][kind])
            if reached < limits[kind]:
                yield f"{name}: {kind} {reached:.1f}%, the gate is {limits[kind]}%"


def show_missed(data, limit):
    """Names the lines, functions and outcomes that no test reached, in files whose gate is shut."""
    shown = 0
    for path, entry in data["files"].items():
        if not path.startswith("src/"):
            continue
        lost = [f"{path}:{line}: line not run{in_words(owner)}" for line, owner in entry["missed"]["lines"]]
        lost += [
            f"{path}:{line}: outcome {outcome} not taken{in_words(owner)}"
            for line, owner, outcome in entry["missed"]["branches"]
        ]
        lost += [f"{path}: {name}() not called" for name in entry["missed"]["functions"]]
        for text in lost:
            shown += 1
            if shown <= limit:
                print(text, file=sys.stderr)
    if shown > limit:
        print(f"... and {shown - limit} more; --missed {shown} shows all", file=sys.stderr)


def show_front():
    """The rooms that are compiled once, where `make coverage` has measured them."""
    if os.path.exists("build/coverage/front.json"):
        with open("build/coverage/front.json") as file:
            for room, total in json.load(file).items():
                print(f"{room}, without a gate:\n{summary_line(total)}")


def in_words(configuration):
    return f" ({configuration})" if configuration else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tests", action="store_true", help="print the tests' own line first")
    parser.add_argument("--report-only", action="store_true", help="fail for failed tests, not below the gate")
    parser.add_argument("--missed", type=int, default=60, help="how many missed lines and outcomes to name")
    args = parser.parse_args()
    with open("build/coverage/coverage.json") as file:
        data = json.load(file)
    with open("coverage/gate.json") as file:
        gate = json.load(file)["gate"]
    wrong = list(shortfalls(data, gate))
    if wrong and not args.report_only:
        show_missed(data, args.missed)
    for text in wrong:
        print(f"coverage: {text}", file=sys.stderr)
    if args.tests:
        print("tests in C, those without and those with NUMA added up:")
        print(f"tests: {data['ran']['passed']} passed, {data['ran']['failed']} failed")
    show_front()
    print("first of the next two lines: src/life, src/state, src/replay and src/engine")
    print("last line: src/stages and src/world")
    print(summary_line(data["totals"]["life+state+replay+engine"]))
    print(summary_line(data["totals"]["stages+world"]))
    if args.report_only:
        return 1 if data["ran"]["failed"] else 0
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

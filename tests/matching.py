#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""`tests/matching.py T`: what T of `make test T=NAME` means, found in the sources, before anything is built.

T is the number of a stage (`09`), a claim (`09-2`), or a piece of a test's name or of its file's. What is printed is what
such tests need: the programs `uma`, `numa` and `front` that hold one, `python` where a Python test is one, and `web` where one
runs the command as WebAssembly. Without a T that is everything.
"""

import difflib
import functools
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "docs" / "_ext"))
import test_facts  # noqa: E402

EVERYTHING = ("uma", "numa", "front", "python", "web")
SCRIPTED = {"python", "web"}  # what pytest runs


def filter_of(wanted):
    """What a stem, a name or a claim must hold: the number of a stage stands before a hyphen in its stems, and nowhere else."""
    return f"{int(wanted):02}-" if re.fullmatch(r"\d{1,2}", wanted) else wanted


def matches(piece, stem, name, claims=()):
    """Is a test asked for? (tests/support/harness.c asks the same.)"""
    return piece in stem or piece in name or piece in claims


def matches_script(piece, stem, name):
    """Is a Python test asked for? What it is run with, `[...]` in its name, counts only where T says so itself."""
    return matches(piece, stem, name if "[" in piece else name.partition("[")[0])


@functools.cache
def known(root=ROOT):
    """(program, stem, name, claims) of every test."""
    return list(test_facts.every(root))


def needed(wanted, root=ROOT):
    """The programs to build and run, in the order of EVERYTHING."""
    piece = filter_of(wanted)
    if not piece:
        return list(EVERYTHING)
    found = {one[0] for one in known(root) if matches(piece.partition("[")[0], *one[1:])}
    return [one for one in EVERYTHING if one in found]


def near(wanted, root=ROOT):
    """Names and stems that may have been meant, at most three."""
    names = {one for _program, stem, name, _claims in known(root) for one in (stem, stem.partition("-")[2], name)}
    return difflib.get_close_matches(wanted, sorted(names - {""}), 3)


def nothing(wanted):
    """Why nothing matches, with a remedy."""
    if re.fullmatch(r"\d{1,2}", wanted):
        return f"there is no stage {wanted}; `ls src/stages` shows them"
    if re.fullmatch(r"\d\d-\d+", wanted):
        return f"no test proves claim {wanted}"
    meant = near(wanted)
    told = (
        f"; did you mean {' or '.join(meant)}?" if meant else "; `ls tests/*` shows the files, without T all tests run"
    )
    return f"nothing matches '{wanted}'{told}"


if __name__ == "__main__":
    print(*needed(sys.argv[1] if len(sys.argv) > 1 else ""))

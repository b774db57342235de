#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Measures what the tests of the library and of the command run of the rooms that are compiled once: there is no gate.

In:   build/front/cov/pageflow and build/front/cov/tests/program, whose counters gcc's own code writes at each end
Out:  build/coverage/front.json: {"src/ROOM": {"lines": [hit, all], "functions": [...], "branches": [...]}}

The command is started some hundred times and adds to its counters each time, which is why `make` does not do this.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import collect

ROOMS = ("text", "library", "failure", "tools")
OBJECTS = pathlib.Path("build/front/cov").resolve()
COUNTS = (collect.OUT / "front").resolve()


def run_tests():
    """Runs what starts the command or the library; a failed test is for `make test` to report."""
    shutil.rmtree(COUNTS, ignore_errors=True)
    env = dict(os.environ, GCOV_PREFIX=str(COUNTS), GCOV_PREFIX_STRIP=str(len(OBJECTS.parts) - 1))
    env.update(PAGEFLOW=str(OBJECTS / "pageflow"), PYTHONDONTWRITEBYTECODE="1")
    quiet = {"env": env, "stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([str(OBJECTS / "tests/program")], check=False, **quiet)
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir=tests"]
    words += ["--import-mode=importlib", "-n", str(os.cpu_count()), "--dist", "worksteal", "tests/tools"]
    subprocess.run(words, check=False, **quiet)


def measured():
    """{file: its view} of all sources of these rooms."""
    counters = collect.Counters("front", lambda path: path.startswith(tuple(f"src/{room}/" for room in ROOMS)))
    keys = counters.before_any_test()
    for name in counters.notes:
        left = COUNTS / (name + ".gcda")
        if left.exists():
            keys += counters.keep({(name, "ran"): left.read_bytes()})
    counters.read()
    view = {}
    for key in keys:
        collect.add(view, counters.parsed[key], None)
    return view


def main():
    run_tests()
    items = {path: collect.items_of({"front": view}) for path, view in measured().items()}
    totals = {}
    for room in (f"src/{room}" for room in ROOMS):
        of_room = {
            (*key, path): hit for path in items if path.startswith(room + "/") for key, hit in items[path].items()
        }
        totals[room] = collect.summarise(of_room)
    (collect.OUT / "front.json").write_text(json.dumps(totals) + "\n")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Is merged.info, which the book's pages are drawn from, what lcov makes of the tracefile with one section a test?

lcov takes a while to add a thousand sections up, so collect.py adds as it writes, and this holds the two against each
other. Exit 0 when every count of every file agrees, 1 when one does not.
"""

import collections
import os
import pathlib
import subprocess
import sys
import tempfile

from collect import OUT, lcov_version


def counts(path):
    """{(file, kind, what): count} of a tracefile, its sections added up."""
    found, file = collections.Counter(), None
    for record in path.read_text().splitlines():
        kind, _, words = record.partition(":")
        if kind == "SF":
            file = os.path.relpath(words)
        elif kind == "DA":
            line, count = words.split(",")[:2]
            found[file, kind, line] += int(count)
        elif kind == "FNDA":
            count, name = words.split(",")
            found[file, kind, name] += int(count)
        elif kind == "BRDA":
            where, _, taken = words.rpartition(",")
            found[file, kind, where] += 0 if taken == "-" else int(taken)
    return found


def added_by_lcov(folder):
    """The tracefile as lcov adds it up."""
    result = pathlib.Path(folder, "added.info")
    setting = "branch_coverage=1" if lcov_version() >= 2 else "lcov_branch_coverage=1"
    words = ["lcov", "--quiet", "--rc", setting, "--add-tracefile", OUT / "pageflow.info", "--output-file", result]
    if lcov_version() >= 2:
        words += ["--ignore-errors", "inconsistent,inconsistent"]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        sys.exit(f"coverage: lcov failed:\n{done.stdout[-2000:]}")
    return result


def main():
    ours = counts(OUT / "merged.info")
    with tempfile.TemporaryDirectory() as folder:
        theirs = counts(added_by_lcov(folder))
    differing = sorted(key for key in ours.keys() | theirs.keys() if ours[key] != theirs[key])
    for key in differing[:20]:
        print(f"coverage: {' '.join(key)}: lcov counts {theirs[key]}, merged.info says {ours[key]}", file=sys.stderr)
    print(f"merged.info: {len(ours)} counts of {len({key[0] for key in ours})} files, {len(differing)} unlike lcov's")
    return 1 if differing or not ours else 0


if __name__ == "__main__":
    sys.exit(main())

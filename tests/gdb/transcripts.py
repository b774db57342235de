#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Sessions kept in docs/transcripts/: makes them again, and compares.

Usage: tests/gdb/transcripts.py            says which ones no longer hold, and how they differ
       tests/gdb/transcripts.py --remake   writes them anew

The first line of a transcript is its licence, the second the command that makes it. What differs from machine to machine is made equal
before comparing: addresses, numbers of lines, and what versions of gdb word differently.
"""

import difflib
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / 'docs' / 'transcripts'
LICENCE = '# SPDX-License-Identifier: GPL-2.0-only'
COMMAND = re.compile(r"^\$ make gdb(?P<numa> NUMA=1)?(?: S=(?P<scenario>\w+))? B='(?P<commands>.*)'$")


def make(line):
    """What the command of a transcript prints now."""
    match = COMMAND.match(line)
    if match is None:
        raise SystemExit(f"transcripts: expected a line like $ make gdb S=fast B='tour', found: {line}")
    program = f'build/{"numa" if match["numa"] else "uma"}/O0/gdb-driver'
    settings = {**os.environ, 'LC_ALL': 'C.UTF-8', 'TERM': 'dumb', 'COLUMNS': '80'}
    done = subprocess.run(
        ['bash', '.ci/gdb', program, match['scenario'] or '', match['commands']],
        cwd=ROOT,
        env=settings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    lines = [one.rstrip() for one in done.stdout.replace(f'{ROOT}/', '').split('\n')]
    return '\n'.join([LICENCE, line, *lines]).rstrip('\n') + '\n'


def normal(text):
    """A transcript without what may differ."""
    text = re.sub(r'0x[0-9a-f]{9,}(?: <[^>]*>)?', '0xADDRESS', text)
    text = re.sub(r'(\.[ch]):\d+', r'\1:LINE', text)
    text = re.sub(r', line \d+\.', ', line LINE.', text)
    text = re.sub(r'(?m)^\d+\t', 'LINE\t', text)
    text = re.sub(r'came to line \d+', 'came to line LINE', text)
    text = re.sub(r'(?m)^(=>|  ) +\d+(  |$)', r'\1 LINE\2', text)
    text = re.sub(r'(?m)^warning: .*\n', '', text)
    return text.replace('`', "'")


def files():
    return sorted(FOLDER.glob('*.txt'))


def difference(path):
    """Lines that tell how a transcript differs from what its command prints now; none if it holds."""
    kept = path.read_text(encoding='utf-8')
    now = make(kept.split('\n', 2)[1])
    before, after = normal(kept).splitlines(), normal(now).splitlines()
    return list(difflib.unified_diff(before, after, f'docs/transcripts/{path.name}', 'now', lineterm=''))


def main():
    if sys.argv[1:] == ['--remake']:
        for path in files():
            path.write_text(make(path.read_text(encoding='utf-8').split('\n', 2)[1]), encoding='utf-8')
        return 0
    if sys.argv[1:]:
        print(f"transcripts: unknown argument '{sys.argv[1]}'; only --remake is known", file=sys.stderr)
        return 2
    stale = [line for path in files() for line in difference(path)]
    print('\n'.join(stale) if stale else f'transcripts: {len(files())} hold')
    return 1 if stale else 0


if __name__ == '__main__':
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Sessions kept in docs/transcripts/: makes them again, and compares.

Usage: tests/gdb/transcripts.py            says which ones no longer hold, and how they differ
       tests/gdb/transcripts.py --remake   writes them anew

The first line of a transcript is its licence, the second the command that makes it. What differs from machine to machine is made equal
before comparing: addresses, numbers of lines, and what versions of gdb word differently. Of a session with a real kernel (KERNEL=debian)
all numbers and masks are made equal, and lines with lists are left out, since no two boots are alike; it is left as it is where that kernel is not at hand, and what it says is
compared by `make test-kernel`.
"""

import difflib
import lzma
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / 'docs' / 'transcripts'
LICENCE = '# SPDX-License-Identifier: GPL-2.0-only'
COMMAND = re.compile(
    r"^\$ make gdb(?P<kernel> KERNEL=debian)?(?P<numa> NUMA=1)?(?: S=(?P<scenario>\w+))? B='(?P<commands>.*)'$"
)
KERNEL = ROOT / '.cache' / 'kernel' / 'debian'
SAVED = ROOT / 'build' / 'kernel.pf'  # what `pf-save` writes in the session about state, and the book's copy of it
SHOWN = ROOT / 'docs' / 'examples' / 'real-kernel.snapshot.xz'
SERIES = '6.1'  # of Debian 12: the kernel that the kept sessions are of


def words(line):
    """The command of a transcript, as make would run it."""
    match = COMMAND.match(line)
    if match is None:
        raise SystemExit(f"transcripts: expected a line like $ make gdb S=fast B='tour', found: {line}")
    if match['kernel']:
        return ['bash', '.ci/kernel', 'debian', match['commands']]
    program = f'build/{"numa" if match["numa"] else "uma"}/O0/gdb-driver'
    return ['bash', '.ci/gdb', program, match['scenario'] or '', match['commands']]


def missing_kernel():
    """Why no session with the kernel can be made here; nothing where it can."""
    if not (KERNEL / 'vmlinux').exists():
        return f'no kernel in {KERNEL.relative_to(ROOT)}; make gdb KERNEL=debian fetches it'
    if f'-{SERIES}.' not in KERNEL.resolve().name:
        return f'{KERNEL.resolve().name} is here, and the kept sessions are of {SERIES}'
    return ''


def make(line):
    """What the command of a transcript prints now."""
    settings = {**os.environ, 'LC_ALL': 'C.UTF-8', 'TERM': 'dumb', 'COLUMNS': '80'}
    done = subprocess.run(
        words(line),
        cwd=ROOT,
        env=settings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    printed = re.sub(r'(?m)^kernel: .*\n', '', done.stdout.replace(f'{ROOT}/', ''))
    lines = [one.rstrip() for one in printed.split('\n')]
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


def command(path):
    """The line with the command that makes a transcript."""
    return path.read_text(encoding='utf-8').split('\n', 2)[1]


def files(kernel=False):
    """The transcripts of the debugger: those with our own program, or those with a real kernel."""
    sessions = [path for path in sorted(FOLDER.glob('*.txt')) if command(path).startswith('$ make gdb')]
    return [path for path in sessions if ('KERNEL=' in command(path)) == kernel]


# Who asks first differs from boot to boot, and so does the way in: the stages before the sixth, as pf-path has them.
WAY_IN = re.compile(r'(?m)^ +0[1-5]  .*\n')


def shapes(text):
    """What is alike in two boots: no numbers, no masks, and nothing of which lists have blocks, and how many."""
    text = re.sub(r'(?m)^  - .*\n(?:    .*\n)*', '', text)
    text = re.sub(r'(on per-CPU lists);.*', r'\1', text)
    text = re.sub(r'(?m)^.*(?:Unmovable|Movable|Reclaimable|HighAtomic).*\n', '', text)
    text = re.sub(r'(?m)^\s+0x[0-9a-fx ]+(?:\.\.\. \d+ more)?\n|^\(.*\n', '', text)
    text = re.sub(r'\b(?:__)?GFP_\w+(?:\|(?:__)?GFP_\w+)*', 'MASK', text)
    text = re.sub(r'\bMIGRATE_\w+', 'TYPE', text)
    text = re.sub(r' \(as \w+ has it\)', '', text)
    text = re.sub(r'\bpages?\b', 'page', text)
    text = re.sub(r'0x[0-9a-f]+|\b\d+\b', 'N', text)
    return re.sub(r'[ -]{2,}', '  ', text)


def difference(path):
    """Lines that tell how a transcript differs from what its command prints now; none if it holds."""
    kept = path.read_text(encoding='utf-8')
    now = make(command(path))
    alike = (lambda text: shapes(normal(WAY_IN.sub('', text)))) if 'KERNEL=' in command(path) else normal
    before, after = alike(kept).splitlines()[2:], alike(now).splitlines()[2:]
    return list(difflib.unified_diff(before, after, f'docs/transcripts/{path.name}', 'now', lineterm=''))


def main():
    known = [*files(), *([] if missing_kernel() else files(kernel=True))]
    if missing_kernel():
        print(f'transcripts: {len(files(kernel=True))} with a real kernel are left as they are: {missing_kernel()}')
    if sys.argv[1:] == ['--remake']:
        for path in known:
            path.write_text(make(command(path)), encoding='utf-8')
        if not missing_kernel():
            SHOWN.write_bytes(lzma.compress(SAVED.read_bytes(), preset=9))
        return 0
    if sys.argv[1:]:
        print(f"transcripts: unknown argument '{sys.argv[1]}'; only --remake is known", file=sys.stderr)
        return 2
    stale = [line for path in known for line in difference(path)]
    print('\n'.join(stale) if stale else f'transcripts: {len(known)} hold')
    return 1 if stale else 0


if __name__ == '__main__':
    sys.exit(main())

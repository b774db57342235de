# SPDX-License-Identifier: GPL-2.0-only
"""Runs a command once for each state of what it reads: its output is kept in build/transcripts under the contents of the
programs, and of the folders that the command names."""

import hashlib
import json
import os
import subprocess

SECONDS = 300  # only ends what would never end
HIDDEN = (
    'MAKEFLAGS',
    'MFLAGS',
    'MAKELEVEL',
    'MAKEOVERRIDES',
    'GCOV_PREFIX',
    'PAGEFLOW_COVERAGE_DIR',
    'PAGEFLOW_CATALOGUE',
)
PROGRAMS = ('build/*/O0/*driver*', 'build/pageflow', 'build/libpageflow.a')
# A command reads one of these when it names it.
FOLDERS = ('include', 'docs/examples', 'docs/scenarios', 'tests/samples', 'tests/traces')
DEBUGGER = '.ci/gdb'  # and whoever names this one, reads these:
BY_DEBUGGER = ('.ci/gdb', 'src/gdb/*.py', 'docs/scenarios/*')


def inputs(root, command):
    """The files whose contents decide what a command prints, as paths relative to the top of the tree."""
    patterns = [*PROGRAMS, *(f'{folder}/*' for folder in FOLDERS if folder in command)]
    if DEBUGGER in command:
        patterns += BY_DEBUGGER
    found = {path for pattern in patterns for path in root.glob(pattern) if path.is_file()}
    return sorted(path.relative_to(root).as_posix() for path in found)


def output(here, command, wanted):
    """(how the command left, what it printed on both streams); TimeoutError when it takes too long. Kept when it left as is
    wanted."""
    facts = [command, *(f'{path} {digest(here, path)}' for path in inputs(here.root, command))]
    kept = here.build / 'transcripts' / (hashlib.sha1('\n'.join(facts).encode()).hexdigest() + '.json')
    if kept.is_file():
        return json.loads(kept.read_text(encoding='utf-8'))
    said = execute(here.root, command)
    if said[0] != wanted:
        return said
    kept.parent.mkdir(parents=True, exist_ok=True)
    half = kept.with_suffix(f'.{os.getpid()}')  # another process may read it
    half.write_text(json.dumps(said), encoding='utf-8')
    os.replace(half, kept)
    return said


def digest(here, path):
    """The contents of a file, in short; each is read once a build."""
    if path not in here.digests:
        here.digests[path] = hashlib.sha1((here.root / path).read_bytes()).hexdigest()
    return here.digests[path]


def execute(root, command):
    settings = {name: value for name, value in os.environ.items() if name not in HIDDEN}
    settings |= {'LC_ALL': 'C.UTF-8', 'TERM': 'dumb', 'COLUMNS': '100'}
    try:
        done = subprocess.run(
            ['bash', '-c', command],
            cwd=root,
            env=settings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise TimeoutError(f'"{command}" took more than {SECONDS} s') from None
    return [done.returncode, done.stdout.replace(f'{root}/', '').rstrip('\n')]

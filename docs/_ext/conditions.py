# SPDX-License-Identifier: GPL-2.0-only
"""The conditions of docs/conditions.tsv: what 5.8.18 decides by, and by what each of them is reached."""

import collections
import re

FILE = 'docs/conditions.tsv'
HEADINGS = ['about', 'condition', 'reached by']
RECORDING = re.compile(r'\w+-\w+-\d+')
TEST = re.compile(r'\w+')
ABOUT = re.compile(r'(\d\d) (\S.*)')
ARGUED = 'argued: '

# `stage` and `about`: where it is decided; `reached`: pairs of 'recording', 'test' or 'argued' and its name or text.
Condition = collections.namedtuple('Condition', 'line stage about condition reached')


def kind_of(words):
    """What one of the words separated by semicolons is; None when it is nothing known."""
    if words.startswith(ARGUED):
        return 'argued', words[len(ARGUED) :]
    if RECORDING.fullmatch(words):
        return 'recording', words
    return ('test', words) if TEST.fullmatch(words) else None


def lines(root):
    """Number and fields of each line that says something."""
    path = root / FILE
    text = path.read_text(encoding='utf-8') if path.is_file() else ''
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith('#'):
            yield number, line.split('\t')


def read(root):
    """Every condition of the table; lines to whose form findings() objects are left out."""
    found = []
    for number, fields in lines(root):
        about = ABOUT.fullmatch(fields[0])
        reached = [kind_of(words) for words in fields[-1].split('; ')]
        if about and len(fields) == len(HEADINGS) and None not in reached:
            found.append(Condition(number, *about.groups(), fields[1], reached))
    return found


def test_names(root):
    """Names of all tests, those in C and those in Python."""
    names = set()
    for path in root.glob('tests/*/*.c'):
        names.update(re.findall(r'^TEST(?:_\w+)?\((\w+)', path.read_text(encoding='utf-8'), re.MULTILINE))
    for path in root.glob('tests/*/test_*.py'):
        names.update(re.findall(r'^def (test_\w+)', path.read_text(encoding='utf-8'), re.MULTILINE))
    return names


def findings(root):
    """What is wrong with the table: its form, and recordings and tests that are not there."""
    tests = test_names(root)
    for number, fields in lines(root):
        where = f'{FILE}:{number}'
        if len(fields) != len(HEADINGS) or not all(fields):
            yield f'{where}: three fields, separated by tabs: {", ".join(HEADINGS)}'
            continue
        if fields == HEADINGS:
            continue
        if not ABOUT.fullmatch(fields[0]):
            yield f'{where}: {fields[0]!r}: the number of a stage, a blank, and what it is about'
        for words in fields[2].split('; '):
            kind, name = kind_of(words) or (None, words)
            if kind is None:
                yield f'{where}: {words!r} is no recording, no test, and does not begin with {ARGUED!r}'
            elif kind == 'recording' and not (root / f'tests/traces/{name}.trace.xz').exists():
                yield f'{where}: there is no recording tests/traces/{name}.trace.xz'
            elif kind == 'test' and name not in tests:
                yield f'{where}: there is no test {name}'

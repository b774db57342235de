# SPDX-License-Identifier: GPL-2.0-only
"""The files of the C tests in pieces, as they are read: each test with the prose of the comment above it, and what stands
between the tests."""

import re
from dataclasses import dataclass

import test_facts
import tree_facts

from .sources import SHOWN_KINDS, SourceError, strip_stars

SUPPORT = 'tests/support/'


@dataclass(frozen=True)
class Piece:
    first: int  # line of its code
    last: int
    test: str = ''  # '' for what stands between tests
    claims: tuple = ()
    prose: tuple = ()  # of the comment above a test, or of that which opens the file: (whether it is a table, text)


def docname(file):
    """The page of a file of tests: tests/stages/X.c is shown on docs/tests/stages/X."""
    return 'docs/' + file.rpartition('.')[0] + ('-h' if file.endswith('.h') else '')


class TestFiles:
    """Every file of tests, and of what tests are made with, of one tree."""

    def __init__(self, sources):
        self.sources = sources
        found = [*sources.root.glob('tests/**/*.c'), *sources.root.glob(f'{SUPPORT}*.h')]
        self.files = sorted(path.relative_to(sources.root).as_posix() for path in found)
        self._names = None

    @property
    def names(self):
        """file -> name -> line of the functions, macros and structures it defines."""
        if self._names is None:
            self._names = {file: {} for file in self.files}
            try:
                tags = tree_facts.tags(self.sources.root, self.files)
            except tree_facts.FactsError as error:
                raise SourceError(str(error)) from None
            for tag in tags:
                if tag.get('kind') in SHOWN_KINDS and 'scope' not in tag and not tag['name'].startswith('TEST'):
                    self._names[tag['path']].setdefault(tag['name'], tag['line'])
        return self._names

    def place(self, file, name):
        """(file, line) of what a name in a file of tests stands for there, or among what tests are made with; or None."""
        near = [file, *(one for one in self.files if one.startswith(SUPPORT) and one.endswith('.c'))]
        near += [one for one in self.files if one.startswith(SUPPORT) and one.endswith('.h')]
        return next(((one, self.names[one][name]) for one in near if name in self.names.get(one, {})), None)

    def tests(self):
        """(file, name) of every test, those included that a macro makes."""
        for file in self.files:
            for _line, name, _claims in test_facts.names('\n'.join(self.sources.lines(file))):
                yield file, name

    def pieces(self, file):
        """The whole file: what opens it, its tests, and what stands between them."""
        lines = self.sources.lines(file)
        made, done = [], 0  # lines before this one are in pieces, or in prose
        opening = _opening(lines)
        if opening:
            made.append(Piece(0, -1, prose=prose(lines[opening[0] : opening[1]])))
            done = opening[1]
        elif lines[0].startswith('/* SPDX'):
            done = 1
        for line, name, claims in sorted(test_facts.names('\n'.join(lines))):
            comment, end = _comment_above(lines, line - 1), _end(lines, line - 1)
            made += _between(lines, done, comment)
            above = prose(lines[comment : line - 1])
            made.append(Piece(line, end + 1, name, tuple(claims), above))
            done = end + 1
        return [*made, *_between(lines, done, len(lines))]


def prose(lines):
    """The paragraphs of a comment: (True, text) where its lines must stay as they are."""
    text, found = strip_stars('\n'.join(lines)), []
    for block in re.split(r'\n[ \t]*\n', re.sub(r'^@(file|brief)\s*', '', text)):
        block = re.sub(r'^\n+', '', block).rstrip()
        if not block:
            continue
        table = bool(re.search(r'\S(?: {2,}|\t)\S|^[ \t]', block, re.M))
        found.append((table, block if table else ' '.join(block.split())))
    return tuple(found)


def _opening(lines):
    """(begin, end) of the comment that says what the file is about."""
    for at in range(min(3, len(lines))):
        if lines[at].startswith('/**'):
            end = next((one for one in range(at, len(lines)) if '*/' in lines[one]), at)
            return (at, end + 1) if '@file' in ''.join(lines[at : end + 1]) else None
    return None


def _comment_above(lines, at):
    """Where the comment begins that ends just above; this place when there is none."""
    if not at or not lines[at - 1].rstrip().endswith('*/'):
        return at
    first = at - 1
    while first and '/*' not in lines[first]:
        first -= 1
    return first


def _end(lines, at):
    """Where a test ends: at its brace, or, of one that a macro makes, where its bracket closes."""
    closes = (lambda line: line == '}') if lines[at].startswith('TEST') else (lambda line: line.endswith((')', ');')))
    return next((one for one in range(at, len(lines)) if closes(lines[one])), at)


def _between(lines, begin, end):
    while begin < end and not lines[begin].strip():
        begin += 1
    while end > begin and not lines[end - 1].strip():
        end -= 1
    return [Piece(begin + 1, end)] if begin < end else []

# SPDX-License-Identifier: GPL-2.0-only
"""What the C sources contain: definitions with their extent, doc comments, marks, and tests.

Universal Ctags finds where a definition begins and ends (a counter of braces would be fooled by #ifdef); the
rest is read from the text around it.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import test_facts
import tree_facts
from test_facts import CONFIGURATIONS

from . import own_lines

SHOWN_KINDS = ('function', 'struct', 'union', 'enum', 'macro', 'variable', 'typedef')
STEP = re.compile(r'^[ \t]*/\*\s*Step\s+(\d+)\s*:\s*((?:(?!\*/).)*?)\s*\*/[ \t]*$', re.S | re.M)
DEPARTS = re.compile(r'/\*\s*departs:\s*(.*?)\*/', re.S)
SOURCE = re.compile(r'@source\s+(.+?)(?=\n\s*\*?\s*(?:\n|@|\*?/)|\*/|$)', re.S)
PLACE = re.compile(r'(\S+):(\d+)$')


class SourceError(Exception):
    """A source file cannot be read as the book needs it; the message names the thing and the remedy."""


@dataclass
class Definition:
    file: str
    name: str
    kind: str
    start: int  # first line shown: the one the definition begins on, its doc comment left out
    end: int
    text: list = field(default_factory=list)
    doc: str = ''
    configurations: tuple = CONFIGURATIONS

    @property
    def brief(self):
        """The first sentence of the doc comment, without markup."""
        lines = []
        for line in self.doc.splitlines():
            line = line.strip()
            if line.startswith('@brief'):
                line = line[6:].strip()
            elif line.startswith('@') or (not line and lines):
                break
            if line:
                lines.append(line)
        words = ' '.join(lines)
        end = re.search(r'\.(?=\s|$)', words)
        return re.sub(r'\*{1,2}([^*]+)\*{1,2}', r'\1', words[: end.end()] if end else words)

    @property
    def provenances(self):
        """What each @source line of the doc comment says, in one line."""
        return [' '.join(found.split()) for found in SOURCE.findall(self.doc)]

    @property
    def provenance(self):
        """What the first of them says; '' when there is none."""
        return next(iter(self.provenances), '')

    @property
    def places(self):
        """(file, line) of each place in the kernel that the doc comment names: more than one where the kernel has a form
        for each configuration."""
        return [(one[1], int(one[2])) for one in map(PLACE.match, self.provenances) if one]


@dataclass
class Member:
    """A field of a structure, or a constant of an enumeration."""

    file: str
    of: str  # the tag; '' where it has none
    name: str
    kind: str  # 'member' or 'enumerator'
    doc: str


@dataclass(frozen=True)
class Step:
    """A comment that titles what follows it in a function."""

    number: str
    title: str
    lines: int  # that the comment takes


class Sources:
    """The C files of one tree, read once per build."""

    def __init__(self, root):
        self.root = Path(root)
        files = sorted(self.root.glob('src/**/*.[ch]')) + sorted(self.root.glob('include/**/*.h'))
        self.files = [
            path.relative_to(self.root).as_posix() for path in files if path != self.root / 'src/stages/stages.h'
        ]
        self._lines = {}
        self._found = None  # what Ctags finds
        self._configurations = {}
        self._own_lines = {}
        self._definitions = None
        self._members = None
        self._tests = None
        self._names = None

    def lines(self, file):
        if file not in self._lines:
            path = self.root / file
            if not path.is_file():
                raise SourceError(f'{file}: no such file; name it relative to the top of the repository')
            self._lines[file] = path.read_text(encoding='utf-8').split('\n')
        return self._lines[file]

    @property
    def definitions(self):
        """file -> list of definitions in the order of the file."""
        if self._definitions is None:
            self._definitions = {file: [] for file in self.files}
            for tag in self._tags():
                if tag['kind'] in SHOWN_KINDS and 'scope' not in tag:
                    self._definitions[tag['path']].append(self._definition(tag))
            for found in self._definitions.values():
                found.sort(key=lambda one: one.start)
        return self._definitions

    @property
    def members(self):
        """Every field and every constant that the sources define, in their order."""
        if self._members is None:
            self._members = [self._member(tag) for tag in self._tags() if tag['kind'] in ('member', 'enumerator')]
        return self._members

    def _member(self, tag):
        of = tag.get('scope', '').rpartition('::')[2]
        lines = self.lines(tag['path'])[tag['line'] - 1 :]
        return Member(
            tag['path'], '' if of.startswith('__anon') else of, tag['name'], tag['kind'], _doc_of_member(lines)
        )

    def _tags(self):
        if self._found is None:
            try:
                self._found = tree_facts.tags(self.root, self.files)
            except tree_facts.FactsError as error:
                raise SourceError(str(error)) from None
        return self._found

    def _definition(self, tag):
        lines = self.lines(tag['path'])
        start, end = tag['line'], tag.get('end', tag['line'])
        if tag['kind'] == 'macro':
            end = start
            while lines[end - 1].endswith('\\'):
                end += 1
        else:
            while start > 1 and _continues_upwards(lines[start - 2]):
                start -= 1
            if tag['kind'] in ('variable', 'typedef'):
                while end < len(lines) and ';' not in lines[end - 1]:
                    end += 1
        shown = self.configurations(tag['path'])[start : end + 1]
        both = tuple(one for one in CONFIGURATIONS if any(one in on for on in shown))
        return Definition(
            tag['path'],
            tag['name'],
            tag['kind'],
            start,
            end,
            lines[start - 1 : end],
            _doc_above(lines, start) or _doc_beside(lines[end - 1]),
            both or CONFIGURATIONS,
        )

    def configurations(self, file):
        """For each line (from 1; entry 0 is unused) the configurations that compile it."""
        if file not in self._configurations:
            self._configurations[file] = test_facts.configurations(self.lines(file))
        return self._configurations[file]

    @property
    def names(self):
        """Every name the sources define, and every tag they use (a structure may be declared and stay opaque)."""
        if self._names is None:
            self._names = {one.name for found in self.definitions.values() for one in found}
            for file in self.files:
                self._names.update(re.findall(r'\b(?:struct|union|enum)\s+(\w+)', '\n'.join(self.lines(file))))
        return self._names

    def is_tag(self, name):
        """Is there a structure, union or enumeration of this name?"""
        return any(
            one.name == name and one.kind in ('struct', 'union', 'enum')
            for found in self.definitions.values()
            for one in found
        )

    def find(self, file, name):
        """All definitions of a name in a file (one per configuration where they differ)."""
        self.lines(file)
        return [one for one in self.definitions.get(file, []) if one.name == name]

    def stage_files(self, stage):
        """The C files of a stage: its own, then its parts."""
        head = f'src/stages/{stage.stem}.c'
        parts = [file for file in self.files if file.startswith(f'src/stages/{stage.stem}-')]
        return [head] * (head in self.files) + parts

    def stage_functions(self, stage):
        return [one for file in self.stage_files(stage) for one in self.definitions[file] if one.kind == 'function']

    def departures(self, file):
        """(line, text) of each departure from the kernel marked in a file."""
        text = '\n'.join(self.lines(file))
        return [(text.count('\n', 0, found.start()) + 1, _comment_words(found[1])) for found in DEPARTS.finditer(text)]

    def own_lines(self, file):
        """line -> its kind (own_lines.py) of those lines of a stage that the kernel has nothing like."""
        if file not in self._own_lines:
            mine = file.startswith(own_lines.STAGES)
            self._own_lines[file] = own_lines.find(self.lines(file)) if mine else {}
        return self._own_lines[file]

    def function_at(self, file, line):
        """The function whose body (or doc comment, just above it) holds a line."""
        for one in self.definitions.get(file, []):
            if one.kind == 'function' and line <= one.end:
                return one
        return None

    def tests(self):
        """All tests of the tree: (file, line, name, [claim ids])."""
        return [(one.file, one.line, one.name, one.claims) for one in self.test_list()]

    def test_list(self):
        if self._tests is None:
            paths = sorted(self.root.glob('tests/**/*.c'))
            self._tests = [one for path in paths for one in test_facts.tests_in(self.root, path)]
        return self._tests


def steps(lines):
    """place in these lines -> the step whose title begins there."""
    text = '\n'.join(lines)
    return {
        text.count('\n', 0, found.start()): Step(found[1], _comment_words(found[2]), found[0].count('\n') + 1)
        for found in STEP.finditer(text)
    }


def _continues_upwards(line):
    """Does a definition that begins on the next line really begin on this one (its type on a line of its own)?"""
    text = line.strip()
    return bool(text) and not re.search(r'[;{}:\\]$|\*/$', text) and not text.startswith(('#', '/*', '*', '//'))


def _doc_above(lines, start):
    """The text of the doc comment that ends on the line above, without its stars; a departure may be marked in between."""
    at = start - 2
    while at >= 0 and lines[at].rstrip().endswith('*/'):
        first = at
        while first > 0 and '/*' not in lines[first]:
            first -= 1
        block = '\n'.join(lines[first : at + 1])
        if re.match(r'\s*/\*\*(?!<)', block):
            return '' if '@file' in block else strip_stars(block)
        if not re.match(r'\s*/\* departs: ', block):
            return ''
        at = first - 1
    return ''


def _doc_beside(line):
    """The text of a trailing doc comment."""
    found = re.search(r'/\*\*<\s*(.*?)\s*\*/', line)
    return found[1] if found else ''


def _doc_of_member(lines):
    """The trailing doc comment of a member, which may go on over lines."""
    found = re.match(r'[^\n]*?/\*\*<\s*(.*?)\s*\*/', '\n'.join(lines[:6]), re.S)
    return _comment_words(found[1]) if found else ''


def strip_stars(block):
    """The text of a comment."""
    body = re.sub(r'^\s*/\*\*?<?|\*/\s*$', '', block)
    return '\n'.join(re.sub(r'^\s*\*\s?', '', line) for line in body.split('\n')).strip()


def _comment_words(text):
    return ' '.join(re.sub(r'^\s*\*\s?', '', line).strip() for line in text.split('\n')).strip()

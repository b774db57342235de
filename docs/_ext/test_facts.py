# SPDX-License-Identifier: GPL-2.0-only
"""What the tests of this tree say of themselves: names, claims, what they expect. Needs no Sphinx and runs nothing."""

import re
from dataclasses import dataclass
from pathlib import Path

CONFIGURATIONS = ('uma', 'numa')
ENGINE = ('stages', 'world', 'life', 'state', 'replay', 'engine')  # the rooms of tests/ that both configurations run
FRONT = ('library', 'text')
SCRIPTS = ('tools', 'house', 'gdb', 'kernel')
WEB = ('web',)  # those in Python that run the command as WebAssembly
TEST = re.compile(r'^\s*TEST(?:_DIES|_EXITS)?\(\s*(\w+)\s*,\s*((?:"[^"]*"\s*)+)[,)]', re.M)
# A macro of one file that makes tests of one kind: `#define RECORDING(test, name)`, below it `TEST(replay_of_##test, "")`.
KIND = re.compile(r'^#define (\w+)\((\w+)[^)]*\)\s*\\\n\s*TEST\((\w*)##\2,', re.M)
SCRIPTED = re.compile(r'^def (test_\w+)', re.M)
CLAIM = re.compile(r'\d\d-\d+')


@dataclass
class Test:
    file: str
    line: int
    name: str
    claims: list
    expects: str  # the paragraph of the comment above it that says what is expected

    @property
    def stem(self):
        return Path(self.file).stem


def tests_in(root, path):
    """The tests that one C file spells out, in order."""
    text = path.read_text(encoding='utf-8')
    file = path.relative_to(root).as_posix()
    for test in TEST.finditer(text):
        expects = expectation(text[: test.start()])
        yield Test(file, line_of(text, test), test[1], CLAIM.findall(test[2]), expects)


def names(text):
    """(line, name, claims) of every test of a C file, those that a macro makes at the end."""
    for test in TEST.finditer(text):
        yield line_of(text, test), test[1], CLAIM.findall(test[2])
    for kind in KIND.finditer(text):
        for made in re.finditer(rf'^{kind[1]}\((\w+)', text, re.M):
            yield line_of(text, made), kind[3] + made[1], []


def line_of(text, found):
    """The line on which something begins that was found in a text, from 1; blank lines before it left out."""
    return text.count('\n', 0, found.start() + len(found[0]) - len(found[0].lstrip())) + 1


def every(root):
    """(program, stem, name, claims) of every test: of `uma`, `numa` and `front`, the test programs that hold those in C, and
    `python` and `web`, there without what it is run with."""
    for room in ENGINE + FRONT:
        for path in sorted((root / 'tests' / room).glob('*.c')):
            text = path.read_text(encoding='utf-8')
            compiled = configurations(text.split('\n'))
            for line, name, claims in names(text):
                for program in ('front',) if room in FRONT else compiled[line]:
                    yield program, path.stem, name, claims
    for room in SCRIPTS + WEB:
        for path in sorted((root / 'tests' / room).glob('test_*.py')):
            for name in scripted(path):
                yield 'web' if room in WEB else 'python', path.stem, name, []


def scripted(path):
    """The names of the tests in a Python file."""
    return SCRIPTED.findall(path.read_text(encoding='utf-8'))


def expectation(before):
    """The paragraph that begins with "Expect" of the comment a text ends with; '' when there is none."""
    found = re.search(r'/\*((?:(?!\*/).)*)\*/\s*$', before, re.S)
    if not found:
        return ''
    for paragraph in re.split(r'\n[ \t*]*\n', '\n'.join(re.sub(r'^\s*\*', '', one) for one in found[1].split('\n'))):
        words = ' '.join(paragraph.split())
        if words.startswith('Expect'):
            return words
    return ''


@dataclass
class Table:
    """A table of a test: its columns, where it names them, and its rows as they are written."""

    columns: list
    rows: list

    def words(self, number):
        """A row: each column's name and what it has."""
        cells = self.cells(number)
        return ', '.join(f'{name} {value}'.strip() for name, value in cells)

    def cells(self, number):
        """(name, value) of a row's cells; a column without a name has ''."""
        row = self.rows[number]
        if not row.startswith('{'):
            return [('', row)]
        cells = pieces(row[1:-1])
        names = [*self.columns, *[''] * len(cells)]
        return [designated(cell) or (name, cell) for name, cell in zip(names, cells)]


def table_before(text, line, name, configuration):
    """The table of this name that a C file has nearest above a line, as one configuration sees it; None if there is none."""
    seen = configurations(text.split('\n'))
    kept = [
        one if configuration in seen[at] or configuration not in CONFIGURATIONS else ''
        for at, one in enumerate(text.split('\n')[:line], 1)
    ]
    text = re.sub(r'^\s*#.*$', '', '\n'.join(kept), flags=re.M)
    text = re.sub(r'/\*.*?\*/', '', text, flags=re.S)
    found = list(re.finditer(rf'\b{name}(?:\[[^\]]*\])+ = \{{', text))
    if not found:
        return None
    body = text[found[-1].end() : closing(text, found[-1].end() - 1)]
    return Table(columns_before(text[: found[-1].start()]), pieces(body))


def columns_before(text):
    """The members of the structure whose definition a text ends with."""
    text = text.rstrip(' *')
    if not text.endswith('}'):
        return []
    depth, start = 0, len(text)
    while start and (depth or start == len(text)):
        start -= 1
        depth += (text[start] == '}') - (text[start] == '{')
    body = text[start + 1 : -1]
    while '{' in body:  # what a member is made of
        body = re.sub(r'\{[^{}]*\}', '', body)
    members = [re.sub(r'\[[^\]]*\]', '', one) for one in body.split(';') if one.strip()]
    return [re.findall(r'\w+', part)[-1] for one in members for part in one.split(',')]


def closing(text, at):
    """Where the bracket closes that opens at a place in C."""
    depth = 0
    for found in re.finditer(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])+\'|[{}()]', text[at:]):
        depth += (found[0] in '{(') - (found[0] in '})')
        if not depth:
            return at + found.start()
    return len(text)


def pieces(text):
    """What commas separate, those within brackets and strings left out."""
    made, at, depth = [], 0, 0
    for found in re.finditer(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])+\'|[{}(),]', text):
        depth += (found[0] in '{(') - (found[0] in '})')
        if found[0] == ',' and not depth:
            made.append(text[at : found.start()])
            at = found.end()
    return [' '.join(one.split()) for one in [*made, text[at:]] if one.strip()]


def designated(cell):
    """(name, value) of `.name = value`."""
    found = re.match(r'\.(\w+) = (.*)', cell)
    return (found[1], found[2]) if found else None


def configurations(lines):
    """For each line of a C file (from 1; entry 0 is unused) the configurations that compile it."""
    result, stack = [CONFIGURATIONS], []
    for line in lines:
        directive = '#' in line and re.match(r'\s*#\s*(if|ifdef|ifndef|elif|else|endif)\b(.*)', line)
        now = stack[-1][0] if stack else CONFIGURATIONS
        if directive and directive[1] in ('if', 'ifdef', 'ifndef'):
            result.append(now)
            on = _condition(directive[1], directive[2])
            stack.append(
                (
                    tuple(one for one in now if one in on),
                    tuple(one for one in now if one not in on) if set(on) != set(CONFIGURATIONS) else now,
                )
            )
            continue
        if directive and stack:
            outer = stack[-2][0] if len(stack) > 1 else CONFIGURATIONS
            if directive[1] == 'endif':
                stack.pop()
            else:
                stack[-1] = (stack[-1][1], stack[-1][1])
            result.append(outer)
            continue
        result.append(now)
    return result


def _condition(directive, rest):
    """The configurations in which a condition holds, as far as CONFIG_NUMA decides it; both when it does not."""
    if 'CONFIG_NUMA' not in rest or re.search(r'&&|\|\|', rest):
        return CONFIGURATIONS
    negative = directive == 'ifndef' or '!' in rest
    return ('uma',) if negative else ('numa',)

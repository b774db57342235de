# SPDX-License-Identifier: GPL-2.0-only
"""The statements of the book's pages: sentences of prose, which of them carry a claim, and those about later kernels.

Reads the text of a page, not what Sphinx makes of it, so that the checks of the house can read it too.
"""

import re
from dataclasses import dataclass, field

PROSE = {'answer', 'exercise', 'glossary', 'container'}  # directives whose content is text like any other
HEADING = re.compile(r'([=\-~^"\'`*+#])\1{2,}$')
FIELD = re.compile(r':[\w-]+:( |$)')  # `:orphan:` at the top of a page
BULLET = re.compile(r'(\*|-|#\.|\d+\.) +(?=\S)')
CLAIM = re.compile(r'\[(\d\d-\d+)\]')
# Where a sentence ends: its stop, what may close after it, and a blank before what begins the next.
END = re.compile(r'(?<=[.!?])[)"]*\s+(?=[A-Z0-9("\x00])')
VERSION = re.compile(r'(?<![\w.-])([4-9])\.(\d{1,2})(?:\.\d+)?(?:-rc\d)?(?![\w-])')
THIS = (5, 8)  # a later kernel is one after this
# What says that nothing is said: not a statement about a kernel.
UNREAD = re.compile(r'\bnot (?:looked (?:up|at|into)|compared|read)\b')


@dataclass
class Block:
    """A paragraph, a point of a list, the term of a definition, or a row of a table, with the words it stands under."""

    line: int
    kind: str  # 'paragraph', 'term' or 'row'
    indent: int
    text: str
    section: str = ''
    under: list = field(default_factory=list)  # (indent, text) of the terms, and of the paragraphs that announce a list

    @property
    def sentences(self):
        plain = re.sub(r'^\*\*[^*]+\.\*\*\s+', '', self.text)  # a heading that runs in
        plain = re.sub(r':\w+:`([^`<]*)(?:<[^`]*>)?`', r'\1', plain)  # roles show their words
        plain = re.sub(r'``[^`]*``', '\x00', plain).replace('*', '').replace('\\ ', '')
        if self.kind == 'row':
            return [plain]
        return [one for one in END.split(plain) if len(one.split()) > 1]


@dataclass
class Chapter:
    """How many of a page's statements carry what: a sentence is one, and so is a row of a table."""

    statements: int = 0
    claiming: int = 0
    claims: set = field(default_factory=set)
    later: int = 0
    dated: int = 0
    undated: list = field(default_factory=list)  # (line, sentence)


def blocks(text):
    """The prose of a page, in order; headings, listings, pictures and what other directives have stay out."""
    lines, made, section, under, at = text.split('\n'), [], '', [], 0
    while at < len(lines):
        line, indent = lines[at], indent_of(lines[at])
        following = lines[at + 1] if at + 1 < len(lines) else ''
        if not line.strip() or FIELD.match(line):
            at += 1
        elif not indent and HEADING.match(following) and not HEADING.match(line):
            section, under, at = line.strip(), [], at + 2
        elif line.lstrip().startswith('.. '):
            at = directive(lines, at, made, section, under)
        else:
            under[:] = [one for one in under if one[0] < indent]
            at = paragraph(lines, at, made, section, under)
    return made


def indent_of(line):
    return len(line) - len(line.lstrip())


def after(lines, at, indent):
    """The first line from `at` on that is not indented more than that."""
    while at < len(lines) and (not lines[at].strip() or indent_of(lines[at]) > indent):
        at += 1
    return at


def directive(lines, at, made, section, under):
    """Steps over a directive; into it where it holds prose, and through its rows where it is a table."""
    indent = indent_of(lines[at])
    name = re.match(r'\s*\.\. ([\w-]+)::', lines[at])
    end = after(lines, at + 1, indent)
    if name and name[1] in PROSE:
        at += 1
        while at < end and re.match(r'\s*:[\w-]+:', lines[at]):
            at += 1
        return at
    if name and name[1] == 'list-table':
        rows(lines, at, end, made, section, under)
    return end


def rows(lines, at, end, made, section, under):
    """The rows of a table, without those that are headings."""
    starts = [one for one in range(at, end) if re.match(r'\s*\* - ', lines[one])]
    headings = next((int(found[1]) for one in lines[at:end] if (found := re.search(r':header-rows: (\d)', one))), 0)
    for first, last in list(zip(starts, [*starts[1:], end]))[headings:]:
        words = ' '.join(re.sub(r'^\s*(\* )?- ?', '', one).strip() for one in lines[first:last])
        made.append(Block(first + 1, 'row', indent_of(lines[first]), words.strip(), section, list(under)))


def paragraph(lines, at, made, section, under):
    """Takes one paragraph, point or term; returns the line after it."""
    indent, first = indent_of(lines[at]), at
    bullet = BULLET.match(lines[at].lstrip())
    inner = indent + (len(bullet[0]) if bullet else 0)
    words = [lines[at].strip()[len(bullet[0]) if bullet else 0 :]]
    at += 1
    while at < len(lines) and lines[at].strip() and indent_of(lines[at]) == inner:
        if bullet is None and BULLET.match(lines[at].lstrip()):
            break
        words.append(lines[at].strip())
        at += 1
    term = at < len(lines) and lines[at].strip() and indent_of(lines[at]) > inner and len(words) == 1 and not bullet
    text = ' '.join(words)
    made.append(Block(first + 1, 'term' if term else 'paragraph', indent, text, section, list(under)))
    if term or text.endswith(':'):
        under.append((indent if term else indent - 1, text))
    if text.endswith('::'):
        at = after(lines, at, indent)
    return at


def said(text, claim):
    """The sentence of a page that makes a claim, as a reader sees it, without its mark, and the line of its paragraph; '' and
    0 where none does."""
    for block in blocks(text):
        if f'[{claim}]' not in block.text:
            continue
        literals = re.findall(r'``([^`]*)``', block.text)
        for sentence in block.sentences:
            parts = sentence.split('\x00')
            whole = parts[0] + ''.join(map(''.join, zip(literals, parts[1:])))
            del literals[: len(parts) - 1]
            if f'[{claim}]' in whole:
                return ' '.join(re.sub(r'\s*\[\d\d-\d+\]', '', whole).replace('\\', '').split()), block.line
    return '', 0


def later(made, everything=False):
    """The blocks about later kernels: what stands under "Later" in "Real kernel", or all sections below the title's."""
    title = made[0].section if made else ''
    for one in made:
        here = one.section == 'Real kernel' and any(words == 'Later' for _indent, words in one.under)
        if here or (everything and one.section != title and one.kind != 'term'):
            yield one


def dated(words):
    """Does this name a version that is later than the one of this book?"""
    return any((int(major), int(minor)) > THIS for major, minor in VERSION.findall(words))


def undated(block):
    """The sentences of a block about later kernels that name no version, and come before one that does.

    A version counts for the rest of its paragraph, and for what stands under the term or the announcement that names it.
    """
    known, found = any(dated(words) for _indent, words in block.under), []
    for sentence in block.sentences:
        known = known or dated(sentence)
        if not known and not UNREAD.search(sentence):
            found.append(sentence)
    return found


def count(text, number='', everything_is_later=False):
    """The figures of one page; `number` is that of its stage, whose claims count."""
    made, figures = blocks(text), Chapter()
    for block in made:
        for sentence in block.sentences if block.kind != 'term' else ():
            own = {claim for claim in CLAIM.findall(sentence) if claim.startswith(number + '-')}
            figures.statements += 1
            figures.claiming += bool(own)
            figures.claims |= own
    for block in later(made, everything_is_later):
        said, missing = [one for one in block.sentences if not UNREAD.search(one)], undated(block)
        figures.later += len(said)
        figures.dated += len(said) - len(missing)
        figures.undated += [(block.line, sentence) for sentence in missing]
    return figures

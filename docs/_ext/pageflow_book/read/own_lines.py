# SPDX-License-Identifier: GPL-2.0-only
"""Which lines of the stages are our own: the kernel has nothing in their place.

They are of few kinds, and each kind is known by a name that stands in it. Where that name is the whole condition of an `if`,
its body is our own too; otherwise the statement that begins with it, or the one line it stands in.
"""

import re

from .text import _

STAGES = 'src/stages/'
COMMENT = re.compile(r'/\*.*?\*/', re.S)
# kind -> the name that tells; where two kinds meet in a line, the first counts
KINDS = {
    'tells': re.compile(r'\bwitness_\w+\(|^#include "witness\.h"', re.M),
    'watches': re.compile(r'\bworld->hooks\.(?:slow|charge)_round\(|\b\w+(?:->|\.)rounds\+\+'),
    'replays': re.compile(r'\bworld->environment\.\w+'),
}
WORD = re.compile(r'\b__(?:aside|quick)\b')  # hints to the compiler


def meaning(kind):
    """What a line of a kind, or a word, does: for the mark beside it."""
    return {
        'tells': _('Our own line: it tells whoever asks why a request went as it did, and decides nothing.'),
        'watches': _('Our own line: it counts a round, or lets the watchdog stop what would never end.'),
        'replays': _('Our own line: in a replay whose recording says what came of this, the recording answers.'),
        'hints': _('Our own word: a hint to the compiler, which decides nothing.'),
    }[kind]


def counted(kind, count):
    """How a chapter counts its lines of a kind."""
    return {
        'tells': _('%s to tell whoever asks what was decided, without deciding anything'),
        'watches': _('%s to count rounds, and to let the watchdog stop what would never end'),
        'replays': _('%s to take from a recording that is replayed what it says came of this'),
    }[kind] % count


def without_comments(lines):
    """The text of these lines with blanks for comments, so that places stay what they are."""
    return COMMENT.sub(lambda found: re.sub(r'[^\n]', ' ', found[0]), '\n'.join(lines))


def find(lines):
    """line number -> its kind, of a file of a stage."""
    text, found = without_comments(lines), {}
    for kind, name in KINDS.items():
        for at in name.finditer(text):
            start, end = _extent(text, at.start(), at.end())
            for number in range(text.count('\n', 0, start) + 1, text.count('\n', 0, end) + 2):
                found.setdefault(number, kind)
    return found


def count_code(lines):
    """How many of these lines hold code: more than blanks and comments."""
    return sum(1 for line in without_comments(lines).split('\n') if line.strip())


def _extent(text, start, end):
    """Where what a name belongs to begins and ends."""
    line = text.rfind('\n', 0, start) + 1
    before = text[line:start].strip()
    if before == 'if (':
        closed = _closing(text, text.index('(', line))
        if not re.search(r'&&|\|\|', text[start:closed]):
            return line, _else(text, _statement(text, closed + 1))
    if before or text[start] == '#':
        return start, start
    return start, _statement(text, end)


def _statement(text, at):
    """The last place of the statement that begins here: of a block its brace."""
    rest = re.compile(r'\s*').match(text, at).end()
    if text[rest : rest + 1] == '{':
        return _closing(text, rest)
    return text.find(';', rest) if ';' in text[rest:] else at


def _else(text, at):
    """With an `else` that stands alone on its line: without the `if` it would not be there."""
    alone = re.compile(r'\s*\n[ \t]*else(?=[ \t]*\n)').match(text, at + 1)
    return alone.end() if alone else at


def _closing(text, at):
    """Where the bracket that opens here closes."""
    depth, pairs = 0, {'(': 1, '{': 1, ')': -1, '}': -1}
    for place in range(at, len(text)):
        depth += pairs.get(text[place], 0)
        if not depth:
            return place
    return len(text) - 1

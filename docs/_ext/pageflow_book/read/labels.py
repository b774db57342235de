# SPDX-License-Identifier: GPL-2.0-only
"""The labels of the pictures that the programs draw: they go through gettext like the book's own words.

A label is marked in C as `KEY("...")`. For a book in another language the programs are given a catalogue: a file with
a line for each label, the key, a tab, and what it is in that language.
"""

import ast
import hashlib
import re
import shlex

from .book import book
from .text import _

KEY = re.compile(r'\bKEY\(\s*((?:"(?:[^"\\\n]|\\.)*"\s*)+)\)')
PIECE = re.compile(r'"(?:[^"\\]|\\.)*"')


def keys(root):
    """(key, file, line) of every label."""
    for path in sorted((root / 'src').rglob('*.c')):
        text = path.read_text(encoding='utf-8')
        for found in KEY.finditer(text):
            key = ''.join(ast.literal_eval(piece) for piece in PIECE.findall(found[1]))
            yield key, str(path.relative_to(root)), text.count('\n', 0, found.start()) + 1


def catalogue(app):
    """The labels in the language of the book, as the programs read them; '' for English, which they speak by themselves."""
    if app.config.language == 'en':
        return ''
    return ''.join(f'{key}\t{_(key)}\n' for key in sorted({key for key, _file, _line in keys(book(app).root)}))


def in_language(app):
    """What stands before a command that draws, so that it draws in the language of the book; '' for English."""
    lines = catalogue(app)
    if not lines:
        return ''
    name = f'{app.config.language}-{hashlib.sha1(lines.encode()).hexdigest()[:12]}.tsv'
    path = book(app).build / 'catalogues' / name
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(lines, encoding='utf-8')
    return f'PAGEFLOW_CATALOGUE={shlex.quote(str(path))} '

# SPDX-License-Identifier: GPL-2.0-only
"""`later-functions` shows docs/later-functions.tsv: where functions and other names of 5.8.18 went. The debugger reads it too."""

import csv

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from ..read.book import book

FILE = 'docs/later-functions.tsv'


def read(path):
    """[{column: text}] of the table."""
    with path.open(encoding='utf-8', newline='') as file:
        next(file)  # the line about the licence
        return list(csv.DictReader(file, delimiter='\t', quoting=csv.QUOTE_NONE))


def cells(rows):
    """[(5.8.18, newer kernels, seen in (not in))] in the words of the page."""
    before = None
    for row in rows:
        if row['shown']:
            first = row['shown']
        elif row['before'] == '-':
            first = 'nothing'
        else:
            first = 'the same' if row['before'] == before else f':fn:`{row["before"]}`'
        before = row['before']
        yield first, row['words'].replace('@', f'``{row["later"]}``'), f'{row["seen"]} ({row["not_in"]})'


class LaterFunctions(SphinxDirective):
    """.. later-functions:: - the whole table."""

    def run(self):
        path = book(self.env.app).root / FILE
        self.env.note_dependency(str(path))
        lines = ['.. list-table::', '   :header-rows: 1', '   :widths: 34 42 24', '   :class: pf-table', '']
        headings = 'In 5.8.18, and in this book', 'In newer kernels', 'Seen in (not in)'
        for one in (headings, *cells(read(path))):
            lines += [f'   * - {one[0]}', f'     - {one[1]}', f'     - {one[2]}']
        made = nodes.Element()
        self.state.nested_parse(StringList(lines, FILE), self.content_offset, made)
        return made.children


def setup(app):
    app.add_directive('later-functions', LaterFunctions)

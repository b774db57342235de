# SPDX-License-Identifier: GPL-2.0-only
"""Tables that directives make: a cell is text, a node, or a list of both."""

import re

from docutils import nodes
from sphinx.util.docutils import SphinxDirective


class TableDirective(SphinxDirective):
    """Common ground of directives that make paragraphs and tables."""

    def paragraph(self, *children, classes=()):
        node = nodes.paragraph(
            '', '', *[nodes.Text(one) if isinstance(one, str) else one for one in children], classes=list(classes)
        )
        self.set_source_info(node)
        return node

    def table(self, headings, rows, classes=()):
        table = nodes.table(classes=['pf-table', *classes])
        group = nodes.tgroup(cols=len(headings))
        group += [nodes.colspec(colwidth=1) for _heading in headings]
        group += nodes.thead('', self.row(headings))
        group += nodes.tbody('', *[self.row(cells) for cells in rows])
        table += group
        self.set_source_info(table)
        return table

    def row(self, cells):
        """An empty cell stays without a paragraph, so that a style sheet can tell; and so do nodes that are no words."""
        row = nodes.row()
        for cell in cells:
            parts = cell if isinstance(cell, list) else [cell]
            whole = all(isinstance(one, nodes.General) and not isinstance(one, nodes.Inline) for one in parts)
            row += nodes.entry('', *([] if parts == [''] else parts if whole and parts else [self.paragraph(*parts)]))
        return row

    def to_page(self, docname, words, anchor=''):
        return nodes.reference(
            '', words, internal=True, refuri=self.env.app.builder.get_relative_uri(self.env.docname, docname) + anchor
        )


def inline_words(text):
    """A brief sentence with its `code` set as literals."""
    made = []
    for at, piece in enumerate(re.split(r'`([^`]+)`', text)):
        if piece:
            made.append(nodes.literal('', piece) if at % 2 else nodes.Text(piece))
    return made


def join(items):
    joined = []
    for item in items:
        joined += [', ', item] if joined else [item]
    return joined

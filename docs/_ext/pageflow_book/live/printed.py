# SPDX-License-Identifier: GPL-2.0-only
"""`printed-table`: a table whose rows a command prints while the site is built."""

from ..chapter.tables import TableDirective, inline_words
from .transcript import Transcript


class PrintedTable(TableDirective, Transcript):
    """.. printed-table:: COMMAND - one line of headings between " | "; the command's lines are rows, cells between tabs."""

    has_content = True
    option_spec = {}

    def run(self):
        headings = [cell.strip() for cell in ' '.join(self.content).split(' | ')]
        rows = [line.split('\t') for line in self.output(self.arguments[0]).splitlines()]
        if not rows or any(len(row) != len(headings) for row in rows):
            raise self.error(f'printed-table: {self.arguments[0]}: needs rows of {len(headings)} cells')
        return [
            self.table(
                [inline_words(cell) for cell in headings], [[inline_words(cell) for cell in row] for row in rows]
            )
        ]


def setup(app):
    app.add_directive('printed-table', PrintedTable)

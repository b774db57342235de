# SPDX-License-Identifier: GPL-2.0-only
"""`computed-table`: a table whose values the program computes, by its own functions, while the site is built."""

import re

from docutils import nodes
from docutils.parsers.rst import directives

from ..chapter.tables import TableDirective, inline_words
from .transcript import Transcript

EXPRESSION = re.compile(r'\{(.*)\}$')


def numbers(text):
    """`0-15` as (0, 15)."""
    found = re.fullmatch(r'(\d+)-(\d+)', text or '')
    if not found:
        raise ValueError('two numbers, as in 0-15')
    return int(found[1]), int(found[2])


class ComputedTable(TableDirective, Transcript):
    """.. computed-table:: - headings, then a line a row, cells between " | ".

    A cell in braces, as in {gfp_zone(0x3)} or {/x 10}, is an expression that gdb evaluates in the program `make gdb` runs.
    With `:each: 0-15` the only row stands for many: `@` in it is one number after the other.
    """

    required_arguments = 0
    has_content = True
    option_spec = {'each': numbers, 'numa': directives.flag}

    def run(self):
        headings, *rows = [re.split(r' \| ', line.strip()) for line in self.content if line.strip()] or [[]]
        if not rows or any(len(row) != len(headings) for row in rows):
            raise self.error(
                f'computed-table: needs rows, each with as many cells as there are headings, {len(headings)}'
            )
        if 'each' in self.options:
            first, last = self.options['each']
            rows = [[cell.replace('@', str(at)) for cell in row] for at in range(first, last + 1) for row in rows]
        values = iter(self.evaluated([found[1] for row in rows for cell in row if (found := EXPRESSION.match(cell))]))
        made = [
            [[nodes.literal('', next(values))] if EXPRESSION.match(cell) else inline_words(cell) for cell in row]
            for row in rows
        ]
        return [self.table([inline_words(cell) for cell in headings], made)]

    def evaluated(self, expressions):
        """What gdb prints for each of them; `/x 10` is one with a format."""
        commands = '; '.join('print' + (one if one.startswith('/') else f' {one}') for one in expressions)
        configuration = 'numa' if 'numa' in self.options else 'uma'
        output = self.output(f"bash .ci/gdb build/{configuration}/O0/gdb-driver '' '{commands}'")
        values = re.findall(r'^\$\d+ = (.*)$', output, re.M)
        if len(values) != len(expressions):
            raise self.error(
                f'computed-table: {len(expressions)} expressions, {len(values)} values; gdb said:\n{output}'
            )
        return values


def setup(app):
    app.add_directive('computed-table', ComputedTable)

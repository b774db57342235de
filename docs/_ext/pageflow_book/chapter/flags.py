# SPDX-License-Identifier: GPL-2.0-only
"""`flag-table`: the values of flags, as the headers define them."""

import re

import constants
from docutils import nodes
from docutils.parsers.rst import directives

from ..read.book import book
from ..read.text import _
from .tables import TableDirective, inline_words


class FlagTable(TableDirective):
    """.. flag-table:: FILE - name, value and meaning of the macros of a header whose names match :names:."""

    required_arguments = 1
    option_spec = {'names': directives.unchanged_required, 'digits': directives.nonnegative_int}

    def run(self):
        here, file = book(self.env.app), self.arguments[0]
        self.env.note_dependency(str(here.root / file))
        wanted = re.compile(self.options.get('names', '.'))
        known, rows = constants.Constants(here.root), []
        for one in here.sources.definitions.get(file, []):
            if one.kind != 'macro' or not wanted.search(one.name):
                continue
            try:
                value = known.value(one.name)
            except constants.Unknown:
                continue
            rows.append((one.name, f'0x{value:0{self.options.get("digits", 1)}x}', one.doc.replace('\n', ' ')))
        if not rows:
            raise self.error(f'flag-table: {file} has no macro with a value whose name matches {wanted.pattern}')
        cells = [
            [nodes.literal('', name), nodes.literal('', value), inline_words(meaning)] for name, value, meaning in rows
        ]
        return [self.table([_('Name'), _('Value'), _('Meaning')], cells, ['pf-flags'])]


def setup(app):
    app.add_directive('flag-table', FlagTable)

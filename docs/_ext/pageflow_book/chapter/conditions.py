# SPDX-License-Identifier: GPL-2.0-only
"""`conditions-table` shows docs/conditions.tsv: what 5.8.18 decides by, and what reaches each of it here."""

import itertools

import conditions
from docutils import nodes

from ..read import chain
from ..read.book import book
from ..read.text import _
from .tables import TableDirective, inline_words, join


class ConditionsTable(TableDirective):
    """.. conditions-table:: - a table for each stage that has rows."""

    def run(self):
        here = book(self.env.app)
        self.env.note_dependency(str(here.root / conditions.FILE))
        self.files = {one.name: one.file for one in here.sources.test_list()}
        made = []
        for number, rows in itertools.groupby(conditions.read(here.root), lambda one: one.stage):
            stage = chain.BY_NUMBER[number]
            made.append(self.paragraph(self.to_page(stage.docname, f'{stage.number} {stage.door}')))
            cells = [[self.about(one), inline_words(one.condition), self.reached(one)] for one in rows]
            made.append(self.table([_('About'), _('Condition'), _('Reached by')], cells, ['pf-wide', 'pf-conditions']))
        return made

    def about(self, one):
        """A function as code, other words as they stand."""
        known = one.about in book(self.env.app).sources.names
        return [nodes.literal('', one.about)] if known else inline_words(one.about)

    def reached(self, one):
        """Recordings and tests as names, tests of chapters as links; an argument as it stands."""
        return join([self.item(kind, name) for kind, name in one.reached])

    def item(self, kind, name):
        if kind == 'argued':
            return nodes.inline('', '', *inline_words(name))
        stage = kind == 'test' and chain.stage_of_file(self.files.get(name, ''))
        return nodes.literal('', '', self.to_page(stage.docname, name, f'#test-{name}') if stage else nodes.Text(name))


def setup(app):
    app.add_directive('conditions-table', ConditionsTable)

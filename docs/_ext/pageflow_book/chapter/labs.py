# SPDX-License-Identifier: GPL-2.0-only
"""What the pages say about the labs, from their definitions: `labs-table` all of them, `stage-labs` those of a chapter."""

from docutils import nodes

from labs import definitions

from ..read import chain
from ..read.book import book
from ..read.text import _
from .tables import TableDirective, join


class Labs(TableDirective):
    """Common ground: the labs, and that the page changes with them."""

    def labs(self):
        root = book(self.env.app).root
        for path in sorted((root / 'labs').glob('*.toml')):
            self.env.note_dependency(str(path))
        return definitions.read_all(root / 'labs')


class LabsTable(Labs):
    """.. labs-table:: - one row a lab."""

    def run(self):
        rows = [
            [
                [nodes.literal('', lab.name), ' · ', lab.what],
                self.to_chapter(chain.BY_NUMBER[lab.stage]),
                level(lab),
                join([nodes.literal('', str(part)) for part in lab.empty]),
            ]
            for lab in self.labs()
        ]
        return [self.table([_('Lab'), _('Chapter'), _('Level'), _('Yours to write')], rows, ['pf-labs'])]

    def to_chapter(self, stage):
        return self.to_page(stage.docname, f'{stage.number} {stage.door}')


class StageLabs(Labs):
    """.. stage-labs:: - leads from a chapter's exercises to its labs."""

    def run(self):
        stage = chain.stage_of_doc(self.env.docname)
        mine = [lab for lab in self.labs() if stage and lab.stage == stage.number]
        if not mine:
            raise self.error('stage-labs: this page is no chapter that a lab of labs/*.toml belongs to; remove it')
        entries = [
            nodes.list_item(
                '', self.paragraph(nodes.literal('', f'make lab L={lab.name}'), f' ({level(lab)}): {lab.what}')
            )
            for lab in mine
        ]
        page = self.to_page('docs/labs', _('A lab'))
        words = _(' empties the function, and the tests and the recordings of a real kernel judge what you write:')
        return [self.paragraph(page, words), nodes.bullet_list('', *entries)]


def level(lab):
    return {1: _('easy'), 2: _('middle'), 3: _('hard')}[lab.level]


def setup(app):
    app.add_directive('labs-table', LabsTable)
    app.add_directive('stage-labs', StageLabs)

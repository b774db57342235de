# SPDX-License-Identifier: GPL-2.0-only
"""Figures that a target of their own measures and that are kept in coverage/measured/: `mutants-table`."""

import measured
from docutils import nodes

from ..read import chain
from ..read.text import _
from .tests import Counted

NOTICED = ('own', 'others', 'sanitizers')


class MeasuredTable(Counted):
    """Common ground of tables with a row for each stage and one for the world."""

    name = ''  # of the file

    def make(self):
        path = measured.DIRECTORY / f'{self.name}.json'
        self.env.note_dependency(str(path))
        parts = measured.read(self.name)
        rows = [(part, files) for part, files in self.parts() if part in parts]
        stale = [part for part, files in rows if not measured.fits(parts[part], files)]
        return [*self.show([(part, parts[part]) for part, _files in rows]), *self.warn(stale)]

    def parts(self):
        """(name of a part, its sources): the stages, then the world."""
        files = [self.here.root / file for file in self.here.sources.files]
        for stage in chain.STAGES:
            yield stage.number, [file for file in files if chain.stage_of_file(file.name) is stage]
        yield 'world', [file for file in files if file.parent.name == 'world' and file.suffix == '.c']

    def part_name(self, part):
        """A stage's number and door, leading to its chapter."""
        stage = next((one for one in chain.STAGES if one.number == part), None)
        if stage:
            return self.to_page(stage.docname, f'{stage.number} {stage.door}')
        return self.to_page('docs/world', _('the world'))

    def warn(self, stale):
        """Which figures are of sources that have changed since."""
        if not stale:
            return []
        return [
            nodes.note(
                '',
                self.paragraph(
                    _('Changed since they were measured: %s. Their figures are those of the sources as they were.')
                    % ', '.join(stale)
                ),
            )
        ]


class MutantsTable(MeasuredTable):
    """.. mutants-table:: - of each stage, how many changed lines the tests noticed, and which they did not."""

    name = 'mutants'

    def show(self, rows):
        headings = [
            _('Part'),
            _('Changes'),
            _('noticed by its tests'),
            _('by others'),
            _('as leaks'),
            _('No difference'),
            _('Not noticed'),
            _('Score'),
        ]
        figures = [[self.part_name(part), *self.figures(one)] for part, one in rows]
        together = {key: sum(one[key] for _part, one in rows) for key in (*NOTICED, 'equivalent', 'survived')}
        table = self.table(
            headings, [*figures, [_('together'), *self.figures(together)]], ['pf-wide', 'pf-figures', 'pf-statements']
        )
        return [table, *self.survivors(rows)]

    def figures(self, one):
        noticed = sum(one[who] for who in NOTICED)
        counted = noticed + one['survived']
        return [
            str(counted + one['equivalent']),
            *(str(one[who]) for who in NOTICED),
            str(one['equivalent']),
            str(one['survived']),
            f'{100 * noticed / counted:.1f} %' if counted else '–',
        ]

    def survivors(self, rows):
        """The changes that no test noticed, as they stand in the source and as they were."""
        found = [mutant for _part, one in rows for mutant in one['survivors']]
        if not found:
            return []
        text = '\n'.join(found)
        return [self.paragraph(_('What no test noticed:')), nodes.literal_block(text, text, language='text')]


def setup(app):
    app.add_directive('mutants-table', MutantsTable)

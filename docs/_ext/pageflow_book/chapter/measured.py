# SPDX-License-Identifier: GPL-2.0-only
"""Figures that a target of their own measures and that are kept in coverage/measured/: `mutants-table`, `mcdc-table`, and
what a chapter says of its own."""

import measured
from docutils import nodes

from ..read import chain
from ..read.text import _
from .tests import Counted

NOTICED = ('own', 'others', 'sanitizers')


def figures_of(env, kept):
    """The parts of such a file; notes that the page being read shows them."""
    path = measured.DIRECTORY / f'{kept}.json'
    if path.is_file():  # one that is not there would count as changed every time
        env.note_dependency(str(path))
    return measured.read(kept)


class MeasuredTable(Counted):
    """Common ground of tables with a row for each stage and one for the world."""

    kept = ''  # name of the file

    def make(self):
        parts = figures_of(self.env, self.kept)
        rows = [(part, files) for part, files in self.parts() if part in parts]
        stale = [part for part, files in rows if not measured.fits(parts[part], files)]
        return [*self.show([(part, parts[part]) for part, _files in rows]), *self.warn(stale)]

    def parts(self):
        """(name of a part, its sources): the stages, then the world."""
        files = [self.here.root / file for file in self.here.sources.files]
        for stage in chain.STAGES:
            yield stage.number, [file for file in files if chain.stage_of_file(str(file)) is stage]
        yield 'world', [file for file in files if file.parent.name == 'world' and file.suffix == '.c']

    def part_name(self, part):
        """A stage's number and door, leading to its chapter."""
        stage = next((one for one in chain.STAGES if one.number == part), None)
        if stage:
            return self.to_page(stage.docname, f'{stage.number} {stage.door}')
        return self.to_page(
            *{'world': ('docs/world', _('the world')), 'include': ('docs/nouns', _('the headers'))}[part]
        )

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

    kept = 'mutants'

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


class McdcTable(MeasuredTable):
    """.. mcdc-table:: - how many conditions were seen to decide on their own."""

    kept = 'mcdc'

    def parts(self):
        yield from super().parts()
        rooms = ('include', 'src/stages', 'src/world')
        yield 'include', [path for room in rooms for path in (self.here.root / room).glob('*.h')]

    def show(self, rows):
        headings = [_('Part'), _('Conditions'), _('shown'), _('argued'), _('neither')]
        figures = [[self.part_name(part), *condition_cells(one)] for part, one in rows]
        together = {key: sum(one[key] for _part, one in rows) for key in ('conditions', 'shown', 'argued')}
        return [self.table(headings, [*figures, [_('together'), *condition_cells(together)]], ['pf-figures'])]


def condition_cells(one):
    neither = one['conditions'] - one['shown'] - one['argued']
    return [str(number) for number in (one['conditions'], one['shown'], one['argued'], neither)]


def conditions_of_stage(directive):
    """What a chapter says of the conditions of its stage: a paragraph, and rows of what the ledger argues."""
    figures = figures_of(directive.env, 'mcdc').get(directive.stage.number)
    if not figures or not figures['conditions']:
        return [], []
    fits = measured.fits(figures, [directive.here.root / file for file in directive.files])
    paragraph = directive.paragraph(
        _('Conditions seen to decide on their own: %s of %s, measured by a target of its own, ')
        % (figures['shown'], figures['conditions']),
        nodes.literal('', 'make coverage MCDC=1'),
        '. ',
        _('The sources have not changed since.') if fits else _('The sources have changed since.'),
    )
    rows = [
        [directive.to_listing(function), [_('condition '), nodes.literal('', text)], reason]
        for function, text, reason in figures.get('reasons', ())
    ]
    return [paragraph], rows


def setup(app):
    app.add_directive('mutants-table', MutantsTable)
    app.add_directive('mcdc-table', McdcTable)

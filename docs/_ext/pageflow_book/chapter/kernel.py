# SPDX-License-Identifier: GPL-2.0-only
"""`kernel-functions` leads from the functions of the kernel to this code; `kernel-forms` shows what its configurations make
of one name."""

import re

from docutils import nodes

from ..read import chain
from ..read.book import book
from ..read.text import _
from .links import xref
from .tables import TableDirective
from .tests import Counted


class KernelFunctions(Counted):
    """.. kernel-functions:: - for each file of the kernel, its functions that are here, in the order of their lines."""

    def make(self):
        found = {}
        for file in self.here.sources.files:
            for one in self.here.sources.definitions[file]:
                for place in one.places if one.kind == 'function' else ():
                    found.setdefault(place[0], {}).setdefault((place[1], one.name), (one, place))
        made = []
        for file, functions in sorted(found.items(), key=lambda item: (-len(item[1]), item[0])):
            section = nodes.section(ids=['kernel-' + re.sub(r'[^a-z0-9]+', '-', file.lower())], names=[])
            section += nodes.title('', '', nodes.literal('', file), translatable=False)
            rows = [self.function_row(*functions[key]) for key in sorted(functions)]
            headings = [_('Function'), _('Lines in 5.8.18'), _('Here'), _('Chapter'), _('Tests')]
            section += self.table(headings, rows, ['pf-wide', 'pf-functions'])
            self.set_source_info(section)
            made.append(section)
        return made

    def function_row(self, one, place):
        stage = chain.stage_of_file(one.file)
        form = self.here.kernel_map.form(one.name, *place)
        whole = None if form else self.here.kernel_map.around(*place)
        first, last = place[1], form.last if form else None
        lines = [f'{first}–{last}' if last else f'{first}']
        if whole:
            lines += [' ', _('in '), nodes.literal('', whole.name)]
        where = f'{one.file}:{one.start}'
        return [
            self.to_code(one, stage),
            lines,
            nodes.literal('', where),
            self.to_page(stage.docname, stage.number) if stage else '',
            str(self.tests(one)),
        ]

    def to_code(self, one, stage):
        """The name, as a link where a page shows it."""
        if stage:
            return xref('fn', one.name, self.env.docname)
        return nodes.literal('', one.name)

    def tests(self, one):
        """How many tests run a line of it."""
        lines = self.here.coverage.lines(one.file)
        return len(
            {
                test
                for number, line in lines.items()
                if one.start <= number <= one.end
                for ids in line.tests.values()
                for test in ids
            }
        )


class KernelForms(TableDirective):
    """.. kernel-forms:: - what a name is without CONFIG_NUMA, which arguments go unused then, and what it is with it.

    A line a name, cells between " | ": the call with the names of its arguments; the place of the form without NUMA,
    FILE:LINE, and the call that it stands for; the same with NUMA, left out where one form serves both. The kind of each
    form and the lines it takes are those of the kernel's map. Where every name has one form, so does the table.
    """

    has_content = True
    CALL = re.compile(r'(\w+)\((.*)\)$')

    def run(self):
        rows = [re.split(r' \| (?=\S+:\d+ )', line.strip()) for line in self.content if line.strip()]
        if not rows or not all(len(row) in (2, 3) and self.CALL.match(row[0]) for row in rows):
            raise self.error('kernel-forms: needs rows of two or three cells, the first of them a call')
        self.env.note_dependency(str(book(self.env.app).root / 'docs' / 'kernel-map.tsv'))
        self.stands_for = {self.CALL.match(call)[1]: (call, uma.split(' ', 1)[1]) for call, uma, *_numa in rows}
        if all(len(row) == 2 for row in rows):
            headings = [_('Call'), _('In 5.8.18')]
            made = [[breakable(call), self.form(call, both)] for call, both in rows]
        else:
            headings = [_('Call'), _('Without CONFIG_NUMA'), _('Arguments unused then'), _('With CONFIG_NUMA')]
            made = [
                [breakable(row[0]), self.form(row[0], row[1]), self.unused(row[0]), self.form(row[0], row[-1])]
                for row in rows
            ]
        return [self.table(headings, made, ['pf-forms'])]

    def form(self, call, cell):
        """What the call stands for, and as what the kernel has it where."""
        where, words = cell.split(' ', 1)
        name = self.CALL.match(call)[1]
        file, _colon, line = where.rpartition(':')
        place = book(self.env.app).kernel_map.form(name, file, int(line))
        if not place:
            raise self.error(f'kernel-forms: docs/kernel-map.tsv has no {name} at {where}')
        kinds = {'inline': _('inline function'), 'macro': _('macro'), 'function': _('function')}
        return [breakable(words), ' ', f'({kinds[place.kind]}, ', nodes.literal('', place.lines), ')']

    def unused(self, call):
        """The arguments that are gone when every name that the rows explain has been replaced by what it stands for."""
        left = self.replaced(call)
        gone = [one for one in self.arguments_of(call) if not re.search(rf'\b{one}\b', left)]
        return nodes.literal('', ', '.join(gone)) if gone else _('none')

    def replaced(self, call):
        name = self.CALL.match(call)[1]
        if name not in self.stands_for:
            return call
        pattern, words = self.stands_for[name]
        given = dict(zip(self.arguments_of(pattern), self.arguments_of(call)))
        return self.replaced(re.sub(r'\w+', lambda word: given.get(word[0], word[0]), words))

    def arguments_of(self, call):
        return self.CALL.match(call)[2].split(', ')


def breakable(call):
    """A call in type of its own, which a narrow column breaks after a bracket before it breaks a name."""
    whole = nodes.literal()
    for part in re.split(r'(?<=\()', call):
        whole += [nodes.Text(part), nodes.raw('', '<wbr>', format='html')]
    return whole


def setup(app):
    app.add_directive('kernel-functions', KernelFunctions)
    app.add_directive('kernel-forms', KernelForms)

# SPDX-License-Identifier: GPL-2.0-only
"""`kernel-functions` leads from the functions of the kernel to this code."""

import re

from docutils import nodes

from ..read import chain
from ..read.text import _
from .links import xref
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


def setup(app):
    app.add_directive('kernel-functions', KernelFunctions)

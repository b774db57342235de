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
                place = self.kernel_place(one) if one.kind == 'function' else None
                if place:
                    found.setdefault(place[0], {}).setdefault((place[1], one.name), []).append((one, place))
        made = []
        for file, functions in sorted(found.items(), key=lambda item: (-len(item[1]), item[0])):
            section = nodes.section(ids=['kernel-' + re.sub(r'[^a-z0-9]+', '-', file.lower())], names=[])
            section += nodes.title('', '', nodes.literal('', file), translatable=False)
            rows = [self.function_row(*ones[0]) for _key, ones in sorted(functions.items(), key=lambda item: item[0])]
            headings = [_('Function'), _('Lines in 5.8.18'), _('Here'), _('Chapter'), _('Tests')]
            section += self.table(headings, rows, ['pf-wide', 'pf-functions'])
            self.set_source_info(section)
            made.append(section)
        return made

    def kernel_place(self, one):
        """(file, first line, last line or None when this is a part of a function there) in the kernel; or None."""
        known = self.here.kernel_place(one.name, one.provenance)
        cited = re.match(r'(\S+):(\d+)$', one.provenance)
        if known:
            return known[1:]
        return (cited[1], int(cited[2]), None) if cited else None

    def function_row(self, one, place):
        _file, first, last = place
        stage = chain.stage_of_file(one.file)
        if last is None:
            whole = self.here.kernel_whole(f'{place[0]}:{first}')
            lines = [f'{first}', *([' ', _('in '), nodes.literal('', whole)] if whole else [])]
        else:
            lines = f'{first}–{last}' if last > first else f'{first}'
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

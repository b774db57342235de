# SPDX-License-Identifier: GPL-2.0-only
"""The chain as inline SVG: clickable, following the theme, with live coverage; and the directive `chain-map`.

Two drawings of the same thing are made and the style sheet shows one: a wide one, and a tall one for narrow screens.
In a chapter the directive gives a strip (chain_strip.py) that opens to them; they come from a script then, which all
chapters share.
"""

from html import escape

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from ..read import chain
from ..read.book import book
from ..read.coverage import percent
from ..read.text import _
from . import chain_strip, formats
from .canvas import Canvas


class chain_map(nodes.General, nodes.Element):
    """The picture. Its child paragraph is the text other formats and the search index get."""


class ChainMap(SphinxDirective):
    """.. chain-map::"""

    def run(self):
        stage = chain.stage_of_doc(self.env.docname)
        here = book(self.env.app)
        for one in chain.STAGES:
            for file in here.sources.stage_files(one):
                self.env.note_dependency(here.stamp(file))
        node = chain_map(stem=stage.stem if stage else '')
        self.set_source_info(node)
        return [node]


def edge_words(kind):
    return {
        'call': _('calls'),
        'uma': _('calls, without NUMA'),
        'numa': _('calls, with NUMA'),
        'fails': _('when the first attempt finds nothing'),
        'retry': _('tries again'),
        'gives': _('gives pages back to'),
    }[kind]


class Chain(Canvas):
    """A drawing of the chain: `link` leads to a stage's chapter."""

    def __init__(self, here, link, ident, width, height=0):
        super().__init__(ident, width, height)
        self.here, self.link = here, link

    def coverage(self, stage):
        """The percentage of a stage's lines the tests run: as text, and as a share; None when unknown."""
        summary = self.here.coverage.summary(self.here.sources.stage_files(stage)) if self.here.coverage else None
        if not summary or not summary['lines'][1]:
            return None
        return percent(summary['lines']), summary['lines'][0] / summary['lines'][1]

    def box(self, stage, x, y, w, h):
        covered = self.coverage(stage)
        label = f'{stage.number} {stage.door}: {stage.question}'
        if covered:
            label += ' ' + _('Lines covered: %s %%.') % covered[0]
        self.add(
            f'<a id="{self.ident}-{stage.number}" href="{escape(self.link(stage))}" class="st l-{stage.layer}" '
            f'aria-label="{escape(label)}"><title>{escape(stage.question)}</title>'
        )
        self.rect('b', x, y, w, h, 7)
        self.add(
            f'<path class="tab" d="M{x + 7:g} {y:g}h-.5a6.5 6.5 0 0 0-6.5 6.5v{h - 13:g}a6.5 6.5 0 0 0 6.5 6.5h.5z"/>'
        )
        self.text(x + 14, y + 18.5, stage.number, 'n')
        self.text(x + 34, y + 18.5, stage.door, 'd')
        self.text(x + 34, y + 34.5, stage.short, 's')
        if covered:
            self.text(x + w - 9, y + 34.5, covered[0] + ' %', 'p', 'end')
            self.rect('pb', x + 8, y + h - 2.5, w - 16, 2.5)
            self.rect('pv', x + 8, y + h - 2.5, round((w - 16) * covered[1], 1), 2.5)
        self.add('</a>')

    def panel(self, x, y, w, h, title):
        self.rect('panel', x, y, w, h, 12)
        self.text(x + 12, y + 19, title, 'pt')


# Where each box of the wide drawing stands: column, row, steps of indentation (a caller's children stand under it).
WIDE = {
    '01': (0, 0, 0),
    '02': (0, 1, 0),
    '03': (0, 2, 0),
    '04': (0, 3, 0),
    '05': (0, 4, 0),
    '06': (0, 5, 0),
    '07': (1, 0, 0),
    '08': (1, 1, 0),
    '09': (1, 2, 1),
    '10': (1, 3, 1),
    '11': (1, 4, 2),
    '12': (1, 5, 1),
    '13': (2, 0, 0),
    '14': (2, 1, 1),
    '15': (2, 2, 1),
    '16': (2, 3, 1),
    '17': (2, 4, 1),
    '18': (2, 5, 1),
    '19': (0, 6, 0),
    '20': (1, 6, 0),
}
BOX, PITCH, INDENT = 44, 60, 18


def wide(here, link, ident):
    """Three columns: the way in, the first attempt, the slow path; exit and way back below."""
    left, widths, gap, top = 34, (214, 232, 248), 46, 34
    xs = [left + sum(widths[:n]) + gap * n for n in range(3)]
    drop = 58  # extra room above the last row
    height = top + 7 * PITCH + drop + 6
    draw = Chain(here, link, ident, xs[2] + widths[2] + 14, height)

    def place(number):
        column, row, indent = WIDE[number]
        y = top + row * PITCH + (drop if row == 6 else 0)
        return xs[column] + indent * INDENT, y, widths[column] - indent * INDENT

    def side(number, right=False, dy=0.0):
        x, y, w = place(number)
        return (x + w if right else x), y + BOX / 2 + dy

    for group, (column, first, last) in zip(chain.GROUPS, ((0, 0, 5), (1, 0, 5), (2, 0, 5), (0, 6, 6), (1, 6, 6))):
        y = top + first * PITCH + (drop if first == 6 else 0)
        draw.panel(
            xs[column] - 10, y - 28, widths[column] + 20, 28 + (last - first) * PITCH + BOX + 10, chain.title(group)
        )

    for upper, lower in (('01', '02'), ('02', '03'), ('03', '04'), ('04', '05'), ('05', '06'), ('06', '19')):
        kind = next(edge['kind'] for edge in chain.EDGES if (edge['from'], edge['to']) == (upper, lower))
        x, y, w = place(upper)
        across = x + (w - 24 if lower == '19' else 24)
        draw.edge(kind, [(across, y + BOX), (across, place(lower)[1] - 1)])
    for caller, callee in (
        ('08', '09'),
        ('08', '10'),
        ('08', '12'),
        ('10', '11'),
        ('13', '14'),
        ('13', '15'),
        ('13', '16'),
        ('13', '17'),
        ('13', '18'),
    ):
        x, y, _w = place(caller)
        draw.edge('call', [(x + 8, y + BOX), (x + 8, side(callee)[1]), (side(callee)[0] - 1, side(callee)[1])])
    arc = left - 22  # NUMA: past 03, 04 and 05
    draw.edge(
        'numa',
        [
            side('02', dy=6),
            (arc, side('02', dy=6)[1]),
            (arc, side('06', dy=-6)[1]),
            (side('06')[0] - 1, side('06', dy=-6)[1]),
        ],
    )
    middle = (side('03')[1] + side('04')[1]) / 2 + 30
    draw.add(
        f'<text class="el el-numa" transform="translate({arc - 6:g} {middle:g}) rotate(-90)" text-anchor="middle">'
        f'{escape(_("NUMA: straight to the heart"))}</text>'
    )
    rail = xs[0] + widths[0] + gap / 2
    for callee in ('07', '08'):
        draw.edge(
            'call',
            [
                side('06', True, -8),
                (rail, side('06', dy=-8)[1]),
                (rail, side(callee)[1]),
                (side(callee)[0] - 1, side(callee)[1]),
            ],
        )
    lane = top + 6 * PITCH + 5  # below the columns: 06 to 13
    rail = xs[1] + widths[1] + gap / 2 + 8
    start = xs[0] + widths[0] + gap / 2 - 8
    draw.edge(
        'fails',
        [
            side('06', True, 8),
            (start, side('06', dy=8)[1]),
            (start, lane),
            (rail, lane),
            (rail, side('13')[1] + 7),
            (side('13')[0] - 1, side('13')[1] + 7),
        ],
    )
    draw.text(xs[1] + 6, lane + 14, _('no page found: the slow path'), 'el el-fails')
    near = xs[1] + widths[1] + gap / 2 - 4
    draw.edge(
        'retry',
        [
            side('13', dy=-7),
            (near, side('13', dy=-7)[1]),
            (near, side('08')[1]),
            (side('08', True)[0] + 1, side('08')[1]),
        ],
    )
    for callee in ('11', '10'):
        draw.edge(
            'gives',
            [
                side('20', True),
                (near, side('20')[1]),
                (near, side(callee)[1]),
                (side(callee, True)[0] + 1, side(callee)[1]),
            ],
        )
    for stage in chain.STAGES:
        x, y, w = place(stage.number)
        draw.box(stage, x, y, w, BOX)
    legend(draw, xs[2] - 10, top + 6 * PITCH + drop - 22, bool(here.coverage))
    return draw


def legend(draw, x, y, covered):
    """What the lines mean, in the free corner."""
    kinds = (
        ('call', _('calls')),
        ('numa', _('with NUMA only')),
        ('fails', _('when the first attempt fails')),
        ('retry', _('tries again')),
        ('gives', _('gives pages back')),
    )
    for at, (kind, words) in enumerate(kinds):
        left, row = x + (at % 2) * 116, y + (at // 2) * 21
        if kind == 'fails':
            left, row = x, y + 21
        elif kind == 'retry':
            left, row = x, y + 42
        elif kind == 'gives':
            left, row = x + 116, y + 42
        draw.arrow(kind, f'M{left + 10:g} {row:g}h22')
        draw.text(left + 39, row + 3.5, words, 'el')
    if covered:
        draw.text(x + 10, y + 66, _('%: lines of the stage the tests run'), 'el covered')


def tall(here, link, ident):
    """One column for narrow screens: the groups below each other, children indented under their callers."""
    width, row, y = 360, 52, 8
    draw = Chain(here, link, ident, width)
    places = {}
    for group in chain.GROUPS:
        inner = len(group['stems']) * row
        draw.panel(4, y, width - 8, inner + 34, chain.title(group))
        for at, number in enumerate(group['stems']):
            indent = WIDE[number][2] * 16
            places[number] = (30 + indent, y + 28 + at * row, width - 44 - indent)
        y += inner + 34 + 14
    draw.height = y
    for edge in chain.EDGES:
        x, top, _w = places[edge['from']]
        bx, btop, _w = places[edge['to']]
        if edge['kind'] == 'numa':
            draw.edge('numa', [(x, top + 28), (x - 15, top + 28), (x - 15, btop + 16), (bx - 1, btop + 16)])
        elif bx > x and edge['kind'] == 'call':
            draw.edge('call', [(x + 8, top + BOX), (x + 8, btop + 22), (bx - 1, btop + 22)])
        elif edge['kind'] in ('call', 'uma') and int(edge['to']) == int(edge['from']) + 1 and edge['from'] < '06':
            draw.edge(edge['kind'], [(x + 24, top + BOX), (x + 24, btop - 1)])
    for stage in chain.STAGES:
        x, top, w = places[stage.number]
        draw.box(stage, x, top, w, BOX)
    return draw


def drawings(here, link):
    """Both drawings, with their words for those who cannot see them."""
    title = _('The chain of stages')
    description = ' '.join(
        f'{edge["from"]} {chain.BY_NUMBER[edge["from"]].door}: {edge_words(edge["kind"])} {chain.BY_NUMBER[edge["to"]].door}.'
        for edge in chain.EDGES
    )
    return wide(here, link, 'map').svg(title, description, 'wide') + tall(here, link, 'nar').svg(
        title, description, 'narrow'
    )


def visit_html(translator, node):
    builder = translator.builder
    docname = builder.current_docname
    if node['stem']:
        translator.body.append(chain_strip.html(builder, docname))
    else:
        drawn = drawings(book(builder.app), lambda stage: builder.get_relative_uri(docname, stage.docname))
        translator.body.append(f'<div class="pf-chain">{drawn}</div>')
    raise nodes.SkipNode


def setup(app):
    formats.add_picture(app, chain_map, visit_html, formats.LEFT_OUT)
    app.add_directive('chain-map', ChainMap)

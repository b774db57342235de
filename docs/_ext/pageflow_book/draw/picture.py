# SPDX-License-Identifier: GPL-2.0-only
"""`picture` draws a small inline SVG from a few lines of text. It follows the theme, and its boxes may be links.

Each line is a shape, its place, and words behind bars. Places are in a grid: 8 columns, as many rows as are used.

    box ID COLUMN ROW WIDTH | title | second line | layer | target
    arrow ID -> ID | label | kind        ID:0.25 leaves or enters at a quarter of the side
    lane ID -> ID COLUMN | label | kind  an arrow around others: from side to side, along a column beside the boxes
    cells COLUMN ROW | UUMM..## | label  one square a letter: U M R H C types, . free, # in use, > chosen; a blank is a gap
    bar COLUMN ROW WIDTH SHARE           a gauge, filled to a share
    tick COLUMN ROW | label | end        a mark on a gauge, its label above; anchored at its start, middle or end
    text COLUMN ROW | words | anchor

A target is `06` for a chapter, or the name of a function. Every picture needs `:alt:`, words that say what it shows.
"""

from html import escape

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from ..read import chain
from ..read.names import place_of
from . import formats
from .canvas import Canvas

COLUMN, ROW, HIGH, LOW, CELL = 50, 62, 42, 28, 15
COLUMNS = 8
LAYERS = {'entry', 'heart', 'fast', 'slow', 'charge', 'free', 'numa', 'plain'}
KINDS = ('call', 'uma', 'numa', 'fails', 'retry', 'gives')
ARROWS = ('arrow', 'lane')
ANCHORS = ('start', 'middle', 'end')


class picture(nodes.General, nodes.Element):
    """A picture. Its child paragraphs hold its title, its description, and each text in it: what other formats and the
    search index get, and what a translation translates."""


class Picture(SphinxDirective):
    """.. picture:: TITLE"""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = {'alt': directives.unchanged_required}

    def run(self):
        if 'alt' not in self.options:
            raise self.error('picture: needs :alt:, words for those who cannot see it')
        lines = [line.strip() for line in self.content if line.strip()]
        try:
            shapes = [shape(line) for line in lines]
            check(shapes)
        except ValueError as error:
            raise self.error(f'picture: {error}') from None
        number = self.env.new_serialno('pageflow-picture')
        node = picture(
            title=self.arguments[0], alt=' '.join(self.options['alt'].split()), shapes=shapes, ident=f'pic{number}'
        )
        self.set_source_info(node)
        node['words'] = words_of(shapes)
        for words in (node['title'], node['alt'], *node['words']):
            text = nodes.paragraph(words, words, classes=['pf-plain'])
            self.set_source_info(text)
            node += text
        return [node]


def shape(line):
    """(kind, places, words) of one line."""
    head, *words = [part.strip() for part in line.split('|')]
    kind, *places = head.split()
    wanted = {'box': 4, 'arrow': 3, 'lane': 4, 'cells': 2, 'bar': 4, 'tick': 2, 'text': 2}
    if kind not in wanted:
        raise ValueError(f'"{line}": no shape "{kind}"; use {", ".join(sorted(wanted))}')
    if len(places) != wanted[kind] or (kind in ARROWS and places[1] != '->'):
        raise ValueError(f'"{line}": {kind} takes {wanted[kind]} words before the first bar')
    if kind == 'box':
        places = [places[0], *[float(one) for one in places[1:]]]
    elif kind in ARROWS:
        ends = [(one.partition(':')[0], float(one.partition(':')[2] or 0.5)) for one in (places[0], places[2])]
        places = ends + [float(one) for one in places[3:]]
    else:
        places = [float(one) for one in places]
    return kind, places, words


SAID = {'box': 2, 'arrow': 1, 'cells': 2, 'tick': 1, 'text': 1}  # words of a shape that are for readers


def words_of(shapes):
    """The texts of a picture, each once. What names code, and the letters of cells, stay as they are."""
    said = []
    for kind, _places, words in shapes:
        for text in words[kind == 'cells' : SAID.get(kind, 0)]:
            if text and not code(text) and text not in said:
                said.append(text)
    return said


def check(shapes):
    boxes = {places[0] for kind, places, _words in shapes if kind == 'box'}
    for kind, places, words in shapes:
        if kind == 'box' and len(words) > 2 and words[2] and words[2] not in LAYERS:
            raise ValueError(f'box {places[0]}: no layer "{words[2]}"; use {", ".join(sorted(LAYERS))}')
        if kind == 'box' and widest(words) > places[3] * COLUMN - 6:
            raise ValueError(
                f'box {places[0]}: its words are wider than the box; {widest(words) / COLUMN:.1f} columns fit'
            )
        if kind in ARROWS:
            for name, _share in places[:2]:
                if name not in boxes:
                    raise ValueError(f'arrow: no box "{name}"')
            if len(words) > 1 and words[1] not in KINDS:
                raise ValueError(f'arrow: no kind "{words[1]}"; use {", ".join(KINDS)}')
        if kind in ('tick', 'text') and len(words) > 1 and words[1] not in ANCHORS:
            raise ValueError(f'{kind}: anchor "{words[1]}" is none of {", ".join(ANCHORS)}')


def widest(words):
    """About how wide a box must be for its two lines."""
    title, second = (words + [''] * 2)[:2]
    return max((6.75 if code(title) else 6.5) * len(title), 5.7 * len(second)) + 17


def code(title):
    return '_' in title or title.endswith('()')


class Sheet(Canvas):
    """The drawing of one picture. `link` turns a target into an address and its meaning."""

    def __init__(self, node, link):
        super().__init__(node['ident'], COLUMNS * COLUMN)
        self.node, self.link = node, link
        self.title, self.alt, *said = (child.astext() for child in node.children)
        self.said = dict(zip(node['words'], said))
        self.boxes = {places[0]: self.place(places, words) for kind, places, words in node['shapes'] if kind == 'box'}

    def place(self, places, words):
        _name, column, row, width = places
        return column * COLUMN + 3, row * ROW + 4, width * COLUMN - 6, HIGH if len(words) > 1 and words[1] else LOW

    def grow(self, y):
        self.height = max(self.height, y + 4)

    def text(self, x, y, words, css, anchor='start'):
        self.grow(y + 4)
        super().text(x, y, self.said.get(words, words), css, anchor)

    def box(self, places, words):
        title, second, layer, target = (words + [''] * 4)[:4]
        x, y, w, h = self.boxes[places[0]]
        self.grow(y + h)
        link = self.link(target) if target else None
        css = f'l-{layer or "plain"}'
        if link:
            self.add(f'<a href="{escape(link[0])}" class="{css}" aria-label="{escape(link[1])}">')
        else:
            self.add(f'<g class="{css}">')
        self.rect('b', x, y, w, h, 6)
        if layer and layer != 'plain':
            self.rect('tab', x, y + 5, 3, h - 10, 1.5)
        self.text(x + 11, y + (18 if second else 18.5), title, 'd' if code(title) else 'w')
        if second:
            self.text(x + 11, y + 33.5, second, 's')
        self.add('</a>' if link else '</g>')

    def link_boxes(self, places, words):
        label, kind = (words + [''] * 2)[:2]
        kind = kind or 'call'
        (start, leave), (end, enter) = places
        ax, ay, aw, ah = self.boxes[start]
        bx, by, bw, bh = self.boxes[end]
        if by > ay + ah or ay > by + bh:  # below or above
            down = by > ay
            points = [(ax + aw * leave, ay + ah if down else ay), (bx + bw * enter, by - 1 if down else by + bh + 1)]
            if abs(points[0][0] - points[1][0]) > 1:
                middle = (points[0][1] + points[1][1]) / 2
                points[1:1] = [(points[0][0], middle), (points[1][0], middle)]
        else:
            right = bx > ax
            points = [(ax + aw if right else ax, ay + ah * leave), (bx - 1 if right else bx + bw + 1, by + bh * enter)]
            if abs(points[0][1] - points[1][1]) > 1:
                middle = (points[0][0] + points[1][0]) / 2
                points[1:1] = [(middle, points[0][1]), (middle, points[1][1])]
        self.edge(kind, points)
        if label:
            last = points[-1] if len(points) == 2 else points[-2]
            first = points[0] if len(points) == 2 else points[-3]
            if len(points) == 2 and points[0][0] != points[1][0]:
                self.text((first[0] + last[0]) / 2, first[1] - 4, label, 'el', 'middle')
            else:
                self.text(points[-1][0] + 5, (points[-1][1] + points[-2][1]) / 2 + 3.5, label, 'el')

    def lane(self, places, words):
        label, kind = (words + [''] * 2)[:2]
        (start, leave), (end, enter), column = places
        ax, ay, aw, ah = self.boxes[start]
        bx, by, bw, bh = self.boxes[end]
        x, y = column * COLUMN, ay + ah * leave
        left = x < ax
        out, back = (ax, bx - 1) if left else (ax + aw, bx + bw + 1)
        self.edge(kind or 'call', [(out, y), (x, y), (x, by + bh * enter), (back, by + bh * enter)])
        if label:
            self.text(out + (-5 if left else 5), y - 4, label, 'el', 'end' if left else 'start')

    def cells(self, places, words):
        x, y = places[0] * COLUMN + 3, places[1] * ROW + 4
        if len(words) > 1:
            self.text(x, y + 9, words[1], 's')
            y += 15
        for letter in words[0]:
            if letter == ' ':
                x += CELL / 2
                continue
            css = {'.': 'free', '#': 'used', '>': 'taken'}.get(letter, f'type type-{letter}')
            self.rect(f'c {css}', x, y, CELL - 2, CELL + 1, 2)
            if letter.isalpha():
                self.text(x + (CELL - 2) / 2, y + 12, letter, 'cl', 'middle')
            x += CELL
        self.grow(y + CELL + 2)

    def bar(self, places, _words):
        x, y, w = places[0] * COLUMN + 3, places[1] * ROW + 22, places[2] * COLUMN - 6
        self.grow(y + 18)
        self.rect('b', x, y, w, 16, 3)
        self.rect('lv', x, y, w * places[3], 16, 3)

    def tick(self, places, words):
        x, y = places[0] * COLUMN + 3, places[1] * ROW + 22
        self.add(f'<path class="e e-fails" d="M{x:g} {y - 4:g}v24"/>')
        self.text(x, y - 7, words[0], 's', words[1] if len(words) > 1 else 'middle')

    def words(self, places, words):
        self.text(places[0] * COLUMN + 3, places[1] * ROW + 16, words[0], 's', words[1] if len(words) > 1 else 'start')

    def figure(self):
        draw = {
            'box': self.box,
            'arrow': self.link_boxes,
            'lane': self.lane,
            'cells': self.cells,
            'bar': self.bar,
            'tick': self.tick,
            'text': self.words,
        }
        for kind, places, words in sorted(self.node['shapes'], key=lambda one: one[0] not in ARROWS):
            draw[kind](places, words)
        return (
            f'<figure class="pf-picture">{self.svg(self.title, self.alt)}'
            f'<figcaption>{escape(self.title)}</figcaption></figure>'
        )


def visit_html(translator, node):
    builder = translator.builder
    docname = builder.current_docname

    def link(target):
        stage = chain.stage_of(target)
        if stage:
            return builder.get_relative_uri(docname, stage.docname), f'{stage.number} {stage.door}: {stage.question}'
        place = place_of(builder.app, target)
        if not place:
            return None
        page = builder.get_relative_uri(docname, place[0]) if place[0] != docname else ''
        return f'{page}#{place[1]}', target

    translator.body.append(Sheet(node, link).figure())
    raise nodes.SkipNode


def setup(app):
    formats.add_picture(app, picture, visit_html)
    app.add_directive('picture', Picture)

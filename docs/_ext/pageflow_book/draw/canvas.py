# SPDX-License-Identifier: GPL-2.0-only
"""One SVG under construction: what the chain and the small pictures are drawn on. Its classes are those of
docs/_static/pageflow.css, so that it follows the theme."""

from html import escape


class Canvas:
    """Shapes are added in the order in which they cover each other. `ident` keeps several drawings of a page apart."""

    def __init__(self, ident, width, height=0):
        self.ident, self.width, self.height = ident, width, height
        self.parts, self.kinds = [], set()

    def add(self, text):
        self.parts.append(text)

    def text(self, x, y, words, css, anchor='start'):
        at = '' if anchor == 'start' else f' text-anchor="{anchor}"'
        self.add(f'<text x="{x:g}" y="{y:g}" class="{css}"{at}>{escape(words)}</text>')

    def rect(self, css, x, y, w, h, radius=0):
        rounding = f' rx="{radius:g}"' if radius else ''
        self.add(f'<rect class="{css}" x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}"{rounding}/>')

    def edge(self, kind, points):
        """A line with rounded corners through points, and an arrow head at its end."""
        self.arrow(kind, rounded(points))

    def arrow(self, kind, path):
        self.kinds.add(kind)
        self.add(f'<path class="e e-{kind}" d="{path}" marker-end="url(#{self.ident}-{kind})"/>')

    def heads(self):
        """The arrow heads of the kinds of lines that were drawn."""
        return ''.join(
            f'<marker id="{self.ident}-{kind}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
            f'orient="auto"><path class="h h-{kind}" d="M0.5 0.8 7.3 4 0.5 7.2z"/></marker>'
            for kind in sorted(self.kinds)
        )

    def svg(self, title, description, css=''):
        """The whole drawing, with its words for those who cannot see it."""
        return (
            f'<svg class="pf-map{css and " " + css}" viewBox="0 0 {self.width:g} {self.height:g}" role="group" '
            f'aria-labelledby="{self.ident}-t {self.ident}-d" xmlns="http://www.w3.org/2000/svg">'
            f'<title id="{self.ident}-t">{escape(title)}</title><desc id="{self.ident}-d">{escape(description)}</desc>'
            f'<defs>{self.heads()}</defs>{"".join(self.parts)}</svg>'
        )


def rounded(points, radius=7):
    """An SVG path through points whose corners are rounded."""
    out = [f'M{points[0][0]:g} {points[0][1]:g}']
    for before, at, after in zip(points, points[1:], points[2:]):
        enter, leave = _towards(at, before, radius), _towards(at, after, radius)
        out.append(f'L{enter[0]:g} {enter[1]:g}Q{at[0]:g} {at[1]:g} {leave[0]:g} {leave[1]:g}')
    out.append(f'L{points[-1][0]:g} {points[-1][1]:g}')
    return ''.join(out)


def _towards(start, end, distance):
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = (dx * dx + dy * dy) ** 0.5 or 1
    share = min(distance, length / 2) / length
    return start[0] + dx * share, start[1] + dy * share

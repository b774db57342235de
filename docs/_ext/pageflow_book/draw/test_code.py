# SPDX-License-Identifier: GPL-2.0-only
"""The source of tests in HTML: what the comment above a test says as prose, and below it the code."""

import re
from html import escape

from ..read.names import claim_place
from ..read.sources import Definition
from ..read.test_files import docname
from ..read.text import _
from .code import Page

TOP = 'index'  # links lead from the top of the site: the same text is on a page and in a script


class TestCode(Page):
    """Turns the pieces of one file of tests into HTML, with links from the top of the site."""

    def __init__(self, builder, file):
        super().__init__(builder, TOP)
        self.file = file
        self.anchors = set(self.here.test_files.names[file].values())

    def target(self, name, previous, call, one):
        """Names of this file, and of what tests are made with, before those of the book."""
        if call or name.isupper() or previous in ('struct', 'union', 'enum'):
            place = self.here.test_files.place(self.file, name)
            if place:
                return self.link(docname(place[0]), f'L{place[1]}')
        return super().target(name, previous, call, one)

    def test(self, piece):
        """What a test proves, what its comment says, and its code."""
        return self.proves(piece) + paragraphs(piece.prose) + self.code(piece)

    def proves(self, piece):
        links = []
        for claim in piece.claims:
            place = claim_place(self.builder.app, claim)
            words = f'<a href="{escape(self.link(*place))}">{claim}</a>' if place else claim
            links.append(f'<span class="claim">{words}</span>')
        return f'<p class="pf-meta">{_("Proves")} {" ".join(links)}</p>' if links else ''

    def code(self, piece):
        if piece.last < piece.first:
            return ''
        text = self.here.sources.lines(self.file)[piece.first - 1 : piece.last]
        one = Definition(self.file, piece.test, 'file', piece.first, piece.last, text)
        self.begin(one)
        rows = [
            self.row(one, number, code, None, f'L{number}' if number in self.anchors else None)
            for number, code in enumerate(self.code_lines(one), piece.first)
        ]
        place = f'{self.file}:{piece.first}'
        shown = f'<span class="src">{escape(place)}</span>'
        if piece.test:
            anchor = f'test-{piece.test}'
            shown = f'<a class="src" href="{escape(self.link(docname(self.file), anchor))}">{escape(place)}</a>'
        label = escape(piece.test or place)
        return (
            f'<figure class="pf-listing no-cov"><figcaption>{shown}</figcaption>'
            f'<div class="highlight pf-code" tabindex="0" role="group" aria-label="{label}, C">'
            f'<div class="pf-in">{"".join(rows)}</div></div></figure>'
        )


def paragraphs(prose):
    """The paragraphs of a comment; one that is a table stays as it is."""
    return ''.join(
        f'<pre class="pf-told" tabindex="0">{escape(text, quote=False)}</pre>' if table else f'<p>{_marked(text)}</p>'
        for table, text in prose
    )


def _marked(text):
    """`code` as code."""
    pieces = re.split(r'`([^`]+)`', text)
    return ''.join(f'<code>{escape(one)}</code>' if at % 2 else escape(one) for at, one in enumerate(pieces))

# SPDX-License-Identifier: GPL-2.0-only
"""`answer` folds the answer to an exercise away until a reader asks for it."""

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from ..draw import formats
from ..read.text import _


class answer(nodes.General, nodes.Element):
    """What is folded away. Formats that cannot fold show it."""


class Answer(SphinxDirective):
    """.. answer:: - its content is the answer."""

    has_content = True

    def run(self):
        self.assert_has_content()
        node = answer()
        self.set_source_info(node)
        node += self.parse_content_to_nodes()
        return [node]


def visit_html(translator, _node):
    translator.body.append(f'<details class="pf-answer"><summary>{_("Answer")}</summary>')


def depart_html(translator, _node):
    translator.body.append('</details>')


def setup(app):
    formats.add_interactive(app, answer, (visit_html, depart_html))
    app.add_directive('answer', Answer)

# SPDX-License-Identifier: GPL-2.0-only
"""A test in a chapter: its name, unfolded by a script (sources.js) to its source. In other formats, the name."""

from html import escape

from docutils import nodes

from ..draw import formats


class test_fold(nodes.General, nodes.Element):
    """Its child paragraph, which begins with the test's name, is what is always seen."""


def fold(test, *words, anchor=False):
    """A test (of test_facts) with words about it; with an anchor, links to the test lead here."""
    node = test_fold(ids=[f'test-{test.name}'] if anchor else [])
    node += nodes.paragraph('', '', nodes.literal('', test.name), *words)
    return node


def visit_html(translator, node):
    translator.body.append(translator.starttag(node, 'details', '', CLASS='pf-test') + '<summary>')
    name, *others = node[0].children
    translator.body.append(f'<code>{escape(name.astext())}</code>')
    for child in others:
        child.walkabout(translator)
    translator.body.append('</summary></details>')
    raise nodes.SkipNode


def setup(app):
    formats.add_interactive(app, test_fold, (visit_html, None))

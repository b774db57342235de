# SPDX-License-Identifier: GPL-2.0-only
"""How nodes of ours appear in each format. The site has the full form. Other formats get what they can show: pictures
as they are where SVG is understood, else the plain words or the plain code that stand below the node."""

from docutils import nodes

WITHOUT_SVG = ('latex', 'text', 'man', 'texinfo')


def visit_below(_translator, _node):
    """Shows what stands below the node."""


def depart_below(_translator, _node):
    pass


def skip(_translator, _node):
    raise nodes.SkipNode


BELOW = (visit_below, depart_below)
LEFT_OUT = (skip, None)


def add_picture(app, node, visit_html, other=BELOW):
    """A node drawn as SVG; `other` is for formats that cannot show one."""
    app.add_node(node, html=(visit_html, None), epub=(visit_html, None), **dict.fromkeys(WITHOUT_SVG, other))


def add_interactive(app, node, html):
    """A node that needs the site's scripts or folding; everything else shows what stands below it."""
    app.add_node(node, html=html, epub=BELOW, **dict.fromkeys(WITHOUT_SVG, BELOW))

# SPDX-License-Identifier: GPL-2.0-only
"""The strip at the head of a chapter: its part of the chain, the pages before and after it, and, folded, the whole chain.

The whole chain weighs as much as a short chapter, so it is not in the page: docs/_static/browse.js puts it in place when
it is asked for. Without scripts a picture of it stands there, which leads to the drawing of the first page.
"""

from html import escape

from sphinx.util.nodes import clean_astext

from ..read import chain
from ..read.text import _


def name(number, door, rest=''):
    return f'<span class="nm">{number} <code>{escape(door)}</code>{escape(rest)}</span>'


def title(env, docname):
    """A neighbour's name and what it is about: for a chapter its question."""
    stage = chain.stage_of_doc(docname)
    if not stage:
        return f'<span class="nm">{escape(clean_astext(env.titles[docname]))}</span>'
    if docname == stage.continuation:
        return name(stage.number, stage.door, _(', continued'))
    return name(stage.number, stage.door) + f'<span class="q">{escape(stage.question)}</span>'


def neighbour(builder, docname, other, side, words):
    if not other:
        return ''
    link = escape(builder.get_relative_uri(docname, other))
    return (
        f'<a class="{side}" rel="{side}" href="{link}"><span class="to">{words}</span>{title(builder.env, other)}</a>'
    )


def numbers(builder, docname, stage):
    """The part of the chain that the stage is in, a number for each of its stages."""
    group = next(one for one in chain.GROUPS if stage.number in one['stems'])
    links = []
    for number in group['stems']:
        one = chain.BY_NUMBER[number]
        here = ' aria-current="page"' if one is stage else ''
        links.append(
            f'<a class="l-{one.layer}" href="{escape(builder.get_relative_uri(docname, one.docname))}" '
            f'title="{escape(one.door)}: {escape(one.short)}"{here}>{number}</a>'
        )
    return f'<p class="part"><span class="pt">{escape(chain.title(group))}</span>{"".join(links)}</p>'


def whole(builder, docname, stage):
    """The whole chain, folded. Its drawing takes the same place from the moment it is opened."""
    start = builder.get_relative_uri(docname, builder.config.root_doc)
    root = '../' * docname.count('/')
    return (
        f'<details class="pf-whole" data-here="{stage.number}"><summary>{_("The whole chain")}</summary>'
        f'<div class="pf-chain"><noscript><a href="{escape(start)}#map-{stage.number}">'
        f'<img src="{root}_static/chain.svg" loading="lazy" alt="{_("The chain of stages")}"></a></noscript></div></details>'
    )


def html(builder, docname):
    """The strip of a chapter's page on the site. A book in one file has a table of contents of its own, and no pages."""
    if builder.name != 'html':
        return ''
    stage = chain.stage_of_doc(docname)
    _parent, before, after = builder.relations.get(docname, (None, None, None))
    rest = _(', continued') if docname == stage.continuation else ''
    return (
        f'<nav class="pf-strip l-{stage.layer}" aria-label="{_("Along the chain")}">'
        + numbers(builder, docname, stage)
        + neighbour(builder, docname, before, 'prev', _('Previous'))
        + f'<span class="this">{name(stage.number, stage.door, rest)}<span class="q">{escape(stage.short)}</span></span>'
        + neighbour(builder, docname, after, 'next', _('Next'))
        + whole(builder, docname, stage)
        + '</nav>'
    )

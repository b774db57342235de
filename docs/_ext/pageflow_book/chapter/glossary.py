# SPDX-License-Identifier: GPL-2.0-only
"""Terms: each is defined once, before it is used in reading order, and says what it means when it is pointed at.

The reading order is that of the tables of contents, from the root page on. Where terms are defined, a term that is
no common word besides must not stand in the text before its definition either; a heading may announce it.
"""

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.util import logging

from ..read.book import note, notes

logger = logging.getLogger(__name__)
COMMON = {'page', 'order', 'buddy', 'node', 'zone', 'task', 'reclaim', 'compaction'}  # words of plain English, too
SENTENCE = re.compile(r'.*?[.:](?=\s+[A-Z*]|$)', re.DOTALL)


def read(app, doctree):
    """Notes where the page just read defines terms, uses them, and names them in plain text."""
    seen, words = [], []
    for node in doctree.findall():
        if isinstance(node, nodes.term) and in_glossary(node):
            seen.append((True, node.astext().lower(), line(node), node['ids'][0], meaning(node)))
            words.append((True, node.astext().lower(), 0))
        elif isinstance(node, addnodes.pending_xref) and node.get('reftype') == 'term':
            seen.append((False, node['reftarget'].lower(), line(node), '', ''))
        elif isinstance(node, nodes.Text) and not isinstance(node.parent, (nodes.term, nodes.title)):
            words.append((False, node.astext().lower(), line(node)))
    note(app.env)['terms'] = seen
    if any(one[0] for one in seen):
        note(app.env)['plain_uses'] = list(plain_uses(words))


def in_glossary(node):
    while node is not None:
        if isinstance(node, addnodes.glossary):
            return True
        node = node.parent
    return False


def line(node):
    while node is not None:
        if node.line:
            return node.line
        node = node.parent
    return 0


def meaning(term):
    """The first sentence of what a term means."""
    item = term.parent
    paragraph = next(item.findall(nodes.paragraph), None)
    text = re.sub(r'\s+', ' ', paragraph.astext()) if paragraph else ''
    found = SENTENCE.match(text)
    return found[0] if found else text


def plain_uses(words):
    """(term, line) for each term that plain text names before the page defines it."""
    defined, known = set(), {name for definition, name, _line in words if definition} - COMMON
    for definition, text, at in words:
        if definition:
            defined.add(text)
            continue
        for name in known - defined:
            if re.search(rf'\b{re.escape(name)}s?\b', text):
                yield name, at


def reading_order(env):
    """The pages in the order in which the tables of contents lead through them."""
    order, waiting = [], [env.config.root_doc]
    while waiting:
        docname = waiting.pop(0)
        if docname not in order:
            order.append(docname)
            waiting[:0] = env.toctree_includes.get(docname, [])
    return order


def check(app, env):
    """Warns of each use of a term in front of its definition."""
    order = reading_order(env)
    order += sorted(set(notes(env)) - set(order))
    places = {
        name: (order.index(docname), at)
        for docname, mine in notes(env).items()
        for at, (definition, name, *_rest) in enumerate(mine.get('terms', ()))
        if definition
    }
    for docname in order:
        mine = notes(env).get(docname, {})
        for at, (definition, name, where, *_rest) in enumerate(mine.get('terms', ())):
            if not definition and name in places and places[name] > (order.index(docname), at):
                logger.warning(
                    f'the term "{name}" is used here before it is defined, in {order[places[name][0]]}; '
                    'use another word, or move the definition to the front',
                    location=(docname, where),
                )
        for name, where in mine.get('plain_uses', ()):
            logger.warning(
                f'the term "{name}" stands here before its definition; use another word, or move the definition to the front',
                location=(docname, where),
            )


def meanings(env):
    """What the pop-ups of terms say: anchor -> sentence."""
    return {
        anchor: words
        for mine in notes(env).values()
        for definition, _name, _line, anchor, words in mine.get('terms', ())
        if definition
    }


def setup(app):
    app.connect('doctree-read', read)
    app.connect('env-check-consistency', check)

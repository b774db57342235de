# SPDX-License-Identifier: GPL-2.0-only
"""Roles that lead through the book: :stage:`06` to a chapter, :fn:`rmqueue` to the listing of a function. A name in
code type, ``GFP_ATOMIC``, leads to what it names without a role, once in each section."""

from docutils import nodes
from sphinx import addnodes
from sphinx.roles import XRefRole

from ..read import chain
from ..read.book import book, notes
from ..read.names import brief, claim_place, place_of

# Names that signatures use and that are the C library's or the compiler's, not ours to document.
FOREIGN = {
    'size_t',
    'ssize_t',
    'FILE',
    'bool',
    'va_list',
    'time_t',
    'off_t',
    'ptrdiff_t',
    'uintptr_t',
    'intptr_t',
    'max_align_t',
} | {f'{sign}int{bits}_t' for sign in ('', 'u') for bits in (8, 16, 32, 64)}


# Where a name stays as it is: links, headings, and the reference, which has its own.
UNLINKED = (nodes.reference, nodes.title, addnodes.desc, addnodes.toctree)


class StageRole(XRefRole):
    """:stage:`06` shows as the door's name."""

    def process_link(self, env, refnode, has_explicit_title, title, target):
        stage = chain.stage_of(target)
        return (title if has_explicit_title or not stage else f'{stage.number} {stage.door}'), target


def resolve(app, env, node, content):
    kind, target = node.get('reftype'), node.get('reftarget')
    if kind == 'stage':
        stage = chain.stage_of(target)
        return link(app, node, content, stage.docname, '', stage.question) if stage else None
    if kind == 'fn':
        place = place_of(app, target)
        mine = notes(env).get(node['refdoc'], {}).get('listings', {})
        if target in mine:
            place = (node['refdoc'], mine[target])
        return link(app, node, content, *place, brief(app, target)) if place else None
    if kind == 'pf-claim':
        place = claim_place(app, target)
        if place:
            return link(app, node, content, *place, '')
        # A test naming an unknown claim is reported by claims.check; here the number is simply no link.
        return content if chain.stage_of_doc(node['refdoc']) else None
    if kind == 'pf-proof':
        return link(app, node, content, chain.stage_of(target[:2]).docname, f'proof-{target}', '')
    if kind == 'ref' and target.endswith('_8h'):  # Breathe's "#include" line of a struct
        header = target[:-3].replace('__', '-').replace('_', '-')
        page = 'docs/capi' if header == 'pageflow' else 'docs/nouns'
        return link(app, node, content, page, 'header-' + header, '')
    if node.get('refdomain') == 'c' and kind == 'identifier':
        known = target in FOREIGN or target in book(app).sources.names
        return content if known else None
    return None


def link(app, node, content, docname, anchor, title):
    here = node['refdoc']
    uri = app.builder.get_relative_uri(here, docname) if docname != here else ''
    made = nodes.reference('', '', content, internal=True, refuri=uri + ('#' + anchor if anchor else '') or '#')
    if title:
        made['reftitle'] = title
    return made


def link_names(app, doctree, docname):
    """Makes the first of each name in a section a link. A name has an underscore: other words are plain words too."""
    done = set()
    for literal in list(doctree.findall(nodes.literal)):
        name = literal.astext().removesuffix('()')
        section = inside(literal, nodes.section)
        if '_' not in name or (id(section), name) in done or inside(literal, UNLINKED):
            continue
        place = place_of(app, name)
        if place:
            done.add((id(section), name))
            uri = app.builder.get_relative_uri(docname, place[0]) if place[0] != docname else ''
            made = nodes.reference('', '', internal=True, refuri=f'{uri}#{place[1]}', classes=['pf-name'])
            literal.replace_self(made)
            made += literal


def inside(node, kind):
    """The nearest node of a kind around this one."""
    node = node.parent
    while node is not None and not isinstance(node, kind):
        node = node.parent
    return node


def xref(kind, target, docname, words=None):
    content = nodes.literal('', words or target) if kind == 'fn' else nodes.inline('', words or target)
    return addnodes.pending_xref(
        '', content, refdomain='', reftype=kind, reftarget=target, refdoc=docname, refexplicit=bool(words), refwarn=True
    )


def setup(app):
    app.add_role('stage', StageRole(innernodeclass=nodes.inline, warn_dangling=True))
    app.add_role('fn', XRefRole(innernodeclass=nodes.literal, warn_dangling=True))
    app.connect('missing-reference', resolve)
    app.connect('doctree-resolved', link_names)

# SPDX-License-Identifier: GPL-2.0-only
"""What pop-ups say, as scripts that are loaded when the first is asked for: what names mean, of those that some page shows, and what
claims say and which tests prove them."""

import re

from docutils import nodes

from ..chapter import claims, glossary
from ..read import chain
from ..read.book import book, note, notes
from ..read.names import targets
from ..read.text import _
from .shared import script_words, write_script

NAME = re.compile(r'(?:(?:struct|union|enum) )?[\w.>-]*\w')
TAGGED = ('struct', 'union', 'enum')
OWNERS = 3  # a field's name that more structures have says too little


def read_names(app, doctree):
    """Notes the names in code type on the page just read: each can be pointed at."""
    texts = {literal.astext().removesuffix('()') for literal in doctree.findall(nodes.literal)}
    note(app.env)['names'] = {text for text in texts if NAME.fullmatch(text)}


def written_names(env):
    return set().union(*(mine.get('names', ()) for mine in notes(env).values()))


def meanings(app, written):
    """name -> what it means, of those that a page writes or a listing links to. A tag has its kind before it."""
    found, here, places = {}, book(app), targets(app)
    shown = written | {name.rpartition('.')[2] for name in places}
    for one in (one for definitions in here.sources.definitions.values() for one in definitions):
        tagged = one.kind in TAGGED
        name = f'{one.kind} {one.name}' if tagged else one.name
        if one.doc and (name in shown or (tagged and one.kind in places.get(one.name, ()))):
            found.setdefault(name, one.brief.replace('`', ''))
    for one in here.sources.members:
        if one.kind == 'enumerator' and one.name in shown and one.of:
            of = _('A constant of enum %s') % one.of
            found.setdefault(one.name, f'{of}: {one.doc}' if one.doc else f'{of}.')
    return found


def fields(app, written):
    """name of a field that a page writes -> which structures have it, and what it is there."""
    owners, wanted = {}, {re.split(r'->|\.', name)[-1] for name in written}
    for one in book(app).sources.members:
        if one.kind == 'member' and one.of and one.name in wanted and one.file.startswith('include/'):
            of = _('A field of struct %s') % one.of
            owners.setdefault(one.name, []).append((f'{of}: {one.doc}' if one.doc else of).rstrip('.') + '.')
    return {name: ' '.join(found) for name, found in owners.items() if len(found) <= OWNERS}


def claims_data(app):
    """What each claim says, and the tests that prove it: each its name and the number of the page that lists it, or -1."""
    pages, proofs = [stage.docname for stage in chain.STAGES], {}
    for one in book(app).sources.test_list():
        stage = chain.stage_of_file(one.file)
        for claim in one.claims:
            proofs.setdefault(claim, {})[one.name] = pages.index(stage.docname) if stage else -1
    said = claims.sentences(app.env)
    return {
        'pages': pages,
        'claims': {claim: [words, sorted(proofs.get(claim, {}).items())] for claim, words in said.items()},
    }


def write(app, error):
    if error or app.builder.name != 'html':
        return
    static, written = app.outdir / '_static', written_names(app.env)
    said = {
        'meanings': meanings(app, written),
        'fields': fields(app, written),
        'terms': glossary.meanings(app.env),
        'words': {said: _(said) for said in script_words() if _(said) != said},
    }
    write_script(static / 'pageflow-data.js', 'PAGEFLOW', said)
    write_script(static / 'claims-data.js', 'PAGEFLOW_CLAIMS', claims_data(app))


def setup(app):
    app.connect('doctree-read', read_names)
    app.connect('build-finished', write)

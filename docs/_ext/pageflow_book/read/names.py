# SPDX-License-Identifier: GPL-2.0-only
"""Where a name of the C sources is shown in the book, and what it means in a line."""

import re

from .book import book, notes


def targets(app):
    """identifier -> kind -> (docname, anchor): the listing of a function first, then the C domain."""
    here = book(app)
    if here.targets is None:
        found = {}
        for name, _shown, kind, docname, anchor, _order in app.env.domains['c'].get_objects():
            name = re.sub(r'^(numa|in_\w+)\.', '', name)
            found.setdefault(name, {}).setdefault(kind, (docname, anchor))
        for docname, mine in sorted(notes(app.env).items()):
            for name, anchor in mine['listings'].items():
                found.setdefault(name, {}).setdefault('code', (docname, anchor))
        here.targets = found
    return here.targets


def brief(app, name):
    """The one-line meaning of a name of ours."""
    for found in book(app).sources.definitions.values():
        for one in found:
            if one.name == name and one.doc:
                return one.brief.replace('`', '')
    return ''


def place_of(app, name):
    """(page, anchor) of a function or a macro: its listing if there is one, else its reference; or None."""
    found = targets(app).get(name, {})
    return found.get('code') or found.get('function') or found.get('macro')


def claim_place(app, claim):
    """(page, anchor) of the place where a claim is made; or None."""
    for docname, mine in notes(app.env).items():
        if claim in mine['claims']:
            return docname, f'claim-{claim}'
    return None

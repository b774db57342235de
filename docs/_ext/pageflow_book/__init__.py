# SPDX-License-Identifier: GPL-2.0-only
"""The machinery of the book: listings with coverage, the chain as a picture, the generated parts of a chapter."""

import re

from . import (
    chain,
    claims,
    diagram,
    generated,
    glossary,
    languages,
    lcovpages,
    links,
    listing,
    pages,
    shared,
    stage,
    text,
)
from .state import Book, book, notes


def start(app):
    app._pageflow_book = Book(app)


def outdated(app, env, added, changed, removed):
    """Tests are known by their number in one list: when the list changes, every chapter is written again."""
    digest = book(app).coverage.tests_digest
    if getattr(env, 'pageflow_tests', digest) == digest:
        env.pageflow_tests = digest
        return []
    env.pageflow_tests = digest
    return [one.docname for one in chain.STAGES if one.docname in env.found_docs]


def forget(app, env, docname):
    notes(env).pop(docname, None)


def check(app, env):
    listing.check_everything_shown(app, env)
    claims.check(app, env)
    glossary.check(env)


def slim(body):
    """Leaves out markup that does nothing here (it makes long references a fifth lighter), and lets the keyboard reach
    code that scrolls."""
    body = re.sub(r'<span class="pre">([^<]*)</span>', r'\1', body)
    body = re.sub(r'<span class="w">( +)</span>', r'\1', body)
    body = re.sub(r'<span class="target" id="[^"]*_8[ch]_1[0-9a-f]{30,}"></span>', '', body)
    body = re.sub(
        r'<div (class="table-wrapper[^"]*">\s*<table class="[^"]*pf-functions)', r'<div tabindex="0" \1', body
    )
    return body.replace('<div class="highlight"><pre>', '<div class="highlight"><pre tabindex="0">')


def shared_toctree(app, pagename, make):
    """The table of contents is the same for all coverage pages of one folder depth: made once for each, it saves most
    of the time they take."""
    kept = book(app).toctrees

    def toctree(**options):
        key = (pagename.count('/'), *sorted(options.items()))
        if key not in kept:
            kept[key] = make(**options)
        return kept[key]

    return toctree


def page_context(app, pagename, template, context, doctree):
    """What templates need: the stage a chapter shows; and code that scrolls must be reachable with the keyboard."""
    if context.get('body'):
        context['body'] = slim(context['body'])
    if pagename not in app.env.all_docs and 'toctree' in context:
        context['toctree'] = shared_toctree(app, pagename, context['toctree'])
    stage = chain.stage_of_doc(pagename)
    if stage:
        before, after = chain.neighbours(stage)
        context['pf_stage'] = stage
        context['pf_nav'] = [
            (side, one, app.builder.get_relative_uri(pagename, one.docname))
            for side, one in (('prev', before), ('next', after))
            if one
        ]


def setup(app):
    app.add_config_value('pageflow_build', 'build', 'env')
    app.connect('builder-inited', start, priority=100)
    app.connect('env-get-outdated', outdated)
    app.connect('env-purge-doc', forget)
    app.connect('env-check-consistency', check)
    app.connect('html-page-context', page_context, priority=400)  # before Furo makes its navigation
    for part in (
        text,
        languages,
        listing,
        diagram,
        stage,
        claims,
        generated,
        glossary,
        links,
        lcovpages,
        pages,
        shared,
    ):
        part.setup(app)
    return {'version': '1', 'env_version': 1, 'parallel_read_safe': False, 'parallel_write_safe': False}

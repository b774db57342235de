# SPDX-License-Identifier: GPL-2.0-only
"""What the templates are given: the stage a chapter shows, a lighter body, and one table of contents for many pages."""

import re

from ..read import chain
from ..read.book import book


def slim(body):
    """Leaves out markup that does nothing here (it makes long references a fifth lighter), and lets the keyboard reach
    code and tables that scroll."""
    body = re.sub(r'<span class="pre">([^<]*)</span>', r'\1', body)
    body = re.sub(r'<span class="w">( +)</span>', r'\1', body)
    body = re.sub(r'<span class="target" id="[^"]*_8[ch]_1[0-9a-f]{30,}"></span>', '', body)
    body = re.sub(
        r'<div (class="table-wrapper[^"]*">\s*<table class="[^"]*pf-(?:functions|forms))', r'<div tabindex="0" \1', body
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
        context['pf_stage'] = stage


def setup(app):
    app.connect('html-page-context', page_context, priority=400)  # before Furo makes its navigation

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
    body = re.sub(r'(<tr) class="row-(?:even|odd)"', r'\1', body)
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


CAPTION = re.compile(r'<p class="caption" role="heading"><span class="caption-text">(.*?)</span></p>', re.DOTALL)
FOLD = re.compile(r'<input[^>]*class="toctree-checkbox"[^>]*/?>\s*<label for="toctree-checkbox.*?</label>', re.DOTALL)


def fold(tree):
    """Furo's table of contents with its groups folded: open is the one that holds the page, else the first. What stands
    below a page (the continuation of a chapter) is always shown."""
    before, *pieces = CAPTION.split(FOLD.sub('', tree))
    groups = list(zip(pieces[::2], pieces[1::2]))
    opened = next((at for at, (_title, pages) in enumerate(groups) if 'class="current' in pages), 0)
    return before + ''.join(
        f'<details class="pf-group"{" open" if at == opened else ""}><summary class="caption">'
        f'<span class="caption-text" role="heading" aria-level="2">{title}</span></summary>{pages}</details>'
        for at, (title, pages) in enumerate(groups)
    )


def navigation(app, pagename, template, context, doctree):
    """The sidebar, once Furo has made its navigation."""
    if context.get('furo_navigation_tree'):
        context['furo_navigation_tree'] = fold(context['furo_navigation_tree'])


def setup(app):
    app.connect('html-page-context', page_context, priority=400)  # before Furo makes its navigation
    app.connect('html-page-context', navigation, priority=600)

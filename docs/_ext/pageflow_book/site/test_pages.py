# SPDX-License-Identifier: GPL-2.0-only
"""The tests in the book: a page for each file of C tests, and beside it a script with each test's source, which is loaded where
a test is unfolded: in a chapter, or in the pop-up beside a line."""

import json
from functools import partial
from html import escape

from sphinx.util import logging

from ..draw.test_code import TestCode, paragraphs
from ..read import chain
from ..read.book import book
from ..read.names import targets
from ..read.test_files import docname
from ..read.text import _
from .coverage_pages import code, link
from .shares import in_shares

logger = logging.getLogger(__name__)


def collect(app):
    here = book(app)
    if app.builder.name == 'html':
        wanted = [file for file in here.test_files.files if not is_current(app, here, file)]
        targets(app)  # read before the processes part
        in_shares(app, partial(write, app), wanted)
    return ()


def check_names(app, env):
    """A fold knows its test by the name alone."""
    seen = {}
    for file, name in book(app).test_files.tests():
        if name in seen:
            logger.warning(f'{file}: there is a test {name} in {seen[name]} too; give one of them another name')
        seen[name] = file


def is_current(app, here, file):
    """While a reader writes (`make serve`) only the pages of tests that have changed are made again."""
    made = app.outdir / f'{docname(file)}.html'
    return made.is_file() and (here.root / file).stat().st_mtime < made.stat().st_mtime


def write(app, files):
    here = book(app)
    for file in files:
        made = TestCode(app.builder, file)
        shown = [(piece, made.test(piece)) for piece in here.test_files.pieces(file)]
        title = file.removeprefix('tests/')
        body = f'<h1>{code(title)}</h1>{ways(app, here, file)}' + ''.join(part(*one) for one in shown)
        body = body.replace('href="docs/', f'href="{"../" * docname(file).count("/")}docs/')
        app.builder.handle_page(docname(file), {'title': title, 'body': body}, 'page.html')
        sources = {piece.test: words for piece, words in shown if piece.test}
        if sources:
            write_sources(app.outdir, file.removeprefix('tests/').removesuffix('.c'), sources)


def part(piece, words):
    """A test with a heading; what stands between tests without."""
    if not piece.test:
        return paragraphs(piece.prose) if piece.last < piece.first else words
    ident = f'test-{piece.test}'
    mark = f'<a class="headerlink" href="#{ident}" title="{escape(_("Link to this heading"))}">¶</a>'
    return f'<section id="{ident}" class="pf-source"><h2>{code(piece.test)}{mark}</h2>{words}</section>'


def ways(app, here, file):
    """The links above a file of tests, from the top of the site, and how to run it."""
    stage, links = chain.stage_of_file(file), []
    to = app.builder.get_target_uri
    if stage:
        links.append(link(to(stage.docname), escape(_('chapter %s') % f'{stage.number} {stage.door}')))
    links.append(link(to('docs/tests'), escape(_('all tests'))))
    name = file.rpartition('/')[2]
    if any(one == file for one, _name in here.test_files.tests()):
        links.append(code(f'make test T={name.removesuffix(".c")}'))
    return f'<p class="pf-meta">{" · ".join(links)}</p>'


def write_sources(folder, key, sources):
    """A script that adds the sources of one file's tests to what is known."""
    path = folder / '_static' / 'sources' / f'{key}.js'
    path.parent.mkdir(parents=True, exist_ok=True)
    data = json.dumps(sources, separators=(',', ':'), ensure_ascii=False)
    path.write_text(
        f'/* SPDX-License-Identifier: GPL-2.0-only */\nwindow.PAGEFLOW_SOURCES[{json.dumps(key)}]={data};\n',
        encoding='utf-8',
    )


def setup(app):
    app.connect('env-check-consistency', check_names)
    app.connect('html-collect-pages', collect)

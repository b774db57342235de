# SPDX-License-Identifier: GPL-2.0-only
"""Further languages: the switch between them, absent while there is one, and what the program's own words are.

The site in English is the folder itself; each further language of docs/locale is a folder in it, with the same pages.
"""

import ast
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from ..read import chain, labels
from ..read.book import book
from ..read.sources import steps
from . import engine, search, shared

PACKAGE = Path(__file__).resolve().parent.parent


def name(language):
    """What speakers of a language call it."""
    return Locale.parse(language).get_display_name().capitalize()


def switch(app, pagename, template, context, doctree):
    """[(name, link)] for the template: this page in the other languages."""
    known, mine = app.config.pageflow_languages, app.config.language
    top = '../' * (pagename.count('/') + (mine != 'en'))
    page = app.builder.get_target_uri(pagename)
    context['pf_languages'] = [
        (one, name(one), top + ('' if one == 'en' else one + '/') + page) for one in known if one != mine
    ]


def marked():
    """(text, file, line) of every `_('text')`. Babel's own reader does not look into f-strings."""
    for path in sorted(PACKAGE.rglob('*.py')):
        for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
            match node:
                case ast.Call(func=ast.Name(id='_'), args=[ast.Constant(value=text)]):
                    yield text, f'docs/_ext/pageflow_book/{path.relative_to(PACKAGE)}', node.lineno


def step_titles(app):
    """The headings inside listings."""
    for found in book(app).sources.definitions.values():
        for one in found:
            yield from (step.title for step in steps(one.text).values())


def extract(app, error):
    """The gettext builder writes what the pages say; this adds what the machinery, its scripts and its pictures say."""
    if error or app.builder.name != 'gettext':
        return
    catalog = Catalog(project='Pageflow', version=app.config.version)
    for message, file, line in [*marked(), *labels.keys(app.srcdir)]:
        catalog.add(message, locations=[(file, line)])
    for message in [*chain.words(), *shared.script_words(), *search.words(app), *engine.words(), *step_titles(app)]:
        catalog.add(message)
    with open(app.outdir / 'pageflow.pot', 'wb') as out:
        write_po(out, catalog, omit_header=False, sort_output=True)


def setup(app):
    app.add_config_value('pageflow_languages', ['en'], 'html')
    app.connect('html-page-context', switch)
    app.connect('build-finished', extract)

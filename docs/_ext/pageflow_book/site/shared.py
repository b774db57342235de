# SPDX-License-Identifier: GPL-2.0-only
"""Files all pages share: one-line meanings of names and terms, as one script; what claims say and who proves them, the names of
the tests and the drawing of the chain, as others, which are loaded when one of these is asked for; and the fonts.

The fonts go into a style sheet as data: a page opened from a file needs no permission to load them. A browser still
takes a moment to read them, and each page waits for that (docs/_templates/page.html) before it is drawn.
"""

import base64
import json
import re
from pathlib import Path

from docutils import nodes

from ..chapter import claims, glossary
from ..draw import chain_map
from ..read import chain
from ..read.book import book, note, notes
from ..read.names import targets
from ..read.text import _

FOLDER = Path(__file__).resolve().parents[3] / '_fonts'
STATIC = FOLDER.parent / '_static'
FONTS = (
    ('Literata', 'normal', 'literata'),
    ('Literata', 'italic', 'literata-italic'),
    ('Inter', 'normal', 'inter'),
    ('JetBrains Mono', 'normal', 'jetbrains-mono'),
)


def name_fonts(app, pagename, template, context, doctree):
    """The fonts as a style sheet's `font` would name them, for the script that waits for them."""
    context['pf_fonts'] = [f"{slope} 1em '{family}'" for family, slope, _file in FONTS]


def script_words(name='pageflow.js'):
    """What a script says to readers."""
    return re.findall(r"\bsay\('([^']+)'", (STATIC / name).read_text(encoding='utf-8'))


def write(app, error):
    if error or app.builder.name != 'html':
        return
    static = app.outdir / '_static'
    here = book(app)
    stems = sorted({stem for stem, _name in here.coverage.tests})
    tests = [[stems.index(stem), name] for stem, name in here.coverage.tests]
    words = {said: _(said) for said in script_words() if _(said) != said}
    terms = glossary.meanings(app.env)
    drawn = chain_map.drawings(here, lambda stage: app.builder.get_target_uri(stage.docname))
    write_script(static / 'chain-map.js', 'PAGEFLOW_CHAIN', drawn)
    write_script(static / 'test-names.js', 'PAGEFLOW_TESTS', {'stems': stems, 'tests': tests})
    written = written_names(app.env)
    said = {'meanings': meanings(app, written), 'fields': fields(app, written), 'terms': terms, 'words': words}
    write_script(static / 'pageflow-data.js', 'PAGEFLOW', said)
    write_script(static / 'claims-data.js', 'PAGEFLOW_CLAIMS', claims_data(app))


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


def write_script(path, name, value):
    """A script that sets window.NAME."""
    data = json.dumps(value, separators=(',', ':'), sort_keys=True)
    path.write_text(f'/* SPDX-License-Identifier: GPL-2.0-only */\nwindow.{name}={data};\n', encoding='utf-8')


FIGURE = re.compile(r'<figure class="pf-listing[^>]*>.*?</figure>', re.DOTALL)
IDENTITY = re.compile(r' id="([^"]+)"')
ROWS = re.compile(r'<script type="application/json" class="pf-data">(.*?)</script>', re.DOTALL)


def move_rows(app, pagename, template, context, doctree):
    """Moves what the counts' pop-ups say out of a page of code, into a script that is loaded when one is opened."""
    folder, _slash, name = pagename.rpartition('/')
    if app.builder.name != 'html' or not (chain.stage_of_doc(pagename) or folder.startswith('coverage/')):
        return
    rows = {}
    for figure in FIGURE.findall(context.get('body') or ''):
        found = ROWS.search(figure)
        if found:
            rows[IDENTITY.search(figure)[1]] = found[1]
    if not rows:
        return
    context['body'] = ROWS.sub('', context['body'])
    if folder.startswith('coverage/'):
        name = pagename.removeprefix('coverage/').removesuffix('.gcov')
    target = app.outdir / '_static' / 'rows' / f'{name}.js'
    target.parent.mkdir(parents=True, exist_ok=True)
    content = ',\n'.join(f'{json.dumps(name)}:{data}' for name, data in rows.items())
    target.write_text(
        f'/* SPDX-License-Identifier: GPL-2.0-only */\nwindow.PAGEFLOW_ROWS={{{content}}};\n', encoding='utf-8'
    )


def write_fonts(app):
    """Makes fonts.css from docs/_fonts before the build copies what is static."""
    target = app.doctreedir / 'fonts' / 'fonts.css'
    faces = ['/* SPDX-License-Identifier: OFL-1.1 (see docs/_fonts/README) */']
    for family, slope, file in FONTS:
        data = base64.b64encode((FOLDER / f'{file}.woff2').read_bytes()).decode()
        faces.append(
            f"@font-face{{font-family:'{family}';font-style:{slope};font-weight:400 700;src:url(data:font/woff2;base64,{data}) format('woff2')}}"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    text = '\n'.join(faces) + '\n'
    if not target.is_file() or target.read_text() != text:
        target.write_text(text)
    app.config.html_static_path.append(str(target.parent))


def setup(app):
    app.connect('builder-inited', write_fonts)
    app.connect('html-page-context', name_fonts)
    app.connect('doctree-read', read_names)
    app.connect('build-finished', write)
    app.connect('html-page-context', move_rows)

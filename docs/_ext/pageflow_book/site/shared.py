# SPDX-License-Identifier: GPL-2.0-only
"""Files all pages share: the names of the tests and the drawing of the chain, as scripts that are loaded when a count or the
chain is asked for; and the fonts.

The fonts go into a style sheet as data: a page opened from a file needs no permission to load them. A browser still
takes a moment to read them, and each page waits for that (docs/_templates/page.html) before it is drawn.
"""

import base64
import json
import re
from pathlib import Path

from ..draw import chain_map
from ..read import chain
from ..read.book import book

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
    places = {name: file.removeprefix('tests/').removesuffix('.c') for file, name in here.test_files.tests()}
    files = sorted(set(places.values()))
    names = [name for _stem, name in here.coverage.tests]  # counts tell tests by their place here
    names += sorted(set(places) - set(names))
    tests = [[files.index(places[name]) if name in places else -1, name] for name in names]
    drawn = chain_map.drawings(here, lambda stage: app.builder.get_target_uri(stage.docname))
    write_script(static / 'chain-map.js', 'PAGEFLOW_CHAIN', drawn)
    write_script(static / 'test-names.js', 'PAGEFLOW_TESTS', {'files': files, 'tests': tests})


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
    app.connect('build-finished', write)
    app.connect('html-page-context', move_rows)

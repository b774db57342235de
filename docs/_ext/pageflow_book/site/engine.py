# SPDX-License-Identifier: GPL-2.0-only
"""The engine in the page: the program compiled to WebAssembly, as a script, and the small script that loads it on demand.

A page has it when it shows commands that can be carried out, or says so in a field before its title:

    :engine: yes

A page opened from a file may not fetch anything, so the module comes as text in a script: packed with gzip, in base64. The
scripts beside it need no building: the worker is made from the text of the functions in worker.js and host.js.
"""

import base64
import gzip

from ..read.book import book
from ..read.labels import catalogue
from ..read.text import _
from .shared import STATIC, script_words, write_script

MODULE = 'build/front/wasm/pageflow.wasm'
OTHERS = ('pageflow.js', 'search.js')  # scripts that bring what they say in data of their own


def module(app):
    return book(app).root / MODULE


def words():
    """What the scripts say that use the engine."""
    scripts = sorted(path.name for path in STATIC.glob('*.js') if path.name not in OTHERS)
    return [word for name in scripts for word in script_words(name)]


def has_engine(app, pagename, context):
    wanted = 'engine' in app.env.metadata.get(pagename, {}) or 'data-scene=' in (context.get('body') or '')
    return wanted and module(app).is_file()


def add_script(app, pagename, template, context, doctree):
    """The script that a page with the engine loads at once. Its words come before it, where they are not in English."""
    if app.builder.name != 'html' or not has_engine(app, pagename, context):
        return
    if app.config.language != 'en':
        app.add_js_file('live-words.js', defer='defer')
    app.add_js_file('live.js', defer='defer')


def write(app, error):
    if error or app.builder.name != 'html' or not module(app).is_file():
        return
    static = app.outdir / '_static'
    packed = gzip.compress(module(app).read_bytes(), 9, mtime=0)
    data = {'module': base64.b64encode(packed).decode(), 'catalogue': catalogue(app)}
    write_script(static / 'engine-data.js', 'PAGEFLOW_DATA', data)
    if app.config.language != 'en':
        write_script(static / 'live-words.js', 'PAGEFLOW_WORDS', {one: _(one) for one in words() if _(one) != one})


def setup(app):
    app.connect('html-page-context', add_script)
    app.connect('build-finished', write)

# SPDX-License-Identifier: GPL-2.0-only
"""`log-page`: the place where a log is pasted and explained. Its content is what readers get who have no scripts; docs/_static/log.js
puts the rest in its place. The logs to try are scripts, loaded when one is chosen."""

import json
from html import escape

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from ..draw import formats
from ..read.book import book
from ..read.text import _
from .engine import has_engine
from .shared import write_script

STYLES = ('live.css', 'log.css')
SCRIPTS = ('session-text.js', 'proc-files.js', 'log-input.js', 'log-answer.js', 'log.js')  # log.js needs the others
FOLDER = 'tests/samples'
PAGE = 'docs/explain-a-log'


def samples():
    """[file below tests/samples, what it is]."""
    return [
        ['5.8.18-oom-global-1.dmesg', _('the OOM killer, and whom it spared')],
        ['reports/ath11k-dma32-616.txt', _('a wireless driver wants memory below 4 GB')],
        ['reports/nfsd-68-leak-quoted.txt', _('a file server whose memory is gone')],
        ['reports/memcg-then-pagefault-oom.txt', _('a container at its limit')],
        ['6.6-numa.dmesg', _('two nodes')],
    ]


def stem(file):
    """By what name a log is loaded."""
    return file.rpartition('/')[2].rpartition('.')[0]


class log_page(nodes.General, nodes.Element):
    """The place. Its children are what it says without scripts, and in other formats."""


class LogPage(SphinxDirective):
    """.. log-page::"""

    has_content = True

    def run(self):
        self.assert_has_content()
        node = log_page()
        self.set_source_info(node)
        self.state.nested_parse(self.content, self.content_offset, node)
        return [node]


def visit_html(translator, _node):
    tries = json.dumps([[stem(file), title] for file, title in samples()], ensure_ascii=False)
    translator.body.append(f'<div class="pf-log" data-samples="{escape(tries)}">')


def depart_html(translator, _node):
    translator.body.append('</div>')


def add_files(app, pagename, template, context, doctree):
    """The page loads its styles and its scripts at once, behind the script of the engine, without which it stays as it is."""
    wanted = app.builder.name == 'html' and 'class="pf-log"' in (context.get('body') or '')
    if not wanted or not has_engine(app, pagename, context):
        return
    for name in STYLES:
        app.add_css_file(name)
    for at, name in enumerate(SCRIPTS):
        app.add_js_file(name, defer='defer', priority=900 + at)


def write(app, error):
    if error or app.builder.name != 'html' or PAGE not in app.env.found_docs:
        return
    target = app.outdir / '_static' / 'samples'
    target.mkdir(parents=True, exist_ok=True)
    for file, _title in samples():
        text = (book(app).root / FOLDER / file).read_text(encoding='utf-8')
        write_script(target / f'{stem(file)}.js', 'PAGEFLOW_SAMPLE', text)


def setup(app):
    formats.add_interactive(app, log_page, (visit_html, depart_html))
    app.add_directive('log-page', LogPage)
    app.connect('html-page-context', add_files)
    app.connect('build-finished', write)

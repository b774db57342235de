# SPDX-License-Identifier: GPL-2.0-only
"""`playground`: the place where readers try a machine of their own. Its words are in docs/_templates/playground.html, and
docs/_static/playground.js makes it work; what it knows of commands, masks, machines and stages comes in a script."""

import re

from docutils import nodes
from markupsafe import Markup
from sphinx.util.docutils import SphinxDirective

from ..draw import chain_map, formats
from ..live.run import execute
from ..read import chain, shapes
from ..read.book import book
from ..read.labels import in_language
from ..read.text import _
from .shared import write_script

PAGE = 'docs/playground'
STYLES = ('live.css', 'playground.css')
ROW = re.compile(r'^([a-z]\S*)(?: (\S.*?))? {2,}(\S.*)$')
GOES_ON = re.compile(r'^ {28}(\S.*)$')


class playground(nodes.General, nodes.Element):
    """The place. Its child is what other formats get."""


class Playground(SphinxDirective):
    """.. playground::"""

    def run(self):
        node = playground()
        node += nodes.paragraph('', '', nodes.Text(_('On the site, here is a machine to try things on.')))
        self.set_source_info(node)
        return [node]


def visit_html(translator, node):
    builder = translator.builder
    if builder.name != 'html':
        return
    docname = builder.current_docname
    drawn = chain_map.drawings(book(builder.app), lambda stage: builder.get_relative_uri(docname, stage.docname))
    translator.body.append(builder.templates.render('playground.html', {'pf_map': Markup(drawn)}))
    raise nodes.SkipNode


def depart_html(_translator, _node):
    pass


def commands(text):
    """[name, arguments, meaning] of each command, from what `help` of the shell prints."""
    found = []
    for line in text.splitlines():
        row, more = ROW.match(line), GOES_ON.match(line)
        if row:
            found.append([row[1], row[2] or '', row[3]])
        elif more and found:
            found[-1][2] += ' ' + more[1]
        elif not line:
            break
    return found


def masks(text):
    """[name, number] of each, from what `names gfp` prints."""
    return [[name, number] for number, name in (line.split() for line in text.splitlines()) if name != 'none']


def said(app, command):
    code, text = execute(book(app).root, f'{in_language(app)}{command}')
    if code:
        raise RuntimeError(f'{command}: {text}')
    return text


def presets():
    """[what a machine is, its description]."""
    return [
        [_('small, one zone'), '256M'],
        [_('with CMA'), '256M,cma=64M'],
        [_('several CPUs'), '512M,cpus=4'],
        [_('three zones'), '5G,cma=16M'],
        [_('two nodes'), '2x128M'],
        [_('two unequal nodes'), '3G+1G,cpunodes=0:0:1'],
        [_('four nodes'), '4x64M'],
        [_('with a hole'), '256M,hole=0x48000000+32M'],
    ]


def knowledge(app):
    stages = {
        one.number: {'page': app.builder.get_target_uri(one.docname), 'layer': one.layer, 'door': one.door}
        for one in chain.STAGES
    }
    return {
        'commands': commands(said(app, "build/pageflow shell <<< 'help'")),
        'masks': masks(said(app, 'build/pageflow names gfp')),
        'presets': presets(),
        'shapes': sorted(shapes.shapes(book(app).root / 'tests' / 'traces').items()),
        'stages': stages,
    }


def add_files(app, pagename, template, context, doctree):
    """The page loads its styles and its script at once, the script behind that of the engine."""
    if app.builder.name != 'html' or 'class="pf-playground"' not in (context.get('body') or ''):
        return
    for name in STYLES:
        app.add_css_file(name)
    app.add_js_file('playground.js', defer='defer', priority=900)


def write(app, error):
    if error or app.builder.name != 'html' or PAGE not in app.env.found_docs:
        return
    write_script(app.outdir / '_static' / 'playground-data.js', 'PAGEFLOW_PLAYGROUND', knowledge(app))


def setup(app):
    app.add_node(
        playground,
        html=(visit_html, depart_html),
        epub=formats.BELOW,
        **dict.fromkeys(formats.WITHOUT_SVG, formats.BELOW),
    )
    app.add_directive('playground', Playground)
    app.connect('html-page-context', add_files)
    app.connect('build-finished', write)

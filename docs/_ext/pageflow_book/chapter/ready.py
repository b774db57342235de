# SPDX-License-Identifier: GPL-2.0-only
"""Commands that a reader can carry out where they stand: a scene, a scenario that a page shows as it is, an exercise that begins
with commands.

Such a place has the name of its commands in `data-scene`; site/scenes.py writes a script of that name, which is loaded when a
reader asks for it. The button is made by live.js, so that nothing is promised where there are no scripts.
"""

import re
from pathlib import Path

from docutils import nodes

from ..read.book import book, note

SCENARIO = re.compile(r'docs/scenarios/([\w-]+)\.pf$')
LICENCE = re.compile(r'# SPDX-License-Identifier: .*\n')


class ready(nodes.container):
    """A container whose commands can be carried out: `scene` is their name."""


def commands(text):
    """The lines of a session that are carried out."""
    lines = (line.strip() for line in text.split('\n'))
    return [line for line in lines if line and not line.startswith('#')]


def place(env, classes, text, file='', part=None, zone=''):
    """A container with commands: the text of a scenario, or its own. `part` is (first, last) of the commands that are shown, when
    not all are; `zone` the only one that is drawn."""
    mine = note(env).setdefault('scenes', {})
    scenario = SCENARIO.search(file)
    name = scenario[1] if scenario else f'{Path(env.docname).name}-{len(mine) + 1}'
    mine[name] = LICENCE.sub('', text, count=1).strip('\n')
    whole = part is None or part == (0, len(commands(text)))
    return ready(classes=classes, scene=name, shown='' if whole else f'{part[0]}-{part[1]}', zone=zone)


def read_scenarios(app, doctree):
    """A scenario that a page shows as it is can be carried out there too."""
    root = book(app).root
    for block in list(doctree.findall(nodes.literal_block)):
        file = str(block.get('source', ''))
        if SCENARIO.search(file):
            box = place(app.env, ['pf-scenario'], (root / file).read_text(encoding='utf-8'), file)
            block.replace_self(box)
            box += block


def visit_html(translator, node):
    data = {f'data-{key}': node[key] for key in ('scene', 'shown', 'zone') if node[key]}
    translator.body.append(translator.starttag(node, 'div', CLASS='docutils container', **data))


def depart_html(translator, _node):
    translator.body.append('</div>\n')


def visit_other(translator, node):
    translator.visit_container(node)


def depart_other(translator, node):
    translator.depart_container(node)


def setup(app):
    others = dict.fromkeys(('epub', 'latex', 'text', 'man', 'texinfo'), (visit_other, depart_other))
    app.add_node(ready, html=(visit_html, depart_html), **others)
    app.connect('doctree-read', read_scenarios)

# SPDX-License-Identifier: GPL-2.0-only
"""The picture of README.md: the chain as one SVG file that stands alone, made from the same drawing as the site's.

To make it again: `cd docs/_ext && ../../.cache/venv/bin/python -c 'from pageflow_book.draw import readme; readme.write()'`.
The build of the site warns when it is stale.
"""

import re
from pathlib import Path
from types import SimpleNamespace

from sphinx.util import logging

from ..read import chain
from .chain_map import edge_words, wide

logger = logging.getLogger(__name__)
FILE = Path(__file__).resolve().parents[3] / '_static' / 'chain.svg'
LIGHT = (
    '--paper:#fffdf9;--panel:#f7f3ea;--raised:#fff;--ink:#23211d;--muted:#69635a;--line:#e3dccd;--line2:#cfc6b3;'
    '--entry:#1d4f91;--heart:#a23c18;--fast:#27694a;--slow:#8a5a00;--charge:#6b3fa0;--free:#1b6a76;--numa:#5f3d9c;'
    '--fails:#a23c18;--retry:#8a5a00;--gives:#1b6a76;--call:#7d766a'
)
DARK = (
    '--paper:#161719;--panel:#1d1f22;--raised:#232529;--ink:#e4e0d6;--muted:#a39d90;--line:#303338;--line2:#474b52;'
    '--entry:#86b1ef;--heart:#f29a70;--fast:#76c79b;--slow:#e0ab4a;--charge:#c3a1f2;--free:#70c5d1;--numa:#b79df0;'
    '--fails:#f29a70;--retry:#e0ab4a;--gives:#70c5d1;--call:#8f897d'
)
LAYERS = ('entry', 'heart', 'fast', 'slow', 'charge', 'free')
EDGES = ('call', 'uma', 'numa', 'fails', 'retry', 'gives')


def style():
    rules = [f'svg{{{LIGHT}}}', f'@media (prefers-color-scheme:dark){{svg{{{DARK}}}}}']
    rules += [
        'text{font-family:Inter,system-ui,sans-serif;fill:var(--ink)}',
        '.page{fill:var(--paper)}',
        '.panel{fill:var(--panel);stroke:var(--line)}',
        '.pt{font-size:11.5px;font-weight:600;fill:var(--muted)}',
        '.b{fill:var(--raised);stroke:var(--line2)}',
        '.n{font-size:11px;font-weight:600;fill:var(--lc)}',
        '.d{font-family:"JetBrains Mono","DejaVu Sans Mono",monospace;font-size:11px;letter-spacing:-.04em}',
        '.s,.el{font-size:10.5px;fill:var(--muted)}',
        '.tab{fill:var(--lc)}',
        '.e{fill:none;stroke:var(--ec);stroke-width:1.4}',
        '.h{fill:var(--ec)}',
        '.e-numa,.e-retry{stroke-dasharray:5 3}',
    ]
    rules += [f'.l-{layer}{{--lc:var(--{layer})}}' for layer in LAYERS]
    rules += [f'.e-{kind},.h-{kind}{{--ec:var(--{"call" if kind == "uma" else kind})}}' for kind in EDGES]
    return ''.join(rules)


def svg():
    """The picture: no links (an image has none), no coverage."""
    nothing = SimpleNamespace(coverage=None)
    draw = wide(nothing, lambda _stage: '', 'map')
    words = ' '.join(
        f'{edge["from"]} {chain.BY_NUMBER[edge["from"]].door}: {edge_words(edge["kind"])} {chain.BY_NUMBER[edge["to"]].door}.'
        for edge in chain.EDGES
    )
    text = draw.svg('The chain of stages', words)
    text = re.sub(r'<a id="[^"]*" href="" (class="[^"]*") aria-label="[^"]*">', r'<g \1>', text).replace('</a>', '</g>')
    box = f'-14 -14 {draw.width + 24:g} {draw.height + 24:g}'
    text = re.sub(r'<svg class="pf-map" viewBox="[^"]*"', f'<svg viewBox="{box}"', text, count=1)
    begin = text.index('>') + 1
    background = f'<style>{style()}</style><rect class="page" x="-14" y="-14" width="100%" height="100%" rx="14"/>'
    return f'<!-- SPDX-License-Identifier: GPL-2.0-only -->\n{text[:begin]}{background}{text[begin:]}\n'


def write():
    FILE.write_text(svg(), encoding='utf-8')


def check(app):
    if not FILE.is_file() or FILE.read_text(encoding='utf-8') != svg():
        logger.warning(f'{FILE.name}: the picture of README.md is stale; make it again with pageflow_book.draw.readme')


def setup(app):
    app.connect('builder-inited', check)

# SPDX-License-Identifier: GPL-2.0-only
"""What every page must keep to: pictures have words for those who cannot see them, and links out are listed."""

import re

from docutils import nodes
from sphinx.util import logging

from ..read.book import note, notes

logger = logging.getLogger(__name__)
DRAWING = re.compile(r'<svg\b[^>]*>.*?</svg>', re.DOTALL)
TOLD = re.compile(r'<title\b[^>]*>\s*[^<\s]|<svg\b[^>]*\saria-(?:label="[^"]|hidden="true")', re.DOTALL)


def read(app, doctree):
    """Images of the page just read, and where it leads outside."""
    for image in doctree.findall(nodes.image):
        if not image.get('alt', '').strip():
            logger.warning(
                f'the image {image["uri"]} has no words for those who cannot see it; give it :alt:', location=image
            )
    links = {one['refuri'] for one in doctree.findall(nodes.reference) if '://' in one.get('refuri', '')}
    note(app.env)['links_out'] = sorted(links)


def check_drawings(app, pagename, _template, context, _doctree):
    """Drawings that directives made."""
    for drawing in DRAWING.findall(context.get('body') or ''):
        if not TOLD.search(drawing):
            logger.warning(
                f'{pagename}: a drawing has neither a title nor an aria-label: {drawing[:80]}; '
                'say what it shows, or hide it with aria-hidden="true"'
            )


def list_links(app, error):
    """external-links.txt beside the pages: which address outside is linked from where."""
    if error or app.builder.name != 'html':
        return
    found = {}
    for docname, mine in notes(app.env).items():
        for address in mine.get('links_out', ()):
            found.setdefault(address, []).append(docname)
    lines = [f'{address}\t{" ".join(sorted(places))}\n' for address, places in sorted(found.items())]
    (app.outdir / 'external-links.txt').write_text(''.join(lines), encoding='utf-8')


def setup(app):
    app.connect('doctree-read', read)
    app.connect('html-page-context', check_drawings, priority=900)
    app.connect('build-finished', list_links)

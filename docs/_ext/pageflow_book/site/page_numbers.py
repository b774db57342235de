# SPDX-License-Identifier: GPL-2.0-only
"""The book writes PFNs in hex. Text in the kernel's own format has some in decimal, and stays as it is, byte for byte: the
hex stands beside it, where it is seen, and neither copied nor found by a search."""

import re

# `pfn=` of tracepoints, `start_pfn:` of /proc/zoneinfo; but nothing inside a tag
DECIMAL = re.compile(r'<[^>]*>|(\b(?:start_)?pfn(?:=|: +))(\d+)\b')


def beside(body):
    """A page's body with the hex of each decimal PFN in an attribute that the style sheet shows behind it."""

    def marked(found):
        if not found[1]:
            return found[0]
        return f'{found[1]}<span class="pf-pfn" data-hex="{int(found[2]):#x}">{found[2]}</span>'

    return DECIMAL.sub(marked, body)


def beside_all(_app, _pagename, _template, context, _doctree):
    if context.get('body'):
        context['body'] = beside(context['body'])


def setup(app):
    app.connect('html-page-context', beside_all, priority=410)  # after tags that do nothing are gone

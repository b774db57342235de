# SPDX-License-Identifier: GPL-2.0-only
"""What narrow screens need: places where a long name may break, and the heading of its column with each cell of a table
whose rows become small blocks there. A `<wbr>` is no character: what is copied or searched for has none."""

import re

NAMES = re.compile(r'<(h[1-6]|td|th)\b[^>]*>.*?</\1>|<span class="nm">.*?</span>|<a class="fn"[^>]*>.*?</a>', re.DOTALL)
PIECES = re.compile(r'(<[^>]*>)')
BREAK = re.compile(r'(?<=[a-z0-9])(_+|/)(?=[a-z0-9_])', re.IGNORECASE)
BLOCKS = re.compile(
    r'<table class="[^"]*\bpf-(?:requests|wide|departures|provenance|tests|proofs)\b.*?</table>', re.DOTALL
)
TABLE = re.compile(r'<div (class="table-wrapper[^"]*">\s*<table class=")([^"]*)(".*?</table>)', re.DOTALL)
MANY = 5  # columns that a narrow screen does not hold
HEADING = re.compile(r'<th\b[^>]*>(.*?)</th>', re.DOTALL)
ROW = re.compile(r'<tr\b.*?</tr>', re.DOTALL)
CELL = re.compile(r'<td\b')


def breakable(markup):
    """Lets names break behind their underscores, and paths behind their slashes."""
    pieces = PIECES.split(markup)
    pieces[::2] = [BREAK.sub(r'\1<wbr>', text) for text in pieces[::2]]
    return ''.join(pieces)


def breakable_names(page):
    """The same for the headings and tables of a page; in running text a name goes to the next line as a whole."""
    return NAMES.sub(lambda found: found[0] if '<svg' in found[0] else breakable(found[0]), page)


def labelled(table):
    """Each cell with the heading of its column."""
    headings = [PIECES.sub('', one).strip() for one in HEADING.findall(table)]

    def label(row):
        mine = iter(headings)
        return CELL.sub(lambda _found: f'<td data-label="{next(mine, "")}"', row[0])

    return ROW.sub(label, table)


def scrolling(found):
    """A table of many columns scrolls sideways where it does not fit, and the keyboard must reach it for that."""
    wrapper, classes, rest = found.groups()
    if len(HEADING.findall(rest)) < MANY or re.search(r'\bpf-(?!table\b|many\b)', classes):
        return found[0]
    return f'<div tabindex="0" {wrapper}{classes} pf-many{rest}'


def page_context(app, pagename, template, context, doctree):
    if app.builder.name != 'html':
        return
    if context.get('body'):
        body = TABLE.sub(scrolling, breakable_names(context['body']))
        context['body'] = BLOCKS.sub(lambda found: labelled(found[0]), body)
    for navigation in ('toc', 'furo_navigation_tree'):
        if context.get(navigation):
            context[navigation] = breakable(context[navigation])
    for side in ('prev', 'next'):
        if context.get(side):
            context[side] = {**context[side], 'title': breakable(context[side]['title'])}


def setup(app):
    app.connect('html-page-context', page_context, priority=700)  # when everything else is in its place

# SPDX-License-Identifier: GPL-2.0-only
"""What narrow screens need: places where a long name may break, and the headings of columns for the cells of a table
whose rows become small blocks there. A `<wbr>` is no character: what is copied or searched for has none."""

import re

NAMES = re.compile(r'<(h[1-6]|td|th)\b[^>]*>.*?</\1>|<span class="nm">.*?</span>|<a class="fn"[^>]*>.*?</a>', re.DOTALL)
PIECES = re.compile(r'(<[^>]*>)')
END = re.compile(r'(?<=[a-z0-9])_+(?=[a-z0-9])|(?<=[a-z])/(?=\w)|[^\w/.:-]', re.IGNORECASE)
TOGETHER = 7  # characters of a name that are not worth a place to break
LINE = 18  # the same where a name has a line to itself
WHOLE = re.compile(r'(<table class="[^"]*\bpf-(?:tests|proofs|departures|provenance)\b.*?</table>)', re.DOTALL)
BLOCKS = re.compile(r'<table (class="[^"]*\bpf-(?:requests|wide|tests)\b.*?</thead>)', re.DOTALL)
TABLE = re.compile(r'<div (class="table-wrapper[^"]*">\s*<table class=")([^"]*)(".*?</table>)', re.DOTALL)
MANY = 5  # columns that a narrow screen does not hold
HEADING = re.compile(r'<th\b[^>]*>(.*?)</th>', re.DOTALL)


def name_breaks(text, together):
    """The text with a place to break at the end of a word of a name, but for those that follow too soon upon another."""
    made, last = [], 0
    for found in END.finditer(text):
        if found[0][0] not in '_/':
            made.append(text[last : found.end()])
            last = found.end()
        elif found.end() - last >= together:
            made.append(text[last : found.end()] + '<wbr>')
            last = found.end()
    return ''.join(made) + text[last:]


def breakable(markup, together=TOGETHER):
    """Lets names break behind their underscores, and paths behind their slashes."""
    pieces = PIECES.split(markup)
    pieces[::2] = [name_breaks(text, together) for text in pieces[::2]]
    return ''.join(pieces)


def breakable_names(page):
    """The same for the headings and tables of a page. In running text a name goes to the next line as a whole, and so it
    does in tables that have a line for it on every screen, unless it is longer than that."""
    pieces = WHOLE.split(page)
    pieces[::2] = [
        NAMES.sub(lambda found: found[0] if '<svg' in found[0] else breakable(found[0]), one) for one in pieces[::2]
    ]
    pieces[1::2] = [breakable(one, LINE) for one in pieces[1::2]]
    return ''.join(pieces)


def labelled(found):
    """A table with the headings of its columns in its style, where those of its cells find them: --c2 and so on."""
    headings = [PIECES.sub('', one).strip() for one in HEADING.findall(found[0])]
    words = [re.sub(r'["\'\\]', lambda quote: f'\\{ord(quote[0]):x} ', one) for one in headings]
    style = ';'.join(f"--c{at}:'{one}'" for at, one in enumerate(words[1:], 2))
    return f'<table style="{style}" {found[1]}'


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
        context['body'] = BLOCKS.sub(labelled, body)
    for navigation in ('toc', 'furo_navigation_tree'):
        if context.get(navigation):
            context[navigation] = breakable(context[navigation])
    for side in ('prev', 'next'):
        if context.get(side):
            context[side] = {**context[side], 'title': breakable(context[side]['title'])}


def setup(app):
    app.connect('html-page-context', page_context, priority=700)  # when everything else is in its place

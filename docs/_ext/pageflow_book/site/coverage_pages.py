# SPDX-License-Identifier: GPL-2.0-only
"""The coverage pages: genhtml's, put inside the theme, and one of ours for every stage.

genhtml 1.16 and 2.x are both understood: only the source listing, or the table of an index, is taken from a page.
"""

import re
from html import escape

from ..read import chain
from ..read.book import book, notes
from ..read.coverage import percent
from ..read.text import _

SKIPPED = re.compile(r'(-sort-\w+|-detail|-c)\.html$')


def collect(app):
    """Sphinx asks for further pages here: (name, context, template)."""
    here = book(app)
    if not here.coverage or app.builder.name != 'html':
        return
    top = here.build / 'coverage' / 'html'
    for path in sorted(top.rglob('*.html')):
        name = path.relative_to(top).as_posix()
        if SKIPPED.search(name) or name == 'cmd_line.html':
            continue
        body = rewrite(path.read_text(encoding='utf-8', errors='replace'))
        if body is None:
            continue
        file = re.sub(r'\.(gcov|func)\.html$', '', name)
        heading = {'index.html': _('Coverage')}.get(name, file.removesuffix('/index.html'))
        yield f'coverage/{name[:-5]}', {'title': heading, 'body': head(app, name, file, heading) + body}, 'page.html'
    for stage in chain.STAGES:
        files = here.sources.stage_files(stage)
        if here.coverage.summary(files):
            title = _('Coverage of %s') % stage.stem
            yield f'coverage/{stage.stem}', {'title': title, 'body': stage_page(app, stage, files, title)}, 'page.html'


def rewrite(text):
    """The part of a genhtml page worth keeping, without its presentational markup; None when there is none."""
    source = re.search(r'<pre class="sourceHeading">.*</pre>', text, re.S)
    if source:
        body = re.sub(r'<a name="(\w+)">(.*?)</a>$', r'<span class="ln" id="\1">\2</span>', source[0], flags=re.M)
        body = re.sub(
            r'\s*<pre class="sourceHeading">(.*?)</pre>\s*<pre class="source">\n?',
            r'<pre class="heading">\1</pre><pre>',
            body,
            flags=re.S,
        )
        return f'<div class="pf-lcov" tabindex="0" role="group" aria-label="{escape(_("Source with counts"))}">{body}</div>'
    table = re.search(r'<center>(.*?)</center>', text, re.S)
    if not table:
        return None
    body = re.sub(r'\(\s*<a class="detail".*?</a>\s*\)', '', table[1], flags=re.S)
    body = re.sub(r'<a [^>]*href="[^"]*-(?:detail|sort-\w+|c)\.html[^"]*"[^>]*>(.*?)</a>', r'\1', body, flags=re.S)
    body = re.sub(r'<span class="tableHeadSort">.*?</span>', '', body, flags=re.S)
    body = re.sub(r'<td class="coverBar".*?</table>\s*</td>', '<td class="coverBar"></td>', body, flags=re.S)
    body = re.sub(r'<tr>\s*(<td[^>]*>(<br>)?</td>\s*)+</tr>', '', body)
    body = re.sub(r'<td class="coverBar"></td>', '', body)
    body = body.replace('colspan=3', 'colspan=2').replace('coverPer', 'per coverPer')
    body = re.sub(
        r'(<td class="tableHead"[^>]*>)(.*?)</td>',
        lambda cell: cell[1].replace('<td', '<th') + cell[2].strip() + '</th>',
        body,
        flags=re.S,
    )
    body = re.sub(r'\s(width|border|cellpadding|cellspacing|align)="?[\w%]+"?', '', body)
    return f'<div class="table-wrapper docutils container pf-lcov-index">{body}</div>'


def head(app, name, file, heading):
    """What stands above genhtml's part: the way back, and what the columns mean."""
    here = book(app)
    words = [f'<h1>{escape(heading)}</h1>']
    links = []
    stage = chain.stage_of_file(file)
    page = 'coverage/' + name[:-5]
    if stage:
        links.append((stage.docname, _('chapter %s') % f'{stage.number} {stage.door}'))
        links.append((f'coverage/{stage.stem}', _('coverage of the stage')))
    if name != 'index.html':
        links.append(('coverage/index', _('all files')))
    if name.endswith('.gcov.html'):
        links.append((f'coverage/{file}.func', _('functions')))
    elif name.endswith('.func.html'):
        links.append((f'coverage/{file}.gcov', _('source')))
    words.append(
        '<p class="pf-meta">'
        + ' · '.join(
            f'<a class="reference internal" href="{escape(app.builder.get_relative_uri(page, to))}">{escape(text)}</a>'
            for to, text in links
        )
        + '</p>'
    )
    if name.endswith('.gcov.html'):
        words.append(
            f'<p>{escape(_("Both configurations together, as lcov shows them. Branches: + an outcome that was taken, - one that was not, # one whose line was never run."))}</p>'
        )
    elif name == 'index.html':
        words.append(totals(here))
    return ''.join(words)


def totals(here):
    words = ''.join(
        f'<tr><td>{escape(", ".join(f"src/{room}" for room in part.split("+")))}</td>'
        + ''.join(
            f'<td>{percent(pair[kind])} % ({pair[kind][0]}/{pair[kind][1]})</td>'
            for kind in ('lines', 'functions', 'branches')
        )
        + '</tr>'
        for part, pair in here.coverage.totals.items()
    )
    return (
        f'<p>{escape(_("How much of the code the tests run. A branch counts for each outcome taken."))}</p>'
        '<div class="table-wrapper docutils container"><table class="docutils pf-table pf-figures"><thead><tr>'
        + ''.join(f'<th>{escape(word)}</th>' for word in (_('Part'), _('Lines'), _('Functions'), _('Branches')))
        + f'</tr></thead><tbody>{words}</tbody></table></div>'
        f'<h2>{escape(_("By folder, from lcov"))}</h2>'
    )


def stage_page(app, stage, files, title):
    """One page a stage: its figures, its functions with the tests that reach them, and what is missed."""
    here, page = book(app), f'coverage/{stage.stem}'
    shown = notes(app.env).get(stage.docname, {}).get('listings', {})

    def link(target, words, anchor=''):
        return f'<a class="reference internal" href="{escape(app.builder.get_relative_uri(page, target) + anchor)}">{words}</a>'

    summary = here.coverage.summary(files)
    figures = ' · '.join(
        f'{words} {percent(summary[kind])} % ({summary[kind][0]}/{summary[kind][1]})'
        for kind, words in (('lines', _('lines')), ('functions', _('functions')), ('branches', _('branches')))
    )
    words = [
        f'<h1>{escape(title)}</h1><p class="pf-meta">{link(stage.docname, escape(_("chapter %s") % f"{stage.number} {stage.door}"))} · '
        f'{link("coverage/index", escape(_("all files")))}</p><p>{escape(figures)}</p>'
    ]
    for file in files:
        lcov = here.coverage_page(file)
        name = f'<code class="literal">{escape(file)}</code>'
        words.append(f'<h2>{link(lcov, name) if lcov else name}</h2>')
        words.append(
            '<div class="table-wrapper docutils container"><table class="docutils pf-table pf-figures"><thead><tr>'
            + ''.join(
                f'<th>{escape(word)}</th>'
                for word in (_('Function'), _('Called'), _('Lines run'), _('Outcomes taken'), _('Tests'))
            )
            + '</tr></thead><tbody>'
        )
        lines = here.coverage.lines(file)
        for one in here.sources.definitions[file]:
            if one.kind != 'function':
                continue
            mine = [line for number, line in lines.items() if one.start <= number <= one.end and line.state != 'off']
            run, taken, outcomes = (
                sum(1 for line in mine if line.count),
                sum(line.taken for line in mine),
                sum(line.all_outcomes for line in mine),
            )
            tests = {test for line in mine for ids in line.tests.values() for test in ids}
            calls = here.coverage.calls(file, one.name)
            cells = [
                link(stage.docname, f'<code class="literal">{escape(one.name)}</code>', '#' + shown.get(one.name, '')),
                '–' if calls is None else f'{calls:,}',
                f'{run}/{len(mine)}',
                f'{taken}/{outcomes}' if outcomes else '–',
                str(len(tests)),
            ]
            words.append('<tr>' + ''.join(f'<td>{cell}</td>' for cell in cells) + '</tr>')
        words.append('</tbody></table></div>')
    return ''.join(words)


def setup(app):
    app.connect('html-collect-pages', collect)

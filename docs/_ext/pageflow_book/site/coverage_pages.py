# SPDX-License-Identifier: GPL-2.0-only
"""The coverage pages: every file measured as the book's own listing, its functions, a table for each folder and stage, and
one of all. Every figure is lcov's, from its merged tracefile; genhtml's own pages are copied beside them."""

import os
import shutil
from functools import partial
from html import escape
from pathlib import PurePosixPath

from ..draw.code import Page
from ..read import chain
from ..read.book import book, notes
from ..read.coverage import percent
from ..read.names import targets
from ..read.text import _
from ..read.tracefile import together
from .shares import in_shares

KINDS = ('lines', 'functions', 'branches')


def collect(app):
    """Sphinx asks for further pages here; they are written at once."""
    here = book(app)
    if here.coverage and app.builder.name == 'html':
        wanted = [one for one in pages(app, here) if not is_current(app, here, one[0])]
        targets(app)  # read before the processes part
        in_shares(app, partial(write, app), wanted)
    return ()


def write(app, wanted):
    for name, title, make in wanted:
        words = f'<h1>{escape(title)}</h1>{make(CoveragePage(app, name))}'
        app.builder.handle_page(name, {'title': title, 'body': words}, 'page.html')


def pages(app, here):
    """(name, title, function that makes what it says) of every page."""
    yield 'coverage/index', _('Coverage'), index
    for folder in sorted({str(PurePosixPath(file).parent) for file in here.traced}):
        yield f'coverage/{folder}/index', folder, lambda page, folder=folder: page.folder(folder)
    for file in here.traced:
        yield f'coverage/{file}.gcov', file, lambda page, file=file: page.source(file)
        yield f'coverage/{file}.func', file, lambda page, file=file: page.functions(file)
    for stage in chain.STAGES:
        files = [file for file in here.sources.stage_files(stage) if file in here.traced]
        if files:
            title = _('Coverage of %s') % stage.stem
            yield f'coverage/{stage.stem}', title, lambda page, one=stage, files=files: page.stage(one, files)


def is_current(app, here, name):
    """While a reader writes (`make serve`) only the pages whose source or counts have changed are made again."""
    made = app.outdir / f'{name}.html'
    if not made.is_file():
        return False
    inputs = [here.coverage.path, here.root / name.removeprefix('coverage/').rpartition('.')[0]]
    return all(not path.is_file() or path.stat().st_mtime < made.stat().st_mtime for path in inputs)


def link(address, words, css=''):
    return f'<a class="reference internal{css and " " + css}" href="{escape(address)}">{words}</a>'


def code(words):
    return f'<code class="literal">{escape(words)}</code>'


def table(headings, rows, css=''):
    """Cells are HTML."""
    head = ''.join(f'<th>{escape(word)}</th>' for word in headings)
    body = ''.join('<tr>' + ''.join(f'<td>{cell}</td>' for cell in row) + '</tr>' for row in rows)
    return (
        f'<div class="table-wrapper docutils container"><table class="docutils pf-table pf-figures{css and " " + css}">'
        f'<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def figure(pair):
    """'99.1 % (110/111)', in the colour of what it says; a dash where there is nothing to count."""
    hit, total = pair
    if not total:
        return '–'
    state = 'full' if hit == total else 'part' if hit * 10 >= total * 9 else 'none'
    return f'<span class="pf-{state}">{percent(pair)} %</span> ({hit}/{total})'


def figures(summary):
    return [figure(summary[kind]) for kind in KINDS]


def headings(first):
    return [first, _('Lines'), _('Functions'), _('Branches')]


def index(page):
    """The totals by part, as the gate counts them, and every folder."""
    parts = [
        [escape(', '.join(f'src/{room}' for room in part.split('+'))), *figures(sums)]
        for part, sums in page.here.coverage.totals.items()
    ]
    folders = sorted({str(PurePosixPath(file).parent) for file in page.here.traced})
    return (
        f'<p>{escape(_("How much of the code the tests run. A branch counts for each outcome taken."))}</p>'
        + table(headings(_('Part')), parts)
        + f'<h2>{escape(_("By folder, from lcov"))}</h2>'
        + table(
            headings(_('Folder')),
            [
                [link(page.to(f'coverage/{one}/index'), escape(one)), *figures(page.sums(page.files_of(one)))]
                for one in folders
            ],
        )
        + page.meta([page.lcov('index', _('lcov’s own pages'))])
    )


class CoveragePage:
    """One page under construction: what it says, and where its links lead."""

    def __init__(self, app, name):
        self.app, self.name, self.here = app, name, book(app)

    def to(self, page, anchor=''):
        return self.app.builder.get_relative_uri(self.name, page) + anchor

    def sums(self, files):
        return together(self.here.traced[file].figures for file in files)

    def files_of(self, folder):
        return [file for file in self.here.traced if str(PurePosixPath(file).parent) == folder]

    def meta(self, links):
        shown = ' · '.join(one for one in links if one)
        return f'<p class="pf-meta">{shown}</p>' if shown else ''

    def lcov(self, page, words):
        """A link to genhtml's own page, where there is one."""
        made = self.here.build / 'coverage' / 'html' / f'{page}.html'
        return link(self.to(f'coverage/lcov/{page}'), escape(words)) if made.is_file() else ''

    def ways(self, file, other, words):
        """The links above a file: to its chapter, its stage, its folder, its other page, and lcov's own."""
        stage, folder = chain.stage_of_file(file), str(PurePosixPath(file).parent)
        links = []
        if stage:
            links += [
                link(self.to(stage.docname), escape(_('chapter %s') % f'{stage.number} {stage.door}')),
                link(self.to(f'coverage/{stage.stem}'), escape(_('coverage of the stage'))),
            ]
        links += [
            link(self.to('coverage/index'), escape(_('all files'))),
            link(self.to(f'coverage/{folder}/index'), escape(folder)),
            link(self.to(f'coverage/{file}.{other}'), escape(words)),
            self.lcov(f'{file}.{"func" if other == "gcov" else "gcov"}', _('lcov’s own page')),
        ]
        return self.meta(links) + f'<p>{self.summary([file])}</p>'

    def summary(self, files):
        sums = self.sums(files)
        words = {'lines': _('lines'), 'functions': _('functions'), 'branches': _('branches')}
        return ' · '.join(f'{escape(words[kind])} {figure(sums[kind])}' for kind in KINDS)

    def folder(self, folder):
        rows = [
            [link(self.to(f'coverage/{file}.gcov'), code(PurePosixPath(file).name)), *figures(self.sums([file]))]
            for file in self.files_of(folder)
        ]
        ways = [
            link(self.to('coverage/index'), escape(_('all files'))),
            self.lcov(f'{folder}/index', _('lcov’s own page')),
        ]
        return self.meta(ways) + table(headings(_('File')), rows)

    def source(self, file):
        """The file as a listing. What the ledger leaves out is not in the tracefile, and shown as left out."""
        ways = self.ways(file, 'func', _('functions'))
        if self.here.coverage.is_stale(file):
            words = _('changed since the tests were counted: “make coverage”')
            return f'{ways}<p>{escape(words)}</p>' + self.listing(file, {}, {})
        known = self.here.coverage.lines(file)
        left_out = {number: line for number, line in known.items() if line.state == 'off'}
        return ways + self.listing(file, left_out | self.here.traced[file].lines, known)

    def listing(self, file, lines, known):
        return Page(self.app.builder, self.name).file(file, lines, known, self.here.coverage.anchor)

    def functions(self, file):
        anchor, rows = self.here.coverage.anchor, []
        for name, (line, called) in sorted(self.here.traced[file].functions.items()):
            place = self.to(f'coverage/{file}.gcov', f'#{anchor}{line}')
            rows.append([link(place, code(name)), f'<span class="pf-{"full" if called else "none"}">{called:,}</span>'])
        return self.ways(file, 'gcov', _('source')) + table([_('Function'), _('Called')], rows)

    def stage(self, stage, files):
        """Its figures, its functions with the tests that reach them, and what is missed."""
        chapter = escape(_('chapter %s') % f'{stage.number} {stage.door}')
        words = [
            self.meta([link(self.to(stage.docname), chapter), link(self.to('coverage/index'), escape(_('all files')))]),
            f'<p>{self.summary(files)}</p>',
        ]
        titles = (_('Function'), _('Called'), _('Lines run'), _('Outcomes taken'), _('Tests'))
        for file in files:
            words.append(f'<h2>{link(self.to(f"coverage/{file}.gcov"), code(file))}</h2>')
            rows = [
                self.function_row(one, self.to_listing(stage, one.name))
                for one in self.here.sources.definitions[file]
                if one.kind == 'function'
            ]
            words.append(table(titles, rows))
        return ''.join(words)

    def to_listing(self, stage, name):
        """Where the chapter, or its continuation, shows a function."""
        for docname in stage.docnames:
            anchor = notes(self.app.env).get(docname, {}).get('listings', {}).get(name)
            if anchor:
                return self.to(docname, f'#{anchor}')
        return self.to(stage.docname)

    def function_row(self, one, place):
        traced, known = self.here.traced[one.file], self.here.coverage.lines(one.file)
        inside = range(one.start, one.end + 1)
        mine = [line for number, line in traced.lines.items() if number in inside]
        tests = {test for number in inside if number in known for ids in known[number].tests.values() for test in ids}
        outcomes = sum(line.all_outcomes for line in mine)
        _line, called = traced.functions.get(one.name, (0, None))
        return [
            link(place, code(one.name)),
            '–' if called is None else f'{called:,}',
            f'{sum(1 for line in mine if line.count)}/{len(mine)}',
            f'{sum(line.taken for line in mine)}/{outcomes}' if outcomes else '–',
            str(len(tests)),
        ]


def copy_lcov(app, error):
    """genhtml's own pages, as they are, for those who look for what only they show."""
    made = book(app).build / 'coverage' / 'html'
    if error or app.builder.name != 'html' or not book(app).coverage or not made.is_dir():
        return
    for folder, _folders, names in os.walk(made):
        target = app.outdir / 'coverage' / 'lcov' / os.path.relpath(folder, made)
        target.mkdir(parents=True, exist_ok=True)
        for name in names:
            source, copy = os.path.join(folder, name), target / name
            if not copy.is_file() or copy.stat().st_mtime < os.stat(source).st_mtime:
                shutil.copy2(source, copy)


def setup(app):
    app.connect('html-collect-pages', collect)
    app.connect('build-finished', copy_lcov)

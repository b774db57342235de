# SPDX-License-Identifier: GPL-2.0-only
"""`all-tests` lists the tests of the tree, with what each of them runs; `statements-table` counts what the chapters say."""

import ast
import json
import re
from html import escape

import statements
import test_facts
from docutils import nodes

from ..read import chain
from ..read.book import book, depend_on_chapter, note, notes
from ..read.coverage import ranges
from ..read.test_files import docname
from ..read.text import _
from .links import xref
from .tables import TableDirective, join


class Counted(TableDirective):
    """Common ground of directives without arguments whose tables tell what the tests run."""

    def run(self):
        self.here = book(self.env.app)
        self.env.note_dependency(str(self.here.coverage.path))
        made = self.make()
        for node in made:
            self.set_source_info(node)
        return made


class AllTests(Counted):
    """.. all-tests:: - a table for each file of tests."""

    def make(self):
        made, tests = [], {}
        reach = self.reach()
        note(self.env)['lists_tests'] = True
        for one in self.here.sources.test_list():
            tests.setdefault(one.file, []).append(one)
        for file, found in sorted(tests.items(), key=lambda item: (not item[0].startswith('tests/stages/'), item[0])):
            rows = [self.test_row(one, reach) for one in found]
            headings = [_('Test'), _('Proves'), _('Lines it runs, by stage')]
            made.append(self.section(file, len(found), self.table(headings, rows, ['pf-wide'])))
        for path in sorted((self.here.root / 'tests').glob('*/test_*.py')):
            made.append(self.script(path))
        return made

    def section(self, file, count, content):
        stage = chain.stage_of_file(file)
        section = nodes.section(ids=['tests-' + re.sub(r'[^a-z0-9]+', '-', file.lower())], names=[])
        section += nodes.title('', '', nodes.literal('', file.removeprefix('tests/')), translatable=False)
        about = [_('%s tests') % count]
        if stage:
            about += [' · ', self.to_page(stage.docname, _('chapter %s') % f'{stage.number} {stage.door}')]
        section += self.paragraph(*about, classes=['pf-meta'])
        section += content
        self.set_source_info(section)
        return section

    def test_row(self, one, reach):
        stage = chain.stage_of_file(one.file)
        page = stage.docname if stage else docname(one.file)
        name = self.to_page(page, one.name, f'#test-{one.name}')
        code = nodes.literal('', '', name)
        first = [code, ' ', nodes.inline('', one.expects, classes=['expects'])] if one.expects else [code]
        claims = join([nodes.inline('', '', xref('pf-claim', claim, self.env.docname, claim)) for claim in one.claims])
        stem = one.file.rsplit('/', 1)[-1].removesuffix('.c')
        lines = reach.get((stem, one.name), {})
        counts = ' · '.join(f'{place}: {count}' for place, count in sorted(lines.items()))
        return [first, claims or '–', [counts + ' ', which_lines(stem, one.name)] if counts else '–']

    def reach(self):
        """(stem, test) -> {number of a stage, or 'other': lines it runs}."""
        found, coverage = {}, self.here.coverage
        for file in self.here.sources.files if coverage else ():
            stage = chain.stage_of_file(file)
            place = stage.number if stage else _('other')
            for line in coverage.lines(file).values():
                for index in {one for ids in line.tests.values() for one in ids}:
                    counts = found.setdefault(coverage.tests[index], {})
                    counts[place] = counts.get(place, 0) + 1
        return found

    def script(self, path):
        """The tests of a Python file: their names are sentences."""
        self.env.note_dependency(str(path))
        functions = [
            one
            for one in ast.walk(ast.parse(path.read_text(encoding='utf-8')))
            if isinstance(one, ast.FunctionDef) and one.name.startswith('test_')
        ]
        names = [nodes.list_item('', self.paragraph(one.name[5:].replace('_', ' '))) for one in functions]
        return self.section(
            path.relative_to(self.here.root).as_posix(),
            len(functions),
            nodes.bullet_list('', *names, classes=['pf-sentences']),
        )


class TestCounts(Counted):
    """.. test-counts:: - one paragraph: how many tests there are, and what each command counts."""

    def make(self):
        found = {}
        for program, stem, name, _claims in test_facts.every(self.here.root):
            found.setdefault(program, set()).add((stem, name))
        without, with_numa, library, python = (found.get(one, set()) for one in ('uma', 'numa', 'front', 'python'))
        counts = [len(one) for one in (without | with_numa | library, without, with_numa, library, python)]
        words = _(
            'There are %s tests in C: %s run without NUMA and %s with it, most of them in both, and %s are of the library and its '
            'texts. The tests in Python are %s functions, many of which run with several inputs.'
        )
        return [self.paragraph(words % tuple(f'{count:,}' for count in counts))]


class StatementsTable(Counted):
    """.. statements-table:: - how much of what each chapter says carries a claim, is proved, and names a version."""

    COLUMNS = ('statements', 'claiming', 'claims', 'proved', 'later', 'dated')

    def make(self):
        figures = statement_figures(self.here)
        note(self.env)['counts_statements'] = True
        for stage in chain.STAGES:
            depend_on_chapter(self.env, stage)
        for file in {file for file, _line, _name, _claims in self.here.sources.tests()}:
            self.env.note_dependency(str(self.here.root / file))
        rows = [
            [self.to_page(docname, name), *(str(one[column]) for column in self.COLUMNS)]
            for docname, name, one in figures
        ]
        total = [str(sum(one[column] for _docname, _name, one in figures)) for column in self.COLUMNS]
        headings = [
            _('Chapter'),
            _('Statements'),
            _('carry a claim'),
            _('Claims'),
            _('proved by a test'),
            _('About later kernels'),
            _('name a version'),
        ]
        return [self.table(headings, [*rows, [_('together'), *total]], ['pf-wide', 'pf-figures', 'pf-statements'])]


def statement_figures(here):
    """(page, its name, figures) of each chapter there is, and of the page on later kernels."""
    proved = {claim for _file, _line, _name, claims in here.sources.tests() for claim in claims}
    pages = [(stage.docnames, f'{stage.number} {stage.door}', stage.number) for stage in chain.STAGES]
    found = []
    for docnames, name, number in [*pages, (('docs/later',), _('later kernels'), '')]:
        text = here.written(docnames)
        if text:
            one = statements.count(text, number, not number)
            figures = {key: value for key, value in vars(one).items() if isinstance(value, int)}
            found.append(
                (docnames[0], name, {**figures, 'claims': len(one.claims), 'proved': len(one.claims & proved)})
            )
    return found


def write_statements(app, error):
    """build/statements.json: the same figures for programs."""
    if error or not any(mine.get('counts_statements') for mine in notes(app.env).values()):
        return
    here = book(app)
    figures = {docname: one for docname, _name, one in statement_figures(here)}
    (here.build / 'statements.json').write_text(json.dumps(figures, indent=1) + '\n', encoding='utf-8')


def which_lines(stem, name):
    """What a script turns into a list of lines; without scripts, and in other formats, it is not there."""
    words = _('which?')
    label = escape(_('Which lines %s runs') % name)
    button = f'<button type="button" data-test="{escape(stem)} {escape(name)}" aria-label="{label}" hidden="hidden">{words}</button>'
    return nodes.raw('', button, format='html')


def write_lines(app, error):
    """For each file of tests a script with the lines that each of its tests runs, loaded when one is asked for."""
    if error or app.builder.name != 'html' or not any(mine.get('lists_tests') for mine in notes(app.env).values()):
        return
    here, found = book(app), {}
    for file in here.sources.files:
        runs = {}
        for number, line in here.coverage.lines(file).items():
            for test in {one for ids in line.tests.values() for one in ids}:
                runs.setdefault(test, []).append(number)
        page = here.coverage_page(file)
        for test, numbers in runs.items():
            stem, name = here.coverage.tests[test]
            mine = found.setdefault(stem, {'files': [], 'tests': {}})
            if not mine['files'] or mine['files'][-1][0] != file:
                mine['files'].append([file, f'{page}.html#{here.coverage.anchor}' if page else ''])
            mine['tests'].setdefault(name, []).append([len(mine['files']) - 1, ranges(tuple(sorted(numbers)))])
    target = app.outdir / '_static' / 'tests'
    target.mkdir(parents=True, exist_ok=True)
    for stem, lines in found.items():
        data = json.dumps({stem: lines}, separators=(',', ':'), sort_keys=True)
        (target / f'{stem}.js').write_text(
            f'/* SPDX-License-Identifier: GPL-2.0-only */\nObject.assign(window.PAGEFLOW_LINES, {data});\n',
            encoding='utf-8',
        )


def add_script(app, pagename, _template, _context, _doctree):
    """Only a page that lists tests needs it."""
    if notes(app.env).get(pagename, {}).get('lists_tests'):
        app.add_js_file('pageflow-tests.js', defer='defer')


def setup(app):
    app.add_directive('all-tests', AllTests)
    app.add_directive('test-counts', TestCounts)
    app.connect('html-page-context', add_script)
    app.add_directive('statements-table', StatementsTable)
    app.connect('build-finished', write_lines)
    app.connect('build-finished', write_statements)

# SPDX-License-Identifier: GPL-2.0-only
"""The proof in figures, made while the site is built: `recordings-table` replays every recording,
`machines-table` and `profiles-table` say on what they were made and what they do, `proof-line` sums up, `all-tests` lists the tests, `kernel-functions` leads from the kernel to this code."""

import ast
import json
import re
from html import escape

from docutils import nodes

from ..chapter.stage import join, xref
from ..chapter.tables import TableDirective
from ..read import chain
from ..read.book import book, note, notes
from ..read.coverage import percent, ranges
from ..read.text import _
from .transcript import Transcript

REPLAY = 'build/pageflow replay --json tests/traces/*.xz'
FORMAT = 'tests/traces/FORMAT.md'


class Proof(Transcript, TableDirective):
    """Common ground: the outcome of replaying every recording."""

    required_arguments = 0
    option_spec = {}

    def run(self):
        self.here = book(self.env.app)
        self.env.note_dependency(str(self.here.root / FORMAT))
        self.env.note_dependency(str(self.here.coverage.path))
        made = self.make()
        for node in made:
            self.set_source_info(node)
        return made

    def replayed(self):
        """[{file, outcome, ops, events, checks}]. A recording that diverges makes the command fail, and the build."""
        return json.loads(self.output(REPLAY))

    def described(self, heading):
        """name -> the other cells, of the table in FORMAT.md whose first heading this is."""
        found, inside = {}, False
        for line in (self.here.root / FORMAT).read_text(encoding='utf-8').split('\n'):
            cells = [cell.strip() for cell in line.strip('|').split('|')]
            if line.startswith(f'| {heading} |'):
                inside = True
            elif inside and not line.startswith('|'):
                break
            elif inside and not line.startswith('| ---'):
                found[cells[0]] = cells[1:]
        if not found:
            raise self.error(f'{self.name}: {FORMAT} has no table that begins with "{heading}"')
        return found


def named(file):
    """machine, profile of a recording: `numa2-policy_3_3-51.trace.xz`, or `uma3z.boot.xz`."""
    name = file.rsplit('/', 1)[-1].split('.')[0]
    parts = name.split('-')
    return parts[0], parts[1] if len(parts) > 1 else 'boot'


class RecordingsTable(Proof):
    """.. recordings-table::"""

    def make(self):
        machines, rows, sums = self.described('machine'), [], {'ops': 0, 'events': 0, 'checks': 0}
        for one in self.replayed():
            machine = named(one['file'])[0]
            if machine not in machines:
                raise self.error(f'recordings-table: {FORMAT} does not describe the machine {machine}')
            name = one['file'].rsplit('/', 1)[-1].removesuffix('.xz').removesuffix('.trace')
            rows.append(
                [
                    nodes.literal('', name),
                    *[f'{one[kind]:,}' for kind in sums],
                    one['outcome'],
                ]
            )
            sums = {kind: count + one[kind] for kind, count in sums.items()}
        rows.append([_('all %s') % len(rows), *[f'{count:,}' for count in sums.values()], ''])
        headings = [
            _('Recording'),
            _('Operations'),
            _('Events'),
            _('Checks'),
            _('Verdict'),
        ]
        return [self.table(headings, rows, ['pf-figures', 'pf-recordings'])]


class MachinesTable(Proof):
    """.. machines-table:: - what the first word of a recording's name stands for."""

    def make(self):
        rows = [[nodes.literal('', name), *cells] for name, cells in self.described('machine').items()]
        return [self.table([_('Machine'), _('Memory'), _('Zones with memory'), _('Nodes')], rows, ['pf-machines'])]


class ProfilesTable(Proof):
    """.. profiles-table:: - what the recordings do, and how many there are of each kind."""

    def make(self):
        counts = {}
        for one in self.replayed():
            profile = re.sub(r'_\d+', '', named(one['file'])[1])
            counts[profile] = counts.get(profile, 0) + 1
        known, rows = self.described('profile'), []
        for name, (words,) in known.items():
            count = counts.pop(re.sub(r'_[MN]', '', name), 0)
            rows.append([nodes.literal('', name), words.replace('`', ''), str(count)])
        boots = counts.pop('boot', 0)
        if boots:
            rows.append(
                [nodes.literal('', 'boot'), _('no requests: memory handed to the allocator at boot'), str(boots)]
            )
        if counts:
            raise self.error(f'profiles-table: {FORMAT} does not describe {", ".join(counts)}')
        return [self.table([_('Profile'), _('What it does'), _('Recordings')], rows)]


class ProofLine(Proof):
    """.. proof-line:: - one paragraph that sums up recordings, tests and coverage, with links."""

    def make(self):
        done = self.replayed()
        operations, events = (sum(one[kind] for one in done) for kind in ('ops', 'events'))
        words = _('%s recordings of a real 5.8.18 kernel: %s operations and %s events, all identical')
        parts = [self.to_page('docs/conformance', words % (len(done), f'{operations:,}', f'{events:,}'))]
        coverage = self.here.coverage
        if coverage:
            parts += ['. ', self.to_page('docs/tests', _('%s tests') % f'{len(coverage.tests):,}'), _(' run ')]
            files = [file for stage in chain.STAGES for file in self.here.sources.stage_files(stage)]
            summary = coverage.summary(files)
            run = _('%s %% of the lines and %s %% of the branch outcomes of the stages')
            parts.append(self.to_page('docs/coverage', run % (percent(summary['lines']), percent(summary['branches']))))
        return [self.paragraph(*parts, '.', classes=['pf-proof'])]


class AllTests(Proof):
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
        stage = chain.stage_of(file.rsplit('/', 1)[-1].split('.')[0])
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
        stage = chain.stage_of(one.file.rsplit('/', 1)[-1].split('.')[0])
        name = self.to_page(stage.docname, one.name, f'#test-{one.name}') if stage else nodes.Text(one.name)
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
            mine['tests'].setdefault(name, []).append([len(mine['files']) - 1, ranges(sorted(numbers))])
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


class KernelFunctions(Proof):
    """.. kernel-functions:: - for each file of the kernel, its functions that are here, in the order of their lines."""

    def make(self):
        found = {}
        for file in self.here.sources.files:
            for one in self.here.sources.definitions[file]:
                place = self.kernel_place(one) if one.kind == 'function' else None
                if place:
                    found.setdefault(place[0], {}).setdefault((place[1], one.name), []).append((one, place))
        made = []
        for file, functions in sorted(found.items(), key=lambda item: (-len(item[1]), item[0])):
            section = nodes.section(ids=['kernel-' + re.sub(r'[^a-z0-9]+', '-', file.lower())], names=[])
            section += nodes.title('', '', nodes.literal('', file), translatable=False)
            rows = [self.function_row(*ones[0]) for _key, ones in sorted(functions.items(), key=lambda item: item[0])]
            headings = [_('Function'), _('Lines in 5.8.18'), _('Here'), _('Chapter'), _('Tests')]
            section += self.table(headings, rows, ['pf-wide', 'pf-functions'])
            self.set_source_info(section)
            made.append(section)
        return made

    def kernel_place(self, one):
        """(file, first line, last line or None when this is a part of a function there) in the kernel; or None."""
        known = self.here.kernel_map.get(one.name)
        cited = re.match(r'(\S+):(\d+)$', one.provenance)
        if known and not one.provenance.startswith('none'):
            return known[1:]
        return (cited[1], int(cited[2]), None) if cited else None

    def function_row(self, one, place):
        _file, first, last = place
        stage = chain.stage_of_file(one.file)
        if last is None:
            whole = [
                name
                for name, (_kind, file, begin, end) in self.here.kernel_map.items()
                if file == place[0] and begin <= first <= end
            ]
            lines = [f'{first}', *([' ', _('in '), nodes.literal('', whole[0])] if whole else [])]
        else:
            lines = f'{first}–{last}'
        where = f'{one.file}:{one.start}'
        return [
            self.to_code(one, stage),
            lines,
            nodes.literal('', where),
            self.to_page(stage.docname, stage.number) if stage else '',
            str(self.tests(one)),
        ]

    def to_code(self, one, stage):
        """The name, as a link where a page shows it."""
        if stage:
            return xref('fn', one.name, self.env.docname)
        return nodes.literal('', one.name)

    def tests(self, one):
        """How many tests run a line of it."""
        lines = self.here.coverage.lines(one.file)
        return len(
            {
                test
                for number, line in lines.items()
                if one.start <= number <= one.end
                for ids in line.tests.values()
                for test in ids
            }
        )


def setup(app):
    for name, directive in (
        ('recordings-table', RecordingsTable),
        ('machines-table', MachinesTable),
        ('profiles-table', ProfilesTable),
        ('proof-line', ProofLine),
        ('all-tests', AllTests),
        ('kernel-functions', KernelFunctions),
    ):
        app.add_directive(name, directive)
    app.connect('html-page-context', add_script)
    app.connect('build-finished', write_lines)

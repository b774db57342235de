# SPDX-License-Identifier: GPL-2.0-only
"""The generated parts of a chapter: `stage`, `stage-code`, `stage-departures`, `stage-provenance`,
`stage-reference`, `stage-tests`, and the table over all stages, `coverage-table`."""

import re

from docutils import nodes
from docutils.parsers.rst import directives

from ..read import chain, own_lines
from ..read.book import book, depend_on_chapter, note
from ..read.coverage import percent
from ..read.sources import SourceError
from ..read.test_files import docname
from ..read.text import _
from . import reference
from .folds import fold
from .links import xref
from .listing import make_listings
from .measured import conditions_of_stage
from .tables import TableDirective, inline_words, join


class StageDirective(TableDirective):
    """Common ground: the stage is the chapter's own, or the argument (06, or the whole stem)."""

    optional_arguments = 1

    def run(self):
        self.here = book(self.env.app)
        self.stage = chain.stage_of(self.arguments[0]) if self.arguments else chain.stage_of_doc(self.env.docname)
        if self.stage is None:
            raise self.error(
                f'{self.name}: no stage {self.arguments[0]}; use a stem of docs/_ext/pageflow_book/chain.json'
                if self.arguments
                else f'{self.name}: outside a chapter the stage must be named, as in "{self.name}:: 06"'
            )
        self.files = self.here.sources.stage_files(self.stage)
        for file in self.files:
            self.here.depend(self.env, file)
        made = self.make()
        for node in made:
            self.set_source_info(node)
        return made

    def to_listing(self, name):
        """The function's name as a link to its listing."""
        return xref('fn', name, self.env.docname)


class StageHead(StageDirective):
    """.. stage:: - the question, and where the code is."""

    def make(self):
        question = self.paragraph(self.stage.question, classes=['lede'])
        if not self.files:
            return [question, self.paragraph(_('This stage has no code yet.'), classes=['pf-meta'])]
        words, parts = [nodes.literal('', self.files[0])], len(self.files) - 1
        if parts:
            words.append(_(' and its part') if parts == 1 else _(' and its %d parts') % parts)
        if not self.here.coverage:
            words.append(' · ' + _('built without coverage: run “make coverage”, then “make site”, to see counts'))
        else:
            summary = self.here.coverage.summary(self.files)
            if summary:
                figures = _('lines %s %%, functions %s %%, branches %s %%') % tuple(
                    percent(summary[kind]) for kind in ('lines', 'functions', 'branches')
                )
                words += [' · ', self.to_page('coverage/' + self.stage.stem, figures)]
        return [question, self.paragraph(*words, classes=['pf-meta'])]


class StageEssay(StageDirective):
    """.. stage-essay:: - the essay that `NN-DOOR.c` opens with; `:part: NAME` takes that of `NN-DOOR-NAME.c`. The line above
    an essay says what the page's title and question say, and is left out."""

    option_spec = {'part': directives.unchanged_required}

    def make(self):
        part = self.options.get('part')
        if part:
            file = f'src/stages/{self.stage.stem}-{part}.c'
            if file not in self.files:
                raise self.error(f'stage-essay: there is no {file}; its parts are named by its files')
            return reference.essay(self, file)
        depend_on_chapter(self.env, self.stage)
        written = self.here.written(self.stage.docnames)
        for file in self.files[1:]:
            name = file[len(f'src/stages/{self.stage.stem}-') : -len('.c')]
            if f'   :part: {name}\n' not in written:
                raise self.error(
                    f'stage-essay: the essay of {file} is nowhere in the chapter; show it with :part: {name}'
                )
        return [node for file in self.files[:1] for node in reference.essay(self, file)]


class StageCode(StageDirective):
    """.. stage-code:: - every function of the stage that the chapter shows nowhere else, in the order of the files."""

    LISTED = re.compile(r'^\.\. c-listing:: (?:\S+ )?(\w+)$', re.MULTILINE)

    def make(self):
        depend_on_chapter(self.env, self.stage)
        made, shown = [], set(self.LISTED.findall(self.here.written(self.stage.docnames)))
        for one in self.here.sources.stage_functions(self.stage):
            if one.name in shown:
                continue
            section = nodes.section(ids=[f'fn-{one.name}'], names=[])
            section += nodes.title('', '', nodes.literal('', one.name), translatable=False)
            if one.brief:
                section += self.paragraph(*inline_words(one.brief))
            try:
                section += make_listings(self, one.file, one.name)
            except SourceError as error:
                raise self.error(str(error)) from None
            made.append(section)
        return made


class StageDepartures(StageDirective):
    """.. stage-departures:: - how many lines are our own, and what the `departs:` marks of the stage's code say."""

    def make(self):
        rows, own = [], self.own_lines()
        for file in self.files:
            for line, words in self.here.sources.departures(file):
                function = self.here.sources.function_at(file, line)
                rows.append([self.to_listing(function.name) if function else nodes.literal('', file), words])
        if rows:
            return [*own, self.table([_('Where'), _('What is different, and why')], rows, ['pf-departures'])]
        words = _('The code of this stage is marked nowhere as departing from the kernel.')
        if own:
            words = _('But for these, the code of this stage is marked nowhere as departing from the kernel.')
        return [*own, self.paragraph(words)]

    def own_lines(self):
        """How many lines of the stage's functions the kernel does not have, and what they are for."""
        total, kinds, hints = 0, dict.fromkeys(own_lines.KINDS, 0), set()
        for file in self.files:
            inside = set()
            for one in self.here.sources.definitions[file]:
                if one.kind == 'function':
                    total += own_lines.count_code(one.text)
                    inside.update(range(one.start, one.end + 1))
                    hints.update(own_lines.WORD.findall(own_lines.without_comments(one.text)))
            for number, kind in self.here.sources.own_lines(file).items():
                kinds[kind] += number in inside
        made, own = [], sum(kinds.values())
        if own:
            words = _('%s of the %s lines of code in this stage are our own, and grey in the listings:')
            if own == 1:
                words = _('%s of the %s lines of code in this stage is our own, and grey in the listings:')
            said = '; '.join(own_lines.counted(kind, count) for kind, count in kinds.items() if count)
            made += [words % (own, total), f' {said}. ']
        for hint in sorted(hints):
            made += [_('The word '), nodes.literal('', hint), _(' is a hint to the compiler, and ours too. ')]
        if not made:
            return []
        return [self.paragraph(*made, self.to_page('docs/how-to-read', _('What these are'), '#our-own-lines'), '.')]


class StageProvenance(StageDirective):
    """.. stage-provenance:: - for every function, what it stands for in Linux 5.8.18."""

    def make(self):
        forms = {}
        for one in self.here.sources.stage_functions(self.stage):
            forms.setdefault(one.name, []).append(one)
        rows = [
            [self.to_listing(name) if at == 0 else '', *origin]
            for name, ones in forms.items()
            for at, origin in enumerate(self.origins(name, ones))
        ]
        if not rows:
            return []
        return [self.table([_('Function'), _('In Linux 5.8.18'), _('As')], rows, ['pf-provenance'])]

    def origins(self, name, ones):
        """Where the kernel has it (as a literal), and as what: one pair for each form that it has there."""
        places = dict.fromkeys(place for one in ones for place in one.places)
        ours = re.match(r'none\s*\((.*)\)$', ones[0].provenance)
        if ours and not places:
            return [[_('not there'), ours[1]]]
        if not places:
            places = [(form.file, form.first) for form in self.here.kernel_map.of(name)]
        return [self.origin(ones[0].file, name, *place) for place in places] or [[_('not said'), '']]

    def origin(self, ours, name, file, line):
        kernel_map = self.here.kernel_map
        objection = kernel_map.objection(name, file, line)
        if objection:
            raise self.error(f'{ours}: {name}: @source {objection}; correct one of them')
        form = kernel_map.form(name, file, line)
        if form:
            return [nodes.literal('', form.lines), {'inline': _('inline function')}.get(form.kind, form.kind)]
        whole = kernel_map.around(file, line).name
        return [nodes.literal('', f'{file}:{line}'), [_('part of '), nodes.literal('', whole)]]


class StageReference(StageDirective):
    """.. stage-reference:: - the Doxygen documentation of every function of the stage, through Breathe."""

    def make(self):
        return reference.reference(
            self, [(one.file, one.name) for one in self.here.sources.stage_functions(self.stage)]
        )


class StageTests(StageDirective):
    """.. stage-tests:: - the claims with their proofs, the tests of the stage, and the coverage."""

    def make(self):
        own = f'tests/stages/{self.stage.stem}.c'  # watched even before it is there
        for path in {own, *(file for file, _line, _name, _claims in self.here.sources.tests())}:
            self.env.note_dependency(str(self.here.root / path))
        note(self.env)['has_tests_table'] = True
        tests = self.here.sources.test_list()
        return [*self.proofs(tests), *self.own_tests(), *self.figures()]

    def proofs(self, tests):
        """claim -> tests, as far as the tests name claims of this chapter."""
        by_claim = {}
        for one in tests if self.makes_claims() else ():
            for claim in one.claims:
                if claim.startswith(self.stage.number + '-'):
                    by_claim.setdefault(claim, []).append(one)
        if not by_claim:
            return []
        rows = []
        for claim in sorted(by_claim, key=lambda one: int(one.split('-')[1])):
            mark = nodes.inline(
                '', '', xref('pf-claim', claim, self.env.docname, claim), ids=[f'proof-{claim}'], classes=['claim']
            )
            rows.append([[mark], [fold(one) for one in sorted(by_claim[claim], key=self.nearness)]])
        return [
            self.paragraph(_('Every claim of this chapter and the tests that prove it:')),
            self.table([_('Claim'), _('Proved by')], rows, ['pf-proofs']),
        ]

    def nearness(self, test):
        """The chapter's own tests come first."""
        return chain.stage_of_file(test.file) is not self.stage, test.file, test.name

    def makes_claims(self):
        depend_on_chapter(self.env, self.stage)
        return f'[{self.stage.number}-' in self.here.written(self.stage.docnames)

    def own_tests(self):
        mine = [one for one in self.here.sources.test_list() if chain.stage_of_file(one.file) is self.stage]
        if not mine:
            return [self.paragraph(_('This stage has no tests of its own.'))]
        reach, claims = self.reach(), self.makes_claims()
        rows = []
        for one in mine:
            expects = [nodes.Text(' '), nodes.inline('', one.expects, classes=['expects'])] if one.expects else []
            cells = [[fold(one, *expects, anchor=True)]]
            if claims:
                cells.append(', '.join(one.claims) or '–')
            if reach is not None:
                cells.append(str(reach.get(one.name, 0)))
            rows.append(cells)
        headings = (
            [_('Test')] + [_('Proves')] * claims + ([_('Lines of this stage it runs')] if reach is not None else [])
        )
        command = nodes.literal('', f'make test T={self.stage.stem}')
        files = join([self.test_file(file) for file in dict.fromkeys(one.file for one in mine)])
        intro = self.paragraph(_('The tests of this stage are in '), *files, '. ', _('Run them with '), command, '.')
        return [intro, self.table(headings, rows, ['pf-tests'])]

    def test_file(self, file):
        """The name of a file of tests; on the site it leads to the page that shows it."""
        name = nodes.literal('', file)
        if self.env.app.builder.name != 'html':
            return name
        link = self.to_page(docname(file), '')
        link += name
        return link

    def reach(self):
        """test name -> how many lines of this stage it ran; None without coverage."""
        if not self.here.coverage:
            return None
        found = {}
        for file in self.files:
            for line in self.here.coverage.lines(file).values():
                for index in {one for ids in line.tests.values() for one in ids}:
                    stem, name = self.here.coverage.tests[index]
                    if chain.stage_of_file(f'tests/stages/{stem}.c') is self.stage:
                        found[name] = found.get(name, 0) + 1
        return found

    def figures(self):
        """The coverage of each file, and what the ledger leaves out."""
        coverage = self.here.coverage
        if not coverage or not coverage.summary(self.files):
            return (
                [
                    self.paragraph(
                        _('The site was built without coverage; “make” measures it and builds the site again.')
                    )
                ]
                if self.files
                else []
            )
        made = [
            self.table(
                [_('File'), _('Lines'), _('Functions'), _('Branches')],
                [self.file_row(file) for file in self.files if coverage.has(file)],
                ['pf-figures'],
            )
        ]
        conditions, rows = conditions_of_stage(self)
        made += conditions
        left_out = [(file, *entry) for file in self.files for entry in coverage.exclusions(file)]
        if left_out or rows:
            seen = set()
            for file, line, _configuration, kinds, reason in left_out:
                function = self.here.sources.function_at(file, line)
                key = (function.name if function else file, ', '.join(kinds), reason)
                if key not in seen:
                    seen.add(key)
                    rows.append(
                        [self.to_listing(function.name) if function else nodes.literal('', file), key[1], reason]
                    )
            made += [
                self.paragraph(_('Left out of the count, each with its reason:')),
                self.table([_('Where'), _('What'), _('Why')], rows),
            ]
        return made

    def file_row(self, file):
        summary, page = self.here.coverage.summary([file]), self.here.coverage_page(file)
        name = nodes.literal('', file)
        if page:
            name = self.to_page(page, file)
        return [name] + [
            f'{percent(summary[kind])} % ({summary[kind][0]}/{summary[kind][1]})'
            for kind in ('lines', 'functions', 'branches')
        ]


class CoverageTable(TableDirective):
    """.. coverage-table:: - one row per stage."""

    def run(self):
        here = book(self.env.app)
        rows = []
        for stage in chain.STAGES:
            files = here.sources.stage_files(stage)
            for file in files:
                here.depend(self.env, file)
            summary = here.coverage.summary(files)
            cells = ['–'] * 3
            if summary:
                cells = [
                    f'{percent(summary[kind])} % ({summary[kind][0]}/{summary[kind][1]})'
                    for kind in ('lines', 'functions', 'branches')
                ]
            link = 'coverage/' + stage.stem if summary else stage.docname
            name = self.to_page(link, f'{stage.number} {stage.door}')
            rows.append([name, *cells])
        if not here.coverage:
            return [
                self.paragraph(_('The site was built without coverage. “make” measures it and builds the site again.'))
            ]
        made = [self.table([_('Stage'), _('Lines'), _('Functions'), _('Branches')], rows, ['pf-figures'])]
        if here.traced:
            links = [self.to_page('coverage/index', _('all files'))]
            if (here.build / 'coverage' / 'html' / 'index.html').is_file():
                links += [' · ', self.to_page('coverage/lcov/index', _('lcov’s own pages'))]
            made.append(self.paragraph(*links, classes=['pf-meta']))
        return made


def setup(app):
    for name, directive in (
        ('stage', StageHead),
        ('stage-essay', StageEssay),
        ('stage-code', StageCode),
        ('stage-departures', StageDepartures),
        ('stage-provenance', StageProvenance),
        ('stage-reference', StageReference),
        ('stage-tests', StageTests),
        ('coverage-table', CoverageTable),
    ):
        app.add_directive(name, directive)

# SPDX-License-Identifier: GPL-2.0-only
"""The proof in figures, made while the site is built: `recordings-table` replays every recording, `machines-table` and
`profiles-table` say on what they were made and what they do, `proof-line` sums up."""

import json
import re

from docutils import nodes

from ..chapter.tests import Counted
from ..read import chain
from ..read.book import book
from ..read.coverage import percent
from ..read.text import _
from .transcript import Transcript

REPLAY = 'build/pageflow replay --json tests/traces/*.xz'
FORMAT = 'tests/traces/FORMAT.md'


class Proof(Transcript, Counted):
    """Common ground: the outcome of replaying every recording."""

    required_arguments = 0
    option_spec = {}

    def run(self):
        self.env.note_dependency(str(book(self.env.app).root / FORMAT))
        return Counted.run(self)

    def replayed(self):
        """[{file, outcome, ops, events, checks}]. A recording that diverges makes the command fail, and the build."""
        return json.loads(self.output(REPLAY))

    def described(self, heading):
        """name -> the other cells, of the tables in FORMAT.md whose first heading this is."""
        found, inside = {}, False
        for line in (self.here.root / FORMAT).read_text(encoding='utf-8').split('\n'):
            cells = [cell.strip() for cell in line.strip('|').split('|')]
            if line.startswith(f'| {heading} |'):
                inside = True
            elif not line.startswith('|'):
                inside = False
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
            tests = self.to_page('docs/tests', _('%s tests in C') % f'{len(coverage.tests):,}')
            parts += ['. ', tests, _(' (%s runs, without and with NUMA) run ') % f'{coverage.runs:,}']
            files = [file for stage in chain.STAGES for file in self.here.sources.stage_files(stage)]
            summary = coverage.summary(files)
            run = _('%s %% of the lines and %s %% of the branch outcomes of the stages')
            parts.append(self.to_page('docs/coverage', run % (percent(summary['lines']), percent(summary['branches']))))
        return [self.paragraph(*parts, '.', classes=['pf-proof'])]


def setup(app):
    for name, directive in (
        ('recordings-table', RecordingsTable),
        ('machines-table', MachinesTable),
        ('profiles-table', ProfilesTable),
        ('proof-line', ProofLine),
    ):
        app.add_directive(name, directive)

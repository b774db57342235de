# SPDX-License-Identifier: GPL-2.0-only
"""Worked examples out of the recordings, read while the site is built: `recorded-zones` shows the machine a recording
begins with, `recorded-requests` some of its operations, decoded, `recorded-run` a run of kswapd."""

import itertools
import lzma

from docutils import nodes
from docutils.parsers.rst import directives

from ..read.book import book
from ..read.recordings import Recording, event_words, page_number
from ..read.text import _
from .tables import TableDirective

FEW = 5  # changes from one kind of event to another that are told one after the other


class RecordingDirective(TableDirective):
    """Common ground: the recording's name is the argument, without folder and ending."""

    required_arguments = 1

    def run(self):
        self.here = book(self.env.app)
        path = self.path = self.here.root / 'tests' / 'traces' / f'{self.arguments[0]}.trace.xz'
        if not path.is_file():
            raise self.error(f'{self.name}: tests/traces has no recording {self.arguments[0]}')
        for one in (path, self.here.vocabulary.command):
            self.env.note_dependency(str(one))
        self.recording = Recording(path, max(self.wanted(), default=0))
        self.severals = len({zone['node'] for zone in self.recording.zones}) > 1
        return [self.make()]

    def wanted(self):
        """The numbers of the operations to be shown."""
        return []


class RecordedZones(RecordingDirective):
    """.. recorded-zones:: NAME"""

    def make(self):
        headings = [_('Zone'), _('Pages from'), _('to'), _('Free'), 'min', 'low', 'high']
        rows = []
        for zone in self.recording.zones:
            if not zone['spanned']:
                continue
            first, last = zone['start_pfn'], zone['start_pfn'] + zone['spanned'] - 1
            cells = [zone['name'], f'{first:#x}', f'{last:#x}']
            cells += [zone['nr_free_pages'], zone['min'], zone['low'], zone['high']]
            rows.append(([str(zone['node'])] if self.severals else []) + [str(one) for one in cells])
        return self.table(([_('Node')] if self.severals else []) + headings, rows, ['pf-zones'])


class RecordedRequests(RecordingDirective):
    """.. recorded-requests:: NAME - operations by number (`:ops: 1-4 9`).

    With :events: what fired on the way (of it :only: some kinds, `e y`), with :pages: also for which pages, with
    :addresses: where the page is in physical memory.
    """

    option_spec = {
        'ops': directives.unchanged_required,
        'events': directives.flag,
        'pages': directives.flag,
        'only': directives.unchanged_required,
        'addresses': directives.flag,
    }

    def make(self):
        rows, wanted = [], self.wanted()
        if not wanted or max(wanted) > len(self.recording.operations):
            raise self.error(f'recorded-requests: the recording has {len(self.recording.operations)} operations')
        for number in wanted:
            words, events = self.recording.operations[number - 1]
            cells = [str(number), self.request(words), *self.answer(words)]
            if 'addresses' in self.options:
                given = words[0] in 'ag' and words[-1] != '-'
                cells.insert(3, nodes.literal('', f'{int(words[-1]) * 4096:#x}') if given else '')
            if self.with_events():
                cells.append(self.events(events))
            rows.append(cells)
        headings = [_('No.'), _('Request'), _('Answer: page'), _('in')]
        if 'addresses' in self.options:
            headings.insert(3, _('at address'))
        if self.with_events():
            headings.append(_('Events on the way'))
        return self.table(headings, rows, ['pf-requests'])

    def with_events(self):
        return bool({'events', 'pages'} & self.options.keys())

    def wanted(self):
        numbers = []
        for part in self.options.get('ops', '1-8').split():
            first, _dash, last = part.partition('-')
            numbers += range(int(first), int(last or first) + 1)
        return numbers

    def request(self, words):
        if words[0] == 'f':
            text = f'__free_pages(page {page_number(words[1])}, {words[2]})'
        elif words[0] == 'D':
            text = f'CPU {words[1]} drains its lists'
        else:
            names = self.here.vocabulary.mask(int(words[1], 16))
            node = f'{words[3]}, ' if words[0] == 'a' and self.severals else ''
            text = f'{"alloc_pages_node" if node else "alloc_pages"}({node}{names}, {words[2]})'
        return nodes.literal('', text)

    def answer(self, words):
        if words[0] in 'fD':
            return ['', '']
        if words[-1] == '-':
            return [page_number('-'), '']
        zone = self.recording.zone_of(int(words[-1]))
        place = f'ZONE_{zone["name"].upper()}'
        return [page_number(words[-1]), (_('node %s, ') % zone['node'] if self.severals else '') + place]

    def events(self, events):
        """The events in words, runs of the same kind counted, or with their pages."""
        said = []
        wanted = self.options.get('only', '').split()
        for words in events:
            if wanted and words[0] not in wanted:
                continue
            kind = event_words(words, self.here.vocabulary)
            if not said or said[-1][0] != kind:
                said.append([kind, []])
            said[-1][1].append(self.pages(words))
        return self.in_words(said) or '–'

    def in_words(self, said):
        if 'pages' not in self.options:
            return ', '.join(f'{kind} ×{len(pages)}' if len(pages) > 1 else kind for kind, pages in said)
        if len(said) > FEW:
            together = {}
            for kind, pages in said:
                together.setdefault(kind, []).extend(pages)
            said = list(together.items())
        return '; '.join(f'{kind}: {", ".join(pages)}' if pages[0] else kind for kind, pages in said)

    def pages(self, words):
        """The page an event is about, and for a block taken over its order and type."""
        if words[0] == 'x':
            kind = self.here.vocabulary.name('migratetype', words[5])
            return _('%s (order %s, %s)') % (page_number(words[1]), words[3], kind)
        if words[0] in 'ldF':
            return page_number(words[1])
        return ''


class RecordedRun(RecordingDirective):
    """.. recorded-run:: uma128-kswapd-271 - one run of a recorded kswapd, priority by priority.

    :run: 2    which of the recording's, in order
    """

    option_spec = {'run': directives.positive_int}

    def make(self):
        wanted = self.options.get('run', 1)
        scans = list(kswapd_scans(self.path, wanted))
        if not scans:
            raise self.error(f'recorded-run: the recording has no run {wanted} of kswapd, or it looked at nothing')
        rows, together = [], 0
        for priority, found in itertools.groupby(scans, key=lambda one: one[0]):
            found = list(found)
            scanned, reclaimed = (sum(one[at] for one in found) for at in (1, 2))
            together += reclaimed
            rows.append([str(priority), f'{len(found):,}', f'{scanned:,}', f'{reclaimed:,}', f'{together:,}'])
        headings = [_('Priority'), _('Portions'), _('Pages looked at'), _('Reclaimed'), _('so far')]
        return self.table(headings, rows, ['pf-figures', 'pf-run'])


def kswapd_scans(path, wanted):
    """(priority, pages looked at, pages reclaimed) of each portion of inactive pages in the wanted run of kswapd."""
    run, running = 0, False
    with lzma.open(path, 'rt', encoding='ascii') as lines:
        for line in lines:
            words = line.split()
            if words[:1] == ['kw']:
                run, running = run + 1, True
            elif words[:1] == ['ks']:
                running = False
            elif words[:1] == ['vs'] and running and run == wanted:
                yield int(words[-2]), int(words[2]), int(words[3])


def setup(app):
    app.add_directive('recorded-zones', RecordedZones)
    app.add_directive('recorded-requests', RecordedRequests)
    app.add_directive('recorded-run', RecordedRun)

# SPDX-License-Identifier: GPL-2.0-only
"""Worked examples out of the recordings, read while the site is built: `recorded-zones` shows the machine a recording
begins with, `recorded-requests` some of its operations, decoded."""

from docutils import nodes
from docutils.parsers.rst import directives

from ..read.book import book
from ..read.recordings import Recording, event_words
from ..read.text import _
from .tables import TableDirective

FEW = 5  # changes from one kind of event to another that are told one after the other


class RecordingDirective(TableDirective):
    """Common ground: the recording's name is the argument, without folder and ending."""

    required_arguments = 1

    def run(self):
        self.here = book(self.env.app)
        path = self.here.root / 'tests' / 'traces' / f'{self.arguments[0]}.trace.xz'
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
            cells = [zone['name'], zone['start_pfn'], zone['start_pfn'] + zone['spanned'] - 1]
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
                cells.insert(3, nodes.literal('', f'{int(words[-1]) * 4096:#x}') if words[0] in 'ag' else '')
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
            text = f'__free_pages(page {words[1]}, {words[2]})'
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
            return ['none', '']
        zone = self.recording.zone_of(int(words[-1]))
        place = f'ZONE_{zone["name"].upper()}'
        return [words[-1], (_('node %s, ') % zone['node'] if self.severals else '') + place]

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
            return _('%s (order %s, %s)') % (words[1], words[3], self.here.vocabulary.name('migratetype', words[5]))
        if words[0] in 'ldF':
            return _('none') if words[1] == '-1' else words[1]
        return ''


def setup(app):
    app.add_directive('recorded-zones', RecordedZones)
    app.add_directive('recorded-requests', RecordedRequests)

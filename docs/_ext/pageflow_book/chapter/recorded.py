# SPDX-License-Identifier: GPL-2.0-only
"""Worked examples out of the recordings, read while the site is built: `recorded-zones` shows the machine a recording
begins with, `recorded-requests` some of its operations, decoded."""

import lzma
import re

from docutils import nodes
from docutils.parsers.rst import directives

from ..live.transcript import evaluate
from ..read.book import book
from ..read.events import TYPES, meaning
from ..read.text import _
from .tables import TableDirective

# How the kernel writes a mask in a trace: the first name whose bits are all there takes them.
# fmt: off
NAMES = (
    'GFP_TRANSHUGE', 'GFP_TRANSHUGE_LIGHT', 'GFP_HIGHUSER_MOVABLE', 'GFP_HIGHUSER', 'GFP_USER', 'GFP_KERNEL_ACCOUNT',
    'GFP_KERNEL', 'GFP_NOFS', 'GFP_ATOMIC', 'GFP_NOIO', 'GFP_NOWAIT', 'GFP_DMA', '__GFP_HIGHMEM', 'GFP_DMA32',
    '__GFP_HIGH', '__GFP_ATOMIC', '__GFP_IO', '__GFP_FS', '__GFP_NOWARN', '__GFP_RETRY_MAYFAIL', '__GFP_NOFAIL',
    '__GFP_NORETRY', '__GFP_COMP', '__GFP_ZERO', '__GFP_NOMEMALLOC', '__GFP_MEMALLOC', '__GFP_HARDWALL',
    '__GFP_THISNODE', '__GFP_RECLAIMABLE', '__GFP_MOVABLE', '__GFP_ACCOUNT', '__GFP_WRITE', '__GFP_RECLAIM',
    '__GFP_DIRECT_RECLAIM', '__GFP_KSWAPD_RECLAIM',
)
# fmt: on
# The events of a recording that are told without their figures.
TRACEPOINTS = {
    'l': 'mm_page_alloc_zone_locked',
    'd': 'mm_page_pcpu_drain',
    'x': 'mm_page_alloc_extfrag',
    'k': 'mm_vmscan_wakeup_kswapd',
    'w': 'mm_compaction_wakeup_kcompactd',
    'r': 'mm_vmscan_direct_reclaim_begin',
    'F': 'mm_page_free',
}
FEW = 5  # changes from one kind of event to another that are told one after the other


def mask_names(sources, mask):
    if not mask:
        return 'none'
    found = []
    for name in NAMES:
        value = evaluate(sources, name)
        if value and mask & value == value:
            found.append(name)
            mask &= ~value
    return ' | '.join(found + ([f'{mask:#x}'] if mask else []))


# What the kernel's enum compact_result calls its values.
RESULTS = (
    'not suitable',
    'skipped',
    'deferred',
    'no suitable page',
    'continue',
    'complete',
    'partial',
    'contended',
    'success',
)


def event_words(words):
    """One event of a recording in words; FORMAT.md beside the recordings says what its fields are."""
    kind, fields = words[0], words[1:]
    if kind == 'e':
        return _('direct reclaim ends and reports %s') % fields[0]
    if kind == 't':
        return _('compaction begins at priority %s') % fields[2]
    if kind == 's':
        return _('compaction examines a zone: %s') % RESULTS[int(fields[3])]
    if kind == 'q':
        return _('compaction leaves a zone: %s') % RESULTS[int(fields[2])]
    if kind == 'o':
        return _('compaction of a zone: %s') % fields[0]
    if kind == 'y':
        answer = _('yes') if fields[7] == '1' else _('no')
        return _('another round? reclaimable %s, available %s, min %s: %s') % (*fields[3:6], answer)
    if kind == 'p':
        answer = _('yes') if fields[5] == '1' else _('no')
        return _('compact again? %s, priority %s, retries %s: %s') % (
            RESULTS[int(fields[2])],
            fields[1],
            fields[3],
            answer,
        )
    return meaning(TRACEPOINTS.get(kind, ''), failed=fields[:1] == ['-1']) or kind


class Recording:
    """One recording: its zones, and its operations with their events."""

    def __init__(self, path):
        self.zones, self.lists, self.operations = [], {}, []
        opener = lzma.open if path.suffix == '.xz' else open
        with opener(path, 'rt', encoding='ascii') as lines:
            self.read(lines)

    def read(self, lines):
        inside = False
        for line in lines:
            line = line.rstrip('\n')
            if line.startswith('snapshot before'):
                inside = True
            elif line.startswith('snapshot'):
                return
            elif inside and line == 'end':
                inside = False
            elif inside:
                self.state(line)
            elif re.match(r'[agfD] ', line):
                self.operations.append((line.split(), []))
            elif line.startswith('  ') and self.operations:
                self.operations[-1][1].append(line.split())

    def state(self, line):
        words = line.split()
        if line.startswith('zone '):
            self.zones.append({'node': int(words[1]), 'name': words[2], **pairs(words[3:])})
        elif line.startswith(' watermark '):
            self.zones[-1].update(pairs(words[1:7]))
        elif line.startswith(' vmstat '):
            self.zones[-1].update(pairs(words[1:]))
        elif line.startswith('zonelist '):
            self.lists[int(words[1]), int(words[2])] = words[3:]

    def zone_of(self, pfn):
        for zone in self.zones:
            if zone['start_pfn'] <= pfn < zone['start_pfn'] + zone['spanned']:
                return zone
        raise ValueError(f'no zone holds page {pfn}')


def pairs(words):
    return {name: int(value) for name, value in zip(words[::2], words[1::2])}


class RecordingDirective(TableDirective):
    """Common ground: the recording's name is the argument, without folder and ending."""

    required_arguments = 1

    def run(self):
        self.here = book(self.env.app)
        path = self.here.root / 'tests' / 'traces' / f'{self.arguments[0]}.trace.xz'
        if not path.is_file():
            raise self.error(f'{self.name}: tests/traces has no recording {self.arguments[0]}')
        self.env.note_dependency(str(path))
        known = self.here.__dict__.setdefault('recordings', {})
        if path not in known:
            known[path] = Recording(path)
        self.recording = known[path]
        self.severals = len({zone['node'] for zone in self.recording.zones}) > 1
        return [self.make()]


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
        rows = []
        for number in self.wanted():
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
        if not numbers or max(numbers) > len(self.recording.operations):
            raise self.error(f'recorded-requests: the recording has {len(self.recording.operations)} operations')
        return numbers

    def request(self, words):
        if words[0] == 'f':
            text = f'__free_pages(page {words[1]}, {words[2]})'
        elif words[0] == 'D':
            text = f'CPU {words[1]} drains its lists'
        else:
            names = mask_names(self.here.sources, int(words[1], 16))
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
            kind = event_words(words)
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
            return _('%s (order %s, %s)') % (words[1], words[3], TYPES[int(words[5])])
        if words[0] in 'ldF':
            return _('none') if words[1] == '-1' else words[1]
        return ''


def setup(app):
    app.add_directive('recorded-zones', RecordedZones)
    app.add_directive('recorded-requests', RecordedRequests)

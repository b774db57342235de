# SPDX-License-Identifier: GPL-2.0-only
"""Recordings: the machine one begins with, its operations, and what their events say."""

import lzma

from .text import _

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


def page_number(text):
    """A PFN as the book writes it, in hex, of one that a recording has in decimal."""
    return _('none') if text in ('-', '-1') else f'{int(text):#x}'


def event_words(words, vocabulary):
    """One event of a recording in words; FORMAT.md beside the recordings says what its fields are."""
    kind, fields = words[0], words[1:]

    def result(field):
        return vocabulary.name('compaction', field).replace('_', ' ')

    if kind == 'e':
        return _('direct reclaim ends and reports %s') % fields[0]
    if kind == 't':
        return _('compaction begins at priority %s') % fields[2]
    if kind == 's':
        return _('compaction examines a zone: %s') % result(fields[3])
    if kind == 'q':
        return _('compaction leaves a zone: %s') % result(fields[2])
    if kind == 'o':
        return _('compaction of a zone: %s') % fields[0]
    if kind == 'y':
        answer = _('yes') if fields[7] == '1' else _('no')
        return _('another round? reclaimable %s, available %s, min %s: %s') % (*fields[3:6], answer)
    if kind == 'p':
        answer = _('yes') if fields[5] == '1' else _('no')
        return _('compact again? %s, priority %s, retries %s: %s') % (
            result(fields[2]),
            fields[1],
            fields[3],
            answer,
        )
    return vocabulary.meaning(TRACEPOINTS.get(kind, ''), failed=fields[:1] == ['-1']) or kind


OPERATIONS = ('a ', 'g ', 'f ', 'D ')


class Recording:
    """One recording: its zones, and its first operations, as many as are asked for, with their events."""

    def __init__(self, path, wanted):
        self.zones, self.lists, self.operations = [], {}, []
        self.wanted = wanted
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
            elif line[:2] in OPERATIONS:
                if len(self.operations) == self.wanted:
                    return
                self.operations.append((line.split(), []))
            elif line.startswith('  ') and self.operations:
                self.operations[-1][1].append(line.split())

    def state(self, line):
        if line.startswith('zone '):
            words = line.split()
            self.zones.append({'node': int(words[1]), 'name': words[2], **pairs(words[3:])})
        elif line.startswith(' watermark '):
            self.zones[-1].update(pairs(line.split()[1:7]))
        elif line.startswith(' vmstat '):
            self.zones[-1].update(pairs(line.split()[1:]))
        elif line.startswith('zonelist '):
            words = line.split()
            self.lists[int(words[1]), int(words[2])] = words[3:]

    def zone_of(self, pfn):
        for zone in self.zones:
            if zone['start_pfn'] <= pfn < zone['start_pfn'] + zone['spanned']:
                return zone
        raise ValueError(f'no zone holds page {pfn}')


def pairs(words):
    return {name: int(value) for name, value in zip(words[::2], words[1::2])}

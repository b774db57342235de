# SPDX-License-Identifier: GPL-2.0-only
"""What the events on the way of a request mean, in a few words, and how a list of them is told."""

import re
from dataclasses import dataclass

from .text import _

LINE = re.compile(r'  (\w+):((?: \w+=\S*)*)$')
MOST = 8


def meaning(name, failed=False):
    """A few words for the event of this name; '' for one that speaks for itself. Some events tell of a failure, too."""
    if failed and name == 'mm_page_alloc_zone_locked':
        return _('a zone had no block for it')
    return {
        'mm_page_alloc': _('the answer'),
        'mm_page_alloc_zone_locked': _('taken from the free lists'),
        'mm_page_alloc_extfrag': _('a block taken over from another type'),
        'mm_page_pcpu_drain': _('given back to the free lists'),
        'mm_page_free': _('given back'),
        'mm_page_free_batched': _('one of a batch'),
        'mm_vmscan_wakeup_kswapd': _('kswapd woken'),
        'mm_vmscan_kswapd_wake': _('kswapd begins'),
        'mm_vmscan_kswapd_sleep': _('kswapd sleeps'),
        'mm_vmscan_direct_reclaim_begin': _('direct reclaim begins'),
        'mm_vmscan_direct_reclaim_end': _('direct reclaim ends'),
        'mm_vmscan_memcg_reclaim_begin': _('reclaim in the group begins'),
        'mm_vmscan_memcg_reclaim_end': _('reclaim in the group ends'),
        'mm_vmscan_lru_isolate': _('pages taken off a list, to be looked at'),
        'mm_vmscan_lru_shrink_inactive': _('what became of them'),
        'mm_vmscan_lru_shrink_active': _('pages of the active list: what became of them'),
        'mm_lru_insertion': _('put on its list'),
        'mem_cgroup_protected': _('is the group protected?'),
        'mm_shrink_slab_start': _('a cache is asked to shrink'),
        'mm_shrink_slab_end': _('what the cache let go'),
        'mm_compaction_wakeup_kcompactd': _('kcompactd woken'),
        'mm_compaction_kcompactd_wake': _('kcompactd begins'),
        'mm_compaction_kcompactd_sleep': _('kcompactd sleeps'),
        'mm_compaction_deferred': _('the zone is put off this time'),
        'mm_compaction_defer_compaction': _('the zone will be put off'),
        'mm_compaction_defer_reset': _('the zone is no longer put off'),
        'mm_compaction_try_to_compact_pages': _('direct compaction'),
        'mm_compaction_suitable': _('may compaction help in this zone?'),
        'mm_compaction_begin': _('compaction of the zone begins'),
        'mm_compaction_end': _('compaction of the zone ends'),
        'mm_compaction_finished': _('is there a block by now?'),
        'mm_compaction_isolate_migratepages': _('pages to be moved'),
        'mm_compaction_isolate_freepages': _('free pages to move them to'),
        'mm_compaction_migratepages': _('moved'),
        'migrate_page_states': _('a page has its new place'),
        'reclaim_retry_zone': _('another round of reclaim?'),
        'compact_retry': _('another round of compaction?'),
        'mark_victim': _('chosen by the OOM killer'),
    }.get(name, '')


@dataclass
class Told:
    """Some events of one kind, told in one line."""

    name: str
    count: int
    fields: list  # (name, first value, last value)
    failed: bool  # there was no page


def read(line):
    """(name, {field: value}) of a line of a trace; None for any other line."""
    found = LINE.match(line)
    if not found:
        return None
    return found[1], dict(field.split('=', 1) for field in found[2].split())


def tell(events, vocabulary):
    """The events one after the other, runs of one kind together. When that is too long: one line for each kind."""
    runs = []
    for event in events:
        if runs and kind(runs[-1][0]) == kind(event):
            runs[-1].append(event)
        else:
            runs.append([event])
    if len(runs) > MOST:
        kinds = {}
        for event in events:
            kinds.setdefault(kind(event), []).append(event)
        runs = list(kinds.values())
    return [together(run, vocabulary) for run in runs]


def kind(event):
    """Events of one kind can be told together: of one name, all with a page or all without."""
    name, fields = event
    return name, fields.get('pfn') == '-1'


def together(run, vocabulary):
    """One line for events of one name: the fields they share, and from which page to which."""
    first, last = run[0][1], run[-1][1]
    fields = [
        (name, value, last.get(name, value))
        for name, value in first.items()
        if name == 'pfn' or all(event[1].get(name) == value for event in run)
    ]
    name, failed = kind(run[0])
    told = [(field, shown(field, a, vocabulary), shown(field, b, vocabulary)) for field, a, b in fields]
    return Told(name, len(run), told, failed)


def shown(name, value, vocabulary):
    if name.endswith('migratetype') and value.isdigit():
        return vocabulary.name('migratetype', value)
    if name == 'pfn':
        return page_number(value)
    return value.replace('|', ' | ')


def page_number(text):
    """A PFN as the book writes it, in hex, of one that a recording or an event has in decimal."""
    return _('none') if text in ('-', '-1') else f'{int(text):#x}'


def in_words(told):
    """The fields of one line as text."""
    return ', '.join(f'{name} {a}' if a == b else f'{name} {a} … {b}' for name, a, b in told.fields)

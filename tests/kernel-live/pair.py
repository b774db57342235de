# SPDX-License-Identifier: GPL-2.0-only
"""A kernel's answer to a request beside Pageflow's: what either says, and in what they differ."""

import re

import marks

# How Pageflow's command says where a page came from, in the words of lists.origin().
PLACES = {
    'cpu_list': 'cpu list',
    'refill': 'free list',
    'buddy': 'free list',
    'highatomic': 'free list',
    'compaction': 'in use',
}
TYPES = ('Unmovable', 'Movable', 'Reclaimable', 'HighAtomic', 'CMA', 'Isolate')  # by their numbers in Pageflow
# Flags of later versions that only say what is done with a page: how it is cleared, tagged and accounted.
DECIDE_NOTHING = {
    '__GFP_ZEROTAGS',
    '__GFP_SKIP_ZERO',
    '__GFP_SKIP_KASAN',
    '__GFP_SKIP_KASAN_POISON',
    '__GFP_SKIP_KASAN_UNPOISON',
    '__GFP_NO_OBJ_EXT',
}


def zone_without_reclaim(record):
    """The zone that gave the kernel's page; none where it had to reclaim."""
    return None if waited(record) else record['kernel']['zone']


def zone_of(answer):
    """The zone of Pageflow's page; None for a refusal."""
    return answer['zones'][answer['page']['zone']]['zone'] if answer['found'] else None


def taken_over(answer):
    """(type, order) of another type's list that the block was taken over from, where it was."""
    for step in answer['steps']:
        found = re.match(
            r'mm_page_alloc_extfrag: pfn=(\d+) .*fallback_order=(\d+) .*fallback_migratetype=(\d+)',
            step.get('event', ''),
        )
        if found and int(found[1]) == answer['page']['pfn']:
            return TYPES[int(found[3])], int(found[2])
    return None


def list_left(answer):
    """(type, order) of the list that the block left: where types were mixed, of the one that it was taken over from."""
    return taken_over(answer) or (answer['page']['list'], answer['page']['list_order'])


def differences(kernel, answer):
    """In what the two answers differ."""
    if (kernel['pfn'] is not None) != answer['found']:
        return ('verdict',)
    if not answer['found']:
        return ()
    page = answer['page']
    theirs = (kernel['from'], kernel['list'], kernel['list_order'])
    ours = (PLACES[page['source']], *list_left(answer))
    if ours[0] == theirs[0] == 'cpu list':
        ours = theirs  # Pageflow's words say no more: the list of the type, and single pages
    found = (
        ('zone', kernel['zone'] != zone_of(answer)),
        ('page', kernel['pfn'] != page['pfn']),
        ('origin', theirs != ours),
    )
    return tuple(name for name, differ in found if differ)


def waited(record):
    """Did reclaim or compaction run meanwhile?"""
    return any('STALL' in name for name in record['events'])


def reclaimed(answer):
    """Did Pageflow reclaim or compact?"""
    return answer['cost']['reclaims'] + answer['cost']['compactions'] > 0


def reclaimed_alone(record, answer):
    """Did the kernel reclaim or compact for this request, where Pageflow's answer came at once?"""
    may = answer['request']['mask'] & marks.DIRECT_RECLAIM
    return waited(record) and may and not reclaimed(answer)


def from_nowhere(record):
    """Was the page in use before, and nothing given back meanwhile? Then it was on a list that was not read."""
    return record['kernel']['from'] == 'in use' and 'PGFREE' not in record['events'] and not waited(record)


def left_out(record):
    """The flags that 5.8.18 does not have and that may decide: without them Pageflow was asked for something else."""
    return set(record['left_out']) - DECIDE_NOTHING

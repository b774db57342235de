# SPDX-License-Identifier: GPL-2.0-only
"""The changes of later versions that may explain a difference, each with what has to be so in the saved state."""

import dataclasses

import marks
import pair

MOST_KEPT, HUGE = 3, 9  # the highest order of which a CPU keeps lists from 5.14 on, and that of huge pages


@dataclasses.dataclass
class Rule:
    """A change of a later version. `holds(record, answer)` looks in what was saved whether it is what happened."""

    name: str
    words: str
    reference: str  # the page of the book, and its heading
    explains: frozenset  # the differences that it can explain,
    needs: frozenset  # and those of which there must be one
    holds: object


def cpu_list_of(record, kind):
    """The type by whose name the reader calls the list on which a CPU keeps blocks of this type and of the request's order.

    Behind the 12 lists of orders 0 to 3 all huge pages share one list, or movable ones have one and all others another."""
    if record['order'] != HUGE or kind == 'Movable':
        return kind
    return {13: 'Movable', 14: 'Unmovable'}.get(record['cpu_list_count'], kind)


def from_cpu_list(record, answer):
    """Is it the first block of the list that the CPU keeps of that order and of the type that was asked for?"""
    kernel = record['kernel']
    if not answer['found'] or record['order'] == 0 or kernel['from'] != 'cpu list':
        return False
    kind = cpu_list_of(record, answer['walks'][0]['migratetype'])
    first = record['cpu_lists'][kernel['zone']].get(kind, [])[:1]
    return first == [kernel['pfn']]


def fitting(record, kinds):
    """[(order, first block)] of the lists of these types, in the kernel's zone, that have blocks large enough: smallest first."""
    lists = record['first_free'][record['kernel']['zone']]
    return sorted((order, pfn) for kind in kinds for order, pfn in lists.get(kind, ()) if order >= record['order'])


def past_the_reserve(record, answer):
    """Was the CPU's list of that order empty, and filled with the best block of the type, where 5.8.18 takes a reserved one?"""
    kernel, kind = record['kernel'], answer['walks'][0]['migratetype']
    if not answer['found'] or answer['page']['source'] != 'highatomic':
        return False
    if tuple(record['version']) < (5, 14) or not 0 < record['order'] <= MOST_KEPT:
        return False
    best = [pfn for _order, pfn in fitting(record, [kind])][:1]
    return not record['cpu_lists'][kernel['zone']].get(kind) and best == [kernel['pfn']]


def changed_check(record, answer):
    """Which changes of the check lead from Pageflow's zone, or refusal, to the kernel's: neither may be any other than its rules say."""
    version = tuple(record['version'])
    if not marks.known(version) or marks.zone_by_rules_of_5_8(record, answer) != pair.zone_of(answer):
        return ()
    if marks.zone_by_later_rules(version, record, answer) != pair.zone_without_reclaim(record):
        return ()
    return marks.changes(version, record, answer)


def by_one_change(name):
    """Is this change alone enough?"""
    return lambda record, answer: changed_check(record, answer) == (name,)


def by_several_changes(record, answer):
    """Does it need more than one?"""
    found = changed_check(record, answer)
    return len(found) > 1 and 'resort' not in found


def last_of_the_reserve(record, answer):
    """Was there no other block for a single page in that zone than the first one of the reserve?"""
    kernel = record['kernel']
    if 'resort' not in changed_check(record, answer) or kernel['from'] != 'free list':
        return False
    reserved = [pfn for _order, pfn in fitting(record, ['HighAtomic'])][:1]
    return reserved == [kernel['pfn']] and not fitting(record, marks.ORDINARY)


def smallest_of_another_type(record, answer):
    """Where Pageflow took over from another type, is it the first block of the smallest that any other type has?"""
    kernel, kind = record['kernel'], answer['walks'][0]['migratetype']
    if tuple(record['version']) < (6, 12) or not answer['found'] or kernel['from'] != 'free list':
        return False
    others = fitting(record, [other for other in marks.ORDINARY if other != kind])
    first = [pfn for order, pfn in others if order == others[0][0]]
    return bool(pair.taken_over(answer)) and not fitting(record, [kind]) and kernel['pfn'] in first


# Differences that a change of the check explains: the zone that follows from it, and what follows from the zone.
OF_THE_CHECK = frozenset({'verdict', 'zone', 'page', 'origin', 'reclaim'}), frozenset({'verdict', 'zone', 'reclaim'})
BLOCK = frozenset({'page', 'origin'})  # another block of the same zone

RULES = (
    Rule(
        'cpu-lists',
        'from 5.14 on a CPU keeps lists of orders 1 to 3 and of huge pages: it was the first block there',
        'later.rst, 5.13 or 5.14',
        BLOCK,
        frozenset({'origin'}),
        from_cpu_list,
    ),
    Rule(
        'past-the-reserve',
        "from 5.14 on orders 1 to 3 come by way of the CPU's lists: an urgent request, too, gets the block that these are filled "
        'with, where 5.8.18 looks among the reserved blocks first',
        'later.rst, 5.13 or 5.14',
        BLOCK,
        frozenset({'origin'}),
        past_the_reserve,
    ),
    Rule(
        'steal-smallest',
        'from 6.12 on, where no whole pageblock can be had, the smallest block of another type is taken, not the largest',
        'later.rst, __rmqueue_steal',
        BLOCK,
        frozenset({'page'}),
        smallest_of_another_type,
    ),
    Rule('last-reserve', marks.CHANGES['resort'], 'check-versions.rst', *OF_THE_CHECK, last_of_the_reserve),
    *(
        Rule(f'watermark: {name}', words, 'check-versions.rst', *OF_THE_CHECK, by_one_change(name))
        for name, words in marks.CHANGES.items()
        if name != 'resort'
    ),
    Rule(
        'watermark',
        'several changes of the check together, none of them alone',
        'check-versions.rst',
        *OF_THE_CHECK,
        by_several_changes,
    ),
)

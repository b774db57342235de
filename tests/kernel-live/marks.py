# SPDX-License-Identifier: GPL-2.0-only
"""Which zone gives a page without reclaim, by the rules of 5.8.18 and of a later version, on the numbers of the saved state.

The rules are those of docs/check-versions.rst. Of a later version they are known where a request may use reserves by
__GFP_HIGH and by not sleeping. A task's own rights (a victim of the OOM killer, a realtime task) no record tells."""

import dataclasses
import itertools

MOVABLE, RECLAIMABLE = 0x08, 0x10  # bits of 5.8.18, as the other ones
HIGH, ATOMIC, DIRECT_RECLAIM, NOMEMALLOC = 0x20, 0x200, 0x400, 0x80000
ORDINARY = ('Unmovable', 'Movable', 'Reclaimable')
SINCE = 'from 6.3 on, 6.1.119 in its series, '

# What has changed since 5.8.18: a name of Rights, and how a report tells it.
CHANGES = {
    'spared': SINCE + 'a request that may not sleep, or has __GFP_HIGH, is spared the reserve for high orders',
    'quarter': SINCE + 'only a request that may not sleep and has __GFP_HIGH gets the quarter off the mark',
    'urgent': SINCE + 'reserved blocks count for a high order that may not sleep, soon only with __GFP_HIGH',
    'boost': 'an urgent single page is spared the boost from 5.9 on',
    'held': 'from 5.9 on the quick test of a single page takes off the reserve for high orders, too',
    'only_free': 'from 6.12 on only what is free of the reserve for high orders is taken off',
    'resort': 'from 6.12 on, 6.1.119 and 6.6.57 in their series, who may not sleep gets a single page of the reserve in the end',
}

# Series, and from which point release on the blocks of the reserve serve only those who also have __GFP_HIGH.
RESERVE_WANTS_HIGH = {(6, 1): 158, (6, 6): 150, (6, 12): 63}


@dataclasses.dataclass(frozen=True)
class Rights:
    """What a request may by a set of rules, and what the rules count."""

    half: bool  # off the mark
    quarter: bool  # of the rest, off the mark
    spared: bool  # of the reserve for high orders
    urgent: bool  # the blocks of the reserve count for its order
    boost: bool  # the mark holds for it without the boost
    held: bool  # the quick test takes off the reserve
    only_free: bool  # of the reserve, what is used up is no loss
    resort: bool  # a single page is a reserved one when there is no other


def known(version):
    """Are the rules of this version among those of this file?"""
    return (6, 1, 119) <= version < (6, 2) or (6, 3) <= version < (6, 13)


def rights_of_5_8(order, mask):
    """By the rules of 5.8.18."""
    harder = mask & (ATOMIC | NOMEMALLOC | DIRECT_RECLAIM) == ATOMIC
    return Rights(bool(mask & HIGH), harder, harder, harder and order > 0, False, False, False, False)


def later_rights(version, order, mask):
    """By the rules of a known version."""
    sleepless = not mask & (DIRECT_RECLAIM | NOMEMALLOC)
    high = bool(mask & HIGH)
    everyone = version[2] < RESERVE_WANTS_HIGH.get(version[:2], 1 << 16)
    atomic = mask & (ATOMIC | DIRECT_RECLAIM) == ATOMIC
    return Rights(
        half=high,
        quarter=high and sleepless,
        spared=high or sleepless,
        urgent=sleepless and order > 0 and (high or everyone),
        boost=order == 0 and (high if version >= (6, 3) else atomic),
        held=True,
        only_free=version >= (6, 12),
        resort=sleepless and order == 0 and (version < (6, 2) or (6, 6, 57) <= version < (6, 7) or version >= (6, 12)),
    )


def kinds(rights, answer, slow):
    """The types whose free lists serve this request."""
    movable = answer['request']['mask'] & (MOVABLE | RECLAIMABLE) == MOVABLE
    reserved = slow and (rights.urgent or rights.resort)
    return ORDINARY + (('CMA',) if movable else ()) + (('HighAtomic',) if reserved else ())


def has_block(rights, record, answer, zone, slow):
    """Is there a block that is large enough, on a list that serves this request?"""
    kept = record['cpu_lists'][zone['zone']].get(answer['walks'][0]['migratetype'])
    if record['order'] == 0 and kept:
        return True
    return any(sum(zone['blocks'][kind][record['order'] :]) for kind in kinds(rights, answer, slow))


def reserve_of(rights, zone):
    """What a request that is not spared the reserve loses by it."""
    free = sum(number << order for order, number in enumerate(zone['blocks']['HighAtomic']))
    return min(free, zone['highatomic']) if rights.only_free else zone['highatomic']


def mark_of(rights, zone, boost):
    """The min mark as far as the request has to keep it."""
    mark = zone['min'] + boost
    mark -= mark // 2 if rights.half else 0
    return mark - (mark // 4 if rights.quarter else 0)


def passes(rights, order, zone, attempt, slow):
    """Does a zone pass the check of the first walk, or of the slow path's?"""
    mark = (zone['min'] if slow else zone['low']) + zone['boost']
    free = zone['free'] - attempt['cma'] - attempt['lowmem_reserve']
    if order == 0 and not rights.held and free > mark:
        return True
    free -= (1 << order) - 1
    if not slow:
        return free - reserve_of(rights, zone) > mark
    free -= 0 if rights.spared else reserve_of(rights, zone)
    return free > mark_of(rights, zone, 0 if rights.boost else zone['boost'])


def zone_by(rights, record, answer):
    """The name of the zone that gives a page without reclaim; None for no zone."""
    for slow in (False, True):
        for attempt in answer['walks'][0]['attempts']:
            zone = answer['zones'][attempt['zone']]
            if passes(rights, record['order'], zone, attempt, slow) and has_block(rights, record, answer, zone, slow):
                return zone['zone']
    return None


def zone_by_rules_of_5_8(record, answer):
    """What 5.8.18 has to answer."""
    return zone_by(rights_of_5_8(record['order'], answer['request']['mask']), record, answer)


def zone_by_later_rules(version, record, answer):
    """What a kernel of this version has to answer."""
    return zone_by(later_rights(version, record['order'], answer['request']['mask']), record, answer)


def changes(version, record, answer):
    """The fewest changes that lead from the answer of 5.8.18 to the later one: each is tried alone, then several together."""
    asked = record['order'], answer['request']['mask']
    before, after = rights_of_5_8(*asked), later_rights(version, *asked)
    target = zone_by(after, record, answer)
    differ = [name for name in CHANGES if getattr(before, name) != getattr(after, name)]
    for number in range(len(differ) + 1):
        for chosen in itertools.combinations(differ, number):
            mixed = dataclasses.replace(before, **{name: getattr(after, name) for name in chosen})
            if zone_by(mixed, record, answer) == target:
                return chosen
    return ()

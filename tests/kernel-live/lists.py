# SPDX-License-Identifier: GPL-2.0-only
"""Two states of the free lists: where a block came from, and whether anything else changed between them."""


def blocks(zones):
    """(PFN, order, type, zone) of every block on a free list."""
    for zone in zones:
        for (order, kind), found in zone.lists.items():
            yield from ((pfn, order, kind, zone) for pfn in found)


def cpu_blocks(zones):
    """(PFN, order, type, zone) of every block on a CPU's own list."""
    for zone in zones:
        for cpu in zone.cpus:
            for (order, kind), found in cpu.lists.items():
                yield from ((pfn, order, kind, zone) for pfn in found)


def pages(found):
    """The PFNs of all pages of these blocks."""
    return {pfn + page for pfn, order, *_rest in found for page in range(1 << order)}


def zone_of(zones, pfn):
    """The zone that a page belongs to. Zones may overlap in what they span, so that its lists come first."""
    for block, order, _kind, zone in (*cpu_blocks(zones), *blocks(zones)):
        if block <= pfn < block + (1 << order):
            return zone
    return next((zone for zone in zones if zone.start <= pfn < zone.end), None)


def origin(zones, pfn):
    """Where a page was before the request: {'from': 'cpu list' or 'free list' or 'in use', 'list': type, 'list_order': order}."""
    for place, found in (('cpu list', cpu_blocks(zones)), ('free list', blocks(zones))):
        for block, order, kind, _zone in found:
            if block <= pfn < block + (1 << order):
                return {'from': place, 'list': kind, 'list_order': order}
    return {'from': 'in use', 'list': None, 'list_order': None}


def moved(given=0, taken=0, drained=0):
    """How many pages went which way meanwhile, in words; '' for none."""
    told = [
        f'{number} {what} {"was" if number == 1 else "were"} {done}'
        for number, what, done in (
            (given, 'page' if given == 1 else 'pages', 'given back'),
            (taken, 'other' if taken == 1 else 'others', 'taken'),
            (drained, 'page' if drained == 1 else 'pages', 'drained from a CPU list'),
        )
        if number
    ]
    return ' and '.join(told) + ' meanwhile' if told else ''


def disturbance(before, after, pfn, order):
    """What else happened to the lists than that this block left them, in words; '' for nothing."""
    block = set() if pfn is None else set(range(pfn, pfn + (1 << order)))
    was, cpu_was = pages(blocks(before)), pages(cpu_blocks(before))
    now, cpu_now = pages(blocks(after)), pages(cpu_blocks(after))
    given = (now | cpu_now) - (was | cpu_was)
    taken = (was | cpu_was) - (now | cpu_now) - block
    return moved(len(given), len(taken)) or moved(drained=len(cpu_was & now))


def busy(events, pfn, order):
    """Did the CPU count more than this request? In words; '' for no."""
    waited = [name for name in events if 'STALL' in name]
    if waited:
        return f'reclaim or compaction ran ({", ".join(waited)})'
    taken = sum(number for name, number in events.items() if name.startswith('PGALLOC'))
    others = taken - (0 if pfn is None else 1 << order)
    given = events.get('PGFREE', 0)
    return moved(given, others)

# SPDX-License-Identifier: GPL-2.0-only
"""What the kernel is asked for, step by step: every kind of mask and order, from plenty to the marks.

A step is a tuple. ('ask', MASK, ORDER) is one request that is compared, its block kept when the step ends with 'keep';
('take', MASK, ORDER, N) and ('give', WHICH) change the state and are not compared: 'others' gives every second block of those
held back, 'all' all of them, 'last' the newest. ('natural', N) lets the guest work until N requests of its own are compared;
blocks that are held stay so."""

KERNEL, MOVABLE = 'GFP_KERNEL', 'GFP_HIGHUSER_MOVABLE'
RECLAIMABLE = 'GFP_KERNEL|__GFP_RECLAIMABLE'
# For states in which a request may find nothing: no warning, no reclaim that would change the state, nobody killed.
QUIET = '__GFP_NOWARN'
NOWAIT = f'GFP_NOWAIT|{QUIET}'
URGENT = f'GFP_ATOMIC|{QUIET}'
HIGH = f'__GFP_HIGH|{QUIET}'
MOVABLE_NOWAIT = f'__GFP_HIGHMEM|__GFP_MOVABLE|{NOWAIT}'

MASKS = (
    KERNEL,
    'GFP_ATOMIC',
    'GFP_NOWAIT',
    MOVABLE,
    'GFP_USER',
    RECLAIMABLE,
    'GFP_KERNEL|GFP_DMA',
    'GFP_KERNEL|GFP_DMA32',
    'GFP_NOWAIT|__GFP_HIGH',
    'GFP_KERNEL|__GFP_NOMEMALLOC',
    'GFP_KERNEL|__GFP_THISNODE',
    'GFP_KERNEL|__GFP_ZERO|__GFP_COMP',
    'GFP_NOFS',
    'GFP_NOIO',
)
ORDERS = range(11)
NEAR = (NOWAIT, URGENT, HIGH, MOVABLE_NOWAIT, f'__GFP_RECLAIMABLE|{NOWAIT}', f'GFP_DMA|{NOWAIT}')


def plenty():
    """Every mask: with every order one of them, or all with a few."""
    for number, mask in enumerate(MASKS):
        for order in ORDERS if number < 4 else ORDERS[number % 3 :: 3]:
            yield ('ask', mask, order, 'keep') if order <= 3 else ('ask', mask, order)


def fragmented():
    """Lists with many small blocks of several types: every second of those held is given back."""
    for mask, order, count in (
        (KERNEL, 0, 120),
        (MOVABLE, 1, 60),
        (RECLAIMABLE, 2, 40),
        (MOVABLE, 4, 30),
        (KERNEL, 6, 12),
    ):
        yield ('take', mask, order, count)
    yield ('give', 'others')
    for mask in (KERNEL, MOVABLE, RECLAIMABLE, 'GFP_ATOMIC'):
        for order in ORDERS[:8]:
            yield ('ask', mask, order, 'keep')


def without_large_blocks():
    """Fallback between types: what is large has gone, small blocks of every type are left."""
    for order in (10, 9):
        yield ('take', MOVABLE_NOWAIT, order, 60)
    for order in (6, 3, 5, 2, 4, 1, 0, 7, 8):
        for mask in (NOWAIT, f'__GFP_RECLAIMABLE|{NOWAIT}', MOVABLE_NOWAIT):
            yield ('ask', mask, order, 'keep')


def near_the_marks():
    """Down to the min mark and through the reserves, then up again."""
    for order in (8, 6, 4, 3, 2, 1):
        yield ('take', QUIET, order, 200)
    for turn in range(6):
        for mask in NEAR:
            yield ('ask', mask, turn % 4, 'keep')
    for order in (5, 2, 0):
        yield ('take', URGENT, order, 60)
        for mask in NEAR:
            yield ('ask', mask, order, 'keep')
    for order in (0, 1, 3):
        yield ('give', 'last')
        for mask in NEAR:
            yield ('ask', mask, order)


def steps():
    yield ('natural', 30)
    yield from plenty()
    yield from fragmented()
    yield ('natural', 30)
    yield from without_large_blocks()
    yield from near_the_marks()
    yield ('give', 'all')
    yield ('natural', 20)

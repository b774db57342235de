# SPDX-License-Identifier: GPL-2.0-only
"""Recorded kernels: what the reader finds is what the kernel itself printed at that moment."""

import collections

import pk_proc
import pytest
from recorded import RECORDINGS


def test_there_are_recordings():
    """Versions with one kind of per-CPU list and the other, both machines, two nodes, two CPUs."""
    names = ' '.join(RECORDINGS)
    assert all(word in names for word in ('5.10-', '6.1-', '6.12-', 'arm64', 'amd64', 'nodes', 'cpus'))


@pytest.mark.parametrize('file', ['buddyinfo', 'pagetypeinfo', 'zoneinfo'])
def test_proc(kernel, file):
    assert getattr(pk_proc, file)(kernel) == kernel.memory.files[file]


def listed(zone):
    """(PFN, order) of every block on a list of the zone."""
    everywhere = [zone.lists, *(cpu.lists for cpu in zone.cpus)]
    return [(pfn, order) for lists in everywhere for (order, _), pfns in lists.items() for pfn in pfns]


def test_every_listed_page_is_in_its_zone_and_on_one_list(kernel):
    seen = collections.Counter()
    for zone in kernel.zones():
        for pfn, order in listed(zone):
            assert zone.start <= pfn and pfn + (1 << order) <= zone.end and pfn % (1 << order) == 0
            seen.update(range(pfn, pfn + (1 << order)))
    assert seen and set(seen.values()) == {1}


def test_counts_are_those_of_the_lists(kernel):
    for zone in kernel.zones():
        free = sum(len(pfns) << order for (order, _), pfns in zone.lists.items())
        isolated = sum(len(pfns) << order for (order, kind), pfns in zone.lists.items() if kind == 'Isolate')
        held_back = sum(cpu.differences['NR_FREE_PAGES'] for cpu in zone.cpus)
        assert zone.free + held_back == free - isolated
        for cpu in zone.cpus:
            assert cpu.count == sum(len(pfns) << order for (order, _), pfns in cpu.lists.items())


def test_movable_unmovable_and_reclaimable_blocks_are_free(kernel):
    """A comparison of empty lists would prove nothing."""
    kinds = {kind for zone in kernel.zones() for _, kind in zone.lists}
    assert {'Unmovable', 'Movable', 'Reclaimable'} <= kinds


def test_no_slab_and_no_tail_by_itself_is_movable(kernel):
    uses = kernel.uses
    movable = [pfn for start, end in kernel.movable_runs() for pfn in range(start, end)]
    assert movable
    for pfn in movable:
        head = uses.compound_head(pfn)
        assert not uses.slab(pfn) and (head is None or uses.flag(head, 'PG_lru')), hex(pfn)

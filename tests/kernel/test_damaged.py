# SPDX-License-Identifier: GPL-2.0-only
"""Memory that contradicts itself, cannot be read, or is that of a kernel which lacks something: one line that says what."""

import pk_snapshot
import pytest
from pk_memory import Changed, Missing, Unreadable, Unsupported
from pk_state import Kernel

NOWHERE = 0xDEAD000000000100


def longest_list(kernel):
    """(its zone, order, type, PFNs) of the free list with the most blocks."""
    return max(
        ((zone, *key, pfns) for zone in kernel.zones() for key, pfns in zone.lists.items()), key=lambda one: len(one[3])
    )


def link(kernel, pfn):
    """Where the link of a page to the next one is."""
    return kernel.pages.address(pfn) + kernel.pages.link


def refused(memory, error):
    """What is said when the state cannot be saved: one line."""
    with pytest.raises(error) as caught:
        pk_snapshot.snapshot(Kernel(memory))
    said = str(caught.value)
    assert said and '\n' not in said
    return said


def test_link_that_leads_nowhere(memory):
    kernel = Kernel(memory)
    zone, order, kind, pfns = longest_list(kernel)
    memory.write(link(kernel, pfns[3]), NOWHERE)
    said = refused(memory, Changed)
    assert f'the free list of zone {zone.name}, order {order}, {kind} changed while it was read' in said
    assert f'{NOWHERE:#x}' in said and 'stop the kernel' in said


def test_list_that_leads_in_a_circle(memory):
    kernel = Kernel(memory)
    zone, order, kind, pfns = longest_list(kernel)
    memory.write(link(kernel, pfns[5]), link(kernel, pfns[2]))
    assert f'zone {zone.name}, order {order}, {kind} changed' in refused(memory, Changed)


def test_page_on_two_lists(memory):
    kernel = Kernel(memory)
    _, order, _, pfns = longest_list(kernel)
    other = next(
        there for zone in kernel.zones() for key, there in zone.lists.items() if key[0] != order and len(there) > 1
    )
    memory.write(link(kernel, other[0]), link(kernel, pfns[-1]))
    refused(memory, Changed)


def test_link_into_another_zone(memory):
    kernel = Kernel(memory)
    first, *_, last = kernel.zones()
    _, there = next(iter(first.lists.items()))
    _, order, _, pfns = longest_list(kernel)
    assert pfns[0] >= last.start
    memory.write(link(kernel, pfns[2]), link(kernel, there[0]))
    refused(memory, Changed)


def test_struct_pages_that_cannot_be_read(memory):
    kernel = Kernel(memory)
    pfns = longest_list(kernel)[3]
    memory.forget_memory(kernel.pages.address(pfns[0]), 4096)
    said = refused(memory, Unreadable)
    assert 'cannot be read' in said


def test_zone_that_cannot_be_read(memory):
    zone = Kernel(memory).zones()[0]
    memory.forget_memory(zone.address, 64)
    assert f'{zone.address:#x}' in refused(memory, Unreadable)


@pytest.mark.parametrize('name', ['init_uts_ns', 'mem_section', 'migratetype_names'])
def test_kernel_without_a_symbol(memory, name):
    memory.forget_symbol(name)
    said = refused(memory, (Missing, Unsupported))
    assert f"'{name}'" in said or name == 'mem_section'


@pytest.mark.parametrize('name', ['struct zone', 'struct page', 'enum zone_stat_item', 'enum migratetype'])
def test_symbols_without_a_type(memory, name):
    memory.forget_type(name)
    assert f"'{name}'" in refused(memory, Missing)


def test_structure_without_a_member(memory):
    memory.forget_member('struct zone', 'spanned_pages')
    assert "'struct zone' of this kernel has no member 'spanned_pages'" in refused(memory, Missing)


@pytest.mark.parametrize(
    'release, said',
    [(b'4.19.0', 'this is Linux 4.19.0'), (b'9.1.0', 'this is Linux 9.1.0'), (b'nonsense', 'symbols do not fit')],
)
def test_another_release(memory, release, said):
    place = memory.variable('init_uts_ns')['name']['release'].address
    memory.write(place, int.from_bytes(release, 'little'), 16)
    assert said in refused(memory, Unsupported)


def test_another_machine(memory):
    place = memory.variable('init_uts_ns')['name']['machine'].address
    memory.write(place, int.from_bytes(b'riscv64', 'little'), 16)
    assert 'this is a kernel for riscv64' in refused(memory, Unsupported)


def test_kernel_that_has_no_memory_yet(memory):
    kernel = Kernel(memory)
    for raw in kernel.raw_zones(0):
        memory.write(raw['present_pages'].address, 0)
    assert 'no zone of this kernel has memory yet' in refused(memory, Unsupported)

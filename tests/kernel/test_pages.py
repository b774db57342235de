# SPDX-License-Identifier: GPL-2.0-only
"""Struct pages, lists and pageblocks of a kernel: found, walked, and refused where they contradict themselves."""

import pk_pages
import pk_ranges
import pytest
from made import BASE, HEAD, LRU, Made
from pk_memory import Changed, Unsupported
from pk_state import Kernel, pcp_place


def test_list_keeps_order():
    made = Made()
    made.free(3, 'Movable', [2048, 1032, 4000])
    made.free_on_cpu(1, [1500, 1400])
    zone = Kernel(made).zones()[0]
    assert dict(zone.lists) == {(3, 'Movable'): [2048, 1032, 4000]}
    assert dict(zone.cpus[0].lists) == {(0, 'Movable'): [1500, 1400]}
    assert zone.cpus[0].count == 2


@pytest.mark.parametrize(
    ('link', 'how'),
    [
        (BASE + 2048 * 64 + 8, 'it has more pages than the zone'),  # a circle without the head
        (BASE + 9000 * 64 + 8, 'on it is no page'),  # outside
        (BASE + 2048 * 64 + 16, 'on it is no page'),  # no page begins there
        (0, 'on it is no page'),
    ],
)
def test_list_that_leads_astray(link, how):
    made = Made()
    made.free(3, 'Movable', [2048, 1032])
    made.write(made.page(1032) + 8, link)
    with pytest.raises(Changed) as error:
        dict(Kernel(made).zones()[0].lists)
    assert str(error.value).startswith('the free list of zone Normal, order 3, Movable changed while it was read (')
    assert how in str(error.value)
    assert str(error.value).endswith('stop the kernel, or read it again')


def test_forget_reads_again():
    made = Made()
    made.free(0, 'Movable', [2048])
    kernel = Kernel(made)
    assert dict(kernel.zones()[0].lists) == {(0, 'Movable'): [2048]}
    made.free(0, 'Movable', [3000, 2048])
    assert dict(kernel.zones()[0].lists) == {(0, 'Movable'): [2048]}
    kernel.forget()
    assert dict(kernel.zones()[0].lists) == {(0, 'Movable'): [3000, 2048]}


def test_pages_only_where_there_are_some():
    pages = Kernel(Made()).pages
    assert pages.pfn(pages.address(1024)) == 1024
    assert pages.pfn(pages.address(1023)) is None
    assert pages.pfn(pages.address(2000) + 8) is None
    assert not pages.valid(1 << 20)


def test_several_arrays_are_not_supported():
    made = Made(start=1024, pages=1 << 16)
    root = int.from_bytes(made.read(int.from_bytes(made.read(made.symbol('mem_section'), 8), 'little'), 8), 'little')
    made.write(root + 16, BASE + 0x100000 | 0xB)
    with pytest.raises(Unsupported, match='that memory model is not supported'):
        Kernel(made)


def test_no_sections_are_not_supported():
    made = Made()
    del made.symbols['mem_section']
    with pytest.raises(Unsupported, match='that memory model is not supported'):
        Kernel(made)


@pytest.mark.parametrize(
    'info',
    ['NUMBER(SECTION_SIZE_BITS)=27\n', 'LENGTH(mem_section)=2048\nNUMBER(MAX_PHYSMEM_BITS)=46\n', ''],
)
def test_section_size_is_found(info):
    assert Kernel(Made(info=info, pages=1 << 16)).pages.sections.shift == 15


# The zone's first pageblocks are the third and fourth of their section: 5.9 counts from the lower end of a word, 5.8 from the upper.
@pytest.mark.parametrize(('release', 'word'), [('6.1.0', 0x21 << 8), ('5.4.0', 0b0010_0100 << 48)])
def test_block_types_before_and_after_5_9(release, word):
    made = Made(release=release)
    made.write(made.usage, word)
    kernel = Kernel(made)
    assert kernel.block_type(1024) == 'Movable'
    assert kernel.block_type(1535) == 'Movable'
    assert kernel.block_type(1536) == 'Reclaimable'
    assert kernel.block_type(2048) == 'Unmovable'


@pytest.mark.parametrize(
    ('index', 'count', 'place'),
    [
        (2, 3, (0, 2)),
        (4, 12, (1, 1)),
        (12, 13, (9, 1)),
        (12, 14, (9, 0)),
        (13, 14, (9, 1)),
        (14, 15, (9, 2)),
    ],
)
def test_places_of_per_cpu_lists(index, count, place):
    assert pcp_place(index, count, 3) == place


def test_movable_counts_tails_and_drivers_pages():
    made = Made()
    made.set_page(1100, flags=1 << LRU)
    made.set_page(2048, flags=1 << LRU | 1 << HEAD)
    made.set_page(2049, compound_head=made.page(2048) + 1)
    made.write(made.page(2049) + 17, 2, 1)
    made.set_page(3000, mapping=0xFFFF888000001002)
    made.set_page(3001, mapping=0xFFFF888000001001)
    assert Kernel(made).movable_runs() == [(1100, 1101), (2048, 2052), (3000, 3001)]


def test_slabs_and_tails_only_look_movable():
    made = Made()
    made.set_page(1600, flags=1 << 9, mapping=0xFFFF888000001002)
    made.set_page(2048, flags=1 << HEAD)
    made.set_page(2049, compound_head=made.page(2048) + 1, mapping=0xFFFF888000001002, flags=1 << LRU)
    assert Kernel(made).movable_runs() == []


def test_page_in_words():
    made = Made()
    made.free(3, 'Movable', [2048])
    made.free_on_cpu(4, [1500], order=1)
    made.set_page(1600, flags=1 << 9)
    kernel = Kernel(made)
    assert kernel.page(2050).state == 'free, in a block of order 3'
    assert kernel.page(2050).head == 2048
    assert kernel.page(1501).state == 'free, on the Movable list of CPU 0, in a block of order 1'
    assert kernel.page(1600).state == 'in use, 1 reference, slab'
    assert kernel.page(1700).state == 'in use, 1 reference'
    assert kernel.page(9000) is None


def test_free_block_of_typed_byte():
    """6.12 has a page's type in the upper byte."""
    made = Made(release='6.12.1', info='NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-251658241\n')
    made.enums['enum pagetype'] = {'PGTY_buddy': 0xF0, 'PGTY_slab': 0xF5}
    made.free(3, 'Movable', [2048], mark=0xF0000000)
    made.set_page(1600, page_type=0xF5000000)
    kernel = Kernel(made)
    assert kernel.page(2050).state == 'free, in a block of order 3'
    assert kernel.page(1600).state == 'in use, 1 reference, slab'


@pytest.mark.parametrize(
    ('arguments', 'words'),
    [
        ({'release': '4.19.0'}, 'kernels from 5.4 to 6.12 can be read'),
        ({'release': '6.17.0'}, 'kernels from 5.4 to 6.12 can be read'),
        ({'release': 'x'}, 'these symbols do not fit what is in memory'),
        ({'machine': 'riscv64'}, 'those for x86_64 and aarch64 can be read'),
        ({'info': 'PAGESIZE=65536\n'}, 'this kernel has pages of 64 KiB'),
    ],
)
def test_kernels_that_cannot_be_read(arguments, words):
    with pytest.raises(Unsupported, match=words):
        Kernel(Made(**arguments))


def test_kernel_without_zones():
    made = Made()
    made.set(made.zone, made.types['struct zone'], present_pages=0)
    with pytest.raises(Unsupported, match='no zone of this kernel has memory yet'):
        Kernel(made)


def test_vmcoreinfo():
    assert pk_pages.parse_vmcoreinfo('A=1\nnothing\nNUMBER(B)=-2\n') == {'A': '1', 'NUMBER(B)': '-2'}


def test_runs():
    runs = pk_ranges.joined_runs([(5, 7), (1, 3), (3, 4), (6, 9)])
    assert runs == [(1, 4), (5, 9)]
    assert pk_ranges.within(runs, 2, 6) == [(2, 4), (5, 6)]
    assert pk_ranges.within(runs, 4, 5) == []
    assert pk_ranges.minus(runs, [(2, 3), (5, 6), (8, 9)]) == [(1, 2), (3, 4), (6, 8)]

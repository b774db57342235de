# SPDX-License-Identifier: GPL-2.0-only
"""A kernel's state as a snapshot, as Pageflow takes it, and as /proc says it."""

import os
import pathlib
import re
import stat

import pk_proc
import pk_snapshot
import pytest
from made import LONG, LRU, ROW, Made, array
from pk_memory import Changed, Unsupported
from pk_state import Kernel

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def made():
    """A few blocks on lists, one of them on the CPU's own list of order 1."""
    made = Made()
    made.free(3, 'Movable', [2048, 1032, 2064])
    made.free(10, 'Unmovable', [3072])
    made.free_on_cpu(1, [1500, 1400])
    made.free_on_cpu(4, [1502], order=1)
    made.set_page(1601, flags=1 << LRU)
    made.write(made.usage, 0x11111111 << 8)  # Movable, all of them
    return made


def lines_of(text, beginning):
    return [line for line in text.splitlines() if line.startswith(beginning)]


def test_snapshot_has_every_list_in_order(made):
    text = pk_snapshot.snapshot(Kernel(made), ['said by the caller'])
    assert text.startswith('pageflow snapshot v1\n# Linux 6.1.0-1-made, x86_64\n# said by the caller\n')
    assert lines_of(text, ' free') == [' free 3 Movable 2048 1032 2064', ' free 10 Unmovable 3072']
    assert ' pcplist 0 Movable 1500/Unmovable 1400/Unmovable' in text
    assert lines_of(text, ' pageblocks') == [' pageblocks Movable*8']
    assert lines_of(text, ' movable') == [' movable 1601+1']
    assert lines_of(text, ' vmstat') == [' vmstat nr_free_pages 1048 nr_free_cma 0 drift_mark 0']


def test_block_of_a_cpu_is_in_use_and_said(made):
    text = pk_snapshot.snapshot(Kernel(made))
    assert lines_of(text, ' pcp 0') == [' pcp 0 count 2 high 10 batch 3 stat_threshold 0 diff_free 0 diff_cma 0']
    assert (
        '# node 0, zone Normal: CPU 0 keeps 1 block of order 1, Movable, on a list of its own, which 5.8.18 does not have; '
        'saved as in use: 0x5de\n' in text
    )


def test_counter_of_a_kernel_stopped_in_the_middle(made):
    made.add_free(0, 'Movable', 5)
    text = pk_snapshot.snapshot(Kernel(made))
    assert ' vmstat nr_free_pages 1048 ' in text
    assert (
        '# node 0, zone Normal: the kernel counts 5 pages more than are on its free lists; saved is what is on them\n'
        in text
    )


def test_pageflow_takes_it(made, tmp_path, pageflow):
    path = tmp_path / 'kernel.snapshot'
    pk_snapshot.save(path, pk_snapshot.snapshot(Kernel(made)))
    answer = pageflow('explain', 'GFP_KERNEL', '3', '--machine', str(path))
    assert 'zone Normal' in answer.stdout.splitlines()[-1]
    (tmp_path / 'commands').write_text(f'load {path}\nbuddyinfo\n')
    listed = pageflow('shell', tmp_path / 'commands')
    assert pk_proc.buddyinfo(Kernel(made)) in listed.stdout


@pytest.mark.parametrize(('allowed', 'mask'), [(0xFFFFFF, 0x7FFFFF), (0xFFFF3F, 0x7FFF3F), (0xFFFFFE, 0x7FFFFE)])
def test_allowed_mask_is_all_but_what_is_taken_away(made, allowed, mask):
    rows = [(0x1, 'GFP_DMA'), (0x40, '__GFP_IO'), (0x80, '__GFP_FS'), (0x800000, '__GFP_ZEROTAGS')]
    table = b''.join(bit.to_bytes(8, 'little') + made.text(name).to_bytes(8, 'little') for bit, name in rows)
    made.make('gfpflag_names', array(ROW, len(rows) + 1), table + bytes(ROW.size))
    made.make('gfp_allowed_mask', LONG, allowed.to_bytes(8, 'little'))
    assert lines_of(pk_snapshot.snapshot(Kernel(made)), 'machine') == [
        f'machine gfp_allowed_mask {mask} vm_swappiness 60'
    ]


@pytest.mark.parametrize(('pages', 'swap'), [(0, ''), (25, '25 pages of swap, ')])
def test_what_is_not_read_is_named(made, pages, swap):
    made.make('total_swap_pages', LONG, pages.to_bytes(8, 'little'))
    assert lines_of(pk_snapshot.snapshot(Kernel(made)), '# left out') == [
        f"# left out: {swap}where compaction's scanners are, and the tasks (cpusets, policies, scopes of who asks)"
    ]


def test_memory_not_accepted_yet(made):
    made.enums['enum zone_stat_item']['NR_UNACCEPTED'] = 1
    made.write(made.zone + made.types['struct zone'].members['vm_stat'].offset, 1048 + 1024)
    made.write(made.zone + made.types['struct zone'].members['vm_stat'].offset + 8, 1024)
    text = pk_snapshot.snapshot(Kernel(made))
    assert '# node 0, zone Normal: 1024 pages have not been accepted from the host yet' in text
    assert 'the kernel counts' not in text


def test_page_on_two_lists(made):
    made.free(0, 'Movable', [2049])
    with pytest.raises(
        Changed, match='one of the free lists changed while it was read .a page is on two of them.: stop'
    ):
        pk_snapshot.snapshot(Kernel(made))


def test_free_page_outside_of_memory(made):
    ram = int.from_bytes(made.read(made.symbol('iomem_resource') + 32, 8), 'little')
    made.write(ram, 1100 << 12)
    with pytest.raises(Unsupported, match='page 0x408 is on a free list, and in no System RAM'):
        pk_snapshot.snapshot(Kernel(made))


def test_orders_that_do_not_fit(made):
    made.symbols.pop('hstates')
    with pytest.raises(Unsupported, match='this kernel has 11 orders and pageblocks of order 10, Pageflow 11 and 9'):
        pk_snapshot.snapshot(Kernel(made))


def test_file_appears_whole(tmp_path):
    path = tmp_path / 'kernel.snapshot'
    pk_snapshot.save(path, 'one\n')
    pk_snapshot.save(path, 'two\n')
    assert path.read_text() == 'two\n'
    assert [one.name for one in tmp_path.iterdir()] == ['kernel.snapshot']
    pk_snapshot.save('/dev/null', 'nobody reads this')
    assert stat.S_ISCHR(os.stat('/dev/null').st_mode)
    with pytest.raises(OSError, match='No such file or directory'):
        pk_snapshot.save(tmp_path / 'nowhere' / 'kernel.snapshot', '')


@pytest.mark.parametrize(('enum', 'names'), [('zone_stat_item', 'ZONE_COUNTERS'), ('node_stat_item', 'NODE_COUNTERS')])
def test_counters_are_those_of_the_header(enum, names):
    header = (ROOT / 'include/mmzone.h').read_text(encoding='utf-8')
    body = re.search(rf'enum {enum} {{(.*?)}};', header, re.DOTALL)[1]
    named = re.findall(r'^\t(\w+)', body, re.MULTILINE)
    ours = [name for name in named if not name.startswith('NR_VM_') and not name.endswith('_BASE')]
    assert getattr(pk_snapshot, names) == ours


def test_pagetypeinfo(made):
    text = pk_proc.pagetypeinfo(Kernel(made)).splitlines()
    assert text[:2] == ['Page block order: 9', 'Pages per block:  512']
    assert text[5] == 'Node    0, zone   Normal, type      Movable ' + ''.join(
        f'{count:6} ' for count in (0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0)
    )
    assert text[-1] == 'Node 0, zone   Normal            0            8            0            0            0 '


@pytest.mark.parametrize(
    ('release', 'more'), [('5.14.0', []), ('6.1.0', ['boost', 'cma']), ('6.12.0', ['boost', 'promo', 'cma'])]
)
def test_zoneinfo_has_the_lines_of_its_version(release, more):
    text = pk_proc.zoneinfo(Kernel(Made(release=release)))
    words = re.findall(r'^        (\w+) +\d', text, re.MULTILINE)
    assert [word for word in words if word in pk_proc.LINES] == more
    assert '      nr_free_pages 0\n' in text
    assert text.endswith('  node_unreclaimable:  0\n  start_pfn:           1024\n')


def test_zoneinfo_of_a_version_between_asks_the_kernel():
    made = Made(release='5.15.0')
    start = made.allocate(b'\n  pages free     %lu\n        boost    %lu\n'.ljust(4096, b'\0'))
    made.symbols.update(__start_rodata=start, __end_rodata=start + 4096)
    text = pk_proc.zoneinfo(Kernel(made))
    assert '        boost    0\n        min      10\n' in text
    assert 'promo' not in text and 'cma' not in text

# SPDX-License-Identifier: GPL-2.0-only
"""Values are shown as what they mean, and stay what they are."""

import re
import subprocess

from gdb_session import ROOT, program


def test_arguments_by_name_in_every_frame(gdb):
    said = gdb('break rmqueue; continue; bt', configuration='numa')
    frame = next(line for line in said.splitlines() if line.startswith('#0'))
    assert 'preferred_zone=Normal@0, zone=Normal@0, order=0, gfp_flags=GFP_KERNEL' in frame
    assert 'alloc_flags=ALLOC_WMARK_LOW|ALLOC_NOFRAGMENT|ALLOC_KSWAPD, migratetype=MIGRATE_UNMOVABLE' in frame
    assert not re.search(r'^#\d+ +0x', said, re.MULTILINE), 'a backtrace shows no addresses'


def test_locals_and_members_by_name(gdb):
    said = gdb('break rmqueue; continue; info args; up; print *ac')
    assert '\nalloc_flags = ALLOC_WMARK_LOW|ALLOC_NOFRAGMENT|ALLOC_KSWAPD\n' in said
    assert '\nmigratetype = MIGRATE_UNMOVABLE\n' in said
    assert '  zonelist = Normal, DMA32, DMA,\n  nodemask = all nodes,\n  preferred = Normal,\n' in said
    assert '  migratetype = MIGRATE_UNMOVABLE,\n  highest_zoneidx = ZONE_NORMAL,\n' in said


def test_members_of_the_slow_path_by_name(gdb):
    said = gdb('break slow_start; continue; finish; up; print rq', scenario='atomic')
    assert '  gfp_mask = GFP_ATOMIC,\n' in said
    assert '  alloc_flags = ALLOC_WMARK_MIN|ALLOC_HARDER|ALLOC_HIGH|ALLOC_KSWAPD,\n' in said


def test_values_stay_numbers(answers):
    said = answers(['print/r gfp_mask', 'print gfp_mask == GFP_KERNEL', 'print/x gfp_mask', 'print/d GFP_KERNEL | 0'])
    assert [one.split(' = ')[1] for one in said] == ['3264', '1', '0xcc0', '3264']


def test_structures(answers):
    zone, area, pageset, page, lists, mask = answers(
        [
            'print *$zone("Normal")',
            'print $zone("Normal")->free_area[10]',
            'print $zone("Normal")->pageset[0]',
            'print *$page(0x100000)',
            'print world->node_data[0]->node_zonelists[0]',
            'print world->node_online_map',
        ],
        configuration='numa',
    )
    assert 'Normal@0: 16384 pages free = {' in zone and 'watermarks = min ' in zone
    assert '16 free blocks = {\n  Unmovable = 1 (0x103c00),\n  Movable = 15 (0x103800' in area
    assert '0 pages, high 18, batch 3 = {' in pageset and 'vm_stat_diff = all 0' in pageset
    assert 'pfn 0x100000: free, in a block of order 10 = {' in page and 'pageblock = Movable' in page
    assert lists.endswith('= Normal@0, DMA32@0, DMA@0, Normal@1')
    assert mask.endswith('= 0-1')


def test_variables_without_a_value_yet_are_shown_raw(gdb):
    said = gdb('break __alloc_pages_nodemask; continue; info locals; print ac')
    assert 'Traceback' not in said and 'Python' not in said


def test_enums_and_macros(answers):
    said = answers(
        [
            'print (enum migratetype)3',
            'print (enum zone_type)2',
            'macro expand likely(page)',
            'print GFP_ATOMIC == (__GFP_HIGH|__GFP_ATOMIC|__GFP_KSWAPD_RECLAIM)',
        ]
    )
    assert said[0].endswith('MIGRATE_HIGHATOMIC') and said[1].endswith('ZONE_NORMAL')
    assert said[2] == 'expands to: __builtin_expect(!!(page), 1)' and said[3].endswith('= 1')


def test_step_stays_on_the_path(gdb):
    said = gdb('; '.join(['step'] * 40))
    places = re.findall(r' at (\S+\.[ch]):\d+$', said, re.MULTILINE)
    assert len(places) > 6
    assert all(place.startswith('src/stages/') for place in places)


def test_gfp_names_agree_with_the_program(gdb):
    """What Python joins and what C prints are the same words."""
    masks = ['0xcc0', '0x400dc0', '0xa20', '0x1', '0x100cca', '0x803', '0x7fffff', '0x4000c2']
    parts = []
    for mask in masks:
        parts += [f'call gfp_format({mask}, event_log, 400)', 'print (char *)event_log', f'print (gfp_t){mask}']
    said = [line for line in gdb('; '.join(parts)).splitlines() if line.startswith('$')]
    assert len(said) == 3 * len(masks)
    for written, named in zip(said[1::3], said[2::3]):
        assert written.split('"')[1] == named.split(' = ')[1]


def test_gfp_names_need_no_running_program():
    words = ['gdb', '-nx', '-batch', '-ex', 'source src/gdb/pageflow.py', '-ex', 'pf-gfp 0xdc0']
    said = subprocess.run([*words, program('uma')], cwd=ROOT, capture_output=True, text=True).stdout
    assert said.startswith('0xdc0 = GFP_KERNEL|__GFP_ZERO\n')

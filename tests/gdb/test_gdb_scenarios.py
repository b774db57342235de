# SPDX-License-Identifier: GPL-2.0-only
"""Scenarios: three of the program's own, and files that the shell understands too."""

import subprocess

import pytest
from gdb_session import ROOT, program

FILES = {'orders': 'uma', 'policy': 'numa', 'charge': 'uma'}


@pytest.mark.parametrize('name', FILES)
def test_a_scenario_file_is_for_the_shell_too(pageflow, name):
    by_shell = pageflow('shell', f'docs/scenarios/{name}.pf')
    assert by_shell.returncode == 0 and by_shell.stderr == ''
    by_driver = subprocess.run([program(FILES[name]), name], cwd=ROOT, capture_output=True, text=True, check=True)
    assert by_driver.stdout == by_shell.stdout


@pytest.mark.parametrize('name', FILES)
def test_tour_of_a_scenario_file_to_its_end(gdb, name):
    said = gdb('tour; ' + 'tour next; ' * 100, scenario=name, configuration=FILES[name])
    assert 'The scenario is over and the program has ended.' in said
    assert '\nalloc_pages returned pfn 0x43c00 of zone DMA' in said
    assert 'Traceback' not in said


def test_a_scenario_file_stops_once_a_request_and_keeps_events(gdb):
    said = gdb('pf-path; tour out; pf-events; continue; pf-path; bt 1', scenario='orders')
    assert said.startswith('=>  02  alloc_pages  policy picks the node\n')
    assert 'mm_page_alloc: pfn=277504 order=0 gfp_flags=GFP_KERNEL' in said
    assert '#0  alloc_pages (gfp_mask=GFP_KERNEL|__GFP_ZERO, order=3)' in said


def test_tour_of_a_charge(gdb):
    said = gdb('pf-break 19; continue; tour; tour out', scenario='charge')
    assert '-- 19 __memcg_kmem_charge_page -' in said and 'who pays for it' in said
    assert '__memcg_kmem_charge_page returned 0\n' in said


def test_scenario_that_is_not_there(gdb):
    said = gdb('pf-path', scenario='nosuch')
    assert "there is no scenario 'nosuch'; there are fast fragment atomic slow, those of docs/scenarios" in said
    assert 'The program ended before its first request' in said


def test_several_nodes_need_the_other_program(gdb):
    assert 'a scenario with several nodes needs NUMA=1' in gdb('pf-path', scenario='policy')

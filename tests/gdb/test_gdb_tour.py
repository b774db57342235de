# SPDX-License-Identifier: GPL-2.0-only
"""The guided tour, from the first request to the end of the scenario."""

import json
import re

import pytest

FAST = ['07', '08', '09', '10', '11', '12']


def doors(said):
    return re.findall(r'^-- (\d\d) \w+ -+ (?:The |At )', said, re.MULTILINE)


def test_tour_of_a_request_on_one_node(gdb):
    said = gdb('tour; ' + 'tour next; ' * 12)
    assert doors(said) == ['01', '02', '03', '04', '05', '06', *FAST]
    assert '\nalloc_page returned pfn 0x103c00 of zone Normal: in use, 1 reference\n' in said
    assert max(map(len, said.splitlines())) <= 80


def test_tour_of_a_request_on_two_nodes(gdb):
    said = gdb('tour; ' + 'tour next; ' * 9, configuration='numa')
    assert doors(said) == ['01', '02', '06', *FAST]
    assert 'alloc_page returned pfn 0x103c00 of zone Normal@0' in said


def test_a_banner_has_question_arguments_code_and_the_way_on(gdb, root):
    chain = json.loads((root / 'docs/_ext/pageflow_book/chain.json').read_text(encoding='utf-8'))
    stage = next(one for one in chain['stages'] if one['stem'].startswith('03'))
    said = gdb('tour next; tour next').split('-- 03 ')[1]
    assert f'\n{stage["short"]}\n{stage["question"]}\n' in said
    assert '\n  nid       node 0\n  gfp_mask  GFP_KERNEL (0xcc0)\n  order     0: 1 page, 4 KiB\n' in said
    assert re.search(r'^=> +\d+  +if \(nid == NUMA_NO_NODE\)$', said, re.MULTILINE)
    assert '\nonwards  04 __alloc_pages_node\n' in said


def test_every_banner_fits_a_small_terminal(gdb):
    said = gdb('tour; ' + 'tour next; ' * 40, scenario='fast')
    for one in said.split('\n-- ')[1:]:
        assert len(one.splitlines()) <= 24, one


@pytest.mark.parametrize('configuration', ['uma', 'numa'])
@pytest.mark.parametrize('scenario', ['fast', 'fragment', 'atomic', 'slow'])
def test_tour_to_the_end(gdb, scenario, configuration):
    said = gdb('tour; ' + 'tour next; ' * 120, scenario=scenario, configuration=configuration)
    assert 'The scenario is over and the program has ended. `tour` begins it again.\n' in said
    assert 'Traceback' not in said and 'rror' not in said.split('The scenario is over')[0]
    assert ('20' in doors(said)) == (scenario != 'slow')
    assert ('13' in doors(said)) == (scenario in ('atomic', 'slow'))


def test_tour_of_the_slow_path_visits_every_stage_of_it(gdb):
    said = gdb('tour; ' + 'tour next; ' * 40, scenario='slow')
    assert {'13', '14', '15', '16', '17', '18'} <= set(doors(said))
    assert '\nalloc_page returned NULL: no page\n' in said


def test_tour_begins_again_after_the_end(gdb):
    said = gdb('continue; continue; delete; continue; tour; pf-path')
    assert said.splitlines()[-1].split()[:3] == ['=>', '01', 'alloc_page']


def test_tour_into_goes_through_the_steps(gdb):
    said = gdb('pf-break 6; continue; tour; ' + 'tour into; ' * 9)
    steps = re.findall(r'step (\d) of __alloc_pages_nodemask', said)
    assert steps == ['1', '2', '3', '4', '5', '8', '9']
    assert '\nthe first attempt, above the low watermark\n' in said
    assert '__alloc_pages_nodemask returned pfn 0x103c00 of zone Normal' in said


def test_tour_out_says_what_the_stage_returned(gdb):
    said = gdb('pf-break 9; continue; tour; tour out')
    assert '\nzone_watermark_fast returned true\n' in said
    said = gdb('pf-break 11; continue; tour; tour out', scenario='fragment')
    assert '\n__rmqueue returned NULL: no page\n' in said


def test_tour_why_shows_conditions_and_values(gdb):
    said = gdb('pf-break 13; continue; tour why', scenario='atomic')
    assert '__alloc_pages_nodemask came to line' in said
    assert '  false: order_too_large(gfp_mask, order)\n            gfp_mask = GFP_ATOMIC, order = 0\n' in said
    assert '  false: likely(page)\n            page = 0x0\n' in said
    rows = [line.split() for line in said.splitlines() if line.split()[0:1] in (['Normal'], ['DMA32'], ['DMA'])]
    assert [row[0] for row in rows] == ['Normal', 'DMA32', 'DMA'] and all(row[-1] == 'no' for row in rows)


def test_tour_why_in_the_walk_that_succeeds(gdb):
    said = gdb('pf-break rmqueue if $stage(13); continue; tour why', scenario='atomic')
    row = next(line.split() for line in said.splitlines() if line.startswith('  Normal '))
    free, unusable, mark, lowered, reserve, enough = row[1:]
    assert enough == 'yes' and int(free) <= int(mark) and int(free) - int(unusable) > int(lowered) + int(reserve)


def test_tour_why_where_nothing_was_decided(gdb):
    assert gdb('tour why').startswith('Nothing was decided on the way here')


def test_tour_map_says_where_you_are(gdb):
    said = gdb('tour; tour next; tour next; tour next; tour map').splitlines()[-21:]
    assert [line[19] for line in said[:6]] == ['|', '|', '|', '>', ' ', ' ']
    assert said[20] == 'you are here: 01 > 02 > 03 > 04, in __alloc_pages_node'
    assert len([line for line in said[:20] if re.match(r'.{21}\d\d ', line)]) == 20


def test_the_readers_own_breakpoint_stops_the_tour(gdb):
    said = gdb('break finalise_ac; tour; ' + 'tour next; ' * 7)
    assert '\n(stopped by your breakpoint 2)\n-- 07 prepare_alloc_pages ' in said


def test_tour_bad_input(answers):
    said = answers(['tour nix', 'tour next 3', 'tour why me', 'tour map x', 'tour out 1', 'tour into 1'])
    assert said[0] == "there is no 'tour nix': there are next, into, out, why and map"
    assert said[1] == "'tour next' takes no argument, not '3'"
    assert all('takes no argument' in one for one in said[2:])


def test_tour_between_two_requests(answers):
    said = answers(['tour out', 'tour out', 'tour into', 'tour why', 'tour map'])
    assert said[1] == "'tour out' needs a stage to be in: `tour` goes on to the next request"
    assert said[2].startswith("'tour into' needs a stage") and 'between two requests' in said[3]
    assert '>' not in said[4]

# SPDX-License-Identifier: GPL-2.0-only
"""The guided tour, from the first request to the end of the scenario."""

import json
import re

import pytest

FAST = ['07', '08', '09', '10', '11', '12']


def doors(said):
    return re.findall(r'^-- (\d\d) \w+(?:, called from [^-]+)? -+ (?:The |At )', said, re.MULTILINE)


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


def walks(said):
    """(stage, caller, mark, part of the book) of the stops whose first line says who called."""
    return re.findall(r'^-- (\d\d) \w+, called from (\d\d)(?:, mark (\w+))? -+ ([\w ]+) --$', said, re.MULTILINE)


def test_walks_say_who_called_and_with_which_mark(gdb):
    said = gdb('tour; ' + 'tour next; ' * 30, scenario='slow')
    assert walks(said) == [
        ('08', '06', 'low', 'The first attempt'),
        ('09', '14', 'high', 'The slow path'),
        ('08', '13', 'min', 'The slow path'),
        ('08', '13', 'min', 'The slow path'),
        ('08', '18', 'high', 'The slow path'),
        ('08', '06', 'low', 'The first attempt'),
    ]
    assert '\n  mark             147 (min)\n' in said and '\n  mark             219 (high)\n' in said
    said = gdb('tour to 08; tour to 08; tour to 10; tour to 08', scenario='atomic')
    assert walks(said)[:2] == [('08', '06', 'low', 'The first attempt'), ('08', '13', 'min', 'The slow path')]
    assert re.search(r'^-- 10 rmqueue -+ The slow path --$', said, re.MULTILINE)


def test_a_walk_without_watermarks_says_so(gdb):
    """When nothing was left to kill, a request that must not fail may take the last page."""
    said = gdb(
        'pf-break 8 if $alloc(alloc_flags, "ALLOC_NO_WATERMARKS"); delete 1 2; continue; tour', scenario='nofail'
    )
    assert re.search(
        r'^-- 08 get_page_from_freelist, called from 13, mark none -+ The slow path --$', said, re.MULTILINE
    )


def test_every_stop_names_the_chapter(gdb, root):
    said = gdb('tour; tour next; tour into; tour out; tour to 11; tour to expand; tour into')
    stops = said.split('\n-- ')[1:]
    for one in stops:
        page = re.search(r'^chapter  build/site/docs/stages/(\d\d-\w+)\.html$', one, re.MULTILINE)
        assert page and page[1].startswith(one[:2]), one
        assert (root / 'docs' / 'stages' / f'{page[1]}.rst').exists()


def test_tour_to_a_stage(gdb):
    said = gdb('tour to 11')
    assert doors(said) == ['11'] and re.search(r'^-- 11 __rmqueue -+ The first attempt --$', said, re.MULTILINE)
    assert gdb('tour to __rmqueue') == gdb('tour to 11-__rmqueue') == said
    assert doors(gdb('tour to 4; tour to 06; tour to 09; tour to 12')) == ['04', '06', '09', '12']
    assert doors(gdb('kill; tour to 01; tour to 03')) == ['01', '03']
    assert doors(gdb('kill; tour to 07')) == ['07']


def test_tour_to_stops_each_time(gdb):
    said = gdb('tour to 9; tour to 9; tour to 9; tour to 13', scenario='slow')
    assert re.findall(r'^  zone +(\w+)$', said, re.MULTILINE) == ['Normal', 'DMA32', 'DMA']
    assert doors(said) == ['09', '09', '09', '13'] and 'passed again' not in said


def test_tour_to_one_door_and_to_a_function_inside(gdb):
    said = gdb('tour to zone_watermark_ok_safe; tour to may_oom_kill; tour to should_reclaim_retry', scenario='slow')
    assert re.search(r'^-- 09 zone_watermark_ok_safe, called from 14, mark high -', said, re.MULTILINE)
    said = gdb('tour to expand; bt 1')
    assert re.search(r'^-- 11 __rmqueue -+ in expand --$', said, re.MULTILINE) and '\n#0  expand (' in said


def test_tour_to_goes_past_the_end_of_a_request(gdb):
    said = gdb('tour to 11; tour to 01; tour map')
    assert doors(said) == ['11', '01']
    marks = {line[21:23]: line[19] for line in said.splitlines() if re.match(r'.{21}\d\d \w', line)}
    assert marks['01'] == '>' and marks['11'] == ' ', 'the map is of this request'


def test_tour_to_stops_at_the_readers_breakpoint(gdb):
    said = gdb('break finalise_ac; tour to 12')
    assert '(stopped by your breakpoint 2)\n-- 07 prepare_alloc_pages ' in said and doors(said) == []


@pytest.mark.parametrize('configuration', ['uma', 'numa'])
def test_tour_to_a_stage_that_never_comes(gdb, configuration):
    said = gdb('tour to 13; tour; pf-path', configuration=configuration)
    words = ' '.join(said.split())
    assert 'From there to its end this run did not come to 13 __alloc_pages_slowpath. The program has ended;' in words
    assert '`tour` begins it again. The scenario slow has it: make gdb S=slow.' in words
    assert said.splitlines()[-1].startswith('=>  01  alloc_page')
    assert max(map(len, said.splitlines())) <= 80


def test_the_scenarios_that_are_named_have_the_stage(gdb):
    for scenario, stages in (('slow', '13 14 15 16 17 18'), ('fast', '20'), ('charge', '19')):
        for stage in stages.split():
            assert doors(gdb(f'tour to {stage}', scenario=scenario)) == [stage]
    said = gdb('tour to 04', configuration='numa')
    assert 'Without NUMA=1 requests come by it.' in ' '.join(said.split())


def test_tour_to_bad_input(answers):
    bad = [
        ('', "'tour to' takes one stage, such as `tour to 11`, not 'nothing'"),
        ('11 12', "'tour to' takes one stage, such as `tour to 11`, not '11 12'"),
        ('0', "there is no stage '0': give a number from 01 to 20, or a function; `tour map` lists the stages"),
        ('21', "there is no stage '21': give a number from 01 to 20, or a function; `tour map` lists the stages"),
        ('main', "there is no stage 'main': give a number from 01 to 20, or a function; `tour map` lists the stages"),
        ('rmqeue', "there is no stage 'rmqeue': did you mean rmqueue, stage 10?"),
        ('-1', "there is no stage '-1': give a number from 01 to 20, or a function; `tour map` lists the stages"),
        ('"', "there is no stage '\"': give a number from 01 to 20, or a function; `tour map` lists the stages"),
        ('9' * 500, f"there is no stage '{'9' * 57}...': give a number from 01 to 20, or a function; `tour map` lists the stages"),
    ]  # fmt: skip
    said = answers([f'tour to {words}' for words, _problem in bad])
    assert said == [problem for _words, problem in bad]


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


def test_tour_why_has_only_what_this_build_has(gdb):
    """Without CONFIG_NUMA nobody asks whether the node exists, and none of its lines is shown."""
    conditions = {}
    for configuration in ('uma', 'numa'):
        said = gdb('pf-break 13; continue; tour why', scenario='slow', configuration=configuration)
        conditions[configuration] = re.findall(r'^  (?:true|false|loop): +(.*)$', said, re.MULTILINE)
    assert 'node_refused(preferred_nid)' in conditions['numa']
    assert 'node_refused(preferred_nid)' not in conditions['uma']
    assert [one for one in conditions['numa'] if one != 'node_refused(preferred_nid)'] == conditions['uma']


def test_a_file_as_a_build_has_it():
    import pf_source

    text = 'a\n#ifdef X\nb\n#ifndef Y\nc\n#else\nd\n#endif\n#else\ne\n#endif\n#if Z\nf\n#elif X\ng\n#endif\nh'
    kept = {one: pf_source.of_build(text, {'X': one}) for one in (True, False)}
    assert [line for line in kept[True].split('\n') if line.isalpha()] == list('abcdfgh')
    assert [line for line in kept[False].split('\n') if line.isalpha()] == list('aefgh')
    assert all(one.count('\n') == text.count('\n') for one in kept.values())
    assert pf_source.of_build('#else\na\n#endif', {}) == '#else\na\n#endif'


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
    assert said[0] == "there is no 'tour nix': there are next, into, out, to, why and map; `help tour` explains them"
    assert said[1] == "'tour next' takes no argument, not '3'"
    assert all('takes no argument' in one for one in said[2:])
    back, number, door = answers(['tour back', 'tour 11', 'tour __rmqueue'])
    assert (
        back
        == "there is no 'tour back': it goes one way; `record` and then reverse-finish go back, `kill` and `tour` begin again"
    )
    assert number == "there is no 'tour 11': did you mean `tour to 11`?" and door.endswith('did you mean `tour to 11`?')


def test_tour_between_two_requests(answers):
    said = answers(['tour out', 'tour out', 'tour into', 'tour why', 'tour map'])
    assert said[1] == "'tour out' needs a stage to be in: `tour` goes on to the next request"
    assert said[2].startswith("'tour into' needs a stage") and 'between two requests' in said[3]
    assert '>' not in said[4]

# SPDX-License-Identifier: GPL-2.0-only
"""The tour down the path of a real kernel: doors under the names of its version, one request from its beginning to its end."""

import re

import pytest

ASKED = (
    'tour', 'pf-path', 'tour map', 'tour into', 'tour to 08', 'tour why', 'tour to 10', 'bt 2', 'tour to 12', 'pf-diff', 'tour out',
    'tour next', 'pf-events', 'pf-break 10', 'pf-break 05', 'tour to nowhere', 'pf-events maybe',
)  # fmt: skip


@pytest.fixture(scope='module')
def said(answers):
    """{command: what it says}, one after the other in one session."""
    return answers(ASKED)


def test_session_begins_at_the_request_itself(said):
    assert re.match(r'-- 06 __alloc_pages\w* -+', said['tour'])
    assert re.search(r'^  order +\d+: \d+ pages?, \d+ KiB$', said['tour'], re.MULTILINE)
    assert re.search(r'of Linux \d+\.\d+', said['tour'])
    assert '06' in said['pf-path']


def test_map_marks_what_is_inlined_and_what_is_gone(said):
    stages = re.findall(r'^.{18}([ ~-])([ >|*]) (\d\d) ', said['tour map'], re.MULTILINE)
    assert [number for _kind, _mark, number in stages] == [f'{number:02}' for number in range(1, 21)]
    assert [number for _kind, mark, number in stages if mark == '>'] == ['06']


def test_request_is_followed_to_its_page(said):
    assert said['tour to 08'].splitlines()[0].startswith(('-- 08 get_page_from_freelist', '(on the way'))
    assert re.search(r'^-- 10 rmqueue', said['tour to 10'], re.MULTILINE)
    zone = re.search(r'^  zone +(\S+)$', said['tour to 10'], re.MULTILINE)
    assert zone and zone[1] in ('DMA', 'DMA32', 'Normal', 'Movable')
    assert 'rmqueue' in said['bt 2']
    assert re.search(r'^-- 12 prep_new_page', said['tour to 12'], re.MULTILINE)
    assert re.search(r'^    - 0x', said['pf-diff'], re.MULTILINE), said['pf-diff']
    assert re.search(r' -+ returned --$', said['tour out'], re.MULTILINE)
    assert re.search(r'^\w+ returned \S', said['tour next'], re.MULTILINE), said['tour next']


def test_events_are_those_of_the_request(said):
    assert 'mm_page_alloc: pfn=0x' in said['pf-events'] or 'switched on' in said['pf-events']


def test_what_a_kernel_does_not_have_is_said(said):
    assert said['tour into'].startswith("'tour into' goes by the numbered steps")
    assert said['tour why'].startswith("the conditions of 'tour why' are read from Pageflow's own code")
    assert "there is no stage 'nowhere'" in said['tour to nowhere']
    assert "pf-events takes 'on' or 'off', not 'maybe'" in said['pf-events maybe']
    assert 'breakpoint' in said['pf-break 10'] and 'rmqueue' in said['pf-break 10']


def test_lines_fit_into_a_terminal(said):
    for command, text in said.items():
        if command != 'bt 2' and '\n' in text:  # gdb's own words; an error, which is one line in a file
            assert all(len(line) <= 80 for line in text.splitlines()), command

# SPDX-License-Identifier: GPL-2.0-only
"""The pf- commands on a kernel that was booted for it: what they show fits together, and opens in Pageflow."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
ASKED = (
    'pf-buddyinfo', 'pf-freelist', 'pf-lists -o 0', 'pf-watermark', 'pf-zone', 'pf-pcp', 'pf-gfp GFP_KERNEL|ZERO', 'pf-page 0x1000',
    'print *$page(0x1000)', 'print $free("DMA32")', 'pf-lru', 'pf-scanners', 'pf-zone Nowhere', 'pf-freelist -o 99', 'pf-page nosuch',
    'pf-gfp GFP_NOSUCH', 'print $gfp(0xcc0, "GFP_KERNEL")', 'print $pfn($page(0x1000))', 'pf-save SNAPSHOT', 'complete pf-zone DMA3',
)  # fmt: skip


@pytest.fixture(scope='module')
def said(answers, tmp_path_factory):
    """{command: what it says}, all of the same stopped kernel; the snapshot is in said['file']."""
    path = tmp_path_factory.mktemp('snapshot') / 'kernel.snapshot'
    found = answers([one.replace('SNAPSHOT', str(path)) for one in ASKED])
    return {**dict(zip(ASKED, found.values())), 'file': path}


def test_buddyinfo_counts_what_is_on_the_lists(said):
    counted, listed = {}, {}
    for line in said['pf-buddyinfo'].splitlines():
        _node, zone, counts = re.match(r'Node (\d+), zone +(\w+) +([\d ]+)$', line).groups()
        counted.update({(zone, order): int(count) for order, count in enumerate(counts.split())})
    for zone, order, count in re.findall(r'^(\w+) +order +(\d+)  \w+ +(\d+)  0x', said['pf-freelist'], re.MULTILINE):
        listed[zone, int(order)] = listed.get((zone, int(order)), 0) + int(count)
    assert listed == {key: count for key, count in counted.items() if count}


def test_zone_and_watermark_agree(said):
    for line in said['pf-watermark'].splitlines()[1:]:
        if re.match(r'\w+ +\d', line):
            zone, free, least, low, high = line.split()[:5]
            shown = said['pf-zone'].split(f'zone {zone}, number')[1]
            assert f'free {free}: ' in shown and f'min {least}, low {low}, high {high}' in shown


def test_shares_of_cpus_hold_what_they_count(said):
    for share in said['pf-pcp'].split('zone ')[1:]:
        pages = int(re.match(r'\w+, cpu \d+: (\d+) pages', share)[1])
        lists = re.findall(r'^  order +(\d+)  \w+ +(\d+)  0x', share, re.MULTILINE)
        assert sum(int(count) << int(order) for order, count in lists) == pages


def test_masks_by_the_names_of_the_kernel(said):
    assert said['pf-gfp GFP_KERNEL|ZERO'].startswith('0xdc0 = GFP_KERNEL|__GFP_ZERO\n')
    assert 'zones up to ZONE_NORMAL, free lists of MIGRATE_UNMOVABLE' in said['pf-gfp GFP_KERNEL|ZERO']
    assert said['print $gfp(0xcc0, "GFP_KERNEL")'].endswith('= 1')


def test_page_by_command_printer_and_number(said):
    state = re.search(r'^state +(.+)$', said['pf-page 0x1000'], re.MULTILINE)[1]
    assert f'pfn 0x1000: {state}' in said['print *$page(0x1000)']
    assert said['print $pfn($page(0x1000))'].endswith('= 0x1000')


def test_zones_are_completed(said):
    assert said['complete pf-zone DMA3'] == 'pf-zone DMA32'


@pytest.mark.parametrize(
    ('command', 'problem'),
    [
        ('pf-lru', 'pf-lru shows our own program only: '),
        ('pf-scanners', 'pf-scanners shows our own program only: '),
        ('pf-zone Nowhere', "there is no zone 'Nowhere': this kernel has DMA"),
        ('pf-freelist -o 99', "'99' is not an order: orders go from 0 to "),
        ('pf-page nosuch', "pf-page: 'nosuch': No symbol \"nosuch\" in current context"),
        ('pf-gfp GFP_NOSUCH', "'GFP_NOSUCH' is not a mask: "),
    ],
)
def test_what_is_wrong_is_said_in_one_line(said, command, problem):
    assert said[command].startswith(problem) and '\n' not in said[command]


def test_snapshot_opens(said, pageflow):
    assert f'open it: pageflow explain GFP_KERNEL 0 --machine {said["file"]}' in said['pf-save SNAPSHOT']
    told = pageflow('explain', 'GFP_KERNEL', '0', '--machine', said['file'])
    assert told.returncode == 0, told.stderr
    free = re.search(r'= (\d+)$', said['print $free("DMA32")'])[1]
    assert re.search(rf'DMA32 +{free} ', told.stdout)


def test_lines_fit_a_terminal(said):
    for command in ASKED:
        if command not in ('pf-buddyinfo', 'pf-save SNAPSHOT') and not command.startswith('print'):
            assert max(map(len, said[command].splitlines())) <= 80 or '\n' not in said[command], command

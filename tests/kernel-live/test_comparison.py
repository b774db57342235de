# SPDX-License-Identifier: GPL-2.0-only
"""Pageflow's verdict held against a real kernel's, request by request: one boot, and then a table of what agreed."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(pathlib.Path(__file__).parent))

import answers  # noqa: E402
import judge  # noqa: E402
import marks  # noqa: E402
import pair  # noqa: E402
import report  # noqa: E402

PLACE = ROOT / 'build' / 'kernel'
REQUESTS = PLACE / 'requests'  # a snapshot for each request
DIFFERENCES = PLACE / 'differences'  # the snapshots of those that nothing explains
KEPT = ROOT / 'docs' / 'transcripts' / 'kernel-comparison.txt'
ENOUGH = 200
KINDS = ('GFP_KERNEL', 'GFP_ATOMIC', 'GFP_NOWAIT', 'GFP_HIGHUSER_MOVABLE', 'GFP_USER', 'GFP_DMA', 'GFP_DMA32') + (
    '__GFP_RECLAIMABLE',
    '__GFP_HIGH',
    '__GFP_NOMEMALLOC',
    '__GFP_THISNODE',
    '__GFP_ZERO',
    '__GFP_COMP',
)


# A debugger of its own, without the commands for readers: every stop has to be quick.
GDB = ('gdb', '-nx', '-q', '-batch', '-iex', 'set debuginfod enabled off', '-iex', 'set index-cache enabled on')


def files(kernel):
    """vmlinux and image of a kernel, as .ci/kernel knows them."""
    if kernel.startswith('debian'):
        done = subprocess.run(
            ['.ci/kernel-fetch', kernel], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip() + '/vmlinux', done.stdout.strip() + '/vmlinuz'
    vmlinux, comma, image = kernel.partition(',')
    if not comma or kernel.startswith('ATTACH:'):
        pytest.skip(f'KERNEL={kernel}: the comparison boots a guest of its own; give debian or VMLINUX,IMAGE')
    return vmlinux, image


def asked(kernel):
    """What the kernel was asked and answered, in a guest of 128 MiB with one CPU: it ends with the debugger."""
    shutil.rmtree(REQUESTS, ignore_errors=True)
    REQUESTS.mkdir(parents=True)
    vmlinux, image = files(kernel)
    # init_on_alloc: clearing pages takes an emulator long, and says nothing of where they come from
    machine = {'MEMORY': '128M', 'CPUS': '1', 'CMDLINE': 'init_on_alloc=0', 'PAGEFLOW_COMPARISON': str(REQUESTS)}
    done = subprocess.run(
        ['.ci/kernel_boot.py', vmlinux, image, *GDB, '-ex', 'source tests/kernel-live/compare_in_gdb.py', vmlinux],
        cwd=ROOT,
        env={**os.environ, **machine},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors='replace',
    )
    assert f'{report.DONE}: ' in done.stdout, f'{done.stdout[-2000:]}{done.stderr[-4000:]}'
    release = done.stdout.split(f'{report.DONE}: ')[1].split()[0]
    lines = (REQUESTS / 'requests.jsonl').read_text().splitlines()
    return release, [json.loads(line) for line in lines]


def keep(release, judged, said):
    """Leaves every request with both answers, and the table."""
    rows = [{**r, 'pageflow': a, 'verdict': vars(v)} for (r, v), a in zip(judged, said)]
    (PLACE / 'comparison.json').write_text(json.dumps({'release': release, 'requests': rows}, indent=1) + '\n')
    text = report.table(release, judged)
    (PLACE / 'comparison.txt').write_text(text)
    if os.environ.get('KEEP'):
        KEPT.write_text(f'# SPDX-License-Identifier: GPL-2.0-only\n$ make test-kernel\n{text}')
    print(text, file=sys.stderr)


@pytest.fixture(scope='module')
def compared(kernel):
    """[(record, verdict, answer)] of all requests."""
    command = os.environ.get('PAGEFLOW', str(ROOT / 'build' / 'pageflow')).split()
    release, records = asked(kernel)
    said = answers.answers(command, REQUESTS, records)
    judged = [(record, judge.judge(record, answer)) for record, answer in zip(records, said)]
    keep(release, judged, said)
    return [(record, verdict, answer) for (record, verdict), answer in zip(judged, said)]


def undisturbed(compared):
    return [record for record, verdict, _answer in compared if verdict.outcome != 'disturbed']


def test_nothing_is_left_unexplained(compared):
    """Each difference is one that a later version's change explains."""
    shutil.rmtree(DIFFERENCES, ignore_errors=True)
    found = [one for one in compared if one[1].outcome == 'unexplained']
    for record, _verdict, _answer in found:
        DIFFERENCES.mkdir(exist_ok=True)
        shutil.copy(REQUESTS / record['snapshot'], DIFFERENCES)
    told = '\n'.join(report.difference(record, answer, verdict) for record, verdict, answer in found)
    assert not found, f'{told}\nthe states are in {DIFFERENCES}'


def with_known_rules(compared):
    """Those whose zone follows from the rules of the check: nothing else happened, and nobody reclaimed."""
    return [
        (record, answer)
        for record, verdict, answer in compared
        if verdict.outcome in ('agreed', 'explained') and not pair.reclaimed(answer)
        if marks.known(tuple(record['version']))
    ]


def test_later_rules_of_the_check_lead_to_every_zone(compared):
    """So they may explain a difference: they are right where there is none, too."""
    wrong = [
        record['number']
        for record, answer in with_known_rules(compared)
        if marks.zone_by_later_rules(tuple(record['version']), record, answer) != pair.zone_without_reclaim(record)
    ]
    assert wrong == []


def test_rules_of_5_8_lead_to_every_zone_of_pageflow(compared):
    wrong = [
        record['number']
        for record, answer in with_known_rules(compared)
        if marks.zone_by_rules_of_5_8(record, answer) != pair.zone_of(answer)
    ]
    assert wrong == []


def test_few_requests_are_disturbed(compared):
    assert judge.steady([(record, verdict) for record, verdict, _answer in compared])


def test_no_flag_that_decides_is_left_out(compared):
    """Pageflow was asked for what the kernel was asked for."""
    assert {record['number']: pair.left_out(record) for record, *_rest in compared if pair.left_out(record)} == {}


def test_enough_requests_are_compared(compared):
    assert len(undisturbed(compared)) >= ENOUGH


def test_every_order_is_compared(compared):
    assert {record['order'] for record in undisturbed(compared)} == set(range(11))


@pytest.mark.parametrize('name', KINDS)
def test_every_kind_of_mask_is_compared(compared, name):
    assert any(name in record['mask'].split('|') for record in undisturbed(compared))


@pytest.mark.parametrize('kind', ['asked', 'its own'])
def test_the_guests_requests_and_ours_are_compared(compared, kind):
    assert any(record['kind'] == kind for record in undisturbed(compared))


def test_refusals_are_compared(compared):
    assert any(record['kernel']['pfn'] is None for record in undisturbed(compared))


def test_fallbacks_are_compared(compared):
    """Blocks that left a list of another type than the one asked for, and larger ones than asked for."""
    found = [
        record
        for record, verdict, answer in compared
        if verdict.outcome == 'agreed' and answer['found'] and record['kernel']['from'] == 'free list'
        if record['kernel']['list'] != answer['walks'][0]['migratetype']
        and record['kernel']['list_order'] > record['order']
    ]
    assert found

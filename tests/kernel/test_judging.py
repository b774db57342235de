# SPDX-License-Identifier: GPL-2.0-only
"""How a kernel's answer is held against Pageflow's, on made-up pairs: agreed, explained, unexplained, disturbed."""

import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / 'tests' / 'kernel-live'), str(ROOT / 'src' / 'kernel')]

import judge  # noqa: E402
import lists  # noqa: E402
import marks  # noqa: E402
import pair  # noqa: E402
import report  # noqa: E402
from pk_facts import PerCpu, Zone  # noqa: E402


def zone(free, cpu):
    """A zone with these free lists and CPU lists."""
    cpus = [PerCpu(cpu=0, count=0, high=0, batch=1, lists=cpu)]
    return Zone(
        'DMA32', 0, 1, 0, start=0, spanned=1024, present=1024, managed=1024, free=0, marks=(1, 2, 3), boost=0, reserve=(0,),
        flags=0, reserved_highatomic=0, lists=free, cpus=cpus,
    )  # fmt: skip


def record(order=2, disturbed='', cpu_lists=None, first_free=None, version=(6, 1, 192), events=(), **kernel):
    count = kernel.pop('cpu_list_count', 14)
    kernel = {'pfn': 64, 'zone': 'DMA32', 'from': 'free list', 'list': 'Unmovable', 'list_order': 4, **kernel}
    return {
        'number': 1,
        'version': list(version),
        'kind': 'asked',
        'mask': 'GFP_KERNEL|__GFP_NOWARN',
        'left_out': [],
        'order': order,
        'nid': 0,
        'snapshot': '0001.snapshot',
        'disturbed': disturbed,
        'cpu_lists': {'DMA32': cpu_lists or {}, 'DMA': {}},
        'cpu_list_count': count,
        'first_free': {'DMA32': first_free or {}, 'DMA': {}},
        'events': dict.fromkeys(events, 1),
        'kernel': kernel,
    }


# Far above its marks, so that all rules of the check find a page there; nothing is free in the other zone.
BLOCKS = {kind: [0] * 10 + [1] for kind in (*marks.ORDINARY, 'HighAtomic')}
ONLY_RESERVED = {**{kind: [0] * 11 for kind in marks.ORDINARY}, 'HighAtomic': [0] * 10 + [1]}
ZONE = {'free': 1024, 'low': 20, 'min': 16, 'boost': 0, 'highatomic': 0, 'blocks': BLOCKS}
KERNEL, NOWAIT, HIGH, ATOMIC, UNREADY = 0xCC0, 0x800, 0x820, 0xA20, 0x80800


def answer(pfn=64, name='DMA32', source='buddy', kind='Unmovable', order=4, mask=KERNEL, other_free=0, **zone):
    page = {'pfn': pfn, 'zone': ['DMA32', 'DMA'].index(name), 'source': source, 'list': kind, 'list_order': order}
    return {
        'found': pfn is not None,
        'page': page if pfn is not None else None,
        'zones': [{**ZONE, 'zone': 'DMA32', **zone}, {**ZONE, 'zone': 'DMA', 'free': other_free}],
        'walks': [
            {
                'migratetype': 'Unmovable',
                'attempts': [{'zone': number, 'cma': 0, 'lowmem_reserve': 0} for number in range(2)],
            }
        ],
        'steps': [],
        'cost': {'reclaims': 0, 'compactions': 0},
        'request': {'mask': mask},
        'answer': 'made up',
    }


def outcome(*pair):
    return judge.judge(*pair).outcome


# ---- The verdict on a pair ----------------------------------------------------------------------------------------


def test_the_same_block_from_the_same_list_agrees():
    assert judge.judge(record(), answer()) == judge.Verdict('agreed')


def test_two_refusals_agree():
    assert outcome(record(pfn=None, zone=None), answer(pfn=None)) == 'agreed'


def test_a_refilled_list_agrees_by_its_first_block():
    assert outcome(record(order=0), answer(source='refill')) == 'agreed'


def test_a_cpu_list_of_single_pages_agrees_by_its_page():
    single = {'from': 'cpu list', 'list_order': 0}
    assert outcome(record(order=0, **single), answer(source='cpu_list', kind=None, order=None)) == 'agreed'


@pytest.mark.parametrize(
    'said, differs',
    [
        (answer(pfn=None), ('verdict',)),  # far above its marks
        (answer(pfn=68), ('page',)),
        (answer(name='DMA'), ('zone',)),
        (answer(name='DMA', other_free=1024), ('zone',)),
        (answer(kind='Movable'), ('origin',)),
        (answer(order=5), ('origin',)),
        ({'error': 'no snapshot'}, ('error',)),
    ],
)
def test_any_other_difference_is_unexplained(said, differs):
    assert judge.judge(record(), said) == judge.Verdict('unexplained', differs)


def test_a_page_where_the_kernel_refused_is_unexplained():
    assert outcome(record(pfn=None, zone=None), answer()) == 'unexplained'


def test_the_first_block_of_a_cpu_list_explains():
    kept = {'from': 'cpu list', 'list_order': 2, 'cpu_lists': {'Unmovable': [64, 72]}}
    assert judge.judge(record(**kept), answer(pfn=80)) == judge.Verdict('explained', ('page', 'origin'), 'cpu-lists')


@pytest.mark.parametrize(
    'saved, said',
    [
        ({'Unmovable': [72, 64]}, answer(pfn=80)),  # it was not the first
        ({'Movable': [64]}, answer(pfn=80)),  # of another type
        ({}, answer(pfn=80)),  # not there
        ({'Unmovable': [64]}, answer(pfn=None)),  # who is refused gets none from there either
        ({'Unmovable': [64]}, answer(pfn=80, name='DMA')),  # nor does it lie in another zone
    ],
)
def test_a_cpu_list_that_does_not_fit_explains_nothing(saved, said):
    kept = {'from': 'cpu list', 'list_order': 2, 'cpu_lists': saved}
    assert outcome(record(**kept), said) == 'unexplained'


@pytest.mark.parametrize(
    'count, order, asked, kept, expected',
    [
        (13, 9, 'Unmovable', 'Movable', 'explained'),  # one list for all
        (13, 9, 'Reclaimable', 'Movable', 'explained'),
        (14, 9, 'Unmovable', 'Unmovable', 'explained'),
        (14, 9, 'Reclaimable', 'Unmovable', 'explained'),  # one for all that is not movable
        (14, 9, 'Movable', 'Movable', 'explained'),
        (14, 9, 'Unmovable', 'Movable', 'unexplained'),
        (14, 9, 'Movable', 'Unmovable', 'unexplained'),
        (13, 3, 'Unmovable', 'Movable', 'unexplained'),  # only huge pages share lists
        (15, 9, 'Unmovable', 'Movable', 'unexplained'),
    ],
)
def test_huge_pages_share_lists_of_a_cpu(count, order, asked, kept, expected):
    place = {'from': 'cpu list', 'list': kept, 'list_order': order, 'cpu_list_count': count}
    said = answer(pfn=1024, order=10)
    said['walks'][0]['migratetype'] = asked
    assert outcome(record(order=order, cpu_lists={kept: [64]}, **place), said) == expected


def test_a_cpu_list_does_not_explain_a_zone_that_5_8_does_not_take():
    """The kernel, too, took that zone: but it was spared the reserve, and 5.8.18 spares nobody without __GFP_ATOMIC."""
    kept = record(cpu_lists={'Unmovable': [64]}, **{'from': 'cpu list', 'list_order': 2})
    said = answer(pfn=80, mask=NOWAIT, other_free=22, free=60, highatomic=50, min=30, low=40)
    assert judge.judge(kept, said) == judge.Verdict('unexplained', ('page', 'origin'))


RESERVED_FIRST = answer(pfn=96, source='highatomic', kind='HighAtomic')


def test_a_block_that_fills_the_cpu_list_explains_that_no_reserved_one_was_taken():
    kept = record(first_free={'Unmovable': [(1, 40), (4, 64)]})
    assert judge.judge(kept, RESERVED_FIRST) == judge.Verdict('explained', ('page', 'origin'), 'past-the-reserve')


@pytest.mark.parametrize(
    'kept, said',
    [
        (record(first_free={'Unmovable': [(2, 32), (4, 64)]}), RESERVED_FIRST),  # a smaller one would have done
        (record(first_free={'Movable': [(4, 64)]}), RESERVED_FIRST),  # of another type
        (record(first_free={'Unmovable': [(4, 64)]}, cpu_lists={'Unmovable': [8]}), RESERVED_FIRST),  # nothing to fill
        (record(order=4, first_free={'Unmovable': [(4, 64)]}), RESERVED_FIRST),  # no CPU keeps such blocks
        (record(first_free={'Unmovable': [(4, 64)]}), answer(pfn=96)),  # it was not a reserved one
        (record(first_free={'Unmovable': [(4, 64)]}, version=(5, 10, 0)), RESERVED_FIRST),  # keeps single pages only
    ],
)
def test_a_block_that_fills_no_cpu_list_explains_nothing(kept, said):
    assert outcome(kept, said) == 'unexplained'


RESERVED = {'free': 60, 'highatomic': 50, 'min': 30, 'low': 40}
SCARCE = {'free': 16, 'min': 30, 'low': 40}
BOOSTED = {'free': 20, 'boost': 60, 'min': 30, 'low': 40}
USED_UP = {**RESERVED, 'blocks': {**BLOCKS, 'HighAtomic': [0] * 11}}
OLD, NEW = (6, 1, 192), (6, 6, 57)


@pytest.mark.parametrize(
    'order, mask, zone, version, rule',
    [
        (2, NOWAIT, RESERVED, OLD, 'watermark: spared'),  # since it may not sleep
        (2, KERNEL, RESERVED, OLD, ''),
        (2, NOWAIT, RESERVED, (6, 0, 0), ''),  # rules that are not looked at explain nothing
        (2, NOWAIT, {**RESERVED, 'highatomic': 0}, OLD, ''),  # 5.8.18 has to give that, too
        (2, HIGH, SCARCE, OLD, 'watermark: quarter'),  # a half and a quarter of the rest
        (2, NOWAIT, SCARCE, OLD, ''),
        (2, ATOMIC, SCARCE, OLD, ''),  # has its quarter in 5.8.18 already
        (2, HIGH, {**SCARCE, 'highatomic': 50}, OLD, 'watermark'),  # that, and spared the reserve
        (2, NOWAIT, {'blocks': ONLY_RESERVED}, (6, 1, 120), 'watermark: urgent'),
        (2, HIGH, {'blocks': ONLY_RESERVED}, OLD, 'watermark: urgent'),
        (2, NOWAIT, {'blocks': ONLY_RESERVED}, OLD, ''),  # this one wants __GFP_HIGH as well
        (2, ATOMIC, {'blocks': ONLY_RESERVED}, OLD, ''),
        (0, ATOMIC, BOOSTED, OLD, 'watermark: boost'),
        (0, HIGH, BOOSTED, OLD, ''),
        (0, HIGH, BOOSTED, NEW, 'watermark: boost'),
        (2, ATOMIC, BOOSTED, OLD, ''),
        (2, KERNEL, USED_UP, (6, 12, 10), 'watermark: only_free'),
        (2, KERNEL, USED_UP, NEW, ''),
    ],
)
def test_a_page_that_only_later_rules_give(order, mask, zone, version, rule):
    said = answer(pfn=None, mask=mask, **zone)
    expected = judge.Verdict('explained' if rule else 'unexplained', ('verdict',), rule)
    assert judge.judge(record(order=order, version=version), said) == expected


@pytest.mark.parametrize('zone, mask, rule', [(RESERVED, UNREADY, 'watermark: held'), (ZONE, UNREADY, '')])
def test_a_page_that_only_5_8_gives(zone, mask, rule):
    """Its quick test of a single page leaves the reserve out."""
    verdict = judge.judge(record(order=0, pfn=None, zone=None), answer(mask=mask, **zone))
    assert (verdict.outcome, verdict.rule) == ('explained' if rule else 'unexplained', rule)


def test_another_zone_is_explained_where_both_rules_lead_to_theirs():
    said = {'pfn': 8, 'name': 'DMA', 'mask': NOWAIT, 'other_free': 22}  # between min and low
    assert judge.judge(record(), answer(**said, **RESERVED)).rule == 'watermark: spared'
    assert outcome(record(), answer(**said)) == 'unexplained'  # 5.8.18 takes the first, too
    assert outcome(record(zone='DMA'), answer(pfn=80, mask=NOWAIT, **RESERVED)) == 'unexplained'


LAST = {'list': 'HighAtomic', 'list_order': 3, 'first_free': {'HighAtomic': [(3, 64), (5, 96)]}}
NOTHING_ELSE = answer(pfn=None, mask=NOWAIT, blocks=ONLY_RESERVED)


def test_a_single_page_that_may_not_sleep_is_a_reserved_one_in_the_end():
    verdict = judge.judge(record(order=0, **LAST), NOTHING_ELSE)
    assert verdict == judge.Verdict('explained', ('verdict',), 'last-reserve')


@pytest.mark.parametrize(
    'kept, said',
    [
        (record(order=0, **{**LAST, 'first_free': {'HighAtomic': [(3, 72)]}}), NOTHING_ELSE),  # not the first
        (record(order=0, **{**LAST, 'first_free': {**LAST['first_free'], 'Movable': [(0, 3)]}}), NOTHING_ELSE),
        (record(order=0, **LAST), answer(pfn=None, mask=NOWAIT)),  # there are others
        (record(order=0, **LAST), answer(pfn=None, mask=KERNEL, blocks=ONLY_RESERVED)),  # may sleep
        (record(order=0, version=(6, 5, 0), **LAST), NOTHING_ELSE),  # does not have that
        (record(order=2, **LAST), answer(pfn=None, mask=ATOMIC, blocks=ONLY_RESERVED)),  # 5.8.18 gives it, too
        (record(order=0, **{**LAST, 'from': 'cpu list'}), NOTHING_ELSE),
    ],
)
def test_a_reserved_page_that_was_not_the_last_resort_is_unexplained(kept, said):
    assert outcome(kept, said) == 'unexplained'


STOLEN = {'version': (6, 12, 118), 'list': 'Movable', 'list_order': 3}
SMALLEST = {'Movable': [(1, 8), (3, 64), (9, 512)], 'Reclaimable': [(5, 256)]}


def taking_over(pfn=512):
    """Pageflow's answer with the largest block of another type."""
    event = (
        f'mm_page_alloc_extfrag: pfn={pfn} alloc_order=2 fallback_order=9 alloc_migratetype=0 fallback_migratetype=1'
    )
    return {**answer(pfn=pfn), 'steps': [{'stage': 11, 'event': f'{event} change_ownership=1'}]}


def test_the_smallest_block_of_another_type_is_explained():
    verdict = judge.judge(record(**STOLEN, first_free=SMALLEST), taking_over())
    assert verdict == judge.Verdict('explained', ('page', 'origin'), 'steal-smallest')


@pytest.mark.parametrize(
    'kept, said',
    [
        (record(**{**STOLEN, 'version': (6, 1, 192)}, first_free=SMALLEST), taking_over()),
        (record(**STOLEN, first_free={**SMALLEST, 'Reclaimable': [(2, 256)]}), taking_over()),  # a smaller one
        (record(**STOLEN, first_free={'Movable': [(3, 72)]}), taking_over()),  # not the first
        (record(**STOLEN, first_free={**SMALLEST, 'Unmovable': [(10, 2048)]}), taking_over()),  # no need for another
        (record(**STOLEN, first_free=SMALLEST), answer(pfn=512)),  # Pageflow took over nothing
    ],
)
def test_another_block_of_another_type_is_unexplained(kept, said):
    assert outcome(kept, said) == 'unexplained'


def test_later_rules_do_not_explain_another_page_of_the_same_zone():
    assert judge.judge(record(), answer(pfn=68, mask=NOWAIT)) == judge.Verdict('unexplained', ('page',))


def test_a_list_that_was_taken_over_is_the_one_it_was_before():
    event = 'mm_page_alloc_extfrag: pfn=64 alloc_order=2 fallback_order=4 alloc_migratetype=0 fallback_migratetype=1'
    taken = {**answer(), 'steps': [{'stage': 11, 'event': f'{event} change_ownership=1'}]}
    assert outcome(record(list='Movable'), taken) == 'agreed'
    assert outcome(record(), taken) == 'unexplained'


def test_a_disturbed_request_is_not_compared():
    assert outcome(record(disturbed='2 pages were given back'), answer(pfn=80)) == 'disturbed'


def test_a_state_that_pageflow_takes_for_wrong_is_told_even_of_a_disturbed_request():
    assert outcome(record(disturbed='2 pages were given back'), {'error': 'no snapshot'}) == 'unexplained'


STALLED = {'disturbed': 'reclaim or compaction ran', 'events': ['ALLOCSTALL_MOVABLE', 'PGFREE']}
BOTH = {**answer(), 'cost': {'reclaims': 1, 'compactions': 0}}


@pytest.mark.parametrize(
    'order, said, expected',
    [
        (2, answer(), 'unexplained'),  # it could have had the page at once
        (2, BOTH, 'disturbed'),  # the state of that moment does not tell what reclaim finds
        (2, answer(mask=NOWAIT), 'disturbed'),  # somebody else's
        (0, answer(**RESERVED), 'explained'),  # the quick test of 5.8.18 spares it
    ],
)
def test_reclaim_that_only_the_kernel_needed(order, said, expected):
    assert outcome(record(order=order, **STALLED), said) == expected


@pytest.mark.parametrize(
    'events, expected',
    [
        ([], 'unexplained'),
        (['PGFREE'], 'disturbed'),
        (['COMPACTSTALL'], 'unexplained'),  # compaction that Pageflow did without
    ],
)
def test_a_page_from_nowhere_is_unexplained(events, expected):
    nowhere = {'from': 'in use', 'list': None, 'list_order': None}
    assert outcome(record(disturbed='1 other was taken', events=events, **nowhere), answer()) == expected


def test_a_page_from_nowhere_is_not_explained_by_its_zone():
    nowhere = {'from': 'in use', 'list': None, 'list_order': None}
    assert outcome(record(**nowhere), answer(pfn=None, mask=NOWAIT, **RESERVED)) == 'unexplained'


@pytest.mark.parametrize('disturbed, expected', [(1, True), (2, False)])
def test_at_most_a_tenth_may_be_disturbed(disturbed, expected):
    outcomes = ['disturbed'] * disturbed + ['agreed'] * (10 - disturbed)
    assert judge.steady([(record(), judge.Verdict(one)) for one in outcomes]) is expected


@pytest.mark.parametrize('names, expected', [([], set()), (['__GFP_ZEROTAGS'], set()), (['0x4000000'], {'0x4000000'})])
def test_what_is_left_out_of_a_mask_must_decide_nothing(names, expected):
    assert pair.left_out({**record(), 'left_out': names}) == expected


# ---- What the lists say -------------------------------------------------------------------------------------------


BEFORE = [zone({(4, 'Unmovable'): [64], (0, 'Movable'): [9]}, {(0, 'Movable'): [5, 7], (2, 'Unmovable'): [32]})]


@pytest.mark.parametrize(
    'pfn, place',
    [
        (68, ('free list', 'Unmovable', 4)),
        (7, ('cpu list', 'Movable', 0)),
        (32, ('cpu list', 'Unmovable', 2)),
        (100, ('in use', None, None)),
    ],
)
def test_where_a_page_was(pfn, place):
    assert tuple(lists.origin(BEFORE, pfn).values()) == place


def test_a_block_that_leaves_is_no_disturbance():
    after = [zone({(3, 'Unmovable'): [72], (2, 'Unmovable'): [68], (0, 'Movable'): [9]}, BEFORE[0].cpus[0].lists)]
    assert lists.disturbance(BEFORE, after, 64, 2) == ''


@pytest.mark.parametrize(
    'free, cpu, words',
    [
        ({(3, 'Unmovable'): [72], (2, 'Unmovable'): [68]}, None, '1 other was taken meanwhile'),
        (
            {(3, 'Unmovable'): [72], (2, 'Unmovable'): [68], (0, 'Movable'): [9, 11]},
            None,
            '1 page was given back meanwhile',
        ),
        (
            {(3, 'Unmovable'): [72], (2, 'Unmovable'): [68], (0, 'Movable'): [9, 5, 7]},
            {(2, 'Unmovable'): [32]},
            'drained',
        ),
    ],
)
def test_any_other_change_is_a_disturbance(free, cpu, words):
    assert words in lists.disturbance(BEFORE, [zone(free, cpu or BEFORE[0].cpus[0].lists)], 64, 2)


@pytest.mark.parametrize(
    'numbers, words',
    [
        ((0, 0, 0), ''),
        ((2, 0), '2 pages were given back meanwhile'),
        ((1, 3), '1 page was given back and 3 others were taken meanwhile'),
        ((0, 0, 1), '1 page was drained from a CPU list meanwhile'),
    ],
)
def test_pages_that_moved_are_told_without_zeros(numbers, words):
    assert lists.moved(*numbers) == words


@pytest.mark.parametrize(
    'events, pfn, words',
    [
        ({'PGALLOC_DMA32': 4}, 64, ''),
        ({}, None, ''),
        ({'PGALLOC_DMA32': 5}, 64, '1 other was taken meanwhile'),
        ({'PGALLOC_DMA32': 4, 'PGFREE': 1}, 64, '1 page was given back meanwhile'),
        ({'PGALLOC_DMA32': 1}, None, '1 other was taken meanwhile'),
        ({'PGALLOC_DMA32': 4, 'ALLOCSTALL_MOVABLE': 1}, 64, 'reclaim or compaction ran'),
    ],
)
def test_counters_tell_who_else_was_busy(events, pfn, words):
    found = lists.busy(events, pfn, 2)
    assert words in found if words else found == ''


# ---- The table ----------------------------------------------------------------------------------------------------


def test_the_table_counts_and_names_the_rule():
    kept = record(**{'from': 'cpu list', 'list_order': 2, 'cpu_lists': {'Unmovable': [64]}})
    pairs = [(record(), answer()), (kept, answer(pfn=80)), (record(disturbed='x'), answer())]
    text = report.table('6.1.0', [(one, judge.judge(one, said)) for one, said in pairs])
    assert '3 requests, 2 of them compared' in text
    assert 'all                 2        2        2        1        1         1         1' in text
    assert '1 explained: from 5.14 on' in text and '0 unexplained' in text
    assert all(len(line) <= 80 for line in text.splitlines())


def test_an_unexplained_difference_shows_both_answers():
    pair = record(), answer(pfn=68)
    text = report.difference(*pair, judge.judge(*pair))
    assert 'page differ' in text and '"pfn": 64' in text and 'made up' in text and '0001.snapshot' in text

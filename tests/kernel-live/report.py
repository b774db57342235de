# SPDX-License-Identifier: GPL-2.0-only
"""The comparison as a table: what agreed by order and by kind of mask, then every difference."""

import json
import textwrap

import judge
import rules

WIDTH = 80
DONE = 'compared with Linux'  # what gdb prints at the end, before the release
# What makes no difference to where a block comes from: not named in the table.
ASIDE = {'__GFP_NOWARN', '__GFP_ZERO', '__GFP_COMP', '__GFP_NORETRY', '__GFP_ACCOUNT'}
HEADER = ('compared', 'verdict', 'zone', 'page', 'list', 'explained', 'disturbed')
FIRST, WIDTHS = 12, (9, 9, 9, 9, 9, 10, 10)
COLUMNS = ('compared', *judge.SAME, 'explained', 'disturbed')


def kind_of(record):
    """A request's mask without what makes no difference here."""
    return '|'.join(sorted(set(record['mask'].split('|')) - ASIDE)) or '0'


def rows(judged, title, key):
    """The lines of one table: a row for each value of the key, and their sum."""
    counted = judge.count(judged, key)
    yield cells(title, HEADER)
    for value in sorted(counted):
        yield from row(str(value), counted[value])
    yield from row('all', judge.count(judged, lambda record: 'all')['all'])


def cells(name, values):
    return f'{name:<{FIRST}}' + ''.join(f'{value:>{width}}' for value, width in zip(values, WIDTHS))


def row(name, counter):
    """A line; a name that is too long for its column gets one of its own."""
    if len(name) >= FIRST:
        yield name
        name = ''
    yield cells(name, [counter[one] for one in COLUMNS])


def explained(judged):
    """For each rule, how often it explained a difference."""
    for rule in rules.RULES:
        times = sum(verdict.rule == rule.name for _record, verdict in judged)
        if times:
            words = f'{times} explained: {rule.words} ({rule.reference})'
            yield from textwrap.wrap(words, WIDTH, subsequent_indent='   ', break_on_hyphens=False)


def table(release, judged):
    """The whole report as text."""
    compared = [verdict for _record, verdict in judged if verdict.outcome != 'disturbed']
    refused = sum(r['kernel']['pfn'] is None for r, v in judged if v.outcome != 'disturbed')
    own = sum(r['kind'] == 'its own' for r, v in judged if v.outcome != 'disturbed')
    lines = [
        f'Linux {release}: {len(judged)} requests, {len(compared)} of them compared',
        f'({own} of the guest\'s own; {refused} refused by the kernel).',
        'The columns verdict, zone, page and list say in how many both gave the same.',
        '',
        *rows(judged, 'order', lambda record: record['order']),
        '',
        *rows(judged, 'mask', kind_of),
        '',
        *explained(judged),
        f'{sum(verdict.outcome == "unexplained" for verdict in compared)} unexplained',
    ]
    return '\n'.join(lines) + '\n'


def difference(record, answer, verdict):
    """One that nothing explains: the request and both answers."""
    return (
        f'request {record["number"]}, {record["mask"]} order {record["order"]}: {", ".join(verdict.differences)} differ\n'
        f'  kernel:   {json.dumps(record["kernel"])}\n'
        f'  Pageflow: {answer.get("error") or answer["answer"]}\n'
        f'  state:    {record["snapshot"]}'
    )

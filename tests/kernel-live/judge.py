# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's answer to a request held against Pageflow's: agreed, explained by a later version's change, or neither."""

import collections
import dataclasses

import marks
import pair
import rules

MOST_DISTURBED = 0.1  # of the requests
SAME = ('verdict', 'zone', 'page', 'origin')  # what is compared: a page or none, and which, from which list


@dataclasses.dataclass
class Verdict:
    """`outcome` is 'agreed', 'explained', 'unexplained' or 'disturbed'; `differences` are of SAME, or 'error' or 'reclaim'."""

    outcome: str
    differences: tuple = ()
    rule: str = ''


def by_its_own_rules(record, answer):
    """Is Pageflow's zone, or refusal, the one that the check of 5.8.18 leads to? Otherwise no later change is to blame."""
    return pair.reclaimed(answer) or marks.zone_by_rules_of_5_8(record, answer) == pair.zone_of(answer)


def judge(record, answer):
    """The Verdict on one request."""
    if 'error' in answer:
        return Verdict('unexplained', ('error',))
    if pair.from_nowhere(record):
        return Verdict('unexplained', ('origin',))
    if pair.reclaimed_alone(record, answer):
        found = ('reclaim',)
    elif record['disturbed']:
        return Verdict('disturbed')
    else:
        found = pair.differences(record['kernel'], answer)
    if not found:
        return Verdict('agreed')
    if not by_its_own_rules(record, answer):
        return Verdict('unexplained', found)
    for rule in rules.RULES:
        if rule.explains >= set(found) and rule.needs & set(found) and rule.holds(record, answer):
            return Verdict('explained', found, rule.name)
    return Verdict('unexplained', found)


def steady(judged):
    """Were few enough disturbed for the rest to say something?"""
    disturbed = sum(verdict.outcome == 'disturbed' for _record, verdict in judged)
    return disturbed <= len(judged) * MOST_DISTURBED


def count(judged, key):
    """{what `key` gives: Counter of outcomes, and of what is the same}, of the (record, verdict) that were compared."""
    rows = collections.defaultdict(collections.Counter)
    for record, verdict in judged:
        row = rows[key(record)]
        if verdict.outcome == 'disturbed':
            row['disturbed'] += 1
            continue
        row['compared'] += 1
        row[verdict.outcome] += 1
        for name in SAME:
            row[name] += not {'error', 'reclaim', 'verdict', name} & set(verdict.differences)
    return rows

# SPDX-License-Identifier: GPL-2.0-only
"""The coverage data (build/coverage/coverage.json) in the form the pages need.

Counts are kept per configuration and merged for show. A test is known by its stem and name whichever
configuration ran it, and by its place in one sorted list that all pages share.
"""

import hashlib
import json
from functools import cache
from pathlib import Path

from .sources import CONFIGURATIONS


class Line:
    """One line of code that the compiler made something of."""

    def __init__(self, counts, branches, tests, excluded):
        self.counts = counts  # configuration -> times run
        self.branches = branches  # configuration -> [times each outcome was taken]
        self.tests = tests  # configuration -> sorted indices into Coverage.tests, as a tuple
        self.excluded = excluded  # configuration -> (set of kinds, reason)

    @property
    def count(self):
        return sum(self.counts.values())

    @property
    def outcomes(self):
        """(configuration or None, [taken]) groups: one merged group when both configurations have the same number."""
        groups = {one: taken for one, taken in self.branches.items() if taken}
        if len(groups) == 2 and len({len(taken) for taken in groups.values()}) == 1:
            return [(None, [sum(pair) for pair in zip(*groups.values())])]
        return list(groups.items())

    @property
    def taken(self):
        return sum(1 for _, group in self.outcomes for times in group if times)

    @property
    def all_outcomes(self):
        return sum(len(group) for _, group in self.outcomes)

    def is_excluded(self, kind):
        return any(kind in kinds for kinds, _ in self.excluded.values())

    @property
    def state(self):
        """full, part (an outcome was never taken), none (never run) or off (left out by the ledger)."""
        if not self.count:
            return 'off' if self.is_excluded('line') else 'none'
        if self.taken < self.all_outcomes:
            return 'off' if self.is_excluded('branch') else 'part'
        return 'full'


class Coverage:
    """The whole of coverage.json; empty (and false) when the site is built without a coverage run."""

    def __init__(self, path):
        path = Path(path)
        self.path = path
        data = json.loads(path.read_text(encoding='utf-8')) if path.is_file() else None
        self.present = data is not None
        data = data or {'tests': [], 'files': {}, 'totals': {}, 'anchor': ''}
        self.anchor = data.get('anchor', '')
        self.totals = data.get('totals', {})
        self._files = data['files']
        self._lines, self._digests, self._sets = {}, {}, {}
        keys = sorted({(test['stem'], test['name']) for test in data['tests']})
        index = {key: at for at, key in enumerate(keys)}
        self.tests = keys
        self._index_of_id = {test['id']: index[test['stem'], test['name']] for test in data['tests']}
        self.configurations_of_test = {}
        for test in data['tests']:
            at = index[test['stem'], test['name']]
            self.configurations_of_test.setdefault(at, set()).add(test['configuration'])
        self.tests_digest = hashlib.sha1(repr(keys).encode()).hexdigest()

    def __bool__(self):
        return self.present

    @property
    def runs(self):
        """How many tests ran, each counted in every configuration that has it."""
        return sum(map(len, self.configurations_of_test.values()))

    def has(self, file):
        return file in self._files

    def lines(self, file):
        """line number -> Line for every line of a file that has code in some configuration; none when it has changed."""
        if file not in self._lines:
            self._lines[file] = {} if self.is_stale(file) else self._read_lines(self._files.get(file, {}))
        return self._lines[file]

    def is_stale(self, file):
        """Whether the file has changed since it was measured: then its lines may be others by now."""
        measured = self._files.get(file, {}).get('source')
        source = self.path.parent.parent.parent / file
        return bool(measured) and measured != hashlib.sha1(source.read_bytes()).hexdigest()

    def _tests_of(self, ids):
        """The places in `tests` of the tests with these ids. Many lines have the same ones."""
        if ids not in self._sets:
            self._sets[ids] = tuple(sorted({self._index_of_id[one] for one in ids}))
        return self._sets[ids]

    def _read_lines(self, record):
        found = {}
        for configuration in CONFIGURATIONS:
            side = record.get('configurations', {}).get(configuration, {})
            excluded = record.get('excluded', {}).get(configuration, {})
            for number, entry in side.get('lines', {}).items():
                line = found.setdefault(int(number), Line({}, {}, {}, {}))
                line.counts[configuration] = entry['count']
                line.branches[configuration] = entry.get('branches', [])
                line.tests[configuration] = self._tests_of(tuple(entry.get('tests', ())))
                if number in excluded:
                    line.excluded[configuration] = (set(excluded[number]['kinds']), excluded[number]['reason'])
        return found

    def exclusions(self, file):
        """(line, configuration, kinds, reason) of everything the ledger leaves out in a file."""
        found = []
        for configuration, lines in self._files.get(file, {}).get('excluded', {}).items():
            for number, entry in lines.items():
                found.append((int(number), configuration, entry['kinds'], entry['reason']))
        return sorted(found)

    def calls(self, file, name):
        """How often a function was entered, over both configurations; None when nothing is known of it."""
        sides = self._files.get(file, {}).get('configurations', {})
        counts = [side['functions'][name]['count'] for side in sides.values() if name in side.get('functions', {})]
        return sum(counts) if counts else None

    def summary(self, files):
        """{'lines': [hit, all], ...} over some files, or None when none of them was measured."""
        known = [self._files[file]['summary'] for file in files if file in self._files]
        if not known:
            return None
        return {
            kind: [sum(one[kind][0] for one in known), sum(one[kind][1] for one in known)]
            for kind in ('lines', 'functions', 'branches')
        }

    def digest(self, file):
        """Changes when anything a page shows about this file changes."""
        if file not in self._digests:
            record = json.dumps(self._files.get(file), sort_keys=True)
            self._digests[file] = hashlib.sha1(record.encode()).hexdigest()
        return self._digests[file]


def percent(pair):
    """[hit, all] as text with one decimal, never rounded up to 100."""
    hit, total = pair
    if not total:
        return '–'
    value = 100 * hit / total
    return '100' if hit == total else f'{min(value, 99.9):.1f}'


def short_count(number):
    """A run count that fits a narrow gutter."""
    for size, letter in ((10**9, 'G'), (10**6, 'M'), (10**4, 'k')):
        if number >= size:
            unit = 10**3 if letter == 'k' else size
            value = number / unit
            return f'{value:.1f}{letter}' if value < 10 else f'{value:.0f}{letter}'
    return str(number)


@cache
def ranges(numbers):
    """(1, 2, 3, 7) as '1-3,7'. Many lines have the same set of tests."""
    parts = []
    for at, number in enumerate(numbers):
        if not at or number != numbers[at - 1] + 1:
            parts.append([number, number])
        parts[-1][1] = number
    return ','.join(str(first) if first == last else f'{first}-{last}' for first, last in parts)

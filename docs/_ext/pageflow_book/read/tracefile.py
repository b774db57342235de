# SPDX-License-Identifier: GPL-2.0-only
"""lcov's merged tracefile (build/coverage/merged.info): every figure of the coverage pages comes from it."""

from dataclasses import dataclass, field


@dataclass
class TracedLine:
    """One line of code, both configurations together."""

    count: int = 0
    outcomes: list = field(default_factory=list)  # how often each was taken; None where the line was never run

    @property
    def taken(self):
        return sum(1 for times in self.outcomes if times)

    @property
    def all_outcomes(self):
        return len(self.outcomes)

    @property
    def state(self):
        """full, part (an outcome was never taken) or none (never run)."""
        if not self.count:
            return 'none'
        return 'part' if self.taken < self.all_outcomes else 'full'


@dataclass
class Traced:
    """What the tracefile says of one file."""

    lines: dict = field(default_factory=dict)  # number -> TracedLine
    functions: dict = field(default_factory=dict)  # name -> [first line, times called]

    @property
    def figures(self):
        """{'lines': [hit, all], ...} as lcov counts them."""
        lines, calls = self.lines.values(), [called for _line, called in self.functions.values()]
        return {
            'lines': [sum(1 for line in lines if line.count), len(lines)],
            'functions': [sum(1 for called in calls if called), len(calls)],
            'branches': [sum(line.taken for line in lines), sum(line.all_outcomes for line in lines)],
        }


def read(path):
    """file -> Traced, from a tracefile with one section a file, named from the top of the tree; empty when there is none."""
    found, traced = {}, None
    for record in path.read_text(encoding='utf-8').splitlines() if path.is_file() else ():
        kind, _colon, words = record.partition(':')
        if kind == 'SF':
            traced = found.setdefault(words, Traced())
        elif kind == 'FN':
            line, name = words.split(',')
            traced.functions[name] = [int(line), 0]
        elif kind == 'FNDA':
            called, name = words.split(',')
            traced.functions[name][1] += int(called)
        elif kind == 'DA':
            line, count = words.split(',')
            traced.lines.setdefault(int(line), TracedLine()).count += int(count)
        elif kind == 'BRDA':
            line, _block, _outcome, taken = words.split(',')
            outcomes = traced.lines.setdefault(int(line), TracedLine()).outcomes
            outcomes.append(None if taken == '-' else int(taken))
    return found


def together(figures):
    """The figures of several files as one."""
    kinds = ('lines', 'functions', 'branches')
    figures = list(figures)
    return {kind: [sum(one[kind][at] for one in figures) for at in (0, 1)] for kind in kinds}

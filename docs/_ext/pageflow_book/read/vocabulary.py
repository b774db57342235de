# SPDX-License-Identifier: GPL-2.0-only
"""What the command calls masks, migratetypes, results of compaction and events: `pageflow names` is asked, once a build."""

import subprocess

from .text import _


class Vocabulary:
    """The names, from the command that was built."""

    def __init__(self, command):
        self.command = command
        self.known = {}

    def rows(self, kind):
        """[(number, name)] of one kind, in the command's order."""
        if kind not in self.known:
            self.known[kind] = [(int(number, 0), name) for number, name in map(str.split, self.lines(kind))]
        return self.known[kind]

    def lines(self, kind):
        return subprocess.run(
            [self.command, 'names', kind], capture_output=True, text=True, check=True
        ).stdout.splitlines()

    def meaning(self, event, failed=False):
        """A few words for the event of this name; '' for one that speaks for itself. Some events mean something else without a page."""
        if 'events' not in self.known:
            self.known['events'] = dict(line.split('\t') for line in self.lines('events'))
        known = self.known['events']
        words = (failed and known.get(f'{event} pfn=-1')) or known.get(event)
        return _(words) if words else ''

    def name(self, kind, number):
        """The name of a number; the number itself where it has none."""
        return dict(self.rows(kind)).get(int(number), str(number))

    def mask(self, mask):
        """A mask as the kernel writes it in a trace: the first name whose bits are all there takes them."""
        if not mask:
            return 'none'
        found = []
        for bits, name in self.rows('gfp'):
            if bits and mask & bits == bits:
                found.append(name)
                mask &= ~bits
        return ' | '.join(found + ([f'{mask:#x}'] if mask else []))

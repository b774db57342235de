# SPDX-License-Identifier: GPL-2.0-only
"""The shapes of the recorded machines: for each, the words after `machine` that boot one with the same nodes, zones, holes, CPUs
and CMA. What the recorded kernels kept for themselves (their own code, the page structures) is free on it."""

import lzma
import re

PAGE = 4096
BASE = 0x40000000  # where memory begins unless a description says otherwise
UNITS = ((1 << 20, 'M'), (1 << 10, 'K'))
HELD_BY_CMA = re.compile(r'\bCMA\*(\d+)')


def amount(size):
    """A size as descriptions have it: 16M."""
    unit, letter = next((unit, letter) for unit, letter in UNITS if size % unit == 0)
    return f'{size // unit}{letter}'


class Shape:
    """What the snapshots of one machine's recordings say of it."""

    def __init__(self):
        self.numa, self.cpus, self.cma = False, 1, 0
        self.nodes, self.holes = {}, set()

    def read(self, lines):
        """Takes the first snapshot of a recording."""
        block = cma = 0
        for line in lines:
            words = line.split()
            if line == 'end\n':
                break
            match words[:1]:
                case ['kernel']:
                    values = dict(zip(words[3::2], words[4::2]))
                    self.numa = values['numa'] == '1'
                    self.cpus = max(self.cpus, int(values['nr_cpus']))
                    block = 1 << int(values['pageblock_order'])
                case ['node']:
                    self.nodes[int(words[1])] = int(words[3]), int(words[5])
                case ['holes']:
                    self.holes.update(tuple(map(int, one.split('+'))) for one in words[1:])
                case ['pageblocks']:
                    cma += sum(block * int(count) for count in HELD_BY_CMA.findall(line))
        self.cma = max(self.cma, cma)

    def spec(self):
        sizes = [amount(pages * PAGE) for _start, pages in self.nodes.values()]
        first = min(start for start, _pages in self.nodes.values()) * PAGE
        memory = f'{len(sizes)}x{sizes[0]}' if self.numa and len(set(sizes)) == 1 else '+'.join(sizes)
        return ','.join(
            [
                memory,
                *([f'base={first:#x}'] if first != BASE else []),
                *([f'cma={amount(self.cma * PAGE)}'] if self.cma else []),
                *([f'cpus={self.cpus}'] if self.cpus > 1 else []),
                *(f'hole={start * PAGE:#x}+{amount(pages * PAGE)}' for start, pages in sorted(self.holes)),
            ]
        )


def shapes(folder):
    """name -> the description of a machine of that shape, for each machine that has recordings in the folder."""
    found = {}
    for path in sorted(folder.glob('*.trace.xz')):
        with lzma.open(path, 'rt', encoding='ascii') as lines:
            found.setdefault(path.name.partition('-')[0], Shape()).read(lines)
    return {name: shape.spec() for name, shape in found.items()}

# SPDX-License-Identifier: GPL-2.0-only
"""Facts about this tree that the book and the checks of the house both read. Needs no Sphinx."""

import json
import subprocess
from typing import NamedTuple

KINDS = 'defgmstuv'  # macros, enumerators, functions, enums, members, structures, typedefs, unions, variables


class FactsError(Exception):
    """A tool is missing or failed; the message names it and the remedy."""


def tags(root, files):
    """What Universal Ctags finds in C files, as it tells it: `path`, `name`, `kind`, `line`, and `end` where it knows."""
    if not files:
        return []
    command = [
        'ctags',
        '--quiet',
        '--options=NONE',
        '--output-format=json',
        '--fields=+neK',
        f'--kinds-C={KINDS}',
        '--languages=C,C++',
        '--langmap=C:.c.h',
        '-I',
        'FOCUS_STORAGE',
        '-f',
        '-',
        '-L',
        '-',
    ]
    try:
        done = subprocess.run(
            command, cwd=root, input='\n'.join(map(str, files)), text=True, capture_output=True, check=True
        )
    except FileNotFoundError:
        raise FactsError('ctags: not found; install universal-ctags') from None
    except subprocess.CalledProcessError as error:
        raise FactsError(
            f'ctags failed: {error.stderr.strip()}; Universal Ctags with JSON is needed (package universal-ctags)'
        ) from None
    found = (json.loads(line) for line in done.stdout.splitlines())
    return [tag for tag in found if tag.get('_type') == 'tag']


class KernelPlace(NamedTuple):
    """A function, macro or variable of Linux 5.8.18. `last` is None where only its first line is known."""

    name: str
    kind: str
    file: str
    first: int
    last: int | None

    def holds(self, file, line):
        return file == self.file and self.first <= line <= (self.last or self.first)

    @property
    def lines(self):
        """`mm/page_alloc.c:4819–4881`; one number where it takes one line, or where its last is not known."""
        return f'{self.file}:{self.first}' + (f'–{self.last}' if (self.last or 0) > self.first else '')


class KernelMap:
    """What docs/kernel-map.tsv knows of Linux 5.8.18: where each name is, in each of its forms."""

    def __init__(self, root):
        self.places = list(kernel_places(root))
        self.by_name = {}
        for place in self.places:
            self.by_name.setdefault(place.name, []).append(place)

    def of(self, name):
        """Every form of a name: many have one for each configuration."""
        return self.by_name.get(name, [])

    def form(self, name, file, line):
        """The form of a name that begins on this line, or None."""
        return next((one for one in self.of(name) if (one.file, one.first) == (file, line)), None)

    def around(self, file, line):
        """What the kernel has on a line: the shortest of those that hold it, or None."""
        found = [one for one in self.places if one.holds(file, line)]
        return min(found, key=lambda one: (one.last or one.first) - one.first, default=None)

    def objection(self, name, file, line):
        """What is wrong with saying that `name` stands for this line: one sentence, or None.

        A name that the kernel has must say the line its definition begins on. Any other name stands for a part of
        something, and there must be something on that line.
        """
        if self.of(name):
            if self.form(name, file, line):
                return None
            return f'says {file}:{line}, docs/kernel-map.tsv says ' + ', '.join(
                f'{one.file}:{one.first}' for one in self.of(name)
            )
        if self.around(file, line):
            return None
        return f'says {file}:{line}, where docs/kernel-map.tsv knows nothing; add what the kernel has there'


def kernel_places(root):
    """Every row of docs/kernel-map.tsv; `?` stands where a last line is not known."""
    path = root / 'docs' / 'kernel-map.tsv'
    if not path.is_file():
        return
    for line in path.read_text(encoding='utf-8').splitlines():
        cells = line.split('\t')
        if len(cells) >= 5 and not line.startswith('#') and cells[0] != 'name':
            yield KernelPlace(*cells[:3], int(cells[3]), None if cells[4] == '?' else int(cells[4]))

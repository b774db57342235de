# SPDX-License-Identifier: GPL-2.0-only
"""Facts about this tree that the book and the checks of the house both read. Needs no Sphinx."""

import json
import subprocess

KINDS = 'dfgstuv'  # macros, functions, enums, structures, typedefs, unions, variables


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


def kernel_places(root):
    """(name, kind, file, first line, last line) of what Linux 5.8.18 has, from docs/kernel-map.tsv.

    A name that it defines for each configuration comes once for each. Where the last line is not known (`?`), it is the first.
    """
    path = root / 'docs' / 'kernel-map.tsv'
    if not path.is_file():
        return
    for line in path.read_text(encoding='utf-8').splitlines():
        cells = line.split('\t')
        if len(cells) >= 5 and not line.startswith('#') and cells[0] != 'name':
            first = int(cells[3])
            yield cells[0], cells[1], cells[2], first, first if cells[4] == '?' else int(cells[4])

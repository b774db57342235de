#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""docs/manpage.py PAGEFLOW: the manual page of the command, to standard output; of pageflow-drgn too.

What docs/pageflow.1.in (docs/NAME.1.in) says is written by hand; the part about each subcommand is what its --help prints, so that the page
cannot say anything else.
"""

import os
import pathlib
import re
import subprocess
import sys

OPTION = re.compile(r' +((?:-\w, )? *--?[\w-]+(?:\[=[A-Z]+\]| [A-Z|-]+)?) {2,}(\S.*)')
COMMAND = re.compile(r'  (\w+) +\S')


def output(command, *words):
    """What the command prints, in lines of 80 columns."""
    environment = {**os.environ, 'COLUMNS': '80'}
    return subprocess.run([command, *words], capture_output=True, text=True, check=True, env=environment).stdout


def commands(command):
    """The names of the subcommands, from the command's own list."""
    listed = output(command, '--help').partition('\ncommands:\n')[2].partition('\n\n')[0]
    return [match[1] for match in map(COMMAND.match, listed.splitlines()) if match]


def roff(text):
    """A text that troff prints as it is."""
    text = text.replace('\\', '\\e').replace('-', '\\-').replace("'", '\\(aq')
    return re.sub(r'^(?=\.)', r'\\&', text, flags=re.MULTILINE)


def options(lines):
    """[(option, meaning)] of a block, or nothing when it is none; a line that is indented further goes on."""
    found, column = [], 0
    for line in lines:
        match = OPTION.fullmatch(line)
        if match:
            found.append((match[1].strip(), match[2]))
            column = match.start(2)
        elif found and len(line) - len(line.lstrip()) >= column:
            found[-1] = (found[-1][0], f'{found[-1][1]} {line.strip()}')
        else:
            return []
    return found


def block(lines):
    """One block of a help text: options, something to be shown as it is, or a paragraph."""
    if table := options(lines):
        made = []
        for option, meaning in table:
            made += ['.TP', f'.B {roff(option)}', roff(meaning)]
        return made
    if all(line.startswith('  ') for line in lines):
        return ['.PP', '.RS', '.nf', *(roff(line[2:]) for line in lines), '.fi', '.RE']
    if lines[0] == 'examples:':
        return ['.PP', '.nf', 'Examples:', *map(roff, lines[1:]), '.fi']
    text = ' '.join(line.strip() for line in lines)
    return ['.PP', roff(text[0].upper() + text[1:])]


def section(command, name):
    """What the page says of a subcommand."""
    usage, *blocks = output(command, name, '--help').rstrip('\n').split('\n\n')
    usage = [line.removeprefix('usage: ').strip() for line in usage.split('\n')]
    made = [f'.SS {name}', '.nf', *(f'.B {roff(line)}' for line in usage), '.fi']
    for text in blocks:
        made += block(text.split('\n'))
    return made


def page(command):
    parts = [line for name in commands(command) for line in section(command, name)]
    version = output(command, '--version').split()[-1]
    skeleton = pathlib.Path(__file__).with_name(f'{os.path.basename(command)}.1.in')
    return skeleton.read_text().replace('@VERSION@', version).replace('\n@COMMANDS@\n', '\n' + '\n'.join(parts) + '\n')


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.stdout.write(page(sys.argv[1]))

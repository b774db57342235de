# SPDX-License-Identifier: GPL-2.0-only
"""Writing to the terminal: width, colours where they are wanted, rules and listings."""

import os

import gdb

HARD = '\0'  # a space at which no line is broken
BOLD, DIM, GREEN, BLUE, YELLOW = '1', '2', '32', '34', '33'


def width():
    """Columns to fill: those of the terminal, but never more than 80. A window breaks a line that fills it."""
    return min(gdb.parameter('width') or 80, 80) - divided()


def interactive():
    """Does somebody read at a terminal?"""
    return os.isatty(1)


def clipped(text, most=60):
    """Text that somebody typed, or a type of the program, so that it fits into a sentence."""
    plain = ''.join(one if one.isprintable() else '?' for one in text)
    return plain if len(plain) <= most else plain[: most - 3] + '...'


def reason(problem):
    """What gdb or Python says of a problem, as the end of a sentence."""
    return clipped(str(problem).split('\n')[0].rstrip('.'), 160) or type(problem).__name__


def sentence(text):
    """An error: one line, and on a terminal as many as it fills."""
    return '\n'.join(wrapped(text, '  ', '')) if interactive() else text


def styled(text, *codes):
    """Text in a style, where gdb itself would use one."""
    try:
        wanted = gdb.parameter('style enabled') and interactive() and os.environ.get('TERM', 'dumb') != 'dumb'
    except RuntimeError:
        wanted = False
    return f'\033[{";".join(codes)}m{text}\033[m' if wanted else text


def rule(left, right=''):
    """-- left ------------------------------ right --"""
    fill = width() - len(left) - len(right) - (6 if right else 4) - (2 if right else 0)
    line = f' {styled(left, BOLD)} '
    return f'--{line}{"-" * max(fill, 2)}{f" {right} --" if right else "--"}'


def wrapped(text, indent, first=None):
    """Words filled into lines, with an indent."""
    lines, line = [], indent if first is None else first
    start = len(line)
    for word in text.split(' '):
        if len(line) > start and len(line) + 1 + len(word) > width():
            lines.append(line)
            line, start = indent, len(indent)
        line += (' ' if len(line) > start else '') + word
    return [one.replace(HARD, ' ') for one in (*lines, line)]


def cut(text):
    return text if len(text) <= width() else text[: width() - 3] + '...'


def listing(symtab, here, before=2, after=4):
    """Lines of source around one, with that one marked. Tabs are drawn narrow, so that a line fits."""
    try:
        with open(symtab.fullname(), encoding='utf-8') as file:
            lines = file.read().split('\n')
    except OSError:
        return [f'   ({symtab.filename} cannot be read)']
    shown = []
    end = next((number for number in range(here, len(lines)) if lines[number - 1] == '}'), len(lines))
    for number in range(max(here - before, 1), min(here + after, end) + 1):
        mark = '=>' if number == here else '  '
        line = cut(f'{mark} {number:4}  {lines[number - 1].expandtabs(4)}'.rstrip())
        shown.append(styled(line, GREEN) if number == here else line)
    return shown


def table(rows, right=()):
    """Rows of equal length as aligned columns; the columns named in `right` to the right."""
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(widths[column]) if column in right else cell.ljust(widths[column])
            for column, cell in enumerate(row)
        ]
        lines.append('  '.join(cells).rstrip())
    return lines


def divided():
    """Does gdb show the source in a window of its own?"""
    try:
        return 'src' in gdb.execute('info win', to_string=True)
    except gdb.error:
        return False


def say(lines):
    for line in [lines] if isinstance(lines, str) else lines:
        gdb.write(line + '\n')

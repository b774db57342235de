# SPDX-License-Identifier: GPL-2.0-only
"""Names of functions after 5.8.18: docs/later-functions.tsv, the table that the page *What later kernels changed* shows."""

import csv
import functools
import pathlib

TABLE = pathlib.Path(__file__).resolve().parents[2] / 'docs' / 'later-functions.tsv'
FUNCTIONS = ('renamed', 'beside', 'part', 'new', 'gone')


@functools.cache
def rows():
    """The rows about functions, as dictionaries."""
    with TABLE.open(encoding='utf-8', newline='') as file:
        next(file)  # the line about the licence
        table = csv.DictReader(file, delimiter='\t', quoting=csv.QUOTE_NONE)
        return tuple(row for row in table if row['kind'] in FUNCTIONS)


def newer(name):
    """Rows that say what became of a function."""
    return [row for row in rows() if row['before'] == name]


def candidates(name):
    """The names under which a kernel may have what 5.8.18 calls so, oldest first, with the row of each: [(name, row or None)]."""
    found, at = [(name, None)], 0
    while at < len(found):
        for row in newer(found[at][0]):
            if row['later'] not in ('-', *(one for one, _row in found)):
                found.append((row['later'], row))
        at += 1
    return found


def names_here(name, exists):
    """Of these names, those that a kernel has. `exists` tells whether it has a function of a name."""
    found = []
    for one, row in candidates(name):
        if row is not None and row['kind'] == 'renamed' and exists(row['before']) and row['before'] != '-':
            continue  # still called as before, and the newer name is something else
        if exists(one) and not (one == name and taken(name, exists)):
            found.append(one)
    return found


def taken(name, exists):
    """Is the name now that of another function, which this one would be mistaken for: `__alloc_pages` since 5.13?"""
    return any(
        row['later'] == name and row['before'] != name and row['kind'] == 'renamed' and not exists(row['before'])
        for row in rows()
    )


def change(name, exists):
    """(what became of it, first version seen with that, last one without) of a function that a kernel lacks; None when not known."""
    for row in newer(name):
        if row['kind'] == 'gone':
            return 'gone', row['seen'], row['not_in']
        if exists(row['later']):
            return row['later'], row['seen'], row['not_in']
    return None


def new_functions():
    """[(name, number of its stage)] of functions that 5.8.18 has nothing like."""
    return [(row['later'], row['stage']) for row in rows() if row['kind'] == 'new']

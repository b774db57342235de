# SPDX-License-Identifier: GPL-2.0-only
"""Snapshots of recorded kernels in Pageflow: it loads them, and says what the kernel said."""

import re

import pytest


@pytest.fixture
def shell(pageflow, saved):
    """shell('buddyinfo') gives what a command says of the saved machine."""

    def run(command):
        done = pageflow('shell', input=f'load {saved}\n{command}\n', stdin=None)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def numbers_of(text, pattern):
    """{(node, zone): [numbers]} of the lines of a /proc file that match."""
    return {(found[1], found[2]): found[3].split() for found in re.finditer(pattern, text)}


def test_buddyinfo(shell, kernel):
    pattern = r'Node +(\d+), zone +(\w+) +([\d ]+?) *\n'
    ours = numbers_of(shell('buddyinfo'), pattern)
    theirs = numbers_of(kernel.memory.files['buddyinfo'], pattern)
    assert theirs and {zone: ours[zone] for zone in theirs} == theirs


def test_marks(shell, kernel):
    pattern = r'Node (\d+), zone +(\w+)\n(?:(?!Node).*\n)*?  pages free .*\n(?:        boost .*\n)?((?:        \w+ +\d+\n){6})'
    ours, theirs = numbers_of(shell('zoneinfo'), pattern), numbers_of(kernel.memory.files['zoneinfo'], pattern)
    for zone in kernel.zones():
        name = (str(zone.nid), zone.name)
        limits = dict(zip(theirs[name][::2], theirs[name][1::2]))
        limits.pop('promo', None)
        assert limits.items() <= dict(zip(ours[name][::2], ours[name][1::2])).items()


def test_explain(shell, kernel):
    """The table of the zones has the kernel's free pages and marks, and a plain request finds its page."""
    said = shell('explain GFP_KERNEL 0')
    rows = {(found[1], found[2]): found[3].split() for found in re.finditer(r'node (\d) (\w+) +([\d ]+)\n', said)}
    free = numbers_of(
        kernel.memory.files['zoneinfo'], r'Node (\d+), zone +(\w+)\n(?:(?!Node).*\n)*?  pages free +(\d+)'
    )
    for (nid, name), row in rows.items():
        zone = next(one for one in kernel.zones() if (str(one.nid), one.name) == (nid, name))
        assert row[:4] == [*free[nid, name], *map(str, zone.marks)]
    assert rows and 'answer: page 0x' in said

# SPDX-License-Identifier: GPL-2.0-only
"""A session: what `step` skips, how the screen is divided, and how it begins at alloc_page."""

import contextlib

import pf_chain
import pf_doors
import pf_machine
import pf_screen

import gdb

# `step` stays on the path: these are helpers that every reader knows after the first time.
SKIPPED = ('include/*.h', 'src/world/*.c')

SETTINGS = (
    'set print pretty on',
    'set print frame-arguments scalars',
    'set print array-indexes on',
    'set history save off',
    'set listsize 12',
    'set python print-stack message',
)


class Screen(gdb.Command):
    """Divide the screen: source above, commands below; again: undivided.

    Usage: pf-tui

    The two parts fit into 80x24. The tour then leaves the source to the upper
    part. Ctrl-L draws the screen again, Ctrl-X o changes the part that the arrow
    keys move in."""

    def __init__(self):
        super().__init__('pf-tui', gdb.COMMAND_USER)

    def invoke(self, argument, _from_tty):
        if argument.strip():
            pf_machine.error(f"'pf-tui' takes no argument, not '{pf_screen.clipped(argument.strip())}'")
        try:
            if pf_screen.divided():
                gdb.execute('tui disable')
                return
            gdb.execute('layout pageflow')
            gdb.execute('winheight cmd 13', to_string=True)
        except gdb.error as problem:
            pf_machine.error(f'pf-tui: the screen cannot be divided: {pf_screen.reason(problem)}')


def begin(command, from_file=False):
    """Go to the first request without a word."""
    if from_file:
        pf_doors.FIRST[:] = 'alloc_pages', 'alloc_pages_node if !$stage(2)'
    stops = pf_doors.began_with
    for place in pf_doors.FIRST:
        gdb.execute(f'break {place}', to_string=True)
        stops.append(gdb.breakpoints()[-1])
        stops[-1].silent = True
    try:
        gdb.execute(command, to_string=True)
        if not command.startswith('run'):
            gdb.execute('continue', to_string=True)
    finally:
        for stop in stops:
            if stop.is_valid():
                stop.silent = False
    if not pf_machine.running():
        hint = '' if pf_chain.configuration() == 'numa' else '; a scenario with several nodes needs NUMA=1'
        pf_screen.say(f'The program ended before its first request{hint}.')


def welcome():
    """The first lines of a session."""
    if not pf_machine.running():
        return
    pf_screen.say(
        [
            pf_screen.rule('Pageflow', f'{pf_chain.configuration()}, stopped at the first request'),
            'tour            begins a guided tour;  step, next, bt, print work as ever',
            'pageflow        lists what else there is;  pf-tui divides the screen',
        ]
    )
    gdb.execute('frame')


def install():
    for setting in SETTINGS:
        gdb.execute(setting, to_string=True)
    for pattern in SKIPPED:
        gdb.execute(f'skip -gfi {pattern}', to_string=True)
    # A gdb built without a screen interface does not know the word.
    with contextlib.suppress(gdb.error):
        gdb.execute('tui new-layout pageflow src 1 status 0 cmd 1', to_string=True)
    Screen()

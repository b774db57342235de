# SPDX-License-Identifier: GPL-2.0-only
"""A session: what `step` skips, how the screen is divided, and how it begins at alloc_page."""

import contextlib

import pf_chain
import pf_doors
import pf_kernel_check
import pf_kernel_path
import pf_kernel_words
import pf_machine
import pf_relocate
import pf_screen
import pf_target

import gdb

# `step` stays on the path: these are helpers that every reader knows after the first time.
SKIPPED = ('include/*.h', 'src/world/*.c')

SETTINGS = (
    'set print pretty on',
    'set print frame-arguments scalars',
    'set print array-indexes on',
    'set history save off',
    'set max-value-size unlimited',
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


# The same in a kernel: locks, and what stands for an instruction or two.
SKIPPED_IN_KERNEL = (
    'kernel/locking/*.c',
    'kernel/rcu/*.c',
    'lib/*.c',
    'arch/*/include/asm/*.h',
    'include/asm-generic/*/*.h',
)

# The door at which a session with a kernel begins: the request itself, whatever way in it came by.
KERNEL_FIRST = '__alloc_pages_nodemask'


def begin_kernel():
    """Attached to a kernel: go on to the first request of a process of the guest, without a word."""
    pf_relocate.relocate()
    pf_kernel_check.same_build()
    for pattern in SKIPPED_IN_KERNEL:
        gdb.execute(f'skip -gfi {pattern}', to_string=True)
    names = pf_kernel_path.names_here(KERNEL_FIRST)
    if not names:
        pf_kernel_check.give_up(
            f'{KERNEL_FIRST} is in this kernel under no name that Pageflow knows: it reads 5.4 to 6.12'
        )
    stage = pf_chain.BY_NUMBER['06']
    pf_doors.go(pf_doors.at_door(stage, names[0], asked_for=True))


def welcome_to_kernel():
    """The first lines of a session with a kernel."""
    pf_screen.say(
        [
            pf_screen.rule('Pageflow', f'{pf_kernel_words.version()}, a request of {pf_kernel_words.task()}'),
            'tour            begins a guided tour;  step, next, bt, print work as ever',
            'pageflow        lists what else there is;  pf-page, pf-buddyinfo: its memory',
            *pf_screen.wrapped(gdb.execute('frame', to_string=True).split('\n')[0], '    ', ''),
        ]
    )


def welcome():
    """The first lines of a session."""
    if not pf_machine.running():
        return
    if pf_target.on_kernel():
        welcome_to_kernel()
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

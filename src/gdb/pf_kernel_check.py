# SPDX-License-Identifier: GPL-2.0-only
"""Meeting a kernel: attaching to it, and whether the symbols are those of its build."""

import contextlib
import os

import pf_screen
import pk_files

import gdb


def give_up(text):
    """One line, and the end of the session: without the kernel there is nothing to look at."""
    gdb.write(f'kernel: error: {text}\n', gdb.STDERR)
    gdb.execute('quit 1')


def keep_index(directory):
    """Let gdb keep what it finds out about the symbols: a second session finds types at once."""
    gdb.execute(f'set index-cache directory {directory}', to_string=True)
    try:
        gdb.execute('set index-cache enabled on', to_string=True)
    except gdb.error:  # before gdb 13
        gdb.execute('set index-cache on', to_string=True)


@contextlib.contextmanager
def unheard():
    """gdb says where a kernel that it meets is stopped, past whoever asks for its words."""
    gdb.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        gdb.flush()
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def attach():
    """Connect to the kernel, at the place that .ci/kernel has found."""
    place = os.environ['PAGEFLOW_KERNEL']
    gdb.execute('set tcp auto-retry off')
    try:
        with unheard():
            gdb.execute(f'target remote {place}', to_string=True)
    except gdb.error as problem:
        give_up(
            f'{place} does not answer as a kernel that waits for a debugger ({pf_screen.reason(problem)}): '
            'is another debugger attached, or are the symbols for another machine?'
        )
    except KeyboardInterrupt:
        gdb.execute('quit 130')


def address_of(name):
    """The address of a name of the kernel, known by the linker alone or not; None where there is none."""
    try:
        return int(gdb.parse_and_eval(f"(unsigned long)&'{name}'"))
    except gdb.error:
        return None


def running_build_id(moved=0):
    """The build-id that the running kernel has in its memory, in hex; None for one without. `moved` is by how much it was."""
    first, end = address_of('__start_notes'), address_of('__stop_notes')
    if first is None or end is None:
        return None
    data = bytes(gdb.selected_inferior().read_memory(first + moved, end - first))
    for owner, kind, text in pk_files.notes(data):
        if (owner, kind) == pk_files.BUILD_ID_NOTE:
            return text.hex()
    return None


def has_own_notes(moved):
    """Does the running kernel have the build-id of the symbols where it would be if it had been moved by that much?"""
    try:
        return running_build_id(moved) == gdb.objfiles()[0].build_id
    except gdb.MemoryError:
        return False


def another_build():
    """What tells that the symbols are not those of the running kernel, or None."""
    ours = gdb.objfiles()[0].build_id
    try:
        running = running_build_id()
    except gdb.MemoryError:
        return 'where they say that its notes are, there is no memory'
    if running == ours:
        return None
    if running is None:
        return 'where they say that its notes are, there is something else'
    return f'its build-id begins with {running[:12]}, theirs with {(ours or "nothing")[:12]}'


def same_build():
    """End the session where symbols and kernel do not belong together. The kernel must be in its own code."""
    told = another_build()
    if told:
        name = gdb.objfiles()[0].filename
        give_up(
            f'the symbols of {name} are of another build than the kernel that runs ({told}): give those of the same build'
        )

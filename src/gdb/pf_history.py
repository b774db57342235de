# SPDX-License-Identifier: GPL-2.0-only
"""What happened since the last stop: events and free lists, noted each time the program stops."""

import pf_kernel_events
import pf_kernel_request
import pf_machine
import pf_target

import gdb

# Walking very long lists at each stop would make `step` slow.
MOST_BLOCKS = 20_000


class Moment:
    """What pf-events and pf-diff compare with: how many events there were, and what was on the lists."""

    def __init__(self):
        counter = gdb.lookup_global_symbol('event_log_count')
        self.events = int(counter.value()) if counter is not None else None
        self.lists = None
        self.process = gdb.selected_inferior().pid
        world = gdb.lookup_global_symbol('world')
        if world is not None and int(world.value()):
            attach(world.value())
        if pf_target.on_kernel() or (world is not None and int(world.value())):
            areas = (zone['free_area'][order] for zone in pf_machine.zones() for order in range(11))
            if sum(int(area['nr_free']) for area in areas) <= MOST_BLOCKS:
                self.lists = pf_machine.free_lists()


def attach(machine):
    """Let the log have the events of a machine that nobody listens to, such as one that a file of commands made."""
    if not int(machine['subscriber']) and pf_machine.static('event_log_count') is not None:
        gdb.execute('set variable world->subscriber = keep_event')


previous = None
now = None


def _stopped(_event):
    global previous, now
    if pf_kernel_request.revealing:
        return
    try:
        moment = Moment()
    except (gdb.error, gdb.GdbError, RuntimeError):
        return
    previous, now = now if now is not None and now.process == moment.process else None, moment


def _ended(_event):
    global previous, now
    previous = now = None


def remember(moment):
    """Compare with this moment instead of the last stop: for commands that stop several times on their way."""
    global previous
    previous = moment


def install():
    gdb.events.stop.connect(_stopped)
    gdb.events.exited.connect(_ended)


def events():
    """Numbers of the events since the last stop."""
    pf_machine.need_program()
    if pf_target.on_kernel():
        return range(len(pf_kernel_events.log))
    counter = gdb.lookup_global_symbol('event_log_count')
    if counter is None:
        pf_machine.error("this program keeps no log of events: start the debugger with 'make gdb'")
    count = int(counter.value())
    first = previous.events if previous is not None and previous.events is not None else 0
    size = gdb.lookup_global_symbol('event_log').type.range()[1] + 1
    return range(max(first, count - size), count)


def event_text(number):
    """An event as a line: of our program, printed by itself."""
    if pf_target.on_kernel():
        return pf_kernel_events.text(number)
    return pf_machine.call('event_text', number).string()


def difference():
    """[(zone, place, type, before, after)] of the lists that changed since the last stop; PFNs in list order."""
    if now is None:
        pf_machine.need_program()
    if now is None or now.lists is None or (previous is not None and previous.lists is None):
        pf_machine.error(f'the free lists were not noted: there are more than {MOST_BLOCKS} free blocks')
    before = previous.lists if previous is not None else None
    if before is None:
        return None
    after = pf_machine.free_lists()
    keys = [key for key in {**after, **before} if before.get(key) != after.get(key)]
    keys.sort(key=lambda key: (key[0], isinstance(key[1], str), str(key[1]).zfill(8), key[2]))
    return [(*key, before.get(key, []), after.get(key, [])) for key in keys]

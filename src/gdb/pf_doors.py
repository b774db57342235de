# SPDX-License-Identifier: GPL-2.0-only
"""Where the tour stops: breakpoints of its own, and running on to one of them."""

import pf_chain
import pf_history
import pf_kernel_events
import pf_kernel_path
import pf_kernel_request
import pf_target

import gdb

# Where a request of the program begins.
FIRST = ['alloc_page']

# A kernel's function that is inlined in more places than this is passed on the way to the next door, unless it is asked for.
MOST_PLACES = 12

# Breakpoints there that the session began with. They are the reader's to use, but the tour goes by its own.
began_with = []


class State:
    """Where the tour is: the last door it showed, what it passed, which step it showed."""

    def __init__(self):
        self.last_door = None
        self.passed_again = 0
        self.visited = []
        self.last_step = None
        self.by_reader = []
        self.stack = None  # of a kernel's: the one that the request runs on
        self.left = None  # of a kernel's: place and stack where it was left last
        self.waiting = []  # of a kernel's: doors at the place where it is that were not shown yet, outermost first


tour = State()


def stack(frame):
    """A number that stays the same for a frame while it lives."""
    return int(frame.read_register('sp'))


# ---- Breakpoints of our own ------------------------------------------------------------------------------------


class Door(gdb.Breakpoint):
    """Stops where the program enters a stage from outside, and not for the same entry again and again.

    One that was asked for stops each time."""

    def __init__(self, stage, function, asked_for=False):
        super().__init__(function, internal=True)
        self.stage, self.asked_for, self.silent = stage, asked_for, True

    def stop(self):
        frame = gdb.newest_frame()
        caller = frame.older()
        if caller is None or pf_chain.of_frame(caller) is self.stage:
            return False
        key = (self.stage.number, stack(caller))
        if key == tour.last_door and not self.asked_for:
            tour.passed_again += 1
            return False
        tour.last_door = key
        tour.by_reader = None
        return True


class KernelDoor(gdb.Breakpoint):
    """A door of a kernel, at one place where it is entered: stops for the request that is followed, and for nobody else's."""

    def __init__(self, stage, entry, asked_for=False):
        super().__init__(f'*{entry.address:#x}', internal=True)
        self.stage, self.entry, self.asked_for, self.silent = stage, entry, asked_for, True

    @pf_kernel_request.interruptible
    def stop(self):
        if not followed() or self.same_entry():
            return False
        name, caller = pf_kernel_request.outside(self.entry.name)
        if not self.asked_for and name is not None and pf_kernel_path.stage_number(name) == self.stage.number:
            return False
        key = (self.stage.number, stack(caller) if caller is not None else 0)
        if key == tour.last_door and not self.asked_for:
            tour.passed_again += 1
            return False
        tour.last_door = key
        tour.by_reader = None
        tour.waiting.append(self.entry)
        return True

    def same_entry(self):
        """Is the program still in the call that it came to last, at the place where it was stopped or at a later part of it?"""
        newest = gdb.newest_frame()
        names = pf_kernel_path.functions_at(newest.pc())
        return (newest.pc(), stack(newest)) == tour.left or names.count(self.entry.name) > 1


def followed():
    """Is it the request that the tour follows that stopped, or, between two, one of a process?"""
    if tour.stack is None:
        return pf_kernel_request.user_task() is not None
    return pf_kernel_request.stack_of(gdb.newest_frame()) == tour.stack


class Place(gdb.Breakpoint):
    """Stops in a function of a stage that is not its door."""

    def __init__(self, function):
        super().__init__(function, internal=True)
        self.silent = True

    def stop(self):
        tour.last_door = tour.by_reader = None
        return True


class Passing(gdb.FinishBreakpoint):
    """Does not stop: notes that a request is over, and the next one begins with an empty map."""

    def __init__(self, frame):
        super().__init__(frame, internal=True)
        self.silent = True

    def stop(self):
        tour.visited = []
        return False


class Point(gdb.Breakpoint):
    """Stops at one line, provided that the stage is still the one that is toured."""

    def __init__(self, filename, line, stage, step):
        super().__init__(f'{filename}:{line}', internal=True)
        self.stage, self.step, self.silent = stage, step, True

    def stop(self):
        return bool(pf_chain.path()) and pf_chain.path()[-1][0] is self.stage


class End(gdb.FinishBreakpoint):
    """Stops when a function has returned, with what it returned."""

    def __init__(self, frame):
        super().__init__(frame, internal=True)
        self.silent, self.reached = True, False

    def stop(self):
        self.reached = True
        return True

    def returned(self):
        value = self.return_value
        return 'nothing' if value is None else str(value)


def go(breakpoints):
    """Run on until one of these, or something of the reader's own, stops the program."""
    if pf_target.on_kernel():
        tour.waiting = still_waiting(breakpoints)
        tour.stack = pf_kernel_request.stack_of(gdb.newest_frame()) if pf_chain.path() else None
        if tour.waiting:
            for one in breakpoints:
                one.delete()
            return show_waiting()
        tour.left = gdb.newest_frame().pc(), stack(gdb.newest_frame())
        pf_kernel_events.log.clear()
        if tour.stack is not None:
            pf_kernel_events.begin()
        try:
            run_on(breakpoints)
        finally:
            pf_kernel_events.end()
        return arrive()
    return run_on(breakpoints)


def still_waiting(breakpoints):
    """Doors at the place where a kernel is that were not shown yet, of those that are asked for."""
    asked = {(one.entry.address, one.entry.name) for one in breakpoints if isinstance(one, KernelDoor)}
    here = gdb.newest_frame().pc()
    return [entry for entry in tour.waiting if entry.address == here and (entry.address, entry.name) in asked]


def arrive():
    """A kernel has stopped: from now on its request is followed; of several doors at one address the outermost is shown first."""
    names = pf_kernel_path.functions_at(gdb.newest_frame().pc())
    tour.waiting.sort(key=lambda entry: -names.index(entry.name) if entry.name in names else 0)
    if tour.waiting:
        tour.stack = pf_kernel_request.stack_of(gdb.newest_frame())
        show_waiting()


def show_waiting():
    pf_kernel_request.reveal(tour.waiting.pop(0).name)


def run_on(breakpoints):
    before, tour.by_reader = pf_history.now, []
    loud = [one for one in gdb.breakpoints() if one.is_valid() and not one.silent]
    for one in loud:
        one.silent = True
    first = [one for one in began_with if one.is_valid() and one.enabled]
    for one in first:
        one.enabled = False
    gdb.events.stop.connect(note_reader)
    try:
        gdb.execute('continue', to_string=True)
    finally:
        gdb.events.stop.disconnect(note_reader)
        for one in loud:
            if one.is_valid():
                one.silent = False
        for one in first:
            if one.is_valid():
                one.enabled = True
        for one in breakpoints:
            if one.is_valid():
                one.delete()
    if before is not None:
        pf_history.remember(before)


def note_reader(event):
    """Remember which of the reader's own breakpoints stopped the program, unless a door did too."""
    if tour.by_reader is not None and isinstance(event, gdb.BreakpointEvent):
        tour.by_reader = [one.number for one in event.breakpoints if one.number > 0]


def end(frame):
    """Stops when a function has returned."""
    return pf_kernel_request.Return(frame) if pf_target.on_kernel() else End(frame)


def at_door(stage, name, asked_for=False):
    """The breakpoints of a door: a kernel's may be inlined in several places."""
    if pf_target.on_kernel():
        entries = pf_kernel_path.entries(name)
        if len(entries) > MOST_PLACES and not asked_for:
            return []
        return [KernelDoor(stage, entry, asked_for) for entry in entries]
    return [Door(stage, name, asked_for)]


def doors():
    return [one for stage in pf_chain.STAGES for name in pf_chain.doors(stage) for one in at_door(stage, name)]

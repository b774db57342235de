# SPDX-License-Identifier: GPL-2.0-only
"""Where the tour stops: breakpoints of its own, and running on to one of them."""

import pf_chain
import pf_history

import gdb

# Where a request of the program begins.
FIRST = ['alloc_page']

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


def doors():
    return [Door(stage, function) for stage in pf_chain.STAGES for function in pf_chain.doors(stage)]

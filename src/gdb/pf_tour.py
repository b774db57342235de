# SPDX-License-Identifier: GPL-2.0-only
"""The guided tour: from door to door, through the steps of a stage, and why the program is where it is."""

import pathlib

import pf_chain
import pf_history
import pf_machine
import pf_names
import pf_printers
import pf_screen
import pf_source
from pf_screen import BLUE, BOLD, DIM, HARD, YELLOW, rule, say, styled, wrapped

import gdb

# Where a request of the program begins.
FIRST = ['alloc_page']


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
    """Stops where the program enters a stage from outside, and not for the same entry again and again."""

    def __init__(self, stage, function):
        super().__init__(function, internal=True)
        self.stage, self.silent = stage, True

    def stop(self):
        frame = gdb.newest_frame()
        caller = frame.older()
        if caller is None or pf_chain.of_frame(caller) is self.stage:
            return False
        key = (self.stage.number, stack(caller))
        if key == tour.last_door:
            tour.passed_again += 1
            return False
        tour.last_door = key
        tour.by_reader = None
        return True


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
    gdb.events.stop.connect(note_reader)
    try:
        gdb.execute('continue', to_string=True)
    finally:
        gdb.events.stop.disconnect(note_reader)
        for one in loud:
            if one.is_valid():
                one.silent = False
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


# ---- What is shown ---------------------------------------------------------------------------------------------


def value_in_words(name, value):
    """An argument, decoded."""
    kind = value.type.strip_typedefs().unqualified()
    if value.type.name == 'gfp_t':
        return f'{value} ({int(value):#x})'
    if name in pf_names.MEANING and kind.code == gdb.TYPE_CODE_INT:
        return pf_names.text(pf_names.MEANING[name], int(value))
    if name == 'order':
        order = int(value)
        return f'{order}: {pf_printers.amount(1 << order, "page")}, {4 << order} KiB' if order < 64 else str(order)
    if name in ('nid', 'preferred_nid', 'node') and kind.code == gdb.TYPE_CODE_INT:
        return f'node {int(value)}' if int(value) >= 0 else 'no particular node'
    if kind.code == gdb.TYPE_CODE_PTR:
        return pointer_in_words(name, value, kind.target().strip_typedefs().unqualified())
    return str(value)


def pointer_in_words(name, value, target):
    if int(value) == 0:
        return 'all nodes' if target.name == 'nodemask' or target.tag == 'nodemask' else 'none'
    if target.tag == 'alloc_context':
        context = dict(pf_printers.alloc_context(value.dereference()).parts)
        if context['zonelist'] == '0x0':
            return 'empty, to be filled in'
        return f'{context["zonelist"]}; {context["migratetype"]}; up to {context["highest_zoneidx"]}'
    if target.tag in ('zone', 'page', 'nodemask', 'zonelist'):
        shown = pf_printers.printer(value) or pf_printers.printer(value.dereference())
        if shown is not None:
            return str(shown.to_string())
    if target.code == gdb.TYPE_CODE_INT:
        now = value.dereference()
        text = pf_names.text(pf_names.MEANING[name], int(now)) if name in pf_names.MEANING else str(now)
        return f'may be changed; now {text}'
    return str(value)


def arguments(frame):
    """[(name, text)] of the arguments of a frame."""
    found = []
    for symbol in frame.block():
        if symbol.is_argument:
            try:
                found.append((symbol.name, value_in_words(symbol.name, symbol.value(frame))))
            except (gdb.error, gdb.GdbError, KeyError) as problem:
                found.append((symbol.name, f'<{problem}>'))
    return found


def onwards(stage):
    """Where the path goes from here, in a line or two."""
    following = [f'{one.number}{HARD}{one.door}{f" ({when})" if when else ""}' for one, when in pf_chain.onwards(stage)]
    if not following:
        callers = [one for one, _frame in pf_chain.path() if one is not stage]
        following = [f'back to {callers[-1].number}{HARD}{callers[-1].door}'] if callers else ['back to the caller']
    return wrapped(', '.join(following), ' ' * 9, 'onwards  ')


def code(place, before=2, after=4):
    """The lines around a place, unless they are on the screen anyway."""
    if pf_screen.divided():
        return []
    return [styled(place.symtab.filename, DIM), *pf_screen.listing(place.symtab, place.line, before, after)]


def banner():
    """Show the door that the program is at."""
    frame = gdb.selected_frame()
    stage = pf_chain.of_frame(frame)
    if stage not in tour.visited:
        tour.visited.append(stage)
    name = frame.name()
    lines = [rule(f'{stage.number} {name}', stage.group)]
    title = stage.short if name == stage.door else f'{stage.short} (a way into {stage})'
    lines += [f'{styled(title, BOLD)}', *wrapped(stage.question, '')]
    rows = arguments(frame)
    wide = max((len(one) for one, _text in rows), default=0)
    for one, text in rows:
        lines += wrapped(text, ' ' * (wide + 4), f'  {one.ljust(wide)}  ')
    place = frame.find_sal()
    lines += [*code(place)]
    lines += onwards(stage)
    lines.append(styled('tour     next | into | out | why | map', BLUE))
    say(lines)


def here():
    """Show where the program is, whatever that is."""
    frame = gdb.newest_frame()
    frame.select()
    stage = pf_chain.of_frame(frame)
    if tour.by_reader:
        say(f'(stopped by your breakpoint {", ".join(map(str, tour.by_reader))})')
    elif tour.passed_again:
        say(f'(on the way the last door was passed again, {pf_printers.amount(tour.passed_again, "time")})')
    tour.passed_again, tour.by_reader = 0, []
    if stage is None:
        say(gdb.execute('frame', to_string=True).rstrip())
    elif frame.name() in stage.doors and pf_chain.of_frame(frame.older()) is not stage:
        banner()
    else:
        inside(frame, stage)


def inside(frame, stage):
    place = frame.find_sal()
    say([rule(f'{stage.number} {stage.door}', f'in {frame.name()}'), *code(place)])
    say(styled('tour     next | into | out | why | map', BLUE))


def what_changed():
    """One line about events and lists since the last stop."""
    parts = []
    try:
        count = len(pf_history.events())
        if count:
            parts.append(f'{pf_printers.amount(count, "event")} (pf-events)')
        changed = len(pf_history.difference() or [])
        if changed:
            parts.append(f'{pf_printers.amount(changed, "list")} changed (pf-diff)')
    except gdb.GdbError:
        return []
    return [f'since the last stop: {", ".join(parts)}'] if parts else []


def ended():
    """The program ran to its end."""
    tour.__init__()
    say('The scenario is over and the program has ended. `tour` begins it again.')


def finished(name, stage, end):
    """A function returned."""
    frame = gdb.newest_frame()
    frame.select()
    say(rule(f'{stage.number} {name}', 'returned'))
    value = end.return_value
    text = end.returned()
    if value is not None and value.type.strip_typedefs().code == gdb.TYPE_CODE_PTR:
        target = value.type.strip_typedefs().target().unqualified()
        if int(value) == 0:
            text = 'NULL: no page' if target.tag == 'page' else 'NULL'
        elif target.tag == 'page':
            page = value.dereference()
            zone = pf_machine.zone_name(pf_machine.zone_of(page))
            text = f'{value} of zone {zone}: {pf_machine.page_state(pf_machine.PageMap().pfn(int(value)))[0]}'
    say([*wrapped(f'{name} returned {text}', '  ', ''), *what_changed()])
    place = frame.find_sal()
    say([*code(place, 1, 2)])
    say(styled('tour     next | into | out | why | map', BLUE))


# ---- The commands ----------------------------------------------------------------------------------------------


def start():
    """Run the program to its first request."""
    tour.__init__()
    places = [place.partition(' if ') for place in FIRST]
    stops = [gdb.Breakpoint(place, internal=True) for place, _if, _condition in places]
    for stop, (_place, _if, condition) in zip(stops, places):
        stop.silent = True
        if condition:
            stop.condition = condition
    loud = [one for one in gdb.breakpoints() if not one.silent]
    for one in loud:
        one.silent = True
    try:
        gdb.execute('run', to_string=True)
    finally:
        for one in loud:
            one.silent = False
        for stop in stops:
            if stop.is_valid():
                stop.delete()


class Tour(gdb.Command):
    """Walk down the path of an allocation with explanations.

    Usage: tour
           tour next | into | out | why | map

    Starts the program if it does not run, goes to the next request if it is between
    two, and shows where it is: the stage's number and door, the question that it
    answers, the arguments in words, the code, and where the path goes from there.

      tour next   go on to the next stage's door, or to the end of the request
      tour into   go on to the next numbered step inside this stage
      tour out    let this stage finish, and see what it returned
      tour why    the conditions that led here, with the values they saw
      tour map    the whole chain, with the place where you are

    Your own breakpoints stay in force on the way."""

    def __init__(self):
        super().__init__('tour', gdb.COMMAND_USER, gdb.COMPLETE_NONE, True)

    def invoke(self, argument, _from_tty):
        if argument.strip():
            pf_machine.error(f"there is no 'tour {argument.split()[0]}': there are next, into, out, why and map")
        if not pf_machine.running():
            if gdb.lookup_global_symbol(FIRST[0]) is None:
                pf_machine.error("this program does not allocate pages: start the debugger with 'make gdb'")
            start()
        if not pf_machine.running():
            ended()
        elif pf_chain.path():
            tour.last_door = (pf_chain.path()[-1][0].number, stack(gdb.newest_frame().older()))
            here()
        else:
            Next.go_on()


class Next(gdb.Command):
    """Go on to the next stage's door, or to the end of this request.

    Usage: tour next

    A door that is entered again and again from the same place is shown once; how often
    it was passed is said."""

    def __init__(self):
        super().__init__('tour next', gdb.COMMAND_USER)

    def invoke(self, argument, _from_tty):
        no_argument('tour next', argument)
        pf_machine.need_program()
        self.go_on()

    @staticmethod
    def go_on():
        path = pf_chain.path()
        end = name = stage = None
        if path:
            stage, frame = path[0]
            name, end = frame.name(), End(frame)
        else:
            tour.__init__()
        go([*doors(), *([end] if end else [])])
        if not pf_machine.running():
            ended()
        elif end is not None and end.reached:
            tour.last_door = None
            finished(name, stage, end)
        else:
            here()


class Into(gdb.Command):
    """Go on to the next numbered step inside this stage.

    Usage: tour into

    A step is what the code marks as one, and what the chapter has as a heading. After
    the last step the stage finishes, and what it returned is shown."""

    def __init__(self):
        super().__init__('tour into', gdb.COMMAND_USER)

    def invoke(self, argument, _from_tty):
        no_argument('tour into', argument)
        stage, frame = current_stage('tour into')
        marks = self.marks(stage)
        newest = gdb.newest_frame()
        place = newest.find_sal()
        for point in marks:
            lines = {location.source[1] for location in point.locations} if hasattr(point, 'locations') else set()
            line = next(iter(lines), point.step[2] + 1)
            if place.line == line and (line, stack(newest)) != tour.last_step and pf_chain.of_frame(newest) is stage:
                for one in marks:
                    one.delete()
                self.show(point.step)
                return
        name, end = frame.name(), End(frame)
        go([*marks, end])
        if not pf_machine.running():
            ended()
        elif end.reached:
            finished(name, stage, end)
        else:
            self.arrived(stage)

    @staticmethod
    def marks(stage):
        points = []
        for file in sorted((pf_chain.ROOT / 'src' / 'stages').glob(f'{stage.number}-*.c')):
            for step in pf_source.steps(file.read_text(encoding='utf-8')):
                try:
                    points.append(Point(f'src/stages/{file.name}', step[2] + 1, stage, step))
                except gdb.error:
                    continue  # code of the other configuration
        return points

    def arrived(self, stage):
        frame = gdb.newest_frame()
        if pf_chain.of_frame(frame) is not stage:
            here()
            return
        place = frame.find_sal()
        text = pathlib.Path(place.symtab.fullname()).read_text(encoding='utf-8')
        near = [step for step in pf_source.steps(text) if step[2] < place.line]
        if near:
            self.show(near[-1])
        else:
            here()

    @staticmethod
    def show(step):
        frame = gdb.newest_frame()
        frame.select()
        stage, place = pf_chain.of_frame(frame), frame.find_sal()
        tour.last_step = (place.line, stack(frame))
        say(rule(f'{stage.number} {stage.door}', f'step {step[0]} of {frame.name()}'))
        say([styled(line, BOLD) for line in wrapped(step[1], '')])
        say([*code(place, 1, 5)])
        say(styled('tour     next | into | out | why | map', BLUE))


class Out(gdb.Command):
    """Let this stage finish, and see what it returned and what changed.

    Usage: tour out"""

    def __init__(self):
        super().__init__('tour out', gdb.COMMAND_USER)

    def invoke(self, argument, _from_tty):
        no_argument('tour out', argument)
        stage, frame = current_stage('tour out')
        name, end = frame.name(), End(frame)
        go([end])
        if not pf_machine.running():
            ended()
        elif end.reached:
            finished(name, stage, end)
        else:
            here()


class Map(gdb.Command):
    """Show the whole chain, with the place where you are.

    Usage: tour map

    '>' is where the program is, '|' what it came through and will return to, '*' what
    the tour has shown of this request."""

    def __init__(self):
        super().__init__('tour map', gdb.COMMAND_USER)

    def invoke(self, argument, _from_tty):
        no_argument('tour map', argument)
        path = [stage for stage, _frame in pf_chain.path()] if pf_machine.running() else []
        group = None
        for stage in pf_chain.STAGES:
            mark = ' '
            if path and stage is path[-1]:
                mark = '>'
            elif stage in path:
                mark = '|'
            elif stage in tour.visited:
                mark = '*'
            title = stage.group if stage.group != group else ''
            group = stage.group
            line = f'{title:<18} {mark} {stage.number} {stage.door:<31} {stage.short}'
            say(styled(line.rstrip(), BOLD, YELLOW) if mark == '>' else line.rstrip())
        if path:
            say(f"you are here: {' > '.join(stage.number for stage in path)}, in {gdb.newest_frame().name()}")


class Why(gdb.Command):
    """The conditions that led here, with the values that their variables have now.

    Usage: tour why

    Read from the source: every condition on the way from the beginning of a function to
    the line where the program is, for this stage and for the one that called it. In a
    walk over zones, the arithmetic of each zone's watermark comes with it."""

    def __init__(self):
        super().__init__('tour why', gdb.COMMAND_USER)

    def invoke(self, argument, _from_tty):
        no_argument('tour why', argument)
        pf_machine.need_program()
        if not pf_chain.path():
            pf_machine.error('the program is between two requests: `tour` goes on to the next one')
        import pf_why

        pf_why.show()


def no_argument(command, argument):
    if argument.strip():
        pf_machine.error(f"'{command}' takes no argument, not '{argument.strip()}'")


def current_stage(command):
    """The stage that the program is in, and the frame where it entered it."""
    pf_machine.need_program()
    path = pf_chain.path()
    if not path:
        pf_machine.error(f"'{command}' needs a stage to be in: `tour` goes on to the next request")
    return path[-1]


def install():
    for command in (Tour, Next, Into, Out, Why, Map):
        command()

# SPDX-License-Identifier: GPL-2.0-only
"""The guided tour: from door to door, through the steps of a stage, and why the program is where it is."""

import pf_chain
import pf_kernel_words
import pf_machine
import pf_source
import pf_target
from pf_banner import code, ended, finished, footer, here, never
from pf_doors import FIRST, Passing, Place, Point, at_door, doors, end, go, stack, tour
from pf_screen import BOLD, YELLOW, clipped, rule, say, styled, wrapped

import gdb


def start():
    """Run the program to its first request."""
    if pf_target.on_kernel():
        pf_machine.error('no kernel is attached: start the debugger with make gdb KERNEL=debian')
    if gdb.lookup_global_symbol(FIRST[0].partition(' if ')[0]) is None:
        pf_machine.error("this program does not allocate pages: start the debugger with 'make gdb'")
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


class Walk(gdb.Command):
    """What the commands of the tour have in common: no argument, unless they say so, and one line for what is wrong."""

    name = ''
    takes_words = False

    def __init__(self):
        super().__init__(self.name, gdb.COMMAND_USER)

    def invoke(self, argument, _from_tty):
        with pf_machine.one_line(self.name):
            if argument.strip() and not self.takes_words:
                pf_machine.error(f"'{self.name}' takes no argument, not '{clipped(argument.strip())}'")
            self.walk(argument.strip())

    def walk(self, words):
        raise NotImplementedError


class Tour(Walk):
    """Walk down the path of an allocation with explanations.

    Usage: tour
           tour next | into | out | to STAGE | why | map

    Starts the program if it does not run, goes to the next request if it is
    between two, and shows where it is: the stage's number and door, the question
    that it answers, the arguments in words, the code, where the path goes from
    there, and the page of the book.

      tour next   go on to the next stage's door, or to the end of the request
      tour into   go on to the next numbered step inside this stage
      tour out    let this stage finish, and see what it returned
      tour to 11  go on to the next stop at stage 11, or at the function named
      tour why    the conditions that led here, with the values they saw
      tour map    the whole chain, with the place where you are

    Your own breakpoints stay in force on the way. The return key repeats a
    command."""

    name, takes_words = 'tour', True

    def __init__(self):
        gdb.Command.__init__(self, self.name, gdb.COMMAND_USER, gdb.COMPLETE_NONE, True)

    def walk(self, words):
        if words:
            pf_machine.error(f"there is no 'tour {clipped(words.split()[0])}': {self.remedy(words.split()[0])}")
        if not pf_machine.running():
            start()
        if not pf_machine.running():
            ended()
        elif pf_chain.path():
            tour.last_door = (pf_chain.path()[-1][0].number, stack(gdb.newest_frame().older()))
            here()
        else:
            Next.go_on()

    @staticmethod
    def remedy(word):
        """What to type instead."""
        if word in ('back', 'prev', 'previous', 'up'):
            return 'it goes one way; `record` and then reverse-finish go back, `kill` and `tour` begin again'
        try:
            stage = pf_chain.find(word)
        except gdb.GdbError:
            return 'there are next, into, out, to, why and map; `help tour` explains them'
        return f'did you mean `tour to {stage.number}`?'


class Next(Walk):
    """Go on to the next stage's door, or to the end of this request.

    Usage: tour next

    A door that is entered again and again from the same place is shown once; how
    often it was passed is said."""

    name = 'tour next'

    def walk(self, _words):
        pf_machine.need_program()
        self.go_on()

    @staticmethod
    def go_on():
        path = pf_chain.path()
        over = name = stage = None
        if path:
            stage, frame = path[0]
            name, over = frame.name(), end(frame)
        else:
            tour.__init__()
        go([*doors(), *([over] if over else [])])
        if not pf_machine.running():
            ended()
        elif over is not None and over.reached:
            tour.last_door = tour.stack = None
            finished(name, stage, over)
        else:
            here()


class To(Walk):
    """Go on to the next stop at a stage, past everything before it.

    Usage: tour to STAGE

    STAGE is a number (11), a stem (11-__rmqueue), a door (__rmqueue) or another
    function of a stage (expand). A number stands for each door of the stage. If
    this request does not come to it, a later one may. No door is passed for being
    the same again: 'tour to 09' in a walk over the zones stops for each zone."""

    name, takes_words = 'tour to', True

    def walk(self, words):
        if len(words.split()) != 1:
            pf_machine.error(f"'tour to' takes one stage, such as `tour to 11`, not '{clipped(words) or 'nothing'}'")
        stage = pf_chain.find(words)
        function = None if words.isdigit() or words == stage.stem else words
        if not pf_machine.running():
            start()
            if self.arrived(stage, function):
                here()
                return
        if pf_machine.running():
            self.go_on(stage, function)
        if not pf_machine.running():
            never(stage, function)
        else:
            here()

    @staticmethod
    def go_on(stage, function):
        path = pf_chain.path()
        tour.passed_again = 0
        if not path:
            tour.__init__()
        if pf_target.on_kernel():
            if stage.layer in (
                'slow',
                'charge',
            ):  # that may take for ever, where memory is plenty and nobody is charged
                say(f'going on until a request comes to {stage}; Ctrl-C stops')
            To.go_on_in_kernel(stage, function, path)
            return
        if path:
            Passing(path[0][1])
        if function is None or pf_chain.is_door(stage, function):
            wanted = [function] if function else pf_chain.doors(stage)
            go([stop for one in wanted for stop in at_door(stage, one, asked_for=True)])
        else:
            go([Place(function)])

    @staticmethod
    def go_on_in_kernel(stage, function, path):
        """First within this request; when that is over, any other process's will do."""
        wanted = [function] if function else pf_chain.doors(stage)
        if not wanted:
            pf_machine.error(pf_kernel_words.no_door(stage))
        over = end(path[0][1]) if path else None
        go([*(stop for one in wanted for stop in at_door(stage, one, asked_for=True)), *([over] if over else [])])
        if over is not None and over.reached:
            tour.__init__()
            go([stop for one in wanted for stop in at_door(stage, one, asked_for=True)])

    @staticmethod
    def arrived(stage, function):
        """Is the program where the reader wants to go, having just been started?"""
        path = pf_chain.path() if pf_machine.running() else []
        return bool(path) and path[-1][0] is stage and function in (None, gdb.newest_frame().name())

    def complete(self, text, word):
        return [
            one for stage in pf_chain.STAGES for one in (stage.number, *stage.doors) if one.startswith(word or text)
        ]


class Into(Walk):
    """Go on to the next numbered step inside this stage.

    Usage: tour into

    A step is what the code marks as one, and what the chapter has as a heading.
    After the last step the stage finishes, and what it returned is shown."""

    name = 'tour into'

    def walk(self, _words):
        stage, frame = current_stage('tour into')
        if pf_target.on_kernel():
            say(pf_kernel_words.no_steps())
            return
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
        name, over = frame.name(), end(frame)
        go([*marks, over])
        if not pf_machine.running():
            ended()
        elif over.reached:
            finished(name, stage, over)
        else:
            self.arrived(stage)

    @staticmethod
    def marks(stage):
        points = []
        for file in sorted((pf_chain.ROOT / 'src' / 'stages').glob(f'{stage.number}-*.c')):
            for step in pf_source.steps(pf_chain.source(file)):
                try:
                    points.append(Point(f'src/stages/{file.name}', step[2] + 1, stage, step))
                except gdb.error:
                    continue  # a file that this program is built without
        return points

    def arrived(self, stage):
        frame = gdb.newest_frame()
        if pf_chain.of_frame(frame) is not stage:
            here()
            return
        place = frame.find_sal()
        near = [step for step in pf_source.steps(pf_chain.source(place.symtab.fullname())) if step[2] < place.line]
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
        say([*code(frame, 1, 5), *footer(stage)])


class Out(Walk):
    """Let this stage finish, and see what it returned and changed.

    Usage: tour out"""

    name = 'tour out'

    def walk(self, _words):
        stage, frame = current_stage('tour out')
        name, over = frame.name(), end(frame)
        go([over])
        if not pf_machine.running():
            ended()
        elif over.reached:
            finished(name, stage, over)
        else:
            here()


class Map(Walk):
    """Show the whole chain, with the place where you are.

    Usage: tour map

    '>' is where the program is, '|' what it came through and will return to, '*'
    what the tour has shown of this request."""

    name = 'tour map'

    def walk(self, _words):
        path = [stage for stage, _frame in pf_chain.path()] if pf_machine.running() else []
        group, kernel = None, pf_target.on_kernel()
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
            kind, door, short = pf_kernel_words.door(stage) if kernel else (' ', stage.door, stage.short)
            first = f'{title:<18}{kind}{mark} {stage.number} {door:<31} '
            lines = [line.rstrip() for line in wrapped(short, ' ' * len(first), first)]
            say([styled(line, BOLD, YELLOW) for line in lines] if mark == '>' else lines)
        if kernel:
            say(pf_kernel_words.LEGEND)
        if path:
            say(f"you are here: {' > '.join(stage.number for stage in path)}, in {gdb.newest_frame().name()}")


class Why(Walk):
    """The conditions that led here, with the values they have now.

    Usage: tour why

    Read from the source: every condition on the way from the beginning of a
    function to the line where the program is, for this stage and for the one that
    called it. In a walk over zones, the arithmetic of each zone's watermark comes
    with it."""

    name = 'tour why'

    def walk(self, _words):
        pf_machine.need_program()
        if not pf_chain.path():
            pf_machine.error('the program is between two requests: `tour` goes on to the next one')
        import pf_why

        pf_why.show()


def current_stage(command):
    """The stage that the program is in, and the frame where it entered it."""
    pf_machine.need_program()
    path = pf_chain.path()
    if not path:
        pf_machine.error(f"'{command}' needs a stage to be in: `tour` goes on to the next request")
    return path[-1]


def install():
    for command in (Tour, Next, Into, Out, To, Why, Map):
        command()

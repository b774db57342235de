# SPDX-License-Identifier: GPL-2.0-only
"""The pf- commands about masks, the path and what happened; and the list of all commands."""

import pf_chain
import pf_functions
import pf_history
import pf_kernel_events
import pf_kernel_path
import pf_kernel_words
import pf_machine
import pf_masks
import pf_state_commands
import pf_target
from pf_command import Command
from pf_machine import error
from pf_screen import clipped, reason, say, table, wrapped
from pf_state_commands import pfns

import gdb

MOST_PLACES = 12  # of an inlined function; one with more gets a single breakpoint

# ---- The path --------------------------------------------------------------------------------------------------


class PathCommand(Command):
    """The stages of the current backtrace, outermost first.

    Usage: pf-path"""

    name = 'pf-path'

    def run(self, words, given):
        pf_machine.need_program()
        rows = [
            (('=>' if frame == pf_chain.path()[-1][1] else '  '), stage.number, frame.name(), stage.short)
            for stage, frame in pf_chain.path()
        ]
        if not rows:
            error('the program is in no stage at the moment: `tour` goes on to the next request')
        say(table(rows))


class Events(Command):
    """The tracepoints that fired since the program last stopped, with their fields.

    Usage: pf-events [on | off]

    Names and fields are the kernel's; our program itself prints them. Of a real
    kernel those are seen that are switched on in it and that the request at hand
    fires, while the tour goes on; 'on' has them noted for continue and step too."""

    name, words = 'pf-events', 1

    def run(self, words, given):
        if words:
            self.switch(words[0])
            return
        numbers = pf_history.events()
        if not numbers:
            say(
                wrapped(pf_kernel_events.nothing(), '  ', '')
                if pf_target.on_kernel()
                else 'no event since the last stop'
            )
        for number in numbers:
            name, _colon, fields = pf_history.event_text(number).partition(': ')
            say(wrapped(fields, '    ', f'{name}: '))

    @staticmethod
    def switch(word):
        pf_machine.need_program()
        if not pf_target.on_kernel():
            error(f"pf-events takes '{clipped(word)}' on a kernel only: our program keeps its events anyway")
        say(wrapped(pf_kernel_events.switch(word), '  ', ''))

    def candidates(self, before):
        return ['on', 'off'] if pf_target.on_kernel() and not before else []


class Diff(Command):
    """What changed on the free lists since the program last stopped.

    Usage: pf-diff

    '-' blocks that are gone from a list, '+' blocks that came to it; per-CPU lists
    are shown by their CPU."""

    name = 'pf-diff'

    def run(self, words, given):
        pf_machine.need_machine()
        found = pf_history.difference()
        if found is None:
            say('this is the first stop: there is nothing to compare with')
            return
        types = pf_machine.type_names()
        for zone, place, number, before, after in found:
            where = place if isinstance(place, str) else f'order {place:2}'
            say(f'{zone:8} {where:8}  {types[number]:11} {len(before):5} -> {len(after)}')
            old, new = set(before), set(after)
            gone, come = [pfn for pfn in before if pfn not in new], [pfn for pfn in after if pfn not in old]
            for sign, some in (('-', gone), ('+', come)):
                if some:
                    say(wrapped(pfns(some), '      ', f'    {sign} '))
            if not gone and not come:
                say('    the same blocks in another order')
        if not found:
            say('no list changed since the last stop')


class Break(Command):
    """Set a breakpoint at the door of a stage.

    Usage: pf-break STAGE [if CONDITION]

    STAGE is a number (13), a stem (13-__alloc_pages_slowpath) or a function. A
    stage with several ways in gets a breakpoint at each; for a function that is
    not a door, at that function. The condition may ask $gfp(gfp_mask,
    "GFP_ATOMIC"), $alloc(alloc_flags, "ALLOC_HARDER"), $stage(13), $free("Normal")
    < 200: see `help function`."""

    name = 'pf-break'

    def take(self, argument):
        where, sign, condition = argument.partition(' if ')
        where = where.strip()
        if not where:
            error(f'pf-break needs a stage; usage: {self.usage()}')
        if len(where.split()) > 1:
            error(f"pf-break: '{clipped(where)}' is more than one stage; usage: {self.usage()}")
        if sign and not condition.strip():
            error("pf-break: there is no condition after 'if'")
        stage = pf_chain.find(where)
        named = where in stage.doors or not (where.isdigit() or where == stage.stem)
        functions = [where] if named else pf_chain.doors(stage)
        if not functions:
            error(f'pf-break: {pf_kernel_words.no_door(stage)}')
        for function in functions:
            for place, remark in self.places(function):
                self.one(stage, function, condition.strip(), place, remark)

    @staticmethod
    def places(function):
        """[(what `break` takes, what to say of it)]: an inlined function of a kernel is entered in several places."""
        if not pf_target.on_kernel():
            return [(function, '')]
        entries = pf_kernel_path.entries(function)
        if len(entries) > MOST_PLACES or not any(entry.inside for entry in entries):
            return [(function, '')]
        return [(f'*{one.address:#x}', f' (inlined into {one.inside})' if one.inside else '') for one in entries]

    @staticmethod
    def one(stage, function, condition, place, remark):
        if condition:
            spec = f'break {place} if {condition}'
        else:
            spec = f'break {place}'
        try:
            gdb.execute(spec, to_string=True)
        except gdb.error as problem:
            error(f'pf-break: {function}: {reason(problem)}')
        number = max(one.number for one in gdb.breakpoints())
        only = f', if {condition}' if condition else ''
        say(wrapped(f'breakpoint {number} at {function}{remark}, stage {stage.number}: {stage.short}{only}', '  ', ''))

    def candidates(self, before):
        if before:
            return ['if'] if len(before) == 1 else []
        return [one for stage in pf_chain.STAGES for one in (stage.number, *stage.doors)]

    def complete(self, text, word):
        if ' if ' in text:
            return gdb.COMPLETE_EXPRESSION
        return super().complete(text, word)


COMMANDS = (*pf_state_commands.COMMANDS, pf_masks.GfpCommand, PathCommand, Events, Diff, Break)


class Overview(Command):
    """The tour, the printers and the commands that Pageflow adds to gdb.

    Usage: pageflow

    Prints a line about each. `help tour` and `help pf-freelist` say more, Tab
    completes names and arguments. Values of the path are printed as what they
    mean: masks and flags by name, zones and pages by what they are. print/r shows
    any of them raw, print/x a flag as a number. Macros are known: print
    GFP_KERNEL, macro expand likely(page)."""

    name = 'pageflow'

    def run(self, _words, _given):
        rows = [(name, first_line(name)) for name in ['tour', *(f'tour {one}' for one in TOUR)]]
        rows += [(usage(command.__doc__), first_line(command.name)) for command in COMMANDS]
        rows += [(alias, f'The same as {name}.') for alias, name in pf_state_commands.ALIASES.items()]
        names = [function.name for function in pf_functions.FUNCTIONS]
        rows += [(f'${name}()', first_line(f'function {name}')) for name in names]
        wide = max(len(name) for name, _text in rows if len(name) < 22) + 2
        for name, text in rows:
            if len(name) >= wide:
                say(name)
                name = ''
            say(wrapped(text, ' ' * wide, f'{name.ljust(wide)}'))


TOUR = ('next', 'into', 'out', 'to', 'why', 'map')


def usage(text):
    line = next(one for one in text.split('\n') if 'Usage:' in one)
    return ' '.join(line.split('Usage:')[1].split())


def first_line(name):
    """The first sentence of a command's help."""
    lines = gdb.execute(f'help {name}', to_string=True).strip().split('\n')
    text = lines[1] if lines[0].startswith(f'{name}, ') else lines[0]  # behind the names of one that has several
    return text.split('): ', 1)[1] if text.startswith('$') and '): ' in text else text


def install():
    for command in COMMANDS:
        command()
    for alias, name in pf_state_commands.ALIASES.items():
        gdb.execute(f'alias {alias} = {name}')
    Overview()

# SPDX-License-Identifier: GPL-2.0-only
"""What the tour shows at a stop: the door, the arguments in words, the code, and where the path goes from there."""

import pf_chain
import pf_history
import pf_kernel_words
import pf_machine
import pf_names
import pf_printers
import pf_screen
import pf_target
from pf_doors import tour
from pf_screen import BLUE, BOLD, DIM, HARD, interactive, rule, say, styled, wrapped

import gdb


def value_in_words(name, value):
    """An argument, decoded."""
    kind = value.type.strip_typedefs().unqualified()
    if value.type.name == 'gfp_t':
        return f'{value} ({int(value):#x})'
    if pf_names.meaning(name) and kind.code == gdb.TYPE_CODE_INT:
        return pf_names.text(pf_names.meaning(name), int(value))
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
        return 'all nodes' if 'nodemask' in str(value.type) else 'none'
    if target.tag == 'alloc_context':
        context = dict(pf_printers.alloc_context(value.dereference()).parts)
        if context['zonelist'] == '0x0':
            return 'empty, to be filled in'
        return f'{context["zonelist"]}; {context["migratetype"]}; up to {context[pf_printers.highest_zone()]}'
    if target.tag in ('zone', 'page', 'nodemask', 'zonelist'):
        shown = pf_printers.printer(value) or pf_printers.printer(value.dereference())
        if shown is not None:
            return str(shown.to_string())
    if target.code == gdb.TYPE_CODE_INT:
        now, meaning = value.dereference(), pf_names.meaning(name)
        return f'may be changed; now {pf_names.text(meaning, int(now)) if meaning else now}'
    if target.code == gdb.TYPE_CODE_ENUM:
        return 'to be filled in'
    return str(value)


def arguments(frame):
    """[(name, text)] of the arguments of a frame."""
    if pf_target.on_kernel():
        return pf_kernel_words.arguments(frame, value_in_words)
    found = []
    for symbol in frame.block():
        if symbol.is_argument:
            try:
                found.append((symbol.name, value_in_words(symbol.name, symbol.value(frame))))
            except (gdb.GdbError, *pf_machine.TROUBLE) as problem:
                found.append((symbol.name, f'<{problem}>'))
    return [(name, f'{text}{mark_of(frame) if name == "mark" else ""}') for name, text in found]


MARKS = ('min', 'low', 'high')


def argument(frame, name):
    """An argument of a frame, or None when it has none of that name."""
    try:
        return frame.read_var(name)
    except (ValueError, RuntimeError):
        return None


def mark_of(frame):
    """' (low)' where the number that a watermark is compared with is that mark of the zone, its boost included."""
    zone, mark = argument(frame, 'zone'), argument(frame, 'mark')
    if zone is None or mark is None:
        return ''
    marks, boost = zone['_watermark'], int(zone['watermark_boost'])
    return next((f' ({name})' for index, name in enumerate(MARKS) if int(marks[index]) + boost == int(mark)), '')


def mark_in_words(frame):
    """', mark min': which watermark a walk, or a check, keeps above; nothing for a function that has none."""
    flags = argument(frame, 'alloc_flags')
    if flags is None:
        return mark_of(frame).replace(' (', ', mark ').rstrip(')')
    if int(flags) & pf_names.macro('ALLOC_NO_WATERMARKS'):
        return ', mark none'
    index = int(flags) & pf_names.macro('ALLOC_WMARK_MASK')
    return f', mark {MARKS[index]}' if index < len(MARKS) else ''


def call_in_words(stage, frame):
    """(', called from 13, mark min', 'The slow path') for a stage that several others call, and whose errand it is on."""
    callers = [one for one, _frame in pf_chain.path(frame)][:-1]
    if stage.layer != 'fast' or not callers:
        return '', stage.group
    errand = next((one for one in reversed(callers) if one.layer != 'fast'), stage)
    group = stage.group if errand.layer == 'heart' else errand.group
    if {one.number for one in pf_chain.callers(stage)} == {callers[-1].number}:
        return '', group
    return f', called from {callers[-1].number}{mark_in_words(frame)}', group


def onwards(stage):
    """Where the path goes from here, in a line or two."""
    following = [
        f'{one.number}{HARD}{pf_chain.here(one)}{f" ({when})" if when else ""}' for one, when in pf_chain.onwards(stage)
    ]
    if not following:
        callers = [one for one, _frame in pf_chain.path() if one is not stage]
        following = (
            [f'back to {callers[-1].number}{HARD}{pf_chain.here(callers[-1])}'] if callers else ['back to the caller']
        )
    return wrapped(', '.join(following), ' ' * 9, 'onwards  ')


def code(frame, before=2, after=4):
    """The lines around the place where a frame is, unless they are on the screen anyway."""
    if pf_target.on_kernel():
        return pf_kernel_words.code(frame)
    place = frame.find_sal()
    if pf_screen.divided():
        return []
    return [styled(place.symtab.filename, DIM), *pf_screen.listing(place.symtab, place.line, before, after)]


def chapter(stage):
    """Where the book is about a stage: the page that `make site` makes."""
    page = f'build/site/docs/stages/{stage.stem}.html'
    missing = interactive() and not (pf_chain.ROOT / page).exists()
    return wrapped(f'{page} (not there yet: make site)' if missing else page, ' ' * 9, 'chapter  ')


COMMANDS = 'tour     next | into | out | to STAGE | why | map'


def footer(stage):
    """The last lines of a stop."""
    commands = styled('tour     next | out | to STAGE | why | map' if pf_target.on_kernel() else COMMANDS, BLUE)
    return [*(chapter(stage) if stage else []), commands]


def banner():
    """Show the door that the program is at."""
    frame = gdb.selected_frame()
    stage = pf_chain.of_frame(frame)
    if stage not in tour.visited:
        tour.visited.append(stage)
    name = frame.name()
    call, group = call_in_words(stage, frame)
    lines = [rule(f'{stage.number} {name}{call}', group)]
    if pf_target.on_kernel():
        title = pf_kernel_words.title(frame, stage)
    else:
        title = stage.short if name == stage.door else f'{stage.short} (a way into {stage})'
    lines += [f'{styled(title, BOLD)}', *wrapped(stage.question, '')]
    rows = arguments(frame)
    wide = max((len(one) for one, _text in rows), default=0)
    for one, text in rows:
        lines += wrapped(text, ' ' * (wide + 4), f'  {one.ljust(wide)}  ')
    lines += [*code(frame)]
    say([*lines, *onwards(stage), *footer(stage)])


def here():
    """Show where the program is, whatever that is."""
    frame = gdb.newest_frame()
    while pf_target.on_kernel() and frame.type() == gdb.INLINE_FRAME and pf_chain.of_frame(frame) is None:
        frame = frame.older()  # a helper that is inlined at the very beginning of the door
    frame.select()
    stage = pf_chain.of_frame(frame)
    if tour.by_reader:
        say(f'(stopped by your breakpoint {", ".join(map(str, tour.by_reader))})')
    elif tour.passed_again:
        say(f'(on the way the last door was passed again, {pf_printers.amount(tour.passed_again, "time")})')
    tour.passed_again, tour.by_reader = 0, []
    if stage is None:
        say(gdb.execute('frame', to_string=True).rstrip())
    elif pf_chain.is_door(stage, frame.name()) and pf_chain.of_frame(frame.older()) is not stage:
        banner()
    else:
        inside(frame, stage)


def inside(frame, stage):
    say([rule(f'{stage.number} {pf_chain.here(stage)}', f'in {frame.name()}'), *code(frame), *footer(stage)])


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
    say('Another one: quit, then make gdb S=fragment, S=atomic or S=slow.')


def never(stage, function):
    """The program ran to its end, and did not come to where the reader wanted to go."""
    tour.__init__()
    name = f'{stage.number} {stage.door}' if function in (None, stage.door) else f'{function} of {stage}'
    text = f'From there to its end this run did not come to {name}. '
    text += 'The program has ended; `tour` begins it again.'
    say(wrapped(f'{text} {elsewhere(stage)}'.rstrip(), '', ''))


def elsewhere(stage):
    """Which scenario comes to a stage."""
    if stage.number in ('03', '04', '05') and pf_chain.configuration() == 'numa':
        return 'Without NUMA=1 requests come by it.'
    scenario = {'slow': 'slow', 'charge': 'charge', 'free': 'fast'}.get(stage.layer)
    return f'The scenario {scenario} has it: make gdb S={scenario}.' if scenario else ''


def finished(name, stage, end):
    """A function returned."""
    frame = gdb.newest_frame()
    frame.select()
    say(rule(f'{stage.number} {name}', 'returned'))
    value = end.return_value
    text = end.returned()
    if pf_target.on_kernel() and value is not None and value.type.sizeof == 8:
        text = f'{int(value) & (1 << 64) - 1:#x}'
    if pf_target.on_kernel() and end.inlined:
        say(wrapped(f'{end.inlined} is inlined: what it belongs to, {end.name}, was let finish.', '  ', ''))
        name = end.name
    if value is not None and value.type.strip_typedefs().code == gdb.TYPE_CODE_PTR:
        target = value.type.strip_typedefs().target().unqualified()
        if int(value) == 0:
            text = 'NULL: no page' if target.tag == 'page' else 'NULL'
        elif target.tag == 'page':
            page = value.dereference()
            zone = pf_machine.zone_name(pf_machine.zone_of(page))
            text = f'{value} of zone {zone}: {pf_machine.page_state(pf_machine.pages().pfn(int(value)))[0]}'
    say([*wrapped(f'{name} returned {text}', '  ', ''), *what_changed()])
    say([*code(frame, 1, 2), *footer(stage)])

# SPDX-License-Identifier: GPL-2.0-only
"""What the tour says of a kernel's function: arguments that the compiler kept, where it is, and our function of that name."""

import pf_chain
import pf_kernel_path
import pf_kernel_request
import pf_machine
import pf_names
import pf_printers
import pf_screen
from pf_screen import DIM, styled, wrapped

import gdb

# Names under which functions of the path hand the same thing on, unchanged within one request.
SAME = (('order',), ('gfp_mask', 'gfp_flags', 'gfp', 'alloc_gfp'), ('migratetype', 'start_migratetype'))
LINES_OF_OURS = 6


def version():
    return f'Linux {pf_kernel_path.version()}'


# ---- Arguments --------------------------------------------------------------------------------------------------


def symbols(frame):
    """The arguments of a frame's function; none for one that the symbols know nothing of."""
    try:
        block = frame.block()
    except RuntimeError:
        return []
    while block.function is None and block.superblock is not None:
        block = block.superblock
    return [symbol for symbol in block if symbol.is_argument]


def alive(frame):
    """Are the registers of a frame those that it had itself? An outer function's may have been used since."""
    return pf_kernel_request.real(gdb.newest_frame()) == pf_kernel_request.real(frame)


def read(frame, name):
    """The value of an argument, or None where it cannot be known for sure."""
    if alive(frame):
        value = frame.read_var(name)
        return value if there(name, value) else None
    chosen = gdb.selected_frame()
    frame.select()
    try:
        value = gdb.parse_and_eval(f'{name}@entry')  # what the caller handed over, as the symbols tell it
        return None if value.is_optimized_out else value
    except gdb.error:
        return None
    finally:
        chosen.select()


def there(name, value):
    """Has the compiler kept this? Some symbols name a register that holds something else by now: no order is that large."""
    if value.is_optimized_out or 'synthetic' in value.format_string(raw=True):
        return False
    return name != 'order' or int(value) < 64


def names_of(name):
    return next((group for group in SAME if name in group), ())


def from_outside(frame, name):
    """(value, function) of what an outer function of the same request holds under such a name; None where none does."""
    for outer in pf_chain.frames(frame.older()):
        if pf_chain.of_frame(outer) is None:
            return None
        held = {symbol.name for symbol in symbols(outer)}
        for one in names_of(name):
            if one in held:
                value = read(outer, one)
                if value is not None:
                    return value, outer.name()
    return None


def known(frame, name):
    """(value or None, whose it is if not the frame's own): what one function hands on unchanged is asked of the outer one first.

    Symbols of an inlined function may name a register that has been used for something else by then."""
    own = read(frame, name)
    outside = from_outside(frame, name) if frame.older() is not None and (own is None or inlined(frame)) else None
    if outside is None:
        return own, None
    value, owner = outside
    return (own, None) if own is not None and int(own) == int(value) else (value, owner)


def inlined(frame):
    return frame.type() == gdb.INLINE_FRAME


def arguments(frame, in_words):
    """[(name, text)] of the arguments of a frame; `in_words` says what a value means."""
    found = []
    for symbol in symbols(frame):
        try:
            value, owner = known(frame, symbol.name)
            remark = f' (as {owner} has it)' if owner else ''
            text = 'optimized out' if value is None else f'{in_words(symbol.name, value)}{remark}'
        except (gdb.error, gdb.GdbError, RuntimeError, ValueError, LookupError, AttributeError) as problem:
            text = f'<{pf_screen.reason(problem)}>'
        found.append((symbol.name, text))
    return found


# ---- Where it is ------------------------------------------------------------------------------------------------


def title(frame, stage):
    """What is special about this function here: that it is inlined, and what 5.8.18 calls it."""
    name, parts = frame.name(), []
    if inlined(frame):
        parts.append(f'inlined into {pf_kernel_request.real(frame).name()}')
    before = pf_kernel_path.meant_by(name)
    if before not in (None, name):
        parts.append(f'{before} in 5.8.18')
    elif before is None:
        parts.append('not in 5.8.18')
    return f'{stage.short} ({"; ".join(parts)})' if parts else stage.short


def task():
    """Whose request it is."""
    found = pf_kernel_request.current()
    return pf_kernel_request.who(found) if found is not None else 'an unknown task'


def code(frame, lines=LINES_OF_OURS):
    """The place in the kernel, and in place of its source the beginning of our function of that name."""
    place = frame.find_sal()
    file = place.symtab.filename if place.symtab else '?'
    shown = [styled(f'{file}:{place.line} of {version()}, whose source is not here', DIM)]
    before = pf_kernel_path.meant_by(frame.name())
    ours = pf_kernel_path.ours().get(before)
    if ours is None or pf_screen.divided():
        return shown
    shown.append(styled(f"src/stages/{ours.path.name} (Pageflow's, of 5.8.18)", DIM))
    text = ours.path.read_text(encoding='utf-8').split('\n')
    numbers = range(ours.line, min(ours.line + lines, len(text)))
    return shown + [pf_screen.cut(f'   {number:4}  {text[number - 1].expandtabs(4)}'.rstrip()) for number in numbers]


# ---- Why --------------------------------------------------------------------------------------------------------

NO_CONDITIONS = (
    "the conditions of 'tour why' are read from Pageflow's own code: of a kernel's there is no source here; the chapter has "
    'them, and our program shows them (make gdb, without KERNEL)'
)
MARKS, MOST_ZONES = ('min', 'low', 'high'), 64


def walk():
    """(order, flags or None, alloc_context) of the innermost walk over zones, or None."""
    flags = None
    for frame in pf_chain.frames():
        # What the walk calls gets its flags as they are: where one of them still has them, they are known.
        flags = read(frame, 'alloc_flags') if flags is None else flags
        if frame.name() == 'get_page_from_freelist':
            order, context = (read(frame, name) for name in ('order', 'ac'))
            if order is None or context is None:
                return None
            return int(order), None if flags is None else int(flags), context.dereference()
    return None


def candidates(context):
    """(whose reserve counts, the zones that the walk comes by)."""
    highest, entry, found = pf_printers.highest_zone(), context['preferred_zoneref'], []
    limit = int(context[highest])
    # Up to 5.7 the reserve is that against requests whose best zone is the preferred one.
    asked = limit if highest == 'highest_zoneidx' or not int(entry) else int(entry['zone_idx'])
    while int(entry['zone']) and len(found) < MOST_ZONES:
        if int(entry['zone_idx']) <= limit:
            found.append(entry['zone'].dereference())
        entry += 1
    return asked, found


def sums(order, mark, asked, zones):
    """A row for each zone: what it has, what has to stay, and what is then left."""
    rows = [('zone', 'free', f'mark {MARKS[mark]}', 'reserve', 'left')]
    for zone in zones:
        free, reserve = pf_machine.count(zone['vm_stat'][0]), int(zone['lowmem_reserve'][asked])
        level = int(zone['_watermark'][mark]) + int(zone['watermark_boost'])
        rows.append((pf_machine.zone_name(zone), free, level, reserve, free - (1 << order) + 1 - level - reserve))
    return rows


def why():
    """The arithmetic of the watermark for the zones of this request, as far as it is the same in all versions."""
    lines, found = wrapped(NO_CONDITIONS, '  ', ''), walk()
    if found is None:
        return lines
    order, flags, context = found
    if flags is None:
        return [*lines, *wrapped('which mark counts was optimized out here; pf-watermark shows all three', '  ', '')]
    if flags & 4:
        return [*lines, 'This walk asks for no watermark.']
    rows = sums(order, min(flags & 3, 2), *candidates(context))
    title = f'Is anything left of free - {(1 << order) - 1} - mark - reserve? Order {order}, {pf_names.alloc(flags)}:'
    note = 'What urgent requests may take of the mark, and what is kept for them, differs between versions: see the chapter of stage 09.'
    return [
        *lines,
        *wrapped(title, '  ', ''),
        *(f'  {one}' for one in pf_screen.table(rows, (1, 2, 3, 4))),
        *wrapped(note, '  ', ''),
    ]


# ---- The map ----------------------------------------------------------------------------------------------------


def door(stage):
    """(mark, name, remark) of a stage's door: '~' for one that is inlined, '-' for one that this version does not have."""
    names = pf_chain.doors(stage)
    if names:
        inlined = all(entry.inside for entry in pf_kernel_path.entries(names[0]))
        return '~' if inlined else ' ', names[0], stage.short
    return '-', stage.door, became(stage) or 'not found in this kernel'


def became(stage):
    """What this version has made of a door, and where that was seen first; None when the table does not say."""
    change = pf_kernel_path.pf_later.change(stage.door, pf_kernel_path.exists)
    if change is None:
        return None
    what, seen, not_in = change
    return f'{what} (seen in {seen}, not in {not_in})' if what == 'gone' else f'now {what}'


def no_door(stage):
    """Why a stage cannot be gone to."""
    told = became(stage)
    return (
        f'{stage.door}, the door of stage {stage.number} in 5.8.18, is not in {version()}{f": {told}" if told else ""}; '
        '`tour map` shows the doors it has'
    )


LEGEND = '~: inlined into its callers; -: not in this kernel'


def no_steps():
    """Why there are no numbered steps."""
    return wrapped(
        "'tour into' goes by the numbered steps of Pageflow's own code, and a kernel has none: `step` and `next` go on line by "
        'line here; the steps are in the chapter, and in our program (make gdb, without KERNEL)',
        '  ',
        '',
    )

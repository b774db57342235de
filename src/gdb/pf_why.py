# SPDX-License-Identifier: GPL-2.0-only
"""`tour why`: the conditions between the beginning of a function and the line where the program is."""

import pf_chain
import pf_kernel_words
import pf_machine
import pf_names
import pf_screen
import pf_source
import pf_target
from pf_screen import BOLD, DIM, HARD, say, styled, wrapped

import gdb

MOST_VALUES = 6


def of_frame(frame):
    """[(condition, outcome, line)] for one frame."""
    place = frame.find_sal()
    text = pf_chain.source(place.symtab.fullname())
    return pf_source.conditions(text, frame.function().line, place.line)


def values(frame, condition):
    """What the variables of a condition hold, as far as they can be looked at."""
    found, before = [], gdb.selected_frame()
    frame.select()
    try:
        for name in pf_source.variables(condition):
            try:
                value = gdb.parse_and_eval(name)
                kind = value.type.strip_typedefs()
                last = name.replace('->', '.').split('.')[-1]
                if kind.code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_ARRAY, gdb.TYPE_CODE_FUNC):
                    continue
                if kind.code == gdb.TYPE_CODE_PTR and last in ('ac', 'walk', 'rq', 'world', 'area', 'z'):
                    continue
                meaning = pf_names.meaning(last) if kind.code == gdb.TYPE_CODE_INT else None
                text = pf_names.text(meaning, int(value)) if meaning else value.format_string(symbols=False)
            except (gdb.error, gdb.GdbError, ValueError):
                continue
            pair = f'{name} = {text}'
            found.append(pair.replace(' ', HARD) if len(pair) < 66 else pair)
    finally:
        before.select()
    return found[:MOST_VALUES]


def explain(frame):
    """Lines about one frame."""
    lines = [styled(f'{frame.name()} came to line {frame.find_sal().line} because', BOLD)]
    found = of_frame(frame)
    if not found:
        return []
    for condition, outcome, _line in found:
        word = {True: 'true:  ', False: 'false: ', None: 'loop:  '}[outcome]
        lines += wrapped(condition, ' ' * 9, f'  {word}')
        seen = values(frame, condition)
        if seen:
            lines += [styled(line, DIM) for line in wrapped(', '.join(seen), ' ' * 12, ' ' * 12)]
    return lines


def request():
    """(order, flags, context) of the walk that the program is in or has just failed, or None."""
    for frame in pf_chain.frames():
        if frame.name() == 'get_page_from_freelist':
            return tuple(frame.read_var(name) for name in ('order', 'alloc_flags', 'ac'))
        if frame.name() == '__alloc_pages_nodemask':
            return frame.read_var('order'), frame.read_var('alloc_flags'), frame.read_var('ac').address
    return None


def complete(context):
    """Has this context been filled in? Before that it may hold anything."""
    for _nid, node in pf_machine.nodes():
        lists = node['node_zonelists']
        start, size = int(lists.address), lists[0].type.sizeof
        for number in range(lists.type.range()[1] + 1):
            if int(context['zonelist']) == start + number * size:
                first = int(context['preferred_zoneref'])
                return start + number * size <= first < start + (number + 1) * size
    return False


def watermarks():
    """The zones of the request, each with its watermark check, made by the program's own function."""
    found = request()
    if found is None or not complete(found[2]):
        return []
    order, flags, context = found
    limit = int(context['highest_zoneidx'])
    index = int(flags) & pf_names.macro('ALLOC_WMARK_MASK')
    rows = [('zone', 'free', 'unusable', 'mark', 'lowered to', 'reserve', 'enough?')]
    entry = context['preferred_zoneref']
    while int(entry['zone']):
        zone, number = entry['zone'].dereference(), int(entry['zone_idx'])
        entry += 1
        if number > limit:
            continue
        mark, boost = int(zone['_watermark'][min(index, 2)]), int(zone['watermark_boost'])
        verdict = pf_machine.call('zone_watermark_fast', zone.address, order, mark + boost, limit, flags)
        unusable = pf_machine.call('unusable_free', zone.address, order, flags)
        lowered = pf_machine.call('lowered_mark', mark + boost, flags)
        free, reserve = int(zone['vm_stat'][0]), int(zone['lowmem_reserve'][limit])
        words = (f'{mark}+{boost}' if boost else mark, int(lowered), reserve, 'yes' if int(verdict) else 'no')
        rows.append((pf_machine.zone_name(zone), free, int(unusable), *words))
    if len(rows) == 1:
        return []
    title = f'Is free - unusable > lowered mark + reserve? Order {int(order)}, {pf_names.alloc(int(flags))}:'
    return ['', *wrapped(title, '  ', ''), *(f'  {line}' for line in pf_screen.table(rows, (1, 2, 3, 4, 5)))]


def show():
    if pf_target.on_kernel():
        say(pf_kernel_words.why())
        return
    frame = gdb.newest_frame()
    stage = pf_chain.of_frame(frame)
    lines, caller = [], None
    for one in pf_chain.frames():
        where = pf_chain.of_frame(one)
        if where is None:
            continue
        if where is not stage:
            caller = caller or where
            if where is not caller and lines:
                break  # this stage and the one that called it
            caller = where
        lines += explain(one)
    say(lines or ['Nothing was decided on the way here: every request comes this way.'])
    if stage is not None and stage.layer in ('fast', 'slow'):
        say(watermarks())

# SPDX-License-Identifier: GPL-2.0-only
"""How values of the path look: masks and flags by name, structures as what they mean. `print/r` shows them raw."""

import pf_machine
import pf_names
import pf_variables
from gdb.FrameDecorator import FrameDecorator

import gdb


def node_list(bits):
    """0-1,3 for a nodemask."""
    runs, nid = [], 0
    while bits >> nid:
        if bits >> nid & 1:
            first = nid
            while bits >> (nid + 1) & 1:
                nid += 1
            runs.append(f'{first}-{nid}' if nid > first else str(first))
        nid += 1
    return ','.join(runs) or 'none'


def bits_of(nodemask):
    """The bits of a nodemask: one number, or an array of them."""
    bits = nodemask['bits']
    if bits.type.strip_typedefs().code != gdb.TYPE_CODE_ARRAY:
        return int(bits)
    width = 8 * bits.type.target().sizeof
    return sum(int(bits[index]) << width * index for index in range(bits.type.range()[1] + 1))


def amount(number, word):
    return f'{number} {word}{"" if number == 1 else "s"}'


def zonelist_names(zonelist):
    """Names of the zones of a list, in the order in which they are tried."""
    entries = zonelist['_zonerefs']
    names = []
    for index in range(entries.type.range()[1] + 1):
        zone = entries[index]['zone']
        if int(zone) == 0:
            break
        names.append(pf_machine.zone_name(zone))
    return names


class Shown:
    """A printer made of a line of text and named parts."""

    def __init__(self, summary, parts=()):
        self.summary, self.parts = summary, parts

    def to_string(self):
        return self.summary or None

    def children(self):
        return iter(self.parts)


class Line:
    """A printer made of a line of text alone."""

    def __init__(self, summary):
        self.summary = summary

    def to_string(self):
        return self.summary


def page(value):
    pages = pf_machine.pages()
    address = int(value.address) if value.address is not None else 0
    if not pages.holds(address):
        return None
    pfn = pages.pfn(address)
    fact = pf_machine.reader().page(pfn)
    parts = [
        ('zone', fact.zone),
        ('pageblock', fact.pageblock_type),
        ('flags', '|'.join(fact.flags) or '0'),
        ('_refcount', fact.refcount),
    ]
    if pf_machine.reader().is_buddy(value):
        parts.append(('order', int(value['private'])))
    elif int(value['compound_head']) & 1:
        parts.append(('compound_head', f'pfn {pages.pfn(int(value["compound_head"]) - 1):#x}'))
    else:
        parts += [('_mapcount', pf_machine.count(value['_mapcount'])), ('mapping', int(value['mapping']))]
        parts += [('private', int(value['private']))]
    owner = next((name for name in ('mem_cgroup', 'memcg_data') if pf_machine.has_member('struct page', name)), None)
    if owner and int(value[owner]):
        parts.append((owner, value[owner]))
    return Shown(f'pfn {pfn:#x}: {fact.state}', parts)


def zone(value):
    if value.address is None or int(value['zone_pgdat']) == 0:
        return None
    names = pf_names.enumerators('zone_type')
    reserve = value['lowmem_reserve']
    marks = [int(value['_watermark'][index]) for index in range(3)]
    free = ' '.join(str(int(value['free_area'][o]['nr_free'])) for o in range(value['free_area'].type.range()[1] + 1))
    stats = pf_names.enumerators('zone_stat_item')
    parts = [
        ('watermarks', f'min {marks[0]}, low {marks[1]}, high {marks[2]}, boost {int(value["watermark_boost"])}'),
        (
            'lowmem_reserve',
            ', '.join(f'{names[i][5:]} {int(reserve[i])}' for i in range(reserve.type.range()[1] + 1)),
        ),
        ('pages', f'managed {pf_machine.count(value["managed_pages"])}, present {int(value["present_pages"])}'),
        ('span', f'pfn {int(value["zone_start_pfn"]):#x} + {int(value["spanned_pages"]):#x}'),
        (f'free blocks, order 0 to {value["free_area"].type.range()[1]}', free),
        ('nr_reserved_highatomic', int(value['nr_reserved_highatomic'])),
        (
            'flags',
            '|'.join(n for b, n in pf_names.enumerators('zone_flags').items() if int(value['flags']) >> b & 1) or '0',
        ),
    ]
    counts = [(stats[i], pf_machine.count(value['vm_stat'][i])) for i in range(value['vm_stat'].type.range()[1] + 1)]
    parts.append(('vm_stat', ', '.join(f'{name} {count}' for name, count in counts if count) or 'all 0'))
    return Shown(f'{pf_machine.zone_name(value)}: {amount(counts[0][1], "page")} free', parts)


def free_area(value):
    types, parts = pf_machine.type_names(), []
    if value.address is None:
        return None
    pages = pf_machine.pages()
    for number, name in enumerate(types):
        found = pages.on_list(value['free_list'][number])
        if found:
            shown = ' '.join(f'{pfn:#x}' for pfn in found[:6]) + (' ...' if len(found) > 6 else '')
            parts.append((name, f'{len(found)} ({shown})'))
    return Shown(amount(int(value['nr_free']), 'free block'), parts)


def per_cpu_pages(value):
    if value.address is None:
        return None
    pages = pf_machine.pages()
    parts = []
    for number in range(value['lists'].type.range()[1] + 1):
        order, kind = pf_machine.reader().per_cpu_list(value['lists'].type.range()[1] + 1, number)
        found = pages.on_list(value['lists'][number])
        shown = ' '.join(f'{pfn:#x}' for pfn in found[:6]) + (' ...' if len(found) > 6 else '')
        if found or not order:
            name = f'order {order}, {kind}' if order else kind
            parts.append((name, f'{len(found)} ({shown})' if found else '0'))
    limits = f'high {int(value["high"])}, batch {int(value["batch"])}'
    return Shown(f'{amount(int(value["count"]), "page")}, {limits}', parts)


def per_cpu_pageset(value):
    inner = per_cpu_pages(value['pcp'])
    if inner is None:
        return None
    stats = pf_names.enumerators('zone_stat_item')
    differences = [(stats[i], int(value['vm_stat_diff'][i])) for i in range(value['vm_stat_diff'].type.range()[1] + 1)]
    text = ', '.join(f'{name} {count:+d}' for name, count in differences if count) or 'all 0'
    inner.parts += [('stat_threshold', int(value['stat_threshold'])), ('vm_stat_diff', text)]
    return inner


def highest_zone():
    """What the program calls the highest zone of a request: up to 5.7 it is high_zoneidx."""
    newer = pf_machine.has_member('struct alloc_context', 'highest_zoneidx')
    return 'highest_zoneidx' if newer else 'high_zoneidx'


def alloc_context(value):
    lists = value['zonelist']
    preferred = value['preferred_zoneref']
    nodemask, highest = value['nodemask'], highest_zone()
    parts = [
        ('zonelist', ', '.join(zonelist_names(lists.dereference())) if int(lists) else '0x0'),
        ('nodemask', node_list(bits_of(nodemask.dereference())) if int(nodemask) else 'all nodes'),
        ('preferred', zone_pointer(preferred['zone']) or 'no zone' if int(preferred) else 'not found yet'),
        ('migratetype', pf_names.enum('migratetype', int(value['migratetype']))),
        (highest, pf_names.enum('zone_type', int(value[highest]))),
        ('spread_dirty_pages', str(bool(value['spread_dirty_pages'])).lower()),
    ]
    return Shown('', parts)


def zone_pointer(value):
    """A zone by name, when the pointer really points to one."""
    for one in pf_machine.zones():
        if int(one.address) == int(value):
            return pf_machine.zone_name(one)
    return None


def page_pointer(value):
    pages = pf_machine.pages()
    return f'pfn {pages.pfn(int(value)):#x}' if pages.holds(int(value)) else None


def nodemask_pointer(value):
    bits = bits_of(value.dereference())
    return f'nodes {node_list(bits)}' if bits < 1 << pf_machine.reader().most_nodes() else None


STRUCTURES = {
    'page': page,
    'zone': zone,
    'free_area': free_area,
    'per_cpu_pages': per_cpu_pages,
    'per_cpu_pageset': per_cpu_pageset,
    'alloc_context': alloc_context,
    'zonelist': lambda value: Line(', '.join(zonelist_names(value)) or 'no zone'),
    'nodemask': lambda value: Line(node_list(bits_of(value))),
}
POINTERS = {'zone': zone_pointer, 'page': page_pointer, 'nodemask': nodemask_pointer}


def printer(value):
    """The printer of a value, or None for gdb's own."""
    try:
        return _printer(value)
    except (gdb.GdbError, *pf_machine.TROUBLE):
        return None  # a variable that has no value yet may point anywhere


def _printer(value):
    kind = value.type
    if kind.name == 'gfp_t':
        return Line(pf_names.gfp(int(value)))
    bare = kind.strip_typedefs().unqualified()
    if bare.code == gdb.TYPE_CODE_STRUCT:
        return STRUCTURES[bare.tag](value) if bare.tag in STRUCTURES else None
    if bare.code == gdb.TYPE_CODE_PTR:
        target = bare.target().strip_typedefs().unqualified()
        if target.code != gdb.TYPE_CODE_STRUCT or target.tag not in POINTERS or int(value) == 0:
            return None
        text = POINTERS[target.tag](value)
        return Line(text) if text else None
    if bare.code == gdb.TYPE_CODE_ENUM and bare.tag == 'migratetype':
        return Line(pf_names.enum('migratetype', int(value)))
    if bare.code == gdb.TYPE_CODE_INT and value.address is not None:
        return _by_name(value)
    return number_of_a_frame(value)


def number_of_a_frame(value):
    """What $pfn() answers, in hex like every PFN."""
    own = pf_names.pfn_type()
    return Line(f'{int(value):#x}') if value.type.code == own.code and value.type.name == own.name else None


def _by_name(value):
    meaning = pf_variables.kind_at(int(value.address))
    return Line(pf_names.text(meaning, int(value))) if meaning else None


class WithoutAddress(FrameDecorator):
    """A frame of the backtrace: where it is matters here, its address does not."""

    def address(self):
        return None


class Backtrace:
    """The filter that takes addresses out of backtraces."""

    def __init__(self):
        self.name, self.priority, self.enabled = 'pageflow', 100, True
        gdb.frame_filters[self.name] = self

    def filter(self, frames):
        return map(WithoutAddress, frames)


def install():
    gdb.pretty_printers.append(printer)
    Backtrace()

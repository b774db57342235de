# SPDX-License-Identifier: GPL-2.0-only
"""Reading our own program: the machine in focus, and what the program prints and saves of it."""

import struct

import pf_names
import pf_values
from pf_reader import Reader
from pf_values import count, error
from pk_facts import Page, PerCpu, Zone

import gdb

LIST_LIMIT = 200_000


def world():
    """The machine in focus; one line that says what to do when there is none."""
    symbol = gdb.lookup_global_symbol('world')
    if symbol is None and named_by_linker('init_uts_ns'):
        error("these symbols of a kernel tell no types: load the vmlinux of its debug package, with 'file VMLINUX'")
    if symbol is None:
        error("this program has no machine in it: start the debugger with 'make gdb'")
    pf_values.need_program()
    machine = symbol.value()
    if int(machine) == 0:
        error("no machine is booted yet: go on with 'continue', or to the first request with 'tour'")
    return machine


def named_by_linker(name):
    """Has the program such a name, though nothing tells what it is?"""
    try:
        gdb.parse_and_eval(f'&{name}')
    except gdb.error:
        return False
    return True


def walk(head):
    """Addresses of the links of a list, head first. `head` is the anchor's address."""
    link, found = struct.unpack('<Q', pf_values.read(head, 8))[0], []
    while link != head and len(found) < LIST_LIMIT:
        found.append(link)
        link = struct.unpack('<Q', pf_values.read(link, 8))[0]
    return found


class PageMap:
    """mem_map: from a page's address to its PFN and back."""

    def __init__(self):
        machine = world()
        self.base = int(machine['mem_map'])
        self.start, self.end = int(machine['mem_map_start']), int(machine['mem_map_end'])
        self.size, self.link = pf_values.type_size('struct page'), pf_values.offset('struct page', 'lru')

    def pfn(self, address):
        return self.start + (address - self.base) // self.size

    def holds(self, address):
        """Is this the address of a struct page of the machine?"""
        away = address - self.base
        return 0 <= away < (self.end - self.start) * self.size and away % self.size == 0

    def address(self, pfn):
        return self.base + (pfn - self.start) * self.size

    def page(self, pfn):
        kind = gdb.lookup_type('struct page').pointer()
        return gdb.Value(self.address(pfn)).cast(kind).dereference()

    def on_list(self, anchor):
        """PFNs of the pages on a list, head first."""
        return [self.pfn(link - self.link) for link in walk(int(anchor.address))]

    def valid(self, pfn):
        """Does the machine have memory at this PFN?"""
        return any(first <= pfn < end and mapped for first, end, mapped in self.ranges())

    def ranges(self):
        """[(first PFN, PFN after the last, does the kernel map it?)] of the memory of the machine."""
        machine = world()
        ranges = (machine['range'][index] for index in range(int(machine['nr_ranges'])))
        return [(int(one['start_pfn']), int(one['end_pfn']), not one['nomap']) for one in ranges]


class Own(Reader):
    """The machine of our program."""

    def need(self):
        world()

    def nodes(self):
        machine = world()
        online = int(machine['node_online_map']['bits'])
        table = machine['node_data']
        return [(nid, table[nid].dereference()) for nid in range(64) if online >> nid & 1]

    def type_names(self):
        names = pf_values.static('migratetype_names')
        low, high = names.type.range()
        return [names[index].string() for index in range(low, high + 1)]

    def most_nodes(self):
        return pf_names.macro('MAX_NUMNODES')

    def pages(self):
        return PageMap()

    # ---- Facts ----

    def facts(self):
        pages = PageMap()
        found = []
        for nid, node in self.nodes():
            low, high = node['node_zones'].type.range()
            for index in range(low, high + 1):
                zone = node['node_zones'][index]
                if int(zone['present_pages']):
                    found.append(self._fact(zone, nid, index, pages))
        return found

    def _fact(self, zone, nid, index, pages):
        stats = pf_names.enumerators('zone_stat_item')
        counters = numbers(zone['vm_stat'])
        return Zone(
            name=zone['name'].string(),
            nid=nid,
            index=index,
            address=int(zone.address),
            start=int(zone['zone_start_pfn']),
            spanned=int(zone['spanned_pages']),
            present=int(zone['present_pages']),
            managed=int(zone['managed_pages']),
            free=counters[0],
            marks=tuple(numbers(zone['_watermark'])[:3]),
            boost=int(zone['watermark_boost']),
            reserve=tuple(numbers(zone['lowmem_reserve'])),
            flags=int(zone['flags']),
            reserved_highatomic=int(zone['nr_reserved_highatomic']),
            lists=self._lists(zone, pages),
            cpus=[self._share(zone, cpu, pages) for cpu in range(int(world()['nr_cpus']))],
            counters={name: counters[number] for number, name in stats.items() if number < len(counters)},
        )

    def _lists(self, zone, pages):
        types, lists = self.type_names(), {}
        for order in range(self.orders()):
            area = zone['free_area'][order]
            if not int(area['nr_free']):
                continue
            for number, kind in enumerate(types):
                found = pages.on_list(area['free_list'][number])
                if found:
                    lists[order, kind] = found
        return lists

    def _share(self, zone, cpu, pages):
        types, own = self.type_names(), zone['pageset'][cpu]
        lists = own['pcp']['lists']
        found = {(0, types[number]): pages.on_list(lists[number]) for number in range(lists.type.range()[1] + 1)}
        return PerCpu(
            cpu=cpu,
            count=int(own['pcp']['count']),
            high=int(own['pcp']['high']),
            batch=int(own['pcp']['batch']),
            lists={key: pfns for key, pfns in found.items() if pfns},
            stat_threshold=int(own['stat_threshold']),
        )

    # ---- Pages ----

    def page(self, pfn):
        pages = PageMap()
        page = pages.page(pfn)
        state, head = self._state(pfn, pages)
        names = pf_names.enumerators('pageflags')
        flags = int(page['flags'])
        return Page(
            pfn=pfn,
            address=pages.address(pfn),
            zone=self.zone_name(self.zone_of(page)),
            pageblock_type=self.type_names()[self.pageblock_type(pfn)],
            pageblock=pfn & ~(pf_names.macro('pageblock_nr_pages') - 1),
            state=state,
            head=head,
            flags=[name for bit, name in names.items() if bit < max(names) and flags >> bit & 1],
            refcount=int(page['_refcount']),
        )

    def zone_of(self, page):
        """Zone and node of a page are in the top bits of its flags."""
        flags = int(page['flags'])
        nid = flags >> pf_names.macro('NODES_PGSHIFT') & pf_names.macro('NODES_MASK')
        number = flags >> pf_names.macro('ZONES_PGSHIFT') & pf_names.macro('ZONES_MASK')
        return dict(self.nodes())[nid]['node_zones'][number]

    def pageblock_type(self, pfn):
        machine, order = world(), pf_names.macro('pageblock_order')
        block = (pfn >> order) - (int(machine['mem_map_start']) >> order)
        return int(machine['pageblock_flags'][block]) & pf_names.macro('PB_MIGRATETYPE_MASK')

    def is_buddy(self, page):
        base = pf_names.macro('PAGE_TYPE_BASE')
        return int(page['page_type']) & (base | pf_names.macro('PG_buddy')) == base

    def _state(self, pfn, pages):
        """In words: what a page is doing at the moment, and the first PFN of the block it belongs to."""
        for order in range(self.orders()):
            head = pfn & ~((1 << order) - 1)
            if not pages.valid(head):
                break
            page = pages.page(head)
            if self.is_buddy(page) and int(page['private']) >= order and pfn < head + (1 << int(page['private'])):
                return f'free, in a block of order {int(page["private"])}', head
        page = pages.page(pfn)
        references = int(page['_refcount'])
        if int(page['compound_head']) & 1:
            return 'in use, a tail of a compound block', pages.pfn(int(page['compound_head']) - 1)
        if references:
            return f'in use, {references} reference{"s" if references != 1 else ""}', pfn
        for (_zone, where, number), found in self.free_lists().items():
            if isinstance(where, str) and pfn in found:
                return f'free, on the {self.type_names()[number]} list of {where}', pfn
        return 'without references: in the hands of the allocator, or inside a block in use', pfn

    # ---- What the program does itself ----

    def proc(self, name):
        world()
        return text_of('text_printed_by', printer_of(f'proc_{name}'))

    def save(self, path):
        world()
        plain = path.replace('\\', '\\\\').replace('"', '\\"')
        problem = text_of('machine_saved', gdb.parse_and_eval(f'"{plain}"'))
        if problem:
            error(f'pf-save: {problem}')
        return []


def numbers(array):
    """The numbers of an array of the program."""
    return [count(array[index]) for index in range(array.type.range()[1] + 1)]


def printer_of(function):
    """A function of the program that prints a file of /proc."""
    found = pf_values.static(function)
    if found is None:
        error(f"this program has no {function}() to call: start the debugger with 'make gdb'")
    return found


def text_of(function, argument):
    """What a function of the program answers, as text."""
    return pf_values.call(function, argument).string().rstrip('\n')

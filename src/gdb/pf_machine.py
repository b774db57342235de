# SPDX-License-Identifier: GPL-2.0-only
"""Reading the machine in focus: nodes, zones, lists and pages, as plain Python values."""

import contextlib
import struct

import pf_names
import pf_screen

import gdb

LIST_LIMIT = 200_000

# What gdb and Python raise for values that are not there, not readable, or not of the kind that was asked for.
TROUBLE = (gdb.error, RuntimeError, ValueError, TypeError, LookupError, ArithmeticError, AttributeError, struct.error)


def error(text):
    raise gdb.GdbError(text)


@contextlib.contextmanager
def one_line(who):
    """Whatever goes wrong inside is said in one sentence of `who`; a terminal has it broken between words."""
    try:
        yield
    except gdb.GdbError as problem:
        raise gdb.GdbError(pf_screen.sentence(str(problem))) from None
    except TROUBLE as problem:
        raise gdb.GdbError(pf_screen.sentence(f'{who}: {pf_screen.reason(problem)}')) from None


INTEGERS = (gdb.TYPE_CODE_INT, gdb.TYPE_CODE_ENUM, gdb.TYPE_CODE_BOOL, gdb.TYPE_CODE_CHAR)


def kind_of(value, what):
    """The type of a value without its typedefs; an error when the program has no value there."""
    if value.is_optimized_out:
        error(f'{what} was optimized out: step on to a line that uses it, or look from another frame')
    return value.type.strip_typedefs().unqualified()


def integer(value, what):
    """A value as a Python number."""
    kind = kind_of(value, what)
    if kind.code not in INTEGERS:
        error(f"{what} is of type '{pf_screen.clipped(str(value.type))}', and should be a number")
    return int(value)


def words(value, what, should='text in quotes'):
    """A value as text: a string in quotes, or one of the program's."""
    kind = kind_of(value, what)
    if kind.code not in (gdb.TYPE_CODE_ARRAY, gdb.TYPE_CODE_PTR) or kind.target().strip_typedefs().sizeof != 1:
        error(f"{what} is of type '{pf_screen.clipped(str(value.type))}', and should be {should}")
    if kind.code == gdb.TYPE_CODE_PTR and not int(value):
        error(f'{what} is NULL, and should be {should}')
    return value.string('utf-8', 'replace')


def running():
    """Is there a program to look at?"""
    try:
        return gdb.selected_inferior().pid != 0 and gdb.selected_thread() is not None
    except gdb.error:
        return False


def need_program():
    if not running():
        error("the program is not running: start it with 'run', or with 'tour'")


def world():
    """The machine in focus; one line that says what to do when there is none."""
    symbol = gdb.lookup_global_symbol('world')
    if symbol is None:
        error("this program has no machine in it: start the debugger with 'make gdb'")
    need_program()
    machine = symbol.value()
    if int(machine) == 0:
        error("no machine is booted yet: go on with 'continue', or to the first request with 'tour'")
    return machine


def static(name):
    """The value of a variable that one source file keeps for itself, or of a global one; None when there is none."""
    symbol = gdb.lookup_global_symbol(name) or gdb.lookup_static_symbol(name)
    return None if symbol is None else symbol.value()


def call(name, *arguments):
    """Call a function of the program, whatever breakpoints are set in it."""
    need_program()
    function = static(name)
    if function is None:
        error(f"this program has no function {name}() to call: start the debugger with 'make gdb'")
    stopping = [one for one in gdb.breakpoints() if one.is_valid() and one.enabled]
    for one in stopping:
        one.enabled = False
    try:
        return function(*arguments)
    finally:
        for one in stopping:
            one.enabled = True


def type_size(name):
    return gdb.lookup_type(name).sizeof


def target_tag(value, what):
    """The tag of the structure that a value points to, or None."""
    kind = kind_of(value, what)
    return kind.target().strip_typedefs().tag if kind.code == gdb.TYPE_CODE_PTR else None


def offset(type_name, field):
    """Byte offset of a member, even of one inside an unnamed union."""

    def search(kind, base):
        for one in kind.fields():
            place = base + one.bitpos // 8
            if one.name == field:
                return place
            if not one.name and one.type.code in (gdb.TYPE_CODE_UNION, gdb.TYPE_CODE_STRUCT):
                found = search(one.type.strip_typedefs(), place)
                if found is not None:
                    return found
        return None

    return search(gdb.lookup_type(type_name), 0)


def read(address, size):
    return gdb.selected_inferior().read_memory(address, size).tobytes()


def enumerators(name):
    """{value: name} of an enum; of two names for one value, the later one."""
    return {field.enumval: field.name for field in gdb.lookup_type(f'enum {name}').fields()}


def nodes():
    """[(nid, pglist_data)] of the online nodes."""
    machine = world()
    online = int(machine['node_online_map']['bits'])
    table = machine['node_data']
    return [(nid, table[nid].dereference()) for nid in range(64) if online >> nid & 1]


def zones():
    """The zones that have memory, nodes and zones ascending."""
    found = []
    for _nid, node in nodes():
        low, high = node['node_zones'].type.range()
        for index in range(low, high + 1):
            zone = node['node_zones'][index]
            if int(zone['present_pages']):
                found.append(zone)
    return found


def nid_of(zone):
    return int(zone['zone_pgdat']['node_id'])


def zone_name(zone):
    """Normal, or Normal@1 for the one of node 1 when there are several nodes."""
    name = zone['name'].string()
    return f'{name}@{nid_of(zone)}' if int(world()['nr_online_nodes']) > 1 else name


def find_zones(words):
    """The zones that a reader names: Normal, Normal@1, or a Python None for all."""
    every = zones()
    if words is None:
        return every
    name, _at, nid = words.partition('@')
    found = [zone for zone in every if zone['name'].string().lower() == name.lower() and nid in ('', str(nid_of(zone)))]
    if not found:
        error(f"there is no zone '{pf_screen.clipped(words)}': this machine has {', '.join(map(zone_name, every))}")
    return found


def type_names():
    """Names of the migratetypes, as /proc prints them."""
    names = static('migratetype_names')
    low, high = names.type.range()
    return [names[index].string() for index in range(low, high + 1)]


def find_type(words):
    names = type_names()
    for number, name in enumerate(names):
        if words.lower() in (name.lower(), f'migrate_{name}'.lower(), str(number)):
            return number
    return error(f"there is no migratetype '{pf_screen.clipped(words)}': there are {', '.join(names)}")


def find_order(words):
    low, high = gdb.lookup_type('struct zone')['free_area'].type.range()
    if not words.isdigit() or not low <= int(words) <= high:
        error(f"'{pf_screen.clipped(words)}' is not an order: orders go from {low} to {high}")
    return int(words)


def walk(head):
    """Addresses of the links of a list, head first. `head` is the anchor's address."""
    link, found = struct.unpack('<Q', read(head, 8))[0], []
    while link != head and len(found) < LIST_LIMIT:
        found.append(link)
        link = struct.unpack('<Q', read(link, 8))[0]
    return found


class PageMap:
    """mem_map: from a page's address to its PFN and back."""

    def __init__(self):
        machine = world()
        self.base = int(machine['mem_map'])
        self.start, self.end = int(machine['mem_map_start']), int(machine['mem_map_end'])
        self.size, self.link = type_size('struct page'), offset('struct page', 'lru')

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

    def spans(self):
        """The same for a reader, as far as a line goes."""
        found = [f'{first:#x}-{end - 1:#x}' for first, end, _mapped in self.ranges()]
        return ', '.join(found[:4]) + (' and more' if len(found) > 4 else '')


def zone_of(page):
    """The zone of a page: zone and node are in the top bits of its flags."""
    flags = int(page['flags'])
    nid = flags >> pf_names.macro('NODES_PGSHIFT') & pf_names.macro('NODES_MASK')
    number = flags >> pf_names.macro('ZONES_PGSHIFT') & pf_names.macro('ZONES_MASK')
    return dict(nodes())[nid]['node_zones'][number]


def pageblock_type(pfn):
    """Migratetype of the pageblock that holds a PFN."""
    machine, order = world(), pf_names.macro('pageblock_order')
    block = (pfn >> order) - (int(machine['mem_map_start']) >> order)
    return int(machine['pageblock_flags'][block]) & pf_names.macro('PB_MIGRATETYPE_MASK')


def free_lists():
    """Every list with free pages: {(zone, order or 'cpu N', type): [PFN, ...]}, in list order."""
    pages, types, lists = PageMap(), type_names(), {}
    for zone in zones():
        name = zone_name(zone)
        low, high = zone['free_area'].type.range()
        for order in range(low, high + 1):
            area = zone['free_area'][order]
            if not int(area['nr_free']):
                continue
            for number in range(len(types)):
                found = pages.on_list(area['free_list'][number])
                if found:
                    lists[name, order, number] = found
        for cpu in range(int(world()['nr_cpus'])):
            own = zone['pageset'][cpu]['pcp']['lists']
            for number in range(own.type.range()[1] + 1):
                found = pages.on_list(own[number])
                if found:
                    lists[name, f'cpu {cpu}', number] = found
    return lists


def page_state(pfn):
    """In words: what a page is doing at the moment, and the first PFN of the block it belongs to."""
    pages, types = PageMap(), type_names()
    for order in range(gdb.lookup_type('struct zone')['free_area'].type.range()[1] + 1):
        head = pfn & ~((1 << order) - 1)
        if not pages.valid(head):
            break
        page = pages.page(head)
        if is_buddy(page) and int(page['private']) >= order and pfn < head + (1 << int(page['private'])):
            return f'free, in a block of order {int(page["private"])}', head
    page = pages.page(pfn)
    if int(page['_refcount']) == 0 and not int(page['compound_head']) & 1:
        for (_zone, place, number), found in free_lists().items():
            if isinstance(place, str) and pfn in found:
                return f'free, on the {types[number]} list of {place}', pfn
    if int(page['compound_head']) & 1:
        return 'in use, a tail of a compound block', pages.pfn(int(page['compound_head']) - 1)
    count = int(page['_refcount'])
    if not count:
        return 'without references: in the hands of the allocator, or inside a block in use', pfn
    return f'in use, {count} reference{"s" if count != 1 else ""}', pfn


def is_buddy(page):
    """The mark of the first page of a free block."""
    base = pf_names.macro('PAGE_TYPE_BASE')
    return int(page['page_type']) & (base | pf_names.macro('PG_buddy')) == base

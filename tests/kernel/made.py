# SPDX-License-Identifier: GPL-2.0-only
"""A kernel's memory made up for a test: one node, one zone of a few thousand pages, laid out as versions from 5.14 on have it."""

from pk_memory import Member, Memory, Type, Unreadable

BASE = 0xFFFFEA0000000000  # of the struct pages
PAGE = 64
START, PAGES = 1024, 4096
ORDERS, TYPES = 11, ('Unmovable', 'Movable', 'Reclaimable', 'HighAtomic', 'Isolate')
LRU, HEAD, SLAB, RESERVED = 4, 16, 9, 12  # bits of page->flags


def number(name, size, signed=False):
    return Type('int', name, size, signed)


def pointer(target=lambda: LONG):
    return Type('pointer', 'pointer', 8, target=target)


def array(of, length):
    return Type('array', f'{of.name} [{length}]', of.size * length, length=length, target=lambda: of)


LONG, INT, SMALL, CHAR = (
    number('unsigned long', 8),
    number('int', 4, True),
    number('signed char', 1, True),
    number('char', 1),
)


def structure(tag, /, **members):
    """A structure whose members follow each other; in a tuple, a member has its offset too."""
    found, size = {}, 0
    for member, kind in members.items():
        if isinstance(kind, tuple):
            size, kind = kind
        found[member] = Member(size, kind)
        size += kind.size
    return Type("struct", f"struct {tag}", (size + 7) // 8 * 8, members=lambda: found)


LIST = structure('list_head', next=pointer(), prev=pointer())
ROW = structure('trace_print_flags', mask=LONG, name=pointer())
AREA = structure('free_area', free_list=array(LIST, len(TYPES)), nr_free=LONG)
COUNTERS = {'NR_FREE_PAGES': 0, 'NR_ZONE_INACTIVE_ANON': 1, 'NR_VM_ZONE_STAT_ITEMS': 2}
ENUMS = {
    'enum migratetype': {
        'MIGRATE_UNMOVABLE': 0,
        'MIGRATE_MOVABLE': 1,
        'MIGRATE_PCPTYPES': 3,
        'MIGRATE_TYPES': len(TYPES),
    },
    'enum zone_stat_item': COUNTERS,
    'enum node_stat_item': {'NR_INACTIVE_ANON': 0, 'NR_ANON_THPS': 1, 'NR_VM_NODE_STAT_ITEMS': 2},
    'enum zone_flags': {'ZONE_BOOSTED_WATERMARK': 0},
    'enum pageflags': {'PG_lru': LRU, 'PG_slab': SLAB, 'PG_reserved': RESERVED, 'PG_head': HEAD, '__NR_PAGEFLAGS': 17},
}


def zone_type():
    return structure(
        'zone',
        _watermark=array(LONG, 4),
        watermark_boost=LONG,
        nr_reserved_highatomic=LONG,
        lowmem_reserve=array(LONG, 1),
        per_cpu_pageset=pointer(),
        per_cpu_zonestats=pointer(),
        zone_start_pfn=LONG,
        managed_pages=LONG,
        spanned_pages=LONG,
        present_pages=LONG,
        name=pointer(lambda: CHAR),
        free_area=array(AREA, ORDERS),
        flags=LONG,
        percpu_drift_mark=LONG,
        vm_stat=array(LONG, 2),
    )


def node_type(zone):
    zoneref = structure('zoneref', zone=pointer(), zone_idx=LONG)
    waits = structure('wait_queue_head', lock=LONG, head=LIST)
    return structure(
        'pglist_data',
        node_zones=array(zone, 1),
        node_zonelists=array(structure('zonelist', _zonerefs=array(zoneref, 2)), 1),
        node_start_pfn=LONG,
        node_spanned_pages=LONG,
        kswapd_wait=waits,
        kswapd_order=INT,
        kswapd_highest_zoneidx=INT,
        kswapd_failures=INT,
        totalreserve_pages=LONG,
        vm_stat=array(LONG, 2),
    )


def kernel_types(pcp_lists):
    """{name: Type} of everything that the reader looks at."""
    zone = zone_type()
    page = structure(
        'page',
        flags=LONG,
        lru=LIST,
        compound_head=(8, LONG),
        compound_order=(17, CHAR),
        mapping=(24, LONG),
        index=(32, LONG),
        private=(40, LONG),
        page_type=(48, number('unsigned int', 4)),
        _refcount=(52, INT),
        memcg_data=(56, LONG),
    )
    return {
        'unsigned long': LONG,
        'struct page': page,
        'struct zone': zone,
        'struct pglist_data': node_type(zone),
        'struct per_cpu_pages': structure(
            'per_cpu_pages', count=INT, high=INT, batch=INT, lists=(16, array(LIST, pcp_lists))
        ),
        'struct per_cpu_zonestat': structure('per_cpu_zonestat', vm_stat_diff=array(SMALL, 2), stat_threshold=SMALL),
        'struct mem_section': structure('mem_section', section_mem_map=LONG, usage=LONG),
        'struct mem_section_usage': structure('mem_section_usage', pageblock_flags=array(LONG, 0)),
        'struct resource': structure(
            'resource', start=LONG, end=LONG, name=pointer(lambda: CHAR), sibling=pointer(), child=pointer()
        ),
        'struct new_utsname': structure('new_utsname', release=array(CHAR, 65), machine=array(CHAR, 65)),
    }


class Made(Memory):
    """The memory, and what lays it out. Pages are in use until free() puts them on a list."""

    def __init__(self, release='6.1.0-1-made', machine='x86_64', info='', pcp_lists=14, start=START, pages=PAGES):
        self.types, self.enums = kernel_types(pcp_lists), {name: dict(found) for name, found in ENUMS.items()}
        self.symbols, self.variables, self.regions, self.next = {}, {}, [], 0xFFFF888000000000
        self.start, self.pages = start, pages
        used = (bytes(48) + (0xFFFFFFFF).to_bytes(4, 'little') + (1).to_bytes(4, 'little')).ljust(PAGE, b'\0')
        self.region(BASE + start * PAGE, used * pages)
        self.make_names(release, machine, info)
        self.make_sections()
        self.make_node(pcp_lists)

    # ---- What a back end gives ----

    def symbol(self, name):
        return self.symbols.get(name)

    def variable_type(self, name):
        return self.variables.get(name)

    def type(self, name):
        return self.types.get(name)

    def enumerators(self, name):
        return self.enums.get(name)

    def _region(self, address, size):
        for start, content in self.regions:
            if start <= address and address + size <= start + len(content):
                return content, address - start
        raise Unreadable(address, size)

    def read(self, address, size):
        content, place = self._region(address, size)
        return bytes(content[place : place + size])

    # ---- Laying it out ----

    def write(self, address, value, size=8):
        content, place = self._region(address, size)
        content[place : place + size] = (value & (1 << 8 * size) - 1).to_bytes(size, 'little')

    def region(self, address, content):
        self.regions.append((address, bytearray(content)))
        return address

    def allocate(self, content):
        """Bytes on pages of their own."""
        content = content.ljust(len(content) + 4095 & ~4095, b'\0')
        self.next += len(content)
        return self.region(self.next - len(content), content)

    def make(self, name, kind, content=None):
        """A variable."""
        self.symbols[name] = self.allocate(content or bytes(kind.size))
        self.variables[name] = kind
        return self.symbols[name]

    def text(self, words):
        return self.allocate(words.encode() + b'\0')

    def set(self, base, kind, **values):
        """Members of a structure; a list fills an array."""
        for name, value in values.items():
            member = kind.members[name]
            for place, one in enumerate(value if isinstance(value, list) else [value]):
                size = member.type.target.size if isinstance(value, list) else member.type.size
                self.write(base + member.offset + place * size, one, size)

    def empty_lists(self, address, count):
        for place in range(count):
            head = address + place * LIST.size
            self.write(head, head)
            self.write(head + 8, head)

    def make_names(self, release, machine, info):
        uts = self.types['struct new_utsname']
        words = release.encode().ljust(65, b'\0') + machine.encode().ljust(65, b'\0')
        self.make('init_uts_ns', structure('uts_namespace', name=uts), words.ljust(uts.size, b'\0'))
        if info:
            self.make('vmcoreinfo_size', LONG, len(info).to_bytes(8, 'little'))
            self.make('vmcoreinfo_data', pointer(lambda: CHAR), self.text(info).to_bytes(8, 'little'))
        names = b''.join(self.text(name).to_bytes(8, 'little') for name in TYPES)
        self.make('migratetype_names', array(pointer(lambda: CHAR), len(TYPES)), names)
        counters = ('nr_free_pages', 'nr_zone_inactive_anon', 'nr_inactive_anon', 'nr_anon_transparent_hugepages')
        names = b''.join(self.text(name).to_bytes(8, 'little') for name in counters)
        self.make('vmstat_text', array(pointer(lambda: CHAR), len(counters)), names)
        self.make('hstates', LONG)
        ram = self.types['struct resource']
        chip = self.allocate(bytes(ram.size))
        self.set(
            chip, ram, start=self.start << 12, end=(self.start + self.pages << 12) - 1, name=self.text('System RAM')
        )
        ram.members['child'].type._target = ram.members['sibling'].type._target = lambda: ram
        self.set(self.make('iomem_resource', ram), ram, child=chip, end=(1 << 46) - 1)

    def make_sections(self):
        kind = self.types['struct mem_section']
        self.usage = self.allocate(bytes(1 << 12))
        root = self.allocate(bytes(4096))
        last = self.start + self.pages - 1 >> 15
        for number in range(last + 1):
            self.set(root + number * kind.size, kind, section_mem_map=BASE | 0xB, usage=self.usage)
        table = self.allocate(root.to_bytes(8, 'little'))
        self.make('mem_section', pointer(lambda: pointer(lambda: kind)), table.to_bytes(8, 'little'))

    def make_node(self, pcp_lists):
        kind, zone = self.types['struct pglist_data'], self.types['struct zone']
        self.node = self.make('contig_page_data', kind)
        self.zone = self.node
        self.pcp = self.allocate(bytes(self.types['struct per_cpu_pages'].size))
        stats = self.allocate(bytes(self.types['struct per_cpu_zonestat'].size))
        self.set(
            *(self.zone, zone),
            **{'zone_start_pfn': self.start, 'spanned_pages': self.pages, 'present_pages': self.pages},
            **{'managed_pages': self.pages, '_watermark': [10, 20, 30, 40], 'name': self.text('Normal')},
            **{'per_cpu_pageset': self.pcp, 'per_cpu_zonestats': stats},
        )
        for order in range(ORDERS):
            self.empty_lists(self.head(order, 'Unmovable'), len(TYPES))
        self.empty_lists(self.pcp_head(0), pcp_lists)
        self.set(self.pcp, self.types['struct per_cpu_pages'], batch=3, high=10)
        self.set(self.node, kind, node_start_pfn=self.start, node_spanned_pages=self.pages)
        self.empty_lists(self.node + kind.members['kswapd_wait'].offset + 8, 1)
        self.write(self.node + kind.members['node_zonelists'].offset, self.zone)

    # ---- Pages and lists ----

    def page(self, pfn):
        return BASE + pfn * PAGE

    def set_page(self, pfn, **values):
        self.set(self.page(pfn), self.types['struct page'], **values)

    def head(self, order, kind):
        """The address of a free list's head."""
        area = self.zone + self.types['struct zone'].members['free_area'].offset + order * AREA.size
        return area + TYPES.index(kind) * LIST.size

    def pcp_head(self, index):
        return self.pcp + self.types['struct per_cpu_pages'].members['lists'].offset + index * LIST.size

    def put(self, head, pfns):
        """Pages on the list with a head, in this order."""
        link = self.types['struct page'].members['lru'].offset
        places = [head, *(self.page(pfn) + link for pfn in pfns), head]
        for before, after in zip(places, places[1:]):
            self.write(before, after)
            self.write(after + 8, before)

    def free(self, order, kind, pfns, mark=0xFFFFFF7F):
        """Free blocks, and what counts them."""
        self.put(self.head(order, kind), pfns)
        for pfn in pfns:
            for later in range(pfn, pfn + (1 << order)):
                self.set_page(later, _refcount=0)
            self.set_page(pfn, page_type=mark, private=order)
        self.add_free(order, kind, len(pfns))

    def add_free(self, order, kind, count):
        area = self.head(order, 'Unmovable') + AREA.members['nr_free'].offset
        self.write(area, int.from_bytes(self.read(area, 8), 'little') + count)
        if kind != 'Isolate':
            counter = self.zone + self.types['struct zone'].members['vm_stat'].offset
            self.write(counter, int.from_bytes(self.read(counter, 8), 'little') + (count << order))

    def free_on_cpu(self, index, pfns, order=0):
        """Blocks on one of the CPU's lists."""
        self.put(self.pcp_head(index), pfns)
        for pfn in pfns:
            for later in range(pfn, pfn + (1 << order)):
                self.set_page(later, _refcount=0)
        count = int.from_bytes(self.read(self.pcp, 4), 'little') + (len(pfns) << order)
        self.set(self.pcp, self.types['struct per_cpu_pages'], count=count)

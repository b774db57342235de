# SPDX-License-Identifier: GPL-2.0-only
"""The state of a kernel's page allocator: nodes, zones, free lists, per-CPU lists, pageblocks and pages, as plain values."""

import collections.abc
import functools
import re

import pk_page
from pk_facts import Node, Page, PerCpu, Zone
from pk_memory import Unsupported
from pk_names import Names
from pk_pages import PAGE_SIZE, Pages, changed, vmcoreinfo
from pk_ranges import joined_runs

MACHINES = {'x86_64': 'x86_64', 'aarch64': 'arm64'}
OLDEST, NEWEST = (5, 4), (6, 12)
COSTLY_ORDER = 3  # PAGE_ALLOC_COSTLY_ORDER: per-CPU lists have blocks up to it, and huge pages
HUGE_ORDER = 9  # of a page that a second-level entry maps, with 4 KiB pages
HUGE_COUNTERS = ('NR_ANON_THPS', 'NR_SHMEM_THPS', 'NR_SHMEM_PMDMAPPED', 'NR_FILE_THPS', 'NR_FILE_PMDMAPPED')
MAPPING_BITS, MAPPING_MOVABLE = 3, 2  # of page->mapping: a driver's page that can be migrated
MOST_NODE_BITS = 10  # CONFIG_NODES_SHIFT is at most this
NO_ZONES = 'no zone of this kernel has memory yet: let it boot further'


class Lists(collections.abc.Mapping):
    """{(order, migratetype): [PFN, ...]} that is read when somebody looks into it."""

    def __init__(self, read):
        self._read = read

    @functools.cached_property
    def _lists(self):
        return self._read()

    def __getitem__(self, key):
        return self._lists[key]

    def __iter__(self):
        return iter(self._lists)

    def __len__(self):
        return len(self._lists)


def pcp_place(index, count, types):
    """(order, type number) of one of `count` per-CPU lists, of which each order has one for each of `types`."""
    order, kind = divmod(index, types)
    if count == types or order <= COSTLY_ORDER:
        return order, kind
    # Behind them, those of huge pages: one list, one for movable pages and one for others, or again one for each type.
    rest = count - types * (COSTLY_ORDER + 1)
    first = index - types * (COSTLY_ORDER + 1)
    return HUGE_ORDER, {1: 1, 2: first}.get(rest, kind)


class Kernel:
    """A kernel that a Memory reads. What is read is kept until forget()."""

    def __init__(self, memory):
        self.memory = memory
        uts = memory.variable('init_uts_ns')['name']
        self.release, machine = uts['release'].text(), uts['machine'].text()
        self.version = self._version()
        self.info = vmcoreinfo(memory)
        self._check(machine)
        self.arch = MACHINES[machine]
        self.names = Names(memory)
        self.orders = memory.known_type('struct zone').members['free_area'].type.length
        self.block_order = self._block_order()
        self.node_ids = self._node_ids()
        self._zone_at, self._raw = {}, {}
        self.pages = Pages(memory, self.info, self._span(), self.block_order, self.version)
        self._nodes = self._cpus = None

    def forget(self):
        """Memory has moved on: read everything again."""
        self._nodes = self._cpus = None
        self.pages.forget()

    @functools.cached_property
    def uses(self):
        """The marks of pages of this version."""
        return pk_page.Uses(self)

    # ---- What kernel is it? ----

    def _version(self):
        found = re.match(r'(\d+)\.(\d+)', self.release)
        if not found:
            raise Unsupported(
                'these symbols do not fit what is in memory: no release of a kernel stands at init_uts_ns'
            )
        return int(found[1]), int(found[2])

    def _check(self, machine):
        if not OLDEST <= self.version <= NEWEST:
            raise Unsupported(f'this is Linux {self.release}: kernels from 5.4 to 6.12 can be read')
        if machine not in MACHINES:
            raise Unsupported(f'this is a kernel for {machine}: those for x86_64 and aarch64 can be read')
        size = int(self.info.get('PAGESIZE', PAGE_SIZE))
        if size != PAGE_SIZE:
            raise Unsupported(f'this kernel has pages of {size // 1024} KiB: only those of 4 KiB can be read')

    def _block_order(self):
        """The order of a pageblock, which no symbol tells: that of a huge page where there are any, else the highest."""
        return HUGE_ORDER if self.memory.has('hstates') else self.orders - 1

    def has_text(self, text):
        """Do the kernel's constants contain these bytes? (Megabytes are read: for what nothing else tells.)"""
        start, end = self.memory.symbol('__start_rodata'), self.memory.symbol('__end_rodata')
        return self.memory.read(start, end - start).find(text) >= 0 if start and end else False

    @property
    def build_id(self):
        """The build ID that the running kernel says it has; None when it does not say."""
        return self.info.get('BUILD-ID')

    # ---- Nodes and zones as they lie in memory ----

    def _bits(self, mask):
        """Which bits of a mask that is a structure of words are set."""
        value = int.from_bytes(mask.bytes(), 'little')
        return [bit for bit in range(value.bit_length()) if value >> bit & 1]

    def _node_ids(self):
        """The nodes that are online."""
        if not self.memory.has('node_data'):
            return [0]
        states = self.memory.enum('enum node_states')
        return self._bits(self.memory.variable('node_states')[states['N_ONLINE']])

    @property
    def cpus(self):
        """The CPUs that are online."""
        if self._cpus is None:
            online = self.memory.has('__cpu_online_mask') and self._bits(self.memory.variable('__cpu_online_mask'))
            self._cpus = online or [0]
        return self._cpus

    def node(self, nid):
        """A node's pg_data_t."""
        if self.memory.has('node_data'):
            return self.memory.variable('node_data')[nid].follow()
        return self.memory.variable('contig_page_data')

    def raw_zones(self, nid):
        """Each struct zone of a node, with memory or not."""
        return list(self.node(nid)['node_zones'])

    def _span(self):
        """(first, last + 1) PFN of all zones with memory."""
        spans = []
        for nid in self.node_ids:
            for raw in self.raw_zones(nid):
                if raw['present_pages'].number():
                    start = raw['zone_start_pfn'].number()
                    spans.append((start, start + raw['spanned_pages'].number()))
        if not spans:
            raise Unsupported(NO_ZONES)
        return min(start for start, _ in spans), max(end for _, end in spans)

    # ---- Nodes and zones as facts ----

    def nodes(self):
        """Every node, with its zones that have memory."""
        if self._nodes is None:
            self._zone_at, self._raw = {}, {}
            self._nodes = [self._read_node(nid) for nid in self.node_ids]
            for node in self._nodes:
                node.zonelists = self._zonelists(node.nid)
        return self._nodes

    def zones(self):
        """The zones with memory of all nodes."""
        return [zone for node in self.nodes() for zone in node.zones]

    def raw_zone(self, zone):
        """The struct zone that facts were taken from, as it was then."""
        return self._raw[zone.address]

    def _read_node(self, nid):
        raw, zones = self.node(nid), []
        for index, raw_zone in enumerate(self.raw_zones(nid)):
            self._zone_at[raw_zone.address] = (nid, raw_zone['name'].text())
            self._raw[raw_zone.address] = raw_zone
            if raw_zone['present_pages'].number():
                zones.append(self._read_zone(raw_zone, nid, index))
        return Node(nid, raw['node_start_pfn'].number(), raw['node_spanned_pages'].number(), zones)

    def _zonelists(self, nid):
        """The node's fallback list, and where there are several nodes in this kernel, that of the node alone."""
        lists = []
        for zonelist in self.node(nid)['node_zonelists']:
            refs, found = zonelist['_zonerefs'], []
            while refs[len(found)]['zone'].number():
                zone = self._zone_at.get(refs[len(found)]['zone'].number())
                if zone is None:
                    raise changed(f'the zonelist of node {nid}', 'it names a zone of no node')
                found.append(zone)
            lists.append(found)
        return tuple(lists)

    def counters(self, array, enum):
        """{enumerator: value} of an array of counters, the names of whole ranges included."""
        values = array.numbers() if array.type.target.kind == 'int' else [one.number() for one in array]
        return {name: values[at] for name, at in self.memory.enum(enum).items() if at < len(values)}

    def _read_zone(self, raw, nid, index):
        counters = self.counters(raw['vm_stat'], 'enum zone_stat_item')
        managed = raw['managed_pages'].number()
        return Zone(
            name=raw['name'].text(),
            nid=nid,
            index=index,
            address=raw.address,
            start=raw['zone_start_pfn'].number(),
            spanned=raw['spanned_pages'].number(),
            present=raw['present_pages'].number(),
            managed=managed,
            free=counters['NR_FREE_PAGES'],
            marks=tuple(raw['_watermark'].numbers()[:3]),
            boost=raw['watermark_boost'].number(),
            reserve=tuple(raw['lowmem_reserve'].numbers()),
            flags=raw['flags'].number(),
            reserved_highatomic=raw['nr_reserved_highatomic'].number(),
            lists=Lists(lambda: self._free_lists(raw, nid)),
            cpus=[self._per_cpu(raw, cpu, nid) for cpu in self.cpus],
            counters=counters,
        )

    # ---- Lists ----

    def _free_lists(self, raw, nid):
        name, spanned = raw['name'].text(), raw['spanned_pages'].number()
        found = {}
        for order, area in enumerate(raw['free_area']):
            for number, head in enumerate(area['free_list']):
                kind = self.names.types[number]
                what = f'the free list of zone {name}{self._of_node(nid)}, order {order}, {kind}'
                pfns = self.pages.list(head, what, spanned >> order)
                if pfns:
                    found[order, kind] = pfns
        return found

    def _of_node(self, nid):
        return f' of node {nid}' if len(self.node_ids) > 1 else ''

    def free_counts(self, raw):
        """How many free blocks a struct zone counts, by order."""
        return [area['nr_free'].number() for area in raw['free_area']]

    def per_cpu_parts(self, raw, cpu):
        """(struct per_cpu_pages, the structure with the CPU's counters, its member of allocations by node) of a zone."""
        if 'per_cpu_pageset' in raw:  # 5.14 and later
            pages = raw['per_cpu_pageset'].number()
            stats = raw['per_cpu_zonestats'].number()
            return (
                self.memory.object(self.memory.per_cpu(pages, cpu), 'struct per_cpu_pages'),
                self.memory.object(self.memory.per_cpu(stats, cpu), 'struct per_cpu_zonestat'),
                'vm_numa_event',
            )
        place = self.memory.per_cpu(raw['pageset'].number(), cpu)
        both = self.memory.object(place, 'struct per_cpu_pageset')
        return both['pcp'], both, 'vm_numa_stat_diff'

    def _per_cpu(self, raw, cpu, nid):
        pcp, stats, _ = self.per_cpu_parts(raw, cpu)
        return PerCpu(
            cpu=cpu,
            count=pcp['count'].number(),
            high=pcp['high'].number(),
            batch=pcp['batch'].number(),
            lists=Lists(lambda: self._pcp_lists(pcp, raw, cpu, nid)),
            stat_threshold=stats['stat_threshold'].number(),
            differences=self.counters(stats['vm_stat_diff'], 'enum zone_stat_item'),
        )

    def _pcp_lists(self, pcp, raw, cpu, nid):
        lists, found = pcp['lists'], {}
        types = self.memory.enum('enum migratetype')['MIGRATE_PCPTYPES']
        for index, head in enumerate(lists):
            order, number = pcp_place(index, lists.type.length, types)
            kind = self.names.types[number]
            what = f'the list of CPU {cpu} in zone {raw["name"].text()}{self._of_node(nid)}, order {order}, {kind}'
            pfns = self.pages.list(head, what, raw['spanned_pages'].number() >> order)
            if pfns:
                found[order, kind] = pfns
        return found

    def pcp_type(self, pfn, kind):
        """The type that a page on a CPU's list was tagged with; since 6.7 there is no tag, and the pageblock decides."""
        number = self.pages.value(pfn, 'index') if self.version < (6, 7) else self.pages.block_type(pfn)
        return self.names.types[number] if number < len(self.names.types) else kind

    # ---- Counters that not every reader needs ----

    def numa_events(self, raw):
        """{enumerator: allocations by node} of a zone, those that its CPUs hold back included; {} where none are counted."""
        name = next((one for one in ('vm_numa_event', 'vm_numa_stat') if one in raw), None)
        if name is None:
            return {}
        total = self.counters(raw[name], 'enum numa_stat_item')
        for cpu in self.cpus:
            _, stats, member = self.per_cpu_parts(raw, cpu)
            for event, count in self.counters(stats[member], 'enum numa_stat_item').items():
                total[event] += count
        return total

    def node_counters(self, nid):
        """{enumerator: value} of a node's counters, as /proc shows them: never below 0, huge pages as such."""
        found = self.counters(self.node(nid)['vm_stat'], 'enum node_stat_item')
        counted_in_pages = HUGE_COUNTERS if self.version >= (5, 12) else ()
        return {name: max(value, 0) >> (HUGE_ORDER if name in counted_in_pages else 0) for name, value in found.items()}

    def cpu_node(self, cpu):
        """The node of a CPU."""
        if not self.memory.has('numa_node'):
            return 0
        place = self.memory.per_cpu(self.memory.symbol('numa_node'), cpu)
        return self.memory.object(place, 'int').number()

    def distance(self, one, other):
        """How far it is from one node to another; 10 is no way at all."""
        usual = 10 if one == other else 20
        if not self.memory.has('numa_distance') or not self.memory.variable('numa_distance').number():
            return usual
        count = self.memory.variable('numa_distance_cnt').number()
        if max(one, other) >= count:
            return usual
        return self.memory.read(self.memory.variable('numa_distance').number() + one * count + other, 1)[0]

    # ---- Pages ----

    def movable_runs(self):
        """Runs of pages in use that migration could move: on a list of reclaim, or a driver's that says so."""
        bits = self.memory.enum('enum pageflags')
        lru, head = 1 << bits['PG_lru'], 1 << bits['PG_head']
        runs, offsets = [], [self.pages.offset(member) for member in ('flags', 'mapping', 'compound_head')]
        for piece in self.pages.valid_runs():
            columns = zip(*(self.pages.column(piece, offset) for offset in offsets))
            for at, (flags, mapping, first) in enumerate(columns, piece[0]):
                if first & 1:
                    continue  # a tail: other things stand in its members, and the head speaks for it
                if flags & lru:
                    runs.append((at, at + (1 << self.pages.compound_order(at) if flags & head else 1)))
                elif mapping & MAPPING_BITS == MAPPING_MOVABLE and not self.uses.slab(
                    at
                ):  # a slab has no mapping there
                    runs.append((at, at + 1))
        return joined_runs(runs)

    def zone_of(self, pfn):
        """The zone that spans a PFN; None between zones. (Where those of two nodes overlap, the first one.)"""
        return next((zone for zone in self.zones() if zone.start <= pfn < zone.end), None)

    @functools.cached_property
    def _place_shift(self):
        """Where the numbers of zone and node stand in page->flags, the node's topmost. How wide the node's is, no symbol tells:
        it is found from the first page of each zone. None where no width fits."""
        zones = self.zones()
        zone_bits = (len(self.raw_zones(self.node_ids[0])) - 1).bit_length()
        for node_bits in range(MOST_NODE_BITS + 1):
            shift = 64 - node_bits - zone_bits
            if all(
                self.pages.value(zone.start, 'flags') >> shift == zone.nid << zone_bits | zone.index for zone in zones
            ):
                return shift, zone_bits
        return None

    def belongs(self, pfn, zone):
        """Does a page say that it is of this zone?"""
        if self._place_shift is None:
            return True
        shift, zone_bits = self._place_shift
        return self.pages.value(pfn, 'flags') >> shift == zone.nid << zone_bits | zone.index

    def page(self, pfn):
        """What a struct page says, or None where there is none."""
        zone = self.zone_of(pfn)
        if zone is None or not self.pages.valid(pfn):
            return None
        head, state = pk_page.describe(self, zone, pfn)
        return Page(
            pfn=pfn,
            address=self.pages.address(pfn),
            zone=zone.name,
            pageblock_type=self.block_type(pfn) or '?',
            pageblock=pfn >> self.block_order << self.block_order,
            state=state,
            head=head,
            flags=self.names.page_flags(self.pages.value(pfn, 'flags')),
            refcount=self.pages.value(pfn, '_refcount'),
        )

    def block_type(self, pfn):
        """The name of a pageblock's migratetype, or None where the bits name none."""
        number = self.pages.block_type(pfn)
        return self.names.types[number] if number < len(self.names.types) else None

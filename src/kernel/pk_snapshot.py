# SPDX-License-Identifier: GPL-2.0-only
"""A kernel's state as a snapshot that Pageflow loads: everything that 5.8.18 has a place for, and in comments what it has not."""

import os
import tempfile

from pk_memory import Missing, Unsupported
from pk_names import MEANING, SINGLE
from pk_pages import changed
from pk_ranges import joined_runs, memory_ranges, minus, within

ZONES = ('DMA', 'DMA32', 'Normal', 'Movable')
TYPES = ('Unmovable', 'Movable', 'Reclaimable', 'HighAtomic', 'CMA', 'Isolate')
PCP_TYPES = TYPES[:3]
ORDERS, BLOCK_ORDER, MOST_NODES, MOST_CPUS, MOST_RANGES = 11, 9, 4, 64, 128
NOBODY = len(ZONES)  # as a zone's number: nobody is waited for

# The counters of 5.8.18 in its order, and the names that later kernels have them under.
ZONE_COUNTERS = [
    'NR_FREE_PAGES',
    'NR_ZONE_INACTIVE_ANON',
    'NR_ZONE_ACTIVE_ANON',
    'NR_ZONE_INACTIVE_FILE',
    'NR_ZONE_ACTIVE_FILE',
    'NR_ZONE_UNEVICTABLE',
    'NR_ZONE_WRITE_PENDING',
    'NR_MLOCK',
    'NR_PAGETABLE',
    'NR_KERNEL_STACK_KB',
    'NR_BOUNCE',
    'NR_ZSPAGES',
    'NR_FREE_CMA_PAGES',
]
NODE_COUNTERS = [
    'NR_INACTIVE_ANON',
    'NR_ACTIVE_ANON',
    'NR_INACTIVE_FILE',
    'NR_ACTIVE_FILE',
    'NR_UNEVICTABLE',
    'NR_SLAB_RECLAIMABLE',
    'NR_SLAB_UNRECLAIMABLE',
    'NR_ISOLATED_ANON',
    'NR_ISOLATED_FILE',
    'WORKINGSET_NODES',
    'WORKINGSET_REFAULT',
    'WORKINGSET_ACTIVATE',
    'WORKINGSET_RESTORE',
    'WORKINGSET_NODERECLAIM',
    'NR_ANON_MAPPED',
    'NR_FILE_MAPPED',
    'NR_FILE_PAGES',
    'NR_FILE_DIRTY',
    'NR_WRITEBACK',
    'NR_WRITEBACK_TEMP',
    'NR_SHMEM',
    'NR_SHMEM_THPS',
    'NR_SHMEM_PMDMAPPED',
    'NR_FILE_THPS',
    'NR_FILE_PMDMAPPED',
    'NR_ANON_THPS',
    'NR_VMSCAN_WRITE',
    'NR_VMSCAN_IMMEDIATE',
    'NR_DIRTIED',
    'NR_WRITTEN',
    'NR_KERNEL_MISC_RECLAIMABLE',
    'NR_FOLL_PIN_ACQUIRED',
    'NR_FOLL_PIN_RELEASED',
]
LATER_NAMES = {
    'NR_SLAB_RECLAIMABLE': ('NR_SLAB_RECLAIMABLE_B',),
    'NR_SLAB_UNRECLAIMABLE': ('NR_SLAB_UNRECLAIMABLE_B',),
    'WORKINGSET_REFAULT': ('WORKINGSET_REFAULT_ANON', 'WORKINGSET_REFAULT_FILE'),
    'WORKINGSET_ACTIVATE': ('WORKINGSET_ACTIVATE_ANON', 'WORKINGSET_ACTIVATE_FILE'),
    'WORKINGSET_RESTORE': ('WORKINGSET_RESTORE_ANON', 'WORKINGSET_RESTORE_FILE'),
}
NUMA_COUNTERS = {
    'hit': 'NUMA_HIT',
    'miss': 'NUMA_MISS',
    'foreign': 'NUMA_FOREIGN',
    'interleave': 'NUMA_INTERLEAVE_HIT',
    'local': 'NUMA_LOCAL',
    'other': 'NUMA_OTHER',
}


def runs_text(runs):
    """[(start, end), ...] as 'PFN+N ...'."""
    return ''.join(f' {start}+{end - start}' for start, end in runs)


def counter(counters, name):
    """A counter of 5.8.18 among those of a kernel; never below 0, as /proc shows them."""
    names = [one for one in LATER_NAMES.get(name, ()) if one in counters] or [name]
    return max(0, sum(counters.get(one, 0) for one in names))


class Snapshot:
    """The writing of one snapshot: lines, and remarks that come to stand above them."""

    def __init__(self, kernel, this_cpu=None):
        self.kernel, self.memory = kernel, kernel.memory
        self.lines, self.remarks = [], []
        self.numa = self.memory.has('node_data')
        self.this_cpu = this_cpu if this_cpu in kernel.cpus else kernel.cpus[0]
        self.nodes = kernel.nodes()
        self.check()
        self.ranges = memory_ranges(kernel)
        self.memory_runs = joined_runs((start, end) for start, end, _ in self.ranges)
        if len(self.ranges) > MOST_RANGES:
            raise Unsupported(f'memory lies in {len(self.ranges)} pieces: Pageflow holds at most {MOST_RANGES}')

    def add(self, line):
        self.lines.append(line)

    def check(self):
        """Does the kernel fit into Pageflow's constants?"""
        kernel, zones = self.kernel, [zone for node in self.nodes for zone in node.zones]
        wrong = None
        if kernel.orders != ORDERS or kernel.block_order != BLOCK_ORDER:
            wrong = f'{kernel.orders} orders and pageblocks of order {kernel.block_order}, Pageflow {ORDERS} and {BLOCK_ORDER}'
        elif [node.nid for node in self.nodes if node.nid >= MOST_NODES] or self.nodes[0].nid:
            wrong = f'nodes {", ".join(str(node.nid) for node in self.nodes)}, Pageflow nodes 0 to {MOST_NODES - 1}, 0 among them'
        elif kernel.cpus[-1] >= MOST_CPUS:
            wrong = f'a CPU {kernel.cpus[-1]}, Pageflow at most {MOST_CPUS} CPUs'
        for zone in zones:
            if zone.name not in (*ZONES, 'Device'):
                wrong = f'memory in a zone {zone.name}, Pageflow none of that name'
        if wrong:
            raise Unsupported(f'this kernel has {wrong}: its state does not fit')

    def number(self, name, default=None):
        """The number in a variable; the default where this kernel does not have it."""
        try:
            return self.memory.variable(name).number()
        except Missing:
            return default

    # ---- Before the zones ----

    def write_head(self):
        last = self.kernel.cpus[-1]
        self.add(
            f'kernel 5.8.18 arm64 page_shift 12 max_order {ORDERS} pageblock_order {BLOCK_ORDER} nr_zones {len(ZONES)} '
            f'numa {int(self.numa)} nr_cpus {last + 1} this_cpu {self.this_cpu}'
        )
        self.add(
            f'sysctl watermark_boost_factor {self.number("watermark_boost_factor", 0)} '
            f'watermark_scale_factor {self.number("watermark_scale_factor", 10)} '
            f'min_free_kbytes {self.number("min_free_kbytes", 0)} totalreserve_pages {self.number("totalreserve_pages", 0)} '
            f'mobility_disabled {self.number("page_group_by_mobility_disabled", 0)}'
        )
        for start, end, nid in self.ranges:
            self.add(f'memory {start} {end} node {nid} nomap 0')

    @staticmethod
    def waiting(raw, queue):
        """1 when a daemon sleeps on its queue."""
        if queue not in raw:
            return 0
        head = raw[queue]['head']
        return int(head['next'].number() != head.address)

    def zone_number(self, raw, names, default):
        """Pageflow's number of the zone that a member of a node names by this kernel's."""
        name = next((one for one in names if one in raw), None)
        if name is None:
            return default
        zones = raw['node_zones']
        index = raw[name].number()
        if not 0 <= index < zones.type.length:
            return default
        zone = zones[index]['name'].text()
        return ZONES.index(zone) if zone in ZONES else len(ZONES) - 1

    @staticmethod
    def order(raw, name):
        return min(max(raw[name].number(), 0), ORDERS - 1) if name in raw else 0

    def write_node(self, node):
        raw = self.kernel.node(node.nid)
        kswapd = self.zone_number(raw, ('kswapd_highest_zoneidx', 'kswapd_classzone_idx'), NOBODY)
        kcompactd = self.zone_number(raw, ('kcompactd_highest_zoneidx', 'kcompactd_classzone_idx'), 0)
        self.add(
            f'node {node.nid} start_pfn {node.start} spanned {node.spanned} '
            f'kswapd_waiting {self.waiting(raw, "kswapd_wait")} kswapd_highest_zoneidx {kswapd} '
            f'kswapd_order {self.order(raw, "kswapd_order")} kswapd_failures {raw["kswapd_failures"].number()} '
            f'kcompactd_waiting {self.waiting(raw, "kcompactd_wait")} '
            f'kcompactd_max_order {self.order(raw, "kcompactd_max_order")} kcompactd_highest_zoneidx {kcompactd}'
        )
        for index, zonelist in enumerate(node.zonelists):
            entries = [f' {nid}:{name}' for nid, name in zonelist if name in ZONES]
            self.add(f'zonelist {node.nid} {index}{"".join(entries)}')

    # ---- Zones ----

    def reserve(self, zone):
        """What the zone holds back from requests up to each of Pageflow's zones.

        A zone that this kernel does not have stands for the next lower one."""
        names = [raw['name'].text() for raw in self.kernel.raw_zones(zone.nid)]
        found = []
        for name in ZONES:
            lower = found[-1] if found else 0
            found.append(zone.reserve[names.index(name)] if name in names else lower)
        return found

    def write_zone(self, node, name):
        zone = next((one for one in node.zones if one.name == name), None)
        if zone is None:
            self.add(f'zone {node.nid} {name} start_pfn 0 spanned 0 present 0 managed 0')
            return
        self.add(
            f'zone {node.nid} {name} start_pfn {zone.start} spanned {zone.spanned} present {zone.present} managed {zone.managed}'
        )
        self.write_limits(zone)
        for cpu in zone.cpus:
            self.write_per_cpu(zone, cpu)
        for (order, kind), pfns in sorted(zone.lists.items(), key=lambda one: (one[0][0], TYPES.index(one[0][1]))):
            self.add(f' free {order} {kind} {" ".join(map(str, pfns))}')
        self.write_blocks(zone)
        self.add(f' movable{runs_text(within(self.movable, zone.start, zone.end))}')

    def write_limits(self, zone):
        raw = self.kernel.raw_zone(zone)
        boosted = zone.flags >> self.memory.enum('enum zone_flags')['ZONE_BOOSTED_WATERMARK'] & 1
        low, *higher = zone.marks
        self.add(f' watermark min {low} low {higher[0]} high {higher[1]} boost {zone.boost} flags {boosted}')
        self.add(f' lowmem_reserve {" ".join(map(str, self.reserve(zone)))}')
        self.add(f' reserved_highatomic {zone.reserved_highatomic}')
        if 'compact_considered' in raw:
            self.write_deferral(raw)
        free, cma = self.free_counters(zone)
        self.compare_counter(zone)
        self.add(f' vmstat nr_free_pages {free} nr_free_cma {cma} drift_mark {raw["percpu_drift_mark"].number()}')
        if self.numa:
            events = self.kernel.numa_events(raw)
            if events:
                self.add(' numa_stat ' + ' '.join(f'{word} {events[name]}' for word, name in NUMA_COUNTERS.items()))

    def write_deferral(self, raw):
        considered, shift = raw['compact_considered'].number(), raw['compact_defer_shift'].number()
        failed = raw['compact_order_failed'].number()
        if considered or shift or failed:
            self.add(f' compact considered {considered} shift {shift} failed {failed}')

    def listed(self, zone, counted):
        """Pages on the free lists of the types that are counted."""
        return sum(len(pfns) << order for (order, kind), pfns in zone.lists.items() if counted(kind))

    def free_counters(self, zone):
        """(nr_free_pages, nr_free_cma), with which the differences of the CPUs make up what is on the lists."""
        found = []
        for name, counted in (
            ('NR_FREE_PAGES', lambda kind: kind != 'Isolate'),
            ('NR_FREE_CMA_PAGES', lambda kind: kind == 'CMA'),
        ):
            held_back = sum(cpu.differences.get(name, 0) for cpu in zone.cpus)
            found.append(self.listed(zone, counted) - held_back)
        return found

    def compare_counter(self, zone):
        """Say where a kernel that was stopped in the middle of something counts other free pages than its lists have."""
        unaccepted = zone.counters.get('NR_UNACCEPTED', 0)
        if unaccepted:
            self.remark(
                zone,
                f'{unaccepted} pages have not been accepted from the host yet, which 5.8.18 knows nothing of; saved as in use',
            )
        off = zone.free - unaccepted - self.free_counters(zone)[0]
        if off:
            self.remark(
                zone,
                f'the kernel counts {abs(off)} pages {"more" if off > 0 else "fewer"} than are on its free lists; '
                'saved is what is on them',
            )

    def remark(self, zone, text):
        self.remarks.append(f'node {zone.nid}, zone {zone.name}: {text}')

    def write_per_cpu(self, zone, cpu):
        lists = {kind: cpu.lists.get((0, kind), []) for kind in PCP_TYPES}
        self.add(
            f' pcp {cpu.cpu} count {sum(map(len, lists.values()))} high {cpu.high} batch {max(cpu.batch, 1)} '
            f'stat_threshold {cpu.stat_threshold} diff_free {cpu.differences["NR_FREE_PAGES"]} '
            f'diff_cma {cpu.differences.get("NR_FREE_CMA_PAGES", 0)}'
        )
        for kind, pfns in lists.items():
            tagged = [f' {pfn}/{self.kernel.pcp_type(pfn, kind)}' for pfn in pfns]
            self.add(f' pcplist {cpu.cpu} {kind}{"".join(tagged)}')
        for (order, kind), pfns in sorted(cpu.lists.items()):
            if order:
                self.remark(
                    zone,
                    f'CPU {cpu.cpu} keeps {len(pfns)} block{"s"[: len(pfns) != 1]} of order {order}, {kind}, on a list of its '
                    f'own, which 5.8.18 does not have; saved as in use: {" ".join(map(hex, pfns))}',
                )

    def write_blocks(self, zone):
        """The types of the zone's pageblocks, runs of equal ones together."""
        runs = []
        for pfn in range(zone.start >> BLOCK_ORDER << BLOCK_ORDER, zone.end, 1 << BLOCK_ORDER):
            name = self.block_name(pfn, zone)
            if runs and runs[-1][0] == name:
                runs[-1][1] += 1
            else:
                runs.append([name, 1])
        self.add(' pageblocks ' + ' '.join(f'{name}*{count}' for name, count in runs))

    def block_name(self, pfn, zone):
        if not within(self.memory_runs, pfn, pfn + (1 << BLOCK_ORDER)):
            return 'hole'
        name = self.kernel.block_type(max(pfn, zone.start))
        if name is None:
            raise Unsupported(f'the pageblock of page {pfn:#x} has a type that this kernel has no name for')
        return name

    # ---- Behind the zones ----

    def write_machine(self):
        """What steers the whole machine."""
        mask = self.allowed_mask()
        ratios = self.variable_numbers('sysctl_lowmem_reserve_ratio')
        words = [f'gfp_allowed_mask {mask}'] if mask else []
        words += [
            f'lowmem_reserve_ratio[{place}] {ratio}' for place, ratio in enumerate(self.by_zone(ratios)) if ratios
        ]
        words += [f'vm_swappiness {self.number("vm_swappiness", 60)}']
        self.add(f'machine {" ".join(words)}')

    def allowed_mask(self):
        """What is left of every mask: all of 5.8.18's flags but those that this kernel has and takes away (early, and in suspend)."""
        allowed, mask = self.number('gfp_allowed_mask', -1), sum(SINGLE.values())
        for name, bit in self.kernel.names.gfp_bits.items():
            if not allowed & bit:
                mask &= ~MEANING.get(name, 0)
        return mask

    def by_zone(self, values):
        """Numbers of an array with one for each zone of this kernel, for Pageflow's zones."""
        names = [raw['name'].text() for raw in self.kernel.raw_zones(self.nodes[0].nid)]
        return [values[names.index(name)] if name in names and names.index(name) < len(values) else 0 for name in ZONES]

    def variable_numbers(self, name):
        try:
            return self.memory.variable(name).numbers()
        except Missing:
            return []

    def write_records(self):
        self.write_machine()
        for cpu in range(self.kernel.cpus[-1] + 1):
            nid = self.kernel.cpu_node(cpu)
            self.add(f'cpu {cpu} node {nid} online {int(cpu in self.kernel.cpus)}')
        for one in self.nodes:
            for other in self.nodes:
                self.add(f'distance {one.nid} {other.nid} {self.kernel.distance(one.nid, other.nid)}')
        zones = [(zone, self.zone_counters(zone)) for node in self.nodes for zone in node.zones if zone.name in ZONES]
        nodes = [(node, self.node_counters(node)) for node in self.nodes]
        self.compare_enums()
        for word, rows in (('zone', zones), ('node', nodes)):
            sums = [sum(column) for column in zip(*(values for _, values in rows))]
            self.add(f'totals {word} {" ".join(map(str, sums))}')
        for node, values in nodes:
            self.add(
                f'node_state {node.nid} totalreserve_pages {self.kernel.node(node.nid)["totalreserve_pages"].number()}'
            )
            self.add(f'node_stat {node.nid} {" ".join(map(str, values))}')
        for zone, values in zones:
            self.add(f'zone_stat {zone.nid} {zone.name} {" ".join(map(str, values))}')

    def zone_counters(self, zone):
        values = [counter(zone.counters, name) for name in ZONE_COUNTERS]
        values[0], values[-1] = self.free_counters(zone)
        return values

    def compare_enums(self):
        """Say which counters of zones are now a node's, and of no zone."""
        moved = [name for name in ZONE_COUNTERS if name in self.memory.enum('enum node_stat_item')]
        if moved:
            self.remarks.append(f'{", ".join(moved)}: this kernel counts them for nodes, 5.8.18 for zones; saved as 0')

    def node_counters(self, node):
        found = self.kernel.node_counters(node.nid)
        return [counter(found, name) for name in NODE_COUNTERS]

    def say_left_out(self):
        """Name what 5.8.18 has a place for, and this reader does not read."""
        swap = self.number('total_swap_pages', 0)
        swap_words = f'{swap} pages of swap, ' if swap else ''
        self.remarks.append(
            f"left out: {swap_words}where compaction's scanners are, and the tasks (cpusets, policies, scopes of who asks)"
        )

    # ---- The whole ----

    def text(self, remarks):
        self.movable = minus(self.kernel.movable_runs(), self.on_lists())
        self.write_head()
        for node in self.nodes:
            self.write_node(node)
            for name in ZONES:
                self.write_zone(node, name)
        self.write_records()
        for node in self.nodes:
            for zone in node.zones:
                if zone.name not in ZONES:
                    self.remarks.append(f'node {node.nid}, zone {zone.name}: left out, 5.8.18 hands out no page of it')
        self.say_left_out()
        comments = [f'Linux {self.kernel.release}, {self.kernel.arch}', *remarks, *self.remarks]
        head = ['pageflow snapshot v1', *(f'# {one}' for one in comments), 'snapshot saved']
        return '\n'.join([*head, *self.lines, 'end', ''])

    def on_lists(self):
        """Runs of the pages that are on free and per-CPU lists; an error where Pageflow would not believe them."""
        runs = []
        for node in self.nodes:
            for zone in node.zones:
                for lists in (zone.lists, *(cpu.lists for cpu in zone.cpus)):
                    runs += [(pfn, pfn + (1 << order)) for (order, _), pfns in lists.items() for pfn in pfns]
        joined = joined_runs(runs)
        if sum(end - start for start, end in joined) != sum(end - start for start, end in runs):
            raise changed('one of the free lists', 'a page is on two of them')
        outside = minus(joined, self.memory_runs)
        if outside:
            raise Unsupported(
                f'page {outside[0][0]:#x} is on a free list, and in no System RAM of /proc/iomem: where memory is cannot be told'
            )
        return joined


def snapshot(kernel, remarks=(), this_cpu=None):
    """The text of a Pageflow snapshot of a kernel; `remarks` come to stand in it as comments, `this_cpu` is the CPU that runs."""
    return Snapshot(kernel, this_cpu).text(remarks)


def save(path, text):
    """Write a file aside and let it take the place: nobody ever finds half of it. OSError says why not.

    What is no file, such as /dev/stdout, is written to as it is."""
    path = os.path.realpath(path)
    if os.path.exists(path) and not os.path.isfile(path):
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        return
    handle, aside = tempfile.mkstemp(dir=os.path.dirname(path), prefix=os.path.basename(path) + '.')
    try:
        with os.fdopen(handle, 'w', encoding='utf-8') as file:
            file.write(text)
        os.chmod(aside, 0o644)
        os.replace(aside, path)
    except BaseException:
        os.unlink(aside)
        raise

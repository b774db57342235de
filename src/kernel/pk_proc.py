# SPDX-License-Identifier: GPL-2.0-only
"""/proc/buddyinfo, pagetypeinfo and zoneinfo of a kernel, byte for byte as it prints them itself."""

MOST_BLOCKS = 100_000  # a free list with this many blocks is not counted further
UNRECLAIMABLE = 16  # runs of kswapd without progress after which a node counts so

# Lines of zoneinfo that not every version has: the newest version tried that has none, and the oldest that has one.
LINES = {'boost': ((5, 10), (6, 1)), 'promo': ((6, 1), (6, 12)), 'cma': ((5, 10), (6, 1))}


def has_line(kernel, word):
    """Does this version's zoneinfo have a line? Between the versions tried, its own format text tells."""
    without, with_it = LINES[word]
    if kernel.version <= without or kernel.version >= with_it:
        return kernel.version >= with_it
    return kernel.has_text(f'\n        {word:<8} %lu'.encode())


def populated(kernel):
    """(nid, struct zone) of each zone with memory."""
    for nid in kernel.node_ids:
        for raw in kernel.raw_zones(nid):
            if raw['present_pages'].number():
                yield nid, raw


def zone_words(nid, raw):
    return f'Node {nid}, zone {raw["name"].text():>8}'


def buddyinfo(kernel):
    """/proc/buddyinfo: free blocks by order."""
    lines = []
    for nid, raw in populated(kernel):
        counts = ''.join(f'{count:6} ' for count in kernel.free_counts(raw))
        lines.append(f'{zone_words(nid, raw)} {counts}\n')
    return ''.join(lines)


# ---- pagetypeinfo ----


def free_line(kernel, zone, kind):
    """Free blocks of one type by order."""
    counts = []
    for order in range(kernel.orders):
        blocks = len(zone.lists.get((order, kind), ()))
        counts.append(f'{">" if blocks >= MOST_BLOCKS else ""}{min(blocks, MOST_BLOCKS):6} ')
    return f'Node {zone.nid:4}, zone {zone.name:>8}, type {kind:>12} {"".join(counts)}\n'


def block_line(kernel, zone):
    """Pageblocks of each type, by the pages that stand where blocks of the zone begin."""
    counts = dict.fromkeys(kernel.names.types, 0)
    for pfn in range(zone.start, zone.end, 1 << kernel.block_order):
        kind = kernel.block_type(pfn) if kernel.pages.valid(pfn) and kernel.belongs(pfn, zone) else None
        if kind is not None:
            counts[kind] += 1
    return f'Node {zone.nid}, zone {zone.name:>8} ' + ''.join(f'{count:12} ' for count in counts.values()) + '\n'


def pagetypeinfo(kernel):
    """/proc/pagetypeinfo: free blocks and pageblocks by type, node by node."""
    text = []
    for node in kernel.nodes():
        if not node.zones:
            continue
        orders = ''.join(f'{order:6} ' for order in range(kernel.orders))
        text.append(f'Page block order: {kernel.block_order}\nPages per block:  {1 << kernel.block_order}\n\n')
        text.append(f'{"Free pages count per migrate type at order":43} {orders}\n')
        text += [free_line(kernel, zone, kind) for zone in node.zones for kind in kernel.names.types]
        names = ''.join(f'{name:>12} ' for name in kernel.names.types)
        text.append(f'\n{"Number of blocks type ":23}{names}\n')
        text += [block_line(kernel, zone) for zone in node.zones]
    return ''.join(text)


# ---- zoneinfo ----


def counter_lines(names, values):
    return [f'\n      {name:12} {max(value, 0)}' for name, value in zip(names, values)]


def in_order(counters, enum):
    """(enumerator, value) of counters, each place of the array once."""
    by_place = {place: name for name, place in enum.items() if name in counters}
    return [(by_place[place], counters[by_place[place]]) for place in sorted(by_place)]


class Zoneinfo:
    """What is the same for all zones of one /proc/zoneinfo."""

    def __init__(self, kernel):
        self.kernel = kernel
        memory = kernel.memory
        self.zone_items = memory.enum('enum zone_stat_item')
        self.node_items = memory.enum('enum node_stat_item')
        # A kernel for one node has no such enum.
        self.numa_items = memory.enumerators('enum numa_stat_item') or {}
        self.extra = {word for word in LINES if has_line(kernel, word)}
        names = kernel.names.counters
        zones = self.zone_items['NR_VM_ZONE_STAT_ITEMS']
        numa = max(self.numa_items.values(), default=0)  # the last name of the enum counts the others
        self.zone_names = names[:zones]
        self.numa_names = names[zones : zones + numa]
        self.node_names = names[zones + numa :]

    def node_lines(self, nid):
        values = [value for _, value in in_order(self.kernel.node_counters(nid), self.node_items)]
        return ['\n  per-node stats', *counter_lines(self.node_names, values)]

    def limit_lines(self, raw):
        """The sizes and limits, which zones without memory have too."""
        boost = raw['watermark_boost'].number()
        marks = [mark + boost for mark in raw['_watermark'].numbers()]
        counters = self.kernel.counters(raw['vm_stat'], 'enum zone_stat_item')
        rows = [('boost', boost), *zip(('min', 'low', 'high', 'promo'), marks)]
        rows += [(name, raw[f'{name}_pages'].number()) for name in ('spanned', 'present', 'managed')]
        rows.append(('cma', raw['cma_pages'].number() if 'cma_pages' in raw else 0))
        shown = [f'\n        {word:8} {value}' for word, value in rows if word not in LINES or word in self.extra]
        reserve = ', '.join(map(str, raw['lowmem_reserve'].numbers()))
        return [f'\n  pages free     {max(counters["NR_FREE_PAGES"], 0)}', *shown, f'\n        protection: ({reserve})']

    def pageset_lines(self, raw):
        lines = ['\n  pagesets']
        for cpu in self.kernel.cpus:
            pcp, stats, _ = self.kernel.per_cpu_parts(raw, cpu)
            lines.append(
                f'\n    cpu: {cpu}\n              count: {pcp["count"].number()}\n              high:  {pcp["high"].number()}'
                f'\n              batch: {pcp["batch"].number()}\n  vm stats threshold: {stats["stat_threshold"].number()}'
            )
        return lines

    def memory_lines(self, nid, raw):
        """What only zones with memory have."""
        counters = self.kernel.counters(raw['vm_stat'], 'enum zone_stat_item')
        lines = counter_lines(self.zone_names, [value for _, value in in_order(counters, self.zone_items)])
        events = in_order(self.kernel.numa_events(raw), self.numa_items)
        lines += counter_lines(self.numa_names, [value for _, value in events])
        lines += self.pageset_lines(raw)
        failures = self.kernel.node(nid)['kswapd_failures'].number()
        start = raw['zone_start_pfn'].number()
        return [*lines, f'\n  node_unreclaimable:  {int(failures >= UNRECLAIMABLE)}\n  start_pfn:           {start}']

    def text(self):
        lines = []
        for nid in self.kernel.node_ids:
            first = True
            for raw in self.kernel.raw_zones(nid):
                here = raw['present_pages'].number() > 0
                lines.append(zone_words(nid, raw))
                lines += self.node_lines(nid) if here and first else []
                lines += self.limit_lines(raw)
                lines += self.memory_lines(nid, raw) if here else []
                lines.append('\n')
                first = first and not here
        return ''.join(lines)


def zoneinfo(kernel):
    """/proc/zoneinfo: counters, limits and per-CPU lists of every zone."""
    return Zoneinfo(kernel).text()

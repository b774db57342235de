# SPDX-License-Identifier: GPL-2.0-only
"""What both readers of an allocator have in common: zones by name, types and orders, and every list with free pages."""

import pf_screen
from pf_values import count, error

import gdb


class Reader:
    """Nodes, zones, lists and pages of what the debugger looks at.

    As gdb's values, for printers and expressions: nodes(), zones(). As plain facts (pk_facts): facts(), page()."""

    what = 'machine'  # in errors: this machine has, this kernel has

    # ---- What each has its own way for ----

    def need(self):
        """An error of one line that says what to do, when there is nothing to look at."""
        raise NotImplementedError

    def nodes(self):
        """[(nid, pglist_data)] of the online nodes."""
        raise NotImplementedError

    def facts(self):
        """[pk_facts.Zone] of the zones that have memory."""
        raise NotImplementedError

    def type_names(self):
        """Names of the migratetypes, as /proc prints them."""
        raise NotImplementedError

    def pages(self):
        """From a struct page to its PFN and back."""
        raise NotImplementedError

    def page(self, pfn):
        """The pk_facts.Page of a PFN."""
        raise NotImplementedError

    def zone_of(self, page):
        """The zone of a struct page."""
        raise NotImplementedError

    def pageblock_type(self, pfn):
        """Number of the migratetype of the pageblock that holds a PFN."""
        raise NotImplementedError

    def is_buddy(self, page):
        """Is this struct page the first one of a block on a free list?"""
        raise NotImplementedError

    def proc(self, name):
        """The text of /proc/NAME."""
        raise NotImplementedError

    def save(self, path):
        """Write a snapshot; lines that say what it has."""
        raise NotImplementedError

    # ---- Zones ----

    def zones(self):
        """The zones that have memory, nodes and zones ascending."""
        found = []
        for _nid, node in self.nodes():
            low, high = node['node_zones'].type.range()
            found += (node['node_zones'][index] for index in range(low, high + 1))
        return [zone for zone in found if int(zone['present_pages'])]

    def several(self):
        """Has this more than one node, so that a zone's name does not tell which one is meant?"""
        return len(self.nodes()) > 1

    def label(self, name, nid):
        """Normal, or Normal@1 for the one of node 1 when there are several nodes."""
        return f'{name}@{nid}' if self.several() else name

    def zone_name(self, zone):
        """The label of a struct zone."""
        return self.label(zone['name'].string(), int(zone['zone_pgdat']['node_id']))

    def find_zones(self, words):
        """The zones that a reader names: Normal, Normal@1, or a Python None for all."""
        every = self.zones()
        if words is None:
            return every
        found = [zone for zone in every if named(zone['name'].string(), int(zone['zone_pgdat']['node_id']), words)]
        return found or self._no_zone(words)

    def find_facts(self, words):
        """The same as facts."""
        found = [zone for zone in self.facts() if words is None or named(zone.name, zone.nid, words)]
        return found or self._no_zone(words)

    def _no_zone(self, words):
        names = ', '.join(self.label(zone.name, zone.nid) for zone in self.facts())
        return error(f"there is no zone '{pf_screen.clipped(words)}': this {self.what} has {names}")

    def free(self, zone):
        """Pages that a struct zone counts as free."""
        return count(zone['vm_stat'][0])

    # ---- Types and orders ----

    def find_type(self, words):
        names = self.type_names()
        for number, name in enumerate(names):
            if words.lower() in (name.lower(), f'migrate_{name}'.lower(), str(number)):
                return number
        return error(f"there is no migratetype '{pf_screen.clipped(words)}': there are {', '.join(names)}")

    def orders(self):
        """How many orders blocks can have."""
        return gdb.lookup_type('struct zone')['free_area'].type.range()[1] + 1

    def find_order(self, words):
        last = self.orders() - 1
        if not words.isdigit() or not 0 <= int(words) <= last:
            error(f"'{pf_screen.clipped(words)}' is not an order: orders go from 0 to {last}")
        return int(words)

    def per_cpu_orders(self):
        """Can CPUs keep blocks above order 0 for themselves?"""
        return not any(field.name == 'pageset' for field in gdb.lookup_type('struct zone').fields())

    def per_cpu_list(self, _count, number):
        """(order, type) of one of so many per-CPU lists."""
        return 0, self.type_names()[number]

    def most_nodes(self):
        """One more than the highest number that a node can have."""
        return gdb.lookup_type('nodemask_t').sizeof * 8

    # ---- Lists ----

    def free_lists(self):
        """Every list with free pages: {(zone, order or place, type): [PFN, ...]}, in list order.

        A place is that of a CPU: 'cpu 0', or 'cpu 0 order 3' where per-CPU lists have blocks."""
        numbers = {name: number for number, name in enumerate(self.type_names())}
        lists = {}
        for zone in self.facts():
            label = self.label(zone.name, zone.nid)
            lists.update({(label, order, numbers[kind]): pfns for (order, kind), pfns in zone.lists.items()})
            for share in zone.cpus:
                for (order, kind), pfns in share.lists.items():
                    lists[label, place(share.cpu, order), numbers[kind]] = pfns
        return lists


def place(cpu, order):
    """Where the blocks of a CPU's list are, in words."""
    return f'cpu {cpu} order {order}' if order else f'cpu {cpu}'


def named(name, nid, words):
    """Does a reader who writes this mean that zone?"""
    wanted, _at, node = words.partition('@')
    return wanted.lower() == name.lower() and node in ('', str(nid))

# SPDX-License-Identifier: GPL-2.0-only
"""A stopped kernel in gdb: its state, the functions that it is asked with, and the counters that tell whether others were busy."""

import re

import guest_calls
import pf_kernel_memory
import pk_snapshot
import pk_state

import gdb

ENTRIES = ('__alloc_pages_noprof', '__alloc_pages', '__alloc_pages_nodemask')  # newest first
DOORS = ('__x64_sys_brk', '__arm64_sys_brk')  # every process of the guest passes here, with nothing locked
WORD = 8


class Guest:
    """All that is read from the kernel or changed in it."""

    def __init__(self):
        self.memory = pf_kernel_memory.GdbMemory()
        self.kernel = pk_state.Kernel(self.memory)
        self.version = self._version()
        self.entry = self._function(*ENTRIES)
        self.free = self._function('__free_pages')
        self.door = guest_calls.Stop(self._function(*DOORS))
        self.asked = guest_calls.Stop(self.entry)
        self.counters = self._counters()
        self.call, self.read_at = None, None

    def _version(self):
        """[6, 1, 192]: the point release too, which Debian names behind a version of its own."""
        built = self.memory.variable('init_uts_ns')['name']['version'].text()
        found = re.search(r'Debian (\d+)\.(\d+)\.(\d+)', built) or re.match(
            r'(\d+)\.(\d+)\.?(\d*)', self.kernel.release
        )
        return [int(number or 0) for number in found.groups()]

    def _function(self, *names):
        """The address of the first of these that this kernel has."""
        found = next((self.memory.symbol(name) for name in names if self.memory.has(name)), None)
        if found is None:
            raise gdb.GdbError(f'this kernel has none of {", ".join(names)}')
        return found

    def _counters(self):
        """{name: address} of the events that tell what was taken, given back, and waited for."""
        base = self.memory.per_cpu(self.memory.symbol('vm_event_states'), 0)
        names = self.memory.enum('enum vm_event_item')
        wanted = ('PGALLOC_', 'PGFREE', 'ALLOCSTALL', 'COMPACTSTALL')
        return {name: base + WORD * place for name, place in names.items() if name.startswith(wanted)}

    def counted(self):
        """{name: events so far}."""
        return {name: int.from_bytes(self.memory.read(at, WORD), 'little') for name, at in self.counters.items()}

    def zones(self):
        """The zones with memory as they are now, as pk_facts has them."""
        if self.read_at != guest_calls.run.count:
            self.read_at = guest_calls.run.count
            self.kernel.forget()
            for zone in self.kernel.zones():  # read now what is else read when it is looked at
                zone.lists = dict(zone.lists)
                for cpu in zone.cpus:
                    cpu.lists = dict(cpu.lists)
        return self.kernel.zones()

    def snapshot(self):
        """The text that Pageflow loads."""
        return pk_snapshot.snapshot(self.kernel)

    def pfn(self, page):
        """The PFN of a struct page, None for no page."""
        return self.kernel.pages.pfn(page) if page else None

    def stand(self):
        """Lets the guest go on to a place where calls are safe."""
        self.door.enabled = True
        guest_calls.run()
        self.door.enabled = False
        self.call = guest_calls.Calls()

    def leave(self):
        """The guest may go on from where it stands."""
        self.call.leave()

    def alloc(self, mask, order, nid=0):
        """The address of the struct page that the kernel gives, 0 for none."""
        return self.call(self.entry, mask, order, nid, 0)

    def give(self, page, order):
        self.call(self.free, page, order)

    def next_request(self):
        """Goes on to a request of the guest's own; gives mask, order, node and nodemask."""
        self.asked.enabled = True
        guest_calls.run()
        self.asked.enabled = False
        mask, order, nid, nodes = guest_calls.arguments()
        return mask & 0xFFFFFFFF, order & 0xFFFFFFFF, nid & 0xFFFFFFFF, nodes

    def finish(self):
        """Lets that request finish; gives its struct page."""
        return guest_calls.to_return()

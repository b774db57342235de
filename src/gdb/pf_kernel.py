# SPDX-License-Identifier: GPL-2.0-only
"""Reading the kernel that gdb is attached to: what src/kernel reads, in the form that the debugger knows."""

import pf_kernel_memory
import pf_kernel_names
import pf_screen
import pf_values
import pk_proc
import pk_snapshot
import pk_state
from pf_reader import Reader
from pf_values import error
from pk_memory import Unreadable

import gdb

LET_IT_BOOT = "let it boot with 'continue', and stop it again with Ctrl-C"


class PageMap:
    """From a struct page of the kernel to its PFN and back."""

    def __init__(self, state):
        self.state, self.found = state, state.pages

    def pfn(self, address):
        return self.found.pfn(address)

    def holds(self, address):
        """Is this the address of a struct page of the kernel?"""
        return self.found.pfn(address) is not None

    def address(self, pfn):
        return self.found.address(pfn)

    def page(self, pfn):
        kind = gdb.lookup_type('struct page').pointer()
        return gdb.Value(self.address(pfn)).cast(kind).dereference()

    def on_list(self, anchor):
        """PFNs of the pages on a list, head first."""
        head = self.state.memory.object(int(anchor.address), 'struct list_head')
        return self.found.list(head, 'the list', self.found.end - self.found.start)

    def valid(self, pfn):
        """Has the kernel a struct page for this PFN, in one of its zones?"""
        return self.found.valid(pfn) and self.state.zone_of(pfn) is not None

    def ranges(self):
        """[(first PFN, PFN after the last, True)] of what zones span and what has struct pages."""
        return [(zone.start, zone.end, True) for zone in self.state.zones()]


class Kernel(Reader):
    """A kernel. What was read of it is kept until it moves on."""

    what = 'kernel'

    def __init__(self):
        self._state = self._nodes = None
        for event in (gdb.events.cont, gdb.events.stop, gdb.events.memory_changed):
            event.connect(self.forget)
        for event in (gdb.events.exited, gdb.events.new_objfile, gdb.events.clear_objfiles):
            event.connect(self.forget_all)

    def forget(self, _event=None):
        """The kernel has moved on: read it again."""
        self._nodes = None
        if self._state is not None:
            self._state.forget()

    def forget_all(self, _event=None):
        """Symbols may be elsewhere: read everything again."""
        self._state = self._nodes = None
        pf_kernel_memory.memory.cache_clear()
        pf_kernel_names.forget()

    def need(self):
        self.state()

    def state(self):
        """The pk_state.Kernel; one line that says what to do when there is nothing to read."""
        if not pf_values.running():
            error("gdb is not attached to a kernel: 'target remote ...' attaches it, make gdb KERNEL=debian boots one")
        if gdb.selected_thread().is_running():
            error('the kernel is running: stop it with Ctrl-C before you look at it')
        if self._state is None:
            try:
                self._state = pk_state.Kernel(pf_kernel_memory.memory())
            except Unreadable as problem:
                error(f'nothing of the kernel can be read yet ({problem}): {LET_IT_BOOT}')
        return self._state

    # ---- gdb's values ----

    def nodes(self):
        if self._nodes is None:
            self._nodes = [(nid, self._node(nid)) for nid in self.state().node_ids]
        return self._nodes

    def _node(self, nid):
        kind = gdb.lookup_type('struct pglist_data').pointer()
        return gdb.Value(self.state().node(nid).address).cast(kind).dereference()

    def pages(self):
        return PageMap(self.state())

    def zone_of(self, page):
        found = self.state().zone_of(self.state().pages.pfn(int(page.address)))
        return next(zone for zone in self.zones() if int(zone.address) == found.address)

    # ---- Facts ----

    def facts(self):
        return self.state().zones()

    def type_names(self):
        return list(self.state().names.types)

    def per_cpu_list(self, count, number):
        types = self.state().memory.enum('enum migratetype')['MIGRATE_PCPTYPES']
        order, kind = pk_state.pcp_place(number, count, types)
        return order, self.type_names()[kind]

    def page(self, pfn):
        return self.state().page(pfn)

    def pageblock_type(self, pfn):
        return self.state().pages.block_type(pfn)

    def is_buddy(self, page):
        return bool(self.state().uses.buddy(self.state().pages.pfn(int(page.address))))

    # ---- Texts ----

    def proc(self, name):
        return getattr(pk_proc, name)(self.state()).rstrip('\n')

    def save(self, path):
        state = self.state()
        text = pk_snapshot.snapshot(state, this_cpu=this_cpu(state.cpus))
        try:
            pk_snapshot.save(path, text)
        except OSError as problem:
            error(f'pf-save: {pf_screen.clipped(path, 200)} cannot be written: {problem.strerror}')
        comments = [line[2:] for line in text.split('\nsnapshot ', 1)[0].split('\n') if line.startswith('# ')]
        return comments[1:]


def this_cpu(cpus):
    """The CPU in focus: an emulator shows each as a thread, in their order."""
    number = gdb.selected_thread().num - 1
    return number if number in cpus else None

# SPDX-License-Identifier: GPL-2.0-only
"""Inside gdb: asks the kernel of a guest with one CPU for blocks, and saves the state before each request.

Sourced in batch mode; the guest waits at PAGEFLOW_KERNEL. Leaves in the directory that PAGEFLOW_COMPARISON names: `requests.jsonl`, and for each request a
snapshot of the moment at which it began. What the answers mean is for judge.py, which needs no kernel.

Where a block came from is read off the free lists before and after the request: that says which list it left, whatever the
kernel's version calls its functions. The guest stands still but for the request, so lists that changed in any other way mean
that something else ran meanwhile, an interrupt most often: such a request is counted as disturbed."""

import json
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / 'src' / 'kernel'), str(ROOT / 'src' / 'gdb')]

import guest  # noqa: E402
import lists  # noqa: E402
import plan  # noqa: E402
import report  # noqa: E402

import gdb  # noqa: E402

TRIES = 3  # for a request that was disturbed


class Comparison:
    """The requests made so far, and the blocks that are held."""

    def __init__(self, directory):
        self.directory = directory
        self.guest = guest.Guest()
        lists_of_a_cpu = self.guest.kernel.memory.known_type('struct per_cpu_pages').members['lists']
        self.cpu_list_count = lists_of_a_cpu.type.length
        self.records, self.held = [], []

    def carry_out(self, steps):
        """All steps. The guest stands where it may be called, except while its own requests are looked at."""
        self.guest.stand()
        for what, *words in steps:
            getattr(self, what)(*words)
        self.guest.leave()

    # ---- Steps ------------------------------------------------------------------------------------------------

    def ask(self, mask, order, keep=False):
        """One request that is compared."""
        number = self.guest.kernel.names.gfp_mask(mask)
        for _turn in range(TRIES):
            page = self.compared('asked', number, order, 0, lambda: self.guest.alloc(number, order))
            self.dispose(page, order, keep)
            if not self.records[-1]['disturbed']:
                return

    def take(self, mask, order, most):
        """Up to so many blocks that are held back; fewer when the kernel refuses."""
        number = self.guest.kernel.names.gfp_mask(mask)
        for _turn in range(most):
            page = self.guest.alloc(number, order)
            if not page:
                return
            self.held.append((page, order))

    def give(self, which):
        """Gives back some of what is held."""
        given = {'others': self.held[::2], 'last': self.held[-40:], 'all': self.held}[which]
        for page, order in list(given):
            self.guest.give(page, order)
            self.held.remove((page, order))

    def natural(self, most):
        """So many of the guest's own requests."""
        self.guest.leave()
        for _turn in range(most):
            mask, order, nid, nodes = self.guest.next_request()
            if not nodes:  # a nodemask is a matter of policies, which the guest has none of
                self.compared('its own', mask, order, nid, self.guest.finish)
        self.guest.stand()

    # ---- One request ------------------------------------------------------------------------------------------

    def compared(self, kind, mask, order, nid, carried_out):
        """Saves what was before a request, carries it out, and notes what was found; gives the struct page."""
        caller = gdb.selected_frame().older().name() if kind == 'its own' else None
        number = len(self.records) + 1
        snapshot = f'{number:04}.snapshot'
        before, counted = self.guest.zones(), self.guest.counted()
        (self.directory / snapshot).write_text(self.guest.snapshot())
        page = carried_out()
        after, now = self.guest.zones(), self.guest.counted()
        pfn = self.guest.pfn(page)
        words, unknown = self.guest.kernel.names.to_pageflow(mask)
        events = {name: now[name] - counted[name] for name in now if now[name] != counted[name]}
        self.note(
            {
                'number': number,
                'kind': kind,
                'caller': caller,
                'version': self.guest.version,
                'mask': words,
                'left_out': unknown,  # flags that 5.8.18 does not have
                'order': order,
                'nid': nid,
                'snapshot': snapshot,
                'kernel': {'pfn': pfn, **found(before, pfn)},
                'cpu_lists': cpu_lists(before, order),
                'cpu_list_count': self.cpu_list_count,
                'first_free': first_free(before),
                'events': events,
                'disturbed': lists.busy(events, pfn, order) or lists.disturbance(before, after, pfn, order),
            }
        )
        return page

    def note(self, record):
        self.records.append(record)
        with (self.directory / 'requests.jsonl').open('a') as file:
            file.write(json.dumps(record) + '\n')

    def dispose(self, page, order, keep):
        if page and keep:
            self.held.append((page, order))
        elif page:
            self.guest.give(page, order)


def found(zones, pfn):
    """Zone and list that a block left."""
    if pfn is None:
        return {'zone': None, 'from': None, 'list': None, 'list_order': None}
    zone = lists.zone_of(zones, pfn)
    return {'zone': zone.name if zone else None, **lists.origin(zones, pfn)}


def cpu_lists(zones, order):
    """{zone: {type: PFNs}} of the CPU's lists of an order."""
    return {
        zone.name: {kind: pfns for (size, kind), pfns in zone.cpus[0].lists.items() if size == order} for zone in zones
    }


def first_free(zones):
    """{zone: {type: [(order, first block of that free list)]}}, orders ascending."""
    found = {zone.name: {} for zone in zones}
    for zone in zones:
        for (order, kind), pfns in sorted(zone.lists.items()):
            found[zone.name].setdefault(kind, []).append((order, pfns[0]))
    return found


def main():
    gdb.execute('set pagination off')
    gdb.execute(f'target remote {os.environ["PAGEFLOW_KERNEL"]}', to_string=True)
    directory = pathlib.Path(os.environ['PAGEFLOW_COMPARISON'])
    comparison = Comparison(directory)
    comparison.carry_out(plan.steps())
    print(f'{report.DONE}: {comparison.guest.kernel.release}')


main()

# SPDX-License-Identifier: GPL-2.0-only
"""Runs of PFNs, (start, end) each, and where a kernel has memory."""

import bisect

from pk_memory import Unsupported

PAGE_SHIFT = 12


def joined_runs(runs):
    """The same PFNs, in order, runs that touch made one."""
    found = []
    for start, end in sorted(runs):
        if found and start <= found[-1][1]:
            found[-1][1] = max(found[-1][1], end)
        else:
            found.append([start, end])
    return [tuple(run) for run in found]


def within(runs, first, last):
    """The parts of runs, which are in order, from `first` to before `last`."""
    at = max(bisect.bisect_right(runs, (first, 1 << 64)) - 1, 0)
    found = []
    while at < len(runs) and runs[at][0] < last:
        start, end = max(runs[at][0], first), min(runs[at][1], last)
        if start < end:
            found.append((start, end))
        at += 1
    return found


def minus(runs, others):
    """What is left of runs without others; both are in order."""
    found = []
    for start, end in runs:
        for other, after in within(others, start, end):
            if start < other:
                found.append((start, other))
            start = after
        if start < end:
            found.append((start, end))
    return found


def resources(resource):
    """(name, start, end) of what is in a resource and beside it, down to RAM: in that, kernels note what they use it for."""
    while resource is not None:
        name = resource['name'].text() if resource['name'].number() else ''
        yield name, resource['start'].number(), resource['end'].number()
        if not name.startswith('System RAM') and resource['child'].number():
            yield from resources(resource['child'].follow())
        resource = resource['sibling'].follow() if resource['sibling'].number() else None


def memory_ranges(kernel):
    """[(start, end, nid), ...] of the whole pages of RAM that zones span, in order."""
    found = []
    for name, first, last in resources(kernel.memory.variable('iomem_resource')):
        if not name.startswith('System RAM'):
            continue
        start, end = first + (1 << PAGE_SHIFT) - 1 >> PAGE_SHIFT, last + 1 >> PAGE_SHIFT
        for zone in kernel.zones():
            if max(start, zone.start) < min(end, zone.end):
                found.append((max(start, zone.start), min(end, zone.end), zone.nid))
    return joined_ranges(sorted(found))


def joined_ranges(ranges):
    """Ranges that touch and are of one node made one."""
    found = []
    for start, end, nid in ranges:
        if found and start < found[-1][1]:
            raise Unsupported('the zones of two nodes span the same memory: such a kernel cannot be saved')
        if found and start == found[-1][1] and nid == found[-1][2]:
            found[-1] = (found[-1][0], end, nid)
        else:
            found.append((start, end, nid))
    return found

# SPDX-License-Identifier: GPL-2.0-only
"""The state of a page allocator as plain values: what every reader of one gives."""

import dataclasses


@dataclasses.dataclass
class PerCpu:
    """A CPU's own share of a zone. `lists` has {(order, migratetype): [PFN, ...]}, head first; empty ones are left out."""

    cpu: int
    count: int  # pages
    high: int
    batch: int
    lists: dict
    stat_threshold: int = 0
    differences: dict = dataclasses.field(default_factory=dict)  # counters not yet folded in: {NR_FREE_PAGES: n}


@dataclasses.dataclass
class Zone:
    """A zone with memory. Pages, PFNs; marks are without the boost."""

    name: str  # as /proc names it
    nid: int
    index: int  # its place in the node's zones
    address: int  # of its struct zone
    start: int
    spanned: int
    present: int
    managed: int
    free: int  # as the zone counts them, without the differences of the CPUs
    marks: tuple  # min, low, high
    boost: int
    reserve: tuple  # what requests up to each zone leave alone
    flags: int
    reserved_highatomic: int
    lists: dict  # {(order, migratetype): [PFN of a block, ...]}, head first; empty ones are left out
    cpus: list  # PerCpu of each online CPU
    counters: dict = dataclasses.field(default_factory=dict)  # the zone's vm_stat by the enumerators' names

    @property
    def end(self):
        """The PFN after its last one."""
        return self.start + self.spanned


@dataclasses.dataclass
class Node:
    """A node. `zonelists` has the fallback list, and that of requests for this node alone: [(nid, zone name), ...] each."""

    nid: int
    start: int
    spanned: int
    zones: list
    zonelists: tuple = ()


@dataclasses.dataclass
class Page:
    """What a struct page says. `state` is in words; `head` is the first PFN of the block that the page belongs to."""

    pfn: int
    address: int
    zone: str
    pageblock_type: str
    pageblock: int  # first PFN of its pageblock
    state: str
    head: int
    flags: list  # names
    refcount: int

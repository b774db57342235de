# SPDX-License-Identifier: GPL-2.0-only
"""Every question that a reader of kernel state can ask: what a recording has to hold."""

import contextlib

import pk_proc
import pk_snapshot
from pk_state import Kernel

# What no reader asks yet, and one may ask later without new recordings.
TOUCHED = [
    'all_unreclaimable',
    'contig_page_data',
    'gfp_allowed_mask',
    'highest_memmap_pfn',
    'max_pfn',
    'min_free_kbytes',
    'movable_zone',
    'node_data',
    'node_states',
    'nr_cpu_ids',
    'nr_node_ids',
    'numa_distance',
    'numa_distance_cnt',
    'page_group_by_mobility_disabled',
    'percpu_pagelist_fraction',
    'percpu_pagelist_high_fraction',
    'sysctl_lowmem_reserve_ratio',
    'total_swap_pages',
    'nr_swap_pages',
    'totalreserve_pages',
    'user_min_free_kbytes',
    'vm_node_stat',
    'vm_numa_event',
    'vm_zone_stat',
    'watermark_boost_factor',
    'watermark_scale_factor',
    '_totalram_pages',
]


def ask_everything(memory):
    """Read a kernel in all ways that there are, and give it back."""
    kernel = Kernel(memory)
    pk_snapshot.snapshot(kernel)
    ask_names(kernel)
    ask_pages(kernel)
    ask_proc(kernel)
    return kernel


def ask_names(kernel):
    names = kernel.names
    names.gfp(0), names.page_flags(0), names.types, names.counters
    for name in TOUCHED:
        with contextlib.suppress(LookupError):
            kernel.memory.variable(name).bytes()


def ask_pages(kernel):
    """Enough pages that one in every state is among them."""
    for start, end in kernel.pages.valid_runs():
        for pfn in range(start, end, 37):
            kernel.page(pfn)


def ask_proc(kernel):
    for show in (pk_proc.buddyinfo, pk_proc.pagetypeinfo, pk_proc.zoneinfo):
        show(kernel)

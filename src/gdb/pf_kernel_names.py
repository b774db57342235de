# SPDX-License-Identifier: GPL-2.0-only
"""Names for a kernel's masks and flags: from its own tables; of macros, which no symbol tells, from a table of ours."""

import functools

import pf_kernel_memory
import pf_kernel_path
import pf_versions
import pk_names
from pk_memory import Unreadable

import gdb


@functools.cache
def names():
    """The names of this kernel, read once."""
    found = pk_names.Names(pf_kernel_memory.memory())
    try:
        table = found.gfp_table
    except Unreadable:
        raise gdb.GdbError(
            "the kernel's names of masks cannot be read: stop it with Ctrl-C, once it has booted"
        ) from None
    if not table:
        raise gdb.GdbError('this kernel has no table of the names of masks (gfpflag_names): give masks as numbers')
    return found


def forget():
    """There are other symbols now."""
    for one in (names, macros):
        one.cache_clear()


def gfp_table():
    return names().gfp_table


def gfp_bits():
    """{name: bit} of the masks of a single bit, under the names of bits where they have some: __GFP_DMA for GFP_DMA."""
    found = {}
    for name, bit in names().gfp_bits.items():
        known = '__' + name if '__' + name in pk_names.SINGLE else name
        if bit not in found.values():
            found[known] = bit
    return found


def alloc_flags():
    """{name: value} of the ALLOC flags as this version has them."""
    return pf_versions.alloc_flags(pf_versions.numbers(pf_kernel_path.version()))


@functools.cache
def macros():
    """{name: text} of what a reader may write: masks, bits and flags."""
    bits = gfp_bits()
    every = 0
    for bit in bits.values():
        every |= bit
    found = {**bits, **{name: mask for mask, name in gfp_table()}, **alloc_flags()}
    movable = bits['__GFP_MOVABLE']
    found.update(
        __GFP_BITS_MASK=every,
        ALLOC_WMARK_MASK=pf_versions.ALLOC_FLAGS['ALLOC_NO_WATERMARKS'] - 1,
        GFP_MOVABLE_SHIFT=movable.bit_length() - 1,
        GFP_MOVABLE_MASK=movable | bits['__GFP_RECLAIMABLE'],
    )
    return {name: hex(value) for name, value in found.items()}


def zone_of(mask, zones):
    """Name of the highest zone that a mask allows, by the rules of 5.8.18; None for bits that exclude each other.

    `zones` has the enumerators of enum zone_type: a zone that a kernel is built without is Normal's part."""
    bits = gfp_bits()
    dma, dma32, high, movable = (
        bool(mask & bits.get(f'__GFP_{name}', 0)) for name in ('DMA', 'DMA32', 'HIGHMEM', 'MOVABLE')
    )
    if dma + dma32 + high > 1:
        return None
    wanted = 'ZONE_DMA' if dma else 'ZONE_DMA32' if dma32 else 'ZONE_HIGHMEM' if high else 'ZONE_NORMAL'
    if high and movable:
        wanted = 'ZONE_MOVABLE'
    return wanted if wanted in zones else 'ZONE_NORMAL'

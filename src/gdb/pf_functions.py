# SPDX-License-Identifier: GPL-2.0-only
"""Convenience functions: questions that a condition of a breakpoint may ask."""

import pf_chain
import pf_machine
import pf_names

import gdb


class Gfp(gdb.Function):
    """$gfp(MASK, "NAMES"): are all bits of the named mask set?

    break rmqueue if $gfp(gfp_flags, "GFP_ATOMIC")
    print $gfp(gfp_mask, "__GFP_ZERO|__GFP_COMP")"""

    def __init__(self):
        super().__init__('gfp')

    def invoke(self, mask, names):
        wanted = pf_names.parse('gfp', names.string())
        return int(mask) & wanted == wanted


class Alloc(gdb.Function):
    """$alloc(FLAGS, "NAMES"): are all the named ALLOC flags set? A watermark is compared, not tested bit by bit.

    break zone_watermark_fast if $alloc(alloc_flags, "ALLOC_HARDER")
    print $alloc(alloc_flags, "ALLOC_WMARK_MIN")"""

    def __init__(self):
        super().__init__('alloc')

    def invoke(self, flags, names):
        flags, wanted, marks = int(flags), pf_names.parse('alloc', names.string()), pf_names.macro('ALLOC_WMARK_MASK')
        if 'WMARK' in names.string() and (flags & marks) != (wanted & marks):
            return False
        return flags & wanted & ~marks == wanted & ~marks


class StageFunction(gdb.Function):
    """$stage(NUMBER): is the program inside this stage, or in something that the stage called?

    break rmqueue if $stage(13)"""

    def __init__(self):
        super().__init__('stage')

    def invoke(self, number):
        text = f'{int(number):02}' if number.type.strip_typedefs().code == gdb.TYPE_CODE_INT else number.string()
        wanted = pf_chain.find(text)
        return any(stage is wanted for stage, _frame in pf_chain.path())


class Zone(gdb.Function):
    """$zone("NAME"): the zone of that name; "Normal@1" names the one of node 1.

    print *$zone("Normal")
    break rmqueue if zone == $zone("DMA32")"""

    def __init__(self):
        super().__init__('zone')

    def invoke(self, name):
        return pf_machine.find_zones(name.string())[0].address


class Free(gdb.Function):
    """$free(ZONE): pages that a zone counts as free. ZONE is a pointer or a name.

    break try_zone if $free(zone) < 200"""

    def __init__(self):
        super().__init__('free')

    def invoke(self, zone):
        if zone.type.strip_typedefs().code == gdb.TYPE_CODE_PTR:
            return int(zone['vm_stat'][0])
        return int(pf_machine.find_zones(zone.string())[0]['vm_stat'][0])


class Pfn(gdb.Function):
    """$pfn(PAGE): number of the page frame that a struct page describes.

    print/x $pfn(page)"""

    def __init__(self):
        super().__init__('pfn')

    def invoke(self, page):
        pages = pf_machine.PageMap()
        if not pages.holds(int(page)):
            pf_machine.error(f'{int(page):#x} is not the address of a struct page of this machine')
        return pages.pfn(int(page))


class Page(gdb.Function):
    """$page(PFN): the struct page of a page frame.

    print *$page(0x100c3)"""

    def __init__(self):
        super().__init__('page')

    def invoke(self, pfn):
        pages = pf_machine.PageMap()
        if not pages.valid(int(pfn)):
            pf_machine.error(f'this machine has no memory at PFN {int(pfn):#x}')
        return pages.page(int(pfn)).address


def install():
    for function in (Gfp, Alloc, StageFunction, Zone, Free, Pfn, Page):
        function()

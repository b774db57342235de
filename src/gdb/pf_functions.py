# SPDX-License-Identifier: GPL-2.0-only
"""Convenience functions: questions that a condition of a breakpoint may ask."""

import pf_chain
import pf_machine
import pf_names
from pf_machine import error, integer, words

import gdb


class Function(gdb.Function):
    """What the functions have in common: they count what they are given, and say in one line what is wrong with it."""

    name = ''

    def __init__(self):
        super().__init__(self.name)

    def invoke(self, *given):
        usage = self.__doc__.split(': ')[0]
        wanted = [one for one in usage.split('(')[1].rstrip(')').split(', ') if one]
        with pf_machine.one_line(f'${self.name}'):
            if len(given) != len(wanted):
                count = {0: 'nothing', 1: 'one argument', 2: 'two arguments'}[len(wanted)]
                error(f'${self.name} takes {count}, not {len(given)}: {usage}')
            return self.answer(*given)

    def answer(self, *given):
        raise NotImplementedError


class Gfp(Function):
    """$gfp(MASK, "NAMES"): are all bits of the named mask set?

    break rmqueue if $gfp(gfp_flags, "GFP_ATOMIC")
    print $gfp(gfp_mask, "__GFP_ZERO|__GFP_COMP")"""

    name = 'gfp'

    def answer(self, mask, names):
        wanted = pf_names.parse('gfp', words(names, '$gfp: NAMES'))
        return integer(mask, '$gfp: MASK') & wanted == wanted


class Alloc(Function):
    """$alloc(FLAGS, "NAMES"): are all the named ALLOC flags set? A watermark is compared, not tested bit by bit.

    break zone_watermark_fast if $alloc(alloc_flags, "ALLOC_HARDER")
    print $alloc(alloc_flags, "ALLOC_WMARK_MIN")"""

    name = 'alloc'

    def answer(self, flags, names):
        text = words(names, '$alloc: NAMES')
        flags, wanted = integer(flags, '$alloc: FLAGS'), pf_names.parse('alloc', text)
        marks = pf_names.macro('ALLOC_WMARK_MASK')
        if 'WMARK' in text and (flags & marks) != (wanted & marks):
            return False
        return flags & wanted & ~marks == wanted & ~marks


class StageFunction(Function):
    """$stage(NUMBER): is the program inside this stage, or in something that the stage called?

    break rmqueue if $stage(13)"""

    name = 'stage'

    def answer(self, number):
        kind = pf_machine.kind_of(number, '$stage: NUMBER')
        if kind.code in pf_machine.INTEGERS:
            text = f'{int(number):02}'
        else:
            text = words(number, '$stage: NUMBER', 'a number, or the name of a stage in quotes')
        wanted = pf_chain.find(text)
        pf_machine.need_program()
        return any(stage is wanted for stage, _frame in pf_chain.path())


class Zone(Function):
    """$zone("NAME"): the zone of that name; "Normal@1" names the one of node 1.

    print *$zone("Normal")
    break rmqueue if zone == $zone("DMA32")"""

    name = 'zone'

    def answer(self, name):
        return pf_machine.find_zones(words(name, '$zone: NAME'))[0].address


class Free(Function):
    """$free(ZONE): pages that a zone counts as free. ZONE is a pointer or a name.

    break try_zone if $free(zone) < 200"""

    name = 'free'

    def answer(self, zone):
        if pf_machine.target_tag(zone, '$free: ZONE') != 'zone':
            name = words(zone, '$free: ZONE', 'a pointer to a zone, or a name such as "Normal"')
            return pf_machine.reader().free(pf_machine.find_zones(name)[0])
        for one in pf_machine.zones():
            if int(one.address) == int(zone):
                return pf_machine.reader().free(one)
        return error(f'$free: no zone of this {pf_machine.reader().what} is at {int(zone):#x}')


class Pfn(Function):
    """$pfn(PAGE): number of the page frame that a struct page describes, in hex.

    print $pfn(page)"""

    name = 'pfn'

    def answer(self, page):
        pages, kind = pf_machine.pages(), pf_machine.kind_of(page, '$pfn: PAGE')
        if kind.code == gdb.TYPE_CODE_STRUCT and kind.tag == 'page' and page.address is not None:
            page, kind = page.address, page.address.type
        if kind.code not in (*pf_machine.INTEGERS, gdb.TYPE_CODE_PTR):
            error(f"$pfn: PAGE is of type '{page.type}', and should be a pointer to a struct page")
        if not pages.holds(int(page)):
            error(f'$pfn: {int(page):#x} is not the address of a struct page of this {pf_machine.reader().what}')
        return pf_names.as_pfn(pages.pfn(int(page)))


class Page(Function):
    """$page(PFN): the struct page of a page frame.

    print *$page(0x43c00)"""

    name = 'page'

    def answer(self, pfn):
        pages, number = pf_machine.pages(), integer(pfn, '$page: PFN')
        if not pages.valid(number):
            what = pf_machine.reader().what
            error(f'$page: this {what} has no memory at PFN {number:#x}; it has {pf_machine.spans()}')
        return pages.page(number).address


class Path(Function):
    """$path(): the stages of the backtrace as text, outermost first.

    print $path()"""

    name = 'path'

    def answer(self):
        pf_machine.need_program()
        return ' > '.join(stage.number for stage, _frame in pf_chain.path())


FUNCTIONS = (Gfp, Alloc, StageFunction, Zone, Free, Pfn, Page, Path)


def install():
    for function in FUNCTIONS:
        function()

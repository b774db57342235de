# SPDX-License-Identifier: GPL-2.0-only
"""pf-gfp: what a mask asks for."""

import re

import pf_kernel_names
import pf_machine
import pf_names
from pf_command import Command
from pf_machine import error
from pf_screen import DIM, clipped, say, styled
from pf_target import on_kernel


class GfpCommand(Command):
    """A gfp mask taken apart: its bits, and what they translate to.

    Usage: pf-gfp MASK

    MASK is names joined by bars (GFP_KERNEL|__GFP_ZERO, or KERNEL|ZERO), a number,
    or a variable of the program."""

    name, words = 'pf-gfp', 99

    def run(self, words, given):
        if not words:
            error(f'pf-gfp needs a mask; usage: {self.usage()}')
        text = ' '.join(words)
        value = pf_names.parse('gfp', text)
        every = pf_names.macro('__GFP_BITS_MASK')
        if value < 0 or value > every:
            error(f"pf-gfp: '{clipped(text)}' is {value:#x}: a mask has bits up to {every:#x} only")
        say(f'{value:#x} = {styled(pf_names.gfp(value), "1")}')
        for bit, name, meaning in pf_names.gfp_bits():
            if value & bit:
                say(f'  {bit:#08x}  {name:22} {meaning}')
        self.consequences(value)

    @staticmethod
    def consequences(value):
        sleep = 'may sleep' if value & pf_names.macro('__GFP_DIRECT_RECLAIM') else 'must not sleep'
        wake = 'wakes kswapd' if value & pf_names.macro('__GFP_KSWAPD_RECLAIM') else 'does not wake kswapd'
        say(f'{sleep}, {wake}')
        for line in kernel_lists(value) if on_kernel() else own_lists(value):
            say(line)

    def candidates(self, _before):
        return [name for name in pf_names.macro_texts() if re.match(r'(__)?GFP_[A-Z0-9_]+$', name)]

    def complete(self, text, word):
        start = re.split(r'[|\s]', text)[-1]
        lead = word[: len(word) - len(start)] if word and word.endswith(start) else ''
        return [lead + one for one in self.candidates([]) if one.startswith(start)]


BOTH = 'movable and reclaimable at once: refused for a single page'


def both(value):
    """Does a mask ask for two kinds of page at once?"""
    every = pf_names.macro('GFP_MOVABLE_MASK')
    return value & every == every


def own_lists(value):
    """Which zones and lists a mask is for, as the program's own functions say."""
    if not pf_machine.running():
        return [styled('(zone and migratetype: once the program runs)', DIM)]
    zone = pf_machine.call('gfp_zone', value)
    kind = int(pf_machine.call('gfp_migratetype', value))
    lines = [f'zones up to {zone}, free lists of {pf_names.enum("migratetype", kind)}']
    return [*lines, BOTH] if both(value) else lines


def kernel_lists(value):
    """The same of a kernel, which is not called for it."""
    zone = pf_kernel_names.zone_of(value, pf_names.enumerators('zone_type').values())
    kind = (value & pf_names.macro('GFP_MOVABLE_MASK')) >> pf_names.macro('GFP_MOVABLE_SHIFT')
    where = f'zones up to {zone}' if zone else 'zones that exclude each other, which no kernel accepts'
    lines = [f'{where}, free lists of {pf_names.enum("migratetype", kind)}']
    lines.append(styled('(by the rules of 5.8.18, with the bits of this kernel, which was not asked)', DIM))
    return [*lines, BOTH] if both(value) else lines

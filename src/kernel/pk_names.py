# SPDX-License-Identifier: GPL-2.0-only
"""Names for a kernel's numbers, from its own tables, and masks of that kernel in the words of Pageflow's 5.8.18."""

import functools

from pk_memory import Missing

# What 5.8.18 means by the names of masks. Single bits first: a composite is made of them.
SINGLE = {
    '__GFP_DMA': 0x01,
    '__GFP_HIGHMEM': 0x02,
    '__GFP_DMA32': 0x04,
    '__GFP_MOVABLE': 0x08,
    '__GFP_RECLAIMABLE': 0x10,
    '__GFP_HIGH': 0x20,
    '__GFP_IO': 0x40,
    '__GFP_FS': 0x80,
    '__GFP_ZERO': 0x100,
    '__GFP_ATOMIC': 0x200,
    '__GFP_DIRECT_RECLAIM': 0x400,
    '__GFP_KSWAPD_RECLAIM': 0x800,
    '__GFP_WRITE': 0x1000,
    '__GFP_NOWARN': 0x2000,
    '__GFP_RETRY_MAYFAIL': 0x4000,
    '__GFP_NOFAIL': 0x8000,
    '__GFP_NORETRY': 0x10000,
    '__GFP_MEMALLOC': 0x20000,
    '__GFP_COMP': 0x40000,
    '__GFP_NOMEMALLOC': 0x80000,
    '__GFP_HARDWALL': 0x100000,
    '__GFP_THISNODE': 0x200000,
    '__GFP_ACCOUNT': 0x400000,
}
COMPOSITE = {
    '__GFP_RECLAIM': 0xC00,
    'GFP_ATOMIC': 0xA20,
    'GFP_KERNEL': 0xCC0,
    'GFP_KERNEL_ACCOUNT': 0x400CC0,
    'GFP_NOWAIT': 0x800,
    'GFP_NOIO': 0xC00,
    'GFP_NOFS': 0xC40,
    'GFP_USER': 0x100CC0,
    'GFP_DMA': 0x01,
    'GFP_DMA32': 0x04,
    'GFP_HIGHUSER': 0x100CC2,
    'GFP_HIGHUSER_MOVABLE': 0x100CCA,
    'GFP_TRANSHUGE_LIGHT': 0x1C20CA,
    'GFP_TRANSHUGE': 0x1C24CA,
}
MEANING = {**SINGLE, **COMPOSITE}


def table(memory, name):
    """[(mask, name)] of one of the kernel's tables of names, in its order; [] when it has none."""
    try:
        rows = memory.variable(name)
    except Missing:
        return []
    found = []
    while rows[len(found)]['name'].number():
        row = rows[len(found)]
        found.append((row['mask'].number(), row['name'].text()))
    return found


def taken_apart(value, rows):
    """(names, what is left over): names of the rows whose bits are all set, each taking its bits away."""
    names = []
    for mask, name in rows:
        if mask and value & mask == mask:
            names.append(name)
            value &= ~mask
    return names, value


def joined(value, rows):
    """The same as text; 'none' for nothing."""
    names, rest = taken_apart(value, rows)
    return '|'.join([*names, hex(rest)] if rest else names) or 'none'


class Names:
    """The tables of one kernel. They never change: they are read once."""

    def __init__(self, memory):
        self.memory = memory

    # ---- Masks ----

    @functools.cached_property
    def gfp_table(self):
        return table(self.memory, 'gfpflag_names')

    @functools.cached_property
    def gfp_bits(self):
        """{name: bit} of the masks of a single bit; where two names share one, the one with underscores."""
        single = [(name, mask) for mask, name in self.gfp_table if mask & mask - 1 == 0]
        return dict(sorted(single, key=lambda one: not one[0].startswith('__')))

    def gfp(self, mask):
        """A mask in words."""
        return joined(mask & 0xFFFFFFFF, self.gfp_table)

    def gfp_mask(self, words):
        """The mask that words joined by | stand for; KeyError names the one that this kernel does not have."""
        known = {name: mask for mask, name in self.gfp_table}
        mask = 0
        for word in filter(None, (one.strip() for one in words.split('|'))):
            mask |= int(word, 0) if word[:1].isdigit() else known[word]
        return mask

    def to_pageflow(self, mask):
        """(mask in the words of 5.8.18, [names that 5.8.18 does not have]) of a mask of this kernel.

        A composite name stands for what 5.8.18 means by it: GFP_ATOMIC has __GFP_ATOMIC there, which is no bit any more since
        6.3. What this kernel's composite has more than that one is named by itself."""
        names, rest = taken_apart(mask & 0xFFFFFFFF, self.gfp_table)
        words, unknown = [], [hex(rest)] if rest else []
        own = {name: bits for bits, name in self.gfp_table}
        for name in names:
            if name not in MEANING:
                unknown.append(name)
                continue
            words.append(name)
            if name not in SINGLE:
                more = self._more(own[name], MEANING[name])
                words += [one for one in more if one in MEANING]
                unknown += [one for one in more if one not in MEANING]
        return '|'.join(words) or '0', unknown

    def _more(self, own, meant):
        """Names of the bits of this kernel's mask that the same name of 5.8.18 does not stand for."""
        covered = 0
        for name, bit in self.gfp_bits.items():
            if MEANING.get(name, 0) & meant:
                covered |= bit
        return [name for name, bit in self.gfp_bits.items() if own & bit & ~covered]

    # ---- Pages, types, zones, counters ----

    @functools.cached_property
    def page_flag_table(self):
        """[(mask, name)]: the kernel's own table, or what its enum says."""
        found = table(self.memory, 'pageflag_names')
        if found:
            return found
        flags = self.memory.enum('enum pageflags')
        count = flags['__NR_PAGEFLAGS']
        return [(1 << bit, name[3:]) for name, bit in flags.items() if name.startswith('PG_') and bit < count]

    def page_flags(self, flags):
        """Names of the flags of a page; what stands above them (zone, node) has none."""
        return taken_apart(flags, self.page_flag_table)[0]

    @functools.cached_property
    def types(self):
        """The names of the migratetypes, by number."""
        names = self.memory.variable('migratetype_names')
        count = self.memory.enum('enum migratetype')['MIGRATE_TYPES']
        return tuple(names[index].text() for index in range(count))

    @functools.cached_property
    def counters(self):
        """vmstat_text: what /proc calls the counters, those of zones first, then those of allocations by node, then a node's."""
        names = self.memory.variable('vmstat_text')
        return [one.text() if one.number() else '' for one in names]

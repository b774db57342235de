# SPDX-License-Identifier: GPL-2.0-only
"""What a struct page is used for, in words: versions keep that in different bits of it."""

MAPPING_BITS = 3  # the lowest of page->mapping
MAPPINGS = {1: 'anonymous', 2: "a driver's, can be migrated", 3: 'anonymous, merged (KSM)'}
TYPE_MARK = 0xF0000000  # page_type is one, and no count of mappings, while these are all set


class Uses:
    """The marks of one kernel version."""

    def __init__(self, kernel):
        memory = kernel.memory
        self.pages, self.orders = kernel.pages, kernel.orders
        self.flags = memory.enum('enum pageflags')
        self.types = memory.enumerators('enum pagetype') or {}
        self.buddy_bits = ~int(kernel.info.get('NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)', ~0x80)) & 0xFFFFFFFF
        # page_type shares its place with _mapcount.
        self.type_member = 'page_type' if 'page_type' in self.pages.kind.members else '_mapcount'

    def _type(self, pfn):
        return self.pages.value(pfn, self.type_member) & 0xFFFFFFFF

    def buddy(self, pfn):
        """Does a free block begin here?"""
        kind = self._type(pfn)
        if 'PGTY_buddy' in self.types:  # 6.12: the upper byte names the type
            return kind >> 24 == self.types['PGTY_buddy']
        if 'PG_buddy' in self.types:  # 6.11: a bit that is taken away from the upper four
            return kind & 0x80000000 and not kind & self.types['PG_buddy']
        return kind & (TYPE_MARK | self.buddy_bits) == TYPE_MARK

    def slab(self, pfn):
        """Does a slab begin here?"""
        if 'PGTY_slab' in self.types:
            return self._type(pfn) >> 24 == self.types['PGTY_slab']
        if 'PG_slab' in self.types:
            return self._type(pfn) & 0x80000000 and not self._type(pfn) & self.types['PG_slab']
        return bool(self.flag(pfn, 'PG_slab'))

    def flag(self, pfn, name):
        bit = self.flags.get(name)
        return 0 if bit is None else self.pages.value(pfn, 'flags') >> bit & 1

    def compound_head(self, pfn):
        """The first page of a compound block of which this is a later one; None when it is none."""
        word = self.pages.value(pfn, 'compound_head')
        return self.pages.pfn(word - 1) if word & 1 else None


def per_cpu_place(zone, pfn):
    """(first PFN, order, which list) of the block on a CPU's list that a page belongs to, or None."""
    for cpu in zone.cpus:
        for (order, kind), heads in cpu.lists.items():
            head = pfn >> order << order
            if head in heads:
                return head, order, f'the {kind} list of CPU {cpu.cpu}'
    return None


def free_place(zone, uses, pfn):
    """(first PFN, order) of the free block that a page belongs to, or None."""
    for order in range(uses.orders):
        head = pfn >> order << order
        if head >= zone.start and uses.pages.valid(head) and uses.buddy(head):
            found = uses.pages.value(head, 'private')
            if found >= order and pfn < head + (1 << found):
                return head, found
    return None


def in_use(uses, pfn):
    """What a page in use is, from its marks; [] where they say nothing."""
    if uses.slab(pfn):
        return ['slab']
    if uses.flag(pfn, 'PG_reserved'):
        return ['reserved']
    mapping = uses.pages.value(pfn, 'mapping')
    owner = MAPPINGS.get(mapping & MAPPING_BITS, 'of a file' if mapping else '')
    return [word for word in ('on a list of reclaim' if uses.flag(pfn, 'PG_lru') else '', owner) if word]


def used_words(kernel, pfn):
    """(first PFN of the block that a page belongs to, its state in words) of a page that is not free."""
    uses = kernel.uses
    head = uses.compound_head(pfn) or pfn
    count = uses.pages.value(head, '_refcount')
    if not count:
        return head, 'without references: in the hands of the allocator, or inside a block in use'
    words = [f'in use, {count} reference{"s" if count != 1 else ""}', *in_use(uses, head)]
    if head != pfn or uses.flag(pfn, 'PG_head'):
        place = 'the head' if head == pfn else 'a tail'
        words.append(f'{place} of a compound block of order {kernel.pages.compound_order(head)}')
    return head, ', '.join(words)


def describe(kernel, zone, pfn):
    """(first PFN of the block that the page belongs to, its state in words)."""
    free = free_place(zone, kernel.uses, pfn)
    if free:
        head, order = free
        return head, f'free, in a block of order {order}'
    on_cpu = per_cpu_place(zone, pfn)
    if on_cpu:
        head, order, which = on_cpu
        return head, f'free, on {which}' + (f', in a block of order {order}' if order else '')
    return used_words(kernel, pfn)

# SPDX-License-Identifier: GPL-2.0-only
"""The array of struct pages of a kernel: from PFN to page and back, columns of it read in bulk, lists walked in what was read."""

import array
import functools

from pk_memory import Changed, Missing, Unsupported

PAGE_SHIFT = 12
PAGE_SIZE = 1 << PAGE_SHIFT
CHUNK = 1 << 15  # pages whose struct pages are read at once: 2 MiB of them
KEPT = 24  # chunks whose bytes are kept; what must be known of all of them is kept as a column
PRESENT = 1 << 1  # bit of section_mem_map: the section has struct pages
FLAGS_OF_SECTION = 0xFFF  # at most so many of its low bits are flags: what it points to begins on a page
NO_VMEMMAP = 'this kernel keeps its struct pages in several arrays (no CONFIG_SPARSEMEM_VMEMMAP): that memory model is not supported'


def parse_vmcoreinfo(text):
    """{'NUMBER(PG_lru)': '4', 'PAGESIZE': '4096', ...}: what a kernel tells those who read its dumps."""
    return dict(line.split('=', 1) for line in text.splitlines() if '=' in line)


def vmcoreinfo(memory):
    """The same of this kernel; {} when it was built without."""
    try:
        size = memory.variable('vmcoreinfo_size').number()
        text = memory.read(memory.variable('vmcoreinfo_data').number(), min(size, PAGE_SIZE)) if size else b''
    except Missing:
        return {}
    return parse_vmcoreinfo(text.split(b'\0')[0].decode('utf-8', 'replace'))


class Sections:
    """mem_section: which parts of the physical address space have struct pages, and the bits of their pageblocks."""

    def __init__(self, memory, info, end):
        self.memory = memory
        self.kind = memory.known_type('struct mem_section')
        try:
            self.table = memory.variable('mem_section')
        except Missing:
            raise Unsupported(NO_VMEMMAP) from None
        # A pointer to pointers (SPARSEMEM_EXTREME), or an array of arrays.
        self.extreme = self.table.type.kind == 'pointer'
        self.per_root = PAGE_SIZE // self.kind.size if self.extreme else self.table.type.target.length
        self.forget()
        self.shift = self._shift(info, end)

    def forget(self):
        self._roots, self._blocks = {}, {}

    def _shift(self, info, end):
        """How many bits of a PFN are inside its section."""
        if 'NUMBER(SECTION_SIZE_BITS)' in info:
            return int(info['NUMBER(SECTION_SIZE_BITS)']) - PAGE_SHIFT
        # Before 5.13 vmcoreinfo does not say it, but how many sections all physical addresses have.
        if 'NUMBER(MAX_PHYSMEM_BITS)' in info and 'LENGTH(mem_section)' in info:
            sections = int(info['LENGTH(mem_section)']) * self.per_root
            return int(info['NUMBER(MAX_PHYSMEM_BITS)']) - (sections.bit_length() - 1) - PAGE_SHIFT
        # Nor that: the size with which the last section with struct pages is the one that memory ends in.
        last = max(number for number in range(self.per_root) if self._map_word(number) & PRESENT)
        return next(shift for shift in range(12, 24) if end - 1 >> shift <= last)

    def _root(self, root):
        """The bytes of some sections that lie together; b'' where there are none."""
        if root not in self._roots:
            if self.extreme:
                address = self.memory.object(self.table.number() + 8 * root, 'unsigned long').number()
            else:
                address = self.table[root].address
            self._roots[root] = self.memory.read(address, self.per_root * self.kind.size) if address else b''
        return self._roots[root]

    def _word(self, number, member):
        """A pointer-sized member of a section; 0 where there is none."""
        root, index = divmod(number, self.per_root)
        place = index * self.kind.size + self.kind.members[member].offset
        return int.from_bytes(self._root(root)[place : place + 8], 'little')

    def _map_word(self, number):
        return self._word(number, 'section_mem_map')

    def base(self, start, end):
        """Where the page of PFN 0 is, or would be."""
        words = {self._map_word(number) for number in range(start >> self.shift, (end - 1 >> self.shift) + 1)}
        bases = {word & ~FLAGS_OF_SECTION for word in words if word & PRESENT}
        if len(bases) != 1:
            raise Unsupported(NO_VMEMMAP)
        return bases.pop()

    def present(self, pfn):
        """Is there a struct page for this PFN?"""
        return bool(self._map_word(pfn >> self.shift) & PRESENT)

    def block_bits(self, pfn, size):
        """The bits of the pageblocks of a PFN's section, as one number; `size` bytes of them."""
        number = pfn >> self.shift
        if number not in self._blocks:
            place = self.memory.known_type('struct mem_section_usage').members['pageblock_flags'].offset
            found = self.memory.read(self._word(number, 'usage') + place, size)
            self._blocks[number] = memoryview(found).cast('Q')
        return self._blocks[number]


class Pages:
    """All struct pages from the first to the last zone. What was read is kept until forget()."""

    def __init__(self, memory, info, span, block_order, version):
        self.memory, self.info, self.version = memory, info, version
        self.start, self.end = span
        self.block_order = block_order
        self.kind = memory.known_type('struct page')
        self.size = self.kind.size
        self.sections = Sections(memory, info, self.end)
        self.base = self.sections.base(*span)
        self.link = self.offset('lru')
        self._next = {}
        self._chunk = functools.lru_cache(maxsize=KEPT)(self._read_chunk)

    def forget(self):
        """Memory has moved on: read everything again."""
        self._next.clear()
        self._chunk.cache_clear()
        self.sections.forget()

    # ---- From PFN to page and back ----

    def address(self, pfn):
        return self.base + pfn * self.size

    def pfn(self, address):
        """The PFN of a struct page; None when there is none at that address."""
        pfn, rest = divmod(address - self.base, self.size)
        return pfn if not rest and self.valid(pfn) else None

    def valid(self, pfn):
        return self.start <= pfn < self.end and self.sections.present(pfn)

    def valid_runs(self):
        """(start, end) of what has struct pages, in pieces as they are read."""
        pfn = self.start
        while pfn < self.end:
            end = min(self._after(pfn), self.end)
            if self.sections.present(pfn):
                yield pfn, end
            pfn = end

    def _after(self, pfn):
        """The first PFN of the next chunk: a chunk never reaches from one section into another."""
        size = min(CHUNK, 1 << self.sections.shift)
        return (pfn // size + 1) * size

    # ---- What is in them ----

    def offset(self, member):
        return self.kind.members[member].offset

    def _read_chunk(self, start, end):
        return self.memory.read(self.address(start), (end - start) * self.size)

    def _around(self, pfn):
        """The piece that holds a PFN."""
        end = self._after(pfn)
        size = min(CHUNK, 1 << self.sections.shift)
        return max(end - size, self.start), min(end, self.end)

    def column(self, piece, offset):
        """The 8 bytes at an offset of every page of a piece that valid_runs() gave, as numbers."""
        words = memoryview(self._chunk(*piece)).cast('Q')
        return array.array('Q', words[offset // 8 :: self.size // 8].tolist())

    def bytes(self, pfn):
        """The struct page of a PFN."""
        piece = self._around(pfn)
        place = (pfn - piece[0]) * self.size
        return self._chunk(*piece)[place : place + self.size]

    def value(self, pfn, member):
        """A member of a page that is a number, an address or an atomic counter."""
        place = self.kind.members[member]
        found = self.bytes(pfn)[place.offset : place.offset + place.type.size]
        signed = place.type.kind == 'struct' or place.type.signed
        return int.from_bytes(found, 'little', signed=signed)

    def compound_order(self, head):
        """The order of the block that a head page begins: in the page behind it, wherever this version has it there."""
        if 'compound_order' in self.kind.members:
            return self.value(head + 1, 'compound_order')
        folio = self.memory.known_type('struct folio').members
        if '_folio_order' in folio:
            return self.bytes(head + 1)[folio['_folio_order'].offset - self.size]
        return self.bytes(head + 1)[folio['_flags_1'].offset - self.size]  # the lowest byte of that page's flags

    # ---- Lists ----

    def _after_link(self, pfn):
        """Where the link of a page leads."""
        piece = self._around(pfn)
        if piece not in self._next:
            self._next[piece] = self.column(piece, self.link)
        return self._next[piece][pfn - piece[0]]

    def list(self, head, what, most):
        """PFNs of the pages on the list with this head, a struct list_head, first to last; `what` names it for an error."""
        link = head['next'].number()
        found = []
        while link != head.address:
            pfn = self.pfn(link - self.link)
            if pfn is None:
                raise changed(what, f'{link:#x} on it is no page')
            if len(found) >= most:
                raise changed(what, 'it has more pages than the zone')
            found.append(pfn)
            link = self._after_link(pfn)
        return found

    # ---- Pageblocks ----

    def block_type(self, pfn):
        """The number of a pageblock's migratetype."""
        order, section = self.block_order, self.sections.shift
        bit = (pfn & (1 << section) - 1) >> order << 2  # four bits each
        words = self.sections.block_bits(pfn, max(8, 1 << section >> order << 2 >> 3))
        # Three of the four are the type; before 5.9 they were counted from the upper end of a word.
        shift = bit & 63 if self.version >= (5, 9) else 61 - (bit & 63)
        return words[bit >> 6] >> shift & 7


def changed(what, how):
    return Changed(f'{what} changed while it was read ({how}): stop the kernel, or read it again')

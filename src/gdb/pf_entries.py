# SPDX-License-Identifier: GPL-2.0-only
"""Where functions that a compiler inlined are entered: read from the DWARF of a kernel, because gdb before 16 takes the lowest address.

An optimizing compiler moves an instruction of an inlined function far up, and a breakpoint at the lowest address then stops before
anything was decided. The symbols name the true entry; this finds it in the unit that holds a given address.
"""

import functools
import mmap
import struct

SUBPROGRAM, INLINED = 0x2E, 0x1D
NAME, LOW_PC, ORIGIN, SPECIFICATION, ENTRY_PC = 0x03, 0x11, 0x31, 0x47, 0x52
WANTED = (NAME, LOW_PC, ORIGIN, SPECIFICATION, ENTRY_PC)

FIXED = {0x01: 8, 0x0B: 1, 0x05: 2, 0x06: 4, 0x07: 8, 0x0C: 1, 0x11: 1, 0x12: 2, 0x13: 4, 0x14: 8, 0x20: 8,
         0x1E: 16, 0x25: 1, 0x26: 2, 0x27: 3, 0x28: 4, 0x29: 1, 0x2A: 2, 0x2B: 3, 0x2C: 4}  # fmt: skip
OFFSETS = (0x0E, 0x10, 0x17, 0x1F)  # strp, ref_addr, sec_offset, line_strp: as wide as an offset
LENGTHS = {0x0A: '<B', 0x03: '<H', 0x04: '<I'}  # blocks, by the width of their length
ADDRESS, DATA, STRING, STRP, LINE_STRP = 0x01, (0x0B, 0x05, 0x06, 0x07), 0x08, 0x0E, 0x1F


def leb(data, at):
    """(number, where it ends) of the variable-length number at a place."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


class Unreadable(Exception):
    """Symbols of a kind that this does not read: gdb's own places are taken then."""


class Elf:
    """The sections of a file with symbols that are not compressed."""

    def __init__(self, path):
        with open(path, 'rb') as file:
            self.data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if self.data[:6] != b'\x7fELF\x02\x01':
            raise Unreadable
        table, size, count, names = struct.unpack_from('<Q10xHHH', self.data, 40)
        headers = [struct.unpack_from('<IIQQQQ', self.data, table + index * size) for index in range(count)]
        base = headers[names][4]
        self.sections = {
            self.text(base + name): (offset, length)
            for name, _kind, flags, _at, offset, length in headers
            if not flags & 0x800
        }

    def text(self, at):
        return self.data[at : self.data.find(b'\0', at)].decode()

    def section(self, name):
        if name not in self.sections:
            raise Unreadable
        return self.sections[name]


def unit_of(elf, address):
    """The offset in .debug_info of the unit that holds an address."""
    at, length = elf.section('.debug_aranges')
    end = at + length
    while at < end:
        size, _version, unit, _wide, _segment = struct.unpack_from('<IHIBB', elf.data, at)
        pairs = struct.iter_unpack('<QQ', elf.data[at + 16 : at + 4 + size])
        if any(start <= address < start + extent for start, extent in pairs):
            return unit
        at += 4 + size
    raise Unreadable


class Unit:
    """One unit of .debug_info."""

    def __init__(self, elf, offset):
        self.elf, self.base = elf, elf.section('.debug_info')[0] + offset
        size, version = struct.unpack_from('<IH', elf.data, self.base)
        self.end = self.base + 4 + size
        if version == 5:
            kind, _wide, table = struct.unpack_from('<BBI', elf.data, self.base + 6)
            self.first = self.base + 12
        elif version == 4:
            table, _wide = struct.unpack_from('<IB', elf.data, self.base + 6)
            self.first, kind = self.base + 11, 1
        if version not in (4, 5) or kind != 1:
            raise Unreadable
        self.abbreviations = dict(self._abbreviations(elf.section('.debug_abbrev')[0] + table))

    def _abbreviations(self, at):
        """(code, (tag, [(attribute, form, constant)]))"""
        data = self.elf.data
        code, at = leb(data, at)
        while code:
            tag, at = leb(data, at)
            at, attributes = at + 1, []
            while True:
                name, at = leb(data, at)
                form, at = leb(data, at)
                if form == 0x21:  # the constant stands here
                    _value, at = leb(data, at)
                if not form:
                    break
                attributes.append((name, form))
            yield code, (tag, attributes)
            code, at = leb(data, at)

    def entries(self):
        """(offset in the unit, tag, {attribute: (form, where its value is)}) of functions and inlined ones."""
        data, at = self.elf.data, self.first
        while at < self.end:
            here = at
            code, at = leb(data, at)
            if not code:
                continue
            tag, attributes = self.abbreviations[code]
            found = {}
            for name, form in attributes:
                if name in WANTED:
                    found[name] = form, at
                at = self.after(form, at)
            if tag in (SUBPROGRAM, INLINED):
                yield here - self.base, tag, found

    def after(self, form, at):
        """Where a value ends."""
        data = self.elf.data
        if form in FIXED:
            return at + FIXED[form]
        if form in OFFSETS:
            return at + 4
        if form in (0x19, 0x21):
            return at  # no value of its own
        if form == STRING:
            return data.find(b'\0', at) + 1
        if form in LENGTHS:
            return at + struct.calcsize(LENGTHS[form]) + struct.unpack_from(LENGTHS[form], data, at)[0]
        if form in (0x09, 0x18):  # block, exprloc
            length, at = leb(data, at)
            return at + length
        if form in (0x0D, 0x0F, 0x15, 0x1A, 0x1B, 0x22, 0x23):  # numbers and indices of variable length
            return leb(data, at)[1]
        raise Unreadable

    def number(self, form, at):
        if form not in FIXED:
            raise Unreadable
        return int.from_bytes(self.elf.data[at : at + FIXED[form]], 'little')

    def name(self, form, at):
        if form == STRING:
            return self.elf.text(at)
        place = struct.unpack_from('<I', self.elf.data, at)[0]
        section = {STRP: '.debug_str', LINE_STRP: '.debug_line_str'}.get(form)
        if section is None:
            raise Unreadable
        return self.elf.text(self.elf.section(section)[0] + place)

    def entry(self, found):
        """The address where an inlined function is entered; None when the symbols do not tell."""
        low = self.number(*found[LOW_PC]) if LOW_PC in found else None
        if ENTRY_PC not in found:
            return low
        form, at = found[ENTRY_PC]
        if form == ADDRESS:
            return self.number(form, at)
        return low + self.number(form, at) if form in DATA and low is not None else None

    def inlined(self):
        """{name: [address, ...]} of the functions that are inlined somewhere in this unit."""
        names, places = {}, []
        for offset, tag, found in self.entries():
            if tag == SUBPROGRAM and NAME in found:
                names[offset] = self.name(*found[NAME])
            elif tag == INLINED and ORIGIN in found and found[ORIGIN][0] == 0x13:
                places.append((self.number(*found[ORIGIN]), self.entry(found)))
        entered = {}
        for origin, address in places:
            if address and origin in names and address not in entered.setdefault(names[origin], []):
                entered[names[origin]].append(address)
        return entered


def linked_at(path, name):
    """The address that a symbol has in the file."""
    elf = Elf(path)
    wanted = name.encode() + b'\0'
    (at, length), (strings, _length) = elf.section('.symtab'), elf.section('.strtab')
    for word, _kind, _section, value, _size in struct.iter_unpack('<IHHQQ', elf.data[at : at + length]):
        start = strings + word
        if elf.data[start : start + len(wanted)] == wanted:
            return value
    raise Unreadable


@functools.cache
def inlined_near(path, address):
    """{name: [address, ...]} for the unit of the file with symbols that holds an address; empty where that cannot be read."""
    try:
        elf = Elf(path)
        return Unit(elf, unit_of(elf, address)).inlined()
    except (Unreadable, OSError, ValueError, IndexError, KeyError, struct.error):
        return {}

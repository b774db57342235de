# SPDX-License-Identifier: GPL-2.0-only
"""A kernel's memory, read by name and type: what a back end gives, and typed places in it."""

import dataclasses
import functools

PAGE_SIZE = 4096  # at most this much is read for one structure at a time: structures of the path are smaller

SCALARS = ('int', 'enum', 'bool', 'pointer')


class Missing(LookupError):
    """This kernel has no such symbol, type or member."""


class Unreadable(RuntimeError):
    """Memory that the back end cannot read, such as what a dump left out."""

    def __init__(self, address, size):
        super().__init__(f'{size} bytes at {address:#x} cannot be read')
        self.address, self.size = address, size


class Unsupported(RuntimeError):
    """A kernel that is read well enough to see that it is not one of those that can be read."""


class Changed(RuntimeError):
    """Two things that were read one after the other contradict each other: the kernel went on in between."""


@dataclasses.dataclass(frozen=True)
class Member:
    """Where a member is: bytes from the beginning of its structure; `bits` is 0 for one that is no bit field."""

    offset: int
    type: 'Type'
    bits: int = 0
    bit_offset: int = 0  # of a bit field, from its lowest bit at `offset`


class Type:
    """A type without its typedefs.

    `kind` is 'int', 'bool', 'enum', 'pointer', 'array', 'struct', 'union', 'void' or 'other'; `name` has the tag of a structure or
    enum. `members` of a structure has those of unnamed structures and unions inside it too. `target` is what a pointer points to,
    or the element of an array, `length` the number of elements. `members` and `target` are found when they are asked for,
    because types refer to each other in circles."""

    def __init__(self, kind, name, size, signed=False, length=0, members=dict, target=lambda: None):
        self.kind, self.name, self.size, self.signed, self.length = kind, name, size, signed, length
        self._members, self._target = members, target

    @functools.cached_property
    def members(self):
        return self._members()

    @functools.cached_property
    def target(self):
        return self._target()

    def __repr__(self):
        return f'<{self.name}, {self.size} bytes>'


class Memory:
    """What a back end gives: five questions. Everything else about a kernel is computed from the answers."""

    def symbol(self, name):
        """The address of a variable or function, or None."""
        raise NotImplementedError

    def variable_type(self, name):
        """The Type of a variable, or None."""
        raise NotImplementedError

    def type(self, name):
        """The Type of a name as in C, such as 'struct zone' or 'gfp_t', or None."""
        raise NotImplementedError

    def enumerators(self, name):
        """{name: value} of an enum such as 'enum zone_type', or None."""
        raise NotImplementedError

    def read(self, address, size):
        """Bytes of virtual memory; Unreadable when some are not there."""
        raise NotImplementedError

    # ---- From here on the same for all back ends ----

    def has(self, name):
        return self.symbol(name) is not None

    def variable(self, name):
        """The Object that a variable is."""
        address, kind = self.symbol(name), self.variable_type(name)
        if address is None or kind is None:
            raise Missing(f"this kernel has no variable '{name}', or its symbols do not tell its type")
        return Object(self, address, kind)

    def object(self, address, type_name):
        """The Object of a type at an address."""
        return Object(self, address, self.known_type(type_name))

    def known_type(self, name):
        kind = self.type(name)
        if kind is None:
            raise Missing(f"the symbols of this kernel have no type '{name}'")
        return kind

    def enum(self, name):
        """{name: value} of an enum that has to be there."""
        found = self.enumerators(name)
        if found is None:
            raise Missing(f"the symbols of this kernel have no '{name}'")
        return found

    def per_cpu(self, address, cpu):
        """The address of a CPU's own copy of a per-CPU variable."""
        if not self.has('__per_cpu_offset'):
            return address  # built for one CPU
        return address + self.variable('__per_cpu_offset')[cpu].number() & (1 << 64) - 1

    def string(self, address, most=256):
        """The text that ends with a zero byte, read to the end of its page at most at first."""
        found = b''
        while len(found) < most and b'\0' not in found:
            here = address + len(found)
            found += self.read(here, min(most - len(found), PAGE_SIZE - here % PAGE_SIZE))
        return found.split(b'\0')[0].decode('utf-8', 'replace')


class Object:
    """A typed place in memory: obj['member'], obj[3], obj.number(). A structure's bytes are read once, when first needed."""

    def __init__(self, memory, address, kind, bits=None, parent=None):
        self.memory, self.address, self.type = memory, address, kind
        self._bits, self._parent = bits, parent

    def __repr__(self):
        return f'<{self.type.name} at {self.address:#x}>'

    def __getitem__(self, key):
        if isinstance(key, str):
            member = self.type.members.get(key)
            if member is None:
                raise Missing(f"'{self.type.name}' of this kernel has no member '{key}'")
            bits = (member.bits, member.bit_offset) if member.bits else None
            return Object(self.memory, self.address + member.offset, member.type, bits, self._whole())
        element = self.type.target
        return Object(self.memory, self.address + key * element.size, element, parent=self._whole())

    def __contains__(self, name):
        return name in self.type.members

    def __iter__(self):
        """The elements of an array."""
        return (self[index] for index in range(self.type.length))

    def _whole(self):
        """The place whose bytes are read together: the outermost one that is not large."""
        if self._parent is not None:
            return self._parent
        return self if 0 < self.type.size <= 4 * PAGE_SIZE else None

    @functools.cached_property
    def _bytes(self):
        return self.memory.read(self.address, self.type.size)

    def bytes(self):
        """What is stored here."""
        if self._parent is None:
            return self._bytes
        start = self.address - self._parent.address
        if start + self.type.size > self._parent.type.size:
            return self._bytes  # an element behind an array whose length the symbols do not tell
        return self._parent._bytes[start : start + self.type.size]

    def number(self):
        """A number, the address that a pointer holds, or that of an atomic counter."""
        if self.type.kind == 'struct' and 'counter' in self:
            return self['counter'].number()  # atomic_t, atomic_long_t
        if self.type.kind not in SCALARS:
            raise Missing(f"'{self.type.name}' is a {self.type.kind} in this kernel, and no number")
        value = int.from_bytes(self.bytes(), 'little', signed=self.type.signed and self._bits is None)
        if self._bits:
            value = value >> self._bits[1] & (1 << self._bits[0]) - 1
        return value

    def follow(self):
        """The Object that a pointer points to."""
        return Object(self.memory, self.number(), self.type.target)

    def numbers(self):
        """The numbers of an array."""
        return [element.number() for element in self]

    def text(self):
        """The text of an array of char, or the one that a pointer points to."""
        if self.type.kind == 'array':
            return self.bytes().split(b'\0')[0].decode('utf-8', 'replace')
        return self.memory.string(self.number())

# SPDX-License-Identifier: GPL-2.0-only
"""Lowers a WebAssembly module with a 64-bit memory and table to 32-bit ones, which every browser has: `lower.py FROM TO`.

C's `long` and pointers keep their 64 bits: only where an address or a place in the table is used, its lower 32 bits are. A
program whose addresses all lie in its memory, which has 4 GiB at most, does the same then.

The layout of a module and the numbers of the instructions are those of the core specification, "Binary Format". What is not
known here is refused: no instruction is copied whose operands could be addresses.
"""

import pathlib
import sys

from symbols import Reader

HEADER = b"\0asm\1\0\0\0"
CUSTOM, TYPE, IMPORT, FUNCTION, TABLE, MEMORY, GLOBAL, EXPORT, START, ELEMENT, CODE, DATA, DATA_COUNT = range(13)
UNCHANGED = {GLOBAL, EXPORT, START, DATA_COUNT}
I32, I64, F32, F64 = 0x7F, 0x7E, 0x7D, 0x7C
FUNCTION_TYPE, FUNCTION_REFERENCE = 0x60, 0x70
WITH_MAXIMUM, WIDE = 1, 4  # flags of a size
MOST_PAGES = 1 << 16  # of a 32-bit memory

# The instructions that are looked at, or written.
END, BR_TABLE, CALL_INDIRECT, SELECT = b"\x0b", 0x0E, 0x11, b"\x1b"
LOCAL_GET, LOCAL_SET, LOCAL_TEE = b"\x20", b"\x21", b"\x22"
MEMORY_SIZE, MEMORY_GROW = 0x3F, 0x40
I32_CONST, I64_CONST, MINUS_ONE = b"\x41", b"\x42", b"\x41\x7f"
I64_LE_U, WRAP, EXTEND_SIGNED, EXTEND_UNSIGNED = b"\x58", b"\xa7", b"\xac", b"\xad"
FURTHER = 0xFC  # another number follows

# Instructions without anything behind them: the plain ones of control, drop and select, and all that calculates.
PLAIN = {0x00, 0x01, 0x05, 0x0B, 0x0F, 0x1A, 0x1B, *range(0x45, 0xC5)}
# Those with one number: blocks (their type), branches, calls, locals, globals.
UNSIGNED = {0x0C, 0x0D, 0x10, 0x20, 0x21, 0x22, 0x23, 0x24}
SIGNED = {0x02, 0x03, 0x04, 0x41, 0x42}
FLOATS = {0x43: 4, 0x44: 8}  # how many bytes a constant has
ADDRESS = None
# What loads and stores find on the stack, the deepest first.
LOADS = dict.fromkeys(range(0x28, 0x36), [ADDRESS])
STORES = {0x36 + n: [ADDRESS, kind] for n, kind in enumerate((I32, I64, F32, F64, I32, I32, I64, I64, I64))}
ACCESSES = {**LOADS, **STORES}
SATURATING = range(8)  # of the further ones: from floating point to whole numbers
# Further ones that work on memory: how many numbers follow, and what they find on the stack.
BULK = {
    8: (2, [ADDRESS, I32, I32]),  # memory.init
    9: (1, []),  # data.drop
    10: (2, [ADDRESS, ADDRESS, ADDRESS]),  # memory.copy
    11: (1, [ADDRESS, I32, ADDRESS]),  # memory.fill
}


class Refused(Exception):
    """The module has something that this pass does not know."""


def known(condition, what):
    if not condition:
        raise Refused(what)


def number(value):
    """A number without a sign, in seven bits a byte."""
    result = bytearray()
    while value >= 0x80:
        result.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(result) + bytes([value])


def signed(value):
    """The same for a number with a sign, which the highest bit tells."""
    result = bytearray()
    while not -0x40 <= value < 0x40:
        result.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(result) + bytes([value & 0x7F])


def read_signed(reader):
    start = reader.at
    value = reader.number()
    bits = 7 * (reader.at - start)
    return value - (value >> (bits - 1) << bits)


def read_bytes(reader, count):
    reader.at += count
    return reader.data[reader.at - count : reader.at]


def counted(items):
    return number(len(items)) + b"".join(items)


# ---- Code --------------------------------------------------------------------------------------------------------


class Spare:
    """Locals that a function gets, to put aside what lies above an address. They are numbered behind its own."""

    def __init__(self, before):
        self.before, self.added = before, {}

    def local(self, kind, which):
        return number(self.added.setdefault((kind, which), self.before + len(self.added)))

    def declared(self):
        return [b"\1" + bytes([kind]) for kind, _ in self.added]


def cut(operands, spare):
    """Cuts the addresses on the stack to 32 bits. The deepest is one; what is above it is put aside, and comes back."""
    above = [(kind, spare.local(I32 if kind is ADDRESS else kind, n)) for n, kind in enumerate(operands[1:])]
    aside = [(WRAP if kind is ADDRESS else b"") + LOCAL_SET + local for kind, local in reversed(above)]
    return b"".join(aside) + WRAP + b"".join(LOCAL_GET + local for _, local in above)


def access(operands, reader, spare):
    """What stands before a load or a store, and what behind it: how it is aligned, and what is added to the address."""
    alignment, offset = reader.number(), reader.number()
    known(alignment < 0x40, "a memory that is not the first")
    known(offset < 1 << 32, f"an offset of {offset}")
    return cut(operands, spare), number(alignment) + number(offset)


def grow(spare):
    """What stands before memory.grow: where more is wanted than there can be, so much that it fails."""
    wanted = spare.local(I64, 0)
    possible = LOCAL_GET + wanted + I64_CONST + signed(MOST_PAGES) + I64_LE_U
    return LOCAL_TEE + wanted + WRAP + MINUS_ONE + possible + SELECT


def further(reader, spare):
    code = reader.number()
    if code in SATURATING:
        return bytes([FURTHER, code])
    known(code in BULK, f"the instruction 0xfc {code}")
    numbers, operands = BULK[code]
    before = cut(operands, spare) if operands else b""
    return before + bytes([FURTHER, code]) + b"".join(number(reader.number()) for _ in range(numbers))


def instruction(reader, spare):
    """The next instruction, as it is on a 32-bit memory."""
    code = reader.byte()
    same = bytes([code])
    if code in PLAIN:
        return same
    if code in UNSIGNED:
        return same + number(reader.number())
    if code in SIGNED:
        return same + signed(read_signed(reader))
    if code in ACCESSES:
        before, behind = access(ACCESSES[code], reader, spare)
        return before + same + behind
    if code in FLOATS:
        return same + read_bytes(reader, FLOATS[code])
    if code == BR_TABLE:
        return same + counted([number(reader.number()) for _ in range(reader.number())]) + number(reader.number())
    if code == CALL_INDIRECT:  # the place in the table is on top
        return WRAP + same + number(reader.number()) + number(reader.number())
    if code == MEMORY_SIZE:
        return same + number(reader.number()) + EXTEND_UNSIGNED
    if code == MEMORY_GROW:  # -1, which says that it failed, stays -1
        return grow(spare) + same + number(reader.number()) + EXTEND_SIGNED
    known(code == FURTHER, f"the instruction 0x{code:02x}")
    return further(reader, spare)


def body(reader, parameters):
    """A function: its locals, and its code."""
    end = reader.number() + reader.at
    groups = [(reader.number(), reader.byte()) for _ in range(reader.number())]
    spare = Spare(parameters + sum(count for count, _ in groups))
    code = bytearray()
    while reader.at < end:
        code += instruction(reader, spare)
    known(reader.at == end and code.endswith(END), "code that does not end where it should")
    result = counted([number(count) + bytes([kind]) for count, kind in groups] + spare.declared()) + code
    return number(len(result)) + result


# ---- The other sections ------------------------------------------------------------------------------------------


def parameter_counts(reader):
    """How many parameters each type of function has."""
    counts = []
    for _ in range(reader.number()):
        known(reader.byte() == FUNCTION_TYPE, "a type that is not one of functions")
        counts.append(len(read_bytes(reader, reader.number())))
        read_bytes(reader, reader.number())
    return counts


def check_imports(reader):
    for _ in range(reader.number()):
        name = f"{reader.name()}.{reader.name()}"
        known(reader.byte() == 0, f"the import {name}, which is no function")
        reader.number()


def size(reader, most):
    """The least and the most that a memory or a table has."""
    flags = reader.byte()
    known(flags & ~WITH_MAXIMUM == WIDE, f"a memory or a table with the flags {flags}")
    limits = [reader.number() for _ in range(1 + (flags & WITH_MAXIMUM))]
    known(max(limits) <= most, f"a memory or a table of {max(limits)}")
    return bytes([flags & WITH_MAXIMUM]) + b"".join(map(number, limits))


def table(reader):
    known(reader.byte() == FUNCTION_REFERENCE, "a table that is not one of functions")
    return bytes([FUNCTION_REFERENCE]) + size(reader, (1 << 32) - 1)


def place(reader):
    """Where a segment goes: a constant."""
    known(reader.byte() == I64_CONST[0], "a segment whose place is no constant of 64 bits")
    value = read_signed(reader)
    known(0 <= value < 1 << 31, f"a segment at {value}")
    known(reader.byte() == END[0], "a segment whose place is calculated")
    return I32_CONST + signed(value) + END


def element(reader):
    kind = reader.number()
    known(kind == 0, f"elements of the kind {kind}")
    return b"\0" + place(reader) + counted([number(reader.number()) for _ in range(reader.number())])


def segment(reader):
    kind = reader.number()
    known(kind in (0, 1), f"data of the kind {kind}")  # with a place, or without
    where = b"" if kind else place(reader)
    length = reader.number()
    return number(kind) + where + number(length) + read_bytes(reader, length)


PARTS = {TABLE: table, MEMORY: lambda reader: size(reader, MOST_PAGES), ELEMENT: element, DATA: segment}


def lower(data):
    """The lowered module. Custom sections are left out: nothing that runs reads them."""
    known(data.startswith(HEADER), "a file that is no module")
    reader, result = Reader(data, len(HEADER)), HEADER
    parameters, types = [], []
    for kind, end in reader.parts(len(data)):
        if kind == CUSTOM:
            continue
        content = data[reader.at : end]
        if kind == TYPE:
            parameters = parameter_counts(reader)
        elif kind == IMPORT:
            check_imports(reader)
        elif kind == FUNCTION:
            types = [reader.number() for _ in range(reader.number())]
        elif kind == CODE:
            known(reader.number() == len(types), "functions without a type")
            content = counted([body(reader, parameters[one]) for one in types])
        elif kind in PARTS:
            content = counted([PARTS[kind](reader) for _ in range(reader.number())])
        else:
            known(kind in UNCHANGED, f"a section of the kind {kind}")
            reader.at = end
        known(reader.at == end, f"a section of the kind {kind} that does not end where it should")
        result += bytes([kind]) + number(len(content)) + content
    return result


def main():
    source, target = map(pathlib.Path, sys.argv[1:])
    try:
        target.write_bytes(lower(source.read_bytes()))
    except Refused as what:
        sys.exit(f"{sys.argv[0]}: {source}: {what}: this is not known here; what it does with addresses must be added")


if __name__ == "__main__":
    main()

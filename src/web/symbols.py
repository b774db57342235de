# SPDX-License-Identifier: GPL-2.0-only
"""Makes symbols of a WebAssembly object local, as objcopy does with those of other objects, which llvm's cannot.

`symbols.py --keep NAME FILE` leaves NAME alone global, `symbols.py --hide NAME,NAME FILE` makes these local. The file is
changed in place. What is read of it: the section `linking`, whose table of symbols is laid out in "Linking.md" of
WebAssembly's tool conventions.
"""

import argparse
import pathlib

HEADER = 8  # bytes before the first section: the magic number, and the version
CUSTOM = 0  # the kind of the section `linking`
SYMBOL_TABLE = 8  # the part of it that lists the symbols
FUNCTION, DATA, GLOBAL, SECTION, TAG, TABLE = range(6)
WEAK, LOCAL, HIDDEN, UNDEFINED, OWN_NAME = 1, 2, 4, 0x10, 0x40


class Reader:
    """Reads numbers and names from bytes, one after the other."""

    def __init__(self, data, at=0):
        self.data, self.at = data, at

    def byte(self):
        self.at += 1
        return self.data[self.at - 1]

    def number(self):
        """One of variable length, seven bits a byte, the lowest first."""
        result = shift = 0
        while True:
            byte = self.byte()
            result |= (byte & 0x7F) << shift
            if byte < 0x80:
                return result
            shift += 7

    def name(self):
        length = self.number()
        self.at += length
        return self.data[self.at - length : self.at].decode()

    def parts(self, end):
        """(kind, where it ends) of each part up to a place; the reader stands at its beginning, and goes on behind it."""
        while self.at < end:
            kind = self.byte()
            size = self.number()
            behind = self.at + size
            yield kind, behind
            self.at = behind


def symbols(reader):
    """(name, flags, where the flags stand) of each symbol of a table that has a name."""
    for _ in range(reader.number()):
        kind, place, flags = reader.byte(), reader.at, reader.number()
        if kind == SECTION:
            reader.number()
            continue
        if kind != DATA:
            reader.number()  # its index
        named = kind == DATA or not flags & UNDEFINED or flags & OWN_NAME
        name = reader.name() if named else ""
        if kind == DATA and not flags & UNDEFINED:
            for _ in ("segment", "offset", "size"):
                reader.number()
        yield name, flags, place


def tables(data):
    """A reader at each table of symbols."""
    reader = Reader(data, HEADER)
    for kind, end in reader.parts(len(data)):
        if kind == CUSTOM and reader.name() == "linking":
            reader.number()  # its version
            for part, _ in reader.parts(end):
                if part == SYMBOL_TABLE:
                    yield reader


def make_local(data, wanted):
    """Make local what is defined and whose name is wanted; how many there were. Weak ones are not merged any more then."""
    count = 0
    for table in tables(data):
        for name, flags, place in symbols(table):
            if not flags & (UNDEFINED | LOCAL) and wanted(name):
                # The flags that change stand in the first byte of the number.
                data[place] = data[place] & ~(WEAK | HIDDEN) | LOCAL
                count += 1
    return count


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--keep", metavar="NAME")
    which.add_argument("--hide", metavar="NAME,NAME")
    parser.add_argument("file", type=pathlib.Path)
    options = parser.parse_args()
    hidden = (options.hide or "").split(",")
    data = bytearray(options.file.read_bytes())
    if not make_local(data, lambda name: name != options.keep if options.keep else name in hidden):
        parser.error(f"{options.file}: no symbol of it is to be changed")
    options.file.write_bytes(data)


if __name__ == "__main__":
    main()

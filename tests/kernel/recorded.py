# SPDX-License-Identifier: GPL-2.0-only
"""A kernel's memory played back from a recording: the answers that another back end gave once, and nothing else."""

import bisect
import json
import lzma
import pathlib

from pk_memory import Member, Memory, Type, Unreadable

FOLDER = pathlib.Path(__file__).resolve().parent / 'recordings'
RECORDINGS = {path.name.removesuffix('.kernel.xz'): path for path in sorted(FOLDER.glob('*.kernel.xz'))}
ORDINARY = RECORDINGS['6.1-cloud-amd64-cpus']  # for what any kernel will do


class NotRecorded(Unreadable):
    """Nobody asked this when the recording was made."""

    def __str__(self):
        return f'{super().__str__()}: it is not in the recording'


class Recorded(Memory):
    """The memory that record.py saved as a file. `files` has what the kernel's own /proc said at that moment."""

    def __init__(self, path):
        with lzma.open(path) as file:
            head, self._content = json.loads(file.readline()), bytearray(file.read())
        self.path, self.files, self.about = path, head['files'], head['about']
        self._symbols, self._variables, self._enums = head['symbols'], head['variables'], head['enumerators']
        self._names, self._types = head['names'], head['types']
        self._starts, self._places, place = [], [], 0
        for start, size in head['memory']:
            self._starts.append(start)
            self._places.append((place, size))
            place += size

    def _answer(self, answers, question, name):
        if name not in answers:
            raise LookupError(f"{self.path.name} does not know the {question} '{name}': record it again")
        return answers[name]

    def symbol(self, name):
        return self._answer(self._symbols, 'symbol', name)

    def variable_type(self, name):
        return self._made(self._answer(self._variables, 'type of the variable', name))

    def type(self, name):
        return self._made(self._answer(self._names, 'type', name))

    def enumerators(self, name):
        return self._answer(self._enums, 'enum', name)

    def _made(self, number):
        """The Type with a number of the recording; its members and its target are made when they are asked for."""
        if number is None:
            return None
        row = self._types[number]
        return Type(
            *(row['kind'], row['name'], row['size'], row['signed'], row['length']),
            members=lambda: {name: self._member(*place) for name, place in row.get('members', {}).items()},
            target=lambda: self._made(row.get('target')),
        )

    def _member(self, offset, number, bits, bit_offset):
        return Member(offset, self._made(number), bits, bit_offset)

    # ---- Memory ----

    def _place(self, address, size):
        """Where in the content an address is."""
        index = bisect.bisect_right(self._starts, address) - 1
        if index >= 0:
            place, length = self._places[index]
            inside = address - self._starts[index]
            if inside + size <= length:
                return place + inside
        raise NotRecorded(address, size)

    def read(self, address, size):
        place = self._place(address, size)
        return bytes(self._content[place : place + size])

    # ---- Damage, for tests ----

    def write(self, address, value, size=8):
        """Put a number into memory."""
        place = self._place(address, size)
        self._content[place : place + size] = value.to_bytes(size, 'little')

    def forget_symbol(self, name):
        """A kernel that has no such symbol."""
        self._symbols[name] = self._variables[name] = None

    def forget_type(self, name):
        """Symbols that have no such type and no such enum."""
        self._names[name] = self._enums[name] = None

    def forget_member(self, structure, member):
        """A structure that has no such member."""
        del self._types[self._names[structure]]['members'][member]

    def forget_memory(self, address, size):
        """Memory that cannot be read any more."""
        index = bisect.bisect_right(self._starts, address) - 1
        start, (place, length) = self._starts[index], self._places[index]
        after = address + size
        self._starts[index : index + 1] = [start, after]
        self._places[index : index + 1] = [(place, address - start), (place + after - start, start + length - after)]

# SPDX-License-Identifier: GPL-2.0-only
"""A back end that asks another one and notes question and answer, and the file that recorded.py plays back."""

import json
import lzma

from pk_memory import Memory

# Words of eight bytes that resemble each other at equal places: what struct pages are.
PACKING = [{'id': lzma.FILTER_LZMA2, 'preset': 9 | lzma.PRESET_EXTREME, 'lc': 0, 'lp': 3, 'pb': 3}]


class Recorder(Memory):
    """Answers as the other back end does."""

    def __init__(self, memory):
        self.memory = memory
        self.symbols, self.variables, self.names, self.enums = {}, {}, {}, {}
        self.reads = {}  # address: the longest that was read there

    def symbol(self, name):
        return self._noted(self.symbols, name, self.memory.symbol)

    def variable_type(self, name):
        return self._noted(self.variables, name, self.memory.variable_type)

    def type(self, name):
        return self._noted(self.names, name, self.memory.type)

    def enumerators(self, name):
        return self._noted(self.enums, name, self.memory.enumerators)

    @staticmethod
    def _noted(answers, name, ask):
        if name not in answers:
            answers[name] = ask(name)
        return answers[name]

    def read(self, address, size):
        found = self.memory.read(address, size)
        if len(self.reads.get(address, b'')) < size:
            self.reads[address] = found
        return found

    # ---- The file ----

    def _memory(self):
        """[(address, bytes)] of what was read, in order, with what touches or overlaps as one."""
        runs = []
        for address, found in sorted(self.reads.items()):
            if runs and address <= runs[-1][0] + len(runs[-1][1]):
                start, before = runs[-1]
                beyond = address + len(found) - start - len(before)
                if beyond > 0:
                    before += found[-beyond:]
            else:
                runs.append((address, bytearray(found)))
        return runs

    def save(self, path, about, files):
        """Write everything that was asked, `about` the kernel in words and `files` of its /proc."""
        table, memory = TypeTable(), self._memory()
        head = {
            'license': 'GPL-2.0-only',
            'about': about,
            'files': files,
            'symbols': self.symbols,
            'variables': {name: table.number(kind) for name, kind in self.variables.items()},
            'names': {name: table.number(kind) for name, kind in self.names.items()},
            'enumerators': self.enums,
            'types': table.rows,
            'memory': [(address, len(found)) for address, found in memory],
        }
        with lzma.open(path, 'wb', filters=PACKING) as file:
            file.write(json.dumps(head, sort_keys=True).encode() + b'\n')
            for _, found in memory:
                file.write(found)


class TypeTable:
    """Types as rows that name each other by number. Of a type's members and target only those come in that were looked at."""

    def __init__(self):
        self.rows, self._numbers = [], {}

    def number(self, kind, known=None):
        """The number of a Type, with what of it was looked at; None for None. `known` is the number of an equal one, if any."""
        if kind is None:
            return known
        number = self._row(kind, known)
        row, seen = self.rows[number], vars(kind)
        if 'target' in seen:
            row['target'] = self.number(seen['target'], row.get('target'))
        if 'members' in seen:
            known = row.setdefault('members', {})
            for name, member in seen['members'].items():
                before = known[name][1] if name in known else None
                known[name] = (member.offset, self.number(member.type, before), member.bits, member.bit_offset)
        return number

    def _row(self, kind, known):
        """The row of a Type: one for all of the same name, and for those without a name one for each place."""
        if '{' not in kind.name:
            known = self._numbers.setdefault((kind.kind, kind.name, kind.size), len(self.rows))
        if known is None or known == len(self.rows):
            known = len(self.rows)
            self.rows.append({name: getattr(kind, name) for name in ('kind', 'name', 'size', 'signed', 'length')})
        return known

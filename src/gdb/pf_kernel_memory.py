# SPDX-License-Identifier: GPL-2.0-only
"""A kernel's memory as gdb sees it: through the stub of an emulator, kgdb, or a core file."""

import functools

from pk_memory import Member, Memory, Type, Unreadable

import gdb

KINDS = {
    gdb.TYPE_CODE_INT: 'int',
    gdb.TYPE_CODE_CHAR: 'int',
    gdb.TYPE_CODE_BOOL: 'bool',
    gdb.TYPE_CODE_ENUM: 'enum',
    gdb.TYPE_CODE_PTR: 'pointer',
    gdb.TYPE_CODE_ARRAY: 'array',
    gdb.TYPE_CODE_STRUCT: 'struct',
    gdb.TYPE_CODE_UNION: 'union',
    gdb.TYPE_CODE_VOID: 'void',
}


def converted(kind):
    """gdb's type as ours."""
    kind = kind.strip_typedefs().unqualified()
    word = KINDS.get(kind.code, 'other')
    name = f'{word} {kind.tag}' if kind.tag else str(kind)
    signed = word in ('int', 'enum') and kind.is_signed
    length = (
        kind.sizeof // max(kind.target().sizeof, 1) if word == 'array' else 0
    )  # 0 too where the bounds are not told
    return Type(word, name, kind.sizeof, signed, length, lambda: members(kind), lambda: converted(kind.target()))


def members(kind, base=0):
    """{name: Member}, those of unnamed structures and unions inside included."""
    found = {}
    for field in kind.fields():
        if not hasattr(field, 'bitpos'):
            continue  # a static member
        if not field.name or field.is_base_class:
            inner = field.type.strip_typedefs()
            if inner.code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION):
                found.update(members(inner, base + field.bitpos // 8))
        else:
            unit = 8 * field.type.sizeof if field.bitsize else 8
            place = field.bitpos // unit * unit
            found[field.name] = Member(
                base + place // 8, converted(field.type), field.bitsize, field.bitpos - place if field.bitsize else 0
            )
    return found


class GdbMemory(Memory):
    """The program that gdb has symbols of and is attached to."""

    @functools.cache  # noqa: B019 - there is one of it
    def symbol(self, name):
        found = self._found(name)
        if found is None:
            return None
        value = found.value()
        return int(value.address) if value.address is not None else None

    @staticmethod
    def _found(name):
        return gdb.lookup_global_symbol(name) or gdb.lookup_static_symbol(name)

    @functools.cache  # noqa: B019
    def variable_type(self, name):
        found = self._found(name)
        return converted(found.type) if found is not None else None

    @functools.cache  # noqa: B019
    def type(self, name):
        try:
            return converted(gdb.lookup_type(name))
        except gdb.error:
            return None

    @functools.cache  # noqa: B019
    def enumerators(self, name):
        try:
            return {field.name: field.enumval for field in gdb.lookup_type(name).fields()}
        except gdb.error:
            return None

    def read(self, address, size):
        try:
            return gdb.selected_inferior().read_memory(address, size).tobytes()
        except (gdb.MemoryError, gdb.error, OverflowError):
            raise Unreadable(address, size) from None


@functools.cache
def memory():
    """The kernel that gdb is attached to."""
    return GdbMemory()

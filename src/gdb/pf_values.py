# SPDX-License-Identifier: GPL-2.0-only
"""Values, types and functions of any program in gdb, and errors of one line."""

import contextlib
import struct

import pf_screen
from pk_memory import Changed, Missing, Unreadable, Unsupported

import gdb

# What gdb and Python raise for values that are not there, not readable, or not of the kind that was asked for.
TROUBLE = (gdb.error, RuntimeError, ValueError, TypeError, LookupError, ArithmeticError, AttributeError, struct.error)


def error(text):
    raise gdb.GdbError(text)


@contextlib.contextmanager
def one_line(who):
    """Whatever goes wrong inside is said in one sentence of `who`; a terminal has it broken between words."""
    try:
        yield
    except gdb.GdbError as problem:
        raise gdb.GdbError(pf_screen.sentence(str(problem))) from None
    except (Changed, Missing, Unreadable, Unsupported) as problem:
        raise gdb.GdbError(pf_screen.sentence(f'{who}: {problem}')) from None
    except TROUBLE as problem:
        raise gdb.GdbError(pf_screen.sentence(f'{who}: {pf_screen.reason(problem)}')) from None


INTEGERS = (gdb.TYPE_CODE_INT, gdb.TYPE_CODE_ENUM, gdb.TYPE_CODE_BOOL, gdb.TYPE_CODE_CHAR)


def kind_of(value, what):
    """The type of a value without its typedefs; an error when the program has no value there."""
    if value.is_optimized_out:
        error(f'{what} was optimized out: step on to a line that uses it, or look from another frame')
    return value.type.strip_typedefs().unqualified()


def integer(value, what):
    """A value as a Python number."""
    kind = kind_of(value, what)
    if kind.code not in INTEGERS:
        error(f"{what} is of type '{pf_screen.clipped(str(value.type))}', and should be a number")
    return int(value)


def words(value, what, should='text in quotes'):
    """A value as text: a string in quotes, or one of the program's."""
    kind = kind_of(value, what)
    if kind.code not in (gdb.TYPE_CODE_ARRAY, gdb.TYPE_CODE_PTR) or kind.target().strip_typedefs().sizeof != 1:
        error(f"{what} is of type '{pf_screen.clipped(str(value.type))}', and should be {should}")
    if kind.code == gdb.TYPE_CODE_PTR and not int(value):
        error(f'{what} is NULL, and should be {should}')
    return value.string('utf-8', 'replace')


def running():
    """Is there a program to look at?"""
    try:
        return gdb.selected_inferior().pid != 0 and gdb.selected_thread() is not None
    except gdb.error:
        return False


def need_program():
    if not running():
        error("the program is not running: start it with 'run', or with 'tour'")


def static(name):
    """The value of a variable that one source file keeps for itself, or of a global one; None when there is none."""
    symbol = gdb.lookup_global_symbol(name) or gdb.lookup_static_symbol(name)
    return None if symbol is None else symbol.value()


def call(name, *arguments):
    """Call a function of the program, whatever breakpoints are set in it."""
    need_program()
    function = static(name)
    if function is None:
        error(f"this program has no function {name}() to call: start the debugger with 'make gdb'")
    stopping = [one for one in gdb.breakpoints() if one.is_valid() and one.enabled]
    for one in stopping:
        one.enabled = False
    try:
        return function(*arguments)
    finally:
        for one in stopping:
            one.enabled = True


def type_size(name):
    return gdb.lookup_type(name).sizeof


def target_tag(value, what):
    """The tag of the structure that a value points to, or None."""
    kind = kind_of(value, what)
    return kind.target().strip_typedefs().tag if kind.code == gdb.TYPE_CODE_PTR else None


def offset(type_name, field):
    """Byte offset of a member, even of one inside an unnamed union."""

    def search(kind, base):
        for one in kind.fields():
            place = base + one.bitpos // 8
            if one.name == field:
                return place
            if not one.name and one.type.code in (gdb.TYPE_CODE_UNION, gdb.TYPE_CODE_STRUCT):
                found = search(one.type.strip_typedefs(), place)
                if found is not None:
                    return found
        return None

    return search(gdb.lookup_type(type_name), 0)


def read(address, size):
    return gdb.selected_inferior().read_memory(address, size).tobytes()


def enumerators(name):
    """{value: name} of an enum; of two names for one value, the later one."""
    return {field.enumval: field.name for field in gdb.lookup_type(f'enum {name}').fields()}


def count(value):
    """A number, or the one in an atomic counter."""
    kind = value.type.strip_typedefs()
    return int(value['counter'] if kind.code == gdb.TYPE_CODE_STRUCT else value)


def has_member(kind, name):
    """Has a structure such a member, be it in an unnamed union or structure?"""
    return offset(kind, name) is not None

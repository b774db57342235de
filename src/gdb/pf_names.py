# SPDX-License-Identifier: GPL-2.0-only
"""Names for numbers: macros as the compiler saw them, gfp masks, ALLOC flags, and variables that hold such things."""

import functools
import pathlib
import re

import gdb

INCLUDE = pathlib.Path(__file__).resolve().parents[2] / 'include'

# What variables and members of these names hold, though their type in C is a plain integer.
MEANING = {
    'alloc_flags': 'alloc',
    'reserve_flags': 'alloc',
    'migratetype': 'migratetype',
    'start_type': 'migratetype',
    'fallback_type': 'migratetype',
    'old_type': 'migratetype',
    'highest_zoneidx': 'zone_type',
}


@functools.cache
def macro_texts():
    """{name: text} of the macros without arguments that are in force where trace events are printed."""
    found = {}
    for line in gdb.execute('info macros trace_format', to_string=True).split('\n'):
        match = re.match(r'#define (\w+) (.+)$', line)
        if match:
            found[match[1]] = match[2]
    if not found:
        raise gdb.GdbError("this program was built without macros: start the debugger with 'make gdb'")
    return found


def number(text, depth=0):
    """The value of an expression made of numbers, operators and macros; None when it holds anything else."""
    if depth > 20 or not re.fullmatch(r'[\w\s()|&~<>+*-]+', text):
        return None

    def one(match):
        word = match[0]
        if word[0].isdigit():
            return re.sub(r'[uUlL]+$', '', word)
        value = number(macro_texts()[word], depth + 1) if word in macro_texts() else None
        return f'({value})' if value is not None else '?'

    expression = re.sub(r'\w+', one, text)
    try:
        return None if '?' in expression else eval(expression, {'__builtins__': {}})  # numbers and operators only
    except (SyntaxError, TypeError, ValueError):
        return None


@functools.cache
def macro(name):
    value = number(name)
    if value is None:
        raise gdb.GdbError(f"the program's macro {name} has no value that could be computed here")
    return value


@functools.cache
def documented(header, prefix):
    """{name: meaning} of the single bits that a header explains after their definitions."""
    text = (INCLUDE / header).read_text(encoding='utf-8')
    found = re.findall(rf'^#define\s+({prefix}\w+)\s+[^/\n]*/\*\*<\s*(.*?)\s*\*/', text, re.MULTILINE)
    return dict(found)


@functools.cache
def gfp_table():
    """[(mask, name)] in the order in which masks are written: the table of the program, which need not run for it."""
    symbol = gdb.lookup_global_symbol('gfp_names')
    if symbol is None:
        raise gdb.GdbError("this program has no names of masks in it: start the debugger with 'make gdb'")
    table = symbol.value()
    rows = [table[index] for index in range(table.type.range()[1] + 1)]
    return tuple((int(row['mask']), row['name'].string()) for row in rows)


def joined(value, rows, nothing):
    """Names of the rows whose bits are all set, each taking its bits away; what is left over in hex."""
    names = []
    for mask, name in rows:
        if mask and value & mask == mask:
            names.append(name)
            value &= ~mask
    if value:
        names.append(hex(value))
    return '|'.join(names) or nothing


def gfp(value):
    return joined(value & 0xFFFFFFFF, gfp_table(), 'none')


def alloc(value):
    """ALLOC flags: which watermark, then the single bits."""
    value &= 0xFFFFFFFF
    marks = ('ALLOC_WMARK_MIN', 'ALLOC_WMARK_LOW', 'ALLOC_WMARK_HIGH')
    mask = macro('ALLOC_WMARK_MASK')
    mark = value & mask
    rows = [(macro(name), name) for name in documented('alloc_context.h', 'ALLOC_') if name not in marks]
    rest = joined(value & ~mask, rows, '')
    first = marks[mark] if mark < len(marks) else hex(mark)
    if macro('ALLOC_NO_WATERMARKS') & value and mark == 0:
        return rest
    return f'{first}|{rest}' if rest else first


@functools.cache
def enumerators(name):
    """{value: name} of an enum; of two names for one value, the later one."""
    return {field.enumval: field.name for field in gdb.lookup_type(f'enum {name}').fields()}


def enum(name, value):
    return enumerators(name).get(value, str(value))


def text(kind, value):
    """A number by name."""
    if kind == 'gfp':
        return gfp(value)
    if kind == 'alloc':
        return alloc(value)
    return enum(kind, value)


def parse(kind, words):
    """The number that names joined by bars stand for: macros, or an expression of the program."""
    value = number(words)
    if value is None:
        short = re.sub(r'\b([A-Z]\w*)', lambda match: complete(kind, match[1]), words)
        value = number(short)
    if value is None:
        try:
            value = int(gdb.parse_and_eval(words))
        except gdb.error as problem:
            raise gdb.GdbError(f"'{words}' is not a mask: {str(problem).rstrip('.')}") from None
    return value


def complete(kind, word):
    """KERNEL for GFP_KERNEL, ZERO for __GFP_ZERO, HARDER for ALLOC_HARDER."""
    for prefix in ('GFP_', '__GFP_', '__') if kind == 'gfp' else ('ALLOC_',):
        if prefix + word in macro_texts():
            return prefix + word
    return word


# ---- Variables by address: a flag argument is known by its name, not by its type ----

_named = {'key': None, 'found': {}}


def _here():
    frame = gdb.newest_frame()
    return frame.pc(), int(frame.read_register('sp'))


def _collect():
    """{address: kind} of every variable of the backtrace, and member of one, whose name is in MEANING."""
    found, frame = {}, gdb.newest_frame()
    while frame is not None:
        if frame.type() == gdb.NORMAL_FRAME and frame.function() is not None:
            _collect_frame(frame, found)
        frame = frame.older()
    return found


def _collect_frame(frame, found):
    block = frame.block()
    while block is not None and not block.is_static and not block.is_global:
        for symbol in block:
            if not symbol.is_argument and not symbol.is_variable:
                continue
            kind = symbol.type.strip_typedefs()
            if symbol.name in MEANING and kind.code == gdb.TYPE_CODE_INT:
                found[int(symbol.value(frame).address)] = MEANING[symbol.name]
            elif kind.code == gdb.TYPE_CODE_STRUCT and kind.name in ('zone_walk', 'slow_request', 'alloc_context'):
                for field in kind.fields():
                    if field.name in MEANING:
                        base = int(symbol.value(frame).address)
                        found[base + field.bitpos // 8] = MEANING[field.name]
        if block.function is not None:
            break
        block = block.superblock


def kind_at(address):
    """What the plain integer at an address holds, if it is a variable of the backtrace whose name says so."""
    try:
        key = _here()
        if _named['key'] != key:
            _named.update(key=key, found=_collect())
    except (gdb.error, RuntimeError, ValueError):
        return None
    return _named['found'].get(address)

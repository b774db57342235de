# SPDX-License-Identifier: GPL-2.0-only
"""Names for numbers: macros as the compiler saw them, gfp masks, ALLOC flags, and variables that hold such things."""

import ast
import functools
import operator
import pathlib
import re

import pf_kernel_names
import pf_screen
from pf_target import on_kernel

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
    'high_zoneidx': 'zone_type',
    'classzone_idx': 'zone_type',
}


def meaning(name):
    """What a variable or member of this name holds, or None."""
    return MEANING.get(name) or ('pfn' if re.search(r'(^|_)pfn$', name) else None)


def macro_texts():
    """{name: text} of the macros without arguments that masks, flags and places of bits are written with."""
    return pf_kernel_names.macros() if on_kernel() else _own_macros()


@functools.cache
def _own_macros():
    """Those that are in force where our program prints trace events."""
    found = {}
    for line in gdb.execute('info macros trace_format', to_string=True).split('\n'):
        match = re.match(r'#define (\w+) (.+)$', line)
        if match:
            found[match[1]] = match[2]
    if not found:
        raise gdb.GdbError("this program was built without macros: start the debugger with 'make gdb'")
    return found


SIGNS = {
    ast.BitOr: operator.or_, ast.BitAnd: operator.and_, ast.Add: operator.add, ast.Sub: operator.sub,
    ast.Mult: operator.mul, ast.LShift: operator.lshift, ast.RShift: operator.rshift,
    ast.Invert: operator.invert, ast.USub: operator.neg, ast.UAdd: operator.pos,
}  # fmt: skip
LONGEST = 4000  # characters of an expression, macros expanded: those of the program stay far below


def number(text, depth=0):
    """The value of an expression made of numbers, operators and macros; None when it holds anything else."""
    if depth > 20 or len(text) > LONGEST or not re.fullmatch(r'[\w\s()|&~<>+*-]+', text):
        return None

    def one(match):
        word = match[0]
        if word[0].isdigit():
            return re.sub(r'[uUlL]+$', '', word)
        value = number(macro_texts()[word], depth + 1) if word in macro_texts() else None
        return f'({value})' if value is not None else '?'

    expression = re.sub(r'\w+', one, text).strip()
    try:
        return None if '?' in expression else computed(ast.parse(expression, mode='eval').body)
    except (SyntaxError, TypeError, ValueError, KeyError, RecursionError, MemoryError):
        return None


def computed(node):
    """The value of a parsed expression. A number that a register does not hold ends it, before it grows."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        value = node.value
    elif isinstance(node, ast.UnaryOp):
        value = SIGNS[type(node.op)](computed(node.operand))
    elif isinstance(node, ast.BinOp):
        left, right = computed(node.left), computed(node.right)
        if isinstance(node.op, ast.LShift | ast.RShift) and not 0 <= right < 64:
            raise ValueError
        value = SIGNS[type(node.op)](left, right)
    else:
        raise ValueError
    if value.bit_length() > 64:
        raise ValueError
    return value


def as_pfn(pfn):
    """A number for the reader's expressions that gdb prints in hex: see number_of_a_frame() in pf_printers."""
    return gdb.Value(pfn).cast(pfn_type())


def pfn_type():
    """gdb's own 64-bit type. The program's uint64_t is a typedef, so that no other value is of this one."""
    return gdb.selected_inferior().architecture().integer_type(64, False)


@functools.cache
def macro(name):
    value = number(name)
    if value is None:
        raise gdb.GdbError(f"the program's macro {name} has no value that could be computed here")
    return value


def gfp_bits():
    """[(bit, name, meaning)] of the masks of a single bit, ascending."""
    meanings = documented('gfp.h', '__GFP_')
    if on_kernel():
        rows = ((bit, name) for name, bit in pf_kernel_names.gfp_bits().items())
    else:
        rows = ((macro(name), name) for name in meanings)
    return [(bit, name, meanings.get(name, 'not in 5.8.18')) for bit, name in sorted(rows)]


@functools.cache
def documented(header, prefix):
    """{name: meaning} of the single bits that a header explains after their definitions."""
    text = (INCLUDE / header).read_text(encoding='utf-8')
    found = re.findall(rf'^#define\s+({prefix}\w+)\s+[^/\n]*/\*\*<\s*(.*?)\s*\*/', text, re.MULTILINE)
    return dict(found)


def gfp_table():
    """[(mask, name)] in the order in which masks are written."""
    return pf_kernel_names.gfp_table() if on_kernel() else _own_gfp_table()


@functools.cache
def _own_gfp_table():
    """The table of our program, which need not run for it."""
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


def alloc_names():
    """Names of the ALLOC flags."""
    return pf_kernel_names.alloc_flags() if on_kernel() else documented('alloc_context.h', 'ALLOC_')


def alloc(value):
    """ALLOC flags: which watermark, then the single bits."""
    value &= 0xFFFFFFFF
    marks = ('ALLOC_WMARK_MIN', 'ALLOC_WMARK_LOW', 'ALLOC_WMARK_HIGH')
    mask = macro('ALLOC_WMARK_MASK')
    mark = value & mask
    rows = [(macro(name), name) for name in alloc_names() if name not in marks]
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
    if kind == 'pfn':
        return f'{value:#x}'
    return enum(kind, value)


def parse(kind, words):
    """The number that names joined by bars stand for: macros, or an expression of the program."""
    value = number(words)
    if value is not None:
        return value
    short = re.sub(r'\b([A-Z]\w*)', lambda match: complete(kind, match[1]), words)
    value = number(short)
    return asked(words, re.sub(r'\w+', known, short)) if value is None else value


def known(match):
    """A word, or the number that it stands for: what is wrong with the others is then said of them."""
    value = number(match[0]) if match[0] in macro_texts() else None
    return match[0] if value is None else str(value)


def asked(words, expression):
    """The mask that an expression of the program gives."""
    shown = pf_screen.clipped(words)
    try:
        found = gdb.parse_and_eval(expression)
        if found.type.strip_typedefs().code in (gdb.TYPE_CODE_FLT, gdb.TYPE_CODE_PTR):
            raise gdb.GdbError(f"'{shown}' is not a mask: it is of type '{pf_screen.clipped(str(found.type))}'")
        return int(found)
    except gdb.error as problem:
        raise gdb.GdbError(f"'{shown}' is not a mask: {pf_screen.reason(problem)}") from None


def complete(kind, word):
    """KERNEL for GFP_KERNEL, ZERO for __GFP_ZERO, HARDER for ALLOC_HARDER."""
    for prefix in ('GFP_', '__GFP_', '__') if kind == 'gfp' else ('ALLOC_',):
        if prefix + word in macro_texts():
            return prefix + word
    return word

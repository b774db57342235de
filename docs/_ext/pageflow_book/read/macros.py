# SPDX-License-Identifier: GPL-2.0-only
"""The values of macros that are constant expressions."""

import ast
import operator
import re

OPERATIONS = {
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}


def evaluate(sources, name, seen=()):
    """The value of a macro that is a constant expression of numbers and other such macros; None when it is not."""
    if name in seen:
        return None
    if name not in sources.macro_values:
        macro = sources.macros.get(name)
        sources.macro_values[name] = expression(sources, body(macro), (*seen, name)) if macro else None
    return sources.macro_values[name]


def body(macro):
    """What a macro without parameters stands for, as text."""
    text = ' '.join(line.rstrip('\\') for line in macro.text)
    text = re.sub(r'/\*.*?\*/', ' ', text)
    return re.sub(r'^\s*#\s*define\s+\w+', '', text).strip()


def expression(sources, text, seen):
    text = re.sub(r'\(\s*\w+_t\s*\)', '', text)  # a cast changes nothing here
    text = re.sub(r'\b(0[xX][0-9a-fA-F]+|\d+)[uUlL]*\b', r'\1', text)
    try:
        return calculate(sources, ast.parse(text.strip(), mode='eval').body, seen)
    except (SyntaxError, TypeError, ValueError):
        return None


def calculate(sources, node, seen):
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    if isinstance(node, ast.Name):
        value = evaluate(sources, node.id, seen)
        if value is None:
            raise ValueError(node.id)
        return value
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATIONS:
        return OPERATIONS[type(node.op)](calculate(sources, node.left, seen), calculate(sources, node.right, seen))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
        return ~calculate(sources, node.operand, seen) & 0xFFFFFFFF
    raise ValueError(ast.dump(node))

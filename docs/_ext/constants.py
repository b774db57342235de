# SPDX-License-Identifier: GPL-2.0-only
"""What numbers of this tree are called: flags, masks and enumerations, read from the headers. Needs no Sphinx."""

import ast
import errno
import operator
import re
from dataclasses import dataclass, field

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
ENUM = re.compile(r'\benum (\w*) ?\{(.*?)\}', re.S)
MACRO = re.compile(r'^#define (\w+)[ \t]+((?:.*\\\n)*.*)$', re.M)
FLAGS = ('ALLOC', 'PF')  # beside the masks of requests: `#define PREFIX_NAME`, a bit each
LISTED = ('NODE_RECLAIM',)  # the same, but one number each
COUNT = re.compile(r'TYPES$|^(NR|MAX|MIN|DEF|INIT)_')  # of two names for one number, not the one that counts or bounds
# What is named after what it is. The end of a name decides, so that gfp_to_alloc_flags() gives flags of a walk.
CALLED = (
    ('gfp', re.compile(r'(^|_)(gfp|gfp_mask|gfp_flags|alloc_mask|reclaim_mask)$|^traced_mask$')),
    ('ALLOC', re.compile(r'(^|_)alloc_flags$')),
    ('migratetype', re.compile(r'(^|_)(migratetype|mt)$')),
    ('zone_type', re.compile(r'(^|_)(zone_?idx|zonenum|gfp_zone)$')),
)


class Unknown(Exception):
    """An expression is not made of constants that are known."""


@dataclass
class Kind:
    """A set of names that belong together: of an enumeration, or of flags that are put together."""

    name: str
    flags: bool = False
    values: dict = field(default_factory=dict)  # name -> number, in the order in which they are tried

    def words(self, value):
        """What a number is called; '' where it has no name."""
        if self.flags:
            return self.mask(value)
        found = [name for name, of in self.values.items() if of == value]
        return min(found, key=lambda name: bool(COUNT.search(name)), default='')

    def mask(self, value):
        """The names of flags, as the kernel puts them together: the first that fits, then the first for what is left."""
        found, field_of_mark = [], 3 if self.name == 'ALLOC' else 0
        for name, bits in self.values.items():
            if bits & field_of_mark or name == 'ALLOC_WMARK_MIN':  # one of three, in two bits
                if value & field_of_mark == bits:
                    found.append(name)
            elif bits and value & bits == bits:
                found.append(name)
                value &= ~bits
        value &= ~field_of_mark
        if not found and not value:
            return '' if field_of_mark else 'none'
        return ' | '.join(found + [hex(value)] * bool(value)) if value >= 0 else ''


class Constants:
    """What the headers of a tree define."""

    def __init__(self, root):
        headers = sorted(root.glob('include/*.h')) + sorted(root.glob('src/**/*.h'))
        texts = [re.sub(r'/\*.*?\*/', '', path.read_text(encoding='utf-8'), flags=re.S) for path in headers]
        self.kinds, self.macros, self.returned = {}, {}, {}
        self._kind_of = {}
        for text in texts:
            self.macros.update(MACRO.findall(text))
            self.returned.update((function, kind) for kind, function in re.findall(r'\benum (\w+) (\w+)\(', text))
        for text in texts:
            self.read(text)
        for prefix in FLAGS + LISTED:
            names = [one for one in self.macros if one.startswith(prefix + '_') and not one.endswith('_MASK')]
            self._add(Kind(prefix, prefix in FLAGS, self._values(names)))
        errors = Kind('errno', values={f'-{name}': -number for number, name in errno.errorcode.items()})
        self._kind_of.update(dict.fromkeys(errno.errorcode.values(), errors))
        table = root / 'src' / 'text' / 'names.c'
        names = re.findall(r'\bNAME\((\w+)\)', table.read_text(encoding='utf-8')) if table.is_file() else []
        self._add(Kind('gfp', True, self._values(names)))
        self._kind_of.update(dict.fromkeys(self._more_masks(), self.kinds['gfp']))

    def read(self, text):
        """Takes the enumerations of one more text."""
        for name, body in ENUM.findall(text):
            self._add(Kind(name, values=self._enumerators(body)))

    def _add(self, kind):
        self.kinds[kind.name] = kind
        self._kind_of.update(dict.fromkeys(kind.values, kind))

    def _more_masks(self):
        """Masks that no message of the kernel prints, but a test may name."""
        return [one for one in self.macros if re.match(r'(__)?GFP_\w+', one)]

    def _values(self, names):
        found = {}
        for name in names:
            try:
                found[name] = self.value(name)
            except Unknown:
                continue
        return found

    def _enumerators(self, body):
        found, at = {}, 0
        for one in re.split(r',(?![^(]*\))', re.sub(r'^\s*#.*$', '', body, flags=re.M)):
            name, _equals, value = (part.strip() for part in one.partition('='))
            if not re.fullmatch(r'\w+', name):
                continue
            try:
                at = found[value] if value in found else self.value(value) if value else at
            except Unknown:
                break  # those that follow count from there
            found[name] = at
            at += 1
        return found

    def value(self, text, seen=()):
        """The value of an expression of numbers and macros."""
        text = re.sub(r'\(\s*\w+_t\s*\)', '', text.replace('\\\n', ' '))  # a cast changes nothing here
        text = re.sub(r'\b(0[xX][0-9a-fA-F]+|\d+)[uUlL]*\b', r'\1', text)
        try:
            return self._calculate(ast.parse(text.strip(), mode='eval').body, seen)
        except (SyntaxError, TypeError, ValueError):
            raise Unknown(text) from None

    def _calculate(self, node, seen):
        if isinstance(node, ast.Constant) and isinstance(node.value, int):
            return node.value
        if isinstance(node, ast.Name) and node.id in self.macros and node.id not in seen:
            return self.value(self.macros[node.id], (*seen, node.id))
        if isinstance(node, ast.Name) and node.id in self._kind_of:
            return self._kind_of[node.id].values[node.id]
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATIONS:
            return OPERATIONS[type(node.op)](self._calculate(node.left, seen), self._calculate(node.right, seen))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
            return ~self._calculate(node.operand, seen) & 0xFFFFFFFF
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -self._calculate(node.operand, seen)
        raise Unknown(ast.dump(node))

    def kind_of(self, expression):
        """What kind of number an expression in C is, as far as its words tell; None where they do not."""
        if '(gfp_t)' in expression:
            return self.kinds['gfp']
        words = re.findall(r'[A-Za-z_]\w*', outside(expression))
        for word in words:
            if word in self._kind_of:
                return self._kind_of[word]
        last = words[-1] if words else ''
        if last in self.returned:
            return self.kinds.get(self.returned[last])
        return next((self.kinds[kind] for kind, called in CALLED if called.search(last)), None)


def outside(expression):
    """An expression without what stands in brackets after a name: arguments and indices."""
    shorter = re.sub(r'(?<=[\w\])])\s*(\([^()\[\]]*\)|\[[^()\[\]]*\])', '', expression)
    return shorter if shorter == expression else outside(shorter)

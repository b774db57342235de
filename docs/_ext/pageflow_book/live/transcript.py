# SPDX-License-Identifier: GPL-2.0-only
"""What would otherwise be typed: output of commands (`transcript`, `gdb`) and values of flags (`flag-table`)."""

import ast
import base64
import hashlib
import html
import json
import operator
import os
import re
import subprocess

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from ..chapter.doxygen import inline_words
from ..chapter.tables import TableDirective
from ..read.book import book
from ..read.text import _

SECONDS = 120
HIDDEN = ('MAKEFLAGS', 'MFLAGS', 'MAKELEVEL', 'MAKEOVERRIDES', 'GCOV_PREFIX', 'PAGEFLOW_COVERAGE_DIR')


class Transcript(SphinxDirective):
    """.. transcript:: COMMAND - runs a command from the top of the tree while the site is built, and shows both."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec = {
        'run': directives.unchanged_required,
        'exit': directives.nonnegative_int,
        'from': directives.unchanged_required,
        'to': directives.unchanged_required,
        'without-prompt': directives.flag,
    }

    def run(self):
        shown = ' '.join(self.arguments[0].split())
        return self.show(shown, self.options.get('run', shown))

    def show(self, shown, command):
        output = self.cut(self.output(command))
        text = output if 'without-prompt' in self.options else f'$ {shown}\n{output}'
        node = nodes.literal_block(text, text, language='console' if '\n' in text else 'none', translatable=False)
        node['classes'].append('transcript')
        self.set_source_info(node)
        return [node]

    def output(self, command, called=''):
        """What the command prints (both streams); kept until a program it may run is built again."""
        here = book(self.env.app)
        programs = sorted(here.build.glob('*/O0/*driver*')) + [here.build / 'pageflow']
        programs.append(here.build / 'libpageflow.a')
        for folder, files in (
            ('src/gdb', '*.py'),
            ('docs/scenarios', '*'),
            ('docs/examples', '*'),
            ('tests/traces', '*.xz'),
            ('tests/samples', '*'),
        ):
            programs += sorted((here.root / folder).glob(files))
        facts = [command] + [f'{path} {path.stat().st_mtime_ns}' for path in programs if path.is_file()]
        kept = here.build / 'transcripts' / (hashlib.sha1('\n'.join(facts).encode()).hexdigest() + '.json')
        for path in programs:
            if path.is_file():
                self.env.note_dependency(str(path))
        if kept.is_file():
            code, output = json.loads(kept.read_text(encoding='utf-8'))
        else:
            code, output = self.execute(command, here.root)
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps([code, output]), encoding='utf-8')
        if code != self.options.get('exit', 0):
            kept.unlink()
            raise self.error(
                f'{self.name}: "{called or command}" left with {code}, not {self.options.get("exit", 0)}; it said:\n{output}'
            )
        return output

    def execute(self, command, root):
        settings = {name: value for name, value in os.environ.items() if name not in HIDDEN}
        settings |= {'LC_ALL': 'C.UTF-8', 'TERM': 'dumb', 'COLUMNS': '100'}
        try:
            done = subprocess.run(
                ['bash', '-c', command],
                cwd=root,
                env=settings,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise self.error(f'{self.name}: "{command}" took more than {SECONDS} s') from None
        return done.returncode, done.stdout.replace(str(root) + '/', '').rstrip('\n')

    def cut(self, output):
        """The lines from the first that matches :from: to the next that matches :to:."""
        lines = output.split('\n')
        if 'from' in self.options:
            first = self.index(lines, 0, self.options['from'])
            lines = lines[first:]
        if 'to' in self.options:
            lines = lines[: self.index(lines, 0, self.options['to']) + 1]
        return '\n'.join(lines)

    def index(self, lines, start, pattern):
        for at in range(start, len(lines)):
            if re.search(pattern, lines[at]):
                return at
        raise self.error(f'{self.name}: no line of the output matches "{pattern}"; the output is:\n' + '\n'.join(lines))


class PictureOf(Transcript):
    """.. picture-of:: COMMAND - the SVG that a command prints, as a picture."""

    option_spec = {'alt': directives.unchanged_required}

    def run(self):
        svg = self.output(' '.join(self.arguments[0].split()))
        if 'alt' not in self.options or '<svg' not in svg:
            raise self.error('picture-of: it needs an :alt: text, and a command that prints an SVG')
        size = ' '.join(re.findall(r'(?:width|height)="\d+"', svg.partition('<svg')[2])[:2])
        data = base64.b64encode(svg.encode()).decode()
        alt = html.escape(self.options['alt'])
        node = nodes.raw('', f'<img alt="{alt}" {size} src="data:image/svg+xml;base64,{data}">', format='html')
        self.set_source_info(node)
        return [node]


class Gdb(Transcript):
    """.. gdb:: - its content is gdb commands, run in a debugger stopped at alloc_page, as `make gdb B=...` does."""

    required_arguments = 0
    has_content = True
    option_spec = {**Transcript.option_spec, 'numa': directives.flag}

    def run(self):
        commands = '; '.join(line.strip() for line in self.content if line.strip())
        if "'" in commands:
            raise self.error('gdb: commands may not hold a single quote')
        configuration = 'numa' if 'numa' in self.options else 'uma'
        numa = 'NUMA=1 ' if configuration == 'numa' else ''
        program = f'build/{configuration}/O0/gdb-driver'
        return self.show(f"make gdb {numa}B='{commands}'", f"bash .ci/gdb {program} '' '{commands}'")


class FlagTable(TableDirective):
    """.. flag-table:: FILE - name, value and meaning of the macros of a header whose names match :names:."""

    required_arguments = 1
    option_spec = {'names': directives.unchanged_required, 'digits': directives.nonnegative_int}

    def run(self):
        here, file = book(self.env.app), self.arguments[0]
        self.env.note_dependency(str(here.root / file))
        wanted = re.compile(self.options.get('names', '.'))
        rows = []
        for one in here.sources.definitions.get(file, []):
            if one.kind != 'macro' or not wanted.search(one.name):
                continue
            value = evaluate(here.sources, one.name)
            if value is None:
                continue
            rows.append((one.name, f'0x{value:0{self.options.get("digits", 1)}x}', one.doc.replace('\n', ' ')))
        if not rows:
            raise self.error(f'flag-table: {file} has no macro with a value whose name matches {wanted.pattern}')
        cells = [
            [nodes.literal('', name), nodes.literal('', value), inline_words(meaning)] for name, value, meaning in rows
        ]
        return [self.table([_('Name'), _('Value'), _('Meaning')], cells, ['pf-flags'])]


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
    for found in sources.definitions.values():
        for one in found:
            if one.name == name and one.kind == 'macro':
                return expression(sources, body(one), (*seen, name))
    return None


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


def setup(app):
    app.add_directive('transcript', Transcript)
    app.add_directive('picture-of', PictureOf)
    app.add_directive('gdb', Gdb)
    app.add_directive('flag-table', FlagTable)

# SPDX-License-Identifier: GPL-2.0-only
"""What would otherwise be typed: the output of commands (`transcript`, `picture-of`) and of the debugger (`gdb`), made while
the site is built or, where that cannot be counted on, kept (`kept-transcript`)."""

import base64
import html
import re

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from ..read.book import book
from ..read.labels import in_language
from . import run


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
        return self.literal(output if 'without-prompt' in self.options else f'$ {shown}\n{output}')

    def literal(self, text):
        node = nodes.literal_block(text, text, language='console' if '\n' in text else 'none', translatable=False)
        node['classes'].append('transcript')
        self.set_source_info(node)
        return [node]

    def output(self, command, called=''):
        """What the command prints (both streams); it must leave as the directive says."""
        here, wanted = book(self.env.app), self.options.get('exit', 0)
        for path in run.inputs(here.root, command):
            self.env.note_dependency(str(here.root / path))
        try:
            code, output = run.output(here, command, wanted)
        except TimeoutError as error:
            raise self.error(f'{self.name}: {error}') from None
        if code != wanted:
            raise self.error(f'{self.name}: "{called or command}" left with {code}, not {wanted}; it said:\n{output}')
        return output

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
        command = ' '.join(self.arguments[0].split())
        svg = self.output(in_language(self.env.app) + command, command)
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


class KeptTranscript(Transcript):
    """.. kept-transcript:: NAME - the session that docs/transcripts/NAME.txt keeps: its command, and what that printed.

    :typed: is one of gdb's commands in it: that stands above, in place of the session's.
    """

    option_spec = {
        **{one: Transcript.option_spec[one] for one in ('from', 'to')},
        'typed': directives.unchanged_required,
    }

    def run(self):
        path = book(self.env.app).root / 'docs' / 'transcripts' / f'{self.arguments[0]}.txt'
        self.env.note_dependency(str(path))
        try:
            _licence, command, printed = path.read_text(encoding='utf-8').split('\n', 2)
        except (FileNotFoundError, ValueError):
            raise self.error(f'{self.name}: no session is kept in docs/transcripts/{path.name}') from None
        typed = self.options.get('typed', command)
        if typed not in command:
            raise self.error(f'{self.name}: "{typed}" is not in the command of docs/transcripts/{path.name}')
        prompt = '(gdb) ' if 'typed' in self.options else ''
        return self.literal(f'{prompt}{typed}\n{self.cut(printed.rstrip(chr(10)))}')


def setup(app):
    app.add_directive('transcript', Transcript)
    app.add_directive('kept-transcript', KeptTranscript)
    app.add_directive('picture-of', PictureOf)
    app.add_directive('gdb', Gdb)

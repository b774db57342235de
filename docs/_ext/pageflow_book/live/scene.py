# SPDX-License-Identifier: GPL-2.0-only
"""`scene`: a worked example, carried out while the site is built, and drawn.

It takes the commands of `pageflow shell` from a file, or from its own lines:

    .. scene:: docs/scenarios/first-requests.pf
       :to: free

    .. scene::

       machine 64M
       pagetypeinfo
       alloc GFP_KERNEL 3
       pagetypeinfo

It shows each command, the events that fired, and what was said. Where the commands ask for the state (`buddyinfo` or
`pagetypeinfo`, or `draw`) stand the free lists as the shell draws them: a row for each zone and migratetype that has
free blocks, a square for each order. Squares that differ from the state drawn before are outlined, with the difference.
`draw zones` shows each zone's free pages against its watermarks, `draw lru` the LRU lists and what became of their pages. `steps COMMAND` shows what compaction does while the command
is carried out, a strip of pageblocks for each step.

All commands are carried out; these choose what is shown of them:

    :from: TEXT   begin with the first command that this regular expression is found in
    :to: TEXT     end with the next command that this one is found in
    :zone: NAME   draw only this zone: `DMA`, or `1 Normal` for one node's
    :alt: WORDS   said in addition to the figures to those who cannot see the drawing
    :exit: N      how the shell must leave, when not with 0

Events are shown from the first `machine` or `load` on, unless the commands say `trace on` or `trace off` themselves.
Many events are told as one line for each kind. Lines `trace on` and `trace off`, and comments, are not shown.
"""

import json
import re
import shlex
from html import escape

from docutils import nodes
from docutils.parsers.rst import directives

from ..chapter import ready
from ..draw import formats
from ..read.book import book
from ..read.labels import in_language
from ..read.text import _
from .transcript import Transcript

LINES = 12
TITLE = re.compile('<title[^>]*>(.*)</title>')


class free_lists(nodes.General, nodes.Element):
    """A drawing of a state. Its child is what other formats get."""


class Scene(Transcript):
    """.. scene:: FILE, or its own commands."""

    required_arguments, optional_arguments = 0, 1
    has_content = True
    option_spec = {
        'from': directives.unchanged_required,
        'to': directives.unchanged_required,
        'zone': directives.unchanged_required,
        'alt': directives.unchanged_required,
        'exit': directives.nonnegative_int,
    }

    def run(self):
        text = self.text()
        commands = ready.commands(text)
        if not commands:
            raise self.error('scene: it has no commands')
        first, last = self.part(commands)
        file, zone = ' '.join(self.arguments), self.options.get('zone', '')
        shown = ready.place(self.env, ['pf-scene'], text, file, (first, last), zone)
        for done in self.perform(text)[first:last]:
            if not done['command'].startswith('trace '):
                shown += self.step(done)
        if self.arguments:
            shown += self.paragraph(_('To see it again: '), nodes.literal('', self.shell()), classes=['pf-meta'])
        self.set_source_info(shown)
        return [shown]

    def shell(self):
        return ' '.join(['build/pageflow shell', *self.arguments])

    def text(self):
        if not self.arguments:
            return '\n'.join(map(str, self.content))
        if self.content:
            raise self.error('scene: takes a file or commands, not both')
        path = book(self.env.app).root / self.arguments[0]
        if not path.is_file():
            raise self.error(f'scene: there is no file {self.arguments[0]}')
        self.env.note_dependency(str(path))
        return path.read_text(encoding='utf-8')

    def perform(self, text):
        """Carries the commands out. What became of each, as the shell writes it down."""
        zone = f' --zone {shlex.quote(self.options["zone"])}' if 'zone' in self.options else ''
        shell = f'build/pageflow shell --json{zone}'
        shell += f' {shlex.quote(self.arguments[0])}' if self.arguments else f" <<'END'\n{text}\nEND"
        lines = self.output(in_language(self.env.app) + shell, self.shell()).split('\n')
        if not all(line.startswith('{') for line in lines):
            raise self.error('scene: the shell said:\n' + '\n'.join(line for line in lines if line[:1] != '{'))
        return list(map(json.loads, lines))

    def part(self, commands):
        first = self.index(commands, 0, self.options['from']) if 'from' in self.options else 0
        last = self.index(commands, first, self.options['to']) + 1 if 'to' in self.options else len(commands)
        return first, last

    def index(self, lines, start, pattern):
        for at in range(start, len(lines)):
            if re.search(pattern, lines[at]):
                return at
        raise self.error(f'scene: no command matches "{pattern}"')

    def step(self, done):
        step = nodes.container(classes=['pf-step'])
        step += self.paragraph(nodes.literal('', done['command']), classes=['pf-command'])
        if done['events']:
            step += nodes.bullet_list('', *map(self.event, done['events']), classes=['pf-events'])
        said = done.get('said', done['output']).removesuffix('\n')
        words = (said.split('\n') if said else []) + done['errors']
        if len(words) > LINES:
            words[LINES - 1 :] = [_('(%s lines more)') % (len(words) - LINES + 1)]
        if words:
            text = '\n'.join(words)
            step += nodes.literal_block(text, text, language='none', translatable=False, classes=['pf-said'])
        step.extend(map(self.drawing, done['pictures']))
        return step

    def event(self, told):
        times = f' ×{told["count"]:,}' if told['count'] > 1 else ''
        words, fields = told['meaning'], told['fields']
        parts = [nodes.literal('', told['name']), times + (f' {words}' if words else '')]
        if fields:
            parts += [' ', nodes.inline('', fields, classes=['pf-fields'])]
        return nodes.list_item('', self.paragraph(*parts))

    def paragraph(self, *parts, classes=()):
        made = nodes.paragraph('', '', classes=list(classes))
        made += [nodes.Text(part) if isinstance(part, str) else part for part in parts]
        self.set_source_info(made)
        return made

    def drawing(self, picture):
        ident = f'scene{self.env.new_serialno("pageflow-scene")}'
        svg = re.sub(r'\bpf-([td])(?=[" ])', rf'{ident}-\1', picture['svg'].rstrip('\n'))
        if 'alt' in self.options:
            alt = ' '.join(self.options['alt'].split())
            svg = svg.replace('</desc>', f' {escape(alt)}</desc>')
        node = free_lists(svg=svg)
        text = picture['text'].rstrip('\n')
        node += nodes.literal_block(text, text, language='none', translatable=False)
        self.set_source_info(node)
        return node


def visit_html(translator, node):
    caption = TITLE.search(node['svg'])[1]
    translator.body.append(
        f'<figure class="pf-picture pf-state">{node["svg"]}<figcaption>{caption}</figcaption></figure>'
    )
    raise nodes.SkipNode


def setup(app):
    formats.add_picture(app, free_lists, visit_html)
    app.add_directive('scene', Scene)

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
`pagetypeinfo`) it draws the free lists: a row for each zone and migratetype that has free blocks, a square for each
order. Squares that differ from the state drawn before are outlined, with the difference.

All commands are carried out; these choose what is shown of them:

    :from: TEXT   begin with the first command that this regular expression is found in
    :to: TEXT     end with the next command that this one is found in
    :zone: NAME   draw only this zone: `DMA`, or `1 Normal` for one node's
    :alt: WORDS   said in addition to the figures to those who cannot see the drawing
    :exit: N      how the shell must leave, when not with 0

Events are shown from the first `machine` or `load` on, unless the commands say `trace on` or `trace off` themselves.
Many events are told as one line for each kind. Lines `trace on` and `trace off`, and comments, are not shown.
"""

import re
from html import escape

from docutils import nodes
from docutils.parsers.rst import directives

from ..draw import formats
from ..read.book import book
from ..read.events import TYPES, in_words, meaning, read, tell
from ..read.text import _
from .transcript import Transcript

ASKS = ('buddyinfo', 'pagetypeinfo')
MARK, MARKED = 'help quit', re.compile(r'^quit +end the session$')  # between the commands: what it prints is known
LINES = 12
WIDTH, SIDE, TOP, ORDERS = 360, 62, 15, 11
CELL = (WIDTH - SIDE) / ORDERS
FREE = re.compile(r'Node +(\d+), zone +(\S+), type +(\S+) +((?:>?\d+ *)+)$')
BLOCKS = re.compile(r'Node (\d+), zone +(\S+) +((?:\d+ *)+)$')


class free_lists(nodes.General, nodes.Element):
    """A drawing of a state. Its child is what other formats get."""


class State:
    """The free lists and the pageblocks of all zones, read from what pagetypeinfo prints."""

    def __init__(self, text):
        self.free, self.blocks = {}, {}
        for line in text.split('\n'):
            found = FREE.match(line)
            if found:
                counts = [int(one.lstrip('>')) for one in found[4].split()]
                self.free.setdefault((int(found[1]), found[2]), {})[found[3]] = counts
            found = BLOCKS.match(line)
            if found:
                counts = dict(zip(TYPES, map(int, found[3].split())))
                self.blocks[int(found[1]), found[2]] = {name: count for name, count in counts.items() if count}

    def only(self, zone):
        """Leaves one zone, named as `NAME` or `NODE NAME`."""
        self.free = {key: rows for key, rows in self.free.items() if zone in (key[1], f'{key[0]} {key[1]}')}

    def pages(self, zone):
        return sum(count << order for counts in self.free[zone].values() for order, count in enumerate(counts))


def rows(state, before):
    """{zone: [(type, counts, differences)]}: the types with free blocks, now or in the state before."""
    found = {}
    for zone, types in state.free.items():
        found[zone] = []
        for name, counts in types.items():
            earlier = before.free.get(zone, {}).get(name, counts) if before else counts
            if any(counts) or any(earlier):
                found[zone].append((name, counts, [now - then for now, then in zip(counts, earlier)]))
    return found


def signed(number):
    return f'+{number}' if number > 0 else f'−{-number}'


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
        commands = self.commands()
        if not commands:
            raise self.error('scene: it has no commands')
        said = self.perform(commands)
        first, last = self.part(commands)
        self.drawn, self.number = None, 0
        shown = nodes.container(classes=['pf-scene'])
        for command, output in list(zip(commands, said))[first:last]:
            if not command.startswith('trace '):
                shown += self.step(command, output)
        if self.arguments:
            shown += self.paragraph(_('To see it again: '), nodes.literal('', self.shell()), classes=['pf-meta'])
        self.set_source_info(shown)
        return [shown]

    def shell(self):
        return ' '.join(['build/pageflow shell', *self.arguments])

    def commands(self):
        lines = [str(line) for line in self.content]
        if self.arguments:
            if lines:
                raise self.error('scene: takes a file or commands, not both')
            path = book(self.env.app).root / self.arguments[0]
            if not path.is_file():
                raise self.error(f'scene: there is no file {self.arguments[0]}')
            self.env.note_dependency(str(path))
            lines = path.read_text(encoding='utf-8').split('\n')
        return [line.strip() for line in lines if line.strip() and not line.strip().startswith('#')]

    def perform(self, commands):
        """Carries them out. What each of them printed, as lists of lines."""
        script = []
        traced = any(command.startswith('trace ') for command in commands)
        for command in commands:
            script.append('pagetypeinfo' if command in ASKS else command)
            if not traced and command.split()[0] in ('machine', 'load'):
                script.append('trace on')
                traced = True
            script.append(MARK)
        output = self.output("build/pageflow shell <<'END'\n" + '\n'.join(script) + '\nEND', self.shell())
        said = [[]]
        for line in output.split('\n'):
            if MARKED.match(line):
                said.append([])
            else:
                said[-1].append(line)
        return said

    def part(self, commands):
        first = self.index(commands, 0, self.options['from']) if 'from' in self.options else 0
        last = self.index(commands, first, self.options['to']) + 1 if 'to' in self.options else len(commands)
        return first, last

    def index(self, lines, start, pattern):
        for at in range(start, len(lines)):
            if re.search(pattern, lines[at]):
                return at
        raise self.error(f'scene: no command matches "{pattern}"')

    def step(self, command, output):
        step = nodes.container(classes=['pf-step'])
        step += self.paragraph(nodes.literal('', command), classes=['pf-command'])
        if command in ASKS:
            step += self.drawing('\n'.join(output))
            return step
        events = [event for event in map(read, output) if event]
        if events:
            step += nodes.bullet_list('', *[self.event(told) for told in tell(events)], classes=['pf-events'])
        words = [line for line in output if not read(line)]
        if len(words) > LINES:
            words[LINES - 1 :] = [_('(%s lines more)') % (len(words) - LINES + 1)]
        if words:
            text = '\n'.join(words)
            step += nodes.literal_block(text, text, language='none', translatable=False, classes=['pf-said'])
        return step

    def event(self, told):
        times = f' ×{told.count:,}' if told.count > 1 else ''
        words, fields = meaning(told.name, told.failed), in_words(told)
        parts = [nodes.literal('', told.name), times + (f' {words}' if words else '')]
        if fields:
            parts += [' ', nodes.inline('', fields, classes=['pf-fields'])]
        return nodes.list_item('', self.paragraph(*parts))

    def paragraph(self, *parts, classes=()):
        made = nodes.paragraph('', '', classes=list(classes))
        made += [nodes.Text(part) if isinstance(part, str) else part for part in parts]
        self.set_source_info(made)
        return made

    def drawing(self, text):
        state = State(text)
        if 'zone' in self.options:
            state.only(self.options['zone'])
        if not state.free:
            raise self.error(f'scene: there is no zone {self.options.get("zone", "")} to draw; it was said:\n{text}')
        self.number += 1
        ident = f'scene{self.env.new_serialno("pageflow-scene")}'
        node = free_lists(state=state, before=self.drawn, number=self.number, ident=ident)
        node['words'] = ' '.join([*sentences(state, self.drawn), *self.options.get('alt', '').split('\n')]).strip()
        plain = as_text(state, self.drawn)
        node += nodes.literal_block(plain, plain, language='none', translatable=False)
        self.drawn = state
        self.set_source_info(node)
        return node


def place(zone):
    return _('Node %s, zone %s') % zone


def total(state, before, zone):
    """How many pages of the zone are on its lists, and how many more than before."""
    now, more = state.pages(zone), 0
    if before and zone in before.free:
        more = now - before.pages(zone)
    return _('%s pages free') % f'{now:,}' + (f' ({signed(more)})' if more else '')


def blocks(state, zone):
    return ', '.join(f'{name} {count:,}' for name, count in state.blocks.get(zone, {}).items())


def sentences(state, before):
    """The same in words: what the drawing says to those who cannot see it."""
    for zone, types in rows(state, before).items():
        yield f'{place(zone)}: {total(state, before, zone)}.'
        for name, counts, changes in types:
            parts = []
            for order, (count, change) in enumerate(zip(counts, changes)):
                if count or change:
                    parts.append(
                        _('%s of order %s') % (f'{count:,}', order) + (f' ({signed(change)})' if change else '')
                    )
            yield f'{name}: {", ".join(parts)}.'
        yield _('Pageblocks: %s.') % blocks(state, zone)


def as_text(state, before):
    """The same as a table of plain text, for formats without drawings."""
    lines = [f'{_("order"):<24}' + ''.join(f'{order:>9}' for order in range(ORDERS))]
    for zone, types in rows(state, before).items():
        lines.append(f'{place(zone)}: {total(state, before, zone)}')
        for name, counts, changes in types:
            cells = [
                f'{count or "."}' + (f' {signed(change)}' if change else '') for count, change in zip(counts, changes)
            ]
            lines.append(f'  {name:<22}' + ''.join(f'{cell:>9}' for cell in cells))
        lines.append('  ' + _('pageblocks: %s') % blocks(state, zone))
    return '\n'.join(line.rstrip() for line in lines)


class Sheet:
    """The drawing of one state."""

    def __init__(self, node):
        self.node, self.parts, self.y, self.changed = node, [], 0, False

    def text(self, x, y, words, css, anchor=''):
        at = f' text-anchor="{anchor}"' if anchor else ''
        self.parts.append(f'<text x="{x:g}" y="{y:g}" class="{css}"{at}>{escape(words)}</text>')

    def zone(self, zone, types):
        state, before = self.node['state'], self.node['before']
        self.y += TOP
        self.text(0, self.y, place(zone), 'z')
        self.text(WIDTH, self.y, total(state, before, zone), 's', 'end')
        self.y += TOP
        self.text(0, self.y, _('order'), 's')
        for order in range(ORDERS):
            self.text(SIDE + (order + 0.5) * CELL, self.y, str(order), 's', 'middle')
        self.y += 5
        for row in types:
            self.row(*row)
        self.y += TOP - 3
        self.text(0, self.y, _('pageblocks: %s') % blocks(state, zone), 's')
        self.y += 10

    def row(self, name, counts, changes):
        """One free list for each order. The empty ones are one path: most of them are."""
        high = 35 if any(changes) else 21
        self.text(0, self.y + 14.5, name, 't')
        empty = ''
        for order, (count, change) in enumerate(zip(counts, changes)):
            x, w = SIDE + order * CELL, CELL - 2
            if not count and not change:
                empty += f'M{x + 1:g} {self.y + 0.5:g}h{w:g}v{high - 2}h-{w:g}z'
                continue
            css = f'c type-{name[0]}' if count else 'c'
            self.parts.append(
                f'<rect class="{css}{" new" if change else ""}" x="{x + 1:g}" y="{self.y + 0.5:g}" '
                f'width="{w:g}" height="{high - 2}" rx="2"/>'
            )
            self.number(x + CELL / 2, self.y + 14.5, f'{count}', 'v')
            if change:
                self.changed = True
                self.number(x + CELL / 2, self.y + 28, signed(change), 'd')
        self.parts.append(f'<path class="none" d="{empty}"/>')
        self.y += high

    def number(self, x, y, words, css):
        """A figure in a square, made narrower when it has many digits."""
        narrow = f' textLength="{CELL - 5:.0f}" lengthAdjust="spacingAndGlyphs"' if len(words) > 3 else ''
        self.parts.append(f'<text x="{x:g}" y="{y:g}" class="{css}" text-anchor="middle"{narrow}>{words}</text>')

    def figure(self):
        state, before, ident = self.node['state'], self.node['before'], self.node['ident']
        for zone, types in rows(state, before).items():
            self.zone(zone, types)
        title = _('State %s: free blocks by type and order') % self.node['number']
        note = ''
        if before:
            note = _('outlined: changed since state %s') if self.changed else _('as in state %s')
            note = ' · ' + note % (self.node['number'] - 1)
        return (
            f'<figure class="pf-picture pf-state"><svg class="pf-map" viewBox="-1 0 {WIDTH + 2} {self.y:g}" role="img" '
            f'aria-labelledby="{ident}-t {ident}-d" xmlns="http://www.w3.org/2000/svg">'
            f'<title id="{ident}-t">{escape(title)}</title><desc id="{ident}-d">{escape(self.node["words"])}</desc>'
            f'{"".join(self.parts)}</svg><figcaption>{escape(title + note)}</figcaption></figure>'
        )


def visit_html(translator, node):
    translator.body.append(Sheet(node).figure())
    raise nodes.SkipNode


def setup(app):
    formats.add_picture(app, free_lists, visit_html)
    app.add_directive('scene', Scene)

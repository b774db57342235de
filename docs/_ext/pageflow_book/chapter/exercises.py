# SPDX-License-Identifier: GPL-2.0-only
"""`exercise` sets one exercise of a chapter, and the role `seen` takes a figure of its answer from docs/exercises/results.json.

What such an exercise asks for, and what was seen when it was carried out, is kept by `make exercises` (tests/workshop/exercises.py
describes the options that it reads).
"""

import json
import re

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective, SphinxRole

from ..read.text import _
from . import ready
from .answer import answer

ID = re.compile(r'\d\d-\d+$')
RESULTS = 'docs/exercises/results.json'
UNITS = 'no one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen'
UNITS = [*UNITS.split(), 'eighteen', 'nineteen']
TENS = ['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety']


def levels():
    return {'easy': _('easy'), 'middle': _('middle'), 'hard': _('hard')}


def kinds():
    return {'change': _('change and see'), 'predict': _('predict, then check'), 'paper': _('on paper')}


def results(env):
    """{id: what was seen}; notes that the page being read shows it."""
    path = env.srcdir / RESULTS
    env.note_dependency(str(path))
    return json.loads(path.read_text(encoding='utf-8'))['exercises']


def in_words(number, language=None):
    """A small number as a sentence of English has it, in figures elsewhere."""
    if number > 99 or not (language or 'en').startswith('en'):
        return str(number)
    if number < len(UNITS):
        return UNITS[number]
    ten, unit = divmod(number, 10)
    return TENS[ten - 2] + (f'-{UNITS[unit]}' if unit else '')


class Exercise(SphinxDirective):
    """.. exercise:: 09-1 - its content is the question, and the answer in an `answer`.

    :begin: what a reader can change and carry out in the page: the name of a file in docs/scenarios, or commands, one a line.
    """

    has_content = True
    required_arguments = 1
    option_spec = {
        'level': lambda text: directives.choice(text, ('easy', 'middle', 'hard')),
        'kind': lambda text: directives.choice(text, ('change', 'predict', 'paper')),
        **dict.fromkeys(('fails', 'passes', 'recordings', 'scenarios', 'begin'), directives.unchanged_required),
    }

    def run(self):
        self.assert_has_content()
        name = self.arguments[0]
        kind = self.options.get('kind', 'change')
        if not ID.match(name):
            raise self.error(f"exercise: '{name}' is no chapter and number, as 09-1")
        if 'level' not in self.options:
            raise self.error(f'exercise {name}: :level: is easy, middle or hard')
        patch = self.env.srcdir / 'docs' / 'exercises' / f'{name}.patch'
        if (kind == 'change') != patch.is_file():
            raise self.error(f'exercise {name}: {patch.name} is what an exercise that changes code has, and no other')
        node = self.box()
        node['ids'] = [f'exercise-{name}']
        node += self.head(name, kind)
        node += self.parse_content_to_nodes()
        answers = list(node.findall(answer))
        if len(answers) != 1:
            raise self.error(f'exercise {name}: one `answer` is needed')
        if kind == 'change':
            answers[0] += self.shown(name)
        return [node]

    def box(self):
        begin = self.options.get('begin')
        if not begin:
            return nodes.container(classes=['pf-exercise'])
        if not ready.SCENARIO.search(begin):
            return ready.place(self.env, ['pf-exercise'], begin)
        path = self.env.srcdir / begin
        if not path.is_file():
            raise self.error(f'exercise {self.arguments[0]}: there is no file {begin}')
        self.env.note_dependency(str(path))
        return ready.place(self.env, ['pf-exercise'], path.read_text(encoding='utf-8'), begin)

    def head(self, name, kind):
        """Number, kind and level."""
        line = nodes.paragraph(classes=['pf-exercise-head'])
        line += nodes.strong('', name.split('-')[1])
        line += nodes.Text(f' {kinds()[kind]} · {levels()[self.options["level"]]}')
        return line

    def shown(self, name):
        """The command that carries it out."""
        line = nodes.paragraph(classes=['pf-exercise-seen'])
        before, after = _('Without touching your files: %s').split('%s')
        line += [nodes.Text(before), nodes.literal('', f'make exercise E={name}'), nodes.Text(after)]
        return line


class Seen(SphinxRole):
    """:seen:`09-1 ...` - a figure of what was seen when exercise 09-1 was carried out:

    recordings [WORD]        how many recordings diverge (with WORD in their name; `early`, `late`: before, at the last operation)
    Recordings               the same where a sentence begins
    tests NAME               how many tests `make test T=NAME` finds failing, of either configuration
    RECORDING                the operation at which a recording diverges
    RECORDING expected N     the Nth word of what was expected there, or `got`; a page as `page`
    """

    def run(self):
        name, *words = self.text.split()
        try:
            text = self.figure(results(self.env)[name], *words)
        except (KeyError, IndexError, ValueError, TypeError):
            message = self.inliner.reporter.error(f'seen: results.json has no `{self.text}`', line=self.lineno)
            return [], [message]
        return [nodes.Text(text)], []

    def figure(self, result, what, *words):
        language = self.config.language
        diverged = result['recordings']
        if what.lower() == 'recordings':
            word = words[0] if words else ''
            count = sum(word in recording for recording in diverged)
            text = in_words(count, language)
            return text.capitalize() if what[0] == 'R' else text
        if what == 'tests':
            return in_words(len({one.split(': ')[1] for one in result['tests'][words[0]]}), language)
        if not words:
            return str(diverged[what]['op'])
        side, place = words
        fields = diverged[what][side].split()
        if place == 'page':  # a request has it at the end, an event after its letter
            return hex(int(fields[-1 if fields[0] == 'a' else 1]))
        return fields[int(place)]


def setup(app):
    app.add_directive('exercise', Exercise)
    app.add_role('seen', Seen())

# SPDX-License-Identifier: GPL-2.0-only
"""A definition as a listing in HTML: its lines as links and colours, and beside each what the tests did on it."""

import json
import re
from html import escape

from docutils import nodes
from pygments.lexers.c_cpp import CLexer
from pygments.token import STANDARD_TYPES, Comment, Keyword, Name, Token

from ..read import own_lines
from ..read.book import book
from ..read.coverage import ranges, short_count
from ..read.names import targets
from ..read.sources import CONFIGURATIONS, DEPARTS, Definition, SourceError, steps
from ..read.text import _

LEXER = CLexer(stripnl=False, ensurenl=False)
CONFIGURATION_NAMES = {'uma': 'UMA', 'numa': 'NUMA'}
TAB = 8  # columns
LONG = 76  # columns that fit into the narrowest page whose listings do not scroll


def definition_of(app, node):
    for one in book(app).sources.find(node['file'], node['name']):
        if one.start == node['start']:
            return one
    raise SourceError(f"{node['file']}: {node['name']} moved while the site was built; build again")


def visit_html(translator, node):
    app = translator.builder.app
    page = Page.of(translator)
    one = definition_of(app, node)
    listing = page.listing(node, one)
    translator.body.append(folded(one, listing) if node['helper'] else listing)
    raise nodes.SkipNode


def folded(one, listing):
    """A helper's listing behind a line that says what it does."""
    brief = re.sub('`([^`]+)`', r'<code>\1</code>', escape(one.brief))
    return f'<details class="pf-helper"><summary><code>{escape(one.name)}</code> {brief}</summary>{listing}</details>'


class Page:
    """Turns listings into HTML for one page: knows where identifiers lead to from here."""

    def __init__(self, builder, docname):
        self.builder = builder
        self.here = book(builder.app)
        self.docname = docname
        self.targets = targets(builder.app)
        self.links = {}

    @classmethod
    def of(cls, translator):
        if getattr(translator, '_pageflow_page', None) is None:
            translator._pageflow_page = cls(translator.builder, translator.builder.current_docname)
        return translator._pageflow_page

    def link(self, docname, anchor):
        """The address of a place in the book, as this page writes it."""
        if docname not in self.links:
            other = docname != self.docname
            self.links[docname] = self.builder.get_relative_uri(self.docname, docname) if other else ''
        return f'{self.links[docname]}#{anchor}'

    def listing(self, node, one):
        self.level = _heading_level(node)
        self.anchor = node['ids'][0]
        lines = self.here.coverage.lines(one.file) if self.here.coverage else {}
        mine = {number: line for number, line in lines.items() if one.start <= number <= one.end}
        if one.kind not in ('function',):
            mine = {}
        parts = [
            f'<figure class="pf-listing{"" if mine else " no-cov"}" id="{escape(self.anchor)}">',
            self.caption(one, mine),
            f'<div class="highlight pf-code" tabindex="0" role="group" aria-label="{escape(one.name)}, C">',
            '<div class="pf-in">',
            *self.rows(one, mine),
            '</div></div>',
        ]
        if mine:
            parts.append(self.data(one, mine))
        parts.append('</figure>')
        return ''.join(parts)

    def caption(self, one, lines):
        words = [f'<a class="fn" href="#{escape(self.anchor)}">{escape(one.name)}</a>']
        if len(one.configurations) == 1:
            words.append(f'<span class="chip">{_("%s only") % CONFIGURATION_NAMES[one.configurations[0]]}</span>')
        words.append(f'<span class="src">{escape(one.file)}</span>')
        if lines:
            words.append(self.figures(one, lines))
        elif self.here.coverage and self.here.coverage.is_stale(one.file):
            words.append(f'<span class="figures">{_("changed since the tests were counted: “make coverage”")}</span>')
        return f'<figcaption>{"".join(words)}</figcaption>'

    def figures(self, one, lines):
        counted = [line for line in lines.values() if line.state != 'off']
        run = sum(1 for line in counted if line.count)
        taken, outcomes = sum(line.taken for line in counted), sum(line.all_outcomes for line in counted)
        tests = {test for line in lines.values() for ids in line.tests.values() for test in ids}
        calls = self.here.coverage.calls(one.file, one.name)
        words = []
        if calls is not None:
            words.append(_('called %s times') % f'{calls:,}' if calls else _('never called'))
        words.append(_('lines %s/%s') % (run, len(counted)))
        if outcomes:
            words.append(_('branches %s/%s') % (taken, outcomes))
        words.append(_('1 test') if len(tests) == 1 else _('%s tests') % len(tests))
        good = run == len(counted) and taken == outcomes
        return f'<span class="figures{" good" if good else ""}">{" · ".join(escape(word) for word in words)}</span>'

    def rows(self, one, lines):
        """The lines of a definition; a comment that titles a step is a heading."""
        self.begin(one)
        titles, code, at = steps(one.text), self.code_lines(one), 0
        while at < len(code):
            step = titles.get(at)
            if step:
                yield self.step(step, at > 0 and not one.text[at - 1].strip())
            elif one.text[at].strip() or at + 1 not in titles:  # a heading brings its own room
                yield self.row(one, one.start + at, code[at], lines.get(one.start + at))
            at += step.lines if step else 1

    def begin(self, one):
        """What rows are told by: the marked ones, and the configurations and the kind of the row before."""
        self.departing = self._departing_rows(one)
        self.own = self.here.sources.own_lines(one.file)
        self.own_word = own_lines.WORD if one.file.startswith(own_lines.STAGES) else None
        self.before, self.own_before, self.expected = one.configurations, None, None

    def step(self, step, apart):
        """A heading; `apart` is whether an empty line stands before the comment, which is the heading's own room."""
        ident = escape(f'{self.anchor}-step-{step.number}')
        self.own_before = None
        return (
            f'<h{self.level} class="step{" apart" if apart else ""}" id="{ident}"><span>{_("Step %s") % step.number}</span> '
            f'{escape(_(step.title))}'
            f'<a class="headerlink" href="#{ident}" title="{_("Link to this step")}">¶</a></h{self.level}>'
        )

    def row(self, one, number, code, line, ident=None):
        """One line of a file: its counts, its code, and marks where another set of configurations begins to compile it, and
        where lines begin that are our own."""
        source = one.text[number - one.start]
        only, chip, classes = self.here.sources.configurations(one.file)[number], '', ['r', *_hanging(source)]
        if len(only) == 1 and len(one.configurations) == 2:
            classes.append('only')
            if only != self.before:
                chip = f'<span class="chip">{_("%s only") % CONFIGURATION_NAMES[only[0]]}</span>'
        self.before = only
        if number in self.departing:
            classes.append('departs')
        gutter = '<span class="g"></span>'
        if line:
            classes.append('s-' + line.state)
            gutter = self.gutter(line)
        own = self.own.get(number)
        if own:
            classes.append('ours')
        mark, place = self.mark(own, source), f' id="{ident}"' if ident else ''
        if number != self.expected:  # a row has the number behind that of the row before, unless it says another
            place += f' style="--n:{number}"'
        self.expected = number + 1
        return f'<div class="{" ".join(classes)}"{place}>{gutter}<code>{code or chr(10)}</code>{chip}{mark}</div>'

    def mark(self, own, source):
        """The mark at the first of some lines that are our own, and at a word that is; it leads to what it means."""
        first, self.own_before = own != self.own_before, own
        kind = own if own and first else 'hints' if self.own_word and self.own_word.search(source) else None
        if not kind:
            return ''
        words = escape(own_lines.meaning(kind))
        place = escape(self.link('docs/how-to-read', 'our-own-lines'))
        return f'<a class="own" href="{place}" title="{words}" aria-label="{words}">{_("ours")}</a>'

    def file(self, file, lines, known, anchor):
        """A whole file, each line with its number and an anchor. `lines` are what is shown, `known` what pop-ups tell."""
        text = self.here.sources.lines(file)
        text = text[:-1] if text and not text[-1] else text
        one = Definition(file, '', 'file', 1, len(text), text)
        self.begin(one)
        rows = [
            self.row(one, number, code, lines.get(number), f'{anchor}{number}')
            for number, code in enumerate(self.code_lines(one), 1)
        ]
        return ''.join(
            [
                f'<figure class="pf-listing pf-file" id="file" data-rows="{escape(file)}">',
                f'<div class="highlight pf-code" tabindex="0" role="group" aria-label="{escape(file)}, C">',
                f'<div class="pf-in">{"".join(rows)}</div></div>',
                self.data(one, known),
                '</figure>',
            ]
        )

    def gutter(self, line):
        branches = ''
        if line.all_outcomes:
            branches = f'<i>{line.taken}/{line.all_outcomes}</i>'
        return f'<button type="button" class="g" tabindex="-1"><b>{short_count(line.count)}</b>{branches}</button>'

    @staticmethod
    def _departing_rows(one):
        """The lines covered by `departs:` comments."""
        text = '\n'.join(one.text)
        rows = set()
        for found in DEPARTS.finditer(text):
            first = one.start + text.count('\n', 0, found.start())
            rows.update(range(first, first + found[0].count('\n') + 1))
        return rows

    def data(self, one, lines):
        """What the tooltips need, as JSON: per line and configuration the count, the branches, and a set of tests."""
        sets, rows = {}, {}
        for number, line in lines.items():
            row = []
            for configuration in CONFIGURATIONS:
                if configuration in line.counts:
                    which = sets.setdefault(ranges(line.tests[configuration]), len(sets))
                    row.append([line.counts[configuration], line.branches[configuration], which])
                else:
                    row.append(0)
            reasons = sorted({reason for _kinds, reason in line.excluded.values()})
            rows[number] = row + ([' '.join(reasons)] if reasons else [])
        page = self.here.coverage_page(one.file)
        page = None if page == self.docname else page
        content = {'sets': list(sets), 'rows': rows}
        if page:
            content['page'] = self.builder.get_relative_uri(self.docname, page) + '#' + self.here.coverage.anchor
        text = json.dumps(content, separators=(',', ':')).replace('</', '<\\/')
        return f'<script type="application/json" class="pf-data">{text}</script>'

    # -- the C itself --

    def code_lines(self, one):
        """The definition's lines as HTML, one string a line."""
        tokens = list(LEXER.get_tokens('\n'.join(one.text)))
        done, line = [], []
        previous = ''
        for at, (kind, text) in enumerate(tokens):
            shown = self.token(kind, text, previous, tokens, at, one)
            if text.strip():
                previous = text
            pieces = text.split('\n')
            if len(pieces) == 1:
                line.append(shown)
                continue
            for number, piece in enumerate(pieces):
                if number:
                    done.append(''.join(line))
                    line = []
                if piece:
                    line.append(_span(kind, piece))
        done.append(''.join(line))
        return done

    def token(self, kind, text, previous, tokens, at, one):
        if kind not in Name and kind not in Token.Generic:
            return _span(kind, text)
        following = next((after for _kind, after in tokens[at + 1 : at + 3] if after.strip()), '')
        call = following.startswith('(')
        if previous in ('.', '->') or (previous == '>' and at > 1):
            return _span(Token.Text, text)
        if self.own_word and self.own_word.fullmatch(text):
            return f'<span class="own-word">{escape(text)}</span>'
        if text == one.name and kind in Name.Function:
            return f'<span class="nf self">{escape(text)}</span>'
        target = self.target(text, previous, call, one)
        if text.isupper() and len(text) > 2:
            kind = Name.Constant
        elif call:
            kind = Name.Function
        elif kind in Name.Function:
            kind = Token.Text
        shown = _span(kind, text)
        return f'<a href="{escape(target)}">{shown}</a>' if target else shown

    def target(self, name, previous, call, one):
        if name == one.name:
            return None
        kinds = self.targets.get(name)
        if not kinds:
            return None
        if previous in ('struct', 'union', 'enum'):
            found = kinds.get(previous)
        elif call or name.isupper():
            found = kinds.get('code') or kinds.get('function') or kinds.get('macro') or kinds.get('enumerator')
        else:
            found = kinds.get('type') or kinds.get('macro') or kinds.get('enumerator')
        return self.link(*found) if found else None


def _hanging(source):
    """The class of a line that may have to be wrapped: by its tabs, below which the rest hangs."""
    if len(source.expandtabs(TAB)) <= LONG:
        return []
    return [f'w{len(source) - len(source.lstrip(chr(9)))}']


def _span(kind, text):
    if not text:
        return ''
    while kind not in STANDARD_TYPES:
        kind = kind.parent
    css = STANDARD_TYPES[kind]
    if kind in Comment and kind not in Comment.Preproc and kind not in Comment.PreprocFile:
        css = 'c'
    if css in ('', 'w', 'n', 'p', 'o') or kind in (Token.Text, Keyword.Pseudo):
        return escape(text, quote=False)
    return f'<span class="{css}">{escape(text, quote=False)}</span>'


def _heading_level(node):
    level, parent = 1, node.parent
    while parent is not None:
        level += isinstance(parent, nodes.section)
        parent = parent.parent
    return min(level, 6)

# SPDX-License-Identifier: GPL-2.0-only
"""What the search page looks through, as one script: what every section says, every name and term of the book with its meaning,
and the words under which readers look for a page.

A browser may not fetch from a page that was opened from a file, so all of it comes in a script, with the texts from which the
excerpts are cut. What nobody looks for is left out: parameters, the lines of listings, tests, answers of exercises, and the names
of those rooms whose code the book does not show.
"""

import re
import shutil
from pathlib import Path

import sphinx.search
from docutils import nodes
from sphinx import addnodes
from sphinx.errors import ExtensionError

from ..chapter import glossary
from ..chapter.answer import answer
from ..chapter.folds import test_fold
from ..chapter.listing import c_listing
from ..draw.picture import picture
from ..read.book import book, notes
from ..read.names import targets
from ..read.sources import steps
from ..read.text import _
from .shared import script_words, write_script

WORDS = 'docs/search-words.tsv'
STEMMER = Path(sphinx.search.__file__).parent / 'minified-js'  # of the Snowball project, in JavaScript, with Sphinx
STEMMERS = ('base-stemmer.js', 'english-stemmer.js')
SHOWN = re.compile(r'(include|src/stages|src/world)/')  # the rooms whose names a reader meets
# What stands in these is no prose: tables of tests, names and figures, and what a machine printed for a drawing.
PASSED = {
    'pf-tests',
    'pf-proofs',
    'pf-provenance',
    'pf-conditions',
    'pf-functions',
    'pf-figures',
    'pf-meta',
    'pf-said',
    'pf-events',
}
SKIPPED = (addnodes.desc, addnodes.index, nodes.Invisible, nodes.raw, nodes.title, nodes.section, answer, test_fold)
# Sections that list all tests, and those of one helper function each, which is found by its name.
UNTITLED = re.compile(r'tests-tests-|fn-')
FILE = re.compile(r'[\w/]+\.[ch]')
TAGGED = ('struct', 'union', 'enum')
IDENTIFIER = re.compile(r'\b\w*[a-z0-9]_\w+(?:\(\))?')


def squeeze(text):
    return ' '.join(text.split())


def words_of(node):
    """The text of a paragraph, without the marks of claims."""
    words = squeeze(''.join(text for text in node.findall(nodes.Text) if not in_claim(text)))
    return re.sub(r' ([.,;:)])', r'\1', words)


def in_claim(text):
    """A claim's mark is a link within an inline element of this class."""
    above = text.parent
    while isinstance(above, nodes.Inline | addnodes.pending_xref):
        if 'claim' in above.get('classes', ()):
            return True
        above = above.parent
    return False


def said(node):
    """The texts below a node that a reader may look for, one by one."""
    if isinstance(node, SKIPPED) or not isinstance(node, nodes.Element) or PASSED.intersection(node.get('classes', ())):
        return
    if isinstance(node, c_listing):
        yield from titles(node.astext().split('\n'))
    elif isinstance(node, picture):
        yield f'{node["title"]}: {node["alt"]}'
    elif 'transcript' in node.get('classes', ()):
        yield node.astext().partition('\n')[0]  # the command; below it are numbers
    elif isinstance(node, nodes.TextElement):
        yield words_of(node)
    else:
        for child in node.children:
            yield from said(child)


def titles(lines):
    """What the steps of a listing are called."""
    return [_(step.title) for step in steps(lines).values()]


def sections(doctree):
    """(anchor, title, text) of each section; the first is the page's own, whose anchor is ''."""
    for section in doctree.findall(nodes.section):
        anchor = section['ids'][0] if isinstance(section.parent, nodes.section) else ''
        if UNTITLED.match(section['ids'][0]):
            continue
        text = ' '.join(one for child in section.children for one in said(child) if one)
        if text or not anchor:
            yield anchor, squeeze(section.next_node(nodes.title).astext()), text


def parts(app):
    """docname -> the part of the book it is in: the caption above it in the table of contents."""
    found = {}
    for tree in app.env.get_doctree(app.config.root_doc).findall(addnodes.toctree):
        for docname in tree['includefiles']:
            found[docname] = tree['caption'] or ''
    return found


class Index:
    """The data under construction. An entry is [page, anchor, kind, title, text, words it is looked for under]."""

    def __init__(self, app):
        self.app, self.here = app, book(app)
        self.order = glossary.reading_order(app.env)
        self.order += sorted(set(app.env.found_docs) - set(self.order))
        self.pages, self.entries, self.places = [], [], {}
        self.hidden = self.internal()
        self.add_sections()
        self.add_names()
        self.add_terms()
        self.add_claims()
        self.add_words()

    def internal(self):
        """The names that no page is about: tests, and what only rooms define whose code the book does not show."""
        shown, inside = set(), {one.name for one in self.here.sources.test_list()}
        for file, found in self.here.sources.definitions.items():
            (shown if SHOWN.match(file) else inside).update(one.name for one in found)
        return {name for name in inside - shown if not name.startswith(('pageflow_', 'PAGEFLOW_'))}

    def clean(self, text):
        return squeeze(IDENTIFIER.sub(lambda one: '' if one[0].removesuffix('()') in self.hidden else one[0], text))

    def add(self, docname, anchor, kind, title, text):
        place = (docname, anchor, title if kind not in ('page', 'section', 'file') else '')
        if place not in self.places:
            self.places[place] = entry = [self.order.index(docname), anchor, kind, title, self.clean(text), '']
            self.entries.append(entry)

    def add_sections(self):
        known = parts(self.app)
        for docname in self.order:
            title = squeeze(self.app.env.titles[docname].astext())
            self.pages.append([docname, title, known.get(docname, '')])
            for anchor, heading, text in sections(self.app.env.get_doctree(docname)):
                kind = 'file' if FILE.fullmatch(heading) else 'section'
                self.add(docname, anchor, kind if anchor else 'page', heading, text)

    def add_names(self):
        """The names that have a place in the book, with their meanings and the titles of their steps; then the fields."""
        meanings = self.meanings()
        for name, kinds in sorted(targets(self.app).items()):
            kind = next((one for one in kinds if one not in ('code', 'functionParam')), 'function')
            place, name = kinds.get('code') or kinds.get(kind), name.rpartition('.')[2]
            if place and name not in self.hidden:
                self.add(*place, kind, f'{kind} {name}' if kind in TAGGED else name, meanings.get(name, ''))
        for one in self.here.sources.members:
            place = targets(self.app).get(one.of, {}).get('code')
            if one.kind == 'member' and place and SHOWN.match(one.file):
                where = _('In struct %s.') % one.of
                self.add(*place, 'field', one.name, f'{where} {one.doc}')

    def meanings(self):
        found = {one.name: one.doc for one in self.here.sources.members if one.kind == 'enumerator'}
        for definitions in self.here.sources.definitions.values():
            for one in definitions:
                if one.doc and (SHOWN.match(one.file) or one.name not in found):
                    found[one.name] = ' · '.join([one.brief.replace('`', ''), *titles(one.text)])
        return found

    def add_terms(self):
        for docname, mine in sorted(notes(self.app.env).items()):
            for definition, name, _line, anchor, words in mine.get('terms', ()):
                if definition:
                    self.add(docname, anchor, 'term', name, words)

    def add_claims(self):
        for docname, mine in sorted(notes(self.app.env).items()):
            for claim in mine['claims']:
                self.add(docname, f'claim-{claim}', 'claim', claim, mine['claim_words'][claim])

    def add_words(self):
        """What search-words.tsv adds."""
        for number, words, target, note in read_words(self.app):
            docname, _hash, anchor = target.partition('#')
            if docname not in self.order and (self.app.srcdir / f'{docname}.rst').is_file():
                continue  # a part of the book is built
            if docname not in self.order or (anchor and not self.has(docname, anchor)):
                raise ExtensionError(f'{WORDS}:{number}: {target}: no such place in the book; correct page or anchor')
            if note:
                for one in words.split(', '):
                    self.entries.append([self.order.index(docname), anchor, 'elsewhere', one, _(note), one])
                continue
            found = next(one for place, one in self.places.items() if place[:2] == (docname, anchor))
            found[5] = ', '.join(filter(None, (found[5], words)))

    def has(self, docname, anchor):
        return any(place[:2] == (docname, anchor) for place in self.places)

    def kinds(self):
        """What a kind of name is called; a section or a page needs no such word."""
        return {
            'file': _('file'),
            'field': _('field'),
            'function': _('function'),
            'macro': _('macro'),
            'enumerator': _('constant'),
            'struct': _('structure'),
            'union': _('structure'),
            'enum': _('enumeration'),
            'type': _('type'),
            'member': _('variable'),
            'term': _('term'),
            'claim': _('claim'),
            'elsewhere': _('not in this book'),
        }


def read_words(app):
    """(line number, words, place, note) of each row."""
    path, known = app.srcdir / WORDS, set()
    rows = path.read_text(encoding='utf-8').splitlines() if path.is_file() else ()
    for number, row in enumerate(rows, 1):
        cells = row.split('\t')
        if row.startswith('#') or not row:
            continue
        if len(cells) not in (2, 3):
            raise ExtensionError(f'{WORDS}:{number}: {len(cells)} cells; needed: words, place and perhaps a note')
        for word in cells[0].lower().split(', '):
            if word in known:
                raise ExtensionError(f'{WORDS}:{number}: "{word}" leads to two places; leave one of them')
            known.add(word)
        yield number, cells[0], cells[1], cells[2] if len(cells) == 3 else ''


def words(app):
    """What the search page says that a translation must have."""
    return [*script_words('search.js'), *(note for _number, _words, _place, note in read_words(app) if note)]


def write(app, error):
    if error or app.builder.name != 'html':
        return
    index, static = Index(app), app.outdir / '_static'
    words = {one: _(one) for one in script_words('search.js') if _(one) != one}
    data = {'pages': index.pages, 'entries': index.entries, 'kinds': index.kinds(), 'words': words}
    write_script(static / 'search-data.js', 'PAGEFLOW_SEARCH', data)
    for name in STEMMERS:
        shutil.copyfile(STEMMER / name, static / name)


def replace_sphinx(app):
    """Sphinx makes neither its index nor its page."""
    app.builder.search = False
    if app.builder.name == 'html':
        app.config.html_additional_pages['search'] = 'search.html'


def setup(app):
    app.connect('builder-inited', replace_sphinx)
    app.connect('build-finished', write)

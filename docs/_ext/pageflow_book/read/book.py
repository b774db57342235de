# SPDX-License-Identifier: GPL-2.0-only
"""What all directives share during one build: the sources, the coverage, and notes kept in the environment."""

import tree_facts

from . import chain, doxygen, tracefile
from .coverage import Coverage
from .sources import Sources
from .test_files import TestFiles
from .vocabulary import Vocabulary


class Book:
    """One build's view of the tree, kept on the application object and never pickled."""

    def __init__(self, app):
        self.root = app.srcdir
        self.build = self.root / app.config.pageflow_build
        self.sources = Sources(self.root)
        self.test_files = TestFiles(self.sources)
        self.vocabulary = Vocabulary(self.build / 'pageflow')
        self.coverage = Coverage(self.build / 'coverage' / 'coverage.json')
        self.traced = tracefile.read(self.build / 'coverage' / 'merged.info')
        self.stamps = self.build / 'doctrees' / 'coverage-stamps'
        self.targets = None
        self.toctrees, self.digests = {}, {}
        self.kernel_map = tree_facts.KernelMap(self.root)

    def stamp(self, file):
        """A small file that changes only when the coverage of one source file does: what a page depends on.

        Depending on coverage.json itself would re-read every chapter after every coverage run.
        """
        path = self.stamps / (file.replace('/', '+') + '.stamp')
        digest = self.coverage.digest(file)
        if not path.is_file() or path.read_text() != digest:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(digest)
        return str(path)

    def written(self, docnames):
        """The text of pages as their author wrote it, such as a chapter's with that of its continuation."""
        paths = [self.root / f'{docname}.rst' for docname in docnames]
        return '\n'.join(path.read_text(encoding='utf-8') for path in paths if path.is_file())

    def coverage_page(self, file):
        """The page (without .html) that shows the whole of a file with its counts; None when there is none."""
        return f'coverage/{file}.gcov' if self.coverage and file in self.traced else None

    def depend(self, env, file):
        """Notes that the page being read shows this source file and its coverage."""
        env.note_dependency(str(self.root / file))
        env.note_dependency(self.stamp(file))


def book(app):
    return app._pageflow_book


def start(app):
    app._pageflow_book = Book(app)


def outdated(app, env, added, changed, removed):
    """Tests are known by their number in one list: when the list changes, every chapter is written again."""
    digest = book(app).coverage.tests_digest
    if getattr(env, 'pageflow_tests', digest) == digest:
        env.pageflow_tests = digest
        return []
    env.pageflow_tests = digest
    return [docname for docname in chain.BY_DOCNAME if docname in env.found_docs]


def forget(app, env, docname):
    notes(env).pop(docname, None)


def merge(app, env, docnames, other):
    """Takes over what another process noted of the pages it read."""
    for docname in docnames:
        if docname in notes(other):
            notes(env)[docname] = notes(other)[docname]


def warm_up(app, env, docnames):
    """What every process needs is read before they part."""
    if len(docnames) > 1:
        here = book(app)
        doxygen.documented(here)
        for file in here.sources.definitions:
            here.coverage.lines(file)


def depend_on_chapter(env, stage):
    """Notes that the page being read says something about the text of a stage's chapter. (A page that is not there
    would count as changed every time.)"""
    for docname in stage.docnames:
        if docname in env.found_docs:
            env.note_dependency(env.doc2path(docname))


def notes(env):
    """Per-document notes: docname -> what its directives showed and claimed."""
    if not hasattr(env, 'pageflow_notes'):
        env.pageflow_notes = {}
    return env.pageflow_notes


def note(env, docname=None):
    """The notes of one document: listings (name -> anchor), shown {(file, name)}, claims {id: anchor}."""
    return notes(env).setdefault(
        docname or env.docname, {'listings': {}, 'shown': set(), 'claims': {}, 'claim_refs': {}}
    )


def setup(app):
    app.add_config_value('pageflow_build', 'build', 'env')
    app.connect('builder-inited', start, priority=100)
    app.connect('env-get-outdated', outdated)
    app.connect('env-purge-doc', forget)
    app.connect('env-merge-info', merge)
    app.connect('env-before-read-docs', warm_up)

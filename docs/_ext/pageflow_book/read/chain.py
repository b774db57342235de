# SPDX-License-Identifier: GPL-2.0-only
"""The chain of stages, read from chain.json: the one place that knows their order and who calls whom."""

import json
from dataclasses import dataclass
from pathlib import Path

from .text import _


@dataclass(frozen=True)
class Stage:
    stem: str
    layer: str
    words: tuple  # what it does in a few words, and its question, both in English

    @property
    def short(self):
        return _(self.words[0])

    @property
    def question(self):
        return _(self.words[1])

    @property
    def number(self):
        return self.stem[:2]

    @property
    def door(self):
        return self.stem[3:]

    @property
    def docname(self):
        return 'docs/stages/' + self.stem

    @property
    def continuation(self):
        """The page a chapter too long for one goes on with; most have none."""
        return f'docs/continued/{self.stem}-continued'

    @property
    def docnames(self):
        return self.docname, self.continuation


_DATA = json.loads((Path(__file__).parent.parent / 'chain.json').read_text(encoding='utf-8'))
STAGES = tuple(Stage(one['stem'], one['layer'], (one['short'], one['question'])) for one in _DATA['stages'])
BY_NUMBER = {stage.number: stage for stage in STAGES}
BY_STEM = {stage.stem: stage for stage in STAGES}
BY_DOCNAME = {docname: stage for stage in STAGES for docname in stage.docnames}
GROUPS = _DATA['groups']
EDGES = _DATA['edges']


def words():
    """Everything here that a translation must have."""
    return [said for stage in STAGES for said in stage.words] + [group['title'] for group in GROUPS]


def title(group):
    return _(group['title'])


def stage_of(text):
    """The stage a user means by '06' or '06-__alloc_pages_nodemask'; None when there is no such stage."""
    return BY_STEM.get(text) or BY_NUMBER.get(text)


def stage_of_doc(docname):
    """The stage whose chapter, or continuation of one, this document is; or None."""
    return BY_DOCNAME.get(docname)


def stage_of_file(path):
    """The stage a source file belongs to: src/stages/NN-DOOR.c or NN-DOOR-PART.c; None for other files."""
    name = path.rsplit('/', 1)[-1]
    if '/stages/' not in '/' + path or not name.endswith('.c'):
        return None
    stem = name[:-2]
    if stem in BY_STEM:
        return BY_STEM[stem]
    stage = BY_NUMBER.get(stem[:2])
    return stage if stage and stem.startswith(stage.stem + '-') else None

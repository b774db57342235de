# SPDX-License-Identifier: GPL-2.0-only
"""Claims: `[06-3]` in the prose becomes an anchor that leads to its proofs; the build fails on a claim without a
test and on a test that names a claim nobody makes."""

import re

from docutils import nodes
from sphinx.util import logging

from ..read import chain
from ..read.book import book, note, notes
from .links import inside, xref

logger = logging.getLogger(__name__)
MARK = re.compile(r'\[(\d\d-\d+)\]')
STOP = re.compile(r'(?<=[.!?])[)"”]*\s+(?=[A-Z0-9("“])')  # where a sentence ends
# What a sentence begins with that says too little alone.
LEANING = re.compile(r'(?:And|Beyond|Both|But|Here|It|Otherwise|So|That|Then|There|These|They|This|Those)\b')
LITERAL = (nodes.literal, nodes.literal_block, nodes.comment, nodes.raw, nodes.FixedTextElement)


def find_marks(app, doctree):
    """Replaces the marks in a document just read; the first mark of a chapter's own claim is where it is made."""
    docname = app.env.docname
    mine = note(app.env, docname)
    marked = [one for one in doctree.findall(nodes.Text) if MARK.search(one) and not inside(one, LITERAL)]
    for text, block in [(text, block_text(text)) for text in marked]:
        made, end = [], 0
        for found in MARK.finditer(text):
            mine.setdefault('claim_words', {}).setdefault(found[1], sentence(block, found[0]))
            before = text[end : found.start()]
            if before:
                made.append(nodes.Text(before))
            made.append(mark(app, docname, mine, found[1], text.parent))
            end = found.end()
        if text[end:]:
            made.append(nodes.Text(text[end:]))
        text.parent.replace(text, made)


def block_text(text):
    """The paragraph around a text, or the row of the table that it stands in."""
    block = text.parent
    while isinstance(block, nodes.Inline):
        block = block.parent
    row = inside(block, nodes.row)
    cells = row.children if row else [block]
    return ' · '.join(' '.join(cell.astext().split()) for cell in cells)


def sentence(block, found):
    """The sentence that a claim's mark stands in, without marks, and the one before if it leans on that."""
    all_of_them = STOP.split(block)
    at = next(at for at, one in enumerate(all_of_them) if found in one)
    first = max(0, at - 1) if LEANING.match(all_of_them[at]) else at
    return re.sub(r'\s*\[\d\d-\d+\]', '', ' '.join(all_of_them[first : at + 1])).strip()


def sentences(env):
    """claim -> what its chapter says where it makes the claim."""
    return {
        claim: mine['claim_words'][claim]
        for _docname, mine in sorted(notes(env).items())
        for claim in sorted(mine['claims'])
    }


def mark(app, docname, mine, claim, parent):
    stage = chain.stage_of_doc(docname)
    own = stage is not None and claim.startswith(stage.number + '-')
    if own and claim not in mine['claims']:
        mine['claims'][claim] = parent.line or 0
        link = xref('pf-proof', claim, docname, claim)
        return nodes.inline('', '', link, ids=[f'claim-{claim}'], classes=['claim'])
    mine['claim_refs'][claim] = parent.line or 0
    return nodes.inline('', '', xref('pf-claim', claim, docname, claim), classes=['claim'])


def check(app, env):
    """Claims and tests must name each other. A chapter that makes no claim yet is still to be written."""
    started = {chain.stage_of_doc(docname) for docname, mine in notes(env).items() if mine['claims']}
    made = {claim: docname for docname, mine in notes(env).items() for claim in mine['claims']}
    proved = set()
    for file, line, name, claims in book(app).sources.tests():
        for claim in claims:
            proved.add(claim)
            if claim not in made and chain.BY_NUMBER.get(claim[:2]) in started | {None}:
                logger.warning(
                    f'test {name} proves claim {claim}, which no chapter makes; write [{claim}] in its chapter or correct the test',
                    location=(str(book(app).root / file), line),
                )
    for claim, docname in sorted(made.items()):
        if claim not in proved:
            logger.warning(
                f'claim [{claim}] has no test; name it in a TEST() or drop the claim',
                location=(docname, notes(env)[docname]['claims'][claim]),
            )
        elif not notes(env).get(chain.stage_of_doc(docname).docname, {}).get('has_tests_table'):
            logger.warning(
                'a chapter with claims needs ".. stage-tests::", where its proofs are listed', location=docname
            )


def setup(app):
    app.connect('doctree-read', find_marks)
    app.connect('env-check-consistency', check)

# SPDX-License-Identifier: GPL-2.0-only
"""The machinery of the book, in five rooms. A room uses itself and those to its left:

    read <- draw <- chapter <- live <- site

`read` knows what is there, `draw` makes it visible, `chapter` has the directives and roles a page is written with, `live`
those that run a program while the book is built, and `site` what makes the pages a site.

Every part has a function `setup`, which says what it registers with Sphinx, and stands in PARTS, which is the only list of
them: an event that several parts listen to reaches them in this order.
"""

from .chapter import (
    answer,
    claims,
    conditions,
    exercises,
    flags,
    folds,
    glossary,
    kernel,
    labs,
    later,
    links,
    listing,
    measured,
    questions,
    ready,
    recorded,
    reference,
    stage,
    tests,
)
from .draw import chain_map, picture, readme
from .live import computed, printed, proof, scene, transcript
from .read import book, text
from .site import (
    coverage_pages,
    engine,
    languages,
    log_page,
    narrow,
    page_numbers,
    pages,
    playground,
    pop_ups,
    scenes,
    search,
    shared,
    templates,
    test_pages,
)

PARTS = (
    text,
    book,
    chain_map,
    picture,
    readme,
    listing,
    stage,
    questions,
    reference,
    flags,
    folds,
    tests,
    measured,
    kernel,
    links,
    claims,
    conditions,
    labs,
    later,
    glossary,
    answer,
    ready,
    exercises,
    recorded,
    transcript,
    computed,
    printed,
    scene,
    proof,
    languages,
    coverage_pages,
    test_pages,
    pages,
    search,
    pop_ups,
    playground,
    log_page,
    scenes,
    engine,
    shared,
    templates,
    narrow,
    page_numbers,
)


def setup(app):
    for part in PARTS:
        part.setup(app)
    return {'version': '1', 'env_version': 2, 'parallel_read_safe': True, 'parallel_write_safe': True}

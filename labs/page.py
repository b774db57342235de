# SPDX-License-Identifier: GPL-2.0-only
"""A lab's page: README.md beside the file, to be read in a terminal as well."""

import textwrap

from .definitions import LEVELS

COLUMNS = 80


def page(lab):
    """The whole page; no line is longer than a terminal is wide, but for those that are to be typed."""
    return "\n\n".join([_head(lab), _duty(lab), _before(lab), _check(lab), _hints(lab), _solution(lab)]) + "\n"


def _head(lab):
    parts = ", ".join(f"`{part}`" for part in lab.empty)
    return "\n\n".join(
        [
            "<!-- SPDX-License-Identifier: GPL-2.0-only -->",
            f"# Lab: {lab.name}",
            _sentence(lab.what),
            _wrapped(
                f"Stage {lab.stage}, {LEVELS[lab.level]}. In `{lab.file_name}`, beside this page, yours to write: {parts}."
            ),
        ]
    )


def _duty(lab):
    told = [
        "## What is given",
        _wrapped(lab.given),
        "## What must be answered",
        _wrapped(lab.answer),
        "## The rules",
        _listed(lab.rules),
    ]
    if lab.used:
        told += ["## What is there already", _listed(f"`{part}`: {part.words}" for part in lab.used)]
    return "\n\n".join(told)


def _before(lab):
    return "\n\n".join(
        [
            "## Read first",
            _wrapped(f"Chapter {lab.stage} of the book, these parts (the listings there are the solution):"),
            f"    build/site/{lab.chapter}.html",
            _listed(lab.read),
        ]
    )


def _check(lab):
    told = [
        "## Check",
        f"    make lab L={lab.name} CHECK=1",
        _wrapped(
            f"builds with your file in place of the book's, runs the tests of stage {lab.stage} and every recording of a real kernel, and "
            "says how far it got. Nothing outside this directory changes. Warnings do not stop it; what goes round for ever is stopped. "
            "You may add functions, but the heads of those that are there stay as they are."
        ),
    ]
    if not lab.recordings:
        told.append(
            _wrapped("Here the tests decide: no recording asks for this function, so they all come out identical.")
        )
    return "\n\n".join(
        [*told, "These tests should pass first:", _listed((f"`{name}`" for name in lab.first), numbered=True)]
    )


def _hints(lab):
    told = ["## Hints", "One at a time, and only when you are stuck."]
    for number, hint in enumerate(lab.hints, 1):
        told += [f"\n\n### Hint {number}", _wrapped(hint)]
    return "\n\n".join(told)


def _solution(lab):
    return "\n\n".join(["\n\n## The solution", _wrapped(f"is the book: {lab.file}, and the chapter that shows it.")])


def _sentence(words):
    return words[:1].upper() + words[1:] + ("" if words.endswith(("?", ".")) else ".")


def _wrapped(words, first="", later=""):
    return textwrap.fill(
        " ".join(words.split()),
        COLUMNS,
        initial_indent=first,
        subsequent_indent=later,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _listed(entries, numbered=False):
    marks = (f"{number}. " if numbered else "- " for number in range(1, 100))
    return "\n".join(_wrapped(entry, mark, " " * len(mark)) for mark, entry in zip(marks, entries))

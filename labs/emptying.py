# SPDX-License-Identifier: GPL-2.0-only
"""From the book's form of a file to the lab's: some functions emptied, nothing else touched.

Always made from the source as it is, so that a lab never goes stale. Universal Ctags finds where a definition begins and ends,
as it does for the listings of the book.
"""

import sys

from .definitions import ROOT, LabError

sys.path.insert(0, str(ROOT / "docs" / "_ext"))
import tree_facts  # noqa: E402


def source_of(lab):
    return (ROOT / lab.file).read_text(encoding="utf-8")


def extents(lab):
    """{name: (first line, last line)} of what the lab's file defines."""
    lines, found = source_of(lab).split("\n"), {}
    for tag in tree_facts.tags(ROOT, [lab.file]):
        last = tag.get("end", tag["line"])
        while lines[last - 1].endswith("\\"):
            last += 1
        found.setdefault(tag["name"], []).append((tag["line"], last))
    return found


def extent(lab, name, found):
    if len(found.get(name, ())) != 1:
        raise LabError(
            f"labs/{lab.name}.toml: {lab.file} defines {name} {len(found.get(name, ()))} times; a lab needs it once"
        )
    return found[name][0]


def emptied(lab):
    """The text of the lab's file with nothing in its parts but what they answer until they are written."""
    lines, found = source_of(lab).split("\n"), extents(lab)
    for part in sorted(lab.empty, key=lambda one: extent(lab, one.name, found), reverse=True):
        first, last = extent(lab, part.name, found)
        make = empty_function if part.kind == "function" else empty_macro
        lines[first - 1 : last] = make(part, lines[first - 1 : last])
    return announced(lab, "\n".join(lines))


def empty_function(part, lines):
    """Its head as it is, and a body that does next to nothing."""
    body = lines.index("{")
    answer = [f"\t{line}" for line in part.code.split("\n") if line]
    return [*lines[: body + 1], f"\t/* Yours to write. Until then {part.words}. */", *answer, "}"]


def empty_macro(part, lines):
    return [f"#define {part.name} {part.code} /* Yours to fill in. Until then {part.words}. */"]


def announced(lab, text):
    """With a line below that of the licence which says what this file is."""
    first, rest = text.split("\n", 1)
    return f"{first}\n/* A lab: README.md beside this file says what is yours to write. */\n{rest}"


def wrong(lab):
    """The text of the lab's file with the plausible wrong solution in it."""
    lines, found = source_of(lab).split("\n"), extents(lab)
    first, last = extent(lab, lab.wrong.part, found)
    part = "\n".join(lines[first - 1 : last])
    if part.count(lab.wrong.was) != 1:
        raise LabError(f"labs/{lab.name}.toml: '{lab.wrong.was}' is not in {lab.wrong.part} exactly once")
    return "\n".join([*lines[: first - 1], part.replace(lab.wrong.was, lab.wrong.now), *lines[last:]])

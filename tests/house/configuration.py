# SPDX-License-Identifier: GPL-2.0-only
"""One configuration: docs/configuration.rst says which, and everything else is held to it."""

import pathlib
import re

PAGE = "docs/configuration.rst"
BOTH = "both"  # the value of an option that each build decides
ROW = re.compile(r"^   \* - ``([A-Z][A-Z0-9_]*)``\n     - (\S+)\n     - (\S.*)", re.M)
NAMED = re.compile(r"\bCONFIG_([A-Z0-9_]+)\b")
CONDITION = re.compile(r"^[ \t]*#[ \t]*(?:if|ifdef|ifndef|elif)\b.*", re.M)
# "``HOLES_IN_ZONE`` is on", "CONFIG_HZ=250": an option, and what a sentence says of it.
SAID = re.compile(
    r"(?:\bCONFIG_|``(?:CONFIG_)?)([A-Z][A-Z0-9_]*)(?:``)?\s*(?:=|(?:is|are|being)\s+(?:not\s+)?)?\s*"
    r"\b(y|n|on|off|set|enabled|disabled|\d+)\b(?!\.\d|[-\w])"
)
VALUES = {"on": "y", "set": "y", "enabled": "y", "off": "n", "disabled": "n"}
# Options of kernels that this book is not about, on the pages that are about them.
OTHERS = {"KASAN_HW_TAGS": ("docs/later.rst",)}
# Numbers that the code has from an option: where, and what makes one of the other.
NUMBERS = (
    ("HZ", "include/machine.h", r"#define HZ (\d+)$", int),
    ("FORCE_MAX_ZONEORDER", "include/mmzone.h", r"#define MAX_ORDER\s+(\d+)$", int),
    (
        "NODES_SHIFT",
        "include/nodemask.h",
        r"#ifdef CONFIG_NUMA\n#define MAX_NUMNODES (\d+)$",
        lambda bits: 1 << int(bits),
    ),
    (
        "ARM64_VA_BITS",
        "src/world/memory_map.c",
        r"#define MAX_SPAN_PAGES \(\((\d+)ul << 30\)",
        lambda bits: 1 << int(bits) - 31,
    ),
)


def options(root):
    """{option: value}, from the tables of the page; and what is wrong with them."""
    page = root / PAGE
    table, wrong = {}, []
    for name, value, _where in ROW.findall(page.read_text()) if page.is_file() else ():
        if name in table:
            wrong.append(f"{PAGE}: {name} has two rows")
        if not re.fullmatch(rf"[yn]|{BOTH}|\d+", value):
            wrong.append(f"{PAGE}: {name} is '{value}'; a value is y, n, {BOTH} or a number")
        table[name] = value
    return table, wrong


def texts(root):
    """(path, text) of what is held to the page: the book, the code, and the notes beside them."""
    places = ("docs/**/*.rst", "src/**/*.[ch]", "include/*.h", "*.md", "*.rst")
    for path in sorted({path for place in places for path in root.glob(place)}):
        yield str(path.relative_to(root)), path.read_text()


def findings(root):
    """What contradicts the page, one line each."""
    table, wrong = options(root)
    yield from wrong
    for name, text in texts(root):
        yield from unknown(table, name, text)
        if name != PAGE:
            yield from contradictions(table, name, text)
        if name.endswith((".c", ".h")):
            yield from conditions(table, name, text)
    yield from numbers(root, table)


def at(name, text, place):
    return f"{name}:{text.count(chr(10), 0, place) + 1}"


def unknown(table, name, text):
    for found in NAMED.finditer(text):
        if found[1] not in table and name not in OTHERS.get(found[1], ()):
            yield f"{at(name, text, found.start())}: CONFIG_{found[1]} has no row in {PAGE}; add its value"


def contradictions(table, name, text):
    for found in SAID.finditer(text):
        option, said = found[1], VALUES.get(found[2], found[2])
        here = table.get(option)
        if re.search(r"\bnot\s", found[0]):
            said = {"y": "n", "n": "y"}.get(said, said)
        if here not in (None, BOTH, said):
            yield f"{at(name, text, found.start())}: says '{found[0]}'; {PAGE} has {option} {here}"


def conditions(table, name, text):
    """Code may be there or not by an option of both builds only: of another option one value is never compiled."""
    for found in CONDITION.finditer(text):
        for option in NAMED.findall(found[0]):
            if table.get(option, BOTH) != BOTH:
                yield f"{at(name, text, found.start())}: asks for CONFIG_{option}, which is {table[option]} here"


def numbers(root, table):
    for option, file, pattern, make in NUMBERS:
        path = pathlib.Path(root, file)
        found = re.search(pattern, path.read_text(), re.M) if path.is_file() else None
        if option in table and found and int(found[1]) != make(table[option]):
            yield f"{file}: has {found[1]}; {PAGE} has {option} {table[option]}, which makes {make(table[option])}"
        elif option in table and path.is_file() and not found:
            yield f"{file}: no number that follows from {option}; tests/house/configuration.py looks for it"

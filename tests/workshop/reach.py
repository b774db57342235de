# SPDX-License-Identifier: GPL-2.0-only
"""Which sources a change in a header reaches: those that use a changed function or macro, directly or through others.

A header is taken apart at the lines that begin a definition, which our formatting puts at the left margin. A change outside
functions and macros, as in a structure, reaches every source that includes the header: None.
"""

import difflib
import re

BEGINS = re.compile(
    r"#define (\w+)|static (?:inline|__always_inline)\b[^;{]*?\*?\b(\w+)\(|([^\s{}#/*].*|#(?!if|el|endif).*)"
)
WORD = re.compile(r"\w+")


def definitions(text):
    """The name that each line belongs to, None where that is no function or macro."""
    names, name = [], None
    for line in text.splitlines():
        found = BEGINS.match(line)
        if found:
            name = found[1] or found[2]
        names.append(name)
    return names


def changed_names(before, after):
    """The functions and macros in which two texts of a header differ; None where they differ elsewhere too."""
    names = set()
    old, new = definitions(before), definitions(after)
    matcher = difflib.SequenceMatcher(None, before.splitlines(), after.splitlines(), autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            names.update(old[a:b] + new[c:d])
    return None if None in names else names


def users(names, headers):
    """These names and those of all functions and macros in the headers (their texts) that lead to them."""
    mentions = {}
    for text in headers:
        for line, name in zip(text.splitlines(), definitions(text)):
            if name:
                mentions.setdefault(name, set()).update(WORD.findall(line))
    found, last = set(names), None
    while found != last:
        last = set(found)
        found |= {name for name, words in mentions.items() if not words.isdisjoint(last)}
    return found


def uses(text, names):
    """Does a source mention one of the names?"""
    return not names.isdisjoint(WORD.findall(text))

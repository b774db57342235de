# SPDX-License-Identifier: GPL-2.0-only
"""Reading C sources for the checks of the house: stems, functions, comments."""

import dataclasses
import pathlib
import re
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "docs" / "_ext"))
import conditions  # noqa: E402, F401
import tree_facts  # noqa: E402

STAGE_FILE = re.compile(r"^(\d\d)-(\w+?)(?:-(\w+))?\.c$")


@dataclasses.dataclass
class Function:
    """One definition: where it starts and ends, and the documentation block before it."""

    file: str
    name: str
    first: int
    last: int
    documentation: str

    @property
    def length(self):
        return self.last - self.first + 1


def stem_of(name):
    """NN-DOOR of a file name NN-DOOR.c or NN-DOOR-PART.c; None for any other name."""
    found = STAGE_FILE.match(name)
    return f"{found[1]}-{found[2]}" if found else None


def c_files(root, *directories):
    """Paths below the directories, relative to root, of all C sources."""
    return [str(path.relative_to(root)) for one in directories for path in sorted((root / one).rglob("*.c"))]


def functions(root, files):
    """Every function defined in the files, in order."""
    found = []
    texts = {}
    for tag in tree_facts.tags(root, files):
        if tag["kind"] != "function" or "end" not in tag:
            continue
        path = tag["path"]
        if path not in texts:
            texts[path] = (root / path).read_text().splitlines()
        found.append(Function(path, tag["name"], tag["line"], tag["end"], comment_before(texts[path], tag["line"])))
    return sorted(found, key=lambda one: (one.file, one.first))


def comment_before(lines, first):
    """The comment blocks that end just above the definition whose name stands on line `first`."""
    at = first - 2
    while at >= 0 and not lines[at].rstrip().endswith("*/"):
        # Only the head of the definition itself may stand between: its type, attributes, a preprocessor line.
        if not lines[at].strip() or lines[at].rstrip().endswith((";", "}")):
            return ""
        at -= 1
    end = at
    while at >= 0 and lines[at].rstrip().endswith("*/"):
        while at >= 0 and "/*" not in lines[at]:
            at -= 1
        at -= 1
    return "\n".join(lines[max(at + 1, 0) : end + 1])


def comment_ratio(text):
    """Lines of comment per line of code."""
    comment = code = 0
    inside = False
    for line in text.splitlines():
        stripped = line.strip()
        if not stripped:
            continue
        starts = stripped.startswith("/*")
        comment += inside or starts or stripped.startswith("//")
        code += not (inside or starts or stripped.startswith("//"))
        if inside or starts:
            inside = "*/" not in stripped
    return comment / code if code else 0.0


def median(numbers):
    return statistics.median(numbers) if numbers else 0

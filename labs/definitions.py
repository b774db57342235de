# SPDX-License-Identifier: GPL-2.0-only
"""What a lab is: labs/NAME.toml.

what           its duty in one line
stage          two digits; the lab is graded by the tests of this stage and by every recording
level          1 easy, 2 middle, 3 hard
file           the source that is laid out
given, answer  what the function is told and what it must answer, with units
rules          what it must do, in words that are not code
read           headings of the stage's chapter
first          tests to pass first, in this order
hints          from a first push to nearly the answer
recordings     short ones that tell the empty form from the book's; none where no recording asks for the function
[[empty]]      a function, or macro, that is the student's; what it answers until then, in C and in words
[[used]]       another of the file that is left as it is and has to do with it; what it is good for
[wrong]        a solution that looks right: a change to one of the emptied
"""

import difflib
import pathlib
from dataclasses import dataclass

try:
    import tomllib
except ImportError:  # Python 3.10: what pytest brings along
    import tomli as tomllib

ROOT = pathlib.Path(__file__).resolve().parents[1]
LEVELS = {1: "easy", 2: "middle", 3: "hard"}
TEXTS = ("what", "stage", "file", "given", "answer")
LISTS = ("rules", "read", "first", "hints", "recordings")


class LabError(Exception):
    """What is wrong with a lab, or with what was asked for; the message names the thing and the remedy."""


@dataclass(frozen=True)
class Part:
    """A function or a macro of the lab's file: what it is good for, or, emptied, what it does until it is written."""

    kind: str  # "function" or "macro"
    name: str
    words: str
    code: str = ""

    def __str__(self):
        return self.name + "()" * (self.kind == "function")


@dataclass(frozen=True)
class Wrong:
    """A plausible wrong solution: what stands in a part of the book's form, and what stands there instead."""

    part: str
    was: str
    now: str
    why: str


@dataclass(frozen=True)
class Lab:
    name: str
    what: str
    stage: str
    level: int
    file: str
    given: str
    answer: str
    rules: tuple
    read: tuple
    first: tuple
    hints: tuple
    recordings: tuple
    empty: tuple
    used: tuple
    wrong: Wrong

    @property
    def file_name(self):
        return pathlib.PurePath(self.file).name

    @property
    def stem(self):
        """NN-DOOR of its stage."""
        return next((ROOT / "docs" / "stages").glob(f"{self.stage}-*.rst")).stem

    @property
    def chapter(self):
        return f"docs/stages/{self.stem}"


def read(path):
    """The lab that a file defines."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        return Lab(
            name=path.stem,
            level=told["level"],
            **{one: told[one].strip() for one in TEXTS},
            **{one: tuple(told[one]) for one in LISTS},
            empty=tuple(_part(one, "until") for one in told["empty"]),
            used=tuple(_part(one, "why") for one in told["used"]),
            wrong=Wrong(**told["wrong"]),
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise LabError(f"labs/{path.name}: {error}; labs/definitions.py says what a lab has") from None


def _part(told, words):
    kind = "macro" if "macro" in told else "function"
    return Part(kind, told[kind], told[words], told.get("answer", ""))


def read_all(directory=ROOT / "labs"):
    """All labs, in the order of their stages, the easy ones of a stage first."""
    labs = [read(path) for path in sorted(directory.glob("*.toml"))]
    return sorted(labs, key=lambda lab: (lab.stage, lab.level))


def find(name, labs):
    """The lab of this name; underscores in front and brackets behind may be missing."""
    bare = name.strip("_ ()")
    for lab in labs:
        if bare == lab.name.strip("_"):
            return lab
    near = difflib.get_close_matches(bare, [lab.name.strip("_") for lab in labs], n=1)
    meant = next((lab.name for lab in labs if near and lab.name.strip("_") == near[0]), None)
    raise LabError(f"there is no lab '{name}'; " + (f"did you mean {meant}?" if meant else "`make lab` lists the labs"))

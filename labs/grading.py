# SPDX-License-Identifier: GPL-2.0-only
"""How far a lab has got: built in a copy of the sources, asked by the tests of its stage and by every recording."""

import re
import sys
import textwrap
from dataclasses import dataclass

from .definitions import ROOT
from .page import COLUMNS

sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "workshop")]
import words  # noqa: E402
import workshop  # noqa: E402

MOST_LINES = 24  # that are shown of what one test, recording or compiler said
ENDLESS = (f"Early exit with return value {workshop.STOPPED}", "It went on for ever, and was stopped after this line.")
# What would not run as it is written is an error; what only is not as tidy as the house wants it is not, and an empty form uses
# none of its parameters.
FLAGS = (
    "-Wno-error",
    "-Wno-unused-parameter",
    "-fdiagnostics-color=never",
    *(
        f"-Werror={kind}"
        for kind in (
            "implicit-function-declaration",
            "implicit-int",
            "return-type",
            "incompatible-pointer-types",
            "int-conversion",
        )
    ),
)


@dataclass(frozen=True)
class Grade:
    """What came of a check; without tests and recordings where nothing could be built."""

    lab: object
    built: workshop.Built
    tests: workshop.Tests = None
    recordings: dict = None

    @property
    def passed(self):
        return self.built.ok and not self.tests.failed and not self.diverged

    @property
    def diverged(self):
        """Recordings that did not come out identical, the one that is easiest to follow first: it diverged after the fewest
        operations. Those without a divergence, which crashed or went on for ever, come last."""
        found = [(name, one) for name, one in self.recordings.items() if one.outcome != "identical"]
        return sorted(found, key=lambda pair: (pair[1].outcome != "diverged", pair[1].op, pair[0]))

    @property
    def failed(self):
        """Tests that failed, as tests/words.py has them, in the order in which they are best mended: first those that the page
        names."""
        failures, _ = words.read(self.tests.told)
        order = {name: at for at, name in enumerate(self.lab.first)}
        return sorted(failures, key=lambda one: order.get(one.name, len(order)))

    @property
    def standing(self):
        """How far it has got."""
        if not self.built.ok:
            return "does not compile; nothing was run"
        ran, replayed = len(self.tests.passed) + len(self.tests.failed), len(self.recordings)
        alike = replayed - len(self.diverged)
        if self.passed:
            return f"done. All {ran} tests passed, all {replayed} recordings are identical"
        return f"{len(self.tests.passed)} of {ran} tests passed, {alike} of {replayed} recordings identical"


def grade(lab, text, recordings=None):
    """Grades a form of the lab's file, by all recordings or by those named."""
    with workshop.Workshop(f"lab-{lab.name}") as shop:
        shop.write(lab.file, text)
        built = shop.build(flags=FLAGS)
        if not built.ok:
            return Grade(lab, built)
        return Grade(lab, built, shop.tests(lab.stem), shop.recordings(recordings))


def report(made, place, whole=False):
    """What a check says, its last line left out: of the tests that failed and the recordings that diverged the first, or all.
    `place` is where the student's file is."""
    most = None if whole else 1
    lines = compiler_of(made, place)
    return [*lines, *tests_of(made, most), *recordings_of(made, most)] if made.built.ok else lines


def compiler_of(made, place):
    """What the compiler said of the student's file, each thing once: it is compiled for two configurations, and a header again
    and again. All of it where it said nothing of that file."""
    pieces = re.split(
        r"^(?=\S+:\d+:\d+: |In file included|\S+: In function|\S+: At top level)", made.built.said, flags=re.M
    )
    own = dict.fromkeys(one for one in pieces if re.match(rf"{re.escape(made.lab.file)}:\d+:\d+: ", one))
    said = ("".join(own) or made.built.said).replace(f"{made.lab.file}:", f"{place}:").rstrip("\n")
    return shortened(said) if said else []


def tests_of(made, most):
    ran = len(made.tests.passed) + len(made.tests.failed)
    yield f"tests of stage {made.lab.stage}, without and with NUMA: {len(made.tests.passed)} of {ran} passed"
    for failure in made.failed[:most]:
        for line in words.account(failure)[1:]:
            yield line.replace(*ENDLESS)


def recordings_of(made, most):
    diverged = made.diverged
    yield f"recordings of a real kernel: {len(made.recordings) - len(diverged)} of {len(made.recordings)} identical"
    for name, one in diverged[:most]:
        yield f"  {OUTCOMES[one.outcome]}: {name}"
        yield from shortened(one.said, "    ", COLUMNS)


OUTCOMES = {
    "diverged": "diverged",
    "unreadable": "could not be replayed to its end",
    "crashed": "crashed",
    "stopped": "went on for ever",
}


def shortened(said, margin="", columns=None):
    """Lines with a margin, the first of many; those that are too long go on in the next line."""
    lines = [piece for line in said.split("\n") for piece in folded(margin + line, columns or len(margin + line))]
    more = len(lines) - MOST_LINES
    return lines if more <= 0 else [*lines[:MOST_LINES], f"{margin}({more} more lines)"]


def folded(line, columns):
    margin = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.wrap(line, columns, subsequent_indent=margin, break_on_hyphens=False) or [line]

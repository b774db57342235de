# SPDX-License-Identifier: GPL-2.0-only
"""A laid-out lab: build/lab/NAME/, where a student works. What is there is never overwritten."""

import hashlib
import json

from . import emptying
from .definitions import ROOT, LabError
from .page import page

REPORT = "check.txt"  # all that the last check said
PLACE = ROOT / "build" / "lab"
NOTES = ".lab.json"  # what was laid out, and how far the last check got


class Bench:
    """The directory of one lab."""

    def __init__(self, lab):
        self.lab = lab
        self.path = PLACE / lab.name
        self.file = self.path / lab.file_name

    def __str__(self):
        return f"build/lab/{self.lab.name}"

    @property
    def is_laid_out(self):
        return (self.path / NOTES).exists()

    def lay_out(self):
        """Puts there what is missing; gives the names of what was."""
        wanted = {"README.md": page(self.lab), self.lab.file_name: emptying.emptied(self.lab)}
        missing = {name: text for name, text in wanted.items() if not (self.path / name).exists()}
        self.path.mkdir(parents=True, exist_ok=True)
        for name, text in missing.items():
            (self.path / name).write_text(text, encoding="utf-8")
        if self.lab.file_name in missing:
            self._note(
                source=digest(emptying.source_of(self.lab)), laid_out=digest(wanted[self.lab.file_name]), result=""
            )
        return list(missing)

    def put_aside(self):
        """Renames what is there to the first free name; gives that."""
        number = 1
        while self.path.with_name(f"{self.lab.name}.{number}").exists():
            number += 1
        aside = self.path.with_name(f"{self.lab.name}.{number}")
        self.path.rename(aside)
        return aside.name

    def text(self):
        """What the student has written so far."""
        try:
            return self.file.read_text(encoding="utf-8", errors="surrogateescape")
        except OSError as error:
            remedy = f"`make lab L={self.lab.name}` lays it out"
            raise LabError(f"{self}/{self.lab.file_name}: {error.strerror}; {remedy}") from None

    def is_untouched(self):
        return digest(self.text()) == self.notes().get("laid_out")

    def is_outdated(self):
        """Has the book's form changed since?"""
        return digest(emptying.source_of(self.lab)) != self.notes().get("source")

    def notes(self):
        try:
            return json.loads((self.path / NOTES).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}

    def note(self, standing, lines):
        """Keeps what a check said."""
        self._note(result=standing)
        (self.path / REPORT).write_text("\n".join([*lines, standing, ""]), encoding="utf-8", errors="surrogateescape")

    def _note(self, **more):
        text = json.dumps({**self.notes(), **more}, indent=1)
        (self.path / NOTES).write_text(text + "\n", encoding="utf-8")


def digest(text):
    return hashlib.sha1(text.encode("utf-8", "surrogateescape")).hexdigest()

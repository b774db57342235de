# SPDX-License-Identifier: GPL-2.0-only
"""Figures that a target of its own measured and kept in coverage/measured/NAME.json, and whether they still hold.

coverage/measured.py says what such a file has, and how it is asked whether the sources it was made from are still the same.
"""

import importlib.util

from .text import _


class Measured:
    """One such file; empty (and false) where it was never written."""

    def __init__(self, root, name):
        self.root = root
        self.path = root / 'coverage' / 'measured' / f'{name}.json'
        self._keeper = keeper(root / 'coverage' / 'measured.py') if self.path.is_file() else None
        self.parts = self._keeper.read(name) if self._keeper else {}

    def __bool__(self):
        return bool(self.parts)

    def of(self, part):
        """The figures of a part, such as '08'; None when it was not measured."""
        return self.parts.get(part)

    def fits(self, part, files):
        """Whether these files, given from the root, are what they were when the part was measured."""
        return part in self.parts and self._keeper.fits(self.parts[part], [self.root / file for file in files])

    def in_words(self, part, files):
        """The same as a sentence."""
        if self.fits(part, files):
            return _('The sources have not changed since it was measured.')
        return _('The sources have changed since it was measured.')

    def depend(self, env, files):
        """Notes that the page being read shows these figures."""
        for file in files:
            env.note_dependency(str(self.root / file))
        if self.path.is_file():
            env.note_dependency(str(self.path))


def keeper(path):
    spec = importlib.util.spec_from_file_location('pageflow_measured', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

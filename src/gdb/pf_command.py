# SPDX-License-Identifier: GPL-2.0-only
"""What the pf- commands have in common: words of the line, options, completion, errors of one line."""

import re

import pf_machine
from pf_machine import error
from pf_screen import clipped

import gdb


class Command(gdb.Command):
    """What the pf- commands have in common: words of the line, options, completion."""

    name = ''
    options = {}  # letter: what its value is; None for a switch
    words = 0  # words besides the options

    def __init__(self):
        super().__init__(self.name, gdb.COMMAND_USER)

    def usage(self):
        line = next(one for one in self.__doc__.split('\n') if 'Usage:' in one)
        return ' '.join(line.split('Usage:')[1].split())

    def invoke(self, argument, _from_tty):
        with pf_machine.one_line(self.name):
            self.take(argument)

    def take(self, argument):
        """Words and options of the line, and then the command itself."""
        given, words = {}, gdb.string_to_argv(argument)
        rest = []
        while words:
            word = words.pop(0)
            if re.fullmatch(r'-[A-Za-z]', word):
                letter = word[1]
                if letter not in self.options:
                    error(f"{self.name} has no option '{clipped(word)}'; usage: {self.usage()}")
                if self.options[letter] is None:
                    given[letter] = True
                elif not words:
                    error(f"{self.name}: '{word}' needs {self.options[letter]}; usage: {self.usage()}")
                else:
                    given[letter] = words.pop(0)
            else:
                rest.append(word)
        if len(rest) > self.words:
            error(f"{self.name}: unexpected '{clipped(rest[self.words])}'; usage: {self.usage()}")
        self.run(rest, given)

    def run(self, words, given):
        raise NotImplementedError

    def candidates(self, _before):
        """What may stand at the cursor, given the words before it."""
        return []

    def complete(self, text, word):
        before = text[: len(text) - len(word)] if word and text.endswith(word) else text
        try:
            return [one for one in self.candidates(before.split()) if one.startswith(word or '')]
        except (gdb.error, gdb.GdbError):
            return []

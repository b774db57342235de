# SPDX-License-Identifier: GPL-2.0-only
"""Reading our own C: the steps of a stage, and the conditions that lead to a line of a function.

The sources are formatted by rule and use a small part of C, so a small reader is enough: statements, blocks, if, else,
loops, switch, jumps. Which way each condition went follows from where the program is; nothing is computed again.
"""

import re

TOKEN = re.compile(
    r'(?P<comment>/\*.*?\*/|//[^\n]*)|(?P<space>\s+)|(?P<directive>^#(?:\\\n|[^\n])*)'
    r'|(?P<text>"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\')|(?P<word>\w+)|(?P<sign>->|&&|\|\||[<>=!]=|<<|>>|.)',
    re.DOTALL | re.MULTILINE,
)
STEP = re.compile(r'/\* Step (\d+): (.*?) \*/', re.DOTALL)
JUMPS = ('return', 'goto', 'continue', 'break')


class Token:
    def __init__(self, text, line, start, end):
        self.text, self.line, self.start, self.end = text, line, start, end


def tokens(text):
    found, line = [], 1
    for match in TOKEN.finditer(text):
        if match.lastgroup not in ('comment', 'space', 'directive'):
            found.append(Token(match[0], line, match.start(), match.end()))
        line += match[0].count('\n')
    return found


class Statement:
    """kind: 'if', 'loop', 'block', 'jump' or 'plain'; `first` and `last` are its lines."""

    def __init__(self, kind, first, last, condition='', parts=(), head=0):
        self.kind, self.first, self.last, self.condition, self.parts = kind, first, last, condition, parts
        self.head = head  # last line of the condition: on that line nothing is decided yet

    def jumps(self):
        """Does the program never go on after this statement?"""
        if self.kind == 'block':
            return bool(self.parts) and self.parts[-1].jumps()
        return self.kind == 'jump'


class Reader:
    """Reads the body of one function."""

    def __init__(self, text, first_line):
        self.text, self.tokens = text, tokens(text)
        self.at = next(
            index for index, token in enumerate(self.tokens) if token.line >= first_line and token.text == '{'
        )

    def peek(self):
        return self.tokens[self.at].text

    def take(self):
        self.at += 1
        return self.tokens[self.at - 1]

    def brackets(self):
        """The text between a pair of round brackets, on one line."""
        first, depth = self.take(), 1
        while depth:
            last = self.take()
            depth += {'(': 1, ')': -1}.get(last.text, 0)
        inner = re.sub(r'/\*.*?\*/', ' ', self.text[first.end : last.start], flags=re.DOTALL)
        return ' '.join(inner.split())

    def block(self):
        first, inner = self.take(), []
        while self.peek() != '}':
            inner.append(self.statement())
        return Statement('block', first.line, self.take().line, parts=inner)

    def statement(self):
        word = self.peek()
        if word == '{':
            return self.block()
        first = self.tokens[self.at].line
        if word == 'if':
            return self.choice(first)
        if word == 'do':
            self.take()
            body = self.statement()
            self.take()
            condition = self.brackets()
            return Statement('loop', first, self.take().line, condition, (body,))
        if re.match(r'(while|for|switch|for_\w+|list_for_\w+)$', word):
            self.take()
            condition = f'{word} ({self.brackets()})'
            head = self.tokens[self.at - 1].line
            if self.peek() == ';':
                return Statement('plain', first, self.take().line)
            body = self.statement()
            return Statement('loop', first, body.last, condition, (body,), head)
        return self.plain(first)

    def choice(self, first):
        self.take()
        condition = self.brackets()
        head = self.tokens[self.at - 1].line
        body = self.statement()
        other = None
        if self.peek() == 'else':
            self.take()
            other = self.statement()
        return Statement('if', first, (other or body).last, condition, (body, other), head)

    def plain(self, first):
        kind, depth = 'jump' if self.peek() in JUMPS else 'plain', 0
        while True:
            token = self.take()
            depth += {'(': 1, '{': 1, '[': 1, ')': -1, '}': -1, ']': -1}.get(token.text, 0)
            if depth == 0 and token.text == ';':
                return Statement(kind, first, token.line)
            if depth == 0 and token.text == ':' and self.tokens[self.at - 2].line == first and kind == 'plain':
                before = self.tokens[self.at - 2].text
                if self.at < 3 or before.isidentifier() and self.tokens[self.at - 3].text in '{};':
                    return Statement('label', first, token.line)


CHOICE = re.compile(r'\s*#\s*(ifdef|ifndef|if|elif|else|endif)\b\s*(\w*)')


def of_build(text, macros):
    """The text as a build has it, given {macro: is it defined?}: a line that it leaves out is empty.

    A choice that depends on anything else keeps both its sides."""
    kept, taken = [], []  # taken: of each #if that is open, whether its lines are in the build; None when not known
    for line in text.split('\n'):
        match = CHOICE.match(line)
        word = match[1] if match else None
        if word in ('if', 'ifdef', 'ifndef'):
            defined = macros.get(match[2]) if word != 'if' else None
            taken.append(None if defined is None else defined == (word == 'ifdef'))
        elif word == 'endif' and taken:
            taken.pop()
        elif word and taken:
            taken[-1] = not taken[-1] if word == 'else' and taken[-1] is not None else None
        kept.append('' if False in taken and not match else line)
    return '\n'.join(kept)


def conditions(text, function_line, line):
    """[(condition, outcome, line)] that the program passed on its way to a line: True, False, or None for a loop."""
    found = []

    def passed(statement):
        """What is known of a statement that has been passed."""
        if statement.kind == 'if':
            body, other = statement.parts
            if body.jumps():
                found.append((statement.condition, False, statement.first))
                if other:
                    passed(other)
            elif other and other.jumps():
                found.append((statement.condition, True, statement.first))
        elif statement.kind == 'block':
            for part in statement.parts:
                passed(part)
        elif statement.kind == 'label':
            found.clear()  # others may have jumped here

    def inside(statement):
        if statement.kind == 'block':
            for part in statement.parts:
                if part.first <= line <= part.last:
                    inside(part)
                    return
                if part.last < line:
                    passed(part)
        elif line <= statement.head:
            return
        elif statement.kind == 'if':
            body, other = statement.parts
            if body.first <= line <= body.last:
                found.append((statement.condition, True, statement.first))
                inside(body)
            elif other and other.first <= line <= other.last:
                found.append((statement.condition, False, statement.first))
                inside(other)
        elif statement.kind == 'loop':
            body = statement.parts[0]
            if body.first <= line <= body.last and statement.condition:
                found.append((statement.condition, None, statement.first))
                inside(body)

    inside(Reader(text, function_line).block())
    return found


def variables(condition):
    """What of a condition can be looked at without calling anything: variables and members of them."""
    seen = []
    for match in re.finditer(r'[A-Za-z_]\w*(?:(?:->|\.)\w+)*(?!\w)(?!\s*\()', condition):
        name = match[0]
        if not name.isupper() and not re.match(r'(__)?[A-Z][A-Z0-9_]+$', name) and name not in (
            'unsigned', 'long', 'int', 'struct', 'const', 'char', 'bool', 'true', 'false', 'sizeof', 'NULL', 'enum',
            'while', 'for', 'switch',
        ) and name not in seen:  # fmt: skip
            seen.append(name)
    return seen


def steps(text):
    """[(number, title, line of the comment's end)] of the steps of a file."""
    found = []
    for match in STEP.finditer(text):
        title = ' '.join(re.sub(r'\n\s*\* ', ' ', match[2]).split())
        found.append((int(match[1]), title, text.count('\n', 0, match.end()) + 1))
    return found

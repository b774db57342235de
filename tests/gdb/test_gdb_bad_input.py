# SPDX-License-Identifier: GPL-2.0-only
"""Whatever is given to a command or a function, the answer to what is wrong is one sentence, never an error of Python."""

import re
import subprocess

import pytest
from gdb_session import ROOT, program

FUNCTIONS = {'gfp': 2, 'alloc': 2, 'stage': 1, 'zone': 1, 'free': 1, 'pfn': 1, 'page': 1, 'path': 0}
NAMED = (
    '"GFP_KERNEL"',
    '"ALLOC_CMA"',
    '"Normal"',
    '"x"',
    '""',
    '"@"',
    '"Normal@9"',
    '"1<<99999"',
    '"9**9**9"',
    '"((("',
    '"%s%n"',
)
NUMBERS = ('0', '1', '-1', '99', '1.5', '0/0', '0xffffffffffffffff', "'a'", '(char)200', 'GFP_KERNEL', '1 == 1')
POINTERS = (
    '(void *)0', '(void *)1', '(char *)0', '(char *)1', '(struct zone *)0', '(struct zone *)1', '(struct page *)0',
    '(struct page *)-1', 'world', 'world->mem_map', '(char *)world->mem_map + 1', 'main', '&main',
)  # fmt: skip
THINGS = (
    '*world',
    '*world->mem_map',
    '*(struct page *)0',
    '*(int *)1',
    'nosuch',
    '$nosuch',
    '$_',
    '$zone("Normal")->name',
    '*main',
)
VALUES = (*NAMED, *NUMBERS, *POINTERS, *THINGS)
LINES = (
    '', 'x', '0', '-1', '99', '1.5', '"', "'", '""', '-', '--', '-z', '-z -z', '-q', '(', '1 2', '*', '0/0', '*world', 'world',
    '*(int *)0', '(void *)0', '$pfn(0)', '$page(-1)', '-n 99', '-o -1', '-o 99999999999999999999', '-m x', '-l x', '-g /nosuch',
    '-r -1', '-n x -l', '10 if', '10 if nosuch', '10 if (', 'main', '1<<99', '9**9**9', '~0', '\\', '%s%n', 'Normal@@', 'x' * 900,
    '(' * 900, 'e\u0301\x01',
)  # fmt: skip
COMMANDS = (
    'tour', 'tour next', 'tour into', 'tour out', 'tour to', 'tour why', 'tour map', 'pageflow', 'pf-tui', 'pf-buddyinfo', 'pf-zoneinfo',
    'pf-pagetypeinfo', 'pf-freelist', 'pf-zone', 'pf-pcp', 'pf-page', 'pf-watermark', 'pf-lru', 'pf-scanners', 'pf-gfp', 'pf-path', 'pf-events', 'pf-diff',
    'pf-break',
)  # fmt: skip


def calls():
    for name, count in FUNCTIONS.items():
        for value in VALUES:
            yield f'${name}({value})'
            if count == 2:
                yield from (f'${name}({value}, "GFP_KERNEL")', f'${name}(1, {value})')
        yield from (f'${name}()', f'${name}(1, 2, 3)')


def session(lines, *before):
    """What gdb says to each of these commands, typed one after the other in a program stopped at its first request."""
    script = [part for number, line in enumerate(lines) for part in (f'echo @@{number}\\n', line)]
    words = ['gdb', '-nx', '-q', '-batch', '-iex', 'set pagination off', '-iex', 'source src/gdb/pageflow.py']
    words += ['-iex', 'set startup-with-shell off', *(part for one in before for part in ('-ex', one))]
    words += ['-ex', 'python import sys; [run_line(line) for line in sys.stdin.read().split("\\x00")]']
    helper = 'python exec("def run_line(line):\\n try: gdb.execute(line)\\n except gdb.error as e: print(e)\\n")'
    words[words.index('-ex') : words.index('-ex')] = ['-iex', helper]
    done = subprocess.run(
        [*words, program('uma')],
        cwd=ROOT,
        input='\0'.join(script),
        capture_output=True,
        text=True,
        errors='replace',
        env={'LC_ALL': 'C.UTF-8', 'TERM': 'dumb', 'COLUMNS': '80', 'PATH': '/usr/local/bin:/usr/bin:/bin'},
    )
    assert 'Python' not in done.stderr
    said = re.split(r'(?m)^@@\d+\n', done.stdout)[1:]
    assert len(said) == len(lines), done.stdout[-2000:] + done.stderr[-2000:]
    return said


def check(lines, said):
    for line, answer in zip(lines, said):
        for word in ('Python', 'Traceback', '<class', 'invoke()', 'argument(s)', 'NoneType', 'object has no'):
            assert word not in answer, f'{line}: {answer}'
        assert answer.strip(), f'{line} is answered'
        assert max(map(len, answer.splitlines())) < 400, f'{line}: {answer}'


STATES = {
    'at a request': ('break alloc_page', 'run'),
    'before the program runs': (),
    'before a machine is booted': ('break main', 'run'),
    'after the program ended': ('run',),
}


@pytest.mark.parametrize('state', STATES)
def test_functions_with_every_kind_of_value(state):
    lines = [f'print {one}' for one in calls()]
    said = session(lines, *STATES[state])
    check(lines, said)
    for line, answer in zip(lines, said):
        assert len(answer.splitlines()) <= 1 or 'print $page' in line or 'print $zone' in line, f'{line}: {answer}'


@pytest.mark.parametrize('state', STATES)
def test_commands_with_every_kind_of_line(state):
    lines = [f'{name} {line}'.strip() for name in COMMANDS[3:] for line in LINES if name != 'tour out']
    said = session(lines, *STATES[state])
    said = [answer or '-' if line.startswith('pf-tui') else answer for line, answer in zip(lines, said)]
    check(lines, said)


def test_tour_with_every_kind_of_line(answers):
    lines = [f'{name} {line}' for name in COMMANDS[:7] for line in LINES[1:] if ';' not in line and line.isascii()]
    said = session(lines, *STATES['at a request'])
    check(lines, said)
    assert all(len(answer.splitlines()) == 1 for answer in said)


def test_what_is_wrong_is_said(answers):
    wanted = {
        '$gfp(1)': '$gfp takes two arguments, not 1: $gfp(MASK, "NAMES")',
        '$gfp(1, 2)': "$gfp: NAMES is of type 'int', and should be text in quotes",
        '$gfp(*world, "GFP_KERNEL")': "$gfp: MASK is of type 'struct machine', and should be a number",
        '$alloc(1, (char *)0)': '$alloc: NAMES is NULL, and should be text in quotes',
        '$alloc(1, "FOO")': '\'FOO\' is not a mask: No symbol "FOO" in current context',
        '$stage(1.5)': "$stage: NUMBER is of type 'double', and should be a number, or the name of a stage in quotes",
        '$stage(99)': "there is no stage '99': give a number from 01 to 20, or a function; `tour map` lists the stages",
        '$zone((char *)1)': '$zone: Cannot access memory at address 0x1',
        '$free((struct zone *)0)': '$free: no zone of this machine is at 0x0',
        '$free(world)': (
            "$free: ZONE is of type 'struct machine *', and should be a pointer to a zone, or a name such as \"Normal\""
        ),
        '$pfn((void *)0)': '$pfn: 0x0 is not the address of a struct page of this machine',
        '$pfn("x")': "$pfn: PAGE is of type 'char [2]', and should be a pointer to a struct page",
        '$page(-1)': (
            '$page: this machine has no memory at PFN -0x1; it has 0x40000-0x43fff, 0x80000-0x83fff, 0x100000-0x103fff'
        ),
        '$path(1)': '$path takes nothing, not 1: $path()',
    }
    assert dict(zip(wanted, answers([f'print {one}' for one in wanted]))) == wanted


def test_a_value_that_was_optimized_out():
    gone = 'python import gdb; gdb.set_convenience_variable("gone", gdb.lookup_type("%s").optimized_out())'
    lines = [
        gone % 'int',
        'print $gfp($gone, "GFP_KERNEL")',
        'print $page($gone)',
        'print $pfn($gone)',
        'print $gfp(1, $gone)',
    ]
    said = session(lines, *STATES['at a request'])
    for answer in said[1:]:
        assert re.fullmatch(
            r'\$\w+: [A-Z]+ was optimized out: step on to a line that uses it, or look from another frame\n', answer
        )

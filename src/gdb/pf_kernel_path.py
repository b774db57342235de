# SPDX-License-Identifier: GPL-2.0-only
"""The path in a kernel: which of its functions belongs to which stage, under the names of its version, and where they are entered."""

import functools
import pathlib
import re

import pf_entries
import pf_later
import pf_versions

import gdb

ROOT = pathlib.Path(__file__).resolve().parents[2]
STAGES = ROOT / 'src' / 'stages'
DEFINITION = re.compile(r'^(?:static |inline |const |unsigned |struct |enum |__\w+ )*\w+ \**(\w+)\(', re.MULTILINE)
BESIDE = (
    'mm',
    'include',
    'kernel',
)  # where a kernel has the path; other places may use the same words for something else


# {name in 5.8.18: number of the stage that it is a way into}, as pf_chain says: it may stand in the file of another.
doors = {}


class Ours:
    """Where this book's machine has a function of the kernel's."""

    def __init__(self, stage, path, line):
        self.stage, self.path, self.line = stage, path, line


@functools.cache
def kernel_names():
    """Names that 5.8.18 has: the first column of the map."""
    lines = (ROOT / 'docs' / 'kernel-map.tsv').read_text(encoding='utf-8').splitlines()[2:]
    return frozenset(line.split('\t')[0] for line in lines)


@functools.cache
def ours():
    """{name in 5.8.18: Ours} of the kernel's functions that a stage has."""
    found = {}
    for path in sorted(STAGES.glob('*.c')):
        text = path.read_text(encoding='utf-8')
        for match in DEFINITION.finditer(text):
            if match[1] in kernel_names():
                found.setdefault(match[1], Ours(path.name[:2], path, text.count('\n', 0, match.start()) + 1))
    return found


@functools.cache
def exists(name):
    """Does this kernel have a function of that name, be it only inlined into others?"""
    if not re.fullmatch(r'\w+', name):
        return False
    try:
        return bool(gdb.decode_line(name)[1])
    except gdb.error:
        return False


@functools.cache
def names_here(name):
    """What this kernel calls a function of 5.8.18: nothing, one name, or several where it was taken apart."""
    return tuple(pf_later.names_here(name, exists))


def door_names(name):
    """The same without what is only a part of it: whoever comes to that has come in already."""
    parts = {row['later'] for row in pf_later.newer(name) if row['kind'] == 'part'}
    return [one for one in names_here(name) if one not in parts]


@functools.cache
def meant_by(name):
    """The name in 5.8.18 of a function of this kernel, or None."""
    for before in (name, *earlier().get(name, ())):
        if before in ours() and name in names_here(before):
            return before
    return None


@functools.cache
def earlier():
    """{newer name: names in 5.8.18 of what it may be}."""
    found = {}
    for before in ours():
        for later, row in pf_later.candidates(before):
            if row is not None:
                found.setdefault(later, []).append(before)
    return found


@functools.cache
def stage_number(name):
    """The number of the stage that a function of this kernel belongs to, or None."""
    before = meant_by(name)
    if before is not None:
        return doors.get(before) or ours()[before].stage
    new = {one: stage for late, stage in pf_later.new_functions() for one, _row in pf_later.candidates(late)}
    return new.get(name)


def of_frame(frame):
    """The number of the stage that a frame is in, or None."""
    name = frame.name() if frame is not None and frame.is_valid() else None
    number = stage_number(name) if name else None
    if number is None:
        return None
    symtab = frame.find_sal().symtab
    return number if symtab is None or any(f'{one}/' in symtab.filename for one in BESIDE) else None


# ---- Where a function is entered ----------------------------------------------------------------------------------


class Entry:
    """An address where a function is entered; `inside` names the function that it is inlined into, or is None."""

    def __init__(self, name, address, inside):
        self.name, self.address, self.inside = name, address, inside


def functions_at(address):
    """Names of the functions at an address, the innermost inlined one first, the one that is called last."""
    block, found = gdb.block_for_pc(address), []
    while block is not None and not block.is_static and not block.is_global:
        if block.function is not None:
            found.append(block.function.name)
        block = block.superblock
    return found


@functools.cache
def slide():
    """How far the kernel was moved from where it was linked (KASLR)."""
    return int(gdb.parse_and_eval('(unsigned long)&_stext')) - pf_entries.linked_at(symbols_file(), '_stext')


def symbols_file():
    return gdb.objfiles()[0].filename


def inlined(name, address):
    """Addresses where the symbols say that a function is entered which is inlined near an address."""
    near = pf_entries.inlined_near(symbols_file(), address - slide())
    return [one + slide() for one in near.get(name, [])]


@functools.cache
def entries(name):
    """Every Entry of a function of this kernel."""
    found = {}
    for place in gdb.decode_line(name)[1] or []:
        inside = functions_at(place.pc)[-1:] or [name]
        told = inlined(name, place.pc) if inside != [name] and stage_number(inside[0]) else []
        for address in told or [place.pc]:
            into = (functions_at(address)[-1:] or inside)[0]
            found[address] = Entry(name, address, into if into != name else None)
    return tuple(found.values())


def inlined_into(name):
    """Names of the functions that a function is inlined into; empty when it is only called."""
    return sorted({one.inside for one in entries(name) if one.inside})


def release():
    """The kernel's own name of its version, such as 6.1.0-57-cloud-amd64."""
    try:
        return gdb.parse_and_eval('init_uts_ns.name.release').string()
    except gdb.error:
        return 'of an unknown version'


def version():
    """6.1.192 where the kernel says so, in its banner or its release; else its whole release."""
    try:
        banner = gdb.parse_and_eval('(char *)&linux_banner').string('utf-8', 'replace')
    except gdb.error:
        banner = ''
    return pf_versions.shown(release(), banner)

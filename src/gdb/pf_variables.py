# SPDX-License-Identifier: GPL-2.0-only
"""Variables by address: a flag argument is known by its name, not by its type."""

import pf_machine
from pf_names import meaning
from pf_target import on_kernel

import gdb

FRAMES_OF_A_KERNEL = 8

_named = {'key': None, 'found': {}}


def _here():
    frame = gdb.newest_frame()
    return frame.pc(), int(frame.read_register('sp'))


def _collect():
    """{address: kind} of every variable of the backtrace, of every member of one, and of every zone, by its name.

    Of a kernel's backtrace the newest frames: for the others gdb would read the symbols of half of the kernel."""
    found, frame, left = {}, gdb.newest_frame(), FRAMES_OF_A_KERNEL if on_kernel() else None
    while frame is not None and left != 0:
        left = left and left - 1
        if frame.type() == gdb.NORMAL_FRAME and frame.function() is not None:
            _collect_frame(frame, found)
        frame = frame.older()
    _collect_zones(found)
    return found


def _collect_frame(frame, found):
    block = frame.block()
    while block is not None and not block.is_static and not block.is_global:
        for symbol in block:
            if not symbol.is_argument and not symbol.is_variable:
                continue
            kind, place = symbol.type.strip_typedefs(), _place(symbol, frame)
            if place is None:
                continue  # in a register, or nowhere
            if meaning(symbol.name) and kind.code == gdb.TYPE_CODE_INT:
                found[int(place)] = meaning(symbol.name)
            elif kind.code == gdb.TYPE_CODE_STRUCT:
                _collect_members(int(place), kind, found)
        if block.function is not None:
            break
        block = block.superblock


def _place(symbol, frame):
    """Where a variable is in memory, or None."""
    try:
        return symbol.value(frame).address
    except gdb.error:
        return None  # what the symbols say of it cannot be computed here


def _collect_members(base, kind, found):
    for field in kind.fields():
        if field.name and meaning(field.name) and field.type.strip_typedefs().code == gdb.TYPE_CODE_INT:
            found[base + field.bitpos // 8] = meaning(field.name)


def _collect_zones(found):
    for _nid, node in pf_machine.nodes():
        zones = node['node_zones']
        for index in range(zones.type.range()[1] + 1):
            _collect_members(int(zones[index].address), zones[index].type, found)


def kind_at(address):
    """What the plain integer at an address holds, if it is a variable of the backtrace whose name says so."""
    try:
        key = _here()
        if _named['key'] != key:
            _named.update(key=key, found={})
            _named['found'] = _collect()
    except (gdb.GdbError, *pf_machine.TROUBLE):
        return None
    return _named['found'].get(address)

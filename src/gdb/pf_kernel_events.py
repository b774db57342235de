# SPDX-License-Identifier: GPL-2.0-only
"""Tracepoints of a kernel: those that are switched on in it and that the followed request fires, with their fields.

A tracepoint has a list of functions that listen to it, the kernel's own log among them. A breakpoint at the first one sees the
arguments, whichever way the kernel calls it: 5.10 and later may call a single one directly. Such a breakpoint stops the
whole machine for a moment, so there are some only while the tour goes on, or from `pf-events on` to `pf-events off`.
"""

import functools
import re

import pf_kernel_path
import pf_kernel_request
import pf_machine
import pf_names
import pf_screen
from pf_values import error

import gdb

POINTERS, GFP, PFN, TYPES = (
    ('memcg', 'shrinker'),
    ('gfp_flags', 'gfp_mask'),
    re.compile(r'(^|_)pfn$'),
    re.compile(r'migratetype$'),
)
SWITCH = 'echo 1 > /sys/kernel/tracing/events/kmem/enable'

FIRST_ARGUMENT = {'i386:x86-64': 'rdi', 'aarch64': 'x0'}

log = []  # (name, {argument: number}) of the events of the request since the program went on
state = {'always': False, 'stops': [], 'stack': None}


@functools.cache
def names():
    """The tracepoints that the path has in this book, by the kernel's names."""
    text = (pf_kernel_path.ROOT / 'src' / 'world' / 'trace.c').read_text(encoding='utf-8')
    return tuple(re.findall(r'EVENT\((\w+),', text))


def symbol(name):
    return gdb.lookup_global_symbol(name) or gdb.lookup_static_symbol(name)


@functools.cache
def known():
    """{name: its struct tracepoint} of those that this kernel has."""
    found = {one: symbol(f'__tracepoint_{one}') for one in names()}
    return {name: tracepoint for name, tracepoint in found.items() if tracepoint is not None}


def switched_on():
    """{address of the function that listens first: {what it is given with the event: name}}; events of one kind share it."""
    found = {}
    for name, tracepoint in known().items():
        first = tracepoint.value()['funcs']
        if int(first):
            found.setdefault(int(first['func']), {})[int(first['data'])] = name
    return found


@functools.cache
def labels(name):
    """The fields of an event in the order in which the kernel prints them; the arguments where its text is not known."""
    call = symbol(f'event_{name}')
    try:
        text = call.value()['print_fmt'].string('utf-8', 'replace')
    except (gdb.error, AttributeError):
        return None
    return tuple(re.findall(r'(\w+)\s?=\s?(?:0x)?%', text.split('",')[0]))


def shown(label, number):
    """A field as our program prints it."""
    if label in POINTERS:
        return f'{number:#x}'
    if label in GFP:
        return pf_names.text('gfp', number)
    if TYPES.search(label):
        return pf_names.text('migratetype', number)
    return f'{number:#x}' if PFN.search(label) else str(number)


def given(frame):
    """{name: number} of the arguments that came with an event. What they mean can be asked only when the kernel has stopped."""
    values = {one.name: frame.read_var(one) for one in frame.block() if one.is_argument and one.name != '__data'}
    return {name: int(value) for name, value in values.items() if is_number(value)}


def is_number(value):
    return not value.is_optimized_out and value.type.strip_typedefs().code not in (
        gdb.TYPE_CODE_STRUCT,
        gdb.TYPE_CODE_UNION,
    )


def text(number):
    """An event as a line, with its fields as far as its arguments tell."""
    name, numbers = log[number]
    parts = []
    for label in labels(name) or numbers:
        if label == 'pfn' and 'pfn' not in numbers and 'page' in numbers:
            parts.append(f'pfn={pf_machine.pages().pfn(numbers["page"] & (1 << 64) - 1):#x}')
        elif label in numbers and label != 'page':
            parts.append(f'{label}={shown(label, numbers[label])}')
    return f'{name}: {" ".join(parts)}'


class Trace(gdb.Breakpoint):
    """Notes an event of the request that is followed, and does not stop."""

    def __init__(self, address, events):
        super().__init__(f'*{address:#x}', internal=True)
        self.events, self.silent = events, True

    @pf_kernel_request.interruptible
    def stop(self):
        frame = gdb.newest_frame()
        if pf_kernel_request.stack_of(frame) == state['stack']:
            register = int(frame.read_register(FIRST_ARGUMENT[pf_kernel_request.architecture()]))
            name = self.events.get(register & (1 << 64) - 1)
            if name is not None:
                log.append((name, given(frame)))
        return False


def begin():
    """The program goes on: note from here on what its request does. Between two there is nothing to note, and much to stop for."""
    log.clear()
    state['stack'] = pf_kernel_request.stack_of(gdb.newest_frame())
    if not state['stops']:
        state['stops'] = [Trace(address, events) for address, events in switched_on().items()]


def end():
    """The program has stopped: without breakpoints it runs faster."""
    if not state['always']:
        for one in state['stops']:
            if one.is_valid():
                one.delete()
        state['stops'] = []


def _went_on(_event):
    if not pf_kernel_request.revealing:
        log.clear()
        state['stack'] = pf_kernel_request.stack_of(gdb.newest_frame())


def switch(word):
    """`pf-events on` and `off`: note them for every way of going on, or only while the tour does."""
    if word not in ('on', 'off'):
        error(f"pf-events takes 'on' or 'off', not '{pf_screen.clipped(word)}'")
    wanted = word == 'on'
    if wanted != state['always']:
        (gdb.events.cont.connect if wanted else gdb.events.cont.disconnect)(_went_on)
    state['always'] = wanted
    if wanted:
        begin()
        return 'events are noted from here on, however the kernel goes on; it goes slower: pf-events off ends it'
    end()
    return 'events are noted while the tour goes on, and at no other time'


def nothing():
    """Why there is no event to show."""
    if not known():
        return 'this kernel was built without tracepoints'
    if not switched_on():
        return (
            f'no tracepoint of the path is switched on in the kernel: {SWITCH} in the guest switches on those of kmem'
        )
    noted = '' if state['always'] else "; they are noted while the tour goes on, or after 'pf-events on'"
    return f'no event of this request since the last stop{noted}'

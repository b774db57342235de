# SPDX-License-Identifier: GPL-2.0-only
"""What the debugger looks at, as commands, printers and functions see it: they do not know whether it is our program or a kernel."""

import functools

from pf_reader import place  # noqa: F401
from pf_target import on_kernel
from pf_values import (  # noqa: F401 - what is gdb in general is known here too
    INTEGERS,
    TROUBLE,
    call,
    count,
    enumerators,
    error,
    has_member,
    integer,
    kind_of,
    need_program,
    offset,
    one_line,
    read,
    running,
    static,
    target_tag,
    type_size,
    words,
)


@functools.cache
def _reader(kernel):
    if kernel:
        import pf_kernel

        return pf_kernel.Kernel()
    import pf_own

    return pf_own.Own()


def reader():
    """The reader of what the debugger looks at: see pf_reader.Reader."""
    return _reader(on_kernel())


def need_machine():
    """An error of one line that says what to do, when there is nothing to look at."""
    reader().need()


def nodes():
    return reader().nodes()


def zones():
    return reader().zones()


def zone_name(zone):
    return reader().zone_name(zone)


def label(zone):
    """The name of a pk_facts.Zone: Normal, or Normal@1 when there are several nodes."""
    return reader().label(zone.name, zone.nid)


def find_zones(wanted):
    return reader().find_zones(wanted)


def type_names():
    return reader().type_names()


def free_lists():
    return reader().free_lists()


def pages():
    return reader().pages()


def zone_of(page):
    return reader().zone_of(page)


def page_state(pfn):
    """In words: what a page is doing at the moment, and the first PFN of the block it belongs to."""
    page = reader().page(pfn)
    return page.state, page.head


def spans():
    """Where memory is, for a reader, as far as a line goes."""
    found = [f'{first:#x}-{end - 1:#x}' for first, end, _mapped in pages().ranges()]
    return ', '.join(found[:4]) + (' and more' if len(found) > 4 else '')

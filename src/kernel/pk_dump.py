# SPDX-License-Identifier: GPL-2.0-only
"""Says in one line what is wrong with a crash dump of a kernel, or with its symbols, as far as the files themselves tell."""

import re
import struct

import pk_files
from pk_files import Wrong

LIVE = '/proc/kcore'
COMPRESSED = b'KDUMP   '  # as makedumpfile and qemu write it
STREAM, STREAM_HEADER = b'makedumpfile\0', 4096  # the same in the pieces of a pipe, each behind its place and size
MACHINE_PLACE = 272  # in a compressed dump's header: the last of the names that uname gives, of 65 bytes each
WANTED = "wanted is a vmcore of kdump or makedumpfile, or what 'dump-guest-memory' of qemu wrote"


def machine_of(core):
    """The machine of a dump, None where it does not tell; Wrong for a file that is no dump."""
    start = pk_files.start_of(core, STREAM_HEADER + 2 * 8 + MACHINE_PLACE + 65)
    if start.startswith(STREAM):
        start = start[STREAM_HEADER + 2 * 8 :]
    if start.startswith(COMPRESSED):
        name = start[MACHINE_PLACE : MACHINE_PLACE + 65].split(b'\0')[0].decode('ascii', 'replace')
        return name if name in pk_files.MACHINES.values() else None  # qemu writes 'Unknown' for some
    machine = pk_files.elf_machine(core)
    if machine is None or struct.unpack_from('<H', start, 16)[0] != pk_files.CORE:
        raise Wrong(f'{core} is no dump of a kernel; {WANTED}')
    return machine


def check_dump(core, machine):
    """Wrong unless it is a dump of that machine, and where its headers tell, all there."""
    found = machine_of(core)
    if found not in (None, machine):
        raise Wrong(f'{core} is of {found}, and the symbols are for {machine}: give two files of one kernel')
    elf = core != LIVE and pk_files.elf_machine(core) is not None
    missing = pk_files.missing_bytes(core) if elf else 0
    if missing:
        raise Wrong(f'{core} is cut short: at least {missing} bytes are missing; copy it again')


def check_build(core, vmlinux, kernel, build):
    """Wrong when what the kernel says of its build (vmcoreinfo) is not what the symbols say of theirs."""
    theirs = kernel.get('BUILD-ID')
    if theirs is not None and build is not None and theirs != build:
        raise other_build(core, vmlinux, kernel, f'build-ids {theirs} and {build}')


def other_build(core, vmlinux, kernel, why):
    release = kernel.get('OSRELEASE', 'that kernel')
    return Wrong(f'{vmlinux} is of another build than {core} ({why}); take the symbols of {release}')


def unusable(path, trouble):
    """What drgn said of a file, without the names of functions and files inside it that stand before."""
    said = (str(trouble).strip().splitlines() or ['drgn does not say why'])[0]
    said = re.sub(r'^(\w+(\([^)]*\))?: |file #0: )+', '', said)
    return Wrong(f'{path} cannot be used: {said}; copy it again if it may be cut short')


def nameless(core):
    """A dump without vmcoreinfo, in which the kernel's own copy is not found either."""
    return Wrong(
        f'{core} does not say of which kernel it is (no vmcoreinfo): load the module qemu_fw_cfg in the guest '
        f"and run qemu with '-device vmcoreinfo', or dump without -z"
    )


def lacking(core, lack):
    """What memory that a dump does not have means."""
    if core == LIVE:
        return f'{core}: {lack}, though the allocator needs them: try again'
    return f'{core} does not have all of the allocator ({lack}): it is cut short, or too much was left out; copy or dump it again'

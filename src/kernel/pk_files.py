# SPDX-License-Identifier: GPL-2.0-only
"""What a kernel's files say of themselves: the machine, the build, whether all of it is there."""

import os
import struct

MACHINES = {62: 'x86_64', 183: 'aarch64'}
ARCHIVES = {b'\x1f\x8b': 'gzip', b'BZh': 'bzip2', b'\xfd7zXZ\0': 'xz', b'(\xb5/\xfd': 'zstd'}
WANTED = "wanted is the file named vmlinux of a kernel's build"
SYMBOLS = 'take the one from the package with symbols, or build with CONFIG_DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT'

NOTE_SECTION = 7
CORE = 4  # the type of a dump
BUILD_ID_NOTE = (b'GNU\0', 3)
MANY_SEGMENTS = 0xFFFF  # their number is then in the first section header


class Wrong(Exception):
    """One line for the one who named the file."""


def unreadable(path, error):
    """What is wrong with a file that cannot be opened."""
    remedy = 'run this as root, or copy it' if isinstance(error, PermissionError) else 'check its name'
    return Wrong(f'{path} cannot be read: {error.strerror}; {remedy}')


def start_of(path, size):
    """The first bytes of a file."""
    try:
        with open(path, 'rb') as file:
            return file.read(size)
    except OSError as error:
        raise unreadable(path, error) from None


def elf_machine(path):
    """The machine of an ELF file, or None for another kind of file."""
    start = start_of(path, 64)
    if len(start) < 64 or start[:6] != b'\x7fELF\x02\x01':
        return None
    number = struct.unpack_from('<H', start, 18)[0]
    return MACHINES.get(number, f'machine {number} of the ELF list')


def sections(path):
    """The sections of an ELF file: {name: (type, offset, size)}."""
    with open(path, 'rb') as file:
        start = file.read(64)
        (offset,) = struct.unpack_from('<Q', start, 40)
        size, count, names = struct.unpack_from('<HHH', start, 58)
        file.seek(offset)
        table = file.read(size * count)
        headers = [struct.unpack_from('<IIQQQQ', table, size * number) for number in range(count)]
        file.seek(headers[names][4])
        text = file.read(headers[names][5])
    return {
        text[name : text.index(b'\0', name)].decode(): (kind, place, long) for name, kind, _, _, place, long in headers
    }


def vmlinux_sections(path):
    """The sections of a kernel with its symbols; Wrong for any other file."""
    start = start_of(path, 8)
    machine = elf_machine(path)
    if machine is None:
        kind = next(
            (f'is packed with {name}: unpack it' for magic, name in ARCHIVES.items() if start.startswith(magic)), None
        )
        raise Wrong(f'{path} {kind or "is not an ELF file of 64 bits"}; {WANTED}')
    if struct.unpack_from('<H', start_of(path, 18), 16)[0] == CORE:
        raise Wrong(f'{path} is a dump and no kernel: VMCORE comes first, then VMLINUX')
    if machine not in MACHINES.values():
        raise Wrong(f'{path} is for {machine}; kernels for x86_64 and aarch64 are understood')
    try:
        has = sections(path)
    except (struct.error, ValueError, IndexError, UnicodeDecodeError):
        raise Wrong(f'{path} is cut short: its list of sections is not there; copy it again') from None
    if '.init.text' not in has or '__ksymtab' not in has:
        raise Wrong(f'{path} is not a kernel; {WANTED}')
    if '.debug_info' not in has:
        raise Wrong(f'{path} has no debug symbols; {SYMBOLS}')
    return has


def vmlinux_machine(path):
    """The machine of a kernel with its symbols."""
    vmlinux_sections(path)
    return elf_machine(path)


def notes(data):
    """The notes of an ELF file: [(owner, type, bytes)]."""
    found, place = [], 0
    while place + 12 <= len(data):
        owner, size, kind = struct.unpack_from('<III', data, place)
        begin = place + 12 + (owner + 3) // 4 * 4
        found.append((data[place + 12 : place + 12 + owner], kind, data[begin : begin + size]))
        place = begin + (size + 3) // 4 * 4
    return found


def build_id(path):
    """The build-id of a kernel with its symbols, in hex; None for a build without one."""
    with open(path, 'rb') as file:
        for kind, offset, size in vmlinux_sections(path).values():
            if kind == NOTE_SECTION:
                file.seek(offset)
                for owner, number, data in notes(file.read(size)):
                    if (owner, number) == BUILD_ID_NOTE:
                        return data.hex()
    return None


def missing_bytes(path):
    """How many bytes of an ELF core file are not there, by what its headers say."""
    length = os.stat(path).st_size
    with open(path, 'rb') as file:
        start = file.read(64)
        headers, listed = struct.unpack_from('<QQ', start, 32)
        size, count = struct.unpack_from('<HH', start, 54)
        if count == MANY_SEGMENTS:
            file.seek(listed + 44)
            (count,) = struct.unpack('<I', file.read(4).ljust(4, b'\0'))
        file.seek(headers)
        table = file.read(size * count)
    if len(table) < size * count:
        return headers + size * count - length
    segments = [struct.unpack_from('<IIQQQQ', table, size * number) for number in range(count)]
    return max(0, max((offset + there for _, _, offset, _, _, there in segments), default=0) - length)

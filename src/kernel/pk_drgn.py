# SPDX-License-Identifier: GPL-2.0-only
"""A kernel's memory as drgn sees it: in a crash dump, or the running one."""

import functools
import logging

import drgn
import pk_files
from pk_dump import check_build, check_dump, nameless, other_build, unusable
from pk_memory import PAGE_SIZE, Member, Memory, Type, Unreadable
from pk_pages import parse_vmcoreinfo

KINDS = {
    drgn.TypeKind.INT: 'int',
    drgn.TypeKind.BOOL: 'bool',
    drgn.TypeKind.ENUM: 'enum',
    drgn.TypeKind.POINTER: 'pointer',
    drgn.TypeKind.ARRAY: 'array',
    drgn.TypeKind.STRUCT: 'struct',
    drgn.TypeKind.UNION: 'union',
    drgn.TypeKind.VOID: 'void',
}
TAGGED = ('struct', 'union', 'enum')
COMPOUND = (drgn.TypeKind.STRUCT, drgn.TypeKind.UNION)
COUNTED_AS_ONE = (drgn.TypeKind.VOID, drgn.TypeKind.FUNCTION)
FOUND_BY_NAME = drgn.FindObjectFlags.VARIABLE | drgn.FindObjectFlags.FUNCTION

ARCHITECTURES = {'x86_64': drgn.Architecture.X86_64, 'aarch64': drgn.Architecture.AARCH64}
INFO_BEGINS = b'OSRELEASE='
# Where a page is missing the next one is tried; where so many in a row are, the next MiB: memory begins at one.
SMALL_HOLE, HOLE, MEBIBYTE = 256, 1 << 16, 1 << 20
# What drgn asks of any kernel's vmcoreinfo before it reads physical memory: of this, no address is ever used.
PROVISIONAL = (
    b'OSRELEASE=5.4.0\nPAGESIZE=4096\nKERNELOFFSET=0\nSYMBOL(swapper_pg_dir)=ffffffff82000000\n'
    b'SYMBOL(_stext)=ffffffff81000000\nSYMBOL(mem_section)=0\nNUMBER(VA_BITS)=48\n'
)

logging.getLogger('drgn').setLevel(logging.ERROR)  # that a dump is a stream is said by nobody


def plain(kind):
    """drgn's type without typedefs."""
    while kind.kind == drgn.TypeKind.TYPEDEF:
        kind = kind.type
    return kind


def size_of(kind):
    """Bytes; 0 for what has none, such as a structure that is only named. void and functions have one, as gcc counts."""
    if kind.kind in COUNTED_AS_ONE:
        return 1
    return drgn.sizeof(kind) if kind.is_complete() else 0


def is_signed(kind):
    if kind.kind == drgn.TypeKind.ENUM:
        return kind.type is not None and kind.type.is_signed
    return kind.kind == drgn.TypeKind.INT and kind.is_signed


def converted(kind):
    """drgn's type as ours."""
    kind = plain(kind)
    word = KINDS.get(kind.kind, 'other')
    tag = kind.tag if word in TAGGED else None
    name = f'{word} {tag}' if tag else kind.type_name()
    length = kind.length or 0 if word == 'array' else 0
    return Type(word, name, size_of(kind), is_signed(kind), length, lambda: members(kind), lambda: converted(kind.type))


def members(kind, base=0):
    """{name: Member}, those of unnamed structures and unions inside included."""
    found = {}
    for member in kind.members or ():
        if member.name is None:
            inner = plain(member.type)
            if inner.kind in COMPOUND:
                found.update(members(inner, base + member.bit_offset // 8))
        else:
            bits = member.bit_field_size or 0
            unit = 8 * size_of(plain(member.type)) if bits else 8
            place = member.bit_offset // unit * unit
            within = member.bit_offset - place if bits else 0
            found[member.name] = Member(base + place // 8, converted(member.type), bits, within)
    return found


class DrgnMemory(Memory):
    """The program that drgn has opened and has debugging information of."""

    def __init__(self, program):
        self.program = program

    @functools.cache  # noqa: B019 - there is one of it
    def _found(self, name):
        """The variable or function; None too for a function that is inlined wherever it is called."""
        try:
            found = self.program.object(name, FOUND_BY_NAME)
        except LookupError:
            return None
        return found if found.address_ is not None else None

    def symbol(self, name):
        found = self._found(name)
        return found.address_ if found is not None else None

    @functools.cache  # noqa: B019
    def variable_type(self, name):
        found = self._found(name)
        return converted(found.type_) if found is not None else None

    @functools.cache  # noqa: B019
    def type(self, name):
        try:
            return converted(self.program.type(name))
        except LookupError:
            return None

    @functools.cache  # noqa: B019
    def enumerators(self, name):
        try:
            found = plain(self.program.type(name))
        except LookupError:
            return None
        return dict(found.enumerators or ())

    def read(self, address, size):
        try:
            return self.program.read(address, size)
        except (drgn.FaultError, OverflowError, ValueError):
            raise Unreadable(address, size) from None


# ---- Opening ----


def opened_with(core, machine, info=None):
    """drgn's program of a dump, given what the kernel says of itself, or left to find it."""
    program = drgn.Program(platform=drgn.Platform(ARCHITECTURES[machine]), vmcoreinfo=info)
    program.set_core_dump(core)
    return program


def pages_that_begin(program, text):
    """The pages of physical memory that begin with a text; what the dump does not have is stepped over."""
    begin = holes = 0
    while holes < HOLE:
        try:
            for address in program.search_memory(text).set_address_range(begin, None, True):
                if address % PAGE_SIZE == 0:
                    yield program.read(address, PAGE_SIZE, True)
                begin = address + 1
            return
        except drgn.FaultError as fault:
            holes = 0 if fault.address >= begin + PAGE_SIZE else holes + 1
            step = PAGE_SIZE if holes < SMALL_HOLE else MEBIBYTE
            begin = (fault.address // step + 1) * step


def searched_info(core, machine, build):
    """What the kernel says of itself, from its own copy in memory, for a dump that does not carry it; None: not found.

    Where a kernel that ran before has left its own, that of the build is taken."""
    found = None
    for page in pages_that_begin(opened_with(core, machine, PROVISIONAL), INFO_BEGINS):
        info = page.split(b'\0')[0]
        if b'PAGESIZE=' in info:
            found = found or info
            if parse_vmcoreinfo(info.decode('utf-8', 'replace')).get('BUILD-ID') == build:
                return info
    return found


def program_of(core, machine, build):
    """drgn's program of a dump of a kernel."""
    trouble = 'it is the dump of a program, not of a kernel'
    try:
        program = opened_with(core, machine)
        if program.flags & drgn.ProgramFlags.IS_LINUX_KERNEL:
            return program
    except OSError as error:
        raise pk_files.unreadable(core, error) from None
    except Exception as error:  # drgn has no narrower class for most of what can be wrong with a dump
        trouble = error
    try:
        info = searched_info(core, machine, build)
        if info is not None:
            return opened_with(core, machine, info)
    except Exception:
        info = None  # what drgn said first is what is wrong
    raise nameless(core) if 'vmcoreinfo' in str(trouble) else unusable(core, trouble)


def load_symbols(program, core, vmlinux, kernel):
    """Gives drgn the symbols; for kernels before 5.9 it is drgn that looks for the build-id in their memory."""
    try:
        program.load_debug_info([vmlinux])
        found = program.main_module().debug_file_path
    except drgn.MissingDebugInfoError:
        found = None
    except Exception as trouble:
        raise unusable(vmlinux, trouble) from None
    if found is None:
        raise other_build(core, vmlinux, kernel, 'drgn does not find its build-id in it')


def opened(core, vmlinux):
    """The memory of the kernel in a dump, or of the running one (LIVE)."""
    machine, build = pk_files.vmlinux_machine(vmlinux), pk_files.build_id(vmlinux)
    check_dump(core, machine)
    program = program_of(core, machine, build)
    kernel = parse_vmcoreinfo(program['VMCOREINFO'].string_().decode('utf-8', 'replace'))
    check_build(core, vmlinux, kernel, build)
    load_symbols(program, core, vmlinux, kernel)
    return DrgnMemory(program)

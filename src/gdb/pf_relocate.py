# SPDX-License-Identifier: GPL-2.0-only
"""Where the kernel really is: what it was moved by when it booted (KASLR), and its symbols loaded there."""

import pf_kernel_check

import gdb

# x86-64: the table of interrupt handlers is at the same address in every page table, also in a process's own.
GATES = 0xFFFFFE0000000000
GATE_SIZE = 16
HANDLERS = {
    0: ('asm_exc_divide_error', 'divide_error'),
    5: ('asm_exc_bounds', 'bounds'),
    6: ('asm_exc_invalid_op', 'invalid_op'),
    10: ('asm_exc_invalid_tss', 'invalid_TSS'),
    13: ('asm_exc_general_protection', 'general_protection'),
}
PAGE_FAULT, TIMER = 14, 0xEC
# arm64: entries from a process, at these distances from the beginning of the vectors.
FROM_PROCESS = (0x400, 0x480)
# Where the processor needs it, the vectors of one of the ways around Spectre-BHB, one behind the other, stand for the usual ones.
USUAL, HARDENED = 'vectors', '__bp_harden_el1_vectors'
HARDENED_SIZE, HARDENED_COUNT = 0x800, 3

ALIGNMENT = {'x86_64': 1 << 21, 'aarch64': 1 << 16}  # a kernel is moved by a multiple of this
STEPS = 200  # more than any entry has, until it is in the kernel's own page table


def machine():
    """The machine of the program, by its registers."""
    return 'aarch64' if 'aarch64' in gdb.selected_inferior().architecture().name() else 'x86_64'


def register(name):
    """The value of a register; None where the other side does not tell it."""
    value = gdb.parse_and_eval(f'${name}')
    return None if value.type.code == gdb.TYPE_CODE_VOID else int(value) & (1 << 64) - 1


# ---- By how much? --------------------------------------------------------------------------------------------------


def gate(number):
    """The address of a handler of interrupts."""
    data = bytes(gdb.selected_inferior().read_memory(GATES + number * GATE_SIZE, GATE_SIZE))
    return int.from_bytes(data[:2] + data[6:12], 'little')


def vectors():
    """arm64: where the processor goes to for an exception."""
    return next((value for value in map(register, ('VBAR_EL1', 'VBAR')) if value is not None), None)


def linked_vectors():
    """arm64: the places that the symbols know for the vectors in use."""
    usual, hardened = map(pf_kernel_check.address_of, (USUAL, HARDENED))
    found = [] if usual is None else [usual]
    if hardened is not None:
        found += [hardened + number * HARDENED_SIZE for number in range(HARDENED_COUNT)]
    return found


def offset_of_vectors():
    """arm64: what the kernel was moved by; None where no place fits. Of several that do, the one with the kernel's own notes."""
    here = vectors()
    away = [] if here is None else [here - linked for linked in linked_vectors()]
    found = [one for one in away if one % ALIGNMENT['aarch64'] == 0]
    return next(filter(pf_kernel_check.has_own_notes, found), found[0] if found else None)


def offset_of_handlers():
    """x86-64: the same; None where the handlers contradict each other."""
    found = set()
    for number, names in HANDLERS.items():
        linked = next(filter(None, map(pf_kernel_check.address_of, names)), None)
        if linked is not None:
            found.add(gate(number) - linked)
    one = found.pop() if len(found) == 1 else None
    return one if one is not None and one % ALIGNMENT['x86_64'] == 0 else None


def offset():
    """What the kernel was moved by; None where that cannot be told."""
    return offset_of_vectors() if machine() == 'aarch64' else offset_of_handlers()


# ---- Into the kernel's own code ------------------------------------------------------------------------------------


def in_process():
    """Does the processor run a process's own code?"""
    return register('cpsr') & 0xC == 0 if machine() == 'aarch64' else register('cs') & 3 == 3


def entries():
    """Where a process that runs on enters the kernel, whatever the symbols say."""
    if machine() == 'aarch64':
        return [vectors() + distance for distance in FROM_PROCESS]
    return [gate(PAGE_FAULT), gate(TIMER)]


def readable(address):
    """Is that in the page table that is in use?"""
    try:
        gdb.selected_inferior().read_memory(address, 1)
    except gdb.MemoryError:
        return False
    return True


def arrived():
    """Does the kernel have the processor, in its own page table, as far as can be told?"""
    moved = None if in_process() else offset()
    if moved is None:  # arm64 has vectors of its own for processes; on x86-64 nothing more will be seen
        return not in_process() and machine() == 'x86_64'
    notes = pf_kernel_check.address_of('__start_notes')
    return notes is None or readable(notes + moved)


def into_kernel():
    """Let a process run on until the kernel has the processor, in its own page table."""
    if in_process():
        stops = [
            gdb.Breakpoint(f'*{address:#x}', type=gdb.BP_HARDWARE_BREAKPOINT, internal=True) for address in entries()
        ]
        try:
            for stop in stops:
                stop.silent = True
            gdb.execute('continue', to_string=True)
        finally:
            for stop in stops:
                stop.delete()
    for _ in range(STEPS):
        if arrived():
            return
        gdb.execute('stepi', to_string=True)


# ---- The symbols ---------------------------------------------------------------------------------------------------


def load(moved):
    """The symbols once more, where the kernel is."""
    name = gdb.objfiles()[0].filename
    # x86-64: names of per-CPU data are distances, which are the same wherever the kernel is
    fixed = ' -s .data..percpu 0' if pf_kernel_check.address_of('__per_cpu_start') == 0 else ''
    gdb.execute('symbol-file', to_string=True)
    gdb.execute(f"add-symbol-file '{name}' -o {moved:#x}{fixed}", to_string=True)


def nowhere():
    """Why it cannot be told where the kernel is, and what helps."""
    if machine() == 'aarch64':
        here = vectors()
        shown = 'which is not shown' if here is None else f'{here:#x}'
        return (
            f'where the kernel is cannot be told from VBAR_EL1 ({shown}): give the vmlinux of the same build, '
            'or boot the kernel with nospectre_bhb'
        )
    name = gdb.objfiles()[0].filename
    return f'the symbols of {name} are of another build than the kernel that runs: give those of the same build'


def relocate():
    """Go into the kernel's own code, and load the symbols where it is; end the session where they are not its own."""
    try:
        with pf_kernel_check.unheard():
            into_kernel()
        moved = offset()
    except gdb.error as problem:
        pf_kernel_check.give_up(
            f'the kernel does not show where it is ({problem}): let it boot before you attach, or boot it with nokaslr'
        )
        return
    if moved is None:
        pf_kernel_check.give_up(nowhere())
    elif moved:
        load(moved)

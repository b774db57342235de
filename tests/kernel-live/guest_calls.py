# SPDX-License-Identifier: GPL-2.0-only
"""Functions of a stopped kernel, called from gdb by hand: at a system call's first instruction nothing is locked.

gdb's own calls leave a breakpoint on the stack, which a kernel may not execute from. Here the call returns to the instruction
that the guest has stopped at."""

import gdb

# What a call may change, argument registers first: the others are the callee's to save.
X86_64 = ('rdi', 'rsi', 'rdx', 'rcx', 'r8', 'r9', 'rax', 'r10', 'r11')
ARM64 = tuple(f'x{number}' for number in range(19)) + ('x30',)
RESULTS = {'rdi': 'rax', 'x0': 'x0'}  # by the first argument's register
WORD = 1 << 64


class Stop(gdb.Breakpoint):
    """A breakpoint at an address, on one stack only when `stack` is given. Off until it is wanted."""

    def __init__(self, address):
        super().__init__(f'*{address:#x}', internal=True)
        self.silent, self.enabled, self.stack = True, False, None

    def stop(self):
        return self.stack is None or register('sp') == self.stack


def register(name):
    return int(gdb.parse_and_eval(f'(unsigned long long)${name}')) % WORD


def set_register(name, value):
    gdb.execute(f'set ${name} = {value:#x}')


def run():
    """Lets the guest go on to its next stop."""
    run.count += 1
    gdb.execute('continue', to_string=True)


run.count = 0  # so that others know whether what they have read is still true


def convention():
    """The registers of this processor that a call may change."""
    return X86_64 if gdb.selected_frame().architecture().name().startswith('i386') else ARM64


def arguments(number=4):
    """The arguments of the function whose first instruction is next."""
    return [register(name) for name in convention()[:number]]


def return_place():
    """Where the function whose first instruction is next returns to, and the stack that it leaves then."""
    stack = register('sp')
    if convention() is ARM64:
        return register('x30'), stack
    return int.from_bytes(gdb.selected_inferior().read_memory(stack, 8).tobytes(), 'little'), stack + 8


def to_return():
    """Lets the function whose first instruction is next run to its end, in the same kernel stack; gives its result."""
    address, stack = return_place()
    back = Stop(address)
    back.stack, back.enabled = stack, True
    run()
    back.delete()
    return register(RESULTS[convention()[0]])


class Calls:
    """Calls made from where the guest stands; `leave` puts the registers back."""

    def __init__(self):
        self.registers = convention()
        self.kept = {name: register(name) for name in (*self.registers, 'sp', 'pc')}
        self.back = Stop(self.kept['pc'])

    def __call__(self, function, *values):
        """What a function gives, as a number."""
        for name, value in zip(self.registers, values):
            set_register(name, value % WORD)
        self._return_here()
        set_register('pc', function)
        self.back.enabled = True
        run()
        self.back.enabled = False
        if register('pc') != self.kept['pc']:
            raise gdb.GdbError(f'the call of {function:#x} did not come back: the guest is at {register("pc"):#x}')
        return register(RESULTS[self.registers[0]])

    def _return_here(self):
        """Stack and return address as a caller at this place would have left them."""
        self.back.stack = self.kept['sp']
        if self.registers is ARM64:
            set_register('x30', self.kept['pc'])
        else:
            below = self.kept['sp'] - 8
            gdb.selected_inferior().write_memory(below, self.kept['pc'].to_bytes(8, 'little'))
            set_register('sp', below)

    def leave(self):
        for name, value in self.kept.items():
            set_register(name, value)
        self.back.delete()

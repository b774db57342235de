# SPDX-License-Identifier: GPL-2.0-only
"""Following one request of a kernel: whose it is, the frames that a compiler hid, and the end of a function.

Other processors, interrupts and other tasks come through the same functions. A request is told from theirs by the stack
that it runs on: each task has its own, and interrupts have one of theirs.
"""

import functools

import pf_kernel_path

import gdb

STACK_SIZE = 16 << 10  # of x86_64 and of arm64 with pages of 4 KiB: stacks are aligned to their size
MOST_TASKS = 4096

revealing = []  # not empty while `reveal` steps: nothing of the kernel happens then

RESULTS = {'i386:x86-64': 'rax', 'aarch64': 'x0'}  # the register with what a function returns


def architecture():
    return gdb.selected_inferior().architecture().name()


def stack_of(frame):
    """The stack that a frame is on."""
    return int(frame.read_register('sp')) & (1 << 64) - 1 & ~(STACK_SIZE - 1)


def member(task, name):
    return int(task[name]) & (1 << 64) - 1


def current():
    """The struct task_struct that runs on the processor in focus; None where that cannot be told."""
    pointer = gdb.lookup_type('struct task_struct').pointer()
    try:
        if architecture() == 'aarch64':
            address = int(gdb.newest_frame().read_register('SP_EL0'))
        else:
            base = int(gdb.newest_frame().read_register('gs_base'))
            whose = '&current_task' if gdb.lookup_global_symbol('current_task') else '&pcpu_hot.current_task'
            place = (base + int(gdb.parse_and_eval(whose))) & (1 << 64) - 1
            address = int(gdb.Value(place).cast(pointer.pointer()).dereference())
        return gdb.Value(address & (1 << 64) - 1).cast(pointer).dereference()
    except (gdb.error, ValueError):
        return on_stack(stack_of(gdb.newest_frame()))


def on_stack(stack):
    """The task whose stack this is, looked for among all of them: a stub may not tell the registers that say it."""
    first = gdb.lookup_global_symbol('init_task').value()
    link = next(field for field in first.type.fields() if field.name == 'tasks').bitpos // 8
    pointer, task = first.address.type, first
    for _count in range(MOST_TASKS):
        if member(task, 'stack') == stack:
            return task
        task = gdb.Value(member(task['tasks'], 'next') - link).cast(pointer).dereference()
        if task.address == first.address:
            break
    return None


def user_task():
    """The process that is running, if it is in its own system call or fault; None for a kernel thread and in an interrupt."""
    task = current()
    if task is None or not member(task, 'mm') or member(task, 'stack') != stack_of(gdb.newest_frame()):
        return None
    return task


def who(task):
    """cat, process 123"""
    return f'{task["comm"].string()}, process {int(task["pid"])}'


# ---- Frames that are inlined ------------------------------------------------------------------------------------


def real(frame):
    """The frame of the function that was really called."""
    while frame.type() == gdb.INLINE_FRAME and frame.older() is not None:
        frame = frame.older()
    return frame


def calls():
    """Names of the functions from the newest outwards, those that gdb hides at the entry of an inlined one included."""
    newest = gdb.newest_frame()
    names = pf_kernel_path.functions_at(newest.pc())
    frame = real(newest)
    if not names or names[-1] != frame.name():
        names = [frame.name()]
    while frame is not None:
        yield from ((one, frame) for one in names)
        frame = frame.older()
        names = [frame.name()] if frame is not None else []


def outside(function):
    """(name, frame) of the function that the one entered here was called from."""
    found = False
    for name, frame in calls():
        if found and name != function:
            return name, frame
        found = found or name == function
    return None, None


def reveal(function):
    """At the entry of an inlined function gdb shows the one around it. `step` makes the inner one visible without a step."""
    revealing.append(function)
    try:
        _reveal(function)
    finally:
        revealing.clear()


def _reveal(function):
    for _level in pf_kernel_path.functions_at(gdb.newest_frame().pc()):
        newest = gdb.newest_frame()
        shown, names = newest.name(), pf_kernel_path.functions_at(newest.pc())
        if (
            shown == function
            or function not in names
            or shown not in names
            or names.index(shown) <= names.index(function)
        ):
            return
        before = newest.pc()
        gdb.execute('step', to_string=True)
        if gdb.newest_frame().pc() != before:
            return


# ---- The end of a function ----------------------------------------------------------------------------------------


def interruptible(stop):
    """Ctrl-C typed while a breakpoint is judged stops the kernel, as it does at any other time."""

    @functools.wraps(stop)
    def judged(self):
        try:
            return stop(self)
        except KeyboardInterrupt:
            return True

    return judged


class Return(gdb.Breakpoint):
    """Stops where a function has returned to, on the same stack."""

    def __init__(self, frame):
        inner = real(frame)
        outer = inner.older()
        while outer is not None and outer.type() == gdb.TAILCALL_FRAME:
            outer = outer.older()
        super().__init__(f'*{outer.pc():#x}', internal=True)
        self.function, self.name = inner.function(), inner.name()
        self.inlined = frame.name() if inner != frame else None
        self.place, self.silent, self.reached = int(outer.read_register('sp')), True, False

    @interruptible
    def stop(self):
        self.reached = int(gdb.newest_frame().read_register('sp')) == self.place
        if self.reached:
            self.return_value = self.result()
        return self.reached

    def result(self):
        """What the function returned; None for one that returns nothing."""
        kind = self.function.type.target().strip_typedefs() if self.function is not None else None
        if kind is None or kind.code == gdb.TYPE_CODE_VOID:
            return None
        register = RESULTS.get(architecture())
        value = gdb.newest_frame().read_register(register)
        return value.cast(self.function.type.target()) if kind.code != gdb.TYPE_CODE_STRUCT else None

    return_value = None

    def returned(self):
        return 'nothing' if self.return_value is None else str(self.return_value)

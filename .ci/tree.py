#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""`.ci/tree.py PROCESS [GOAL...]`: one make at a time works in this tree, and no object outlives its source.

The Makefile and .ci/run ask for the tree on behalf of PROCESS, which is themselves. Of two that ask, the second waits and
says so in one line on stderr. One that was started by the first, however far down, belongs to it and goes on at once.

The tree is held by a lock on its top directory, so there is no file that could stay behind, or be removed by `make clean`.
A process of its own holds that lock, the keeper: it lives exactly as long as PROCESS, however that ends, and holds nothing
else. Where the file system has no such locks, or the system cannot wait for another's process, nobody waits.

What is printed on stdout is for the one who asked:

    KEEPER         the keeper's process; nothing where nothing is held
    stop MESSAGE   nothing can be built here, and why

`.ci/tree.py give-back KEEPER` gives the tree back early, as before a debugger is at its prompt.
"""

import contextlib
import errno
import fcntl
import os
import pathlib
import resource
import select
import signal
import sys
import tempfile

BUILD = pathlib.Path("build")
CONFIGURATIONS = ("uma", "numa", "front")
LITTLE = 1 << 30  # bytes of memory with which some compiler, linker or test may come to nothing


# ---- Can anything be built here? -----------------------------------------------------------------------------------


def obstacle(goals):
    """Why nothing can be written to build/, with a remedy, or None."""
    place = BUILD if BUILD.is_dir() else pathlib.Path()
    try:
        with tempfile.TemporaryFile(dir=place, buffering=0) as file:
            file.write(bytes(1 << 16))
    except OSError as error:
        name = "build/" if place == BUILD else "this tree"
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            remedy = "copy the tree to where you may write, and run make there"
        elif goals:  # `make clean` makes room
            return None
        else:
            remedy = "make room: `make clean` removes build/"
        return f"{name} cannot be written ({error.strerror}); {remedy}"
    return None


def name_a_limit():
    """Programs that come to the end of it say all sorts of things, but not that."""
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit != resource.RLIM_INFINITY and limit < LITTLE:
        print(
            f"memory is limited to {limit >> 10} KiB (ulimit -v): what fails below may fail for that",
            file=sys.stderr,
            flush=True,
        )


# ---- Whose is the tree? --------------------------------------------------------------------------------------------


def alive(process):
    """One that has ended stays in the table until its parent has asked for it, but it works no more."""
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


def ancestors(process):
    """The process, its parent, and so on."""
    while process:
        yield process
        try:
            process = int(pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            return


def owner():
    """The process for which this tree is held, or None where that cannot be seen."""
    with contextlib.suppress(OSError):
        for line in pathlib.Path("/proc/locks").read_text().splitlines():
            kind, *_, process, _file, _start, _end = line.split()[1:]
            with contextlib.suppress(OSError, ValueError, IndexError, StopIteration):
                words = pathlib.Path(f"/proc/{process}/cmdline").read_text().split("\0")
                at = next(at for at, word in enumerate(words) if word.endswith(".ci/tree.py"))
                if kind == "FLOCK" and os.path.samefile(f"/proc/{process}/cwd", "."):
                    return int(words[at + 1])
    return None


def take(tree, process):
    """Takes the tree, when need be after another; false where there is nothing to take or wait for."""
    try:
        fcntl.flock(tree, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        pass
    except OSError:
        return False
    other = owner()
    if other in ancestors(process) or (other is None and os.environ.get("MAKELEVEL", "0") != "0"):
        return False
    if other is None or alive(other):
        named = f" (process {other})" if other else ""
        print(f"another make works in this tree{named}; waiting for it", file=sys.stderr, flush=True)
    fcntl.flock(tree, fcntl.LOCK_EX)
    return True


# ---- The keeper ----------------------------------------------------------------------------------------------------


def remove_what_has_no_source():
    """An object goes when its source has gone, and with it whatever of that flavour may have been linked with it."""
    flavours = set()
    for configuration in CONFIGURATIONS:
        for note in BUILD.glob(f"{configuration}/*/**/*.d"):
            source = pathlib.Path(*note.parts[3:]).with_suffix(".c")
            if not source.exists():
                flavours.add(note.parts[2])
                for suffix in (".o", ".gcno", ".d"):
                    note.with_suffix(suffix).unlink(missing_ok=True)
    for flavour in flavours:
        for configuration in CONFIGURATIONS:
            for file in (BUILD / configuration / flavour).glob("**/*"):
                if file.is_file() and not file.with_suffix(".d").exists():
                    file.unlink()


def keep(process):
    """What the keeper does. It must not be ended by what is typed at the one it serves, nor hold its files open."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        end = os.pidfd_open(process)
    except (AttributeError, OSError):
        return
    tree = os.open(".", os.O_RDONLY | os.O_DIRECTORY)
    if not take(tree, process):
        return
    name_a_limit()
    os.setsid()
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    remove_what_has_no_source()
    print(os.getpid(), flush=True)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    for name in map(int, os.listdir("/proc/self/fd")):
        if name > 2 and name not in (end, tree):
            with contextlib.suppress(OSError):  # the one by which they are listed
                os.close(name)
    select.select([end], [], [])


def give_back(keeper):
    with contextlib.suppress(OSError):
        end = os.pidfd_open(keeper)
        os.kill(keeper, signal.SIGTERM)
        select.select([end], [], [])


def main():
    if sys.argv[1] == "give-back":
        give_back(int(sys.argv[2]))
        return
    process, goals = int(sys.argv[1]), sys.argv[2:]
    wrong = obstacle(goals)
    if wrong:
        print("stop", wrong)
    elif os.fork() == 0:
        keep(process)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""`.ci/kernel_boot.py VMLINUX IMAGE [COMMAND...]` boots a kernel in an emulator, for as long as the command runs.

The command finds in PAGEFLOW_KERNEL where the kernel waits for a debugger. Without one the guest runs until stdin is
closed, and when it is ready, stdout has a line for each thing that is then there, and `ready` as the last:

    machine x86_64 or aarch64
    socket  where a debugger finds the kernel (`target remote SOCKET`)
    console the file with what the kernel printed
    shell   the terminal with a shell of the guest

The emulator works without KVM, without a network, and with sockets in a private directory only. It ends with this
program, however that ends. From the environment: MEMORY (256M), CPUS (1), CMDLINE (appended to the kernel's command
line), QEMU (further words for the emulator).
"""

import contextlib
import fcntl
import lzma
import os
import pathlib
import re
import select
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time

from kernel_files import machine_of
from pk_files import Wrong, elf_machine

ROOT = pathlib.Path(__file__).resolve().parents[1]
PLACE = pathlib.Path("build/kernel")
READY = "pageflow: the guest is ready"
HANG = int(re.search(r"HANG_SECONDS (\d+)", (ROOT / "tests/support/hang.h").read_text())[1])
TAIL = 12  # lines of the console that are shown where a kernel does not come up

# What tells machines apart: the emulator, its console, the device of the shell, where a static busybox is.
MACHINES = {
    "x86_64": {
        "qemu": "qemu-system-x86_64",
        "words": ["-M", "q35", "-serial", "chardev:console", "-serial", "chardev:shell"],
        "console": "ttyS0",
        "shell": "ttyS1",
        # a slow emulator makes the kernel doubt its timer
        "told": ["no_timer_check"],
    },
    "aarch64": {
        "qemu": "qemu-system-aarch64",
        "words": [
            "-M",
            "virt",
            "-cpu",
            "cortex-a57",
            "-serial",
            "chardev:console",
            "-device",
            "pci-serial,chardev=shell",
        ],
        "console": "ttyAMA0",
        "shell": "ttyS0",
        "told": [],
    },
}
GROUPS = {"x86_64": "kernel", "aarch64": "kernel-arm64"}

# The path of a page, as the kernel itself tells it: the debugger stops at these where they are switched on. The kernel takes a
# whole name here, or the star alone.
EVENTS = ",".join([
    *(f"kmem:mm_page_{name}" for name in ("alloc", "alloc_zone_locked", "alloc_extfrag", "pcpu_drain", "free", "free_batched")),
    "vmscan:*", "compaction:*", "oom:*",
])  # fmt: skip


def say(text):
    print(f"kernel: {text}", file=sys.stderr, flush=True)


# ---- What the reader may choose ------------------------------------------------------------------------------------


def memory():
    """MEMORY in the emulator's words."""
    text = os.environ.get("MEMORY") or "256M"
    match = re.fullmatch(r"(\d{1,6})([MG])", text)
    size = int(match[1]) << (10 if match[2] == "G" else 0) if match else 0
    if not 96 <= size <= 64 << 10:
        raise Wrong(f"MEMORY={text}: give the guest's memory as 256M or 2G, at least 96M and at most 64G")
    return text


def processors():
    """CPUS, how many the guest has."""
    text = os.environ.get("CPUS") or "1"
    if not re.fullmatch(r"\d{1,3}", text) or not 1 <= int(text) <= 64:
        raise Wrong(f"CPUS={text}: give the guest from 1 to 64 processors")
    return text


def extra(name):
    """Words that are appended to a command line."""
    text = os.environ.get(name, "")
    try:
        return shlex.split(text)
    except ValueError as error:
        raise Wrong(f"{name}={text}: {str(error).lower()}") from None


def command_line(machine):
    """What the kernel is told."""
    told = [
        f"console={MACHINES[machine]['console']}", "quiet", "nokaslr", "panic=-1", "rdinit=/init", *MACHINES[machine]["told"],
        f"trace_event={EVENTS}", "trace_buf_size=64k", f"pageflow_shell={MACHINES[machine]['shell']}",
    ]  # fmt: skip
    words = extra("CMDLINE")
    # The kernel takes the first word of this kind that it finds.
    return " ".join([one for one in told if one != "nokaslr" or "kaslr" not in words] + words)


# ---- The first file system -----------------------------------------------------------------------------------------


def busybox(machine):
    """A static busybox for that machine."""
    kept = ROOT / ".cache/busybox-arm64/bin/busybox"
    for path in (kept, shutil.which("busybox"), shutil.which("busybox-static")):
        if (
            path
            and os.path.exists(path)
            and elf_machine(path) == machine
            and b"/ld-linux" not in pathlib.Path(path).read_bytes()
        ):
            return pathlib.Path(path)
    raise Wrong(
        f"no static busybox for {machine} is here: .ci/setup {GROUPS[machine]} gets one (Debian's busybox-static)"
    )


def entry(name, mode, data=b"", device=(0, 0)):
    """One file of an archive in the form that the kernel unpacks (cpio, newc)."""
    entry.number += 1
    fields = (entry.number, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(name) + 1, 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode() + b"\0"
    return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)


entry.number = 0


def module(image):
    """The module kept beside the image that lets the emulator write dumps with the kernel's notes, or None."""
    for path in (image.parent / "qemu_fw_cfg.ko", image.parent / "qemu_fw_cfg.ko.xz"):
        if path.exists():
            data = path.read_bytes()
            return lzma.decompress(data) if path.suffix == ".xz" else data
    return None


def initramfs(machine, image):
    """The guest's files: busybox, its init, and the places where the kernel shows things."""
    parts = [entry(name, stat.S_IFDIR | 0o755) for name in ("bin", "dev", "proc", "sys", "tmp")]
    parts.append(entry("dev/console", stat.S_IFCHR | 0o600, device=(5, 1)))
    parts.append(entry("dev/null", stat.S_IFCHR | 0o666, device=(1, 3)))
    parts.append(entry("bin/busybox", stat.S_IFREG | 0o755, busybox(machine).read_bytes()))
    parts.append(entry("init", stat.S_IFREG | 0o755, (ROOT / "src/kernel/init").read_bytes()))
    data = module(image)
    if data:
        parts.append(entry("qemu_fw_cfg.ko", stat.S_IFREG | 0o644, data))
    return b"".join([*parts, entry("TRAILER!!!", 0)])


# ---- The emulator --------------------------------------------------------------------------------------------------


def emulator(machine):
    """The program that is this machine."""
    name = MACHINES[machine]["qemu"]
    if shutil.which(name) is None:
        raise Wrong(f"{name} is not here: .ci/setup {GROUPS[machine]} installs it")
    return name


@contextlib.contextmanager
def own_place():
    """build/kernel, or the next that no other running guest has."""
    number = 1
    while True:
        place = PLACE if number == 1 else PLACE.with_name(f"{PLACE.name}-{number}")
        place.mkdir(parents=True, exist_ok=True)
        handle = os.open(place, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            number += 1
            continue
        try:
            yield place
        finally:
            (place / "shell").unlink(missing_ok=True)
            os.close(handle)
        return


def qemu_words(machine, image, private, console):
    """The emulator's command line."""
    words = [emulator(machine), *MACHINES[machine]["words"], "-accel", "tcg", "-m", memory(), "-smp", processors()]
    words += ["-nodefaults", "-nic", "none", "-display", "none", "-no-reboot", "-device", "vmcoreinfo"]
    words += ["-chardev", f"file,id=console,path={console}", "-chardev", "pty,id=shell"]
    words += ["-chardev", f"socket,id=gdb,path={private}/gdb,server=on,wait=off", "-gdb", "chardev:gdb"]
    words += ["-kernel", str(image), "-initrd", f"{private}/initramfs", "-append", command_line(machine)]
    return words + extra("QEMU")


@contextlib.contextmanager
def running(words, private):
    """The emulator, ended when this program is; what it says itself is in a file."""
    with open(f"{private}/said", "wb") as said:
        alone = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
        qemu = subprocess.Popen(
            [*alone, *words], stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
        )
    try:
        yield qemu
    finally:
        qemu.kill()
        qemu.wait()


def failed(qemu, console, private):
    """Why the guest will never be ready, or None."""
    text = console.read_text(errors="replace") if console.exists() else ""
    if "Kernel panic" not in text and qemu.poll() is None:
        return None
    for line in text.splitlines()[-TAIL:]:
        print(f"  | {line}", file=sys.stderr)
    if not text:
        said = pathlib.Path(f"{private}/said").read_text(errors="replace").strip().splitlines()
        said = [line for line in said if "redirected" not in line]
        return f"the emulator ended: {said[-1] if said else f'status {qemu.returncode}'}"
    return (
        f"the kernel does not come up; all that it said is in {console}; MEMORY=512M, CMDLINE='WORDS' try it otherwise"
    )


def wait_until_ready(qemu, console, private, name):
    """Until the guest says so, or cannot any more. The limit is for one that hangs."""
    limit = time.monotonic() + HANG
    while time.monotonic() < limit:
        if console.exists() and READY in console.read_text(errors="replace"):
            return
        why = failed(qemu, console, private)
        if why:
            raise Wrong(why)
        time.sleep(0.1)
    said = (
        f"its last words are in {console}"
        if console.stat().st_size
        else f"it says nothing on {name}: it needs that console"
    )
    raise Wrong(f"the kernel is not up after {HANG} seconds; {said}")


def shell_at(private, place):
    """The terminal that the emulator has made for the guest's shell, under a name that stays the same."""
    said = pathlib.Path(f"{private}/said").read_text(errors="replace")
    match = re.search(r"redirected to (/dev/pts/\d+) \(label shell\)", said)
    if not match:
        return ""
    (place / "shell").unlink(missing_ok=True)
    (place / "shell").symlink_to(match[1])
    return place / "shell"


def announce(things):
    """Say where everything is, to a program."""
    for name, value in things.items():
        print(name, value)
    print("ready", flush=True)


def keep_until_closed(qemu):
    """Until nobody holds the other end of stdin, or the guest has ended."""
    while qemu.poll() is None:
        if select.select([0], [], [], 0.5)[0] and not os.read(0, 4096):
            return 0
    return 1


def run(command, things):
    """The command, with the guest at its side; an interrupt typed at it is its own affair."""
    if things["shell"]:
        say(f"a shell in the guest, in another terminal: busybox microcom {things['shell']} (Ctrl-X ends)")
    signal.signal(signal.SIGINT, lambda *_: None)
    return subprocess.call(command, env={**os.environ, "PAGEFLOW_KERNEL": things["socket"]})


def boot(vmlinux, image, command):
    """Boot, and stay as long as somebody needs the guest."""
    machine = machine_of(vmlinux, image)
    with contextlib.ExitStack() as stack:
        place = stack.enter_context(own_place())
        private = stack.enter_context(tempfile.TemporaryDirectory(prefix="pageflow-kernel."))
        console = place / "console.log"
        console.unlink(missing_ok=True)
        words = qemu_words(machine, image, private, console)
        pathlib.Path(private, "initramfs").write_bytes(initramfs(machine, image))
        say(f"booting {image} under {words[0]}; console: {console}")
        qemu = stack.enter_context(running(words, private))
        wait_until_ready(qemu, console, private, MACHINES[machine]["console"])
        shell = shell_at(private, place)
        things = {"machine": machine, "socket": f"{private}/gdb", "console": console, "shell": shell}
        if command:
            return run(command, things)
        announce(things)
        return keep_until_closed(qemu)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(1))
    os.chdir(ROOT)
    try:
        sys.exit(boot(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]))
    except Wrong as wrong:
        sys.exit(f"kernel: error: {wrong}")
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        sys.exit(f"kernel: error: {error.filename or 'the guest'}: {error.strerror}")


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: GPL-2.0-only
"""A tree with what `make gdb KERNEL=...` is made of, and stand-ins for apt, the emulator and gdb on the path."""

import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tarfile

from hang import HANG

ROOT = pathlib.Path(__file__).resolve().parents[2]
PARTS = ('.ci/kernel', '.ci/kernel-fetch', '.ci/kernel_boot.py', '.ci/kernel_files.py', '.ci/gdb-words', '.ci/own-apt')
PARTS += ('src/kernel/pk_files.py', 'src/kernel/init', 'tests/support/hang.h')
TOOLS = (
    'bash', 'sh', 'env', 'sed', 'awk', 'tail', 'head', 'cut', 'cat', 'df', 'du', 'rm', 'mkdir', 'mv', 'ln', 'find', 'tar', 'grep',
    'comm', 'sort', 'tr', 'flock', 'id', 'sleep', 'dirname', 'setpriv', 'uname', 'cp', 'touch',
)  # fmt: skip
IMAGE, VERSION = 'linux-image-6.1.0-9-cloud-amd64', '6.1.9-1'
KERNEL_SECTIONS = ('.init.text', '__ksymtab', '.debug_info')

APT_CACHE = f"""
case " $* " in
*' madison '*) case "$*" in *{IMAGE}|*{IMAGE}-dbg) echo " x | {VERSION} | http://deb main amd64 Packages" ;; esac ;;
*' show --no-all-versions linux-image-cloud-amd64 '*) echo "Depends: {IMAGE} (= {VERSION})" ;;
*' show '*) for one in 1 2; do printf 'Package: a\\nVersion: {VERSION}\\nInstalled-Size: 100\\nSize: 3000000\\n\\n'; done ;;
esac
"""
APT_GET = f"""
echo "$*" >>"$TREE/apt-said"
case " $* " in
*' update '*) [ -z "$NO_NETWORK" ] || {{ echo 'E: Failed to fetch http://deb  Could not resolve'; exit 100; }} ;;
*' download '*)
	[ -z "$NO_NETWORK" ] || {{ echo 'E: Failed to fetch http://deb  Could not resolve'; exit 100; }}
	[ -z "$STUCK" ] || {{ touch "$TREE/stuck"; exec sleep {HANG}; }}
	cp "$TREE/packages/{IMAGE}_1.deb" "$TREE/packages/{IMAGE}-dbg_1.deb" . ;;
esac
"""
QEMU = f"""
for word; do
	case $word in file,id=console,path=*) console=${{word##*=}} ;; esac
done
echo $$ >>"$TREE/emulators"
echo "$*" >"$TREE/emulator-told"
echo 'char device redirected to /dev/pts/99 (label shell)'
case $GUEST in
panics) printf 'one\\nKernel panic - not syncing: no init\\n' >"$console" ;;
ends) echo 'qemu: cannot allocate'; exit 1 ;;
*) echo 'pageflow: the guest is ready, Linux' >"$console" ;;
esac
exec sleep {HANG}
"""
GDB = """
echo "$PAGEFLOW_KERNEL" >"$TREE/place"
for word; do echo "$word"; done >"$TREE/debugger-told"
[ -z "$WAIT" ] || exec sleep 1000
exit 7
"""
STANDINS = {
    'apt-cache': APT_CACHE,
    'apt-get': APT_GET,
    'dpkg': 'echo amd64',
    'dpkg-deb': 'cat "$2"',
    'qemu-system-x86_64': QEMU,
    'gdb': GDB,
}


def elf(machine=62, sections=KERNEL_SECTIONS):
    """An ELF file of that machine with empty sections of those names."""
    names = b'\0' + b'\0'.join(one.encode() for one in (*sections, '.shstrtab')) + b'\0'
    headers = [bytes(64)]
    for one in (*sections, '.shstrtab'):
        there = (64, len(names)) if one == '.shstrtab' else (0, 0)
        headers.append(struct.pack('<IIQQQQIIQQ', names.index(one.encode() + b'\0'), 1, 0, 0, *there, 0, 0, 0, 0))
    count = len(headers)
    start = b'\x7fELF\x02\x01\x01' + bytes(9)
    start += struct.pack('<HHIQQQIHHHHHH', 2, machine, 1, 0, 0, 64 + len(names), 0, 64, 0, 0, 64, count, count - 1)
    return start + names + b''.join(headers)


def image(machine='x86_64'):
    """The beginning of an image that can be booted."""
    data = bytearray(1024)
    place, magic = (0x202, b'HdrS') if machine == 'x86_64' else (56, b'ARM\x64')
    data[place : place + 4] = magic
    return bytes(data)


def package(path, files):
    """A package as the stand-in of dpkg-deb reads it: an archive."""
    path.parent.mkdir(exist_ok=True)
    with tarfile.open(path, 'w') as archive:
        for name, data in files.items():
            place = path.with_suffix('.member')
            place.write_bytes(data)
            archive.add(place, name)
            place.unlink()


class Tree:
    """A place to run `.ci/kernel` in."""

    def __init__(self, top):
        self.top, self.bin = top, top / 'bin'
        self.temporary = top / 'tmp'
        for directory in (self.bin, self.temporary):
            directory.mkdir()
        for part in PARTS:
            (top / part).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / part, top / part)
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool))
        (self.bin / 'python3').symlink_to(os.path.realpath(sys.executable))
        self.standin('../.ci/setup', 'exit 0')
        for name, text in STANDINS.items():
            self.standin(name, text)
        self.write('bin/busybox', elf(sections=()))
        self.write('vmlinux', elf())
        self.write('vmlinuz', image())
        self.write('os-release', b'ID=debian\n')
        package(top / f'packages/{IMAGE}_1.deb', {f'./boot/vmlinuz-{VERSION}': image()})
        package(top / f'packages/{IMAGE}-dbg_1.deb', {f'./usr/lib/debug/boot/vmlinux-{VERSION}': elf()})

    def write(self, name, data):
        (self.top / name).unlink(missing_ok=True)  # in bin/ it may be a link to the system's own
        (self.top / name).write_bytes(data)
        (self.top / name).chmod(0o755)

    def standin(self, name, text):
        self.write(f'bin/{name}', f'#!/bin/sh\n{text}\n'.encode())

    def settings(self, **more):
        """The environment: those tools alone."""
        own = {'PATH': str(self.bin), 'TREE': str(self.top), 'TMPDIR': str(self.temporary), 'LC_ALL': 'C.UTF-8'}
        return {**own, 'OS_RELEASE': str(self.top / 'os-release'), **more}

    def start(self, *words, stdin=subprocess.DEVNULL, **settings):
        pipe = subprocess.PIPE
        return subprocess.Popen(
            ['env', '--default-signal=INT', '.ci/kernel', *words],  # what runs in the background ignores it
            cwd=self.top,
            env=self.settings(**settings),
            stdin=stdin,
            stdout=pipe,
            stderr=pipe,
            text=True,
            start_new_session=True,
        )

    def run(self, *words, **settings):
        """The status, and what was said on stderr."""
        process = self.start(*words, **settings)
        said = process.communicate(timeout=HANG)[1]
        return process.returncode, said

    def refusal(self, *words, **settings):
        """The one line with which this is refused."""
        status, said = self.run(*words, **settings)
        assert status, said
        lines = [line for line in said.splitlines() if line.startswith('kernel: error: ')]
        assert len(lines) == 1, said
        assert 'Traceback' not in said, said
        assert not self.emulators()
        assert not list(self.temporary.iterdir())
        return lines[0].removeprefix('kernel: error: ')

    def read(self, name):
        return (self.top / name).read_text()

    def kept(self):
        """What is in .cache/kernel, but for what only says how it went."""
        place = self.top / '.cache/kernel'
        return sorted(str(one.relative_to(place)) for one in place.rglob('*') if one.name not in ('lock', 'apt.log'))

    def emulators(self):
        """The emulators that are still there."""
        if not (self.top / 'emulators').exists():
            return []
        return [number for number in self.read('emulators').split() if os.path.exists(f'/proc/{number}')]

# SPDX-License-Identifier: GPL-2.0-only
"""Makes a recording out of a dump of a machine that guest.c stopped: make_recording.py NAME DUMP VMLINUX CONSOLE (see recordings/README.md)."""

import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / 'src/kernel')]

import asking  # noqa: E402
import pk_drgn  # noqa: E402
from record import Recorder  # noqa: E402


def printed_files(console):
    """{name: text} of what guest.c printed first: what it read before the machine was stopped."""
    text = pathlib.Path(console).read_text(errors='replace').replace('\r', '')
    return dict(reversed(re.findall(r'\nBEGIN (\w+)\n(.*?)END \1\n', text, re.S)))


def main():
    name, dump, vmlinux, console = sys.argv[1:]
    recorder = Recorder(pk_drgn.opened(dump, vmlinux))
    kernel = asking.ask_everything(recorder)
    path = HERE / f'recordings/{name}.kernel.xz'
    recorder.save(path, {'release': kernel.release, 'arch': kernel.arch}, printed_files(console))
    print(f'{path}: {path.stat().st_size} bytes')


if __name__ == '__main__':
    main()

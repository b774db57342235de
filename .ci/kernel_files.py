#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""`.ci/kernel_files.py VMLINUX [IMAGE]` prints a kernel's machine and build-id, or says what is wrong with its files."""

import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "src/kernel"))

from pk_files import Wrong, build_id, start_of, vmlinux_machine  # noqa: E402


def image_machine(path):
    """The machine of an image that can be booted; None where only the emulator can tell."""
    start = start_of(path, 1024)
    if start[0x202:0x206] == b"HdrS":
        return "x86_64"
    if start[56:60] == b"ARM\x64":
        return "aarch64"
    if start[:2] == b"\x1f\x8b" or (start[:2] == b"MZ" and start[4:8] == b"zimg"):
        return None
    if start[:4] == b"\x7fELF":
        raise Wrong(f"{path} is an ELF file; wanted is the image of the same build: bzImage, vmlinuz or Image")
    raise Wrong(f"{path} is not the image of a kernel: wanted is bzImage, vmlinuz or Image")


def machine_of(vmlinux, image=None):
    """The machine of both files."""
    machine = vmlinux_machine(vmlinux)
    other = image_machine(image) if image is not None else None
    if other not in (None, machine):
        raise Wrong(f"{image} is for {other}, and {vmlinux} for {machine}: give two files of the same build")
    return machine


def main():
    try:
        print(machine_of(*sys.argv[1:3]), build_id(sys.argv[1]))
    except Wrong as wrong:
        sys.exit(f"kernel: error: {wrong}")


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: GPL-2.0-only
"""What gdb runs at a kernel that stands still: its state as gdb reads it, and dumps of it, into the folder that FOLDER names."""

import os
import pathlib

import pf_kernel_memory
import pf_relocate
import pk_proc
import pk_snapshot
import pk_state

import gdb

FOLDER = pathlib.Path(os.environ['FOLDER'])
PROC = ('buddyinfo', 'pagetypeinfo', 'zoneinfo')

pf_relocate.relocate()
kernel = pk_state.Kernel(pf_kernel_memory.GdbMemory())
(FOLDER / 'snapshot').write_text(pk_snapshot.snapshot(kernel))
for name in PROC:
    (FOLDER / name).write_text(getattr(pk_proc, name)(kernel))
gdb.execute(f'monitor dump-guest-memory {FOLDER}/dump.elf')
gdb.execute(f'monitor dump-guest-memory -z {FOLDER}/dump.z')

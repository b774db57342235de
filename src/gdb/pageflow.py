# SPDX-License-Identifier: GPL-2.0-only
"""What `make gdb` loads: the guided tour, the printers and the pf- commands. `help pageflow` lists them."""

import pathlib
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / 'kernel')]

import pf_commands  # noqa: E402
import pf_functions  # noqa: E402
import pf_history  # noqa: E402
import pf_kernel_check  # noqa: E402, F401
import pf_printers  # noqa: E402
import pf_session  # noqa: E402
import pf_tour  # noqa: E402

for part in (pf_printers, pf_history, pf_functions, pf_tour, pf_commands, pf_session):
    part.install()

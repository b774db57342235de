# SPDX-License-Identifier: GPL-2.0-only
"""What the debugger looks at: our program with a machine in it, or a kernel."""

import gdb


def on_kernel():
    """Is the program that gdb has symbols of a kernel? Ours has a machine and no namespaces."""
    return gdb.lookup_global_symbol('world') is None and gdb.lookup_global_symbol('init_uts_ns') is not None

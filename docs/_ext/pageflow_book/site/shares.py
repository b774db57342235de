# SPDX-License-Identifier: GPL-2.0-only
"""Pages that Sphinx does not know of are written several at a time: one after the other they would take as long as all else."""

from sphinx.util.parallel import ParallelTasks, SerialTasks, parallel_available

SHARES = 8


def in_shares(app, write, wanted):
    """Calls `write` with a part of what is wanted, in as many processes as Sphinx may use."""
    tasks = ParallelTasks(app.parallel) if app.parallel > 1 and parallel_available else SerialTasks()
    for at in range(SHARES):
        tasks.add_task(write, wanted[at::SHARES])
    tasks.join()

# SPDX-License-Identifier: GPL-2.0-only
"""Pageflow's answers to the requests that a kernel was given, each on the kernel's state of that moment."""

import concurrent.futures
import json
import os
import subprocess


def answer(command, directory, record):
    """What `pageflow explain --json` says; or {'error': its words} where it takes the state or the mask for wrong."""
    words = [
        'explain',
        record['mask'],
        record['order'],
        '--nid',
        record['nid'],
        '--machine',
        directory / record['snapshot'],
    ]
    done = subprocess.run(
        [*command, *map(str, words), '--json'], capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    return json.loads(done.stdout) if done.returncode in (0, 1) else {'error': done.stderr.strip()}


def answers(command, directory, records):
    """All of them, in the same order; each is a process of its own, and several run at once."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda record: answer(command, directory, record), records))

# SPDX-License-Identifier: GPL-2.0-only
"""What the tests of the command share: the terminal, a limit of memory."""

import os
import pathlib
import resource
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))


@pytest.fixture
def little_memory():
    """Options for a command that may map so many MiB only, whatever it reads."""
    if any(word in os.environ.get("PAGEFLOW", "") for word in ("asan", "qemu")):
        pytest.skip("a sanitizer and an emulator map more than the program does")

    def limit(mebibytes):
        size = mebibytes << 20
        return {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_AS, (size, size))}

    return limit

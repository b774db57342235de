# SPDX-License-Identifier: GPL-2.0-only
"""What the tests of the command share: the terminal, a limit of memory."""

import json
import os
import pathlib
import resource
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from terminal import HANG  # noqa: E402


@pytest.fixture
def little_memory():
    """Options for a command that may map so many MiB only, whatever it reads."""
    if any(word in os.environ.get("PAGEFLOW", "") for word in ("asan", "qemu")):
        pytest.skip("a sanitizer and an emulator map more than the program does")

    def limit(mebibytes):
        size = mebibytes << 20
        return {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_AS, (size, size))}

    return limit


@pytest.fixture
def sample(root):
    """Gives the text of a sample; "reports/NAME" is a report of another kernel."""

    def read(name):
        ending = "txt" if name.startswith("reports/") else "dmesg"
        return (root / f"tests/samples/{name}.{ending}").read_text()

    return read


@pytest.fixture
def explain(pageflow):
    """Explains a log given as text or bytes; subprocess's result, text on both streams."""
    command = pageflow("--version").args[:-1]

    def run(log, *words, **options):
        data = log if isinstance(log, bytes) else log.encode()
        done = subprocess.run(
            [*command, "explain", "--log", "-", *words], input=data, capture_output=True, timeout=HANG, **options
        )
        return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture
def facts(explain):
    """The reports of a log, as JSON gives them."""

    def run(log):
        return json.loads(explain(log, "--json").stdout)["reports"]

    return run

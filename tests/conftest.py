# SPDX-License-Identifier: GPL-2.0-only
"""What every Python test may use, and the filter behind `make test T=NAME`."""

import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests")]

import matching  # noqa: E402


def pytest_collection_modifyitems(config, items):
    """Keeps the tests that PAGEFLOW_TEST_FILTER asks for."""
    piece = matching.filter_of(os.environ.get("PAGEFLOW_TEST_FILTER", ""))
    if not piece:
        return
    kept = [item for item in items if matching.matches_script(piece, pathlib.Path(item.fspath).stem, item.name)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


@pytest.fixture
def root():
    """The top of the source tree."""
    return ROOT


@pytest.fixture
def pageflow():
    """Runs the pageflow command with the words given; gives subprocess's result, text on both streams."""
    command = os.environ.get("PAGEFLOW", str(ROOT / "build" / "pageflow")).split()

    def run(*words, **options):
        options.setdefault("cwd", ROOT)
        options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.run([*command, *map(str, words)], capture_output=True, text=True, **options)

    return run

# SPDX-License-Identifier: GPL-2.0-only
"""What the tests of the debugger may use: see gdb_session.py."""

import pathlib
import shutil
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.path.insert(1, str(pathlib.Path(__file__).parents[2] / 'src' / 'gdb'))  # what of it works without gdb

from gdb_session import Terminal, run  # noqa: E402


@pytest.fixture
def gdb():
    """gdb('tour; bt', scenario='atomic', configuration='numa') gives what the session prints."""
    return run


@pytest.fixture
def answers():
    """answers(['pf-page 1', 'pf-page 2']) gives what each of the commands says, all in one session."""

    def ask(commands, **session):
        said = run('; '.join(f'{command}; echo \\n@@\\n' for command in commands), **session)
        return [answer.strip('\n') for answer in said.split('\n@@\n')[: len(commands)]]

    return ask


@pytest.fixture
def terminal(request):
    """terminal('bash .ci/gdb ...') opens one; it is closed after the test."""
    if shutil.which('tmux') is None:
        pytest.skip('tmux is not installed: .ci/setup ci')
    opened = []

    def open_one(command):
        opened.append(Terminal(command, request.node.name[:20]))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()

# SPDX-License-Identifier: GPL-2.0-only
"""What the tests with a real kernel share: which one it is, and a session with it."""

import os
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / 'gdb')]

from gdb_session import printed  # noqa: E402
from hang import HANG  # noqa: E402

BOOTS = 10 * HANG  # a whole kernel boots under an emulator that may share its processor


@pytest.fixture(scope='session')
def kernel():
    """The word for .ci/kernel: what `make test-kernel KERNEL=...` was given."""
    return os.environ.get('KERNEL') or 'debian'


@pytest.fixture(scope='session')
def answers(kernel):
    """answers(['pf-pcp', 'tour']) gives {command: what it says}, one after the other in one session with that kernel."""

    def ask(commands):
        script = '; '.join(f'{command}; echo \\n@@\\n' for command in ('echo', *commands))
        said = printed(['bash', '.ci/kernel', kernel, script], BOOTS)
        found = [one.strip('\n') for one in said.split('\n@@\n')[1:]]
        assert len(found) >= len(commands), said
        return dict(zip(commands, found))

    return ask

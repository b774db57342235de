# SPDX-License-Identifier: GPL-2.0-only
"""What the tests of the kernel reader share: recordings of kernels, read anew for each test that asks."""

import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / 'src/kernel')]

import pk_snapshot  # noqa: E402
from pk_state import Kernel  # noqa: E402
from recorded import ORDINARY, RECORDINGS, Recorded  # noqa: E402


@pytest.fixture(scope='session', params=RECORDINGS)
def recording(request):
    """The name of each recording."""
    return request.param


@pytest.fixture(scope='session')
def kernel(recording):
    """Each recorded kernel; nobody changes it."""
    return Kernel(Recorded(RECORDINGS[recording]))


@pytest.fixture(scope='session')
def saved(kernel, recording, tmp_path_factory):
    """The file of a recorded kernel's snapshot."""
    path = tmp_path_factory.mktemp('kernel') / f'{recording}.snapshot'
    path.write_text(pk_snapshot.snapshot(kernel))
    return path


@pytest.fixture
def memory():
    """The memory of one recorded kernel, to be damaged."""
    return Recorded(ORDINARY)

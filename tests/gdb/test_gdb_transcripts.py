# SPDX-License-Identifier: GPL-2.0-only
"""The sessions that the book shows still are what the debugger says."""

import pytest
import transcripts
from gdb_session import program


@pytest.mark.parametrize('path', transcripts.files(), ids=lambda path: path.stem)
def test_transcript_holds(path):
    program('uma'), program('numa')
    stale = transcripts.difference(path)
    assert not stale, 'stale; tests/gdb/transcripts.py --remake makes it anew:\n' + '\n'.join(stale)

# SPDX-License-Identifier: GPL-2.0-only
"""The sessions with a real kernel that the book shows still are what the debugger says, but for their numbers."""

import pytest
import transcripts


@pytest.mark.parametrize('path', transcripts.files(kernel=True), ids=lambda path: path.stem)
def test_transcript_with_a_kernel_holds(path):
    if transcripts.missing_kernel():
        pytest.skip(transcripts.missing_kernel())
    stale = transcripts.difference(path)
    assert not stale, 'stale; tests/gdb/transcripts.py --remake makes it anew:\n' + '\n'.join(stale)

# SPDX-License-Identifier: GPL-2.0-only
"""The same sessions with the program as arm64 code under qemu, as far as it is built (make gdb ARCH=arm64 builds it)."""

import shutil

import pytest


@pytest.mark.parametrize('configuration', ['uma', 'numa'])
def test_a_session_with_arm64_code(configuration):
    from gdb_session import run

    if shutil.which('gdb-multiarch') is None:
        pytest.skip('gdb-multiarch is not installed: .ci/setup arm64')
    commands = 'tour; tour out; pf-diff; pf-events; pf-buddyinfo; pf-gfp KERNEL; pf-lru; pf-scanners; tour next; tour why; pf-path'
    said = run(commands, configuration=configuration, flavour='arm64')
    assert 'alloc_page returned pfn 0x103c00 of zone Normal' in said
    assert 'gfp_flags=GFP_KERNEL migratetype=0' in said and '    - 0x103c00\n' in said
    assert 'Node 0, zone   Normal' in said and 'zones up to ZONE_NORMAL' in said
    assert '  unevictable         0\n' in said and f'  0x100000    {"." * 32}\n' in said
    assert said.splitlines()[-1].startswith('=>  01  alloc_page')
    assert 'Traceback' not in said and 'QEMU' not in said

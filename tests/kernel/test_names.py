# SPDX-License-Identifier: GPL-2.0-only
"""Masks in the words of a kernel, and in those of Pageflow's 5.8.18."""

import pathlib
import re

import pk_names
import pytest
from made import ROW, Made, array

ROOT = pathlib.Path(__file__).resolve().parents[2]

# What 6.8 has in its table, as far as it matters here: GFP_ATOMIC without __GFP_ATOMIC, GFP_NOWAIT with __GFP_NOWARN.
TABLE = [
    (0x100CCA, 'GFP_HIGHUSER_MOVABLE'),
    (0xCC0, 'GFP_KERNEL'),
    (0x820, 'GFP_ATOMIC'),
    (0x2800, 'GFP_NOWAIT'),
    (0x1, 'GFP_DMA'),
    (0x20, '__GFP_HIGH'),
    (0x40, '__GFP_IO'),
    (0x80, '__GFP_FS'),
    (0x100, '__GFP_ZERO'),
    (0x2000, '__GFP_NOWARN'),
    (0x400, '__GFP_DIRECT_RECLAIM'),
    (0x800, '__GFP_KSWAPD_RECLAIM'),
    (0x800000, '__GFP_ZEROTAGS'),
]


@pytest.fixture
def names():
    made = Made(release='6.8.0')
    rows = b''.join(mask.to_bytes(8, 'little') + made.text(name).to_bytes(8, 'little') for mask, name in TABLE)
    made.make('gfpflag_names', array(ROW, len(TABLE) + 1), rows + bytes(ROW.size))
    return pk_names.Names(made)


def test_mask_in_the_kernels_words(names):
    assert names.gfp(0xDC0) == 'GFP_KERNEL|__GFP_ZERO'
    assert names.gfp(0) == 'none'
    assert names.gfp(0x40000000) == '0x40000000'
    assert names.gfp_mask('GFP_KERNEL | __GFP_ZERO|0x4') == 0xDC4
    with pytest.raises(KeyError, match='GFP_KERNAL'):
        names.gfp_mask('GFP_KERNAL')


@pytest.mark.parametrize(
    ('mask', 'words', 'unknown'),
    [
        (0xDC0, 'GFP_KERNEL|__GFP_ZERO', []),
        (0x820, 'GFP_ATOMIC', []),  # what 5.8.18 means by it has __GFP_ATOMIC
        (0x2800, 'GFP_NOWAIT|__GFP_NOWARN', []),
        (0x800CC0, 'GFP_KERNEL', ['__GFP_ZEROTAGS']),
        (0x40000040, '__GFP_IO', ['0x40000000']),
        (0, '0', []),
    ],
)
def test_mask_in_the_words_of_5_8(names, mask, words, unknown):
    assert names.to_pageflow(mask) == (words, unknown)


def test_meanings_are_those_of_the_header():
    header = (ROOT / 'include/gfp.h').read_text(encoding='utf-8').replace('\\\n', ' ')
    defined = dict(re.findall(r'^#define\s+((?:__)?GFP_\w+)\s+(.*?)\s*(?:/\*.*)?$', header, re.MULTILINE))

    def value(name):
        return eval(re.sub(r'(?:__)?GFP_\w+', lambda found: str(value(found[0])), defined[name].replace('u', '')))

    assert {name: value(name) for name in pk_names.MEANING} == pk_names.MEANING


def test_without_a_table(names):
    assert pk_names.Names(Made()).gfp(0xCC0) == '0xcc0'
    assert pk_names.Names(Made()).page_flags(1 << 4 | 1 << 16 | 1 << 60) == ['lru', 'head']

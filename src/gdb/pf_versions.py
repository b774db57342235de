# SPDX-License-Identifier: GPL-2.0-only
"""What a kernel's version is, and what its ALLOC flags are called: they are macros, which no symbol tells."""

import re

ALLOC_FLAGS = {
    'ALLOC_WMARK_MIN': 0x0,
    'ALLOC_WMARK_LOW': 0x1,
    'ALLOC_WMARK_HIGH': 0x2,
    'ALLOC_NO_WATERMARKS': 0x4,
    'ALLOC_OOM': 0x8,
    'ALLOC_CPUSET': 0x40,
    'ALLOC_CMA': 0x80,
    'ALLOC_NOFRAGMENT': 0x100,
}
# Who may take of the reserves: up to 6.2, and since.
OLD_RESERVES = {'ALLOC_HARDER': 0x10, 'ALLOC_HIGH': 0x20}
NEW_RESERVES = {'ALLOC_NON_BLOCK': 0x10, 'ALLOC_MIN_RESERVE': 0x20, 'ALLOC_HIGHATOMIC': 0x200}
NEW_SINCE = (6, 3)
BROUGHT_BACK = {(5, 15): 215, (6, 1): 119}  # the point releases of older versions that have the new ones too
KSWAPD_MOVED = (5, 8)


def shown(release, banner=''):
    """6.1.192 where the release or the banner says so; the whole release where neither tells the point release."""
    build = re.search(r'\b(\d+\.\d+\.\d+)-\d+ \(\d{4}-', banner)
    if build:
        return build[1]
    # 5.15.0-91-generic: a distribution counts its own builds, of whatever point release.
    named = re.match(r'\d+\.\d+\.(?:[1-9]\d*|0$)', release)
    return named[0] if named else release


def numbers(text):
    """(6, 1, 192) of what shown() gives; None as the third where it is not known, and for all where nothing is."""
    found = re.match(r'(\d+)\.(\d+)(?:\.(\d+)$)?', text)
    return tuple(one and int(one) for one in found.groups()) if found else (None, None, None)


def reserves(version):
    """The flags of the reserves as a version has them; {} where its point release decides and is not known."""
    branch, point = version[:2], version[2]
    if branch not in BROUGHT_BACK:
        return NEW_RESERVES if branch >= NEW_SINCE else OLD_RESERVES
    if point is None:
        return {}
    return NEW_RESERVES if point >= BROUGHT_BACK[branch] else OLD_RESERVES


def alloc_flags(version):
    """{name: value} of the ALLOC flags of a version (6, 1, 192); without what is not known of it."""
    if version[0] is None:
        return ALLOC_FLAGS
    kswapd = 0x800 if version[:2] >= KSWAPD_MOVED else 0x200
    return {**ALLOC_FLAGS, **reserves(version), 'ALLOC_KSWAPD': kswapd}

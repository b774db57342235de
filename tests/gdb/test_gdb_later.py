# SPDX-License-Identifier: GPL-2.0-only
"""Names of later kernels, and where an inlined function is entered: what of it needs no kernel."""

import re
import shutil
import subprocess

import pf_entries
import pf_later
import pf_versions
import pytest

# What kernels have of the names that the path begins with; those of 6.1 and 6.12 by the symbols of Debian's.
KERNELS = {
    '5.10': {'__alloc_pages_nodemask', '__alloc_pages', 'alloc_pages', 'alloc_pages_vma', 'alloc_pages_current', '__rmqueue_fallback'},
    '6.1': {'__alloc_pages', 'alloc_pages', 'vma_alloc_folio', '__rmqueue_fallback', 'rmqueue', 'rmqueue_buddy'},
    '6.12': {'__alloc_pages_noprof', 'alloc_pages_noprof', 'alloc_pages_mpol_noprof', 'vma_alloc_folio_noprof', '__rmqueue_claim',
             '__rmqueue_steal'},
}  # fmt: skip


@pytest.mark.parametrize(
    ('version', 'name', 'here'),
    [
        ('5.10', '__alloc_pages_nodemask', ['__alloc_pages_nodemask']),
        ('5.10', '__alloc_pages', ['__alloc_pages']),
        ('6.1', '__alloc_pages_nodemask', ['__alloc_pages']),
        ('6.1', '__alloc_pages', []),
        ('6.12', '__alloc_pages_nodemask', ['__alloc_pages_noprof']),
        ('6.1', 'alloc_pages_vma', ['vma_alloc_folio']),
        ('6.12', 'alloc_pages_vma', ['vma_alloc_folio_noprof']),
        ('6.12', 'alloc_pages', ['alloc_pages_noprof', 'alloc_pages_mpol_noprof']),
        ('6.1', '__rmqueue_fallback', ['__rmqueue_fallback']),
        ('6.12', '__rmqueue_fallback', ['__rmqueue_claim', '__rmqueue_steal']),
        ('6.1', 'rmqueue', ['rmqueue', 'rmqueue_buddy']),
    ],
)
def test_function_has_the_name_of_its_version(version, name, here):
    assert pf_later.names_here(name, KERNELS[version].__contains__) == here


def test_what_is_gone_is_said():
    exists = KERNELS['6.1'].__contains__
    assert pf_later.change('__alloc_pages', exists) == ('gone', '5.14-rc5', '5.12.9')
    assert pf_later.change('alloc_pages_vma', exists) == ('vma_alloc_folio', '6.1.192', '5.10.223')
    assert pf_later.change('get_page_from_freelist', exists) is None


def test_names_before_are_those_of_the_book_or_of_another_row(root):
    known = {line.split('\t')[0] for line in (root / 'docs' / 'kernel-map.tsv').read_text().splitlines()}
    later = {row['later'] for row in pf_later.rows()}
    for row in pf_later.rows():
        assert row['before'] in known | later | {'-'}, row
        assert re.fullmatch(r'\d+\.\d+(\.\d+|-rc\d+)?', row['seen']), row
        assert (row['kind'] == 'new') == bool(row['stage']) == (row['before'] == '-'), row


@pytest.mark.parametrize(
    ('release', 'banner', 'version', 'numbers'),
    [
        ('6.1.0-57-cloud-amd64', 'Linux version 6.1.0-57-cloud-amd64 (x) #1 SMP Debian 6.1.192-3 (2026-11-02)', '6.1.192', (6, 1, 192)),
        ('5.15.0-91-generic', 'Linux version 5.15.0-91-generic (x) #101-Ubuntu SMP Tue Nov 14', '5.15.0-91-generic', (5, 15, None)),
        ('6.12.118+deb13-cloud-amd64', '', '6.12.118', (6, 12, 118)),
        ('6.1.119', '', '6.1.119', (6, 1, 119)),
        ('5.8.0', '', '5.8.0', (5, 8, 0)),
        ('6.1.0-rc3', '', '6.1.0-rc3', (6, 1, None)),
        ('of an unknown version', '', 'of an unknown version', (None, None, None)),
    ],
)  # fmt: skip
def test_version_is_the_point_release_or_the_whole_release(release, banner, version, numbers):
    assert pf_versions.shown(release, banner) == version
    assert pf_versions.numbers(version) == numbers


OLD, NEW, UNKNOWN = ('ALLOC_HARDER', 'ALLOC_HIGH'), ('ALLOC_NON_BLOCK', 'ALLOC_MIN_RESERVE', 'ALLOC_HIGHATOMIC'), ()


@pytest.mark.parametrize(
    ('version', 'reserves', 'kswapd'),
    [
        ((5, 4, 200), OLD, 0x200),
        ((5, 7, 19), OLD, 0x200),
        ((5, 8, 18), OLD, 0x800),
        ((5, 10, 250), OLD, 0x800),
        ((5, 15, 214), OLD, 0x800),
        ((5, 15, 215), NEW, 0x800),
        ((5, 15, None), UNKNOWN, 0x800),
        ((6, 1, 118), OLD, 0x800),
        ((6, 1, 119), NEW, 0x800),
        ((6, 2, None), OLD, 0x800),
        ((6, 3, 0), NEW, 0x800),
        ((6, 12, 118), NEW, 0x800),
    ],
)
def test_flags_of_the_allocator_are_those_of_the_version(version, reserves, kswapd):
    flags = pf_versions.alloc_flags(version)
    assert {name for name in flags if name in OLD + NEW} == set(reserves)
    assert flags['ALLOC_KSWAPD'] == kswapd
    single = [value for name, value in flags.items() if 'WMARK' not in name]
    assert len(set(single)) == len(single)


# What an arm64 kernel says, played: its vectors as linked at 0x8000 and those against Spectre-BHB behind them, its notes, VBAR_EL1.
MOVED = """
import pf_kernel_check, pf_relocate
linked = {'vectors': 0x8000, '__bp_harden_el1_vectors': 0xa000}
pf_kernel_check.address_of = linked.get
pf_kernel_check.has_own_notes = lambda moved: moved == 0x20000
pf_kernel_check.give_up = print
pf_relocate.machine = lambda: 'aarch64'
pf_relocate.into_kernel = lambda: None
pf_relocate.load = lambda moved: print(f'{moved:#x}')
pf_relocate.register = lambda name: HERE if name == 'VBAR_EL1' else None
linked.update(LINKED)
pf_relocate.relocate()
"""


@pytest.mark.parametrize(
    ('here', 'linked', 'said'),
    [
        (0x28000, {}, '0x20000'),
        (0x2A000, {}, '0x20000'),
        (0x2A800, {}, '0x20000'),
        (0x2B000, {}, '0x20000'),
        (0x30000, {'vectors': 0x0, '__bp_harden_el1_vectors': 0x10000}, '0x20000'),  # two fit: the one with the notes
        (0x2B800, {}, 'where the kernel is cannot be told from VBAR_EL1 (0x2b800): give the vmlinux of the same build, '
                      'or boot the kernel with nospectre_bhb'),
        (None, {}, 'where the kernel is cannot be told from VBAR_EL1 (which is not shown): give the vmlinux of the same build, '
                   'or boot the kernel with nospectre_bhb'),
    ],
)  # fmt: skip
def test_kernel_of_arm64_is_found_by_its_vectors(root, tmp_path, here, linked, said):
    if shutil.which('gdb') is None:
        pytest.skip('gdb is not installed: .ci/setup gdb')
    folders = [str(root / 'src' / one) for one in ('gdb', 'kernel')]
    text = f'import sys\nsys.path[:0] = {folders}\n{MOVED}'.replace('HERE', str(here)).replace('LINKED', str(linked))
    (tmp_path / 'moved.py').write_text(text)
    words = ['gdb', '-nx', '-batch', '-x', str(tmp_path / 'moved.py')]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == (said, '')


PROGRAM = """
int seen;
static inline __attribute__((always_inline)) int inner(int order)
{
	seen += order;
	return seen * 3;
}
int outer(int order)
{
	return inner(order + 1) + 1;
}
int main(void)
{
	return outer(2);
}
"""


def test_entries_of_inlined_functions_are_found(tmp_path):
    if shutil.which('gcc') is None:
        pytest.skip('gcc is not installed')
    (tmp_path / 'program.c').write_text(PROGRAM)
    subprocess.run(['gcc', '-O2', '-g', '-no-pie', '-o', 'program', 'program.c'], cwd=tmp_path, check=True)
    listed = subprocess.run(['nm', '-S', 'program'], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    start, size = (int(one, 16) for one in re.search(r'^(\w+) (\w+) T outer$', listed, re.MULTILINE).groups())
    found = pf_entries.inlined_near(str(tmp_path / 'program'), start)
    assert any(start <= address < start + size for address in found['inner'])
    assert pf_entries.linked_at(str(tmp_path / 'program'), 'outer') == start


def test_files_without_symbols_have_no_entries(tmp_path):
    (tmp_path / 'text').write_text('no program, but long enough to hold a header of sixty-four bytes or so\n')
    assert pf_entries.inlined_near(str(tmp_path / 'text'), 0x1000) == {}
    assert pf_entries.inlined_near(str(tmp_path / 'nothing'), 0x1000) == {}

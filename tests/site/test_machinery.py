# SPDX-License-Identifier: GPL-2.0-only
"""The machinery of the book on a small tree of its own: what it shows, and what it refuses."""

import json
import pathlib
import subprocess
import sys

import pytest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
STEM = '06-__alloc_pages_nodemask'
CONF = f"""
import sys
sys.path.insert(0, {str(TOP / 'docs' / '_ext')!r})
extensions = ['pageflow_book']
project, author, root_doc, html_theme, nitpicky = 'Small', 'x', 'index', 'basic', True
include_patterns = ['index.rst', 'docs/**.rst']
"""
CODE = """/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @brief Answers a request.
 *
 * @source mm/page_alloc.c:4819
 */
struct page *__alloc_pages_nodemask(gfp_t gfp_mask, unsigned int order)
{
	/* Step 1: Refuse what no list has */
	if (order >= MAX_ORDER)
		return NULL;
#ifdef CONFIG_NUMA
	/* departs: only one node is asked here */
	count(order);
#endif
	return helper(order);
}

/** Helps. */
static struct page *helper(unsigned int order)
{
	return NULL;
}
"""
CHAPTER = """
06 heart
========

.. stage::

Orders above the largest are refused [06-1]. See :fn:`helper` and :stage:`06`.

.. chain-map::

.. c-listing:: __alloc_pages_nodemask

.. c-listing:: helper

.. stage-departures::

.. stage-provenance::

.. stage-tests::
"""
TEST_FILE = """/* Expect no page for an order that has no list. */
TEST(nodemask_refuses_large_order, "06-1")
{
}
"""
COVERAGE = {
    'version': 1,
    'anchor': 'L',
    'tests': [
        {
            'id': 0,
            'stem': STEM,
            'file': '',
            'name': 'nodemask_refuses_large_order',
            'configuration': 'uma',
            'claims': [],
        }
    ],
    'files': {
        f'src/stages/{STEM}.c': {
            'configurations': {
                'uma': {
                    'functions': {'__alloc_pages_nodemask': {'count': 12345, 'line': 7, 'end': 17, 'tests': [0]}},
                    'lines': {
                        '10': {'count': 12345, 'branches': [12345, 0], 'tests': [0]},
                        '11': {'count': 0, 'tests': []},
                    },
                }
            },
            'excluded': {},
            'summary': {'lines': [1, 2], 'functions': [1, 2], 'branches': [1, 2]},
        }
    },
    'totals': {},
}


@pytest.fixture
def tree(tmp_path):
    """A book of one chapter. tree(path, text) replaces a file; tree.build() gives (exit code, what was said, page)."""

    def write(path, text):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding='utf-8')

    def build():
        command = [sys.executable, '-B', '-m', 'sphinx', '-q', '-E', '-W', '--keep-going', '-c', 'docs']
        done = subprocess.run([*command, '-d', 'trees', '.', 'out'], cwd=tmp_path, capture_output=True, text=True)
        page = tmp_path / 'out' / 'docs' / 'stages' / f'{STEM}.html'
        return done.returncode, done.stderr, page.read_text(encoding='utf-8') if page.is_file() else ''

    write('docs/conf.py', CONF)
    write('index.rst', f'Book\n====\n\n.. toctree::\n\n   docs/stages/{STEM}\n')
    write(f'docs/stages/{STEM}.rst', CHAPTER)
    write(f'src/stages/{STEM}.c', CODE)
    write(f'tests/stages/{STEM}.c', TEST_FILE)
    write('docs/kernel-map.tsv', '__alloc_pages_nodemask\tfunction\tmm/page_alloc.c\t4819\t4881\n')
    write.build = build
    write.out = tmp_path / 'out'
    return write


def test_a_good_tree_is_built_without_a_word(tree):
    code, said, page = tree.build()
    assert (code, said) == (0, '')
    assert 'id="code-__alloc_pages_nodemask-step-1"' in page
    assert 'NUMA only' in page
    assert 'id="claim-06-1"' in page and 'id="proof-06-1"' in page
    assert 'only one node is asked here' in page.split('pf-departures')[1]
    assert 'mm/page_alloc.c:4819–4881' in page
    assert 'Expect no page for an order' in page
    assert 'make coverage' in page and 'pf-data' not in page


def test_counts_stand_beside_the_code(tree):
    tree('build/coverage/coverage.json', json.dumps(COVERAGE))
    code, said, page = tree.build()
    assert (code, said) == (0, '')
    assert '<b>12k</b><i>1/2</i>' in page
    assert 'r s-part' in page and 'r s-none' in page
    assert 'called 12,345 times' in page
    rows = (tree.out / f'_static/rows/{STEM}.js').read_text()
    found = json.loads(rows.split('window.PAGEFLOW_ROWS=')[1].rstrip(';\n'))['code-__alloc_pages_nodemask']
    assert found['first'] == 7 and found['sets'] == ['0', '']
    assert found['rows']['4'] == [[12345, [12345, 0], 0], 0]


@pytest.mark.parametrize(
    ('path', 'old', 'new', 'words'),
    [
        (
            f'src/stages/{STEM}.c',
            'page *helper(unsigned',
            'page *helpful(unsigned',
            'defines no helper|helper is defined neither',
        ),
        (f'docs/stages/{STEM}.rst', '.. c-listing:: helper\n', '', 'shown nowhere'),
        (f'docs/stages/{STEM}.rst', '[06-1]', '[06-1] [06-2]', 'claim [06-2] has no test'),
        (f'tests/stages/{STEM}.c', '"06-1"', '"06-1 06-9"', 'proves claim 06-9, which no chapter makes'),
        (f'src/stages/{STEM}.c', 'mm/page_alloc.c:4819', 'mm/page_alloc.c:1', 'correct one of them'),
        (f'docs/stages/{STEM}.rst', ':fn:`helper`', ':fn:`nobody`', 'nobody'),
        (f'docs/stages/{STEM}.rst', ':stage:`06`', ':stage:`66`', '66'),
        (f'docs/stages/{STEM}.rst', '.. stage-tests::\n', '', 'needs ".. stage-tests::"'),
    ],
)
def test_the_build_refuses(tree, path, old, new, words):
    text = {f'src/stages/{STEM}.c': CODE, f'docs/stages/{STEM}.rst': CHAPTER, f'tests/stages/{STEM}.c': TEST_FILE}[path]
    assert old in text
    tree(path, text.replace(old, new))
    code, said, _page = tree.build()
    assert code != 0
    assert any(one in said for one in words.split('|')), said


def test_a_transcript_is_run_and_must_go_well(tree):
    tree(
        f'docs/stages/{STEM}.rst',
        CHAPTER + '\n.. transcript:: printf "one\\ntwo\\nthree\\n"\n   :from: two\n   :to: two\n',
    )
    code, said, page = tree.build()
    assert (code, said) == (0, '')
    assert 'two' in page and 'three</' not in page
    tree(f'docs/stages/{STEM}.rst', CHAPTER + '\n.. transcript:: echo oh; exit 3\n')
    code, said, _page = tree.build()
    assert code != 0 and 'left with 3, not 0' in said


def test_a_flag_table_computes_values(tree):
    tree('include/gfp.h', '#define __GFP_A 0x10u /**< first */\n#define __GFP_B (__GFP_A | (1u << 3))\n')
    tree(f'docs/stages/{STEM}.rst', CHAPTER + '\n.. flag-table:: include/gfp.h\n   :names: ^__GFP\n   :digits: 3\n')
    code, said, page = tree.build()
    assert (code, said) == (0, '')
    assert '0x010' in page and 'first' in page and '0x018' in page

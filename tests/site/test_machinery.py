# SPDX-License-Identifier: GPL-2.0-only
"""The machinery of the book on a small tree of its own: what it shows, and what it refuses."""

import base64
import hashlib
import json
import lzma
import pathlib
import re
import runpy
import subprocess
import sys

import pytest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
STEM = '06-__alloc_pages_nodemask'
CONF = f"""
import sys
sys.path[:0] = [{str(TOP / 'docs' / '_ext')!r}, {str(TOP / 'coverage')!r}, {str(TOP)!r}]
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

    def build(builder='html', suffix='.html'):
        command = [sys.executable, '-B', '-m', 'sphinx', '-q', '-E', '-W', '--keep-going', '-c', 'docs', '-b', builder]
        done = subprocess.run([*command, '-d', 'trees', '.', 'out'], cwd=tmp_path, capture_output=True, text=True)
        page = tmp_path / 'out' / 'docs' / 'stages' / f'{STEM}{suffix}'
        made = page.read_text(encoding='utf-8') if page.is_file() else ''
        return done.returncode, done.stderr, made.replace('<wbr>', '')  # where names may break: test_browsing.py

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


FORMS = """__alloc_pages_nodemask\tfunction\tmm/page_alloc.c\t4819\t4881
helper\tmacro\tinclude/linux/gfp.h\t555\t556
helper\tfunction\tmm/mempolicy.c\t2194\t?
"""


def test_each_form_of_a_function_has_its_place(tree):
    tree('docs/kernel-map.tsv', FORMS)
    marked = '/** Helps.\n *\n * @source include/linux/gfp.h:555\n * @source mm/mempolicy.c:2194\n */\n/* departs: it helps nobody. */'
    tree(f'src/stages/{STEM}.c', CODE.replace('/** Helps. */', marked))
    code, said, page = tree.build()
    assert (code, said) == (0, '')
    table = page.split('pf-provenance')[1]
    assert 'include/linux/gfp.h:555–556' in table and 'mm/mempolicy.c:2194<' in table
    tree(f'src/stages/{STEM}.c', CODE.replace('/** Helps. */', marked.replace(':555', ':55').replace(':2194', ':21')))
    assert 'helper: @source says include/linux/gfp.h:55, docs/kernel-map.tsv says' in tree.build()[1]


def test_forms_of_a_name_stand_side_by_side(tree):
    rows = """
.. kernel-forms::

   helper(order, node) | include/linux/gfp.h:555 other(order) | mm/mempolicy.c:2194 helper(order, node)
   __alloc_pages_nodemask(gfp, node) | mm/page_alloc.c:4819 helper(gfp | 1, node)
"""
    tree('docs/kernel-map.tsv', FORMS)
    tree(f'docs/stages/{STEM}.rst', CHAPTER + rows)
    code, said, page = tree.build()
    assert (code, said) == (0, '')
    cells = re.findall(r'<td>(.*?)</td>', page.split('pf-forms')[1], re.S)
    words = [re.sub(r'<[^>]+>|\n', '', one) for one in cells]
    assert words[1:4] == [
        'other(order) (macro, include/linux/gfp.h:555–556)',
        'node',
        'helper(order, node) (function, mm/mempolicy.c:2194)',
    ]
    # What a name stands for is followed on: the other one passes its node to a macro that drops it.
    assert words[5:7] == ['helper(gfp | 1, node) (function, mm/page_alloc.c:4819–4881)', 'node']
    tree(f'docs/stages/{STEM}.rst', CHAPTER + rows.replace(':555', ':600'))
    assert 'docs/kernel-map.tsv has no helper at include/linux/gfp.h:600' in tree.build()[1]
    tree(f'docs/stages/{STEM}.rst', CHAPTER + '\n.. kernel-forms::\n\n   helper\n')
    assert 'kernel-forms: needs rows of two or three cells' in tree.build()[1]


def test_counts_stand_beside_the_code(tree):
    tree('build/coverage/coverage.json', json.dumps(COVERAGE))
    code, said, page = tree.build()
    assert (code, said) == (0, '')
    assert '<b>12k</b><i>1/2</i>' in page
    assert 'r s-part' in page and 'r s-none' in page
    assert 'called 12,345 times' in page
    rows = (tree.out / f'_static/rows/{STEM}.js').read_text()
    found = json.loads(rows.split('window.PAGEFLOW_ROWS=')[1].rstrip(';\n'))['code-__alloc_pages_nodemask']
    assert found['sets'] == ['0', '']
    assert found['rows']['10'] == [[12345, [12345, 0], 0], 0]


OURS = """
/** Helps. */
static __aside struct page *helper(unsigned int order)
{
	/* Step 1: What a very short title could not say, so that it goes on
	in a second line */
	witness_zone(A,
			b);  /* witness_zone(C, d); */
	request->rounds++;
	if (world->hooks.slow_round(request)) {
		give_up();
		return NULL;
	}
	if (!world->environment.asks &&
		order)
		return NULL;
	if (world->environment.asks)
		return world->environment.asks(
			order);
	else
		return another_function_with_a_long_name(and_one_argument, and_another_argument, order);

	/* Step 2: The end */
	return NULL;
}
"""


def rows_of(page, name):
    """(classes, number, what follows the gutter) of each line of a listing."""
    return numbered(page.split(f'id="code-{name}"')[1].split('</figure>')[0])


def numbered(markup):
    """The same of all rows: a row says its number, or counts on from the row before."""
    found, number = [], 0
    row = r'<div class="(r[^"]*)"(?: id="\w+")?(?: style="--n:(\d+)")?><span class="g"></span>(.*?)</div>'
    for classes, said, code in re.findall(row, markup, re.S):
        number = int(said or number + 1)
        found.append((classes, number, code))
    return found


def test_lines_are_numbered_and_those_of_ours_marked_and_counted(tree):
    tree(f'src/stages/{STEM}.c', CODE.split('/** Helps. */')[0].rstrip() + '\n' + OURS)
    code, said, page = tree.build()
    assert (code, said) == (0, '')
    rows, first = rows_of(page, 'helper'), CODE[: CODE.index('/** Helps. */')].count('\n') + 2
    # the first step's title took two lines; the empty line above the second is its heading's own room
    assert [int(number) - first for _classes, number, _code in rows] == [0, 1, *range(4, 19), 21, 22]
    ours = [int(number) - first for classes, number, _code in rows if 'ours' in classes]
    assert ours == [4, 5, 6, 7, 8, 9, 10, 11, 14, 15, 16, 17]
    marked = [int(number) - first for _classes, number, code in rows if 'class="own"' in code]
    assert marked == [0, 4, 6, 11, 14]  # the word; then the first line of each kind
    assert '<span class="own-word">__aside</span>' in rows[0][2]
    assert (
        'title="Our own line: it tells whoever asks' in rows[2][2] and '/how-to-read.html#our-own-lines"' in rows[2][2]
    )
    assert [classes for classes, _number, _code in rows if ' w' in classes] == ['r w2']
    heading = r'<h\d class="step" id="code-helper-step-1"><span>Step 1</span> What a very .* in a second line<'
    assert re.search(heading, page) and 'class="step apart" id="code-helper-step-2"' in page
    told = ' '.join(re.sub('<[^>]+>', '', page.split('our own, and grey in the listings')[0]).split())
    assert told.endswith('12 of the 28 lines of code in this stage are'), told[-99:]
    assert (
        ': 2 to tell whoever asks' in page and '; 5 to count rounds' in page and '; 5 to take from a recording' in page
    )
    assert 'is a hint to the compiler' in page
    tree(
        f'src/stages/{STEM}.c',
        CODE.replace('	/* departs: only one node is asked here */\n', '	witness_zone(order);\n'),
    )
    page = ' '.join(tree.build()[2].split())
    assert '1 of the 14 lines of code in this stage is our own' in page
    assert 'But for these, the code of this stage is marked nowhere' in page


TRACE = f"""TN:
SF:src/stages/{STEM}.c
FN:7,__alloc_pages_nodemask
FNDA:12345,__alloc_pages_nodemask
BRDA:10,0,0,12345
BRDA:10,0,1,0
DA:10,12345
DA:11,0
end_of_record
"""


def test_a_file_is_shown_whole_with_the_figures_of_the_tracefile(tree):
    tree('build/coverage/coverage.json', json.dumps(COVERAGE))
    tree('build/coverage/merged.info', TRACE)
    tree(f'build/coverage/html/src/stages/{STEM}.c.gcov.html', "<p>lcov's</p>")
    code, said, page = tree.build()
    assert (code, said) == (0, '')
    coverage = tree.out / 'coverage'
    whole = (coverage / f'src/stages/{STEM}.c.gcov.html').read_text()
    assert re.search(r'<div class="r s-part" id="L10"><button[^>]*><b>12k</b><i>1/2</i></button><code>', whole)
    assert (
        re.search(r'<div class="r s-none" id="L11">', whole)
        and 'id="L1"' in whole
        and f'id="L{CODE.count(chr(10))}"' in whole
    )
    assert '50.0 %</span> (1/2)' in whole and f'href="../../lcov/src/stages/{STEM}.c.gcov.html"' in whole
    assert (coverage / f'lcov/src/stages/{STEM}.c.gcov.html').read_text() == "<p>lcov's</p>"
    functions = (coverage / f'src/stages/{STEM}.c.func.html').read_text()
    assert f'href="{STEM}.c.gcov.html#L7"' in functions and '12,345' in functions
    for name in ('index', 'src/stages/index', STEM):
        assert '(1/2)' in (coverage / f'{name}.html').read_text()
    rows = (tree.out / f'_static/rows/src/stages/{STEM}.c.js').read_text()
    assert json.loads(rows.split('window.PAGEFLOW_ROWS=')[1].rstrip(';\n'))['file']['rows']['10'][0][0] == 12345
    assert f'data-rows="src/stages/{STEM}.c"' in whole


def test_counts_of_another_state_of_the_code_are_not_shown(tree):
    stale = json.loads(json.dumps(COVERAGE))
    for record in stale['files'].values():
        record['source'] = 'that of another state'
    tree('build/coverage/coverage.json', json.dumps(stale))
    code, said, page = tree.build()
    assert (code, said) == (0, '')
    assert '<b>12k</b>' not in page and 'changed since the tests were counted' in page


MEASURED = """
import pathlib
import measured
measured.DIRECTORY = pathlib.Path(__file__).resolve().parent.parent / 'coverage' / 'measured'
"""


def test_conditions_that_decide_on_their_own_are_shown_while_they_fit(tree):
    found = {
        'sources': hashlib.sha256(f'{STEM}.c\n{CODE}'.encode()).hexdigest()[:16],
        'conditions': 7,
        'shown': 6,
        'argued': 1,
        'reasons': [['__alloc_pages_nodemask', 'order > 3', 'the list is never longer']],
    }
    tree('docs/conf.py', CONF + MEASURED)
    tree('build/coverage/coverage.json', json.dumps(COVERAGE))
    tree('coverage/measured/mcdc.json', json.dumps({'parts': {'06': found}}))
    code, said, page = tree.build()
    assert (code, said) == (0, '')
    assert 'on their own: 6 of 7' in page and 'order &gt; 3' in page and 'the list is never longer' in page
    assert 'The sources have not changed since.' in page
    tree(f'src/stages/{STEM}.c', CODE + '/* more */')
    assert 'The sources have changed since.' in tree.build()[2]


def test_labs_are_listed_from_their_definitions(tree):
    lab = (TOP / 'labs' / 'expand.toml').read_text(encoding='utf-8').replace('stage = "11"', 'stage = "06"')
    tree('labs/expand.toml', lab)
    tree('index.rst', f'Book\n====\n\n.. labs-table::\n\n.. toctree::\n\n   docs/stages/{STEM}\n   docs/labs\n')
    tree('docs/labs.rst', 'Labs\n====\n')
    tree(f'docs/stages/{STEM}.rst', CHAPTER + '\n.. stage-labs::\n')
    code, said, page = tree.build()
    assert (code, said) == (0, '')
    assert 'make lab L=expand' in page and '(easy): split a block' in page and 'href="../labs.html"' in page
    table = (tree.out / 'index.html').read_text(encoding='utf-8').split('pf-labs')[1]
    assert f'docs/stages/{STEM}.html' in table and 'expand()' in table
    tree('labs/expand.toml', lab.replace('stage = "06"', 'stage = "07"'))
    assert 'is no chapter that a lab of labs/*.toml belongs to' in tree.build()[1]


ESSAY = """<doxygen version="1.9.4"><compounddef id="{name}_8c" kind="file" language="C++">
<compoundname>{file}</compoundname><briefdescription><para>{name} in brief.</para></briefdescription>
<detaileddescription><para>{name} at length.<itemizedlist><listitem><para>first</para></listitem></itemizedlist>The rest.
</para></detaileddescription><location file="src/stages/{file}"/></compounddef></doxygen>"""
ESSAYS = {'Door': f'{STEM}.c', 'Part': f'{STEM}-part.c'}


def test_an_essay_is_that_of_one_file_without_its_brief_line(tree):
    compounds = ''.join(
        f'<compound refid="{name}_8c" kind="file"><name>{file}</name></compound>' for name, file in ESSAYS.items()
    )
    for configuration in ('uma', 'numa'):
        xml = f'build/doxygen/{configuration}/xml'
        tree(f'{xml}/index.xml', f'<doxygenindex version="1.9.4">{compounds}</doxygenindex>')
        for name, file in ESSAYS.items():
            tree(f'{xml}/{name}_8c.xml', ESSAY.format(file=file, name=name))
    projects = f"\nbreathe_projects = {{'uma': {str(tree.out.parent / 'build/doxygen/uma/xml')!r}}}\n"
    tree('docs/conf.py', CONF.replace("['pageflow_book']", "['breathe', 'pageflow_book']") + projects)
    tree(f'src/stages/{STEM}-part.c', '/* SPDX-License-Identifier: GPL-2.0-only */\n')
    part = '\n.. stage-essay::\n   :part: part\n'
    for written, shown in (('\n.. stage-essay::\n' + part, ['Door at', 'Part at']), (part, ['Part at'])):
        tree(f'docs/stages/{STEM}.rst', CHAPTER + written)
        code, said, page = tree.build()
        assert (code, said) == (0, '')
        assert [words for words in ('Door in', 'Door at', 'Part in', 'Part at') if words in page] == shown
        assert re.search(r'at length\.</p>\s*<ul class="simple">\s*<li><p>first</p></li>\s*</ul>\s*<p>The rest', page)


def test_the_essay_of_a_part_has_a_place_in_the_chapter(tree):
    tree(f'src/stages/{STEM}-part.c', '/* SPDX-License-Identifier: GPL-2.0-only */\n')
    tree(f'docs/stages/{STEM}.rst', CHAPTER + '\n.. stage-essay::\n')
    code, said, _page = tree.build()
    assert code != 0 and f'the essay of src/stages/{STEM}-part.c is nowhere in the chapter' in said


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
        (f'tests/stages/{STEM}.c', '{\n}\n', '{\n}\n' + TEST_FILE, 'give one of them another name'),
        (f'docs/stages/{STEM}.rst', ':fn:`helper`', ':fn:`nobody`', 'nobody'),
        (f'docs/stages/{STEM}.rst', ':stage:`06`', ':stage:`66`', '66'),
        (f'docs/stages/{STEM}.rst', '.. stage-tests::\n', '', 'needs ".. stage-tests::"'),
        (
            f'docs/stages/{STEM}.rst',
            '.. chain-map::\n',
            '.. stage-essay::\n   :part: other\n',
            f'there is no src/stages/{STEM}-other.c',
        ),
    ],
)
def test_the_build_refuses(tree, path, old, new, words):
    text = {f'src/stages/{STEM}.c': CODE, f'docs/stages/{STEM}.rst': CHAPTER, f'tests/stages/{STEM}.c': TEST_FILE}[path]
    assert old in text
    tree(path, text.replace(old, new))
    code, said, _page = tree.build()
    assert code != 0
    assert any(one in said for one in words.split('|')), said


def test_a_helper_is_folded_into_what_it_does(tree):
    tree(f'docs/stages/{STEM}.rst', CHAPTER.replace('listing:: helper', 'listing:: helper\n   :helper:'))
    code, said, page = tree.build()
    assert (code, said) == (0, '')
    line = '<details class="pf-helper"><summary><code>helper</code> Helps.</summary><figure'
    assert line in page and page.count('<details class="pf-helper"') == 1
    assert page.index(line) < page.index('id="code-helper"')


def test_a_continuation_shows_what_its_chapter_does_not(tree):
    moved = f'docs/continued/{STEM}-continued'
    chapter = CHAPTER.replace('.. c-listing:: helper\n', '').replace(' [06-1]', '')
    tree('index.rst', f'Book\n====\n\n.. toctree::\n\n   docs/stages/{STEM}\n   {moved}\n')
    tree(f'docs/stages/{STEM}.rst', chapter)
    tree(f'{moved}.rst', 'More\n====\n\nA claim [06-1].\n\n.. stage-code::\n')
    code, said, page = tree.build()
    assert (code, said) == (0, '')
    more = (tree.out / f'{moved}.html').read_text(encoding='utf-8')
    assert 'id="code-helper"' in more and 'id="code-__alloc_pages_nodemask"' not in more
    assert f'href="../continued/{STEM}-continued.html#code-helper"' in page
    assert f'href="../stages/{STEM}.html#proof-06-1"' in more
    assert f'href="../continued/{STEM}-continued.html#claim-06-1"' in page


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


def test_a_kept_session_is_shown_with_its_command_and_must_be_there(tree):
    kept = f'{CHAPTER}\n.. kept-transcript:: long\n   :from: two\n'
    tree('docs/transcripts/long.txt', '# SPDX\n$ make it B=x\none\ntwo\nthree\n')
    tree(f'docs/stages/{STEM}.rst', kept)
    code, said, page = tree.build()
    assert (code, said) == (0, '')
    text = re.sub(r'<[^>]*>', '', page)
    assert '$ make it B=x\ntwo\nthree\n' in text and 'SPDX' not in text
    tree('docs/transcripts/long.txt', '# SPDX\n$ make it B=x\ntwo and a half\n')
    assert 'two and a half' in tree.build()[2]
    tree(f'docs/stages/{STEM}.rst', f'{kept}   :typed: x\n')
    assert '(gdb) x\ntwo and a half' in re.sub(r'<[^>]*>', '', tree.build()[2])
    tree(f'docs/stages/{STEM}.rst', f'{kept}   :typed: y\n')
    assert '"y" is not in the command of docs/transcripts/long.txt' in tree.build()[1]
    tree(f'docs/stages/{STEM}.rst', kept.replace('long', 'lost'))
    code, said, _page = tree.build()
    assert code != 0 and 'no session is kept in docs/transcripts/lost.txt' in said


def test_a_command_is_run_again_only_when_it_fails_or_what_it_reads_has_changed(tree):
    counting = 'cat tests/samples/one; echo run >>runs; test ! -e fails'
    tree('tests/samples/one', 'first')
    tree(f'docs/stages/{STEM}.rst', f'{CHAPTER}\n.. transcript:: {counting}\n')
    runs = tree.out.parent / 'runs'
    for text, expected in (('first', 1), ('first', 1), ('second', 2), ('first', 2)):
        tree('tests/samples/one', text)
        tree('tests/traces/other', text)  # which it does not name
        code, said, page = tree.build()
        assert (code, said) == (0, '') and f'{text}</span>' in page
        assert runs.read_text().count('run') == expected
    tree('tests/samples/one', 'third')
    tree('fails', '')
    assert tree.build()[0] != 0 and tree.build()[0] != 0
    assert runs.read_text().count('run') == 4


def test_a_picture_is_what_a_command_draws(tree):
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="70" height="40"></svg>'
    picture = f"\n.. picture-of:: printf '%s' '{svg}'\n"
    tree(f'docs/stages/{STEM}.rst', CHAPTER + picture + '   :alt: A "drawing"\n')
    code, said, page = tree.build()
    assert (code, said) == (0, '')
    data = base64.b64encode(svg.encode()).decode()
    assert f'<img alt="A &quot;drawing&quot;" width="70" height="40" src="data:image/svg+xml;base64,{data}">' in page
    for wrong in (picture, picture.replace('svg', 'text') + '   :alt: A drawing\n'):
        tree(f'docs/stages/{STEM}.rst', CHAPTER + wrong)
        code, said, _page = tree.build()
        assert code != 0 and 'needs an :alt: text, and a command that prints an SVG' in said


def test_a_flag_table_computes_values(tree):
    tree('include/gfp.h', '#define __GFP_A 0x10u /**< first */\n#define __GFP_B (__GFP_A | (1u << 3))\n')
    tree(f'docs/stages/{STEM}.rst', CHAPTER + '\n.. flag-table:: include/gfp.h\n   :names: ^__GFP\n   :digits: 3\n')
    code, said, page = tree.build()
    assert (code, said) == (0, '')
    assert '0x010' in page and 'first' in page and '0x018' in page


def in_chapter(tree, before=''):
    """A function that puts a text into the chapter and builds."""

    def build(text, *builder):
        tree(f'docs/stages/{STEM}.rst', f'{CHAPTER}\n{before}{text}\n')
        return tree.build(*builder)

    return build


EXERCISE = """
.. exercise:: 06-1
   :level: easy
   :fails: large
   :recordings: diverge

   Drop step 1. Who notices?

   .. answer::

      :seen:`06-1 Recordings` recordings diverge, the first at request :seen:`06-1 small-1`: it wants page
      :seen:`06-1 small-1 expected page`, word :seen:`06-1 small-1 got 0`, and :seen:`06-1 tests large` test fails.

.. exercise:: 06-2
   :level: hard
   :kind: paper

   What is 2 + 2?

   .. answer::

      4.
"""
SEEN = {
    'tests': {'large': ['numa: a_large_one', 'uma: a_large_one']},
    'recordings': {f'small-{i}': {'op': 10 * i, 'expected': f'a {i} 16', 'got': f'b {i} -'} for i in range(1, 24)},
    'scenarios': {},
}


@pytest.fixture
def exercise(tree):
    """exercise(text) puts exercises into the chapter and builds."""
    tree('docs/exercises/06-1.patch', '')
    tree('docs/exercises/results.json', json.dumps({'exercises': {'06-1': SEEN}}))
    return in_chapter(tree)


def test_an_exercise_has_a_level_a_kind_and_the_figures_that_were_seen(exercise):
    code, said, page = exercise(EXERCISE)
    assert (code, said) == (0, '')
    text = re.sub(r'\s+', ' ', re.sub('<[^>]+>', '', page))
    assert '1 change and see · easy' in text and '2 on paper · hard' in text
    assert (
        'Twenty-three recordings diverge, the first at request 10: it wants page 0x10, word b, and one test fails'
        in text
    )
    assert 'make exercise E=06-1' in text and 'make exercise E=06-2' not in text
    assert page.count('<details class="pf-answer"') == 2 and 'id="exercise-06-2"' in page


def test_an_exercise_may_begin_with_commands(exercise, tree):
    tree('docs/scenarios/first.pf', 'machine 64M\n')
    commands = ':kind: paper\n   :begin:\n      machine 1G\n      status'
    code, said, page = exercise(EXERCISE.replace(':kind: paper', commands))
    assert (code, said) == (0, '') and page.count('data-scene') == 1
    assert commands_of(tree, f'{STEM}-1') == 'machine 1G\nstatus'
    _code, _said, page = exercise(EXERCISE.replace(':kind: paper', ':kind: paper\n   :begin: docs/scenarios/first.pf'))
    assert re.search('id="exercise-06-2"[^>]*data-scene="first"|data-scene="first"[^>]*id="exercise-06-2"', page)


@pytest.mark.parametrize(
    'old, new, words',
    [
        ('   :level: easy\n', '', ':level: is easy, middle or hard'),
        (':level: easy', ':level: light', 'level'),
        (':kind: paper', ':kind: change', '06-2.patch is what an exercise that changes code has'),
        (':fails: large', ':kind: predict\n   :fails: large', '06-1.patch is what an exercise that changes code has'),
        ('exercise:: 06-2', 'exercise:: two', "'two' is no chapter and number"),
        (
            ':level: hard',
            ':level: hard\n   :begin: docs/scenarios/no.pf',
            'exercise 06-2: there is no file docs/scenarios/no.pf',
        ),
        ('   .. answer::\n\n      4.\n', '   4.\n', 'one `answer` is needed'),
        ('small-1 got 0', 'small-99 got 0', 'results.json has no `06-1 small-99 got 0`'),
        ('06-1 tests large', '06-1 tests small', 'results.json has no'),
        ('06-1 Recordings', '06-3 Recordings', 'results.json has no'),
    ],
)
def test_an_exercise_is_refused(exercise, old, new, words):
    code, said, _page = exercise(EXERCISE.replace(old, new, 1))
    assert code != 0 and words in said


GDB = r"""#!/bin/bash
# Stands in for the debugger: the value of an expression is what is written in it, if it is a number.
number=0
while read -r command; do
	if [[ $command =~ ^print(/x)?\ ([0-9]+)$ ]]; then echo "\$$((++number)) = ${BASH_REMATCH[2]}00"; fi
done < <(tr ';' '\n' <<<"$3" | sed 's/^ //')
"""


@pytest.fixture
def computed(tree):
    """computed(text) puts a table into the chapter and builds."""
    tree('.ci/gdb', GDB)
    return in_chapter(tree, '.. computed-table::\n')


def test_a_computed_table_asks_the_program(computed):
    code, said, page = computed('   :each: 7-8\n\n   Bit | of `mask` | Value\n   a @ | {/x @} | {4@}')
    assert (code, said) == (0, '')
    assert [word in page for word in ('a 7', '700', '4700', 'a 8', '800', '4800')] == [True] * 6
    assert '>mask</code>' in page


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('', 'needs rows'),
        ('\n   A | B\n   1 | 2 | 3', 'each with as many cells as there are headings, 2'),
        ('\n   A | B\n   1 | {nonsense}', '1 expressions, 0 values'),
        ('   :each: 7\n\n   A\n   {@}', 'two numbers, as in 0-15'),
    ],
)
def test_a_computed_table_is_refused(computed, text, words):
    code, said, _page = computed(text)
    assert code != 0 and words in said, said


SHELL = r"""#!/usr/bin/env python3
# Stands in for the shell: what it draws says which drawing it is, and of which zone.
import json, sys
words = sys.argv[1:]
if words == ['names', 'migratetype']:
    print('0 Unmovable\n1 Movable')
    sys.exit()
if words == ['names', 'events']:
    print('mm_page_alloc_extfrag\ta block taken over from another type\nmm_page_alloc_zone_locked\ttaken from the free lists')
    sys.exit()
assert words[:2] == ['shell', '--json'], words
words, zone, drawn = words[2:], 'all', 0
if words[:1] == ['--zone']:
    zone, words = words[1], words[2:]
for line, command in enumerate((open(words[0]) if words else sys.stdin).read().split('\n'), 1):
    one = {'line': line, 'command': command, 'output': '', 'events': [], 'errors': [], 'pictures': []}
    if not command or command.startswith('#'):
        continue
    if command in ('buddyinfo', 'pagetypeinfo', 'draw zones'):
        if zone == 'High':
            sys.exit('there is no zone High')
        drawn += 1
        svg = ('<svg class="pf-map" aria-labelledby="pf-t pf-d"><title id="pf-t">State &amp; '
               f'{drawn}</title>\n<desc id="pf-d">What is free.</desc>\n<text>{command} {zone}</text></svg>')
        text = f'order 0 1\nzone {zone}: drawing {drawn}\n'
        one |= {'output': 'Node 0, zone DMA\n', 'said': '', 'pictures': [{'kind': 'lists', 'svg': svg, 'text': text}]}
    elif command.startswith('alloc'):
        fields = 'pfn 0x8 … 0x9, order 0, migratetype Movable'
        told = {'name': 'mm_page_alloc_zone_locked', 'count': 2, 'meaning': 'taken from the free lists', 'fields': fields}
        one |= {'output': '#1: page 0x8 order 0\n', 'events': [told]}
    elif command.startswith('bad'):
        sys.exit(f'there is no command {command}')
    print(json.dumps(one))
"""
SCRIPT = '# a comment\nmachine 64M\nbuddyinfo\nalloc GFP_USER|__GFP_MOVABLE\npagetypeinfo\n'


@pytest.fixture
def scene(tree):
    """scene(text) puts a directive into the chapter and builds."""
    tree('build/pageflow', SHELL)
    (tree.out.parent / 'build' / 'pageflow').chmod(0o755)
    tree('docs/scenarios/first.pf', SCRIPT)
    return in_chapter(tree)


def test_a_scene_is_a_table_of_text_where_nothing_can_be_drawn(scene):
    _code, _said, page = scene('.. scene:: docs/scenarios/first.pf\n   :zone: DMA', 'text', '.txt')
    assert re.search(r'^ +order 0 1\n +zone DMA: drawing 1$', page, re.M) and 'svg' not in page


def test_a_scene_shows_what_the_shell_draws_and_tells_events(scene):
    code, said, page = scene('.. scene:: docs/scenarios/first.pf\n   :alt: Look at\n      order 2.\n   :zone: 1 Normal')
    assert (code, said) == (0, '')
    first, second = page.split('<figure class="pf-picture pf-state"><svg class="pf-map" ')[1:]
    assert first.startswith('aria-labelledby="scene0-t scene0-d"><title id="scene0-t">State &amp; 1</title>')
    assert (
        '<desc id="scene0-d">What is free. Look at order 2.</desc>' in first
        and '<text>buddyinfo 1 Normal</text>' in first
    )
    assert '<figcaption>State &amp; 1</figcaption>' in first and '<figcaption>State &amp; 2</figcaption>' in second
    assert 'id="scene1-t"' in second
    assert 'mm_page_alloc_zone_locked</code> ×2 taken from the free lists' in first.replace('<span class="pre">', '')
    assert 'pfn 0x8 … 0x9, order 0, migratetype Movable' in page
    assert 'trace on' not in page and 'a comment' not in page


def test_a_scene_shows_zones(scene):
    _code, said, page = scene('.. scene::\n   :zone: DMA\n\n   machine 64M\n   draw zones')
    assert said == '' and '<text>draw zones DMA</text>' in page


def test_a_scene_shows_the_part_that_is_asked_for(scene):
    code, said, page = scene('.. scene:: docs/scenarios/first.pf\n   :from: alloc\n   :to: pagetypeinfo')
    assert (code, said) == (0, '')
    assert 'machine 64M' not in page and 'State &amp; 2' in page and 'State &amp; 1' not in page


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('.. scene:: docs/scenarios/none.pf', 'there is no file docs/scenarios/none.pf'),
        ('.. scene::', 'it has no commands'),
        ('.. scene:: docs/scenarios/first.pf\n\n   machine 1G', 'takes a file or commands, not both'),
        ('.. scene:: docs/scenarios/first.pf\n   :from: nowhere', 'no command matches "nowhere"'),
        ('.. scene:: docs/scenarios/first.pf\n   :zone: High', 'there is no zone High'),
        ('.. scene::\n\n   machine 64M\n   bad', 'there is no command bad'),
        (
            '.. scene::\n   :exit: 1\n   :zone: High\n\n   machine 64M\n   buddyinfo',
            'the shell said:\nthere is no zone High',
        ),
    ],
)
def test_a_scene_is_refused(scene, text, words):
    code, said, _page = scene(text)
    assert code != 0 and words in said, said


def commands_of(tree, name):
    """What a reader gets to carry out."""
    script = (tree.out / '_static' / 'scenes' / f'{name}.js').read_text(encoding='utf-8')
    return json.loads(script[script.index(']=') + 2 : script.rindex(';')])


def test_the_commands_of_a_scene_can_be_carried_out_in_the_page(scene, tree):
    inline = '.. scene::\n   :zone: DMA\n\n   machine 64M\n   # all of it\n   draw zones\n'
    _code, said, page = scene(f'.. scene:: docs/scenarios/first.pf\n   :from: alloc\n\n{inline}')
    assert said == ''
    assert 'data-scene="first" data-shown="2-4"' in page.replace('"docutils container" ', '')
    assert re.search(rf'data-scene="{STEM}-2"', page) and 'data-zone="DMA"' in page
    assert commands_of(tree, 'first') == SCRIPT.strip('\n')
    assert commands_of(tree, f'{STEM}-2') == 'machine 64M\n# all of it\ndraw zones'


def test_a_scenario_that_is_shown_can_be_carried_out_too(scene, tree):
    tree('docs/scenarios/first.pf', f'# SPDX-License-Identifier: GPL-2.0-only\n{SCRIPT}')
    _code, said, page = scene('.. literalinclude:: ../scenarios/first.pf\n   :start-at: machine')
    assert said == '' and re.search('<div class="pf-scenario [^>]*data-scene="first"', page)
    assert commands_of(tree, 'first') == SCRIPT.strip('\n')


def test_nothing_is_carried_out_in_other_formats(scene):
    _code, said, page = scene('.. literalinclude:: ../scenarios/first.pf', 'text', '.txt')
    assert said == '' and 'alloc GFP_USER' in page and 'scene' not in page.lower()


PRIMER = """
Primer
======

.. glossary::

   page
      A piece of memory, 4 KiB long. It has a number.

   pageblock
      512 :term:`pages <page>`.
"""


@pytest.fixture
def primer(tree):
    """primer(chapter=, text=) builds a book of a primer and a chapter, read in this order."""

    def build(chapter='', text=PRIMER, order=('docs/primer', f'docs/stages/{STEM}')):
        tree('index.rst', 'Book\n====\n\n.. toctree::\n\n' + ''.join(f'   {one}\n' for one in order))
        tree('docs/primer.rst', text)
        tree(f'docs/stages/{STEM}.rst', f'{CHAPTER}\n{chapter}\n')
        return tree.build()

    return build


def test_terms_may_be_used_behind_their_definition_and_say_what_they_mean(primer, tree):
    code, said, _page = primer('A :term:`pageblock`, and ``helper``.\n\nThe pageblocks.')
    assert (code, said) == (0, '')
    data = (tree.out / '_static' / 'pageflow-data.js').read_text()
    terms = json.loads(data.split('window.PAGEFLOW=')[1].rstrip(';\n'))['terms']
    assert terms == {'term-page': 'A piece of memory, 4 KiB long.', 'term-pageblock': '512 pages.'}


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        (
            {'chapter': 'A :term:`page`.', 'order': (f'docs/stages/{STEM}', 'docs/primer')},
            'the term "page" is used here before it is defined, in docs/primer',
        ),
        ({'text': PRIMER.replace('A piece', 'A small :term:`pageblock`')}, '"pageblock" is used here before it is'),
        (
            {'text': PRIMER.replace('A piece', 'No pageblock')},
            'primer.rst:8: WARNING: the term "pageblock" stands here',
        ),
        ({'text': PRIMER.replace('======\n', '======\n\nPageblocks are large.\n')}, 'the term "pageblock" stands here'),
    ],
)
def test_a_term_before_its_definition_is_refused(primer, change, words):
    code, said, _page = primer(**change)
    assert code != 0 and words in said, said


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('.. image:: dot.svg', 'the image docs/stages/dot.svg has no words'),
        ('.. raw:: html\n\n   <svg viewBox="0 0 1 1"><path d="M0 0"/></svg>', 'neither a title nor an aria-label'),
        ('.. raw:: html\n\n   <svg viewBox="0 0 1 1"><title></title></svg>', 'neither a title nor an aria-label'),
    ],
)
def test_a_picture_without_words_is_refused(tree, text, words):
    tree('docs/stages/dot.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>')
    tree(f'docs/stages/{STEM}.rst', f'{CHAPTER}\n{text}\n')
    code, said, _page = tree.build()
    assert code != 0 and words in said, said


def test_pictures_with_words_pass_and_links_out_are_listed(tree):
    tree('docs/stages/dot.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>')
    tree(
        f'docs/stages/{STEM}.rst',
        f'{CHAPTER}\n.. image:: dot.svg\n   :alt: a dot\n\n.. raw:: html\n\n   <svg aria-hidden="true"></svg>'
        '<svg><title>A dot</title></svg>\n\nSee `it <https://example.org/it>`_.\n',
    )
    code, said, _page = tree.build()
    assert (code, said) == (0, '')
    assert (tree.out / 'external-links.txt').read_text() == f'https://example.org/it\tdocs/stages/{STEM}\n'


def test_a_name_in_code_type_is_a_link_once_a_section(tree):
    more = '\nSee ``helper()``, ``no_such_name`` and ``helper``.\n\nAgain\n-----\n\n``helper`` is here.\n'
    tree(f'src/stages/{STEM}.c', CODE.replace('helper', 'the_helper'))
    tree(f'docs/stages/{STEM}.rst', (CHAPTER + more).replace('helper', 'the_helper'))
    code, said, page = tree.build()
    assert (code, said) == (0, '')
    assert page.count('class="pf-name reference internal" href="#code-the_helper"') == 2


TESTED = """/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * What `order` may be.
 */
#include "harness.h"

static int helped(int order)
{
	return order;
}

/*
 * order   page
 *     9   yes
 *
 * Expect no page for an `order`
 * that has no list.
 */
TEST(nodemask_refuses_large_order, "06-1")
{
	ck_assert(helped(9) < made_by_hand());
}

#define KIND(name) \\
	TEST(kind_of_##name, "")                          \\
	{                                                 \\
	}
KIND(good)
"""


def test_the_tests_are_in_the_book(tree):
    tree('tests/support/byhand.h', 'int made_by_hand(void);\n')
    tree('tests/support/byhand.c', '/* none */\nint made_by_hand(void)\n{\n\treturn 10;\n}\n')
    tree(f'tests/stages/{STEM}.c', TESTED)
    tree('tests/life/other.c', '\nTEST(other_refuses_too, "06-1")\n{\n}\n')
    code, said, page = tree.build()
    assert (code, said) == (0, '')
    # folded in its chapter, the chapter's own tests first
    proved = page.split('id="proof-06-1"')[1].split('</table>')[0]
    assert re.findall(r'<details class="pf-test"><summary><code>(\w+)</', proved) == [
        'nodemask_refuses_large_order',
        'other_refuses_too',
    ]
    own = page.split('id="test-nodemask_refuses_large_order"')[1].split('</details>')[0]
    assert 'Expect no page for an' in own.split('</summary>')[0]
    assert f'href="../tests/stages/{STEM}.html"' in page  # the whole file
    # a page for each file, whole
    whole = (tree.out / f'docs/tests/stages/{STEM}.html').read_text()
    assert (
        '<p>What <code>order</code> may be.</p>' in whole and '<section id="test-nodemask_refuses_large_order"' in whole
    )
    numbers = [number for _classes, number, _code in numbered(whole)]
    assert numbers == [*range(6, 12), *range(20, 24), *range(25, 29), 29]  # all but what stands as prose
    assert (tree.out / 'docs/tests/support/byhand.html').is_file()
    # the source alone, for scripts: the comment as prose, its table as it is, links from the top of the site
    script = (tree.out / f'_static/sources/stages/{STEM}.js').read_text()
    sources = json.loads(script.split('"]=')[1].rstrip(';\n'))
    source = sources['nodemask_refuses_large_order']
    assert source.startswith('<p class="pf-meta">Proves <span class="claim"><a href="docs/stages/' + STEM)
    assert '<pre class="pf-told" tabindex="0">order   page\n    9   yes</pre>' in source
    assert '<p>Expect no page for an <code>order</code> that has no list.</p>' in source
    assert f'href="docs/tests/stages/{STEM}.html#L8"' in source and 'href="docs/tests/support/byhand.html#L2"' in source
    assert 'id="L8"' in whole
    assert [number for _classes, number, _code in numbered(source)] == [20, 21, 22, 23]
    assert 'KIND' in sources['kind_of_good']


REPLAYED = {'outcome': 'identical', 'ops': 1500, 'events': 20, 'checks': 3}
FORMAT = """# Format

| machine | memory | zones with memory | nodes |
| --- | --- | --- | --- |
| small | 1 MiB | DMA | 1 |

| profile | what it does |
| --- | --- |
| policy_M_N | follows a `policy` |
"""
PROOF = '\n.. recordings-table::\n\n.. machines-table::\n\n.. profiles-table::\n\n.. proof-line::\n'


@pytest.fixture
def proof(tree):
    """proof(text, recordings=, status=) builds a chapter with directives of the proof, where a replay says that."""
    tree('tests/traces/FORMAT.md', FORMAT)
    tree('build/coverage/coverage.json', json.dumps(COVERAGE))
    for name in ('conformance', 'tests', 'coverage'):
        tree(f'docs/{name}.rst', f':orphan:\n\n{name}\n============\n')

    def build(text=PROOF, recordings=('small-policy_1_2-3.trace.xz', 'small.boot.xz'), status=0):
        said = json.dumps([{'file': f'tests/traces/{name}', **REPLAYED} for name in recordings])
        tree('build/pageflow', f"#!/bin/sh\necho '{said}'\nexit {status}\n")
        (tree.out.parent / 'build' / 'pageflow').chmod(0o755)
        tree(f'docs/stages/{STEM}.rst', f'{CHAPTER}\n{text}\n')
        return tree.build()

    return build


def cells(page, css):
    """The rows of a table, as words."""
    body = page.split(f'{css}')[1].split('</table>')[0].replace('<wbr>', '')
    rows = [re.findall(r'<t[dh][^>]*>(.*?)</t[dh]>', row, re.S) for row in body.split('<tr')[1:]]
    return [[' '.join(re.sub(r'<[^>]+>', ' ', cell).split()) for cell in row] for row in rows]


def test_recordings_are_replayed_and_listed(proof):
    code, said, page = proof()
    assert (code, said) == (0, '')
    assert cells(page, 'pf-recordings')[1:] == [
        ['small-policy_1_2-3', '1,500', '20', '3', 'identical'],
        ['small.boot', '1,500', '20', '3', 'identical'],
        ['all 2', '3,000', '40', '6', ''],
    ]
    assert cells(page, 'pf-machines')[1:] == [['small', '1 MiB', 'DMA', '1']]
    assert 'follows a policy' in page and 'no requests: memory handed to the allocator at boot' in page
    assert '2 recordings of a real 5.8.18 kernel: 3,000 operations and 40 events, all identical' in page
    words = ' '.join(re.sub(r'<[^>]+>', ' ', page).split())
    assert '1 tests in C (1 runs, without and with NUMA) run 50.0 % of the lines' in words


@pytest.mark.parametrize(
    ('wrong', 'words'),
    [
        ({'status': 1}, 'left with 1, not 0'),
        ({'recordings': ['large-policy_1-2.trace.xz']}, 'does not describe the machine large'),
        ({'recordings': ['small-idle-2.trace.xz']}, 'does not describe idle'),
    ],
)
def test_a_recording_that_diverges_or_is_not_described_is_refused(proof, wrong, words):
    code, said, _page = proof(**wrong)
    assert code != 0 and words in said, said


def test_tests_are_counted_by_what_runs_them(proof, tree):
    tree('tests/tools/test_tool.py', 'def test_a_tool_runs():\n    pass\n')
    tree('tests/library/pieces.c', 'TEST(piece_is_there, "")\n{\n}\n')
    tree('tests/stages/07-x.c', '#ifdef CONFIG_NUMA\nTEST(x_asks_a_node, "")\n{\n}\n#endif\n')
    code, said, page = proof('Tests\n-----\n\n.. test-counts::\n')
    assert (code, said) == (0, '')
    assert (
        'There are 3 tests in C: 1 run without NUMA and 2 with it, most of them in both, and 1 are of the library'
        in page
    )
    assert 'The tests in Python are 1 functions' in page


def test_all_tests_are_listed_with_what_they_run(proof, tree):
    tree('tests/tools/test_tool.py', 'def test_a_tool_runs():\n    pass\n\n\ndef other():\n    pass\n')
    code, said, page = proof('Tests\n-----\n\n.. all-tests::\n')
    assert (code, said) == (0, '')
    listed = page.split('id="tests-tests-stages-06')[1]
    assert 'href="#test-nodemask_refuses_large_order"' in listed and 'href="#claim-06-1"' in listed
    assert 'Expect no page for an order' in listed and '06: 1 <button' in listed
    assert f'data-test="{STEM} nodemask_refuses_large_order"' in listed and 'pageflow-tests.js' in page
    lines = (tree.out / f'_static/tests/{STEM}.js').read_text()
    known = json.loads(lines.split('window.PAGEFLOW_LINES, ')[1].rstrip(');\n'))[STEM]
    assert known == {
        'files': [[f'src/stages/{STEM}.c', '']],
        'tests': {'nodemask_refuses_large_order': [[0, '10']]},
    }
    assert 'a tool runs' in listed and 'other' not in listed.split('a tool runs')[1].split('</section>')[0]


def test_functions_of_the_kernel_lead_to_ours(proof, tree):
    tree(
        f'src/stages/{STEM}.c',
        CODE.replace('/** Helps. */', '/**\n * @brief Helps.\n *\n * @source mm/page_alloc.c:4830\n */'),
    )
    code, said, page = proof('Functions\n---------\n\n.. kernel-functions::\n')
    assert (code, said) == (0, '')
    assert cells(page, 'pf-wide')[1:] == [
        ['__alloc_pages_nodemask', '4819–4881', f'src/stages/{STEM}.c:7', '06', '1'],
        ['helper', '4830 in __alloc_pages_nodemask', f'src/stages/{STEM}.c:24', '06', '0'],
    ]


def test_statements_are_counted_by_chapter(proof, tree):
    tree('docs/later.rst', ':orphan:\n\nLater\n=====\n\nWords here.\n\nWhat\n----\n\nIn 6.0 a lock. Two lists.\n')
    code, said, page = proof('Statements\n----------\n\n.. statements-table::\n')
    assert (code, said) == (0, '')
    rows = cells(page, 'pf-statements')[1:]
    assert rows[-2:] == [
        ['later kernels', '3', '0', '0', '0', '2', '2'],
        ['together', '5', '1', '1', '1', '2', '2'],
    ]
    assert rows[0][0] == '06 __alloc_pages_nodemask' and rows[0][2:] == ['1', '1', '1', '0', '0']
    figures = json.loads((tree.out.parent / 'build/statements.json').read_text())
    assert figures['docs/later'] == {'statements': 3, 'claiming': 0, 'claims': 0, 'proved': 0, 'later': 2, 'dated': 2}


RECORDING = """trace v1 profile small seed 1 ops 2
snapshot before
zone 0 DMA start_pfn 0 spanned 1024 present 1024 managed 1024
end
a 0 0 0 3
  l 3 0 0
  x 512 0 9 0 1
  l 512 0 0
a 0 0 0 512
snapshot after
"""


def record(tree, name, text):
    """A recording in the tree, and a command that knows the names."""
    path = tree.out.parent / 'tests' / 'traces' / f'{name}.trace.xz'
    path.parent.mkdir(parents=True)
    path.write_bytes(lzma.compress(text.encode()))
    tree('build/pageflow', SHELL)
    (tree.out.parent / 'build' / 'pageflow').chmod(0o755)


def test_recorded_requests_tell_events_and_their_pages(tree):
    record(tree, 'small', RECORDING)
    table = '.. recorded-requests:: small\n   :ops: 1\n   '
    tree(f'docs/stages/{STEM}.rst', f'{CHAPTER}\n{table}:events:\n\n{table}:pages:\n')
    code, said, page = tree.build()
    assert (code, said) == (0, '')
    assert 'lists, a block taken over from another type, taken from' in page
    assert (
        'lists: 0x3; a block taken over from another type: 0x200 (order 9, Movable); taken from the free lists: 0x200'
        in page
    )


def test_recorded_tables_have_pfns_in_hex(tree):
    state = 'managed 1024\n watermark min 1 low 2 high 3\n vmstat nr_free_pages 9\n'
    ops = 'f 512 0\na 0 0 0 -\n'
    record(tree, 'small', RECORDING.replace('managed 1024\n', state).replace('a 0 0 0 512\n', ops))
    tables = '.. recorded-zones:: small\n\n.. recorded-requests:: small\n   :ops: 1-3\n   :addresses:\n'
    tree(f'docs/stages/{STEM}.rst', f'{CHAPTER}\n{tables}')
    code, said, page = tree.build()
    assert (code, said) == (0, '')
    assert cells(page, 'pf-zones')[1][:3] == ['DMA', '0x0', '0x3ff']
    assert [row[2] for row in cells(page, 'pf-requests')[1:]] == ['0x3', '', 'none']
    assert cells(page, 'pf-requests')[2][1] == '__free_pages(page 0x200, 0)'


def test_hex_stands_beside_the_kernels_decimal(tree):
    """Text in the kernel's format stays as it is; the hex is in an attribute, and the style sheet shows it."""
    said = 'mm_page_free: pfn=263936 order=0\\n  start_pfn:           262144\\n  pages free     262144\\n'
    tree(f'docs/stages/{STEM}.rst', f"{CHAPTER}\n.. transcript:: it\n   :run: printf '{said}'\n")
    code, errors, page = tree.build()
    assert (code, errors) == (0, '')
    assert 'pfn=<span class="pf-pfn" data-hex="0x40700">263936</span> order' in page
    assert 'start_pfn:           <span class="pf-pfn" data-hex="0x40000">262144</span>' in page
    assert page.count('data-hex') == 2
    assert 'mm_page_free: pfn=263936 order=0' in re.sub(r'<[^>]*>', '', page)


def test_a_tag_is_left_alone():
    beside = runpy.run_path(str(TOP / 'docs/_ext/pageflow_book/site/page_numbers.py'))['beside']
    assert beside('<img alt="pfn=12">pfn=12x pfn=-1') == '<img alt="pfn=12">pfn=12x pfn=-1'


RUNS = """trace v1 profile kswapd seed 1 ops 2
snapshot before
end
K
  kw 0 3 3
  vs 0 5 5 0 0 0 0 0 0 0 0 0 0 0 12 1
  vs 0 32 30 0 0 0 0 0 0 0 0 0 0 0 11 1
  vs 0 8 8 0 0 0 0 0 0 0 0 0 0 0 11 1
  ks 0
  vs 0 9 9 0 0 0 0 0 0 0 0 0 0 0 11 1
K
  kw 0 0 0
  vs 0 7 0 0 0 0 0 0 0 0 0 0 0 0 12 1
  ks 0
snapshot after
"""


def test_recorded_run_adds_up_what_kswapd_did(tree):
    record(tree, 'small-kswapd-1', RUNS)
    table = '.. recorded-run:: small-kswapd-1\n'
    tree(f'docs/stages/{STEM}.rst', f'{CHAPTER}\n{table}\n')
    code, said, page = tree.build()
    assert (code, said) == (0, '')
    assert cells(page, 'pf-run')[1:] == [['12', '1', '5', '5', '5'], ['11', '2', '40', '38', '43']]
    tree(f'docs/stages/{STEM}.rst', f'{CHAPTER}\n{table}   :run: 3\n')
    code, said, _page = tree.build()
    assert code and 'the recording has no run 3 of kswapd' in said


def test_conditions_are_tabled_with_what_reaches_them(proof, tree):
    tree(
        'docs/conditions.tsv',
        'about\tcondition\treached by\n06 helper\tThe `order` is 0\tsmall-order0-1; some_test; argued: it is `never`\n',
    )
    code, said, page = proof('Conditions\n----------\n\n.. conditions-table::\n')
    assert (code, said) == (0, '')
    assert f'{STEM[:2]} {STEM[3:]}</a></p>' in page.replace('<span class="std std-ref">', '').replace('</span>', '')
    assert cells(page, 'pf-conditions')[1:] == [
        ['helper', 'The order is 0', 'small-order0-1 , some_test , it is never']
    ]


@pytest.mark.parametrize(
    ('rows', 'words'),
    [
        (f'refusal\tdocs/stages/{STEM}#nowhere', ':1: docs/stages/06-__alloc_pages_nodemask#nowhere: no such place'),
        (f'one\tdocs/stages/{STEM}\nOne, two\tindex', ':2: "one" leads to two places'),
        ('alone', ':1: 1 cells; needed: words, place and perhaps a note'),
    ],
)
def test_words_of_the_search_must_lead_to_one_place_of_the_book(tree, rows, words):
    tree('docs/search-words.tsv', rows + '\n')
    code, said, _page = tree.build()
    assert code and words in said


def test_what_is_searched_are_sections_names_and_words_without_tests(tree, tmp_path):
    tree('docs/search-words.tsv', f'refusal, too large\tdocs/stages/{STEM}\nfolio_alloc\tindex\tNot in 5.8.\n')
    code, said, _page = tree.build()
    assert code == 0, said
    text = (tmp_path / 'out/_static/search-data.js').read_text(encoding='utf-8')
    data = json.loads(text[text.index('{') : text.rindex('}') + 1])
    entries = {(kind, title): (text, words) for _page, _anchor, kind, title, text, words in data['entries']}
    assert entries['page', '06 heart'][1] == 'refusal, too large'
    assert 'Orders above the largest are refused. See helper' in entries['page', '06 heart'][0]
    assert entries['function', 'helper'] == ('Helps.', '')
    assert entries['function', '__alloc_pages_nodemask'] == ('Answers a request. · Refuse what no list has', '')
    assert entries['claim', '06-1'][0] == 'Orders above the largest are refused.'
    assert entries['elsewhere', 'folio_alloc'] == ('Not in 5.8.', 'folio_alloc')
    assert 'nodemask_refuses_large_order' not in text

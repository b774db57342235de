# SPDX-License-Identifier: GPL-2.0-only
"""What readers look for, and where the search leads them: the first result of each, near matches, marks, the keyboard."""

import hashlib
import re

import pytest
from conftest import SITE, TOP

CHAPTER = 'docs/stages/'
MINISEARCH = (
    '03c27931eb603af1d3358579e9885eafdb6a2f5fa9929557b3e77d7e99d06d03'  # as the package minisearch 7.2.0 has it
)

# What is typed, and how the address of the page that comes first begins. With a "#", its first entry's is meant.
FIRST = [
    ('watermark', CHAPTER + '09'),
    ('watermarks', CHAPTER + '09'),
    ('WATERMARK', CHAPTER + '09'),
    ('kswapd', CHAPTER + '14'),
    ('kswapd0', CHAPTER + '14'),
    ('page allocation failure', 'docs/when-an-allocation-fails'),
    ('order:9, mode:0xcc0', 'docs/when-an-allocation-fails'),
    (
        'kthreadd: page allocation failure: order:4, mode:0x40dc0(GFP_KERNEL|__GFP_COMP|__GFP_ZERO), nodemask=(null)',
        'docs/',
    ),
    ('order', 'docs/primer'),
    ('buddy', 'docs/primer'),
    ('migratetype', 'docs/primer'),
    ('zonelist', 'docs/primer'),
    ('PFN', 'docs/primer'),
    ('pageblocks', 'docs/primer'),
    ('NUMA', 'docs/primer'),
    ('tracepoint', 'docs/primer'),
    ('free lists', 'docs/primer'),
    ('nodemask', 'docs/primer'),
    ('gfp_kernel', 'docs/nouns#c.GFP_KERNEL'),
    ('GFP_ATOMIC', 'docs/nouns#c.GFP_ATOMIC'),
    ('__GFP_NOFAIL', 'docs/nouns#c.__GFP_NOFAIL'),
    ('nofail', 'docs/nouns#c.__GFP_NOFAIL'),
    ('ALLOC_HARDER', 'docs/nouns#c.ALLOC_HARDER'),
    ('struct zone', 'docs/nouns#code-zone'),
    ('mm_page_alloc', 'docs/nouns#c.trace_mm_page_alloc'),
    ('gfp flags', CHAPTER + '07'),
    ('compaction', CHAPTER + '16'),
    ('OOM', CHAPTER + '18'),
    ('oom killer', CHAPTER + '18'),
    ('OOM-killer', CHAPTER + '18'),
    ('oom_badness', CHAPTER + '18-__alloc_pages_may_oom#code-oom_badness'),
    ('oom badness', CHAPTER + '18-__alloc_pages_may_oom#code-oom_badness'),
    ('fallback', CHAPTER + '11'),
    ('steal', CHAPTER + '11'),
    ('CMA', CHAPTER + '11'),
    ('highatomic', CHAPTER + '10'),
    ('per-cpu', CHAPTER + '10'),
    ('pcp', CHAPTER + '10'),
    ('lowmem_reserve', CHAPTER + '09'),
    ('min_free_kbytes', CHAPTER + '09'),
    ('sysctl watermark_scale_factor', CHAPTER + '09'),
    ('cgroup', CHAPTER + '19'),
    ('memcg', CHAPTER + '19'),
    ('direct reclaim', CHAPTER + '15'),
    ('LRU lists', CHAPTER + '15'),
    ('refault', 'docs/continued/15'),
    ('allocation stall', CHAPTER + '13'),
    ('slow path', CHAPTER + '13'),
    ('drain', CHAPTER + '20-__free_pages#code-the-drain'),
    ('alloc_pages', CHAPTER + '02'),
    ('__alloc_pages', CHAPTER + '05'),
    ('__alloc_pages_nodemask', CHAPTER + '06'),
    ('rmqueue', CHAPTER + '10'),
    ('livelock', 'docs/exhibits/livelock'),
    ('fragmentation', 'docs/exhibits/fragmentation'),
    ('gdb tour', 'docs/debugger#the-tour'),
    ('qemu', 'docs/real-kernel'),
    ('kgdb', 'docs/real-kernel#any-other-kernel'),
    ('KASLR', 'docs/real-kernel#any-other-kernel'),
    ('crash dump', 'docs/real-kernel#from-a-crash-dump'),
    ('vmcore', 'docs/real-kernel#from-a-crash-dump'),
    ('drgn', 'docs/real-kernel#from-a-crash-dump'),
    ('pf-save', 'docs/real-kernel#its-state-in-a-file'),
    ('lab', 'docs/labs'),
    ('exercise', 'docs/for-teachers'),
    ('map', 'docs/map'),
    ('how do I run the tests', 'docs/tests'),
    ('exit code', 'docs/reading-an-answer#exit-code-and-json'),
    ('replay', 'docs/command#replay'),
    ('snapshot', 'docs/command#snapshot'),
    ('/proc/buddyinfo', 'docs/command#snapshot'),
    ('ubuntu', 'docs/supported'),
    ('page fault', CHAPTER + '02'),
    ('kmalloc', CHAPTER + '02'),
    ('vmalloc', CHAPTER + '01'),
    ('folio_alloc', 'docs/later'),
    ('__alloc_frozen_pages', CHAPTER + '06'),
    ('09-1', CHAPTER + '09-zone_watermark_ok#claim-09-1'),
    ('[18-2]', CHAPTER + '18-__alloc_pages_may_oom#claim-18-2'),
]
# A slip of the fingers, what is said about it, and where it leads.
NEAR = [
    ('watermrak', 'No page holds “watermrak”; shown: watermark.', CHAPTER + '09'),
    ('kswpad', 'No page holds “kswpad”; shown: kswapd.', CHAPTER + '14'),
    ('comapction', 'No page holds “comapction”; shown: compaction.', CHAPTER + '16'),
    ('GFP_KERNL', 'No page holds “GFP_KERNL”; shown: gfp_kernel.', 'docs/nouns'),
    ('zonelsit', 'No page holds “zonelsit”; shown: zonelist.', 'docs/primer'),
]


@pytest.fixture
def search(open_page):
    """search(words) types them into the box and gives the page, once it shows what it found."""
    page = open_page()
    page.visit('search.html')

    def ask(words):
        page.fill('.pf-search input', words)
        page.wait_for_function(
            'words => new URLSearchParams(location.search).get("q") === words', arg=words, polling=30
        )
        return page

    return ask


def first(page, words):
    """(address of the first page, of its best entry), without a browser's part of the address."""
    return page.evaluate(
        """words => window.PAGEFLOW_FIND(words).pages.slice(0, 1).map(
            one => [one.page[0], one.page[0] + '#' + one.hits[0].entry[1]])[0] || ['', '']""",
        words,
    )


def test_each_search_leads_where_readers_want_to_go(search):
    page, wrong = search('order'), []
    for words, wanted in FIRST:
        place, entry = first(page, words)
        if not (entry if '#' in wanted else place).startswith(wanted):
            wrong.append(f'{words}: {entry}, not {wanted}')
    assert not wrong, '\n'.join(wrong)


def test_a_slip_finds_the_word_that_was_meant_and_says_so(search):
    for words, said, place in NEAR:
        page = search(words)
        assert page.inner_text('.pf-search-state').startswith(said)
        assert place in page.locator('.pf-found-page').first.get_attribute('href')
    page = search('xqzvbn')
    assert page.inner_text('.pf-search-state') == 'No page holds “xqzvbn”.'
    assert not page.locator('.pf-found li').count()


def test_a_name_that_is_not_here_says_where_the_book_is_nearest(search):
    page = search('kmalloc')
    nearest = page.locator('.pf-found li li').first
    assert re.match(r'kmalloc\s+not in this book\s+Small objects come from the slab allocator', nearest.inner_text())


def test_results_stand_by_page_with_their_part_and_words_marked(search):
    page = search('direct reclaim')
    result = page.locator('.pf-found > li').first
    assert 'The slow path' in result.locator('.pf-found-part').first.inner_text()
    marked = {one.lower() for one in page.locator('.pf-found p mark').all_inner_texts()}
    assert {'direct', 'reclaim'} <= marked
    address = result.locator('li a').first.get_attribute('href')
    assert re.search(r'15-__alloc_pages_direct_reclaim\.html#.', address)


def test_no_parameter_test_or_name_of_a_hidden_room_is_found(search):
    page = search('order')
    entries = page.evaluate('window.PAGEFLOW_SEARCH.entries.map(one => [one[2], one[3]])')
    assert {kind for kind, _title in entries} <= set(page.evaluate('Object.keys(window.PAGEFLOW_SEARCH.kinds)')) | {
        'page',
        'section',
    }
    titles = {title for _kind, title in entries}
    assert not {'rmqueue_takes_first_of_pcp', 'report_read', 'zone_ends', 'cut_lines'} & titles
    assert 'tests/stages' not in ' '.join(titles)


def test_the_keyboard_leads_through_what_was_found(search):
    page = search('drain')
    box = page.locator('.pf-search input')
    box.focus()
    page.keyboard.press('ArrowDown')
    focused = 'document.activeElement.textContent'
    assert page.evaluate(focused) == page.locator('.pf-found a').first.inner_text()
    page.keyboard.press('ArrowDown')
    assert page.evaluate(focused) == page.locator('.pf-found a').nth(1).inner_text()
    page.keyboard.press('Escape')
    assert page.evaluate('document.activeElement.matches(".pf-search input")')
    page.keyboard.press('Enter')
    page.keyboard.press('ArrowDown')
    page.keyboard.press('Enter')
    page.wait_for_url('**/20-__free_pages.html#code-the-drain')
    page.go_back()
    page.locator('.pf-found a').first.wait_for()
    assert box.input_value() == 'drain'
    assert page.get_attribute('.pf-search-state', 'role') == 'status'


def test_chinese_is_cut_into_pairs_of_characters(search):
    page = search('order')
    assert page.evaluate('window.PAGEFLOW_TERMS("水位线 watermarks")') == ['水位', '位线', 'watermark']


def test_the_search_is_loaded_by_its_own_page_alone(site):
    for path in (site / 'index.html', *site.glob('docs/*.html')):
        assert 'search-data' not in path.read_text(encoding='utf-8')
    assert not (SITE / 'searchindex.js').exists()


def test_minisearch_is_as_it_came():
    assert hashlib.sha256((TOP / 'docs/_vendor/minisearch.js').read_bytes()).hexdigest() == MINISEARCH

# SPDX-License-Identifier: GPL-2.0-only
"""A reader's way through the site: along the chain, themes, search, and the pop-ups beside the code."""

import re

import pytest
from conftest import SITE, SIZES, TOP, chapters, pages

HEART = 'docs/stages/06-__alloc_pages_nodemask.html'
WATERMARK = 'docs/stages/09-zone_watermark_ok.html'
both_sizes = pytest.mark.parametrize('size', ['desktop', 'phone'])


def has_counts():
    return (SITE / '_static/rows' / HEART.rsplit('/', 1)[1].replace('.html', '.js')).is_file()


needs_counts = pytest.mark.skipif(not has_counts(), reason='the site was built without coverage')


def in_reading_order():
    """The chapters, each with its continuation behind it."""
    more = {page.rsplit('/', 1)[1].replace('-continued', ''): page for page in pages('docs/continued/*.html')}
    return [page for one in chapters() for page in (one, more.get(one.rsplit('/', 1)[1])) if page]


@both_sizes
def test_next_leads_along_the_whole_chain_and_on(open_page, size):
    page = open_page(size)
    page.visit(chapters()[0])
    assert page.locator('.pf-strip .prev').count() == 1
    for chapter in in_reading_order():
        assert page.url.endswith(chapter)
        page.click('.pf-strip .next')
        page.wait_for_url(lambda url, last=chapter: not url.endswith(last))
    assert '/docs/stages/' not in page.url
    page.click('.related-pages .prev-page')
    page.wait_for_url(f'**/{in_reading_order()[-1]}')


@both_sizes
def test_the_picture_leads_to_every_chapter(open_page, size, keep):
    page = open_page(size)
    page.visit('index.html')
    drawing = page.locator('.pf-map.wide' if size == 'desktop' else '.pf-map.narrow')
    assert drawing.is_visible()
    keep(page, f'start-{size}')
    for at, chapter in enumerate(chapters()):
        drawing.locator('a').nth(at).click()
        page.wait_for_url(f'**/{chapter}')
        assert page.locator('.pf-strip .part a[aria-current=page]').inner_text() == chapter[12:14]
        page.go_back()


@both_sizes
def test_the_strip_opens_to_the_whole_chain_and_nothing_else_moves(open_page, size, keep):
    page = open_page(size)
    page.visit(HEART)
    assert page.locator('.pf-map').count() == page.locator('.pf-picture .pf-map').count()
    page.locator('.pf-whole summary').focus()
    page.keyboard.press('Enter')
    drawing = page.locator('.pf-whole .pf-map.wide' if size == 'desktop' else '.pf-whole .pf-map.narrow')
    drawing.wait_for()
    keep(page, f'chain-{size}')
    box, place = drawing.bounding_box(), page.locator('.pf-whole .pf-chain').bounding_box()
    assert abs(box['height'] - place['height']) < 1, 'the place that waits for the drawing is of another shape'
    marked = drawing.locator('a[aria-current=page]')
    assert marked.get_attribute('aria-label').startswith('06 ') and marked.count() == 1
    if has_counts():
        assert 'Lines covered: 100 %' in marked.get_attribute('aria-label')
    drawing.locator('a').nth(6).click()
    page.wait_for_url(f'**/{chapters()[6]}')


def test_without_scripts_a_picture_of_the_chain_leads_to_its_drawing(open_page):
    page = open_page(java_script_enabled=False)
    page.visit(HEART)
    page.click('.pf-whole summary')
    page.locator('.pf-whole img').click()
    page.wait_for_url('**/index.html#map-06')
    assert page.locator('#map-06').is_visible()


@both_sizes
def test_theme_switch_changes_the_page_and_is_remembered(open_page, size, keep):
    page = open_page(size)
    page.visit(HEART)
    colour = 'getComputedStyle(document.body).backgroundColor'
    switch = page.locator('.theme-toggle:visible')
    seen = {}
    for _press in range(3):
        seen[page.evaluate('document.body.dataset.theme')] = page.evaluate(colour)
        switch.click()
    assert set(seen) == {'auto', 'light', 'dark'}
    assert seen['auto'] == seen['light'] != seen['dark']
    while page.evaluate('document.body.dataset.theme') != 'dark':
        switch.click()
    page.click('.pf-strip .next')
    page.wait_for_url('**/07-*.html')
    assert page.evaluate(colour) == seen['dark']
    keep(page, f'dark-by-switch-{size}')


@pytest.mark.parametrize('scheme', ['light', 'dark'])
@both_sizes
def test_the_system_chooses_the_theme_at_first(open_page, size, scheme, keep):
    page = open_page(size, scheme)
    page.visit(HEART)
    red = int(re.search(r'\d+', page.evaluate('getComputedStyle(document.body).backgroundColor'))[0])
    assert red > 200 if scheme == 'light' else red < 60
    keep(page, f'heart-{scheme}-{size}')
    page.locator('.pf-listing').first.scroll_into_view_if_needed()
    page.evaluate('document.querySelector(".pf-listing").scrollIntoView()')
    keep(page, f'listing-{scheme}-{size}')


@pytest.mark.parametrize(
    ('words', 'leads_to'),
    [
        ('__alloc_pages_nodemask', '06-__alloc_pages_nodemask.html'),
        ('GFP_ATOMIC', '.html'),
        ('watermark', '09-zone_watermark_ok.html'),
    ],
)
def test_search_finds(open_page, words, leads_to, keep):
    page = open_page()
    page.visit('index.html')
    page.fill('.sidebar-search', words)
    page.press('.sidebar-search', 'Enter')
    results = page.locator('.pf-found a')
    results.first.wait_for()
    assert any(leads_to in link for link in results.evaluate_all('all => all.map(one => one.href)'))
    keep(page, f'search-{words.strip("_")}')


@needs_counts
@both_sizes
def test_pop_up_tells_who_ran_a_line(open_page, size, keep):
    page = open_page(size)
    page.visit(HEART)
    count = page.locator('.pf-listing button.g').first
    tip = page.locator('#pf-tip')
    if size == 'desktop':
        count.hover()
        tip.wait_for(state='visible')
        assert tip.get_attribute('role') == 'tooltip'
    count.click()
    tip.wait_for(state='visible')
    assert tip.get_attribute('role') == 'dialog'
    assert re.search(r'(UMA|NUMA).*(run [\d,]+ time|never run)', tip.inner_text(), re.S)
    box = tip.bounding_box()
    assert box['x'] >= 0 and box['x'] + box['width'] <= SIZES[size][0]
    keep(page, f'pop-up-{size}')
    page.mouse.click(5, 5)
    assert tip.is_hidden()


@needs_counts
def test_pop_up_works_from_the_keyboard(open_page):
    page = open_page()
    page.visit(HEART)
    counts = page.locator('.pf-listing:has(button.g)').first.locator('button.g')
    counts.first.focus()
    tip = page.locator('#pf-tip')
    tip.wait_for(state='visible')  # what it says is loaded when it is first asked for
    first = tip.inner_text()
    page.keyboard.press('ArrowDown')
    page.keyboard.press('ArrowDown')
    assert page.evaluate('document.activeElement === document.querySelectorAll(".pf-listing button.g")[2]')
    assert tip.is_visible() and tip.get_attribute('id') == counts.nth(2).get_attribute('aria-describedby')
    page.keyboard.press('Home')
    assert tip.inner_text() == first
    page.keyboard.press('Enter')
    assert page.evaluate('document.querySelector("#pf-tip").contains(document.activeElement)')
    page.keyboard.press('Escape')
    assert tip.is_hidden()
    assert page.evaluate('document.activeElement === document.querySelector(".pf-listing button.g")')


@needs_counts
@both_sizes
def test_pop_up_shows_the_sources_of_tests_its_own_first_and_lists_all(open_page, size, keep):
    page = open_page(size)
    page.visit(WATERMARK)
    button = page.locator('#code-__zone_watermark_ok button.g').first
    button.click()
    tip, tests = page.locator('#pf-tip'), page.locator('#pf-tip .pf-test > summary code')
    tests.first.wait_for()
    own = re.findall(r'^TEST\((\w+)', (TOP / 'tests/stages/09-zone_watermark_ok.c').read_text(), re.M)
    assert tests.count() > 3 and set(tests.all_inner_texts()) <= set(own)
    tests.first.click()
    source = tip.locator('.pf-source')
    source.locator('.pf-code').wait_for()
    assert 'Expect' in source.inner_text() and tip.get_attribute('role') == 'dialog'
    box = tip.bounding_box()
    assert box['x'] >= 0 and box['x'] + box['width'] <= SIZES[size][0]
    keep(page, f'pop-up-source-{size}')
    count = int(re.search(r'Run by ([\d,]+) tests', tip.inner_text())[1].replace(',', ''))
    tip.locator('.pf-more > summary').click()
    tip.locator('.pf-more li').nth(count - len(tests.all_inner_texts()) - 1).wait_for(state='attached')
    assert tests.count() == count
    page.keyboard.press('Escape')
    assert tip.is_hidden()


@both_sizes
def test_tests_unfold_under_their_claims_and_where_a_link_leads(open_page, size, keep):
    page = open_page(size)
    page.visit(WATERMARK)
    fold = page.locator('#proof-09-2').locator('xpath=ancestor::tr').locator('details.pf-test').first
    fold.locator('summary').focus()
    page.keyboard.press('Enter')
    fold.locator('.pf-source .pf-code').wait_for()
    shown = fold.inner_text()
    assert 'Expect exactly these marks; OOM wins over HARDER.' in shown and 'ALLOC_HIGH | ALLOC_HARDER, 38, 3' in shown
    assert 'HARDER         100 - 25 = 75     7 - 1 = 6' in shown
    assert page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth')
    keep(page, f'claim-source-{size}')
    page.visit(WATERMARK + '#test-zone_watermark_fast_is_unsigned')
    page.locator('#test-zone_watermark_fast_is_unsigned[open] .pf-source').wait_for()


def test_without_scripts_the_sources_of_tests_are_on_their_pages(open_page):
    page = open_page(java_script_enabled=False)
    page.visit(WATERMARK)
    page.click('a[href="../tests/stages/09-zone_watermark_ok.html"]')
    page.wait_for_url('**/docs/tests/stages/09-zone_watermark_ok.html')
    assert 'OOM wins over HARDER' in page.locator('#test-__zone_watermark_ok_flags_lower_mark').inner_text()


@needs_counts
def test_pop_up_leads_to_the_line_on_its_coverage_page(open_page):
    page = open_page()
    page.visit(HEART)
    count = page.locator('.pf-listing button.g').first
    count.click()
    page.locator('#pf-tip a', has_text='coverage page').wait_for()
    row = page.evaluate('window.PAGEFLOW_ROWS[document.querySelector(".pf-listing button.g").closest("figure").id]')
    page.locator('#pf-tip a', has_text='coverage page').click()
    page.wait_for_url('**/coverage/**')
    place = page.url.rsplit('#', 1)[1]
    assert int(place.lstrip('L')) == int(min(row['rows'], key=int))
    assert page.locator(f'[id="{place}"]').count() == 1


@pytest.mark.parametrize(
    ('chosen', 'words'),
    [
        ('a:has(.std-term)', 'A number of free pages that a zone should not fall below'),
        ('a.pf-name:has-text("GFP_BOOT_MASK")', ''),
    ],
)
def test_terms_and_flags_say_what_they_mean(open_page, chosen, words):
    page = open_page()
    page.visit(HEART)
    tip, link = page.locator('#pf-tip'), page.locator(chosen).first
    link.focus()
    tip.wait_for(state='visible')  # what it says is loaded when it is first asked for
    assert words in tip.inner_text() and len(tip.inner_text()) > 10
    page.keyboard.press('Escape')
    assert tip.is_hidden()
    link.hover()
    tip.wait_for(state='visible')


@needs_counts
def test_the_page_of_tests_tells_which_lines_a_test_runs(open_page):
    page = open_page()
    page.visit('docs/tests.html')
    button = page.locator('button[data-test]').first
    button.click()
    lines = page.locator('.pf-lines a')
    lines.first.wait_for()
    assert button.get_attribute('aria-expanded') == 'true'
    lines.first.click()
    page.wait_for_url('**/coverage/**')
    assert page.locator(f'[id="{page.url.rsplit("#", 1)[1]}"]').count() == 1


def test_a_name_in_the_code_leads_to_its_chapter(open_page):
    page = open_page()
    page.visit(HEART)
    page.locator('.pf-code code a', has_text='get_page_from_freelist').first.click()
    page.wait_for_url('**/08-get_page_from_freelist.html#*')


def test_listings_are_numbered_as_their_files_are(open_page, site):
    page = open_page()
    page.visit(HEART)
    file = (TOP / 'src/stages' / HEART.rsplit('/', 1)[1].replace('.html', '.c')).read_text().split('\n')
    rows = page.locator('.pf-code .r').evaluate_all(
        """all => all.map(row => [
            getComputedStyle(row).counterReset, getComputedStyle(row).counterIncrement,
            getComputedStyle(row, '::before').content, row.querySelector('code').textContent,
            row.closest('figure').querySelector('.src').textContent])"""
    )
    number, checked = 0, 0
    for reset, increment, shown, code, of in rows:  # as a browser counts
        number = int(reset.removeprefix('line ')) if reset != 'none' else number
        number += int(increment.removeprefix('line ')) if increment != 'none' else 0
        assert shown.startswith('counter(line)')
        if of.startswith('src/stages/06'):
            assert file[number - 1] == code.rstrip('\n')
            checked += 1
    assert checked > 50


COPYING = ['clipboard-read', 'clipboard-write']
WITHOUT_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', {value: undefined})"
SELECTED = """document.addEventListener('copy', () => { window.copied = document.activeElement.value })"""


def copied(page, box):
    """What the button beside a listing or a transcript puts on the clipboard."""
    box.hover()
    button = box.locator('.pf-copy')
    button.click()
    page.locator('[role=status]', has_text='Copied').wait_for(state='attached')
    assert button.inner_text() == 'Copied'
    return page.evaluate('window.copied === undefined ? navigator.clipboard.readText() : window.copied')


@pytest.mark.parametrize('clipboard', [True, False])
def test_code_is_copied_as_it_is_in_its_file_and_of_a_transcript_the_command(open_page, clipboard):
    page = open_page(permissions=COPYING)
    if not clipboard:
        page.add_init_script(WITHOUT_CLIPBOARD + ';' + SELECTED)
    page.visit(HEART)
    code = copied(page, page.locator('#code-__alloc_pages_nodemask'))
    assert code in (TOP / 'src/stages' / HEART.rsplit('/', 1)[1].replace('.html', '.c')).read_text()
    assert '/* Step 1: ' in code and code.endswith('}\n')
    shown = page.locator('.transcript .highlight').first
    commands = [line[2:] for line in shown.locator('pre').inner_text().split('\n') if line.startswith('$ ')]
    assert copied(page, shown) == '\n'.join(commands) + '\n'
    page.mouse.move(0, 0)
    page.mouse.click(0, 0)
    assert shown.locator('.pf-copy').text_content() == 'Copy'


def test_long_lines_scroll_inside_their_box_on_a_phone(open_page):
    page = open_page('phone')
    page.visit(HEART)
    wider = page.locator('.pf-code').evaluate_all('all => all.filter(one => one.scrollWidth > one.clientWidth).length')
    assert wider > 0
    assert page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth')


def test_the_page_is_readable_without_scripts(open_page):
    page = open_page(java_script_enabled=False)
    page.visit(HEART)
    assert page.locator('.pf-listing code').first.is_visible()
    assert page.locator('.pf-strip .next').is_visible()


# -- the start page, the sidebar, keys --


@pytest.mark.parametrize('size', ['desktop', 'laptop'])
def test_the_start_page_shows_its_four_ways_in_at_once(open_page, size, keep):
    page = open_page(size)
    page.visit('index.html')
    ways = page.locator('.pf-ways .way')
    assert ways.count() == 4
    below = [one['y'] + one['height'] for one in (ways.nth(at).bounding_box() for at in range(4))]
    assert max(below) <= SIZES[size][1]
    assert page.locator('.pf-start .pf-map.wide').bounding_box()['y'] < SIZES[size][1] - 100, 'no map in sight'
    keep(page, f'ways-{size}')
    ways.nth(3).locator('a').first.click()
    page.wait_for_url('**/explain-a-log.html')


def test_the_sidebar_is_unfolded_by_hand_and_continuations_stand_below_their_chapters(open_page):
    page = open_page()
    page.visit(HEART)
    group = page.locator('.pf-group', has_text='The slow path')
    assert not group.locator('a').first.is_visible()
    group.locator('summary').focus()
    page.keyboard.press('Enter')
    chapter = group.locator('li', has=page.locator('> a', has_text='15 ')).first
    chapter.locator('ul a', has_text='continued').click()
    page.wait_for_url('**/continued/15-*')


def test_keys_turn_pages_search_and_list_themselves(open_page, keep):
    page = open_page()
    page.visit(chapters()[8])
    page.keyboard.press('ArrowRight')
    page.wait_for_url(f'**/{chapters()[9]}')
    page.keyboard.press('ArrowLeft')
    page.wait_for_url(f'**/{chapters()[8]}')
    page.keyboard.press('/')
    assert page.evaluate('document.activeElement.matches(".sidebar-search")')
    page.keyboard.type('?/')
    page.keyboard.press('ArrowRight')
    assert page.locator('.sidebar-search').input_value() == '?/' and page.url.endswith(chapters()[8])
    page.locator('h1').click()
    page.keyboard.press('?')
    dialog = page.locator('#pf-keys')
    dialog.wait_for(state='visible')
    keep(page, 'keys')
    assert all(key in dialog.inner_text() for key in ('/', '←', '→', '?', 'Esc'))
    page.keyboard.press('ArrowRight')
    page.keyboard.press('Escape')
    dialog.wait_for(state='hidden')
    assert page.url.endswith(chapters()[8])
    page.locator('.pf-keys-open').click()
    dialog.wait_for(state='visible')
    dialog.locator('button').click()
    dialog.wait_for(state='hidden')


def test_keys_that_are_meant_for_something_else_turn_no_page(open_page):
    page = open_page('phone')
    page.visit(HEART)
    page.keyboard.press('Control+ArrowRight')
    page.keyboard.press('Alt+/')
    page.keyboard.press('Shift+ArrowRight')
    wide = page.locator('.pf-code').evaluate_all('all => all.findIndex(one => one.scrollWidth > one.clientWidth)')
    listing = page.locator('.pf-code').nth(wide)
    listing.focus()
    page.keyboard.press('ArrowRight')
    page.evaluate('document.activeElement.blur()')
    listing.locator('code').first.click()
    page.evaluate('document.activeElement.blur()')
    page.keyboard.press('ArrowRight')
    assert page.url.endswith(HEART)
    page.locator('h1').click()
    page.keyboard.press('ArrowRight')
    page.wait_for_url(f'**/{chapters()[6]}')


def test_the_search_key_opens_the_drawer_of_a_narrow_screen(open_page):
    page = open_page('tablet')
    page.visit(HEART)
    page.keyboard.press('/')
    assert page.evaluate('document.activeElement.matches(".sidebar-search")')
    assert page.locator('.sidebar-search').is_visible()


# -- a narrow screen --


@pytest.mark.parametrize('size', ['tablet', 'phone'])
def test_the_bar_has_targets_for_fingers_apart_from_each_other_and_for_the_keyboard(open_page, size):
    page = open_page(size)
    page.visit(HEART)
    targets = page.locator('.mobile-header :is(.nav-overlay-icon, .theme-toggle, .toc-header-icon)')
    boxes = [targets.nth(at).bounding_box() for at in range(targets.count())]
    assert len(boxes) == 3
    for box in boxes:
        assert box['width'] >= 44 and box['height'] >= 44
    for left, right in zip(boxes, boxes[1:]):
        assert left['x'] + left['width'] < right['x']
    assert page.locator('.sidebar-tree').is_hidden()
    icon = page.locator('.nav-overlay-icon [role=button]')
    icon.focus()
    page.keyboard.press('Enter')
    assert page.locator('.sidebar-tree').is_visible() and icon.get_attribute('aria-expanded') == 'true'
    page.keyboard.press('Space')
    assert page.locator('.sidebar-tree').is_hidden() and icon.get_attribute('aria-expanded') == 'false'


def test_what_is_copied_has_no_break_in_it(open_page):
    page = open_page('phone')
    page.visit(chapters()[12])
    page.evaluate('getSelection().selectAllChildren(document.querySelector("h1 code"))')
    assert page.evaluate('getSelection().toString()') == '__alloc_pages_slowpath'


def test_requests_keep_their_headings_on_a_phone(open_page):
    page = open_page('phone')
    page.visit(chapters()[12])
    row = page.locator('.pf-requests tbody tr').first
    shown = row.locator('td').evaluate_all('all => all.map(one => getComputedStyle(one, "::before").content)')
    assert 'Answer: page' in ' '.join(shown) and 'Events on the way' in ' '.join(shown)
    assert not page.locator('.pf-departures td').evaluate_all(
        'all => all.filter(one => one.scrollWidth > one.clientWidth + 1).length'
    )


def test_a_tap_tells_the_meaning_and_the_next_one_leads_there(open_page, keep):
    page = open_page('phone', has_touch=True)
    page.visit(HEART)
    term, tip = page.locator('article a:has(.std-term)').first, page.locator('#pf-tip')
    term.tap()
    tip.wait_for(state='visible')
    assert page.url.endswith(HEART) and tip.get_attribute('role') == 'dialog'
    assert 'A number of free pages that a zone should not fall below' in tip.inner_text()
    there = tip.locator('a')
    assert there.get_attribute('href') == term.evaluate('one => one.href')
    box = tip.bounding_box()
    assert box['x'] >= 0 and box['x'] + box['width'] <= SIZES['phone'][0]
    keep(page, 'tap')
    page.touchscreen.tap(5, 200)
    tip.wait_for(state='hidden')
    term.tap()
    there.tap()
    page.wait_for_url('**/primer.html#term-*')
    page.go_back()
    term.tap()
    tip.wait_for(state='visible')
    term.tap()
    page.wait_for_url('**/primer.html#term-*')


@pytest.mark.parametrize(
    ('place', 'chosen', 'words'),
    [
        ('09-zone_watermark_ok.html', '.pf-code a[href$="#c.zone"]', 'A range of physical memory of one node'),
        ('09-zone_watermark_ok.html', 'code.literal:text-is("ALLOC_OOM")', 'victim'),
        (
            '11-__rmqueue.html',
            '.pf-code a[href$=".MIGRATE_CMA"]',
            'A constant of enum migratetype: only movable pages',
        ),
        (
            '09-zone_watermark_ok.html',
            '#claim-09-1 a',
            'What counts must exceed the mark; exactly as much is not enough.',
        ),
        ('09-zone_watermark_ok.html', '#claim-09-1 a', 'Proved by'),
    ],
)
def test_structures_constants_and_claims_say_what_they_mean(open_page, place, chosen, words):
    page = open_page()
    page.visit('docs/stages/' + place)
    page.locator(chosen).first.hover()
    tip = page.locator('#pf-tip')
    tip.wait_for(state='visible')
    assert words in tip.inner_text()


def test_a_claim_leads_to_its_tests_from_the_keyboard_too(open_page):
    page = open_page()
    page.visit('docs/stages/09-zone_watermark_ok.html')
    page.locator('#claim-09-1 a').focus()
    link = page.locator('#pf-tip li a').first
    link.wait_for()
    name = link.inner_text()
    link.click()
    page.wait_for_url(f'**#test-{name}')
    assert page.locator(f'#test-{name}').count() == 1

# SPDX-License-Identifier: GPL-2.0-only
"""A reader's way through the site: along the chain, themes, search, and the pop-ups beside the code."""

import re

import pytest
from conftest import SITE, SIZES, TOP, chapters, pages

HEART = 'docs/stages/06-__alloc_pages_nodemask.html'
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


@pytest.mark.parametrize('size', ['desktop', 'laptop', 'phone'])
def test_the_first_screen_of_a_chapter_says_what_it_is_about(open_page, size):
    page, wrong = open_page(size), []
    for chapter in chapters():
        page.visit(chapter)
        first = page.locator('#the-idea > p').first.bounding_box()
        if first['y'] + min(first['height'], 100) > SIZES[size][1]:
            wrong.append(f'{chapter}: its idea begins at {first["y"]:.0f}')
        if page.locator('article h2').first.inner_text().rstrip('¶') != 'The idea':
            wrong.append(f'{chapter}: something stands before its idea')
    assert not wrong, '\n'.join(wrong)


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


def test_no_listing_or_transcript_scrolls_sideways_on_a_desktop(open_page):
    page, wide = open_page(), []
    for name in chapters() + pages('docs/continued/*.html') + pages('docs/exhibits/*.html'):
        page.visit(name)
        page.evaluate('document.fonts.ready')
        boxes = '[...document.querySelectorAll(".pf-code, article .highlight pre")]'
        wide += [
            f'{name}: {one}'
            for one in page.evaluate(
                f'{boxes}.filter(one => one.scrollWidth > one.clientWidth).map(one => one.textContent.slice(0, 80))'
            )
        ]
    assert not wide, '\n'.join(wide)


def test_listings_are_numbered_as_their_files_are(open_page, site):
    page = open_page()
    page.visit(HEART)
    file = (TOP / 'src/stages' / HEART.rsplit('/', 1)[1].replace('.html', '.c')).read_text().split('\n')
    rows = page.locator('.pf-code .r').evaluate_all(
        """all => all.filter(row => row.closest('figure').textContent.includes('src/stages/')).map(row => [
            getComputedStyle(row, '::before').content, row.querySelector('code').textContent])"""
    )
    assert len(rows) > 50
    for shown, code in rows:
        assert file[int(re.search(r'\d+', shown)[0]) - 1] == code.rstrip('\n')


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

# SPDX-License-Identifier: GPL-2.0-only
"""What must hold on every page: accessibility, links, weight, nothing that moves or sticks out."""

import functools
import gzip
import html
import html.parser
import pathlib
import re
import urllib.parse

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from axe_playwright_python.sync_playwright import Axe
from conftest import SITE, SIZES, chapters, pages

# One of the pages of tests stands for all, and of coverage none: they are made alike. Their width is measured.
LIKE = [page for page in pages('docs/tests/**/*.html') if page != 'docs/tests/stages/09-zone_watermark_ok.html']
OURS = [page for page in pages() if not page.startswith('coverage/src') and page not in LIKE] or ['index.html']
# preload: axe would fetch the style sheets, which a page opened from a file may not do
# resultTypes: the same rules run, but what passed is not described element by element, which takes most of the time
AXE = {
    'preload': False,
    'resultTypes': ['violations'],
    'runOnly': {'type': 'tag', 'values': ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']},
}
ONCE = (pathlib.Path(__file__).parent / 'contrast.js').read_text(encoding='utf-8')  # it says what it does
# What moved is told once a frame with it was drawn; fonts are the last to come, and what they move is in the frame after.
SHIFT = """() => new Promise(done => {
  let sum = 0;
  const add = entries => entries.forEach(one => { sum += one.value });
  const observer = new PerformanceObserver(list => add(list.getEntries()));
  observer.observe({type: 'layout-shift', buffered: true});
  const frames = (left, then) => left ? requestAnimationFrame(() => frames(left - 1, then)) : setTimeout(then);
  document.fonts.ready.then(() => frames(3, () => { add(observer.takeRecords()); done(sum); }));
})"""


# Every page in the light on a desktop, in the dark on a phone, and on a tablet. Axe is asked about the first two, in the
# dark not about the tables of coverage, which are alike.
VIEWS = [
    (name, size, scheme)
    for name in OURS
    for size, scheme in (('desktop', 'light'), ('tablet', 'light'), ('phone', 'dark'))
]
TABLES = [name for name in OURS if name.startswith('coverage/') and name != 'coverage/index.html']


def violations(page, script=AXE_SCRIPT + ONCE):
    return Axe(script).run(page, options=AXE).response['violations']


# Words that are easy to read, and among each kind of them one that is not: by its own colour, its size, the ground it
# stands on or lies over, the whole being faint, or reaching out of its box.
FAINT = '''<html lang="en"><title>Words</title><style>
  p { color: #767676; background: #fff; margin: 0 } .dark { background: #888 } i { color: #bbb } b { color: #000 }
  .large { font-size: 24px; color: #888 } .small { font-size: 12px } .veil { opacity: 0.6 } .pulled { position: relative; top: 4em }
  .out { background: #888; width: 9em; white-space: nowrap; color: #000 } .clip { overflow: hidden }
</style><main><h1>Words</h1>
  <p><span>one</span> <span>two</span> <i id="own">three</i> <b>four</b></p>
  <p><span class="large">five</span> <span class="large">six</span> <span class="large small" id="size">seven</span></p>
  <div class="dark"><p><span>eight</span></p><p style="background: none"><span id="ground">nine</span></p></div>
  <p class="veil"><span id="veil">ten</span></p>
  <p style="background: none"><span>eleven</span></p><p class="pulled" style="background: none"><span id="pulled">twelve</span></p><p>thirteen</p>
  <div style="background: #888; height: 5em"></div>
  <div style="background: #222"><div class="out"><b>in</b> <b>words that are long and
    reach out of it</b> <b id="out">onto the dark</b></div></div>
</main></html>'''


def test_contrast_that_is_asked_once_finds_what_is_found_by_asking_of_every_word(open_page, tmp_path):
    page = open_page()
    page.set_content(FAINT)
    places = [
        {
            str(node['target'][0])
            for one in violations(page, script)
            if one['id'] == 'color-contrast'
            for node in one['nodes']
        }
        for script in (AXE_SCRIPT, AXE_SCRIPT + ONCE)
    ]
    assert {'#own', '#size', '#ground', '#veil', '#pulled', '#out'} <= places[0]
    assert places[1] == places[0]


# -- what is measured on a page once it is open: each of these tells what is wrong --


def what_axe_finds(page, name, size):
    if size == 'tablet' or (size == 'phone' and name in TABLES):
        return []
    return [
        f'{one["id"]}: {one["help"]}: ' + '; '.join(str(node['target'][0]) for node in one['nodes'][:5])
        for one in violations(page)
    ]


def what_is_too_wide(page, _name, _size):
    wide = page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    return [f'{wide} pixels too wide'] if wide > 0 else []


def what_moved_while_loading(page, _name, _size):
    moved = page.evaluate(SHIFT)
    return [f'layout shift {moved:.3f}'] if moved > 0.01 else []


def what_the_sidebar_lacks(page, name, size):
    """All its groups are seen at once, and the one that is open holds this page."""
    if size not in ('desktop', 'laptop') or not (name == 'index.html' or name.startswith('docs/')):
        return []
    if name.startswith('docs/tests/'):
        return []  # the sources of tests: the sidebar would be too long with them
    lowest = page.evaluate(
        'Math.max(...[...document.querySelectorAll(".pf-group > summary")].map(one => one.getBoundingClientRect().bottom))'
    )
    wrong, groups = [], page.locator('.pf-group[open]')
    if lowest > SIZES[size][1] or groups.count() != 1:
        wrong.append(f'{groups.count()} groups are open, the last heading ends at {lowest:.0f}')
    if name != 'index.html' and groups.locator('.current-page').count() != 1:
        wrong.append('the open group does not hold it')
    return wrong


def what_delays_the_idea(page, name, size):
    """The first screen of a chapter says what it is about."""
    if size == 'tablet' or name not in chapters():
        return []
    wrong, first = [], page.locator('#the-idea > p').first.bounding_box()
    if first['y'] + min(first['height'], 100) > SIZES[size][1]:
        wrong.append(f'its idea begins at {first["y"]:.0f}')
    if page.locator('article h2').first.inner_text().rstrip('¶') != 'The idea':
        wrong.append('something stands before its idea')
    return wrong


LINES = """() => [...document.querySelectorAll('h1, h2, h3, .sidebar-tree a, table a, table code, .fn')].flatMap(one => {
  const walker = document.createTreeWalker(one, NodeFilter.SHOW_TEXT), range = document.createRange(), cut = [];
  for (let text; (text = walker.nextNode());) {
    for (let at = 1; at < text.length; at++) {
      if (!/[a-z0-9]/i.test(text.data[at - 1]) || !/[a-z0-9]/i.test(text.data[at])) continue;
      range.setStart(text, at - 1); range.setEnd(text, at + 1);
      if (range.getClientRects().length > 1) cut.push(text.data.slice(0, at) + '/' + text.data.slice(at));
    }
  }
  return cut;
})"""
NARROW = ['index.html', *chapters(), *pages('docs/continued/*.html'), 'docs/functions.html', 'docs/conformance.html']


def what_breaks_inside_a_name(page, name, size):
    """Names break between their words."""
    return page.evaluate(LINES) if size in ('tablet', 'phone') and name in NARROW else []


SIDEWAYS = """() => document.fonts.ready.then(() => [...document.querySelectorAll('.pf-code, article .highlight pre')]
  .filter(one => one.scrollWidth > one.clientWidth).map(one => 'scrolls sideways: ' + one.textContent.slice(0, 80)))"""
LISTINGS = chapters() + pages('docs/continued/*.html') + pages('docs/exhibits/*.html')


def what_scrolls_sideways(page, name, size):
    """No listing or transcript does on a desktop."""
    return page.evaluate(SIDEWAYS) if size == 'desktop' and name in LISTINGS else []


MEASURED = [
    what_moved_while_loading,
    what_is_too_wide,
    what_the_sidebar_lacks,
    what_delays_the_idea,
    what_breaks_inside_a_name,
    what_scrolls_sideways,
    what_axe_finds,
]


@pytest.mark.parametrize(('name', 'size', 'scheme'), VIEWS)
def test_a_page_reads_well(open_page, name, size, scheme):
    """A page is opened once in a size, and all is asked then: to open it takes longer than to ask."""
    page = open_page(size, scheme, reads=True)
    page.visit(name)
    wrong = [f'{ask.__name__}: {one}' for ask in MEASURED for one in ask(page, name, size)]
    if size == 'desktop':  # nothing but its size makes a laptop different
        page.set_viewport_size(dict(zip(('width', 'height'), SIZES['laptop'])))
        wrong += [
            f'{ask.__name__} on a laptop: {one}'
            for ask in (what_the_sidebar_lacks, what_delays_the_idea)
            for one in ask(page, name, 'laptop')
        ]
    assert not wrong, '\n'.join(wrong)


# In parts, so that several browsers share them.
@pytest.mark.parametrize('part', range(8))
def test_no_page_of_a_source_is_wider_than_the_screen(open_page, part):
    page, wrong = open_page(reads=True), []
    for name in [one for one in pages() if one not in OURS][part::8]:
        page.visit(name)
        for size in ('desktop', 'tablet', 'phone'):
            page.set_viewport_size(dict(zip(('width', 'height'), SIZES[size])))
            wrong += [f'{name} ({size}): {one}' for one in what_is_too_wide(page, name, size)]
    assert not wrong, '\n'.join(wrong)


class Anchors(html.parser.HTMLParser):
    """The ids a page has and the places it leads to or loads."""

    def __init__(self):
        super().__init__()
        self.ids, self.links, self.loads = set(), [], []

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if found.get('id'):
            self.ids.add(found['id'])
        if tag == 'a' and found.get('href'):
            self.links.append(found['href'])
        elif tag in ('script', 'img', 'iframe') and found.get('src'):
            self.loads.append(found['src'])
        elif tag == 'link' and found.get('rel') in ('stylesheet', 'shortcut icon') and found.get('href'):
            self.loads.append(found['href'])


@functools.cache
def parsed(name):
    reader = Anchors()
    reader.feed((SITE / name).read_text(encoding='utf-8'))
    return reader


def test_every_link_inside_leads_somewhere(site):
    dead = []
    for name in pages():
        for link in parsed(name).links + parsed(name).loads:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme or link.startswith('//'):
                continue
            target = (SITE / name).parent / urllib.parse.unquote(parts.path) if parts.path else SITE / name
            if not target.is_file():
                dead.append(f'{name}: {link}')
            elif parts.fragment and target.suffix == '.html':
                known = parsed(target.resolve().relative_to(SITE).as_posix()).ids
                if urllib.parse.unquote(parts.fragment) not in known:
                    dead.append(f'{name}: {link} (no such place)')
    assert not dead, '\n'.join(sorted(set(dead))[:40])


def test_no_page_loads_anything_from_outside(site):
    outside = [
        f'{name}: {one}' for name in pages() for one in parsed(name).loads if '://' in one or one.startswith('//')
    ]
    assert not outside, '\n'.join(outside)


# PFNs of the machines in the book: their zones begin at 1, 2 and 4 GiB
PFN = re.compile(r'(?<![\w.,#:/-])(\d{6,7})(?![\w%]|[.,]\d)')
HAS_PFNS = ((0x40000, 0x58000), (0x80000, 0x88000), (0x100000, 0x108000), (0x140000, 0x144000))
# Counts and sizes, which are decimal: what stands before or behind them says so.
COUNT_BEFORE = re.compile(
    r'(?:free|spanned|managed|present|protection|high|low|min|size|kB|of|taken)[:=( ]+$|[,(\[] ?$', re.I
)
COUNT_BEHIND = re.compile(r'\s*(?:kB|KiB|MiB|GiB|bytes|pages|frames|times|blocks|requests|in the file|\])', re.I)


def decimal_pfns(text):
    """Numbers of a page's text that look like PFNs in decimal, with what stands around them."""
    found = []
    for one in PFN.finditer(text):
        number, before, behind = int(one[1]), text[max(0, one.start() - 40) : one.start()], text[one.end() :][:20]
        counted = COUNT_BEFORE.search(before) or COUNT_BEHIND.match(behind)
        if not counted and any(first <= number < end for first, end in HAS_PFNS):
            found.append(' '.join(f'{before}[{one[1]}]{behind}'.split()))
    return found


def test_decimal_pfns_are_recognized():
    said = 'request 3 got 277504 from it; the zone begins at 262144, and page 263617 is in use'
    assert [one.split('[')[1][:6] for one in decimal_pfns(said)] == ['277504', '262144', '263617']
    assert decimal_pfns('pages free 262144, 262144 kB, 0x43c00, op 27, 263617 pages, line 2621440') == []


# Lines of our own files, recordings and saved machines, which have PFNs in decimal as their formats say.
OUR_FILES = re.compile(r'clock seconds|^memory \d+ \d+ node|^ +c[bisp] \d', re.MULTILINE)


def untagged(page):
    return html.unescape(re.sub(r'<[^>]*>', '', page))


@pytest.mark.parametrize('name', [one for one in OURS if not one.startswith('coverage/')])
def test_pfns_are_in_hex(site, name):
    """Decimal only in the kernel's own format, with the hex beside it; code and files that are shown whole stay."""
    page = (SITE / name).read_text(encoding='utf-8')
    page = re.sub(r'<(script|style|svg)\b.*?</\1>', ' ', page, flags=re.DOTALL)
    page = re.sub(r'<span class="pf-pfn" data-hex="0x[0-9a-f]+">\d+</span>', 'KERNEL', page)
    page = re.sub(r'<figure class="pf-listing\b.*?</figure>', ' ', page, flags=re.DOTALL)
    blocks = re.compile(r'<pre\b.*?</pre>', re.DOTALL)
    page = blocks.sub(lambda block: ' ' if OUR_FILES.search(untagged(block[0])) else block[0], page)
    text = untagged(page)
    assert not re.search(r'\bpfn=\d+\b', text), 'the hex stands beside it'
    assert not decimal_pfns(text)


def packed(path):
    return len(gzip.compress(path.read_bytes(), 9))


@pytest.mark.parametrize('name', chapters() + pages('docs/continued/*.html'))
def test_a_chapter_is_light(site, name):
    """At most 250 kB over the wire on a first visit, 60 kB once what all pages share is there."""
    page = packed(SITE / name)
    shared = sum(
        packed(((SITE / name).parent / urllib.parse.urlsplit(one).path).resolve()) for one in set(parsed(name).loads)
    )
    assert page <= 60_000
    assert page + shared <= 250_000

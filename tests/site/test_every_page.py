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
from conftest import SITE, chapters, pages

# One of the pages of tests stands for all: they are made alike.
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


# every page in the light on a desktop; in the dark on a phone all but the tables of coverage, which are alike
VIEWS = [(name, 'desktop', 'light') for name in OURS] + [
    (name, 'phone', 'dark') for name in OURS if not name.startswith('coverage/') or name == 'coverage/index.html'
]


def violations(page, script=AXE_SCRIPT + ONCE):
    return Axe(script).run(page, options=AXE).response['violations']


@pytest.mark.parametrize(('name', 'size', 'scheme'), VIEWS)
def test_axe_finds_nothing(open_page, name, size, scheme):
    page = open_page(size, scheme)
    page.visit(name)
    found = violations(page)
    assert not found, '\n'.join(
        f'{one["id"]}: {one["help"]}: ' + '; '.join(str(node['target'][0]) for node in one['nodes'][:5])
        for one in found
    )


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


@pytest.mark.parametrize('size', ['desktop', 'tablet', 'phone'])
def test_no_page_is_wider_than_the_screen_or_moves_while_loading(open_page, size):
    page, wrong = open_page(size), []
    for name in [one for one in pages() if one not in LIKE]:
        page.visit(name)
        wide = page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
        if wide > 0:
            wrong.append(f'{name}: {wide} pixels too wide')
        if name in OURS:
            moved = page.evaluate(SHIFT)
            if moved > 0.01:
                wrong.append(f'{name}: layout shift {moved:.3f}')
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

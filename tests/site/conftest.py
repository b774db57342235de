# SPDX-License-Identifier: GPL-2.0-only
"""A real browser on the built site. PAGEFLOW_SITE names another site than build/site, PAGEFLOW_CHROMIUM another browser.

Every page a test opens is watched: a request that leaves the folder of the site, or an error on the console, fails it.
"""

import os
import pathlib
import shutil
import sys

import pytest
from playwright.sync_api import sync_playwright

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / 'tests' / 'support'))
from hang import HANG  # noqa: E402

SITE = pathlib.Path(os.environ.get('PAGEFLOW_SITE', TOP / 'build' / 'site')).resolve()
SCREENSHOTS = TOP / 'build' / 'screenshots'
SIZES = {'desktop': (1440, 900), 'laptop': (1366, 768), 'tablet': (820, 1180), 'phone': (390, 844)}
FLAGS = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
]


def pages(pattern='**/*.html'):
    """The pages of the site, named relative to it. Those of lcov are lcov's own."""
    names = (path.relative_to(SITE).as_posix() for path in SITE.glob(pattern))
    return sorted(name for name in names if not name.startswith('coverage/lcov/'))


def chapters():
    return pages('docs/stages/*.html')


@pytest.fixture(scope='session')
def site():
    if not (SITE / 'index.html').is_file():
        pytest.exit(f'{SITE}/index.html: not there; run "make site" first', 2)
    return SITE


@pytest.fixture(scope='session')
def browser():
    program = os.environ.get('PAGEFLOW_CHROMIUM') or shutil.which('chromium') or shutil.which('chromium-browser')
    if not program:
        pytest.exit('chromium: not found; install the package chromium, or name a browser in PAGEFLOW_CHROMIUM', 2)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope='session')
def shared_contexts(browser):
    """The profiles that tests share which only read: by size and theme."""
    contexts = {}
    yield contexts
    for context in contexts.values():
        context.close()


@pytest.fixture
def open_page(site, browser, shared_contexts):
    """open_page(size, scheme) gives a browser page that watches itself; page.visit('docs/house.html') opens a page.

    Each has a profile of its own, unless a test says that it only reads: making one takes as long as opening a page.
    """
    made, wrong = [], []

    def watch(request):
        # A blob is made by the page itself: the worker.
        if request.url.startswith(('data:', 'blob:', site.as_uri() + '/')):
            return
        wrong.append(f'request to {request.url}')

    def failed(request):
        if request.failure != 'net::ERR_ABORTED':  # that is a page left before it had everything
            wrong.append(f'{request.failure}: {request.url}')

    def context_of(size, scheme, **options):
        width, height = SIZES[size]
        context = browser.new_context(viewport={'width': width, 'height': height}, color_scheme=scheme, **options)
        context.set_default_timeout(1000 * HANG)
        return context

    def make(size='desktop', scheme='light', reads=False, **options):
        if not reads:
            context = context_of(size, scheme, **options)
            made.append(context)
        elif (size, scheme) not in shared_contexts:
            context = shared_contexts[size, scheme] = context_of(size, scheme)
        else:
            context = shared_contexts[size, scheme]
        page = context.new_page()
        if reads:
            made.append(page)
        page.on('request', watch)
        page.on('requestfailed', failed)
        page.on('console', lambda said: wrong.append(f'console: {said.text}') if said.type == 'error' else None)
        page.on('pageerror', lambda error: wrong.append(f'script: {error}'))
        page.visit = lambda name: page.goto(f'{site.as_uri()}/{name}')
        return page

    yield make
    for one in made:
        one.close()
    assert not wrong, '\n'.join(wrong)


@pytest.fixture
def keep():
    """keep(page, name) leaves a screenshot for people to look at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    def shoot(page, name):
        page.screenshot(path=SCREENSHOTS / f'{name}.png')

    return shoot

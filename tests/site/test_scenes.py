# SPDX-License-Identifier: GPL-2.0-only
"""Scenes carried out where they stand: the same as the book shows, step by step, with errors, with an end to what has none."""

import base64
import re
import subprocess
import zlib

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import SITE, TOP, pages

HEART = 'docs/stages/06-__alloc_pages_nodemask.html'
FIRST = '.pf-scene[data-scene="first-requests"]'
PLACES = re.compile(r'<div class="[^"]*pf-(scene|scenario|exercise)[^>]*data-scene="([^"]+)"|<div [^>]*data-scene="([^"]+)"')
# The text of a row of steps as a reader sees it, and their pictures. What only sets a picture's names apart is left out, and so is
# what a page adds to a description for those who cannot see it.
SEEN = """steps => ({
  text: steps.map(one => one.innerText).join('\\n').replace(/\\s+/g, ' ').trim(),
  pictures: steps.flatMap(one => [...one.querySelectorAll('.pf-state > svg')]).map(svg =>
    svg.outerHTML.replace(/\\b(?:scene|live)\\d+-/g, '').replace(/<desc[^>]*>[^]*?<\\/desc>/, '')),
})"""


def with_scenes():
    return [name for name in pages('docs/**/*.html') if 'data-scene=' in (SITE / name).read_text(encoding='utf-8')]


def shell(text):
    """What the command prints for these commands, and its complaints, without where they were found."""
    done = subprocess.run(['build/pageflow', 'shell', '-'], cwd=TOP, input=text, capture_output=True, text=True, check=False)
    return done.stdout, re.findall(r'^pageflow shell: [^:]*:\d+: (.*)$', done.stderr, re.M)


class Scene:
    """A scene of a page, and what a reader does with it."""

    def __init__(self, page, where=FIRST):
        self.page, self.place = page, page.locator(where).first
        self.run_button = self.place.locator('.pf-bar .go')
        self.field = self.place.locator('textarea')
        self.status = self.place.locator('.pf-live > [role=status]')
        self.steps = self.place.locator('.pf-list > .pf-step')

    def button(self, name):
        return self.place.get_by_role('button', name=name, exact=True)

    def open(self):
        self.place.locator('> .pf-run').click()
        return self.done()

    def done(self):
        self.place.locator('.pf-live[aria-busy=false]').wait_for()
        return self

    def write(self, text):
        self.field.fill(text)
        self.field.press('Control+Enter')
        return self.done()

    def now(self):
        return self.place.locator('.pf-list > [aria-current=step]')


@pytest.fixture
def scene(open_page):
    """scene(size, scheme, where) opens a scene of a page."""

    def make(size='desktop', scheme='light', where=FIRST, name=HEART):
        page = open_page(size, scheme)
        page.visit(name)
        return Scene(page, where)

    return make


@pytest.mark.parametrize('name', with_scenes())
def test_every_scene_is_the_same_when_it_is_carried_out_here(open_page, name):
    page = open_page()
    page.visit(name)
    page.evaluate('document.querySelectorAll("details").forEach(one => { one.open = true; })')
    for place in page.locator('.pf-scene[data-scene]').all():
        before = place.locator('> .pf-step').evaluate_all(SEEN)
        place.locator('> .pf-run').click()
        place.locator('.pf-live[aria-busy=false]').wait_for()
        assert place.locator('.pf-list > .pf-step').evaluate_all(SEEN) == before, place.get_attribute('data-scene')


@pytest.mark.parametrize('path', sorted((TOP / 'docs' / 'scenarios').glob('*.pf')), ids=lambda path: path.stem)
def test_every_scenario_comes_out_as_the_command_has_it(scene, path):
    """Read in an editor of the page, each prints what the command prints, errors and all."""
    text = path.read_text(encoding='utf-8')
    one = scene().open().write(text)
    found = one.page.evaluate('text => window.pageflow.steps(text)', text)
    done = subprocess.run(
        ['build/pageflow', 'shell', '--json', '-'], cwd=TOP, input=text, capture_output=True, text=True, check=False
    )
    assert '\n'.join(map(str, found)) == '\n'.join(str(eval_json(line)) for line in done.stdout.splitlines())
    shown = [line for line in commands(text) if not line.startswith('trace ')]
    assert one.place.locator('.pf-list > .pf-step > .pf-command').all_inner_texts() == shown
    assert one.place.locator('.pf-list .pf-error').all_inner_texts() == shell(text)[1]

# SPDX-License-Identifier: GPL-2.0-only
"""Scenes carried out where they stand: as the book shows them, step by step, with errors in their place, and stopped at will."""

import json
import re
import subprocess

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import SITE, TOP, pages

HEART = 'docs/stages/06-__alloc_pages_nodemask.html'
OOM = 'docs/stages/18-__alloc_pages_may_oom.html'
FIRST = '.pf-scene[data-scene="first-requests"]'
# What a reader sees of some steps. Left out is what only sets a picture's names apart from those of others, and what a page adds
# to the description of a picture.
SEEN = """steps => ({
  text: steps.map(one => one.innerText).join(' ').replace(/\\s+/g, ' ').trim(),
  pictures: steps.flatMap(one => [...one.querySelectorAll('.pf-state > svg')]).map(svg =>
    svg.outerHTML.replace(/\\b(?:scene|live)\\d+-/g, '').replace(/<desc[^>]*>[^]*?<\\/desc>/, '')),
})"""
ENDLESS = (
    'machine 64M\nalloc GFP_KERNEL 3\n' + 500 * 'machine 2G\ntakeall GFP_KERNEL|__GFP_NORETRY\n'
)  # a minute of work


def with_commands():
    return [name for name in pages('docs/**/*.html') if 'data-scene=' in (SITE / name).read_text(encoding='utf-8')]


def printed(*words, text):
    return subprocess.run(
        ['build/pageflow', 'shell', *words, '-'], cwd=TOP, input=text, capture_output=True, text=True, check=False
    )


class Scene:
    """Commands of a page, and what a reader does with them."""

    def __init__(self, page, place):
        self.page, self.place = page, place
        self.opener = self.place.locator('.pf-run')
        self.field = self.place.locator('textarea')
        self.status = self.place.locator('.pf-live > [role=status]')
        self.steps = self.place.locator('.pf-list > .pf-step')
        self.now = self.place.locator('.pf-list > [aria-current=step]')

    def button(self, name):
        return self.place.get_by_role('button', name=name, exact=True)

    def open(self):
        self.opener.click()
        return self.done()

    def done(self):
        """Waits until what was asked for is carried out."""
        self.place.locator('.pf-live[aria-busy=false]').wait_for()
        return self

    def write(self, text):
        self.field.fill(text)
        self.field.press('Control+Enter')
        return self.done()

    def paste(self, text):
        """Puts a long text in place of all that is there."""
        self.field.evaluate(
            """(field, text) => {
              const data = new DataTransfer();
              data.setData('text/plain', text);
              field.select();
              field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
            }""",
            text,
        )

    def seen(self, steps='.pf-list > .pf-step'):
        return self.place.locator(steps).evaluate_all(SEEN)


@pytest.fixture
def scene(open_page):
    """scene(size, scheme, where, name) is a scene of a page, as it is when the page was opened."""

    def make(size='desktop', scheme='light', where=FIRST, name=HEART, **options):
        page = open_page(size, scheme, **options)
        page.visit(name)
        return Scene(page, page.locator(where).first)

    return make


@pytest.mark.parametrize('name', with_commands())
def test_every_scene_is_the_same_when_it_is_carried_out(open_page, name):
    page = open_page()
    page.visit(name)
    page.evaluate('document.querySelectorAll("details").forEach(one => { one.open = true; })')
    for place in page.locator('.pf-scene[data-scene]').all():
        one = Scene(page, place)
        before = one.seen(':scope > .pf-step')
        place.locator('> .pf-run').click()
        assert one.done().seen() == before, place.get_attribute('data-scene')
        assert not place.locator('> .pf-step').first.is_visible()


@pytest.mark.parametrize('path', sorted((TOP / 'docs' / 'scenarios').glob('*.pf')), ids=lambda path: path.stem)
def test_every_scenario_comes_out_as_the_command_has_it(scene, path):
    text = path.read_text(encoding='utf-8')
    native = [json.loads(line) for line in printed('--json', text=text).stdout.splitlines()]
    one = scene().open().write(text)
    assert one.page.evaluate('text => window.pageflow.steps(text)', text) == native
    shown = [step['command'] for step in native if not re.fullmatch('trace o[nf]+', step['command'])]
    assert one.place.locator('.pf-list > .pf-step > .pf-command').all_inner_texts() == shown
    pictures = sum(len(step['pictures']) for step in native)
    assert one.place.locator('.pf-list .pf-state > svg').count() == pictures


def test_a_chapter_brings_a_button_and_no_more(open_page):
    page, asked = open_page(), []
    page.on('request', lambda request: asked.append(re.sub(r'.*/|\?.*', '', request.url)))
    page.visit(HEART)
    assert page.locator('.pf-scene > .pf-run').count() == page.locator('.pf-scene').count()
    assert 'live.js' in asked and not {'scenes.js', 'live.css', 'engine.js', 'engine-data.js'}.intersection(asked)


def test_without_scripts_nothing_is_promised(scene):
    one = scene(java_script_enabled=False)
    assert one.opener.count() == 0 and one.place.locator('> .pf-step').first.is_visible()


def test_an_error_stands_under_the_line_that_caused_it(scene):
    text = 'machine 64M\nalloc GFP_FOO 3\n\n# what follows is no command\nfrobnicate\nstatus'
    one = scene().open().write(text)
    words = re.findall(r'^pageflow shell: [^:]*:\d+: (.*)$', printed(text=text).stderr, re.M)
    assert one.place.locator('.pf-error').all_inner_texts() == words and len(words) == 2
    assert one.place.locator('.pf-step:has(> .pf-error) > .pf-command').all_inner_texts() == [
        'alloc GFP_FOO 3',
        'frobnicate',
    ]
    lines = one.place.locator('.pf-editor .wrong').evaluate_all(
        'all => all.map(one => one.style.getPropertyValue("--line"))'
    )
    assert lines == ['1', '4'] and one.status.inner_text() == f'line 2: {words[0]}'
    one.field.press('End')
    one.field.type(' ')
    assert one.place.locator('.pf-editor .wrong').count() == 0, 'of another text they would be wrong'


def test_steps_forward_and_back(scene, keep):
    one = scene().open()
    assert one.place.locator('.where').inner_text() == '7 steps' and one.now.count() == 0
    for _step in range(4):
        one.button('Step forward').click()
    one.now.locator('.pf-state > svg').wait_for()
    keep(one.page, 'scene-step')
    assert one.place.locator('.where').inner_text() == 'step 4 of 7'
    assert one.now.locator('.pf-command').inner_text() == 'alloc GFP_KERNEL'
    assert one.status.inner_text() == 'step 4 of 7: alloc GFP_KERNEL: #1: page 0x43c00 order 0'
    assert one.place.locator('.pf-editor .now').evaluate('one => one.style.getPropertyValue("--line")') == '4'
    assert one.now.locator('.pf-state .new').count() > 0, 'what changed since the step before'
    one.button('Step back').click()
    assert one.now.locator('.pf-command').inner_text() == 'trace on'
    one.now.locator('.pf-state > svg').wait_for()
    assert one.now.locator('.pf-state .new').count() == 0
    one.place.locator('.pf-goto', has_text='free #1').click()
    assert one.place.locator('.where').inner_text() == 'step 6 of 7'
    one.button('Show all').click()
    assert one.now.count() == 0 and one.steps.count() == 6


def test_steps_are_counted_in_one_way(scene):
    """A command that draws the state itself counts its pictures; whoever steps counts steps."""
    one = scene().open()
    before = one.seen()
    one.write('machine 64M\nbuddyinfo\nalloc GFP_KERNEL 3\ndraw zones\nfree #1\nbuddyinfo\ndraw lru')
    one.page.keyboard.press('Escape')
    own = one.place.locator('.pf-list .pf-state > figcaption').all_inner_texts()
    one.button('Step forward').focus()
    for number in range(1, 8):
        one.page.keyboard.press('Enter')
        one.now.locator('.pf-kinds').wait_for()
        titles = one.now.locator('.pf-here .pf-state > figcaption').all_inner_texts()
        assert len(titles) == 1 and titles[0].startswith(f'State {number}: ')
        changed = f'changed since state {number - 1}' in titles[0]
        assert changed == (number in (3, 5)) == (one.now.locator('.pf-here .new').count() > 0)
        shown = one.now.locator('.pf-kinds [aria-pressed=true]').inner_text()
        assert shown == ('Zones' if number == 4 else 'Free lists')
        assert one.now.locator('.pf-state').count() == (2 if number == 7 else 1), 'what is no state is kept'
    one.button('Show all').click()
    assert one.place.locator('.pf-list .pf-state > figcaption').all_inner_texts() == own
    one.button('As in the book').click()
    assert one.done().seen() == before


@pytest.mark.parametrize('size', ['desktop', 'tablet', 'phone'])
def test_the_buttons_stay_under_the_pointer(scene, size):
    """Wherever they are: in the middle, at the lower edge, and at the top, where they stand still while the page moves on."""
    one = scene(size).open()
    forward, page = one.button('Step forward'), one.page
    for share in (0.5, 0.97, -0.1):
        page.keyboard.press('Escape')
        bar = one.place.locator('.pf-stepping')
        bar.evaluate(
            """(bar, share) => scrollBy({
              top: bar.getBoundingClientRect().bottom - share * innerHeight, behavior: 'instant' })""",
            share,
        )
        box = forward.bounding_box()
        middle = box['x'] + box['width'] / 2, box['y'] + box['height'] / 2
        for number in range(1, 8):
            page.mouse.click(*middle)
            one.now.locator('.pf-kinds').wait_for()
            assert one.place.locator('.where').inner_text() == f'step {number} of 7'
            assert abs(forward.bounding_box()['y'] - box['y']) < 1, (share, number)
            if share < 0:
                now = one.now.bounding_box()
                under = bar.bounding_box()['y'] + bar.bounding_box()['height']
                assert now['y'] >= under and now['y'] + now['height'] <= page.viewport_size['height']


def test_with_keys_the_picture_comes_into_the_window(scene):
    one = scene().open()
    one.place.locator('.pf-stepping').evaluate(
        "bar => scrollBy({ top: bar.getBoundingClientRect().bottom - innerHeight, behavior: 'instant' })"
    )
    for _step in range(7):
        one.page.keyboard.press('ArrowRight')
        one.now.locator('.pf-kinds').wait_for()
        now = one.now.bounding_box()
        assert now['y'] > 0 and now['y'] + now['height'] <= one.page.viewport_size['height']


@pytest.mark.parametrize('size', ['desktop', 'tablet', 'phone'])
@pytest.mark.parametrize(
    ('where', 'name'), [(FIRST, HEART), ('.pf-scenario[data-scene="oom"]', OOM)], ids=['scene', 'scenario']
)
def test_a_second_click_on_run_does_nothing(scene, size, where, name):
    one = scene(size, where=where, name=name)
    one.opener.scroll_into_view_if_needed()
    box = one.opener.bounding_box()
    one.open()
    for x in (2, box['width'] / 2, box['width'] - 2):
        for y in (2, box['height'] / 2, box['height'] - 2):
            one.page.mouse.click(box['x'] + x, box['y'] + y)
            assert one.field.is_visible() and not one.opener.is_visible()


@pytest.mark.parametrize('scheme', ['light', 'dark'])
@pytest.mark.parametrize('size', ['desktop', 'phone'])
def test_a_line_that_goes_on_fades_at_the_edge(scene, keep, size, scheme):
    one = scene(size, scheme).open()
    editor = one.place.locator('.pf-editor')
    fades = """one => {
      const drawn = getComputedStyle(one, '::after');
      return [drawn.content !== 'none' && drawn.backgroundImage.split('linear-gradient').length - 1,
        one.matches('.before'), one.matches('.beyond')];
    }"""
    one.field.fill('machine 64M')
    assert editor.evaluate(fades) == [False, False, False]
    one.field.fill(f'# {40 * "long "}\nmachine 64M')
    one.field.evaluate('field => { field.scrollLeft = 0; }')
    one.place.locator('.pf-editor.beyond:not(.before)').wait_for()
    assert editor.evaluate(fades) == [1, False, True]
    keep(one.page, f'scene-long-line-{size}-{scheme}')
    one.field.evaluate('field => { field.scrollLeft = 50; }')
    one.place.locator('.pf-editor.beyond.before').wait_for()
    assert editor.evaluate(fades) == [2, True, True]
    one.field.evaluate('field => { field.scrollLeft = 9999; }')
    one.place.locator('.pf-editor.before:not(.beyond)').wait_for()
    assert editor.evaluate(fades) == [1, True, False]


def test_a_finger_finds_each_button(scene):
    one = scene('phone', has_touch=True, is_mobile=True).open()
    one.button('Step forward').tap()
    one.now.locator('.pf-kinds').wait_for()
    sizes = one.place.locator('.pf-bar > *:is(a, button)').evaluate_all(
        'all => all.map(one => [one.textContent, one.offsetWidth, one.offsetHeight])'
    )
    assert len(sizes) == 12 and [one for one in sizes if min(one[1:]) < 44] == []


def test_another_picture_of_a_step(scene):
    one = scene().open()
    one.button('Step forward').click()
    one.button('Zones').click()
    assert one.button('Zones').get_attribute('aria-pressed') == 'true'
    assert 'min' in one.now.locator('.pf-state').inner_text().lower()
    assert one.page.evaluate('document.activeElement.textContent') == 'Zones'
    one.page.keyboard.press('End')
    one.page.keyboard.press('ArrowLeft')
    one.now.locator('.pf-kinds [aria-pressed=true]', has_text='Zones').wait_for()


def test_the_keyboard_is_enough(scene):
    one = scene()
    one.opener.focus()
    one.page.keyboard.press('Enter')
    one.done()
    page = one.page
    assert page.evaluate('document.activeElement.textContent') == 'Run'
    address = page.url
    for key, where in (('ArrowRight', 'step 1'), ('End', 'step 7'), ('ArrowLeft', 'step 6'), ('Home', 'step 1')):
        page.keyboard.press(key)
        assert one.place.locator('.where').inner_text() == f'{where} of 7'
    assert page.url == address
    page.keyboard.press('Escape')
    assert one.place.locator('.where').inner_text() == '7 steps'
    reached = []
    for _key in range(8):
        page.keyboard.press('Tab')
        reached.append(page.evaluate('document.activeElement.ariaLabel || document.activeElement.textContent'))
    assert [word.partition(':')[0] for word in reached] == [
        'As in the book',
        'Open in the playground',
        'Copy',
        'Close',
        'Commands',
        'Step back',
        'Step forward',
        'Show all',
    ]
    one.field.focus()
    one.field.type('x')
    page.keyboard.press('Tab')
    assert page.evaluate('document.activeElement.ariaLabel') == 'Step back' and '\t' not in one.field.input_value()


def test_as_in_the_book(scene):
    one = scene().open()
    text, before = one.field.input_value(), one.seen()
    assert one.button('As in the book').get_attribute('aria-disabled') == 'true'
    one.write('machine 64M\nstatus')
    assert one.seen() != before
    one.button('As in the book').click()
    assert one.done().seen() == before and one.field.input_value() == text
    one.button('Close').click()
    assert one.place.locator('> .pf-step').first.is_visible() and one.field.count() == 0
    assert one.page.evaluate('document.activeElement.className') == 'pf-run'


def test_what_is_out_of_date_looks_so(scene):
    one = scene().open()
    stale = one.place.locator('.pf-list.stale')
    assert stale.count() == 0
    one.field.type('# ')
    assert stale.count() == 1
    one.button('Run').click()
    one.done()
    stale.wait_for(state='detached')


def test_the_text_goes_to_the_playground_and_the_clipboard(scene):
    one = scene()
    one.page.context.grant_permissions(['clipboard-read', 'clipboard-write'])
    text = 'machine 64M\n# Übung: 物理页\nstatus'
    one.open().write(text)
    link = one.place.get_by_role('link', name='Open in the playground')
    found = re.fullmatch(r'\.\./\.\./docs/playground\.html(#pf=[\w-]+)', link.get_attribute('href'))
    assert one.page.evaluate('fragment => window.PageflowText.decode(fragment)', found[1]) == text
    one.place.locator('.pf-copy').first.click()
    assert one.page.evaluate('navigator.clipboard.readText()') == text


@pytest.mark.parametrize('fragment', ['#pf=', '#pf=!', '#pf=AAAA', '#pf=K0ktLgE'])
def test_a_damaged_address_is_refused(scene, fragment):
    one = scene().open()
    page = one.page
    asked = 'fragment => window.PageflowText.decode(fragment).then(() => "read", () => "refused")'
    assert page.evaluate(asked, fragment) == 'refused'
    assert page.evaluate('window.PageflowText.decode("#exercises")') is None
    bomb = page.evaluate('window.PageflowText.encode("a".repeat(5 << 20))')
    assert len(bomb) < 10_000 and page.evaluate(asked, bomb) == 'refused'


def test_what_does_not_end_is_stopped(scene):
    one = scene().open()
    one.paste(ENDLESS)
    one.field.press('Control+Enter')
    assert one.field.input_value() == ENDLESS and one.place.locator('.numbers').inner_text().split()[-1] == '31'
    one.button('Stop').click()
    one.done()
    assert one.steps.locator('> .pf-command').all_inner_texts()[:2] == ['machine 64M', 'alloc GFP_KERNEL 3']
    assert one.place.locator('.pf-error').inner_text() == 'The command was stopped.'
    assert one.place.locator('.pf-step:has(> .pf-error)').evaluate('one => !one.nextElementSibling')
    assert one.steps.count() <= 400
    said = one.write('machine 64M\nalloc GFP_KERNEL').place.locator('.pf-list .pf-said')
    assert said.inner_text().strip() == '#1: page 0x43c00 order 0'


def test_an_exercise_waits_for_its_reader(scene):
    one = scene(where='#exercise-18-5', name=OOM)
    assert one.opener.inner_text() == 'Try it here'
    one.opener.click()
    one.field.wait_for()
    assert one.page.evaluate('document.activeElement.tagName') == 'TEXTAREA' and one.steps.count() == 0
    one.write(one.field.input_value().replace('-600', '-100'))
    assert (
        'Killed process 2 (database)' in one.place.locator('.pf-list').inner_text()
        or one.place.locator('.pf-rest').count()
    )


def test_a_scenario_that_is_shown_is_carried_out(scene):
    one = scene(where='.pf-scenario[data-scene="oom"]', name=OOM).open()
    assert not one.place.locator('> [class*=highlight-]').is_visible()
    assert one.field.input_value().startswith('# Three processes') and one.steps.count() == 12


def test_nothing_above_moves_and_paper_has_what_the_book_has(scene):
    one = scene()
    one.place.scroll_into_view_if_needed()
    top = one.place.bounding_box()['y']
    one.open()
    assert one.place.bounding_box()['y'] == top
    one.button('Step forward').click()
    one.page.emulate_media(media='print')
    assert one.place.locator('> .pf-step').first.is_visible()
    assert not one.place.locator('.pf-live').is_visible() and not one.opener.is_visible()


@pytest.mark.parametrize('scheme', ['light', 'dark'])
@pytest.mark.parametrize('size', ['desktop', 'tablet', 'phone'])
def test_axe_finds_nothing_in_an_open_scene(scene, keep, size, scheme):
    one = scene(size, scheme).open()
    one.write(f'{one.field.input_value()}\nfrobnicate')
    keep(one.page, f'scene-{size}-{scheme}')
    for _look in range(2):
        found = Axe().run(one.page, context=FIRST, options={'preload': False})
        assert found.violations_count == 0, found.generate_report()
        one.button('Step back').click()
        one.button('Step back').click()
        one.now.locator('.pf-state > svg').first.wait_for()
    assert one.page.evaluate('document.documentElement.scrollWidth <= innerWidth')

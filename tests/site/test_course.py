# SPDX-License-Identifier: GPL-2.0-only
"""What a teacher needs: scenes on the full screen, answers that are printed or are not, the map on one sheet."""

import re

import pytest

BUDDY = 'docs/stages/11-__rmqueue.html'
LESSONS = 'docs/for-teachers.html'


@pytest.fixture
def scene(open_page):
    """A page on whose last scene the button was pressed, and that scene."""
    page = open_page()
    page.visit(BUDDY)
    box = page.locator('.pf-scene').last
    page.before = box.inner_html()
    box.locator('.pf-fill').click()
    return page, box


def test_the_arrow_keys_lead_through_a_scene(scene, keep):
    page, _box = scene
    dialog, count = page.locator('#pf-slides'), page.locator('#pf-slides .count')
    last = int(count.inner_text().split(' / ')[1])
    assert last > 2 and dialog.locator('.pf-step').first.is_visible()
    seen = []
    for _slide in range(last):
        seen.append(dialog.locator('.area').inner_text())
        page.keyboard.press('ArrowRight')
    keep(page, 'slide')
    assert len(set(seen)) == last and count.inner_text() == f'{last} / {last}'
    page.keyboard.press('PageUp')
    assert dialog.locator('.area').inner_text() == seen[-2]
    page.keyboard.press('Home')
    assert dialog.locator('.area').inner_text() == seen[0]
    assert dialog.locator('[data-to="-1"]').is_disabled()
    assert BUDDY in page.url


def test_a_scene_is_put_back_as_it_was(scene):
    page, box = scene
    page.keyboard.press('ArrowRight')
    page.keyboard.press('Escape')
    page.locator('#pf-slides').wait_for(state='hidden')
    assert box.inner_html() == page.before
    assert page.evaluate('document.activeElement.className') == 'pf-fill'


def test_a_drawing_of_its_own_fills_the_screen(open_page):
    page = open_page()
    page.visit('docs/primer.html')
    page.locator('.pf-picture > .pf-fill').first.click()
    dialog = page.locator('#pf-slides')
    assert dialog.locator('.pf-map').bounding_box()['width'] > 900
    assert not dialog.locator('[data-to="1"]').is_visible()
    dialog.locator('[value=close]').click()
    assert dialog.is_hidden()


def printed(page):
    """How many answers paper would show, while the page is being printed."""
    page.evaluate('dispatchEvent(new Event("beforeprint"))')
    page.emulate_media(media='print')
    count = page.locator('.pf-answer > :nth-child(2):visible').count()
    page.emulate_media(media='screen')
    page.evaluate('dispatchEvent(new Event("afterprint"))')
    return count


def test_answers_are_printed_when_that_was_chosen(open_page):
    page = open_page()
    page.visit(LESSONS)
    every = page.locator('.pf-answer').count()
    page.locator('.pf-answer summary').first.click()  # open on the screen, and yet not on a worksheet
    assert every > 10 and printed(page) == 0
    assert page.locator('.pf-answer[open]').count() == 1
    page.locator('.pf-print-answers input').first.check()
    assert printed(page) == every
    assert page.locator('.pf-answer[open]').count() == 1
    page.visit(BUDDY)
    assert page.locator('.pf-print-answers input').first.is_checked()


def test_the_map_is_one_sheet(open_page):
    page = open_page()
    page.visit('docs/map.html')
    sheet = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb'/Type\s*/Page\b', sheet)) == 1
    assert page.locator('.pf-questions li').count() == 20

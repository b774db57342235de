# SPDX-License-Identifier: GPL-2.0-only
"""Sessions as a reader has them: a terminal of 80 columns and 24 lines, keys typed, the screen looked at."""

from gdb_session import program


def lines(screen):
    return [line.rstrip() for line in screen.rstrip('\n').split('\n')]


def test_a_session_begins_at_the_first_request(terminal):
    screen = terminal(f'bash .ci/gdb {program("uma")}').wait(r'^\(gdb\) *$')
    assert '-- Pageflow ' in screen
    assert '#0  alloc_page (gfp_mask=GFP_KERNEL) at src/stages/01-alloc_page.c:' in screen
    assert 'Breakpoint' not in screen


def test_tour_step_and_return_key(terminal):
    session = terminal(f'bash .ci/gdb {program("numa")}')
    session.wait(r'^\(gdb\) *$')
    session.type('tour next', 'Enter')
    session.wait('^-- 02 alloc_pages -')
    session.type('', 'Enter')  # the return key repeats
    screen = session.wait('^-- 06 __alloc_pages_nodemask -(?s:.*)^\\(gdb\\) *$')
    assert 'In what order is a page looked for, and what happens to it on the way out?' in screen
    session.type('step', 'Enter')
    screen = session.wait(r'^\d+\s+struct alloc_context ac = (?s:.*)^\(gdb\) *$')
    session.type('tour out', 'Enter')
    session.wait(r'^__alloc_pages_nodemask returned pfn 0x103c00 of zone Normal@0: in use')


def test_one_door_fits_one_screen(terminal):
    session = terminal(f'bash .ci/gdb {program("uma")}')
    session.wait(r'^\(gdb\) *$')
    session.type('tour', 'Enter')
    session.wait('^-- 01 alloc_page ')
    for _turn in range(6):
        session.type('tour next', 'Enter')
    session.wait('^-- 07 prepare_alloc_pages ')
    session.type('clear', 'Escape')  # no command of gdb's: only the line is thrown away
    screen = session.wait('^-- 07 prepare_alloc_pages (?s:.*)^\\(gdb\\) clear *$')
    assert lines(screen)[-1].startswith('(gdb)')
    assert sum(line.startswith('-- 07') for line in lines(screen)) == 1
    assert any(line.startswith('onwards') for line in lines(screen))


def test_the_divided_screen_fits(terminal):
    session = terminal(f'bash .ci/gdb {program("uma")}')
    session.wait(r'^\(gdb\) *$')
    session.type('pf-tui', 'Enter')
    session.wait('^.─src/stages/01-alloc_page.c─')
    session.type('tour next', 'Enter')
    screen = session.wait('^tour +next \\| into(?s:.*)^\\(gdb\\) *$')
    shown = lines(screen)
    assert len(shown) <= 24
    assert 'src/stages/02-alloc_pages.c' in shown[0]
    assert any('>' in line and 'alloc_pages_node(numa_node_id(), gfp_mask, order);' in line for line in shown)
    assert any(line.startswith('-- 02 alloc_pages -') for line in shown)
    assert '=>' not in screen, 'the upper window shows the source'
    session.type('pf-tui', 'Enter')
    session.type('pf-path', 'Enter')
    screen = session.wait(r'^=>  02  alloc_pages +policy picks the node')
    assert '─' not in screen


def test_tab_completes(terminal):
    session = terminal(f'bash .ci/gdb {program("uma")}')
    session.wait(r'^\(gdb\) *$')
    session.type('pf-freel', 'Tab')
    session.wait(r'\(gdb\) pf-freelist')
    session.type('-m Recl', 'Tab')
    session.wait(r'\(gdb\) pf-freelist -m Reclaimable')
    session.type('', 'Enter')
    session.wait('^no free block on the lists asked for')


def test_an_error_is_one_line(terminal):
    session = terminal(f'bash .ci/gdb {program("uma")} atomic')
    session.wait(r'^\(gdb\) *$')
    session.type('pf-page 0x3', 'Enter')
    session.wait('^pf-page: this machine has no memory at PFN 0x3')
    session.type('kill', 'Enter')
    session.type('pf-buddyinfo', 'Enter')
    screen = session.wait("^the program is not running: start it with 'run', or with 'tour'")
    assert 'Traceback' not in screen
    session.type('tour', 'Enter')
    session.wait('^-- 01 alloc_page ')

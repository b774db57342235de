# SPDX-License-Identifier: GPL-2.0-only
"""The playground: what forms and commands make of a session, its time line, its links and files, and the path of a request."""

import base64
import html
import json
import lzma
import re
import runpy
import subprocess
import zlib

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import TOP

PAGE = 'docs/playground.html'
TRACES = TOP / 'tests' / 'traces'
SHAPES = runpy.run_path(str(TOP / 'docs' / '_ext' / 'pageflow_book' / 'read' / 'shapes.py'))['shapes'](TRACES)
# a request that its order lets fail, one in another zone, one that makes the slow path work, and one of a task in a small cpuset
REQUESTS = [
    ('machine 64M', 'alloc GFP_ATOMIC|__GFP_ZERO 0', 'alloc GFP_KERNEL 10', 'alloc GFP_KERNEL_ACCOUNT 2'),
    ('machine 64M', 'fragment 90', 'alloc GFP_KERNEL 4', 'takeall GFP_ATOMIC 0', 'alloc GFP_KERNEL 0'),
    (
        'machine 2x64M',
        'alloc GFP_KERNEL 3 1',
        'cpuset small 1',
        'task 1 cpuset small',
        'alloc GFP_USER 0',
        'policy bind 2',
    ),
    ('machine 5G,cma=16M', 'alloc GFP_DMA 3', 'alloc GFP_HIGHUSER_MOVABLE 0', 'alloc GFP_DMA32 9'),
]
LONG = (
    'machine 64M',
    'alloc GFP_KERNEL 3',
    *400 * ('machine 2G', 'takeall GFP_KERNEL|__GFP_NORETRY'),
)  # a minute of work


def fragment(text):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return '#pf=' + base64.urlsafe_b64encode(packer.compress(text.encode()) + packer.flush()).decode().rstrip('=')


def text_of(address):
    packed = address.partition('#pf=')[2]
    return zlib.decompress(base64.urlsafe_b64decode(packed + '=' * (-len(packed) % 4)), -15).decode()


def printed(text, *words):
    """The objects of the command in a terminal."""
    done = subprocess.run(
        ['build/pageflow', 'shell', '--json', *words, '-'],
        cwd=TOP,
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


class Play:
    """The page, and what a visitor does there."""

    def __init__(self, page):
        self.page, self.place = page, page.locator('.pf-playground')
        self.command = self.place.locator('[data-field=command]')
        self.said = self.place.locator('> [role=status]')
        self.lines = self.place.locator('.play-line code')
        self.now = self.place.locator('.play-line [aria-current=step]')
        self.words = self.place.locator('.play-words')

    def go(self, *lines):
        self.page.visit(PAGE + (fragment('\n'.join(lines) + '\n') if lines else ''))
        return self.done()

    def done(self, at=None):
        """Waits until a command's state is on show: the last one's unless said otherwise."""
        wanted = rf'^command {at or self.lines.count()} of \d+:'
        self.page.wait_for_function(
            'wanted => new RegExp(wanted).test(document.querySelector(".pf-playground > [role=status]").textContent)',
            arg=wanted,
        )
        self.place.locator('.play-path[aria-busy=false]').wait_for()
        return self

    def type(self, line):
        count = self.lines.count()
        self.command.fill(line)
        self.command.press('Escape')
        self.command.press('Enter')
        return self.done(count + 1)

    def button(self, name):
        return self.place.get_by_role('button', name=name, exact=True)

    def session(self):
        self.page.wait_for_function('location.hash.startsWith("#pf=")')
        return text_of(self.page.url)


@pytest.fixture
def play(open_page):
    """play(size, scheme) is the page in a browser, not yet visited."""

    def make(size='desktop', scheme='light', **options):
        return Play(open_page(size, scheme, **options))

    return make


# ---- The machines ------------------------------------------------------------------------------------------------


def first_state(lines):
    """What a snapshot says of the shape of its machine: nodes and zones, how many CPUs, the pages of CMA, the holes."""
    found = {'zones': [], 'cma': 0, 'holes': set()}
    for line in lines:
        words = line.split()
        if line == 'end\n':
            break
        if words[0] == 'kernel':
            found['numa'] = words[words.index('numa') + 1]
            found['cpus'] = int(words[words.index('nr_cpus') + 1])
        elif words[0] == 'zone' and words[2] in ('DMA', 'DMA32', 'Normal', 'Movable') and words[3] == 'start_pfn':
            zone = words[1], words[2], words[4], words[6], words[8]
            found['zones'] += [zone] if zone[3] != '0' else []
        elif words[0] == 'pageblocks':
            found['cma'] += sum(512 * int(count) for count in re.findall(r'CMA\*(\d+)', line))
        elif words[0] == 'holes':
            found['holes'].update(words[1:])
    return found


@pytest.mark.parametrize('name', sorted(SHAPES))
def test_a_machine_as_recorded_has_the_zones_of_its_recordings(tmp_path, name):
    states = []
    for path in TRACES.glob(f'{name}-*.trace.xz'):
        with lzma.open(path, 'rt', encoding='ascii') as lines:
            states.append(first_state(lines))
    saved = tmp_path / 'saved'
    commands = f'machine {SHAPES[name]}\nsave {saved}\n'
    subprocess.run(['build/pageflow', 'shell'], cwd=TOP, input=commands, text=True, check=True)
    with saved.open(encoding='ascii') as lines:
        booted = first_state(lines)
    for one in states:
        assert [booted[key] for key in ('zones', 'numa', 'holes')] == [one[key] for key in ('zones', 'numa', 'holes')]
    # some recordings of a machine were made with one CPU, and some of uma128 without CMA
    assert booted['cpus'] == max(one['cpus'] for one in states)
    assert booted['cma'] == max(one['cma'] for one in states)


def test_each_recorded_machine_and_each_example_can_be_chosen_and_booted(play):
    one = play().go()
    options = one.place.locator('[data-field=preset] option').evaluate_all(
        'all => all.map(one => one.value).filter(Boolean)'
    )
    assert set(SHAPES.values()) <= set(options)
    for spec in options:
        one.place.locator('[data-field=preset]').select_option(spec)
        one.button('Boot').click()
        one.done()
        assert one.now.locator('code').inner_text() == f'machine {spec}'
        assert not one.place.locator('.pf-error:visible').count()
        assert one.place.locator('.grid .cell').count() == 4


def test_the_menu_of_machines_follows_what_is_typed(play):
    one = play().go('machine 64M')
    menu, spec = one.place.locator('[data-field=preset]'), one.place.locator('[data-field=spec]')
    chosen = '(menu => menu.selectedOptions[0].textContent)'
    menu.select_option('128M,cma=16M,cpus=3')
    assert menu.evaluate(chosen) == 'uma128cma · 128M, with CMA, 3 CPUs'
    spec.fill('64M')
    assert menu.evaluate(chosen) == 'your own'
    spec.fill('96M')
    assert menu.evaluate(chosen) == 'uma96 · 96M'
    spec.fill('')
    one.button('Boot').click()
    assert spec.evaluate('field => field.matches(":focus:invalid")')
    assert one.lines.count() == 1


# ---- Commands and forms ------------------------------------------------------------------------------------------


def test_what_is_shown_of_a_command_is_what_the_shell_prints(play):
    one = play().go('machine 256M', 'alloc GFP_KERNEL|__GFP_ZERO 3')
    text = one.session()
    last = printed(text, '--state', '1')[-1]
    assert last['output'].strip() in one.place.locator('.came').inner_text()
    assert [event['name'] for event in last['events']] == one.place.locator('.came .pf-events code').all_inner_texts()
    for kind, drawn in last['state']['pictures'].items():
        shown = one.place.locator(f'.grid .{kind} svg').evaluate('svg => svg.textContent')
        assert ''.join(shown.split()) == ''.join(html.unescape(re.sub('<[^>]*>', '', drawn['svg'])).split())
    assert one.place.locator('.held li').count() == last['state']['holds'] == 1


def test_every_form_appends_a_line_of_its_own(play):
    one = play().go('machine 2x64M,cpus=2')
    one.place.locator('[data-form=alloc] [data-field=gfp]').fill('GFP_USER|__GFP_ZERO')
    one.place.locator('[data-form=alloc] [data-field=order]').select_option('2')
    one.place.locator('[data-form=alloc] [data-field=node]').select_option('1')
    one.place.locator('[data-form=alloc] [data-command=alloc]').click()
    one.done(2)
    one.button('Free block 1').click()
    one.done(3)
    one.place.locator('[data-command=takeall]').click()
    one.done(4)
    for part, form in (
        ('free', 'free'),
        ('use', 'fill'),
        ('use', 'fragment'),
        ('use', 'swap'),
        ('run', 'cpu'),
        ('task', 'cpuset'),
    ):
        one.place.locator(f'[data-show={part}]').click()
        count = one.lines.count()
        one.place.locator(f'[data-form={form}] button').first.click()
        one.done(count + (2 if form == 'fill' else 1))
    one.place.locator('[data-form=memcg] button').click()
    one.done(one.lines.count())
    one.place.locator('[data-form=task] [data-field=cpuset]').fill('small')
    one.place.locator('[data-form=task] [data-field=memcg]').fill('/job')
    one.place.locator('[data-form=task] [data-flag="2048"]').check()
    one.place.locator('[data-command=task]').click()
    one.done(13)
    one.place.locator('[data-command=current]').click()
    one.done(14)
    assert one.session().splitlines() == [
        'machine 2x64M,cpus=2',
        'alloc GFP_USER|__GFP_ZERO 2 1',
        'free #1',
        'takeall GFP_USER|__GFP_ZERO 2',
        one.lines.nth(4).inner_text(),
        'file movie',
        'fill movie 80%',
        'fragment 200',
        'swap 4096',
        'cpu 0',
        'cpuset small 1',
        'memcg /job 100',
        'task 7 cpuset small memcg /job flags 2048',
        'current 7',
    ]
    assert 'PID 7, runs on CPU 0' in one.place.locator('.who').inner_text()


def test_words_are_proposed_and_taken_by_keys(play):
    one = play().go('machine 64M')
    one.command.press_sequentially('all')
    one.command.press('Tab')
    assert one.command.input_value() == 'alloc'
    assert one.place.locator('.meaning').inner_text().startswith('alloc GFP [ORDER [NODE]]: allocate a block')
    one.command.press_sequentially(' GFP_ATO')
    one.command.press('ArrowDown')
    one.command.press('Enter')
    one.command.press_sequentially('|__GFP_NOWA')
    one.command.press('Tab')
    assert one.command.input_value() == 'alloc GFP_ATOMIC|__GFP_NOWARN'
    one.command.press('Enter')
    one.done(2)
    one.command.press('ArrowUp')
    assert one.command.input_value() == 'alloc GFP_ATOMIC|__GFP_NOWARN'


def test_masks_that_are_usual_are_proposed_first(play):
    one = play().go('machine 64M')
    one.command.press_sequentially('alloc ')
    words = one.place.locator('.pf-words:visible code').all_inner_texts()
    assert words[:3] == ['GFP_KERNEL', 'GFP_ATOMIC', 'GFP_NOWAIT']
    assert {'GFP_TRANSHUGE', '__GFP_ZERO'} < set(words)
    assert len(words) == len(set(words))


def test_what_is_proposed_stays_inside_the_window_and_nothing_creeps(play):
    one = play().go('machine 64M', *20 * ['alloc GFP_KERNEL 0'])
    one.page.set_viewport_size({'width': 1440, 'height': 900})
    one.command.click()
    one.command.press_sequentially('alloc ')
    top = one.page.evaluate('scrollY')
    for _ in range(12):
        one.command.press('ArrowDown')
    assert one.page.evaluate('scrollY') == top
    box = one.place.locator('.pf-words:visible').evaluate('one => one.getBoundingClientRect().toJSON()')
    assert box['top'] >= 0
    assert box['bottom'] <= 900
    chosen = one.place.locator('.pf-words [aria-selected=true]')
    word = chosen.evaluate('one => one.getBoundingClientRect().toJSON()')
    assert box['top'] <= word['top'] < word['bottom'] <= box['bottom']


def test_a_command_that_fails_stays_with_the_words_of_the_shell(play):
    one = play().go('machine 64M')
    for line in ('alloc GFP_KERNAL 0', 'free #9', 'machine 300G', 'alocate'):
        one.type(line)
        error = printed(one.session())[-1]['errors'][0]
        assert error in one.place.locator('.came .pf-error').inner_text()
        assert error in one.now.inner_text()
        assert 'wrong' in one.now.get_attribute('class')
    assert one.place.locator('.grid .cell').count() == 4  # the machine is as it was


def test_a_note_is_kept_and_commands_go_on(play):
    one = play().go('machine 64M', 'alloc GFP_KERNEL 3', 'free #1')
    one.lines.nth(1).click()
    one.done(2)
    one.command.fill('# a note')
    one.command.press('Enter')
    one.words.wait_for()
    assert one.words.inner_text().startswith('A note')
    one.done(2)
    assert one.lines.count() == 3
    one.command.fill('free #1')
    one.command.press('Enter')
    one.done(3)
    assert one.session().splitlines() == ['machine 64M', 'alloc GFP_KERNEL 3', '# a note', 'free #1']


def test_what_cannot_be_shown_is_said_and_commands_go_on(play):
    one = play().go('machine 64M')
    one.page.evaluate('''() => {
        const step = window.PageflowDraw.step;
        window.PageflowDraw.step = () => { window.PageflowDraw.step = step; throw new Error('no ink'); };
    }''')
    one.command.fill('alloc GFP_KERNEL 3')
    one.command.press('Enter')
    one.words.wait_for()
    assert 'no ink' in one.words.inner_text()
    one.type('free #1')


# ---- The time line -----------------------------------------------------------------------------------------------


def test_stepping_shows_the_machine_as_it_was_then(play):
    one = play().go('machine 64M', 'alloc GFP_KERNEL 3', 'alloc GFP_KERNEL 3', 'free #1')
    assert one.place.locator('.held li').count() == 1
    one.page.keyboard.press('ArrowLeft')
    one.done(3)
    assert one.place.locator('.held li').count() == 2
    one.button('Step back').click()
    one.done(2)
    one.lines.nth(0).click()
    one.done(1)
    assert one.place.locator('.held li').count() == 0
    one.page.keyboard.press('End')
    one.done(4)
    assert one.page.url.partition('#')[0].endswith(PAGE)  # no arrow has turned the page


def test_keys_keep_the_focus_in_the_time_line(play):
    one = play().go('machine 64M', 'alloc GFP_KERNEL 3')
    stops = one.place.locator('.play-line button[tabindex="0"]')
    assert stops.count() == 1
    one.lines.nth(1).click()
    one.page.keyboard.press('Home')
    one.page.wait_for_function(
        'document.querySelector(".pf-playground > [role=status]").textContent === "before the first command"'
    )
    assert stops.evaluate('one => one === document.activeElement')
    one.page.keyboard.press('ArrowDown')
    one.done(1)
    one.page.keyboard.press('ArrowDown')
    one.done(2)
    assert one.now.evaluate('one => one === document.activeElement')
    assert stops.count() == 1


def test_acting_in_the_past_cuts_what_came_after_until_undo(play):
    one = play().go('machine 64M', 'alloc GFP_KERNEL 3', 'alloc GFP_KERNEL 4', 'free #1')
    before = one.session()
    one.lines.nth(1).click()
    one.done(2)
    one.command.fill('free #1')
    one.command.press('Enter')
    one.done(3)
    assert one.lines.all_inner_texts() == ['machine 64M', 'alloc GFP_KERNEL 3', 'free #1']
    assert '2 later commands were cut off' in one.words.inner_text()
    one.words.get_by_role('button', name='Undo').click()
    one.done(2)
    assert one.lines.count() == 4
    assert one.session() == before


def test_a_command_that_is_stopped_is_taken_out(play):
    one = play()
    one.page.visit(PAGE + fragment('\n'.join(LONG)))
    said = 'document.querySelector(".pf-playground > [role=status]").textContent'
    one.page.wait_for_function(
        f'/^command [1-9]\\d* of 802 is running/.test({said}) && !/^command [1-4] of/.test({said})'
    )
    assert one.said.bounding_box()['width'] > 100  # it can be read, and what is old is pale
    assert float(one.place.locator('.play-state .grid').evaluate('one => getComputedStyle(one).opacity')) < 1
    one.button('Stop').click()
    one.page.wait_for_function('document.querySelector(".play-line .wrong")')
    assert 'was stopped' in one.now.inner_text()
    stopped = int(one.now.locator('.n').inner_text())
    one.command.fill('machine 64M')
    one.command.press('Enter')
    one.words.wait_for()
    assert one.lines.all_inner_texts() == [*LONG[: stopped - 1], 'machine 64M']
    assert 'taken out' in one.words.inner_text()
    one.lines.nth(1).click()
    one.done(2)
    assert one.place.locator('.held li').count() == 1


# ---- The path ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize('commands', REQUESTS)
def test_the_path_is_that_of_the_decision_that_was_made(play, commands):
    one = play().go(*commands)
    for at, command in enumerate(commands, 1):
        if not command.startswith('alloc'):
            continue
        one.lines.nth(at - 1).click()
        one.done(at)
        assert one.place.locator('.which code').inner_text() == command
        made = re.search(r'page (0x\w+)', printed('\n'.join(commands[:at]))[-1]['output'])
        answer = one.place.locator('.story .answer').inner_text()
        assert answer.startswith(f'page {made[1]} ' if made else 'refused'), answer
        heads = one.place.locator('.story .head').all_inner_texts()
        lit = one.place.locator('.pf-map.wide .passed').evaluate_all('all => all.map(one => one.id.slice(-2))')
        assert {head[:2] for head in heads} <= set(lit)
        assert ('12' in lit) == bool(made)


def test_another_machine_begins_without_a_path(play):
    one = play().go('machine 64M', 'alloc GFP_KERNEL 3', 'machine 300G', 'machine 128M', 'alloc GFP_KERNEL 0')
    for at, shown in ((3, 'alloc GFP_KERNEL 3'), (4, ''), (5, 'alloc GFP_KERNEL 0')):
        one.lines.nth(at - 1).click()
        one.done(at)
        assert ''.join(one.place.locator('.which code').all_inner_texts()) == shown
        assert (one.place.locator('.story .head').count() > 0) == bool(shown)


def test_before_a_request_the_map_is_whole_and_never_tells_of_tests(play):
    one = play().go('machine 64M')
    assert one.place.locator('.pf-map .unpassed').count() == 0
    assert not one.place.locator('.pf-map .p:visible').count()
    one.type('alloc GFP_KERNEL 3')
    assert one.place.locator('.pf-map.wide .unpassed').count()


def test_each_stage_of_a_path_leads_to_its_chapter(play):
    one = play().go('machine 64M', 'alloc GFP_KERNEL 3')
    link = one.place.locator('.story .head a').first
    assert link.get_attribute('href').endswith('docs/stages/06-__alloc_pages_nodemask.html')
    link.click()
    one.page.wait_for_url('**/06-*')  # it is there whole
    assert one.page.locator('h1').inner_text().startswith('06')


# ---- Links and files ---------------------------------------------------------------------------------------------


def test_the_address_holds_the_session_and_brings_it_back(play):
    one = play().go('machine 64M')
    one.type('alloc GFP_KERNEL 3')
    address = one.page.url
    other = play()
    other.page.goto(address)
    other.done()
    assert other.lines.all_inner_texts() == ['machine 64M', 'alloc GFP_KERNEL 3']
    assert other.place.locator('.came').inner_text() == one.place.locator('.came').inner_text()


@pytest.mark.parametrize(
    'hash', ['#pf=', '#pf=AAAA', '#pf=%%%', fragment('machine 64M\n')[:-6], fragment('alloc\n' * 20000)]
)
def test_an_address_that_holds_no_session_is_answered_in_words(play, hash):
    one = play()
    one.page.visit(PAGE + hash)
    one.words.wait_for()
    assert re.search('cannot be read|at most 1000 commands', one.words.inner_text())
    assert one.words.inner_text().endswith('Below stands the example.')
    one.done(2)  # the session of any visitor is there
    one.type('alloc GFP_KERNEL 0')


def test_a_saved_session_is_what_the_shell_takes(play, tmp_path):
    one = play().go('machine 64M', 'alloc GFP_KERNEL 3', 'alloc GFP_KERNEL 11')
    with one.page.expect_download() as download:
        one.button('Save').click()
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    assert saved.suffix == '.pf'
    done = subprocess.run(['build/pageflow', 'shell', saved], cwd=TOP, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[0] == '#1: page 0x43c00 order 3'
    assert done.stdout.splitlines()[0] in one.place.locator('.play-line').inner_text()
    assert saved.read_text(encoding='utf-8') == one.session()
    with one.page.expect_file_chooser() as chooser:
        one.button('Open…').click()
    chooser.value.set_files(TOP / 'docs' / 'scenarios' / 'first-requests.pf')
    one.page.wait_for_function('document.querySelectorAll(".play-line li").length > 3')
    one.done()
    assert one.session() == (TOP / 'docs' / 'scenarios' / 'first-requests.pf').read_text(encoding='utf-8')


def test_a_file_that_was_opened_is_named_and_can_be_put_back(play, tmp_path):
    wrong = tmp_path / 'letter.txt'
    wrong.write_text('Dear reader\n', encoding='ascii')
    one = play().go('machine 64M', 'alloc GFP_KERNEL 3')
    one.place.locator('[data-field=chosen]').set_input_files(wrong)
    one.words.wait_for()
    assert one.words.inner_text().startswith('The file letter.txt was opened.')
    one.done(1)
    one.words.get_by_role('button', name='Undo').click()
    one.done(2)
    assert one.lines.all_inner_texts() == ['machine 64M', 'alloc GFP_KERNEL 3']


def test_a_text_of_two_megabytes_is_answered_in_words(play, tmp_path):
    long = tmp_path / 'long.pf'
    long.write_text('# nothing\n' * 220000, encoding='ascii')
    one = play().go()
    one.place.locator('[data-field=chosen]').set_input_files(long)
    one.words.wait_for()
    assert 'too long' in one.words.inner_text()
    one.type('alloc GFP_KERNEL 0')


def proc_files(name):
    return [TOP / 'tests' / 'samples' / f'{name}.{one}' for one in ('zoneinfo', 'buddyinfo', 'pagetypeinfo')]


def test_saved_machine_can_be_opened(play, tmp_path):
    saved = tmp_path / 'kernel.snapshot'
    saved.write_text(
        subprocess.run(
            ['build/pageflow', 'shell'],
            cwd=TOP,
            input='machine 64M\nsave /dev/stdout\n',
            capture_output=True,
            text=True,
            check=True,
        ).stdout.replace('snapshot v1\n', 'snapshot v1\n# of a kernel\n')
    )
    one = play().go()
    one.place.locator('[data-field=chosen]').set_input_files(saved)
    one.page.wait_for_function('document.querySelector(".play-line code").textContent === "load proc.snapshot"')
    one.done(1)
    one.type('alloc GFP_KERNEL 0')


def test_files_of_proc_make_a_machine_that_links_hold(play, tmp_path):
    files = proc_files('5.8.18-uma128cma')
    for path in files:
        (tmp_path / path.suffix[1:]).write_bytes(path.read_bytes())
    native = subprocess.run(
        ['build/pageflow', 'snapshot', '--proc', tmp_path], cwd=TOP, capture_output=True, text=True, check=True
    ).stdout
    one = play().go()
    one.button('From /proc…').click()
    one.place.locator('[data-field=files]').set_input_files(files)
    one.page.wait_for_function('document.querySelector("[data-proc=pagetypeinfo]").value')
    one.button('Open this machine').click()
    one.page.wait_for_function('document.querySelector(".play-line code").textContent === "load proc.snapshot"')
    one.done(1)
    lines = one.session().splitlines(keepends=True)
    assert ''.join(line.removeprefix('#proc.snapshot: ') for line in lines[:-1]) == native
    one.type('alloc GFP_KERNEL 0')
    other = play()
    other.page.goto(one.page.url)
    other.done(2)
    assert other.place.locator('.came').inner_text() == one.place.locator('.came').inner_text()


def test_what_is_no_file_of_proc_is_answered_in_words(play):
    one = play().go()
    one.button('From /proc…').click()
    one.place.locator('[data-proc=zoneinfo]').fill('no machine')
    one.place.locator('[data-proc=buddyinfo]').fill('either')
    one.button('Open this machine').click()
    error = one.place.locator('.play-proc .pf-error')
    error.wait_for()
    assert error.inner_text().startswith('pageflow snapshot: ')
    one.page.keyboard.press('Escape')
    one.type('alloc GFP_KERNEL 0')


def test_files_of_proc_that_are_missing_are_named(play):
    one = play().go()
    one.button('From /proc…').click()
    one.button('Open this machine').click()
    error = one.place.locator('.play-proc .pf-error')
    assert error.inner_text() == 'Give /proc/zoneinfo and /proc/buddyinfo.'
    one.place.locator('[data-proc=buddyinfo]').fill('Node 0, zone DMA32')
    one.button('Open this machine').click()
    assert error.inner_text() == 'Give /proc/zoneinfo.'


# ---- For everybody -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ('size', 'scheme'), [('desktop', 'light'), ('desktop', 'dark'), ('phone', 'dark'), ('tablet', 'light')]
)
def test_axe_finds_nothing_in_a_session(play, keep, size, scheme):
    one = play(size, scheme).go(
        'machine 2x64M', 'fragment 90', 'alloc GFP_KERNEL 4', 'alloc GFP_KERNAL', 'alloc GFP_KERNEL'
    )
    options = {'preload': False, 'resultTypes': ['violations']}
    found = Axe().run(one.page, options=options).response['violations']
    assert not found, '\n'.join(f'{each["id"]}: {each["nodes"][0]["target"]}' for each in found)
    wide = one.page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    assert wide <= 0
    one.button('From /proc…').click()
    found = Axe().run(one.page, options=options).response['violations']
    assert not found, '\n'.join(f'{each["id"]}: {each["nodes"][0]["target"]}' for each in found)
    keep(one.page, f'playground-{size}-{scheme}')


def test_the_number_of_a_command_stands_in_one_line(play):
    one = play().go('machine 64M', *120 * ['buddyinfo'])
    high = one.place.locator('.play-line .n').evaluate_all('all => all.map(one => one.getClientRects()[0].height)')
    assert max(high) < 1.6 * min(high)


def test_on_a_phone_what_is_touched_is_large_enough(play):
    one = play('phone', has_touch=True, is_mobile=True).go('machine 64M', 'alloc GFP_KERNEL 3', 'buddyinfo')
    small = one.place.locator('button:visible').evaluate_all(
        'all => all.filter(one => one.getBoundingClientRect().height < 44).map(one => one.textContent)'
    )
    assert not small
    grid, cell = (one.place.locator(name).bounding_box() for name in ('.grid', '.grid .cell.chosen'))
    assert grid['height'] == pytest.approx(cell['height'], abs=1)


def test_nothing_moves_for_who_wants_it_so(play):
    one = play(reduced_motion='reduce').go('machine 64M', 'alloc GFP_KERNEL 3')
    assert (
        one.place.locator('.pf-map.wide .passed').first.evaluate('one => getComputedStyle(one).animationName') == 'none'
    )


def test_without_scripts_the_page_says_what_does_the_same(open_page):
    page = open_page(java_script_enabled=False)
    page.visit(PAGE)
    assert 'pageflow shell' in page.locator('noscript').inner_text()
    assert not page.locator('.pf-playground').is_visible()

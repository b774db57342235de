# SPDX-License-Identifier: GPL-2.0-only
"""The engine in the page: window.pageflow says what the command says, and nothing that it is given makes a page unusable.

Every page here is opened from a file, and the fixture fails a test whose page asks for anything outside the site.
"""

import base64
import functools
import gzip
import json
import lzma
import pathlib
import re
import shutil
import subprocess

import pytest
from conftest import SITE, TOP, pages

PAGE = 'docs/from-a-page.html'
SAMPLES = sorted(path.name for path in (TOP / 'tests' / 'samples').glob('*.dmesg'))
TRACES = [
    'uma96-order0-10.trace',
    'uma128-scan-206.trace',
    'uma128cma.boot',
    'uma160-compact-90.trace',
    'uma2z-fragment-16.trace',
    'uma3z.boot',
    'numa2-orders-21.trace',
    'numa3z-policy_1_2-54.trace',
    'holes256.boot',
]
LAZY = {'engine.js', 'engine-data.js', 'host.js', 'worker.js'}


def command(*words, text=b'', streams=subprocess.PIPE):
    """What the native command does: on a pipe, as in the page."""
    given = text if isinstance(text, bytes) else text.encode()
    return subprocess.run(
        [TOP / 'build' / 'pageflow', *map(str, words)], input=given, stdout=subprocess.PIPE, stderr=streams, cwd=TOP
    )


def shell(text):
    return command('shell', '-', text=text).stdout.decode()


def both(text):
    """Standard output and errors, in the order in which they were written."""
    return command('shell', '-', text=text, streams=subprocess.STDOUT).stdout.decode()


@functools.cache
def recording(name):
    return lzma.decompress((TOP / 'tests' / 'traces' / f'{name}.xz').read_bytes()).decode()


@pytest.fixture
def page(open_page):
    opened = open_page(reads=True)
    opened.visit(PAGE)
    return opened


def ask(page, name, *values):
    return page.evaluate('([name, values]) => pageflow[name](...values)', [name, list(values)])


def refusal(page, name, *values):
    """What a call is refused with: its message and all that the error has."""
    return page.evaluate(
        """([name, values]) => pageflow[name](...values).then(
             () => ({message: 'not refused'}), error => ({message: error.message, ...error}))""",
        [name, list(values)],
    )


# ---- The same as the command ---------------------------------------------------------------------------------------


def test_run_prints_what_the_shell_prints(page):
    different = []
    for path in sorted((TOP / 'docs' / 'scenarios').glob('*.pf')):
        text = path.read_text()
        if ask(page, 'run', text) != shell(text):
            different.append(path.name)
    assert not different


def test_errors_stand_in_their_place(page):
    text = 'machine 64M\nalloc GFP_KERNEL 3\nbogus\nfree #1\nalloc GFP_KERNEL 99\nfree #7\nbuddyinfo\n'
    assert ask(page, 'run', text) == shell(text)
    said = ask(page, 'command', ['shell', '-'], {'stdin': text})['both']
    assert said == both(text)
    assert said.index('#1: page') < said.index("'bogus'") < said.index('Node 0')


@pytest.mark.parametrize(
    ('words', 'values'),
    [
        (['GFP_KERNEL', 3], ['GFP_KERNEL', 3]),
        (['GFP_KERNEL|__GFP_ZERO', 11], ['GFP_KERNEL|__GFP_ZERO', '11']),
        (['0xcc0', 0, '--boot', '2x128M', '--nid', 1], [0xCC0, 0, {'boot': '2x128M', 'node': 1}]),
        (['GFP_NOWAIT', 10, '--boot', '4M', '--no-reclaim'], ['GFP_NOWAIT', 10, {'boot': '4M', 'noReclaim': True}]),
    ],
)
def test_explain_gives_the_object_of_the_command(page, words, values):
    assert ask(page, 'explain', *values) == json.loads(command('explain', '--json', *words).stdout)


def test_explain_takes_a_saved_machine_or_a_recording(page):
    for machine in ((TOP / 'tests' / 'samples' / '5.8.18-version-1.snapshot').read_text(), recording('uma3z.boot')):
        wanted = command('explain', '--json', 'GFP_ATOMIC', 2, '--machine', '-', text=machine)
        assert ask(page, 'explain', 'GFP_ATOMIC', 2, {'machine': machine}) == json.loads(wanted.stdout)


def test_explain_log_gives_the_object_of_the_command(page):
    different = []
    for name in SAMPLES:
        text = (TOP / 'tests' / 'samples' / name).read_text()
        for words, options in ([], {}), (['--rules', '5.15.90', '--summary'], {'rules': '5.15.90', 'summary': True}):
            wanted = command('explain', '--log', '-', '--json', *words, text=text)
            if ask(page, 'explainLog', text, options) != json.loads(wanted.stdout):
                different.append((name, words))
    assert not different


def test_replay_gives_the_object_of_the_command(page):
    for name in TRACES:
        found = ask(page, 'replay', recording(name))
        assert [found] == json.loads(command('replay', '--json', '-', text=recording(name)).stdout), name
        assert found['outcome'] == 'identical'


def test_a_recording_that_diverges_is_no_error(page):
    changed = recording('uma96-order0-10.trace').replace(' 263617\n', ' 263618\n', 1)
    native = command('replay', '--json', '-', text=changed)
    assert native.returncode == 1
    assert [ask(page, 'replay', changed)] == json.loads(native.stdout)


def test_steps_are_the_objects_of_the_shell_each_as_it_comes(page):
    text = 'machine 64M\nalloc GFP_KERNEL 3\nbogus\nbuddyinfo\n'
    for words, options in (([], {}), (['--state', '1'], {'state': 1})):
        wanted = command('shell', '--json', *words, '-', text=text).stdout.decode().splitlines()
        found, seen = page.evaluate(
            """async ([text, options]) => {
                 const seen = [];
                 return [await pageflow.steps(text, {...options, each: one => seen.push(one)}), seen];
               }""",
            [text, options],
        )
        assert found == seen == [json.loads(line) for line in wanted]


def test_the_examples_of_the_page_are_right(page):
    log, trace = (TOP / 'tests' / 'samples' / '5.8.18-oom.dmesg').read_text(), recording('uma3z.boot')
    page.add_script_tag(content=(TOP / 'docs' / 'examples' / 'page.js').read_text())
    found = page.evaluate('([log, trace]) => examples(log, trace)', [log, trace])
    assert found['printed'] == shell('machine 64M\nalloc GFP_KERNEL 3\nfree #2\n')
    assert found['seen'] == ['machine 64M', 'alloc GFP_KERNEL 3', 'buddyinfo']
    assert '<svg' in found['steps'][2]['pictures'][0]['svg']
    assert found['booted']['request']['node'] == 1
    assert found['refused']['answer'].startswith('refused')
    assert found['reports']['reports']
    assert found['compared']['outcome'] == 'identical'
    assert found['drawn']['code'] == 0 and found['drawn']['files']['request.svg'].startswith('<svg')
    assert "'GFP_NOTHING' is not" in found['said']


def test_ready_says_that_the_engine_is_compiled(page):
    assert not LAZY & set(scripts(page)), 'nothing of it is loaded before somebody asks'
    page.evaluate('pageflow.ready')
    assert set(scripts(page)) >= LAZY


# ---- Files, bytes, language ----------------------------------------------------------------------------------------


def test_files_are_found_by_name_and_handed_back(page):
    text = (
        'machine 64M\nalloc GFP_KERNEL 3\nsave made/one.snap\nload made/one.snap\nload ./given.snap\nsave /given.snap\n'
    )
    saved = ask(page, 'command', ['shell', '-'], {'stdin': 'machine 96M\nsave x\n'})['files']['x']
    found = ask(page, 'command', ['shell', '-'], {'stdin': text, 'files': {'given.snap': saved, 'other': 'as it was'}})
    assert (found['code'], found['err']) == (0, '')
    assert sorted(found['files']) == ['given.snap', 'made/one.snap'], 'what was written, whole, and nothing beside it'
    assert found['files']['given.snap'] == saved


def test_a_file_that_is_not_there_is_an_error_in_words(page):
    left = ask(page, 'command', ['shell', '-'], {'stdin': 'load nowhere.snap\n'})
    assert left['both'] == both('load nowhere.snap\n') != ''


def test_bytes_are_taken_as_they_are(page):
    """A file that was dropped into a page need not be UTF-8."""
    given = b'machine 64M\nalloc \xff\xfe\x80 3\n\xc3(\n'
    found = page.evaluate(
        "bytes => pageflow.command(['shell', '-'], { stdin: new Uint8Array(bytes) }).then(left => left.both)",
        list(given),
    )
    assert found == both(given)
    found = page.evaluate('bytes => pageflow.run(new Uint8Array(bytes).buffer)', list(given))
    assert found == shell(given)


def test_half_of_a_character_is_replaced(page):
    found = page.evaluate("pageflow.command(['shell', '-'], { stdin: 'machine 64M\\nalloc \\ud800 3\\n' })")
    assert found['both'] == both('machine 64M\nalloc � 3\n')


def test_a_zero_byte_is_refused(page):
    assert 'zero byte' in refusal(page, 'explain', 'GFP_KERNEL\0', 0)['message']
    assert refusal(page, 'run', 'machine 64M\n\0\n')['both'] == both('machine 64M\n\0\n')


def test_a_paste_of_two_megabytes_is_answered(page):
    lines = 'machine 64M\n' + 'nonsense\n' * 10 + '# words\n' * 250_000
    assert ask(page, 'run', lines) == shell(lines)
    line = 'machine 64M\n' + '(' * 2_000_000
    assert refusal(page, 'run', line)['both'] == both(line)
    log = 'some line of a kernel that says nothing\n' * 50_000
    wanted = command('explain', '--log', '-', '--json', text=log)
    assert refusal(page, 'explainLog', log)['message'] == wanted.stderr.decode().strip()


def test_pictures_are_drawn_in_the_language_of_the_page(page):
    ask(page, 'run', 'help')
    page.evaluate("window.PAGEFLOW_DATA.catalogue = 'on %s\\t⟦ on %s ⟧\\n'")
    found = ask(page, 'command', ['explain', 'GFP_KERNEL', '0', '--svg', '-'], {})
    assert '⟦ on 1G ⟧' in found['out']
    assert found['files'] == {}


# ---- What is refused or never ends ---------------------------------------------------------------------------------


def test_a_refusal_is_an_error_with_the_line_of_the_command(page):
    for name, values, words in (
        ('explain', ['GFP_NOTHING', 0], ['explain', '--json', '--', 'GFP_NOTHING', 0]),
        ('explain', ['-1', 0], ['explain', '--json', '--', '-1', 0]),
        ('explain', ['GFP_KERNEL', 0, {'boot': '6400G'}], ['explain', '--json', '--boot', '6400G', 'GFP_KERNEL', 0]),
        ('explainLog', ['hello'], ['explain', '--log', '-', '--json']),
        ('replay', ['hello'], ['replay', '--json', '-']),
    ):
        native = command(*words, text=values[0])
        found = refusal(page, name, *values)
        assert (native.returncode, found['code']) == (2, 2)
        assert found['message'] == native.stderr.decode().strip()


def test_a_machine_that_does_not_fit_is_refused_in_words(page):
    said = ask(page, 'run', 'machine 256G\nmachine 64M\nalloc GFP_KERNEL 0\n')
    assert '#1: page' in said
    assert ask(page, 'run', 'machine 6400G\n') == shell('machine 6400G\n')


@pytest.mark.parametrize(
    'thrown', ["new DOMException('it is full', 'QuotaExceededError')", "Object.freeze(new Error('it is full'))"]
)
def test_an_error_that_takes_nothing_more_ends_its_call(page, thrown):
    """A reader of objects may throw anything; the call, and whoever waits behind it, must hear of it."""
    found = page.evaluate(
        f"""() => Promise.all([
            pageflow.steps('machine 64M\\n', {{each: () => {{ throw {thrown}; }}}})
                .catch(error => [error.message, error.steps.length]),
            pageflow.run('machine 64M\\nalloc GFP_KERNEL 3\\n')])"""
    )
    assert found == [['it is full', 1], shell('machine 64M\nalloc GFP_KERNEL 3\n')]


def test_what_is_neither_text_nor_bytes_is_refused(page):
    found = page.evaluate("pageflow.run(new Blob(['machine 64M'])).catch(error => error.message)")
    assert found == 'A text is a string or bytes, and no Blob.'


def test_bytes_of_a_call_that_waits_may_be_used_again(page):
    found = page.evaluate(
        """() => pageflow.ready.then(() => {
            const bytes = new TextEncoder().encode('machine 64M\\nalloc GFP_KERNEL 3\\n');
            const first = pageflow.steps('machine 64M\\n', {each: () => { bytes.fill(35); }}), waits = pageflow.run(bytes);
            return first.then(() => waits);
        })"""
    )
    assert found == shell('machine 64M\nalloc GFP_KERNEL 3\n')


def test_stop_ends_what_is_in_the_middle(page):
    """The first object has come; the second never would."""
    found = page.evaluate(
        """text => pageflow.steps(text, {each: () => pageflow.stop()}).catch(error => ({...error}))""",
        'machine 64M\n' * 100_000,
    )
    assert found['steps'][0]['command'] == 'machine 64M'
    assert ask(page, 'run', 'help') == shell('help')


def test_stop_before_the_engine_is_there(page):
    found = page.evaluate(
        "async () => { const asked = pageflow.run('help'); pageflow.stop(); return asked.catch(error => error.message); }"
    )
    assert found == 'The command was stopped.'
    page.evaluate('pageflow.stop()')
    assert ask(page, 'run', 'help') == shell('help')


def test_many_calls_at_once_are_answered_each_with_its_own(page):
    texts = [f'machine {64 + 4 * n}M\nalloc GFP_KERNEL {n % 11}\nbogus{n}\n' for n in range(24)]
    found = page.evaluate('texts => Promise.all(texts.map(text => pageflow.run(text)))', texts)
    assert found == [shell(text) for text in texts]


def test_two_pages_do_not_meet(open_page):
    pages = [open_page(reads=True), open_page(reads=True)]
    for one in pages:
        one.visit(PAGE)
        one.evaluate("window.asked = pageflow.run('machine 64M\\nalloc GFP_KERNEL 3\\n')")
    pages[0].evaluate('pageflow.stop()')
    assert pages[1].evaluate('asked') == shell('machine 64M\nalloc GFP_KERNEL 3\n')


def test_a_callback_that_fails_ends_its_call_only(page):
    found = page.evaluate(
        """pageflow.steps('machine 64M\\nbuddyinfo\\n', {each: () => { throw new Error('no room'); }})
             .catch(error => error.message)"""
    )
    assert found == 'no room'
    assert ask(page, 'run', 'help') == shell('help')


# ---- Other engines: what a module can do to a page ------------------------------------------------------------------


def sized(content):
    """A piece of a module, with its length before it, seven bits in a byte."""
    length, left = b'', len(content)
    while left >= 128:
        length, left = length + bytes([left & 127 | 128]), left >> 7
    return length + bytes([left]) + content


def section(number, *items):
    return bytes([number]) + sized(bytes([len(items)]) + b''.join(items))


def named(text):
    return sized(text.encode())


def numbered(value):
    """A number of 32 bits, in five pieces of seven; the highest bit is its sign."""
    value -= value >> 31 << 32
    return bytes(value >> shift & 127 | (128 if shift < 28 else 0) for shift in range(0, 35, 7))


def module(body, text=b'{"command": "first"}\n', place=0):
    """A WebAssembly module in place of the engine: its _start has this body, and can print the text, which it has at a place."""
    code = b'\0' + body + b'\x0b'
    data = (place + 16).to_bytes(4, 'little') + len(text).to_bytes(4, 'little') + bytes(8) + text
    return b''.join(
        [
            b'\0asm\1\0\0\0',
            section(1, b'\x60\0\0', b'\x60\4\x7f\x7f\x7f\x7f\1\x7f'),
            section(2, named('wasi_snapshot_preview1') + named('fd_write') + b'\0\1'),
            section(3, b'\0'),
            section(5, b'\0' + numbered((place >> 16) + 1)),
            section(7, named('memory') + b'\2\0', named('_start') + b'\0\1'),
            section(10, sized(code)),
            section(11, b'\0\x41' + numbered(place) + b'\x0b' + sized(data)),
        ]
    )


def printing(place=0):
    """Prints the text that is at a place."""
    return b'\x41\1\x41' + numbered(place) + b'\x41\1\x41' + numbered(place + 8) + b'\x10\0\x1a'


PRINT = printing()
ENDLESS = b'\3\x40\x0c\0\x0b'
ENDLESS_PRINT = b'\3\x40' + PRINT + b'\x0c\0\x0b'
TRAP = b'\0'
RECURSION = b'\x10\1'


@pytest.fixture
def page_with(open_page):
    def make(made):
        opened = open_page(reads=True)
        packed = base64.b64encode(gzip.compress(made)).decode()
        opened.add_init_script(
            f"Object.defineProperty(window, 'PAGEFLOW_DATA', {{value: {{module: '{packed}', catalogue: ''}}, writable: false}})"
        )
        opened.visit(PAGE)
        return opened

    return make


def test_addresses_above_two_gib_are_no_negative_ones(page_with):
    place = (1 << 31) + 16
    assert ask(page_with(module(printing(place), b'high', place)), 'run', 'x') == 'high'


def test_what_never_ends_is_ended_by_the_limit(page_with):
    page = page_with(module(PRINT + ENDLESS))
    page.evaluate('pageflow.limit = 50')
    for _again in range(2):
        found = refusal(page, 'steps', 'x')
        assert found['message'] == 'The command was stopped: it had not come to an end after 0.05 seconds.'
        assert found['code'] == -1


def test_stop_ends_what_runs_and_what_waits(page_with):
    page = page_with(module(ENDLESS))
    page.evaluate('pageflow.limit = 0')
    found = page.evaluate(
        """async () => {
             const asked = [pageflow.run('x'), pageflow.run('x'), pageflow.explain('x', 0)];
             await Promise.all(['engine.js', 'engine-data.js', 'host.js', 'worker.js'].map(pageflow.load));
             setTimeout(pageflow.stop);
             return (await Promise.allSettled(asked)).map(one => one.reason && one.reason.message);
           }"""
    )
    assert found == ['The command was stopped.'] * 3


def test_what_never_ends_shows_what_came_before_and_is_stopped(page_with):
    page = page_with(module(PRINT + ENDLESS))
    page.evaluate('pageflow.limit = 0')
    found = page.evaluate(
        "pageflow.steps('x', {each: () => setTimeout(pageflow.stop)}).catch(error => ({said: error.message, ...error}))"
    )
    assert found['said'] == 'The command was stopped.'
    assert found['steps'] == [{'command': 'first'}]
    assert found['out'] == '{"command": "first"}\n'


def test_output_without_end_is_ended(page_with):
    page = page_with(module(ENDLESS_PRINT, text=b'a' * 60_000))
    page.evaluate('pageflow.limit = 0')
    found = page.evaluate("pageflow.run('x').catch(error => [error.message, error.out.length])")
    assert found[0] == 'The command was stopped: it printed more than 64 MB.'
    assert found[1] < 65_000_000


@pytest.mark.parametrize(('body', 'why'), [(TRAP, 'unreachable'), (RECURSION, 'Maximum call stack size exceeded')])
def test_an_engine_that_breaks_off_is_told_in_one_line(page_with, body, why):
    page = page_with(module(body))
    for _again in range(2):
        assert refusal(page, 'run', 'x')['message'] == f'The engine broke off: {why}.'


def test_a_browser_without_what_the_module_needs_says_so(page_with):
    page = page_with(b'\0asm\1\0\0\0' + section(5, b'\x7f'))
    said = refusal(page, 'run', 'x')['message']
    assert 'it has no WebAssembly that is new enough' in said and 'from version 85 on' in said


@pytest.mark.parametrize('name', ['WebAssembly', 'DecompressionStream', 'Worker', 'BigInt'])
def test_a_browser_that_is_too_old_says_what_it_has_not(open_page, name):
    page = open_page()
    page.add_init_script(f'delete window.{name}')
    page.visit(PAGE)
    assert f'it has no {name}.' in refusal(page, 'run', 'x')['message']


def test_data_that_came_in_part_is_no_old_browser(page_with):
    page = page_with(module(TRAP))
    page.evaluate('PAGEFLOW_DATA.module = PAGEFLOW_DATA.module.slice(0, 40)')
    assert refusal(page, 'run', 'x')['message'].startswith('The engine could not be started: ')


# ---- What a page loads ---------------------------------------------------------------------------------------------


def scripts(page):
    return page.evaluate(
        "[...document.scripts].filter(one => one.src).map(one => new URL(one.src).pathname.split('/').pop())"
    )


def with_engine():
    return [name for name in pages('docs/**/*.html') if '_static/live.js' in (SITE / name).read_text(encoding='utf-8')]


def test_the_engine_is_loaded_when_it_is_asked_for(page):
    assert 'live.js' in scripts(page) and not LAZY & set(scripts(page))
    ask(page, 'run', 'help')
    assert set(scripts(page)) >= LAZY


def test_pages_with_scenes_have_the_engine_and_others_have_nothing(site):
    known = with_engine()
    assert PAGE in known and 'docs/primer.html' in known and 'docs/house.html' not in known
    for name in known:
        assert not any(f'_static/{one}' in (SITE / name).read_text(encoding='utf-8') for one in LAZY), name


def test_a_page_grows_by_less_than_five_kilobytes(site):
    assert len(gzip.compress((SITE / '_static' / 'live.js').read_bytes(), 9)) < 4_000


def test_a_page_of_somebody_else_needs_a_folder_of_five_files(site, browser, tmp_path):
    (tmp_path / 'pageflow').mkdir()
    for name in (*LAZY, 'live.js'):
        shutil.copyfile(SITE / '_static' / name, tmp_path / 'pageflow' / name)
    shutil.copyfile(TOP / 'docs' / 'examples' / 'page.html', tmp_path / 'page.html')
    page, asked = browser.new_page(), []
    page.on('request', lambda request: asked.append(request.url))
    page.goto((tmp_path / 'page.html').as_uri())
    page.get_by_role('button').click()
    page.wait_for_function("document.querySelector('[role=status]').textContent")
    wanted = json.loads(command('explain', '--json', 'GFP_ATOMIC', 3, '--boot', '64M').stdout)['answer']
    assert page.get_by_role('status').text_content() == wanted
    assert [one for one in asked if not one.startswith(('blob:', tmp_path.as_uri()))] == []
    page.close()


def test_a_script_that_does_not_come_is_named_and_asked_for_again(site, browser, tmp_path):
    folder = pathlib.Path(tmp_path)
    shutil.copyfile(SITE / '_static' / 'live.js', folder / 'live.js')
    (folder / 'page.html').write_text('<!doctype html><title>x</title><script src="live.js"></script>')
    page = browser.new_page()
    page.goto((folder / 'page.html').as_uri())
    load = "pageflow.load('late.js').then(() => 'there', error => error.message)"
    assert re.fullmatch(r'file://.*/late\.js could not be loaded; reload the page to try again\.', page.evaluate(load))
    (folder / 'late.js').write_text('window.late = (window.late || 0) + 1;')
    assert page.evaluate(load) == page.evaluate(load) == 'there'
    assert page.evaluate('late') == 1
    page.close()

# SPDX-License-Identifier: GPL-2.0-only
"""The other browser: the engine is the same in Firefox, and what a reader does first works there too.

Chromium is tested in full. Here, from a file and watched as there: a page loads, the calls of window.pageflow say what the
command says, Run brings what the book shows, and the playground and the page of logs answer.
"""

import json
import lzma
import subprocess

import firefox as bidi
import pytest
from conftest import TOP

HEART = 'docs/stages/06-__alloc_pages_nodemask.html'
SAMPLES = TOP / 'tests' / 'samples'
TRACE = TOP / 'tests' / 'traces' / 'numa2-orders-21.trace.xz'


def native(*words, text):
    command = [TOP / 'build' / 'pageflow', *words]
    return subprocess.run(command, input=text, capture_output=True, cwd=TOP).stdout


@pytest.fixture(scope='module')
def started(site, tmp_path_factory):
    if not bidi.program():
        pytest.exit('firefox-esr: not found; install the package firefox-esr, or name a browser in PAGEFLOW_FIREFOX', 2)
    with bidi.started(site, tmp_path_factory.mktemp('firefox')) as browser:
        yield browser


@pytest.fixture
def firefox(started):
    """A page of Firefox on which nothing may go wrong."""
    started.wrong.clear()
    yield started
    started.ask('() => null')  # what was told until now is read before it
    assert not started.wrong, '\n'.join(started.wrong)


def test_a_mistake_on_a_page_and_a_request_that_leaves_it_are_noticed(started):
    started.visit(HEART)
    started.wrong.clear()
    started.ask("""() => new Promise(done => {
        const picture = new Image();
        picture.onerror = done;
        picture.src = 'https://nobody.invalid/picture.png';
        setTimeout(() => { throw new Error('seeded'); });
    })""")
    said = '\n'.join(started.wrong)
    assert 'request to https://nobody.invalid/picture.png' in said and 'javascript: Error: seeded' in said


def test_a_chapter_loads_and_offers_to_run_its_scenes(firefox):
    firefox.visit(HEART)
    counts = '() => [".pf-scene", ".pf-scene > .pf-run"].map(one => document.querySelectorAll(one).length)'
    scenes, buttons = firefox.ask(counts)
    assert scenes == buttons > 0
    loaded = firefox.ask('() => performance.getEntriesByType("resource").map(one => one.name)')
    assert not [name for name in loaded if 'engine' in name], 'the engine comes when it is asked for'


def test_run_prints_what_the_shell_prints(firefox):
    firefox.visit(HEART)
    different = []
    for path in sorted((TOP / 'docs' / 'scenarios').glob('*.pf')):
        text = path.read_bytes()
        said = firefox.ask('text => pageflow.run(text)', text.decode())
        if said.encode() != native('shell', '-', text=text):
            different.append(path.name)
    assert not different


def test_answers_are_the_objects_of_the_command(firefox):
    firefox.visit(HEART)
    explained = firefox.ask('() => pageflow.explain("GFP_KERNEL", 3)')
    assert explained == json.loads(native('explain', '--json', 'GFP_KERNEL', '3', text=b''))
    log = (SAMPLES / '5.8.18-oom-global-1.dmesg').read_bytes()
    said = firefox.ask('text => pageflow.explainLog(text)', log.decode())
    assert said == json.loads(native('explain', '--log', '-', '--json', text=log))
    recorded = lzma.decompress(TRACE.read_bytes())
    replayed = firefox.ask('text => pageflow.replay(text)', recorded.decode())
    assert [replayed] == json.loads(native('replay', '--json', '-', text=recorded))


def test_what_the_command_refuses_is_refused_in_its_words(firefox):
    firefox.visit(HEART)
    said = firefox.ask('() => pageflow.explain("GFP_FOO", 0).then(() => "not refused", error => error.message)')
    done = subprocess.run(
        [TOP / 'build' / 'pageflow', 'explain', '--json', 'GFP_FOO', '0'], capture_output=True, text=True, cwd=TOP
    )
    assert done.returncode == 2 and done.stderr.strip().startswith(said.splitlines()[0])


def test_run_brings_what_the_book_shows(firefox):
    firefox.visit(HEART)
    text = """where => [...document.querySelectorAll(where)].map(one => one.innerText).join(' ').replace(/\\s+/g, ' ').trim()"""
    scene = '.pf-scene[data-scene="first-requests"]'
    before = firefox.ask(text, f'{scene} > .pf-step')
    firefox.ask('where => document.querySelector(where).click()', f'{scene} > .pf-run')
    firefox.wait_for('where => document.querySelector(where)', f'{scene} .pf-live[aria-busy=false] .pf-list > .pf-step')
    assert before and firefox.ask(text, f'{scene} .pf-list > .pf-step') == before


def test_the_playground_makes_a_request(firefox):
    firefox.visit('docs/playground.html')
    told = 'number => document.querySelector(".pf-playground [role=status]").textContent.includes(`of ${number}:`)'
    firefox.wait_for(told, 2)
    firefox.ask("""() => {
        const form = document.querySelector('.pf-playground [data-form=alloc]');
        form.querySelector('[data-field=gfp]').value = 'GFP_ATOMIC';
        form.querySelector('[data-field=order]').value = '2';
        form.requestSubmit();
    }""")
    firefox.wait_for(told, 3)
    came = firefox.ask('() => document.querySelector(".pf-playground .came").textContent')
    asked = b'machine 256M,cma=64M\nalloc GFP_KERNEL 3\nalloc GFP_ATOMIC 2\n'
    last = json.loads(native('shell', '--json', '-', text=asked).splitlines()[-1])
    assert last['command'] == 'alloc GFP_ATOMIC 2' and last['output'].strip() in came


def test_the_page_of_logs_answers_what_is_pasted(firefox):
    log = (SAMPLES / '5.8.18-oom-global-1.dmesg').read_bytes()
    firefox.visit('docs/explain-a-log.html')
    firefox.ask(
        """text => {
            const field = document.querySelector('.pf-log textarea'), data = new DataTransfer();
            data.setData('text/plain', text);
            field.focus();
            const pasted = new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true});
            if (field.dispatchEvent(pasted)) field.value += text;
        }""",
        log.decode(),
    )
    answers = """() => {
        const shown = [...document.querySelectorAll('.pf-log-report > summary .answer')];
        return shown.length && shown.map(one => one.textContent);
    }"""
    reports = json.loads(native('explain', '--log', '-', '--json', text=log))['reports']
    assert firefox.wait_for(answers) == [one['answer'] for one in reports]

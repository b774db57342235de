# SPDX-License-Identifier: GPL-2.0-only
"""The page that explains a log: it says what the command says, of every log that is here, and asks no other machine for anything."""

import gzip
import json
import re
import subprocess

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import TOP

PAGE = 'docs/explain-a-log.html'
SAMPLES = TOP / 'tests' / 'samples'
LOGS = sorted([*SAMPLES.glob('*.dmesg'), *SAMPLES.glob('reports/*.txt')])
OOM = SAMPLES / '5.8.18-oom-global-1.dmesg'
SEVERAL = sorted(SAMPLES.glob('5.8.18-*oom*.dmesg'))
PROC = {name: (SAMPLES / f'5.8.18-numa3z.{name}').read_text() for name in ('zoneinfo', 'buddyinfo', 'pagetypeinfo')}
COMMAND = "([words, log]) => pageflow.command(['explain', '--log', '-', ...words], {stdin: log})"


def native(log, *words, command='explain'):
    """What the program prints of a log: (exit code, standard output, standard error)."""
    words = [TOP / 'build' / 'pageflow', command, '--log', '-', *words]
    done = subprocess.run(words, input=log, capture_output=True, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def answers(log, *words):
    return [one['answer'] for one in json.loads(native(log, '--json', *words)[1])['reports']]


class LogPage:
    """The page, with its reader."""

    def __init__(self, page):
        self.page = page
        self.place = page.locator('.pf-log')
        self.field = page.get_by_label('The log:')
        self.state = self.place.get_by_role('status')
        self.reports = self.place.locator('.pf-log-report')

    def shown(self, act):
        """Does something, and waits until its outcome is shown."""
        before = self.place.get_attribute('data-shown') or ''
        act()
        self.page.wait_for_function(
            'before => (document.querySelector(".pf-log").dataset.shown || "") !== before', arg=before
        )
        return self

    def paste(self, text):
        event = """text => {
          const field = document.querySelector('.pf-log textarea'), data = new DataTransfer();
          data.setData('text/plain', text);
          field.focus();
          if (field.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})))
            field.value += text;
        }"""
        return self.shown(lambda: self.page.evaluate(event, text))

    def give(self, *files):
        """Files: (name, bytes), or paths."""
        given = [{'name': one[0], 'mimeType': '', 'buffer': one[1]} if isinstance(one, tuple) else one for one in files]
        return self.shown(lambda: self.place.locator('input[type=file]').set_input_files(given))

    def drop(self, *files):
        """Files, each (name, text), onto the page."""
        event = """files => {
          const data = new DataTransfer();
          files.forEach(([name, text]) => data.items.add(new File([text], name)));
          for (const what of ['dragenter', 'dragover', 'drop'])
            document.body.dispatchEvent(new DragEvent(what, {dataTransfer: data, bubbles: true, cancelable: true}));
        }"""
        return self.shown(lambda: self.page.evaluate(event, list(files)))

    def answers(self):
        return self.reports.locator('> summary .answer').all_inner_texts()

    def ready(self, number=0):
        """A report with all that is in it."""
        report = self.reports.nth(number)
        if not report.evaluate('one => one.open'):
            report.locator('> summary').click()
        self.page.wait_for_function('one => one.dataset.ready', arg=report.element_handle())
        return report

    def messages(self):
        return self.place.locator('.pf-notice').all_inner_texts()


@pytest.fixture
def log_page(open_page):
    def make(size='desktop', scheme='light', **options):
        page = open_page(size, scheme, **options)
        page.visit(PAGE)
        return LogPage(page)

    return make


def test_every_log_is_answered_as_the_program_answers_it(log_page):
    one = log_page()
    for path in LOGS:
        log = path.read_bytes()
        code, printed, _errors = native(log, '--json')
        got = one.page.evaluate(COMMAND, [['--json'], log.decode()])
        assert (got['code'], json.loads(got['out'])) == (code, json.loads(printed)), path.name
        one.give(path)
        assert one.answers() == answers(log), path.name
        if one.answers():
            report = one.ready()
            text = native(log, '--report', '1')[1]
            assert report.locator('.pf-log-text pre').text_content() == text, path.name
            assert f'answer: {one.answers()[0]}\n' in text, path.name


def test_a_report_has_its_facts_its_check_and_its_pictures(log_page):
    report = log_page().give(OOM).ready()
    (facts,) = json.loads(native(OOM.read_bytes(), '--json')[1])['reports']
    zone = report.locator('.key-zone')
    assert zone.locator('h3').inner_text() == 'zone DMA'
    rows = {
        row.locator('th').inner_text(): row.locator('td.n').first.inner_text() for row in zone.locator('tbody tr').all()
    }
    assert rows['= usable'] == str(facts['zones'][0]['attempt']['usable'])
    assert rows['= needed, and one page more'] == str(facts['zones'][0]['attempt']['needed'])
    assert zone.get_by_role('img').locator('.needed').count() == 1
    memory = report.locator('.key-memory')
    shapes = (
        memory.get_by_role('img')
        .locator('rect:not(.track)')
        .evaluate_all('all => all.map(one => one.getAttribute("class"))')
    )
    keys = memory.locator('tbody .key').evaluate_all('all => all.map(one => one.className.replace("key ", ""))')
    assert shapes == keys and len(keys) == len(facts['balance']['holders'])
    killed = report.locator('.key-killed tr.pf-tone-strong')
    assert killed.locator('th').inner_text() == str(facts['victim']['killed']['pid'])
    assert 'was killed' in killed.inner_text()
    assert report.locator('.key-advice .what').all_inner_texts() == [advice['what'] for advice in facts['advice']]
    assert 'worked out' in report.locator('.pf-log-legend').inner_text()


def test_what_to_do_is_under_the_verdict_and_the_columns_are_filled(log_page):
    one = log_page()
    for path in [OOM, SAMPLES / 'reports/nfsd-68-leak-quoted.txt']:
        report = one.give(path).ready()
        parts = report.locator('.pf-log-part')
        keys = parts.evaluate_all('all => all.map(one => one.className.split("key-")[1])')
        assert keys[:2] == ['verdict', 'advice'] and keys.count('advice') == 1, path.name
        boxes = [part.bounding_box() for part in parts.all()]
        lefts = sorted({round(box['x']) for box in boxes})
        ends = [max(box['y'] + box['height'] for box in boxes if round(box['x']) == left) for left in lefts]
        top = min(box['y'] for box in boxes)
        assert len(lefts) == 2 and min(ends) - top > 0.6 * (max(ends) - top), path.name


def test_a_zone_is_named_once_and_nothing_points_at_marks_that_are_not_here(log_page):
    report = log_page().give(OOM).ready()
    told = report.locator('.pf-log-parts').aria_snapshot()
    assert len(re.findall(r'zone DMA\b', told)) == 1, told
    assert '7 processes in the table, 5 may be killed' in told and '* was killed' not in told


@pytest.mark.parametrize(('size', 'stops'), [('desktop', False), ('phone', True)])
def test_tables_are_stops_of_the_keyboard_where_they_scroll(log_page, size, stops):
    one = log_page(size).give(('many.log', b''.join(path.read_bytes() for path in SEVERAL)))
    one.ready()
    one.page.evaluate('new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))')
    boxes = one.place.locator('.pf-log-scroll')
    found = boxes.evaluate_all('all => all.map(one => [one.scrollWidth > one.clientWidth, one.tabIndex === 0])')
    assert all(scrolls == stop for scrolls, stop in found) and any(stop for _, stop in found) == stops, found


def test_the_stages_that_refused_lead_to_their_chapters(log_page, site):
    one = log_page().give(OOM)
    links = one.ready().locator('.pf-log-chapters a')
    assert [re.search(r'stages/(\d\d)-', link.get_attribute('href'))[1] for link in links.all()] == [
        '06',
        '09',
        '13',
        '18',
    ]
    links.nth(1).click()
    assert one.page.title().startswith('09')


def test_nothing_is_sent_and_no_network_is_needed(log_page):
    one, asked = log_page(), []
    one.page.on('request', lambda request: asked.append(request.url))
    one.page.context.set_offline(True)
    one.paste(OOM.read_text()).ready()
    assert one.answers() == answers(OOM.read_bytes())
    assert asked and all(url.startswith(('file:', 'blob:', 'data:')) for url in asked), asked
    assert all('/_static/' in url for url in asked if url.startswith('file:')), asked
    assert 'Nothing leaves this computer' in one.place.inner_text()


def test_the_keyboard_is_enough(log_page):
    one = log_page()
    one.field.fill(OOM.read_text())
    one.shown(lambda: one.field.press('Control+Enter'))
    summary = one.reports.first.locator('> summary')
    summary.focus()
    one.page.keyboard.press('Enter')
    assert not one.reports.first.evaluate('one => one.open')
    one.page.keyboard.press('Enter')
    assert one.reports.first.evaluate('one => one.open')
    assert one.state.inner_text() == 'One report, and its answer, below.'


def test_a_log_can_be_tried(log_page):
    one = log_page()
    tries = one.place.locator('.try')
    assert tries.count() == 5
    for number in [0, 1, 0]:
        one.shown(tries.nth(number).click)
        assert one.page.evaluate('document.activeElement === document.querySelector(".pf-log-report > summary")')
        assert one.answers() == answers(one.field.input_value().encode())
        one.place.get_by_role('button', name='Clear').click()
        assert one.reports.count() == 0 and one.field.input_value() == ''


def test_several_files_are_several_logs(log_page):
    one = log_page().drop(*[(path.name, path.read_text()) for path in SEVERAL[:2]])
    assert [title.split(' ')[0] for title in one.place.locator('h2').all_inner_texts()] == [
        path.name for path in SEVERAL[:2]
    ]
    assert one.answers() == [answer for path in SEVERAL[:2] for answer in answers(path.read_bytes())]


def test_many_reports_have_a_summary_that_leads_to_them(log_page):
    log = b''.join(path.read_bytes() for path in SEVERAL) * 12
    one = log_page().give(('many.log', log))
    facts = json.loads(native(log, '--json')[1])
    assert len(facts['reports']) > 100
    counts = one.place.locator('.pf-log-groups .count')
    assert counts.all_inner_texts() == [str(group['count']) for group in facts['groups']]
    assert one.reports.count() == 40
    last = facts['groups'][-1]
    one.place.get_by_role('button', name='Show more').click()
    assert one.reports.count() == 80
    counts.last.click()
    report = one.place.locator(f'.pf-log-report[data-line="{last["line"]}"]')
    assert report.evaluate('one => one.open')


def test_the_summary_has_names_one_form_for_one_and_no_empty_column(log_page):
    paths = [*SAMPLES.glob('5.8.18-oom-memcg-?.dmesg'), SAMPLES / '5.8.18-oom.dmesg']
    one = log_page().give(('many.log', b''.join(path.read_bytes() for path in paths)))
    table = one.place.locator('.pf-log-groups')
    heads = ['reports', 'what', 'who asked', 'for what', 'the worst']
    assert table.locator('thead th').all_inner_texts() == heads
    assert 'the memory cgroup /box is out of memory' in table.inner_text()
    assert 'one page short in DMA' in table.inner_text() and '1 pages' not in table.inner_text()
    one.give(('dated.log', b''.join(path.read_bytes() for path in [*paths, SAMPLES / '4.14-order4.dmesg'])))
    assert table.locator('thead th').all_inner_texts() == [*heads, 'when']


def test_the_rules_are_listed_in_order_with_short_names(log_page):
    one = log_page().give(OOM)
    rules = one.place.get_by_label('Judge by the rules of')
    rules.focus()
    rules.locator('option[value="5.8"]').wait_for(state='attached')
    listed = rules.locator('option').evaluate_all('all => all.map(one => [one.value, one.text])')[1:]
    versions = [[int(number) for number in value.split('.')] for value, _text in listed]
    assert versions == sorted(versions) and len(versions) > 30
    assert ['6.8', '6.8'] in listed and ['6.6.57', '6.6.57 to 6.6.87'] in listed and ['6.6', '6.6 to 6.6.9'] in listed
    assert max(len(text) for _value, text in listed) < 25 and not rules.locator('optgroup').count()


def test_the_rules_of_another_version_can_be_chosen(log_page):
    path = SAMPLES / 'reports/31-derived.txt'
    one = log_page().give(path)
    rules = one.place.get_by_label('Judge by the rules of')
    rules.focus()
    rules.locator('option[value="5.8"]').wait_for(state='attached')
    one.shown(lambda: rules.select_option('5.8'))
    assert one.answers() == answers(path.read_bytes(), '--rules', '5.8') != answers(path.read_bytes())
    assert (
        one.ready().locator('.pf-log-text pre').text_content()
        == native(path.read_bytes(), '--rules', '5.8', '--report', '1')[1]
    )


def test_a_new_log_is_judged_by_its_own_rules_and_others_are_named_at_the_answer(log_page):
    path = SAMPLES / 'reports/31-derived.txt'
    one = log_page().give(path)
    rules = one.place.get_by_label('Judge by the rules of')
    own = one.reports.first.locator('> summary .foreign')

    def choose(version):
        rules.focus()
        rules.locator(f'option[value="{version}"]').wait_for(state='attached')
        one.shown(lambda: rules.select_option(version))

    choose('7.1')
    assert own.inner_text() == 'judged by the rules of 7.1, not of its own 6.1.25'
    one.paste(OOM.read_text())
    assert rules.input_value() == '' and not own.count() and one.answers() == answers(OOM.read_bytes())
    choose('5.8')
    assert own.inner_text() == 'judged by the rules of 5.8, as chosen'  # it has 5.8.18
    choose('7.1')
    assert own.inner_text() == 'judged by the rules of 7.1, not of its own 5.8.18'
    assert one.answers() == answers(OOM.read_bytes(), '--rules', '7.1')
    one.place.get_by_role('button', name='Clear').click()
    one.give(OOM)
    assert rules.input_value() == '' and not own.count() and one.answers() == answers(OOM.read_bytes())


def test_an_empty_field_is_said(log_page):
    one = log_page()
    one.place.get_by_role('button', name='Explain').click()
    assert one.state.inner_text() == 'Paste a log first.' and one.field.evaluate(
        'one => one === document.activeElement'
    )


@pytest.mark.parametrize('turned', [False, True])
def test_a_log_a_file_of_proc_and_what_cannot_be_read_may_come_together(log_page, turned):
    files = [('a.xz', b'\xfd7zXZ\0\0\4'), ('zoneinfo', PROC['zoneinfo'].encode()), ('x.log', OOM.read_bytes())]
    one = log_page().give(*(files[::-1] if turned else files))
    assert one.answers() == answers(OOM.read_bytes()) and not one.place.locator('.pf-log-machine').is_visible()
    assert one.messages()[0] == 'zoneinfo: a file of /proc, left aside, since a log came too'
    assert one.messages()[1].startswith('a.xz is packed with xz') and len(one.messages()) == 2
    assert one.state.inner_text() == 'One report, and its answer, below. No report in one of 2 files.'
    assert [title.split(' ')[0] for title in one.place.locator('h2').all_inner_texts()] == ['x.log']
    one.give(*files[:2])
    assert one.messages()[0].startswith('a.xz is packed') and one.place.locator('.pf-log-machine').is_visible()


def test_a_text_without_a_report_is_refused_in_the_words_of_the_command(log_page):
    one = log_page().paste('dear all,\nthe machine is slow\n')
    said, packed = native(b'dear all,\n')[2].removeprefix('pageflow explain: -: ').strip().split('; ')
    assert 'packed' in packed  # what the command unpacks is not what the page unpacks
    assert one.messages() == [
        f'the pasted text: {said}',
        'What was found instead: 2 lines, the first of them "dear all,".',
    ]
    assert one.state.inner_text() == 'No report was found.' and one.state.bounding_box()['height'] <= 1
    assert not one.place.locator('h2').count()  # the notice says it, once


def test_a_damaged_report_is_said_and_the_others_are_answered(log_page):
    cut = OOM.read_text().replace('Mem-Info:', '').split('active_anon')[0] + SEVERAL[0].read_text()
    one = log_page().paste(cut)
    code, _printed, errors = native(cut.encode())
    assert code == 2 and one.answers() == answers(cut.encode())
    assert one.messages() == [errors.strip().replace('pageflow explain: -:', 'the pasted text:')]


@pytest.mark.parametrize(
    ('name', 'content', 'said'),
    [
        ('a.log.gz', gzip.compress(OOM.read_bytes()), None),
        (
            'windows.txt',
            OOM.read_text().replace('\n', '\r\n').encode('utf-16'),
            'windows.txt is in UTF-16, and was converted.',
        ),
        ('no-mark.txt', OOM.read_text().encode('utf-16-le'), 'no-mark.txt is in UTF-16, and was converted.'),
        ('big-end.txt', OOM.read_text().encode('utf-16-be'), 'big-end.txt is in UTF-16, and was converted.'),
    ],
    ids=lambda value: value if isinstance(value, str) and '.' in value and ' ' not in value else '',
)
def test_files_of_other_forms_are_read(log_page, name, content, said):
    one = log_page().give((name, content))
    assert one.answers() == answers(OOM.read_bytes())
    assert one.messages() == ([said] if said else [])


@pytest.mark.parametrize(
    ('name', 'content', 'said'),
    [
        (
            'a.xz',
            b'\xfd7zXZ\0\0\4',
            'a.xz is packed with xz, which this page cannot unpack: unpack it first, with unxz.',
        ),
        ('a.zst', b'\x28\xb5\x2f\xfd\0', 'a.zst is packed with zstd'),
        ('cut.gz', gzip.compress(OOM.read_bytes())[:200], 'cut.gz is packed with gzip, and damaged'),
        ('a.journal', b'LPKSHHRH\0\0', 'a.journal is a file of the journal, not its text'),
        ('a.bin', b'\x7fELF\2\1\1\0\0\0\1', 'a.bin:1: '),
        ('empty', b'', 'there is no report in it'),
    ],
    ids=lambda value: value if isinstance(value, str) and ' ' not in value else '',
)
def test_files_that_are_no_text_are_refused_in_words(log_page, name, content, said):
    one = log_page().give((name, content))
    assert said in one.messages()[0] and one.reports.count() == 0


def test_a_large_paste_does_not_go_into_the_field_and_a_large_file_is_read(log_page):
    noise = ''.join(f'[{n:6}.000000] usb 1-1: new high-speed device number {n}\n' for n in range(40000))
    assert len(noise) > 2 << 20
    one = log_page().paste(noise + OOM.read_text())
    assert one.answers() == answers(OOM.read_bytes()) and one.field.input_value() == ''
    assert one.field.get_attribute('placeholder') == 'too long to be shown here'
    one.give(('big.log', (noise * 9 + OOM.read_text()).encode()))
    assert one.answers() == answers(OOM.read_bytes())
    one.shown(lambda: one.place.get_by_role('button', name='Clear').click())
    assert one.reports.count() == 0


def test_reading_can_be_stopped(log_page):
    one = log_page()
    one.page.evaluate('void (pageflow.command = () => new Promise(() => {}))')  # it takes for ever
    one.field.fill(OOM.read_text())
    one.place.get_by_role('button', name='Explain').click()
    stop = one.place.get_by_role('button', name='Stop')
    stop.click()
    assert one.state.inner_text() == 'Stopped.' and not stop.is_visible()


@pytest.mark.parametrize(
    'order', [('zoneinfo', 'buddyinfo', 'pagetypeinfo'), ('pagetypeinfo', 'buddyinfo', 'zoneinfo')]
)
def test_files_of_proc_pasted_together_become_a_machine_of_the_playground(log_page, tmp_path, order):
    one = log_page()
    text = ''.join(f'$ cat /proc/{name}\n{PROC[name]}' for name in order)
    one.paste(text)
    link = one.place.get_by_role('link', name='Open this machine in the playground')
    address = link.get_attribute('href')
    assert '/docs/playground.html#pf=' in address and len(address) < 16000
    session = one.page.evaluate('text => PageflowText.decode(text)', address[address.index('#') :])
    for name in PROC:
        (tmp_path / name).write_text(PROC[name])
    words = [TOP / 'build' / 'pageflow', 'snapshot', '--proc', tmp_path]
    machine = subprocess.run(words, capture_output=True, check=True, text=True).stdout
    assert one.page.evaluate('text => PageflowProc.files(text)', session) == {'proc.snapshot': machine}
    link.click()
    one.page.wait_for_url('**/playground.html#*')


def test_files_of_proc_may_come_one_by_one(log_page):
    one = log_page().drop(('z', PROC['zoneinfo']))
    assert 'give /proc/buddyinfo too' in one.place.inner_text()
    one.drop(('b', PROC['buddyinfo']))
    one.place.get_by_role('link', name='Open this machine').wait_for()
    assert 'all free blocks are taken to be movable' in one.place.inner_text()
    one.paste(OOM.read_text())
    assert not one.place.locator('.pf-log-machine').is_visible() and one.reports.count() == 1


def test_files_of_proc_that_fit_no_machine_are_refused_in_words(log_page):
    one = log_page().paste(
        PROC['zoneinfo'] + PROC['buddyinfo'].replace('Node 0, zone      DMA', 'Node 0, zone  HighMem')
    )
    one.place.locator('.pf-log-machine .bad').wait_for()
    assert (
        one.place.locator('.pf-log-machine .bad').inner_text().startswith('buddyinfo:4: node 0, zone DMA is not in it')
    )


@pytest.mark.parametrize('scheme', ['light', 'dark'])
@pytest.mark.parametrize('size', ['desktop', 'tablet', 'phone'])
def test_axe_finds_nothing_in_answers_and_they_fit(log_page, keep, size, scheme):
    one = log_page(size, scheme).give(('many.log', b''.join(path.read_bytes() for path in SEVERAL)))
    one.ready()
    one.ready(1)
    keep(one.page, f'log-{size}-{scheme}')
    found = Axe().run(one.page, context={'exclude': [['.back-to-top']]}, options={'preload': False})  # the theme's own
    assert found.violations_count == 0, found.generate_report()
    assert one.page.evaluate('document.documentElement.scrollWidth <= innerWidth')


def test_what_is_printed_has_the_answers(log_page):
    one = log_page().give(('two.log', b''.join(path.read_bytes() for path in SEVERAL[:2])))
    one.ready()
    helped = one.page.get_by_role('heading', name='What it reads')
    assert helped.is_visible()
    one.page.emulate_media(media='print')
    assert not one.field.is_visible() and not helped.is_visible()
    one.page.evaluate('void dispatchEvent(new Event("beforeprint"))')
    assert one.reports.nth(1).locator('.key-zone table').is_visible()
    one.page.evaluate('void dispatchEvent(new Event("afterprint"))')
    assert one.reports.evaluate_all('all => all.map(one => one.open)') == [True, False]
    for number in range(2):
        answer = one.reports.nth(number).locator('> summary .answer')
        assert answer.is_visible() and answer.evaluate('one => one.scrollHeight <= one.clientHeight + 1')
    assert one.reports.first.locator('.key-group').is_visible()


def test_without_scripts_the_page_says_how_the_command_does_it(log_page):
    one = log_page(java_script_enabled=False)
    assert 'dmesg | pageflow explain --log -' in one.place.inner_text()
    assert not one.place.locator('textarea').count()

# SPDX-License-Identifier: GPL-2.0-only
"""The book can be translated: a part of it is built in a made-up language that puts every text it is given between
brackets. What a page shows without brackets has not gone through gettext."""

import html.parser
import json
import os
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
CHAPTER = 'docs/stages/06-__alloc_pages_nodemask'
PART = f'index.rst,docs/primer.rst,{CHAPTER}.rst'
LANGUAGE = 'eo'
BY_SPHINX = {'Parametroj:'}  # words that Sphinx brings, in this language
BY_KERNEL = {'Unmovable', 'Movable', 'Reclaimable', 'HighAtomic', 'CMA', 'Isolate'}  # names in /proc/pagetypeinfo


def sphinx(builder, work, *options):
    words = [
        sys.executable,
        '-m',
        'sphinx',
        '-q',
        '-c',
        TOP / 'docs',
        '-d',
        work / f'doctrees-{builder}',
        '-b',
        builder,
    ]
    done = subprocess.run(
        [*words, '-D', f'include_patterns={PART}', *options, TOP, work / builder],
        cwd=TOP,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return work / builder


def translate(template, catalog):
    """Brackets around every text; markup inside stays what it is."""
    with open(template, 'rb') as source:
        messages = read_po(source, locale=LANGUAGE)
    for message in messages:
        if message.id:
            message.string = f'⟦ {message.id} ⟧'
    catalog.parent.mkdir(parents=True, exist_ok=True)
    with open(catalog, 'wb') as target:
        write_mo(target, messages)


@pytest.fixture(scope='module')
def templates(tmp_path_factory, site):
    return sphinx('gettext', tmp_path_factory.mktemp('templates'))


@pytest.fixture(scope='module')
def translated(tmp_path_factory, templates):
    work = tmp_path_factory.mktemp('languages')
    for template in templates.rglob('*.pot'):
        place = work / 'locale' / LANGUAGE / 'LC_MESSAGES' / template.relative_to(templates)
        translate(template, place.with_suffix('.mo'))
    settings = (f'language={LANGUAGE}', f'locale_dirs={work}/locale', f'pageflow_languages=en,{LANGUAGE}')
    return sphinx('html', work, *(word for one in settings for word in ('-D', one)))


class Shown(html.parser.HTMLParser):
    """The texts of the article's blocks. Code and names of code are the same in every language."""

    BLOCKS = {'p', 'li', 'dt', 'td', 'th', 'h1', 'h2', 'h3', 'figcaption', 'text', 'title', 'desc', 'summary'}
    CODE = {'code', 'pre', 'script', 'style'}
    SAME = {'sig', 'fn', 'src', 'chip', 'd', 'n', 'cl', 'claim', 'pf-proofs', 'pf-tests', 'pf-provenance', 'headerlink'}

    def __init__(self):
        super().__init__()
        self.open, self.texts, self.code, self.article = [], [], 0, False

    def handle_starttag(self, tag, attributes):
        classes = set((dict(attributes).get('class') or '').split())
        self.article |= tag == 'article'
        same = tag in self.CODE or bool(classes & self.SAME)
        self.open.append([tag, '', same])
        self.code += same
        if tag in ('br', 'img', 'meta', 'link', 'input', 'rect', 'path', 'col', 'hr'):
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        while self.open:
            name, text, same = self.open.pop()
            self.code -= same
            if name in self.BLOCKS and text.strip():
                self.texts.append(' '.join(text.split()))
            elif self.open:
                self.open[-1][1] += text
            if name == tag:
                break
        self.article &= tag != 'article'

    def handle_data(self, text):
        if self.article and self.open and not self.code:
            self.open[-1][1] += text


def untranslated(page):
    reader = Shown()
    reader.feed(page.read_text(encoding='utf-8'))
    assert len(reader.texts) > 30
    return [
        text
        for text in reader.texts
        if re.search('[a-z]{3}', text) and '⟦' not in text and text not in BY_SPHINX | BY_KERNEL
    ]


@pytest.mark.parametrize('page', ['index', 'docs/primer', CHAPTER])
def test_everything_a_page_says_can_be_translated(translated, page):
    assert untranslated(translated / f'{page}.html') == []


def test_the_switch_leads_to_the_same_page_in_the_other_language(translated):
    text = (translated / f'{CHAPTER}.html').read_text(encoding='utf-8')
    assert re.search(rf'<a href="\.\./\.\./\.\./{CHAPTER}\.html" lang="en" hreflang="en">English</a>', text)


def test_the_engine_in_a_page_speaks_the_language_of_the_page(translated):
    def data(name):
        text = (translated / '_static' / name).read_text(encoding='utf-8')
        return json.loads(text[text.index('={') + 1 :].rstrip().rstrip(';'))

    assert data('live-words.js')['The command was stopped.'] == '⟦ The command was stopped. ⟧'
    assert re.search(r'(?m)^free\t⟦ free ⟧$', data('engine-data.js')['catalogue'])
    page = (translated / f'{CHAPTER}.html').read_text(encoding='utf-8')
    assert 0 < page.index('_static/live-words.js') < page.index('_static/live.js')


def test_there_is_no_switch_while_there_is_one_language(site):
    assert 'pf-languages' not in (site / f'{CHAPTER}.html').read_text(encoding='utf-8')


# ---- Pictures that the command draws ------------------------------------------------------------------------------

SVG = '{http://www.w3.org/2000/svg}'
ANSWER = {'good', 'bad'}  # the answer of an explanation is what the command says, not a label


@pytest.fixture(scope='module')
def catalogue(templates, tmp_path_factory):
    """The book's own catalogue of words, as a file that the command reads."""
    path = tmp_path_factory.mktemp('catalogue') / f'{LANGUAGE}.tsv'
    with open(templates / 'pageflow.pot', 'rb') as source:
        path.write_text(''.join(f'{one.id}\t⟦ {one.id} ⟧\n' for one in read_po(source) if one.id))
    return path


@pytest.mark.parametrize(
    'words',
    [
        ('explain', 'GFP_KERNEL', '0', '--boot', '2x64M', '--svg'),
        ('explain', 'GFP_NOWAIT', '10', '--boot', '4M', '--svg'),
        ('report', 'tests/samples/5.8.18-kmem.ftrace', '--svg'),
    ],
)
def test_every_label_of_a_picture_can_be_translated(catalogue, tmp_path, words):
    path = tmp_path / 'picture.svg'
    subprocess.run(
        [TOP / 'build' / 'pageflow', *words, path],
        cwd=TOP,
        env={**os.environ, 'PAGEFLOW_CATALOGUE': str(catalogue)},
        stdout=subprocess.DEVNULL,
    )
    picture = ElementTree.parse(path).getroot()
    name = words[1].rpartition('/')[2]
    said = [
        text.text
        for text in (picture.find(SVG + 'title'), *picture.iter(SVG + 'text'))
        if text.get('class') not in ANSWER or text.get('text-anchor')
    ]
    assert len(said) > 5
    assert [text for text in said if re.search('[a-z]{2}', text) and '⟦' not in text and text != name] == []

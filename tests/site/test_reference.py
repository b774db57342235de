# SPDX-License-Identifier: GPL-2.0-only
"""The generated reference: every signature is the source's, and every description is told in its parts."""

import re
import sys

import pytest
from conftest import TOP, pages

sys.path[:0] = [str(TOP / 'docs' / '_ext'), str(TOP / 'coverage')]
from pageflow_book.read.sources import Sources  # noqa: E402

FUNCTIONS = """[...document.querySelectorAll('dl.c.function')].map(one => {
  const signature = one.querySelector(':scope > dt').cloneNode(true);
  signature.querySelectorAll('.headerlink').forEach(link => link.remove());
  return {
    name: signature.querySelector('.descname').textContent,
    signature: signature.textContent.replace(/\\s+/g, ' ').trim(),
    described: [...one.querySelectorAll('.field-list strong')].map(two => two.textContent),
    fields: [...one.querySelectorAll('.field-list > dt')].map(two => two.textContent),
    headings: [...one.querySelectorAll(':scope > dd strong')].map(two => two.textContent),
    prose: [...one.querySelectorAll(':scope > dd > p')].map(two => two.textContent).join(' '),
  };
})"""
# Of what a definition begins with, a signature leaves out what says nothing to a caller.
LEFT_OUT = re.compile(
    r'__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)|\b(?:static|inline|extern|_Noreturn|__\w+|FOCUS_STORAGE)\s'
)


def plain(text):
    """A signature without the blanks that are a matter of taste."""
    return re.sub(r'\s*([*(),\[\]])\s*', r'\1', ' '.join(LEFT_OUT.sub(' ', text).split()))


def heads(definition):
    lines = [line for line in definition.text if not line.startswith('#')]
    return plain('\n'.join(lines).split('{')[0])


@pytest.fixture(scope='module')
def written():
    """name -> what its definitions begin with."""
    found = {}
    for definitions in Sources(TOP).definitions.values():
        for one in definitions:
            if one.kind == 'function':
                found.setdefault(one.name, set()).add(heads(one))
    return found


def parameters(signature, name):
    """The names of a function's parameters."""
    inside = signature[signature.index(f'{name}(') + len(name) + 1 : signature.rindex(')')]
    found = re.split(r', (?![^()]*\))', inside)
    return [re.search(r'\(\*(\w+)\)|(\w+)(?:\[.*\])*$', one).group(1, 2) for one in found if one not in ('void', '...')]


def test_every_function_is_described_as_its_source_has_it(open_page, site, written):
    """In the chapters, on the page of the world and in the C API all parameters and what is returned are told, too."""
    page, wrong, seen = open_page(), [], 0
    for name in pages('docs/**/*.html'):
        if 'class="c function"' not in (site / name).read_text(encoding='utf-8'):
            continue
        page.visit(name)
        for one in page.evaluate(FUNCTIONS):
            seen += 1
            place = f'{name}: {one["name"]}'
            names = [first or second for first, second in parameters(one['signature'], one['name'])]
            if plain(one['signature']) not in written.get(one['name'], ()):
                wrong.append(f'{place}: {one["signature"]}')
            if not set(one['described']) <= set(names) or re.search(r'Stands for|[`\\@]', one['prose']):
                wrong.append(f'{place}: garbled: {one["prose"]}')
            if 'docs/nouns' in name:
                continue
            if one['described'] != names:
                wrong.append(f'{place}: described are {one["described"]} of {names}')
            if ('Returns:' in one['fields']) == bool(re.match(r'(static |inline )*void \w', one['signature'])):
                wrong.append(f'{place}: what is returned is said where nothing is, or not said')
            if name.startswith(('docs/stages', 'docs/continued')) and 'Stands for' not in one['headings']:
                wrong.append(f'{place}: the place in the kernel is not said')
    assert seen > 500
    assert not wrong, '\n'.join(wrong)


def test_no_place_in_the_kernel_is_left_unsaid(site):
    left = [name for name in pages('docs/**/*.html') if '<p>not said</p>' in (site / name).read_text(encoding='utf-8')]
    assert not left

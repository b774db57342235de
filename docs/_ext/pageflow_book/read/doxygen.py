# SPDX-License-Identifier: GPL-2.0-only
"""What Doxygen's XML documents, and which of it stands where."""

import re
import xml.etree.ElementTree as ElementTree
from functools import cache

from .sources import CONFIGURATIONS


@cache
def members(build, configuration, stamp):
    """(file, name) -> what is documented, as comparable text; read from the XML of one configuration."""
    found = {}
    for path in sorted((build / 'doxygen' / configuration / 'xml').glob('*_8[ch].xml')):
        compound = ElementTree.parse(path).getroot().find('compounddef')
        file = compound.find('location').get('file')
        for member in compound.iter('memberdef'):
            if member.get('kind') != 'function':
                continue
            words = [
                ''.join(member.find(part).itertext())
                for part in ('definition', 'argsstring', 'briefdescription', 'detaileddescription')
            ]
            found[file, member.findtext('name')] = re.sub(r'\s+', ' ', '|'.join(words))
        found[file, None] = compound
    return found


def described(compound, name):
    """What a function's comment says: (heading, text) in the order in which a reference shows it. Paragraphs have no heading,
    the others are 'param NAME', 'returns', and those of a paragraph with a title of its own."""
    for member in compound.iter('memberdef'):
        if member.findtext('name') == name and member.get('kind') == 'function':
            paragraphs = [para for part in DESCRIPTIONS for para in member.find(part).findall('para')]
            prose = [('', own_text(para)) for para in paragraphs]
            parts = sorted(
                (one for para in paragraphs for one in parts_of(para)), key=lambda one: HEADINGS.index(one[0])
            )
            return [one for one in prose if one[1]] + [(heading, text) for _kind, heading, text in parts]
    return []


DESCRIPTIONS = ('briefdescription', 'detaileddescription')
HEADINGS = ('par', 'param', 'return')


def text_of(element):
    return ' '.join(''.join(element.itertext()).split())


def own_text(para):
    """The text of a paragraph without the lists and sections in it."""
    words = [para.text or '']
    for child in para:
        words += ['' if child.tag in ('parameterlist', 'simplesect') else ''.join(child.itertext()), child.tail or '']
    return ' '.join(''.join(words).split())


def parts_of(para):
    """(kind, heading, text) of what a paragraph holds besides its text."""
    for item in para.iter('parameteritem'):
        yield 'param', f'param {text_of(item.find("parameternamelist"))}', text_of(item.find('parameterdescription'))
    for section in para.iter('simplesect'):
        title = section.find('title')
        body = ' '.join(text_of(one) for one in section.findall('para'))
        if section.get('kind') == 'par':
            yield 'par', text_of(title), body
        elif section.get('kind') == 'return':
            yield 'return', 'returns', body


def documented(here):
    """configuration -> members; empty when Doxygen has not run."""
    result = {}
    for configuration in CONFIGURATIONS:
        index = here.build / 'doxygen' / configuration / 'xml' / 'index.xml'
        if index.is_file():
            result[configuration] = members(here.build, configuration, index.stat().st_mtime_ns)
    return result


def namesakes(found, name):
    return {file for file, other in found if other == name}


def rivals(found, file, name):
    """Other C files with a function of this name: what a header has of it is only its declaration."""
    return (
        {other for other in namesakes(found, name) if other.endswith('.c')} - {file} if file.endswith('.c') else set()
    )


def unique(here, file):
    """The functions of a C file that no other C file has by the same name: what a reference outside a chapter lists."""
    known = documented(here)
    functions = [one for one in here.sources.definitions[file] if one.kind == 'function']
    return [
        (file, one.name)
        for one in functions
        if any((file, one.name) in found for found in known.values())
        and not any(rivals(found, file, one.name) for found in known.values())
    ]


def declared(here, header):
    """The functions a header documents that no chapter and not the page of the world shows."""
    elsewhere = re.compile(r'src/(stages|world)/.*\.c$')
    known = documented(here)
    names = sorted({name for found in known.values() for file, name in found if file == header and name})
    return [
        (header, name)
        for name in names
        if not any(elsewhere.match(file) for found in known.values() for file in namesakes(found, name))
    ]

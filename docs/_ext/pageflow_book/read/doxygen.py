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


def plain(compound, name):
    """The paragraphs of a function's description as text."""
    for member in compound.iter('memberdef'):
        if member.findtext('name') == name and member.get('kind') == 'function':
            parts = (member.find(part) for part in ('briefdescription', 'detaileddescription'))
            return [' '.join(''.join(para.itertext()).split()) for part in parts for para in part.findall('para')]
    return []


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

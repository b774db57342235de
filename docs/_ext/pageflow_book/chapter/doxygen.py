# SPDX-License-Identifier: GPL-2.0-only
"""What is taken from Doxygen's XML: the reference (through Breathe) and the essays that open the files."""

import re
import xml.etree.ElementTree as ElementTree
from functools import cache

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.addnodes import desc_signature, pending_xref

from ..read.book import book
from ..read.sources import CONFIGURATIONS
from ..read.text import _


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


def reference(directive, wanted):
    """The reference of functions [(file, name)]: once where both configurations agree, else once for each."""
    here = book(directive.env.app)
    known = documented(here)
    if len(known) < len(CONFIGURATIONS):
        raise directive.error(
            f'{here.build}/doxygen: no XML of both configurations; run docs/build, which runs Doxygen first'
        )
    lines, seen = [], set()
    for file, name in wanted:
        if (file, name) in seen:
            continue
        seen.add((file, name))
        has = {configuration: found[file, name] for configuration, found in known.items() if (file, name) in found}
        if not has:
            raise directive.error(
                f'{file}: Doxygen knows no {name}; give it a doc comment, or add its annotation macro to PREDEFINED in docs/Doxyfile'
            )
        if len(set(has.values())) == 1:
            lines += function_lines(here, known, file, name, next(iter(has)))
        else:
            lines += [_('Without NUMA:'), ''] + function_lines(here, known, file, name, 'uma')
            lines += [_('With NUMA:'), '', '.. c:namespace-push:: numa', '']
            lines += function_lines(here, known, file, name, 'numa') + ['.. c:namespace-pop::', '']
    return parse(directive, lines)


def function_lines(here, known, file, name, configuration):
    """Breathe's directive for one function. Where another file has a static function of the same name, or a structure
    has it, Sphinx takes both for one thing: then the function is described here, in a namespace of its own."""
    found = known[configuration]
    if not rivals(found, file, name) and not here.sources.is_tag(name):
        return [f'.. doxygenfunction:: {name}', f'   :project: {configuration}', '']
    definition, arguments = found[file, name].split('|')[:2]
    space = 'in_' + re.sub(r'\W', '_', file.rsplit('/', 1)[-1][:-2])
    lines = [f'.. c:namespace-push:: {space}', '', f'.. c:function:: {definition.strip()}{arguments.strip()}', '']
    for paragraph in plain(found[file, None], name):
        lines += ['   ' + re.sub(r'([*`|_\\])', r'\\\1', paragraph), '']
    return lines + ['.. c:namespace-pop::', '']


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


def parse(directive, lines):
    source = directive.get_source_info()[0]
    made = directive.parse_text_to_nodes(StringList(lines, source=source)) if lines else []
    for node in made:
        for signature in node.findall(desc_signature):
            for name in signature.findall(pending_xref):
                name['c:parent_key'] = None  # types are global: a parameter of the same name is not meant
            signature['_toc_name'] = ''  # a hundred functions would bury the headings of the page
        translatable(directive, node)
    return made


def translatable(directive, node):
    """Breathe says of its texts neither where they stand nor what they were, and gettext passes such ones over."""
    for inner in node.findall(lambda one: isinstance(one, nodes.paragraph | nodes.term)):
        if not inner.rawsource:
            inner.rawsource = re.sub(r'([*`|_\\])', r'\\\1', inner.astext())
        directive.set_source_info(inner)


def essay(directive, file, brief=True):
    """The description of a file, as nodes; the brief one goes before the detailed one."""
    for found in documented(book(directive.env.app)).values():
        compound = found.get((file, None))
        if compound is not None:
            made = []
            for part in ('briefdescription', 'detaileddescription')[not brief :]:
                made += blocks(compound.find(part))
            for node in made:
                for inner in [node, *node.findall(nodes.paragraph)]:
                    directive.set_source_info(inner)
            return made
    return []


def blocks(element):
    """The block elements of a Doxygen description."""
    made = []
    for child in element:
        if child.tag == 'para':
            made += paragraph(child)
        elif child.tag.startswith('sect'):
            made.append(nodes.rubric('', child.findtext('title') or ''))
            made += blocks(child)
    return made


def paragraph(element):
    """A Doxygen paragraph may hold lists and code: cut it where docutils needs it cut."""
    made, words = [], nodes.paragraph()

    def close():
        nonlocal words
        if words.astext().strip():
            made.append(words)
        words = nodes.paragraph()

    add_text(words, element.text)
    for child in element:
        if child.tag in ('itemizedlist', 'orderedlist'):
            close()
            items = [nodes.list_item('', *blocks(item)) for item in child.findall('listitem')]
            made.append(
                nodes.bullet_list('', *items) if child.tag == 'itemizedlist' else nodes.enumerated_list('', *items)
            )
        elif child.tag in ('preformatted', 'verbatim', 'programlisting'):
            close()
            made.append(nodes.literal_block('', listing_text(child), language='text'))
        elif child.tag == 'table':
            close()
            made.append(simple_table(child))
        elif child.tag in ('simplesect', 'parameterlist', 'xrefsect'):
            pass
        else:
            words += inline(child)
        add_text(words, child.tail)
    close()
    return made


def listing_text(element):
    if element.tag != 'programlisting':
        return ''.join(element.itertext()).strip('\n')
    lines = []
    for line in element.findall('codeline'):
        lines.append(spaced(line))
    return '\n'.join(lines)


def spaced(element):
    """Text of a code line; Doxygen writes blanks as <sp/>."""
    text = element.text or ''
    for child in element:
        text += (' ' if child.tag == 'sp' else spaced(child)) + (child.tail or '')
    return text


def simple_table(element):
    rows = [list(row.findall('entry')) for row in element.findall('row')]
    group = nodes.tgroup(cols=max(len(row) for row in rows))
    group += [nodes.colspec(colwidth=1) for _column in rows[0]]
    made = []
    for row in rows:
        line = nodes.row()
        for entry in row:
            line += nodes.entry('', *blocks(entry))
        made.append(line)
    heading = rows[0][0].get('thead') == 'yes'
    if heading:
        group += nodes.thead('', made.pop(0))
    group += nodes.tbody('', *made)
    return nodes.table('', group, classes=['pf-table'])


INLINE = {'bold': nodes.strong, 'emphasis': nodes.emphasis, 'computeroutput': nodes.literal}
SYMBOLS = {'ndash': '–', 'mdash': '—', 'nonbreakablespace': '\u00a0', 'hellip': '…'}


def inline(element):
    if element.tag in SYMBOLS:
        return [nodes.Text(SYMBOLS[element.tag])]
    if element.tag in INLINE:
        return [INLINE[element.tag]('', ''.join(element.itertext()))]
    return [nodes.Text(''.join(element.itertext()))]


def add_text(node, text):
    if text:
        node += nodes.Text(re.sub(r'\s+', ' ', text))


def inline_words(text):
    """A brief sentence with its `code` set as literals."""
    made = []
    for at, piece in enumerate(re.split(r'`([^`]+)`', text)):
        if piece:
            made.append(nodes.literal('', piece) if at % 2 else nodes.Text(piece))
    return made


def nouns(directive, header):
    """Everything a header of include/ documents: its essay, then its members through Breathe."""
    sections = 'innerclass define enum typedef var'
    made = essay(directive, header)
    made += parse(directive, [f'.. doxygenfile:: {header[8:]}', '   :project: numa', f'   :sections: {sections}', ''])
    return made + reference(directive, declared(book(directive.env.app), header))

# SPDX-License-Identifier: GPL-2.0-only
"""What is taken from Doxygen's XML: the reference (through Breathe) and the essays that open the files."""

import re

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.addnodes import desc_signature, pending_xref
from sphinx.util.docutils import SphinxDirective

from ..read.book import book
from ..read.doxygen import declared, described, documented, rivals, unique
from ..read.sources import CONFIGURATIONS
from ..read.text import _
from .listing import make_listings


def reference(directive, wanted):
    """The reference of functions [(file, name)]: once where both configurations agree, else once for each."""
    here = book(directive.env.app)
    known = documented(here)
    if len(known) < len(CONFIGURATIONS):
        raise directive.error(
            f'{here.build}/doxygen: no XML of both configurations; run docs/build.py, which runs Doxygen first'
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
    for heading, text in described(found[file, None], name):
        words = re.sub(r'([*`|_\\])', r'\\\1', text)
        if not heading:
            lines += [f'   {words}', '']
        elif heading == 'returns' or heading.startswith('param '):
            lines += [f'   :{heading}: {words}']
        else:
            lines += [f'   **{heading}**', f'      {words}', '']
    lines.append('')
    return lines + ['.. c:namespace-pop::', '']


def parse(directive, lines):
    source = directive.get_source_info()[0]
    made = apart(directive.parse_text_to_nodes(StringList(lines, source=source)) if lines else [])
    for node in made:
        for signature in node.findall(desc_signature):
            for name in signature.findall(pending_xref):
                name['c:parent_key'] = None  # types are global: a parameter of the same name is not meant
            signature['_toc_name'] = ''  # a hundred functions would bury the headings of the page
        for dash in list(node.findall(lambda one: isinstance(one, nodes.Text) and one == ' -- ')):
            dash.parent.replace(dash, nodes.Text(' – '))
        translatable(directive, node)
    return made


def translatable(directive, node):
    """Breathe says of its texts neither where they stand nor what they were, and gettext passes such ones over."""
    for inner in node.findall(lambda one: isinstance(one, nodes.paragraph | nodes.term)):
        if not inner.rawsource:
            inner.rawsource = re.sub(r'([*`|_\\])', r'\\\1', inner.astext())
        directive.set_source_info(inner)


def essay(directive, file, brief=False):
    """The description of a file, as nodes, without its brief line or with it. Breathe knows a file by its name without
    folders, and refuses one that several files have."""
    if not documented(book(directive.env.app)):
        return []
    sections = 'briefdescription detaileddescription' if brief else 'detaileddescription'
    name = file.rsplit('/', 1)[-1]
    return parse(directive, [f'.. doxygenfile:: {name}', '   :project: uma', f'   :sections: {sections}', ''])


def apart(made):
    """Breathe leaves lists, tables and code within paragraphs; HTML, and a translation, want them between paragraphs."""
    whole = nodes.container('', *made)
    for paragraph in list(whole.findall(nodes.paragraph)):
        pieces = [[]]
        for child in paragraph.children:
            if isinstance(child, nodes.Body) and not isinstance(child, nodes.Inline):
                pieces += [child, []]
            else:
                pieces[-1].append(child)
        if len(pieces) > 1:
            pieces = [nodes.paragraph('', '', *one) if isinstance(one, list) else one for one in pieces]
            paragraph.replace_self([one for one in pieces if one.astext().strip()])
    return whole.children


def nouns(directive, header):
    """Everything a header of include/ documents: its essay, then its members through Breathe."""
    sections = 'innerclass define enum typedef var'
    made = essay(directive, header, brief=True)
    made += parse(directive, [f'.. doxygenfile:: {header[8:]}', '   :project: numa', f'   :sections: {sections}', ''])
    return made + reference(directive, declared(book(directive.env.app), header))


class Nouns(SphinxDirective):
    """.. nouns:: - a section for every header of include/, but for those :without:.

    .. nouns:: HEADER - the section of one header, on another page."""

    optional_arguments = 1
    option_spec = {'without': directives.unchanged_required}

    def run(self):
        here, made = book(self.env.app), []
        wanted = self.arguments[0] if self.arguments else None
        without = self.options.get('without', '').split()
        for header in here.sources.files:
            if not header.startswith('include/') or header[8:] in without or header[8:] != (wanted or header[8:]):
                continue
            self.env.note_dependency(str(here.root / header))
            section = nodes.section(ids=['header-' + header[8:-2].replace('_', '-')], names=[])
            section += nodes.title('', '', nodes.literal('', header[8:]), translatable=False)
            section += nouns(self, header)
            # the members as the source has them: Breathe flattens anonymous unions and drops the widths of bit fields
            for one in here.sources.definitions[header]:
                if one.kind in ('struct', 'union'):
                    section += make_listings(self, header, one.name)
            self.set_source_info(section)
            made.append(section)
        return made


class FolderReference(SphinxDirective):
    """.. folder-reference:: src/world - a section for every C file of a folder: its essay and its functions."""

    required_arguments = 1

    def run(self):
        here, made = book(self.env.app), []
        for file in here.sources.files:
            if not (file.startswith(self.arguments[0] + '/') and file.endswith('.c')):
                continue
            self.env.note_dependency(str(here.root / file))
            name = file.rsplit('/', 1)[-1]
            section = nodes.section(ids=['file-' + name[:-2].replace('_', '-')], names=[])
            section += nodes.title('', '', nodes.literal('', name), translatable=False)
            section += essay(self, file, brief=True)
            section += reference(self, unique(here, file))
            self.set_source_info(section)
            made.append(section)
        return made


def setup(app):
    app.add_directive('nouns', Nouns)
    app.add_directive('folder-reference', FolderReference)

# SPDX-License-Identifier: GPL-2.0-only
"""`c-listing` shows one definition from the C sources, by name, with what the tests did on each of its lines."""

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from ..draw import formats
from ..draw.code import CONFIGURATION_NAMES, visit_html
from ..read import chain
from ..read.book import book, note, notes
from ..read.sources import CONFIGURATIONS, SourceError

logger = logging.getLogger(__name__)


class c_listing(nodes.General, nodes.Element):
    """A listing. Its child literal block is what other formats show and what the search index reads."""


class CListing(SphinxDirective):
    """.. c-listing:: [FILE] NAME

    `:helper:` folds it into a line, for what a first reading can leave out.
    """

    required_arguments = 1
    optional_arguments = 1
    option_spec = {'config': lambda text: directives.choice(text, CONFIGURATIONS), 'helper': directives.flag}

    def run(self):
        try:
            return make_listings(self, *self._wanted(), self.options.get('config'))
        except SourceError as error:
            raise self.error(str(error)) from None

    def _wanted(self):
        if len(self.arguments) == 2:
            return self.arguments
        name, sources = self.arguments[0], book(self.env.app).sources
        stage = chain.stage_of_doc(self.env.docname)
        near = sources.stage_files(stage) if stage else []
        for file in near + [file for file in sources.files if file.startswith('include/')]:
            if sources.find(file, name):
                return file, name
        raise SourceError(
            f'c-listing: {name} is defined neither in this chapter\'s stage nor in include/; '
            'correct the name or put the file before it'
        )


def make_listings(directive, file, name, configuration=None):
    """Nodes for every definition of a name in a file (there may be one for each configuration)."""
    here, env = book(directive.env.app), directive.env
    here.depend(env, file)
    found = here.sources.find(file, name)
    if configuration:
        found = [one for one in found if configuration in one.configurations]
    if not found:
        where = f' for {CONFIGURATION_NAMES[configuration]}' if configuration else ''
        raise SourceError(f'c-listing: {file} defines no {name}{where}; was it renamed or moved?')
    made = []
    for one in found:
        node = c_listing(file=file, name=name, start=one.start, helper='helper' in directive.options)
        alone = one.configurations[0] if len(one.configurations) == 1 else ''
        anchor = f'code-{name}' + (f'-{alone}' if alone and len(here.sources.find(file, name)) > 1 else '')
        node['ids'] = [anchor]
        text = nodes.literal_block('\n'.join(one.text), '\n'.join(one.text), language='c', translatable=False)
        text['classes'].append('pf-plain')
        node += text
        directive.set_source_info(node)
        directive.set_source_info(text)
        mine = note(env)
        mine['listings'].setdefault(name, anchor)
        mine['shown'].add((file, name))
        made.append(node)
    return made


def check_everything_shown(app, env):
    """Every function of a stage must be shown in its chapter."""
    here = book(app)
    for stage in chain.STAGES:
        if stage.docname not in env.found_docs:
            continue
        shown = set().union(*(notes(env).get(docname, {}).get('shown', ()) for docname in stage.docnames))
        for one in here.sources.stage_functions(stage):
            if (one.file, one.name) not in shown:
                logger.warning(
                    f'{one.name} of {one.file} is a function of this stage shown nowhere in its chapter; '
                    f'add ".. c-listing:: {one.name}", or ".. stage-code::" for all that is left',
                    location=stage.docname,
                )


def setup(app):
    formats.add_interactive(app, c_listing, (visit_html, None))
    app.add_directive('c-listing', CListing)
    app.connect('env-check-consistency', check_everything_shown)

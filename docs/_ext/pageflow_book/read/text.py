# SPDX-License-Identifier: GPL-2.0-only
"""Our own words in the pages go through gettext, so that a second language can be added."""

from sphinx.locale import get_translation

_lazy = get_translation('pageflow')


def _(message):
    return str(_lazy(message))


def setup(app):
    """LANGUAGE/LC_MESSAGES/pageflow.po in docs/locale is what these words are in a further language."""
    app.add_message_catalog('pageflow', str(app.srcdir / app.config.locale_dirs[0]))

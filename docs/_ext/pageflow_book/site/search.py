# SPDX-License-Identifier: GPL-2.0-only
"""The index of the search: as Sphinx makes it, but each word of the book is cut to its stem once, not once a page."""

from functools import cache

from sphinx.search.en import SearchEnglish


class English(SearchEnglish):
    def __init__(self, options):
        super().__init__(options)
        self.stem = cache(super().stem)


def setup(app):
    app.add_search_language(English)

# SPDX-License-Identifier: GPL-2.0-only
"""Settings of the book. Run docs/build.py (or `make site`), which runs Doxygen first."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / 'docs' / '_ext'), str(ROOT / 'coverage'), str(ROOT)]

project = 'Pageflow'
author = 'the Pageflow authors'
copyright = 'the Pageflow authors, GPL-2.0-only'
version = release = (ROOT / 'VERSION').read_text(encoding='utf-8').split()[-1] if (ROOT / 'VERSION').is_file() else ''
language = 'en'

extensions = ['breathe', 'pageflow_book']

root_doc = 'index'
include_patterns = ['index.rst', 'docs/*.rst', 'docs/stages/*.rst', 'docs/continued/*.rst', 'docs/exhibits/*.rst']
exclude_patterns = ['build', '.cache', '.git', 'src', 'tests', 'include', 'coverage', 'docs/_*', 'docs/locale']
# In full: gettext would look for them beside the sources, not beside this file.
templates_path = [str(ROOT / 'docs' / '_templates')]
nitpicky = True
smartquotes = False
locale_dirs = ['docs/locale']
pageflow_languages = ['en', *sorted(path.parent.name for path in ROOT.glob('docs/locale/*/LC_MESSAGES'))]
gettext_compact = False
gettext_uuid = False
add_function_parentheses = False
toc_object_entries = False
primary_domain = 'c'
highlight_language = 'none'
default_role = None

breathe_projects = {name: str(ROOT / 'build' / 'doxygen' / name / 'xml') for name in ('uma', 'numa')}
breathe_default_project = 'numa'
breathe_domain_by_extension = {'c': 'c', 'h': 'c'}
breathe_implementation_filename_extensions = []
c_id_attributes = ['FOCUS_STORAGE']
c_extra_keywords = []

html_theme = 'furo'
html_title = 'Pageflow'
html_static_path = ['_static', '_vendor']
html_css_files = ['fonts.css', 'pageflow.css', 'pictures.css', 'slides.css', 'layout.css']
# Each is small, and does one thing; a page says the same without them.
SCRIPTS = ['pageflow.js', 'slides.js', 'copy.js', 'sources.js', 'browse.js']
html_js_files = [(name, {'defer': 'defer'}) for name in SCRIPTS]
html_favicon = '_static/favicon.svg'
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_use_index = True
html_domain_indices = False
html_permalinks_icon = '¶'
html_theme_options = {'top_of_page_buttons': [], 'enable_search_shortcuts': False}  # keys: browse.js
pygments_style = 'pageflow_book.draw.colours.Light'
pygments_dark_style = 'pageflow_book.draw.colours.Dark'

# One file to carry away: `make epub`. Without scripts; what the site folds or pops up stands in the text.
epub_show_urls = 'no'
epub_tocscope = 'includehidden'
epub_tocdepth = 2
epub_use_index = False
epub_js_files = []
epub_css_files = ['pageflow.css', 'pictures.css', 'layout.css', 'epub.css']
epub_language = language
epub_exclude_files = ['search.html'] + [
    f'_static/{path.name}'
    for folder in html_static_path
    for path in (ROOT / 'docs' / folder).iterdir()
    if path.suffix in ('.js', '.css') and path.name not in epub_css_files
]

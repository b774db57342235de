# SPDX-License-Identifier: GPL-2.0-only
"""What makes the pages a site: the coverage pages, languages, fonts, and the files that all pages share."""

# SPDX-License-Identifier: GPL-2.0-only
"""The directives and roles that a chapter is written with."""

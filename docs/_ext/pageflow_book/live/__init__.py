# SPDX-License-Identifier: GPL-2.0-only
"""What is run while the book is built: commands, debugger sessions, scenes, and the replay of the recordings."""

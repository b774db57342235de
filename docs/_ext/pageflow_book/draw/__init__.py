# SPDX-License-Identifier: GPL-2.0-only
"""What is drawn: the listing of a definition, the chain, pictures, and the colours of code."""

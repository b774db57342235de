# SPDX-License-Identifier: GPL-2.0-only
"""What is read: the C sources, Doxygen's XML, the coverage, recordings, the map of the kernel, and the order of the stages."""

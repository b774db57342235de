# SPDX-License-Identifier: GPL-2.0-only
"""Labs: one function of the path emptied, to be written anew and graded by the tests and the recordings. `make lab`."""

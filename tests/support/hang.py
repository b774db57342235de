# SPDX-License-Identifier: GPL-2.0-only
"""HANG, the seconds after which a test gives up what never comes: see hang.h."""

import pathlib
import re

HANG = int(re.search(r"^#define HANG_SECONDS (\d+)", pathlib.Path(__file__).with_suffix(".h").read_text(), re.M)[1])

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Figures whose tools are not part of `make`: measured by a target of their own, kept in coverage/measured/NAME.json.

Such a file has, for each room or stage measured, what was found and a digest of the sources it was found in. Who shows
a figure asks whether the digest still fits, and says so when it does not.
"""

import hashlib
import json
from pathlib import Path

DIRECTORY = Path(__file__).resolve().parent / "measured"


def digest(paths):
    """One number for these sources: names and contents."""
    sums = hashlib.sha256()
    for path in sorted(map(Path, paths)):
        sums.update(f"{path.name}\n".encode() + path.read_bytes())
    return sums.hexdigest()[:16]


def read(name):
    """{part: what was measured of it} from coverage/measured/NAME.json; empty when that was never written."""
    path = DIRECTORY / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))["parts"] if path.exists() else {}


def fits(entry, paths):
    """Whether what was measured is still what the sources at `paths` are."""
    return entry["sources"] == digest(paths)


def write(name, command, parts):
    """Keeps `parts` ({part: (paths, {figure: value})}) beside what is known of other parts."""
    kept = read(name)
    for part, (paths, figures) in parts.items():
        kept[part] = {"sources": digest(paths), **figures}
    DIRECTORY.mkdir(exist_ok=True)
    found = {"SPDX-License-Identifier": "GPL-2.0-only", "command": command, "parts": dict(sorted(kept.items()))}
    text = json.dumps(found, indent=1, ensure_ascii=False)
    (DIRECTORY / f"{name}.json").write_text(text + "\n", encoding="utf-8")

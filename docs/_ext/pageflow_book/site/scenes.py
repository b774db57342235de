# SPDX-License-Identifier: GPL-2.0-only
"""The commands of each scene, as a script of its own that is loaded when a reader wants to carry them out."""

import json
import shutil

from ..read.book import notes


def write(app, error):
    if error or app.builder.name != 'html':
        return
    folder = app.outdir / '_static' / 'scenes'
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for mine in notes(app.env).values():
        for name, text in mine.get('scenes', {}).items():
            script = f'(window.PAGEFLOW_SCENES=window.PAGEFLOW_SCENES||{{}})[{json.dumps(name)}]={json.dumps(text)};\n'
            path = folder / f'{name}.js'
            path.write_text(f'/* SPDX-License-Identifier: GPL-2.0-only */\n{script}', encoding='utf-8')


def setup(app):
    app.connect('build-finished', write)

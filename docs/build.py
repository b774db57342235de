# SPDX-License-Identifier: GPL-2.0-only
"""Builds the book: Doxygen once per configuration, then Sphinx. Run from anywhere, with the Python that has Sphinx.

build.py            everything anew into build/site, any warning is an error
build.py --serve    a draft on a local port: what changed is built again, into build/serve, and the browser reloads it;
                    warnings are shown and do not stop it (--port N)
build.py --doxygen  Doxygen alone, where a source changed; its warnings are shown
build.py --gettext  what translators translate, as build/gettext/*.pot
build.py --epub     the whole book as build/pageflow.epub
build.py --pdf      the whole book as build/pageflow.pdf: one long page, printed by Chromium
"""

import argparse
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / 'build'
CONFIGURATIONS = {'uma': '', 'numa': 'CONFIG_NUMA=1'}
# Of what is generated, only the coverage is worth a new draft.
UNWATCHED = rf'/__pycache__/|^{re.escape(str(ROOT))}/(\.cache/|\.git/|build/(?!coverage/coverage\.json$))'
# More processes than processors: some wait for a program whose output a page shows.
PROCESSES = 2 * (os.cpu_count() or 1)
PRINTING = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-pdf-header-footer',
    '--generate-pdf-document-outline',
]


def fail(message):
    sys.exit(f'docs/build.py: {message}')


def files_of(*places):
    for place in places:
        path = ROOT / place
        if path.is_file():
            yield path
        for folder, folders, names in os.walk(path):
            folders[:] = [one for one in folders if one != '__pycache__']
            for name in names:
                yield Path(folder) / name


def fingerprint(*places):
    """Changes when a file under these places does."""
    seen = hashlib.sha1()
    for path in sorted(files_of(*places)):
        try:
            facts = path.stat()
        except FileNotFoundError:
            continue
        seen.update(f'{path} {facts.st_mtime_ns} {facts.st_size}\n'.encode())
    return seen.hexdigest()


def annotations():
    """The macros that stand for attributes: to Doxygen they must be nothing, else it takes them for functions or types."""
    found = set()
    for path in files_of('include', 'src'):
        if path.suffix in ('.c', '.h'):
            found.update(
                re.findall(
                    r'^[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]+__attribute__', path.read_text(encoding='utf-8'), re.M
                )
            )
    return ' '.join(f'{name}=' for name in sorted(found))


def doxygen():
    """Writes build/doxygen/{uma,numa}/xml where a source changed; Doxygen's warnings are errors."""
    now, running = fingerprint('src', 'include', 'docs/Doxyfile'), []
    settings = (ROOT / 'docs' / 'Doxyfile').read_text(encoding='utf-8')
    for name, predefined in CONFIGURATIONS.items():
        output = BUILD / 'doxygen' / name
        stamp = output / 'stamp'
        if stamp.is_file() and stamp.read_text() == now:
            continue
        shutil.rmtree(output, ignore_errors=True)
        output.mkdir(parents=True)
        try:
            process = subprocess.Popen(
                ['doxygen', '-'],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        except FileNotFoundError:
            fail('doxygen: not found; install the package doxygen')
        process.stdin.write(
            f'{settings}\nOUTPUT_DIRECTORY = {output.relative_to(ROOT)}\nPREDEFINED += {predefined} {annotations()}\n'
        )
        process.stdin.close()
        running.append((name, stamp, process))
    good = True
    for name, stamp, process in running:
        said = process.stdout.read()
        if process.wait() or 'warning:' in said:
            good = False
            print(f'doxygen ({name}):\n{said}', file=sys.stderr)
        else:
            stamp.write_text(now)
    return good


def arguments(target, doctrees, *options):
    """The words after `sphinx-build`."""
    words = [
        '-q',
        '-n',
        '-j',
        PROCESSES,
        '-c',
        ROOT / 'docs',
        '-d',
        BUILD / 'doctrees' / doctrees,
        *options,
        ROOT,
        target,
    ]
    return [str(word) for word in words]


def sphinx(target, doctrees, *options):
    command = [sys.executable, '-m', 'sphinx', *arguments(target, doctrees, *options)]
    return subprocess.run(command, cwd=ROOT).returncode == 0


def full():
    """The strict build. -E: an incremental build raises false warnings about declarations that moved."""
    if not doxygen():
        fail('Doxygen has warnings; the site is not built')
    shutil.rmtree(BUILD / 'site', ignore_errors=True)
    for language in ('en', *languages()):
        target = BUILD / 'site' / ('' if language == 'en' else language)
        if not sphinx(target, language, '-E', '-W', '--keep-going', '-D', f'language={language}'):
            fail('Sphinx has warnings or errors (above); the site is not built')


def languages():
    """The languages of docs/locale; the book itself is in English."""
    return sorted(path.parent.name for path in (ROOT / 'docs' / 'locale').glob('*/LC_MESSAGES'))


def gettext():
    """What a translation needs: build/gettext/*.pot."""
    strictly('gettext', BUILD / 'gettext')


def strictly(builder, target):
    """The strict build of another format, from the same sources."""
    shutil.rmtree(target, ignore_errors=True)
    if not doxygen() or not sphinx(target, builder, '-b', builder, '-W', '--keep-going'):
        fail(f'Doxygen or Sphinx has warnings or errors (above); {target.relative_to(ROOT)} is not built')


def epub():
    strictly('epub', BUILD / 'epub')
    shutil.copyfile(BUILD / 'epub' / 'Pageflow.epub', BUILD / 'pageflow.epub')


def pdf():
    """Chromium prints the book's own style sheets. A LaTeX installation would be several times as large as everything else
    that is installed here, and would know neither the pictures nor the listings."""
    browser = shutil.which('chromium') or shutil.which('chromium-browser')
    if not browser:
        fail('chromium: not found, and it prints the PDF; install the package chromium')
    strictly('singlehtml', BUILD / 'single')
    done = subprocess.run(
        [browser, *PRINTING, f'--print-to-pdf={BUILD / "pageflow.pdf"}', (BUILD / 'single' / 'index.html').as_uri()],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode or not (BUILD / 'pageflow.pdf').is_file():
        fail(f'chromium left with {done.returncode} and printed no PDF; it said:\n{done.stdout}')


def serve(port):
    """sphinx-autobuild watches, builds, serves and reloads. A failed build leaves the last good pages in place."""
    command = [sys.executable, '-m', 'sphinx_autobuild', '--port', str(port), '--re-ignore', UNWATCHED]
    command += ['--pre-build', shlex.join([sys.executable, str(ROOT / 'docs' / 'build.py'), '--doxygen'])]
    return subprocess.run(command + arguments(BUILD / 'serve', 'serve'), cwd=ROOT).returncode


def main():
    parser = argparse.ArgumentParser(description='Builds the book.')
    parser.add_argument('--serve', action='store_true', help='live preview')
    parser.add_argument('--doxygen', action='store_true', help='Doxygen alone, where a source changed')
    parser.add_argument('--epub', action='store_true', help='build/pageflow.epub')
    parser.add_argument('--pdf', action='store_true', help='build/pageflow.pdf')
    parser.add_argument('--gettext', action='store_true', help='build/gettext/*.pot for translators')
    parser.add_argument('--port', type=int, default=8000, help='port of the live preview (default 8000)')
    options = parser.parse_args()
    if options.serve:
        try:
            sys.exit(serve(options.port))
        except KeyboardInterrupt:
            print()
    elif options.doxygen:
        doxygen()
    elif options.gettext:
        gettext()
    elif options.epub or options.pdf:
        if options.epub:
            epub()
        if options.pdf:
            pdf()
    else:
        full()


if __name__ == '__main__':
    main()

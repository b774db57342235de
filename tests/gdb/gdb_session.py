# SPDX-License-Identifier: GPL-2.0-only
"""Sessions with the debugger, in batch mode and in a terminal."""

import os
import pathlib
import re
import shutil
import subprocess
import time

import pytest
from hang import HANG

ROOT = pathlib.Path(__file__).resolve().parents[2]
SETTINGS = {'LC_ALL': 'C.UTF-8', 'TERM': 'dumb', 'COLUMNS': '80'}


def program(configuration, flavour='O0'):
    path = ROOT / 'build' / configuration / flavour / 'gdb-driver'
    if not path.exists():
        pytest.skip(f'{path} is not built: make build')
    return str(path.relative_to(ROOT))


def run(commands, scenario='', configuration='uma', flavour='O0'):
    """What `make gdb S=SCENARIO B=COMMANDS` prints, both streams together."""
    if shutil.which('gdb') is None:
        pytest.skip('gdb is not installed: .ci/setup gdb')
    return printed(['bash', '.ci/gdb', program(configuration, flavour), scenario, commands], HANG)


def printed(words, longest):
    """What a command prints, both streams together."""
    done = subprocess.run(
        words,
        cwd=ROOT,
        env={**os.environ, **SETTINGS},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=longest,
    )
    return done.stdout


class Terminal:
    """A terminal of 80 columns and 24 lines, with a program in it."""

    def __init__(self, command, name):
        self.socket = f'pageflow-{os.getpid()}-{name}'
        settings = ' '.join(f'{key}={value}' for key, value in {**SETTINGS, 'TERM': 'screen'}.items())
        self.tmux('-f', '/dev/null', 'new-session', '-d', '-x', '80', '-y', '24', f'env {settings} {command}')

    def tmux(self, *words):
        done = subprocess.run(['tmux', '-L', self.socket, *words], cwd=ROOT, capture_output=True, text=True, check=True)
        return done.stdout

    def screen(self):
        return self.tmux('capture-pane', '-p')

    def wait(self, pattern):
        """Wait until the screen matches, and give it."""
        until = time.monotonic() + HANG
        while time.monotonic() < until:
            screen = self.screen()
            if re.search(pattern, screen, re.MULTILINE):
                return screen
            time.sleep(0.05)
        raise AssertionError(f'the screen never showed {pattern!r}; it shows:\n{self.screen()}')

    def type(self, text, *keys):
        self.tmux('send-keys', '-l', '--', text)
        if keys:
            self.tmux('send-keys', *keys)

    def close(self):
        subprocess.run(['tmux', '-L', self.socket, 'kill-server'], capture_output=True, check=False)

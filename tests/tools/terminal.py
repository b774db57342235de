# SPDX-License-Identifier: GPL-2.0-only
"""A command on a terminal of its own: what it writes is awaited, however long that takes."""

import fcntl
import os
import pty
import select
import subprocess
import termios
import time

from hang import HANG


def pageflow_command(root):
    """The words that start the pageflow command."""
    return os.environ.get("PAGEFLOW", str(root / "build" / "pageflow")).split()


def take_terminal():
    """What is typed belongs to this process from now on: Ctrl-C reaches it as a signal."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Terminal:
    """A running command. With `typed` it reads from the terminal as well, otherwise it only writes there."""

    def __init__(self, argv, typed=False, **options):
        self.leader, follower = pty.openpty()
        streams = {"stdin": subprocess.DEVNULL}
        if typed:
            streams = {"stdin": follower, "stderr": follower, "preexec_fn": take_terminal}
        self.process = subprocess.Popen(argv, stdout=follower, start_new_session=True, **streams, **options)
        os.close(follower)
        self.seen = b""

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.kill()
        self.process.wait()
        os.close(self.leader)

    def type(self, text):
        os.write(self.leader, text.encode())

    def _read(self, limit):
        """Reads more; false when the command has closed the terminal."""
        left = limit - time.monotonic()
        if left < 0 or not select.select([self.leader], [], [], left)[0]:
            raise AssertionError(f"nothing more came after {self.seen!r}")
        try:
            part = os.read(self.leader, 65536)
        except OSError:  # the other end is closed
            return False
        self.seen += part
        return bool(part)

    def wait_until(self, done):
        """Reads until `done` holds of what was written, and gives that."""
        limit = time.monotonic() + HANG
        while not done(self.seen):
            assert self._read(limit), f"it ended after {self.seen!r}"
        return self.seen.decode(errors="replace")

    def expect(self, words):
        """Reads until these words were written; what is read afterwards begins after them."""
        self.wait_until(lambda seen: words in seen)
        self.seen = self.seen.partition(words)[2]

    def rest(self):
        """Reads to the end; what was written, and the exit code."""
        limit = time.monotonic() + HANG
        while self._read(limit):
            pass
        return self.seen, self.process.wait(HANG)

# SPDX-License-Identifier: GPL-2.0-only
"""`pageflow shell` at a terminal: what Tab offers, what Ctrl-C does, and what is printed there."""

import os
import re
import signal
import termios

import pytest
from terminal import Terminal, pageflow_command

PROMPT = b"pageflow> "
MACHINE = ["machine 2x64M", "cpuset small 1", "memcg /job 100", "file movie", "process eater"]


@pytest.fixture
def typed(tmp_path, root):
    """A shell at a terminal, after these commands."""
    argv = pageflow_command(root)
    if len(argv) > 1 or "front" in argv[0]:
        pytest.skip("line editing is part of the native command")
    environment = {**os.environ, "HOME": str(tmp_path), "TERM": "vt100", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
    environment.pop("COLUMNS", None)
    opened = []

    def run(*commands, width=80):
        command = ["sh", "-c", 'stty cols "$0" && exec "$@"', str(width), *argv, "shell"]
        terminal = Terminal(command, typed=True, cwd=root, env=environment)
        opened.append(terminal)
        terminal.expect(PROMPT)
        for line in commands:
            terminal.type(line + "\n")
            terminal.expect(PROMPT)
        return terminal

    yield run
    for terminal in opened:
        terminal.__exit__()


# ---- Tab -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "keys, kept",
    [
        ("mach\t64M", "machine 64M"),
        ("trace of\t", "trace off"),
        ("sysctl swap\t10", "sysctl swappiness 10"),
        ("help buddyi\t", "help buddyinfo"),
        ("alloc GFP_KERNEL|__GFP_ZE\t 2", "alloc GFP_KERNEL|__GFP_ZERO 2"),
        ("gfp GFP_KERNEL & ~__GFP_I\t", "gfp GFP_KERNEL & ~__GFP_IO"),
        ("gfp (GFP_NOI\t)", "gfp (GFP_NOIO)"),
        ("takeall GFP_ATO\t 9", "takeall GFP_ATOMIC 9"),
        ("explain GFP_ATO\t 1 ", "explain GFP_ATOMIC 1 "),
        ("free #\t", "free #1"),
        ("scanners D\t", "scanners DMA"),
        ("draw tab\tzon\t", "draw table zones"),
        ("steps wor\ttake\tGFP_ATO\t 9", "steps words takeall GFP_ATOMIC 9"),
        ("fill mo\t10", "fill movie 10"),
        ("join 2 /j\t", "join 2 /job"),
        ("join 2 sm\t", "join 2 small"),
        ("task 2 cpus\tsm\t", "task 2 cpuset small"),
        ("task 2 memcg /j\t", "task 2 memcg /job"),
        ("mm 2 rss_sh\t5", "mm 2 rss_shmem 5"),
        ("policy bin\t1", "policy bind 1"),
        ("lru list unev\t", "lru list unevictable"),
        ("cpu 0 off\t", "cpu 0 offline"),
        # Names of files where a file belongs, and nowhere else.
        ("load READ\t", "load README.md"),
        ("blocks READ\t", "blocks READ"),
        ("process READ\t", "process READ"),
        ("free READ\t", "free READ"),
    ],
)
def test_tab_knows_what_a_command_takes(typed, tmp_path, keys, kept):
    terminal = typed(*MACHINE, "alloc GFP_KERNEL")
    terminal.type(keys + "\n")
    terminal.expect(PROMPT)
    terminal.type("quit\n")
    assert terminal.rest()[1] == 0
    history = (tmp_path / ".pageflow_history").read_text()
    history = re.sub(r"\\(\d{3})", lambda match: chr(int(match[1], 8)), history).splitlines()
    assert history[-2].rstrip() == kept.rstrip()


def test_tab_lists_what_could_stand_there(typed):
    terminal = typed(*MACHINE)
    terminal.type("trace \t\t")
    terminal.wait_until(lambda seen: re.search(rb"off\s+on", seen))


def test_keys_are_taken_before_the_prompt_asks_for_them(typed):
    """In the terminal's line mode a Ctrl-D at an empty line is eaten: it must be off when the prompt is read."""
    terminal = typed("machine 64M")
    assert not termios.tcgetattr(terminal.leader)[3] & termios.ICANON
    terminal.type("\x04")
    assert terminal.rest()[1] == 0


# ---- Ctrl-C ----------------------------------------------------------------------------------------------------------


def test_ctrl_c_drops_the_line(typed):
    terminal = typed()
    terminal.type("machine 64M")
    terminal.expect(b"64M")
    terminal.type("\x03")
    terminal.expect(b"^C  (once more, Ctrl-D or 'quit' ends)")
    terminal.expect(PROMPT)
    terminal.type("buddyinfo\n")
    terminal.expect(b"there is no machine yet")
    terminal.type("quit\n")
    assert terminal.rest()[1] == 0


def test_ctrl_c_twice_ends(typed, tmp_path):
    terminal = typed("machine 64M")
    terminal.type("\x03")
    terminal.expect(PROMPT)
    # Another key lies between: it is not twice in a row.
    terminal.type("blocks\n")
    terminal.expect(PROMPT)
    terminal.type("\x03")
    terminal.expect(PROMPT)
    terminal.type("\x03")
    assert terminal.rest()[1] == 0
    assert "blocks" in (tmp_path / ".pageflow_history").read_text()


def test_ctrl_c_ends_takeall(typed):
    """Of the events only some are read, so the command cannot be done before the key is pressed."""
    terminal = typed("machine 256M", "trace on")
    terminal.type("takeall GFP_KERNEL 0\n")
    terminal.expect(b"mm_page_alloc: ")
    terminal.type("\x03")
    terminal.expect(b"ended by Ctrl-C: ")
    terminal.expect(b" blocks of order 0: #1 to #")
    terminal.expect(PROMPT)
    terminal.type("free #1\n")
    terminal.expect(b"mm_page_free: ")
    # While a command runs the terminal works line by line, and would eat the key.
    terminal.expect(PROMPT)
    terminal.type("\x04")
    assert terminal.rest()[1] == 0


def test_ctrl_c_says_that_a_command_goes_to_its_end(typed):
    terminal = typed("machine 256M", "file movie", "trace on")
    terminal.type("fill movie 60000\n")
    terminal.expect(b"mm_page_alloc: ")
    terminal.type("\x03")
    terminal.expect(b"this command goes to its end; Ctrl-C again ends the session")
    terminal.type("\x03")
    assert terminal.rest()[1] == -signal.SIGINT


# ---- What is printed -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [60, 80])
def test_what_the_shell_prints_is_as_wide_as_the_terminal(typed, width):
    commands = [
        "help",
        "alloc GFP_KERNAL 3",
        "explain GFP_KERNEL 3",
        "status",
        "draw words",
        "trace on",
        "alloc GFP_KERNEL 3",
    ]
    terminal = typed("machine 2x64M", "process eater", width=width)
    for command in commands:
        terminal.type(command + "\n")
        terminal.expect(b"\r\n")
        said = terminal.wait_until(lambda seen: PROMPT in seen).partition("pageflow> ")[0]
        lines = said.replace("\r", "").splitlines()
        assert all(len(line) <= width for line in lines), (command, lines)
        assert lines or command == "trace on"
        terminal.expect(PROMPT)

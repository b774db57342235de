# SPDX-License-Identifier: GPL-2.0-only
"""What stands around the command: its manual page, made of its own help, and completion in three shells."""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time

import pytest

COMPLETION = "src/tools/completion"
OPTION = re.compile(r"^ +(?:(-\w), )? *(--?[\w-]+)(\[=[A-Z]+\]| [A-Z|-]+)? {2,}\S", re.MULTILINE)


@pytest.fixture(autouse=True, scope="module")
def native():
    """Once is enough: the help is the same in every build."""
    if "qemu" in os.environ.get("PAGEFLOW", ""):
        pytest.skip("the native command is asked")


@pytest.fixture
def commands(pageflow):
    """The subcommands, as the command lists them."""
    listed = pageflow("--help").stdout.partition("commands:\n")[2].partition("\n\n")[0]
    names = [line.split()[0] for line in listed.splitlines()]
    assert len(names) >= 5
    return names


@pytest.fixture
def options(pageflow):
    """The options of a subcommand, as its help lists them: {long name: (short name, what it takes)}."""

    def read(command):
        found = OPTION.findall(pageflow(command, "--help").stdout)
        return {name: (short, value) for short, name, value in found}

    return read


# ---- The manual page ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def page(native):
    command = os.environ.get("PAGEFLOW", "build/pageflow")
    return subprocess.run(
        [sys.executable, "docs/manpage.py", command], capture_output=True, text=True, check=True
    ).stdout


def words(text):
    return " ".join(text.split())


def plain(text):
    """troff's text as it is printed."""
    text = re.sub(r"^\.(B|SS|SH) ", "", text, flags=re.MULTILINE)
    text = re.sub(r"^\.(\\\".*|[A-Z]+.*)$", "", text, flags=re.MULTILINE)
    return text.replace("\\-", "-").replace("\\(aq", "'").replace("\\&", "").replace("\\e", "\\")


def test_manual_page_says_what_help_says(page, pageflow, commands):
    shown = words(plain(page))
    for command in commands:
        for block in pageflow(command, "--help").stdout.removeprefix("usage: ").strip().split("\n\n"):
            text = words(block)
            # A paragraph begins with a capital letter there.
            assert text in shown or text[0].upper() + text[1:] in shown


def test_manual_page_has_every_command_and_option(page, commands, options):
    sections = re.split(r"^\.S[SH] ", page, flags=re.MULTILINE)
    for command in commands:
        (section,) = [one for one in sections if one.startswith(f"{command}\n")]
        for name, (short, value) in options(command).items():
            entry = f".TP\n.B {f'{short}, ' if short else ''}{name}{value}\n"
            assert entry.replace("-", "\\-") in section
    assert any("\\-\\-json" in one for one in sections)


def test_manual_page_has_its_frame(page, root):
    version = (root / "VERSION").read_text().strip()
    assert page.startswith('.\\" SPDX-License-Identifier: GPL-2.0-only\n')
    assert f'"Pageflow {version}"' in page
    assert "@" not in page
    for name in ("NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "EXIT STATUS", "EXAMPLES", "SEE ALSO"):
        assert f"\n.SH {name}\n" in page


@pytest.mark.skipif(not shutil.which("groff"), reason="there is no groff")
def test_manual_page_is_set_without_a_warning(page):
    done = subprocess.run(["groff", "-man", "-Tutf8", "-ww"], input=page, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "pageflow" in done.stdout


def test_install_puts_everything_in_its_place(root):
    done = subprocess.run(
        ["make", "-n", "install", "PREFIX=/p", "DESTDIR=/d", "MAKELEVEL=0"], cwd=root, capture_output=True, text=True
    )
    for place in (
        "docs/manpage.py build/pageflow >/d/p/share/man/man1/pageflow.1",
        f"{COMPLETION}/pageflow.bash /d/p/share/bash-completion/completions/pageflow",
        f"{COMPLETION}/_pageflow /d/p/share/zsh/site-functions/",
        f"{COMPLETION}/pageflow.fish /d/p/share/fish/vendor_completions.d/",
    ):
        assert place in done.stdout


# ---- Completion --------------------------------------------------------------------------------------------------


def gfp_names(root):
    text = (root / "src/library/gfp-parse.c").read_text()
    names = re.findall(r"^\tNAME\((\w+)\)", text, re.MULTILINE) + ["none"]
    assert len(names) > 30
    return names


@pytest.fixture
def path(root, tmp_path):
    """A PATH that finds the command first."""
    command = os.environ.get("PAGEFLOW", str(root / "build" / "pageflow"))
    (tmp_path / "pageflow").symlink_to(root / command)
    return f"{tmp_path}:{os.environ['PATH']}"


@pytest.fixture
def bash(root, path):
    """What bash offers for a line whose last word is being typed."""

    def complete(*line):
        script = (
            f'source {COMPLETION}/pageflow.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
            '_pageflow "$1" "${@: -1}" "${@: -2:1}"; printf "%s\\n" "${COMPREPLY[@]}"'
        )
        done = subprocess.run(
            ["bash", "--norc", "-c", script, "bash", "pageflow", *line],
            cwd=root,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.split()

    return complete


@pytest.fixture
def fish(root, path):
    """What fish offers for a line."""
    if not shutil.which("fish"):
        pytest.skip("there is no fish")

    def complete(*line):
        text = " ".join(["pageflow", *line])
        done = subprocess.run(
            ["fish", "--no-config", "-c", f"source {COMPLETION}/pageflow.fish; complete -C $argv[1]", text],
            cwd=root,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.stderr == ""
        return [offer.partition("\t")[0] for offer in done.stdout.splitlines()]

    return complete


SHELLS = ("bash", "fish")


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_knows_commands_and_options(request, shell, commands, options):
    complete = request.getfixturevalue(shell)
    assert set(commands) <= set(complete(""))
    assert complete("repl") == ["replay"]
    for command in commands:
        wanted = {name for name in options(command) if name.startswith("--")}
        assert set(complete(command, "--")) >= wanted
        assert {name for name in complete(command, "--") if name.startswith("-")} == wanted


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_knows_masks(request, shell, root):
    complete = request.getfixturevalue(shell)
    assert sorted(complete("explain", "")) == sorted(gfp_names(root))
    assert complete("explain", "GFP_KERN") == ["GFP_KERNEL", "GFP_KERNEL_ACCOUNT"]
    assert complete("explain", "--json", "GFP_HIGHUSER_") == ["GFP_HIGHUSER_MOVABLE"]
    assert complete("explain", "GFP_KERNEL", "1") == ["1", "10"]


def test_zsh_knows_masks(root):
    text = (root / COMPLETION / "_pageflow").read_text()
    assert re.search(r"_pageflow_gfp=\((.*?)\)", text, re.DOTALL)[1].split() == gfp_names(root)


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_knows_files_and_rows(request, shell, pageflow):
    complete = request.getfixturevalue(shell)
    assert complete("replay", "tests/traces/uma96-o") == ["tests/traces/uma96-order0-10.trace.xz"]
    assert complete("shell", "docs/scenarios/livel") == ["docs/scenarios/livelock.pf"]
    assert complete("report", "tests/samples/5.8.18-km") == ["tests/samples/5.8.18-kmem.ftrace"]
    assert complete("report", "--svg", "tests/samples/5.8.18-km") == ["tests/samples/5.8.18-kmem.ftrace"]
    rows = complete("bench", "")
    text = words(pageflow("bench", "--help").stdout).partition("Rows: ")[2]
    said = set(re.findall(r"[a-z]+(?:-[a-z]+\d*)+|stack|mixed|empty", text))
    assert {row for row in rows if not re.fullmatch(r"pair-order[1-9]", row)} == said
    assert {f"pair-order{order}" for order in range(11)} <= set(rows)


def test_bash_offers_no_file_where_none_is_meant(bash):
    assert "tests/traces/FORMAT.md" not in bash("replay", "tests/traces/")
    assert bash("bench", "stack", "") == []


def on_screen(shown):
    """Backspaces move the cursor; what is written then stands over what was there."""
    cells, at = [], 0
    for character in re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", shown):
        if character == "\b":
            at -= 1
        elif character.isprintable():
            cells[at : at + 1] = character
            at += 1
    return "".join(cells).strip()


def typed(argv, prepare, line, completed, path, root):
    """What stands on the line of a shell on a terminal after `line` and Tab; waits for `completed`, but not for ever."""
    leader, follower = pty.openpty()
    environment = {"PATH": path, "TERM": "dumb", "HOME": "/nonexistent", "PS1": "READY> ", "INPUTRC": "/dev/null"}
    shell = subprocess.Popen(
        argv, stdin=follower, stdout=follower, stderr=follower, env=environment, cwd=root, start_new_session=True
    )
    os.close(follower)

    def read(done):
        shown, end = b"", time.monotonic() + 20
        while not done(shown) and time.monotonic() < end:
            if select.select([leader], [], [], 0.1)[0]:
                shown += os.read(leader, 65536)
        return shown.decode()

    try:
        assert "READY> " in read(lambda shown: b"READY> " in shown)
        # The marker is put together by the shell, so that the echo of this line is not taken for it.
        os.write(leader, f"{prepare}; PS1='GO''> '\n".encode())
        assert "GO> " in read(lambda shown: b"GO> " in shown)
        os.write(leader, line.encode() + b"\t")
        return on_screen(read(lambda shown: on_screen(shown.decode(errors="replace")) == completed))
    finally:
        shell.kill()
        shell.wait(10)
        os.close(leader)


TYPED = [
    ("pageflow repl", "pageflow replay"),
    ("pageflow replay --qu", "pageflow replay --quiet"),
    ("pageflow replay tests/traces/uma96-o", "pageflow replay tests/traces/uma96-order0-10.trace.xz"),
    ("pageflow explain GFP_HIGHUSER_M", "pageflow explain GFP_HIGHUSER_MOVABLE"),
]


@pytest.mark.parametrize(
    "line, completed",
    [*TYPED, ("pageflow explain 'GFP_KERNEL|__GFP_Z", "pageflow explain 'GFP_KERNEL|__GFP_ZERO'")],
)
def test_bash_completes_on_a_terminal(root, path, line, completed):
    argv = ["bash", "--norc", "--noprofile", "-i"]
    assert typed(argv, f"source {COMPLETION}/pageflow.bash", line, completed, path, root) == completed


@pytest.mark.skipif(not shutil.which("zsh"), reason="there is no zsh")
@pytest.mark.parametrize("line, completed", TYPED)
def test_zsh_completes_on_a_terminal(root, path, line, completed):
    prepare = f"fpath=($PWD/{COMPLETION} $fpath); autoload -U compinit; compinit -u -D"
    assert typed(["zsh", "-f", "-i"], prepare, line, completed, path, root) == completed

# SPDX-License-Identifier: GPL-2.0-only
"""What stands around the command: its manual page, made of its own help, and completion in three shells."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest
from terminal import HANG, Terminal

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


@pytest.fixture
def gfp_names(pageflow):
    """What a mask may be made of, as the command lists it."""
    names = [line.split()[1] for line in pageflow("names", "gfp").stdout.splitlines()]
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
            timeout=HANG,
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
            timeout=HANG,
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
def test_completion_knows_masks(request, shell, gfp_names):
    complete = request.getfixturevalue(shell)
    assert sorted(complete("explain", "")) == sorted(gfp_names)
    assert sorted(complete("explain", "GFP_KERN")) == ["GFP_KERNEL", "GFP_KERNEL_ACCOUNT"]
    assert complete("explain", "--json", "GFP_HIGHUSER_") == ["GFP_HIGHUSER_MOVABLE"]
    assert complete("explain", "GFP_KERNEL", "1") == ["1", "10"]
    assert complete("names", "gfp", "GFP_HIGHUSER_") == ["GFP_HIGHUSER_MOVABLE"]
    assert complete("names", "rules", "GFP_HIGHUSER_") == []


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_knows_what_help_is_for(request, shell, commands):
    complete = request.getfixturevalue(shell)
    assert sorted(complete("help", "")) == sorted(commands)
    assert complete("help", "expl") == ["explain"] and complete("help", "explain", "") == []


def test_completion_does_not_depend_on_the_width(bash, options, monkeypatch):
    wanted = {name for name in options("explain") if name.startswith("--")}
    monkeypatch.setenv("COLUMNS", "40")
    assert set(bash("explain", "--")) == wanted


def test_manual_page_does_not_depend_on_the_width(page, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    command = os.environ.get("PAGEFLOW", "build/pageflow")
    narrow = subprocess.run([sys.executable, "docs/manpage.py", command], capture_output=True, text=True, check=True)
    assert narrow.stdout == page


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_without_the_command_offers_nothing(request, shell, path):
    complete = request.getfixturevalue(shell)
    pathlib.Path(path.partition(":")[0], "pageflow").unlink()
    for line in ([""], ["explain", "GFP_"], ["explain", "--"], ["bench", ""], ["names", ""]):
        assert complete(*line) == []


def test_completion_holds_no_list_of_its_own(root, gfp_names):
    for path in (root / COMPLETION).iterdir():
        assert not set(re.findall(r"\w+", path.read_text())) & set(gfp_names) - {"none"}


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_knows_files_and_rows(request, shell, pageflow):
    complete = request.getfixturevalue(shell)
    assert complete("replay", "tests/traces/uma96-o") == ["tests/traces/uma96-order0-10.trace.xz"]
    assert complete("shell", "docs/scenarios/livel") == ["docs/scenarios/livelock.pf"]
    assert complete("report", "tests/samples/5.8.18-km") == ["tests/samples/5.8.18-kmem.ftrace"]
    assert complete("report", "--svg", "tests/samples/5.8.18-km") == ["tests/samples/5.8.18-kmem.ftrace"]
    for command in ("bench", "names"):
        listed = re.findall(r"^  ([a-z]\S*) ", pageflow(command, "--help").stdout, re.MULTILINE)
        assert sorted(complete(command, "")) == sorted(listed) and len(listed) > 2
    assert complete("bench", "mixed-") == ["mixed-empty"]


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
    """What stands on the line of a shell on a terminal after `line` and Tab, once it is `completed`."""
    environment = {"PATH": path, "TERM": "dumb", "HOME": "/nonexistent", "PS1": "READY> ", "INPUTRC": "/dev/null"}
    with Terminal(argv, typed=True, env=environment, cwd=root) as terminal:
        terminal.expect(b"READY> ")
        # The marker is put together by the shell, so that the echo of this line is not taken for it.
        terminal.type(f"{prepare}; PS1='GO''> '\n")
        terminal.expect(b"GO> ")
        terminal.type(line + "\t")
        shown = terminal.wait_until(lambda seen: on_screen(seen.decode(errors="replace")) == completed)
        return on_screen(shown)


TYPED = [
    ("pageflow repl", "pageflow replay"),
    ("pageflow replay --qu", "pageflow replay --quiet"),
    ("pageflow replay tests/traces/uma96-o", "pageflow replay tests/traces/uma96-order0-10.trace.xz"),
    ("pageflow explain GFP_HIGHUSER_M", "pageflow explain GFP_HIGHUSER_MOVABLE"),
]


@pytest.mark.parametrize(
    "line, completed",
    [
        *TYPED,
        ("pageflow explain 'GFP_KERNEL|__GFP_Z", "pageflow explain 'GFP_KERNEL|__GFP_ZERO'"),
        ("pageflow explain 'GFP_KERNEL & ~__GFP_Z", "pageflow explain 'GFP_KERNEL & ~__GFP_ZERO'"),
        ("pageflow names gfp 'GFP_KERNEL&~(__GFP_Z", "pageflow names gfp 'GFP_KERNEL&~(__GFP_ZERO'"),
        ("pageflow help sna", "pageflow help snapshot"),
    ],
)
def test_bash_completes_on_a_terminal(root, path, line, completed):
    argv = ["bash", "--norc", "--noprofile", "-i"]
    assert typed(argv, f"source {COMPLETION}/pageflow.bash", line, completed, path, root) == completed


@pytest.mark.skipif(not shutil.which("zsh"), reason="there is no zsh")
@pytest.mark.parametrize("line, completed", TYPED)
def test_zsh_completes_on_a_terminal(root, path, line, completed):
    prepare = f"fpath=($PWD/{COMPLETION} $fpath); autoload -U compinit; compinit -u -D"
    assert typed(["zsh", "-f", "-i"], prepare, line, completed, path, root) == completed

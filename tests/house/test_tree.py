# SPDX-License-Identifier: GPL-2.0-only
"""One make at a time works in a tree; tried in a copy that has the Makefile and no sources."""

import errno
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / ".ci"))
import tree as tree_module  # noqa: E402

GOALS = """include Makefile
hold:
	@echo held; read -r _; echo let go
quick:
	@echo quick
nested:
	@$(MAKE) -f goals.mk quick
prompt:
	$(give_back)
	@echo held; read -r _
"""


@pytest.fixture
def copy(tmp_path):
    """The copy's top."""
    (tmp_path / "src" / "web").mkdir(parents=True)
    for name in ("Makefile", "VERSION", "src/web/wasm.mk"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "goals.mk").write_text(GOALS)
    return tmp_path


@pytest.fixture
def start(copy):
    """Starts a command in the copy, as from a shell that no make has started."""
    begun = []
    settings = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}

    def begin(*words, **environment):
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        begun.append(subprocess.Popen(words, cwd=copy, text=True, env=settings | environment, **pipes))
        return begun[-1]

    yield begin
    for one in begun:
        one.kill()
        one.communicate()


@pytest.fixture
def make(start):
    return lambda *goals, **environment: start("make", "-f", "goals.mk", *goals, **environment)


@pytest.fixture
def holding(make):
    """A make in the middle of its work; it ends when something is written to it."""
    first = make("hold")
    assert first.stdout.readline() == "held\n"
    return first


def waiting_line(first):
    return f"another make works in this tree (process {first.pid}); waiting for it\n"


@pytest.mark.parametrize("words", [("quick",), ("-j8", "T=n", "quick"), ("clean",)], ids=lambda words: words[-1])
def test_the_second_waits_and_says_so(make, holding, copy, words):
    (copy / "build").mkdir()
    second = make(*words)
    assert second.stderr.readline() == waiting_line(holding)
    assert (copy / "build").exists() and second.poll() is None
    assert holding.communicate("\n") == ("let go\n", "")
    assert second.wait() == 0
    assert second.stderr.read() == ""


def test_one_that_another_tree_s_make_has_started_waits_too(make, holding):
    assert make("quick", MAKELEVEL="1").stderr.readline() == waiting_line(holding)


def test_what_it_starts_itself_goes_on(make):
    assert make("nested").communicate() == ("quick\n", "")


def test_one_that_was_killed_holds_nothing(make, holding):
    second = make("quick")
    assert second.stderr.readline() == waiting_line(holding)
    holding.kill()
    assert second.communicate() == ("quick\n", "")


def test_one_that_gave_up_waiting_leaves_the_others_alone(make, holding):
    second = make("quick")
    assert second.stderr.readline() == waiting_line(holding)
    second.kill()
    third = make("quick")
    assert third.stderr.readline() == waiting_line(holding)
    holding.communicate("\n")
    assert third.communicate() == ("quick\n", "")


@pytest.mark.parametrize("words", [("help",), ("-n", "quick"), ("-q", "help")], ids=" ".join)
def test_who_builds_nothing_does_not_wait(make, holding, words):
    assert make(*words).communicate()[1] == ""


def test_nobody_waits_for_one_at_a_prompt(make):
    first = make("prompt")
    assert first.stdout.readline() == "held\n"
    assert make("quick").communicate() == ("quick\n", "")
    assert first.communicate("\n") == ("", "")


def test_all_gates_are_one_work(start, copy, holding):
    gates = start(".ci/run", "house")
    assert gates.stderr.readline() == waiting_line(holding)
    holding.communicate("\n")
    assert gates.communicate()[0].endswith("0 passed, 1 failed\n")  # the copy has no such check


def test_two_set_ups(start, copy):
    """The first is the test itself, which holds what a set-up holds."""
    cache = copy / ".cache"
    cache.mkdir()
    holder = start("flock", str(cache / "setup.lock"), "sh", "-c", f"echo 17 >{cache}/setup.lock; echo held; read -r _")
    assert holder.stdout.readline() == "held\n"
    second = start(".ci/setup", "build")
    assert second.stderr.readline() == "set-up: another set-up works in this tree (process 17); waiting for it\n"
    assert not (cache / "stamps" / "build").exists()
    holder.communicate("\n")
    assert second.wait() == 0
    assert (cache / "stamps" / "build").exists()


# ---- A tree that cannot be written ---------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [("make", "build"), ("make", "clean"), (".ci/run", "build")], ids=" ".join)
def test_a_tree_that_cannot_be_written_is_answered_in_words(start, copy, command):
    (copy / "build").symlink_to("/proc")  # where root cannot write either
    said = start(*command)
    out, error = said.communicate()
    assert (out, said.returncode, error.count("\n")) == ("", 2, 1)
    assert "build/ cannot be written (" in error
    assert "); copy the tree to where you may write, and run make there" in error


def test_set_up_needs_to_write_only_what_is_missing(start, copy):
    assert start(".ci/setup", "build").wait() == 0
    (copy / ".cache" / "setup.lock").unlink()
    (copy / ".cache" / "setup.lock").mkdir()
    assert start(".ci/setup", "build").communicate() == ("", "")
    said = start(".ci/setup", "build", "gdb")
    assert said.communicate()[1].startswith("set-up: error: .cache/ cannot be written; copy the tree to where you may")
    assert said.returncode == 1


def test_a_full_disk_is_named_and_can_be_cleaned(copy, monkeypatch):
    def refuse(**_options):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.chdir(copy)
    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    said = "this tree cannot be written (No space left on device); make room: `make clean` removes build/"
    assert tree_module.obstacle([]) == said
    assert tree_module.obstacle(["clean"]) is None


def test_a_limit_of_memory_is_named(start):
    said = start("sh", "-c", "ulimit -v 500000 && make -f goals.mk nested")
    line = "memory is limited to 500000 KiB (ulimit -v): what fails below may fail for that\n"
    assert said.communicate() == ("quick\n", line)


# ---- What has no source --------------------------------------------------------------------------------------------


def test_no_object_outlives_its_source(make, copy):
    """Nor what may have been linked with it: that is linked again. Other flavours are left as they are."""
    build = copy / "build"
    kept = ["uma/cov/src/world/zones.o", "uma/cov/src/world/zones.d", "uma/O0/engine.o", "coverage/coverage.json"]
    gone = [f"uma/cov/src/world/gone.{suffix}" for suffix in ("o", "d", "gcno")]
    gone += ["uma/cov/engine.o", "uma/cov/tests/program", "front/cov/tests/program"]
    for name in ["src/world/zones.c", *(f"build/{name}" for name in kept + gone)]:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).touch()
    assert make("quick").communicate() == ("quick\n", "")
    assert sorted(str(path.relative_to(build)) for path in build.rglob("*") if path.is_file()) == sorted(kept)

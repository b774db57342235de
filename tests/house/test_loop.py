# SPDX-License-Identifier: GPL-2.0-only
"""`make test T=NAME`: which commands run after a change. Tried in a small copy whose compiler only notes that it was called."""

import os
import pathlib
import shutil
import subprocess
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
import matching  # noqa: E402

# What is copied: two stages with their tests, one test of each other kind, what links them.
SOURCES = [
    "src/stages/09-zone_watermark_ok.c",
    "src/stages/10-rmqueue.c",
    "src/text/words.c",
    "src/library/steps.c",
    "src/tools/main.c",
    "src/gdb/driver.c",
    "src/web/wasm.mk",
    "src/web/start.c",
    "src/web/contents.c",
    "src/web/no-unpack.c",
    "src/web/symbols.py",
    "src/web/lower.py",
    "tests/stages/09-zone_watermark_ok.c",
    "tests/stages/10-rmqueue.c",
    "tests/stages/02-alloc_pages-mempolicy.c",
    "tests/library/steps.c",
    "tests/support/harness.c",
    "tests/tools/test_names.py",
    "tests/web/test_engine.py",
]
# Stands for compiler, linker and archiver. What it links is a program whose tests pass.
TOOL = """#!/bin/sh
out= last=
for word; do
	if [ "$last" = -o ]; then out=$word; fi
	last=$word
done
for word; do
	case $word in *.c) ! grep -qs WRONG "$word" || exit 1 ;; esac
done
case $out in
"") exit 0 ;;
*program) printf '#!/bin/sh\\necho "3 passed, 0 failed"\\n' >"$out"; chmod +x "$out" ;;
*) : >"$out" ;;
esac
echo "$out" >>"$NOTED"
"""


@pytest.fixture
def copy(tmp_path):
    """The copy's top, all built once."""
    machinery = [path.relative_to(ROOT) for folder in ("tests", "docs/_ext") for path in (ROOT / folder).glob("*.py")]
    for name in [*SOURCES, *machinery, "Makefile", "VERSION"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, tmp_path / name)
        else:
            (tmp_path / name).touch()
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "tools").mkdir()
    for name in ("gcc", "ar", "ld", "objcopy"):
        (tmp_path / "tools" / name).write_text(TOOL)
        (tmp_path / "tools" / name).chmod(0o755)
    (tmp_path / ".cache/stamps").mkdir(parents=True)
    for group in ("build", "test", "gdb", "arm64", "mcdc", "ci"):
        (tmp_path / ".cache/stamps" / group).touch()
    return tmp_path


@pytest.fixture
def make(copy):
    """Runs make in the copy; gives its result and, in order of their names, what the tools made."""
    own = ("MAKE", "MFLAGS", "WERROR", "FLAVOUR", "ARCH")  # of the make, or the gate, that runs these tests
    settings = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    settings |= {"PATH": f"{copy / 'tools'}:{os.environ['PATH']}", "NOTED": str(copy / "noted")}

    def run(*words):
        (copy / "noted").write_text("")
        done = subprocess.run(["make", *words], cwd=copy, env=settings, capture_output=True, text=True)
        return done, sorted((copy / "noted").read_text().split())

    return run


def change(path):
    """As an editor would: the file is newer than all that was made from it."""
    later = time.time_ns() + 10**9
    os.utime(path, ns=(later, later))


def test_a_changed_stage_is_compiled_and_linked_into_two_programs_and_nothing_else(make, copy):
    assert make("test", "T=09")[0].returncode == 0
    change(copy / "src/stages/09-zone_watermark_ok.c")
    done, made = make("test", "T=09")
    assert done.stdout == "tests: 6 passed, 0 failed\n"
    objects = [f"build/{one}/O0/src/stages/09-zone_watermark_ok.o" for one in ("numa", "uma")]
    assert made == sorted([*objects, *(f"build/{one}/O0/tests/program" for one in ("numa", "uma"))])


def test_nothing_runs_but_the_tests_where_nothing_changed(make, copy):
    make("test", "T=09")
    done, made = make("test", "T=09")
    assert (done.stdout, made) == ("tests: 6 passed, 0 failed\n", [])
    assert done.stderr == "ran: 3 in C without NUMA, 3 in C with NUMA\n"


def test_only_the_programs_that_hold_such_a_test_are_made(make):
    done, made = make("test", "T=mempolicy")
    assert done.stdout == "tests: 3 passed, 0 failed\n"
    assert [one for one in made if one.endswith("program")] == ["build/numa/O0/tests/program"]
    done, made = make("test", "T=steps")
    assert [one for one in made if one.endswith("program")] == ["build/front/O0/tests/program"]


def test_a_python_test_needs_the_command(make):
    said = make("-n", "test", "T=test_names")[0].stdout
    assert "-o build/front/O2/pageflow " in said and "-o build/uma/O0/gdb-driver " in said


def test_only_a_test_of_the_module_needs_the_module(make, copy):
    (copy / ".cache/stamps/wasm").touch()
    assert "lower.py build/wasm/pageflow-64.wasm" in make("-n", "test", "T=test_engine")[0].stdout
    assert "wasm" not in make("-n", "test", "T=test_names")[0].stdout


def test_what_nothing_matches_is_found_before_anything_is_built(make, copy):
    done, made = make("test", "T=watermrak")
    assert done.returncode != 0 and made == [] and not (copy / "build").exists()
    assert "tests: nothing matches 'watermrak'; did you mean " in done.stderr


def test_changed_flags_compile_again(make):
    make("test", "T=09")
    done, made = make("test", "T=09", "CC=gcc -pipe")
    assert "build/uma/O0/src/stages/09-zone_watermark_ok.o" in made
    assert make("test", "T=09", "CC=gcc -pipe")[1] == []


# ---- A source that does not compile --------------------------------------------------------------------------------

BUILT = ["build/pageflow", "build/front/O2/pageflow", "build/uma/O0/gdb-driver", "build/uma/O0/tests/program"]


@pytest.fixture
def built(make, copy):
    """The copy, with programs of an earlier build, of which one is of a flavour that is not built here."""
    make("test", "T=09")
    for name in [*BUILT, "build/uma/asan/tests/program"]:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).touch()
    return copy


def left(copy):
    return [name for name in BUILT if (copy / name).exists()]


@pytest.mark.parametrize("flavour", ["O0", "O2"])
def test_nothing_older_is_left_to_run_where_a_source_does_not_compile(make, built, flavour):
    (built / "src/stages/09-zone_watermark_ok.c").write_text("WRONG\n")
    change(built / "src/stages/09-zone_watermark_ok.c")
    assert make(f"build/uma/{flavour}/src/stages/09-zone_watermark_ok.o")[0].returncode != 0
    kept = {"O0": ["build/front/O2/pageflow"], "O2": ["build/uma/O0/gdb-driver", "build/uma/O0/tests/program"]}
    assert left(built) == kept[flavour]
    assert (built / "build/uma/asan/tests/program").exists()


def test_a_test_that_does_not_compile_takes_only_the_tests_away(make, built):
    (built / "tests/stages/09-zone_watermark_ok.c").write_text("WRONG\n")
    change(built / "tests/stages/09-zone_watermark_ok.c")
    assert make("build/uma/O0/tests/stages/09-zone_watermark_ok.o")[0].returncode != 0
    assert left(built) == BUILT[:-1]


def test_what_is_unused_is_an_error_in_the_gates_alone(make):
    def refused(flavour, *words):
        said = make("-n", f"build/uma/{flavour}/src/stages/10-rmqueue.o", *words)[0].stdout
        return "-Wno-error=unused-parameter" not in said.split(" -c -o ")[0].splitlines()[-1]

    assert not any(refused(flavour) for flavour in ("O0", "O2", "cov", "mutants", "asan"))
    assert refused("clang") and refused("asan", "WERROR=-Werror") and not refused("O0", "WERROR=-Werror")


# ---- What T means --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wanted, needed",
    [
        ("09", ["uma", "numa"]),
        ("9", ["uma", "numa"]),
        ("mempolicy", ["numa"]),
        ("09-2", ["uma", "numa"]),
        ("04-2", ["numa", "front"]),
        ("replay_of_numa2_cpuset", ["numa"]),
        ("utf8", ["front"]),
        ("test_loop", ["python"]),
        ("test_loop[09", ["python"]),
        ("21", []),
        ("09-99", []),
        ("it's not there", []),
        ("test_engine", ["web"]),
        ("", ["uma", "numa", "front", "python", "web"]),
    ],
)
def test_what_is_needed(wanted, needed):
    assert matching.needed(wanted) == needed


def test_what_a_python_test_is_run_with_counts_only_where_it_is_meant():
    assert not matching.matches_script(matching.filter_of("09"), "test_draw", "test_picture[09-zones]")
    assert not matching.matches_script("zones", "test_draw", "test_picture[09-zones]")
    assert matching.matches_script("picture[09-zones]", "test_draw", "test_picture[09-zones]")


@pytest.mark.parametrize(
    "wanted, said",
    [
        ("21", "there is no stage 21; `ls src/stages` shows them"),
        ("09-99", "no test proves claim 09-99"),
        ("rmqeue", "nothing matches 'rmqeue'; did you mean "),
        ("%%%", "nothing matches '%%%'; `ls tests/*` shows the files"),
    ],
)
def test_nothing_matches(wanted, said):
    assert matching.nothing(wanted).startswith(said)


def test_every_test_of_a_program_is_known():
    """The programs list their own tests; what T means must not depend on whether they are built."""
    newest = max(path.stat().st_mtime for path in (ROOT / "tests").glob("*/*.c"))
    for program in ("uma", "numa", "front"):
        path = ROOT / "build" / program / "O0" / "tests" / "program"
        if not path.exists() or path.stat().st_mtime < newest:
            continue  # `make test` builds it; with T=NAME it may be another's
        listed = subprocess.run([path, "-l"], capture_output=True, text=True, check=True).stdout.splitlines()
        mine = {(stem, name, " ".join(claims)) for one, stem, name, claims in matching.known() if one == program}
        assert {tuple(line.split("\t")) for line in listed} == mine

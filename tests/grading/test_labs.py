# SPDX-License-Identifier: GPL-2.0-only
"""What a check says of a lab: the empty form and a plausible wrong solution fail, the book's form passes, and whatever else a student
writes comes to an end. `.ci/run labs`; needs what `make workshop` builds."""

import pathlib
import re
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from labs import __main__ as command  # noqa: E402
from labs import bench, definitions, emptying, grading  # noqa: E402

LABS = definitions.read_all()
every_lab = pytest.mark.parametrize("lab", LABS, ids=[lab.name for lab in LABS])


def book(lab):
    """The lab's file with the book's form of everything, not the same text as in the tree, so that it is built anew."""
    return emptying.announced(lab, emptying.source_of(lab))


def with_body(lab, code):
    """The lab's file with this body for the last of the emptied functions, and the book's form of the others."""
    lines = book(lab).split("\n")
    at = next(
        i
        for i, line in enumerate(lines)
        if re.match(rf"(?!#).*\b{lab.empty[-1].name}\(", line) and not line[0].isspace()
    )
    first = lines.index("{", at)
    return "\n".join([*lines[: first + 1], code, *lines[lines.index("}", first) :]])


# ---- every lab -------------------------------------------------------------------------------------------------------------


@every_lab
def test_the_empty_form_fails(lab):
    made = grading.grade(lab, emptying.emptied(lab), lab.recordings)
    assert made.built.ok, made.built.said
    assert not made.passed and made.tests.failed
    # Expect each of them to decide: else the page sends nobody there first.
    assert set(lab.first) <= {name.split(": ")[1] for name in made.tests.failed}
    assert len(made.diverged) == len(lab.recordings)


@every_lab
def test_a_plausible_wrong_solution_fails(lab):
    made = grading.grade(lab, emptying.wrong(lab), lab.recordings)
    assert made.built.ok, made.built.said
    assert made.tests.failed and not made.passed


@every_lab
def test_the_form_of_the_book_passes(lab):
    made = grading.grade(lab, book(lab), lab.recordings)
    assert made.passed, made.standing
    assert made.built.compiled and not made.built.said


def test_the_forms_of_the_book_replay_every_recording():
    with grading.workshop.Workshop("labs") as shop:
        for lab in LABS:
            text = shop.text(lab.file)
            shop.write(lab.file, text if text.startswith(book(lab)[:120]) else book(lab))
        assert shop.build().ok
        outcomes = {name: one.outcome for name, one in shop.recordings().items()}
    assert len(outcomes) == len(list((ROOT / "tests/traces").glob("*.xz")))
    assert set(outcomes.values()) == {"identical"}


# ---- what a student may do -------------------------------------------------------------------------------------------------


def lab_of(name):
    return definitions.find(name, LABS)


def test_what_goes_round_for_ever_is_stopped():
    lab = lab_of("oom_badness")
    made = grading.grade(lab, with_body(lab, "\tfor (;;)\n\t\t;"), lab.recordings)
    said = "\n".join(grading.report(made, "here"))
    assert not made.passed and "went on for ever, and was stopped" in said


def test_what_crashes_is_a_test_that_failed_and_a_recording_that_did_not_end():
    lab = lab_of("__free_one_page")
    made = grading.grade(lab, with_body(lab, "\t*(volatile int *)8 = 0;"), lab.recordings)
    said = "\n".join(grading.report(made, "here"))
    assert not made.passed and "crashed" in said
    assert {one.outcome for one in made.recordings.values()} == {"crashed"}


def test_what_does_not_compile_is_not_run():
    lab = lab_of("expand")
    made = grading.grade(lab, with_body(lab, "\tno such thing;"), lab.recordings)
    said = "\n".join(grading.report(made, "build/lab/expand/11-__rmqueue.c"))
    assert not made.passed and made.tests is None and made.recordings is None
    assert "build/lab/expand/11-__rmqueue.c:" in said and "error" in said
    assert made.standing == "does not compile; nothing was run"


@pytest.mark.parametrize(
    "code", ["\tint unused;\n", "\tunsigned int o = high;\n\tif (o = low)\n\t\treturn;\n"], ids=["unused", "assignment"]
)
def test_what_the_compiler_only_warns_of_is_run(code):
    lab = lab_of("expand")
    made = grading.grade(lab, with_body(lab, code), lab.recordings[:1])
    assert made.built.ok and "warning" in made.built.said and made.tests is not None


def test_another_head_does_not_compile():
    lab = lab_of("find_suitable_fallback")
    made = grading.grade(
        lab, book(lab).replace("int find_suitable_fallback(const", "long find_suitable_fallback(const"), ()
    )
    assert not made.built.ok and "conflicting types" in made.built.said


def test_a_function_of_ones_own_may_be_added():
    lab = lab_of("oom_badness")
    text = with_body(lab, "\treturn mine(process);").replace(
        "bool oom_killable(",
        "static long mine(const struct task *process)\n{\n\treturn process->tgid;\n}\n\nbool oom_killable(",
        1,
    )
    assert grading.grade(lab, text, ()).built.ok


def test_what_is_printed_on_the_way_does_not_matter():
    lab = lab_of("expand")
    text = book(lab).replace("\twhile (high > low) {", '\tprintf("here [1] {}\\n");\n\twhile (high > low) {')
    text = text.replace('#include "gfp.h"', '#include <stdio.h>\n\n#include "gfp.h"')
    made = grading.grade(lab, text, lab.recordings)
    assert made.passed, made.standing


# ---- the command -----------------------------------------------------------------------------------------------------------


def test_a_lab_from_the_first_line_to_the_last(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(bench, "PLACE", tmp_path)
    lab = lab_of("expand")

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["labs", "expand", *words])
        return command.main(), capfd.readouterr().out.splitlines()

    before = {path: path.read_bytes() for path in [*ROOT.glob("src/**/*.[ch]"), *ROOT.glob("include/*.h")]}
    assert run()[0] == 0
    code, said = run("--check")
    assert code == 1 and "nothing is written yet" in said[0]
    assert re.match(r"expand: \d+ of \d+ tests passed, \d+ of 61 recordings identical$", said[-1])
    assert any("diverged: " in line for line in said)
    assert max(map(len, said)) <= 80
    (tmp_path / "expand" / lab.file_name).write_text(book(lab), encoding="utf-8")
    code, said = run("--check")
    assert code == 0 and re.match(r"expand: done. All \d+ tests passed, all 61 recordings are identical", said[-1])
    assert before == {path: path.read_bytes() for path in before}

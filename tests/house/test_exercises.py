# SPDX-License-Identifier: GPL-2.0-only
"""`make exercises`: what it asks of an exercise, when it fails, and what a change in a header reaches."""

import pathlib
import re
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "workshop"), str(ROOT / "docs" / "_ext")]
import exercises  # noqa: E402
import reach  # noqa: E402

HEADER = """\
#define LIMIT 3

struct pair {
	int a, b;
};

static inline int small(int a)
{
#ifdef NUMA
	a++;
#endif
	return a < LIMIT;
}

static inline bool both(const struct pair *pair)
{
	return small(pair->a) && small(pair->b);
}
"""
SEEN = {
    "tests": {"09": ["uma: a"], "10": []},
    "recordings": {"uma96-slowpath-8": {"op": 7}},
    "scenarios": {"oom": "same"},
}


def asked(**options):
    return exercises.Exercise("09-1", options)


@pytest.mark.parametrize(
    "options",
    [
        {"fails": "09", "passes": "10"},
        {"recordings": "diverge"},
        {"recordings": "uma96-slowpath-8"},
        {"scenarios": "oom=same"},
    ],
)
def test_what_the_book_says_is_enough(options):
    assert asked(**options).unlike(SEEN) == []


@pytest.mark.parametrize(
    "options, said",
    [
        ({"fails": "10"}, "T=10 passes"),
        ({"passes": "09"}, "T=09 fails"),
        ({"recordings": "identical"}, "1 recordings diverge"),
        ({"recordings": "uma96-order0-10"}, "uma96-order0-10 is identical"),
        ({"scenarios": "oom=endless"}, "oom prints what it printed before"),
    ],
)
def test_what_was_seen_and_is_not_what_the_book_says(options, said):
    assert asked(**options).unlike(SEEN) == [said]


def test_another_figure_than_the_kept_one_is_a_difference():
    other = {**SEEN, "recordings": {"uma96-slowpath-8": {"op": 8}}}
    assert exercises.differences(SEEN, SEEN) == []
    assert "KEEP=1" in exercises.differences(other, SEEN)[-1]
    assert "KEEP=1" in exercises.differences(SEEN, None)[0]


def test_every_exercise_that_changes_code_has_its_patch_and_figures():
    known = exercises.exercises()
    assert sorted(known) == sorted(path.stem for path in (ROOT / exercises.PATCHES).glob("*.patch"))
    assert set(exercises.kept()) == set(known) and exercises.strays() == []


def test_the_chapters_from_06_on_have_an_exercise_without_a_change():
    without = {
        name[:2]
        for page in exercises.pages()
        for name, options in exercises.DIRECTIVE.findall(page.read_text(encoding="utf-8"))
        if ":kind: predict" in options or ":kind: paper" in options
    }
    assert without >= {f"{number:02}" for number in range(6, 21)}


def test_a_test_that_an_answer_names_is_one_that_is_asked():
    for page in exercises.pages():
        text = page.read_text(encoding="utf-8")
        for part in re.split(r"^(?=\.\. exercise::)", text, flags=re.M)[1:]:
            name, options = exercises.DIRECTIVE.findall(part)[0]
            named = set(re.findall(r"make\s+test\s+T=([\w-]+)", part.split("\n\n\n")[0].split("\nReference\n")[0]))
            options = dict(exercises.OPTION.findall(options))
            assert named <= {*options.get("fails", "").split(), *options.get("passes", "").split()}, name


def test_every_figure_of_an_answer_was_seen():
    seen, kept = re.compile(r":seen:`([^`]*)`"), exercises.kept()
    for page in exercises.pages():
        for name, what, *words in (one.split() for one in seen.findall(page.read_text(encoding="utf-8"))):
            known = kept[name]["tests"] if what == "tests" else kept[name]["recordings"]
            assert what.lower() == "recordings" or (words[0] if what == "tests" else what) in known, (name, what)


def changed(old, new):
    return reach.changed_names(HEADER, HEADER.replace(old, new))


def test_a_change_of_a_function_reaches_who_uses_it():
    assert changed("a < LIMIT", "a <= LIMIT") == {"small"}
    assert changed("\ta++;\n", "") == {"small"}
    assert reach.users({"small"}, [HEADER]) == {"small", "both"}
    assert reach.uses("x = both(p);", {"small", "both"}) and not reach.uses("x = bothered(p);", {"small", "both"})


def test_a_change_of_a_macro_reaches_who_uses_the_functions_that_use_it():
    assert changed("LIMIT 3", "LIMIT 4") == {"LIMIT"}
    assert reach.users({"LIMIT"}, [HEADER]) == {"LIMIT", "small", "both"}


def test_a_change_of_a_structure_reaches_everybody():
    assert changed("int a, b;", "int a, b, c;") is None

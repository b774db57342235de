# SPDX-License-Identifier: GPL-2.0-only
"""`make mutants`: what it draws, and what its ledger refuses."""

import pathlib
import random
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "mutants"))
import mutants  # noqa: E402

SOURCE = """/* SPDX-License-Identifier: GPL-2.0-only */
int smaller(int a, int b)
{
\t/* a < b */
\treturn a < b;
}
"""


@pytest.fixture
def tree(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(mutants, "ROOT", tmp_path)
    (tmp_path / "small.c").write_text(SOURCE)
    return tmp_path


def ledger_of(tree, monkeypatch, *rows):
    """The ledger with these rows."""
    path = tree / "equivalents.tsv"
    path.write_text("\n".join(["file\tfunction\tline\tmutant\treason", *rows]) + "\n")
    monkeypatch.setattr(mutants, "LEDGER", path)
    return mutants.Ledger()


def test_a_seed_draws_the_same_changes_again(tree):
    def draw(seed):
        return [str(one) for one in mutants.drawn([pathlib.Path("small.c")], random.Random(seed))]

    assert draw(1) == draw(1)
    assert draw(1) != draw(2)
    assert sorted(draw(1)) == sorted(draw(2))


def test_comments_are_not_changed(tree):
    changed = {one.line for one in mutants.drawn([pathlib.Path("small.c")], random.Random(1))}
    assert 5 in changed and not changed & {1, 4}


def test_a_change_is_the_whole_text_with_one_line_changed(tree):
    mutant = next(one for one in mutants.drawn([pathlib.Path("small.c")], random.Random(1)) if "a > b" in one.now)
    assert mutant.text(SOURCE.splitlines(keepends=True)) == SOURCE.replace("return a < b", "return a > b")


def test_the_ledger_excuses_what_it_names(tree, monkeypatch):
    ledger = ledger_of(tree, monkeypatch, "small.c\tsmaller\treturn a < b;\treturn a != b;\ta is never above b")
    excused = [
        one.now.strip() for one in mutants.drawn([pathlib.Path("small.c")], random.Random(1)) if ledger.excuses(one)
    ]
    assert excused == ["return a != b;"]


@pytest.mark.parametrize(
    "row, said",
    [
        (
            "small.c\tsmaller\treturn a <= b;\treturn a != b;\twhy",
            "entry 1: there is no line `return a <= b;` in smaller()",
        ),
        ("small.c\tlarger\treturn a < b;\treturn a != b;\twhy", "in larger() of small.c"),
        ("none.c\tsmaller\treturn a < b;\treturn a != b;\twhy", "of none.c; delete the entry"),
        ("small.c\tsmaller\treturn a < b;\treturn a != b;", "five fields"),
        ("small.c\tsmaller\treturn a < b;\treturn a != b;\t", "five fields"),
    ],
)
def test_the_ledger_refuses_what_matches_nothing(tree, monkeypatch, row, said):
    with pytest.raises(SystemExit, match="mutants: ") as ended:
        ledger_of(tree, monkeypatch, row)
    assert said in str(ended.value)


def test_the_score_leaves_out_what_makes_no_difference():
    counts = {"own": 30, "others": 15, "sanitizers": 3, "survived": 2, "equivalent": 10}
    assert mutants.score(counts) == 96.0

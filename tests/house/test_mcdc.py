# SPDX-License-Identifier: GPL-2.0-only
"""Counting conditions: how a decision is taken apart, what clang cannot measure, and what the ledger may argue."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "coverage"))
import mcdc  # noqa: E402

CODE = [
    "int f(int a, int b)",
    "{",
    "\t/* a && b */",
    "\tif (a && (b > 1 ||",
    '\t\t  !g(a, "||")))',
    "\t\treturn 1;",
    "\treturn (a || b);",
    "}",
]
FIRST, SECOND = (4, 6, 5, 17), (7, 10, 7, 16)


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "f.c").write_text("\n".join(CODE) + "\n")
    return "f.c"


def found(path, decisions):
    return mcdc.conditions_of(path, decisions, {"f": range(1, 9)})


def test_a_decision_is_taken_apart_into_its_operands(path):
    conditions, wrong = found(path, {FIRST: [True, False, True], SECOND: [True, True]})
    assert [(one.line, one.text) for one in conditions] == [
        (4, "a"),
        (4, "b > 1"),
        (5, "!g(a, )"),
        (7, "a"),
        (7, "b"),
    ]
    assert [one.text for one in conditions if not one.shown] == ["b > 1"] and not wrong


def test_a_decision_that_is_not_measured_is_named(path):
    conditions, wrong = found(path, {FIRST: [True, True, True]})
    assert len(conditions) == 3 and wrong == ["f.c:7: clang does not measure the decision with this ||"]


def test_a_decision_that_clang_takes_apart_otherwise_is_named(path):
    assert any("clang counts 2 conditions, not 3" in one for one in found(path, {FIRST: [True, True]})[1])


def test_a_condition_shown_in_one_configuration_counts():
    def account(shown):
        return {"files": [{"filename": "src/world/f.c", "mcdc_records": [[*SECOND, 0, 5, shown]]}], "functions": []}

    decisions = {}
    for shown in ([True, False], [False, True]):
        mcdc.gather(account(shown), decisions, {})
    assert decisions == {"src/world/f.c": {SECOND: [True, True]}}


def argued(monkeypatch, pattern, shown):
    condition = mcdc.Condition("f.c", 7, "b", "a || b", "f", shown)
    entry = {"file": "f.c", "function": "f", "pattern": pattern, "kind": "mcdc", "where": "ledger:1", "reason": "why"}
    monkeypatch.setattr(mcdc, "read_ledger", lambda: ([entry], []))
    return mcdc.argue([condition]), condition.argued


def test_the_ledger_argues_a_condition(monkeypatch):
    assert argued(monkeypatch, "b", False) == ([], "why")


@pytest.mark.parametrize(("pattern", "shown", "complaint"), [("c", False, "no condition"), ("b", True, "remove it")])
def test_the_ledger_argues_nothing_else(monkeypatch, pattern, shown, complaint):
    wrong, argument = argued(monkeypatch, pattern, shown)
    assert len(wrong) == 1 and complaint in wrong[0] and not argument

# SPDX-License-Identifier: GPL-2.0-only
"""The counting behind the coverage gate: how the configurations are merged, and what the ledger may exclude."""

import importlib.util
import json
import pathlib

import pytest

COVERAGE = pathlib.Path(__file__).resolve().parent.parent.parent / "coverage"


def load(name):
    spec = importlib.util.spec_from_file_location(f"coverage_{name}", COVERAGE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


collect = load("collect")
gate = load("gate")

SOURCE = ["int f(int n)", "{", "\tif (n)", "\t\treturn 1;", "\treturn 0;", "}"]


def view(**lines):
    """A configuration's view of one function f; L3=(count, outcomes...) a line."""
    numbered = {int(name[1:]): {"count": line[0], "branches": list(line[1:])} for name, line in lines.items()}
    return {"functions": {"f": {"count": 1, "line": 1, "end": 6, "tests": []}}, "lines": numbered}


def entry(pattern, kind, configuration="both", limit=None):
    return {
        "function": "f",
        "file": "f.c",
        "pattern": pattern,
        "kind": kind,
        "configuration": configuration,
        "reason": "why",
        "limit": limit,
    }


def excluded(one, views):
    items = collect.items_of(views)
    keys, complaint = collect.apply_entry(one, items, views, SOURCE)
    return keys, complaint, collect.summarise(items)


def test_items_merge_where_outcomes_agree():
    items = collect.items_of({"uma": view(L3=(1, 1, 0)), "numa": view(L3=(1, 0, 1))})
    assert collect.summarise(items) == {"lines": [1, 1], "functions": [1, 1], "branches": [2, 2]}


def test_items_count_per_configuration_where_outcomes_differ():
    items = collect.items_of({"uma": view(L3=(1, 1, 0)), "numa": view(L3=(1, 1, 1, 1, 0))})
    assert collect.summarise(items)["branches"] == [4, 6]


def test_ledger_takes_out_line():
    keys, complaint, summary = excluded(entry("return 1", "line"), {"uma": view(L3=(1, 1, 0), L4=(0,))})
    assert complaint is None and keys == [("line", 4, "uma", 0)]
    assert summary["lines"] == [1, 1]


def test_ledger_takes_out_untaken_outcome_only():
    _, complaint, summary = excluded(entry("if (n)", "branch"), {"uma": view(L3=(1, 1, 0))})
    assert complaint is None and summary["branches"] == [1, 1]


def test_ledger_refuses_more_outcomes_than_named():
    _, complaint, summary = excluded(entry("if (n)", "branch", limit=1), {"uma": view(L3=(1, 0, 0))})
    assert "2 outcomes are never taken, 1 excluded" in complaint and summary["branches"] == [0, 2]


@pytest.mark.parametrize("kind", ["line", "branch"])
def test_ledger_refuses_what_is_covered(kind):
    assert "remove it" in excluded(entry("if (n)", kind), {"uma": view(L3=(1, 1, 1))})[1]


def test_ledger_refuses_unknown_text_and_function():
    views = {"uma": view(L3=(1, 1, 1))}
    assert "no line of f contains" in excluded(entry("while", "line"), views)[1]
    assert "no function g" in excluded(entry("if", "line") | {"function": "g"}, views)[1]


def test_ledger_names_one_configuration_only_where_it_counts_alone():
    both = {"uma": view(L3=(1, 1, 0)), "numa": view(L3=(1, 1, 0))}
    assert excluded(entry("if (n)", "branch", "uma"), both)[1] is not None
    apart = {"uma": view(L3=(1, 1, 0)), "numa": view(L3=(1, 1, 1, 1, 1))}
    assert excluded(entry("if (n)", "branch", "uma"), apart)[1] is None


def test_the_totals_have_their_labels_on_lines_before_them(tmp_path, monkeypatch, capsys):
    total = {kind: [1, 2] for kind in gate.KINDS}
    both = {"life+state+replay+engine": total, "stages+world": {kind: [3, 3] for kind in gate.KINDS}}
    data = {"ran": {"passed": 7, "failed": 0}, "ledger": [], "totals": both, "files": {}}
    for name, content in (("build/coverage/coverage.json", data), ("coverage/gate.json", {"gate": {}})):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(json.dumps(content))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["gate.py", "--tests"])
    assert gate.main() == 0
    assert capsys.readouterr().out.splitlines() == [
        "tests in C, those without and those with NUMA added up:",
        "tests: 7 passed, 0 failed",
        "first of the next two lines: src/life, src/state, src/replay and src/engine",
        "last line: src/stages and src/world",
        "lines 50.0% functions 50.0% branches 50.0%",
        "lines 100.0% functions 100.0% branches 100.0%",
    ]


def test_percent_says_100_for_all_only():
    assert gate.percent(9999, 10000) == 99.9
    assert gate.percent(3, 3) == 100.0


def test_the_merged_tracefile_is_the_sum_of_both_configurations(tmp_path, monkeypatch):
    monkeypatch.setattr(collect, "OUT", tmp_path)
    views = {"uma": view(L3=(2, 2, 0), L4=(0,)), "numa": view(L3=(3, 1, 2), L4=(0,), L5=(1, 1, 0, 0))}
    items = collect.items_of(views)
    del items["line", 4, "", 0]  # as the ledger would
    collect.write_merged({"src/f.c": views}, {"src/f.c": items})
    records = (tmp_path / "merged.info").read_text().split()
    assert records[:4] == ["TN:", "SF:src/f.c", "FN:1,f", "FNDA:2,f"]
    assert sorted(one for one in records if one.startswith("BRDA:3")) == ["BRDA:3,0,0,3", "BRDA:3,0,1,2"]
    assert [one for one in records if one.startswith("DA:")] == ["DA:3,5", "DA:5,1"]
    assert sum(1 for one in records if one.startswith("BRDA:5")) == 3

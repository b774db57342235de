# SPDX-License-Identifier: GPL-2.0-only
"""The labs: their definitions agree with the sources and the chapters, and laying one out loses nothing of what a student wrote."""

import pathlib
import re
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "house")]
import source  # noqa: E402

from labs import __main__ as command  # noqa: E402
from labs import bench, definitions, emptying  # noqa: E402
from labs.page import COLUMNS, page  # noqa: E402

LABS = definitions.read_all()
every_lab = pytest.mark.parametrize("lab", LABS, ids=[lab.name for lab in LABS])


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(bench, "PLACE", tmp_path)
    return tmp_path


def run(monkeypatch, capsys, *words):
    """Exit code and output of the command."""
    monkeypatch.setattr(sys, "argv", ["labs", *words])
    code = command.main()
    return code, capsys.readouterr().out


def body(lab, part):
    """The lines of an emptied part in the book's form, below its head, without what they are indented by."""
    lines = emptying.source_of(lab).split("\n")
    first, last = emptying.extent(lab, part.name, emptying.extents(lab))
    head = lines.index("{", first - 1) + 1 if part.kind == "function" else first - 1
    return [line.strip() for line in lines[head:last]]


# ---- definitions -----------------------------------------------------------------------------------------------------


def test_there_are_the_labs_that_the_book_promises():
    promised = {
        "zone_watermark_ok",
        "gfp_zone",
        "expand",
        "__rmqueue_smallest",
        "find_suitable_fallback",
        "__free_one_page",
        "should_reclaim_retry",
        "oom_badness",
    }
    assert promised <= {lab.name for lab in LABS}


@every_lab
def test_what_a_lab_names_is_there(lab):
    chapter = (ROOT / f"{lab.chapter}.rst").read_text(encoding="utf-8")
    headings = re.findall(r"^(.+)\n-{3,}$", chapter, re.M)
    assert set(lab.read) <= set(headings)
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests/stages").glob(f"{lab.stage}-*.c"))
    assert set(lab.first) <= set(re.findall(r"^TEST\((\w+),", tests, re.M))
    assert all((ROOT / f"tests/traces/{name}.trace.xz").is_file() for name in lab.recordings)
    assert all(one.name in emptying.extents(lab) for one in lab.used)
    assert lab.level in definitions.LEVELS and len(lab.hints) >= 3 and lab.first


@every_lab
def test_its_chapter_leads_to_it(lab):
    assert ".. stage-labs::" in (ROOT / f"{lab.chapter}.rst").read_text(encoding="utf-8")


def test_a_definition_that_lacks_something_is_named(tmp_path):
    path = tmp_path / "small.toml"
    path.write_text((ROOT / "labs/expand.toml").read_text().replace("stage = ", "stag = "))
    with pytest.raises(definitions.LabError, match=r"labs/small.toml: 'stage'"):
        definitions.read(path)


@pytest.mark.parametrize("name", ["free_one_page", "__free_one_page", "free_one_page()"])
def test_underscores_and_brackets_may_be_left_out(name):
    assert definitions.find(name, LABS).name == "__free_one_page"


@pytest.mark.parametrize(
    "name, words", [("zone_watrmark", "did you mean zone_watermark_ok"), ("xyz", "`make lab` lists")]
)
def test_an_unknown_name_is_answered_with_a_remedy(name, words):
    with pytest.raises(definitions.LabError, match=words):
        definitions.find(name, LABS)


# ---- the emptied file --------------------------------------------------------------------------------------------------


@every_lab
def test_nothing_but_the_bodies_is_taken_out(lab):
    book, empty = emptying.source_of(lab).split("\n"), emptying.emptied(lab).split("\n")
    gone = [line for part in lab.empty for line in body(lab, part)]
    left = iter(empty)
    assert all(line.strip() in gone or line in left for line in book)
    for part in lab.empty:
        assert f"Until then {part.words}. */" in "\n".join(empty)


@every_lab
def test_the_answer_is_neither_in_the_file_nor_on_the_page(lab):
    book, empty = emptying.source_of(lab), emptying.emptied(lab)
    for line in (line for part in lab.empty for line in body(lab, part)):
        if len(line) > 24 and not line.startswith("/*"):
            assert line not in page(lab)
            assert empty.count(line) < book.count(line)


@every_lab
def test_the_heads_and_their_documentation_stay(lab, tmp_path):
    (tmp_path / lab.file_name).write_text(emptying.emptied(lab), encoding="utf-8")
    kept = {one.name: one.documentation for one in source.functions(tmp_path, [lab.file_name])}
    book = {one.name: one.documentation for one in source.functions(ROOT, [lab.file])}
    assert kept == book


@every_lab
def test_the_wrong_solution_is_a_change_of_what_is_emptied(lab):
    assert lab.wrong.part in [part.name for part in lab.empty]
    assert emptying.wrong(lab) != emptying.source_of(lab)


def test_a_wrong_solution_that_changes_nothing_is_refused():
    lab = definitions.find("expand", LABS)
    stale = lab.__class__(**{**vars(lab), "wrong": definitions.Wrong("expand", "no such words", "", "")})
    with pytest.raises(definitions.LabError, match="is not in expand exactly once"):
        emptying.wrong(stale)


# ---- the page -----------------------------------------------------------------------------------------------------------


@every_lab
def test_the_page_fits_a_terminal(lab):
    assert [line for line in page(lab).split("\n") if len(line) > COLUMNS] == []


def test_the_list_has_a_line_for_each(monkeypatch, capsys, place):
    code, said = run(monkeypatch, capsys)
    assert code == 0
    lines = said.split("\n")
    assert all(any(line.startswith(f"{lab.name} ") and lab.what in line for line in lines) for lab in LABS)
    assert max(map(len, lines)) <= COLUMNS


# ---- a student's work ------------------------------------------------------------------------------------------------------


def test_what_is_laid_out_is_not_overwritten(monkeypatch, capsys, place):
    run(monkeypatch, capsys, "expand")
    mine = place / "expand" / "11-__rmqueue.c"
    mine.write_text("mine")
    code, said = run(monkeypatch, capsys, "expand")
    assert code == 0 and "nothing there was changed" in said and "AGAIN=1" in said
    assert mine.read_text() == "mine"


def test_what_is_put_aside_keeps_a_name(monkeypatch, capsys, place):
    for words in ("first", "second"):
        run(monkeypatch, capsys, "expand", "--again")
        (place / "expand" / "11-__rmqueue.c").write_text(words)
    code, said = run(monkeypatch, capsys, "expand", "--again")
    assert code == 0 and "build/lab/expand.2/" in said
    assert [(place / f"expand.{n}" / "11-__rmqueue.c").read_text() for n in (1, 2)] == ["first", "second"]
    assert "Yours to write" in (place / "expand" / "11-__rmqueue.c").read_text()


def test_a_file_that_was_deleted_comes_back_and_others_stay(monkeypatch, capsys, place):
    run(monkeypatch, capsys, "expand")
    (place / "expand" / "README.md").write_text("my notes")
    (place / "expand" / "11-__rmqueue.c").unlink()
    code, said = run(monkeypatch, capsys, "expand", "--check")
    assert code == 1 and "`make lab L=expand` lays it out" in said
    run(monkeypatch, capsys, "expand")
    assert (place / "expand" / "README.md").read_text() == "my notes"
    assert "Yours to write" in (place / "expand" / "11-__rmqueue.c").read_text()


def test_two_labs_lie_side_by_side(monkeypatch, capsys, place):
    run(monkeypatch, capsys, "expand")
    run(monkeypatch, capsys, "__rmqueue_smallest")
    _, said = run(monkeypatch, capsys)
    assert "build/lab/expand/: laid out" in said and "build/lab/__rmqueue_smallest/: laid out" in said


@pytest.mark.parametrize("words", [["no_such_lab"], ["no_such_lab", "--check"], ["--check"], ["expand", "--check"]])
def test_what_cannot_be_done_is_said_in_one_line(monkeypatch, capsys, place, words):
    code, said = run(monkeypatch, capsys, *words)
    assert code == 1 and said.startswith("lab: ") and said.count("\n") == 1
    assert not (place / "no_such_lab").exists()

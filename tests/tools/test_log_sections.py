# SPDX-License-Identifier: GPL-2.0-only
"""`pageflow explain --log`: one report of a log alone, and `sections`, which are what is printed, in pieces."""

import json
import re
from pathlib import Path

import pytest

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
LOGS = sorted([*SAMPLES.glob("*.dmesg"), *SAMPLES.glob("reports/*.txt")])
SEVERAL = sorted(SAMPLES.glob("5.8.18-oom-global-?.dmesg"))


@pytest.fixture
def several(tmp_path):
    """A log of four reports."""
    log = tmp_path / "several.log"
    log.write_bytes(b"".join(path.read_bytes() for path in SEVERAL))
    return log


def printed_words(text):
    """The words of the text, without what only a text has: the letters and the bar of the balance, and the answer."""
    text = re.sub(r"(?m)^(answer: .*|  \[.*\])$", "", text)
    text = re.sub(r"(?m)^  [*] (?= *\d+ .* \d+$)", "    ", text)
    balance = re.compile(r"(?ms)^who holds the memory.*?(?=^\S|\Z)")
    return balance.sub(lambda found: re.sub(r"(?m)^  [^ ] (?=\S.*\d)", "    ", found[0]), text).split()


def words_of_pieces(report):
    for section in report["sections"]:
        yield section["title"]
        for item in section["items"]:
            yield from item.get("columns", []) + item.get("cells", [])
            remark = item.get("remark", "")
            yield item.get("text", "" if remark == "was killed" else remark)


@pytest.mark.parametrize("log", LOGS, ids=lambda path: path.name)
def test_the_sections_are_what_is_printed(pageflow, log):
    reports = json.loads(pageflow("explain", "--log", log, "--json").stdout)["reports"]
    words = [word for report in reports for piece in words_of_pieces(report) for word in piece.split()]
    # Figures that are wider than their column stand close to each other as text.
    assert "".join(words) == "".join(printed_words(pageflow("explain", "--log", log).stdout))


def test_what_stands_out_says_how(pageflow):
    log = SAMPLES / "5.8.18-oom-global-1.dmesg"
    (report,) = json.loads(pageflow("explain", "--log", log, "--json").stdout)["reports"]
    sections = {section["key"]: section for section in report["sections"]}
    assert sections["verdict"]["tone"] == "bad"
    assert [item["tone"] for item in sections["zone"]["items"] if "refused" in item.get("text", "")] == ["bad"]
    free = [item for item in sections["memory"]["items"] if item.get("cells", [""])[0] == "free"]
    assert [item["tone"] for item in free] == ["good"]
    killed = [item for item in sections["killed"]["items"] if item.get("remark") == "was killed"]
    assert [(row["cells"][0], row["tone"]) for row in killed] == [(str(report["victim"]["killed"]["pid"]), "strong")]
    parts = [item["cells"][0] for item in sections["memory"]["items"] if item.get("part")]
    assert parts == ["of these reclaimable"]


def test_the_walks_are_those_that_are_printed(pageflow):
    log = SAMPLES / "5.8.18-oom.dmesg"
    (report,) = json.loads(pageflow("explain", "--log", log, "--json").stdout)["reports"]
    printed = re.findall(
        r"stage (\d+), (\w+) watermark: (\d+) walks? over (\d+) zone", pageflow("explain", "--log", log).stdout
    )
    assert printed and printed == [
        (f"{walk['stage']:02}", walk["watermark"], str(walk["walks"]), str(walk["zones"])) for walk in report["walks"]
    ]


def test_the_time_is_the_one_the_log_gives(pageflow, tmp_path):
    log = tmp_path / "timed.log"
    text = SEVERAL[0].read_text()
    log.write_text("".join(f"[ 1234.{567800 + n}] {line}\n" for n, line in enumerate(text.splitlines())))
    (report,) = json.loads(pageflow("explain", "--log", log, "--json").stdout)["reports"]
    assert report["when"] == f"1234.{567800 + report['line'] - 1}"
    assert json.loads(pageflow("explain", "--log", SEVERAL[0], "--json").stdout)["reports"][0]["when"] == ""


def test_one_report_alone_is_answered_as_it_is_among_the_others(pageflow, several):
    all_text = pageflow("explain", "--log", several).stdout
    all_json = json.loads(pageflow("explain", "--log", several, "--json").stdout)
    texts = [pageflow("explain", "--log", several, "--report", n) for n in range(1, 5)]
    assert "\n".join(one.stdout for one in texts) == all_text
    assert [one.returncode for one in texts] == [1] * 4
    alone = json.loads(pageflow("explain", "--log", several, "--report", 3, "--json").stdout)
    assert alone == {**all_json, "reports": [all_json["reports"][2]]}
    drawn = pageflow("explain", "--log", several, "--report", 3, "--svg", "-").stdout
    assert re.findall(r"Report (\d+)", drawn) == ["3", "3"]  # its description, and its title


def test_only_the_report_that_is_asked_for_decides_the_exit_code(pageflow, several):
    cut = several.read_text().replace("Mem-Info:", "", 1)
    several.write_text(cut.split("active_anon", 1)[0] + SEVERAL[1].read_text())
    first = pageflow("explain", "--log", several, "--report", 1)
    assert first.returncode == 2 and "report 1 is too damaged" in first.stderr
    second = pageflow("explain", "--log", several, "--report", 2)
    assert (second.returncode, second.stderr) == (1, "")


def test_a_report_that_there_is_not_is_an_error_that_says_how_many_there_are(pageflow, several, tmp_path):
    for words in [[], ["--json"], ["--svg", tmp_path / "none.svg"]]:
        result = pageflow("explain", "--log", several, "--report", 5, *words)
        assert result.returncode == 2
        assert result.stderr == (f"pageflow explain: {several}: there is no report 5 in it; the last one is number 4\n")
    assert not (tmp_path / "none.svg").exists()


def test_a_summary_is_of_all_reports(pageflow, several):
    result = pageflow("explain", "--log", several, "--report", 1, "--summary")
    assert result.returncode == 2
    assert "--report and --summary exclude each other" in result.stderr

# SPDX-License-Identifier: GPL-2.0-only
"""The answer to a report as a whole: order of advice, nothing harmful, its form on terminals, JSON keys, exit codes."""

import json
import os
import pathlib
import random
import re

import pytest
from terminal import Terminal, pageflow_command

ROOT = pathlib.Path(__file__).parents[2]
SAMPLES = sorted(path.stem for path in (ROOT / "tests/samples").glob("*.dmesg"))
REPORTS = sorted(f"reports/{path.stem}" for path in (ROOT / "tests/samples/reports").glob("*.txt"))
ALL = SAMPLES + REPORTS
HIGH, ATOMIC, MOVABLE, DMA = 0x20, 0x200, 0x8, 0x5
SLEEPS = 0x400

# ---- advice: order ---------------------------------------------------------------------------------------------------


def keys(report):
    return [item["key"] for item in report["advice"]]


TUNING = ["lowmem_reserve", "boost", "min_free_kbytes"]
PLACES = ["zone", "node", "cma"]


@pytest.mark.parametrize("name", ALL)
def test_tuning_comes_after_causes_and_more_memory_last(name, sample, facts):
    for report in facts(sample(name)):
        order = keys(report)
        assert len(order) == len(set(order)), "nothing is advised twice"
        causes = [place for place, key in enumerate(order) if key not in TUNING + ["memory"]]
        if "min_free_kbytes" in order:
            assert not causes or max(causes) < order.index("min_free_kbytes")
        assert "memory" not in order[:-1]
        for place in PLACES:
            for tuning in TUNING:
                if place in order and tuning in order:
                    assert order.index(place) < order.index(tuning)


@pytest.mark.parametrize(
    "name, first",
    [
        ("5.8.18-kernel-order9", "compaction"),
        ("4.14-order4", "compaction"),
        ("5.10-cma", "cma"),
        ("5.4-order3", "boost"),
        ("6.6-numa", "lowmem_reserve"),
        ("4.19-highmem", "zone"),
        ("reports/arm64-kdump-gfpdma-wrapped", "dma_zone"),
        ("reports/cpuset-movable-node", "nodes"),
        ("reports/balloon-garbage", "counters"),
        ("reports/ath11k-dma32-616", "zone"),
        ("reports/memcg-old", "memcg"),
    ],
)
def test_the_first_advice_fits_the_cause(name, first, sample, facts):
    """But for a leak, which some of the machines made by hand have too: they do not say where their memory is."""
    report = facts(sample(name))[-1]
    order = keys(report)
    assert "leak" not in order or report["balance"]["leak_suspect"]
    assert "leak" not in order[1:]
    assert [key for key in order if key != "leak"][0] == first


def test_a_leak_and_a_large_cache_come_before_all_else(sample, facts):
    assert keys(facts(sample("reports/nfsd-68-leak-quoted"))[0])[0] == "leak"
    (report,) = facts(sample("reports/bcachefs-610-oom"))
    assert keys(report) == ["slab"]
    # 355621 of its pages are of slab_reclaimable.
    assert "at most 355621 pages" in report["advice"][0]["what"]


def test_full_swap_comes_before_tuning(sample, facts):
    text = sample("5.8.18-oom-global-2")
    anon = {"active_anon": 4000, "inactive_anon": 20000}
    for name, pages in anon.items():
        text = re.sub(rf"{name}:\d+ ", f"{name}:{pages} ", text)
        text = re.sub(rf"{name}:\d+kB", f"{name}:{4 * pages}kB", text)
    total = "\nFree swap  = 0kB\nTotal swap = 102396kB\n"
    full = re.sub(r"(\d+ pages RAM)", lambda m: m[1], text).replace("Free swap  = 0kB", "Free swap  = 0kB")
    full = re.sub(r"Total swap = \d+kB", "Total swap = 102396kB", full)
    assert total.strip().splitlines()[1] in full
    (report,) = facts(full)
    assert report["balance"]["swap"]["state"] == "full"
    order = keys(report)
    assert "swap" in order and all(order.index("swap") < order.index(key) for key in TUNING if key in order)


def test_a_group_all_of_kernel_memory_is_told_to_look_for_it_first(sample, facts):
    group, fault = facts(sample("reports/memcg-then-pagefault-oom"))
    assert keys(group) == ["kmem", "memcg"]
    assert "killing its processes frees next to nothing" in group["advice"][0]["what"]
    assert keys(fault) == ["page_fault"]


def test_the_largest_process_of_a_group_is_named_whatever_its_adjustment(sample, facts):
    log = sample("5.8.18-oom-memcg-1")
    (report,) = facts(log)
    rows = re.findall(r"^.*?\[ *(\d+)\] +\d+ +\d+ +\d+ +(\d+) +\d+ +\d+ +-?\d+ (\S+)", log, re.M)
    largest = max(rows, key=lambda row: int(row[1]))
    share = 4 * int(largest[1]) / report["victim"]["group"]["usage_kb"]
    assert ("process" in keys(report)) == (share >= 0.25)
    everything = log.replace(f"{largest[1]:>8}", "    9000")
    (report,) = facts(everything)
    assert f"{largest[0]} ({largest[2]}) has 36000 kB" in report["advice"][0]["what"]


def test_a_report_that_passes_is_given_no_advice(sample, explain, facts):
    text = sample("5.8.18-atomic-order0").replace("free:17824kB", "free:27824kB")
    (report,) = facts(text)
    assert (report["verdict"], report["advice"]) == ("passes", [])
    assert "memory was freed between the refusal and the report" in report["answer"]
    assert "what to do" not in explain(text).stdout


# ---- advice: never harmful -------------------------------------------------------------------------------------------


def zones_in(text):
    """The figures of the zone lines in kB: [(name, free, min without the boost that is printed, managed)]."""
    found = re.findall(r"(\w+) free:(\d+)kB (?:boost:(\d+)kB )?min:(\d+)kB.*?managed:(\d+)k?B?", text)
    return [(name, int(free), int(low) - int(boost or 0), int(managed)) for name, free, boost, low, managed in found]


def mutations(name, sample):
    """The sample, and others with figures changed, which may be impossible ones."""
    text = sample(name)
    yield text
    chance = random.Random(name)
    for _ in range(12):
        yield re.sub(
            r"\b(free|min|low|high|managed|free_cma|reserved_highatomic|boost):(\d+)(?=kB|KB)",
            lambda m: f"{m[1]}:{int(m[2]) * chance.choice([0, 1, 1, 1, 2, 7]) // chance.choice([1, 1, 1, 3])}",
            text,
        )
    for mode in ("0xcc0(GFP_KERNEL)", "0xa20(GFP_ATOMIC)", "0xcc4(GFP_KERNEL|GFP_DMA32)", "0x800(GFP_NOWAIT)"):
        yield re.sub(r"(mode:|gfp_mask=)0x[0-9a-f]+\([^)]*\)", rf"\g<1>{mode}", text)
    for order in (1, 4, 9):
        yield re.sub(r"order([:=])\d+", rf"order\g<1>{order}", text, count=1)


# These lack the lines that end a report: each of their logs is read alone, since it would go on in the next.
WITHOUT_END = ["reports/35b", "reports/bcachefs-610-oom", "reports/cpuset-movable-node"]


@pytest.mark.parametrize("name", [name for name in ALL if "memcg" not in name])
def test_advice_is_never_harmful(name, sample, facts):
    """The mutations are one log, read at once: each is a report of its own there."""
    logs = list(mutations(name, sample))
    if name in WITHOUT_END:
        reports = [report for log in logs for report in facts(log)]
    else:
        reports = facts("".join(logs))
        assert len(reports) == len(logs) * len(facts(logs[0]))
    for report in reports:
        mask = int(report["mask_5_8"], 16)
        for item in report["advice"]:
            what = item["what"]
            assert item["cost"] and what
            assert not re.search(r"(?<![\w-])-\d", what.replace("GFP_", "")), what
            now = re.search(r"it is about (\d+) now \(inferred\); try (\d+)", what)
            assert not now or 0 < int(now[1]) < int(now[2]), what
            assert "vm.min_free_kbytes" not in what or not mask & SLEEPS or report["situation"] == "no_marks"
            assert "kvmalloc" not in what or (not mask & DMA and mask & 0x4C0 == 0x4C0), what
            assert item["key"] != "direct_reclaim" or not mask & SLEEPS
            assert item["key"] != "atomic" or not mask & (SLEEPS | HIGH)
            pages = [int(number) for number in re.findall(r"(\d+) pages? \(", what)]
            most = max([zone["managed"] for zone in report["zones"]] + [0]) * len(report["zones"])
            if report["situation"] == "plain" and item["key"] in ("memory", "compaction"):
                assert all(number <= most for number in pages), what
        if report["verdict"] in ("passes", "no_request") and report["kind"] != "oom":
            assert not report["advice"]


def test_the_present_value_is_the_sum_of_min_over_all_zones(sample, facts):
    text = sample("5.8.18-atomic-order0")
    (report,) = facts(text)
    (advice,) = (item["what"] for item in report["advice"] if item["key"] == "min_free_kbytes")
    # 1400 kB of min without the boost, of the only zone: 30851 of 32768 - 1917 pages.
    assert "it is about 1400 now (inferred); try 2800" in advice
    # With as many pages again that no zone of the report has, its share tells: twice as much.
    ram = int(re.search(r"(\d+) pages RAM", text)[1])
    managed = zones_in(text)[0][3] // 4
    more = text.replace(f"{ram} pages RAM", f"{ram + managed} pages RAM")
    (report,) = facts(more)
    (advice,) = (item["what"] for item in report["advice"] if item["key"] == "min_free_kbytes")
    now = int(re.search(r"about (\d+) now", advice)[1])
    assert abs(now - 2800) <= 30
    # Without the number of all pages there is no value.
    (report,) = facts(re.sub(r".*pages (RAM|reserved)\n", "", text))
    (advice,) = (item["what"] for item in report["advice"] if item["key"] == "min_free_kbytes")
    assert not re.search(r"\d\d", advice)


def urgent(text):
    """The same report, of a request that lives on what kswapd keeps free."""
    return (
        text.replace("mode:0xc04(GFP_NOIO|GFP_DMA32)", "mode:0x824(GFP_ATOMIC|GFP_DMA32)")
        .replace("DMA32 free:8040kB", "DMA32 free:2040kB")
        .replace("lowmem_reserve[]: 0 1823 ", "lowmem_reserve[]: 0 1850 ")
    )


def test_zones_that_are_not_listed_count_by_the_reserve_that_they_cause(sample, facts):
    # DMA32 has 8260 of 1867440 kB. Above it are 12979 * 256 pages, below it 15360 kB: 15173296 kB in all.
    text = urgent(sample("reports/ath11k-dma32-616"))
    (report,) = facts(text)
    (advice,) = (item["what"] for item in report["advice"] if item["key"] == "min_free_kbytes")
    now = int(re.search(r"about (\d+) now", advice)[1])
    assert abs(now - 8260 * 15173296 / 1867440) < 40
    # Half of the memory is on a node that is not listed: no value.
    (report,) = facts(text.replace("3892604 pages RAM", "7785208 pages RAM"))
    (advice,) = (item["what"] for item in report["advice"] if item["key"] == "min_free_kbytes")
    assert not re.search(r"\d\d", advice)


def test_nobody_is_told_to_sleep_in_an_interrupt(sample, facts):
    text = sample("5.10-cma")
    assert "direct_reclaim" in keys(facts(text)[0])
    comm = re.search(r"(\S+): page allocation failure", text)[1]
    idle = text.replace(f"{comm}: page", "swapper/2: page")
    assert "direct_reclaim" not in keys(facts(idle)[0])


@pytest.mark.parametrize("name", SAMPLES)
def test_what_would_pass_does_pass(name, sample, facts):
    """Carried out on the numbers that JSON gives, by the rules of 5.8 and by hand, where those are the report's."""
    for report in facts(sample(name)):
        if report["verdict"] != "refused" or not report["kernel"].startswith("5.8"):
            continue
        mask, order = int(report["mask_5_8"], 16), report["order"]
        tried = [zone for zone in report["zones"] if zone["place"] == "tried"]
        for item in report["advice"]:
            change = {
                "boost": {"boost": False},
                "cma": {"mask": mask | MOVABLE},
                "atomic": {"mask": mask | HIGH | ATOMIC},
                "memory": {"more": min(zone["attempt"]["shortfall"] for zone in tried)},
            }.get(item["key"])
            if item["would_pass"] and change:
                assert any(has_pages(zone, order, **{"mask": mask, **change}) for zone in tried), item


def has_pages(zone, order, mask, boost=True, more=0):
    """The watermark check of 5.8 alone."""
    harder = mask & ATOMIC and not mask & 0x80000
    usable = zone["free"] + more - (2**order - 1)
    usable -= 0 if harder else zone["reserved_highatomic"]
    usable -= 0 if mask & MOVABLE else zone["free_cma"]
    mark = zone["min"] + (zone["boost"] if boost else 0)
    mark -= mark // 2 if mask & HIGH else 0
    mark -= mark // 4 if harder else 0
    return usable > mark + zone["attempt"]["lowmem_reserve"]


# ---- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_the_answer_begins_with_a_verdict_and_is_one_sentence(name, sample, explain, facts):
    logs = explain(sample(name)).stdout
    answers = [line for line in logs.splitlines() if line.startswith("answer: ")]
    reports = facts(sample(name))
    assert [answer.removeprefix("answer: ") for answer in answers] == [report["answer"] for report in reports]
    begins = {
        "refused": "refused",
        "passes": "in the state that the report shows",
        "depends": "depends on",
        "no_request": "no request is behind this report",
        "group": "refused by the memory cgroup",
    }
    for report in reports:
        assert report["answer"].startswith(begins[report["verdict"]])
        assert report["answer"].endswith(".") and ". " not in report["answer"]
        if report["verdict"] in ("refused", "passes") and report["situation"] in ("plain", "no_marks"):
            assert report["rules"] in report["answer"]
    titles = re.findall(r"^report \d+: .*", logs, re.M)
    assert len(titles) == len(reports)


def test_sections_stand_in_the_order_of_a_readers_questions(sample, explain):
    text = explain(sample("5.8.18-oom-global-2")).stdout
    marks = ["report 1: ", " asked for ", "verdict: ", "\nzone ", "who was killed", "what to do", "\nanswer: "]
    places = [text.index(mark) for mark in marks]
    assert places == sorted(places)


def test_blocks_of_the_reserve_are_not_called_enough(sample, explain):
    text = explain(sample("reports/35b")).stdout
    assert "0 pages short" not in text and "enough pages" not in text
    assert "in the reserve for urgent high orders" in text.splitlines()[-1]


@pytest.mark.parametrize("name", ["5.8.18-memcg-oom", "reports/memcg-colon", "reports/memcg-then-pagefault-oom"])
def test_zones_that_were_not_asked_are_not_shown(name, sample, explain):
    assert not re.search(r"^zone ", explain(sample(name)).stdout, re.M)


def test_what_a_damaged_report_still_says_is_answered(sample, explain, facts):
    """Without a zone line there is no verdict, but who was killed is known."""
    text = re.sub(r"(?m)^.*(free:\d+kB|\*4kB|lowmem_reserve).*\n", "", sample("5.8.18-oom-global-2"))
    result = explain(text)
    assert result.returncode == 2 and len(result.stderr.splitlines()) == 1
    (report,) = facts(text)
    assert (report["verdict"], report["zones"]) == ("unknown", [])
    assert report["answer"].startswith("no verdict, since the report lacks ") and report["missing"] in report["answer"]
    assert report["victim"]["killed"]["pid"] == facts(sample("5.8.18-oom-global-2"))[0]["victim"]["killed"]["pid"]


# ---- form ------------------------------------------------------------------------------------------------------------


def on_terminal(root, width, name, colour=False):
    """What stands on a terminal of this width."""
    ending = "txt" if name.startswith("reports/") else "dmesg"
    log = str(root / f"tests/samples/{name}.{ending}")
    options = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR", "TERM")}
    if not colour:
        options["NO_COLOR"] = "1"
    command = [*pageflow_command(root), "explain", "--log", log]
    with Terminal(["sh", "-c", 'stty cols "$0" <&1 && exec "$@"', str(width), *command], cwd=root, env=options) as one:
        seen, _ = one.rest()
    return seen.decode().replace("\r\n", "\n")


@pytest.mark.parametrize(
    "name", ["5.8.18-atomic-order0", "reports/ath11k-dma32-616", "reports/memcg-colon", "5.8.18-oom-global-2"]
)
@pytest.mark.parametrize("given, width", [(20, 40), (40, 40), (80, 80), (120, 120), (300, 120)])
def test_text_is_as_wide_as_the_terminal(root, name, given, width):
    lines = on_terminal(root, given, name).splitlines()
    # A path that fills more than a line stays whole, on a line of its own: it may be copied.
    wide = [line for line in lines if len(line) > width]
    assert all(" " not in line.strip() for line in wide), wide
    assert max(map(len, lines)) > width * 0.7
    assert sum(line.startswith("answer: ") for line in lines) == 1


def test_the_words_do_not_depend_on_the_width(root, sample, explain):
    words = [" ".join(on_terminal(root, width, "5.10-cma").split()) for width in (80, 100, 120)]
    assert words[0] == words[1] == words[2]
    piped = " ".join(explain(sample("5.10-cma")).stdout.split())
    assert piped.partition("verdict")[2] == words[0].partition("verdict")[2]


def test_the_environment_may_give_the_width(sample, explain):
    for given, width in (("50", 50), ("10", 40), ("1000", 120), ("", 80), ("wide", 80)):
        text = explain(sample("6.6-numa"), env={**os.environ, "COLUMNS": given}).stdout
        lines = [line for line in text.splitlines() if not line.startswith("answer: ")]
        assert width * 0.7 < max(map(len, lines)) <= width
        assert len(text.splitlines()[-1]) > 120, "what is piped keeps the answer in one line"


def test_colours_frame_whole_lines_only(root):
    text = on_terminal(root, 80, "5.8.18-atomic-order0", colour=True)
    plain = on_terminal(root, 80, "5.8.18-atomic-order0")
    assert re.sub(r"\x1b\[\d+m", "", text) == plain
    assert "\x1b[1m" in text and "\x1b[31m" in text


# ---- JSON ------------------------------------------------------------------------------------------------------------


def all_keys(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from all_keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from all_keys(inner)


def test_every_key_is_documented(sample, explain, root):
    known = set(re.findall(r"``(\w+)``", (root / "docs/reading-an-answer.rst").read_text()))
    known |= set(re.findall(r"``(\w+)``", (root / "docs/explain.rst").read_text()))
    for name in ALL:
        said = json.loads(explain(sample(name), "--json").stdout)
        assert said["version"] == 2
        assert set(all_keys(said)) <= known, name


@pytest.mark.parametrize("name", ALL)
def test_what_json_says_agrees_with_itself(name, sample, facts):
    for report in facts(sample(name)):
        assert report["verdict"] in ("refused", "passes", "depends", "no_request", "group")
        assert report["found"] == (report["verdict"] == "passes")
        asked = report["verdict"] in ("refused", "passes", "depends")
        assert bool(report["rules"]) == bool(report["readings"]) == asked
        if report["verdict"] == "depends" and not report["depends_on"]:
            assert {reading["passes"] for reading in report["readings"]} == {True, False}
        for reading in report["readings"]:
            for zone in reading["zones"]:
                assert zone["shortfall"] == max(0, zone["needed"] - zone["usable"] + 1)


# ---- exit codes ------------------------------------------------------------------------------------------------------


def test_exit_codes_follow_the_verdicts(sample, explain, facts):
    for name in ALL:
        verdicts = {report["verdict"] for report in facts(sample(name))}
        expected = 1 if verdicts & {"refused", "depends"} or name == "reports/memcg-nousage" else 0
        assert explain(sample(name)).returncode == expected, name


def test_a_damaged_report_among_good_ones_is_named_and_the_others_are_answered(sample, explain):
    good = sample("5.8.18-atomic-order0")
    result = explain(good + sample("5.8.18-kernel-order9").splitlines()[0] + "\n" + good)
    assert result.returncode == 2 and len(result.stderr.splitlines()) == 1 and "report 2 " in result.stderr
    assert len(re.findall(r"^answer: ", result.stdout, re.M)) == 2
    assert explain("nothing\n").returncode == 2

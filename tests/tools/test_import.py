# SPDX-License-Identifier: GPL-2.0-only
"""`pageflow import` and `pageflow report`: traces of the kernel's kmem events, in every form they are written in."""

import collections
import json
import lzma
import os
import random
import re
import xml.etree.ElementTree as ElementTree

import pytest
from terminal import HANG, Terminal, pageflow_command

SAMPLE = "tests/samples/5.8.18-kmem.ftrace"
HEAD = "            init-1       [000] ....     0.100000: "
ALLOC = "mm_page_alloc: page=(____ptrval____) pfn=100 order=0 migratetype=1 gfp_flags=GFP_KERNEL"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def trace(tmp_path):
    """Writes a trace of these lines (text or bytes)."""

    def write(*lines, name="trace"):
        path = tmp_path / name
        path.write_bytes(b"".join((line if isinstance(line, bytes) else line.encode()) + b"\n" for line in lines))
        return path

    return write


@pytest.fixture
def report(pageflow):
    """The report of a file, as JSON."""

    def run(path):
        result = pageflow("report", "--json", path)
        assert (result.returncode, result.stderr) == (0, "")
        return json.loads(result.stdout)

    return run


@pytest.fixture
def imported(pageflow):
    """The lines of events that import writes."""

    def run(path):
        result = pageflow("import", path)
        assert (result.returncode, result.stderr) == (0, "")
        lines = result.stdout.splitlines()
        assert lines[0] == "kmem v1"
        return [line for line in lines if line[0].isdigit()]

    return run


def rows(answer, table, key):
    return {row[key]: row for row in answer[table]}


# ---- The real trace ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample():
    """The events of the sample, read here by a regular expression: (task, time, name, fields)."""
    line = re.compile(r"\s*(\S+-\d+)\s+\[(\d+)\] \S+\s+([\d.]+): (\w+): (.*)")
    found = []
    with open(SAMPLE) as text:
        for task, _, time, name, fields in (match.groups() for match in map(line.match, text) if match):
            found.append((task, float(time), name, dict(field.split("=") for field in fields.split())))
    assert len(found) > 1000
    return found


def test_sample_is_counted(report, sample):
    answer = report(SAMPLE)
    names = collections.Counter(name for _, _, name, _ in sample)
    assert {name: count for name, count in answer["events"].items() if count} == names
    assert answer["first"] == min(time for _, time, _, _ in sample)
    assert answer["last"] == max(time for _, time, _, _ in sample)
    assert (answer["version"], answer["clock"], answer["cpus"]) == (1, "seconds", 1)
    assert (answer["lost"], answer["lines_skipped"], answer["other_events"]) == (0, 0, {})
    refills = [fields for _, _, name, fields in sample if name == "mm_page_alloc_zone_locked"]
    assert answer["zone_locked"]["refills"] == sum(fields["percpu_refill"] == "1" for fields in refills)
    assert answer["zone_locked"]["refills"] != answer["zone_locked"]["events"]


@pytest.mark.parametrize(
    "table, key, of",
    [
        ("orders", "order", lambda task, fields: int(fields["order"])),
        ("tasks", "task", lambda task, fields: task),
        ("gfp_masks", "gfp", lambda task, fields: fields["gfp_flags"]),
        (
            "migratetypes",
            "migratetype",
            lambda task, fields: ["Unmovable", "Movable", "Reclaimable"][int(fields["migratetype"])],
        ),
    ],
)
def test_tables_of_the_sample(report, sample, table, key, of):
    answer = report(SAMPLE)
    allocs = collections.Counter()
    pages = collections.Counter()
    freed = collections.Counter()
    for task, _, name, fields in sample:
        if name == "mm_page_alloc":
            allocs[of(task, fields)] += 1
            pages[of(task, fields)] += 1 << int(fields["order"])
        elif name == "mm_page_free" and key == "order" or name == "mm_page_free" and key == "task":
            freed[of(task, fields)] += 1 << int(fields["order"])
    found = rows(answer, table, key)
    assert {name: row["allocs"] for name, row in found.items()} == allocs
    assert {name: row["pages"] for name, row in found.items()} == pages
    seconds = answer["last"] - answer["first"]
    for row in found.values():
        assert row["allocs_per_second"] == pytest.approx(row["allocs"] / seconds, abs=0.001)
    if key in ("order", "task"):
        assert {name: row["freed_pages"] for name, row in found.items()} == freed
    else:
        assert all("freed_pages" not in row for row in found.values())


def test_balance_and_timeline_of_the_sample(report, sample):
    answer = report(SAMPLE)
    pages = {"mm_page_alloc": 0, "mm_page_free": 0}
    for _, _, name, fields in sample:
        if name in pages:
            pages[name] += 1 << int(fields["order"])
    total = answer["total"]
    assert (total["pages"], total["freed_pages"]) == (pages["mm_page_alloc"], pages["mm_page_free"])
    assert total["balance_pages"] == pages["mm_page_alloc"] - pages["mm_page_free"]
    line = answer["timeline"]
    assert sum(line["allocated_pages"]) == total["pages"]
    assert sum(line["freed_pages"]) == total["freed_pages"]
    assert len(line["allocated_pages"]) == len(line["freed_pages"]) == line["steps"]
    # A step of the middle, counted here.
    step = line["allocated_pages"].index(max(line["allocated_pages"]))
    begin = answer["first"] + step * line["step"]
    inside = [
        1 << int(fields["order"])
        for _, time, name, fields in sample
        if name == "mm_page_alloc" and begin <= time < begin + line["step"]
    ]
    assert sum(inside) == line["allocated_pages"][step]


def test_sample_is_imported_whole(pageflow, imported, sample, tmp_path, report):
    events = imported(SAMPLE)
    assert len(events) == len(sample)
    letters = {
        "mm_page_alloc": "a",
        "mm_page_alloc_zone_locked": "l",
        "mm_page_free": "f",
        "mm_page_free_batched": "F",
        "mm_page_pcpu_drain": "d",
    }
    for line, (_, time, name, fields) in zip(events, sample, strict=True):
        words = line.split()
        assert (float(words[0]), words[3], words[4]) == (time, letters[name], fields["pfn"])
    # What was imported is read as the trace is, and importing it again changes nothing.
    path = tmp_path / "imported"
    assert pageflow("import", "-o", path, SAMPLE).stdout == ""
    assert pageflow("import", path).stdout == path.read_text()
    assert {**report(path), "file": SAMPLE} == report(SAMPLE)


def test_report_is_80_columns_of_plain_text(pageflow):
    result = pageflow("report", SAMPLE)
    assert (result.returncode, result.stderr) == (0, "")
    assert all(len(line) <= 80 for line in result.stdout.splitlines())
    assert "\033" not in result.stdout
    assert re.search(r"^balance, allocated less freed +\+64$", result.stdout, re.M)


def test_standard_input_and_xz(pageflow, root, tmp_path, report):
    with open(root / SAMPLE) as text:
        assert json.loads(pageflow("report", "--json", "-", stdin=text).stdout) == {**report(SAMPLE), "file": "-"}
    packed = tmp_path / "trace.xz"
    packed.write_bytes(lzma.compress((root / SAMPLE).read_bytes()))
    assert report(packed) == {**report(SAMPLE), "file": str(packed)}


# ---- The forms ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "head, task, cpu, time",
    [
        ("            init-1       [000] .N..     0.638715: ", "1 init", 0, "0.638715"),
        ("init-1 [003] d..1. 12.000001: ", "1 init", 3, "12.000001"),
        ("            bash-1977    [000] 1234.567890: ", "1977 bash", 0, "1234.567890"),
        ("            bash-1977    (   1975) [001] .....  9.500000: ", "1977 bash", 1, "9.500000"),
        ("          <idle>-0       (-------) [001] d.h1.  9.500000: ", "0 <idle>", 1, "9.500000"),
        ("     Web Content-4321    [002] .... 1.000000: ", "4321 Web Content", 2, "1.000000"),
        ("       CPU 0/KVM-4321    [002] .... 1.000000: ", "4321 CPU 0/KVM", 2, "1.000000"),
        ("     kworker/0:1-17      [002] .... 1.000000: ", "17 kworker/0:1", 2, "1.000000"),
        ("     odd[7] name-8       [002] .... 1.000000: ", "8 odd[7] name", 2, "1.000000"),
        ("#odd-8 [002] .... 1.000000: ", "8 #odd", 2, "1.000000"),
        ("kworker/0:1    34 [001]   123.456789: kmem:", "34 kworker/0:1", 1, "123.456789"),
        ("perf  77/78 [001]   123.456789012: kmem:", "78 perf", 1, "123.456789012"),
        ("perf  78 [001]   123.456789:          1 kmem:", "78 perf", 1, "123.456789"),
        ("       任务-5 [000] .... 1.000000: ", "5 任务", 0, "1.000000"),
    ],
)
def test_heads_of_lines(pageflow, trace, head, task, cpu, time):
    result = pageflow("import", trace(head + ALLOC, "\r" if head.startswith("init") else ""))
    lines = result.stdout.splitlines()
    assert lines[2] == f"task 0 {task}"
    assert lines[3] == f"{time} {cpu} 0 a 100 0 1 GFP_KERNEL"
    assert lines[-2:] == ["skipped 0", "end 1"]


@pytest.mark.parametrize(
    "fields, line",
    [
        ("mm_page_alloc: page=0xffffea00 pfn=0x405c3 order=2 migratetype=0 gfp_flags=0xcc0", "a 263619 2 0 0xcc0"),
        ("mm_page_alloc:        page=1 pfn=7 order=0 migratetype=Movable gfp_flags=none", "a 7 0 1 none"),
        ("mm_page_alloc: page=1 pfn=7 order=0 migratetype=MIGRATE_CMA gfp_flags=GFP_NEW", "a 7 0 4 GFP_NEW"),
        ("mm_page_alloc: page=1 pfn=7 order=0 migratetype=odd", "a 7 0 - -"),
        ("mm_page_alloc: page=(null) pfn=0 order=9 migratetype=1 gfp_flags=GFP_KERNEL", "a - 9 1 GFP_KERNEL"),
        ("mm_page_alloc: page=          (null) pfn=0 order=9 migratetype=1 gfp_flags=X", "a - 9 1 X"),
        ("mm_page_alloc: page=0000000000000000 pfn=0 order=0 migratetype=1 gfp_flags=X", "a - 0 1 X"),
        ("mm_page_alloc: page=(____ptrval____) pfn=0 order=0 migratetype=1 gfp_flags=X", "a - 0 1 X"),
        ("mm_page_alloc: page=00000000deadbeef pfn=0 order=0 migratetype=1 gfp_flags=X", "a 0 0 1 X"),
        ("mm_page_alloc: page=0x12 pfn=-1 order=0 migratetype=1 gfp_flags=X", "a - 0 1 X"),
        ("mm_page_alloc: page=0x12 pfn=0xffffffffffffffff order=0 migratetype=1 gfp_flags=X", "a - 0 1 X"),
        ("mm_page_alloc_zone_locked: page=1 pfn=5 order=3 migratetype=2 percpu_refill=0", "l 5 3 2 0"),
        ("mm_page_alloc_zone_locked: page=(null) pfn=0 order=0 migratetype=2 percpu_refill=1", "l - 0 2 1"),
        ("mm_page_free: page=1 pfn=5 order=3", "f 5 3"),
        ("mm_page_free_batched: page=1 pfn=5 order=0", "F 5 0"),
        ("mm_page_pcpu_drain: page=1 pfn=5 order=0 migratetype=1", "d 5 0 1"),
        (
            "mm_page_alloc_extfrag: page=1 pfn=5 alloc_order=1 fallback_order=3 pageblock_order=9 "
            "alloc_migratetype=0 fallback_migratetype=1 fragmenting=1 change_ownership=0",
            "x 5 1 3 0 1 1 0",
        ),
        (
            "kmalloc: call_site=skb_alloc+0x1c/0x40 ptr=00000000ee bytes_req=70 bytes_alloc=96 gfp_flags=GFP_ATOMIC",
            "m kmalloc 70 96 GFP_ATOMIC @skb_alloc+0x1c",
        ),
        ("kmem_cache_free: call_site=ffffffff81234567 ptr=00000000ee", "M kmem_cache_free @ffffffff81234567"),
    ],
)
def test_fields(imported, trace, fields, line):
    assert [event.split(" ", 3)[3] for event in imported(trace(HEAD + fields))] == [line]


def test_same_mask_in_other_spelling_is_one_row(report, trace):
    lines = [
        f"{HEAD}mm_page_alloc: page=1 pfn=7 order=0 migratetype=0 gfp_flags={mask}"
        for mask in (
            "GFP_KERNEL|__GFP_ZERO",
            "GFP_KERNEL|GFP_ZERO",
            "__GFP_ZERO|GFP_KERNEL",
            "0xDC0",
            "0xdc0",
            "3520",
            "__GFP_NEW_IN_7|GFP_KERNEL",
        )
    ]
    masks = {row["gfp"]: row["allocs"] for row in report(trace(*lines))["gfp_masks"]}
    # A number is another kernel's business: its bits depend on the version.
    assert masks == {"GFP_KERNEL|__GFP_ZERO": 3, "0xdc0": 3, "__GFP_NEW_IN_7|GFP_KERNEL": 1}


def test_lost_events(report, trace):
    answer = report(
        trace(
            "# tracer: nop",
            "# entries-in-buffer/entries-written: 30/100   #P:2",
            "cpus=2",
            "CPU:1 [LOST 17 EVENTS]",
            "CPU:0 [5 EVENTS DROPPED]",
            "CPU:0 [EVENTS DROPPED]",
            "CPU 1 is empty",
            "##### CPU 1 buffer started ####",
            HEAD + ALLOC,
        )
    )
    assert (answer["lost"], answer["lost_without_number"], answer["lines_skipped"]) == (70 + 17 + 5, 1, 0)


def test_call_sites_of_stacks(imported, trace):
    events = imported(
        trace(
            HEAD + ALLOC,
            HEAD + "<stack trace>",
            " => __alloc_pages_nodemask",
            " => alloc_pages_current+0x90/0x140",
            " => pte_alloc_one",
            " => __do_fault",
            # Two processors: the stack of the first follows the event of the second.
            "a-2 [000] .... 1.0: " + ALLOC,
            "b-3 [001] .... 1.1: " + ALLOC,
            "a-2 [000] .... 1.2: <stack trace>",
            " => __get_free_pages.part.0",
            " => __pollwait+0x30/0xe0 [module]",
            # Another event of this processor stands between: what follows is not this allocation's stack.
            "b-3 [001] .... 1.3: sched_switch: prev_comm=b",
            "b-3 [001] .... 1.4: kernel_stack:         <stack trace >",
            "=> schedule (ffffffff81234567)",
            "c 4 [001] 1.5: kmem:mm_page_free: page=0x1 pfn=0x5 order=0",
            "        ffffffff812a3b4c __free_pages+0x1 ([kernel.kallsyms])",
            "        ffffffff812a3b4d zap_pte_range+0x2 ([kernel.kallsyms])",
            "",
            "d-5 [001] .... 1.6: " + ALLOC,
            " => __alloc_pages",
            "d-5 [001] .... 1.7: <user stack trace>",
            " => <00007f0012345678>",
        )
    )
    assert [line.partition("@")[2] for line in events] == [
        "pte_alloc_one",
        "__pollwait+0x30",
        "",
        "zap_pte_range+0x2",
        "__alloc_pages",
    ]


def test_events_stay_in_order_however_many_wait_for_a_stack(imported, trace):
    lines = [f"t-1 [{cpu:03}] .... {n}.5: {ALLOC}" for n, cpu in enumerate(range(100, 400))]
    assert [int(line.split()[1]) for line in imported(trace(*lines))] == list(range(100, 400))


def test_fallbacks_and_failures(report, pageflow, trace):
    extfrag = (
        "mm_page_alloc_extfrag: page=1 pfn=5 alloc_order=0 fallback_order=9 pageblock_order=9 "
        "alloc_migratetype={} fallback_migratetype={} fragmenting={} change_ownership={}"
    )
    failed = "mm_page_alloc: page=(null) pfn=0 order=4 migratetype=0 gfp_flags=GFP_ATOMIC"
    path = trace(
        HEAD + extfrag.format(0, 1, 0, 1),
        HEAD + extfrag.format(0, 1, 1, 0),
        HEAD + extfrag.format(2, 0, 1, 0),
        HEAD + failed,
        HEAD + failed,
        HEAD.replace("0.1", "0.6") + ALLOC,
    )
    answer = report(path)
    assert answer["fallbacks"] == [
        {"from": "Unmovable", "to": "Reclaimable", "events": 1, "ownership_changes": 0, "fragmenting": 1},
        {"from": "Movable", "to": "Unmovable", "events": 2, "ownership_changes": 1, "fragmenting": 1},
    ]
    assert (answer["total"]["failed"], answer["total"]["allocs"], answer["total"]["pages"]) == (2, 1, 1)
    assert rows(answer, "orders", "order")[4]["failed"] == 2
    assert rows(answer, "gfp_masks", "gfp")["GFP_ATOMIC"] == {
        "gfp": "GFP_ATOMIC",
        "allocs": 0,
        "allocs_per_second": 0.0,
        "pages": 0,
        "failed": 2,
    }
    # Without a single free there is nothing to set the allocations against.
    assert answer["total"]["balance_pages"] is None
    text = pageflow("report", path).stdout
    assert "Movable -> Unmovable" in text
    assert re.search(r"^allocations that failed +2$", text, re.M)
    assert "(only allocations in the trace)" in text


def test_slab_events(report, trace):
    answer = report(
        trace(
            HEAD + "kmalloc: call_site=f+0x1/0x2 ptr=1 bytes_req=70 bytes_alloc=96 gfp_flags=GFP_KERNEL",
            HEAD + "kmem_cache_alloc_node: call_site=f+0x1/0x2 ptr=1 bytes_req=8 bytes_alloc=8 gfp_flags=0 node=0",
            HEAD + "kfree: call_site=g ptr=1",
        )
    )
    assert {name: count for name, count in answer["events"].items() if count} == {
        "kmalloc": 1,
        "kmem_cache_alloc_node": 1,
        "kfree": 1,
    }
    slab = answer["slab"]
    assert (slab["allocs"], slab["bytes_allocated"], slab["frees"]) == (2, 104, 1)
    assert [(row["call_site"], row["allocs"]) for row in slab["call_sites"]] == [("f+0x1", 2)]
    assert answer["total"]["allocs"] == 0


def test_other_events_are_counted_and_named(report, pageflow, trace):
    path = trace(HEAD + ALLOC, HEAD + "sched_switch: a=1", HEAD + "sched_switch: a=1", HEAD + "kmem:rss_stat: x=1")
    assert report(path)["other_events"] == {"sched_switch": 2, "rss_stat": 1}
    assert "sched_switch" in pageflow("report", path).stdout
    assert "other 2 sched_switch\n" in pageflow("import", path).stdout


def test_clock_without_a_unit_has_no_rates(report, pageflow, trace):
    path = trace("a-1 [000] .... 1000: " + ALLOC, "a-1 [000] .... 3000: " + ALLOC)
    answer = report(path)
    assert (answer["clock"], answer["first"], answer["last"]) == ("ticks", 1000, 3000)
    assert answer["total"]["allocs_per_second"] is None
    assert "2000 ticks" in pageflow("report", path).stdout
    assert pageflow("import", path).stdout.splitlines()[1:4:2] == ["clock ticks", "1000 0 0 a 100 0 1 GFP_KERNEL"]


# ---- Damaged input -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["import", "report"])
@pytest.mark.parametrize(
    "content, words",
    [
        (b"", " there is no kmem event in it"),
        (b"# tracer: nop\n#\n", " there is no kmem event in it"),
        (b"a-1 [000] .... 1.0: sched_switch: x=1\n", " there is no kmem event in it"),
        (b"a-1 [000] .... 1.0: mm_page_alloc: page=1 pfn=5 order=32\n", " there is no kmem event in it"),
        (b"a-1 [000] .... 1.0: mm_page_alloc: page=1 order=0\n", " there is no kmem event in it"),
        (b"a-1 [000] .... 99999999999.0: mm_page_free: page=1 pfn=5 order=0\n", " there is no kmem event in it"),
        (b"a-1 [99999999999999999999] .... 1.0: mm_page_free: pfn=5 order=0\n", " there is no kmem event in it"),
        (
            b"\x17\x08\x44tracing\x36\0\0\0",
            "1: it is not text: it holds a zero byte; give the file as it was written, or",
        ),
        (b"kmem v2\nclock seconds\nend 0\n", "1: this version of pageflow reads 'kmem v1' only"),
        (b"kmem v1\n", "1: the second line must be"),
        (b"kmem v1\nclock sundial\n", "2: the second line must be"),
        (b"kmem v1\nclock seconds\ntask 0 1 a\n1.0 0 0 f 5 0\n", "4: the file ends before its line 'end'"),
        (
            b"kmem v1\nclock seconds\ntask 0 1 a\n1.0 0 0 f 5 0\nend 2\n",
            "5: the file does not have as many events as it says",
        ),
        (b"kmem v1\nclock seconds\n1.0 0 0 f 5 0\nend 1\n", "3: no task of this number"),
        (b"kmem v1\nclock seconds\ntask 7 1 a\n", "3: the tasks are not numbered"),
        (b"kmem v1\nclock seconds\ntask 0 1 a\n1 0 0 f 5 0\nend 1\n", "4: it does not begin with a time"),
        (b"kmem v1\nclock seconds\ntask 0 1 a\n1.0 0 0 y 5 0\nend 1\n", "4: it is not an event of this form"),
        (b"kmem v1\nclock seconds\ntask 0 1 a\n1.0 0 0 f 5 99\nend 1\n", "4: a number is missing"),
        (b"kmem v1\nclock seconds\ntask 0 1 a\n1.0 0 0 f 5 0 7\nend 1\n", "4: it has more fields than"),
        (b"kmem v1\nclock seconds\nend 0\n", " there is no kmem event in it"),
    ],
)
def test_bad_input(pageflow, tmp_path, command, content, words):
    path = tmp_path / "trace"
    path.write_bytes(content)
    output = tmp_path / "output"
    output.write_text("before")
    option = {"import": ["-o", output], "report": ["--svg", output]}[command]
    result = pageflow(command, *option, path)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"pageflow {command}: {path}:{words}")
    assert result.stderr.count("\n") == 1
    # What cannot be read does no harm to what is there.
    assert output.read_text() == "before"


def test_damaged_lines_are_skipped_and_counted(report, pageflow, trace):
    path = trace(HEAD + ALLOC, "junk", HEAD + "mm_page_alloc: page=1 ord", HEAD[:20], b"\xff\xfe\x01", HEAD + ALLOC)
    assert report(path)["lines_skipped"] == 4
    assert "4 lines are not events, or are damaged" in pageflow("report", path).stdout
    assert report(path)["total"]["allocs"] == 2


def test_names_cannot_control_the_terminal(pageflow, trace):
    path = trace(b"\x1b[31m\xff\xc2\x9b-9 [000] .... 1.0: " + ALLOC.encode())
    for words in (("report",), ("report", "--json"), ("import",)):
        result = pageflow(*words, path)
        assert result.returncode == 0
        assert "\x1b" not in result.stdout and "\x9b" not in result.stdout
    assert json.loads(pageflow("report", "--json", path).stdout)["tasks"][0]["task"] == "?[31m???-9"


def test_flipped_bytes(pageflow, root, tmp_path):
    chance = random.Random(5818)
    whole = (root / SAMPLE).read_bytes()[:20000]
    normal = pageflow("import", SAMPLE).stdout.encode()[:8000]
    path = tmp_path / "damaged"
    for number in range(60):
        data = bytearray(normal if number % 3 == 0 else whole)
        for _ in range(chance.choice([1, 10, 300])):
            data[chance.randrange(len(data))] = chance.randrange(1, 256)
        path.write_bytes(data[: chance.randrange(len(data))])
        result = pageflow("report", "--json", "--svg", "/dev/null", path, timeout=HANG, errors="replace")
        assert result.returncode in (0, 2)
        if result.returncode:
            assert result.stderr.count("\n") == 1
        else:
            json.loads(result.stdout)


def test_long_lines_and_many_lines_take_linear_time(pageflow, trace):
    lines = [
        HEAD + ALLOC,
        "x-1 [1] " * 400_000,
        "[1]" * 400_000,
        "pfn=" * 400_000,
        " " * 2_000_000 + "[",
        HEAD + ALLOC + " " * 10,
    ]
    lines += [f"{HEAD}odd{number}: x" for number in range(50_000)] + [HEAD + ALLOC] * 100_000
    result = pageflow("report", "--json", trace(*lines), timeout=HANG)
    answer = json.loads(result.stdout)
    assert answer["total"]["allocs"] == 100_002
    assert len(answer["other_events"]) == 50_000


# ---- The command -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["import", "report"])
def test_usage(pageflow, command):
    result = pageflow(command, "--help")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(f"usage: pageflow {command} ")
    option = {"import": "--output", "report": "--svg"}[command]
    for words, complaint in (
        ([], "missing argument TRACE"),
        ([SAMPLE, SAMPLE], f"unexpected argument '{SAMPLE}'"),
        (["--nonsense", SAMPLE], "unknown option '--nonsense'"),
        ([option], f"option '{option}' needs a value: FILE"),
    ):
        result = pageflow(command, *words)
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr == f"pageflow {command}: {complaint}; try 'pageflow {command} --help'\n"


@pytest.mark.parametrize("words", [("import", "-o"), ("report", "--svg")])
def test_output_that_cannot_be_written(pageflow, words):
    result = pageflow(*words, "no/such/folder/file", SAMPLE)
    assert result.returncode == 2
    assert result.stderr == (
        f"pageflow {words[0]}: no/such/folder/file cannot be written: No such file or directory; check its name\n"
    )


@pytest.fixture
def on_a_terminal(root):
    """What the command prints on a terminal."""

    def run(words, **settings):
        environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        environment |= {"TERM": "xterm", **settings}
        with Terminal([*pageflow_command(root), *words], env=environment) as terminal:
            printed, code = terminal.rest()
        assert code == 0
        return printed

    return run


def test_colour(trace, on_a_terminal):
    path = trace(HEAD + "mm_page_alloc: page=(null) pfn=0 order=4 migratetype=0 gfp_flags=GFP_ATOMIC")
    coloured = on_a_terminal(["report", str(path)])
    assert b"\033[1;31m" in coloured
    plain = on_a_terminal(["report", str(path)], NO_COLOR="1")
    assert b"\033" not in plain
    assert re.sub(rb"\033\[[\d;]*m", b"", coloured) == plain
    assert b"\033" not in on_a_terminal(["report", str(path)], TERM="dumb")
    assert b"\033" in on_a_terminal(["report", str(path)], NO_COLOR="")


# ---- The picture -------------------------------------------------------------------------------------------------


def boxes(svg):
    """(left, right, top, bottom) of every text, by a width that is generous for each character."""
    for text in svg.iter(SVG + "text"):
        size = 17 if "title" in text.get("class", "") else 13
        width = len("".join(text.itertext())) * size * 0.56
        x, y = float(text.get("x")), float(text.get("y"))
        left = x - {"end": width, "middle": width / 2}.get(text.get("text-anchor"), 0)
        yield left, left + width, y - size * 0.8, y + size * 0.25


@pytest.mark.parametrize("kind", ["sample", "orders", "only frees", "only failures", "one event"])
def test_svg(pageflow, trace, kind):
    head = "a-1 [000] .... {}.5: "
    alloc = "mm_page_alloc: page={} pfn=1 order={} migratetype=0 gfp_flags=GFP_KERNEL"
    path = {
        "sample": lambda: SAMPLE,
        "orders": lambda: trace(
            *[head.format(n) + alloc.format("1" if n % 5 else "(null)", n % 11) for n in range(500)],
            name="a <long> & odd name of a file that does not fit into the picture, not at all.trace",
        ),
        "only frees": lambda: trace(head.format(3) + "mm_page_free: page=1 pfn=5 order=2", head.format(4) + ALLOC[:0]),
        "only failures": lambda: trace(head.format(3) + alloc.format("(null)", 9)),
        "one event": lambda: trace(head.format(3) + ALLOC),
    }[kind]()
    result = pageflow("report", "--svg", "-", path)
    assert (result.returncode, result.stderr) == (0, "")
    svg = ElementTree.fromstring(result.stdout)
    assert svg.get("role") == "img"
    assert svg.find(SVG + "title").text and "failed requests" in svg.find(SVG + "desc").text
    assert svg.get("aria-labelledby").split() == [svg.find(SVG + name).get("id") for name in ("title", "desc")]
    assert "prefers-color-scheme: dark" in svg.find(SVG + "style").text
    width, height = float(svg.get("width")), float(svg.get("height"))
    texts = list(boxes(svg))
    assert len(texts) >= 8
    for at, (left, right, top, bottom) in enumerate(texts):
        assert left >= 0 and right <= width and top >= 0 and bottom <= height
        for other in texts[at + 1 :]:
            assert right <= other[0] or other[1] <= left or bottom <= other[2] or other[3] <= top
    for bar in svg.iter(SVG + "rect"):
        x, y = float(bar.get("x", 0)), float(bar.get("y", 0))
        assert x >= 0 and x + float(bar.get("width")) <= width
        assert y >= 0 and y + float(bar.get("height")) <= height


def test_svg_into_a_file_leaves_the_report(pageflow, tmp_path):
    path = tmp_path / "picture.svg"
    result = pageflow("report", "--svg", path, SAMPLE)
    assert result.stdout == pageflow("report", SAMPLE).stdout
    assert path.read_text().startswith("<!-- SPDX-License-Identifier")

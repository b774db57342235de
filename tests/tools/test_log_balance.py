# SPDX-License-Identifier: GPL-2.0-only
"""Who holds the memory: every figure is worked out again here, from the text of the reports."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

# The fields of a report's totals that make up a holder; anonymous memory is a case of its own.
PARTS = {
    "file": ("active_file", "inactive_file", "isolated_file"),
    "slab": ("slab_reclaimable", "slab_unreclaimable"),
    "page_tables": ("pagetables",),
    "misc_reclaimable": ("kernel_misc_reclaimable",),
    "free": ("free",),
    "per_cpu": ("free_pcp",),
}

# Samples whose totals are whole, and how much memory each has, worked out by hand.
WHOLE = {
    "reports/nfsd-68-leak-quoted": 262144 - 9147,
    "reports/bcachefs-610-oom": (15360 + 2015088 + 1374772) // 4,
    "reports/balloon-garbage": 1048445 - 306992,
    "reports/10-folded130": 131072 - 5101,
    "5.8.18-oom-global-1": 32768 - 2191,
    "5.8.18-atomic-order0": 32768 - 1917,
    "5.8.18-kernel-order9": 32768 - 1917,
}


def totals(text):
    """The figures of the last block of totals."""
    block = re.split(r"Mem-Info:", text)[-1]
    block = re.split(r"Node \d+ active_anon|Normal free:|DMA free:", block)[0]
    return {name: int(value) for name, value in re.findall(r"(\w+):(\d+)\b(?![.:])", block)}


def stacks(text, page_kb=4):
    """Kernel stacks: of the nodes, or of the zones of older kernels."""
    return sum(int(kb) for kb in re.findall(r"\bkernel_stack:(\d+)kB", text)) // page_kb


def expected(text):
    """The holders of a report."""
    figures = totals(text)
    anon = sum(figures[name] for name in ("active_anon", "inactive_anon", "isolated_anon"))
    holders = {key: sum(figures.get(name, 0) for name in names) for key, names in PARTS.items()}
    shared = min(figures["shmem"], anon)
    holders["anon"] = anon - shared
    holders["shmem"] = figures["shmem"]
    holders["unevictable"] = figures["unevictable"] - (figures["shmem"] - shared)
    holders["kernel_stacks"] = stacks(text)
    return {key: pages for key, pages in holders.items() if pages}


@pytest.fixture
def balance(facts):
    """The balance of the last report of a log."""
    return lambda log: facts(log)[-1]["balance"]


def held(balance):
    return {holder["key"]: holder["pages"] for holder in balance["holders"]}


@pytest.mark.parametrize("name", WHOLE)
def test_every_page_of_a_report_is_counted_once(sample, balance, name):
    text = sample(name)
    found, right = balance(text), expected(text)
    rest = WHOLE[name] - sum(right.values())
    if rest:
        right["unaccounted"] = rest
    assert (found["known"], found["total"]) == (True, WHOLE[name])
    assert held(found) == right
    assert (found["unaccounted"], found["excess"], found["unread"]) == (
        rest,
        0,
        "" if "kernel_stack" in text else "kernel stacks",
    )
    assert found["unaccounted_percent"] == round(rest * 100 / WHOLE[name])
    pages = [holder["pages"] for holder in found["holders"]]
    assert pages == sorted(pages, reverse=True)
    assert [h["percent"] for h in found["holders"]] == [(p * 100 + WHOLE[name] // 2) // WHOLE[name] for p in pages]


def test_a_leak_is_suspected_where_nothing_explains_most_of_memory(sample, balance, explain):
    text = sample("reports/nfsd-68-leak-quoted")
    found = balance(text)
    assert (found["unaccounted"], found["unaccounted_percent"], found["leak_suspect"]) == (223665, 88, True)
    assert found["headline"] == "88 % of memory is not accounted for"
    assert (found["free_cma"], found["cma_taken"]) == (1094, 4096 - 1094)
    assert found["swap"] == {"state": "free", "total_kb": 102396, "free_kb": 93424}
    assert "suspect: a leak" in explain(text).stdout


def test_slab_is_named_when_it_holds_most(sample, balance):
    found = balance(sample("reports/bcachefs-610-oom"))
    assert found["headline"] == "slab holds 91 % of memory"
    assert (found["inferred"], found["leak_suspect"]) == (True, False)
    assert (found["slab_reclaimable"], found["slab_unreclaimable"]) == (355621, 422360)
    assert found["swap"]["state"] == "none"


@pytest.mark.parametrize(
    ("slab", "suspect"),
    [(4350, True), (4350 + 223665 - 67300, False), (4350 + 223665 - 67400, True)],
)
def test_a_quarter_of_memory_may_be_unaccounted_for(sample, balance, slab, suspect):
    """63249 of 252997 pages, besides 3002 of CMA areas and 1121 of compressed swap, as a bound of each."""
    text = sample("reports/nfsd-68-leak-quoted").replace("slab_unreclaimable:4350", f"slab_unreclaimable:{slab}")
    found = balance(text)
    assert found["unaccounted"] == 223665 + 4350 - slab
    assert found["leak_suspect"] is suspect


def test_a_small_board_is_suspected_later(sample, balance):
    """Of 32 MiB more than 16 must be missing, although 8 are a quarter of it."""
    text = re.sub(r"262144 pages RAM", f"{9147 + 8192} pages RAM", sample("reports/nfsd-68-leak-quoted"))
    for slab, rest in ((13680, -21140), (100, 0)):
        small = text.replace("slab_reclaimable:13680", f"slab_reclaimable:{slab}")
        assert balance(small)["leak_suspect"] is False, rest
    for free, suspect in ((7279 - 7000, False), (100, False)):
        board = re.sub(r"slab_reclaimable:\d+ slab_unreclaimable:\d+", "slab_reclaimable:0 slab_unreclaimable:0", text)
        board = board.replace(" free:7279", f" free:{free}")
        found = balance(board)
        assert found["unaccounted"] == 8192 - (253 + 2502 + 4 + 394 + 414 + 272 + 184 + free)
        assert found["unaccounted"] > 8192 // 4
        assert found["leak_suspect"] is (found["unaccounted"] > 4096) is suspect


@pytest.mark.parametrize("lost", ["slab_reclaimable:13680 slab_unreclaimable:4350", "pagetables:414"])
def test_what_was_not_read_is_no_leak(sample, balance, lost):
    text = sample("reports/nfsd-68-leak-quoted").replace(lost, "").replace("pagetables:1656kB", "")
    found = balance(text)
    assert found["leak_suspect"] is False and found["unread"]
    assert next(h for h in found["holders"] if h["key"] == "unaccounted")["inferred"] is True


@pytest.mark.parametrize(("cma", "suspect"), [(196608, False), (160000, True), (262000, False)])
def test_a_large_cma_area_that_devices_may_use_is_no_leak(sample, balance, explain, cma, suspect):
    text = sample("reports/nfsd-68-leak-quoted").replace("4096 pages cma reserved", f"{cma} pages cma reserved")
    found = balance(text)
    assert (found["unaccounted"], found["cma_taken"]) == (223665, cma - 1094)
    assert found["leak_suspect"] is suspect is (223665 - (cma - 1094) > 252997 // 4)
    words = " ".join(explain(text).stdout.split())
    assert f"at most {min(cma - 1094, 223665)} of the pages not accounted for are CMA areas" in words
    assert ("suspect: a leak" in words) is suspect


@pytest.mark.parametrize("pages", [99999999999999, 1 << 45])
def test_a_number_of_pages_that_no_machine_has_gives_no_balance(sample, balance, pages):
    found = balance(sample("reports/nfsd-68-leak-quoted").replace("262144 pages RAM", f"{pages} pages RAM"))
    assert (found["known"], found["headline"], found["leak_suspect"]) == (False, "", False)


def test_swap_on_compressed_memory_is_no_leak(sample, balance):
    text = sample("reports/nfsd-68-leak-quoted").replace("Free swap  = 93424kB", "Free swap  = 0kB")
    text = text.replace("Total swap = 102396kB", "Total swap = 2000000kB")
    found = balance(text)
    assert (found["leak_suspect"], found["swap"]["state"]) == (False, "full")
    assert found["headline"] == "88 % of memory is not accounted for, swap is full"


@pytest.mark.parametrize(
    ("free", "total", "state"),
    [(0, 0, "none"), (0, 1048572, "full"), (9000, 1048572, "full"), (30000, 1048572, "free"), (5, None, "free")],
)
def test_swap_is_full_none_or_free(sample, balance, free, total, state):
    text = sample("reports/nfsd-68-leak-quoted").replace("Free swap  = 93424kB", f"Free swap  = {free}kB")
    new = "" if total is None else f"Total swap = {total}kB"
    found = balance(text.replace("Total swap = 102396kB", new))["swap"]
    assert found == {"state": state, "total_kb": total, "free_kb": free}


def test_figures_that_come_to_more_than_there_is_are_said_to(sample, balance, explain):
    text = sample("reports/nfsd-68-leak-quoted").replace("active_file:1200 ", "active_file:240000 ")
    found = balance(text)
    assert (found["known"], found["unaccounted"], found["leak_suspect"]) == (True, 0, False)
    assert found["excess"] == 240000 - 1200 - 223665
    assert f"come to {found['excess']} pages more than there are" in " ".join(explain(text).stdout.split())


def test_figures_that_contradict_each_other_give_no_per_cent(sample, balance, explain):
    text = sample("reports/nfsd-68-leak-quoted").replace("active_file:1200 ", "active_file:99999999999999 ")
    found = balance(text)
    assert (found["known"], found["headline"], found["unaccounted"]) == (False, "", None)
    assert "do not add up" in explain(text).stdout


def test_shared_memory_that_is_locked_is_not_counted_twice(sample, balance):
    text = sample("reports/nfsd-68-leak-quoted").replace("shmem:4 ", "shmem:300 ")
    found = held(balance(text))
    assert "anon" not in found and (found["shmem"], found["unevictable"]) == (300, 394 - (300 - 257))


def test_hugepages_of_all_sizes_and_nodes_are_added(sample, balance):
    text = sample("reports/bcachefs-610-oom")
    text = text.replace("hugepages_total=0 hugepages_free=0 hugepages_surp=0 hugepages_size=2048kB",
                        "hugepages_total=3 hugepages_free=1 hugepages_surp=0 hugepages_size=2048kB\n"
                        "> Node 1 hugepages_total=2 hugepages_free=2 hugepages_surp=0 hugepages_size=64kB")  # fmt: skip
    found = balance(text)
    assert held(found)["hugepages"] == (3 * 2048 + 2 * 64) // 4
    assert found["unaccounted"] == 31435 - (3 * 2048 + 2 * 64) // 4


def test_the_balloon_counts_where_it_is_part_of_memory(sample, balance):
    text = sample("reports/nfsd-68-leak-quoted").replace(
        "all_unreclaimable? no", "all_unreclaimable? no Balloon:800000kB"
    )
    assert held(balance(text))["balloon"] == 200000 and balance(text)["unaccounted"] == 23665
    text = text.replace("Balloon:800000kB", "Balloon:8000000kB")
    assert "balloon" not in held(balance(text)) and balance(text)["unaccounted"] == 223665


SLABS = """Unreclaimable slab info:
Name                      Used          Total
pid_2                     48KB         60KB
kmalloc-rcl-192(5:x.scope)     100KB       9000KB
dentry                   500KB        700KB
"""
PLACES = """Memory allocations%s:
    1.50 GiB   393216 mm/slub.c:2394 func:alloc_slab_page
    56.0 KiB      960 fs/ext4/dir.c:98 [ext4] func:ext4_dir
     512 B          1 kernel/x.c:1 func:x
"""


def prefixed(text):
    """Lines as the others of that sample."""
    return re.sub(r"^", "> May 30 14:08:26 host kernel: ", text, flags=re.M)


def test_slab_caches_and_places_of_the_code_are_listed(sample, balance, explain):
    for title in ("", " (profiling is currently turned on)"):
        text = sample("reports/bcachefs-610-oom") + prefixed(PLACES % title + SLABS)
        found = balance(text)
        assert found["caches"] == [
            {"name": "kmalloc-rcl-192(5:x.scope)", "kb": 9000},
            {"name": "dentry", "kb": 700},
            {"name": "pid_2", "kb": 60},
        ]
        assert found["places"] == [
            {"name": "mm/slub.c:2394 func:alloc_slab_page", "kb": 1572864},
            {"name": "fs/ext4/dir.c:98 [ext4] func:ext4_dir", "kb": 56},
            {"name": "kernel/x.c:1 func:x", "kb": 1},
        ]
        assert "1572864 kB mm/slub.c:2394" in explain(text).stdout


def test_only_the_largest_caches_are_kept(sample, balance):
    rows = "".join(f"cache-{n:03} 1KB {n}KB\n" for n in list(range(50, 100)) + list(range(50)))
    found = balance(sample("reports/bcachefs-610-oom") + prefixed("Unreclaimable slab info:\n" + rows))
    assert [cache["kb"] for cache in found["caches"]] == list(range(99, 87, -1))


def test_an_old_kernel_prints_its_figures_in_the_lines_of_zones(sample, balance):
    """In the form of 3.10: the lists of CPUs before the totals, no lines of nodes, stacks with the zones."""
    zone = ("free:%dkB min:3000kB low:3700kB high:4500kB active_anon:0kB inactive_anon:0kB present:%dkB managed:%dkB "
            "shmem:0kB slab_unreclaimable:10kB kernel_stack:%dkB pagetables:40kB bounce:0kB free_cma:0kB")  # fmt: skip
    lines = [
        "java invoked oom-killer: gfp_mask=0x201da, order=0, oom_score_adj=0",
        "CPU: 1 PID: 5 Comm: java Not tainted 3.10.0-957.el7.x86_64 #1",
        "Mem-Info:",
        "Node 0 DMA32 per-cpu:",
        "CPU    0: hi:  186, btch:  31 usd:  12",
        "CPU    1: hi:  186, btch:  31 usd:  30",
        "active_anon:200000 inactive_anon:1000 isolated_anon:0",
        " active_file:500 inactive_file:400 isolated_file:0",
        " unevictable:0 dirty:0 writeback:0 unstable:0",
        " free:2000 slab_reclaimable:900 slab_unreclaimable:1100",
        " mapped:300 shmem:700 pagetables:800 bounce:0",
        " free_cma:0",
        "Node 0 DMA32 " + zone % (8000, 917504, 880000, 1600),
        "lowmem_reserve[]: 0 0 0 0",
        "Node 0 DMA32: 2000*4kB (UE) 0*8kB 0*16kB 0*32kB 0*64kB 0*128kB 0*256kB 0*512kB 0*1024kB 0*2048kB 0*4096kB = 8000kB",
        "Node 0 hugepages_total=0 hugepages_free=0 hugepages_surp=0 hugepages_size=2048kB",
        "1600 total pagecache pages",
        "0 pages in swap cache",
        "Free swap  = 0kB",
        "Total swap = 2097148kB",
        "229376 pages RAM",
        "0 pages HighMem/MovableOnly",
        "9376 pages reserved",
    ]
    found = balance("".join(f"[  12.345678] {line}\n" for line in lines))
    assert found["total"] == 220000 and found["unread"] == ""
    right = {"anon": 200300, "file": 900, "shmem": 700, "slab": 2000, "page_tables": 800, "kernel_stacks": 400, "free": 2000,
             "per_cpu": 42}  # fmt: skip
    assert held(found) == right | {"unaccounted": 220000 - sum(right.values())}
    assert found["headline"] == "anonymous memory holds 91 % of memory, swap is full"


OLD_ARM = """ksoftirqd/0: page allocation failure: order:0, mode:0x20
CPU: 0 PID: 3 Comm: ksoftirqd/0 Not tainted 3.10.49-perf #1
Mem-info:
Normal per-cpu:
CPU    0: hi:  186, btch:  31 usd: 100
active_anon:9000 inactive_anon:100 isolated_anon:0
 active_file:500 inactive_file:400 isolated_file:0
 unevictable:0 dirty:0 writeback:0 unstable:0
 free:900 slab_reclaimable:300 slab_unreclaimable:700
 mapped:300 shmem:100 pagetables:200 bounce:0
 free_cma:0
Normal free:3600kB min:3000kB low:3700kB high:4500kB active_anon:36000kB inactive_anon:400kB present:120000kB kernel_stack:800kB
lowmem_reserve[]: 0 0
Normal: 900*4kB (UM) 0*8kB 0*16kB 0*32kB 0*64kB 0*128kB 0*256kB 0*512kB 0*1024kB 0*2048kB 0*4096kB = 3600kB
1000 total pagecache pages
Free swap  = 0kB
Total swap = 0kB
30000 pages of RAM
1010 free pages
2500 reserved pages
1000 slab pages
4000 pages shared
0 pages swap cached
"""


@pytest.mark.parametrize("prefix", ["", "[ 1234.567890] ", "<4>[ 1234.567890] c0 ", "[ 1234.567890] c1   1234 "])
def test_old_kernels_of_arm_end_a_report_in_words_of_their_own(balance, prefix):
    found = balance(re.sub(r"^", prefix, OLD_ARM.strip(), flags=re.M) + "\n")
    right = {"anon": 9000, "file": 900, "shmem": 100, "slab": 1000, "page_tables": 200, "kernel_stacks": 200, "free": 900,
             "per_cpu": 100}  # fmt: skip
    assert (found["total"], found["inferred"], found["unread"]) == (27500, False, "")
    assert held(found) == right | {"unaccounted": 27500 - sum(right.values())}
    assert found["leak_suspect"] is True and found["headline"] == "55 % of memory is not accounted for"


@pytest.mark.parametrize(("reserved", "total"), [(9147, 252997), (9147 - 4096, 252997), (9147 - 4095, 252997 + 4095)])
def test_cma_that_was_taken_off_what_is_reserved_is_no_memory_more(sample, balance, reserved, total):
    """Of 4096 pages of CMA; the zones' managed pages tell whether they are in the figure. A page off, they do not."""
    text = sample("reports/nfsd-68-leak-quoted").replace("9147 pages reserved", f"{reserved} pages reserved")
    assert balance(text)["total"] == total


@pytest.mark.parametrize("word", ["", "none "])
def test_a_torn_line_takes_no_figure_back(sample, balance, word):
    text = sample("reports/nfsd-68-leak-quoted")
    line = next(line for line in text.splitlines() if line.endswith("pages reserved"))
    assert balance(text + line.replace("9147 ", word) + "\n")["total"] == 252997


def test_pages_of_64_kb(sample, balance):
    """Totals are pages of any size; what stands in kB is divided by the size of this one."""
    found = balance(sample("6.1-64k"))
    text = sample("6.1-64k")
    right = expected(text)
    right.pop("kernel_stacks", None)
    right["kernel_stacks"] = stacks(text, 64)
    assert {key: pages for key, pages in held(found).items() if key != "unaccounted"} == {
        key: pages for key, pages in right.items() if pages
    }


def test_zones_that_are_not_shown_leave_the_total_open(sample, balance):
    """One node of five is shown: neither the total nor the stacks of the others are known."""
    found = balance(sample("reports/cpuset-movable-node"))
    assert (found["known"], found["total"], found["headline"]) == (False, None, "")
    assert held(found)["slab"] == 51418 + 116300 and found["unread"] == "kernel stacks, hugepages"


def test_without_the_reserved_pages_the_rest_is_no_leak(sample, balance):
    text = re.sub(r".* pages reserved\n", "", sample("reports/nfsd-68-leak-quoted"))
    assert balance(text)["total"] == 1011988 // 4 and balance(text)["inferred"] is True
    found = balance(text.replace("managed:1011988kB", ""))
    assert (found["total"], found["reserved_inside"], found["leak_suspect"]) == (262144, True, False)


@pytest.mark.parametrize(
    ("name", "headline"),
    [
        ("reports/31-derived", "80 % of memory is in no figure that was read"),
        ("reports/ath11k-dma32-616", "55 % of memory is free, file cache holds 21 %"),
        ("reports/arm64-kdump-gfpdma-wrapped", "99 % of memory is free"),
        ("reports/10-folded130", "file cache holds 71 % of memory"),
        ("5.8.18-oom-global-1", "anonymous memory holds 93 % of memory, there is no swap"),
    ],
)
def test_the_largest_holder_in_a_few_words(sample, balance, name, headline):
    assert balance(sample(name))["headline"] == headline


def test_nodes_are_added(sample, balance):
    """Two nodes, each with a line of its own."""
    text = sample("reports/nfsd-68-leak-quoted")
    node = next(line for line in text.splitlines() if "Node 0 active_anon" in line)
    other = re.sub(r":\d+kB", ":0kB", node.replace("Node 0", "Node 1")).replace(
        "kernel_stack:0kB", "kernel_stack:4000kB"
    )
    found = balance(text.replace(node, node + "\n" + other + "\n" + other))
    assert held(found)["kernel_stacks"] == (1088 + 4000) // 4


def test_lines_of_text_are_at_most_80_columns(sample, explain):
    for name in WHOLE:
        section = explain(sample(name)).stdout.partition("who holds the memory")[2].partition("\n\n")[0]
        assert section and max(len(line) for line in section.splitlines()[1:]) <= 80
        bar = next(line for line in section.splitlines() if line.startswith("  ["))
        assert len(bar) == 70 and bar.isascii()


SVG = "{http://www.w3.org/2000/svg}"


def drawn(explain, log):
    """The picture of a log, and what is left of it after the checks that every picture passes."""
    done = explain(log, "--svg", "-")
    picture = ElementTree.fromstring(done.stdout)
    width, height = (float(picture.get(name)) for name in ("width", "height"))
    for shape in picture.iter():
        x, y = (float(shape.get(name, 0)) for name in ("x", "y"))
        assert 0 <= x <= x + float(shape.get("width", 0) if shape.tag == SVG + "rect" else 0) <= width + 0.01
        assert 0 <= y <= y + float(shape.get("height", 0) if shape.tag == SVG + "rect" else 0) <= height
    return picture


def test_a_log_is_drawn(sample, explain):
    picture = drawn(explain, sample("reports/bcachefs-610-oom"))
    texts = [text.text for text in picture.iter(SVG + "text")]
    assert picture.find(SVG + "title").text == "Who holds the memory, and what is free in each zone"
    assert picture.find(SVG + "desc").text == "Report 1: slab holds 91 % of memory. "
    assert "777,981 pages, 91 %" in texts and "31,435 pages, 4 %" in texts
    assert {"node 0 DMA", "node 0 DMA32", "node 0 Normal"} < set(texts)
    assert "free 7765; of these CMA 0, reserved for urgent high orders 1024; usable 6740" in texts
    bar = [rect for rect in picture.iter(SVG + "rect") if rect.get("height") == "24"][1:]
    lengths = [float(rect.get("width")) for rect in bar]
    assert sum(lengths) == pytest.approx(720, abs=0.1)
    assert lengths[0] == pytest.approx(777981 / 851305 * 720, abs=0.1)
    assert "prefers-color-scheme: dark" in picture.find(SVG + "style").text


def test_reports_are_drawn_below_each_other_as_many_as_fit(sample, explain):
    report = sample("5.8.18-oom-global-1")
    texts = [text.text for text in drawn(explain, report * 3).iter(SVG + "text")]
    assert [text.partition(",")[0] for text in texts if text.startswith("Report ")] == [
        "Report 1",
        "Report 2",
        "Report 3",
    ]
    texts = [text.text for text in drawn(explain, report * 15).iter(SVG + "text")]
    assert "3 more reports are not drawn" in texts


def test_the_picture_of_a_log_goes_into_a_file_beside_the_text(sample, explain, tmp_path):
    path = tmp_path / "a.svg"
    log = sample("reports/nfsd-68-leak-quoted")
    assert explain(log, "--svg", str(path)).stdout == explain(log).stdout
    assert ElementTree.parse(path).getroot().tag == SVG + "svg"
    odd = log.replace("nfsd", "a<&>b")
    assert "a<&>b" in next(drawn(explain, odd).iter(SVG + "text")).text


def test_a_log_without_a_report_gives_no_picture(explain, tmp_path):
    path = tmp_path / "a.svg"
    assert explain("nothing here\n", "--svg", str(path)).returncode == 2
    assert not path.exists()

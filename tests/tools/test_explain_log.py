# SPDX-License-Identifier: GPL-2.0-only
"""`pageflow explain --log`: real and hand-made reports, their checks computed here again from the text; damaged logs."""

import random
import re

import pytest

REAL = ["atomic-order0", "kernel-order9", "nowait-order1", "oom"]
SAMPLES = [f"5.8.18-{name}" for name in REAL] + [
    "4.14-order4",
    "4.19-atomic",
    "4.19-highmem",
    "5.4-order3",
    "5.10-cma",
    "5.15-reserve",
    "6.1-64k",
    "6.1-dma32",
    "6.6-numa",
    "6.12-oom",
]
HIGH, ATOMIC, MOVABLE = 0x20, 0x200, 0x8


# ---- the arithmetic, from the text alone ---------------------------------------------------------------------------


def figure(line, name):
    found = re.search(rf"(?<![a-z_]){name}: ?(\d+)[kK]B", line)
    return int(found[1]) if found else 0


def zones_of(text):
    """{(node, zone): its figures in pages, its reserve, its blocks [(order, letters)]} by the rules of the spec."""
    size = int(re.search(r": \d+\*(\d+)kB", text)[1])
    zones, last = {}, None
    for line in text.splitlines():
        found = re.search(r"(?:Node (\d+) )?(\w+) free:\d+kB", line)
        if found:
            last = zones[int(found[1] or 0), found[2]] = {
                name: figure(line, name) // size for name in ("free", "boost", "min", "low", "free_cma")
            }
            last["highatomic"] = figure(line, "reserved_highatomic") // size
        if "lowmem_reserve" in line:
            last["reserve"] = [int(word) for word in line.split(":")[-1].split()]
        found = re.search(r"(?:Node (\d+) )?(\w+): \d+\*\d+kB", line)
        if found:
            entries = re.findall(r"(\d+)\*\d+kB(?: \((\w+)\))?", line)
            zones[int(found[1] or 0), found[2]]["blocks"] = [
                (order, letters) for order, (count, letters) in enumerate(entries) if int(count)
            ]
    return zones


def check(zone, order, mask, reserve):
    """The watermark check of 5.8.18 at min, then the search for a block: (verdict, pages short)."""
    harder, movable = mask & ATOMIC, mask & MOVABLE
    usable = zone["free"] - (2**order - 1)
    usable -= 0 if harder else zone["highatomic"]
    usable -= 0 if movable else zone["free_cma"]
    mark = zone["min"]
    mark -= mark // 2 if mask & HIGH else 0
    mark -= mark // 4 if harder else 0
    needed = mark + reserve
    if usable <= needed:
        return "too_few_pages", needed - usable + 1
    wanted = set("UME") | (set("C") if movable else set()) | (set("H") if harder else set())
    if order and not any(o >= order and wanted & set(letters) for o, letters in zone["blocks"]):
        return "no_block", 0
    return "taken", 0


# Which zones each request tries, in order, and the place of its highest zone in the reserve lines.
TRIED = {
    "4.14-order4": ([(0, "DMA32"), (0, "DMA")], 2),
    "4.19-highmem": ([(0, "Normal")], 0),
    "5.15-reserve": ([(0, "Normal"), (0, "DMA32")], 2),
    "6.1-dma32": ([(0, "DMA32"), (0, "DMA")], 1),
    "6.6-numa": ([(0, "Normal"), (0, "DMA32"), (1, "Normal")], 2),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_each_zone_refuses_at_the_check_that_the_text_gives(name, sample, explain, facts):
    text = sample(name)
    order = int(re.search(r"order[:=](\d+)", text)[1])
    (report,) = facts(text)
    assert report["replayed"] == name.startswith(("5.8.18", "4.14", "4.19-atomic", "5.4")), report["not_replayed"]
    zones = zones_of(text)
    tried, highest = TRIED.get(name, (list(zones), 2))
    assert [(z["node"], z["zone"]) for z in report["zones"] if z["place"] == "tried"] == tried
    sentence = explain(text).stdout.splitlines()[-1]
    for zone in report["zones"]:
        if zone["place"] != "tried":
            continue
        here = zones[zone["node"], zone["zone"]]
        verdict, short = check(here, order, int(report["mask_5_8"], 16), here["reserve"][highest])
        assert (zone["attempt"]["verdict"], zone["attempt"]["shortfall"]) == (verdict, short)
        assert f"{zone['zone']} is {short} page" in sentence
    assert sentence.startswith("answer: refused")
    assert explain(text).returncode == 1


def test_the_numbers_of_the_real_reports_are_those_worked_out_by_hand(sample, explain):
    # 4456 free - 4032 CMA; 1136 - 568 - 142
    assert "3 pages short" in explain(sample("5.8.18-atomic-order0")).stdout
    # 5163 free - 1 - 4032 CMA; 1136
    assert "7 pages short" in explain(sample("5.8.18-nowait-order1")).stdout
    # 348 pages are not more than 348
    assert "1 page short" in explain(sample("5.8.18-oom")).stdout
    assert "no free block of order 9" in explain(sample("5.8.18-kernel-order9")).stdout


@pytest.mark.parametrize("name", ["atomic-order0", "nowait-order1"])
def test_free_cma_and_the_boost_are_both_said_where_both_decide(name, sample, explain, facts):
    text = sample(f"5.8.18-{name}")
    sentence = explain(text).stdout.splitlines()[-1]
    assert "4032 pages (16128 kB) of free CMA" in sentence
    assert "boosted by 786 pages (3144 kB) (inferred)" in sentence
    (report,) = facts(text)
    assert {"boost", "cma"} <= {item["key"] for item in report["advice"] if item["would_pass"]}
    # Of 1136 pages 350 are plain: a quarter of it is the distance of 87, and 786 is 1.5 times its high mark of 524.
    assert (report["zones"][0]["min"], report["zones"][0]["boost"]) == (350, 786)
    assert report["zones"][0]["boost_source"] == "inferred"


def test_what_lies_in_smaller_blocks_is_said(sample, explain):
    text = sample("5.8.18-kernel-order9")
    counts = [int(count) for count in re.findall(r"(\d+)\*\d+kB", text)]
    small = sum(count << order for order, count in enumerate(counts[:9]))
    assert f"in blocks that are too small: {small} pages ({4 * small} kB)" in explain(text).stdout


def test_large_blocks_that_are_cma_are_said(sample, explain):
    assert "4 of the large enough blocks are CMA" in explain(sample("5.8.18-kernel-order9")).stdout.splitlines()[-1]


def test_a_limit_of_a_memory_cgroup_is_no_matter_of_zones(sample, explain):
    result = explain(sample("5.8.18-memcg-oom"))
    assert "memory cgroup /box, which uses 20480 kB of its limit of 20480 kB" in result.stdout.splitlines()[-1]
    assert result.returncode == 0, "no request of any zone is behind it"


def test_advice_would_let_the_request_pass_when_it_says_so(sample, facts):
    """Each advice marked so, carried out on the text, makes the same request pass."""
    text = sample("5.8.18-nowait-order1")
    changes = {
        "boost": lambda t: t.replace("min:4544kB", "min:1400kB").replace("low:4892kB", "low:1748kB"),
        "cma": lambda t: t.replace("mode:0x800(GFP_NOWAIT)", "mode:0x808(GFP_NOWAIT|__GFP_MOVABLE)"),
        "order": lambda t: t.replace("order:1", "order:0"),
        "atomic": lambda t: t.replace("mode:0x800(GFP_NOWAIT)", "mode:0xa20(GFP_ATOMIC)"),
    }
    (report,) = facts(text)
    would = {item["key"] for item in report["advice"] if item["would_pass"]}
    assert would == {"boost", "cma", "atomic"}, "order 0 does not pass: 1131 pages are not more than 1136"
    for key in would:
        changed = changes[key](text).replace("high:5240kB", "high:2096kB" if key == "boost" else "high:5240kB")
        assert facts(changed)[0]["found"], key
    assert not facts(changes["order"](text))[0]["found"]


def test_a_state_that_would_serve_the_request_is_not_called_a_refusal(sample, explain):
    text = sample("5.8.18-atomic-order0").replace("free:17824kB", "free:27824kB")
    result = explain(text)
    assert result.returncode == 0
    assert "would serve the request" in result.stdout.splitlines()[-1]
    assert "(inferred)" in result.stdout.splitlines()[-1]


# ---- other versions, other geometries ------------------------------------------------------------------------------


def test_the_verdict_is_labelled_with_its_rules(sample, explain, facts):
    for name in SAMPLES:
        text = " ".join(explain(sample(name)).stdout.split())
        (report,) = facts(sample(name))
        assert f"verdict: refused, by the {report['rules']}" in text
        assert f"answer: refused by the {report['rules']}: " in text


@pytest.mark.parametrize(
    "name, why",
    [("6.1-64k", "its pages have 64 kB"), ("4.19-highmem", "it has high memory")],
)
def test_another_geometry_is_explained_from_its_figures(name, why, sample, facts):
    (report,) = facts(sample(name))
    assert not report["replayed"] and why in report["not_replayed"]


def test_boost_is_read_where_it_is_printed_and_absent_where_there_is_none(sample, facts):
    zone = facts(sample("6.1-dma32"))[0]["zones"][0]
    assert (zone["boost"], zone["boost_source"], zone["min"]) == (524, "read", 2000)
    zone = facts(sample("4.19-atomic"))[0]["zones"][0]
    assert (zone["boost"], zone["boost_source"]) == (0, "none")
    zone = facts(sample("5.4-order3"))[0]["zones"][0]
    assert (zone["boost"], zone["boost_source"], zone["min"]) == (864, "inferred", 384)


# What the kernels of these versions print for a mask, where its name is not known.
MASKS = {
    "GFP_ATOMIC": "0x1080020 0x480020 0xa20 0xa20 0xa20 0xa20 0xa20 0x820 0x820",
    "GFP_KERNEL": "0x14000c0 0x6000c0 0xcc0 0xcc0 0xcc0 0xcc0 0xcc0 0xcc0 0xcc0",
    "GFP_NOWAIT": "0x1000000 0x400000 0x800 0x800 0x800 0x800 0x800 0x800 0x2800",
    "GFP_HIGHUSER_MOVABLE": "0x14200ca 0x6200ca 0x100cca 0x100cca 0x100cca 0x1100cca 0x100cca 0x100cca 0x100cca",
    "GFP_NOFS": "0x1400040 0x600040 0xc40 0xc40 0xc40 0xc40 0xc40 0xc40 0xc40",
    "GFP_TRANSHUGE_LIGHT": "0x342ca 0x342ca 0x1c20ca 0x1c20ca 0x1c20ca 0x11c20ca 0x1c20ca 0x1c20ca 0x1c20ca",
    "GFP_KERNEL_ACCOUNT": "0x15000c0 0x7000c0 0x400cc0 0x400cc0 0x400cc0 0x400cc0 0x400cc0 0x400cc0 0x400cc0",
}
VERSIONS = ("4.14", "4.19", "5.4", "5.8", "5.10", "5.15", "6.1", "6.6", "6.12")
# In these versions every flag of 5.8 has the number that it has in 5.8, but for ATOMIC, which 6.6 no longer has.
ALIKE = ("5.4", "5.8", "5.10", "5.15", "6.1", "6.6", "6.12")


def of_version(text, version):
    """From 6.1 on a zone's line prints the boost: without it there, it was lost."""
    return text.replace("min:", "boost:0kB min:") if version[0] == "6" else text


@pytest.mark.parametrize("name", MASKS)
def test_a_mask_that_is_only_a_number_is_read_by_its_version(name, pageflow, sample, facts):
    expected = int(dict(map(reversed, map(str.split, pageflow("names", "gfp").stdout.splitlines())))[name], 0)
    for number, version in zip(MASKS[name].split(), VERSIONS, strict=True):
        text = of_version(sample("5.8.18-atomic-order0"), version)
        log = text.replace("mode:0xa20(GFP_ATOMIC)", f"mode:{number}").replace("5.8.18+", f"{version}.3-generic")
        (report,) = facts(log)
        # By name: the GFP_NOWAIT of 6.12, which has a bit more, is that of 5.8.
        assert int(report["mask_5_8"], 16) == expected, version


def test_flags_that_kept_their_numbers_are_read_by_them(pageflow, sample, facts):
    rows = [line.split() for line in pageflow("names", "gfp").stdout.splitlines()]
    flags = [number for number, name in rows if name.startswith("__") and int(number, 0).bit_count() == 1]
    assert len(flags) == 23
    for version in ALIKE:
        text = of_version(sample("5.8.18-atomic-order0"), version)
        logs = [
            text.replace("mode:0xa20(GFP_ATOMIC)", f"mode:{flag}").replace("5.8.18+", f"{version}.3-generic")
            for flag in flags
        ]
        read = [report["mask_5_8"] for report in facts("".join(logs))]
        gone = ["0x200"] if version in ("6.6", "6.12") else []
        assert [one for one in flags if one not in read] == gone


@pytest.mark.parametrize(
    "number, mask", [("0x1080020", "0xa20"), ("0x480020", "0xa20"), ("0xa20", "0xa20"), ("0x6000c0", "0xcc0")]
)
def test_a_number_without_a_version_is_read_by_its_look(number, mask, sample, explain, facts):
    text = sample("5.8.18-atomic-order0").replace("mode:0xa20(GFP_ATOMIC)", f"mode:{number}").replace("5.8.18+", "")
    assert facts(text)[0]["mask_5_8"] == mask
    assert "(inferred)" in re.search(r"gfp mask.*", explain(text).stdout)[0]


def test_the_version_comes_from_the_log_when_the_report_does_not_say_it(sample, facts):
    text = sample("5.8.18-atomic-order0").replace("CPU: 0", "xxx").replace("mode:0xa20(GFP_ATOMIC)", "mode:0x480020")
    boot = "[    0.000000] Linux version 4.19.40-custom (someone@somewhere) (gcc) #1 SMP\n"
    (report,) = facts(boot + text)
    assert (report["kernel"], report["mask_5_8"]) == ("4.19.40-custom", "0xa20")


def test_names_that_5_8_does_not_know_are_named(sample, facts):
    text = sample("5.8.18-atomic-order0").replace("GFP_ATOMIC", "GFP_ATOMIC|__GFP_ZEROTAGS|__GFP_FUTURE|0x8000000")
    (report,) = facts(text)
    assert report["unknown_gfp"] == "__GFP_ZEROTAGS|__GFP_FUTURE|0x8000000"
    assert report["mask_5_8"] == "0xa20"


# What logs of these versions print where they name the mask, or say what was asked for.
OLD_MASKS = [
    ("3.10.0-1160.el7.x86_64", "0x20", "0xa20"),  # GFP_ATOMIC: it may not wait, and is urgent
    ("2.6.32-754.el6.x86_64", "0x4020", "0x40a20"),  # with __GFP_COMP
    ("3.10.0-1160.el7.x86_64", "0xd0", "0xcc0"),  # GFP_KERNEL
    ("3.13.0-24-generic", "0x200da", "0x100cca"),  # GFP_HIGHUSER_MOVABLE
    ("3.2.0-4-amd64", "0x50", "0xc40"),  # GFP_NOFS
    ("4.4.0-210-generic", "0x2080020", "0xa20"),
    ("4.4.0-210-generic", "0x24000c0", "0xcc0"),
    ("4.9.0-19-amd64", "0x24200ca", "0x100cca"),
    ("4.9.0-19-amd64", "0x2400040", "0xc40"),
    ("", "0x20", "0xa20"),
    ("", "0x204020", "0x40a20"),
    ("", "0x200da", "0x100cca"),
    ("", "0x2080020", "0xa20"),
]


@pytest.mark.parametrize("version, number, mask", OLD_MASKS)
def test_numbers_before_4_14_are_read_as_inferred(version, number, mask, sample, explain, facts):
    text = sample("5.8.18-atomic-order0").replace("mode:0xa20(GFP_ATOMIC)", f"mode:{number}")
    text = text.replace("5.8.18+", version)
    assert facts(text)[0]["mask_5_8"] == mask
    assert "(inferred)" in re.search(r"gfp mask[^;]*", explain(text).stdout)[0]


def test_names_that_are_gone_are_read_by_what_replaced_them(sample, facts):
    text = sample("5.8.18-atomic-order0").replace("GFP_ATOMIC", "GFP_TEMPORARY|__GFP_REPEAT|__GFP_NOTRACK")
    (report,) = facts(text)
    assert (report["mask_5_8"], report["unknown_gfp"]) == ("0x4cd0", "__GFP_NOTRACK")


def test_nodes_need_not_begin_at_0(sample, facts):
    text = sample("6.6-numa")
    only = "\n".join(line for line in text.splitlines() if "Node 0" not in line)
    far = text.replace("Node 1", "Node 8")
    assert [zone["node"] for zone in facts(only)[0]["zones"]] == [1]
    assert [(zone["node"], zone["attempt"]["verdict"]) for zone in facts(far)[0]["zones"]][-1] == (8, "too_few_pages")
    assert facts(re.sub(r"Not tainted 6\.6\S*", "Not tainted 5.8.18", far))[0]["replayed"]


def test_a_nodemask_leaves_other_nodes_out(sample, facts):
    text = sample("6.6-numa").replace("0x820(GFP_ATOMIC)", "0x100cca(GFP_HIGHUSER_MOVABLE)")
    (report,) = facts(text.replace("nodemask=(null)", "nodemask=1"))
    assert [(zone["node"], zone["place"]) for zone in report["zones"]] == [
        (1, "tried"),
        (0, "node_left_out"),
        (0, "node_left_out"),
    ]


def test_what_bound_an_oom_request_follows_its_state(sample, facts):
    text = sample("6.6-numa").replace(
        "swapper/3: page allocation failure: order:0, mode:0x820(GFP_ATOMIC), nodemask=(null)",
        "worker invoked oom-killer: gfp_mask=0x100cca(GFP_HIGHUSER_MOVABLE), order=0, oom_score_adj=0 ",
    )
    bound = "oom-kill:constraint=CONSTRAINT_MEMORY_POLICY,nodemask=1,cpuset=/,mems_allowed=0-1,global_oom\n"
    assert {zone["place"] for zone in facts(text)[0]["zones"]} == {"tried"}
    assert [zone["place"] for zone in facts(text + bound)[0]["zones"]] == ["tried", "node_left_out", "node_left_out"]


# ---- what is reserved for urgent high orders -----------------------------------------------------------------------


def reserve_log(reserved, letters="UME", version="5.8.18", free=17240):
    """GFP_KERNEL of order 1 on one zone of 64-bit: 100 blocks of each order from 1 on, the rest single pages."""
    counts = [100 if order in (1, 2) else 0 for order in range(11)]
    counts[0] = free - sum(count << order for order, count in enumerate(counts))
    blocks = " ".join(
        f"{count}*{4 << order}kB" + (f" ({letters if order == 1 else 'UM'})" if count else "")
        for order, count in enumerate(counts)
    )
    reserve = f"reserved_highatomic:{4 * reserved}KB " if reserved is not None else ""
    return (
        "worker: page allocation failure: order:1, mode:0xcc0(GFP_KERNEL), nodemask=(null),cpuset=/,mems_allowed=0\n"
        f"CPU: 2 PID: 1 Comm: worker Not tainted {version} #1\nMem-Info:\n free:{free} free_pcp:0 free_cma:0\n"
        f"Node 0 Normal free:{4 * free}kB min:66092kB low:82612kB high:99132kB {reserve}present:29673472kB "
        "managed:29669376kB free_pcp:0kB local_pcp:0kB free_cma:0kB\nlowmem_reserve[]: 0 0 0 0 0\n"
        f"Node 0 Normal: {blocks} = {4 * free}kB\n2088960 pages RAM\n"
    )


@pytest.mark.parametrize("letters", ["UME", "UMEH"])
def test_a_reserve_of_0_is_0_whatever_the_lists_hold(letters, explain, facts):
    log = reserve_log(0, letters)
    (report,) = facts(log)
    (zone,) = report["zones"]
    usable = zones_of(log)[0, "Normal"]["free"] - 1
    assert report["replayed"] and report["found"] and zone["highatomic_read"]
    assert (zone["reserved_highatomic"], zone["attempt"]["usable"]) == (0, usable)
    assert "urgent high orders" not in explain(log).stdout


def test_a_reserve_that_is_not_printed_decides_nothing_by_itself(explain, facts):
    # At least the block that the list shows, at most a hundredth of the zone and a pageblock: 2 to 75197 pages.
    log = reserve_log(None, "UMEH", "4.19.40", 17240)
    (report,) = facts(log)
    (zone,) = report["zones"]
    assert (report["verdict"], zone["highatomic_read"], explain(log).returncode) == ("depends", False, 1)
    assert "between 2 and 75197 pages" in report["depends_on"]
    # Without any reserve it would be refused as well: 16000 - 1 pages are not more than 16523.
    log = reserve_log(None, "UMEH", "4.19.40", 16000)
    (report,) = facts(log)
    assert (report["verdict"], report["zones"][0]["attempt"]["usable"]) == ("refused", 15999)
    out = explain(log).stdout
    assert "urgent high orders is not printed" in out.splitlines()[-1]
    # An urgent request may use it.
    urgent = explain(log.replace("mode:0xcc0(GFP_KERNEL)", "mode:0x480020(GFP_ATOMIC)")).stdout
    assert "urgent high orders" not in urgent


def test_no_letter_of_the_reserve_means_that_there_is_none(explain, facts):
    log = reserve_log(None, "UME", "4.19.40", 17240)
    assert facts(log)[0]["verdict"] == "passes" and explain(log).returncode == 0


@pytest.mark.parametrize("letters", ["UMH", "UMEH", "H"])
def test_a_reserve_that_is_left_stays_reserved(letters, facts):
    """The kernel gave up on the reserve before it wrote the report: the replay does not take it back once more."""
    log = reserve_log(1024, letters)
    zone = zones_of(log)[0, "Normal"]
    (report,) = facts(log)
    verdict, short = check(zone, 1, 0, 0)
    assert report["replayed"] and not report["found"]
    assert report["zones"][0]["attempt"]["verdict"] == verdict == "too_few_pages"
    assert report["zones"][0]["attempt"]["shortfall"] == short == 309
    for value in ("free", "usable"):
        assert report["zones"][0]["attempt"][value] == zone["free"] - (value == "usable") * (1 + 1024)


def test_an_urgent_request_finds_the_blocks_of_the_reserve(facts):
    log = reserve_log(1024, "H").replace("100*16kB (UM)", "0*16kB")
    log = re.sub(r"order:1, mode:0xcc0\(GFP_KERNEL\)", "order:1, mode:0xa20(GFP_ATOMIC)", log)
    log = re.sub(r"\d+\*4kB", lambda found: f"{17240 - 200}*4kB", log)
    (report,) = facts(log)
    assert report["replayed"] and report["found"]


# ---- logs as they are found ----------------------------------------------------------------------------------------

PREFIXES = [
    "[   12.345678] ",
    "<4>[   12.345678] ",
    "<4>",
    "[   12.345678][    T1] ",
    "[   12.345678] [ T123] ",
    "[   12.345678][    C0] ",
    "[Tue Nov 24 15:00:01 2026] ",
    "kern  :warn  : [   12.345678] ",
    "Nov 24 15:00:01 host kernel: [   12.345678] ",
    "Nov 24 15:00:01 host kernel: ",
    "2026-11-24T15:00:01.123456+00:00 host kernel: [   12.345678] ",
    "2026-11-24T15:00:01,123456+00:00 ",
    "4,1234,5678901,-;",
    "4,1234,5678901,-,caller=T1;",
    "[   12.345678] host kernel: ",
    "\x1b[32m[   12.345678] \x1b[0m",
]


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("name", ["5.8.18-kernel-order9", "5.8.18-oom"])
def test_prefixes_change_nothing(prefix, name, sample, facts):
    text = sample(name)
    prefixed = facts("".join(prefix + line for line in text.splitlines(True)))
    assert [{**one, "when": ""} for one in prefixed] == facts(text)  # a prefix may say when, and nothing else


def test_carriage_returns_and_blanks_change_nothing(sample, facts):
    text = sample("5.8.18-nowait-order1")
    assert facts(text.replace("\n", "\r\n")) == facts(text)
    assert facts(text.replace("\n", " \t\n")) == facts(text)
    assert facts(text.rstrip("\n")) == facts(text)


def test_other_lines_between_change_nothing(sample, facts):
    text = sample("5.8.18-kernel-order9")
    other = "[    9.876543] usb 1-1: new high-speed USB device number 3 using xhci_hcd\n"
    assert facts(text.replace("\n", "\n" + other)) == facts(text)


def test_a_torn_free_list_line_is_put_together(sample, facts):
    text = sample("5.8.18-kernel-order9")
    for at in (" 4*256kB", " 1*2048kB", " = 41020kB"):
        assert facts(text.replace(at, "\nusb 1-1: new device\n" + at.strip(), 1)) == facts(text), at


def test_torn_zone_and_reserve_lines_are_put_together(sample, facts):
    text = sample("6.6-numa")
    torn = text.replace("Node 1 Normal free", "Node 1 \nNormal free").replace(
        "lowmem_reserve[]: 0 0 12000", "lowmem_reserve[]: 0 0\n 12000"
    )
    assert torn != text
    assert facts(torn) == facts(text)


def test_several_reports_are_numbered_and_the_worst_exit_code_wins(sample, explain):
    refused = sample("5.8.18-atomic-order0")
    passes = refused.replace("free:17824kB", "free:27824kB")
    result = explain(passes + "something else\n" + refused)
    assert re.findall(r"^report (\d+)", result.stdout, re.M) == ["1", "2"]
    assert len(re.findall(r"^answer: ", result.stdout, re.M)) == 2
    assert result.returncode == 1
    assert explain(passes + passes).returncode == 0
    damaged = explain(passes + refused.splitlines()[0] + "\n")
    assert damaged.returncode == 2 and len(damaged.stderr.splitlines()) == 1
    assert "answer: " in damaged.stdout


@pytest.mark.parametrize("name", ["5.8.18-kernel-order9", "6.6-numa", "5.8.18-memcg-oom"])
def test_a_report_cut_at_any_line_is_answered_or_says_what_is_missing(name, sample, explain):
    lines = sample(name).splitlines(True)
    whole = explain("".join(lines)).stdout.splitlines()[-1]
    for end in range(len(lines)):
        result = explain("".join(lines[:end]))
        if result.returncode == 2:
            assert len(result.stderr.splitlines()) == 1 and "report" in result.stderr, end
        else:
            assert result.stdout.splitlines()[-1].startswith("answer: "), end
    for start in range(1, 4):
        result = explain("".join(lines[start:]))
        assert result.returncode in (1, 2)
    assert whole.startswith("answer: refused")


def test_a_line_left_out_or_cut_anywhere_never_confuses_it(sample, explain):
    lines = sample("6.6-numa").splitlines(True)
    for missing in range(len(lines)):
        for kept in ("", lines[missing][: len(lines[missing]) // 2] + "\n"):
            result = explain("".join(lines[:missing] + [kept] + lines[missing + 1 :]))
            assert result.returncode in (0, 1, 2), missing
            assert result.returncode == 2 or "answer: " in result.stdout, missing


def test_what_is_missing_is_named(sample, explain):
    text = sample("5.8.18-kernel-order9")
    lines = text.splitlines(True)
    header_lost = explain("".join(lines[1:]))
    assert header_lost.returncode == 2 and "the line that says who asked for what" in header_lost.stderr
    lists_lost = explain("".join(line for line in lines if "*4kB" not in line))
    assert lists_lost.returncode == 2 and "a whole free list line of zone DMA" in lists_lost.stderr
    # By the sum of the list 2048 kB are lost: too little for the block of order 9 that was asked for.
    entry_lost = explain(text.replace(" 2*1024kB (MC)", ""))
    assert entry_lost.returncode == 1 and entry_lost.stderr == ""
    block_lost = explain(text.replace(" 1*2048kB (C)", "").replace(" 3*4096kB (C)", ""))
    assert block_lost.returncode == 2 and "a whole free list line of zone DMA" in block_lost.stderr
    # Whatever min was, there is no block.
    zone_cut = explain(text.replace("min:1400kB", "m"))
    assert zone_cut.returncode == 1 and zone_cut.stderr == ""
    zone_cut = explain(sample("5.8.18-atomic-order0").replace("min:4544kB", "m"))
    assert zone_cut.returncode == 2 and "min of zone DMA" in zone_cut.stderr
    state_lost = explain(lines[0])
    assert state_lost.returncode == 2 and "Mem-Info" in state_lost.stderr


def test_a_reserve_line_that_is_lost_is_named_where_it_counts(sample, explain):
    lines = sample("5.15-reserve").splitlines(True)
    places = [place for place, line in enumerate(lines) if "lowmem_reserve" in line]
    assert len(places) > 1
    for place in places:
        result = explain("".join(lines[:place] + lines[place + 1 :]))
        zone = re.search(r"(\w+) free:", lines[place - 1])[1]
        # The highest zone that a request may use keeps nothing back from it.
        assert result.returncode == (1 if zone == "Normal" else 2), zone
        assert (f"it lacks lowmem_reserve[] of zone {zone} of node 0" in result.stderr) == (zone != "Normal")


def test_a_report_cut_between_its_zones_is_not_answered_as_if_it_were_whole(sample, explain):
    lines = sample("6.6-numa").splitlines(True)
    zones = [place for place, line in enumerate(lines) if re.search(r"\w free:\d+kB", line)]
    assert len(zones) > 1
    for place in zones:
        result = explain("".join(lines[: place + 2]))
        zone = re.search(r"(\w+) free:", lines[place])[1]
        assert result.returncode == 2, place
        assert f"all lines after those of zone {zone} of node" in result.stderr and "zones perhaps" in result.stderr


@pytest.mark.parametrize(
    "header",
    [
        "vmalloc: allocation failure: 8388608 bytes, mode:0xcc0(GFP_KERNEL)",
        "vmalloc error: size 8388608, page order 0, failed to allocate pages, mode:0xcc0(GFP_KERNEL)",
    ],
)
def test_a_failure_of_vmalloc_is_called_so(header, sample, explain):
    lines = sample("5.8.18-atomic-order0").splitlines(True)
    result = explain(f"insmod: {header}, nodemask=(null)\n" + "".join(lines[1:]))
    assert result.returncode == 2 and "a failure of vmalloc()" in result.stderr and "damaged" not in result.stderr


def test_a_forced_oom_has_no_request(sample, explain):
    forced = explain(sample("5.8.18-oom").replace("order=0", "order=-1"))
    assert forced.returncode == 0 and "SysRq" in forced.stdout.splitlines()[-1]


def test_lists_that_are_missing_do_not_matter_where_the_watermark_decides(sample, explain):
    text = "".join(line for line in sample("5.8.18-atomic-order0").splitlines(True) if "*4kB" not in line)
    result = explain(text)
    assert result.returncode == 1
    assert "rules of 5.8: DMA is 3 pages short" in result.stdout


def test_a_zone_that_is_lost_whole_is_noticed_by_the_totals(sample, explain):
    text = sample("5.15-reserve")
    lost = "".join(line for line in text.splitlines(True) if "DMA32" not in line and "0 0 40000" not in line)
    note = "the zones in this report hold 7080 of 37790 free pages"
    assert note in " ".join(explain(lost).stdout.split())
    assert "free pages: others" not in " ".join(explain(text).stdout.split())


def test_junk_is_refused_in_one_line(explain):
    noise = random.Random(1)
    for log, said in (
        (b"", "there is no report in it"),
        (b"\0" * 100000, "-:1: it is not text: it holds a zero byte"),
        (bytes(noise.randrange(256) for _ in range(200000)), "it is not text: it holds a zero byte"),
        (bytes(noise.randrange(1, 256) for _ in range(200000)), "there is no report in it"),
        (b"a:" * 500000, "-:1: it is no log: its first line does not end"),
        (b"*1" * 9000, "there is no report in it"),
    ):
        result = explain(log)
        assert result.returncode == 2 and result.stdout == ""
        assert len(result.stderr.splitlines()) == 1 and said.replace("-:", "standard input:") in result.stderr


def test_damaged_bytes_never_crash_it(sample, explain):
    noise = random.Random(2)
    whole = sample("6.6-numa").encode() + sample("5.8.18-kernel-order9").encode()
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(noise.randrange(1, 40)):
            at = noise.randrange(len(data))
            data[at : at + noise.randrange(3)] = bytes(noise.randrange(256) for _ in range(noise.randrange(3)))
        assert explain(bytes(data)).returncode in (0, 1, 2)


def test_absurd_figures_are_survived(sample, explain):
    text = sample("5.8.18-kernel-order9")
    assert explain(re.sub(r"(\d)kB", r"\g<1>99999999999999999999kB", text)).returncode in (0, 1, 2)
    assert explain(re.sub(r"(\d+)\*", r"\g<1>99999999999\*", text)).returncode in (0, 1, 2)
    assert explain(text.replace("order:9", "order:99999999999")).returncode == 2
    assert "order 11 is above 10" in explain(text.replace("order:9", "order:11")).stdout
    many = "".join(f"Node {n} Normal free:8kB min:100kB low:125kB high:150kB managed:9999kB\n" for n in range(400))
    assert explain(text + many).returncode in (1, 2)


def test_a_large_log_is_read_in_one_pass_with_room_for_one_report(sample, explain, little_memory):
    """From a pipe that cannot be read twice, far longer than the memory that may be used."""
    text = sample("5.8.18-nowait-order1")
    filler = "[  1.0] something of no interest, with a colon: 1*4kB and free:3kB\n" * 2000
    alone = explain(text).stdout.splitlines()[-1]
    result = explain((filler + text) * 500, **little_memory(64))
    assert result.returncode == 1 and result.stderr == ""
    assert [line for line in result.stdout.splitlines() if line.startswith("answer: ")] == [alone] * 500


def test_the_machine_of_a_large_report_stays_small(sample, explain, little_memory):
    """A terabyte with most of it free in large blocks: pages are made for the front of each list only."""
    text = sample("5.8.18-kernel-order9").replace("3*4096kB (C) = 41020kB", "250003*4096kB (C) = 1024041020kB")
    text = text.replace("free:41020kB", "free:1024041020kB").replace("free_cma:16128kB", "free_cma:1024016128kB")
    text = text.replace("managed:123404kB", "managed:1073741824kB").replace("present:131072kB", "present:1073741824kB")
    # All of its struct pages would be 16 GiB.
    result = explain(text, **little_memory(256))
    assert result.returncode == 1 and "run through the path" in result.stdout


# ---- the command ---------------------------------------------------------------------------------------------------


def test_text_keeps_to_80_columns_but_for_the_answer(sample, explain):
    for name in SAMPLES:
        for line in explain(sample(name)).stdout.splitlines():
            assert len(line) <= 80 or line.startswith("answer: "), line


def test_the_last_line_is_the_answer_in_one_sentence(pageflow):
    for name in SAMPLES:
        last = pageflow("explain", "--log", f"tests/samples/{name}.dmesg").stdout.splitlines()[-1]
        assert last.startswith("answer: ") and last.endswith(".")


def test_standard_input_and_file_say_the_same(pageflow, explain, sample):
    by_file = pageflow("explain", "--log", "tests/samples/5.8.18-oom.dmesg").stdout
    by_input = explain(sample("5.8.18-oom")).stdout
    assert by_file.replace("tests/samples/5.8.18-oom.dmesg", "-") == by_input


@pytest.mark.parametrize(
    "words, what",
    [
        (["--log"], "'--log' needs a value"),
        (["--log", "x", "GFP_KERNEL"], "unexpected argument 'GFP_KERNEL'"),
        (["--log", "x", "--nid", "0"], "--nid do not go with it"),
        (["--log", "x", "--boot", "1G"], "--boot"),
        (["--log", "/nonexistent"], "cannot be read"),
        (["--log", "/"], "cannot be read"),
    ],
)
def test_wrong_arguments_are_named(words, what, pageflow):
    result = pageflow("explain", *words)
    assert result.returncode == 2 and what in result.stderr and len(result.stderr.splitlines()) == 1

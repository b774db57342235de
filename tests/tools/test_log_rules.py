# SPDX-License-Identifier: GPL-2.0-only
"""`pageflow explain --log`: each version's own check, by worked examples, by the releases that have it, and by a model."""

import json
import random
import re

import pytest

HIGH, ATOMIC, SLEEP, KSWAPD, NOMEMALLOC, MOVABLE = 0x20, 0x200, 0x400, 0x800, 0x80000, 0x8
KERNEL, GFP_ATOMIC, NOWAIT = 0xCC0, 0xA20, 0x800
NAMES = {
    0x20: "__GFP_HIGH",
    0x40: "__GFP_IO",
    0x80: "__GFP_FS",
    0x200: "__GFP_ATOMIC",
    0x400: "__GFP_DIRECT_RECLAIM",
    0x800: "__GFP_KSWAPD_RECLAIM",
    0x80000: "__GFP_NOMEMALLOC",
}
# A release of each set of rules, the oldest set first.
RELEASES = {
    "W1": "5.8.18",
    "W1b": "5.4.188",
    "W2": "5.10.44",
    "W3": "6.1.25",
    "W4": "6.1.130",
    "W4c": "6.1.167",
    "W5": "6.3.8",
    "W6": "6.8.9",
    "W7": "6.11.11",
    "W7c": "6.6.150",
    "W8": "6.12.10",
    "W8c": "6.19.0",
}


def report(
    version, mask, free, low=None, order=0, reserved=0, free_reserved=None, boost=0, cma=0, mark=1000, blocks=None
):
    """One zone with pages of 4 kB. `mark` is without the boost; `blocks` {order: (count, letters)}, the rest single pages."""
    names = "|".join(name for bit, name in NAMES.items() if mask & bit)
    blocks = blocks or {}
    rest = free - sum(count << o for o, (count, _letters) in blocks.items())
    entries = {0: (rest, "UM"), **blocks}
    listed = " ".join(
        f"{entries[o][0]}*{4 << o}kB ({entries[o][1]})" if o in entries and entries[o][0] else f"0*{4 << o}kB"
        for o in range(11)
    )
    minimum = mark + boost
    boosted = f"boost:{4 * boost}kB " if tuple(map(int, re.findall(r"\d+", version)[:2])) >= (5, 17) else ""
    urgent = "" if free_reserved is None else f"free_highatomic:{4 * free_reserved}KB "
    return (
        f"worker: page allocation failure: order:{order}, mode:{mask:#x}({names}), nodemask=(null),cpuset=/,mems_allowed=0\n"
        f"CPU: 0 PID: 7 Comm: worker Not tainted {version} #1\nMem-Info:\n free:{free} free_pcp:0 free_cma:{cma}\n"
        f"Node 0 Normal free:{4 * free}kB {boosted}min:{4 * minimum}kB low:{4 * (low or minimum + 250)}kB "
        f"high:{4 * (minimum + 500)}kB reserved_highatomic:{4 * reserved}KB {urgent}present:400000kB managed:400000kB "
        f"free_pcp:0kB local_pcp:0kB free_cma:{4 * cma}kB\nlowmem_reserve[]: 0 0 0 0 0\n"
        f"Node 0 Normal: {listed} = {4 * free}kB\n100000 pages RAM\n"
    )


@pytest.fixture
def verdicts(facts):
    """The verdicts of reports, which go through one run."""
    return lambda reports: [one["verdict"] for one in facts("".join(reports))]


def expect(verdicts, passing, **what):
    """Exactly these sets of rules let the request pass."""
    found = verdicts([report(version, **what) for version in RELEASES.values()])
    wanted = ["passes" if name in passing else "refused" for name in RELEASES]
    assert dict(zip(RELEASES, found, strict=True)) == dict(zip(RELEASES, wanted, strict=True))


NEW = ["W4", "W4c", "W5", "W6", "W7", "W7c", "W8", "W8c"]


# ---- one example for each difference -------------------------------------------------------------------------------


def test_the_reserve_in_the_quick_test(verdicts):
    expect(verdicts, ["W1", "W1b"], mask=KERNEL, free=1500, reserved=600, free_reserved=600)


def test_a_reserve_larger_than_what_is_free_wraps_in_one_set(verdicts):
    expect(verdicts, ["W2"], mask=KERNEL, free=500, reserved=700, free_reserved=300)


def test_halves_and_quarters_are_rounded_down(verdicts):
    expect(verdicts, list(RELEASES), mask=GFP_ATOMIC, free=377, mark=1001)
    expect(verdicts, [], mask=GFP_ATOMIC, free=376, mark=1001)


def test_high_with_reclaim_is_spared_the_reserve_later(verdicts):
    expect(verdicts, NEW, mask=KERNEL | HIGH, free=600, reserved=200, free_reserved=200)


def test_who_may_not_sleep_is_spared_the_reserve_later(verdicts):
    expect(verdicts, ["W1", "W1b", *NEW], mask=NOWAIT, free=1100, reserved=300, free_reserved=300)


def test_whose_blocks_of_the_reserve_count(verdicts):
    blocks = {3: (50, "H")}
    passing = ["W4", "W5", "W6", "W7", "W8"]
    expect(verdicts, passing, mask=NOWAIT, free=2000, order=3, reserved=512, free_reserved=400, blocks=blocks)
    with_high = [*passing, "W4c", "W7c", "W8c"]
    what = {"free": 2000, "order": 3, "reserved": 512, "free_reserved": 400, "blocks": blocks}
    expect(verdicts, with_high, mask=NOWAIT | HIGH, **what)


def test_the_boost_spares_an_urgent_single_page(verdicts):
    sets = [name for name in RELEASES if name not in ("W1", "W1b", "W2")]  # where the boost is printed
    found = verdicts([report(RELEASES[name], GFP_ATOMIC, 500, boost=800) for name in sets])
    assert found == ["passes"] * len(sets)
    blocking = verdicts([report(RELEASES[name], KERNEL | HIGH, 600, boost=800) for name in sets])
    assert blocking == ["refused" if name in ("W3", "W4", "W4c") else "passes" for name in sets]
    two_pages = verdicts(
        [report(RELEASES[name], GFP_ATOMIC, 500, boost=800, order=1, blocks={1: (9, "U")}) for name in sets]
    )
    assert two_pages == ["refused"] * len(sets)


def test_only_the_free_part_of_the_reserve_counts_later(verdicts):
    expect(verdicts, ["W1", "W1b", "W8", "W8c"], mask=KERNEL, free=1500, reserved=600, free_reserved=100)


def test_a_free_part_that_is_not_printed_has_bounds(facts, explain):
    # Orders 0 and 1 hold H among other letters: between 3 pages and all 600 of the reserve.
    blocks = {0: (900, "UMH"), 1: (300, "UMH")}
    log = report("6.12.10", KERNEL, 1500, reserved=600, blocks=blocks)
    (one,) = facts(log)
    assert one["verdict"] == "depends" and explain(log).returncode == 1
    usable = sorted(reading["zones"][0]["usable"] for reading in one["readings"])
    assert usable == [900, 1497]


def test_a_mask_with_high_alone_in_the_old_numbers(verdicts):
    mask = HIGH | KSWAPD
    expect(verdicts, NEW, mask=mask, free=450)


def test_the_reserve_of_the_preferred_zone_counts_before_5_8(facts):
    def two_nodes(version):
        def zone(nid, name, free, reserve):
            return (
                f"Node {nid} {name} free:{4 * free}kB min:4000kB low:5000kB high:6000kB present:400000kB "
                f"managed:400000kB free_pcp:0kB local_pcp:0kB free_cma:0kB\nlowmem_reserve[]: {reserve}\n"
            )

        def blocks(nid, name, free):
            return (
                f"Node {nid} {name}: {free}*4kB (UM) "
                + " ".join(f"0*{4 << o}kB" for o in range(1, 11))
                + f" = {4 * free}kB\n"
            )

        zones = [
            (0, "DMA32", 100, "0 0 0 0"),
            (0, "Normal", 100, "0 0 0 0"),
            (1, "Normal", 1500, "0 0 0 2000"),
            (1, "Movable", 100, "0 0 0 0"),
        ]
        return (
            "worker: page allocation failure: order:0, mode:0x100cca(GFP_HIGHUSER_MOVABLE), nodemask=(null),cpuset=/,mems_allowed=0-1\n"
            f"CPU: 0 PID: 7 Comm: worker Not tainted {version} #1\nMem-Info:\n free:1800 free_pcp:0 free_cma:0\n"
            + "".join(zone(*one) for one in zones)
            + "".join(blocks(*one[:3]) for one in zones)
            + "400000 pages RAM\n"
        )

    verdict = {version: facts(two_nodes(version))[0]["verdict"] for version in ("4.19.40", "5.7.14", "5.8.18")}
    assert verdict["4.19.40"] == verdict["5.7.14"] == "passes"
    assert verdict["5.8.18"] == "refused"


# ---- which release has which rules ---------------------------------------------------------------------------------

# (release, the sets that are possible)
POSSIBLE = [
    ("3.10.0-327.el7.x86_64", ["W1"]),
    ("4.9.65", ["W1"]),
    ("4.14.113-18770262-userdebug", ["W1"]),
    ("4.18.0-553.el8_10.x86_64", ["W1"]),
    ("5.4.59", ["W1"]),
    ("5.4.90", ["W1", "W1b"]),
    ("5.4.120", ["W1b"]),
    ("5.4.0-150-generic", ["W1", "W1b"]),
    ("5.7.0-rc3+", ["W1"]),
    ("5.9.0-rc2-sunxi", ["W1", "W2"]),
    ("5.9.0-0.rc4.5.fc34.x86_64+debug", ["W1", "W2"]),
    ("5.9.1", ["W2"]),
    ("5.10.134", ["W2"]),
    ("5.10.140", ["W2", "W3"]),
    ("5.10.150", ["W3"]),
    ("5.10.0-27-amd64", ["W2", "W3"]),
    ("5.10.198-android12-9-00001-gabc", ["W2", "W3"]),
    ("5.14.0-427.el9.x86_64", ["W2"]),
    ("5.15.24", ["W2"]),
    ("5.15.50", ["W2", "W3"]),
    ("5.15.167", ["W3"]),
    ("5.15.200", ["W3", "W4c"]),
    ("5.15.215", ["W4c"]),
    ("5.15.0-91-generic", ["W2", "W3", "W4c"]),
    ("5.18.0", ["W2", "W3"]),
    ("6.1.55", ["W3"]),
    ("6.1.100", ["W3", "W4"]),
    ("6.1.119", ["W4"]),
    ("6.1.150", ["W4", "W4c"]),
    ("6.1.158", ["W4c"]),
    ("6.2.12", ["W3"]),
    ("6.3.8", ["W5"]),
    ("6.4.6", ["W5", "W6"]),
    ("6.6.9", ["W6"]),
    ("6.6.30", ["W6", "W7"]),
    ("6.6.87", ["W7"]),
    ("6.6.100", ["W7", "W7c"]),
    ("6.6.150", ["W7c"]),
    ("6.8.0-45-generic", ["W6"]),
    ("6.10.5", ["W6", "W7"]),
    ("6.12.0", ["W8"]),
    ("6.12.40", ["W8", "W8c"]),
    ("6.12.63", ["W8c"]),
    ("6.16.0-rc2-next", ["W8", "W8c"]),
    ("6.18.35", ["W8c"]),
    ("7.3.1", ["W8c"]),
]
FIRST = {"W1": "4.14", "W1b": "5.4.120", "W2": "5.9", "W3": "5.19", "W4": "6.1.119", "W4c": "5.15.215", "W5": "6.3",
         "W6": "6.5", "W7": "6.6.57", "W7c": "6.6.150", "W8": "6.12", "W8c": "6.12.63"}  # fmt: skip


def test_each_release_is_read_by_the_sets_that_it_may_have(facts):
    found = facts("".join(report(version, KERNEL, 5000) for version, _sets in POSSIBLE))
    assert len(found) == len(POSSIBLE)
    for one, (version, sets) in zip(found, POSSIBLE, strict=True):
        assert {reading["rules"] for reading in one["readings"]} == {FIRST[name] for name in sets}, version
        assert one["verdict"] == "passes"


def sets_of(facts, log):
    """The sets by which the one report of a log is judged."""
    (one,) = facts(log)
    return {name for name, first in FIRST.items() for reading in one["readings"] if reading["rules"] == first}


@pytest.mark.parametrize(
    ("line", "version", "point", "sets"),
    [
        ("6.1.0-28-amd64 #1  Debian 6.1.119-1", "6.1.0-28-amd64", "6.1.119", {"W4"}),
        ("5.10.0-19-arm64 #1 Debian 5.10.149-2", "5.10.0-19-arm64", "5.10.149", {"W2", "W3"}),
        ("6.1.0-rpi7-rpi-v8 #1  Debian 1:6.1.63-1+rpt1", "6.1.0-rpi7-rpi-v8", "6.1.63", {"W3", "W4"}),
        # Names no version of this series, or none at all.
        ("6.1.0-28-amd64 #1  Debian 12.5", "6.1.0-28-amd64", None, {"W3", "W4", "W4c"}),
        ("6.1.0-28-amd64 #1  Debian", "6.1.0-28-amd64", None, {"W3", "W4", "W4c"}),
    ],
)
def test_the_point_release_that_debian_names_beside_its_version_counts(line, version, point, sets, facts, explain):
    log = report("VERSION", KERNEL, 5000).replace("VERSION #1", line)
    assert sets_of(facts, log) == sets
    kernel = re.search(r"  kernel (.*)", explain(log).stdout)[1]
    assert kernel == (f"{version}, which is Debian's {point}" if point else version)


@pytest.mark.parametrize(
    ("version", "sets"),
    [
        ("6.1.0-kali9-amd64", {"W3", "W4", "W4c"}),
        ("6.1.0-rpi7-rpi-v8", {"W3", "W4", "W4c"}),
        ("6.1.0", {"W3"}),
        ("6.1.0+", {"W3"}),
        ("6.1.0-g1a2b3c4d5e6f", {"W3"}),
        ("6.1.25-v8+", {"W3"}),
    ],
)
def test_a_name_behind_a_zero_hides_the_point_release_and_a_commit_does_not(version, sets, facts):
    assert sets_of(facts, report(version, KERNEL, 5000)) == sets


def boosted(log):
    """The report with the field that 5.17 brought."""
    return re.sub(r"(Normal free:\d+kB )(?:boost:0kB )?", r"\1boost:0kB ", log)


def test_a_distribution_that_prints_what_came_later_may_have_later_rules(facts):
    log = report("5.14.0-427.el9.x86_64", KERNEL, 5000)
    assert sets_of(facts, log) == {"W2"}
    later = boosted(log).replace("reserved_highatomic:0KB", "reserved_highatomic:0KB free_highatomic:0KB")
    assert sets_of(facts, later) == {"W2", "W8", "W8c"}
    # A kernel that shows its point release is what it says.
    assert sets_of(facts, later.replace("5.14.0-427.el9.x86_64", "5.14.21")) == {"W2"}


def test_without_a_version_what_is_printed_narrows_the_rules(facts, explain):
    log = re.sub(r"CPU: .*\n", "", report("6.1.25", KERNEL, 5000))
    atomic = {"0x820(GFP_ATOMIC)": NEW[2:], "0xa20(GFP_ATOMIC)": ["W2", "W3", "W4", "W4c"]}
    for mask, sets in atomic.items():
        assert sets_of(facts, re.sub(r"mode:\S+\)", f"mode:{mask}", log)) == set(sets)
    assert sets_of(facts, log) == set(FIRST) - {"W1", "W1b"}
    without = log.replace("boost:0kB ", "")
    assert sets_of(facts, without) == {"W1", "W2", "W3", "W4c"}
    assert sets_of(facts, without.replace("reserved_highatomic:0KB ", "")) == {"W1", "W1b"}
    assert "kernel unknown\n" in explain(log).stdout


def test_where_possible_sets_disagree_it_depends_and_both_figures_are_said(explain):
    # By the rules up to 5.15.24 a reserve that is larger than what is free lets all pass.
    log = report("5.15.50", KERNEL, 500, reserved=700)
    result = explain(log)
    last = result.stdout.splitlines()[-1]
    assert result.returncode == 1 and "depends on the point release" in last
    assert "by the rules of 5.9 " in last and "by the rules of 5.19 " in last and "more than 1000 needed" in last
    for version, verdict, code in (("5.15.24", "would serve", 0), ("5.15.89", "refused by the rules of 5.15", 1)):
        result = explain(log.replace("5.15.50", version))
        assert verdict in result.stdout.splitlines()[-1] and result.returncode == code
        assert "point release" not in result.stdout


def test_rules_can_be_chosen(explain):
    log = report("6.1.25", KERNEL, 500, reserved=700)
    chosen = {
        version: json.loads(explain(log, "--json", "--rules", version).stdout)["reports"][0]
        for version in ("5.10.44", "6.19")
    }
    assert [one["verdict"] for one in chosen.values()] == ["passes", "refused"]
    assert "rules of 5.10" in chosen["5.10.44"]["rules"]


@pytest.mark.parametrize("version", ["new", "6", "v6.1", "-1.2"])
def test_a_version_that_is_none_is_named(version, pageflow):
    result = pageflow("explain", "--log", "-", f"--rules={version}")
    assert result.returncode == 2 and result.stdout == "" and result.stderr.count("\n") == 1
    assert "--rules" in result.stderr and "6.1" in result.stderr


@pytest.mark.parametrize(
    "version, said",
    [("3.10.0", "rules of 4.14, the oldest known, for 3.10"), ("7.3.1", "rules of 7.1, the newest known, for 7.3")],
)
def test_versions_beyond_the_table_are_said(version, said, facts):
    assert facts(report(version, KERNEL, 5000))[0]["rules"] == said


# ---- a model -------------------------------------------------------------------------------------------------------


def passes(name, mask, free, order, reserved, free_reserved, boost, cma, mark, blocks):
    """The check of a set of rules, by its description."""
    new = name in NEW
    high, sleeps, none = mask & HIGH, mask & SLEEP, mask & NOMEMALLOC
    atomic = mask & ATOMIC and not sleeps
    harder = atomic and not none and not new
    sleepless = new and not sleeps and not none
    urgent = order > 0 and (harder or (sleepless and (high or name not in ("W4c", "W7c", "W8c"))))
    spared = harder or (new and (high or sleepless))
    charge = 0 if spared else free_reserved if name in ("W8", "W8c") else reserved
    usable = free - (2**order - 1) - charge - cma

    def full(marked):
        marked -= marked // 2 if high else 0
        marked -= marked // 4 if harder or (high and sleepless) else 0
        return usable > marked

    off = cma if name in ("W1", "W1b") else cma + charge
    if name not in ("W1", "W1b", "W2"):
        off = min(off, free)
    quick = order == 0 and (free - off) % 2**64 > mark + boost
    spare = order == 0 and boost and (
        (name in ("W1b", "W2", "W3", "W4", "W4c") and atomic) or (name in NEW[2:] and high)
    )  # fmt: skip
    if not (quick or full(mark + boost) or (spare and full(mark))):
        return False
    letters = set("UME") | (set("H") if urgent else set())
    return order == 0 or any(o >= order and set(found) & letters for o, (count, found) in blocks.items() if count)


def test_random_reports_are_judged_as_the_model_judges(facts):
    chance = random.Random(5818)
    cases = []
    for _ in range(400):
        name = chance.choice(list(RELEASES))
        boost = chance.choice([0, 0, 512, 800]) if name not in ("W1", "W1b", "W2") else 0
        order = chance.choice([0, 0, 0, 1, 3])
        free = chance.randrange(100, 2600)
        reserved = chance.choice([0, 0, 200, 512, 1024])
        case = {
            "mask": chance.choice([KERNEL, KERNEL | HIGH, GFP_ATOMIC, NOWAIT, HIGH | KSWAPD, GFP_ATOMIC | NOMEMALLOC]),
            "free": free,
            "order": order,
            "reserved": reserved,
            "free_reserved": min(reserved, free) // chance.choice([1, 2, 4]),
            "boost": boost,
            "cma": chance.choice([0, 0, free // 5]),
            "mark": chance.choice([1000, 1001, 371]),
            "blocks": {chance.choice([1, 3, 5]): (chance.randrange(1, 3), chance.choice(["U", "M", "H", "UH", "C"]))},
        }
        cases.append((name, case))
    found = facts("".join(report(RELEASES[name], **case) for name, case in cases))
    assert len(found) == len(cases)
    for one, (name, case) in zip(found, cases, strict=True):
        assert one["verdict"] == ("passes" if passes(name, **case) else "refused"), (name, case)


# ---- a machine of ours ---------------------------------------------------------------------------------------------


def test_a_machine_is_judged_by_the_rules_of_another_version(pageflow, tmp_path):
    tight = tmp_path / "tight.snap"
    scene = tmp_path / "tight.pf"
    scene.write_text(f"machine 64M\nfragment 90\nsave {tight}\n")
    pageflow("shell", scene)
    last = {}
    for version in ("5.8.18", "6.1.25", "6.12.10"):
        result = pageflow("explain", "GFP_ATOMIC", "0", "--machine", str(tight), "--rules", version)
        series = version.rsplit(".", 1)[0]
        last[version] = result.stdout.splitlines()[-1]
        assert f"by the rules of {series}" in last[version] and "by 5.8.18: " in result.stdout
        assert result.returncode == (0 if "would serve" in last[version] else 1)
    found = json.loads(
        pageflow("explain", "GFP_ATOMIC", "1", "--machine", str(tight), "--rules", "6.1.25", "--json").stdout
    )
    (one,) = found["by_rules"]
    # 88 pages are free, and half of 256 less a quarter of the rest must remain.
    assert (one["verdict"], one["zones"][0]["attempt"]["shortfall"]) == ("refused", 10)
    assert pageflow("explain", "GFP_KERNEL", "0", "--rules", "5.10.44").returncode == 0

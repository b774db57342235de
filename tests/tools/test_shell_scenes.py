# SPDX-License-Identifier: GPL-2.0-only
"""Scenes in `pageflow shell`: what each command does and refuses, and every file of docs/scenarios run to its end."""

import re

import pytest

SCENARIOS = "docs/scenarios"


@pytest.fixture
def shell(pageflow):
    """Runs the commands given through standard input."""

    def run(*lines):
        return pageflow("shell", input="\n".join(lines) + "\n", stdin=None)

    return run


@pytest.fixture
def scene(pageflow, root, tmp_path):
    """Runs a scenario, if wanted with tracing from its second command on; nothing of it may be refused."""

    def run(name, trace=False):
        path = root / SCENARIOS / f"{name}.pf"
        if trace:
            text = re.sub(r"^live$", "live\ntrace on", path.read_text(), count=1, flags=re.M)
            path = tmp_path / path.name
            path.write_text(text)
        result = pageflow("shell", path)
        assert result.returncode == 0 and result.stderr == ""
        return result.stdout

    return run


def numbers(pattern, text):
    """Every number that the only group of a pattern matches."""
    return [int(found) for found in re.findall(pattern, text)]


def free_pages(text):
    return numbers(r"zone \S+: (\d+) of", text)


ERRORS = [
    ("fill movie 10", "fill: there is no file 'movie'; 'file movie' makes it"),
    ("dirty movie 10", "there is no file 'movie'"),
    ("write movie", "there is no file 'movie'"),
    ("verify movie", "there is no file 'movie'"),
    ("fragment 10 movie", "there is no file 'movie'"),
    ("fill movie", "fill: expected 'fill NAME PAGES|PERCENT%'"),
    ("file", "expected 'file NAME'"),
    ("file a b", "expected 'file NAME'"),
    ("file " + "x" * 40, "too long"),
    ("file " + "x" * 90, "expected 'file NAME'"),
    ("process " + "x" * 16, "too long"),
    ("swap lots", "'lots' is not a number of pages"),
    ("swap 0", "'0' is not a number of pages"),
    ("swap 5%", "'5%' is not a number of pages"),
    ("fragment -1", "'-1' is not a number of pages"),
    ("fault 9 10", "fault: there is no process 9; 'process NAME' makes one"),
    ("fault x 10", "there is no process x"),
    ("fault 1 some", "'some' is not a number of pages"),
    ("join 9 /job", "there is no process 9"),
    ("join 1 /job", "there is no memory cgroup '/job'; 'memcg /job LIMIT' makes it"),
    ("join 1 job", "there is no cpuset 'job'; 'cpuset job NODES' makes it"),
    ("idle", "'live' starts the daemons"),
    ("live now", "expected 'live'"),
    ("sleep 0", "'0' is not a number of seconds; give one from 1 to 3600"),
    ("sleep 3601", "'3601' is not a number of seconds"),
    ("takeall", "which mask?"),
    ("takeall GFP_KERNAL", "not a gfp mask or flag"),
    ("takeall GFP_KERNEL 11", "'11' is not an order"),
    ("takeall GFP_KERNEL 1 1", "unexpected argument '1'"),
]


@pytest.mark.parametrize(("line", "words"), ERRORS)
def test_scene_commands_say_what_is_wrong(shell, line, words):
    result = shell("machine 64M", line, "alloc GFP_KERNEL")
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert result.stdout.startswith("#1: page")
    assert result.returncode == 1


@pytest.mark.parametrize("line", ["live", "status", "file movie", "takeall GFP_KERNEL", "swap 5"])
def test_scene_commands_need_a_machine(shell, line):
    assert "there is no machine yet" in shell(line).stderr


def test_scene_folds_counters_once_a_second(shell):
    """What a CPU holds back of the counters is in /proc only after the clock's next full second."""
    scene = ["machine 64M", "live", "alloc GFP_KERNEL", "zoneinfo", "sleep 1", "zoneinfo"]
    free = [int(number) for number in re.findall(r"pages free +(\d+)", shell(*scene).stdout)]
    # A refill takes more than the 2 pages that the CPU may hold back; a block of 2 pages does not.
    small = ["machine 64M", "live", "alloc GFP_KERNEL 1", "zoneinfo", "sleep 1", "zoneinfo"]
    late = [int(number) for number in re.findall(r"pages free +(\d+)", shell(*small).stdout)]
    assert free[0] == free[4]
    assert (late[0], late[4]) == (16384, 16382)


def test_scene_commands_once_only(shell):
    result = shell("machine 64M", "live", "live", "file movie", "file movie")
    assert "live: the machine is alive already" in result.stderr
    assert "file: there is a file 'movie' already" in result.stderr


def test_scene_help(shell):
    everything = shell("help").stdout
    for command in [
        "live",
        "idle",
        "sleep",
        "file",
        "fill",
        "dirty",
        "write",
        "verify",
        "swap",
        "process",
        "fault",
        "join",
        "fragment",
        "takeall",
        "status",
    ]:
        assert re.search(f"^{command} ", everything, re.M)


def test_fill_and_dirty(shell):
    result = shell("machine 64M", "file movie", "fill movie 10", "fill movie 50%", "dirty movie 4", "dirty movie 9000")
    assert result.stdout.splitlines() == [
        "movie: 10 pages added, 0 reclaimed in the meantime, 10 in memory",
        "movie: 8192 pages added, 0 reclaimed in the meantime, 8202 in memory",
        "movie: 4 pages became dirty",
        "movie: 8198 pages became dirty",
    ]


def test_verify_sees_pages_that_were_not_written(shell):
    result = shell(
        "machine 64M", "file movie", "fill movie 10", "write movie", "verify movie", "fill movie 5", "verify movie"
    )
    lines = [line for line in result.stdout.splitlines() if "hold what" in line]
    assert lines == [
        "movie: 10 pages hold what was written, 0 do not",
        "movie: 10 pages hold what was written, 5 do not",
    ]


def test_swap_takes_anonymous_pages(shell):
    result = shell("machine 64M", "live", "swap 20000", "process browser", "fault 2 20000", "status")
    assert "browser: 20000 of 20000 pages\n" in result.stdout
    assert numbers(r"pid 2 browser: .* (\d+) in swap", result.stdout)[0] > 3000
    assert "oom-killer" not in result.stdout


def test_join_cpuset_moves_a_process_to_its_nodes(shell):
    before = ["machine 2x64M", "process worker", "cpuset small 2"]
    after = ["current 2", "alloc GFP_USER"]
    assert re.search(r"page 0x4[0-3]", shell(*before, *after).stdout)
    assert re.search(r"page 0x4[4-7]", shell(*before, "join 2 small", *after).stdout)


def test_join_memcg_charges_its_requests(shell):
    result = shell("machine 64M", "memcg /job 10", "join 1 /job", "takeall GFP_KERNEL_ACCOUNT|__GFP_NORETRY", "status")
    assert "10 blocks of order 0: #1 to #10\n" in result.stdout
    assert "group /job: 10 of 10 pages\n" in result.stdout


def test_oom_kills_the_worst_process_and_it_is_gone(shell):
    commands = ["machine 64M", "live", "process small", "process big", "fault 2 100", "fault 3 200", "oom", "status"]
    result = shell(*commands)
    assert "Out of memory: Killed process 3 (big)" in result.stdout
    assert "oom_reaper: reaped process 3 (big), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB" in result.stdout
    assert "pid 2 small: 100 pages in use, 0 in swap, oom_score_adj 0, oom_score 6\n" in result.stdout
    assert "pid 3" not in result.stdout.split("reaped")[1]


def test_oom_without_a_process_is_refused(shell):
    assert "OOM request ignored. No task eligible\n" in shell("machine 64M", "live", "oom").stdout


def test_takeall_counts_and_holds(shell):
    result = shell("machine 64M", "takeall GFP_NOWAIT|__GFP_NOWARN 10", "takeall GFP_NOWAIT|__GFP_NOWARN 10", "free #3")
    assert re.match(r"15 blocks of order 10: #1 to #15\n0 blocks of order 10\n$", result.stdout)
    assert result.returncode == 0


@pytest.mark.parametrize("spec", ["64M", "2x64M"])
def test_fragment_leaves_no_neighbours(shell, spec):
    lines = shell(f"machine {spec}", "fragment 500", "buddyinfo").stdout.splitlines()
    assert lines[0].endswith("pages taken, 500 of them free again")
    assert sum(int(line.split()[4]) for line in lines[1:]) == 500
    assert all(int(count) == 0 for line in lines[1:] for count in line.split()[5:])


# ---- The scenarios ---------------------------------------------------------------------------------------------------


def test_every_scenario_runs(pageflow, root):
    for path in sorted((root / SCENARIOS).glob("*.pf")):
        result = pageflow("shell", path)
        assert result.returncode == 0 and result.stderr == "", path


def test_scenario_page_cache(scene):
    output = scene("page-cache")
    added, reclaimed, kept = map(int, re.search(r"(\d+) pages added, (\d+) reclaimed.*, (\d+) in mem", output).groups())
    assert added == 3 * 16384 and added == reclaimed + kept
    assert "browser: 8000 of 8000 pages\n" in output
    assert numbers(r"file movie: (\d+) pages in memory", output)[1] <= kept - 8000 + 384
    assert "oom-killer" not in output


def test_scenario_writeback(scene):
    output = scene("writeback", trace=True)
    assert "writer: 8000 of 8000 pages\n" in output
    before, after, end = re.findall(r"dirty (\d+), being written (\d+), written (\d+)", output)
    assert before == ("12000", "0", "0")
    assert int(after[2]) > 0
    assert end == ("0", "0", "12000")
    assert "mm_vmscan_kswapd_wake" in output


def test_scenario_compaction(scene):
    output = scene("compaction", trace=True)
    before, after = re.findall(r"^Node 0, zone +\S+ +(.*)$", output, re.M)
    assert before.split() == ["6000"] + ["0"] * 10
    assert re.search(r"^#1: page 0x\w+ order 9$", output, re.M)
    assert sum(numbers(r"mm_compaction_migratepages: nr_migrated=(\d+)", output)) == 512
    # Every page that is still in memory holds its contents, moved or not.
    good, bad = re.search(r"movie: (\d+) pages hold what was written, (\d+) do not", output).groups()
    assert (good, bad) == ("10384", "0")
    assert "file movie: 10384 pages in memory, 0 reclaimed" in output


def test_scenario_memcg_limit(scene):
    output = scene("memcg-limit")
    assert "100 blocks of order 0: #1 to #100\n" in output
    assert re.findall(r"Killed process (\d+) \((\w+)\)", output) == [("3", "worker")]
    assert "oom_memcg=/job" in output
    assert re.search(r"^#101: page", output, re.M)
    assert re.findall(r"group /job: (.*)", output) == ["100 of 100 pages", "101 of 100 pages"]
    assert "pid 2 bystander: 4000 pages" in output.split("#101")[1]
    assert "worker:" not in output.split("#101")[1]


def test_scenario_oom(scene):
    output = scene("oom")
    # Points: pages in use plus oom_score_adj thousandths of all pages. The highest goes.
    rows = re.findall(r"^\[ +(\d+)\] +\d+ +\d+ +\d+ +(\d+) +\d+ +\d+ +(-?\d+) (\w+)$", output, re.M)
    points = {name: int(rss) + int(adj) * 16384 // 1000 for pid, rss, adj, name in rows if name != "init"}
    assert points["database"] < points["browser"]
    assert re.findall(r"Killed process \d+ \((\w+)\)", output) == [max(points, key=points.get)] == ["browser"]
    assert "compiler: 3500 of 3500 pages\n" in output
    assert "browser: " not in output.split("compiler: 3500")[1]


def test_scenario_charge_stock(scene):
    output = scene("charge-stock")
    # A batch; out of the stock; exactly, once the stock was emptied; exactly; refused; over the limit; given back.
    assert numbers(r"group /job: (\d+) of 40 pages", output) == [32, 32, 33, 34, 34, 50, 49]
    assert output.count("no page\n") == 1


def test_scenario_failure_report(scene):
    output = scene("failure-report")
    # A block is free, the mark forbids to take it, and of two failures one is reported.
    assert output.count("page allocation failure: order:3") == 1
    assert "DMA free:1024kB min:1024kB" in output
    assert re.search(r"DMA: .*1\*1024kB \(U\)", output)
    assert output.count("  mm_page_alloc: pfn=-1 order=3") == output.count("no page\n") == 2


def test_scenario_oom_refusals(scene):
    output = scene("oom-refusals")
    refused, killed = output.split("livelock: round 4 of init's request for order 0 with GFP_NOFS")
    assert refused.count("no page\n") == 3 and "Killed" not in refused
    assert re.findall(r"Killed process \d+ \((\w+)\)", killed) == ["browser"]
    assert re.search(r"^#\d+: page", killed, re.M)


def test_scenario_nofail(scene):
    output = scene("nofail")
    assert re.search(r"^no page$", output, re.M)
    assert "Killed process 2 (browser)" in output
    number = re.search(r"order 0: #1 to #(\d+)", output)[1]
    assert re.search(rf"^#{int(number) + 1}: page", output, re.M)
    assert free_pages(output)[-1] > 15000


def test_scenario_atomic_reserves(scene):
    output = scene("atomic-reserves")
    low, lower, after = free_pages(output)
    marks = re.search(r"min (\d+), low (\d+), high (\d+)", output).groups()
    # An atomic request may go to half of min, less a quarter of that.
    assert low == int(marks[0])
    assert int(marks[0]) * 3 // 8 - 2 <= lower <= int(marks[0]) * 3 // 8 + 2
    assert after > int(marks[2])


def pages_given(text):
    return [int(pfn, 16) for pfn in re.findall(r"^#\d+: page (0x\w+) order \d+$", text, re.M)]


def test_scenario_cpuset(scene):
    output = scene("cpuset")
    # Node 0 ends at page 0x44000. The reported masks: two first attempts, a slow path, a refusal.
    assert [pfn >= 0x44000 for pfn in pages_given(output)] == [False, False, True]
    masks = re.findall(r"mm_page_alloc: pfn=\S+ order=0 gfp_flags=(\S+)", output)
    assert masks == ["GFP_USER", "GFP_USER", "GFP_KERNEL", "GFP_USER|__GFP_NOWARN|__GFP_NORETRY"]
    assert output.endswith("\nno page\n")


def test_scenario_dirty_node(scene):
    assert [pfn >= 0x44000 for pfn in pages_given(scene("dirty-node"))] == [False, True]


def test_scenario_lowmem(scene):
    output = scene("lowmem")
    low = int(re.search(r"min (\d+)", output)[1])
    # What each zone keeps back from each kind of request: a 256th of what lies between it and the highest zone.
    kept = [[128, 64, 0], [64, 0, 0], [0, 0, 0]]
    for row, free in zip(kept, zip(*[iter(free_pages(output)[3:])] * 3), strict=True):
        # A refill takes three pages when the check has passed, so up to two of them lie below the line.
        assert all(low + back - 2 <= pages <= low + back for back, pages in zip(row, free, strict=True))


def test_scenario_cma(scene):
    output = scene("cma")
    low = int(re.search(r"min (\d+)", output)[1])
    with_cma, without = free_pages(output)
    assert low - 2 <= with_cma - 4096 <= low and low - 2 <= without <= low


def test_scenario_kswapd(scene):
    output = scene("kswapd")
    assert re.findall(r"^kswapd0: (\w+)", output, re.M) == ["asleep", "woken", "asleep"]
    before, woken, after = free_pages(output)
    low, high = map(int, re.search(r"low (\d+), high (\d+)", output).groups())
    assert woken < low <= before and after >= high
    traced = scene("kswapd", trace=True)
    names = re.findall(r"^  (mm_vmscan_(?:wakeup_kswapd|kswapd_\w+)):", traced, re.M)
    assert names == ["mm_vmscan_wakeup_kswapd", "mm_vmscan_kswapd_wake", "mm_vmscan_kswapd_sleep"]


def test_scenario_fragmentation(scene):
    output = scene("fragmentation")
    # Boosted by a pageblock, then worked off.
    assert numbers(r"; min (\d+),", output) == [768, 256]
    unmovable = re.findall(r"type +Unmovable +([\d ]+?) *$", output, re.M)
    blocks = [list(map(int, line.split())) for line in unmovable]
    # One page keeps the pageblock apart; given back, it merges with all of it, and with the next pageblock.
    assert blocks[2] == [1] * 9 + [0, 0]
    assert blocks[3] == [0] * 10 + [1]


def test_scenario_kswapd_run(scene):
    output = scene("kswapd-run")
    priorities = numbers(r"mm_vmscan_lru_shrink_inactive: .* priority=(\d+)", output)
    assert priorities == sorted(priorities, reverse=True) and priorities[0] == 12
    reclaimed = numbers(r"mm_vmscan_lru_shrink_inactive: .* nr_reclaimed=(\d+)", output)
    _before, woken, after = free_pages(output)
    low, high = map(int, re.search(r"low (\d+), high (\d+)", output).groups())
    assert woken < low
    assert re.findall(r"^kswapd0: (\w+)", output, re.M) == ["asleep", "woken", "asleep"]
    # It stops after the priority that passes the high mark, and not before.
    last = sum(count for count, priority in zip(reclaimed, priorities) if priority == priorities[-1])
    assert woken + sum(reclaimed) - last < high <= after


def test_scenario_boost(scene):
    output = scene("boost")
    marks = re.findall(r"min (\d+), low (\d+), high (\d+)", output)
    assert marks[0] == marks[2] and [int(now) - int(then) for now, then in zip(marks[1], marks[0])] == [512] * 3
    assert "mm_vmscan_wakeup_kswapd: nid=0 zid=DMA order=0 gfp_flags=none" in output
    assert numbers(r"in memory, (\d+) reclaimed", output)[-1] >= 512


def test_scenario_direct_reclaim(scene):
    output = scene("direct-reclaim")
    first, second = re.split(r"^#1: ", output, flags=re.M)
    reclaimed = numbers(r"nr_reclaimed=(\d+) nr_dirty", first)
    assert sum(reclaimed[:-1]) < 32 <= sum(reclaimed)
    assert f"mm_vmscan_direct_reclaim_end: nr_reclaimed={sum(reclaimed)}\n" in first
    assert "direct_reclaim" not in second and "#2: page" in second


def test_scenario_compact_run(scene):
    output = scene("compact-run")
    assert numbers(r"nr_migrated=(\d+) nr_failed=0", output) == [32, 480]
    # Caught: nobody looks at the lists after the last move.
    assert re.search(
        r"nr_migrated=480 nr_failed=0\n(  mm_(page|lru)_\w+: .*\n)*  mm_compaction_end: .* status=success", output
    )


def test_scenario_livelock(scene):
    output = scene("livelock")
    assert output.count("livelock: round 20 of init's request for order 6 with GFP_NOIO|__GFP_RETRY_MAYFAIL") == 1
    assert output.count("livelock:") == 1
    # The requests with __GFP_IO end by themselves.
    assert output.count("no page\n") == 3
    first = output.split("no page\n")[0]
    assert "mm_compaction_try_to_compact_pages" not in first
    assert first.count("  mm_vmscan_direct_reclaim_end: nr_reclaimed=1\n") == 19
    assert first.count("  compact_retry: ") == 19


LOOPS = ["fragment 3000"], "alloc GFP_NOIO|__GFP_RETRY_MAYFAIL 6"


@pytest.mark.parametrize(
    ("before", "request_line", "loops"),
    [
        (*LOOPS, True),
        (["fragment 3000", "task 1 flags 0x80000"], "alloc GFP_KERNEL|__GFP_RETRY_MAYFAIL 6", True),
        (["fragment 3000"], "alloc GFP_NOFS|__GFP_RETRY_MAYFAIL 6", False),
        (["fragment 3000"], "alloc GFP_NOIO|__GFP_NORETRY 6", False),
        (["fragment 3000"], "alloc GFP_NOIO 6", False),
        (["fragment 3000"], "alloc GFP_NOIO|__GFP_RETRY_MAYFAIL 3", False),
        (["fragment 400"], "alloc GFP_NOIO|__GFP_RETRY_MAYFAIL 6", False),
    ],
)
def test_livelock_needs_each_of_its_conditions(shell, before, request_line, loops):
    result = shell("machine 64M", "live", *before, request_line)
    assert result.returncode == 0
    assert ("livelock:" in result.stdout) == loops
    assert result.stdout.endswith("no page\n")


FULL = "process browser", "fault 2 15000", "takeall GFP_KERNEL|__GFP_NORETRY|__GFP_NOWARN"


def test_scenario_second_livelock(scene):
    output = scene("second-livelock")
    loop, refused, killed = re.split(r"^no page\n", output, flags=re.M)
    assert re.findall(r"livelock: round \d+ of (.*?) with (\S+)", output) == [
        ("init's request for order 2", "GFP_NOIO|__GFP_NOWARN")
    ]
    # Every round is counted as the first, and nobody is killed.
    assert set(re.findall(r"no_progress_loops=(\d+)", loop)) == {"1"}
    assert "mark_victim" not in loop and refused == ""
    assert "Killed process 2 (browser)" in killed and re.search(r"^#\d+: page", killed, re.M)


@pytest.mark.parametrize(
    ("before", "request_line", "end"),
    [
        (FULL, "alloc GFP_NOFS", "livelock"),
        (FULL, "alloc GFP_NOIO 3", "livelock"),
        ((*FULL, "task 1 flags 0x40000"), "alloc GFP_KERNEL", "livelock"),
        ((*FULL, "task 1 flags 0x80000"), "alloc GFP_KERNEL", "livelock"),
        (FULL, "alloc GFP_KERNEL", "page"),
        ((*FULL, "task 1 flags 0x800"), "alloc GFP_NOFS", "page"),
        (FULL, "alloc GFP_NOFS|__GFP_MEMALLOC", "page"),
        (FULL, "alloc GFP_NOFS 4", "no page"),
        (FULL, "alloc GFP_NOFS|__GFP_NORETRY", "no page"),
        (FULL, "alloc GFP_NOFS|__GFP_RETRY_MAYFAIL", "no page"),
        (FULL, "alloc GFP_NOFS|__GFP_THISNODE", "no page"),
        (FULL, "alloc GFP_NOFS|GFP_DMA", "no page"),
        ((*FULL, "task 1 flags 0x200"), "alloc GFP_NOFS", "no page"),
        ((*FULL, *(f"free #{block}" for block in range(101, 301))), "alloc GFP_NOFS", "page"),
        (("file movie", "fill movie 15000", "takeall GFP_NOWAIT|__GFP_NOWARN"), "alloc GFP_NOFS", "page"),
    ],
)
def test_second_livelock_needs_each_of_its_conditions(shell, before, request_line, end):
    result = shell("machine 64M", "sysctl watermark_boost_factor 0", "live", *before, request_line)
    assert result.returncode == 0
    assert ("livelock:" in result.stdout) == (end == "livelock")
    assert bool(re.search(r"^#\d+: page \S+ order \d+\n\Z", result.stdout, re.M)) == (end == "page")
    assert result.stdout.endswith("no page\n") == (end != "page")


@pytest.mark.parametrize(("cma", "loops"), [("", False), (",cma=16M", True)])
def test_livelock_takes_blocks_of_others_for_free_memory(shell, cma, loops):
    # Free pieces of half the size: the index is below 500, and only CMA's blocks make compaction look possible.
    result = shell(
        f"machine 64M{cma}",
        "task 1 flags 0x800",
        "takeall GFP_KERNEL|__GFP_NOWARN 5",
        "task 1 flags 0",
        "live",
        *(f"free #{block}" for block in range(101, 301, 2)),
        "buddyinfo",
        "alloc GFP_NOIO|__GFP_RETRY_MAYFAIL|__GFP_NOWARN 6",
    )
    free = result.stdout.splitlines()[1].split()[4:]
    assert free == ["0"] * 5 + ["100"] + ["0"] * 4 + (["4"] if cma else ["0"])
    assert ("livelock:" in result.stdout) == loops
    assert result.stdout.endswith("no page\n")


def test_lru_and_scanners_show_what_a_run_left(shell):
    """Before and after a run of compaction: what is in the strip is what the run did, and every line fits a terminal."""
    request = "alloc GFP_HIGHUSER_MOVABLE|__GFP_NORETRY|__GFP_NOWARN 9"
    commands = ["machine 64M", "live", "file movie", "fragment 6000 movie", "scanners", request, "scanners DMA"]
    said = shell(*commands, "lru list inactive_file runs 3", "lru runs x", "scanners Sahara")
    before, after = re.findall(r"  0x40000     (\S+)\n(.*)", said.stdout)
    assert before == ("." * 32, ". looked into  # passed over  + some of several  _ no memory  ... as above")
    assert after[0].startswith("#") and set(after[1]) <= set(" sfam*")
    assert "order failed 10\n" in said.stdout
    lru = said.stdout[said.stdout.index("node 0, group /") :].splitlines()
    assert re.match(r"  inactive_file   10384  0x\w+  0x\w+  0x\w+  and \d+ more runs$", lru[1]) and len(lru) == 4
    assert max(map(len, said.stdout.splitlines())) <= 80
    assert "lru: expected 'lru [node N] [list NAME]" in said.stderr
    assert "scanners: there is no zone 'Sahara' on this machine" in said.stderr


def test_lru_and_scanners_of_a_large_machine(shell):
    said = shell("machine 4608M,cpus=2", "scanners", "lru").stdout
    assert len(re.findall(r"zone \w+: \d+ pageblocks", said)) == 3 and max(map(len, said.splitlines())) <= 80
    assert len(said.splitlines()) < 45

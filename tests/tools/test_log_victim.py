# SPDX-License-Identifier: GPL-2.0-only
"""Who was killed and why: task tables, kills and memory cgroups of OOM reports."""

import random
import re

import pytest

REAL = [f"5.8.18-oom-{name}" for name in ("global-1", "global-2", "global-3", "global-4", "memcg-1", "memcg-group-1")]
PREFIXES = [
    "",
    "[12345.678901] ",
    "<6>[   12.345678][  T123] ",
    "Nov 24 14:58:07 host kernel: ",
    "> May 30 14:08:26 host kernel: [59622.268394] ",
]

# ---- A model of the badness, by version ------------------------------------------------------------------------------


class Version:
    """How a version writes its table and weighs."""

    def __init__(self, name, form, root=False, floor=True, later=True):
        self.name, self.form, self.root, self.floor, self.later = name, form, root, floor, later


VERSIONS = [
    Version("3.10.0-1160.el7.x86_64", "ptes", root=True, later=False),
    Version("4.4.0-210-generic", "pmds", root=True, later=False),
    Version("4.14.74", "pmds", root=True, later=False),
    Version("4.19.0-25-amd64", "bytes", later=False),
    Version("5.0.1", "bytes", later=False),
    Version("5.4.18", "bytes"),
    Version("5.4.286", "bytes", floor=False),
    Version("5.8.18", "bytes"),
    Version("5.9.1", "bytes", floor=False),
    Version("6.1.0-13-amd64", "bytes", floor=False),
    Version("6.8.0-45-generic", "parts", floor=False),
    Version("6.19.0", "parts", floor=False),
]
TITLES = {
    "ptes": "[ pid ]   uid  tgid total_vm      rss nr_ptes swapents oom_score_adj name",
    "pmds": "[ pid ]   uid  tgid total_vm      rss nr_ptes nr_pmds swapents oom_score_adj name",
    "bytes": "[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name",
    "parts": "[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents oom_score_adj"
    " name",
}


class Task:
    """A process."""

    def __init__(self, pid, name, rss, swap=0, tables=10, adj=0, uid=1000, tgid=None):
        self.pid, self.name, self.rss, self.swap, self.tables = pid, name, rss, swap, tables
        self.adj, self.uid, self.tgid = adj, uid, tgid or pid

    def row(self, form):
        tables = {
            "ptes": f"{self.tables:7}",
            "pmds": f"{self.tables - self.tables // 3:7} {self.tables // 3:7}",
            "bytes": f"{4096 * self.tables:8}",
            "parts": f"{4096 * self.tables:8}",
        }[form]
        parts = f" {self.rss - self.rss // 4:8} {self.rss // 4:8}        0" if form == "parts" else ""
        return (
            f"[{self.pid:7}] {self.uid:5} {self.tgid:5} {self.rss * 2 + 100:8} {self.rss:8}{parts} {tables} "
            f"{self.swap:8}         {self.adj:5} {self.name}"
        )

    def badness(self, version, total):
        """Points, or None for one that may not be killed."""
        if self.adj == -1000 or self.tgid == 1:
            return None
        base = self.rss + self.swap + self.tables
        if version.root and self.uid == 0:
            base -= base * 3 // 100
        points = base + self.adj * (total // 1000)
        return max(points, 1) if version.floor else points


def choose(tasks, version, total):
    """The choice of the kernel, and its points."""
    best = None
    for task in tasks:
        points = task.badness(version, total)
        if points is not None and (best is None or points > best[1] or (points == best[1] and version.later)):
            best = task, points
    return best


def some_tasks(seed):
    """A table at random."""
    pick = random.Random(seed)
    names = ["java", "(sd-pam)", "Web Content", "kworker/u8:1", "a] b", "x [12] y", "3", "postgres: write", "a (b) c"]
    return [
        Task(
            pid,
            pick.choice(names),
            pick.choice([0, 1, pick.randrange(9000), pick.randrange(9000)]),
            pick.choice([0, 0, pick.randrange(4000)]),
            pick.randrange(1, 80),
            pick.choice([0, 0, 0, -1000, -500, -17, 200, 300, 984, 1000]),
            pick.choice([0, 1000, 4294967294]),
        )
        for pid in sorted(pick.sample(range(100, 40000), pick.randrange(2, 40)))
    ]


def kill_lines(version, tasks, task, total):
    """What the kernel writes when it kills."""
    sizes = f"total-vm:{4 * (2 * task.rss + 100)}kB, anon-rss:{4 * task.rss}kB, file-rss:0kB, shmem-rss:0kB"
    if not version.later:
        score = task.badness(version, total) * 1000 // total
        return [
            f"Out of memory: Kill process {task.pid} ({task.name}) score {score} or sacrifice child",
            f"Killed process {task.pid} ({task.name}) {sizes}",
        ]
    return [
        "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,"
        f"task_memcg=/,task={task.name},pid={task.pid},uid={task.uid}",
        f"Out of memory: Killed process {task.pid} ({task.name}) {sizes}, UID:0 pgtables:40kB oom_score_adj:{task.adj}",
    ]


@pytest.fixture
def machine(sample):
    """Writes a report of the machine of a sample, 30577 pages, with another table and other kills."""
    text = sample("5.8.18-oom-global-1")
    head = "\n".join(line for line in text[: text.index("Tasks state")].splitlines() if not line.startswith("##"))

    def write(version, tasks, kills, prefix="", title=True):
        lines = head.replace("5.8.18", version.name).splitlines()
        lines += ["Tasks state (memory values in pages):"] * (version.form not in ("ptes", "pmds"))
        lines += [TITLES[version.form]] * title + [task.row(version.form) for task in tasks] + kills
        return "".join(f"{prefix}{line}\n" for line in lines)

    return write


@pytest.fixture
def victim(facts):
    """What is said of the victim of the one report of a log."""

    def read(log):
        (report,) = facts(log)
        return report["victim"]

    return read


TOTAL = 30577


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
def test_each_version_weighs_as_its_kernel_does(machine, victim, version):
    for seed in range(12):
        tasks = some_tasks(f"{version.name} {seed}")
        best = choose(tasks, version, TOTAL)
        if best is None:
            continue
        log = machine(version, tasks, kill_lines(version, tasks, best[0], TOTAL), PREFIXES[seed % len(PREFIXES)])
        said = victim(log)
        assert (said["tasks"], said["damaged_rows"]) == (len(tasks), 0)
        assert (said["killed"]["pid"], said["killed"]["name"]) == (best[0].pid, best[0].name)
        assert (said["chosen"]["badness"], said["killed"]["badness"]) == (best[1], best[1])
        assert (said["same"], said["reason"]) == (True, "same")
        if not version.later:
            assert said["killed"]["score"] == said["killed"]["score_by_table"]
        alone = victim(machine(version, tasks, []))
        assert (alone["chosen"]["pid"], alone["reason"]) == (best[0].pid, "not_read"), seed


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
def test_columns_are_found_without_the_title(machine, victim, version):
    tasks = [Task(10, "small", 50), Task(11, "large one", 5000, 40, 12, 100), Task(12, "3", 7)]
    said = victim(machine(version, tasks, [], title=False))
    assert (said["tasks"], said["damaged_rows"]) == (3, 0)
    assert said["chosen"]["pid"] == 11
    assert (said["chosen"]["rss"], said["chosen"]["swap"], said["chosen"]["page_tables"]) == (5000, 40, 12)
    assert [task["name"] for task in said["ranked"]] == ["large one", "small", "3"]


# ---- Worked by hand --------------------------------------------------------------------------------------------------

WORKED = Version("4.14.74", "pmds", root=True, later=False)


def large(log, total):
    """The machine of the log, with so many pages."""
    return log.replace("32768 pages RAM", f"{total + 2191} pages RAM")


@pytest.mark.parametrize(
    "version, uid, tables, adj, badness",
    [
        ("4.14.74", 1000, 256, -50, 20256),
        ("4.14.74", 0, 256, -50, 16649),
        ("4.19.40", 0, 257, -50, 20257),
        ("5.8.18", 0, 257, -100, 1),
        ("5.9.1", 0, 257, -100, -79743),
    ],
)
def test_a_score_worked_by_hand(machine, victim, version, uid, tables, adj, badness):
    """2000123 pages in all, 100000 resident, 20000 in swap."""
    of = next(one for one in VERSIONS if one.name.split("-")[0].rsplit(".", 1)[0] == version.rsplit(".", 1)[0])
    of = Version(version, of.form)
    said = victim(large(machine(of, [Task(7, "x", 100000, 20000, tables, adj, uid)], []), 2000123))
    assert said["total_pages"] == 2000123
    assert said["chosen"]["badness"] == badness


def test_the_privilege_of_root_is_inferred_from_what_was_killed(machine, victim, explain):
    """With 3 % off the ordinary process has more points, without it root's has; uid 0 need not have the privilege."""
    tasks = [Task(10, "daemon", 1000, uid=0), Task(11, "user", 990)]
    for killed in tasks:
        log = machine(WORKED, tasks, [f"Killed process {killed.pid} ({killed.name}) total-vm:8400kB"])
        said = victim(log)
        assert (said["same"], said["killed"]["pid"]) == (True, killed.pid)
        assert said["root_bonus"] == (killed.name == "user")
        assert said["rules_inferred"]
    assert "count 3 % less (inferred" in explain(log).stdout.replace("\n    ", " ")


@pytest.mark.parametrize("version", ["4.19.40", "5.4.18", "5.10.44"])
def test_a_cpuset_is_weighed_against_its_nodes(sample, victim, version):
    """786432 pages are present on the node: adj 100 adds 100 x 786."""
    text = sample("6.6-numa").replace(
        "swapper/3: page allocation failure: order:0, mode:0x820(GFP_ATOMIC), nodemask=(null)",
        "worker invoked oom-killer: gfp_mask=0x100cca(GFP_HIGHUSER_MOVABLE), order=0, oom_score_adj=0 ",
    )
    text = re.sub(r"Not tainted \S+", f"Not tainted {version}", text)
    zones = re.findall(r"Node 0 (\w+) free:.*present:(\d+)kB", text)
    assert len(zones) == 2, "the other node has a zone too"
    rest = sum(int(kb) for _, kb in zones[1:])
    text = text.replace(f"present:{zones[0][1]}kB", f"present:{4 * 786432 - rest}kB")
    task = Task(7, "x", 10, 0, 0, 100)
    text += TITLES["bytes"] + "\n" + task.row("bytes") + "\n"
    text += "oom-kill:constraint=CONSTRAINT_CPUSET,nodemask=(null),cpuset=jobs,mems_allowed=0,global_oom,"
    text += "task_memcg=/,task=x,pid=7,uid=1000\n"
    said = victim(text)
    assert (said["total_pages"], said["total_inferred"], said["constraint"]) == (786432, True, "cpuset")
    assert said["chosen"]["badness"] == 10 + 78600


# ---- Real reports ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REAL)
def test_a_real_machine_killed_whom_the_table_chooses(sample, victim, name):
    text = sample(name)
    died = [int(pid) for pid in re.findall(r"^## killed (\d+) ", text, re.M)]
    said = victim(text)
    assert (said["same"], said["reason"]) == (True, "same")
    assert said["killed"]["pid"] in died
    assert said["killed"]["pid"] == int(re.search(r",pid=(\d+),uid", text)[1])
    assert said["whole_group"] == (len(died) > 1)
    assert sorted(said["kills"]) == sorted(died)


@pytest.mark.parametrize("name", [name for name in REAL if "global" in name])
def test_badness_agrees_with_the_scores_that_the_kernel_showed(sample, victim, name):
    """/proc/PID/oom_score was read while they slept: thousandths of all memory."""
    text = sample(name)
    scores = {int(p): int(s) for p, s in re.findall(r"^## (\d+) \w+ -?\d+ (\d+) \d+ \d+ \d+$", text, re.M)}
    said = victim(text)
    for task in said["ranked"]:
        assert task["badness"] * 1000 // said["total_pages"] == scores[task["pid"]], task


def test_rounds_of_one_log_are_told_apart(sample, facts):
    one, two = (report["victim"] for report in facts(sample("5.8.18-oom-memcg-2")))
    assert [(v["killed"]["pid"], v["same"]) for v in (one, two)] == [(21, True), (20, True)]


def test_where_all_are_exempt_nobody_is_killed(sample, victim, explain):
    said = victim(sample("5.8.18-oom-memcg-3"))
    assert (said["reason"], said["killed"], said["chosen"], said["eligible"]) == ("nobody", None, None, 0)
    assert "nobody was killed: every process of the table is exempt" in explain(sample("5.8.18-oom-memcg-3")).stdout


# ---- Why another was killed ------------------------------------------------------------------------------------------

MODERN = next(one for one in VERSIONS if one.name.startswith("6.1"))
FOUR = [Task(10, "small", 50), Task(11, "large", 5000), Task(12, "middle", 3000), Task(13, "kept", 9000, adj=-1000)]


def killed(pid, name, text="Out of memory: Killed process"):
    return f"{text} {pid} ({name}) total-vm:1000kB, anon-rss:4kB, file-rss:0kB, shmem-rss:0kB, UID:0"


@pytest.mark.parametrize(
    "kills, pid, reason",
    [
        ([killed(11, "large")], 11, "same"),
        ([killed(12, "middle")], 12, "other"),
        ([killed(13, "kept")], 13, "exempt"),
        ([killed(99, "child")], 99, "unlisted"),
        ([killed(10, "small", "Out of memory (oom_kill_allocating_task): Killed process")], 10, "asking"),
        (["Out of memory: OOM victim 11 (large) is already exiting. Skip killing the task"], 11, "exiting"),
        (["Out of memory: Kill process 11 (large) score 164 or sacrifice child", killed(10, "small", "Killed process")],
         10, "child"),
        (["Out of memory: Kill process 11 (large) score 164 or sacrifice child", "eth0: link up",
          killed(11, "large", "Killed process")], 11, "same"),
        (["Killed process 11 (large) total-vm:40400kB, anon-rss:20000kB, file-rss:0kB"], 11, "same"),
        (["Killed process 11 (large), UID 1000, total-vm:40400kB, anon-rss:20000kB, file-rss:0kB, shmem-rss:0kB"],
         11, "same"),
        (["Memory cgroup out of memory: Killed process 11 (large) total-vm:40400kB, anon-rss:20000kB"], 11, "same"),
        (["oom_reaper: reaped process 11 (large), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB"], None, "not_read"),
        (["Out of memory and no killable processes...", "Kernel panic - not syncing: System is deadlocked on memory"],
         None, "nobody"),
        (["Kernel panic - not syncing: Out of memory and no killable processes..."], None, "nobody"),
        (["Kernel panic - not syncing: Out of memory: system-wide panic_on_oom is enabled"], None, "panic"),
        (["Kernel panic - not syncing: Out of memory: compulsory panic_on_oom is enabled"], None, "panic"),
    ],
)  # fmt: skip
def test_why_the_one_that_died_is_not_the_choice(machine, facts, kills, pid, reason):
    for prefix in PREFIXES:
        (report,) = facts(machine(MODERN, FOUR, kills, prefix))
        said = report["victim"]
        assert said["reason"] == reason
        assert (said["killed"] and said["killed"]["pid"]) == pid
        assert said["chosen"]["pid"] == 11
        assert said["same"] == (pid == 11), "it is the choice or it is not"


def test_near_equals_are_a_matter_of_counters(machine, victim, explain):
    tasks = [Task(10, "one", 5030), Task(11, "two", 5000)]
    log = machine(MODERN, tasks, [killed(11, "two")])
    assert victim(log)["reason"] == "rounding"
    assert "30 pages apart" in explain(log).stdout


def test_of_equals_the_later_one_dies_and_before_5_4_the_earlier(machine, victim):
    tasks = [Task(10, "one", 5000), Task(11, "two", 5000)]
    for version in VERSIONS:
        assert victim(machine(version, tasks, []))["chosen"]["pid"] == (11 if version.later else 10)


def test_processes_of_one_group_die_together(machine, victim, explain):
    kills = [
        killed(11, "large"),
        "Tasks in /a, b:c are going to be killed due to memory.oom.group set",
        *(killed(task.pid, task.name) for task in FOUR[:3]),
    ]
    log = machine(MODERN, FOUR, kills)
    said = victim(log)
    assert (said["reason"], said["whole_group"], said["kills"]) == ("same", True, [11, 10, 12])
    assert "and its whole group /a, b:c with it" in explain(log).stdout.replace("\n    ", " ")


def test_a_group_whose_choice_is_exempt_by_the_table_has_no_points_to_compare(machine, victim, explain):
    log = machine(MODERN, FOUR, [killed(13, "kept"), "Tasks in /a are going to be killed due to memory.oom.group set"])
    said = victim(log)
    assert (said["reason"], said["killed"]["badness"]) == ("group", None)
    assert "exempt" in explain(log).stdout
    assert not re.search(r"\d{12}", explain(log).stdout)


def test_a_victim_of_an_earlier_report_is_not_chosen_again(machine, facts):
    """But the same report twice in a log is no second death."""
    first = machine(MODERN, FOUR, [killed(11, "large")])
    one, two = (report["victim"] for report in facts(first + machine(MODERN, FOUR, [killed(12, "middle")])))
    assert (one["reason"], two["reason"], two["chosen"]["pid"]) == ("same", "same", 12)
    one, two = (report["victim"] for report in facts(first + first))
    assert (one["reason"], two["reason"], two["chosen"]["pid"]) == ("same", "same", 11)
    boot = "Linux version 6.1.0-13-amd64 (gcc)\n"
    one, two = (report["victim"] for report in facts(first + boot + machine(MODERN, FOUR, [])))
    assert two["chosen"]["pid"] == 11, "after a boot it is another process"


# ---- Damage ----------------------------------------------------------------------------------------------------------


def test_damaged_rows_are_counted_and_said(machine, victim, explain):
    log = machine(MODERN, FOUR, [killed(11, "large")])
    row = FOUR[2].row("bytes")
    for torn in (row[:40], row[:20], row[9:], row.replace("   ", " x ", 1), row[: -len(" middle")]):
        damaged = log.replace(row, torn)
        said = victim(damaged)
        assert (said["tasks"], said["damaged_rows"], said["table_cut"]) == (3, 1, True), torn
        assert said["same"]
        assert "1 damaged row of the table could not be read" in explain(damaged).stdout
    lost = log.replace(FOUR[1].row("bytes"), FOUR[1].row("bytes")[:30])
    assert (victim(lost)["reason"], victim(lost)["killed"]["listed"]) == ("unlisted", False)
    assert "its row is lost" in explain(lost).stdout


def test_other_lines_between_rows_are_no_damage(machine, victim):
    log = machine(MODERN, FOUR, ["eth0: link is down", killed(11, "large")], "[ 12.5] ")
    row = f"[ 12.5] {FOUR[1].row('bytes')}\n"
    between = "[ 12.6] systemd-journald[648]: Compressed data object 720 -> 393 using ZSTD\n[ 12.6] audit: type=1400\n"
    assert between not in log and row in log
    said = victim(log.replace(row, row + between))
    assert (said["tasks"], said["damaged_rows"], said["reason"]) == (4, 0, "same")


def test_a_table_that_ends_early_is_read_as_far_as_it_goes(machine, victim):
    log = machine(MODERN, FOUR, [])
    said = victim(log[: log.index(FOUR[2].row("bytes"))])
    assert (said["tasks"], said["chosen"]["pid"], said["reason"]) == (2, 11, "not_read")


def test_a_report_without_its_header_does_not_mix_with_the_one_before(machine, victim):
    first = machine(MODERN, FOUR, kill_lines(MODERN, FOUR, FOUR[1], TOTAL))
    other = [Task(20, "other", 9000), Task(21, "another", 8000)]
    rest = machine(MODERN, other, kill_lines(MODERN, other, other[0], TOTAL))
    said = victim(first + rest[rest.index("Tasks state") :])
    assert (said["tasks"], said["killed"]["pid"], said["reason"]) == (4, 11, "same")


def test_a_large_table_is_bounded(machine, victim):
    tasks = [Task(pid, "x", 1) for pid in range(2, 70002)]
    said = victim(machine(MODERN, tasks, []))
    assert (said["tasks"], said["table_cut"], said["damaged_rows"]) == (65536, True, 0)


def test_without_a_table_there_is_nothing_to_compare_with(machine, victim):
    said = victim(machine(MODERN, [], [killed(11, "large")], title=False))
    assert (said["reason"], said["chosen"], said["total_pages"]) == ("no_table", None, None)
    assert said["killed"] == {
        "pid": 11, "name": "large", "listed": False, "badness": None, "score": None, "score_by_table": None
    }  # fmt: skip


def test_huge_figures_are_held(machine, victim):
    tasks = [Task(10, "x", 10**30, 10**30, 10**20, 1000), Task(11, "y", 5)]
    assert victim(machine(MODERN, tasks, [], title=True))["chosen"]["pid"] == 10


# ---- Memory cgroups --------------------------------------------------------------------------------------------------

LONG = "/system.slice/containerd.service/kubepods-burstable-pod2c4b2241_5c01.slice:cri-containerd:1234567890abcdef"


def test_names_with_colons_are_whole(sample, victim, explain):
    for name in ("reports/memcg-colon", "reports/memcg-nousage"):
        group = victim(sample(name))["group"]
        assert (group["path"], group["task_path"]) == (LONG, LONG)
        assert group["readable"] == "container 1234567890ab (containerd) of pod 2c4b2241-5c01 (burstable)"
        assert LONG in explain(sample(name)).stdout
        other = "/a b/c,d=e/f:g:h/(i)"
        assert victim(sample(name).replace(LONG, other))["group"]["path"] == other
        assert victim(sample(name).replace(LONG, "/x"))["group"]["path"] == "/x"


def test_a_usage_that_was_not_read_is_unknown(sample, victim, explain):
    log = sample("reports/memcg-nousage")
    group = victim(log)["group"]
    assert [group[key] for key in ("usage_kb", "limit_kb", "failcnt", "kmem_kb", "processes_kb")] == [None] * 5
    assert group["kill"] == "unknown"
    assert "usage and limit unknown" in explain(log).stdout
    assert "0 kB of" not in explain(log).stdout
    line = "memory: usage 1048576kB, limit 1048576kB, failcnt 153"
    cut = sample("reports/memcg-colon").replace(line, line[:34])
    assert "limit 104" in cut and victim(cut)["group"]["limit_kb"] is None


def test_the_group_is_the_one_whose_limit_was_hit(sample, victim, explain):
    group = victim(sample("reports/memcg-old"))["group"]
    assert (group["path"], group["task_path"]) == ("/kubepods/burstable/podX", "/kubepods/burstable/podX/abc")
    assert [step for step in group["chain"] if step["limit_hit"]] == [
        {"path": "/kubepods/burstable/podX", "limit_hit": True}
    ]
    assert [step["path"] for step in group["chain"]][0] == "/kubepods"
    assert {part["key"]: part["kb"] for part in group["holds"]} == {"anon": 1048552, "file": 24}
    newer = sample("reports/memcg-colon").replace(f"oom_memcg={LONG}", "oom_memcg=/system.slice")
    newer = newer.replace(f"stats for {LONG}", "stats for /system.slice")
    group = victim(newer)["group"]
    assert (group["path"], group["task_path"]) == ("/system.slice", LONG)
    assert "the limit is not that of the victim's own group" in explain(newer).stdout


def test_a_group_that_is_all_kernel_memory_gains_nothing_by_a_kill(sample, facts, explain):
    log = sample("reports/memcg-then-pagefault-oom")
    first, second = (report["victim"] for report in facts(log))
    group = first["group"]
    assert (group["usage_kb"], group["limit_kb"], group["kmem_kb"]) == (524268, 524288, 524168)
    assert (group["memory_swap"]["usage_kb"], group["memory_swap"]["limit_kb"]) == (554776, None)
    assert group["memory_swap"]["unlimited"]
    assert (group["kill"], group["readable"]) == ("nothing", "container test (LXC)")
    assert (first["killed"]["pid"], first["same"], first["tasks"]) == (15307, True, 61)
    assert "killing cannot help: 524168 of 524268 kB are memory of the kernel" in explain(log).stdout
    assert (second["reason"], second["group"], second["tasks"]) == ("panic", None, 108)
    half = log.replace("kmem: usage 524168kB", "kmem: usage 200000kB").replace("] anon 0\n", "] anon 300000000\n")
    assert facts(half)[0]["victim"]["group"]["kill"] == "frees"
    shared = log.replace("kmem: usage 524168kB", "kmem: usage 200000kB").replace("\nshmem 0\n", "\nshmem 300000000\n")
    assert facts(shared)[0]["victim"]["group"]["kill"] == "little"


def test_the_limit_of_32_bits_is_none(sample, victim):
    log = sample("reports/memcg-colon").replace("9007199254740988kB", "8589934588kB")
    assert victim(log)["group"]["kmem"] == {
        "usage_kb": 10568, "limit_kb": None, "unlimited": True, "failcnt": 0
    }  # fmt: skip


@pytest.mark.parametrize("form", ["one line", "after the title", "prefixed"])
def test_statistics_stand_in_one_line_or_many(sample, victim, form):
    log = sample("5.8.18-oom-memcg-1")
    stats = log[log.index("\nanon ") : log.index("\nTasks state")]
    assert stats.count("\n") > 20
    changed = {
        "one line": log.replace(stats, "\n" + stats[1:].replace("\n", " ")),
        "after the title": log.replace(stats, stats.replace("\n", " ")),
        "prefixed": "".join(f"[   12.345678] {line}\n" for line in log.splitlines()),
    }[form]
    group = victim(changed)["group"]
    assert (group["path"], group["holds"]) == ("/box", victim(log)["group"]["holds"])
    assert {part["key"]: part["kb"] for part in group["holds"]}["anon"] == 33386496 // 1024


def test_statistics_of_all_forms(sample, victim):
    log = sample("5.8.18-oom-memcg-1")
    parts = {part["key"]: part["kb"] for part in victim(log)["group"]["holds"]}
    assert (parts["anon"], parts["file"], parts["kernel"]) == (33386496 // 1024, 0, 0)
    newer = log.replace("\nslab 0\n", "\nkernel 1048576\npagetables 204800\npercpu 10240\nslab 512000\n")
    parts = {part["key"]: part["kb"] for part in victim(newer)["group"]["holds"]}
    assert [parts[key] for key in ("kernel", "pagetables", "percpu", "slab", "kernel_other")] == [
        1024, 200, 10, 500, 314
    ]  # fmt: skip
    first = re.sub(r"\nanon \d+\nfile \d+\n", "\ncache 1024\nrss 2048\ntotal_cache 40960\ntotal_rss 20480000\n", log)
    parts = {part["key"]: part["kb"] for part in victim(first)["group"]["holds"]}
    assert (parts["anon"], parts["file"]) == (20000, 40)


def test_a_group_is_weighed_against_its_limit_and_its_swap(sample, victim):
    log = sample("5.8.18-oom-memcg-1")
    assert victim(log)["total_pages"] == 8192
    swap = log.replace("swap: usage 0kB, limit 9007199254740988kB", "swap: usage 0kB, limit 4096kB")
    assert victim(swap)["killed"]["badness"] == 1280 + 11 + 200 * 8, "9216 pages at most, but the machine may have less"
    none = log.replace("swap: usage 0kB, limit 9007199254740988kB", "swap: usage 0kB, limit 0kB")
    assert (victim(none)["total_pages"], victim(none)["total_inferred"]) == (8192, False)


def test_the_page_of_a_group_without_zones_is_found_by_the_kill(sample, victim):
    log = sample("5.8.18-oom-memcg-1").replace("total-vm:5712kB", f"total-vm:{64 * 1428}kB")
    assert victim(log)["page_kb"] == 64


def test_protection_is_said(sample, victim, explain):
    line = "Memory cgroup min protection 1024kB -- low protection 2048kB\n"
    log = sample("5.8.18-oom-memcg-1").replace("Tasks state", line + "Tasks state")
    assert (victim(log)["group"]["min_kb"], victim(log)["group"]["low_kb"]) == (1024, 2048)
    assert "1024 kB by memory.min" in explain(log).stdout


ID = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    "path, readable",
    [
        (f"/kubepods/burstable/pod2c4b2241-5c01/{ID}", "container 0123456789ab of pod 2c4b2241-5c01 (burstable)"),
        (f"/kubepods/pod2c4b2241-5c01/{ID}", "container 0123456789ab of pod 2c4b2241-5c01 (guaranteed)"),
        ("/kubepods/besteffort/pod2c4b2241-5c01", "pod 2c4b2241-5c01 (besteffort)"),
        ("/kubepods.slice/kubepods-burstable.slice", "all burstable pods"),
        (
            f"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod2c_5c.slice/cri-containerd-{ID}.scope",
            "container 0123456789ab (containerd) of pod 2c-5c (besteffort)",
        ),
        (
            f"/kubepods.slice/kubepods-pod2c_5c.slice/crio-{ID}.scope",
            "container 0123456789ab (CRI-O) of pod 2c-5c (guaranteed)",
        ),
        (
            f"/docker/{ID}/kubelet/kubepods/burstable/pod2c/{ID}",
            "container 0123456789ab of pod 2c (burstable)",
        ),
        (f"/docker/{ID}", "container 0123456789ab (docker)"),
        (f"/system.slice/docker-{ID}.scope", "container 0123456789ab (docker)"),
        (f"/system.slice:docker:{ID}", "container 0123456789ab (docker)"),
        (f"/machine.slice/libpod-{ID}.scope/container", "container 0123456789ab (podman)"),
        ("/lxc/web1", "container web1 (LXC)"),
        ("/lxc.payload.web1/system.slice/mysqld.service", "container web1 (LXC)"),
        ("/system.slice/mysqld.service", "mysqld.service"),
        ("/system.slice/system-foo.slice/foo@a\\x2db.service", "foo@a-b.service"),
        ("/user.slice/user-1000.slice/session-2.scope", "session 2 of user 1000"),
        (
            "/user.slice/user-1000.slice/user@1000.service/app.slice/app-firefox-1234.scope",
            "app-firefox-1234.scope of user 1000",
        ),
        ("/user.slice/user-1000.slice", "user 1000"),
        ("/machine.slice/machine-qemu\\x2d1\\x2dweb.scope", "machine qemu-1-web"),
        ("/box", ""),
        ("/", ""),
        ("/a:b/c", ""),
    ],
)
def test_paths_of_containers_have_a_readable_name(sample, victim, path, readable):
    assert victim(sample("5.8.18-oom-memcg-1").replace("/box", path))["group"]["readable"] == readable


# ---- Form ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*REAL, "5.8.18-oom-memcg-3", "reports/memcg-old", "reports/memcg-then-pagefault-oom"])
def test_the_section_keeps_to_80_columns(sample, explain, name):
    text = explain(sample(name)).stdout
    assert "who was killed, and why\n" in text
    lines = [line for line in text.splitlines() if not line.startswith("answer: ")]
    assert max(len(line) for line in lines) <= 80


def test_the_one_that_died_is_marked(sample, explain):
    text = explain(sample("5.8.18-oom-global-1")).stdout
    (row,) = re.findall(r"^  \* .*$", text, re.M)
    assert row.split() == ["*", "25", "offered", "486", "0", "10", "700", "21496"]
    assert "killed 25 (offered), as the table chooses" in text

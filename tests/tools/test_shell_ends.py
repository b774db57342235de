# SPDX-License-Identifier: GPL-2.0-only
"""Every command of `pageflow shell` ends: requests that would go round for ever are stopped, and say why."""

import re

import pytest

CORPUS = "tests/fuzz/corpus/scenario"


@pytest.fixture
def shell(pageflow):
    """Runs the commands given through standard input."""

    def run(*lines):
        return pageflow("shell", input="\n".join(lines) + "\n", stdin=None)

    return run


def test_every_scenario_of_the_corpus_ends(pageflow, root):
    """Whatever chance has found: no crash, and an answer to each."""
    scenarios = sorted((root / CORPUS).glob("*.pf"))
    assert scenarios
    for path in scenarios:
        result = pageflow("shell", path)
        assert result.returncode in (0, 1), path
        assert "Sanitizer" not in result.stderr, path


ALONE = "; nobody else lives on this machine: 'live' starts those who may free memory; it is stopped"


@pytest.mark.parametrize(
    ("lines", "account", "reason"),
    [
        # A victim is chosen, and there is nobody to let it die.
        (
            ("machine 64M", "process p", "fault 2 100", "takeall GFP_KERNEL"),
            "livelock: round 3 of init's request for order 0 with GFP_KERNEL",
            "; process 2 (p) was killed, and nobody is there to let it die: 'live' starts those who do; it is stopped",
        ),
        (
            (
                "machine 64M",
                "process a",
                "mm 2 rss_anon 100",
                "task 9 comm x oom_score_adj -1000",
                "current 9",
                "takeall GFP_KERNEL|__GFP_NOWARN",
            ),
            "livelock: round 3 of x's request for order 0 with GFP_KERNEL|__GFP_NOWARN",
            "; process 2 (a) was killed, and nobody is there to let it die",
        ),
        # Reclaim and compaction have nothing to give, and nobody else lives there.
        (
            ("machine 96M", "fragment 3547", "alloc GFP_NOIO|__GFP_NOFAIL 3"),
            "livelock: round 4 of init's request for order 3 with GFP_NOIO|__GFP_NOFAIL",
            "; __GFP_NOFAIL forbids it to fail" + ALONE,
        ),
        # A group at its limit, whose victim nobody lets die.
        (
            (
                "machine 64M",
                "memcg /job 10",
                "process victim",
                "mm 2 rss_anon 100",
                "join 2 /job",
                "process asks",
                "join 3 /job",
                "task 3 oom_score_adj -1000",
                "current 3",
                "takeall GFP_KERNEL_ACCOUNT",
            ),
            "livelock: round 14 of asks's charge of 1 pages with GFP_KERNEL_ACCOUNT",
            "group /job uses 10 of 10 pages, retries left 5; process 2 (victim) was killed",
        ),
        # Others live there, and cannot help.
        (
            (
                "machine 64M",
                "live",
                "process p",
                "swap 8000",
                "fragment 3000",
                "fault 2 4000",
                "alloc GFP_KERNEL|__GFP_NOFAIL 10",
            ),
            "of init's request for order 10 with GFP_KERNEL|__GFP_NOFAIL",
            "; __GFP_NOFAIL forbids it to fail; it is stopped",
        ),
        (
            (
                "machine 4x16M",
                "live",
                "file f0",
                "fragment 2091",
                "fill f0 6513",
                "dirty f0 4520",
                "alloc GFP_TRANSHUGE|__GFP_NOFAIL|__GFP_ATOMIC 7",
            ),
            "of init's request for order 7 with GFP_TRANSHUGE|__GFP_NOFAIL",
            "; __GFP_NOFAIL forbids it to fail; it is stopped",
        ),
        # The lists are turned over in every round, so no round begins as an earlier one: the count ends it.
        (
            (
                "machine 2x32M",
                "live",
                "process p2",
                "fault 2 3773",
                "takeall GFP_NOIO 0",
                "swap 100000",
                "file f0",
                "alloc GFP_NOIO 1 1",
            ),
            "standstill: round 1025 of init's request for order 1 with GFP_NOIO (0xc00) begins, and nothing it needs "
            "has come: 256 pages were free at first, 256 at most, and 0 tasks were killed; it loops in",
            "; it is stopped, and the machine goes on",
        ),
    ],
)
def test_request_without_end_is_stopped(shell, lines, account, reason):
    result = shell(*lines, "free #1", "sleep 1", "status")
    told = [line for line in result.stdout.splitlines() if line.startswith("pageflow: BUG: ")][-1]
    assert account in told and reason in told
    # The machine goes on.
    assert re.search(r"^node 0 zone DMA: \d+ of \d+ pages free", result.stdout, re.M)


def test_machine_that_was_saved_alive_is_alive(shell, tmp_path):
    """Its daemons are there, and what it answers then is what it would have answered."""
    before = "machine 64M", "live", "process p", "fault 2 9000", "swap 500", "takeall GFP_NOWAIT|__GFP_NOWARN"
    after = "status", "alloc GFP_NOFS", "alloc GFP_KERNEL", "idle", "status"
    file = tmp_path / "live"
    straight = shell(*before, "status", *after)
    loaded = shell(*before, f"save {file}", f"load {file}", "status", *after)
    start = "node 0 zone DMA"
    assert "kswapd0" in loaded.stdout
    assert loaded.stdout[loaded.stdout.index(start) :] == straight.stdout[straight.stdout.index(start) :]


def test_task_that_is_killed_while_another_runs_goes_on(shell):
    """The victim waits for the other's fault to end: it is there afterwards, runs, and exits when it no longer does."""
    lines = "machine 64M", "live", "process a", "process b", "fault 2 12000", "current 2", "fault 3 12000"
    result = shell(*lines, "status", "takeall GFP_NOWAIT|__GFP_NOWARN", "current 1", "oom", "status")
    first, last = result.stdout.split("blocks of order 0")
    assert "b: 12000 of 12000 pages\n" in first and "Killed process 2 (a)" in first
    assert "pid 2 a: 0 pages in use" in first and "pid 2 a" not in last


@pytest.mark.parametrize(
    ("line", "most"),
    [("fill f 819201", 819200), ("fill f 10001%", 819200), ("fault 2 819201", 819200)],
)
def test_command_adds_no_more_than_anybody_waits_for(shell, line, most):
    result = shell("machine 32M", "file f", "process p", line)
    assert f"more than 100 times the machine's memory; give at most {most}\n" in result.stderr

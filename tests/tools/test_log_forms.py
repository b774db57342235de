# SPDX-License-Identifier: GPL-2.0-only
"""`pageflow explain --log`: a report says the same in whatever form its lines arrive; what is no report; long logs."""

import itertools
import os
import re
import shutil
import subprocess

import pytest
from forms import FORMS, PREFIXES, hard, journal, prefixed, quoted, softly

HAND = ["4.14-order4", "4.19-highmem", "5.10-cma", "5.15-reserve", "6.1-64k", "6.6-numa", "6.12-oom"]
REAL = ["5.8.18-kernel-order9", "5.8.18-oom-global-1"]
REPORTS = ["31-derived", "35b", "ath11k-dma32-616", "bcachefs-610-oom", "nfsd-68-leak-quoted", "ppc32-68-atomic"]
SAMPLES = HAND + REAL + [f"reports/{name}" for name in REPORTS]


@pytest.fixture
def text_of(sample):
    """A sample without the line that says its licence."""

    def read(name):
        return "".join(line for line in sample(name).splitlines(True) if "SPDX" not in line)

    return read


@pytest.fixture
def same(facts):
    """What a report's form may not change: which zones with which figures, for what request, of which kernel."""

    def read(log):
        reports = facts(log)
        assert reports, log[:2000]
        return [[report[key] for key in ("comm", "order", "mode", "kernel", "kind", "zones")] for report in reports]

    return read


WHOLE = {}


@pytest.fixture
def whole(text_of, same):
    """What a sample says as it is; asked once."""

    def read(name):
        if name not in WHOLE:
            WHOLE[name] = same(text_of(name))
        return WHOLE[name]

    return read


# How lines are read is the same C on every machine; where each of these thousands of runs is emulated, every fourth says so.
STEP = 4 if "qemu" in os.environ.get("PAGEFLOW", "") else 1

# ---- forms ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_a_form_changes_nothing(form, text_of, same, whole):
    for name in SAMPLES[::STEP]:
        assert same(FORMS[form](text_of(name))) == whole(name), name


# Every width once or more, each with other samples than the next; all of them at the widths that are met most.
BROKEN = [(width, [SAMPLES[(width + step) % len(SAMPLES)] for step in (0, 5, 9)]) for width in range(40, 141)]
BROKEN += [(width, SAMPLES) for width in (40, 72, 78, 80, 100, 132)]


@pytest.mark.parametrize(("width", "names"), BROKEN[::STEP])
def test_a_broken_line_is_put_together(width, names, text_of, same, whole):
    for name in names[::STEP]:
        text, said = text_of(name), whole(name)
        for how in (softly, hard):
            assert same(how(text, width)) == said, (name, how)
            assert same(quoted(quoted(how(text, width)))) == said, (name, how)
            assert same(quoted(how(quoted(text, ">>>   "), width), "| ")) == said, (name, how)
            long_prefix = how(prefixed(text, PREFIXES["syslog"]), width)
            assert same(long_prefix)[0][1:] == said[0][1:], (name, how)


def test_escapes_and_breaks_together_change_nothing(text_of, same):
    text = text_of("6.6-numa")
    for how in (softly, hard):
        for width in (60, 76, 90):
            assert same(FORMS["HTML, quoted"](how(text, width))) == same(text), (how, width)
            assert same(FORMS["carriage returns"](how(text, width))) == same(text), (how, width)


def test_a_break_within_a_number_is_told_from_one_between_two(text_of, same):
    """`0 31` and `00 15800`, but `0 3100` and `15800`: the column at which other words were cut tells."""
    text = text_of("4.14-order4")
    reserve = "[  120.517000] lowmem_reserve[]: 0 3100 15800 15800 15800"
    for column in range(40, len(reserve)):
        assert same(hard(text, column)) == same(text), column


def test_the_statistics_of_a_group_are_one_line_whatever_their_prefixes(text_of, facts):
    text = text_of("reports/memcg-then-pagefault-oom")
    bare = FORMS["bare"](text)
    assert facts(bare)[0]["answer"] == facts(text)[0]["answer"]
    assert facts(prefixed(text, PREFIXES["syslog"]))[0]["answer"] == facts(text)[0]["answer"]


# ---- titles --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "order", "mode"),
    [
        (
            "worker: page allocation failure: order:4, mode:0x14040c0(GFP_KERNEL|__GFP_COMP), nodemask=(null)",
            4,
            "0x14040c0",
        ),
        ("worker: page allocation failure. order:4, mode:0x14040c0(GFP_KERNEL|__GFP_COMP)", 4, "0x14040c0"),
        ("worker: page allocation stalls for 10050ms, order:4, mode:0x14040c0(GFP_KERNEL|__GFP_COMP)", 4, "0x14040c0"),
        ("worker: vmemmap alloc failure: order:4, mode:0x14040c0(GFP_KERNEL|__GFP_COMP), nodemask=0", 4, "0x14040c0"),
    ],
)
def test_titles_of_all_kernels_begin_a_report(title, order, mode, text_of, facts):
    rest = text_of("4.14-order4").split("\n", 1)[1]
    for log in (title + "\n" + rest, f"[  120.500000] {title}\n{rest}", softly(f"[  120.500000] {title}\n{rest}", 62)):
        (report,) = facts(log)
        assert (report["order"], report["mode"]) == (order, mode)


@pytest.mark.parametrize(
    "line",
    [
        "I get a page allocation failure on my board, order:4 each time",
        "Subject: Re: worker: page allocation failure: order:4, mode:0x14040c0(GFP_KERNEL|__GFP_COMP), nodemask=(null)",
        "Nov 24 14:58:07 node7 monitor[12]: seen: page allocation failure, 3 times",
        "Nov 24 14:58:07 node7 monitor[12]: alert \"worker: page allocation failure: order:4, mode:0xcc0\" was sent",
        "Bug 1234: worker: page allocation failure: order:4, mode:0x14040c0(GFP_KERNEL)",
        "why has java invoked oom-killer: there is memory enough",
        "[   12.345678] worker: page allocation failure",
    ],
)
def test_a_title_that_is_quoted_is_no_report(line, text_of, explain, same):
    alone = explain(line + "\n")
    assert alone.returncode == 2 and "there is no report in it" in alone.stderr
    text = text_of("6.6-numa")
    assert same(line + "\n\n" + text) == same(text)
    assert same(text + "\n" + line + "\n") == same(text)


@pytest.mark.parametrize(
    ("line", "kernel"),
    [
        ("Pid: 1234, comm: worker Not tainted 2.6.32-754.el6.x86_64 #1", "2.6.32-754.el6.x86_64"),
        ("Pid: 1234, comm: worker Tainted: P        W  O 3.4.104-android #1", "3.4.104-android"),
        (
            "CPU: 3 PID: 1234 Comm: worker Kdump: loaded Tainted: G      ------------ T 3.10.0-1160.el7.x86_64 #1",
            "3.10.0-1160.el7.x86_64",
        ),
        (
            "CPU: 3 UID: 0 PID: 1234 Comm: worker Tainted: G        W  OE       6.16.0-rc2 #2 PREEMPT(full)",
            "6.16.0-rc2",
        ),
    ],
)
def test_the_kernel_is_read_from_lines_of_all_ages(line, kernel, text_of, facts):
    text = re.sub("CPU: 0 PID.*", line, text_of("4.14-order4"))
    for log in (text, softly(text, 60), hard(text, 60)):
        assert facts(log)[0]["kernel"] == kernel


# ---- two at once ---------------------------------------------------------------------------------------------------


def woven(one, other):
    """Two logs, a line of each in turn."""
    pairs = itertools.zip_longest(one.splitlines(True), other.splitlines(True), fillvalue="")
    return "".join(line for pair in pairs for line in pair)


def clock(start, more=""):
    return lambda number: f"[{start + number / 1000:12.6f}]{more} "


APART = {
    "tasks": (clock(100, "[ T100]"), clock(100.0001, "[ T200]")),
    "CPUs": (clock(100, "[   C1]"), clock(100.0001, "[   C2]")),
    "a task and a CPU": (clock(100, "[ T100]"), clock(100.0001, "[   C2]")),
    "a vendor's tasks": (clock(100, " c1   1000"), clock(100.0001, " c2   2000")),
    "a vendor's CPUs": (clock(100, " c1"), clock(100.0001, " c2")),
    "records": (lambda n: f"4,{2 * n},{n},-,caller=T1;", lambda n: f"4,{2 * n + 1},{n},-,caller=T2;"),
    "times": (clock(100), clock(300)),
    "times, the later first": (clock(300), clock(100)),
    "seconds": ("Nov 24 14:58:07 node7 kernel: ", "Nov 24 14:58:09 node7 kernel: "),
    "machines": ("Nov 24 14:58:07 alpha kernel: ", "Nov 24 14:58:07 beta kernel: "),
}
PAIRS = [
    ("5.8.18-kernel-order9", "4.14-order4"),
    ("4.14-order4", "5.8.18-oom-global-1"),
    ("4.19-highmem", "5.4-order3"),
]


@pytest.mark.parametrize("names", PAIRS)
@pytest.mark.parametrize("apart", APART)
def test_two_reports_are_told_apart_by_what_their_prefixes_say(apart, names, text_of, same):
    one, other = (text_of(name) for name in names)
    first, second = (prefixed(text, prefix) for text, prefix in zip((one, other), APART[apart], strict=True))
    assert same(woven(first, second)) == same(one) + same(other)
    # The second begins while the first is on its way.
    at = first.index("Mem-Info")
    at = first.index("\n", at) + 1
    assert same(first[:at] + woven(second, first[at:])) == same(one) + same(other)


def test_two_machines_are_told_apart_in_json(text_of, same):
    one, other = text_of("5.8.18-kernel-order9"), text_of("4.14-order4")
    assert same(woven(journal(one, "alpha"), journal(other, "beta"))) == same(one) + same(other)


@pytest.mark.parametrize("prefix", ["", "Nov 24 14:58:07 node7 kernel: ", clock(100)])
def test_what_cannot_be_told_apart_is_refused_with_that_reason(prefix, text_of, explain):
    for names in PAIRS[:2]:
        first, second = (prefixed(text_of(name), prefix) for name in names)
        result = explain(woven(first, second))
        assert result.returncode == 2 and result.stdout == ""
        assert "another report is woven into it line by line" in result.stderr
        assert len(re.findall("no CPU, task or time of the lines tells them apart", result.stderr)) == 2


def test_a_report_that_is_cut_before_another_takes_nothing_from_it(text_of, explain, same):
    whole = text_of("5.8.18-kernel-order9")
    cut = "".join(text_of("4.14-order4").splitlines(True)[:12])
    for prefix in ("", "Nov 24 14:58:07 node7 kernel: ", clock(100)):
        log = prefixed(cut, prefix) + prefixed(whole, clock(200) if callable(prefix) else prefix)
        result = explain(log)
        assert "woven" not in result.stderr and "report 1 is too damaged" in result.stderr
        assert same(log) == same(whole)


# ---- long logs -----------------------------------------------------------------------------------------------------

ORDINARY = "Nov 24 14:58:07 node7 kernel: [   12.345678] usb 1-1: new high-speed USB device number 3 using xhci_hcd\n"


@pytest.mark.parametrize("prefix", ["", "Nov 24 14:58:07 node7 kernel: "])
def test_memory_does_not_grow_with_the_log(prefix, text_of, explain, little_memory):
    text = prefixed(text_of("6.6-numa"), prefix)
    alone = re.sub(r"line \d+", "line N", explain(text).stdout)
    for mebibytes in (4, 40):
        many = ORDINARY * (mebibytes * 2**20 // 2 // len(ORDINARY))
        result = explain(many + text + many, **little_memory(128))
        assert re.sub(r"line \d+", "line N", result.stdout) == alone, mebibytes
        assert result.stderr == ""


@pytest.mark.skipif(not shutil.which("strace"), reason="system calls are counted with strace")
def test_a_log_is_read_once_and_memory_taken_for_its_reports_only(text_of, pageflow, tmp_path):
    if any(word in os.environ.get("PAGEFLOW", "") for word in ("asan", "qemu")):
        pytest.skip("a sanitizer and an emulator take memory of their own")

    def counts(log):
        (tmp_path / "log").write_text(log)
        done = subprocess.run(
            ["strace", "-qq", "-e", "trace=read,mmap,brk", "-o", tmp_path / "calls"]
            + [*pageflow("--version").args[:-1], "explain", "--log", tmp_path / "log"],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 1, done.stderr
        calls = (tmp_path / "calls").read_text()
        sizes = [int(size) for size in re.findall(r"^read\(\d+, .* = (\d+)$", calls, re.M)]
        return sum(sizes), len(sizes), len(re.findall("^(mmap|brk)", calls, re.M))

    text = text_of("6.6-numa")
    small, large = ORDINARY * 10000 + text, ORDINARY * 80000 + text
    bytes_of_small, reads_of_small, taken_for_small = counts(small)
    bytes_of_large, reads_of_large, taken_for_large = counts(large)
    assert bytes_of_large - bytes_of_small == len(large) - len(small)
    assert reads_of_large - reads_of_small <= (len(large) - len(small)) // 65536 + 2
    assert taken_for_large == taken_for_small


# ---- lines in pieces -----------------------------------------------------------------------------------------------


def in_pieces(text, prefix):
    """A log of a kernel before 4.10 as some loggers keep it: each piece of a reserve or a free list on a line of its own."""
    out = []
    for line in text.splitlines():
        found = re.fullmatch(r"((?:Node \d+ )?)((?:DMA|DMA32|Normal|Movable):|lowmem_reserve\[\]:) (\d.*)", line)
        if found:
            out += [piece for piece in (found[1], f"{found[2]} ") if piece]
            out += re.findall(r"\d+\*\d+kB ?|\(\w+\) ?|= \d+kB|\d+", found[3])
        else:
            out.append(line)
    return "".join(f"{prefix}{line}\n" for line in out)


@pytest.mark.parametrize("prefix", ["Nov 24 14:58:07 host kernel: ", "[   12.345678] "])
def test_pieces_on_lines_of_their_own_are_put_together(prefix, text_of, same):
    for name in ("5.8.18-atomic-order0", "5.8.18-kernel-order9"):
        text = text_of(name)
        assert same(in_pieces(text, prefix)) == same(text), name


@pytest.mark.parametrize(
    "prefix",
    ["[21161.092614] kernel: ", "2026-11-24T14:58:07.127Z In(05) vcpu-5 - Guest: <4>[39291577.009200] "],
)
def test_what_a_relay_puts_before_a_message_is_no_part_of_the_name(prefix, text_of, same):
    text = text_of("5.8.18-atomic-order0")
    assert same(prefixed(text, prefix)) == same(text)

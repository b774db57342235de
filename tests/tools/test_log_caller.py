# SPDX-License-Identifier: GPL-2.0-only
"""`pageflow explain --log`: who asked, in call traces as each architecture prints them, and the groups of `--summary`."""

import json
import re

import pytest

HEADER = "worker: page allocation failure: order:0, mode:0xcc0(GFP_KERNEL), nodemask=(null),cpuset=/,mems_allowed=0\n"
STATE = """Mem-Info:
 free:500 free_pcp:0 free_cma:0
Normal free:2000kB min:4000kB low:5000kB high:6000kB reserved_highatomic:0KB present:131072kB managed:122308kB free_pcp:0kB local_pcp:0kB free_cma:0kB
lowmem_reserve[]: 0 0
Normal: 500*4kB (UM) 0*8kB 0*16kB 0*32kB 0*64kB 0*128kB 0*256kB 0*512kB 0*1024kB 0*2048kB 0*4096kB = 2000kB
32768 pages RAM
"""  # noqa: E501


def report(trace, header=HEADER, version="5.8.18", prefix=""):
    lines = f"{header}CPU: 0 PID: 7 Comm: worker Not tainted {version} #1\n{trace}{STATE}".splitlines()
    return "".join(f"{prefix}{line}\n" for line in lines)


# ---- one trace, as each architecture prints it ---------------------------------------------------------------------

# (what a frame looks like for a name without and with a module, how a trace begins)
ARCHITECTURES = {
    "x86": (" {0}+0x1d/0x20", " {0}+0x1d/0x20 [{1}]", "Call Trace:\n <TASK>\n"),
    "x86-build": (" {0}+0x1d/0x20", " {0}+0x1d/0x20 [{1} 990d5502090247f0476537692f3f6c0d58967fee]", "Call Trace:\n"),
    "x86-old": (" [<ffffffff8113a6c6>] {0}+0xf6/0x150", " [<ffffffffa0104e3a>] {0}+0x8a/0xe0 [{1}]", "Call Trace:\n"),
    "arm64": (" {0}+0x0/0x1f8", " {0}+0x44/0x1a4 [{1}]", "Call trace:\n"),
    "mips": ("[<8000c700>] {0}+0x58/0x100", "[<829790d0>] {0}+0xb4c/0x10f8 [{1}]", "Call Trace:\n"),
    "riscv": ("[<ffffffff80003a2e>] {0}+0x2c/0x38", "[<ffffffff01004b0a>] {0}+0x2c/0x38 [{1}]", "Call Trace:\n"),
    "powerpc": (
        "[effe5ce0] [c01aef80] {0}+0x100/0x178",
        "[effe5e60] [be99573c] {0}+0x40/0x144 [{1}]",
        "Call Trace:\n",
    ),
    "s390": (" [<000000001d0e2c7a>] {0}+0x5a/0x98", " [<000003ff80012345>] {0}+0x5a/0x98 [{1}]", "Call Trace:\n"),
}
PREFIXES = ["", "[   12.345678] ", "Nov 24 14:58:07 host kernel: ", "> [  141.863780] ", "[   12.345678][   T7] "]


def trace_of(architecture, *names):
    plain, of_module, begin = ARCHITECTURES[architecture]
    frames = (of_module.format(*name) if isinstance(name, tuple) else plain.format(name) for name in names)
    return begin + "".join(f"{frame}\n" for frame in frames)


ALLOCATOR = ["dump_stack", "warn_alloc", "__alloc_pages_nodemask"]
TASK = ["process_one_work", "worker_thread", "kthread"]


@pytest.fixture
def callers(facts):
    """The `caller` of each report of a log."""
    return lambda log: [one["caller"] for one in facts(log)]


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_caller_is_the_first_function_outside_the_allocator(architecture, callers):
    traces = [
        [*ALLOCATOR, "kmalloc_order", "__kmalloc", ("probe_device", "mydriver"), *TASK],
        [*ALLOCATOR, "new_slab", "___slab_alloc", "kmem_cache_alloc", "open_thing", *TASK],
        [*ALLOCATOR, "__netdev_alloc_skb", ("refill_ring.isra.0", "mynic"), "net_rx_action", "__do_softirq", "kthread"],
        [*ALLOCATOR, "page_frag_alloc", ("refill.constprop.0.part.1", "mynic"), *TASK],
    ]
    log = "".join(report(trace_of(architecture, *names), prefix=prefix) for names in traces for prefix in PREFIXES)
    found = callers(log)
    assert len(found) == len(traces) * len(PREFIXES)
    wanted = [("probe_device", "mydriver"), ("open_thing", ""), ("refill_ring", "mynic"), ("refill", "mynic")]
    contexts = ["task", "task", "softirq", "task"]
    for i, caller in enumerate(found):
        which = i // len(PREFIXES)
        assert (caller["function"], caller["module"], caller["context"]) == (*wanted[which], contexts[which]), i


def test_arm_names_caller_and_callee_on_a_line(callers):
    old = (
        "[<c010d415>] (unwind_backtrace) from [<c01097a5>] (show_stack+0x11/0x14)\n"
        "[<c01097a5>] (show_stack) from [<c0246163>] (warn_alloc+0xa3/0x104)\n"
        "[<c0246163>] (warn_alloc) from [<c0246d71>] (__alloc_pages_nodemask+0xbad/0xc58)\n"
        "[<c0246d71>] (__alloc_pages_nodemask) from [<c022a09f>] (kmalloc_order+0x23/0x50)\n"
        "[<c022a09f>] (kmalloc_order) from [<bf17c574>] (fill_tables+0xac/0x1bc [mymod])\n"
        "[<bf17c574>] (fill_tables [mymod]) from [<c0135407>] (kthread+0xeb/0x10c)\n"
    )
    new = (
        " unwind_backtrace from show_stack+0x18/0x1c\n show_stack from dump_stack_lvl+0x90/0xac\n"
        " dump_stack_lvl from warn_alloc+0x110/0x1b0\n warn_alloc from __alloc_pages+0xef8/0x1044\n"
        " __alloc_pages from __get_free_pages+0x1c/0x2c\n __get_free_pages from fill_tables+0x28/0x244 [mymod]\n"
        " fill_tables [mymod] from kthread+0xe4/0xe8\n"
    )
    for caller in callers(report(old) + report(new)):
        assert (caller["function"], caller["module"], caller["stack"]) == ("fill_tables", "mymod", "kthread")


def test_frames_that_the_kernel_marks_as_uncertain_do_not_count(callers):
    trace = trace_of("x86", *ALLOCATOR, "? stale", "real_caller", "? older", *TASK)
    only = trace_of("x86", "? dump_stack", "? warn_alloc", "? __alloc_pages_nodemask", "? perhaps", "? kthread")
    sure, unsure = callers(report(trace) + report(only))
    assert (sure["function"], sure["guessed"]) == ("real_caller", False)
    assert (unsure["function"], unsure["guessed"]) == ("perhaps", True)


def test_marks_of_an_interrupt_tell_the_context_where_its_functions_do_not(callers):
    beyond = ["do_idle", "cpu_startup_entry"]
    for mark, context in [("SOFTIRQ", "softirq"), ("NMI", "nmi"), ("IRQ", "hardirq")]:
        trace = "".join(f" {name}+0x1d/0x20\n" for name in [*ALLOCATOR, "my_handler"])
        rest = "".join(f" {name}+0x1d/0x20\n" for name in ["shrink_node", *beyond])
        (caller,) = callers(report(f"Call Trace:\n <{mark}>\n{trace} </{mark}>\n{rest}"))
        assert (caller["function"], caller["context"], caller["in_reclaim"]) == ("my_handler", context, False)


FAULT = ["handle_mm_fault", "do_user_addr_fault", "exc_page_fault", "asm_exc_page_fault"]


@pytest.mark.parametrize("frames", [1, 2, 4])
def test_a_page_fault_is_of_a_task_wherever_its_trace_ends(frames, callers):
    (caller,) = callers(report(trace_of("x86", *ALLOCATOR, "do_anonymous_page", *FAULT[:frames])))
    assert (caller["function"], caller["context"], caller["page_fault"]) == ("do_anonymous_page", "task", True)


def test_the_host_of_a_log_is_no_register(callers):
    log = report(trace_of("x86", *ALLOCATOR, "my_ask", *TASK), prefix="Nov 24 15:00:04 pc kernel: ")
    registers = "RIP: 0010:early_name+0x1/0x2\npc : early_name+0x1/0x2\n"
    assert callers(log)[0]["function"] == "my_ask"
    log = report(registers + trace_of("x86", *ALLOCATOR, "my_ask", *TASK), prefix="[    1.500000] ")
    assert callers(log)[0]["function"] == "my_ask"


@pytest.mark.parametrize("prefix", PREFIXES[1:])
def test_frames_without_offsets_are_read(prefix, callers):
    frames = "".join(f" {name}\n" for name in [*ALLOCATOR, "my_ask [mymod]", "kthread"])
    (caller,) = callers(report(f"Call Trace:\n{frames}", prefix=prefix))
    assert (caller["function"], caller["module"], caller["context"]) == ("my_ask", "mymod", "task")


DECODED = """Call Trace:
 <TASK>
 dump_stack_lvl (lib/dump_stack.c:107)
 warn_alloc (mm/page_alloc.c:3398 (discriminator 3))
 __alloc_pages_slowpath.constprop.0 (include/linux/mm.h:33 mm/page_alloc.c:4200)
 ? stale (mm/x.c:4)
 my_ask (drivers/net/foo.c:77 (discriminator 3)) mymod
 do_syscall_64 (arch/x86/entry/common.c:50)
"""
INLINED = """Call Trace:
 <TASK>
 __dump_stack lib/dump_stack.c:88 [inline]
 dump_stack_lvl+0x125/0x1b0 lib/dump_stack.c:106
 warn_alloc+0x1f0/0x2a0 mm/page_alloc.c:3400
 __alloc_pages_slowpath mm/page_alloc.c:4200 [inline]
 __alloc_pages+0x300/0x400 mm/page_alloc.c:4500
 my_ask drivers/net/foo.c:70 [inline]
 beyond+0x10/0x20 drivers/net/foo.c:77
 do_syscall_64+0x41/0xc0 arch/x86/entry/common.c:82
"""


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("trace, module, through", [(DECODED, "mymod", "_slowpath"), (INLINED, "", "")])
def test_traces_with_places_in_the_source_are_read(trace, module, through, prefix, callers):
    (caller,) = callers(report(trace, prefix=prefix))
    assert (caller["function"], caller["module"], caller["context"]) == ("my_ask", module, "task")
    assert caller["through"] == f"__alloc_pages{through}"


@pytest.mark.parametrize(
    "name, function, module, context",
    [
        ("10-folded130", "zstd_init_compress_ctx", "", "task"),
        ("arm64-kdump-gfpdma-wrapped", "dma_atomic_pool_init", "", "task"),
        ("ath11k-dma32-616", "mhi_alloc_aligned_ring", "mhi", "task"),
        ("imx8-54-cut", "ffs_epfile_io", "", "task"),
        ("nfsd-68-leak-quoted", "svc_recv", "", "task"),
        ("ppc32-68-atomic", "setup_rx_descbuffer", "b43legacy", "softirq"),
        ("bcachefs-610-oom", "getname_flags", "", "task"),
        ("cpuset-movable-node", "pipe_write", "", "task"),
        ("35b", "", "", "unknown"),
    ],
)
def test_real_traces(name, function, module, context, sample, callers):
    (caller,) = callers(sample(f"reports/{name}"))
    assert (caller["function"], caller["module"], caller["context"]) == (function, module, context)


def test_a_task_that_frees_memory_itself_is_known_by_its_trace(callers):
    reclaim = ["shrink_page_list", "shrink_node", "do_try_to_free_pages", "try_to_free_pages", "__alloc_pages_slowpath"]
    inside = trace_of("x86", *ALLOCATOR, "mempool_alloc", "write_block", *reclaim, "do_read", "kthread")
    plain = trace_of("x86", *ALLOCATOR, "write_block", "do_read", "kthread")
    one, other = callers(report(inside) + report(plain))
    assert (one["function"], one["in_reclaim"]) == ("write_block", True)
    assert other["in_reclaim"] is False


@pytest.mark.parametrize(
    "mask, forbids, words",
    [
        ("0xcc0(GFP_KERNEL)", [], ""),
        ("0xc40(GFP_NOFS)", ["fs"], "calls into file systems (NOFS)"),
        ("0xc00(GFP_NOIO)", ["io", "fs"], "input and output (NOIO)"),
        ("0xa20(GFP_ATOMIC)", ["sleep"], "sleeping"),
    ],
)
def test_what_the_mask_forbids_is_said(mask, forbids, words, explain, callers):
    log = report("", header=HEADER.replace("0xcc0(GFP_KERNEL)", mask))
    assert callers(log)[0]["forbids"] == forbids
    said = re.search(r"the mask forbids (.*?)\n\S|\Z", explain(log).stdout, re.DOTALL)
    assert words in (said[1] or "") if words else "forbids" not in explain(log).stdout


# ---- groups --------------------------------------------------------------------------------------------------------


def many(count):
    """Reports of seven callers in turn, the worse the later, each with a time."""
    out = []
    for i in range(count):
        trace = trace_of("x86", *ALLOCATOR, f"caller_{i % 7}", "kthread")
        header = HEADER.replace("worker:", f"kworker/u8:{i}:")
        text = report(trace, header).replace("min:4000kB", f"min:{4000 + 4 * i}kB")
        out.append("".join(f"[{100 + i}.000000] {line}\n" for line in text.splitlines()))
    return "".join(out)


def test_reports_are_grouped_by_caller(explain):
    result = explain(many(200), "--summary", "--json")
    groups = json.loads(result.stdout)["groups"]
    assert result.returncode == 1 and json.loads(result.stdout)["reports"] == []
    assert [group["count"] for group in groups] == [29] * 4 + [28] * 3
    first = groups[0]
    assert (first["function"], first["comm"], first["first"], first["last"]) == (
        "caller_0",
        "kworker/u8:*",
        "100.000000",
        "296.000000",
    )
    # The last of them asks for 4000 + 4 * 196 kB and has 2000.
    assert first["worst_shortfall"] == (4000 + 4 * 196 - 2000) // 4 + 1 and first["worst_zone"] == "Normal"
    assert first["refused"] == 29 and first["worst_verdict"] == "refused"


def test_the_summary_has_a_line_a_group_the_largest_first(explain):
    out = explain(many(20) + report("")).stdout
    assert out.count("\nanswer: ") == 21
    assert "report 2 of this caller in this log" in out and "report 1 of" not in out
    summary = explain(many(20) + report(""), "--summary").stdout
    counts = [int(found) for found in re.findall(r"^ *(\d+) +failure, order 0, GFP_KERNEL", summary, re.MULTILINE)]
    assert counts == [3] * 6 + [2, 1]
    assert all(len(line) <= 80 for line in summary.splitlines())


def test_groups_are_bounded(explain):
    log = "".join(report("", header=HEADER.replace("worker:", f"task{'x' * (i % 50)}{i}y:")) for i in range(300))
    found = json.loads(explain(log, "--summary", "--json").stdout)
    assert len(found["groups"]) == 256 and found["other_reports"] == 44
    assert "44  others" in explain(log, "--summary").stdout


@pytest.mark.parametrize(
    "prefix, when",
    [
        ("[   12.345678] ", "12.345678"),
        ("[Tue Nov 24 14:58:07 2026] ", "Tue Nov 24 14:58:07 2026"),
        ("Nov 24 14:58:07 host kernel: ", "Nov 24 14:58:07"),
        ("Nov 24 14:58:07 host kernel: [   12.345678] ", "Nov 24 14:58:07"),
        ("2026-11-24T14:58:07.123456+00:00 host kernel: ", "2026-11-24T14:58:07.123456+00:00"),
        ("<4>[   12.345678][   T7] ", "12.345678"),
        ("", ""),
    ],
)
def test_times_are_those_of_the_log(prefix, when, explain):
    found = json.loads(explain(report("", prefix=prefix), "--summary", "--json").stdout)
    assert [group["first"] for group in found["groups"]] == [when]

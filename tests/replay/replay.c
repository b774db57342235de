/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of the replay. Each recording of a real kernel comes out identical; and a replay that proves
 * something must notice when anything is wrong, so each test below changes one thing in a recording.
 */
#include <stdlib.h>
#include <string.h>

#include "failing.h"
#include "life/life.h"
#include "replay/replay.h"
#include "machines.h"
#include "recording.h"

/* ---- real recordings ---- */

static struct replay_result result;

static void expect_identical(const char *name)
{
	recording_replay(recording_load(name), &result);
	recording_is_identical(&result);
}

/** A recording that must come out identical. */
#define RECORDING(test, name)           \
	TEST(replay_of_##test, "")      \
	{                               \
		expect_identical(name); \
	}

#ifdef CONFIG_NUMA
RECORDING(numa2_cpuset, "numa2-cpuset_1-71.trace.xz")
RECORDING(numa2_context, "numa2-context-242.trace.xz")
RECORDING(numa2_events, "numa2-events-252.trace.xz")
RECORDING(numa2_fragment, "numa2-fragment-22.trace.xz")
RECORDING(numa2_lrumemcg, "numa2-lrumemcg-412.trace.xz")
RECORDING(numa2_kswapd, "numa2-kswapd-273.trace.xz")
RECORDING(numa2_lru, "numa2-lru-224.trace.xz")
RECORDING(numa2_refault, "numa2-refault-402.trace.xz")
RECORDING(numa2_orders, "numa2-orders-21.trace.xz")
RECORDING(numa2_interleave, "numa2-policy_3_3-51.trace.xz")
RECORDING(numa3z_exhaust, "numa3z-exhaust-23.trace.xz")
RECORDING(numa3z_preferred, "numa3z-policy_1_2-54.trace.xz")
RECORDING(numa3z_bind, "numa3z-policy_2_2-55.trace.xz")
RECORDING(numa3z_boot, "numa3z.boot.xz")
#else
RECORDING(holes256_261, "holes256-holes-261.trace.xz")
RECORDING(holes256_262, "holes256-holes-262.trace.xz")
RECORDING(holes256_boot, "holes256.boot.xz")
RECORDING(uma128_context, "uma128-context-241.trace.xz")
RECORDING(uma128cma_context, "uma128cma-context-243.trace.xz")
RECORDING(uma128cma_events, "uma128cma-events-251.trace.xz")
RECORDING(uma160_events, "uma160-events-253.trace.xz")
RECORDING(uma128_lrumemcg_411, "uma128-lrumemcg-411.trace.xz")
RECORDING(uma128_lrumemcg_417, "uma128-lrumemcg-417.trace.xz")
RECORDING(uma160_lrumemcg_413, "uma160-lrumemcg-413.trace.xz")
RECORDING(uma160_lrumemcg_418, "uma160-lrumemcg-418.trace.xz")
RECORDING(uma2z_lrumemcg, "uma2z-lrumemcg-415.trace.xz")
RECORDING(uma128_kswapd, "uma128-kswapd-271.trace.xz")
RECORDING(uma160_kswapd_272, "uma160-kswapd-272.trace.xz")
RECORDING(uma160_kswapd_275, "uma160-kswapd-275.trace.xz")
RECORDING(uma2z_kswapd, "uma2z-kswapd-276.trace.xz")
RECORDING(uma128_lru_225, "uma128-lru-225.trace.xz")
/* Expect all of reclaim to be computed: nothing of it is read from the recording. */
TEST(replay_of_uma128_lru, "15-23")
{
	expect_identical("uma128-lru-221.trace.xz");
}
RECORDING(uma160_lru_210, "uma160-lru-210.trace.xz")
RECORDING(uma160_lru_222, "uma160-lru-222.trace.xz")
RECORDING(uma2z_lru, "uma2z-lru-226.trace.xz")
RECORDING(uma128_refault, "uma128-refault-401.trace.xz")
RECORDING(uma160_refault, "uma160-refault-403.trace.xz")
RECORDING(uma128_reclaim, "uma128-reclaim-61.trace.xz")
RECORDING(uma128cma_atomic, "uma128cma-atomic-13.trace.xz")
RECORDING(uma128cma_exhaust, "uma128cma-exhaust-14.trace.xz")
RECORDING(uma128cma_fragment, "uma128cma-fragment-12.trace.xz")
RECORDING(uma128cma_order0, "uma128cma-order0-11.trace.xz")
RECORDING(uma128cma_orders, "uma128cma-orders-15.trace.xz")
RECORDING(uma128cma_reclaim, "uma128cma-reclaim-62.trace.xz")
RECORDING(uma128cma_smp, "uma128cma-smp-41.trace.xz")
RECORDING(uma128cma_boot, "uma128cma.boot.xz")
RECORDING(uma2z_compact, "uma2z-compact-93.trace.xz")
RECORDING(uma2z_fragment, "uma2z-fragment-16.trace.xz")
RECORDING(uma3z_exhaust, "uma3z-exhaust-17.trace.xz")
RECORDING(uma3z_orders, "uma3z-orders-18.trace.xz")
RECORDING(uma3z_boot, "uma3z.boot.xz")
RECORDING(uma96_slowpath, "uma96-slowpath-8.trace.xz")

TEST(replay_counts_what_it_compared, "")
{
	static const struct {
		const char *name;
		unsigned long ops, events, checks;
	} rows[] = {
		{ "uma96-order0-10.trace.xz", 15000, 7787, 16 },
		{ "uma160-compact-90.trace.xz", 1387, 15960, 13 },
		{ "uma128cma-memcg-72.trace.xz", 15000, 9667, 61 },
	};

	for_each_row(i, rows) {
		expect_identical(rows[i].name);
		ck_assert_uint_eq(result.ops, rows[i].ops);
		ck_assert_uint_eq(result.events, rows[i].events);
		ck_assert_uint_eq(result.checks, rows[i].checks);
	}
}
#endif

TEST(replay_leaves_the_focus_as_it_was, "")
{
	struct machine *machine = test_machine_uma(16);

	recording_replay(recording_from("trace v1 x\n"), &result);
	ck_assert_ptr_eq(world, machine);
}

/* ---- a small recording of our own ---- */

static struct text *text;
static size_t first_op; /* its line */

/** Begin a recording with a machine of 32 MiB, of two CPUs, one page of which is in use. */
static void begin(void)
{
	struct text *snapshot;
	size_t line = 1;

	test_machine_cpus(32, 2);
	alloc_page(GFP_KERNEL);
	snapshot = recording_of_machine();
	text = recording_from(
		"trace v1 profile test seed 1 ops 1\nsnapshot before\nforeign 0 truncated 1");
	for (; line <= snapshot->nr_lines; line++)
		recording_insert(text, line + 2, recording_line(snapshot, line));
	first_op = line + 2;
}

/** Put a line before the last one. */
static size_t add(const char *line)
{
	recording_insert(text, text->nr_lines, line);
	return text->nr_lines - 1;
}

/** Which page would this request give on the machine of the recording? */
static unsigned long pfn_of(gfp_t gfp_mask, unsigned int order)
{
	struct page *page = alloc_pages_node(0, gfp_mask, order);

	return page_to_pfn(page);
}

/** Add an `a` line that is right, and the events below it. */
static void add_allocation(gfp_t gfp_mask, unsigned int order)
{
	unsigned long pfn;
	char line[100];

	test_forget_events();
	pfn = pfn_of(gfp_mask, order);
	snprintf(line, sizeof(line), "a %x %u 0 %lu", gfp_mask, order, pfn);
	add(line);
	for (int i = 0; i < test_count(TRACE_mm_page_alloc_zone_locked); i++) {
		const struct trace_event *event = test_event(TRACE_mm_page_alloc_zone_locked, i);

		snprintf(line, sizeof(line), "  l %lld %lld %lld", (long long)event->field[0],
			 (long long)event->field[1], (long long)event->field[2]);
		add(line);
	}
}

static void expect_divergence(unsigned long op, size_t line, const char *expected, const char *got)
{
	recording_replay(text, &result);
	ck_assert_msg(result.outcome == REPLAY_DIVERGED, "outcome %d: %s", result.outcome,
		      result.error);
	ck_assert_str_eq(result.expected, expected);
	ck_assert_msg(strstr(result.got, got) != NULL, "'%s' is not in '%s'", got, result.got);
	ck_assert_uint_eq(result.line, line);
	ck_assert_uint_eq(result.ops, op);
	ck_assert_ptr_nonnull(result.account);
}

TEST(replay_small_recording, "")
{
	begin();
	add_allocation(GFP_KERNEL, 3);
	add_allocation(GFP_KERNEL, 0);
	recording_replay(text, &result);
	ck_assert_int_eq(result.outcome, REPLAY_IDENTICAL);
	ck_assert_uint_eq(result.ops, 2);
	ck_assert_uint_ge(result.events, 1);
}

TEST(replay_small_recording_with_its_end, "")
{
	struct text *after;

	begin();
	add_allocation(GFP_KERNEL, 3);
	after = recording_of_machine();
	add("snapshot after");
	for (size_t line = 1; line <= after->nr_lines; line++)
		add(recording_line(after, line));
	recording_replay(text, &result);
	ck_assert_int_eq(result.outcome, REPLAY_IDENTICAL);
	/* Expect one changed number in the state after the operations to be noticed. */
	recording_replace(text, text->nr_lines - 1, "END");
	expect_divergence(1, text->nr_lines - 1, "END", "end");
}

TEST(replay_without_host_memory_for_the_end, "")
{
	begin();
	add("snapshot after");
	test_fail(FAIL_OPEN_MEMSTREAM, 1);
	recording_expect_unreadable(text, first_op, "out of memory");
}

/* ---- what is no recording ---- */

TEST(replay_refuses_heads, "")
{
	begin();
	recording_replace(text, 1, "trace v2 profile");
	recording_expect_unreadable(
		text, 1, "it is a recording of version 2, and this Pageflow reads version 1");
	recording_replace(text, 1, "trace v");
	recording_expect_unreadable(text, 1,
				    "expected 'trace v1 ...', the first line of a recording");
	recording_replace(text, 1, "trace v1 profile test seed 1 ops 1");
	recording_replace(text, 2, "snapshot after");
	recording_expect_unreadable(text, 2, "expected 'snapshot before', found 'snapshot after'");
	recording_cut(text, 1);
	recording_expect_unreadable(text, 1, "expected 'snapshot before'");
	recording_cut(text, 0);
	recording_expect_unreadable(text, 1, "expected 'trace v1 ...'");
}

TEST(replay_refuses_what_was_cut_off, "")
{
	begin();
	add_allocation(GFP_KERNEL, 3);
	for (size_t last = 3; last < text->nr_lines; last += 7) {
		size_t all = text->nr_lines;

		recording_cut(text, last);
		/* Expect it wherever the cut is. */
		recording_expect_unreadable(text, last, "expected 'foreign ...' as the last line");
		text->nr_lines = all;
	}
}

TEST(replay_refuses_what_stands_behind_the_end, "")
{
	begin();
	recording_insert(text, text->nr_lines, "foreign 0 truncated 1");
	recording_expect_unreadable(text, text->nr_lines - 1,
				    "expected nothing after the last line");
}

TEST(replay_refuses_damaged_snapshots, "")
{
	begin();
	recording_replace(text, 4, "sysctl");
	recording_expect_unreadable(text, 4, "expected 'sysctl watermark_boost_factor N ...'");
}

TEST(replay_refuses_unknown_lines, "")
{
	static const struct {
		const char *line, *words;
	} rows[] = {
		{ "x 1", "expected an operation or a check line" },
		{ "snapshot later", "expected an operation or a check line" },
		{ "", "expected an operation or a check line" },
		{ "a xyz 0 0 -", "expected 'a GFP ORDER NID PFN'" },
		{ "a cc0 x 0 -", "expected 'a GFP ORDER NID PFN'" },
		{ "a cc0 -1 0 -", "expected 'a GFP ORDER NID PFN'" },
		{ "a cc0 0 x -", "expected 'a GFP ORDER NID PFN'" },
		{ "a cc0 0 -2 -", "expected 'a GFP ORDER NID PFN'" },
		{ "a cc0 0 64 -", "expected 'a GFP ORDER NID PFN'" },
		{ "a cc0 0 0 x", "expected a PFN or '-'" },
		{ "g cc0 0", "expected a PFN or '-'" },
		{ "f x 0", "expected 'f PFN ORDER'" },
		{ "f 262144", "expected 'f PFN ORDER'" },
		{ "f 262144 0 0", "expected 'f PFN ORDER'" },
		{ "f -1 0", "expected 'f PFN ORDER'" },
		{ "f 1 0", "expected 'f PFN ORDER'" },
		{ "f 262144 -1", "expected 'f PFN ORDER'" },
		{ "f 262144 11", "expected 'f PFN ORDER'" },
		{ "u x", "expected the number of a CPU" },
		{ "u 0 0", "expected the number of a CPU" },
		{ "u -1", "expected the number of a CPU" },
		{ "u 2", "expected the number of a CPU" },
		{ "D 2", "expected the number of a CPU" },
		{ "c x", "expected 'c NID ZONE ...' of the machine" },
		{ "c -1 DMA", "expected 'c NID ZONE ...' of the machine" },
		{ "c 4 DMA", "expected 'c NID ZONE ...' of the machine" },
		{ "c 1 DMA", "expected 'c NID ZONE ...' of the machine" },
		{ "c 0 DMX", "expected 'c NID ZONE ...' of the machine" },
		{ "cpus", "expected an operation or a check line" },
		{ "cpuset mems", "expected 'cpuset mems_allowed HEX enabled 1'" },
		{ "cpuset mems_allowed x", "expected 'cpuset mems_allowed HEX enabled 1'" },
		{ "cpuset mems_allowed 1 on", "expected 'cpuset mems_allowed HEX enabled 1'" },
		{ "cpuset mems_allowed 1 enabled", "expected 'cpuset mems_allowed HEX enabled 1'" },
		{ "cpuset mems_allowed 1 enabled 1 1", "expected 'cpuset mems_allowed HEX" },
		{ "cpuset mems_allowed 0 enabled 1", "expected 'cpuset mems_allowed HEX" },
		{ "cpuset mems_allowed 10 enabled 1", "expected 'cpuset mems_allowed HEX" },
		{ "contexts", "expected an operation or a check line" },
		{ "context", "expected 'context flags HEX irq B" },
		{ "context flags x", "expected 'context flags HEX irq B" },
		{ "context flags 0", "expected 'context flags HEX irq B" },
		{ "context flags 4 irq 0 softirq 0 rt 0 memdie 0", "expected 'context flags" },
		{ "context flags 0 irq 2 softirq 0 rt 0 memdie 0", "expected 'context flags" },
		{ "context flags 0 irq 1 softirq 1 rt 0 memdie 0", "expected 'context flags" },
		{ "context flags 0 irq 0 softirq 0 rt 0 memdie 0 0", "expected 'context flags" },
		{ "m usage 1 stock 1", "expected 'memcg usage U max M" },
		{ "memcg", "expected 'memcg usage U max M" },
		{ "memcg usage", "expected 'memcg usage U max M" },
		{ "memcg usage 9", "expected 'memcg usage U max M" },
		{ "memcg usage 9 max", "expected 'memcg usage U max M" },
		{ "memcg usage 9 max 99", "expected 'memcg usage U max M" },
		{ "memcg usage 9 max 99 stock", "expected 'memcg usage U max M" },
		{ "memcg usage 9 max 99 stock 9", "expected 'memcg usage U max M" },
		{ "memcg usage 9 max 99 stock 9 kmem", "expected 'memcg usage U max M" },
		{ "memcg usage 9 max 99 stock 9 kmem 1", "expected 'memcg usage U max M" },
		{ "memcg usage 9 max 99 stock 9 kmem 1 root", "expected 'memcg usage U max M" },
		{ "memcg usage 9 max 99 stock 9 kmem 1 root 0 0", "expected 'memcg usage U" },
		{ "memcg usage 9 max 99 stock 9 kmem 0 root 0", "expected 'memcg usage U" },
		{ "memcg usage 9 max 99 stock 9 kmem 1 root 1", "expected 'memcg usage U" },
		{ "memcg usage 9 max 99 stock -1 kmem 1 root 0", "expected 'memcg usage U" },
		{ "memcg usage 99 max 99 stock 33 kmem 1 root 0", "expected 'memcg usage U" },
		{ "memcg usage 8 max 99 stock 9 kmem 1 root 0", "expected 'memcg usage U" },
		{ "memcg usage 9 max -1 stock 9 kmem 1 root 0", "expected 'memcg usage U" },
#ifdef CONFIG_NUMA
		{ "pol", "expected an operation or a check line" },
		{ "policy", "expected 'policy mode M nodes HEX" },
		{ "policy mode", "expected 'policy mode M nodes HEX" },
		{ "policy mode -1", "expected 'policy mode M nodes HEX" },
		{ "policy mode 4", "expected 'policy mode M nodes HEX" },
		{ "policy mode 2", "expected 'policy mode M nodes HEX" },
		{ "policy mode 2 nodes", "expected 'policy mode M nodes HEX" },
		{ "policy mode 2 nodes 1", "expected 'policy mode M nodes HEX" },
		{ "policy mode 2 nodes 1 preferred", "expected 'policy mode M nodes HEX" },
		{ "policy mode 2 nodes 1 preferred 0", "expected 'policy mode M nodes HEX" },
		{ "policy mode 2 nodes 1 preferred 0 local", "expected 'policy mode M" },
		{ "policy mode 2 nodes 1 preferred 0 local 0", "expected 'policy mode M" },
		{ "policy mode 2 nodes 1 preferred 0 local 0 il_prev", "expected 'policy mode M" },
		{ "policy mode 2 nodes 1 preferred 0 local 0 il_prev 0 0",
		  "expected 'policy mode" },
		{ "policy mode 2 nodes 1 preferred 0 local 0 il_prev 4", "expected 'policy mode" },
		{ "policy mode 2 nodes 1 preferred 0 local 0 il_prev -1", "expected 'policy mode" },
		{ "policy mode 2 nodes 2 preferred 0 local 0 il_prev 0", "expected nodes of the" },
		{ "policy mode 1 nodes 0 preferred -1 local 0 il_prev 0", "expected nodes of the" },
		{ "policy mode 1 nodes 0 preferred 1 local 0 il_prev 0", "expected nodes of the" },
		{ "policy mode 1 nodes 0 preferred 4 local 0 il_prev 0", "expected nodes of the" },
#else
		{ "policy mode 2 nodes 1", "expected an operation or a check line" },
#endif
	};

	begin();
	for_each_row(i, rows) {
		size_t line = add(rows[i].line);

		recording_expect_unreadable(text, line, rows[i].words);
		recording_delete(text, line);
	}
}

TEST(replay_without_host_memory_for_groups, "")
{
	static const char *const lines[] = {
		"cpuset mems_allowed 1 enabled 1",
		"memcg usage 9 max 99 stock 9 kmem 1 root 0",
#ifdef CONFIG_NUMA
		"policy mode 2 nodes 1 preferred 0 local 0 il_prev 0",
#endif
	};

	begin();
	for_each_row(i, lines) {
		size_t line;
		int calls;

		test_fail(FAIL_CALLOC, 0);
		recording_replay(text, &result);
		calls = test_calls(FAIL_CALLOC);
		line = add(lines[i]);
		test_fail(FAIL_CALLOC, 0);
		/* Expect the first request after the machine's own to be the group's. */
		test_fail(FAIL_CALLOC, calls + 1);
		recording_expect_unreadable(text, line, "out of memory");
		recording_delete(text, line);
	}
}

/* ---- divergences ---- */

TEST(replay_notices_another_page, "")
{
	char wrong[100], right[100], words[200];
	unsigned long pfn;

	begin();
	add_allocation(GFP_KERNEL, 3);
	add_allocation(GFP_KERNEL, 3);
	pfn = strtoul(
		strrchr(recording_line(text, recording_find(text, "a cc0 3 0 ", first_op)), ' '),
		NULL, 10);
	snprintf(right, sizeof(right), "a cc0 3 0 %lu", pfn);
	snprintf(wrong, sizeof(wrong), "a cc0 3 0 %lu", pfn + 8);
	recording_replace(text, first_op, wrong);
	expect_divergence(1, first_op, wrong, right);
	/* Expect the account to name the request, and to say of both answers what they mean. */
	ck_assert_has(result.account, "request    order 3, GFP_KERNEL");
	snprintf(words, sizeof(words),
		 "page %#lx of order 3 for GFP_KERNEL, from node 0, zone DMA\n", pfn + 8);
	ck_assert_has(result.account, words);
	snprintf(words, sizeof(words),
		 "page %#lx of order 3 for GFP_KERNEL, from node 0, zone DMA\n", pfn);
	ck_assert_has(result.account, words);
	/* Expect a failure where there was a page to be noticed, and a page where there was none. */
	recording_replace(text, first_op, "a cc0 3 0 -");
	expect_divergence(1, first_op, "a cc0 3 0 -", right);
	ck_assert_has(result.account, "             no page of order 3 for GFP_KERNEL\n");
	recording_replace(text, first_op, "a 2cc0 11 0 5");
	expect_divergence(1, first_op, "a 2cc0 11 0 5", "a 2cc0 11 0 -");
}

TEST(replay_notices_events, "")
{
	size_t event;
	char line[100];

	begin();
	add_allocation(GFP_KERNEL, 3);
	event = recording_find(text, "  l", first_op);
	snprintf(line, sizeof(line), "%s", recording_line(text, event));
	/* Expect another type, another event, one too many and one too few to be noticed. */
	recording_replace(text, event, "  l 262144 3 1");
	expect_divergence(1, event, "l 262144 3 1", line + 2);
	/* Expect the account to say both in words, and which fields differ. */
	ck_assert_has(result.account,
		      "mm_page_alloc_zone_locked: page 0x40000, order 3, migratetype\n"
		      "             Movable\n");
	ck_assert_has(result.account, "             Unmovable\n  differing  pfn, migratetype\n");
	recording_replace(text, event, "  d 262144 3 1");
	expect_divergence(1, event, "d 262144 3 1", line + 2);
	recording_replace(text, event, "  l x");
	expect_divergence(1, event, "l x", line + 2);
	snprintf(line + strlen(line), 10, " 0");
	recording_replace(text, event, line);
	expect_divergence(1, event, line + 2, "l ");
	line[strlen(line) - 2] = '\0';
	recording_replace(text, event, line);
	recording_insert(text, event + 1, line);
	expect_divergence(1, event + 1, line + 2, "no further event");
	recording_delete(text, event);
	recording_delete(text, event);
	expect_divergence(1, event, "no further event", line + 2);
	ck_assert_has(result.account, "             mm_page_alloc_zone_locked: page 0x");
}

TEST(replay_notices_lists, "")
{
	char hash[300];
	size_t check;

	begin();
	check = add("c 0 DMA 0");
	expect_divergence(0, check, "c 0 DMA 0", "c 0 DMA ");
	ck_assert_has(result.account, "  differing  ");
	snprintf(hash, sizeof(hash), "%s", result.got);
	recording_replace(text, check, hash);
	recording_replay(text, &result);
	ck_assert_int_eq(result.outcome, REPLAY_IDENTICAL);
	ck_assert_uint_eq(result.checks, 1);
	/* Expect one changed digit of the hash to be noticed. */
	hash[strlen(hash) - 1] ^= 1;
	recording_replace(text, check, hash);
	expect_divergence(0, check, hash, "hash");
	ck_assert_has(result.account, "  differing  hash: ");
	ck_assert_ptr_nonnull(strstr(result.account, "none"));
	ck_assert_ptr_nonnull(strstr(result.account, "per-CPU lists of CPU 0, head first"));
}

TEST(replay_accounts_for_a_page_that_was_not_found, "")
{
	struct text *snapshot;
	struct zone *zone;

	/* All that is free is a reserve that this request may not touch. */
	test_machine_uma(32);
	zone = test_zone(0, ZONE_DMA);
	test_empty_machine();
	test_free_block(test_page(zone, 0), 10, MIGRATE_HIGHATOMIC);
	test_set_watermarks(zone, 0, 0, 0);
	snapshot = recording_of_machine();
	text = recording_from("trace v1 \nsnapshot before\nforeign 0 truncated 1");
	for (size_t line = 1; line <= snapshot->nr_lines; line++)
		recording_insert(text, line + 2, recording_line(snapshot, line));
	first_op = add("g 2800 0 -");
	expect_divergence(1, first_op + 1, "no further event", "l -1 0 0");
	/* Expect the account to show all zones: no page says which one it is about. */
	ck_assert_ptr_nonnull(strstr(result.account, "node 0 zone DMA: free 1024"));
	ck_assert_ptr_nonnull(
		strstr(result.account, "request    order 0, GFP_NOWAIT|__GFP_NOWARN"));
}

TEST(replay_accounts_for_the_zone_in_question, "")
{
#ifdef CONFIG_NUMA
	text = recording_load("numa3z-policy_1_2-54.trace.xz");
#else
	text = recording_load("uma3z-orders-18.trace.xz");
#endif
	recording_replace(text, recording_find(text, "  l ", 1), "  l 1 0 0");
	recording_replay(text, &result);
	ck_assert_int_eq(result.outcome, REPLAY_DIVERGED);
	/* Expect one zone of three to be shown. */
	ck_assert_ptr_nonnull(strstr(result.account, " zone "));
	ck_assert_ptr_null(strstr(strstr(result.account, " zone ") + 1, " zone "));
}

#ifdef CONFIG_NUMA
TEST(replay_under_a_policy, "")
{
	begin();
	add("policy mode 1 nodes 0 preferred -1 local 1 il_prev 3");
	add("policy mode 1 nodes 0 preferred 0 local 0 il_prev 3");
	add("policy mode 2 nodes 1 preferred -1 local 0 il_prev 3");
	add("policy mode 0 nodes 0 preferred -1 local 0 il_prev 3");
	recording_replay(text, &result);
	ck_assert_int_eq(result.outcome, REPLAY_IDENTICAL);
}
#endif

TEST(replay_reports_violations, "")
{
	begin();
	add("a cd8 0 0 5");
	expect_divergence(1, first_op, "a cd8 0 0 5", "a violation: __GFP_MOVABLE and");
}

TEST(replay_accounts_without_host_memory, "")
{
	begin();
	add("a 2cc0 11 0 5");
	test_fail(FAIL_OPEN_MEMSTREAM, 1);
	recording_replay(text, &result);
	/* Expect the divergence, without its account. */
	ck_assert_int_eq(result.outcome, REPLAY_DIVERGED);
	ck_assert_ptr_null(result.account);
}

TEST(replay_runs_on_another_cpu, "")
{
	begin();
	add("u 1");
	add("D 0");
	add("D 1");
	recording_replay(text, &result);
	ck_assert_int_eq(result.outcome, REPLAY_IDENTICAL);
	ck_assert_uint_eq(result.ops, 2);
}

/* Expect where the recorder ran to decide nothing, and the nodes' zones to stand in either order. */
TEST(replay_compares_no_cpu_number, "")
{
	struct text *after;
	size_t kernel;
	char *cpu;

	begin();
	add_allocation(GFP_KERNEL, 3);
	after = recording_of_machine();
	kernel = add("snapshot after") + 1;
	for (size_t line = 1; line <= after->nr_lines; line++)
		add(recording_line(after, line));
	cpu = strstr(text->line[kernel - 1], " this_cpu 0");
	cpu[strlen(cpu) - 1] = '1';
	recording_replay(text, &result);
	ck_assert_int_eq(result.outcome, REPLAY_IDENTICAL);
	/* Expect the number of CPUs, before it, to be compared. */
	cpu[-1] = '9';
	expect_divergence(1, kernel, "kernel … nr_cpus 9 this_cpu 1", "nr_cpus 2");
}

TEST(replay_runs_in_a_context, "")
{
	begin();
	/* A hard interrupt has no use of PF_MEMALLOC, but a task has. */
	add("context flags 800 irq 1 softirq 0 rt 0 memdie 0");
	add("context flags c0000 irq 0 softirq 1 rt 1 memdie 1");
	add("context flags 0 irq 0 softirq 0 rt 0 memdie 0");
	recording_replay(text, &result);
	ck_assert_int_eq(result.outcome, REPLAY_IDENTICAL);
	ck_assert_uint_eq(result.ops, 0);
}

/* ---- profile `events` ---- */

static void add_free(unsigned long pfn, unsigned int order)
{
	char line[64];

	snprintf(line, sizeof(line), "f %lu %u", pfn, order);
	add(line);
	snprintf(line, sizeof(line), "  F %lu %u", pfn, order);
	add(line);
}

TEST(replay_of_every_block_handed_out_and_given_back, "")
{
	unsigned long pfn;
	char line[64];
	size_t given;

	begin();
	recording_replace(text, 1, "trace v1 profile events seed 1 ops 1");
	add_allocation(GFP_KERNEL, 3);
	pfn = strtoul(
		strrchr(recording_line(text, recording_find(text, "a cc0 3 0 ", first_op)), ' '),
		NULL, 10);
	snprintf(line, sizeof(line), "  A %lu 3 cc0 0", pfn);
	given = add(line);
	add_free(pfn, 3);
	recording_replay(text, &result);
	recording_is_identical(&result);
	/* Expect another mask and another type to be noticed, and a free without its event. */
	snprintf(line, sizeof(line), "  A %lu 3 cc1 0", pfn);
	recording_replace(text, given, line);
	expect_divergence(1, given, line + 2, "A ");
	snprintf(line, sizeof(line), "  A %lu 3 cc0 1", pfn);
	recording_replace(text, given, line);
	expect_divergence(1, given, line + 2, "A ");
	snprintf(line, sizeof(line), "  A %lu 3 cc0 0", pfn);
	recording_replace(text, given, line);
	recording_delete(text, given + 2);
	expect_divergence(2, given + 2, "no further event", "F ");
}

/* Expect a block of what was in use before to be given back as a whole, unless part of it is held or free. */
TEST(replay_frees_what_was_in_use_before, "")
{
	struct text *snapshot;
	size_t line = 1, wrong;

	test_machine_uma(32);
	test_empty_machine();
	test_set_watermarks(test_zone(0, ZONE_DMA), 0, 0, 0);
	snapshot = recording_of_machine();
	text = recording_from(
		"trace v1 profile events seed 1 ops 1\nsnapshot before\nforeign 0 truncated 1");
	for (; line <= snapshot->nr_lines; line++)
		recording_insert(text, line + 2, recording_line(snapshot, line));
	first_op = line + 2;
	add_free(TEST_DRAM_PFN, 4);
	add_free(TEST_DRAM_PFN + 17, 0);
	recording_replay(text, &result);
	recording_is_identical(&result);
	/* Not aligned; partly free; beyond the end of memory is no memory. */
	wrong = add("f 262177 1");
	recording_expect_unreadable(text, wrong, "pages in use since before the first operation");
	recording_replace(text, wrong, "f 262160 4");
	recording_expect_unreadable(text, wrong, "expected");
	recording_delete(text, wrong);
	/* Part of a block that an operation returned. */
	add("a 200a 0 0 262161");
	add("  A 262161 0 200a 1");
	wrong = add("f 262160 3");
	recording_expect_unreadable(text, wrong,
				    "expected a block that an operation above returned");
}

TEST(replay_of_a_refused_charge, "")
{
	begin();
	add("memcg usage 40 max 50 stock 9 kmem 1 root 0");
	add("m usage 40 stock 9");
	recording_replay(text, &result);
	ck_assert_int_eq(result.outcome, REPLAY_IDENTICAL);
	ck_assert_uint_eq(result.checks, 1);
	add("m usage 40 stock 8");
	expect_divergence(0, first_op + 2, "m usage 40 stock 8", "m usage 40 stock 9");
	/* Expect a CPU without a stock for the group to have none. */
	recording_insert(text, first_op + 1, "u 1");
	expect_divergence(0, first_op + 2, "m usage 40 stock 9", "m usage 40 stock 0");
}

TEST(replay_frees, "")
{
	char line[64];

	begin();
	add_allocation(GFP_KERNEL, 4);
	snprintf(line, sizeof(line), "f %s 4",
		 strrchr(recording_line(text, recording_find(text, "a cc0 4 0 ", first_op)), ' ') +
			 1);
	add(line);
	recording_replay(text, &result);
	ck_assert_int_eq(result.outcome, REPLAY_IDENTICAL);
	ck_assert_uint_eq(result.ops, 2);
}

/* ---- progress ---- */

static size_t last_done, last_all;

static void note_progress(size_t done, size_t all, void *context)
{
	ck_assert_ptr_eq(context, &last_done);
	last_done = done;
	last_all = all;
}

TEST(replay_tells_how_far_it_is, "")
{
	begin();
	for (int i = 0; i < 5000; i++)
		add("u 1");
	replay_trace(text, note_progress, &last_done, &result);
	ck_assert_int_eq(result.outcome, REPLAY_IDENTICAL);
	ck_assert_uint_eq(last_done, 4096);
	ck_assert_uint_eq(last_all, text->nr_lines);
}

/* ---- what reclaim and compaction achieved ---- */

#ifndef CONFIG_NUMA

/** Take a recording with compaction up to its first direct reclaim. */
static void begin_with(const char *name)
{
	text = recording_load(name);
	first_op = recording_find(text, "end", 1) + 1;
}

/** Replace a line, expect a divergence there, and put it back. */
static void expect_divergence_at(size_t line, const char *instead, const char *got)
{
	const char *before = recording_line(text, line);

	recording_replace(text, line, instead);
	recording_replay(text, &result);
	ck_assert_int_eq(result.outcome, REPLAY_DIVERGED);
	ck_assert_uint_eq(result.line, line);
	ck_assert_msg(strstr(result.got, got) != NULL, "'%s' is not in '%s'", got, result.got);
	recording_replace(text, line, before);
}

static void expect_unreadable_at(size_t line, const char *instead, const char *words)
{
	const char *before = recording_line(text, line);

	recording_replace(text, line, instead);
	recording_expect_unreadable(text, line, words);
	recording_replace(text, line, before);
}

TEST(replay_notices_what_reclaim_does, "")
{
	size_t reclaim, page, end;

	begin_with("uma128-reclaim-61.trace.xz");
	reclaim = recording_find(text, "  r ", first_op);
	page = recording_find(text, "  F", reclaim);
	end = recording_find(text, "  e", reclaim);
	expect_divergence_at(reclaim, "  r 0 24c1", "r 0 24c0");
	expect_unreadable_at(page, "  F x 0", "expected 'F PFN 0'");
	expect_unreadable_at(page, "  F 287768", "expected 'F PFN 0'");
	expect_unreadable_at(page, "  F 287768 0 0", "expected 'F PFN 0'");
	expect_unreadable_at(page, "  F 287768 1", "expected 'F PFN 0'");
	expect_unreadable_at(page, "  F -1 0", "expected 'F PFN 0'");
	expect_unreadable_at(page, "  F 1 0", "expected 'F PFN 0'");
	expect_divergence_at(page, "  y 1", "nothing of that kind");
	/* Expect a page that is free already to be noticed. */
	recording_insert(text, page + 1, recording_line(text, page));
	recording_replay(text, &result);
	ck_assert_int_eq(result.outcome, REPLAY_DIVERGED);
	ck_assert_ptr_nonnull(strstr(result.got, "is not in use"));
	recording_delete(text, page + 1);
	expect_divergence_at(end, "  e x", "e 0");
	/* Expect a reclaim that never ends to be noticed where its lines end. */
	recording_delete(text, end);
	recording_replay(text, &result);
	ck_assert_int_eq(result.outcome, REPLAY_DIVERGED);
}

TEST(replay_notices_what_was_reclaimable, "")
{
	static const char *const lines[] = { "  y",	   "  y 0",	  "  y 0 0",
					     "  y 0 0 0",  "  y 0 0 0 x", "  y 1 0 0 5",
					     "  y 0 1 0 5" };
	size_t line;

	begin_with("uma96-slowpath-8.trace.xz");
	line = recording_find(text, "  y", first_op);
	for_each_row(i, lines)
		expect_divergence_at(line, lines[i], "y 0 0 ");
}

TEST(replay_notices_what_compaction_does, "")
{
	size_t result_line, ran, z;

	begin_with("uma160-compact-90.trace.xz");
	result_line = recording_find(text, "  q 0 0 1 -1", first_op);
	/* Expect a result that does not follow from the test of suitability to be noticed, */
	expect_divergence_at(result_line, "  q 0 0 2 -1", "q 0 0 1 -1");
	/* and lines that are no result of this zone. */
	expect_divergence_at(result_line, "  q 0 1 1 -1", "q 0 0 1");
	expect_divergence_at(result_line, "  q 1 0 1 -1", "q 0 0 1");
	expect_divergence_at(result_line, "  q", "q 0 0 1");
	expect_divergence_at(result_line, "  q x", "q 0 0 1");
	expect_divergence_at(result_line, "  q 0", "q 0 0 1");
	expect_divergence_at(result_line, "  q 0 0", "q 0 0 1");
	expect_divergence_at(result_line, "  q 0 0 1", "q 0 0 1");
	expect_divergence_at(result_line, "  q 0 0 1 -1 0", "q 0 0 1");
	expect_divergence_at(result_line, "  v", "q 0 0 1");

	z = recording_find(text, "  z", first_op);
	ran = z - 1;
	expect_unreadable_at(z + 1, " watermarks", "expected a line of a zone's state");
	expect_unreadable_at(recording_find(text, "  Z", z), "  ZZ", "expected 'Z'");
	expect_unreadable_at(ran, "  q 0 0 8 1",
			     "expected a result from 0 to 8 and a caught block");
	expect_unreadable_at(ran, "  q 0 0 8 303103",
			     "expected a result from 0 to 8 and a caught block");
	expect_unreadable_at(ran, "  q 0 0 9 -1", "expected a result from 0 to 8");
	expect_unreadable_at(ran, "  q 0 0 -1 -1", "expected a result from 0 to 8");
	/* Expect another zone's result of a compaction that ran to be noticed, */
	expect_divergence_at(ran, "  q 0 1 8 -1", "q 0 0 4");
	/* and a deferral of another kind, and a request with another mask. */
	expect_divergence_at(recording_find(text, "  o ", first_op), "  o nothing 0", "o de");
	expect_divergence_at(recording_find(text, "  r ", first_op), "  r 9 x", "r 9 ");
	/* Expect a compaction without a result to be noticed. */
	recording_delete(text, result_line);
	recording_replay(text, &result);
	ck_assert_int_eq(result.outcome, REPLAY_DIVERGED);
	ck_assert_ptr_nonnull(strstr(result.expected, "no compaction"));
}

#endif

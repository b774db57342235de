/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of the replay of boot recordings: each changes one thing in a recording of a real kernel.
 */
#include <stdlib.h>
#include <string.h>

#include "failing.h"
#include "life/life.h"
#include "replay/replay.h"
#include "machines.h"
#include "recording.h"

static struct replay_result result;
static struct text *text;

#ifdef CONFIG_NUMA
#define BOOT_RECORDING "numa3z.boot.xz"
#else
#define BOOT_RECORDING "uma128cma.boot.xz"
#endif

static void begin_boot(void)
{
	text = recording_load(BOOT_RECORDING);
}

/** Expect a refusal of the boot recording when this line reads so. */
static void expect_boot_unreadable(const char *beginning, const char *instead, const char *words)
{
	size_t line;

	begin_boot();
	line = recording_find(text, beginning, 1);
	recording_replace(text, line, instead);
	recording_expect_unreadable(text, line, words);
}

TEST(boot_replay_refuses_damaged_lines, "")
{
	expect_boot_unreadable("boot", "boot v2", "it is a recording of a boot of version 2");
	expect_boot_unreadable("boot", "boot v1 x", "expected 'boot v1', the first line");
	expect_boot_unreadable("cpus", "cpus possible x", "expected 'cpus possible N'");
	expect_boot_unreadable("cpus", "cpus possible 0", "expected 'cpus possible N'");
	expect_boot_unreadable("cpus", "cpus possible 65", "expected 'cpus possible N'");
	expect_boot_unreadable("cpus", "cpus there", "expected a line of the memory map");
	expect_boot_unreadable("memory", "memory x",
			       "expected 'memory BASE SIZE node NID flags F'");
	expect_boot_unreadable("memory", "memory 1",
			       "expected 'memory BASE SIZE node NID flags F'");
	expect_boot_unreadable("memory", "memory 1 1", "expected 'memory BASE SIZE node NID");
	expect_boot_unreadable("memory", "memory 1 1 node", "expected 'memory BASE SIZE node NID");
	expect_boot_unreadable("memory", "memory 1 1 node 0",
			       "expected 'memory BASE SIZE node NID");
	expect_boot_unreadable("memory", "memory 1 1 node 0 flags", "expected 'memory BASE SIZE");
	expect_boot_unreadable("reserved", "reserved x", "expected a line of the memory map");
	expect_boot_unreadable("reserved", "reserved 1", "expected a line of the memory map");
	expect_boot_unreadable("cma", "cma x", "expected a line of the memory map");
	expect_boot_unreadable("cma", "cma 1", "expected a line of the memory map");
	expect_boot_unreadable("cma", "unknown", "expected a line of the memory map");
}

TEST(boot_replay_refuses_impossible_memory, "")
{
	begin_boot();
	recording_replace(text, recording_find(text, "memory", 1), "memory 1 0 node 0 flags 0");
	recording_replay(text, &result);
	ck_assert_int_eq(result.outcome, REPLAY_UNREADABLE);
	ck_assert_ptr_nonnull(strstr(result.error, "a size"));
}

TEST(boot_replay_refuses_too_many_ranges, "")
{
	static const char *const lines[] = { "memory 1 1 node 0 flags 0", "reserved 1 1",
					     "cma 1 1" };

	for_each_row(i, lines) {
		begin_boot();
		for (int n = 0; n < MAX_BOOT_RANGES; n++)
			recording_insert(text, 2, lines[i]);
		recording_expect_unreadable(text, MAX_BOOT_RANGES + 3, "expected fewer ranges");
	}
}

TEST(boot_replay_refuses_what_was_cut_off, "")
{
	size_t released;

	begin_boot();
	released = recording_find(text, "snapshot released", 1);
	recording_cut(text, released - 1);
	recording_expect_unreadable(text, released - 1, "expected 'end...' as the last line");
	begin_boot();
	recording_cut(text, recording_find(text, "end", 1));
	/* Expect the second snapshot to be missed. */
	recording_expect_unreadable(text, text->nr_lines, "expected 'snapshot running'");
	begin_boot();
	recording_delete(text, released);
	recording_expect_unreadable(text, released, "expected a line of the memory map");
	/* Expect a file of nothing but a memory map to lack its snapshots. */
	text = recording_from("boot v1\ncommand_line x\ncpus possible 1\ncommand_line end\nend");
	recording_replay(text, &result);
	ck_assert_int_eq(result.outcome, REPLAY_UNREADABLE);
	recording_cut(text, 0);
	replay_boot(text, &result);
	ck_assert_ptr_nonnull(strstr(result.error, "expected 'boot v1'"));
}

TEST(boot_replay_notices_lists, "")
{
	size_t line;

	begin_boot();
	line = recording_find(text, " free 10", 1);
	recording_replace(text, line, " free 10 Movable 1");
	recording_replay(text, &result);
	ck_assert_int_eq(result.outcome, REPLAY_DIVERGED);
	ck_assert_uint_eq(result.line, line);
	/* The list is long: of both, the place is shown where they differ. */
	ck_assert_str_eq(result.expected, "free … Movable 1");
}

TEST(boot_replay_notices_derived_figures, "")
{
	static const char *const beginnings[] = { "sysctl", "zonelist", " watermark",
						  " lowmem_reserve", " pcp " };
	static const char *const instead[] = {
		"sysctl watermark_boost_factor 1 mobility_disabled 0", "zonelist 0 0 0:DMA32",
		" watermark min 1 low 2 high 3 boost 0 flags 0", " lowmem_reserve 1 2 3 4",
		" pcp 0 count 0 high 1 batch 1 stat_threshold 1 diff_free 0 diff_cma 0"
	};

	for_each_row(i, beginnings) {
		size_t line;

		begin_boot();
		line = recording_find(text, beginnings[i],
				      recording_find(text, "snapshot running", 1));
		recording_replace(text, line, instead[i]);
		recording_replay(text, &result);
		ck_assert_int_eq(result.outcome, REPLAY_DIVERGED);
		ck_assert_uint_eq(result.line, line);
	}
}

TEST(boot_replay_ignores_what_is_not_derived, "")
{
	size_t running;

	begin_boot();
	running = recording_find(text, "snapshot running", 1);
	recording_replace(text, recording_find(text, " vmstat", running), " vmstat 0");
	recording_replace(text, recording_find(text, " pcp ", running), " pcp of nothing");
	recording_replay(text, &result);
	/* Expect the damaged pcp line to be missed. */
	ck_assert_int_eq(result.outcome, REPLAY_DIVERGED);
	begin_boot();
	recording_replace(text, recording_find(text, " vmstat", running), " vmstat 0");
	recording_replay(text, &result);
	ck_assert_int_eq(result.outcome, REPLAY_IDENTICAL);
}

TEST(boot_replay_of_more_than_there_is, "")
{
	size_t line;

	begin_boot();
	line = text->nr_lines;
	recording_insert(text, line, " lowmem_reserve 0 0 0 0");
	recording_replay(text, &result);
	ck_assert_int_eq(result.outcome, REPLAY_DIVERGED);
	ck_assert_uint_eq(result.line, line);
	ck_assert_str_eq(result.got, "nothing");
}

TEST(boot_replay_refuses_damaged_distances, "")
{
	static const char *const lines[] = { "distance", "distance x", "distance -1 10",
					     "distance 4 10", "distances" };

	for_each_row(i, lines) {
		size_t line;

		begin_boot();
		line = recording_find(text, "snapshot running", 1);
		recording_insert(text, line, lines[i]);
		recording_expect_unreadable(
			text, line, "expected 'distance NID d0 d1 ...' or 'snapshot running'");
	}
}

TEST(boot_replay_refuses_too_many_distances, "")
{
	size_t line;

	begin_boot();
	line = recording_find(text, "snapshot running", 1);
	recording_insert(text, line, "distance 0 10 20 20 20 20");
	recording_expect_unreadable(text, line, "expected 'distance NID' and at most 4 numbers");
	recording_replace(text, line, "distance 0 10 far");
	recording_expect_unreadable(text, line, "expected 'distance NID' and at most 4 numbers");
}

TEST(boot_replay_without_host_memory, "")
{
	begin_boot();
	test_fail(FAIL_CALLOC, 1);
	recording_replay(text, &result);
	ck_assert_int_eq(result.outcome, REPLAY_UNREADABLE);
	ck_assert_str_eq(result.error, "out of memory");
	for (int call = 1; call <= 2; call++) {
		test_fail(FAIL_OPEN_MEMSTREAM, call);
		recording_replay(text, &result);
		ck_assert_int_eq(result.outcome, REPLAY_UNREADABLE);
		ck_assert_str_eq(result.error, "out of memory");
	}
}

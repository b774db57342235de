/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Damaged recordings: one clear error each, whatever was changed. The tiny machine is the fuzzer's.
 */
#include "state/state.h"
#include "replay/replay.h"
#include "byhand.h"

#ifdef CONFIG_NUMA
#define TINY "tests/fuzz/corpus/replay/tiny-numa.trace"
#else
#define TINY "tests/fuzz/corpus/replay/tiny.trace"
#endif

/* The file with the first `from` replaced by `to`. */
static struct text changed(const char *path, const char *from, const char *to)
{
	static char bytes[65536], other[65536];
	FILE *file = fopen(path, "r");
	struct text text;
	char *place;

	ck_assert_ptr_nonnull(file);
	bytes[fread(bytes, 1, sizeof(bytes) - 1, file)] = '\0';
	fclose(file);
	place = strstr(bytes, from);
	ck_assert_msg(place != NULL, "'%s' is not in %s", from, path);
	snprintf(other, sizeof(other), "%.*s%s%s", (int)(place - bytes), bytes, to,
		 place + strlen(from));
	ck_assert_int_eq(text_from_bytes(other, strlen(other), &text, NULL), TEXT_OK);
	test_keep(text.data);
	test_keep(text.line);
	return text;
}

static void expect_unreadable(const char *from, const char *to, const char *words)
{
	struct text text = changed(TINY, from, to);
	struct replay_result result;

	replay_trace(&text, NULL, NULL, &result);
	ck_assert_msg(result.outcome == REPLAY_UNREADABLE, "'%s' for '%s' was read: %s / %s", to,
		      from, result.expected, result.got);
	ck_assert_msg(strstr(result.error, words) != NULL, "'%s' is not in '%s'", words,
		      result.error);
}

/* Expect the unchanged file to replay identical. */
TEST(replay_trace_tiny_machine, "")
{
	struct text text = changed(TINY, "trace", "trace");
	struct replay_result result;

	replay_trace(&text, NULL, NULL, &result);
	ck_assert_msg(result.outcome == REPLAY_IDENTICAL, "line %zu: %s%s, %s", result.line,
		      result.error, result.expected, result.got);
}

/* Expect numbers that no machine can have to be refused. */
TEST(snapshot_load_refuses_absurd_numbers, "")
{
	expect_unreadable("min 8 ", "min -8 ", "watermarks of 0 to 2^36 pages");
	expect_unreadable("low 16 ", "low 9223372036854775807 ", "watermarks of 0 to 2^36 pages");
	expect_unreadable("high 24 ", "high -1 ", "watermarks of 0 to 2^36 pages");
	expect_unreadable("boost 0 flags", "boost -1 flags", "watermarks of 0 to 2^36 pages");
	expect_unreadable("lowmem_reserve 0 ", "lowmem_reserve -1 ", "lowmem_reserve");
	expect_unreadable("reserved_highatomic 0", "reserved_highatomic -1", "reserved_highatomic");
	expect_unreadable("diff_free 0", "diff_free 300", "'pcp CPU count N ...'");
	expect_unreadable("kswapd_order 0", "kswapd_order 99", "'node NID start_pfn N ...'");
	expect_unreadable("kcompactd_highest_zoneidx 0", "kcompactd_highest_zoneidx -2",
			  "'node NID");
	expect_unreadable("drift_mark 0", "drift_mark -1", "'vmstat nr_free_pages");
}

/* Expect counters that do not tell what is on the lists to be refused. */
TEST(snapshot_load_refuses_wrong_counters, "")
{
	expect_unreadable("nr_free_pages 516", "nr_free_pages 517", "to be the pages on the lists");
	expect_unreadable("nr_free_cma 0", "nr_free_cma 4", "to be the pages on the lists");
}

/* Expect movable pages that are free, and zones that hold more than they span, to be refused. */
TEST(snapshot_load_refuses_impossible_pages, "")
{
	expect_unreadable("movable 1040+4", "movable 1028+4", "movable pages that are in use");
	expect_unreadable("managed 1024", "managed 1025", "managed pages to be present");
	expect_unreadable("DMA32 start_pfn 0 spanned 0 present 0",
			  "DMA32 start_pfn 0 spanned 0 present 1", "managed pages to be present");
	/* An empty zone has no lines below. */
	expect_unreadable(
		"zone 0 DMA32 start_pfn 0 spanned 0 present 0 managed 0",
		"zone 0 DMA32 start_pfn 4095 spanned 0 present 0 managed 0\n pageblocks CMA*1",
		"expected a record of a snapshot");
}

/* Expect operations that cannot be meant to be refused. */
TEST(replay_trace_refuses_damaged_operations, "")
{
	expect_unreadable("f 1536 3", "f 1536 2", "a block that an operation above returned");
	expect_unreadable("f 1028 0", "f 1045 1", "a block that an operation above returned");
	expect_unreadable("f 1028 0", "g 8 65 -", "'a GFP ORDER NID PFN'");
	expect_unreadable("f 1028 0", "g 8 0 5 5", "a PFN or '-'");
	expect_unreadable("f 1028 0", "g 8 0 x", "a PFN or '-'");
}

/* Expect an operation without blanks to be refused: its first word is none. */
TEST(replay_trace_operation_without_blanks, "")
{
	struct text text = changed(TINY, "f 1028 0", "g1-0-");
	struct replay_result result;

	replay_trace(&text, NULL, NULL, &result);
	ck_assert_int_eq(result.outcome, REPLAY_UNREADABLE);
	ck_assert(strstr(result.error, "an operation or a check line") != NULL);
}

/* Expect a request that never fails to be ended once the replay has differed. */
TEST(replay_trace_ends_request_without_end, "")
{
	struct text text = changed(TINY, "f 1028 0", "g 8c40 10 -");
	struct replay_result result;

	replay_trace(&text, NULL, NULL, &result);
	ck_assert_int_eq(result.outcome, REPLAY_DIVERGED);
	free(result.account);
}

/* Expect a boot recording whose first snapshot has no end to be refused. */
TEST(replay_boot_refuses_snapshot_without_end, "")
{
	struct text text = changed("tests/fuzz/corpus/replay/tiny.boot", "snapshot released\nend\n",
				   "snapshot released\nendless\n");
	struct replay_result result;

	text.nr_lines -= 1;
	text.line[text.nr_lines - 1] = (char *)"endless";
	replay_boot(&text, &result);
	ck_assert_int_eq(result.outcome, REPLAY_UNREADABLE);
}

/* Expect ranges beyond all addresses to be refused. */
TEST(replay_boot_refuses_absurd_addresses, "")
{
	struct text text = changed("tests/fuzz/corpus/replay/tiny.boot", "reserved 40000000",
				   "reserved fffffffffffff000");
	struct replay_result result;

	replay_boot(&text, &result);
	ck_assert_str_eq(result.error,
			 "range at 0xfffffffffffff000: expected addresses and sizes below 2^48");
	text = changed("tests/fuzz/corpus/replay/tiny.boot", "cma 40400000 400000",
		       "cma 40400000 ffffffffffffffff");
	replay_boot(&text, &result);
	ck_assert(strstr(result.error, "CMA area at 0x40400000: expected whole pageblocks") !=
		  NULL);
}

#ifdef CONFIG_NUMA
/* Expect a task confined to a node that the machine does not have to be refused. */
TEST(replay_trace_refuses_cpuset_of_absent_node, "")
{
	expect_unreadable("cpuset mems_allowed 1", "cpuset mems_allowed 2",
			  "'cpuset mems_allowed HEX");
}
#endif

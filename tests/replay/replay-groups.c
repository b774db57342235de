/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of the replay of recordings with memory cgroups: each kind of line that is computed is noticed when it says something
 * else, and lines that cannot be are refused.
 */
#include <stdlib.h>
#include <string.h>

#include "failing.h"
#include "replay/replay.h"
#include "machines.h"
#include "recording.h"

#ifndef CONFIG_NUMA

static struct replay_result result;
static struct text *text;
static size_t first_op; /* its line */

/** Begin with the recording in which siblings are wholly protected. */
static void begin(void)
{
	text = recording_load("uma128-lrumemcg-417.trace.xz");
	first_op = recording_find(text, "end", 1) + 2;
}

/** Put another line where one is, and expect a divergence there. */
static void expect_noticed(size_t line, const char *instead)
{
	char *right = strdup(recording_line(text, line));

	ck_assert_str_ne(right, instead);
	recording_replace(text, line, instead);
	recording_replay(text, &result);
	ck_assert_msg(result.outcome == REPLAY_DIVERGED && result.line == line,
		      "%s (line %zu): outcome %d, line %zu: %s%s", instead, line, result.outcome,
		      result.line, result.got, result.error);
	recording_replace(text, line, right);
	free(right);
}

/** The same with one more in the last number of the line. */
static void expect_last_number_noticed(size_t line)
{
	char instead[4000], *last;

	snprintf(instead, sizeof(instead), "%s", recording_line(text, line));
	ck_assert_uint_lt(strlen(instead), sizeof(instead) - 8);
	last = strrchr(instead, ' ') + 1;
	snprintf(last, 24, "%ld", strtol(last, NULL, 10) + 1);
	expect_noticed(line, instead);
}

TEST(replay_of_groups_notices_events, "")
{
	begin();
	expect_noticed(recording_find(text, "  mr ", first_op), "  mr 0 1124cb");
	expect_last_number_noticed(recording_find(text, "  me ", first_op));
	expect_last_number_noticed(recording_find(text, "  vg ", first_op));
	/* Reclaim in a group frees what it freed. */
	expect_noticed(recording_find(text, "  F ", recording_find(text, "  mr ", first_op)),
		       "  F 262144 0");
}

TEST(replay_of_groups_notices_charges, "")
{
	size_t block, check;

	begin();
	block = recording_find(text, " cg 1", first_op);
	for (int group = 0; group < 6; group++)
		expect_last_number_noticed(block + (size_t)group);
	expect_last_number_noticed(recording_find(text, " stock ", block));
	check = recording_find(text, "cg 1", first_op);
	expect_last_number_noticed(check + 3);
	expect_last_number_noticed(recording_find(text, "stock ", check));
}

TEST(replay_of_groups_notices_answers, "")
{
	size_t refused, granted;
	char instead[80];

	begin();
	granted = recording_find(text, "P ", first_op);
	snprintf(instead, sizeof(instead), "%s", recording_line(text, granted));
	strcpy(strrchr(instead, ' '), " -12");
	expect_noticed(granted, instead);
	ck_assert_ptr_nonnull(strrchr(result.got, ' '));
	ck_assert_str_eq(strrchr(result.got, ' '), " 0");
	for (refused = granted; !strstr(recording_line(text, refused), " -12");)
		refused = recording_find(text, "P ", refused + 1);
	snprintf(instead, sizeof(instead), "%s", recording_line(text, refused));
	strcpy(strrchr(instead, ' '), " 0");
	expect_noticed(refused, instead);
}

TEST(replay_of_groups_notices_the_state_afterwards, "")
{
	static const char *const kinds[] = { "memcgs ", "memcg 6", "cg 4",	 "stock ",
					     "shadow ", "lruvec ", "lruvecstat " };
	size_t after;

	begin();
	after = recording_find(text, "snapshot after", first_op);
	for_each_row(i, kinds)
		expect_last_number_noticed(recording_find(text, kinds[i], after));
	expect_noticed(recording_find(text, "cache file 3", after), "cache file 3 1:262144+1");
}

TEST(replay_of_groups_refuses_damaged_lines, "")
{
	static const char *const lines[] = {
		"P",
		"P x",
		"P -1 file 1 64c0 1 0",
		"P 1 file 1 64c0 1 0",
		"P 293865 anon 1 64c0 1 0",
		"P 293865 file x 64c0 1 0",
		"P 293865 file -1 64c0 1 0",
		"P 293865 file 16777216 64c0 1 0",
		"P 293865 file 1 x 1 0",
		"P 293865 file 1 64c0 x 0",
		"P 293865 file 1 64c0 0 0",
		"P 293865 file 1 64c0 65536 0",
		"P 293865 file 1 64c0 9 0",
		"P 293865 file 1 64c0 1 x",
		"P 293865 file 1 64c0 1 0 0",
	};
	size_t line;
	char other[80];
	long pfn;

	begin();
	line = recording_find(text, "P ", first_op);
	ck_assert_int_eq(sscanf(recording_line(text, line), "P %ld", &pfn), 1);
	for_each_row(i, lines) {
		recording_replace(text, line, lines[i]);
		recording_expect_unreadable(text, line,
					    "expected 'P PFN KIND INDEX GFP ID RESULT'");
	}
	/* A page that is in a file; a free one; a slot that has a page. */
	recording_replace(text, line, "P 262389 file 100000 64c0 1 0");
	recording_expect_unreadable(text, line, "expected a single page in use");
	recording_replace(text, line, "P 269184 file 100000 64c0 1 0");
	recording_expect_unreadable(text, line, "expected a single page in use");
	snprintf(other, sizeof(other), "P %ld file 0 64c0 1 0", pfn);
	recording_replace(text, line, other);
	recording_expect_unreadable(text, line, "expected a single page in use");
}

TEST(replay_of_groups_without_host_memory, "")
{
	size_t line;
	int calls;

	begin();
	line = recording_find(text, "cg 1", first_op);
	recording_cut(text, line + 6);
	recording_insert(text, line + 7, "foreign 0 truncated 1");
	calls = test_calls(FAIL_OPEN_MEMSTREAM);
	recording_replay(text, &result);
	ck_assert_int_eq(result.outcome, REPLAY_IDENTICAL);
	calls = test_calls(FAIL_OPEN_MEMSTREAM) - calls;
	test_fail(FAIL_OPEN_MEMSTREAM, calls);
	recording_expect_unreadable(text, line, "out of memory");
}

#endif

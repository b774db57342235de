/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of the operations on pages of the page cache, of the daemons' line and of the cache that is shrunk: what cannot
 * be is refused with its line.
 */
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "recording.h"
#include "replay/replay.h"

#ifdef CONFIG_NUMA
#define RECORDING "numa2-lru-224.trace.xz"
#else
#define RECORDING "uma128-lru-221.trace.xz"
#endif

/** A page of a file, in use before the first operation. */
static unsigned long file_page(const struct text *text)
{
	unsigned long pfn;
	size_t line =
		recording_find(text, " pages inactive_file file count 1 mapcount 0 flags -", 1);

	ck_assert_int_eq(sscanf(recording_line(text, line),
				" pages inactive_file file count 1 mapcount 0 flags - %lu+", &pfn),
			 1);
	return pfn;
}

/** Put a line before the first operation, `before` alone or a page of a file and `after` behind it. It must be refused. */
static void expect_refusal(const char *before, const char *after, const char *words)
{
	struct text *text = recording_load(RECORDING);
	size_t line = recording_find(text, "a ", 1);
	char content[128];

	if (after)
		snprintf(content, sizeof(content), "%s %lu%s", before, file_page(text), after);
	recording_insert(text, line, after ? content : before);
	recording_expect_unreadable(text, line, words);
}

TEST(cache_refuses_lines_that_cannot_be, "")
{
	static const struct {
		const char *before, *after, *words;
	} row[] = {
		{ "L x", NULL, "expected 'L PFN KIND A'" },
		{ "L -1 file 0", NULL, "expected 'L PFN KIND A'" },
		{ "L 1 file 0", NULL, "expected 'L PFN KIND A'" },
		{ "L", " anon 0", "expected 'L PFN KIND A'" },
		{ "L", " file 2", "expected 'L PFN KIND A'" },
		{ "L", " file -1", "expected 'L PFN KIND A'" },
		{ "L", " file 0 0", "expected 'L PFN KIND A'" },
		{ "L", " file 0 x", "expected 'L PFN KIND A'" },
		{ "L", " file 0 0 0 0", "expected 'L PFN KIND A'" },
		{ "L", " file 0 0 0", "expected a single page in use that belongs to no file" },
		{ "M x", NULL, "expected 'M PFN'" },
		{ "M 1", NULL, "expected 'M PFN'" },
		{ "M", " 0", "expected 'M PFN'" },
		{ "T 1", NULL, "expected 'T PFN'" },
		{ "T", " 0", "expected 'T PFN'" },
		{ "V 0", NULL, "expected 'V'" },
		{ "K", NULL, "expected 'K' in a recording of the daemons only" },
		{ "K 0", NULL, "expected 'K' in a recording of the daemons only" },
	};

	for_each_row(i, row)
		expect_refusal(row[i].before, row[i].after, row[i].words);
}

TEST(cache_page_leaves_once, "")
{
	struct text *text = recording_load(RECORDING);
	size_t line = recording_find(text, "a ", 1);
	char content[64];

	snprintf(content, sizeof(content), "T %lu", file_page(text));
	recording_insert(text, line, content);
	recording_insert(text, line, content);
	recording_expect_unreadable(text, line + 1, "expected 'T PFN' of a page of the page cache");
}

#ifndef CONFIG_NUMA
TEST(shrinker_refuses_lines_that_cannot_be, "")
{
	static const char *const instead[] = {
		"shrinker own seeds 2 batch 0 flags 1 deferred 0 left 20000",
		"shrinker own seeds 2 batch 0 flags 0 deferred 0",
		"shrinker foreign seeds 2 batch 0 flags 0 deferred 0 left 20000",
	};

	for_each_row(i, instead) {
		struct text *text = recording_load("uma128-lru-221.trace.xz");
		size_t line = recording_find(text, "shrinker ", 1);

		recording_replace(text, line, instead[i]);
		recording_expect_unreadable(text, line, "expected 'shrinker own seeds N");
	}
}

#endif

TEST(replay_notices_a_block_of_another_node, "")
{
	recording_expect_divergence(RECORDING, "end", "  n 0", 0);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of replays in which compaction is computed. Each recording comes out identical; and since that proves nothing
 * unless a difference is noticed, one digit is changed in each kind of line that a recording has of a run.
 */
#include <string.h>

#include "failing.h"
#include "machines.h"
#include "recording.h"
#include "replay/replay.h"

#ifdef CONFIG_NUMA
#define SCAN	       "numa2-scan-423.trace.xz"
#define NOTHING_TO_DO  "  s 1 0 1 8"
#define CHECK_OF_BLOCK " c 1 DMA "

TEST(replay_of_numa2_scan_205, "")
{
	recording_expect_identical("numa2-scan-205.trace.xz");
}

TEST(replay_of_numa2_scan_423, "")
{
	recording_expect_identical("numa2-scan-423.trace.xz");
}
#else
#define SCAN	       "uma128-scan-421.trace.xz"
#define NOTHING_TO_DO  "  s 0 0 5 8"
#define CHECK_OF_BLOCK " c 0 DMA "

TEST(replay_of_uma128_scan_206, "")
{
	recording_expect_identical("uma128-scan-206.trace.xz");
}

TEST(replay_of_uma128_scan_421, "")
{
	recording_expect_identical("uma128-scan-421.trace.xz");
}

TEST(replay_of_uma160_scan, "")
{
	recording_expect_identical("uma160-scan-201.trace.xz");
}

TEST(replay_of_uma2z_scan, "")
{
	recording_expect_identical("uma2z-scan-204.trace.xz");
}
#endif

/** A kind of line, and what stands before the first one that is meant. */
struct kind_of_line {
	const char *heading;
	const char *beginning;
};

/** Alter one line of each kind. */
static void expect_divergences(const struct kind_of_line *lines, size_t count)
{
	for (size_t i = 0; i < count; i++)
		recording_expect_divergence(SCAN, lines[i].heading, lines[i].beginning, 0);
}

TEST(scan_each_kind_of_event_of_a_run_is_noticed, "")
{
	static const struct kind_of_line lines[] = {
		{ "  B", "  cb " },
		{ "  cb ", "  cs " },
		{ "  cb ", "  ci " },
		{ "  cb ", "  cf " },
		{ "  cb ", "  cm " },
		{ "  cb ", "  F " },
		{ "  cb ", "  li " },
		{ "  cb ", "  d " },
		{ "  cb ", "  cp " },
		{ "  cb ", "  ce " },
		{ "  ce ", "  q " },
		/* Of a zone in which nothing ran, too. */
		{ NOTHING_TO_DO, "  q " },
		{ "end", "  s " },
	};

	expect_divergences(lines, ARRAY_SIZE(lines));
}

TEST(scan_each_kind_of_line_that_a_run_finds_is_noticed, "")
{
	static const struct kind_of_line lines[] = {
		{ "end", "  b " },
		{ "  b ", " scanner " },
		{ "  b ", " skip " },
		{ "  b ", " compound 1 " },
		{ "  b ", " pages inactive_file file count 1 mapcount 0 flags - " },
		{ "  b ", " pages active_file file count 1 mapcount 0 flags A " },
		{ "  b ", " pages off driver count 1 mapcount 0 flags D " },
		{ "  b ", " pages active_anon anon " },
		{ "  q ", " pages off file count 2 mapcount 0 flags - " },
		{ "  q ", " pagevec " },
		{ "  b ", CHECK_OF_BLOCK },
	};

	expect_divergences(lines, ARRAY_SIZE(lines));
}

TEST(scan_each_kind_of_line_that_a_run_leaves_is_noticed, "")
{
	static const struct kind_of_line lines[] = {
		{ "  z", " watermark " },
		{ "  z", " lowmem_reserve " },
		{ "  z", " reserved_highatomic " },
		{ "  z", " compact " },
		{ "  z", " vmstat " },
#ifdef CONFIG_NUMA
		{ "  z", " numa_stat " },
#endif
		{ "  z", " pcp 0 " },
		{ "  z", " free 0 Movable " },
		{ "  z", " pageblocks " },
		{ "  z", " movable " },
		{ "  z", " scanner " },
		{ "  z", " skip " },
		{ "  z", " compound 1 " },
		{ "  z", " pages inactive_file file count 1 mapcount 0 flags - " },
		{ "  z", " pages active_file file count 1 mapcount 0 flags A " },
		{ "  z", " pagevec " },
	};

	expect_divergences(lines, ARRAY_SIZE(lines));
}

TEST(scan_what_an_operation_returns_is_noticed, "")
{
	/* What compaction called by itself returned, and the block that it caught. */
	recording_expect_divergence(SCAN, "end", "C ", 0);
	recording_expect_divergence(SCAN, "end", "C ", 7);
}

/** What is said of a recording whose first line of a kind below a heading has this word in place of another. */
static struct replay_result result_of_change(struct kind_of_line kind, const char *word,
					     const char *other)
{
	struct text *text = recording_load(SCAN);
	size_t line = recording_find(text, kind.beginning, recording_find(text, kind.heading, 1));
	const char *before = recording_line(text, line), *at = strstr(before, word);
	struct replay_result result;
	char *changed = NULL;
	size_t size;
	FILE *out = open_memstream(&changed, &size);

	ck_assert(at != NULL);
	fprintf(out, "%.*s%s%s", (int)(at - before), before, other, at + strlen(word));
	fclose(out);
	recording_replace(text, line, changed);
	recording_replay(text, &result);
	ck_assert_uint_eq(result.line, line);
	return result;
}

/** Columns of a text: its bytes but those that continue a character. */
static size_t columns(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

TEST(scan_long_lines_are_shown_where_they_differ, "")
{
	const struct kind_of_line kind = { "  b ", " pages inactive_file file " };
	struct replay_result result;
	char *line;

	/* Expect the name, the word before, the word that differs, and as many more as there is room for. */
	result = result_of_change(kind, " flags - ", " flags D ");
	ck_assert_msg(!strncmp(result.expected, "pages … flags D 2", 19), "%s", result.expected);
	ck_assert_msg(!strncmp(result.got, "pages … flags - 2", 19), "%s", result.got);
	ck_assert(!strcmp(result.got + strlen(result.got) - strlen(" …"), " …"));
	ck_assert_uint_le(columns(result.expected), 50);
	/* At the beginning nothing is left out before; in the account each line fits a screen. */
	result = result_of_change(kind, "pages inactive_file ", "pages active_file ");
	ck_assert_msg(!strncmp(result.got, "pages inactive_file file count 1", 32), "%s",
		      result.got);
	for (line = strtok(result.account, "\n"); line; line = strtok(NULL, "\n"))
		if (strstr(line, "pages "))
			ck_assert_uint_le(columns(line), 80);
}

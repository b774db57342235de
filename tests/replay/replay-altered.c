/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of what a replay compares of reclaim and of the daemons: of each kind of line one is altered, and the replay
 * must diverge there, no earlier and no later. Nothing of these lines is input, then.
 */
#include "harness.h"
#include "recording.h"
#include "replay/replay.h"

/** Alter one line of each kind. */
static void expect_divergences(const char *name, const char *heading, const char *const *beginnings,
			       size_t count)
{
	for (size_t i = 0; i < count; i++)
		recording_expect_divergence(name, heading, beginnings[i], 0);
}

/** What stands below the snapshot `before`. */
#define EXPECT(name, ...) EXPECT_BELOW(name, "end", __VA_ARGS__)

#define EXPECT_BELOW(name, heading, ...)                                               \
	do {                                                                           \
		static const char *const beginnings[] = { __VA_ARGS__ };               \
		expect_divergences(name, heading, beginnings, ARRAY_SIZE(beginnings)); \
	} while (0)

#ifdef CONFIG_NUMA
TEST(replay_notices_altered_lines_of_either_node, "")
{
	EXPECT("numa2-lru-224.trace.xz", "  vs 1 ", " nodestat 1 ", " cl 1 ", "  s 1 ", "  q 1 ");
	EXPECT("numa2-refault-402.trace.xz", "  vg 1 ", "  va 1 ");
}
#else
TEST(replay_notices_altered_events_of_reclaim, "")
{
	EXPECT("uma128-lru-221.trace.xz", "  r ", "  e ", "  F ", "  d ", "  li ", "  vi ", "  vs ",
	       "  hs ", "  he ", "  y ", "  t ", "  q ", "  s ");
	EXPECT("uma128-refault-401.trace.xz", "  va ", "  vg ");
}

TEST(replay_notices_another_page_and_another_figure, "")
{
	/* The page that was freed; what could still be reclaimed, when another round was decided on. */
	recording_expect_divergence("uma128-lru-221.trace.xz", "end", "  F ", 2);
	recording_expect_divergence("uma128-lru-221.trace.xz", "end", "  y ", 5);
}

TEST(replay_notices_altered_nodes, "")
{
	EXPECT("uma128-lru-221.trace.xz", " nodestat ", " nodediff ", " zonestat ", " zonediff ",
	       " lruvec ", " lruvecstat ", " lruvecdiff ", " lrusize ", " lru ", " cl ", " c ",
	       " watermark ", " vmstat ", " scanner ", " skip ", " kswapd ");
	EXPECT("uma128-refault-401.trace.xz", " cg ", " stock ");
}

TEST(replay_notices_altered_lines_of_daemons, "")
{
	EXPECT("uma128-kswapd-271.trace.xz", "  k ", "  w ", "  kw ", "  ks ", "  cw ", "  cz ",
	       "  cb ", "  cs ", "  ci ", "  cf ", "  cm ", "  cp ", "  ce ", "  o ", "  F ",
	       "  hs ", " pagevec ", " nodediff ", " kswapd ");
}

TEST(replay_notices_what_is_altered_afterwards, "")
{
	EXPECT_BELOW("uma128-lru-221.trace.xz", "snapshot after", "pagevec ", "vmctl ", "nodestat ",
		     "lruvec ", "lru 0 1 active", "shrinker ");
}
#endif

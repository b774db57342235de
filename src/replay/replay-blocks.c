/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Blocks of a recording whose compaction is computed: the state that a run finds, and what it leaves.
 *
 * Between `b NID ZONE` and `B` stands what a run reads of its zone, after its `q` line, between `z` and `Z`, the
 * zone's whole state. Both are written here from the machine's own state and compared line by line. One thing is
 * taken from a `b` block: reclaim, which these recordings leave to the environment, may have moved a page that it
 * kept between the active and the inactive list, and marked it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "replay/replay.h"
#include "state/state.h"
#include "world/world.h"

/**
 * @brief Compare lines of ours with those that the recording has here, up to the first that differs.
 *
 * @param replay the replay
 * @param write writes the lines of ours, with the line that ends the block
 * @param what handed to it
 */
void replay_compare_block(struct replay *replay, void (*write)(FILE *out, void *what), void *what)
{
	char *written = NULL;
	size_t size;
	FILE *out = open_memstream(&written, &size);

	if (!out) {
		replay->reader.next++; /* the line that would be compared first */
		reader_refuse(&replay->reader, "out of memory");
		return;
	}
	write(out, what);
	fclose(out);
	replay->result->checks++;
	replay_compare_text(&replay->reader, replay->result, written, NULL);
	free(written);
}

/** Take `NID ZONE` of a zone of the machine, and the end of the line. */
static struct zone *take_place(const char *line)
{
	long nid, zid;

	if (!take_number(&line, &nid) || !take_number(&line, &zid) || !take_end(&line) ||
	    !node_exists(nid) || zid < 0 || zid >= MAX_NR_ZONES)
		return NULL;
	return &NODE_DATA(nid)->node_zones[zid];
}

/** Write what a run of compaction finds. */
static void write_found_state(FILE *out, void *what)
{
	const struct zone *zone = what;

	snapshot_write_page_lines(out, zone, false);
	snapshot_write_pagevecs(out, " ");
	fputc(' ', out);
	check_line_of_zone(out, zone);
	fprintf(out, "\n  B\n");
}

/** Let pages change between the active and the inactive list as the lines ahead have them. */
static int take_activity(struct replay *replay, struct zone *zone)
{
	struct reader ahead = replay->reader;
	const char *line;

	while ((line = reader_line(&ahead)) && strcmp(line, "  B"))
		if (!strncmp(line, " pages ", 7) &&
		    snapshot_take_activity(&ahead, zone, line + 7)) {
			replay->reader = ahead;
			return -1;
		}
	return 0;
}

/** A run of compaction begins: compare what it finds. */
static void check_run_begins(struct replay *replay, struct zone *zone)
{
	u32 *reclaimed = &replay->reclaimed_zones[zone_to_nid(zone)];
	const char *line = replay_next_event(replay);
	u32 bit = 1u << zone_idx(zone);

	/* Recordings whose reclaim is computed as well have their own blocks. */
	if (replay->profile->computes_reclaim)
		return;
	if (!line || line[0] != 'b' || take_place(line + 1) != zone) {
		result_differs(replay->result, replay->reader.next + 1,
			       line ? line : "no further event", "b %d %d", zone_to_nid(zone),
			       zone_idx(zone));
		return;
	}
	replay->reader.next++;
	if ((*reclaimed & bit) && take_activity(replay, zone))
		return;
	*reclaimed &= ~bit;
	replay_compare_block(replay, write_found_state, zone);
}

/** What is written of a zone after a run. */
struct left_state {
	const struct zone *zone;
	struct snapshot_form form;
};

/** Write what a run of compaction leaves. */
static void write_left_state(FILE *out, void *what)
{
	const struct left_state *left = what;

	snapshot_write_zone_state(out, left->zone, &left->form);
	if (left->form.pages)
		snapshot_write_pagevecs(out, " ");
	fprintf(out, "  Z\n");
}

/** Compare the zone's state after a run, `z` to `Z`. */
static void check_left_state(struct replay *replay, const struct zone *zone)
{
	struct left_state left = { .zone = zone, .form.pages = !replay->profile->computes_reclaim };
	const char *line = replay_next_event(replay);

	if (!line || strcmp(line, "z")) {
		result_differs(replay->result, replay->reader.next + 1,
			       line ? line : "no further event", "z");
		return;
	}
	replay->reader.next++;
	replay_compare_block(replay, write_left_state, &left);
}

/** Compare `q NID ZONE RESULT PFN`. */
static void check_result(struct replay *replay, const struct zone *zone, long result,
			 const struct page *captured)
{
	const char *line = replay_next_event(replay);
	char got[80];

	snprintf(got, sizeof(got), "q %d %d %ld %ld", zone_to_nid(zone), zone_idx(zone), result,
		 captured ? (long)page_to_pfn(captured) : -1);
	replay->reader.next++;
	replay->result->events++;
	if (!line || strcmp(line, got))
		result_differs(replay->result, replay->reader.next,
			       line ? line : "no further event", "%s", got);
}

/**
 * @brief A zone was tested for compaction: where it runs, compare what it finds; else what the test leads to.
 *
 * @param replay the replay
 * @param event the event, which was found right
 */
void replay_zone_tested(struct replay *replay, const struct trace_event *event)
{
	struct zone *zone = &NODE_DATA(event->field[0])->node_zones[event->field[1]];
	const char *line = replay_next_event(replay);
	s64 result = event->field[3];

	replay->tested_zone = zone;
	if (result == COMPACT_CONTINUE)
		check_run_begins(replay, zone);
	else if (line && line[0] == 'q')
		check_result(replay, zone,
			     result == COMPACT_NOT_SUITABLE_ZONE ? COMPACT_SKIPPED : result, NULL);
}

/**
 * @brief A run of compaction ended: compare its result, the block that it caught, and what it leaves.
 *
 * @param replay the replay
 * @param event the event, which was found right
 */
void replay_zone_compacted(struct replay *replay, const struct trace_event *event)
{
	const struct capture_control *capc = current->capture_control;

	/* Runs of the daemons are not asked for by anybody. */
	if (replay->in_daemons)
		return;
	check_result(replay, replay->tested_zone, event->field[5], capc ? capc->page : NULL);
	if (replay->result->outcome == REPLAY_IDENTICAL)
		check_left_state(replay, replay->tested_zone);
}

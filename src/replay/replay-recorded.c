/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What reclaim and compaction achieved, taken from the recording: it depends on the rest of the kernel.
 */
#include <string.h>

#include "life/life.h"
#include "memory_map.h"
#include "replay/replay.h"
#include "stages/stages.h"
#include "state/state.h"
#include "world/world.h"

/** An empty list of pages. */
#define LIST_OF_PAGES(name) struct list_head name = { &(name), &(name) }

/** Once something differed, a request need not be carried to its end: it may have none. */
static bool stop_after_difference(const struct slow_request *request)
{
	const struct replay *replay = world->environment.context;

	return replay->result->outcome != REPLAY_IDENTICAL || replay->reader.error.line ||
	       watch_round(request);
}

/** The replay that the running operation belongs to. */
static struct replay *replay_of_world(void)
{
	return world->environment.context;
}

/** Pages that reclaim could get: the next `y` line of the zone says it, else its last one. */
static unsigned long recorded_reclaimable(struct zone *zone)
{
	struct replay *replay = replay_of_world();
	unsigned long *last = &replay->reclaimable[zone_to_nid(zone)][zone_idx(zone)];
	const char *line = replay_next_event(replay);
	long nid, zid, order, reclaimable;

	if (line && *line++ == 'y' && take_number(&line, &nid) && take_number(&line, &zid) &&
	    take_number(&line, &order) && take_number(&line, &reclaimable) &&
	    nid == zone_to_nid(zone) && zid == zone_idx(zone))
		*last = (unsigned long)reclaimable;
	return *last;
}

/** Free one page that reclaim gave back on the real machine. */
static int free_recorded_page(struct replay *replay, const char *line)
{
	LIST_OF_PAGES(list);
	struct page *page = take_page(&line);
	long order;

	if (!page || !take_number(&line, &order) || !take_end(&line) || order != 0)
		return reader_fail(&replay->reader, "'F PFN 0'");
	if (page_count(page) != 1) {
		result_differs(replay->result, replay->reader.next, line, "page %lu is not in use",
			       page_to_pfn(page));
		return -1;
	}
	*held_order(replay, page) = 0;
	if (page->mapping) {
		/* A page of a cache that the snapshot names. */
		page_owner(page)->nrpages--;
		page->mapping = NULL;
		lru_list_del(page);
		ClearPageFlag(page, PG_active);
	}
	ClearPageFlag(page, PG_lru);
	set_page_count(page, 0);
	list_add(&page->lru, &list);
	free_unref_page_list(&list);
	return 0;
}

/** Reclaim as the real machine did: free what it freed, up to the `e` line. */
static unsigned long recorded_reclaim(gfp_t gfp_mask, unsigned int order)
{
	struct replay *replay = replay_of_world();
	const char *line;
	long reclaimed = 0;

	(void)gfp_mask;
	(void)order;
	for (int nid = 0; nid < MAX_NUMNODES; nid++)
		replay->reclaimed_zones[nid] = ~0u;
	while (replay->result->outcome == REPLAY_IDENTICAL &&
	       (line = replay_next_event(replay)) != NULL) {
		/* Reclaim empties the batches before it scans a list; each page is compared as it comes. */
		if (!strncmp(line, "li ", 3) &&
		    world->lru_pvecs[world->this_cpu][PVEC_LRU_ADD].nr) {
			lru_add_drain();
			continue;
		}
		if (*line == 'e') {
			line++;
			take_number(&line, &reclaimed);
			break;
		}
		replay->reader.next++;
		if (*line == 'F' && free_recorded_page(replay, line + 1))
			break;
		/* Suitability tests inside reclaim are part of what it achieves. */
		if (*line != 'F' && *line != 's')
			result_differs(replay->result, replay->reader.next, line,
				       "nothing of that kind");
	}
	return (unsigned long)reclaimed;
}

/** Read `q NID ZONE RESULT PFN`, going past what compaction did in between. */
static bool find_compaction_result(struct replay *replay, const struct zone *zone,
				   enum compact_result suitable, long *result, long *pfn)
{
	const char *line, *q;
	long nid, zid;

	while ((line = replay_next_event(replay)) != NULL) {
		q = line + 1;
		replay->reader.next++;
		if (*line == 'q' && take_number(&q, &nid) && take_number(&q, &zid) &&
		    take_number(&q, result) && take_number(&q, pfn) && take_end(&q) &&
		    nid == zone_to_nid(zone) && zid == zone_idx(zone))
			return true;
		if (suitable != COMPACT_CONTINUE || *line == 'q')
			break;
	}
	result_differs(replay->result, replay->reader.next, line ? line : "no compaction",
		       "q %d %d %d", zone_to_nid(zone), zone_idx(zone), suitable);
	return false;
}

/** Read the zone's state after a compaction that really ran, between `z` and `Z`. */
static int load_recorded_zone(struct replay *replay, struct zone *zone)
{
	const char *line = replay_next_event(replay);

	if (!line || strcmp(line, "z"))
		return 0;
	replay->reader.next++;
	snapshot_clear_zone_state(zone);
	if (snapshot_read_zone_state(&replay->reader, zone, ZONE_STATE_INDENT))
		return -1;
	line = reader_line(&replay->reader);
	if (strcmp(line, "  Z"))
		return reader_fail(&replay->reader, "'Z'");
	return 0;
}

/** Is this a result that compaction can have, and a block of the zone, or no block? */
static bool compaction_possible(const struct zone *zone, unsigned int order, long result, long pfn)
{
	unsigned long first = (unsigned long)pfn, last = first + (1ul << order) - 1;

	if (result < COMPACT_NOT_SUITABLE_ZONE || result > COMPACT_SUCCESS)
		return false;
	return pfn < 0 || (zone_spans_pfn(zone, first) && zone_spans_pfn(zone, last));
}

/** Compact as the real machine did: take result, caught block and the zone's new state. */
static enum compact_result recorded_compact(struct zone *zone, unsigned int order,
					    enum compact_result suitable, struct page **capture)
{
	struct replay *replay = replay_of_world();
	long result, pfn;

	if (replay->result->outcome != REPLAY_IDENTICAL ||
	    !find_compaction_result(replay, zone, suitable, &result, &pfn))
		return COMPACT_SKIPPED;
	if (!compaction_possible(zone, order, result, pfn)) {
		reader_refuse(&replay->reader,
			      "expected a result from 0 to 8 and a caught block of this zone");
		return COMPACT_SKIPPED;
	}
	replay->result->events++;
	if (suitable != COMPACT_CONTINUE && result != (long)suitable)
		result_differs(replay->result, replay->reader.next,
			       replay->reader.text->line[replay->reader.next - 1], "q %d %d %d -1",
			       zone_to_nid(zone), zone_idx(zone), suitable);
	if (load_recorded_zone(replay, zone))
		return COMPACT_SKIPPED;
	if (pfn >= 0) {
		*capture = pfn_to_page((unsigned long)pfn);
		for (unsigned long i = 0; i < 1ul << order; i++)
			set_page_count(*capture + i, 0);
	}
	return (enum compact_result)result;
}

/** A recording's driver refuses to move the pages that it has marked; everybody else agrees. */
static bool owner_agrees(struct page *from, struct page *to)
{
	(void)to;
	return !is_driver_movable(from) || !PageFlag(from, PG_dirty);
}

/**
 * @brief Let a machine's reclaim and compaction achieve what the recording says, where its profile leaves them to it.
 *
 * @param replay the replay; it must outlive the machine
 * @param machine the machine
 */
void replay_take_recorded(struct replay *replay, struct machine *machine)
{
	if (!replay->profile->computes_reclaim) {
		machine->environment.reclaimable_pages = recorded_reclaimable;
		machine->environment.direct_reclaim = recorded_reclaim;
	}
	if (!replay->profile->computes_compaction)
		machine->environment.compact_zone = recorded_compact;
	machine->hooks.page_moved = owner_agrees;
	machine->environment.context = replay;
	machine->hooks.slow_round = stop_after_difference;
}

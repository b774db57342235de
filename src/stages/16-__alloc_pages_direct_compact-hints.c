/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 16, part: what runs leave behind for later ones: skip hints and cached positions.
 *
 * A run that looked through a pageblock in vain marks it, so that the next run passes it by: the **skip
 * hint**, one bit that both scanners share. And a zone remembers how far the scanners came: the **cached
 * positions**, two for the scanner of pages in use (one for runs that never wait, one for the others) and
 * one for the scanner of free pages.
 *
 * Both grow stale. When a zone was put off for as long as possible, or when kswapd is about to sleep, they
 * are forgotten, if a run has failed since they were last. New positions are looked for then: the first
 * pageblock of the lower half with something to move, the last of the upper half with a free page of the
 * movable type. Where one of the two is missing, both scanners are left in the middle of the zone, without a distance between
 * them: a run that goes on from there ends at once, and that puts them back to the ends.
 *
 * Exact: recordings of whole runs hold every mark and position, and what becomes of them when they are forgotten. For holes
 * and huge pages the tests stand alone.
 */
#include "memory_map.h"
#include "stages/stages.h"
#include "world/world.h"

/** A forgotten pageblock is judged by every eighth of its pages. */
#define SAMPLE_DISTANCE 8

/**
 * @brief First page of a pageblock, or of the part of it that lies in a zone.
 *
 * @param start_pfn first PFN of the part
 * @param end_pfn PFN after its last
 * @param zone the zone
 * @return the page; NULL when the part has a hole, or another zone, at either end
 * @source none (ours: what mm/internal.h does under the same name)
 */
struct page *pageblock_pfn_to_page(unsigned long start_pfn, unsigned long end_pfn,
				   const struct zone *zone)
{
	if (zone->contiguous)
		return pfn_to_page(start_pfn);
	return __pageblock_pfn_to_page(start_pfn, end_pfn, zone);
}

/**
 * @brief May a scanner look into a pageblock, as far as hints go?
 *
 * @param cc the run
 * @param pfn a PFN of the pageblock
 * @return false when it is marked to be passed by, and hints count
 * @source mm/compaction.c:205
 */
bool isolation_suitable(const struct compact_control *cc, unsigned long pfn)
{
	return cc->ignore_skip_hint || !get_pageblock_skip(pfn);
}

/**
 * @brief Mark a pageblock when its first page is about to be isolated.
 *
 * @param cc the run; one that ignores hints sets none here
 * @param pfn PFN of the page; only a pageblock's first page sets a mark
 * @source mm/compaction.c:388
 */
/* departs: 5.8.18 also asks whether another CPU has marked it since the walk began, and leaves it then. Nobody else
 * works here in the meantime. */
void mark_at_first_page(const struct compact_control *cc, unsigned long pfn)
{
	if (!cc->ignore_skip_hint && pfn % pageblock_nr_pages == 0)
		set_pageblock_skip(pfn);
}

/**
 * @brief Let later runs look for pages to move no lower than after this pageblock.
 *
 * The position is moved on to the end of a pageblock once more: given a pageblock's end, it becomes the end
 * of the next one, which later runs therefore leave out.
 *
 * @param cc the run; one that never waits moves only its own position
 * @param pfn first PFN after the pageblock that was finished
 * @source mm/compaction.c:407
 */
void update_cached_migrate(const struct compact_control *cc, unsigned long pfn)
{
	unsigned long *cached = cc->zone->compact_cached_migrate_pfn;

	pfn = pageblock_end_pfn(pfn);
	cached[0] = max_ul(cached[0], pfn);
	if (cc->mode != MIGRATE_ASYNC)
		cached[1] = max_ul(cached[1], pfn);
}

/**
 * @brief A pageblock was searched for free pages to its end: mark it, and let later runs begin below it.
 *
 * @param cc the run
 * @param pfn its first PFN
 * @source mm/compaction.c:428
 */
void update_pageblock_skip(const struct compact_control *cc, unsigned long pfn)
{
	set_pageblock_skip(pfn);
	if (pfn < cc->zone->compact_cached_free_pfn)
		cc->zone->compact_cached_free_pfn = pfn;
}

/**
 * @brief Let the next run begin at the ends of the zone.
 *
 * @param zone the zone
 * @source mm/compaction.c:214
 */
void reset_cached_positions(struct zone *zone)
{
	zone->compact_cached_migrate_pfn[0] = zone->zone_start_pfn;
	zone->compact_cached_migrate_pfn[1] = zone->zone_start_pfn;
	zone->compact_cached_free_pfn = pageblock_start_pfn(zone_end_pfn(zone) - 1);
}

/**
 * @brief Is a pageblock to be passed by whatever its mark says, because one block in use fills it?
 *
 * @param page a page of it
 * @return true for huge pages and larger
 * @source mm/compaction.c:227
 */
bool pageblock_skip_persistent(const struct page *page)
{
	return compound_order(compound_head(page)) >= pageblock_order;
}

/**
 * @brief Take the mark from a pageblock if there is something to move in it, or something free.
 *
 * @param zone the zone
 * @param pfn where in the pageblock to begin, unless its first PFN exists
 * @param source look for pages on LRU lists
 * @param target look for free blocks
 * @return true when one was found among the samples
 * @source mm/compaction.c:241
 */
static bool clear_skip_if_useful(const struct zone *zone, unsigned long pfn, bool source,
				 bool target)
{
	unsigned long first = max_ul(pageblock_start_pfn(pfn), zone->zone_start_pfn), last;

	if (pfn_valid(first))
		pfn = first;
	last = min_ul(pageblock_end_pfn(pfn), zone_end_pfn(zone)) - 1;
	if (!pfn_valid(last))
		return false;
	for (; pfn <= last; pfn += SAMPLE_DISTANCE) {
		const struct page *page = pfn_to_page(pfn);

		if (pfn_valid_within(pfn) &&
		    ((source && PageLRU(page)) || (target && PageBuddy(page)))) {
			clear_pageblock_skip(pfn);
			return true;
		}
	}
	return false;
}

/**
 * @brief Is a pageblock a good place to begin at? If it is, it loses its mark.
 *
 * @param zone the zone
 * @param pfn a PFN of the pageblock
 * @param source it may be good for pages to move
 * @param target it may be good for free pages; with both, what has no mark is good
 * @return true when it is
 * @source mm/compaction.c:241
 */
static bool __reset_isolation_pfn(const struct zone *zone, unsigned long pfn, bool source,
				  bool target)
{
	const struct page *page = pfn_to_page(pfn);

	/* Step 1: not of this zone, or full of one block in use */
	if (!pfn_valid(pfn) || page_zone(page) != zone || pageblock_skip_persistent(page))
		return false;

	/* Step 2: once both positions are known, only marks are of interest */
	if (source && target && !get_pageblock_skip(pfn))
		return true;

	/* Step 3: pages are copied into movable pageblocks only */
	if (!source && get_pageblock_migratetype(page) != MIGRATE_MOVABLE)
		return false;
	return clear_skip_if_useful(zone, pfn, source, target);
}

/** The positions that a walk over a zone has found. */
struct new_positions {
	unsigned long migrate_pfn;
	unsigned long free_pfn;
	bool source_set;
	bool target_set;
};

/**
 * @brief Look at one pageblock from below and one from above.
 *
 * @param zone the zone; receives the first position that is found on each side
 * @param found what was found so far
 * @param migrate_pfn a PFN of the one from below
 * @param free_pfn a PFN of the one from above
 * @source mm/compaction.c:317
 */
static void reset_isolation_pair(struct zone *zone, struct new_positions *found,
				 unsigned long migrate_pfn, unsigned long free_pfn)
{
	if (__reset_isolation_pfn(zone, migrate_pfn, true, found->source_set) &&
	    migrate_pfn < found->migrate_pfn) {
		found->source_set = true;
		found->migrate_pfn = migrate_pfn;
		zone->compact_init_migrate_pfn = migrate_pfn;
		zone->compact_cached_migrate_pfn[0] = migrate_pfn;
		zone->compact_cached_migrate_pfn[1] = migrate_pfn;
	}
	if (__reset_isolation_pfn(zone, free_pfn, found->target_set, true) &&
	    free_pfn > found->free_pfn) {
		found->target_set = true;
		found->free_pfn = free_pfn;
		zone->compact_init_free_pfn = free_pfn;
		zone->compact_cached_free_pfn = free_pfn;
	}
}

/**
 * @brief Forget a zone's hints, if a run that failed asked for it.
 *
 * @param zone the zone
 * @source mm/compaction.c:317
 */
void __reset_isolation_suitable(struct zone *zone)
{
	unsigned long migrate_pfn = zone->zone_start_pfn, free_pfn = zone_end_pfn(zone) - 1;
	struct new_positions found = { .migrate_pfn = free_pfn, .free_pfn = migrate_pfn };

	/* Step 1: only after a run that ended with nothing */
	if (!zone->compact_blockskip_flush)
		return;
	zone->compact_blockskip_flush = false;

	/* Step 2: from both ends to the middle. The walk from above begins at the zone's last page, not at
	 * the first of a pageblock, so the position that it leaves is no pageblock's first page either. */
	while (migrate_pfn < free_pfn) {
		reset_isolation_pair(zone, &found, migrate_pfn, free_pfn);
		migrate_pfn += pageblock_nr_pages;
		/* departs: below PFN 0 the position of 5.8.18 wraps. A zone that is the pageblock there and no other
		 * keeps it busy, for 2^54 rounds that find nothing. Here the walk from above ends at 0. */
		free_pfn -= min_ul(free_pfn, pageblock_nr_pages);
	}

	/* Step 3: one of them is missing: no distance to go */
	if (found.migrate_pfn >= found.free_pfn) {
		zone->compact_cached_migrate_pfn[0] = migrate_pfn;
		zone->compact_cached_migrate_pfn[1] = migrate_pfn;
		zone->compact_cached_free_pfn = free_pfn;
	}
}

/**
 * @brief Forget the hints of a node's zones. kswapd does it when it goes to sleep.
 *
 * @param pgdat the node
 * @source mm/compaction.c:369
 */
void reset_isolation_suitable(struct pglist_data *pgdat)
{
	for (int zid = 0; zid < MAX_NR_ZONES; zid++)
		if (populated_zone(&pgdat->node_zones[zid]))
			__reset_isolation_suitable(&pgdat->node_zones[zid]);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 16, part: one run of compaction on one zone, from suitability to the last free page.
 *
 *     zone start                                          zone end
 *     |##.#|#.##|..#.|                    |....|..#.|....|....|
 *      in use, to be moved -->      <-- free, to be copied to
 *      migrate scanner                            free scanner
 *
 * Two scanners work towards each other: one collects pages in use from the lower end, the other free
 * pages from the upper end, and the first are moved into the second. The run ends when a block of the
 * wanted order is free, when the scanners meet, or when it must not go on.
 *
 * A run goes on where the last one stopped, and passes by what others have marked (**hints**).
 *
 * A block that becomes free on the way need not reach the free lists at all, where others could take
 * it: the free path hands it to the run that waits for it. This is **capture**.
 *
 * Exact: recordings of whole runs hold the positions, the rounds, how they end, what is drained and what is caught. In
 * none is a run contended, and none has CMA; there the tests stand alone.
 */
#include <errno.h>

#include "gfp.h"
#include "gfp_zones.h"
#include "memory_map.h"
#include "stages/stages.h"
#include "tracepoints.h"
#include "world/world.h"

/**
 * @brief Catch a block that is being freed, if the running task waits for exactly this one.
 *
 * @param capc the task's run; nothing caught yet
 * @param page first page of the block
 * @param order its order
 * @param migratetype its type
 * @return true when it was caught
 * @source mm/page_alloc.c:825
 */
bool compaction_capture(struct capture_control *capc, struct page *page, unsigned int order,
			int migratetype)
{
	/* Step 1: a task of its own that waits for a block of this order and zone */
	if ((current->flags & PF_KTHREAD) || capc->page || (int)order != capc->cc->order ||
	    page_zone(page) != capc->cc->zone)
		return false;

	/* Step 2: pageblocks with a purpose keep what is freed in them */
	if (is_migrate_cma(migratetype) || is_migrate_isolate(migratetype))
		return false;

	/* Step 3: do not put unmovable content into a movable pageblock, unless it takes all of it */
	if (order < pageblock_order && migratetype == MIGRATE_MOVABLE)
		return false;
	capc->page = page;
	return true;
}

/**
 * @brief Have the scanners met?
 *
 * @param cc the run
 * @return true when they are in the same pageblock, or past each other
 * @source mm/compaction.c:1185
 */
static bool compact_scanners_met(const struct compact_control *cc)
{
	return cc->free_pfn >> pageblock_order <= cc->migrate_pfn >> pageblock_order;
}

/**
 * @brief Would an allocation of the wanted order and type succeed now?
 *
 * @param cc the run
 * @return true when a list has a block that it may take
 * @source mm/compaction.c:1860
 */
static bool wanted_block_is_free(const struct compact_control *cc)
{
	bool can_steal;

	for (int order = cc->order; order < MAX_ORDER; order++) {
		const struct free_area *area = &cc->zone->free_area[order];

		if (!free_area_empty(area, cc->migratetype))
			return true;
		if (cc->migratetype == MIGRATE_MOVABLE && !free_area_empty(area, MIGRATE_CMA))
			return true;
		if (find_suitable_fallback(area, (unsigned int)order, cc->migratetype, true,
					   &can_steal) != -1)
			return true;
	}
	return false;
}

/**
 * @brief What to do next: go on, or end with which result?
 *
 * @param cc the run
 * @return COMPACT_NO_SUITABLE_PAGE: go on, no block yet; COMPACT_CONTINUE: go on, too early to look
 * @source mm/compaction.c:1860
 */
static enum compact_result __compact_finished(struct compact_control *cc)
{
	/* Step 1: the scanners have met: the next run begins afresh */
	if (compact_scanners_met(cc)) {
		reset_cached_positions(cc->zone);
		if (cc->direct_compaction)
			cc->zone->compact_blockskip_flush = true;
		return cc->whole_zone ? COMPACT_COMPLETE : COMPACT_PARTIAL_SKIPPED;
	}

	/* Step 2: compaction on request has no order; and a pageblock once begun is finished */
	if (cc->order == -1 || cc->migrate_pfn % pageblock_nr_pages)
		return COMPACT_CONTINUE;

	/* Step 3: is it done? If not, may it go on? */
	if (wanted_block_is_free(cc))
		return COMPACT_SUCCESS;
	if (cc->contended || current->fatal_signal_pending)
		return COMPACT_CONTENDED;
	return COMPACT_NO_SUITABLE_PAGE;
}

/**
 * @brief The same, for the loop: COMPACT_CONTINUE or the end.
 *
 * @param cc the run
 * @return COMPACT_CONTINUE, or the result
 * @source mm/compaction.c:1950
 */
static enum compact_result compact_finished(struct compact_control *cc)
{
	enum compact_result result = __compact_finished(cc);

	trace_mm_compaction_finished(cc->zone, cc->order, result);
	return result == COMPACT_NO_SUITABLE_PAGE ? COMPACT_CONTINUE : result;
}

/**
 * @brief Where the scanners begin.
 *
 * @param cc the run
 * @source mm/compaction.c:2083
 */
static void set_start_positions(struct compact_control *cc)
{
	struct zone *zone = cc->zone;
	unsigned long start = zone->zone_start_pfn, end = zone_end_pfn(zone);
	unsigned long *cached = zone->compact_cached_migrate_pfn;

	/* Step 1: at the ends of the zone, without reading or setting what is remembered */
	cc->fast_start_pfn = 0;
	cc->migrate_pfn = start;
	cc->free_pfn = pageblock_start_pfn(end - 1);
	if (cc->whole_zone)
		return;

	/* Step 2: or where the last run stopped, if that lies in the zone */
	if (zone->compact_cached_free_pfn >= start && zone->compact_cached_free_pfn < end)
		cc->free_pfn = zone->compact_cached_free_pfn;
	zone->compact_cached_free_pfn = cc->free_pfn;
	if (cached[cc->mode != MIGRATE_ASYNC] >= start && cached[cc->mode != MIGRATE_ASYNC] < end)
		cc->migrate_pfn = cached[cc->mode != MIGRATE_ASYNC];
	else
		cached[0] = cached[1] = start;

	/* Step 3: at the lowest position that makes sense it is the whole zone after all */
	if (cc->migrate_pfn <= zone->compact_init_migrate_pfn)
		cc->whole_zone = true;
}

/**
 * @brief Pages that are isolated and not yet moved or given back.
 *
 * @param cc the run
 * @return length of the list
 * @source none (ours: counts)
 */
static unsigned long pages_isolated(const struct compact_control *cc)
{
	const struct list_head *entry;
	unsigned long nr = 0;

	list_for_each(entry, &cc->migratepages)
		nr++;
	return nr;
}

/** A run, besides what is wanted and held. */
struct compact_run {
	struct compact_control *cc;
	struct capture_control *capc;
	/** Where the scanner stood when the round began that last isolated pages, before any jump; 0: none
	 * since a drain. */
	unsigned long last_migrated_pfn;
	bool update_cached; /**< take the waiting position along, as long as nothing was found */
};

/**
 * @brief Move what a round isolated.
 *
 * @param run the run
 * @return false when there is nowhere to move to, although the scanners have not met
 * @source mm/compaction.c:2083
 */
static bool move_isolated(struct compact_run *run)
{
	struct compact_control *cc = run->cc;
	long error = migrate_pages(cc);
	unsigned long failed = error < 0 ? pages_isolated(cc) : (unsigned long)error;

	trace_mm_compaction_migratepages(cc->nr_migratepages, error, failed);
	cc->nr_migratepages = 0;
	if (!error)
		return true;

	/* Step 1: give back what could not be moved */
	putback_movable_pages(cc);
	if (error == -ENOMEM && !compact_scanners_met(cc))
		return false;

	/* Step 2: a block that is wanted at once is spoilt: go on after it */
	if (direct_async(cc)) {
		cc->migrate_pfn = block_end_pfn(cc->migrate_pfn - 1, cc->order);
		run->last_migrated_pfn = 0;
	}
	return true;
}

/**
 * @brief A block of the wanted order was left behind: let the moved pages' frames merge.
 *
 * Frames and copies both wait on this CPU: the frames on its list of single pages, the copies on their way to
 * the LRU lists.
 *
 * @param run the run
 * @source mm/compaction.c:2083
 */
static void drain_finished_block(struct compact_run *run)
{
	struct compact_control *cc = run->cc;

	if (cc->order <= 0 || !run->last_migrated_pfn)
		return;
	if (run->last_migrated_pfn < cc->migrate_pfn >> cc->order << cc->order) {
		lru_add_drain();
		drain_local_pages(cc->zone);
		run->last_migrated_pfn = 0;
	}
}

/**
 * @brief One round: isolate in one pageblock, move, drain.
 *
 * @param run the run
 * @return COMPACT_CONTINUE, or how the run ends
 * @source mm/compaction.c:2083
 */
static enum compact_result compact_round(struct compact_run *run)
{
	struct compact_control *cc = run->cc;
	unsigned long *cached = cc->zone->compact_cached_migrate_pfn;
	unsigned long start = cc->migrate_pfn;
	enum isolate_result isolated;

	/* Step 1: did the last round that isolated pages begin in this pageblock? Then finish it this time */
	cc->rescan = pageblock_start_pfn(run->last_migrated_pfn) == pageblock_start_pfn(start);

	/* Step 2: isolate, and move */
	isolated = isolate_migratepages(cc);
	if (isolated == ISOLATE_ABORT) {
		putback_movable_pages(cc);
		return COMPACT_CONTENDED;
	}
	if (isolated == ISOLATE_SUCCESS) {
		run->update_cached = false;
		run->last_migrated_pfn = start;
		if (!move_isolated(run))
			return COMPACT_CONTENDED;
	} else if (run->update_cached) {
		cached[1] = cached[0];
	}

	/* Step 3: let free pages merge; perhaps the wanted block was caught */
	drain_finished_block(run);
	return run->capc && run->capc->page ? COMPACT_SUCCESS : COMPACT_CONTINUE;
}

/**
 * @brief Give back the free pages that were not used, and scan them again next time.
 *
 * @param cc the run
 * @source mm/compaction.c:2083
 */
static void return_free_pages(struct compact_control *cc)
{
	unsigned long block;

	if (!cc->nr_freepages)
		return;
	block = pageblock_start_pfn(release_freepages(cc));
	cc->zone->compact_cached_free_pfn = max_ul(cc->zone->compact_cached_free_pfn, block);
}

/**
 * @brief Compact a zone.
 *
 * @param cc what is wanted and allowed
 * @param capc where a block is caught; NULL: nobody waits for one
 * @return how it went
 * @source mm/compaction.c:2083
 */
/* departs: 5.8.18 offers the CPU again and again in the middle of a run; here nobody else runs until it is over. */
enum compact_result compact_zone(struct compact_control *cc, struct capture_control *capc)
{
	struct compact_run run = { .cc = cc, .capc = capc };
	bool sync = cc->mode != MIGRATE_ASYNC;
	struct zone *zone = cc->zone;
	unsigned long start = zone->zone_start_pfn, end = zone_end_pfn(zone);
	enum compact_result result;

	/* Step 1: is it worth it? */
	cc->nr_migratepages = cc->nr_freepages = 0;
	cc->migrate_scanned = cc->free_scanned = 0;
	INIT_LIST_HEAD(&cc->migratepages);
	INIT_LIST_HEAD(&cc->freepages);
	cc->migratetype = gfp_migratetype(cc->gfp_mask);
	result = compaction_suitable(zone, cc->order, cc->alloc_flags, cc->highest_zoneidx);
	if (result != COMPACT_CONTINUE)
		return result;

	/* Step 2: forget hints that are too old; find the start positions */
	if (compaction_restarting(zone, cc->order))
		__reset_isolation_suitable(zone);
	set_start_positions(cc);
	run.update_cached =
		!sync && zone->compact_cached_migrate_pfn[0] == zone->compact_cached_migrate_pfn[1];

	/* Step 3: rounds, until there is a block, the scanners meet, or it must stop. What is on its way to an
	 * LRU list could not be isolated: it goes there first */
	trace_mm_compaction_begin(start, cc->migrate_pfn, cc->free_pfn, end, sync);
	lru_add_drain();
	while ((result = compact_finished(cc)) == COMPACT_CONTINUE)
		if ((result = compact_round(&run)) != COMPACT_CONTINUE)
			break;

	/* Step 4: give back what is left over */
	return_free_pages(cc);
	trace_mm_compaction_end(start, cc->migrate_pfn, cc->free_pfn, end, sync, result);
	return result;
}

/**
 * @brief Compact all zones of a node, whatever is free.
 *
 * What one zone leaves in the control block the next begins with.
 *
 * @param pgdat the node
 * @source mm/compaction.c:2426
 */
void compact_node(struct pglist_data *pgdat)
{
	struct compact_control cc = {
		.order = -1,
		.gfp_mask = GFP_KERNEL,
		.mode = MIGRATE_SYNC,
		.whole_zone = true,
		.ignore_skip_hint = true,
	};

	for (int zid = 0; zid < MAX_NR_ZONES; zid++) {
		cc.zone = &pgdat->node_zones[zid];
		if (populated_zone(cc.zone))
			compact_zone(&cc, NULL);
	}
}

/**
 * @brief Compact everything: what a write to /proc/sys/vm/compact_memory does.
 *
 * What is on its way to LRU lists goes there once, before the first node.
 *
 * @source none (ours: what mm/compaction.c does under the same name)
 */
void compact_nodes(void)
{
	int nid;

	lru_add_drain_all();
	for_each_online_node(nid)
		compact_node(NODE_DATA(nid));
}

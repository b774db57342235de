/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 16: make large blocks out of small ones by moving pages together.
 *
 * Memory can be plentiful and yet in pieces too small for a request. **Compaction** moves the pages
 * in use to one end of a zone, so that the free ones come together at the other.
 *
 * This file decides whether that is worth trying: is there enough free memory for the copies, is it
 * really fragmentation that makes the request fail, and did it fail so often lately that the zone is
 * better left alone for a while (**deferral**)?
 */
#include "gfp.h"
#include "stages/stages.h"
#include "scopes.h"
#include "tracepoints.h"
#include "vmstat.h"
#include "witness.h"
#include "world/world.h"

/** At or below this index a failure is put down to lack of memory, not to fragmentation. */
/* departs: in 5.8.18 this is a tunable, vm.extfrag_threshold; here it is a constant, the tunable's default. */
#define EXTFRAG_THRESHOLD 500

/**
 * @brief Put a zone off after a failure, for about twice as many attempts as last time, at most 63.
 *
 * @param zone the zone
 * @param order order that failed
 * @source mm/compaction.c:142
 */
void defer_compaction(struct zone *zone, int order)
{
	zone->compact_considered = 0;
	if (zone->compact_defer_shift < COMPACT_MAX_DEFER_SHIFT)
		zone->compact_defer_shift++;
	if (order < zone->compact_order_failed)
		zone->compact_order_failed = order;
	trace_mm_compaction_defer_compaction(zone, order);
}

/**
 * @brief Is the zone to be left alone this time? Counts the attempt.
 *
 * @param zone the zone
 * @param order order wanted
 * @return true when it is put off
 * @source mm/compaction.c:157
 */
bool compaction_deferred(struct zone *zone, int order)
{
	unsigned int limit = 1u << zone->compact_defer_shift;

	if (order < zone->compact_order_failed)
		return false;
	if (++zone->compact_considered >= limit) {
		zone->compact_considered = limit;
		return false;
	}
	trace_mm_compaction_deferred(zone, order);
	return true;
}

/**
 * @brief Compaction worked: stop putting the zone off.
 *
 * @param zone the zone
 * @param order order that worked
 * @param alloc_success a block was allocated, not only made possible
 * @source mm/compaction.c:181
 */
void compaction_defer_reset(struct zone *zone, int order, bool alloc_success)
{
	if (alloc_success) {
		zone->compact_considered = 0;
		zone->compact_defer_shift = 0;
	}
	if (order >= zone->compact_order_failed)
		zone->compact_order_failed = order + 1;
	trace_mm_compaction_defer_reset(zone, order);
}

/**
 * @brief Was the zone put off for as long as possible, so that hints are stale by now?
 *
 * @param zone the zone
 * @param order order wanted
 * @return true when the scanners should start afresh
 * @source mm/compaction.c:195
 */
bool compaction_restarting(const struct zone *zone, int order)
{
	if (order < zone->compact_order_failed)
		return false;
	return zone->compact_defer_shift == COMPACT_MAX_DEFER_SHIFT &&
	       zone->compact_considered >= 1u << zone->compact_defer_shift;
}

/**
 * @brief Would a request of this order fail for lack of memory (0) or for fragmentation (1000)?
 *
 * @param zone the zone
 * @param order order wanted
 * @return at most 1000, down to about -500 where a single block is free; -1000 when a block is there and it
 * would not fail
 * @source mm/vmstat.c:1078
 */
int fragmentation_index(const struct zone *zone, unsigned int order)
{
	unsigned long blocks = 0, pages = 0, requested = 1ul << order;
	bool suitable = false;

	for (unsigned int o = 0; o < MAX_ORDER; o++) {
		unsigned long nr_free = zone->free_area[o].nr_free;

		blocks += nr_free;
		pages += nr_free << o;
		suitable |= o >= order && nr_free;
	}
	if (!blocks)
		return 0;
	if (suitable)
		return -1000;
	return 1000 - (int)((1000 + pages * 1000 / requested) / blocks);
}

/**
 * @brief Is there a block already, or at least enough free memory to compact?
 *
 * @param zone the zone
 * @param order order wanted
 * @param alloc_flags flags of the request
 * @param highest_zoneidx highest zone of the request
 * @param free_pages free pages to judge by
 * @return COMPACT_SUCCESS, COMPACT_SKIPPED or COMPACT_CONTINUE
 * @source mm/compaction.c:1969
 */
static enum compact_result __compaction_suitable(const struct zone *zone, unsigned int order,
						 unsigned int alloc_flags, int highest_zoneidx,
						 unsigned long free_pages)
{
	unsigned long watermark = wmark_pages(zone, alloc_flags & ALLOC_WMARK_MASK);

	/* Step 1: a block is there: nothing to compact */
	if (zone_watermark_ok(zone, order, watermark, highest_zoneidx, alloc_flags))
		return COMPACT_SUCCESS;

	/* Step 2: pages to copy to are needed above the mark, twice the block to be safe */
	watermark = order > PAGE_ALLOC_COSTLY_ORDER ? low_wmark_pages(zone) : min_wmark_pages(zone);
	watermark += compact_gap(order);
	if (!__zone_watermark_ok(zone, 0, watermark, highest_zoneidx, ALLOC_CMA, (long)free_pages))
		return COMPACT_SKIPPED;
	return COMPACT_CONTINUE;
}

/**
 * @brief Is a zone worth compacting for this order?
 *
 * @param zone the zone
 * @param order order wanted; -1 compacts on request, whatever is free
 * @param alloc_flags flags of the request
 * @param highest_zoneidx highest zone of the request
 * @return COMPACT_SUCCESS, COMPACT_SKIPPED or COMPACT_CONTINUE
 * @source mm/compaction.c:2012
 */
enum compact_result compaction_suitable(struct zone *zone, int order, unsigned int alloc_flags,
					int highest_zoneidx)
{
	enum compact_result result = COMPACT_CONTINUE;

	if (order >= 0)
		result = __compaction_suitable(zone, (unsigned int)order, alloc_flags,
					       highest_zoneidx,
					       zone_page_state(zone, NR_FREE_PAGES));

	/* For large blocks: is it fragmentation at all, or is there simply too little? */
	if (result == COMPACT_CONTINUE && order > (int)PAGE_ALLOC_COSTLY_ORDER) {
		int index = fragmentation_index(zone, (unsigned int)order);

		if (index >= 0 && index <= EXTFRAG_THRESHOLD)
			result = COMPACT_NOT_SUITABLE_ZONE;
	}
	trace_mm_compaction_suitable(zone, order, result);
	return result == COMPACT_NOT_SUITABLE_ZONE ? COMPACT_SKIPPED : result;
}

/**
 * @brief Could compaction run on any zone of a request, once what can be reclaimed is reclaimed?
 *
 * @param ac zones and nodes of the request
 * @param order order wanted
 * @param alloc_flags flags of the request
 * @return true when one zone would have enough
 * @source mm/compaction.c:2050
 */
bool compaction_zonelist_suitable(const struct alloc_context *ac, int order,
				  unsigned int alloc_flags)
{
	struct zoneref *z;
	struct zone *zone;

	for_each_zone_zonelist_nodemask(zone, z, ac->zonelist, (int)ac->highest_zoneidx,
					ac->nodemask) {
		/* Not all that looks reclaimable is: the larger the order, the less is believed. */
		unsigned long available = zone_reclaimable_pages(zone) / (unsigned long)order;

		available += zone_page_state_snapshot(zone, NR_FREE_PAGES);
		if (__compaction_suitable(zone, (unsigned int)order, alloc_flags,
					  (int)ac->highest_zoneidx, available) != COMPACT_SKIPPED)
			return true;
	}
	return false;
}

/**
 * @brief Compact one zone for a request.
 *
 * @param zone the zone
 * @param order order wanted
 * @param gfp_mask the request's mask
 * @param prio how hard to try: the lowest number is the hardest
 * @param alloc_flags flags of the request
 * @param highest_zoneidx highest zone of the request
 * @param capture receives a block that was caught as it became free
 * @return how it went
 * @source mm/compaction.c:2294
 */
static enum compact_result compact_zone_order(struct zone *zone, int order, gfp_t gfp_mask,
					      enum compact_priority prio, unsigned int alloc_flags,
					      int highest_zoneidx, struct page **capture)
{
	struct compact_control cc = {
		.zone = zone,
		.order = order,
		.gfp_mask = gfp_mask,
		.alloc_flags = alloc_flags,
		.highest_zoneidx = highest_zoneidx,
		.mode = prio == COMPACT_PRIO_ASYNC ? MIGRATE_ASYNC : MIGRATE_SYNC_LIGHT,
		.direct_compaction = true,
		.whole_zone = prio == MIN_COMPACT_PRIORITY,
		.ignore_skip_hint = prio == MIN_COMPACT_PRIORITY,
		.ignore_block_suitable = prio == MIN_COMPACT_PRIORITY,
		.search_order = (short)order,
	};
	struct capture_control capc = { .cc = &cc };
	enum compact_result result;

	/* Step 1: a replay knows from its recording what came of it */
	*capture = NULL;
	if (world->environment.compact_zone)
		return world->environment.compact_zone(
			zone, (unsigned int)order,
			compaction_suitable(zone, order, alloc_flags, highest_zoneidx), capture);

	/* Step 2: compact, ready to catch a block that becomes free on the way */
	current->capture_control = &capc;
	result = compact_zone(&cc, &capc);
	current->capture_control = NULL;
	*capture = capc.page;
	return result;
}

/**
 * @brief Compact the zones of a request, one after the other, until one has a block.
 *
 * @param gfp_mask the request's mask; without __GFP_IO nothing is done
 * @param order order wanted
 * @param alloc_flags flags of the request
 * @param ac zones and nodes of the request
 * @param prio how hard to try
 * @param capture receives a block that was caught as it became free
 * @return the greatest of the zones' results
 * @source mm/compaction.c:2356
 */
enum compact_result try_to_compact_pages(gfp_t gfp_mask, unsigned int order,
					 unsigned int alloc_flags, const struct alloc_context *ac,
					 enum compact_priority prio, struct page **capture)
{
	enum compact_result rc = COMPACT_SKIPPED;
	struct zoneref *z;
	struct zone *zone;

	/* Step 1: moving a page may need I/O */
	if (!(gfp_mask & __GFP_IO))
		return COMPACT_SKIPPED;
	trace_mm_compaction_try_to_compact_pages(order, gfp_mask, (int)prio);

	for_each_zone_zonelist_nodemask(zone, z, ac->zonelist, (int)ac->highest_zoneidx,
					ac->nodemask) {
		enum compact_result status;

		/* Step 2: leave a zone alone that failed lately */
		if (prio > MIN_COMPACT_PRIORITY && compaction_deferred(zone, (int)order)) {
			rc = rc > COMPACT_DEFERRED ? rc : COMPACT_DEFERRED;
			continue;
		}

		/* Step 3: compact it */
		status = compact_zone_order(zone, (int)order, gfp_mask, prio, alloc_flags,
					    (int)ac->highest_zoneidx, capture);
		rc = rc > status ? rc : status;
		if (status == COMPACT_SUCCESS) {
			compaction_defer_reset(zone, (int)order, false);
			break;
		}

		/* Step 4: it failed although it tried hard: leave it alone for a while */
		if (prio != COMPACT_PRIO_ASYNC &&
		    (status == COMPACT_COMPLETE || status == COMPACT_PARTIAL_SKIPPED))
			defer_compaction(zone, (int)order);
		if ((prio == COMPACT_PRIO_ASYNC && current->need_resched) ||
		    current->fatal_signal_pending)
			break;
	}
	return rc;
}

/**
 * @brief Compact, then walk the zones again.
 *
 * @param gfp_mask the request's mask
 * @param order block of 2^order pages; 0 needs no compaction
 * @param alloc_flags flags of the walk
 * @param ac zones, nodes and lists of the request
 * @param prio how hard to try
 * @param compact_result receives how it went; untouched for order 0
 * @return the first page, or NULL
 * @source mm/page_alloc.c:3992
 */
struct page *__alloc_pages_direct_compact(gfp_t gfp_mask, unsigned int order,
					  unsigned int alloc_flags, const struct alloc_context *ac,
					  enum compact_priority prio,
					  enum compact_result *compact_result)
{
	struct page *page = NULL;
	unsigned int noreclaim;

	if (!order)
		return NULL;

	/* Step 1: compact, as somebody whose own allocations may use the reserves */
	noreclaim = memalloc_noreclaim_save();
	*compact_result = try_to_compact_pages(gfp_mask, order, alloc_flags, ac, prio, &page);
	memalloc_noreclaim_restore(noreclaim);
	witness_compact(prio, *compact_result, page != NULL);
	count_vm_events(COMPACTSTALL, 1);

	/* Step 2: a block that was caught needs preparing; otherwise walk the zones, even if nothing
	 * was compacted */
	if (page)
		prep_new_page(page, order, gfp_mask, alloc_flags);
	else
		page = get_page_from_freelist(gfp_mask, order, alloc_flags, ac);

	/* Step 3: remember success and failure */
	if (page) {
		struct zone *zone = page_zone(page);

		zone->compact_blockskip_flush = false;
		compaction_defer_reset(zone, (int)order, true);
		count_vm_events(COMPACTSUCCESS, 1);
		return page;
	}
	count_vm_events(COMPACTFAIL, 1);

	/* Step 4: in vain: let others run */
	world_reschedule();
	return NULL;
}

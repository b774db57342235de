/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 09: would this zone stay above its watermark?
 *
 * Free memory is not there to be used up. Some of it must remain so that those who free memory can
 * work, for interrupts that cannot wait, and for requests that can use no other zone. Each zone
 * therefore has three **watermarks**: at `high` background reclaim rests, below `low` it is woken,
 * below `min` only the privileged may allocate.
 *
 * The test is arithmetic on a few counters. From the free pages it subtracts what this request may
 * not touch: the block itself, pages reserved for urgent high orders, pages lent out by CMA. The
 * rest must exceed the watermark, lowered for urgent requests, plus the reserve for requests that
 * are confined to lower zones. For a block of more than one page there must also be a block large
 * enough on a list that the request can use.
 */
#include "stages/stages.h"
#include "vmstat.h"

/**
 * @brief Free pages that this request could not be given, or that would be gone after it.
 *
 * @param zone the zone
 * @param order block of 2^order pages
 * @param alloc_flags flags of this attempt
 * @return pages to subtract from the free ones
 * @source mm/page_alloc.c:3502
 */
long unusable_free(const struct zone *zone, unsigned int order, unsigned int alloc_flags)
{
	/* Step 1: the block itself, all but its last page */
	long unusable = (1l << order) - 1;

	/* Step 2: the reserve for urgent high orders, whether it is free at the moment or not */
	if (!(alloc_flags & (ALLOC_HARDER | ALLOC_OOM)))
		unusable += (long)zone->nr_reserved_highatomic;

	/* Step 3: pages lent out by CMA, which only movable content may borrow */
	if (!(alloc_flags & ALLOC_CMA))
		unusable += (long)zone_page_state(zone, NR_FREE_CMA_PAGES);
	return unusable;
}

/**
 * @brief The mark, lowered for requests that may dip into the reserve.
 *
 * @param mark the watermark, pages
 * @param alloc_flags flags of this attempt
 * @return pages
 * @source mm/page_alloc.c:3502
 */
long lowered_mark(unsigned long mark, unsigned int alloc_flags)
{
	long min = (long)mark;

	/* Subtracting half keeps the larger half of an odd mark; the two reductions add up. */
	if (alloc_flags & ALLOC_HIGH)
		min -= min / 2;
	if (alloc_flags & ALLOC_OOM)
		min -= min / 2;
	else if (alloc_flags & ALLOC_HARDER)
		min -= min / 4;
	return min;
}

/**
 * @brief Does an area hold a block that the request could be given?
 *
 * The migratetype of the request plays no part: it can fall back to any of the first three.
 *
 * @param area the free blocks of one order
 * @param alloc_flags flags of this attempt
 * @return true when one of the lists that count has an entry
 * @source mm/page_alloc.c:3502
 */
static bool area_has_usable_block(const struct free_area *area, unsigned int alloc_flags)
{
	if (!area->nr_free)
		return false;
	for (int type = 0; type < MIGRATE_PCPTYPES; type++)
		if (!free_area_empty(area, type))
			return true;
	if ((alloc_flags & ALLOC_CMA) && !free_area_empty(area, MIGRATE_CMA))
		return true;
	return (alloc_flags & (ALLOC_HARDER | ALLOC_OOM)) &&
	       !free_area_empty(area, MIGRATE_HIGHATOMIC);
}

/**
 * @brief The full check.
 *
 * @param zone the zone
 * @param order block of 2^order pages
 * @param mark the watermark, boost included, pages
 * @param highest_zoneidx highest zone of the request: selects the lowmem reserve
 * @param alloc_flags what may be ignored and what counts
 * @param free_pages free pages to judge by
 * @return true when the zone would stay above the mark and has a block
 * @source mm/page_alloc.c:3502
 */
__aside bool __zone_watermark_ok(const struct zone *zone, unsigned int order, unsigned long mark,
				 int highest_zoneidx, unsigned int alloc_flags, long free_pages)
{
	long min = lowered_mark(mark, alloc_flags);

	/* Step 1: are there enough pages? */
	free_pages -= unusable_free(zone, order, alloc_flags);
	if (free_pages <= min + (long)zone->lowmem_reserve[highest_zoneidx])
		return false;

	/* Step 2: then one page is always at hand */
	if (!order)
		return true;

	/* Step 3: for a block, look for one that is large enough */
	for (unsigned int o = order; o < MAX_ORDER; o++)
		if (area_has_usable_block(&zone->free_area[o], alloc_flags))
			return true;
	return false;
}

/**
 * @brief The full check on the zone's free pages as the cheap counter knows them.
 *
 * @param zone the zone
 * @param order block of 2^order pages
 * @param mark the watermark, boost included, pages
 * @param highest_zoneidx highest zone of the request
 * @param alloc_flags what may be ignored and what counts
 * @return true when the zone would stay above the mark and has a block
 * @source mm/page_alloc.c:3580
 */
bool zone_watermark_ok(const struct zone *zone, unsigned int order, unsigned long mark,
		       int highest_zoneidx, unsigned int alloc_flags)
{
	return __zone_watermark_ok(zone, order, mark, highest_zoneidx, alloc_flags,
				   (long)zone_page_state(zone, NR_FREE_PAGES));
}

/**
 * @brief The check of the zone walk: a quick yes for single pages, else the full check.
 *
 * The quick yes ignores the reserve for urgent high orders, so for single pages that reserve is
 * respected only below the mark.
 *
 * @param zone the zone
 * @param order block of 2^order pages
 * @param mark the watermark, boost included, pages
 * @param highest_zoneidx highest zone of the request
 * @param alloc_flags what may be ignored and what counts
 * @return true when the zone may be used
 * @source mm/page_alloc.c:3587
 */
bool zone_watermark_fast(const struct zone *zone, unsigned int order, unsigned long mark,
			 int highest_zoneidx, unsigned int alloc_flags)
{
	long free_pages = (long)zone_page_state(zone, NR_FREE_PAGES);
	long cma_pages = 0;

	/* Step 1: pages lent out by CMA count only for those who may borrow them */
	if (!(alloc_flags & ALLOC_CMA))
		cma_pages = (long)zone_page_state(zone, NR_FREE_CMA_PAGES);

	/* Step 2: a single page and plenty free: yes */
	/* The comparison is unsigned: counters that have drifted apart (more CMA than free) pass. */
	if (!order &&
	    (unsigned long)(free_pages - cma_pages) > mark + zone->lowmem_reserve[highest_zoneidx])
		return true;

	/* Step 3: otherwise compute exactly */
	return __zone_watermark_ok(zone, order, mark, highest_zoneidx, alloc_flags, free_pages);
}

/**
 * @brief The check of kswapd: exact free pages where the cheap counter may be far off.
 *
 * @param zone the zone
 * @param order block of 2^order pages
 * @param mark the watermark, boost included, pages
 * @param highest_zoneidx highest zone it balances for
 * @return true when the zone is above the mark and has a block
 * @source mm/page_alloc.c:3615
 */
bool zone_watermark_ok_safe(const struct zone *zone, unsigned int order, unsigned long mark,
			    int highest_zoneidx)
{
	long free_pages = (long)zone_page_state(zone, NR_FREE_PAGES);

	if (zone->percpu_drift_mark && free_pages < (long)zone->percpu_drift_mark)
		free_pages = (long)zone_page_state_snapshot(zone, NR_FREE_PAGES);
	return __zone_watermark_ok(zone, order, mark, highest_zoneidx, 0, free_pages);
}

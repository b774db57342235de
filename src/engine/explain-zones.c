/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The zones of an explanation, and the arithmetic of one zone for one walk.
 *
 * The arithmetic is stage 09's: each part is what its functions answer when only that part counts.
 */
#include "alloc_context.h"
#include "engine/explain.h"
#include "engine/parts.h"
#include "life/life.h"
#include "memory_map.h"
#include "stages/stages.h"
#include "vmstat.h"
#include "world/world.h"

_Static_assert(EXPLAIN_MAX_ZONES >= MAX_NUMNODES * MAX_NR_ZONES, "every zone has its place");
_Static_assert(EXPLAIN_ORDERS == MAX_ORDER && EXPLAIN_TYPES == MIGRATE_TYPES &&
		       EXPLAIN_TIERS == MAX_NR_ZONES,
	       "an explanation has room for what zones have");

/** Count the blocks of each list. */
static void count_blocks(const struct zone *zone, struct explained_zone *shown)
{
	for (int order = 0; order < MAX_ORDER; order++)
		for (int type = 0; type < MIGRATE_TYPES; type++) {
			const struct list_head *entry;

			list_for_each(entry, &zone->free_area[order].free_list[type])
				shown->blocks[order][type]++;
		}
}

/** Take down what a zone looks like. */
static void note_zone(struct zone *zone, struct explained_zone *shown)
{
	const struct per_cpu_pages *pcp = &zone->pageset[world->this_cpu].pcp;

	shown->nid = zone_to_nid(zone);
	shown->index = zone_idx(zone);
	shown->name = zone_names[zone_idx(zone)];
	shown->managed = zone->managed_pages;
	shown->present = zone->present_pages;
	shown->free = zone_page_state(zone, NR_FREE_PAGES);
	shown->free_cma = zone_page_state(zone, NR_FREE_CMA_PAGES);
	shown->highatomic = zone->nr_reserved_highatomic;
	shown->boost = zone->watermark_boost;
	shown->pcp = (unsigned long)pcp->count;
	shown->pcp_batch = (unsigned long)pcp->batch;
	for (int mark = 0; mark < NR_WMARK; mark++)
		shown->mark[mark] = zone->_watermark[mark];
	for (int target = 0; target < MAX_NR_ZONES; target++)
		shown->reserve[target] = zone->lowmem_reserve[target];
	count_blocks(zone, shown);
}

/**
 * @brief Take down all zones with memory, nodes and zones ascending.
 *
 * @param explanation receives them
 */
void explain_zones(struct explanation *explanation)
{
	struct zone *zone;
	int nid;

	explanation->nr_zones = 0;
	for_each_populated_zone(nid, zone)
		note_zone(zone, &explanation->zone[explanation->nr_zones++]);
}

/**
 * @brief Find a zone's number.
 *
 * @param explanation the explanation, with its zones
 * @param zone the zone, or NULL
 * @return its place in explanation->zone[], or -1
 */
int explain_zone_number(const struct explanation *explanation, const struct zone *zone)
{
	for (int i = 0; zone && i < explanation->nr_zones; i++)
		if (explanation->zone[i].nid == zone_to_nid(zone) &&
		    explanation->zone[i].index == zone_idx(zone))
			return i;
	return -1;
}

/**
 * @brief What a walk finds in a zone: the two sides of the watermark check, part by part.
 *
 * @param zone the zone, as it is now
 * @param walk the walk
 * @param order block of 2^order pages
 * @param attempt receives the numbers
 */
void explain_attempt(const struct zone *zone, const struct explained_walk *walk, unsigned int order,
		     struct explained_attempt *attempt)
{
	unsigned int flags = walk->alloc_flags, which = flags & ALLOC_WMARK_MASK;
	unsigned long mark = wmark_pages(zone, which);
	long after_high = lowered_mark(mark, flags & ALLOC_HIGH);

	/* Step 1: what there is */
	attempt->free = (long)zone_page_state(zone, NR_FREE_PAGES);
	attempt->block = unusable_free(zone, order, ALLOC_HARDER | ALLOC_CMA);
	attempt->highatomic = unusable_free(zone, 0, flags | ALLOC_CMA);
	attempt->cma = unusable_free(zone, 0, flags | ALLOC_HARDER);
	attempt->usable = attempt->free - unusable_free(zone, order, flags);

	/* Step 2: what must remain */
	attempt->mark = (long)zone->_watermark[which];
	attempt->boost = (long)zone->watermark_boost;
	attempt->less_high = (long)mark - after_high;
	attempt->less_more = after_high - lowered_mark(mark, flags);
	attempt->reserve = (long)zone->lowmem_reserve[walk->highest_zone];
	attempt->needed = lowered_mark(mark, flags) + attempt->reserve;

	/* Step 3: the answer */
	attempt->shortfall =
		attempt->usable <= attempt->needed ? attempt->needed - attempt->usable + 1 : 0;
	attempt->passes = zone_watermark_fast(zone, order, mark, walk->highest_zone, flags);
	attempt->quick =
		attempt->passes && !zone_watermark_ok(zone, order, mark, walk->highest_zone, flags);
}

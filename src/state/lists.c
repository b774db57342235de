/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief A copy of what is free on the machine in focus, and the counting that it shares with /proc.
 */
#include "state/lists.h"

#include <limits.h>
#include <string.h>

#include "memory_map.h"
#include "state/state.h"
#include "vmstat.h"
#include "world/world.h"

_Static_assert(LISTS_ZONES >= MAX_NUMNODES * MAX_NR_ZONES && LISTS_TYPES == MIGRATE_TYPES &&
		       LISTS_ORDERS == MAX_ORDER && LISTS_TIERS == MAX_NR_ZONES &&
		       LISTS_MARKS == NR_WMARK,
	       "a copy has room for what zones have");

/**
 * @brief Blocks on a free list.
 *
 * @param list the list
 * @param most where to stop counting
 * @return their number, at most `most`
 */
unsigned long count_blocks_of_list(const struct list_head *list, unsigned long most)
{
	const struct list_head *entry;
	unsigned long blocks = 0;

	list_for_each(entry, list)
		if (++blocks >= most)
			break;
	return blocks;
}

/**
 * @brief Pageblocks of a zone by type.
 *
 * @param zone the zone
 * @param count receives them, one number a migratetype
 */
void count_pageblocks(const struct zone *zone, unsigned long count[])
{
	memset(count, 0, MIGRATE_TYPES * sizeof(*count));
	for (unsigned long pfn = zone->zone_start_pfn; pfn < zone_end_pfn(zone);
	     pfn += pageblock_nr_pages)
		if (pfn_valid(pfn) && page_zone(pfn_to_page(pfn)) == zone)
			count[get_pfnblock_migratetype(pfn)]++;
}

/** Take down one zone. */
static void copy_zone(struct zone *zone, struct listed_zone *copy)
{
	copy->nid = zone_to_nid(zone);
	copy->name = zone->name;
	copy->free = zone_page_state(zone, NR_FREE_PAGES);
	copy->highatomic = zone->nr_reserved_highatomic;
	copy->boost = zone->watermark_boost;
	for (int mark = 0; mark < NR_WMARK; mark++)
		copy->mark[mark] = zone->_watermark[mark];
	for (int tier = 0; tier < MAX_NR_ZONES; tier++)
		copy->reserve[tier] = zone->lowmem_reserve[tier];
	for (int type = 0; type < MIGRATE_TYPES; type++)
		for (int order = 0; order < MAX_ORDER; order++)
			copy->blocks[type][order] = count_blocks_of_list(
				&zone->free_area[order].free_list[type], ULONG_MAX);
	count_pageblocks(zone, copy->pageblocks);
}

/**
 * @brief Take down what is free on the machine in focus: all zones with memory.
 *
 * @param lists receives the copy
 */
void lists_take(struct pageflow_lists *lists)
{
	struct zone *zone;
	int nid;

	memset(lists, 0, sizeof(*lists));
	lists->type_name = migratetype_names;
	for_each_populated_zone(nid, zone)
		copy_zone(zone, &lists->zone[lists->nr_zones++]);
}

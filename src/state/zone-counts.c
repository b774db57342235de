/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Do the counters of a zone tell what is on its lists?
 */
#include "state/state.h"
#include "world/world.h"

/** Pages on the lists of one type. */
static long pages_of_type(const struct zone *zone, int type)
{
	long pages = 0;

	for (int order = 0; order < MAX_ORDER; order++) {
		const struct list_head *entry;

		list_for_each(entry, &zone->free_area[order].free_list[type])
			pages += 1l << order;
	}
	return pages;
}

/**
 * @brief Pages on the lists of a zone that nr_free_pages counts. Those of isolated pageblocks it does not: they are
 * taken out of the count when their block is isolated, and what is freed into such a block is not added.
 *
 * @param zone the zone
 * @return pages
 */
long zone_pages_listed(const struct zone *zone)
{
	long pages = 0;

	for (int type = 0; type < MIGRATE_ISOLATE; type++)
		pages += pages_of_type(zone, type);
	return pages;
}

/**
 * @brief Pages on the lists of a zone that nr_free_cma counts.
 *
 * @param zone the zone
 * @return pages
 */
long zone_cma_pages_listed(const struct zone *zone)
{
	return pages_of_type(zone, MIGRATE_CMA);
}

/**
 * @brief Do a zone's counters, with the differences of all CPUs, tell what is on its lists?
 *
 * @param zone the zone
 * @return whether nr_free_pages and nr_free_cma are right
 */
bool zone_counters_right(const struct zone *zone)
{
	long free = zone->vm_stat[NR_FREE_PAGES], cma = zone->vm_stat[NR_FREE_CMA_PAGES];

	for (int cpu = 0; cpu < world->nr_cpus; cpu++) {
		free += zone->pageset[cpu].vm_stat_diff[NR_FREE_PAGES];
		cma += zone->pageset[cpu].vm_stat_diff[NR_FREE_CMA_PAGES];
	}
	return free == zone_pages_listed(zone) && cma == zone_cma_pages_listed(zone);
}

/**
 * @brief Are there as many pages on each CPU's lists as its count says?
 *
 * @param zone the zone
 * @return whether all counts are right
 */
bool zone_pcp_counts_right(const struct zone *zone)
{
	for (int cpu = 0; cpu < world->nr_cpus; cpu++) {
		const struct per_cpu_pages *pcp = &zone->pageset[cpu].pcp;
		const struct list_head *entry;
		int pages = 0;

		for (int type = 0; type < MIGRATE_PCPTYPES; type++)
			list_for_each(entry, &pcp->lists[type])
				pages++;
		if (pages != pcp->count)
			return false;
	}
	return true;
}

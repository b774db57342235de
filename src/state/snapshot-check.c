/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Is what a saved snapshot says of pages, lists and counters one state? The last look before its machine runs.
 *
 * Each line was right by itself. Together they may still contradict each other, in a file that was changed by hand or cut: a page on
 * two lists, a free page that is in use, a counter that tells of pages that are not there. A machine made of that would go
 * astray later, somewhere else.
 */
#include <stdlib.h>

#include "memory_map.h"
#include "stages/stages.h"
#include "state/state.h"
#include "world/world.h"

/** The look at one machine. */
struct check {
	unsigned char *seen; /**< one for each page of the memory map: it was on a list */
	const char *problem; /**< what contradicts itself; NULL: nothing so far */
};

/** Note that pages are on a list; false when one is on a list already, or not of this zone. */
static bool see(struct check *check, const struct zone *zone, const struct page *page,
		unsigned long count)
{
	unsigned long pfn = page_to_pfn(page);

	for (unsigned long i = 0; i < count; i++) {
		unsigned char *seen = &check->seen[pfn + i - world->mem_map_start];

		if (*seen || page_zone(page + i) != zone)
			return false;
		*seen = 1;
	}
	return true;
}

/** Is a block on a free list free, all of it? */
static bool block_right(struct check *check, const struct zone *zone, const struct page *page,
			unsigned int order)
{
	if (!PageBuddy(page) || page_order(page) != order || !see(check, zone, page, 1ul << order))
		return false;
	for (unsigned long i = 0; i < 1ul << order; i++)
		if (page_count(page + i))
			return false;
	return true;
}

/** Look at the free lists of a zone, and at those of its CPUs. */
static bool free_lists_right(struct check *check, const struct zone *zone)
{
	const struct list_head *entry;

	for (unsigned int order = 0; order < MAX_ORDER; order++)
		for (int type = 0; type < MIGRATE_TYPES; type++)
			list_for_each(entry, &zone->free_area[order].free_list[type])
				if (!block_right(check, zone, list_entry(entry, struct page, lru),
						 order))
					return false;
	for (int cpu = 0; cpu < world->nr_cpus; cpu++)
		for (int type = 0; type < MIGRATE_PCPTYPES; type++)
			list_for_each(entry, &zone->pageset[cpu].pcp.lists[type]) {
				const struct page *page = list_entry(entry, struct page, lru);

				if (PageBuddy(page) || page_count(page) ||
				    !see(check, zone, page, 1))
					return false;
			}
	return true;
}

/** Look at an LRU list: pages in use, marked as being on it, of its node and group. */
static bool lru_list_right(struct check *check, const struct lruvec *lruvec, int lru,
			   const struct pglist_data *pgdat)
{
	const struct list_head *entry;

	list_for_each(entry, &lruvec->lists[lru]) {
		const struct page *page = list_entry(entry, struct page, lru);

		if (!PageFlag(page, PG_lru) || (int)page_lru(page) != lru || page_count(page) < 1 ||
		    page_zone(page)->zone_pgdat != pgdat || page_lruvec(page) != lruvec ||
		    !see(check, page_zone(page), page, 1))
			return false;
	}
	return true;
}

/** A node's counter of an LRU list, with what CPUs hold back. */
static long counted(const struct pglist_data *pgdat, int lru)
{
	long pages = pgdat->vm_stat[NR_LRU_BASE + lru];

	for (int cpu = 0; cpu < world->nr_cpus; cpu++)
		pages += pgdat->per_cpu_nodestats[cpu].vm_node_stat_diff[NR_LRU_BASE + lru];
	return pages;
}

/** Was ever a page of this group on a list? To ask for its lists would make them. */
static bool memcg_has_lists(const struct mem_cgroup *memcg)
{
	return memcg->lruvecs || memcg == &world->root_mem_cgroup;
}

/** Look at the LRU lists of a node. */
static void check_node(struct check *check, struct pglist_data *pgdat)
{
	for (int lru = 0; lru < NR_LRU_LISTS; lru++) {
		struct mem_cgroup *memcg = NULL;
		long pages = 0;

		while ((memcg = memcg_next(NULL, memcg))) {
			const struct lruvec *lruvec;

			if (!memcg_has_lists(memcg))
				continue;
			lruvec = mem_cgroup_lruvec(memcg, pgdat);
			if (!lru_list_right(check, lruvec, lru, pgdat))
				check->problem =
					"an LRU list holds a page that is free, or belongs "
					"on another list by its flags, node or group, or "
					"is on two lists";
			for (int zid = 0; zid < MAX_NR_ZONES; zid++)
				pages += (long)lruvec->lru_size[zid][lru];
		}
		/* It may count more: of a machine made from figures nobody knows which pages they were. */
		if (counted(pgdat, lru) < pages)
			check->problem = "a node counts fewer pages than its LRU lists hold";
	}
}

/**
 * @brief Look whether pages, lists and counters of the machine in focus agree, all lines of its snapshot being read.
 *
 * @param reader the place, for errors
 * @return 0, or -1 after noting an error
 * @source none (ours)
 */
int snapshot_check(struct reader *reader)
{
	struct check check = { .seen = calloc(world->mem_map_end - world->mem_map_start + 1, 1) };
	struct zone *zone;
	int nid;

	if (!check.seen)
		return reader_refuse(reader, "out of memory");
	for_each_populated_zone(nid, zone) {
		if (!free_lists_right(&check, zone))
			check.problem =
				"a free list holds a page that is in use, or is on two lists";
		else if (!zone_counters_right(zone) || !zone_pcp_counts_right(zone))
			check.problem =
				"a zone or a CPU counts other free pages than its lists hold";
	}
	for_each_online_node(nid)
		check_node(&check, NODE_DATA(nid));
	free(check.seen);
	return check.problem ? reader_refuse(reader, check.problem) : 0;
}

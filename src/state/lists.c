/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief A copy of what is free on the machine in focus, and the counting that it shares with /proc.
 */
#include "state/lists.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "memory_map.h"
#include "stages/stages.h"
#include "state/snapshot-pages.h"
#include "state/state.h"
#include "vmstat.h"
#include "world/world.h"

_Static_assert(LISTS_ZONES >= MAX_NUMNODES * MAX_NR_ZONES && LISTS_TYPES == MIGRATE_TYPES &&
		       LISTS_ORDERS == MAX_ORDER && LISTS_TIERS == MAX_NR_ZONES &&
		       LISTS_MARKS == NR_WMARK && LISTS_OWN == MIGRATE_PCPTYPES &&
		       LRU_LISTS_SHOWN == NR_LRU_LISTS &&
		       sizeof(((struct listed_task *)0)->name) == TASK_COMM_LEN,
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

/** Is this a page of the zone? */
static bool holds(const struct zone *zone, unsigned long pfn)
{
	return pfn_valid(pfn) && page_zone(pfn_to_page(pfn)) == zone;
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
		if (holds(zone, pfn))
			count[get_pfnblock_migratetype(pfn)]++;
}

/** Take down one zone. */
static void copy_zone(struct zone *zone, struct listed_zone *copy)
{
	copy->nid = zone_to_nid(zone);
	copy->name = zone->name;
	copy->managed = zone->managed_pages;
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

/** The pageblock of a zone's copy that holds a PFN. */
static struct listed_block *block_of(const struct listed_zone *copy, unsigned long pfn)
{
	return &copy->block[(pfn - copy->first) / LISTS_BLOCK];
}

/** Take down a zone's pageblocks, and how much of each is free. A free block may be as large as two of them. */
static void copy_blocks(const struct zone *zone, struct listed_zone *copy)
{
	const struct list_head *entry;

	for (size_t i = 0; i < copy->nr_blocks; i++) {
		unsigned long pfn = copy->first + i * LISTS_BLOCK;
		bool here = holds(zone, max_ul(pfn, zone->zone_start_pfn)) ||
			    holds(zone, pfn + LISTS_BLOCK - 1);

		copy->block[i].type =
			here ? (signed char)get_pfnblock_migratetype(pfn) : LISTS_NO_BLOCK;
	}
	for (int order = 0; order < MAX_ORDER; order++)
		for (int type = 0; type < MIGRATE_TYPES; type++)
			list_for_each(entry, &zone->free_area[order].free_list[type]) {
				unsigned long pfn =
					page_to_pfn(list_entry(entry, struct page, lru));

				for (unsigned long at = 0; at < 1ul << order; at += LISTS_BLOCK)
					block_of(copy, pfn + at)->free +=
						(unsigned short)min_ul(1ul << order, LISTS_BLOCK);
			}
}

/** Take down what each CPU holds of a zone. */
static void copy_cpus(const struct zone *zone, struct listed_zone *copy)
{
	int cpu;

	for_each_online_cpu(cpu) {
		const struct per_cpu_pages *pcp = &zone->pageset[cpu].pcp;
		struct listed_cpu *own = &copy->cpu[copy->nr_cpus++];

		*own = (struct listed_cpu){ .cpu = cpu,
					    .count = (unsigned long)pcp->count,
					    .high = (unsigned long)pcp->high,
					    .batch = (unsigned long)pcp->batch };
		for (int type = 0; type < MIGRATE_PCPTYPES; type++)
			own->pages[type] = count_blocks_of_list(&pcp->lists[type], ULONG_MAX);
	}
}

/** First PFN of a zone's first pageblock, and how many of these it spans. */
static void span_of(const struct zone *zone, struct listed_zone *copy)
{
	copy->first = zone->zone_start_pfn & ~(LISTS_BLOCK - 1ul);
	copy->nr_blocks = (zone_end_pfn(zone) - copy->first + LISTS_BLOCK - 1) / LISTS_BLOCK;
}

/** Take down what CPUs hold, and the pageblocks, of all zones; false when the host has no memory. */
static bool copy_details(struct pageflow_lists *lists)
{
	size_t blocks = 0;
	struct zone *zone;
	int nid, i = 0;

	for_each_populated_zone(nid, zone) {
		span_of(zone, &lists->zone[i]);
		blocks += lists->zone[i++].nr_blocks;
	}
	lists->cpu = calloc((size_t)(lists->nr_zones * world->nr_cpus + 1), sizeof(*lists->cpu));
	lists->block = calloc(blocks + 1, sizeof(*lists->block));
	if (!lists->cpu || !lists->block)
		return false;
	i = 0;
	blocks = 0;
	for_each_populated_zone(nid, zone) {
		struct listed_zone *copy = &lists->zone[i];

		copy->cpu = lists->cpu + i++ * world->nr_cpus;
		copy->block = lists->block + blocks;
		blocks += copy->nr_blocks;
		copy_cpus(zone, copy);
		copy_blocks(zone, copy);
	}
	return true;
}

/** Take down the pages of all groups on a list of a node, or, without room for them, only count them. */
static size_t copy_lru(struct pglist_data *pgdat, int lru, struct listed_page *page)
{
	unsigned int place = (unsigned int)(pgdat->node_id * LRU_LISTS_SHOWN + lru);
	struct mem_cgroup *memcg = NULL;
	const struct list_head *entry;
	size_t pages = 0;

	while ((memcg = memcg_next(NULL, memcg))) {
		/* A group without lists is given none for being looked at. */
		if (memcg->parent && !memcg->lruvecs)
			continue;
		list_for_each(entry, &mem_cgroup_lruvec(memcg, pgdat)->lists[lru]) {
			unsigned long pfn = page_to_pfn(list_entry(entry, struct page, lru));

			if (page)
				page[pages] = (struct listed_page){ pfn, place };
			pages++;
		}
	}
	return pages;
}

/** Take down the LRU lists of all nodes, or count their pages. */
static size_t copy_lru_lists(struct listed_page *page)
{
	size_t pages = 0;
	int nid;

	for_each_online_node(nid)
		for (int lru = 0; lru < NR_LRU_LISTS; lru++)
			pages += copy_lru(NODE_DATA(nid), lru, page ? page + pages : NULL);
	return pages;
}

/** Take down the tasks; false when the host has no memory. */
static bool copy_tasks(struct pageflow_lists *lists)
{
	const struct list_head *entry;

	lists->task =
		calloc(count_blocks_of_list(&world->tasks, ULONG_MAX) + 1, sizeof(*lists->task));
	if (!lists->task)
		return false;
	list_for_each(entry, &world->tasks) {
		const struct task *task = task_of(entry);
		struct listed_task *copy = &lists->task[lists->nr_tasks++];

		copy->pid = task->pid;
		memcpy(copy->name, task->comm, sizeof(copy->name));
		copy->running = task == current;
		copy->kernel = !task->mm;
		if (!task->mm)
			continue;
		copy->resident = task->mm->rss_file + task->mm->rss_anon + task->mm->rss_shmem;
		copy->swap = task->mm->swap_entries;
	}
	return true;
}

/**
 * @brief Take down what is free on the machine in focus, all zones with memory, and what is on its LRU lists.
 *
 * @param lists receives the copy; lists_drop() what hangs on it, also after a failure
 * @return false when the host has no memory
 */
bool lists_take(struct pageflow_lists *lists)
{
	struct zone *zone;
	int nid;

	memset(lists, 0, sizeof(*lists));
	lists->type_name = migratetype_names;
	lists->running_cpu = smp_processor_id();
	for_each_populated_zone(nid, zone)
		copy_zone(zone, &lists->zone[lists->nr_zones++]);
	lists->lru_name = page_list_names;
	lists->nr_pages = copy_lru_lists(NULL);
	lists->page = malloc((lists->nr_pages + 1) * sizeof(*lists->page));
	if (!lists->page)
		return false;
	copy_lru_lists(lists->page);
	return copy_details(lists) && copy_tasks(lists);
}

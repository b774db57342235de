/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * What must hold of the lists of the machine in focus, whatever was done to it.
 */
#include <stdlib.h>

#include "harness.h"
#include "memory_map.h"
#include "observe.h"
#include "stages/stages.h"
#include "world/world.h"

/* Like ck_assert(), which tells its parent process of every call: too costly for every page. */
#define HOLDS(condition) HOLDS_OR(condition, "%s", #condition)
#define HOLDS_OR(condition, ...)                   \
	do {                                       \
		if (!(condition))                  \
			ck_abort_msg(__VA_ARGS__); \
	} while (0)

/** A free block of a list: marked, aligned, in its zone, in nobody's hands and on this list only. */
static void check_block(const struct zone *zone, const struct page *page, unsigned int order,
			char *seen)
{
	unsigned long pfn = page_to_pfn(page);

	HOLDS(PageBuddy(page));
	HOLDS(page_order(page) == order);
	HOLDS((pfn & ((1ul << order) - 1)) == 0);
	for (unsigned long i = 0; i < 1ul << order; i++) {
		HOLDS(zone_spans_pfn(zone, pfn + i));
		HOLDS(page_zone(page + i) == zone);
		HOLDS(page_count(page + i) == 0);
		HOLDS_OR(!seen[pfn + i - zone->zone_start_pfn], "page %#lx is on two lists",
			 pfn + i);
		seen[pfn + i - zone->zone_start_pfn] = 1;
	}
}

static void check_pcp(const struct zone *zone, int cpu, char *seen)
{
	const struct per_cpu_pages *pcp = &zone->pageset[cpu].pcp;
	int count = 0;

	for (int type = 0; type < MIGRATE_PCPTYPES; type++) {
		const struct list_head *entry;

		list_for_each(entry, &pcp->lists[type]) {
			const struct page *page = list_entry(entry, struct page, lru);
			unsigned long pfn = page_to_pfn(page);

			HOLDS(!PageBuddy(page));
			HOLDS(page_zone(page) == zone);
			HOLDS(page_count(page) == 0);
			HOLDS_OR(!seen[pfn - zone->zone_start_pfn], "page %#lx is on two lists",
				 pfn);
			seen[pfn - zone->zone_start_pfn] = 1;
			count++;
		}
	}
	HOLDS(pcp->count == count);
}

/** Two free buddies below a pageblock's size must have merged, unless they lie on an isolated border. */
static void check_merged(const struct page *page, unsigned int order)
{
	unsigned long buddy_pfn = page_to_pfn(page) ^ (1ul << order);
	const struct page *buddy;

	if (order >= pageblock_order || !pfn_valid(buddy_pfn))
		return;
	buddy = pfn_to_page(buddy_pfn);
	HOLDS_OR(!PageBuddy(buddy) || page_order(buddy) != order ||
			 page_zone(buddy) != page_zone(page),
		 "%#lx and %#lx of order %u are free and did not merge", page_to_pfn(page),
		 buddy_pfn, order);
}

/** What must always hold of a zone: its lists, its counters, its CPUs; with `merged` also that free buddies have merged. */
void test_check_zone(const struct zone *zone, bool merged)
{
	char *seen = calloc(zone->spanned_pages, 1);
	long pages = 0, cma = 0;

	HOLDS(!zone->lock.held);
	HOLDS(world->irqs_disabled == 0);
	for (unsigned int order = 0; order < MAX_ORDER; order++) {
		unsigned long blocks = 0;

		for (int type = 0; type < MIGRATE_TYPES; type++) {
			const struct list_head *entry;

			list_for_each(entry, &zone->free_area[order].free_list[type]) {
				const struct page *page = list_entry(entry, struct page, lru);

				check_block(zone, page, order, seen);
				if (merged)
					check_merged(page, order);
				blocks++;
				pages += is_migrate_isolate(type) ? 0 : 1l << order;
				cma += is_migrate_cma(type) ? 1l << order : 0;
			}
		}
		HOLDS(zone->free_area[order].nr_free == blocks);
	}
	for (int cpu = 0; cpu < world->nr_cpus; cpu++)
		check_pcp(zone, cpu, seen);
	HOLDS(test_free_pages(zone) == pages);
	HOLDS(test_free_cma_pages(zone) == cma);
	free(seen);
}

/** The same of all zones, with buddies that a test may have laid side by side. */
void test_check_lists(void)
{
	struct zone *zone;
	int nid;

	for_each_populated_zone(nid, zone)
		test_check_zone(zone, false);
}

/** A page of an LRU list: on the list that its flags name, of its node and group, in use. */
static void check_reclaimable(const struct page *page, const struct lruvec *lruvec,
			      const struct pglist_data *pgdat, int lru)
{
	HOLDS_OR(PageFlag(page, PG_lru), "page %#lx is on an LRU list without PG_lru",
		 page_to_pfn(page));
	HOLDS(!PageBuddy(page));
	HOLDS(page_count(page) > 0);
	HOLDS((int)page_lru(page) == lru);
	HOLDS(page_zone(page)->zone_pgdat == pgdat);
	HOLDS(page_lruvec(page) == lruvec);
}

/** The lists of a group on a node; how many pages are on them is added to `pages`. */
static void check_lruvec(const struct lruvec *lruvec, const struct pglist_data *pgdat, long *pages)
{
	for (int lru = 0; lru < NR_LRU_LISTS; lru++) {
		unsigned long found[MAX_NR_ZONES] = { 0 };
		const struct list_head *entry;

		list_for_each(entry, &lruvec->lists[lru]) {
			const struct page *page = list_entry(entry, struct page, lru);

			check_reclaimable(page, lruvec, pgdat, lru);
			found[zone_idx(page_zone(page))]++;
			pages[lru]++;
		}
		for (int zid = 0; zid < MAX_NR_ZONES; zid++)
			HOLDS(lruvec->lru_size[zid][lru] == found[zid]);
	}
}

/** A node's counter of a list, with what CPUs hold back. */
static long counted_on_node(const struct pglist_data *pgdat, int lru)
{
	long pages = pgdat->vm_stat[NR_LRU_BASE + lru];

	for (int cpu = 0; cpu < world->nr_cpus; cpu++)
		pages += pgdat->per_cpu_nodestats[cpu].vm_node_stat_diff[NR_LRU_BASE + lru];
	return pages;
}

/** What must always hold of the LRU lists of all nodes and groups: their pages, and every counter of them. */
void test_check_reclaimable(void)
{
	int nid;

	for_each_online_node(nid) {
		struct pglist_data *pgdat = NODE_DATA(nid);
		struct mem_cgroup *memcg = NULL;
		long pages[NR_LRU_LISTS] = { 0 };

		/* To ask for the lists of a group that never had any would make them. */
		while ((memcg = memcg_next(NULL, memcg)))
			if (memcg->lruvecs || memcg == &world->root_mem_cgroup)
				check_lruvec(mem_cgroup_lruvec(memcg, pgdat), pgdat, pages);
		for (int lru = 0; lru < NR_LRU_LISTS; lru++)
			HOLDS_OR(counted_on_node(pgdat, lru) == pages[lru],
				 "node %d counts %ld pages of LRU list %d, which has %ld", nid,
				 counted_on_node(pgdat, lru), lru, pages[lru]);
	}
}

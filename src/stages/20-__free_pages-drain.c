/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 20, part: emptying per-CPU lists, and setting pageblocks apart.
 *
 * Pages on a CPU's list are free, but they cannot merge, and other CPUs cannot have them. When
 * memory is short or a whole pageblock is wanted, the lists are drained. A pageblock that is to
 * be vacated completely is **isolated**: whatever is freed in it stays out of the reach of requests.
 */
#include <errno.h>

#include "memory_map.h"
#include "stages/stages.h"
#include "vmstat.h"
#include "world/world.h"

/**
 * @brief Empty one CPU's lists of one zone.
 *
 * @param cpu the CPU
 * @param zone the zone
 * @source mm/page_alloc.c:2901
 */
void drain_pages_zone(int cpu, struct zone *zone)
{
	struct per_cpu_pages *pcp = &zone->pageset[cpu].pcp;

	local_irq_disable();
	free_pcppages_bulk(zone, pcp->count, pcp);
	local_irq_enable();
}

/**
 * @brief Empty one CPU's lists of all zones.
 *
 * @param cpu the CPU
 * @source mm/page_alloc.c:2923
 */
void drain_pages(int cpu)
{
	struct zone *zone;
	int nid;

	for_each_populated_zone(nid, zone)
		drain_pages_zone(cpu, zone);
}

/**
 * @brief Empty the running CPU's lists.
 *
 * @param zone one zone, or NULL for all
 * @source mm/page_alloc.c:2938
 */
void drain_local_pages(struct zone *zone)
{
	if (zone)
		drain_pages_zone(smp_processor_id(), zone);
	else
		drain_pages(smp_processor_id());
}

/**
 * @brief Empty the lists of all online CPUs.
 *
 * @param zone one zone, or NULL for all
 * @source mm/page_alloc.c:2973
 */
/* departs: 5.8.18 sends a work item to each CPU that has pages, in this order, and waits while they work at the same time;
 * here each CPU in turn becomes the running one, and one without pages has nothing to do. */
void drain_all_pages(struct zone *zone)
{
	int running = world->this_cpu, cpu;

	for_each_online_cpu(cpu) {
		world->this_cpu = cpu;
		drain_local_pages(zone);
	}
	world->this_cpu = running;
}

/**
 * @brief Take one free block off the buddy lists, for compaction or to free it once more.
 *
 * @param page first page of the block
 * @param order its order
 * @return pages taken: 2^order, or 0 when too little would remain
 * @source mm/page_alloc.c:3220
 */
unsigned int __isolate_free_page(struct page *page, unsigned int order)
{
	struct zone *zone = page_zone(page);
	int type = get_pageblock_migratetype(page);

	/* Step 1: leave the reserve alone. Isolated pages were not counted as free, so they may go. */
	if (!is_migrate_isolate(type)) {
		unsigned long mark = zone->_watermark[WMARK_MIN] + (1ul << order);

		if (!zone_watermark_ok(zone, 0, mark, 0, ALLOC_CMA))
			return 0;
		__mod_zone_freepage_state(zone, -(1l << order), type);
	}

	/* Step 2: off its list */
	del_page_from_free_list(page, zone, order);

	/* Step 3: a large block makes its pageblocks movable; pageblocks with a purpose keep it */
	if (order + 1 < pageblock_order)
		return 1u << order;
	for (unsigned long i = 0; i < 1ul << order; i += pageblock_nr_pages) {
		type = get_pageblock_migratetype(page + i);
		if (type < MIGRATE_PCPTYPES)
			set_pageblock_migratetype(page + i, MIGRATE_MOVABLE);
	}
	return 1u << order;
}

/**
 * @brief Is there anything at this page that could not be moved away?
 *
 * @param zone the zone of the pageblock
 * @param page a page
 * @return true for a page in use that nobody knows how to move
 * @source mm/page_alloc.c:8212
 */
/* departs: 5.8.18 also knows huge pages of hugetlbfs, and pages that memory hotplug passes over; here are none. It passes over
 * a block in one step, where here each page gives the same answer. */
static bool is_in_the_way(const struct zone *zone, const struct page *page)
{
	const struct page *head = compound_head(page);

	if (PageFlag(page, PG_reserved))
		return true;
	/* In ZONE_MOVABLE whatever is not reserved can be moved. */
	if (zone_idx(zone) == ZONE_MOVABLE)
		return false;
	/* A page of a block that is used as one is judged by the block's first page; of other blocks only that is counted. */
	return (PageCompound(page) || page_count(page)) && !PageLRU(head) &&
	       !is_driver_movable(head);
}

/**
 * @brief Does a pageblock hold something that could not be moved out of it?
 *
 * @param zone its zone
 * @param page first page of the pageblock
 * @param migratetype for whom it is to be vacated: CMA may have its own pageblocks, nobody else may
 * @return true when it does
 * @source mm/page_alloc.c:8212
 */
static bool has_unmovable_pages(const struct zone *zone, const struct page *page, int migratetype)
{
	if (is_migrate_cma(get_pageblock_migratetype(page)))
		return !is_migrate_cma(migratetype);
	for (unsigned long i = 0; i < pageblock_nr_pages; i++)
		if (pfn_valid_within(page_to_pfn(page) + i) && is_in_the_way(zone, page + i))
			return true;
	return false;
}

/**
 * @brief Isolate a pageblock: nothing is allocated from it any more.
 *
 * @param page first page of the pageblock
 * @param migratetype for whom: MIGRATE_CMA for CMA's own use of its memory, else MIGRATE_MOVABLE
 * @return 0, or -EBUSY when it is isolated already or holds what cannot be moved
 * @source mm/page_isolation.c:18
 */
int set_migratetype_isolate(struct page *page, int migratetype)
{
	struct zone *zone = page_zone(page);
	int old_type, moved, ret = -EBUSY;

	local_irq_disable();
	spin_lock(&zone->lock);
	old_type = get_pageblock_migratetype(page);
	if (!is_migrate_isolate(old_type) && !has_unmovable_pages(zone, page, migratetype)) {
		set_pageblock_migratetype(page, MIGRATE_ISOLATE);
		zone->nr_isolate_pageblock++;
		moved = move_freepages_block(zone, page, MIGRATE_ISOLATE, NULL);
		__mod_zone_freepage_state(zone, -moved, old_type);
		ret = 0;
	}
	spin_unlock(&zone->lock);
	local_irq_enable();

	if (!ret)
		/* Pages of the block on per-CPU lists come back to the isolated lists. */
		drain_all_pages(zone);
	else if (zone_idx(zone) == ZONE_MOVABLE)
		warn_once(ONCE_ISOLATE_MOVABLE,
			  "set_migratetype_isolate: a pageblock of ZONE_MOVABLE is busy\n");
	return ret;
}

/**
 * @brief Take out a free block that isolation may have kept from merging with its buddy.
 *
 * @param page first page of the pageblock, its zone locked
 * @param order receives the order of the block
 * @return true when there was one; it is on no list now
 * @source mm/page_isolation.c:73
 */
static bool take_unmerged_block(struct page *page, unsigned int *order)
{
	unsigned long buddy_pfn;

	if (!PageBuddy(page) || page_order(page) < pageblock_order)
		return false;
	*order = page_order(page);
	buddy_pfn = page_to_pfn(page) ^ (1ul << *order);
	if (!pfn_valid_within(buddy_pfn) || is_migrate_isolate(get_pfnblock_migratetype(buddy_pfn)))
		return false;
	__isolate_free_page(page, *order);
	return true;
}

/**
 * @brief End the isolation of a pageblock.
 *
 * @param page first page of the pageblock
 * @param migratetype type that it gets
 * @source mm/page_isolation.c:73
 */
void unset_migratetype_isolate(struct page *page, int migratetype)
{
	struct zone *zone = page_zone(page);
	unsigned int order;
	int moved;

	local_irq_disable();
	spin_lock(&zone->lock);
	if (is_migrate_isolate(get_pageblock_migratetype(page))) {
		bool unmerged = take_unmerged_block(page, &order);

		/* What was taken out left nothing to move. */
		moved = move_freepages_block(zone, page, migratetype, NULL);
		__mod_zone_freepage_state(zone, moved, migratetype);
		set_pageblock_migratetype(page, migratetype);
		/* Put back, it finds its buddy. Nobody frees it: no event, and no count of frees. */
		if (unmerged)
			__free_one_page(page, page_to_pfn(page), zone, order, migratetype);
		zone->nr_isolate_pageblock--;
	}
	spin_unlock(&zone->lock);
	local_irq_enable();
}

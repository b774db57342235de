/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 20, part: emptying per-CPU lists, and setting pageblocks apart.
 *
 * Pages on a CPU's list are free, but they cannot merge, and other CPUs cannot have them. When
 * memory is short or a whole pageblock is wanted, the lists are drained. A pageblock that is to
 * be vacated completely is **isolated**: whatever is freed in it stays out of everybody's reach.
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
	if (pcp->count)
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
 * @brief Does this CPU have pages on its lists?
 *
 * @param cpu the CPU
 * @param zone one zone, or NULL for all
 * @return true when draining it would free something
 * @source mm/page_alloc.c:2973
 */
static bool cpu_has_pages(int cpu, const struct zone *zone)
{
	struct zone *any;
	int nid;

	if (zone)
		return zone->pageset[cpu].pcp.count != 0;
	for_each_populated_zone(nid, any)
		if (any->pageset[cpu].pcp.count)
			return true;
	return false;
}

/**
 * @brief Empty the lists of all online CPUs.
 *
 * @param zone one zone, or NULL for all
 * @source mm/page_alloc.c:2973
 */
/* departs: 5.8.18 sends a work item to each CPU, in this order, and waits while they work at the same time;
 * here each CPU in turn becomes the running one. */
void drain_all_pages(struct zone *zone)
{
	int running = world->this_cpu, cpu;

	for_each_online_cpu(cpu) {
		if (!cpu_has_pages(cpu, zone))
			continue;
		world->this_cpu = cpu;
		drain_local_pages(zone);
	}
	world->this_cpu = running;
}

/**
 * @brief Isolate a pageblock: nothing is allocated from it any more.
 *
 * @param page a page of the pageblock
 * @return 0, or -EBUSY when it is isolated already
 * @source mm/page_isolation.c:18
 */
int set_migratetype_isolate(struct page *page)
{
	struct zone *zone = page_zone(page);
	int old_type, moved;

	local_irq_disable();
	spin_lock(&zone->lock);
	old_type = get_pageblock_migratetype(page);
	if (is_migrate_isolate(old_type)) {
		spin_unlock(&zone->lock);
		local_irq_enable();
		return -EBUSY;
	}
	set_pageblock_migratetype(page, MIGRATE_ISOLATE);
	zone->nr_isolate_pageblock++;
	moved = move_freepages_block(zone, page, MIGRATE_ISOLATE, NULL);
	__mod_zone_freepage_state(zone, -moved, old_type);
	spin_unlock(&zone->lock);
	local_irq_enable();
	/* Pages of the block on per-CPU lists come back to the isolated lists. */
	drain_all_pages(zone);
	return 0;
}

/**
 * @brief Find a free block that isolation kept from merging with its other half.
 *
 * @param zone the zone, locked
 * @param page first page of the pageblock
 * @return the block's first page, taken off its list; NULL when there is none
 * @source mm/page_isolation.c:73
 */
static struct page *take_unmerged_block(struct zone *zone, struct page *page)
{
	unsigned long buddy_pfn;

	if (!PageBuddy(page) || page_order(page) < pageblock_order ||
	    page_order(page) == MAX_ORDER - 1)
		return NULL;
	buddy_pfn = page_to_pfn(page) ^ (1ul << page_order(page));
	if (!pfn_valid_within(buddy_pfn) || is_migrate_isolate(get_pfnblock_migratetype(buddy_pfn)))
		return NULL;
	del_page_from_free_list(page, zone, page_order(page));
	return page;
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
	struct page *unmerged;
	unsigned int order;
	int moved;

	local_irq_disable();
	spin_lock(&zone->lock);
	if (!is_migrate_isolate(get_pageblock_migratetype(page))) {
		spin_unlock(&zone->lock);
		local_irq_enable();
		return;
	}
	order = page_order(page);
	unmerged = take_unmerged_block(zone, page);
	if (!unmerged) {
		moved = move_freepages_block(zone, page, migratetype, NULL);
		__mod_zone_freepage_state(zone, moved, migratetype);
	}
	set_pageblock_migratetype(page, migratetype);
	zone->nr_isolate_pageblock--;
	spin_unlock(&zone->lock);
	local_irq_enable();
	/* Freed once more, it finds its buddy. */
	if (unmerged) {
		set_page_count(unmerged, 1);
		__free_pages(unmerged, order);
	}
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 10: take a block out of a zone, from the per-CPU list or from the buddy lists.
 *
 * Single pages are asked for so often that each CPU keeps some at hand, one list per migratetype,
 * and takes them without touching anything that other CPUs use. When the list is empty it is
 * refilled with a **batch** from the buddy lists. Larger blocks always come from the buddy lists.
 *
 * Urgent requests for larger blocks have a reserve of their own. When such a request has succeeded,
 * its pageblock is set aside as **highatomic**, up to about one per cent of the zone, and its free
 * blocks are kept for urgent requests; when memory gets short they are given back, one pageblock at a time.
 */
#include "gfp.h"
#include "memory_map.h"
#include "stages/stages.h"
#include "tracepoints.h"
#include "vmstat.h"
#include "witness.h"
#include "world/world.h"

/**
 * @brief Count where an allocation landed. No decision reads these numbers.
 *
 * @param preferred_zone the zone the request would have liked
 * @param zone the zone it was served from
 * @source mm/page_alloc.c:3293
 */
void zone_statistics(struct zone *preferred_zone, struct zone *zone)
{
#ifdef CONFIG_NUMA
	if (!world->numa_stat_enabled)
		return;
	if (zone_to_nid(zone) == zone_to_nid(preferred_zone)) {
		inc_numa_state(zone, NUMA_HIT);
	} else {
		inc_numa_state(zone, NUMA_MISS);
		inc_numa_state(preferred_zone, NUMA_FOREIGN);
	}
	inc_numa_state(zone, zone_to_nid(zone) == numa_node_id() ? NUMA_LOCAL : NUMA_OTHER);
#else
	(void)preferred_zone;
	(void)zone;
#endif
}

/**
 * @brief Refill a list with single pages, or any blocks of one order, from the buddy lists.
 *
 * They are appended in the order in which they are found, so that later requests take them in that
 * order. The free-page counter is brought up to date once at the end; until then it is too high.
 *
 * @param zone the zone
 * @param order block of 2^order pages
 * @param count blocks wanted
 * @param list receives them at its tail
 * @param migratetype which free lists
 * @param alloc_flags flags of this attempt
 * @return blocks appended
 * @source mm/page_alloc.c:2827
 */
static __aside int rmqueue_bulk(struct zone *zone, unsigned int order, int count,
				struct list_head *list, int migratetype, unsigned int alloc_flags)
{
	int removed, appended = 0;

	witness_zone(DECISION_REFILL, zone, count, migratetype);
	spin_lock(&zone->lock);
	for (removed = 0; removed < count; removed++) {
		struct page *page = __rmqueue(zone, order, migratetype, alloc_flags);

		if (unlikely(!page))
			break;
		/* A page in a bad state is lost: off the lists, and counted as removed. */
		if (unlikely(check_new_page(page)))
			continue;
		list_add_tail(&page->lru, list);
		appended++;
		if (is_migrate_cma(get_pcppage_migratetype(page)))
			__mod_zone_page_state(zone, NR_FREE_CMA_PAGES, -(1l << order));
	}
	__mod_zone_page_state(zone, NR_FREE_PAGES, -((long)removed << order));
	spin_unlock(&zone->lock);
	witness_zone(DECISION_REFILLED, zone, appended, 0);
	return appended;
}

/**
 * @brief Take the first page of a per-CPU list, refilling it when it is empty.
 *
 * @param zone the zone
 * @param migratetype type of the list
 * @param alloc_flags flags of this attempt, for the refill
 * @param pcp the running CPU's pages
 * @return the page, or NULL when the refill found nothing
 * @source mm/page_alloc.c:3316
 */
static struct page *__rmqueue_pcplist(struct zone *zone, int migratetype, unsigned int alloc_flags,
				      struct per_cpu_pages *pcp)
{
	struct list_head *list = &pcp->lists[migratetype];
	struct page *page;

	/* Step 1: refill an empty list */
	if (list_empty(list)) {
		pcp->count += rmqueue_bulk(zone, 0, pcp->batch, list, migratetype, alloc_flags);
		if (unlikely(list_empty(list)))
			return NULL;
	}

	/* Step 2: take the page at the head, the one most recently freed */
	page = list_entry(list->next, struct page, lru);
	list_del(&page->lru);
	pcp->count--;
	return page;
}

/**
 * @brief Take a single page from the running CPU's list.
 *
 * @param preferred_zone the zone the request would have liked, for the statistics
 * @param zone the zone
 * @param migratetype type of the list
 * @param alloc_flags flags of this attempt
 * @return the page, or NULL
 * @source mm/page_alloc.c:3341
 */
static struct page *rmqueue_pcplist(struct zone *preferred_zone, struct zone *zone, int migratetype,
				    unsigned int alloc_flags)
{
	struct per_cpu_pages *pcp;
	struct page *page;

	local_irq_disable();
	pcp = &zone->pageset[smp_processor_id()].pcp;
	page = __rmqueue_pcplist(zone, migratetype, alloc_flags, pcp);
	if (page) {
		count_vm_events(PGALLOC_DMA + (enum vm_event)zone_idx(zone), 1);
		zone_statistics(preferred_zone, zone);
	}
	local_irq_enable();
	return page;
}

/**
 * @brief Take a block from the buddy lists: an urgent request from its reserve first.
 *
 * @param zone the zone, locked
 * @param order block of 2^order pages
 * @param migratetype which free lists
 * @param alloc_flags flags of this attempt
 * @return the first page, or NULL
 * @source mm/page_alloc.c:3366
 */
static struct page *rmqueue_highatomic_or_buddy(struct zone *zone, unsigned int order,
						int migratetype, unsigned int alloc_flags)
{
	struct page *page = NULL;

	if (alloc_flags & ALLOC_HARDER) {
		page = __rmqueue_smallest(zone, order, MIGRATE_HIGHATOMIC);
		/* The event names the type that was asked for, not the reserve. */
		if (page) {
			trace_mm_page_alloc_zone_locked(page, order, migratetype);
			witness_zone(DECISION_FROM_HIGHATOMIC, zone, order, 0);
		}
	}
	if (!page)
		page = __rmqueue(zone, order, migratetype, alloc_flags);
	return page;
}

/**
 * @brief Take a block of more than one page from the buddy lists.
 *
 * @param preferred_zone the zone the request would have liked, for the statistics
 * @param zone the zone
 * @param order block of 2^order pages, at least 1
 * @param migratetype which free lists
 * @param alloc_flags flags of this attempt
 * @return the first page, or NULL
 * @source mm/page_alloc.c:3366
 */
static __aside struct page *rmqueue_block(struct zone *preferred_zone, struct zone *zone,
					  unsigned int order, int migratetype,
					  unsigned int alloc_flags)
{
	struct page *page;

	/* Step 1: remove blocks until one is in good state; a bad one is lost and stays counted */
	local_irq_disable();
	spin_lock(&zone->lock);
	do {
		page = rmqueue_highatomic_or_buddy(zone, order, migratetype, alloc_flags);
	} while (page && check_new_pages(page, order));
	spin_unlock(&zone->lock);

	/* Step 2: count it out */
	if (page) {
		__mod_zone_freepage_state(zone, -(1l << order), get_pcppage_migratetype(page));
		count_vm_events(PGALLOC_DMA + (enum vm_event)zone_idx(zone), 1ul << order);
		zone_statistics(preferred_zone, zone);
	}
	local_irq_enable();
	return page;
}

/**
 * @brief Take a block out of a zone.
 *
 * @param preferred_zone the zone the request would have liked, for the statistics
 * @param zone the zone, which passed its watermark check
 * @param order block of 2^order pages
 * @param gfp_flags the request's mask
 * @param alloc_flags flags of this attempt
 * @param migratetype which lists
 * @return the first page, not yet prepared; NULL when the lists hold nothing suitable
 * @source mm/page_alloc.c:3366
 */
struct page *rmqueue(struct zone *preferred_zone, struct zone *zone, unsigned int order,
		     gfp_t gfp_flags, unsigned int alloc_flags, int migratetype)
{
	struct page *page;

	/* Step 1: a single page comes from the CPU's own list */
	if (likely(order == 0)) {
		page = rmqueue_pcplist(preferred_zone, zone, migratetype, alloc_flags);
	} else {
		/* Step 2: a larger block comes from the buddy lists */
		if (unlikely((gfp_flags & __GFP_NOFAIL) && order > 1))
			warn_once(ONCE_NOFAIL_ORDER, "rmqueue: __GFP_NOFAIL with order %u\n",
				  order);
		page = rmqueue_block(preferred_zone, zone, order, migratetype, alloc_flags);
		if (!page)
			return NULL;
	}

	/* Step 3: if taking it raised the zone's boost, let kswapd make room */
	if (unlikely(zone->flags & (1ul << ZONE_BOOSTED_WATERMARK))) {
		zone->flags &= ~(1ul << ZONE_BOOSTED_WATERMARK);
		world->hooks.wakeup_kswapd(zone, 0, 0, (enum zone_type)zone_idx(zone));
	}
	return page;
}

/**
 * @brief Set the pageblock of an urgently needed block aside for requests of that kind.
 *
 * @param page first page of the block that was just allocated
 * @param zone its zone
 * @source mm/page_alloc.c:2581
 */
void reserve_highatomic_pageblock(struct page *page, struct zone *zone)
{
	unsigned long max_managed = zone->managed_pages / 100 + pageblock_nr_pages;
	int migratetype;

	/* Step 1: at most one per cent of the zone, and one pageblock */
	if (zone->nr_reserved_highatomic >= max_managed)
		return;

	/* Step 2: convert the block, unless it already serves another special purpose */
	local_irq_disable();
	spin_lock(&zone->lock);
	migratetype = get_pageblock_migratetype(page);
	if (migratetype != MIGRATE_HIGHATOMIC && !is_migrate_isolate(migratetype) &&
	    !is_migrate_cma(migratetype)) {
		zone->nr_reserved_highatomic += pageblock_nr_pages;
		set_pageblock_migratetype(page, MIGRATE_HIGHATOMIC);
		move_freepages_block(zone, page, MIGRATE_HIGHATOMIC, NULL);
		witness_zone(DECISION_RESERVED, zone, (s64)zone->nr_reserved_highatomic, 0);
	}
	spin_unlock(&zone->lock);
	local_irq_enable();
}

/**
 * @brief Give one pageblock of a zone's urgent reserve back to a request's own type.
 *
 * @param zone the zone, locked
 * @param migratetype type that the block gets
 * @return true when free pages were moved
 * @source mm/page_alloc.c:2623
 */
static bool unreserve_one_pageblock(struct zone *zone, int migratetype)
{
	for (unsigned int order = 0; order < MAX_ORDER; order++) {
		struct page *page =
			get_page_from_free_area(&zone->free_area[order], MIGRATE_HIGHATOMIC);

		if (!page)
			continue;
		/* Its pageblock may have been converted since; then it was counted out already. */
		if (get_pageblock_migratetype(page) == MIGRATE_HIGHATOMIC)
			zone->nr_reserved_highatomic -=
				min_ul(pageblock_nr_pages, zone->nr_reserved_highatomic);
		set_pageblock_migratetype(page, migratetype);
		witness_zone(DECISION_UNRESERVED, zone, (s64)zone->nr_reserved_highatomic,
			     migratetype);
		if (move_freepages_block(zone, page, migratetype, NULL))
			return true;
	}
	return false;
}

/**
 * @brief Dissolve one pageblock of the urgent reserve, in the first zone that has one.
 *
 * @param ac zones and type of the request that is short of memory
 * @param force also take a zone's last reserved pageblock
 * @return true when free pages became available
 * @source mm/page_alloc.c:2623
 */
bool unreserve_highatomic_pageblock(const struct alloc_context *ac, bool force)
{
	struct zoneref *z;
	struct zone *zone;

	for_each_zone_zonelist_nodemask(zone, z, ac->zonelist, (int)ac->highest_zoneidx,
					ac->nodemask) {
		bool moved;

		if (!force && zone->nr_reserved_highatomic <= pageblock_nr_pages)
			continue;
		local_irq_disable();
		spin_lock(&zone->lock);
		moved = unreserve_one_pageblock(zone, ac->migratetype);
		spin_unlock(&zone->lock);
		local_irq_enable();
		if (moved)
			return true;
	}
	return false;
}

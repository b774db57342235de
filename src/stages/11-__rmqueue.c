/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 11: the buddy lists. Find a block, split it, and if there is none, take one from
 * another migratetype.
 *
 * Free memory is kept as blocks of 2^n pages, one list per order and migratetype. A request takes
 * the smallest block that is large enough; if it is larger than needed it is **split**, and the
 * halves that are not needed go onto the lists of their orders. Freed blocks find their other half,
 * their **buddy**, and merge again (stage 20).
 *
 * Pages that cannot be moved would, scattered about, make it impossible to ever build large blocks
 * again. So each pageblock of 512 pages has a **migratetype**, and requests of one type prefer
 * blocks of that type. Only when their own lists are empty do they **fall back** to another type's,
 * and then as a rule they take the largest block, and if possible the whole pageblock, so that the mixing
 * stays in one place. Where types get mixed, the zone's watermarks are **boosted** for a while, so that
 * kswapd frees some memory and the next request finds pages of its own type.
 */
#include "gfp.h"
#include "memory_map.h"
#include "stages/stages.h"
#include "tracepoints.h"
#include "vmstat.h"
#include "witness.h"
#include "world/world.h"

/* Where each type looks when its own lists are empty, in this order; nobody takes from the others. The type of both
 * mobility bits, which no mask should name, has no row in the kernel's table. What stands there instead reads as
 * unmovable. */
static const int fallbacks[MIGRATE_PCPTYPES + 1][MIGRATE_PCPTYPES - 1] = {
	[MIGRATE_UNMOVABLE] = { MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE },
	[MIGRATE_MOVABLE] = { MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE },
	[MIGRATE_RECLAIMABLE] = { MIGRATE_UNMOVABLE, MIGRATE_MOVABLE },
	[MIGRATE_HIGHATOMIC] = { MIGRATE_UNMOVABLE, MIGRATE_UNMOVABLE },
};

/**
 * @brief Split a block and put the upper halves back.
 *
 *     order 3    |--------|
 *     order 2    |----|   +---- back to the order 2 list
 *     order 1    |--| +--       back to the order 1 list
 *                 ^^ remain
 *
 * @param zone the zone, locked
 * @param page first page of the block
 * @param low order wanted
 * @param high order of the block
 * @param migratetype lists that the halves go to, at the head
 * @source mm/page_alloc.c:2108
 */
static void expand(struct zone *zone, struct page *page, unsigned int low, unsigned int high,
		   int migratetype)
{
	while (high > low) {
		struct page *upper_half = page + (1ul << --high);

		add_to_free_list(upper_half, zone, high, migratetype);
		set_page_order(upper_half, high);
	}
}

/**
 * @brief Take the smallest block of one migratetype that is large enough.
 *
 * @param zone the zone, locked
 * @param order block of 2^order pages
 * @param migratetype which lists
 * @return the first page, with the type of its list recorded; NULL when the lists hold none
 * @source mm/page_alloc.c:2255
 */
struct page *__rmqueue_smallest(struct zone *zone, unsigned int order, int migratetype)
{
	for (unsigned int found = order; found < MAX_ORDER; found++) {
		struct page *page = get_page_from_free_area(&zone->free_area[found], migratetype);

		if (!page)
			continue;
		/* Step 1: the first block of the first list that has one */
		del_page_from_free_list(page, zone, found);
		/* Step 2: split off what is not needed */
		expand(zone, page, order, found, migratetype);
		/* Step 3: remember the list; the pageblock may be of another type */
		set_pcppage_migratetype(page, migratetype);
		witness_block(zone, order, found, migratetype);
		return page;
	}
	return NULL;
}

/**
 * @brief Move the free blocks of a range of pages to the lists of another type.
 *
 * @param zone the zone, locked
 * @param pfn first PFN
 * @param end PFN after the last
 * @param migratetype lists that they go to, at the head
 * @param num_movable counts pages in use that could be migrated; NULL: do not count
 * @return pages moved
 * @source mm/page_alloc.c:2310
 */
static int move_freepages(struct zone *zone, unsigned long pfn, unsigned long end, int migratetype,
			  int *num_movable)
{
	int moved = 0;

	while (pfn < end) {
		struct page *page = pfn_to_page(pfn);
		unsigned int order;

		if (!pfn_valid_within(pfn)) {
			pfn++;
			continue;
		}
		if (!PageBuddy(page)) {
			/* A page on an LRU list or of a compound block that is, or a driver's. */
			if (num_movable && (PageLRU(page) || is_driver_movable(page)))
				(*num_movable)++;
			pfn++;
			continue;
		}
		order = page_order(page);
		move_to_free_list(page, zone, order, migratetype);
		pfn += 1ul << order;
		moved += 1 << order;
	}
	return moved;
}

/**
 * @brief Move the free blocks of a pageblock to the lists of another type.
 *
 * @param zone the zone, locked
 * @param page any page of the pageblock
 * @param migratetype lists that they go to
 * @param num_movable receives the pages in use that could be migrated; NULL: not wanted
 * @return pages moved
 * @source mm/page_alloc.c:2351
 */
int move_freepages_block(struct zone *zone, struct page *page, int migratetype, int *num_movable)
{
	unsigned long pfn = page_to_pfn(page);
	unsigned long start = pfn & ~(pageblock_nr_pages - 1);
	unsigned long end = start + pageblock_nr_pages;

	if (num_movable)
		*num_movable = 0;
	/* A pageblock that sticks out of its zone: at the start from the page on, at the end none. */
	if (!zone_spans_pfn(zone, start))
		start = pfn;
	if (!zone_spans_pfn(zone, end - 1))
		return 0;
	return move_freepages(zone, start, end, migratetype, num_movable);
}

/**
 * @brief May a request of this type take over whole pageblocks from a block of this order?
 *
 * @param order order of the block found
 * @param migratetype type of the request
 * @return false for a small block, unless the request is unmovable or reclaimable or types are not kept apart
 * @source mm/page_alloc.c:2399
 */
static bool can_steal_fallback(unsigned int order, int migratetype)
{
	if (order >= pageblock_order / 2)
		return true;
	/* What cannot be moved may stay for good: better to take the whole block then. */
	return migratetype == MIGRATE_RECLAIMABLE || migratetype == MIGRATE_UNMOVABLE ||
	       world->page_group_by_mobility_disabled;
}

/**
 * @brief Find a type that a request could take a block of this order from.
 *
 * @param area the free blocks of that order
 * @param order the order
 * @param migratetype type of the request
 * @param only_stealable look only for blocks whose pageblock can be taken over
 * @param can_steal receives whether the pageblock can be taken over
 * @return the type, or -1
 * @source mm/page_alloc.c:2546
 */
int find_suitable_fallback(const struct free_area *area, unsigned int order, int migratetype,
			   bool only_stealable, bool *can_steal)
{
	if (!area->nr_free)
		return -1;
	*can_steal = false;
	for (int i = 0; i < MIGRATE_PCPTYPES - 1; i++) {
		int type = fallbacks[migratetype][i];

		if (free_area_empty(area, type))
			continue;
		*can_steal = can_steal_fallback(order, migratetype);
		if (!only_stealable || *can_steal)
			return type;
	}
	return -1;
}

/**
 * @brief Raise a zone's watermarks for a while, because types are about to be mixed.
 *
 * @param zone the zone, locked
 * @source mm/page_alloc.c:2420
 */
static void boost_watermark(struct zone *zone)
{
	unsigned long high = zone->_watermark[WMARK_HIGH];
	unsigned long factor = (unsigned long)world->watermark_boost_factor;
	unsigned long before = zone->watermark_boost, max_boost;

	/* On a tiny zone the boost would be out of proportion. */
	if (pageblock_nr_pages * 4 > zone->managed_pages)
		return;
	max_boost = high / 10000 * factor + high % 10000 * factor / 10000;
	/* A factor of 0 switches boosts off. */
	if (!max_boost)
		return;
	max_boost = max_ul(pageblock_nr_pages, max_boost);
	zone->watermark_boost = min_ul(before + pageblock_nr_pages, max_boost);
	witness_zone(DECISION_BOOST, zone, (s64)before, (s64)zone->watermark_boost);
}

/**
 * @brief Give all pageblocks of a large block another type.
 *
 * @param page first page of the block
 * @param order its order, at least pageblock_order
 * @param migratetype the new type
 * @source mm/page_alloc.c:2376
 */
static void change_pageblock_range(struct page *page, unsigned int order, int migratetype)
{
	for (unsigned long i = 0; i < 1ul << (order - pageblock_order); i++)
		set_pageblock_migratetype(page + i * pageblock_nr_pages, migratetype);
}

/**
 * @brief Take over the free blocks of a pageblock, and its type if most of it would suit.
 *
 * @param zone the zone, locked
 * @param page first page of the block that was found
 * @param start_type type of the request
 * @param old_type type of the pageblock
 * @return false when nothing in the block was free
 * @source mm/page_alloc.c:2463
 */
static bool claim_pageblock(struct zone *zone, struct page *page, int start_type, int old_type)
{
	int movable, alike = 0;
	bool converted;
	int moved = move_freepages_block(zone, page, start_type, &movable);

	/* Pages in use that suit the new type: movable ones for a movable request. For others, what
	 * is in use in a movable block and cannot be moved after all. */
	if (start_type == MIGRATE_MOVABLE)
		alike = movable;
	else if (old_type == MIGRATE_MOVABLE)
		alike = (int)pageblock_nr_pages - (moved + movable);
	if (!moved)
		return false;
	converted = moved + alike >= (int)(pageblock_nr_pages / 2) ||
		    world->page_group_by_mobility_disabled;
	if (converted)
		set_pageblock_migratetype(page, start_type);
	witness_claim(zone, moved, alike, converted, old_type, start_type);
	return true;
}

/**
 * @brief Take a block from another type, or everything that is free in its pageblock.
 *
 * @param zone the zone, locked
 * @param page first page of the block
 * @param alloc_flags flags of this attempt
 * @param start_type type of the request
 * @param whole_block take over the whole pageblock if that is possible
 * @source mm/page_alloc.c:2463
 */
static void steal_suitable_fallback(struct zone *zone, struct page *page, unsigned int alloc_flags,
				    int start_type, bool whole_block)
{
	unsigned int order = page_order(page);
	int old_type = get_pageblock_migratetype(page);

	/* Step 1: the urgent reserve keeps its pageblocks: only the block itself moves */
	if (old_type == MIGRATE_HIGHATOMIC)
		goto single_page;

	/* Step 2: a block of whole pageblocks changes their type, and nothing is mixed */
	if (order >= pageblock_order) {
		change_pageblock_range(page, order, start_type);
		witness_convert(zone, 1l << (order - pageblock_order), old_type, start_type);
		goto single_page;
	}

	/* Step 3: types are mixed: boost, and let kswapd know if the caller may wake it */
	boost_watermark(zone);
	if (alloc_flags & ALLOC_KSWAPD)
		zone->flags |= 1ul << ZONE_BOOSTED_WATERMARK;

	/* Step 4: take everything that is free in the pageblock */
	if (whole_block && claim_pageblock(zone, page, start_type, old_type))
		return;

single_page:
	/* Step 5: or only this block */
	move_to_free_list(page, zone, order, start_type);
}

/**
 * @brief Take a block of one order from another type and report it.
 *
 * @param zone the zone, locked
 * @param order order wanted
 * @param found order of the block
 * @param start_type type of the request
 * @param fallback_type type it is taken from
 * @param alloc_flags flags of this attempt
 * @param can_steal whether the pageblock can be taken over
 * @source mm/page_alloc.c:2706
 */
static void do_steal(struct zone *zone, unsigned int order, unsigned int found, int start_type,
		     int fallback_type, unsigned int alloc_flags, bool can_steal)
{
	struct page *page = get_page_from_free_area(&zone->free_area[found], fallback_type);

	steal_suitable_fallback(zone, page, alloc_flags, start_type, can_steal);
	trace_mm_page_alloc_extfrag(page, order, found, start_type, fallback_type);
}

/**
 * @brief Take the smallest block of another type that is large enough.
 *
 * @param zone the zone, locked; it has one
 * @param order order wanted
 * @param start_type type of the request
 * @param alloc_flags flags of this attempt
 * @source mm/page_alloc.c:2706
 */
static void steal_smallest(struct zone *zone, unsigned int order, int start_type,
			   unsigned int alloc_flags)
{
	unsigned int found = order;
	int fallback_type;
	bool can_steal;

	while ((fallback_type = find_suitable_fallback(&zone->free_area[found], found, start_type,
						       false, &can_steal)) < 0)
		found++;
	do_steal(zone, order, found, start_type, fallback_type, alloc_flags, can_steal);
}

/**
 * @brief The request's own lists are empty: move a block of another type onto them.
 *
 * @param zone the zone, locked
 * @param order block of 2^order pages
 * @param start_type type of the request
 * @param alloc_flags flags of this attempt
 * @return true when something was moved and the request's own lists are worth another look
 * @source mm/page_alloc.c:2706
 */
static __cold bool __rmqueue_fallback(struct zone *zone, unsigned int order, int start_type,
				      unsigned int alloc_flags)
{
	/* Step 1: how small a block may be taken? Unmixed means at least a pageblock */
	unsigned int min_order = alloc_flags & ALLOC_NOFRAGMENT ? pageblock_order : order;

	/* Step 2: the largest block of another type, so that the mixing stays in one place */
	for (int found = MAX_ORDER - 1; found >= (int)min_order; found--) {
		struct free_area *area = &zone->free_area[found];
		bool can_steal;
		int fallback_type = find_suitable_fallback(area, (unsigned int)found, start_type,
							   false, &can_steal);

		if (fallback_type < 0)
			continue;
		/* Step 3: a movable request that cannot take over a pageblock does least harm with
		 * the smallest block that will do */
		if (!can_steal && start_type == MIGRATE_MOVABLE && found > (int)order)
			steal_smallest(zone, order, start_type, alloc_flags);
		else
			do_steal(zone, order, (unsigned int)found, start_type, fallback_type,
				 alloc_flags, can_steal);
		return true;
	}
	return false;
}

/**
 * @brief Should this movable request use up pages lent out by CMA first?
 *
 * Otherwise they would be left for last, when nothing else that movable pages could use is free.
 *
 * @param zone the zone
 * @return true when more than half of the free pages are CMA's
 * @source mm/page_alloc.c:2788
 */
static bool cma_is_most_of_free(const struct zone *zone)
{
	return zone_page_state(zone, NR_FREE_CMA_PAGES) > zone_page_state(zone, NR_FREE_PAGES) / 2;
}

/**
 * @brief Take a block from the buddy lists of a zone.
 *
 * @param zone the zone, locked
 * @param order block of 2^order pages
 * @param migratetype type of the request
 * @param alloc_flags flags of this attempt
 * @return the first page; NULL when no list that the request may use has a block
 * @source mm/page_alloc.c:2788
 */
struct page *__rmqueue(struct zone *zone, unsigned int order, int migratetype,
		       unsigned int alloc_flags)
{
	struct page *page;

	/* Step 1: keep the use of CMA pages and others balanced; this shortcut is not reported */
	if (migratetype == MIGRATE_MOVABLE && cma_is_most_of_free(zone)) {
		page = __rmqueue_smallest(zone, order, MIGRATE_CMA);
		if (page)
			return page;
	}

	do {
		/* Step 2: the lists of the request's own type */
		page = __rmqueue_smallest(zone, order, migratetype);
		/* Step 3: movable content may borrow from CMA */
		if (unlikely(!page) && migratetype == MIGRATE_MOVABLE)
			page = __rmqueue_smallest(zone, order, MIGRATE_CMA);
		/* Step 4: take a block from another type and look again */
	} while (unlikely(!page) && __rmqueue_fallback(zone, order, migratetype, alloc_flags));

	trace_mm_page_alloc_zone_locked(page, order, migratetype);
	return page;
}

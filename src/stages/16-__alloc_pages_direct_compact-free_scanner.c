/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 16, part: the scanner that goes down through a zone and collects free pages to copy to.
 *
 * It works on demand: when the next page is to be moved and there is no page to copy to, it collects as
 * many as there are pages to move. First it looks at the free lists for a block high up in the zone,
 * from the tail, one entry per list: the **fast search**. Failing that it goes down pageblock by
 * pageblock.
 *
 * A free block is taken off the buddy lists like an allocation, but by a rule of its own: what remains
 * must be above the **raw** min watermark, without boost. A block of half a pageblock or more makes its
 * pageblock movable, since movable pages are going to fill it. What was taken is split into single pages.
 *
 * At the start of a scan the fast search has a side effect: what it saw decides where the walk begins,
 * even if it saw only the low end of a long list. Then the scanners meet early, and the run fails
 * although there is free memory higher up. The lists are rotated, so a later run sees more.
 *
 * Exact, as far as the order of steps goes. No recording shows it, so the tests stand alone.
 */
#include "gfp.h"
#include "memory_map.h"
#include "stages/stages.h"
#include "tracepoints.h"
#include "vmstat.h"
#include "world/world.h"

/**
 * @brief Take one free block, if that is allowed, and keep it for copies.
 *
 * @param cc the run
 * @param page first page of a free block
 * @param taken receives the blocks, whole, their order in private
 * @return pages taken, or 0
 * @source mm/compaction.c:1439
 */
static unsigned long take_free_block(struct compact_control *cc, struct page *page,
				     struct list_head *taken)
{
	unsigned int order = page_order(page), nr;

	local_irq_disable();
	spin_lock(&cc->zone->lock);
	nr = __isolate_free_page(page, order);
	spin_unlock(&cc->zone->lock);
	local_irq_enable();
	if (!nr)
		return 0;
	page->private = order;
	list_add_tail(&page->lru, taken);
	cc->nr_freepages += nr;
	return nr;
}

/**
 * @brief Take the free blocks of a range, until there are as many pages as are to be moved.
 *
 * @param cc the run
 * @param start first PFN; moved past the last one that was looked at
 * @param end_pfn first PFN after the range
 * @param taken receives the blocks
 * @param stride step from one PFN looked at to the next
 * @return pages taken
 * @source mm/compaction.c:536
 */
static unsigned long isolate_freepages_block(struct compact_control *cc, unsigned long *start,
					     unsigned long end_pfn, struct list_head *taken,
					     unsigned long stride)
{
	unsigned long pfn = *start, nr_scanned = 0, nr_taken = 0;

	for (; pfn < end_pfn; pfn += stride) {
		struct page *page = pfn_to_page(pfn);
		unsigned long nr;

		/* Step 1: in use: a block that is used as one is passed in one step */
		nr_scanned++;
		if (!pfn_valid_within(pfn))
			continue;
		if (!PageBuddy(page)) {
			if (PageCompound(page))
				pfn += (1ul << compound_order(page)) - 1;
			continue;
		}

		/* Step 2: free: take it whole */
		nr = take_free_block(cc, page, taken);
		if (!nr)
			break;
		nr_taken += nr;
		if (cc->nr_freepages >= cc->nr_migratepages) {
			pfn += nr;
			break;
		}
		pfn += nr - 1;
	}
	pfn = min_ul(pfn, end_pfn);
	trace_mm_compaction_isolate_freepages(*start, pfn, nr_scanned, nr_taken);
	*start = pfn;
	cc->free_scanned += nr_scanned;
	return nr_taken;
}

/**
 * @brief Is it worth looking for free pages in this pageblock?
 *
 * @param cc the run
 * @param page its first page
 * @return false for a pageblock that is free as a whole, and for one that is not for movable pages
 * @source mm/compaction.c:1148
 */
static bool suitable_migration_target(const struct compact_control *cc, const struct page *page)
{
	int type = get_pageblock_migratetype(page);

	if (PageBuddy(page) && page_order(page) >= pageblock_order)
		return false;
	return cc->ignore_block_suitable || type == MIGRATE_MOVABLE || is_migrate_cma(type);
}

/** What the fast search has seen. PFNs. */
struct fast_search {
	unsigned long low_pfn;	   /**< at or above: good */
	unsigned long min_pfn;	   /**< at or above: better than nothing */
	unsigned long limit;	   /**< entries to look at in one list */
	unsigned long nr_scanned;  /**< entries looked at, in all */
	unsigned long highest_pfn; /**< first of the highest pageblock seen; 0: none */
};

/**
 * @brief Look at one free list from its tail for a block high up.
 *
 * The list is rotated: what was looked at goes to its head, so that the next search sees others.
 *
 * @param search the search
 * @param list the list, not empty
 * @return the first good block, else the best of those better than nothing, else NULL
 * @source mm/compaction.c:1280
 */
static struct page *fast_search_list(struct fast_search *search, struct list_head *list)
{
	unsigned long best_pfn = 0, scanned = 0;
	struct list_head *entry = list->prev;

	for (;; entry = entry->prev) {
		unsigned long pfn = page_to_pfn(list_entry(entry, struct page, lru));

		scanned++;
		search->highest_pfn = max_ul(search->highest_pfn, pageblock_start_pfn(pfn));
		if (pfn >= search->min_pfn)
			best_pfn = max_ul(best_pfn, pfn);
		if (pfn >= search->low_pfn)
			best_pfn = pfn;
		if (pfn >= search->low_pfn || scanned >= search->limit || entry->prev == list)
			break;
	}
	search->nr_scanned += scanned;
	/* This entry and those after it go before the rest. */
	list_del(list);
	list_link(list, entry->prev, entry);
	return best_pfn ? pfn_to_page(best_pfn) : NULL;
}

/**
 * @brief The order that the fast search tries next: downwards, round and round.
 *
 * @param cc the run
 * @param order the order tried last
 * @return an order below the wanted one; -1 when all were tried
 * @source mm/compaction.c:1262
 */
static int next_search_order(struct compact_control *cc, int order)
{
	if (--order < 0)
		order = cc->order - 1;
	if (order != cc->search_order)
		return order;
	/* Once round: begin one lower the next time. */
	if (--cc->search_order < 0)
		cc->search_order = cc->order - 1;
	return -1;
}

/**
 * @brief Search the free lists for one block high up, and take it.
 *
 * @param cc the run
 * @param search the search
 * @param taken receives the block
 * @return its first page, or NULL
 * @source mm/compaction.c:1280
 */
static struct page *fast_take_block(struct compact_control *cc, struct fast_search *search,
				    struct list_head *taken)
{
	if (cc->search_order >= cc->order)
		cc->search_order = cc->order - 1;
	for (int order = cc->search_order; order >= 0; order = next_search_order(cc, order)) {
		struct free_area *area = &cc->zone->free_area[order];
		struct page *page;

		if (free_area_empty(area, MIGRATE_MOVABLE))
			continue;
		page = fast_search_list(search, &area->free_list[MIGRATE_MOVABLE]);
		if (!page)
			continue;
		/* The reserve is reached: no smaller block would help. */
		if (!take_free_block(cc, page, taken))
			return NULL;
		cc->search_order = order;
		return page;
	}
	return NULL;
}

/**
 * @brief Take the rest of the pageblock in which the fast search found a block.
 *
 * @param cc the run
 * @param pfn PFN of the block found
 * @param nr_taken its pages
 * @param taken receives more blocks
 * @source mm/compaction.c:1227
 */
static void fast_isolate_around(struct compact_control *cc, unsigned long pfn,
				unsigned long nr_taken, struct list_head *taken)
{
	unsigned long start = max_ul(pageblock_start_pfn(pfn), cc->zone->zone_start_pfn);
	unsigned long end = min_ul(pageblock_end_pfn(pfn), zone_end_pfn(cc->zone));

	if (cc->nr_freepages >= cc->nr_migratepages)
		return;
	if (cc->direct_compaction && cc->mode == MIGRATE_ASYNC)
		return;
	if (start != pfn)
		isolate_freepages_block(cc, &start, pfn, taken, 1);
	start = pfn + nr_taken;
	if (cc->nr_freepages < cc->nr_migratepages && start < end)
		isolate_freepages_block(cc, &start, end, taken, 1);
	if (cc->nr_freepages < cc->nr_migratepages)
		set_pageblock_skip(pfn);
}

/**
 * @brief Find pages to copy to without going through the zone.
 *
 * @param cc the run; at its start the free position may be moved instead
 * @param taken receives what was found
 * @source mm/compaction.c:1280
 */
static void fast_isolate_freepages(struct compact_control *cc, struct list_head *taken)
{
	unsigned long distance = cc->free_pfn - cc->migrate_pfn;
	struct fast_search search = {
		.low_pfn = pageblock_start_pfn(cc->free_pfn - distance / 4),
		.min_pfn = pageblock_start_pfn(cc->free_pfn - distance / 2),
		.limit = 1,
	};
	bool at_start = cc->free_pfn == pageblock_start_pfn(zone_end_pfn(cc->zone) - 1);
	struct page *page;

	/* Step 1: search; at the start of a scan thoroughly */
	if (at_start)
		search.limit = pageblock_nr_pages / 2;
	page = fast_take_block(cc, &search, taken);
	cc->free_scanned += search.nr_scanned;

	/* Step 2: found: look around there */
	if (page) {
		cc->fast_search_fail = 0;
		fast_isolate_around(cc, page_to_pfn(page), 1ul << page->private, taken);
		return;
	}

	/* Step 3: not found, at the start: skip what is known to hold nothing */
	cc->fast_search_fail++;
	if (!at_start)
		return;
	if (search.highest_pfn)
		cc->free_pfn = search.highest_pfn;
	else if (cc->direct_compaction && pfn_valid(search.min_pfn))
		cc->free_pfn = search.min_pfn;
}

/**
 * @brief Split what was taken into single pages with one reference each.
 *
 * @param cc the run; receives the pages
 * @param taken the blocks
 * @source mm/compaction.c:69
 */
static void split_map_pages(struct compact_control *cc, struct list_head *taken)
{
	struct list_head *entry, *next;

	list_for_each_safe(entry, next, taken) {
		struct page *page = list_entry(entry, struct page, lru);
		unsigned int order = (unsigned int)page->private;

		page->private = 0;
		page->index = 0;
		set_page_count(page, 1);
		split_page(page, order);
		for (unsigned long i = 0; i < 1ul << order; i++)
			list_add(&page[i].lru, &cc->freepages);
	}
}

/**
 * @brief A pageblock was searched to its end: mark it, and let the next run begin below it.
 *
 * @param cc the run
 * @param block_pfn its first PFN
 * @source mm/compaction.c:1439
 */
static void block_exhausted(struct compact_control *cc, unsigned long block_pfn)
{
	set_pageblock_skip(block_pfn);
	if (block_pfn < cc->zone->compact_cached_free_pfn)
		cc->zone->compact_cached_free_pfn = block_pfn;
}

/**
 * @brief Go down through the zone, pageblock by pageblock, until there are enough pages.
 *
 * @param cc the run
 * @param taken receives the blocks
 * @source mm/compaction.c:1439
 */
static void scan_freepages(struct compact_control *cc, struct list_head *taken)
{
	unsigned long stride = cc->mode == MIGRATE_ASYNC ? COMPACT_CLUSTER_MAX : 1;
	unsigned long low_pfn = pageblock_end_pfn(cc->migrate_pfn);
	unsigned long block = pageblock_start_pfn(cc->free_pfn), start = cc->free_pfn;

	for (; block >= low_pfn; block -= pageblock_nr_pages, start = block) {
		unsigned long end = min_ul(block + pageblock_nr_pages, zone_end_pfn(cc->zone));
		struct page *page = pageblock_page(cc->zone, block);

		/* Step 1: pass by what lies outside, what is unsuitable, what is marked */
		if (!page || !suitable_migration_target(cc, page) || !isolation_suitable(cc, block))
			continue;

		/* Step 2: take what is free; from the first find on look at every page */
		if (isolate_freepages_block(cc, &start, end, taken, stride))
			stride = 1;
		if (start == end)
			block_exhausted(cc, block);

		/* Step 3: enough, or the reserve is reached */
		if (cc->nr_freepages >= cc->nr_migratepages) {
			if (start == end)
				start = block - pageblock_nr_pages;
			break;
		}
		if (start < end)
			break;
	}
	cc->free_pfn = start;
}

/**
 * @brief Collect free pages to copy to.
 *
 * @param cc the run
 * @source mm/compaction.c:1439
 */
static void isolate_freepages(struct compact_control *cc)
{
	struct list_head taken;

	INIT_LIST_HEAD(&taken);
	if (cc->order > 0)
		fast_isolate_freepages(cc, &taken);
	if (list_empty(&taken))
		scan_freepages(cc, &taken);
	split_map_pages(cc, &taken);
}

/**
 * @brief A page to copy to.
 *
 * @param cc the run
 * @return a page with one reference; NULL when there is none
 * @source mm/compaction.c:1556
 */
struct page *compaction_alloc(struct compact_control *cc)
{
	struct page *page;

	if (list_empty(&cc->freepages))
		isolate_freepages(cc);
	if (list_empty(&cc->freepages))
		return NULL;
	page = list_entry(cc->freepages.next, struct page, lru);
	list_del(&page->lru);
	cc->nr_freepages--;
	return page;
}

/**
 * @brief A page to copy to was not needed after all.
 *
 * @param cc the run
 * @param page the page
 * @source none (ours: the other direction of compaction_alloc())
 */
void compaction_free(struct compact_control *cc, struct page *page)
{
	list_add(&page->lru, &cc->freepages);
	cc->nr_freepages++;
}

/**
 * @brief Free the pages that were collected and not used, one by one.
 *
 * @param cc the run
 * @return the highest PFN among them
 * @source mm/compaction.c:53
 */
unsigned long release_freepages(struct compact_control *cc)
{
	struct list_head *entry, *next;
	unsigned long highest = 0;

	list_for_each_safe(entry, next, &cc->freepages) {
		struct page *page = list_entry(entry, struct page, lru);

		highest = max_ul(highest, page_to_pfn(page));
		list_del(entry);
		__free_pages(page, 0);
	}
	cc->nr_freepages = 0;
	return highest;
}

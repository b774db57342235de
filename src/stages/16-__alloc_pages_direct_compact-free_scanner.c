/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 16, part: the scanner that goes down through a zone and collects free pages to copy to.
 *
 * It works on demand: when the next page is to be moved and there is no page to copy to, it aims at as
 * many as the whole batch has pages, however many are still to be moved. First it looks at the free lists: that
 * is the fast search for a target. Where that finds nothing it goes down from pageblock to pageblock.
 *
 * A free block is taken off the buddy lists like an allocation, but by a rule of its own: what remains
 * must be above the **raw** min watermark, without boost. A block of half a pageblock or more makes a
 * pageblock of an ordinary type movable, since movable pages are going to fill it. What was taken is split into single pages, and
 * those are used from the one taken last to the first.
 *
 * Exact: recordings of whole runs hold what is looked at, taken and marked, and which page is used for which. In none
 * is a block refused for the reserve's sake, or a pageblock free as a whole; there the tests stand alone, and for holes.
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
 * @source mm/compaction.c:536
 */
unsigned long take_free_block(struct compact_control *cc, struct page *page,
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
unsigned long isolate_freepages_block(struct compact_control *cc, unsigned long *start,
				      unsigned long end_pfn, struct list_head *taken,
				      unsigned long stride)
{
	unsigned long pfn = *start, nr_scanned = 0, nr_taken = 0;

	for (; pfn < end_pfn; pfn += stride) {
		struct page *page = pfn_to_page(pfn);
		unsigned long nr;

		/* Step 1: a signal ends it, now and then */
		if (pfn % COMPACT_CLUSTER_MAX == 0 && current->fatal_signal_pending) {
			cc->contended = true;
			break;
		}

		/* Step 2: in use: a block that is used as one is passed in one step */
		nr_scanned++;
		if (!pfn_valid_within(pfn))
			continue;
		if (!PageBuddy(page)) {
			if (PageCompound(page))
				pfn += (1ul << compound_order(page)) - 1;
			continue;
		}

		/* Step 3: free: take it whole */
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

/**
 * @brief Split what was taken into single pages with one reference each, the one taken last at the head.
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
 * @brief May the scanner of free pages look into this pageblock?
 *
 * @param cc the run
 * @param start_pfn its first PFN
 * @param end_pfn first PFN after it
 * @return false when it lies outside, is unsuitable, or is marked
 * @source mm/compaction.c:1439
 */
static bool target_is_open(const struct compact_control *cc, unsigned long start_pfn,
			   unsigned long end_pfn)
{
	const struct page *page = pageblock_pfn_to_page(start_pfn, end_pfn, cc->zone);

	return page && suitable_migration_target(cc, page) && isolation_suitable(cc, start_pfn);
}

/**
 * @brief Go down through the zone, pageblock by pageblock, until there are enough pages.
 *
 * A run that never waits looks at every 32nd page only, until it finds something. Others look at every page, and
 * take wider steps after each pageblock without a find, up to the same width.
 *
 * @param cc the run
 * @param taken receives the blocks
 * @source mm/compaction.c:1439
 */
static void scan_freepages(struct compact_control *cc, struct list_head *taken)
{
	unsigned long stride = cc->mode == MIGRATE_ASYNC ? COMPACT_CLUSTER_MAX : 1;
	unsigned long low_pfn = pageblock_end_pfn(cc->migrate_pfn);
	unsigned long block = pageblock_start_pfn(cc->free_pfn), pfn = cc->free_pfn;

	for (; block >= low_pfn; block -= pageblock_nr_pages, pfn = block) {
		unsigned long end = min_ul(block + pageblock_nr_pages, zone_end_pfn(cc->zone));

		/* Step 1: take what is free there */
		if (!target_is_open(cc, block, end))
			continue;
		if (isolate_freepages_block(cc, &pfn, end, taken, stride))
			stride = 1;
		else
			stride = min_ul(COMPACT_CLUSTER_MAX, stride * 2);
		if (pfn == end)
			update_pageblock_skip(cc, block);

		/* Step 2: enough, or the reserve is reached, or a signal came */
		if (cc->nr_freepages >= cc->nr_migratepages) {
			if (pfn == end)
				pfn = block - pageblock_nr_pages;
			break;
		}
		if (pfn < end)
			break;
	}
	cc->free_pfn = pfn;
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
 * @source mm/compaction.c:1581
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

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 16, part: finding pages to copy to on the free lists: the fast search for a target.
 *
 * The highest quarter between the two scanners is the best place for copies, the half the second best. The
 * movable free lists of the orders below the wanted one are searched from their tails, beginning where the last search was
 * lucky. Each list is turned so that the next search goes on with what was not yet looked at.
 *
 * Normally one entry of each list is all that is looked at. At the **start of a scan** up to 256 are, and if nothing is
 * found, what was seen decides where the walk through the zone begins. Until the zone's hints are first forgotten
 * every search counts as one at the start.
 *
 * There is no upper bound: a find may lie above the scanner of free pages, in pageblocks that it has left.
 *
 * Exact: recordings of whole runs hold what is found, how lists are turned, and where the scanner is set. No
 * recording has a block refused for the reserve's sake here, nor the jump to the middle; there the tests stand
 * alone.
 */
#include "memory_map.h"
#include "stages/stages.h"
#include "world/world.h"

/** What the fast search has seen. PFNs. */
struct target_search {
	struct compact_control *cc;
	bool at_start;		   /**< of a scan */
	unsigned long low_pfn;	   /**< at or above: good */
	unsigned long min_pfn;	   /**< at or above: better than nothing */
	unsigned int limit;	   /**< entries to look at in one list; with 0, as with 1, one is */
	unsigned int nr_scanned;   /**< entries looked at, in all */
	unsigned int in_list;	   /**< entries looked at in the present list */
	unsigned long second_pfn;  /**< highest block that is better than nothing; 0: none */
	unsigned long highest_pfn; /**< first of the highest pageblock seen; 0: none */
};

/**
 * @brief Turn a list so that an entry becomes its first: what was looked at comes before the rest.
 *
 * @param list the list
 * @param entry an entry of it
 * @source mm/compaction.c:1197
 */
static void move_freelist_head(struct list_head *list, struct list_head *entry)
{
	list_del(list);
	list_link(list, entry->prev, entry);
}

/**
 * @brief Judge one block.
 *
 * @param search the search
 * @param pfn PFN of the block
 * @return true when it is good
 * @source mm/compaction.c:1280
 */
static bool is_good_target(struct target_search *search, unsigned long pfn)
{
	search->in_list++;
	search->nr_scanned++;
	if (pfn >= search->highest_pfn)
		search->highest_pfn = pageblock_start_pfn(pfn);
	if (pfn >= search->low_pfn)
		return true;
	if (pfn >= search->min_pfn && pfn > search->second_pfn) {
		search->second_pfn = pfn;
		search->limit /= 2;
	}
	return false;
}

/**
 * @brief Search one free list from its tail.
 *
 * @param search the search
 * @param list the list; turned at the entry where the search ended, or at the one that is returned
 * @param order the order of its blocks
 * @return the first good block, else the best of those better than nothing, else NULL
 * @source mm/compaction.c:1280
 */
static struct page *search_target_list(struct target_search *search, struct list_head *list,
				       int order)
{
	struct list_head *entry;

	search->in_list = 0;
	for (entry = list->prev; entry != list; entry = entry->prev) {
		struct page *page = list_entry(entry, struct page, lru);

		if (is_good_target(search, page_to_pfn(page))) {
			search->cc->fast_search_fail = 0;
			search->cc->search_order = (short)order;
			move_freelist_head(list, entry);
			return page;
		}
		if (search->in_list >= search->limit)
			break;
	}
	if (search->second_pfn)
		entry = &pfn_to_page(search->second_pfn)->lru;
	if (entry != list)
		move_freelist_head(list, entry);
	return search->second_pfn ? pfn_to_page(search->second_pfn) : NULL;
}

/**
 * @brief The order that the fast search tries next: downwards, round and round.
 *
 * @param cc the run; begins one order lower the next time when all were tried
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
	if (--cc->search_order < 0)
		cc->search_order = (short)(cc->order - 1);
	return -1;
}

/**
 * @brief Search the free lists for one block high up, and take it.
 *
 * @param search the search
 * @param taken receives the block
 * @return its first page, or NULL
 * @source mm/compaction.c:1280
 */
static struct page *fast_take_block(struct target_search *search, struct list_head *taken)
{
	struct compact_control *cc = search->cc;
	struct page *page = NULL;

	if (cc->search_order >= cc->order)
		cc->search_order = (short)(cc->order - 1);
	for (int order = cc->search_order; !page && order >= 0;
	     order = next_search_order(cc, order)) {
		struct free_area *area = &cc->zone->free_area[order];

		page = search_target_list(search, &area->free_list[MIGRATE_MOVABLE], order);
		/* Refused for the reserve's sake: the search is given up, though a smaller block might pass. */
		if (page && !take_free_block(cc, page, taken)) {
			page = NULL;
			order = cc->search_order + 1;
		}
		if (search->in_list >= search->limit)
			search->limit = 1;
	}
	return page;
}

/**
 * @brief Take what else is free in the pageblock that the fast search chose.
 *
 * @param cc the run
 * @param pfn PFN of the block that was taken there, or of the pageblock's first page
 * @param nr_taken pages of that block; 0: none was taken
 * @param taken receives more blocks
 * @source mm/compaction.c:1227
 */
static void fast_isolate_around(struct compact_control *cc, unsigned long pfn,
				unsigned long nr_taken, struct list_head *taken)
{
	unsigned long start = pageblock_start_pfn(pfn);
	/* One page short of the end: this is how 5.8.18 has it. */
	unsigned long end = min_ul(pageblock_end_pfn(pfn), zone_end_pfn(cc->zone)) - 1;

	if (cc->nr_freepages >= cc->nr_migratepages || direct_async(cc))
		return;

	/* Step 1: below it, and above it */
	if (start != pfn) {
		isolate_freepages_block(cc, &start, pfn, taken, 1);
		if (cc->nr_freepages >= cc->nr_migratepages)
			return;
	}
	start = pfn + nr_taken;
	if (start < end)
		isolate_freepages_block(cc, &start, end, taken, 1);

	/* Step 2: it is used up */
	if (cc->nr_freepages < cc->nr_migratepages)
		set_pageblock_skip(pfn);
}

/**
 * @brief Nothing was found. At the start of a scan, go to where something was seen, else, for a request, to the middle.
 *
 * @param search the search
 * @return the place, the first page of a pageblock; NULL: stay
 * @source mm/compaction.c:1280
 */
static struct page *fallback_place(const struct target_search *search)
{
	struct compact_control *cc = search->cc;

	cc->fast_search_fail++;
	if (!search->at_start)
		return NULL;
	if (search->highest_pfn) {
		cc->free_pfn = search->highest_pfn;
		return pfn_to_page(search->highest_pfn);
	}
	if (!cc->direct_compaction || !pfn_valid(search->min_pfn))
		return NULL;
	cc->free_pfn = search->min_pfn;
	return pageblock_pfn_to_page(search->min_pfn, pageblock_end_pfn(search->min_pfn), cc->zone);
}

/**
 * @brief How far to search, and for what.
 *
 * @param cc the run
 * @return a search that has seen nothing yet
 * @source mm/compaction.c:1280
 */
static struct target_search new_target_search(struct compact_control *cc)
{
	unsigned long distance = cc->free_pfn - cc->migrate_pfn;
	bool at_start = cc->free_pfn >= cc->zone->compact_init_free_pfn;

	/* 5.8.18 shortens the search after failures, but takes the lesser of the result and 1: one entry is looked at always. */
	return (struct target_search){
		.cc = cc,
		.at_start = at_start,
		.low_pfn = pageblock_start_pfn(cc->free_pfn - distance / 4),
		.min_pfn = pageblock_start_pfn(cc->free_pfn - distance / 2),
		.limit = at_start ? pageblock_nr_pages / 2 : 1,
	};
}

/**
 * @brief Find pages to copy to without going through the zone.
 *
 * @param cc the run; at its start the free position may be moved instead
 * @param taken receives what was found
 * @source mm/compaction.c:1280
 */
void fast_isolate_freepages(struct compact_control *cc, struct list_head *taken)
{
	struct target_search search = new_target_search(cc);
	struct page *page;
	unsigned long nr_taken = 0;

	/* Step 1: search */
	page = fast_take_block(&search, taken);
	if (page)
		nr_taken = 1ul << page->private;
	else
		page = fallback_place(&search);

	/* Step 2: what was seen moves the remembered position too, wherever it was */
	if (search.highest_pfn && search.highest_pfn >= cc->zone->compact_cached_free_pfn)
		cc->zone->compact_cached_free_pfn = search.highest_pfn - pageblock_nr_pages;
	cc->free_scanned += search.nr_scanned;

	/* Step 3: look around there */
	if (page)
		fast_isolate_around(cc, page_to_pfn(page), nr_taken, taken);
}

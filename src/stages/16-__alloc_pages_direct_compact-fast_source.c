/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 16, part: where the scanner of pages in use had best begin: the fast search for a source.
 *
 * A pageblock that has a large free block already is quickly emptied. So, for a costly order, the movable free lists
 * of the orders below the wanted one, down to 3, are searched for a block that lies low in the zone, before the
 * scanner goes on from where it is.
 *
 * In 5.8.18 the search works against itself in three ways, which recordings show. The pageblock that was found
 * is marked, so that the next search finds another; but the scanner then meets the mark and leaves the pageblock
 * after its first page. A marked entry that is its list's **first** ends the search of that list, where the last was
 * meant: the function that tests it compares with the wrong end. And where the only find lies in the scanner's own
 * pageblock, the scanner goes on from that free block, and the pages below are never looked at.
 *
 * Exact: recordings of whole runs hold what is found, how lists are turned, when the search ends, and where the scanner
 * goes.
 */
#include "memory_map.h"
#include "stages/stages.h"
#include "world/world.h"

/**
 * @brief Is a fast start allowed here?
 *
 * @param cc the run
 * @return true at the start of the zone or of a pageblock, for a costly order, when hints count, and
 * not for a request that wants something other than movable blocks
 * @source mm/compaction.c:1635
 */
static bool fast_start_allowed(const struct compact_control *cc)
{
	if (cc->ignore_skip_hint || cc->order <= (int)PAGE_ALLOC_COSTLY_ORDER)
		return false;
	if (cc->migrate_pfn != cc->zone->zone_start_pfn && cc->migrate_pfn % pageblock_nr_pages)
		return false;
	return !cc->direct_compaction || cc->migratetype == MIGRATE_MOVABLE;
}

/**
 * @brief After how many entries of free lists a fast search ends at the next one that does not suit: fewer after each
 * search that ended so, or that found no target.
 *
 * @param cc the run
 * @return 33 at most, 1 at least
 * @source mm/compaction.c:1174
 */
unsigned int freelist_scan_limit(const struct compact_control *cc)
{
	return (unsigned int)(COMPACT_CLUSTER_MAX >> min_ul(63, cc->fast_search_fail)) + 1;
}

/**
 * @brief Turn a list so that an entry becomes its last: what was looked at comes after the rest.
 *
 * @param list the list
 * @param entry an entry of it
 * @source mm/compaction.c:1215
 */
static void move_freelist_tail(struct list_head *list, struct list_head *entry)
{
	list_del(list);
	list_link(list, entry, entry->next);
}

/**
 * @brief A block that lies low was found: remember it, and choose its pageblock.
 *
 * @param cc the run
 * @param pfn PFN of the block
 * @source mm/compaction.c:1607
 */
static void update_fast_start_pfn(struct compact_control *cc, unsigned long pfn)
{
	cc->fast_search_fail = 0;
	set_pageblock_skip(pfn);
	if (cc->fast_start_pfn == FAST_START_USED)
		return;
	cc->fast_start_pfn = cc->fast_start_pfn ? min_ul(cc->fast_start_pfn, pfn) : pfn;
}

/** How far a fast search has got. */
struct source_search {
	struct compact_control *cc;
	unsigned long high_pfn; /**< blocks from here on do not lie low */
	unsigned int limit;
	unsigned int nr_scanned; /**< entries looked at, in all */
};

/**
 * @brief Search one free list.
 *
 * @param search the search
 * @param list the list; turned when the search of it ends before its end
 * @return a block that lies low, in a pageblock without a mark; NULL when there is none
 * @source mm/compaction.c:1635
 */
static struct page *search_source_list(struct source_search *search, struct list_head *list)
{
	struct list_head *entry;

	list_for_each(entry, list) {
		struct page *page = list_entry(entry, struct page, lru);
		unsigned long pfn = page_to_pfn(page);

		search->nr_scanned++;
		if (pfn < search->high_pfn) {
			/* Step 1: low, and chosen before: the first of the list ends it, others do not */
			if (get_pageblock_skip(pfn)) {
				if (entry == list->next)
					return NULL;
				continue;
			}
			/* Step 2: this one */
			move_freelist_tail(list, entry);
			return page;
		}
		/* Step 3: too high; there is an end to looking */
		if (search->nr_scanned >= search->limit) {
			search->cc->fast_search_fail++;
			move_freelist_tail(list, entry);
			return NULL;
		}
	}
	return NULL;
}

/**
 * @brief Nothing better was found: go on where the scanner is, or, once in a run, from the lowest block seen.
 *
 * @param cc the run
 * @return PFN to begin at
 * @source mm/compaction.c:1619
 */
static unsigned long reinit_migrate_pfn(struct compact_control *cc)
{
	if (!cc->fast_start_pfn || cc->fast_start_pfn == FAST_START_USED)
		return cc->migrate_pfn;
	cc->migrate_pfn = cc->fast_start_pfn;
	cc->fast_start_pfn = FAST_START_USED;
	return cc->migrate_pfn;
}

/**
 * @brief Find a pageblock that is likely to be quickly emptied: it has a free block already.
 *
 * @param cc the run; its position may change too
 * @return PFN to begin at
 * @source mm/compaction.c:1635
 */
unsigned long fast_find_migrateblock(struct compact_control *cc)
{
	unsigned long distance = (cc->free_pfn - cc->migrate_pfn) / 2, pfn = cc->migrate_pfn;
	struct source_search search = { .cc = cc, .limit = freelist_scan_limit(cc) };

	if (!fast_start_allowed(cc))
		return pfn;

	/* Step 1: not too far up: to the middle from the zone's start, an eighth from elsewhere */
	if (cc->migrate_pfn != cc->zone->zone_start_pfn)
		distance /= 4;
	search.high_pfn = pageblock_start_pfn(cc->migrate_pfn + distance);

	/* Step 2: search the lists below the wanted order, largest first, until another pageblock is found.
	 * There is no lower bound: it may lie behind the scanner */
	spin_lock(&cc->zone->lock);
	for (int order = cc->order - 1; order >= (int)PAGE_ALLOC_COSTLY_ORDER &&
					pfn == cc->migrate_pfn && search.nr_scanned < search.limit;
	     order--) {
		struct free_area *area = &cc->zone->free_area[order];
		const struct page *found =
			search_source_list(&search, &area->free_list[MIGRATE_MOVABLE]);

		if (found) {
			update_fast_start_pfn(cc, page_to_pfn(found));
			pfn = pageblock_start_pfn(page_to_pfn(found));
		}
	}
	spin_unlock(&cc->zone->lock);
	cc->migrate_scanned += search.nr_scanned;
	return pfn == cc->migrate_pfn ? reinit_migrate_pfn(cc) : pfn;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 16, part: the scanner that goes up through a zone and collects pages to move.
 *
 * It works pageblock by pageblock and stops after the first one that it really looked into. There it
 * looks at every page frame: free blocks are jumped over, pages that can be moved are **isolated**
 * (taken out of reclaim's reach, so that nobody else handles them in the meantime), all others are
 * failures. A pageblock that was looked through in vain is marked, so that the next run passes it
 * by: the **skip hint**.
 *
 * Compaction for a request that must not wait has a stricter rule. A page that cannot be moved spoils
 * the whole block of the wanted order, since that block cannot become free any more. What was isolated
 * in it is put back, and the scanner goes on after it.
 *
 * Exact, as far as the order of steps goes: which pageblocks are looked into, where the scanner stops,
 * and the hints. No recording shows them, so the tests stand alone.
 */
#include "memory_map.h"
#include "stages/stages.h"
#include "tracepoints.h"
#include "vmstat.h"
#include "world/world.h"

/** The fast search looks at lists of blocks of at least this order. */
#define FAST_SEARCH_MIN_ORDER 3

/** Ticks to wait when too many pages are isolated: 100 ms. */
#define ISOLATION_WAIT (HZ / 10)

/** A walk through one pageblock. */
struct block_walk {
	struct compact_control *cc;
	unsigned long pfn;
	unsigned long end_pfn;
	bool strict;		/**< one failure spoils a block of the wanted order */
	unsigned long next_pfn; /**< first PFN after that block */
	bool first_seen;	/**< the pageblock's first page was looked at */
	unsigned long nr_scanned;
	unsigned long nr_isolated;
};

/**
 * @brief First PFN after the block of an order that holds a PFN.
 *
 * @param pfn the PFN
 * @param order the order
 * @return a multiple of 2^order
 * @source none (ours: arithmetic)
 */
static unsigned long block_end_pfn(unsigned long pfn, int order)
{
	return ((pfn >> order) + 1) << order;
}

/**
 * @brief Are more than half as many pages isolated on this node as are on its LRU lists?
 *
 * @param pgdat the node
 * @return true when it is better to wait
 * @source mm/compaction.c:750
 */
static bool too_many_isolated(const struct pglist_data *pgdat)
{
	unsigned long listed = 0, isolated;

	for (int item = NR_INACTIVE_ANON; item <= NR_ACTIVE_FILE; item++)
		listed += node_page_state(pgdat, (enum node_stat_item)item);
	isolated =
		node_page_state(pgdat, NR_ISOLATED_FILE) + node_page_state(pgdat, NR_ISOLATED_ANON);
	return isolated > listed / 2;
}

/**
 * @brief Wait until fewer pages are isolated.
 *
 * @param cc the run
 * @return false when the scan is to be given up: it must not wait, or was told to die
 * @source mm/compaction.c:783
 */
/* departs: 5.8.18 waits as often as needed. Nobody may run here who could change anything, so after ten
 * seconds the scan goes on. */
static bool wait_for_isolated(const struct compact_control *cc)
{
	int waits = 0;

	while (too_many_isolated(cc->zone->zone_pgdat) && waits++ < 100) {
		if (cc->mode == MIGRATE_ASYNC)
			return false;
		world_sleep(ISOLATION_WAIT);
		if (current->fatal_signal_pending)
			return false;
	}
	return true;
}

/**
 * @brief Look at one page frame; isolate what is there if it can be moved.
 *
 * @param walk the walk; moved to the last frame of what was found
 * @return false when something is there that cannot be moved
 * @source mm/compaction.c:783
 */
static bool walk_page(struct block_walk *walk)
{
	struct page *page = pfn_to_page(walk->pfn);

	/* Step 1: a free block: nothing to do, and no failure */
	if (PageBuddy(page)) {
		walk->pfn += (1ul << page_order(page)) - 1;
		return true;
	}

	/* Step 2: a block that is used as one stays as it is */
	if (PageCompound(page)) {
		walk->pfn += (1ul << compound_order(page)) - 1;
		return false;
	}

	/* Step 3: a single page */
	if (!isolate_movable_page(walk->cc, page))
		return false;
	walk->nr_isolated++;
	return true;
}

/**
 * @brief Strict rule, after a failure: put back what was isolated and go past the spoilt block.
 *
 * @param walk the walk
 * @source mm/compaction.c:783
 */
static void leave_spoilt_block(struct block_walk *walk)
{
	if (!walk->strict)
		return;
	putback_movable_pages(walk->cc);
	walk->nr_isolated = 0;
	if (walk->pfn < walk->next_pfn) {
		walk->pfn = walk->next_pfn - 1;
		walk->next_pfn += 1ul << walk->cc->order;
	}
}

/**
 * @brief Is the strict rule's present block done, with pages to move?
 *
 * @param walk the walk; enters the next block otherwise
 * @return true when the walk ends here
 * @source mm/compaction.c:783
 */
static bool block_is_done(struct block_walk *walk)
{
	if (!walk->strict || walk->pfn < walk->next_pfn)
		return false;
	if (walk->nr_isolated)
		return true;
	walk->next_pfn = block_end_pfn(walk->pfn, walk->cc->order);
	return false;
}

/**
 * @brief At a pageblock's first page: is it marked to be passed by?
 *
 * @param walk the walk
 * @return true when it is, and hints count
 * @source mm/compaction.c:783
 */
static bool block_is_marked(struct block_walk *walk)
{
	if (walk->first_seen || walk->pfn % pageblock_nr_pages)
		return false;
	walk->first_seen = true;
	return !walk->cc->ignore_skip_hint && get_pageblock_skip(walk->pfn);
}

/**
 * @brief Walk up to the end of the pageblock, or until enough was isolated.
 *
 * @param walk the walk; left after the last frame that was looked at
 * @return false when a signal came
 * @source mm/compaction.c:783
 */
static bool walk_block(struct block_walk *walk)
{
	struct compact_control *cc = walk->cc;

	for (; walk->pfn < walk->end_pfn; walk->pfn++) {
		bool good = false;

		/* Step 1: stop after a finished block, for a signal, at a marked pageblock */
		if (block_is_done(walk))
			return true;
		if (walk->pfn % COMPACT_CLUSTER_MAX == 0 && current->fatal_signal_pending) {
			cc->contended = true;
			return false;
		}

		/* Step 2: the page itself; a hole counts as a failure */
		if (pfn_valid_within(walk->pfn)) {
			walk->nr_scanned++;
			if (block_is_marked(walk)) {
				walk->pfn = walk->end_pfn;
				return true;
			}
			good = walk_page(walk);
		}
		if (!good)
			leave_spoilt_block(walk);

		/* Step 3: a batch is enough, unless this pageblock was begun before */
		if (cc->nr_migratepages == COMPACT_CLUSTER_MAX && !cc->rescan) {
			walk->pfn++;
			return true;
		}
	}
	return true;
}

/**
 * @brief Isolate what can be moved in one pageblock.
 *
 * @param cc the run
 * @param low_pfn where to begin
 * @param end_pfn first PFN after the pageblock
 * @return where to go on; 0 to give up
 * @source mm/compaction.c:783
 */
static unsigned long isolate_migratepages_block(struct compact_control *cc, unsigned long low_pfn,
						unsigned long end_pfn)
{
	struct block_walk walk = {
		.cc = cc,
		.pfn = low_pfn,
		.end_pfn = end_pfn,
		.strict = cc->direct_compaction && cc->mode == MIGRATE_ASYNC,
	};
	bool finished;

	/* Step 1: not while too many pages are in somebody's hands */
	if (!wait_for_isolated(cc))
		return 0;

	/* Step 2: walk */
	if (walk.strict)
		walk.next_pfn = block_end_pfn(low_pfn, cc->order);
	finished = walk_block(&walk);
	cc->migrate_scanned += walk.nr_scanned;
	if (!finished)
		return 0;
	/* A free block may reach beyond the pageblock. */
	walk.pfn = min_ul(walk.pfn, end_pfn);

	/* Step 3: all of it was looked at and there is nothing, or it was begun before: not again */
	if (walk.pfn == end_pfn && (!walk.nr_isolated || cc->rescan)) {
		if (walk.first_seen)
			set_pageblock_skip(low_pfn);
		update_cached_migrate(cc, walk.pfn);
	}
	trace_mm_compaction_isolate_migratepages(low_pfn, walk.pfn, walk.nr_scanned,
						 walk.nr_isolated);
	return walk.pfn;
}

/**
 * @brief Is a fast start allowed here?
 *
 * @param cc the run
 * @return true at the start of the zone or of a pageblock, for a costly order, when hints count, and
 * not for a waiting request that wants something other than movable blocks
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
 * @brief Look at one free list for a block below a limit, in a pageblock that is not marked.
 *
 * The list is rotated: what was looked at goes to its tail, so that the next search sees others.
 *
 * @param list the list
 * @param high_pfn the limit
 * @param budget entries that may still be looked at, in all
 * @return the PFN of the block, or 0
 * @source mm/compaction.c:1635
 */
static unsigned long fast_search_below(struct list_head *list, unsigned long high_pfn, int *budget)
{
	struct list_head *entry, *next;

	list_for_each_safe(entry, next, list) {
		unsigned long pfn = page_to_pfn(list_entry(entry, struct page, lru));
		bool found = pfn < high_pfn && !get_pageblock_skip(pfn);

		if (found || --*budget <= 0) {
			/* Everything up to and including this entry goes after the rest. */
			list_del(list);
			list_link(list, entry, entry->next);
			return found ? pfn : 0;
		}
	}
	return 0;
}

/**
 * @brief Begin not where the last run stopped, but in a pageblock that is likely to be quickly
 * emptied: it has a free block already.
 *
 * @param cc the run
 * @return PFN to begin at
 * @source mm/compaction.c:1635
 */
/* departs: the mark that the found pageblock gets makes the walk below leave it at once. This is what
 * 5.8.18's two rules come to; both are kept. */
static unsigned long fast_find_migrateblock(struct compact_control *cc)
{
	struct zone *zone = cc->zone;
	unsigned long distance = (cc->free_pfn - cc->migrate_pfn) / 2, found = 0;
	int budget = (int)(COMPACT_CLUSTER_MAX >> min_ul(cc->fast_search_fail, 31)) + 1;

	if (!fast_start_allowed(cc))
		return cc->migrate_pfn;

	/* Step 1: not too far up: to the middle from the zone's start, an eighth from elsewhere */
	if (cc->migrate_pfn != zone->zone_start_pfn)
		distance /= 4;

	/* Step 2: search the lists below the wanted order, largest first */
	spin_lock(&zone->lock);
	for (int order = cc->order - 1; order >= FAST_SEARCH_MIN_ORDER && !found && budget > 0;
	     order--)
		found = fast_search_below(&zone->free_area[order].free_list[MIGRATE_MOVABLE],
					  pageblock_start_pfn(cc->migrate_pfn + distance), &budget);
	spin_unlock(&zone->lock);

	/* Step 3: mark the pageblock, so that the next search finds another */
	if (!found) {
		cc->fast_search_fail++;
		return cc->migrate_pfn;
	}
	cc->fast_search_fail = 0;
	set_pageblock_skip(found);
	return max_ul(pageblock_start_pfn(found), zone->zone_start_pfn);
}

/**
 * @brief Is this page part of a block that is used as one and fills a pageblock?
 *
 * @param page a page
 * @return true for huge pages and larger
 * @source mm/compaction.c:1752
 */
static bool is_huge(const struct page *page)
{
	return compound_order(compound_head(page)) >= pageblock_order;
}

/**
 * @brief Is it worth looking for pages to move in this pageblock?
 *
 * @param cc the run
 * @param page its first page
 * @return false for a huge page, and for a request that must not wait when the type is another
 * @source mm/compaction.c:1128
 */
static bool suitable_migration_source(const struct compact_control *cc, const struct page *page)
{
	int block_type = get_pageblock_migratetype(page);

	if (is_huge(page))
		return false;
	if (cc->mode != MIGRATE_ASYNC || !cc->direct_compaction)
		return true;
	if (cc->migratetype == MIGRATE_MOVABLE)
		return block_type == MIGRATE_MOVABLE || is_migrate_cma(block_type);
	return block_type == cc->migratetype;
}

/**
 * @brief Go up to the next pageblock with something to move, and isolate it.
 *
 * @param cc the run
 * @return what came of it
 * @source mm/compaction.c:1752
 */
enum isolate_result isolate_migratepages(struct compact_control *cc)
{
	unsigned long low_pfn = fast_find_migrateblock(cc);
	unsigned long block_end = pageblock_end_pfn(low_pfn);
	bool fast_start = low_pfn != cc->migrate_pfn;

	for (; block_end <= cc->free_pfn;
	     fast_start = false, low_pfn = block_end, block_end += pageblock_nr_pages) {
		struct page *page;

		/* Step 1: pass by what lies outside, what is marked, and what is unsuitable */
		page = pageblock_page(cc->zone, pageblock_start_pfn(low_pfn));
		if (!page)
			continue;
		if (low_pfn % pageblock_nr_pages == 0 && !fast_start &&
		    !isolation_suitable(cc, low_pfn))
			continue;
		if (!suitable_migration_source(cc, page)) {
			update_cached_migrate(cc, block_end);
			continue;
		}

		/* Step 2: look into it, and into no other this time */
		low_pfn = isolate_migratepages_block(cc, low_pfn, block_end);
		if (!low_pfn)
			return ISOLATE_ABORT;
		break;
	}
	cc->migrate_pfn = low_pfn;
	return cc->nr_migratepages ? ISOLATE_SUCCESS : ISOLATE_NONE;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 16, part: the scanner that goes up through a zone and collects pages to move.
 *
 * It works pageblock by pageblock and stops after the first one that it really looked into. There it
 * looks at every page frame: free blocks are jumped over, pages that can be moved are **isolated**
 * (taken off their lists, so that nobody else handles them in the meantime), all others are
 * failures. After 32 isolated pages it stops, to go on there in the next round; a pageblock that the last
 * round which isolated anything began in is taken to its end.
 *
 * Two things in this walk mark a pageblock, so that later runs pass it by. One is the moment when its first page is about to
 * be isolated. The other is the end of the walk, where no page was a candidate for isolation at all. A
 * pageblock whose first candidate is a later page gets no mark, even if nothing was isolated in it.
 *
 * Compaction for a request that must not wait has a stricter rule. A page that cannot be moved spoils
 * the whole block of the wanted order, since that block cannot become free any more. What was isolated
 * in it is put back, and the scanner goes on after it.
 *
 * Exact: recordings of whole runs hold which pageblocks are looked into, where the scanner stops, what it
 * takes, and the hints. For signals, too many isolated pages, holes, huge
 * pages, dirty pages that are locked, and anonymous pages that somebody holds the tests stand alone.
 */
#include "memory_map.h"
#include "stages/stages.h"
#include "tracepoints.h"
#include "vmstat.h"
#include "world/world.h"

/** Ticks to wait when too many pages are isolated: 100 ms. */
#define ISOLATION_WAIT (HZ / 10)

/** A walk through one pageblock. */
struct block_walk {
	struct compact_control *cc;
	unsigned long pfn;
	unsigned long end_pfn;
	bool strict;		/**< one failure spoils a block of the wanted order */
	unsigned long next_pfn; /**< first PFN after that block; 0 before the first */
	bool first_seen; /**< the pageblock's first page was looked at, and the pageblock not marked */
	bool candidate_seen; /**< a page of an LRU list was about to be isolated */
	unsigned long nr_scanned;
	unsigned long nr_isolated;
};

/**
 * @brief Are more than half as many pages isolated on this node as are on its LRU lists, without the unevictable one?
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
 * @brief Isolate a page of an LRU list, if it can be moved.
 *
 * @param walk the walk
 * @param page the page
 * @return false when it stays where it is
 * @source mm/compaction.c:783
 */
static bool walk_lru_page(struct block_walk *walk, struct page *page)
{
	if (!lru_page_is_candidate(walk->cc, page))
		return false;
	/* 5.8.18 does this where it takes the lock of the LRU lists for the first candidate. No other can be a first page. */
	mark_at_first_page(walk->cc, walk->pfn);
	walk->candidate_seen = true;
	return isolate_lru_candidate(walk->cc, page);
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
	bool isolated;

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
	isolated = PageFlag(page, PG_lru) ? walk_lru_page(walk, page)
					  : isolate_movable_page(walk->cc, page);
	walk->nr_isolated += isolated;
	return isolated;
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
	if (walk->pfn < walk->next_pfn)
		walk->pfn = walk->next_pfn - 1;
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
 * @return true when it is, and hints count; the walk is at its last frame then
 * @source mm/compaction.c:783
 */
static bool block_is_marked(struct block_walk *walk)
{
	if (walk->pfn % pageblock_nr_pages)
		return false;
	if (isolation_suitable(walk->cc, walk->pfn)) {
		walk->first_seen = true;
		return false;
	}
	walk->pfn = walk->end_pfn - 1;
	return true;
}

/**
 * @brief Look at what is at the present PFN.
 *
 * @param walk the walk; left at the last frame of what was looked at
 * @return true when a page was isolated that makes the batch full
 * @source mm/compaction.c:783
 */
static bool walk_frame(struct block_walk *walk)
{
	/* Step 1: a hole is not counted, but it counts as a failure */
	if (pfn_valid_within(walk->pfn)) {
		walk->nr_scanned++;
		if (block_is_marked(walk) || walk_page(walk))
			return walk->cc->nr_migratepages == COMPACT_CLUSTER_MAX &&
			       !walk->cc->rescan;
	}

	/* Step 2: something that cannot be moved */
	leave_spoilt_block(walk);
	return false;
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
	while (walk->pfn < walk->end_pfn) {
		bool full;

		if (block_is_done(walk))
			return true;
		if (walk->pfn % COMPACT_CLUSTER_MAX == 0 && current->fatal_signal_pending) {
			walk->cc->contended = true;
			return false;
		}
		full = walk_frame(walk);
		walk->pfn++;
		if (full)
			return true;
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
		.strict = direct_async(cc),
	};
	bool finished;

	/* Step 1: not while too many pages are in somebody's hands */
	if (!wait_for_isolated(cc))
		return 0;

	/* Step 2: walk */
	finished = walk_block(&walk);
	cc->migrate_scanned += walk.nr_scanned;
	if (!finished)
		return 0;
	/* A free block may reach beyond the pageblock. */
	walk.pfn = min_ul(walk.pfn, end_pfn);

	/* Step 3: to the end, and in vain or for the second time: not again. A mark only where nobody was a
	 * candidate, and even where hints do not count */
	if (walk.pfn == end_pfn && (!walk.nr_isolated || cc->rescan)) {
		if (walk.first_seen && !walk.candidate_seen)
			set_pageblock_skip(low_pfn);
		update_cached_migrate(cc, walk.pfn);
	}
	trace_mm_compaction_isolate_migratepages(low_pfn, walk.pfn, walk.nr_scanned,
						 walk.nr_isolated);
	return walk.pfn;
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

	if (pageblock_skip_persistent(page))
		return false;
	if (!direct_async(cc))
		return true;
	if (cc->migratetype == MIGRATE_MOVABLE)
		return block_type == MIGRATE_MOVABLE || is_migrate_cma(block_type);
	return block_type == cc->migratetype;
}

/**
 * @brief Is there anything in the way of looking into this pageblock?
 *
 * @param cc the run
 * @param low_pfn where to begin in it
 * @param end_pfn first PFN after it
 * @param fast_found the fast search chose it: its mark does not count here
 * @return true when it can be looked into; the cached position goes past one of an unsuitable type
 * @source mm/compaction.c:1752
 */
static bool pageblock_is_open(const struct compact_control *cc, unsigned long low_pfn,
			      unsigned long end_pfn, bool fast_found)
{
	unsigned long start = max_ul(pageblock_start_pfn(low_pfn), cc->zone->zone_start_pfn);
	const struct page *page = pageblock_pfn_to_page(start, end_pfn, cc->zone);

	/* Step 1: outside, or marked; the middle of a pageblock is gone on with in any case */
	if (!page)
		return false;
	if (low_pfn % pageblock_nr_pages == 0 && !fast_found && !isolation_suitable(cc, low_pfn))
		return false;

	/* Step 2: of the right type */
	if (suitable_migration_source(cc, page))
		return true;
	update_cached_migrate(cc, end_pfn);
	return false;
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
	unsigned long end_pfn = pageblock_end_pfn(low_pfn);
	/* 5.8.18 also asks that the search did not fail; where it found another pageblock it has not. */
	bool fast_found = low_pfn != cc->migrate_pfn;

	for (; end_pfn <= cc->free_pfn;
	     fast_found = false, low_pfn = end_pfn, end_pfn += pageblock_nr_pages) {
		if (!pageblock_is_open(cc, low_pfn, end_pfn, fast_found))
			continue;
		/* Look into this one, and into no other this time. */
		low_pfn = isolate_migratepages_block(cc, low_pfn, end_pfn);
		if (!low_pfn)
			return ISOLATE_ABORT;
		break;
	}
	cc->migrate_pfn = low_pfn;
	return cc->nr_migratepages ? ISOLATE_SUCCESS : ISOLATE_NONE;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Priorities and modes of memory compaction, and one run of it.
 */
#ifndef COMPACTION_H
#define COMPACTION_H

#include "compact_result.h"
#include "list.h"
#include "mmzone.h"
#include "page.h"
#include "types.h"

enum compact_priority {
	COMPACT_PRIO_SYNC_FULL,
	MIN_COMPACT_PRIORITY = COMPACT_PRIO_SYNC_FULL,
	COMPACT_PRIO_SYNC_LIGHT,
	MIN_COMPACT_COSTLY_PRIORITY = COMPACT_PRIO_SYNC_LIGHT,
	DEF_COMPACT_PRIORITY = COMPACT_PRIO_SYNC_LIGHT,
	COMPACT_PRIO_ASYNC,
	INIT_COMPACT_PRIORITY = COMPACT_PRIO_ASYNC,
};

#define COMPACT_CLUSTER_MAX	32ul
#define COMPACT_MAX_DEFER_SHIFT 6u

/** How much moving a page may cost. In between, a page may be waited for a little. */
enum migrate_mode {
	MIGRATE_ASYNC, /**< never wait */
	MIGRATE_SYNC_LIGHT,
	MIGRATE_SYNC, /**< wait for anything; compaction on request only */
};

/** What one step of the scanner of pages in use came to. */
enum isolate_result {
	ISOLATE_ABORT,	 /**< stop: a signal, or too many pages are isolated */
	ISOLATE_NONE,	 /**< nothing to move in this pageblock */
	ISOLATE_SUCCESS, /**< there are pages to move */
};

/** One run of compaction on one zone: what is wanted, what is allowed, and how far it got. */
struct compact_control {
	/* What is wanted. */
	struct zone *zone;
	int order; /**< -1: compact on request, whatever is free */
	gfp_t gfp_mask;
	int migratetype; /**< type of the request, from the mask */
	unsigned int alloc_flags;
	int highest_zoneidx;

	/* What is allowed. */
	enum migrate_mode mode;
	bool direct_compaction; /**< for a request that waits, not by kcompactd */
	bool whole_zone; /**< meant for the whole zone: when the scanners meet, it was looked through */
	bool ignore_skip_hint;	    /**< look into pageblocks that are marked to be skipped too */
	bool ignore_block_suitable; /**< copy into pageblocks of any type */

	/* Where the scanners are. PFNs. */
	unsigned long migrate_pfn; /**< next page to look at, going up */
	unsigned long free_pfn;	   /**< where to look for free pages, going down */
	/** Lowest block that the fast search for a source saw; 0: none, FAST_START_USED: gone back to. */
	unsigned long fast_start_pfn;
	short search_order; /**< order at which the fast search for a target begins */
	unsigned short
		fast_search_fail; /**< fast searches in a row that came to their limit, or found no target */
	bool rescan;		  /**< the last round that isolated pages began in this pageblock */
	bool contended;		  /**< stopped for a signal */
	unsigned long migrate_scanned; /**< pages looked at, in all */
	unsigned long free_scanned;

	/* What they hold. */
	struct list_head migratepages; /**< isolated pages, the one isolated last at the head */
	unsigned long
		nr_migratepages;    /**< length of that list; while it is being moved, as it was */
	struct list_head freepages; /**< single pages to copy to */
	unsigned long nr_freepages;
};

/** Is this run for a request, and may it not wait? Then it goes by stricter rules. */
static inline bool direct_async(const struct compact_control *cc)
{
	return cc->direct_compaction && cc->mode == MIGRATE_ASYNC;
}

/** What fast_start_pfn is once the scanner has gone back there: it does so once in a run. */
#define FAST_START_USED (~0ul)

/** How a page that direct compaction frees is caught before it reaches a free list. */
struct capture_control {
	struct compact_control *cc;
	struct page *page; /**< the catch, or NULL */
};

/**
 * @brief Free pages that compaction needs beside the watermark: room for the copies.
 *
 * @param order order wanted
 * @return twice the block, in pages
 * @source include/linux/compaction.h:68
 */
static inline unsigned long compact_gap(unsigned int order)
{
	return 2ul << order;
}

/** First PFN after the block of an order that holds a PFN. */
static inline unsigned long block_end_pfn(unsigned long pfn, int order)
{
	return ((pfn >> order) + 1) << order;
}

/** First PFN of the pageblock that holds a PFN. */
static inline unsigned long pageblock_start_pfn(unsigned long pfn)
{
	return pfn & ~(pageblock_nr_pages - 1);
}

/** First PFN after the pageblock that holds a PFN. */
static inline unsigned long pageblock_end_pfn(unsigned long pfn)
{
	return pageblock_start_pfn(pfn) + pageblock_nr_pages;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 16, part: which pages can be moved, and moving them.
 *
 * A page can be moved when everybody who knows its address can be told the new one. That holds for pages
 * of files, for anonymous pages, and for pages of drivers that offer it. It does not hold for what the
 * kernel allocates for itself: it keeps plain pointers. Nor does it hold for a page that somebody uses
 * right now: its reference count is higher than its known users explain.
 *
 * Moving copies the bytes and everything that the old struct page says about its content, then tells
 * the owner (the hook page_moved), then frees the old page.
 *
 * Exact: the order of the tests on a page, up to ten attempts, which failures are final, what is
 * counted. Model: who owns a page and how the owner is told (src/life).
 */
#include <errno.h>
#include <string.h>

#include "gfp.h"
#include "memory_map.h"
#include "stages/stages.h"
#include "vmstat.h"
#include "world/world.h"

/** Attempts to move a page that is busy. */
#define MIGRATE_ATTEMPTS 10

/**
 * @brief Does the page have a place in a file's page cache, or in the swap cache?
 *
 * @param page a page on an LRU list
 * @return false for anonymous pages that are not in swap
 * @source none (ours: reads a tag and a flag)
 */
static bool has_mapping(const struct page *page)
{
	return PageAnon(page) ? PageFlag(page, PG_swapcache) : page->mapping != NULL;
}

/**
 * @brief References to a page that its known users explain.
 *
 * @param page a page in use
 * @return one per page-table entry, one for a cache, one for buffers; pages that belong to nobody
 * in particular, as in a machine made from a snapshot, have one
 * @source mm/migrate.c:1416
 */
static int expected_references(const struct page *page)
{
	if (!page->mapping || is_driver_movable(page))
		return 1;
	return page->_mapcount + 1 + has_mapping(page) + PageFlag(page, PG_private);
}

/**
 * @brief May a page that is on an LRU list be isolated, so that it can be moved?
 *
 * The tests in their order: an anonymous page that somebody holds besides its page tables; a mapping,
 * for a request that must not call into file systems; being written out; dirty, and its owner can
 * only write it, not move it.
 *
 * @param cc the run
 * @param page the page
 * @return true when it may
 * @source mm/compaction.c:783
 */
static bool lru_page_may_be_isolated(const struct compact_control *cc, const struct page *page)
{
	/* departs: a page without a mapping, which only snapshots have, is taken for movable. */
	if (PageAnon(page) && !has_mapping(page) && page_count(page) > page->_mapcount + 1)
		return false;
	if (!(cc->gfp_mask & __GFP_FS) && has_mapping(page))
		return false;
	/* Both modes of a waiting request shun pages that would have to be waited for. */
	if (cc->mode == MIGRATE_SYNC)
		return true;
	if (PageFlag(page, PG_writeback))
		return false;
	return !PageFlag(page, PG_dirty) || !world->hooks.dirty_page_movable ||
	       world->hooks.dirty_page_movable(page);
}

/**
 * @brief Count a page among the isolated ones of its node, or no longer.
 *
 * @param page the page; only LRU pages count
 * @param delta 1 or -1
 * @source mm/compaction.c:783
 */
static void count_isolated(const struct page *page, long delta)
{
	mod_node_page_state(page_zone(page)->zone_pgdat,
			    PageFlag(page, PG_swapbacked) ? NR_ISOLATED_ANON : NR_ISOLATED_FILE,
			    delta);
}

/**
 * @brief Isolate one page, if it can be moved.
 *
 * @param cc the run; the page is added to what it holds
 * @param page a page in use, not part of a compound block
 * @return false when it has to stay where it is
 * @source mm/migrate.c:86
 */
/* departs: 5.8.18 takes an isolated page off its LRU list and takes a reference. Nothing else runs
 * here until it is back: it stays linked, and only the mark PG_lru goes. */
bool isolate_movable_page(struct compact_control *cc, struct page *page)
{
	/* Step 1: on no LRU list: only a driver could move it */
	if (!PageFlag(page, PG_lru)) {
		if (!is_driver_movable(page))
			return false;
	} else {
		/* Step 2: on an LRU list: is it free to go? */
		if (!lru_page_may_be_isolated(cc, page))
			return false;
		ClearPageFlag(page, PG_lru);
		count_isolated(page, 1);
	}
	cc->migratepages[cc->nr_migratepages++] = page;
	return true;
}

/**
 * @brief Give one isolated page back to where it was.
 *
 * @param page the page
 * @source mm/migrate.c:1416
 */
static void putback_page(struct page *page)
{
	if (is_driver_movable(page))
		return;
	SetPageFlag(page, PG_lru);
	count_isolated(page, -1);
}

/**
 * @brief Give all isolated pages back.
 *
 * @param cc the run
 * @source mm/migrate.c:169
 */
void putback_movable_pages(struct compact_control *cc)
{
	for (unsigned long i = 0; i < cc->nr_migratepages; i++)
		putback_page(cc->migratepages[i]);
	cc->nr_migratepages = 0;
}

/**
 * @brief Copy a page's bytes and what its struct page says about them.
 *
 * @param from the page
 * @param to receives them
 * @source mm/migrate.c:675
 */
static void migrate_page_copy(const struct page *from, struct page *to)
{
	memcpy(page_address(to), page_address(from), PAGE_SIZE);
	to->flags |= from->flags & PAGE_FLAGS_CHECK_AT_PREP;
	to->mapping = from->mapping;
	to->index = from->index;
	to->private = from->private;
	to->_mapcount = from->_mapcount;
	to->mem_cgroup = from->mem_cgroup;
	set_page_count(to, page_count(from));
	if (world->hooks.lru_page_moved)
		world->hooks.lru_page_moved(from, to);
}

/**
 * @brief Make a struct page one that nobody owns, with one reference.
 *
 * @param page the page
 * @source mm/migrate.c:1416
 */
static void forget_owner(struct page *page)
{
	page->flags &= ~PAGE_FLAGS_CHECK_AT_PREP;
	page->mapping = NULL;
	page->index = 0;
	page->private = 0;
	page->_mapcount = -1;
	if (page->mem_cgroup && world->hooks.lru_page_uncharged)
		world->hooks.lru_page_uncharged(page);
	page->mem_cgroup = NULL;
	set_page_count(page, 1);
}

/** What came of an attempt to move a page. */
enum move_result {
	MOVE_DONE,
	MOVE_AGAIN,  /**< busy: another attempt may work */
	MOVE_FAILED, /**< it will not work this time */
	MOVE_NO_MEMORY,
};

/**
 * @brief Put the copy where the original was: on its LRU list, in its place.
 *
 * @param from the original, isolated
 * @param to the copy
 * @source mm/migrate.c:1416
 */
/* departs: 5.8.18 puts the copy at the head of the same list, by way of a per-CPU batch. */
static void take_place(struct page *from, struct page *to)
{
	if (list_linked(&from->lru)) {
		list_replace(&from->lru, &to->lru);
		INIT_LIST_HEAD(&from->lru);
	} else {
		INIT_LIST_HEAD(&to->lru);
	}
	putback_page(to);
}

/**
 * @brief Move one isolated page.
 *
 * @param cc the run
 * @param page the page
 * @return how it went; on success the page is free and its content lives on elsewhere
 * @source mm/migrate.c:1416
 */
/* departs: nobody runs who could unlock a page or finish writing it, so waiting is never tried. In 5.8.18
 * direct compaction does not wait for a lock either. */
static enum move_result move_page(struct compact_control *cc, struct page *page)
{
	struct page *copy = compaction_alloc(cc);

	/* Step 1: a place to move to */
	if (!copy)
		return MOVE_NO_MEMORY;

	/* Step 2: is it in use at this moment? */
	if (PageFlag(page, PG_locked) || page_count(page) > expected_references(page)) {
		compaction_free(cc, copy);
		return MOVE_AGAIN;
	}

	/* Step 3: being written out; only compaction on request would wait for the disk */
	if (PageFlag(page, PG_writeback)) {
		compaction_free(cc, copy);
		return MOVE_FAILED;
	}

	/* Step 4: copy it and tell its owner */
	migrate_page_copy(page, copy);
	if (world->hooks.page_moved && !world->hooks.page_moved(page, copy)) {
		forget_owner(copy);
		compaction_free(cc, copy);
		return MOVE_FAILED;
	}

	/* Step 5: the copy takes its place, the old page is free */
	take_place(page, copy);
	forget_owner(page);
	__free_pages(page, 0);
	return MOVE_DONE;
}

/**
 * @brief One pass over the isolated pages; those that were busy remain.
 *
 * @param cc the run
 * @param failed counts the pages that failed for good; they are given back
 * @return false when there was nowhere to move to: the rest remains too
 * @source mm/migrate.c:1416
 */
static bool migrate_pass(struct compact_control *cc, unsigned long *failed)
{
	unsigned long nr = cc->nr_migratepages, kept = 0;

	for (unsigned long i = 0; i < nr; i++) {
		struct page *page = cc->migratepages[i];
		enum move_result result = move_page(cc, page);

		if (result == MOVE_NO_MEMORY) {
			memmove(&cc->migratepages[kept], &cc->migratepages[i],
				(nr - i) * sizeof(page));
			cc->nr_migratepages = kept + nr - i;
			return false;
		}
		if (result == MOVE_AGAIN) {
			cc->migratepages[kept++] = page;
		} else if (result == MOVE_FAILED) {
			putback_page(page);
			(*failed)++;
		}
	}
	cc->nr_migratepages = kept;
	return true;
}

/**
 * @brief Move what was isolated.
 *
 * @param cc the run; left holding the pages that are still to be given back
 * @return pages that could not be moved; -ENOMEM when there was nowhere to move to
 * @source mm/migrate.c:1416
 */
long migrate_pages(struct compact_control *cc)
{
	unsigned long failed = 0;

	for (int attempt = 0; attempt < MIGRATE_ATTEMPTS && cc->nr_migratepages; attempt++)
		if (!migrate_pass(cc, &failed))
			return -ENOMEM;
	return (long)(failed + cc->nr_migratepages);
}

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
 * What is isolated is off its LRU list and has one reference more, and that is all: most reasons why a page
 * cannot be moved show only when it is tried, after a place for the copy was found. A page that is merely busy is
 * tried ten times.
 *
 * Moving copies the bytes and everything that the old struct page says about its content, then tells
 * the owner (the hook page_moved), sends the copy to its LRU list, and frees the old page.
 *
 * Exact: recordings of whole runs hold the tests on a page of each kind and their order, the attempts, what
 * becomes of a page that stays. For pages freed meanwhile, page tables that cannot be changed, areas locked in memory
 * and busy buffers the tests stand alone. Model: who owns a page and how the owner is told (src/life), page tables, buffers, and
 * waiting for a page.
 */
#include <errno.h>

#include "gfp.h"
#include "memory_map.h"
#include "stages/reclaim.h"
#include "stages/stages.h"
#include "tracepoints.h"
#include "vmstat.h"
#include "world/world.h"

/** Passes over the isolated pages, as long as some are busy. */
#define MIGRATE_PASSES 10

/** In the passes before this one nobody waits. */
#define MIGRATE_FORCED_PASS 3

/** What a page carries to its new place: all that tells of its content, nothing that tells of its use just now. PG_reclaim is
 * among it because it is PG_readahead too, which is meant. */
#define MIGRATED_FLAGS                                                                             \
	(PAGE_FLAG(referenced) | PAGE_FLAG(uptodate) | PAGE_FLAG(dirty) | PAGE_FLAG(active) |      \
	 PAGE_FLAG(workingset) | PAGE_FLAG(error) | PAGE_FLAG(owner_priv_1) | PAGE_FLAG(private) | \
	 PAGE_FLAG(mappedtodisk) | PAGE_FLAG(swapbacked) | PAGE_FLAG(unevictable) |                \
	 PAGE_FLAG(mlocked) | PAGE_FLAG(reclaim))

/**
 * @brief Does the page belong to nobody in particular, as in a machine made from a snapshot that says only
 * that it could be moved? Such a page is marked as if it were on an LRU list, and is on none.
 *
 * @param page a page that could be moved
 * @return true for those
 * @source none (ours: machines made from a snapshot)
 */
static bool is_nobodys(const struct page *page)
{
	return !page->mapping;
}

/**
 * @brief Does the page have a place in a file's page cache, or in the swap cache?
 *
 * @param page a page on an LRU list
 * @return false for anonymous pages that are not in swap
 * @source none (ours: reads a tag and a flag)
 */
static bool has_mapping(const struct page *page)
{
	return PageAnon(page) ? PageFlag(page, PG_swapcache) : !is_nobodys(page);
}

/**
 * @brief Is the page of a file whose file system has no way of its own to move pages?
 *
 * @param page a page on an LRU list
 * @return false for anonymous pages: swap can move them
 * @source none (ours: reads a property of the owner)
 */
static bool cannot_move_dirty(const struct page *page)
{
	return has_mapping(page) && !PageAnon(page) && page_owner(page)->no_migratepage;
}

/**
 * @brief References to a page that its known users explain.
 *
 * @param page a page in use
 * @return one per page-table entry, one for a cache, one for buffers; a driver's page, and one that is
 * nobody's, has one
 * @source mm/migrate.c:402
 */
static int expected_references(const struct page *page)
{
	if (is_nobodys(page) || is_driver_movable(page))
		return 1;
	return page->_mapcount + 1 + has_mapping(page) + PageFlag(page, PG_private);
}

/**
 * @brief May a page of an LRU list be isolated for this run at all, before anything is locked?
 *
 * @param cc the run
 * @param page the page
 * @return false for an anonymous page that somebody holds besides its page tables, for a page that lost its file,
 * and for a page with a mapping when file systems must not be called
 * @source mm/compaction.c:783
 */
/* departs: a page that a snapshot calls movable, without saying whose it is, is on no list and is taken. In 5.8.18 each has
 * an owner; there, as here, a page on a list that has none stays. */
bool lru_page_is_candidate(const struct compact_control *cc, const struct page *page)
{
	if (has_mapping(page))
		return cc->gfp_mask & __GFP_FS;
	if (is_nobodys(page))
		return !list_linked(&page->lru);
	return page_count(page) <= page->_mapcount + 1;
}

/**
 * @brief Would it be in vain to isolate a page, because moving it would mean waiting?
 *
 * The lock of a page is tried only when it is dirty: a clean page that is locked is isolated.
 *
 * @param cc the run; compaction on request waits
 * @param page a page on an LRU list
 * @return true while it is written out, and when it is dirty and locked, or dirty and can only be written
 * @source mm/vmscan.c:1547
 */
/* departs: in 5.8.18 vm.compact_unevictable_allowed can be 0, and unevictable pages are left out then. */
static bool would_have_to_wait(const struct compact_control *cc, const struct page *page)
{
	if (cc->mode == MIGRATE_SYNC)
		return false;
	if (PageFlag(page, PG_writeback))
		return true;
	return PageFlag(page, PG_dirty) && (PageFlag(page, PG_locked) || cannot_move_dirty(page));
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
			    page_is_file_lru(page) ? NR_ISOLATED_FILE : NR_ISOLATED_ANON, delta);
}

/**
 * @brief Add a page to what a run holds.
 *
 * @param cc the run
 * @param page the page, on no list
 * @source mm/compaction.c:783
 */
static void hold_page(struct compact_control *cc, struct page *page)
{
	get_page(page);
	list_add(&page->lru, &cc->migratepages);
	cc->nr_migratepages++;
}

/**
 * @brief Isolate a candidate of an LRU list.
 *
 * @param cc the run; the page is added to what it holds
 * @param page the page
 * @return false when it stays on its list
 * @source mm/vmscan.c:1547
 */
bool isolate_lru_candidate(struct compact_control *cc, struct page *page)
{
	if (would_have_to_wait(cc, page))
		return false;
	if (is_nobodys(page))
		ClearPageFlag(page, PG_lru);
	else
		lru_list_del(page);
	count_isolated(page, 1);
	hold_page(cc, page);
	return true;
}

/**
 * @brief Isolate a page of a driver that can move it.
 *
 * @param cc the run; the page is added to what it holds
 * @param page a page that is on no LRU list
 * @return false for pages of others, and while the driver has it locked
 * @source mm/migrate.c:86
 */
bool isolate_movable_page(struct compact_control *cc, struct page *page)
{
	if (!is_driver_movable(page) || PageFlag(page, PG_locked))
		return false;
	hold_page(cc, page);
	return true;
}

/**
 * @brief A page is no longer isolated: back to where it belongs.
 *
 * @param page the page, on no list; loses a reference
 * @source mm/migrate.c:169
 */
static void putback_page(struct page *page)
{
	if (is_driver_movable(page)) {
		put_page(page);
	} else if (is_nobodys(page)) {
		SetPageFlag(page, PG_lru);
		INIT_LIST_HEAD(&page->lru);
		put_page(page);
	} else {
		putback_lru_page(page);
	}
}

/**
 * @brief Take one page from what a run holds.
 *
 * @param page the page
 * @source mm/migrate.c:169
 */
static void let_go(struct page *page)
{
	list_del(&page->lru);
	if (!is_driver_movable(page))
		count_isolated(page, -1);
}

/**
 * @brief Give all isolated pages back, from the one isolated last to the first.
 *
 * @param cc the run; holds nothing afterwards
 * @source mm/migrate.c:169
 */
void putback_movable_pages(struct compact_control *cc)
{
	struct list_head *entry, *next;

	list_for_each_safe(entry, next, &cc->migratepages) {
		struct page *page = list_entry(entry, struct page, lru);

		let_go(page);
		putback_page(page);
	}
	cc->nr_migratepages = 0;
}

/**
 * @brief Copy a page's bytes and what its struct page says about them.
 *
 * @param from the page
 * @param to receives them; keeps its own reference besides those of the users
 * @source mm/migrate.c:675
 */
static void migrate_page_copy(const struct page *from, struct page *to)
{
	copy_contents(to, from);
	to->flags |= from->flags & MIGRATED_FLAGS;
	to->mapping = from->mapping;
	to->index = from->index;
	to->private = from->private;
	to->_mapcount = from->_mapcount;
	set_page_count(to, 1 + expected_references(from));
}

/**
 * @brief The group that pays for a page pays for its copy too, until the page is freed.
 *
 * @param from the page
 * @param to the copy
 * @source none (ours: a step of what mm/migrate.c does under the name migrate_page_states)
 */
static void charge_copy(const struct page *from, struct page *to)
{
	to->mem_cgroup = from->mem_cgroup;
	if (!is_nobodys(from) && !is_driver_movable(from) && world->hooks.lru_page_moved)
		world->hooks.lru_page_moved(from, to);
}

/**
 * @brief Make a struct page one that nobody owns, with one reference. Who pays for it stays.
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
 * @brief Wait until a page has lost a flag.
 *
 * @param page the page
 * @param flag PG_locked or PG_writeback
 * @return false when it never did
 * @source mm/migrate.c:1416
 */
/* departs: 5.8.18 waits as long as it takes; kcompactd waits for ever for a page that nobody unlocks. Here it
 * gives up after ten seconds in each pass. */
static bool wait_on_page(const struct page *page, enum pageflags flag)
{
	for (int tick = 0; PageFlag(page, flag) && tick < 10 * HZ; tick++)
		world_sleep(1);
	return !PageFlag(page, flag);
}

/**
 * @brief Get hold of a page's lock and of the end of a write to it.
 *
 * @param cc the run
 * @param page the page
 * @param force wait, where this run may wait at all
 * @return MOVE_DONE when it can be moved, as far as these two go
 * @source mm/migrate.c:1416
 */
static enum move_result wait_until_quiet(const struct compact_control *cc, const struct page *page,
					 bool force)
{
	/* Step 1: a task that is allocating may hold other locks: it never waits for one */
	if (PageFlag(page, PG_locked) &&
	    (!force || cc->mode == MIGRATE_ASYNC || (current->flags & PF_MEMALLOC) ||
	     !wait_on_page(page, PG_locked)))
		return MOVE_AGAIN;

	/* Step 2: only compaction on request waits for the disk */
	if (!PageFlag(page, PG_writeback))
		return MOVE_DONE;
	if (cc->mode != MIGRATE_SYNC)
		return MOVE_FAILED;
	return force && wait_on_page(page, PG_writeback) ? MOVE_DONE : MOVE_AGAIN;
}

/**
 * @brief Start writing out a dirty page that cannot be moved before.
 *
 * @param page the page
 * @return MOVE_AGAIN: clean by now, or soon
 * @source none (ours: what mm/migrate.c does under the name writeout)
 */
static enum move_result write_out_first(struct page *page)
{
	if (page_owner(page)->no_writer || !world->hooks.page_written)
		return MOVE_FAILED;
	return world->hooks.page_written(page) ? MOVE_AGAIN : MOVE_FAILED;
}

/**
 * @brief Is there anything that ties a page to its place?
 *
 * @param cc the run
 * @param page the page, quiet
 * @return MOVE_DONE when there is nothing
 * @source mm/migrate.c:402
 */
static enum move_result check_movable(const struct compact_control *cc, struct page *page)
{
	/* Step 1: a page table cannot be told */
	if (page_mapped(page) && (page->private & LRU_UNMAP_FAILS))
		return MOVE_AGAIN;

	/* Step 2: its file system cannot move it, only write it; and buffers it cannot take along */
	if (!is_driver_movable(page) && cannot_move_dirty(page)) {
		if (PageFlag(page, PG_dirty))
			return cc->mode == MIGRATE_SYNC ? write_out_first(page) : MOVE_FAILED;
		if (PageFlag(page, PG_private) && !try_to_release_page(page))
			return cc->mode == MIGRATE_SYNC ? MOVE_AGAIN : MOVE_FAILED;
	}

	/* Step 3: somebody uses it, besides those who are told, and besides this run */
	return page_count(page) == expected_references(page) + 1 ? MOVE_DONE : MOVE_AGAIN;
}

/**
 * @brief Take the entries of a page out of the page tables, and put them back at its old place or the new one.
 *
 * What they say about writing is the page's from now on, and a page in an area that is locked in memory is locked by
 * the time they are back.
 *
 * @param page the page
 * @source none (ours: a step of what mm/rmap.c does under the name try_to_unmap_one)
 */
/* departs: page tables are not kept. All entries of an anonymous page are dirty, since its process made it by writing to
 * it; those of files' pages are clean. Entries are never seen missing: they are there again before anybody looks. */
static void take_entries(struct page *page)
{
	if (!page_mapped(page))
		return;
	if (PageAnon(page) && PageFlag(page, PG_swapbacked))
		SetPageFlag(page, PG_dirty);
	if ((page->private & LRU_VM_LOCKED) && !PageFlag(page, PG_mlocked))
		mlock_vma_page(page);
}

/**
 * @brief Move a page's content, if nothing is in the way.
 *
 * @param cc the run
 * @param page the page
 * @param copy where to
 * @param force wait, where this run may wait at all
 * @return how it went
 * @source mm/migrate.c:1416
 */
static enum move_result move_content(const struct compact_control *cc, struct page *page,
				     struct page *copy, bool force)
{
	enum move_result result = wait_until_quiet(cc, page, force);

	if (result != MOVE_DONE)
		return result;
	take_entries(page);
	result = check_movable(cc, page);
	if (result != MOVE_DONE)
		return result;
	migrate_page_copy(page, copy);
	if (world->hooks.page_moved && !world->hooks.page_moved(page, copy)) {
		forget_owner(copy);
		return MOVE_FAILED;
	}
	page_slot_leave(page, copy);
	charge_copy(page, copy);
	trace_migrate_page_states(page, copy);
	return MOVE_DONE;
}

/**
 * @brief Move one isolated page, and do what follows from how it went.
 *
 * @param cc the run
 * @param page the page
 * @param force wait, where this run may wait at all
 * @return how it went; on success the page is free and its content lives on elsewhere
 * @source mm/migrate.c:1416
 */
static enum move_result move_page(struct compact_control *cc, struct page *page, bool force)
{
	enum move_result result;
	struct page *copy;

	/* Step 1: everybody else has let go of it: nothing to move */
	if (page_count(page) == 1) {
		let_go(page);
		put_page(page);
		return MOVE_DONE;
	}

	/* Step 2: a place to move to, before anything is known of the page */
	copy = compaction_alloc(cc);
	if (!copy)
		return MOVE_NO_MEMORY;

	/* Step 3: moved: the copy goes to its list, by way of a batch, and the old page is free */
	result = move_content(cc, page, copy, force);
	if (result == MOVE_DONE) {
		putback_page(copy);
		let_go(page);
		forget_owner(page);
		put_page(page);
		return MOVE_DONE;
	}

	/* Step 4: not moved: for good, or for this time */
	if (result == MOVE_FAILED) {
		let_go(page);
		putback_page(page);
	}
	compaction_free(cc, copy);
	return result;
}

/**
 * @brief One pass over the isolated pages; those that were busy remain.
 *
 * @param cc the run
 * @param force wait, where this run may wait at all
 * @param failed counts the pages that failed for good; they are given back
 * @return pages that were busy; -ENOMEM when there was nowhere to move to: the rest remains too
 * @source mm/migrate.c:1416
 */
static long migrate_pass(struct compact_control *cc, bool force, long *failed)
{
	struct list_head *entry, *next;
	long busy = 0;

	list_for_each_safe(entry, next, &cc->migratepages) {
		enum move_result result = move_page(cc, list_entry(entry, struct page, lru), force);

		if (result == MOVE_NO_MEMORY)
			return -ENOMEM;
		busy += result == MOVE_AGAIN;
		*failed += result == MOVE_FAILED;
	}
	return busy;
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
	long failed = 0, busy = 1;

	for (int pass = 0; pass < MIGRATE_PASSES && busy; pass++) {
		busy = migrate_pass(cc, pass >= MIGRATE_FORCED_PASS, &failed);
		if (busy < 0)
			return busy;
	}
	return failed + busy;
}

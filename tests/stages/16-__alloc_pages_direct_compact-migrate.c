/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 16: which pages are isolated, and moving them with everything that belongs to them.
 */
#include <errno.h>

#include "compaction-scenes.h"
#include "gfp.h"
#include "gfp_zones.h"
#include "life/life.h"
#include "machines.h"
#include "page_cache.h"

/** Isolate a page as the scanner does. */
static bool hold(struct compact_control *cc, struct page *page)
{
	if (!PageFlag(page, PG_lru))
		return isolate_movable_page(cc, page);
	return lru_page_is_candidate(cc, page) && isolate_lru_candidate(cc, page);
}

/** Pages that a run holds. */
static unsigned long nr_held(void)
{
	const struct list_head *entry;
	unsigned long nr = 0;

	list_for_each(entry, &scene_control.migratepages)
		nr++;
	return nr;
}

/** A run that holds these pages already, and free pages in the last pageblock to copy to. */
static struct compact_control *move_run(struct zone *zone, unsigned long nr)
{
	struct compact_control *cc = scene_free_run(zone, MIGRATE_SYNC_LIGHT, 0);

	test_set_watermarks(zone, 0, 0, 0);
	for (unsigned long i = 0; i < 8; i++)
		test_free_block(test_page(zone, 14 * BLOCK + i), 0, MIGRATE_MOVABLE);
	for (unsigned long i = 0; i < nr; i++) {
		scene_make_movable(test_page(zone, i), i);
		test_free_block(test_page(zone, 15 * BLOCK + i), 0, MIGRATE_MOVABLE);
	}
	for (unsigned long i = 0; i < nr; i++)
		ck_assert(hold(cc, test_page(zone, i)));
	test_forget_events();
	return cc;
}

/* ---- isolating ---- */

TEST(isolated_page_is_off_its_list, "16-7")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = scene_run_on(zone, MIGRATE_SYNC_LIGHT);
	struct page *page = test_page(zone, 0);

	scene_make_movable(page, 0);
	SetPageFlag(page, PG_referenced);
	ck_assert(hold(cc, page));
	ck_assert(!PageFlag(page, PG_lru) && PageFlag(page, PG_referenced));
	ck_assert(list_empty(&NODE_DATA(0)->lruvec.lists[LRU_INACTIVE_FILE]));
	ck_assert_int_eq(page_count(page), 2);
	ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_FILE), 1);
	ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_INACTIVE_FILE), 0);
	/* Back, by way of the CPU's pagevec, which has a reference. */
	putback_movable_pages(cc);
	ck_assert(!PageFlag(page, PG_lru));
	ck_assert_int_eq(page_count(page), 2);
	ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_FILE), 0);
	lru_add_drain();
	ck_assert(PageFlag(page, PG_lru));
	ck_assert_int_eq(page_count(page), 1);
}

TEST(isolated_pages_come_back_from_the_last_to_the_first, "16-9")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = move_run(zone, 3);
	const struct list_head *entry;
	unsigned long index = 0;

	/* At the head each time: the first one isolated is nearest to it in the end. */
	putback_movable_pages(cc);
	lru_add_drain();
	ck_assert_int_eq(test_count(TRACE_mm_lru_insertion), 3);
	ck_assert_int_eq(test_event(TRACE_mm_lru_insertion, 0)->field[0], TEST_DRAM_PFN + 2);
	ck_assert_int_eq(test_event(TRACE_mm_lru_insertion, 0)->field[1], LRU_INACTIVE_FILE);
	list_for_each(entry, &NODE_DATA(0)->lruvec.lists[LRU_INACTIVE_FILE])
		ck_assert_ptr_eq(list_entry(entry, struct page, lru), test_page(zone, index++));
	ck_assert_uint_eq(index, 3);
}

/* mm/vmscan.c:1547: the lock is tried for dirty pages only. */
TEST(isolating_tries_the_lock_of_dirty_pages_only, "16-7")
{
	static const struct {
		unsigned long flags;
		bool no_migratepage;
		bool light, sync; /* taken by mode */
	} row[] = {
		{ 0, false, true, true },
		{ PAGE_FLAG(locked), false, true, true },
		{ PAGE_FLAG(dirty), false, true, true },
		{ PAGE_FLAG(dirty) | PAGE_FLAG(locked), false, false, true },
		{ PAGE_FLAG(writeback), false, false, true },
		{ 0, true, true, true },
		{ PAGE_FLAG(dirty), true, false, true },
		{ PAGE_FLAG(unevictable) | PAGE_FLAG(mlocked), false, true, true },
	};

	for_each_row(i, row)
		for (int mode = MIGRATE_ASYNC; mode <= MIGRATE_SYNC; mode++) {
			struct zone *zone = scene_full();
			struct compact_control *cc = scene_run_on(zone, (enum migrate_mode)mode);
			struct page *page = test_page(zone, 0);

			scene_make_movable(page, 0);
			lru_list_del(page);
			page->flags |= row[i].flags;
			lru_list_add(page);
			scene_file.no_migratepage = row[i].no_migratepage;
			ck_assert_msg(hold(cc, page) ==
					      (mode == MIGRATE_SYNC ? row[i].sync : row[i].light),
				      "row %zu mode %d", i, mode);
			scene_file.no_migratepage = false;
			machine_free(world);
		}
}

/* It has a reference that no page table explains; without a file nobody could be told that it moved. */
TEST(isolating_a_page_that_lost_its_file, "16-7")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = scene_run_on(zone, MIGRATE_SYNC);
	struct page *page = test_page(zone, 0);

	scene_make_movable(page, 0);
	page->mapping = NULL;
	ck_assert(!hold(cc, page));
	ck_assert(PageFlag(page, PG_lru));
	ck_assert_ptr_eq(NODE_DATA(0)->lruvec.lists[LRU_INACTIVE_FILE].next, &page->lru);
}

TEST(isolating_a_dirty_page_of_the_swap_cache, "16-7")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = scene_run_on(zone, MIGRATE_SYNC_LIGHT);
	struct page *page = test_page(zone, 0);

	/* Swap can move its pages, whatever their owner can. */
	scene_make_movable(page, 0);
	lru_list_del(page);
	page->mapping = (void *)((unsigned long)&scene_file | PAGE_MAPPING_ANON);
	page->flags |= PAGE_FLAG(swapbacked) | PAGE_FLAG(owner_priv_1) | PAGE_FLAG(dirty);
	lru_list_add(page);
	scene_file.no_migratepage = true;
	ck_assert(hold(cc, page));
	scene_file.no_migratepage = false;
	ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_ANON), 1);
}

TEST(isolating_a_drivers_page_asks_for_its_lock, "16-7")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = scene_run_on(zone, MIGRATE_SYNC);
	struct page *page = test_page(zone, 0);

	ck_assert(!hold(cc, page));
	page->mapping = (void *)((unsigned long)&scene_file | PAGE_MAPPING_MOVABLE);
	SetPageFlag(page, PG_locked);
	ck_assert(!hold(cc, page));
	ClearPageFlag(page, PG_locked);
	ck_assert(hold(cc, page));
	ck_assert_int_eq(page_count(page), 2);
	ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_FILE), 0);
	putback_movable_pages(cc);
	ck_assert_int_eq(page_count(page), 1);
	ck_assert_uint_eq(world->lru_pvecs[0][PVEC_LRU_ADD].nr, 0);
}

/* ---- moving ---- */

TEST(migrate_copies_everything_and_sends_it_to_its_list, "16-9")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = move_run(zone, 3);
	struct page *old = test_page(zone, 1), *copy;

	SetPageFlag(old, PG_dirty);
	SetPageFlag(old, PG_active);
	SetPageFlag(old, PG_reclaim);
	old->private = 0x77;
	old->_mapcount = 1;
	set_page_count(old, 4);
	ck_assert_int_eq(migrate_pages(cc), 0);
	ck_assert_uint_eq(nr_held(), 0);
	ck_assert_uint_eq(scene_moves, 3);
	/* The page isolated last moves first, to the highest page that was taken. */
	for (unsigned long i = 0; i < 3; i++) {
		const struct trace_event *event = test_event(TRACE_migrate_page_states, (int)i);

		ck_assert_int_eq(event->field[0], (s64)(TEST_DRAM_PFN + 2 - i));
		ck_assert_int_eq(event->field[1], (s64)(TEST_DRAM_PFN + 15 * BLOCK + 2 - i));
		ck_assert_ptr_eq(scene_owner[i], test_page(zone, 15 * BLOCK + i));
		scene_check(scene_owner[i], i);
	}
	copy = scene_owner[1];
	ck_assert(PageFlag(copy, PG_dirty) && PageFlag(copy, PG_active));
	/* uma128-lru-225: a page marked for readahead, which shares the number of PG_reclaim, stays marked. */
	ck_assert(PageFlag(copy, PG_reclaim) && !PageFlag(scene_owner[0], PG_dirty));
	ck_assert_uint_eq(copy->private, 0x77);
	ck_assert_int_eq(copy->_mapcount, 1);
	/* Two map it, the cache has it, and it waits for its list. */
	ck_assert_int_eq(page_count(copy), 4);
	ck_assert(!PageFlag(copy, PG_lru));
	lru_add_drain();
	ck_assert_int_eq(page_count(copy), 3);
	ck_assert_int_eq(test_last_event(TRACE_mm_lru_insertion)->field[0],
			 (s64)page_to_pfn(scene_owner[0]));
	ck_assert_ptr_eq(NODE_DATA(0)->lruvec.lists[LRU_ACTIVE_FILE].next, &copy->lru);
	ck_assert_ptr_eq(NODE_DATA(0)->lruvec.lists[LRU_INACTIVE_FILE].next, &scene_owner[0]->lru);
	/* The originals are on this CPU's list, the last one freed first. */
	test_expect_pcp(zone, 0, MIGRATE_MOVABLE, "40000 40001 40002");
	ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_FILE), 0);
	drain_all_pages(NULL);
	test_check_lists();
}

/*
 * Every flag on at once, but those of use (locked, writeback, on a list) and those of other kinds of pages. What tells of the
 * content goes along, with all other fields; the old place has nothing of it left, and is free.
 */
TEST(migrate_takes_the_flags_of_the_content_along, "16-9")
{
	const unsigned long content =
		PAGE_FLAG(referenced) | PAGE_FLAG(uptodate) | PAGE_FLAG(dirty) | PAGE_FLAG(active) |
		PAGE_FLAG(workingset) | PAGE_FLAG(error) | PAGE_FLAG(owner_priv_1) |
		PAGE_FLAG(private) | PAGE_FLAG(mappedtodisk) | PAGE_FLAG(reclaim) |
		PAGE_FLAG(swapbacked) | PAGE_FLAG(unevictable) | PAGE_FLAG(mlocked);
	const unsigned long use = PAGE_FLAG(waiters) | PAGE_FLAG(arch_1) | PAGE_FLAG(private_2);
	struct zone *zone = scene_full();
	struct compact_control *cc = move_run(zone, 1);
	struct page *old = test_page(zone, 0);
	const struct page *copy;

	old->flags |= content | use;
	old->private = 0x77;
	old->_mapcount = 2;
	/* Three map it, the cache and the buffers have it, and the run. */
	set_page_count(old, 6);
	ck_assert_int_eq(migrate_pages(cc), 0);
	copy = scene_owner[0];
	ck_assert_ptr_eq(copy, test_page(zone, 15 * BLOCK));
	ck_assert_uint_eq(copy->flags & PAGE_FLAGS_CHECK_AT_PREP, content);
	ck_assert_ptr_eq(copy->mapping, &scene_file);
	ck_assert_uint_eq(copy->index, 0);
	ck_assert_uint_eq(copy->private, 0x77);
	ck_assert_int_eq(copy->_mapcount, 2);
	/* The same users, and the pagevec instead of the run. */
	ck_assert_int_eq(page_count(copy), 6);
	scene_check(copy, 0);
	ck_assert_uint_eq(old->flags & PAGE_FLAGS_CHECK_AT_PREP, 0);
	ck_assert_ptr_null(old->mapping);
	ck_assert_uint_eq(old->private, 0);
	ck_assert_int_eq(old->_mapcount, -1);
	ck_assert_int_eq(page_count(old), 0);
	ck_assert_uint_eq(cc->nr_freepages, 0);
}

/* A page with a slot in its file leaves it to the copy; one without does not get one. */
TEST(migrate_gives_the_slot_to_the_copy, "16-9")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = move_run(zone, 2);

	ck_assert(page_slot_set(&scene_file, 0, test_page(zone, 0)));
	ck_assert_int_eq(migrate_pages(cc), 0);
	ck_assert_ptr_eq(page_slot(&scene_file, 0), scene_owner[0]);
	ck_assert_ptr_ne(scene_owner[0], test_page(zone, 0));
	ck_assert_ptr_null(page_slot(&scene_file, 1));
	page_slots_free(&scene_file);
}

/* The owner refuses: what the copy had received already is taken off it again, before another page is copied there. */
TEST(migrate_refused_by_the_owner_leaves_the_copy_clean, "16-9")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = move_run(zone, 2);
	struct page *old = test_page(zone, 1);
	const struct page *copy;

	scene_make_movable(test_page(zone, 7), 7);
	old->flags |= PAGE_FLAG(dirty) | PAGE_FLAG(active);
	old->private = 0x77;
	old->_mapcount = 0;
	set_page_count(old, 3);
	scene_refused = old;
	SetPageFlag(test_page(zone, 0), PG_locked);
	current->flags |= PF_MEMALLOC;
	ck_assert_int_eq(migrate_pages(cc), 2);
	current->flags &= ~PF_MEMALLOC;
	ck_assert_uint_eq(cc->nr_freepages, 2);
	copy = list_entry(cc->freepages.next, struct page, lru);
	ck_assert_ptr_eq(copy, test_page(zone, 15 * BLOCK + 1));
	ck_assert_uint_eq(copy->flags & PAGE_FLAGS_CHECK_AT_PREP, 0);
	ck_assert_ptr_null(copy->mapping);
	ck_assert_uint_eq(copy->index, 0);
	ck_assert_uint_eq(copy->private, 0);
	ck_assert_int_eq(copy->_mapcount, -1);
	ck_assert_int_eq(page_count(copy), 1);
	/* The page itself is as it was, and on its way back. */
	ck_assert_int_eq(old->_mapcount, 0);
	ck_assert_uint_eq(old->private, 0x77);
	ck_assert_int_eq(page_count(old), 3);
	ck_assert_uint_eq(scene_moves, 0);
}

static int attempts;

/* The device takes it and cleans nothing: it is dirty again when the next pass comes. */
static bool write_in_vain(struct page *page)
{
	(void)page;
	attempts++;
	return true;
}

/* A page that is busy is tried in ten passes, one that fails for good in one. */
TEST(migrate_tries_a_busy_page_ten_times, "16-9")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = move_run(zone, 1);

	cc->mode = MIGRATE_SYNC;
	scene_file.no_migratepage = true;
	SetPageFlag(test_page(zone, 0), PG_dirty);
	world->hooks.page_written = write_in_vain;
	ck_assert_int_eq(migrate_pages(cc), 1);
	ck_assert_int_eq(attempts, 10);
	/* What is dirty no longer is asked for no more. */
	ClearPageFlag(test_page(zone, 0), PG_dirty);
	ck_assert_int_eq(migrate_pages(cc), 0);
	ck_assert_int_eq(attempts, 10);
	scene_file.no_migratepage = false;
}

TEST(migrate_pages_of_a_snapshot_and_of_drivers, "16-9")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = move_run(zone, 0);
	struct page *nobodys = test_page(zone, 20), *driver = test_page(zone, 21);
	const struct page *high = test_page(zone, 15 * BLOCK + 1);
	const struct page *low = test_page(zone, 15 * BLOCK);

	world->hooks.page_moved = NULL;
	test_free_block(test_page(zone, 15 * BLOCK), 1, MIGRATE_MOVABLE);
	SetPageFlag(nobodys, PG_lru);
	driver->mapping = (void *)((unsigned long)&scene_file | PAGE_MAPPING_MOVABLE);
	scene_write(nobodys, 20);
	scene_write(driver, 21);
	ck_assert(hold(cc, nobodys) && hold(cc, driver));
	ck_assert(!PageFlag(nobodys, PG_lru));
	ck_assert_int_eq(migrate_pages(cc), 0);
	scene_check(high, 21);
	scene_check(low, 20);
	/* Neither waits for a list: one is on none anyway, the other is marked as if it were on one. */
	ck_assert(PageFlag(low, PG_lru) && !PageFlag(high, PG_lru));
	ck_assert_int_eq(page_count(low), 1);
	ck_assert_int_eq(page_count(high), 1);
	ck_assert_ptr_eq(high->mapping,
			 (void *)((unsigned long)&scene_file | PAGE_MAPPING_MOVABLE));
	ck_assert_int_eq(page_count(nobodys), 0);
	ck_assert_int_eq(page_count(driver), 0);
	ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_FILE), 0);
}

/* A list that a page is really on has its owners' pages: one without a mapping has lost its file there. Links that were
 * never set, that lead to the page itself, or that were left behind are no list. */
TEST(isolate_page_without_owner_only_from_no_list, "")
{
	struct compact_control *cc = scene_run_on(scene_full(), MIGRATE_SYNC_LIGHT);
	struct page *page = test_page(cc->zone, 20);
	struct list_head list;

	SetPageFlag(page, PG_lru);
	page->lru.next = NULL;
	ck_assert(lru_page_is_candidate(cc, page));
	INIT_LIST_HEAD(&page->lru);
	ck_assert(lru_page_is_candidate(cc, page));
	INIT_LIST_HEAD(&list);
	list_add(&page->lru, &list);
	ck_assert(!lru_page_is_candidate(cc, page));
	list_del(&page->lru);
	ck_assert(lru_page_is_candidate(cc, page));
}

TEST(migrate_driver_page_that_stays_goes_back, "16-9")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = move_run(zone, 0);
	struct page *driver = test_page(zone, 21);

	/* The driver refuses: final, and tried once. */
	test_free_block(test_page(zone, 15 * BLOCK), 0, MIGRATE_MOVABLE);
	driver->mapping = (void *)((unsigned long)&scene_file | PAGE_MAPPING_MOVABLE);
	driver->index = 21;
	scene_owner[21] = scene_refused = driver;
	ck_assert(hold(cc, driver));
	ck_assert_int_eq(migrate_pages(cc), 1);
	ck_assert_uint_eq(nr_held(), 0);
	ck_assert_int_eq(page_count(driver), 1);
	ck_assert(is_driver_movable(driver) && !PageFlag(driver, PG_lru));
	ck_assert_uint_eq(cc->nr_freepages, 1);
	/* Somebody else uses it: busy, it stays with the run. */
	ck_assert(hold(cc, driver));
	set_page_count(driver, 3);
	ck_assert_int_eq(migrate_pages(cc), 1);
	ck_assert(scene_holds(driver));
	putback_movable_pages(cc);
	ck_assert_int_eq(page_count(driver), 2);
	ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_FILE), 0);
}

TEST(migrate_busy_pages_stay_behind, "16-9 13-15")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = move_run(zone, 6);
	unsigned long before = world->jiffies;

	/* Locked; held by somebody; written out since; 3 with buffers and one map is as it should be. */
	SetPageFlag(test_page(zone, 0), PG_locked);
	set_page_count(test_page(zone, 1), 3);
	SetPageFlag(test_page(zone, 2), PG_writeback);
	SetPageFlag(test_page(zone, 3), PG_private);
	test_page(zone, 3)->_mapcount = 0;
	set_page_count(test_page(zone, 3), 4);
	scene_refused = test_page(zone, 4);
	current->flags |= PF_MEMALLOC;
	ck_assert_int_eq(migrate_pages(cc), 4);
	current->flags &= ~PF_MEMALLOC;
	ck_assert_uint_eq(scene_moves, 2);
	ck_assert_uint_eq(world->jiffies, before);
	ck_assert_ptr_ne(scene_owner[3], test_page(zone, 3));
	ck_assert_ptr_ne(scene_owner[5], test_page(zone, 5));
	/* Two are still held, the other two are on their way to their list. */
	ck_assert_uint_eq(nr_held(), 2);
	ck_assert(scene_holds(test_page(zone, 0)) && scene_holds(test_page(zone, 1)));
	lru_add_drain();
	ck_assert(PageFlag(test_page(zone, 2), PG_lru) && PageFlag(test_page(zone, 4), PG_lru));
	putback_movable_pages(cc);
	for (unsigned long i = 0; i < 6; i++)
		scene_check(scene_owner[i], i);
	ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_FILE), 0);
	/* What was taken for them is there to be copied to, nobody's. */
	ck_assert_uint_eq(cc->nr_freepages, 4);
	scene_owner[3]->flags &= ~PAGE_FLAG(private);
	scene_end_run(cc);
}

static struct page *asleep_on;
static int ticks_until_it_is_quiet;

/** The hook of these tests: after some ticks the page is unlocked and written. */
static void sleeper(unsigned long ticks)
{
	world->jiffies += ticks;
	if (ticks_until_it_is_quiet && !--ticks_until_it_is_quiet)
		asleep_on->flags &= ~(PAGE_FLAG(locked) | PAGE_FLAG(writeback));
}

/* mm/migrate.c:1416: who waits for what, from the fourth pass on. */
TEST(migrate_waits_where_it_may, "16-9")
{
	static const struct {
		enum migrate_mode mode;
		unsigned long flag;
		bool memalloc;
		int quiet_after;
		long answer;
		unsigned long waited;
	} row[] = {
		{ MIGRATE_SYNC_LIGHT, PAGE_FLAG(locked), false, 3, 0, 3 },
		{ MIGRATE_SYNC_LIGHT, PAGE_FLAG(locked), true, 3, 1, 0 },
		{ MIGRATE_ASYNC, PAGE_FLAG(locked), false, 3, 1, 0 },
		{ MIGRATE_SYNC, PAGE_FLAG(locked), true, 3, 1, 0 },
		/* Nobody unlocks it: 5.8.18 would wait for ever, here in vain for ten seconds, seven times. */
		{ MIGRATE_SYNC_LIGHT, PAGE_FLAG(locked), false, 0, 1, 7 * 10 * HZ },
		{ MIGRATE_SYNC, PAGE_FLAG(writeback), true, 3, 0, 3 },
		{ MIGRATE_SYNC, PAGE_FLAG(writeback), true, 0, 1, 7 * 10 * HZ },
		{ MIGRATE_SYNC_LIGHT, PAGE_FLAG(writeback), false, 3, 1, 0 },
		{ MIGRATE_ASYNC, PAGE_FLAG(writeback), false, 3, 1, 0 },
	};

	for_each_row(i, row) {
		struct zone *zone = scene_full();
		struct compact_control *cc = move_run(zone, 1);
		unsigned long before = world->jiffies;

		cc->mode = row[i].mode;
		asleep_on = test_page(zone, 0);
		asleep_on->flags |= row[i].flag;
		ticks_until_it_is_quiet = row[i].quiet_after;
		world->hooks.sleep = sleeper;
		current->flags |= row[i].memalloc ? PF_MEMALLOC : 0;
		ck_assert_msg(migrate_pages(cc) == row[i].answer, "row %zu", i);
		ck_assert_msg(world->jiffies - before == row[i].waited, "row %zu", i);
		ck_assert_uint_eq(scene_moves, !row[i].answer);
		current->flags &= ~PF_MEMALLOC;
		machine_free(world);
	}
}

static int writes;
static bool device_takes_it;

static bool write_page(struct page *page)
{
	writes++;
	if (device_takes_it)
		ClearPageFlag(page, PG_dirty);
	return device_takes_it;
}

/* A page whose file system cannot move it. */
TEST(migrate_dirty_page_that_can_only_be_written, "16-9")
{
	static const struct {
		enum migrate_mode mode;
		bool writer, takes, moves;
		int writes;
	} row[] = {
		{ MIGRATE_SYNC_LIGHT, true, true, false, 0 },
		{ MIGRATE_SYNC, true, true, true, 1 },
		{ MIGRATE_SYNC, true, false, false, 1 },
		{ MIGRATE_SYNC, false, true, false, 0 },
	};

	for_each_row(i, row) {
		struct zone *zone = scene_full();
		struct compact_control *cc = move_run(zone, 1);

		cc->mode = row[i].mode;
		scene_file.no_migratepage = true;
		scene_file.no_writer = !row[i].writer;
		SetPageFlag(test_page(zone, 0), PG_dirty);
		world->hooks.page_written = write_page;
		device_takes_it = row[i].takes;
		writes = 0;
		ck_assert_msg(migrate_pages(cc) == !row[i].moves, "row %zu", i);
		ck_assert_int_eq(writes, row[i].writes);
		ck_assert_uint_eq(scene_moves, row[i].moves);
		scene_file.no_migratepage = scene_file.no_writer = false;
		machine_free(world);
	}
}

TEST(migrate_dirty_page_without_a_disk, "")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = move_run(zone, 1);

	cc->mode = MIGRATE_SYNC;
	scene_file.no_migratepage = true;
	world->hooks.page_written = NULL;
	SetPageFlag(test_page(zone, 0), PG_dirty);
	ck_assert_int_eq(migrate_pages(cc), 1);
	scene_file.no_migratepage = false;
	ck_assert_uint_eq(nr_held(), 0);
}

TEST(migrate_buffers_that_are_busy, "")
{
	static const struct {
		enum migrate_mode mode;
		bool buffers, busy;
		long answer;
		unsigned long held;
	} row[] = {
		{ MIGRATE_SYNC_LIGHT, true, true, 1, 0 },
		{ MIGRATE_SYNC, true, true, 1, 1 },
		{ MIGRATE_SYNC, true, false, 0, 0 },
		{ MIGRATE_SYNC, false, false, 0, 0 },
	};

	for_each_row(i, row) {
		struct zone *zone = scene_full();
		struct compact_control *cc = move_run(zone, 1);
		struct page *page = test_page(zone, 0);

		cc->mode = row[i].mode;
		scene_file.no_migratepage = true;
		if (row[i].buffers) {
			SetPageFlag(page, PG_private);
			get_page(page);
		}
		page->private = row[i].busy ? LRU_BUFFERS_BUSY : 0;
		ck_assert_msg(migrate_pages(cc) == row[i].answer, "row %zu", i);
		ck_assert_uint_eq(nr_held(), row[i].held);
		/* What could be dropped is dropped, and does not go along. */
		if (!row[i].answer)
			ck_assert(!PageFlag(scene_owner[0], PG_private));
		scene_file.no_migratepage = false;
		machine_free(world);
	}
}

/* Page tables come first: what the file system could do about the page is not asked any more. */
TEST(migrate_page_tables_before_the_file_system, "")
{
	for (int dirty = 0; dirty < 2; dirty++) {
		struct zone *zone = scene_full();
		struct compact_control *cc = move_run(zone, 1);
		struct page *page = test_page(zone, 0);

		cc->mode = dirty ? MIGRATE_SYNC : MIGRATE_SYNC_LIGHT;
		page->_mapcount = 0;
		get_page(page);
		SetPageFlag(page, PG_private);
		get_page(page);
		page->private = LRU_UNMAP_FAILS | LRU_BUFFERS_BUSY;
		page->flags |= dirty ? PAGE_FLAG(dirty) : 0;
		scene_file.no_migratepage = true;
		world->hooks.page_written = write_page;
		device_takes_it = true;
		writes = 0;
		/* Tried ten times, neither written nor given back in between. */
		ck_assert_int_eq(migrate_pages(cc), 1);
		ck_assert_uint_eq(nr_held(), 1);
		ck_assert_int_eq(writes, 0);
		scene_file.no_migratepage = false;
		machine_free(world);
	}
}

/* When its page-table entries are back, a page in an area that is locked in memory is locked, moved or not. */
TEST(migrate_page_in_a_locked_area_is_locked, "")
{
	static const struct {
		unsigned long private, flags;
		bool mapped, locked;
		long counted;
	} row[] = {
		{ LRU_VM_LOCKED, 0, true, true, 1 },
		{ LRU_VM_LOCKED | LRU_UNMAP_FAILS, 0, true, true, 1 },
		{ LRU_VM_LOCKED, PAGE_FLAG(mlocked), true, true, 0 },
		{ 0, 0, true, false, 0 },
		{ LRU_VM_LOCKED, 0, false, false, 0 },
	};

	for_each_row(i, row) {
		struct zone *zone = scene_full();
		struct compact_control *cc = move_run(zone, 1);
		struct page *page = test_page(zone, 0);

		page->private = row[i].private;
		page->flags |= row[i].flags;
		if (row[i].mapped) {
			page->_mapcount = 0;
			get_page(page);
		}
		if (!migrate_pages(cc))
			page = scene_owner[0];
		putback_movable_pages(cc);
		ck_assert_msg(PageFlag(page, PG_mlocked) == row[i].locked, "row %zu", i);
		ck_assert_int_eq((long)zone_page_state(zone, NR_MLOCK), row[i].counted);
		lru_add_drain();
		ck_assert_msg(PageFlag(page, PG_unevictable) == row[i].locked, "row %zu", i);
		machine_free(world);
	}
}

TEST(migrate_page_table_that_cannot_be_changed, "")
{
	for (int fails = 0; fails < 2; fails++) {
		struct zone *zone = scene_full();
		struct compact_control *cc = move_run(zone, 1);
		struct page *page = test_page(zone, 0);

		page->_mapcount = 0;
		get_page(page);
		page->private = fails ? LRU_UNMAP_FAILS : 0;
		ck_assert_int_eq(migrate_pages(cc), fails);
		ck_assert_uint_eq(nr_held(), (unsigned long)fails);
		machine_free(world);
	}
}

/* uma128-kswapd-271: the sleeping process' pages are dirty once they have been moved. */
TEST(migrate_takes_dirty_from_page_tables, "")
{
	static const struct {
		bool mapped, anon;
		unsigned long flags;
		bool dirty;
	} row[] = {
		{ true, true, PAGE_FLAG(swapbacked), true },
		{ false, true, PAGE_FLAG(swapbacked), false },
		{ true, true, 0, false },
		{ true, false, 0, false },
	};

	for_each_row(i, row) {
		struct zone *zone = scene_full();
		struct compact_control *cc = move_run(zone, 1);
		struct page *page = test_page(zone, 0);

		if (row[i].anon)
			page->mapping = (void *)((unsigned long)page->mapping | PAGE_MAPPING_ANON);
		page->flags |= row[i].flags;
		page->_mapcount = row[i].mapped ? 0 : -1;
		page->private = LRU_UNMAP_FAILS;
		migrate_pages(cc);
		if (row[i].mapped) /* also where the move then fails */
			ck_assert_msg(PageFlag(page, PG_dirty) == row[i].dirty, "row %zu", i);
		else
			ck_assert(!PageFlag(scene_owner[0], PG_dirty));
		machine_free(world);
	}
}

/** The owner of page 0 lets go of it while page 1 is being moved. */
static bool other_owner_lets_go(struct page *from, struct page *to)
{
	if (from->index == 1)
		put_page(test_page(page_zone(to), 0));
	return true;
}

TEST(migrate_page_that_nobody_else_has_is_freed, "16-9")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = move_run(zone, 2);

	world->hooks.page_moved = other_owner_lets_go;
	ck_assert_int_eq(migrate_pages(cc), 0);
	/* It counts as moved, without a place to move to. */
	ck_assert_int_eq(test_count(TRACE_migrate_page_states), 1);
	ck_assert_uint_eq(cc->nr_freepages, 1);
	ck_assert_uint_eq(nr_held(), 0);
	test_expect_pcp(zone, 0, MIGRATE_MOVABLE, "40000 40001");
	ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_FILE), 0);
}

TEST(migrate_without_anywhere_to_go, "16-6")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = move_run(zone, 4);

	/* One is busy, one can go, then there is no page to copy to any more. */
	SetPageFlag(test_page(zone, 3), PG_locked);
	test_set_watermarks(zone, 11, 11, 11);
	ck_assert_int_eq(migrate_pages(cc), -ENOMEM);
	ck_assert_uint_eq(scene_moves, 0);
	ck_assert_uint_eq(nr_held(), 4);
	/* One pass, one search: the first free page is refused, and nothing else is tried. */
	ck_assert_int_eq(test_count(TRACE_mm_compaction_isolate_freepages), 1);
	test_set_watermarks(zone, 10, 10, 10);
	cc->free_pfn = TEST_DRAM_PFN + 15 * BLOCK;
	ck_assert_int_eq(migrate_pages(cc), -ENOMEM);
	ck_assert_uint_eq(scene_moves, 1);
	ck_assert_uint_eq(nr_held(), 3);
	ck_assert(scene_holds(test_page(zone, 3)) && scene_holds(test_page(zone, 0)));
	putback_movable_pages(cc);
	ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_FILE), 0);
}

/* ---- who pays ---- */

static const struct page *charged_from;
static struct page *charged_to, *uncharged;

static void charge_moves(const struct page *from, struct page *to)
{
	charged_from = from;
	charged_to = to;
	ck_assert_ptr_eq(to->mem_cgroup, from->mem_cgroup);
}

static void uncharge_page(struct page *page)
{
	uncharged = page;
}

TEST(migrate_lets_the_group_pay_for_both_places, "")
{
	static struct mem_cgroup group;
	struct zone *zone = scene_full();
	struct compact_control *cc = move_run(zone, 1);
	struct page *page = test_page(zone, 0);

	page->mem_cgroup = &group;
	world->hooks.lru_page_moved = charge_moves;
	world->hooks.lru_page_uncharged = uncharge_page;
	ck_assert_int_eq(migrate_pages(cc), 0);
	ck_assert_ptr_eq(charged_from, page);
	ck_assert_ptr_eq(charged_to, test_page(zone, 15 * BLOCK));
	/* The old place is paid for until it is free. */
	ck_assert_ptr_eq(uncharged, page);
	charged_to->mem_cgroup = NULL;
	/* Nobody is asked where nobody pays. */
	charged_to = NULL;
	world->hooks.lru_page_moved = NULL;
	cc->free_pfn = TEST_DRAM_PFN + 14 * BLOCK;
	scene_make_movable(test_page(zone, 5), 5);
	ck_assert(hold(cc, test_page(zone, 5)));
	ck_assert_int_eq(migrate_pages(cc), 0);
	ck_assert_ptr_null(charged_to);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 16: moving pages, with everything that belongs to them.
 */
#include <errno.h>

#include "compaction-scenes.h"
#include "gfp.h"
#include "gfp_zones.h"
#include "life/life.h"
#include "machines.h"

/* ---- moving ---- */

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
		ck_assert(isolate_movable_page(cc, test_page(zone, i)));
	test_forget_events();
	return cc;
}

TEST(migrate_copies_everything_and_keeps_the_place, "16-9")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = move_run(zone, 3);
	struct list_head *list = &NODE_DATA(0)->lruvec.lists[LRU_INACTIVE_FILE], *entry;
	struct page *old = test_page(zone, 1);
	unsigned long index = 3;

	SetPageFlag(old, PG_dirty);
	SetPageFlag(old, PG_active);
	old->private = 0x77;
	old->_mapcount = 1;
	set_page_count(old, 3);
	old->mem_cgroup = &world->root_mem_cgroup;
	ck_assert_int_eq(migrate_pages(cc), 0);
	ck_assert_uint_eq(cc->nr_migratepages, 0);
	ck_assert_uint_eq(scene_moves, 3);
	/* The list holds the copies in the order of the originals. */
	list_for_each(entry, list) {
		struct page *page = list_entry(entry, struct page, lru);

		ck_assert_uint_eq(page->index, --index);
		ck_assert_ptr_eq(page, scene_owner[index]);
		ck_assert_uint_ge(page_to_pfn(page), TEST_DRAM_PFN + 15 * BLOCK);
		scene_check(page, index);
	}
	ck_assert_uint_eq(index, 0);
	ck_assert(PageFlag(scene_owner[1], PG_dirty) && PageFlag(scene_owner[1], PG_active));
	ck_assert(PageFlag(scene_owner[1], PG_lru) && !PageFlag(scene_owner[0], PG_dirty));
	ck_assert_uint_eq(scene_owner[1]->private, 0x77);
	ck_assert_int_eq(scene_owner[1]->_mapcount, 1);
	ck_assert_int_eq(page_count(scene_owner[1]), 3);
	ck_assert_ptr_eq(scene_owner[1]->mem_cgroup, &world->root_mem_cgroup);
	/* The originals are on this CPU's list, the last one first. */
	test_expect_pcp(zone, 0, MIGRATE_MOVABLE, "40002 40001 40000");
	ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_FILE), 0);
	scene_owner[1]->mem_cgroup = NULL;
	drain_all_pages(NULL);
	test_check_lists();
}

TEST(migrate_pages_of_a_snapshot_and_of_drivers, "16-9")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = move_run(zone, 0);
	struct page *nobodys = test_page(zone, 20), *driver = test_page(zone, 21);

	world->hooks.page_moved = NULL;
	test_free_block(test_page(zone, 15 * BLOCK), 1, MIGRATE_MOVABLE);
	SetPageFlag(nobodys, PG_lru);
	driver->mapping = (void *)((unsigned long)&scene_file | 2);
	scene_write(nobodys, 20);
	scene_write(driver, 21);
	ck_assert(isolate_movable_page(cc, nobodys) && isolate_movable_page(cc, driver));
	ck_assert_int_eq(migrate_pages(cc), 0);
	/* The upper half of the block went to the head of what can be copied to. */
	scene_check(test_page(zone, 15 * BLOCK + 1), 20);
	scene_check(test_page(zone, 15 * BLOCK), 21);
	ck_assert(PageFlag(test_page(zone, 15 * BLOCK + 1), PG_lru));
	ck_assert(!PageFlag(test_page(zone, 15 * BLOCK), PG_lru));
	ck_assert_ptr_eq(test_page(zone, 15 * BLOCK)->mapping,
			 (void *)((unsigned long)&scene_file | 2));
	ck_assert_int_eq(page_count(nobodys), 0);
	ck_assert_int_eq(page_count(driver), 0);
}

TEST(migrate_driver_page_that_stays_goes_back, "")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = move_run(zone, 0);
	struct page *driver = test_page(zone, 21);

	driver->mapping = (void *)((unsigned long)&scene_file | 2);
	set_page_count(driver, 2);
	ck_assert(isolate_movable_page(cc, driver));
	ck_assert_int_eq(migrate_pages(cc), 1);
	putback_movable_pages(cc);
	ck_assert(!PageFlag(driver, PG_lru));
	ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_FILE), 0);
}

TEST(migrate_busy_pages_stay_behind, "16-9 13-15")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = move_run(zone, 6);
	unsigned long before = world->jiffies;

	/* Locked; held by somebody; written out since; 3 with buffers and one map is as it should be. */
	SetPageFlag(test_page(zone, 0), PG_locked);
	set_page_count(test_page(zone, 1), 2);
	SetPageFlag(test_page(zone, 2), PG_writeback);
	SetPageFlag(test_page(zone, 3), PG_private);
	test_page(zone, 3)->_mapcount = 0;
	set_page_count(test_page(zone, 3), 3);
	scene_refused = test_page(zone, 4);
	ck_assert_int_eq(migrate_pages(cc), 4);
	ck_assert_uint_eq(scene_moves, 2);
	ck_assert_uint_eq(world->jiffies, before);
	ck_assert_ptr_ne(scene_owner[3], test_page(zone, 3));
	ck_assert_ptr_ne(scene_owner[5], test_page(zone, 5));
	/* Two are still held, the other two were given back. */
	ck_assert_uint_eq(cc->nr_migratepages, 2);
	ck_assert(scene_holds(test_page(zone, 0)) && scene_holds(test_page(zone, 1)));
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

TEST(migrate_without_anywhere_to_go, "16-6")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = move_run(zone, 4);

	/* One is busy, one can go, then there is no page to copy to any more. */
	SetPageFlag(test_page(zone, 0), PG_locked);
	test_set_watermarks(zone, 11, 11, 11);
	ck_assert_int_eq(migrate_pages(cc), -ENOMEM);
	ck_assert_uint_eq(scene_moves, 0);
	ck_assert_uint_eq(cc->nr_migratepages, 4);
	test_set_watermarks(zone, 10, 10, 10);
	cc->free_pfn = TEST_DRAM_PFN + 15 * BLOCK;
	ck_assert_int_eq(migrate_pages(cc), -ENOMEM);
	ck_assert_uint_eq(scene_moves, 1);
	ck_assert_uint_eq(cc->nr_migratepages, 3);
	ck_assert_ptr_eq(cc->migratepages[0], test_page(zone, 0));
	ck_assert(scene_holds(test_page(zone, 3)));
	putback_movable_pages(cc);
	ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_FILE), 0);
}

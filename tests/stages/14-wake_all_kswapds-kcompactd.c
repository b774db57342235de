/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of kcompactd: what one activation of it does.
 */
#include "life/life.h"
#include "compaction-scenes.h"
#include "machines.h"

static struct zone *zone;

/** A zone of 16 pageblocks; every other page can be moved, the others are free. */
static void scene(void)
{
	test_machine_uma(32);
	zone = test_zone(0, ZONE_DMA);
	test_empty_zone(zone);
	test_set_watermarks(zone, 100, 125, 150);
	for (unsigned long i = 8192; i > 0; i -= 2) {
		SetPageFlag(test_page(zone, i - 2), PG_lru);
		test_free_block(test_page(zone, i - 1), 0, MIGRATE_MOVABLE);
	}
	test_forget_events();
}

TEST(kcompactd_builds_what_was_asked_for, "14-14")
{
	scene();
	wakeup_kcompactd(NODE_DATA(0), 9, ZONE_MOVABLE);
	ck_assert(!NODE_DATA(0)->kcompactd_waiting);
	test_forget_events();
	kcompactd(NODE_DATA(0));
	ck_assert_uint_gt(zone->free_area[9].nr_free, 0);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_kcompactd_wake, 0)->field[0], 0);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_kcompactd_wake, 0)->field[1], 9);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_kcompactd_wake, 0)->field[2], ZONE_DMA);
	/* For itself, and once more before it begins. */
	ck_assert_int_eq(test_count(TRACE_mm_compaction_suitable), 2);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_begin, 0)->field[4], true);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_defer_reset), 1);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_kcompactd_sleep), 1);
	/* It sleeps, and nothing is asked for. */
	ck_assert(NODE_DATA(0)->kcompactd_waiting);
	ck_assert_int_eq(NODE_DATA(0)->kcompactd_max_order, 0);
	ck_assert_int_eq(NODE_DATA(0)->kcompactd_highest_zoneidx, ZONE_DMA);
	ck_assert_str_eq(current->comm, "init");
	test_check_lists();
}

TEST(kcompactd_defers_after_failure, "14-14")
{
	scene();
	/* Nothing can be moved. */
	for (unsigned long i = 0; i < 8192; i++)
		ClearPageFlag(test_page(zone, i), PG_lru);
	NODE_DATA(0)->kcompactd_max_order = 4;
	kcompactd(NODE_DATA(0));
	ck_assert_int_eq(test_event(TRACE_mm_compaction_end, 0)->field[5], COMPACT_PARTIAL_SKIPPED);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_defer_compaction), 1);
	ck_assert_uint_eq(zone->compact_defer_shift, 1);
	/* A background run does not ask for hints to be forgotten. */
	ck_assert(!zone->compact_blockskip_flush);
	/* Put off, the next time it does nothing. */
	test_forget_events();
	NODE_DATA(0)->kcompactd_max_order = 4;
	kcompactd(NODE_DATA(0));
	ck_assert_int_eq(test_count(TRACE_mm_compaction_deferred), 1);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_suitable), 0);
	/* And in a zone that counts as scanned whole, the failure is complete. */
	test_forget_events();
	zone->compact_init_migrate_pfn = zone->zone_start_pfn;
	NODE_DATA(0)->kcompactd_max_order = 4;
	kcompactd(NODE_DATA(0));
	ck_assert_int_eq(test_event(TRACE_mm_compaction_end, 0)->field[5], COMPACT_COMPLETE);
	ck_assert_uint_eq(zone->compact_defer_shift, 2);
}

TEST(kcompactd_drains_after_failure, "14-14")
{
	struct page *page;

	scene();
	page = test_page(zone, 0);
	for (unsigned long i = 0; i < 8192; i++)
		ClearPageFlag(test_page(zone, i), PG_lru);
	__free_pages(page, 0);
	ck_assert_int_eq(zone->pageset[0].pcp.count, 1);
	NODE_DATA(0)->kcompactd_max_order = 4;
	kcompactd(NODE_DATA(0));
	ck_assert_int_eq(zone->pageset[0].pcp.count, 0);
	ck_assert(PageBuddy(page));
}

TEST(kcompactd_contended_is_no_failure, "14-14")
{
	scene();
	/* 66 free pages in pieces; 64 more that it cannot use, and must not take: nowhere to go. */
	test_empty_zone(zone);
	for (unsigned long i = 0; i < 64; i++)
		test_free_block(test_page(zone, 4096 + 2 * i), 0, MIGRATE_RECLAIMABLE);
	for (unsigned long i = 0; i < 512; i++)
		ClearPageFlag(test_page(zone, i * 16), PG_lru);
	test_free_block(test_page(zone, 7168), 6, MIGRATE_HIGHATOMIC);
	SetPageFlag(test_page(zone, 1), PG_lru);
	zone->compact_cached_free_pfn = zone->zone_start_pfn + 7168;
	NODE_DATA(0)->kcompactd_max_order = 3;
	kcompactd(NODE_DATA(0));
	ck_assert_int_eq(test_event(TRACE_mm_compaction_end, 0)->field[5], COMPACT_CONTENDED);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_defer_compaction), 0);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_defer_reset), 0);
}

TEST(kcompactd_leaves_what_is_good_or_hopeless, "14-14")
{
	test_machine_zones(32);
	NODE_DATA(0)->kcompactd_max_order = 5;
	kcompactd(NODE_DATA(0));
	/* Each of the three zones has blocks; the fourth has no memory. */
	ck_assert_int_eq(test_count(TRACE_mm_compaction_suitable), 3);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_begin), 0);
	/* Only zones up to the one that was named; afterwards all of them again. */
	test_forget_events();
	NODE_DATA(0)->kcompactd_max_order = 5;
	NODE_DATA(0)->kcompactd_highest_zoneidx = ZONE_DMA32;
	kcompactd(NODE_DATA(0));
	ck_assert_int_eq(test_count(TRACE_mm_compaction_suitable), 2);
	ck_assert_int_eq(NODE_DATA(0)->kcompactd_highest_zoneidx, ZONE_NORMAL);
	/* A zone without memory is left out. */
	test_forget_events();
	NODE_DATA(0)->kcompactd_max_order = 5;
	NODE_DATA(0)->kcompactd_highest_zoneidx = ZONE_MOVABLE;
	kcompactd(NODE_DATA(0));
	ck_assert_int_eq(test_count(TRACE_mm_compaction_suitable), 3);
}

TEST(kcompactd_with_nothing_to_do_sleeps_on, "14-14")
{
	test_machine_uma(32);
	kcompactd(NODE_DATA(0));
	ck_assert_int_eq(test_count(TRACE_mm_compaction_kcompactd_wake), 0);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_kcompactd_sleep), 0);
	ck_assert(NODE_DATA(0)->kcompactd_waiting);
}

static const struct page *first_target;

/** Where the first page goes; while it goes, the thread does not wait. */
static bool note_target(struct page *from, struct page *to)
{
	ck_assert(!NODE_DATA(0)->kcompactd_waiting);
	if (!first_target)
		first_target = to;
	return scene_owner_is_told(from, to);
}

/*
 *  16 pages of a file in the first pageblock; free are blocks of 4 pages in the last, and single pages in the last but one.
 *  Expect: a search for free pages begins one order below the wanted one, so the first page goes into a block of 4; pages
 *  of files may be moved.
 */
TEST(kcompactd_searches_from_the_order_that_was_asked_for, "14-14")
{
	zone = scene_full();
	world->hooks.page_moved = note_target;
	for (unsigned long i = 0; i < 16; i++)
		scene_make_movable(test_page(zone, i), i);
	for (unsigned long i = 0; i < 8; i++)
		test_free_block(test_page(zone, 7680 + 8 * i), 2, MIGRATE_MOVABLE);
	for (unsigned long i = 0; i < 200; i++)
		test_free_block(test_page(zone, 7168 + 2 * i), 0, MIGRATE_MOVABLE);
	test_forget_events();
	NODE_DATA(0)->kcompactd_max_order = 3;
	kcompactd(NODE_DATA(0));
	ck_assert_ptr_nonnull(first_target);
	ck_assert_uint_ge(page_to_pfn(first_target) - zone->zone_start_pfn, 7680);
	ck_assert_uint_lt(page_to_pfn(first_target) - zone->zone_start_pfn, 7744);
	ck_assert(NODE_DATA(0)->kcompactd_waiting);
}

/*
 *  A block of order 3 and 4 more pages are free: 12, with marks of 11 and 30. Order 3 takes 7 off: 5 are not above 4.
 *  Expect: the min mark alone decides whether a block could be taken already; then there is nothing to do.
 */
TEST(kcompactd_is_content_with_a_block_above_min, "14-14")
{
	scene();
	test_empty_zone(zone);
	test_set_watermarks(zone, 4, 30, 40);
	test_free_block(test_page(zone, 4096), 3, MIGRATE_MOVABLE);
	for (unsigned long i = 0; i < 4; i++)
		test_free_block(test_page(zone, 2 * i), 0, MIGRATE_MOVABLE);
	NODE_DATA(0)->kcompactd_max_order = 3;
	kcompactd(NODE_DATA(0));
	ck_assert_str_eq(test_take_events(),
			 "mm_compaction_kcompactd_wake 0 3 0; mm_compaction_suitable 0 0 3 8; "
			 "mm_compaction_kcompactd_sleep 0");
	/* Nor is it woken for that; nor a zone put off by it. */
	wakeup_kcompactd(NODE_DATA(0), 3, ZONE_DMA);
	ck_assert_str_eq(test_take_events(), "mm_compaction_suitable 0 0 3 8");
	ck_assert(NODE_DATA(0)->kcompactd_waiting);
	ck_assert_uint_eq(zone->compact_defer_shift, 0);
	/* 4 pages of min more, and the block cannot be taken. */
	test_set_watermarks(zone, 5, 30, 40);
	wakeup_kcompactd(NODE_DATA(0), 3, ZONE_DMA);
	ck_assert_int_ne(test_event(TRACE_mm_compaction_suitable, 0)->field[3], COMPACT_SUCCESS);
}

/* What is kept back from higher requests is kept back from nobody here: each zone is judged by its own index. */
TEST(kcompactd_judges_a_zone_by_its_own_index, "14-14")
{
	scene();
	zone->lowmem_reserve[ZONE_DMA] = 0;
	zone->lowmem_reserve[ZONE_NORMAL] = 100000;
	NODE_DATA(0)->kcompactd_max_order = 4;
	NODE_DATA(0)->kcompactd_highest_zoneidx = ZONE_DMA;
	kcompactd(NODE_DATA(0));
	ck_assert_int_eq(test_count(TRACE_mm_compaction_begin), 1);
	/* Asked for up to Normal, it is refused by the second test, which is made for the request; that is no failure. */
	scene();
	zone->lowmem_reserve[ZONE_NORMAL] = 100000;
	NODE_DATA(0)->kcompactd_max_order = 4;
	NODE_DATA(0)->kcompactd_highest_zoneidx = ZONE_NORMAL;
	kcompactd(NODE_DATA(0));
	ck_assert_int_eq(test_event(TRACE_mm_compaction_suitable, 0)->field[3], COMPACT_CONTINUE);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_suitable, 1)->field[3], COMPACT_SKIPPED);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_begin), 0);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_defer_compaction), 0);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_defer_reset), 0);
}

TEST(kcompactd_success_does_not_end_a_delay, "14-14")
{
	scene();
	zone->compact_defer_shift = 2;
	zone->compact_considered = 3;
	zone->compact_order_failed = 4;
	NODE_DATA(0)->kcompactd_max_order = 4;
	kcompactd(NODE_DATA(0));
	ck_assert_int_eq(test_count(TRACE_mm_compaction_defer_reset), 1);
	ck_assert_uint_eq(zone->compact_defer_shift, 2);
	ck_assert_uint_eq(zone->compact_considered, 4);
	ck_assert_int_eq(zone->compact_order_failed, 5);
}

static int asked_again;

/** While kcompactd works, somebody asks for more, and for fewer zones. */
static bool asks_for_more(struct page *from, struct page *to)
{
	(void)from;
	(void)to;
	if (!asked_again++) {
		ck_assert_str_eq(current->comm, "kcompactd0");
		ck_assert(current->flags & PF_KTHREAD);
		NODE_DATA(0)->kcompactd_max_order = 6;
		NODE_DATA(0)->kcompactd_highest_zoneidx = -1;
	}
	return true;
}

TEST(kcompactd_asked_meanwhile_goes_on, "14-14 14-19")
{
	scene();
	world->hooks.page_moved = asks_for_more;
	ck_assert(daemons_start());
	wakeup_kcompactd(NODE_DATA(0), 3, ZONE_MOVABLE);
	ck_assert_int_eq(asked_again, 0);
	/* It runs when the running task offers the CPU, as a task of its own. */
	world_reschedule();
	ck_assert_str_eq(current->comm, "init");
	ck_assert_int_eq(test_count(TRACE_mm_compaction_kcompactd_wake), 2);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_kcompactd_wake, 1)->field[1], 6);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_kcompactd_wake, 1)->field[2], -1);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_begin), 1);
	ck_assert_int_eq(NODE_DATA(0)->kcompactd_max_order, 0);
	/* It says that it sleeps after each of the two, though the second begins at once: with no zone to look at, that
	 * is two events in a row. */
	ck_assert_int_eq(test_count(TRACE_mm_compaction_kcompactd_sleep), 2);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_kcompactd_wake, 1) -
				 test_event(TRACE_mm_compaction_kcompactd_sleep, 0),
			 1);
}

/** Write into every page of a file what only this page can hold. */
static void write_file(const struct list_head *list, const struct address_space *file)
{
	const struct list_head *entry;

	list_for_each(entry, list) {
		struct page *page = list_entry(entry, struct page, lru);

		if (page->mapping == file)
			scene_write(page, page->index);
	}
}

/** Every page of the file is on the list, with its bytes; returns how many. */
static unsigned long check_file(const struct list_head *list, const struct address_space *file)
{
	const struct list_head *entry;
	unsigned long pages = 0;

	list_for_each(entry, list) {
		const struct page *page = list_entry(entry, struct page, lru);

		ck_assert_ptr_eq(page->mapping, file);
		ck_assert(PageFlag(page, PG_lru));
		scene_check(page, page->index);
		pages++;
	}
	return pages;
}

/*
 *  Two files fill memory, page by page in turn; then one of them is dropped.
 *  Expect: half of memory is free, in single pages. After compaction on request there are huge pages,
 *  and no page of the other file is lost or reclaimed.
 */
TEST(live_machine_cures_fragmentation_of_its_page_cache, "16-9")
{
	struct list_head *list;
	struct address_space *kept, *dropped;
	unsigned long pages;
	struct page *page;

	test_machine_uma(64);
	ck_assert(daemons_start());
	zone = test_zone(0, ZONE_DMA);
	kept = address_space_new("kept", false);
	dropped = address_space_new("dropped", false);
	while (page_cache_add(kept, GFP_NOWAIT | __GFP_MOVABLE) &&
	       page_cache_add(dropped, GFP_NOWAIT | __GFP_MOVABLE))
		;
	lru_add_drain();
	list = &NODE_DATA(0)->lruvec.lists[LRU_INACTIVE_FILE];
	lru_add_drain();
	write_file(list, kept);
	address_space_release(dropped);
	drain_all_pages(NULL);
	pages = kept->nrpages;
	ck_assert_uint_eq(check_file(list, kept), pages);
	ck_assert_uint_gt(pages, 6000);
	ck_assert_uint_eq(zone->free_area[9].nr_free + zone->free_area[10].nr_free, 0);

	ck_assert_ptr_null(alloc_pages(GFP_NOWAIT | __GFP_MOVABLE, 9));
	compact_node(NODE_DATA(0));
	lru_add_drain_all();
	drain_all_pages(NULL);
	ck_assert_uint_gt(zone->free_area[9].nr_free + zone->free_area[10].nr_free, 4);
	page = alloc_pages(GFP_NOWAIT | __GFP_MOVABLE, 9);
	ck_assert_ptr_nonnull(page);
	ck_assert_uint_eq(kept->nrpages, pages);
	lru_add_drain();
	ck_assert_uint_eq(check_file(list, kept), pages);
	ck_assert_int_eq(test_node_count(NR_INACTIVE_FILE), pages);
	ck_assert_int_eq(test_node_count(NR_ISOLATED_FILE), 0);
	test_check_lists();
}

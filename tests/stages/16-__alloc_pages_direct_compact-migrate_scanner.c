/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 16: the scanner of pages in use, and its fast start.
 */
#include "compaction-scenes.h"
#include "gfp.h"
#include "gfp_zones.h"
#include "life/life.h"
#include "machines.h"

/* ---- the scanner of pages in use ---- */

static void expect_scan(unsigned long start, unsigned long end, int scanned, int taken)
{
	const struct trace_event *event = test_last_event(TRACE_mm_compaction_isolate_migratepages);

	ck_assert_int_eq(event->field[0], (s64)(TEST_DRAM_PFN + start));
	ck_assert_int_eq(event->field[1], (s64)(TEST_DRAM_PFN + end));
	ck_assert_int_eq(event->field[2], scanned);
	ck_assert_int_eq(event->field[3], taken);
}

/*
 *  pfn  0-3   4-7       8       9       10    11    12    13     14     15
 *       free  compound  kernel  driver  anon  anon  anon  wback  dirty  clean
 *                                       held        swap
 */
static struct zone *scene_kinds(void)
{
	struct zone *zone = scene_full();

	test_free_block(test_page(zone, 0), 2, MIGRATE_MOVABLE);
	prep_compound_page(test_page(zone, 4), 2);
	test_page(zone, 9)->mapping = (void *)((unsigned long)&scene_file | 2);
	for (unsigned long i = 10; i < 16; i++)
		scene_make_movable(test_page(zone, i), i);
	for (unsigned long i = 10; i < 13; i++) {
		struct page *page = test_page(zone, i);

		page->mapping = (void *)((unsigned long)&scene_file | PAGE_MAPPING_ANON);
		page->_mapcount = 0;
		SetPageFlag(page, PG_swapbacked);
	}
	set_page_count(test_page(zone, 10), 2);
	SetPageFlag(test_page(zone, 12), PG_swapcache);
	set_page_count(test_page(zone, 12), 2);
	SetPageFlag(test_page(zone, 13), PG_writeback);
	SetPageFlag(test_page(zone, 14), PG_dirty);
	test_forget_events();
	return zone;
}

static bool dirty_stays(const struct page *page)
{
	ck_assert(PageFlag(page, PG_dirty));
	return false;
}

TEST(isolate_every_kind_of_page, "16-7")
{
	static const enum migrate_mode modes[] = { MIGRATE_ASYNC, MIGRATE_SYNC_LIGHT,
						   MIGRATE_SYNC };

	for (int i = 0; i < 3; i++) {
		struct zone *zone = scene_kinds();
		struct compact_control *cc = scene_run_on(zone, modes[i]);

		cc->direct_compaction = false;
		world->hooks.dirty_page_movable = dirty_stays;
		ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_SUCCESS);
		ck_assert(!scene_holds(test_page(zone, 0)));
		ck_assert(!scene_holds(test_page(zone, 4)) && !scene_holds(test_page(zone, 5)));
		ck_assert(!scene_holds(test_page(zone, 8)));
		ck_assert(scene_holds(test_page(zone, 9)));
		ck_assert(!scene_holds(test_page(zone, 10)));
		ck_assert(scene_holds(test_page(zone, 11)));
		ck_assert(scene_holds(test_page(zone, 12)));
		/* Waiting for the disk is for compaction on request only. */
		ck_assert_int_eq(scene_holds(test_page(zone, 13)), modes[i] == MIGRATE_SYNC);
		ck_assert_int_eq(scene_holds(test_page(zone, 14)), modes[i] == MIGRATE_SYNC);
		ck_assert(scene_holds(test_page(zone, 15)));
		ck_assert(!PageFlag(test_page(zone, 15), PG_lru));
		ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_ANON), 2);
		ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_FILE),
				  modes[i] == MIGRATE_SYNC ? 3 : 1);
		/* 1 for the free block and 1 for the compound one, the rest one by one. */
		expect_scan(0, BLOCK, (int)BLOCK - 6, (int)cc->nr_migratepages);

		putback_movable_pages(cc);
		ck_assert_uint_eq(cc->nr_migratepages, 0);
		ck_assert(PageFlag(test_page(zone, 15), PG_lru));
		ck_assert(!PageFlag(test_page(zone, 9), PG_lru));
		ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_ANON), 0);
		ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_FILE), 0);
		machine_free(world);
	}
}

static bool dirty_goes(const struct page *page)
{
	return PageFlag(page, PG_dirty);
}

TEST(isolate_dirty_page_its_owner_can_move, "16-7")
{
	struct zone *zone = scene_kinds();

	world->hooks.dirty_page_movable = dirty_goes;
	isolate_migratepages(scene_run_on(zone, MIGRATE_SYNC_LIGHT));
	ck_assert(scene_holds(test_page(zone, 14)));
}

TEST(isolate_dirty_page_that_can_be_moved, "16-7")
{
	struct zone *zone = scene_kinds();

	isolate_migratepages(scene_run_on(zone, MIGRATE_SYNC_LIGHT));
	ck_assert(scene_holds(test_page(zone, 14)));
	ck_assert(!scene_holds(test_page(zone, 13)));
}

TEST(isolate_without_file_systems_only_what_has_no_mapping, "16-7")
{
	struct zone *zone = scene_kinds();
	struct compact_control *cc = scene_run_on(zone, MIGRATE_SYNC_LIGHT);

	cc->gfp_mask &= ~__GFP_FS;
	isolate_migratepages(cc);
	ck_assert(scene_holds(test_page(zone, 11)));
	ck_assert(!scene_holds(test_page(zone, 12)));
	ck_assert(!scene_holds(test_page(zone, 15)));
}

TEST(isolate_stops_at_a_batch_and_goes_on_there, "16-7")
{
	struct zone *zone = scene_checkered();
	struct compact_control *cc = scene_run_on(zone, MIGRATE_SYNC_LIGHT);

	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_SUCCESS);
	ck_assert_uint_eq(cc->nr_migratepages, 32);
	expect_scan(0, 63, 63, 32);
	ck_assert_uint_eq(cc->migrate_pfn, TEST_DRAM_PFN + 63);
	putback_movable_pages(cc);
	/* A pageblock that was begun before is finished, however many there are. */
	cc->rescan = true;
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_SUCCESS);
	ck_assert_uint_eq(cc->nr_migratepages, 256 - 32);
	expect_scan(63, BLOCK, BLOCK - 63, 256 - 32);
	putback_movable_pages(cc);
	/* Its start was not seen this time: no mark, but the next run begins after it. */
	ck_assert(!get_pageblock_skip(TEST_DRAM_PFN));
	ck_assert_uint_eq(zone->compact_cached_migrate_pfn[0], TEST_DRAM_PFN + BLOCK);
	/* From its start on, it gets the mark although there was much to move. */
	cc->migrate_pfn = TEST_DRAM_PFN + BLOCK;
	isolate_migratepages(cc);
	ck_assert_uint_eq(cc->nr_migratepages, 256);
	ck_assert(get_pageblock_skip(TEST_DRAM_PFN + BLOCK));
	putback_movable_pages(cc);
}

/*
 *  order 3:   M M M K M M M M | M M M M . . . . | ...        M movable, K not, . free
 *  Expect: the first block is spoilt, the second is taken and ends the walk.
 */
TEST(isolate_async_spoilt_block_is_given_up, "16-8")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = scene_run_on(zone, MIGRATE_ASYNC);

	for (unsigned long i = 0; i < 12; i++)
		if (i != 3)
			scene_make_movable(test_page(zone, i), i);
	test_free_block(test_page(zone, 12), 2, MIGRATE_MOVABLE);
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_SUCCESS);
	ck_assert_uint_eq(cc->nr_migratepages, 4);
	ck_assert(scene_holds(test_page(zone, 8)) && !scene_holds(test_page(zone, 0)));
	ck_assert(PageFlag(test_page(zone, 0), PG_lru));
	ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_FILE), 4);
	/* Four pages of the first block, four and a free one of the second. */
	expect_scan(0, 16, 9, 4);
	putback_movable_pages(cc);
}

/*
 *  order 3:   - - - - - - - K K K K K K K K K | . . . . . . . . | M     - free, order 2 + 1 + 0
 *  A failure after the end of its block (a compound one reaches further) moves nothing back.
 */
TEST(isolate_async_failure_beyond_its_block, "16-8")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = scene_run_on(zone, MIGRATE_ASYNC);

	prep_compound_page(test_page(zone, 0), 4);
	scene_make_movable(test_page(zone, 16), 16);
	for (unsigned long i = 17; i < 24; i++)
		test_free_block(test_page(zone, i), 0, MIGRATE_MOVABLE);
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_SUCCESS);
	ck_assert_uint_eq(cc->nr_migratepages, 1);
	expect_scan(0, 24, 9, 1);
	putback_movable_pages(cc);
}

TEST(isolate_async_background_has_no_strict_rule, "16-8")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = scene_run_on(zone, MIGRATE_ASYNC);

	cc->direct_compaction = false;
	for (unsigned long i = 0; i < 16; i += 2)
		scene_make_movable(test_page(zone, i), i);
	isolate_migratepages(cc);
	ck_assert_uint_eq(cc->nr_migratepages, 8);
	putback_movable_pages(cc);
}

TEST(isolate_marked_pageblocks_are_passed_by, "16-12")
{
	struct zone *zone = scene_checkered();
	struct compact_control *cc = scene_run_on(zone, MIGRATE_SYNC_LIGHT);

	set_pageblock_skip(TEST_DRAM_PFN);
	isolate_migratepages(cc);
	expect_scan(BLOCK, BLOCK + 63, 63, 32);
	putback_movable_pages(cc);
	/* Full effort does not care. */
	cc = scene_run_on(zone, MIGRATE_SYNC_LIGHT);
	cc->ignore_skip_hint = true;
	isolate_migratepages(cc);
	expect_scan(0, 63, 63, 32);
	putback_movable_pages(cc);
}

TEST(isolate_marks_a_pageblock_without_anything, "16-12")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = scene_run_on(zone, MIGRATE_ASYNC);

	scene_make_movable(test_page(zone, 2 * BLOCK), 0);
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_NONE);
	ck_assert(get_pageblock_skip(TEST_DRAM_PFN));
	/* A run that does not wait moves its own start only. */
	ck_assert_uint_eq(zone->compact_cached_migrate_pfn[0], TEST_DRAM_PFN + BLOCK);
	ck_assert_uint_eq(zone->compact_cached_migrate_pfn[1], 0);
	cc->mode = MIGRATE_SYNC_LIGHT;
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_NONE);
	ck_assert_uint_eq(zone->compact_cached_migrate_pfn[1], TEST_DRAM_PFN + 2 * BLOCK);
	/* With something found, nothing of the kind. */
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_SUCCESS);
	ck_assert(!get_pageblock_skip(TEST_DRAM_PFN + 2 * BLOCK));
	ck_assert_uint_eq(zone->compact_cached_migrate_pfn[1], TEST_DRAM_PFN + 2 * BLOCK);
	putback_movable_pages(cc);
}

TEST(isolate_never_beyond_the_free_scanner, "")
{
	struct zone *zone = scene_checkered();
	struct compact_control *cc = scene_run_on(zone, MIGRATE_SYNC_LIGHT);

	cc->free_pfn = cc->migrate_pfn + BLOCK - 1;
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_NONE);
	ck_assert_int_eq(test_events(), 0);
}

TEST(isolate_unsuitable_sources_advance_the_start, "16-8")
{
	struct zone *zone = scene_checkered();
	struct compact_control *cc = scene_run_on(zone, MIGRATE_ASYNC);

	/* Async and direct: only pageblocks of the request's type, CMA too if that is movable. */
	set_pageblock_migratetype(test_page(zone, 0), MIGRATE_UNMOVABLE);
	set_pageblock_migratetype(test_page(zone, BLOCK), MIGRATE_CMA);
	isolate_migratepages(cc);
	ck_assert_uint_eq(zone->compact_cached_migrate_pfn[0], TEST_DRAM_PFN + BLOCK);
	ck_assert(!get_pageblock_skip(TEST_DRAM_PFN));
	ck_assert_uint_eq(pageblock_start_pfn(cc->migrate_pfn), TEST_DRAM_PFN + BLOCK);

	cc = scene_run_on(zone, MIGRATE_ASYNC);
	cc->migratetype = MIGRATE_UNMOVABLE;
	set_pageblock_migratetype(test_page(zone, 0), MIGRATE_MOVABLE);
	set_pageblock_migratetype(test_page(zone, 2 * BLOCK), MIGRATE_UNMOVABLE);
	isolate_migratepages(cc);
	ck_assert_uint_eq(pageblock_start_pfn(cc->migrate_pfn), TEST_DRAM_PFN + 2 * BLOCK);

	/* Who waits, or works in the background, takes pageblocks of any type. */
	cc = scene_run_on(zone, MIGRATE_SYNC_LIGHT);
	cc->migratetype = MIGRATE_UNMOVABLE;
	isolate_migratepages(cc);
	ck_assert_uint_eq(pageblock_start_pfn(cc->migrate_pfn), TEST_DRAM_PFN);
	putback_movable_pages(cc);
	cc = scene_run_on(zone, MIGRATE_ASYNC);
	cc->direct_compaction = false;
	cc->migratetype = MIGRATE_UNMOVABLE;
	isolate_migratepages(cc);
	ck_assert_uint_eq(pageblock_start_pfn(cc->migrate_pfn), TEST_DRAM_PFN);
	putback_movable_pages(cc);
}

TEST(isolate_huge_pages_are_no_source, "")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = scene_run_on(zone, MIGRATE_SYNC_LIGHT);

	/* One of order 10, whose second pageblock begins with a later page, and one of order 9. */
	prep_compound_page(test_page(zone, 0), 10);
	prep_compound_page(test_page(zone, 2 * BLOCK), 9);
	scene_make_movable(test_page(zone, 3 * BLOCK), 0);
	isolate_migratepages(cc);
	expect_scan(3 * BLOCK, 4 * BLOCK, BLOCK, 1);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_isolate_migratepages), 1);
	putback_movable_pages(cc);
}

TEST(isolate_free_block_reaches_beyond_its_pageblock, "")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = scene_run_on(zone, MIGRATE_SYNC_LIGHT);

	test_free_block(test_page(zone, 0), 10, MIGRATE_MOVABLE);
	isolate_migratepages(cc);
	expect_scan(0, BLOCK, 1, 0);
	ck_assert_uint_eq(cc->migrate_pfn, TEST_DRAM_PFN + BLOCK);
}

TEST(isolate_waits_while_too_many_are_isolated, "")
{
	struct zone *zone = scene_checkered();
	struct compact_control *cc = scene_run_on(zone, MIGRATE_ASYNC);
	unsigned long listed = SCENE_PAGES / 2, before = world->jiffies;

	/* Half as many as are listed are not too many yet. */
	mod_node_page_state(NODE_DATA(0), NR_ISOLATED_ANON, (long)listed / 2);
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_SUCCESS);
	putback_movable_pages(cc);
	mod_node_page_state(NODE_DATA(0), NR_ISOLATED_ANON, 1);
	cc = scene_run_on(zone, MIGRATE_ASYNC);
	test_forget_events();
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_ABORT);
	ck_assert_int_eq(test_events(), 0);
	ck_assert_uint_eq(world->jiffies, before);
	/* Who may wait, waits; a tenth of a second at a time, ten seconds at most (ours). */
	cc->mode = MIGRATE_SYNC_LIGHT;
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_SUCCESS);
	putback_movable_pages(cc);
	ck_assert_uint_eq(world->jiffies, before + 10 * HZ);
	/* Unless he is to die. */
	current->fatal_signal_pending = true;
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_ABORT);
	ck_assert_uint_eq(world->jiffies, before + 10 * HZ + HZ / 10);
}

TEST(isolate_gives_up_for_a_fatal_signal, "16-6 13-15")
{
	struct zone *zone = scene_checkered();
	struct compact_control *cc = scene_run_on(zone, MIGRATE_SYNC_LIGHT);

	/* Tested at every 32nd page: this one begins between two tests. */
	cc->migrate_pfn++;
	current->fatal_signal_pending = true;
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_ABORT);
	ck_assert_uint_eq(cc->nr_migratepages, 15);
	ck_assert(cc->contended);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_isolate_migratepages), 0);
	putback_movable_pages(cc);
}

TEST(isolate_passes_holes, "")
{
	struct zone *zone;
	struct compact_control *cc;

	/* DMA ends in a hole: its first 16 MiB exist, the rest up to 2 GiB does not. */
	test_machine_zones(16);
	zone = test_zone(0, ZONE_DMA);
	test_empty_zone(zone);
	cc = scene_run_on(zone, MIGRATE_SYNC_LIGHT);
	cc->migrate_pfn = TEST_DRAM_PFN + 4096;
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_NONE);
	ck_assert_int_eq(test_events(), 0);
	ck_assert_uint_ge(cc->migrate_pfn, cc->free_pfn);
}

/*
 *  order 6 in the third pageblock:  exists | exists, half of it M | hole | ...
 */
TEST(isolate_hole_counts_as_a_failure, "")
{
	struct zone *zone = scene_ragged();
	struct compact_control *cc = scene_run_on(zone, MIGRATE_ASYNC);

	cc->order = cc->search_order = 6;
	cc->ignore_skip_hint = true;
	/* The pageblock's frames 384 to 447 are a hole. The block before it is spoilt by its frames
	 * in use, the one after it can be emptied. */
	cc->migrate_pfn = TEST_DRAM_PFN + 4 * 256;
	ck_assert(!pfn_valid(cc->migrate_pfn + 384) && pfn_valid(cc->migrate_pfn + 448));
	for (unsigned long i = 448; i < 512; i++)
		SetPageFlag(pfn_to_page(cc->migrate_pfn + i), PG_lru);
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_SUCCESS);
	ck_assert_uint_eq(cc->nr_migratepages, 32);
	/* One frame looked at in each block of 64 that is spoilt at once; none in the hole. */
	ck_assert_int_eq(test_last_event(TRACE_mm_compaction_isolate_migratepages)->field[2],
			 6 + 32);
	putback_movable_pages(cc);
	/* At the zone's end, a pageblock that ends in the middle still is one. */
	ck_assert_ptr_eq(pageblock_page(zone, TEST_DRAM_PFN + 8 * 256),
			 pfn_to_page(TEST_DRAM_PFN + 8 * 256));
	/* At its start, one that begins before it is looked at from there on. */
	ck_assert_ptr_eq(pageblock_page(zone, TEST_DRAM_PFN), pfn_to_page(TEST_DRAM_PFN + 256));
}

TEST(pageblock_with_a_hole_at_either_end, "")
{
	static struct boot_spec spec;
	const struct zone *zone;

	/* 16 to 18 MiB ends in a hole, 18 to 20 is one, 20 to 22 begins with one. */
	spec = (struct boot_spec){ .nr_cpus = 1, .nr_memory = 2 };
	spec.memory[0] = (struct boot_range){ TEST_DRAM, 17 * MIB, 0, false };
	spec.memory[1] = (struct boot_range){ TEST_DRAM + 21 * MIB, 4 * MIB, 0, false };
	test_machine_boot(&spec);
	zone = test_zone(0, ZONE_DMA);
	ck_assert_ptr_nonnull(pageblock_page(zone, TEST_DRAM_PFN + 14 * 256));
	ck_assert_ptr_null(pageblock_page(zone, TEST_DRAM_PFN + 16 * 256));
	ck_assert_ptr_null(pageblock_page(zone, TEST_DRAM_PFN + 18 * 256));
	ck_assert_ptr_null(pageblock_page(zone, TEST_DRAM_PFN + 20 * 256));
	ck_assert_ptr_nonnull(pageblock_page(zone, TEST_DRAM_PFN + 22 * 256));
}

#ifdef CONFIG_NUMA
TEST(pageblock_of_another_node_is_left_alone, "")
{
	static struct boot_spec spec;
	const struct zone *zone;

	/* Node 1 lies inside the span of node 0's zone, its ends in the middle of pageblocks. */
	spec = (struct boot_spec){ .nr_cpus = 1, .nr_memory = 3 };
	spec.memory[0] = (struct boot_range){ TEST_DRAM, 17 * MIB, 0, false };
	spec.memory[1] = (struct boot_range){ TEST_DRAM + 17 * MIB, 4 * MIB, 1, false };
	spec.memory[2] = (struct boot_range){ TEST_DRAM + 21 * MIB, 5 * MIB, 0, false };
	test_machine_boot(&spec);
	zone = test_zone(0, ZONE_DMA);
	ck_assert_ptr_nonnull(pageblock_page(zone, TEST_DRAM_PFN + 14 * 256));
	ck_assert_ptr_null(pageblock_page(zone, TEST_DRAM_PFN + 16 * 256));
	ck_assert_ptr_null(pageblock_page(zone, TEST_DRAM_PFN + 18 * 256));
	ck_assert_ptr_null(pageblock_page(zone, TEST_DRAM_PFN + 20 * 256));
	ck_assert_ptr_nonnull(pageblock_page(zone, TEST_DRAM_PFN + 22 * 256));
}
#endif

/* ---- the fast start ---- */

/** A zone full of pages that cannot be moved, and a run for order 6. */
static struct compact_control *fast_run(void)
{
	struct compact_control *cc = scene_run_on(scene_full(), MIGRATE_SYNC_LIGHT);

	cc->order = 6;
	cc->search_order = 6;
	return cc;
}

/*
 *  Free blocks of order 4 in the pageblocks 9 (beyond the middle) and 5.
 *  Expect: pageblock 5 is found, marked, and therefore left again at once.
 */
TEST(fast_start_finds_a_pageblock_and_marks_it, "16-12")
{
	struct compact_control *cc = fast_run();
	struct zone *zone = cc->zone;

	test_free_block(test_page(zone, 5 * BLOCK + 32), 4, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 9 * BLOCK), 4, MIGRATE_MOVABLE);
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_NONE);
	expect_scan(5 * BLOCK, 6 * BLOCK, 1, 0);
	ck_assert(get_pageblock_skip(TEST_DRAM_PFN + 5 * BLOCK));
	ck_assert(!get_pageblock_skip(TEST_DRAM_PFN + 9 * BLOCK));
	ck_assert_uint_eq(cc->fast_search_fail, 0);
	/* What was looked at went to the tail; here that is everything. */
	test_expect_list(zone, 4, MIGRATE_MOVABLE, "41200 40a20");
	/* Not found a second time, since it is marked: the scanner goes on where it is. */
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_NONE);
	ck_assert_uint_eq(cc->fast_search_fail, 1);
	expect_scan(6 * BLOCK, 7 * BLOCK, BLOCK, 0);
}

TEST(fast_start_rotates_the_list, "")
{
	struct compact_control *cc = fast_run();
	struct zone *zone = cc->zone;

	for (unsigned long i = 4; i > 0; i--)
		test_free_block(test_page(zone, (i == 2 ? i : i + 8) * BLOCK), 3, MIGRATE_MOVABLE);
	test_expect_list(zone, 3, MIGRATE_MOVABLE, "41200 40400 41600 41800");
	isolate_migratepages(cc);
	test_expect_list(zone, 3, MIGRATE_MOVABLE, "41600 41800 41200 40400");
}

TEST(fast_start_looks_at_few_entries, "")
{
	struct compact_control *cc = fast_run();
	struct zone *zone = cc->zone;

	/* 40 blocks too high up, and a good one after them; order 3 is not even looked at. */
	test_free_block(test_page(zone, 3 * BLOCK), 3, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 2 * BLOCK), 4, MIGRATE_MOVABLE);
	for (unsigned long i = 0; i < 40; i++)
		test_free_block(test_page(zone, 10 * BLOCK + 16 * i), 4, MIGRATE_MOVABLE);
	/* 33 entries are looked at, and go to the tail. */
	isolate_migratepages(cc);
	ck_assert_uint_eq(cc->fast_search_fail, 1);
	expect_scan(0, BLOCK, BLOCK, 0);
	ck_assert_ptr_eq(get_page_from_free_area(&zone->free_area[4], MIGRATE_MOVABLE),
			 test_page(zone, 10 * BLOCK + 16 * 6));
	/* After a failure 17, and now the good one is among them. */
	cc->migrate_pfn = TEST_DRAM_PFN;
	isolate_migratepages(cc);
	expect_scan(2 * BLOCK, 3 * BLOCK, 1, 0);
	/* After many, one. */
	cc->fast_search_fail = 40;
	cc->migrate_pfn = TEST_DRAM_PFN;
	isolate_migratepages(cc);
	ck_assert_uint_eq(cc->fast_search_fail, 41);
}

TEST(fast_start_goes_an_eighth_from_elsewhere, "")
{
	struct compact_control *cc = fast_run();
	struct zone *zone = cc->zone;

	/* From pageblock 3, with the free scanner in 15: 12 blocks, an eighth of them ends in 4. */
	cc->migrate_pfn += 3 * BLOCK;
	test_free_block(test_page(zone, 4 * BLOCK), 5, MIGRATE_MOVABLE);
	isolate_migratepages(cc);
	expect_scan(3 * BLOCK, 4 * BLOCK, BLOCK, 0);
	/* Below is good too: the scanner goes back. */
	cc->migrate_pfn = TEST_DRAM_PFN + 6 * BLOCK;
	isolate_migratepages(cc);
	expect_scan(4 * BLOCK, 5 * BLOCK, 1, 0);
}

TEST(fast_start_only_where_it_is_allowed, "")
{
	static const struct {
		int order;
		unsigned long offset;
		bool ignore, direct;
		int type;
		bool fast;
		unsigned long block; /* that has a free block */
	} row[] = {
		{ 6, 0, false, true, MIGRATE_MOVABLE, true, 2 },
		{ 6, BLOCK, false, true, MIGRATE_MOVABLE, true, 0 },
		{ 4, 0, false, true, MIGRATE_MOVABLE, true, 2 },
		{ 3, 0, false, true, MIGRATE_MOVABLE, false, 2 },
		{ 6, 64, false, true, MIGRATE_MOVABLE, false, 2 },
		{ 6, 0, true, true, MIGRATE_MOVABLE, false, 2 },
		{ 6, 0, false, true, MIGRATE_UNMOVABLE, false, 2 },
		{ 6, 0, false, false, MIGRATE_UNMOVABLE, true, 2 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		struct compact_control *cc = fast_run();
		struct zone *zone = cc->zone;

		test_free_block(test_page(zone, row[i].block * BLOCK), 3, MIGRATE_MOVABLE);
		cc->order = cc->search_order = row[i].order;
		cc->migrate_pfn += row[i].offset;
		cc->ignore_skip_hint = row[i].ignore;
		cc->direct_compaction = row[i].direct;
		cc->migratetype = row[i].type;
		isolate_migratepages(cc);
		ck_assert_msg(get_pageblock_skip(TEST_DRAM_PFN + row[i].block * BLOCK) ==
				      row[i].fast,
			      "row %zu", i);
		machine_free(world);
	}
}

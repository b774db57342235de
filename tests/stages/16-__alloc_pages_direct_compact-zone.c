/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 16: a run on one zone from its start positions to its end, the block it catches, the hints it forgets.
 */
#include "compaction-scenes.h"
#include "gfp.h"
#include "gfp_zones.h"
#include "life/life.h"
#include "machines.h"

/* ---- capture ---- */

TEST(capture_every_condition, "16-11")
{
	static const struct {
		const char *what;
		unsigned int order;
		int type;
		bool caught;
	} row[] = {
		{ "the block that is waited for", 4, MIGRATE_UNMOVABLE, true },
		{ "reclaimable", 4, MIGRATE_RECLAIMABLE, true },
		{ "highatomic", 4, MIGRATE_HIGHATOMIC, true },
		{ "another order", 3, MIGRATE_UNMOVABLE, false },
		{ "CMA", 4, MIGRATE_CMA, false },
		{ "isolated", 4, MIGRATE_ISOLATE, false },
		{ "part of a movable pageblock", 4, MIGRATE_MOVABLE, false },
		{ "a whole movable pageblock", 9, MIGRATE_MOVABLE, true },
		{ "a whole CMA pageblock", 9, MIGRATE_CMA, false },
	};
	struct zone *zone;
	struct compact_control *cc;
	struct page *page;

	test_machine_zones(32);
	zone = test_zone(0, ZONE_DMA);
	cc = scene_run_on(zone, MIGRATE_SYNC_LIGHT);
	page = test_page(zone, 0);
	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		struct capture_control capc = { .cc = cc };

		cc->order = row[i].order == 9 ? 9 : 4;
		ck_assert_msg(compaction_capture(&capc, page, row[i].order, row[i].type) ==
				      row[i].caught,
			      "%s", row[i].what);
		ck_assert_ptr_eq(capc.page, row[i].caught ? page : NULL);
		/* One is enough. */
		if (row[i].caught)
			ck_assert(!compaction_capture(&capc, page, row[i].order, row[i].type));
	}
}

TEST(capture_not_from_another_zone_nor_for_a_kernel_thread, "16-11 13-15")
{
	struct compact_control *cc;
	struct capture_control capc;

	test_machine_zones(32);
	cc = scene_run_on(test_zone(0, ZONE_DMA), MIGRATE_SYNC_LIGHT);
	cc->order = 4;
	capc = (struct capture_control){ .cc = cc };
	ck_assert(!compaction_capture(&capc, test_page(test_zone(0, ZONE_NORMAL), 0), 4, 0));
	current->flags |= PF_KTHREAD;
	ck_assert(!compaction_capture(&capc, test_page(test_zone(0, ZONE_DMA), 0), 4, 0));
	current->flags &= ~PF_KTHREAD;
	ck_assert(compaction_capture(&capc, test_page(test_zone(0, ZONE_DMA), 0), 4, 0));
}

/** Free a block while the task waits for one of this order. Returns what was caught. */
static struct page *free_while_waiting(struct zone *zone, struct page *page, unsigned int order,
				       int wanted)
{
	struct compact_control *cc = scene_run_on(zone, MIGRATE_SYNC_LIGHT);
	struct capture_control capc = { .cc = cc };

	cc->order = wanted;
	for (unsigned long i = 1; i < 1ul << order; i++)
		set_page_count(page + i, 0);
	current->capture_control = &capc;
	__free_pages(page, order);
	current->capture_control = NULL;
	return capc.page;
}

TEST(capture_before_each_step_of_merging, "16-11")
{
	struct zone *zone = scene_full();
	long free;

	/* Freed with order 2, its buddy is free: at order 3 it is what is waited for. */
	test_set_pageblocks(zone, MIGRATE_UNMOVABLE);
	test_free_block(test_page(zone, 4), 2, MIGRATE_UNMOVABLE);
	free = test_free_pages(zone);
	ck_assert_ptr_eq(free_while_waiting(zone, test_page(zone, 0), 2, 3), test_page(zone, 0));
	/* Both halves are out of the lists and out of the count. */
	ck_assert_int_eq(test_free_pages(zone), free - 4);
	ck_assert_uint_eq(zone->free_area[2].nr_free + zone->free_area[3].nr_free, 0);
	test_check_lists();
	/* Order 9 is caught as well; 10 never is: nothing is tested after the last merge. */
	ck_assert_ptr_eq(free_while_waiting(zone, test_page(zone, 2 * BLOCK), 9, 9),
			 test_page(zone, 2 * BLOCK));
	ck_assert_ptr_null(free_while_waiting(zone, test_page(zone, 4 * BLOCK), 10, 10));
	ck_assert_uint_eq(zone->free_area[10].nr_free, 1);
	test_check_lists();
}

/* ---- the run on one zone ---- */

static struct compact_control *zone_run(struct zone *zone, int order, gfp_t gfp_mask,
					enum migrate_mode mode)
{
	struct compact_control *cc = scene_run_on(zone, mode);

	cc->order = cc->search_order = order;
	cc->gfp_mask = gfp_mask;
	return cc;
}

TEST(compact_zone_not_suitable, "16-6")
{
	struct zone *zone = scene_full();

	ck_assert_int_eq(compact_zone(zone_run(zone, 3, GFP_KERNEL, MIGRATE_ASYNC), NULL),
			 COMPACT_SKIPPED);
	test_free_block(test_page(zone, 0), 10, MIGRATE_MOVABLE);
	ck_assert_int_eq(compact_zone(zone_run(zone, 3, GFP_KERNEL, MIGRATE_ASYNC), NULL),
			 COMPACT_SUCCESS);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_begin), 0);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_suitable), 2);
}

/*
 *  where a run begins; the zone begins at PFN 0x40000, its last pageblock at 0x41e00
 */
TEST(compact_zone_start_positions, "16-5")
{
	const unsigned long start = TEST_DRAM_PFN, last = TEST_DRAM_PFN + 15 * BLOCK;
	const struct {
		enum migrate_mode mode;
		bool whole;
		unsigned long cached_async, cached_sync, cached_free, init;
		unsigned long migrate, free;
		enum compact_result result;
	} row[] = {
		/* Never set: the ends, and all of it counts as scanned only with full effort. */
		{ MIGRATE_ASYNC, false, 0, 0, 0, 0, start, last, COMPACT_PARTIAL_SKIPPED },
		{ MIGRATE_ASYNC, true, 0, 0, 0, 0, start, last, COMPACT_COMPLETE },
		/* Each mode has its own position. */
		{ MIGRATE_ASYNC, false, start + BLOCK, start + 64, last - BLOCK, 0, start + BLOCK,
		  last - BLOCK, COMPACT_PARTIAL_SKIPPED },
		{ MIGRATE_SYNC_LIGHT, false, start + BLOCK, start + 64, last - BLOCK, 0, start + 64,
		  last - BLOCK, COMPACT_PARTIAL_SKIPPED },
		/* Positions outside the zone are replaced. */
		{ MIGRATE_SYNC_LIGHT, false, start, last + BLOCK, last + BLOCK, 0, start, last,
		  COMPACT_PARTIAL_SKIPPED },
		{ MIGRATE_SYNC_LIGHT, false, start - 1, start - 1, start - 1, 0, start, last,
		  COMPACT_PARTIAL_SKIPPED },
		/* At or below the first position that makes sense: the whole zone. */
		{ MIGRATE_SYNC_LIGHT, false, start + 64, start + 64, last, start + 64, start + 64,
		  last, COMPACT_COMPLETE },
		{ MIGRATE_SYNC_LIGHT, false, start + 64, start + 65, last, start + 64, start + 65,
		  last, COMPACT_PARTIAL_SKIPPED },
		/* Full effort takes no notice of all that. */
		{ MIGRATE_SYNC_LIGHT, true, start + BLOCK, start + 64, last - BLOCK, 0, start, last,
		  COMPACT_COMPLETE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		struct zone *zone = scene_full();
		struct compact_control *cc = zone_run(zone, 3, GFP_KERNEL, row[i].mode);

		/* Single free pages, and nothing that could be moved. */
		for (unsigned long n = 0; n < 200; n++)
			test_free_block(test_page(zone, 2 * n), 0, MIGRATE_UNMOVABLE);
		zone->compact_cached_migrate_pfn[0] = row[i].cached_async;
		zone->compact_cached_migrate_pfn[1] = row[i].cached_sync;
		zone->compact_cached_free_pfn = row[i].cached_free;
		zone->compact_init_migrate_pfn = row[i].init;
		cc->whole_zone = row[i].whole;
		test_forget_events();
		ck_assert_int_eq(compact_zone(cc, NULL), row[i].result);
		ck_assert_int_eq(scene_begin_field(0), (s64)start);
		ck_assert_int_eq(scene_begin_field(1), (s64)row[i].migrate);
		ck_assert_int_eq(scene_begin_field(2), (s64)row[i].free);
		ck_assert_int_eq(scene_begin_field(3), (s64)(start + SCENE_PAGES));
		ck_assert_int_eq(scene_begin_field(4), row[i].mode != MIGRATE_ASYNC);
		ck_assert_int_eq(test_last_event(TRACE_mm_compaction_end)->field[5], row[i].result);
		/* Having met, they begin afresh, and hints are to be forgotten. */
		ck_assert_uint_eq(zone->compact_cached_migrate_pfn[0], start);
		ck_assert_uint_eq(zone->compact_cached_migrate_pfn[1], start);
		ck_assert_uint_eq(zone->compact_cached_free_pfn, last);
		ck_assert(zone->compact_blockskip_flush);
		machine_free(world);
	}
}

TEST(compact_zone_background_run_keeps_hints, "16-12")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = zone_run(zone, 3, GFP_KERNEL, MIGRATE_SYNC_LIGHT);

	for (unsigned long n = 0; n < 200; n++)
		test_free_block(test_page(zone, 2 * n), 0, MIGRATE_UNMOVABLE);
	cc->direct_compaction = false;
	ck_assert_int_eq(compact_zone(cc, NULL), COMPACT_PARTIAL_SKIPPED);
	ck_assert(!zone->compact_blockskip_flush);
}

/* How a run ends, at a pageblock's border: by what is on the lists. */
TEST(compact_zone_ends_when_a_list_has_a_block, "16-6")
{
	static const struct {
		gfp_t gfp_mask;
		int order, type, block_order;
		enum compact_result result;
	} row[] = {
		{ GFP_KERNEL, 3, MIGRATE_UNMOVABLE, 3, COMPACT_SUCCESS },
		{ GFP_KERNEL, 3, MIGRATE_UNMOVABLE, 6, COMPACT_SUCCESS },
		{ GFP_KERNEL, 3, MIGRATE_MOVABLE, 3, COMPACT_SUCCESS },
		{ GFP_HIGHUSER_MOVABLE, 3, MIGRATE_MOVABLE, 3, COMPACT_SUCCESS },
		{ GFP_HIGHUSER_MOVABLE, 3, MIGRATE_CMA, 3, COMPACT_SUCCESS },
		{ GFP_KERNEL, 3, MIGRATE_CMA, 3, COMPACT_PARTIAL_SKIPPED },
		{ GFP_KERNEL, 3, MIGRATE_HIGHATOMIC, 3, COMPACT_PARTIAL_SKIPPED },
		/* A movable request takes no small blocks from other types. */
		{ GFP_HIGHUSER_MOVABLE, 3, MIGRATE_UNMOVABLE, 3, COMPACT_PARTIAL_SKIPPED },
		{ GFP_HIGHUSER_MOVABLE, 3, MIGRATE_UNMOVABLE, 4, COMPACT_SUCCESS },
	};

	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		struct zone *zone = scene_full();
		struct compact_control *cc =
			zone_run(zone, row[i].order, row[i].gfp_mask, MIGRATE_SYNC_LIGHT);

		/* The block does not help the watermark: not enough memory for this request's. */
		test_set_watermarks(zone, 100, 125, 2000);
		for (unsigned long n = 0; n < 200; n++)
			test_free_block(test_page(zone, 4096 + 2 * n), 0, MIGRATE_UNMOVABLE);
		test_free_block(test_page(zone, 2 * BLOCK), (unsigned int)row[i].block_order,
				row[i].type);
		cc->alloc_flags = ALLOC_WMARK_HIGH;
		test_forget_events();
		ck_assert_msg(compact_zone(cc, NULL) == row[i].result, "row %zu:\n%s", i,
			      test_events_text());
		/* Ended at the first look, or went through the whole zone. */
		ck_assert_int_eq(test_count(TRACE_mm_compaction_isolate_migratepages) > 0,
				 row[i].result != COMPACT_SUCCESS);
		ck_assert_int_eq(test_last_event(TRACE_mm_compaction_finished)->field[3],
				 row[i].result);
		machine_free(world);
	}
}

TEST(compact_zone_in_the_middle_of_a_pageblock_goes_on, "16-6")
{
	struct zone *zone = scene_checkered();
	struct compact_control *cc = zone_run(zone, 3, GFP_KERNEL, MIGRATE_SYNC_LIGHT);

	zone->compact_cached_migrate_pfn[1] = TEST_DRAM_PFN + 64;
	zone->compact_cached_free_pfn = TEST_DRAM_PFN + 14 * BLOCK;
	ck_assert_int_eq(compact_zone(cc, NULL), COMPACT_SUCCESS);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_finished, 0)->field[3], COMPACT_CONTINUE);
	/* Batch after batch, since the blocks of 8 left behind were finished each time. */
	ck_assert_int_eq(test_event(TRACE_mm_compaction_migratepages, 0)->field[0], 32);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_migratepages), 7);
	scene_check_owners(2);
}

TEST(compact_zone_stops_for_a_signal, "16-6 13-15")
{
	struct zone *zone = scene_checkered();
	struct compact_control *cc = zone_run(zone, 3, GFP_KERNEL, MIGRATE_SYNC_LIGHT);

	current->fatal_signal_pending = true;
	ck_assert_int_eq(compact_zone(cc, NULL), COMPACT_CONTENDED);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_isolate_migratepages), 0);
	/* In the middle of a pageblock it is the scanner that notices. */
	zone->compact_cached_migrate_pfn[1] = TEST_DRAM_PFN + 65;
	test_forget_events();
	ck_assert_int_eq(compact_zone(cc, NULL), COMPACT_CONTENDED);
	ck_assert_int_eq(test_last_event(TRACE_mm_compaction_finished)->field[3], COMPACT_CONTINUE);
	ck_assert_int_eq(test_last_event(TRACE_mm_compaction_end)->field[5], COMPACT_CONTENDED);
	scene_check_owners(2);
	/* Contended from before: the same without a signal. */
	current->fatal_signal_pending = false;
	zone->compact_cached_migrate_pfn[1] = TEST_DRAM_PFN;
	cc->contended = true;
	ck_assert_int_eq(compact_zone(cc, NULL), COMPACT_CONTENDED);
}

/*
 *  Free: 60 single pages, and 64 in one block of the highatomic list, which the request cannot use.
 *  Expect: 124 are enough to begin with (min 100, and 16); taking the 64 would leave too few.
 */
TEST(compact_zone_nowhere_to_move_to_is_contended, "16-6 16-10")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = zone_run(zone, 3, GFP_HIGHUSER_MOVABLE, MIGRATE_SYNC_LIGHT);

	for (unsigned long i = 0; i < 8; i++)
		scene_make_movable(test_page(zone, i), i);
	for (unsigned long n = 0; n < 60; n++)
		test_free_block(test_page(zone, 8 * BLOCK + 2 * n), 0, MIGRATE_UNMOVABLE);
	test_free_block(test_page(zone, 14 * BLOCK), 6, MIGRATE_HIGHATOMIC);
	zone->compact_cached_free_pfn = TEST_DRAM_PFN + 14 * BLOCK;
	/* Not at the start of a scan: the free scanner is not moved to the middle. */
	zone->compact_init_free_pfn = TEST_DRAM_PFN + 15 * BLOCK;
	ck_assert_int_eq(compact_zone(cc, NULL), COMPACT_CONTENDED);
	ck_assert_int_eq(test_last_event(TRACE_mm_compaction_migratepages)->field[0], 0);
	ck_assert_int_eq(test_last_event(TRACE_mm_compaction_migratepages)->field[1], 8);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_migratepages), 1);
	ck_assert_uint_eq(scene_moves, 0);
	lru_add_drain();
	ck_assert(PageFlag(test_page(zone, 0), PG_lru));
	test_check_lists();
}

/** Every other page in use and movable, the even ones free: where the async scanner looks. */
static struct zone *scene_odd(void)
{
	struct zone *zone = scene_full();

	for (unsigned long i = 1; i < SCENE_PAGES; i += 2) {
		scene_make_movable(test_page(zone, i), i);
		test_free_block(test_page(zone, i - 1), 0, MIGRATE_MOVABLE);
	}
	/* Not at the start of a scan, and the tail of the list is the lowest page: the fast search for a target
	 * finds nothing. */
	zone->compact_init_free_pfn = TEST_DRAM_PFN + 15 * BLOCK;
	zone->compact_cached_free_pfn = TEST_DRAM_PFN + 14 * BLOCK;
	test_forget_events();
	return zone;
}

TEST(compact_zone_async_leaves_a_block_after_a_failed_move, "16-8")
{
	struct zone *zone = scene_odd();
	struct compact_control *cc = zone_run(zone, 9, GFP_HIGHUSER_MOVABLE, MIGRATE_ASYNC);

	scene_refused = test_page(zone, 1);
	compact_zone(cc, NULL);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_migratepages, 0)->field[0], 31);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_migratepages, 0)->field[1], 1);
	/* On with the next pageblock, but for the fast search: it finds what became free behind, marks the
	 * pageblock, and leaves it for the mark. */
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_migratepages, 1)->field[0],
			 TEST_DRAM_PFN);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_migratepages, 1)->field[2], 1);
	/* Then it finds nothing better, and the scanner goes back to that block once. */
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_migratepages, 2)->field[0],
			 TEST_DRAM_PFN + 32);
	ck_assert_ptr_eq(scene_owner[1], test_page(zone, 1));
	scene_check(scene_owner[1], 1);
}

TEST(compact_zone_sync_finishes_a_block_after_a_failed_move, "16-8")
{
	struct zone *zone = scene_odd();
	struct compact_control *cc = zone_run(zone, 9, GFP_HIGHUSER_MOVABLE, MIGRATE_SYNC_LIGHT);

	scene_refused = test_page(zone, 1);
	compact_zone(cc, NULL);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_migratepages, 0)->field[1], 1);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_migratepages, 1)->field[0],
			 (s64)(TEST_DRAM_PFN + 64));
	/* Background runs do so too, even if they must not wait. */
	zone = scene_odd();
	scene_refused = test_page(zone, 1);
	cc = zone_run(zone, 9, GFP_HIGHUSER_MOVABLE, MIGRATE_ASYNC);
	cc->direct_compaction = false;
	compact_zone(cc, NULL);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_migratepages, 1)->field[0],
			 (s64)(TEST_DRAM_PFN + 64));
}

TEST(compact_zone_drains_what_it_left_behind, "16-6")
{
	struct zone *zone = scene_odd();

	/* The moved pages' frames wait on the CPU's list; a block of 8 is behind: they may merge. */
	compact_zone(zone_run(zone, 3, GFP_HIGHUSER_MOVABLE, MIGRATE_SYNC_LIGHT), NULL);
	ck_assert_int_gt(test_count(TRACE_mm_page_pcpu_drain), 0);
	ck_assert_uint_gt(zone->free_area[9].nr_free, 0);
	ck_assert_int_eq(zone->pageset[0].pcp.count, 0);
}

TEST(compact_zone_without_an_order_drains_nothing, "")
{
	struct zone *zone = scene_odd();
	struct compact_control *cc = zone_run(zone, -1, GFP_KERNEL, MIGRATE_SYNC);

	zone->pageset[0].pcp.high = 100000;
	zone->pageset[0].pcp.batch = 1;
	cc->direct_compaction = false;
	ck_assert_int_eq(compact_zone(cc, NULL), COMPACT_PARTIAL_SKIPPED);
	ck_assert_int_eq(test_count(TRACE_mm_page_pcpu_drain), 0);
	ck_assert_uint_gt(scene_moves, 1000);
	drain_all_pages(NULL);
	for (unsigned long i = 1; i < SCENE_PAGES; i += 2)
		scene_check(scene_owner[i], i);
	test_check_lists();
}

TEST(compact_zone_returns_free_pages_it_did_not_need, "16-10")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = zone_run(zone, 3, GFP_HIGHUSER_MOVABLE, MIGRATE_SYNC_LIGHT);

	/* One page to move, a block of 4 to copy to: what is left comes back, and is scanned again. The
	 * fast search left the free scanner above, so the copy is met and moved once more. */
	scene_make_movable(test_page(zone, 3), 3);
	for (unsigned long n = 0; n < 200; n++)
		test_free_block(test_page(zone, 2 * BLOCK + 2 * n), 0, MIGRATE_UNMOVABLE);
	test_free_block(test_page(zone, 14 * BLOCK + 8), 2, MIGRATE_MOVABLE);
	ck_assert_int_eq(compact_zone(cc, NULL), COMPACT_PARTIAL_SKIPPED);
	ck_assert_uint_eq(scene_moves, 2);
	ck_assert_int_eq(test_count(TRACE_mm_page_free), 2 + 2);
	ck_assert_int_eq(test_free_pages(zone) + test_pcp_count(zone), 204);
	ck_assert_uint_eq(zone->compact_cached_free_pfn, TEST_DRAM_PFN + 15 * BLOCK);
	/* The position moves up only: here it was lower. */
	zone = scene_full();
	cc = zone_run(zone, 3, GFP_HIGHUSER_MOVABLE, MIGRATE_SYNC_LIGHT);
	zone->compact_cached_free_pfn = TEST_DRAM_PFN + 12 * BLOCK;
	for (unsigned long i = 0; i < 8; i++)
		scene_make_movable(test_page(zone, i), i);
	for (unsigned long n = 0; n < 200; n++)
		test_free_block(test_page(zone, 2 * BLOCK + 2 * n), 0, MIGRATE_UNMOVABLE);
	test_free_block(test_page(zone, 14 * BLOCK + 8), 2, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 14 * BLOCK + 14), 1, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 14 * BLOCK + 24), 2, MIGRATE_MOVABLE);
	ck_assert_int_eq(compact_zone(cc, NULL), COMPACT_SUCCESS);
	ck_assert_uint_eq(zone->compact_cached_free_pfn, TEST_DRAM_PFN + 14 * BLOCK);
}

TEST(compact_zone_takes_the_waiting_position_along, "16-5")
{
	for (int apart = 0; apart < 2; apart++) {
		struct zone *zone = scene_full();
		struct compact_control *cc = zone_run(zone, 3, GFP_HIGHUSER_MOVABLE, MIGRATE_ASYNC);
		unsigned long *cached = zone->compact_cached_migrate_pfn;

		/* Nothing to move in the first pageblock, a block of the order in the second. */
		cached[0] = TEST_DRAM_PFN;
		cached[1] = TEST_DRAM_PFN + (apart ? 64 : 0);
		zone->compact_cached_free_pfn = TEST_DRAM_PFN + 15 * BLOCK;
		for (unsigned long n = 0; n < 200; n++)
			test_free_block(test_page(zone, 8 * BLOCK + 2 * n), 0, MIGRATE_UNMOVABLE);
		for (unsigned long i = 0; i < 8; i++)
			scene_make_movable(test_page(zone, BLOCK + i), i);
		for (unsigned long i = 0; i < 8; i++)
			test_free_block(test_page(zone, 15 * BLOCK + 32 * i), 0, MIGRATE_MOVABLE);
		ck_assert_int_eq(compact_zone(cc, NULL), COMPACT_SUCCESS);
		ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_migratepages, 0)->field[3],
				 0);
		/* A block beyond each that was gone through in vain; the other position came along once. */
		ck_assert_uint_eq(cached[0], TEST_DRAM_PFN + 3 * BLOCK);
		ck_assert_uint_eq(cached[1], TEST_DRAM_PFN + (apart ? 64 : 2 * BLOCK));
		machine_free(world);
	}
}

/* ---- hints that are too old ---- */

TEST(compact_zone_restarts_after_the_longest_deferral, "16-12")
{
	for (int flush = 0; flush < 2; flush++) {
		struct zone *zone = scene_full();
		struct compact_control *cc =
			zone_run(zone, 3, GFP_HIGHUSER_MOVABLE, MIGRATE_SYNC_LIGHT);

		for (unsigned long i = 0; i < 8; i++)
			scene_make_movable(test_page(zone, i), i);
		for (unsigned long n = 0; n < 200; n++)
			test_free_block(test_page(zone, 14 * BLOCK + 2 * n), 0, MIGRATE_MOVABLE);
		for (unsigned long block = 0; block < 16; block++)
			set_pageblock_skip(TEST_DRAM_PFN + block * BLOCK);
		zone->compact_defer_shift = 6;
		zone->compact_considered = 64;
		zone->compact_blockskip_flush = flush;
		test_forget_events();
		ck_assert_int_eq(compact_zone(cc, NULL),
				 flush ? COMPACT_SUCCESS : COMPACT_PARTIAL_SKIPPED);
		ck_assert_uint_eq(scene_moves, flush ? 8 : 0);
		/* New positions: a run from the lowest counts as one through the whole zone. */
		ck_assert_int_eq(scene_begin_field(1), TEST_DRAM_PFN);
		ck_assert_int_eq(scene_begin_field(2),
				 TEST_DRAM_PFN + 15 * (s64)BLOCK - (flush ? 1 : 0));
		ck_assert_int_eq(cc->whole_zone, flush);
		machine_free(world);
	}
}

/* ---- the whole zone, on request ---- */

TEST(compact_node_moves_all_there_is, "16-9")
{
	scene_checkered();
	compact_node(NODE_DATA(0));
	ck_assert_int_eq(scene_begin_field(4), true);
	ck_assert_int_eq(test_last_event(TRACE_mm_compaction_end)->field[5], COMPACT_COMPLETE);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_suitable, 0)->field[2], -1);
	/* Only the zone with memory. */
	ck_assert_int_eq(test_count(TRACE_mm_compaction_begin), 1);
	ck_assert_uint_gt(scene_moves, 1000);
	drain_all_pages(NULL);
	scene_check_owners(2);
	ck_assert_uint_ge(test_zone(0, ZONE_DMA)->free_area[10].nr_free, 2);
}

/* What waits for a list could not be moved: it goes there once, before the first node. */
TEST(compact_nodes_empties_the_pagevecs_first, "16-9")
{
	struct zone *zone = scene_full();
	struct page *page = test_page(zone, 0);

	scene_make_movable(page, 0);
	for (unsigned long n = 0; n < 200; n++)
		test_free_block(test_page(zone, 14 * BLOCK + 2 * n), 0, MIGRATE_MOVABLE);
	lru_list_del(page);
	lru_cache_add(page);
	test_forget_events();
	compact_nodes();
	ck_assert_int_eq(test_count(TRACE_mm_compaction_begin), 1);
	ck_assert_uint_eq(scene_moves, 1);
}

/** A machine whose memory begins at PFN 0. */
TEST(compact_zone_at_pfn_zero, "16-5")
{
	struct compact_control *cc;
	struct zone *zone;

	test_machine_from_zero(32);
	world->hooks.page_moved = scene_owner_is_told;
	zone = test_zone(0, ZONE_DMA);
	test_empty_zone(zone);
	test_set_watermarks(zone, 100, 125, 150);
	scene_free_every_other(zone);
	cc = zone_run(zone, 3, GFP_KERNEL, MIGRATE_SYNC_LIGHT);
	test_forget_events();
	/* The free position that was never set looks like one in the zone: the scanners have met. */
	ck_assert_int_eq(compact_zone(cc, NULL), COMPACT_COMPLETE);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_isolate_migratepages), 0);
	cc = zone_run(zone, 3, GFP_KERNEL, MIGRATE_SYNC_LIGHT);
	ck_assert_int_eq(compact_zone(cc, NULL), COMPACT_SUCCESS);
	/* "Nothing moved yet" looks like "moved in pageblock 0": no stop at 32. */
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_migratepages, 0)->field[3], 256);
	/* And position 0 is never above the first that makes sense. */
	ck_assert(cc->whole_zone);
	for (unsigned long i = 0; i < SCENE_PAGES; i += 2)
		scene_check(scene_owner[i], i);
}

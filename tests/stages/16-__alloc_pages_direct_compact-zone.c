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
	for_each_row(i, row) {
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
	capc.page = NULL;
	cc->zone = test_zone(0, ZONE_DMA32);
	ck_assert(!compaction_capture(&capc, test_page(test_zone(0, ZONE_DMA), 0), 4, 0));
	ck_assert(!compaction_capture(&capc, test_page(test_zone(0, ZONE_NORMAL), 0), 4, 0));
	ck_assert(compaction_capture(&capc, test_page(test_zone(0, ZONE_DMA32), 0), 4, 0));
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

	for_each_row(i, row) {
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

	for_each_row(i, row) {
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

/* ---- whole runs, and all that they leave behind ---- */

/** So many single free pages of a type, every second page from a pageblock's first on. */
static void lay_singles(struct zone *zone, unsigned long block, unsigned long nr, int type)
{
	for (unsigned long n = nr; n > 0; n--)
		test_free_block(test_page(zone, block * BLOCK + 2 * (n - 1)), 0, type);
}

static void expect_run(struct compact_control *cc, enum compact_result result, const char *told,
		       const char *state)
{
	/* What an earlier zone left in the control block: counters and lists begin anew, the searches and `contended` do not. */
	cc->nr_migratepages = 77;
	cc->nr_freepages = 78;
	cc->migrate_scanned = 79;
	cc->free_scanned = 80;
	cc->fast_start_pfn = TEST_DRAM_PFN + 3 * BLOCK;
	cc->migratetype = MIGRATE_RECLAIMABLE;
	test_forget_events();
	ck_assert_int_eq(compact_zone(cc, NULL), result);
	ck_assert_str_eq(scene_told(), told);
	ck_assert_str_eq(scene_state(cc), state);
	test_check_lists();
}

/*
 * Eight pages in pageblock 0, 200 single free ones in 14. The whole pageblock 0 is looked at. For the first copy the last of the free
 * list is at hand, page 398 of pageblock 14, and seven more from that pageblock's start on: 13 looks, and one at the list. The CPU's
 * list holds five (a batch of one above that); what it holds is drained when the blocks of 8 are behind, after the copies went to
 * their lists. Then the block is there.
 */
TEST(compact_zone_empties_a_block, "16-5 16-6")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = zone_run(zone, 3, GFP_HIGHUSER_MOVABLE, MIGRATE_SYNC_LIGHT);

	scene_lay(zone, 0, "MMMMMMMM");
	lay_singles(zone, 14, 200, MIGRATE_MOVABLE);
	expect_run(cc, COMPACT_SUCCESS,
		   "suitable 4, begin 0:0 15:0 1, ?3, m 0:0-1:0 512 8, f 14:0-14:13 13 7, "
		   "copied 8 freed 8 drained 3, moved 8 0, lists 8 drained 5, ?8, "
		   "end 1:0 15:0 1 8",
		   "1:0 15:0 | 0:0 0:0 15:0 / - - | marked 0 | 0 0 | 512 14 | fail 0 order 0 -");
	for (unsigned long i = 0; i < 8; i++)
		scene_check(scene_owner[i], i);
}

/*
 * The same with nothing free that a movable page may be copied to: pageblocks and free pages are unmovable. At the start of a scan
 * without a find, the scanner of free pages jumps to the middle: between 0, where the other is when the batch is moved, and 15 that
 * is BLK(15 - 7 pageblocks) = 8, looked at but for its last page, and marked. There is nothing below either, so it goes down to the
 * other scanner: met, which is not contended. With the hints in the way of nobody, a run through the whole zone is complete.
 */
TEST(compact_zone_without_targets_meets_the_other_scanner, "16-5 16-6 16-14")
{
	for (int whole = 0; whole < 2; whole++) {
		struct zone *zone = scene_full();
		struct compact_control *cc =
			zone_run(zone, 3, GFP_HIGHUSER_MOVABLE, MIGRATE_SYNC_LIGHT);

		cc->whole_zone = whole;
		scene_lay(zone, 0, "MMMMMMMM");
		test_set_pageblocks(zone, MIGRATE_UNMOVABLE);
		lay_singles(zone, 14, 200, MIGRATE_UNMOVABLE);
		expect_run(
			cc, whole ? COMPACT_COMPLETE : COMPACT_PARTIAL_SKIPPED,
			whole ? "suitable 4, begin 0:0 15:0 1, ?3, m 0:0-1:0 512 8, f 8:0-8:511 511 "
				"0, moved 0 8, lists 8, ?5, end 1:0 1:0 1 5"
			      : "suitable 4, begin 0:0 15:0 1, ?3, m 0:0-1:0 512 8, f 8:0-8:511 511 "
				"0, moved 0 8, lists 8, ?6, end 1:0 1:0 1 6",
			"1:0 1:0 | 0:0 0:0 15:0 / - - | marked 0 8 | 0 0 | 512 511 | fail 1 order "
			"1 -");
		ck_assert(zone->compact_blockskip_flush);
		machine_free(world);
	}
}

/*
 * Order 9 for a request that must not wait. In pageblock 0 one of eight pages is refused by its owner: the block is spoilt, the
 * scanner goes on after it, and nothing is drained. Pageblock 1 can be emptied: the copies' fifteenth fills the pagevec, and the drain
 * comes with the end of the pageblock. In the others one look is enough each: their first page, or, where that is free, their second.
 * Looked at are 512 + 512, then 9 and 4 times 2, and 13 times the block of 8 that came together in pageblock 1, by the fast
 * search; each copy is the first of its list.
 */
TEST(compact_zone_async_goes_on_after_a_spoilt_block, "16-5 16-8")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = zone_run(zone, 9, GFP_HIGHUSER_MOVABLE, MIGRATE_ASYNC);

	for (unsigned long block = 14; block > 10; block--)
		lay_singles(zone, block, block == 14 ? 200 : 255, MIGRATE_MOVABLE);
	for (unsigned long block = 0; block < 2; block++) {
		scene_lay(zone, block * BLOCK, "MMMMMMMM");
		for (unsigned long i = 8; i < BLOCK; i++)
			test_free_block(test_page(zone, block * BLOCK + i), 0, MIGRATE_MOVABLE);
	}
	scene_refused = test_page(zone, 3);
	expect_run(
		cc, COMPACT_PARTIAL_SKIPPED,
		"suitable 4, begin 0:0 15:0 0, ?3, m 0:0-1:0 512 8, copied 7 freed 7 drained 2, "
		"moved 7 1, ?3, m 1:0-2:0 512 8, copied 8 freed 8 drained 8 lists 15, moved 8 0, "
		"lists 1 drained 5, ?3, m 2:0-3:0 1 0, ?3, m 3:0-4:0 1 0, ?3, m 4:0-5:0 1 0, ?3, "
		"m 5:0-6:0 1 0, ?3, m 6:0-7:0 1 0, ?3, m 7:0-8:0 1 0, ?3, m 8:0-9:0 1 0, ?3, "
		"m 9:0-10:0 1 0, ?3, m 10:0-11:0 1 0, ?3, m 11:0-12:0 2 0, ?3, m 12:0-13:0 2 0, "
		"?3, m 13:0-14:0 2 0, ?3, m 14:0-15:0 2 0, ?6, end 15:0 15:0 0 6",
		"15:0 15:0 | 0:0 0:0 15:0 / - - | marked 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 | "
		"0 0 | 1054 16 | fail 0 order 0 -");
}

/*
 * Order 6: what a round isolated began at 0 and ended at 63, in the middle of a block: nothing is drained yet, and as the next round
 * begins in the same pageblock it takes all of it. Then the block of 64 is behind. Of the free list the 64 pages between those that
 * are moved are looked at first: 65 looks, then 61 and 123 around the find, and one more.
 */
TEST(compact_zone_finishes_a_pageblock_once_begun, "16-5 16-7")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = zone_run(zone, 6, GFP_HIGHUSER_MOVABLE, MIGRATE_SYNC_LIGHT);

	for (unsigned long i = 0; i < 128; i += 2)
		scene_lay(zone, i, "M.");
	lay_singles(zone, 14, 255, MIGRATE_MOVABLE);
	lay_singles(zone, 13, 255, MIGRATE_MOVABLE);
	expect_run(cc, COMPACT_SUCCESS,
		   "suitable 4, begin 0:0 15:0 1, ?3, m 0:0-0:63 63 32, f 14:0-14:61 61 31, "
		   "copied 32 freed 32 drained 27 lists 30, moved 32 0, ?4, m 0:63-1:0 449 32, "
		   "f 14:0-14:123 123 31, copied 32 freed 32 drained 32 lists 30, moved 32 0, "
		   "lists 4 drained 5, ?8, end 1:0 15:0 1 8",
		   "1:0 15:0 | 2:0 2:0 15:0 / - - | marked 0 | 0 0 | 512 250 | fail 0 order 0 -");
}

/*
 * Where a run begins, seen at a run that ends at once: a block of the order is free, but too little memory for the request's mark.
 * Cached positions outside the zone are replaced, those of the scanner of pages in use both together; a whole run reads and sets none.
 */
TEST(compact_zone_stores_the_positions_it_begins_at, "16-5 16-14")
{
	const unsigned long start = TEST_DRAM_PFN, last = start + 15 * BLOCK,
			    end = start + 16 * BLOCK;
	const struct {
		enum migrate_mode mode;
		bool whole;
		unsigned long async, sync, free, init;
		const char *state;
		bool then_whole;
	} row[] = {
		{ MIGRATE_ASYNC, false, 0, 0, 0, 0, "0:0 15:0 | 0:0 0:0 15:0 / - -", false },
		{ MIGRATE_SYNC, false, 0, 0, 0, 0, "0:0 15:0 | 0:0 0:0 15:0 / - -", false },
		{ MIGRATE_ASYNC, true, 0, 0, 0, 0, "0:0 15:0 | - - - / - -", true },
		{ MIGRATE_ASYNC, false, end - 1, start, end - 1, 0,
		  "15:511 15:511 | 15:511 0:0 15:511 / - -", false },
		{ MIGRATE_ASYNC, false, end, start + BLOCK, end, 0, "0:0 15:0 | 0:0 0:0 15:0 / - -",
		  false },
		{ MIGRATE_SYNC_LIGHT, false, start + BLOCK, end, start - 1, 0,
		  "0:0 15:0 | 0:0 0:0 15:0 / - -", false },
		{ MIGRATE_SYNC_LIGHT, false, start + 2 * BLOCK, start + BLOCK, start + 5 * BLOCK,
		  start + BLOCK, "1:0 5:0 | 2:0 1:0 5:0 / 1:0 -", true },
		{ MIGRATE_ASYNC, false, start + 2 * BLOCK, start + BLOCK, last, start + BLOCK,
		  "2:0 15:0 | 2:0 1:0 15:0 / 1:0 -", false },
	};

	for_each_row(i, row) {
		struct zone *zone = scene_full();
		struct compact_control *cc = zone_run(zone, 3, GFP_HIGHUSER_MOVABLE, row[i].mode);

		test_set_watermarks(zone, 100, 125, 2000);
		cc->alloc_flags = ALLOC_WMARK_HIGH;
		lay_singles(zone, 8, 200, MIGRATE_UNMOVABLE);
		test_free_block(test_page(zone, 9 * BLOCK), 3, MIGRATE_MOVABLE);
		zone->compact_cached_migrate_pfn[0] = row[i].async;
		zone->compact_cached_migrate_pfn[1] = row[i].sync;
		zone->compact_cached_free_pfn = row[i].free;
		zone->compact_init_migrate_pfn = row[i].init;
		cc->whole_zone = row[i].whole;
		/* A position within a pageblock, or scanners that have met, would let it go on. */
		compact_zone(cc, NULL);
		if (i == 3) {
			ck_assert_uint_eq((unsigned long)scene_begin_field(1), end - 1);
			ck_assert_uint_eq((unsigned long)scene_begin_field(2), end - 1);
		} else {
			ck_assert_msg(!strncmp(scene_state(cc), row[i].state, strlen(row[i].state)),
				      "row %zu: %s", i, scene_state(cc));
			ck_assert_int_eq(test_count(TRACE_mm_compaction_isolate_migratepages), 0);
		}
		ck_assert_msg(cc->whole_zone == row[i].then_whole, "row %zu", i);
		machine_free(world);
	}
}

/* The scanners have met when they are in one pageblock, or past each other. */
TEST(compact_zone_ends_where_the_scanners_meet, "16-6")
{
	static const struct {
		unsigned long migrate, free;
		bool met;
	} row[] = {
		{ 5 * 512, 5 * 512, true },	  { 5 * 512, 5 * 512 + 511, true },
		{ 5 * 512 + 511, 5 * 512, true }, { 5 * 512 + 511, 6 * 512, false },
		{ 6 * 512, 5 * 512 + 511, true }, { 5 * 512, 6 * 512, false },
	};

	for_each_row(i, row) {
		struct zone *zone = scene_full();
		struct compact_control *cc =
			zone_run(zone, 3, GFP_HIGHUSER_MOVABLE, MIGRATE_SYNC_LIGHT);

		lay_singles(zone, 8, 200, MIGRATE_UNMOVABLE);
		zone->compact_cached_migrate_pfn[1] = TEST_DRAM_PFN + row[i].migrate;
		zone->compact_cached_free_pfn = TEST_DRAM_PFN + row[i].free;
		ck_assert_int_eq(compact_zone(cc, NULL), COMPACT_PARTIAL_SKIPPED);
		ck_assert_msg((test_count(TRACE_mm_compaction_finished) == 1) == row[i].met,
			      "row %zu", i);
		machine_free(world);
	}
}

/* A zone that ends one page after a pageblock: that page's pageblock is the last. */
TEST(compact_zone_begins_at_the_pageblock_of_the_last_page, "16-5")
{
	struct compact_control *cc;
	struct zone *zone;

	test_machine_boot(
		&(struct boot_spec){ .nr_cpus = 1,
				     .nr_memory = 1,
				     .memory = { { TEST_DRAM, 16 * MIB + PAGE_SIZE, 0, false } } });
	zone = test_zone(0, ZONE_DMA);
	test_empty_zone(zone);
	cc = zone_run(zone, -1, GFP_KERNEL, MIGRATE_SYNC);
	cc->whole_zone = true;
	ck_assert_int_eq(compact_zone(cc, NULL), COMPACT_COMPLETE);
	ck_assert_uint_eq((unsigned long)scene_begin_field(2), TEST_DRAM_PFN + 8 * BLOCK);
	/* As do the cached positions, once the scanners have met. */
	ck_assert_uint_eq(zone->compact_cached_free_pfn, TEST_DRAM_PFN + 8 * BLOCK);
}

/* On request every zone with memory is gone through, whatever is marked, and every node. */
TEST(compact_nodes_goes_through_every_zone, "16-9")
{
#ifdef CONFIG_NUMA
	/* DMA, DMA32 and NORMAL of node 0, NORMAL of node 1. */
	const int zones = 4;

	test_machine_numa_zones(32);
#else
	const int zones = 3;

	test_machine_zones(32);
#endif
	test_empty_machine();
	for (int zid = ZONE_DMA; zid <= ZONE_NORMAL; zid++)
		for (unsigned long pfn = test_zone(0, zid)->zone_start_pfn;
		     pfn < zone_end_pfn(test_zone(0, zid)); pfn += BLOCK)
			if (pfn_valid(pfn))
				set_pageblock_skip(pfn);
	test_forget_events();
	compact_nodes();
	ck_assert_int_eq(test_count(TRACE_mm_compaction_begin), zones);
	for (int i = 0; i < zones; i++) {
		const struct trace_event *event = test_event(TRACE_mm_compaction_end, i);

		ck_assert_int_eq(event->field[4], true);
		ck_assert_int_eq(event->field[5], COMPACT_COMPLETE);
		ck_assert_int_eq(test_event(TRACE_mm_compaction_suitable, i)->field[2], -1);
	}
	ck_assert_int_gt(test_count(TRACE_mm_compaction_isolate_migratepages), 0);
	/* The first pageblock of the first zone is looked into, in spite of its mark. */
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_migratepages, 0)->field[0],
			 test_event(TRACE_mm_compaction_begin, 0)->field[0]);
}

/* What waits for a list on another CPU goes there as well. */
TEST(compact_nodes_empties_the_pagevecs_of_all_cpus, "16-9")
{
	struct zone *zone;

	test_machine_cpus(32, 2);
	zone = test_zone(0, ZONE_DMA);
	test_empty_zone(zone);
	test_set_watermarks(zone, 100, 125, 150);
	lay_singles(zone, 14, 200, MIGRATE_MOVABLE);
	scene_make_movable(test_page(zone, 0), 0);
	lru_list_del(test_page(zone, 0));
	test_run_on(1);
	lru_cache_add(test_page(zone, 0));
	world->this_cpu = 0;
	compact_nodes();
	ck_assert_int_eq(test_count(TRACE_migrate_page_states), 1);
}

/* A run without an order worth mentioning drains nothing: three pages are moved and their frames stay with the CPU. */
TEST(compact_zone_of_order_zero_drains_nothing, "16-6")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = zone_run(zone, 0, GFP_HIGHUSER_MOVABLE, MIGRATE_SYNC_LIGHT);

	test_set_watermarks(zone, 100, 125, 2000);
	cc->alloc_flags = ALLOC_WMARK_HIGH;
	scene_lay(zone, 1, "MMM");
	lay_singles(zone, 14, 200, MIGRATE_MOVABLE);
	zone->compact_cached_migrate_pfn[1] = TEST_DRAM_PFN + 1;
	zone->compact_cached_free_pfn = TEST_DRAM_PFN + 14 * BLOCK;
	expect_run(cc, COMPACT_SUCCESS,
		   "suitable 4, begin 0:1 14:0 1, ?4, m 0:1-1:0 511 3, f 14:0-14:5 5 3, "
		   "copied 3 freed 3, moved 3 0, ?8, end 1:0 14:5 1 8",
		   "1:0 14:5 | - 0:1 14:0 / - - | marked | 0 0 | 511 5 | fail 0 order 0 -");
}

/*
 * "No round has moved anything since a drain" is a place too: pageblock 0, where the zone begins at PFN 0. After a page of the first
 * 64 was refused, the next 64 are taken at once, as in a pageblock that was begun before.
 */
TEST(compact_zone_at_pfn_zero_finishes_its_pageblock, "16-5 16-8")
{
	struct compact_control *cc;
	struct zone *zone;

	test_machine_from_zero(32);
	world->hooks.page_moved = scene_owner_is_told;
	zone = test_zone(0, ZONE_DMA);
	test_empty_zone(zone);
	test_set_watermarks(zone, 100, 125, 150);
	for (unsigned long i = 0; i < 128; i++)
		scene_make_movable(test_page(zone, i), i);
	scene_refused = test_page(zone, 3);
	lay_singles(zone, 14, 255, MIGRATE_MOVABLE);
	zone->compact_cached_free_pfn = 14 * BLOCK;
	cc = zone_run(zone, 6, GFP_HIGHUSER_MOVABLE, MIGRATE_ASYNC);
	test_forget_events();
	compact_zone(cc, NULL);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_migratepages, 0)->field[3], 64);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_migratepages, 0)->field[1], 1);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_migratepages, 1)->field[0], 64);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_migratepages, 1)->field[3], 64);
}

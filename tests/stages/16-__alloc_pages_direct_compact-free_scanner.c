/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 16: the scanner of free pages.
 */
#include "compaction-scenes.h"
#include "gfp.h"
#include "gfp_zones.h"
#include "life/life.h"
#include "machines.h"

/* ---- the scanner of free pages ---- */

static void expect_free_scan(unsigned long start, unsigned long end, int scanned, int taken)
{
	const struct trace_event *event = test_last_event(TRACE_mm_compaction_isolate_freepages);

	ck_assert_int_eq(event->field[0], (s64)(TEST_DRAM_PFN + start));
	ck_assert_int_eq(event->field[1], (s64)(TEST_DRAM_PFN + end));
	ck_assert_int_eq(event->field[2], scanned);
	ck_assert_int_eq(event->field[3], taken);
}

/*
 *  the last pageblock:  # # . # [. .] # ...    order 0 at 2, order 1 at 4
 */
TEST(free_scan_takes_blocks_whole_and_splits_them, "16-10")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = scene_free_run(zone, MIGRATE_SYNC_LIGHT, 2);
	unsigned long last = 15 * BLOCK;
	struct page *page;

	test_set_watermarks(zone, 0, 0, 0);
	for (unsigned long i = 0; i < 8; i++)
		test_free_block(test_page(zone, i), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, last + 2), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, last + 4), 1, MIGRATE_MOVABLE);
	page = compaction_alloc(cc);
	ck_assert_ptr_nonnull(page);
	ck_assert_int_eq(page_count(page), 1);
	ck_assert(!PageBuddy(page));
	/* Three pages, one more than wanted; one is in use by now. */
	ck_assert_uint_eq(cc->nr_freepages, 2);
	expect_free_scan(last, last + 6, 5, 3);
	ck_assert_uint_eq(cc->free_pfn, TEST_DRAM_PFN + last + 6);
	/* The walk did not come to the end: no mark. */
	ck_assert(!get_pageblock_skip(TEST_DRAM_PFN + last));
	ck_assert_int_eq(test_free_pages(zone), 8);
	compaction_free(cc, page);
	ck_assert_uint_eq(cc->nr_freepages, 3);
	ck_assert_ptr_eq(compaction_alloc(cc), page);
	compaction_free(cc, page);
	ck_assert_uint_eq(release_freepages(cc), TEST_DRAM_PFN + last + 5);
	ck_assert_int_eq(test_count(TRACE_mm_page_free), 3);
	ck_assert_uint_eq(cc->nr_freepages, 0);
	scene_end_run(cc);
}

TEST(free_scan_goes_down_and_marks_what_is_exhausted, "16-12")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = scene_free_run(zone, MIGRATE_SYNC_LIGHT, 3);

	test_set_watermarks(zone, 0, 0, 0);
	zone->compact_cached_free_pfn = TEST_DRAM_PFN + 15 * BLOCK;
	for (unsigned long i = 0; i < 8; i++)
		test_free_block(test_page(zone, i), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 15 * BLOCK + 100), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 14 * BLOCK + 100), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 13 * BLOCK + 511), 0, MIGRATE_MOVABLE);
	ck_assert_ptr_nonnull(compaction_alloc(cc));
	ck_assert_int_eq(test_count(TRACE_mm_compaction_isolate_freepages), 3);
	expect_free_scan(13 * BLOCK, 14 * BLOCK, BLOCK, 1);
	ck_assert(get_pageblock_skip(TEST_DRAM_PFN + 15 * BLOCK));
	ck_assert(get_pageblock_skip(TEST_DRAM_PFN + 13 * BLOCK));
	ck_assert(!get_pageblock_skip(TEST_DRAM_PFN + 12 * BLOCK));
	ck_assert_uint_eq(zone->compact_cached_free_pfn, TEST_DRAM_PFN + 13 * BLOCK);
	/* Enough at the very end of a pageblock: on with the one below. */
	ck_assert_uint_eq(cc->free_pfn, TEST_DRAM_PFN + 12 * BLOCK);
	ck_assert_uint_eq(cc->nr_freepages, 2);
}

TEST(free_scan_ends_above_the_other_scanner, "")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = scene_free_run(zone, MIGRATE_SYNC_LIGHT, 3);

	test_set_watermarks(zone, 0, 0, 0);
	for (unsigned long i = 0; i < 8; i++)
		test_free_block(test_page(zone, 13 * BLOCK + i), 0, MIGRATE_MOVABLE);
	cc->migrate_pfn = TEST_DRAM_PFN + 13 * BLOCK + 7;
	ck_assert_ptr_null(compaction_alloc(cc));
	ck_assert_int_eq(test_count(TRACE_mm_compaction_isolate_freepages), 2);
	ck_assert_uint_eq(cc->free_pfn, TEST_DRAM_PFN + 13 * BLOCK);
}

TEST(free_scan_async_looks_at_every_thirty_second_page, "")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = scene_free_run(zone, MIGRATE_ASYNC, 300);

	test_set_watermarks(zone, 0, 0, 0);
	for (unsigned long i = 0; i < 8; i++)
		test_free_block(test_page(zone, i), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 15 * BLOCK + 33), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 14 * BLOCK + 64), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 14 * BLOCK + 65), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 13 * BLOCK + 5), 0, MIGRATE_MOVABLE);
	ck_assert_ptr_nonnull(compaction_alloc(cc));
	ck_assert_uint_eq(cc->nr_freepages, 1);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_freepages, 0)->field[2], 16);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_freepages, 0)->field[3], 0);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_freepages, 1)->field[2], 16);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_freepages, 1)->field[3], 1);
	/* From the first find on, every page. */
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_freepages, 2)->field[2], BLOCK);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_freepages, 2)->field[3], 1);
}

TEST(free_scan_passes_unsuitable_pageblocks, "16-10")
{
	for (int ignore = 0; ignore < 2; ignore++) {
		struct zone *zone = scene_full();
		struct compact_control *cc = scene_free_run(zone, MIGRATE_SYNC_LIGHT, 8);

		test_set_watermarks(zone, 0, 0, 0);
		/* 15 unmovable, 14 free as a whole, 13 marked, 12 CMA, 11 a huge page and free. */
		for (unsigned long block = 8; block < 16; block++)
			if (block != 14)
				test_free_block(test_page(zone, block * BLOCK + 64), 1,
						MIGRATE_MOVABLE);
		set_pageblock_migratetype(test_page(zone, 15 * BLOCK), MIGRATE_UNMOVABLE);
		test_free_block(test_page(zone, 14 * BLOCK), 9, MIGRATE_MOVABLE);
		set_pageblock_skip(TEST_DRAM_PFN + 13 * BLOCK);
		set_pageblock_migratetype(test_page(zone, 12 * BLOCK), MIGRATE_CMA);
		prep_compound_page(test_page(zone, 11 * BLOCK), 5);
		cc->ignore_skip_hint = cc->ignore_block_suitable = ignore;
		ck_assert_ptr_nonnull(compaction_alloc(cc));
		ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_freepages, 0)->field[0],
				 (s64)(TEST_DRAM_PFN + (ignore ? 15 : 12) * BLOCK));
		ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_freepages, 1)->field[0],
				 (s64)(TEST_DRAM_PFN + (ignore ? 13 : 11) * BLOCK));
		ck_assert_uint_eq(pageblock_start_pfn(cc->free_pfn),
				  TEST_DRAM_PFN + (ignore ? 11 : 9) * BLOCK);
		machine_free(world);
	}
}

TEST(free_scan_passes_holes, "")
{
	struct compact_control *cc;
	struct zone *zone;

	/* DMA's 16 MiB, then nothing up to 2 GiB but in another zone: the middle is a hole. */
	test_machine_zones(16);
	zone = test_zone(0, ZONE_DMA);
	test_empty_zone(zone);
	test_set_watermarks(zone, 0, 0, 0);
	cc = scene_free_run(zone, MIGRATE_SYNC_LIGHT, 1);
	cc->direct_compaction = true;
	cc->order = cc->search_order = 3;
	ck_assert(!pfn_valid(cc->free_pfn / 2 + cc->migrate_pfn / 2));
	ck_assert_ptr_null(compaction_alloc(cc));
	/* The first seven pageblocks with memory were looked at, all above the other scanner. */
	ck_assert_int_eq(test_count(TRACE_mm_compaction_isolate_freepages), 7);
}

TEST(free_scan_in_a_ragged_zone, "")
{
	struct zone *zone = scene_ragged();
	struct compact_control *cc = scene_free_run(zone, MIGRATE_SYNC_LIGHT, 500);

	test_set_watermarks(zone, 0, 0, 0);
	test_set_pageblocks(zone, MIGRATE_MOVABLE);
	/* One in each pageblock that is there; the one with a hole in its middle is scanned too. */
	test_free_block(pfn_to_page(zone_end_pfn(zone) - 1), 0, MIGRATE_MOVABLE);
	test_free_block(pfn_to_page(TEST_DRAM_PFN + 4 * 256 + 510), 0, MIGRATE_MOVABLE);
	test_free_block(pfn_to_page(TEST_DRAM_PFN + 600), 0, MIGRATE_MOVABLE);
	for (unsigned long i = 0; i < 8; i++)
		test_free_block(pfn_to_page(TEST_DRAM_PFN + 300 + 2 * i), 0, MIGRATE_MOVABLE);
	ck_assert_ptr_nonnull(compaction_alloc(cc));
	ck_assert_uint_eq(cc->nr_freepages, 2);
	expect_free_scan(BLOCK, 2 * BLOCK, BLOCK, 1);
	/* The last pageblock ends where the zone ends: half of it. */
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_freepages, 0)->field[2], 256);
}

TEST(isolate_free_page_keeps_the_raw_reserve, "16-10")
{
	struct zone *zone = scene_full();
	struct page *page = test_page(zone, 8);

	/* 64 + 36 free: taking 8 needs more than min + 8. The boost does not count, nor low. */
	for (unsigned long i = 0; i < 92; i++)
		test_free_block(test_page(zone, 1024 + 2 * i), 0, MIGRATE_MOVABLE);
	test_free_block(page, 3, MIGRATE_MOVABLE);
	test_set_watermarks(zone, 92, 5000, 6000);
	zone->watermark_boost = 1000;
	ck_assert_uint_eq(__isolate_free_page(page, 3), 0);
	ck_assert(PageBuddy(page));
	test_set_watermarks(zone, 91, 5000, 6000);
	ck_assert_uint_eq(__isolate_free_page(page, 3), 8);
	ck_assert(!PageBuddy(page));
	ck_assert_int_eq(test_free_pages(zone), 92);
	/* A page of an isolated pageblock was not counted: it may go, whatever is left. */
	set_pageblock_migratetype(test_page(zone, 512), MIGRATE_ISOLATE);
	test_free_block(test_page(zone, 512), 0, MIGRATE_ISOLATE);
	test_set_watermarks(zone, 5000, 5000, 6000);
	ck_assert_uint_eq(__isolate_free_page(test_page(zone, 512), 0), 1);
	ck_assert_int_eq(test_free_pages(zone), 92);
}

TEST(isolate_free_page_counts_cma, "16-10")
{
	struct zone *zone = scene_full();

	set_pageblock_migratetype(test_page(zone, 0), MIGRATE_CMA);
	for (unsigned long i = 0; i < 60; i++)
		test_free_block(test_page(zone, 2 * i), 0, MIGRATE_CMA);
	test_set_watermarks(zone, 58, 58, 58);
	ck_assert_uint_eq(__isolate_free_page(test_page(zone, 0), 0), 1);
	ck_assert_int_eq(test_free_cma_pages(zone), 59);
	cpu_vm_stats_fold(0);
	ck_assert_uint_eq(__isolate_free_page(test_page(zone, 2), 0), 0);
}

TEST(isolate_free_page_makes_its_pageblocks_movable, "16-10")
{
	static const struct {
		unsigned int order;
		int before, after;
	} row[] = {
		{ 7, MIGRATE_UNMOVABLE, MIGRATE_UNMOVABLE },
		{ 8, MIGRATE_UNMOVABLE, MIGRATE_MOVABLE },
		{ 8, MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE },
		{ 8, MIGRATE_HIGHATOMIC, MIGRATE_HIGHATOMIC },
		{ 8, MIGRATE_CMA, MIGRATE_CMA },
		{ 8, MIGRATE_ISOLATE, MIGRATE_ISOLATE },
		{ 10, MIGRATE_UNMOVABLE, MIGRATE_MOVABLE },
	};

	for_each_row(i, row) {
		struct zone *zone = scene_full();

		test_set_watermarks(zone, 0, 0, 0);
		test_free_block(test_page(zone, 4096), 5, MIGRATE_MOVABLE);
		set_pageblock_migratetype(test_page(zone, 0), row[i].before);
		set_pageblock_migratetype(test_page(zone, BLOCK), row[i].before);
		test_free_block(test_page(zone, 0), row[i].order, row[i].before);
		ck_assert_uint_eq(__isolate_free_page(test_page(zone, 0), row[i].order),
				  1u << row[i].order);
		ck_assert_int_eq(get_pageblock_migratetype(test_page(zone, 0)), row[i].after);
		ck_assert_int_eq(get_pageblock_migratetype(test_page(zone, BLOCK)),
				 row[i].order == 10 ? row[i].after : row[i].before);
		machine_free(world);
	}
}

TEST(free_scan_stops_at_the_reserve, "16-10")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = scene_free_run(zone, MIGRATE_SYNC_LIGHT, 8);

	for (unsigned long i = 0; i < 104; i++)
		test_free_block(test_page(zone, 14 * BLOCK + 2 * i), 0, MIGRATE_MOVABLE);
	/* 104 free, min 100: three can go. The rest of the zone is not looked at any more. */
	ck_assert_ptr_nonnull(compaction_alloc(cc));
	ck_assert_uint_eq(cc->nr_freepages, 2);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_isolate_freepages), 2);
	/* The pageblock above held nothing, so only every other page is looked at here. */
	expect_free_scan(14 * BLOCK, 14 * BLOCK + 6, 4, 3);
	ck_assert(!get_pageblock_skip(TEST_DRAM_PFN + 14 * BLOCK));
}

/* mm/compaction.c:1536: wider steps after each pageblock without a find, for those who wait too. */
TEST(free_scan_takes_wider_steps, "16-15")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = scene_free_run(zone, MIGRATE_SYNC_LIGHT, 300);
	static const int looks[] = { 512, 256, 128, 64, 32, 16, 16, 512, 512, 256 };

	test_set_watermarks(zone, 0, 0, 0);
	for (unsigned long i = 0; i < 8; i++)
		test_free_block(test_page(zone, i), 0, MIGRATE_MOVABLE);
	/* In the seventh from above there is something where a step ends, and next to it. */
	test_free_block(test_page(zone, 9 * BLOCK + 64), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 8 * BLOCK + 3), 0, MIGRATE_MOVABLE);
	ck_assert_ptr_nonnull(compaction_alloc(cc));
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_freepages, i)->field[2],
				 looks[i]);
	/* Marked, although only some of its pages were looked at. */
	ck_assert(get_pageblock_skip(TEST_DRAM_PFN + 10 * BLOCK));
}

/* After a free block the steps go on from its last page. */
TEST(free_scan_steps_lose_their_alignment, "16-15")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = scene_free_run(zone, MIGRATE_ASYNC, 300);

	test_set_watermarks(zone, 0, 0, 0);
	for (unsigned long i = 0; i < 8; i++)
		test_free_block(test_page(zone, i), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 15 * BLOCK + 32), 2, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 15 * BLOCK + 64), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 15 * BLOCK + 67), 0, MIGRATE_MOVABLE);
	ck_assert_ptr_nonnull(compaction_alloc(cc));
	/* 0, 32, then 35 + 32 = 67, and on from there: 16 looks. */
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_freepages, 0)->field[2], 16);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_freepages, 0)->field[3], 5);
}

/* mm/compaction.c:997, mm/migrate.c:1437: the page taken last is used first. */
TEST(free_scan_hands_out_the_one_taken_last_first, "16-15")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = scene_free_run(zone, MIGRATE_SYNC_LIGHT, 7);
	static const unsigned long expect[] = { 20, 11, 10, 9, 8, 2, 0 };

	test_set_watermarks(zone, 0, 0, 0);
	for (unsigned long i = 0; i < 8; i++)
		test_free_block(test_page(zone, i), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 15 * BLOCK), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 15 * BLOCK + 2), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 15 * BLOCK + 8), 2, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 15 * BLOCK + 20), 0, MIGRATE_MOVABLE);
	for (int i = 0; i < 7; i++)
		ck_assert_ptr_eq(compaction_alloc(cc), test_page(zone, 15 * BLOCK + expect[i]));
	ck_assert_int_eq(test_count(TRACE_mm_compaction_isolate_freepages), 1);
}

TEST(free_scan_ends_for_a_fatal_signal, "16-6 13-15")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = scene_free_run(zone, MIGRATE_SYNC_LIGHT, 300);

	/* Asked at every 32nd page. */
	for (unsigned long i = 0; i < 200; i++)
		test_free_block(test_page(zone, 15 * BLOCK + 2 * i), 0, MIGRATE_MOVABLE);
	cc->free_pfn = TEST_DRAM_PFN + 15 * BLOCK + 1;
	current->fatal_signal_pending = true;
	ck_assert_ptr_nonnull(compaction_alloc(cc));
	ck_assert(cc->contended);
	ck_assert_uint_eq(cc->nr_freepages, 14);
	expect_free_scan(15 * BLOCK + 1, 15 * BLOCK + 32, 31, 15);
	ck_assert_uint_eq(cc->free_pfn, TEST_DRAM_PFN + 15 * BLOCK + 32);
}

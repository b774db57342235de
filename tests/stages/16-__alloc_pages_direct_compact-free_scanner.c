/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 16: the scanner of free pages, and its fast search.
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

	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
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
	expect_free_scan(14 * BLOCK, 14 * BLOCK + 6, 7, 3);
	ck_assert(!get_pageblock_skip(TEST_DRAM_PFN + 14 * BLOCK));
}

/* ---- the fast search of free pages ---- */

static struct compact_control *fast_free_run(struct zone *zone, unsigned long nr_migratepages)
{
	struct compact_control *cc = scene_free_run(zone, MIGRATE_SYNC_LIGHT, nr_migratepages);

	cc->order = cc->search_order = 4;
	cc->free_pfn = TEST_DRAM_PFN + 12 * BLOCK;
	return cc;
}

/** Between scanners at 0 and 12: the top quarter begins at 9, the top half at 6. */
TEST(fast_search_takes_from_the_top_quarter, "")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = fast_free_run(zone, 4);
	struct page *page;

	test_set_watermarks(zone, 0, 0, 0);
	for (unsigned long i = 0; i < 16; i++)
		test_free_block(test_page(zone, BLOCK + 2 * i), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 9 * BLOCK + 256), 2, MIGRATE_MOVABLE);
	page = compaction_alloc(cc);
	ck_assert_uint_eq(pageblock_start_pfn(page_to_pfn(page)), TEST_DRAM_PFN + 9 * BLOCK);
	ck_assert_uint_eq(cc->nr_freepages, 3);
	/* No walk, and the free position stays. The next search begins at this order. */
	ck_assert_int_eq(test_count(TRACE_mm_compaction_isolate_freepages), 0);
	ck_assert_uint_eq(cc->free_pfn, TEST_DRAM_PFN + 12 * BLOCK);
	ck_assert_int_eq(cc->search_order, 2);
	ck_assert_uint_eq(cc->fast_search_fail, 0);
}

TEST(fast_search_looks_around_the_block, "")
{
	for (int async = 0; async < 2; async++) {
		struct zone *zone = scene_full();
		struct compact_control *cc = fast_free_run(zone, 8);

		test_set_watermarks(zone, 0, 0, 0);
		for (unsigned long i = 0; i < 16; i++)
			test_free_block(test_page(zone, BLOCK + 2 * i), 0, MIGRATE_MOVABLE);
		test_free_block(test_page(zone, 9 * BLOCK + 511), 0, MIGRATE_MOVABLE);
		test_free_block(test_page(zone, 9 * BLOCK + 1), 0, MIGRATE_MOVABLE);
		test_free_block(test_page(zone, 9 * BLOCK + 256), 2, MIGRATE_MOVABLE);
		if (async) {
			cc->mode = MIGRATE_ASYNC;
			cc->direct_compaction = true;
		}
		ck_assert_ptr_nonnull(compaction_alloc(cc));
		ck_assert_uint_eq(cc->nr_freepages, async ? 3 : 5);
		ck_assert_int_eq(test_count(TRACE_mm_compaction_isolate_freepages), async ? 0 : 2);
		/* All of it was not enough: it is marked. */
		ck_assert_int_eq(get_pageblock_skip(TEST_DRAM_PFN + 9 * BLOCK), !async);
		machine_free(world);
	}
}

TEST(fast_search_block_fills_its_pageblocks_half, "")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = fast_free_run(zone, 300);

	test_set_watermarks(zone, 0, 0, 0);
	cc->order = cc->search_order = 9;
	/* At the start of its pageblock: nothing before it. Enough after it: no mark. */
	test_free_block(test_page(zone, 9 * BLOCK), 8, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 9 * BLOCK + 256), 6, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 0), 0, MIGRATE_MOVABLE);
	ck_assert_ptr_nonnull(compaction_alloc(cc));
	ck_assert_uint_eq(cc->nr_freepages, 319);
	expect_free_scan(9 * BLOCK + 256, 9 * BLOCK + 320, 1, 64);
	ck_assert(!get_pageblock_skip(TEST_DRAM_PFN + 9 * BLOCK));
	scene_end_run(cc);
	/* And at its end: nothing after it. Enough before it. */
	zone = scene_full();
	cc = fast_free_run(zone, 257);
	test_set_watermarks(zone, 0, 0, 0);
	cc->order = cc->search_order = 9;
	test_free_block(test_page(zone, 0), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 9 * BLOCK + 256), 8, MIGRATE_MOVABLE);
	ck_assert_ptr_nonnull(compaction_alloc(cc));
	ck_assert_uint_eq(cc->nr_freepages, 255);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_isolate_freepages), 1);
	scene_end_run(cc);
}

TEST(fast_search_else_the_best_of_the_top_half, "")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = fast_free_run(zone, 1);
	struct page *page;

	test_set_watermarks(zone, 0, 0, 0);
	test_free_block(test_page(zone, 7 * BLOCK), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 8 * BLOCK), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 9 * BLOCK), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, BLOCK), 3, MIGRATE_MOVABLE);
	/* One entry a list, from the tail: order 3 is too low, order 0 good enough. */
	page = compaction_alloc(cc);
	ck_assert_ptr_eq(page, test_page(zone, 7 * BLOCK));
	/* With a look at all of them it would have been another one. */
	cc = fast_free_run(zone, 1);
	cc->free_pfn = TEST_DRAM_PFN + 15 * BLOCK;
	page = compaction_alloc(cc);
	ck_assert_ptr_eq(page, test_page(zone, 9 * BLOCK));
}

TEST(fast_search_rotates_the_list, "")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = fast_free_run(zone, 1);

	test_set_watermarks(zone, 0, 0, 0);
	test_free_block(test_page(zone, 2 * BLOCK), 1, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 11 * BLOCK), 1, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 3 * BLOCK), 1, MIGRATE_MOVABLE);
	test_expect_list(zone, 1, MIGRATE_MOVABLE, "40600 41600 40400");
	/* The tail is too low: it goes to the head. Then the scan finds the block itself. */
	ck_assert_ptr_nonnull(compaction_alloc(cc));
	test_expect_list(zone, 1, MIGRATE_MOVABLE, "40400 40600");
	ck_assert_uint_eq(cc->fast_search_fail, 1);
}

TEST(fast_search_begins_one_lower_after_each_round, "")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = fast_free_run(zone, 1);
	static const int next[] = { 2, 1, 0, 3, 2 };

	/* Nothing free at all: four orders are tried from 3 on, then from 2 on, and so on. */
	test_set_watermarks(zone, 0, 0, 0);
	cc->free_pfn = TEST_DRAM_PFN + BLOCK;
	cc->search_order = 9;
	for (int i = 0; i < 5; i++) {
		ck_assert_ptr_null(compaction_alloc(cc));
		cc->free_pfn = TEST_DRAM_PFN + BLOCK;
		ck_assert_int_eq(cc->search_order, next[i]);
	}
	ck_assert_uint_eq(cc->fast_search_fail, 5);
}

TEST(fast_search_ends_at_the_reserve, "16-10")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = fast_free_run(zone, 1);

	test_free_block(test_page(zone, 10 * BLOCK), 3, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 11 * BLOCK), 0, MIGRATE_MOVABLE);
	ck_assert_ptr_null(compaction_alloc(cc));
	ck_assert_uint_eq(cc->fast_search_fail, 1);
	ck_assert_int_eq(test_free_pages(zone), 9);
}

TEST(fast_search_at_the_start_moves_the_free_position, "")
{
	for (int direct = 0; direct < 3; direct++) {
		struct zone *zone = scene_full();
		struct compact_control *cc = fast_free_run(zone, 1);

		test_set_watermarks(zone, 0, 0, 0);
		cc->free_pfn = TEST_DRAM_PFN + 15 * BLOCK;
		cc->direct_compaction = direct;
		/* Free memory below the middle: on with its highest pageblock. */
		if (direct == 2) {
			test_free_block(test_page(zone, 2 * BLOCK), 0, MIGRATE_MOVABLE);
			test_free_block(test_page(zone, 4 * BLOCK), 0, MIGRATE_MOVABLE);
			test_free_block(test_page(zone, 3 * BLOCK), 0, MIGRATE_MOVABLE);
		}
		ck_assert_int_eq(compaction_alloc(cc) != NULL, direct == 2);
		if (direct == 2)
			expect_free_scan(4 * BLOCK, 4 * BLOCK + 1, 1, 1);
		else /* None at all: everything is looked at; who waits begins in the middle. */
			ck_assert_int_eq(
				test_event(TRACE_mm_compaction_isolate_freepages, 0)->field[0],
				(s64)(TEST_DRAM_PFN + (direct ? 7 : 15) * BLOCK));
		machine_free(world);
	}
}

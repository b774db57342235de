/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 16: finding pages to copy to on the free lists: the fast search for a target.
 */
#include "compaction-scenes.h"
#include "gfp.h"
#include "gfp_zones.h"
#include "life/life.h"
#include "machines.h"

static void expect_free_scan(unsigned long start, unsigned long end, int scanned, int taken)
{
	const struct trace_event *event = test_last_event(TRACE_mm_compaction_isolate_freepages);

	ck_assert_int_eq(event->field[0], (s64)(TEST_DRAM_PFN + start));
	ck_assert_int_eq(event->field[1], (s64)(TEST_DRAM_PFN + end));
	ck_assert_int_eq(event->field[2], scanned);
	ck_assert_int_eq(event->field[3], taken);
}

/** A run for order 4 that is not at the start of its scan; it is from pageblock 13 on. */
static struct compact_control *fast_free_run(struct zone *zone, unsigned long nr_migratepages)
{
	struct compact_control *cc = scene_free_run(zone, MIGRATE_SYNC_LIGHT, nr_migratepages);

	cc->order = cc->search_order = 4;
	zone->compact_init_free_pfn = TEST_DRAM_PFN + 13 * BLOCK;
	cc->free_pfn = TEST_DRAM_PFN + 12 * BLOCK;
	return cc;
}

/** Between scanners at 0 and 12: the top quarter begins at 9, the top half at 6. */
TEST(fast_search_takes_from_the_top_quarter, "16-15")
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

/* Expect the search for every block of more than one page, and for a run on request, order -1, the walk. */
TEST(fast_search_for_blocks_of_two_pages_on, "16-15")
{
	for (int order = -1; order <= 1; order += 2) {
		struct zone *zone = scene_full();
		struct compact_control *cc = fast_free_run(zone, 1);

		test_set_watermarks(zone, 0, 0, 0);
		cc->order = cc->search_order = order;
		test_free_block(test_page(zone, 9 * BLOCK), 0, MIGRATE_MOVABLE);
		test_free_block(test_page(zone, BLOCK), 0, MIGRATE_MOVABLE);
		ck_assert_ptr_nonnull(compaction_alloc(cc));
		/* A walk takes the position along, the search leaves it. */
		ck_assert_int_eq(cc->free_pfn == TEST_DRAM_PFN + 12 * BLOCK, order > 0);
		machine_free(world);
	}
}

TEST(fast_search_looks_around_the_block, "16-15")
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
		/* The last page of the pageblock is left out. */
		ck_assert_uint_eq(cc->nr_freepages, async ? 3 : 4);
		ck_assert_int_eq(test_count(TRACE_mm_compaction_isolate_freepages), async ? 0 : 2);
		/* All of it was not enough: it is marked. */
		ck_assert_int_eq(get_pageblock_skip(TEST_DRAM_PFN + 9 * BLOCK), !async);
		machine_free(world);
	}
}

TEST(fast_search_block_fills_its_pageblocks_half, "16-15")
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

TEST(fast_search_else_the_best_of_the_top_half, "16-15")
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

TEST(fast_search_rotates_the_list, "16-15")
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

TEST(fast_search_begins_one_lower_after_each_round, "16-15")
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

TEST(fast_search_at_the_start_moves_the_free_position, "16-15")
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

/* mm/compaction.c:1395: what is seen moves the remembered position to one pageblock below, never down. */
TEST(fast_search_moves_the_cached_position, "16-14 16-15")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = fast_free_run(zone, 1);

	test_set_watermarks(zone, 0, 0, 0);
	test_free_block(test_page(zone, BLOCK), 3, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 10 * BLOCK), 0, MIGRATE_MOVABLE);
	ck_assert_ptr_eq(compaction_alloc(cc), test_page(zone, 10 * BLOCK));
	ck_assert_uint_eq(zone->compact_cached_free_pfn, TEST_DRAM_PFN + 9 * BLOCK);
	test_free_block(test_page(zone, 11 * BLOCK), 0, MIGRATE_MOVABLE);
	zone->compact_cached_free_pfn = TEST_DRAM_PFN + 11 * BLOCK;
	ck_assert_ptr_eq(compaction_alloc(cc), test_page(zone, 11 * BLOCK));
	ck_assert_uint_eq(zone->compact_cached_free_pfn, TEST_DRAM_PFN + 10 * BLOCK);
	test_free_block(test_page(zone, 9 * BLOCK), 0, MIGRATE_MOVABLE);
	ck_assert_ptr_eq(compaction_alloc(cc), test_page(zone, 9 * BLOCK));
	ck_assert_uint_eq(zone->compact_cached_free_pfn, TEST_DRAM_PFN + 10 * BLOCK);
}

/* A find above the scanner of free pages is as good as any. */
TEST(fast_search_has_no_upper_bound, "16-15")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = fast_free_run(zone, 1);

	test_set_watermarks(zone, 0, 0, 0);
	test_free_block(test_page(zone, BLOCK), 3, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 14 * BLOCK), 0, MIGRATE_MOVABLE);
	ck_assert_ptr_eq(compaction_alloc(cc), test_page(zone, 14 * BLOCK));
	ck_assert_uint_eq(cc->free_pfn, TEST_DRAM_PFN + 12 * BLOCK);
}

/* The second best: the list is turned there, and the next search begins where this one did. */
TEST(fast_search_second_best_leaves_the_order, "16-15")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = fast_free_run(zone, 1);

	test_set_watermarks(zone, 0, 0, 0);
	zone->compact_init_free_pfn = 0;
	cc->fast_search_fail = 3;
	test_free_block(test_page(zone, 2 * BLOCK), 1, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 7 * BLOCK), 1, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 8 * BLOCK), 1, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 6 * BLOCK), 1, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, BLOCK), 1, MIGRATE_MOVABLE);
	/* Head first 1 6 8 7 2: from the tail 2, 7, 8, 6 and 1 are seen, 8 is the best. */
	ck_assert_ptr_eq(compaction_alloc(cc), test_page(zone, 8 * BLOCK + 1));
	test_expect_list(zone, 1, MIGRATE_MOVABLE, "40e00 40400 40200 40c00");
	ck_assert_int_eq(cc->search_order, 3);
	ck_assert_uint_eq(cc->fast_search_fail, 3);
}

/* Each better find halves what may still be looked at. */
TEST(fast_search_second_best_halves_the_limit, "16-15")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = fast_free_run(zone, 1);

	/* 256, then 128, 64, 32, 16, 8: after eight finds, each better, that is enough. */
	test_set_watermarks(zone, 0, 0, 0);
	zone->compact_init_free_pfn = 0;
	for (unsigned long i = 0; i < 20; i++)
		test_free_block(test_page(zone, 7 * BLOCK + 4 * i), 1, MIGRATE_MOVABLE);
	ck_assert_ptr_eq(compaction_alloc(cc), test_page(zone, 7 * BLOCK + 4 * 5 + 1));
	ck_assert_uint_eq(cc->free_scanned, 6);
}

/* Failures shorten the search, to one entry of each list at the least. */
TEST(fast_search_after_many_failures, "16-15")
{
	for (unsigned short fail = 0; fail < 12; fail += 6) {
		struct zone *zone = scene_full();
		struct compact_control *cc = fast_free_run(zone, 1);

		test_set_watermarks(zone, 0, 0, 0);
		cc->fast_search_fail = fail;
		test_free_block(test_page(zone, 9 * BLOCK), 1, MIGRATE_MOVABLE);
		test_free_block(test_page(zone, BLOCK), 1, MIGRATE_MOVABLE);
		list_move(&test_page(zone, 9 * BLOCK)->lru,
			  &zone->free_area[1].free_list[MIGRATE_MOVABLE]);
		ck_assert_ptr_nonnull(compaction_alloc(cc));
		/* The good one is behind the first: found by the walk through the zone. */
		ck_assert_uint_eq(cc->fast_search_fail, fail + 1u);
		ck_assert_int_gt(test_count(TRACE_mm_compaction_isolate_freepages), 0);
		machine_free(world);
	}
}

/* mm/compaction.c:1352: a refusal ends the search, and the next one begins an order lower. */
TEST(fast_search_refused_begins_lower, "16-10 16-15")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = fast_free_run(zone, 1);

	test_free_block(test_page(zone, 10 * BLOCK), 2, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 11 * BLOCK), 0, MIGRATE_MOVABLE);
	cc->fast_search_fail = 2;
	ck_assert_ptr_null(compaction_alloc(cc));
	ck_assert_int_eq(cc->search_order, 1);
	ck_assert_uint_eq(cc->fast_search_fail, 1);
	/* The walk is refused as well, at the first free page it meets. */
	ck_assert_uint_eq(cc->free_scanned, 1 + BLOCK + 1);
}

/* Only free blocks of other types: their list is empty, and nothing is turned. */
TEST(fast_search_other_types_do_not_count, "16-15")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = fast_free_run(zone, 1);

	test_set_watermarks(zone, 0, 0, 0);
	set_pageblock_migratetype(test_page(zone, 10 * BLOCK), MIGRATE_CMA);
	for (unsigned long i = 0; i < 4; i++)
		test_free_block(test_page(zone, 10 * BLOCK + 4 * i), 1, MIGRATE_CMA);
	cc->fast_search_fail = 6;
	ck_assert_ptr_eq(compaction_alloc(cc), test_page(zone, 10 * BLOCK + 1));
	ck_assert_uint_eq(cc->fast_search_fail, 7);
	ck_assert_int_gt(test_count(TRACE_mm_compaction_isolate_freepages), 0);
}

/* What is seen at the start of a scan is scanned around, from its pageblock's first page, but its last. */
TEST(fast_search_at_the_start_looks_around_what_it_saw, "16-15")
{
	for (int async = 0; async < 2; async++) {
		struct zone *zone = scene_full();
		struct compact_control *cc = fast_free_run(zone, 2);

		test_set_watermarks(zone, 0, 0, 0);
		cc->free_pfn = TEST_DRAM_PFN + 15 * BLOCK;
		cc->direct_compaction = true;
		cc->mode = async ? MIGRATE_ASYNC : MIGRATE_SYNC_LIGHT;
		test_free_block(test_page(zone, 4 * BLOCK + 6), 0, MIGRATE_MOVABLE);
		test_free_block(test_page(zone, 4 * BLOCK + 511), 0, MIGRATE_MOVABLE);
		ck_assert_int_eq(compaction_alloc(cc) != NULL, !async);
		ck_assert_uint_eq(pageblock_start_pfn(cc->free_pfn),
				  TEST_DRAM_PFN + (async ? 0 : 4) * BLOCK);
		if (!async) {
			expect_free_scan(4 * BLOCK, 5 * BLOCK - 1, BLOCK - 1, 1);
			ck_assert(get_pageblock_skip(TEST_DRAM_PFN + 4 * BLOCK));
		}
		machine_free(world);
	}
}

/* ---- searches, and all that is left behind ---- */

/*
 * Free blocks, each at the head of its list before the next is laid, so that the first laid is looked at first. The scanners are
 * at 0 and at 12, not at the start of a scan; good is what lies from 9 on, better than nothing from 6 on.
 */
TEST(fast_search_searches, "16-10 16-14 16-15")
{
	static const struct {
		struct {
			unsigned int order;
			unsigned long block, page;
		} free[4];
		int nr_free;
		unsigned long wanted;
		unsigned long cached;		       /* a pageblock */
		unsigned long found_block, found_page; /* 99: none */
		const char *scans, *state;
	} row[] = {
		/* The lowest place that is good, and the highest that is not. */
		{ { { 3, 9, 0 } },
		  1,
		  8,
		  0,
		  9,
		  7,
		  "",
		  "0:0 12:0 | - - 8:0 / - 13:0 | marked | 8 7 | 0 1 | fail 0 order 3 -" },
		{ { { 3, 8, 504 } },
		  1,
		  8,
		  0,
		  8,
		  511,
		  "",
		  "0:0 12:0 | - - 7:0 / - 13:0 | marked | 8 7 | 0 1 | fail 2 order 3 -" },
		/* The lowest place that is better than nothing; the cached position is below and stays at 14. */
		{ { { 3, 6, 0 } },
		  1,
		  8,
		  14,
		  6,
		  7,
		  "",
		  "0:0 12:0 | - - 14:0 / - 13:0 | marked | 8 7 | 0 1 | fail 2 order 3 -" },
		/* Downwards from 3 to 0: the first order that has something good. */
		{ { { 2, 5, 0 }, { 1, 9, 2 }, { 0, 10, 5 } },
		  3,
		  2,
		  0,
		  9,
		  3,
		  "",
		  "0:0 12:0 | - - 8:0 / - 13:0 | marked | 2 1 | 0 2 | fail 0 order 1 -" },
		/* Not enough: what is around it, below and above, but for the pageblock's last page; and its mark. */
		{ { { 3, 9, 256 }, { 0, 9, 255 }, { 0, 9, 264 }, { 0, 9, 511 } },
		  4,
		  20,
		  0,
		  9,
		  264,
		  "f 9:0-9:256 256 1, f 9:264-9:511 247 1",
		  "0:0 12:0 | - - 8:0 / - 13:0 | marked 9 | 20 9 | 0 504 | fail 0 order 3 -" },
		/* Enough from below: not above. */
		{ { { 3, 9, 256 }, { 0, 9, 255 }, { 0, 9, 264 } },
		  3,
		  9,
		  0,
		  9,
		  255,
		  "f 9:0-9:256 256 1",
		  "0:0 12:0 | - - 8:0 / - 13:0 | marked | 9 8 | 0 257 | fail 0 order 3 -" },
		/* Enough from above, at the last page there: no mark. */
		{ { { 3, 9, 256 }, { 0, 9, 510 } },
		  2,
		  9,
		  0,
		  9,
		  510,
		  "f 9:0-9:256 256 0, f 9:264-9:511 247 1",
		  "0:0 12:0 | - - 8:0 / - 13:0 | marked | 9 8 | 0 504 | fail 0 order 3 -" },
		/* At the pageblock's start, and to its end but one: nothing to look at there. */
		{ { { 3, 9, 0 } },
		  1,
		  9,
		  0,
		  9,
		  7,
		  "f 9:8-9:511 503 0",
		  "0:0 12:0 | - - 8:0 / - 13:0 | marked 9 | 9 7 | 0 504 | fail 0 order 3 -" },
		{ { { 3, 9, 504 } },
		  1,
		  9,
		  0,
		  9,
		  511,
		  "f 9:0-9:504 504 0",
		  "0:0 12:0 | - - 8:0 / - 13:0 | marked 9 | 9 7 | 0 505 | fail 0 order 3 -" },
		/* Only too low ones: each list's first entry is looked at, and the walk finds the nearest. The next search begins lower. */
		{ { { 3, 5, 0 }, { 3, 5, 8 }, { 1, 4, 0 } }, 3, 8, 0, 5, 7, NULL, NULL },
	};

	for_each_row(i, row) {
		struct zone *zone = scene_full();
		struct compact_control *cc = fast_free_run(zone, row[i].wanted);
		const struct page *page;

		test_set_watermarks(zone, 0, 0, 0);
		/* So that the raw mark of 0 lets the last page go as well. */
		test_free_block(test_page(zone, BLOCK), 4, MIGRATE_UNMOVABLE);
		for (int n = 0; n < row[i].nr_free; n++)
			test_free_block(
				test_page(zone, row[i].free[n].block * BLOCK + row[i].free[n].page),
				row[i].free[n].order, MIGRATE_MOVABLE);
		cc->search_order = 3;
		cc->fast_search_fail = 2;
		if (row[i].cached)
			zone->compact_cached_free_pfn = TEST_DRAM_PFN + row[i].cached * BLOCK;
		test_forget_events();
		page = compaction_alloc(cc);
		ck_assert_ptr_nonnull(page);
		if (!row[i].state) {
			ck_assert_uint_eq(cc->fast_search_fail, 3);
			ck_assert_int_eq(cc->search_order, 2);
			ck_assert_uint_eq(pageblock_start_pfn(page_to_pfn(page)),
					  TEST_DRAM_PFN + 5 * BLOCK);
			machine_free(world);
			continue;
		}
		ck_assert_msg(!strcmp(scene_state(cc), row[i].state), "row %zu: %s", i,
			      scene_state(cc));
		ck_assert_msg(!strcmp(scene_scans(), row[i].scans), "row %zu: %s", i,
			      scene_scans());
		ck_assert_msg(page_to_pfn(page) == TEST_DRAM_PFN + row[i].found_block * BLOCK +
							   row[i].found_page,
			      "row %zu: %lx", i, page_to_pfn(page));
		machine_free(world);
	}
}

/*
 * At the start of a scan 256 entries of a list are looked at. Two lists: order 1 with `low` entries too low and then a good one;
 * order 0 with one too low and then a good one. A list that is used up leaves one look for each that follows.
 */
TEST(fast_search_at_the_start_looks_at_256, "16-15")
{
	static const struct {
		unsigned long low;
		bool good;
		unsigned long found; /* pageblock */
	} row[] = { { 255, true, 14 }, { 256, true, 3 }, { 255, false, 13 }, { 256, false, 3 } };

	for_each_row(i, row) {
		struct zone *zone = scene_full();
		struct compact_control *cc = fast_free_run(zone, 1);

		test_set_watermarks(zone, 0, 0, 0);
		cc->order = 2;
		cc->search_order = 1;
		cc->free_pfn = zone->compact_init_free_pfn = TEST_DRAM_PFN + 15 * BLOCK;
		for (unsigned long n = 0; n < row[i].low; n++)
			test_free_block(test_page(zone, BLOCK + 4 * n), 1, MIGRATE_MOVABLE);
		if (row[i].good)
			test_free_block(test_page(zone, 14 * BLOCK + 4), 1, MIGRATE_MOVABLE);
		test_free_block(test_page(zone, 3 * BLOCK + 5), 0, MIGRATE_MOVABLE);
		test_free_block(test_page(zone, 13 * BLOCK + 3), 0, MIGRATE_MOVABLE);
		/* Not found: on at the highest pageblock that was seen. */
		ck_assert_msg(pageblock_start_pfn(page_to_pfn(compaction_alloc(cc))) ==
				      TEST_DRAM_PFN + row[i].found * BLOCK,
			      "row %zu", i);
		ck_assert_uint_eq(cc->free_pfn,
				  row[i].found == 3 ? cc->free_pfn : TEST_DRAM_PFN + 15 * BLOCK);
		machine_free(world);
	}
}

/* The start of a scan is where the last reset found free pages, or above. */
TEST(fast_search_at_the_start_by_its_position, "16-15")
{
	for (unsigned long above = 0; above < 2; above++) {
		struct zone *zone = scene_full();
		struct compact_control *cc = fast_free_run(zone, 1);

		test_set_watermarks(zone, 0, 0, 0);
		cc->free_pfn = TEST_DRAM_PFN + 12 * BLOCK + 3;
		zone->compact_init_free_pfn = cc->free_pfn + above;
		test_free_block(test_page(zone, BLOCK), 1, MIGRATE_MOVABLE);
		test_free_block(test_page(zone, 10 * BLOCK), 1, MIGRATE_MOVABLE);
		ck_assert_ptr_nonnull(compaction_alloc(cc));
		ck_assert_uint_eq(cc->fast_search_fail, above);
		machine_free(world);
	}
}

/* The last pageblock of a zone that ends within it: its last page is left out, where the zone ends. */
TEST(fast_search_looks_around_up_to_the_zones_end, "16-15")
{
	struct zone *zone = scene_ragged();
	struct compact_control *cc = fast_free_run(zone, 300);

	test_set_watermarks(zone, 0, 0, 0);
	cc->free_pfn = pageblock_start_pfn(zone_end_pfn(zone) - 1);
	zone->compact_init_free_pfn = zone_end_pfn(zone);
	test_free_block(pfn_to_page(TEST_DRAM_PFN + 300), 0, MIGRATE_UNMOVABLE);
	test_free_block(pfn_to_page(TEST_DRAM_PFN + 4 * BLOCK + 8), 3, MIGRATE_MOVABLE);
	ck_assert_uint_eq(zone_end_pfn(zone), TEST_DRAM_PFN + 4 * BLOCK + 256);
	test_forget_events();
	ck_assert_ptr_nonnull(compaction_alloc(cc));
	ck_assert_str_eq(scene_scans(), "f 4:0-4:8 8 0, f 4:16-4:255 239 0");
}

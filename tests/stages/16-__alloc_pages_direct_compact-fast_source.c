/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 16: where the scanner of pages in use begins: the fast search for a source.
 */
#include "compaction-scenes.h"
#include "gfp.h"
#include "gfp_zones.h"
#include "life/life.h"
#include "machines.h"

static void expect_scan(unsigned long start, unsigned long end, int scanned, int taken)
{
	const struct trace_event *event = test_last_event(TRACE_mm_compaction_isolate_migratepages);

	ck_assert_int_eq(event->field[0], (s64)(TEST_DRAM_PFN + start));
	ck_assert_int_eq(event->field[1], (s64)(TEST_DRAM_PFN + end));
	ck_assert_int_eq(event->field[2], scanned);
	ck_assert_int_eq(event->field[3], taken);
}

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
TEST(fast_start_finds_a_pageblock_and_marks_it, "16-12 16-13")
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
	ck_assert_uint_eq(cc->fast_start_pfn, TEST_DRAM_PFN + 5 * BLOCK + 32);
	/* What was looked at went to the tail; here that is everything. */
	test_expect_list(zone, 4, MIGRATE_MOVABLE, "41200 40a20");
	/* The next pageblock is marked already: nothing is found, and the scanner goes back to that block. */
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_NONE);
	expect_scan(5 * BLOCK + 32, 6 * BLOCK, BLOCK - 32 - 15, 0);
	ck_assert_uint_eq(cc->fast_start_pfn, FAST_START_USED);
	/* It does so once. Nothing found is no failure as long as the limit was not reached. */
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_NONE);
	expect_scan(6 * BLOCK, 7 * BLOCK, BLOCK, 0);
	ck_assert_uint_eq(cc->fast_search_fail, 0);
	/* The entries looked at count as scanned: two in the first list, then two each time. */
	ck_assert_uint_eq(cc->migrate_scanned, 1 + BLOCK - 32 - 15 + BLOCK + 2 + 2 + 2);
}

/* Expect no search for order 3 or less, a run on request (-1) among them; order 4 is the first. */
TEST(fast_start_is_for_costly_orders, "16-12")
{
	for (int order = -1; order <= 4; order++) {
		struct compact_control *cc = fast_run();

		cc->order = cc->search_order = order;
		test_free_block(test_page(cc->zone, 5 * BLOCK), 3, MIGRATE_MOVABLE);
		ck_assert_int_eq(fast_find_migrateblock(cc) != TEST_DRAM_PFN, order == 4);
		machine_free(world);
	}
}

/* mm/compaction.c:1684: a find in the scanner's own pageblock does not end the search. */
TEST(fast_start_goes_on_after_a_find_in_the_own_pageblock, "16-13")
{
	struct compact_control *cc = fast_run();
	struct zone *zone = cc->zone;

	/* Order 5 in pageblock 0, where the scanner is; order 4 in pageblock 3. */
	test_free_block(test_page(zone, 64), 5, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 3 * BLOCK), 4, MIGRATE_MOVABLE);
	ck_assert_uint_eq(fast_find_migrateblock(cc), TEST_DRAM_PFN + 3 * BLOCK);
	ck_assert(get_pageblock_skip(TEST_DRAM_PFN));
	ck_assert(get_pageblock_skip(TEST_DRAM_PFN + 3 * BLOCK));
	ck_assert_uint_eq(cc->fast_start_pfn, TEST_DRAM_PFN + 64);
	ck_assert_uint_eq(cc->migrate_pfn, TEST_DRAM_PFN);
	/* A find below the lowest so far becomes the lowest. */
	cc->migrate_pfn = TEST_DRAM_PFN + BLOCK;
	clear_pageblock_skip(TEST_DRAM_PFN);
	test_free_block(test_page(zone, 32), 3, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 128), 5, MIGRATE_MOVABLE);
	clear_pageblock_skip(TEST_DRAM_PFN);
	ck_assert_uint_eq(fast_find_migrateblock(cc), TEST_DRAM_PFN);
	ck_assert_uint_eq(cc->fast_start_pfn, TEST_DRAM_PFN + 64);
}

/*
 *  Nothing but a free block in the own pageblock: the scanner goes on at that block, and what lies below is
 *  not looked at.
 */
TEST(fast_start_goes_to_a_block_in_the_own_pageblock, "16-13")
{
	struct compact_control *cc = fast_run();
	struct zone *zone = cc->zone;

	scene_make_movable(test_page(zone, 3), 3);
	test_free_block(test_page(zone, 64), 5, MIGRATE_MOVABLE);
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_NONE);
	expect_scan(64, BLOCK, BLOCK - 64 - 31, 0);
	ck_assert_uint_eq(cc->fast_start_pfn, FAST_START_USED);
	/* Used up, it stays so whatever is found. */
	cc->migrate_pfn = TEST_DRAM_PFN;
	test_free_block(test_page(zone, 2 * BLOCK), 5, MIGRATE_MOVABLE);
	ck_assert_uint_eq(fast_find_migrateblock(cc), TEST_DRAM_PFN + 2 * BLOCK);
	ck_assert_uint_eq(cc->fast_start_pfn, FAST_START_USED);
}

/* mm/compaction.c:1690: the first of a list ends it where it is marked; an entry behind it does not. */
TEST(fast_start_marked_entries, "16-13")
{
	for (int first = 0; first < 2; first++) {
		struct compact_control *cc = fast_run();
		struct zone *zone = cc->zone;

		/* Head first: 1 (marked), 2 and 3; or 9 (too high), 1 (marked), 2 and 3. */
		test_free_block(test_page(zone, 3 * BLOCK), 4, MIGRATE_MOVABLE);
		test_free_block(test_page(zone, 2 * BLOCK), 4, MIGRATE_MOVABLE);
		test_free_block(test_page(zone, 1 * BLOCK), 4, MIGRATE_MOVABLE);
		if (!first)
			test_free_block(test_page(zone, 9 * BLOCK), 4, MIGRATE_MOVABLE);
		set_pageblock_skip(TEST_DRAM_PFN + BLOCK);
		ck_assert_uint_eq(fast_find_migrateblock(cc),
				  TEST_DRAM_PFN + (first ? 0 : 2 * BLOCK));
		test_expect_list(zone, 4, MIGRATE_MOVABLE,
				 first ? "40200 40400 40600" : "40600 41200 40200 40400");
		ck_assert_uint_eq(cc->migrate_scanned, first ? 1 : 3);
		machine_free(world);
	}
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

TEST(fast_start_looks_at_few_entries, "16-13")
{
	struct compact_control *cc = fast_run();
	struct zone *zone = cc->zone;

	/* 40 blocks too high up, and a good one after them; order 3 is not even looked at. */
	test_free_block(test_page(zone, 3 * BLOCK), 3, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 2 * BLOCK), 4, MIGRATE_MOVABLE);
	for (unsigned long i = 0; i < 40; i++)
		test_free_block(test_page(zone, 10 * BLOCK + 16 * i), 4, MIGRATE_MOVABLE);
	/* 33 entries are looked at, and go to the tail. */
	ck_assert_uint_eq(freelist_scan_limit(cc), 33);
	isolate_migratepages(cc);
	ck_assert_uint_eq(cc->fast_search_fail, 1);
	expect_scan(0, BLOCK, BLOCK, 0);
	ck_assert_ptr_eq(get_page_from_free_area(&zone->free_area[4], MIGRATE_MOVABLE),
			 test_page(zone, 10 * BLOCK + 16 * 6));
	/* After a failure 17, and now the good one is among them. */
	ck_assert_uint_eq(freelist_scan_limit(cc), 17);
	cc->migrate_pfn = TEST_DRAM_PFN;
	isolate_migratepages(cc);
	expect_scan(2 * BLOCK, 3 * BLOCK, 1, 0);
	for (unsigned short fail = 0; fail < 8; fail++) {
		static const unsigned int limits[] = { 33, 17, 9, 5, 3, 2, 1, 1 };

		cc->fast_search_fail = fail;
		ck_assert_uint_eq(freelist_scan_limit(cc), limits[fail]);
	}
	/* After many, one. */
	cc->fast_search_fail = 40;
	ck_assert_uint_eq(freelist_scan_limit(cc), 1);
	cc->migrate_pfn = TEST_DRAM_PFN;
	isolate_migratepages(cc);
	ck_assert_uint_eq(cc->fast_search_fail, 41);
	cc->fast_search_fail = 64;
	ck_assert_uint_eq(freelist_scan_limit(cc), 1);
}

/* A pageblock found after a failure counts as not found where its mark is asked for. */
TEST(fast_start_found_after_a_failure, "")
{
	struct compact_control *cc = fast_run();
	struct zone *zone = cc->zone;

	/* The list of order 5 ends at the limit, and that is the end of the search. */
	cc->fast_search_fail = 6;
	test_free_block(test_page(zone, 3 * BLOCK), 4, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 10 * BLOCK), 5, MIGRATE_MOVABLE);
	ck_assert_uint_eq(fast_find_migrateblock(cc), TEST_DRAM_PFN);
	ck_assert_uint_eq(cc->fast_search_fail, 7);
	/* Gone back to a block, with a failure before: a marked pageblock is passed by. */
	cc->fast_start_pfn = TEST_DRAM_PFN + 4 * BLOCK;
	set_pageblock_skip(TEST_DRAM_PFN + 4 * BLOCK);
	isolate_migratepages(cc);
	expect_scan(5 * BLOCK, 6 * BLOCK, BLOCK, 0);
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

	for_each_row(i, row) {
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

/* PFN 0 is a place like any other, even if "no place yet" is 0 too. */
TEST(fast_start_finds_a_block_at_pfn_zero, "16-13")
{
	struct compact_control *cc;
	struct zone *zone;

	test_machine_from_zero(32);
	zone = test_zone(0, ZONE_DMA);
	test_empty_zone(zone);
	cc = scene_run_on(zone, MIGRATE_SYNC_LIGHT);
	cc->order = 6;
	cc->search_order = 6;
	cc->migrate_pfn = 2 * BLOCK;
	cc->fast_search_fail = 3;
	test_free_block(test_page(zone, 0), 4, MIGRATE_MOVABLE);
	ck_assert_uint_eq(fast_find_migrateblock(cc), 0);
	ck_assert_uint_eq(cc->migrate_pfn, 2 * BLOCK);
	ck_assert(get_pageblock_skip(0));
	ck_assert_uint_eq(cc->fast_search_fail, 0);
	ck_assert_uint_eq(cc->fast_start_pfn, 0);
}

/*
 * Free blocks, each at the head of its list before the next is laid, in a zone of 16 pageblocks with the scanner of free pages in the
 * last. From the zone's start blocks lie low up to half of the way, 7.5 pageblocks, so below 7; from 4 up to an eighth, so below 5.
 */
TEST(fast_start_searches, "16-13")
{
	static const struct {
		struct {
			unsigned int order;
			unsigned long block, page;
		} free[4];
		int nr_free;
		unsigned long marked; /* a pageblock; 99: none */
		unsigned long from;   /* a pageblock */
		unsigned short fail;
		unsigned long begin_block, begin_page;
		const char *state;
	} row[] = {
		/* The last place that lies low, and the first that does not. */
		{ { { 3, 6, 504 } },
		  1,
		  99,
		  0,
		  0,
		  6,
		  0,
		  "0:0 15:0 | - - - / - - | marked 6 | 0 0 | 1 0 | fail 0 order 6 6:504" },
		{ { { 3, 7, 0 } },
		  1,
		  99,
		  0,
		  0,
		  0,
		  0,
		  "0:0 15:0 | - - - / - - | marked | 0 0 | 1 0 | fail 0 order 6 -" },
		{ { { 3, 5, 0 } },
		  1,
		  99,
		  4,
		  0,
		  4,
		  0,
		  "4:0 15:0 | - - - / - - | marked | 0 0 | 1 0 | fail 0 order 6 -" },
		/* In the scanner's own pageblock: it goes on from there, for this once. */
		{ { { 3, 4, 504 } },
		  1,
		  99,
		  4,
		  0,
		  4,
		  504,
		  "4:504 15:0 | - - - / - - | marked 4 | 0 0 | 1 0 | fail 0 order 6 used" },
		/* Orders 5 to 3, and no others. */
		{ { { 2, 1, 0 }, { 6, 2, 0 } },
		  2,
		  99,
		  0,
		  0,
		  0,
		  0,
		  "0:0 15:0 | - - - / - - | marked | 0 0 | 0 0 | fail 0 order 6 -" },
		{ { { 5, 2, 0 }, { 3, 1, 0 } },
		  2,
		  99,
		  0,
		  2,
		  2,
		  0,
		  "0:0 15:0 | - - - / - - | marked 2 | 0 0 | 1 0 | fail 0 order 6 2:0" },
		/* Two entries are the limit after five failures. The second that does not suit ends the search, in whatever list. */
		{ { { 4, 1, 0 }, { 5, 9, 0 }, { 5, 8, 0 } },
		  3,
		  99,
		  0,
		  5,
		  0,
		  0,
		  "0:0 15:0 | - - - / - - | marked | 0 0 | 2 0 | fail 6 order 6 -" },
		{ { { 3, 1, 0 }, { 4, 9, 0 }, { 5, 8, 0 } },
		  3,
		  99,
		  0,
		  5,
		  0,
		  0,
		  "0:0 15:0 | - - - / - - | marked | 0 0 | 2 0 | fail 6 order 6 -" },
		/* One that is marked does not end it: the third entry is found. */
		{ { { 4, 2, 0 }, { 4, 1, 0 }, { 4, 9, 0 } },
		  3,
		  1,
		  0,
		  5,
		  2,
		  0,
		  "0:0 15:0 | - - - / - - | marked 1 2 | 0 0 | 3 0 | fail 0 order 6 2:0" },
		/* Marked, and the first: the list is left, the next one is searched. */
		{ { { 3, 3, 8 }, { 4, 2, 0 }, { 4, 1, 0 } },
		  3,
		  1,
		  0,
		  0,
		  3,
		  0,
		  "0:0 15:0 | - - - / - - | marked 1 3 | 0 0 | 2 0 | fail 0 order 6 3:8" },
	};

	for_each_row(i, row) {
		struct compact_control *cc = fast_run();
		struct zone *zone = cc->zone;

		for (int n = 0; n < row[i].nr_free; n++)
			test_free_block(
				test_page(zone, row[i].free[n].block * BLOCK + row[i].free[n].page),
				row[i].free[n].order, MIGRATE_MOVABLE);
		if (row[i].marked < 16)
			set_pageblock_skip(TEST_DRAM_PFN + row[i].marked * BLOCK);
		cc->migrate_pfn += row[i].from * BLOCK;
		cc->fast_search_fail = row[i].fail;
		ck_assert_msg(fast_find_migrateblock(cc) == TEST_DRAM_PFN +
								    row[i].begin_block * BLOCK +
								    row[i].begin_page,
			      "row %zu", i);
		ck_assert_msg(!strcmp(scene_state(cc), row[i].state), "row %zu: %s", i,
			      scene_state(cc));
		ck_assert(!zone->lock.held);
		machine_free(world);
	}
}

/* The start of the zone is a place to begin at, even in the middle of a pageblock. */
TEST(fast_start_from_a_ragged_zone_start, "16-13")
{
	struct zone *zone = scene_ragged();
	struct compact_control *cc = scene_run_on(zone, MIGRATE_SYNC_LIGHT);

	cc->order = cc->search_order = 6;
	cc->free_pfn = zone_end_pfn(zone) - 1;
	test_free_block(pfn_to_page(TEST_DRAM_PFN + 320), 4, MIGRATE_MOVABLE);
	ck_assert_uint_eq(fast_find_migrateblock(cc), TEST_DRAM_PFN);
	ck_assert_uint_eq(cc->fast_start_pfn, TEST_DRAM_PFN + 320);
	cc->migrate_pfn++;
	clear_pageblock_skip(TEST_DRAM_PFN);
	ck_assert_uint_eq(fast_find_migrateblock(cc), TEST_DRAM_PFN + 257);
	ck_assert(!get_pageblock_skip(TEST_DRAM_PFN));
}

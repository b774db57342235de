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

		lru_list_del(page);
		page->mapping = (void *)((unsigned long)&scene_file | PAGE_MAPPING_ANON);
		page->_mapcount = 0;
		SetPageFlag(page, PG_swapbacked);
		lru_list_add(page);
	}
	set_page_count(test_page(zone, 10), 2);
	SetPageFlag(test_page(zone, 12), PG_swapcache);
	set_page_count(test_page(zone, 12), 2);
	SetPageFlag(test_page(zone, 13), PG_writeback);
	SetPageFlag(test_page(zone, 14), PG_dirty);
	test_forget_events();
	return zone;
}

TEST(isolate_every_kind_of_page, "16-7")
{
	static const enum migrate_mode modes[] = { MIGRATE_ASYNC, MIGRATE_SYNC_LIGHT,
						   MIGRATE_SYNC };

	for (int i = 0; i < 3; i++) {
		struct zone *zone = scene_kinds();
		struct compact_control *cc = scene_run_on(zone, modes[i]);

		cc->direct_compaction = false;
		scene_file.no_migratepage = true;
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
		lru_add_drain();
		ck_assert(PageFlag(test_page(zone, 15), PG_lru));
		ck_assert(!PageFlag(test_page(zone, 9), PG_lru));
		ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_ANON), 0);
		ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_FILE), 0);
		scene_file.no_migratepage = false;
		machine_free(world);
	}
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
	lru_add_drain();
	/* A pageblock that was begun before is finished, however many there are. */
	cc->rescan = true;
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_SUCCESS);
	ck_assert_uint_eq(cc->nr_migratepages, 256 - 32);
	expect_scan(63, BLOCK, BLOCK - 63, 256 - 32);
	putback_movable_pages(cc);
	/* The mark is from the moment when the first page was isolated. Later runs begin behind it, and behind
	 * the next one too. */
	ck_assert(get_pageblock_skip(TEST_DRAM_PFN));
	ck_assert_uint_eq(zone->compact_cached_migrate_pfn[0], TEST_DRAM_PFN + 2 * BLOCK);
	ck_assert_uint_eq(zone->compact_cached_migrate_pfn[1], TEST_DRAM_PFN + 2 * BLOCK);
	lru_add_drain();
}

/*
 *  mm/compaction.c:388, :958: a pageblock is marked when its first page is about to be isolated, whatever
 *  becomes of that; not when a later page was the first candidate, even if nothing was isolated.
 */
TEST(isolate_marks_a_pageblock_at_its_first_page, "16-12")
{
	static const struct {
		const char *what;
		unsigned long page; /* the only candidate */
		bool refused, ignore;
		bool marked, moved_on;
	} row[] = {
		{ "first page, taken", 0, false, false, true, false },
		{ "first page, refused", 0, true, false, true, true },
		{ "later page, taken", 7, false, false, false, false },
		{ "later page, refused", 7, true, false, false, true },
		{ "hints do not count", 0, false, true, false, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		struct zone *zone = scene_full();
		struct compact_control *cc = scene_run_on(zone, MIGRATE_SYNC_LIGHT);

		scene_make_movable(test_page(zone, row[i].page), 0);
		if (row[i].refused)
			SetPageFlag(test_page(zone, row[i].page), PG_writeback);
		cc->ignore_skip_hint = row[i].ignore;
		isolate_migratepages(cc);
		expect_scan(0, BLOCK, (int)BLOCK, !row[i].refused);
		ck_assert_msg(get_pageblock_skip(TEST_DRAM_PFN) == row[i].marked, "%s",
			      row[i].what);
		ck_assert_msg(zone->compact_cached_migrate_pfn[0] ==
				      (row[i].moved_on ? TEST_DRAM_PFN + 2 * BLOCK : 0),
			      "%s", row[i].what);
		putback_movable_pages(cc);
		machine_free(world);
	}
}

/* Full effort ignores marks, but sets them where nothing was a candidate. */
TEST(isolate_with_full_effort_still_marks_what_is_empty, "16-12")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = scene_run_on(zone, MIGRATE_SYNC_LIGHT);

	cc->ignore_skip_hint = true;
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_NONE);
	ck_assert(get_pageblock_skip(TEST_DRAM_PFN));
	ck_assert_uint_eq(zone->compact_cached_migrate_pfn[1], TEST_DRAM_PFN + 2 * BLOCK);
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
	/* What was isolated in the first one waits to go back. */
	ck_assert_uint_eq(world->lru_pvecs[0][PVEC_LRU_ADD].nr, 3);
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
	/* A run that does not wait moves its own start only, to behind the pageblock after the finished one. */
	ck_assert_uint_eq(zone->compact_cached_migrate_pfn[0], TEST_DRAM_PFN + 2 * BLOCK);
	ck_assert_uint_eq(zone->compact_cached_migrate_pfn[1], 0);
	cc->mode = MIGRATE_SYNC_LIGHT;
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_NONE);
	ck_assert_uint_eq(zone->compact_cached_migrate_pfn[1], TEST_DRAM_PFN + 3 * BLOCK);
	/* With something found, the position stays. */
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_SUCCESS);
	ck_assert_uint_eq(zone->compact_cached_migrate_pfn[1], TEST_DRAM_PFN + 3 * BLOCK);
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
	ck_assert_uint_eq(zone->compact_cached_migrate_pfn[0], TEST_DRAM_PFN + 2 * BLOCK);
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
	lru_add_drain();
	clear_pageblock_skip(TEST_DRAM_PFN);
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
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 16: the scanner of pages in use, and its fast start.
 */
#include <stdio.h>

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

	for_each_row(i, row) {
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
	ck_assert_uint_eq(cc->migrate_pfn, TEST_DRAM_PFN);
	/* Up to it, however. */
	cc->free_pfn++;
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_SUCCESS);
	putback_movable_pages(cc);
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
	/* Unless he is to die: then nothing is looked at, and that is not called contended. */
	current->fatal_signal_pending = true;
	cc->migrate_scanned = 0;
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_ABORT);
	ck_assert_uint_eq(world->jiffies, before + 10 * HZ + HZ / 10);
	ck_assert_uint_eq(cc->migrate_scanned, 0);
	ck_assert(!cc->contended);
}

/*
 *  inactive and active, anonymous and of files: 10 + 20 + 40 + 81 = 151 pages, half of them 75; unevictable ones do not count
 */
TEST(isolate_compares_with_half_of_all_four_lists, "")
{
	static const struct {
		long anon, file;
		enum isolate_result result;
	} row[] = {
		{ 35, 40, ISOLATE_NONE }, { 36, 40, ISOLATE_ABORT }, { 35, 41, ISOLATE_ABORT },
		{ 75, 0, ISOLATE_NONE },  { 0, 75, ISOLATE_NONE },   { 0, 76, ISOLATE_ABORT },
		{ 76, 0, ISOLATE_ABORT },
	};

	for_each_row(i, row) {
		struct zone *zone = scene_full();
		struct pglist_data *pgdat = NODE_DATA(0);

		mod_node_page_state(pgdat, NR_INACTIVE_ANON, 10);
		mod_node_page_state(pgdat, NR_ACTIVE_ANON, 20);
		mod_node_page_state(pgdat, NR_INACTIVE_FILE, 40);
		mod_node_page_state(pgdat, NR_ACTIVE_FILE, 81);
		mod_node_page_state(pgdat, NR_UNEVICTABLE, 1000);
		mod_node_page_state(pgdat, NR_ISOLATED_ANON, row[i].anon);
		mod_node_page_state(pgdat, NR_ISOLATED_FILE, row[i].file);
		ck_assert_msg(isolate_migratepages(scene_run_on(zone, MIGRATE_ASYNC)) ==
				      row[i].result,
			      "row %zu", i);
		machine_free(world);
	}
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

/* ---- walks through one pageblock, and all that is left behind ---- */

/*
 * Pages from the zone's first on (see scene_lay()); everything after them is in use and stays. Expect the walk that the event
 * tells of, and what is held. The state is that of scene_state(): an aligned cached position is one pageblock beyond the one that
 * was finished.
 */
TEST(isolate_walks, "16-7 16-8 16-12 16-14")
{
	static const struct {
		const char *pages;
		int order;
		enum migrate_mode mode;
		bool rescan;
		unsigned long start;
		const char *event; /* first and last page, looked at, taken */
		const char *held;
		const char *state;
	} row[] = {
		/* Spoilt by its first page: one look, then the next block is taken and ends the walk. */
		{ "KMMMMMMMMMMMMMMM", 3, MIGRATE_ASYNC, false, 0, "0-16 9 8",
		  "15 14 13 12 11 10 9 8",
		  "0:16 15:0 | - - - / - - | marked | 8 0 | 9 0 | fail 0 order 3 -" },
		/* Spoilt by its last: what was taken goes back; the mark of the first page stays. */
		{ "MMMMMMMKMMMMMMMM", 3, MIGRATE_ASYNC, false, 0, "0-16 16 8",
		  "15 14 13 12 11 10 9 8",
		  "0:16 15:0 | - - - / - - | marked 0 | 8 0 | 16 0 | fail 0 order 3 -" },
		/* By a compound block inside, and by one at its end: jumped over, and the rest of the block with it. */
		{ "MM1/MMMMM.......", 3, MIGRATE_ASYNC, false, 0, "0-16 11 1", "8",
		  "0:16 15:0 | - - - / - - | marked 0 | 1 0 | 11 0 | fail 0 order 3 -" },
		{ "MMMM2///MMMMMMMM", 3, MIGRATE_ASYNC, false, 0, "0-16 13 8",
		  "15 14 13 12 11 10 9 8",
		  "0:16 15:0 | - - - / - - | marked 0 | 8 0 | 13 0 | fail 0 order 3 -" },
		/* A run that may wait goes on after each of them. */
		{ "MM1/MwMKM.......", 3, MIGRATE_SYNC_LIGHT, false, 0, "0-512 511 5", "8 6 4 1 0",
		  "1:0 15:0 | - - - / - - | marked 0 | 5 0 | 511 0 | fail 0 order 3 -" },
		/* Pages of drivers are no candidates of the lists: no mark. */
		{ "DDDDDDDDM", 3, MIGRATE_ASYNC, false, 0, "0-8 8 8", "7 6 5 4 3 2 1 0",
		  "0:8 15:0 | - - - / - - | marked | 8 0 | 8 0 | fail 0 order 3 -" },
		/* Begun within a block: its end is where it would have been. */
		{ "KKKKMMMMMMMM", 3, MIGRATE_ASYNC, false, 4, "4-8 4 4", "7 6 5 4",
		  "0:8 15:0 | - - - / - - | marked | 4 0 | 4 0 | fail 0 order 3 -" },
		/* Every second block of 8 holds nothing at all: it is done when the next has something. */
		{ "........MMMMMMMM", 3, MIGRATE_ASYNC, false, 0, "0-16 16 8",
		  "15 14 13 12 11 10 9 8",
		  "0:16 15:0 | - - - / - - | marked | 8 0 | 16 0 | fail 0 order 3 -" },
		/* A block larger than the pageblock: one failure, and the walk is at its end. */
		{ "MMMMMK", 10, MIGRATE_ASYNC, false, 0, "0-512 6 0", "",
		  "1:0 15:0 | 2:0 - - / - - | marked 0 | 0 0 | 6 0 | fail 0 order 10 -" },
		/* Nothing to move, nothing in the way. */
		{ "KKKK", 3, MIGRATE_SYNC_LIGHT, false, 0, "0-512 512 0", "",
		  "1:0 15:0 | 2:0 2:0 - / - - | marked 0 | 0 0 | 512 0 | fail 0 order 3 -" },
		/* Gone through for the second time: not again, though pages were taken. Not where the walk ended before. */
		{ "MMMM", 3, MIGRATE_SYNC_LIGHT, true, 0, "0-512 512 4", "3 2 1 0",
		  "1:0 15:0 | 2:0 2:0 - / - - | marked 0 | 4 0 | 512 0 | fail 0 order 3 -" },
		{ "MMMMMMMM", 3, MIGRATE_ASYNC, true, 0, "0-8 8 8", "7 6 5 4 3 2 1 0",
		  "0:8 15:0 | - - - / - - | marked 0 | 8 0 | 8 0 | fail 0 order 3 -" },
		/* From the second page on the pageblock itself is never marked. */
		{ "KKKK", 3, MIGRATE_SYNC_LIGHT, false, 1, "1-512 511 0", "",
		  "1:0 15:0 | 2:0 2:0 - / - - | marked | 0 0 | 511 0 | fail 0 order 3 -" },
		/* A compound block counts as many pages as it has, wherever it begins. */
		{ "KKKKK2///M", 3, MIGRATE_SYNC_LIGHT, false, 0, "0-512 509 1", "9",
		  "1:0 15:0 | - - - / - - | marked | 1 0 | 509 0 | fail 0 order 3 -" },
	};

	for_each_row(i, row) {
		struct zone *zone = scene_full();
		struct compact_control *cc = scene_run_on(zone, row[i].mode);
		const struct trace_event *event;
		char text[60];

		scene_lay(zone, 0, row[i].pages);
		cc->order = cc->search_order = (short)row[i].order;
		cc->rescan = row[i].rescan;
		cc->migrate_pfn += row[i].start;
		test_forget_events();
		isolate_migratepages(cc);
		event = test_last_event(TRACE_mm_compaction_isolate_migratepages);
		snprintf(text, sizeof(text), "%lu-%lu %d %d",
			 (unsigned long)event->field[0] - TEST_DRAM_PFN,
			 (unsigned long)event->field[1] - TEST_DRAM_PFN, (int)event->field[2],
			 (int)event->field[3]);
		ck_assert_msg(!strcmp(text, row[i].event), "row %zu: %s", i, text);
		ck_assert_msg(!strcmp(scene_held(cc), row[i].held), "row %zu: %s", i,
			      scene_held(cc));
		ck_assert_msg(!strcmp(scene_state(cc), row[i].state), "row %zu: %s", i,
			      scene_state(cc));
		putback_movable_pages(cc);
		lru_add_drain();
		test_check_lists();
		machine_free(world);
	}
}

/* A block that is used as one stays, whoever could move its pages one by one. */
TEST(isolate_leaves_compound_blocks_on_lists, "16-7")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = scene_run_on(zone, MIGRATE_SYNC_LIGHT);

	scene_lay(zone, 0, "M///D///M");
	prep_compound_page(test_page(zone, 0), 2);
	prep_compound_page(test_page(zone, 4), 2);
	isolate_migratepages(cc);
	expect_scan(0, BLOCK, BLOCK - 6, 1);
	ck_assert_str_eq(scene_held(cc), "8");
	ck_assert(PageFlag(test_page(zone, 0), PG_lru));
	putback_movable_pages(cc);
}

/* The batch is full at 32 and no other number: a run that begins with more than that is not stopped there. */
TEST(isolate_batch_is_an_equality, "16-7")
{
	struct zone *zone = scene_checkered();
	struct compact_control *cc = scene_run_on(zone, MIGRATE_SYNC_LIGHT);

	cc->nr_migratepages = 31;
	isolate_migratepages(cc);
	expect_scan(0, 1, 1, 1);
	putback_movable_pages(cc);
	cc->nr_migratepages = 33;
	isolate_migratepages(cc);
	expect_scan(1, BLOCK, BLOCK - 1, 255);
	putback_movable_pages(cc);
}

/* Which types of pageblocks are looked into: all, but by a request that must not wait. */
TEST(isolate_sources_by_type, "16-8")
{
	static const int types[] = { MIGRATE_UNMOVABLE, MIGRATE_MOVABLE, MIGRATE_RECLAIMABLE,
				     MIGRATE_HIGHATOMIC, MIGRATE_CMA };

	for (int n = 0; n < 3 * 2 * 3 * 5; n++) {
		enum migrate_mode mode = (enum migrate_mode)(n % 3);
		bool direct = n / 3 % 2;
		int wanted = types[n / 6 % 3], type = types[n / 18];
		bool strict = mode == MIGRATE_ASYNC && direct;
		bool open = !strict || type == wanted ||
			    (wanted == MIGRATE_MOVABLE && type == MIGRATE_CMA);
		struct zone *zone = scene_full();
		struct compact_control *cc = scene_run_on(zone, mode);
		unsigned long first = open ? 0 : BLOCK;

		cc->direct_compaction = direct;
		cc->migratetype = wanted;
		set_pageblock_migratetype(test_page(zone, 0), type);
		set_pageblock_migratetype(test_page(zone, BLOCK), wanted);
		isolate_migratepages(cc);
		ck_assert_int_eq(test_count(TRACE_mm_compaction_isolate_migratepages), 1);
		/* Under the strict rule one look in each block of 8. */
		expect_scan(first, first + BLOCK, strict ? BLOCK / 8 : BLOCK, 0);
		/* Passed for its type, it moves the position as one that was looked through. */
		ck_assert_uint_eq(zone->compact_cached_migrate_pfn[0],
				  TEST_DRAM_PFN + first + 2 * BLOCK);
		ck_assert_uint_eq(zone->compact_cached_migrate_pfn[1],
				  mode == MIGRATE_ASYNC ? 0 : TEST_DRAM_PFN + first + 2 * BLOCK);
		ck_assert(get_pageblock_skip(TEST_DRAM_PFN + first));
		ck_assert_int_eq(get_pageblock_skip(TEST_DRAM_PFN), open);
		machine_free(world);
	}
}

/* The mark does not count for the pageblock that the fast search chose, and counts for those after it. */
TEST(isolate_after_a_fast_find_of_the_wrong_type, "16-12 16-13")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = scene_run_on(zone, MIGRATE_ASYNC);

	cc->order = cc->search_order = 6;
	test_free_block(test_page(zone, 2 * BLOCK), 4, MIGRATE_MOVABLE);
	set_pageblock_migratetype(test_page(zone, 2 * BLOCK), MIGRATE_UNMOVABLE);
	set_pageblock_skip(TEST_DRAM_PFN + 3 * BLOCK);
	isolate_migratepages(cc);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_isolate_migratepages), 1);
	/* One look in each block of 64. */
	expect_scan(4 * BLOCK, 5 * BLOCK, 8, 0);
	ck_assert_str_eq(scene_state(cc), "5:0 15:0 | 6:0 - - / - - | marked 2 3 4 | 0 0 | "
					  "9 0 | fail 0 order 6 2:0");
}

/* A pageblock is judged by its part in the zone: the zone begins in the middle of one, and has a hole further up. */
TEST(isolate_from_a_zone_start_in_the_middle_of_a_pageblock, "")
{
	static struct boot_spec spec;
	struct compact_control *cc;
	struct zone *zone;

	spec = (struct boot_spec){ .nr_cpus = 1, .nr_memory = 2 };
	spec.memory[0] = (struct boot_range){ TEST_DRAM + MIB, 16 * MIB, 0, false };
	spec.memory[1] = (struct boot_range){ TEST_DRAM + 21 * MIB, 5 * MIB, 0, false };
	test_machine_boot(&spec);
	zone = test_zone(0, ZONE_DMA);
	test_empty_zone(zone);
	ck_assert(!zone->contiguous);
	cc = scene_run_on(zone, MIGRATE_SYNC_LIGHT);
	/* A mark is asked for at a pageblock's first page only. */
	set_pageblock_skip(TEST_DRAM_PFN + 256);
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_NONE);
	expect_scan(256, 512, 256, 0);
	ck_assert_str_eq(scene_state(cc), "1:0 12:0 | 2:0 2:0 - / - - | marked 0 | 0 0 | 256 0 | "
					  "fail 0 order 3 -");
	/* 16 to 18 MiB end in a hole, 18 to 20 are one, 20 to 22 begin with one: on with 22. */
	cc->migrate_pfn = TEST_DRAM_PFN + 8 * BLOCK;
	isolate_migratepages(cc);
	expect_scan(11 * BLOCK, 12 * BLOCK, BLOCK, 0);
}

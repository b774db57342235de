/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 14, part: conditions of kswapd that one has to arrange: what is asked for while it works, what a nap lets others
 * do, which zones and marks its balance looks at.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "life/life.h"
#include "machines.h"
#include "page_cache.h"
#include "stages/reclaim.h"

static struct zone *zone;
static struct pglist_data *pgdat;

/** A live machine full of clean file pages, with free memory just above low; marks as the test wants them. */
static struct address_space *live(unsigned long min, unsigned long low, unsigned long high)
{
	struct address_space *file;

	test_machine_uma(64);
	zone = test_zone(0, ZONE_DMA);
	pgdat = NODE_DATA(0);
	daemons_start();
	file = address_space_new("file", false);
	while (zone_page_state(zone, NR_FREE_PAGES) > low_wmark_pages(zone))
		page_cache_add(file, GFP_NOWAIT);
	test_set_watermarks(zone, min, low, high);
	test_forget_events();
	return file;
}

/* ---- While it works --------------------------------------------------------------------------------- */

static void (*meanwhile)(void);

/** A cache that holds nothing; what matters is that reclaim asks it. */
static unsigned long count_nothing(struct shrinker *shrinker, struct shrink_control *sc)
{
	void (*what)(void) = meanwhile;

	(void)shrinker;
	(void)sc;
	meanwhile = NULL;
	if (what)
		what();
	return 0;
}

static struct shrinker in_between = { .name = "in between",
				      .count_objects = count_nothing,
				      .seeks = DEFAULT_SEEKS };

static void asks_for_order_3(void)
{
	/* It runs, so this is only recorded. */
	ck_assert(!pgdat->kswapd_waiting);
	wakeup_kswapd(zone, GFP_KERNEL, 3, ZONE_DMA);
}

TEST(kswapd_request_during_a_run_is_what_it_tries_to_sleep_on, "14-2 14-17")
{
	live(64, 80, 1000);
	shrinker_register(&in_between);
	meanwhile = asks_for_order_3;
	wakeup_kswapd(zone, GFP_KERNEL, 0, ZONE_NORMAL);
	test_forget_events();
	world_reschedule();
	/* One run for single pages. The nap then is one for order 3, up to the zone of the later request. */
	ck_assert_int_eq(test_event(TRACE_mm_vmscan_kswapd_wake, 0)->field[2], 0);
	ck_assert_int_eq(pgdat->kswapd.alloc_order, 3);
	ck_assert_int_eq(pgdat->kswapd.reclaim_order, 3);
	ck_assert_int_eq(pgdat->kswapd.highest_zoneidx, ZONE_DMA);
	shrinker_unregister(&in_between);
}

static void raises_the_boost(void)
{
	zone->watermark_boost += 100;
}

TEST(balance_pgdat_boost_raised_meanwhile_stays, "14-11")
{
	live(64, 80, 96);
	shrinker_register(&in_between);
	zone->watermark_boost = 40;
	meanwhile = raises_the_boost;
	balance_pgdat(pgdat, 0, ZONE_NORMAL);
	ck_assert_uint_eq(zone->watermark_boost, 100);
	/* Large blocks were asked for where a boost was taken back. */
	ck_assert_int_eq(pgdat->kcompactd_max_order, (int)pageblock_order);
	shrinker_unregister(&in_between);
}

static void takes_the_boost(void)
{
	zone->watermark_boost = 10;
}

TEST(balance_pgdat_boost_lost_meanwhile_is_not_taken_twice, "14-11")
{
	live(64, 80, 96);
	shrinker_register(&in_between);
	zone->watermark_boost = 40;
	meanwhile = takes_the_boost;
	balance_pgdat(pgdat, 0, ZONE_NORMAL);
	ck_assert_uint_eq(zone->watermark_boost, 0);
	shrinker_unregister(&in_between);
}

TEST(balance_pgdat_looks_at_boosts_of_its_zones_only, "14-11")
{
	test_machine_zones(64);
	pgdat = NODE_DATA(0);
	for (int zid = ZONE_DMA; zid <= ZONE_NORMAL; zid++)
		test_zone(0, zid)->watermark_boost = 30;
	/* Nothing can be reclaimed; the boost goes all the same, up to the zone that was asked for. */
	balance_pgdat(pgdat, 0, ZONE_DMA32);
	ck_assert_uint_eq(test_zone(0, ZONE_DMA)->watermark_boost, 0);
	ck_assert_uint_eq(test_zone(0, ZONE_DMA32)->watermark_boost, 0);
	ck_assert_uint_eq(test_zone(0, ZONE_NORMAL)->watermark_boost, 30);
	ck_assert_int_eq(pgdat->kcompactd_highest_zoneidx, ZONE_DMA32);
	/* And a boost above the zone that is asked for wakes nobody. */
	ck_assert(!pgdat_watermark_boosted(pgdat, ZONE_DMA32));
	ck_assert(pgdat_watermark_boosted(pgdat, ZONE_NORMAL));
}

/* ---- Balance ---------------------------------------------------------------------------------------- */

TEST(pgdat_balanced_zones_above_the_request_do_not_help, "14-5")
{
	test_machine_zones(64);
	pgdat = NODE_DATA(0);
	test_empty_zone(test_zone(0, ZONE_DMA));
	ck_assert(pgdat_balanced(pgdat, 0, ZONE_DMA32));
	ck_assert(!pgdat_balanced(pgdat, 0, ZONE_DMA));
}

TEST(pgdat_balanced_adds_what_is_kept_back, "14-5")
{
	test_machine_zones(64);
	pgdat = NODE_DATA(0);
	zone = test_zone(0, ZONE_DMA);
	test_empty_zone(zone);
	for (unsigned long i = 0; i < 100; i++)
		test_free_block(test_page(zone, 2 * i), 0, MIGRATE_UNMOVABLE);
	test_empty_zone(test_zone(0, ZONE_DMA32));
	test_set_watermarks(zone, 60, 70, 80);
	zone->lowmem_reserve[ZONE_DMA32] = 30;
	ck_assert(pgdat_balanced(pgdat, 0, ZONE_DMA));
	ck_assert(!pgdat_balanced(pgdat, 0, ZONE_DMA32));
}

TEST(pgdat_balanced_reserve_and_boost_count, "14-5")
{
	test_machine_uma(64);
	pgdat = NODE_DATA(0);
	zone = test_zone(0, ZONE_DMA);
	test_empty_zone(zone);
	test_free_block(test_page(zone, 0), 6, MIGRATE_UNMOVABLE);
	test_set_watermarks(zone, 20, 30, 40);
	ck_assert(pgdat_balanced(pgdat, 3, ZONE_DMA));
	zone->nr_reserved_highatomic = 20;
	ck_assert(!pgdat_balanced(pgdat, 3, ZONE_DMA));
	zone->nr_reserved_highatomic = 0;
	zone->watermark_boost = 20;
	ck_assert(!pgdat_balanced(pgdat, 3, ZONE_DMA));
	zone->watermark_boost = 0;
	/* Enough pages, but no block of that size. */
	ck_assert(!pgdat_balanced(pgdat, 7, ZONE_DMA));
}

/* The request is judged by its own order and zone, not by what others have asked for meanwhile. */
TEST(wakeup_kswapd_judges_the_request_alone, "14-3")
{
	test_machine_uma(64);
	pgdat = NODE_DATA(0);
	zone = test_zone(0, ZONE_DMA);
	test_empty_zone(zone);
	for (unsigned long i = 0; i < 100; i++)
		test_free_block(test_page(zone, 2 * i), 0, MIGRATE_UNMOVABLE);
	test_set_watermarks(zone, 10, 20, 30);
	test_forget_events();
	pgdat->kswapd_order = 9;
	pgdat->kswapd_highest_zoneidx = ZONE_NORMAL;
	wakeup_kswapd(zone, GFP_KERNEL, 0, ZONE_NORMAL);
	ck_assert(pgdat->kswapd_waiting);
	wakeup_kswapd(zone, GFP_KERNEL, 1, ZONE_NORMAL);
	ck_assert(!pgdat->kswapd_waiting);
	ck_assert_int_eq(test_event(TRACE_mm_vmscan_wakeup_kswapd, 0)->field[2], 1);
	ck_assert_int_eq(pgdat->kswapd_order, 9);
}

/* kcompactd is tested for what was asked for before; its event tells of this request. */
TEST(wakeup_kcompactd_tests_the_recorded_order_and_tells_its_own, "14-4")
{
	test_machine_uma(64);
	pgdat = NODE_DATA(0);
	zone = test_zone(0, ZONE_DMA);
	test_empty_zone(zone);
	for (unsigned long i = 0; i < 100; i++)
		test_free_block(test_page(zone, 2 * i), 0, MIGRATE_UNMOVABLE);
	test_set_watermarks(zone, 10, 20, 30);
	test_forget_events();
	/* Order 9 would need 1044 pages. */
	pgdat->kcompactd_max_order = 9;
	wakeup_kcompactd(pgdat, 2, ZONE_NORMAL);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_suitable, 0)->field[2], 9);
	ck_assert(pgdat->kcompactd_waiting);
	/* Order 4 finds what it needs; the request was for order 2, up to Normal. */
	pgdat->kcompactd_max_order = 4;
	wakeup_kcompactd(pgdat, 2, ZONE_NORMAL);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_suitable, 1)->field[2], 4);
	ck_assert(!pgdat->kcompactd_waiting);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_wakeup_kcompactd, 0)->field[1], 2);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_wakeup_kcompactd, 0)->field[2],
			 ZONE_NORMAL);
}

/* ---- One run, iteration by iteration ------------------------------------------------------------------ */

/** Iterations so far, and after how many the node is balanced; 0: never. */
static int iterations, balanced_after;

static void ends_the_run(void)
{
	meanwhile = ends_the_run;
	if (++iterations == balanced_after)
		zone->nr_reserved_highatomic = 0;
}

/** A zone holds that many clean file pages, the oldest first on the list; all of its free pages are out of reach. */
static struct address_space *run_on(struct zone *where, unsigned long pages, unsigned long high)
{
	struct address_space *file = address_space_new("file", false);

	zone = where;
	pgdat = where->zone_pgdat;
	ck_assert_uint_eq(page_cache_fill(file, GFP_NOWAIT, pages), pages);
	lru_add_drain();
	test_set_watermarks(zone, 10, 20, high);
	zone->nr_reserved_highatomic = zone->managed_pages;
	shrinker_register(&in_between);
	meanwhile = ends_the_run;
	current->flags |= PF_KSWAPD;
	test_forget_events();
	return file;
}

/** 10242 pages in the only zone. */
static struct address_space *run_on_one_zone(unsigned long high)
{
	test_machine_uma(64);
	daemons_start();
	return run_on(test_zone(0, ZONE_DMA), 10242, high);
}

/**
 * What a run has looked at, in portions of the file's inactive list, each with its priority and the order of the
 * activity: "12/3:2 11/3:5". A second number is what it reclaimed, where that was not all.
 */
static const char *portions(void)
{
	static char text[4096];
	char *end = text;

	*end = '\0';
	for (int i = 0; i < test_count(TRACE_mm_vmscan_lru_shrink_inactive); i++) {
		const struct trace_event *portion =
			test_event(TRACE_mm_vmscan_lru_shrink_inactive, i);
		const struct trace_event *isolated = test_event(TRACE_mm_vmscan_lru_isolate, i);

		end += sprintf(end, "%s%d/%d:%d", end > text ? " " : "", (int)portion->field[11],
			       (int)isolated->field[2], (int)portion->field[1]);
		if (portion->field[2] != portion->field[1])
			end += sprintf(end, "-%d", (int)portion->field[2]);
	}
	return text;
}

/*
 *  10242 pages on the list, high mark 79, nothing balanced. At priority p a list of L pages is looked at L >> p pages deep:
 *  10242 >> 12 = 2, 10240 >> 11 = 5, 10235 >> 10 = 9: 16 pages, as many as compaction wants for order 3, so that single
 *  pages are wanted from then on. 10226 >> 9 = 19, 10207 >> 8 = 39, 10168 >> 7 = 79: as many as the mark, so that
 *  the priority stays. 10089 >> 7 = 78: one too few. 10011 >> 6 = 156, but the scan of a
 *  list ends after the portion in which 79 are reclaimed, the third.
 */
TEST(balance_pgdat_run_by_hand, "14-8 14-12")
{
	struct address_space *file = run_on_one_zone(79);

	balanced_after = 8;
	pgdat->kswapd_failures = 7;
	pgdat->lruvec.lruvec_stat[WORKINGSET_ACTIVATE] = 3;
	ck_assert_int_eq(balance_pgdat(pgdat, 3, ZONE_NORMAL), 0);
	ck_assert_str_eq(portions(),
			 "12/3:2 11/3:5 10/3:9 9/0:19 8/0:32 8/0:7 7/0:32 7/0:32 7/0:15 "
			 "7/0:32 7/0:32 7/0:14 6/0:32 6/0:32 6/0:32");
	ck_assert_int_eq(iterations, 8);
	ck_assert_uint_eq(file->reclaimed, 2 + 5 + 9 + 19 + 39 + 79 + 78 + 96);
	ck_assert_int_eq(pgdat->kswapd_failures, 0);
	ck_assert_uint_eq(world->vm_event[PAGEOUTRUN], 1);
	ck_assert_uint_eq(pgdat->lruvec.refaults, 3);
	/* There was no boost: nobody asks for large blocks. */
	ck_assert_int_eq(pgdat->kcompactd_max_order, 0);
}

/*
 *  The marks of DMA and DMA32 are below 32 pages, Normal's is 40; Movable has no memory, whatever its mark.
 *  Expect a target of 32 + 32 + 40 = 104 pages: 13415 >> 12 = 3, 13412 >> 11 = 6, 13406 >> 10 = 13, 13393 >> 9 = 26,
 *  13367 >> 8 = 52, 13315 >> 7 = 104, which is enough, 13211 >> 7 = 103, which is not, 13108 >> 6 = 204,
 *  of which four portions are enough.
 */
TEST(balance_pgdat_aims_at_the_marks_of_all_zones_up_to_the_highest, "14-12")
{
	test_machine_zones(64);
	daemons_start();
	for (int zid = ZONE_DMA; zid <= ZONE_DMA32; zid++) {
		test_set_watermarks(test_zone(0, zid), 10, 15, 20);
		test_zone(0, zid)->nr_reserved_highatomic = test_zone(0, zid)->managed_pages;
	}
	test_set_watermarks(test_zone(0, ZONE_MOVABLE), 100, 200, 500);
	run_on(test_zone(0, ZONE_NORMAL), 13415, 40);
	balanced_after = 8;
	balance_pgdat(pgdat, 0, ZONE_MOVABLE);
	ck_assert_str_eq(portions(),
			 "12/0:3 11/0:6 10/0:13 9/0:26 8/0:32 8/0:20 7/0:32 7/0:32 7/0:32 7/0:8 "
			 "7/0:32 7/0:32 7/0:32 7/0:7 6/0:32 6/0:32 6/0:32 6/0:32");
}

/*
 *  A run that never gets there, and scans too little each time.
 *  Expect one iteration at each priority from 12 to 1, and no test at the end. Its success keeps it from counting as
 *  failed; one without any page to look at does count.
 */
TEST(balance_pgdat_ends_after_priority_1, "14-8 14-10")
{
	static const unsigned long expected[] = { 0,  2960, 1973, 1127, 601, 310, 157,
						  79, 39,   19,	  9,	5,   2 };
	unsigned long looked_at[DEF_PRIORITY + 1] = { 0 };
	struct address_space *file = run_on_one_zone(10000);

	pgdat->kswapd_failures = 7;
	balance_pgdat(pgdat, 0, ZONE_NORMAL);
	for (int i = 0; i < test_count(TRACE_mm_vmscan_lru_shrink_inactive); i++) {
		const struct trace_event *portion =
			test_event(TRACE_mm_vmscan_lru_shrink_inactive, i);

		looked_at[portion->field[11]] += (unsigned long)portion->field[1];
	}
	ck_assert_mem_eq(looked_at, expected, sizeof(expected));
	ck_assert_int_eq(iterations, 12);
	ck_assert_int_eq(pgdat->kswapd_failures, 0);
	address_space_release(file);
	iterations = 0;
	balance_pgdat(pgdat, 0, ZONE_NORMAL);
	ck_assert_int_eq(iterations, 12);
	ck_assert_int_eq(pgdat->kswapd_failures, 1);
}

/** Anonymous pages that nobody has mapped, on the inactive list, and swap for them. */
static void inactive_heap(unsigned long pages)
{
	struct address_space *heap = address_space_new("heap", true);

	for (unsigned long i = 0; i < pages; i++) {
		struct page *page = page_cache_add(heap, GFP_NOWAIT);

		lru_add_drain();
		lru_list_del(page);
		ClearPageFlag(page, PG_active);
		lru_list_add(page);
	}
	swap_on(1000);
	test_forget_events();
}

/** The oldest pages of the list are dirty, came around before, and the node is full of such pages. */
static void make_oldest_dirty(unsigned long pages)
{
	struct list_head *entry = pgdat->lruvec.lists[LRU_INACTIVE_FILE].prev;

	for (unsigned long i = 0; i < pages; i++, entry = entry->prev) {
		struct page *page = list_entry(entry, struct page, lru);

		page_dirty(page);
		SetPageFlag(page, PG_reclaim);
	}
	pgdat->flags |= 1ul << PGDAT_DIRTY;
}

/** Portions of a list that were looked at. */
static int looks_at(enum lru_list lru)
{
	int looks = 0;

	for (int i = 0; i < test_count(TRACE_mm_vmscan_lru_isolate); i++)
		looks += test_event(TRACE_mm_vmscan_lru_isolate, i)->field[7] == lru;
	return looks;
}

/*
 *  A balanced node with a boost of 40 pages; of the first two pages one is dirty.
 *  10242 >> 12 = 2, of which one stays; 10241 >> 11 = 5; 10236 >> 10 = 9. At priority 10 it stays: 6 + 9 + 9 + 9 = 33,
 *  and 9 more are enough. The mark with the boost, 70, is never scanned.
 */
TEST(balance_pgdat_works_off_a_boost_without_writing_swapping_or_hurry, "14-11")
{
	struct address_space *file = run_on_one_zone(30);

	inactive_heap(20000 >> 3);
	make_oldest_dirty(1);
	zone->nr_reserved_highatomic = 0;
	zone->watermark_boost = 40;
	test_zone(0, ZONE_NORMAL)->watermark_boost = 77;
	balance_pgdat(pgdat, 0, ZONE_NORMAL);
	ck_assert_str_eq(portions(), "12/0:2-1 11/0:5 10/0:9 10/0:9 10/0:9 10/0:9");
	ck_assert_int_eq(looks_at(LRU_INACTIVE_ANON), 0);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_writepage), 0);
	ck_assert_uint_eq(file->reclaimed, 42);
	ck_assert_int_eq(pgdat->kswapd_failures, 0);
	/* The boost is gone; a zone without memory is not looked at. */
	ck_assert_uint_eq(zone->watermark_boost, 0);
	ck_assert_uint_eq(test_zone(0, ZONE_NORMAL)->watermark_boost, 77);
	ck_assert_int_eq(pgdat->kcompactd_max_order, 9);
	ck_assert_int_eq(pgdat->kcompactd_highest_zoneidx, ZONE_DMA);
}

/* Two zones with boosts of 20: together they are the 40 of the scene above. */
TEST(balance_pgdat_works_off_the_sum_of_boosts, "14-11")
{
	test_machine_zones(64);
	daemons_start();
	run_on(test_zone(0, ZONE_NORMAL), 10242, 30);
	zone->nr_reserved_highatomic = 0;
	zone->watermark_boost = 20;
	test_zone(0, ZONE_DMA)->watermark_boost = 20;
	balance_pgdat(pgdat, 0, ZONE_NORMAL);
	/* 2 + 5 + 9 + 9 + 9 = 34, and 9. */
	ck_assert_str_eq(portions(), "12/0:2 11/0:5 10/0:9 10/0:9 10/0:9 10/0:9");
}

/** Nothing is left to be reclaimed. */
static struct address_space *let_go;

static void lets_go(void)
{
	meanwhile = ends_the_run;
	iterations++;
	address_space_release(let_go);
}

TEST(balance_pgdat_boost_without_progress_ends_the_run, "14-11 14-10")
{
	/* Two pages at priority 12, and then none: the run ends, but has not failed. */
	let_go = run_on_one_zone(30);
	zone->nr_reserved_highatomic = 0;
	zone->watermark_boost = 40;
	meanwhile = lets_go;
	balance_pgdat(pgdat, 0, ZONE_NORMAL);
	ck_assert_str_eq(portions(), "12/0:2");
	ck_assert_int_eq(iterations, 2);
	ck_assert_int_eq(pgdat->kswapd_failures, 0);
	/* None at all: it has. */
	zone->watermark_boost = 40;
	balance_pgdat(pgdat, 0, ZONE_NORMAL);
	ck_assert_int_eq(iterations, 3);
	ck_assert_int_eq(pgdat->kswapd_failures, 1);
}

static void loses_the_balance(void)
{
	zone->nr_reserved_highatomic = zone->managed_pages;
	meanwhile = ends_the_run;
	iterations++;
}

/* 2 pages gently at priority 12; then the node is unbalanced: 12 once more, 10240 >> 12 = 2, 10238 >> 11 = 4, 10234 >> 10 =
 * 9, and, since nothing is gentle now, 10225 >> 9 = 19. */
TEST(balance_pgdat_begins_anew_when_a_boosted_node_loses_its_balance, "14-11")
{
	run_on_one_zone(200);
	zone->nr_reserved_highatomic = 0;
	zone->watermark_boost = 10;
	balanced_after = 5;
	meanwhile = loses_the_balance;
	balance_pgdat(pgdat, 0, ZONE_NORMAL);
	ck_assert_str_eq(portions(), "12/0:2 12/0:2 11/0:4 10/0:9 9/0:19");
}

/** Pages that a run of that many iterations gives to the disk, where all pages that it meets are dirty. */
static int written_within(int nr_iterations, bool laptop_mode)
{
	run_on_one_zone(300);
	/* No flusher comes in between. */
	world->hooks.flushers_woken = NULL;
	make_oldest_dirty(100);
	world->laptop_mode = laptop_mode;
	iterations = 0;
	balanced_after = nr_iterations;
	balance_pgdat(pgdat, 0, ZONE_NORMAL);
	meanwhile = NULL;
	shrinker_unregister(&in_between);
	return test_count(TRACE_mm_vmscan_writepage);
}

/* Nothing is reclaimed: 10242 >> 12 = 2, >> 11 = 5, >> 10 = 10, >> 9 = 20. */
TEST(balance_pgdat_writes_at_once_but_on_a_laptop_when_it_gets_serious, "14-12")
{
	ck_assert_int_eq(written_within(1, false), 2);
	ck_assert_int_eq(written_within(3, true), 0);
	ck_assert_int_eq(written_within(4, true), 20);
}

TEST(balance_pgdat_lets_go_those_who_wait_for_a_little_memory, "14-7")
{
	run_on_one_zone(79);
	balanced_after = 1;
	pgdat->pfmemalloc_waiters = 2;
	/* Half of the min mark is not free: they wait on. */
	zone->_watermark[WMARK_MIN] = 4 * zone->managed_pages;
	balance_pgdat(pgdat, 0, ZONE_NORMAL);
	ck_assert_uint_eq(pgdat->pfmemalloc_waiters, 2);
	/* Nobody waits: nobody asks, and nobody is woken for it. */
	pgdat->pfmemalloc_waiters = 0;
	zone->nr_reserved_highatomic = zone->managed_pages;
	iterations = 0;
	pgdat->kswapd_waiting = true;
	balance_pgdat(pgdat, 0, ZONE_NORMAL);
	ck_assert(pgdat->kswapd_waiting);
	/* It is: they go on, all of them. */
	pgdat->pfmemalloc_waiters = 2;
	zone->_watermark[WMARK_MIN] = 10;
	zone->nr_reserved_highatomic = zone->managed_pages;
	iterations = 0;
	balance_pgdat(pgdat, 0, ZONE_NORMAL);
	ck_assert_uint_eq(pgdat->pfmemalloc_waiters, 0);
}

TEST(balance_pgdat_of_a_node_without_memory, "14-5 14-15")
{
	test_machine_uma(64);
	pgdat = NODE_DATA(0);
	test_zone(0, ZONE_DMA)->managed_pages = 0;
	world->buffer_heads_over_limit = true;
	ck_assert_int_eq(balance_pgdat(pgdat, 2, ZONE_NORMAL), 2);
	ck_assert_int_eq(test_events(), 0);
	ck_assert_int_eq(pgdat->kswapd_failures, 0);
}

/* ---- Ageing ------------------------------------------------------------------------------------------- */

/** A new group, or the root (NULL), gets that many active anonymous pages. */
static struct mem_cgroup *group_with(const char *path, struct mem_cgroup *parent,
				     unsigned long pages)
{
	struct mem_cgroup *group = parent ? memcg_new(path, parent, 10000) : NULL;
	struct address_space *heap = address_space_new("heap", true);

	for (unsigned long i = 0; i < pages; i++) {
		struct page *page = page_cache_add(heap, GFP_NOWAIT);

		lru_add_drain();
		lru_list_del(page);
		page->mem_cgroup = group;
		lru_list_add(page);
	}
	return group;
}

/** Pages that were moved to inactive lists before a pass looked at the first group, in the order of the groups. */
static const char *aged(void)
{
	const char *events;
	char *end;

	test_forget_events();
	test_set_watermarks(zone, 10, 20, 30);
	zone->nr_reserved_highatomic = zone->managed_pages;
	iterations = 0;
	balanced_after = 1;
	meanwhile = ends_the_run;
	balance_pgdat(pgdat, 0, ZONE_NORMAL);
	events = test_take_events();
	end = strstr(events, "mem_cgroup_protected");
	ck_assert_ptr_nonnull(end);
	*end = '\0';
	return events;
}

/*
 *  40 active anonymous pages of the root's own, 50 of a group and 3 of one below it; none is inactive.
 *  lru_isolate: mode, highest zone, order, wanted, looked at, skipped, taken, list 1. lru_shrink_active: node, taken,
 *  stayed, moved, executed, priority, flags of anonymous pages.
 */
TEST(age_active_anon_moves_32_pages_of_each_group, "14-12")
{
	static const char expected[] =
		"lru_isolate 0 2 0 32 32 0 32 1; lru_shrink_active 0 32 0 32 0 12 9; "
		"lru_isolate 0 2 0 32 32 0 32 1; lru_shrink_active 0 32 0 32 0 12 9; "
		"lru_isolate 0 2 0 32 3 0 3 1; lru_shrink_active 0 3 0 3 0 12 9; ";
	struct mem_cgroup *group;

	test_machine_uma(64);
	daemons_start();
	zone = test_zone(0, ZONE_DMA);
	pgdat = NODE_DATA(0);
	shrinker_register(&in_between);
	group_with("", NULL, 40);
	group = group_with("/a", &world->root_mem_cgroup, 50);
	group_with("/a/b", group, 3);
	test_fold();
	/* Without swap it would lead nowhere. */
	ck_assert_str_eq(aged(), "");
	swap_on(1000);
	ck_assert_str_eq(aged(), expected);
	/* 67 of the 93 are inactive now: that is enough, though it is not in one of the groups. */
	test_fold();
	group_with("/c", &world->root_mem_cgroup, 30);
	test_fold();
	ck_assert_str_eq(aged(), "");
}

/* ---- Going to sleep --------------------------------------------------------------------------------- */

TEST(kswapd_forgets_hints_before_it_asks_kcompactd, "14-17")
{
	live(64, 80, 96);
	zone->compact_blockskip_flush = true;
	pgdat->kswapd_order = 2;
	pgdat->kswapd_waiting = false;
	kswapd(pgdat);
	ck_assert_int_eq(pgdat->kswapd.state, KSWAPD_NAPPING);
	ck_assert(!zone->compact_blockskip_flush);
	ck_assert_uint_eq(pgdat->kswapd.nap_end, world->jiffies + HZ / 10);
}

static void runs_and_does_not_wait(void)
{
	meanwhile = runs_and_does_not_wait;
	ck_assert(!pgdat->kswapd_waiting);
	ck_assert_int_eq(pgdat->kswapd.state, KSWAPD_RUNNING);
}

/* A node that is never balanced, and always has something to reclaim: no nap, and another run, again and again. */
TEST(kswapd_that_may_not_sleep_begins_anew, "14-9")
{
	struct address_space *file = live(64, 80, 20000);
	int runs;

	shrinker_register(&in_between);
	meanwhile = runs_and_does_not_wait;

	wakeup_kswapd(zone, GFP_KERNEL, 2, ZONE_NORMAL);
	test_forget_events();
	world_reschedule();
	runs = test_count(TRACE_mm_vmscan_kswapd_wake);
	ck_assert_int_gt(runs, 16);
	/* A list of one page would be looked at at priority 0 only, which kswapd does not come to. */
	ck_assert_uint_eq(file->nrpages, 1);
	/* Refused each time but the last: 16 times in a row nothing was reclaimed. */
	ck_assert_uint_eq(world->vm_event[KSWAPD_HIGH_WMARK_HIT_QUICKLY], (unsigned long)runs - 1);
	ck_assert_int_eq(pgdat->kswapd_failures, 16);
	/* The first run was for what was asked for; the others are for single pages, up to the same zone. */
	ck_assert_int_eq(test_event(TRACE_mm_vmscan_kswapd_wake, 0)->field[2], 2);
	ck_assert_int_eq(test_event(TRACE_mm_vmscan_kswapd_wake, 1)->field[2], 0);
	ck_assert_int_eq(test_event(TRACE_mm_vmscan_kswapd_wake, 1)->field[1], ZONE_NORMAL);
}

/** The state of the thread, and what is asked for: "napping 3/0 up to 2; waits, asked for 0 up to 4". */
static const char *thread_state(void)
{
	static const char *const states[] = { "asleep", "napping", "running" };
	static char text[128];
	const struct kswapd *k = &pgdat->kswapd;

	snprintf(text, sizeof(text), "%s %d/%d up to %d; %s, asked for %d up to %d",
		 states[k->state], k->alloc_order, k->reclaim_order, k->highest_zoneidx,
		 pgdat->kswapd_waiting ? "waits" : "runs", pgdat->kswapd_order,
		 pgdat->kswapd_highest_zoneidx);
	return text;
}

static char state_inside[128];

static void note_state(void)
{
	snprintf(state_inside, sizeof(state_inside), "%s", thread_state());
	ends_the_run();
}

/** Wake the sleeping thread as a request does, and run it. */
static void run_for(int order, int highest_zoneidx)
{
	pgdat->kswapd_order = order;
	pgdat->kswapd_highest_zoneidx = highest_zoneidx;
	pgdat->kswapd_waiting = false;
	kswapd(pgdat);
}

/** The events of the two threads, and not of what they do. */
static const char *thread_events(void)
{
	static char text[4096];
	char *events = strdup(test_take_events()), *rest = events, *one;

	*text = '\0';
	while ((one = strsep(&rest, ";"))) {
		one += *one == ' ';
		if (strncmp(one, "kswapd", 6) && strncmp(one, "mm_compaction", 13) &&
		    strncmp(one, "wakeup", 6))
			continue;
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
			 *text ? "; " : "", one);
	}
	free(events);
	return text;
}

/*
 *  Woken for order 3 up to Normal; three iterations reclaim 2 + 5 + 9 = 16 pages, which is what compaction wants. Then the
 *  node is balanced for single pages.
 */
TEST(kswapd_from_sleep_to_sleep_for_a_block_that_it_reclaims_enough_for, "14-9 14-12 14-17")
{
	run_on_one_zone(79);
	balanced_after = 3;
	meanwhile = note_state;
	run_for(3, ZONE_NORMAL);
	ck_assert_int_eq(iterations, 3);
	/* Inside: what was asked for is taken over, and new wishes are collected. */
	ck_assert_str_eq(state_inside, "running 3/3 up to 2; runs, asked for 0 up to 4");
	ck_assert_str_eq(thread_state(), "napping 3/0 up to 2; waits, asked for 0 up to 4");
	/* And the order is left to kcompactd. */
	ck_assert_int_eq(pgdat->kcompactd_max_order, 3);
}

/* A nap that nobody cuts short ends in sleep; one that somebody does goes on with the larger order, up to the zone of
 * whoever woke it, or its own. */
TEST(kswapd_after_a_nap, "14-9")
{
	live(64, 80, 96);
	pgdat->kswapd = (struct kswapd){ KSWAPD_NAPPING, 3, 2, ZONE_DMA32, 100 };
	pgdat->kswapd_order = 0;
	pgdat->kswapd_highest_zoneidx = MAX_NR_ZONES;
	pgdat->kswapd_waiting = true;
	kswapd(pgdat);
	ck_assert_str_eq(thread_state(), "asleep 3/2 up to 1; waits, asked for 0 up to 4");
	ck_assert_str_eq(thread_events(), "kswapd_sleep 0");
	ck_assert_uint_eq(world->vm_event[KSWAPD_LOW_WMARK_HIT_QUICKLY], 0);
	ck_assert_uint_eq(world->vm_event[KSWAPD_HIGH_WMARK_HIT_QUICKLY], 0);

	/* By a request for single pages up to DMA. */
	pgdat->kswapd = (struct kswapd){ KSWAPD_NAPPING, 3, 2, ZONE_DMA32, 100 };
	pgdat->kswapd_highest_zoneidx = ZONE_DMA;
	pgdat->kswapd_waiting = false;
	kswapd(pgdat);
	ck_assert_str_eq(thread_events(), "kswapd_wake 0 0 2");
	ck_assert_str_eq(thread_state(), "napping 0/0 up to 0; waits, asked for 0 up to 4");
	ck_assert_uint_eq(world->vm_event[KSWAPD_LOW_WMARK_HIT_QUICKLY], 1);
	ck_assert_uint_eq(world->vm_event[KSWAPD_HIGH_WMARK_HIT_QUICKLY], 0);

	/* By one that named no zone, for a larger order. */
	pgdat->kswapd = (struct kswapd){ KSWAPD_NAPPING, 3, 2, ZONE_DMA32, 100 };
	pgdat->kswapd_order = 4;
	pgdat->kswapd_waiting = false;
	kswapd(pgdat);
	ck_assert_str_eq(thread_events(), "kswapd_wake 0 1 4");
}

static void loses_its_balance_at_the_end(void)
{
	snprintf(state_inside, sizeof(state_inside), "%s", thread_state());
}

/* The balance is gone at the end of the nap: back to work for single pages, up to the zone of its last run. */
TEST(kswapd_after_a_nap_without_balance, "14-9")
{
	run_on_one_zone(79);
	meanwhile = loses_its_balance_at_the_end;
	balanced_after = 0;
	pgdat->kswapd = (struct kswapd){ KSWAPD_NAPPING, 3, 0, ZONE_NORMAL, 100 };
	pgdat->kswapd_waiting = true;
	pgdat->kswapd_order = 0;
	pgdat->kswapd_highest_zoneidx = MAX_NR_ZONES;
	pgdat->kswapd_failures = 15;
	address_space_release(world->address_spaces);
	test_forget_events();
	kswapd(pgdat);
	ck_assert_str_eq(state_inside, "running 0/0 up to 2; runs, asked for 0 up to 4");
	ck_assert_str_eq(thread_events(), "kswapd_wake 0 2 0");
	ck_assert_uint_eq(world->vm_event[KSWAPD_HIGH_WMARK_HIT_QUICKLY], 1);
	/* The sixteenth failure in a row: it may nap though nothing is balanced. */
	ck_assert_int_eq(pgdat->kswapd_failures, 16);
	ck_assert_str_eq(thread_state(), "napping 0/0 up to 2; waits, asked for 0 up to 4");
}

TEST(prepare_kswapd_sleep_of_a_hopeless_node, "14-7 14-10")
{
	test_machine_uma(64);
	pgdat = NODE_DATA(0);
	test_empty_machine();
	for (int failures = 14; failures <= 17; failures++) {
		pgdat->kswapd_failures = failures;
		ck_assert(prepare_kswapd_sleep(pgdat, 0, ZONE_NORMAL) == (failures >= 16));
	}
}

/* While kswapd naps and nobody else runs, the CPU is idle: it folds zones and nodes, not the counters of groups. */
TEST(kswapd_nap_folds_zones_and_nodes_but_not_groups, "14-18 20-32")
{
	long before;

	live(64, 80, 96);
	pgdat->kswapd_waiting = false;
	daemon_wake(world->life->kswapd[0]);
	schedule_daemons();
	ck_assert_int_eq(pgdat->kswapd.state, KSWAPD_NAPPING);
	/* The CPU has announced that it will fold its counters. */
	world->vmstat_work_pending = 1;
	zone->pageset[0].vm_stat_diff[NR_MLOCK] = 3;
	before = pgdat->vm_stat[NR_FILE_DIRTY];
	pgdat->per_cpu_nodestats[0].vm_node_stat_diff[NR_FILE_DIRTY] = 2;
	pgdat->lruvec.lruvec_stat_cpu[0][NR_FILE_DIRTY] = 4;
	world_sleep(1);
	ck_assert_int_eq(pgdat->kswapd.state, KSWAPD_NAPPING);
	ck_assert_int_eq(zone->vm_stat[NR_MLOCK], 3);
	ck_assert_int_eq(pgdat->lruvec.lruvec_stat_cpu[0][NR_FILE_DIRTY], 4);
	ck_assert_int_eq(pgdat->vm_stat[NR_FILE_DIRTY], before + 2);
	pgdat->vm_stat[NR_FILE_DIRTY] = before;
}

/* ---- The two threads without the rest of a life ------------------------------------------------------ */

TEST(node_daemons_run_where_they_are_let_run_and_nowhere_else, "14-18")
{
	struct page *written;

	test_machine_uma(64);
	pgdat = NODE_DATA(0);
	zone = test_zone(0, ZONE_DMA);
	/* One page is being written, as a snapshot may say. */
	written = alloc_pages(GFP_KERNEL, 0);
	written->mapping = NULL;
	lru_list_add(written);
	SetPageFlag(written, PG_lru);
	SetPageFlag(written, PG_writeback);
	test_empty_zone(zone);
	for (unsigned long i = 0; i < 100; i++)
		test_free_block(test_page(zone, 2 * i), 0, MIGRATE_UNMOVABLE);
	test_set_watermarks(zone, 200, 300, 400);
	/* Woken before there was anybody to wake: both run first. */
	wakeup_kswapd(zone, GFP_KERNEL, 0, ZONE_NORMAL);
	pgdat->kcompactd_waiting = false;
	pgdat->kcompactd_max_order = 1;
	test_forget_events();
	ck_assert(node_daemons_start());
	world_reschedule();
	world_sleep(HZ);
	ck_assert_int_eq(test_events(), 0);
	daemons_run();
	ck_assert_int_gt(test_count(TRACE_mm_vmscan_kswapd_wake), 0);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_kswapd_sleep), 1);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_kcompactd_sleep), 1);
	ck_assert_int_eq(pgdat->kswapd.state, KSWAPD_ASLEEP);
	ck_assert(pgdat->kswapd_waiting && pgdat->kcompactd_waiting);
	/* With nobody woken the CPU is idle at once, and folds. */
	zone->pageset[0].vm_stat_diff[NR_MLOCK] = 3;
	test_forget_events();
	daemons_run();
	ck_assert_int_eq(test_events(), 0);
	ck_assert_int_eq(zone->vm_stat[NR_MLOCK], 3);
	ck_assert(PageFlag(written, PG_writeback));
}

/** A page of the file list, for which the next pass of kswapd would wait. */
static void add_page_that_came_around(struct page *page)
{
	page->mapping = NULL;
	lru_list_add(page);
	SetPageFlag(page, PG_lru);
	SetPageFlag(page, PG_writeback);
	SetPageFlag(page, PG_reclaim);
}

static bool folded_while_it_ran;

static void looks_for_a_fold(void)
{
	meanwhile = looks_for_a_fold;
	folded_while_it_ran |= zone->vm_stat[NR_MLOCK] == 3;
}

/* kswapd waits for the disk in the middle of a run: the CPU is idle, and folds, also where tasks sleep alone. */
TEST(node_daemons_leave_the_cpu_idle_while_one_waits, "14-18 20-32")
{
	struct page *pages[8];

	test_machine_uma(64);
	pgdat = NODE_DATA(0);
	zone = test_zone(0, ZONE_DMA);
	for (int i = 0; i < 8; i++)
		pages[i] = alloc_pages(GFP_KERNEL, 0);
	test_empty_zone(zone);
	for (int i = 0; i < 8; i++)
		add_page_that_came_around(pages[i]);
	test_set_watermarks(zone, 200, 300, 400);
	pgdat->flags |= 1ul << PGDAT_WRITEBACK;
	ck_assert(node_daemons_start());
	shrinker_register(&in_between);
	meanwhile = looks_for_a_fold;
	zone->pageset[0].vm_stat_diff[NR_MLOCK] = 3;
	wakeup_kswapd(zone, GFP_KERNEL, 0, ZONE_NORMAL);
	daemons_run();
	ck_assert(folded_while_it_ran);
	/* Outside, a task that sleeps lets time pass, and nothing else. */
	zone->pageset[0].vm_stat_diff[NR_MLOCK] = 3;
	world_sleep(HZ);
	ck_assert_int_eq(zone->pageset[0].vm_stat_diff[NR_MLOCK], 3);
	shrinker_unregister(&in_between);
	meanwhile = NULL;
}

#ifdef CONFIG_NUMA
/* ---- Several nodes ----------------------------------------------------------------------------------- */

/** Nodes that are asked, in order, as a number of decimal digits. */
static int nodes_asked(const struct alloc_context *ac)
{
	int asked = 0;

	test_forget_events();
	NODE_DATA(0)->kswapd_waiting = true;
	NODE_DATA(1)->kswapd_waiting = true;
	wake_all_kswapds(0, GFP_KERNEL, ac);
	for (int i = 0; i < test_count(TRACE_mm_vmscan_wakeup_kswapd); i++)
		asked = asked * 10 + 1 +
			(int)test_event(TRACE_mm_vmscan_wakeup_kswapd, i)->field[0];
	return asked;
}

TEST(wake_all_kswapds_within_the_nodemask, "14-6")
{
	nodemask_t only = NODE_1;
	struct alloc_context ac;

	test_machine_numa(64);
	test_empty_machine();
	ac = (struct alloc_context){ .zonelist = NODE_DATA(0)->node_zonelists,
				     .highest_zoneidx = ZONE_NORMAL };
	ck_assert_int_eq(nodes_asked(&ac), 12);
	ac.nodemask = &only;
	ck_assert_int_eq(nodes_asked(&ac), 2);
}

TEST(wake_all_kswapds_comes_back_to_a_node, "14-6")
{
	struct zonelist list = { 0 };
	struct alloc_context ac = { .zonelist = &list, .highest_zoneidx = ZONE_NORMAL };

	test_machine_numa(64);
	test_empty_machine();
	zonelist_append(&list, test_zone(0, ZONE_DMA));
	zonelist_append(&list, test_zone(1, ZONE_DMA));
	zonelist_append(&list, test_zone(0, ZONE_DMA));
	/* Three times asked; the first node's kswapd was woken the first time, so the third is only recorded. */
	ck_assert_int_eq(nodes_asked(&ac), 12);
	NODE_DATA(0)->kswapd_failures = 16;
	NODE_DATA(1)->kswapd_failures = 16;
	NODE_DATA(0)->kswapd_waiting = true;
	NODE_DATA(1)->kswapd_waiting = true;
	test_forget_events();
	wake_all_kswapds(9, GFP_ATOMIC, &ac);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_suitable), 3);
}
#endif

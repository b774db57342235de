/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 14, part: conditions of kswapd that one has to arrange: what is asked for while it works, what a nap lets others
 * do, which zones and marks its balance looks at.
 */
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

/* A node that is never balanced, and always has something to reclaim: no nap, and another run, again and again. */
TEST(kswapd_that_may_not_sleep_begins_anew, "14-9")
{
	struct address_space *file = live(64, 80, 20000);
	int runs;

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

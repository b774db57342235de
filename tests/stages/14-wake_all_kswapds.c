/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 14: who wakes kswapd and kcompactd, row by row, and what kswapd does then.
 */
#include "life/life.h"
#include "machines.h"
#include "page_cache.h"
#include "stages/reclaim.h"

static struct zone *zone;
static struct pglist_data *pgdat;

/** A machine short of memory: 100 free pages, all watermarks above. */
static void setup(void)
{
	test_machine_uma(64);
	zone = test_zone(0, ZONE_DMA);
	pgdat = NODE_DATA(0);
	test_empty_machine();
	test_set_watermarks(zone, 200, 300, 400);
	for (unsigned long i = 0; i < 100; i++)
		test_free_block(test_page(zone, 2 * i), 0, MIGRATE_UNMOVABLE);
	test_forget_events();
}

/** Make the node balanced for single pages. */
static void balance(void)
{
	test_set_watermarks(zone, 10, 20, 30);
}

static int woken(gfp_t gfp_mask, unsigned int order)
{
	test_forget_events();
	wakeup_kswapd(zone, gfp_mask, order, ZONE_NORMAL);
	return test_count(TRACE_mm_vmscan_wakeup_kswapd);
}

TEST(wakeup_kswapd_zone_without_memory, "14-1")
{
	setup();
	wakeup_kswapd(test_zone(0, ZONE_NORMAL), GFP_KERNEL, 0, ZONE_NORMAL);
	ck_assert_int_eq(test_events(), 0);
	ck_assert_int_eq(pgdat->kswapd_highest_zoneidx, MAX_NR_ZONES);
}

TEST(wakeup_kswapd_outside_the_cpuset, "14-1")
{
	setup();
	world->nr_cpusets = 1;
	current->mems_allowed = NODE_MASK_NONE;
	ck_assert_int_eq(woken(GFP_KERNEL | __GFP_HARDWALL, 0), 0);
	ck_assert_int_eq(pgdat->kswapd_highest_zoneidx, MAX_NR_ZONES);
}

/** Wake-ups without a mask when a movable page comes from unmovable lists, boosting switched off. */
static int woken_by_mixing(unsigned long high)
{
	int found = 0;

	setup();
	world->watermark_boost_factor = 0;
	test_set_watermarks(zone, 10, 20, high);
	ck_assert_ptr_nonnull(alloc_pages(GFP_HIGHUSER_MOVABLE, 0));
	ck_assert_uint_eq(zone->watermark_boost, 0);
	for (int i = 0; i < test_count(TRACE_mm_vmscan_wakeup_kswapd); i++)
		found += test_event(TRACE_mm_vmscan_wakeup_kswapd, i)->field[3] == 0;
	return found;
}

TEST(wakeup_kswapd_is_called_for_mixed_types_though_boosting_is_off, "14-3")
{
	/* Expect kswapd woken where the node is not balanced, and left asleep where it is. */
	ck_assert_int_eq(woken_by_mixing(400), 1);
	ck_assert_int_eq(woken_by_mixing(30), 0);
}

TEST(wakeup_kswapd_running_only_records, "14-2")
{
	setup();
	pgdat->kswapd_waiting = false;
	ck_assert_int_eq(woken(GFP_KERNEL, 3), 0);
	ck_assert_int_eq(pgdat->kswapd_order, 3);
	ck_assert_int_eq(pgdat->kswapd_highest_zoneidx, ZONE_NORMAL);
	/* The highest of all requests counts. */
	wakeup_kswapd(zone, GFP_KERNEL, 1, ZONE_DMA);
	ck_assert_int_eq(pgdat->kswapd_order, 3);
	ck_assert_int_eq(pgdat->kswapd_highest_zoneidx, ZONE_NORMAL);
	wakeup_kswapd(zone, GFP_KERNEL, 4, ZONE_MOVABLE);
	ck_assert_int_eq(pgdat->kswapd_order, 4);
	ck_assert_int_eq(pgdat->kswapd_highest_zoneidx, ZONE_MOVABLE);
}

TEST(wakeup_kswapd_unbalanced_wakes, "14-3")
{
	setup();
	ck_assert_int_eq(woken(GFP_KERNEL, 2), 1);
	ck_assert_int_eq(test_event(TRACE_mm_vmscan_wakeup_kswapd, 0)->field[1], ZONE_NORMAL);
	ck_assert_int_eq(test_event(TRACE_mm_vmscan_wakeup_kswapd, 0)->field[2], 2);
	ck_assert(!pgdat->kswapd_waiting);
	ck_assert_int_eq(woken(GFP_KERNEL, 2), 0);
}

TEST(wakeup_kswapd_balanced_sleeps_on, "14-3")
{
	setup();
	balance();
	ck_assert_int_eq(woken(GFP_KERNEL, 0), 0);
	ck_assert(pgdat->kswapd_waiting);
	/* Boosted: it wakes all the same. */
	zone->watermark_boost = 10;
	ck_assert_int_eq(woken(GFP_KERNEL, 0), 1);
}

TEST(wakeup_kswapd_hopeless_or_balanced_leaves_it_to_kcompactd, "14-4")
{
	setup();
	/* 100 single pages, no block of order 2: enough for compaction. */
	test_set_watermarks(zone, 10, 20, 30);
	pgdat->kswapd_failures = 16;
	ck_assert_int_eq(woken(GFP_KERNEL, 2), 0);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_wakeup_kcompactd), 0);
	ck_assert_int_eq(woken(GFP_ATOMIC, 2), 0);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_wakeup_kcompactd), 1);
	ck_assert_int_eq(pgdat->kcompactd_max_order, 2);
	ck_assert(!pgdat->kcompactd_waiting);
	/* It runs: only recorded. */
	ck_assert_int_eq(woken(GFP_ATOMIC, 3), 0);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_wakeup_kcompactd), 0);
	ck_assert_int_eq(pgdat->kcompactd_max_order, 3);
	/* Single pages need none. */
	pgdat->kcompactd_waiting = true;
	ck_assert_int_eq(woken(GFP_ATOMIC, 0), 0);
	ck_assert_int_eq(test_events(), 0);
}

TEST(wakeup_kcompactd_takes_the_lowest_zone, "14-4")
{
	setup();
	pgdat->kcompactd_waiting = false;
	pgdat->kcompactd_highest_zoneidx = ZONE_NORMAL;
	wakeup_kcompactd(pgdat, 2, ZONE_MOVABLE);
	ck_assert_int_eq(pgdat->kcompactd_highest_zoneidx, ZONE_NORMAL);
	wakeup_kcompactd(pgdat, 1, ZONE_DMA);
	ck_assert_int_eq(pgdat->kcompactd_highest_zoneidx, ZONE_DMA);
	ck_assert_int_eq(pgdat->kcompactd_max_order, 2);
}

TEST(wakeup_kcompactd_only_when_it_can_help, "14-4")
{
	setup();
	/* Too little free memory: it is not woken. */
	wakeup_kcompactd(pgdat, 2, ZONE_NORMAL);
	ck_assert(pgdat->kcompactd_waiting);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_suitable), 1);
	/* Zones without memory are not asked. */
	pgdat->kcompactd_highest_zoneidx = ZONE_MOVABLE;
	wakeup_kcompactd(pgdat, 2, ZONE_MOVABLE);
	ck_assert(pgdat->kcompactd_waiting);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_suitable), 2);
}

TEST(pgdat_balanced_one_good_zone_is_enough, "14-5")
{
	test_machine_zones(64);
	pgdat = NODE_DATA(0);
	ck_assert(pgdat_balanced(pgdat, 0, ZONE_NORMAL));
	test_empty_zone(test_zone(0, ZONE_NORMAL));
	test_empty_zone(test_zone(0, ZONE_DMA32));
	ck_assert(pgdat_balanced(pgdat, 0, ZONE_NORMAL));
	test_empty_zone(test_zone(0, ZONE_DMA));
	ck_assert(!pgdat_balanced(pgdat, 0, ZONE_NORMAL));
}

TEST(pgdat_balanced_no_zone_to_look_at, "14-5")
{
	setup();
	zone->managed_pages = 0;
	ck_assert(pgdat_balanced(pgdat, 0, ZONE_NORMAL));
	ck_assert(!pgdat_watermark_boosted(pgdat, ZONE_NORMAL));
}

TEST(pgdat_balanced_free_cma_does_not_count, "14-5")
{
	setup();
	test_set_watermarks(zone, 50, 60, 70);
	ck_assert(pgdat_balanced(pgdat, 0, ZONE_NORMAL));
	zone_page_state_add(50, zone, NR_FREE_CMA_PAGES);
	ck_assert(!pgdat_balanced(pgdat, 0, ZONE_NORMAL));
}

TEST(wake_all_kswapds_once_a_node, "14-6")
{
	struct alloc_context ac;

	test_machine_zones(64);
	pgdat = NODE_DATA(0);
	test_empty_machine();
	ac = (struct alloc_context){ .zonelist = pgdat->node_zonelists,
				     .highest_zoneidx = ZONE_NORMAL };
	pgdat->kswapd_waiting = false;
	wake_all_kswapds(1, GFP_KERNEL, &ac);
	ck_assert_int_eq(pgdat->kswapd_order, 1);
	pgdat->kswapd_waiting = true;
	wake_all_kswapds(1, GFP_KERNEL, &ac);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_wakeup_kswapd), 1);
	/* A hopeless node: kcompactd is asked instead, and looks at each of the three zones once. */
	pgdat->kswapd_waiting = true;
	pgdat->kswapd_failures = 16;
	wake_all_kswapds(1, GFP_ATOMIC, &ac);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_suitable), 3);
}

#ifdef CONFIG_NUMA
TEST(wake_all_kswapds_of_every_node, "14-6")
{
	struct alloc_context ac;

	test_machine_numa(64);
	test_empty_machine();
	ac = (struct alloc_context){ .zonelist = NODE_DATA(1)->node_zonelists,
				     .highest_zoneidx = ZONE_NORMAL };
	wake_all_kswapds(0, GFP_KERNEL, &ac);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_wakeup_kswapd), 2);
	ck_assert_int_eq(test_event(TRACE_mm_vmscan_wakeup_kswapd, 0)->field[0], 1);
}
#endif

/* ---- kswapd ----------------------------------------------------------------------------------------- */

/** A live machine with that many clean file pages, and free memory between min and low. */
static struct address_space *live(unsigned long spare)
{
	struct address_space *file;

	test_machine_uma(64);
	zone = test_zone(0, ZONE_DMA);
	pgdat = NODE_DATA(0);
	daemons_start();
	file = address_space_new("file", false);
	while (zone_page_state(zone, NR_FREE_PAGES) > low_wmark_pages(zone) + spare)
		page_cache_add(file, GFP_NOWAIT);
	test_forget_events();
	return file;
}

TEST(prepare_kswapd_sleep_answers, "14-7")
{
	setup();
	pgdat->pfmemalloc_waiters = 3;
	pgdat->flags = 1ul << PGDAT_DIRTY | 1ul << PGDAT_WRITEBACK | 1ul << PGDAT_RECLAIM_LOCKED;
	pgdat->lruvec.flags = 1ul << LRUVEC_CONGESTED | 1ul << (LRUVEC_CONGESTED + 1);
	ck_assert(!prepare_kswapd_sleep(pgdat, 0, ZONE_NORMAL));
	/* Whoever waits goes on in any case; marks stay until the node is balanced. */
	ck_assert_uint_eq(pgdat->pfmemalloc_waiters, 0);
	ck_assert_uint_ne(pgdat->flags, 0);
	pgdat->kswapd_failures = 16;
	ck_assert(prepare_kswapd_sleep(pgdat, 0, ZONE_NORMAL));
	ck_assert_uint_ne(pgdat->flags, 0);
	pgdat->kswapd_failures = 0;
	balance();
	ck_assert(prepare_kswapd_sleep(pgdat, 0, ZONE_NORMAL));
	/* These marks, and no other. */
	ck_assert_uint_eq(pgdat->flags, 1ul << PGDAT_RECLAIM_LOCKED);
	ck_assert_uint_eq(pgdat->lruvec.flags, 1ul << (LRUVEC_CONGESTED + 1));
}

TEST(balance_pgdat_balanced_does_nothing, "14-8")
{
	live(1000);
	ck_assert_int_eq(balance_pgdat(pgdat, 0, ZONE_NORMAL), 0);
	ck_assert_int_eq(test_events(), 0);
	ck_assert_int_eq(pgdat->kswapd_failures, 0);
	ck_assert_uint_eq(world->vm_event[PAGEOUTRUN], 1);
}

TEST(balance_pgdat_works_off_a_boost_gently, "14-11")
{
	struct address_space *file = live(1000);
	struct page *dirty = page_cache_add(file, GFP_NOWAIT);

	page_dirty(dirty);
	zone->watermark_boost = 300;
	current->flags |= PF_KSWAPD | PF_MEMALLOC;
	balance_pgdat(pgdat, 0, ZONE_NORMAL);
	ck_assert_uint_eq(zone->watermark_boost, 0);
	ck_assert_uint_gt(file->reclaimed, 0);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_writepage), 0);
	/* Nothing to gain: it stops at once, that counts as a failure, the boost goes all the same. */
	while (file->nrpages > 1)
		try_to_free_mem_cgroup_pages(&world->root_mem_cgroup, 10000, GFP_KERNEL, false);
	zone->watermark_boost = 300;
	balance_pgdat(pgdat, 0, ZONE_NORMAL);
	ck_assert_uint_eq(zone->watermark_boost, 0);
	ck_assert_int_eq(pgdat->kswapd_failures, 1);
}

TEST(balance_pgdat_unbalanced_and_boosted_begins_anew, "14-11")
{
	struct address_space *file = live(0);

	/* A boost that makes the node unbalanced: full reclaim from the start. */
	zone->watermark_boost = 500;
	balance_pgdat(pgdat, 0, ZONE_NORMAL);
	ck_assert_uint_eq(zone->watermark_boost, 0);
	ck_assert_uint_gt(file->reclaimed, 400);
}

TEST(balance_pgdat_large_order_ends_as_single_pages, "14-12")
{
	struct address_space *file = live(0);

	/* Every second page of memory is held by somebody: a block of order 3 cannot form. */
	test_set_watermarks(zone, 64, 80, 12000);
	ck_assert_int_eq(balance_pgdat(pgdat, 9, ZONE_NORMAL), 0);
	ck_assert_uint_ge(file->reclaimed, 2ul << 9);
}

/** Pages that a run has looked at on inactive lists at one priority. */
static unsigned long scanned_at(int priority)
{
	unsigned long pages = 0;

	for (int i = 0; i < test_count(TRACE_mm_vmscan_lru_shrink_inactive); i++) {
		const struct trace_event *event =
			test_event(TRACE_mm_vmscan_lru_shrink_inactive, i);

		if (event->field[11] == priority)
			pages += (unsigned long)event->field[1];
	}
	return pages;
}

/** The first priority that is used more than once, on 16000 pages, while the node remains unbalanced. */
static int priority_that_stays(unsigned long high, unsigned long boost)
{
	int priority = DEF_PRIORITY;

	live(0);
	test_set_watermarks(zone, 10, 20, high);
	zone->watermark_boost = boost;
	zone->nr_reserved_highatomic = zone->managed_pages;
	balance_pgdat(pgdat, 0, ZONE_NORMAL);
	while (priority && scanned_at(priority) <= 16384ul >> priority)
		priority--;
	return priority;
}

TEST(kswapd_target_is_the_high_mark_with_the_boost, "14-12 13-15")
{
	/* Expect the first priority at which the target is looked at: about 62 pages at 8, 125 at 7. */
	ck_assert_int_eq(priority_that_stays(60, 0), 8);
	ck_assert_int_eq(priority_that_stays(66, 0), 7);
	/* Expect a zone to count for 32 pages at least: 31 at priority 9 are too few. */
	ck_assert_int_eq(priority_that_stays(21, 0), 8);
	/* Expect the boost to count: 60 + 50. */
	ck_assert_int_eq(priority_that_stays(60, 50), 7);
}

TEST(kswapd_nap_is_interrupted, "14-9")
{
	struct address_space *file = live(0);

	page_cache_fill(file, GFP_NOWAIT, 64);
	world_reschedule();
	ck_assert_int_eq(pgdat->kswapd.state, KSWAPD_NAPPING);
	/* Before the nap is over memory gets short again: it is woken, and works again at once. */
	while (pgdat->kswapd_waiting)
		page_cache_add(file, GFP_NOWAIT);
	world_sleep(5);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_kswapd_wake), 2);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_kswapd_sleep), 0);
	ck_assert_uint_eq(world->vm_event[KSWAPD_LOW_WMARK_HIT_QUICKLY], 1);
	daemons_run();
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_kswapd_sleep), 1);
}

TEST(kswapd_nap_ends_and_balance_is_lost, "14-9")
{
	struct address_space *file = live(0);
	unsigned int taken = 0;

	page_cache_fill(file, GFP_NOWAIT, 64);
	world_reschedule();
	ck_assert_int_eq(pgdat->kswapd.state, KSWAPD_NAPPING);
	/* Memory goes without anybody asking for kswapd. */
	while (pgdat_balanced(pgdat, 0, ZONE_NORMAL) && taken++ < 10000)
		alloc_pages(__GFP_HIGH, 0);
	world_sleep(HZ / 10);
	ck_assert_uint_ge(world->vm_event[KSWAPD_HIGH_WMARK_HIT_QUICKLY], 1);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_kswapd_wake), 2);
}

TEST(kswapd_thresholds_of_counters, "14-13")
{
	struct address_space *file;
	int normal;

	test_machine_cpus(64, 4);
	daemons_start();
	zone = test_zone(0, ZONE_DMA);
	pgdat = NODE_DATA(0);
	file = address_space_new("file", false);
	zone->percpu_drift_mark = 1;
	normal = calculate_normal_threshold(zone);
	while (zone_page_state(zone, NR_FREE_PAGES) > low_wmark_pages(zone))
		page_cache_add(file, GFP_NOWAIT);
	while (pgdat->kswapd_waiting)
		page_cache_add(file, GFP_NOWAIT);
	world_reschedule();
	/* While it works, and naps, counters must be nearly exact. */
	ck_assert_int_eq(zone->pageset[2].stat_threshold, calculate_pressure_threshold(zone));
	daemons_run();
	ck_assert_int_eq(zone->pageset[2].stat_threshold, normal);
}

TEST(kswapd_ages_anonymous_pages_only_with_swap, "14-12")
{
	struct address_space *heap;

	live(0);
	heap = address_space_new("heap", true);
	page_cache_fill(heap, GFP_NOWAIT, 60);
	balance_pgdat(pgdat, 0, ZONE_NORMAL);
	ck_assert_uint_eq(global_node_page_state(NR_INACTIVE_ANON), 0);
	swap_on(1000);
	test_set_watermarks(zone, 64, 80, 1500);
	balance_pgdat(pgdat, 0, ZONE_NORMAL);
	ck_assert_uint_gt(global_node_page_state(NR_INACTIVE_ANON), 0);
}

TEST(kswapd_laptop_and_buffer_heads, "14-12")
{
	struct address_space *file = live(0);

	world->laptop_mode = true;
	world->buffer_heads_over_limit = true;
	test_set_watermarks(zone, 64, 80, 1500);
	current->flags |= PF_KSWAPD;
	pgdat->pfmemalloc_waiters = 1;
	balance_pgdat(pgdat, 0, ZONE_DMA);
	ck_assert_uint_gt(file->reclaimed, 0);
	/* The task that waited for a little memory may go on. */
	ck_assert_uint_eq(pgdat->pfmemalloc_waiters, 0);
}

/** Highest zone that kswapd reclaims in when it is asked for zones up to this one. */
static int reclaims_up_to(int highest_zoneidx)
{
	test_forget_events();
	balance_pgdat(pgdat, 0, highest_zoneidx);
	return (int)test_event(TRACE_mm_vmscan_lru_isolate, 0)->field[1];
}

TEST(kswapd_with_too_many_buffer_heads_takes_the_highest_zone_with_memory, "14-15")
{
	live(0);
	test_set_watermarks(zone, 64, 80, 1500);
	ck_assert_int_eq(reclaims_up_to(ZONE_NORMAL), ZONE_NORMAL);
	/* Expect DMA, the only zone with memory, though zones up to Normal were asked for. */
	world->buffer_heads_over_limit = true;
	test_set_watermarks(zone, 64, 80, 3000);
	ck_assert_int_eq(reclaims_up_to(ZONE_NORMAL), ZONE_DMA);
	/* Expect Normal where there is one, though only DMA was asked for. */
	test_machine_zones(64);
	pgdat = NODE_DATA(0);
	zone = test_zone(0, ZONE_DMA);
	world->buffer_heads_over_limit = true;
	page_cache_fill(address_space_new("file", false), GFP_NOWAIT, 1000);
	test_set_watermarks(zone, 64, 80, zone->managed_pages);
	ck_assert_int_eq(reclaims_up_to(ZONE_DMA), ZONE_NORMAL);
	/* And Movable where that has a page. */
	test_zone(0, ZONE_MOVABLE)->managed_pages = 1;
	ck_assert_int_eq(reclaims_up_to(ZONE_DMA), ZONE_MOVABLE);
}

/*
 *  150 of the zone's pages are free, and a task wants to reclaim. Half of the min mark is 100 without a boost, and 200
 *  with one of 200 pages.
 *  Expect: only the boost makes the task wait, and wakes kswapd for it, without an event and without an order.
 */
TEST(boost_counts_where_tasks_are_held_back, "14-16")
{
	setup();
	for (unsigned long i = 0; i < 50; i++)
		test_free_block(test_page(zone, 1000 + 2 * i), 0, MIGRATE_UNMOVABLE);
	zone_page_state_add(1, zone, NR_ZONE_INACTIVE_FILE);
	ck_assert_int_eq(test_free_pages(zone), 150);
	ck_assert(allow_direct_reclaim(pgdat));
	ck_assert(pgdat->kswapd_waiting);
	zone->watermark_boost = 200;
	ck_assert(!allow_direct_reclaim(pgdat));
	ck_assert(!pgdat->kswapd_waiting);
	ck_assert_int_eq(pgdat->kswapd_highest_zoneidx, ZONE_NORMAL);
	ck_assert_int_eq(pgdat->kswapd_order, 0);
	ck_assert_int_eq(test_events(), 0);
}

TEST(kswapd_interrupted_nap_keeps_the_order, "14-9")
{
	live(0);
	test_set_watermarks(zone, 64, 80, 1500);
	/* It naps after work for order 3, is woken for single pages, and goes on with order 3. */
	pgdat->kswapd = (struct kswapd){ KSWAPD_NAPPING, 3, 3, ZONE_NORMAL, 100 };
	pgdat->kswapd_waiting = false;
	pgdat->kswapd_order = 0;
	kswapd(pgdat);
	ck_assert_int_eq(test_event(TRACE_mm_vmscan_kswapd_wake, 0)->field[2], 3);
}

TEST(kswapd_sleeps_on_single_pages_once_compaction_has_what_it_needs, "14-12")
{
	live(0);
	test_set_watermarks(zone, 64, 80, 6000);
	pgdat->kswapd_order = 9;
	pgdat->kswapd_waiting = false;
	kswapd(pgdat);
	ck_assert_int_eq(pgdat->kswapd.state, KSWAPD_NAPPING);
	ck_assert_int_eq(pgdat->kswapd.reclaim_order, 0);
	ck_assert_int_eq(pgdat->kswapd.alloc_order, 9);
}

static int kcompactd_wakings;

static void note_kcompactd(struct pglist_data *node)
{
	(void)node;
	kcompactd_wakings++;
}

TEST(wakeup_kcompactd_tells_the_scheduler, "14-4")
{
	setup();
	test_set_watermarks(zone, 10, 20, 30);
	world->hooks.kcompactd_woken = NULL;
	wakeup_kcompactd(pgdat, 2, ZONE_NORMAL);
	ck_assert(!pgdat->kcompactd_waiting);
	pgdat->kcompactd_waiting = true;
	world->hooks.kcompactd_woken = note_kcompactd;
	wakeup_kcompactd(pgdat, 2, ZONE_NORMAL);
	ck_assert_int_eq(kcompactd_wakings, 1);
}

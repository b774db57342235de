/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 17: both retry rules, row by row, and the cpuset's cookie.
 */
#include "machines.h"

static struct zone *zone;
static struct alloc_context ac;
static int loops, retries;
static enum compact_priority priority;

/** A machine with 1000 free single pages, and a context as GFP_KERNEL has it. */
static void setup(void)
{
	test_machine_uma(64);
	zone = test_zone(0, ZONE_DMA);
	test_empty_machine();
	zone->pageset->stat_threshold = 0;
	test_set_watermarks(zone, 100, 200, 300);
	for (unsigned long i = 0; i < 1000; i++)
		test_free_block(test_page(zone, 2 * i), 0, MIGRATE_UNMOVABLE);
	ac = (struct alloc_context){ .zonelist = NODE_DATA(0)->node_zonelists,
				     .highest_zoneidx = ZONE_NORMAL };
	ac.preferred_zoneref = first_zones_zonelist(ac.zonelist, ZONE_NORMAL, NULL);
	loops = 0;
	retries = 0;
	priority = DEF_COMPACT_PRIORITY;
	test_forget_events();
}

static bool reclaim_retry(unsigned int order, bool progress)
{
	return should_reclaim_retry(GFP_KERNEL, order, &ac, ALLOC_WMARK_MIN, progress, &loops);
}

static bool compact_retry(unsigned int order, enum compact_result result)
{
	return should_compact_retry(&ac, order, 0, result, &priority, &retries);
}

TEST(should_reclaim_retry_counts_rounds_without_progress, "17-1")
{
	setup();
	loops = 5;
	ck_assert(reclaim_retry(0, false));
	ck_assert_int_eq(loops, 6);
	reclaim_retry(3, true);
	ck_assert_int_eq(loops, 0);
	/* For costly orders progress with single pages means nothing. */
	reclaim_retry(4, true);
	ck_assert_int_eq(loops, 1);
}

TEST(should_reclaim_retry_seventeenth_round_opens_the_urgent_reserve, "17-2")
{
	setup();
	loops = 16;
	ck_assert(!reclaim_retry(0, false));
	ck_assert_int_eq(test_events(), 0);
	/* Free pages in the reserve: they are moved, and that is worth another round. */
	set_pageblock_migratetype(test_page(zone, 4096), MIGRATE_HIGHATOMIC);
	zone->nr_reserved_highatomic = 512;
	test_free_block(test_page(zone, 4096), 0, MIGRATE_HIGHATOMIC);
	ck_assert(reclaim_retry(0, false));
	ck_assert_uint_eq(zone->nr_reserved_highatomic, 0);
	ck_assert(!reclaim_retry(0, false));
}

TEST(should_reclaim_retry_event_and_levels, "17-3")
{
	const struct trace_event *event;

	setup();
	zone->watermark_boost = 50;
	zone_page_state_add(30, zone, NR_ZONE_INACTIVE_FILE);
	zone_page_state_add(40, zone, NR_ZONE_ACTIVE_FILE);
	zone_page_state_add(500, zone, NR_ZONE_INACTIVE_ANON);
	zone->pageset->vm_stat_diff[NR_FREE_PAGES] = -7;
	ck_assert(reclaim_retry(0, true));
	event = test_event(TRACE_reclaim_retry_zone, 0);
	ck_assert_int_eq(event->field[3], 70);		  /* without swap only the cache */
	ck_assert_int_eq(event->field[4], 70 + 1000 - 7); /* the exact count */
	ck_assert_int_eq(event->field[5], 150);		  /* min with the boost */
	ck_assert_int_eq(event->field[6], 0);
	ck_assert_int_eq(event->field[7], 1);
	world->nr_swap_pages = 1;
	zone_page_state_add(5, zone, NR_ZONE_ACTIVE_ANON);
	reclaim_retry(0, true);
	ck_assert_int_eq(test_event(TRACE_reclaim_retry_zone, 1)->field[3], 575);
}

TEST(should_reclaim_retry_wants_a_block_for_large_orders, "17-3")
{
	setup();
	/* However much looks reclaimable: without a free block of the order the answer is no. */
	zone_page_state_add(5000, zone, NR_ZONE_INACTIVE_FILE);
	ck_assert(!reclaim_retry(2, false));
	test_free_block(test_page(zone, 4096), 2, MIGRATE_UNMOVABLE);
	ck_assert(reclaim_retry(2, false));
}

static bool reclaim_retry_with(unsigned int alloc_flags)
{
	return should_reclaim_retry(GFP_KERNEL, 0, &ac, alloc_flags, true, &loops);
}

TEST(should_reclaim_retry_flags_lower_the_mark_as_in_a_walk, "17-3")
{
	setup();
	/* 1000 free pages, a mark of 1000: it takes a lower one. */
	test_set_watermarks(zone, 1000, 1200, 1400);
	ck_assert(!reclaim_retry_with(ALLOC_WMARK_MIN));
	ck_assert(reclaim_retry_with(ALLOC_HARDER));
	ck_assert(reclaim_retry_with(ALLOC_HIGH));
	ck_assert(reclaim_retry_with(ALLOC_OOM));
	/* The reserves without limit lower nothing here. */
	ck_assert(!reclaim_retry_with(ALLOC_NO_WATERMARKS));
	/* Free CMA pages do not count without their flag, but what can be reclaimed does. */
	test_set_watermarks(zone, 600, 700, 800);
	zone_page_state_add(500, zone, NR_FREE_CMA_PAGES);
	ck_assert(!reclaim_retry_with(ALLOC_WMARK_MIN));
	ck_assert(reclaim_retry_with(ALLOC_CMA));
	zone_page_state_add(200, zone, NR_ZONE_INACTIVE_FILE);
	ck_assert(reclaim_retry_with(ALLOC_WMARK_MIN));
}

TEST(should_reclaim_retry_asks_no_cpuset, "17-3")
{
	setup();
	world->nr_cpusets = 1;
	current->mems_allowed = NODE_MASK_NONE;
	ck_assert(reclaim_retry(0, true));
#ifdef CONFIG_NUMA
	/* But the nodemask counts. */
	ac.nodemask = &current->mems_allowed;
	ck_assert(!reclaim_retry(0, true));
#endif
}

TEST(should_reclaim_retry_waits_for_the_disk, "17-4")
{
	setup();
	zone_page_state_add(100, zone, NR_ZONE_INACTIVE_FILE);
	zone_page_state_add(50, zone, NR_ZONE_WRITE_PENDING);
	/* Exactly half waits: no wait. */
	ck_assert(reclaim_retry(0, false));
	ck_assert_uint_eq(world->jiffies, 0);
	zone_page_state_add(1, zone, NR_ZONE_WRITE_PENDING);
	ck_assert(reclaim_retry(0, false));
	ck_assert_uint_eq(world->jiffies, HZ / 10);
	/* With progress nobody waits. */
	ck_assert(reclaim_retry(0, true));
	ck_assert_uint_eq(world->jiffies, HZ / 10);
	/* A worker's tick is left out when it waited already. */
	current->flags |= PF_WQ_WORKER;
	ck_assert(reclaim_retry(0, false));
	ck_assert_uint_eq(world->jiffies, 2 * (HZ / 10));
}

TEST(should_reclaim_retry_worker_sleeps_a_tick, "17-4")
{
	setup();
	current->flags |= PF_WQ_WORKER;
	ck_assert(reclaim_retry(0, true));
	ck_assert_uint_eq(world->jiffies, 1);
	ck_assert(!reclaim_retry(2, true));
	ck_assert_uint_eq(world->jiffies, 2);
}

TEST(should_reclaim_retry_stops_at_the_first_good_zone, "17-3")
{
	test_machine_zones(64);
	ac = (struct alloc_context){ .zonelist = NODE_DATA(0)->node_zonelists,
				     .highest_zoneidx = ZONE_NORMAL };
	loops = 0;
	test_empty_zone(test_zone(0, ZONE_NORMAL));
	ck_assert(reclaim_retry(0, false));
	/* Normal first, in vain; then DMA32; DMA is not asked. */
	ck_assert_int_eq(test_count(TRACE_reclaim_retry_zone), 2);
	ck_assert_int_eq(test_event(TRACE_reclaim_retry_zone, 0)->field[1], ZONE_NORMAL);
	ck_assert_int_eq(test_event(TRACE_reclaim_retry_zone, 1)->field[1], ZONE_DMA32);
}

/*
 *  Three zones, each with 100 pages on the list of files and no free page, Normal with an order of its own to say no.
 *  reclaim_retry_zone: node, zone, order, reclaimable, available, min mark, rounds, answer.
 */
TEST(should_reclaim_retry_asks_zone_by_zone, "17-3")
{
	test_machine_zones(64);
	ac = (struct alloc_context){ .zonelist = NODE_DATA(0)->node_zonelists,
				     .highest_zoneidx = ZONE_NORMAL };
	test_empty_machine();
	for (int zid = ZONE_DMA; zid <= ZONE_NORMAL; zid++) {
		zone = test_zone(0, zid);
		zone->pageset->stat_threshold = 0;
		test_set_watermarks(zone, 200 + (unsigned long)zid, 300, 400);
		zone_page_state_add(100 + zid, zone, NR_ZONE_INACTIVE_FILE);
	}
	loops = 4;
	ck_assert(!reclaim_retry(1, false));
	ck_assert_str_eq(test_take_events(), "reclaim_retry_zone 0 2 1 102 102 202 5 0; "
					     "reclaim_retry_zone 0 1 1 101 101 201 5 0; "
					     "reclaim_retry_zone 0 0 1 100 100 200 5 0");
	/* Up to the highest zone only. */
	ac.highest_zoneidx = ZONE_DMA32;
	ck_assert(!reclaim_retry(1, false));
	ck_assert_int_eq(test_count(TRACE_reclaim_retry_zone), 2);
	test_forget_events();
	/* What is kept back from the request counts on top of the mark. */
	test_set_watermarks(zone = test_zone(0, ZONE_DMA), 20, 300, 400);
	test_set_watermarks(test_zone(0, ZONE_DMA32), 100, 300, 400);
	zone->lowmem_reserve[ZONE_DMA32] = 80;
	loops = 0;
	ck_assert(reclaim_retry(0, true));
	ck_assert_str_eq(test_take_events(), "reclaim_retry_zone 0 1 0 101 101 100 0 1");
	test_set_watermarks(test_zone(0, ZONE_DMA32), 101, 300, 400);
	ck_assert(!reclaim_retry(0, true));
	ck_assert_str_eq(test_take_events(), "reclaim_retry_zone 0 1 0 101 101 101 0 0; "
					     "reclaim_retry_zone 0 0 0 100 100 20 0 0");
	zone->lowmem_reserve[ZONE_DMA32] = 79;
	ck_assert(reclaim_retry(0, true));
}

TEST(should_reclaim_retry_believes_in_reclaim_for_sixteen_rounds, "17-2")
{
	setup();
	loops = 15;
	ck_assert(reclaim_retry(0, false));
	ck_assert_int_eq(loops, 16);
	ck_assert(!reclaim_retry(0, false));
	ck_assert_int_eq(loops, 17);
	ck_assert_int_eq(test_count(TRACE_reclaim_retry_zone), 1);
}

static int offers;

static void note_offer(void)
{
	offers++;
}

TEST(should_reclaim_retry_lets_others_run, "17-4")
{
	setup();
	world->hooks.reschedule = note_offer;
	/* Whatever the answer is; */
	ck_assert(reclaim_retry(0, true));
	ck_assert(!reclaim_retry(2, true));
	ck_assert_int_eq(offers, 2);
	/* not when it has waited, nor when it has given up. */
	zone_page_state_add(10, zone, NR_ZONE_WRITE_PENDING);
	ck_assert(reclaim_retry(0, false));
	loops = 16;
	ck_assert(!reclaim_retry(0, false));
	ck_assert_int_eq(offers, 2);
	/* Nor a worker, which sleeps instead. */
	loops = 0;
	current->flags |= PF_WQ_WORKER;
	ck_assert(reclaim_retry(0, true));
	ck_assert_int_eq(offers, 2);
}

TEST(should_compact_retry_single_pages_never, "17-5")
{
	setup();
	ck_assert(!compact_retry(0, COMPACT_SUCCESS));
	ck_assert_int_eq(test_events(), 0);
	ck_assert_int_eq(retries, 0);
}

TEST(should_compact_retry_failure_makes_it_try_harder, "17-6")
{
	static const enum compact_result failures[] = { COMPACT_COMPLETE, COMPACT_DEFERRED,
							COMPACT_PARTIAL_SKIPPED,
							COMPACT_CONTENDED };

	setup();
	for_each_row(i, failures) {
		priority = COMPACT_PRIO_SYNC_LIGHT;
		retries = 7;
		ck_assert(compact_retry(2, failures[i]));
		ck_assert_int_eq(priority, COMPACT_PRIO_SYNC_FULL);
		ck_assert_int_eq(retries, 0);
		/* Entry values, and the limit. */
		ck_assert_int_eq(test_last_event(TRACE_compact_retry)->field[1],
				 COMPACT_PRIO_SYNC_LIGHT);
		ck_assert_int_eq(test_last_event(TRACE_compact_retry)->field[3], 7);
		ck_assert_int_eq(test_last_event(TRACE_compact_retry)->field[4], 16);
		ck_assert_int_eq(test_last_event(TRACE_compact_retry)->field[0], 2);
		ck_assert_int_eq(test_last_event(TRACE_compact_retry)->field[2], failures[i]);
		ck_assert_int_eq(test_last_event(TRACE_compact_retry)->field[5], true);
		/* It tries as hard as it may. */
		ck_assert(!compact_retry(2, failures[i]));
		/* Costly: at once. */
		priority = COMPACT_PRIO_SYNC_LIGHT;
		ck_assert(!compact_retry(4, failures[i]));
	}
	/* Nor from full, where only a small order comes to. */
	priority = COMPACT_PRIO_SYNC_FULL;
	ck_assert(!compact_retry(4, COMPACT_COMPLETE));
	ck_assert_int_eq(priority, COMPACT_PRIO_SYNC_FULL);
	/* From asynchronous even a costly one can be made to try harder. */
	priority = COMPACT_PRIO_ASYNC;
	ck_assert(compact_retry(4, COMPACT_COMPLETE));
	ck_assert_int_eq(priority, COMPACT_PRIO_SYNC_LIGHT);
}

TEST(should_compact_retry_success_within_limits, "17-7")
{
	int yes = 0;

	setup();
	/* 16 times; the 17th makes it try harder, then 16 more, then no. */
	while (compact_retry(1, COMPACT_SUCCESS))
		yes++;
	ck_assert_int_eq(yes, 16 + 1 + 16);
	ck_assert_int_eq(priority, COMPACT_PRIO_SYNC_FULL);
	/* Order 3 is not costly yet. */
	setup();
	for (yes = 0; compact_retry(3, COMPACT_SUCCESS);)
		yes++;
	ck_assert_int_eq(yes, 16 + 1 + 16);
	ck_assert_int_eq(test_last_event(TRACE_compact_retry)->field[0], 3);
	ck_assert_int_eq(test_last_event(TRACE_compact_retry)->field[4], 16);
	/* Costly: four times. */
	setup();
	for (yes = 0; compact_retry(4, COMPACT_SUCCESS);)
		yes++;
	ck_assert_int_eq(yes, 4);
	ck_assert_int_eq(test_last_event(TRACE_compact_retry)->field[4], 4);
}

TEST(should_compact_retry_event_has_the_limit_that_was_used, "17-7")
{
	setup();
	/* A costly success that ends at its limit, and other results, which look at no limit. */
	retries = 4;
	ck_assert(!compact_retry(4, COMPACT_SUCCESS));
	ck_assert_int_eq(test_last_event(TRACE_compact_retry)->field[3], 4);
	ck_assert_int_eq(test_last_event(TRACE_compact_retry)->field[4], 4);
	compact_retry(4, COMPACT_DEFERRED);
	ck_assert_int_eq(test_last_event(TRACE_compact_retry)->field[4], 16);
	compact_retry(4, COMPACT_SKIPPED);
	ck_assert_int_eq(test_last_event(TRACE_compact_retry)->field[4], 16);
}

TEST(should_compact_retry_skipped_asks_whether_reclaim_would_help, "17-8")
{
	setup();
	retries = 3;
	/* 1000 free, min 100 and twice the block: suitable. Nothing is counted. */
	ck_assert(compact_retry(3, COMPACT_SKIPPED));
	ck_assert_int_eq(retries, 3);
	ck_assert_int_eq(priority, DEF_COMPACT_PRIORITY);
	test_set_watermarks(zone, 990, 995, 998);
	ck_assert(!compact_retry(3, COMPACT_SKIPPED));
	/* With reclaimable pages, divided by the order, it would do. */
	zone_page_state_add(300, zone, NR_ZONE_INACTIVE_FILE);
	ck_assert(compact_retry(3, COMPACT_SKIPPED));
	ck_assert_int_eq(test_count(TRACE_compact_retry), 3);
}

TEST(check_retry_cpuset_cases, "17-10")
{
	unsigned int cookie;
	nodemask_t mask = { 1 };

	setup();
	current->mems_allowed_seq = 8;
	/* Without cpusets: never. */
	cookie = read_mems_allowed_begin();
	ck_assert_uint_eq(cookie, 0);
	current->mems_allowed_seq = 10;
	ck_assert(!check_retry_cpuset(cookie, &ac));
	world->nr_cpusets = 1;
	cookie = read_mems_allowed_begin();
	ck_assert_uint_eq(cookie, 10);
	ck_assert(!check_retry_cpuset(cookie, &ac));
	current->mems_allowed_seq = 12;
	ck_assert(check_retry_cpuset(cookie, &ac));
	/* A nodemask that still has an allowed node stays; one that has none is dropped. */
	current->mems_allowed_seq = 10;
	ac.nodemask = &mask;
	ck_assert(!check_retry_cpuset(cookie, &ac));
	ck_assert_ptr_eq(ac.nodemask, &mask);
	current->mems_allowed = NODE_MASK_NONE;
	ck_assert(check_retry_cpuset(cookie, &ac));
	ck_assert_ptr_null(ac.nodemask);
}

TEST(check_retry_cpuset_looks_at_nodes_only_where_there_are_cpusets, "17-10")
{
	nodemask_t mask = { 1 };

	setup();
	ac.nodemask = &mask;
	current->mems_allowed = NODE_MASK_NONE;
	ck_assert(!check_retry_cpuset(0, &ac));
	ck_assert_ptr_eq(ac.nodemask, &mask);
	/* A request without a nodemask begins again only when the cookie is old. */
	world->nr_cpusets = 1;
	ac.nodemask = NULL;
	ck_assert(!check_retry_cpuset(current->mems_allowed_seq, &ac));
	ck_assert(check_retry_cpuset(current->mems_allowed_seq - 2, &ac));
	/* The number goes round, so that an older one may be the larger. */
	ck_assert(check_retry_cpuset(current->mems_allowed_seq + 2, &ac));
	/* With one that still has an allowed node too. */
	ac.nodemask = &mask;
	current->mems_allowed = mask;
	ck_assert(check_retry_cpuset(current->mems_allowed_seq - 2, &ac));
	ck_assert_ptr_eq(ac.nodemask, &mask);
}

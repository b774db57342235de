/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 13: the steps of the slow path, and its flags.
 *
 * Most tests drive the whole path on a machine whose memory is taken away, with a stand-in for what
 * reclaim and compaction achieve (world->environment), and look at the events: they are the order of
 * the steps.
 */
#include <stdio.h>
#include <string.h>

#include "life/life.h"
#include "machines.h"
#include "watch.h"

/* ---- Flags ----------------------------------------------------------------------------------------- */

TEST(gfp_to_alloc_flags_examples, "13-1")
{
	test_machine_uma(64);
	ck_assert_uint_eq(gfp_to_alloc_flags(GFP_KERNEL), 0x840);
	ck_assert_uint_eq(gfp_to_alloc_flags(GFP_ATOMIC), 0x830);
	ck_assert_uint_eq(gfp_to_alloc_flags(GFP_NOWAIT), 0x840);
	ck_assert_uint_eq(gfp_to_alloc_flags(GFP_HIGHUSER_MOVABLE), 0x8c0);
	ck_assert_uint_eq(gfp_to_alloc_flags(__GFP_HIGH), 0x60);
	/* Only movable content may borrow from CMA. */
	ck_assert_uint_eq(gfp_to_alloc_flags(GFP_KERNEL | __GFP_RECLAIMABLE), 0x840);
}

TEST(gfp_to_alloc_flags_atomic_without_reserves, "13-1")
{
	test_machine_uma(64);
	/* Expect no HARDER, and no cpuset either. */
	ck_assert_uint_eq(gfp_to_alloc_flags(GFP_ATOMIC | __GFP_NOMEMALLOC),
			  ALLOC_HIGH | ALLOC_KSWAPD);
}

TEST(gfp_to_alloc_flags_real_time_task, "13-1")
{
	test_machine_uma(64);
	current->prio = 50;
	ck_assert_uint_eq(gfp_to_alloc_flags(GFP_KERNEL), 0x850);
	/* An interrupt that struck a real-time task is not real-time itself. */
	world->level = LEVEL_SOFTIRQ;
	ck_assert_uint_eq(gfp_to_alloc_flags(GFP_KERNEL), 0x840);
}

/* ---- Reserves: every cell of the table of masks and contexts ---------------------------------------- */

enum context {
	PLAIN,
	MEMALLOC,
	VICTIM,
	SOFTIRQ_MEMALLOC,
	SOFTIRQ,
	HARDIRQ_MEMALLOC,
	BH_MEMALLOC
};

static unsigned int reserves(gfp_t gfp_mask, enum context context)
{
	bool memalloc = context == MEMALLOC || context == SOFTIRQ_MEMALLOC ||
			context == HARDIRQ_MEMALLOC || context == BH_MEMALLOC;

	current->flags = memalloc ? PF_MEMALLOC : 0;
	current->oom_mm = context == VICTIM ? current->mm : NULL;
	world->level = context == SOFTIRQ_MEMALLOC || context == SOFTIRQ ? LEVEL_SOFTIRQ
		       : context == HARDIRQ_MEMALLOC			 ? LEVEL_HARDIRQ
		       : context == BH_MEMALLOC				 ? LEVEL_BH_DISABLED
									 : LEVEL_TASK;
	ck_assert_int_eq(gfp_pfmemalloc_allowed(gfp_mask), __gfp_pfmemalloc_flags(gfp_mask) != 0);
	return __gfp_pfmemalloc_flags(gfp_mask);
}

TEST(pfmemalloc_flags_every_mask_and_context, "13-2")
{
	test_machine_uma(64);
	ck_assert_uint_eq(reserves(0, PLAIN), 0);
	ck_assert_uint_eq(reserves(0, MEMALLOC), ALLOC_NO_WATERMARKS);
	ck_assert_uint_eq(reserves(0, VICTIM), ALLOC_OOM);
	ck_assert_uint_eq(reserves(0, SOFTIRQ_MEMALLOC), ALLOC_NO_WATERMARKS);
	ck_assert_uint_eq(reserves(0, SOFTIRQ), 0);
	ck_assert_uint_eq(reserves(0, HARDIRQ_MEMALLOC), 0);
	ck_assert_uint_eq(reserves(0, BH_MEMALLOC), 0);
	for (int context = PLAIN; context <= BH_MEMALLOC; context++) {
		ck_assert_uint_eq(reserves(__GFP_MEMALLOC, (enum context)context),
				  ALLOC_NO_WATERMARKS);
		ck_assert_uint_eq(reserves(__GFP_NOMEMALLOC, (enum context)context), 0);
		ck_assert_uint_eq(
			reserves(__GFP_NOMEMALLOC | __GFP_MEMALLOC, (enum context)context), 0);
	}
}

/* ---- A machine without memory, and surroundings that answer as told --------------------------------- */

static unsigned long reclaim_answer;
static int reclaims, compactions;
static enum compact_result compact_answer;
static struct page *freed_by_reclaim[16];
static int nr_freed_by_reclaim, reclaims_before_freeing;

static unsigned long answer_reclaim(gfp_t gfp_mask, unsigned int order)
{
	(void)gfp_mask;
	(void)order;
	if (reclaims++ >= reclaims_before_freeing)
		while (nr_freed_by_reclaim)
			__free_pages(freed_by_reclaim[--nr_freed_by_reclaim], 0);
	return reclaim_answer;
}

static enum compact_result answer_compact(struct zone *zone, unsigned int order,
					  enum compact_result suitable, struct page **capture)
{
	(void)zone;
	(void)order;
	(void)suitable;
	*capture = NULL;
	compactions++;
	return compact_answer;
}

static unsigned long nothing_reclaimable(struct zone *zone)
{
	(void)zone;
	return 0;
}

/** Leave nothing free on the machine in focus, which has one zone. */
static struct zone *starve(void)
{
	struct zone *zone = test_zone(0, ZONE_DMA);

	reclaims = compactions = 0;
	test_empty_machine();
	world->watermark_boost_factor = 0;
	/* No pages at hand on the CPU: what is freed counts at once. */
	zone->pageset->pcp.high = 0;
	zone->pageset->pcp.batch = 1;
	zone->pageset->stat_threshold = 0;
	world->environment.direct_reclaim = answer_reclaim;
	world->environment.compact_zone = answer_compact;
	world->environment.reclaimable_pages = nothing_reclaimable;
	compact_answer = COMPACT_SKIPPED;
	/* Daemons are awake already: no wake-up events between the others. */
	NODE_DATA(0)->kswapd_waiting = false;
	NODE_DATA(0)->kcompactd_waiting = false;
	/* The machine of these tests refuses to kill. */
	current->flags |= PF_DUMPCORE;
	return zone;
}

static struct zone *starved_machine(void)
{
	test_machine_uma(64);
	return starve();
}

/** Free pages at the start of the zone, up to `count`, on the movable list. */
static void give(struct zone *zone, unsigned long count)
{
	for (unsigned long i = 0; i < count; i++)
		test_free_block(test_page(zone, 2 * i), 0, MIGRATE_MOVABLE);
}

TEST(slowpath_nowait_leaves_before_reclaim, "13-3")
{
	starved_machine();
	test_witness();
	ck_assert_ptr_null(alloc_pages(GFP_NOWAIT | __GFP_NOWARN, 0));
	ck_assert_ptr_null(alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 3));
	ck_assert_int_eq(reclaims, 0);
	ck_assert_int_eq(compactions, 0);
	ck_assert_int_eq(test_last_event(TRACE_mm_page_alloc)->field[0], -1);
	ck_assert_str_eq(test_decisions(DECISION_GIVE_UP), "1; 1");
	ck_assert_str_eq(test_decisions(DECISION_ROUND), "1; 1");
}

TEST(slowpath_nowait_wakes_kswapd_twice_at_most, "13-3")
{
	starved_machine();
	NODE_DATA(0)->kswapd_waiting = true;
	test_forget_events();
	ck_assert_ptr_null(alloc_pages(GFP_NOWAIT | __GFP_NOWARN, 0));
	/* It has left its wait queue at the first call. */
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_wakeup_kswapd), 1);
	ck_assert_int_eq(test_event(TRACE_mm_vmscan_wakeup_kswapd, 0)->field[2], 0);
	ck_assert_uint_eq((gfp_t)test_event(TRACE_mm_vmscan_wakeup_kswapd, 0)->field[3],
			  GFP_NOWAIT | __GFP_NOWARN);
}

TEST(slowpath_min_watermark_is_enough, "13-4")
{
	struct zone *zone = starved_machine();

	/* Below low, above min: the fast path refuses, the first walk of the slow path finds it. */
	test_set_watermarks(zone, 4, 20, 30);
	give(zone, 10);
	ck_assert_ptr_nonnull(alloc_pages(GFP_KERNEL, 0));
	ck_assert_int_eq(reclaims, 0);
}

TEST(slowpath_atomic_lives_off_reserves, "13-5")
{
	struct zone *zone = starved_machine();
	unsigned long atomic, normal;

	test_set_watermarks(zone, 64, 80, 96);
	give(zone, 100);
	normal = test_take(GFP_NOWAIT | __GFP_NOWARN, 0, 1000);
	atomic = test_take(GFP_ATOMIC | __GFP_NOWARN, 0, 1000);
	/* Ordinary requests stop at min; atomic ones go on to 3/8 of it: half for __GFP_HIGH, of
	 * the rest a quarter for __GFP_ATOMIC. */
	ck_assert_uint_eq(normal, 100 - 64);
	ck_assert_uint_eq(atomic, 64 - 24);
	ck_assert_uint_eq(test_take(GFP_KERNEL | __GFP_MEMALLOC | __GFP_NOWARN, 0, 1000), 24);
}

TEST(slowpath_memalloc_task_takes_all_and_never_reclaims, "13-5 13-6")
{
	struct zone *zone = starved_machine();
	struct page *page;

	test_set_watermarks(zone, 64, 80, 96);
	give(zone, 3);
	current->flags |= PF_MEMALLOC;
	page = alloc_pages(GFP_KERNEL, 0);
	ck_assert_ptr_nonnull(page);
	ck_assert(page_is_pfmemalloc(page));
	test_take(GFP_KERNEL, 0, 2);
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NOWARN, 0));
	/* Expect no compaction before the reserves either: step 7 is skipped. */
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NOWARN, 4));
	ck_assert_int_eq(reclaims, 0);
	ck_assert_int_eq(compactions, 0);
}

TEST(slowpath_memalloc_without_reserves_compacts_once, "13-6")
{
	starved_machine();
	test_witness();
	current->flags |= PF_MEMALLOC;
	/* Reserves forbidden: the early compaction is allowed, then the task leaves all the same. */
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NOMEMALLOC | __GFP_NOWARN, 4));
	ck_assert_int_eq(compactions, 1);
	ck_assert_int_eq(reclaims, 0);
	ck_assert_str_eq(test_decisions(DECISION_GIVE_UP), "2");
}

TEST(slowpath_early_compaction_for_whom, "13-7")
{
	starved_machine();
	/* Costly: early and after reclaim, then step 19 leaves. */
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NOWARN, 4));
	ck_assert_int_eq(compactions, 2);
	ck_assert_int_eq(reclaims, 1);
	/* Small and movable: only after reclaim. */
	compactions = 0;
	ck_assert_ptr_null(alloc_pages(GFP_HIGHUSER_MOVABLE | __GFP_NORETRY | __GFP_NOWARN, 1));
	ck_assert_int_eq(compactions, 1);
	/* Small and not movable: both. */
	compactions = 0;
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, 1));
	ck_assert_int_eq(compactions, 2);
	compactions = 0;
	ck_assert_ptr_null(
		alloc_pages(GFP_KERNEL | __GFP_RECLAIMABLE | __GFP_NORETRY | __GFP_NOWARN, 1));
	ck_assert_int_eq(compactions, 2);
	/* Order 3 is not costly, order 4 is. */
	compactions = 0;
	ck_assert_ptr_null(alloc_pages(GFP_HIGHUSER_MOVABLE | __GFP_NORETRY | __GFP_NOWARN, 3));
	ck_assert_int_eq(compactions, 1);
	compactions = 0;
	ck_assert_ptr_null(alloc_pages(GFP_HIGHUSER_MOVABLE | __GFP_NOWARN, 4));
	ck_assert_int_eq(compactions, 2);
	/* Single pages: never. */
	compactions = 0;
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, 0));
	ck_assert_int_eq(compactions, 0);
	/* Large and movable (a huge page): early. */
	ck_assert_ptr_null(alloc_pages(GFP_TRANSHUGE | __GFP_NORETRY, 9));
	ck_assert_int_eq(compactions, 1);
}

TEST(slowpath_compaction_that_helps_early, "13-7")
{
	struct zone *zone = starved_machine();

	test_set_watermarks(zone, 0, 600, 700);
	/* Between the marks: the fast path and the walk at min differ; one block of order 4. */
	test_free_block(test_page(zone, 16), 4, MIGRATE_MOVABLE);
	ck_assert_ptr_nonnull(alloc_pages(GFP_KERNEL, 4));
	ck_assert_int_eq(compactions, 0);
}

static struct page *block_to_free;

static enum compact_result compact_frees_block(struct zone *zone, unsigned int order,
					       enum compact_result suitable, struct page **capture)
{
	(void)zone;
	(void)suitable;
	*capture = NULL;
	compactions++;
	if (block_to_free && compactions >= reclaims_before_freeing) {
		test_free_block(block_to_free, order, MIGRATE_UNMOVABLE);
		block_to_free = NULL;
	}
	return COMPACT_SUCCESS;
}

TEST(slowpath_page_after_early_compaction, "13-7")
{
	struct zone *zone = starved_machine();

	test_set_watermarks(zone, 0, 0, 0);
	world->environment.compact_zone = compact_frees_block;
	block_to_free = test_page(zone, 32);
	ck_assert_ptr_eq(alloc_pages(GFP_KERNEL, 5), test_page(zone, 32));
	ck_assert_int_eq(compactions, 1);
	ck_assert_int_eq(reclaims, 0);
}

TEST(slowpath_page_after_later_compaction, "13-7")
{
	struct zone *zone = starved_machine();

	test_set_watermarks(zone, 0, 0, 0);
	world->environment.compact_zone = compact_frees_block;
	block_to_free = test_page(zone, 32);
	reclaims_before_freeing = 2;
	ck_assert_ptr_eq(alloc_pages(GFP_KERNEL, 5), test_page(zone, 32));
	ck_assert_int_eq(compactions, 2);
	ck_assert_int_eq(reclaims, 1);
}

TEST(slowpath_noretry_costly_leaves_when_compaction_refuses, "13-8")
{
	starved_machine();
	test_witness();
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, 4));
	ck_assert_int_eq(compactions, 1);
	ck_assert_int_eq(reclaims, 0);
	/* Deferred counts alike. */
	test_zone(0, ZONE_DMA)->compact_order_failed = 0;
	test_zone(0, ZONE_DMA)->compact_defer_shift = 6;
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, 4));
	ck_assert_int_eq(compactions, 1);
	ck_assert_int_eq(reclaims, 0);
	ck_assert_str_eq(test_decisions(DECISION_GIVE_UP), "5; 5");
	ck_assert_str_eq(test_decisions(DECISION_COMPACT), "2 1; 2 2");
	/* And so does a mask without I/O, however much is free in pieces. */
	give(test_zone(0, ZONE_DMA), 3000);
	ck_assert_ptr_null(alloc_pages(GFP_NOIO | __GFP_NORETRY | __GFP_NOWARN, 4));
	ck_assert_int_eq(compactions, 1);
	ck_assert_int_eq(reclaims, 0);
	ck_assert_str_eq(test_decisions(DECISION_GIVE_UP), "5; 5; 5");
}

TEST(slowpath_noretry_costly_stays_asynchronous, "13-8")
{
	starved_machine();
	compact_answer = COMPACT_COMPLETE;
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, 4));
	/* Expect both compactions at the priority of the first. */
	ck_assert_int_eq(test_count(TRACE_mm_compaction_try_to_compact_pages), 2);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_try_to_compact_pages, 0)->field[2],
			 COMPACT_PRIO_ASYNC);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_try_to_compact_pages, 1)->field[2],
			 COMPACT_PRIO_ASYNC);
	ck_assert_int_eq(reclaims, 1);
}

TEST(slowpath_costly_gives_up_after_one_round, "13-8")
{
	starved_machine();
	test_witness();
	reclaim_answer = 100;
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NOWARN, 4));
	ck_assert_int_eq(reclaims, 1);
	/* Expect no retry events: step 19 leaves first. */
	ck_assert_int_eq(test_count(TRACE_reclaim_retry_zone), 0);
	ck_assert_int_eq(test_count(TRACE_compact_retry), 0);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_try_to_compact_pages, 1)->field[2],
			 COMPACT_PRIO_SYNC_LIGHT);
	ck_assert_str_eq(test_decisions(DECISION_GIVE_UP), "4");
	ck_assert_str_eq(test_decisions(DECISION_RECLAIM), "100");
}

TEST(slowpath_reclaim_that_helps, "13-9")
{
	struct zone *zone = starved_machine();

	test_set_watermarks(zone, 2, 3, 4);
	for (int i = 0; i < 8; i++)
		freed_by_reclaim[i] = test_page(zone, 2ul * (unsigned)i);
	nr_freed_by_reclaim = 8;
	reclaim_answer = 8;
	ck_assert_ptr_nonnull(alloc_pages(GFP_KERNEL, 0));
	ck_assert_int_eq(reclaims, 1);
}

/** A machine where pages look reclaimable, and are freed after so many reclaims only. */
static void starved_machine_that_frees_after(int reclaims_in_vain)
{
	struct zone *zone = starved_machine();

	test_set_watermarks(zone, 2, 3, 4);
	world->environment.reclaimable_pages = NULL;
	zone_page_state_add(1000, zone, NR_ZONE_INACTIVE_FILE);
	for (int i = 0; i < 8; i++)
		freed_by_reclaim[i] = test_page(zone, 2ul * (unsigned)i);
	nr_freed_by_reclaim = 8;
	reclaims_before_freeing = reclaims_in_vain;
}

TEST(slowpath_retries_while_pages_look_reclaimable, "13-9")
{
	starved_machine_that_frees_after(5);
	/* Nothing is gained in five rounds; in the sixth somebody freed pages meanwhile. */
	ck_assert_ptr_nonnull(alloc_pages(GFP_KERNEL, 0));
	ck_assert_int_eq(reclaims, 6);
	ck_assert_int_eq(test_count(TRACE_reclaim_retry_zone), 6);
}

TEST(slowpath_sixteen_rounds_then_the_oom_step, "13-9 17-2")
{
	struct zone *zone = starved_machine();

	test_witness();
	test_set_watermarks(zone, 2, 3, 4);
	world->environment.reclaimable_pages = NULL;
	zone_page_state_add(1000, zone, NR_ZONE_INACTIVE_FILE);
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NOWARN, 0));
	ck_assert_int_eq(reclaims, 17);
	ck_assert_int_eq(test_count(TRACE_reclaim_retry_zone), 16);
	ck_assert_int_eq(test_last_event(TRACE_reclaim_retry_zone)->field[6], 16);
	ck_assert_str_eq(test_decisions(DECISION_GIVE_UP), "7");
	ck_assert_str_eq(test_decisions(DECISION_NO_KILL), "0");
}

TEST(slowpath_atomic_and_sleeping_is_not_atomic, "13-3")
{
	struct zone *zone = starved_machine();

	test_set_watermarks(zone, 64, 80, 96);
	give(zone, 40);
	/* 40 pages would do for an atomic request; this one is none. */
	ck_assert_ptr_null(
		alloc_pages(__GFP_ATOMIC | GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, 0));
	ck_assert_ptr_nonnull(strstr(test_console(), "__GFP_ATOMIC"));
	ck_assert_int_eq(reclaims, 1);
}

/* ---- The OOM step and what follows ------------------------------------------------------------------ */

TEST(slowpath_waits_for_another_killer, "13-10")
{
	struct zone *zone = starved_machine();

	test_set_watermarks(zone, 2, 3, 4);
	for (int i = 0; i < 8; i++)
		freed_by_reclaim[i] = test_page(zone, 2ul * (unsigned)i);
	nr_freed_by_reclaim = 8;
	reclaims_before_freeing = 2;
	/* Somebody else holds the lock: each time a tick passes and a new round begins. */
	world->oom_lock_held = true;
	ck_assert_ptr_nonnull(alloc_pages(GFP_KERNEL, 0));
	ck_assert_int_eq(reclaims, 3);
	ck_assert_uint_eq(world->jiffies, 2);
}

TEST(slowpath_oom_progress_begins_the_count_anew, "13-10")
{
	starved_machine_that_frees_after(20);
	world->oom_lock_held = true;
	/* Sixteen rounds, a seventeenth with the OOM step, and four more, counted from 1. */
	ck_assert_ptr_nonnull(alloc_pages(GFP_KERNEL, 0));
	ck_assert_int_eq(test_count(TRACE_reclaim_retry_zone), 16 + 4);
	ck_assert_int_eq(test_last_event(TRACE_reclaim_retry_zone)->field[6], 4);
}

TEST(slowpath_victim_leaves_when_its_reserves_are_empty, "13-10")
{
	starved_machine();
	test_witness();
	world->oom_lock_held = true;
	current->oom_mm = current->mm;
	/* Without the rule for victims this would go on for ever: the lock is never released. */
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NOWARN, 0));
	ck_assert_int_eq(reclaims, 1);
	/* Also for a victim that must not use reserves. */
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NOMEMALLOC | __GFP_NOWARN, 0));
	ck_assert_int_eq(reclaims, 2);
	ck_assert_str_eq(test_decisions(DECISION_GIVE_UP), "6; 6");
	ck_assert_str_eq(test_decisions(DECISION_RESERVES), "8");
	ck_assert_str_eq(test_decisions(DECISION_NO_KILL), "5; 5");
}

static unsigned long become_victim(gfp_t gfp_mask, unsigned int order)
{
	current->oom_mm = current->mm;
	return answer_reclaim(gfp_mask, order);
}

TEST(slowpath_victim_since_this_round_gets_another_one, "13-10")
{
	starved_machine();
	world->oom_lock_held = true;
	world->environment.direct_reclaim = become_victim;
	/* Chosen while it reclaimed: it has not tried its reserves yet. */
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NOWARN, 0));
	ck_assert_int_eq(reclaims, 2);
}

static unsigned long let_kswapd_sleep(gfp_t gfp_mask, unsigned int order)
{
	NODE_DATA(0)->kswapd_waiting = true;
	return answer_reclaim(gfp_mask, order);
}

static bool stop_after_three(const struct slow_request *request)
{
	return request->rounds > 3;
}

/** Wake-ups of kswapd in three rounds, when it sleeps again after each. */
static int wakeups_in_three_rounds(bool victim)
{
	starved_machine();
	test_set_watermarks(test_zone(0, ZONE_DMA), 64, 80, 96);
	world->oom_lock_held = true;
	world->environment.direct_reclaim = let_kswapd_sleep;
	world->hooks.slow_round = stop_after_three;
	current->oom_mm = victim ? current->mm : NULL;
	NODE_DATA(0)->kswapd_waiting = true;
	test_forget_events();
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NOFAIL | __GFP_NOWARN, 0));
	ck_assert_int_eq(reclaims, 3);
	return test_count(TRACE_mm_vmscan_wakeup_kswapd);
}

/* The flags of a reserve take the place of all others, that to wake kswapd included. */
TEST(slowpath_reserves_silence_kswapd, "13-5")
{
	ck_assert_int_eq(wakeups_in_three_rounds(false), 3);
	ck_assert_int_eq(wakeups_in_three_rounds(true), 1);
}

TEST(slowpath_oom_last_look_finds_a_page, "13-10")
{
	struct zone *zone = starved_machine();

	/* Above high, but every earlier walk is refused by the cpuset of nobody: here, by a mark
	 * that the first walks see and the last one does not. */
	test_set_watermarks(zone, 500, 500, 0);
	zone->_watermark[WMARK_HIGH] = 0;
	give(zone, 10);
	ck_assert_ptr_nonnull(alloc_pages(GFP_KERNEL, 0));
	ck_assert_int_eq(reclaims, 1);
}

/* ---- __GFP_NOFAIL ----------------------------------------------------------------------------------- */

TEST(slowpath_nofail_without_sleep_fails, "13-11")
{
	starved_machine();
	ck_assert_ptr_null(alloc_pages(GFP_NOWAIT | __GFP_NOFAIL | __GFP_NOWARN, 0));
	ck_assert_ptr_nonnull(strstr(test_console(), "__GFP_NOFAIL without __GFP_DIRECT_RECLAIM"));
}

TEST(slowpath_nofail_gets_a_part_of_the_reserve, "13-11")
{
	struct zone *zone = starved_machine();

	test_witness();
	test_set_watermarks(zone, 64, 80, 96);
	give(zone, 60);
	/* Below min, above three quarters of it: only HARDER may take these. */
	ck_assert_ptr_nonnull(alloc_pages(GFP_KERNEL | __GFP_NOFAIL | __GFP_NORETRY, 0));
	ck_assert_int_eq(reclaims, 1);
	ck_assert_str_eq(test_decisions(DECISION_GIVE_UP), "3");
	ck_assert_str_eq(test_decisions(DECISION_MUST_NOT_FAIL), "0");
}

TEST(slowpath_nofail_goes_on_until_it_has_a_page, "13-11")
{
	struct zone *zone = starved_machine();

	test_set_watermarks(zone, 2, 3, 4);
	for (int i = 0; i < 16; i++)
		freed_by_reclaim[i] = test_page(zone, 2ul * (unsigned)i);
	nr_freed_by_reclaim = 16;
	reclaims_before_freeing = 100;
	ck_assert_ptr_nonnull(alloc_pages(GFP_KERNEL | __GFP_NOFAIL, 0));
	ck_assert_int_eq(reclaims, 101);
}

TEST(slowpath_nofail_warns_of_costly_orders_and_reclaimers, "13-11")
{
	struct zone *zone = starved_machine();

	test_set_watermarks(zone, 0, 0, 0);
	world->environment.compact_zone = compact_frees_block;
	block_to_free = test_page(zone, 32);
	reclaims_before_freeing = 4;
	ck_assert_ptr_nonnull(alloc_pages(GFP_KERNEL | __GFP_NOFAIL, 5));
	ck_assert_ptr_nonnull(strstr(test_console(), "__GFP_NOFAIL with order 5"));
	test_forget_console();
	/* One that reclaims itself: it warns, and takes what is left in the end. */
	current->flags |= PF_MEMALLOC;
	test_set_watermarks(zone, 64, 80, 96);
	give(zone, 1);
	ck_assert_ptr_nonnull(alloc_pages(GFP_KERNEL | __GFP_NOFAIL, 0));
	ck_assert_ptr_null(strstr(test_console(), "PF_MEMALLOC"));
}

static int offers;

static void count_offer(void)
{
	offers++;
}

TEST(slowpath_nofail_memalloc_spins_until_the_watchdog_stops_it, "13-11 13-12 13-16")
{
	starved_machine();
	test_witness();
	current->flags |= PF_MEMALLOC;
	world->hooks.slow_round = stop_after_three;
	world->hooks.reschedule = count_offer;
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NOFAIL | __GFP_NOWARN, 0));
	/* Each of the three rounds ends with an offer to others; nothing else in it makes one. */
	ck_assert_int_eq(offers, 3);
	ck_assert_ptr_nonnull(strstr(test_console(), "__GFP_NOFAIL in PF_MEMALLOC context"));
	ck_assert_int_eq(reclaims, 0);
	ck_assert_str_eq(test_decisions(DECISION_GIVE_UP), "2; 2; 2; 8");
}

/* ---- Cpusets ---------------------------------------------------------------------------------------- */

static int changes_left;

static unsigned long change_cpuset(gfp_t gfp_mask, unsigned int order)
{
	if (changes_left-- > 0)
		current->mems_allowed_seq += 2;
	return answer_reclaim(gfp_mask, order);
}

TEST(slowpath_begins_anew_when_the_cpuset_changed, "13-12")
{
	starved_machine();
	world->nr_cpusets = 1;
	world->environment.direct_reclaim = change_cpuset;
	changes_left = 1;
	/* Before the OOM step... */
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NOWARN, 0));
	ck_assert_int_eq(reclaims, 2);
	/* ...and at the end of a request that would have failed. */
	changes_left = 1;
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, 0));
	ck_assert_int_eq(reclaims, 4);
}

static int change_at;

/** The cpuset changes during one of the reclaims. */
static unsigned long change_cpuset_once(gfp_t gfp_mask, unsigned int order)
{
	if (reclaims + 1 == change_at)
		current->mems_allowed_seq += 2;
	return answer_reclaim(gfp_mask, order);
}

/** The n-th question about another round of compaction: "priority retries limit answer". */
static const char *compact_question(int n)
{
	static char text[64];
	const struct trace_event *event = test_event(TRACE_compact_retry, n);

	snprintf(text, sizeof(text), "%d %d %d %d", (int)event->field[1], (int)event->field[3],
		 (int)event->field[4], (int)event->field[5]);
	return text;
}

/*
 *  Compaction "succeeds" and brings no block; reclaim goes on a little each time; nothing looks reclaimable. 16 successes,
 *  then it tries harder, 16 more, and at the 34th the cpuset turns out to have changed.
 *  Expect everything anew: the priority, the successes, and 34 more rounds before the killer, which refuses.
 */
TEST(slowpath_that_begins_anew_has_forgotten_its_rounds, "13-12 17-7")
{
	starved_machine();
	world->nr_cpusets = 1;
	world->environment.direct_reclaim = change_cpuset_once;
	compact_answer = COMPACT_SUCCESS;
	reclaim_answer = 1;
	change_at = 34;
	test_witness();
	ck_assert_ptr_null(alloc_pages(GFP_HIGHUSER_MOVABLE | __GFP_NOWARN, 1));
	ck_assert_int_eq(test_count(TRACE_compact_retry), 2 * 34);
	for (int begun = 0; begun <= 34; begun += 34) {
		ck_assert_str_eq(compact_question(begun), "1 0 16 1");
		ck_assert_str_eq(compact_question(begun + 15), "1 15 16 1");
		ck_assert_str_eq(compact_question(begun + 16), "1 16 16 1");
		ck_assert_str_eq(compact_question(begun + 17), "0 0 16 1");
		ck_assert_str_eq(compact_question(begun + 33), "0 16 16 0");
	}
	ck_assert_int_eq(reclaims, 2 * 34);
	ck_assert_str_eq(test_decisions(DECISION_GIVE_UP), "7");
	ck_assert_str_eq(test_decisions(DECISION_SLOW_START), "2240; 2240");
}

TEST(slowpath_that_begins_anew_counts_its_rounds_in_vain_from_one, "13-12 17-1")
{
	starved_machine_that_frees_after(100);
	world->nr_cpusets = 1;
	world->environment.direct_reclaim = change_cpuset_once;
	/* In the 17th round, after which the killer would be asked. */
	change_at = 17;
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NOWARN, 0));
	ck_assert_int_eq(reclaims, 17 + 17);
	ck_assert_int_eq(test_event(TRACE_reclaim_retry_zone, 15)->field[6], 16);
	ck_assert_int_eq(test_event(TRACE_reclaim_retry_zone, 16)->field[6], 1);
	ck_assert_int_eq(test_last_event(TRACE_reclaim_retry_zone)->field[6], 16);
}

TEST(slowpath_no_zone_at_all, "13-3")
{
	struct zonelist nothing = { 0 };
	struct alloc_context ac = { .zonelist = &nothing, .highest_zoneidx = ZONE_NORMAL };

	starved_machine();
	test_witness();
	ac.preferred_zoneref = nothing._zonerefs;
	ck_assert_ptr_null(__alloc_pages_slowpath(GFP_KERNEL | __GFP_NOWARN, 0, &ac));
	ck_assert_int_eq(reclaims, 0);
	ck_assert_str_eq(test_decisions(DECISION_GIVE_UP), "0");
	ck_assert_str_eq(test_decisions(DECISION_SLOW_START), "2112");
}

#ifdef CONFIG_NUMA
TEST(slowpath_reserves_lift_the_nodemask, "13-5")
{
	nodemask_t only_1 = { 2 };
	struct page *page;

	test_machine_numa(64);
	test_empty_zone(test_zone(1, ZONE_DMA));
	/* Bound to node 1, which is empty: a task with reserves is served by node 0. */
	ck_assert_ptr_null(__alloc_pages_nodemask(GFP_NOWAIT | __GFP_NOWARN, 0, 1, &only_1));
	current->flags |= PF_MEMALLOC;
	page = __alloc_pages_nodemask(GFP_NOWAIT, 0, 1, &only_1);
	ck_assert_ptr_nonnull(page);
	ck_assert_int_eq(page_to_nid(page), 0);
	/* An atomic request leaves its nodemask too: it lost ALLOC_CPUSET. */
	current->flags &= ~PF_MEMALLOC;
	page = __alloc_pages_nodemask(GFP_ATOMIC, 0, 1, &only_1);
	ck_assert_int_eq(page_to_nid(page), 0);
}
#endif

#ifdef CONFIG_NUMA
/* The zonelist begins with node 0, the cpuset has node 1: that comes first, and node 0 only when it is empty. */
TEST(cpuset_fallback_looks_inside_the_cpuset_first, "13-11")
{
	struct alloc_context ac = { .highest_zoneidx = ZONE_NORMAL };

	test_machine_numa(64);
	ac.zonelist = NODE_DATA(0)->node_zonelists;
	ac.preferred_zoneref = first_zones_zonelist(ac.zonelist, ZONE_NORMAL, NULL);
	current->cpuset = cpuset_new("wall", &world->top_cpuset, NODE_1);
	current->cpuset->mem_hardwall = true;
	current->mems_allowed = NODE_1;
	ck_assert_int_eq(
		test_node_of(__alloc_pages_cpuset_fallback(GFP_USER, 0, ALLOC_HARDER, &ac)), 1);
	test_empty_zone(test_zone(1, ZONE_DMA));
	ck_assert_int_eq(
		test_node_of(__alloc_pages_cpuset_fallback(GFP_USER, 0, ALLOC_HARDER, &ac)), 0);
	test_empty_zone(test_zone(0, ZONE_DMA));
	ck_assert_ptr_null(__alloc_pages_cpuset_fallback(GFP_USER, 0, ALLOC_HARDER, &ac));
}

/*
 *  A task may use node 0 only, where there is memory; its request names node 1. Expect: the nodemask, which leaves nothing,
 *  is dropped, and the walk begins where it does without one.
 */
TEST(slowpath_drops_a_nodemask_that_leaves_no_node, "13-12 17-10")
{
	nodemask_t only_1 = NODE_1;

	test_machine_numa(64);
	world->environment.direct_reclaim = answer_reclaim;
	world->environment.reclaimable_pages = nothing_reclaimable;
	current->flags |= PF_DUMPCORE;
	current->cpuset = cpuset_new("wall", &world->top_cpuset, NODE_0);
	current->cpuset->mem_hardwall = true;
	current->mems_allowed = NODE_0;
	ck_assert_int_eq(
		test_node_of(__alloc_pages_nodemask(GFP_USER | __GFP_NOWARN, 0, 0, &only_1)), 0);
	/* Node 1 has memory too, and no cpuset is asked before the 17th round. */
	ck_assert_int_eq(reclaims, 17);
}
#endif

/* ---- Who asks: every context, and what it changes ---------------------------------------------------- */

TEST(gfp_to_alloc_flags_real_time_counts_in_task_context_only, "13-1 13-15")
{
	const enum execution_level levels[] = { LEVEL_BH_DISABLED, LEVEL_SOFTIRQ, LEVEL_HARDIRQ,
						LEVEL_NMI };

	test_machine_uma(64);
	current->prio = 50;
	/* Expect the bonus beside the mask's own, but not for a mask that is atomic and renounces reserves. */
	ck_assert_uint_eq(gfp_to_alloc_flags(GFP_NOWAIT), 0x850);
	ck_assert_uint_eq(gfp_to_alloc_flags(GFP_KERNEL | __GFP_NOMEMALLOC), 0x850);
	ck_assert_uint_eq(gfp_to_alloc_flags(GFP_ATOMIC), 0x830);
	ck_assert_uint_eq(gfp_to_alloc_flags(GFP_ATOMIC | __GFP_NOMEMALLOC), 0x820);
	/* Expect none where a handler runs, or bottom halves are disabled. */
	for_each_row(i, levels) {
		world->level = levels[i];
		ck_assert_uint_eq(gfp_to_alloc_flags(GFP_NOWAIT), 0x840);
		ck_assert_uint_eq(gfp_to_alloc_flags(GFP_ATOMIC), 0x830);
	}
}

TEST(pfmemalloc_flags_of_victims_and_of_those_who_only_die, "13-2")
{
	test_machine_uma(64);
	/* Expect PF_MEMALLOC to win over being a victim. */
	current->oom_mm = current->mm;
	current->flags = PF_MEMALLOC;
	ck_assert_uint_eq(__gfp_pfmemalloc_flags(GFP_KERNEL), ALLOC_NO_WATERMARKS);
	/* Expect nothing where an interrupt strikes a victim, or it has bottom halves disabled. */
	current->flags = 0;
	for (int level = LEVEL_BH_DISABLED; level <= LEVEL_NMI; level++) {
		world->level = (enum execution_level)level;
		ck_assert_uint_eq(__gfp_pfmemalloc_flags(GFP_KERNEL), 0);
	}
	world->level = LEVEL_TASK;
	ck_assert_uint_eq(__gfp_pfmemalloc_flags(GFP_KERNEL), ALLOC_OOM);
	/* Expect nothing for a task that was killed, or exits, without being a victim. */
	current->oom_mm = NULL;
	current->fatal_signal_pending = current->group_exit = true;
	ck_assert_uint_eq(__gfp_pfmemalloc_flags(GFP_KERNEL), 0);
	current->flags = PF_EXITING;
	ck_assert_uint_eq(__gfp_pfmemalloc_flags(GFP_KERNEL), 0);
}

/** Pages that a context can take out of 100 on a machine with a min mark of 64; sleeping brings it none. */
static unsigned long pages_for(gfp_t gfp_mask, unsigned int flags, enum execution_level level)
{
	struct zone *zone = starved_machine();

	test_set_watermarks(zone, 64, 80, 96);
	give(zone, 100);
	current->flags |= flags;
	world->level = level;
	return test_take(gfp_mask | __GFP_NOWARN, 0, 1000);
}

TEST(context_decides_how_deep_a_request_may_go, "13-2 13-5 13-15")
{
	/* Expect all 100 with PF_MEMALLOC in a task, and in a soft interrupt that set it for itself... */
	ck_assert_uint_eq(pages_for(GFP_KERNEL, PF_MEMALLOC, LEVEL_TASK), 100);
	ck_assert_uint_eq(pages_for(GFP_NOWAIT, PF_MEMALLOC, LEVEL_SOFTIRQ), 100);
	/* ...but only those above min with __GFP_NOMEMALLOC, with bottom halves disabled, and where a hard
	 * interrupt or an NMI struck such a task. */
	ck_assert_uint_eq(pages_for(GFP_KERNEL | __GFP_NOMEMALLOC, PF_MEMALLOC, LEVEL_TASK), 36);
	ck_assert_uint_eq(pages_for(GFP_NOWAIT, PF_MEMALLOC, LEVEL_BH_DISABLED), 36);
	ck_assert_uint_eq(pages_for(GFP_NOWAIT, PF_MEMALLOC, LEVEL_HARDIRQ), 36);
	ck_assert_uint_eq(pages_for(GFP_NOWAIT, PF_MEMALLOC, LEVEL_NMI), 36);
	/* A soft interrupt that struck such a task runs without its flag, and gets no reserves by it. */
	ck_assert_uint_eq(pages_for(GFP_NOWAIT, 0, LEVEL_SOFTIRQ), 36);
	/* kswapd is PF_MEMALLOC for good. */
	ck_assert_uint_eq(pages_for(GFP_KERNEL, PF_MEMALLOC | PF_KSWAPD | PF_KTHREAD, LEVEL_TASK),
			  100);
	ck_assert_int_eq(reclaims, 0);
	/* Scopes and the flags of other kinds of task open nothing. */
	ck_assert_uint_eq(pages_for(GFP_NOWAIT,
				    PF_MEMALLOC_NOIO | PF_MEMALLOC_NOFS | PF_EXITING | PF_KTHREAD |
					    PF_WQ_WORKER,
				    LEVEL_TASK),
			  36);
	/* And the mask may ask for all by itself, in any context. */
	ck_assert_uint_eq(pages_for(GFP_NOWAIT | __GFP_MEMALLOC, 0, LEVEL_HARDIRQ), 100);
	/* __GFP_HIGH alone goes to a half, __GFP_ATOMIC alone to three quarters. */
	ck_assert_uint_eq(pages_for(GFP_NOWAIT | __GFP_HIGH, 0, LEVEL_TASK), 100 - 32);
	ck_assert_uint_eq(pages_for(GFP_NOWAIT | __GFP_ATOMIC, 0, LEVEL_TASK), 100 - 48);
}

TEST(context_real_time_task_goes_to_three_quarters, "13-15")
{
	struct zone *zone = starved_machine();

	test_set_watermarks(zone, 64, 80, 96);
	give(zone, 100);
	current->prio = 50;
	ck_assert_uint_eq(test_take(GFP_NOWAIT | __GFP_NOWARN, 0, 1000), 100 - 48);
	/* Reserve flags take the place of this one: a victim that is real-time gets half, not less. */
	current->oom_mm = current->mm;
	ck_assert_uint_eq(test_take(GFP_NOWAIT | __GFP_NOWARN, 0, 1000), 48 - 32);
}

TEST(context_reclaiming_task_leaves_without_reclaim_even_where_it_has_no_reserves, "13-6 13-15")
{
	starved_machine();
	test_witness();
	current->flags |= PF_MEMALLOC;
	world->level = LEVEL_BH_DISABLED;
	/* A mask that can sleep there is the caller's error; the task leaves for its flag. */
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NOWARN, 0));
	ck_assert_ptr_null(alloc_pages(GFP_NOWAIT | __GFP_NOWARN, 0));
	ck_assert_int_eq(reclaims, 0);
	ck_assert_str_eq(test_decisions(DECISION_RESERVES), "");
	ck_assert_str_eq(test_decisions(DECISION_GIVE_UP), "2; 1");
}

static unsigned int flags_in_reclaim, flags_in_compaction;
static struct page *page_in_reclaim;

static unsigned long allocate_in_reclaim(gfp_t gfp_mask, unsigned int order)
{
	flags_in_reclaim = current->flags;
	page_in_reclaim = alloc_pages(GFP_KERNEL | __GFP_NOWARN, 0);
	return answer_reclaim(gfp_mask, order);
}

static enum compact_result note_flags_in_compaction(struct zone *zone, unsigned int order,
						    enum compact_result suitable,
						    struct page **capture)
{
	flags_in_compaction = current->flags;
	return answer_compact(zone, order, suitable, capture);
}

TEST(context_of_reclaim_and_compaction_is_that_of_a_reclaimer, "13-6 13-15")
{
	struct zone *zone = starved_machine();

	test_set_watermarks(zone, 64, 80, 96);
	give(zone, 1);
	world->environment.direct_reclaim = allocate_in_reclaim;
	world->environment.compact_zone = note_flags_in_compaction;
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, 1));
	ck_assert(flags_in_reclaim & flags_in_compaction & PF_MEMALLOC);
	/* Expect the allocation inside to get the last page, and to reclaim nothing itself. */
	ck_assert_ptr_nonnull(page_in_reclaim);
	ck_assert_int_eq(reclaims, 1);
	ck_assert(!(current->flags & PF_MEMALLOC));
}

/** Run a request that would go on for ever for three rounds, with a process that could be killed. */
static struct task *machine_with_a_process_to_kill(unsigned int flags)
{
	struct task *big;

	starved_machine();
	big = test_task("big", 7);
	big->mm->rss_anon = 1000;
	current->flags = flags;
	world->hooks.slow_round = stop_after_three;
	test_witness();
	return big;
}

TEST(context_of_noio_and_nofs_kills_nobody_and_goes_on, "13-15 18-4")
{
	struct task *big = machine_with_a_process_to_kill(PF_MEMALLOC_NOIO);
	const struct trace_event *event;

	/* Expect IO and FS gone from the mask of every attempt but the first, and compaction refused. */
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NOWARN, 2));
	event = test_last_event(TRACE_mm_page_alloc);
	ck_assert_uint_eq((gfp_t)event->field[2], GFP_NOIO | __GFP_NOWARN);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_try_to_compact_pages), 0);
	ck_assert_str_eq(test_decisions(DECISION_OOM), "1; 1; 1");
	ck_assert(!big->fatal_signal_pending);

	/* Expect FS gone, and compaction as usual. */
	big = machine_with_a_process_to_kill(PF_MEMALLOC_NOFS);
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NOWARN, 2));
	event = test_last_event(TRACE_mm_page_alloc);
	ck_assert_uint_eq((gfp_t)event->field[2], GFP_NOFS | __GFP_NOWARN);
	ck_assert_int_gt(test_count(TRACE_mm_compaction_try_to_compact_pages), 0);
	ck_assert_str_eq(test_decisions(DECISION_OOM), "1; 1; 1");
	ck_assert(!big->fatal_signal_pending);

	/* Expect both together to be as the first, and neither to kill. */
	machine_with_a_process_to_kill(PF_MEMALLOC_NOIO | PF_MEMALLOC_NOFS);
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NOWARN, 0));
	event = test_last_event(TRACE_mm_page_alloc);
	ck_assert_uint_eq((gfp_t)event->field[2], GFP_NOIO | __GFP_NOWARN);
}

TEST(context_of_noio_makes_a_costly_request_loop, "13-15 17-9")
{
	struct zone *zone = starved_machine();

	/* Expect, with reclaim that leaves it to compaction and reports a page: round after round. */
	give(zone, 3000);
	test_set_watermarks(zone, 64, 80, 96);
	reclaim_answer = 1;
	current->flags |= PF_MEMALLOC_NOIO;
	world->hooks.slow_round = stop_after_three;
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN, 6));
	ck_assert_int_eq(test_count(TRACE_compact_retry), 3);
	ck_assert_int_eq(test_last_event(TRACE_compact_retry)->field[5], 1);
	ck_assert_int_eq(compactions, 0);
}

TEST(context_of_nocma_takes_cma_out_of_the_flags_only, "13-15")
{
	struct page *cma = NULL;
	struct zone *zone;

	test_machine_cma(64, 16);
	zone = starve();
	test_set_watermarks(zone, 64, 80, 96);
	for (unsigned long i = 0; !cma; i += pageblock_nr_pages)
		if (is_migrate_cma(get_pageblock_migratetype(test_page(zone, i))))
			cma = test_page(zone, i);
	test_witness();
	/* 70 pages of CMA are free, above min and below low: enough, but not for the scope. */
	for (unsigned long i = 0; i < 70; i++)
		test_free_block(cma + 2 * i, 0, MIGRATE_CMA);
	current->flags |= PF_MEMALLOC_NOCMA;
	ck_assert_ptr_null(alloc_pages(GFP_HIGHUSER_MOVABLE | __GFP_NORETRY | __GFP_NOWARN, 0));
	current->flags &= ~PF_MEMALLOC_NOCMA;
	ck_assert_ptr_nonnull(alloc_pages(GFP_HIGHUSER_MOVABLE | __GFP_NORETRY | __GFP_NOWARN, 0));
	/* Expect 0x840 with the scope, and 0x8c0 without. */
	ck_assert_str_eq(test_decisions(DECISION_SLOW_START), "2112; 2240");
	/* The type of the lists stays: once others make up for the mark, the page comes from CMA all the same. */
	for (unsigned long i = 0; i < 69; i++)
		test_free_block(test_page(zone, 2 * i), 0, MIGRATE_UNMOVABLE);
	test_set_watermarks(zone, 64, 200, 300);
	current->flags |= PF_MEMALLOC_NOCMA;
	ck_assert(is_migrate_cma(get_pageblock_migratetype(
		alloc_pages(GFP_HIGHUSER_MOVABLE | __GFP_NORETRY | __GFP_NOWARN, 0))));
}

TEST(context_of_a_killed_task_changes_no_step, "13-15")
{
	starved_machine_that_frees_after(100);
	/* Expect 16 rounds and the OOM step, as for a task that lives. */
	current->fatal_signal_pending = true;
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NOWARN, 0));
	ck_assert_int_eq(reclaims, 17);
	ck_assert_int_eq(test_count(TRACE_reclaim_retry_zone), 16);
}

/** How often a request on a machine without any reserve left is held back until kswapd has gained some. */
static unsigned long held_back(gfp_t gfp_mask, unsigned int flags, bool killed)
{
	struct zone *zone = starved_machine();

	test_set_watermarks(zone, 64, 80, 96);
	world->environment.direct_reclaim = NULL;
	/* Else kswapd would have nothing to work on, and nobody would wait for it. */
	world->environment.reclaimable_pages = NULL;
	zone_page_state_add(1000, zone, NR_ZONE_INACTIVE_FILE);
	current->flags |= flags;
	current->fatal_signal_pending = killed;
	ck_assert_ptr_null(alloc_pages(gfp_mask | __GFP_NORETRY | __GFP_NOWARN, 0));
	return world->vm_event[PGSCAN_DIRECT_THROTTLE];
}

TEST(context_decides_who_waits_for_kswapd_before_reclaim, "13-15")
{
	ck_assert_uint_eq(held_back(GFP_KERNEL, 0, false), 1);
	ck_assert_uint_eq(held_back(GFP_KERNEL, PF_MEMALLOC_NOFS, false), 1);
	/* Expect not: a kernel thread, a task that was killed, and one that does not get to reclaim. */
	ck_assert_uint_eq(held_back(GFP_KERNEL, PF_KTHREAD, false), 0);
	ck_assert_uint_eq(held_back(GFP_KERNEL, 0, true), 0);
	ck_assert_uint_eq(held_back(GFP_KERNEL, PF_MEMALLOC, false), 0);
	ck_assert_uint_eq(held_back(GFP_NOWAIT, 0, false), 0);
}

TEST(context_of_a_dying_task_makes_it_the_victim, "13-15 18-8")
{
	struct task *big = machine_with_a_process_to_kill(0);

	current->group_exit = true;
	world->hooks.oom_reaper_woken = oom_reaper_queue;
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NOWARN, 0));
	/* Expect the mark, one more round with the victim's reserve, and the end; nobody else dies. */
	ck_assert_int_eq(test_last_event(TRACE_mark_victim)->field[0], current->pid);
	ck_assert_str_eq(test_decisions(DECISION_RESERVES), "8");
	ck_assert_str_eq(test_decisions(DECISION_GIVE_UP), "6");
	ck_assert(!big->fatal_signal_pending);
}

/* Without __GFP_FS nobody is killed, and others go round; but one that dies has tried its reserve, and leaves. */
TEST(context_of_a_dying_task_ends_a_request_without_fs, "13-15 18-8")
{
	machine_with_a_process_to_kill(0);
	current->group_exit = true;
	world->hooks.oom_reaper_woken = oom_reaper_queue;
	ck_assert_ptr_null(alloc_pages(GFP_NOFS | __GFP_NOWARN, 0));
	ck_assert_str_eq(test_decisions(DECISION_GIVE_UP), "6");
}

TEST(context_of_a_core_dump_and_of_a_kernel_thread_before_the_killer, "13-15 18-3 18-5")
{
	struct task *big = machine_with_a_process_to_kill(PF_DUMPCORE);

	/* Expect no kill while the core is written... */
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NOWARN, 0));
	ck_assert_str_eq(test_decisions(DECISION_NO_KILL), "0");
	ck_assert(!big->fatal_signal_pending);
	/* ...and that a kernel thread may have others killed, but is never chosen. */
	current->flags = PF_KTHREAD;
	current->mm->rss_anon = 5000;
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NOWARN, 0));
	ck_assert(big->fatal_signal_pending);
	ck_assert(!current->fatal_signal_pending);
}

TEST(context_of_a_worker_sleeps_a_tick_after_each_round, "13-15 17-4")
{
	starved_machine_that_frees_after(100);
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NOWARN, 0));
	ck_assert_uint_eq(world->jiffies, 0);
	current->flags |= PF_WQ_WORKER;
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NOWARN, 0));
	ck_assert_uint_eq(world->jiffies, 16);
}

TEST(context_of_the_boot_reclaims_nothing, "13-15")
{
	starved_machine();
	world->gfp_allowed_mask = GFP_BOOT_MASK;
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NOWARN, 0));
	ck_assert_int_eq(reclaims, 0);
	ck_assert_uint_eq((gfp_t)test_last_event(TRACE_mm_page_alloc)->field[2], __GFP_NOWARN);
}

/** What an accounted request of a task in a full memory cgroup gets. */
static bool charged_in_full_group(unsigned int flags, enum execution_level level)
{
	struct mem_cgroup *full;

	test_machine_uma(64);
	full = memcg_new("/full", &world->root_mem_cgroup, 0);
	current->memcg = full;
	current->flags = flags;
	world->level = level;
	return alloc_pages(GFP_NOWAIT | __GFP_ACCOUNT | __GFP_NOWARN, 0) != NULL;
}

TEST(context_decides_about_the_limit_of_a_memory_cgroup, "13-15 19-3 19-6")
{
	ck_assert(!charged_in_full_group(0, LEVEL_TASK));
	ck_assert_int_eq(current->memcg->memory.usage, 0);
	/* Expect the limit passed by reclaimers and those that exit, and not asked of the others. */
	ck_assert(charged_in_full_group(PF_MEMALLOC, LEVEL_TASK));
	ck_assert_int_eq(current->memcg->memory.usage, 1);
	ck_assert(charged_in_full_group(PF_EXITING, LEVEL_TASK));
	ck_assert_int_eq(current->memcg->memory.usage, 1);
	ck_assert(charged_in_full_group(PF_KTHREAD, LEVEL_TASK));
	ck_assert_int_eq(current->memcg->memory.usage, 0);
	for (int level = LEVEL_BH_DISABLED; level <= LEVEL_NMI; level++) {
		ck_assert(charged_in_full_group(0, (enum execution_level)level));
		ck_assert_int_eq(current->memcg->memory.usage, 0);
	}
}

/** The steps that a request of order 2 gets to: compacted early, reserves, reclaim, compacted, killer. */
static const char *steps_of(gfp_t gfp_mask, unsigned int flags, bool victim)
{
	static char text[256];
	char early[64], reserves[64];

	machine_with_a_process_to_kill(flags);
	world->oom_lock_held = true;
	current->oom_mm = victim ? current->mm : NULL;
	ck_assert_ptr_null(alloc_pages(gfp_mask | __GFP_NOWARN, 2));
	snprintf(early, sizeof(early), "%.3s", test_decisions(DECISION_COMPACT));
	snprintf(reserves, sizeof(reserves), "%.1s", test_decisions(DECISION_RESERVES));
	snprintf(text, sizeof(text), "early %s, reserves %s, reclaim %s",
		 early[0] == '2' ? "yes" : "no", reserves[0] ? reserves : "0",
		 reclaims ? "yes" : "no");
	snprintf(text + strlen(text), sizeof(text) - strlen(text), ", killer %s",
		 test_decisions(DECISION_NO_KILL)[0] ? "yes" : "no");
	return text;
}

TEST(context_decides_which_steps_are_reached, "13-6 13-7 13-10 13-15")
{
	ck_assert_str_eq(steps_of(GFP_KERNEL, 0, false),
			 "early yes, reserves 0, reclaim yes, killer yes");
	ck_assert_str_eq(steps_of(GFP_KERNEL, PF_MEMALLOC, false),
			 "early no, reserves 4, reclaim no, killer no");
	ck_assert_str_eq(steps_of(GFP_KERNEL | __GFP_NOMEMALLOC, PF_MEMALLOC, false),
			 "early yes, reserves 0, reclaim no, killer no");
	ck_assert_str_eq(steps_of(GFP_KERNEL, 0, true),
			 "early no, reserves 8, reclaim yes, killer yes");
	ck_assert_str_eq(steps_of(GFP_KERNEL | __GFP_NOMEMALLOC, 0, true),
			 "early yes, reserves 0, reclaim yes, killer yes");
	ck_assert_str_eq(steps_of(GFP_NOWAIT, 0, false),
			 "early no, reserves 0, reclaim no, killer no");
	/* In the scopes of no I/O compaction is called, and refuses. */
	ck_assert_str_eq(steps_of(GFP_KERNEL, PF_MEMALLOC_NOIO, false),
			 "early yes, reserves 0, reclaim yes, killer yes");
	ck_assert_int_eq(compactions, 0);
	ck_assert_str_eq(steps_of(GFP_KERNEL, PF_MEMALLOC_NOFS, false),
			 "early yes, reserves 0, reclaim yes, killer yes");
	ck_assert_int_gt(compactions, 0);
}

#ifdef CONFIG_NUMA
/** Node of the page that a task confined to node 0, which is empty, gets; -1 for none. */
static int node_beyond_the_cpuset(gfp_t gfp_mask, unsigned int flags, enum execution_level level,
				  bool victim)
{
	test_machine_numa(64);
	test_empty_zone(test_zone(0, ZONE_DMA));
	world->environment.direct_reclaim = answer_reclaim;
	world->environment.reclaimable_pages = nothing_reclaimable;
	world->hooks.slow_round = stop_after_three;
	current->cpuset = cpuset_new("wall", &world->top_cpuset, NODE_0);
	current->cpuset->mem_hardwall = true;
	current->mems_allowed = NODE_0;
	current->flags = flags | PF_DUMPCORE;
	current->oom_mm = victim ? current->mm : NULL;
	world->level = level;
	return test_node_of(alloc_pages(gfp_mask | __GFP_NOWARN, 0));
}

TEST(context_decides_who_may_leave_the_cpuset, "13-1 13-5 13-15")
{
	ck_assert_int_eq(node_beyond_the_cpuset(GFP_NOWAIT, 0, LEVEL_TASK, false), -1);
	ck_assert_int_eq(node_beyond_the_cpuset(GFP_ATOMIC, 0, LEVEL_TASK, false), 1);
	/* Expect interrupts to leave it, and code with bottom halves disabled. */
	for (int level = LEVEL_BH_DISABLED; level <= LEVEL_NMI; level++)
		ck_assert_int_eq(
			node_beyond_the_cpuset(GFP_NOWAIT, 0, (enum execution_level)level, false),
			1);
	/* Expect an exiting task to leave it unless the mask insists, a victim and a reclaimer in any case. */
	ck_assert_int_eq(node_beyond_the_cpuset(GFP_KERNEL, PF_EXITING, LEVEL_TASK, false), 1);
	ck_assert_int_eq(node_beyond_the_cpuset(GFP_USER, PF_EXITING, LEVEL_TASK, false), -1);
	ck_assert_int_eq(node_beyond_the_cpuset(GFP_USER, 0, LEVEL_TASK, true), 1);
	ck_assert_int_eq(node_beyond_the_cpuset(GFP_USER, PF_MEMALLOC, LEVEL_TASK, false), 1);
	/* A scope opens no node, nor does being a worker or a kernel thread. */
	ck_assert_int_eq(node_beyond_the_cpuset(GFP_KERNEL,
						PF_MEMALLOC_NOIO | PF_WQ_WORKER | PF_KTHREAD,
						LEVEL_TASK, false),
			 -1);
}

/** Node of the page that a task of node 0, bound to node 1, gets. */
static int node_of_a_bound_task(gfp_t gfp_mask, enum execution_level level)
{
	test_machine_numa(64);
	ck_assert_int_eq(do_set_mempolicy(MPOL_BIND, 0, NODE_1), 0);
	world->level = level;
	return test_next_node(gfp_mask);
}

TEST(context_decides_whether_a_policy_counts, "13-15")
{
	ck_assert_int_eq(node_of_a_bound_task(GFP_NOWAIT, LEVEL_TASK), 1);
	/* Expect the task's policy to be nothing to an interrupt, nor to a request that names its node. */
	for (int level = LEVEL_BH_DISABLED; level <= LEVEL_NMI; level++)
		ck_assert_int_eq(node_of_a_bound_task(GFP_NOWAIT, (enum execution_level)level), 0);
	ck_assert_int_eq(node_of_a_bound_task(GFP_NOWAIT | __GFP_THISNODE, LEVEL_TASK), 0);
}
#endif

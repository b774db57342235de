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

static struct zone *starved_machine(void)
{
	struct zone *zone;

	test_machine_uma(64);
	zone = test_zone(0, ZONE_DMA);
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

static bool stop_after_three(const struct slow_request *request)
{
	return request->rounds > 3;
}

TEST(slowpath_nofail_memalloc_spins_until_the_watchdog_stops_it, "13-11 13-12")
{
	starved_machine();
	test_witness();
	current->flags |= PF_MEMALLOC;
	world->hooks.slow_round = stop_after_three;
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NOFAIL | __GFP_NOWARN, 0));
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

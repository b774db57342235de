/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 13: the slow path's steps, its flags, and the failure report.
 *
 * Most tests drive the whole path on a machine whose memory is taken away, with a stand-in for what
 * reclaim and compaction achieve (world->environment), and look at the events: they are the order of
 * the steps.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machines.h"
#include "watch.h"
#include "watch.h"
#include "watch.h"
#include "watch.h"
#include "watch.h"
#include "watch.h"
#include "watch.h"
#include "watch.h"
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

/* ---- The failure report ----------------------------------------------------------------------------- */

TEST(warn_alloc_silence_and_rate, "13-13")
{
	starved_machine();
	world->jiffies = 100;
	warn_alloc(GFP_KERNEL | __GFP_NOWARN, NULL, "page allocation failure: order:%u", 0u);
	ck_assert_str_eq(test_console(), "");
	/* The silent one did not use up the limit. */
	warn_alloc(GFP_KERNEL, NULL, "page allocation failure: order:%u", 3u);
	ck_assert_ptr_nonnull(strstr(test_console(), "init: page allocation failure: order:3, mode:"
						     "0xcc0(GFP_KERNEL), nodemask=(null),cpuset=/,"
						     "mems_allowed=0"));
	test_forget_console();
	for (int i = 0; i < 3; i++)
		warn_alloc(GFP_KERNEL, NULL, "page allocation failure: order:%u", 3u);
	ck_assert_str_eq(test_console(), "");
	/* Ten seconds later and a tick: the next one, and how many were swallowed. */
	world->jiffies += 10 * HZ;
	warn_alloc(GFP_KERNEL, NULL, "page allocation failure: order:%u", 3u);
	ck_assert_str_eq(test_console(), "");
	world->jiffies++;
	warn_alloc(0, NULL, "page allocation failure: order:%u", 0u);
	ck_assert_int_eq(strncmp(test_console(), "warn_alloc: 4 callbacks suppressed\n", 35), 0);
	ck_assert_ptr_nonnull(strstr(test_console(), "mode:0x0(none)"));
	/* Nothing was suppressed in between: no such line again. */
	test_forget_console();
	world->jiffies += 10 * HZ + 1;
	warn_alloc(0, NULL, "page allocation failure: order:%u", 0u);
	ck_assert_ptr_null(strstr(test_console(), "suppressed"));
}

TEST(dump_stack_who_and_where, "13-13")
{
	static const char *const chain[] = { "inner", "outer", NULL };

	starved_machine();
	snprintf(world->uts_release, sizeof(world->uts_release), "5.8.18+");
	snprintf(world->uts_version, sizeof(world->uts_version), "#10");
	dump_stack(chain);
	ck_assert_str_eq(test_console(), "CPU: 0 PID: 1 Comm: init Not tainted 5.8.18+ #10\n"
					 "Hardware name: linux,dummy-virt (DT)\n"
					 "Call trace: (Pageflow's own chain)\n inner\n outer\n");
	test_forget_console();
	world->tainted = true;
	world->hardware[0] = '\0';
	dump_stack(chain + 2);
	ck_assert_str_eq(test_console(),
			 "CPU: 0 PID: 1 Comm: init Tainted: G    B             5.8.18+ #10\n"
			 "Call trace: (Pageflow's own chain)\n");
}

TEST(nodemask_format_sets, "13-13")
{
	nodemask_t mask = { 1 };
	char text[32];

	test_machine_uma(64);
	nodemask_format(NULL, text, sizeof(text));
	ck_assert_str_eq(text, "(null)");
	nodemask_format(&mask, text, sizeof(text));
	ck_assert_str_eq(text, "0");
	mask.bits = 0;
	nodemask_format(&mask, text, sizeof(text));
	ck_assert_str_eq(text, "");
#ifdef CONFIG_NUMA
	mask.bits = 7;
	nodemask_format(&mask, text, sizeof(text));
	ck_assert_str_eq(text, "0-2");
	mask.bits = 13;
	nodemask_format(&mask, text, sizeof(text));
	ck_assert_str_eq(text, "0,2-3");
#endif
}

/*
 * A sample of the real kernel, read into a machine: every number of the report goes to the counter
 * that it shows. What the machine then prints must be the sample again.
 */

static char *read_sample(const char *path)
{
	static char text[8192];
	FILE *file = fopen(path, "r");
	size_t length;

	ck_assert_msg(file != NULL, "cannot open %s; run from the top of the tree", path);
	length = fread(text, 1, sizeof(text) - 1, file);
	text[length] = '\0';
	fclose(file);
	return text;
}

/** The number behind `key` in the line of `text` that begins at `line`. */
static unsigned long number_of(const char *line, const char *key)
{
	const char *at = strstr(line, key);

	ck_assert_msg(at != NULL, "the sample has no '%s'", key);
	return strtoul(at + strlen(key), NULL, 10);
}

static const struct {
	const char *key;
	enum node_stat_item item;
	unsigned int unit; /**< 1: pages, 4: KiB */
} node_numbers[] = {
	{ " active_anon:", NR_ACTIVE_ANON, 4 },
	{ " inactive_anon:", NR_INACTIVE_ANON, 4 },
	{ " active_file:", NR_ACTIVE_FILE, 4 },
	{ " inactive_file:", NR_INACTIVE_FILE, 4 },
	{ " unevictable:", NR_UNEVICTABLE, 4 },
	{ "isolated(anon):", NR_ISOLATED_ANON, 4 },
	{ "isolated(file):", NR_ISOLATED_FILE, 4 },
	{ " mapped:", NR_FILE_MAPPED, 4 },
	{ " dirty:", NR_FILE_DIRTY, 4 },
	{ " writeback:", NR_WRITEBACK, 4 },
	{ " shmem:", NR_SHMEM, 4 },
	{ "slab_reclaimable:", NR_SLAB_RECLAIMABLE, 1 },
	{ "slab_unreclaimable:", NR_SLAB_UNRECLAIMABLE, 1 },
};

static const struct {
	const char *key;
	enum zone_stat_item item;
	unsigned int unit;
} zone_numbers[] = {
	{ " free:", NR_FREE_PAGES, 4 },
	{ " active_anon:", NR_ZONE_ACTIVE_ANON, 4 },
	{ " inactive_anon:", NR_ZONE_INACTIVE_ANON, 4 },
	{ " active_file:", NR_ZONE_ACTIVE_FILE, 4 },
	{ " inactive_file:", NR_ZONE_INACTIVE_FILE, 4 },
	{ " unevictable:", NR_ZONE_UNEVICTABLE, 4 },
	{ " writepending:", NR_ZONE_WRITE_PENDING, 4 },
	{ " mlocked:", NR_MLOCK, 4 },
	{ " kernel_stack:", NR_KERNEL_STACK_KB, 1 },
	{ " pagetables:", NR_PAGETABLE, 4 },
	{ " bounce:", NR_BOUNCE, 4 },
	{ " free_cma:", NR_FREE_CMA_PAGES, 4 },
};

static void take_node_numbers(const char *text, struct pglist_data *pgdat)
{
	const char *line = strstr(text, "\nNode 0 active_anon") + 7;

	for (size_t i = 0; i < ARRAY_SIZE(node_numbers); i++) {
		long value;

		value = (long)(number_of(node_numbers[i].unit == 4 ? line - 1 : text,
					 node_numbers[i].key) /
			       node_numbers[i].unit);
		pgdat->vm_stat[node_numbers[i].item] = value;
		world->vm_node_stat[node_numbers[i].item] = value;
	}
	world->vm_node_stat[NR_FILE_PAGES] = strtol(strstr(text, "64kB\n") + 5, NULL, 10);
	pgdat->kswapd_failures = strstr(text, "all_unreclaimable? yes") ? 16 : 0;
}

static void take_zone_numbers(const char *text, struct zone *zone)
{
	const char *line = strstr(text, "\nDMA free:") + 4;

	memset(zone->pageset->vm_stat_diff, 0, sizeof(zone->pageset->vm_stat_diff));
	for (size_t i = 0; i < ARRAY_SIZE(zone_numbers); i++) {
		long value = (long)(number_of(line, zone_numbers[i].key) / zone_numbers[i].unit);

		zone->vm_stat[zone_numbers[i].item] = value;
		world->vm_zone_stat[zone_numbers[i].item] = value;
	}
	test_set_watermarks(zone, number_of(line, " min:") / 4, number_of(line, " low:") / 4,
			    number_of(line, " high:") / 4);
	zone->nr_reserved_highatomic = number_of(line, "reserved_highatomic:") / 4;
	zone->present_pages = number_of(line, "present:") / 4;
	zone->managed_pages = number_of(line, "managed:") / 4;
	zone->pageset->pcp.count = (int)number_of(line, "local_pcp:") / 4;
}

/** Give the zone the free blocks that the sample's line of free lists names. */
static void take_free_lists(const char *text, struct zone *zone)
{
	const char *cursor = strstr(text, "\nDMA: ") + 6;
	unsigned long next = 0;

	for (unsigned int order = 0; order < MAX_ORDER; order++) {
		char *end;
		unsigned long blocks = strtoul(cursor, &end, 10);
		const char *letters;

		cursor = strchr(end, ' ') + 1;
		letters = *cursor == '(' ? cursor + 1 : "U";
		if (*cursor == '(')
			cursor = strchr(cursor, ')') + 2;
		next = (next + (1ul << order) - 1) & ~((1ul << order) - 1);
		for (unsigned long i = 0; i < blocks; i++, next += 1ul << order) {
			const char *list = strchr(migratetype_letters, *letters);

			add_to_free_list(test_page(zone, next), zone, order,
					 (int)(list - migratetype_letters));
			if (letters[1] != ')' && letters[1] >= 'A' && letters[1] <= 'Z')
				letters++;
		}
	}
}

static void print_as_sample(const char *path)
{
	struct zone *zone;
	char *sample = read_sample(path), *trace;
	const char *header = sample;
	char comm[32], names[64];
	unsigned int order, mask;

	test_machine_cma(128, 16);
	zone = test_zone(0, ZONE_DMA);
	test_empty_machine();
	snprintf(world->uts_release, sizeof(world->uts_release), "5.8.18+");
	snprintf(world->uts_version, sizeof(world->uts_version), "#10");
	take_node_numbers(sample, NODE_DATA(0));
	take_zone_numbers(sample, zone);
	take_free_lists(sample, zone);
	ck_assert_int_eq(sscanf(header,
				"%31[^:]: page allocation failure: order:%u, mode:0x%x(%63[^)])",
				comm, &order, &mask, names),
			 4);
	warn_alloc(mask, NULL, "page allocation failure: order:%u", order);
	/* The samples' call traces are cut; ours goes before the comparison. */
	trace = strstr(test_console(), "Call trace:");
	memmove(trace, strstr(trace, "Mem-Info:"), strlen(strstr(trace, "Mem-Info:")) + 1);
#ifdef CONFIG_NUMA
	/* The samples come from a kernel without CONFIG_NUMA: a zone has no node before it. */
	for (char *at; (at = strstr(trace, "\nNode 0 DMA"));)
		memmove(at + 1, at + 8, strlen(at + 8) + 1);
#endif
	ck_assert_str_eq(test_console(), sample);
}

TEST(warn_alloc_prints_what_5_8_18_printed_atomic, "13-14")
{
	print_as_sample("tests/samples/5.8.18-atomic-order0.dmesg");
}

TEST(warn_alloc_prints_what_5_8_18_printed_kernel, "13-14")
{
	print_as_sample("tests/samples/5.8.18-kernel-order9.dmesg");
}

TEST(warn_alloc_prints_what_5_8_18_printed_nowait, "13-14")
{
	print_as_sample("tests/samples/5.8.18-nowait-order1.dmesg");
}

TEST(show_free_areas_prints_what_5_8_18_printed_when_out_of_memory, "13-14")
{
	char *sample = read_sample("tests/samples/5.8.18-oom.dmesg"), *end;
	struct zone *zone;

	test_machine_cma(128, 16);
	zone = test_zone(0, ZONE_DMA);
	test_empty_machine();
	take_node_numbers(sample, NODE_DATA(0));
	take_zone_numbers(sample, zone);
	take_free_lists(sample, zone);
	show_mem(SHOW_MEM_FILTER_NODES, NULL);
	end = strstr(sample, "Tasks state");
	*end = '\0';
#ifdef CONFIG_NUMA
	for (char *at; (at = strstr(test_console(), "\nNode 0 DMA"));)
		memmove(at + 1, at + 8, strlen(at + 8) + 1);
#endif
	ck_assert_str_eq(test_console(), strstr(sample, "Mem-Info"));
}

TEST(show_free_areas_counts_all_cpus_and_the_running_one, "13-14")
{
	struct zone *zone;

	test_machine_cpus(64, 3);
	zone = test_zone(0, ZONE_DMA);
	test_empty_machine();
	test_forget_console();
	zone->pageset[0].pcp.count = 3;
	zone->pageset[2].pcp.count = 4;
	test_run_on(2);
	world->cpu_online &= ~2ull;
	zone->pageset[1].pcp.count = 100;
	zone->watermark_boost = 10;
	show_free_areas(0, NULL);
	ck_assert_ptr_nonnull(strstr(test_console(), " free_pcp:7 "));
	ck_assert_ptr_nonnull(strstr(test_console(), " free_pcp:28kB local_pcp:16kB"));
	/* Watermarks are shown as they are in force: boosted. */
	char line[64];

	snprintf(line, sizeof(line), " min:%lukB", min_wmark_pages(zone) * 4);
	ck_assert_ptr_nonnull(strstr(test_console(), line));
}

#ifdef CONFIG_NUMA
static bool report_shows_node(gfp_t gfp_mask, nodemask_t *nodemask, int nid)
{
	char text[32];

	test_forget_console();
	world->warn_alloc_limit = (struct printk_limit){ 0 };
	warn_alloc(gfp_mask, nodemask, "page allocation failure: order:%u", 0u);
	snprintf(text, sizeof(text), "\nNode %d active_anon", nid);
	return strstr(test_console(), text) != NULL;
}

TEST(warn_alloc_leaves_out_nodes, "13-13")
{
	nodemask_t only_1 = { 2 };

	test_machine_numa(64);
	ck_assert(report_shows_node(GFP_KERNEL, NULL, 0));
	ck_assert(!report_shows_node(GFP_KERNEL, &only_1, 0));
	ck_assert(report_shows_node(GFP_KERNEL, &only_1, 1));
	ck_assert_ptr_nonnull(strstr(test_console(), "nodemask=1,cpuset=/,mems_allowed=0-1"));
	/* Zones and free lists alike; huge pages are shown of all. */
	ck_assert_ptr_null(strstr(test_console(), "Node 0 DMA free:"));
	ck_assert_ptr_null(strstr(test_console(), "Node 0 DMA: "));
	ck_assert_ptr_nonnull(strstr(test_console(), "Node 0 hugepages_total=0"));
	/* The cpuset, when there is no nodemask. */
	current->mems_allowed = only_1;
	ck_assert(!report_shows_node(GFP_KERNEL, NULL, 0));
	/* Who may use any node sees all: */
	ck_assert(report_shows_node(GFP_ATOMIC, &only_1, 0));
	world->level = LEVEL_SOFTIRQ;
	ck_assert(report_shows_node(GFP_KERNEL, &only_1, 0));
	world->level = LEVEL_TASK;
	current->flags = PF_EXITING;
	ck_assert(report_shows_node(GFP_KERNEL, &only_1, 0));
	ck_assert(!report_shows_node(GFP_KERNEL | __GFP_NOMEMALLOC, &only_1, 0));
	current->flags = PF_MEMALLOC;
	ck_assert(report_shows_node(GFP_KERNEL, &only_1, 0));
	current->flags = 0;
	current->oom_mm = current->mm;
	ck_assert(report_shows_node(GFP_KERNEL, &only_1, 0));
}
#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 18, the door: is anybody killed for this request, and what may it do then?
 */
#include <string.h>

#include "life/life.h"
#include "oom-scenes.h"
#include "watch.h"

/** The context of an ordinary request on the machine. */
static struct alloc_context ordinary_request(gfp_t gfp_mask)
{
	struct alloc_context ac = { 0 };
	gfp_t alloc_mask = gfp_mask;
	unsigned int alloc_flags = 0;

	prepare_alloc_pages(gfp_mask, 0, 0, NULL, &ac, &alloc_mask, &alloc_flags);
	finalise_ac(gfp_mask, &ac);
	return ac;
}

/** Ask stage 18 for a page; receives whether another round is worth it. */
static struct page *may_oom(gfp_t gfp_mask, unsigned int order, unsigned long *progress)
{
	struct alloc_context ac = ordinary_request(gfp_mask);

	return __alloc_pages_may_oom(gfp_mask, order, &ac, progress);
}

TEST(may_oom_waits_a_tick_while_another_request_is_at_it, "18-1")
{
	/* Expect: progress and no page, even for a request that would never kill. */
	unsigned long progress, before;

	machine_without_memory();
	oom_process("big", 100);
	world->oom_lock_held = true;
	before = world->jiffies;
	ck_assert_ptr_null(may_oom(GFP_KERNEL | __GFP_RETRY_MAYFAIL, 9, &progress));
	ck_assert_uint_eq(progress, 1);
	ck_assert_uint_eq(world->jiffies, before + 1);
	ck_assert(world->oom_lock_held);
	ck_assert_int_eq(test_count(TRACE_mark_victim), 0);
}

TEST(may_oom_looks_once_more_at_the_high_watermark, "18-2")
{
	/* Expect: above high a page and no kill; at high a kill. */
	unsigned long progress;
	struct page *page;
	struct zone *zone;

	test_machine_uma(32);
	zone = test_zone(0, ZONE_DMA);
	oom_process("big", 100);
	test_set_watermarks(zone, 10, 20, (unsigned long)test_free_pages(zone) - 100);
	ck_assert_ptr_nonnull(may_oom(GFP_KERNEL, 0, &progress));
	ck_assert_uint_eq(progress, 0);
	ck_assert_int_eq(test_count(TRACE_mark_victim), 0);
	ck_assert(!world->oom_lock_held);

	/* The mask decides what the page is like. */
	page = may_oom(GFP_KERNEL | __GFP_COMP, 1, &progress);
	ck_assert(PageFlag(page, PG_head));
	ck_assert(PageTail(page + 1));
	page = may_oom(GFP_KERNEL, 1, &progress);
	ck_assert(!PageFlag(page, PG_head));

	test_set_watermarks(zone, 10, 20, (unsigned long)test_free_pages(zone) + 100);
	ck_assert_ptr_null(may_oom(GFP_KERNEL, 0, &progress));
	ck_assert_uint_eq(progress, 1);
	ck_assert_int_eq(test_count(TRACE_mark_victim), 1);
}

TEST(may_oom_kills_nobody_for_requests_that_are_not_worth_it, "18-3")
{
	static const struct {
		gfp_t gfp_mask;
		unsigned int order;
		unsigned int flags;
	} refused[] = {
		{ GFP_KERNEL, 0, PF_DUMPCORE },
		{ GFP_KERNEL, 4, 0 },
		{ GFP_KERNEL, 5, 0 },
		{ GFP_KERNEL | __GFP_RETRY_MAYFAIL, 0, 0 },
		{ GFP_KERNEL | GFP_DMA, 0, 0 },
		{ GFP_KERNEL | GFP_DMA32, 0, 0 },
		{ GFP_KERNEL | __GFP_THISNODE, 0, 0 },
	};
	unsigned long progress;

	machine_without_memory();
	test_witness();
	oom_process("big", 100);
	for_each_row(i, refused) {
		current->flags = refused[i].flags;
		ck_assert_ptr_null(may_oom(refused[i].gfp_mask, refused[i].order, &progress));
		ck_assert_uint_eq(progress, 0);
	}
	ck_assert_int_eq(test_count(TRACE_mark_victim), 0);
	ck_assert_str_eq(test_decisions(DECISION_NO_KILL), "0; 1; 1; 2; 4; 4; 3");
}

TEST(may_oom_kills_for_the_largest_small_block_and_for_movable_memory, "18-3")
{
	unsigned long progress;

	machine_without_memory();
	oom_process("one", 100);
	ck_assert_ptr_null(may_oom(GFP_KERNEL, 3, &progress));
	ck_assert_uint_eq(progress, 1);
	ck_assert_int_eq(test_last_event(TRACE_mark_victim)->field[0], 2);
	task_by_pid(2)->mm->oom_skip = true;
	oom_process("two", 100);
	ck_assert_ptr_null(may_oom(GFP_HIGHUSER_MOVABLE, 0, &progress));
	ck_assert_uint_eq(progress, 1);
	ck_assert_int_eq(test_last_event(TRACE_mark_victim)->field[0], 3);
}

TEST(may_oom_kills_nobody_while_the_storage_sleeps, "06-14")
{
	unsigned long progress;

	machine_without_memory();
	test_witness();
	oom_process("big", 100);
	pm_restrict_gfp_mask();
	ck_assert_ptr_null(may_oom(GFP_KERNEL, 0, &progress));
	ck_assert_uint_eq(progress, 0);
	ck_assert_str_eq(test_decisions(DECISION_NO_KILL), "6");
	/* Expect either bit alone to make the difference. */
	world->gfp_allowed_mask = __GFP_BITS_MASK & ~__GFP_IO;
	ck_assert_ptr_null(may_oom(GFP_KERNEL, 0, &progress));
	ck_assert_int_eq(test_count(TRACE_mark_victim), 0);
	pm_restore_gfp_mask();
	ck_assert_ptr_null(may_oom(GFP_KERNEL, 0, &progress));
	ck_assert_uint_eq(progress, 1);
	ck_assert_int_eq(test_count(TRACE_mark_victim), 1);
}

TEST(may_oom_gives_nofail_all_reserves_after_the_decision, "18-10")
{
	/* Expect: below min a plain request gets nothing, __GFP_NOFAIL the reserve. */
	unsigned long progress;
	struct page *page;

	test_machine_uma(32);
	test_witness();
	test_set_watermarks(test_zone(0, ZONE_DMA), 1ul << 20, 1ul << 20, 1ul << 20);
	oom_process("big", 100);
	ck_assert_ptr_null(may_oom(GFP_KERNEL, 0, &progress));
	page = may_oom(GFP_KERNEL | __GFP_NOFAIL, 0, &progress);
	ck_assert_ptr_nonnull(page);
	ck_assert(page_is_pfmemalloc(page));
	ck_assert_str_eq(test_decisions(DECISION_OOM), "1; 1");
	ck_assert_has_not(test_console(), "nobody can be killed");
}

TEST(may_oom_counts_progress_for_nofail_when_nobody_can_be_killed, "18-10")
{
	unsigned long progress;

	machine_without_memory();
	world->oom_killer_disabled = true;
	ck_assert_ptr_null(may_oom(GFP_KERNEL, 0, &progress));
	ck_assert_uint_eq(progress, 0);
	ck_assert_ptr_null(may_oom(GFP_KERNEL | __GFP_NOFAIL, 0, &progress));
	ck_assert_uint_eq(progress, 1);
	ck_assert_ptr_nonnull(strstr(test_console(), "nobody can be killed"));
}

/*
 *  Memory is there, but below the mark. Expect: the last look takes part of what it may look at only: no node beyond the
 *  cpuset, and it reclaims nothing.
 */
#ifdef CONFIG_NUMA
TEST(may_oom_looks_within_the_cpuset_and_without_reclaim, "18-2")
{
	unsigned long progress;
	struct page *page;

	test_machine_numa(32);
	oom_process("big", 100);
	test_empty_zone(test_zone(0, ZONE_DMA));
	world->nr_cpusets = 1;
	current->cpuset = cpuset_new("box", &world->top_cpuset, NODE_0);
	current->mems_allowed = NODE_0;
	/* A request that may go beyond the cpuset elsewhere: the set above allows both nodes. */
	ck_assert(cpuset_zone_allowed(test_zone(1, ZONE_DMA), GFP_KERNEL));
	ck_assert_ptr_null(may_oom(GFP_KERNEL, 0, &progress));
	ck_assert_uint_eq(progress, 1);
	ck_assert_int_eq(test_count(TRACE_mark_victim), 1);
	/* Without a cpuset it does. */
	world->nr_cpusets = 0;
	current->mems_allowed = NODES_01;
	page = may_oom(GFP_KERNEL, 0, &progress);
	ck_assert_int_eq(test_node_of(page), 1);
	ck_assert_uint_eq(progress, 0);
}

TEST(may_oom_last_look_reclaims_on_no_node, "18-2")
{
	unsigned long progress;

	test_machine_numa(32);
	oom_process("big", 100);
	world->node_reclaim_mode = 1;
	for (int nid = 0; nid < 2; nid++) {
		test_set_watermarks(test_zone(nid, ZONE_DMA), 1ul << 20, 1ul << 20, 1ul << 20);
		NODE_DATA(nid)->vm_stat[NR_INACTIVE_FILE] = 10000;
		NODE_DATA(nid)->min_unmapped_pages = 10;
	}
	ck_assert_ptr_null(may_oom(GFP_KERNEL, 0, &progress));
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_node_reclaim_begin), 0);
}
#endif

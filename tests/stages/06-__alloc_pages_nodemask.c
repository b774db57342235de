/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of stage 06: the heart. What belongs to every request, around the two attempts.
 */
#include <string.h>

#include "life/life.h"
#include "machines.h"
#include "scopes.h"
#include "watch.h"

/** A field of the last mm_page_alloc event. */
static s64 traced(int field)
{
	return test_last_event(TRACE_mm_page_alloc)->field[field];
}

enum {
	PFN,
	ORDER,
	MASK,
	TYPE
};

static struct page *ask(gfp_t gfp_mask, unsigned int order)
{
	return __alloc_pages_nodemask(gfp_mask, order, 0, NULL);
}

/** Lift a zone's low watermark above what is free, so that only the slow path succeeds. */
static void fail_first_attempts(void)
{
	struct zone *zone;
	int nid;

	for_each_populated_zone(nid, zone)
		test_set_watermarks(zone, 10, zone->managed_pages + 1, zone->managed_pages + 2);
}

/* ---- orders ---- */

TEST(nodemask_refuses_too_large_an_order, "06-1")
{
	test_machine_uma(32);
	ck_assert_ptr_null(ask(GFP_KERNEL, MAX_ORDER));
	/* Expect a warning, the first time only, and neither event nor counter. */
	ck_assert_str_eq(test_console(), "__alloc_pages_nodemask: order 11 is above 10\n");
	test_forget_console();
	ck_assert_ptr_null(ask(GFP_KERNEL, (unsigned int)-3));
	ck_assert_str_eq(test_console(), "");
	ck_assert_int_eq(test_events(), 0);
	test_check_lists();
}

TEST(nodemask_refuses_too_large_an_order_silently, "06-1")
{
	test_machine_uma(32);
	test_witness();
	/* Expect the caller's own mask to count: early in boot too. */
	ck_assert_ptr_null(ask(GFP_KERNEL | __GFP_NOWARN, MAX_ORDER));
	world->gfp_allowed_mask = 0;
	ck_assert_ptr_null(ask(GFP_KERNEL | __GFP_NOWARN, MAX_ORDER));
	ck_assert_str_eq(test_console(), "");
	ck_assert_str_eq(test_decisions(DECISION_ORDER_TOO_LARGE), "11; 11");
}

TEST(nodemask_order_warning_shows_in_later_reports, "06-15")
{
	test_machine_uma(32);
	ck_assert_ptr_null(ask(GFP_NOWAIT | __GFP_NOWARN, MAX_ORDER));
	ck_assert_uint_eq(world->tainted, 0);
	ck_assert_ptr_null(ask(GFP_NOWAIT, MAX_ORDER));
	/* Expect the next request that fails to be reported by a tainted kernel. */
	test_empty_machine();
	test_forget_console();
	ck_assert_ptr_null(ask(GFP_NOWAIT, 0));
	ck_assert_has(test_console(), "Comm: init Tainted: G        W         5.8.18");
}

TEST(nodemask_serves_the_largest_order, "06-1")
{
	test_machine_uma(32);
	ck_assert_ptr_nonnull(ask(GFP_KERNEL, MAX_ORDER - 1));
	ck_assert_int_eq(traced(ORDER), 10);
}

/* ---- the allowed mask ---- */

TEST(nodemask_takes_out_what_is_not_allowed, "06-2")
{
	test_machine_uma(32);
	/* Expect bits above 22 to be gone from the traced mask. */
	ck_assert_ptr_nonnull(ask(GFP_KERNEL | 0xff800000u, 0));
	ck_assert_int_eq(traced(MASK), GFP_KERNEL);
}

TEST(nodemask_early_in_boot, "06-3")
{
	test_machine_uma(32);
	world->gfp_allowed_mask = GFP_BOOT_MASK;
	/* Expect neither reclaim nor I/O nor file systems in the mask, */
	ck_assert_ptr_nonnull(ask(GFP_KERNEL | __GFP_ZERO, 0));
	ck_assert_int_eq(traced(MASK), __GFP_ZERO);
	/* and a request that fails to wake nobody and to give up at once. */
	test_empty_machine();
	ck_assert_ptr_null(ask(GFP_KERNEL | __GFP_NOWARN, 0));
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_wakeup_kswapd), 0);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_direct_reclaim_begin), 0);
	ck_assert_int_eq(traced(PFN), -1);
	ck_assert_int_eq(traced(MASK), __GFP_NOWARN);
}

TEST(gfp_boot_mask_and_what_follows_it, "06-13")
{
	/* Expect every bit but those of reclaim, I/O and file systems at first, and every bit in the end. */
	ck_assert_uint_eq(GFP_BOOT_MASK, 0x7ff33f);
	ck_assert_uint_eq(GFP_BOOT_MASK | __GFP_RECLAIM | __GFP_IO | __GFP_FS, __GFP_BITS_MASK);
	ck_assert_uint_eq(__GFP_BITS_MASK, 0x7fffff);
	test_machine_uma(32);
	ck_assert_uint_eq(world->gfp_allowed_mask, 0x7fffff);
}

TEST(pm_restrict_gfp_mask_takes_io_and_file_systems_away, "06-14")
{
	test_machine_uma(32);
	pm_restrict_gfp_mask();
	ck_assert_uint_eq(world->gfp_allowed_mask, 0x7fff3f);
	/* Expect GFP_KERNEL to become GFP_NOIO, for whoever asks, */
	ck_assert_ptr_nonnull(ask(GFP_KERNEL, 0));
	ck_assert_int_eq(traced(MASK), GFP_NOIO);
	/* and everything to be allowed again afterwards. */
	pm_restore_gfp_mask();
	ck_assert_uint_eq(world->gfp_allowed_mask, 0x7fffff);
	ck_assert_ptr_nonnull(ask(GFP_KERNEL, 0));
	ck_assert_int_eq(traced(MASK), GFP_KERNEL);
	ck_assert_str_eq(test_console(), "");
}

TEST(pm_restrict_gfp_mask_twice, "06-14")
{
	test_machine_uma(32);
	pm_restrict_gfp_mask();
	ck_assert_str_eq(test_console(), "");
	/* Expect a warning, each time, and the restricted mask to be taken for the one to go back to. */
	pm_restrict_gfp_mask();
	pm_restrict_gfp_mask();
	ck_assert_str_eq(test_console(),
			 "pm_restrict_gfp_mask: the machine is going to sleep already\n"
			 "pm_restrict_gfp_mask: the machine is going to sleep already\n");
	pm_restore_gfp_mask();
	ck_assert_uint_eq(world->gfp_allowed_mask, 0x7fff3f);
	/* Expect one restore to be enough: the second finds nothing to go back to. */
	world->gfp_allowed_mask = GFP_BOOT_MASK;
	pm_restore_gfp_mask();
	ck_assert_uint_eq(world->gfp_allowed_mask, GFP_BOOT_MASK);
}

/* ---- the two attempts ---- */

TEST(nodemask_first_attempt_above_low, "06-4")
{
	/*
	 *   free   low+1   : the first attempt succeeds
	 *   free   low     : it fails, the second, above min, succeeds and wakes kswapd
	 */
	struct zone *zone;
	unsigned long free;

	test_machine_uma(32);
	zone = test_zone(0, ZONE_DMA);
	free = (unsigned long)test_free_pages(zone);
	test_set_watermarks(zone, 10, free - 1, free + 100);
	__free_page(ask(GFP_NOWAIT, 0));
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_wakeup_kswapd), 0);

	drain_pages(0);
	cpu_vm_stats_fold(0);
	test_set_watermarks(zone, 10, free, free + 100);
	ck_assert_ptr_nonnull(ask(GFP_NOWAIT, 0));
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_wakeup_kswapd), 1);
}

TEST(nodemask_slow_attempt_above_min, "06-4")
{
	struct zone *zone;
	unsigned long free;

	test_machine_uma(32);
	zone = test_zone(0, ZONE_DMA);
	free = (unsigned long)test_free_pages(zone);
	/* Expect no page for a request without reserves when free equals min. */
	test_set_watermarks(zone, free, free + 10, free + 20);
	ck_assert_ptr_null(ask(GFP_NOWAIT | __GFP_NOWARN, 0));
	ck_assert_int_eq(traced(PFN), -1);
	ck_assert_int_eq(traced(MASK), GFP_NOWAIT | __GFP_NOWARN);
	test_check_lists();
}

/* ---- the event ---- */

TEST(nodemask_reports_every_result, "06-5")
{
	struct page *page;

	test_machine_uma(32);
	page = ask(GFP_USER | __GFP_MOVABLE, 4);
	/* Expect page, order, mask and the type that was asked for, once. */
	ck_assert_int_eq(test_count(TRACE_mm_page_alloc), 1);
	ck_assert_int_eq(traced(PFN), (s64)page_to_pfn(page));
	ck_assert_int_eq(traced(ORDER), 4);
	ck_assert_int_eq(traced(MASK), GFP_USER | __GFP_MOVABLE);
	ck_assert_int_eq(traced(TYPE), MIGRATE_MOVABLE);
	/* Expect the last event of the call to be this one, after what the removal emitted. */
	ck_assert_ptr_nonnull(strstr(test_events_text(), "mm_page_alloc_zone_locked"));
	ck_assert_ptr_eq(test_last_event(TRACE_mm_page_alloc),
			 test_event(TRACE_mm_page_alloc_zone_locked, 0) + test_events() - 1);
}

TEST(nodemask_reports_the_type_asked_for, "06-5")
{
	test_machine_uma(32);
	test_set_pageblocks(test_zone(0, ZONE_DMA), MIGRATE_MOVABLE);
	/* Expect "unmovable", although the block may have been anything. */
	ck_assert_ptr_nonnull(ask(GFP_KERNEL | __GFP_RECLAIMABLE, 0));
	ck_assert_int_eq(traced(TYPE), MIGRATE_RECLAIMABLE);
	ck_assert_ptr_nonnull(ask(GFP_ATOMIC, 0));
	ck_assert_int_eq(traced(TYPE), MIGRATE_UNMOVABLE);
}

TEST(nodemask_without_a_subscriber, "")
{
	test_machine_uma(32);
	world->subscriber = NULL;
	ck_assert_ptr_nonnull(ask(GFP_KERNEL, 0));
	ck_assert_int_eq(test_events(), 0);
}

#ifdef CONFIG_NUMA
TEST(nodemask_refuses_a_node_that_does_not_exist, "04-2")
{
	test_machine_numa(32);
	test_expect_bugs();
	ck_assert_ptr_null(__alloc_pages_nodemask(GFP_KERNEL, 0, 3, NULL));
	ck_assert_str_eq(test_last_bug(), "__alloc_pages_nodemask: node 3 is not online");
	ck_assert_int_eq(test_events(), 0);
}
#endif

TEST(nodemask_refuses_two_migratetypes, "06-11")
{
	test_machine_uma(32);
	test_expect_bugs();
	/* Expect a report, no page and no event. */
	ck_assert_ptr_null(ask(GFP_KERNEL | __GFP_MOVABLE | __GFP_RECLAIMABLE, 0));
	ck_assert_int_eq(test_bugs(), 1);
	ck_assert_int_eq(test_events(), 0);
}

/* ---- scopes ---- */

TEST(nodemask_scopes_do_not_touch_the_first_attempt, "06-6")
{
	unsigned int noio, nofs;

	test_machine_uma(32);
	noio = memalloc_noio_save();
	nofs = memalloc_nofs_save();
	/* Expect the caller's own mask while the first attempt succeeds. */
	ck_assert_ptr_nonnull(ask(GFP_KERNEL, 0));
	ck_assert_int_eq(traced(MASK), GFP_KERNEL);
	/* Expect I/O and file systems to be gone once the slow path ran, */
	fail_first_attempts();
	ck_assert_ptr_nonnull(ask(GFP_KERNEL, 0));
	ck_assert_int_eq(traced(MASK), GFP_NOIO);
	/* and only file systems in the weaker scope. */
	memalloc_noio_restore(noio);
	ck_assert_ptr_nonnull(ask(GFP_KERNEL, 0));
	ck_assert_int_eq(traced(MASK), GFP_NOFS);
	memalloc_nofs_restore(nofs);
	ck_assert_ptr_nonnull(ask(GFP_KERNEL, 0));
	ck_assert_int_eq(traced(MASK), GFP_KERNEL);
}

TEST(nodemask_nocma_scope, "06-7")
{
	/*
	 *   | in use ......................... | CMA, free |
	 */
	struct zone *zone;
	struct page *page;
	unsigned int nocma;

	test_machine_cma(32, 8);
	zone = test_zone(0, ZONE_DMA);
	test_empty_machine();
	for (unsigned long pfn = 24 * 256; pfn < 32 * 256; pfn += 1024)
		test_free_block(test_page(zone, pfn), 10, MIGRATE_CMA);
	nocma = memalloc_nocma_save();
	/* Expect a CMA page all the same from the first attempt, which knows no scope. */
	page = ask(GFP_HIGHUSER_MOVABLE, 0);
	ck_assert_int_eq(get_pageblock_migratetype(page), MIGRATE_CMA);
	ck_assert_int_eq(traced(MASK), GFP_HIGHUSER_MOVABLE);
	/* Expect the slow path not to count CMA pages, and to have lost the bit but not the type. */
	fail_first_attempts();
	ck_assert_ptr_null(ask(GFP_NOWAIT | __GFP_MOVABLE | __GFP_NOWARN, 0));
	ck_assert_int_eq(traced(MASK), GFP_NOWAIT | __GFP_NOWARN);
	ck_assert_int_eq(traced(TYPE), MIGRATE_MOVABLE);
	memalloc_nocma_restore(nocma);
	ck_assert_ptr_nonnull(ask(GFP_NOWAIT | __GFP_MOVABLE, 0));
}

/* ---- cpusets ---- */

TEST(nodemask_shows_hardwall_with_a_cpuset, "06-8")
{
	test_machine_uma(32);
	cpuset_new("jobs", &world->top_cpuset, NODE_MASK_ALL);
	/* Expect HARDWALL in the traced mask when the first attempt succeeded, */
	ck_assert_ptr_nonnull(ask(GFP_KERNEL, 0));
	ck_assert_int_eq(traced(MASK), GFP_KERNEL | __GFP_HARDWALL);
	/* and not when the slow path did. */
	fail_first_attempts();
	ck_assert_ptr_nonnull(ask(GFP_KERNEL, 0));
	ck_assert_int_eq(traced(MASK), GFP_KERNEL);
}

TEST(nodemask_spreads_dirty_pages_in_the_first_attempt_only, "06-9")
{
	test_machine_uma(32);
	memalloc_noio_save();
	NODE_DATA(0)->vm_stat[NR_FILE_DIRTY] = 1000000;
	/* Expect a reader's request to be served at once, */
	ck_assert_ptr_nonnull(ask(GFP_KERNEL, 0));
	ck_assert_int_eq(traced(MASK), GFP_KERNEL);
	/* a writer's to pass over the node, which is over its dirty limit, and to be served by the slow
	 * path, which no longer asks; the scope in the mask tells that it ran. */
	ck_assert_ptr_nonnull(ask(GFP_KERNEL | __GFP_WRITE, 0));
	ck_assert_int_eq(traced(MASK), GFP_NOIO | __GFP_WRITE);
}

#ifdef CONFIG_NUMA

TEST(nodemask_confines_the_first_attempt_to_the_cpuset, "06-9")
{
	test_machine_numa(32);
	current->cpuset = cpuset_new("jobs", &world->top_cpuset, (nodemask_t){ 2 });
	cpuset_change_task_nodemask(current, (nodemask_t){ 2 });
	/* Expect node 1 although node 0 is named. */
	ck_assert_int_eq(page_to_nid(ask(GFP_KERNEL, 0)), 1);
	ck_assert_int_eq(traced(MASK), GFP_KERNEL | __GFP_HARDWALL);
	test_empty_zone(test_zone(1, ZONE_DMA));
	/* Expect the slow path, where the nodemask is the caller's again, to leave the cpuset up to
	 * the wall (the root), but not with HARDWALL in the mask. */
	ck_assert_int_eq(page_to_nid(ask(GFP_NOWAIT, 0)), 0);
	ck_assert_int_eq(traced(MASK), GFP_NOWAIT);
	ck_assert_ptr_null(ask(GFP_NOWAIT | __GFP_HARDWALL | __GFP_NOWARN, 0));
}

TEST(nodemask_with_a_nodemask_and_a_cpuset, "06-9")
{
	nodemask_t both = { 3 };

	test_machine_numa(32);
	current->cpuset = cpuset_new("jobs", &world->top_cpuset, (nodemask_t){ 2 });
	cpuset_change_task_nodemask(current, (nodemask_t){ 2 });
	/* Expect the cpuset to be asked zone by zone: node 0 is in the mask, but forbidden. */
	ck_assert_int_eq(page_to_nid(__alloc_pages_nodemask(GFP_KERNEL, 0, 0, &both)), 1);
	ck_assert_int_eq(traced(MASK), GFP_KERNEL | __GFP_HARDWALL);
}

TEST(nodemask_stays_in_the_nodemask, "06-9")
{
	nodemask_t one = { 2 };

	test_machine_numa(32);
	ck_assert_int_eq(page_to_nid(__alloc_pages_nodemask(GFP_KERNEL, 0, 0, &one)), 1);
	test_empty_zone(test_zone(1, ZONE_DMA));
	/* Expect the slow path to keep to it as well. */
	ck_assert_ptr_null(__alloc_pages_nodemask(GFP_NOWAIT | __GFP_NOWARN, 0, 0, &one));
}

TEST(nodemask_walks_nothing_when_no_node_is_left, "06-9")
{
	nodemask_t none = { 8 };

	test_machine_numa(32);
	/* Expect one event, of the failure: no zone is eligible. */
	ck_assert_ptr_null(__alloc_pages_nodemask(GFP_NOWAIT | __GFP_NOWARN, 0, 0, &none));
	ck_assert_int_eq(test_events(), 1);
}

#endif

/* ---- the charge ---- */

TEST(nodemask_charges_accounted_requests, "06-10")
{
	struct mem_cgroup *memcg;
	struct page *page;

	test_machine_uma(32);
	test_witness();
	memcg = memcg_new("/jobs", &world->root_mem_cgroup, 1000);
	current->memcg = memcg;
	/* Expect no charge without the bit, */
	page = ask(GFP_KERNEL, 1);
	ck_assert_ptr_null(page->mem_cgroup);
	ck_assert_int_eq(memcg->memory.usage, 0);
	/* and one with it. */
	page = ask(GFP_KERNEL_ACCOUNT, 1);
	ck_assert_ptr_eq(page->mem_cgroup, memcg);
	ck_assert(PageKmemcg(page));
	ck_assert_int_gt(memcg->memory.usage, 0);
	ck_assert_str_eq(test_decisions(DECISION_CHARGE_REFUSED), "");
}

TEST(nodemask_charges_nobody_without_groups, "06-10")
{
	test_machine_uma(32);
	/* Expect the bit to mean nothing while no group but the root exists. */
	ck_assert_ptr_null(ask(GFP_KERNEL_ACCOUNT, 0)->mem_cgroup);
}

TEST(nodemask_gives_back_what_it_may_not_charge, "06-12")
{
	struct mem_cgroup *memcg;
	s64 pfn;

	test_machine_uma(32);
	test_witness();
	memcg = memcg_new("/jobs", &world->root_mem_cgroup, 0);
	current->memcg = memcg;
	ck_assert_ptr_null(ask(GFP_NOWAIT | __GFP_ACCOUNT, 0));
	/* Expect an ordinary free of the page, then the event of the failure. */
	ck_assert_int_eq(test_count(TRACE_mm_page_free), 1);
	pfn = test_event(TRACE_mm_page_free, 0)->field[0];
	ck_assert_int_eq(traced(PFN), -1);
	ck_assert_ptr_eq(test_last_event(TRACE_mm_page_alloc),
			 test_event(TRACE_mm_page_free, 0) + 1);
	/* Expect the page to be the next that is handed out: it went to the head of the list. */
	ck_assert_int_eq((s64)page_to_pfn(ask(GFP_NOWAIT, 0)), pfn);
	ck_assert_int_eq(memcg->memory.usage, 0);
	test_check_lists();
	ck_assert_str_eq(test_decisions(DECISION_CHARGE_REFUSED), "0");
}

TEST(nodemask_charges_nothing_for_a_failure, "06-10")
{
	struct mem_cgroup *memcg;

	test_machine_uma(32);
	memcg = memcg_new("/jobs", &world->root_mem_cgroup, 1000);
	current->memcg = memcg;
	test_empty_machine();
	ck_assert_ptr_null(ask(GFP_NOWAIT | __GFP_ACCOUNT | __GFP_NOWARN, 0));
	ck_assert_int_eq(memcg->memory.usage, 0);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 15: reclaim on a node.
 */
#include "life/life.h"
#include "page_cache.h"
#include "reclaim-scenes.h"

#ifdef CONFIG_NUMA
TEST(node_reclaim_rules, "15-19 13-15")
{
	test_machine_numa(64);
	daemons_start();
	scene.pgdat = NODE_DATA(0);
	scene.file = address_space_new("file", false);
	/* Little page cache, little slab. */
	ck_assert_int_eq(node_reclaim(scene.pgdat, GFP_KERNEL, 0), NODE_RECLAIM_FULL);
	page_cache_fill(scene.file, GFP_KERNEL, 1000);
	ck_assert_int_eq(node_reclaim(scene.pgdat, GFP_NOWAIT, 0), NODE_RECLAIM_NOSCAN);
	current->flags |= PF_MEMALLOC;
	ck_assert_int_eq(node_reclaim(scene.pgdat, GFP_KERNEL, 0), NODE_RECLAIM_NOSCAN);
	current->flags &= ~PF_MEMALLOC;
	/* Another node with CPUs of its own, and one without. */
	test_run_on(1);
	ck_assert_int_eq(node_reclaim(scene.pgdat, GFP_KERNEL, 0), NODE_RECLAIM_NOSCAN);
	world->cpu_online = 2;
	ck_assert_int_eq(node_reclaim(scene.pgdat, GFP_KERNEL, 0), NODE_RECLAIM_SUCCESS);
	world->cpu_online = 3;
	test_run_on(0);
	scene.pgdat->flags = 1ul << PGDAT_RECLAIM_LOCKED;
	ck_assert_int_eq(node_reclaim(scene.pgdat, GFP_KERNEL, 0), NODE_RECLAIM_NOSCAN);
	scene.pgdat->flags = 0;
	ck_assert_int_eq(node_reclaim(scene.pgdat, GFP_KERNEL, 3), NODE_RECLAIM_SUCCESS);
	ck_assert_int_ge(test_last_event(TRACE_mm_vmscan_node_reclaim_end)->field[0], 8);
	/* More than there is. */
	ck_assert_int_eq(node_reclaim(scene.pgdat, GFP_KERNEL, 10), NODE_RECLAIM_SOME);
	/* Too much slab alone starts nothing. */
	test_forget_events();
	mod_node_page_state(scene.pgdat, NR_SLAB_RECLAIMABLE, 5000);
	ck_assert_int_eq(node_reclaim(scene.pgdat, GFP_KERNEL, 0), NODE_RECLAIM_SOME);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_lru_isolate), 0);
}

TEST(node_reclaim_modes, "15-19")
{
	struct page *page;

	test_machine_numa(64);
	daemons_start();
	scene.pgdat = NODE_DATA(0);
	scene.file = address_space_new("file", false);
	for (int i = 0; i < 1000; i++) {
		page = listed_page(scene.file, GFP_KERNEL);
		page_map(page, false);
		page_dirty(page);
	}
	/* All mapped, all dirty: nothing, unless the mode says so. */
	ck_assert_int_eq(node_reclaim(scene.pgdat, GFP_KERNEL, 0), NODE_RECLAIM_FULL);
	world->node_reclaim_mode = 2;
	ck_assert_int_eq(node_reclaim(scene.pgdat, GFP_KERNEL, 0), NODE_RECLAIM_FULL);
	world->node_reclaim_mode = 3;
	ck_assert_int_ne(node_reclaim(scene.pgdat, GFP_KERNEL, 0), NODE_RECLAIM_FULL);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_node_reclaim_begin), 1);
}

static unsigned int flags_in_reclaim;

static void note_flags(struct pglist_data *pgdat)
{
	(void)pgdat;
	flags_in_reclaim = current->flags;
}

TEST(node_reclaim_makes_its_task_a_reclaimer, "15-19 13-15")
{
	test_machine_numa(64);
	daemons_start();
	scene.pgdat = NODE_DATA(0);
	scene.file = address_space_new("file", false);
	for (int i = 0; i < 1000; i++)
		page_dirty(listed_page(scene.file, GFP_KERNEL));
	world->hooks.flushers_woken = note_flags;
	world->node_reclaim_mode = 1;
	ck_assert_int_eq(node_reclaim(scene.pgdat, GFP_KERNEL, 0), NODE_RECLAIM_SOME);
	/* Expect it to be one that may write to a congested device, and only while it reclaims. */
	ck_assert_uint_eq(flags_in_reclaim, PF_MEMALLOC | PF_SWAPWRITE);
	ck_assert_uint_eq(current->flags, 0);
}

TEST(try_to_free_pages_each_node_once, "15-1")
{
	test_machine_numa_zones(64);
	daemons_start();
	scene.pgdat = NODE_DATA(0);
	scene.file = address_space_new("file", false);
	ck_assert_uint_eq(try_to_free_pages(scene.pgdat->node_zonelists, 0, GFP_KERNEL, NULL), 0);
	page_cache_fill(scene.file, GFP_KERNEL, 100);
	ck_assert_uint_ge(try_to_free_pages(scene.pgdat->node_zonelists, 0, GFP_KERNEL, NULL), 32);
}
#else
TEST(node_reclaim_does_nothing_without_numa, "15-19")
{
	reclaim_setup();
	ck_assert_int_eq(node_reclaim(scene.pgdat, GFP_KERNEL, 0), NODE_RECLAIM_NOSCAN);
	page_cache_fill(scene.file, GFP_KERNEL, 100);
	test_machine_zones(64);
	daemons_start();
	scene.pgdat = NODE_DATA(0);
	scene.file = address_space_new("file", false);
	page_cache_fill(scene.file, GFP_KERNEL, 100);
	ck_assert_uint_ge(try_to_free_pages(scene.pgdat->node_zonelists, 0, GFP_KERNEL, NULL), 32);
}
#endif

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
/** Two nodes, a cache that says when it is asked, and no swap. */
static void two_nodes(void)
{
	test_machine_numa(64);
	daemons_start();
	scene.pgdat = NODE_DATA(0);
	scene.file = address_space_new("file", false);
	scene.heap = address_space_new("heap", true);
	shrinker_register(&slab_cache);
	slab_objects = 4096;
	slab_stops = true;
}

static int nr_offers;

static void one_more_offer(void)
{
	nr_offers++;
}

TEST(node_reclaim_what_can_be_gained, "15-19")
{
	/* Mode (1 write, 2 unmap); page cache, both lists, mapped and dirty pages; slab; what is done. More than 100 pages
	 * of cache, or more than 50 of slab, are worth it; only the former are scanned for. */
	static const struct {
		int mode;
		long cache, inactive, active, mapped, dirty, slab;
		int result, passes;
	} rows[] = {
		{ 0, 999, 60, 70, 29, 0, 0, NODE_RECLAIM_SOME, 5 },
		{ 0, 999, 60, 70, 30, 0, 0, NODE_RECLAIM_FULL, 0 },
		{ 0, 999, 60, 70, 30, 0, 50, NODE_RECLAIM_FULL, 0 },
		{ 0, 999, 60, 70, 30, 0, 51, NODE_RECLAIM_SOME, 0 },
		{ 0, 999, 60, 70, 200, 0, 0, NODE_RECLAIM_FULL, 0 },
		{ 0, 999, 60, 70, 29, 1, 0, NODE_RECLAIM_FULL, 0 },
		{ 0, 999, 60, 70, 29, 1000, 0, NODE_RECLAIM_FULL, 0 },
		{ 1, 0, 60, 70, 29, 1000, 0, NODE_RECLAIM_SOME, 5 },
		{ 2, 101, 0, 0, 1000, 0, 0, NODE_RECLAIM_SOME, 5 },
		{ 2, 100, 60, 70, 0, 0, 0, NODE_RECLAIM_FULL, 0 },
		{ 2, 101, 60, 70, 0, 1, 0, NODE_RECLAIM_FULL, 0 },
		{ 3, 101, 0, 0, 1000, 1000, 0, NODE_RECLAIM_SOME, 5 },
	};

	two_nodes();
	scene.pgdat->min_unmapped_pages = 100;
	scene.pgdat->min_slab_pages = 50;
	for_each_row(i, rows) {
		world->node_reclaim_mode = rows[i].mode;
		scene.pgdat->vm_stat[NR_FILE_PAGES] = rows[i].cache;
		scene.pgdat->vm_stat[NR_INACTIVE_FILE] = rows[i].inactive;
		scene.pgdat->vm_stat[NR_ACTIVE_FILE] = rows[i].active;
		scene.pgdat->vm_stat[NR_FILE_MAPPED] = rows[i].mapped;
		scene.pgdat->vm_stat[NR_FILE_DIRTY] = rows[i].dirty;
		scene.pgdat->vm_stat[NR_SLAB_RECLAIMABLE] = rows[i].slab;
		test_forget_events();
		nr_offers = 0;
		world->hooks.reschedule = one_more_offer;
		ck_assert_int_eq(node_reclaim(scene.pgdat, GFP_KERNEL, 0), rows[i].result);
		ck_assert_int_eq(test_count(TRACE_mm_shrink_slab_start), rows[i].passes);
		/* Whoever begins offers the CPU first; each pass does it for the group and after its caches. */
		ck_assert_int_eq(nr_offers,
				 (rows[i].result == NODE_RECLAIM_SOME) + 2 * rows[i].passes);
		/* From priority 4 on. */
		for (int pass = 0; pass < rows[i].passes; pass++)
			ck_assert_int_eq(test_event(TRACE_mm_shrink_slab_start, pass)->field[6],
					 4 - pass);
	}
}

TEST(node_reclaim_how_much, "15-19")
{
	/* The order, and what is reclaimed of 1000 pages: at priority 4 up to 62, which end after 32 if that is the target; at 3
	 * 117 of the other 938, which end after 64 if that is it. */
	static const long rows[][2] = { { 0, 32 }, { 5, 32 }, { 6, 62 + 64 }, { 7, 62 + 117 } };

	for_each_row(i, rows) {
		two_nodes();
		for (int n = 0; n < 1000; n++)
			listed_page(scene.file, GFP_KERNEL);
		current->flags = PF_MEMALLOC_NOFS;
		test_forget_events();
		ck_assert_int_eq(node_reclaim(scene.pgdat, GFP_KERNEL, (unsigned)rows[i][0]),
				 NODE_RECLAIM_SUCCESS);
		ck_assert_uint_eq(current->flags, PF_MEMALLOC_NOFS);
		ck_assert_uint_eq(scene.pgdat->flags, 0);
		/* Node, order, mask with its scopes; mapped pages are left alone, unless the mode says otherwise. */
		ck_assert_int_eq(test_event(TRACE_mm_vmscan_node_reclaim_begin, 0)->field[0], 0);
		ck_assert_int_eq(test_event(TRACE_mm_vmscan_node_reclaim_begin, 0)->field[1],
				 rows[i][0]);
		ck_assert_int_eq(test_event(TRACE_mm_vmscan_node_reclaim_begin, 0)->field[2],
				 GFP_NOFS);
		ck_assert_int_eq(test_event(TRACE_mm_vmscan_node_reclaim_end, 0)->field[0],
				 rows[i][1]);
		ck_assert_int_eq(test_event(TRACE_mm_vmscan_lru_isolate, 0)->field[0], 2);
		ck_assert_int_eq(test_event(TRACE_mm_vmscan_lru_isolate, 0)->field[1], ZONE_NORMAL);
		ck_assert_int_eq(test_event(TRACE_mm_vmscan_lru_isolate, 0)->field[2], rows[i][0]);
		current->flags = 0;
		shrinker_unregister(&slab_cache);
	}
}

TEST(node_reclaim_writes_and_unmaps_by_mode, "15-19")
{
	for (int mode = 0; mode <= 3; mode++) {
		two_nodes();
		swap_on(4096);
		for (int n = 0; n < 100; n++) {
			struct page *page = listed_page(scene.heap, GFP_KERNEL);

			lru_list_del(page);
			ClearPageFlag(page, PG_active);
			/* Its only reference is that of the swap cache. */
			page->_mapcount = -1;
			SetPageFlag(page, PG_swapcache);
			SetPageFlag(page, PG_dirty);
			world->nr_swapcache_pages++;
			lru_list_add(page);
		}
		scene.pgdat->vm_stat[NR_FILE_PAGES] = 10000;
		scene.pgdat->vm_stat[NR_INACTIVE_FILE] = 10000;
		scene.pgdat->vm_stat[NR_FILE_MAPPED] = 0;
		world->node_reclaim_mode = mode;
		/* A device that is congested is no hindrance to a task that is to swap. */
		scene.heap->congested = true;
		test_forget_events();
		node_reclaim(scene.pgdat, GFP_KERNEL, 10);
		ck_assert_int_gt(test_count(TRACE_mm_vmscan_lru_isolate), 0);
		ck_assert_int_eq(test_event(TRACE_mm_vmscan_lru_isolate, 0)->field[0],
				 mode & 2 ? 0 : 2);
		ck_assert_int_eq(test_count(TRACE_mm_vmscan_writepage) > 0, mode & 1);
		shrinker_unregister(&slab_cache);
	}
}

static unsigned long locked_in_reclaim;

static void note_lock(void)
{
	locked_in_reclaim |= scene.pgdat->flags;
}

TEST(node_reclaim_one_at_a_time, "15-19")
{
	two_nodes();
	for (int n = 0; n < 1000; n++)
		listed_page(scene.file, GFP_KERNEL);
	world->hooks.reschedule = note_lock;
	scene.pgdat->flags = 1ul << PGDAT_DIRTY;
	ck_assert_int_eq(node_reclaim(scene.pgdat, GFP_KERNEL, 0), NODE_RECLAIM_SUCCESS);
	ck_assert_uint_eq(locked_in_reclaim, 1ul << PGDAT_DIRTY | 1ul << PGDAT_RECLAIM_LOCKED);
	ck_assert_uint_eq(scene.pgdat->flags, 1ul << PGDAT_DIRTY);
}

TEST(try_to_free_pages_goes_through_the_nodes, "15-1")
{
	nodemask_t one = NODE_1;

	two_nodes();
	NODE_DATA(0)->lruvec.lruvec_stat[WORKINGSET_ACTIVATE] = 7;
	NODE_DATA(1)->lruvec.lruvec_stat[WORKINGSET_ACTIVATE] = 9;
	test_forget_events();
	ck_assert_uint_eq(try_to_free_pages(scene.pgdat->node_zonelists, 0, GFP_KERNEL, NULL), 0);
	ck_assert_int_eq(test_count(TRACE_mm_shrink_slab_start), 2 * 13);
	for (int i = 0; i < 2 * 13; i++)
		ck_assert_int_eq(test_event(TRACE_mm_shrink_slab_start, i)->field[0], i % 2);
	/* In the end what came back is remembered on both. */
	ck_assert_uint_eq(NODE_DATA(0)->lruvec.refaults, 7);
	ck_assert_uint_eq(NODE_DATA(1)->lruvec.refaults, 9);
	/* Or on those of the mask. */
	NODE_DATA(0)->lruvec.lruvec_stat[WORKINGSET_ACTIVATE] = 8;
	NODE_DATA(1)->lruvec.lruvec_stat[WORKINGSET_ACTIVATE] = 10;
	test_forget_events();
	ck_assert_uint_eq(try_to_free_pages(scene.pgdat->node_zonelists, 0, GFP_KERNEL, &one), 0);
	ck_assert_int_eq(test_count(TRACE_mm_shrink_slab_start), 13);
	ck_assert_int_eq(test_event(TRACE_mm_shrink_slab_start, 0)->field[0], 1);
	ck_assert_uint_eq(NODE_DATA(0)->lruvec.refaults, 7);
	ck_assert_uint_eq(NODE_DATA(1)->lruvec.refaults, 10);
	/* Not where the task may not allocate: then nothing is asked. */
	world->nr_cpusets = 1;
	current->mems_allowed = NODE_0;
	test_forget_events();
	ck_assert_uint_eq(try_to_free_pages(scene.pgdat->node_zonelists, 0, GFP_KERNEL, NULL), 0);
	ck_assert_int_eq(test_count(TRACE_mm_shrink_slab_start), 13);
	ck_assert_int_eq(test_event(TRACE_mm_shrink_slab_start, 0)->field[0], 0);
}

TEST(throttle_only_the_first_node_decides, "15-17")
{
	for (int scarce = 0; scarce <= 1; scarce++) {
		two_nodes();
		page_cache_fill(scene.file, GFP_KERNEL | __GFP_THISNODE, 100);
		test_run_on(1);
		page_cache_fill(scene.file, GFP_KERNEL | __GFP_THISNODE, 100);
		test_run_on(0);
		lru_add_drain_all();
		world->hooks.sleep = NULL;
		world->hooks.reschedule = NULL;
		test_set_watermarks(test_zone(scarce, ZONE_DMA), 1ul << 20, 1ul << 20, 1ul << 20);
		try_to_free_pages(scene.pgdat->node_zonelists, 0, GFP_NOFS, NULL);
		ck_assert_uint_eq(world->vm_event[PGSCAN_DIRECT_THROTTLE], !scarce);
		shrinker_unregister(&slab_cache);
	}
}

TEST(throttle_by_the_zones_that_the_mask_allows, "15-17")
{
	/* Node 1 has no zone for DMA: node 0 decides, also for those who prefer node 1. */
	test_machine_numa_zones(64);
	daemons_start();
	world->hooks.sleep = NULL;
	world->hooks.reschedule = NULL;
	test_zone(1, ZONE_NORMAL)->vm_stat[NR_ZONE_INACTIVE_FILE] = 100;
	test_set_watermarks(test_zone(1, ZONE_NORMAL), 1ul << 20, 1ul << 20, 1ul << 20);
	for (int dma = 1; dma >= 0; dma--) {
		try_to_free_pages(NODE_DATA(1)->node_zonelists, 0,
				  dma ? GFP_NOFS | GFP_DMA : GFP_NOFS, NULL);
		ck_assert_uint_eq(world->vm_event[PGSCAN_DIRECT_THROTTLE], !dma);
	}
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

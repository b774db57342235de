/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 15, the door: the outer loop of reclaim, throttling, and reclaim for a group.
 */
#include "life/life.h"
#include "page_cache.h"
#include "vmstat.h"
#include "reclaim-scenes.h"

/* ---- The outer loop --------------------------------------------------------------------------------- */

TEST(try_to_free_pages_priorities, "15-1")
{
	reclaim_setup();
	/* Nothing at all: thirteen priorities, nothing reclaimed, and it says so. */
	test_empty_machine();
	test_set_watermarks(scene.zone, 0, 0, 0);
	shrinker_register(&slab_cache);
	slab_objects = 4096;
	slab_stops = true;
	ck_assert_uint_eq(try_to_free_pages(scene_zonelist(), 0, GFP_KERNEL, NULL), 0);
	ck_assert_int_eq(test_count(TRACE_mm_shrink_slab_start), 13);
	ck_assert_int_eq(test_event(TRACE_mm_shrink_slab_start, 12)->field[6], 0);
	ck_assert_uint_eq(world->vm_event[ALLOCSTALL], 1);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_direct_reclaim_begin), 1);
	ck_assert_int_eq(test_last_event(TRACE_mm_vmscan_direct_reclaim_end)->field[0], 0);
}

TEST(try_to_free_pages_again_with_active_pages, "15-1")
{
	reclaim_setup();
	/* Only active pages of about the same number as inactive ones that cannot go. */
	for (int i = 0; i < 100; i++) {
		struct page *page = listed_page(scene.file, GFP_KERNEL);

		if (i < 50)
			activate_page(page);
		else
			get_page(page);
	}
	world->nr_swap_pages = 0;
	ck_assert_uint_ge(try_to_free_pages(scene_zonelist(), 0, GFP_KERNEL, NULL), 32);
	ck_assert_uint_eq(world->vm_event[ALLOCSTALL], 2);
}

TEST(try_to_free_pages_leaves_the_rest_to_compaction, "15-1")
{
	reclaim_setup();
	test_empty_machine();
	for (unsigned long i = 0; i < 3000; i++)
		test_free_block(test_page(scene.zone, 2 * i), 0, MIGRATE_UNMOVABLE);
	/* Enough in pieces: one page is claimed, none is freed. */
	ck_assert_uint_eq(try_to_free_pages(scene_zonelist(), 6, GFP_KERNEL, NULL), 1);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_suitable), 1);
	/* A block is there: compaction is ready at once. */
	test_free_block(test_page(scene.zone, 8192), 6, MIGRATE_UNMOVABLE);
	ck_assert_uint_eq(try_to_free_pages(scene_zonelist(), 6, GFP_KERNEL, NULL), 1);
	/* Not enough for kswapd to stop: it reclaims, in vain. */
	test_set_watermarks(scene.zone, 10, 20, 3000);
	ck_assert_uint_eq(try_to_free_pages(scene_zonelist(), 7, GFP_KERNEL, NULL), 0);
	/* Far too little for compaction. */
	test_set_watermarks(scene.zone, 6000, 6000, 6000);
	scene.zone->lowmem_reserve[ZONE_NORMAL] = 0;
	mod_node_page_state(scene.pgdat, NR_FILE_PAGES, 0);
	ck_assert_uint_eq(try_to_free_pages(scene_zonelist(), 7, GFP_KERNEL, NULL), 0);
}

TEST(try_to_free_pages_cpuset_and_buffer_heads, "15-1")
{
	reclaim_setup();
	page_cache_fill(scene.file, GFP_KERNEL, 100);
	world->nr_cpusets = 1;
	current->mems_allowed = NODE_MASK_NONE;
	ck_assert_uint_eq(try_to_free_pages(scene_zonelist(), 0, GFP_KERNEL, NULL), 0);
	current->mems_allowed = NODE_MASK_ALL;
	world->buffer_heads_over_limit = true;
	world->laptop_mode = true;
	ck_assert_uint_ge(try_to_free_pages(scene_zonelist(), 0, GFP_KERNEL, NULL), 32);
}

TEST(try_to_free_pages_takes_the_zone_from_the_mask_as_asked, "15-1")
{
	reclaim_setup();
	page_cache_fill(scene.file, GFP_KERNEL, 200);
	test_forget_events();
	current->flags |= PF_MEMALLOC_NOIO | PF_MEMALLOC_NOCMA;
	ck_assert_uint_ge(try_to_free_pages(scene_zonelist(), 0, GFP_HIGHUSER_MOVABLE, NULL), 32);
	current->flags &= ~(PF_MEMALLOC_NOIO | PF_MEMALLOC_NOCMA);
	/* The event has the mask with its scopes; the highest zone is that of the mask without. */
	ck_assert_int_eq(test_event(TRACE_mm_vmscan_direct_reclaim_begin, 0)->field[1],
			 GFP_HIGHUSER_MOVABLE & ~(__GFP_IO | __GFP_FS | __GFP_MOVABLE));
	ck_assert_int_eq(test_event(TRACE_mm_vmscan_lru_isolate, 0)->field[1], ZONE_MOVABLE);
}

TEST(direct_reclaim_drains_once, "15-16")
{
	struct alloc_context ac = { .highest_zoneidx = ZONE_NORMAL };
	unsigned long progress = 0;
	struct page *reserved;

	reclaim_setup();
	page_cache_fill(scene.file, GFP_KERNEL, 64);
	ac.zonelist = scene_zonelist();
	ac.preferred_zoneref = first_zones_zonelist(ac.zonelist, ZONE_NORMAL, NULL);
	reserved = list_entry(scene.zone->free_area[10].free_list[MIGRATE_MOVABLE].next,
			      struct page, lru);
	set_pageblock_migratetype(reserved, MIGRATE_HIGHATOMIC);
	move_freepages_block(scene.zone, reserved, MIGRATE_HIGHATOMIC, NULL);
	scene.zone->nr_reserved_highatomic = 2 * pageblock_nr_pages;
	/* Nothing to gain: no walk. */
	test_set_watermarks(scene.zone, 1u << 30, 1u << 30, 1u << 30);
	scene.pgdat->kswapd_failures = 16;
	test_forget_events();
	ck_assert_ptr_null(
		__alloc_pages_direct_reclaim(GFP_KERNEL, 0, ALLOC_WMARK_MIN, &ac, &progress));
	ck_assert_uint_ge(progress, 32);
	/* The reserve was opened. The freed pages lay on the CPU's list, and were driven out. */
	ck_assert_uint_eq(scene.zone->nr_reserved_highatomic, pageblock_nr_pages);
	ck_assert_int_eq(test_pcp_count(scene.zone), 0);
	ck_assert_int_gt(test_count(TRACE_mm_page_pcpu_drain), 0);
	ck_assert_uint_eq(current->flags & PF_MEMALLOC, 0);
	test_set_watermarks(scene.zone, 10, 20, 30);
	page_cache_fill(scene.file, GFP_KERNEL, 64);
	ck_assert_ptr_nonnull(
		__alloc_pages_direct_reclaim(GFP_KERNEL, 0, ALLOC_WMARK_MIN, &ac, &progress));
}

/* ---- Throttling ------------------------------------------------------------------------------------- */

/** Too little of the reserve is left, and kswapd cannot help at once. */
static void scarce(void)
{
	reclaim_setup();
	page_cache_fill(scene.file, GFP_KERNEL, 1000);
	test_set_watermarks(scene.zone, 40000, 40000, 40000);
}

TEST(allow_direct_reclaim_rules, "15-17")
{
	reclaim_setup();
	page_cache_fill(scene.file, GFP_KERNEL, 100);
	world->hooks.kswapd_woken = NULL;
	test_set_watermarks(scene.zone, 2 * zone_page_state(scene.zone, NR_FREE_PAGES) - 2, 0, 0);
	ck_assert(allow_direct_reclaim(scene.pgdat));
	test_set_watermarks(scene.zone, 2 * zone_page_state(scene.zone, NR_FREE_PAGES), 0, 0);
	scene.pgdat->kswapd_highest_zoneidx = MAX_NR_ZONES;
	ck_assert(!allow_direct_reclaim(scene.pgdat));
	/* kswapd is woken, without an event. */
	ck_assert(!scene.pgdat->kswapd_waiting);
	ck_assert_int_eq(scene.pgdat->kswapd_highest_zoneidx, ZONE_NORMAL);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_wakeup_kswapd), 0);
	ck_assert(!allow_direct_reclaim(scene.pgdat));
	scene.pgdat->kswapd_waiting = true;
	scene.pgdat->kswapd_highest_zoneidx = ZONE_DMA;
	ck_assert(!allow_direct_reclaim(scene.pgdat));
	ck_assert_int_eq(scene.pgdat->kswapd_highest_zoneidx, ZONE_DMA);
	/* Hopeless, or nothing to reclaim: nobody waits. */
	scene.pgdat->kswapd_failures = 16;
	ck_assert(allow_direct_reclaim(scene.pgdat));
	scene.pgdat->kswapd_failures = 0;
	reclaim_setup();
	test_set_watermarks(scene.zone, 1u << 30, 0, 0);
	ck_assert(allow_direct_reclaim(scene.pgdat));
}

TEST(throttle_waits_until_kswapd_made_room, "15-17")
{
	scarce();
	/* kswapd reclaims all there is, finds no more, and gives up: then nobody waits. */
	try_to_free_pages(scene_zonelist(), 0, GFP_KERNEL, NULL);
	ck_assert_uint_eq(world->vm_event[PGSCAN_DIRECT_THROTTLE], 1);
	ck_assert_uint_ge(world->jiffies, 1);
	ck_assert_uint_lt(world->jiffies, HZ);
	ck_assert_uint_eq(scene.pgdat->pfmemalloc_waiters, 0);
}

TEST(throttle_waits_a_second_without_file_systems, "15-17")
{
	scarce();
	world->hooks.sleep = NULL;
	world->hooks.reschedule = NULL;
	try_to_free_pages(scene_zonelist(), 0, GFP_NOFS, NULL);
	ck_assert_uint_eq(world->jiffies, HZ);
}

static void kill_me(unsigned long ticks)
{
	world->jiffies += ticks;
	current->fatal_signal_pending = true;
}

TEST(throttle_killed_while_waiting, "15-17")
{
	scarce();
	world->hooks.sleep = kill_me;
	ck_assert_uint_eq(try_to_free_pages(scene_zonelist(), 0, GFP_KERNEL, NULL), 1);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_direct_reclaim_begin), 0);
	/* The dying, and the kernel's own threads, never wait. */
	scarce();
	current->fatal_signal_pending = true;
	try_to_free_pages(scene_zonelist(), 0, GFP_KERNEL, NULL);
	ck_assert_uint_eq(world->vm_event[PGSCAN_DIRECT_THROTTLE], 0);
	scarce();
	current->flags |= PF_KTHREAD;
	try_to_free_pages(scene_zonelist(), 0, GFP_KERNEL, NULL);
	ck_assert_uint_eq(world->vm_event[PGSCAN_DIRECT_THROTTLE], 0);
}

TEST(throttle_no_zone_below_movable, "15-17")
{
	struct zonelist movable = { 0 }, none = { 0 };

	scarce();
	movable._zonerefs[0] =
		(struct zoneref){ &scene.pgdat->node_zones[ZONE_MOVABLE], ZONE_MOVABLE };
	try_to_free_pages(&movable, 0, GFP_HIGHUSER_MOVABLE, NULL);
	ck_assert_uint_eq(world->vm_event[PGSCAN_DIRECT_THROTTLE], 0);
	ck_assert_uint_eq(try_to_free_pages(&none, 0, GFP_KERNEL, NULL), 0);
}

TEST(try_to_free_mem_cgroup_pages_only_of_the_subtree, "15-18")
{
	struct mem_cgroup *a, *aa, *b;

	reclaim_setup();
	world->hooks.lru_page_uncharged = group_uncharge;
	a = memcg_new("/a", &world->root_mem_cgroup, 1000);
	ck_assert_uint_eq(lruvec_page_state(&scene.pgdat->lruvec, NR_INACTIVE_FILE), 0);
	aa = memcg_new("/a/a", a, 1000);
	b = memcg_new("/b", &world->root_mem_cgroup, 1000);
	group_fill(a, 50);
	group_fill(aa, 50);
	group_fill(b, 50);
	test_fold();
	ck_assert_uint_eq(lruvec_page_state(mem_cgroup_lruvec(a, scene.pgdat), NR_INACTIVE_FILE),
			  100);
	ck_assert_uint_eq(lruvec_page_state(&scene.pgdat->lruvec, NR_INACTIVE_FILE), 150);
	test_forget_events();
	ck_assert_uint_ge(try_to_free_mem_cgroup_pages(a, 1, GFP_KERNEL, true), 32);
	ck_assert_int_eq(test_count(TRACE_mm_vmscan_memcg_reclaim_begin), 1);
	ck_assert_int_eq(test_event(TRACE_mm_vmscan_memcg_reclaim_begin, 0)->field[0], 0);
	ck_assert_int_eq(b->memory.usage, 50);
	ck_assert_uint_eq(world->vm_event[ALLOCSTALL], 0);
	ck_assert_int_eq(group_uncharged, (int)(100 - a->memory.usage - aa->memory.usage));
	/* No cpuset, no waiting, no word about compaction. */
	world->nr_cpusets = 1;
	current->mems_allowed = NODE_MASK_NONE;
	try_to_free_mem_cgroup_pages(a, 1000, GFP_KERNEL, false);
	ck_assert_int_eq(a->memory.usage + aa->memory.usage, 0);
	ck_assert_uint_eq(try_to_free_mem_cgroup_pages(a, 10, GFP_KERNEL, false), 0);
}

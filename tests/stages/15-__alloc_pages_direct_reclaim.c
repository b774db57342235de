/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 15, the door: the outer loop of reclaim, throttling, and reclaim for a group.
 */
#include <stdio.h>

#include "changes.h"
#include "gfp_zones.h"
#include "life/life.h"
#include "page_cache.h"
#include "vmstat.h"
#include "reclaim-scenes.h"
#include "watch.h"

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
	/* But never a zone's last. */
	page_cache_fill(scene.file, GFP_KERNEL | __GFP_MEMALLOC, 64);
	ck_assert_ptr_null(
		__alloc_pages_direct_reclaim(GFP_KERNEL, 0, ALLOC_WMARK_MIN, &ac, &progress));
	ck_assert_uint_eq(scene.zone->nr_reserved_highatomic, pageblock_nr_pages);
	test_set_watermarks(scene.zone, 10, 20, 30);
	page_cache_fill(scene.file, GFP_KERNEL, 64);
	ck_assert_ptr_nonnull(
		__alloc_pages_direct_reclaim(GFP_KERNEL, 0, ALLOC_WMARK_MIN, &ac, &progress));
}

/** Scans of lists, "2:5" for five pages of list 2, and of a cache, "(12" at priority 12, in the order in which they came. */
static const char *runs(void)
{
	static char text[16384];
	char *end = text;

	*end = '\0';
	for (int i = 0, list = 0, cache = 0; i < test_events(); i++) {
		bool more_lists = list < test_count(TRACE_mm_vmscan_lru_isolate);
		bool more_caches = cache < test_count(TRACE_mm_shrink_slab_start);
		const struct trace_event *scan, *shrink;

		if (!more_lists && !more_caches)
			break;
		scan = more_lists ? test_event(TRACE_mm_vmscan_lru_isolate, list) : NULL;
		shrink = more_caches ? test_event(TRACE_mm_shrink_slab_start, cache) : NULL;
		ck_assert_int_lt(end - text, (long)sizeof(text) - 32);
		if (!shrink || (scan && scan < shrink)) {
			end += sprintf(end, "%s%lld:%lld", end > text ? " " : "",
				       (long long)scan->field[7], (long long)scan->field[3]);
			list++;
		} else {
			end += sprintf(end, "%s(%lld", end > text ? " " : "",
				       (long long)shrink->field[6]);
			cache++;
		}
	}
	test_forget_events();
	return text;
}

/** A cache that cannot be shrunk, but says that it was asked. */
static void register_cache(void)
{
	shrinker_register(&slab_cache);
	slab_objects = 4096;
	slab_stops = true;
	test_forget_events();
}

TEST(try_to_free_pages_as_recorded, "15-1 15-23")
{
	/* A recorded call: 21767 inactive pages and no swap. 21767 >> 12 is 5, 21762 >> 11 is 10, 21752 >> 10 is 21: 36 are enough. */
	reclaim_setup();
	world->nr_swap_pages = 0;
	for (int i = 0; i < 100; i++)
		listed_page(scene.file, GFP_KERNEL);
	scene.pgdat->lruvec.lru_size[ZONE_DMA][LRU_INACTIVE_FILE] = 21767;
	scene.pgdat->lruvec.lruvec_stat[WORKINGSET_ACTIVATE] = 9;
	scene.pgdat->lruvec.flags = 1ul << LRUVEC_CONGESTED;
	world->hooks.sleep = NULL;
	register_cache();
	test_note_counters();
	ck_assert_uint_eq(try_to_free_pages(scene_zonelist(), 0, GFP_KERNEL, NULL), 36);
	ck_assert_int_eq(test_last_event(TRACE_mm_vmscan_direct_reclaim_end)->field[0], 36);
	ck_assert_int_eq(test_event(TRACE_mm_vmscan_lru_isolate, 0)->field[0], 0);
	ck_assert_str_eq(runs(), "2:5 (12 2:10 (11 2:21 (10");
	/* That it is congested only a reclaim of a group forgets; what came back is remembered. */
	ck_assert_uint_eq(scene.pgdat->lruvec.flags, 1ul << LRUVEC_CONGESTED);
	ck_assert_uint_eq(scene.pgdat->lruvec.refaults, 9);
	ck_assert_uint_eq(world->vm_event[ALLOCSTALL], 1);
}

/** 100 inactive and 64 active pages that somebody holds. */
static void held_pages(struct mem_cgroup *group)
{
	for (int i = 0; i < 164; i++) {
		struct page *page = listed_page(scene.file, GFP_KERNEL);

		lru_list_del(page);
		page->mem_cgroup = group;
		if (group)
			group->memory.usage++;
		if (i < 64)
			SetPageFlag(page, PG_active);
		lru_list_add(page);
		get_page(page);
	}
}

TEST(try_to_free_pages_four_runs, "15-1 15-18")
{
	struct mem_cgroup *low;
	int run_of_scan[4] = { 0 };

	reclaim_setup();
	world->nr_swap_pages = 0;
	world->total_swap_pages = 0;
	low = memcg_new("/low", &world->root_mem_cgroup, 1000);
	held_pages(NULL);
	held_pages(low);
	low->memory.low = 1000;
	register_cache();
	/* Sparing active lists and the group; forcing active lists; the group, too; and both. Then there is no more to try. */
	ck_assert_uint_eq(try_to_free_pages(scene_zonelist(), 0, GFP_KERNEL, NULL), 0);
	ck_assert_uint_eq(world->vm_event[ALLOCSTALL], 4);
	ck_assert_int_eq(test_count(TRACE_mm_shrink_slab_start), 4 * 13);
	for (int i = 0; i < 4 * 13; i++)
		ck_assert_int_eq(test_event(TRACE_mm_shrink_slab_start, i)->field[6], 12 - i % 13);
	ck_assert_uint_eq(low->memory_events[MEMCG_LOW], 2 * 13);
	/* Active lists are scanned in the second and in the fourth run; in the fourth that of the group, which is longer than the
	 * cache's turn in the pass of the root. */
	for (int i = 0; i < test_count(TRACE_mm_vmscan_lru_shrink_active); i++) {
		const struct trace_event *event = test_event(TRACE_mm_vmscan_lru_shrink_active, i);
		int passes = 0;

		while (passes < 4 * 13 && test_event(TRACE_mm_shrink_slab_start, passes) < event)
			passes++;
		run_of_scan[(passes - (passes % 13 == 0)) / 13]++;
	}
	ck_assert_int_eq(run_of_scan[0], 0);
	ck_assert_int_gt(run_of_scan[1], 0);
	ck_assert_int_eq(run_of_scan[2], 0);
	ck_assert_int_gt(run_of_scan[3], 0);
}

TEST(try_to_free_pages_writes_late_on_a_laptop, "15-1 15-10")
{
	for (int laptop = 0; laptop <= 1; laptop++) {
		const struct trace_event *first;

		reclaim_setup();
		for (int i = 0; i < 2000; i++) {
			struct page *page = listed_page(scene.heap, GFP_KERNEL);

			lru_list_del(page);
			ClearPageFlag(page, PG_active);
			lru_list_add(page);
		}
		world->vm_swappiness = 200;
		world->laptop_mode = laptop;
		register_cache();
		/* One page at priority 10, 3 at 9, 7 at 8. A disk that sleeps is woken after the one at 9. */
		try_to_free_pages(scene_zonelist(), 0, GFP_KERNEL, NULL);
		first = test_event(TRACE_mm_vmscan_writepage, 0);
		ck_assert(first > test_event(TRACE_mm_shrink_slab_start, laptop ? 3 : 1));
		ck_assert(first < test_event(TRACE_mm_shrink_slab_start, laptop ? 4 : 2));
		ck_assert_int_eq(test_event(TRACE_mm_vmscan_lru_isolate, 0)->field[3], 1);
	}
}

TEST(compaction_ready_at_the_high_mark, "15-1")
{
	/* 3000 free pages, all alone: for order 6 more than the high mark and twice the block must be free. */
	for (unsigned long high = 2871; high <= 2872; high++) {
		reclaim_setup();
		test_empty_machine();
		for (unsigned long i = 0; i < 3000; i++)
			test_free_block(test_page(scene.zone, 2 * i), 0, MIGRATE_UNMOVABLE);
		test_set_watermarks(scene.zone, 10, 20, high);
		register_cache();
		ck_assert_uint_eq(try_to_free_pages(scene_zonelist(), 6, GFP_KERNEL, NULL),
				  high == 2871);
		ck_assert_int_eq(test_count(TRACE_mm_compaction_suitable), high == 2871 ? 1 : 13);
		/* Where it is ready, nothing is shrunk. */
		ck_assert_int_eq(test_count(TRACE_mm_shrink_slab_start), high == 2871 ? 0 : 13);
		/* Not so for blocks that are no trouble, nor for a group. */
		test_forget_events();
		ck_assert_uint_eq(try_to_free_pages(scene_zonelist(), 3, GFP_KERNEL, NULL), 0);
		try_to_free_mem_cgroup_pages(&world->root_mem_cgroup, 1, GFP_KERNEL, true);
		ck_assert_int_eq(test_count(TRACE_mm_compaction_suitable), 0);
		shrinker_unregister(&slab_cache);
	}
}

TEST(compaction_ready_with_a_block_above_the_min_mark, "15-1")
{
	reclaim_setup();
	test_empty_machine();
	test_free_block(test_page(scene.zone, 8192), 6, MIGRATE_UNMOVABLE);
	test_set_watermarks(scene.zone, 0, 5000, 6000);
	ck_assert_uint_eq(try_to_free_pages(scene_zonelist(), 6, GFP_KERNEL, NULL), 1);
}

TEST(shrink_zones_asks_each_zone_and_shrinks_each_node_once, "15-1")
{
	test_machine_zones(64);
	daemons_start();
	scene.pgdat = NODE_DATA(0);
	for (int zid = ZONE_DMA; zid <= ZONE_NORMAL; zid++)
		test_set_watermarks(test_zone(0, zid), 1ul << 20, 1ul << 20, 1ul << 20);
	scene.pgdat->kswapd_failures = MAX_RECLAIM_RETRIES;
	register_cache();
	ck_assert_uint_eq(try_to_free_pages(scene_zonelist(), 4, GFP_KERNEL, NULL), 0);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_suitable), 3 * 13);
	ck_assert_int_eq(test_count(TRACE_mm_shrink_slab_start), 13);
	/* A zone where compaction is ready is passed over; the node is shrunk for the others. */
	test_set_watermarks(test_zone(0, ZONE_NORMAL), 10, 20, 30);
	test_forget_events();
	ck_assert_uint_eq(try_to_free_pages(scene_zonelist(), 4, GFP_KERNEL, NULL), 1);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_suitable), 3);
	ck_assert_int_eq(test_count(TRACE_mm_shrink_slab_start), 1);
	ck_assert_int_eq(test_last_event(TRACE_mm_vmscan_direct_reclaim_end)->field[0], 1);
	/* Zones that the request may not use do not count. */
	test_forget_events();
	try_to_free_pages(scene_zonelist(), 4, GFP_DMA | GFP_KERNEL, NULL);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_suitable), 13);
}

static unsigned long count_once_over_limit(struct shrinker *shrinker,
					   struct shrink_control *control)
{
	(void)shrinker;
	(void)control;
	world->buffer_heads_over_limit = false;
	return 1000;
}

TEST(shrink_zones_with_too_many_buffers, "15-1")
{
	gfp_t mask = GFP_USER | __GFP_MOVABLE;

	/* Pages of all zones may go, though the request takes none of ZONE_MOVABLE; the mask is as before afterwards. */
	reclaim_setup();
	world->nr_swap_pages = 0;
	for (int i = 0; i < 3000; i++)
		get_page(listed_page(scene.file, GFP_KERNEL));
	register_cache();
	slab_cache.count_objects = count_once_over_limit;
	world->buffer_heads_over_limit = true;
	try_to_free_pages(scene_zonelist(), 0, mask, NULL);
	ck_assert_int_eq(test_event(TRACE_mm_vmscan_direct_reclaim_begin, 0)->field[1], mask);
	ck_assert_int_eq(test_event(TRACE_mm_shrink_slab_start, 0)->field[2], mask | __GFP_HIGHMEM);
	ck_assert_int_eq(test_event(TRACE_mm_shrink_slab_start, 1)->field[2], mask);
	ck_assert_int_eq(test_event(TRACE_mm_vmscan_lru_isolate, 0)->field[1], ZONE_MOVABLE);
}

/* ---- The request -------------------------------------------------------------------------------------- */

static unsigned int flags_seen[64];
static int nr_flags;

static void note_task_flags(void)
{
	if (nr_flags < 64)
		flags_seen[nr_flags++] = current->flags;
}

/** What a request for a page begins with. */
static struct alloc_context request_context(void)
{
	struct alloc_context ac = { .highest_zoneidx = ZONE_NORMAL, .zonelist = scene_zonelist() };

	ac.preferred_zoneref = first_zones_zonelist(ac.zonelist, ZONE_NORMAL, NULL);
	return ac;
}

TEST(direct_reclaim_frees_as_a_reclaimer, "15-16 13-15")
{
	unsigned long progress = 99;
	struct alloc_context ac;

	reclaim_setup();
	ac = request_context();
	test_witness();
	nr_flags = 0;
	world->hooks.reschedule = note_task_flags;
	/* Nothing is reclaimed: the zones are not walked again, although there is a lot in them. */
	ck_assert_ptr_null(
		__alloc_pages_direct_reclaim(GFP_KERNEL, 0, ALLOC_WMARK_MIN, &ac, &progress));
	ck_assert_uint_eq(progress, 0);
	ck_assert_str_eq(test_decisions(DECISION_RECLAIM), "0");
	/* The first and the last time the CPU is offered by an ordinary task, in between by one that may use the reserves. */
	ck_assert_int_gt(nr_flags, 20);
	ck_assert_uint_eq(flags_seen[0], 0);
	for (int i = 1; i < nr_flags - 1; i++)
		ck_assert_uint_eq(flags_seen[i], PF_MEMALLOC);
	ck_assert_uint_eq(flags_seen[nr_flags - 1], 0);
	/* Some is: one more walk finds a page, and lists of CPUs and the reserve are left alone. */
	page_cache_fill(scene.file, GFP_KERNEL, 64);
	scene.zone->nr_reserved_highatomic = 2 * pageblock_nr_pages;
	test_forget_events();
	ck_assert_ptr_nonnull(
		__alloc_pages_direct_reclaim(GFP_KERNEL, 0, ALLOC_WMARK_MIN, &ac, &progress));
	ck_assert_uint_ge(progress, 32);
	ck_assert_int_gt(test_pcp_count(scene.zone), 0);
	ck_assert_uint_eq(scene.zone->nr_reserved_highatomic, 2 * pageblock_nr_pages);
}

TEST(direct_reclaim_walks_for_the_same_block_again, "15-16")
{
	unsigned long progress;
	struct alloc_context ac;

	/* Everything else is in use. What is reclaimed stays on the CPU's lists, as single pages, until they are emptied: then two
	 * of them are a block. */
	reclaim_setup();
	page_cache_fill(scene.file, GFP_KERNEL, 64);
	lru_add_drain();
	test_empty_zone(scene.zone);
	test_set_watermarks(scene.zone, 0, 0, 0);
	scene.zone->pageset[0].pcp.high = 1000;
	ac = request_context();
	ck_assert_ptr_nonnull(
		__alloc_pages_direct_reclaim(GFP_KERNEL, 1, ALLOC_WMARK_HIGH, &ac, &progress));
	ck_assert_uint_ge(progress, 32);
	ck_assert_int_eq(test_free_pages(scene.zone), (long)progress - 2);
	ck_assert_int_eq(test_last_event(TRACE_mm_page_alloc_zone_locked)->field[1], 1);
}

static gfp_t recorded_mask;
static unsigned int recorded_order;

static unsigned long recorded_reclaim(gfp_t gfp_mask, unsigned int order)
{
	recorded_mask = gfp_mask;
	recorded_order = order;
	return 77;
}

static unsigned long recorded_pages(struct zone *zone)
{
	return zone->zone_start_pfn;
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
	/* One that runs already is left alone. */
	scene.pgdat->kswapd_highest_zoneidx = MAX_NR_ZONES;
	ck_assert(!allow_direct_reclaim(scene.pgdat));
	ck_assert_int_eq(scene.pgdat->kswapd_highest_zoneidx, MAX_NR_ZONES);
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
	ck_assert_uint_eq(world->jiffies, 1);
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

TEST(recordings_answer_for_reclaim, "15-17")
{
	scarce();
	test_forget_events();
	world->environment.direct_reclaim = recorded_reclaim;
	current->flags |= PF_MEMALLOC_NOFS;
	ck_assert_uint_eq(try_to_free_pages(scene_zonelist(), 3, GFP_KERNEL, NULL), 77);
	ck_assert_uint_eq(recorded_mask, GFP_NOFS);
	ck_assert_uint_eq(recorded_order, 3);
	ck_assert_str_eq(test_take_events(), "direct_reclaim_begin 3 3136; direct_reclaim_end 77");
	ck_assert_uint_eq(world->vm_event[PGSCAN_DIRECT_THROTTLE], 0);
	world->environment.reclaimable_pages = recorded_pages;
	ck_assert_uint_eq(zone_reclaimable_pages(scene.zone), scene.zone->zone_start_pfn);
}

TEST(zone_reclaimable_pages_counts_exactly, "15-17")
{
	reclaim_setup();
	for (int lru = LRU_INACTIVE_ANON; lru <= LRU_ACTIVE_FILE; lru++) {
		scene.zone->vm_stat[NR_ZONE_LRU_BASE + lru] = 10 << (4 * lru);
		scene.zone->pageset[0].vm_stat_diff[NR_ZONE_LRU_BASE + lru] = -1;
	}
	/* 10 - 1, 160 - 1, 2560 - 1, 40960 - 1. */
	ck_assert_uint_eq(zone_reclaimable_pages(scene.zone), 9 + 159 + 2559 + 40959);
	world->nr_swap_pages = 0;
	ck_assert_uint_eq(zone_reclaimable_pages(scene.zone), 2559 + 40959);
}

TEST(allow_direct_reclaim_adds_up_zones, "15-17")
{
	/* By zone, DMA, DMA32 and Normal: pages to reclaim, the min mark, free pages; is the task allowed? */
	static const struct {
		unsigned long reclaimable[3], min[3], free[3];
		bool allowed;
	} rows[] = {
		{ { 1, 1, 1 }, { 10, 20, 30 }, { 10, 10, 11 }, true },
		{ { 1, 1, 1 }, { 10, 20, 30 }, { 10, 10, 10 }, false },
		/* Half of 5 is 2. */
		{ { 1, 0, 0 }, { 5, 0, 0 }, { 3, 0, 0 }, true },
		{ { 1, 0, 0 }, { 5, 0, 0 }, { 2, 0, 0 }, false },
		/* A zone that can gain nothing has no say, neither with its mark nor with its free pages. */
		{ { 1, 0, 1 }, { 10, 2000, 10 }, { 11, 0, 0 }, true },
		{ { 1, 0, 1 }, { 10, 20, 10 }, { 5, 1000, 5 }, false },
		{ { 0, 0, 0 }, { 10, 20, 10 }, { 0, 0, 0 }, true },
		{ { 1, 1, 1 }, { 0, 0, 0 }, { 0, 0, 0 }, true },
	};

	test_machine_zones(64);
	scene.pgdat = NODE_DATA(0);
	for_each_row(i, rows) {
		for (int zid = 0; zid < 3; zid++) {
			struct zone *zone = test_zone(0, zid);

			test_set_watermarks(zone, rows[i].min[zid], 5000, 6000);
			zone->vm_stat[NR_ZONE_INACTIVE_FILE] = (long)rows[i].reclaimable[zid];
			zone->vm_stat[NR_FREE_PAGES] = (long)rows[i].free[zid];
		}
		scene.pgdat->kswapd_waiting = true;
		ck_assert_int_eq(allow_direct_reclaim(scene.pgdat), rows[i].allowed);
		/* Whoever is not allowed wakes kswapd. */
		ck_assert_int_eq(scene.pgdat->kswapd_waiting, rows[i].allowed);
	}
	/* Nor has one without memory. */
	test_set_watermarks(test_zone(0, ZONE_DMA), 1000, 5000, 6000);
	test_set_watermarks(test_zone(0, ZONE_NORMAL), 10, 5000, 6000);
	test_zone(0, ZONE_NORMAL)->vm_stat[NR_FREE_PAGES] = 6;
	ck_assert(!allow_direct_reclaim(scene.pgdat));
	test_zone(0, ZONE_DMA)->managed_pages = 0;
	ck_assert(allow_direct_reclaim(scene.pgdat));
}

static unsigned int most_waiters;
static bool kswapd_lets_all_go;

static void sleep_and_look(unsigned long ticks)
{
	ck_assert_uint_eq(ticks, 1);
	world->jiffies += ticks;
	if (scene.pgdat->pfmemalloc_waiters > most_waiters)
		most_waiters = (unsigned int)scene.pgdat->pfmemalloc_waiters;
	if (kswapd_lets_all_go)
		scene.pgdat->pfmemalloc_waiters = 0;
}

TEST(throttle_waits_a_minute_at_most, "15-17")
{
	struct zonelist later = { 0 };

	for (int go = 0; go <= 1; go++) {
		scarce();
		most_waiters = 0;
		kswapd_lets_all_go = go;
		world->hooks.sleep = sleep_and_look;
		world->hooks.reschedule = NULL;
		scene.pgdat->pfmemalloc_waiters = 2;
		try_to_free_pages(scene_zonelist(), 0, GFP_KERNEL, NULL);
		ck_assert_uint_eq(world->jiffies, 60 * HZ);
		ck_assert_uint_eq(most_waiters, 3);
		ck_assert_int_eq((int)scene.pgdat->pfmemalloc_waiters, go ? 0 : 2);
	}
	/* The first zone below ZONE_MOVABLE decides, wherever it stands. */
	scarce();
	world->hooks.sleep = NULL;
	world->hooks.reschedule = NULL;
	later._zonerefs[0] =
		(struct zoneref){ &scene.pgdat->node_zones[ZONE_MOVABLE], ZONE_MOVABLE };
	later._zonerefs[1] = (struct zoneref){ scene.zone, ZONE_DMA };
	try_to_free_pages(&later, 0, GFP_HIGHUSER_MOVABLE & ~__GFP_FS, NULL);
	ck_assert_uint_eq(world->vm_event[PGSCAN_DIRECT_THROTTLE], 1);
	ck_assert_uint_eq(world->jiffies, HZ);
}

TEST(try_to_free_mem_cgroup_pages_target_and_mask, "15-18 13-15")
{
	/* Asked for, and what 100 pages give: 1, 3, 6, 11, 19 at priorities 6 to 2 are 40; 30 more at priority 1. */
	static const unsigned long rows[][2] = { { 1, 40 }, { 40, 40 }, { 41, 70 }, { 50, 70 } };

	for_each_row(i, rows) {
		struct mem_cgroup *group;

		reclaim_setup();
		world->nr_swap_pages = 0;
		world->hooks.lru_page_uncharged = group_uncharge;
		group = memcg_new("/g", &world->root_mem_cgroup, 1000);
		group_fill(group, 100);
		mem_cgroup_lruvec(group, scene.pgdat)->flags = 1ul << LRUVEC_CONGESTED;
		mem_cgroup_lruvec(group, scene.pgdat)->lruvec_stat[WORKINGSET_ACTIVATE] = 9;
		current->flags = PF_MEMALLOC_NOIO;
		nr_flags = 0;
		world->hooks.reschedule = note_task_flags;
		world->hooks.sleep = NULL;
		test_forget_events();
		ck_assert_uint_eq(try_to_free_mem_cgroup_pages(group, rows[i][0], GFP_KERNEL, true),
				  rows[i][1]);
		/* Of the mask, with its scopes, what reclaim reads; the rest is that of pages of processes. */
		ck_assert_int_eq(test_event(TRACE_mm_vmscan_memcg_reclaim_begin, 0)->field[0], 0);
		ck_assert_int_eq(test_event(TRACE_mm_vmscan_memcg_reclaim_begin, 0)->field[1],
				 GFP_NOIO | __GFP_HIGHMEM | __GFP_MOVABLE | __GFP_HARDWALL);
		ck_assert_int_eq(test_event(TRACE_mm_vmscan_memcg_reclaim_end, 0)->field[0],
				 (s64)rows[i][1]);
		ck_assert_int_eq(test_event(TRACE_mm_vmscan_lru_isolate, 0)->field[0], 0);
		ck_assert_int_eq(test_event(TRACE_mm_vmscan_lru_isolate, 0)->field[1],
				 ZONE_MOVABLE);
		ck_assert_uint_eq(flags_seen[0], PF_MEMALLOC_NOIO | PF_MEMALLOC);
		ck_assert_uint_eq(current->flags, PF_MEMALLOC_NOIO);
		ck_assert_uint_eq(mem_cgroup_lruvec(group, scene.pgdat)->flags, 0);
		ck_assert_uint_eq(mem_cgroup_lruvec(group, scene.pgdat)->refaults, 9);
		ck_assert_uint_eq(scene.pgdat->lruvec.refaults, 0);
		current->flags = 0;
	}
}

TEST(try_to_free_mem_cgroup_pages_swaps_if_it_may, "15-18")
{
	for (int may_swap = 0; may_swap <= 1; may_swap++) {
		struct mem_cgroup *group;

		reclaim_setup();
		group = memcg_new("/g", &world->root_mem_cgroup, 1000);
		for (int i = 0; i < 100; i++) {
			struct page *page = listed_page(scene.heap, GFP_KERNEL);

			lru_list_del(page);
			ClearPageFlag(page, PG_active);
			page->mem_cgroup = group;
			group->memory.usage++;
			lru_list_add(page);
		}
		scene.heap->synchronous = true;
		world->hooks.lru_page_uncharged = group_uncharge;
		ck_assert_int_eq(try_to_free_mem_cgroup_pages(group, 1, GFP_KERNEL, may_swap) > 0,
				 may_swap);
	}
}

TEST(try_to_free_mem_cgroup_pages_of_a_laptop, "15-18")
{
	/* Anonymous pages are written at the first priority that looks at any, 6; on a laptop from 8 on. */
	for (int laptop = 0; laptop <= 1; laptop++) {
		struct mem_cgroup *group;

		reclaim_setup();
		world->vm_swappiness = 200;
		world->laptop_mode = laptop;
		group = memcg_new("/g", &world->root_mem_cgroup, 100000);
		for (int i = 0; i < 2000; i++) {
			struct page *page = listed_page(scene.heap, GFP_KERNEL);

			lru_list_del(page);
			ClearPageFlag(page, PG_active);
			page->mem_cgroup = group;
			group->memory.usage++;
			lru_list_add(page);
		}
		world->hooks.lru_page_uncharged = group_uncharge;
		test_forget_events();
		try_to_free_mem_cgroup_pages(group, 1, GFP_KERNEL, true);
		/* Portions of 1 and 3 pages come before, at 10 and 9. */
		ck_assert_int_eq(test_event(TRACE_mm_vmscan_lru_isolate, 2)->field[3], 7);
		if (laptop)
			ck_assert(test_event(TRACE_mm_vmscan_writepage, 0) >
				  test_event(TRACE_mm_vmscan_lru_isolate, 2));
		else
			ck_assert(test_event(TRACE_mm_vmscan_writepage, 0) <
				  test_event(TRACE_mm_vmscan_lru_isolate, 1));
	}
}

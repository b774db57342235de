/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * The walk over zones: which zone is asked, which is passed over, and when the walk starts again.
 */
#include "byhand.h"
#include "watch.h"

/*
 *   DMA            DMA32          Normal
 *   40000..41fff   42000..43fff   44000..45fff      three zones of 16 pageblocks, one node
 *
 * A request without restriction begins at Normal and goes down.
 */
#define DMA_PFN	   0x40000ul
#define DMA32_PFN  0x42000ul
#define NORMAL_PFN 0x44000ul
#define ZONE_PAGES (16 * pageblock_nr_pages)

static struct zone *dma, *dma32, *normal;

static void three_zones(void)
{
	const struct hand_zone zones[] = { { 0, ZONE_DMA, DMA_PFN, ZONE_PAGES },
					   { 0, ZONE_DMA32, DMA32_PFN, ZONE_PAGES },
					   { 0, ZONE_NORMAL, NORMAL_PFN, ZONE_PAGES } };

	hand_machine(zones, 3, 1);
	dma = test_zone(0, ZONE_DMA);
	dma32 = test_zone(0, ZONE_DMA32);
	normal = test_zone(0, ZONE_NORMAL);
}

/* Three zones with one movable pageblock free in each. */
static void three_zones_with_memory(void)
{
	three_zones();
	hand_lay(DMA_PFN, 9, MIGRATE_MOVABLE);
	hand_lay(DMA32_PFN, 9, MIGRATE_MOVABLE);
	hand_lay(NORMAL_PFN, 9, MIGRATE_MOVABLE);
}

/* Walk for a movable page, or block; the PFN, or 0 for none. */
static unsigned long walk(unsigned int order, unsigned int alloc_flags, enum zone_type highest)
{
	struct alloc_context ac = hand_context(0, highest, MIGRATE_MOVABLE);
	struct page *page = get_page_from_freelist(GFP_HIGHUSER_MOVABLE, order, alloc_flags, &ac);

	return page ? page_to_pfn(page) : 0;
}

/* Expect the highest zone that the request may use to serve it. */
TEST(get_page_from_freelist_takes_highest_zone_first, "08-1")
{
	three_zones_with_memory();

	ck_assert_uint_eq(walk(0, ALLOC_WMARK_LOW, ZONE_MOVABLE), NORMAL_PFN);
	ck_assert_uint_eq(walk(0, ALLOC_WMARK_LOW, ZONE_NORMAL), NORMAL_PFN + 1);
	ck_assert_uint_eq(walk(0, ALLOC_WMARK_LOW, ZONE_DMA32), DMA32_PFN);
	ck_assert_uint_eq(walk(0, ALLOC_WMARK_LOW, ZONE_DMA), DMA_PFN);
}

/* Expect the walk to go on to the next zone when one is below its mark, and to end with none. */
TEST(get_page_from_freelist_passes_over_zone_below_mark, "08-1")
{
	three_zones_with_memory();
	test_set_watermarks(normal, 600, 600, 600);

	ck_assert_uint_eq(walk(0, ALLOC_WMARK_LOW, ZONE_NORMAL), DMA32_PFN);
	test_set_watermarks(dma32, 600, 600, 600);
	ck_assert_uint_eq(walk(0, ALLOC_WMARK_LOW, ZONE_NORMAL), DMA_PFN);
	test_set_watermarks(dma, 600, 600, 600);
	test_forget_events();
	ck_assert_uint_eq(walk(0, ALLOC_WMARK_LOW, ZONE_NORMAL), 0);
	/* A zone that fails its mark is not touched: no event. */
	ck_assert_str_eq(test_take_events(), "");
}

/* Expect the two low flag bits to choose between min, low and high: 512 free, marks 400, 520, 600. */
TEST(get_page_from_freelist_mark_follows_flags, "08-1")
{
	three_zones_with_memory();
	test_set_watermarks(normal, 400, 520, 600);

	ck_assert_uint_eq(walk(0, ALLOC_WMARK_MIN, ZONE_NORMAL), NORMAL_PFN);
	test_set_watermarks(normal, 520, 400, 600);
	ck_assert_uint_eq(walk(0, ALLOC_WMARK_LOW, ZONE_NORMAL), NORMAL_PFN + 1);
	test_set_watermarks(normal, 520, 600, 400);
	ck_assert_uint_eq(walk(0, ALLOC_WMARK_HIGH, ZONE_NORMAL), NORMAL_PFN + 2);
	test_set_watermarks(normal, 400, 400, 600);
	ck_assert_uint_eq(walk(0, ALLOC_WMARK_HIGH, ZONE_NORMAL), DMA32_PFN);
}

/* Expect the boost to count as part of the mark: 512 free, mark 100, boost 450. */
TEST(get_page_from_freelist_boost_raises_mark, "08-1")
{
	three_zones_with_memory();
	test_set_watermarks(normal, 100, 100, 100);
	normal->watermark_boost = 450;

	ck_assert_uint_eq(walk(0, ALLOC_WMARK_LOW, ZONE_NORMAL), DMA32_PFN);
}

/* Expect the first entry to be taken as the context stores it, though the filter would drop it. */
TEST(get_page_from_freelist_first_entry_is_not_filtered, "08-1")
{
	struct alloc_context ac;
	struct page *page;

	three_zones_with_memory();
	ac = hand_context(0, ZONE_NORMAL, MIGRATE_MOVABLE);
	ac.highest_zoneidx = ZONE_DMA;
	page = get_page_from_freelist(GFP_HIGHUSER_MOVABLE, 0, ALLOC_WMARK_LOW, &ac);
	ck_assert_uint_eq(page_to_pfn(page), NORMAL_PFN);

	/* Behind it the filter works: DMA32 is skipped. */
	test_set_watermarks(normal, 600, 600, 600);
	page = get_page_from_freelist(GFP_HIGHUSER_MOVABLE, 0, ALLOC_WMARK_LOW, &ac);
	ck_assert_uint_eq(page_to_pfn(page), DMA_PFN);
}

/* Expect a walk that begins lower down in the list to leave out what stands above. */
TEST(get_page_from_freelist_begins_at_preferred_entry, "08-1")
{
	struct alloc_context ac;

	three_zones_with_memory();
	ac = hand_context(0, ZONE_NORMAL, MIGRATE_MOVABLE);
	ac.preferred_zoneref++;
	ck_assert_uint_eq(
		page_to_pfn(get_page_from_freelist(GFP_HIGHUSER_MOVABLE, 0, ALLOC_WMARK_LOW, &ac)),
		DMA32_PFN);
}

/*
 * Expect a zone that passes its mark and yet has no page for the request to be passed over, after
 * the failed removal was reported: its free pages are all highatomic.
 */
TEST(get_page_from_freelist_goes_on_when_lists_are_empty, "08-2")
{
	three_zones();
	test_witness();
	hand_lay_blocks(NORMAL_PFN, 9, MIGRATE_HIGHATOMIC, 1);
	hand_lay(DMA_PFN, 9, MIGRATE_MOVABLE);

	ck_assert_uint_eq(walk(0, ALLOC_WMARK_LOW, ZONE_NORMAL), DMA_PFN);
	ck_assert_str_eq(test_take_events(),
			 "alloc_zone_locked -1 0 1; alloc_zone_locked 40000 0 1; "
			 "alloc_zone_locked 40001 0 1; alloc_zone_locked 40002 0 1");
	/* The witness hears why the walk went on. */
	ck_assert_str_eq(test_decisions(DECISION_LISTS_EMPTY), "Normal");
	ck_assert_str_eq(test_decisions(DECISION_BELOW_MARK), "DMA32");
}

/*
 *   Normal: only unmovable, order 3      DMA32: nothing      DMA: a movable block
 *
 * Expect the movable request with NOFRAGMENT to take from DMA before it mixes types in Normal, and,
 * when nothing unmixed is left, to walk again and mix in Normal.
 */
TEST(get_page_from_freelist_nofragment_walks_all_zones_before_mixing, "08-3")
{
	three_zones();
	test_witness();
	hand_lay_blocks(NORMAL_PFN, 3, MIGRATE_UNMOVABLE, 1);
	hand_lay(DMA_PFN, 0, MIGRATE_MOVABLE);

	ck_assert_uint_eq(walk(0, ALLOC_WMARK_LOW | ALLOC_NOFRAGMENT, ZONE_NORMAL), DMA_PFN);
	ck_assert_str_eq(test_take_events(),
			 "alloc_zone_locked -1 0 1; alloc_zone_locked 40000 0 1; "
			 "alloc_zone_locked -1 0 1");

	/* Normal and DMA pass their marks twice; each tells of its failure in the first pass. */
	hand_lay(DMA_PFN + 64, 0, MIGRATE_HIGHATOMIC);
	ck_assert_uint_eq(walk(0, ALLOC_WMARK_LOW | ALLOC_NOFRAGMENT, ZONE_NORMAL), NORMAL_PFN);
	ck_assert_str_eq(test_take_events(),
			 "alloc_zone_locked -1 0 1; alloc_zone_locked -1 0 1; "
			 "alloc_extfrag 44000 0 3 1 0 0; "
			 "alloc_zone_locked 44000 0 1; alloc_zone_locked 44001 0 1; "
			 "alloc_zone_locked 44002 0 1");
	ck_assert_str_eq(test_decisions(DECISION_SECOND_PASS), "0");
	ck_assert_str_eq(test_decisions(DECISION_WALK),
			 "1051850 0 257; 1051850 0 257; 1051850 0 1");
}

/* Expect no second pass without NOFRAGMENT: one failed removal a zone is reported, once. */
TEST(get_page_from_freelist_walks_once_without_nofragment, "08-3")
{
	three_zones();
	hand_lay_blocks(NORMAL_PFN, 9, MIGRATE_HIGHATOMIC, 1);

	ck_assert_uint_eq(walk(0, ALLOC_WMARK_LOW, ZONE_NORMAL), 0);
	ck_assert_str_eq(test_take_events(), "alloc_zone_locked -1 0 1");
	ck_assert_uint_eq(walk(0, ALLOC_WMARK_LOW | ALLOC_NOFRAGMENT, ZONE_NORMAL), 0);
	ck_assert_str_eq(test_take_events(), "alloc_zone_locked -1 0 1; alloc_zone_locked -1 0 1");
}

/* Expect NO_WATERMARKS to take from a zone far below its mark, and the page to be marked so. */
TEST(get_page_from_freelist_no_watermarks_ignores_mark, "08-4")
{
	struct page *page;
	struct alloc_context ac;

	three_zones_with_memory();
	test_witness();
	test_set_watermarks(normal, 9999, 9999, 9999);
	ac = hand_context(0, ZONE_NORMAL, MIGRATE_MOVABLE);

	page = get_page_from_freelist(GFP_KERNEL, 0, ALLOC_NO_WATERMARKS, &ac);
	ck_assert_uint_eq(page_to_pfn(page), NORMAL_PFN);
	ck_assert(page_is_pfmemalloc(page));
	/* A page that a walk with marks found is not marked. */
	page = get_page_from_freelist(GFP_KERNEL, 0, ALLOC_WMARK_LOW, &ac);
	ck_assert_uint_eq(page_to_pfn(page), DMA32_PFN);
	ck_assert(!page_is_pfmemalloc(page));
	ck_assert_str_eq(test_decisions(DECISION_BELOW_MARK), "Normal 9999; Normal 9999");
	ck_assert_str_eq(test_decisions(DECISION_MARK_IGNORED), "Normal");
}

/* ---- node reclaim ---- */

static int reclaim_calls, reclaim_answer, reclaimed_pages;
static gfp_t reclaim_mask;
static unsigned int reclaim_order;

static int stub_node_reclaim(struct pglist_data *pgdat, gfp_t gfp_mask, unsigned int order)
{
	reclaim_calls++;
	reclaim_mask = gfp_mask;
	reclaim_order = order;
	pgdat->node_zones[ZONE_NORMAL].vm_stat[NR_FREE_PAGES] += reclaimed_pages;
	return reclaim_answer;
}

/* Normal holds a free block, but its counter says 512 and its mark 600. */
static void below_mark_with_reclaim(int mode, int answer, int pages)
{
	three_zones_with_memory();
	test_set_watermarks(normal, 600, 600, 600);
	world->hooks.node_reclaim = stub_node_reclaim;
	world->node_reclaim_mode = mode;
	reclaim_calls = 0;
	reclaim_answer = answer;
	reclaimed_pages = pages;
}

/* Expect no reclaim on the node while node_reclaim_mode is 0. */
TEST(get_page_from_freelist_no_node_reclaim_by_default, "08-5")
{
	below_mark_with_reclaim(0, NODE_RECLAIM_SUCCESS, 500);
	ck_assert_uint_eq(walk(0, ALLOC_WMARK_LOW, ZONE_NORMAL), DMA32_PFN);
	ck_assert_int_eq(reclaim_calls, 0);
}

/* Expect "not scanned" and "full" to lead to the next zone, though there would be enough now. */
TEST(get_page_from_freelist_node_reclaim_did_nothing, "08-5")
{
	below_mark_with_reclaim(1, NODE_RECLAIM_NOSCAN, 500);
	ck_assert_uint_eq(walk(0, ALLOC_WMARK_LOW, ZONE_NORMAL), DMA32_PFN);
	ck_assert_int_eq(reclaim_calls, 1);

	below_mark_with_reclaim(1, NODE_RECLAIM_FULL, 500);
	ck_assert_uint_eq(walk(0, ALLOC_WMARK_LOW, ZONE_NORMAL), DMA32_PFN);
	ck_assert_int_eq(reclaim_calls, 1);
}

/* Expect "some" and "success" to lead to another look at the mark. */
TEST(get_page_from_freelist_node_reclaim_looks_again, "08-5")
{
	below_mark_with_reclaim(1, NODE_RECLAIM_SOME, 500);
	ck_assert_uint_eq(walk(0, ALLOC_WMARK_LOW, ZONE_NORMAL), NORMAL_PFN);

	below_mark_with_reclaim(1, NODE_RECLAIM_SUCCESS, 500);
	ck_assert_uint_eq(walk(0, ALLOC_WMARK_LOW, ZONE_NORMAL), NORMAL_PFN);

	below_mark_with_reclaim(1, NODE_RECLAIM_SUCCESS, 10);
	ck_assert_uint_eq(walk(0, ALLOC_WMARK_LOW, ZONE_NORMAL), DMA32_PFN);
	test_witness();
	ck_assert_uint_eq(walk(0, ALLOC_WMARK_LOW, ZONE_NORMAL), DMA32_PFN + 1);
	ck_assert_str_eq(test_decisions(DECISION_NODE_RECLAIM), "Normal 1");
}

/* Expect the node to be asked for what the request is for. */
TEST(get_page_from_freelist_node_reclaim_is_told_the_request, "08-5")
{
	below_mark_with_reclaim(1, NODE_RECLAIM_FULL, 0);
	walk(3, ALLOC_WMARK_LOW, ZONE_NORMAL);
	ck_assert_uint_eq(reclaim_mask, GFP_HIGHUSER_MOVABLE);
	ck_assert_uint_eq(reclaim_order, 3);
}

/*
 * Expect the second look to be the full check: 1012 free would pass the quick one, but 512 of them
 * are the highatomic reserve.
 */
TEST(get_page_from_freelist_node_reclaim_full_check, "08-5")
{
	below_mark_with_reclaim(1, NODE_RECLAIM_SUCCESS, 500);
	normal->nr_reserved_highatomic = 512;
	ck_assert_uint_eq(walk(0, ALLOC_WMARK_LOW, ZONE_NORMAL), DMA32_PFN);
	ck_assert_int_eq(reclaim_calls, 1);
}

/* Expect NO_WATERMARKS to be asked before reclaim. */
TEST(get_page_from_freelist_no_watermarks_needs_no_reclaim, "08-4")
{
	below_mark_with_reclaim(1, NODE_RECLAIM_FULL, 0);
	ck_assert_uint_eq(walk(0, ALLOC_NO_WATERMARKS, ZONE_NORMAL), NORMAL_PFN);
	ck_assert_int_eq(reclaim_calls, 0);
}

/* ---- the highatomic reserve ---- */

/* Expect the pageblock to be reserved only for order above 0 with HARDER: not HIGH, not OOM. */
TEST(get_page_from_freelist_reserves_for_harder_blocks, "08-6")
{
	three_zones();
	hand_lay_blocks(NORMAL_PFN, 9, MIGRATE_MOVABLE, 4);

	ck_assert_uint_eq(walk(0, ALLOC_HARDER, ZONE_NORMAL), NORMAL_PFN);
	ck_assert_uint_eq(walk(1, ALLOC_HIGH, ZONE_NORMAL), NORMAL_PFN + 4);
	ck_assert_uint_eq(walk(1, ALLOC_OOM, ZONE_NORMAL), NORMAL_PFN + 6);
	ck_assert_uint_eq(normal->nr_reserved_highatomic, 0);

	ck_assert_uint_eq(walk(1, ALLOC_HARDER, ZONE_NORMAL), NORMAL_PFN + 8);
	ck_assert_uint_eq(normal->nr_reserved_highatomic, 512);
	ck_assert_int_eq(get_pfnblock_migratetype(NORMAL_PFN), MIGRATE_HIGHATOMIC);
	/* The page was prepared before: its own state is that of an allocated page. */
	ck_assert_int_eq(page_count(P(NORMAL_PFN + 8)), 1);
	/* The rest of the pageblock moved to the reserve's lists. */
	ck_assert_str_eq(test_free_list(normal, 8, MIGRATE_HIGHATOMIC), "44100");
	ck_assert_str_eq(test_free_list(normal, 8, MIGRATE_MOVABLE), "");
}

/* ---- cpusets ---- */

static struct cpuset *confine(nodemask_t mems)
{
	struct cpuset *cpuset = cpuset_new("inner", &world->top_cpuset, mems);

	current->cpuset = cpuset;
	current->mems_allowed = mems;
	return cpuset;
}

/* A task whose cpuset allows no node at all, so that every rule below the second one decides. */
static struct cpuset *confine_to_nothing(void)
{
	three_zones_with_memory();
	return confine(NODE_MASK_NONE);
}

/*
 * Expect the first matching row to decide: interrupt, own nodes, OOM victim, HARDWALL, exiting, the
 * wall, no.
 */
TEST(__cpuset_node_allowed_first_match_decides, "08-7")
{
	struct cpuset *cpuset = confine_to_nothing();
	struct mm mm = { 0 };

	/* Row 7 and row 4: outside the wall, with and without HARDWALL. */
	cpuset->mem_hardwall = true;
	ck_assert(!__cpuset_node_allowed(0, GFP_KERNEL));
	ck_assert(!__cpuset_node_allowed(0, GFP_USER));

	/* Row 6: inside the wall; row 4 comes first. */
	cpuset->mems_allowed = NODE_MASK_ALL;
	ck_assert(__cpuset_node_allowed(0, GFP_KERNEL));
	ck_assert(!__cpuset_node_allowed(0, GFP_USER));
	cpuset->mems_allowed = NODE_MASK_NONE;

	/* Row 5: exiting, but not for HARDWALL. */
	current->flags |= PF_EXITING;
	ck_assert(__cpuset_node_allowed(0, GFP_KERNEL));
	ck_assert(!__cpuset_node_allowed(0, GFP_USER));

	/* Row 3: a victim, for all. */
	current->flags = 0;
	current->oom_mm = &mm;
	ck_assert(__cpuset_node_allowed(0, GFP_USER));
	current->oom_mm = NULL;

	/* Row 2: own node. */
	current->mems_allowed = NODE_MASK_ALL;
	ck_assert(__cpuset_node_allowed(0, GFP_USER));
	current->mems_allowed = NODE_MASK_NONE;

	/* Row 1: an interrupt, and also a task that only disabled bottom halves. */
	world->level = LEVEL_HARDIRQ;
	ck_assert(__cpuset_node_allowed(0, GFP_USER));
	world->level = LEVEL_BH_DISABLED;
	ck_assert(__cpuset_node_allowed(0, GFP_USER));
}

/* Expect the nearest set with a wall of either kind to decide, beginning with the task's own, else the root. */
TEST(__cpuset_node_allowed_nearest_wall_decides, "08-7")
{
	struct cpuset *outer = confine_to_nothing();
	struct cpuset *inner = cpuset_new("inmost", outer, NODE_MASK_NONE);

	current->cpuset = inner;
	/* No wall: the root, which allows all. */
	ck_assert(__cpuset_node_allowed(0, GFP_KERNEL));
	outer->mem_exclusive = true;
	ck_assert(!__cpuset_node_allowed(0, GFP_KERNEL));
	outer->mem_exclusive = false;
	outer->mem_hardwall = true;
	ck_assert(!__cpuset_node_allowed(0, GFP_KERNEL));
	/* A wall nearer by hides the outer one. */
	inner->mem_exclusive = true;
	inner->mems_allowed = NODE_MASK_ALL;
	ck_assert(__cpuset_node_allowed(0, GFP_KERNEL));
}

/* Expect a zone to be allowed always while no cpuset exists. */
TEST(cpuset_zone_allowed_without_cpusets, "08-7")
{
	three_zones();
	current->mems_allowed = NODE_MASK_NONE;
	ck_assert(cpuset_zone_allowed(normal, GFP_USER));
	confine(NODE_MASK_NONE)->mem_hardwall = true;
	ck_assert(!cpuset_zone_allowed(normal, GFP_USER));
	current->mems_allowed = NODE_MASK_ALL;
	ck_assert(cpuset_zone_allowed(normal, GFP_USER));
}

/* Expect the walk to ask the cpuset only with the CPUSET flag. */
TEST(get_page_from_freelist_asks_cpuset_with_flag_only, "08-7")
{
	struct alloc_context ac;

	confine_to_nothing()->mem_hardwall = true;
	test_witness();
	ac = hand_context(0, ZONE_NORMAL, MIGRATE_MOVABLE);
	ck_assert_ptr_null(
		get_page_from_freelist(GFP_USER, 0, ALLOC_WMARK_LOW | ALLOC_CPUSET, &ac));
	ck_assert_ptr_nonnull(get_page_from_freelist(GFP_USER, 0, ALLOC_WMARK_LOW, &ac));
	/* The flag alone decides nothing while no cpuset exists. */
	world->nr_cpusets = 0;
	ck_assert_ptr_nonnull(
		get_page_from_freelist(GFP_USER, 0, ALLOC_WMARK_LOW | ALLOC_CPUSET, &ac));
	ck_assert_str_eq(test_decisions(DECISION_ZONE_CPUSET), "Normal; DMA32; DMA");
}

/* ---- dirty pages ---- */

/*
 * The figures of one node: free 50000, reserve 10000, inactive file 20000, active file 15000.
 * Dirtyable are 50000 - 10000 + 35000 = 75000.
 */
static struct pglist_data *node_with_figures(void)
{
	struct pglist_data *pgdat;

	three_zones();
	pgdat = NODE_DATA(0);
	zone_page_state_add(30000, normal, NR_FREE_PAGES);
	zone_page_state_add(20000, dma, NR_FREE_PAGES);
	pgdat->totalreserve_pages = 10000;
	world->totalreserve_pages = 10000;
	mod_node_page_state(pgdat, NR_INACTIVE_FILE, 20000);
	mod_node_page_state(pgdat, NR_ACTIVE_FILE, 15000);
	mod_node_page_state(pgdat, NR_ACTIVE_ANON, 7777);
	return pgdat;
}

/* Expect the worked figures: limit 15000, 18750 for a real-time task; equal is fine, one more is not. */
TEST(node_dirty_limit_worked_example, "08-8")
{
	struct pglist_data *pgdat = node_with_figures();

	ck_assert_uint_eq(node_dirtyable_memory(pgdat), 75000);
	ck_assert_uint_eq(node_dirty_limit(pgdat), 15000);
	mod_node_page_state(pgdat, NR_FILE_DIRTY, 14000);
	mod_node_page_state(pgdat, NR_WRITEBACK, 1000);
	mod_node_page_state(pgdat, NR_WRITEBACK_TEMP, 5000);
	ck_assert(node_dirty_ok(pgdat));
	mod_node_page_state(pgdat, NR_FILE_DIRTY, 1);
	ck_assert(!node_dirty_ok(pgdat));

	current->prio = MAX_RT_PRIO - 1;
	ck_assert_uint_eq(node_dirty_limit(pgdat), 18750);
	ck_assert(node_dirty_ok(pgdat));
	current->prio = MAX_RT_PRIO;
	ck_assert_uint_eq(node_dirty_limit(pgdat), 15000);
}

/* Expect a limit in bytes to be rounded up to pages and shared by dirtyable memory, plus one: 245 * 75000 / 75001. */
TEST(node_dirty_limit_in_bytes, "08-8")
{
	struct pglist_data *pgdat = node_with_figures();

	world->vm_dirty_bytes = 1000001;
	ck_assert_uint_eq(global_dirtyable_memory(), 75001);
	ck_assert_uint_eq(node_dirty_limit(pgdat), 244);
	/* The real-time quarter is taken of the truncated value. */
	current->prio = 1;
	ck_assert_uint_eq(node_dirty_limit(pgdat), 244 + 61);
}

/* Expect multiplication before division: 20 * 99 / 100 is 19, where 99 / 100 * 20 would be 0. */
TEST(node_dirty_limit_multiplies_first, "08-8")
{
	three_zones();
	mod_node_page_state(NODE_DATA(0), NR_ACTIVE_FILE, 99);
	ck_assert_uint_eq(node_dirty_limit(NODE_DATA(0)), 19);
}

/* Expect a reserve above the free pages to leave the file pages whole. */
TEST(node_dirtyable_memory_reserve_is_clamped, "08-8")
{
	struct pglist_data *pgdat = node_with_figures();

	pgdat->totalreserve_pages = 60000;
	world->totalreserve_pages = 60000;
	ck_assert_uint_eq(node_dirtyable_memory(pgdat), 35000);
	ck_assert_uint_eq(global_dirtyable_memory(), 35001);
	/* A zone counts when it has pages present, managed or not. */
	pgdat->totalreserve_pages = 0;
	dma->managed_pages = 0;
	ck_assert_uint_eq(node_dirtyable_memory(pgdat), 85000);
	dma->present_pages = 0;
	ck_assert_uint_eq(node_dirtyable_memory(pgdat), 65000);
}

/*
 * Expect every zone of a node over its dirty limit to be passed over, in both passes, without an
 * event; without the spread flag the same walk succeeds.
 */
TEST(get_page_from_freelist_dirty_node_is_passed_over, "08-9")
{
	struct alloc_context ac;

	three_zones_with_memory();
	test_witness();
	mod_node_page_state(NODE_DATA(0), NR_FILE_DIRTY, 100000);
	ac = hand_context(0, ZONE_NORMAL, MIGRATE_MOVABLE);
	ac.spread_dirty_pages = true;
	ck_assert_ptr_null(get_page_from_freelist(GFP_USER, 0, ALLOC_WMARK_LOW, &ac));
	ck_assert_ptr_null(
		get_page_from_freelist(GFP_USER, 0, ALLOC_WMARK_LOW | ALLOC_NOFRAGMENT, &ac));
	ck_assert_str_eq(test_take_events(), "");

	ac.spread_dirty_pages = false;
	ck_assert_ptr_nonnull(get_page_from_freelist(GFP_USER, 0, ALLOC_WMARK_LOW, &ac));
	/* Within the limit the flag changes nothing. */
	mod_node_page_state(NODE_DATA(0), NR_FILE_DIRTY, -100000);
	ac.spread_dirty_pages = true;
	ck_assert_ptr_nonnull(get_page_from_freelist(GFP_USER, 0, ALLOC_WMARK_LOW, &ac));
	ck_assert_str_eq(test_decisions(DECISION_ZONE_DIRTY),
			 "Normal; DMA32; DMA; Normal; DMA32; DMA; Normal; DMA32; DMA");
}

#ifdef CONFIG_NUMA
/*
 *   node 0                    node 1
 *   DMA 40000   Normal 42000  Normal 44000
 */
static struct zone *near_dma, *near, *far;

static void two_nodes(void)
{
	const struct hand_zone zones[] = { { 0, ZONE_DMA, DMA_PFN, ZONE_PAGES },
					   { 0, ZONE_NORMAL, DMA32_PFN, ZONE_PAGES },
					   { 1, ZONE_NORMAL, NORMAL_PFN, ZONE_PAGES } };

	hand_machine(zones, 3, 1);
	near_dma = test_zone(0, ZONE_DMA);
	near = test_zone(0, ZONE_NORMAL);
	far = test_zone(1, ZONE_NORMAL);
}

/*
 * Node 0 has only an unmovable block, node 1 plenty of movable memory. Expect the movable request to
 * stay on node 0 and mix types there: the remote zone is not even asked for its watermark.
 */
TEST(get_page_from_freelist_locality_beats_fragmentation, "08-10")
{
	two_nodes();
	test_witness();
	hand_lay_blocks(DMA32_PFN, 3, MIGRATE_UNMOVABLE, 1);
	hand_lay(NORMAL_PFN, 9, MIGRATE_MOVABLE);

	ck_assert_uint_eq(walk(0, ALLOC_WMARK_LOW | ALLOC_NOFRAGMENT, ZONE_NORMAL), DMA32_PFN);
	ck_assert_str_eq(test_take_events(),
			 "alloc_zone_locked -1 0 1; alloc_extfrag 42000 0 3 1 0 0; "
			 "alloc_zone_locked 42000 0 1; alloc_zone_locked 42001 0 1; "
			 "alloc_zone_locked 42002 0 1");
	ck_assert_str_eq(test_decisions(DECISION_STAY_ON_NODE), "Normal");
}

/* Expect another zone of the same node to be tried unmixed before that. */
TEST(get_page_from_freelist_nofragment_uses_other_zone_of_node, "08-10")
{
	two_nodes();
	hand_lay_blocks(DMA32_PFN, 3, MIGRATE_UNMOVABLE, 1);
	hand_lay(DMA_PFN, 3, MIGRATE_MOVABLE);
	hand_lay(NORMAL_PFN, 9, MIGRATE_MOVABLE);

	ck_assert_uint_eq(walk(0, ALLOC_WMARK_LOW | ALLOC_NOFRAGMENT, ZONE_NORMAL), DMA_PFN);
}

/* Expect the restart to lead to the remote node in the end, if nothing local can be had at all. */
TEST(get_page_from_freelist_restart_reaches_remote_node, "08-10")
{
	two_nodes();
	hand_lay(NORMAL_PFN, 9, MIGRATE_MOVABLE);
	ck_assert_uint_eq(walk(0, ALLOC_WMARK_LOW | ALLOC_NOFRAGMENT, ZONE_NORMAL), NORMAL_PFN);
}

static int seen_events;

/* When the preferred zone fails for the second time, the remote node becomes clean. */
static void clean_in_second_pass(const struct trace_event *event, void *context)
{
	(void)event;
	(void)context;
	if (++seen_events == 2)
		NODE_DATA(1)->vm_stat[NR_FILE_DIRTY] = 0;
}

/*
 * Node 0 passes its mark and has nothing for the request; node 1 is over its dirty limit in the
 * first pass only. Expect it to be remembered: the second pass does not ask again.
 */
TEST(get_page_from_freelist_dirty_node_is_remembered_over_restart, "08-9")
{
	struct alloc_context ac;

	two_nodes();
	hand_lay_blocks(DMA32_PFN, 9, MIGRATE_HIGHATOMIC, 1);
	hand_lay(NORMAL_PFN, 9, MIGRATE_MOVABLE);
	mod_node_page_state(NODE_DATA(1), NR_FILE_DIRTY, 100000);
	world->subscriber = clean_in_second_pass;
	ac = hand_context(0, ZONE_NORMAL, MIGRATE_MOVABLE);
	ac.spread_dirty_pages = true;

	ck_assert_ptr_null(
		get_page_from_freelist(GFP_USER, 0, ALLOC_WMARK_LOW | ALLOC_NOFRAGMENT, &ac));
	ck_assert_int_eq(seen_events, 2);
	/* The next walk starts with a fresh memory. */
	ck_assert_uint_eq(page_to_pfn(get_page_from_freelist(GFP_USER, 0, ALLOC_WMARK_LOW, &ac)),
			  NORMAL_PFN);
}

/* Expect a dirty node to be left for one that is not. */
TEST(get_page_from_freelist_dirty_pages_spread_over_nodes, "08-9")
{
	struct alloc_context ac;

	two_nodes();
	hand_lay(DMA32_PFN, 9, MIGRATE_MOVABLE);
	hand_lay(NORMAL_PFN, 9, MIGRATE_MOVABLE);
	mod_node_page_state(NODE_DATA(0), NR_FILE_DIRTY, 100000);
	ac = hand_context(0, ZONE_NORMAL, MIGRATE_MOVABLE);
	ac.spread_dirty_pages = true;
	ck_assert_uint_eq(page_to_pfn(get_page_from_freelist(GFP_USER, 0, ALLOC_WMARK_LOW, &ac)),
			  NORMAL_PFN);
}

/* Expect the nodemask to leave out a node, and the cpuset to leave out another. */
TEST(get_page_from_freelist_nodemask_and_cpuset_filter_nodes, "08-7")
{
	nodemask_t only_far = { 2 };
	struct alloc_context ac;

	two_nodes();
	hand_lay(DMA32_PFN, 9, MIGRATE_MOVABLE);
	hand_lay(NORMAL_PFN, 9, MIGRATE_MOVABLE);
	ac = hand_context(0, ZONE_NORMAL, MIGRATE_MOVABLE);
	ac.nodemask = &only_far;
	ac.preferred_zoneref = first_zones_zonelist(ac.zonelist, ZONE_NORMAL, &only_far);
	ck_assert_uint_eq(page_to_pfn(get_page_from_freelist(GFP_USER, 0, ALLOC_WMARK_LOW, &ac)),
			  NORMAL_PFN);

	ac = hand_context(0, ZONE_NORMAL, MIGRATE_MOVABLE);
	confine(only_far);
	ck_assert_uint_eq(page_to_pfn(get_page_from_freelist(GFP_USER, 0,
							     ALLOC_WMARK_LOW | ALLOC_CPUSET, &ac)),
			  NORMAL_PFN + 1);
}

static int count_node_reclaim(struct pglist_data *pgdat, gfp_t gfp_mask, unsigned int order)
{
	(void)gfp_mask;
	(void)order;
	reclaim_calls |= 1 << pgdat->node_id;
	return NODE_RECLAIM_NOSCAN;
}

/* Expect reclaim on a node at distance 30, and none at distance 31. */
TEST(get_page_from_freelist_no_reclaim_on_distant_node, "08-5")
{
	two_nodes();
	test_set_watermarks(near, 1, 1, 1);
	test_set_watermarks(near_dma, 1, 1, 1);
	test_set_watermarks(far, 1, 1, 1);
	world->node_reclaim_mode = 1;
	world->hooks.node_reclaim = count_node_reclaim;
	world->node_distance[0][1] = 30;
	walk(0, ALLOC_WMARK_LOW, ZONE_NORMAL);
	ck_assert_int_eq(reclaim_calls, 3);

	reclaim_calls = 0;
	world->node_distance[0][1] = 31;
	walk(0, ALLOC_WMARK_LOW, ZONE_NORMAL);
	ck_assert_int_eq(reclaim_calls, 1);
}
#endif

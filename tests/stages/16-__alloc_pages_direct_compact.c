/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of stage 16: whether to compact, and compacting.
 *
 * Most begin from one scene: a zone of 16 pageblocks in which every other page is in use and can be
 * moved, so that half of the memory is free and no two free pages touch.
 */
#include <errno.h>
#include <string.h>

#include "gfp.h"
#include "gfp_zones.h"
#include "life/life.h"
#include "machines.h"

/** Pages in the zone of the scenes. */
#define SCENE_PAGES 8192ul
#define BLOCK	    pageblock_nr_pages

/** Who owns the pages of a scene: owner[index] is where page `index` is now. */
static struct page *owner[SCENE_PAGES];
static unsigned long nr_moves;
static struct page *refused;
static struct address_space file;

static bool owner_is_told(struct page *from, struct page *to)
{
	ck_assert_ptr_eq(owner[to->index], from);
	if (from == refused)
		return false;
	owner[to->index] = to;
	nr_moves++;
	return true;
}

/** Fill a page with what only this page can hold. */
static void write_content(struct page *page, unsigned long seed)
{
	unsigned long *word = page_address(page);

	for (unsigned long i = 0; i < PAGE_SIZE / sizeof(*word); i++)
		word[i] = seed * 1000003 + i;
}

static void check_content(const struct page *page, unsigned long seed)
{
	const unsigned long *word = page_address(page);

	for (unsigned long i = 0; i < PAGE_SIZE / sizeof(*word); i++)
		ck_assert_uint_eq(word[i], seed * 1000003 + i);
}

/** Make a page in use a page of a file, on its LRU list. */
static void make_movable(struct page *page, unsigned long index)
{
	struct pglist_data *pgdat = page_zone(page)->zone_pgdat;

	owner[index] = page;
	page->mapping = &file;
	page->index = index;
	SetPageFlag(page, PG_lru);
	SetPageFlag(page, PG_uptodate);
	list_add(&page->lru, &pgdat->lruvec.lists[LRU_INACTIVE_FILE]);
	mod_node_page_state(pgdat, NR_INACTIVE_FILE, 1);
	write_content(page, index);
}

/** A machine with everything in use, nothing on a list; its only zone with memory. */
static struct zone *scene_full(void)
{
	struct zone *zone;

	test_machine_uma(SCENE_PAGES / 256);
	world->hooks.page_moved = owner_is_told;
	zone = test_zone(0, ZONE_DMA);
	test_empty_zone(zone);
	test_set_watermarks(zone, 100, 125, 150);
	/* Counters without delay: the marks are tested to the page. */
	zone->pageset[0].stat_threshold = 0;
	nr_moves = 0;
	refused = NULL;
	return zone;
}

/** Odd pages become free, the highest at the tail of their list; even ones movable. */
static void free_every_other_page(struct zone *zone)
{
	for (unsigned long i = SCENE_PAGES; i > 0; i -= 2) {
		make_movable(test_page(zone, i - 2), i - 2);
		test_free_block(test_page(zone, i - 1), 0, MIGRATE_MOVABLE);
	}
}

/** Every other page in use and movable, the others free. */
static struct zone *scene_checkered(void)
{
	struct zone *zone = scene_full();

	free_every_other_page(zone);
	test_forget_events();
	return zone;
}

/** Every page of the scene is somewhere, with its content, known to its owner and to reclaim. */
static void check_owners(unsigned long step)
{
	for (unsigned long i = 0; i < SCENE_PAGES; i += step) {
		ck_assert_uint_eq(owner[i]->index, i);
		ck_assert_ptr_eq(owner[i]->mapping, &file);
		ck_assert_int_eq(page_count(owner[i]), 1);
		ck_assert(PageFlag(owner[i], PG_lru) && PageFlag(owner[i], PG_uptodate));
		check_content(owner[i], i);
	}
	ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_FILE), 0);
	test_check_lists();
}

/** A request's zones: the fallback list of node 0. */
static struct alloc_context request_zones(int migratetype)
{
	return (struct alloc_context){
		.zonelist = &NODE_DATA(0)->node_zonelists[ZONELIST_FALLBACK],
		.highest_zoneidx = ZONE_MOVABLE,
		.migratetype = migratetype,
		.preferred_zoneref = NODE_DATA(0)->node_zonelists[ZONELIST_FALLBACK]._zonerefs,
	};
}

/* ---- deciding: what the environment of a replay is asked ---- */

/** Compaction as a test wants it to go: a result and perhaps a block, a zone. */
static struct {
	enum compact_result result[MAX_NR_ZONES];
	struct page *capture;
	int asked;
	unsigned int task_flags;
	enum compact_result suitable;
} plan;

static enum compact_result planned(struct zone *zone, unsigned int order,
				   enum compact_result suitable, struct page **capture)
{
	(void)order;
	plan.asked++;
	plan.task_flags = current->flags;
	plan.suitable = suitable;
	*capture = plan.capture;
	return plan.result[zone_idx(zone)];
}

static void plan_for_all(enum compact_result result)
{
	memset(&plan, 0, sizeof(plan));
	for (int zid = 0; zid < MAX_NR_ZONES; zid++)
		plan.result[zid] = result;
	world->environment.compact_zone = planned;
}

static enum compact_result try_zones(gfp_t gfp_mask, unsigned int order, enum compact_priority prio)
{
	struct alloc_context ac = request_zones(gfp_migratetype(gfp_mask));
	struct page *page = NULL;

	return try_to_compact_pages(gfp_mask, order, 0, &ac, prio, &page);
}

TEST(direct_compact_leaves_order_zero_alone, "16-1")
{
	enum compact_result result = COMPACT_CONTENDED;
	struct alloc_context ac;

	test_machine_uma(32);
	ac = request_zones(MIGRATE_UNMOVABLE);
	ck_assert_ptr_null(__alloc_pages_direct_compact(GFP_KERNEL, 0, 0, &ac,
							INIT_COMPACT_PRIORITY, &result));
	ck_assert_int_eq(result, COMPACT_CONTENDED);
	ck_assert_int_eq(test_events(), 0);
	ck_assert_uint_eq(world->vm_event[COMPACTSTALL], 0);
}

TEST(direct_compact_without_io_only_walks, "16-1")
{
	enum compact_result result = COMPACT_CONTENDED;
	struct alloc_context ac;
	struct page *page;

	test_machine_uma(32);
	ac = request_zones(MIGRATE_UNMOVABLE);
	plan_for_all(COMPACT_SUCCESS);
	test_zone(0, ZONE_DMA)->compact_blockskip_flush = true;
	test_zone(0, ZONE_DMA)->compact_defer_shift = 3;
	page = __alloc_pages_direct_compact(GFP_NOIO, 2, ALLOC_WMARK_MIN, &ac,
					    INIT_COMPACT_PRIORITY, &result);
	ck_assert_ptr_nonnull(page);
	ck_assert_int_eq(plan.asked, 0);
	ck_assert_int_eq(result, COMPACT_SKIPPED);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_try_to_compact_pages), 0);
	/* The block counts as compaction's success all the same. */
	ck_assert_int_eq(test_count(TRACE_mm_compaction_defer_reset), 1);
	ck_assert(!test_zone(0, ZONE_DMA)->compact_blockskip_flush);
	ck_assert_uint_eq(test_zone(0, ZONE_DMA)->compact_defer_shift, 0);
	ck_assert_uint_eq(world->vm_event[COMPACTSTALL], 1);
	ck_assert_uint_eq(world->vm_event[COMPACTSUCCESS], 1);
	ck_assert_uint_eq(world->vm_event[COMPACTFAIL], 0);
}

TEST(direct_compact_fails_and_counts_it, "16-1")
{
	enum compact_result result;
	struct alloc_context ac;

	test_machine_uma(32);
	test_empty_machine();
	ac = request_zones(MIGRATE_UNMOVABLE);
	plan_for_all(COMPACT_PARTIAL_SKIPPED);
	ck_assert_ptr_null(
		__alloc_pages_direct_compact(GFP_KERNEL, 4, 0, &ac, DEF_COMPACT_PRIORITY, &result));
	ck_assert_int_eq(result, COMPACT_PARTIAL_SKIPPED);
	ck_assert_uint_eq(world->vm_event[COMPACTSTALL], 1);
	ck_assert_uint_eq(world->vm_event[COMPACTFAIL], 1);
	/* The run had the reserves at its disposal, and only the run. */
	ck_assert_uint_eq(plan.task_flags & PF_MEMALLOC, PF_MEMALLOC);
	ck_assert_uint_eq(current->flags & PF_MEMALLOC, 0);
}

TEST(direct_compact_keeps_an_outer_memalloc_scope, "")
{
	enum compact_result result;
	struct alloc_context ac;

	test_machine_uma(32);
	test_empty_machine();
	ac = request_zones(MIGRATE_UNMOVABLE);
	plan_for_all(COMPACT_CONTENDED);
	current->flags |= PF_MEMALLOC;
	__alloc_pages_direct_compact(GFP_KERNEL, 4, 0, &ac, DEF_COMPACT_PRIORITY, &result);
	ck_assert_uint_eq(current->flags & PF_MEMALLOC, PF_MEMALLOC);
}

TEST(direct_compact_prepares_a_caught_block, "16-11")
{
	enum compact_result result;
	struct alloc_context ac;
	struct page *page;

	test_machine_uma(32);
	test_empty_machine();
	ac = request_zones(MIGRATE_UNMOVABLE);
	plan_for_all(COMPACT_SUCCESS);
	plan.capture = test_page(test_zone(0, ZONE_DMA), 16);
	for (int i = 0; i < 16; i++)
		set_page_count(plan.capture + i, 0);
	page = __alloc_pages_direct_compact(GFP_KERNEL | __GFP_COMP, 4, 0, &ac,
					    DEF_COMPACT_PRIORITY, &result);
	ck_assert_ptr_eq(page, plan.capture);
	ck_assert_int_eq(page_count(page), 1);
	ck_assert_uint_eq(compound_order(page), 4);
	/* Once as "should work now", once as allocated. */
	ck_assert_int_eq(test_count(TRACE_mm_compaction_defer_reset), 2);
}

/* ---- the order of zones ---- */

TEST(try_to_compact_takes_the_greatest_result, "16-4")
{
	test_machine_zones(32);
	plan_for_all(COMPACT_SKIPPED);
	plan.result[ZONE_DMA32] = COMPACT_CONTENDED;
	ck_assert_int_eq(try_zones(GFP_KERNEL, 4, COMPACT_PRIO_ASYNC), COMPACT_CONTENDED);
	ck_assert_int_eq(plan.asked, 3);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_try_to_compact_pages, 0)->field[0], 4);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_try_to_compact_pages, 0)->field[1],
			 GFP_KERNEL);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_try_to_compact_pages, 0)->field[2],
			 COMPACT_PRIO_ASYNC);
}

TEST(try_to_compact_deferred_then_skipped_is_deferred, "16-4")
{
	test_machine_zones(32);
	plan_for_all(COMPACT_SKIPPED);
	test_zone(0, ZONE_NORMAL)->compact_defer_shift = 2;
	ck_assert_int_eq(try_zones(GFP_KERNEL, 4, COMPACT_PRIO_ASYNC), COMPACT_DEFERRED);
	ck_assert_int_eq(plan.asked, 2);
	/* A zone that is skipped first changes nothing about it. */
	test_zone(0, ZONE_NORMAL)->compact_defer_shift = 0;
	test_zone(0, ZONE_DMA)->compact_defer_shift = 2;
	ck_assert_int_eq(try_zones(GFP_KERNEL, 4, COMPACT_PRIO_SYNC_LIGHT), COMPACT_DEFERRED);
	/* Nor does a deferral after something greater. */
	test_zone(0, ZONE_DMA)->compact_considered = 0;
	plan.result[ZONE_NORMAL] = COMPACT_COMPLETE;
	ck_assert_int_eq(try_zones(GFP_KERNEL, 4, COMPACT_PRIO_ASYNC), COMPACT_COMPLETE);
}

TEST(try_to_compact_full_effort_ignores_deferral, "16-3")
{
	test_machine_uma(32);
	plan_for_all(COMPACT_SKIPPED);
	test_zone(0, ZONE_DMA)->compact_defer_shift = 6;
	ck_assert_int_eq(try_zones(GFP_KERNEL, 4, COMPACT_PRIO_SYNC_FULL), COMPACT_SKIPPED);
	ck_assert_int_eq(plan.asked, 1);
	ck_assert_uint_eq(test_zone(0, ZONE_DMA)->compact_considered, 0);
}

TEST(try_to_compact_success_ends_the_walk, "16-4")
{
	struct zone *zone;

	test_machine_zones(32);
	plan_for_all(COMPACT_SKIPPED);
	plan.result[ZONE_NORMAL] = COMPACT_SUCCESS;
	zone = test_zone(0, ZONE_NORMAL);
	zone->compact_order_failed = 2;
	zone->compact_defer_shift = 1;
	zone->compact_considered = 1;
	ck_assert_int_eq(try_zones(GFP_KERNEL, 4, COMPACT_PRIO_ASYNC), COMPACT_SUCCESS);
	ck_assert_int_eq(plan.asked, 1);
	/* order_failed is lifted although nothing was compacted; the waiting time stays. */
	ck_assert_int_eq(zone->compact_order_failed, 5);
	ck_assert_uint_eq(zone->compact_defer_shift, 1);
}

TEST(try_to_compact_defers_after_a_failure_that_waited, "16-3")
{
	static const struct {
		enum compact_priority prio;
		enum compact_result result;
		bool deferred;
	} row[] = {
		{ COMPACT_PRIO_SYNC_LIGHT, COMPACT_COMPLETE, true },
		{ COMPACT_PRIO_SYNC_LIGHT, COMPACT_PARTIAL_SKIPPED, true },
		{ COMPACT_PRIO_SYNC_FULL, COMPACT_COMPLETE, true },
		{ COMPACT_PRIO_SYNC_LIGHT, COMPACT_CONTENDED, false },
		{ COMPACT_PRIO_SYNC_LIGHT, COMPACT_SKIPPED, false },
		{ COMPACT_PRIO_ASYNC, COMPACT_COMPLETE, false },
		{ COMPACT_PRIO_ASYNC, COMPACT_PARTIAL_SKIPPED, false },
	};

	test_machine_uma(32);
	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		struct zone *zone = test_zone(0, ZONE_DMA);

		zone->compact_defer_shift = 0;
		plan_for_all(row[i].result);
		try_zones(GFP_KERNEL, 4, row[i].prio);
		ck_assert_uint_eq(zone->compact_defer_shift, row[i].deferred);
	}
}

TEST(try_to_compact_stops_for_a_signal_or_another_task, "")
{
	test_machine_zones(32);
	plan_for_all(COMPACT_CONTENDED);
	current->need_resched = true;
	try_zones(GFP_KERNEL, 4, COMPACT_PRIO_SYNC_LIGHT);
	ck_assert_int_eq(plan.asked, 3);
	plan_for_all(COMPACT_CONTENDED);
	try_zones(GFP_KERNEL, 4, COMPACT_PRIO_ASYNC);
	ck_assert_int_eq(plan.asked, 1);
	current->need_resched = false;
	current->fatal_signal_pending = true;
	plan_for_all(COMPACT_CONTENDED);
	try_zones(GFP_KERNEL, 4, COMPACT_PRIO_SYNC_LIGHT);
	ck_assert_int_eq(plan.asked, 1);
}

/* ---- suitability ---- */

/** A zone with so many single free pages, no two together; min 100, low 200, high 300. */
static struct zone *scene_singles(unsigned long nr_free)
{
	struct zone *zone = scene_full();

	for (unsigned long i = 0; i < nr_free; i++)
		test_free_block(test_page(zone, 2 * i), 0, MIGRATE_MOVABLE);
	test_set_watermarks(zone, 100, 200, 300);
	return zone;
}

TEST(suitable_every_row_of_the_decision_table, "16-2")
{
	static const struct {
		unsigned long nr_free;
		int order;
		unsigned int alloc_flags;
		enum compact_result result, event;
	} row[] = {
		/* Order 3 needs min + 16, and more than that: 117. Order 4 low + 32: 233. */
		{ 116, 3, ALLOC_WMARK_MIN, COMPACT_SKIPPED, COMPACT_SKIPPED },
		{ 117, 3, ALLOC_WMARK_MIN, COMPACT_CONTINUE, COMPACT_CONTINUE },
		{ 117, 3, ALLOC_WMARK_HIGH, COMPACT_CONTINUE, COMPACT_CONTINUE },
		{ 232, 4, ALLOC_WMARK_MIN, COMPACT_SKIPPED, COMPACT_SKIPPED },
		{ 233, 4, ALLOC_WMARK_MIN, COMPACT_CONTINUE, COMPACT_CONTINUE },
		/* On request, whatever is free. */
		{ 1, -1, ALLOC_WMARK_MIN, COMPACT_CONTINUE, COMPACT_CONTINUE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		struct zone *zone = scene_singles(row[i].nr_free);

		test_forget_events();
		ck_assert_int_eq(compaction_suitable(zone, row[i].order, row[i].alloc_flags, 0),
				 row[i].result);
		ck_assert_int_eq(test_event(TRACE_mm_compaction_suitable, 0)->field[2],
				 row[i].order);
		ck_assert_int_eq(test_event(TRACE_mm_compaction_suitable, 0)->field[3],
				 row[i].event);
		machine_free(world);
	}
}

TEST(suitable_block_is_there_already, "16-2")
{
	struct zone *zone = scene_singles(300);

	test_free_block(test_page(zone, 1024), 4, MIGRATE_MOVABLE);
	ck_assert_int_eq(compaction_suitable(zone, 4, ALLOC_WMARK_MIN, 0), COMPACT_SUCCESS);
	/* 316 free, 15 of them do not count, and 300 is not below 300: too few for the high mark. */
	test_set_watermarks(zone, 100, 200, 301);
	ck_assert_int_eq(compaction_suitable(zone, 4, ALLOC_WMARK_HIGH, 0), COMPACT_CONTINUE);
	ck_assert_int_eq(compaction_suitable(zone, 4, ALLOC_WMARK_LOW, 0), COMPACT_SUCCESS);
}

TEST(suitable_boost_counts, "16-2")
{
	struct zone *zone = scene_singles(233);

	ck_assert_int_eq(compaction_suitable(zone, 4, 0, 0), COMPACT_CONTINUE);
	zone->watermark_boost = 1;
	ck_assert_int_eq(compaction_suitable(zone, 4, 0, 0), COMPACT_SKIPPED);
}

TEST(suitable_cma_pages_can_be_copied_to, "16-2")
{
	struct zone *zone = scene_singles(200);

	for (unsigned long i = 0; i < 33; i++)
		test_free_block(test_page(zone, 4096 + 2 * i), 0, MIGRATE_CMA);
	ck_assert_int_eq(compaction_suitable(zone, 4, 0, 0), COMPACT_CONTINUE);
}

TEST(suitable_lack_of_memory_is_not_fragmentation, "16-2")
{
	struct zone *zone = scene_full();

	/* One list, large blocks: index 1000 - (1000 + 1000 * 600 / 512) / blocks. */
	test_set_watermarks(zone, 10, 20, 30);
	for (unsigned long i = 0; i < 3; i++)
		test_free_block(test_page(zone, 512 * i), 8, MIGRATE_MOVABLE);
	for (unsigned long i = 0; i < 400; i++)
		test_free_block(test_page(zone, 2048 + 2 * i), 0, MIGRATE_MOVABLE);
	ck_assert_int_gt(fragmentation_index(zone, 9), 500);
	ck_assert_int_eq(compaction_suitable(zone, 9, 0, 0), COMPACT_CONTINUE);
	for (unsigned long i = 0; i < 400; i++) {
		struct page *page = test_page(zone, 2048 + 2 * i);

		del_page_from_free_list(page, zone, 0);
	}
	/* 768 pages in 3 blocks: index 1000 - 2500 / 3 = 167. */
	ck_assert_int_eq(fragmentation_index(zone, 9), 167);
	test_forget_events();
	ck_assert_int_eq(compaction_suitable(zone, 9, 0, 0), COMPACT_SKIPPED);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_suitable, 0)->field[3],
			 COMPACT_NOT_SUITABLE_ZONE);
}

TEST(fragmentation_index_by_its_formula, "16-2")
{
	struct zone *zone = scene_full();

	ck_assert_int_eq(fragmentation_index(zone, 4), 0);
	/* Two single pages: 1000 - floor((1000 + floor(2000 / 16)) / 2) = 1000 - 562. */
	test_free_block(test_page(zone, 0), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 2), 0, MIGRATE_CMA);
	ck_assert_int_eq(fragmentation_index(zone, 4), 438);
	/* A third one, isolated, counts as well: 1000 - floor((1000 + 187) / 3). */
	test_free_block(test_page(zone, 4), 0, MIGRATE_ISOLATE);
	ck_assert_int_eq(fragmentation_index(zone, 4), 605);
	/* A block that is large enough: the request would not fail for that. */
	test_free_block(test_page(zone, 64), 5, MIGRATE_HIGHATOMIC);
	ck_assert_int_eq(fragmentation_index(zone, 4), -1000);
	ck_assert_int_eq(fragmentation_index(zone, 5), -1000);
	ck_assert_int_gt(fragmentation_index(zone, 6), 0);
}

static unsigned long reclaimable;

static unsigned long reclaimable_as_planned(struct zone *zone)
{
	(void)zone;
	return reclaimable;
}

TEST(zonelist_suitable_believes_a_share_of_what_is_reclaimable, "")
{
	struct zone *zone = scene_singles(33);
	struct alloc_context ac = request_zones(MIGRATE_UNMOVABLE);

	world->environment.reclaimable_pages = reclaimable_as_planned;
	/* 233 pages needed: 33 are free, 200 * 4 must be reclaimable. */
	reclaimable = 799;
	ck_assert(!compaction_zonelist_suitable(&ac, 4, 0));
	reclaimable = 800;
	ck_assert(compaction_zonelist_suitable(&ac, 4, 0));
	/* A block that is there makes it suitable too; no event, no index. */
	reclaimable = 0;
	test_set_watermarks(zone, 1, 2, 3);
	test_free_block(test_page(zone, 1024), 9, MIGRATE_MOVABLE);
	ck_assert(compaction_zonelist_suitable(&ac, 9, 0));
	ck_assert_int_eq(test_events(), 0);
}

/* ---- deferral ---- */

TEST(deferral_doubles_up_to_sixty_four, "16-3")
{
	struct zone *zone;

	test_machine_uma(32);
	zone = test_zone(0, ZONE_DMA);
	ck_assert(!compaction_deferred(zone, 4));
	for (unsigned int failure = 1; failure <= 8; failure++) {
		unsigned int shift = failure < 6 ? failure : 6;

		zone->compact_order_failed = 9;
		defer_compaction(zone, 4);
		ck_assert_uint_eq(zone->compact_defer_shift, shift);
		ck_assert_uint_eq(zone->compact_considered, 0);
		ck_assert_int_eq(zone->compact_order_failed, 4);
		for (unsigned int i = 1; i < 1u << shift; i++) {
			ck_assert(compaction_deferred(zone, 4));
			ck_assert_int_eq(test_last_event(TRACE_mm_compaction_deferred)->field[3],
					 i);
			ck_assert_int_eq(test_last_event(TRACE_mm_compaction_deferred)->field[4],
					 shift);
			ck_assert_int_eq(test_last_event(TRACE_mm_compaction_deferred)->field[5],
					 4);
		}
		/* The time is over, until the next failure, however often it is asked. */
		ck_assert(!compaction_deferred(zone, 4));
		ck_assert(!compaction_deferred(zone, 4));
		ck_assert_uint_eq(zone->compact_considered, 1u << shift);
	}
}

TEST(deferral_spares_lower_orders, "16-3")
{
	struct zone *zone;

	test_machine_uma(32);
	zone = test_zone(0, ZONE_DMA);
	zone->compact_order_failed = 5;
	defer_compaction(zone, 7);
	ck_assert_int_eq(zone->compact_order_failed, 5);
	ck_assert(!compaction_deferred(zone, 4));
	ck_assert_uint_eq(zone->compact_considered, 0);
	ck_assert(compaction_deferred(zone, 5));
}

TEST(defer_reset_every_row, "16-3")
{
	struct zone *zone;

	test_machine_uma(32);
	zone = test_zone(0, ZONE_DMA);
	zone->compact_defer_shift = 3;
	zone->compact_considered = 5;
	zone->compact_order_failed = 4;
	compaction_defer_reset(zone, 3, false);
	ck_assert_int_eq(zone->compact_order_failed, 4);
	ck_assert_uint_eq(zone->compact_considered, 5);
	compaction_defer_reset(zone, 4, false);
	ck_assert_int_eq(zone->compact_order_failed, 5);
	ck_assert_uint_eq(zone->compact_defer_shift, 3);
	compaction_defer_reset(zone, 4, true);
	ck_assert_uint_eq(zone->compact_considered, 0);
	ck_assert_uint_eq(zone->compact_defer_shift, 0);
	ck_assert_int_eq(zone->compact_order_failed, 5);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_defer_reset), 3);
}

TEST(restarting_only_after_the_longest_deferral, "16-12")
{
	struct zone *zone;

	test_machine_uma(32);
	zone = test_zone(0, ZONE_DMA);
	zone->compact_defer_shift = 6;
	zone->compact_considered = 64;
	zone->compact_order_failed = 4;
	ck_assert(compaction_restarting(zone, 4));
	ck_assert(!compaction_restarting(zone, 3));
	zone->compact_considered = 63;
	ck_assert(!compaction_restarting(zone, 4));
	zone->compact_considered = 64;
	zone->compact_defer_shift = 5;
	ck_assert(!compaction_restarting(zone, 4));
}

/* ---- the whole path on a live machine ---- */

/*
 *  #.#.#.#.|#.#.#.#.| ... |#.#.#.#.|      half of it free, not one block of two pages
 *  Expect, after one request for a pageblock: it is served, nothing is lost.
 */
TEST(direct_compact_cures_fragmentation, "")
{
	struct zone *zone = scene_checkered();
	struct page *page;

	ck_assert_uint_eq(zone->free_area[1].nr_free, 0);
	page = alloc_pages(GFP_HIGHUSER_MOVABLE, pageblock_order);
	ck_assert_ptr_nonnull(page);
	ck_assert_uint_gt(nr_moves, 200);
	check_owners(2);
}

/* ---- the scanner of pages in use ---- */

static struct compact_control run;

/** A run by hand: order 3 (so that there is no fast start), for a movable request, from the ends. */
static struct compact_control *run_on(struct zone *zone, enum migrate_mode mode)
{
	memset(&run, 0, sizeof(run));
	run.zone = zone;
	run.order = 3;
	run.search_order = 3;
	run.gfp_mask = GFP_HIGHUSER_MOVABLE;
	run.migratetype = MIGRATE_MOVABLE;
	run.mode = mode;
	run.direct_compaction = true;
	run.migrate_pfn = zone->zone_start_pfn;
	run.free_pfn = pageblock_start_pfn(zone_end_pfn(zone) - 1);
	INIT_LIST_HEAD(&run.freepages);
	return &run;
}

/** Was this page isolated? */
static bool is_held(const struct page *page)
{
	for (unsigned long i = 0; i < run.nr_migratepages; i++)
		if (run.migratepages[i] == page)
			return true;
	return false;
}

static void expect_scan(unsigned long start, unsigned long end, int scanned, int taken)
{
	const struct trace_event *event = test_last_event(TRACE_mm_compaction_isolate_migratepages);

	ck_assert_int_eq(event->field[0], (s64)(TEST_DRAM_PFN + start));
	ck_assert_int_eq(event->field[1], (s64)(TEST_DRAM_PFN + end));
	ck_assert_int_eq(event->field[2], scanned);
	ck_assert_int_eq(event->field[3], taken);
}

/*
 *  pfn  0-3   4-7       8       9       10    11    12    13     14     15
 *       free  compound  kernel  driver  anon  anon  anon  wback  dirty  clean
 *                                       held        swap
 */
static struct zone *scene_kinds(void)
{
	struct zone *zone = scene_full();

	test_free_block(test_page(zone, 0), 2, MIGRATE_MOVABLE);
	prep_compound_page(test_page(zone, 4), 2);
	test_page(zone, 9)->mapping = (void *)((unsigned long)&file | 2);
	for (unsigned long i = 10; i < 16; i++)
		make_movable(test_page(zone, i), i);
	for (unsigned long i = 10; i < 13; i++) {
		struct page *page = test_page(zone, i);

		page->mapping = (void *)((unsigned long)&file | PAGE_MAPPING_ANON);
		page->_mapcount = 0;
		SetPageFlag(page, PG_swapbacked);
	}
	set_page_count(test_page(zone, 10), 2);
	SetPageFlag(test_page(zone, 12), PG_swapcache);
	set_page_count(test_page(zone, 12), 2);
	SetPageFlag(test_page(zone, 13), PG_writeback);
	SetPageFlag(test_page(zone, 14), PG_dirty);
	test_forget_events();
	return zone;
}

static bool dirty_stays(const struct page *page)
{
	ck_assert(PageFlag(page, PG_dirty));
	return false;
}

TEST(isolate_every_kind_of_page, "16-7")
{
	static const enum migrate_mode modes[] = { MIGRATE_ASYNC, MIGRATE_SYNC_LIGHT,
						   MIGRATE_SYNC };

	for (int i = 0; i < 3; i++) {
		struct zone *zone = scene_kinds();
		struct compact_control *cc = run_on(zone, modes[i]);

		cc->direct_compaction = false;
		world->hooks.dirty_page_movable = dirty_stays;
		ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_SUCCESS);
		ck_assert(!is_held(test_page(zone, 0)));
		ck_assert(!is_held(test_page(zone, 4)) && !is_held(test_page(zone, 5)));
		ck_assert(!is_held(test_page(zone, 8)));
		ck_assert(is_held(test_page(zone, 9)));
		ck_assert(!is_held(test_page(zone, 10)));
		ck_assert(is_held(test_page(zone, 11)));
		ck_assert(is_held(test_page(zone, 12)));
		/* Waiting for the disk is for compaction on request only. */
		ck_assert_int_eq(is_held(test_page(zone, 13)), modes[i] == MIGRATE_SYNC);
		ck_assert_int_eq(is_held(test_page(zone, 14)), modes[i] == MIGRATE_SYNC);
		ck_assert(is_held(test_page(zone, 15)));
		ck_assert(!PageFlag(test_page(zone, 15), PG_lru));
		ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_ANON), 2);
		ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_FILE),
				  modes[i] == MIGRATE_SYNC ? 3 : 1);
		/* 1 for the free block and 1 for the compound one, the rest one by one. */
		expect_scan(0, BLOCK, (int)BLOCK - 6, (int)cc->nr_migratepages);

		putback_movable_pages(cc);
		ck_assert_uint_eq(cc->nr_migratepages, 0);
		ck_assert(PageFlag(test_page(zone, 15), PG_lru));
		ck_assert(!PageFlag(test_page(zone, 9), PG_lru));
		ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_ANON), 0);
		ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_FILE), 0);
		machine_free(world);
	}
}

static bool dirty_goes(const struct page *page)
{
	return PageFlag(page, PG_dirty);
}

TEST(isolate_dirty_page_its_owner_can_move, "16-7")
{
	struct zone *zone = scene_kinds();

	world->hooks.dirty_page_movable = dirty_goes;
	isolate_migratepages(run_on(zone, MIGRATE_SYNC_LIGHT));
	ck_assert(is_held(test_page(zone, 14)));
}

TEST(isolate_dirty_page_that_can_be_moved, "16-7")
{
	struct zone *zone = scene_kinds();

	isolate_migratepages(run_on(zone, MIGRATE_SYNC_LIGHT));
	ck_assert(is_held(test_page(zone, 14)));
	ck_assert(!is_held(test_page(zone, 13)));
}

TEST(isolate_without_file_systems_only_what_has_no_mapping, "16-7")
{
	struct zone *zone = scene_kinds();
	struct compact_control *cc = run_on(zone, MIGRATE_SYNC_LIGHT);

	cc->gfp_mask &= ~__GFP_FS;
	isolate_migratepages(cc);
	ck_assert(is_held(test_page(zone, 11)));
	ck_assert(!is_held(test_page(zone, 12)));
	ck_assert(!is_held(test_page(zone, 15)));
}

TEST(isolate_stops_at_a_batch_and_goes_on_there, "16-7")
{
	struct zone *zone = scene_checkered();
	struct compact_control *cc = run_on(zone, MIGRATE_SYNC_LIGHT);

	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_SUCCESS);
	ck_assert_uint_eq(cc->nr_migratepages, 32);
	expect_scan(0, 63, 63, 32);
	ck_assert_uint_eq(cc->migrate_pfn, TEST_DRAM_PFN + 63);
	putback_movable_pages(cc);
	/* A pageblock that was begun before is finished, however many there are. */
	cc->rescan = true;
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_SUCCESS);
	ck_assert_uint_eq(cc->nr_migratepages, 256 - 32);
	expect_scan(63, BLOCK, BLOCK - 63, 256 - 32);
	putback_movable_pages(cc);
	/* Its start was not seen this time: no mark, but the next run begins behind it. */
	ck_assert(!get_pageblock_skip(TEST_DRAM_PFN));
	ck_assert_uint_eq(zone->compact_cached_migrate_pfn[0], TEST_DRAM_PFN + BLOCK);
	/* From its start on, it gets the mark although there was much to move. */
	cc->migrate_pfn = TEST_DRAM_PFN + BLOCK;
	isolate_migratepages(cc);
	ck_assert_uint_eq(cc->nr_migratepages, 256);
	ck_assert(get_pageblock_skip(TEST_DRAM_PFN + BLOCK));
	putback_movable_pages(cc);
}

/*
 *  order 3:   M M M K M M M M | M M M M . . . . | ...        M movable, K not, . free
 *  Expect: the first block is spoilt, the second is taken and ends the walk.
 */
TEST(isolate_async_spoilt_block_is_given_up, "16-8")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = run_on(zone, MIGRATE_ASYNC);

	for (unsigned long i = 0; i < 12; i++)
		if (i != 3)
			make_movable(test_page(zone, i), i);
	test_free_block(test_page(zone, 12), 2, MIGRATE_MOVABLE);
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_SUCCESS);
	ck_assert_uint_eq(cc->nr_migratepages, 4);
	ck_assert(is_held(test_page(zone, 8)) && !is_held(test_page(zone, 0)));
	ck_assert(PageFlag(test_page(zone, 0), PG_lru));
	ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_FILE), 4);
	/* Four pages of the first block, four and a free one of the second. */
	expect_scan(0, 16, 9, 4);
	putback_movable_pages(cc);
}

/*
 *  order 3:   - - - - - - - K K K K K K K K K | . . . . . . . . | M     - free, order 2 + 1 + 0
 *  A failure behind the end of its block (a compound one reaches further) moves nothing back.
 */
TEST(isolate_async_failure_beyond_its_block, "16-8")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = run_on(zone, MIGRATE_ASYNC);

	prep_compound_page(test_page(zone, 0), 4);
	make_movable(test_page(zone, 16), 16);
	for (unsigned long i = 17; i < 24; i++)
		test_free_block(test_page(zone, i), 0, MIGRATE_MOVABLE);
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_SUCCESS);
	ck_assert_uint_eq(cc->nr_migratepages, 1);
	expect_scan(0, 24, 9, 1);
	putback_movable_pages(cc);
}

TEST(isolate_async_background_has_no_strict_rule, "16-8")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = run_on(zone, MIGRATE_ASYNC);

	cc->direct_compaction = false;
	for (unsigned long i = 0; i < 16; i += 2)
		make_movable(test_page(zone, i), i);
	isolate_migratepages(cc);
	ck_assert_uint_eq(cc->nr_migratepages, 8);
	putback_movable_pages(cc);
}

TEST(isolate_marked_pageblocks_are_passed_by, "16-12")
{
	struct zone *zone = scene_checkered();
	struct compact_control *cc = run_on(zone, MIGRATE_SYNC_LIGHT);

	set_pageblock_skip(TEST_DRAM_PFN);
	isolate_migratepages(cc);
	expect_scan(BLOCK, BLOCK + 63, 63, 32);
	putback_movable_pages(cc);
	/* Full effort does not care. */
	cc = run_on(zone, MIGRATE_SYNC_LIGHT);
	cc->ignore_skip_hint = true;
	isolate_migratepages(cc);
	expect_scan(0, 63, 63, 32);
	putback_movable_pages(cc);
}

TEST(isolate_marks_a_pageblock_without_anything, "16-12")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = run_on(zone, MIGRATE_ASYNC);

	make_movable(test_page(zone, 2 * BLOCK), 0);
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_NONE);
	ck_assert(get_pageblock_skip(TEST_DRAM_PFN));
	/* A run that does not wait moves its own start only. */
	ck_assert_uint_eq(zone->compact_cached_migrate_pfn[0], TEST_DRAM_PFN + BLOCK);
	ck_assert_uint_eq(zone->compact_cached_migrate_pfn[1], 0);
	cc->mode = MIGRATE_SYNC_LIGHT;
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_NONE);
	ck_assert_uint_eq(zone->compact_cached_migrate_pfn[1], TEST_DRAM_PFN + 2 * BLOCK);
	/* With something found, nothing of the kind. */
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_SUCCESS);
	ck_assert(!get_pageblock_skip(TEST_DRAM_PFN + 2 * BLOCK));
	ck_assert_uint_eq(zone->compact_cached_migrate_pfn[1], TEST_DRAM_PFN + 2 * BLOCK);
	putback_movable_pages(cc);
}

TEST(isolate_never_beyond_the_free_scanner, "")
{
	struct zone *zone = scene_checkered();
	struct compact_control *cc = run_on(zone, MIGRATE_SYNC_LIGHT);

	cc->free_pfn = cc->migrate_pfn + BLOCK - 1;
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_NONE);
	ck_assert_int_eq(test_events(), 0);
}

TEST(isolate_unsuitable_sources_advance_the_start, "16-8")
{
	struct zone *zone = scene_checkered();
	struct compact_control *cc = run_on(zone, MIGRATE_ASYNC);

	/* Async and direct: only pageblocks of the request's type, CMA too if that is movable. */
	set_pageblock_migratetype(test_page(zone, 0), MIGRATE_UNMOVABLE);
	set_pageblock_migratetype(test_page(zone, BLOCK), MIGRATE_CMA);
	isolate_migratepages(cc);
	ck_assert_uint_eq(zone->compact_cached_migrate_pfn[0], TEST_DRAM_PFN + BLOCK);
	ck_assert(!get_pageblock_skip(TEST_DRAM_PFN));
	ck_assert_uint_eq(pageblock_start_pfn(cc->migrate_pfn), TEST_DRAM_PFN + BLOCK);

	cc = run_on(zone, MIGRATE_ASYNC);
	cc->migratetype = MIGRATE_UNMOVABLE;
	set_pageblock_migratetype(test_page(zone, 0), MIGRATE_MOVABLE);
	set_pageblock_migratetype(test_page(zone, 2 * BLOCK), MIGRATE_UNMOVABLE);
	isolate_migratepages(cc);
	ck_assert_uint_eq(pageblock_start_pfn(cc->migrate_pfn), TEST_DRAM_PFN + 2 * BLOCK);

	/* Who waits, or works in the background, takes pageblocks of any type. */
	cc = run_on(zone, MIGRATE_SYNC_LIGHT);
	cc->migratetype = MIGRATE_UNMOVABLE;
	isolate_migratepages(cc);
	ck_assert_uint_eq(pageblock_start_pfn(cc->migrate_pfn), TEST_DRAM_PFN);
	putback_movable_pages(cc);
	cc = run_on(zone, MIGRATE_ASYNC);
	cc->direct_compaction = false;
	cc->migratetype = MIGRATE_UNMOVABLE;
	isolate_migratepages(cc);
	ck_assert_uint_eq(pageblock_start_pfn(cc->migrate_pfn), TEST_DRAM_PFN);
	putback_movable_pages(cc);
}

TEST(isolate_huge_pages_are_no_source, "")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = run_on(zone, MIGRATE_SYNC_LIGHT);

	/* One of order 10, whose second pageblock begins with a later page, and one of order 9. */
	prep_compound_page(test_page(zone, 0), 10);
	prep_compound_page(test_page(zone, 2 * BLOCK), 9);
	make_movable(test_page(zone, 3 * BLOCK), 0);
	isolate_migratepages(cc);
	expect_scan(3 * BLOCK, 4 * BLOCK, BLOCK, 1);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_isolate_migratepages), 1);
	putback_movable_pages(cc);
}

TEST(isolate_free_block_reaches_beyond_its_pageblock, "")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = run_on(zone, MIGRATE_SYNC_LIGHT);

	test_free_block(test_page(zone, 0), 10, MIGRATE_MOVABLE);
	isolate_migratepages(cc);
	expect_scan(0, BLOCK, 1, 0);
	ck_assert_uint_eq(cc->migrate_pfn, TEST_DRAM_PFN + BLOCK);
}

TEST(isolate_waits_while_too_many_are_isolated, "")
{
	struct zone *zone = scene_checkered();
	struct compact_control *cc = run_on(zone, MIGRATE_ASYNC);
	unsigned long listed = SCENE_PAGES / 2, before = world->jiffies;

	/* Half as many as are listed are not too many yet. */
	mod_node_page_state(NODE_DATA(0), NR_ISOLATED_ANON, (long)listed / 2);
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_SUCCESS);
	putback_movable_pages(cc);
	mod_node_page_state(NODE_DATA(0), NR_ISOLATED_ANON, 1);
	cc = run_on(zone, MIGRATE_ASYNC);
	test_forget_events();
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_ABORT);
	ck_assert_int_eq(test_events(), 0);
	ck_assert_uint_eq(world->jiffies, before);
	/* Who may wait, waits; a tenth of a second at a time, ten seconds at most (ours). */
	cc->mode = MIGRATE_SYNC_LIGHT;
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_SUCCESS);
	putback_movable_pages(cc);
	ck_assert_uint_eq(world->jiffies, before + 10 * HZ);
	/* Unless he is to die. */
	current->fatal_signal_pending = true;
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_ABORT);
	ck_assert_uint_eq(world->jiffies, before + 10 * HZ + HZ / 10);
}

TEST(isolate_gives_up_for_a_fatal_signal, "16-6")
{
	struct zone *zone = scene_checkered();
	struct compact_control *cc = run_on(zone, MIGRATE_SYNC_LIGHT);

	/* Tested at every 32nd page: this one begins between two tests. */
	cc->migrate_pfn++;
	current->fatal_signal_pending = true;
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_ABORT);
	ck_assert_uint_eq(cc->nr_migratepages, 15);
	ck_assert(cc->contended);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_isolate_migratepages), 0);
	putback_movable_pages(cc);
}

TEST(isolate_passes_holes, "")
{
	struct zone *zone;
	struct compact_control *cc;

	/* DMA ends in a hole: its first 16 MiB exist, the rest up to 2 GiB does not. */
	test_machine_zones(16);
	zone = test_zone(0, ZONE_DMA);
	test_empty_zone(zone);
	cc = run_on(zone, MIGRATE_SYNC_LIGHT);
	cc->migrate_pfn = TEST_DRAM_PFN + 4096;
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_NONE);
	ck_assert_int_eq(test_events(), 0);
	ck_assert_uint_ge(cc->migrate_pfn, cc->free_pfn);
}

/** A machine whose zone has a hole inside a pageblock, and whose ends are not those of pageblocks. */
static struct zone *scene_ragged(void)
{
	static struct boot_spec spec;
	struct zone *zone;

	spec = (struct boot_spec){ .nr_cpus = 1, .nr_memory = 3 };
	/* 4 MiB from 1 MiB on; 1 MiB missing in the middle of a pageblock; 3 MiB and a half. */
	spec.memory[0] = (struct boot_range){ TEST_DRAM + MIB, 4 * MIB + MIB / 2, 0, false };
	spec.memory[1] = (struct boot_range){ TEST_DRAM + 6 * MIB - MIB / 4, MIB / 4, 0, false };
	spec.memory[2] = (struct boot_range){ TEST_DRAM + 6 * MIB, 3 * MIB, 0, false };
	test_machine_boot(&spec);
	zone = test_zone(0, ZONE_DMA);
	test_empty_zone(zone);
	ck_assert(!zone->contiguous);
	/* So little memory would not be grouped by mobility. */
	world->page_group_by_mobility_disabled = false;
	test_set_pageblocks(zone, MIGRATE_MOVABLE);
	return zone;
}

/*
 *  order 6 in the third pageblock:  exists | exists, half of it M | hole | ...
 */
TEST(isolate_hole_counts_as_a_failure, "")
{
	struct zone *zone = scene_ragged();
	struct compact_control *cc = run_on(zone, MIGRATE_ASYNC);

	cc->order = cc->search_order = 6;
	cc->ignore_skip_hint = true;
	/* The pageblock's frames 384 to 447 are a hole. The block before it is spoilt by its frames
	 * in use, the one behind it can be emptied. */
	cc->migrate_pfn = TEST_DRAM_PFN + 4 * 256;
	ck_assert(!pfn_valid(cc->migrate_pfn + 384) && pfn_valid(cc->migrate_pfn + 448));
	for (unsigned long i = 448; i < 512; i++)
		SetPageFlag(pfn_to_page(cc->migrate_pfn + i), PG_lru);
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_SUCCESS);
	ck_assert_uint_eq(cc->nr_migratepages, 32);
	/* One frame looked at in each block of 64 that is spoilt at once; none in the hole. */
	ck_assert_int_eq(test_last_event(TRACE_mm_compaction_isolate_migratepages)->field[2],
			 6 + 32);
	putback_movable_pages(cc);
	/* At the zone's end, a pageblock that ends in the middle still is one. */
	ck_assert_ptr_eq(pageblock_page(zone, TEST_DRAM_PFN + 8 * 256),
			 pfn_to_page(TEST_DRAM_PFN + 8 * 256));
	/* At its start, one that begins before it is looked at from there on. */
	ck_assert_ptr_eq(pageblock_page(zone, TEST_DRAM_PFN), pfn_to_page(TEST_DRAM_PFN + 256));
}

TEST(pageblock_with_a_hole_at_either_end, "")
{
	static struct boot_spec spec;
	const struct zone *zone;

	/* 16 to 18 MiB ends in a hole, 18 to 20 is one, 20 to 22 begins with one. */
	spec = (struct boot_spec){ .nr_cpus = 1, .nr_memory = 2 };
	spec.memory[0] = (struct boot_range){ TEST_DRAM, 17 * MIB, 0, false };
	spec.memory[1] = (struct boot_range){ TEST_DRAM + 21 * MIB, 4 * MIB, 0, false };
	test_machine_boot(&spec);
	zone = test_zone(0, ZONE_DMA);
	ck_assert_ptr_nonnull(pageblock_page(zone, TEST_DRAM_PFN + 14 * 256));
	ck_assert_ptr_null(pageblock_page(zone, TEST_DRAM_PFN + 16 * 256));
	ck_assert_ptr_null(pageblock_page(zone, TEST_DRAM_PFN + 18 * 256));
	ck_assert_ptr_null(pageblock_page(zone, TEST_DRAM_PFN + 20 * 256));
	ck_assert_ptr_nonnull(pageblock_page(zone, TEST_DRAM_PFN + 22 * 256));
}

#ifdef CONFIG_NUMA
TEST(pageblock_of_another_node_is_left_alone, "")
{
	static struct boot_spec spec;
	const struct zone *zone;

	/* Node 1 lies inside the span of node 0's zone, its ends in the middle of pageblocks. */
	spec = (struct boot_spec){ .nr_cpus = 1, .nr_memory = 3 };
	spec.memory[0] = (struct boot_range){ TEST_DRAM, 17 * MIB, 0, false };
	spec.memory[1] = (struct boot_range){ TEST_DRAM + 17 * MIB, 4 * MIB, 1, false };
	spec.memory[2] = (struct boot_range){ TEST_DRAM + 21 * MIB, 5 * MIB, 0, false };
	test_machine_boot(&spec);
	zone = test_zone(0, ZONE_DMA);
	ck_assert_ptr_nonnull(pageblock_page(zone, TEST_DRAM_PFN + 14 * 256));
	ck_assert_ptr_null(pageblock_page(zone, TEST_DRAM_PFN + 16 * 256));
	ck_assert_ptr_null(pageblock_page(zone, TEST_DRAM_PFN + 18 * 256));
	ck_assert_ptr_null(pageblock_page(zone, TEST_DRAM_PFN + 20 * 256));
	ck_assert_ptr_nonnull(pageblock_page(zone, TEST_DRAM_PFN + 22 * 256));
}
#endif

/* ---- the fast start ---- */

/** A zone full of pages that cannot be moved, and a run for order 6. */
static struct compact_control *fast_run(void)
{
	struct compact_control *cc = run_on(scene_full(), MIGRATE_SYNC_LIGHT);

	cc->order = 6;
	cc->search_order = 6;
	return cc;
}

/*
 *  Free blocks of order 4 in the pageblocks 9 (beyond the middle) and 5.
 *  Expect: pageblock 5 is found, marked, and therefore left again at once.
 */
TEST(fast_start_finds_a_pageblock_and_marks_it, "16-12")
{
	struct compact_control *cc = fast_run();
	struct zone *zone = cc->zone;

	test_free_block(test_page(zone, 5 * BLOCK + 32), 4, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 9 * BLOCK), 4, MIGRATE_MOVABLE);
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_NONE);
	expect_scan(5 * BLOCK, 6 * BLOCK, 1, 0);
	ck_assert(get_pageblock_skip(TEST_DRAM_PFN + 5 * BLOCK));
	ck_assert(!get_pageblock_skip(TEST_DRAM_PFN + 9 * BLOCK));
	ck_assert_uint_eq(cc->fast_search_fail, 0);
	/* What was looked at went to the tail; here that is everything. */
	test_expect_list(zone, 4, MIGRATE_MOVABLE, "41200 40a20");
	/* Not found a second time, since it is marked: the scanner goes on where it is. */
	ck_assert_int_eq(isolate_migratepages(cc), ISOLATE_NONE);
	ck_assert_uint_eq(cc->fast_search_fail, 1);
	expect_scan(6 * BLOCK, 7 * BLOCK, BLOCK, 0);
}

TEST(fast_start_rotates_the_list, "")
{
	struct compact_control *cc = fast_run();
	struct zone *zone = cc->zone;

	for (unsigned long i = 4; i > 0; i--)
		test_free_block(test_page(zone, (i == 2 ? i : i + 8) * BLOCK), 3, MIGRATE_MOVABLE);
	test_expect_list(zone, 3, MIGRATE_MOVABLE, "41200 40400 41600 41800");
	isolate_migratepages(cc);
	test_expect_list(zone, 3, MIGRATE_MOVABLE, "41600 41800 41200 40400");
}

TEST(fast_start_looks_at_few_entries, "")
{
	struct compact_control *cc = fast_run();
	struct zone *zone = cc->zone;

	/* 40 blocks too high up, and a good one behind them; order 3 is not even looked at. */
	test_free_block(test_page(zone, 3 * BLOCK), 3, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 2 * BLOCK), 4, MIGRATE_MOVABLE);
	for (unsigned long i = 0; i < 40; i++)
		test_free_block(test_page(zone, 10 * BLOCK + 16 * i), 4, MIGRATE_MOVABLE);
	/* 33 entries are looked at, and go to the tail. */
	isolate_migratepages(cc);
	ck_assert_uint_eq(cc->fast_search_fail, 1);
	expect_scan(0, BLOCK, BLOCK, 0);
	ck_assert_ptr_eq(get_page_from_free_area(&zone->free_area[4], MIGRATE_MOVABLE),
			 test_page(zone, 10 * BLOCK + 16 * 6));
	/* After a failure 17, and now the good one is among them. */
	cc->migrate_pfn = TEST_DRAM_PFN;
	isolate_migratepages(cc);
	expect_scan(2 * BLOCK, 3 * BLOCK, 1, 0);
	/* After many, one. */
	cc->fast_search_fail = 40;
	cc->migrate_pfn = TEST_DRAM_PFN;
	isolate_migratepages(cc);
	ck_assert_uint_eq(cc->fast_search_fail, 41);
}

TEST(fast_start_goes_an_eighth_from_elsewhere, "")
{
	struct compact_control *cc = fast_run();
	struct zone *zone = cc->zone;

	/* From pageblock 3, with the free scanner in 15: 12 blocks, an eighth of them ends in 4. */
	cc->migrate_pfn += 3 * BLOCK;
	test_free_block(test_page(zone, 4 * BLOCK), 5, MIGRATE_MOVABLE);
	isolate_migratepages(cc);
	expect_scan(3 * BLOCK, 4 * BLOCK, BLOCK, 0);
	/* Below is good too: the scanner goes back. */
	cc->migrate_pfn = TEST_DRAM_PFN + 6 * BLOCK;
	isolate_migratepages(cc);
	expect_scan(4 * BLOCK, 5 * BLOCK, 1, 0);
}

TEST(fast_start_only_where_it_is_allowed, "")
{
	static const struct {
		int order;
		unsigned long offset;
		bool ignore, direct;
		int type;
		bool fast;
		unsigned long block; /* that has a free block */
	} row[] = {
		{ 6, 0, false, true, MIGRATE_MOVABLE, true, 2 },
		{ 6, BLOCK, false, true, MIGRATE_MOVABLE, true, 0 },
		{ 4, 0, false, true, MIGRATE_MOVABLE, true, 2 },
		{ 3, 0, false, true, MIGRATE_MOVABLE, false, 2 },
		{ 6, 64, false, true, MIGRATE_MOVABLE, false, 2 },
		{ 6, 0, true, true, MIGRATE_MOVABLE, false, 2 },
		{ 6, 0, false, true, MIGRATE_UNMOVABLE, false, 2 },
		{ 6, 0, false, false, MIGRATE_UNMOVABLE, true, 2 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		struct compact_control *cc = fast_run();
		struct zone *zone = cc->zone;

		test_free_block(test_page(zone, row[i].block * BLOCK), 3, MIGRATE_MOVABLE);
		cc->order = cc->search_order = row[i].order;
		cc->migrate_pfn += row[i].offset;
		cc->ignore_skip_hint = row[i].ignore;
		cc->direct_compaction = row[i].direct;
		cc->migratetype = row[i].type;
		isolate_migratepages(cc);
		ck_assert_msg(get_pageblock_skip(TEST_DRAM_PFN + row[i].block * BLOCK) ==
				      row[i].fast,
			      "row %zu", i);
		machine_free(world);
	}
}

/* ---- the scanner of free pages ---- */

/** A run that wants to move so many pages. */
static struct compact_control *free_run(struct zone *zone, enum migrate_mode mode,
					unsigned long nr_migratepages)
{
	struct compact_control *cc = run_on(zone, mode);

	cc->order = -1; /* no fast search */
	cc->direct_compaction = false;
	cc->nr_migratepages = nr_migratepages;
	return cc;
}

static void expect_free_scan(unsigned long start, unsigned long end, int scanned, int taken)
{
	const struct trace_event *event = test_last_event(TRACE_mm_compaction_isolate_freepages);

	ck_assert_int_eq(event->field[0], (s64)(TEST_DRAM_PFN + start));
	ck_assert_int_eq(event->field[1], (s64)(TEST_DRAM_PFN + end));
	ck_assert_int_eq(event->field[2], scanned);
	ck_assert_int_eq(event->field[3], taken);
}

/** Give everything back that a run holds. */
static void end_run(struct compact_control *cc)
{
	cc->nr_migratepages = 0;
	release_freepages(cc);
	drain_all_pages(NULL);
	test_check_lists();
}

/*
 *  the last pageblock:  # # . # [. .] # ...    order 0 at 2, order 1 at 4
 */
TEST(free_scan_takes_blocks_whole_and_splits_them, "16-10")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = free_run(zone, MIGRATE_SYNC_LIGHT, 2);
	unsigned long last = 15 * BLOCK;
	struct page *page;

	test_set_watermarks(zone, 0, 0, 0);
	for (unsigned long i = 0; i < 8; i++)
		test_free_block(test_page(zone, i), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, last + 2), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, last + 4), 1, MIGRATE_MOVABLE);
	page = compaction_alloc(cc);
	ck_assert_ptr_nonnull(page);
	ck_assert_int_eq(page_count(page), 1);
	ck_assert(!PageBuddy(page));
	/* Three pages, one more than wanted; one is in use by now. */
	ck_assert_uint_eq(cc->nr_freepages, 2);
	expect_free_scan(last, last + 6, 5, 3);
	ck_assert_uint_eq(cc->free_pfn, TEST_DRAM_PFN + last + 6);
	/* The walk did not come to the end: no mark. */
	ck_assert(!get_pageblock_skip(TEST_DRAM_PFN + last));
	ck_assert_int_eq(test_free_pages(zone), 8);
	compaction_free(cc, page);
	ck_assert_uint_eq(cc->nr_freepages, 3);
	ck_assert_ptr_eq(compaction_alloc(cc), page);
	compaction_free(cc, page);
	ck_assert_uint_eq(release_freepages(cc), TEST_DRAM_PFN + last + 5);
	ck_assert_int_eq(test_count(TRACE_mm_page_free), 3);
	ck_assert_uint_eq(cc->nr_freepages, 0);
	end_run(cc);
}

TEST(free_scan_goes_down_and_marks_what_is_exhausted, "16-12")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = free_run(zone, MIGRATE_SYNC_LIGHT, 3);

	test_set_watermarks(zone, 0, 0, 0);
	zone->compact_cached_free_pfn = TEST_DRAM_PFN + 15 * BLOCK;
	for (unsigned long i = 0; i < 8; i++)
		test_free_block(test_page(zone, i), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 15 * BLOCK + 100), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 14 * BLOCK + 100), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 13 * BLOCK + 511), 0, MIGRATE_MOVABLE);
	ck_assert_ptr_nonnull(compaction_alloc(cc));
	ck_assert_int_eq(test_count(TRACE_mm_compaction_isolate_freepages), 3);
	expect_free_scan(13 * BLOCK, 14 * BLOCK, BLOCK, 1);
	ck_assert(get_pageblock_skip(TEST_DRAM_PFN + 15 * BLOCK));
	ck_assert(get_pageblock_skip(TEST_DRAM_PFN + 13 * BLOCK));
	ck_assert(!get_pageblock_skip(TEST_DRAM_PFN + 12 * BLOCK));
	ck_assert_uint_eq(zone->compact_cached_free_pfn, TEST_DRAM_PFN + 13 * BLOCK);
	/* Enough at the very end of a pageblock: on with the one below. */
	ck_assert_uint_eq(cc->free_pfn, TEST_DRAM_PFN + 12 * BLOCK);
	ck_assert_uint_eq(cc->nr_freepages, 2);
}

TEST(free_scan_ends_above_the_other_scanner, "")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = free_run(zone, MIGRATE_SYNC_LIGHT, 3);

	test_set_watermarks(zone, 0, 0, 0);
	for (unsigned long i = 0; i < 8; i++)
		test_free_block(test_page(zone, 13 * BLOCK + i), 0, MIGRATE_MOVABLE);
	cc->migrate_pfn = TEST_DRAM_PFN + 13 * BLOCK + 7;
	ck_assert_ptr_null(compaction_alloc(cc));
	ck_assert_int_eq(test_count(TRACE_mm_compaction_isolate_freepages), 2);
	ck_assert_uint_eq(cc->free_pfn, TEST_DRAM_PFN + 13 * BLOCK);
}

TEST(free_scan_async_looks_at_every_thirty_second_page, "")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = free_run(zone, MIGRATE_ASYNC, 300);

	test_set_watermarks(zone, 0, 0, 0);
	for (unsigned long i = 0; i < 8; i++)
		test_free_block(test_page(zone, i), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 15 * BLOCK + 33), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 14 * BLOCK + 64), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 14 * BLOCK + 65), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 13 * BLOCK + 5), 0, MIGRATE_MOVABLE);
	ck_assert_ptr_nonnull(compaction_alloc(cc));
	ck_assert_uint_eq(cc->nr_freepages, 1);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_freepages, 0)->field[2], 16);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_freepages, 0)->field[3], 0);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_freepages, 1)->field[2], 16);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_freepages, 1)->field[3], 1);
	/* From the first find on, every page. */
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_freepages, 2)->field[2], BLOCK);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_freepages, 2)->field[3], 1);
}

TEST(free_scan_passes_unsuitable_pageblocks, "16-10")
{
	for (int ignore = 0; ignore < 2; ignore++) {
		struct zone *zone = scene_full();
		struct compact_control *cc = free_run(zone, MIGRATE_SYNC_LIGHT, 8);

		test_set_watermarks(zone, 0, 0, 0);
		/* 15 unmovable, 14 free as a whole, 13 marked, 12 CMA, 11 a huge page and free. */
		for (unsigned long block = 8; block < 16; block++)
			if (block != 14)
				test_free_block(test_page(zone, block * BLOCK + 64), 1,
						MIGRATE_MOVABLE);
		set_pageblock_migratetype(test_page(zone, 15 * BLOCK), MIGRATE_UNMOVABLE);
		test_free_block(test_page(zone, 14 * BLOCK), 9, MIGRATE_MOVABLE);
		set_pageblock_skip(TEST_DRAM_PFN + 13 * BLOCK);
		set_pageblock_migratetype(test_page(zone, 12 * BLOCK), MIGRATE_CMA);
		prep_compound_page(test_page(zone, 11 * BLOCK), 5);
		cc->ignore_skip_hint = cc->ignore_block_suitable = ignore;
		ck_assert_ptr_nonnull(compaction_alloc(cc));
		ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_freepages, 0)->field[0],
				 (s64)(TEST_DRAM_PFN + (ignore ? 15 : 12) * BLOCK));
		ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_freepages, 1)->field[0],
				 (s64)(TEST_DRAM_PFN + (ignore ? 13 : 11) * BLOCK));
		ck_assert_uint_eq(pageblock_start_pfn(cc->free_pfn),
				  TEST_DRAM_PFN + (ignore ? 11 : 9) * BLOCK);
		machine_free(world);
	}
}

TEST(free_scan_passes_holes, "")
{
	struct compact_control *cc;
	struct zone *zone;

	/* DMA's 16 MiB, then nothing up to 2 GiB but in another zone: the middle is a hole. */
	test_machine_zones(16);
	zone = test_zone(0, ZONE_DMA);
	test_empty_zone(zone);
	test_set_watermarks(zone, 0, 0, 0);
	cc = free_run(zone, MIGRATE_SYNC_LIGHT, 1);
	cc->direct_compaction = true;
	cc->order = cc->search_order = 3;
	ck_assert(!pfn_valid(cc->free_pfn / 2 + cc->migrate_pfn / 2));
	ck_assert_ptr_null(compaction_alloc(cc));
	/* The first seven pageblocks with memory were looked at, all above the other scanner. */
	ck_assert_int_eq(test_count(TRACE_mm_compaction_isolate_freepages), 7);
}

TEST(free_scan_in_a_ragged_zone, "")
{
	struct zone *zone = scene_ragged();
	struct compact_control *cc = free_run(zone, MIGRATE_SYNC_LIGHT, 500);

	test_set_watermarks(zone, 0, 0, 0);
	test_set_pageblocks(zone, MIGRATE_MOVABLE);
	/* One in each pageblock that is there; the one with a hole in its middle is scanned too. */
	test_free_block(pfn_to_page(zone_end_pfn(zone) - 1), 0, MIGRATE_MOVABLE);
	test_free_block(pfn_to_page(TEST_DRAM_PFN + 4 * 256 + 510), 0, MIGRATE_MOVABLE);
	test_free_block(pfn_to_page(TEST_DRAM_PFN + 600), 0, MIGRATE_MOVABLE);
	for (unsigned long i = 0; i < 8; i++)
		test_free_block(pfn_to_page(TEST_DRAM_PFN + 300 + 2 * i), 0, MIGRATE_MOVABLE);
	ck_assert_ptr_nonnull(compaction_alloc(cc));
	ck_assert_uint_eq(cc->nr_freepages, 2);
	expect_free_scan(BLOCK, 2 * BLOCK, BLOCK, 1);
	/* The last pageblock ends where the zone ends: half of it. */
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_freepages, 0)->field[2], 256);
}

TEST(isolate_free_page_keeps_the_raw_reserve, "16-10")
{
	struct zone *zone = scene_full();
	struct page *page = test_page(zone, 8);

	/* 64 + 36 free: taking 8 needs more than min + 8. The boost does not count, nor low. */
	for (unsigned long i = 0; i < 92; i++)
		test_free_block(test_page(zone, 1024 + 2 * i), 0, MIGRATE_MOVABLE);
	test_free_block(page, 3, MIGRATE_MOVABLE);
	test_set_watermarks(zone, 92, 5000, 6000);
	zone->watermark_boost = 1000;
	ck_assert_uint_eq(__isolate_free_page(page, 3), 0);
	ck_assert(PageBuddy(page));
	test_set_watermarks(zone, 91, 5000, 6000);
	ck_assert_uint_eq(__isolate_free_page(page, 3), 8);
	ck_assert(!PageBuddy(page));
	ck_assert_int_eq(test_free_pages(zone), 92);
	/* A page of an isolated pageblock was not counted: it may go, whatever is left. */
	set_pageblock_migratetype(test_page(zone, 512), MIGRATE_ISOLATE);
	test_free_block(test_page(zone, 512), 0, MIGRATE_ISOLATE);
	test_set_watermarks(zone, 5000, 5000, 6000);
	ck_assert_uint_eq(__isolate_free_page(test_page(zone, 512), 0), 1);
	ck_assert_int_eq(test_free_pages(zone), 92);
}

TEST(isolate_free_page_counts_cma, "16-10")
{
	struct zone *zone = scene_full();

	set_pageblock_migratetype(test_page(zone, 0), MIGRATE_CMA);
	for (unsigned long i = 0; i < 60; i++)
		test_free_block(test_page(zone, 2 * i), 0, MIGRATE_CMA);
	test_set_watermarks(zone, 58, 58, 58);
	ck_assert_uint_eq(__isolate_free_page(test_page(zone, 0), 0), 1);
	ck_assert_int_eq(test_free_cma_pages(zone), 59);
	cpu_vm_stats_fold(0);
	ck_assert_uint_eq(__isolate_free_page(test_page(zone, 2), 0), 0);
}

TEST(isolate_free_page_makes_its_pageblocks_movable, "16-10")
{
	static const struct {
		unsigned int order;
		int before, after;
	} row[] = {
		{ 7, MIGRATE_UNMOVABLE, MIGRATE_UNMOVABLE },
		{ 8, MIGRATE_UNMOVABLE, MIGRATE_MOVABLE },
		{ 8, MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE },
		{ 8, MIGRATE_HIGHATOMIC, MIGRATE_HIGHATOMIC },
		{ 8, MIGRATE_CMA, MIGRATE_CMA },
		{ 8, MIGRATE_ISOLATE, MIGRATE_ISOLATE },
		{ 10, MIGRATE_UNMOVABLE, MIGRATE_MOVABLE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		struct zone *zone = scene_full();

		test_set_watermarks(zone, 0, 0, 0);
		test_free_block(test_page(zone, 4096), 5, MIGRATE_MOVABLE);
		set_pageblock_migratetype(test_page(zone, 0), row[i].before);
		set_pageblock_migratetype(test_page(zone, BLOCK), row[i].before);
		test_free_block(test_page(zone, 0), row[i].order, row[i].before);
		ck_assert_uint_eq(__isolate_free_page(test_page(zone, 0), row[i].order),
				  1u << row[i].order);
		ck_assert_int_eq(get_pageblock_migratetype(test_page(zone, 0)), row[i].after);
		ck_assert_int_eq(get_pageblock_migratetype(test_page(zone, BLOCK)),
				 row[i].order == 10 ? row[i].after : row[i].before);
		machine_free(world);
	}
}

TEST(free_scan_stops_at_the_reserve, "16-10")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = free_run(zone, MIGRATE_SYNC_LIGHT, 8);

	for (unsigned long i = 0; i < 104; i++)
		test_free_block(test_page(zone, 14 * BLOCK + 2 * i), 0, MIGRATE_MOVABLE);
	/* 104 free, min 100: three can go. The rest of the zone is not looked at any more. */
	ck_assert_ptr_nonnull(compaction_alloc(cc));
	ck_assert_uint_eq(cc->nr_freepages, 2);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_isolate_freepages), 2);
	expect_free_scan(14 * BLOCK, 14 * BLOCK + 6, 7, 3);
	ck_assert(!get_pageblock_skip(TEST_DRAM_PFN + 14 * BLOCK));
}

/* ---- the fast search of free pages ---- */

static struct compact_control *fast_free_run(struct zone *zone, unsigned long nr_migratepages)
{
	struct compact_control *cc = free_run(zone, MIGRATE_SYNC_LIGHT, nr_migratepages);

	cc->order = cc->search_order = 4;
	cc->free_pfn = TEST_DRAM_PFN + 12 * BLOCK;
	return cc;
}

/** Between scanners at 0 and 12: the top quarter begins at 9, the top half at 6. */
TEST(fast_search_takes_from_the_top_quarter, "")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = fast_free_run(zone, 4);
	struct page *page;

	test_set_watermarks(zone, 0, 0, 0);
	for (unsigned long i = 0; i < 16; i++)
		test_free_block(test_page(zone, BLOCK + 2 * i), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 9 * BLOCK + 256), 2, MIGRATE_MOVABLE);
	page = compaction_alloc(cc);
	ck_assert_uint_eq(pageblock_start_pfn(page_to_pfn(page)), TEST_DRAM_PFN + 9 * BLOCK);
	ck_assert_uint_eq(cc->nr_freepages, 3);
	/* No walk, and the free position stays. The next search begins at this order. */
	ck_assert_int_eq(test_count(TRACE_mm_compaction_isolate_freepages), 0);
	ck_assert_uint_eq(cc->free_pfn, TEST_DRAM_PFN + 12 * BLOCK);
	ck_assert_int_eq(cc->search_order, 2);
	ck_assert_uint_eq(cc->fast_search_fail, 0);
}

TEST(fast_search_looks_around_the_block, "")
{
	for (int async = 0; async < 2; async++) {
		struct zone *zone = scene_full();
		struct compact_control *cc = fast_free_run(zone, 8);

		test_set_watermarks(zone, 0, 0, 0);
		for (unsigned long i = 0; i < 16; i++)
			test_free_block(test_page(zone, BLOCK + 2 * i), 0, MIGRATE_MOVABLE);
		test_free_block(test_page(zone, 9 * BLOCK + 511), 0, MIGRATE_MOVABLE);
		test_free_block(test_page(zone, 9 * BLOCK + 1), 0, MIGRATE_MOVABLE);
		test_free_block(test_page(zone, 9 * BLOCK + 256), 2, MIGRATE_MOVABLE);
		if (async) {
			cc->mode = MIGRATE_ASYNC;
			cc->direct_compaction = true;
		}
		ck_assert_ptr_nonnull(compaction_alloc(cc));
		ck_assert_uint_eq(cc->nr_freepages, async ? 3 : 5);
		ck_assert_int_eq(test_count(TRACE_mm_compaction_isolate_freepages), async ? 0 : 2);
		/* All of it was not enough: it is marked. */
		ck_assert_int_eq(get_pageblock_skip(TEST_DRAM_PFN + 9 * BLOCK), !async);
		machine_free(world);
	}
}

TEST(fast_search_block_fills_its_pageblocks_half, "")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = fast_free_run(zone, 300);

	test_set_watermarks(zone, 0, 0, 0);
	cc->order = cc->search_order = 9;
	/* At the start of its pageblock: nothing before it. Enough behind it: no mark. */
	test_free_block(test_page(zone, 9 * BLOCK), 8, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 9 * BLOCK + 256), 6, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 0), 0, MIGRATE_MOVABLE);
	ck_assert_ptr_nonnull(compaction_alloc(cc));
	ck_assert_uint_eq(cc->nr_freepages, 319);
	expect_free_scan(9 * BLOCK + 256, 9 * BLOCK + 320, 1, 64);
	ck_assert(!get_pageblock_skip(TEST_DRAM_PFN + 9 * BLOCK));
	end_run(cc);
	/* And at its end: nothing behind it. Enough before it. */
	zone = scene_full();
	cc = fast_free_run(zone, 257);
	test_set_watermarks(zone, 0, 0, 0);
	cc->order = cc->search_order = 9;
	test_free_block(test_page(zone, 0), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 9 * BLOCK + 256), 8, MIGRATE_MOVABLE);
	ck_assert_ptr_nonnull(compaction_alloc(cc));
	ck_assert_uint_eq(cc->nr_freepages, 255);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_isolate_freepages), 1);
	end_run(cc);
}

TEST(fast_search_else_the_best_of_the_top_half, "")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = fast_free_run(zone, 1);
	struct page *page;

	test_set_watermarks(zone, 0, 0, 0);
	test_free_block(test_page(zone, 7 * BLOCK), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 8 * BLOCK), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 9 * BLOCK), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, BLOCK), 3, MIGRATE_MOVABLE);
	/* One entry a list, from the tail: order 3 is too low, order 0 good enough. */
	page = compaction_alloc(cc);
	ck_assert_ptr_eq(page, test_page(zone, 7 * BLOCK));
	/* With a look at all of them it would have been another one. */
	cc = fast_free_run(zone, 1);
	cc->free_pfn = TEST_DRAM_PFN + 15 * BLOCK;
	page = compaction_alloc(cc);
	ck_assert_ptr_eq(page, test_page(zone, 9 * BLOCK));
}

TEST(fast_search_rotates_the_list, "")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = fast_free_run(zone, 1);

	test_set_watermarks(zone, 0, 0, 0);
	test_free_block(test_page(zone, 2 * BLOCK), 1, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 11 * BLOCK), 1, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 3 * BLOCK), 1, MIGRATE_MOVABLE);
	test_expect_list(zone, 1, MIGRATE_MOVABLE, "40600 41600 40400");
	/* The tail is too low: it goes to the head. Then the scan finds the block itself. */
	ck_assert_ptr_nonnull(compaction_alloc(cc));
	test_expect_list(zone, 1, MIGRATE_MOVABLE, "40400 40600");
	ck_assert_uint_eq(cc->fast_search_fail, 1);
}

TEST(fast_search_begins_one_lower_after_each_round, "")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = fast_free_run(zone, 1);
	static const int next[] = { 2, 1, 0, 3, 2 };

	/* Nothing free at all: four orders are tried from 3 on, then from 2 on, and so on. */
	test_set_watermarks(zone, 0, 0, 0);
	cc->free_pfn = TEST_DRAM_PFN + BLOCK;
	cc->search_order = 9;
	for (int i = 0; i < 5; i++) {
		ck_assert_ptr_null(compaction_alloc(cc));
		cc->free_pfn = TEST_DRAM_PFN + BLOCK;
		ck_assert_int_eq(cc->search_order, next[i]);
	}
	ck_assert_uint_eq(cc->fast_search_fail, 5);
}

TEST(fast_search_ends_at_the_reserve, "16-10")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = fast_free_run(zone, 1);

	test_free_block(test_page(zone, 10 * BLOCK), 3, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 11 * BLOCK), 0, MIGRATE_MOVABLE);
	ck_assert_ptr_null(compaction_alloc(cc));
	ck_assert_uint_eq(cc->fast_search_fail, 1);
	ck_assert_int_eq(test_free_pages(zone), 9);
}

TEST(fast_search_at_the_start_moves_the_free_position, "")
{
	for (int direct = 0; direct < 3; direct++) {
		struct zone *zone = scene_full();
		struct compact_control *cc = fast_free_run(zone, 1);

		test_set_watermarks(zone, 0, 0, 0);
		cc->free_pfn = TEST_DRAM_PFN + 15 * BLOCK;
		cc->direct_compaction = direct;
		/* Free memory below the middle: on with its highest pageblock. */
		if (direct == 2) {
			test_free_block(test_page(zone, 2 * BLOCK), 0, MIGRATE_MOVABLE);
			test_free_block(test_page(zone, 4 * BLOCK), 0, MIGRATE_MOVABLE);
			test_free_block(test_page(zone, 3 * BLOCK), 0, MIGRATE_MOVABLE);
		}
		ck_assert_int_eq(compaction_alloc(cc) != NULL, direct == 2);
		if (direct == 2)
			expect_free_scan(4 * BLOCK, 4 * BLOCK + 1, 1, 1);
		else /* None at all: everything is looked at; who waits begins in the middle. */
			ck_assert_int_eq(
				test_event(TRACE_mm_compaction_isolate_freepages, 0)->field[0],
				(s64)(TEST_DRAM_PFN + (direct ? 7 : 15) * BLOCK));
		machine_free(world);
	}
}

/* ---- moving ---- */

/** A run that holds these pages already, and free pages in the last pageblock to copy to. */
static struct compact_control *move_run(struct zone *zone, unsigned long nr)
{
	struct compact_control *cc = free_run(zone, MIGRATE_SYNC_LIGHT, 0);

	test_set_watermarks(zone, 0, 0, 0);
	for (unsigned long i = 0; i < 8; i++)
		test_free_block(test_page(zone, 14 * BLOCK + i), 0, MIGRATE_MOVABLE);
	for (unsigned long i = 0; i < nr; i++) {
		make_movable(test_page(zone, i), i);
		test_free_block(test_page(zone, 15 * BLOCK + i), 0, MIGRATE_MOVABLE);
	}
	for (unsigned long i = 0; i < nr; i++)
		ck_assert(isolate_movable_page(cc, test_page(zone, i)));
	test_forget_events();
	return cc;
}

TEST(migrate_copies_everything_and_keeps_the_place, "16-9")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = move_run(zone, 3);
	struct list_head *list = &NODE_DATA(0)->lruvec.lists[LRU_INACTIVE_FILE], *entry;
	struct page *old = test_page(zone, 1);
	unsigned long index = 3;

	SetPageFlag(old, PG_dirty);
	SetPageFlag(old, PG_active);
	old->private = 0x77;
	old->_mapcount = 1;
	set_page_count(old, 3);
	old->mem_cgroup = &world->root_mem_cgroup;
	ck_assert_int_eq(migrate_pages(cc), 0);
	ck_assert_uint_eq(cc->nr_migratepages, 0);
	ck_assert_uint_eq(nr_moves, 3);
	/* The list holds the copies in the order of the originals. */
	list_for_each(entry, list) {
		struct page *page = list_entry(entry, struct page, lru);

		ck_assert_uint_eq(page->index, --index);
		ck_assert_ptr_eq(page, owner[index]);
		ck_assert_uint_ge(page_to_pfn(page), TEST_DRAM_PFN + 15 * BLOCK);
		check_content(page, index);
	}
	ck_assert_uint_eq(index, 0);
	ck_assert(PageFlag(owner[1], PG_dirty) && PageFlag(owner[1], PG_active));
	ck_assert(PageFlag(owner[1], PG_lru) && !PageFlag(owner[0], PG_dirty));
	ck_assert_uint_eq(owner[1]->private, 0x77);
	ck_assert_int_eq(owner[1]->_mapcount, 1);
	ck_assert_int_eq(page_count(owner[1]), 3);
	ck_assert_ptr_eq(owner[1]->mem_cgroup, &world->root_mem_cgroup);
	/* The originals are on this CPU's list, the last one first. */
	test_expect_pcp(zone, 0, MIGRATE_MOVABLE, "40002 40001 40000");
	ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_FILE), 0);
	owner[1]->mem_cgroup = NULL;
	drain_all_pages(NULL);
	test_check_lists();
}

TEST(migrate_pages_of_a_snapshot_and_of_drivers, "16-9")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = move_run(zone, 0);
	struct page *nobodys = test_page(zone, 20), *driver = test_page(zone, 21);

	world->hooks.page_moved = NULL;
	test_free_block(test_page(zone, 15 * BLOCK), 1, MIGRATE_MOVABLE);
	SetPageFlag(nobodys, PG_lru);
	driver->mapping = (void *)((unsigned long)&file | 2);
	write_content(nobodys, 20);
	write_content(driver, 21);
	ck_assert(isolate_movable_page(cc, nobodys) && isolate_movable_page(cc, driver));
	ck_assert_int_eq(migrate_pages(cc), 0);
	/* The upper half of the block went to the head of what can be copied to. */
	check_content(test_page(zone, 15 * BLOCK + 1), 20);
	check_content(test_page(zone, 15 * BLOCK), 21);
	ck_assert(PageFlag(test_page(zone, 15 * BLOCK + 1), PG_lru));
	ck_assert(!PageFlag(test_page(zone, 15 * BLOCK), PG_lru));
	ck_assert_ptr_eq(test_page(zone, 15 * BLOCK)->mapping, (void *)((unsigned long)&file | 2));
	ck_assert_int_eq(page_count(nobodys), 0);
	ck_assert_int_eq(page_count(driver), 0);
}

TEST(migrate_driver_page_that_stays_goes_back, "")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = move_run(zone, 0);
	struct page *driver = test_page(zone, 21);

	driver->mapping = (void *)((unsigned long)&file | 2);
	set_page_count(driver, 2);
	ck_assert(isolate_movable_page(cc, driver));
	ck_assert_int_eq(migrate_pages(cc), 1);
	putback_movable_pages(cc);
	ck_assert(!PageFlag(driver, PG_lru));
	ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_FILE), 0);
}

TEST(migrate_busy_pages_stay_behind, "16-9")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = move_run(zone, 6);

	/* Locked; held by somebody; written out since; 3 with buffers and one map is as it should be. */
	SetPageFlag(test_page(zone, 0), PG_locked);
	set_page_count(test_page(zone, 1), 2);
	SetPageFlag(test_page(zone, 2), PG_writeback);
	SetPageFlag(test_page(zone, 3), PG_private);
	test_page(zone, 3)->_mapcount = 0;
	set_page_count(test_page(zone, 3), 3);
	refused = test_page(zone, 4);
	ck_assert_int_eq(migrate_pages(cc), 4);
	ck_assert_uint_eq(nr_moves, 2);
	ck_assert_ptr_ne(owner[3], test_page(zone, 3));
	ck_assert_ptr_ne(owner[5], test_page(zone, 5));
	/* Two are still held, the other two were given back. */
	ck_assert_uint_eq(cc->nr_migratepages, 2);
	ck_assert(is_held(test_page(zone, 0)) && is_held(test_page(zone, 1)));
	ck_assert(PageFlag(test_page(zone, 2), PG_lru) && PageFlag(test_page(zone, 4), PG_lru));
	putback_movable_pages(cc);
	for (unsigned long i = 0; i < 6; i++)
		check_content(owner[i], i);
	ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_FILE), 0);
	/* What was taken for them is there to be copied to, nobody's. */
	ck_assert_uint_eq(cc->nr_freepages, 4);
	owner[3]->flags &= ~PAGE_FLAG(private);
	end_run(cc);
}

TEST(migrate_without_anywhere_to_go, "16-6")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = move_run(zone, 4);

	/* One is busy, one can go, then there is no page to copy to any more. */
	SetPageFlag(test_page(zone, 0), PG_locked);
	test_set_watermarks(zone, 11, 11, 11);
	ck_assert_int_eq(migrate_pages(cc), -ENOMEM);
	ck_assert_uint_eq(nr_moves, 0);
	ck_assert_uint_eq(cc->nr_migratepages, 4);
	test_set_watermarks(zone, 10, 10, 10);
	cc->free_pfn = TEST_DRAM_PFN + 15 * BLOCK;
	ck_assert_int_eq(migrate_pages(cc), -ENOMEM);
	ck_assert_uint_eq(nr_moves, 1);
	ck_assert_uint_eq(cc->nr_migratepages, 3);
	ck_assert_ptr_eq(cc->migratepages[0], test_page(zone, 0));
	ck_assert(is_held(test_page(zone, 3)));
	putback_movable_pages(cc);
	ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_ISOLATED_FILE), 0);
}

/* ---- capture ---- */

TEST(capture_every_condition, "16-11")
{
	static const struct {
		const char *what;
		unsigned int order;
		int type;
		bool caught;
	} row[] = {
		{ "the block that is waited for", 4, MIGRATE_UNMOVABLE, true },
		{ "reclaimable", 4, MIGRATE_RECLAIMABLE, true },
		{ "highatomic", 4, MIGRATE_HIGHATOMIC, true },
		{ "another order", 3, MIGRATE_UNMOVABLE, false },
		{ "CMA", 4, MIGRATE_CMA, false },
		{ "isolated", 4, MIGRATE_ISOLATE, false },
		{ "part of a movable pageblock", 4, MIGRATE_MOVABLE, false },
		{ "a whole movable pageblock", 9, MIGRATE_MOVABLE, true },
		{ "a whole CMA pageblock", 9, MIGRATE_CMA, false },
	};
	struct zone *zone;
	struct compact_control *cc;
	struct page *page;

	test_machine_zones(32);
	zone = test_zone(0, ZONE_DMA);
	cc = run_on(zone, MIGRATE_SYNC_LIGHT);
	page = test_page(zone, 0);
	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		struct capture_control capc = { .cc = cc };

		cc->order = row[i].order == 9 ? 9 : 4;
		ck_assert_msg(compaction_capture(&capc, page, row[i].order, row[i].type) ==
				      row[i].caught,
			      "%s", row[i].what);
		ck_assert_ptr_eq(capc.page, row[i].caught ? page : NULL);
		/* One is enough. */
		if (row[i].caught)
			ck_assert(!compaction_capture(&capc, page, row[i].order, row[i].type));
	}
}

TEST(capture_not_from_another_zone_nor_for_a_kernel_thread, "16-11")
{
	struct compact_control *cc;
	struct capture_control capc;

	test_machine_zones(32);
	cc = run_on(test_zone(0, ZONE_DMA), MIGRATE_SYNC_LIGHT);
	cc->order = 4;
	capc = (struct capture_control){ .cc = cc };
	ck_assert(!compaction_capture(&capc, test_page(test_zone(0, ZONE_NORMAL), 0), 4, 0));
	current->flags |= PF_KTHREAD;
	ck_assert(!compaction_capture(&capc, test_page(test_zone(0, ZONE_DMA), 0), 4, 0));
	current->flags &= ~PF_KTHREAD;
	ck_assert(compaction_capture(&capc, test_page(test_zone(0, ZONE_DMA), 0), 4, 0));
}

/** Free a block while the task waits for one of this order. Returns what was caught. */
static struct page *free_while_waiting(struct zone *zone, struct page *page, unsigned int order,
				       int wanted)
{
	struct compact_control *cc = run_on(zone, MIGRATE_SYNC_LIGHT);
	struct capture_control capc = { .cc = cc };

	cc->order = wanted;
	for (unsigned long i = 1; i < 1ul << order; i++)
		set_page_count(page + i, 0);
	current->capture_control = &capc;
	__free_pages(page, order);
	current->capture_control = NULL;
	return capc.page;
}

TEST(capture_before_each_step_of_merging, "16-11")
{
	struct zone *zone = scene_full();
	long free;

	/* Freed with order 2, its buddy is free: at order 3 it is what is waited for. */
	test_set_pageblocks(zone, MIGRATE_UNMOVABLE);
	test_free_block(test_page(zone, 4), 2, MIGRATE_UNMOVABLE);
	free = test_free_pages(zone);
	ck_assert_ptr_eq(free_while_waiting(zone, test_page(zone, 0), 2, 3), test_page(zone, 0));
	/* Both halves are out of the lists and out of the count. */
	ck_assert_int_eq(test_free_pages(zone), free - 4);
	ck_assert_uint_eq(zone->free_area[2].nr_free + zone->free_area[3].nr_free, 0);
	test_check_lists();
	/* Order 9 is caught as well; 10 never is: nothing is tested behind the last merge. */
	ck_assert_ptr_eq(free_while_waiting(zone, test_page(zone, 2 * BLOCK), 9, 9),
			 test_page(zone, 2 * BLOCK));
	ck_assert_ptr_null(free_while_waiting(zone, test_page(zone, 4 * BLOCK), 10, 10));
	ck_assert_uint_eq(zone->free_area[10].nr_free, 1);
	test_check_lists();
}

/* ---- the run on one zone ---- */

static struct compact_control *zone_run(struct zone *zone, int order, gfp_t gfp_mask,
					enum migrate_mode mode)
{
	struct compact_control *cc = run_on(zone, mode);

	cc->order = cc->search_order = order;
	cc->gfp_mask = gfp_mask;
	return cc;
}

static s64 begin_field(int i)
{
	return test_event(TRACE_mm_compaction_begin, 0)->field[i];
}

TEST(compact_zone_not_suitable, "16-6")
{
	struct zone *zone = scene_full();

	ck_assert_int_eq(compact_zone(zone_run(zone, 3, GFP_KERNEL, MIGRATE_ASYNC), NULL),
			 COMPACT_SKIPPED);
	test_free_block(test_page(zone, 0), 10, MIGRATE_MOVABLE);
	ck_assert_int_eq(compact_zone(zone_run(zone, 3, GFP_KERNEL, MIGRATE_ASYNC), NULL),
			 COMPACT_SUCCESS);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_begin), 0);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_suitable), 2);
}

/*
 *  where a run begins; the zone begins at PFN 0x40000, its last pageblock at 0x41e00
 */
TEST(compact_zone_start_positions, "16-5")
{
	const unsigned long start = TEST_DRAM_PFN, last = TEST_DRAM_PFN + 15 * BLOCK;
	const struct {
		enum migrate_mode mode;
		bool whole;
		unsigned long cached_async, cached_sync, cached_free, init;
		unsigned long migrate, free;
		enum compact_result result;
	} row[] = {
		/* Never set: the ends, and all of it counts as scanned only with full effort. */
		{ MIGRATE_ASYNC, false, 0, 0, 0, 0, start, last, COMPACT_PARTIAL_SKIPPED },
		{ MIGRATE_ASYNC, true, 0, 0, 0, 0, start, last, COMPACT_COMPLETE },
		/* Each mode has its own position. */
		{ MIGRATE_ASYNC, false, start + BLOCK, start + 64, last - BLOCK, 0, start + BLOCK,
		  last - BLOCK, COMPACT_PARTIAL_SKIPPED },
		{ MIGRATE_SYNC_LIGHT, false, start + BLOCK, start + 64, last - BLOCK, 0, start + 64,
		  last - BLOCK, COMPACT_PARTIAL_SKIPPED },
		/* Positions outside the zone are replaced. */
		{ MIGRATE_SYNC_LIGHT, false, start, last + BLOCK, last + BLOCK, 0, start, last,
		  COMPACT_PARTIAL_SKIPPED },
		{ MIGRATE_SYNC_LIGHT, false, start - 1, start - 1, start - 1, 0, start, last,
		  COMPACT_PARTIAL_SKIPPED },
		/* At or below the first position that makes sense: the whole zone. */
		{ MIGRATE_SYNC_LIGHT, false, start + 64, start + 64, last, start + 64, start + 64,
		  last, COMPACT_COMPLETE },
		{ MIGRATE_SYNC_LIGHT, false, start + 64, start + 65, last, start + 64, start + 65,
		  last, COMPACT_PARTIAL_SKIPPED },
		/* Full effort takes no notice of all that. */
		{ MIGRATE_SYNC_LIGHT, true, start + BLOCK, start + 64, last - BLOCK, 0, start, last,
		  COMPACT_COMPLETE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		struct zone *zone = scene_full();
		struct compact_control *cc = zone_run(zone, 3, GFP_KERNEL, row[i].mode);

		/* Single free pages, and nothing that could be moved. */
		for (unsigned long n = 0; n < 200; n++)
			test_free_block(test_page(zone, 2 * n), 0, MIGRATE_UNMOVABLE);
		zone->compact_cached_migrate_pfn[0] = row[i].cached_async;
		zone->compact_cached_migrate_pfn[1] = row[i].cached_sync;
		zone->compact_cached_free_pfn = row[i].cached_free;
		zone->compact_init_migrate_pfn = row[i].init;
		cc->whole_zone = row[i].whole;
		test_forget_events();
		ck_assert_int_eq(compact_zone(cc, NULL), row[i].result);
		ck_assert_int_eq(begin_field(0), (s64)start);
		ck_assert_int_eq(begin_field(1), (s64)row[i].migrate);
		ck_assert_int_eq(begin_field(2), (s64)row[i].free);
		ck_assert_int_eq(begin_field(3), (s64)(start + SCENE_PAGES));
		ck_assert_int_eq(begin_field(4), row[i].mode != MIGRATE_ASYNC);
		ck_assert_int_eq(test_last_event(TRACE_mm_compaction_end)->field[5], row[i].result);
		/* Having met, they begin afresh, and hints are to be forgotten. */
		ck_assert_uint_eq(zone->compact_cached_migrate_pfn[0], start);
		ck_assert_uint_eq(zone->compact_cached_migrate_pfn[1], start);
		ck_assert_uint_eq(zone->compact_cached_free_pfn, last);
		ck_assert(zone->compact_blockskip_flush);
		machine_free(world);
	}
}

TEST(compact_zone_background_run_keeps_hints, "16-12")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = zone_run(zone, 3, GFP_KERNEL, MIGRATE_SYNC_LIGHT);

	for (unsigned long n = 0; n < 200; n++)
		test_free_block(test_page(zone, 2 * n), 0, MIGRATE_UNMOVABLE);
	cc->direct_compaction = false;
	ck_assert_int_eq(compact_zone(cc, NULL), COMPACT_PARTIAL_SKIPPED);
	ck_assert(!zone->compact_blockskip_flush);
}

/* How a run ends, at a pageblock's border: by what is on the lists. */
TEST(compact_zone_ends_when_a_list_has_a_block, "16-6")
{
	static const struct {
		gfp_t gfp_mask;
		int order, type, block_order;
		enum compact_result result;
	} row[] = {
		{ GFP_KERNEL, 3, MIGRATE_UNMOVABLE, 3, COMPACT_SUCCESS },
		{ GFP_KERNEL, 3, MIGRATE_UNMOVABLE, 6, COMPACT_SUCCESS },
		{ GFP_KERNEL, 3, MIGRATE_MOVABLE, 3, COMPACT_SUCCESS },
		{ GFP_HIGHUSER_MOVABLE, 3, MIGRATE_MOVABLE, 3, COMPACT_SUCCESS },
		{ GFP_HIGHUSER_MOVABLE, 3, MIGRATE_CMA, 3, COMPACT_SUCCESS },
		{ GFP_KERNEL, 3, MIGRATE_CMA, 3, COMPACT_PARTIAL_SKIPPED },
		{ GFP_KERNEL, 3, MIGRATE_HIGHATOMIC, 3, COMPACT_PARTIAL_SKIPPED },
		/* A movable request takes no small blocks from other types. */
		{ GFP_HIGHUSER_MOVABLE, 3, MIGRATE_UNMOVABLE, 3, COMPACT_PARTIAL_SKIPPED },
		{ GFP_HIGHUSER_MOVABLE, 3, MIGRATE_UNMOVABLE, 4, COMPACT_SUCCESS },
	};

	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		struct zone *zone = scene_full();
		struct compact_control *cc =
			zone_run(zone, row[i].order, row[i].gfp_mask, MIGRATE_SYNC_LIGHT);

		/* The block does not help the watermark: not enough memory for this request's. */
		test_set_watermarks(zone, 100, 125, 2000);
		for (unsigned long n = 0; n < 200; n++)
			test_free_block(test_page(zone, 4096 + 2 * n), 0, MIGRATE_UNMOVABLE);
		test_free_block(test_page(zone, 2 * BLOCK), (unsigned int)row[i].block_order,
				row[i].type);
		cc->alloc_flags = ALLOC_WMARK_HIGH;
		test_forget_events();
		ck_assert_msg(compact_zone(cc, NULL) == row[i].result, "row %zu:\n%s", i,
			      test_events_text());
		/* Ended at the first look, or went through the whole zone. */
		ck_assert_int_eq(test_count(TRACE_mm_compaction_isolate_migratepages) > 0,
				 row[i].result != COMPACT_SUCCESS);
		ck_assert_int_eq(test_last_event(TRACE_mm_compaction_finished)->field[3],
				 row[i].result);
		machine_free(world);
	}
}

TEST(compact_zone_in_the_middle_of_a_pageblock_goes_on, "16-6")
{
	struct zone *zone = scene_checkered();
	struct compact_control *cc = zone_run(zone, 3, GFP_KERNEL, MIGRATE_SYNC_LIGHT);

	zone->compact_cached_migrate_pfn[1] = TEST_DRAM_PFN + 64;
	zone->compact_cached_free_pfn = TEST_DRAM_PFN + 14 * BLOCK;
	ck_assert_int_eq(compact_zone(cc, NULL), COMPACT_SUCCESS);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_finished, 0)->field[3], COMPACT_CONTINUE);
	/* Batch after batch, since the blocks of 8 left behind were finished each time. */
	ck_assert_int_eq(test_event(TRACE_mm_compaction_migratepages, 0)->field[0], 32);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_migratepages), 7);
	check_owners(2);
}

TEST(compact_zone_stops_for_a_signal, "16-6")
{
	struct zone *zone = scene_checkered();
	struct compact_control *cc = zone_run(zone, 3, GFP_KERNEL, MIGRATE_SYNC_LIGHT);

	current->fatal_signal_pending = true;
	ck_assert_int_eq(compact_zone(cc, NULL), COMPACT_CONTENDED);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_isolate_migratepages), 0);
	/* In the middle of a pageblock it is the scanner that notices. */
	zone->compact_cached_migrate_pfn[1] = TEST_DRAM_PFN + 65;
	test_forget_events();
	ck_assert_int_eq(compact_zone(cc, NULL), COMPACT_CONTENDED);
	ck_assert_int_eq(test_last_event(TRACE_mm_compaction_finished)->field[3], COMPACT_CONTINUE);
	ck_assert_int_eq(test_last_event(TRACE_mm_compaction_end)->field[5], COMPACT_CONTENDED);
	check_owners(2);
	/* Contended from before: the same without a signal. */
	current->fatal_signal_pending = false;
	zone->compact_cached_migrate_pfn[1] = TEST_DRAM_PFN;
	cc->contended = true;
	ck_assert_int_eq(compact_zone(cc, NULL), COMPACT_CONTENDED);
}

/*
 *  Free: 60 single pages, and 64 in one block of the highatomic list, which the request cannot use.
 *  Expect: 124 are enough to begin with (min 100, and 16); taking the 64 would leave too few.
 */
TEST(compact_zone_nowhere_to_move_to_is_contended, "16-6 16-10")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = zone_run(zone, 3, GFP_HIGHUSER_MOVABLE, MIGRATE_SYNC_LIGHT);

	for (unsigned long i = 0; i < 8; i++)
		make_movable(test_page(zone, i), i);
	for (unsigned long n = 0; n < 60; n++)
		test_free_block(test_page(zone, 8 * BLOCK + 2 * n), 0, MIGRATE_UNMOVABLE);
	test_free_block(test_page(zone, 14 * BLOCK), 6, MIGRATE_HIGHATOMIC);
	zone->compact_cached_free_pfn = TEST_DRAM_PFN + 14 * BLOCK;
	ck_assert_int_eq(compact_zone(cc, NULL), COMPACT_CONTENDED);
	ck_assert_int_eq(test_last_event(TRACE_mm_compaction_migratepages)->field[0], 0);
	ck_assert_int_eq(test_last_event(TRACE_mm_compaction_migratepages)->field[1], 8);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_migratepages), 1);
	ck_assert_uint_eq(nr_moves, 0);
	ck_assert(PageFlag(test_page(zone, 0), PG_lru));
	test_check_lists();
}

/** Every other page in use and movable, the even ones free: where the async scanner looks. */
static struct zone *scene_odd(void)
{
	struct zone *zone = scene_full();

	for (unsigned long i = 1; i < SCENE_PAGES; i += 2) {
		make_movable(test_page(zone, i), i);
		test_free_block(test_page(zone, i - 1), 0, MIGRATE_MOVABLE);
	}
	/* The tail of the list is the lowest page: the fast search finds nothing. */
	zone->compact_cached_free_pfn = TEST_DRAM_PFN + 14 * BLOCK;
	test_forget_events();
	return zone;
}

TEST(compact_zone_async_leaves_a_block_after_a_failed_move, "16-8")
{
	struct zone *zone = scene_odd();
	struct compact_control *cc = zone_run(zone, 9, GFP_HIGHUSER_MOVABLE, MIGRATE_ASYNC);

	refused = test_page(zone, 1);
	compact_zone(cc, NULL);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_migratepages, 0)->field[0], 31);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_migratepages, 0)->field[1], 1);
	/* Only the fast start looks back, at what became free, and marks the pageblock. */
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_migratepages, 1)->field[2], 1);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_migratepages, 2)->field[0],
			 (s64)(TEST_DRAM_PFN + BLOCK));
	ck_assert_ptr_eq(owner[1], test_page(zone, 1));
	check_content(owner[1], 1);
}

TEST(compact_zone_sync_finishes_a_block_after_a_failed_move, "16-8")
{
	struct zone *zone = scene_odd();
	struct compact_control *cc = zone_run(zone, 9, GFP_HIGHUSER_MOVABLE, MIGRATE_SYNC_LIGHT);

	refused = test_page(zone, 1);
	compact_zone(cc, NULL);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_migratepages, 0)->field[1], 1);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_migratepages, 1)->field[0],
			 (s64)(TEST_DRAM_PFN + 64));
	/* Background runs do so too, even if they must not wait. */
	zone = scene_odd();
	refused = test_page(zone, 1);
	cc = zone_run(zone, 9, GFP_HIGHUSER_MOVABLE, MIGRATE_ASYNC);
	cc->direct_compaction = false;
	compact_zone(cc, NULL);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_migratepages, 1)->field[0],
			 (s64)(TEST_DRAM_PFN + 64));
}

TEST(compact_zone_drains_what_it_left_behind, "16-6")
{
	struct zone *zone = scene_odd();

	/* The moved pages' frames wait on the CPU's list; a block of 8 is behind: they may merge. */
	compact_zone(zone_run(zone, 3, GFP_HIGHUSER_MOVABLE, MIGRATE_SYNC_LIGHT), NULL);
	ck_assert_int_gt(test_count(TRACE_mm_page_pcpu_drain), 0);
	ck_assert_uint_gt(zone->free_area[9].nr_free, 0);
	ck_assert_int_eq(zone->pageset[0].pcp.count, 0);
}

TEST(compact_zone_without_an_order_drains_nothing, "")
{
	struct zone *zone = scene_odd();
	struct compact_control *cc = zone_run(zone, -1, GFP_KERNEL, MIGRATE_SYNC);

	zone->pageset[0].pcp.high = 100000;
	zone->pageset[0].pcp.batch = 1;
	cc->direct_compaction = false;
	ck_assert_int_eq(compact_zone(cc, NULL), COMPACT_PARTIAL_SKIPPED);
	ck_assert_int_eq(test_count(TRACE_mm_page_pcpu_drain), 0);
	ck_assert_uint_gt(nr_moves, 1000);
	drain_all_pages(NULL);
	for (unsigned long i = 1; i < SCENE_PAGES; i += 2)
		check_content(owner[i], i);
	test_check_lists();
}

TEST(compact_zone_returns_free_pages_it_did_not_need, "16-10")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = zone_run(zone, 3, GFP_HIGHUSER_MOVABLE, MIGRATE_SYNC_LIGHT);

	/* One page to move, a block of 4 to copy to: what is left comes back, and is scanned again. The
	 * fast search left the free scanner above, so the copy is met and moved once more. */
	make_movable(test_page(zone, 3), 3);
	for (unsigned long n = 0; n < 200; n++)
		test_free_block(test_page(zone, 2 * BLOCK + 2 * n), 0, MIGRATE_UNMOVABLE);
	test_free_block(test_page(zone, 14 * BLOCK + 8), 2, MIGRATE_MOVABLE);
	ck_assert_int_eq(compact_zone(cc, NULL), COMPACT_PARTIAL_SKIPPED);
	ck_assert_uint_eq(nr_moves, 2);
	ck_assert_int_eq(test_count(TRACE_mm_page_free), 2 + 2);
	ck_assert_int_eq(test_free_pages(zone) + test_pcp_count(zone), 204);
	ck_assert_uint_eq(zone->compact_cached_free_pfn, TEST_DRAM_PFN + 15 * BLOCK);
	/* The position moves up only: here it was lower. */
	zone = scene_full();
	cc = zone_run(zone, 3, GFP_HIGHUSER_MOVABLE, MIGRATE_SYNC_LIGHT);
	zone->compact_cached_free_pfn = TEST_DRAM_PFN + 12 * BLOCK;
	for (unsigned long i = 0; i < 8; i++)
		make_movable(test_page(zone, i), i);
	for (unsigned long n = 0; n < 200; n++)
		test_free_block(test_page(zone, 2 * BLOCK + 2 * n), 0, MIGRATE_UNMOVABLE);
	test_free_block(test_page(zone, 14 * BLOCK + 8), 2, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 14 * BLOCK + 14), 1, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 14 * BLOCK + 24), 2, MIGRATE_MOVABLE);
	ck_assert_int_eq(compact_zone(cc, NULL), COMPACT_SUCCESS);
	ck_assert_uint_eq(zone->compact_cached_free_pfn, TEST_DRAM_PFN + 14 * BLOCK);
}

TEST(compact_zone_takes_the_waiting_position_along, "16-5")
{
	for (int apart = 0; apart < 2; apart++) {
		struct zone *zone = scene_full();
		struct compact_control *cc = zone_run(zone, 3, GFP_HIGHUSER_MOVABLE, MIGRATE_ASYNC);
		unsigned long *cached = zone->compact_cached_migrate_pfn;

		/* Nothing to move in the first pageblock, a block of the order in the second. */
		cached[0] = TEST_DRAM_PFN;
		cached[1] = TEST_DRAM_PFN + (apart ? 64 : 0);
		zone->compact_cached_free_pfn = TEST_DRAM_PFN + 15 * BLOCK;
		for (unsigned long n = 0; n < 200; n++)
			test_free_block(test_page(zone, 8 * BLOCK + 2 * n), 0, MIGRATE_UNMOVABLE);
		for (unsigned long i = 0; i < 8; i++)
			make_movable(test_page(zone, BLOCK + i), i);
		for (unsigned long i = 0; i < 8; i++)
			test_free_block(test_page(zone, 15 * BLOCK + 32 * i), 0, MIGRATE_MOVABLE);
		ck_assert_int_eq(compact_zone(cc, NULL), COMPACT_SUCCESS);
		ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_migratepages, 0)->field[3],
				 0);
		ck_assert_uint_eq(cached[0], TEST_DRAM_PFN + 2 * BLOCK);
		ck_assert_uint_eq(cached[1], TEST_DRAM_PFN + (apart ? 64 : BLOCK));
		machine_free(world);
	}
}

TEST(compact_zone_catches_the_block, "16-11")
{
	struct zone *zone = scene_full();
	struct alloc_context ac = request_zones(MIGRATE_UNMOVABLE);
	struct page *page = NULL;

	/* Unmovable pageblocks with pages that can be moved; room for them in the upper half. */
	for (unsigned long block = 0; block < 8; block++)
		set_pageblock_migratetype(test_page(zone, block * BLOCK), MIGRATE_UNMOVABLE);
	for (unsigned long i = 0; i < 64; i++)
		make_movable(test_page(zone, i), i);
	for (unsigned long n = 0; n < 250; n++)
		test_free_block(test_page(zone, 12 * BLOCK + 2 * n), 0, MIGRATE_MOVABLE);
	ck_assert_int_eq(
		try_to_compact_pages(GFP_KERNEL, 3, 0, &ac, COMPACT_PRIO_SYNC_LIGHT, &page),
		COMPACT_SUCCESS);
	ck_assert_ptr_nonnull(page);
	ck_assert_uint_eq(page_to_pfn(page) & 7, 0);
	ck_assert_uint_lt(page_to_pfn(page), TEST_DRAM_PFN + 64);
	ck_assert_ptr_null(current->capture_control);
	for (unsigned long i = 0; i < 64; i++)
		check_content(owner[i], i);
	test_check_lists();
}

TEST(compact_zone_order_by_priority, "16-5")
{
	static const struct {
		enum compact_priority prio;
		int sync;
		bool whole, marked_too;
	} row[] = {
		{ COMPACT_PRIO_ASYNC, 0, false, false },
		{ COMPACT_PRIO_SYNC_LIGHT, 1, false, false },
		{ COMPACT_PRIO_SYNC_FULL, 1, true, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		struct zone *zone = scene_full();

		for (unsigned long n = 0; n < 200; n++)
			test_free_block(test_page(zone, 12 * BLOCK + 2 * n), 0, MIGRATE_UNMOVABLE);
		zone->compact_cached_migrate_pfn[0] = TEST_DRAM_PFN + BLOCK;
		zone->compact_cached_migrate_pfn[1] = TEST_DRAM_PFN + BLOCK;
		set_pageblock_skip(TEST_DRAM_PFN);
		set_pageblock_skip(TEST_DRAM_PFN + BLOCK);
		ck_assert_int_eq(try_zones(GFP_HIGHUSER_MOVABLE, 3, row[i].prio),
				 row[i].whole ? COMPACT_COMPLETE : COMPACT_PARTIAL_SKIPPED);
		ck_assert_int_eq(begin_field(4), row[i].sync);
		ck_assert_int_eq(begin_field(1), (s64)(TEST_DRAM_PFN + (row[i].whole ? 0 : BLOCK)));
		ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_migratepages, 0)->field[0],
				 (s64)(TEST_DRAM_PFN + (row[i].marked_too ? 0 : 2 * BLOCK)));
		machine_free(world);
	}
}

/* ---- forgetting hints ---- */

TEST(reset_isolation_only_on_demand, "16-12")
{
	struct zone *zone = scene_full();

	set_pageblock_skip(TEST_DRAM_PFN + 3 * BLOCK);
	reset_isolation_suitable(NODE_DATA(0));
	ck_assert(get_pageblock_skip(TEST_DRAM_PFN + 3 * BLOCK));
	zone->compact_blockskip_flush = true;
	reset_isolation_suitable(NODE_DATA(0));
	ck_assert(!get_pageblock_skip(TEST_DRAM_PFN + 3 * BLOCK));
	ck_assert(!zone->compact_blockskip_flush);
}

TEST(reset_isolation_finds_new_start_positions, "16-12")
{
	struct zone *zone = scene_full();

	make_movable(test_page(zone, 2 * BLOCK + 511), 0);
	test_free_block(test_page(zone, 13 * BLOCK), 0, MIGRATE_MOVABLE);
	zone->compact_blockskip_flush = true;
	__reset_isolation_suitable(zone);
	ck_assert_uint_eq(zone->compact_cached_migrate_pfn[0], TEST_DRAM_PFN + 2 * BLOCK);
	ck_assert_uint_eq(zone->compact_cached_migrate_pfn[1], TEST_DRAM_PFN + 2 * BLOCK);
	ck_assert_uint_eq(zone->compact_init_migrate_pfn, TEST_DRAM_PFN + 2 * BLOCK);
	ck_assert_uint_eq(zone->compact_cached_free_pfn, TEST_DRAM_PFN + 13 * BLOCK);
	ck_assert_uint_eq(zone->compact_init_free_pfn, TEST_DRAM_PFN + 13 * BLOCK);
}

TEST(reset_isolation_positions_that_meet_are_the_ends, "16-12")
{
	for (int free_too = 0; free_too < 2; free_too++) {
		struct zone *zone = scene_full();

		if (free_too) {
			make_movable(test_page(zone, 9 * BLOCK), 0);
			test_free_block(test_page(zone, 3 * BLOCK), 0, MIGRATE_MOVABLE);
		}
		zone->compact_blockskip_flush = true;
		__reset_isolation_suitable(zone);
		ck_assert_uint_eq(zone->compact_cached_migrate_pfn[0], TEST_DRAM_PFN);
		ck_assert_uint_eq(zone->compact_cached_free_pfn, TEST_DRAM_PFN + 15 * BLOCK);
		machine_free(world);
	}
}

TEST(reset_isolation_in_a_ragged_zone, "16-12")
{
	struct zone *zone = scene_ragged();

	SetPageFlag(pfn_to_page(TEST_DRAM_PFN + 300), PG_lru);
	/* Free only behind the hole of the third pageblock. */
	test_free_block(pfn_to_page(TEST_DRAM_PFN + 4 * 256 + 460), 0, MIGRATE_MOVABLE);
	zone->compact_blockskip_flush = true;
	__reset_isolation_suitable(zone);
	ck_assert_uint_eq(zone->compact_cached_migrate_pfn[0], TEST_DRAM_PFN + 256);
	ck_assert_uint_eq(zone->compact_cached_free_pfn, TEST_DRAM_PFN + 4 * 256);
	/* Holes at the ends of pageblocks: nothing there. */
	test_machine_zones(16);
	zone = test_zone(0, ZONE_DMA);
	zone->compact_blockskip_flush = true;
	__reset_isolation_suitable(zone);
	ck_assert_uint_eq(zone->compact_cached_migrate_pfn[0], zone->zone_start_pfn);
}

TEST(compact_zone_restarts_after_the_longest_deferral, "16-12")
{
	struct zone *zone = scene_checkered();

	zone->compact_defer_shift = 6;
	zone->compact_considered = 64;
	zone->compact_blockskip_flush = true;
	for (unsigned long block = 0; block < 16; block++)
		set_pageblock_skip(TEST_DRAM_PFN + block * BLOCK);
	compact_zone(zone_run(zone, 3, GFP_KERNEL, MIGRATE_SYNC_LIGHT), NULL);
	ck_assert_uint_gt(nr_moves, 0);
	check_owners(2);
}

/* ---- the whole zone, on request ---- */

TEST(compact_node_moves_all_there_is, "16-9")
{
	scene_checkered();
	compact_node(NODE_DATA(0));
	ck_assert_int_eq(begin_field(4), true);
	ck_assert_int_eq(test_last_event(TRACE_mm_compaction_end)->field[5], COMPACT_COMPLETE);
	ck_assert_int_eq(test_event(TRACE_mm_compaction_suitable, 0)->field[2], -1);
	/* Only the zone with memory. */
	ck_assert_int_eq(test_count(TRACE_mm_compaction_begin), 1);
	ck_assert_uint_gt(nr_moves, 1000);
	drain_all_pages(NULL);
	check_owners(2);
	ck_assert_uint_ge(test_zone(0, ZONE_DMA)->free_area[10].nr_free, 2);
}

/** A machine whose memory begins at PFN 0. */
TEST(compact_zone_at_pfn_zero, "16-5")
{
	static struct boot_spec spec;
	struct compact_control *cc;
	struct zone *zone;

	spec = (struct boot_spec){ .nr_cpus = 1, .nr_memory = 1 };
	spec.memory[0] = (struct boot_range){ 0, 32 * MIB, 0, false };
	test_machine_boot(&spec);
	world->hooks.page_moved = owner_is_told;
	zone = test_zone(0, ZONE_DMA);
	test_empty_zone(zone);
	test_set_watermarks(zone, 100, 125, 150);
	free_every_other_page(zone);
	cc = zone_run(zone, 3, GFP_KERNEL, MIGRATE_SYNC_LIGHT);
	test_forget_events();
	/* The free position that was never set looks like one in the zone: the scanners have met. */
	ck_assert_int_eq(compact_zone(cc, NULL), COMPACT_COMPLETE);
	ck_assert_int_eq(test_count(TRACE_mm_compaction_isolate_migratepages), 0);
	cc = zone_run(zone, 3, GFP_KERNEL, MIGRATE_SYNC_LIGHT);
	ck_assert_int_eq(compact_zone(cc, NULL), COMPACT_SUCCESS);
	/* "Nothing moved yet" looks like "moved in pageblock 0": no stop at 32. */
	ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_migratepages, 0)->field[3], 256);
	/* And position 0 is never above the first that makes sense. */
	ck_assert(cc->whole_zone);
	for (unsigned long i = 0; i < SCENE_PAGES; i += 2)
		check_content(owner[i], i);
}

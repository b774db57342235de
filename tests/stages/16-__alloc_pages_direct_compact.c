/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 16, the door: whether to compact, in which order of zones, and when to wait with it.
 */
#include <string.h>

#include "compaction-scenes.h"
#include "gfp.h"
#include "gfp_zones.h"
#include "life/life.h"
#include "machines.h"
#include "watch.h"

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
	test_witness();
	page = __alloc_pages_direct_compact(GFP_NOIO, 2, ALLOC_WMARK_MIN, &ac,
					    INIT_COMPACT_PRIORITY, &result);
	ck_assert_ptr_nonnull(page);
	ck_assert_str_eq(test_decisions(DECISION_COMPACT), "2 1");
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

static int offers;

static void count_offer(void)
{
	offers++;
}

TEST(direct_compact_in_vain_lets_others_run, "16-1")
{
	enum compact_result result;
	struct alloc_context ac;

	test_machine_uma(32);
	ac = request_zones(MIGRATE_UNMOVABLE);
	world->hooks.reschedule = count_offer;
	plan_for_all(COMPACT_PARTIAL_SKIPPED);
	ck_assert_ptr_nonnull(
		__alloc_pages_direct_compact(GFP_KERNEL, 4, 0, &ac, DEF_COMPACT_PRIORITY, &result));
	ck_assert_int_eq(offers, 0);
	test_empty_machine();
	ck_assert_ptr_null(
		__alloc_pages_direct_compact(GFP_KERNEL, 4, 0, &ac, DEF_COMPACT_PRIORITY, &result));
	ck_assert_int_eq(offers, 1);
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
	test_witness();
	page = __alloc_pages_direct_compact(GFP_KERNEL | __GFP_COMP, 4, 0, &ac,
					    DEF_COMPACT_PRIORITY, &result);
	ck_assert_ptr_eq(page, plan.capture);
	/* Told: the priority, the result, that a block was caught. */
	ck_assert_str_eq(test_decisions(DECISION_COMPACT), "1 8 1");
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
	for_each_row(i, row) {
		struct zone *zone = test_zone(0, ZONE_DMA);

		zone->compact_defer_shift = 0;
		plan_for_all(row[i].result);
		try_zones(GFP_KERNEL, 4, row[i].prio);
		ck_assert_uint_eq(zone->compact_defer_shift, row[i].deferred);
	}
}

TEST(try_to_compact_stops_for_a_signal_or_another_task, "13-15")
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

	for_each_row(i, row) {
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

/*
 * A mark and reserves against the requests of other zones: 500 more for those that may come from zone 1, none for zone 0. Expect
 * the request's highest zone to count in both looks, its flags in the first alone.
 */
TEST(suitable_by_the_highest_zone_and_the_flags_of_the_request, "16-2")
{
	static const struct {
		unsigned long singles;
		bool block; /* of order 4 */
		int highest;
		unsigned int flags;
		enum compact_result result;
	} row[] = {
		/* First look: 100 and more than that, without 15 of the block's pages. */
		{ 100, true, 0, 0, COMPACT_SUCCESS },
		{ 99, true, 0, 0, COMPACT_SKIPPED },
		{ 599, true, 1, 0, COMPACT_SKIPPED },
		{ 600, true, 1, 0, COMPACT_SUCCESS },
		/* ALLOC_HIGH takes half of the mark away there. */
		{ 50, true, 0, ALLOC_HIGH, COMPACT_SUCCESS },
		{ 49, true, 0, ALLOC_HIGH, COMPACT_SKIPPED },
		/* Second look: 200 and 32, and more than that. */
		{ 233, false, 0, 0, COMPACT_CONTINUE },
		{ 232, false, 0, ALLOC_HIGH, COMPACT_SKIPPED },
		{ 732, false, 1, 0, COMPACT_SKIPPED },
		{ 733, false, 1, 0, COMPACT_CONTINUE },
	};

	for_each_row(i, row) {
		struct zone *zone = scene_singles(row[i].singles);

		zone->lowmem_reserve[1] = 500;
		if (row[i].block)
			test_free_block(test_page(zone, 4096), 4, MIGRATE_UNMOVABLE);
		ck_assert_msg(compaction_suitable(zone, 4, row[i].flags, row[i].highest) ==
				      row[i].result,
			      "row %zu", i);
		machine_free(world);
	}
}

/*
 * For order 4, by 1000 - floor((1000 + floor(1000 * pages / 16)) / blocks): lack of memory up to 500, fragmentation above and below 0.
 * 3 blocks of 8 are 24 pages: 1000 - 2500 / 3 = 167. One of 8: 1000 - 1500 = -500. With singles, s of them and none else:
 * 2: 438, 3: 605. Of order 1, 2: 1000 - (1000 + 250) / 2 = 375; 2 of order 0 and one of order 1: 1000 - (1000 + 250) / 3 = 584.
 */
TEST(suitable_index_at_its_bounds, "16-2")
{
	static const struct {
		unsigned long of[4]; /* blocks of order 0 to 3 */
		int index;
		enum compact_result event;
	} row[] = {
		{ { 0, 0, 0, 3 }, 167, COMPACT_NOT_SUITABLE_ZONE },
		{ { 0, 0, 0, 1 }, -500, COMPACT_CONTINUE },
		{ { 2 }, 438, COMPACT_NOT_SUITABLE_ZONE },
		{ { 3 }, 605, COMPACT_CONTINUE },
		{ { 0, 2 }, 375, COMPACT_NOT_SUITABLE_ZONE },
		{ { 2, 1 }, 584, COMPACT_CONTINUE },
		/* Exactly 0: 1000 - (1000 + 0) / 1 would need no pages; 1000 - 2000 / 2: 16 pages in 2 blocks. */
		{ { 0, 0, 0, 2 }, 0, COMPACT_NOT_SUITABLE_ZONE },
		/* Exactly 500: 1000 - 1500 / 3, 8 pages in 3 blocks; 501: 1000 - 1497 / 3 is none, but 1000 - 3992 / 8. */
		{ { 0, 2, 1 }, 500, COMPACT_NOT_SUITABLE_ZONE },
		{ { 0 }, 0, COMPACT_NOT_SUITABLE_ZONE },
	};

	for_each_row(i, row) {
		struct zone *zone = scene_full();
		unsigned long at = 0;

		for (unsigned int order = 0; order < 4; order++)
			for (unsigned long n = 0; n < row[i].of[order]; n++, at += 16)
				test_free_block(test_page(zone, at), order, MIGRATE_MOVABLE);
		/* So that the index alone decides. */
		test_set_watermarks(zone, 0, 0, 0);
		zone->vm_stat[NR_FREE_PAGES] = 1000;
		test_forget_events();
		ck_assert_int_eq(fragmentation_index(zone, 4), row[i].index);
		ck_assert_int_eq(compaction_suitable(zone, 4, 0, 0),
				 row[i].event == COMPACT_CONTINUE ? COMPACT_CONTINUE
								  : COMPACT_SKIPPED);
		ck_assert_int_eq(test_event(TRACE_mm_compaction_suitable, 0)->field[3],
				 row[i].event);
		/* Not asked up to order 3, nor on request. */
		ck_assert_int_eq(compaction_suitable(zone, -1, 0, 0), COMPACT_CONTINUE);
		machine_free(world);
	}
}

static unsigned long reclaimable;

static unsigned long reclaimable_as_planned(struct zone *zone)
{
	(void)zone;
	return reclaimable;
}

static const struct zone *reclaimable_zone;

static unsigned long reclaimable_in_one_zone(struct zone *zone)
{
	return zone == reclaimable_zone ? 10000 : 0;
}

/* Expect each zone of the request to be asked, from the highest down, and none that it may not use. */
TEST(zonelist_suitable_asks_each_zone_of_the_request, "")
{
	test_machine_zones(32);
	test_empty_machine();
	world->environment.reclaimable_pages = reclaimable_in_one_zone;
	for (int zid = ZONE_DMA; zid <= ZONE_NORMAL; zid++) {
		reclaimable_zone = test_zone(0, zid);
		for (int highest = ZONE_DMA; highest <= ZONE_NORMAL; highest++) {
			struct alloc_context ac = request_zones(MIGRATE_UNMOVABLE);

			ac.highest_zoneidx = (enum zone_type)highest;
			ck_assert_int_eq(compaction_zonelist_suitable(&ac, 2, 0), zid <= highest);
		}
	}
#ifdef CONFIG_NUMA
	{
		struct alloc_context ac = request_zones(MIGRATE_UNMOVABLE);
		nodemask_t nowhere = NODE_1;

		ac.nodemask = &nowhere;
		ck_assert(!compaction_zonelist_suitable(&ac, 2, 0));
	}
#endif
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

/** The only event: node 0, ZONE_DMA, order 4, and the values after the update. */
static void expect_deferral(enum trace_event_id id, unsigned int considered, unsigned int shift,
			    int order_failed)
{
	const struct trace_event *event = test_last_event(id);
	const s64 expect[] = { 0, ZONE_DMA, 4, considered, shift, order_failed };

	for_each_row(i, expect)
		ck_assert_msg(event->field[i] == expect[i], "field %zu: %ld", i,
			      (long)event->field[i]);
}

TEST(deferral_doubles_up_to_sixty_four, "16-3")
{
	struct zone *zone;

	test_machine_uma(32);
	zone = test_zone(0, ZONE_DMA);
	ck_assert(!compaction_deferred(zone, 4));
	for (unsigned int failure = 1; failure <= 8; failure++) {
		unsigned int shift = failure < 6 ? failure : 6;

		zone->compact_order_failed = 9;
		test_forget_events();
		defer_compaction(zone, 4);
		expect_deferral(TRACE_mm_compaction_defer_compaction, 0, shift, 4);
		ck_assert_uint_eq(zone->compact_defer_shift, shift);
		ck_assert_uint_eq(zone->compact_considered, 0);
		ck_assert_int_eq(zone->compact_order_failed, 4);
		for (unsigned int i = 1; i < 1u << shift; i++) {
			ck_assert(compaction_deferred(zone, 4));
			expect_deferral(TRACE_mm_compaction_deferred, i, shift, 4);
		}
		/* The time is over, until the next failure, however often it is asked. */
		test_forget_events();
		ck_assert(!compaction_deferred(zone, 4));
		ck_assert(!compaction_deferred(zone, 4));
		ck_assert_uint_eq(zone->compact_considered, 1u << shift);
		ck_assert_int_eq(test_events(), 0);
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
	expect_deferral(TRACE_mm_compaction_defer_reset, 0, 0, 5);
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
	ck_assert(compaction_restarting(zone, 5));
	ck_assert(!compaction_restarting(zone, 3));
	zone->compact_considered = 65;
	ck_assert(compaction_restarting(zone, 4));
	zone->compact_considered = 63;
	ck_assert(!compaction_restarting(zone, 4));
	zone->compact_considered = 64;
	zone->compact_defer_shift = 5;
	ck_assert(!compaction_restarting(zone, 4));
}

/* ---- the whole path on a live machine ---- */

/*
 *  #.#.#.#.|#.#.#.#.| ... |#.#.#.#.|      half of it free, not one block of two pages
 *  Expect, after one request for a block of 16: it is served, nothing is lost. One for a whole pageblock is not: the
 *  run that does not wait leaves every pageblock at the inner page of a free block, and all of them marked.
 */
TEST(direct_compact_cures_fragmentation, "")
{
	struct zone *zone = scene_checkered();
	struct page *page;

	ck_assert_uint_eq(zone->free_area[1].nr_free, 0);
	page = alloc_pages(GFP_HIGHUSER_MOVABLE, 4);
	ck_assert_ptr_nonnull(page);
	ck_assert_uint_gt(scene_moves, 31);
	scene_check_owners(2);
	scene_checkered();
	ck_assert_ptr_null(alloc_pages(GFP_HIGHUSER_MOVABLE, pageblock_order));
	ck_assert_uint_eq(scene_moves % COMPACT_CLUSTER_MAX, 0);
	scene_check_owners(2);
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
		scene_make_movable(test_page(zone, i), i);
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
		scene_check(scene_owner[i], i);
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

	for_each_row(i, row) {
		struct zone *zone = scene_full();

		for (unsigned long n = 0; n < 200; n++)
			test_free_block(test_page(zone, 12 * BLOCK + 2 * n), 0, MIGRATE_UNMOVABLE);
		zone->compact_cached_migrate_pfn[0] = TEST_DRAM_PFN + BLOCK;
		zone->compact_cached_migrate_pfn[1] = TEST_DRAM_PFN + BLOCK;
		set_pageblock_skip(TEST_DRAM_PFN);
		set_pageblock_skip(TEST_DRAM_PFN + BLOCK);
		ck_assert_int_eq(try_zones(GFP_HIGHUSER_MOVABLE, 3, row[i].prio),
				 row[i].whole ? COMPACT_COMPLETE : COMPACT_PARTIAL_SKIPPED);
		ck_assert_int_eq(scene_begin_field(4), row[i].sync);
		ck_assert_int_eq(scene_begin_field(1),
				 (s64)(TEST_DRAM_PFN + (row[i].whole ? 0 : BLOCK)));
		ck_assert_int_eq(test_event(TRACE_mm_compaction_isolate_migratepages, 0)->field[0],
				 (s64)(TEST_DRAM_PFN + (row[i].marked_too ? 0 : 2 * BLOCK)));
		machine_free(world);
	}
}

static struct compact_control seen_control;
static struct capture_control seen_capture;

/* Moving a page: what the run is that does it. */
static bool look_at_the_run(struct page *from, struct page *to)
{
	seen_capture = *current->capture_control;
	seen_control = *seen_capture.cc;
	return scene_owner_is_told(from, to);
}

/* What a run is told, by its priority; and that it is known to the free path for as long as it lasts. */
TEST(compact_zone_order_fills_the_control_block, "16-5 16-11")
{
	for (int prio = COMPACT_PRIO_SYNC_FULL; prio <= COMPACT_PRIO_ASYNC; prio++) {
		struct zone *zone = scene_checkered();
		struct alloc_context ac = request_zones(MIGRATE_MOVABLE);
		struct page *page = test_page(zone, 5);

		ac.highest_zoneidx = ZONE_DMA32;
		world->hooks.page_moved = look_at_the_run;
		ck_assert_int_eq(try_to_compact_pages(GFP_HIGHUSER_MOVABLE, 5, ALLOC_WMARK_LOW, &ac,
						      (enum compact_priority)prio, &page),
				 COMPACT_SUCCESS);
		/* What was caught, or that nothing was. */
		ck_assert_ptr_null(page);
		ck_assert_ptr_null(current->capture_control);
		ck_assert_ptr_eq(seen_control.zone, zone);
		ck_assert_int_eq(seen_control.order, 5);
		ck_assert_int_le(seen_control.search_order, 5);
		ck_assert_uint_eq(seen_control.gfp_mask, GFP_HIGHUSER_MOVABLE);
		ck_assert_uint_eq(seen_control.alloc_flags, ALLOC_WMARK_LOW);
		ck_assert_int_eq(seen_control.highest_zoneidx, ZONE_DMA32);
		ck_assert_int_eq(seen_control.migratetype, MIGRATE_MOVABLE);
		ck_assert_int_eq(seen_control.mode,
				 prio == COMPACT_PRIO_ASYNC ? MIGRATE_ASYNC : MIGRATE_SYNC_LIGHT);
		ck_assert(seen_control.direct_compaction);
		ck_assert_int_eq(seen_control.whole_zone, prio == COMPACT_PRIO_SYNC_FULL);
		ck_assert_int_eq(seen_control.ignore_skip_hint, prio == COMPACT_PRIO_SYNC_FULL);
		ck_assert_int_eq(seen_control.ignore_block_suitable,
				 prio == COMPACT_PRIO_SYNC_FULL);
		machine_free(world);
	}
}

/* A replay is told what the tests of suitability came to, with the request's own numbers. */
TEST(compact_zone_order_tells_a_replay_of_suitability, "16-2")
{
	static const struct {
		int highest;
		unsigned int flags;
		enum compact_result suitable;
	} row[] = { { 0, ALLOC_WMARK_MIN, COMPACT_SUCCESS },
		    { 0, ALLOC_WMARK_HIGH, COMPACT_CONTINUE },
		    { 1, ALLOC_WMARK_MIN, COMPACT_SKIPPED } };

	for_each_row(i, row) {
		struct zone *zone = scene_singles(250);
		struct alloc_context ac = request_zones(MIGRATE_UNMOVABLE);
		struct page *page = test_page(zone, 5);

		test_free_block(test_page(zone, 4096), 4, MIGRATE_UNMOVABLE);
		zone->lowmem_reserve[1] = 500;
		ac.highest_zoneidx = (enum zone_type)row[i].highest;
		plan_for_all(COMPACT_CONTENDED);
		try_to_compact_pages(GFP_KERNEL, 4, row[i].flags, &ac, COMPACT_PRIO_SYNC_LIGHT,
				     &page);
		ck_assert_int_eq(plan.suitable, row[i].suitable);
		ck_assert_ptr_null(page);
		machine_free(world);
	}
}

/* The first search for a place to copy to begins below the wanted order: a block of order 1 is taken before single pages are. */
TEST(compact_zone_order_begins_the_search_below_its_order, "16-15")
{
	struct zone *zone = scene_full();
	struct alloc_context ac = request_zones(MIGRATE_MOVABLE);
	struct page *page = NULL;

	scene_lay(zone, 0, "MMMMMMMM");
	test_free_block(test_page(zone, 14 * BLOCK + 500), 1, MIGRATE_MOVABLE);
	for (unsigned long n = 0; n < 200; n++)
		test_free_block(test_page(zone, 13 * BLOCK + 2 * n), 0, MIGRATE_MOVABLE);
	world->hooks.page_moved = look_at_the_run;
	try_to_compact_pages(GFP_HIGHUSER_MOVABLE, 3, 0, &ac, COMPACT_PRIO_SYNC_LIGHT, &page);
	ck_assert(!PageBuddy(test_page(zone, 14 * BLOCK + 500)));
	ck_assert_uint_eq(scene_moves, 8);
}

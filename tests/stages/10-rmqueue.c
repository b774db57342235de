/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Taking a block out of a zone: the per-CPU lists, the counters, the urgent reserve and the wake-up of kswapd.
 */
#include "byhand.h"
#include "watch.h"

static struct page *take(struct zone *zone, unsigned int order, int migratetype, unsigned int flags)
{
	return rmqueue(zone, zone, order, GFP_KERNEL, flags, migratetype);
}

static unsigned long take_pfn(struct zone *zone, unsigned int order, int migratetype,
			      unsigned int flags)
{
	struct page *page = take(zone, order, migratetype, flags);

	return page ? page_to_pfn(page) : 0;
}

/* ---- single pages ---- */

/*
 * A movable block of order 3, batch 3:
 *
 *   40000 40001 40002 | 40003 | 40004 ... 40007
 *   refill            | left on the buddy lists
 *
 * Expect the refill to append the pages in the order of removal, and requests to take them from the head.
 */
TEST(rmqueue_refills_empty_list_with_a_batch, "10-1")
{
	struct zone *zone = hand_one_zone();

	test_witness();
	hand_lay(0x40000, 3, MIGRATE_MOVABLE);
	ck_assert_uint_eq(take_pfn(zone, 0, MIGRATE_MOVABLE, 0), 0x40000);
	ck_assert_str_eq(test_pcp_list(zone, 0, MIGRATE_MOVABLE), "40001 40002");
	ck_assert_int_eq(zone->pageset[0].pcp.count, 2);
	ck_assert_str_eq(test_free_list(zone, 0, MIGRATE_MOVABLE), "40003");
	ck_assert_str_eq(test_free_list(zone, 2, MIGRATE_MOVABLE), "40004");
	ck_assert_str_eq(test_take_events(),
			 "alloc_zone_locked 40000 0 1; alloc_zone_locked 40001 0 1; "
			 "alloc_zone_locked 40002 0 1");

	/* The next two come from the list: no event, no counter. */
	ck_assert_uint_eq(take_pfn(zone, 0, MIGRATE_MOVABLE, 0), 0x40001);
	ck_assert_uint_eq(take_pfn(zone, 0, MIGRATE_MOVABLE, 0), 0x40002);
	ck_assert_str_eq(test_take_events(), "");
	ck_assert_uint_eq(take_pfn(zone, 0, MIGRATE_MOVABLE, 0), 0x40003);
	test_check_zone(zone, true);
	ck_assert_str_eq(test_decisions(DECISION_REFILL), "DMA 3 1; DMA 3 1");
	ck_assert_str_eq(test_decisions(DECISION_REFILLED), "DMA 3; DMA 3");
}

/* Expect the page that was freed last, at the head, to be taken first, and each type to have its own list. */
TEST(rmqueue_takes_head_of_list, "10-1")
{
	struct zone *zone = hand_one_zone();

	hand_pcp(zone, 0, MIGRATE_MOVABLE, 0x40007, MIGRATE_MOVABLE);
	hand_pcp(zone, 0, MIGRATE_MOVABLE, 0x40001, MIGRATE_MOVABLE);
	hand_pcp(zone, 0, MIGRATE_UNMOVABLE, 0x40005, MIGRATE_UNMOVABLE);
	ck_assert_uint_eq(take_pfn(zone, 0, MIGRATE_MOVABLE, 0), 0x40007);
	ck_assert_uint_eq(take_pfn(zone, 0, MIGRATE_UNMOVABLE, 0), 0x40005);
	ck_assert_int_eq(zone->pageset[0].pcp.count, 1);
	ck_assert_uint_eq(world->vm_event[PGALLOC_DMA], 2);
}

/* Expect each CPU to use its own list. */
TEST(rmqueue_uses_list_of_running_cpu, "10-1")
{
	const struct hand_zone only = { 0, ZONE_DMA, HAND_START, 16 * pageblock_nr_pages };
	struct zone *zone;

	hand_machine(&only, 1, 2);
	zone = test_zone(0, ZONE_DMA);
	hand_pcp(zone, 0, MIGRATE_MOVABLE, 0x40007, MIGRATE_MOVABLE);
	hand_lay(0x40010, 0, MIGRATE_MOVABLE);
	world->this_cpu = 1;
	ck_assert_uint_eq(take_pfn(zone, 0, MIGRATE_MOVABLE, 0), 0x40010);
	ck_assert_int_eq(zone->pageset[0].pcp.count, 1);
}

/*
 * Refill of 3 with two movable and one CMA page. Expect the count of free pages to change once at the
 * end, that of CMA pages inside the loop, and a take from the list to change neither.
 */
static long free_seen[8], cma_seen[8];
static int removals_seen;

static void look_at_counters(const struct trace_event *event, void *context)
{
	struct zone *zone = context;

	(void)event;
	free_seen[removals_seen] = zone->vm_stat[NR_FREE_PAGES];
	cma_seen[removals_seen++] = zone->vm_stat[NR_FREE_CMA_PAGES];
}

TEST(rmqueue_bulk_counts_free_pages_once_and_cma_at_once, "10-2")
{
	struct zone *zone = hand_one_zone();

	hand_lay(0x40000, 0, MIGRATE_MOVABLE);
	hand_lay(0x40400, 1, MIGRATE_CMA);
	/* Enough others that CMA is not the larger half: it is used last. */
	zone->vm_stat[NR_FREE_PAGES] = 100;
	world->subscriber = look_at_counters;
	world->subscriber_context = zone;

	ck_assert_uint_eq(take_pfn(zone, 0, MIGRATE_MOVABLE, 0), 0x40000);
	ck_assert_int_eq(removals_seen, 3);
	/* Before each of the three removals is counted. */
	ck_assert_int_eq(free_seen[0], 100);
	ck_assert_int_eq(free_seen[1], 100);
	ck_assert_int_eq(free_seen[2], 100);
	ck_assert_int_eq(cma_seen[1], 2);
	ck_assert_int_eq(cma_seen[2], 1);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 97);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_CMA_PAGES], 0);

	ck_assert_uint_eq(take_pfn(zone, 0, MIGRATE_MOVABLE, 0), 0x40400);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 97);
}

/* Expect a refill that runs dry to give what there is and to report the failed removal with PFN -1. */
TEST(rmqueue_bulk_runs_dry, "10-1")
{
	struct zone *zone = hand_one_zone();

	hand_lay(0x40000, 0, MIGRATE_MOVABLE);
	ck_assert_uint_eq(take_pfn(zone, 0, MIGRATE_MOVABLE, 0), 0x40000);
	ck_assert_str_eq(test_take_events(),
			 "alloc_zone_locked 40000 0 1; alloc_zone_locked -1 0 1");
	ck_assert_int_eq(zone->pageset[0].pcp.count, 0);
	ck_assert_uint_eq(take_pfn(zone, 0, MIGRATE_MOVABLE, 0), 0);
	ck_assert_uint_eq(world->vm_event[PGALLOC_DMA], 1);
}

/*
 * The first of three pages has a flag set. Expect it to be lost: not on the list, but counted as
 * removed and as one of the batch.
 */
TEST(rmqueue_bulk_loses_bad_page_but_counts_it, "10-3")
{
	struct zone *zone = hand_one_zone();

	hand_lay(0x40000, 2, MIGRATE_MOVABLE);
	SetPageFlag(P(0x40000), PG_dirty);
	ck_assert_uint_eq(take_pfn(zone, 0, MIGRATE_MOVABLE, 0), 0x40001);
	ck_assert_str_eq(test_pcp_list(zone, 0, MIGRATE_MOVABLE), "40002");
	ck_assert_int_eq(zone->pageset[0].pcp.count, 1);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 1);
	ck_assert_uint_eq(world->tainted, 1ul << TAINT_BAD_PAGE);
}

/* Expect a bad CMA page to leave the count of CMA pages as it is. */
TEST(rmqueue_bulk_bad_cma_page_stays_counted_as_cma, "10-3")
{
	struct zone *zone = hand_one_zone();

	hand_lay(0x40400, 0, MIGRATE_CMA);
	SetPageFlag(P(0x40400), PG_dirty);
	ck_assert_uint_eq(take_pfn(zone, 0, MIGRATE_MOVABLE, 0), 0);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 0);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_CMA_PAGES], 1);
}

/* ---- blocks ---- */

/* Expect the block to be counted out, as CMA too when its list was CMA's, and PGALLOC to count its pages. */
TEST(rmqueue_counts_block_out, "10-2")
{
	struct zone *zone = hand_one_zone();

	hand_lay(0x40000, 3, MIGRATE_MOVABLE);
	hand_lay(0x40400, 3, MIGRATE_CMA);
	zone->vm_stat[NR_FREE_PAGES] = 100;
	ck_assert_uint_eq(take_pfn(zone, 3, MIGRATE_MOVABLE, 0), 0x40000);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 92);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_CMA_PAGES], 8);
	ck_assert_uint_eq(take_pfn(zone, 3, MIGRATE_MOVABLE, 0), 0x40400);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 84);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_CMA_PAGES], 0);
	ck_assert_uint_eq(world->vm_event[PGALLOC_DMA], 16);
	ck_assert_uint_eq(take_pfn(zone, 3, MIGRATE_MOVABLE, 0), 0);
}

/* Expect the pages to be counted for the zone they come from. */
TEST(rmqueue_counts_pages_by_zone, "10-2")
{
	struct zone *lower, *upper;

	hand_two_zones(1, &lower, &upper);
	hand_lay(upper->zone_start_pfn, 3, MIGRATE_MOVABLE);
	hand_lay(upper->zone_start_pfn + 8, 0, MIGRATE_MOVABLE);
	ck_assert_uint_ne(take_pfn(upper, 3, MIGRATE_MOVABLE, 0), 0);
	ck_assert_uint_eq(world->vm_event[PGALLOC_DMA + zone_idx(upper)], 8);
	ck_assert_uint_ne(take_pfn(upper, 0, MIGRATE_MOVABLE, 0), 0);
	ck_assert_uint_eq(world->vm_event[PGALLOC_DMA + zone_idx(upper)], 9);
	ck_assert_uint_eq(world->vm_event[PGALLOC_DMA + zone_idx(lower)], 0);
}

/*
 * Two blocks of order 2; the third page of the first is bad. Expect the whole block to be lost and to
 * stay counted, and the next one to be taken.
 */
TEST(rmqueue_loses_block_with_bad_page_and_keeps_it_counted, "10-3")
{
	struct zone *zone = hand_one_zone();

	hand_lay(0x40000, 2, MIGRATE_MOVABLE);
	hand_lay(0x40010, 2, MIGRATE_MOVABLE);
	set_page_count(P(0x40002), 1);
	ck_assert_uint_eq(take_pfn(zone, 2, MIGRATE_MOVABLE, 0), 0x40010);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 4);
	ck_assert_uint_eq(zone->free_area[2].nr_free, 0);
	ck_assert_str_eq(test_take_events(),
			 "alloc_zone_locked 40000 2 1; alloc_zone_locked 40010 2 1");
}

/* Expect HARDER to take from the urgent reserve first, and the event to name the type that was asked for. */
TEST(rmqueue_harder_takes_from_reserve_first, "10-4")
{
	struct zone *zone = hand_one_zone();

	test_witness();
	hand_lay(0x40000, 2, MIGRATE_UNMOVABLE);
	hand_lay(0x40200, 2, MIGRATE_HIGHATOMIC);
	ck_assert_uint_eq(take_pfn(zone, 2, MIGRATE_UNMOVABLE, ALLOC_HARDER), 0x40200);
	ck_assert_str_eq(test_take_events(), "alloc_zone_locked 40200 2 0");
	/* Empty reserve: the ordinary lists. */
	ck_assert_uint_eq(take_pfn(zone, 2, MIGRATE_UNMOVABLE, ALLOC_HARDER), 0x40000);
	ck_assert_str_eq(test_take_events(), "alloc_zone_locked 40000 2 0");
	ck_assert_str_eq(test_decisions(DECISION_FROM_HIGHATOMIC), "DMA 2");
}

/* Expect others, and single pages even with HARDER, never to take from the reserve. */
TEST(rmqueue_reserve_is_for_harder_blocks_only, "10-4")
{
	struct zone *zone = hand_one_zone();

	hand_lay(0x40200, 2, MIGRATE_HIGHATOMIC);
	ck_assert_uint_eq(take_pfn(zone, 2, MIGRATE_UNMOVABLE, ALLOC_HIGH | ALLOC_OOM), 0);
	ck_assert_uint_eq(take_pfn(zone, 0, MIGRATE_UNMOVABLE, ALLOC_HARDER), 0);
	ck_assert_str_eq(test_free_list(zone, 2, MIGRATE_HIGHATOMIC), "40200");
}

/* Expect one warning in the machine's life for __GFP_NOFAIL with an order above 1. */
TEST(rmqueue_warns_once_of_nofail_blocks, "10-9")
{
	struct zone *zone = hand_one_zone();

	hand_lay(0x40000, 5, MIGRATE_MOVABLE);
	rmqueue(zone, zone, 1, GFP_KERNEL | __GFP_NOFAIL, 0, MIGRATE_MOVABLE);
	ck_assert_str_eq(test_take_console(), "");
	rmqueue(zone, zone, 2, GFP_KERNEL | __GFP_NOFAIL, 0, MIGRATE_MOVABLE);
	ck_assert_str_eq(test_take_console(), "rmqueue: __GFP_NOFAIL with order 2\n");
	rmqueue(zone, zone, 2, GFP_KERNEL | __GFP_NOFAIL, 0, MIGRATE_MOVABLE);
	ck_assert_str_eq(test_take_console(), "");
}

/* ---- the boosted zone wakes kswapd ---- */

static int wakeups;
static gfp_t woken_mask;
static unsigned int woken_order;
static enum zone_type woken_zone;

static void count_wakeup(struct zone *zone, gfp_t gfp_mask, unsigned int order,
			 enum zone_type highest_zoneidx)
{
	(void)zone;
	wakeups++;
	woken_mask = gfp_mask;
	woken_order = order;
	woken_zone = highest_zoneidx;
}

static struct zone *boosted_zone(void)
{
	const struct hand_zone zones[] = { { 0, ZONE_DMA, HAND_START, 16 * pageblock_nr_pages },
					   { 0, ZONE_DMA32, HAND_START + 0x2000,
					     16 * pageblock_nr_pages } };
	struct zone *zone;

	hand_machine(zones, 2, 1);
	zone = test_zone(0, ZONE_DMA32);
	zone->flags |= 1ul << ZONE_BOOSTED_WATERMARK;
	world->hooks.wakeup_kswapd = count_wakeup;
	wakeups = 0;
	woken_mask = woken_order = 99;
	return zone;
}

/* Expect mask 0, order 0 and the zone's own index, and the flag cleared. */
TEST(rmqueue_boosted_zone_wakes_kswapd, "10-5")
{
	struct zone *zone = boosted_zone();

	hand_lay(HAND_START + 0x2000, 4, MIGRATE_MOVABLE);
	take(zone, 2, MIGRATE_MOVABLE, 0);
	ck_assert_int_eq(wakeups, 1);
	ck_assert_uint_eq(woken_mask, 0);
	ck_assert_uint_eq(woken_order, 0);
	ck_assert_int_eq(woken_zone, ZONE_DMA32);
	ck_assert_uint_eq(zone->flags, 0);
	take(zone, 2, MIGRATE_MOVABLE, 0);
	ck_assert_int_eq(wakeups, 1);
}

/* Expect a single page that was not found to wake kswapd too, and a block that was not found not to. */
TEST(rmqueue_failure_wakes_kswapd_for_order_0_only, "10-5")
{
	struct zone *zone = boosted_zone();

	ck_assert_uint_eq(take_pfn(zone, 1, MIGRATE_MOVABLE, 0), 0);
	ck_assert_int_eq(wakeups, 0);
	ck_assert_uint_ne(zone->flags, 0);
	ck_assert_uint_eq(take_pfn(zone, 0, MIGRATE_MOVABLE, 0), 0);
	ck_assert_int_eq(wakeups, 1);
	ck_assert_uint_eq(zone->flags, 0);
}

/* Expect the wake-up to reach the real kswapd when a steal boosted the zone. */
TEST(rmqueue_steal_boosts_and_wakes_sleeping_kswapd, "10-5")
{
	struct zone *zone = hand_one_zone();

	hand_lay(0x40000, 4, MIGRATE_UNMOVABLE);
	test_set_watermarks(zone, 100, 200, 1000);
	NODE_DATA(0)->kswapd_waiting = true;
	take(zone, 0, MIGRATE_MOVABLE, ALLOC_KSWAPD);
	ck_assert_uint_eq(zone->watermark_boost, 512);
	ck_assert(strstr(test_take_events(), "wakeup_kswapd 0 0 0 0") != NULL);
	ck_assert(!NODE_DATA(0)->kswapd_waiting);
}

/* ---- reserving ---- */

/* Expect the pageblock's free pages to move and its whole size to be counted; a second page of it changes nothing. */
TEST(reserve_highatomic_pageblock_converts_one_pageblock, "10-6")
{
	struct zone *zone = hand_one_zone();

	test_witness();
	hand_lay(0x40010, 4, MIGRATE_MOVABLE);
	hand_lay(0x40200, 4, MIGRATE_MOVABLE);
	reserve_highatomic_pageblock(P(0x40003), zone);
	ck_assert_uint_eq(zone->nr_reserved_highatomic, 512);
	ck_assert_int_eq(get_pfnblock_migratetype(0x40000), MIGRATE_HIGHATOMIC);
	ck_assert_int_eq(get_pfnblock_migratetype(0x40200), MIGRATE_MOVABLE);
	ck_assert_str_eq(test_free_list(zone, 4, MIGRATE_HIGHATOMIC), "40010");
	ck_assert_str_eq(test_free_list(zone, 4, MIGRATE_MOVABLE), "40200");
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 32);
	reserve_highatomic_pageblock(P(0x40010), zone);
	ck_assert_uint_eq(zone->nr_reserved_highatomic, 512);
	ck_assert_str_eq(test_decisions(DECISION_RESERVED), "DMA 512");
}

/*
 * The zone manages 8192 pages: the limit is 81 + 512 = 593. Expect a block to be added below the
 * limit, going past it, and none at it.
 */
TEST(reserve_highatomic_pageblock_stops_at_limit, "10-6")
{
	struct zone *zone = hand_one_zone();

	zone->nr_reserved_highatomic = 592;
	reserve_highatomic_pageblock(P(0x40000), zone);
	ck_assert_uint_eq(zone->nr_reserved_highatomic, 1104);
	reserve_highatomic_pageblock(P(0x40200), zone);
	ck_assert_uint_eq(zone->nr_reserved_highatomic, 1104);
	zone->nr_reserved_highatomic = 593;
	reserve_highatomic_pageblock(P(0x40200), zone);
	ck_assert_uint_eq(zone->nr_reserved_highatomic, 593);
	ck_assert_int_eq(get_pfnblock_migratetype(0x40200), MIGRATE_MOVABLE);
}

/* Expect highatomic, CMA and isolated pageblocks to be left alone. */
TEST(reserve_highatomic_pageblock_spares_special_types, "10-6")
{
	static const int special[] = { MIGRATE_HIGHATOMIC, MIGRATE_CMA, MIGRATE_ISOLATE };
	struct zone *zone = hand_one_zone();

	for_each_row(i, special) {
		hand_pageblock(0x40000, special[i]);
		reserve_highatomic_pageblock(P(0x40000), zone);
		ck_assert_uint_eq(zone->nr_reserved_highatomic, 0);
		ck_assert_int_eq(get_pfnblock_migratetype(0x40000), special[i]);
	}
	hand_pageblock(0x40000, MIGRATE_RECLAIMABLE);
	reserve_highatomic_pageblock(P(0x40000), zone);
	ck_assert_uint_eq(zone->nr_reserved_highatomic, 512);
}

/* Two zones with a reserve each: `low` in DMA, `high` in DMA32, of `reserved` pages. */
static struct zone *low, *high;

static struct alloc_context zones_with_reserve(unsigned long reserved)
{
	const struct hand_zone zones[] = { { 0, ZONE_DMA, HAND_START, 16 * pageblock_nr_pages },
					   { 0, ZONE_DMA32, HAND_START + 0x2000,
					     16 * pageblock_nr_pages } };

	hand_machine(zones, 2, 1);
	low = test_zone(0, ZONE_DMA);
	high = test_zone(0, ZONE_DMA32);
	hand_lay_blocks(0x40000, 3, MIGRATE_HIGHATOMIC, 1);
	hand_lay_blocks(0x42000, 3, MIGRATE_HIGHATOMIC, 1);
	low->nr_reserved_highatomic = reserved;
	high->nr_reserved_highatomic = reserved;
	return hand_context(0, ZONE_NORMAL, MIGRATE_UNMOVABLE);
}

/* Expect the last pageblock of a zone to be kept unless forced; with more than one, no force is needed. */
TEST(unreserve_highatomic_pageblock_keeps_last_unless_forced, "10-7")
{
	struct alloc_context ac = zones_with_reserve(512);

	test_witness();
	ck_assert(!unreserve_highatomic_pageblock(&ac, false));
	ck_assert_uint_eq(high->nr_reserved_highatomic, 512);
	ck_assert(unreserve_highatomic_pageblock(&ac, true));
	ck_assert_uint_eq(high->nr_reserved_highatomic, 0);
	ck_assert_uint_eq(low->nr_reserved_highatomic, 512);
	/* The pageblock gets the type of the request. */
	ck_assert_int_eq(get_pfnblock_migratetype(0x42000), MIGRATE_UNMOVABLE);
	ck_assert_str_eq(test_free_list(high, 3, MIGRATE_UNMOVABLE), "42000");

	ac = zones_with_reserve(1024);
	ck_assert(unreserve_highatomic_pageblock(&ac, false));
	ck_assert_uint_eq(high->nr_reserved_highatomic, 512);
	ck_assert_str_eq(test_decisions(DECISION_UNRESERVED), "DMA32");
}

/* Expect zones above the request's highest one to be left alone, and the next zone to be tried. */
TEST(unreserve_highatomic_pageblock_walks_eligible_zones, "10-7")
{
	struct alloc_context ac = zones_with_reserve(512);

	ac.highest_zoneidx = ZONE_DMA;
	ck_assert(unreserve_highatomic_pageblock(&ac, true));
	ck_assert_uint_eq(high->nr_reserved_highatomic, 512);
	ck_assert_uint_eq(low->nr_reserved_highatomic, 0);
	/* DMA32 has a reserve on paper but nothing of it is free: nobody else has either. */
	ac = zones_with_reserve(512);
	del_page_from_free_list(P(0x42000), high, 3);
	ck_assert(unreserve_highatomic_pageblock(&ac, true));
	ck_assert_uint_eq(high->nr_reserved_highatomic, 512);
	ck_assert_uint_eq(low->nr_reserved_highatomic, 0);
	ck_assert(!unreserve_highatomic_pageblock(&ac, true));
}

/* Expect a block whose pageblock is no longer highatomic not to be counted out again, and the count never to wrap. */
TEST(unreserve_highatomic_pageblock_counts_no_block_twice, "10-7")
{
	struct alloc_context ac = zones_with_reserve(512);

	hand_pageblock(0x42000, MIGRATE_MOVABLE);
	ck_assert(unreserve_highatomic_pageblock(&ac, true));
	ck_assert_uint_eq(high->nr_reserved_highatomic, 512);

	ac = zones_with_reserve(100);
	ck_assert(unreserve_highatomic_pageblock(&ac, true));
	ck_assert_uint_eq(high->nr_reserved_highatomic, 0);
}

/*
 *   zone of 700 pages: pageblock 40000 | 40200 .. 402bb, cut off at the zone's end
 *
 * The reserve's block of order 0 lies in the cut pageblock, of which nothing can be moved. Expect the
 * search to go on to the larger block in the first pageblock.
 */
TEST(unreserve_highatomic_pageblock_goes_on_when_nothing_moves, "10-7")
{
	const struct hand_zone cut = { 0, ZONE_DMA, HAND_START, 700 };
	struct alloc_context ac;
	struct zone *zone;

	hand_machine(&cut, 1, 1);
	zone = test_zone(0, ZONE_DMA);
	hand_lay_blocks(0x40203, 0, MIGRATE_HIGHATOMIC, 1);
	hand_lay_blocks(0x40010, 3, MIGRATE_HIGHATOMIC, 1);
	zone->nr_reserved_highatomic = 1024;
	ac = hand_context(0, ZONE_NORMAL, MIGRATE_MOVABLE);
	ck_assert(unreserve_highatomic_pageblock(&ac, true));
	ck_assert_uint_eq(zone->nr_reserved_highatomic, 0);
	ck_assert_str_eq(test_free_list(zone, 0, MIGRATE_HIGHATOMIC), "40203");
	ck_assert_str_eq(test_free_list(zone, 3, MIGRATE_MOVABLE), "40010");
}

#ifdef CONFIG_NUMA
static struct zone *near, *far;

static void two_nodes(void)
{
	const struct hand_zone zones[] = { { 0, ZONE_NORMAL, HAND_START, 16 * pageblock_nr_pages },
					   { 1, ZONE_NORMAL, HAND_START + 0x2000,
					     16 * pageblock_nr_pages } };

	hand_machine(zones, 2, 2);
	near = test_zone(0, ZONE_NORMAL);
	far = test_zone(1, ZONE_NORMAL);
	world->cpu_node[1] = 1;
}

static void expect_numa(const struct zone *zone, unsigned int hit, unsigned int miss,
			unsigned int foreign, unsigned int local, unsigned int other)
{
	const u16 *diff = zone->pageset[0].vm_numa_stat_diff;

	ck_assert_uint_eq(diff[NUMA_HIT], hit);
	ck_assert_uint_eq(diff[NUMA_MISS], miss);
	ck_assert_uint_eq(diff[NUMA_FOREIGN], foreign);
	ck_assert_uint_eq(diff[NUMA_LOCAL], local);
	ck_assert_uint_eq(diff[NUMA_OTHER], other);
}

/* CPU 0 is on node 0. Expect hit and local; then miss there, foreign here, and other. */
TEST(zone_statistics_tell_where_pages_came_from, "10-8")
{
	two_nodes();
	hand_lay(HAND_START, 0, MIGRATE_MOVABLE);
	hand_lay(HAND_START + 0x2000, 1, MIGRATE_MOVABLE);
	rmqueue(near, near, 0, GFP_KERNEL, 0, MIGRATE_MOVABLE);
	expect_numa(near, 1, 0, 0, 1, 0);
	rmqueue(near, far, 1, GFP_KERNEL, 0, MIGRATE_MOVABLE);
	expect_numa(near, 1, 0, 1, 1, 0);
	expect_numa(far, 0, 1, 0, 0, 1);
	/* The same for a single page: it is the other node's miss and this one's foreign page. */
	hand_lay(HAND_START + 0x2400, 0, MIGRATE_MOVABLE);
	rmqueue(near, far, 0, GFP_KERNEL, 0, MIGRATE_MOVABLE);
	expect_numa(near, 1, 0, 2, 1, 0);
	expect_numa(far, 0, 2, 0, 0, 2);
	/* A request that wanted the other node hits there, but it is not local. */
	zone_statistics(far, far);
	expect_numa(far, 1, 2, 0, 0, 3);
}

/* Expect a CPU's count to be folded before it overflows 16 bits, and nothing to be counted when switched off. */
TEST(zone_statistics_fold_before_overflow, "10-8")
{
	two_nodes();
	near->pageset[0].vm_numa_stat_diff[NUMA_HIT] = UINT16_MAX - 3;
	zone_statistics(near, near);
	ck_assert_uint_eq(near->pageset[0].vm_numa_stat_diff[NUMA_HIT], UINT16_MAX - 2);
	zone_statistics(near, near);
	ck_assert_uint_eq(near->pageset[0].vm_numa_stat_diff[NUMA_HIT], 0);
	ck_assert_uint_eq(near->vm_numa_stat[NUMA_HIT], UINT16_MAX - 1);

	world->numa_stat_enabled = false;
	zone_statistics(near, near);
	ck_assert_uint_eq(near->pageset[0].vm_numa_stat_diff[NUMA_HIT], 0);
}
#else
/* Expect no statistics without nodes. */
TEST(zone_statistics_none_without_nodes, "10-8")
{
	struct zone *zone = hand_one_zone();

	zone_statistics(zone, zone);
	ck_assert_str_eq(test_take_events(), "");
}
#endif

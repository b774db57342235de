/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * The buddy lists: splitting, borrowing from CMA, and taking from other migratetypes.
 */
#include "byhand.h"
#include "watch.h"

static unsigned long take(struct zone *zone, unsigned int order, int type, unsigned int flags)
{
	struct page *page = __rmqueue(zone, order, type, flags);

	return page ? page_to_pfn(page) : 0;
}

/* ---- finding and splitting ---- */

/*
 *   |-------------------------------|  40000, order 3
 *   |-| |-| |---| |-------|
 *   0   1   2      4                   removed; 1, 2 and 4 stay as orders 0, 1, 2
 *
 * Expect the halves on the lists of their orders, at the head, and ascending PFNs one after the other.
 */
TEST(__rmqueue_smallest_splits_and_hands_out_ascending, "11-1")
{
	struct zone *zone = hand_one_zone();

	test_witness();
	hand_lay(0x40000, 3, M);
	ck_assert_ptr_eq(__rmqueue_smallest(zone, 0, M), P(0x40000));
	ck_assert_str_eq(test_free_list(zone, 0, M), "40001");
	ck_assert_str_eq(test_free_list(zone, 1, M), "40002");
	ck_assert_str_eq(test_free_list(zone, 2, M), "40004");
	ck_assert_str_eq(test_free_list(zone, 3, M), "");
	ck_assert(!PageBuddy(P(0x40000)));
	ck_assert_uint_eq(P(0x40000)->private, 0);
	ck_assert_uint_eq(page_order(P(0x40004)), 2);

	for (unsigned long pfn = 0x40001; pfn < 0x40008; pfn++)
		ck_assert_ptr_eq(__rmqueue_smallest(zone, 0, M), P(pfn));
	ck_assert_ptr_null(__rmqueue_smallest(zone, 0, M));
	for (int order = 0; order < MAX_ORDER; order++)
		ck_assert_uint_eq(zone->free_area[order].nr_free, 0);
	ck_assert_str_eq(
		test_decisions(DECISION_BLOCK),
		"DMA 0 3 1; DMA 0 0 1; DMA 0 1 1; DMA 0 0 1; DMA 0 2 1; DMA 0 0 1; DMA 0 1 1; DMA 0 0 1");
}

/* Expect the first block of the smallest sufficient order, not the largest and not the lowest PFN. */
TEST(__rmqueue_smallest_takes_first_of_smallest_order, "11-1")
{
	struct zone *zone = hand_one_zone();

	hand_lay(0x40000, 5, M);
	hand_lay(0x40100, 3, M);
	hand_lay(0x40080, 3, M);
	hand_lay(0x40200, 1, M);
	ck_assert_ptr_eq(__rmqueue_smallest(zone, 2, M), P(0x40100));
	/* The upper half goes in front of what is there. */
	hand_lay(0x40300, 2, M);
	ck_assert_ptr_eq(__rmqueue_smallest(zone, 3, M), P(0x40080));
	ck_assert_str_eq(test_free_list(zone, 2, M), "40104 40300");
}

/* Expect the list's type to be recorded, though the pageblock is of another. */
TEST(__rmqueue_smallest_records_type_of_list, "11-2")
{
	struct zone *zone = hand_one_zone();

	hand_pageblock(0x40000, M);
	hand_lay(0x40000, 0, R);
	ck_assert_int_eq(get_pcppage_migratetype(__rmqueue_smallest(zone, 0, R)), R);
}

/* ---- CMA ---- */

/* Expect the shortcut only when CMA holds more than half (rounded down) of the free pages, and without event. */
TEST(__rmqueue_uses_cma_first_when_it_is_most_of_free, "11-3")
{
	struct zone *zone = hand_one_zone();

	hand_lay(0x40000, 1, M);
	hand_lay(0x40400, 1, C);
	zone->vm_stat[NR_FREE_PAGES] = 4; /* CMA 2, not more than 4 / 2 */
	ck_assert_uint_eq(take(zone, 0, M, 0), 0x40000);
	ck_assert_str_eq(test_take_events(), "alloc_zone_locked 40000 0 1");

	zone->vm_stat[NR_FREE_PAGES] = 3; /* 2 > 3 / 2 */
	ck_assert_uint_eq(take(zone, 0, M, 0), 0x40400);
	ck_assert_str_eq(test_take_events(), "");

	/* Others never take the shortcut. */
	hand_lay(0x40010, 1, U);
	zone->vm_stat[NR_FREE_PAGES] = 1;
	ck_assert_uint_eq(take(zone, 0, U, 0), 0x40010);
	/* The counter may be stale: an empty CMA list is no failure. */
	ck_assert_uint_eq(take(zone, 0, M, 0), 0x40401);
	ck_assert_uint_eq(take(zone, 0, M, 0), 0x40001);
	ck_assert_str_eq(test_take_events(),
			 "alloc_zone_locked 40010 0 0; alloc_zone_locked 40001 0 1");
}

/* Expect a movable request to borrow from CMA before it takes from another type, even without ALLOC_CMA. */
TEST(__rmqueue_movable_borrows_from_cma_before_stealing, "11-4")
{
	struct zone *zone = hand_one_zone();

	hand_lay(0x40000, 4, U);
	hand_lay(0x40400, 0, C);
	zone->vm_stat[NR_FREE_PAGES] = 1000;
	ck_assert_uint_eq(take(zone, 0, M, 0), 0x40400);
	ck_assert_int_eq(get_pcppage_migratetype(P(0x40400)), C);
	ck_assert_str_eq(test_take_events(), "alloc_zone_locked 40400 0 1");
}

/* Expect unmovable and reclaimable requests to take neither from CMA nor highatomic nor isolated lists. */
TEST(__rmqueue_special_lists_are_no_fallback, "11-4")
{
	struct zone *zone = hand_one_zone();

	hand_lay(0x40400, 9, C);
	hand_lay(0x40600, 9, H);
	hand_lay(0x40800, 9, MIGRATE_ISOLATE);
	ck_assert_uint_eq(take(zone, 0, U, 0), 0);
	ck_assert_uint_eq(take(zone, 0, R, 0), 0);
	ck_assert_str_eq(test_take_events(), "alloc_zone_locked -1 0 0; alloc_zone_locked -1 0 2");
}

/* ---- fallback ---- */

/*
 * Expect the order of other types:  U: R, M.  M: R, U.  R: U, M.
 */
TEST(find_suitable_fallback_order_of_types, "11-5")
{
	struct zone *zone = hand_one_zone();
	struct free_area *area = &zone->free_area[5];
	bool can_steal = false;

	hand_lay(0x40000, 5, U);
	hand_lay(0x40200, 5, M);
	hand_lay(0x40400, 5, R);
	ck_assert_int_eq(find_suitable_fallback(area, 5, U, false, &can_steal), R);
	ck_assert_int_eq(find_suitable_fallback(area, 5, M, false, &can_steal), R);
	ck_assert_int_eq(find_suitable_fallback(area, 5, R, false, &can_steal), U);
	del_page_from_free_list(P(0x40400), zone, 5);
	ck_assert_int_eq(find_suitable_fallback(area, 5, U, false, &can_steal), M);
	ck_assert_int_eq(find_suitable_fallback(area, 5, M, false, &can_steal), U);
	del_page_from_free_list(P(0x40000), zone, 5);
	ck_assert_int_eq(find_suitable_fallback(area, 5, R, false, &can_steal), M);
	/* Only its own type left. */
	ck_assert_int_eq(find_suitable_fallback(area, 5, M, false, &can_steal), -1);
	ck_assert(!can_steal);
}

/* Expect can_steal for all but movable requests and blocks below order 4; grouping disabled: always. */
TEST(find_suitable_fallback_can_steal, "11-6")
{
	struct zone *zone = hand_one_zone();
	bool can_steal = true;

	/* An order without any block: the answer leaves can_steal alone. */
	ck_assert_int_eq(find_suitable_fallback(&zone->free_area[3], 3, M, false, &can_steal), -1);
	ck_assert(can_steal);

	hand_lay(0x40000, 3, R);
	ck_assert_int_eq(find_suitable_fallback(&zone->free_area[3], 3, M, false, &can_steal), R);
	ck_assert(!can_steal);
	ck_assert_int_eq(find_suitable_fallback(&zone->free_area[3], 3, M, true, &can_steal), -1);
	ck_assert_int_eq(find_suitable_fallback(&zone->free_area[3], 3, U, true, &can_steal), R);
	ck_assert(can_steal);
	hand_lay(0x40030, 2, U);
	ck_assert_int_eq(find_suitable_fallback(&zone->free_area[2], 2, R, true, &can_steal), U);
	hand_lay(0x40020, 4, U);
	ck_assert_int_eq(find_suitable_fallback(&zone->free_area[4], 4, M, true, &can_steal), U);
	ck_assert(can_steal);
	ck_assert_int_eq(find_suitable_fallback(&zone->free_area[4], 4, R, true, &can_steal), U);

	world->page_group_by_mobility_disabled = true;
	ck_assert_int_eq(find_suitable_fallback(&zone->free_area[3], 3, M, true, &can_steal), R);
	ck_assert(can_steal);
}

/*
 * The worked example 1. Pageblock 40000, movable, holds all free memory, on movable lists:
 *
 *   order 0: 40003, 40005     order 3: 40008     order 8: 40100
 *
 * Request: order 0, unmovable, batch 3. Expect the largest block to be found, the whole pageblock to
 * be taken over (266 of 512 pages are free), and the retry to take what is smallest: 40005.
 */
TEST(__rmqueue_takes_over_whole_pageblock, "11-7")
{
	struct zone *zone = hand_one_zone();
	struct page *page;

	test_witness();
	hand_lay(0x40003, 0, M);
	hand_lay(0x40005, 0, M);
	hand_lay(0x40008, 3, M);
	hand_lay(0x40100, 8, M);
	test_set_watermarks(zone, 100, 200, 1000);

	page = rmqueue(zone, zone, 0, GFP_KERNEL, 0, U);
	ck_assert_uint_eq(page_to_pfn(page), 0x40005);
	ck_assert_str_eq(test_take_events(),
			 "alloc_extfrag 40100 0 8 0 1 1; alloc_zone_locked 40005 0 0; "
			 "alloc_zone_locked 40003 0 0; alloc_zone_locked 40008 0 0");
	ck_assert_str_eq(test_pcp_list(zone, 0, U), "40003 40008");
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 2 + 8 + 256 - 3);
	ck_assert_uint_eq(zone->watermark_boost, 512);
	ck_assert_int_eq(get_pfnblock_migratetype(0x40000), U);
	ck_assert_str_eq(test_free_list(zone, 0, U), "40009");
	ck_assert_str_eq(test_free_list(zone, 1, U), "4000a");
	ck_assert_str_eq(test_free_list(zone, 2, U), "4000c");
	ck_assert_str_eq(test_free_list(zone, 8, U), "40100");
	for (unsigned int order = 0; order < MAX_ORDER; order++)
		ck_assert_str_eq(test_free_list(zone, order, M), "");
	/* 266 free, 246 in use that cannot be moved. */
	ck_assert_str_eq(test_decisions(DECISION_CLAIM), "DMA 266 246 1 1");
	ck_assert_str_eq(test_decisions(DECISION_BOOST), "DMA 0 512");
}

/*
 * The worked example 2. Pageblock 40000, unmovable, on unmovable lists:
 *
 *   order 0: 40003     order 2: 40020, 40030     order 3: 40010
 *
 * Request: order 1, movable. The largest foreign block has order 3, so that no pageblock can be taken
 * over. Expect the smallest sufficient block, 40020, alone; the pageblock stays unmovable.
 */
TEST(__rmqueue_movable_takes_smallest_when_it_cannot_take_over, "11-5")
{
	struct zone *zone = hand_one_zone();

	hand_pageblock(0x40000, U);
	hand_lay(0x40003, 0, U);
	hand_lay(0x40020, 2, U);
	hand_lay(0x40030, 2, U);
	hand_lay(0x40010, 3, U);
	test_set_watermarks(zone, 100, 200, 1000);

	ck_assert_uint_eq(take(zone, 1, M, 0), 0x40020);
	ck_assert_str_eq(test_take_events(),
			 "alloc_extfrag 40020 1 2 1 0 0; alloc_zone_locked 40020 1 1");
	ck_assert_uint_eq(zone->watermark_boost, 512);
	ck_assert_str_eq(test_free_list(zone, 1, M), "40022");
	ck_assert_str_eq(test_free_list(zone, 2, U), "40030");
	ck_assert_str_eq(test_free_list(zone, 3, U), "40010");
	ck_assert_int_eq(get_pfnblock_migratetype(0x40000), U);

	/* A block of exactly the order wanted is taken without searching upward. */
	ck_assert_uint_eq(take(zone, 3, M, 0), 0x40010);
	ck_assert_str_eq(test_take_events(),
			 "alloc_extfrag 40010 3 3 1 0 0; alloc_zone_locked 40010 3 1");
}

/* The same on reclaimable lists: the smallest block is of the first type that a movable request turns to. */
TEST(__rmqueue_movable_takes_smallest_reclaimable_block, "11-5")
{
	struct zone *zone = hand_one_zone();

	hand_pageblock(0x40000, R);
	hand_lay(0x40020, 2, R);
	hand_lay(0x40010, 3, R);
	ck_assert_uint_eq(take(zone, 1, M, 0), 0x40020);
	ck_assert_str_eq(test_free_list(zone, 3, R), "40010");
}

/* Expect an unmovable request to split the largest block though a smaller one would do. */
TEST(__rmqueue_unmovable_takes_largest_block, "11-5")
{
	struct zone *zone = hand_one_zone();

	hand_lay(0x40000, 1, M);
	hand_lay(0x40200, 6, M);
	hand_lay(0x40400, 4, M);
	ck_assert_uint_eq(take(zone, 0, U, 0), 0x40200);
	ck_assert_str_eq(test_free_list(zone, 1, M), "40000");
	ck_assert_str_eq(test_free_list(zone, 4, M), "40400");
}

/* Expect a movable request to take over a pageblock from order 4 on. */
TEST(__rmqueue_movable_takes_over_from_order_4, "11-6")
{
	struct zone *zone = hand_one_zone();

	hand_pageblock(0x40000, U);
	hand_lay(0x40002, 1, U);
	hand_lay(0x40040, 4, U);
	ck_assert_uint_eq(take(zone, 0, M, 0), 0x40002);
	ck_assert_str_eq(test_take_events(),
			 "alloc_extfrag 40040 0 4 1 0 0; alloc_zone_locked 40002 0 1");
	ck_assert_str_eq(test_free_list(zone, 4, M), "40040");
	ck_assert_str_eq(test_free_list(zone, 4, U), "");
}

/* A pageblock of `old` type with `nr_free` free pages from 40000 on and `lru` movable ones at its end, stolen by `type`. */
static int type_after_steal(int old, int type, unsigned int order, int lru)
{
	struct zone *zone = hand_one_zone();

	hand_pageblock(0x40000, old);
	hand_lay(0x40000, order, old);
	for (int i = 0; i < lru; i++)
		SetPageFlag(P(0x401ff - (unsigned long)i), PG_lru);
	ck_assert_uint_eq(take(zone, 0, type, 0), 0x40000);
	return get_pfnblock_migratetype(0x40000);
}

/*
 * Expect the pageblock's type to change when at least 256 of its pages are free or alike:
 *
 *   movable request                alike: the movable pages in use
 *   other request, movable block   alike: what is in use and not movable
 *   other request, other block     alike: none
 */
TEST(__rmqueue_pageblock_changes_type_from_half_on, "11-8")
{
	/* 128 free, and 128 or 127 movable. */
	ck_assert_int_eq(type_after_steal(U, M, 7, 128), M);
	ck_assert_int_eq(type_after_steal(U, M, 7, 127), U);
	/* 128 free, 512 - (128 + 256) = 128 immovable; with one movable more 127. */
	ck_assert_int_eq(type_after_steal(M, U, 7, 256), U);
	ck_assert_int_eq(type_after_steal(M, U, 7, 257), M);
	/* Between unmovable and reclaimable only free pages count. */
	ck_assert_int_eq(type_after_steal(R, U, 7, 300), R);
	ck_assert_int_eq(type_after_steal(R, U, 8, 0), U);
}

/*
 * A movable block with 16 free pages on an unmovable list and 496 in use, none of which can be moved. Expect a movable
 * request to count what can be moved, 0, though the block is movable already.
 */
TEST(__rmqueue_movable_request_counts_what_can_be_moved, "11-8")
{
	struct zone *zone = hand_one_zone();

	test_witness();
	hand_pageblock(0x40000, M);
	hand_lay(0x40000, 4, U);
	ck_assert_uint_eq(take(zone, 4, M, 0), 0x40000);
	ck_assert_str_eq(test_decisions(DECISION_CLAIM), "DMA 16 0 0 1 1");
}

/* Expect the free blocks to move even when the pageblock keeps its type. */
TEST(__rmqueue_free_blocks_move_though_type_stays, "11-8")
{
	struct zone *zone = hand_one_zone();

	hand_pageblock(0x40000, R);
	hand_lay(0x40000, 4, R);
	hand_lay(0x40100, 5, R);
	take(zone, 0, U, 0);
	ck_assert_int_eq(get_pfnblock_migratetype(0x40000), R);
	ck_assert_str_eq(test_free_list(zone, 5, U), "40100");
	ck_assert_str_eq(test_free_list(zone, 4, R), "");
}

/* Expect a foreign block in a highatomic pageblock to be moved alone: no take-over, no boost. */
TEST(__rmqueue_highatomic_pageblock_is_not_taken_over, "11-8")
{
	struct zone *zone = hand_one_zone();

	hand_pageblock(0x40000, H);
	hand_lay(0x40000, 4, M);
	hand_lay(0x40100, 3, M);
	test_set_watermarks(zone, 100, 200, 1000);
	ck_assert_uint_eq(take(zone, 4, U, ALLOC_KSWAPD), 0x40000);
	ck_assert_str_eq(test_free_list(zone, 3, M), "40100");
	ck_assert_int_eq(get_pfnblock_migratetype(0x40000), H);
	ck_assert_uint_eq(zone->watermark_boost, 0);
	ck_assert_uint_eq(zone->flags, 0);
}

/*
 * The block lies in a pageblock that is cut off by the zone's end, so that nothing of it can be moved
 * as a whole. Expect the block alone to be taken.
 */
TEST(__rmqueue_cut_pageblock_gives_single_block, "11-8")
{
	const struct hand_zone cut = { 0, ZONE_DMA, HAND_START, 700 };
	struct zone *zone;

	hand_machine(&cut, 1, 1);
	zone = test_zone(0, ZONE_DMA);
	hand_lay(0x40200, 5, M);
	hand_lay(0x40240, 4, M);
	ck_assert_uint_eq(take(zone, 0, U, 0), 0x40200);
	ck_assert_str_eq(test_free_list(zone, 4, M), "40240");
	ck_assert_int_eq(get_pfnblock_migratetype(0x40200), M);
}

/* ---- boost ---- */

static unsigned long boost_of_steal(unsigned long high, int factor, unsigned long before)
{
	struct zone *zone = hand_one_zone();

	test_set_watermarks(zone, 0, 0, high);
	world->watermark_boost_factor = factor;
	zone->watermark_boost = before;
	hand_lay(0x40000, 4, M);
	take(zone, 0, U, 0);
	/* Without ALLOC_KSWAPD the boost is raised, but nobody is to be woken. */
	ck_assert_uint_eq(zone->flags, 0);
	return zone->watermark_boost;
}

/*
 * Expect one pageblock more at each steal, up to high * factor / 10000, but at least up to one
 * pageblock: with high 10001 and factor 15000 the limit is 15001 (the remainder counts).
 */
TEST(boost_watermark_grows_to_its_limit, "11-9")
{
	ck_assert_uint_eq(boost_of_steal(1000, 15000, 0), 512);
	ck_assert_uint_eq(boost_of_steal(1000, 15000, 512), 1024);
	ck_assert_uint_eq(boost_of_steal(1000, 15000, 1024), 1500);
	ck_assert_uint_eq(boost_of_steal(10, 15000, 0), 512);
	ck_assert_uint_eq(boost_of_steal(10, 15000, 512), 512);
	ck_assert_uint_eq(boost_of_steal(10001, 15000, 14900), 15001);
}

/* Expect no boost with factor 0, without a high mark, and on zones below four pageblocks. */
TEST(boost_watermark_does_nothing, "11-9")
{
	const struct hand_zone tiny = { 0, ZONE_DMA, HAND_START, 4 * pageblock_nr_pages };
	struct zone *zone;

	ck_assert_uint_eq(boost_of_steal(1000, 0, 0), 0);
	ck_assert_uint_eq(boost_of_steal(0, 15000, 0), 0);

	hand_machine(&tiny, 1, 1);
	zone = test_zone(0, ZONE_DMA);
	test_set_watermarks(zone, 0, 0, 1000);
	hand_lay(0x40000, 4, M);
	zone->managed_pages = 2047;
	take(zone, 0, U, ALLOC_KSWAPD);
	ck_assert_uint_eq(zone->watermark_boost, 0);
	/* The flag is set all the same. */
	ck_assert_uint_eq(zone->flags, 1ul << ZONE_BOOSTED_WATERMARK);

	hand_lay(0x40200, 4, M);
	zone->managed_pages = 2048;
	take(zone, 4, U, 0);
	ck_assert_uint_eq(zone->watermark_boost, 512);
}

/* Expect a steal of a single block to boost as well. */
TEST(boost_watermark_also_for_single_blocks, "11-9")
{
	struct zone *zone = hand_one_zone();

	test_set_watermarks(zone, 0, 0, 1000);
	hand_pageblock(0x40000, U);
	hand_lay(0x40000, 1, U);
	take(zone, 0, M, ALLOC_KSWAPD);
	ck_assert_uint_eq(zone->watermark_boost, 512);
	ck_assert_uint_eq(zone->flags, 1ul << ZONE_BOOSTED_WATERMARK);
}

/* ---- whole pageblocks ---- */

/*
 *   |-------- 40400, order 10 --------|
 *   | pageblock 40400 | pageblock 40600 |      both movable
 *
 * Expect both pageblocks to become unmovable, without boost, and the rest to stay on the new lists.
 */
TEST(__rmqueue_large_block_changes_all_its_pageblocks, "11-11")
{
	struct zone *zone = hand_one_zone();

	test_witness();
	hand_lay(0x40400, 10, M);
	test_set_watermarks(zone, 0, 0, 1000);
	ck_assert_uint_eq(take(zone, 0, U, ALLOC_KSWAPD), 0x40400);
	ck_assert_str_eq(test_take_events(),
			 "alloc_extfrag 40400 0 10 0 1 1; alloc_zone_locked 40400 0 0");
	ck_assert_int_eq(get_pfnblock_migratetype(0x40400), U);
	ck_assert_int_eq(get_pfnblock_migratetype(0x40600), U);
	ck_assert_int_eq(get_pfnblock_migratetype(0x40800), M);
	ck_assert_uint_eq(zone->watermark_boost, 0);
	ck_assert_uint_eq(zone->flags, 0);
	ck_assert_str_eq(test_free_list(zone, 9, U), "40600");
	ck_assert_str_eq(test_decisions(DECISION_CONVERT), "DMA 2 1");
}

/* Expect NOFRAGMENT to take blocks of order 9 and 10 from other types, and nothing smaller. */
TEST(__rmqueue_nofragment_takes_whole_pageblocks_only, "11-10")
{
	struct zone *zone = hand_one_zone();

	hand_lay(0x40000, 8, M);
	ck_assert_uint_eq(take(zone, 0, U, ALLOC_NOFRAGMENT), 0);
	hand_lay(0x40200, 9, M);
	ck_assert_uint_eq(take(zone, 0, U, ALLOC_NOFRAGMENT), 0x40200);
	ck_assert_str_eq(test_free_list(zone, 8, M), "40000");
	/* Without the flag the smaller block is taken. */
	ck_assert_uint_eq(take(zone, 8, U, 0), 0x40300);
	ck_assert_uint_eq(take(zone, 8, U, 0), 0x40000);
}

/*
 * Order 10 with NOFRAGMENT, two foreign blocks of order 9. Expect the limit to be 9 also then: both are
 * converted one after the other without helping, and only then the request fails.
 */
TEST(__rmqueue_nofragment_order_10_converts_without_helping, "11-10")
{
	struct zone *zone = hand_one_zone();

	hand_lay(0x40000, 9, M);
	hand_lay(0x40400, 9, M);
	ck_assert_uint_eq(take(zone, 10, U, ALLOC_NOFRAGMENT), 0);
	ck_assert_str_eq(test_take_events(),
			 "alloc_extfrag 40000 10 9 0 1 1; alloc_extfrag 40400 10 9 0 1 1; "
			 "alloc_zone_locked -1 10 0");
	ck_assert_str_eq(test_free_list(zone, 9, U), "40400 40000");
	/* Without the flag nothing below the order is touched. */
	ck_assert_uint_eq(take(zone, 10, R, 0), 0);
	ck_assert_str_eq(test_take_events(), "alloc_zone_locked -1 10 2");
}

/* Expect grouping disabled to let movable requests take over small blocks, and the pageblock to be stored as unmovable. */
TEST(__rmqueue_mobility_disabled_takes_over_always, "11-6")
{
	struct zone *zone = hand_one_zone();

	world->page_group_by_mobility_disabled = true;
	hand_pageblock(0x40000, R);
	hand_lay(0x40000, 1, R);
	hand_lay(0x40010, 0, R);
	ck_assert_uint_eq(take(zone, 0, M, 0), 0x40010);
	ck_assert_str_eq(test_take_events(),
			 "alloc_extfrag 40000 0 1 1 2 0; alloc_zone_locked 40010 0 1");
	ck_assert_int_eq(get_pfnblock_migratetype(0x40000), U);
	ck_assert_str_eq(test_free_list(zone, 1, M), "40000");
	/* Special types are stored as they are. */
	set_pageblock_migratetype(P(0x40000), C);
	ck_assert_int_eq(get_pfnblock_migratetype(0x40000), C);
}

/* ---- both mobility bits ---- */

/*
 * A block of the reserve, one of every other type. Expect the reserve first, then unmovable blocks, the largest one first,
 * and nothing else.
 */
TEST(__rmqueue_of_both_mobility_bits, "11-13")
{
	struct zone *zone = hand_one_zone();

	hand_pageblock(0x40000, U);
	hand_lay(0x40000, 1, H);
	hand_lay(0x40010, 1, U);
	hand_lay(0x40020, 2, U);
	hand_lay(0x40200, 3, M);
	hand_lay(0x40400, 3, R);
	hand_lay(0x40600, 3, C);
	ck_assert_uint_eq(take(zone, 1, H, 0), 0x40000);
	ck_assert_str_eq(test_take_events(), "alloc_zone_locked 40000 1 3");
	/* A small block moves alone: its pageblock stays unmovable. */
	ck_assert_uint_eq(take(zone, 1, H, 0), 0x40020);
	ck_assert_str_eq(test_take_events(),
			 "alloc_extfrag 40020 1 2 3 0 0; alloc_zone_locked 40020 1 3");
	ck_assert_str_eq(test_free_list(zone, 1, H), "40022");
	ck_assert_uint_eq(take(zone, 1, H, 0), 0x40022);
	ck_assert_uint_eq(take(zone, 1, H, 0), 0x40010);
	ck_assert_uint_eq(take(zone, 1, H, 0), 0);
	/* Expect a large block to bring its pageblock along, uncounted. */
	hand_pageblock(0x40800, U);
	hand_lay(0x40800, 9, U);
	ck_assert_uint_eq(take(zone, 9, H, 0), 0x40800);
	ck_assert_int_eq(get_pfnblock_migratetype(0x40800), H);
	ck_assert_uint_eq(zone->nr_reserved_highatomic, 0);
}

/* ---- move_freepages_block ---- */

/* Expect free blocks of any list to move, ascending, each to the head: the highest PFN ends up first. */
TEST(move_freepages_block_highest_pfn_first, "11-12")
{
	struct zone *zone = hand_one_zone();
	int movable = 99;

	hand_lay(0x40010, 2, R);
	hand_lay(0x40020, 2, M);
	hand_lay(0x40030, 2, C);
	hand_lay(0x401f0, 3, M);
	hand_lay(0x40200, 2, M);
	hand_lay(0x40300, 2, U);
	for (unsigned long pfn = 0x40040; pfn < 0x40045; pfn++)
		SetPageFlag(P(pfn), PG_lru);
	ck_assert_int_eq(move_freepages_block(zone, P(0x40013), U, &movable), 20);
	ck_assert_int_eq(movable, 5);
	ck_assert_str_eq(test_free_list(zone, 2, U), "40030 40020 40010 40300");
	ck_assert_str_eq(test_free_list(zone, 3, U), "401f0");
	ck_assert_str_eq(test_free_list(zone, 2, M), "40200");
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 28);
	/* Nobody asks for the count. */
	ck_assert_int_eq(move_freepages_block(zone, P(0x40013), U, NULL), 20);
}

/*
 * A block of 4 pages that is used as one and is on an LRU list, one that is not, and two pages that their driver can move.
 * Expect every page of the first to count, none of the second, and both of the driver's.
 */
TEST(move_freepages_block_counts_what_can_be_moved, "11-12")
{
	struct zone *zone = hand_one_zone();
	int movable;

	prep_compound_page(P(0x40010), 2);
	SetPageFlag(P(0x40010), PG_lru);
	prep_compound_page(P(0x40020), 2);
	P(0x40030)->mapping = (void *)(0x1000 | PAGE_MAPPING_MOVABLE);
	P(0x40031)->mapping = (void *)(0x1000 | PAGE_MAPPING_MOVABLE);
	/* An anonymous page that is on no list has another tag, and so has one that is merged with others. */
	P(0x40032)->mapping = (void *)(0x1000 | PAGE_MAPPING_ANON);
	P(0x40033)->mapping = (void *)(0x1000 | PAGE_MAPPING_FLAGS);
	ck_assert_int_eq(move_freepages_block(zone, P(0x40000), U, &movable), 0);
	ck_assert_int_eq(movable, 6);
}

/*
 *   |--- 40000, order 10 ---|     its head lies in the first of two pageblocks
 *
 * Expect it to move whole from the first pageblock, and not to be seen from the second. Pages on a
 * per-CPU list are not marked free: neither moved nor counted.
 */
TEST(move_freepages_block_larger_than_a_pageblock, "11-12")
{
	struct zone *zone = hand_one_zone();
	int movable;

	hand_lay(0x40000, 10, M);
	ck_assert_int_eq(move_freepages_block(zone, P(0x40200), U, &movable), 0);
	ck_assert_int_eq(movable, 0);
	ck_assert_str_eq(test_free_list(zone, 10, M), "40000");
	ck_assert_int_eq(move_freepages_block(zone, P(0x40000), U, &movable), 1024);
	ck_assert_str_eq(test_free_list(zone, 10, U), "40000");

	hand_pcp(zone, 0, M, 0x40400, M);
	ck_assert_int_eq(move_freepages_block(zone, P(0x40400), U, &movable), 0);
	ck_assert_int_eq(movable, 0);
}

/*
 *   pageblock 40000 | pageblock 40200 | pageblock 40400
 *        |.......... zone 40100 .. 404ff ......|
 *
 * Expect a pageblock cut off at the zone's start to be moved from the given page on, and one cut off at
 * its end not at all.
 */
TEST(move_freepages_block_at_zone_edges, "11-12")
{
	const struct hand_zone cut = { 0, ZONE_DMA, 0x40100, 0x400 };
	struct zone *zone;
	int movable = 99;

	hand_machine(&cut, 1, 1);
	zone = test_zone(0, ZONE_DMA);
	hand_lay(0x40110, 0, M);
	hand_lay(0x40120, 0, M);
	hand_lay(0x40410, 0, M);
	ck_assert_int_eq(move_freepages_block(zone, P(0x40118), U, NULL), 1);
	ck_assert_str_eq(test_free_list(zone, 0, U), "40120");
	SetPageFlag(P(0x40420), PG_lru);
	ck_assert_int_eq(move_freepages_block(zone, P(0x40410), U, &movable), 0);
	ck_assert_int_eq(movable, 0);
}

/* Expect a hole inside a pageblock to be stepped over. */
TEST(move_freepages_block_steps_over_hole, "11-12")
{
	struct zone *zone = hand_one_zone();

	hand_lay(0x40010, 0, M);
	hand_lay(0x40180, 0, M);
	world->range[1] = world->range[0];
	world->range[0].end_pfn = 0x40100;
	world->range[1].start_pfn = 0x40180;
	world->nr_ranges = 2;
	ck_assert_int_eq(move_freepages_block(zone, P(0x40010), U, NULL), 2);
	ck_assert_str_eq(test_free_list(zone, 0, U), "40180 40010");
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * The watermark check: which pages count, how far each flag lowers the mark, and where the quick answer differs.
 */
#include "byhand.h"

static bool full(const struct zone *zone, unsigned int order, unsigned long mark,
		 unsigned int alloc_flags, long free)
{
	return __zone_watermark_ok(zone, order, mark, ZONE_DMA, alloc_flags, free);
}

/* The lowest number of free pages with which a single page would be granted. */
static long least_free(const struct zone *zone, unsigned long mark, unsigned int alloc_flags)
{
	long free = -100;

	while (!full(zone, 0, mark, alloc_flags, free))
		free++;
	return free;
}

/* Expect free pages equal to the mark to be too few, and one more to be enough. */
TEST(__zone_watermark_ok_must_exceed_mark, "09-1")
{
	struct zone *zone = hand_one_zone();

	ck_assert(!full(zone, 0, 100, 0, 100));
	ck_assert(full(zone, 0, 100, 0, 101));
	/* Without any mark one free page is needed. */
	ck_assert(!full(zone, 0, 0, 0, 0));
	ck_assert(full(zone, 0, 0, 0, 1));
}

/*
 * flags          100               7 (odd)
 * HIGH           100 - 50 = 50     7 - 3 = 4
 * HARDER         100 - 25 = 75     7 - 1 = 6
 * HIGH, HARDER   50 - 12 = 38      4 - 1 = 3
 * OOM            100 - 50 = 50     7 - 3 = 4
 * HIGH, OOM      50 - 25 = 25      4 - 2 = 2
 *
 * Expect exactly these marks; OOM wins over HARDER.
 */
TEST(__zone_watermark_ok_flags_lower_mark, "09-2")
{
	static const struct {
		unsigned int flags;
		long of_100, of_7;
	} rows[] = {
		{ 0, 100, 7 },
		{ ALLOC_HIGH, 50, 4 },
		{ ALLOC_HARDER, 75, 6 },
		{ ALLOC_HIGH | ALLOC_HARDER, 38, 3 },
		{ ALLOC_OOM, 50, 4 },
		{ ALLOC_HIGH | ALLOC_OOM, 25, 2 },
		{ ALLOC_HIGH | ALLOC_HARDER | ALLOC_OOM, 25, 2 },
	};
	struct zone *zone = hand_one_zone();

	for_each_row(i, rows) {
		ck_assert_int_eq(least_free(zone, 100, rows[i].flags), rows[i].of_100 + 1);
		ck_assert_int_eq(least_free(zone, 7, rows[i].flags), rows[i].of_7 + 1);
	}
}

/* Expect all pages of the block but one to be subtracted: order 3 needs 7 more. */
TEST(__zone_watermark_ok_subtracts_block, "09-1")
{
	struct zone *zone = hand_one_zone();

	hand_lay(HAND_START, 3, MIGRATE_MOVABLE);
	ck_assert(!full(zone, 3, 100, 0, 107));
	ck_assert(full(zone, 3, 100, 0, 108));
	/* The result may become negative on the way: the comparison is signed. */
	ck_assert(!full(zone, 3, 0, 0, 3));
}

/* Expect the reserve for urgent blocks to be subtracted in full, though none of it is free, but not for HARDER or OOM. */
TEST(__zone_watermark_ok_subtracts_highatomic_reserve, "09-3")
{
	struct zone *zone = hand_one_zone();

	zone->nr_reserved_highatomic = 512;
	ck_assert_int_eq(least_free(zone, 100, 0), 613);
	ck_assert_int_eq(least_free(zone, 100, ALLOC_HIGH), 563);
	ck_assert_int_eq(least_free(zone, 100, ALLOC_HARDER), 76);
	ck_assert_int_eq(least_free(zone, 100, ALLOC_OOM), 51);
}

/* Expect free CMA pages to count only with ALLOC_CMA; a negative count reads as none. */
TEST(__zone_watermark_ok_subtracts_cma, "09-4")
{
	struct zone *zone = hand_one_zone();

	zone->vm_stat[NR_FREE_CMA_PAGES] = 30;
	ck_assert_int_eq(least_free(zone, 100, 0), 131);
	ck_assert_int_eq(least_free(zone, 100, ALLOC_CMA), 101);
	zone->vm_stat[NR_FREE_CMA_PAGES] = -30;
	ck_assert_int_eq(least_free(zone, 100, 0), 101);
}

/* Expect the reserve of the request's highest zone to be added to the mark, unreduced by any flag. */
TEST(__zone_watermark_ok_adds_lowmem_reserve, "09-5")
{
	struct zone *zone = hand_one_zone();

	zone->lowmem_reserve[ZONE_NORMAL] = 1000;
	ck_assert(__zone_watermark_ok(zone, 0, 100, ZONE_DMA, 0, 101));
	ck_assert(!__zone_watermark_ok(zone, 0, 100, ZONE_NORMAL, 0, 1100));
	ck_assert(__zone_watermark_ok(zone, 0, 100, ZONE_NORMAL, 0, 1101));
	ck_assert(!__zone_watermark_ok(zone, 0, 100, ZONE_NORMAL, ALLOC_HIGH | ALLOC_OOM, 1025));
	ck_assert(__zone_watermark_ok(zone, 0, 100, ZONE_NORMAL, ALLOC_HIGH | ALLOC_OOM, 1026));
}

/*
 * One block of order 4 on the list of one type. Expect it to count for a block request by this table:
 *
 *   U, M, R      always
 *   CMA          with ALLOC_CMA
 *   HIGHATOMIC   with HARDER or OOM
 *   ISOLATE      never
 */
TEST(__zone_watermark_ok_needs_block_on_usable_list, "09-6")
{
	static const unsigned int all = ALLOC_CMA | ALLOC_HARDER | ALLOC_OOM | ALLOC_HIGH;
	static const unsigned int opens[MIGRATE_TYPES] = { [MIGRATE_CMA] = ALLOC_CMA };

	for (int type = 0; type < MIGRATE_TYPES; type++) {
		struct zone *zone = hand_one_zone();
		bool always = type < MIGRATE_PCPTYPES, atomic = type == MIGRATE_HIGHATOMIC;

		hand_lay(HAND_START, 4, type);
		zone->vm_stat[NR_FREE_CMA_PAGES] = 0;
		ck_assert_int_eq(full(zone, 2, 10, 0, 1000), always);
		ck_assert_int_eq(full(zone, 2, 10, ALLOC_CMA, 1000), always || opens[type]);
		ck_assert_int_eq(full(zone, 2, 10, ALLOC_HARDER, 1000), always || atomic);
		ck_assert_int_eq(full(zone, 2, 10, ALLOC_OOM, 1000), always || atomic);
		ck_assert_int_eq(full(zone, 2, 10, ALLOC_HIGH, 1000), always);
		ck_assert_int_eq(full(zone, 2, 10, all, 1000), type != MIGRATE_ISOLATE);
		/* Not large enough. */
		ck_assert(!full(zone, 5, 10, all, 1000));
	}
}

/* Expect a single page to need no list at all. */
TEST(__zone_watermark_ok_order_0_looks_at_no_list, "09-6")
{
	struct zone *zone = hand_one_zone();

	ck_assert(full(zone, 0, 10, 0, 1000));
	ck_assert(!full(zone, 1, 10, 0, 1000));
}

/* Expect the check to believe the folded total: what the CPU holds back is invisible. */
TEST(zone_watermark_ok_reads_folded_total, "09-7")
{
	struct zone *zone = hand_one_zone();

	zone->vm_stat[NR_FREE_PAGES] = 100;
	zone->pageset[0].stat_threshold = 125;
	zone->pageset[0].vm_stat_diff[NR_FREE_PAGES] = 100;
	ck_assert(!zone_watermark_ok(zone, 0, 100, ZONE_DMA, 0));
	ck_assert(!zone_watermark_fast(zone, 0, 100, ZONE_DMA, 0));
	zone->vm_stat[NR_FREE_PAGES] = 101;
	zone->pageset[0].vm_stat_diff[NR_FREE_PAGES] = -100;
	ck_assert(zone_watermark_ok(zone, 0, 100, ZONE_DMA, 0));
	ck_assert(zone_watermark_fast(zone, 0, 100, ZONE_DMA, 0));
	/* A negative total reads as 0. */
	zone->vm_stat[NR_FREE_PAGES] = -5;
	ck_assert(!zone_watermark_ok(zone, 0, 0, ZONE_DMA, 0));
}

/*
 * Expect kswapd's check to take the exact sum below the drift mark, and only there.
 */
TEST(zone_watermark_ok_safe_is_exact_below_drift_mark, "09-7")
{
	struct zone *zone = hand_one_zone();

	zone->vm_stat[NR_FREE_PAGES] = 110;
	zone->pageset[0].vm_stat_diff[NR_FREE_PAGES] = -20;
	/* No drift mark: the total is believed. */
	ck_assert(zone_watermark_ok_safe(zone, 0, 100, ZONE_DMA));
	/* Not below the mark: believed. */
	zone->percpu_drift_mark = 110;
	ck_assert(zone_watermark_ok_safe(zone, 0, 100, ZONE_DMA));
	zone->percpu_drift_mark = 111;
	ck_assert(!zone_watermark_ok_safe(zone, 0, 100, ZONE_DMA));
	ck_assert(zone_watermark_ok_safe(zone, 0, 89, ZONE_DMA));
}

/*
 * More CMA pages than free pages: the two counters fold at different moments. Expect the quick check,
 * which is unsigned, to say yes, and the full check, which is signed, no.
 */
TEST(zone_watermark_fast_is_unsigned, "09-8")
{
	struct zone *zone = hand_one_zone();

	zone->vm_stat[NR_FREE_PAGES] = 10;
	zone->vm_stat[NR_FREE_CMA_PAGES] = 11;
	ck_assert(zone_watermark_fast(zone, 0, 5000, ZONE_DMA, 0));
	ck_assert(!zone_watermark_ok(zone, 0, 5000, ZONE_DMA, 0));
	/* With ALLOC_CMA nothing is subtracted, and nothing wraps. */
	ck_assert(!zone_watermark_fast(zone, 0, 5000, ZONE_DMA, ALLOC_CMA));
	/* A block has no quick check. */
	hand_lay(HAND_START, 3, MIGRATE_MOVABLE);
	zone->vm_stat[NR_FREE_PAGES] = 10;
	ck_assert(!zone_watermark_fast(zone, 1, 5000, ZONE_DMA, 0));
}

/*
 *   mark 100, reserve 512, free:  0 ... 75 ... 101 ................. 613
 *   ordinary single page                        yes (quick)
 *   ordinary block                                                   yes
 *   HARDER                              yes
 *
 * Expect single pages to respect the highatomic reserve only below the mark.
 */
TEST(zone_watermark_fast_ignores_highatomic_above_mark, "09-3")
{
	struct zone *zone = hand_one_zone();

	hand_lay(HAND_START, 1, MIGRATE_MOVABLE);
	zone->nr_reserved_highatomic = 512;
	zone->vm_stat[NR_FREE_PAGES] = 101;
	ck_assert(zone_watermark_fast(zone, 0, 100, ZONE_DMA, 0));
	ck_assert(!zone_watermark_ok(zone, 0, 100, ZONE_DMA, 0));
	ck_assert(!zone_watermark_fast(zone, 1, 100, ZONE_DMA, 0));
	/* Nothing is taken off for those who may borrow from CMA. */
	zone->vm_stat[NR_FREE_CMA_PAGES] = 101;
	ck_assert(zone_watermark_fast(zone, 0, 100, ZONE_DMA, ALLOC_CMA));
	zone->vm_stat[NR_FREE_CMA_PAGES] = 0;
	zone->vm_stat[NR_FREE_PAGES] = 100;
	ck_assert(!zone_watermark_fast(zone, 0, 100, ZONE_DMA, ALLOC_CMA));
	ck_assert(!zone_watermark_fast(zone, 0, 100, ZONE_DMA, 0));
	ck_assert(!zone_watermark_fast(zone, 0, 100, ZONE_DMA, ALLOC_HIGH));
	zone->vm_stat[NR_FREE_PAGES] = 76;
	ck_assert(zone_watermark_fast(zone, 0, 100, ZONE_DMA, ALLOC_HARDER));
}

/* Expect the quick check to use the whole mark and the lowmem reserve, and to leave the rest to the full check. */
TEST(zone_watermark_fast_falls_back_to_full_check, "09-8")
{
	struct zone *zone = hand_one_zone();

	zone->lowmem_reserve[ZONE_DMA] = 50;
	zone->vm_stat[NR_FREE_PAGES] = 150;
	ck_assert(!zone_watermark_fast(zone, 0, 100, ZONE_DMA, 0));
	/* The full check lowers the mark, not the reserve. */
	ck_assert(zone_watermark_fast(zone, 0, 100, ZONE_DMA, ALLOC_HIGH));
	zone->vm_stat[NR_FREE_PAGES] = 151;
	ck_assert(zone_watermark_fast(zone, 0, 100, ZONE_DMA, 0));
}

/* Expect min, low and high to be read with the boost. */
TEST(wmark_pages_include_boost, "09-9")
{
	struct zone *zone = hand_one_zone();

	test_set_watermarks(zone, 1, 2, 3);
	zone->watermark_boost = 100;
	ck_assert_uint_eq(min_wmark_pages(zone), 101);
	ck_assert_uint_eq(low_wmark_pages(zone), 102);
	ck_assert_uint_eq(high_wmark_pages(zone), 103);
	ck_assert_uint_eq(wmark_pages(zone, WMARK_LOW), 102);
}

/* Marks 100, 200, 300 with a boost of 512 on top. Expect the boost's limit and compaction's own blocks to do without it. */
TEST(two_readers_of_a_mark_leave_out_the_boost, "09-14")
{
	struct zone *zone = hand_one_zone();

	hand_lay_blocks(HAND_START, 3, M, 20);
	test_set_watermarks(zone, 100, 200, 300);
	zone->watermark_boost = 512;
	/* 160 are free: more than the bare min and the block, and less than min. */
	ck_assert(!zone_watermark_ok(zone, 0, min_wmark_pages(zone), ZONE_DMA, 0));
	ck_assert_uint_eq(__isolate_free_page(P(HAND_START), 3), 8);
	/* A share of the bare high mark of 300 is less than a pageblock: so that is the limit, and it is reached. */
	zone->managed_pages = 4 * pageblock_nr_pages;
	hand_lay(HAND_START + 0x1000, 9, M);
	ck_assert_ptr_nonnull(__rmqueue(zone, 0, U, ALLOC_KSWAPD));
	ck_assert_uint_eq(zone->watermark_boost, 512);
}

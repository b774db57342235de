/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of the limits that follow from the size of memory. The figures are those of real machines; the test
 * machines have the same zones, and are told that they manage as many pages.
 */
#include "machines.h"

static void forget_limits(void)
{
	struct zone *zone;
	int nid;

	world->min_free_kbytes = 1024;
	for_each_zone(nid, zone) {
		test_set_watermarks(zone, 0, 0, 0);
		for (int i = 0; i < MAX_NR_ZONES; i++)
			zone->lowmem_reserve[i] = 0;
	}
}

static void expect_watermarks(const struct zone *zone, unsigned long min, unsigned long low,
			      unsigned long high)
{
	ck_assert_uint_eq(zone->_watermark[WMARK_MIN], min);
	ck_assert_uint_eq(zone->_watermark[WMARK_LOW], low);
	ck_assert_uint_eq(zone->_watermark[WMARK_HIGH], high);
}

static void expect_reserve(const struct zone *zone, unsigned long a, unsigned long b,
			   unsigned long c, unsigned long d)
{
	ck_assert_uint_eq(zone->lowmem_reserve[0], a);
	ck_assert_uint_eq(zone->lowmem_reserve[1], b);
	ck_assert_uint_eq(zone->lowmem_reserve[2], c);
	ck_assert_uint_eq(zone->lowmem_reserve[3], d);
}

TEST(limits_of_one_zone, "")
{
	test_machine_uma(32);
	test_zone(0, ZONE_DMA)->managed_pages = 30720;
	forget_limits();
	init_per_zone_wmark_min();
	ck_assert_int_eq(world->min_free_kbytes, 1402);
	expect_watermarks(test_zone(0, ZONE_DMA), 350, 437, 524);
	expect_reserve(test_zone(0, ZONE_DMA), 0, 0, 0, 0);
}

TEST(limits_of_three_zones, "")
{
	struct zone *dma, *dma32, *normal;

	test_machine_zones(32);
	dma = test_zone(0, ZONE_DMA);
	dma32 = test_zone(0, ZONE_DMA32);
	normal = test_zone(0, ZONE_NORMAL);
	dma->managed_pages = 244000;
	dma32->managed_pages = 524288;
	normal->managed_pages = 371000;
	forget_limits();
	init_per_zone_wmark_min();
	ck_assert_int_eq(world->min_free_kbytes, 8538);
	expect_watermarks(dma, 457, 701, 945);
	expect_watermarks(dma32, 982, 1506, 2030);
	expect_watermarks(normal, 694, 1065, 1436);
	expect_reserve(dma, 0, 2048, 3497, 3497);
	expect_reserve(dma32, 0, 0, 1449, 1449);
	expect_reserve(normal, 0, 0, 0, 0);

	/* Expect the raise for huge pages to change the watermarks only. */
	set_recommended_min_free_kbytes();
	ck_assert_int_eq(world->min_free_kbytes, 67584);
	expect_watermarks(dma, 3618, 4522, 5426);
	expect_watermarks(dma32, 7775, 9718, 11661);
	expect_watermarks(normal, 5502, 6877, 8252);
	expect_reserve(dma, 0, 2048, 3497, 3497);
	ck_assert_uint_eq(world->totalreserve_pages, 30285);
	ck_assert_uint_eq(NODE_DATA(0)->totalreserve_pages, 30285);
}

#ifdef CONFIG_NUMA
TEST(limits_of_two_nodes, "")
{
	struct zone *dma, *dma32, *normal, *other;

	test_machine_numa_zones(32);
	dma = test_zone(0, ZONE_DMA);
	dma32 = test_zone(0, ZONE_DMA32);
	normal = test_zone(0, ZONE_NORMAL);
	other = test_zone(1, ZONE_NORMAL);
	dma->managed_pages = 244000;
	dma32->managed_pages = 524288;
	normal->managed_pages = 16000;
	other->managed_pages = 358000;
	forget_limits();
	init_per_zone_wmark_min();
	set_recommended_min_free_kbytes();
	ck_assert_int_eq(world->min_free_kbytes, 90112);
	expect_watermarks(dma, 4812, 6015, 7218);
	expect_watermarks(dma32, 10339, 12923, 15507);
	expect_watermarks(normal, 315, 393, 471);
	expect_watermarks(other, 7060, 8825, 10590);
	/* Expect the reserves to count the zones of one node. */
	expect_reserve(dma, 0, 2048, 2110, 2110);
	expect_reserve(dma32, 0, 0, 62, 62);
	expect_reserve(other, 0, 0, 0, 0);
	/* Expect the limits of node reclaim: 1 and 5 per cent of each zone, rounded down. */
	ck_assert_uint_eq(NODE_DATA(1)->min_unmapped_pages, 3580);
	ck_assert_uint_eq(NODE_DATA(1)->min_slab_pages, 17900);
}
#endif

TEST(min_free_kbytes_has_bounds, "")
{
	struct zone *zone;

	test_machine_uma(32);
	zone = test_zone(0, ZONE_DMA);
	zone->managed_pages = 100;
	forget_limits();
	init_per_zone_wmark_min();
	ck_assert_int_eq(world->min_free_kbytes, 128);
	zone->managed_pages = 1ul << 32;
	forget_limits();
	init_per_zone_wmark_min();
	ck_assert_int_eq(world->min_free_kbytes, 262144);
}

TEST(min_free_kbytes_set_by_the_user, "")
{
	test_machine_uma(32);
	forget_limits();
	world->user_min_free_kbytes = 5000;
	world->min_free_kbytes = 5000;
	/* Expect a larger figure of the user's to stay. */
	init_per_zone_wmark_min();
	ck_assert_int_eq(world->min_free_kbytes, 5000);
}

TEST(watermarks_of_a_machine_that_manages_nothing, "")
{
	test_machine_uma(32);
	test_zone(0, ZONE_DMA)->managed_pages = 0;
	setup_per_zone_wmarks();
	expect_watermarks(test_zone(0, ZONE_DMA), 0, 0, 0);
}

TEST(watermarks_drop_the_boost, "")
{
	test_machine_uma(32);
	test_zone(0, ZONE_DMA)->watermark_boost = 512;
	setup_per_zone_wmarks();
	ck_assert_uint_eq(test_zone(0, ZONE_DMA)->watermark_boost, 0);
}

TEST(watermarks_include_the_boost_for_readers, "")
{
	struct zone zone = { ._watermark = { 10, 20, 30 }, .watermark_boost = 5 };

	ck_assert_uint_eq(min_wmark_pages(&zone), 15);
	ck_assert_uint_eq(low_wmark_pages(&zone), 25);
	ck_assert_uint_eq(high_wmark_pages(&zone), 35);
}

TEST(lowmem_reserve_without_a_ratio, "")
{
	test_machine_zones(32);
	world->lowmem_reserve_ratio[ZONE_DMA32] = 0;
	setup_per_zone_lowmem_reserve();
	/* Expect no reserve in DMA32, whose pages then do not count for DMA either. */
	expect_reserve(test_zone(0, ZONE_DMA32), 0, 0, 0, 0);
	ck_assert_uint_eq(test_zone(0, ZONE_DMA)->lowmem_reserve[2],
			  test_zone(0, ZONE_NORMAL)->managed_pages / 256);
}

TEST(lowmem_reserve_of_a_zone_without_pages, "")
{
	test_machine_zones(32);
	test_zone(0, ZONE_DMA)->managed_pages = 0;
	setup_per_zone_lowmem_reserve();
	expect_reserve(test_zone(0, ZONE_DMA), 0, 0, 0, 0);
}

TEST(totalreserve_is_at_most_what_is_managed, "")
{
	test_machine_uma(32);
	test_set_watermarks(test_zone(0, ZONE_DMA), 0, 0, 1000000);
	calculate_totalreserve_pages();
	ck_assert_uint_eq(world->totalreserve_pages, test_zone(0, ZONE_DMA)->managed_pages);
}

TEST(buffer_pages_above_the_high_marks, "")
{
	struct zone *normal;

	test_machine_zones(32);
	normal = test_zone(0, ZONE_NORMAL);
	/* Expect a zone below its mark to count as nothing. */
	test_set_watermarks(test_zone(0, ZONE_DMA), 0, 0, 1000000);
	test_set_watermarks(test_zone(0, ZONE_DMA32), 0, 0, 1000000);
	test_set_watermarks(normal, 0, 0, 100);
	ck_assert_uint_eq(nr_free_buffer_pages(), normal->managed_pages - 100);
}

TEST(recommended_min_free_that_is_smaller, "")
{
	test_machine_uma(32);
	world->min_free_kbytes = 100000;
	/* Expect the larger figure to stay. */
	set_recommended_min_free_kbytes();
	ck_assert_int_eq(world->min_free_kbytes, 100000);
}

TEST(recommended_min_free_counts_ordinary_zones, "")
{
	test_machine_uma(32);
	/* Expect ZONE_MOVABLE not to be counted: R is a twentieth of the buffer pages here. */
	test_zone(0, ZONE_MOVABLE)->present_pages = 1;
	forget_limits();
	world->min_free_kbytes = 0;
	set_recommended_min_free_kbytes();
	ck_assert_int_eq(world->min_free_kbytes,
			 (int)(test_zone(0, ZONE_DMA)->managed_pages / 20 * 4));
}

TEST(batchsize_by_managed_pages, "")
{
	static const struct {
		unsigned long managed;
		int batch, high;
	} rows[] = {
		{ 262144, 63, 378 }, { 1000000, 63, 378 }, { 30000, 7, 42 },
		{ 23000, 3, 18 },    { 100, 1, 0 },	   { 0, 1, 0 },
	};

	for_each_row(i, rows) {
		const struct zone zone = { .managed_pages = rows[i].managed };
		struct per_cpu_pages pcp = { 0 };

		pageset_set_batch(&pcp, zone_batchsize(&zone));
		ck_assert_int_eq(pcp.batch, rows[i].batch);
		ck_assert_int_eq(pcp.high, rows[i].high);
	}
}

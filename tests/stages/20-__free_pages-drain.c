/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * The way back: draining the per-CPU lists, and isolation.
 */
#include <errno.h>

#include "byhand.h"

/* ---- isolation ---- */

/*
 * Pageblock 40000 with a free block, and a page on a per-CPU list. Expect both on the isolated lists,
 * neither counted, and the zone to know of one isolated pageblock.
 */
TEST(set_migratetype_isolate_takes_pages_away, "20-8")
{
	struct zone *zone = hand_one_zone();

	hand_lay(0x40010, 2, M);
	hand_pcp(zone, 0, M, 0x40020, M);
	ck_assert_int_eq(set_migratetype_isolate(P(0x40000)), 0);
	ck_assert_int_eq(get_pfnblock_migratetype(0x40000), I);
	ck_assert_uint_eq(zone->nr_isolate_pageblock, 1);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 0);
	ck_assert_str_eq(test_free_list(zone, 2, I), "40010");
	ck_assert_str_eq(test_free_list(zone, 0, I), "40020");
	ck_assert_str_eq(test_take_events(), "pcpu_drain 40020 0 5");
	ck_assert_int_eq(set_migratetype_isolate(P(0x40000)), -EBUSY);
	ck_assert_uint_eq(zone->nr_isolate_pageblock, 1);
	test_check_zone(zone, true);

	unset_migratetype_isolate(P(0x40000), M);
	ck_assert_int_eq(get_pfnblock_migratetype(0x40000), M);
	ck_assert_uint_eq(zone->nr_isolate_pageblock, 0);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 5);
	ck_assert_str_eq(test_free_list(zone, 2, M), "40010");
	/* Ending it once more changes nothing. */
	unset_migratetype_isolate(P(0x40000), U);
	ck_assert_int_eq(get_pfnblock_migratetype(0x40000), M);
	test_check_zone(zone, true);
}

/* Expect the CMA count to follow as well. */
TEST(set_migratetype_isolate_counts_cma, "20-8")
{
	struct zone *zone = hand_one_zone();

	hand_lay_blocks(0x40000, 9, C, 1);
	set_migratetype_isolate(P(0x40000));
	ck_assert_int_eq(zone->vm_stat[NR_FREE_CMA_PAGES], 0);
	unset_migratetype_isolate(P(0x40000), C);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_CMA_PAGES], 512);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 512);
}

/* Expect a free pageblock to be freed once more when its isolation ends, so that it merges with its neighbour. */
TEST(unset_migratetype_isolate_merges_what_was_kept_apart, "20-8")
{
	struct zone *zone = hand_one_zone();

	hand_lay(0x40000, 9, M);
	hand_lay(0x40200, 9, M);
	set_migratetype_isolate(P(0x40000));
	test_forget_events();
	unset_migratetype_isolate(P(0x40000), M);
	ck_assert_str_eq(test_take_events(), "free 40000 9");
	ck_assert_str_eq(test_free_list(zone, 10, M), "40000");
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 1024);
	test_check_zone(zone, true);
}

/* Expect it just to be moved when the neighbour is isolated too, does not exist, or the block is order 10 or below 9. */
TEST(unset_migratetype_isolate_moves_other_blocks, "20-8")
{
	const struct hand_zone odd = { 0, ZONE_DMA, HAND_START, 5 * pageblock_nr_pages };
	struct zone *zone;

	hand_one_zone();
	zone = test_zone(0, ZONE_DMA);
	hand_lay(0x40000, 9, M);
	set_migratetype_isolate(P(0x40000));
	set_migratetype_isolate(P(0x40200));
	test_forget_events();
	unset_migratetype_isolate(P(0x40000), M);
	ck_assert_str_eq(test_free_list(zone, 9, M), "40000");

	hand_lay(0x40800, 10, M);
	set_migratetype_isolate(P(0x40800));
	unset_migratetype_isolate(P(0x40800), M);
	ck_assert_str_eq(test_free_list(zone, 10, M), "40800");

	hand_lay(0x41000, 8, M);
	set_migratetype_isolate(P(0x41000));
	unset_migratetype_isolate(P(0x41000), M);
	ck_assert_str_eq(test_free_list(zone, 8, M), "41000");

	hand_machine(&odd, 1, 1);
	zone = test_zone(0, ZONE_DMA);
	hand_lay(0x40800, 9, M);
	set_migratetype_isolate(P(0x40800));
	unset_migratetype_isolate(P(0x40800), M);
	ck_assert_str_eq(test_free_list(zone, 9, M), "40800");
	ck_assert_str_eq(test_take_events(), "");
}

/* ---- drains ---- */

static struct zone *lower, *upper;

/* Two zones, three CPUs; CPU 0 and 2 hold a page in the lower zone, CPU 2 also in the upper. */
static void three_cpus(void)
{
	const struct hand_zone zones[] = { { 0, ZONE_DMA, HAND_START, 16 * pageblock_nr_pages },
					   { 0, ZONE_DMA32, HAND_START + 0x2000,
					     16 * pageblock_nr_pages } };

	hand_machine(zones, 2, 3);
	lower = test_zone(0, ZONE_DMA);
	upper = test_zone(0, ZONE_DMA32);
	hand_pcp(lower, 0, M, 0x40000, M);
	hand_pcp(lower, 2, M, 0x40010, M);
	hand_pcp(upper, 2, M, 0x42000, M);
}

/* Expect the CPUs in ascending order, each its zones in ascending order, and the running CPU to stay. */
TEST(drain_all_pages_empties_every_cpu, "20-12")
{
	three_cpus();
	world->this_cpu = 1;
	drain_all_pages(NULL);
	ck_assert_str_eq(test_take_events(),
			 "pcpu_drain 40000 0 1; pcpu_drain 40010 0 1; pcpu_drain 42000 0 1");
	ck_assert_int_eq(world->this_cpu, 1);
	drain_all_pages(NULL);
	ck_assert_str_eq(test_take_events(), "");
}

/* Expect one zone alone, and CPUs that are offline to be left out. */
TEST(drain_all_pages_one_zone, "20-12")
{
	three_cpus();
	drain_all_pages(upper);
	ck_assert_str_eq(test_take_events(), "pcpu_drain 42000 0 1");
	world->cpu_online = 3;
	drain_all_pages(lower);
	ck_assert_str_eq(test_take_events(), "pcpu_drain 40000 0 1");
}

/* Expect the running CPU's lists only, of one zone or of all. */
TEST(drain_local_pages_running_cpu_only, "20-12")
{
	three_cpus();
	world->this_cpu = 2;
	drain_local_pages(upper);
	ck_assert_str_eq(test_take_events(), "pcpu_drain 42000 0 1");
	drain_local_pages(NULL);
	ck_assert_str_eq(test_take_events(), "pcpu_drain 40010 0 1");
	ck_assert_int_eq(lower->pageset[0].pcp.count, 1);
}

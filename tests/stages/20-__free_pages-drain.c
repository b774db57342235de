/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * The way back: draining the per-CPU lists, and isolation.
 */
#include <errno.h>

#include "byhand.h"

/* ---- isolation ---- */

/* A pageblock with nothing in it but free pages; its neighbours stay in use. */
static void vacate(unsigned long pfn)
{
	for (unsigned long i = 0; i < pageblock_nr_pages; i++)
		set_page_count(P(pfn + i), 0);
}

/* Pageblock 40000 is vacant but for what a test put into it: can it be isolated? */
static int isolate(void)
{
	int ret = set_migratetype_isolate(P(0x40000), M);
	const struct zone *zone = page_zone(P(0x40000));

	ck_assert_int_eq(world->irqs_disabled, 0);
	ck_assert(!zone->lock.held);
	ck_assert_uint_eq(zone->nr_isolate_pageblock, !ret);
	if (!ret)
		unset_migratetype_isolate(P(0x40000), M);
	ck_assert_int_eq(world->irqs_disabled, 0);
	ck_assert(!zone->lock.held);
	ck_assert_uint_eq(zone->nr_isolate_pageblock, 0);
	return ret;
}

/*
 * Pageblock 40000 with a free block, and a page on a per-CPU list. Expect both on the isolated lists,
 * neither counted, and the zone to know of one isolated pageblock.
 */
TEST(set_migratetype_isolate_takes_pages_away, "20-8")
{
	struct zone *zone = hand_one_zone();

	vacate(0x40000);
	hand_lay(0x40010, 2, M);
	hand_pcp(zone, 0, M, 0x40020, M);
	ck_assert_int_eq(set_migratetype_isolate(P(0x40000), M), 0);
	ck_assert_int_eq(get_pfnblock_migratetype(0x40000), I);
	ck_assert_uint_eq(zone->nr_isolate_pageblock, 1);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 0);
	ck_assert_str_eq(test_free_list(zone, 2, I), "40010");
	ck_assert_str_eq(test_free_list(zone, 0, I), "40020");
	ck_assert_str_eq(test_take_events(), "pcpu_drain 40020 0 5");
	ck_assert_int_eq(set_migratetype_isolate(P(0x40000), M), -EBUSY);
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

/* Expect the CMA count to follow as well, and a pageblock of CMA to be isolated for CMA alone. */
TEST(set_migratetype_isolate_counts_cma, "20-8 20-13")
{
	struct zone *zone = hand_one_zone();

	hand_lay_blocks(0x40000, 9, C, 1);
	ck_assert_int_eq(set_migratetype_isolate(P(0x40000), M), -EBUSY);
	/* What is in it does not matter then, not even pages that CMA could not move. */
	hand_pageblock(0x40200, C);
	ck_assert_int_eq(set_migratetype_isolate(P(0x40200), C), 0);
	ck_assert_int_eq(set_migratetype_isolate(P(0x40000), C), 0);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_CMA_PAGES], 0);
	unset_migratetype_isolate(P(0x40000), C);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_CMA_PAGES], 512);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 512);
}

/* Expect a page in use that nobody can move to keep its pageblock from being isolated, and nothing to be changed. */
TEST(set_migratetype_isolate_refuses_what_cannot_be_moved, "20-13")
{
	struct zone *zone = hand_one_zone();

	vacate(0x40000);
	hand_lay(0x40080, 7, M);
	ck_assert_int_eq(isolate(), 0);
	set_page_count(P(0x401ff), 1);
	hand_pcp(zone, 0, M, 0x40010, M);
	ck_assert_int_eq(isolate(), -EBUSY);
	ck_assert_int_eq(get_pfnblock_migratetype(0x40000), M);
	ck_assert_uint_eq(zone->nr_isolate_pageblock, 0);
	ck_assert_str_eq(test_free_list(zone, 7, M), "40080");
	/* Nor are the lists of CPUs drained. */
	ck_assert_int_eq(zone->pageset[0].pcp.count, 1);
	/* So is every other page of the pageblock, the first too. */
	set_page_count(P(0x401ff), 0);
	ck_assert_int_eq(isolate(), 0);
	set_page_count(P(0x40100), 1);
	ck_assert_int_eq(isolate(), -EBUSY);
	set_page_count(P(0x40100), 0);
	set_page_count(P(0x40000), 1);
	ck_assert_int_eq(isolate(), -EBUSY);
	set_page_count(P(0x40000), 0);
	set_page_count(P(0x401ff), 1);
	ck_assert_int_eq(isolate(), -EBUSY);
	/* On an LRU list, or with a driver that can move it, it is not in the way. */
	SetPageFlag(P(0x401ff), PG_lru);
	ck_assert_int_eq(isolate(), 0);
	ClearPageFlag(P(0x401ff), PG_lru);
	P(0x401ff)->mapping = (void *)PAGE_MAPPING_MOVABLE;
	ck_assert_int_eq(isolate(), 0);
	/* A reserved page is, whatever else it is. */
	set_page_count(P(0x401ff), 0);
	SetPageFlag(P(0x401ff), PG_reserved);
	ck_assert_int_eq(isolate(), -EBUSY);
	ck_assert_str_eq(test_console(), "");
}

/* Expect a block that is used as one to be judged by its first page, and to be passed over as one. */
TEST(set_migratetype_isolate_judges_compound_blocks_by_their_head, "20-13")
{
	hand_one_zone();
	vacate(0x40000);
	prep_compound_page(P(0x40100), 3);
	ck_assert_int_eq(isolate(), -EBUSY);
	P(0x40100)->mapping = (void *)PAGE_MAPPING_MOVABLE;
	ck_assert_int_eq(isolate(), 0);
	P(0x40100)->mapping = NULL;
	SetPageFlag(P(0x40100), PG_lru);
	ck_assert_int_eq(isolate(), 0);
	set_page_count(P(0x40108), 1);
	ck_assert_int_eq(isolate(), -EBUSY);
	/* One that began in the pageblock before and reaches into this one: what remains of it is passed over. */
	vacate(0x40200);
	prep_compound_page(P(0x40000), 10);
	ck_assert_int_eq(set_migratetype_isolate(P(0x40200), M), -EBUSY);
	SetPageFlag(P(0x40000), PG_lru);
	ck_assert_int_eq(set_migratetype_isolate(P(0x40200), M), 0);
}

/* A block of two pageblocks that is not used as one: expect nothing but its first page, which is counted, to be in the way. */
TEST(set_migratetype_isolate_sees_no_later_pages_of_plain_blocks, "20-13")
{
	hand_one_zone();
	vacate(0x40000);
	vacate(0x40200);
	set_page_count(P(0x40000), 1);
	ck_assert_int_eq(isolate(), -EBUSY);
	ck_assert_int_eq(set_migratetype_isolate(P(0x40200), M), 0);
}

/* Expect holes to be passed over. */
TEST(set_migratetype_isolate_over_a_hole, "20-13")
{
	hand_one_zone();
	vacate(0x40000);
	set_page_count(P(0x40100), 1);
	ck_assert_int_eq(isolate(), -EBUSY);
	world->range[1] = world->range[0];
	world->range[0].end_pfn = 0x40100;
	world->range[1].start_pfn = 0x40110;
	world->nr_ranges = 2;
	ck_assert_int_eq(isolate(), 0);
	/* A page behind the hole is looked at again, whichever it is. */
	for (unsigned long pfn = 0x40110; pfn < 0x40112; pfn++) {
		set_page_count(P(pfn), 1);
		ck_assert_int_eq(isolate(), -EBUSY);
		set_page_count(P(pfn), 0);
	}
}

/* Expect everything in ZONE_MOVABLE to be movable but what is reserved, and a warning where it is not. */
TEST(set_migratetype_isolate_in_zone_movable, "20-13 06-15")
{
	const struct hand_zone movable = { 0, ZONE_MOVABLE, HAND_START, 4 * pageblock_nr_pages };

	hand_machine(&movable, 1, 1);
	ck_assert_int_eq(isolate(), 0);
	ck_assert_uint_eq(world->tainted, 0);
	SetPageFlag(P(0x40001), PG_reserved);
	ck_assert_int_eq(isolate(), -EBUSY);
	ck_assert_has(test_console(), "ZONE_MOVABLE is busy");
	ck_assert_uint_eq(world->tainted, 1ul << TAINT_WARN);
}

/*
 * Expect a free pageblock to be put back when its isolation ends, so that it merges with its neighbour. That is no free:
 * no event, no count of frees. The free pages count again.
 */
TEST(unset_migratetype_isolate_merges_what_was_kept_apart, "20-14")
{
	struct zone *zone = hand_one_zone();

	hand_lay(0x40000, 9, M);
	hand_lay(0x40200, 9, M);
	set_migratetype_isolate(P(0x40000), M);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 512);
	unset_migratetype_isolate(P(0x40000), M);
	ck_assert_str_eq(test_take_events(), "");
	ck_assert_uint_eq(world->vm_event[PGFREE], 0);
	ck_assert_str_eq(test_free_list(zone, 10, M), "40000");
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 1024);
	test_check_zone(zone, true);
}

/*
 * Expect a block of two pageblocks, of which the first was isolated, to be taken out and put back as well. What takes it out
 * makes the second one movable, unless that serves a special purpose.
 */
TEST(unset_migratetype_isolate_of_two_pageblocks, "20-14")
{
	struct zone *zone = hand_one_zone();

	hand_pageblock(0x40200, U);
	hand_lay(0x40000, 10, M);
	set_migratetype_isolate(P(0x40000), M);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 0);
	unset_migratetype_isolate(P(0x40000), R);
	ck_assert_int_eq(get_pfnblock_migratetype(0x40000), R);
	ck_assert_int_eq(get_pfnblock_migratetype(0x40200), M);
	ck_assert_str_eq(test_free_list(zone, 10, R), "40000");
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 1024);
	ck_assert_str_eq(test_take_events(), "");

	hand_pageblock(0x40200, H);
	set_migratetype_isolate(P(0x40000), M);
	unset_migratetype_isolate(P(0x40000), M);
	ck_assert_int_eq(get_pfnblock_migratetype(0x40200), H);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 1024);
}

/* Expect it just to be moved when the neighbour is isolated too, does not exist, or the block is smaller. */
TEST(unset_migratetype_isolate_moves_other_blocks, "20-14")
{
	const struct hand_zone odd = { 0, ZONE_DMA, HAND_START, 5 * pageblock_nr_pages };
	struct zone *zone;

	hand_one_zone();
	zone = test_zone(0, ZONE_DMA);
	hand_lay(0x40000, 9, M);
	set_migratetype_isolate(P(0x40000), M);
	hand_isolate(0x40200);
	test_forget_events();
	unset_migratetype_isolate(P(0x40000), M);
	ck_assert_str_eq(test_free_list(zone, 9, M), "40000");

	hand_lay(0x41000, 8, M);
	hand_isolate(0x41000);
	unset_migratetype_isolate(P(0x41000), M);
	ck_assert_str_eq(test_free_list(zone, 8, M), "41000");

	hand_machine(&odd, 1, 1);
	zone = test_zone(0, ZONE_DMA);
	hand_lay(0x40800, 9, M);
	set_migratetype_isolate(P(0x40800), M);
	unset_migratetype_isolate(P(0x40800), M);
	ck_assert_str_eq(test_free_list(zone, 9, M), "40800");
	ck_assert_str_eq(test_take_events(), "");
}

/*
 * Blocks of two pageblocks, the second unmovable. Expect one to be left on its list, and its second pageblock to keep its type,
 * where the block that it could merge with is isolated or does not exist.
 */
TEST(unset_migratetype_isolate_without_a_buddy_takes_nothing_out, "20-14")
{
	for (int end_of_memory = 0; end_of_memory < 2; end_of_memory++) {
		const struct hand_zone six = { 0, ZONE_DMA, HAND_START, 6 * pageblock_nr_pages };
		struct zone *zone;

		hand_machine(&six, 1, 1);
		zone = test_zone(0, ZONE_DMA);
		if (!end_of_memory)
			hand_isolate_blocks(0x40c00 - 0x400, 2);
		hand_pageblock(0x40800 + 0x200, U);
		hand_pageblock(0x40400 + 0x200, U);
		hand_lay(end_of_memory ? 0x40800 : 0x40000, 10, M);
		hand_pageblock(0x40200, U);
		if (!end_of_memory) {
			/* The buddy of 40000 is 40400. */
			hand_pageblock(0x40400, M);
			hand_isolate(0x40400);
		}
		set_migratetype_isolate(P(end_of_memory ? 0x40800 : 0x40000), M);
		test_forget_events();
		unset_migratetype_isolate(P(end_of_memory ? 0x40800 : 0x40000), M);
		ck_assert_int_eq(get_pfnblock_migratetype(end_of_memory ? 0x40a00 : 0x40200), U);
		ck_assert_str_eq(test_free_list(zone, 10, M), end_of_memory ? "40800" : "40000");
		ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 1024);
		ck_assert_uint_eq(zone->free_area[10].nr_free, 1);
		ck_assert_str_eq(test_take_events(), "");
		machine_free(world);
	}
}

/* The upper of two buddies finds the lower. A page in use at the start of the pageblock is none that could, whatever it holds. */
TEST(unset_migratetype_isolate_of_the_upper_buddy, "20-14")
{
	struct zone *zone = hand_one_zone();

	hand_lay(0x40000, 9, M);
	hand_lay(0x40200, 9, M);
	set_migratetype_isolate(P(0x40200), M);
	unset_migratetype_isolate(P(0x40200), M);
	ck_assert_str_eq(test_free_list(zone, 10, M), "40000");
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 1024);
	test_check_zone(zone, true);

	vacate(0x40600);
	SetPageFlag(P(0x40600), PG_lru);
	set_page_count(P(0x40600), 1);
	P(0x40600)->private = 9;
	hand_lay(0x40700, 8, M);
	ck_assert_int_eq(set_migratetype_isolate(P(0x40600), M), 0);
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 1024);
	unset_migratetype_isolate(P(0x40600), M);
	ck_assert_str_eq(test_free_list(zone, 8, M), "40700");
	ck_assert_str_eq(test_free_list(zone, 9, M), "");
	ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES], 1024 + 256);
	ck_assert_uint_eq(P(0x40600)->private, 9);
	test_check_zone(zone, true);
}

/* ---- taking a block off the lists ---- */

/*
 * A block of each order and type, and ten CMA pages elsewhere, which count as well. Expect it to be taken where more than the raw
 * min mark remains: 10 are more than 9. Neither the boost nor the other marks count, of the reserves that of zone 0, and single
 * pages are enough. Whole pageblocks, and halves, become movable, unless they serve a purpose; the neighbour stays.
 */
TEST(__isolate_free_page_by_order_and_type, "16-10")
{
	static const unsigned int orders[] = { 0, 7, 8, 9, 10 };

	for_each_row(i, orders)
		for (int type = 0; type < MIGRATE_TYPES; type++)
			for (int enough = 0; enough < 2; enough++) {
				struct zone *zone = hand_one_zone();
				unsigned int order = orders[i];
				bool counted = type != I, taken = enough || !counted;
				long size = 1l << order;
				int after = order >= 8 && type < H ? M : type;

				for (unsigned long block = 0; block < 3; block++)
					hand_pageblock(0x40000 + 0x200 * block, type);
				hand_lay(0x40000, order, type);
				hand_pageblock(0x41000, C);
				for (unsigned long n = 0; n < 10; n++)
					hand_lay(0x41000 + 2 * n, 0, C);
				zone->_watermark[WMARK_MIN] = enough ? 9 : 10;
				zone->_watermark[WMARK_LOW] = zone->_watermark[WMARK_HIGH] = 5000;
				zone->watermark_boost = 1000;
				zone->lowmem_reserve[1] = zone->lowmem_reserve[2] = 1000;
				ck_assert_uint_eq(__isolate_free_page(P(0x40000), order),
						  taken ? 1u << order : 0);
				ck_assert_int_eq(zone->vm_stat[NR_FREE_PAGES],
						 10 + (counted && !taken ? size : 0));
				ck_assert_int_eq(zone->vm_stat[NR_FREE_CMA_PAGES],
						 10 + (type == C && !taken ? size : 0));
				ck_assert_str_eq(test_free_list(zone, (int)order,
								type == C && !order ? I : type),
						 taken || (type == C && !order) ? "" : "40000");
				ck_assert_int_eq(PageBuddy(P(0x40000)), !taken);
				ck_assert_int_eq(get_pfnblock_migratetype(0x40000),
						 taken ? after : type);
				ck_assert_int_eq(get_pfnblock_migratetype(0x40200),
						 taken && order == 10 ? after : type);
				ck_assert_int_eq(get_pfnblock_migratetype(0x40400), type);
				ck_assert_str_eq(test_take_events(), "");
				machine_free(world);
			}
}

/* ---- drains ---- */

static struct zone *lower, *upper;

/* Two zones, three CPUs; CPU 0 and 2 hold a page in the lower zone, CPU 2 also in the upper. */
static void three_cpus(void)
{
	hand_two_zones(3, &lower, &upper);
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
	ck_assert_int_eq(world->irqs_disabled, 0);
	ck_assert(!lower->lock.held && !upper->lock.held);
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

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of booting a machine from a memory map.
 */
#include <string.h>

#include "state/state.h"
#include "failing.h"
#include "life/life.h"
#include "machines.h"

static struct boot_spec spec;
static struct pageflow_error error;

/** Begin a memory map with one range of PFNs on node 0. */
static void memory(unsigned long start, unsigned long end)
{
	spec = (struct boot_spec){ .nr_cpus = 1, .nr_memory = 1 };
	spec.memory[0] =
		(struct boot_range){ start << PAGE_SHIFT, (end - start) << PAGE_SHIFT, 0, false };
}

static void add_memory(unsigned long start, unsigned long end, int nid, bool nomap)
{
	spec.memory[spec.nr_memory++] =
		(struct boot_range){ start << PAGE_SHIFT, (end - start) << PAGE_SHIFT, nid, nomap };
}

static void reserve(unsigned long start, unsigned long end)
{
	spec.reserved[spec.nr_reserved++] =
		(struct boot_range){ start << PAGE_SHIFT, (end - start) << PAGE_SHIFT, 0, false };
}

static void release(void)
{
	ck_assert_msg(machine_boot_released(&spec, &error) != NULL, "%s", error.text);
}

static void expect_lists(int type, const char *const lists[MAX_ORDER])
{
	for (int order = 0; order < MAX_ORDER; order++)
		test_expect_list(test_zone(0, ZONE_DMA), order, type,
				 lists[order] ? lists[order] : "");
}

/* ---- what is released, in which order ---- */

TEST(released_lists_of_a_whole_range, "")
{
	memory(0x40000, 0x41000);
	reserve(0x40000, 0x40081);
	reserve(0x40c06, 0x40c07);
	release();
	/* Expect order-10 blocks with the highest PFN at the head, pieces at the tail. */
	expect_lists(MIGRATE_MOVABLE,
		     (const char *const[MAX_ORDER]){ "40081 40c07", "40082 40c04", "40c00 40084",
						     "40c08 40088", "40c10 40090", "40c20 400a0",
						     "40c40 400c0", "40c80", "40d00 40100",
						     "40e00 40200", "40800 40400" });
	ck_assert_uint_eq(test_zone(0, ZONE_DMA)->managed_pages, 3966);
	ck_assert_uint_eq(world->totalram_pages, 3966);
	test_check_lists();
}

TEST(released_lists_with_a_reserved_end, "")
{
	memory(0x40000, 0x41000);
	/* Expect the order in which reservations are named not to matter. */
	reserve(0x40fee, 0x41000);
	reserve(0x40c06, 0x40c07);
	reserve(0x40000, 0x40081);
	release();
	expect_lists(MIGRATE_MOVABLE,
		     (const char *const[MAX_ORDER]){ "40081 40c07", "40082 40c04 40fec",
						     "40c00 40084 40fe8", "40fe0 40c08 40088",
						     "40c10 40090", "40c20 400a0 40fc0",
						     "40c40 400c0 40f80", "40c80 40f00",
						     "40e00 40d00 40100", "40200", "40800 40400" });
	ck_assert_uint_eq(test_zone(0, ZONE_DMA)->managed_pages, 3948);
}

TEST(released_lists_of_a_range_that_begins_in_a_pageblock, "")
{
	memory(0x40100, 0x40900);
	reserve(0x40100, 0x40102);
	release();
	/* Expect the pageblock whose first page is not memory to be unmovable. */
	expect_lists(MIGRATE_UNMOVABLE,
		     (const char *const[MAX_ORDER]){ NULL, "40102", "40104", "40108", "40110",
						     "40120", "40140", "40180" });
	expect_lists(MIGRATE_MOVABLE, (const char *const[MAX_ORDER]){
					      [8] = "40800", [9] = "40200", [10] = "40400" });
	ck_assert_uint_eq(test_zone(0, ZONE_DMA)->managed_pages, 2046);
}

TEST(released_memory_from_pfn_0, "")
{
	memory(0, 0x1000);
	release();
	/* Expect PFN 0, aligned to everything, to begin a block of order 10. */
	test_expect_list(test_zone(0, ZONE_DMA), 10, MIGRATE_MOVABLE, "c00 800 400 0");
}

TEST(released_pages_are_free_others_reserved, "")
{
	memory(0x40000, 0x41000);
	reserve(0x40000, 0x40400);
	release();
	ck_assert(PageFlag(pfn_to_page(0x40000), PG_reserved));
	ck_assert_int_eq(page_count(pfn_to_page(0x40000)), 1);
	ck_assert(!PageFlag(pfn_to_page(0x40400), PG_reserved));
	ck_assert_int_eq(page_count(pfn_to_page(0x40400)), 0);
	/* Expect everything to be possible yet: watermarks are 0, nobody may sleep. */
	ck_assert_uint_eq(test_zone(0, ZONE_DMA)->_watermark[WMARK_HIGH], 0);
	ck_assert_uint_eq(world->gfp_allowed_mask, GFP_BOOT_MASK);
}

TEST(released_memory_in_parts_of_pages, "")
{
	/* Half a page at each end: not memory. */
	memory(0x40000, 0x41000);
	spec.memory[0].base += PAGE_SIZE / 2;
	reserve(0x40002, 0x40003);
	spec.reserved[0].base -= 16; /* reaches into page 0x40001 */
	release();
	ck_assert_uint_eq(test_zone(0, ZONE_DMA)->present_pages, 0xfff);
	ck_assert_uint_eq(test_zone(0, ZONE_DMA)->managed_pages, 0xffd);
}

TEST(released_memory_around_reservations_elsewhere, "")
{
	memory(0x40000, 0x41000);
	/* Expect reservations outside memory, and one inside another, to do no harm. */
	reserve(0x30000, 0x30010);
	reserve(0x40000, 0x40010);
	reserve(0x40004, 0x40008);
	reserve(0x50000, 0x50010);
	release();
	ck_assert_uint_eq(test_zone(0, ZONE_DMA)->managed_pages, 0xff0);
}

TEST(released_memory_with_a_reservation_in_a_hole, "")
{
	memory(0x40000, 0x40800);
	add_memory(0x40c00, 0x41000, 0, false);
	/* Expect only what is memory to be marked. */
	reserve(0x407ff, 0x40c01);
	release();
	ck_assert_uint_eq(test_zone(0, ZONE_DMA)->managed_pages, 0x7ff + 0x3ff);
	ck_assert(!PageFlag(pfn_to_page(0x40900), PG_reserved));
}

TEST(released_memory_of_less_than_a_page, "")
{
	memory(0x40000, 0x41000);
	spec.memory[spec.nr_memory++] =
		(struct boot_range){ (0x42000ull << PAGE_SHIFT) + 100, PAGE_SIZE, 0, false };
	release();
	/* Expect a range that holds no whole page to be no memory. */
	ck_assert_int_eq(world->nr_ranges, 1);
	ck_assert_uint_eq(test_zone(0, ZONE_DMA)->spanned_pages, 0x1000);
}

TEST(released_memory_with_nothing_left, "")
{
	memory(0x40000, 0x41000);
	reserve(0x40000, 0x41000);
	release();
	/* Expect a zone that is populated, listed, and empty. */
	ck_assert_uint_eq(test_zone(0, ZONE_DMA)->managed_pages, 0);
	ck_assert_ptr_null(alloc_page(GFP_NOWAIT | __GFP_NOWARN));
}

TEST(nomap_memory_is_present_but_never_free, "")
{
	memory(0x40000, 0x41000);
	add_memory(0x41000, 0x41400, 0, true);
	add_memory(0x41400, 0x42000, 0, false);
	release();
	ck_assert_uint_eq(test_zone(0, ZONE_DMA)->present_pages, 0x2000);
	ck_assert_uint_eq(test_zone(0, ZONE_DMA)->managed_pages, 0x1c00);
	ck_assert(!pfn_valid(0x41000));
	/* Expect its pageblocks to be typed all the same. */
	ck_assert_int_eq(get_pfnblock_migratetype(0x41000), MIGRATE_MOVABLE);
}

TEST(neighbouring_ranges_of_one_kind_are_one, "")
{
	memory(0x40000, 0x40600);
	add_memory(0x40a00, 0x41000, 0, false);
	add_memory(0x40600, 0x40a00, 0, false);
	release();
	/* Expect blocks across the seams. */
	ck_assert_int_eq(world->nr_ranges, 1);
	test_expect_list(test_zone(0, ZONE_DMA), 10, MIGRATE_MOVABLE, "40c00 40800 40400 40000");
}

/* ---- zones ---- */

static void expect_span(int nid, int zid, unsigned long start, unsigned long end)
{
	const struct zone *zone = test_zone(nid, zid);

	ck_assert_uint_eq(zone->zone_start_pfn, start);
	ck_assert_uint_eq(zone_end_pfn(zone), end);
	ck_assert(zone->initialized == (end > start));
}

TEST(zone_limits_of_a_small_machine, "")
{
	memory(0x40000, 0x48000);
	release();
	expect_span(0, ZONE_DMA, 0x40000, 0x48000);
	expect_span(0, ZONE_DMA32, 0, 0);
	expect_span(0, ZONE_NORMAL, 0, 0);
	ck_assert_int_eq(NODE_DATA(0)->nr_zones, 1);
}

TEST(zone_limits_of_a_machine_with_three_zones, "")
{
	/* The ends of 0x40000000 + 4608 MiB, with a hole between. */
	memory(0x40000, 0x41000);
	add_memory(0x15f000, 0x160000, 0, false);
	release();
	expect_span(0, ZONE_DMA, 0x40000, 0x80000);
	expect_span(0, ZONE_DMA32, 0x80000, 0x100000);
	expect_span(0, ZONE_NORMAL, 0x100000, 0x160000);
	/* Expect a zone without pages to have a span, but no place in the zonelist. */
	ck_assert_uint_eq(test_zone(0, ZONE_DMA32)->present_pages, 0);
	ck_assert_ptr_eq(NODE_DATA(0)->node_zonelists[0]._zonerefs[1].zone, test_zone(0, ZONE_DMA));
	ck_assert(!test_zone(0, ZONE_NORMAL)->contiguous);
	ck_assert_uint_eq(NODE_DATA(0)->node_spanned_pages, 0x120000);
	ck_assert_uint_eq(NODE_DATA(0)->node_present_pages, 0x2000);
}

TEST(zone_limits_above_the_first_window, "")
{
	/* The ends of 0x80000000 + 8 GiB. */
	memory(0x80000, 0x81000);
	add_memory(0x27f000, 0x280000, 0, false);
	release();
	expect_span(0, ZONE_DMA, 0x80000, 0xc0000);
	expect_span(0, ZONE_DMA32, 0xc0000, 0x100000);
	expect_span(0, ZONE_NORMAL, 0x100000, 0x280000);
}

TEST(estimate_of_a_zone_full_of_holes, "")
{
	/* 1 page of struct pages per 64: 0x2000 spanned, 0x1000 present. */
	memory(0x40000, 0x40800);
	add_memory(0x41800, 0x42000, 0, false);
	release();
	/* Expect grouping to be on: 4096 - 64 pages by the estimate from what is present. */
	ck_assert(!world->page_group_by_mobility_disabled);
	/* Expect a single page to be estimated as nothing, and the zone left out of the list. */
	memory(0x40000, 0x40001);
	release();
	ck_assert_ptr_null(NODE_DATA(0)->node_zonelists[0]._zonerefs[0].zone);
}

/* ---- the running machine ---- */

TEST(running_machine_has_limits_and_lists, "")
{
	struct zone *zone;

	test_machine_cpus(128, 3);
	zone = test_zone(0, ZONE_DMA);
	ck_assert_uint_eq(world->gfp_allowed_mask, __GFP_BITS_MASK);
	ck_assert_int_eq(num_online_cpus(), 3);
	ck_assert_int_eq(zone->pageset[2].pcp.batch, zone_batchsize(zone));
	ck_assert_uint_gt(zone->_watermark[WMARK_MIN], 0);
	/* Expect the daemons asleep, with nothing asked of them. */
	ck_assert(NODE_DATA(0)->kswapd_waiting && NODE_DATA(0)->kcompactd_waiting);
	ck_assert_int_eq(NODE_DATA(0)->kswapd_highest_zoneidx, MAX_NR_ZONES);
	ck_assert_int_eq(world->min_free_kbytes < 67584, 1);
}

TEST(running_machine_of_512_mib_makes_room_for_huge_pages, "")
{
	int before;

	test_machine_uma(511);
	before = world->min_free_kbytes;
	ck_assert_int_lt(before, 3000);
	test_machine_uma(512);
	/* Expect the raise from 131072 pages on: R is a twentieth of the buffer pages here. */
	ck_assert_int_gt(world->min_free_kbytes, 20000);
}

TEST(cma_area_is_free_in_the_end, "")
{
	struct zone *zone;

	test_machine_cma(32, 8);
	zone = test_zone(0, ZONE_DMA);
	/* Expect order-10 blocks, the highest PFN at the head. */
	test_expect_list(zone, 10, MIGRATE_CMA, "41c00 41800");
	ck_assert_int_eq(test_free_cma_pages(zone), 2048);
	ck_assert_uint_eq(zone->managed_pages, 8192);
	ck_assert_uint_eq(world->totalram_pages, 8192);
}

TEST(cma_area_ends_with_its_zone, "")
{
	struct machine *machine;

	/* The last 4 MiB of ZONE_DMA and the first 4 MiB of ZONE_DMA32. */
	memory(0x7f000, 0x81000);
	spec.memory[0].base = 0x40000000ull;
	spec.memory[0].size = 4 * MIB;
	add_memory(0x7f000, 0x81000, 0, false);
	reserve(0x7fc00, 0x80400);
	spec.cma[spec.nr_cma++] = spec.reserved[0];
	machine = test_machine_boot(&spec);
	/* Expect the blocks before the border only. */
	ck_assert_ptr_nonnull(machine);
	test_expect_list(test_zone(0, ZONE_DMA), 10, MIGRATE_CMA, "7fc00");
	ck_assert_int_eq(test_free_cma_pages(test_zone(0, ZONE_DMA32)), 0);
}

/* ---- refusals ---- */

static const char *refusal(void)
{
	struct machine *before = world;

	error.text[0] = '\0';
	ck_assert_ptr_null(machine_boot(&spec, &error));
	/* Expect the machine that was in focus before to be so again. */
	ck_assert_ptr_eq(world, before);
	return error.text;
}

TEST(boot_refuses_bad_memory_maps, "")
{
	test_machine_uma(16);
	memory(0x40000, 0x41000);
	spec.nr_memory = 0;
	ck_assert_str_eq(refusal(), "expected 1 to 127 memory ranges");
	memory(0x40000, 0x41000);
	spec.memory[0].nid = MAX_NUMNODES;
	ck_assert_ptr_nonnull(strstr(refusal(), "memory at 0x40000000: expected a node below"));
	memory(0x40000, 0x41000);
	spec.memory[0].nid = -1;
	ck_assert_ptr_nonnull(strstr(refusal(), "expected a node below"));
	memory(0x40000, 0x41000);
	add_memory(0x40fff, 0x42000, 0, false);
	ck_assert_ptr_nonnull(strstr(refusal(), "memory at 0x40fff000"));
	memory(0x40000, 0x40000);
	ck_assert_ptr_nonnull(strstr(refusal(), "a size"));
	memory(0x40000, 0x41000);
	spec.memory[0].base = 1ull << 48;
	ck_assert_ptr_nonnull(strstr(refusal(), "below 2^48"));
	memory(0x40000, 0x41000);
	spec.memory[0].size = ~0ull;
	ck_assert_ptr_nonnull(strstr(refusal(), "below 2^48"));
	memory(0x40000, 0x40000 + (257ul << 18));
	ck_assert_ptr_nonnull(strstr(refusal(), "more than 256 GiB"));
}

TEST(boot_refuses_too_many_ranges, "")
{
	memory(0x40000, 0x40001);
	for (unsigned long i = 1; i < MAX_MEMORY_RANGES + 2; i++)
		add_memory(0x40000 + 2 * i, 0x40001 + 2 * i, 0, false);
	ck_assert_str_eq(refusal(), "expected 1 to 127 memory ranges");
}

TEST(boot_refuses_bad_cma_areas, "")
{
	static const struct {
		unsigned long start, end;
	} areas[] = {
		{ 0x40001, 0x40400 }, /* begins inside a pageblock */
		{ 0x40000, 0x40101 }, /* ends inside one */
		{ 0x40800, 0x40a00 }, /* not reserved */
		{ 0x50000, 0x50400 }, /* not memory */
		{ 0x40000, 0xffffffff00 },
	};

	for_each_row(i, areas) {
		memory(0x40000, 0x41000);
		reserve(0x40000, 0x40400);
		spec.cma[0] = (struct boot_range){ areas[i].start << PAGE_SHIFT,
						   (areas[i].end - areas[i].start) << PAGE_SHIFT, 0,
						   false };
		spec.nr_cma = 1;
		ck_assert_ptr_nonnull(strstr(refusal(), "expected whole pageblocks"));
	}
}

TEST(boot_without_host_memory, "")
{
	int calls;

	memory(0x40000, 0x41000);
	test_fail(FAIL_CALLOC, 0);
	release();
	calls = test_calls(FAIL_CALLOC);
	/* Expect a message, whichever request of the host's memory fails. */
	for (int call = 1; call <= calls; call++) {
		test_fail(FAIL_CALLOC, call);
		ck_assert_str_ne(refusal(), "");
	}
}

#ifdef CONFIG_NUMA
TEST(nodes_meet_inside_a_block, "")
{
	/*
	 *   40000       40300                41000
	 *     | node 0    | node 1             |
	 */
	memory(0x40000, 0x40300);
	add_memory(0x40300, 0x41000, 1, false);
	release();
	/* Expect no block across the border: zones differ. */
	test_expect_list(test_zone(0, ZONE_DMA), 9, MIGRATE_MOVABLE, "40000");
	test_expect_list(test_zone(0, ZONE_DMA), 8, MIGRATE_MOVABLE, "40200");
	test_expect_list(test_zone(1, ZONE_DMA), 8, MIGRATE_MOVABLE, "40300");
	ck_assert_int_eq(page_to_nid(pfn_to_page(0x402ff)), 0);
	ck_assert_int_eq(page_to_nid(pfn_to_page(0x40300)), 1);
	ck_assert_int_eq(nodes_weight(world->node_online_map), 2);
	test_check_lists();
}

TEST(boot_without_memory_on_the_first_node, "")
{
	/* Expect node 0 all the same: the CPU is on it, and its zonelist leads to node 1. */
	memory(0x40000, 0x41000);
	spec.memory[0].nid = 1;
	release();
	ck_assert_int_eq(nodes_weight(world->node_online_map), 2);
	ck_assert_uint_eq(NODE_DATA(0)->node_present_pages, 0);
	ck_assert_int_eq(page_to_nid(alloc_pages(GFP_KERNEL, 0)), 1);
	ck_assert_ptr_null(alloc_pages(GFP_NOWAIT | __GFP_THISNODE | __GFP_NOWARN, 0));
}

TEST(distances_come_from_the_memory_map, "")
{
	memory(0x40000, 0x41000);
	add_memory(0x41000, 0x42000, 1, false);
	spec.distance[0][1] = 35;
	release();
	ck_assert_int_eq(node_distance(0, 1), 35);
	ck_assert_int_eq(node_distance(1, 0), 20);
	ck_assert_int_eq(node_distance(1, 1), 10);
}
#endif

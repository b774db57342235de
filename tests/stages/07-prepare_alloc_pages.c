/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of stage 07: from a gfp mask to an allocation context.
 */
#include "gfp_zones.h"
#include "life/life.h"
#include "machines.h"
#include "scopes.h"

static struct alloc_context ac;
static gfp_t alloc_mask;
static unsigned int alloc_flags;

/** Prepare and finalise as the heart does. */
static bool prepare_block(gfp_t gfp_mask, unsigned int order, int nid, nodemask_t *nodemask)
{
	ac = (struct alloc_context){ 0 };
	alloc_mask = gfp_mask;
	alloc_flags = ALLOC_WMARK_LOW;
	if (!prepare_alloc_pages(gfp_mask, order, nid, nodemask, &ac, &alloc_mask, &alloc_flags))
		return false;
	finalise_ac(gfp_mask, &ac);
	return true;
}

static bool prepare(gfp_t gfp_mask, int nid, nodemask_t *nodemask)
{
	return prepare_block(gfp_mask, 0, nid, nodemask);
}

/* ---- zones ---- */

TEST(gfp_zone_of_all_combinations, "07-1")
{
	/* bits:  D     H     32    M          0x0     0x1       0x2          0x3 ... */
	static const enum zone_type zones[16] = {
		ZONE_NORMAL, ZONE_DMA, ZONE_NORMAL, ZONE_DMA, ZONE_DMA32,   ZONE_DMA,
		ZONE_DMA,    ZONE_DMA, ZONE_NORMAL, ZONE_DMA, ZONE_MOVABLE, ZONE_DMA,
		ZONE_DMA32,  ZONE_DMA, ZONE_DMA,    ZONE_DMA,
	};

	for (gfp_t bits = 0; bits < 16; bits++) {
		/* Expect the row of the table, whatever the other bits are. */
		ck_assert_int_eq(gfp_zone(bits), zones[bits]);
		ck_assert_int_eq(gfp_zone(bits | GFP_KERNEL | __GFP_THISNODE), zones[bits]);
	}
}

TEST(gfp_zone_of_combinations_without_sense, "07-1")
{
	int bad = 0;

	for (gfp_t bits = 0; bits < 16; bits++) {
		int named =
			!!(bits & __GFP_DMA) + !!(bits & __GFP_HIGHMEM) + !!(bits & __GFP_DMA32);

		/* Expect two zones at once to make no sense, and to mean ZONE_DMA. */
		ck_assert_int_eq((GFP_ZONE_BAD >> bits) & 1, named > 1);
		if (named > 1)
			ck_assert_int_eq(gfp_zone(bits), ZONE_DMA);
		bad += named > 1;
	}
	ck_assert_int_eq(bad, 8);
}

TEST(prepare_sets_the_highest_zone, "07-1")
{
	test_machine_zones(32);
	ck_assert(prepare(GFP_HIGHUSER_MOVABLE, 0, NULL));
	/* Expect the bound of the mask, and the first zone that exists below it. */
	ck_assert_int_eq(ac.highest_zoneidx, ZONE_MOVABLE);
	ck_assert_ptr_eq(ac.preferred_zoneref->zone, test_zone(0, ZONE_NORMAL));
	ck_assert(prepare(GFP_KERNEL | GFP_DMA32, 0, NULL));
	ck_assert_int_eq(ac.highest_zoneidx, ZONE_DMA32);
	ck_assert_ptr_eq(ac.preferred_zoneref->zone, test_zone(0, ZONE_DMA32));
	ck_assert(prepare(GFP_KERNEL | GFP_DMA, 0, NULL));
	ck_assert_ptr_eq(ac.preferred_zoneref->zone, test_zone(0, ZONE_DMA));
}

/* ---- migratetypes ---- */

TEST(gfp_migratetype_of_the_mobility_bits, "07-2")
{
	test_machine_uma(32);
	ck_assert_int_eq(gfp_migratetype(GFP_KERNEL), MIGRATE_UNMOVABLE);
	ck_assert_int_eq(gfp_migratetype(GFP_ATOMIC), MIGRATE_UNMOVABLE);
	ck_assert_int_eq(gfp_migratetype(GFP_HIGHUSER_MOVABLE), MIGRATE_MOVABLE);
	ck_assert_int_eq(gfp_migratetype(GFP_KERNEL | __GFP_RECLAIMABLE), MIGRATE_RECLAIMABLE);
}

/** Both mobility bits at once. */
#define BOTH (__GFP_MOVABLE | __GFP_RECLAIMABLE)

TEST(prepare_refuses_two_migratetypes_for_a_page, "07-13")
{
	test_machine_uma(32);
	test_expect_bugs();
	/* Expect a report and a refusal: the sum would be a list that no CPU has. */
	ck_assert(!prepare(GFP_KERNEL | BOTH, 0, NULL));
	ck_assert_str_eq(
		test_last_bug(),
		"__GFP_MOVABLE and __GFP_RECLAIMABLE exclude each other for a single page");
}

TEST(prepare_takes_two_migratetypes_for_a_block, "07-13")
{
	test_machine_uma(32);
	/* Expect the type of the urgent reserve, and nothing that movable requests are given. */
	ck_assert(prepare_block(GFP_KERNEL | BOTH, 1, 0, NULL));
	ck_assert_int_eq(ac.migratetype, MIGRATE_HIGHATOMIC);
	ck_assert_uint_eq(alloc_flags, ALLOC_WMARK_LOW);
}

TEST(two_migratetypes_are_served_with_unmovable_blocks, "07-13")
{
	struct page *page;

	test_machine_uma(32);
	/* The first request turns a pageblock unmovable; what is left of it serves the second. */
	ck_assert_ptr_nonnull(__alloc_pages_nodemask(GFP_NOWAIT, 0, 0, NULL));
	page = __alloc_pages_nodemask(GFP_NOWAIT | BOTH, 1, 0, NULL);
	ck_assert_ptr_nonnull(page);
	ck_assert_int_eq(test_last_event(TRACE_mm_page_alloc)->field[3], MIGRATE_HIGHATOMIC);
	ck_assert_int_eq(test_last_event(TRACE_mm_page_alloc_extfrag)->field[4], MIGRATE_UNMOVABLE);
	/* Its pageblock was free, so it changes its type; nobody counts it as reserved. */
	ck_assert_int_eq(get_pageblock_migratetype(page), MIGRATE_HIGHATOMIC);
	ck_assert_uint_eq(page_zone(page)->nr_reserved_highatomic, 0);
}

TEST(prepare_two_migratetypes_on_a_tiny_machine, "07-13")
{
	test_machine_uma(8);
	/* Expect the bits not to be looked at: an unmovable page. */
	ck_assert(prepare(GFP_KERNEL | BOTH, 0, NULL));
	ck_assert_int_eq(ac.migratetype, MIGRATE_UNMOVABLE);
	ck_assert_ptr_nonnull(__alloc_pages_nodemask(GFP_KERNEL | BOTH, 0, 0, NULL));
	ck_assert_int_eq(test_last_event(TRACE_mm_page_alloc)->field[3], MIGRATE_UNMOVABLE);
}

TEST(gfp_migratetype_on_a_tiny_machine, "07-3")
{
	/* 8 MiB are less than six pageblocks of 2 MiB. */
	test_machine_uma(8);
	ck_assert(world->page_group_by_mobility_disabled);
	/* Expect every request to be unmovable, and CMA out of reach. */
	ck_assert_int_eq(gfp_migratetype(GFP_HIGHUSER_MOVABLE), MIGRATE_UNMOVABLE);
	ck_assert(prepare(GFP_HIGHUSER_MOVABLE, 0, NULL));
	ck_assert_int_eq(ac.migratetype, MIGRATE_UNMOVABLE);
	ck_assert_uint_eq(alloc_flags, ALLOC_WMARK_LOW);
}

TEST(prepare_allows_cma_to_movable_requests, "07-7")
{
	test_machine_uma(32);
	ck_assert(prepare(GFP_HIGHUSER_MOVABLE, 0, NULL));
	ck_assert_uint_eq(alloc_flags, ALLOC_WMARK_LOW | ALLOC_CMA);
	ck_assert(prepare(GFP_KERNEL | __GFP_RECLAIMABLE, 0, NULL));
	ck_assert_uint_eq(alloc_flags, ALLOC_WMARK_LOW);
	ck_assert(prepare(GFP_KERNEL, 0, NULL));
	ck_assert_uint_eq(alloc_flags, ALLOC_WMARK_LOW);
}

/* ---- zonelists ---- */

TEST(prepare_chooses_the_zonelist, "07-4")
{
	test_machine_uma(32);
	ck_assert(prepare(GFP_KERNEL, 0, NULL));
	ck_assert_ptr_eq(ac.zonelist, &NODE_DATA(0)->node_zonelists[ZONELIST_FALLBACK]);
	ck_assert(prepare(GFP_KERNEL | __GFP_THISNODE, 0, NULL));
	/* Expect THISNODE to choose the list of this node alone, where there are two lists. */
#ifdef CONFIG_NUMA
	ck_assert_ptr_eq(ac.zonelist, &NODE_DATA(0)->node_zonelists[ZONELIST_NOFALLBACK]);
#else
	ck_assert_ptr_eq(ac.zonelist, &NODE_DATA(0)->node_zonelists[ZONELIST_FALLBACK]);
#endif
}

TEST(finalise_without_an_eligible_zone, "07-8")
{
	test_machine_uma(32);
	NODE_DATA(0)->node_zonelists[ZONELIST_FALLBACK] = (struct zonelist){ 0 };
	/* Expect the walk to begin at the end of the list: no zone. */
	ck_assert(prepare(GFP_KERNEL, 0, NULL));
	ck_assert_ptr_null(ac.preferred_zoneref->zone);
}

TEST(finalise_notes_writers, "07-9")
{
	test_machine_uma(32);
	ck_assert(prepare(GFP_KERNEL | __GFP_WRITE, 0, NULL));
	ck_assert(ac.spread_dirty_pages);
	ck_assert(prepare(GFP_KERNEL, 0, NULL));
	ck_assert(!ac.spread_dirty_pages);
}

/* ---- cpusets ---- */

TEST(prepare_without_cpusets, "07-6")
{
	test_machine_uma(32);
	ck_assert(prepare(GFP_KERNEL, 0, NULL));
	/* Expect nothing to be confined while there is no cpuset but the root. */
	ck_assert_ptr_null(ac.nodemask);
	ck_assert_uint_eq(alloc_mask, GFP_KERNEL);
	ck_assert_uint_eq(alloc_flags, ALLOC_WMARK_LOW);
}

TEST(prepare_with_a_cpuset, "07-5")
{
	nodemask_t own = NODE_MASK_ALL;

	test_machine_uma(32);
	cpuset_new("jobs", &world->top_cpuset, NODE_MASK_ALL);
	/* Expect HARDWALL and the task's nodes where the caller named none, */
	ck_assert(prepare(GFP_KERNEL, 0, NULL));
	ck_assert_ptr_eq(ac.nodemask, &current->mems_allowed);
	ck_assert_uint_eq(alloc_mask, GFP_KERNEL | __GFP_HARDWALL);
	ck_assert_uint_eq(alloc_flags, ALLOC_WMARK_LOW);
	/* and the question zone by zone where it did. */
	ck_assert(prepare(GFP_KERNEL, 0, &own));
	ck_assert_ptr_eq(ac.nodemask, &own);
	ck_assert_uint_eq(alloc_mask, GFP_KERNEL | __GFP_HARDWALL);
	ck_assert_uint_eq(alloc_flags, ALLOC_WMARK_LOW | ALLOC_CPUSET);
}

TEST(prepare_in_an_interrupt, "07-12")
{
	test_machine_uma(32);
	cpuset_new("jobs", &world->top_cpuset, NODE_MASK_ALL);
	world->level = LEVEL_HARDIRQ;
	/* Expect the interrupted task's nodes: the first attempt makes no exception. */
	ck_assert(prepare(GFP_ATOMIC, 0, NULL));
	ck_assert_ptr_eq(ac.nodemask, &current->mems_allowed);
}

#ifdef CONFIG_NUMA
TEST(prepare_in_an_interrupt_with_a_nodemask, "07-12")
{
	nodemask_t other = NODE_1;
	struct cpuset *jobs;
	struct page *page;

	test_machine_numa(64);
	jobs = cpuset_new("jobs", &world->top_cpuset, NODE_0);
	current->cpuset = jobs;
	current->mems_allowed = NODE_0;
	/* Expect a task not to leave its nodes: in the end the nodemask is dropped, since it allows nothing. */
	page = __alloc_pages_nodemask(GFP_NOWAIT | __GFP_HARDWALL, 0, 0, &other);
	ck_assert_int_eq(test_node_of(page), 0);
	/* An interrupt goes where its nodemask says, in the first attempt. */
	world->level = LEVEL_SOFTIRQ;
	page = __alloc_pages_nodemask(GFP_NOWAIT, 0, 0, &other);
	ck_assert_int_eq(test_node_of(page), 1);
	ck_assert_int_eq(test_last_event(TRACE_mm_page_alloc)->field[2],
			 GFP_NOWAIT | __GFP_HARDWALL);
	/* Without one, the first attempt stays on node 0. */
	page = __alloc_pages_nodemask(GFP_NOWAIT, 0, 1, NULL);
	ck_assert_int_eq(test_node_of(page), 0);
}

TEST(finalise_skips_nodes_outside_the_nodemask, "07-8")
{
	nodemask_t one = { 2 }, none = { 8 };

	/* Node 0: DMA DMA32 Normal; node 1: Normal. */
	test_machine_numa_zones(32);
	ck_assert(prepare(GFP_KERNEL, 0, &one));
	ck_assert_ptr_eq(ac.preferred_zoneref->zone, test_zone(1, ZONE_NORMAL));
	ck_assert(prepare(GFP_KERNEL, 1, NULL));
	ck_assert_ptr_eq(ac.preferred_zoneref->zone, test_zone(1, ZONE_NORMAL));
	/* Expect the zone limit to hold as well: from node 1, DMA32 is node 0's. */
	ck_assert(prepare(GFP_KERNEL | GFP_DMA32, 1, NULL));
	ck_assert_ptr_eq(ac.preferred_zoneref->zone, test_zone(0, ZONE_DMA32));
	ck_assert(prepare(GFP_KERNEL | GFP_DMA32, 0, &one));
	ck_assert_ptr_null(ac.preferred_zoneref->zone);
	ck_assert(prepare(GFP_KERNEL, 0, &none));
	ck_assert_ptr_null(ac.preferred_zoneref->zone);
}
#endif

/* ---- ALLOC_NOFRAGMENT ---- */

TEST(nofragment_by_preferred_zone, "07-10")
{
	test_machine_zones(32);
	/* Expect it for ZONE_NORMAL only. */
	ck_assert_uint_eq(alloc_flags_nofragment(NULL, 0), 0);
	ck_assert_uint_eq(alloc_flags_nofragment(test_zone(0, ZONE_DMA), 0), 0);
	ck_assert_uint_eq(alloc_flags_nofragment(test_zone(0, ZONE_DMA32), 0), 0);
	ck_assert_uint_eq(alloc_flags_nofragment(test_zone(0, ZONE_MOVABLE), 0), 0);
	ck_assert_uint_eq(alloc_flags_nofragment(test_zone(0, ZONE_NORMAL), 0), ALLOC_NOFRAGMENT);
}

TEST(nofragment_passes_the_kswapd_bit_on, "07-10")
{
	test_machine_zones(32);
	/* Expect ALLOC_KSWAPD, the same bit as in the mask, with any zone and with none. */
	ck_assert_uint_eq(alloc_flags_nofragment(NULL, GFP_KERNEL), ALLOC_KSWAPD);
	ck_assert_uint_eq(alloc_flags_nofragment(test_zone(0, ZONE_DMA), GFP_NOWAIT), ALLOC_KSWAPD);
	ck_assert_uint_eq(alloc_flags_nofragment(test_zone(0, ZONE_NORMAL), GFP_ATOMIC),
			  ALLOC_KSWAPD | ALLOC_NOFRAGMENT);
	ck_assert_uint_eq(alloc_flags_nofragment(NULL, __GFP_DIRECT_RECLAIM), 0);
}

TEST(nofragment_with_an_empty_dma32_and_one_node, "07-10")
{
	/* DMA and Normal, and nothing between. */
	static struct boot_spec spec = { .nr_cpus = 1, .nr_memory = 2 };

	spec.memory[0] = (struct boot_range){ TEST_DRAM, 32 * MIB, 0, false };
	spec.memory[1] = (struct boot_range){ 0x100000000ull, 32 * MIB, 0, false };
	test_machine_boot(&spec);
	ck_assert(!populated_zone(test_zone(0, ZONE_DMA32)));
	/* Expect the flag: with one node online the emptiness does not count. */
	ck_assert_uint_eq(alloc_flags_nofragment(test_zone(0, ZONE_NORMAL), 0), ALLOC_NOFRAGMENT);
}

#ifdef CONFIG_NUMA
TEST(nofragment_with_several_nodes, "07-10")
{
	/* Node 0: DMA DMA32 Normal; node 1: Normal. */
	test_machine_numa_zones(32);
	ck_assert_uint_eq(alloc_flags_nofragment(test_zone(0, ZONE_NORMAL), 0), ALLOC_NOFRAGMENT);
	/* Expect none on node 1: the way out of Normal would be another node. */
	ck_assert_uint_eq(alloc_flags_nofragment(test_zone(1, ZONE_NORMAL), 0), 0);
}

TEST(nofragment_with_several_nodes_and_an_empty_dma32, "07-10")
{
	/* Node 0: DMA and Normal, nothing between; node 1: DMA. */
	static struct boot_spec spec = { .nr_cpus = 1, .nr_memory = 3 };

	spec.memory[0] = (struct boot_range){ TEST_DRAM, 32 * MIB, 0, false };
	spec.memory[1] = (struct boot_range){ TEST_DRAM + 32 * MIB, 32 * MIB, 1, false };
	spec.memory[2] = (struct boot_range){ 0x100000000ull, 32 * MIB, 0, false };
	test_machine_boot(&spec);
	ck_assert(populated_zone(test_zone(0, ZONE_DMA)));
	/* Expect none: DMA32 alone is looked at, not what lies below it. */
	ck_assert_uint_eq(alloc_flags_nofragment(test_zone(0, ZONE_NORMAL), 0), 0);
}
#endif

/* ---- scopes ---- */

TEST(gfp_context_by_scope, "07-11")
{
	test_machine_uma(32);
	ck_assert_uint_eq(current_gfp_context(GFP_HIGHUSER_MOVABLE), GFP_HIGHUSER_MOVABLE);
	current->flags = PF_MEMALLOC_NOFS;
	ck_assert_uint_eq(current_gfp_context(GFP_KERNEL), GFP_NOFS);
	current->flags = PF_MEMALLOC_NOIO;
	ck_assert_uint_eq(current_gfp_context(GFP_KERNEL), GFP_NOIO);
	/* Expect the stronger of the two when both are set. */
	current->flags = PF_MEMALLOC_NOIO | PF_MEMALLOC_NOFS;
	ck_assert_uint_eq(current_gfp_context(GFP_KERNEL), GFP_NOIO);
	current->flags = PF_MEMALLOC_NOCMA;
	ck_assert_uint_eq(current_gfp_context(GFP_HIGHUSER_MOVABLE), GFP_HIGHUSER);
	/* Expect PF_MEMALLOC to leave the mask alone. */
	current->flags = PF_MEMALLOC;
	ck_assert_uint_eq(current_gfp_context(GFP_KERNEL), GFP_KERNEL);
}

TEST(scopes_nest, "07-11")
{
	unsigned int outer, inner, noreclaim, nocma, nofs;

	test_machine_uma(32);
	outer = memalloc_noio_save();
	ck_assert_uint_eq(outer, 0);
	inner = memalloc_noio_save();
	ck_assert_uint_eq(inner, PF_MEMALLOC_NOIO);
	noreclaim = memalloc_noreclaim_save();
	nocma = memalloc_nocma_save();
	nofs = memalloc_nofs_save();
	ck_assert_uint_eq(current->flags,
			  PF_MEMALLOC_NOIO | PF_MEMALLOC_NOFS | PF_MEMALLOC | PF_MEMALLOC_NOCMA);
	memalloc_nofs_restore(nofs);
	memalloc_nocma_restore(nocma);
	memalloc_noreclaim_restore(noreclaim);
	/* Expect the inner restore to keep what the outer one set. */
	memalloc_noio_restore(inner);
	ck_assert_uint_eq(current->flags, PF_MEMALLOC_NOIO);
	memalloc_noio_restore(outer);
	ck_assert_uint_eq(current->flags, 0);
}

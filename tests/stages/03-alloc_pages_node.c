/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of stage 03: a caller names a node, or says that it has no preference.
 */
#include "machines.h"

TEST(alloc_pages_node_without_preference, "03-1")
{
	struct page *page;

	test_machine_uma(32);
	page = alloc_pages_node(NUMA_NO_NODE, GFP_KERNEL, 3);
	/* Expect a block of the running CPU's node; mask and order as given. */
	ck_assert_ptr_nonnull(page);
	ck_assert_int_eq(page_to_nid(page), 0);
	ck_assert_int_eq(test_last_event(TRACE_mm_page_alloc)->field[1], 3);
	ck_assert_int_eq(test_last_event(TRACE_mm_page_alloc)->field[2], GFP_KERNEL);
}

TEST(alloc_pages_node_with_too_large_an_order, "03-5")
{
	test_machine_uma(32);
	/* Expect NULL and no event for NUMA_NO_NODE as for any node. */
	ck_assert_ptr_null(alloc_pages_node(NUMA_NO_NODE, GFP_KERNEL | __GFP_NOWARN, MAX_ORDER));
	ck_assert_ptr_null(alloc_pages_node(0, GFP_KERNEL | __GFP_NOWARN, (unsigned int)-1));
	ck_assert_int_eq(test_events(), 0);
}

#ifdef CONFIG_NUMA

TEST(alloc_pages_node_follows_the_cpu, "03-1")
{
	test_machine_numa(32);
	/* Expect NUMA_NO_NODE to mean node 0 on CPU 0, and node 1 on CPU 1. */
	ck_assert_int_eq(page_to_nid(alloc_pages_node(NUMA_NO_NODE, GFP_KERNEL, 0)), 0);
	test_run_on(1);
	ck_assert_int_eq(page_to_nid(alloc_pages_node(NUMA_NO_NODE, GFP_KERNEL, 0)), 1);
}

TEST(alloc_pages_node_knows_one_number_that_is_no_node, "03-1")
{
	test_machine_numa(32);
	test_expect_bugs();
	/* Expect -1 alone to mean "here"; -2 goes on as it is, and is reported where the node is looked up. */
	ck_assert_ptr_null(alloc_pages_node(-2, GFP_KERNEL, 0));
	ck_assert_str_eq(test_last_bug(), "__alloc_pages_nodemask: node -2 is not online");
}

TEST(alloc_pages_node_starts_there_and_goes_on, "03-2")
{
	test_machine_numa(32);
	ck_assert_int_eq(page_to_nid(alloc_pages_node(1, GFP_KERNEL, 0)), 1);
	test_empty_zone(test_zone(1, ZONE_DMA));
	/* Expect the other node: the number is where to start, not where to stay. */
	ck_assert_int_eq(page_to_nid(alloc_pages_node(1, GFP_KERNEL, 0)), 0);
}

TEST(alloc_pages_node_ignores_the_policy, "03-3")
{
	test_machine_numa(32);
	ck_assert_int_eq(do_set_mempolicy(MPOL_BIND, 0, (nodemask_t){ 2 }), 0);
	/* Expect node 0 for a task bound to node 1. */
	ck_assert_int_eq(page_to_nid(alloc_pages_node(0, GFP_KERNEL, 0)), 0);
	ck_assert_int_eq(page_to_nid(alloc_pages_node(NUMA_NO_NODE, GFP_KERNEL, 0)), 0);
}

TEST(alloc_pages_node_confined_by_thisnode, "03-4")
{
	test_machine_numa(32);
	test_empty_zone(test_zone(1, ZONE_DMA));
	/* Expect no page: the list of this node alone is walked. */
	ck_assert_ptr_null(alloc_pages_node(1, GFP_NOWAIT | __GFP_NOWARN | __GFP_THISNODE, 0));
	ck_assert_int_eq(test_last_event(TRACE_mm_page_alloc)->field[0], -1);
}

TEST(alloc_pages_node_confined_to_a_node_without_the_zone, "03-6")
{
	/* Node 0: DMA DMA32 Normal; node 1: Normal. */
	test_machine_numa_zones(32);
	/* Expect nothing to be walked and nobody to be woken. */
	ck_assert_ptr_null(
		alloc_pages_node(1, GFP_NOWAIT | GFP_DMA | __GFP_THISNODE | __GFP_NOWARN, 0));
	ck_assert_int_eq(test_events(), 1);
	ck_assert_int_eq(test_last_event(TRACE_mm_page_alloc)->field[0], -1);
}

#else

TEST(alloc_pages_node_takes_any_number, "03-4")
{
	test_machine_uma(32);
	/* Expect the only node whatever the number says, and THISNODE to change nothing. */
	ck_assert_ptr_nonnull(alloc_pages_node(7, GFP_KERNEL, 0));
	ck_assert_ptr_nonnull(alloc_pages_node(-5, GFP_KERNEL | __GFP_THISNODE, 0));
}

#endif

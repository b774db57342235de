/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of stage 05: a node to start from, and no set of nodes to stay in.
 */
#include "machines.h"

TEST(alloc_pages_inner_passes_its_arguments, "05-1")
{
	test_machine_uma(32);
	/* Expect mask and order in their places: the node goes last here. */
	ck_assert_ptr_nonnull(__alloc_pages(GFP_NOWAIT, 5, 0));
	ck_assert_int_eq(test_last_event(TRACE_mm_page_alloc)->field[1], 5);
	ck_assert_int_eq(test_last_event(TRACE_mm_page_alloc)->field[2], GFP_NOWAIT);
}

TEST(alloc_pages_inner_gives_the_same_as_the_heart_without_nodemask, "05-2")
{
	struct page *page;

	test_machine_uma(32);
	page = __alloc_pages(GFP_KERNEL, 3, 0);
	__free_pages(page, 3);
	/* Expect the same block again, asked for without a nodemask. */
	ck_assert_ptr_eq(__alloc_pages_nodemask(GFP_KERNEL, 3, 0, NULL), page);
}

#ifdef CONFIG_NUMA

TEST(alloc_pages_inner_may_use_every_node, "05-2")
{
	test_machine_nodes(4, 16);
	/* Expect one node after the other in the order of node 2: 2 3 0 1. */
	for (int i = 0; i < 4; i++) {
		int nid = ((const int[]){ 2, 3, 0, 1 })[i];

		ck_assert_int_eq(page_to_nid(__alloc_pages(GFP_KERNEL, 0, 2)), nid);
		test_empty_zone(test_zone(nid, ZONE_DMA));
	}
	ck_assert_ptr_null(__alloc_pages(GFP_NOWAIT | __GFP_NOWARN, 0, 2));
}

TEST(alloc_pages_inner_asks_no_policy, "05-3")
{
	test_machine_numa(32);
	ck_assert_int_eq(do_set_mempolicy(MPOL_INTERLEAVE, 0, (nodemask_t){ 2 }), 0);
	/* Expect node 0, and the task's turn where it was. */
	ck_assert_int_eq(page_to_nid(__alloc_pages(GFP_KERNEL, 0, 0)), 0);
	ck_assert_int_eq(current->il_prev, MAX_NUMNODES - 1);
}

TEST(alloc_pages_inner_with_a_node_that_does_not_exist, "04-2 04-3")
{
	static const int nodes[] = { 2, MAX_NUMNODES, NUMA_NO_NODE, 1 << 30 };

	test_machine_numa(32);
	test_expect_bugs();
	for_each_row(i, nodes) {
		/* Expect a report, no page and no event, here and in the heart; nothing for an order too large. */
		ck_assert_ptr_null(__alloc_pages(GFP_KERNEL, 0, nodes[i]));
		ck_assert_ptr_null(__alloc_pages_nodemask(GFP_KERNEL, 0, nodes[i], NULL));
		ck_assert_ptr_null(__alloc_pages(GFP_KERNEL | __GFP_NOWARN, MAX_ORDER, nodes[i]));
		ck_assert_int_eq(test_bugs(), 2 * (i + 1));
	}
	ck_assert_int_eq(test_events(), 0);
}

#endif

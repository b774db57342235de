/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of stage 04: the contract on the node number.
 */
#include <string.h>

#include "machines.h"

TEST(alloc_pages_node_inner_with_a_node_that_exists, "04-1")
{
	struct page *page;

	test_machine_uma(32);
	page = __alloc_pages_node(0, GFP_ATOMIC, 2);
	/* Expect mask and order to arrive in their places. */
	ck_assert_ptr_nonnull(page);
	ck_assert_int_eq(test_last_event(TRACE_mm_page_alloc)->field[1], 2);
	ck_assert_int_eq(test_last_event(TRACE_mm_page_alloc)->field[2], GFP_ATOMIC);
}

#ifdef CONFIG_NUMA

TEST(alloc_pages_node_inner_with_a_node_that_does_not_exist, "04-2")
{
	/* 2: possible, never initialised. 4: outside the table. -1: NUMA_NO_NODE, not known here. */
	static const int nodes[] = { 2, 4, 1000, -2, NUMA_NO_NODE };

	test_machine_numa(32);
	test_expect_bugs();
	for_each_row(i, nodes) {
		/* Expect a report that names the node, no page and no event. */
		ck_assert_ptr_null(__alloc_pages_node(nodes[i], GFP_KERNEL, 0));
		ck_assert_int_eq(test_bugs(), i + 1);
	}
	ck_assert_str_eq(test_last_bug(), "__alloc_pages_nodemask: node -1 is not online");
	ck_assert_int_eq(test_events(), 0);
}

TEST_DIES(alloc_pages_node_inner_without_handler, "04-2", SIGABRT)
{
	/* Expect the program to end: nobody takes the report. */
	test_machine_numa(32);
	__alloc_pages_node(3, GFP_KERNEL, 0);
}

TEST(alloc_pages_node_inner_with_too_large_an_order, "04-3")
{
	test_machine_numa(32);
	test_expect_bugs();
	/* Expect the order to fail first: the node table is not touched, nothing is reported. */
	ck_assert_ptr_null(__alloc_pages_node(1000, GFP_KERNEL | __GFP_NOWARN, MAX_ORDER));
	ck_assert_int_eq(test_bugs(), 0);
}

TEST(alloc_pages_node_inner_with_a_node_without_memory, "04-5")
{
	/* Node 1 is online, all its memory is reserved for others: no-map. */
	static struct boot_spec spec = { .nr_cpus = 1, .nr_memory = 2 };

	spec.memory[0] = (struct boot_range){ TEST_DRAM, 32 * MIB, 0, false };
	spec.memory[1] = (struct boot_range){ TEST_DRAM + 32 * MIB, 4 * MIB, 1, true };
	test_machine_boot(&spec);
	/* Expect another node's page through the fallback list, and none with THISNODE. */
	ck_assert_int_eq(page_to_nid(__alloc_pages_node(1, GFP_KERNEL, 0)), 0);
	ck_assert_ptr_null(__alloc_pages_node(1, GFP_NOWAIT | __GFP_THISNODE | __GFP_NOWARN, 0));
}

#else

TEST(alloc_pages_node_inner_never_looks_at_the_number, "04-4")
{
	test_machine_uma(32);
	/* Expect a page for each, without a report. */
	ck_assert_ptr_nonnull(__alloc_pages_node(4, GFP_KERNEL, 0));
	ck_assert_ptr_nonnull(__alloc_pages_node(-1, GFP_KERNEL, 0));
	ck_assert_str_eq(test_console(), "");
}

#endif

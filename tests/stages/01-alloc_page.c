/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of stage 01: the interfaces that hand pages out and take them back. None of them decides which
 * page; so the tests ask what they pass on, and what a caller may rely on.
 */
#include <stdio.h>
#include <string.h>

#include "machines.h"

/** The traced mask of the last allocation. */
static gfp_t traced_mask(void)
{
	return (gfp_t)test_last_event(TRACE_mm_page_alloc)->field[2];
}

static unsigned long traced_order(void)
{
	return (unsigned long)test_last_event(TRACE_mm_page_alloc)->field[1];
}

static unsigned long pfn_of(unsigned long addr)
{
	return page_to_pfn(virt_to_page((void *)addr));
}

TEST(alloc_page_asks_for_order_0, "01-1")
{
	struct page *page;

	test_machine_uma(32);
	page = alloc_page(GFP_KERNEL);
	/* Expect one page, the request traced with order 0 and the mask as given. */
	ck_assert_ptr_nonnull(page);
	ck_assert_int_eq(page_count(page), 1);
	ck_assert_uint_eq(traced_order(), 0);
	ck_assert_uint_eq(traced_mask(), GFP_KERNEL);
	__free_page(page);
	/* Expect the mirror to free it as order 0. */
	ck_assert_int_eq(test_last_event(TRACE_mm_page_free)->field[0], (s64)page_to_pfn(page));
	ck_assert_int_eq(test_last_event(TRACE_mm_page_free)->field[1], 0);
	test_check_lists();
}

TEST(get_free_pages_takes_highmem_out, "01-2")
{
	/*
	 *   0xa = MOVABLE|HIGHMEM      0x8 = MOVABLE
	 *   highest zone: Movable  ->  highest zone: Normal
	 */
	unsigned long addr;

	test_machine_zones(32);
	addr = __get_free_pages(GFP_HIGHUSER_MOVABLE, 0);
	/* Expect the mask without that one bit, the movable lists still, and a page of Normal. */
	ck_assert_uint_ne(addr, 0);
	ck_assert_uint_eq(traced_mask(), 0x100cc8);
	ck_assert_int_eq(test_last_event(TRACE_mm_page_alloc)->field[3], MIGRATE_MOVABLE);
	ck_assert_int_eq(page_zonenum(virt_to_page((void *)addr)), ZONE_NORMAL);
	free_page(addr);
	test_check_lists();
}

TEST(get_free_page_asks_for_order_0, "01-1 01-2")
{
	unsigned long addr;

	test_machine_uma(32);
	addr = __get_free_page(GFP_HIGHUSER);
	/* Expect order 0, and HIGHMEM out of the mask. */
	ck_assert_uint_ne(addr, 0);
	ck_assert_uint_eq(traced_order(), 0);
	ck_assert_uint_eq(traced_mask(), GFP_USER);
}

TEST(get_free_pages_without_memory, "")
{
	test_machine_uma(32);
	test_empty_machine();
	/* Expect 0, not an address. */
	ck_assert_uint_eq(__get_free_pages(GFP_NOWAIT | __GFP_NOWARN, 0), 0);
	ck_assert_uint_eq(get_zeroed_page(GFP_NOWAIT | __GFP_NOWARN), 0);
}

TEST(get_zeroed_page_is_all_zeroes, "01-3")
{
	static const char zeroes[PAGE_SIZE];
	unsigned long addr;

	test_machine_uma(32);
	addr = __get_free_page(GFP_KERNEL);
	memset((void *)addr, 0xaa, PAGE_SIZE);
	free_page(addr);
	/* Expect the same page again, hot from the per-CPU list, but cleared. */
	ck_assert_uint_eq(get_zeroed_page(GFP_KERNEL), addr);
	ck_assert_mem_eq((void *)addr, zeroes, PAGE_SIZE);
	ck_assert_uint_eq(traced_mask(), GFP_KERNEL | __GFP_ZERO);
}

TEST(get_free_pages_leaves_content_alone, "01-3")
{
	unsigned long addr;

	test_machine_uma(32);
	addr = __get_free_page(GFP_KERNEL);
	memset((void *)addr, 0xaa, PAGE_SIZE);
	free_page(addr);
	/* Expect the old bytes: nobody asked for zeroes. */
	ck_assert_uint_eq(__get_free_page(GFP_KERNEL), addr);
	ck_assert_int_eq(*(unsigned char *)addr, 0xaa);
}

TEST(get_dma_pages_come_from_zone_dma, "01-4")
{
	unsigned long addr;

	test_machine_zones(32);
	addr = __get_dma_pages(GFP_KERNEL, 2);
	/* Expect bit 0x1 in the mask and a block of the lowest zone. */
	ck_assert_uint_eq(traced_mask(), GFP_KERNEL | GFP_DMA);
	ck_assert_uint_eq(traced_order(), 2);
	ck_assert_int_eq(page_zonenum(virt_to_page((void *)addr)), ZONE_DMA);
	/* Expect HIGHMEM to vanish: 0x3 cannot be reached this way. */
	addr = __get_dma_pages(GFP_KERNEL | __GFP_HIGHMEM, 0);
	ck_assert_uint_eq(traced_mask(), GFP_KERNEL | GFP_DMA);
	ck_assert_uint_ne(addr, 0);
	/* Expect DMA with DMA32, a combination that makes no sense, to mean ZONE_DMA. */
	addr = __get_dma_pages(GFP_KERNEL | GFP_DMA32, 0);
	ck_assert_int_eq(page_zonenum(virt_to_page((void *)addr)), ZONE_DMA);
}

TEST(alloc_pages_gives_aligned_blocks, "01-5")
{
	test_machine_uma(64);
	for (unsigned int order = 0; order < MAX_ORDER; order++) {
		struct page *page = alloc_pages(GFP_KERNEL, order);

		/* Expect a block at a multiple of its length, one reference, at its head only. */
		ck_assert_ptr_nonnull(page);
		ck_assert_uint_eq(page_to_pfn(page) & ((1ul << order) - 1), 0);
		ck_assert_int_eq(page_count(page), 1);
		ck_assert_uint_eq(page->private, 0);
		for (unsigned long i = 1; i < 1ul << order; i++)
			ck_assert_int_eq(page_count(page + i), 0);
	}
}

TEST(alloc_pages_gives_tails_no_reference_in_compounds, "01-5")
{
	struct page *page;

	test_machine_uma(32);
	page = alloc_pages(GFP_KERNEL | __GFP_COMP, 3);
	/* Expect the same references with __GFP_COMP. */
	ck_assert_int_eq(page_count(page), 1);
	for (int i = 1; i < 8; i++)
		ck_assert_int_eq(page_count(page + i), 0);
}

TEST(page_address_and_virt_to_page_are_inverse, "01-11")
{
	struct page *page;
	char *address;

	test_machine_uma(32);
	page = alloc_page(GFP_KERNEL);
	address = page_address(page);
	/* Expect the page back from its first and from its last byte, and the next page after it. */
	ck_assert_ptr_eq(virt_to_page(address), page);
	ck_assert_ptr_eq(virt_to_page(address + PAGE_SIZE - 1), page);
	ck_assert_ptr_eq(page_address(page + 1), address + PAGE_SIZE);
}

TEST(page_address_keeps_one_distance, "01-13")
{
	/*
	 *   memory       hole              memory              memory
	 *   |DMA 32 MiB| . . . . . . . . . |DMA32 32 MiB| . . . |Normal 32 MiB|
	 */
	static const int zones[] = { ZONE_DMA, ZONE_DMA32, ZONE_NORMAL };

	test_machine_zones(32);
	for (int i = 0; i < 3; i++) {
		struct page *page = test_page(test_zone(0, zones[i]), 7);
		char *address = page_address(page);

		/* Expect the bytes of each page where its number says, counted from one place, and a whole page of them. */
		ck_assert_uint_eq((unsigned long)(address - world->memory) >> PAGE_SHIFT,
				  page_to_pfn(page) - world->mem_map_start);
		ck_assert_uint_eq((unsigned long)address % PAGE_SIZE, 0);
		memset(address, 0x55, PAGE_SIZE);
	}
}

TEST(get_free_pages_turns_the_record_into_its_address, "01-14")
{
	unsigned long addr;
	s64 pfn;

	test_machine_uma(32);
	addr = __get_free_pages(GFP_KERNEL, 2);
	pfn = test_last_event(TRACE_mm_page_alloc)->field[0];
	/* Expect the address of the page that the request was given, and its record back from the address. */
	ck_assert_uint_eq(addr, (unsigned long)page_address(pfn_to_page((unsigned long)pfn)));
	ck_assert_uint_eq(pfn_of(addr), (unsigned long)pfn);
	free_pages(addr, 2);
	test_check_lists();
}

TEST(free_pages_of_0_does_nothing, "01-6")
{
	test_machine_uma(32);
	free_pages(0, 3);
	free_page(0);
	/* Expect no event at all. */
	ck_assert_int_eq(test_events(), 0);
	test_check_lists();
}

TEST(free_pages_ignores_the_offset_in_the_page, "01-6")
{
	unsigned long addr;

	test_machine_uma(32);
	addr = __get_free_pages(GFP_KERNEL, 1);
	free_pages(addr + 123, 1);
	/* Expect the block that begins at addr to be free. */
	ck_assert_int_eq(test_last_event(TRACE_mm_page_free)->field[0], (s64)pfn_of(addr));
	ck_assert_int_eq(test_last_event(TRACE_mm_page_free)->field[1], 1);
	test_check_lists();
}

TEST(free_pages_of_a_foreign_address, "01-7")
{
	/*
	 *   memory       hole              memory
	 *   |DMA 32 MiB| . . . . . . . . . |DMA32 32 MiB| ...
	 */
	char *start, *end, said[96];
	int here;

	test_machine_zones(32);
	test_expect_bugs();
	start = page_address(test_page(test_zone(0, ZONE_DMA), 0));
	end = page_address(test_page(test_zone(0, ZONE_NORMAL), 0));
	end += 32 * MIB;
	/* Expect a report, and nothing freed: the stack, below, in a hole, and after the end. */
	free_pages((unsigned long)&here, 0);
	ck_assert_int_eq(test_bugs(), 1);
	snprintf(said, sizeof(said), "free_pages: %#lx is not an address of this machine's memory",
		 (unsigned long)&here);
	ck_assert_str_eq(test_last_bug(), said);
	free_pages((unsigned long)start - 1, 0);
	ck_assert_int_eq(test_bugs(), 2);
	free_pages((unsigned long)start + 32 * MIB, 0);
	ck_assert_int_eq(test_bugs(), 3);
	free_pages((unsigned long)end, 0);
	ck_assert_int_eq(test_bugs(), 4);
	ck_assert_int_eq(test_events(), 0);
	test_check_lists();
}

TEST_DIES(free_pages_of_a_foreign_address_without_handler, "01-7", SIGABRT)
{
	/* Expect the program to end: nobody takes the report. */
	test_machine_uma(32);
	free_pages(8, 0);
}

TEST(free_pages_with_a_reference_left, "01-8")
{
	struct page *page;

	test_machine_uma(32);
	page = alloc_pages(GFP_KERNEL, 2);
	get_page(page);
	__free_pages(page, 2);
	/* Expect nothing: another reference is held, and not even an event fires. */
	ck_assert_int_eq(page_count(page), 1);
	ck_assert_int_eq(test_count(TRACE_mm_page_free), 0);
	__free_pages(page, 2);
	/* Expect the last one to free the block. */
	ck_assert_int_eq(test_count(TRACE_mm_page_free), 1);
	test_check_lists();
}

TEST(get_order_of_sizes, "01-9")
{
	/* Expect the smallest order whose block holds the size. */
	ck_assert_int_eq(get_order(1), 0);
	ck_assert_int_eq(get_order(PAGE_SIZE), 0);
	ck_assert_int_eq(get_order(PAGE_SIZE + 1), 1);
	ck_assert_int_eq(get_order(2 * PAGE_SIZE), 1);
	ck_assert_int_eq(get_order(2 * PAGE_SIZE + 1), 2);
	ck_assert_int_eq(get_order(4 * MIB), 10);
	ck_assert_int_eq(get_order(4 * MIB + 1), 11);
	/* Expect an order that no allocation can have. */
	ck_assert_int_ge(get_order(0), MAX_ORDER);
}

TEST(alloc_pages_exact_gives_the_rest_back, "01-9")
{
	/*
	 *   order 3:   | 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 |
	 *   4.1 pages: |  kept             | free      |
	 */
	unsigned long pfn;
	char *addr;

	test_machine_uma(32);
	addr = alloc_pages_exact(4 * PAGE_SIZE + 400, GFP_KERNEL);
	ck_assert_str_eq(test_console(), "");
	pfn = pfn_of((unsigned long)addr);
	/* Expect one request of order 3, then three single frees, ascending. */
	ck_assert_int_eq(test_count(TRACE_mm_page_alloc), 1);
	ck_assert_uint_eq(traced_order(), 3);
	ck_assert_int_eq(test_count(TRACE_mm_page_free), 3);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(test_event(TRACE_mm_page_free, i)->field[0], (s64)pfn + 5 + i);
		ck_assert_int_eq(test_event(TRACE_mm_page_free, i)->field[1], 0);
	}
	/* Expect each kept page to have a reference of its own. */
	for (unsigned long i = 0; i < 5; i++)
		ck_assert_int_eq(page_count(pfn_to_page(pfn + i)), 1);

	test_forget_events();
	free_pages_exact(addr, 4 * PAGE_SIZE + 400);
	/* Expect five single frees, ascending. */
	ck_assert_int_eq(test_count(TRACE_mm_page_free), 5);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(test_event(TRACE_mm_page_free, i)->field[0], (s64)pfn + i);
	test_check_lists();
}

TEST(alloc_pages_exact_of_a_whole_block, "01-9")
{
	void *addr;

	test_machine_uma(32);
	addr = alloc_pages_exact(8 * PAGE_SIZE, GFP_KERNEL);
	/* Expect nothing to give back. */
	ck_assert_ptr_nonnull(addr);
	ck_assert_int_eq(test_count(TRACE_mm_page_free), 0);
	free_pages_exact(addr, 8 * PAGE_SIZE);
	test_check_lists();
}

TEST(alloc_pages_exact_of_impossible_sizes, "01-9")
{
	test_machine_uma(32);
	/* Expect NULL for nothing and for more than 4 MiB. */
	ck_assert_ptr_null(alloc_pages_exact(0, GFP_KERNEL | __GFP_NOWARN));
	ck_assert_ptr_null(alloc_pages_exact(4 * MIB + 1, GFP_KERNEL | __GFP_NOWARN));
	ck_assert_ptr_null(alloc_pages_exact_nid(0, 4 * MIB + 1, GFP_KERNEL | __GFP_NOWARN));
	ck_assert_int_eq(test_events(), 0);
}

TEST(alloc_pages_exact_refuses_compound_pages, "01-10")
{
	char *addr;

	test_machine_uma(32);
	addr = alloc_pages_exact(3 * PAGE_SIZE, GFP_KERNEL | __GFP_COMP);
	/* Expect the bit gone, three single pages, and a message the first time only. */
	ck_assert_uint_eq(traced_mask(), GFP_KERNEL);
	ck_assert(!PageCompound(virt_to_page(addr)));
	ck_assert_str_eq(test_console(), "alloc_pages_exact: __GFP_COMP is ignored\n");
	test_forget_console();
	ck_assert_ptr_nonnull(alloc_pages_exact(3 * PAGE_SIZE, GFP_KERNEL | __GFP_COMP));
	ck_assert_str_eq(test_console(), "");
}

TEST(alloc_pages_exact_warns_once_for_each_of_the_two, "01-10")
{
	test_machine_uma(32);
	ck_assert_ptr_nonnull(alloc_pages_exact(PAGE_SIZE, GFP_KERNEL | __GFP_COMP));
	test_forget_console();
	/* Expect the other one to have a warning of its own, once. */
	ck_assert_ptr_nonnull(alloc_pages_exact_nid(0, PAGE_SIZE, GFP_KERNEL | __GFP_COMP));
	ck_assert_str_eq(test_console(), "alloc_pages_exact_nid: __GFP_COMP is ignored\n");
	test_forget_console();
	ck_assert_ptr_nonnull(alloc_pages_exact_nid(0, PAGE_SIZE, GFP_KERNEL | __GFP_COMP));
	ck_assert_ptr_nonnull(alloc_pages_exact(PAGE_SIZE, GFP_KERNEL | __GFP_COMP));
	ck_assert_str_eq(test_console(), "");
}

TEST(alloc_pages_exact_nid_keeps_highmem, "01-12")
{
	char *addr;

	test_machine_zones(32);
	addr = alloc_pages_exact_nid(NUMA_NO_NODE, 3 * PAGE_SIZE, GFP_HIGHUSER);
	/* Expect the mask as it is: this one does not go through __get_free_pages(). */
	ck_assert_uint_eq(traced_mask(), GFP_HIGHUSER);
	ck_assert_int_eq(test_count(TRACE_mm_page_free), 1);
	free_pages_exact(addr, 3 * PAGE_SIZE);
	test_check_lists();
}

#ifdef CONFIG_NUMA
TEST(alloc_pages_exact_nid_ignores_the_policy, "01-12")
{
	test_machine_numa(32);
	ck_assert_int_eq(do_set_mempolicy(MPOL_BIND, 0, NODE_1), 0);
	/* Expect the named node, and the CPU's; only the form without a node asks the policy. */
	ck_assert_int_eq(test_node_of(virt_to_page(alloc_pages_exact_nid(0, 1, GFP_KERNEL))), 0);
	ck_assert_int_eq(
		test_node_of(virt_to_page(alloc_pages_exact_nid(NUMA_NO_NODE, 1, GFP_KERNEL))), 0);
	ck_assert_int_eq(test_node_of(virt_to_page(alloc_pages_exact(1, GFP_KERNEL))), 1);
}

TEST(alloc_pages_exact_nid_of_a_node_that_does_not_exist, "04-2")
{
	test_machine_numa(32);
	test_expect_bugs();
	/* Expect a report and NULL. */
	ck_assert_ptr_null(alloc_pages_exact_nid(3, PAGE_SIZE, GFP_KERNEL));
	ck_assert_int_eq(test_bugs(), 1);
}
#endif

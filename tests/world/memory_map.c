/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of the memory map: what the host may refuse, and how addresses and pages belong together.
 */
#include <string.h>

#include "failing.h"
#include "machines.h"

/** Try to reserve a map for one range; returns the error, "" for none. */
static const char *reserve_range(unsigned long start, unsigned long end)
{
	static struct pageflow_error error;
	const struct memory_range range = { start, end, 0, false };

	error.text[0] = '\0';
	machine_new(&error);
	if (memory_map_reserve(&range, 1, &error) == 0)
		return "";
	/* Expect nothing to be left reserved. */
	ck_assert_ptr_null(world->mem_map);
	ck_assert_ptr_null(world->memory);
	ck_assert_ptr_null(world->pageblock_flags);
	return error.text;
}

TEST(memory_map_rounds_out_to_whole_blocks, "")
{
	ck_assert_str_eq(reserve_range(0x40101, 0x40701), "");
	/* Expect the buddy of every page to have a place. */
	ck_assert_uint_eq(world->mem_map_start, 0x40000);
	ck_assert_uint_eq(world->mem_map_end, 0x40800);
	machine_free(world);
	ck_assert_ptr_null(world);
}

TEST(memory_map_of_too_large_a_span, "")
{
	const char *error = reserve_range(0, (256ul << 18) + 1);

	/* Expect a message that says from where to where, and why. */
	ck_assert_ptr_nonnull(strstr(error, "spans more than 256 GiB"));
	ck_assert_ptr_nonnull(strstr(error, "from PFN 0 to 0x4000400"));
}

TEST(memory_map_that_the_host_refuses, "")
{
	const char *error;

	test_fail(FAIL_MMAP, 1);
	error = reserve_range(0x40000, 0x41000);
	/* Expect what was wanted, why not, and what to do about it. */
	ck_assert_ptr_nonnull(strstr(error, "refuses to reserve"));
	ck_assert_ptr_nonnull(strstr(error, "struct pages"));
	ck_assert_ptr_nonnull(strstr(error, "ulimit -v"));
	test_fail(FAIL_MMAP, 2);
	error = reserve_range(0x40000, 0x41000);
	ck_assert_ptr_nonnull(strstr(error, "16 MiB of address space for the machine's memory"));
}

TEST(memory_map_without_memory_for_pageblocks, "")
{
	test_fail(FAIL_CALLOC, 2); /* the first is the machine's record */
	ck_assert_ptr_nonnull(strstr(reserve_range(0x40000, 0x41000), "types of pageblocks"));
}

TEST(memory_map_knows_holes, "")
{
	/*
	 *   |DMA 32 MiB| . . hole . . |DMA32 32 MiB| . . |Normal 32 MiB|
	 */
	test_machine_zones(32);
	ck_assert(pfn_valid(0x40000));
	ck_assert(pfn_valid(0x41fff));
	ck_assert(!pfn_valid(0x42000));
	ck_assert(!pfn_valid(0x3ffff));
	ck_assert(!pfn_valid(0x102000));
}

TEST(memory_map_gives_pages_their_zone, "")
{
	test_machine_zones(32);
	ck_assert_int_eq(page_zonenum(pfn_to_page(0x40000)), ZONE_DMA);
	ck_assert_int_eq(page_zonenum(pfn_to_page(0x80000)), ZONE_DMA32);
	ck_assert_int_eq(page_zonenum(pfn_to_page(0x100000)), ZONE_NORMAL);
	ck_assert_ptr_eq(page_zone(pfn_to_page(0x100000)), test_zone(0, ZONE_NORMAL));
}

TEST(page_flags_hold_section_node_and_zone_on_top, "")
{
	const unsigned long flags = (1ul << NR_PAGEFLAGS) - 1;
	struct page page = { .flags = flags };

	/* Expect the bits that docs/configuration.rst lists: SPARSEMEM without VMEMMAP, 2 bits for a node. */
	set_page_links(&page, ZONE_DMA32, 2, 5ul << 18 | 77);
#ifdef CONFIG_NUMA
	ck_assert_uint_eq(page.flags,
			  5ul << 46 | 2ul << 44 | (unsigned long)ZONE_DMA32 << 42 | flags);
	ck_assert_int_eq(page_to_nid(&page), 2);
#else
	ck_assert_uint_eq(page.flags, 5ul << 46 | (unsigned long)ZONE_DMA32 << 44 | flags);
	ck_assert_int_eq(page_to_nid(&page), 0);
#endif
	ck_assert_int_eq(page_zonenum(&page), ZONE_DMA32);
	/* Expect the last section of 48 bits of address to fit, and nothing of the old links to stay. */
	set_page_links(&page, ZONE_DMA, 0, (1ul << 36) - 1);
	ck_assert_uint_eq(page.flags, 0x3fffful << 46 | flags);
	/* Expect 22 flags: no poisoned and no idle pages here. */
	ck_assert_uint_eq(flags, 0x3fffff);
}

TEST(pageblock_types_on_a_tiny_machine, "")
{
	struct page *page;

	test_machine_uma(8);
	page = test_page(test_zone(0, ZONE_DMA), 0);
	/* Expect types with per-CPU lists to be stored as unmovable, others as they are. */
	set_pageblock_migratetype(page, MIGRATE_RECLAIMABLE);
	ck_assert_int_eq(get_pageblock_migratetype(page), MIGRATE_UNMOVABLE);
	set_pageblock_migratetype(page, MIGRATE_CMA);
	ck_assert_int_eq(get_pageblock_migratetype(page), MIGRATE_CMA);
}

/** Boot memory from 0x40000 to 0x42010 with one hole, and tell whether its zone is contiguous. */
static bool contiguous_with_hole(unsigned long start_pfn, unsigned long end_pfn)
{
	static struct boot_spec spec = { .nr_cpus = 1, .nr_memory = 2 };

	spec.memory[0] =
		(struct boot_range){ TEST_DRAM, (start_pfn - TEST_DRAM_PFN) * PAGE_SIZE, 0, false };
	spec.memory[1] = (struct boot_range){ end_pfn * PAGE_SIZE, (0x42010 - end_pfn) * PAGE_SIZE,
					      0, false };
	test_machine_boot(&spec);
	return test_zone(0, ZONE_DMA)->contiguous;
}

TEST(set_zone_contiguous_looks_at_the_ends_of_pageblocks, "")
{
	/* Expect a hole inside a pageblock not to show: the last block is one of 16 pages. */
	ck_assert(contiguous_with_hole(0x40401, 0x405ff));
	/* A hole at the first page of a pageblock, and one at the last. */
	ck_assert(!contiguous_with_hole(0x40400, 0x40401));
	ck_assert(!contiguous_with_hole(0x405ff, 0x40600));
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 16: the marks of pageblocks and the positions that runs leave behind, and forgetting them.
 */
#include "compaction-scenes.h"
#include "gfp.h"
#include "gfp_zones.h"
#include "life/life.h"
#include "machines.h"
#include "byhand.h"

/* ---- the page a pageblock begins with ---- */

/** First page of the part of a pageblock that lies in the zone. */
static struct page *block_page(const struct zone *zone, unsigned long pfn)
{
	return pageblock_pfn_to_page(max_ul(pfn, zone->zone_start_pfn),
				     min_ul(pfn + BLOCK, zone_end_pfn(zone)), zone);
}

TEST(pageblock_at_the_ends_of_a_zone, "")
{
	const struct zone *zone = scene_ragged();

	/* At the zone's end, a pageblock that ends in the middle still is one. */
	ck_assert_ptr_eq(block_page(zone, TEST_DRAM_PFN + 8 * 256),
			 pfn_to_page(TEST_DRAM_PFN + 8 * 256));
	/* At its start, one that begins before it is looked at from there on. */
	ck_assert_ptr_eq(block_page(zone, TEST_DRAM_PFN), pfn_to_page(TEST_DRAM_PFN + 256));
}

TEST(pageblock_with_a_hole_at_either_end, "")
{
	static struct boot_spec spec;
	const struct zone *zone;

	/* 16 to 18 MiB ends in a hole, 18 to 20 is one, 20 to 22 begins with one. */
	spec = (struct boot_spec){ .nr_cpus = 1, .nr_memory = 2 };
	spec.memory[0] = (struct boot_range){ TEST_DRAM, 17 * MIB, 0, false };
	spec.memory[1] = (struct boot_range){ TEST_DRAM + 21 * MIB, 4 * MIB, 0, false };
	test_machine_boot(&spec);
	zone = test_zone(0, ZONE_DMA);
	ck_assert_ptr_nonnull(block_page(zone, TEST_DRAM_PFN + 14 * 256));
	ck_assert_ptr_null(block_page(zone, TEST_DRAM_PFN + 16 * 256));
	ck_assert_ptr_null(block_page(zone, TEST_DRAM_PFN + 18 * 256));
	ck_assert_ptr_null(block_page(zone, TEST_DRAM_PFN + 20 * 256));
	ck_assert_ptr_nonnull(block_page(zone, TEST_DRAM_PFN + 22 * 256));
}

#ifdef CONFIG_NUMA
TEST(pageblock_of_another_node_is_left_alone, "")
{
	static struct boot_spec spec;
	const struct zone *zone;

	/* Node 1 lies inside the span of node 0's zone, its ends in the middle of pageblocks. */
	spec = (struct boot_spec){ .nr_cpus = 1, .nr_memory = 3 };
	spec.memory[0] = (struct boot_range){ TEST_DRAM, 17 * MIB, 0, false };
	spec.memory[1] = (struct boot_range){ TEST_DRAM + 17 * MIB, 4 * MIB, 1, false };
	spec.memory[2] = (struct boot_range){ TEST_DRAM + 21 * MIB, 5 * MIB, 0, false };
	test_machine_boot(&spec);
	zone = test_zone(0, ZONE_DMA);
	ck_assert_ptr_nonnull(block_page(zone, TEST_DRAM_PFN + 14 * 256));
	ck_assert_ptr_null(block_page(zone, TEST_DRAM_PFN + 16 * 256));
	ck_assert_ptr_null(block_page(zone, TEST_DRAM_PFN + 18 * 256));
	ck_assert_ptr_null(block_page(zone, TEST_DRAM_PFN + 20 * 256));
	ck_assert_ptr_nonnull(block_page(zone, TEST_DRAM_PFN + 22 * 256));
}
#endif

/* ---- positions ---- */

/* mm/compaction.c:411: the position goes on to the end of a pageblock, also from one. */
TEST(cached_migrate_position_is_a_pageblock_further, "16-14")
{
	struct zone *zone = scene_full();
	struct compact_control *cc = scene_run_on(zone, MIGRATE_ASYNC);
	unsigned long *cached = zone->compact_cached_migrate_pfn;

	update_cached_migrate(cc, TEST_DRAM_PFN + 3 * BLOCK);
	ck_assert_uint_eq(cached[0], TEST_DRAM_PFN + 4 * BLOCK);
	ck_assert_uint_eq(cached[1], 0);
	cc->mode = MIGRATE_SYNC_LIGHT;
	update_cached_migrate(cc, TEST_DRAM_PFN + 2 * BLOCK + 1);
	ck_assert_uint_eq(cached[0], TEST_DRAM_PFN + 4 * BLOCK);
	ck_assert_uint_eq(cached[1], TEST_DRAM_PFN + 3 * BLOCK);
	/* Up only, either of them. */
	update_cached_migrate(cc, TEST_DRAM_PFN + BLOCK);
	ck_assert_uint_eq(cached[0], TEST_DRAM_PFN + 4 * BLOCK);
	ck_assert_uint_eq(cached[1], TEST_DRAM_PFN + 3 * BLOCK);
	cc->mode = MIGRATE_SYNC;
	update_cached_migrate(cc, TEST_DRAM_PFN + 5 * BLOCK - 1);
	ck_assert_uint_eq(cached[0], TEST_DRAM_PFN + 5 * BLOCK);
	ck_assert_uint_eq(cached[1], TEST_DRAM_PFN + 5 * BLOCK);
}

TEST(cached_free_position_only_goes_down, "16-14")
{
	struct zone *zone = scene_full();
	const struct compact_control *cc = scene_run_on(zone, MIGRATE_ASYNC);

	zone->compact_cached_free_pfn = TEST_DRAM_PFN + 12 * BLOCK;
	update_pageblock_skip(cc, TEST_DRAM_PFN + 13 * BLOCK);
	ck_assert_uint_eq(zone->compact_cached_free_pfn, TEST_DRAM_PFN + 12 * BLOCK);
	update_pageblock_skip(cc, TEST_DRAM_PFN + 11 * BLOCK);
	ck_assert_uint_eq(zone->compact_cached_free_pfn, TEST_DRAM_PFN + 11 * BLOCK);
	ck_assert(get_pageblock_skip(TEST_DRAM_PFN + 13 * BLOCK));
	ck_assert(get_pageblock_skip(TEST_DRAM_PFN + 11 * BLOCK));
}

/* ---- forgetting ---- */

TEST(reset_isolation_only_on_demand, "16-12")
{
	struct zone *zone = scene_full();

	scene_make_movable(test_page(zone, 3 * BLOCK + 8), 0);
	set_pageblock_skip(TEST_DRAM_PFN + 3 * BLOCK);
	reset_isolation_suitable(NODE_DATA(0));
	ck_assert(get_pageblock_skip(TEST_DRAM_PFN + 3 * BLOCK));
	zone->compact_blockskip_flush = true;
	reset_isolation_suitable(NODE_DATA(0));
	ck_assert(!get_pageblock_skip(TEST_DRAM_PFN + 3 * BLOCK));
	ck_assert(!zone->compact_blockskip_flush);
	/* Zones without memory are left alone. */
	test_zone(0, ZONE_NORMAL)->compact_blockskip_flush = true;
	reset_isolation_suitable(NODE_DATA(0));
	ck_assert(test_zone(0, ZONE_NORMAL)->compact_blockskip_flush);
}

/* A pageblock loses its mark where one of every eight pages is of use; else it keeps it. */
TEST(reset_isolation_looks_at_samples, "16-12")
{
	struct zone *zone = scene_full();

	scene_make_movable(test_page(zone, BLOCK + 7), 0);
	scene_make_movable(test_page(zone, 2 * BLOCK + 504), 1);
	test_free_block(test_page(zone, 12 * BLOCK + 4), 2, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 11 * BLOCK + 16), 2, MIGRATE_MOVABLE);
	for (unsigned long block = 0; block < 16; block++)
		set_pageblock_skip(TEST_DRAM_PFN + block * BLOCK);
	zone->compact_blockskip_flush = true;
	__reset_isolation_suitable(zone);
	for (unsigned long block = 0; block < 16; block++)
		ck_assert_msg(get_pageblock_skip(TEST_DRAM_PFN + block * BLOCK) ==
				      (block != 2 && block != 11),
			      "pageblock %lu", block);
}

TEST(reset_isolation_finds_new_start_positions, "16-12 16-14")
{
	struct zone *zone = scene_full();

	/* The first of each side counts; free pages count in movable pageblocks only. */
	scene_make_movable(test_page(zone, 2 * BLOCK + 504), 0);
	scene_make_movable(test_page(zone, 3 * BLOCK), 1);
	test_free_block(test_page(zone, 14 * BLOCK), 0, MIGRATE_UNMOVABLE);
	set_pageblock_migratetype(test_page(zone, 14 * BLOCK), MIGRATE_UNMOVABLE);
	test_free_block(test_page(zone, 13 * BLOCK), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 12 * BLOCK), 0, MIGRATE_MOVABLE);
	zone->compact_blockskip_flush = true;
	__reset_isolation_suitable(zone);
	ck_assert_uint_eq(zone->compact_cached_migrate_pfn[0], TEST_DRAM_PFN + 2 * BLOCK);
	ck_assert_uint_eq(zone->compact_cached_migrate_pfn[1], TEST_DRAM_PFN + 2 * BLOCK);
	ck_assert_uint_eq(zone->compact_init_migrate_pfn, TEST_DRAM_PFN + 2 * BLOCK);
	/* The walk from above goes from last page to last page. */
	ck_assert_uint_eq(zone->compact_cached_free_pfn, TEST_DRAM_PFN + 14 * BLOCK - 1);
	ck_assert_uint_eq(zone->compact_init_free_pfn, TEST_DRAM_PFN + 14 * BLOCK - 1);
}

/* mm/compaction.c:317: sources are sought in the lower half, targets in the upper one. */
TEST(reset_isolation_without_both_ends_in_the_middle, "16-12 16-14")
{
	static const struct {
		bool source, target;
		unsigned long at_source, at_target; /* pageblocks */
		unsigned long init_migrate, init_free;
	} row[] = {
		{ false, false, 0, 0, 0, 0 },
		{ true, false, 3, 0, TEST_DRAM_PFN + 3 * 512, 0 },
		{ false, true, 0, 12, 0, TEST_DRAM_PFN + 13 * 512 - 1 },
		/* Both are there, but each in the wrong half. */
		{ true, true, 9, 3, 0, 0 },
	};

	for_each_row(i, row) {
		struct zone *zone = scene_full();

		if (row[i].source)
			scene_make_movable(test_page(zone, row[i].at_source * BLOCK), 0);
		if (row[i].target)
			test_free_block(test_page(zone, row[i].at_target * BLOCK), 0,
					MIGRATE_MOVABLE);
		zone->compact_blockskip_flush = true;
		__reset_isolation_suitable(zone);
		ck_assert_uint_eq(zone->compact_cached_migrate_pfn[0], TEST_DRAM_PFN + 8 * BLOCK);
		ck_assert_uint_eq(zone->compact_cached_migrate_pfn[1], TEST_DRAM_PFN + 8 * BLOCK);
		ck_assert_uint_eq(zone->compact_cached_free_pfn, TEST_DRAM_PFN + 8 * BLOCK - 1);
		ck_assert_uint_eq(zone->compact_init_migrate_pfn, row[i].init_migrate);
		ck_assert_uint_eq(zone->compact_init_free_pfn, row[i].init_free);
		machine_free(world);
	}
}

/* Once both are known, either use takes a mark away, in pageblocks of any type. */
TEST(reset_isolation_after_both_were_found, "16-12")
{
	struct zone *zone = scene_full();

	scene_make_movable(test_page(zone, 0), 0);
	test_free_block(test_page(zone, 15 * BLOCK), 0, MIGRATE_MOVABLE);
	test_free_block(test_page(zone, 4 * BLOCK), 0, MIGRATE_MOVABLE);
	scene_make_movable(test_page(zone, 10 * BLOCK), 1);
	test_free_block(test_page(zone, 9 * BLOCK), 0, MIGRATE_UNMOVABLE);
	set_pageblock_migratetype(test_page(zone, 9 * BLOCK), MIGRATE_UNMOVABLE);
	for (unsigned long block = 4; block < 12; block++)
		set_pageblock_skip(TEST_DRAM_PFN + block * BLOCK);
	zone->compact_blockskip_flush = true;
	__reset_isolation_suitable(zone);
	for (unsigned long block = 4; block < 12; block++)
		ck_assert_msg(get_pageblock_skip(TEST_DRAM_PFN + block * BLOCK) ==
				      (block != 4 && block != 10 && block != 9),
			      "pageblock %lu", block);
	ck_assert_uint_eq(zone->compact_cached_migrate_pfn[0], TEST_DRAM_PFN);
	ck_assert_uint_eq(zone->compact_cached_free_pfn, TEST_DRAM_PFN + 16 * BLOCK - 1);
}

TEST(reset_isolation_leaves_huge_pages, "16-12")
{
	struct zone *zone = scene_full();

	prep_compound_page(test_page(zone, 0), 10);
	SetPageFlag(test_page(zone, 0), PG_lru);
	set_pageblock_skip(TEST_DRAM_PFN);
	set_pageblock_skip(TEST_DRAM_PFN + BLOCK);
	zone->compact_blockskip_flush = true;
	__reset_isolation_suitable(zone);
	ck_assert(get_pageblock_skip(TEST_DRAM_PFN) && get_pageblock_skip(TEST_DRAM_PFN + BLOCK));
	ClearPageFlag(test_page(zone, 0), PG_lru);
}

TEST(reset_isolation_in_a_ragged_zone, "16-12")
{
	struct zone *zone = scene_ragged();

	/* The zone begins in the middle of a pageblock. */
	SetPageFlag(pfn_to_page(TEST_DRAM_PFN + 304), PG_lru);
	zone->compact_blockskip_flush = true;
	__reset_isolation_suitable(zone);
	ck_assert_uint_eq(zone->compact_init_migrate_pfn, TEST_DRAM_PFN + 256);
	ClearPageFlag(pfn_to_page(TEST_DRAM_PFN + 304), PG_lru);
}

/* A hole inside a pageblock, and in it what would be of use. */
TEST(reset_isolation_passes_holes, "16-12")
{
	static struct boot_spec spec;
	struct zone *zone;

	spec = (struct boot_spec){ .nr_cpus = 1, .nr_memory = 2 };
	spec.memory[0] = (struct boot_range){ TEST_DRAM, MIB + MIB / 2, 0, false };
	spec.memory[1] = (struct boot_range){ TEST_DRAM + 2 * MIB - MIB / 4, 15 * MIB, 0, false };
	test_machine_boot(&spec);
	zone = test_zone(0, ZONE_DMA);
	test_empty_zone(zone);
	SetPageFlag(pfn_to_page(TEST_DRAM_PFN + 392), PG_lru);
	zone->compact_blockskip_flush = true;
	__reset_isolation_suitable(zone);
	ck_assert_uint_eq(zone->compact_init_migrate_pfn, 0);
	ClearPageFlag(pfn_to_page(TEST_DRAM_PFN + 392), PG_lru);
}

/*
 *  memory 0 to 17 MiB and 21 to 41: pageblocks that end with a hole (16), are one (18), begin with one (20)
 */
TEST(reset_isolation_with_holes_at_the_ends_of_pageblocks, "16-12")
{
	static struct boot_spec spec;
	struct zone *zone;

	spec = (struct boot_spec){ .nr_cpus = 1, .nr_memory = 2 };
	spec.memory[0] = (struct boot_range){ TEST_DRAM, 17 * MIB, 0, false };
	spec.memory[1] = (struct boot_range){ TEST_DRAM + 21 * MIB, 20 * MIB, 0, false };
	test_machine_boot(&spec);
	zone = test_zone(0, ZONE_DMA);
	test_empty_zone(zone);
	world->page_group_by_mobility_disabled = false;
	test_set_pageblocks(zone, MIGRATE_MOVABLE);
	/* From below: the first page of the one that ends with a hole is there, its last is not. */
	SetPageFlag(pfn_to_page(TEST_DRAM_PFN + 16 * 256), PG_lru);
	zone->compact_blockskip_flush = true;
	__reset_isolation_suitable(zone);
	ck_assert_uint_eq(zone->compact_init_migrate_pfn, 0);
	ClearPageFlag(pfn_to_page(TEST_DRAM_PFN + 16 * 256), PG_lru);
	/* From above: of one whose first page is not there, the last page alone is looked at. */
	test_machine_boot(
		&(struct boot_spec){ .nr_cpus = 1,
				     .nr_memory = 2,
				     .memory = { { TEST_DRAM, 3 * MIB, 0, false },
						 { TEST_DRAM + 21 * MIB, 5 * MIB, 0, false } } });
	zone = test_zone(0, ZONE_DMA);
	test_empty_zone(zone);
	world->page_group_by_mobility_disabled = false;
	test_set_pageblocks(zone, MIGRATE_MOVABLE);
	set_pageblock_migratetype(pfn_to_page(TEST_DRAM_PFN + 22 * 256 - 1), MIGRATE_MOVABLE);
	test_free_block(pfn_to_page(TEST_DRAM_PFN + 22 * 256 - 8), 0, MIGRATE_MOVABLE);
	zone->compact_blockskip_flush = true;
	__reset_isolation_suitable(zone);
	ck_assert_uint_eq(zone->compact_init_free_pfn, 0);
	test_free_block(pfn_to_page(TEST_DRAM_PFN + 22 * 256 - 1), 0, MIGRATE_MOVABLE);
	zone->compact_blockskip_flush = true;
	__reset_isolation_suitable(zone);
	ck_assert_uint_eq(zone->compact_init_free_pfn, TEST_DRAM_PFN + 22 * 256 - 1);
}

/*
 * A zone of one pageblock at PFN 0: the walk from above ends at 0 (5.8.18 would go on below). With something to move and something
 * free both positions are found there; without, there is no distance between them, and the next run ends at once.
 */
TEST(reset_isolation_of_the_pageblock_at_pfn_zero, "16-12")
{
	for (int found = 0; found < 2; found++) {
		const struct hand_zone one = { 0, ZONE_DMA, 0, pageblock_nr_pages };
		struct compact_control *cc;
		struct zone *zone;

		hand_machine(&one, 1, 1);
		zone = test_zone(0, ZONE_DMA);
		if (found) {
			scene_make_movable(test_page(zone, 8), 0);
			hand_lay(16, 0, MIGRATE_MOVABLE);
		}
		set_pageblock_skip(0);
		zone->compact_blockskip_flush = true;
		__reset_isolation_suitable(zone);
		ck_assert(!zone->compact_blockskip_flush);
		ck_assert_int_eq(get_pageblock_skip(0), !found);
		ck_assert_uint_eq(zone->compact_cached_migrate_pfn[0], found ? 0 : BLOCK);
		ck_assert_uint_eq(zone->compact_cached_migrate_pfn[1], found ? 0 : BLOCK);
		ck_assert_uint_eq(zone->compact_cached_free_pfn, found ? BLOCK - 1 : 0);
		ck_assert_uint_eq(zone->compact_init_free_pfn, found ? BLOCK - 1 : 0);
		cc = scene_run_on(zone, MIGRATE_SYNC_LIGHT);
		cc->order = -1;
		ck_assert_int_eq(compact_zone(cc, NULL), COMPACT_COMPLETE);
		ck_assert_int_eq(test_count(TRACE_mm_compaction_finished), 1);
		machine_free(world);
	}
}

#ifdef CONFIG_NUMA
TEST(reset_isolation_leaves_pages_of_another_node, "16-12")
{
	static struct boot_spec spec;
	struct zone *zone;

	/* Node 1 lies in the lower half of node 0's zone. */
	spec = (struct boot_spec){ .nr_cpus = 1, .nr_memory = 3 };
	spec.memory[0] = (struct boot_range){ TEST_DRAM, 4 * MIB, 0, false };
	spec.memory[1] = (struct boot_range){ TEST_DRAM + 4 * MIB, 4 * MIB, 1, false };
	spec.memory[2] = (struct boot_range){ TEST_DRAM + 8 * MIB, 24 * MIB, 0, false };
	test_machine_boot(&spec);
	zone = test_zone(0, ZONE_DMA);
	SetPageFlag(pfn_to_page(TEST_DRAM_PFN + 4 * 256), PG_lru);
	set_pageblock_skip(TEST_DRAM_PFN + 4 * 256);
	zone->compact_blockskip_flush = true;
	__reset_isolation_suitable(zone);
	ck_assert(get_pageblock_skip(TEST_DRAM_PFN + 4 * 256));
	ClearPageFlag(pfn_to_page(TEST_DRAM_PFN + 4 * 256), PG_lru);
}
#endif

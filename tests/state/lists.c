/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * The copy of what is free, as it is drawn.
 */
#include <stdlib.h>

#include "state/lists.h"
#include "harness.h"
#include "life/life.h"
#include "machines.h"

/** All blocks of all lists as pages. */
static unsigned long listed_pages(const struct listed_zone *zone)
{
	unsigned long pages = 0;

	for (int type = 0; type < LISTS_TYPES; type++)
		for (int order = 0; order < LISTS_ORDERS; order++)
			pages += zone->blocks[type][order] << order;
	return pages;
}

/*
 *	64 MiB, all free: 16 blocks of order 10, all movable; then one page is taken, and a batch of
 *	pages waits on the CPU's list.
 *
 * Expect the lists as they were and as they are, and the zone's own count.
 */
TEST(lists_take_copies_lists_pageblocks_and_marks, "")
{
	struct pageflow_lists before, after;
	struct zone *zone;

	test_machine_uma(64);
	zone = test_zone(0, ZONE_DMA);
	lists_take(&before);
	ck_assert_int_eq(before.nr_zones, 1);
	ck_assert_str_eq(before.zone[0].name, "DMA");
	ck_assert_str_eq(before.type_name[MIGRATE_CMA], "CMA");
	ck_assert_uint_eq(before.zone[0].blocks[MIGRATE_MOVABLE][10], 16);
	ck_assert_uint_eq(before.zone[0].pageblocks[MIGRATE_MOVABLE], 32);
	ck_assert_uint_eq(before.zone[0].free, 16384);
	ck_assert_uint_eq(before.zone[0].mark[WMARK_MIN], min_wmark_pages(zone));
	ck_assert_uint_eq(before.zone[0].mark[WMARK_HIGH], high_wmark_pages(zone));

	ck_assert_ptr_nonnull(alloc_pages(GFP_KERNEL, 0));
	lists_take(&after);
	ck_assert_uint_eq(after.zone[0].blocks[MIGRATE_MOVABLE][10], 15);
	ck_assert_uint_eq(after.zone[0].pageblocks[MIGRATE_UNMOVABLE], 2);
	ck_assert_uint_eq(listed_pages(&after.zone[0]), after.zone[0].free);
	ck_assert_uint_lt(after.zone[0].free, before.zone[0].free);
	lists_drop(&before);
	lists_drop(&after);
}

/* Marks are copied without the boost, which stands beside them. */
TEST(lists_take_tells_boost_and_reserves, "")
{
	struct pageflow_lists lists;
	struct zone *zone;

	test_machine_zones(64);
	zone = test_zone(0, ZONE_DMA32);
	zone->watermark_boost = 512;
	zone->nr_reserved_highatomic = 1024;
	lists_take(&lists);
	ck_assert_int_gt(lists.nr_zones, 1);
	for (int i = 0; i < lists.nr_zones; i++) {
		const struct listed_zone *copy = &lists.zone[i];
		const struct zone *real = test_zone(copy->nid, i);

		ck_assert_str_eq(copy->name, real->name);
		ck_assert_uint_eq(copy->mark[WMARK_LOW] + copy->boost, low_wmark_pages(real));
		ck_assert_uint_eq(copy->highatomic, real == zone ? 1024 : 0);
		for (int tier = 0; tier < MAX_NR_ZONES; tier++)
			ck_assert_uint_eq(copy->reserve[tier], real->lowmem_reserve[tier]);
	}
	lists_drop(&lists);
}

/* Expect what each CPU holds, each pageblock's type and free pages, and the tasks. */
TEST(lists_take_copies_cpus_pageblocks_and_tasks, "")
{
	const struct listed_zone *copy;
	struct pageflow_lists lists;
	unsigned long free_pages = 0;
	struct zone *zone;

	test_machine_uma(64);
	zone = test_zone(0, ZONE_DMA);
	ck_assert_ptr_nonnull(alloc_pages(GFP_KERNEL, 0));
	current->mm = NULL;
	ck_assert(lists_take(&lists));
	copy = &lists.zone[0];
	ck_assert_uint_eq(copy->managed, zone->managed_pages);
	ck_assert_int_eq(copy->nr_cpus, num_online_cpus());
	ck_assert_uint_eq(copy->cpu[0].count, (unsigned long)zone->pageset[0].pcp.count);
	ck_assert_uint_eq(copy->cpu[0].pages[MIGRATE_UNMOVABLE], copy->cpu[0].count);
	ck_assert_uint_eq(copy->cpu[0].batch, (unsigned long)zone->pageset[0].pcp.batch);
	ck_assert_uint_eq(copy->nr_blocks, 32);
	for (size_t i = 0; i < copy->nr_blocks; i++) {
		unsigned long pfn = copy->first + i * LISTS_BLOCK;

		ck_assert_int_eq(copy->block[i].type, get_pfnblock_migratetype(pfn));
		free_pages += copy->block[i].free;
	}
	ck_assert_uint_eq(free_pages, copy->free);
	ck_assert_uint_eq(lists.nr_tasks, 1);
	ck_assert_int_eq(lists.task[0].pid, current->pid);
	ck_assert_str_eq(lists.task[0].name, current->comm);
	ck_assert(lists.task[0].running && lists.task[0].kernel);
	lists_drop(&lists);
}

#ifdef CONFIG_NUMA
/* Zones come node by node, and a list is counted whole, also where /proc/pagetypeinfo stops. */
TEST(lists_take_on_two_nodes, "")
{
	struct pageflow_lists lists;

	test_machine_numa(64);
	lists_take(&lists);
	ck_assert_int_eq(lists.nr_zones, 2);
	ck_assert_int_eq(lists.zone[0].nid, 0);
	ck_assert_int_eq(lists.zone[1].nid, 1);
	lists_drop(&lists);
}
#endif

/* Expect the pages of the LRU lists, head first, and a group that has no lists to be left without. */
TEST(lists_take_copies_the_lru_lists, "")
{
	struct pageflow_lists lists;
	struct address_space *file;
	unsigned long pfn[3];
	struct mem_cgroup *group;

	test_machine_uma(64);
	ck_assert(life_begin());
	group = memcg_new("/job", &world->root_mem_cgroup, 100);
	ck_assert(lists_take(&lists));
	ck_assert_uint_eq(lists.nr_pages, 0);
	ck_assert_ptr_null(group->lruvecs);
	lists_drop(&lists);
	file = address_space_new("f", false);
	for (int i = 0; i < 3; i++)
		pfn[i] = page_to_pfn(page_cache_add(file, GFP_HIGHUSER_MOVABLE));
	lru_add_drain();
	ck_assert_ptr_nonnull(mem_cgroup_lruvec(group, NODE_DATA(0)));
	ck_assert(lists_take(&lists));
	ck_assert_uint_eq(lists.nr_pages, 3);
	for (int i = 0; i < 3; i++) {
		ck_assert_uint_eq(lists.page[i].pfn, pfn[2 - i]);
		ck_assert_uint_eq(lists.page[i].place, LRU_INACTIVE_FILE);
	}
	ck_assert_str_eq(lists.lru_name[LRU_INACTIVE_FILE], "inactive_file");
	lists_drop(&lists);
}

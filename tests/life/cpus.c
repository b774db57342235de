/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * CPUs of a running machine that go offline and come back.
 */
#include "life/life.h"
#include "machines.h"

TEST(cpu_down_leaves_nothing_behind, "20-33 20-34 09-13")
{
	struct mem_cgroup *group;
	struct zone *zone;
	long free_pages;

	test_machine_cpus(64, 4);
	zone = test_zone(0, ZONE_DMA);
	free_pages = test_free_pages(zone);
	group = memcg_new("/job", &world->root_mem_cgroup, 1000);
	current->memcg = group;
	test_run_on(2);
	ck_assert_ptr_nonnull(alloc_pages(GFP_KERNEL | __GFP_ACCOUNT, 0));
	mod_node_page_state(NODE_DATA(0), NR_FILE_DIRTY, 1);
	world->vmstat_work_pending = 6;
	test_run_on(0);
	ck_assert_int_ne(zone->pageset[2].pcp.count, 0);
	ck_assert_int_eq(zone->pageset[0].stat_threshold, 6);
	ck_assert_int_eq(group->memory.usage, 32);

	cpu_down(2);
	ck_assert_int_eq(zone->pageset[2].pcp.count, 0);
	ck_assert_int_eq(test_free_pages(zone), free_pages - 1);
	ck_assert(!need_update(2));
	ck_assert_uint_eq(node_page_state(NODE_DATA(0), NR_FILE_DIRTY), 1);
	ck_assert_int_eq(group->memory.usage, 1);
	ck_assert_uint_eq(world->vmstat_work_pending, 2);
	/* Three CPUs: still 2 * fls(3) = 4. */
	ck_assert_int_eq(zone->pageset[0].stat_threshold, 4);
	ck_assert_int_eq(NODE_DATA(0)->per_cpu_nodestats[0].stat_threshold, 4);
	cpu_down(3);
	cpu_down(1);
	ck_assert_int_eq(zone->pageset[0].stat_threshold, 2);
	test_check_lists();
}

TEST(cpu_up_computes_the_thresholds_again, "09-13")
{
	struct zone *zone;

	test_machine_cpus(64, 2);
	zone = test_zone(0, ZONE_DMA);
	cpu_down(1);
	cpu_up(1);
	ck_assert_int_eq(num_online_cpus(), 2);
	ck_assert_int_eq(zone->pageset[0].stat_threshold, 4);
	ck_assert_int_eq(zone->pageset[1].stat_threshold, 4);
	ck_assert_int_eq(zone->pageset[1].pcp.count, 0);
	test_run_on(1);
	ck_assert_ptr_nonnull(alloc_pages(GFP_KERNEL, 0));
	test_check_lists();
}

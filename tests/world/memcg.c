/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of the tree of memory cgroups.
 */
#include "life/life.h"
#include "machines.h"

TEST(mem_cgroup_nr_swap_pages_by_the_limits_of_all_above, "18-16")
{
	struct mem_cgroup *job, *part;

	test_machine_uma(16);
	job = memcg_new("/job", &world->root_mem_cgroup, 100);
	part = memcg_new("/job/part", job, 100);
	swap_on(500);
	ck_assert_uint_eq(mem_cgroup_nr_swap_pages(NULL), 500);
	ck_assert_uint_eq(mem_cgroup_nr_swap_pages(part), 500);
	job->swap.max = 70;
	job->swap.usage = 10;
	ck_assert_uint_eq(mem_cgroup_nr_swap_pages(part), 60);
	part->swap.max = 20;
	ck_assert_uint_eq(mem_cgroup_nr_swap_pages(part), 20);
	ck_assert_uint_eq(mem_cgroup_nr_swap_pages(job), 60);
	/* Expect: nothing left where a limit was lowered below the usage; on v1 there is no such limit. */
	part->swap.usage = 30;
	ck_assert_uint_eq(mem_cgroup_nr_swap_pages(part), 0);
	world->memcg_legacy = true;
	ck_assert_uint_eq(mem_cgroup_nr_swap_pages(part), 500);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of the tree of memory cgroups.
 */
#include "life/life.h"
#include "machines.h"

TEST(memcg_without_hierarchy_counts_alone, "")
{
	struct mem_cgroup *job, *part;

	test_machine_uma(16);
	job = memcg_new("/job", &world->root_mem_cgroup, 100);
	job->no_hierarchy = true;
	part = memcg_new("/job/part", job, 100);
	ck_assert_ptr_eq(parent_mem_cgroup(job), &world->root_mem_cgroup);
	ck_assert_ptr_null(parent_mem_cgroup(part));
	page_counter_charge(&part->memory, 5);
	ck_assert_int_eq(part->memory.usage, 5);
	ck_assert_int_eq(job->memory.usage, 0);
	ck_assert(memcg_is_below(job, job));
	ck_assert(!memcg_is_below(part, job));
	ck_assert(memcg_is_below(part, &world->root_mem_cgroup));
	/* Expect: what happens to its lists stays there, and does not reach the group above. */
	mod_lruvec_state(mem_cgroup_lruvec(part, NODE_DATA(0)), NR_INACTIVE_FILE, 33);
	ck_assert_int_eq(mem_cgroup_lruvec(part, NODE_DATA(0))->lruvec_stat[NR_INACTIVE_FILE], 33);
	ck_assert_int_eq(mem_cgroup_lruvec(job, NODE_DATA(0))->lruvec_stat[NR_INACTIVE_FILE], 0);
	ck_assert_ptr_null(parent_lruvec(&NODE_DATA(0)->lruvec));
}

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

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of making cpusets and memory cgroups, and of the wiring.
 */
#include <string.h>

#include "failing.h"
#include "life/life.h"
#include "machines.h"

TEST(cpuset_new_switches_cpusets_on, "")
{
	struct cpuset *cpuset;

	test_machine_uma(16);
	ck_assert(!cpusets_enabled());
	cpuset = cpuset_new("jobs", &world->top_cpuset, NODE_MASK_ALL);
	ck_assert(cpusets_enabled());
	ck_assert_str_eq(cpuset->name, "jobs");
	ck_assert_ptr_eq(cpuset->parent, &world->top_cpuset);
	ck_assert_ptr_eq(world->cpusets, cpuset);
}

TEST(cpuset_change_is_visible_to_requests_on_the_way, "")
{
	unsigned int cookie;

	test_machine_uma(16);
	cpuset_new("jobs", &world->top_cpuset, NODE_MASK_ALL);
	cookie = read_mems_allowed_begin();
	ck_assert(!read_mems_allowed_retry(cookie));
	cpuset_change_task_nodemask(current, NODE_MASK_ALL);
	/* Expect the number to have moved by two: even again. */
	ck_assert_uint_eq(current->mems_allowed_seq, cookie + 2);
	ck_assert(read_mems_allowed_retry(cookie));
	ck_assert(nodes_equal(current->mems_allowed, NODE_MASK_ALL));
}

TEST(memcg_new_switches_accounting_on, "")
{
	struct mem_cgroup *memcg;

	test_machine_uma(16);
	ck_assert(!memcg_kmem_enabled());
	memcg = memcg_new("/jobs", &world->root_mem_cgroup, 100);
	ck_assert(memcg_kmem_enabled());
	ck_assert_str_eq(memcg->path, "/jobs");
	ck_assert_uint_eq(memcg->memory.max, 100);
	ck_assert_uint_eq(memcg->kmem.max, PAGE_COUNTER_MAX);
	/* Expect its counters to charge the parent's as well. */
	ck_assert_ptr_eq(memcg->memory.parent, &world->root_mem_cgroup.memory);
}

TEST(groups_without_host_memory, "")
{
	test_machine_uma(16);
	test_fail(FAIL_CALLOC, 1);
	ck_assert_ptr_null(cpuset_new("jobs", &world->top_cpuset, NODE_MASK_ALL));
	ck_assert(!cpusets_enabled());
	test_fail(FAIL_CALLOC, 1);
	ck_assert_ptr_null(memcg_new("/jobs", &world->root_mem_cgroup, 100));
	ck_assert(!memcg_kmem_enabled());
}

#ifdef CONFIG_NUMA
TEST(cpuset_change_shows_old_and_new_nodes_to_the_policy, "")
{
	test_machine_numa(32);
	ck_assert_int_eq(do_set_mempolicy(MPOL_BIND, 0, (nodemask_t){ 1 }), 0);
	cpuset_change_task_nodemask(current, (nodemask_t){ 2 });
	/* Expect the policy's node to move along. */
	ck_assert_uint_eq(current->mempolicy->v.nodes.bits, 2);
	ck_assert_uint_eq(current->mems_allowed.bits, 2);
}
#endif

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

TEST(cpuset_change_rebinds_the_policies_of_mappings, "02-17")
{
	struct mempolicy bound = { .refcnt = 1, .mode = MPOL_BIND, .v.nodes = { 1 } };
	struct mempolicy preferred = { .refcnt = 1, .mode = MPOL_PREFERRED };
	struct mempolicy fixed = { .refcnt = 1, .mode = MPOL_BIND, .flags = MPOL_F_STATIC_NODES };
	struct vm_area plain = { 0 }, third = { .vm_policy = &fixed, .vm_next = &plain };
	struct vm_area second = { .vm_policy = &preferred, .vm_next = &third };
	struct vm_area first = { .vm_policy = &bound, .vm_next = &second };
	struct cpuset *cpuset;

	/* A process whose cpuset allows node 0, and three mappings with policies that name it. */
	test_machine_numa(32);
	cpuset = cpuset_new("jobs", &world->top_cpuset, (nodemask_t){ 1 });
	cpuset_attach(current, cpuset);
	bound.w.cpuset_mems_allowed = preferred.w.cpuset_mems_allowed = (nodemask_t){ 1 };
	fixed.w.user_nodemask = fixed.v.nodes = (nodemask_t){ 1 };
	current->mm->mmap = &first;
	ck_assert_int_eq(test_node_of(alloc_page_vma(GFP_KERNEL, &first, 0)), 0);
	/* Expect them to move along to node 1; the static one, whose node is gone, takes all that is allowed. */
	cpuset_set_nodes(cpuset, (nodemask_t){ 2 });
	ck_assert_uint_eq(bound.v.nodes.bits, 2);
	ck_assert_int_eq(preferred.v.preferred_node, 1);
	ck_assert_uint_eq(fixed.v.nodes.bits, 2);
	ck_assert_int_eq(test_node_of(alloc_page_vma(GFP_KERNEL, &first, 0)), 1);
	/* Expect no page of node 0 when node 1 is empty. */
	test_empty_zone(test_zone(1, ZONE_DMA));
	ck_assert_int_eq(test_node_of(alloc_page_vma(GFP_NOWAIT | __GFP_NOWARN, &first, 0)), -1);
	/* Expect the static one to return when its node does. */
	cpuset_set_nodes(cpuset, (nodemask_t){ 3 });
	ck_assert_uint_eq(fixed.v.nodes.bits, 1);
}

TEST(cpuset_attach_takes_mappings_along, "02-17")
{
	struct mempolicy bound = { .refcnt = 1, .mode = MPOL_BIND, .v.nodes = { 1 } };
	struct vm_area vma = { .vm_policy = &bound };
	struct task *kthread, *thread;

	test_machine_numa(32);
	bound.w.cpuset_mems_allowed = (nodemask_t){ 3 };
	current->mm->mmap = &vma;
	cpuset_attach(current, cpuset_new("jobs", &world->top_cpuset, (nodemask_t){ 2 }));
	ck_assert_uint_eq(bound.v.nodes.bits, 2);
	/* Expect a thread that moves by itself to leave them, but not those of a cpuset that changes. */
	thread = thread_new(current);
	cpuset_attach(thread, cpuset_new("other", &world->top_cpuset, (nodemask_t){ 1 }));
	ck_assert_uint_eq(thread->mems_allowed.bits, 1);
	ck_assert_uint_eq(bound.v.nodes.bits, 2);
	cpuset_set_nodes(thread->cpuset, (nodemask_t){ 3 });
	ck_assert_uint_eq(bound.v.nodes.bits, 1);
	/* Expect a kernel thread to have no mappings to take along. */
	kthread = task_new(9, "kthread");
	task_set_mm(kthread, NULL);
	cpuset_attach(kthread, current->cpuset);
	ck_assert_uint_eq(kthread->mems_allowed.bits, 2);
}

TEST(cpuset_nodes_are_those_with_memory, "")
{
	struct cpuset *outer, *inner;

	test_machine_numa(32);
	outer = cpuset_new("outer", &world->top_cpuset, (nodemask_t){ 2 });
	inner = cpuset_new("inner", outer, (nodemask_t){ 8 });
	/* Expect all nodes that have memory for the root, and an ancestor's where a cpuset has none. */
	ck_assert_uint_eq(cpuset_nodes(&world->top_cpuset).bits, 3);
	ck_assert_uint_eq(cpuset_nodes(outer).bits, 2);
	ck_assert_uint_eq(cpuset_nodes(inner).bits, 2);
	ck_assert_uint_eq(task_new(9, "new")->mems_allowed.bits, 3);
}
#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Tests of stage 02: alloc_pages(), and what memory policies make of it.
 *
 * Most of them run on two nodes with all memory in ZONE_DMA, the task on node 0:
 *
 *   PFN 40000          42000          44000
 *        |   node 0     |   node 1     |
 *        CPU 0          CPU 1
 */
#include <errno.h>
#include <string.h>

#include "failing.h"
#include "machines.h"

/** The traced mask of the last allocation. */
static gfp_t traced_mask(void)
{
	return (gfp_t)test_last_event(TRACE_mm_page_alloc)->field[2];
}

#ifndef CONFIG_NUMA

TEST(alloc_pages_uses_the_only_node, "02-1")
{
	struct page *page;

	test_machine_uma(32);
	page = alloc_pages(GFP_KERNEL | __GFP_THISNODE, 4);
	/* Expect the mask unchanged; THISNODE has nothing to choose from. */
	ck_assert_ptr_nonnull(page);
	ck_assert_uint_eq(traced_mask(), GFP_KERNEL | __GFP_THISNODE);
}

TEST(alloc_pages_vma_drops_everything_else, "02-1 02-18")
{
	struct vm_area vma = { .vm_start = 0x1000 };

	test_machine_uma(32);
	/* Expect mapping, address and node to be ignored, and no flag added for a huge page. */
	ck_assert_ptr_nonnull(alloc_pages_vma(GFP_KERNEL, 2, &vma, 0x5000, 17, true));
	ck_assert_uint_eq(traced_mask(), GFP_KERNEL);
	ck_assert_ptr_nonnull(alloc_hugepage_vma(GFP_TRANSHUGE, NULL, 0, 9));
	ck_assert_uint_eq(traced_mask(), GFP_TRANSHUGE);
	ck_assert_ptr_nonnull(alloc_page_vma(GFP_HIGHUSER, &vma, 0x1000));
	ck_assert_uint_eq(traced_mask(), GFP_HIGHUSER);
	ck_assert_ptr_nonnull(alloc_page_vma_node(GFP_HIGHUSER, &vma, 0x1000, 3));
	ck_assert_int_eq(test_count(TRACE_mm_page_alloc), 4);
	test_check_lists();
}

#else

static unsigned long numa_stat(int nid, enum numa_stat_item item)
{
	return test_zone(nid, ZONE_DMA)->vm_numa_stat[item] +
	       test_zone(nid, ZONE_DMA)->pageset[world->this_cpu].vm_numa_stat_diff[item];
}

/* ---- the policy in force ---- */

TEST(get_task_policy_without_one, "02-2")
{
	test_machine_numa(32);
	/* Expect "prefer node n" of the CPU's node, */
	ck_assert_ptr_eq(get_task_policy(current), &world->preferred_node_policy[0]);
	test_run_on(1);
	ck_assert_ptr_eq(get_task_policy(current), &world->preferred_node_policy[1]);
	/* and the system's default, which is local, while those have no mode yet. */
	world->preferred_node_policy[1].mode = MPOL_DEFAULT;
	ck_assert_ptr_eq(get_task_policy(current), &world->default_policy);
	ck_assert_int_eq(test_next_node(GFP_KERNEL), 1);
}

TEST(alloc_pages_without_policy_is_local, "02-2")
{
	test_machine_numa(32);
	ck_assert_int_eq(test_next_node(GFP_KERNEL), 0);
	test_run_on(1);
	ck_assert_int_eq(test_next_node(GFP_KERNEL), 1);
	/* Expect the other node when the local one has nothing left. */
	test_empty_zone(test_zone(1, ZONE_DMA));
	ck_assert_int_eq(test_next_node(GFP_KERNEL), 0);
}

TEST(alloc_pages_with_policy_local, "02-2")
{
	test_machine_numa(32);
	ck_assert_int_eq(do_set_mempolicy(MPOL_LOCAL, 0, NODE_MASK_NONE), 0);
	ck_assert_uint_eq(current->mempolicy->mode, MPOL_PREFERRED);
	ck_assert_uint_eq(current->mempolicy->flags, MPOL_F_LOCAL);
	test_run_on(1);
	ck_assert_int_eq(test_next_node(GFP_KERNEL), 1);
}

TEST(alloc_pages_in_an_interrupt_ignores_the_task, "02-3")
{
	static const enum execution_level levels[] = { LEVEL_BH_DISABLED, LEVEL_SOFTIRQ,
						       LEVEL_HARDIRQ, LEVEL_NMI };

	test_machine_numa(32);
	ck_assert_int_eq(do_set_mempolicy(MPOL_BIND, 0, NODE_1), 0);
	ck_assert_int_eq(test_next_node(GFP_KERNEL), 1);
	/* Expect local memory in interrupts of every kind, and with bottom halves off. */
	for_each_row(i, levels) {
		world->level = levels[i];
		ck_assert_int_eq(test_next_node(GFP_ATOMIC), 0);
	}
	world->level = LEVEL_TASK;
	ck_assert_int_eq(test_next_node(GFP_KERNEL), 1);
}

TEST(alloc_pages_with_thisnode_ignores_the_task, "02-3")
{
	test_machine_numa(32);
	/* Expect the CPU's node under BIND, and under INTERLEAVE, which does not count on. */
	ck_assert_int_eq(do_set_mempolicy(MPOL_BIND, 0, NODE_1), 0);
	ck_assert_int_eq(test_next_node(GFP_KERNEL | __GFP_THISNODE), 0);
	ck_assert_int_eq(do_set_mempolicy(MPOL_INTERLEAVE, 0, NODES_01), 0);
	ck_assert_int_eq(test_next_node(GFP_KERNEL | __GFP_THISNODE), 0);
	ck_assert_int_eq(current->il_prev, MAX_NUMNODES - 1);
}

/* ---- preferred ---- */

TEST(alloc_pages_with_a_preferred_node, "02-4")
{
	test_machine_numa(32);
	ck_assert_int_eq(do_set_mempolicy(MPOL_PREFERRED, 0, NODE_1), 0);
	/* Expect node 1 wherever the task runs, */
	ck_assert_int_eq(test_next_node(GFP_KERNEL), 1);
	/* and node 0 when node 1 is empty: it is a preference. */
	test_empty_zone(test_zone(1, ZONE_DMA));
	ck_assert_int_eq(test_next_node(GFP_KERNEL), 0);
}

/* ---- bind ---- */

TEST(alloc_pages_bound_to_a_node, "02-5")
{
	test_machine_numa(32);
	ck_assert_int_eq(do_set_mempolicy(MPOL_BIND, 0, NODE_1), 0);
	ck_assert_int_eq(test_next_node(GFP_KERNEL), 1);
	/* Expect no page when the node is empty, although node 0 is full of them. */
	test_empty_zone(test_zone(1, ZONE_DMA));
	ck_assert_int_eq(test_next_node(GFP_NOWAIT | __GFP_NOWARN), -1);
	ck_assert_int_eq(test_last_event(TRACE_mm_page_alloc)->field[0], -1);
}

TEST(alloc_pages_bound_starts_from_the_local_node, "02-5")
{
	test_machine_nodes(4, 16);
	ck_assert_int_eq(do_set_mempolicy(MPOL_BIND, 0, (nodemask_t){ 0xa }), 0);
	/* Expect the first of {1,3} in the order of the CPU's node: 0 1 2 3 and 2 3 0 1. */
	ck_assert_int_eq(test_next_node(GFP_KERNEL), 1);
	test_run_on(2);
	ck_assert_int_eq(test_next_node(GFP_KERNEL), 3);
	ck_assert_int_eq(policy_node(GFP_KERNEL, current->mempolicy, 2), 2);
}

TEST(apply_policy_zone_below_the_policy_zone, "02-6")
{
	/* Node 0: DMA DMA32 Normal; node 1: Normal. The highest zone is Normal. */
	test_machine_numa_zones(32);
	ck_assert_int_eq(world->policy_zone, ZONE_NORMAL);
	ck_assert_int_eq(do_set_mempolicy(MPOL_BIND, 0, NODE_1), 0);
	ck_assert_ptr_nonnull(policy_nodemask(GFP_KERNEL, current->mempolicy));
	/* Expect low memory not to be bound: otherwise this request could never succeed. */
	ck_assert_ptr_null(policy_nodemask(GFP_KERNEL | GFP_DMA32, current->mempolicy));
	ck_assert_ptr_null(policy_nodemask(GFP_KERNEL | GFP_DMA, current->mempolicy));
	ck_assert_int_eq(test_next_node(GFP_KERNEL), 1);
	ck_assert_int_eq(test_next_node(GFP_KERNEL | GFP_DMA), 0);
}

TEST(apply_policy_zone_without_normal_memory, "02-6")
{
	struct mempolicy policy = { .mode = MPOL_BIND };

	test_machine_numa(32);
	/* Expect a set of nodes without ordinary memory to bind ZONE_MOVABLE requests only. */
	policy.v.nodes = (nodemask_t){ 8 };
	ck_assert(!apply_policy_zone(&policy, ZONE_NORMAL));
	ck_assert(apply_policy_zone(&policy, ZONE_MOVABLE));
	policy.v.nodes = NODE_1;
	ck_assert(apply_policy_zone(&policy, ZONE_DMA));
}

TEST(policy_nodemask_outside_the_cpuset, "02-6")
{
	test_machine_numa(32);
	ck_assert_int_eq(do_set_mempolicy(MPOL_BIND, 0, NODE_1), 0);
	current->mems_allowed = NODE_0;
	/* Expect the set to be dropped: it has no node in common with what the task may use. */
	ck_assert_ptr_null(policy_nodemask(GFP_KERNEL, current->mempolicy));
	ck_assert_int_eq(test_next_node(GFP_KERNEL), 0);
}

TEST(policy_nodemask_of_other_modes, "02-4")
{
	struct mempolicy policy = { .mode = MPOL_INTERLEAVE, .v.nodes = { 3 } };

	test_machine_numa(32);
	/* Expect only BIND to confine. */
	ck_assert_ptr_null(policy_nodemask(GFP_KERNEL, &policy));
	ck_assert_ptr_null(policy_nodemask(GFP_KERNEL, &world->default_policy));
}

TEST(policy_node_bound_with_thisnode, "02-5")
{
	struct mempolicy policy = { .mode = MPOL_BIND, .v.nodes = { 2 } };

	test_machine_numa(32);
	/* Expect a message the first time, and nothing else. */
	ck_assert_int_eq(policy_node(GFP_KERNEL | __GFP_THISNODE, &policy, 0), 0);
	ck_assert_ptr_nonnull(strstr(test_console(), "MPOL_BIND with __GFP_THISNODE"));
	test_forget_console();
	ck_assert_int_eq(policy_node(GFP_KERNEL | __GFP_THISNODE, &policy, 0), 0);
	ck_assert_int_eq(policy_node(GFP_KERNEL, &policy, 1), 1);
	ck_assert_str_eq(test_console(), "");
}

/* ---- interleave ---- */

TEST(interleave_nodes_takes_them_in_turn, "02-7")
{
	test_machine_nodes(4, 16);
	ck_assert_int_eq(do_set_mempolicy(MPOL_INTERLEAVE, 0, (nodemask_t){ 0xb }), 0);
	/* Expect 0 1 3 0 1 3: the first pick is the lowest. */
	for (int i = 0; i < 6; i++)
		ck_assert_int_eq(test_next_node(GFP_KERNEL), ((const int[]){ 0, 1, 3 })[i % 3]);
	ck_assert_int_eq(current->il_prev, 3);
}

TEST(interleave_nodes_counts_on_when_nothing_is_left, "02-7")
{
	test_machine_numa(32);
	ck_assert_int_eq(do_set_mempolicy(MPOL_INTERLEAVE, 0, NODES_01), 0);
	test_empty_machine();
	/* Expect the turn to pass although the request fails. */
	ck_assert_int_eq(test_next_node(GFP_NOWAIT | __GFP_NOWARN), -1);
	ck_assert_int_eq(current->il_prev, 0);
	ck_assert_int_eq(test_next_node(GFP_NOWAIT | __GFP_NOWARN), -1);
	ck_assert_int_eq(current->il_prev, 1);
}

TEST(interleave_falls_back_to_other_nodes, "02-7 02-14")
{
	test_machine_numa(32);
	ck_assert_int_eq(do_set_mempolicy(MPOL_INTERLEAVE, 0, NODES_01), 0);
	ck_assert_int_eq(test_next_node(GFP_KERNEL), 0);
	ck_assert_uint_eq(numa_stat(0, NUMA_INTERLEAVE_HIT), 1);
	/* The running CPU holds it back, as the other counts. */
	ck_assert_uint_eq(test_zone(0, ZONE_DMA)->vm_numa_stat[NUMA_INTERLEAVE_HIT], 0);
	test_empty_zone(test_zone(1, ZONE_DMA));
	/* Expect node 0 to serve in node 1's turn, not counted as a hit of interleaving. */
	ck_assert_int_eq(test_next_node(GFP_KERNEL), 0);
	ck_assert_uint_eq(numa_stat(0, NUMA_INTERLEAVE_HIT), 1);
	ck_assert_uint_eq(numa_stat(1, NUMA_INTERLEAVE_HIT), 0);
	/* Expect no counting at all while the statistics are off. */
	world->numa_stat_enabled = false;
	ck_assert_int_eq(test_next_node(GFP_KERNEL), 0);
	ck_assert_uint_eq(numa_stat(0, NUMA_INTERLEAVE_HIT), 1);
}

TEST(interleave_without_any_node, "02-15")
{
	struct mempolicy empty = { .refcnt = 1, .mode = MPOL_INTERLEAVE };

	test_machine_numa(32);
	test_expect_bugs();
	ck_assert_int_eq(do_set_mempolicy(MPOL_INTERLEAVE, 0, NODE_1), 0);
	current->mempolicy->v.nodes = NODE_MASK_NONE;
	current->il_prev = 1;
	/* Expect a report, no page, no event, and the turn where it was. */
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL, 0));
	ck_assert_int_eq(test_bugs(), 1);
	ck_assert_str_eq(test_last_bug(), "__alloc_pages_nodemask: node 4 is not online");
	ck_assert_int_eq(test_events(), 0);
	ck_assert_int_eq(current->il_prev, 1);
	/* Expect an order that is too large to fail first, without a report. */
	ck_assert_ptr_null(alloc_pages(GFP_KERNEL | __GFP_NOWARN, MAX_ORDER));
	ck_assert_int_eq(test_bugs(), 1);
	ck_assert_str_eq(test_console(), "");
	/* Expect a mapping to fall back to the CPU's node. */
	ck_assert_int_eq(interleave_nid(&empty, &(struct vm_area){ 0 }, 0, PAGE_SHIFT), 0);
}

TEST(interleave_nid_goes_by_offset, "02-8")
{
	/*
	 *   page of the file   5 6 7 8 ...      the mapping begins at page 5
	 *   node of {0,1,3}    3 0 1 3          page modulo 3
	 */
	struct vm_area vma = { .vm_start = 0x100000, .vm_pgoff = 5 };
	struct mempolicy policy = { .refcnt = 1, .mode = MPOL_INTERLEAVE, .v.nodes = { 0xb } };
	static const int nodes[] = { 0, 1, 3 };

	test_machine_nodes(4, 16);
	vma.vm_policy = &policy;
	for (unsigned long page = 0; page < 7; page++) {
		unsigned long addr = vma.vm_start + page * PAGE_SIZE;

		ck_assert_int_eq(interleave_nid(&policy, &vma, addr, PAGE_SHIFT),
				 nodes[(5 + page) % 3]);
		ck_assert_int_eq(test_node_of(alloc_page_vma(GFP_KERNEL, &vma, addr)),
				 nodes[(5 + page) % 3]);
	}
	/* Expect the task's own turn untouched. */
	ck_assert_int_eq(current->il_prev, MAX_NUMNODES - 1);
}

TEST(interleave_nid_of_larger_blocks, "02-8")
{
	struct vm_area vma = { .vm_start = 0x200000, .vm_pgoff = 512 * 3 };
	struct mempolicy policy = { .mode = MPOL_INTERLEAVE, .v.nodes = { 3 } };
	const unsigned int shift = PAGE_SHIFT + 9;

	test_machine_numa(32);
	/* Expect blocks of 512 pages to be counted: 3 + 0, then 3 + 1. */
	ck_assert_int_eq(interleave_nid(&policy, &vma, 0x200000, shift), 1);
	ck_assert_int_eq(interleave_nid(&policy, &vma, 0x3fffff, shift), 1);
	ck_assert_int_eq(interleave_nid(&policy, &vma, 0x400000, shift), 0);
	/* Expect only the low 32 bits of the offset to count. */
	vma.vm_pgoff = (1ul << 32) + 1;
	ck_assert_int_eq(interleave_nid(&policy, &vma, 0x200000, PAGE_SHIFT), 1);
}

TEST(interleave_nid_without_a_mapping, "02-8")
{
	test_machine_numa(32);
	ck_assert_int_eq(do_set_mempolicy(MPOL_INTERLEAVE, 0, NODES_01), 0);
	/* Expect the task's turn. */
	ck_assert_int_eq(test_node_of(alloc_page_vma(GFP_KERNEL, NULL, 0)), 0);
	ck_assert_int_eq(test_node_of(alloc_page_vma(GFP_KERNEL, NULL, 0)), 1);
	ck_assert_int_eq(current->il_prev, 1);
}

/* ---- mappings ---- */

static struct mempolicy segment_policy = {
	.refcnt = 1, .mode = MPOL_BIND, .flags = MPOL_F_SHARED, .v.nodes = { 2 }
};

/** Shared memory answers with its policy, one reference taken. */
static struct mempolicy *segment_get_policy(struct vm_area *vma, unsigned long address)
{
	(void)vma;
	if (address < 0x1000)
		return NULL;
	segment_policy.refcnt++;
	return &segment_policy;
}

TEST(get_vma_policy_in_order, "02-9")
{
	struct mempolicy own = { .refcnt = 1, .mode = MPOL_PREFERRED, .v.preferred_node = 1 };
	struct vm_area vma = { 0 };

	test_machine_numa(32);
	/* Expect the task's, for no mapping and for one without a policy; */
	ck_assert_ptr_eq(get_vma_policy(NULL, 0), get_task_policy(current));
	ck_assert_ptr_eq(get_vma_policy(&vma, 0), get_task_policy(current));
	/* the mapping's own, borrowed; */
	vma.vm_policy = &own;
	ck_assert_ptr_eq(get_vma_policy(&vma, 0), &own);
	ck_assert_int_eq(own.refcnt, 1);
	/* with a reference when it is shared; */
	own.flags = MPOL_F_SHARED;
	ck_assert_ptr_eq(get_vma_policy(&vma, 0), &own);
	ck_assert_int_eq(own.refcnt, 2);
	/* and before all others what shared memory answers; when that is nothing, the task's. */
	vma.get_policy = segment_get_policy;
	ck_assert_ptr_eq(get_vma_policy(&vma, 0x1000), &segment_policy);
	ck_assert_int_eq(segment_policy.refcnt, 2);
	ck_assert_ptr_eq(get_vma_policy(&vma, 0), get_task_policy(current));
}

static const struct mempolicy *watched;
static int references_at_allocation;

static void watch_references(const struct trace_event *event, void *context)
{
	(void)context;
	if (event->id == TRACE_mm_page_alloc)
		references_at_allocation = watched->refcnt;
}

/** References of a shared policy while its mapping allocates. */
static int references_during(struct mempolicy *policy, unsigned int order, bool hugepage)
{
	struct vm_area vma = { .vm_policy = policy };

	watched = policy;
	world->subscriber = watch_references;
	ck_assert_ptr_nonnull(alloc_pages_vma(GFP_KERNEL, order, &vma, 0, 0, hugepage));
	ck_assert_int_eq(policy->refcnt, 1);
	return references_at_allocation;
}

TEST(alloc_pages_vma_returns_its_reference, "02-11")
{
	struct mempolicy policy = { .refcnt = 1, .flags = MPOL_F_SHARED, .mode = MPOL_BIND };

	test_machine_numa(32);
	policy.v.nodes = NODE_1;
	/* Expect the reference to be held where the nodemask lives in the policy, */
	ck_assert_int_eq(references_during(&policy, 0, false), 2);
	/* also for a huge page on a node that the set forbids, */
	ck_assert_int_eq(references_during(&policy, 9, true), 2);
	/* and to be gone before the allocation otherwise. */
	policy.v.nodes = NODES_01;
	ck_assert_int_eq(references_during(&policy, 9, true), 1);
	policy.mode = MPOL_INTERLEAVE;
	ck_assert_int_eq(references_during(&policy, 0, false), 1);
}

TEST(alloc_pages_vma_bound, "02-5 02-9")
{
	struct vm_area vma = { .vm_policy = &segment_policy };

	test_machine_numa(32);
	/* Expect node 1 for a mapping that is bound to it, whatever node the caller names. */
	ck_assert_int_eq(test_node_of(alloc_page_vma_node(GFP_KERNEL, &vma, 0, 0)), 1);
	/* Expect the named node where no policy names one. */
	ck_assert_int_eq(test_node_of(alloc_page_vma_node(GFP_KERNEL, NULL, 0, 0)), 0);
	ck_assert_int_eq(do_set_mempolicy(MPOL_LOCAL, 0, NODE_MASK_NONE), 0);
	ck_assert_int_eq(test_node_of(alloc_page_vma_node(GFP_KERNEL, NULL, 0, 1)), 1);
}

TEST(alloc_page_vma_node_without_a_policy, "02-19")
{
	test_machine_numa(32);
	/* Expect the CPU's node: what answers for a task without a policy names a node already. */
	ck_assert_int_eq(test_node_of(alloc_page_vma_node(GFP_KERNEL, NULL, 0, 1)), 0);
	test_run_on(1);
	ck_assert_int_eq(test_node_of(alloc_page_vma_node(GFP_KERNEL, NULL, 0, 0)), 1);
	/* Expect the named node under "local", wherever the task runs. */
	ck_assert_int_eq(do_set_mempolicy(MPOL_LOCAL, 0, NODE_MASK_NONE), 0);
	ck_assert_int_eq(test_node_of(alloc_page_vma_node(GFP_KERNEL, NULL, 0, 0)), 0);
}

/* ---- huge pages ---- */

TEST(alloc_hugepage_vma_tries_one_node_first, "02-10")
{
	test_machine_numa(32);
	ck_assert_int_eq(do_set_mempolicy(MPOL_LOCAL, 0, NODE_MASK_NONE), 0);
	/* Expect the CPU's node, confined and without trying hard. */
	ck_assert_int_eq(test_node_of(alloc_hugepage_vma(GFP_TRANSHUGE_LIGHT, NULL, 0, 9)), 0);
	ck_assert_uint_eq(traced_mask(), GFP_TRANSHUGE_LIGHT | __GFP_THISNODE | __GFP_NORETRY);
	test_run_on(1);
	ck_assert_int_eq(test_node_of(alloc_hugepage_vma(GFP_TRANSHUGE_LIGHT, NULL, 0, 9)), 1);
}

TEST(alloc_hugepage_vma_on_a_preferred_node, "02-10")
{
	test_machine_numa(32);
	ck_assert_int_eq(do_set_mempolicy(MPOL_PREFERRED, 0, NODE_1), 0);
	ck_assert_int_eq(test_node_of(alloc_hugepage_vma(GFP_TRANSHUGE_LIGHT, NULL, 0, 9)), 1);
}

TEST(alloc_hugepage_vma_that_must_not_reclaim, "02-10")
{
	test_machine_numa(32);
	test_empty_zone(test_zone(0, ZONE_DMA));
	/* Expect one try that fails with an event of its own, and no second one. */
	ck_assert_int_eq(test_node_of(alloc_hugepage_vma(GFP_TRANSHUGE_LIGHT, NULL, 0, 9)), -1);
	ck_assert_int_eq(test_count(TRACE_mm_page_alloc), 1);
	ck_assert_int_eq(test_event(TRACE_mm_page_alloc, 0)->field[0], -1);
}

TEST(alloc_hugepage_vma_that_may_reclaim, "02-10")
{
	test_machine_numa(32);
	test_empty_zone(test_zone(0, ZONE_DMA));
	/* Expect a second try with the caller's own mask, which may go elsewhere. */
	ck_assert_int_eq(test_node_of(alloc_hugepage_vma(GFP_TRANSHUGE, NULL, 0, 9)), 1);
	ck_assert_int_eq(test_count(TRACE_mm_page_alloc), 2);
	ck_assert_int_eq(test_event(TRACE_mm_page_alloc, 0)->field[0], -1);
	ck_assert_uint_eq(traced_mask(), GFP_TRANSHUGE);
}

TEST(alloc_hugepage_vma_under_bind_leaves_the_set, "02-10")
{
	struct mempolicy policy = { .refcnt = 1, .mode = MPOL_BIND, .v.nodes = { 1 } };
	struct vm_area vma = { .vm_policy = &policy };

	test_machine_numa(32);
	test_empty_zone(test_zone(0, ZONE_DMA));
	/* Expect node 1 although the mapping is bound to node 0: the shortcut has no nodemask. */
	ck_assert_int_eq(test_node_of(alloc_hugepage_vma(GFP_TRANSHUGE, &vma, 0, 9)), 1);
}

TEST(alloc_hugepage_vma_on_a_forbidden_node, "02-10")
{
	struct mempolicy policy = { .refcnt = 1, .mode = MPOL_BIND, .v.nodes = { 2 } };
	struct vm_area vma = { .vm_policy = &policy };

	test_machine_numa(32);
	/* Expect no shortcut: the CPU's node is not in the set. */
	ck_assert_int_eq(test_node_of(alloc_hugepage_vma(GFP_TRANSHUGE, &vma, 0, 9)), 1);
	ck_assert_int_eq(test_count(TRACE_mm_page_alloc), 1);
	ck_assert_uint_eq(traced_mask(), GFP_TRANSHUGE);
}

TEST(alloc_hugepage_vma_with_nothing_left, "02-10")
{
	test_machine_numa(32);
	ck_assert_int_eq(do_set_mempolicy(MPOL_PREFERRED, 0, NODE_0), 0);
	test_empty_zone(test_zone(0, ZONE_DMA));
	test_empty_zone(test_zone(1, ZONE_DMA));
	/* Expect both tries, and then NULL: the last answer counts. */
	ck_assert_int_eq(test_node_of(alloc_hugepage_vma(GFP_TRANSHUGE | __GFP_NOWARN, NULL, 0, 9)),
			 -1);
	ck_assert_int_eq(test_count(TRACE_mm_page_alloc), 2);
}

/* ---- nodes that do not exist ---- */

TEST(alloc_page_vma_node_of_a_node_that_does_not_exist, "04-2 04-3")
{
	static const int nodes[] = { 2, MAX_NUMNODES, 1000, NUMA_NO_NODE, -2147483647 };
	struct mempolicy bound = { .refcnt = 1, .mode = MPOL_BIND, .v.nodes = { 2 } };
	struct vm_area vma = { .vm_policy = &bound };
	int bugs = 0;

	test_machine_numa(32);
	test_expect_bugs();
	ck_assert_int_eq(do_set_mempolicy(MPOL_LOCAL, 0, NODE_MASK_NONE), 0);
	for_each_row(i, nodes) {
		/* Expect a report and no page, for a small page and for a huge one, bound or not, */
		ck_assert_ptr_null(alloc_page_vma_node(GFP_KERNEL, NULL, 0, nodes[i]));
		ck_assert_ptr_null(alloc_page_vma_node(GFP_KERNEL, &vma, 0, nodes[i]));
		ck_assert_ptr_null(
			alloc_pages_vma(GFP_TRANSHUGE_LIGHT, 9, NULL, 0, nodes[i], true));
		ck_assert_ptr_null(alloc_pages_vma(GFP_TRANSHUGE, 9, &vma, 0, nodes[i], true));
		bugs += 4;
		ck_assert_int_eq(test_bugs(), bugs);
		/* and nothing but NULL when the order is too large: the order comes first. */
		ck_assert_ptr_null(alloc_pages_vma(GFP_KERNEL | __GFP_NOWARN, MAX_ORDER, &vma, 0,
						   nodes[i], true));
		ck_assert_int_eq(test_bugs(), bugs);
	}
	ck_assert_int_eq(test_events(), 0);
	ck_assert_str_eq(test_console(), "");
}

TEST(alloc_pages_vma_with_a_policy_of_wrong_nodes, "04-2")
{
	struct mempolicy policy = { .refcnt = 1, .mode = MPOL_PREFERRED, .v.preferred_node = 3 };
	struct vm_area vma = { .vm_policy = &policy };

	test_machine_numa(32);
	test_expect_bugs();
	/* Expect a report for a preferred node that is not there, and for one of an interleaved set; */
	ck_assert_ptr_null(alloc_page_vma(GFP_KERNEL, &vma, 0));
	ck_assert_int_eq(test_bugs(), 1);
	policy = (struct mempolicy){ .refcnt = 1, .mode = MPOL_INTERLEAVE, .v.nodes = { 8 } };
	ck_assert_ptr_null(alloc_page_vma(GFP_KERNEL, &vma, 0));
	ck_assert_int_eq(test_bugs(), 2);
	/* none for a set to stay in: the task may use none of its nodes, so it does not count. */
	policy.mode = MPOL_BIND;
	ck_assert_int_eq(test_node_of(alloc_page_vma(GFP_KERNEL, &vma, 0)), 0);
	ck_assert_int_eq(test_bugs(), 2);
}

/* ---- the question of the OOM killer ---- */

TEST(mempolicy_nodemask_intersects_by_mode, "02-16")
{
	struct task *task;

	test_machine_numa(32);
	task = current;
	/* Expect yes without a policy, and for all nodes. */
	ck_assert(mempolicy_nodemask_intersects(task, &NODE_1));
	ck_assert_int_eq(do_set_mempolicy(MPOL_BIND, 0, NODE_0), 0);
	ck_assert(mempolicy_nodemask_intersects(task, NULL));
	/* Expect BIND and INTERLEAVE to answer by their nodes, */
	ck_assert(!mempolicy_nodemask_intersects(task, &NODE_1));
	ck_assert(mempolicy_nodemask_intersects(task, &NODES_01));
	ck_assert_int_eq(do_set_mempolicy(MPOL_INTERLEAVE, 0, NODE_0), 0);
	ck_assert(!mempolicy_nodemask_intersects(task, &NODE_1));
	/* and PREFERRED to say nothing about where the pages are. */
	ck_assert_int_eq(do_set_mempolicy(MPOL_PREFERRED, 0, NODE_0), 0);
	ck_assert(mempolicy_nodemask_intersects(task, &NODE_1));
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Stage 02: memory policies are installed, and follow a cpuset that changes. On two nodes, as in the tests of the door.
 */
#include <errno.h>
#include <string.h>

#include "failing.h"
#include "machines.h"

#ifdef CONFIG_NUMA

/* ---- installing ---- */

TEST(do_set_mempolicy_default, "02-12")
{
	test_machine_numa(32);
	ck_assert_int_eq(do_set_mempolicy(MPOL_BIND, 0, NODE_1), 0);
	/* Expect one reference, the task's. */
	ck_assert_int_eq(current->mempolicy->refcnt, 1);
	/* Expect the default to want no nodes, and to mean no policy at all. */
	ck_assert_int_eq(do_set_mempolicy(MPOL_DEFAULT, 0, NODE_1), -EINVAL);
	ck_assert_ptr_nonnull(current->mempolicy);
	ck_assert_int_eq(do_set_mempolicy(MPOL_DEFAULT, 0, NODE_MASK_NONE), 0);
	ck_assert_ptr_null(current->mempolicy);
}

TEST(do_set_mempolicy_refusals, "02-12")
{
	static const struct {
		int mode;
		unsigned int flags;
		unsigned long nodes;
	} bad[] = {
		{ MPOL_BIND, 0, 0 },
		{ MPOL_INTERLEAVE, 0, 0 },
		{ MPOL_PREFERRED, MPOL_F_STATIC_NODES, 0 },
		{ MPOL_PREFERRED, MPOL_F_RELATIVE_NODES, 0 },
		{ MPOL_LOCAL, 0, 1 },
		{ MPOL_LOCAL, MPOL_F_STATIC_NODES, 0 },
		{ MPOL_BIND, 0, 8 },	   /* a node without memory */
		{ MPOL_INTERLEAVE, 0, 8 }, /* the same */
		{ MPOL_PREFERRED, 0, 8 },  /* the same */
		{ MPOL_BIND, MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES, 1 },
		{ MPOL_BIND, MPOL_F_SHARED, 1 },
		{ MPOL_BIND, 0, 0x11 }, /* a node that no machine has */
		{ MPOL_MAX, 0, 1 },
		{ -1, 0, 1 },
	};

	test_machine_numa(32);
	ck_assert_int_eq(do_set_mempolicy(MPOL_BIND, 0, NODE_1), 0);
	for_each_row(i, bad) {
		/* Expect -EINVAL, and the old policy kept. */
		ck_assert_int_eq(
			do_set_mempolicy(bad[i].mode, bad[i].flags, (nodemask_t){ bad[i].nodes }),
			-EINVAL);
		ck_assert_uint_eq(current->mempolicy->mode, MPOL_BIND);
		ck_assert_uint_eq(current->mempolicy->v.nodes.bits, NODE_1.bits);
	}
}

TEST(mpol_new_needs_nodes_to_bind_to, "02-12")
{
	int error = 0;

	/* Expect the refusal before the nodes are compared with the allowed ones. */
	ck_assert_ptr_null(mpol_new(MPOL_BIND, 0, NODE_MASK_NONE, &error));
	ck_assert_int_eq(error, -EINVAL);
}

TEST(do_set_mempolicy_prefers_no_node_in_particular, "02-12")
{
	test_machine_numa(32);
	/* Expect "local" for a preference without nodes. */
	ck_assert_int_eq(do_set_mempolicy(MPOL_PREFERRED, 0, NODE_MASK_NONE), 0);
	ck_assert_uint_eq(current->mempolicy->flags, MPOL_F_LOCAL);
}

TEST(do_set_mempolicy_without_host_memory, "")
{
	test_machine_numa(32);
	test_fail(FAIL_CALLOC, 1);
	ck_assert_int_eq(do_set_mempolicy(MPOL_BIND, 0, NODE_1), -ENOMEM);
	ck_assert_ptr_null(current->mempolicy);
}

TEST(do_set_mempolicy_keeps_what_is_allowed, "02-12")
{
	test_machine_nodes(4, 16);
	current->mems_allowed = (nodemask_t){ 0x6 };
	/* Expect named and allowed: {0,1,2} of {1,2}. */
	ck_assert_int_eq(do_set_mempolicy(MPOL_BIND, 0, (nodemask_t){ 0x7 }), 0);
	ck_assert_uint_eq(current->mempolicy->v.nodes.bits, 0x6);
	/* Expect the lowest one of them where one node is preferred. */
	ck_assert_int_eq(do_set_mempolicy(MPOL_PREFERRED, 0, (nodemask_t){ 0x7 }), 0);
	ck_assert_int_eq(current->mempolicy->v.preferred_node, 1);
	/* Expect numbers to be taken as positions among the allowed: 0 -> 1, 1 -> 2, 3 -> 2. */
	ck_assert_int_eq(do_set_mempolicy(MPOL_BIND, MPOL_F_RELATIVE_NODES, (nodemask_t){ 0x1 }),
			 0);
	ck_assert_uint_eq(current->mempolicy->v.nodes.bits, 0x2);
	ck_assert_int_eq(do_set_mempolicy(MPOL_BIND, MPOL_F_RELATIVE_NODES, (nodemask_t){ 0x8 }),
			 0);
	ck_assert_uint_eq(current->mempolicy->v.nodes.bits, 0x4);
	/* Expect nothing to be possible where nothing is allowed. */
	current->mems_allowed = NODE_MASK_NONE;
	ck_assert_int_eq(do_set_mempolicy(MPOL_BIND, 0, NODE_1), -EINVAL);
}

TEST(do_set_mempolicy_interleave_starts_over, "02-7 02-12")
{
	test_machine_numa(32);
	current->il_prev = 0;
	ck_assert_int_eq(do_set_mempolicy(MPOL_BIND, 0, NODES_01), 0);
	ck_assert_int_eq(current->il_prev, 0);
	ck_assert_int_eq(do_set_mempolicy(MPOL_INTERLEAVE, 0, NODES_01), 0);
	ck_assert_int_eq(current->il_prev, MAX_NUMNODES - 1);
}

TEST(mpol_put_frees_with_the_last_reference, "02-11")
{
	struct mempolicy *policy;
	int error;

	test_machine_numa(32);
	policy = mpol_new(MPOL_BIND, 0, NODE_1, &error);
	ck_assert_int_eq(error, 0);
	policy->refcnt = 2;
	mpol_put(policy);
	ck_assert_int_eq(policy->refcnt, 1);
	mpol_put(policy);
	mpol_put(NULL);
}

/* ---- rebinding ---- */

/** Node set of the task's policy after its cpuset changes to these nodes. */
static unsigned long rebound(unsigned long mems)
{
	mpol_rebind_task(current, (nodemask_t){ mems });
	return current->mempolicy->v.nodes.bits;
}

TEST(mpol_rebind_by_position, "02-13")
{
	test_machine_nodes(4, 16);
	/*   allowed 0 1 2 3      1 3        the n-th old node becomes the n-th new one,
	 *   bound     1   3  ->    3        counted around: 1 -> 3, 3 -> 3 */
	ck_assert_int_eq(do_set_mempolicy(MPOL_BIND, 0, (nodemask_t){ 0xa }), 0);
	ck_assert_uint_eq(rebound(0xf), 0xa); /* unchanged: nothing to do */
	ck_assert_uint_eq(rebound(0xa), 0x8);
	ck_assert_uint_eq(rebound(0x5), 0x4);
	/* Expect both the first and the third of four to become the first of two. */
	rebound(0xf);
	current->mempolicy->v.nodes = (nodemask_t){ 0x5 };
	ck_assert_uint_eq(rebound(0xa), 0x2);
	rebound(0x5);
	/* Expect a node that was not among the allowed to stay. */
	current->mempolicy->v.nodes = (nodemask_t){ 0x2 };
	ck_assert_uint_eq(rebound(0x3), 0x2);
}

TEST(mpol_rebind_static, "02-13")
{
	test_machine_nodes(4, 16);
	ck_assert_int_eq(
		do_set_mempolicy(MPOL_INTERLEAVE, MPOL_F_STATIC_NODES, (nodemask_t){ 0x6 }), 0);
	/* Expect the named nodes, as far as allowed; all allowed ones when none is. */
	ck_assert_uint_eq(rebound(0xc), 0x4);
	ck_assert_uint_eq(rebound(0x9), 0x9);
	ck_assert_uint_eq(rebound(0xf), 0x6);
}

TEST(mpol_rebind_relative, "02-13")
{
	test_machine_nodes(4, 16);
	ck_assert_int_eq(do_set_mempolicy(MPOL_BIND, MPOL_F_RELATIVE_NODES, (nodemask_t){ 0x5 }),
			 0);
	ck_assert_uint_eq(current->mempolicy->v.nodes.bits, 0x5);
	/* Expect positions 0 and 2 of {1,2,3}, and of {1,3}, where 2 counts around to 0. */
	ck_assert_uint_eq(rebound(0xe), 0xa);
	ck_assert_uint_eq(rebound(0xa), 0x2);
}

TEST(mpol_rebind_preferred_node, "02-13")
{
	test_machine_nodes(4, 16);
	ck_assert_int_eq(do_set_mempolicy(MPOL_PREFERRED, 0, (nodemask_t){ 0x2 }), 0);
	/* Expect position 1 of {0,1,2,3} to become position 1 of {0,3}. */
	rebound(0x9);
	ck_assert_int_eq(current->mempolicy->v.preferred_node, 3);
	/* Expect a static one to become local while it is forbidden, and to come back. */
	ck_assert_int_eq(do_set_mempolicy(MPOL_PREFERRED, MPOL_F_STATIC_NODES, (nodemask_t){ 0x2 }),
			 0);
	rebound(0x9);
	ck_assert_uint_ne(current->mempolicy->flags & MPOL_F_LOCAL, 0);
	rebound(0x3);
	ck_assert_uint_eq(current->mempolicy->flags & MPOL_F_LOCAL, 0);
	ck_assert_int_eq(current->mempolicy->v.preferred_node, 1);
	/* Expect the node that was named, though another was allowed in between and is preferred by nobody. */
	current->mempolicy->v.preferred_node = 3;
	rebound(0x3);
	ck_assert_int_eq(current->mempolicy->v.preferred_node, 1);
	/* Expect a relative one to be looked up again. */
	ck_assert_int_eq(
		do_set_mempolicy(MPOL_PREFERRED, MPOL_F_RELATIVE_NODES, (nodemask_t){ 0x2 }), 0);
	rebound(0xc);
	ck_assert_int_eq(current->mempolicy->v.preferred_node, 3);
	/* Expect a local one to stay local. */
	ck_assert_int_eq(do_set_mempolicy(MPOL_LOCAL, 0, NODE_MASK_NONE), 0);
	rebound(0x2);
	ck_assert_uint_eq(current->mempolicy->flags, MPOL_F_LOCAL);
}

TEST(mpol_rebind_without_policy, "02-13")
{
	test_machine_numa(32);
	mpol_rebind_task(current, NODE_1);
	ck_assert_ptr_null(current->mempolicy);
}

TEST(cpuset_change_rebinds_the_policy, "02-13")
{
	test_machine_numa(32);
	ck_assert_int_eq(do_set_mempolicy(MPOL_BIND, 0, NODE_0), 0);
	current->mems_allowed = NODES_01;
	mpol_rebind_task(current, NODE_1);
	/* Expect the task's pages from the node it may use now. */
	current->mems_allowed = NODE_1;
	ck_assert_int_eq(test_next_node(GFP_KERNEL), 1);
}

#endif

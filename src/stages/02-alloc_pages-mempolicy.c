/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 02, part: installing a memory policy, and keeping it true when a cpuset changes.
 *
 * A user names nodes; the policy keeps only those that the task's cpuset allows and that have memory.
 * When the cpuset changes, the set is computed again, in one of three ways that the user chose: as
 * named (static), by position among the allowed ones (relative), or moved along with the allowed set
 * (neither). This is done for the task's policy, and for those of its process's mappings.
 */
#ifdef CONFIG_NUMA
#include <errno.h>
#include <stdlib.h>

#include "stages/stages.h"

/**
 * @brief The n-th node of a set.
 *
 * @param set the set
 * @param n counted from 0, below the number of nodes in the set
 * @return its number
 * @source none (ours: a helper of the set operations below)
 */
static int nth_node(nodemask_t set, int n)
{
	int node = first_node(set);

	while (n-- > 0)
		node = next_node(node, set);
	return node;
}

/**
 * @brief How many nodes of a set lie below a node.
 *
 * @param node the node
 * @param set the set
 * @return that number
 * @source none (ours: a helper of the set operations below)
 */
static int node_rank(int node, nodemask_t set)
{
	return nodes_weight((nodemask_t){ set.bits & ((1ul << node) - 1) });
}

/**
 * @brief Fold a set modulo the number of allowed nodes, and map it onto them in order.
 *
 * @param relative the set as the user gave it
 * @param allowed the allowed nodes, at least one
 * @return the nodes meant
 * @source none (ours: what mm/mempolicy.c does under the same name)
 */
static nodemask_t mpol_relative_nodemask(nodemask_t relative, nodemask_t allowed)
{
	nodemask_t meant = NODE_MASK_NONE;
	int node;

	for_each_node_mask(node, relative)
		node_set(nth_node(allowed, node % nodes_weight(allowed)), &meant);
	return meant;
}

/**
 * @brief Move a set along when the allowed set changes: the n-th old node becomes the n-th new one.
 *
 * @param set the set
 * @param from allowed nodes before
 * @param to allowed nodes now, at least one
 * @return the moved set; nodes outside `from` stay
 * @source include/linux/nodemask.h:353
 */
static nodemask_t nodes_remap(nodemask_t set, nodemask_t from, nodemask_t to)
{
	nodemask_t moved = NODE_MASK_NONE;
	int node;

	for_each_node_mask(node, set) {
		int target = node;

		if (node_isset(node, from))
			target = nth_node(to, node_rank(node, from) % nodes_weight(to));
		node_set(target, &moved);
	}
	return moved;
}

/**
 * @brief Drop a reference to a policy; the last one frees it.
 *
 * @param policy the policy, or NULL
 * @source none (ours: what mm/mempolicy.c does under the same name)
 */
void mpol_put(struct mempolicy *policy)
{
	if (policy && --policy->refcnt == 0)
		free(policy);
}

/**
 * @brief Does this mode need nodes, or must it have none?
 *
 * @param mode MPOL_PREFERRED, MPOL_BIND, MPOL_INTERLEAVE or MPOL_LOCAL
 * @param flags the user's flags
 * @param nodes the user's nodes
 * @return 0 or -EINVAL
 * @source mm/mempolicy.c:268
 */
static int mpol_check(int mode, unsigned int flags, nodemask_t nodes)
{
	bool named = !nodes_empty(nodes);

	if (mode == MPOL_LOCAL)
		return named || (flags & MPOL_MODE_FLAGS) ? -EINVAL : 0;
	if (mode == MPOL_PREFERRED)
		return !named && (flags & MPOL_MODE_FLAGS) ? -EINVAL : 0;
	return named ? 0 : -EINVAL;
}

/**
 * @brief Make a policy; its node set follows with mpol_set_nodemask().
 *
 * @param mode enum mempolicy_mode
 * @param flags MPOL_F_STATIC_NODES, MPOL_F_RELATIVE_NODES or 0
 * @param nodes the user's nodes
 * @param error receives 0 or a negative error number
 * @return the policy with one reference; NULL for MPOL_DEFAULT and on error
 * @source mm/mempolicy.c:268
 */
struct mempolicy *mpol_new(int mode, unsigned int flags, nodemask_t nodes, int *error)
{
	struct mempolicy *policy;

	*error = 0;
	if (mode == MPOL_DEFAULT) {
		*error = nodes_empty(nodes) ? 0 : -EINVAL;
		return NULL;
	}
	*error = mode < 0 || mode >= MPOL_MAX ? -EINVAL : mpol_check(mode, flags, nodes);
	if (*error)
		return NULL;
	policy = calloc(1, sizeof(*policy));
	if (!policy) {
		*error = -ENOMEM;
		return NULL;
	}
	policy->refcnt = 1;
	policy->flags = (u16)flags;
	policy->mode = (u16)(mode == MPOL_LOCAL ? MPOL_PREFERRED : mode);
	/* Only who prefers a node may name none. */
	if (nodes_empty(nodes))
		policy->flags |= MPOL_F_LOCAL;
	return policy;
}

/**
 * @brief Give a new policy the nodes that are both named and allowed, or at the positions named.
 *
 * @param policy what mpol_new() made, or NULL for the default
 * @param nodes the user's nodes
 * @return 0, or -EINVAL when nothing is left
 * @source mm/mempolicy.c:229
 */
int mpol_set_nodemask(struct mempolicy *policy, nodemask_t nodes)
{
	nodemask_t allowed = nodes_and(current->mems_allowed, world->node_memory_map);
	nodemask_t effective;

	if (!policy || (policy->flags & MPOL_F_LOCAL))
		return 0;
	if (nodes_empty(allowed))
		return -EINVAL;
	if (policy->flags & MPOL_F_RELATIVE_NODES)
		effective = mpol_relative_nodemask(nodes, allowed);
	else
		effective = nodes_and(nodes, allowed);
	if (policy->flags & MPOL_MODE_FLAGS)
		policy->w.user_nodemask = nodes;
	else
		policy->w.cpuset_mems_allowed = current->mems_allowed;
	if (nodes_empty(effective))
		return -EINVAL;
	if (policy->mode == MPOL_PREFERRED)
		policy->v.preferred_node = (s16)first_node(effective);
	else
		policy->v.nodes = effective;
	return 0;
}

/**
 * @brief Install a policy for the running task, as set_mempolicy(2) does.
 *
 * @param mode enum mempolicy_mode
 * @param flags MPOL_F_STATIC_NODES or MPOL_F_RELATIVE_NODES, not both, or 0
 * @param nodes the user's nodes
 * @return 0, or a negative error number with the old policy kept
 * @source mm/mempolicy.c:862
 */
int do_set_mempolicy(int mode, unsigned int flags, nodemask_t nodes)
{
	struct mempolicy *policy;
	int error;

	/* departs: in 5.8.18 the system call refuses these before it comes to this function. */
	if (flags == MPOL_MODE_FLAGS || (flags & ~MPOL_MODE_FLAGS) ||
	    (nodes.bits & ~NODE_MASK_ALL.bits))
		return -EINVAL;
	policy = mpol_new(mode, flags, nodes, &error);
	if (!error)
		error = mpol_set_nodemask(policy, nodes);
	if (error) {
		mpol_put(policy);
		return error;
	}
	mpol_put(current->mempolicy);
	current->mempolicy = policy;
	/* The next node after the last one is the first of the set. */
	if (policy && policy->mode == MPOL_INTERLEAVE)
		current->il_prev = MAX_NUMNODES - 1;
	return 0;
}

/**
 * @brief The node set of a bind or interleave policy, for newly allowed nodes.
 *
 * @param policy the policy
 * @param mems the allowed nodes now
 * @source mm/mempolicy.c:324
 */
static void mpol_rebind_nodemask(struct mempolicy *policy, nodemask_t mems)
{
	nodemask_t nodes;

	if (policy->flags & MPOL_F_STATIC_NODES) {
		nodes = nodes_and(policy->w.user_nodemask, mems);
	} else if (policy->flags & MPOL_F_RELATIVE_NODES) {
		nodes = mpol_relative_nodemask(policy->w.user_nodemask, mems);
	} else {
		nodes = nodes_remap(policy->v.nodes, policy->w.cpuset_mems_allowed, mems);
		policy->w.cpuset_mems_allowed = mems;
	}
	policy->v.nodes = nodes_empty(nodes) ? mems : nodes;
}

/**
 * @brief The node of a preferred policy, for newly allowed nodes.
 *
 * @param policy the policy
 * @param mems the allowed nodes now
 * @source mm/mempolicy.c:344
 */
static void mpol_rebind_preferred(struct mempolicy *policy, nodemask_t mems)
{
	nodemask_t node = NODE_MASK_NONE;

	if (policy->flags & MPOL_F_STATIC_NODES) {
		int named = first_node(policy->w.user_nodemask);

		if (node_isset(named, mems)) {
			policy->v.preferred_node = (s16)named;
			policy->flags &= (u16)~MPOL_F_LOCAL;
		} else {
			policy->flags |= MPOL_F_LOCAL;
		}
	} else if (policy->flags & MPOL_F_RELATIVE_NODES) {
		node = mpol_relative_nodemask(policy->w.user_nodemask, mems);
		policy->v.preferred_node = (s16)first_node(node);
	} else if (!(policy->flags & MPOL_F_LOCAL)) {
		node_set(policy->v.preferred_node, &node);
		node = nodes_remap(node, policy->w.cpuset_mems_allowed, mems);
		policy->v.preferred_node = (s16)first_node(node);
		policy->w.cpuset_mems_allowed = mems;
	}
}

/**
 * @brief Adapt a policy to newly allowed nodes.
 *
 * @param policy the policy, or NULL
 * @param mems the allowed nodes now, at least one
 * @source none (ours: what mm/mempolicy.c does under the same name)
 */
static void mpol_rebind_policy(struct mempolicy *policy, nodemask_t mems)
{
	if (!policy)
		return;
	if (!(policy->flags & MPOL_MODE_FLAGS) && nodes_equal(policy->w.cpuset_mems_allowed, mems))
		return;
	if (policy->mode == MPOL_PREFERRED)
		mpol_rebind_preferred(policy, mems);
	else
		mpol_rebind_nodemask(policy, mems);
}

/**
 * @brief Adapt a task's policy to newly allowed nodes.
 *
 * @param task the task
 * @param mems the allowed nodes now, at least one
 * @source mm/mempolicy.c:393
 */
void mpol_rebind_task(struct task *task, nodemask_t mems)
{
	mpol_rebind_policy(task->mempolicy, mems);
}

/**
 * @brief Adapt the policies of a process's mappings to newly allowed nodes.
 *
 * Policies of shared memory belong to no process, and stay as they are.
 *
 * @param mm the process's memory
 * @param mems the allowed nodes now, at least one
 * @source mm/mempolicy.c:404
 */
void mpol_rebind_mm(struct mm *mm, nodemask_t mems)
{
	for (struct vm_area *vma = mm->mmap; vma; vma = vma->vm_next)
		mpol_rebind_policy(vma->vm_policy, mems);
}
#endif

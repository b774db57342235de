/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 02: alloc_pages(), and who decides which node to look on first.
 *
 * Compiled without CONFIG_NUMA the kernel knows one node, and there is nothing to decide:
 * alloc_pages() is a macro for alloc_pages_node() with that node.
 *
 * Compiled with CONFIG_NUMA it may know several. Memory is nearer to some CPUs than to others, and a
 * task may have a **memory policy**: prefer this node, use only these nodes (bind), take them in
 * turn (interleave). Then alloc_pages() is an inline function that asks the policy for two things, a
 * node to start from and a set of nodes to stay in, and mostly goes straight to
 * __alloc_pages_nodemask(), stage 06. Two ways take a detour: an interleave policy names a node and
 * has no set, and goes through stage 05; huge pages are tried on one node, through stage 04. The
 * functions of stages 03 to 05 are also the way in for callers that name a node themselves; policies
 * do not apply to those.
 *
 * A mapping of user memory (a vma) may have a policy of its own, which comes before the task's.
 */
#include "gfp_zones.h"
#include "stages/stages.h"
#include "vmstat.h"
#include "world/world.h"

#ifndef CONFIG_NUMA
/**
 * @brief Allocate a block. One node: nothing to choose.
 *
 * @param gfp_mask what is asked for
 * @param order block of 2^order pages
 * @return the first page, or NULL
 * @source include/linux/gfp.h:553
 */
/* departs: a macro there, a function here, so that a debugger can stop in it. */
struct page *alloc_pages(gfp_t gfp_mask, unsigned int order)
{
	return alloc_pages_node(numa_node_id(), gfp_mask, order);
}

/**
 * @brief Allocate a block for a mapping. One node: mapping, address and node do not matter.
 *
 * @param gfp_mask what is asked for
 * @param order block of 2^order pages
 * @param vma the mapping; not looked at
 * @param addr user address; not looked at
 * @param node node to prefer; not looked at
 * @param hugepage not looked at
 * @return the first page, or NULL
 * @source include/linux/gfp.h:555
 */
/* departs: a macro there, a function here, so that a debugger can stop in it; what the macro drops is
 * evaluated here. */
struct page *alloc_pages_vma(gfp_t gfp_mask, unsigned int order, struct vm_area *vma,
			     unsigned long addr, int node, bool hugepage)
{
	(void)vma;
	(void)addr;
	(void)node;
	(void)hugepage;
	return alloc_pages(gfp_mask, order);
}
#else

/**
 * @brief Allocate a block as the running task's policy says.
 *
 * @param gfp_mask what is asked for
 * @param order block of 2^order pages
 * @return the first page, or NULL
 * @source include/linux/gfp.h:543
 */
struct page *alloc_pages(gfp_t gfp_mask, unsigned int order)
{
	return alloc_pages_current(gfp_mask, order);
}

/**
 * @brief The policy in force for a task.
 *
 * @param task the task
 * @return its own policy, else "prefer the node of the running CPU", else, before those exist, the
 * system default: local
 * @source mm/mempolicy.c:156
 */
struct mempolicy *get_task_policy(struct task *task)
{
	struct mempolicy *preferred;

	if (task->mempolicy)
		return task->mempolicy;
	/* Before numa_policy_init() these have no mode yet. */
	preferred = &world->preferred_node_policy[numa_node_id()];
	if (preferred->mode)
		return preferred;
	return &world->default_policy;
}

/**
 * @brief The policy in force for an address of a mapping.
 *
 * @param vma the mapping, or NULL
 * @param addr user address
 * @return what shared memory answers, or the mapping's own where it is not shared memory; the task's
 * where that is none. With a reference taken if it carries MPOL_F_SHARED
 * @source mm/mempolicy.c:1836
 */
struct mempolicy *get_vma_policy(struct vm_area *vma, unsigned long addr)
{
	struct mempolicy *policy = NULL;

	if (vma && vma->get_policy) {
		policy = vma->get_policy(vma, addr);
	} else if (vma && vma->vm_policy) {
		policy = vma->vm_policy;
		if (mpol_needs_cond_ref(policy))
			policy->refcnt++;
	}
	return policy ? policy : get_task_policy(current);
}

/**
 * @brief Give back the reference that get_vma_policy() took, if it took one.
 *
 * @param policy the policy
 * @source include/linux/mempolicy.h:81
 */
static void mpol_cond_put(struct mempolicy *policy)
{
	if (mpol_needs_cond_ref(policy))
		mpol_put(policy);
}

/**
 * @brief Does a policy's node set bind requests for this zone?
 *
 * Requests for lower zones than the machine's highest are not bound: on a machine with memory above
 * 4 GiB, a GFP_DMA request would otherwise fail for a task that is bound to a node without low
 * memory.
 *
 * @param policy a policy with a node set
 * @param zone highest zone of the request
 * @return true when the set applies
 * @source mm/mempolicy.c:1869
 */
bool apply_policy_zone(const struct mempolicy *policy, enum zone_type zone)
{
	int threshold = world->policy_zone;

	/* A set of nodes with nothing but ZONE_MOVABLE binds only requests for that zone. */
	if (!nodes_intersects(policy->v.nodes, world->node_normal_map))
		threshold = ZONE_MOVABLE;
	return (int)zone >= threshold;
}

/**
 * @brief The nodes that a policy confines a request to.
 *
 * @param gfp_mask the request's mask
 * @param policy the policy in force
 * @return the set, or NULL when the request is not confined
 * @source mm/mempolicy.c:1893
 */
nodemask_t *policy_nodemask(gfp_t gfp_mask, struct mempolicy *policy)
{
	if (policy->mode == MPOL_BIND && apply_policy_zone(policy, gfp_zone(gfp_mask)) &&
	    nodes_intersects(policy->v.nodes, current->mems_allowed))
		return &policy->v.nodes;
	return NULL;
}

/**
 * @brief The node that a policy starts from.
 *
 * @param gfp_mask the request's mask
 * @param policy the policy in force
 * @param node the node to take when the policy names none
 * @return node number; for MPOL_BIND it need not be in the set
 * @source mm/mempolicy.c:1905
 */
int policy_node(gfp_t gfp_mask, const struct mempolicy *policy, int node)
{
	if (policy->mode == MPOL_PREFERRED && !(policy->flags & MPOL_F_LOCAL))
		return policy->v.preferred_node;
	if (policy->mode == MPOL_BIND && (gfp_mask & __GFP_THISNODE))
		warn_once(ONCE_BIND_THISNODE, "mempolicy: MPOL_BIND with __GFP_THISNODE\n");
	return node;
}

/**
 * @brief Next node of an interleaving task, advanced at each call.
 *
 * @param policy the task's policy
 * @return the next node of the set after the last one; MAX_NUMNODES when the set is empty
 * @source mm/mempolicy.c:1923
 */
int interleave_nodes(struct mempolicy *policy)
{
	int next = next_node_in(current->il_prev, policy->v.nodes);

	if (next < MAX_NUMNODES)
		current->il_prev = next;
	return next;
}

/**
 * @brief Node of a block of an interleaved mapping: fixed by its offset, as long as the set stays.
 *
 * @param policy the policy in force
 * @param vma the mapping; NULL advances the task's own turn instead
 * @param addr user address
 * @param shift log2 of the block's bytes
 * @return node number; the running CPU's when the set is empty
 * @source mm/mempolicy.c:2002
 */
int interleave_nid(struct mempolicy *policy, struct vm_area *vma, unsigned long addr,
		   unsigned int shift)
{
	int count = nodes_weight(policy->v.nodes), node;
	unsigned int offset;

	if (!vma)
		return interleave_nodes(policy);
	if (!count)
		return numa_node_id();
	offset = (unsigned int)((vma->vm_pgoff >> (shift - PAGE_SHIFT)) +
				((addr - vma->vm_start) >> shift));
	node = first_node(policy->v.nodes);
	for (unsigned int steps = offset % (unsigned int)count; steps; steps--)
		node = next_node(node, policy->v.nodes);
	return node;
}

/**
 * @brief Allocate on an interleaved node, and count it if it landed there.
 *
 * Interleaving is a preference: when the node is full, the next in its zonelist serves.
 *
 * @param gfp_mask what is asked for
 * @param order block of 2^order pages
 * @param nid the node whose turn it is; MAX_NUMNODES, which stage 06 refuses, when the set was empty
 * @return the first page, or NULL
 * @source mm/mempolicy.c:2153
 */
static struct page *alloc_page_interleave(gfp_t gfp_mask, unsigned int order, int nid)
{
	struct page *page;

	page = __alloc_pages(gfp_mask, order, nid);
	if (page && world->numa_stat_enabled && page_to_nid(page) == nid)
		inc_numa_state(page_zone(page), NUMA_INTERLEAVE_HIT);
	return page;
}

/**
 * @brief Allocate a block as the running task's policy says, or locally where it must not count.
 *
 * @param gfp_mask what is asked for
 * @param order block of 2^order pages
 * @return the first page, or NULL
 * @source mm/mempolicy.c:2277
 */
struct page *alloc_pages_current(gfp_t gfp_mask, unsigned int order)
{
	struct mempolicy *policy = &world->default_policy;

	/* Step 1: which policy? An interrupt must not use that of the task it interrupted */
	if (!in_interrupt() && !(gfp_mask & __GFP_THISNODE))
		policy = get_task_policy(current);

	/* Step 2: interleave moves on to the next node */
	if (policy->mode == MPOL_INTERLEAVE)
		return alloc_page_interleave(gfp_mask, order, interleave_nodes(policy));

	/* Step 3: any other policy gives a first node, and perhaps a set to stay in */
	return __alloc_pages_nodemask(gfp_mask, order,
				      policy_node(gfp_mask, policy, numa_node_id()),
				      policy_nodemask(gfp_mask, policy));
}

/**
 * @brief Try for a huge page on the preferred node first, without trying hard.
 *
 * A huge page elsewhere is often worth less than small pages here. If this try fails, a request that
 * may reclaim tries again with its own mask, which may lead to any node.
 *
 * @param gfp_mask what is asked for
 * @param order block of 2^order pages
 * @param node the node
 * @return the first page, or NULL
 * @source mm/mempolicy.c:2194
 */
static struct page *alloc_hugepage_on_node(gfp_t gfp_mask, unsigned int order, int node)
{
	struct page *page =
		__alloc_pages_node(node, gfp_mask | __GFP_THISNODE | __GFP_NORETRY, order);

	if (!page && (gfp_mask & __GFP_DIRECT_RECLAIM))
		page = __alloc_pages_node(node, gfp_mask, order);
	return page;
}

/**
 * @brief Allocate a block for an address of a mapping, as its policy says.
 *
 * @param gfp_mask what is asked for
 * @param order block of 2^order pages
 * @param vma the mapping, or NULL
 * @param addr user address
 * @param node number of an online node: where to start if the policy names none
 * @param hugepage true: try one node first
 * @return the first page, or NULL
 * @source mm/mempolicy.c:2194
 */
struct page *alloc_pages_vma(gfp_t gfp_mask, unsigned int order, struct vm_area *vma,
			     unsigned long addr, int node, bool hugepage)
{
	struct mempolicy *policy = get_vma_policy(vma, addr);
	nodemask_t *nodemask;
	struct page *page;

	/* Step 1: interleave by offset in the mapping */
	if (policy->mode == MPOL_INTERLEAVE) {
		int nid = interleave_nid(policy, vma, addr, PAGE_SHIFT + order);

		mpol_cond_put(policy);
		return alloc_page_interleave(gfp_mask, order, nid);
	}

	/* Step 2: a huge page comes from one node, when the policy allows that node */
	nodemask = policy_nodemask(gfp_mask, policy);
	if (hugepage) {
		int huge_node = node;

		if (policy->mode == MPOL_PREFERRED && !(policy->flags & MPOL_F_LOCAL))
			huge_node = policy->v.preferred_node;
		if (!nodemask || node_isset(huge_node, *nodemask)) {
			mpol_cond_put(policy);
			return alloc_hugepage_on_node(gfp_mask, order, huge_node);
		}
	}

	/* Step 3: as for a task; the set lives in the policy, so the reference goes last */
	page = __alloc_pages_nodemask(gfp_mask, order, policy_node(gfp_mask, policy, node),
				      nodemask);
	mpol_cond_put(policy);
	return page;
}

/**
 * @brief Would killing this task free memory on these nodes, as far as its policy says?
 *
 * Only MPOL_BIND and MPOL_INTERLEAVE tell where a task's pages may be; MPOL_PREFERRED leaves every
 * node possible. The policies of its mappings are not asked.
 *
 * @param task a task
 * @param mask nodes, or NULL for all
 * @return false only when the policy's nodes and the mask have none in common
 * @source none (ours: what mm/mempolicy.c does under the same name)
 */
bool mempolicy_nodemask_intersects(const struct task *task, const nodemask_t *mask)
{
	const struct mempolicy *policy = task->mempolicy;

	if (!mask || !policy)
		return true;
	if (policy->mode != MPOL_BIND && policy->mode != MPOL_INTERLEAVE)
		return true;
	return nodes_intersects(policy->v.nodes, *mask);
}
#endif

/**
 * @brief Allocate a huge page for an address of a mapping: with NUMA on one node, if that is possible.
 *
 * The node is the running CPU's, unless a policy prefers another one. Without NUMA mapping and
 * address do not matter, and a huge page is asked for like any other block.
 *
 * @param gfp_mask what is asked for
 * @param vma the mapping, or NULL
 * @param addr user address
 * @param order block of 2^order pages
 * @return the first page, or NULL
 * @source include/linux/gfp.h:550
 * @source include/linux/gfp.h:557
 */
/* departs: there it is a macro in both configurations, one for each: with NUMA for alloc_pages_vma(),
 * without it for alloc_pages(). Here it is one function, so that a debugger can stop in it. */
struct page *alloc_hugepage_vma(gfp_t gfp_mask, struct vm_area *vma, unsigned long addr,
				unsigned int order)
{
	return alloc_pages_vma(gfp_mask, order, vma, addr, numa_node_id(), true);
}

/**
 * @brief Allocate one page for an address of a mapping.
 *
 * @param gfp_mask what is asked for
 * @param vma the mapping, or NULL
 * @param addr user address
 * @return the page, or NULL
 * @source include/linux/gfp.h:561
 */
/* departs: a macro there, a function here, so that a debugger can stop in it. */
struct page *alloc_page_vma(gfp_t gfp_mask, struct vm_area *vma, unsigned long addr)
{
	return alloc_pages_vma(gfp_mask, 0, vma, addr, numa_node_id(), false);
}

/**
 * @brief Allocate one page for an address of a mapping, starting from a node.
 *
 * Where neither the mapping nor the task has a policy, the node makes no difference: "prefer the node of the
 * running CPU" answers instead.
 *
 * @param gfp_mask what is asked for
 * @param vma the mapping, or NULL
 * @param addr user address
 * @param node number of an online node: where to start if the policy names none
 * @return the page, or NULL
 * @source include/linux/gfp.h:563
 */
/* departs: a macro there, a function here, so that a debugger can stop in it. */
struct page *alloc_page_vma_node(gfp_t gfp_mask, struct vm_area *vma, unsigned long addr, int node)
{
	return alloc_pages_vma(gfp_mask, 0, vma, addr, node, false);
}

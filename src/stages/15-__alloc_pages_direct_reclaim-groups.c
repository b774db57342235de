/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 15, part: memory cgroups in reclaim: in which order they are visited, which are spared.
 *
 * A group can be **protected**: up to its `min` no reclaim that begins above it takes from it, up to its `low` only
 * when nothing else is left. A group's setting counts as it is for the children of the group that is reclaimed;
 * further down, children share what their parent has effectively. What comes of that is written down in
 * the group, and used again where nobody computes it anew: for the root of a reclaim itself.
 *
 * On the legacy hierarchy a group can be set up so that those below it do not count in it (memory.use_hierarchy
 * is 0). Each of them is then reclaimed from as if it were alone, and never protected; only a reclaim for everybody
 * visits them all.
 */
#include "stages/reclaim.h"
#include "world/world.h"

/**
 * @brief The next group of a tree, parents first, in the order in which the groups were made.
 *
 * @param root the tree's root; NULL: the machine's
 * @param memcg the group before it; NULL: none yet
 * @return the next, or NULL
 * @source none (ours: what mm/memcontrol.c does under the name mem_cgroup_iter)
 */
struct mem_cgroup *memcg_next(struct mem_cgroup *root, struct mem_cgroup *memcg)
{
	root = root ? root : &world->root_mem_cgroup;
	if (!memcg)
		return root;
	/* Step 1: the oldest child; the machine's list has the newest first */
	struct mem_cgroup *child = NULL;

	for (struct mem_cgroup *one = world->mem_cgroups; one; one = one->next)
		if (one->parent == memcg)
			child = one;
	if (child)
		return child;
	/* Step 2: else the next younger sibling, of the group or of one above it */
	for (; memcg != root; memcg = memcg->parent) {
		struct mem_cgroup *younger = NULL, *one = world->mem_cgroups;

		for (; one != memcg; one = one->next)
			if (one->parent == memcg->parent)
				younger = one;
		if (younger)
			return younger;
	}
	return NULL;
}

/**
 * @brief The next group that a reclaim, or the killer of a group, visits.
 *
 * @param root group that is reclaimed; NULL: the root
 * @param memcg the group before it; NULL: none yet
 * @return the next, or NULL: those below the root, unless they do not count in it
 * @source mm/memcontrol.c:1003
 */
struct mem_cgroup *mem_cgroup_iter(struct mem_cgroup *root, struct mem_cgroup *memcg)
{
	root = root ? root : &world->root_mem_cgroup;
	if (mem_cgroup_disabled() || (root->no_hierarchy && root != &world->root_mem_cgroup))
		return memcg ? NULL : root;
	return memcg_next(root, memcg);
}

/**
 * @brief How readily anonymous pages of a group are taken.
 *
 * @param memcg the group; NULL: the root
 * @return 0 to 200; each group's own on the legacy hierarchy, else the machine's
 * @source include/linux/swap.h:636
 */
unsigned long mem_cgroup_swappiness(const struct mem_cgroup *memcg)
{
	if (!world->memcg_legacy || mem_cgroup_disabled() || !memcg || !memcg->parent)
		return (unsigned long)world->vm_swappiness;
	return (unsigned long)memcg->swappiness;
}

/**
 * @brief What a protection amounts to, given what the parent has.
 *
 * @param memcg the group, below a parent that is not the root of the reclaim
 * @param setting the group's setting
 * @param parent_effective what the parent's setting amounts to
 * @param siblings what all children of the parent claim of it, in sum
 * @return pages
 * @source mm/memcontrol.c:6317
 */
static unsigned long effective_protection(const struct mem_cgroup *memcg, unsigned long setting,
					  unsigned long parent_effective, unsigned long siblings)
{
	unsigned long usage = (unsigned long)memcg->memory.usage;
	unsigned long parent_usage = (unsigned long)memcg->parent->memory.usage;
	unsigned long claim = min_ul(usage, setting);

	/* Step 1: more is claimed than there is: in proportion */
	if (siblings > parent_effective)
		return claim * parent_effective / siblings;

	/* Step 2: what nobody claims goes, if the hierarchy is mounted so, to whoever uses more */
	if (world->memcg_recursive_prot && parent_effective > siblings && parent_usage > siblings &&
	    usage > claim)
		claim +=
			(parent_effective - siblings) * (usage - claim) / (parent_usage - siblings);
	return claim;
}

/**
 * @brief Is a group protected from a reclaim?
 *
 * @param root group that is reclaimed, with those below it; NULL: the root
 * @param memcg the group; receives what its settings amount to, unless it is the root of the reclaim or empty
 * @return how it is protected
 * @source mm/memcontrol.c:6404
 */
enum mem_cgroup_protection mem_cgroup_protected(struct mem_cgroup *root, struct mem_cgroup *memcg)
{
	struct mem_cgroup *parent = parent_mem_cgroup(memcg);
	struct page_counter *counter = &memcg->memory;
	unsigned long usage = (unsigned long)counter->usage;

	root = root ? root : &world->root_mem_cgroup;
	if (mem_cgroup_disabled() || memcg == root || !usage || !parent)
		return MEMCG_PROT_NONE;
	if (parent == root) {
		counter->emin = counter->min;
		counter->elow = counter->low;
	} else {
		counter->emin = effective_protection(memcg, counter->min, parent->memory.emin,
						     parent->memory.children_min_usage);
		counter->elow = effective_protection(memcg, counter->low, parent->memory.elow,
						     parent->memory.children_low_usage);
	}
	if (usage <= counter->emin)
		return MEMCG_PROT_MIN;
	return usage <= counter->elow ? MEMCG_PROT_LOW : MEMCG_PROT_NONE;
}

/**
 * @brief Pages of a group that a scan is to leave, as last computed.
 *
 * @param memcg the group; NULL: the root
 * @param in_low_reclaim nothing else was left: `low` does not count
 * @return pages
 * @source include/linux/memcontrol.h:342
 */
unsigned long mem_cgroup_protection(const struct mem_cgroup *memcg, bool in_low_reclaim)
{
	if (!memcg || mem_cgroup_disabled())
		return 0;
	if (in_low_reclaim)
		return memcg->memory.emin;
	return max_ul(memcg->memory.emin, memcg->memory.elow);
}

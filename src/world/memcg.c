/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The tree of memory cgroups, as the charge and the OOM killer both ask about it.
 */
#include "world/world.h"

/**
 * @brief Is a group another one or below it?
 *
 * @param memcg the group
 * @param root the other
 * @return true when a charge to the first counts in the second
 * @source none (ours: what the kernel does under the name mem_cgroup_is_descendant)
 */
bool memcg_is_below(const struct mem_cgroup *memcg, const struct mem_cgroup *root)
{
	while (memcg && memcg != root)
		memcg = memcg->parent;
	return memcg != NULL;
}

/**
 * @brief Limit of a group.
 *
 * @param memcg the group
 * @return pages
 * @source none (ours: what mm/memcontrol.c does under the name mem_cgroup_get_max, swap aside)
 */
unsigned long mem_cgroup_max(const struct mem_cgroup *memcg)
{
	return memcg->memory.max;
}

/**
 * @brief Does a process belong to a group or to one below it?
 *
 * @param task one of its threads
 * @param memcg the group
 * @return true when it does
 * @source none (ours: the kernel walks the group's processes instead)
 */
bool task_in_mem_cgroup(const struct task *task, const struct mem_cgroup *memcg)
{
	return memcg_is_below(task->memcg, memcg);
}

/**
 * @brief Count an event of a group, and on v2 of the groups above it too; the root counts only its own.
 *
 * @param memcg the group
 * @param event what happened
 * @source none (ours: what include/linux/memcontrol.h does under the same name)
 */
void memcg_memory_event(struct mem_cgroup *memcg, enum memcg_memory_event event)
{
	bool alone = world->memcg_legacy || world->memcg_local_events;

	memcg->memory_events_local[event]++;
	do {
		memcg->memory_events[event]++;
		memcg = memcg->parent;
	} while (!alone && memcg && memcg != &world->root_mem_cgroup);
}

/**
 * @brief The group that dies as a whole when one of its processes is killed.
 *
 * @param victim the process
 * @param oom_domain the group at its limit; NULL: all of memory
 * @return the topmost group below the domain that is set up that way, or NULL
 * @source none (ours: what mm/memcontrol.c does under the name mem_cgroup_get_oom_group)
 */
struct mem_cgroup *mem_cgroup_oom_group(const struct task *victim,
					const struct mem_cgroup *oom_domain)
{
	struct mem_cgroup *memcg, *group = NULL;

	if (world->memcg_legacy)
		return NULL;
	for (memcg = victim->memcg; memcg->parent; memcg = memcg->parent) {
		if (memcg->oom_group)
			group = memcg;
		if (memcg == oom_domain)
			break;
	}
	return group;
}

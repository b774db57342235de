/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Making cpusets and memory cgroups, and moving tasks between allowed nodes.
 */
#include <stdio.h>
#include <stdlib.h>

#include "life/life.h"
#include "stages/stages.h"

/**
 * @brief Make a cpuset. From now on every allocation asks cpusets.
 *
 * @param name last path component
 * @param parent its parent
 * @param mems nodes that its tasks may use
 * @return the cpuset, owned by the machine in focus; NULL when the host has no memory
 * @source none (ours: stands for mkdir in the cgroup file system)
 */
struct cpuset *cpuset_new(const char *name, struct cpuset *parent, nodemask_t mems)
{
	struct cpuset *cpuset = calloc(1, sizeof(*cpuset));

	if (!cpuset)
		return NULL;
	snprintf(cpuset->name, sizeof(cpuset->name), "%s", name);
	cpuset->parent = parent;
	cpuset->mems_allowed = mems;
	cpuset->next = world->cpusets;
	world->cpusets = cpuset;
	world->nr_cpusets++;
	return cpuset;
}

/**
 * @brief Change the nodes that a task may use, so that every request on the way notices.
 *
 * @param task the task
 * @param mems the nodes, at least one
 * @source kernel/cgroup/cpuset.c:1619
 */
void cpuset_change_task_nodemask(struct task *task, nodemask_t mems)
{
	/* While the number is odd, a reader sees the old and the new nodes together. */
	task->mems_allowed_seq++;
	task->mems_allowed = nodes_or(task->mems_allowed, mems);
#ifdef CONFIG_NUMA
	mpol_rebind_task(task, mems);
#endif
	task->mems_allowed = mems;
	task->mems_allowed_seq++;
}

/**
 * @brief Make a memory cgroup. From now on kernel memory is accounted.
 *
 * @param path its path
 * @param parent its parent
 * @param max its limit, pages
 * @return the group, owned by the machine in focus; NULL when the host has no memory
 * @source mm/memcontrol.c:3405
 */
struct mem_cgroup *memcg_new(const char *path, struct mem_cgroup *parent, unsigned long max)
{
	struct mem_cgroup *memcg = calloc(1, sizeof(*memcg));

	if (!memcg)
		return NULL;
	snprintf(memcg->path, sizeof(memcg->path), "%s", path);
	memcg->parent = parent;
	memcg->memory.max = max;
	memcg->memory.high = PAGE_COUNTER_MAX;
	memcg->memory.parent = &parent->memory;
	memcg->memsw.max = PAGE_COUNTER_MAX;
	memcg->memsw.parent = &parent->memsw;
	memcg->kmem.max = PAGE_COUNTER_MAX;
	memcg->kmem.parent = &parent->kmem;
	memcg->next = world->mem_cgroups;
	world->mem_cgroups = memcg;
	world->memcg_kmem_enabled++;
	return memcg;
}

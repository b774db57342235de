/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Making cpusets and memory cgroups, and moving tasks between allowed nodes.
 */
#include <stdio.h>
#include <stdlib.h>

#include "life/life.h"
#include "stages/stages.h"
#include "world/world.h"

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
 * @brief The nodes that the tasks of a cpuset may use: those of its nodes that have memory.
 *
 * @param cpuset the cpuset
 * @return the nodes; those of the nearest ancestor that has some, where it has none
 * @source none (ours: what kernel/cgroup/cpuset.c does in guarantee_online_mems)
 */
nodemask_t cpuset_nodes(const struct cpuset *cpuset)
{
	while (cpuset->parent && !nodes_intersects(cpuset->mems_allowed, world->node_memory_map))
		cpuset = cpuset->parent;
	return nodes_and(cpuset->mems_allowed, world->node_memory_map);
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
 * @brief Let the policies of a process's mappings follow the cpuset of one of its tasks.
 *
 * @param task the task; a kernel thread has no mappings
 * @source none (ours: what kernel/cgroup/cpuset.c:1680 does for each task of a cpuset)
 */
static void rebind_mappings(struct task *task)
{
#ifdef CONFIG_NUMA
	if (task->mm)
		mpol_rebind_mm(task->mm, cpuset_nodes(task->cpuset));
#else
	(void)task;
#endif
}

/**
 * @brief Put a task into a cpuset. Its policy follows, and with the first thread of a process the mappings.
 *
 * @param task the task
 * @param cpuset the cpuset
 * @source none (ours: stands for writing the task's number into the cpuset's file)
 */
void cpuset_attach(struct task *task, struct cpuset *cpuset)
{
	task->cpuset = cpuset;
	cpuset_change_task_nodemask(task, cpuset_nodes(cpuset));
	if (task->tgid == task->pid)
		rebind_mappings(task);
}

/**
 * @brief Give a cpuset other nodes. Its tasks follow at once, their policies and mappings too.
 *
 * @param cpuset the cpuset
 * @param mems nodes that its tasks may use
 * @source none (ours: stands for writing cpuset.mems)
 */
void cpuset_set_nodes(struct cpuset *cpuset, nodemask_t mems)
{
	const struct list_head *entry;

	if (nodes_equal(cpuset->mems_allowed, mems))
		return;
	cpuset->mems_allowed = mems;
	list_for_each(entry, &world->tasks) {
		struct task *task = task_of(entry);

		if (task->cpuset != cpuset)
			continue;
		cpuset_change_task_nodemask(task, cpuset_nodes(cpuset));
		rebind_mappings(task);
	}
}

/**
 * @brief Put a process into a memory cgroup, with all its threads: it is the last one there.
 *
 * @param task any thread of the process
 * @param memcg the group; nothing happens when the process is there already
 * @source none (ours: stands for writing the process's number into cgroup.procs)
 */
void memcg_join(struct task *task, struct mem_cgroup *memcg)
{
	unsigned long last = 0;
	const struct list_head *entry;
	struct task *thread;

	if (task->memcg == memcg)
		return;
	list_for_each(entry, &world->tasks)
		last = max_ul(last, task_of(entry)->memcg_joined);
	for (thread = next_thread(task, NULL); thread; thread = next_thread(task, thread)) {
		thread->memcg = memcg;
		thread->memcg_joined = last + 1;
	}
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
	/* Groups never end here, so the newest has the highest number. */
	memcg->id = mem_cgroup_id(world->mem_cgroups) + 1;
	memcg->swappiness = parent->parent ? parent->swappiness : world->vm_swappiness;
	memcg->parent = parent;
	memcg->memory.max = max;
	memcg->memory.high = PAGE_COUNTER_MAX;
	memcg->memsw.max = PAGE_COUNTER_MAX;
	memcg->swap.max = PAGE_COUNTER_MAX;
	memcg->kmem.max = PAGE_COUNTER_MAX;
	if (!parent->no_hierarchy) {
		memcg->memory.parent = &parent->memory;
		memcg->memsw.parent = &parent->memsw;
		memcg->swap.parent = &parent->swap;
		memcg->kmem.parent = &parent->kmem;
	}
	memcg->next = world->mem_cgroups;
	world->mem_cgroups = memcg;
	world->memcg_kmem_enabled++;
	return memcg;
}

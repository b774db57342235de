/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Making a machine with nothing in it, and unmaking it.
 *
 * A new machine has the tunables that 5.8.18 starts with, one task, one CPU and no memory. A
 * snapshot or a boot description then gives it nodes, zones and pages.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/error.h"
#include "world/world.h"

/**
 * @brief The tunables as the kernel starts with them.
 *
 * @param machine the machine
 * @source mm/page_alloc.c:263
 */
static void machine_default_tunables(struct machine *machine)
{
	static const int reserve_ratio[MAX_NR_ZONES] = { 256, 256, 32, 0 };

	machine->gfp_allowed_mask = __GFP_BITS_MASK;
	machine->min_free_kbytes = 1024;
	machine->user_min_free_kbytes = -1;
	machine->watermark_boost_factor = 15000;
	machine->watermark_scale_factor = 10;
	memcpy(machine->lowmem_reserve_ratio, reserve_ratio, sizeof(reserve_ratio));
	machine->vm_dirty_ratio = 20;
	machine->vm_swappiness = 60;
	machine->oom_dump_tasks = true;
	machine->numa_stat_enabled = true;
	snprintf(machine->uts_release, sizeof(machine->uts_release), "5.8.18");
	snprintf(machine->uts_version, sizeof(machine->uts_version), "#1");
	snprintf(machine->hardware, sizeof(machine->hardware), "linux,dummy-virt (DT)");
}

/**
 * @brief The first task: an ordinary one, in the root cpuset and the root memory cgroup.
 *
 * @param machine the machine
 * @source none (ours: a task record of what the path looks at)
 */
static void machine_first_task(struct machine *machine)
{
	struct task *task = &machine->init_task;

	snprintf(task->comm, sizeof(task->comm), "init");
	task->pid = 1;
	task->tgid = 1;
	task->prio = DEFAULT_PRIO;
	task->mm = &machine->init_mm;
	machine->init_mm.users = 1;
	task->mems_allowed = NODE_MASK_ALL;
	task->cpuset = &machine->top_cpuset;
	task->memcg = &machine->root_mem_cgroup;
	task->il_prev = MAX_NUMNODES - 1;
	INIT_LIST_HEAD(&machine->tasks);
	list_add_tail(&task->tasks, &machine->tasks);
	machine->current_task = task;
	snprintf(machine->top_cpuset.name, sizeof(machine->top_cpuset.name), "/");
	machine->top_cpuset.mems_allowed = NODE_MASK_ALL;
	snprintf(machine->root_mem_cgroup.path, sizeof(machine->root_mem_cgroup.path), "/");
	machine->root_mem_cgroup.id = ROOT_MEM_CGROUP_ID;
	machine->root_mem_cgroup.memory.max = PAGE_COUNTER_MAX;
	machine->root_mem_cgroup.memsw.max = PAGE_COUNTER_MAX;
	machine->root_mem_cgroup.swap.max = PAGE_COUNTER_MAX;
	machine->root_mem_cgroup.kmem.max = PAGE_COUNTER_MAX;
}

/**
 * @brief The system's memory policies: local, and one "prefer node n" per node.
 *
 * @param machine the machine
 * @source mm/mempolicy.c:2808
 */
static void machine_default_policies(struct machine *machine)
{
	machine->default_policy.refcnt = 1;
	machine->default_policy.mode = MPOL_PREFERRED;
	machine->default_policy.flags = MPOL_F_LOCAL;
	for (int nid = 0; nid < MAX_NUMNODES; nid++) {
		struct mempolicy *policy = &machine->preferred_node_policy[nid];

		policy->refcnt = 1;
		policy->mode = MPOL_PREFERRED;
		policy->flags = MPOL_F_MOF | MPOL_F_MORON;
		policy->v.preferred_node = (s16)nid;
	}
}

/**
 * @brief Make an empty machine and put it into focus.
 *
 * @param error receives what went wrong when there is no memory for it
 * @return the machine, or NULL
 * @source none (ours: the kernel's globals come into being by themselves)
 */
struct machine *machine_new(struct pageflow_error *error)
{
	struct machine *machine = calloc(1, sizeof(*machine));

	if (!machine) {
		error_set(error, "no memory for a machine record of %zu bytes", sizeof(*machine));
		return NULL;
	}
	machine->nr_cpus = 1;
	machine->cpu_online = 1;
	machine_default_tunables(machine);
	machine_first_task(machine);
	machine_default_policies(machine);
	for (int from = 0; from < MAX_NUMNODES; from++)
		for (int to = 0; to < MAX_NUMNODES; to++)
			machine->node_distance[from][to] = from == to ? 10 : 20;
	machine_focus(machine);
	return machine;
}

/**
 * @brief Free the cpusets, memory cgroups and policies of a machine.
 *
 * @param machine the machine
 * @source none (ours: a kernel never ends)
 */
static void machine_free_groups(struct machine *machine)
{
	while (machine->cpusets) {
		struct cpuset *cpuset = machine->cpusets;

		machine->cpusets = cpuset->next;
		free(cpuset);
	}
	while (machine->mem_cgroups) {
		struct mem_cgroup *memcg = machine->mem_cgroups;

		machine->mem_cgroups = memcg->next;
		free(memcg->lruvecs);
		free(memcg);
	}
	free(machine->init_task.mempolicy);
}

/**
 * @brief Free a memory that is known only because the OOM killer chose its process.
 *
 * @param machine the machine
 * @param mm the memory, or NULL
 * @source none (ours: the kernel counts references)
 */
static void free_victims_mm(struct machine *machine, struct mm *mm)
{
	struct list_head *entry;

	if (!mm || mm->users || mm == &machine->init_mm)
		return;
	list_for_each(entry, &machine->tasks)
		if (task_of(entry)->oom_mm == mm)
			task_of(entry)->oom_mm = NULL;
	free(mm);
}

/**
 * @brief Free the tasks of a machine, all but the first, which is part of its record.
 *
 * @param machine the machine
 * @source none (ours: a kernel never ends)
 */
static void machine_free_tasks(struct machine *machine)
{
	struct list_head *entry, *next;

	/* While every task still has its own: a victim may have been told of another's memory. */
	list_for_each(entry, &machine->tasks)
		free_victims_mm(machine, task_of(entry)->oom_mm);
	list_for_each_safe(entry, next, &machine->tasks) {
		struct task *task = task_of(entry);

		if (task == &machine->init_task)
			continue;
		if (task->mm && task->mm != &machine->init_mm && --task->mm->users == 0)
			free(task->mm);
		free(task->mempolicy);
		free(task);
	}
	if (machine->init_task.mm != &machine->init_mm)
		free(machine->init_task.mm);
}

/**
 * @brief Unmake a machine: its pages, nodes and record.
 *
 * @param machine the machine, or NULL
 * @source none (ours: a kernel's memory is never given back)
 */
void machine_free(struct machine *machine)
{
	if (!machine)
		return;
	if (machine->hooks.release)
		machine->hooks.release(machine);
	memory_map_release(machine);
	machine_free_groups(machine);
	machine_free_tasks(machine);
	for (int nid = 0; nid < MAX_NUMNODES; nid++) {
		struct pglist_data *pgdat = machine->node_data[nid];

		for (int zid = 0; pgdat && zid < MAX_NR_ZONES; zid++)
			free(pgdat->node_zones[zid].pageset);
		free(pgdat);
	}
	if (world == machine)
		world = NULL;
	free(machine);
}

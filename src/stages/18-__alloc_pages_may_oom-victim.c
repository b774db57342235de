/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 18, part: choosing a process.
 *
 * The OOM killer takes the process with the highest **badness**: the pages it uses, in memory, in swap and for page
 * tables, plus a bonus or malus that its owner set (oom_score_adj, in thousandths of all memory that counts). Which
 * memory counts, and which processes, depends on what the request was confined by.
 *
 * A task here is a thread; a process is the tasks that share a tgid, led by the one whose pid equals
 * it. Processes are looked at in the order of the machine's task list; those of a group at its limit
 * group by group, a parent before its children, and in each group in the order in which they came into it.
 */
#include "gfp_zones.h"
#include "stages/reclaim.h"
#include "stages/stages.h"
#include "tracepoints.h"
#include "vmstat.h"
#include "world/world.h"

/** Score that a process must have to be chosen; one that is exempt has none. */
#define FEWEST_POINTS 1

/** Score of a task that asked to be chosen first. */
#define MOST_POINTS INT64_MAX

#ifdef CONFIG_NUMA
/**
 * @brief Does the cpuset forbid any zone that the request would use?
 *
 * @param oc the request
 * @return true when it does
 * @source mm/oom_kill.c:255
 */
static bool confined_by_cpuset(const struct oom_control *oc)
{
	struct zoneref *z;
	struct zone *zone;

	for_each_zone_zonelist_nodemask(zone, z, oc->zonelist, (int)gfp_zone(oc->gfp_mask),
					oc->nodemask)
		if (!cpuset_zone_allowed(zone, oc->gfp_mask))
			return true;
	return false;
}

/**
 * @brief All memory of some nodes, and swap.
 *
 * @param nodes the nodes
 * @return pages
 * @source mm/oom_kill.c:255
 */
static unsigned long memory_of_nodes(nodemask_t nodes)
{
	unsigned long pages = world->total_swap_pages;
	int nid;

	for_each_node_mask(nid, nodes_and(nodes, world->node_online_map))
		pages += NODE_DATA(nid)->node_present_pages;
	return pages;
}

/**
 * @brief Which nodes was the request confined to, and by what?
 *
 * @param oc the request; receives totalpages when it was
 * @return enum oom_constraint
 * @source mm/oom_kill.c:255
 */
static enum oom_constraint constrained_to_nodes(struct oom_control *oc)
{
	if (!oc->zonelist || (oc->gfp_mask & __GFP_THISNODE))
		return CONSTRAINT_NONE;
	if (oc->nodemask && !nodes_equal(nodes_and(*oc->nodemask, world->node_memory_map),
					 world->node_memory_map)) {
		oc->totalpages = memory_of_nodes(*oc->nodemask);
		return CONSTRAINT_MEMORY_POLICY;
	}
	if (confined_by_cpuset(oc)) {
		oc->totalpages = memory_of_nodes(current->mems_allowed);
		return CONSTRAINT_CPUSET;
	}
	return CONSTRAINT_NONE;
}
#endif

/**
 * @brief How much memory and swap a group may use.
 *
 * @param memcg the group
 * @return pages: its limit, and what it may have of the machine's swap; on v1 no more than its limit of both
 * @source none (ours: what mm/memcontrol.c does under the same name)
 */
unsigned long mem_cgroup_get_max(const struct mem_cgroup *memcg)
{
	unsigned long swap = min_ul(memcg->swap.max, world->total_swap_pages);

	if (!mem_cgroup_swappiness(memcg))
		return memcg->memory.max;
	return min_ul(memcg->memory.max + swap, memcg->memsw.max);
}

/**
 * @brief Classify what the request was confined by, and how much memory that leaves in all.
 *
 * @param oc the request; receives totalpages
 * @return enum oom_constraint
 * @source mm/oom_kill.c:255
 */
enum oom_constraint constrained_alloc(struct oom_control *oc)
{
	if (oc->memcg) {
		oc->totalpages = mem_cgroup_get_max(oc->memcg);
		if (!oc->totalpages)
			oc->totalpages = 1;
		return CONSTRAINT_MEMCG;
	}
	oc->totalpages = world->totalram_pages + world->total_swap_pages;
#ifdef CONFIG_NUMA
	return constrained_to_nodes(oc);
#else
	return CONSTRAINT_NONE;
#endif
}

/**
 * @brief May this process use nodes of the request's policy, or without one any node that the running task may use?
 *
 * @param process its leader
 * @param oc the request
 * @return true when one of its threads may use those nodes, and where a group is short
 * @source mm/oom_kill.c:88
 * @source mm/oom_kill.c:123
 */
bool oom_cpuset_eligible(const struct task *process, const struct oom_control *oc)
{
#ifdef CONFIG_NUMA
	struct task *task;

	if (oc->memcg)
		return true;
	for (task = next_thread(process, NULL); task; task = next_thread(process, task))
		if (oc->nodemask ? world->hooks.mempolicy_nodemask_intersects(task, oc->nodemask)
				 : nodes_intersects(task->mems_allowed, current->mems_allowed))
			return true;
	return false;
#else
	(void)process;
	(void)oc;
	return true;
#endif
}

/**
 * @brief May the OOM killer choose this process at all?
 *
 * @param process its leader
 * @return false for init and kernel threads, true for all others
 * @source none (ours: what mm/oom_kill.c does under the name oom_unkillable_task)
 */
bool oom_killable(const struct task *process)
{
	return process->tgid != 1 && !(process->flags & PF_KTHREAD);
}

/**
 * @brief How much would killing this process free?
 *
 * @param process its leader
 * @param totalpages all memory that the request could use, pages
 * @return pages, at least 1; 0 when it must not be chosen
 * @source mm/oom_kill.c:201
 */
long oom_badness(const struct task *process, unsigned long totalpages)
{
	const struct task *task;
	const struct mm *mm;
	long points;

	/* Step 1: who is exempt */
	if (!oom_killable(process))
		return 0;
	task = find_task_mm(process);
	if (!task)
		return 0;
	mm = task->mm;
	if (process->oom_score_adj == OOM_SCORE_ADJ_MIN || mm->oom_skip || task->vfork_done_pending)
		return 0;

	/* Step 2: what it uses */
	points = (long)(mm->rss_file + mm->rss_anon + mm->rss_shmem + mm->swap_entries +
			mm->pgtable_bytes / PAGE_SIZE);

	/* Step 3: what its owner says, in thousandths of all memory */
	points += (long)process->oom_score_adj * (long)(totalpages / 1000);
	return points > 0 ? points : 1;
}

/**
 * @brief Badness in thousandths of all memory, as /proc/PID/oom_score shows it.
 *
 * @param process its leader
 * @return thousandths; 0 for a process that is exempt, and for one with next to nothing
 * @source none (ours: what fs/proc/base.c does under the name proc_oom_score)
 */
unsigned long oom_score(const struct task *process)
{
	unsigned long totalpages = world->totalram_pages + world->total_swap_pages;

	return (unsigned long)oom_badness(process, totalpages) * 1000 / totalpages;
}

/**
 * @brief Look at the processes of a group, and then at those of each group below it.
 *
 * @param root the group, not the root of all
 * @param look looks at one, by its leader; false ends it
 * @param context for it
 * @source none (ours: what mm/memcontrol.c does under the name mem_cgroup_scan_tasks)
 */
void mem_cgroup_scan_tasks(struct mem_cgroup *root,
			   bool (*look)(struct task *process, void *context), void *context)
{
	struct mem_cgroup *memcg = NULL;

	while ((memcg = mem_cgroup_iter(root, memcg))) {
		struct task *process = NULL;

		while ((process = memcg_next_process(memcg, process)))
			if (!look(process, context))
				return;
	}
}

/**
 * @brief Look at every process that a request could have killed: all of them, or those of the group at its limit.
 *
 * @param oc the request
 * @param look looks at one, by its leader; false ends it
 * @param context for it
 * @source mm/oom_kill.c:368
 */
void oom_scan(const struct oom_control *oc, bool (*look)(struct task *process, void *context),
	      void *context)
{
	struct task *process;

	if (oc->memcg) {
		mem_cgroup_scan_tasks(oc->memcg, look, context);
		return;
	}
	for (process = next_process(NULL); process; process = next_process(process))
		if (!look(process, context))
			return;
}

/**
 * @brief Look at one process and choose it if none so far would free more.
 *
 * @param process its leader
 * @param request the request; receives the choice
 * @return false when an earlier victim is still dying: the search is called off
 * @source mm/oom_kill.c:312
 */
static bool oom_evaluate_task(struct task *process, void *request)
{
	struct oom_control *oc = request;
	long points;

	if (!oom_killable(process) || !oom_cpuset_eligible(process, oc))
		return true;
	/* A request by hand kills one more; any other waits for the victim that there is. */
	if (!is_sysrq_oom(oc) && tsk_is_oom_victim(process)) {
		if (process->oom_mm->oom_skip)
			return true;
		oc->chosen = NULL;
		oc->aborted = true;
		return false;
	}
	points = process->oom_origin ? MOST_POINTS : oom_badness(process, oc->totalpages);
	/* Of two equals the later one. */
	if (points < oc->chosen_points)
		return true;
	oc->chosen = process;
	oc->chosen_points = points;
	return true;
}

/**
 * @brief Choose the process whose death frees most.
 *
 * @param oc the request; receives the choice, or that selection was called off
 * @source mm/oom_kill.c:368
 */
void select_bad_process(struct oom_control *oc)
{
	oc->chosen = NULL;
	oc->chosen_points = FEWEST_POINTS;
	oom_scan(oc, oom_evaluate_task, oc);
}

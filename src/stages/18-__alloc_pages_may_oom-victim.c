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
 * it. "All processes" is the machine's task list in order.
 */
#include "gfp_zones.h"
#include "stages/stages.h"
#include "tracepoints.h"
#include "vmstat.h"
#include "world/world.h"

/** Score of "nobody": no process at all, or selection was called off. */
#define NO_POINTS 0

/** Score of a task that asked to be chosen first. */
#define MOST_POINTS INT64_MAX

/**
 * @brief Find a thread of a process that still has its memory.
 *
 * @param process any thread of the process
 * @return the thread, or NULL when all have given it up
 * @source none (ours: what mm/oom_kill.c does under the name find_lock_task_mm)
 */
struct task *find_task_mm(const struct task *process)
{
	struct list_head *entry;

	list_for_each(entry, &world->tasks) {
		struct task *task = task_of(entry);

		if (task->tgid == process->tgid && task->mm)
			return task;
	}
	return NULL;
}

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
 * @brief Classify what the request was confined by, and how much memory that leaves in all.
 *
 * @param oc the request; receives totalpages
 * @return enum oom_constraint
 * @source mm/oom_kill.c:255
 */
enum oom_constraint constrained_alloc(struct oom_control *oc)
{
	if (oc->memcg) {
		oc->totalpages = max_ul(mem_cgroup_max(oc->memcg), 1);
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
 * @return true when one of its threads may use those nodes
 * @source mm/oom_kill.c:88
 * @source mm/oom_kill.c:123
 */
bool oom_cpuset_eligible(const struct task *process, const struct oom_control *oc)
{
#ifdef CONFIG_NUMA
	const struct list_head *entry;

	list_for_each(entry, &world->tasks) {
		const struct task *task = task_of(entry);

		if (task->tgid != process->tgid)
			continue;
		if (oc->constraint == CONSTRAINT_MEMORY_POLICY
			    ? world->hooks.mempolicy_nodemask_intersects(task, oc->nodemask)
			    : nodes_intersects(task->mems_allowed, current->mems_allowed))
			return true;
	}
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
	if (process->oom_score_adj == OOM_SCORE_ADJ_MIN || mm->oom_skip ||
	    process->vfork_done_pending)
		return 0;

	/* Step 2: what it uses */
	points = (long)(mm->rss_file + mm->rss_anon + mm->rss_shmem + mm->swap_entries +
			mm->pgtable_bytes / PAGE_SIZE);

	/* Step 3: what its owner says, in thousandths of all memory */
	points += (long)process->oom_score_adj * (long)(totalpages / 1000);
	return points > 0 ? points : 1;
}

/** What looking at one process led to. */
enum oom_scan {
	OOM_SCAN_GO_ON,
	OOM_SCAN_ABORT, /**< a victim is dying: wait for it */
};

/**
 * @brief Look at one process and choose it if none so far would free more.
 *
 * @param process its leader
 * @param oc the request; receives the choice
 * @return OOM_SCAN_ABORT when an earlier victim is still dying
 * @source mm/oom_kill.c:312
 */
static enum oom_scan oom_evaluate_task(struct task *process, struct oom_control *oc)
{
	long points;

	if (!oom_killable(process))
		return OOM_SCAN_GO_ON;
	if (oc->memcg) {
		if (!task_in_mem_cgroup(process, oc->memcg))
			return OOM_SCAN_GO_ON;
	} else if (!oom_cpuset_eligible(process, oc)) {
		return OOM_SCAN_GO_ON;
	}
	/* A request by hand kills one more; any other waits for the victim that there is. */
	if (!is_sysrq_oom(oc) && tsk_is_oom_victim(process)) {
		if (process->oom_mm->oom_skip)
			return OOM_SCAN_GO_ON;
		oc->chosen = NULL;
		oc->aborted = true;
		return OOM_SCAN_ABORT;
	}
	points = process->oom_origin ? MOST_POINTS : oom_badness(process, oc->totalpages);
	/* Of two equals the later one. */
	if (points == NO_POINTS || points < oc->chosen_points)
		return OOM_SCAN_GO_ON;
	oc->chosen = process;
	oc->chosen_points = points;
	return OOM_SCAN_GO_ON;
}

/**
 * @brief Choose the process whose death frees most.
 *
 * @param oc the request; receives the choice, or that selection was called off
 * @source mm/oom_kill.c:368
 */
void select_bad_process(struct oom_control *oc)
{
	struct list_head *entry;

	oc->chosen = NULL;
	oc->chosen_points = NO_POINTS;
	list_for_each(entry, &world->tasks) {
		struct task *task = task_of(entry);

		if (task->pid == task->tgid && oom_evaluate_task(task, oc) == OOM_SCAN_ABORT)
			return;
	}
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 18, part: choosing a process and killing it.
 *
 * The OOM killer prefers to kill nobody: a process that is dying anyway, or a victim that is not dead
 * yet, frees memory without a further death. Otherwise it takes the process with the highest
 * **badness**: the pages it uses, in memory, in swap and for page tables, plus a bonus or malus that
 * its owner set (oom_score_adj, in thousandths of all memory).
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

/** Reports come in bursts of at most this many an interval, in ticks. */
#define OOM_REPORT_BURST    10
#define OOM_REPORT_INTERVAL (5ul * HZ)

/**
 * @brief The task that a link of the task list belongs to.
 *
 * @param entry the link
 * @return the task
 * @source none (ours: a shorthand)
 */
static struct task *task_of(const struct list_head *entry)
{
	return list_entry(entry, struct task, tasks);
}

/**
 * @brief Find a thread of a process that still has its memory.
 *
 * @param process any thread of the process
 * @return the thread, or NULL when all have given it up
 * @source none (ours: what mm/oom_kill.c does under the name find_lock_task_mm)
 */
static struct task *find_task_mm(const struct task *process)
{
	struct list_head *entry;

	list_for_each(entry, &world->tasks) {
		struct task *task = task_of(entry);

		if (task->tgid == process->tgid && task->mm)
			return task;
	}
	return NULL;
}

/**
 * @brief Is a task the only thread of its process?
 *
 * @param task the task
 * @return true when no other task has its tgid
 * @source none (ours: the kernel asks the thread group's own list)
 */
static bool thread_group_empty(const struct task *task)
{
	struct list_head *entry;

	list_for_each(entry, &world->tasks) {
		const struct task *other = task_of(entry);

		if (other != task && other->tgid == task->tgid)
			return false;
	}
	return true;
}

/**
 * @brief Is a process dying, so that its memory comes back by itself?
 *
 * One thread that exits does not end the process: its memory stays with the others.
 *
 * @param task a thread of it
 * @return true when all of it exits, and it does not dump core first
 * @source mm/oom_kill.c:785
 */
static bool __task_will_free_mem(const struct task *task)
{
	if (task->flags & PF_DUMPCORE)
		return false;
	return task->group_exit || ((task->flags & PF_EXITING) && thread_group_empty(task));
}

/**
 * @brief Is a task, and everybody who shares its memory, dying?
 *
 * @param task the task
 * @return true when waiting for them frees the memory
 * @source mm/oom_kill.c:813
 */
static bool task_will_free_mem(const struct task *task)
{
	struct list_head *entry;

	if (!task->mm || !__task_will_free_mem(task) || task->mm->oom_skip)
		return false;
	list_for_each(entry, &world->tasks) {
		const struct task *other = task_of(entry);

		if (other->mm == task->mm && other->tgid != task->tgid &&
		    !__task_will_free_mem(other))
			return false;
	}
	return true;
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
static enum oom_constraint constrained_alloc(struct oom_control *oc)
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
 * @brief Would killing this process help a request that is confined to some nodes?
 *
 * @param process its leader
 * @param oc the request
 * @return true when one of its threads may use those nodes
 * @source mm/oom_kill.c:123
 */
static bool oom_cpuset_eligible(const struct task *process, const struct oom_control *oc)
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
 * @return false for init and kernel threads
 * @source none (ours: what mm/oom_kill.c does under the name oom_unkillable_task)
 */
static bool oom_killable(const struct task *process)
{
	return process->tgid != 1 && !(process->flags & PF_KTHREAD);
}

/**
 * @brief How much would killing this process free?
 *
 * @param process its leader
 * @param totalpages memory in all that the request could use, pages
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
 * @brief Look at one process and choose it if none was worse so far.
 *
 * @param process its leader
 * @param oc the request; receives the choice
 * @return OOM_SCAN_ABORT when an earlier victim still dies
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
static void select_bad_process(struct oom_control *oc)
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

/**
 * @brief Mark a process as victim: it may use reserves from here on.
 *
 * @param task the thread that was chosen
 * @source mm/oom_kill.c:700
 */
static void mark_oom_victim(struct task *task)
{
	struct list_head *entry;

	if (task->tif_memdie)
		return;
	task->tif_memdie = true;
	/* The mark counts for all threads of the process. */
	list_for_each(entry, &world->tasks) {
		struct task *thread = task_of(entry);

		if (thread->tgid == task->tgid && !thread->oom_mm)
			thread->oom_mm = task->mm;
	}
	trace_mark_victim(task->pid);
}

/**
 * @brief Hand a victim's memory to the reaper, which frees it before the victim is dead.
 *
 * @param task the victim
 * @source mm/oom_kill.c:662
 */
static void wake_oom_reaper(struct task *task)
{
	if (task->mm->reaper_queued)
		return;
	task->mm->reaper_queued = true;
	trace_wake_reaper(task->pid);
	world->hooks.oom_reaper_woken(task);
}

/**
 * @brief Send SIGKILL to every thread of a process.
 *
 * @param process any thread of it
 * @source none (ours: stands for do_send_sig_info)
 */
static void kill_process(const struct task *process)
{
	struct list_head *entry;

	list_for_each(entry, &world->tasks) {
		struct task *task = task_of(entry);

		if (task->tgid != process->tgid)
			continue;
		task->fatal_signal_pending = true;
		task->group_exit = true;
	}
}

/**
 * @brief Kill everybody else who shares a victim's memory.
 *
 * @param victim the victim
 * @return false when init shares it, so that it can never be freed
 * @source mm/oom_kill.c:860
 */
static bool kill_sharers(const struct task *victim)
{
	struct list_head *entry;
	bool can_reap = true;

	list_for_each(entry, &world->tasks) {
		struct task *task = task_of(entry);

		if (task->mm != victim->mm || task->tgid == victim->tgid ||
		    (task->flags & PF_KTHREAD))
			continue;
		if (task->tgid == 1) {
			can_reap = false;
			victim->mm->oom_skip = true;
			continue;
		}
		kill_process(task);
	}
	return can_reap;
}

/**
 * @brief Kill one process.
 *
 * @param process its leader
 * @param message how the log line begins
 * @source mm/oom_kill.c:860
 */
static void __oom_kill_process(struct task *process, const char *message)
{
	struct task *victim = find_task_mm(process);

	/* Step 1: it may have given up its memory meanwhile */
	if (!victim)
		return;
	count_vm_events(OOM_KILL, 1);

	/* Step 2: mark it before it dies, so that it can use the reserves */
	kill_process(victim);
	mark_oom_victim(victim);
	oom_report_killed(victim, message);

	/* Step 3: whoever shares its memory keeps it alive, and must go too */
	if (kill_sharers(victim))
		wake_oom_reaper(victim);
}

/**
 * @brief Kill the chosen process, and its whole group if the group is set up that way.
 *
 * @param oc the request
 * @param message how the log lines begin
 * @source mm/oom_kill.c:955
 */
static void oom_kill_process(struct oom_control *oc, const char *message)
{
	struct task *victim = oc->chosen;
	struct mem_cgroup *group = mem_cgroup_oom_group(victim, oc->memcg);
	struct list_head *entry;

	/* Step 1: one that is dying anyway is only helped along */
	if (task_will_free_mem(victim)) {
		mark_oom_victim(victim);
		wake_oom_reaper(victim);
		return;
	}

	/* Step 2: report, but not too often, and kill */
	if (printk_ratelimit(&world->oom_limit, OOM_REPORT_INTERVAL, OOM_REPORT_BURST))
		oom_report(oc, victim);
	__oom_kill_process(victim, message);

	/* Step 3: all or none of a group */
	if (!group)
		return;
	list_for_each(entry, &world->tasks) {
		struct task *task = task_of(entry);

		if (task->pid == task->tgid && task_in_mem_cgroup(task, group) &&
		    task->oom_score_adj != OOM_SCORE_ADJ_MIN && oom_killable(task) &&
		    !tsk_is_oom_victim(task))
			__oom_kill_process(task, message);
	}
}

/**
 * @brief Stop the machine instead, if it is set up that way.
 *
 * @param oc the request
 * @return true when it stopped
 * @source mm/oom_kill.c:1003
 */
static bool check_panic_on_oom(const struct oom_control *oc)
{
	if (!world->panic_on_oom)
		return false;
	/* 1: only when all of memory is short; 2: always; never for a request by hand. */
	if (world->panic_on_oom != 2 && oc->constraint != CONSTRAINT_NONE)
		return false;
	if (is_sysrq_oom(oc))
		return false;
	oom_report(oc, NULL);
	bug("Kernel panic - not syncing: Out of memory: %s panic_on_oom is enabled",
	    world->panic_on_oom == 2 ? "compulsory" : "system-wide");
	return true;
}

/**
 * @brief May the running task be killed in place of a search?
 *
 * @param oc the request
 * @return true when the machine is set up that way and the task qualifies
 * @source mm/oom_kill.c:1047
 */
static bool kill_allocating_task(const struct oom_control *oc)
{
	return !oc->memcg && world->oom_kill_allocating_task && current->mm &&
	       oom_killable(current) && oom_cpuset_eligible(current, oc) &&
	       current->oom_score_adj != OOM_SCORE_ADJ_MIN;
}

/**
 * @brief Search a process and kill it; without one, the machine is lost.
 *
 * @param oc the request
 * @return true when one was killed or is dying
 * @source mm/oom_kill.c:1047
 */
static bool select_and_kill(struct oom_control *oc)
{
	select_bad_process(oc);
	if (oc->aborted)
		return true;
	if (!oc->chosen) {
		oom_report(oc, NULL);
		printk("Out of memory and no killable processes...\n");
		if (!is_sysrq_oom(oc) && !oc->memcg)
			bug("Kernel panic - not syncing: System is deadlocked on memory");
		return false;
	}
	oom_kill_process(oc, oc->memcg ? "Memory cgroup out of memory" : "Out of memory");
	return true;
}

/**
 * @brief Memory is out: kill a process, or find out why that is not necessary.
 *
 * @param oc the request
 * @return true when memory will come; false when nothing can be done
 * @source mm/oom_kill.c:1047
 */
bool out_of_memory(struct oom_control *oc)
{
	if (world->oom_killer_disabled)
		return false;

	/* Step 1: those who were registered for this may have something to give */
	if (!oc->memcg && world->hooks.oom_notify && world->hooks.oom_notify() > 0)
		return true;

	/* Step 2: the running task is dying: let it */
	if (task_will_free_mem(current)) {
		mark_oom_victim(current);
		wake_oom_reaper(current);
		return true;
	}

	/* Step 3: this caller could not reclaim from file systems; others can, so wait for them */
	if (oc->gfp_mask && !(oc->gfp_mask & __GFP_FS) && !oc->memcg)
		return true;

	/* Step 4: what is the request confined by? */
	oc->constraint = constrained_alloc(oc);
	if (oc->constraint != CONSTRAINT_MEMORY_POLICY)
		oc->nodemask = NULL;
	if (check_panic_on_oom(oc))
		return false;

	/* Step 5: kill */
	if (kill_allocating_task(oc)) {
		oc->chosen = current;
		oom_kill_process(oc, "Out of memory (oom_kill_allocating_task)");
		return true;
	}
	return select_and_kill(oc);
}

/**
 * @brief A page fault found no memory: a chance for the OOM killer without a request behind it.
 *
 * @source mm/oom_kill.c:1125
 */
void pagefault_out_of_memory(void)
{
	struct oom_control oc = { .order = 0 };

	if (world->oom_lock_held)
		return;
	world->oom_lock_held = true;
	out_of_memory(&oc);
	world->oom_lock_held = false;
}

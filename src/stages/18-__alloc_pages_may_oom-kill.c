/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 18, part: killing a process, if need be.
 *
 * The OOM killer prefers to kill nobody: a process that is dying anyway, or a victim that is not dead
 * yet, frees memory without a further death. Otherwise the process chosen (see the part on the victim) dies, with
 * everybody who shares its memory.
 */
#include "gfp_zones.h"
#include "stages/stages.h"
#include "tracepoints.h"
#include "vmstat.h"
#include "world/world.h"

/** Reports come in bursts of at most this many per interval, in ticks. */
#define OOM_REPORT_BURST    10
#define OOM_REPORT_INTERVAL (5ul * HZ)

/**
 * @brief Is a task the only thread of its process?
 *
 * @param task the task
 * @return true when no other task has its tgid
 * @source none (ours: the kernel asks the thread group's own list)
 */
static bool thread_group_empty(const struct task *task)
{
	return next_thread(task, NULL) == task && !next_thread(task, task);
}

/**
 * @brief Does a process use this memory?
 *
 * @param process its leader
 * @param mm the memory
 * @return true when its first thread that has any uses this one
 * @source none (ours: what mm/oom_kill.c does under the name process_shares_mm)
 */
static bool process_shares_mm(const struct task *process, const struct mm *mm)
{
	const struct task *task = find_task_mm(process);

	return task && task->mm == mm;
}

/**
 * @brief Is a process dying, so that its memory comes back by itself?
 *
 * One thread that exits does not end the process: its memory stays with the others.
 *
 * @param task a thread of it
 * @return true when all of it exits: one that dumps core first does so only afterwards, or when it is killed
 * @source mm/oom_kill.c:785
 */
static bool __task_will_free_mem(const struct task *task)
{
	return process_of(task)->group_exit ||
	       ((task->flags & PF_EXITING) && thread_group_empty(task));
}

/**
 * @brief Is a task, and everybody who shares its memory, dying?
 *
 * @param task the task
 * @return true when waiting for them frees the memory; false when it has none, or it is done with already
 * @source mm/oom_kill.c:813
 */
static bool task_will_free_mem(const struct task *task)
{
	struct task *other;

	if (!task->mm || !__task_will_free_mem(task) || task->mm->oom_skip)
		return false;
	for (other = next_process(NULL); other; other = next_process(other))
		if (process_shares_mm(other, task->mm) && other->tgid != task->tgid &&
		    !__task_will_free_mem(other))
			return false;
	return true;
}

/**
 * @brief Mark a process as a victim: it may use reserves from here on.
 *
 * @param task the thread that was chosen
 * @source mm/oom_kill.c:700
 */
static void mark_oom_victim(struct task *task)
{
	struct task *thread;

	if (task->tif_memdie)
		return;
	task->tif_memdie = true;
	/* The mark counts for all threads of the process. */
	for (thread = next_thread(task, NULL); thread; thread = next_thread(task, thread))
		if (!thread->oom_mm)
			thread->oom_mm = task->mm;
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
	if (task->oom_mm->reaper_queued)
		return;
	task->oom_mm->reaper_queued = true;
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
	struct task *task;

	for (task = next_thread(process, NULL); task; task = next_thread(process, task)) {
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
	struct task *process;
	bool can_reap = true;

	for (process = next_process(NULL); process; process = next_process(process)) {
		if (!process_shares_mm(process, victim->mm) || process->tgid == victim->tgid)
			continue;
		if (process->tgid == 1) {
			can_reap = false;
			victim->mm->oom_skip = true;
			oom_report_pinned(victim, process);
		} else if (!(process->flags & PF_KTHREAD)) {
			kill_process(process);
		}
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

	/* Step 1: it may have given up its memory in the meantime */
	if (!victim)
		return;
	count_vm_events(OOM_KILL, 1);
	memcg_memory_event(victim->memcg, MEMCG_OOM_KILL);

	/* Step 2: mark it before it dies, so that it can use the reserves */
	kill_process(victim);
	mark_oom_victim(victim);
	oom_report_killed(victim, message);

	/* Step 3: whoever shares its memory keeps it alive, and must go too */
	if (kill_sharers(victim))
		wake_oom_reaper(victim);
}

/**
 * @brief Kill one process of a group that dies as a whole, even one that was killed before.
 *
 * @param process its leader
 * @param message points to how the log line begins
 * @return true: the others follow
 * @source none (ours: what mm/oom_kill.c does under the name oom_kill_memcg_member)
 */
static bool kill_member(struct task *process, void *message)
{
	if (process->oom_score_adj != OOM_SCORE_ADJ_MIN && process->tgid != 1)
		__oom_kill_process(process, *(const char **)message);
	return true;
}

/**
 * @brief Kill the chosen process, unless it is dying anyway, and its whole group if that is set up so.
 *
 * @param oc the request
 * @param message how the log lines begin
 * @source mm/oom_kill.c:955
 */
static void oom_kill_process(struct oom_control *oc, const char *message)
{
	struct task *victim = oc->chosen;
	struct mem_cgroup *group = mem_cgroup_oom_group(victim, oc->memcg);

	/* Step 1: one that is dying anyway is only helped along */
	if (task_will_free_mem(victim)) {
		mark_oom_victim(victim);
		wake_oom_reaper(victim);
		return;
	}

	/* Step 2: report, but not too often, and kill */
	if (printk_ratelimit(&world->oom_limit, __func__, OOM_REPORT_INTERVAL, OOM_REPORT_BURST))
		oom_report(oc, victim);
	__oom_kill_process(victim, message);

	/* Step 3: all or none of a group */
	if (group) {
		oom_report_group(group);
		mem_cgroup_scan_tasks(group, kill_member, &message);
	}
}

/**
 * @brief Stop the machine instead, if it is set up that way.
 *
 * @param oc the request
 * @return true when it stopped
 * @source mm/oom_kill.c:1003
 */
static bool check_panic_on_oom(struct oom_control *oc)
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
	       process_of(current)->oom_score_adj != OOM_SCORE_ADJ_MIN;
}

/**
 * @brief Search for a process and kill it; without one, the machine is lost.
 *
 * @param oc the request
 * @return true when one was killed or is dying; false when there is none
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
 * @return true when it is worth going on: memory may come, or another task can do more; false when nothing can
 * be done
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
 * @brief A page fault found no memory: a chance for the OOM killer without a request behind it, if nobody else
 * is at it.
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

/**
 * @brief A user asks for a kill by hand, with the SysRq key and f: on top of whatever is going on.
 *
 * @return false when there was nobody to kill, which the log says too
 * @source none (ours: what drivers/tty/sysrq.c does under the name moom_callback)
 */
bool sysrq_oom(void)
{
	int first_memory_node = first_node(world->node_memory_map);
	struct oom_control oc = {
		.zonelist = &NODE_DATA(first_memory_node)->node_zonelists[ZONELIST_FALLBACK],
		.gfp_mask = GFP_KERNEL,
		.order = -1,
	};

	if (out_of_memory(&oc))
		return true;
	printk("OOM request ignored. No task eligible\n");
	return false;
}

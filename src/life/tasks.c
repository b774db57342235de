/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Tasks and processes: how they come into being, share memory, and die; and the reaper that
 * empties a victim's memory.
 *
 * A machine runs one task at a time, `current`. Others exist as records that the OOM killer can
 * choose from. What a process uses is known as numbers (its rss), and, where the page cache model
 * keeps anonymous pages for it, as pages that come back when it dies.
 *
 * The reaper is a model: it frees what a victim holds in anonymous pages, before the victim itself
 * gets to run and exit.
 */
#include <stdio.h>
#include <stdlib.h>

#include "life/life.h"
#include "tracepoints.h"
#include "world/world.h"

/** How often the reaper tries a memory whose lock somebody holds, and how long it waits between. */
#define MAX_OOM_REAP_RETRIES 10
#define OOM_REAP_WAIT	     (HZ / 10)

/**
 * @brief Let a task use another memory; the old one goes with its last user.
 *
 * @param task the task
 * @param mm the memory, or NULL for a kernel thread
 */
void task_set_mm(struct task *task, struct mm *mm)
{
	struct mm *old = task->mm;

	if (mm)
		mm->users++;
	task->mm = mm;
	if (old && --old->users == 0 && old != &world->init_mm)
		free(old);
}

/**
 * @brief Make an ordinary task with a process of its own, in the root cpuset and memory cgroup.
 *
 * @param pid its number
 * @param comm its name
 * @return the task, owned by the machine in focus; NULL when the host has no memory
 */
struct task *task_new(int pid, const char *comm)
{
	struct task *task = calloc(1, sizeof(*task));
	struct mm *mm = calloc(1, sizeof(*mm));

	if (!task || !mm) {
		free(task);
		free(mm);
		return NULL;
	}
	snprintf(task->comm, sizeof(task->comm), "%s", comm);
	task->pid = pid;
	task->tgid = pid;
	task->prio = DEFAULT_PRIO;
	task->mm = mm;
	mm->users = 1;
	task->mems_allowed = cpuset_nodes(&world->top_cpuset);
	task->cpuset = &world->top_cpuset;
	task->memcg = &world->root_mem_cgroup;
	task->il_prev = MAX_NUMNODES - 1;
	list_add_tail(&task->tasks, &world->tasks);
	return task;
}

/** Highest pid in use, plus 1. */
static int next_pid(void)
{
	struct list_head *entry;
	int pid = 1;

	list_for_each(entry, &world->tasks) {
		const struct task *task = task_of(entry);

		if (task->pid >= pid)
			pid = task->pid + 1;
	}
	return pid;
}

/**
 * @brief Make a process with the next free pid.
 *
 * @param comm its name
 * @param uid its user
 * @return the task, owned by the machine in focus, at the end of the task list; NULL when the host
 * has no memory
 * @source none (ours: stands for fork and exec)
 */
struct task *process_new(const char *comm, unsigned int uid)
{
	struct task *task = task_new(next_pid(), comm);

	if (task)
		task->uid = uid;
	return task;
}

/**
 * @brief Make one more thread of a process.
 *
 * @param leader the process
 * @return the thread, or NULL when the host has no memory
 * @source none (ours: stands for clone)
 */
struct task *thread_new(struct task *leader)
{
	struct task *task = calloc(1, sizeof(*task));

	if (!task)
		return NULL;
	*task = *leader;
	task->pid = next_pid();
	task->tgid = leader->tgid;
	task->mempolicy = NULL;
	if (task->mm)
		task->mm->users++;
	list_add_tail(&task->tasks, &world->tasks);
	return task;
}

/**
 * @brief Find a task by its pid.
 *
 * @param pid the pid
 * @return the task, or NULL
 * @source none (ours)
 */
struct task *task_by_pid(long pid)
{
	struct list_head *entry;

	list_for_each(entry, &world->tasks) {
		struct task *task = task_of(entry);

		if (task->pid == pid)
			return task;
	}
	return NULL;
}

/**
 * @brief A process uses anonymous pages that it did not use before.
 *
 * @param task one of its threads
 * @param nr_pages pages
 * @return pages it got; fewer when memory is out, or when it was killed
 * @source none (ours: stands for page faults; the process asks as GFP_HIGHUSER_MOVABLE)
 */
unsigned long process_fault(struct task *task, unsigned long nr_pages)
{
	struct task *before = current;
	struct mm *mm = task->mm;
	unsigned long got = 0;

	if (!mm->anon)
		mm->anon = address_space_new(task->comm, true);
	if (!mm->anon)
		return 0;
	world->current_task = task;
	/* Each page counts at once: the OOM killer may weigh this process before it has the next. */
	while (got < nr_pages && !task->fatal_signal_pending &&
	       page_cache_add(mm->anon, GFP_HIGHUSER_MOVABLE)) {
		mm->rss_anon++;
		mm->total_vm++;
		got++;
	}
	world->current_task = before;
	return got;
}

/** Everything that a memory holds is gone. */
static void mm_release_pages(struct mm *mm)
{
	if (mm->anon)
		address_space_release(mm->anon);
	mm->rss_file = 0;
	mm->rss_anon = 0;
	mm->rss_shmem = 0;
	mm->swap_entries = 0;
}

/** Drop one user of a memory; the last one frees it. */
static void mm_put(struct mm *mm)
{
	if (!mm || --mm->users)
		return;
	mm_release_pages(mm);
	if (mm != &world->init_mm)
		free(mm);
}

/**
 * @brief A task ends: its memory goes with its last user.
 *
 * @param task the task, not the first one; it must not be used afterwards
 * @source none (ours: stands for exit)
 */
void task_exit(struct task *task)
{
	if (current == task)
		world->current_task = &world->init_task;
	list_del(&task->tasks);
	mm_put(task->mm);
	free(task->mempolicy);
	free(task);
}

/**
 * @brief Let every process that was killed, and does not run at the moment, exit.
 *
 * One that has offered the CPU in the middle of a request has to come to its end first.
 *
 * @return how many tasks ended
 * @source none (ours: stands for the scheduler giving them their last turn)
 */
int killed_tasks_exit(void)
{
	struct list_head *entry, *next;
	int ended = 0;

	list_for_each_safe(entry, next, &world->tasks) {
		struct task *task = task_of(entry);

		if (!task->fatal_signal_pending || task == current || task == &world->init_task ||
		    (world->life && task == world->life->interrupted))
			continue;
		task_exit(task);
		ended++;
	}
	return ended;
}

/**
 * @brief Put a victim on the reaper's list. The one put there last is taken first.
 *
 * @param victim the victim
 * @source mm/oom_kill.c:662
 */
void oom_reaper_queue(struct task *victim)
{
	victim->oom_reaper_list = world->oom_reaper_list;
	world->oom_reaper_list = victim;
	if (world->life && world->life->reaper)
		daemon_wake(world->life->reaper);
}

/** Try to empty one victim's memory; false to try again. */
static bool oom_reap_task_mm(const struct task *victim)
{
	struct mm *mm = victim->mm;

	if (mm->mmap_locked || mm->oom_skip) {
		trace_skip_task_reaping(victim->pid);
		return !mm->mmap_locked;
	}
	trace_start_task_reaping(victim->pid);
	mm_release_pages(mm);
	trace_finish_task_reaping(victim->pid);
	return true;
}

/**
 * @brief Let the reaper empty the memory of every victim on its list.
 *
 * @source mm/oom_kill.c:642
 */
void oom_reaper_run(void)
{
	while (world->oom_reaper_list) {
		struct task *victim = world->oom_reaper_list;
		int attempts = 0;

		world->oom_reaper_list = victim->oom_reaper_list;
		while (attempts++ < MAX_OOM_REAP_RETRIES && !oom_reap_task_mm(victim))
			world->jiffies += OOM_REAP_WAIT;
		/* Whatever came of it: nothing more is to be gained here. */
		victim->mm->oom_skip = true;
	}
}

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
 * The reaper's attempts, its order and its lines in the log are 5.8.18's. What it empties is a model: of the numbers of a
 * memory it takes all that is not said to stay, and of the pages that are kept for it as many.
 */
#include <stdio.h>
#include <stdlib.h>

#include "life/life.h"
#include "tracepoints.h"
#include "world/world.h"

/** How often the reaper tries a memory whose lock somebody holds, and how long it waits between. */
#define MAX_OOM_REAP_RETRIES 10
#define OOM_REAP_WAIT	     (HZ / 10)

/** A process gives up its memory for good; the exit itself would empty it now, so the reaper need not. */
static void mm_exit(struct mm *mm)
{
	if (mm->anon) {
		address_space_release(mm->anon);
		mm->anon->mm = NULL;
		mm->anon = NULL;
	}
	mm->rss_file = 0;
	mm->rss_anon = 0;
	mm->rss_shmem = 0;
	mm->swap_entries = 0;
	mm->oom_skip = true;
}

/** Forget a memory that nobody uses, unless a victim is still known by it. */
static void mm_forget(struct mm *mm)
{
	const struct list_head *entry;

	if (mm->users || mm == &world->init_mm)
		return;
	list_for_each(entry, &world->tasks)
		if (task_of(entry)->oom_mm == mm)
			return;
	free(mm);
}

/** Drop one user of a memory; the last one empties it. */
static void mm_put(struct mm *mm)
{
	if (!mm || --mm->users)
		return;
	mm_exit(mm);
	mm_forget(mm);
}

/* departs: in 5.8.18 a victim that is gone stays on the list. The reaper finds it done with, which the event
 * skip_task_reaping says. */
/** A victim that is gone is on the reaper's list no more. */
static void reaper_forget(const struct task *task)
{
	struct task **link = &world->oom_reaper_list;

	while (*link && *link != task)
		link = &(*link)->oom_reaper_list;
	if (*link)
		*link = task->oom_reaper_list;
}

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
	mm_put(old);
}

/**
 * @brief Say which memory a victim had when it was chosen.
 *
 * @param task the victim
 * @param mm the memory
 */
void task_set_oom_mm(struct task *task, struct mm *mm)
{
	struct mm *old = task->oom_mm;

	task->oom_mm = mm;
	if (old && old != mm)
		mm_forget(old);
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
	task->oom_reaper_list = NULL;
	task->turns_put_off = 0;
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

/** The reaper runs next, where there is one: it empties victims, and lets those who were killed exit. */
static void wake_reaper(void)
{
	if (world->life && world->life->reaper)
		daemon_wake(world->life->reaper);
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
	struct mm *mm = task->mm;
	unsigned long got = 0;
	struct task *before;

	if (!mm->anon)
		mm->anon = address_space_new(task->comm, true);
	if (!mm->anon)
		return 0;
	mm->anon->mm = mm;
	before = task_take_turn(task);
	/* Each page counts at once: the OOM killer may weigh this process before it has the next. */
	while (got < nr_pages && !task->fatal_signal_pending &&
	       page_cache_add(mm->anon, GFP_HIGHUSER_MOVABLE)) {
		mm->rss_anon++;
		mm->total_vm++;
		got++;
	}
	task_end_turn(before);
	/* The reaper may have passed by while this turn was going on. */
	if (task->fatal_signal_pending)
		wake_reaper();
	return got;
}

/**
 * @brief A task ends: its memory goes with its last user.
 *
 * @param task the task, neither the first one nor one whose turn was put off; it must not be used afterwards
 * @source none (ours: stands for exit)
 */
void task_exit(struct task *task)
{
	struct mm *oom_mm = task->oom_mm == task->mm ? NULL : task->oom_mm;

	if (current == task)
		world->current_task = &world->init_task;
	reaper_forget(task);
	list_del(&task->tasks);
	mm_put(task->mm);
	if (oom_mm)
		mm_forget(oom_mm);
	free(task->mempolicy);
	free(task);
}

/** Does a task run, or go on when another's turn ends? The first one is always there. */
static bool task_in_use(const struct task *task)
{
	return task == current || task->turns_put_off || task == &world->init_task;
}

/**
 * @brief Let every process that was killed, and is not in use, exit.
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

		if (!task->fatal_signal_pending || task_in_use(task))
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
	wake_reaper();
}

/** Empty a memory, except mappings that are shared, locked, or of huge page files. */
static void mm_reap(struct mm *mm)
{
	if (mm->anon)
		address_space_release_but(mm->anon, mm->stays_anon);
	mm->rss_file = min_ul(mm->rss_file, mm->stays_file);
	mm->rss_anon = min_ul(mm->rss_anon, mm->stays_anon);
	mm->rss_shmem = min_ul(mm->rss_shmem, mm->stays_shmem);
	mm->swap_entries = 0;
}

/** Pages as KiB. */
static unsigned long kib(unsigned long pages)
{
	return pages * (PAGE_SIZE / 1024);
}

/* departs: 5.8.18 empties the other mappings, and leaves that of the device; which pages are in it is not known here. */
/** Empty the memory of a victim, and say so; false when a device stands in the way. */
static bool reap_and_report(const struct task *victim)
{
	struct mm *mm = victim->oom_mm;

	if (mm->notifier_blocks)
		return false;
	mm_reap(mm);
	printk("oom_reaper: reaped process %d (%s), now anon-rss:%lukB, file-rss:%lukB, "
	       "shmem-rss:%lukB\n",
	       victim->pid, victim->comm, kib(mm->rss_anon), kib(mm->rss_file), kib(mm->rss_shmem));
	return true;
}

/** Try to empty one victim's memory; false to try again. */
static bool oom_reap_task_mm(const struct task *victim)
{
	const struct mm *mm = victim->oom_mm;
	bool reaped;

	if (mm->mmap_locked || mm->oom_skip) {
		trace_skip_task_reaping(victim->pid);
		return !mm->mmap_locked;
	}
	trace_start_task_reaping(victim->pid);
	reaped = reap_and_report(victim);
	trace_finish_task_reaping(victim->pid);
	return reaped;
}

/* departs: 5.8.18 also prints where a victim that cannot be reaped stands. */
/** Empty one victim's memory, or give up. Whatever came of it: nothing more is to be gained there. */
static void oom_reap_task(const struct task *victim)
{
	struct mm *mm = victim->oom_mm;
	int attempts = 0;

	while (attempts++ < MAX_OOM_REAP_RETRIES && !oom_reap_task_mm(victim))
		world_sleep(OOM_REAP_WAIT);
	if (attempts > MAX_OOM_REAP_RETRIES && !mm->oom_skip)
		printk("oom_reaper: unable to reap pid:%d (%s)\n", victim->pid, victim->comm);
	mm->oom_skip = true;
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

		world->oom_reaper_list = victim->oom_reaper_list;
		victim->oom_reaper_list = NULL;
		oom_reap_task(victim);
	}
}

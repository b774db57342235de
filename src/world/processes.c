/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Going through the tasks of a machine by processes.
 *
 * A task is a thread. A process is the tasks that share a tgid, led by the one whose pid equals it; what the kernel keeps once
 * for a process (its oom_score_adj, whether it exits as a whole) is read from that one. The machine's list has the tasks in the
 * order in which they came.
 */
#include "world/world.h"

/**
 * @brief The next process of the machine.
 *
 * @param before the leader of a process; NULL to begin with
 * @return the leader of the next one, or NULL after the last
 * @source none (ours: what include/linux/sched/signal.h does under the name for_each_process)
 */
struct task *next_process(const struct task *before)
{
	struct list_head *entry = before ? before->tasks.next : world->tasks.next;

	for (; entry != &world->tasks; entry = entry->next)
		if (task_of(entry)->pid == task_of(entry)->tgid)
			return task_of(entry);
	return NULL;
}

/**
 * @brief The next thread of a process.
 *
 * @param process any thread of the process
 * @param before one of its threads; NULL to begin with
 * @return the next one, or NULL after the last
 * @source none (ours: what include/linux/sched/signal.h does under the name for_each_thread)
 */
struct task *next_thread(const struct task *process, const struct task *before)
{
	struct list_head *entry = before ? before->tasks.next : world->tasks.next;

	for (; entry != &world->tasks; entry = entry->next)
		if (task_of(entry)->tgid == process->tgid)
			return task_of(entry);
	return NULL;
}

/**
 * @brief The task that has what belongs to a process as a whole.
 *
 * @param task any thread of the process
 * @return its leader; the thread itself where the machine has none
 * @source none (ours: stands for task->signal)
 */
const struct task *process_of(const struct task *task)
{
	struct task *thread = next_thread(task, NULL);

	while (thread && thread->pid != thread->tgid)
		thread = next_thread(task, thread);
	return thread ? thread : task;
}

/**
 * @brief Find a thread of a process that still has its memory.
 *
 * @param process any thread of the process
 * @return the thread, or NULL when all have given it up
 * @source none (ours: what mm/oom_kill.c does under the name find_lock_task_mm)
 */
struct task *find_task_mm(const struct task *process)
{
	struct task *thread = next_thread(process, NULL);

	while (thread && !thread->mm)
		thread = next_thread(process, thread);
	return thread;
}

/**
 * @brief An anonymous page leaves the page tables of its process, which counts it in swap if it has a place there.
 *
 * @param page the page, still with its mapping
 * @source none (ours: what mm/rmap.c does to the counters of a struct mm_struct in try_to_unmap)
 */
void anon_page_unmapped(const struct page *page)
{
	struct mm *mm = page_owner(page)->mm;

	/* Memory whose process is gone is counted by nobody; a user may have set the numbers to less than there is. */
	if (!mm || !mm->rss_anon)
		return;
	mm->rss_anon--;
	mm->swap_entries += PageFlag(page, PG_swapcache);
}

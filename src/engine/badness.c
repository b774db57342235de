/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The badness of processes that are known by their figures alone: stage 18 weighs each.
 */
#include "engine/parts.h"
#include "stages/stages.h"
#include "world/world.h"

/** Any pid but that of init, which nothing kills. */
#define ORDINARY_PID 2

/** Pages beyond this overflow the kernel's own sums. */
#define MOST_PAGES (UINT64_MAX >> 13)

static unsigned long pages(uint64_t value)
{
	return value < MOST_PAGES ? value : MOST_PAGES;
}

/**
 * @brief Weigh processes on the machine in focus, which has no others.
 *
 * @param process the processes
 * @param nr how many
 * @param total_pages memory and swap that the request could use
 * @param points receives the badness of each, as oom_badness() gives it
 */
void badness_run(const struct engine_process *process, size_t nr, uint64_t total_pages,
		 long *points)
{
	struct mm mm = { .users = 1 };
	struct task task = { .pid = ORDINARY_PID, .tgid = ORDINARY_PID, .mm = &mm };

	list_add_tail(&task.tasks, &world->tasks);
	for (size_t i = 0; i < nr; i++) {
		/* The table adds the kinds of resident pages up, and so does the badness. */
		mm.rss_anon = pages(process[i].rss);
		mm.swap_entries = pages(process[i].swap);
		mm.pgtable_bytes = pages(process[i].page_tables) * PAGE_SIZE;
		task.oom_score_adj = (short)process[i].adj;
		points[i] = oom_badness(&task, pages(total_pages));
	}
	list_del(&task.tasks);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief How many points the OOM killer gives a process: stage 18 weighs it, and what other versions do differently is added.
 */
#include "failure/judge/points.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "failure/judge/account.h"

/** 4.14: root's processes count less, and of equals the first stays. */
static const struct score_rules of_4_14 = { "4.14", true, false, false };
static const struct score_rules of_4_19 = { "4.19", false, false, false };
static const struct score_rules of_5_8 = { "5.8", false, false, true };
static const struct score_rules of_5_9 = { "5.9", false, true, true };

/** The releases of 5.4 between which points became signed. */
#define SIGNED_NOT_YET 120
#define SIGNED_SURELY  188

/** The sets of one version: which it may be, the likelier first. */
static int both(struct score_rules *rules, const struct score_rules *first,
		const struct score_rules *second)
{
	rules[0] = *first;
	rules[1] = *second;
	return 2;
}

static int only(struct score_rules *rules, const struct score_rules *set)
{
	rules[0] = *set;
	return 1;
}

/**
 * @brief The rules by which a report's version weighs.
 *
 * @param failure the report
 * @param rules receives up to MOST_SCORE_RULES sets, the likeliest first
 * @return how many
 */
int score_rules_of(const struct failure *failure, struct score_rules *rules)
{
	struct score_rules no_bonus = of_4_14;
	int major = 0, minor = 0, point = 0, version;

	sscanf(failure->version, "%4d.%4d.%4d", &major, &minor, &point);
	version = major * 1000 + minor;
	/* Whether a process of root has the privilege that counts, the report does not say. */
	no_bonus.root_bonus = false;
	if (!failure->version[0])
		return failure->oom.tables_in_bytes ? both(rules, &of_5_8, &of_5_9)
						    : both(rules, &of_4_14, &no_bonus);
	if (version < 4015)
		return both(rules, &of_4_14, &no_bonus);
	if (version < 4019)
		return both(rules, &of_4_19, &of_4_14);
	if (version <= 5000)
		return only(rules, &of_4_19);
	if (version < 5004)
		return both(rules, &of_4_19, &of_5_8);
	if (version == 5004 && point > SIGNED_NOT_YET && point < SIGNED_SURELY)
		return both(rules, &of_5_8, &of_5_9);
	/* The ".0" of a distribution does not tell the release. */
	if (version == 5004 && !point)
		return both(rules, &of_5_9, &of_5_8);
	if (version < 5009 && !(version == 5004 && point >= SIGNED_SURELY))
		return only(rules, &of_5_8);
	return only(rules, &of_5_9);
}

/** Pages that a group may use: its limit, and what it may have of swap, which the report tells but for the machine's own. */
static void group_total(const struct failure *failure, uint64_t page_kb, struct score_total *total)
{
	const struct group_counter *counter = failure->oom.counter;
	const struct group_counter *memory = &counter[GROUP_MEMORY];
	const struct group_counter *both_of = &counter[GROUP_MEMORY_SWAP];
	const struct group_counter *swap = &counter[GROUP_SWAP];
	uint64_t most = MOST_FIGURE_PAGES;

	total->inferred = true;
	total->least = 0;
	total->most = MOST_FIGURE_PAGES;
	if (!memory->read || memory->unlimited)
		return;
	total->least = memory->limit_kb / page_kb;
	if (swap->read && !swap->unlimited)
		most = total->least + swap->limit_kb / page_kb;
	if (both_of->read && !both_of->unlimited)
		most = both_of->limit_kb / page_kb;
	if (failure->holders.has_swap) {
		uint64_t all = total->least + failure->holders.swap_total_kb / page_kb;

		most = all < most ? all : most;
	}
	total->most = most > total->least ? most : total->least;
	total->inferred = total->most != total->least;
	if (!total->least)
		total->least = 1;
	if (total->most < total->least)
		total->most = total->least;
}

/** Pages of the zones on these nodes, as printed. */
static uint64_t pages_of_nodes(const struct failure *failure, uint64_t nodes,
			       enum failure_figure figure, uint64_t page_kb)
{
	uint64_t sum = 0;

	for (int i = 0; i < failure->nr_zones; i++)
		if (nodes >> (failure->zone[i].nid & (FAILURE_NODES - 1)) & 1)
			sum += failure->zone[i].figures.value[figure] / page_kb;
	return sum < MOST_FIGURE_PAGES ? sum : MOST_FIGURE_PAGES;
}

/** The nodes that confined the request; all bits set where none did. */
static uint64_t confining_nodes(const struct failure *failure)
{
	uint64_t present = 0;

	for (int i = 0; i < failure->nr_zones; i++)
		present |= 1ull << (failure->zone[i].nid & (FAILURE_NODES - 1));
	if (failure->oom.constraint == OOM_NONE)
		return UINT64_MAX;
	if (failure->has_nodemask && (failure->nodemask & present) != present)
		return failure->nodemask;
	if (failure->has_mems && (failure->mems_allowed & present) != present)
		return failure->mems_allowed;
	return UINT64_MAX;
}

/**
 * @brief The memory that points are a share of: the machine's, that of the nodes allowed, or a group's.
 *
 * @param failure the report
 * @param page_kb size of a page
 * @param total receives it
 */
void score_total_of(const struct failure *failure, uint64_t page_kb, struct score_total *total)
{
	uint64_t nodes, pages, swap = 0;

	if (failure->memcg) {
		group_total(failure, page_kb, total);
		return;
	}
	if (failure->holders.has_swap)
		swap = failure->holders.swap_total_kb / page_kb;
	nodes = confining_nodes(failure);
	total->inferred = true;
	if (nodes != UINT64_MAX) {
		pages = pages_of_nodes(failure, nodes, FIGURE_PRESENT, page_kb);
	} else if (failure->has_ram && failure->has_reserved && failure->ram >= failure->reserved) {
		pages = failure->ram - failure->reserved;
		/* Without its line the machine has no swap, or the log lost it. */
		total->inferred = !failure->holders.has_swap;
	} else {
		pages = pages_of_nodes(failure, UINT64_MAX, FIGURE_MANAGED, page_kb);
	}
	total->least = pages + swap ? pages + swap : 1;
	total->most = pages ? total->least : MOST_FIGURE_PAGES;
}

/**
 * @brief Pages of page tables of a process.
 *
 * @param failure the report
 * @param task the process
 * @param page_kb size of a page
 * @return pages; tables smaller than a page count as the kernel counts them, rounded down together
 */
uint64_t task_table_pages(const struct failure *failure, const struct failure_task *task,
			  uint64_t page_kb)
{
	return failure->oom.tables_in_bytes ? task->page_tables / (page_kb * 1024)
					    : task->page_tables;
}

/** Was this process killed by a report before? */
static bool died_before(const struct failure_oom *oom, long pid, const char *name)
{
	for (int i = 0; i < oom->nr_earlier; i++)
		if (oom->earlier[i].pid == pid && !strcmp(oom->earlier[i].name, name))
			return true;
	return false;
}

/**
 * May the kills before this report be relied on? A victim that is still dying would have ended the search, so one that is listed
 * has nothing left to give. But a log that holds a report twice names its victim twice.
 */
static bool earlier_counts(const struct failure_oom *oom)
{
	const struct failure_kill *named = oom->has_choice ? &oom->choice : oom->kill;

	return !(oom->has_choice || oom->nr_kills) || !died_before(oom, named->pid, named->name);
}

/** Is this process exempt, whatever it holds? */
static bool is_exempt(const struct failure_task *task)
{
	return task->adj == -1000 || task->tgid == 1 || task->pid == 1;
}

/** What stage 18 is told of a process. */
static struct engine_process figures_of(const struct failure *failure,
					const struct failure_task *task,
					const struct score_rules *rules, uint64_t page_kb)
{
	struct engine_process process = { .rss = task->rss,
					  .swap = task->swap,
					  .page_tables = task_table_pages(failure, task, page_kb),
					  .adj = task->adj };

	if (rules->root_bonus && !task->uid) {
		uint64_t base = process.rss + process.swap + process.page_tables;

		process.rss = base - base * 3 / 100;
		process.swap = process.page_tables = 0;
	}
	return process;
}

/**
 * @brief Weigh all processes of a report.
 *
 * @param failure the report
 * @param rules how
 * @param page_kb size of a page
 * @param total_pages memory that the points are a share of
 * @param points receives the points of each row of the table, or NOT_ELIGIBLE
 * @return false when there is no memory for it
 */
bool score_points(const struct failure *failure, const struct score_rules *rules, uint64_t page_kb,
		  uint64_t total_pages, long *points)
{
	const struct failure_oom *oom = &failure->oom;
	struct engine_process *process = calloc(oom->nr_tasks, sizeof(*process));
	struct pageflow_error error;
	bool failed, earlier = earlier_counts(oom);

	if (!process)
		return false;
	for (size_t i = 0; i < oom->nr_tasks; i++)
		process[i] = figures_of(failure, &oom->task[i], rules, page_kb);
	failed = ENGINE_EITHER->badness(process, oom->nr_tasks, total_pages, points, &error) != 0;
	for (size_t i = 0; !failed && i < oom->nr_tasks; i++) {
		const struct failure_task *task = &oom->task[i];

		if (is_exempt(task) || (earlier && died_before(oom, task->pid, task->name)))
			points[i] = NOT_ELIGIBLE;
		else if (rules->below_one && points[i] <= 1)
			points[i] =
				(long)(process[i].rss + process[i].swap + process[i].page_tables) +
				(long)process[i].adj * (long)(total_pages / 1000);
	}
	free(process);
	return !failed;
}

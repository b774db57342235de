/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Who was killed and why, as text: the group at its limit, and the processes in the order of their badness.
 */
#include <inttypes.h>
#include <string.h>

#include "text/words.h"
#include "tools/explain/sheet.h"

/** Processes that are printed. */
#define MOST_PRINTED 6

/** A path, and what it means. */
static void print_path(const struct sheet *sheet, const char *what, const char *path, bool cut,
		       const char *readable)
{
	sheet_say(sheet, 2, "%s %s%s", what, path, cut ? "... (cut here in the log)" : "");
	if (readable[0])
		sheet_say(sheet, 6, "%s", readable);
}

/** A counter of the group. */
static void print_counter(const struct sheet *sheet, const char *name,
			  const struct group_counter *counter)
{
	char limit[48] = ", without a limit", times[48] = "";

	if (!counter->read)
		return;
	if (!counter->unlimited)
		snprintf(limit, sizeof(limit), " of %" PRIu64 " kB", counter->limit_kb);
	if (counter->failcnt)
		snprintf(times, sizeof(times), ", refused %" PRIu64 " times", counter->failcnt);
	sheet_say(sheet, 2, "%s: %" PRIu64 " kB%s%s", name, counter->usage_kb, limit, times);
}

/** A part of what the group holds, as a piece. */
static void write_part(const struct sheet *sheet, const struct group_part *part)
{
	char name[64], in_kb[32];

	snprintf(name, sizeof(name), "%s%s", part->within ? "  " : "", part->name);
	snprintf(in_kb, sizeof(in_kb), "%" PRIu64 " kB", part->kb);
	sheet_cells(sheet, PLAIN, (const char *[]){ name, in_kb }, 2, log_inferred(part->inferred));
}

/** What the group holds, as far as it holds any of it. */
static void print_parts(const struct sheet *sheet, const struct group_account *group)
{
	for (int i = 0; i < group->nr_parts; i++) {
		const struct group_part *part = &group->part[i];
		int indent = part->within ? 6 : 4;

		if (!part->kb)
			continue;
		if (sheet->json)
			write_part(sheet, part);
		else if (sheet_is_narrow(sheet))
			sheet_say(sheet, indent, "%s: %" PRIu64 " kB%s", part->name, part->kb,
				  log_inferred(part->inferred));
		else
			fprintf(sheet->out, "%*s%-*s %10" PRIu64 " kB%s\n", indent, "", 38 - indent,
				part->name, part->kb, log_inferred(part->inferred));
	}
}

/** What killing can free and what it cannot. */
static void print_use(const struct sheet *sheet, const struct group_account *group)
{
	const struct group_counter *memory = &sheet->answer->failure->oom.counter[GROUP_MEMORY];

	if (group->use == KILL_NOTHING)
		sheet_say(sheet, 2,
			  "killing cannot help: %" PRIu64 " of %" PRIu64
			  " kB are memory of the kernel, which "
			  "outlives the processes that caused it",
			  group->kernel_kb, memory->usage_kb);
	else if (group->use == KILL_LITTLE)
		sheet_say(sheet, 2,
			  "killing frees little: of %" PRIu64 " kB only %" PRIu64
			  " kB are anonymous memory of processes; files, tmpfs and memory of the "
			  "kernel stay",
			  memory->usage_kb, group->anon_kb);
	else if (group->use == KILL_FREES)
		sheet_say(sheet, 2,
			  "killing frees at most the %" PRIu64
			  " kB of anonymous memory; files, tmpfs and memory of the kernel stay",
			  group->anon_kb);
	if (group->limit_below_processes)
		sheet_say(
			sheet, 2,
			"the limit is below what the processes of the group have resident, %" PRIu64
			" kB (pages that they share are counted once for each)",
			group->processes_kb);
}

/** The group at its limit. */
static void print_group(const struct sheet *sheet)
{
	const struct failure_oom *oom = &sheet->answer->failure->oom;
	const struct group_account *group = &sheet->answer->victim.group;

	if (!group->known)
		return;
	sheet_title(sheet, "group", "the memory cgroup at its limit");
	if (oom->group[0])
		print_path(sheet, "group", oom->group, oom->group_cut, group->readable);
	else
		sheet_say(sheet, 2, "its name is not in the report");
	if (oom->task_group[0] && strcmp(oom->group, oom->task_group))
		print_path(sheet, "the limit is not that of the victim's own group,",
			   oom->task_group, oom->task_group_cut, group->task_readable);
	if (oom->counter[GROUP_MEMORY].read)
		print_counter(sheet, "memory", &oom->counter[GROUP_MEMORY]);
	else
		sheet_say(sheet, 2, "usage and limit unknown: their line is not in the report");
	print_counter(sheet, "memory and swap", &oom->counter[GROUP_MEMORY_SWAP]);
	print_counter(sheet, "swap", &oom->counter[GROUP_SWAP]);
	print_parts(sheet, group);
	if (oom->has_protection)
		sheet_say(sheet, 2,
			  "protected in other groups: %" PRIu64 " kB by memory.min, %" PRIu64
			  " kB by memory.low",
			  oom->min_kb, oom->low_kb);
	print_use(sheet, group);
}

/** One row of the ranking, as a piece. */
static void write_task(const struct sheet *sheet, const struct failure_task *task,
		       const char *badness, bool killed)
{
	char cell[5][24];

	snprintf(cell[0], sizeof(cell[0]), "%ld", task->pid);
	snprintf(cell[1], sizeof(cell[1]), "%" PRIu64, task->rss);
	snprintf(cell[2], sizeof(cell[2]), "%" PRIu64, task->swap);
	snprintf(cell[3], sizeof(cell[3]), "%" PRIu64,
		 task_table_pages(sheet->answer->failure, task, sheet->answer->victim.page_kb));
	snprintf(cell[4], sizeof(cell[4]), "%d", task->adj);
	sheet_cells(sheet, killed ? BOLD : PLAIN,
		    (const char *[]){ cell[0], task->name, cell[1], cell[2], cell[3], cell[4],
				      badness },
		    7, killed ? "was killed" : "");
}

/** One row of the ranking. */
static void print_task(const struct sheet *sheet, const struct failure_task *task,
		       const char *badness)
{
	const struct victim *victim = &sheet->answer->victim;
	const struct failure *failure = sheet->answer->failure;
	bool killed = task == victim->row && victim->reason != VICTIM_EXITED;
	char name[20];

	if (sheet->json) {
		write_task(sheet, task, badness, killed);
		return;
	}
	word_copy(word_of(task->name), name, sizeof(name));
	if (sheet_is_narrow(sheet)) {
		sheet_say(sheet, 2, "%c %ld (%s): badness %s, rss %" PRIu64, killed ? '*' : ' ',
			  task->pid, name, badness, task->rss);
		return;
	}
	fprintf(sheet->out,
		"  %s%c %7ld %-16.16s %9" PRIu64 " %9" PRIu64 " %7" PRIu64 " %6d %12s%s\n",
		sheet_ink(sheet, killed ? BOLD : PLAIN), killed ? '*' : ' ', task->pid, name,
		task->rss, task->swap, task_table_pages(failure, task, victim->page_kb), task->adj,
		badness, sheet_ink(sheet, PLAIN));
}

/** Is it among the rows that are printed? */
static bool is_printed(const struct victim *victim, const struct failure_task *task)
{
	for (int i = 0; i < victim->nr_ranked && i < MOST_PRINTED; i++)
		if (victim->ranked[i].task == task)
			return true;
	return false;
}

/** What the badness is made of. */
static void print_rules(const struct sheet *sheet)
{
	const struct victim *victim = &sheet->answer->victim;

	sheet_say(sheet, 2,
		  "badness: resident pages, pages in swap and page tables, and oom_score_adj times "
		  "%" PRIu64 " pages, a thousandth of %" PRIu64 "%s%s; by the rules of %s%s%s",
		  victim->total_pages / 1000, victim->total_pages,
		  sheet->answer->failure->memcg ? ", what the group may use" : ", memory and swap",
		  victim->total_fitted ? " (inferred: the least that agrees with the kernel)"
				       : log_inferred(victim->total_inferred),
		  victim->rules.name, log_inferred(victim->rules_inferred),
		  victim->rules.root_bonus ? ", where processes of uid 0 count 3 % less (inferred: "
					     "their privileges are not in the report)"
					   : "");
}

/** The head of the ranking. */
static void print_task_columns(const struct sheet *sheet)
{
	static const char *const names[] = { "pid",    "name", "rss",	 "swap",
					     "tables", "adj",  "badness" };

	if (sheet->json)
		sheet_columns(sheet, names, 7);
	else if (!sheet_is_narrow(sheet))
		fprintf(sheet->out, "    %7s %-16s %9s %9s %7s %6s %12s\n", names[0], names[1],
			names[2], names[3], names[4], names[5], names[6]);
}

/** The processes in the order of their badness. */
static void print_ranking(const struct sheet *sheet)
{
	const struct victim *victim = &sheet->answer->victim;
	const struct failure_oom *oom = &sheet->answer->failure->oom;
	char points[32];

	if (victim->nr_ranked) {
		print_rules(sheet);
		print_task_columns(sheet);
	}
	for (int i = 0; i < victim->nr_ranked && i < MOST_PRINTED; i++) {
		snprintf(points, sizeof(points), "%ld", victim->ranked[i].badness);
		print_task(sheet, victim->ranked[i].task, points);
	}
	if (victim->row && !is_printed(victim, victim->row)) {
		snprintf(points, sizeof(points), "%ld", victim->badness);
		print_task(sheet, victim->row, victim->has_badness ? points : "exempt");
	}
	sheet_say(sheet, 2, "%zu %s in the table, %zu may be killed%s", oom->nr_tasks,
		  oom->nr_tasks == 1 ? "process" : "processes", victim->nr_eligible,
		  victim->row ? "; * was killed" : "");
	if (oom->nr_damaged)
		sheet_say(sheet, 2, "%zu damaged %s of the table could not be read",
			  oom->nr_damaged, oom->nr_damaged == 1 ? "row" : "rows");
	else if (oom->tasks_cut)
		sheet_say(sheet, 2, "the table has more rows than are kept");
}

/** The score that older kernels print in the line of the kill. */
static void print_score(const struct sheet *sheet)
{
	const struct victim *victim = &sheet->answer->victim;

	if (!victim->has_score)
		return;
	if (victim->score_computed < 0)
		sheet_say(sheet, 2, "the kernel gave %ld (%s) a score of %ld", victim->named->pid,
			  victim->named->name, victim->score_read);
	else
		sheet_say(sheet, 2, "score of %ld (%s): %ld printed, %ld by the table",
			  victim->named->pid, victim->named->name, victim->score_read,
			  victim->score_computed);
}

/**
 * @brief Print who was killed and why.
 *
 * @param sheet the sheet
 */
void print_victim(const struct sheet *sheet)
{
	const struct victim *victim = &sheet->answer->victim;
	char text[1024];

	print_group(sheet);
	if (!victim->any)
		return;
	sheet_title(sheet, "killed", "who was killed, and why");
	if (victim->known)
		print_ranking(sheet);
	print_score(sheet);
	if (!victim->choice_known && victim->known && victim->nr_ranked)
		sheet_say(sheet, 2,
			  "who has most points depends on memory that the report does not show");
	victim_headline(sheet->answer->failure, victim, text, sizeof(text));
	sheet_say(sheet, 2, "%s", text);
}

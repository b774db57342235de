/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Who was killed and why: the processes of an OOM report in the order of their badness.
 */
#include "failure/judge/victim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failure/judge/account.h"

/** Pages that the counters of a process may be apart from one moment to the next. */
#define SLACK	      64
#define SLACK_PER_CPU 256

/** The largest page of all architectures, kB. */
#define LARGEST_PAGE 256

/** The row of a process, by its pid; NULL when the table does not list it. */
static const struct failure_task *row_of(const struct failure_oom *oom,
					 const struct failure_kill *kill)
{
	for (size_t i = 0; kill && i < oom->nr_tasks; i++)
		if (oom->task[i].pid == kill->pid)
			return &oom->task[i];
	for (size_t i = 0; kill && i < oom->nr_tasks; i++)
		if (oom->task[i].tgid == kill->pid)
			return &oom->task[i];
	return NULL;
}

/** Whom the kernel chose, and who died for it. */
static void find_killed(const struct failure_oom *oom, struct victim *victim)
{
	const struct failure_kill *first = oom->nr_kills ? &oom->kill[0] : NULL;

	victim->named = oom->has_choice ? &oom->choice : first;
	victim->killed = first ? first : victim->named;
	/* A group dies in the order of its processes, with the choice somewhere among them. */
	for (int i = 0; oom->has_choice && i < oom->nr_kills; i++)
		if (oom->kill[i].pid == oom->choice.pid)
			victim->killed = &oom->kill[i];
	victim->row = row_of(oom, victim->killed);
}

/** The size of a page: of the free lists, or by what the victim had in pages and in kB. */
static void find_page(const struct failure *failure, struct victim *victim)
{
	const struct failure_task *row = victim->row;
	uint64_t kb = row && victim->killed->has_sizes && row->total_vm
			      ? victim->killed->total_vm_kb / row->total_vm
			      : 0;

	victim->page_kb = page_size_kb(failure);
	victim->page_inferred = failure->page_inferred;
	if (victim->page_inferred && kb >= 4 && kb <= LARGEST_PAGE && !(kb & (kb - 1)) &&
	    kb * row->total_vm == victim->killed->total_vm_kb)
		victim->page_kb = kb;
}

/** The row with most points; -1 when none is eligible. */
static long best_of(const struct failure_oom *oom, const struct score_rules *rules,
		    const long *points)
{
	long best = -1;

	for (size_t i = 0; i < oom->nr_tasks; i++)
		if (points[i] != NOT_ELIGIBLE && (best < 0 || points[i] > points[best] ||
						  (points[i] == points[best] && rules->later_wins)))
			best = (long)i;
	return best;
}

/**
 * Has this row most points for some total between two bounds? Points grow with the total in proportion to oom_score_adj, so each
 * other row bounds the totals for which it does. `per` receives a thousandth of such a total.
 */
static bool can_be_best(const struct failure_oom *oom, const long *at_zero, size_t row,
			const struct score_total *total, uint64_t *per)
{
	double least = (double)(total->least / 1000), most = (double)(total->most / 1000);

	for (size_t i = 0; i < oom->nr_tasks; i++) {
		double ahead = (double)at_zero[row] - (double)at_zero[i];
		double faster = (double)oom->task[row].adj - (double)oom->task[i].adj;

		if (at_zero[i] == NOT_ELIGIBLE)
			continue;
		if (faster == 0 && ahead < 0)
			return false;
		if (faster > 0 && -ahead / faster > least)
			least = -ahead / faster;
		if (faster < 0 && -ahead / faster < most)
			most = -ahead / faster;
	}
	*per = (uint64_t)least + ((double)(uint64_t)least < least);
	return (double)*per <= most;
}

/** Keep the rows with most points in order. */
static void rank(const struct failure_oom *oom, const long *points, struct victim *victim)
{
	for (size_t i = 0; i < oom->nr_tasks; i++) {
		const struct ranked_task one = { &oom->task[i], points[i] };
		int at = victim->nr_ranked;

		if (points[i] == NOT_ELIGIBLE)
			continue;
		victim->nr_eligible++;
		while (at &&
		       (points[i] > victim->ranked[at - 1].badness ||
			(points[i] == victim->ranked[at - 1].badness && victim->rules.later_wins)))
			at--;
		if (at == MOST_RANKED)
			continue;
		if (victim->nr_ranked < MOST_RANKED)
			victim->nr_ranked++;
		memmove(&victim->ranked[at + 1], &victim->ranked[at],
			(size_t)(victim->nr_ranked - 1 - at) * sizeof(one));
		victim->ranked[at] = one;
	}
}

/** Does the choice depend on what is not known of the memory in all? */
static bool choice_depends(const struct failure *failure, const struct score_total *total,
			   long *points, const struct victim *victim)
{
	const struct failure_oom *oom = &failure->oom;
	long best;

	if (total->least == total->most || !victim->nr_ranked)
		return false;
	if (!score_points(failure, &victim->rules, victim->page_kb, total->most, points))
		return true;
	best = best_of(oom, &victim->rules, points);
	return best < 0 || &oom->task[best] != victim->ranked[0].task;
}

/** The total for which the kernel's choice has most points, where such a one is possible. */
static bool fit_total(const struct failure *failure, const struct failure_task *named,
		      const struct score_total *total, long *points, struct victim *victim)
{
	const struct failure_oom *oom = &failure->oom;
	struct score_rules signed_rules = victim->rules;
	size_t row = (size_t)(named - oom->task);
	uint64_t per;

	signed_rules.below_one = true;
	if (total->least == total->most ||
	    !score_points(failure, &signed_rules, victim->page_kb, 0, points) ||
	    points[row] == NOT_ELIGIBLE || !can_be_best(oom, points, row, total, &per))
		return false;
	victim->total_fitted = true;
	victim->total_pages = per * 1000 > total->least ? per * 1000 : total->least;
	return true;
}

/** Weigh by the possible rules, those first that agree with the kernel. */
static bool weigh(const struct failure *failure, struct victim *victim, long *points)
{
	const struct failure_oom *oom = &failure->oom;
	const struct failure_task *named = row_of(oom, victim->named);
	struct score_rules rules[MOST_SCORE_RULES];
	struct score_total total;
	int count = score_rules_of(failure, rules), chosen = 0;
	bool agreed = false;

	score_total_of(failure, victim->page_kb, &total);
	victim->total_inferred = total.inferred;
	victim->total_pages = total.least;
	for (int i = 0; i < count && !agreed && named; i++) {
		long best, row = named - oom->task;

		if (!score_points(failure, &rules[i], victim->page_kb, total.least, points))
			return false;
		best = best_of(oom, &rules[i], points);
		agreed = best >= 0 && points[best] == points[row];
		chosen = agreed ? i : 0;
	}
	victim->rules = rules[chosen];
	victim->rules_inferred = count > 1;
	if (named && !agreed)
		agreed = fit_total(failure, named, &total, points, victim);
	if (!score_points(failure, &victim->rules, victim->page_kb, victim->total_pages, points))
		return false;
	victim->same = agreed;
	if (victim->row) {
		victim->badness = points[victim->row - oom->task];
		victim->has_badness = victim->badness != NOT_ELIGIBLE;
	}
	rank(oom, points, victim);
	victim->choice_known = agreed || !choice_depends(failure, &total, points, victim);
	return true;
}

/** The score that 4.x and older print, and the one by the table. */
static void compare_score(const struct failure *failure, struct victim *victim)
{
	const struct failure_kill *named = victim->named;
	const struct failure_task *row = row_of(&failure->oom, named);

	if (!named || !named->has_score)
		return;
	victim->has_score = true;
	victim->score_read = named->score;
	victim->score_computed = -1;
	for (int i = 0; row && i < victim->nr_ranked; i++)
		if (victim->ranked[i].task == row)
			victim->score_computed = (long)((double)victim->ranked[i].badness * 1000 /
							(double)victim->total_pages);
}

/** Are the points of the two so close that counters not yet folded decide? */
static bool is_close(const struct failure *failure, const struct victim *victim)
{
	int major = 0, minor = 0;
	long slack = SLACK, best = victim->ranked[0].badness;

	sscanf(failure->version, "%4d.%4d", &major, &minor);
	if (major > 6 || (major == 6 && minor >= 2))
		slack = SLACK_PER_CPU;
	if (best / 100 > slack)
		slack = best / 100;
	return best - victim->badness <= slack;
}

/** Why the choice of the table and what happened differ, or that they do not. */
static enum victim_reason find_reason(const struct failure *failure, const struct victim *victim)
{
	const struct failure_oom *oom = &failure->oom;

	if (oom->end == OOM_END_PANIC && !oom->nr_kills)
		return VICTIM_PANIC;
	if (oom->end == OOM_END_NOBODY && !oom->nr_kills)
		return VICTIM_NONE;
	if (!victim->named)
		return VICTIM_NOT_READ;
	if (oom->end == OOM_END_EXITING && !oom->nr_kills)
		return VICTIM_EXITED;
	if (victim->named->pid != victim->killed->pid && !oom->whole_group)
		return VICTIM_CHILD;
	if (victim->same)
		return VICTIM_SAME;
	if (oom->killed_asking)
		return VICTIM_ALLOCATING;
	if (!victim->known)
		return VICTIM_NO_TABLE;
	if (!victim->row)
		return VICTIM_UNLISTED;
	if (oom->whole_group)
		return VICTIM_GROUP;
	if (!victim->has_badness)
		return VICTIM_EXEMPT;
	if (!victim->choice_known)
		return VICTIM_UNCERTAIN;
	return victim->nr_ranked && is_close(failure, victim) ? VICTIM_ROUNDING : VICTIM_OTHER;
}

/**
 * @brief Rank the processes of a report, and compare with the one that was killed.
 *
 * @param failure the report; it must outlive the answer
 * @param victim receives the answer; `known` is false where no task table was read
 */
void victim_take(const struct failure *failure, struct victim *victim)
{
	const struct failure_oom *oom = &failure->oom;
	long *points = oom->nr_tasks ? calloc(oom->nr_tasks, sizeof(*points)) : NULL;

	memset(victim, 0, sizeof(*victim));
	if (failure->kind != FAILURE_OOM) {
		free(points);
		return;
	}
	victim->any = true;
	find_killed(oom, victim);
	find_page(failure, victim);
	victim->known = points && weigh(failure, victim, points);
	if (victim->known)
		compare_score(failure, victim);
	victim->reason = find_reason(failure, victim);
	if (victim->reason == VICTIM_CHILD)
		victim->same = false;
	group_take(failure, victim->page_kb, &victim->group);
	free(points);
}

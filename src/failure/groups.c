/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The reports of a log in groups: the same caller asking for the same.
 */
#include "failure/groups.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/** A task's name without the number that tells it from others of its kind. */
static void fold_name(const char *name, char *folded, size_t size)
{
	size_t length = strlen(name), from = length;

	while (from && isdigit((unsigned char)name[from - 1]))
		from--;
	/* `kworker/3:1H`: what follows the colon is a number of its kind, too. */
	if (!strncmp(name, "kworker/", 8) && strchr(name, ':'))
		from = (size_t)(strchr(name, ':') - name) + 1;
	if (!from || from == length)
		snprintf(folded, size, "%s", name);
	else
		snprintf(folded, size, "%.*s*", (int)from, name);
}

/** The zone that came closest to serving a request that was refused; NULL: none was short of pages. */
static const struct zone_account *closest(const struct log_answer *answer)
{
	const struct failure_account *account = &answer->account;
	const struct zone_account *found = NULL;

	for (int i = 0; i < account->nr_zones; i++) {
		const struct zone_account *zone = &account->zone[i];

		if (zone->place == ZONE_TRIED && zone->attempt.shortfall &&
		    (!found || zone->attempt.shortfall < found->attempt.shortfall))
			found = zone;
	}
	return found;
}

/** What a report is, as a group of one. */
static void describe(const struct log_answer *answer, struct log_group *group)
{
	const struct failure *failure = answer->failure;
	const struct zone_account *zone = NULL;

	memset(group, 0, sizeof(*group));
	group->kind = failure->kind;
	group->memcg = failure->memcg;
	group->order = failure->order;
	group->has_order = failure->has_order;
	group->mask_number = failure->mask_number;
	snprintf(group->mask_names, sizeof(group->mask_names), "%s", failure->mask_names);
	memcpy(group->caller, failure->trace.caller, sizeof(group->caller));
	memcpy(group->module, failure->trace.module, sizeof(group->module));
	fold_name(failure->comm, group->comm, sizeof(group->comm));
	group->count = 1;
	snprintf(group->first, sizeof(group->first), "%s", failure->when);
	memcpy(group->last, group->first, sizeof(group->last));
	group->first_line = failure->line;
	group->verdict = answer->account.verdict;
	group->refused = !log_answer_is_fine(answer);
	if (group->verdict == VERDICT_REFUSED || group->verdict == VERDICT_DEPENDS)
		zone = closest(answer);
	if (zone) {
		group->worst = zone->attempt.shortfall;
		log_zone_label(answer, zone, group->zone, sizeof(group->zone));
	}
}

/** Are these reports of the same? By who asked; where no trace tells, by the task. */
static bool alike(const struct log_group *one, const struct log_group *other)
{
	return one->kind == other->kind && one->memcg == other->memcg &&
	       one->has_order == other->has_order && one->order == other->order &&
	       one->mask_number == other->mask_number && !strcmp(one->caller, other->caller) &&
	       !strcmp(one->module, other->module) &&
	       (one->caller[0] || !strcmp(one->comm, other->comm));
}

/** Add a report to its group. */
static void join(struct log_group *group, const struct log_group *report)
{
	group->count++;
	group->refused += report->refused;
	if (strcmp(group->comm, report->comm) != 0)
		snprintf(group->comm, sizeof(group->comm), "several tasks");
	if (report->first[0])
		memcpy(group->last, report->first, sizeof(group->last));
	if (report->worst > group->worst || (report->refused && group->refused == 1)) {
		group->worst = report->worst;
		group->verdict = report->verdict;
		memcpy(group->zone, report->zone, sizeof(group->zone));
	}
}

/**
 * @brief Add a report.
 *
 * @param groups the groups of the log
 * @param answer the report's
 * @return its group; NULL when there are too many
 */
const struct log_group *log_groups_add(struct log_groups *groups, const struct log_answer *answer)
{
	struct log_group report;

	describe(answer, &report);
	for (int i = 0; i < groups->nr; i++)
		if (alike(&groups->group[i], &report)) {
			join(&groups->group[i], &report);
			return &groups->group[i];
		}
	if (groups->nr == MOST_GROUPS) {
		groups->others++;
		return NULL;
	}
	groups->group[groups->nr] = report;
	return &groups->group[groups->nr++];
}

/** More reports first; of as many, the earlier group. */
static int compare(const void *a, const void *b)
{
	const struct log_group *one = a, *other = b;

	if (one->count != other->count)
		return one->count > other->count ? -1 : 1;
	return one->first_line < other->first_line ? -1 : 1;
}

/**
 * @brief Put the groups in order: those with most reports first.
 *
 * @param groups the groups
 */
void log_groups_sort(struct log_groups *groups)
{
	qsort(groups->group, (size_t)groups->nr, sizeof(groups->group[0]), compare);
}

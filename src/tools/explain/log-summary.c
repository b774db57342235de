/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The reports of a log in groups: a line each, or as JSON.
 */
#include "text/append.h"
#include "text/wrap.h"
#include "tools/explain/ink.h"
#include "tools/explain/log.h"
#include "tools/explain/view.h"

/** Whose requests they are: the caller with its module, else the task. */
static void who(const struct log_group *group, char *text, size_t size)
{
	text[0] = '\0';
	if (group->caller[0])
		text_append(text, size, "%s()", group->caller);
	if (group->module[0])
		text_append(text, size, " [%s]", group->module);
	if (group->comm[0])
		text_append(text, size, "%s%s", text[0] ? ", " : "", group->comm);
}

/** What came of the worst of them. */
static void worst(const struct log_group *group, char *text, size_t size)
{
	static const char *const verdicts[] = {
		[VERDICT_REFUSED] = "refused",	   [VERDICT_PASSES] = "would pass",
		[VERDICT_DEPENDS] = "depends",	   [VERDICT_NO_REQUEST] = "no request",
		[VERDICT_GROUP] = "group's limit", [VERDICT_UNKNOWN] = "unknown",
	};

	snprintf(text, size, "%s", verdicts[group->verdict]);
	if (group->worst)
		text_append(text, size, ", %ld %s short in %s", group->worst,
			    group->worst == 1 ? "page" : "pages", group->zone);
}

/** The line of a group. */
static void print_group(const struct log_group *group, FILE *out)
{
	char line[768], part[256];

	snprintf(line, sizeof(line), "%5lu  %s", group->count,
		 log_kind_key(group->kind, group->memcg));
	if (group->has_order)
		text_append(line, sizeof(line), ", order %u", group->order);
	if (group->mask_names[0])
		text_append(line, sizeof(line), ", %s", group->mask_names);
	else if (group->mask_number)
		text_append(line, sizeof(line), ", 0x%llx", (unsigned long long)group->mask_number);
	who(group, part, sizeof(part));
	text_append(line, sizeof(line), ": %s; ", part[0] ? part : "a task");
	worst(group, part, sizeof(part));
	text_append(line, sizeof(line), "%s", part);
	if (group->first[0])
		text_append(line, sizeof(line), group->count > 1 ? "; %s to %s" : "; %s",
			    group->first, group->last);
	wrap_words(out, wrap_columns(out), 0, 2, line);
}

/**
 * @brief Print the groups, a line each.
 *
 * @param groups the groups, sorted
 * @param out where to
 */
void log_print_summary(const struct log_groups *groups, FILE *out)
{
	for (int i = 0; i < groups->nr; i++)
		print_group(&groups->group[i], out);
	if (groups->others)
		fprintf(out, "%5lu  others\n", groups->others);
}

/**
 * @brief Write the groups as JSON.
 *
 * @param groups the groups, sorted
 * @param json where to: an object
 */
void log_write_groups(const struct log_groups *groups, struct json *json)
{
	json_array(json, "groups");
	for (int i = 0; i < groups->nr; i++) {
		const struct log_group *group = &groups->group[i];
		char mask[24];

		json_object(json, NULL);
		json_count(json, "count", group->count);
		json_text(json, "kind", log_kind_key(group->kind, group->memcg));
		json_count(json, "order", group->order);
		snprintf(mask, sizeof(mask), "0x%llx", (unsigned long long)group->mask_number);
		json_text(json, "mode", mask);
		json_text(json, "gfp", group->mask_names);
		json_text(json, "function", group->caller);
		json_text(json, "module", group->module);
		json_text(json, "comm", group->comm);
		json_text(json, "first", group->first);
		json_text(json, "last", group->last);
		json_count(json, "line", group->first_line);
		json_count(json, "refused", group->refused);
		json_text(json, "worst_verdict", log_verdict_key(group->verdict));
		json_integer(json, "worst_shortfall", group->worst);
		json_text(json, "worst_zone", group->zone);
		json_end(json);
	}
	json_end(json);
	json_count(json, "other_reports", groups->others);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Who was killed and why, as JSON.
 */
#include <string.h>

#include "tools/explain/log-json-parts.h"

/** A figure, or null where it was not read. */
static void write_figure(struct json *json, const char *key, bool read, uint64_t value)
{
	if (read)
		json_count(json, key, value);
	else
		json_null(json, key);
}

/** A process of the table. */
static void write_task(const struct log_answer *answer, const struct ranked_task *one,
		       const char *key, struct json *json)
{
	const struct failure_task *task = one->task;

	json_object(json, key);
	json_integer(json, "pid", task->pid);
	json_text(json, "name", task->name);
	json_integer(json, "uid", task->uid);
	json_count(json, "rss", task->rss);
	json_count(json, "swap", task->swap);
	json_count(json, "page_tables",
		   task_table_pages(answer->failure, task, answer->victim.page_kb));
	json_integer(json, "adj", task->adj);
	json_integer(json, "badness", one->badness);
	json_end(json);
}

/** The process that was killed, or null. */
static void write_killed(const struct victim *victim, struct json *json)
{
	if (!victim->killed) {
		json_null(json, "killed");
		return;
	}
	json_object(json, "killed");
	json_integer(json, "pid", victim->killed->pid);
	json_text(json, "name", victim->killed->name);
	json_bool(json, "listed", victim->row != NULL);
	if (victim->has_badness)
		json_integer(json, "badness", victim->badness);
	else
		json_null(json, "badness");
	write_figure(json, "score", victim->has_score, (uint64_t)victim->score_read);
	write_figure(json, "score_by_table", victim->has_score && victim->score_computed >= 0,
		     (uint64_t)victim->score_computed);
	json_end(json);
}

/** A counter of the group. */
static void write_counter(const struct group_counter *counter, const char *key, struct json *json)
{
	json_object(json, key);
	write_figure(json, "usage_kb", counter->read, counter->usage_kb);
	write_figure(json, "limit_kb", counter->read && !counter->unlimited, counter->limit_kb);
	json_bool(json, "unlimited", counter->read && counter->unlimited);
	write_figure(json, "failcnt", counter->read, counter->failcnt);
	json_end(json);
}

/** The groups from the root to the victim's. */
static void write_chain(const struct failure_oom *oom, struct json *json)
{
	const char *leaf = oom->task_group[0] ? oom->task_group : oom->group;
	char path[GROUP_PATH];

	json_array(json, "chain");
	for (size_t i = 1; leaf[0] && i <= strlen(leaf); i++) {
		if (leaf[i] && leaf[i] != '/')
			continue;
		snprintf(path, sizeof(path), "%.*s", (int)i, leaf);
		json_object(json, NULL);
		json_text(json, "path", path);
		json_bool(json, "limit_hit", !strcmp(path, oom->group));
		json_end(json);
	}
	json_end(json);
}

/** The group at its limit. */
static void write_group(const struct log_answer *answer, struct json *json)
{
	static const char *const uses[] = { "unknown", "frees", "little", "nothing" };
	const struct failure_oom *oom = &answer->failure->oom;
	const struct group_account *group = &answer->victim.group;
	const struct group_counter *memory = &oom->counter[GROUP_MEMORY];

	json_object(json, "group");
	json_text(json, "path", oom->group);
	json_bool(json, "path_cut", oom->group_cut);
	json_text(json, "readable", group->readable);
	json_text(json, "task_path", oom->task_group);
	json_text(json, "task_readable", group->task_readable);
	write_figure(json, "usage_kb", memory->read, memory->usage_kb);
	write_figure(json, "limit_kb", memory->read && !memory->unlimited, memory->limit_kb);
	write_figure(json, "failcnt", memory->read, memory->failcnt);
	write_figure(json, "kmem_kb", group->has_kernel, group->kernel_kb);
	write_counter(&oom->counter[GROUP_MEMORY_SWAP], "memory_swap", json);
	write_counter(&oom->counter[GROUP_SWAP], "swap", json);
	write_counter(&oom->counter[GROUP_KMEM], "kmem", json);
	json_array(json, "holds");
	for (int i = 0; i < group->nr_parts; i++) {
		json_object(json, NULL);
		json_text(json, "key", group->part[i].key);
		json_count(json, "kb", group->part[i].kb);
		json_bool(json, "within", group->part[i].within);
		json_bool(json, "inferred", group->part[i].inferred);
		json_end(json);
	}
	json_end(json);
	json_text(json, "kill", uses[group->use]);
	write_figure(json, "processes_kb", group->has_processes, group->processes_kb);
	json_bool(json, "limit_below_processes", group->limit_below_processes);
	write_figure(json, "min_kb", oom->has_protection, oom->min_kb);
	write_figure(json, "low_kb", oom->has_protection, oom->low_kb);
	write_chain(oom, json);
	json_end(json);
}

/** The choice by the table, and the ranking. */
static void write_choice(const struct log_answer *answer, struct json *json)
{
	const struct victim *victim = &answer->victim;

	if (victim->nr_ranked && victim->choice_known)
		write_task(answer, &victim->ranked[0], "chosen", json);
	else
		json_null(json, "chosen");
	json_array(json, "ranked");
	for (int i = 0; i < victim->nr_ranked; i++)
		write_task(answer, &victim->ranked[i], NULL, json);
	json_end(json);
	write_figure(json, "total_pages", victim->known, victim->total_pages);
	json_bool(json, "total_inferred", victim->total_inferred);
	json_bool(json, "total_fitted", victim->total_fitted);
	json_text(json, "rules", victim->known ? victim->rules.name : "");
	json_bool(json, "rules_inferred", victim->rules_inferred);
	json_bool(json, "root_bonus", victim->rules.root_bonus);
}

/**
 * @brief Write who was killed and why.
 *
 * @param answer the answer
 * @param json where to: an object
 */
void write_victim(const struct log_answer *answer, struct json *json)
{
	static const char *const constraints[] = { "unknown", "none", "cpuset", "policy", "memcg" };
	const struct victim *victim = &answer->victim;
	const struct failure_oom *oom = &answer->failure->oom;
	char text[1024];

	if (answer->failure->kind != FAILURE_OOM) {
		json_null(json, "victim");
		return;
	}
	json_object(json, "victim");
	json_text(json, "constraint", constraints[oom->constraint]);
	write_killed(victim, json);
	write_choice(answer, json);
	json_bool(json, "same", victim->same);
	json_text(json, "reason", victim_reason_key(victim->reason));
	victim_headline(answer->failure, victim, text, sizeof(text));
	json_text(json, "text", text);
	json_bool(json, "whole_group", oom->whole_group);
	json_array(json, "kills");
	for (int i = 0; i < oom->nr_kills; i++)
		json_integer(json, NULL, oom->kill[i].pid);
	json_end(json);
	json_count(json, "tasks", oom->nr_tasks);
	json_count(json, "eligible", victim->nr_eligible);
	json_count(json, "damaged_rows", oom->nr_damaged);
	json_bool(json, "table_cut", oom->tasks_cut);
	json_count(json, "page_kb", victim->page_kb);
	if (victim->group.known)
		write_group(answer, json);
	else
		json_null(json, "group");
	json_end(json);
}

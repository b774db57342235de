/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The machine's state after a command, as an object of JSON: drawn, with what has changed since the command before, and as figures.
 */
#include <stdlib.h>

#include "state/lists.h"
#include "tools/language.h"
#include "tools/shell/shell.h"

/** So many of the blocks that are held are listed, the newest; takeall may hold all of memory. */
#define MOST_HELD 1000

/** What a state shows in pictures. */
static const enum pageflow_subject subjects[STATE_PICTURES] = {
	PAGEFLOW_FREE_LISTS,
	PAGEFLOW_ZONES,
	PAGEFLOW_PERCPU,
	PAGEFLOW_BLOCKS,
};

/** Draw a state in one form; NULL after saying why not. */
static char *draw(struct shell *shell, const struct pageflow_drawing *drawing,
		  enum pageflow_form form)
{
	struct pageflow_error error = { 0 };
	char *text = drawings_text(NULL, *drawing, form, &error);

	if (!text)
		shell_error(shell, "draw: %s", error.text);
	return text;
}

/**
 * @brief Take down the state after a command.
 *
 * @param shell the session
 * @param number of the state, counted from 1
 * @param drawn are pictures made of it? Otherwise the next one is compared with it
 */
void state_take(struct shell *shell, unsigned int number, bool drawn)
{
	const struct pen pen = pen_in_language(stdout);
	struct pageflow_error error = { 0 };
	pageflow_lists *now = NULL;

	if (!shell->machine)
		return;
	now = pageflow_lists_take(shell->machine, &error);
	if (!now)
		shell_error(shell, "state: %s", error.text);
	for (size_t i = 0; now && drawn && i < STATE_PICTURES; i++) {
		const struct pageflow_drawing drawing = {
			.now = now,
			.before = shell->states.last,
			.subject = subjects[i],
			.zone = shell->zone,
			.number = number,
			.translate = pen.translate,
			.context = pen.context,
		};

		shell->state_svg[i] = draw(shell, &drawing, PAGEFLOW_PART);
		shell->state_text[i] = draw(shell, &drawing, PAGEFLOW_TABLE);
	}
	drawings_forget(&shell->states);
	shell->states.last = now;
}

static void write_pictures(struct shell *shell, struct json *json)
{
	json_object(json, "pictures");
	for (size_t i = 0; i < STATE_PICTURES; i++) {
		if (shell->state_svg[i] && shell->state_text[i]) {
			json_object(json, drawings_word(subjects[i]));
			json_text(json, "svg", shell->state_svg[i]);
			json_text(json, "text", shell->state_text[i]);
			json_end(json);
		}
		free(shell->state_svg[i]);
		free(shell->state_text[i]);
		shell->state_svg[i] = shell->state_text[i] = NULL;
	}
	json_end(json);
}

static void write_zones(const pageflow_lists *now, struct json *json)
{
	json_array(json, "zones");
	for (int i = 0; i < now->nr_zones; i++) {
		const struct listed_zone *zone = &now->zone[i];

		json_object(json, NULL);
		json_integer(json, "node", zone->nid);
		json_text(json, "name", zone->name);
		json_count(json, "managed", zone->managed);
		json_count(json, "free", zone->free);
		json_count(json, "min", zone->mark[0] + zone->boost);
		json_count(json, "low", zone->mark[1] + zone->boost);
		json_count(json, "high", zone->mark[2] + zone->boost);
		json_count(json, "boost", zone->boost);
		json_count(json, "highatomic", zone->highatomic);
		json_array(json, "reserve");
		for (int tier = 0; tier < LISTS_TIERS; tier++)
			json_count(json, NULL, zone->reserve[tier]);
		json_end(json);
		json_end(json);
	}
	json_end(json);
}

static void write_held(const struct shell *shell, struct json *json)
{
	size_t first = shell->nr_held > MOST_HELD ? shell->nr_held - MOST_HELD : 0;

	json_count(json, "holds", shell->nr_held);
	json_array(json, "held");
	for (size_t i = first; i < shell->nr_held; i++) {
		const struct held *held = &shell->held[i];
		char gfp[256];

		pageflow_gfp_text(held->gfp, gfp, sizeof(gfp));
		json_object(json, NULL);
		json_count(json, "number", held->number);
		json_count(json, "pfn", held->pfn);
		json_count(json, "order", held->order);
		json_text(json, "gfp", gfp);
		json_end(json);
	}
	json_end(json);
}

static void write_tasks(const pageflow_lists *now, struct json *json)
{
	json_array(json, "tasks");
	for (size_t i = 0; i < now->nr_tasks; i++) {
		const struct listed_task *task = &now->task[i];

		json_object(json, NULL);
		json_integer(json, "pid", task->pid);
		json_text(json, "name", task->name);
		json_bool(json, "running", task->running);
		json_bool(json, "kernel", task->kernel);
		json_count(json, "resident", task->resident);
		json_count(json, "swap", task->swap);
		json_end(json);
	}
	json_end(json);
}

/** The CPUs that are online, and which of them runs. */
static void write_cpus(const pageflow_lists *now, struct json *json)
{
	json_integer(json, "cpu", now->running_cpu);
	json_array(json, "cpus");
	for (int i = 0; now->nr_zones && i < now->zone[0].nr_cpus; i++)
		json_integer(json, NULL, now->zone[0].cpu[i].cpu);
	json_end(json);
}

/**
 * @brief Write the state that was taken last, as the object `state`; nothing when there is none.
 *
 * @param shell the session
 * @param json where to
 */
void state_write(struct shell *shell, struct json *json)
{
	const pageflow_lists *now = shell->states.last;

	if (!shell->machine || !now)
		return;
	json_object(json, "state");
	json_text(json, "configuration", pageflow_configuration(shell->machine));
	write_cpus(now, json);
	write_zones(now, json);
	write_held(shell, json);
	write_tasks(now, json);
	write_pictures(shell, json);
	json_end(json);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief `pageflow explain --log FILE`: the failure reports in a kernel log, each replayed and explained.
 */
#include "tools/explain/log.h"

#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "text/error.h"
#include "text/input.h"
#include "text/new-file.h"
#include "tools/tools.h"

/** Longer lines are cut: no line of a report comes near. */
#define LONGEST_LINE INPUT_LINE

/** Keys that change their meaning change this. */
#define JSON_VERSION 2

/** A run over a log. */
struct run {
	const struct log_request *request;
	struct json *json;	     /**< NULL: as text */
	struct log_picture *picture; /**< NULL: none is drawn */
	struct log_groups *groups;
	unsigned long reports, shown;
	bool refused, damaged;
};

/** A report that lacks what an answer needs. */
static void report_damaged(struct run *run, const struct failure *failure, const char *missing)
{
	run->damaged = true;
	if (failure->kind == FAILURE_VMALLOC || failure->woven)
		say("explain", "%s:%zu: report %lu cannot be explained: it lacks %s",
		    run->request->path, failure->line, run->reports, missing);
	else
		say("explain",
		    "%s:%zu: report %lu is too damaged to explain: it lacks %s; give the log from "
		    "its header to its free lists",
		    run->request->path, failure->line, run->reports, missing);
}

/** Show the answer to a report in the form that was asked for. */
static void show(struct run *run, const struct log_answer *answer)
{
	if (run->picture)
		log_picture_add(run->picture, answer);
	if (run->request->summary)
		return;
	if (run->json)
		log_write_json(answer, run->request->path, run->json);
	else if (!run->picture || !is_standard_output(run->request->svg)) {
		if (run->shown++)
			putchar('\n');
		log_print_text(answer, run->request->path, stdout, run->request->colour);
	}
}

/** Is the report that was just read one that an answer is asked for? */
static bool is_asked_for(const struct run *run)
{
	return !run->request->only || run->request->only == run->reports;
}

/** Show the answer to a report, or say what it lacks. */
static void give_answer(struct run *run, const struct log_answer *answer, bool understood)
{
	const struct failure *failure = answer->failure;

	if (!understood)
		report_damaged(run, failure, answer->account.missing);
	run->refused |= !log_answer_is_fine(answer);
	/* Of two reports woven into one, no figure is known to be this one's. */
	if (!failure->woven && (!answer->account.missing[0] || log_answer_says_something(answer)))
		show(run, answer);
}

/** Explain one report. */
static void explain_report(const struct failure *failure, void *context)
{
	struct run *run = context;
	struct log_answer *answer = calloc(1, sizeof(*answer));
	const struct log_group *group;
	bool understood;

	run->reports++;
	if (!answer) {
		report_damaged(run, failure, "memory: out of memory");
		return;
	}
	answer->number = run->reports;
	understood = log_answer_take(answer, failure, run->request->rules);
	group = log_groups_add(run->groups, answer);
	answer->caller_so_far = group && failure->trace.caller[0] ? group->count : 0;
	if (is_asked_for(run))
		give_answer(run, answer, understood);
	log_answer_release(answer);
	free(answer);
}

/** Is this the beginning of something else that is read here? A log begins with any line, but not with one of those. */
static bool is_something_else(const struct input_line *line)
{
	struct text first = { .line = (char **)&line->text, .nr_lines = 1 };

	return ENGINE_EITHER->format(&first).version != 0;
}

/** Hand the lines of a log on; -1 after noting an error. */
static int read_lines(struct input *input, struct failure_log *log, struct pageflow_error *error)
{
	struct input_line line = { 0 };
	int got;

	while ((got = input_line(input, &line, error)) > 0) {
		if (line.number == 1 && (line.cut || is_something_else(&line)))
			return error_at(error, 1,
					"it is no log: %s; give what 'dmesg' or 'journalctl -k' "
					"prints",
					line.cut ? "its first line does not end"
						 : "it begins as a file of Pageflow's own");
		failure_log_line(log, line.text,
				 line.length < LONGEST_LINE ? line.length : LONGEST_LINE);
	}
	return got;
}

/** Read the log. */
static int read_log(struct run *run)
{
	struct pageflow_error error = { 0 };
	struct input *input = input_open(run->request->path, &error);
	struct failure_log *log = input ? failure_log_new(explain_report, run) : NULL;
	int failed = -1;

	if (log)
		failed = read_lines(input, log, &error);
	else if (input)
		error_set(&error, "out of memory");
	if (failed)
		input_error("explain", run->request->path, &error);
	/* Of a log that cannot be read on, the last report is not all there. */
	if (failed)
		failure_log_drop(log);
	else
		failure_log_end(log);
	input_close(input);
	return failed;
}

/** Begin the object that holds the answers. */
static void begin_json(const struct run *run)
{
	json_object(run->json, NULL);
	json_count(run->json, "version", JSON_VERSION);
	json_text(run->json, "log", run->request->path);
	json_array(run->json, "reports");
}

/** End the object that holds the answers, or print the summary. */
static void end_output(struct run *run)
{
	log_groups_sort(run->groups);
	if (run->json) {
		json_end(run->json);
		log_write_groups(run->groups, run->json);
		json_end(run->json);
	} else if (run->request->summary && run->reports) {
		log_print_summary(run->groups, stdout);
	}
}

/** So many reports there must be. */
static unsigned long least_reports(const struct run *run)
{
	return run->request->only ? run->request->only : 1;
}

/** Say what was not found. */
static void say_missing(const struct run *run)
{
	if (run->reports)
		say("explain", "%s: there is no report %lu in it; the last one is number %lu",
		    run->request->path, run->request->only, run->reports);
	else
		say("explain",
		    "%s: there is no report in it: no line says 'page allocation failure', 'invoked "
		    "oom-killer' or 'Mem-Info:'; logs packed otherwise than with xz must be unpacked "
		    "first",
		    run->request->path);
}

/** Write the picture, if one was asked for and there is something on it; false with a line on standard error. */
static bool write_picture(const struct run *run)
{
	if (!run->picture || run->reports < least_reports(run))
		return true;
	return !print_into("explain", run->request->svg, log_picture_write, run->picture);
}

/**
 * @brief Explain the reports of a log.
 *
 * @param request the log, and what is asked of it
 * @return the exit code
 */
int explain_log(const struct log_request *request)
{
	struct json writer;
	struct run run = { .request = request, .json = request->json ? &writer : NULL };
	bool failed, missing;

	run.groups = calloc(1, sizeof(*run.groups));
	if (!run.groups || (request->svg && !(run.picture = log_picture_new()))) {
		say("explain", "%s: out of memory", request->path);
		free(run.groups);
		return EXIT_BAD_INPUT;
	}
	json_begin(&writer, stdout);
	if (run.json)
		begin_json(&run);
	failed = read_log(&run) != 0;
	failed |= !failed && !write_picture(&run);
	log_picture_free(run.picture);
	end_output(&run);
	free(run.groups);
	missing = run.reports < least_reports(&run);
	if (!failed && missing)
		say_missing(&run);
	if (failed || missing || run.damaged)
		return EXIT_BAD_INPUT;
	return run.refused ? EXIT_DIFFERENT : EXIT_OK;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief `pageflow explain --log FILE`: the failure reports in a kernel log, each replayed and explained.
 */
#include "tools/explain/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/tools.h"

/** Longer lines are cut: no line of a report comes near. */
#define LONGEST_LINE 16384

/** Keys that change their meaning change this. */
#define JSON_VERSION 1

/** A run over a log. */
struct run {
	const char *path;
	struct json *json; /**< NULL: as text */
	bool colour;
	unsigned long reports;
	bool refused, damaged;
};

/** A report that lacks what an answer needs. */
static void report_damaged(struct run *run, const struct failure *failure, const char *missing)
{
	run->damaged = true;
	fflush(stdout);
	if (failure->kind == FAILURE_VMALLOC || failure->forced) {
		fprintf(stderr,
			"pageflow explain: %s:%zu: report %lu cannot be explained: it lacks %s\n",
			run->path, failure->line, run->reports, missing);
		return;
	}
	fprintf(stderr,
		"pageflow explain: %s:%zu: report %lu is too damaged to explain: it lacks %s; give "
		"the log from its header to its free lists\n",
		run->path, failure->line, run->reports, missing);
}

/** Explain one report. */
static void explain_report(const struct failure *failure, void *context)
{
	struct run *run = context;
	struct log_answer *answer = calloc(1, sizeof(*answer));

	run->reports++;
	if (!answer) {
		report_damaged(run, failure, "memory: out of memory");
		return;
	}
	answer->number = run->reports;
	if (!log_answer_take(answer, failure)) {
		report_damaged(run, failure, answer->account.missing);
		free(answer);
		return;
	}
	run->refused |= !answer->passes;
	if (run->json)
		log_write_json(answer, run->json);
	else
		log_print_text(answer, run->path, stdout, run->colour);
	log_answer_release(answer);
	free(answer);
}

/** Hand the lines of a file on; -1 with errno when it cannot be read. */
static int read_lines(FILE *file, struct failure_reader *reader)
{
	static char line[LONGEST_LINE + 1];
	size_t length = 0;
	int c;

	while ((c = getc_unlocked(file)) != EOF) {
		if (c != '\n') {
			if (length < LONGEST_LINE)
				line[length++] = (char)c;
			continue;
		}
		failure_reader_line(reader, line, length);
		length = 0;
	}
	if (length)
		failure_reader_line(reader, line, length);
	return ferror(file) ? -1 : 0;
}

/** Read the log. */
static int read_log(struct run *run)
{
	FILE *file = strcmp(run->path, "-") ? fopen(run->path, "rb") : stdin;
	struct failure_reader *reader = file ? failure_reader_new(explain_report, run) : NULL;
	int failed = !reader || read_lines(file, reader);

	if (failed)
		fprintf(stderr, "pageflow explain: %s: cannot be read: %s\n", run->path,
			strerror(errno));
	if (reader)
		failure_reader_end(reader);
	if (file && file != stdin)
		fclose(file);
	return failed;
}

/**
 * @brief Explain the reports of a log.
 *
 * @param path the log; "-" is standard input
 * @param json print JSON?
 * @param colour with the colours of a terminal?
 * @return the exit code
 */
int explain_log(const char *path, bool json, bool colour)
{
	struct json writer;
	struct run run = { .path = path, .json = json ? &writer : NULL, .colour = colour };
	int failed;

	json_begin(&writer, stdout);
	if (json) {
		json_object(&writer, NULL);
		json_count(&writer, "version", JSON_VERSION);
		json_text(&writer, "log", path);
		json_array(&writer, "reports");
	}
	failed = read_log(&run);
	if (json) {
		json_end(&writer);
		json_end(&writer);
	}
	if (!failed && !run.reports)
		fprintf(stderr,
			"pageflow explain: %s: there is no report in it: no line says 'page allocation "
			"failure', 'invoked oom-killer' or 'Mem-Info:'; packed logs must be "
			"unpacked first\n",
			path);
	if (failed || !run.reports || run.damaged)
		return EXIT_BAD_INPUT;
	return run.refused ? EXIT_DIFFERENT : EXIT_OK;
}

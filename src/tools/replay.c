/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief `pageflow replay FILE...`: replay recordings and compare every result, event and check.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"
#include "text/json.h"
#include "text/utf8.h"
#include "tools/tools.h"

/** How results are shown. */
struct settings {
	bool quiet;
	bool json;
};

/** Show how far a long replay is, on a terminal. */
static void show_progress(size_t done, size_t all, void *context)
{
	char *shown = utf8_escaped(context);

	fprintf(stderr, "\r%s: %zu of %zu lines", shown ? shown : "", done, all);
	fflush(stderr);
	free(shown);
}

static void clear_progress(void)
{
	fprintf(stderr, "\r\033[K");
}

static void write_json(struct json *json, const char *path, const struct replay_result *result)
{
	static const char *const outcomes[] = { "identical", "diverged", "unreadable" };

	json_object(json, NULL);
	json_text(json, "file", path);
	json_text(json, "outcome", outcomes[result->outcome]);
	json_count(json, "ops", result->ops);
	json_count(json, "events", result->events);
	json_count(json, "checks", result->checks);
	if (result->outcome != REPLAY_IDENTICAL)
		json_count(json, "line", result->line);
	if (result->outcome == REPLAY_DIVERGED) {
		json_text(json, "expected", result->expected);
		json_text(json, "got", result->got);
	} else if (result->outcome == REPLAY_UNREADABLE) {
		json_text(json, "error", result->error);
	}
	json_end(json);
}

/** One line on standard output; a terminal does not obey what the file or its name holds. */
static void print_line(const char *path, const struct replay_result *result)
{
	if (result->outcome == REPLAY_UNREADABLE)
		return;
	if (isatty(STDOUT_FILENO))
		print_shown(path);
	else
		fputs(path, stdout);
	if (result->outcome == REPLAY_IDENTICAL) {
		printf(": identical ops=%lu events=%lu checks=%lu\n", result->ops, result->events,
		       result->checks);
		return;
	}
	printf(": diverged at op %lu (line %zu): expected ", result->ops, result->line);
	print_shown(result->expected);
	fputs(", got ", stdout);
	print_shown(result->got);
	putchar('\n');
}

/** Errors and accounts on standard error. */
static void say_why(const char *path, const struct replay_result *result)
{
	struct pageflow_error error = { .line = result->line };

	if (result->outcome == REPLAY_DIVERGED) {
		say("replay", "%s:%zu: expected %s, found %s", path, result->line, result->expected,
		    result->got);
		say_lines(result->account ? result->account : "");
	} else if (result->outcome == REPLAY_UNREADABLE) {
		snprintf(error.text, sizeof(error.text), "%s", result->error);
		input_error("replay", path, &error);
	}
}

/** Can the rest be a recording, as its first line has it? */
static bool may_be_recording(const struct text *first)
{
	enum text_kind kind = ENGINE_EITHER->format(first).kind;

	return kind == TEXT_BOOT || kind == TEXT_RECORDING;
}

/** Replay one file. */
static void replay_file(const char *path, bool progress, struct replay_result *result)
{
	const struct pageflow_engine *engine;
	struct text_format format;
	struct pageflow_error error = { 0 };
	struct text text;

	memset(result, 0, sizeof(*result));
	if (text_load(path, may_be_recording, &text, &error) != TEXT_OK) {
		result->outcome = REPLAY_UNREADABLE;
		result->line = error.line;
		snprintf(result->error, sizeof(result->error), "%.255s", error.text);
		return;
	}
	format = ENGINE_EITHER->format(&text);
	engine = engine_of(format.numa);
	if (format.kind == TEXT_BOOT)
		engine->replay_boot(&text, result);
	else
		engine->replay_trace(&text, progress ? show_progress : NULL, (void *)path, result);
	if (progress)
		clear_progress();
	text_free(&text);
}

/** The exit code for all files: the highest of theirs. */
static int worst(int so_far, enum replay_outcome outcome)
{
	int code = outcome == REPLAY_IDENTICAL	? EXIT_OK
		   : outcome == REPLAY_DIVERGED ? EXIT_DIFFERENT
						: EXIT_BAD_INPUT;

	return code > so_far ? code : so_far;
}

static int replay_files(const struct words *paths, const struct settings *settings)
{
	bool lines = !settings->json && !settings->quiet;
	int code = EXIT_OK;
	struct json json;

	json_begin(&json, stdout);
	if (settings->json)
		json_array(&json, NULL);
	for (int i = 0; i < paths->count; i++) {
		const char *path = paths->word[i];
		struct replay_result result;

		replay_file(path, lines && isatty(STDERR_FILENO), &result);
		if (lines)
			print_line(path, &result);
		else if (settings->json)
			write_json(&json, path, &result);
		output_flush();
		if (!settings->quiet)
			say_why(path, &result);
		code = worst(code, result.outcome);
		free(result.account);
	}
	if (settings->json)
		json_end(&json);
	return code;
}

/**
 * @brief Run `pageflow replay`.
 *
 * @param argc number of arguments
 * @param argv the arguments, the subcommand first
 * @return exit code
 */
int command_replay(int argc, char **argv)
{
	static const struct command_option options[] = {
		{ .name = "quiet",
		  .letter = 'q',
		  .place = offsetof(struct settings, quiet),
		  .help = "print nothing; the exit code tells" },
		{ .name = "json",
		  .place = offsetof(struct settings, json),
		  .help = "print the same facts as JSON" },
	};
	static const char *const names[] = { "FILE" };
	static const char *const examples[] = {
		"pageflow replay tests/traces/uma96-order0-10.trace.xz",
		"pageflow replay --json tests/traces/numa3z.boot.xz",
		"pageflow replay -q tests/traces/uma128-context-*.xz && echo all identical",
		NULL,
	};
	static const struct command_usage usage = {
		.command = "replay",
		.synopsis = "pageflow replay [-q | --json] FILE...",
		.about =
			"Replays recordings of a real 5.8.18 kernel (.trace or .boot, plain or .xz) and\n"
			"compares every page frame, event and check. One line a file:\n\n"
			"  FILE: identical ops=N events=N checks=N\n"
			"  FILE: diverged at op N (line L): expected ..., got ...",
		.option = options,
		.nr_options = sizeof(options) / sizeof(options[0]),
		.arguments = { names, 1, ARGUMENTS_MORE },
		.exit_codes = "0 all identical, 1 some diverged, 2 some unreadable or incomplete",
		.example = examples,
	};
	struct settings settings = { 0 };
	struct words paths;
	int code = options_read(&usage, argc, argv, &settings, &paths);

	settings.json &= !settings.quiet;
	return code == OPTIONS_READ ? replay_files(&paths, &settings) : code;
}

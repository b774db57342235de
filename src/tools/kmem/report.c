/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief `pageflow report FILE`: a summary of a trace of `kmem:` events.
 */
#include <stdlib.h>
#include <string.h>

#include "text/new-file.h"
#include "tools/kmem/counts.h"
#include "tools/tools.h"

/** What the command line asks for. */
struct settings {
	const char *svg;
	bool json;
};

/** Draw the counts. */
static void draw(FILE *out, const void *counts)
{
	counts_svg(counts, out);
}

/** Print the counts, unless the picture takes their place. */
static void print(const struct trace_counts *counts, const struct settings *settings)
{
	if (settings->json)
		counts_json(counts);
	else if (!settings->svg || !is_standard_output(settings->svg))
		counts_show(counts);
}

/** Read, and show what was asked for. */
static int run(const char *path, const struct settings *settings)
{
	struct trace_counts *counts = calloc(1, sizeof(*counts));
	struct text text = { 0 };
	int code = EXIT_OK;
	struct pageflow_error error = { .text = "out of memory" };

	if (!counts || kmem_load(path, &text, &error) || counts_read(&text, counts, &error)) {
		code = input_error("report", path, &error);
	} else {
		counts->path = path;
		if (settings->svg)
			code = print_into("report", settings->svg, draw, counts);
		if (code == EXIT_OK)
			print(counts, settings);
	}
	text_free(&text);
	if (counts)
		counts_free(counts);
	free(counts);
	return code;
}

/**
 * @brief Run `pageflow report`.
 *
 * @param argc number of arguments
 * @param argv the arguments, the subcommand first
 * @return exit code
 */
int command_report(int argc, char **argv)
{
	static const struct command_option options[] = {
		{ .name = "json",
		  .place = offsetof(struct settings, json),
		  .help = "print the counts as JSON" },
		{ .name = "svg",
		  .kind = OPTION_TEXT,
		  .place = offsetof(struct settings, svg),
		  .value = "FILE",
		  .help = "draw allocations and frees over time, and the orders, into FILE" },
	};
	static const char *const names[] = { "TRACE" };
	static const char *const examples[] = {
		"pageflow report tests/samples/5.8.18-kmem.ftrace",
		"pageflow import tests/samples/5.8.18-kmem.ftrace | pageflow report --json -",
		"pageflow report --svg kmem.svg tests/samples/5.8.18-kmem.ftrace",
		NULL,
	};
	static const struct command_usage usage = {
		.command = "report",
		.synopsis = "pageflow report [--json] [--svg FILE] TRACE",
		.about =
			"Summarises a trace of the kernel's kmem events: what was allocated and freed, how\n"
			"often, at which order, with which gfp mask and migratetype, by which task and call\n"
			"site; refills, drains, fallbacks, failures, and events the kernel lost. TRACE is\n"
			"what 'pageflow import' reads or writes; - is standard input.",
		.option = options,
		.nr_options = sizeof(options) / sizeof(options[0]),
		.arguments = { names, 1, 1 },
		.exit_codes = "0 reported, 2 unreadable, or without any kmem event",
		.example = examples,
	};
	struct settings settings = { 0 };
	struct words words;
	int code = options_read(&usage, argc, argv, &settings, &words);

	if (code == OPTIONS_READ)
		code = outputs_check("report", settings.json, settings.svg);
	if (code == OPTIONS_READ)
		code = overwrite_check("report", words.word[0], "-");
	if (code == OPTIONS_READ)
		code = overwrite_check("report", words.word[0], settings.svg);
	return code == OPTIONS_READ ? run(words.word[0], &settings) : code;
}

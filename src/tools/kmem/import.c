/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief `pageflow import [-o FILE] FILE`: a trace of `kmem:` events in the normalised form.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/kmem/kmem.h"
#include "tools/tools.h"

/** What the command line asks for. */
struct settings {
	const char *output;
};

/** What the handler of an event needs. */
struct import {
	struct kmem_writer writer;
	const struct kmem_totals *totals;
};

static bool write_event(const struct kmem_event *event, void *context)
{
	struct import *import = context;

	return kmem_writer_event(&import->writer, event, import->totals->ticks);
}

/** Convert a text; the result is written when all of it could be read. */
static int convert(const struct text *text, const char *path, const char *output)
{
	struct kmem_totals totals;
	struct import import = { .totals = &totals };
	struct pageflow_error error = { 0 };
	char *bytes = NULL;
	int code = EXIT_BAD_INPUT;
	size_t size = 0;

	import.writer.out = open_memstream(&bytes, &size);
	if (!import.writer.out)
		return memory_error("import");
	if (kmem_read(text, write_event, &import, &totals, &error))
		input_error("import", path, &error);
	else
		code = EXIT_OK;
	kmem_writer_end(&import.writer, &totals);
	if (fclose(import.writer.out) && code == EXIT_OK)
		code = memory_error("import");
	if (code == EXIT_OK)
		code = write_file("import", output, bytes, size);
	kmem_totals_free(&totals);
	free(bytes);
	return code;
}

/**
 * @brief Run `pageflow import`.
 *
 * @param argc number of arguments
 * @param argv the arguments, the subcommand first
 * @return exit code
 */
int command_import(int argc, char **argv)
{
	static const struct command_option options[] = {
		OPTION_OUTPUT(offsetof(struct settings, output)),
	};
	static const char *const names[] = { "TRACE" };
	static const char *const examples[] = {
		"pageflow import tests/samples/5.8.18-kmem.ftrace | head -4",
		"pageflow import -o kmem.events tests/samples/5.8.18-kmem.ftrace",
		NULL,
	};
	static const struct command_usage usage = {
		.command = "import",
		.synopsis = "pageflow import [-o FILE] TRACE",
		.about =
			"Reads a trace of the kernel's kmem events and writes it in a normalised form, one\n"
			"event a line, that 'pageflow report' reads. TRACE is a copy of\n"
			"/sys/kernel/tracing/trace or trace_pipe, or the output of 'trace-cmd report' or\n"
			"'perf script', plain or .xz; - is standard input. Of a stack that follows an event,\n"
			"the first function outside the page allocator is kept. Other events are counted.",
		.option = options,
		.nr_options = sizeof(options) / sizeof(options[0]),
		.arguments = { names, 1, 1 },
		.exit_codes = "0 written, 2 unreadable, or without any kmem event",
		.example = examples,
	};
	struct settings settings = { .output = "-" };
	struct pageflow_error error = { 0 };
	struct words words;
	struct text text;
	int code = options_read(&usage, argc, argv, &settings, &words);

	if (code == OPTIONS_READ)
		code = overwrite_check("import", words.word[0], settings.output);
	if (code != OPTIONS_READ)
		return code;
	if (kmem_load(words.word[0], &text, &error))
		return input_error("import", words.word[0], &error);
	code = convert(&text, words.word[0], settings.output);
	text_free(&text);
	return code;
}

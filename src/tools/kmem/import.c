/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief `pageflow import [-o FILE] FILE`: a trace of `kmem:` events in the normalised form.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/kmem/kmem.h"
#include "tools/tools.h"

static void print_help(void)
{
	printf("usage: pageflow import [-o FILE] TRACE\n\n"
	       "Reads a trace of the kernel's kmem events and writes it in a normalised form, one\n"
	       "event a line, that 'pageflow report' reads. TRACE is a copy of\n"
	       "/sys/kernel/tracing/trace or trace_pipe, or the output of 'trace-cmd report' or\n"
	       "'perf script', plain or .xz; - is standard input. Of a stack behind an event the\n"
	       "first function outside the page allocator is kept. Other events are counted.\n\n"
	       "  -o, --output FILE  write to FILE instead of standard output\n"
	       "  -h, --help         print this help\n\n"
	       "exit code: 0 written, 2 unreadable, or without any kmem event\n");
}

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
	char error[300], *bytes = NULL;
	int code = EXIT_BAD_INPUT;
	size_t size = 0;

	import.writer.out = open_memstream(&bytes, &size);
	if (!import.writer.out)
		return usage_error("import", "out of memory");
	if (kmem_read(text, write_event, &import, &totals, error, sizeof(error)))
		fprintf(stderr, "pageflow: %s: %s\n", path, error);
	else
		code = EXIT_OK;
	kmem_writer_end(&import.writer, &totals);
	if (fclose(import.writer.out) && code == EXIT_OK)
		code = usage_error("import", "out of memory");
	if (code == EXIT_OK)
		code = write_file(output, bytes, size);
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
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const char *output = "-";
	char error[300];
	struct text text;
	int option, code;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":o:h", options, NULL)) != -1) {
		switch (option) {
		case 'o':
			output = optarg;
			break;
		case 'h':
			print_help();
			return EXIT_OK;
		case ':':
			return usage_error("import", "'%s' needs a file", argv[optind - 1]);
		default:
			return usage_error("import", "unknown option '%s'", argv[optind - 1]);
		}
	}
	if (optind + 1 != argc)
		return usage_error("import",
				   optind == argc ? "no file given" : "more than one file given");
	if (kmem_load(argv[optind], &text, error, sizeof(error))) {
		fprintf(stderr, "pageflow: %s: %s\n", argv[optind], error);
		return EXIT_BAD_INPUT;
	}
	code = convert(&text, argv[optind], output);
	text_free(&text);
	return code;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief `pageflow report FILE`: a summary of a trace of `kmem:` events.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "tools/kmem/counts.h"
#include "tools/tools.h"

/** What is asked for. */
struct request {
	const char *path;
	const char *svg;
	bool json;
};

static void print_help(void)
{
	printf("usage: pageflow report [--json] [--svg FILE] TRACE\n\n"
	       "Summarises a trace of the kernel's kmem events: what was allocated and freed, how\n"
	       "often, at which order, with which gfp mask and migratetype, by which task and call\n"
	       "site; refills, drains, fallbacks, failures, and events the kernel lost. TRACE is\n"
	       "what 'pageflow import' reads or writes; - is standard input.\n\n"
	       "      --json      print the counts as JSON\n"
	       "      --svg FILE  draw allocations and frees over time, and the orders, into FILE\n"
	       "  -h, --help      print this help\n\n"
	       "exit code: 0 reported, 2 unreadable, or without any kmem event\n");
}

/** Draw into a file. */
static int draw_file(const struct trace_counts *counts, const char *path)
{
	char *bytes = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&bytes, &size);
	int code;

	if (!out)
		return usage_error("report", "out of memory");
	counts_svg(counts, out);
	code = fclose(out) ? usage_error("report", "out of memory") : write_file(path, bytes, size);
	free(bytes);
	return code;
}

/** Read, and show what was asked for. */
static int run(const struct request *request)
{
	struct trace_counts *counts = calloc(1, sizeof(*counts));
	struct text text = { 0 };
	int code = EXIT_OK;
	char error[300] = "out of memory";

	if (!counts || kmem_load(request->path, &text, error, sizeof(error)) ||
	    counts_read(&text, counts, error, sizeof(error))) {
		fprintf(stderr, "pageflow: %s: %s\n", request->path, error);
		code = EXIT_BAD_INPUT;
	} else {
		counts->path = request->path;
		if (request->svg)
			code = draw_file(counts, request->svg);
		if (request->json)
			counts_json(counts);
		else if (!request->svg || strcmp(request->svg, "-"))
			counts_show(counts);
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
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "svg", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct request request = { 0 };
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		switch (option) {
		case 'j':
			request.json = true;
			break;
		case 's':
			request.svg = optarg;
			break;
		case 'h':
			print_help();
			return EXIT_OK;
		case ':':
			return usage_error("report", "'%s' needs a file", argv[optind - 1]);
		default:
			return usage_error("report", "unknown option '%s'", argv[optind - 1]);
		}
	}
	if (optind + 1 != argc)
		return usage_error("report",
				   optind == argc ? "no file given" : "more than one file given");
	request.path = argv[optind];
	return run(&request);
}

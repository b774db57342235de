/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief `pageflow bench ROW COUNT [SPEC]`: one row of the table that `make bench` makes.
 *
 * Meant for tests/bench/bench.py, which runs it by the clock and under a counter of instructions.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "text/append.h"
#include "text/cursor.h"
#include "tools/tools.h"

/** The machine that the rows are defined on. */
#define DEFAULT_SPEC "256M"

/** No row is run more often: its results, and what it prepares, must fit into memory. */
#define MOST_TIMES 100000000

/** The rows besides pair-order0 to pair-order10. */
static const struct {
	const char *name;
	const char *meaning;
} rows[] = {
	{ "bulk-alloc", "pages allocated one after the other" },
	{ "bulk-free", "these pages freed in the same order" },
	{ "bulk-free-random", "these pages freed in random order" },
	{ "mixed", "blocks of different orders allocated and freed in turn" },
	{ "stack", "a plain stack of pointers instead of the allocator" },
	{ "empty", "the bare loop of the pairs" },
	{ "bulk-empty", "the bare loop of bulk-alloc" },
	{ "mixed-empty", "the bare loop of mixed" },
};

/** What the help says, which lists the rows. */
static const char *about(void)
{
	static char text[2048];

	snprintf(text, sizeof(text),
		 "Runs one row of 'make bench' on a freshly booted machine (256M) and prints\n"
		 "the nanoseconds of all COUNT operations together. ROW is one of these:\n");
	for (int order = 0; order <= LARGEST_ORDER; order++)
		text_append(text, sizeof(text),
			    "\n  pair-order%-6d a block of order %d allocated and freed", order,
			    order);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		text_append(text, sizeof(text), "\n  %-16s %s", rows[i].name, rows[i].meaning);
	return text;
}

/** Check the name of a row; OPTIONS_READ when there is one. */
static int check_row(const char *row)
{
	static const char pair[] = "pair-order";

	if (!strncmp(row, pair, strlen(pair))) {
		const char *order = row + strlen(pair);
		long value;

		if (order[0] && !order[strspn(order, "0123456789")] &&
		    is_number(order, 0, LARGEST_ORDER, &value))
			return OPTIONS_READ;
		return usage_error("bench", "there is no row '%s': orders go from 0 to %d", row,
				   LARGEST_ORDER);
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strcmp(row, rows[i].name))
			return OPTIONS_READ;
	return usage_error("bench", "there is no row '%s'", row);
}

/** Boot a machine and run the row on it. */
static int run_row(const char *row, long count, const char *spec)
{
	struct boot_request *request = calloc(1, sizeof(*request));
	const struct pageflow_engine *engine;
	struct pageflow_error error = { 0 };
	struct machine *machine;
	double taken;

	if (!request)
		return memory_error("bench");
	if (ENGINE_EITHER->describe(spec, request, &error)) {
		free(request);
		return input_error("bench", spec, &error);
	}
	engine = engine_of(request->numa);
	machine = engine->boot(&request->spec, &error);
	free(request);
	if (!machine)
		return input_error("bench", spec, &error);
	taken = engine->bench(machine, row, (unsigned long)count, &error);
	engine->destroy(machine);
	if (taken < 0)
		return input_error("bench", spec, &error);
	printf("%.1f\n", taken);
	return EXIT_OK;
}

/**
 * @brief Run `pageflow bench`.
 *
 * @param argc number of arguments
 * @param argv the arguments, the subcommand first
 * @return exit code
 */
int command_bench(int argc, char **argv)
{
	static const char *const names[] = { "ROW", "COUNT", "SPEC" };
	static const char *const examples[] = {
		"pageflow bench pair-order0 1000",
		"pageflow bench mixed 1000 64M",
		NULL,
	};
	const struct command_usage usage = {
		.command = "bench",
		.synopsis = "pageflow bench ROW COUNT [SPEC]",
		.about = about(),
		.arguments = { names, 2, 3 },
		.exit_codes = "0 measured, 2 there is no such row or machine",
		.example = examples,
	};
	struct words words;
	int code = options_read(&usage, argc, argv, NULL, &words);
	long count;

	if (code == OPTIONS_READ)
		code = check_row(words.word[0]);
	if (code != OPTIONS_READ)
		return code;
	if (!is_number(words.word[1], 1, MOST_TIMES, &count))
		return usage_error("bench", "COUNT must be a number from 1 to %d, not '%s'",
				   MOST_TIMES, words.word[1]);
	return run_row(words.word[0], count, words.count > 2 ? words.word[2] : DEFAULT_SPEC);
}

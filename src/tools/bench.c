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
#include "tools/tools.h"

/** The machine that the rows are defined on. */
#define DEFAULT_SPEC "256M"

/** Boot a machine and run the row on it. */
static int run_row(const char *row, unsigned long count, const char *spec)
{
	struct boot_request *request = calloc(1, sizeof(*request));
	const struct pageflow_engine *engine;
	struct pageflow_error error = { 0 };
	struct machine *machine;
	double taken;

	if (!request || ENGINE_EITHER->describe(spec, request, &error)) {
		free(request);
		return usage_error("bench", "%s", error.text);
	}
	engine = engine_of(request->numa);
	machine = engine->boot(&request->spec, &error);
	free(request);
	if (!machine)
		return usage_error("bench", "%s", error.text);
	taken = engine->bench(machine, row, count);
	engine->destroy(machine);
	if (taken < 0)
		return usage_error("bench", "there is no row '%s'", row);
	printf("%.1f\n", taken);
	return EXIT_OK;
}

static void print_usage(void)
{
	printf("usage: pageflow bench ROW COUNT [SPEC]\n\n"
	       "Runs one row of 'make bench' on a freshly booted machine (256M) and prints\n"
	       "the nanoseconds of all COUNT operations together. ROW is one of these:\n\n");
	for (int order = 0; order <= 10; order++)
		printf("  pair-order%-6d a block of order %d allocated and freed\n", order, order);
	printf("  bulk-alloc       pages allocated one after the other\n"
	       "  bulk-free        these pages freed in the same order\n"
	       "  bulk-free-random these pages freed in random order\n"
	       "  mixed            blocks of different orders allocated and freed in turn\n"
	       "  stack            a plain stack of pointers instead of the allocator\n"
	       "  empty            the bare loop of the pairs\n"
	       "  bulk-empty       the bare loop of bulk-alloc\n"
	       "  mixed-empty      the bare loop of mixed\n");
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
	long count = argc > 2 ? atol(argv[2]) : 0;

	if (argc > 1 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
		print_usage();
		return EXIT_OK;
	}
	if (argc < 3 || argc > 4 || count < 1)
		return usage_error("bench", "expected ROW COUNT [SPEC]");
	return run_row(argv[1], (unsigned long)count, argc > 3 ? argv[3] : DEFAULT_SPEC);
}

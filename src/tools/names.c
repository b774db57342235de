/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief `pageflow names KIND`: the names that the other commands read and print, with their numbers.
 *
 * For people who look a number up, and for programs that would otherwise keep a list of their own.
 */
#include <stdio.h>
#include <string.h>

#include "text/names.h"
#include "tools/tools.h"

/** Masks and flags. */
static void print_gfp(void)
{
	for (size_t i = 0; i < NR_GFP_NAMES; i++)
		printf("0x%x %s\n", gfp_names[i].mask, gfp_names[i].name);
}

/** Names that are numbered from 0. */
static void print_numbered(const char *const *name, int count)
{
	for (int i = 0; i < count; i++)
		printf("%d %s\n", i, name[i]);
}

static void print_migratetypes(void)
{
	print_numbered(migratetype_names, MIGRATE_TYPES);
}

static void print_results(void)
{
	print_numbered(compact_result_names, NR_COMPACT_RESULTS);
}

static const struct {
	const char *name;
	const char *meaning;
	void (*print)(void);
} kinds[] = {
	{ "gfp", "masks, and the flags they are made of", print_gfp },
	{ "migratetype", "what tells free lists of one order apart", print_migratetypes },
	{ "compaction", "results of compaction", print_results },
};

#define NR_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void print_usage(void)
{
	printf("usage: pageflow names KIND\n\n"
	       "Lists names as 5.8.18 has them, one a line after its number. A mask is written\n"
	       "with the first name whose bits it has all, then the first for the bits that are\n"
	       "left, and so on. KIND is one of these:\n\n");
	for (size_t i = 0; i < NR_KINDS; i++)
		printf("  %-12s %s\n", kinds[i].name, kinds[i].meaning);
	printf("\n  -h, --help   print this help\n");
}

/**
 * @brief Run `pageflow names`.
 *
 * @param argc number of arguments
 * @param argv the arguments, the subcommand first
 * @return exit code
 */
int command_names(int argc, char **argv)
{
	if (argc > 1 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
		print_usage();
		return EXIT_OK;
	}
	if (argc != 2)
		return usage_error("names",
				   argc < 2 ? "KIND is missing" : "more than one KIND given");
	for (size_t i = 0; i < NR_KINDS; i++)
		if (!strcmp(argv[1], kinds[i].name)) {
			kinds[i].print();
			return EXIT_OK;
		}
	return usage_error("names", "there are no names of '%s'", argv[1]);
}

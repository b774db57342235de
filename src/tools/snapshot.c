/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief `pageflow snapshot`: the state of the running machine as /proc shows it, saved for later.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/tools.h"

static void print_help(void)
{
	printf("usage: pageflow snapshot [-o FILE] [--proc DIR]\n\n"
	       "Saves the state of the running machine, as zoneinfo, buddyinfo and pagetypeinfo show\n"
	       "it, for 'pageflow explain --machine FILE' and 'load' of 'pageflow shell'. The order of\n"
	       "blocks on their lists and where they lie are not in these files: they are made up.\n\n"
	       "  -o, --output FILE  write to FILE instead of standard output\n"
	       "      --proc DIR     read copies of the files in DIR instead of /proc\n"
	       "  -h, --help         print this help\n\n"
	       "exit code: 0 saved, 2 the files cannot be read, or not be represented\n");
}

/** Read a file of the directory whole; NULL with errno set. free() it. */
static char *read_file(const char *directory, const char *name)
{
	char path[4096], *text = NULL;
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "r");
	if (!file)
		return NULL;
	errno = 0;
	/* To the end: a text holds no zero byte. */
	if (getdelim(&text, &size, '\0', file) < 0) {
		free(text);
		text = ferror(file) ? NULL : strdup("");
	}
	fclose(file);
	return text;
}

/**
 * @brief Make a machine from the files of /proc, or from copies of them.
 *
 * @param origin where the files are; receives what they could not say
 * @param error receives what went wrong
 * @return the machine, or NULL
 */
pageflow_machine *proc_machine(struct proc_origin *origin, struct pageflow_error *error)
{
	char *types = read_file(origin->directory, "pagetypeinfo");
	char *buddies = read_file(origin->directory, "buddyinfo");
	char *zones = read_file(origin->directory, "zoneinfo");
	pageflow_machine *machine = NULL;

	if (!zones || !buddies) {
		error->line = 0;
		snprintf(error->text, sizeof(error->text), "%s cannot be read: %s",
			 zones ? "buddyinfo" : "zoneinfo", strerror(errno));
	} else {
		origin->types_missing = !types;
		origin->boost_missing = !strstr(zones, " boost ");
		machine = pageflow_read_proc(zones, buddies, types, error);
	}
	free(types);
	free(buddies);
	free(zones);
	return machine;
}

/** Save a machine; the exit code. */
static int save(pageflow_machine *machine, const char *path)
{
	struct pageflow_error error = { 0 };

	if (path && pageflow_save(machine, path, &error))
		return input_error("snapshot", "-o", &error);
	if (!path && pageflow_write(machine, stdout)) {
		snprintf(error.text, sizeof(error.text), "%s", strerror(errno));
		return input_error("snapshot", "standard output", &error);
	}
	return EXIT_OK;
}

/**
 * @brief Run `pageflow snapshot`.
 *
 * @param argc number of arguments
 * @param argv the arguments, the subcommand first
 * @return exit code
 */
int command_snapshot(int argc, char **argv)
{
	static const struct option known[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "proc", required_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct proc_origin origin = { "/proc", false, false };
	struct pageflow_error error = { 0 };
	pageflow_machine *machine;
	const char *path = NULL;
	int option, code;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":o:h", known, NULL)) != -1) {
		if (option == 'o')
			path = optarg;
		else if (option == 'p')
			origin.directory = optarg;
		else if (option == ':')
			return usage_error("snapshot", "'%s' lacks its value", argv[optind - 1]);
		else if (option == '?')
			return usage_error("snapshot", "unknown option '%s'", argv[optind - 1]);
		else {
			print_help();
			return EXIT_OK;
		}
	}
	if (optind < argc)
		return usage_error("snapshot", "'%s' is one word too many", argv[optind]);
	machine = proc_machine(&origin, &error);
	if (!machine)
		return input_error("snapshot", origin.directory, &error);
	code = save(machine, path);
	pageflow_destroy(machine);
	return code;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief `pageflow snapshot`: the state of the running machine as /proc shows it, saved for later.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/error.h"
#include "tools/tools.h"

/** What the command line asks for. */
struct settings {
	const char *output;
	const char *directory;
};

/** Read a file of the directory whole; NULL after noting why it cannot be read. free() it. */
static char *read_file(const char *directory, const char *name, struct pageflow_error *error)
{
	char path[4096], *text = NULL;
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	errno = 0;
	file = fopen(path, "r");
	/* To the end: a text holds no zero byte. */
	if (file && getdelim(&text, &size, '\0', file) < 0) {
		free(text);
		text = ferror(file) ? NULL : strdup("");
	}
	if (!text)
		error_set(error, "%s cannot be read: %s", name, strerror(errno));
	if (file)
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
	struct pageflow_error ignored;
	char *zones = read_file(origin->directory, "zoneinfo", error);
	char *buddies = zones ? read_file(origin->directory, "buddyinfo", error) : NULL;
	char *types = buddies ? read_file(origin->directory, "pagetypeinfo", &ignored) : NULL;
	pageflow_machine *machine = NULL;

	if (buddies) {
		origin->types_missing = !types;
		origin->boost_missing = !strstr(zones, " boost ");
		machine = pageflow_read_proc(zones, buddies, types, error);
	}
	free(types);
	free(buddies);
	free(zones);
	return machine;
}

/** Save a machine into a file, "-" being standard output; the exit code. */
static int save(pageflow_machine *machine, const char *path)
{
	struct pageflow_error error = { 0 };

	if (strcmp(path, "-"))
		return pageflow_save(machine, path, &error)
			       ? input_error("snapshot", "--output", &error)
			       : EXIT_OK;
	if (pageflow_write(machine, stdout)) {
		error_set(&error, "%s", strerror(errno));
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
	static const struct command_option options[] = {
		OPTION_OUTPUT(offsetof(struct settings, output)),
		{ .name = "proc",
		  .kind = OPTION_TEXT,
		  .place = offsetof(struct settings, directory),
		  .value = "DIR",
		  .help = "read copies of the files in DIR instead of /proc" },
	};
	static const struct command_usage usage = {
		.command = "snapshot",
		.synopsis = "pageflow snapshot [-o FILE] [--proc DIR]",
		.about =
			"Saves the state of the running machine, as zoneinfo, buddyinfo and pagetypeinfo show\n"
			"it, for 'pageflow explain --machine FILE' and 'load' of 'pageflow shell'. The order of\n"
			"blocks on their lists and where they lie are not in these files: they are made up.",
		.option = options,
		.nr_options = sizeof(options) / sizeof(options[0]),
		.exit_codes = "0 saved, 2 the files cannot be read, or not be represented",
	};
	struct settings settings = { .output = "-", .directory = "/proc" };
	struct pageflow_error error = { 0 };
	struct proc_origin origin = { 0 };
	pageflow_machine *machine;
	struct words none;
	int code = options_read(&usage, argc, argv, &settings, &none);

	if (code != OPTIONS_READ)
		return code;
	origin.directory = settings.directory;
	machine = proc_machine(&origin, &error);
	if (!machine)
		return input_error("snapshot", origin.directory, &error);
	code = save(machine, settings.output);
	pageflow_destroy(machine);
	return code;
}

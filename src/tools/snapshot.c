/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief `pageflow snapshot`: the state of the running machine as /proc shows it, saved for later.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/error.h"
#include "text/input.h"
#include "tools/tools.h"

/** What the command line asks for. */
struct settings {
	const char *output;
	const char *directory;
};

/** Read a file of the directory whole; NULL after noting why it cannot be read. free() it. */
static char *read_file(const char *directory, const char *name, struct pageflow_error *error)
{
	char path[PATH_MAX + 32], *content = NULL;
	size_t size = 0;
	FILE *copy = open_memstream(&content, &size);
	struct input *input;
	const char *piece;
	long got = -1;

	if (!copy) {
		error_set(error, "out of memory");
		return NULL;
	}
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	input = input_open(path, error);
	while (input && (got = input_next(input, &piece, error)) > 0)
		fwrite(piece, 1, (size_t)got, copy);
	input_close(input);
	if (fclose(copy))
		got = error_set(error, "out of memory");
	if (got == 0)
		return content;
	free(content);
	error_in(error, name);
	return NULL;
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

	/* Whether what is printed arrives turns out in output_end(). */
	if (!strcmp(path, "-"))
		pageflow_write(machine, stdout);
	else if (pageflow_save(machine, path, &error))
		return say("snapshot", "%s", error.text);
	return EXIT_OK;
}

/** The files that are read must outlive the snapshot of them; OPTIONS_READ, or the exit code. */
static int check_output(const struct settings *settings)
{
	static const char *const names[] = { "zoneinfo", "buddyinfo", "pagetypeinfo" };
	char path[PATH_MAX + 32];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", settings->directory, names[i]);
		if (overwrite_check("snapshot", path, settings->output) != OPTIONS_READ)
			return EXIT_BAD_INPUT;
	}
	return OPTIONS_READ;
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
	static const char *const examples[] = {
		"pageflow snapshot -o now.snapshot  # as root",
		"pageflow snapshot --proc copies -o there.snapshot",
		"pageflow snapshot --proc copies | pageflow explain GFP_KERNEL 3 --machine -",
		NULL,
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
		.example = examples,
	};
	struct settings settings = { .output = "-", .directory = "/proc" };
	struct pageflow_error error = { 0 };
	struct proc_origin origin = { 0 };
	pageflow_machine *machine;
	struct words none;
	int code = options_read(&usage, argc, argv, &settings, &none);

	if (code == OPTIONS_READ)
		code = check_output(&settings);
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

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The pageflow command: finds the subcommand and runs it.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "text/nearest.h"
#include "text/wrap.h"
#include "tools/language.h"
#include "tools/tools.h"

static int command_help(int argc, char **argv);

static const struct command commands[] = {
	{ "bench", "run one row of 'make bench'", command_bench },
	{ "explain", "tell why a request gets its page, or none", command_explain },
	{ "help", "describe a command", command_help },
	{ "import", "normalise a trace of the kernel's kmem events", command_import },
	{ "names", "list the names of masks, migratetypes and results", command_names },
	{ "replay", "replay recordings of a real kernel and compare", command_replay },
	{ "report", "summarise a trace of the kernel's kmem events", command_report },
	{ "shell", "carry out commands on a machine", command_shell },
	{ "snapshot", "save the state of the running machine", command_snapshot },
};

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(void)
{
	static const char *const examples[] = {
		"pageflow explain GFP_KERNEL 3",
		"pageflow help explain",
		"pageflow replay tests/traces/uma96-order0-10.trace.xz",
		NULL,
	};
	int columns = help_columns();
	char head[32];

	wrap_text(stdout, columns,
		  "usage: pageflow COMMAND [ARGUMENT...]\n\n"
		  "The page allocation path of Linux 5.8.18 (arm64) in user space.\n\n"
		  "commands:\n");
	for (size_t i = 0; i < NR_COMMANDS; i++) {
		snprintf(head, sizeof(head), "  %s", commands[i].name);
		wrap_row(stdout, columns, 13, head, commands[i].summary);
	}
	wrap_text(
		stdout, columns,
		"\n"
		"  --help     print this help\n"
		"  --version  print the version\n\n"
		"'pageflow COMMAND --help' describes a command, and so does 'pageflow help COMMAND'.\n");
	print_examples(columns, examples);
}

/** The command of this name; NULL after a line on standard error, whose remedy lists them. */
static const struct command *find_command(const char *asker, const char *name)
{
	struct nearest nearest = nearest_to(name);
	char hint[NEAREST_HINT];

	for (size_t i = 0; i < NR_COMMANDS; i++) {
		if (!strcmp(name, commands[i].name))
			return &commands[i];
		nearest_try(&nearest, commands[i].name);
	}
	say(asker, "there is no command '%s'%s; try 'pageflow %shelp'", name,
	    nearest_hint(&nearest, hint, sizeof(hint)), asker ? "" : "--");
	return NULL;
}

/**
 * @brief Run `pageflow help`: the help of the whole, or what a command's --help prints.
 *
 * @param argc number of arguments
 * @param argv the arguments, the subcommand first
 * @return exit code
 */
static int command_help(int argc, char **argv)
{
	static const char *const names[] = { "COMMAND" };
	static const char *const examples[] = {
		"pageflow help",
		"pageflow help explain",
		NULL,
	};
	static const struct command_usage usage = {
		.command = "help",
		.synopsis = "pageflow help [COMMAND]",
		.about =
			"Describes a command, as 'pageflow COMMAND --help' does; without one, lists them.",
		.arguments = { names, 0, 1 },
		.exit_codes = "0 described, 2 there is no such command",
		.example = examples,
	};
	const struct command *command;
	struct words words;
	int code = options_read(&usage, argc, argv, NULL, &words);

	if (code != OPTIONS_READ)
		return code;
	if (!words.count) {
		print_help();
		return EXIT_OK;
	}
	command = find_command("help", words.word[0]);
	if (!command)
		return EXIT_BAD_INPUT;
	optind = 0; /* getopt_long() begins anew */
	return command->run(2, (char *[]){ words.word[0], (char[]){ "--help" }, NULL });
}

/** Run a subcommand, in the language that the user wants. */
static int run_command(const struct command *command, int argc, char **argv)
{
	int code = host_check(command->name);

	if (code == EXIT_OK)
		code = language_begin(command->name);
	if (code == EXIT_OK)
		code = command->run(argc, argv);
	code = output_end(command->name, code);
	language_end();
	return code;
}

int main(int argc, char **argv)
{
	const struct command *command;

	host_prepare();
	if (argc < 2)
		return usage_error(NULL, "no command given");
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		print_help();
		return output_end(NULL, EXIT_OK);
	}
	if (!strcmp(argv[1], "--version")) {
		printf("pageflow %s\n", PAGEFLOW_VERSION);
		return output_end(NULL, EXIT_OK);
	}
	command = find_command(NULL, argv[1]);
	return command ? run_command(command, argc - 1, argv + 1) : EXIT_BAD_INPUT;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The pageflow command: finds the subcommand and runs it.
 */
#include <stdio.h>
#include <string.h>

#include "tools/language.h"
#include "tools/tools.h"

static const struct command commands[] = {
	{ "bench", "run one row of 'make bench'", command_bench },
	{ "explain", "tell why a request gets its page, or none", command_explain },
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
	printf("usage: pageflow COMMAND [ARGUMENT...]\n\n"
	       "The page allocation path of Linux 5.8.18 (arm64) in user space.\n\n"
	       "commands:\n");
	for (size_t i = 0; i < NR_COMMANDS; i++)
		printf("  %-10s %s\n", commands[i].name, commands[i].summary);
	printf("\n"
	       "  --help     print this help\n"
	       "  --version  print the version\n\n"
	       "'pageflow COMMAND --help' describes a command.\n");
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
	host_prepare();
	if (argc < 2)
		return usage_error(NULL, "no command given");
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		print_help();
		return output_end(NULL, EXIT_OK);
	}
	if (!strcmp(argv[1], "--version")) {
		printf("pageflow %s\n", PAGEFLOW_VERSION);
		return output_end(NULL, EXIT_OK);
	}
	for (size_t i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(argv[1], commands[i].name))
			return run_command(&commands[i], argc - 1, argv + 1);
	return usage_error(NULL, "there is no command '%s'", argv[1]);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief `pageflow shell [FILE]`: commands on a machine, from a terminal or a file.
 *
 * What goes wrong is said in one line, and the next command is read. Commands from a file name the file
 * and the line, and make the exit code 1.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/shell/shell.h"
#include "tools/tools.h"

static void print_usage(void)
{
	printf("usage: pageflow shell [FILE]\n\n"
	       "Carries out commands on a machine: line by line from FILE, or from standard input.\n"
	       "On a terminal, lines can be edited, Tab completes, and old lines come back with the\n"
	       "arrow keys; they are kept in ~/.pageflow_history. 'help' lists the commands.\n\n"
	       "A file to begin with:\n\n"
	       "  machine 256M\n"
	       "  trace on\n"
	       "  alloc GFP_KERNEL|__GFP_ZERO 3\n"
	       "  buddyinfo\n"
	       "  free #1\n\n"
	       "  -h, --help   print this help\n\n"
	       "exit code: 0 every command was carried out, or a terminal was used; 1 some were not;\n"
	       "2 FILE cannot be read\n");
}

/**
 * @brief Say what is wrong with the command on its way, and count it.
 *
 * @param shell the session
 * @param format one line, as for printf, without newline
 */
void shell_error(struct shell *shell, const char *format, ...)
{
	va_list arguments;

	/* What was printed before must stand before. */
	fflush(stdout);
	fprintf(stderr, "pageflow: ");
	if (shell->file)
		fprintf(stderr, "%s:%lu: ", shell->file, shell->line);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	shell->errors++;
}

/** Cut blanks off both ends. */
static char *trim(char *text)
{
	char *end;

	text += strspn(text, " \t\r\n");
	end = text + strlen(text);
	while (end > text && strchr(" \t\r\n", end[-1]))
		*--end = '\0';
	return text;
}

/** The command of this name, or the only one that begins so; NULL with an error. */
static const struct shell_command *find_command(struct shell *shell, const char *name)
{
	const struct shell_command *found = NULL;
	int matches = 0;

	for (const struct shell_command *c = shell_commands; c->name; c++) {
		if (!strcmp(c->name, name))
			return c;
		if (!strncmp(c->name, name, strlen(name))) {
			found = c;
			matches++;
		}
	}
	if (matches == 1)
		return found;
	shell_error(shell, "%s '%s'; 'help' lists the commands",
		    matches ? "several commands begin with" : "there is no command", name);
	return NULL;
}

/**
 * @brief Carry out one line.
 *
 * @param shell the session
 * @param line the line; changed on the way
 */
void shell_run_line(struct shell *shell, char *line)
{
	const struct shell_command *command;
	char *name = trim(line), *rest;

	if (!*name || *name == '#')
		return;
	rest = name + strcspn(name, " \t");
	if (*rest)
		*rest++ = '\0';
	command = find_command(shell, name);
	if (command)
		command->run(shell, trim(rest));
	fflush(stdout);
}

/** Commands from a file. */
static void run_file(struct shell *shell, FILE *file)
{
	char *line = NULL;
	size_t size = 0;

	while (!shell->quit && getline(&line, &size, file) >= 0) {
		shell->line++;
		shell_run_line(shell, line);
	}
	free(line);
}

/** Commands from a terminal. */
static void run_terminal(struct shell *shell)
{
	char *line;

	printf("pageflow %s; 'help' lists the commands, 'quit' ends\n", pageflow_version());
	while (!shell->quit && (line = shell_read_line("pageflow> "))) {
		shell_run_line(shell, line);
		free(line);
	}
	shell_end_editing();
	if (!shell->quit)
		putchar('\n');
}

/** Run a session from its start to its end; the exit code. */
static int run_session(const char *path)
{
	struct shell shell = { .file = path ? path : "standard input", .next_number = 1 };
	FILE *file = path ? fopen(path, "r") : stdin;
	int code;

	if (!file) {
		fprintf(stderr, "pageflow: %s: cannot be read: %s\n", path, strerror(errno));
		return EXIT_BAD_INPUT;
	}
	if (!path && isatty(STDIN_FILENO)) {
		shell.file = NULL;
		run_terminal(&shell);
	} else {
		run_file(&shell, file);
	}
	code = shell.file && shell.errors ? EXIT_DIFFERENT : EXIT_OK;
	if (ferror(file)) {
		fprintf(stderr, "pageflow: %s: cannot be read: %s\n", shell.file, strerror(errno));
		code = EXIT_BAD_INPUT;
	}
	if (path)
		fclose(file);
	pageflow_destroy(shell.machine);
	drawings_forget(&shell.drawings);
	free(shell.held);
	return code;
}

/**
 * @brief Run `pageflow shell`.
 *
 * @param argc number of arguments
 * @param argv the arguments, the subcommand first
 * @return exit code
 */
int command_shell(int argc, char **argv)
{
	const char *path = NULL;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-h") || !strcmp(argv[i], "--help")) {
			print_usage();
			return EXIT_OK;
		}
		if (argv[i][0] == '-' && argv[i][1])
			return usage_error("shell", "unknown option '%s'", argv[i]);
		if (path)
			return usage_error("shell", "more than one file given");
		path = argv[i];
	}
	return run_session(path && strcmp(path, "-") ? path : NULL);
}

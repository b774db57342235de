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

#include "text/words.h"
#include "tools/shell/shell.h"
#include "tools/tools.h"

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

/** Put a line together; NULL, after saying so, when there is no memory. free() it. */
__attribute__((format(printf, 2, 3))) static char *join(struct shell *shell, const char *format,
							...)
{
	va_list arguments;
	char *line = NULL;
	int length;

	va_start(arguments, format);
	length = vasprintf(&line, format, arguments);
	va_end(arguments);
	if (length >= 0)
		return line;
	shell_error(shell, "out of memory");
	return NULL;
}

/** A group with a number alone after its name: the number belongs to this field. The whole record. */
static char *group_record(struct shell *shell, const struct shell_command *command,
			  const char *rest)
{
	const char *at = rest;
	struct word name = next_word(&at), value = next_word(&at);

	if (!value.length || next_word(&at).length ||
	    strspn(value.at, "0123456789abcdefABCDEFx") < value.length)
		return join(shell, "%s %s", command->record, rest);
	return join(shell, "%s %.*s %s %.*s", command->record, (int)name.length, name.at,
		    command->field, (int)value.length, value.at);
}

/** Hand the line of a command on, as the record that changes the machine or as the scene that is played on it. */
static void hand_on(struct shell *shell, const struct shell_command *command, const char *rest)
{
	const char *name = command->scene ? command->scene : command->record;
	struct pageflow_error error = { 0 };
	char *line;
	int failed;

	if (!shell_has_machine(shell))
		return;
	line = command->field ? group_record(shell, command, rest)
			      : join(shell, "%s %s", name, rest);
	if (!line)
		return;
	failed = command->scene ? pageflow_scene(shell->machine, line, stdout, &error)
				: pageflow_apply(shell->machine, line, &error);
	if (failed)
		shell_error(shell, "%s: %s", name, error.text);
	free(line);
}

/**
 * @brief Carry out one line.
 *
 * @param shell the session
 * @param line the line, which is changed on the way
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
	rest = trim(rest);
	if (command && command->run)
		command->run(shell, rest);
	else if (command)
		hand_on(shell, command, rest);
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
	struct shell shell = { .file = path ? path : "standard input",
			       .next_number = 1,
			       .run_line = shell_run_line };
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
	static const char *const names[] = { "FILE" };
	static const struct command_usage usage = {
		.command = "shell",
		.synopsis = "pageflow shell [FILE]",
		.about =
			"Carries out commands on a machine: line by line from FILE, or from standard input.\n"
			"On a terminal, lines can be edited, Tab completes, and old lines come back with the\n"
			"arrow keys; they are kept in ~/.pageflow_history. 'help' lists the commands.\n\n"
			"A file to begin with:\n\n"
			"  machine 256M\n"
			"  trace on\n"
			"  alloc GFP_KERNEL|__GFP_ZERO 3\n"
			"  buddyinfo\n"
			"  free #1",
		.arguments = { names, 0, 1 },
		.exit_codes =
			"0 every command was carried out, or a terminal was used; 1 some were not;\n"
			"2 FILE cannot be read",
	};
	struct words words;
	int code = options_read(&usage, argc, argv, NULL, &words);
	const char *path;

	if (code != OPTIONS_READ)
		return code;
	path = words.count && strcmp(words.word[0], "-") ? words.word[0] : NULL;
	return run_session(path);
}

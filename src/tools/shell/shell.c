/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief `pageflow shell [FILE]`: commands on a machine, from a terminal or a file.
 *
 * What goes wrong is said in one line, and the next command is read. Commands from a file name the file
 * and the line, and make the exit code 1.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"
#include "text/error.h"
#include "text/input.h"
#include "text/utf8.h"
#include "text/words.h"
#include "text/wrap.h"
#include "tools/shell/interrupt.h"
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
	    strspn(value.at, "-0123456789abcdefABCDEFx") < value.length)
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
	failed = command->scene ? pageflow_scene(shell->machine, line, shell->out, &error)
				: pageflow_apply(shell->machine, line, &error);
	if (failed)
		shell_error(shell, "%s: %s", name, error.text);
	free(line);
}

/** Has a line only what can be shown, and blanks? Says so when not. */
static bool is_plain(struct shell *shell, const char *line)
{
	for (const char *c = line; *c;) {
		size_t bytes = *c == '\t' ? 1 : utf8_shown(c, SIZE_MAX);

		if (!bytes) {
			shell_error(shell, "'%s' holds what is no text; retype the line", line);
			return false;
		}
		c += bytes;
	}
	return true;
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

	if (!*name || *name == '#' || !is_plain(shell, name))
		return;
	rest = name + strcspn(name, " \t");
	if (*rest)
		*rest++ = '\0';
	command = shell_find_command(shell, name);
	rest = trim(rest);
	/* Of `steps`, the command that it carries out counts. */
	interrupt_run(command && (command->ends || command->each == WORD_STEPS));
	if (command && command->run)
		command->run(shell, rest);
	else if (command)
		hand_on(shell, command, rest);
	/* What cannot be printed any more need not be computed. */
	shell->quit |= !output_flush();
}

/** Is this the first line of a machine or a trace instead of a command? */
static bool is_no_command(const char *line)
{
	struct text first = { .line = (char **)&line, .nr_lines = 1 };

	return ENGINE_EITHER->format(&first).version != 0;
}

/** Carry out the lines of a file; -1 after noting why not all of them could be. */
static int run_lines(struct shell *shell, struct input *input, struct pageflow_error *error)
{
	struct input_line line = { 0 };
	int got = 0;

	while (!shell->quit && (got = input_line(input, &line, error)) > 0) {
		shell->line = line.number;
		if (line.cut)
			return error_at(error, line.number,
					"a command has at most %d bytes; give a file of commands",
					INPUT_LINE);
		if (line.number == 1 && is_no_command(line.text))
			return error_at(
				error, 1,
				"this is no command, but a file that 'load FILE' or 'pageflow "
				"report' reads");
		shell_run_line(shell, line.text);
	}
	return got;
}

/** Commands from a file. */
static int run_file(struct shell *shell)
{
	struct pageflow_error error = { 0 };
	struct input *input = input_open(shell->path ? shell->path : "-", &error);
	int failed = !input || run_lines(shell, input, &error) < 0;

	input_close(input);
	if (failed)
		return input_error("shell", shell->file, &error);
	return shell->errors ? EXIT_DIFFERENT : EXIT_OK;
}

/** Commands from a terminal. */
static void run_terminal(struct shell *shell)
{
	bool dropped = false; /* the last that came was Ctrl-C */
	enum typed typed = TYPED_LINE;
	char *line;

	printf("pageflow %s; 'help' lists the commands, 'quit' ends\n", pageflow_version());
	interrupt_begin();
	while (!shell->quit && typed != TYPED_END) {
		typed = shell_read_line(shell, "pageflow> ", &line);
		if (typed == TYPED_LINE)
			shell_run_line(shell, line);
		free(line);
		interrupt_forget();
		if (typed == TYPED_NOTHING && dropped)
			break;
		dropped = typed == TYPED_DROPPED || typed == TYPED_NOTHING;
		if (dropped)
			printf("^C  (once more, Ctrl-D or 'quit' ends)\n");
	}
	shell_end_editing();
	if (!shell->quit)
		putchar('\n');
}

/** Run a session from its start to its end; the exit code. */
static int run_session(const char *path)
{
	struct shell shell = { .path = path,
			       .file = path ? path : "standard input",
			       .next_number = 1,
			       .out = wrap_begin(stdout),
			       .run_line = shell_run_line };
	int code = EXIT_OK;

	if (!path && isatty(STDIN_FILENO)) {
		shell.file = NULL;
		run_terminal(&shell);
	} else {
		code = run_file(&shell);
	}
	pageflow_destroy(shell.machine);
	drawings_forget(&shell.drawings);
	free(shell.held);
	wrap_end(shell.out, stdout);
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
	static const char *const examples[] = {
		"pageflow shell docs/scenarios/first-requests.pf",
		"printf '%s\\n' 'machine 64M' 'alloc GFP_KERNEL 3' buddyinfo | pageflow shell",
		NULL,
	};
	static const struct command_usage usage = {
		.command = "shell",
		.synopsis = "pageflow shell [FILE]",
		.about =
			"Carries out commands on a machine: line by line from FILE, or from standard input.\n"
			"FILE may be packed with xz. Without FILE, or with -, commands come from standard\n"
			"input. 'help' lists them.\n\n"
			"On a terminal, lines can be edited, Tab completes what stands there, and old lines\n"
			"come back with the arrow keys; they are kept in ~/.pageflow_history. Ctrl-C drops\n"
			"the line that is being typed, and ends takeall; twice in a row it ends the session,\n"
			"as Ctrl-D and 'quit' do.\n\n"
			"A file to begin with:\n\n"
			"  machine 256M\n"
			"  trace on\n"
			"  alloc GFP_KERNEL|__GFP_ZERO 3\n"
			"  explain GFP_ATOMIC 3\n"
			"  free #1",
		.arguments = { names, 0, 1 },
		.exit_codes =
			"0 every command was carried out, or a terminal was used; 1 some were not; "
			"2 FILE cannot be read",
		.example = examples,
	};
	struct words words;
	int code = options_read(&usage, argc, argv, NULL, &words);
	const char *path;

	if (code != OPTIONS_READ)
		return code;
	path = words.count && !input_is_standard(words.word[0]) ? words.word[0] : NULL;
	code = overwrite_check("shell", path ? path : "-", "-");
	return code == OPTIONS_READ ? run_session(path) : code;
}

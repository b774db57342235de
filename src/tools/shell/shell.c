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
#include "text/text.h"
#include "text/utf8.h"
#include "text/words.h"
#include "text/wrap.h"
#include "tools/shell/interrupt.h"
#include "tools/shell/shell.h"
#include "tools/tools.h"

/** What `pageflow shell` was asked for. */
struct settings {
	bool json;
	long state;	  /**< the object from which on the machine's state is written; -1: none */
	const char *zone; /**< NULL: all */
};

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

/** Can a line of a file be carried out? -1 after noting why it cannot. */
static int check_line(const char *line, size_t number, bool cut, struct pageflow_error *error)
{
	if (cut)
		return error_at(error, number,
				"a command has at most %d bytes; give a file of commands",
				INPUT_LINE);
	if (number == 1 && is_no_command(line))
		return error_at(
			error, 1,
			"this is no command, but a file that 'load FILE' or 'pageflow report' "
			"reads");
	return 0;
}

/** Carry out the lines of a file; -1 after noting why not all of them could be. */
static int run_lines(struct shell *shell, struct pageflow_error *error)
{
	struct input *input = input_open(shell->path ? shell->path : "-", error);
	struct input_line line = { 0 };
	int got = input ? 0 : -1;

	while (input && !shell->quit && (got = input_line(input, &line, error)) > 0) {
		shell->line = line.number;
		got = check_line(line.text, line.number, line.cut, error);
		if (got)
			break;
		shell_run_line(shell, line.text);
	}
	input_close(input);
	return got;
}

/**
 * @brief Carry out one line, and write what became of it as an object on standard output.
 *
 * @param shell the session, which has a record
 * @param line the line, which is changed on the way
 * @param index how many objects there were before
 * @return false when there is no command in the line: nothing was written
 */
bool shell_record_line(struct shell *shell, char *line, long index)
{
	long first = shell->first_state;
	bool state = first >= 0 && index >= first;
	char *command = trim(line);
	struct json json;

	if (!*command || *command == '#')
		return false;
	record_begin(shell->record, shell->line, command);
	shell_run_line(shell, command);
	/* The first state is compared with the one before it. */
	if (state || index + 1 == first)
		state_take(shell, (unsigned int)index + 1, state);
	json_begin_line(&json, stdout);
	json_object(&json, NULL);
	record_write(shell->record, &json);
	if (state)
		state_write(shell, &json);
	json_end(&json);
	shell->quit |= !output_flush();
	return true;
}

/** Does one of the commands say whether events are shown? */
static bool has_trace(const struct text *text)
{
	for (size_t i = 0; i < text->nr_lines; i++) {
		const char *rest = text->line[i];
		struct word word = next_word(&rest);
		char name[sizeof("trace")];
		const struct shell_command *command;
		int matches;

		if (word.length && word.length < sizeof(name)) {
			snprintf(name, sizeof(name), "%.*s", (int)word.length, word.at);
			command = shell_command_named(name, &matches);
			if (command && !strcmp(command->name, "trace"))
				return true;
		}
	}
	return false;
}

/** Is this worth reading on, as far as its first line tells? */
static bool may_be_commands(const struct text *first)
{
	return !is_no_command(first->line[0]);
}

/**
 * Carry out the lines of a file, and write an object for each; -1 after noting why not all of them could be. All lines are read before:
 * whether events are shown from the beginning is up to all of them.
 */
static int record_lines(struct shell *shell, struct pageflow_error *error)
{
	int failed = 0;
	long index = 0;
	struct text text;

	if (text_load(shell->path ? shell->path : "-", may_be_commands, &text, error) != TEXT_OK) {
		text_free(&text);
		return -1;
	}
	shell->tracing = !has_trace(&text);
	for (size_t i = 0; i < text.nr_lines && !shell->quit && !failed; i++) {
		char *line = text.line[i];

		shell->line = i + 1;
		failed = check_line(line, i + 1, strlen(line) > INPUT_LINE, error);
		if (!failed && shell_record_line(shell, line, index))
			index++;
	}
	text_free(&text);
	return failed;
}

/** Commands from a file. */
static int run_file(struct shell *shell)
{
	struct pageflow_error error = { 0 };
	int failed = (shell->record ? record_lines : run_lines)(shell, &error);

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
static int run_session(const char *path, const struct settings *settings)
{
	struct shell shell = { .path = path,
			       .file = path ? path : "standard input",
			       .next_number = 1,
			       .zone = settings->zone,
			       .first_state = settings->state,
			       .run_line = shell_run_line };
	int code = EXIT_OK;

	if (settings->json) {
		shell.record = record_new();
		if (!shell.record)
			return memory_error("shell");
	}
	shell.plain = shell.record ? record_stream(shell.record) : stdout;
	shell.out = shell.record ? shell.plain : wrap_begin(stdout);
	if (!path && !shell.record && isatty(STDIN_FILENO)) {
		shell.file = NULL;
		run_terminal(&shell);
	} else {
		code = run_file(&shell);
	}
	pageflow_destroy(shell.machine);
	drawings_forget(&shell.drawings);
	drawings_forget(&shell.pictures);
	drawings_forget(&shell.states);
	free(shell.held);
	wrap_end(shell.out, shell.plain);
	record_free(shell.record);
	return code;
}

/** Look whether what was asked for can be; then run the session. */
static int run_command(const struct words *words, const struct settings *settings)
{
	bool named = words->count && !input_is_standard(words->word[0]);
	const char *path = named ? words->word[0] : NULL;
	int code;

	if (!settings->json && (settings->zone || settings->state >= 0))
		return usage_error("shell", "%s goes with --json",
				   settings->zone ? "--zone" : "--state");
	code = overwrite_check("shell", path ? path : "-", "-");
	return code == OPTIONS_READ ? run_session(path, settings) : code;
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
	static const struct command_option options[] = {
		{ .name = "json",
		  .place = offsetof(struct settings, json),
		  .help = "print an object of JSON for each command, with its events and pictures" },
		{ .name = "state",
		  .kind = OPTION_NUMBER,
		  .place = offsetof(struct settings, state),
		  .value = "N",
		  .most = INT32_MAX,
		  .help = "with --json: the machine's state too, from the Nth object on; the first is 0" },
		{ .name = "zone",
		  .kind = OPTION_TEXT,
		  .place = offsetof(struct settings, zone),
		  .value = "NAME",
		  .help = "with --json: this zone alone in pictures, as 'DMA' or '1 Normal'" },
	};
	static const char *const names[] = { "FILE" };
	static const char *const examples[] = {
		"pageflow shell docs/scenarios/first-requests.pf",
		"pageflow shell --json docs/scenarios/steal.pf",
		"printf '%s\\n' 'machine 64M' 'alloc GFP_KERNEL 3' buddyinfo | pageflow shell",
		NULL,
	};
	static const struct command_usage usage = {
		.command = "shell",
		.synopsis = "pageflow shell [FILE]\n"
			    "       pageflow shell --json [--state N] [--zone NAME] [FILE]",
		.about =
			"Carries out commands on a machine: line by line from FILE, or from standard input.\n"
			"FILE may be packed with xz. Without FILE, or with -, commands come from standard\n"
			"input. 'help' lists them.\n\n"
			"On a terminal, lines can be edited, Tab completes what stands there, and old lines\n"
			"come back with the arrow keys; they are kept in ~/.pageflow_history. Ctrl-C drops\n"
			"the line that is being typed, and ends takeall; twice in a row it ends the session,\n"
			"as Ctrl-D and 'quit' do.\n\n"
			"With --json, all commands are read first; then each prints an object, on a line\n"
			"of its own, when it is done. Events are in it from the first machine on, unless\n"
			"the commands say 'trace' themselves.\n\n"
			"A file to begin with:\n\n"
			"  machine 256M\n"
			"  trace on\n"
			"  alloc GFP_KERNEL|__GFP_ZERO 3\n"
			"  explain GFP_ATOMIC 3\n"
			"  free #1",
		.option = options,
		.nr_options = sizeof(options) / sizeof(options[0]),
		.arguments = { names, 0, 1 },
		.exit_codes =
			"0 every command was carried out, or a terminal was used; 1 some were not; "
			"2 FILE cannot be read",
		.example = examples,
	};
	struct settings settings = { .state = -1 };
	struct words words;
	int code = options_read(&usage, argc, argv, &settings, &words);

	return code == OPTIONS_READ ? run_command(&words, &settings) : code;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Reading lines from a terminal: with editing, history and completion where libedit is at
 * hand, plainly elsewhere.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/shell/shell.h"

#if defined(__has_include) && !defined(PAGEFLOW_PLAIN_TERMINAL)
#if __has_include(<editline/readline.h>)
#define WITH_LIBEDIT 1
#endif
#endif

#ifdef WITH_LIBEDIT
#include <editline/readline.h>

#define MOST_HISTORY 1000

/** The file of old lines; "" without a home. */
static const char *history_path(void)
{
	static char path[4096];
	const char *home = getenv("HOME");

	if (!path[0] && home && *home)
		snprintf(path, sizeof(path), "%s/.pageflow_history", home);
	return path;
}

/** The next command that begins with `text`; called with state 0 first. */
static char *next_command(const char *text, int state)
{
	static const struct shell_command *next;

	if (!state)
		next = shell_commands;
	while (next->name) {
		const char *name = next++->name;

		if (!strncmp(name, text, strlen(text)))
			return strdup(name);
	}
	return NULL;
}

/** The next gfp name that begins with `text`. */
static char *next_gfp(const char *text, int state)
{
	static size_t next;
	const char *name;

	if (!state)
		next = 0;
	while ((name = pageflow_gfp_name(next))) {
		next++;
		if (!strncmp(name, text, strlen(text)))
			return strdup(name);
	}
	return NULL;
}

/** What could stand here: a command at the start, a mask after `alloc` and `gfp`, else a file. */
static char **complete(const char *text, int start, int end)
{
	size_t blanks = strspn(rl_line_buffer, " ");

	(void)end;
	if ((size_t)start <= blanks)
		return rl_completion_matches(text, next_command);
	if (!strncmp(rl_line_buffer + blanks, "alloc ", 6) ||
	    !strncmp(rl_line_buffer + blanks, "gfp ", 4)) {
		rl_attempted_completion_over = 1;
		return rl_completion_matches(text, next_gfp);
	}
	return NULL;
}

/** Set up editing, once. */
static void begin_editing(void)
{
	static bool begun;

	if (begun)
		return;
	begun = true;
	rl_readline_name = (char *)"pageflow";
	rl_attempted_completion_function = complete;
	rl_completer_word_break_characters = (char *)" \t|";
	using_history();
	stifle_history(MOST_HISTORY);
	if (*history_path())
		read_history(history_path());
}

/**
 * @brief Read a line from the terminal.
 *
 * @param prompt shown before it
 * @return the line, without newline; free() it; NULL at the end
 */
char *shell_read_line(const char *prompt)
{
	char *line;

	begin_editing();
	line = readline(prompt);
	if (line && *line)
		add_history(line);
	return line;
}

/** Keep the lines for the next session. */
void shell_end_editing(void)
{
	if (*history_path())
		write_history(history_path());
}
#else
/**
 * @brief Read a line from the terminal.
 *
 * @param prompt shown before it
 * @return the line; free() it; NULL at the end
 */
char *shell_read_line(const char *prompt)
{
	char *line = NULL;
	size_t size = 0;

	fputs(prompt, stdout);
	fflush(stdout);
	if (getline(&line, &size, stdin) >= 0)
		return line;
	free(line);
	return NULL;
}

/** Nothing was kept. */
void shell_end_editing(void)
{
}
#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Reading lines from a terminal: with editing, history and completion where libedit is at
 * hand, plainly elsewhere.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "tools/shell/complete.h"
#include "tools/shell/interrupt.h"
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

/** Whose line is being typed. */
static const struct shell *typing;

/** What could stand where the cursor is, and what is typed of it, with signs before a name. */
static struct candidates found;
static const char *text_typed;

/** The next of what could stand there; called with state 0 first. */
static char *next_candidate(const char *text, int state)
{
	static size_t next;

	/* The signs before a name of a mask stay there. */
	int signs = (int)(found.typed - text_typed);
	char *word = NULL;

	(void)text;
	if (!state)
		next = 0;
	if (next < found.nr && asprintf(&word, "%.*s%s", signs, text_typed, found.word[next++]) < 0)
		word = NULL;
	return word;
}

/** What could stand here; names of files only where a file belongs. */
static char **complete(const char *text, int start, int end)
{
	char *before = strndup(rl_line_buffer, (size_t)start);
	char **matches = NULL;

	(void)end;
	if (!before)
		return NULL;
	text_typed = text;
	found = candidates_at(typing, before, text + strspn(text, "~("));
	rl_attempted_completion_over = !found.file;
	/* A mask may go on with a bar. */
	rl_completion_append_character = found.mask ? '\0' : ' ';
	if (found.nr)
		matches = rl_completion_matches(text, next_candidate);
	candidates_free(&found);
	free(before);
	return matches;
}

/** Was any key pressed since the prompt? */
static bool any_key;

/** Read a character from the terminal; EOF at the end and at Ctrl-C. */
static int next_character(FILE *in)
{
	mbstate_t state = { 0 };
	wchar_t wide;
	char byte;

	(void)in;
	while (interrupt_read(&byte)) {
		size_t length = mbrtowc(&wide, &byte, 1, &state);

		any_key = true;
		if (length <= 1)
			return (int)wide;
		/* What is no character is passed over. */
		if (length == (size_t)-1)
			memset(&state, 0, sizeof(state));
	}
	return EOF;
}

/** The terminal hands over each key before the prompt says so: a Ctrl-D or Tab typed at once is not lost to its line mode. */
static int take_keys(void)
{
	rl_prep_terminal(1);
	return 0;
}

/** Set up editing, once. */
static void begin_editing(void)
{
	static bool begun;

	if (begun)
		return;
	begun = true;
	setlocale(LC_CTYPE, "");
	rl_readline_name = (char *)"pageflow";
	rl_attempted_completion_function = complete;
	rl_completer_word_break_characters = (char *)" \t|&";
	rl_getc_function = next_character;
	rl_pre_input_hook = take_keys;
	using_history();
	stifle_history(MOST_HISTORY);
	if (*history_path())
		read_history(history_path());
}

/**
 * @brief Read a line from the terminal.
 *
 * @param shell whose line it is
 * @param prompt shown before it
 * @param line receives the line, without newline; free() it
 * @return what came
 */
enum typed shell_read_line(const struct shell *shell, const char *prompt, char **line)
{
	begin_editing();
	typing = shell;
	any_key = false;
	*line = readline(prompt);
	if (*line && **line)
		add_history(*line);
	if (*line)
		return TYPED_LINE;
	if (!interrupt_came())
		return TYPED_END;
	return any_key ? TYPED_DROPPED : TYPED_NOTHING;
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
 * @param shell whose line it is
 * @param prompt shown before it
 * @param line receives the line; free() it
 * @return what came
 */
enum typed shell_read_line(const struct shell *shell, const char *prompt, char **line)
{
	size_t length = 0, size = 0;
	FILE *out = open_memstream(line, &size);
	char byte = '\0';

	(void)shell;
	fputs(prompt, stdout);
	fflush(stdout);
	if (!out)
		return TYPED_END;
	for (; byte != '\n' && interrupt_read(&byte); length++)
		fputc(byte, out);
	fclose(out);
	if (length && byte == '\n')
		return TYPED_LINE;
	/* The terminal itself has dropped what was typed. */
	return interrupt_came() ? TYPED_NOTHING : TYPED_END;
}

/** Nothing was kept. */
void shell_end_editing(void)
{
}
#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Saying on standard error what is wrong: one line, after `pageflow COMMAND: `.
 *
 * A message quotes what was read, and that can be anything. So what a terminal would obey is written as its number, here for all
 * messages; and where the host refuses memory because it was told to, the limit is named.
 */
#include "tools/say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "text/utf8.h"
#include "text/wrap.h"

/** What stands at the end of a message about memory. */
static const char no_memory[] = "out of memory";

/** What helps against too little memory: the limit that this program was given, where it has one. */
static void name_limit(char *text, size_t size)
{
	struct rlimit limit;

	if (!getrlimit(RLIMIT_AS, &limit) && limit.rlim_cur != RLIM_INFINITY)
		snprintf(text, size, ": it may use %llu KiB; raise the limit, see 'ulimit -v'",
			 (unsigned long long)limit.rlim_cur >> 10);
	else if (!getrlimit(RLIMIT_DATA, &limit) && limit.rlim_cur != RLIM_INFINITY)
		snprintf(text, size, ": it may use %llu KiB; raise the limit, see 'ulimit -d'",
			 (unsigned long long)limit.rlim_cur >> 10);
	else
		snprintf(text, size, "; end other programs, or take a smaller machine or file");
}

/**
 * @brief A message in the words it is said with: what a terminal would obey is a number, and the limit of memory is named.
 *
 * @param prefix what stands before it
 * @param message the message
 * @return the words, to be freed; NULL when there is no memory for them
 */
char *message_shown(const char *prefix, const char *message)
{
	size_t length = strlen(message), end = strlen(no_memory);
	char *shown = utf8_escaped(message), *line = NULL;
	char limit[128] = "";

	if (length >= end && !strcmp(message + length - end, no_memory))
		name_limit(limit, sizeof(limit));
	if (shown && asprintf(&line, "%s%s%s", prefix, shown, limit) < 0)
		line = NULL;
	free(shown);
	return line;
}

/** Write a message, which is one line, but for a terminal, where it is broken as wide as that is. */
static void put_message(const char *prefix, const char *message)
{
	char *line = message_shown(prefix, message);
	char limit[128];

	if (!line) {
		name_limit(limit, sizeof(limit));
		fprintf(stderr, "%s%s%s\n", prefix, no_memory, limit);
	} else if (wrap_on_terminal(stderr)) {
		wrap_words(stderr, wrap_columns(stderr), 0, 2, line);
	} else {
		fprintf(stderr, "%s\n", line);
	}
	free(line);
}

/**
 * @brief Say something on standard error, as say().
 *
 * @param command the subcommand, or NULL
 * @param format one line, as for printf, without newline
 * @param arguments of the format
 */
void say_list(const char *command, const char *format, va_list arguments)
{
	char prefix[64], *message = NULL;

	/* What was printed before must stand before. */
	fflush(stdout);
	if (vasprintf(&message, format, arguments) < 0)
		message = NULL;
	snprintf(prefix, sizeof(prefix), "pageflow%s%s: ", command ? " " : "",
		 command ? command : "");
	put_message(prefix, message ? message : no_memory);
	free(message);
}

/**
 * @brief Say something on standard error.
 *
 * @param command the subcommand, or NULL
 * @param format one line, as for printf, without newline
 * @return EXIT_BAD_INPUT
 */
int say(const char *command, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_list(command, format, arguments);
	va_end(arguments);
	return EXIT_BAD_INPUT;
}

/**
 * @brief Write lines to standard error that go on from a message.
 *
 * @param text the lines, each with its newline
 */
void say_lines(const char *text)
{
	char *copy = strdup(text), *rest = copy, *line;

	while (rest && (line = strsep(&rest, "\n")) && rest) {
		put_message("", line);
	}
	free(copy);
}

/**
 * @brief Say what is wrong with the arguments.
 *
 * @param command the subcommand, or NULL
 * @param format one line, as for printf, without newline
 * @return EXIT_BAD_INPUT
 */
int usage_error(const char *command, const char *format, ...)
{
	char *problem = NULL;
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&problem, format, arguments) < 0)
		problem = NULL;
	va_end(arguments);
	say(command, "%s; try 'pageflow%s%s --help'", problem ? problem : no_memory,
	    command ? " " : "", command ? command : "");
	free(problem);
	return EXIT_BAD_INPUT;
}

/**
 * @brief Say what is wrong with an input.
 *
 * @param command the subcommand, or NULL
 * @param what the file or the argument; "-" is standard input
 * @param error why, and in which line
 * @return EXIT_BAD_INPUT
 */
int input_error(const char *command, const char *what, const struct pageflow_error *error)
{
	const char *slash = error->file[0] ? "/" : "";

	if (!strcmp(what, "-"))
		what = "standard input";
	if (error->line)
		return say(command, "%s%s%s:%zu: %s", what, slash, error->file, error->line,
			   error->text);
	return say(command, "%s%s%s: %s", what, slash, error->file, error->text);
}

/**
 * @brief Say that there is no memory.
 *
 * @param command the subcommand
 * @return EXIT_BAD_INPUT
 */
int memory_error(const char *command)
{
	return say(command, "%s", no_memory);
}

/**
 * @brief Print on standard output what came from outside, so that a terminal shows it and does not obey it.
 *
 * @param text such as the name of a file
 */
void print_shown(const char *text)
{
	char *shown = utf8_escaped(text);

	fputs(shown ? shown : "?", stdout);
	free(shown);
}

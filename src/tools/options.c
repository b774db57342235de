/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the subcommands share for their arguments: saying what is wrong with them.
 */
#include <stdarg.h>
#include <stdio.h>

#include "tools/tools.h"

/**
 * @brief Say what is wrong with the arguments.
 *
 * @param command the subcommand, or NULL
 * @param format one line, as for printf, without newline
 * @return EXIT_BAD_INPUT
 */
int usage_error(const char *command, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "pageflow%s%s: ", command ? " " : "", command ? command : "");
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, "; try 'pageflow%s%s --help'\n", command ? " " : "",
		command ? command : "");
	return EXIT_BAD_INPUT;
}

/**
 * @brief Say what is wrong with an input.
 *
 * @param command the subcommand
 * @param what the file or the argument
 * @param error why, and in which line
 * @return EXIT_BAD_INPUT
 */
int input_error(const char *command, const char *what, const struct pageflow_error *error)
{
	const char *colon = error->file[0] ? ": " : "";

	if (error->line)
		fprintf(stderr, "pageflow %s: %s: line %zu: %s%s%s\n", command, what, error->line,
			error->file, colon, error->text);
	else
		fprintf(stderr, "pageflow %s: %s: %s%s%s\n", command, what, error->file, colon,
			error->text);
	return EXIT_BAD_INPUT;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Errors of one line.
 */
#include "text/error.h"

#include <stdarg.h>

/** Note what went wrong in a line of a text; 0: in no particular one. */
__attribute__((format(printf, 3, 0))) static void note(struct pageflow_error *error, size_t line,
						       const char *format, va_list arguments)
{
	if (!error)
		return;
	error->file[0] = '\0';
	error->line = line;
	vsnprintf(error->text, sizeof(error->text), format, arguments);
}

/**
 * @brief Note what went wrong in a line of a text.
 *
 * @param error receives it, or NULL
 * @param line the line, counted from 1; 0: no particular one
 * @param format as for printf, one line without newline
 * @return -1, for the caller to pass on
 */
int error_at(struct pageflow_error *error, size_t line, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	note(error, line, format, arguments);
	va_end(arguments);
	return -1;
}

/**
 * @brief Note what went wrong, in no particular line of a text.
 *
 * @param error receives it, or NULL
 * @param format as for printf, one line without newline
 * @return -1, for the caller to pass on
 */
int error_set(struct pageflow_error *error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	note(error, 0, format, arguments);
	va_end(arguments);
	return -1;
}

/**
 * @brief Say in which of several texts the fault lies that was noted.
 *
 * @param error the error, or NULL
 * @param file the name of the text
 * @return -1, for the caller to pass on
 */
int error_in(struct pageflow_error *error, const char *file)
{
	if (error)
		snprintf(error->file, sizeof(error->file), "%s", file);
	return -1;
}

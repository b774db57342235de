/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Noting how a replay went: the first difference, or what is wrong with the recording.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "replay/replay.h"

/**
 * @brief Note the first difference. Later ones are consequences and not noted.
 *
 * @param result receives it
 * @param line line of the recording, counted from 1
 * @param expected what the recording says
 * @param format what happened here, as for printf
 */
void result_differs(struct replay_result *result, size_t line, const char *expected,
		    const char *format, ...)
{
	va_list arguments;

	if (result->outcome != REPLAY_IDENTICAL)
		return;
	result->outcome = REPLAY_DIVERGED;
	result->line = line;
	snprintf(result->expected, sizeof(result->expected), "%s",
		 expected + strspn(expected, " "));
	va_start(arguments, format);
	vsnprintf(result->got, sizeof(result->got), format, arguments);
	va_end(arguments);
}

/**
 * @brief Note that a recording could not be read to its end, if that is so.
 *
 * @param result receives what the reader noted
 * @param reader the reader of the recording
 */
void result_take_error(struct replay_result *result, const struct reader *reader)
{
	if (!reader->error.line)
		return;
	result->outcome = REPLAY_UNREADABLE;
	result->line = reader->error.line;
	snprintf(result->error, sizeof(result->error), "%.255s", reader->error.text);
}

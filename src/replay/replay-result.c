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

/** Lines longer than this are shown around the place where they differ. */
#define LONG_LINE 100

/** Columns of what is shown of such a line: with what stands around it in an account it fits a screen. */
#define WINDOW_COLUMNS 50

/** Where the word before the first one that differs begins; it is at the same place in both lines. */
static size_t place_of_difference(const char *recorded, const char *ours)
{
	size_t at = 0, word = 0, before = 0;

	for (; recorded[at] && recorded[at] == ours[at]; at++)
		if (recorded[at] == ' ') {
			before = word;
			word = at + 1;
		}
	return before;
}

/** Show the name of a long line, and whole words from a place on. */
static void show_window(const char *line, size_t from, char *text, size_t size)
{
	size_t name = strcspn(line, " "), columns = name, words = 0, length;
	const char *next = line + name;

	length = (size_t)snprintf(text, size, "%.*s", (int)name, line);
	if (from > name + 1) {
		length += (size_t)snprintf(text + length, size - length, " …");
		columns += 2;
		next = line + from - 1;
	}
	/* The word that differs is the second one; it is shown however long it is. */
	while (*next && length < size) {
		size_t word = 1 + strcspn(next + 1, " ");

		columns += word;
		if (columns > WINDOW_COLUMNS - 2 && words >= 2) {
			snprintf(text + length, size - length, " …");
			return;
		}
		length += (size_t)snprintf(text + length, size - length, "%.*s", (int)word, next);
		next += word;
		words++;
	}
}

/**
 * @brief Note that a line of the machine's state differs. Of long ones the place is kept where they do.
 *
 * @param result receives it
 * @param line line of the recording, counted from 1
 * @param recorded what the recording says
 * @param ours what is so here
 */
void result_state_differs(struct replay_result *result, size_t line, const char *recorded,
			  const char *ours)
{
	char expected[sizeof(result->expected)], got[sizeof(result->got)];
	size_t place;

	recorded += strspn(recorded, " ");
	ours += strspn(ours, " ");
	if (strlen(recorded) <= LONG_LINE && strlen(ours) <= LONG_LINE) {
		result_differs(result, line, recorded, "%s", ours);
		return;
	}
	place = place_of_difference(recorded, ours);
	show_window(recorded, place, expected, sizeof(expected));
	show_window(ours, place, got, sizeof(got));
	result_differs(result, line, expected, "%s", got);
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

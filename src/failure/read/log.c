/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Reading a log: from the bytes of a physical line to the reports.
 *
 * A physical line is made plain, taken out of what carries it, and put together with the line before where it belongs to
 * it; then it is known whose report's it is. Most lines of most logs have nothing to do with any of that: while no report
 * is being read, a line is only looked through for a few words, and kept until the next one, since it may hold the
 * beginning of a title that is broken. One pass, with room for a few reports.
 */
#include <stdlib.h>
#include <string.h>

#include "failure/failure.h"
#include "failure/read/envelope.h"
#include "failure/read/line.h"
#include "failure/read/unwrap.h"
#include "failure/read/weave.h"

struct failure_log {
	size_t line;
	bool told; /**< the line that is held may begin a report */
	struct envelope envelope;
	struct unwrap held; /**< a line that may go on */
	struct weave weave;
};

/**
 * @brief Begin to read a log.
 *
 * @param handler receives each report
 * @param context handed to it
 * @return the log, or NULL when there is no memory
 */
struct failure_log *failure_log_new(failure_handler handler, void *context)
{
	struct failure_log *log = calloc(1, sizeof(*log));

	if (log && weave_begin(&log->weave, handler, context))
		return log;
	free(log);
	return NULL;
}

/** May a line begin a report, be a part of its title, or name the kernel? */
static bool is_telling(const char *text, size_t length)
{
	static const char *const words[] = { "alloc",	"order", "-kill",	 "gfp_mask",
					     "mode:0x", "Mem-",	 "Linux version" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (memmem(text, length, words[i], strlen(words[i])))
			return true;
	return false;
}

/** Read the line that is held: nothing more belongs to it. */
static void read_held(struct failure_log *log)
{
	struct unwrap *held = &log->held;

	while (held->length && held->text[held->length - 1] == ' ')
		held->length--;
	held->text[held->length] = '\0';
	if (held->length && (log->told || log->weave.nr_strands))
		weave_line(&log->weave, held->text, held->line);
	held->length = 0;
	log->told = false;
}

/** Take a line, without what carried it. */
static void take_line(struct failure_log *log, const char *text, size_t length)
{
	struct piece piece = { line_unquoted(text), 0, length };
	bool telling = is_telling(text, length);

	piece.length = length - (size_t)(piece.text - text);
	if (telling || log->told || log->weave.nr_strands || unwrap_is_cut(&log->held)) {
		if (unwrap_join(&log->held, &piece)) {
			log->told |= telling;
			return;
		}
		read_held(log);
	}
	unwrap_begin(&log->held, &piece, log->line);
	log->told = telling;
}

/**
 * @brief Read a line of a log.
 *
 * @param log the log
 * @param line the line, without its newline; it is changed
 * @param length bytes of it; one more must be writable
 */
void failure_log_line(struct failure_log *log, char *line, size_t length)
{
	char *inside = line;

	log->line++;
	length = line_clean(line, length);
	if (!envelope_open(&log->envelope, &inside, &length))
		return;
	if (inside == log->envelope.text)
		length = line_clean(inside, length);
	for (;;) {
		char *end = memchr(inside, '\n', length);
		size_t part = end ? (size_t)(end - inside) : length;

		if (end)
			*end = '\0';
		take_line(log, inside, part);
		if (!end || part + 1 == length)
			return;
		inside += part + 1;
		length -= part + 1;
	}
}

/**
 * @brief The log cannot be read to its end: give its memory back, without the reports that were on their way.
 *
 * @param log the log, or NULL
 */
void failure_log_drop(struct failure_log *log)
{
	if (log)
		weave_drop(&log->weave);
	free(log);
}

/**
 * @brief The log has ended: hand the last reports on, and give its memory back.
 *
 * @param log the log
 */
void failure_log_end(struct failure_log *log)
{
	read_held(log);
	weave_end(&log->weave);
	free(log);
}

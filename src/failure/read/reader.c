/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Finding the reports of failed allocations in a kernel log.
 *
 * Logs reach a reader in many forms: with the prefixes of dmesg, syslog and journald, with other lines between
 * those of a report, cut, or with bytes that are not text. So no line is taken apart from its beginning. Each kind
 * of line is known by what only it contains, and figures are read by name, wherever they stand. One pass, a line
 * at a time, with room for one report.
 */
#include "failure/read/reader.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "failure/read/line.h"

/**
 * @brief Begin to read a log.
 *
 * @param handler receives each report
 * @param context handed to it
 * @return the reader, or NULL when there is no memory
 */
struct failure_reader *failure_reader_new(failure_handler handler, void *context)
{
	struct failure_reader *reader = calloc(1, sizeof(*reader));

	if (reader) {
		reader->handler = handler;
		reader->context = context;
	}
	return reader;
}

/** Translate the mask, now that the version is known as well as it will be. */
static void resolve_mask(struct failure *failure)
{
	/* From 4.6 on names follow each number: without them it was cut. */
	if (failure->mask_ends_line &&
	    (failure->version[0] ? !failure_before(failure, 4, 6) : failure->node_lines))
		failure->has_mask = false;
	if (!failure->has_mask)
		return;
	if (failure->mask_names[0])
		gfp_from_names(failure->mask_names, strlen(failure->mask_names), &failure->mask);
	else
		failure->mask_unknown =
			!gfp_from_number(failure->mask_number, failure->version, &failure->mask);
}

/** Hand the report on, if there is one. */
static void close_failure(struct failure_reader *reader)
{
	struct failure *failure = &reader->failure;

	if (!reader->open)
		return;
	reader->open = false;
	if (!failure->version[0] && reader->log_version[0]) {
		memcpy(failure->version, reader->log_version, sizeof(failure->version));
		failure->version_from_log = true;
	}
	resolve_mask(failure);
	failure_close_state(failure);
	reader->handler(failure, reader->context);
}

/** Begin a report. */
static struct failure *open_failure(struct failure_reader *reader, enum failure_kind kind)
{
	close_failure(reader);
	failure_oom_begin(reader);
	memset(&reader->failure, 0, sizeof(reader->failure));
	reader->open = true;
	reader->in_totals = false;
	reader->pending_nid = -1;
	reader->zone = -1;
	reader->list = -1;
	reader->failure.kind = kind;
	reader->failure.line = reader->line;
	return &reader->failure;
}

/**
 * @brief Read a line of a log.
 *
 * @param reader the reader
 * @param line the line, without its newline; bytes that are not text are replaced
 * @param length bytes of it; one more must be writable
 */
void failure_reader_line(struct failure_reader *reader, char *line, size_t length)
{
	struct failure *failure = &reader->failure;
	const char *version, *what;
	enum failure_kind kind;

	reader->line++;
	line_clean(line, length);
	if ((version = find_words(line, "Linux version ")) && isdigit((unsigned char)version[14])) {
		word_copy((struct word){ version + 14, strcspn(version + 14, " ") },
			  reader->log_version, sizeof(reader->log_version));
		reader->oom.rebooted = true;
	}
	if ((what = failure_header_find(line, &kind))) {
		failure_header_take(open_failure(reader, kind), line, what);
		return;
	}
	if (strstr(line, "Mem-Info:")) {
		if (!reader->open || failure->has_state)
			open_failure(reader, FAILURE_STATE);
		failure->has_state = true;
		reader->in_totals = true;
		return;
	}
	if (!reader->open)
		return;
	if (failure_read_trace(failure, line) || failure_read_oom(reader, line) ||
	    failure_read_holders(failure, line))
		return;
	if (failure->has_state)
		failure_read_state(reader, line);
	else if (!failure_read_cpu(failure, line) && strstr(line, "mems_allowed="))
		failure_read_cpuset(failure, line);
}

/**
 * @brief The log cannot be read to its end: give the reader's memory back, without the report that was on its way.
 *
 * @param reader the reader, or NULL
 */
void failure_reader_drop(struct failure_reader *reader)
{
	if (reader)
		failure_oom_free(reader);
	free(reader);
}

/**
 * @brief The log has ended: hand the last report on, and give the reader's memory back.
 *
 * @param reader the reader
 */
void failure_reader_end(struct failure_reader *reader)
{
	close_failure(reader);
	failure_oom_free(reader);
	free(reader);
}

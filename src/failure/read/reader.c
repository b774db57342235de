/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Reading a report, a line at a time.
 *
 * Reports are cut and torn, and other lines stand between theirs. So no line is taken apart from its beginning. Each
 * kind of line is known by what only it contains, and figures are read by name, wherever they stand.
 */
#include "failure/read/reader.h"

#include <stdlib.h>
#include <string.h>

/**
 * @brief Begin a report.
 *
 * @param reader receives it, empty; of what it held before, the memory of the task table stays
 * @param kind what kind of report
 * @param line of the log, where it begins
 */
void failure_reader_open(struct failure_reader *reader, enum failure_kind kind, size_t line)
{
	struct oom_reading oom = { .task = reader->oom.task, .room = reader->oom.room };

	memset(reader, 0, sizeof(*reader));
	reader->oom = oom;
	reader->line = line;
	reader->pending_nid = -1;
	reader->zone = -1;
	reader->list = -1;
	reader->failure.kind = kind;
	reader->failure.line = line;
}

/**
 * @brief Give the memory of a report back.
 *
 * @param reader the report, or NULL
 */
void failure_reader_free(struct failure_reader *reader)
{
	if (reader)
		free(reader->oom.task);
	free(reader);
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

/**
 * @brief The report has ended.
 *
 * @param reader the reader
 */
void failure_reader_close(struct failure_reader *reader)
{
	struct failure *failure = &reader->failure;

	if (!failure->version[0] && reader->log_version[0]) {
		memcpy(failure->version, reader->log_version, sizeof(failure->version));
		failure->version_from_log = true;
	}
	resolve_mask(failure);
	failure_close_state(failure);
}

/**
 * @brief Is a report all there, as far as its zones go, so that another one may begin?
 *
 * @param reader the reader
 * @return false when zones or their free lists are still to come
 */
bool failure_reader_whole(const struct failure_reader *reader)
{
	const struct failure *failure = &reader->failure;

	for (int i = 0; i < failure->nr_zones; i++)
		if (!failure->zone[i].nr_orders)
			return false;
	/* A memory cgroup's report has no zones. */
	return failure->nr_zones > 0 || failure->oom.nr_kills ||
	       failure->oom.end != OOM_END_UNKNOWN;
}

/**
 * @brief Read a line of a report, or one between its lines.
 *
 * @param reader the reader
 * @param line the line
 */
void failure_reader_read(struct failure_reader *reader, const char *line)
{
	struct failure *failure = &reader->failure;

	if (failure_read_trace(failure, line) || failure_read_oom(reader, line) ||
	    failure_read_holders(failure, line))
		return;
	if (failure->has_state)
		failure_read_state(reader, line);
	else if (!failure_read_cpu(failure, line) && strstr(line, "mems_allowed="))
		failure_read_cpuset(failure, line);
}

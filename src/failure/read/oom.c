/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The lines of an OOM report that say which group met its limit, who was there, and who was killed.
 */
#include "failure/read/reader.h"

/**
 * @brief Read a line of the task table, of a group's statistics, or of a kill.
 *
 * @param reader the reader
 * @param line a line
 * @return false when it is another line
 */
bool failure_read_oom(struct failure_reader *reader, const char *line)
{
	(void)reader;
	(void)line;
	return false;
}

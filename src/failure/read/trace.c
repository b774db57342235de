/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The call trace of a report: who asked, and in which context.
 */
#include "failure/read/reader.h"

/**
 * @brief Read a line of a call trace.
 *
 * @param failure the report
 * @param line a line
 * @return false when it is another line
 */
bool failure_read_trace(struct failure *failure, const char *line)
{
	(void)failure;
	(void)line;
	return false;
}

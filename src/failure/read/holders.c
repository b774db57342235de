/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The lines that say who holds memory: swap, hugepages, slab caches, places of the code.
 */
#include "failure/read/reader.h"

/**
 * @brief Read a line that says who holds memory.
 *
 * @param failure the report
 * @param line a line
 * @return false when it is another line
 */
bool failure_read_holders(struct failure *failure, const char *line)
{
	(void)failure;
	(void)line;
	return false;
}

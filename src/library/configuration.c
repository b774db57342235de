/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Which configuration does a text need? Its `kernel` line says so.
 */
#include <string.h>

#include "engine.h"

/**
 * @brief The configuration that a snapshot or recording was taken with.
 *
 * @param text the text
 * @return the configuration; without a `kernel` line the one without CONFIG_NUMA, which will then
 * say what is missing
 */
const struct pageflow_engine *engine_for_text(const struct text *text)
{
	for (size_t i = 0; i < text->nr_lines; i++) {
		if (strncmp(text->line[i], "kernel ", 7))
			continue;
		return strstr(text->line[i], " numa 1 ") ? &pageflow_engine_numa
							 : &pageflow_engine_uma;
	}
	return &pageflow_engine_uma;
}

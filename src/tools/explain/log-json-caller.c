/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Who asked, as JSON.
 */
#include "tools/explain/log-json-parts.h"

/**
 * @brief Write who asked.
 *
 * @param answer the answer
 * @param json where to: an object
 */
void write_caller(const struct log_answer *answer, struct json *json)
{
	(void)answer;
	(void)json;
}

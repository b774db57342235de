/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Who was killed and why, as JSON.
 */
#include "tools/explain/log-json-parts.h"

/**
 * @brief Write who was killed and why.
 *
 * @param answer the answer
 * @param json where to: an object
 */
void write_victim(const struct log_answer *answer, struct json *json)
{
	(void)answer;
	(void)json;
}

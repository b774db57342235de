/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The parts of an answer as JSON, each in a file of its own.
 */
#ifndef EXPLAIN_LOG_JSON_PARTS_H
#define EXPLAIN_LOG_JSON_PARTS_H

#include "failure/answer.h"
#include "text/json.h"

/* log-json-balance.c */
void write_balance(const struct log_answer *answer, struct json *json);

/* log-json-victim.c */
void write_victim(const struct log_answer *answer, struct json *json);

/* log-json-caller.c */
void write_caller(const struct log_answer *answer, struct json *json);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the files of `pageflow explain --log` share.
 */
#ifndef EXPLAIN_LOG_H
#define EXPLAIN_LOG_H

#include <stdio.h>

#include "failure/answer.h"
#include "text/json.h"

/* log-text.c, log-json.c */
void log_print_text(const struct log_answer *answer, const char *path, FILE *out, bool colour);
void log_write_json(const struct log_answer *answer, struct json *json);

/* log.c */
int explain_log(const char *path, bool json, bool colour);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Small tools for lines of a log.
 */
#ifndef LOG_LINE_H
#define LOG_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void text_clean(char *line, size_t length);
const char *text_message(const char *line);
const char *text_find(const char *line, const char *words);
bool text_number(const char **cursor, uint64_t *value);
void text_copy(char *to, size_t size, const char *from, size_t length);
int text_node_before(const char *line, const char *end);

#endif

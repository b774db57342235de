/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Lines of a log: what they hold besides a message.
 */
#ifndef LINE_H
#define LINE_H

#include <stddef.h>

void line_clean(char *line, size_t length);
const char *line_message(const char *line);
int line_node_before(const char *line, const char *end);

#endif

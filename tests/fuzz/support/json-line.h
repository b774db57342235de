/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * Is a text one line of JSON?
 */
#ifndef FUZZ_JSON_LINE_H
#define FUZZ_JSON_LINE_H

#include <stdbool.h>

bool is_json_line(const char *text);

#endif

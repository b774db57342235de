/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Texts as characters instead of bytes.
 *
 * File names and task names may hold any bytes. A byte that belongs to no character counts as one.
 */
#ifndef UTF8_H
#define UTF8_H

#include <stddef.h>

size_t utf8_length(const char *text);
const char *utf8_skip(const char *text, size_t characters);
size_t utf8_shown(const char *text, size_t length);
char *utf8_escaped(const char *text);
int utf8_width(const char *text);
size_t utf8_count(const char *text);
const char *utf8_head(const char *text, size_t characters, char *shown, size_t size);
const char *utf8_tail(const char *text, size_t characters, char *shown, size_t size);

#endif

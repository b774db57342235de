/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The strict reader of our own formats and of arguments: it takes a line apart word by word.
 */
#ifndef CURSOR_H
#define CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

unsigned int digit_of(char c);
bool take_word(const char **cursor, const char *word);
bool take_name(const char **cursor, const char *const *names, int count, int *which);
bool take_text(const char **cursor, char *word, size_t size);
bool take_number(const char **cursor, long *value);
bool take_hex(const char **cursor, unsigned long *value);
bool take_value(const char **cursor, long *value);
bool take_digits(const char **cursor, uint64_t *value);
bool take_end(const char **cursor);
bool is_number(const char *text, long least, long most, long *value);

#endif

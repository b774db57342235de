/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Prose for a terminal: as wide as it is, broken between words. Elsewhere lines of 80 columns.
 *
 * This is the one place that breaks lines. What a program reads line by line does not come here.
 */
#ifndef WRAP_H
#define WRAP_H

#include <stdbool.h>
#include <stdio.h>

bool wrap_on_terminal(FILE *out);
int wrap_columns(FILE *out);
void wrap_words(FILE *out, int columns, int first, int further, const char *words);
void wrap_on(FILE *out, int columns, int column, int further, const char *words);
void wrap_lines(FILE *out, int columns, const char *text);
void wrap_row(FILE *out, int columns, int column, const char *head, const char *words);
void wrap_text(FILE *out, int columns, const char *text);
FILE *wrap_begin(FILE *out);
void wrap_end(FILE *lines, FILE *out);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief How `pageflow explain` prints text: in colour and as wide as the terminal, elsewhere in lines of 80 columns.
 */
#ifndef TOOLS_EXPLAIN_INK_H
#define TOOLS_EXPLAIN_INK_H

#include <stdbool.h>
#include <stdio.h>

/** The colours of a text. */
enum ink {
	PLAIN,
	BOLD,
	GREEN,
	RED,
	FAINT
};

const char *ink_code(bool colour, enum ink which);
bool print_on_terminal(FILE *out);
int print_columns(FILE *out);
void print_wrapped(FILE *out, int indent, const char *words);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The colours in which `pageflow explain` prints text.
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
void print_answer_line(FILE *out, bool colour, enum ink which, const char *sentence);

#endif

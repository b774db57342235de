/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Lines put together again that mail programs, consoles or pasting have broken.
 */
#ifndef UNWRAP_H
#define UNWRAP_H

#include <stdbool.h>
#include <stddef.h>

#include "failure/read/line.h"

/** Longest line that is put together: more of it is a line of its own. */
#define LONGEST_LOGICAL 16384

/** A line that is being put together. */
struct unwrap {
	size_t length; /**< 0: there is none */
	size_t line;   /**< of the log, where it begins */
	size_t width;  /**< of its last physical line, with its quotation signs */
	size_t column; /**< where lines of this log are cut within words; 0: not known */
	bool cut;      /**< a word was cut there, so that it is known for sure */
	size_t broken; /**< width of the line that was broken last */
	bool ends_blank;
	char text[LONGEST_LOGICAL + 1];
};

/** A physical line. */
struct piece {
	const char *text; /**< without quotation signs, with its prefix */
	size_t length;
	size_t width; /**< with its quotation signs */
};

void unwrap_begin(struct unwrap *unwrap, const struct piece *piece, size_t line);
bool unwrap_is_cut(const struct unwrap *unwrap);
bool unwrap_join(struct unwrap *unwrap, const struct piece *piece);

#endif

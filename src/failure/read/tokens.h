/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The words of a report: which line begins with them, and which are whole.
 */
#ifndef TOKENS_H
#define TOKENS_H

#include <stdbool.h>

#include <string.h>

#include "text/words.h"

bool token_is_place(const char *path, size_t length);
bool begins_title(const char *word);
bool begins_state(const char *message);
bool begins_line(const char *message);
bool begins_report(const char *message);
bool ends_line(const char *message);
bool token_whole(struct word token, struct word before);

/** How many digits a text begins with. */
static inline size_t digits(const char *c)
{
	return strspn(c, "0123456789");
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What could stand where the cursor is.
 */
#ifndef SHELL_COMPLETE_H
#define SHELL_COMPLETE_H

#include "tools/shell/shell.h"

/** Words that could stand somewhere. */
struct candidates {
	const char *typed; /**< how they begin */
	char **word;
	size_t nr;
	bool file; /**< or the name of any file */
	bool mask; /**< a name of a mask: more may follow without a blank */
};

struct candidates candidates_at(const struct shell *shell, const char *before, const char *typed);
void candidates_free(struct candidates *list);

#endif

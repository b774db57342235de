/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Who asked, in words.
 */
#ifndef FAILURE_CALLER_H
#define FAILURE_CALLER_H

#include <stddef.h>

#include "failure/failure.h"

/** What a mask keeps reclaim from, for this request. */
enum caller_limit {
	CALLER_NO_SLEEP,
	CALLER_NO_IO,
	CALLER_NO_FS,
	NR_CALLER_LIMITS,
};

/* caller.c */
void caller_text(const struct failure *failure, char *text, size_t size);
void caller_context_text(const struct failure *failure, char *text, size_t size);
void caller_forbids_text(const struct failure *failure, char *text, size_t size);
bool caller_limited(const struct failure *failure, enum caller_limit limit);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief How a replay went.
 */
#ifndef REPLAY_RESULT_H
#define REPLAY_RESULT_H

#include <stddef.h>

/** How a replay went. */
struct replay_result {
	enum replay_outcome {
		REPLAY_IDENTICAL,
		REPLAY_DIVERGED,
		REPLAY_UNREADABLE,
	} outcome;
	unsigned long ops;
	unsigned long events;
	unsigned long checks;
	size_t line; /**< line of the divergence or of the error, counted from 1 */
	char expected[256];
	char got[256];
	char error[256];
	char *account; /**< readable account of a divergence; free() it */
};

/** Called now and then with the lines done and the lines in all. */
typedef void (*replay_progress)(size_t done, size_t all, void *context);

#endif

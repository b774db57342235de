/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Lines that carry a log's line inside: JSON of journald and of containers, journald's export.
 */
#ifndef ENVELOPE_H
#define ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>

/** Longest line that an envelope may carry. */
#define LONGEST_CARRIED 16384

/** What is known of the envelopes of a log. */
struct envelope {
	bool exported; /**< the log is an export of journald's: one field a line */
	char text[LONGEST_CARRIED + 1];
};

bool envelope_open(struct envelope *envelope, char **line, size_t *length);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The steps of a request as a story: one heading a stage.
 */
#ifndef TOOLS_EXPLAIN_STORY_H
#define TOOLS_EXPLAIN_STORY_H

#include "tools/explain/ink.h"
#include "tools/explain/view.h"

/** A story on its way to the reader. */
struct story {
	const struct explanation *e;
	FILE *out;
	bool colour;
	int columns;				 /**< of a line */
	int stage;				 /**< of the last heading */
	bool refilling;				 /**< blocks are counted, not told one by one */
	unsigned long taken[EXPLAIN_ORDERS + 1]; /**< by the refill: blocks of each order */
};

__attribute__((format(printf, 4, 5))) void story_say(const struct story *p, enum ink colour,
						     int depth, const char *format, ...);
void story_heading(struct story *p, int stage, const char *more);
void story_tell(struct story *p);

#endif

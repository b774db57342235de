/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief How many points the OOM killer gives a process, by the rules of the report's version.
 */
#ifndef FAILURE_POINTS_H
#define FAILURE_POINTS_H

#include <limits.h>

#include "failure/failure.h"

/** The points of a process that is not chosen whatever it holds. */
#define NOT_ELIGIBLE LONG_MIN

/** How a version weighs. */
struct score_rules {
	const char *name; /**< "5.8": a version that has them */
	bool root_bonus;  /**< a process of root counts 3 % less */
	bool below_one;	  /**< points may be 0 or negative */
	bool later_wins;  /**< of two with equal points */
};

/** Most sets of rules that are possible for a version. */
#define MOST_SCORE_RULES 2

/** More pages than any machine has. */
#define MOST_FIGURE_PAGES (1ull << 48)

/** The memory that points are a share of. */
struct score_total {
	uint64_t least, most; /**< pages; equal where it is known */
	bool inferred;
};

int score_rules_of(const struct failure *failure, struct score_rules *rules);
void score_total_of(const struct failure *failure, uint64_t page_kb, struct score_total *total);
uint64_t task_table_pages(const struct failure *failure, const struct failure_task *task,
			  uint64_t page_kb);
bool score_points(const struct failure *failure, const struct score_rules *rules, uint64_t page_kb,
		  uint64_t total_pages, long *points);

#endif

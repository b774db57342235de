/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Who was killed and why: the processes of an OOM report in the order of their badness.
 */
#ifndef FAILURE_VICTIM_H
#define FAILURE_VICTIM_H

#include "failure/failure.h"

/** Most processes that are ranked. */
#define MOST_RANKED 8

/** A process and its badness. */
struct ranked_task {
	const struct failure_task *task;
	long badness;
};

/** Why the process that was killed is not the one with most points. */
enum victim_reason {
	VICTIM_SAME,	   /**< it is the one */
	VICTIM_NOT_READ,   /**< the report does not show who was killed */
	VICTIM_NONE,	   /**< nobody could be killed */
	VICTIM_EXITED,	   /**< a process that was exiting already */
	VICTIM_ALLOCATING, /**< sysctl vm.oom_kill_allocating_task: the one that asked */
	VICTIM_CHILD,	   /**< a child in its place, before 5.3 */
	VICTIM_GROUP,	   /**< its whole group dies, memory.oom.group */
	VICTIM_ROUNDING,   /**< so close that counters not yet folded decide */
	VICTIM_UNLISTED,   /**< the table does not list it */
	VICTIM_OTHER,	   /**< nothing in the report explains it */
};

/** Who was killed and why. */
struct victim {
	bool known;	      /**< a task table was read */
	uint64_t total_pages; /**< that the badness is a share of */
	bool total_inferred;
	struct ranked_task ranked[MOST_RANKED]; /**< most points first */
	int nr_ranked;
	const struct failure_task *killed; /**< its row; NULL: not listed, or nobody */
	long killed_badness;
	enum victim_reason reason;
};

/* victim.c */
void victim_take(const struct failure *failure, struct victim *victim);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Who was killed and why: the processes of an OOM report in the order of their badness.
 */
#ifndef FAILURE_VICTIM_H
#define FAILURE_VICTIM_H

#include "failure/failure.h"
#include "failure/judge/group.h"
#include "failure/judge/points.h"

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
	VICTIM_PANIC,	   /**< the machine stopped instead: vm.panic_on_oom */
	VICTIM_NO_TABLE,   /**< the report has no task table to choose from */
	VICTIM_EXITED,	   /**< a process that was exiting already */
	VICTIM_ALLOCATING, /**< sysctl vm.oom_kill_allocating_task: the one that asked */
	VICTIM_CHILD,	   /**< a child in its place, before 5.4 */
	VICTIM_GROUP,	   /**< its whole group dies, memory.oom.group */
	VICTIM_EXEMPT,	   /**< the table says that it may not be killed */
	VICTIM_ROUNDING,   /**< so close that counters not yet folded decide */
	VICTIM_UNLISTED,   /**< the table does not list it */
	VICTIM_UNCERTAIN,  /**< what is not known of the memory in all decides */
	VICTIM_OTHER,	   /**< nothing in the report explains it */
};

/** Who was killed and why. */
struct victim {
	bool known;	  /**< a task table was read */
	bool any;	  /**< it is a report of the OOM killer */
	uint64_t page_kb; /**< size of a page */
	bool page_inferred;
	struct score_rules rules;
	bool rules_inferred; /**< other rules are possible, and these agree with the kernel, or come first */
	uint64_t total_pages; /**< that the badness is a share of */
	bool total_inferred;
	bool total_fitted; /**< of the totals that are possible it is the least that agrees with the kernel */
	bool choice_known; /**< false: what is not known decides who has most points */
	struct ranked_task
		ranked[MOST_RANKED]; /**< most points first: [0] is the choice by the table */
	int nr_ranked;
	size_t nr_eligible;
	const struct failure_kill *named; /**< whom the kernel chose; NULL: not read, or nobody */
	const struct failure_kill
		*killed;		/**< who died for it: the same, or a child; NULL likewise */
	const struct failure_task *row; /**< of `killed`; NULL: not listed */
	bool has_badness;
	long badness;			 /**< of `killed` */
	bool has_score;			 /**< its score was printed */
	long score_read, score_computed; /**< thousandths */
	bool same;
	enum victim_reason reason;
	struct group_account group;
};

/* victim.c */
void victim_take(const struct failure *failure, struct victim *victim);

/* victim-words.c */
const char *victim_reason_key(enum victim_reason reason);
void victim_why(const struct failure *failure, const struct victim *victim, char *text,
		size_t size);
void victim_headline(const struct failure *failure, const struct victim *victim, char *text,
		     size_t size);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief A memory cgroup at its limit: what it holds, and what of it a kill can free.
 */
#ifndef FAILURE_GROUP_H
#define FAILURE_GROUP_H

#include "failure/failure.h"

/** What a kill can free of what a group holds. */
enum kill_use {
	KILL_UNKNOWN,
	KILL_FREES,   /**< a good part of it is memory of processes */
	KILL_LITTLE,  /**< less than a quarter is */
	KILL_NOTHING, /**< nearly all of it is memory of the kernel */
};

/** Most kinds of memory of a group. */
#define MOST_GROUP_PARTS 16

/** A kind of memory of a group. */
struct group_part {
	const char *key;  /**< for programs */
	const char *name; /**< for readers */
	uint64_t kb;
	bool within;   /**< it is part of the kind before it that is not */
	bool inferred; /**< a sum or a difference, not a figure of the report */
};

/** A memory cgroup at its limit. */
struct group_account {
	bool known;
	char readable[192];	 /**< what the group's path means; "": nothing known */
	char task_readable[192]; /**< likewise of the group of the process that was killed */
	struct group_part part[MOST_GROUP_PARTS];
	int nr_parts;
	bool has_kernel;
	uint64_t kernel_kb; /**< memory of the kernel on behalf of the group */
	bool has_anon;
	uint64_t anon_kb;
	size_t nr_processes;
	bool has_processes; /**< the report has a task table */
	uint64_t
		processes_kb; /**< resident memory of the processes of the table, shared pages once for each */
	bool limit_below_processes;
	enum kill_use use;
};

void group_take(const struct failure *failure, uint64_t page_kb, struct group_account *group);

#endif

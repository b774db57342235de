/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What an OOM report says besides the state of memory: the group at its limit, the task table, who was killed.
 */
#ifndef FAILURE_OOM_H
#define FAILURE_OOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A row of the task table: a process. */
struct failure_task {
	long pid, uid, tgid;
	uint64_t total_vm, rss, swap;		/**< pages */
	uint64_t rss_anon, rss_file, rss_shmem; /**< pages; 0 where the table has no such columns */
	uint64_t page_tables;			/**< pages */
	int adj;
	char name[64];
};

/** Which limit of memory was met. */
enum oom_constraint_read {
	OOM_UNKNOWN,
	OOM_NONE,
	OOM_CPUSET,
	OOM_POLICY,
	OOM_MEMCG,
};

/** A process that the kernel killed, as its line says. */
struct failure_kill {
	long pid;
	char name[64];
	int adj;
	bool has_adj;
};

/** Most kills of one report that are kept: a group dies whole. */
#define MOST_KILLS 64

/** What an OOM report says besides the state of memory. */
struct failure_oom {
	enum oom_constraint_read constraint;
	bool has_usage;		     /**< the group's usage and limit were read */
	uint64_t usage_kb, limit_kb; /**< of the group whose limit was hit */
	bool has_kmem;
	uint64_t kmem_kb;
	char group[512];      /**< the group whose limit was hit */
	char task_group[512]; /**< the group of the process that was killed */
	struct failure_kill kill[MOST_KILLS];
	int nr_kills;
	struct failure_task *task; /**< the reader's */
	size_t nr_tasks;
	bool tasks_cut; /**< the table had more rows than are kept, or rows that could not be read */
};

#endif

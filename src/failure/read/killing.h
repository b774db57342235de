/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What an OOM report says besides the state of memory: the group at its limit, the task table, who was killed.
 */
#ifndef FAILURE_KILLING_H
#define FAILURE_KILLING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A row of the task table: a process. */
struct failure_task {
	long pid, uid, tgid;
	uint64_t total_vm, rss, swap;		/**< pages */
	uint64_t rss_anon, rss_file, rss_shmem; /**< pages; 0 where the table has no such columns */
	uint64_t page_tables;			/**< pages, or bytes: failure_oom.tables_in_bytes */
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

/** A process that the kernel named: as its choice, or as the one that it killed. */
struct failure_kill {
	long pid;
	char name[64];
	int adj;
	long score; /**< thousandths of all memory */
	bool has_adj, has_score;
	bool has_sizes; /**< what it had when it was killed: */
	uint64_t total_vm_kb, anon_kb, file_kb, shmem_kb;
};

/** Most kills of one report that are kept: a group dies whole. */
#define MOST_KILLS 64

/** How a search for a victim ended, where no process was killed in the ordinary way. */
enum oom_end {
	OOM_END_UNKNOWN,
	OOM_END_NOBODY,	 /**< no process could be killed */
	OOM_END_PANIC,	 /**< sysctl vm.panic_on_oom: the machine stopped instead */
	OOM_END_EXITING, /**< the choice was exiting already */
};

/** A counter of a memory cgroup. */
struct group_counter {
	bool read;
	bool unlimited; /**< the limit is the largest number that there is */
	uint64_t usage_kb, limit_kb, failcnt;
};

/** The counters of a memory cgroup that a report prints. */
enum group_counter_name {
	GROUP_MEMORY,
	GROUP_MEMORY_SWAP,
	GROUP_SWAP,
	GROUP_KMEM,
	NR_GROUP_COUNTERS,
};

/** The statistics of a memory cgroup that are kept, those of its children included. */
enum group_stat {
	STAT_ANON,
	STAT_FILE, /**< page cache, shmem included */
	STAT_SHMEM,
	STAT_KERNEL,
	STAT_KERNEL_STACK,
	STAT_PAGETABLES,
	STAT_SEC_PAGETABLES,
	STAT_PERCPU,
	STAT_SOCK,
	STAT_VMALLOC,
	STAT_SLAB,
	STAT_SLAB_RECLAIMABLE,
	STAT_SLAB_UNRECLAIMABLE,
	STAT_ZSWAP,
	STAT_ZSWAPPED,
	STAT_SWAP,
	STAT_SWAPCACHED,
	STAT_MAPPED,
	STAT_DIRTY,
	STAT_WRITEBACK,
	STAT_UNEVICTABLE,
	STAT_HUGE,
	NR_GROUP_STATS,
};

/** Bytes of the path of a memory cgroup that are kept. */
#define GROUP_PATH 512

/** What an OOM report says besides the state of memory. */
struct failure_oom {
	enum oom_constraint_read constraint;
	char group[GROUP_PATH];		/**< the group whose limit was hit */
	char task_group[GROUP_PATH];	/**< the group of the process that was killed */
	bool group_cut, task_group_cut; /**< the line ends in the middle of the path */
	struct group_counter counter[NR_GROUP_COUNTERS]; /**< of the group whose limit was hit */
	uint64_t stat_kb[NR_GROUP_STATS];
	uint64_t stats_seen; /**< a bit each */
	bool has_protection;
	uint64_t min_kb, low_kb; /**< memory that the limits of cgroups protect */

	bool has_choice;
	struct failure_kill choice; /**< the process that the kernel chose, as it named it */
	struct failure_kill kill[MOST_KILLS]; /**< in the order of their lines, each process once */
	int nr_kills;
	enum oom_end end;
	bool killed_asking;	      /**< sysctl vm.oom_kill_allocating_task decided */
	bool whole_group;	      /**< memory.oom.group: the whole group dies */
	char dying_group[GROUP_PATH]; /**< that group */

	const struct failure_task *task; /**< the reader's, in the order of the table */
	size_t nr_tasks;
	bool has_table; /**< the title of the table, or a row of it */
	bool tables_in_bytes;
	size_t nr_damaged; /**< rows that could not be read */
	bool tasks_cut; /**< the table had more rows than are kept, or rows that could not be read */
	const struct failure_kill *earlier; /**< killed by earlier reports of the log; the log's */
	int nr_earlier;
};

/** Most processes killed earlier in a log that are remembered. */
#define MOST_EARLIER 64

/** Processes that earlier reports of a log killed, since the kernel was started. */
struct earlier_kills {
	struct failure_kill kill[MOST_EARLIER];
	int nr, next;
};

/** Is it a statistic that was read? */
static inline bool stat_seen(const struct failure_oom *oom, enum group_stat stat)
{
	return oom->stats_seen >> stat & 1;
}

#endif

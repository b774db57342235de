/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Memory cgroups: hierarchical counters with limits, and who was charged for what.
 */
#ifndef MEMCG_H
#define MEMCG_H

#include "gfp.h"
#include "types.h"

struct lruvec;

/** No limit, in pages. */
#define PAGE_COUNTER_MAX ((unsigned long)(INT64_MAX / 4096))

/** A charge takes this many pages at once and keeps the surplus in the CPU's stock. */
#define MEMCG_CHARGE_BATCH	   32u
#define MEM_CGROUP_RECLAIM_RETRIES 5

#define MEMCG_NAME_LEN 64

/** Number of the root group; others count on from here. */
#define ROOT_MEM_CGROUP_ID 1u
#define MEM_CGROUP_ID_MAX  65535u

/** One counter of a group; charging it charges every ancestor. Pages. */
struct page_counter {
	long usage;
	unsigned long max;
	unsigned long high;
	unsigned long watermark; /**< peak */
	unsigned long failcnt;
	unsigned long min; /**< protected from reclaim, always */
	unsigned long low; /**< protected from reclaim, unless nothing else is left */
	/** What of `min` and `low` counts, with what the groups above have: as reclaim found it last. */
	unsigned long emin, elow;
	/** How much of the usage is protected, as the parent was told last. */
	unsigned long min_usage, low_usage;
	/** Sums of what the children told. */
	unsigned long children_min_usage, children_low_usage;
	struct page_counter *parent;
};

/** What a group's files memory.events and memory.events.local count. */
enum memcg_memory_event {
	MEMCG_LOW,	/**< reclaim went below the group's low protection */
	MEMCG_HIGH,	/**< not counted here: the usage was above memory.high */
	MEMCG_MAX,	/**< the limit was hit, and reclaim began */
	MEMCG_OOM,	/**< reclaim was in vain, and a kill came into question */
	MEMCG_OOM_KILL, /**< a process of the group was killed */
	NR_MEMCG_EVENTS,
};

/** Events that a group's memory.stat counts, and two sums in bytes, with those of the groups below it, as they stand there. */
enum memcg_stat_event {
	MEMCG_KERNEL_STACK,
	MEMCG_SOCK,
	MEMCG_PGFAULT,
	MEMCG_PGMAJFAULT,
	MEMCG_PGREFILL,
	MEMCG_PGSCAN,
	MEMCG_PGSTEAL,
	MEMCG_PGACTIVATE,
	MEMCG_PGDEACTIVATE,
	MEMCG_PGLAZYFREE,
	MEMCG_PGLAZYFREED,
	MEMCG_THP_FAULT_ALLOC,
	MEMCG_THP_COLLAPSE_ALLOC,
	NR_MEMCG_STAT_EVENTS,
};

/** A memory cgroup. */
struct mem_cgroup {
	char path[MEMCG_NAME_LEN];
	unsigned int id;	   /**< number, for shadows and events */
	struct mem_cgroup *parent; /**< NULL for the root */
	struct page_counter memory;
	struct page_counter swap;  /**< newer hierarchy: swap; nothing is charged to it here */
	struct page_counter memsw; /**< legacy hierarchy: memory and swap */
	struct page_counter kmem;  /**< legacy hierarchy: kernel memory */
	bool oom_kill_disable;
	bool oom_group;
	unsigned long memory_events[NR_MEMCG_EVENTS]; /**< v2: with those of groups below it */
	unsigned long memory_events_local[NR_MEMCG_EVENTS]; /**< in the group itself */
	unsigned long
		stat_events[NR_MEMCG_STAT_EVENTS]; /**< kept and shown; nothing counts them here */
	struct lruvec *lruvecs; /**< LRU lists, one per node; NULL: no page was ever on one */
	int swappiness;		/**< legacy hierarchy: the group's own, 0 to 200 */
	bool no_hierarchy; /**< legacy hierarchy: groups made below it do not count in it (use_hierarchy is 0) */
	struct mem_cgroup *next; /**< all groups of the machine except the root */
};

/** What a CPU holds in advance for one group. */
struct memcg_stock {
	struct mem_cgroup *cached;
	unsigned int nr_pages; /**< at most MEMCG_CHARGE_BATCH */
	bool flush_queued;     /**< work that empties it waits for the CPU's turn */
};

/** A charge on its way. */
struct charge {
	struct mem_cgroup *memcg;
	struct mem_cgroup *over; /**< group whose limit was hit */
	gfp_t gfp_mask;
	unsigned int nr_pages;
	unsigned int batch; /**< pages charged at once, the surplus goes into the stock */
	bool may_swap;
	bool drained; /**< the stocks were emptied already */
	int retries;
	unsigned long rounds; /**< rounds begun; ours, for whoever watches */
};

#endif

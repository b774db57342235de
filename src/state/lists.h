/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief A copy of what is free on a machine, to be drawn, or compared with a later one.
 *
 * It is the same for both configurations. Counts are pages unless said otherwise.
 */
#ifndef LISTS_H
#define LISTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#define LISTS_ZONES  16 /* of a machine, at most */
#define LISTS_TYPES  6
#define LISTS_ORDERS 11
#define LISTS_TIERS  4
#define LISTS_MARKS  3
#define LISTS_OWN    3	 /* types of which a CPU has a list of its own, the first ones */
#define LISTS_BLOCK  512 /* pages of a pageblock */

/** What a CPU holds of a zone. */
struct listed_cpu {
	int cpu;
	unsigned long count; /**< pages on all its lists */
	unsigned long high;  /**< a free that reaches this count sends a batch back */
	unsigned long batch; /**< pages of one refill or trim */
	unsigned long pages[LISTS_OWN];
};

/** A pageblock. */
struct listed_block {
	signed char type;    /**< LISTS_NO_BLOCK: no memory of this zone is here */
	unsigned short free; /**< pages of it that are on the zone's free lists */
};

#define LISTS_NO_BLOCK (-1)

/** A zone with memory. */
struct listed_zone {
	int nid;
	const char *name;
	unsigned long blocks[LISTS_TYPES][LISTS_ORDERS]; /**< on each free list */
	unsigned long pageblocks[LISTS_TYPES];		 /**< of each type */
	unsigned long free;		 /**< as the zone counts them, with all CPUs' differences */
	unsigned long highatomic;	 /**< set apart for urgent high orders */
	unsigned long mark[LISTS_MARKS]; /**< min, low, high, without the boost */
	unsigned long boost;
	unsigned long reserve[LISTS_TIERS]; /**< lowmem reserve, by the request's highest zone */
	unsigned long managed;		    /**< pages that the allocator was ever given */
	struct listed_cpu *cpu;		    /**< those that are online */
	int nr_cpus;
	unsigned long first;	    /**< PFN of the first pageblock */
	struct listed_block *block; /**< all that the zone spans */
	size_t nr_blocks;
};

/** Lists of a node that reclaim looks at. */
#define LRU_LISTS_SHOWN 5

/** A page on one of them. */
struct listed_page {
	unsigned long pfn;
	unsigned int place; /**< node times LRU_LISTS_SHOWN, plus the list */
};

/** A task. */
struct listed_task {
	int pid;
	char name[16];
	bool running;
	bool kernel;		      /**< it has no memory of its own */
	unsigned long resident, swap; /**< pages */
};

/** The free lists, CPUs' own lists, pageblocks and marks of a machine; the pages on its LRU lists; its tasks. */
struct pageflow_lists {
	int nr_zones;
	struct listed_zone zone[LISTS_ZONES]; /**< by node, then by address */
	const char *const *type_name;	      /**< of LISTS_TYPES types */
	struct listed_page
		*page; /**< list by list, head first, the groups of a list one after another */
	size_t nr_pages;
	const char *const *lru_name; /**< of LRU_LISTS_SHOWN lists */
	struct listed_task *task;    /**< in the order in which they were made */
	size_t nr_tasks;
	int running_cpu;
	struct listed_cpu *cpu;	    /**< of all zones */
	struct listed_block *block; /**< of all zones */
};

/** Give back what hangs on a copy. */
static inline void lists_drop(struct pageflow_lists *lists)
{
	free(lists->page);
	free(lists->task);
	free(lists->cpu);
	free(lists->block);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Caches of the kernel itself that can be made smaller when memory is short.
 */
#ifndef SHRINKER_H
#define SHRINKER_H

#include "gfp.h"
#include "nodemask.h"

/** What scan_objects() answers when it cannot work now, and count_objects() for an empty cache. */
#define SHRINK_STOP  (~0ul)
#define SHRINK_EMPTY (~0ul - 1)

/** Objects scanned at once, unless the cache says otherwise. */
#define SHRINK_BATCH  128
#define DEFAULT_SEEKS 2

struct mem_cgroup;

/** One run of a shrinker: who asks, and how much. */
struct shrink_control {
	gfp_t gfp_mask;
	int nid;
	unsigned long nr_to_scan;
	unsigned long nr_scanned; /**< scan_objects() may lower it to what it really looked at */
	struct mem_cgroup *memcg;
};

/** A cache that registered to be shrunk. */
struct shrinker {
	const char *name;
	unsigned long (*count_objects)(struct shrinker *shrinker, struct shrink_control *sc);
	unsigned long (*scan_objects)(struct shrinker *shrinker, struct shrink_control *sc);
	long batch;	  /**< 0: SHRINK_BATCH */
	int seeks;	  /**< cost of making an object again; 0: free */
	bool memcg_aware; /**< it counts and frees objects of one group at a time */
	bool numa_aware;  /**< it counts and frees objects of one node at a time */
	int id;		  /**< its bit in the maps of groups */
	long nr_deferred
		[MAX_NUMNODES]; /**< objects that were not scanned when they should have been; by node, if it is
				 * numa_aware, else all in the first */
	void *context;
	struct shrinker *next;
};

#endif

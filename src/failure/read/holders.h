/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The lines of a report that say who holds memory, besides totals, nodes and zones.
 */
#ifndef FAILURE_HOLDERS_H
#define FAILURE_HOLDERS_H

#include <stdbool.h>
#include <stdint.h>

/** Most lines of "Unreclaimable slab info" and of "Memory allocations" that are kept: the largest ones. */
#define MOST_NAMED_HOLDERS 12

/** A slab cache, or a place of the code. */
struct named_holder {
	char name[80];
	uint64_t kb;
};

/** What the report prints about who holds memory. */
struct failure_holders {
	bool has_swap;	    /**< both figures were read */
	bool has_swap_free; /**< what is free was read, perhaps without how much there is */
	uint64_t swap_free_kb, swap_total_kb;
	bool has_pagecache;
	uint64_t pagecache, swap_cache; /**< pages */
	uint64_t poisoned;		/**< pages with a hardware error */
	uint64_t hugepages_kb;		/**< all sizes and nodes together, free ones included */
	uint64_t percpu_lists;	  /**< pages, where kernels before 4.2 print the list of each CPU */
	uint64_t vmalloc_kb;	  /**< from a line of meminfo */
	bool in_slabs, in_places; /**< the titles of the two lists were seen */
	struct named_holder slab[MOST_NAMED_HOLDERS], place[MOST_NAMED_HOLDERS];
	int nr_slabs, nr_places;
};

#endif

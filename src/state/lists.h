/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief A copy of what is free on a machine, to be drawn, or compared with a later one.
 *
 * It is the same for both configurations. Counts are pages unless said otherwise.
 */
#ifndef LISTS_H
#define LISTS_H

#include <stddef.h>

#define LISTS_ZONES  16 /* of a machine, at most */
#define LISTS_TYPES  6
#define LISTS_ORDERS 11
#define LISTS_TIERS  4
#define LISTS_MARKS  3

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
};

/** Lists of a node that reclaim looks at. */
#define LRU_LISTS_SHOWN 5

/** A page on one of them. */
struct listed_page {
	unsigned long pfn;
	unsigned int place; /**< node times LRU_LISTS_SHOWN, plus the list */
};

/** The free lists, pageblocks and marks of a machine; the pages on its LRU lists. */
struct pageflow_lists {
	int nr_zones;
	struct listed_zone zone[LISTS_ZONES]; /**< by node, then by address */
	const char *const *type_name;	      /**< of LISTS_TYPES types */
	struct listed_page
		*page; /**< list by list, head first, the groups of a list one after another */
	size_t nr_pages;
	const char *const *lru_name; /**< of LRU_LISTS_SHOWN lists */
};

#endif

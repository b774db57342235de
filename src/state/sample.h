/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What a kernel shows of its memory from outside: the texts of /proc, and the figures that a machine is made
 * of.
 *
 * A sample says how much there is of everything, not where it lies; machine_from_sample() makes up the rest. Whoever
 * knows the figures fills one: from the texts of /proc (proc-text.c), or from the report of a failure. It has the same
 * form in both configurations, so that code which is compiled once can fill it too: of mmzone.h only the numbers that
 * no configuration changes are used here. Zones, types and counters have the numbers of 5.8.18. Pages throughout,
 * unless said otherwise.
 */
#ifndef SAMPLE_H
#define SAMPLE_H

#include "mmzone.h"
#include "state/boot-spec.h"
#include "text/text.h"

/** The texts of a kernel's /proc files; the last two may be NULL. */
struct proc_texts {
	const struct text *zoneinfo;
	const struct text *buddyinfo;
	const struct text *pagetypeinfo;
};

/** A CPU's lists for a zone. */
struct sample_pageset {
	long count;
	long high;
	long batch;
	long stat_threshold;
};

/** A zone; all 0 where a node has none of this kind. */
struct sample_zone {
	long start; /**< PFN */
	long spanned;
	long present;
	long managed;
	unsigned long mark[NR_WMARK]; /**< without the boost */
	unsigned long boost;
	unsigned long protection[MAX_NR_ZONES]; /**< against requests that may go up to that zone */
	unsigned long highatomic; /**< reserved for urgent requests of higher orders */
	long counter[NR_VM_ZONE_STAT_ITEMS];
	unsigned long numa_counter[NR_VM_NUMA_STAT_ITEMS];
	struct sample_pageset cpu[MAX_BOOT_CPUS];
	unsigned long free[MAX_ORDER][MIGRATE_TYPES]; /**< blocks to put on each list */
	unsigned long blocks[MAX_ORDER];	      /**< free blocks as the zone counts them */
	unsigned long pageblocks[MIGRATE_TYPES];
};

/** A node. */
struct sample_node {
	bool online;
	bool unreclaimable; /**< kswapd has given up on it */
	long counter[NR_VM_NODE_STAT_ITEMS];
	struct sample_zone zone[MAX_NR_ZONES];
};

/** How far the counters of free pages are to be believed. */
enum sample_lists {
	SAMPLE_LISTS_UNKNOWN, /**< there are no lists; the counters stand */
	SAMPLE_LISTS_WHOLE,   /**< where lists and counters differ, the lists are right */
	SAMPLE_LISTS_CUT,     /**< the lists are shorter than they were; the counters stand */
};

/** A kernel's memory. */
struct sample {
	int nr_cpus;
	enum sample_lists lists;
	struct sample_node node[MAX_BOOT_NODES];
};

#endif

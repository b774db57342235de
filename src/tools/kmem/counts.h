/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What `pageflow report` counts, and the forms it shows it in.
 */
#ifndef COUNTS_H
#define COUNTS_H

#include "tools/kmem/kmem.h"

/** Steps of the timeline. */
#define NR_STEPS 60

/** Index of what has no named migratetype. */
#define OTHER_TYPE MIGRATE_TYPES

/** Blocks taken from the lists of another migratetype. */
struct fallback {
	uint64_t events;
	uint64_t owned;	      /**< the pageblock then had the type asked for */
	uint64_t fragmenting; /**< the block was smaller than a pageblock */
};

/** All counts of one trace. */
struct trace_counts {
	const char *path;
	struct kmem_totals totals;
	uint64_t first; /**< earliest time of an event */
	uint64_t last;	/**< latest */
	uint64_t of_kind[NR_KMEM_KINDS];
	struct amount all;
	struct amount order[KMEM_NR_ORDERS];
	struct amount type[MIGRATE_TYPES + 1];
	struct fallback fallback[MIGRATE_TYPES + 1][MIGRATE_TYPES + 1]; /**< [from][to] */
	struct tally masks; /**< as written until all is counted, then in one spelling */
	struct tally tasks;
	struct tally sites;
	struct tally cpus;
	struct tally slabs;	 /**< the slab's events by name */
	struct tally slab_sites; /**< who asked the slab */
	uint64_t refills;
	uint64_t step; /**< length of a step of the timeline, in units of the times */
	uint64_t allocated[NR_STEPS];
	uint64_t freed[NR_STEPS];
};

int counts_read(const struct text *text, struct trace_counts *counts, struct pageflow_error *error);
void counts_free(struct trace_counts *counts);
double counts_seconds(const struct trace_counts *counts);
bool counts_have_balance(const struct trace_counts *counts);
int64_t counts_balance(const struct trace_counts *counts);
const char *counts_type_name(size_t type);

void counts_show(const struct trace_counts *counts);
void counts_json(const struct trace_counts *counts);
void counts_svg(const struct trace_counts *counts, FILE *out);

#endif

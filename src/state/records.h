/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the writer of saved snapshots and their reader share.
 */
#ifndef RECORDS_H
#define RECORDS_H

#include "machine.h"

/** A number in a structure, by name. */
struct record_field {
	const char *name;
	size_t offset;
	size_t size;
	bool is_signed;
};

/** What makes a page in use differ from others. */
struct page_state {
	unsigned long flags; /**< without zone, node and section */
	int refcount;
	int mapcount;
	unsigned long index;
	unsigned long private;
	unsigned long mapping;
	struct mem_cgroup *memcg;
};

extern const struct record_field machine_fields[], node_fields[], zone_fields[], task_fields[],
	mm_fields[], cpuset_fields[], memcg_fields[], page_fields[];

long record_get(const struct record_field *field, const void *record);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Counting by name: a table that grows with the number of different names only.
 */
#ifndef TALLY_H
#define TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "text/words.h"

/** What is counted for each name. Allocations that failed are counted in `failed` alone. */
struct amount {
	uint64_t allocs;
	uint64_t pages; /**< of those allocations */
	uint64_t frees;
	uint64_t freed; /**< pages of those frees */
	uint64_t failed;
	uint64_t bytes; /**< of the slab's allocations */
};

/** A name and its counts. */
struct tally_entry {
	char *name;
	struct amount amount;
};

/** The table; all zero to begin with. */
struct tally {
	struct tally_entry *entry; /**< in order of first appearance until tally_sort() */
	size_t nr_entries;
	size_t *slot;	 /**< hash table: index into `entry` plus one; 0: free */
	size_t nr_slots; /**< a power of two */
};

long tally_index(struct tally *tally, struct word name);
struct amount *tally_of(struct tally *tally, struct word name);
uint64_t amount_weight(const struct amount *amount);
void tally_sort(struct tally *tally);
void tally_free(struct tally *tally);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Who holds the memory: a balance from the figures of a report.
 */
#ifndef FAILURE_BALANCE_H
#define FAILURE_BALANCE_H

#include "failure/failure.h"

/** Most kinds of holders. */
#define MOST_HOLDERS 24

/** A kind of holder. */
struct holder {
	const char *key;  /**< one word, for programs: "free", "anon", "slab", "unaccounted" */
	const char *name; /**< for readers */
	uint64_t pages;
	bool inferred; /**< the report does not print it, or not all of it */
};

/** How swap space stands. */
enum swap_state {
	SWAP_UNKNOWN,
	SWAP_NONE,
	SWAP_FREE,
	SWAP_FULL
};

/** The balance. */
struct balance {
	bool known;	/**< false: the report does not say how much memory there is */
	uint64_t total; /**< pages that the allocator was given */
	bool total_inferred;
	struct holder holder[MOST_HOLDERS]; /**< largest first */
	int nr_holders;
	uint64_t unaccounted; /**< pages that nothing in the report explains */
	unsigned int unaccounted_percent;
	bool leak_suspect; /**< so many are not accounted for that something may have lost them */
	enum swap_state swap;
};

/* balance.c */
void balance_take(const struct failure *failure, struct balance *balance);
const struct holder *balance_largest(const struct balance *balance);
unsigned int balance_percent(const struct balance *balance, uint64_t pages);

#endif

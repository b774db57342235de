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
	const char *name; /**< for readers; a key of a catalogue */
	char letter;	  /**< in a bar of text; no two holders share one */
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
	bool known; /**< false: the report does not say how much memory there is, or contradicts itself */
	uint64_t total; /**< pages that the allocator was given; 0: the report does not say */
	bool total_inferred;
	bool reserved_inside; /**< the total has the pages in it that the kernel never gave to the allocator */
	struct holder holder[MOST_HOLDERS]; /**< largest first */
	int nr_holders;
	uint64_t slab_reclaimable, slab_unreclaimable; /**< the two parts of "slab" */
	uint64_t free_cma;    /**< the part of "free" that lies in CMA areas */
	uint64_t cma_taken;   /**< pages of CMA areas that are not free: lent, or used by devices */
	uint64_t unaccounted; /**< pages that nothing in the report explains */
	unsigned int unaccounted_percent;
	uint64_t excess; /**< pages by which the figures add up to more than there is */
	uint64_t
		compressed; /**< pages that swap on compressed memory may take of what is not accounted for */
	bool leak_suspect; /**< so many are not accounted for that something may have lost them */
	char unread
		[128]; /**< what the report does not say and is in what is not accounted for; "": nothing */
	enum swap_state swap;
};

/* balance.c */
void balance_take(const struct failure *failure, struct balance *balance);
const struct holder *balance_largest(const struct balance *balance);
unsigned int balance_percent(const struct balance *balance, uint64_t pages);
void balance_headline(const struct balance *balance, char *text, size_t size);

#endif

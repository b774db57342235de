/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Pagevecs: where a CPU collects pages before it moves them all at once.
 *
 * A page on a pagevec has one more reference, so it cannot be freed in the meantime.
 */
#ifndef PAGEVEC_H
#define PAGEVEC_H

struct page;

/** Places in a pagevec. */
#define PAGEVEC_SIZE 15

/** The pagevecs of a CPU that lead to LRU lists, in the order in which they are emptied. */
/* departs: 5.8.18 has three more, for pages that are given up by madvise() or by dropping a file's pages;
 * nobody here does either. */
enum lru_pagevec {
	PAGEVEC_LRU_ADD,  /**< on their way to their first list, or back to one */
	PAGEVEC_ROTATE,	  /**< to the tail of the inactive list, because their write has ended */
	PAGEVEC_ACTIVATE, /**< to the active list */
	NR_LRU_PAGEVECS,
};

/** One pagevec. */
struct pagevec {
	unsigned int nr; /**< places taken, less than PAGEVEC_SIZE when nobody is working on it */
	struct page *pages[PAGEVEC_SIZE];
};

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Batches of pages on their way to an LRU list, or to another one.
 *
 * The lists of a node are guarded by one lock. So that it need not be taken for each page, a CPU collects
 * pages in small arrays, one for each kind of change, and carries the change out when an array is full or
 * somebody wants to see the lists as they should be. A page in such an array has a reference more, and one
 * that is being added is on no list yet.
 */
#ifndef PAGEVEC_H
#define PAGEVEC_H

#include "page.h"

/** Pages that one batch holds: it empties as soon as it is full. */
#define PAGEVEC_SIZE 15u

/** A batch, in the order in which pages came. */
struct pagevec {
	unsigned int nr;
	struct page *pages[PAGEVEC_SIZE];
};

/** The batches of a CPU, in the order in which they are emptied. */
/* departs: 5.8.18 has three more, between the last two: for pages that a process gives up by madvise(), and
 * for those of a file that is dropped from the cache. Nobody here does either. */
enum lru_pvec {
	PVEC_LRU_ADD,  /**< new pages, and such as were isolated and come back */
	PVEC_ROTATE,   /**< pages whose write has ended: to the tail of the inactive list */
	PVEC_ACTIVATE, /**< pages that were used: to the active list */
	NR_LRU_PVECS,
};

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 04: the contract on the node number.
 *
 * From here on the node must exist: in the end its number indexes the table of nodes, and 5.8.18 does
 * not check it first, debug builds left aside. A number outside the table makes it read something
 * that is no node; a number inside the table whose node was never set up finds an empty entry. Here
 * such a request is reported and refused in stage 06, where the table is about to be read, because a
 * wrong node is always the caller's mistake.
 *
 * Without CONFIG_NUMA the number is never looked at, so any is as good as another.
 */
#include "stages/stages.h"

/**
 * @brief Allocate a block, starting from a node that exists.
 *
 * @param nid number of an online node
 * @param gfp_mask what is asked for
 * @param order block of 2^order pages
 * @return the first page, or NULL
 * @source include/linux/gfp.h:517
 */
struct page *__alloc_pages_node(int nid, gfp_t gfp_mask, unsigned int order)
{
	/* Step 1: the arguments change places: the node goes last */
	return __alloc_pages(gfp_mask, order, nid);
}

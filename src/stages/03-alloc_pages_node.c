/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 03: a caller names the node to start from, or says that it has no preference.
 *
 * Drivers call this with the node of their device: memory near the device is faster for it. A
 * device may not be near any node in particular, and its driver then passes NUMA_NO_NODE. This
 * stage is the only one that understands that value; from here on a node number is a node number.
 *
 * The node is where the search **starts**. By itself it confines nothing: when the node is full,
 * others serve, unless the mask says `__GFP_THISNODE`. And it bypasses the task's memory policy,
 * because the caller has decided.
 */
#include "machine.h"
#include "stages/stages.h"

/**
 * @brief Allocate a block, starting from a node.
 *
 * @param nid number of an online node, or NUMA_NO_NODE for the node of the running CPU
 * @param gfp_mask what is asked for
 * @param order block of 2^order pages
 * @return the first page, or NULL
 * @source include/linux/gfp.h:530
 */
struct page *alloc_pages_node(int nid, gfp_t gfp_mask, unsigned int order)
{
	/* Step 1: no preference means here */
	if (nid == NUMA_NO_NODE)
		nid = numa_mem_id();

	/* Step 2: go on with a real node number */
	return __alloc_pages_node(nid, gfp_mask, order);
}

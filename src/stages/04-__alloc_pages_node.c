/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 04: the contract on the node number.
 *
 * From here on the node must exist: it indexes the table of nodes without another check. 5.8.18
 * checks that only in debug builds; in others a wrong number reads outside the table. Here it is
 * reported and the request refused, because a wrong node is always the caller's mistake.
 *
 * On a machine with one node the number is never looked at, so any is as good as another.
 */
#include "machine.h"
#include "stages/stages.h"
#include "world/world.h"

#ifdef CONFIG_NUMA
/**
 * @brief Is this the number of a node that exists?
 *
 * @param nid any number
 * @return true when the node is online
 * @source include/linux/gfp.h:517
 */
static bool node_exists(int nid)
{
	return nid >= 0 && nid < MAX_NUMNODES && NODE_DATA(nid);
}
#endif

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
#ifdef CONFIG_NUMA
	/* Step 1: hold the caller to the contract */
	/* departs: 5.8.18 tests this in debug builds only and otherwise reads outside its table; an
	 * order that is too large fails first there, before the table is read. */
	if (order < MAX_ORDER && !node_exists(nid)) {
		bug("__alloc_pages_node: node %d is not online", nid);
		return NULL;
	}
#endif
	/* Step 2: the arguments change places: the node goes last */
	return __alloc_pages(gfp_mask, order, nid);
}

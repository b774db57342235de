/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 05: a node to start from, and no set of nodes to stay in.
 *
 * The central function takes one argument more than most callers have: a **nodemask**, the set of
 * nodes that may serve the request. Memory policies have one (stage 02). Everybody else comes
 * through here, and "no set" means that every node may serve.
 */
#include "stages/stages.h"

/**
 * @brief Allocate a block, starting from a node, from whichever node has it.
 *
 * @param gfp_mask what is asked for
 * @param order block of 2^order pages
 * @param preferred_nid node whose zonelist is walked
 * @return the first page, or NULL
 * @source include/linux/gfp.h:507
 */
struct page *__alloc_pages(gfp_t gfp_mask, unsigned int order, int preferred_nid)
{
	/* Step 1: no nodemask: all nodes of the zonelist */
	return __alloc_pages_nodemask(gfp_mask, order, preferred_nid, NULL);
}

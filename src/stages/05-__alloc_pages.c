/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 05: a node to start from, and no set of nodes to stay in.
 *
 * The central function takes one argument more than most callers have: a **nodemask**, the set of
 * nodes that may serve the request. Most callers have no such set, and come through here. "No set"
 * means that the caller confines the request to no nodes; its mask, its cpuset and the zones it
 * can use still may.
 *
 * Not everybody comes this way. With NUMA, what a memory policy answers goes to the central function
 * by itself (stage 02). Only an interleave policy and a huge page of a mapping come through here.
 */
#include "stages/stages.h"

/**
 * @brief Allocate a block, starting from a node, from whichever node of its zonelist has it.
 *
 * @param gfp_mask what is asked for
 * @param order block of 2^order pages
 * @param preferred_nid number of an online node: its zonelist is walked
 * @return the first page, or NULL
 * @source include/linux/gfp.h:507
 */
struct page *__alloc_pages(gfp_t gfp_mask, unsigned int order, int preferred_nid)
{
	/* Step 1: no nodemask: all nodes of the zonelist */
	return __alloc_pages_nodemask(gfp_mask, order, preferred_nid, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Sets of NUMA nodes.
 *
 * A machine without CONFIG_NUMA has exactly one node, number 0; with it there are at most
 * MAX_NUMNODES, here 4 (CONFIG_NODES_SHIFT 2). A set is one machine word, node n being bit n.
 */
#ifndef NODEMASK_H
#define NODEMASK_H

#include "types.h"

#ifdef CONFIG_NUMA
#define MAX_NUMNODES 4
#else
#define MAX_NUMNODES 1
#endif

/** "No particular node": alloc_pages_node() and alloc_pages_exact_nid() then take the node of the
 * running CPU; to every other function it is a node that does not exist. */
#define NUMA_NO_NODE (-1)

/** A set of nodes. */
typedef struct nodemask {
	unsigned long bits; /**< bit n: node n is in the set */
} nodemask_t;

#define NODE_MASK_NONE ((nodemask_t){ 0 })
#define NODE_MASK_ALL  ((nodemask_t){ (1ul << MAX_NUMNODES) - 1 })

/** Is the node in the set? A number that no node can have is in none. */
static inline bool node_isset(int node, nodemask_t mask)
{
	return (unsigned int)node < MAX_NUMNODES && (mask.bits >> node & 1);
}

static inline void node_set(int node, nodemask_t *mask)
{
	mask->bits |= 1ul << node;
}

static inline nodemask_t nodes_and(nodemask_t a, nodemask_t b)
{
	return (nodemask_t){ a.bits & b.bits };
}

static inline nodemask_t nodes_or(nodemask_t a, nodemask_t b)
{
	return (nodemask_t){ a.bits | b.bits };
}

static inline bool nodes_empty(nodemask_t mask)
{
	return mask.bits == 0;
}

static inline bool nodes_equal(nodemask_t a, nodemask_t b)
{
	return a.bits == b.bits;
}

static inline bool nodes_intersects(nodemask_t a, nodemask_t b)
{
	return (a.bits & b.bits) != 0;
}

/** Number of nodes in the set. */
static inline int nodes_weight(nodemask_t mask)
{
	return __builtin_popcountl(mask.bits);
}

/** Lowest node of the set; MAX_NUMNODES when it is empty. */
static inline int first_node(nodemask_t mask)
{
	return mask.bits ? __builtin_ctzl(mask.bits) : MAX_NUMNODES;
}

/** Lowest node of the set above `node`; MAX_NUMNODES when there is none. */
static inline int next_node(int node, nodemask_t mask)
{
	return first_node((nodemask_t){ mask.bits & ~((2ul << node) - 1) });
}

/** The same, starting again from the lowest node after the last one. */
static inline int next_node_in(int node, nodemask_t mask)
{
	int next = next_node(node, mask);

	return next == MAX_NUMNODES ? first_node(mask) : next;
}

/** Visit the nodes of `mask` in ascending order. */
#define for_each_node_mask(node, mask) \
	for ((node) = first_node(mask); (node) < MAX_NUMNODES; (node) = next_node(node, mask))

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 15, part: reclaim on a node instead of going past it (CONFIG_NUMA).
 *
 * With node_reclaim_mode set, a zone below its watermark is not simply skipped: page cache that nobody
 * maps is dropped first, because memory of another node is slower for as long as it is used. This is
 * light work: the priorities begin at 4, and nothing is done on a node with little unmapped cache.
 */
#include "gfp.h"
#include "gfp_zones.h"
#include "scopes.h"
#include "stages/reclaim.h"
#include "tracepoints.h"
#include "vmstat.h"
#include "world/world.h"

#ifdef CONFIG_NUMA

/* Bits of node_reclaim_mode. */
#define RECLAIM_WRITE 1 /**< write dirty pages out */
#define RECLAIM_UNMAP 2 /**< take mapped pages too */

/** Where priorities begin. */
#define NODE_RECLAIM_PRIORITY 4

/**
 * @brief Page cache that may be dropped here.
 *
 * @param pgdat the node
 * @return pages
 * @source none (ours: what mm/vmscan.c does under the name node_pagecache_reclaimable)
 */
static unsigned long node_pagecache_reclaimable(const struct pglist_data *pgdat)
{
	unsigned long cache, mapped = node_page_state(pgdat, NR_FILE_MAPPED), dirty = 0;

	if (world->node_reclaim_mode & RECLAIM_UNMAP) {
		cache = node_page_state(pgdat, NR_FILE_PAGES);
	} else {
		cache = node_page_state(pgdat, NR_INACTIVE_FILE) +
			node_page_state(pgdat, NR_ACTIVE_FILE);
		cache = cache > mapped ? cache - mapped : 0;
	}
	if (!(world->node_reclaim_mode & RECLAIM_WRITE))
		dirty = node_page_state(pgdat, NR_FILE_DIRTY);
	return cache > dirty ? cache - dirty : 0;
}

/**
 * @brief Reclaim on one node for a request.
 *
 * @param pgdat the node
 * @param gfp_mask the request's mask
 * @param order block of 2^order pages
 * @return true when at least the block's pages were reclaimed
 * @source mm/vmscan.c:4167
 */
static bool __node_reclaim(struct pglist_data *pgdat, gfp_t gfp_mask, unsigned int order)
{
	struct scan_control sc = {
		.nr_to_reclaim = max_ul(1ul << order, SWAP_CLUSTER_MAX),
		.gfp_mask = current_gfp_context(gfp_mask),
		.reclaim_idx = (int)gfp_zone(gfp_mask),
		.order = order,
		.priority = NODE_RECLAIM_PRIORITY,
		.may_writepage = world->node_reclaim_mode & RECLAIM_WRITE,
		.may_unmap = world->node_reclaim_mode & RECLAIM_UNMAP,
		.may_swap = true,
	};
	unsigned int noreclaim;

	trace_mm_vmscan_node_reclaim_begin(pgdat->node_id, order, sc.gfp_mask);
	world_reschedule();
	noreclaim = memalloc_noreclaim_save();
	current->flags |= PF_SWAPWRITE;
	/* Too much slab alone starts nothing. */
	if (node_pagecache_reclaimable(pgdat) > pgdat->min_unmapped_pages) {
		do
			shrink_node(pgdat, &sc);
		while (sc.nr_reclaimed < 1ul << order && --sc.priority >= 0);
	}
	current->flags &= ~PF_SWAPWRITE;
	memalloc_noreclaim_restore(noreclaim);
	trace_mm_vmscan_node_reclaim_end(sc.nr_reclaimed);
	return sc.nr_reclaimed >= 1ul << order;
}

/**
 * @brief Does a node have CPUs?
 *
 * @param nid the node
 * @return true when one of the machine's CPUs belongs to it
 * @source none (ours: stands for the kernel's set of nodes with CPUs)
 */
static bool node_has_cpu(int nid)
{
	int cpu;

	for_each_online_cpu(cpu)
		if (world->cpu_node[cpu] == nid)
			return true;
	return false;
}

/**
 * @brief Reclaim on a node instead of going past it, if that is allowed and promising.
 *
 * @param pgdat the node
 * @param gfp_mask the request's mask
 * @param order block of 2^order pages
 * @return NODE_RECLAIM_*
 * @source mm/vmscan.c:4218
 */
int node_reclaim(struct pglist_data *pgdat, gfp_t gfp_mask, unsigned int order)
{
	bool enough;

	/* Step 1: nothing to gain: little page cache, little reclaimable slab */
	if (node_pagecache_reclaimable(pgdat) <= pgdat->min_unmapped_pages &&
	    node_page_state(pgdat, NR_SLAB_RECLAIMABLE) <= pgdat->min_slab_pages)
		return NODE_RECLAIM_FULL;
	/* Step 2: not by those who cannot sleep or reclaim already */
	if (!gfpflags_allow_blocking(gfp_mask) || (current->flags & PF_MEMALLOC))
		return NODE_RECLAIM_NOSCAN;
	/* Step 3: a node's own CPUs look after it, one at a time */
	if (node_has_cpu(pgdat->node_id) && pgdat->node_id != numa_node_id())
		return NODE_RECLAIM_NOSCAN;
	if (pgdat->flags & (1ul << PGDAT_RECLAIM_LOCKED))
		return NODE_RECLAIM_NOSCAN;
	/* Step 4: reclaim */
	pgdat->flags |= 1ul << PGDAT_RECLAIM_LOCKED;
	enough = __node_reclaim(pgdat, gfp_mask, order);
	pgdat->flags &= ~(1ul << PGDAT_RECLAIM_LOCKED);
	return enough ? NODE_RECLAIM_SUCCESS : NODE_RECLAIM_SOME;
}

#else

/**
 * @brief Without CONFIG_NUMA there is no other node to go to, and nothing to do.
 *
 * @param pgdat the node
 * @param gfp_mask the request's mask
 * @param order block of 2^order pages
 * @return NODE_RECLAIM_NOSCAN
 * @source mm/internal.h:520
 */
int node_reclaim(struct pglist_data *pgdat, gfp_t gfp_mask, unsigned int order)
{
	(void)pgdat;
	(void)gfp_mask;
	(void)order;
	return NODE_RECLAIM_NOSCAN;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 07: from a gfp mask to an allocation context.
 *
 * A mask is what the caller knows. The walk over zones needs something else: a list of zones in the
 * order in which they are tried, the highest zone allowed in it, the nodes allowed, the free lists
 * to look at, and the zone where the walk begins. This stage computes those once. All attempts of the
 * request share them, except that the slow path may set the nodes and the beginning again.
 *
 * A task may be confined to some nodes by its **cpuset**. When any cpuset besides the root exists,
 * the first attempt is confined to it: by using the task's allowed nodes as the nodemask, or, when the
 * caller brought a nodemask of its own, by asking the cpuset zone by zone. An interrupt is taken for the
 * task that it interrupted in the first case, and not held back in the second.
 */
#include "gfp_zones.h"
#include "stages/stages.h"
#include "world/world.h"

/**
 * @brief Confine the first attempt to the task's cpuset.
 *
 * @param ac the context; its nodemask is filled in when the caller gave none
 * @param alloc_mask gains __GFP_HARDWALL
 * @param alloc_flags gains ALLOC_CPUSET when the nodemask cannot do the job
 * @source mm/page_alloc.c:4768
 */
static __cold void confine_to_cpuset(struct alloc_context *ac, gfp_t *alloc_mask,
				     unsigned int *alloc_flags)
{
	*alloc_mask |= __GFP_HARDWALL;
	if (!ac->nodemask)
		ac->nodemask = &current->mems_allowed;
	else
		*alloc_flags |= ALLOC_CPUSET;
}

/**
 * @brief Translate a mask into the parts of the context that the walk does not change.
 *
 * @param gfp_mask the request's mask
 * @param order block of 2^order pages
 * @param preferred_nid node whose zonelist is walked
 * @param nodemask nodes that may serve, or NULL
 * @param ac receives zonelist, nodemask, migratetype and highest zone
 * @param alloc_mask the mask of the first attempt; may gain __GFP_HARDWALL
 * @param alloc_flags the flags of the first attempt; may gain ALLOC_CPUSET and ALLOC_CMA
 * @return false when the request must fail at once
 * @source mm/page_alloc.c:4768
 */
bool prepare_alloc_pages(gfp_t gfp_mask, unsigned int order, int preferred_nid,
			 nodemask_t *nodemask, struct alloc_context *ac, gfp_t *alloc_mask,
			 unsigned int *alloc_flags)
{
	/* Step 1: zones and lists */
	ac->highest_zoneidx = gfp_zone(gfp_mask);
	ac->zonelist = node_zonelist(preferred_nid, gfp_mask);
	ac->nodemask = nodemask;
	ac->migratetype = gfp_migratetype(gfp_mask);

	/* Step 2: CPUs have no list of the type that both mobility bits together name */
	/* departs: 5.8.18 takes whatever stands in memory behind a CPU's lists for one; only its debug
	 * builds warn of such a mask. */
	if (unlikely(ac->migratetype >= MIGRATE_PCPTYPES && order == 0)) {
		bug("__GFP_MOVABLE and __GFP_RECLAIMABLE exclude each other for a single page");
		return false;
	}

	/* Step 3: stay inside the cpuset, if there is one */
	if (cpusets_enabled())
		confine_to_cpuset(ac, alloc_mask, alloc_flags);

	/* Step 4: what can be moved may sit on pages lent out by CMA */
	if (ac->migratetype == MIGRATE_MOVABLE)
		*alloc_flags |= ALLOC_CMA;
	return true;
}

/**
 * @brief Find the zone where the walk begins, and whether dirty limits count.
 *
 * The preferred zone is also the reference for what is local and for the statistics.
 *
 * @param gfp_mask the request's mask
 * @param ac the context; its preferred zone may turn out NULL
 * @source mm/page_alloc.c:4801
 */
void finalise_ac(gfp_t gfp_mask, struct alloc_context *ac)
{
	/* Step 1: a page that will be written soon should not add to a node full of dirty ones */
	ac->spread_dirty_pages = gfp_mask & __GFP_WRITE;

	/* Step 2: the first eligible zone of the list */
	ac->preferred_zoneref =
		first_zones_zonelist(ac->zonelist, ac->highest_zoneidx, ac->nodemask);
}

/**
 * @brief Flags of the first attempt: may kswapd be woken, and is mixing types to be avoided?
 *
 * A request that begins at ZONE_NORMAL rather goes to a lower zone once before it takes pages from blocks
 * of another type. With several nodes online, the zone below must have memory; with one, nobody looks.
 *
 * @param zone the preferred zone, or NULL
 * @param gfp_mask the request's mask
 * @return ALLOC_KSWAPD and ALLOC_NOFRAGMENT as they apply
 * @source mm/page_alloc.c:3649
 */
unsigned int alloc_flags_nofragment(const struct zone *zone, gfp_t gfp_mask)
{
	unsigned int alloc_flags = gfp_mask & __GFP_KSWAPD_RECLAIM;

	if (!zone || zone_idx(zone) != ZONE_NORMAL)
		return alloc_flags;
	/* With several nodes, an empty DMA32 below is taken to mean that the way out is a remote node. */
	if (world->nr_online_nodes > 1 && !populated_zone(zone - 1))
		return alloc_flags;
	return alloc_flags | ALLOC_NOFRAGMENT;
}

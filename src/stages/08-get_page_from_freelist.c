/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 08: the walk over zones. The first zone that may give, and can, does.
 *
 * The walk begins at the preferred zone and follows the zonelist. Each zone is asked in the same
 * order: does the cpuset allow its node? Is the node not too full of dirty pages? Would taking the
 * page leave the zone above its watermark (stage 09)? Then a page is taken out of it (stage 10),
 * prepared (stage 12) and returned. A "no" at any point means the next zone.
 *
 * The walk may start over once. With ALLOC_NOFRAGMENT the first pass takes nothing that would mix
 * migratetypes in a pageblock; when that finds nothing, or when it would have to leave the node, the
 * flag is dropped and the walk begins again.
 */
#include "gfp_zones.h"
#include "stages/stages.h"
#include "vmstat.h"
#include "witness.h"
#include "world/world.h"

/** A remote node farther away than this is not worth reclaiming on. */
#define RECLAIM_DISTANCE 30

/**
 * @brief The cpuset that decides for requests that may leave their own: the nearest walled one.
 *
 * @param cpuset the task's cpuset
 * @return it or an ancestor with mem_exclusive or mem_hardwall, else the root
 * @source kernel/cgroup/cpuset.c:3372
 */
static const struct cpuset *nearest_hardwall_ancestor(const struct cpuset *cpuset)
{
	while (!cpuset->mem_exclusive && !cpuset->mem_hardwall && cpuset->parent)
		cpuset = cpuset->parent;
	return cpuset;
}

/**
 * @brief May the running task use memory of this node? The first rule that matches decides.
 *
 * @param node node number
 * @param gfp_mask the request's mask; __GFP_HARDWALL keeps it inside the task's own cpuset
 * @return true when it may
 * @source kernel/cgroup/cpuset.c:3419
 */
bool __cpuset_node_allowed(int node, gfp_t gfp_mask)
{
	if (in_interrupt())
		return true;
	if (node_isset(node, current->mems_allowed))
		return true;
	/* A victim of the OOM killer is let out, so that it can die quickly. */
	if (tsk_is_oom_victim(current))
		return true;
	if (gfp_mask & __GFP_HARDWALL)
		return false;
	if (current->flags & PF_EXITING)
		return true;
	return node_isset(node, nearest_hardwall_ancestor(current->cpuset)->mems_allowed);
}

/**
 * @brief May the running task use this zone, as far as cpusets are concerned?
 *
 * @param zone the zone
 * @param gfp_mask the request's mask
 * @return true when no cpuset exists or the zone's node is allowed
 * @source include/linux/cpuset.h:81
 */
bool cpuset_zone_allowed(const struct zone *zone, gfp_t gfp_mask)
{
	return !cpusets_enabled() || __cpuset_node_allowed(zone_to_nid(zone), gfp_mask);
}

/**
 * @brief Pages of a node that may become dirty without hurting: free ones above the reserves, and
 * those of the page cache.
 *
 * @param pgdat the node
 * @return pages
 * @source mm/page-writeback.c:277
 */
unsigned long node_dirtyable_memory(const struct pglist_data *pgdat)
{
	unsigned long pages = 0;

	for (int zid = 0; zid < MAX_NR_ZONES; zid++)
		if (populated_zone(&pgdat->node_zones[zid]))
			pages += zone_page_state(&pgdat->node_zones[zid], NR_FREE_PAGES);
	pages -= min_ul(pages, pgdat->totalreserve_pages);
	pages += node_page_state(pgdat, NR_INACTIVE_FILE);
	pages += node_page_state(pgdat, NR_ACTIVE_FILE);
	return pages;
}

/**
 * @brief The same for the whole machine, plus one, so that it can be divided by.
 *
 * @return pages
 * @source mm/page-writeback.c:362
 */
unsigned long global_dirtyable_memory(void)
{
	unsigned long pages = global_zone_page_state(NR_FREE_PAGES);

	pages -= min_ul(pages, world->totalreserve_pages);
	pages += global_node_page_state(NR_INACTIVE_FILE);
	pages += global_node_page_state(NR_ACTIVE_FILE);
	return pages + 1;
}

/**
 * @brief How many dirty pages a node may hold.
 *
 * @param pgdat the node
 * @return pages; a quarter more for real-time tasks
 * @source mm/page-writeback.c:476
 */
unsigned long node_dirty_limit(const struct pglist_data *pgdat)
{
	unsigned long memory = node_dirtyable_memory(pgdat);
	unsigned long dirty;

	if (world->vm_dirty_bytes)
		dirty = DIV_ROUND_UP(world->vm_dirty_bytes, PAGE_SIZE) * memory /
			global_dirtyable_memory();
	else
		dirty = (unsigned long)world->vm_dirty_ratio * memory / 100;
	if (rt_task(current))
		dirty += dirty / 4;
	return dirty;
}

/**
 * @brief Is a node within its dirty limit?
 *
 * @param pgdat the node
 * @return true when dirty pages and pages under writeback do not exceed the limit
 * @source mm/page-writeback.c:501
 */
bool node_dirty_ok(const struct pglist_data *pgdat)
{
	unsigned long pages = node_page_state(pgdat, NR_FILE_DIRTY);

	pages += node_page_state(pgdat, NR_WRITEBACK);
	return pages <= node_dirty_limit(pgdat);
}

/**
 * @brief Is this zone near enough to reclaim from, instead of going past it?
 *
 * @param preferred where the walk began
 * @param zone the zone
 * @return true when the distance of the nodes is at most RECLAIM_DISTANCE
 * @source none (ours: what mm/page_alloc.c does under the same name)
 */
static bool zone_allows_reclaim(const struct zone *preferred, const struct zone *zone)
{
	return node_distance(zone_to_nid(preferred), zone_to_nid(zone)) <= RECLAIM_DISTANCE;
}

/**
 * @brief A zone is below its watermark. May it be used all the same?
 *
 * @param preferred where the walk began
 * @param zone the zone
 * @param order block of 2^order pages
 * @param mark the watermark it missed, pages
 * @param gfp_mask the request's mask
 * @param alloc_flags flags of this attempt
 * @param highest_zoneidx highest zone of the request
 * @return true to take a page from it
 * @source mm/page_alloc.c:3685
 */
static __cold bool below_mark_but_usable(const struct zone *preferred, struct zone *zone,
					 unsigned int order, unsigned long mark, gfp_t gfp_mask,
					 unsigned int alloc_flags, int highest_zoneidx)
{
	int reclaimed;

	witness_zone(DECISION_BELOW_MARK, zone, (s64)mark, 0);
	if (alloc_flags & ALLOC_NO_WATERMARKS) {
		witness_zone(DECISION_MARK_IGNORED, zone, 0, 0);
		return true;
	}
	if (!world->node_reclaim_mode || !zone_allows_reclaim(preferred, zone))
		return false;
	/* Reclaiming here may be better than going to a remote node. */
	reclaimed = world->hooks.node_reclaim(zone->zone_pgdat, gfp_mask, order);
	witness_zone(DECISION_NODE_RECLAIM, zone, reclaimed, 0);
	if (reclaimed == NODE_RECLAIM_NOSCAN || reclaimed == NODE_RECLAIM_FULL)
		return false;
	return zone_watermark_ok(zone, order, mark, highest_zoneidx, alloc_flags);
}

/**
 * @brief Pass a zone over.
 *
 * @param why the reason
 * @param zone the zone
 * @return true
 * @source none (ours: says why)
 */
static __cold bool pass_over(enum decision_kind why, const struct zone *zone)
{
	witness_zone(why, zone, 0, 0);
	return true;
}

/**
 * @brief Is this zone ruled out before its free pages are even counted?
 *
 * @param gfp_mask the request's mask
 * @param alloc_flags flags of this attempt
 * @param ac the request's context
 * @param zone the zone
 * @param last_dirty the node found over its dirty limit last; NULL: none so far
 * @return true to go to the next zone
 * @source mm/page_alloc.c:3685
 */
static bool zone_ruled_out(gfp_t gfp_mask, unsigned int alloc_flags, const struct alloc_context *ac,
			   const struct zone *zone, const struct pglist_data **last_dirty)
{
	if (cpusets_enabled() && (alloc_flags & ALLOC_CPUSET) &&
	    !__cpuset_node_allowed(zone_to_nid(zone), gfp_mask))
		return pass_over(DECISION_ZONE_CPUSET, zone);
	if (!ac->spread_dirty_pages)
		return false;
	if (*last_dirty == zone->zone_pgdat)
		return pass_over(DECISION_ZONE_DIRTY, zone);
	if (node_dirty_ok(zone->zone_pgdat))
		return false;
	*last_dirty = zone->zone_pgdat;
	return pass_over(DECISION_ZONE_DIRTY, zone);
}

/**
 * @brief Take a page from one zone, if its watermark and its lists allow.
 *
 * @param gfp_mask the request's mask
 * @param order block of 2^order pages
 * @param alloc_flags flags of this attempt
 * @param ac the request's context
 * @param zone the zone
 * @return the first page, prepared; NULL to go to the next zone
 * @source mm/page_alloc.c:3685
 */
static struct page *try_zone(gfp_t gfp_mask, unsigned int order, unsigned int alloc_flags,
			     const struct alloc_context *ac, struct zone *zone)
{
	unsigned long mark = wmark_pages(zone, alloc_flags & ALLOC_WMARK_MASK);
	struct zone *preferred = ac->preferred_zoneref->zone;
	struct page *page;

	/* Step 1: would the zone stay above its watermark? */
	if (!zone_watermark_fast(zone, order, mark, (int)ac->highest_zoneidx, alloc_flags) &&
	    !below_mark_but_usable(preferred, zone, order, mark, gfp_mask, alloc_flags,
				   (int)ac->highest_zoneidx))
		return NULL;

	/* Step 2: take a page out of its lists */
	page = rmqueue(preferred, zone, order, gfp_mask, alloc_flags, ac->migratetype);
	if (!page) {
		witness_zone(DECISION_LISTS_EMPTY, zone, 0, 0);
		return NULL;
	}

	/* Step 3: prepare it for its new owner */
	prep_new_page(page, order, gfp_mask, alloc_flags);

	/* Step 4: an urgent block was needed here once; keep its pageblock for the next time */
	if (unlikely(order && (alloc_flags & ALLOC_HARDER)))
		reserve_highatomic_pageblock(page, zone);
	return page;
}

/**
 * @brief Would the walk leave the preferred node just to avoid mixing types?
 *
 * @param alloc_flags flags of this attempt
 * @param preferred where the walk began
 * @param zone the zone it has come to
 * @return true when staying on the node, mixing types, is better
 * @source mm/page_alloc.c:3685
 */
static bool leaves_node(unsigned int alloc_flags, const struct zone *preferred,
			const struct zone *zone)
{
	return (alloc_flags & ALLOC_NOFRAGMENT) && zone_to_nid(zone) != zone_to_nid(preferred);
}

/**
 * @brief One pass over the zones.
 *
 * @param gfp_mask the request's mask
 * @param order block of 2^order pages
 * @param alloc_flags flags of this attempt
 * @param ac the request's context
 * @param last_dirty the node found over its dirty limit last, kept from pass to pass
 * @return the first page, prepared; NULL when no zone gave one, or the pass would leave the node
 * @source mm/page_alloc.c:3685
 */
static struct page *walk_zones(gfp_t gfp_mask, unsigned int order, unsigned int alloc_flags,
			       const struct alloc_context *ac,
			       const struct pglist_data **last_dirty)
{
	struct zoneref *z = ac->preferred_zoneref;
	struct zone *zone;

	witness_walk(gfp_mask, order, alloc_flags, ac);
	for_next_zone_zonelist_nodemask(zone, z, (int)ac->highest_zoneidx, ac->nodemask) {
		struct page *page;

		/* Step 1: cpuset and dirty limit */
		if (zone_ruled_out(gfp_mask, alloc_flags, ac, zone, last_dirty))
			continue;
		/* Step 2: locality is worth more than unmixed pageblocks */
		if (leaves_node(alloc_flags, ac->preferred_zoneref->zone, zone)) {
			witness_zone(DECISION_STAY_ON_NODE, zone, 0, 0);
			return NULL;
		}
		/* Step 3: watermark, lists, preparation */
		page = try_zone(gfp_mask, order, alloc_flags, ac, zone);
		if (page)
			return page;
	}
	return NULL;
}

/**
 * @brief Walk the zones of a request until one gives a block.
 *
 * @param gfp_mask the request's mask
 * @param order block of 2^order pages
 * @param alloc_flags which watermark counts, and what may be ignored
 * @param ac zones, nodes and lists of the request
 * @return the first page, prepared; NULL when no zone gave one
 * @source mm/page_alloc.c:3685
 */
struct page *get_page_from_freelist(gfp_t gfp_mask, unsigned int order, unsigned int alloc_flags,
				    const struct alloc_context *ac)
{
	const struct pglist_data *last_dirty = NULL;
	struct page *page;

	/* Step 1: walk; with ALLOC_NOFRAGMENT, without mixing types */
	page = walk_zones(gfp_mask, order, alloc_flags, ac, &last_dirty);
	if (page || !(alloc_flags & ALLOC_NOFRAGMENT))
		return page;

	/* Step 2: nothing unmixed to be had; walk once more and mix */
	witness_request(DECISION_SECOND_PASS, 0, 0);
	return walk_zones(gfp_mask, order, alloc_flags & ~ALLOC_NOFRAGMENT, ac, &last_dirty);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 15: the request frees memory by itself, and then tries again.
 *
 * Pages of the page cache can be dropped, anonymous ones written to swap, and caches of the kernel
 * shrunk. A request that may sleep does some of that work itself when memory is short: this is
 * **direct reclaim**. If pages were freed, the zones are walked again; if that still finds nothing,
 * the freed pages may hide on per-CPU lists or behind the urgent reserve: a pageblock of the reserve is given back,
 * and the lists are emptied, once.
 *
 * This file holds the outer loop: who has to wait for kswapd first, and the priorities from 12 (look
 * at one page in 4096) down to 0 (at all of them) until 32 pages are reclaimed. The parts hold what
 * happens on a node: which lists (`-shrink`), of which groups (`-groups`), how a list is scanned (`-lists`),
 * which pages (`-pages`), which caches (`-slab`), the lists themselves (`-lru`) and the way to them
 * (`-pagevecs`), pages that come back (`-workingset`), and reclaim on a node before going to another
 * (`-node`).
 *
 * **Exact**, because recordings hold it: what becomes of pages of files that are clean, dirty, locked, used or held,
 * for everybody and for groups of the unified hierarchy. No recording has swap, mapped pages of files,
 * buffers, writes by reclaim, throttled tasks or the legacy hierarchy; there the rules are 5.8.18's, and what
 * they ask is answered by a **model**, see include/page_cache.h. Soft limits of memory cgroups are not
 * modelled: none is ever exceeded. Replays of some older recordings take what reclaim achieved from them.
 */
#include "gfp.h"
#include "gfp_zones.h"
#include "memory_map.h"
#include "scopes.h"
#include "stages/reclaim.h"
#include "tracepoints.h"
#include "vmstat.h"
#include "witness.h"
#include "world/world.h"

/** Longest wait for kswapd of a task that may hold a file system's locks, in ticks. */
#define THROTTLE_NOFS HZ

/** Longest wait of any other task. */
#define THROTTLE_FS (60ul * HZ)

/**
 * @brief Pages that reclaim could get from a zone: its page cache, and with swap its anonymous ones.
 *
 * @param zone the zone
 * @return pages
 * @source mm/vmscan.c:301
 */
unsigned long zone_reclaimable_pages(struct zone *zone)
{
	unsigned long pages;

	/* A replay knows from its recording. */
	if (world->environment.reclaimable_pages)
		return world->environment.reclaimable_pages(zone);
	pages = zone_page_state_snapshot(zone, NR_ZONE_INACTIVE_FILE) +
		zone_page_state_snapshot(zone, NR_ZONE_ACTIVE_FILE);
	if (world->nr_swap_pages > 0)
		pages += zone_page_state_snapshot(zone, NR_ZONE_INACTIVE_ANON) +
			 zone_page_state_snapshot(zone, NR_ZONE_ACTIVE_ANON);
	return pages;
}

/**
 * @brief Has a node so little of its reserve left that reclaiming tasks must wait for kswapd?
 *
 * @param pgdat the node
 * @return true when they need not; when they must, kswapd is woken
 * @source mm/vmscan.c:3105
 */
bool allow_direct_reclaim(struct pglist_data *pgdat)
{
	unsigned long reserve = 0, free = 0;

	/* Step 1: nobody waits for a kswapd that gave up */
	if (pgdat->kswapd_failures >= MAX_RECLAIM_RETRIES)
		return true;

	/* Step 2: more than half of the min watermarks of the zones that can gain something? */
	for (int zid = 0; zid <= ZONE_NORMAL; zid++) {
		struct zone *zone = &pgdat->node_zones[zid];

		if (!managed_zone(zone) || !zone_reclaimable_pages(zone))
			continue;
		reserve += min_wmark_pages(zone);
		free += zone_page_state(zone, NR_FREE_PAGES);
	}
	if (!reserve || free > reserve / 2)
		return true;

	/* Step 3: kswapd must run, for the zones below ZONE_MOVABLE */
	if (pgdat->kswapd_waiting) {
		if (pgdat->kswapd_highest_zoneidx > ZONE_NORMAL)
			pgdat->kswapd_highest_zoneidx = ZONE_NORMAL;
		pgdat->kswapd_waiting = false;
		if (world->hooks.kswapd_woken)
			world->hooks.kswapd_woken(pgdat);
	}
	return false;
}

/**
 * @brief Wait until a node's reserve is half full again, or as long as the task can.
 *
 * departs: with __GFP_FS 5.8.18 waits without limit. Here nobody runs beside the task except the
 * machine's daemons, so it waits a minute of the machine's time at most.
 *
 * @param pgdat the node
 * @param gfp_mask the request's mask
 * @source mm/vmscan.c:3154
 */
static void wait_for_kswapd(struct pglist_data *pgdat, gfp_t gfp_mask)
{
	unsigned long limit = (gfp_mask & __GFP_FS) ? THROTTLE_FS : THROTTLE_NOFS;

	count_vm_events(PGSCAN_DIRECT_THROTTLE, 1);
	pgdat->pfmemalloc_waiters++;
	for (unsigned long waited = 0; waited < limit; waited++) {
		world_sleep(1);
		if (allow_direct_reclaim(pgdat) || current->fatal_signal_pending)
			break;
	}
	if (pgdat->pfmemalloc_waiters)
		pgdat->pfmemalloc_waiters--;
}

/**
 * @brief Let a task wait for kswapd, if its node's reserve is nearly used up.
 *
 * @param gfp_mask the request's mask
 * @param zonelist the request's zones
 * @param nodemask its nodes, or NULL
 * @return true when the task was killed while it waited: it should go and die
 * @source mm/vmscan.c:3154
 */
static bool throttle_direct_reclaim(gfp_t gfp_mask, struct zonelist *zonelist, nodemask_t *nodemask)
{
	struct zoneref *z;
	struct zone *zone;

	/* Step 1: the kernel's own threads may be what others wait for; the dying should get on */
	if ((current->flags & PF_KTHREAD) || current->fatal_signal_pending)
		return false;

	/* Step 2: the node of the first zone below ZONE_MOVABLE decides */
	for_each_zone_zonelist_nodemask(zone, z, zonelist, (int)gfp_zone(gfp_mask), nodemask) {
		if (zone_idx(zone) > ZONE_NORMAL)
			continue;
		if (allow_direct_reclaim(zone->zone_pgdat))
			return false;
		wait_for_kswapd(zone->zone_pgdat, gfp_mask);
		return current->fatal_signal_pending;
	}
	return false;
}

/**
 * @brief Should a zone be compacted rather than reclaimed for this order?
 *
 * @param zone the zone
 * @param sc the activity
 * @return true when there is a block already, or enough free memory to build one
 * @source mm/vmscan.c:2871
 */
static bool compaction_ready(struct zone *zone, const struct scan_control *sc)
{
	enum compact_result suitable =
		compaction_suitable(zone, (int)sc->order, 0, sc->reclaim_idx);

	if (suitable != COMPACT_CONTINUE)
		return suitable == COMPACT_SUCCESS;
	/* Enough that kswapd would stop too, and room for the copies besides. */
	return zone_watermark_ok_safe(zone, 0, high_wmark_pages(zone) + compact_gap(sc->order),
				      sc->reclaim_idx);
}

/**
 * @brief Reclaim on the nodes of a zonelist, each once, at one priority.
 *
 * @param zonelist the zones
 * @param sc the activity
 * @source mm/vmscan.c:2906
 */
static void shrink_zones(struct zonelist *zonelist, struct scan_control *sc)
{
	struct pglist_data *last = NULL;
	gfp_t gfp_mask = sc->gfp_mask;
	struct zoneref *z;
	struct zone *zone;

	/* Buffers of pages in any zone lie in low zones: dropping those pages frees them. */
	if (world->buffer_heads_over_limit) {
		sc->gfp_mask |= __GFP_HIGHMEM;
		sc->reclaim_idx = (int)gfp_zone(sc->gfp_mask);
	}
	for_each_zone_zonelist_nodemask(zone, z, zonelist, sc->reclaim_idx, sc->nodemask) {
		/* Step 1: not where the task may not allocate, nor where compaction is the answer */
		if (!sc->target_mem_cgroup) {
			if (!cpuset_zone_allowed(zone, GFP_KERNEL | __GFP_HARDWALL))
				continue;
			if (sc->order > PAGE_ALLOC_COSTLY_ORDER && compaction_ready(zone, sc)) {
				sc->compaction_ready = true;
				continue;
			}
		}
		/* Step 2: lists belong to nodes, so one zone of each is enough */
		if (zone->zone_pgdat == last)
			continue;
		last = zone->zone_pgdat;
		shrink_node(zone->zone_pgdat, sc);
	}
	sc->gfp_mask = gfp_mask;
}

/**
 * @brief After the last priority: remember refaults and forget congestion, on every node of the zonelist.
 *
 * @param zonelist the zones
 * @param sc the activity
 * @source mm/vmscan.c:3017
 */
static void finish_nodes(struct zonelist *zonelist, struct scan_control *sc)
{
	struct zoneref *z;
	struct zone *zone;

	/* A node with several zones comes more than once, which makes no difference. */
	for_each_zone_zonelist_nodemask(zone, z, zonelist, sc->reclaim_idx, sc->nodemask) {
		snapshot_refaults(sc->target_mem_cgroup, zone->zone_pgdat);
		if (sc->target_mem_cgroup)
			mem_cgroup_lruvec(sc->target_mem_cgroup, zone->zone_pgdat)->flags &=
				~(1ul << LRUVEC_CONGESTED);
	}
}

/**
 * @brief Was something spared that could be tried after all?
 *
 * @param sc the activity; changed so that it is tried
 * @return true to begin again
 * @source mm/vmscan.c:3017
 */
static bool lift_restrictions(struct scan_control *sc)
{
	if (sc->skipped_deactivate) {
		sc->force_deactivate = true;
		sc->skipped_deactivate = false;
		return true;
	}
	if (sc->memcg_low_skipped) {
		sc->force_deactivate = false;
		sc->memcg_low_reclaim = true;
		sc->memcg_low_skipped = false;
		return true;
	}
	return false;
}

/**
 * @brief Reclaim with rising effort until the target is reached.
 *
 * @param zonelist the zones
 * @param sc the activity
 * @return pages reclaimed; 1 when nothing was, but a zone should be compacted
 * @source mm/vmscan.c:3017
 */
static unsigned long do_try_to_free_pages(struct zonelist *zonelist, struct scan_control *sc)
{
	int initial = sc->priority;

	do {
		if (!sc->target_mem_cgroup)
			count_vm_events(ALLOCSTALL, 1);
		/* Step 1: look at more and more of the lists */
		for (sc->priority = initial; sc->priority >= 0; sc->priority--) {
			shrink_zones(zonelist, sc);
			if (sc->nr_reclaimed >= sc->nr_to_reclaim || sc->compaction_ready)
				break;
			/* A disk that sleeps must be woken when it gets serious. */
			if (sc->priority < DEF_PRIORITY - 2)
				sc->may_writepage = true;
		}
		finish_nodes(zonelist, sc);
		/* Step 2: any success counts; so does the chance of one by compaction */
		if (sc->nr_reclaimed)
			return sc->nr_reclaimed;
		if (sc->compaction_ready)
			return 1;
		/* Step 3: otherwise begin again, sparing less */
	} while (lift_restrictions(sc));
	return 0;
}

/**
 * @brief Free pages for a request.
 *
 * @param zonelist the request's zones
 * @param order block of 2^order pages
 * @param gfp_mask the request's mask
 * @param nodemask its nodes, or NULL
 * @return pages freed; 1 also where compaction can help, or the task was killed while it waited
 * @source mm/vmscan.c:3238
 */
unsigned long try_to_free_pages(struct zonelist *zonelist, unsigned int order, gfp_t gfp_mask,
				nodemask_t *nodemask)
{
	struct scan_control sc = {
		.nr_to_reclaim = SWAP_CLUSTER_MAX,
		.gfp_mask = current_gfp_context(gfp_mask),
		.reclaim_idx = (int)gfp_zone(gfp_mask),
		.order = order,
		.nodemask = nodemask,
		.priority = DEF_PRIORITY,
		.may_writepage = !world->laptop_mode,
		.may_unmap = true,
		.may_swap = true,
	};
	unsigned long nr_reclaimed;

	/* A replay knows from its recording what came of it; no recorded task was throttled. */
	if (!world->environment.direct_reclaim &&
	    throttle_direct_reclaim(sc.gfp_mask, zonelist, nodemask))
		return 1;
	trace_mm_vmscan_direct_reclaim_begin(order, sc.gfp_mask);
	if (world->environment.direct_reclaim)
		nr_reclaimed = world->environment.direct_reclaim(sc.gfp_mask, order);
	else
		nr_reclaimed = do_try_to_free_pages(zonelist, &sc);
	trace_mm_vmscan_direct_reclaim_end(nr_reclaimed);
	return nr_reclaimed;
}

/**
 * @brief Free pages of a memory cgroup and the groups below it.
 *
 * @param memcg the group
 * @param nr_pages pages wanted
 * @param gfp_mask mask of the charge that hit the limit
 * @param may_swap anonymous pages may go to swap
 * @return pages freed
 * @source mm/vmscan.c:3323
 */
unsigned long try_to_free_mem_cgroup_pages(struct mem_cgroup *memcg, unsigned long nr_pages,
					   gfp_t gfp_mask, bool may_swap)
{
	struct scan_control sc = {
		.nr_to_reclaim = max_ul(nr_pages, SWAP_CLUSTER_MAX),
		.gfp_mask = (current_gfp_context(gfp_mask) & GFP_RECLAIM_MASK) |
			    (GFP_HIGHUSER_MOVABLE & ~GFP_RECLAIM_MASK),
		.reclaim_idx = MAX_NR_ZONES - 1,
		.target_mem_cgroup = memcg,
		.priority = DEF_PRIORITY,
		.may_writepage = !world->laptop_mode,
		.may_unmap = true,
		.may_swap = may_swap,
	};
	unsigned int noreclaim = memalloc_noreclaim_save();
	unsigned long nr_reclaimed;

	trace_mm_vmscan_memcg_reclaim_begin(0, sc.gfp_mask);
	nr_reclaimed = do_try_to_free_pages(
		&NODE_DATA(numa_node_id())->node_zonelists[ZONELIST_FALLBACK], &sc);
	trace_mm_vmscan_memcg_reclaim_end(nr_reclaimed);
	memalloc_noreclaim_restore(noreclaim);
	return nr_reclaimed;
}

/**
 * @brief Reclaim as somebody whose own allocations may use the reserves.
 *
 * @param gfp_mask the request's mask
 * @param order block of 2^order pages
 * @param ac zones and nodes of the request
 * @return what try_to_free_pages() returned
 * @source mm/page_alloc.c:4214
 */
static unsigned long __perform_reclaim(gfp_t gfp_mask, unsigned int order,
				       const struct alloc_context *ac)
{
	unsigned int noreclaim;
	unsigned long progress;

	world_reschedule();
	noreclaim = memalloc_noreclaim_save();
	progress = try_to_free_pages(ac->zonelist, order, gfp_mask, ac->nodemask);
	witness_request(DECISION_RECLAIM, (s64)progress, 0);
	memalloc_noreclaim_restore(noreclaim);
	world_reschedule();
	return progress;
}

/**
 * @brief Reclaim, then walk the zones again.
 *
 * @param gfp_mask the request's mask
 * @param order block of 2^order pages
 * @param alloc_flags flags of the walk
 * @param ac zones, nodes and lists of the request
 * @param did_some_progress receives what try_to_free_pages() returned: 0 when nothing was achieved
 * @return the first page, or NULL
 * @source mm/page_alloc.c:4243
 */
struct page *__alloc_pages_direct_reclaim(gfp_t gfp_mask, unsigned int order,
					  unsigned int alloc_flags, const struct alloc_context *ac,
					  unsigned long *did_some_progress)
{
	struct page *page;

	/* Step 1: reclaim; without any progress another walk is useless */
	*did_some_progress = __perform_reclaim(gfp_mask, order, ac);
	if (!*did_some_progress)
		return NULL;

	/* Step 2: walk again */
	page = get_page_from_freelist(gfp_mask, order, alloc_flags, ac);
	if (page)
		return page;

	/* Step 3: the pages may hide: open the urgent reserve, empty the per-CPU lists, walk again */
	unreserve_highatomic_pageblock(ac, false);
	drain_all_pages(NULL);
	return get_page_from_freelist(gfp_mask, order, alloc_flags, ac);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 14: wake background reclaim, if it is asleep and there is something for it to do.
 *
 * Each node with memory has a thread, **kswapd**, that frees pages in the background, so that requests
 * rarely have to do it themselves. Once awake it works until at least one zone of the node is above its
 * high watermark, and then sleeps until somebody wakes it. A second thread, **kcompactd**, builds large
 * blocks in the background.
 *
 * A request that finds memory short asks kswapd to work. The request (for which order, up to which
 * zone) is recorded on each node with memory that the caller may use; the wake-up itself happens
 * only when the thread sleeps, has not given up, and the node is out of balance or has a boosted watermark.
 */
#include "stages/stages.h"
#include "tracepoints.h"
#include "world/world.h"

/** After this many failed runs without any progress in between, kswapd gives up. */
#define MAX_RECLAIM_RETRIES 16

/**
 * @brief Is at least one zone above its high watermark?
 *
 * @param pgdat the node
 * @param order for blocks of this order
 * @param highest_zoneidx looking at zones up to this one
 * @return true when one is, or when there is no zone to look at
 * @source mm/vmscan.c:3418
 */
bool pgdat_balanced(struct pglist_data *pgdat, int order, int highest_zoneidx)
{
	bool any = false;
	struct zone *zone;

	for_each_zone_upto(zone, pgdat, highest_zoneidx) {
		if (!managed_zone(zone))
			continue;
		any = true;
		if (zone_watermark_ok_safe(zone, (unsigned int)order, high_wmark_pages(zone),
					   highest_zoneidx))
			return true;
	}
	return !any;
}

/**
 * @brief Has any zone a boost that kswapd should work off?
 *
 * @param pgdat the node
 * @param highest_zoneidx looking at zones up to this one
 * @return true when one has
 * @source mm/vmscan.c:3390
 */
bool pgdat_watermark_boosted(struct pglist_data *pgdat, int highest_zoneidx)
{
	struct zone *zone;

	for_each_zone_upto(zone, pgdat, highest_zoneidx)
		if (managed_zone(zone) && zone->watermark_boost)
			return true;
	return false;
}

/**
 * @brief Could kcompactd do anything useful on this node?
 *
 * @param pgdat the node, with the request recorded; the highest order of all requests counts
 * @return true when a zone is worth compacting
 * @source mm/compaction.c:2517
 */
static bool kcompactd_node_suitable(struct pglist_data *pgdat)
{
	struct zone *zone;

	for_each_zone_upto(zone, pgdat, pgdat->kcompactd_highest_zoneidx)
		if (populated_zone(zone) &&
		    compaction_suitable(zone, pgdat->kcompactd_max_order, 0,
					pgdat->kcompactd_highest_zoneidx) == COMPACT_CONTINUE)
			return true;
	return false;
}

/**
 * @brief Ask for background compaction.
 *
 * @param pgdat the node
 * @param order for blocks of this order; 0 needs none
 * @param highest_zoneidx in zones up to this one; the lowest of several requests counts
 * @source mm/compaction.c:2615
 */
void wakeup_kcompactd(struct pglist_data *pgdat, int order, int highest_zoneidx)
{
	if (!order)
		return;
	/* Step 1: record the request */
	if (pgdat->kcompactd_max_order < order)
		pgdat->kcompactd_max_order = order;
	if (pgdat->kcompactd_highest_zoneidx > highest_zoneidx)
		pgdat->kcompactd_highest_zoneidx = highest_zoneidx;

	/* Step 2: wake the thread if it sleeps and can help */
	if (!pgdat->kcompactd_waiting || !kcompactd_node_suitable(pgdat))
		return;
	trace_mm_compaction_wakeup_kcompactd(pgdat->node_id, order, highest_zoneidx);
	pgdat->kcompactd_waiting = false;
	if (world->hooks.kcompactd_woken)
		world->hooks.kcompactd_woken(pgdat);
}

/**
 * @brief Record a request for kswapd: the highest zone and the highest order of all requests.
 *
 * @param pgdat the node
 * @param order order wanted
 * @param highest_zoneidx highest zone wanted
 * @source mm/vmscan.c:3958
 */
static void record_kswapd_request(struct pglist_data *pgdat, unsigned int order,
				  int highest_zoneidx)
{
	if (pgdat->kswapd_highest_zoneidx == MAX_NR_ZONES ||
	    pgdat->kswapd_highest_zoneidx < highest_zoneidx)
		pgdat->kswapd_highest_zoneidx = highest_zoneidx;
	if (pgdat->kswapd_order < (int)order)
		pgdat->kswapd_order = (int)order;
}

/**
 * @brief Ask for background reclaim on a zone's node.
 *
 * @param zone the zone that is short of memory
 * @param gfp_mask the request's mask
 * @param order block of 2^order pages
 * @param highest_zoneidx highest zone of the request
 * @source mm/vmscan.c:3958
 */
void wakeup_kswapd(struct zone *zone, gfp_t gfp_mask, unsigned int order,
		   enum zone_type highest_zoneidx)
{
	struct pglist_data *pgdat = zone->zone_pgdat;
	int hz = (int)highest_zoneidx;

	/* Step 1: not for a zone without memory, or one that the caller must not use */
	if (!managed_zone(zone) || !cpuset_zone_allowed(zone, gfp_mask))
		return;

	/* Step 2: record what is wanted; kswapd reads it when it next looks */
	record_kswapd_request(pgdat, order, hz);
	if (!pgdat->kswapd_waiting)
		return;

	/* Step 3: hopeless, or nothing to do? Then a large block may still need compaction, if the
	 * caller cannot do that itself */
	if (pgdat->kswapd_failures >= MAX_RECLAIM_RETRIES ||
	    (pgdat_balanced(pgdat, (int)order, hz) && !pgdat_watermark_boosted(pgdat, hz))) {
		if (!(gfp_mask & __GFP_DIRECT_RECLAIM))
			wakeup_kcompactd(pgdat, (int)order, hz);
		return;
	}

	/* Step 4: wake it */
	trace_mm_vmscan_wakeup_kswapd(pgdat->node_id, hz, order, gfp_mask);
	pgdat->kswapd_waiting = false;
	if (world->hooks.kswapd_woken)
		world->hooks.kswapd_woken(pgdat);
}

/**
 * @brief Ask the kswapd of every node that a request could use, once for each run of the node's zones in the
 * zonelist.
 *
 * @param order block of 2^order pages
 * @param gfp_mask the request's mask
 * @param ac zones and nodes of the request
 * @source mm/page_alloc.c:4272
 */
void wake_all_kswapds(unsigned int order, gfp_t gfp_mask, const struct alloc_context *ac)
{
	struct pglist_data *last = NULL;
	struct zoneref *z;
	struct zone *zone;

	for_each_zone_zonelist_nodemask(zone, z, ac->zonelist, (int)ac->highest_zoneidx,
					ac->nodemask) {
		if (zone->zone_pgdat != last)
			wakeup_kswapd(zone, gfp_mask, order, ac->highest_zoneidx);
		last = zone->zone_pgdat;
	}
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief kcompactd: each node's thread that builds large blocks in the background.
 *
 * kswapd asks for it when it has taken back a boost, and before its nap: for the order it was woken for where it left
 * that to compaction, else for what it was asked for meanwhile. So do requests that cannot compact memory themselves,
 * where kswapd has nothing to do or is given up. The thread is a task of the
 * machine; whoever schedules the machine's tasks runs it some time after the hook kcompactd_woken.
 */
#include "gfp.h"
#include "stages/stages.h"
#include "tracepoints.h"
#include "world/world.h"

/**
 * @brief Compact one zone in the background, if that is sensible.
 *
 * @param cc the thread's run; its zone is set
 * @source mm/compaction.c:2537
 */
static void kcompactd_zone(struct compact_control *cc)
{
	struct zone *zone = cc->zone;

	/* Step 1: not if it failed lately, and only if a block could be built and is not there yet */
	if (!populated_zone(zone) || compaction_deferred(zone, cc->order) ||
	    compaction_suitable(zone, cc->order, 0, zone_idx(zone)) != COMPACT_CONTINUE)
		return;

	/* Step 2: compact; nobody waits for the block, so nothing is caught */
	switch (compact_zone(cc, NULL)) {
	case COMPACT_SUCCESS:
		compaction_defer_reset(zone, cc->order, false);
		break;
	case COMPACT_PARTIAL_SKIPPED:
	case COMPACT_COMPLETE:
		/* Step 3: all was tried in vain: perhaps pages on per-CPU lists are in the way */
		drain_all_pages(zone);
		defer_compaction(zone, cc->order);
		break;
	default:
		break;
	}
}

/**
 * @brief Do what was asked for.
 *
 * @param pgdat the node
 * @source mm/compaction.c:2537
 */
static void kcompactd_do_work(struct pglist_data *pgdat)
{
	struct compact_control cc = {
		.order = pgdat->kcompactd_max_order,
		.search_order = pgdat->kcompactd_max_order,
		.highest_zoneidx = pgdat->kcompactd_highest_zoneidx,
		.mode = MIGRATE_SYNC_LIGHT,
		.gfp_mask = GFP_KERNEL,
	};

	/* Step 1: each zone up to the highest that was asked for. A zone that was begun at its start
	 * counts as scanned whole, and so do those after it: 5.8.18 does not take that back. */
	trace_mm_compaction_kcompactd_wake(pgdat->node_id, cc.order, cc.highest_zoneidx);
	for_each_zone_upto(cc.zone, pgdat, cc.highest_zoneidx)
		kcompactd_zone(&cc);

	/* Step 2: what was asked for in the meantime stays */
	if (pgdat->kcompactd_max_order <= cc.order)
		pgdat->kcompactd_max_order = 0;
	if (pgdat->kcompactd_highest_zoneidx >= cc.highest_zoneidx)
		pgdat->kcompactd_highest_zoneidx = pgdat->nr_zones - 1;
}

/**
 * @brief Work until nothing is asked for, then sleep again.
 *
 * It says that it sleeps after each time that it has worked, also when it goes on at once.
 *
 * @param pgdat the node; the running task is its kcompactd
 * @source mm/compaction.c:2645
 */
/* departs: in 5.8.18 this is a thread. Here it runs whenever the machine's scheduler (src/life/life.c) says so, and
 * returns where the thread would sleep. */
void kcompactd(struct pglist_data *pgdat)
{
	pgdat->kcompactd_waiting = false;
	while (pgdat->kcompactd_max_order) {
		kcompactd_do_work(pgdat);
		trace_mm_compaction_kcompactd_sleep(pgdat->node_id);
	}
	pgdat->kcompactd_waiting = true;
}

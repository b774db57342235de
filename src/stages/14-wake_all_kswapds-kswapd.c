/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 14, part: what kswapd does once it is awake.
 *
 * It reclaims until at least one zone of the node is above its high watermark, then takes a nap of a
 * tenth of a second to see whether that lasts, and then sleeps until somebody wakes it. When 16 runs have
 * failed and nothing was reclaimed in between, the node is **hopeless** and kswapd is left asleep until
 * somebody's reclaim on it succeeds again: a task's own, or that of a memory cgroup.
 *
 * A boosted watermark (types were mixed, stage 11) makes kswapd run too. On a balanced node the boost is
 * worked off gently, without writing and swapping. It is taken back at the end of the run however much was
 * reclaimed.
 */
#include "gfp.h"
#include "memory_map.h"
#include "stages/reclaim.h"
#include "tracepoints.h"
#include "vmstat.h"
#include "world/world.h"

/** How long a nap lasts, in ticks. */
#define NAP (HZ / 10)

/**
 * @brief What reclaim noted about the node is out of date: that it is congested, or full of dirty pages or of
 * pages being written.
 *
 * @param pgdat the node
 * @source mm/vmscan.c:3451
 */
static void clear_pgdat_congested(struct pglist_data *pgdat)
{
	pgdat->lruvec.flags &= ~(1ul << LRUVEC_CONGESTED);
	pgdat->flags &= ~(1ul << PGDAT_DIRTY | 1ul << PGDAT_WRITEBACK);
}

/**
 * @brief May kswapd sleep?
 *
 * Tasks that wait for it are woken whatever the answer is: they look for themselves.
 *
 * @param pgdat the node
 * @param order order it works for
 * @param highest_zoneidx highest zone it works for
 * @return true when the node is balanced or hopeless
 * @source mm/vmscan.c:3466
 */
bool prepare_kswapd_sleep(struct pglist_data *pgdat, int order, int highest_zoneidx)
{
	pgdat->pfmemalloc_waiters = 0;
	if (pgdat->kswapd_failures >= MAX_RECLAIM_RETRIES)
		return true;
	if (!pgdat_balanced(pgdat, order, highest_zoneidx))
		return false;
	clear_pgdat_congested(pgdat);
	return true;
}

/**
 * @brief Move some anonymous pages of every group to the inactive lists, if the root's is short and there is swap.
 *
 * @param pgdat the node
 * @param sc the activity
 * @source mm/vmscan.c:3368
 */
static void age_active_anon(struct pglist_data *pgdat, struct scan_control *sc)
{
	struct mem_cgroup *memcg = NULL;

	if (!world->total_swap_pages || !inactive_is_low(&pgdat->lruvec, LRU_INACTIVE_ANON))
		return;
	while ((memcg = mem_cgroup_iter(NULL, memcg)))
		shrink_active_list(SWAP_CLUSTER_MAX, mem_cgroup_lruvec(memcg, pgdat), sc,
				   LRU_ACTIVE_ANON);
}

/**
 * @brief Reclaim on the node at one priority.
 *
 * @param pgdat the node
 * @param sc the activity; after enough pages for a large block only single pages are wanted
 * @return true when as many pages were scanned as were wanted, so that the priority can stay
 * @source mm/vmscan.c:3505
 */
static bool kswapd_shrink_node(struct pglist_data *pgdat, struct scan_control *sc)
{
	struct zone *zone;

	sc->nr_to_reclaim = 0;
	for_each_zone_upto(zone, pgdat, sc->reclaim_idx)
		if (managed_zone(zone))
			sc->nr_to_reclaim += max_ul(high_wmark_pages(zone), SWAP_CLUSTER_MAX);
	shrink_node(pgdat, sc);
	if (sc->order && sc->nr_reclaimed >= compact_gap(sc->order))
		sc->order = 0;
	return sc->nr_scanned >= sc->nr_to_reclaim;
}

/**
 * @brief Note the boosts that a run is to work off.
 *
 * @param pgdat the node
 * @param highest_zoneidx highest zone of the run
 * @param boosts receives the boosts, by zone
 * @return their sum, pages
 * @source mm/vmscan.c:3553
 */
static unsigned long record_boosts(struct pglist_data *pgdat, int highest_zoneidx,
				   unsigned long *boosts)
{
	unsigned long sum = 0;
	struct zone *zone;

	for_each_zone_upto(zone, pgdat, highest_zoneidx) {
		*boosts = managed_zone(zone) ? zone->watermark_boost : 0;
		sum += *boosts++;
	}
	return sum;
}

/**
 * @brief Take back the boosts that were there when a run began; later ones stay.
 *
 * @param pgdat the node
 * @param highest_zoneidx highest zone of the run
 * @param boosts what record_boosts() noted
 * @source mm/vmscan.c:3553
 */
static void take_back_boosts(struct pglist_data *pgdat, int highest_zoneidx,
			     const unsigned long *boosts)
{
	struct zone *zone;

	for_each_zone_upto(zone, pgdat, highest_zoneidx)
		zone->watermark_boost -= min_ul(zone->watermark_boost, *boosts++);
	/* The boost was raised because types were mixed: let large blocks be built for the next. */
	wakeup_kcompactd(pgdat, (int)pageblock_order, highest_zoneidx);
}

/**
 * @brief Up to which zone does an iteration reclaim?
 *
 * Buffer heads are the kernel's own memory, and hold pages of any zone: with too many of them, pages are
 * reclaimed wherever there are any, above the zone that was asked for or only below it.
 *
 * @param pgdat the node; some zone of it has memory, or there would be nothing to balance
 * @param highest_zoneidx highest zone that is to be balanced
 * @return highest zone index to reclaim in
 * @source mm/vmscan.c:3553
 */
static int balance_reclaim_idx(const struct pglist_data *pgdat, int highest_zoneidx)
{
	int zid = ZONE_MOVABLE;

	if (!world->buffer_heads_over_limit)
		return highest_zoneidx;
	while (!managed_zone(&pgdat->node_zones[zid]))
		zid--;
	return zid;
}

/** How an iteration of a run ends. */
enum balance_step {
	BALANCE_GO_ON,
	BALANCE_DONE,  /**< balanced */
	BALANCE_STUCK, /**< leave the loop, balanced or not */
};

/**
 * @brief One iteration of a run, at one priority.
 *
 * @param pgdat the node
 * @param sc the activity
 * @param highest_zoneidx highest zone that is to be balanced
 * @param boost_left pages of boost still to be worked off
 * @return how to go on
 * @source mm/vmscan.c:3553
 */
static enum balance_step balance_step(struct pglist_data *pgdat, struct scan_control *sc,
				      int highest_zoneidx, unsigned long *boost_left)
{
	unsigned long before = sc->nr_reclaimed, gained;
	bool raise, balanced;

	/* Step 1: balanced? A node that is not needs more than gentle reclaim: begin again */
	balanced = pgdat_balanced(pgdat, (int)sc->order, highest_zoneidx);
	if (!balanced && *boost_left) {
		*boost_left = 0;
		sc->priority = DEF_PRIORITY;
	}
	if (!*boost_left && balanced)
		return BALANCE_DONE;

	/* Step 2: a boost is worked off without writing, swapping and high priorities */
	raise = !(*boost_left && sc->priority == DEF_PRIORITY - 2);
	sc->may_writepage = !world->laptop_mode && !*boost_left;
	sc->may_swap = !*boost_left;
	if (sc->priority < DEF_PRIORITY - 2)
		sc->may_writepage = true;

	/* Step 3: reclaim; those who wait for a little memory may have it now */
	/* departs: on the older hierarchy groups above their soft limits would be reclaimed first. */
	sc->reclaim_idx = balance_reclaim_idx(pgdat, highest_zoneidx);
	age_active_anon(pgdat, sc);
	sc->nr_scanned = 0;
	if (kswapd_shrink_node(pgdat, sc))
		raise = false;
	if (pgdat->pfmemalloc_waiters && allow_direct_reclaim(pgdat))
		pgdat->pfmemalloc_waiters = 0;

	/* Step 4: look at more next time, if this was too little */
	gained = sc->nr_reclaimed - before;
	*boost_left -= min_ul(*boost_left, gained);
	if (*boost_left && !gained)
		return BALANCE_STUCK;
	if (raise || !gained)
		sc->priority--;
	return sc->priority >= 1 ? BALANCE_GO_ON : BALANCE_STUCK;
}

/**
 * @brief One run: reclaim until a zone is above its high watermark, or no priority is left.
 *
 * @param pgdat the node
 * @param order order that was asked for
 * @param highest_zoneidx highest zone that was asked for
 * @return the order it worked for in the end: the one asked for, or 0 when enough was reclaimed for compaction
 * to build the block
 * @source mm/vmscan.c:3553
 */
int balance_pgdat(struct pglist_data *pgdat, int order, int highest_zoneidx)
{
	struct scan_control sc = {
		.gfp_mask = GFP_KERNEL,
		.order = (unsigned int)order,
		.priority = DEF_PRIORITY,
		.may_unmap = true,
	};
	unsigned long boosts[MAX_NR_ZONES], boosted, boost_left;
	enum balance_step step;

	count_vm_events(PAGEOUTRUN, 1);
	boosted = record_boosts(pgdat, highest_zoneidx, boosts);
	boost_left = boosted;
	do
		step = balance_step(pgdat, &sc, highest_zoneidx, &boost_left);
	while (step == BALANCE_GO_ON);
	if (step == BALANCE_STUCK && !sc.nr_reclaimed)
		pgdat->kswapd_failures++;
	if (boosted)
		take_back_boosts(pgdat, highest_zoneidx, boosts);
	snapshot_refaults(NULL, pgdat);
	return (int)sc.order;
}

/**
 * @brief The zone that kswapd was asked for, or the one of its last run.
 *
 * @param pgdat the node
 * @param previous zone of its last run
 * @return highest zone index
 * @source mm/vmscan.c:3768
 */
static int kswapd_highest_zoneidx(const struct pglist_data *pgdat, int previous)
{
	return pgdat->kswapd_highest_zoneidx == MAX_NR_ZONES ? previous
							     : pgdat->kswapd_highest_zoneidx;
}

/**
 * @brief The first half of going to sleep: a nap, if the node is balanced.
 *
 * @param pgdat the node
 * @return true when kswapd naps now
 * @source mm/vmscan.c:3776
 */
static bool kswapd_nap(struct pglist_data *pgdat)
{
	struct kswapd *k = &pgdat->kswapd;

	pgdat->kswapd_waiting = true;
	if (!prepare_kswapd_sleep(pgdat, k->reclaim_order, k->highest_zoneidx))
		return false;
	reset_isolation_suitable(pgdat);
	wakeup_kcompactd(pgdat, k->alloc_order, k->highest_zoneidx);
	k->state = KSWAPD_NAPPING;
	k->nap_end = world->jiffies + NAP;
	return true;
}

/**
 * @brief The second half: sleep until woken, unless the nap was cut short or the balance is lost.
 *
 * @param pgdat the node
 * @param interrupted the nap was cut short
 * @return true when kswapd sleeps now
 * @source mm/vmscan.c:3776
 */
static bool kswapd_sleep(struct pglist_data *pgdat, bool interrupted)
{
	struct kswapd *k = &pgdat->kswapd;

	if (!interrupted && prepare_kswapd_sleep(pgdat, k->reclaim_order, k->highest_zoneidx)) {
		trace_mm_vmscan_kswapd_sleep(pgdat->node_id);
		/* Nobody counts pages exactly while nobody is short of them. */
		set_pgdat_percpu_threshold(pgdat, calculate_normal_threshold);
		k->state = KSWAPD_ASLEEP;
		return true;
	}
	count_vm_events(interrupted ? KSWAPD_LOW_WMARK_HIT_QUICKLY : KSWAPD_HIGH_WMARK_HIT_QUICKLY,
			1);
	k->state = KSWAPD_RUNNING;
	pgdat->kswapd_waiting = false;
	return false;
}

/**
 * @brief After a nap: note what was asked for, so that it is not forgotten if the nap was cut short.
 *
 * @param pgdat the node
 * @return true when the nap was cut short
 * @source mm/vmscan.c:3776
 */
static bool kswapd_end_nap(struct pglist_data *pgdat)
{
	struct kswapd *k = &pgdat->kswapd;

	/* Still on its wait queue: nobody woke it. */
	if (pgdat->kswapd_waiting)
		return false;
	pgdat->kswapd_highest_zoneidx = kswapd_highest_zoneidx(pgdat, k->highest_zoneidx);
	if (pgdat->kswapd_order < k->reclaim_order)
		pgdat->kswapd_order = k->reclaim_order;
	return true;
}

/**
 * @brief Take over what was asked for, and work on it.
 *
 * @param pgdat the node
 * @source mm/vmscan.c:3873
 */
static void kswapd_work(struct pglist_data *pgdat)
{
	struct kswapd *k = &pgdat->kswapd;

	/* Step 1: the request as it is now */
	k->alloc_order = k->reclaim_order = pgdat->kswapd_order;
	k->highest_zoneidx = kswapd_highest_zoneidx(pgdat, k->highest_zoneidx);
	pgdat->kswapd_order = 0;
	pgdat->kswapd_highest_zoneidx = MAX_NR_ZONES;

	/* Step 2: one run */
	trace_mm_vmscan_kswapd_wake(pgdat->node_id, k->highest_zoneidx, k->alloc_order);
	k->reclaim_order = balance_pgdat(pgdat, k->alloc_order, k->highest_zoneidx);

	/* Step 3: what was asked for in the meantime counts, unless the rest is up to compaction: then
	 * it tries to sleep on single pages first */
	if (k->reclaim_order >= k->alloc_order) {
		k->alloc_order = k->reclaim_order = pgdat->kswapd_order;
		k->highest_zoneidx = kswapd_highest_zoneidx(pgdat, k->highest_zoneidx);
	}
}

/**
 * @brief Run a node's kswapd from where it sleeps to where it sleeps next.
 *
 * The scheduler calls it when the thread was woken, or when its nap is over.
 *
 * @param pgdat the node
 * @source mm/vmscan.c:3873
 */
/* departs: in 5.8.18 this is a thread. Here it runs whenever the machine's scheduler (src/life/life.c) says so, and
 * returns where the thread would sleep; what it must remember in between is in pgdat->kswapd. The states and the
 * order of their steps are the thread's; it is never frozen or stopped. */
void kswapd(struct pglist_data *pgdat)
{
	struct kswapd *k = &pgdat->kswapd;
	bool interrupted;

	/* Step 1: out of a nap: to bed, or back to work */
	if (k->state == KSWAPD_NAPPING) {
		interrupted = kswapd_end_nap(pgdat);
		if (kswapd_sleep(pgdat, interrupted))
			return;
	} else {
		/* Woken from sleep: counters become exact enough for low memory. */
		set_pgdat_percpu_threshold(pgdat, calculate_pressure_threshold);
		k->state = KSWAPD_RUNNING;
	}

	/* Step 2: work until a nap is allowed: the node is balanced, or there is no hope */
	for (kswapd_work(pgdat); !kswapd_nap(pgdat); kswapd_work(pgdat))
		kswapd_sleep(pgdat, false);
}

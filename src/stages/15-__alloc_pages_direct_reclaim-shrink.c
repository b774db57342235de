/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 15, part: which lists of a node are scanned, and how far.
 *
 * One pass over a node visits its memory cgroups, parents first. In each it decides how many pages of
 * each list to look at: the length of the list, shifted right by the **priority** (12 is a look at one
 * page in 4096, 0 at all), and shared out between anonymous and file pages by what reclaiming either
 * has cost lately and by swappiness. It then takes pages from the tails of the lists in portions of
 * 32.
 *
 * Recordings hold this on machines without swap, where only file pages are scanned, and one holds that kswapd marks a
 * node with nothing but dirty pages. The shares of anonymous pages, kswapd's other mark, and waiting for a congested
 * device are in none.
 */
#include "memory_map.h"
#include "page_cache.h"
#include "stages/reclaim.h"
#include "tracepoints.h"
#include "vmstat.h"
#include "world/world.h"

/** A wait for the disk that should not take long, in ticks. */
#define SHORT_WAIT (HZ / 10)

/** How the target is shared out between anonymous and file pages. */
enum scan_balance {
	SCAN_EQUAL, /**< both in full */
	SCAN_FRACT, /**< by cost and swappiness */
	SCAN_ANON,
	SCAN_FILE,
};

/**
 * @brief Remember how many pages came back soon after they were reclaimed.
 *
 * @param target root of the reclaimed groups, or NULL
 * @param pgdat the node
 * @source mm/vmscan.c:2991
 */
void snapshot_refaults(struct mem_cgroup *target, struct pglist_data *pgdat)
{
	struct lruvec *lruvec = mem_cgroup_lruvec(target, pgdat);

	lruvec->refaults = lruvec_page_state(lruvec, WORKINGSET_ACTIVATE);
}

/**
 * @brief How is the target shared out between anonymous and file pages?
 *
 * @param lruvec the lists
 * @param sc the activity
 * @param swappiness how readily anonymous pages are taken, 0 to 200
 * @return the balance; the first rule that applies
 * @source mm/vmscan.c:2239
 */
static enum scan_balance choose_balance(const struct lruvec *lruvec, const struct scan_control *sc,
					unsigned long swappiness)
{
	if (!sc->may_swap || !mem_cgroup_nr_swap_pages(lruvec->memcg))
		return SCAN_FILE;
	if (sc->target_mem_cgroup && !swappiness)
		return SCAN_FILE;
	if (!sc->priority && swappiness)
		return SCAN_EQUAL;
	if (sc->file_is_tiny)
		return SCAN_ANON;
	return sc->cache_trim_mode ? SCAN_FILE : SCAN_FRACT;
}

/**
 * @brief Pages of a list that protection leaves to be scanned.
 *
 * @param memcg the group; NULL: the root
 * @param size length of the list
 * @param sc the activity
 * @return pages; some even of an empty list, as soon as there is any protection
 * @source mm/vmscan.c:2239
 */
static unsigned long unprotected(const struct mem_cgroup *memcg, unsigned long size,
				 const struct scan_control *sc)
{
	unsigned long protection = mem_cgroup_protection(memcg, sc->memcg_low_reclaim), usage;

	if (!protection)
		return size;
	usage = max_ul((unsigned long)memcg->memory.usage, protection);
	return max_ul(size - size * protection / usage, SWAP_CLUSTER_MAX);
}

/**
 * @brief Pages of a zone on a list.
 *
 * @param lruvec the lists
 * @param zid the zone
 * @param lru which list
 * @return pages; only without memory cgroups the zone's counter, which lags behind, has to do
 * @source mm/vmscan.c:320
 */
static unsigned long lru_size_of_zone(const struct lruvec *lruvec, int zid, int lru)
{
	if (mem_cgroup_disabled())
		return zone_page_state(&lruvec->pgdat->node_zones[zid],
				       (enum zone_stat_item)(NR_ZONE_LRU_BASE + lru));
	return lruvec->lru_size[zid][lru];
}

/**
 * @brief Decide how many pages of each list to look at.
 *
 * @param lruvec the lists
 * @param sc the activity
 * @param nr receives the targets, by list
 * @source mm/vmscan.c:2239
 */
static void get_scan_count(const struct lruvec *lruvec, const struct scan_control *sc,
			   unsigned long *nr)
{
	unsigned long swappiness = mem_cgroup_swappiness(lruvec->memcg);
	enum scan_balance balance = choose_balance(lruvec, sc, swappiness);
	unsigned long total = sc->anon_cost + sc->file_cost;
	unsigned long a = total + sc->anon_cost, f = total + sc->file_cost, s = a + f + 1;
	/* The costlier one kind was lately, the smaller its share. */
	unsigned long ap = swappiness * s / (a + 1), fp = (200 - swappiness) * s / (f + 1);

	for (int lru = LRU_INACTIVE_ANON; lru <= LRU_ACTIVE_FILE; lru++) {
		bool file = lru >= LRU_INACTIVE_FILE;
		unsigned long size = 0;

		for (int zid = 0; zid <= sc->reclaim_idx; zid++)
			size += lru_size_of_zone(lruvec, zid, lru);
		nr[lru] = unprotected(lruvec->memcg, size, sc) >> sc->priority;
		if (balance == SCAN_FRACT)
			nr[lru] = nr[lru] * (file ? fp : ap) / (ap + fp);
		else if (balance == (file ? SCAN_ANON : SCAN_FILE))
			nr[lru] = 0;
	}
}

/**
 * @brief Enough is reclaimed: stop with the kind that has less left, and keep the other in proportion.
 *
 * @param nr what is left of each target
 * @param targets the targets
 * @return false when one kind is done: stop altogether
 * @source mm/vmscan.c:2426
 */
static bool adjust_targets(unsigned long *nr, const unsigned long *targets)
{
	unsigned long rest_file = nr[LRU_INACTIVE_FILE] + nr[LRU_ACTIVE_FILE];
	unsigned long rest_anon = nr[LRU_INACTIVE_ANON] + nr[LRU_ACTIVE_ANON];
	int stop = rest_file > rest_anon ? LRU_INACTIVE_ANON : LRU_INACTIVE_FILE;
	int go_on = rest_file > rest_anon ? LRU_INACTIVE_FILE : LRU_INACTIVE_ANON;
	unsigned long rest = rest_file > rest_anon ? rest_anon : rest_file;
	unsigned long percent = rest * 100 / (targets[stop] + targets[stop + 1] + 1);

	if (!rest_file || !rest_anon)
		return false;
	nr[stop] = 0;
	nr[stop + 1] = 0;
	for (int lru = go_on; lru <= go_on + 1; lru++) {
		unsigned long scanned = targets[lru] - nr[lru];
		unsigned long target = targets[lru] * (100 - percent) / 100;

		nr[lru] = target > scanned ? target - scanned : 0;
	}
	return true;
}

/**
 * @brief Scan the lists of one group.
 *
 * @param lruvec the lists
 * @param sc the activity
 * @source mm/vmscan.c:2426
 */
static void shrink_lruvec(struct lruvec *lruvec, struct scan_control *sc)
{
	unsigned long nr[NR_LRU_LISTS], targets[NR_LRU_LISTS], nr_reclaimed = 0;
	bool adjusted =
		!sc->target_mem_cgroup && !current_is_kswapd() && sc->priority == DEF_PRIORITY;

	get_scan_count(lruvec, sc, nr);
	for (int lru = 0; lru <= LRU_ACTIVE_FILE; lru++)
		targets[lru] = nr[lru];

	/* Step 1: in turns, a portion of each list; an active anonymous list alone is no reason */
	while (nr[LRU_INACTIVE_ANON] || nr[LRU_ACTIVE_FILE] || nr[LRU_INACTIVE_FILE]) {
		for (int lru = 0; lru <= LRU_ACTIVE_FILE; lru++) {
			unsigned long portion = min_ul(nr[lru], SWAP_CLUSTER_MAX);

			nr[lru] -= portion;
			if (portion)
				nr_reclaimed +=
					shrink_list((enum lru_list)lru, portion, lruvec, sc);
		}
		world_reschedule();
		if (nr_reclaimed < sc->nr_to_reclaim || adjusted)
			continue;
		/* Step 2: enough; the rest only as far as the balance asks for it */
		if (!adjust_targets(nr, targets))
			break;
		adjusted = true;
	}
	sc->nr_reclaimed += nr_reclaimed;

	/* Step 3: keep a supply of inactive anonymous pages */
	if (world->total_swap_pages && inactive_is_low(lruvec, LRU_INACTIVE_ANON))
		shrink_active_list(SWAP_CLUSTER_MAX, lruvec, sc, LRU_ACTIVE_ANON);
}

/**
 * @brief Is a group to be left alone in this pass?
 *
 * @param pgdat the node
 * @param memcg the group
 * @param sc the activity; notes that a group was spared that need not have been
 * @return true to leave it alone
 * @source mm/vmscan.c:2611
 */
static bool spare_memcg(const struct pglist_data *pgdat, struct mem_cgroup *memcg,
			struct scan_control *sc)
{
	enum mem_cgroup_protection protection = mem_cgroup_protected(sc->target_mem_cgroup, memcg);

	trace_mem_cgroup_protected(pgdat->node_id, memcg, protection);
	if (protection != MEMCG_PROT_LOW)
		return protection == MEMCG_PROT_MIN;
	if (!sc->memcg_low_reclaim) {
		sc->memcg_low_skipped = true;
		return true;
	}
	memcg_memory_event(memcg, MEMCG_LOW);
	return false;
}

/**
 * @brief Scan the lists and shrink the caches of every group on a node.
 *
 * @param pgdat the node
 * @param sc the activity
 * @source mm/vmscan.c:2611
 */
static void shrink_node_memcgs(struct pglist_data *pgdat, struct scan_control *sc)
{
	struct mem_cgroup *root = sc->target_mem_cgroup, *memcg = NULL;

	while ((memcg = mem_cgroup_iter(root, memcg))) {
		world_reschedule();
		if (spare_memcg(pgdat, memcg, sc))
			continue;
		shrink_lruvec(mem_cgroup_lruvec(memcg, pgdat), sc);
		shrink_slab(sc->gfp_mask, pgdat->node_id, memcg, sc->priority);
	}
}

/**
 * @brief Is there so little page cache that only anonymous pages are worth a look?
 *
 * @param pgdat the node
 * @param sc the activity
 * @return true when page cache and free memory together are not above the high marks
 * @source mm/vmscan.c:2677
 */
static bool file_is_tiny(struct pglist_data *pgdat, const struct scan_control *sc)
{
	unsigned long file, free = 0, high = 0;

	for (int zid = 0; zid < MAX_NR_ZONES; zid++) {
		struct zone *zone = &pgdat->node_zones[zid];

		free += zone_page_state(zone, NR_FREE_PAGES);
		if (managed_zone(zone))
			high += high_wmark_pages(zone);
	}
	file = node_page_state(pgdat, NR_ACTIVE_FILE) + node_page_state(pgdat, NR_INACTIVE_FILE);
	return file + free <= high && !sc->may_deactivate_anon &&
	       node_page_state(pgdat, NR_INACTIVE_ANON) >> sc->priority;
}

/**
 * @brief Decide, before a pass, which active lists to touch and which kind of pages to prefer.
 *
 * @param target lists of the root of what is reclaimed
 * @param sc receives the decisions
 * @source mm/vmscan.c:2677
 */
static void prepare_pass(struct lruvec *target, struct scan_control *sc)
{
	struct pglist_data *pgdat = target->pgdat;
	unsigned long refaults = lruvec_page_state(target, WORKINGSET_ACTIVATE);
	unsigned long inactive_file = lruvec_page_state(target, NR_INACTIVE_FILE);

	sc->nr = (struct reclaim_sums){ 0 };
	sc->anon_cost = target->anon_cost;
	sc->file_cost = target->file_cost;

	/* Step 1: active lists: when the inactive one is short, or its pages come back at once */
	sc->may_deactivate_anon = true;
	sc->may_deactivate_file = true;
	if (!sc->force_deactivate) {
		sc->may_deactivate_anon = inactive_is_low(target, LRU_INACTIVE_ANON);
		sc->may_deactivate_file =
			refaults != target->refaults || inactive_is_low(target, LRU_INACTIVE_FILE);
	}

	/* Step 2: plenty of old page cache, or next to none */
	sc->cache_trim_mode = (inactive_file >> sc->priority) && !sc->may_deactivate_file;
	if (!sc->target_mem_cgroup)
		sc->file_is_tiny = file_is_tiny(pgdat, sc);
}

/**
 * @brief Wait for the disk, if a device has too many requests.
 *
 * @source none (ours: what mm/backing-dev.c does under the same name)
 */
static void wait_iff_congested(void)
{
	if (world->nr_congested_devices)
		world_sleep(SHORT_WAIT);
	else
		world_reschedule();
}

/**
 * @brief After a pass: note what the node suffers from, and wait if that is the disk.
 *
 * @param target lists of the root of what was reclaimed
 * @param sc the activity
 * @source mm/vmscan.c:2677
 */
static void throttle_after_pass(struct lruvec *target, struct scan_control *sc)
{
	struct pglist_data *pgdat = target->pgdat;
	bool kswapd_runs = current_is_kswapd();

	/* Step 1: kswapd leaves marks for the next pass */
	if (kswapd_runs) {
		if (sc->nr.writeback && sc->nr.writeback == sc->nr.taken)
			pgdat->flags |= 1ul << PGDAT_WRITEBACK;
		if (sc->nr.unqueued_dirty == sc->nr.file_taken)
			pgdat->flags |= 1ul << PGDAT_DIRTY;
		if (sc->nr.immediate)
			world_sleep(SHORT_WAIT);
	}
	/* Step 2: everything dirty waits for a congested device */
	if ((kswapd_runs || (sc->target_mem_cgroup && !world->memcg_legacy)) && sc->nr.dirty &&
	    sc->nr.dirty == sc->nr.congested)
		target->flags |= 1ul << LRUVEC_CONGESTED;
	/* departs: a task that feeds a device of its own, and is writing to it (PF_LOCAL_THROTTLE), waits only if
	 * that one is congested; nobody here does. */
	if (!kswapd_runs && (target->flags & (1ul << LRUVEC_CONGESTED)))
		wait_iff_congested();
}

/**
 * @brief After a pass for a large block: is another one worth it at the same priority?
 *
 * @param pgdat the node
 * @param nr_reclaimed pages the last pass reclaimed
 * @param sc the activity
 * @return true when compaction could not run yet, and there is enough to reclaim
 * @source mm/vmscan.c:2558
 */
static bool should_continue_reclaim(struct pglist_data *pgdat, unsigned long nr_reclaimed,
				    struct scan_control *sc)
{
	unsigned long inactive;

	/* Step 1: only for large blocks, or for others when it gets serious, and with progress */
	if (!sc->order ||
	    (sc->order <= PAGE_ALLOC_COSTLY_ORDER && sc->priority >= DEF_PRIORITY - 2))
		return false;
	if (!nr_reclaimed)
		return false;

	/* Step 2: compaction can take over */
	for (int zid = 0; zid <= sc->reclaim_idx; zid++) {
		struct zone *zone = &pgdat->node_zones[zid];

		if (managed_zone(zone) && compaction_suitable(zone, (int)sc->order, 0,
							      sc->reclaim_idx) != COMPACT_SKIPPED)
			return false;
	}
	/* Step 3: enough inactive pages to make it possible? */
	inactive = node_page_state(pgdat, NR_INACTIVE_FILE);
	if (world->nr_swap_pages)
		inactive += node_page_state(pgdat, NR_INACTIVE_ANON);
	return inactive > compact_gap(sc->order);
}

/**
 * @brief Reclaim on a node at one priority.
 *
 * @param pgdat the node
 * @param sc the activity
 * @source mm/vmscan.c:2677
 */
void shrink_node(struct pglist_data *pgdat, struct scan_control *sc)
{
	struct lruvec *target = mem_cgroup_lruvec(sc->target_mem_cgroup, pgdat);
	unsigned long before, progress;
	bool reclaimable = false;

	do {
		before = sc->nr_reclaimed;
		prepare_pass(target, sc);
		shrink_node_memcgs(pgdat, sc);
		/* What caches gave back in the meantime counts too. */
		sc->nr_reclaimed += current->reclaimed_slab;
		current->reclaimed_slab = 0;
		progress = sc->nr_reclaimed - before;
		reclaimable |= progress;
		throttle_after_pass(target, sc);
	} while (should_continue_reclaim(pgdat, progress, sc));

	/* A node that gives something back is not hopeless. */
	if (reclaimable)
		pgdat->kswapd_failures = 0;
}

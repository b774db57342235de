/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 15, part: scanning one list, portion by portion.
 *
 * Pages are taken from the tail of a list in portions of 32. Those of an inactive list are reclaimed, kept or put
 * back on the active one; those of an active list move to the inactive one, or stay when they are in use.
 *
 * The decisions are 5.8.18's; what lies on the lists, and how its owners answer, is a model.
 */
#include "memory_map.h"
#include "page_cache.h"
#include "stages/reclaim.h"
#include "tracepoints.h"
#include "vmstat.h"
#include "world/world.h"

/**
 * @brief Is an inactive list short, compared with its active one?
 *
 * @param lruvec the lists
 * @param inactive LRU_INACTIVE_ANON or LRU_INACTIVE_FILE
 * @return true when pages should be moved over from the active list
 * @source mm/vmscan.c:2204
 */
bool inactive_is_low(const struct lruvec *lruvec, enum lru_list inactive)
{
	/* What lies on the lists is read from counters that lag behind a little. */
	enum node_stat_item item = NR_LRU_BASE + inactive;
	unsigned long few = lruvec_page_state(lruvec, item);
	unsigned long many = lruvec_page_state(lruvec, item + 1);
	unsigned long gib = (few + many) >> (30 - PAGE_SHIFT), ratio = 1;

	/* The larger the lists, the smaller a share of them is enough: the root of 10 times GiB. */
	while (gib && (ratio + 1) * (ratio + 1) <= 10 * gib)
		ratio++;
	return few * ratio < many;
}

/**
 * @brief Take pages off the tail of a list.
 *
 * @param nr_to_scan pages to look at; those of too high zones do not count
 * @param lruvec the lists
 * @param taken receives the pages, the last one first
 * @param nr_scanned receives the pages looked at, all zones
 * @param sc the activity
 * @param lru which list
 * @return pages taken
 * @source none (ours: what mm/vmscan.c does under the same name)
 */
static unsigned long isolate_lru_pages(unsigned long nr_to_scan, struct lruvec *lruvec,
				       struct list_head *taken, unsigned long *nr_scanned,
				       struct scan_control *sc, enum lru_list lru)
{
	struct list_head skipped, *list = &lruvec->lists[lru];
	unsigned int mode = sc->may_unmap ? 0 : ISOLATE_UNMAPPED;
	unsigned long scan = 0, nr_taken = 0, nr_skipped = 0;

	INIT_LIST_HEAD(&skipped);
	while (scan < nr_to_scan && !list_empty(list)) {
		struct page *page = list_entry(list->prev, struct page, lru);

		/* Step 1: no use to the request: to the side, and back to the head in the end */
		if ((int)page_zonenum(page) > sc->reclaim_idx) {
			list_move(&page->lru, &skipped);
			nr_skipped++;
			continue;
		}
		scan++;
		/* Step 2: about to be freed, or not wanted: to the head */
		if ((mode && page_mapped(page)) || !isolate_lru_page(page)) {
			list_move(&page->lru, list);
			continue;
		}
		list_add(&page->lru, taken);
		nr_taken++;
	}
	while (!list_empty(&skipped))
		list_move(skipped.prev, list);
	*nr_scanned = scan + nr_skipped;
	trace_mm_vmscan_lru_isolate(mode, sc->reclaim_idx, sc->order, nr_to_scan, *nr_scanned,
				    nr_skipped, nr_taken, (int)lru);
	return nr_taken;
}

/**
 * @brief Put pages back on the lists that their flags name now.
 *
 * @param list the pages, from the tail on
 * @source none (ours: what mm/vmscan.c does under the same name)
 */
static void move_pages_to_lru(struct list_head *list)
{
	while (!list_empty(list)) {
		struct page *page = list_entry(list->prev, struct page, lru);

		list_del(&page->lru);
		putback_lru_page(page);
	}
}

/**
 * @brief Remember what reclaiming a kind of page cost: writes.
 *
 * @param lruvec the lists
 * @param file file pages, else anonymous ones
 * @param nr_pages pages written
 * @source mm/swap.c:281
 */
static void lru_note_cost(struct lruvec *lruvec, bool file, unsigned long nr_pages)
{
	for (;;) {
		unsigned long size = 0;

		*(file ? &lruvec->file_cost : &lruvec->anon_cost) += nr_pages;
		for (int lru = LRU_INACTIVE_ANON; lru <= LRU_ACTIVE_FILE; lru++)
			size += lruvec_page_state(lruvec, (enum node_stat_item)(NR_LRU_BASE + lru));
		/* What was long ago counts less. */
		if (lruvec->file_cost + lruvec->anon_cost > size / 4) {
			lruvec->file_cost /= 2;
			lruvec->anon_cost /= 2;
		}
		if (!lruvec->memcg)
			return;
		lruvec = mem_cgroup_lruvec(lruvec->memcg->parent, lruvec->pgdat);
	}
}

/**
 * @brief Are so many pages in the hands of reclaimers that another should wait?
 *
 * @param pgdat the node
 * @param file file pages, else anonymous ones
 * @param sc the activity
 * @return true when it should; never for kswapd
 * @source none (ours: what mm/vmscan.c does under the same name)
 */
static bool too_many_isolated(struct pglist_data *pgdat, bool file, const struct scan_control *sc)
{
	unsigned long inactive, isolated;

	if (current_is_kswapd() || (sc->target_mem_cgroup && world->memcg_legacy))
		return false;
	inactive = node_page_state(pgdat, file ? NR_INACTIVE_FILE : NR_INACTIVE_ANON);
	isolated = node_page_state(pgdat, file ? NR_ISOLATED_FILE : NR_ISOLATED_ANON);
	/* Those who hold locks of file systems or devices must get through. */
	if ((sc->gfp_mask & (__GFP_IO | __GFP_FS)) == (__GFP_IO | __GFP_FS))
		inactive >>= 3;
	return isolated > inactive;
}

/**
 * @brief Add what became of a portion to the sums of the pass.
 *
 * @param sums the sums
 * @param stat the portion
 * @param taken its pages
 * @param file file pages, else anonymous ones
 * @source mm/vmscan.c:1919
 */
static void add_to_sums(struct reclaim_sums *sums, const struct reclaim_stat *stat,
			unsigned long taken, bool file)
{
	sums->dirty += stat->nr_dirty;
	sums->congested += stat->nr_congested;
	sums->unqueued_dirty += stat->nr_unqueued_dirty;
	sums->writeback += stat->nr_writeback;
	sums->immediate += stat->nr_immediate;
	sums->taken += taken;
	if (file)
		sums->file_taken += taken;
}

/**
 * @brief The tracepoint that tells what became of a portion of an inactive list.
 *
 * @param nid the node
 * @param nr_scanned pages looked at
 * @param nr_reclaimed pages reclaimed
 * @param stat what became of the others
 * @param priority priority of the scan
 * @param file file pages, else anonymous ones
 * @source include/trace/events/vmscan.h:339
 */
static void trace_shrink_inactive(int nid, unsigned long nr_scanned, unsigned long nr_reclaimed,
				  const struct reclaim_stat *stat, int priority, bool file)
{
	TRACE(mm_vmscan_lru_shrink_inactive, nid, (s64)nr_scanned, (s64)nr_reclaimed,
	      (s64)stat->nr_dirty, (s64)stat->nr_writeback, (s64)stat->nr_congested,
	      (s64)stat->nr_immediate, (s64)stat->nr_activate[0], (s64)stat->nr_activate[1],
	      (s64)stat->nr_ref_keep, (s64)stat->nr_unmap_fail, priority,
	      trace_reclaim_flags(file));
}

/**
 * @brief Reclaim from the tail of an inactive list.
 *
 * @param nr_to_scan pages to look at
 * @param lruvec the lists
 * @param sc the activity
 * @param lru which list
 * @return pages reclaimed; 32 pages that do not exist, to make a killed task leave
 * @source mm/vmscan.c:1919
 */
static unsigned long shrink_inactive_list(unsigned long nr_to_scan, struct lruvec *lruvec,
					  struct scan_control *sc, enum lru_list lru)
{
	struct pglist_data *pgdat = lruvec->pgdat;
	bool file = lru == LRU_INACTIVE_FILE, stalled = false;
	enum node_stat_item isolated = file ? NR_ISOLATED_FILE : NR_ISOLATED_ANON;
	unsigned long nr_scanned, nr_taken, nr_reclaimed;
	struct reclaim_stat stat;
	struct list_head pages;

	/* Step 1: wait once while others hold too many pages */
	for (; too_many_isolated(pgdat, file, sc); stalled = true) {
		if (stalled)
			return 0;
		world_sleep(HZ / 10);
		if (current->fatal_signal_pending)
			return SWAP_CLUSTER_MAX;
	}

	/* Step 2: take a portion, see what becomes of it, put the rest back */
	INIT_LIST_HEAD(&pages);
	lru_add_drain();
	nr_taken = isolate_lru_pages(nr_to_scan, lruvec, &pages, &nr_scanned, sc, lru);
	mod_node_page_state(pgdat, isolated, (long)nr_taken);
	if (!nr_taken)
		return 0;
	nr_reclaimed = shrink_page_list(&pages, pgdat, sc, &stat);
	move_pages_to_lru(&pages);
	mod_node_page_state(pgdat, isolated, -(long)nr_taken);
	lru_note_cost(lruvec, file, stat.nr_pageout);

	/* Step 3: nothing but dirty pages that nobody writes: let somebody write them */
	if (stat.nr_unqueued_dirty == nr_taken && world->hooks.flushers_woken)
		world->hooks.flushers_woken(pgdat);
	add_to_sums(&sc->nr, &stat, nr_taken, file);
	trace_shrink_inactive(pgdat->node_id, nr_scanned, nr_reclaimed, &stat, sc->priority, file);
	return nr_reclaimed;
}

/**
 * @brief Move pages from the tail of an active list to the inactive one, used or not.
 *
 * @param nr_to_scan pages to look at
 * @param lruvec the lists
 * @param sc the activity
 * @param lru which active list
 * @source mm/vmscan.c:2012
 */
void shrink_active_list(unsigned long nr_to_scan, struct lruvec *lruvec, struct scan_control *sc,
			enum lru_list lru)
{
	struct pglist_data *pgdat = lruvec->pgdat;
	bool file = lru == LRU_ACTIVE_FILE;
	enum node_stat_item isolated = file ? NR_ISOLATED_FILE : NR_ISOLATED_ANON;
	unsigned long nr_scanned, nr_taken, rotated = 0, moved = 0;
	struct list_head pages, active, inactive;

	INIT_LIST_HEAD(&pages);
	INIT_LIST_HEAD(&active);
	INIT_LIST_HEAD(&inactive);
	lru_add_drain();
	nr_taken = isolate_lru_pages(nr_to_scan, lruvec, &pages, &nr_scanned, sc, lru);
	mod_node_page_state(pgdat, isolated, (long)nr_taken);
	while (!list_empty(&pages)) {
		struct page *page = list_entry(pages.prev, struct page, lru);
		bool used = page->private & LRU_ACCESSED;

		list_del(&page->lru);
		if (!page_evictable(page)) {
			putback_lru_page(page);
			continue;
		}
		page->private &= ~LRU_ACCESSED;
		/* Code that is being executed stays; everything else must prove itself again. */
		if (used && file && (page->private & LRU_EXEC)) {
			rotated++;
			list_add(&page->lru, &active);
			continue;
		}
		ClearPageFlag(page, PG_active);
		SetPageFlag(page, PG_workingset);
		moved++;
		list_add(&page->lru, &inactive);
	}
	move_pages_to_lru(&active);
	move_pages_to_lru(&inactive);
	mod_node_page_state(pgdat, isolated, -(long)nr_taken);
	trace_mm_vmscan_lru_shrink_active(pgdat->node_id, nr_taken, rotated, moved, rotated,
					  sc->priority, trace_reclaim_flags(file));
}

/**
 * @brief Scan a portion of one list.
 *
 * @param lru which list; an active one only when that was decided for the pass
 * @param nr_to_scan pages to look at
 * @param lruvec the lists
 * @param sc the activity
 * @return pages reclaimed
 * @source mm/vmscan.c:2162
 */
unsigned long shrink_list(enum lru_list lru, unsigned long nr_to_scan, struct lruvec *lruvec,
			  struct scan_control *sc)
{
	if (lru == LRU_INACTIVE_ANON || lru == LRU_INACTIVE_FILE)
		return shrink_inactive_list(nr_to_scan, lruvec, sc, lru);
	if (lru == LRU_ACTIVE_FILE ? sc->may_deactivate_file : sc->may_deactivate_anon)
		shrink_active_list(nr_to_scan, lruvec, sc, lru);
	else
		sc->skipped_deactivate = true;
	return 0;
}

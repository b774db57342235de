/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 15, part: scanning one list, portion by portion.
 *
 * Pages are taken from the tail of a list in portions of 32. Those of an inactive list are reclaimed, kept or put
 * back on the active one; those of an active list move to the inactive one, or stay when code in them was executed.
 *
 * Recordings hold this for pages of files that nobody has mapped. Looking at page tables, buffers and
 * waiting for other reclaimers are in none.
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
	while ((ratio + 1) * (ratio + 1) <= 10 * gib)
		ratio++;
	return few * ratio < many;
}

/** Pages that isolation has taken off a list or set aside, by zone. */
struct isolation {
	struct list_head *taken;  /**< the pages for the caller, the last one first */
	struct list_head skipped; /**< those of zones that are no use to the request */
	unsigned long nr_taken[MAX_NR_ZONES];
	unsigned long nr_skipped;
	unsigned long total_taken;
};

/**
 * @brief Take one page off the tail of a list, or move it out of the way.
 *
 * @param iso receives the page, or counts it
 * @param list the list
 * @param page its last page
 * @param sc the activity
 * @return true when the page counts as looked at
 * @source mm/vmscan.c:1652
 */
static bool isolate_tail(struct isolation *iso, struct list_head *list, struct page *page,
			 const struct scan_control *sc)
{
	/* Step 1: no use to the request: to the side, and back to the head in the end */
	if ((int)page_zonenum(page) > sc->reclaim_idx) {
		list_move(&page->lru, &iso->skipped);
		iso->nr_skipped++;
		return false;
	}
	/* Step 2: about to be freed, or not wanted: to the head */
	if ((!sc->may_unmap && page_mapped(page)) || !page_count(page)) {
		list_move(&page->lru, list);
		return true;
	}
	/* Step 3: into the caller's hands */
	get_page(page);
	ClearPageFlag(page, PG_lru);
	list_move(&page->lru, iso->taken);
	iso->nr_taken[page_zonenum(page)]++;
	iso->total_taken++;
	return true;
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
 * @source mm/vmscan.c:1652
 */
static unsigned long isolate_lru_pages(unsigned long nr_to_scan, struct lruvec *lruvec,
				       struct list_head *taken, unsigned long *nr_scanned,
				       const struct scan_control *sc, enum lru_list lru)
{
	struct isolation iso = { .taken = taken };
	struct list_head *list = &lruvec->lists[lru];
	unsigned long scan = 0;

	INIT_LIST_HEAD(&iso.skipped);
	while (scan < nr_to_scan && !list_empty(list))
		if (isolate_tail(&iso, list, list_entry(list->prev, struct page, lru), sc))
			scan++;
	/* The oldest of those set aside is again the oldest of them. */
	list_splice_init(&iso.skipped, list);
	*nr_scanned = scan + iso.nr_skipped;
	trace_mm_vmscan_lru_isolate(sc->may_unmap ? 0 : ISOLATE_UNMAPPED, sc->reclaim_idx,
				    sc->order, nr_to_scan, *nr_scanned, iso.nr_skipped,
				    iso.total_taken, (int)lru);
	/* One change for all pages of a zone: counters that lag behind tell the difference. */
	for (int zid = 0; zid < MAX_NR_ZONES; zid++)
		if (iso.nr_taken[zid])
			update_lru_size(lruvec, &lruvec->pgdat->node_zones[zid], lru,
					-(long)iso.nr_taken[zid]);
	return iso.total_taken;
}

/**
 * @brief Put a page back at the head of the list that its flags name, and drop the reference.
 *
 * @param page the page, in the caller's hands
 * @param free receives it, if that was the last reference
 * @return true when it is on its list again
 * @source mm/vmscan.c:1847
 */
static bool move_page_to_lru(struct page *page, struct list_head *free)
{
	list_del(&page->lru);
	if (!page_evictable(page)) {
		putback_lru_page(page);
		return false;
	}
	lru_list_add(page);
	if (put_page_to_free(page, free))
		return false;
	if (PageFlag(page, PG_active))
		workingset_age_nonresident(page_lruvec(page), 1);
	return true;
}

/**
 * @brief Put pages back on the lists that their flags name now.
 *
 * @param list the pages, from the tail on; afterwards those that nobody holds any more
 * @return pages that are on lists again
 * @source mm/vmscan.c:1847
 */
static unsigned long move_pages_to_lru(struct list_head *list)
{
	unsigned long moved = 0;
	struct list_head free;

	INIT_LIST_HEAD(&free);
	while (!list_empty(list))
		moved += move_page_to_lru(list_entry(list->prev, struct page, lru), &free);
	list_splice_init(&free, list);
	return moved;
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
	      (s64)stat->nr_ref_keep, (s64)stat->nr_unmap_fail, priority, trace_reclaim_flags(file),
	      (s64)stat->nr_unqueued_dirty, (s64)stat->nr_pageout, (s64)stat->nr_lazyfree_fail);
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
	free_lru_pages(&pages);

	/* Step 3: nothing but dirty pages that nobody writes: let somebody write them */
	if (stat.nr_unqueued_dirty == nr_taken && world->hooks.flushers_woken)
		world->hooks.flushers_woken(pgdat);
	add_to_sums(&sc->nr, &stat, nr_taken, file);
	trace_shrink_inactive(pgdat->node_id, nr_scanned, nr_reclaimed, &stat, sc->priority, file);
	return nr_reclaimed;
}

/**
 * @brief Was a page of an active list used since somebody last looked? Looking clears the accessed bits.
 *
 * A file page that somebody else has locked counts as used, but nobody looks how.
 *
 * @param page the page
 * @param exec receives whether code in it was executed
 * @source none (ours: what mm/rmap.c does under the name page_referenced, on the model's facts)
 */
static void look_at_active(struct page *page, bool *exec)
{
	*exec = false;
	if ((PageFlag(page, PG_locked) && !PageAnon(page)) || (page->private & LRU_VM_LOCKED))
		return;
	*exec = (page->private & LRU_ACCESSED) && (page->private & LRU_EXEC);
	page->private &= ~LRU_ACCESSED;
}

/**
 * @brief Too many buffers: those of a page of an active list are dropped, if nobody uses them.
 *
 * @param page the page
 * @source mm/vmscan.c:2012
 */
static void strip_buffers(struct page *page)
{
	if (world->buffer_heads_over_limit && PageFlag(page, PG_private) &&
	    !PageFlag(page, PG_locked))
		try_to_release_page(page);
}

/**
 * @brief Decide where the pages of a portion of an active list belong.
 *
 * @param pages the pages, from the tail on
 * @param active receives those that stay
 * @param inactive receives the others
 * @param file file pages, else anonymous ones
 * @return pages that stay because code in them was executed
 * @source mm/vmscan.c:2012
 */
static unsigned long sort_active(struct list_head *pages, struct list_head *active,
				 struct list_head *inactive, bool file)
{
	unsigned long rotated = 0;

	while (!list_empty(pages)) {
		struct page *page = list_entry(pages->prev, struct page, lru);
		bool exec;

		world_reschedule();
		list_del(&page->lru);
		if (!page_evictable(page)) {
			putback_lru_page(page);
			continue;
		}
		strip_buffers(page);
		look_at_active(page, &exec);
		/* Code that is being executed stays; everything else must prove itself again. */
		if (exec && file) {
			rotated++;
			list_add(&page->lru, active);
			continue;
		}
		ClearPageFlag(page, PG_active);
		SetPageFlag(page, PG_workingset);
		list_add(&page->lru, inactive);
	}
	return rotated;
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
	unsigned long nr_scanned, nr_taken, rotated, stayed, moved;
	struct list_head pages, active, inactive;

	INIT_LIST_HEAD(&pages);
	INIT_LIST_HEAD(&active);
	INIT_LIST_HEAD(&inactive);
	lru_add_drain();
	nr_taken = isolate_lru_pages(nr_to_scan, lruvec, &pages, &nr_scanned, sc, lru);
	mod_node_page_state(pgdat, isolated, (long)nr_taken);
	rotated = sort_active(&pages, &active, &inactive, file);
	stayed = move_pages_to_lru(&active);
	moved = move_pages_to_lru(&inactive);
	/* What nobody holds any more is freed, the former inactive ones first. */
	list_splice_init(&inactive, &active);
	mod_node_page_state(pgdat, isolated, -(long)nr_taken);
	free_lru_pages(&active);
	trace_mm_vmscan_lru_shrink_active(pgdat->node_id, nr_taken, stayed, moved, rotated,
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

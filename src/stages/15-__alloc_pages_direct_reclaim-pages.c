/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 15, part: what becomes of a page that reclaim has in its hands.
 *
 * A page can be taken back when nobody uses it, nobody is writing it, and its content is safe: a clean
 * page of a file can be read again, an anonymous page only after it went to swap. Each page passes
 * through a list of tests; the first that decides, decides. A page is **kept** on the inactive list,
 * **activated** (it will not be looked at again soon), or **reclaimed**.
 *
 * The tests and their order are 5.8.18's. Recordings hold those of file pages that nobody has mapped: locked,
 * being written, referenced, dirty, held by others, free to go. In the others, whether an entry of a page
 * table has its accessed bit set or a device takes a write is answered by a model: bits in page->private
 * and flags of the page's mapping (include/page_cache.h).
 */
#include "memory_map.h"
#include "page_cache.h"
#include "stages/reclaim.h"
#include "tracepoints.h"
#include "vmstat.h"
#include "world/world.h"

/** What a test says about a page. */
enum page_verdict {
	PAGE_GO_ON,  /**< nothing: ask the next test */
	PAGE_KEPT,   /**< stays on the inactive list */
	PAGE_ACTIVE, /**< goes to the active list */
	PAGE_BUSY,   /**< kept; somebody else has the page's lock */
	PAGE_AGAIN,  /**< waited for; ask all tests once more */
};

/** What page tables say about the use of a page. */
enum page_references {
	PAGEREF_RECLAIM,       /**< none */
	PAGEREF_RECLAIM_CLEAN, /**< used through the file interface: take it only if clean */
	PAGEREF_KEEP,
	PAGEREF_ACTIVATE,
};

/** One page on its way through the tests. */
struct page_trial {
	struct page *page;
	struct pglist_data *pgdat;
	struct scan_control *sc;
	struct reclaim_stat *stat;
	bool may_enter_fs;
	enum page_references references;
};

/**
 * @brief Take a page out of the swap cache.
 *
 * @param page the page
 * @source none (ours: what mm/swap_state.c does under the name delete_from_swap_cache)
 */
void swap_cache_remove(struct page *page)
{
	ClearPageFlag(page, PG_swapcache);
	world->nr_swapcache_pages--;
	world->swap_cache_deleted++;
	mod_node_page_state(page_zone(page)->zone_pgdat, NR_FILE_PAGES, -1);
	page->_refcount--;
}

/**
 * @brief Give an anonymous page a place in swap, which makes it dirty.
 *
 * @param page the page
 * @return false when swap is full, or the page's group may not have more of it
 * @source none (ours: what mm/swap_state.c does under the same name)
 */
static bool add_to_swap(struct page *page)
{
	if (!mem_cgroup_nr_swap_pages(page->mem_cgroup))
		return false;
	world->nr_swap_pages--;
	world->nr_swapcache_pages++;
	world->swap_cache_added++;
	mod_node_page_state(page_zone(page)->zone_pgdat, NR_FILE_PAGES, 1);
	get_page(page);
	SetPageFlag(page, PG_swapcache);
	SetPageFlag(page, PG_dirty);
	return true;
}

/**
 * @brief Does swap run short, for everybody or for a page's group?
 *
 * @param page the page
 * @return true when more than half of it is used, or half of what a group may have of it
 * @source none (ours: what mm/memcontrol.c does under the same name)
 */
/* departs: swap.high of groups is left out; nothing else follows from it here. */
static bool mem_cgroup_swap_full(const struct page *page)
{
	const struct mem_cgroup *memcg = world->memcg_legacy ? NULL : page->mem_cgroup;
	bool full = 2 * world->nr_swap_pages < world->total_swap_pages;

	for (; memcg && memcg->parent; memcg = memcg->parent)
		full |= 2 * (unsigned long)memcg->swap.usage >= memcg->swap.max;
	return full;
}

/**
 * @brief A page that is activated gives its place in swap back, if swap runs short.
 *
 * @param page the page
 * @source mm/swapfile.c:1730
 */
static void return_swap(struct page *page)
{
	if (!PageFlag(page, PG_swapcache) ||
	    (!PageFlag(page, PG_mlocked) && !mem_cgroup_swap_full(page)))
		return;
	/* Not while it is written there, nor while a page table would look for it there. */
	if (PageFlag(page, PG_writeback) || (page->private & LRU_SWAP_ENTRY))
		return;
	swap_cache_remove(page);
	world->nr_swap_pages++;
	SetPageFlag(page, PG_dirty);
}

/**
 * @brief Drop the buffers of a page.
 *
 * @param page the page, with PG_private
 * @return false when somebody uses them, such as a write on its way
 * @source none (ours: what mm/filemap.c does under the same name, on the model's facts)
 */
bool try_to_release_page(struct page *page)
{
	bool busy = PageFlag(page, PG_writeback) || (page->private & LRU_BUFFERS_BUSY);

	if (!busy) {
		ClearPageFlag(page, PG_private);
		page->_refcount--;
	}
	return !busy;
}

/**
 * @brief Lock a page in memory: it is mapped in an area that is.
 *
 * @param page the page, isolated, and not known to be locked
 * @source mm/mlock.c:88
 */
void mlock_vma_page(struct page *page)
{
	SetPageFlag(page, PG_mlocked);
	__mod_zone_page_state(page_zone(page), NR_MLOCK, 1);
}

/**
 * @brief Remove every entry of a page from the page tables.
 *
 * @param page the page, mapped; it still is when one could not be removed
 * @source mm/rmap.c:1373
 */
/* departs: all entries of a page are alike here, so that either all go or none does. */
static void try_to_unmap(struct page *page)
{
	bool lazyfree = PageAnon(page) && !PageFlag(page, PG_swapbacked);

	if (page->private & LRU_VM_LOCKED) {
		mlock_vma_page(page);
		return;
	}
	if (page->private & LRU_UNMAP_FAILS)
		return;
	/* Given up by its process, and then written to: it is wanted after all. */
	if (lazyfree && PageFlag(page, PG_dirty)) {
		SetPageFlag(page, PG_swapbacked);
		return;
	}
	page->_refcount -= page->_mapcount + 1;
	page->_mapcount = -1;
	page->private &= ~LRU_EXEC;
	if (PageAnon(page))
		anon_page_unmapped(page);
	if (PageFlag(page, PG_swapcache))
		page->private |= LRU_SWAP_ENTRY;
	mod_lruvec_page_state(page, PageAnon(page) ? NR_ANON_MAPPED : NR_FILE_MAPPED, -1);
}

/**
 * @brief Was the page used lately, and how?
 *
 * Looking clears what it looks at: the accessed bits, and the page's referenced flag.
 *
 * @param page the page
 * @return what follows from it
 * @source mm/vmscan.c:988
 */
/* departs: reclaim in a group looks at the page tables of all processes, not at those of the group's alone. */
static enum page_references page_check_references(struct page *page)
{
	unsigned long accessed = page->private & LRU_ACCESSED;
	bool referenced = PageFlag(page, PG_referenced);

	ClearPageFlag(page, PG_referenced);
	/* An area that is locked in memory keeps its pages by itself: unmapping will fail. */
	if (page->private & LRU_VM_LOCKED)
		return PAGEREF_RECLAIM;
	page->private &= ~LRU_ACCESSED;
	if (accessed) {
		if (PageFlag(page, PG_swapbacked))
			return PAGEREF_ACTIVATE;
		/* One access of a file page is not enough; it may never come again. */
		SetPageFlag(page, PG_referenced);
		if (referenced || accessed > 1 || (page->private & LRU_EXEC))
			return PAGEREF_ACTIVATE;
		return PAGEREF_KEEP;
	}
	return referenced && !PageFlag(page, PG_swapbacked) ? PAGEREF_RECLAIM_CLEAN
							    : PAGEREF_RECLAIM;
}

/**
 * @brief Count what the page says about writing: it decides how reclaim waits.
 *
 * @param t the trial
 * @source mm/vmscan.c:1076
 */
static void count_dirty(struct page_trial *t)
{
	const struct address_space *owner = page_owner(t->page);
	bool file = page_is_file_lru(t->page) && !PageAnon(t->page);
	bool dirty = file && PageFlag(t->page, PG_dirty);
	bool writeback = file && PageFlag(t->page, PG_writeback);

	if (dirty || writeback)
		t->stat->nr_dirty++;
	if (dirty && !writeback)
		t->stat->nr_unqueued_dirty++;
	if (((dirty || writeback) && owner && owner->congested) ||
	    (writeback && PageFlag(t->page, PG_reclaim)))
		t->stat->nr_congested++;
}

/**
 * @brief The page is being written: what now? (rows 4 to 6)
 *
 * @param t the trial
 * @return PAGE_ACTIVE; PAGE_AGAIN after waiting for the write; PAGE_GO_ON when there is none
 * @source mm/vmscan.c:1076
 */
static enum page_verdict judge_writeback(struct page_trial *t)
{
	struct page *page = t->page;
	bool marked = PageFlag(page, PG_reclaim);

	if (!PageFlag(page, PG_writeback))
		return PAGE_GO_ON;
	/* Step 1: it came around again before its write ended: kswapd goes too fast */
	if (current_is_kswapd() && marked && (t->pgdat->flags & (1ul << PGDAT_WRITEBACK))) {
		t->stat->nr_immediate++;
		return PAGE_ACTIVE;
	}
	/* Step 2: mark it, so that the end of the write moves it to where it is taken next */
	if (!t->sc->target_mem_cgroup || !world->memcg_legacy || !marked || !t->may_enter_fs) {
		SetPageFlag(page, PG_reclaim);
		t->stat->nr_writeback++;
		return PAGE_ACTIVE;
	}
	/* Step 3: a group of the legacy hierarchy has no other brake than waiting here */
	/* departs: where nobody writes, the wait would never end. */
	ClearPageFlag(page, PG_locked);
	while (PageFlag(page, PG_writeback) && world->hooks.sleep)
		world_sleep(1);
	return PageFlag(page, PG_writeback) ? PAGE_ACTIVE : PAGE_AGAIN;
}

/**
 * @brief Is the page in use? (rows 7 to 9)
 *
 * @param t the trial; receives the references
 * @return the verdict
 * @source mm/vmscan.c:1076
 */
static enum page_verdict judge_references(struct page_trial *t)
{
	t->references = page_check_references(t->page);
	if (t->references == PAGEREF_ACTIVATE)
		return PAGE_ACTIVE;
	if (t->references != PAGEREF_KEEP)
		return PAGE_GO_ON;
	t->stat->nr_ref_keep++;
	return PAGE_KEPT;
}

/**
 * @brief An anonymous page needs a place in swap; a mapped one leaves the page tables. (rows 10, 11)
 *
 * @param t the trial
 * @return the verdict
 * @source mm/vmscan.c:1076
 */
static enum page_verdict judge_anon_and_mapped(struct page_trial *t)
{
	struct page *page = t->page;
	bool was_swapbacked = PageFlag(page, PG_swapbacked);

	if (PageAnon(page) && was_swapbacked && !PageFlag(page, PG_swapcache)) {
		if (!(t->sc->gfp_mask & __GFP_IO))
			return PAGE_KEPT;
		if (!add_to_swap(page))
			return PAGE_ACTIVE;
		t->may_enter_fs = true;
	}
	if (page_mapped(page))
		try_to_unmap(page);
	if (page_mapped(page)) {
		t->stat->nr_unmap_fail++;
		if (!was_swapbacked && PageFlag(page, PG_swapbacked))
			t->stat->nr_lazyfree_fail++;
		return PAGE_ACTIVE;
	}
	return PAGE_GO_ON;
}

/**
 * @brief May the running task add to a mapping's device?
 *
 * @param owner the mapping
 * @return false when the device is congested, unless the task writes to swap for a living
 * @source none (ours: what mm/vmscan.c does under the name may_write_to_inode)
 */
/* departs: in 5.8.18 a task may also write to the one device that it serves itself; nobody here serves one. */
static bool may_write_to(const struct address_space *owner)
{
	return (current->flags & PF_SWAPWRITE) || !owner->congested;
}

/**
 * @brief A dirty page that lost its file: without its buffers it is clean.
 *
 * @param page the page
 * @return the verdict
 * @source mm/vmscan.c:783
 */
static enum page_verdict clean_orphan(struct page *page)
{
	if (!PageFlag(page, PG_private) || !try_to_release_page(page))
		return PAGE_KEPT;
	ClearPageFlag(page, PG_dirty);
	printk("pageout: orphaned page");
	return PAGE_GO_ON;
}

/**
 * @brief Start writing a page.
 *
 * @param t the trial
 * @return PAGE_GO_ON when that is over already
 * @source mm/vmscan.c:783
 */
static enum page_verdict start_write(struct page_trial *t)
{
	struct page *page = t->page;

	SetPageFlag(page, PG_reclaim);
	if (!world->hooks.page_written(page)) {
		ClearPageFlag(page, PG_reclaim);
		return PAGE_ACTIVE;
	}
	if (!PageFlag(page, PG_writeback))
		ClearPageFlag(page, PG_reclaim);
	trace_mm_vmscan_writepage(page, trace_reclaim_flags(page_is_file_lru(page)));
	inc_node_state(t->pgdat, NR_VMSCAN_WRITE);
	t->stat->nr_pageout++;
	/* Most devices take their time. */
	return PageFlag(page, PG_writeback) || PageFlag(page, PG_dirty) ? PAGE_KEPT : PAGE_GO_ON;
}

/**
 * @brief Write a dirty page out, if that could free it. (row 14)
 *
 * @param t the trial
 * @return PAGE_GO_ON when it is clean now
 * @source mm/vmscan.c:783
 */
static enum page_verdict pageout(struct page_trial *t)
{
	struct page *page = t->page;
	struct address_space *owner = page_owner(page);
	int buffers = PageFlag(page, PG_private) ? 1 : 0;

	/* Step 1: a page that somebody else holds would only become dirty again */
	if (page_count(page) - buffers != 2)
		return PAGE_KEPT;
	if (!owner)
		return clean_orphan(page);
	/* Step 2: somebody must know how to write it, and its device must have room */
	if (owner->no_writer || !world->hooks.page_written)
		return PAGE_ACTIVE;
	if (!may_write_to(owner))
		return PAGE_KEPT;
	return start_write(t);
}

/**
 * @brief The page is dirty: may it be written, and does that help? (rows 12 to 14)
 *
 * @param t the trial
 * @return the verdict
 * @source mm/vmscan.c:1076
 */
static enum page_verdict judge_dirty(struct page_trial *t)
{
	struct page *page = t->page;

	if (!PageFlag(page, PG_dirty))
		return PAGE_GO_ON;
	/* Step 1: pages of files are written by flushers, in an order that suits the disk; only
	 * kswapd helps, when it finds nothing but dirty pages */
	if (page_is_file_lru(page) && (!current_is_kswapd() || !PageFlag(page, PG_reclaim) ||
				       !(t->pgdat->flags & (1ul << PGDAT_DIRTY)))) {
		inc_node_state(t->pgdat, NR_VMSCAN_IMMEDIATE);
		SetPageFlag(page, PG_reclaim);
		return PAGE_ACTIVE;
	}
	/* Step 2: may this reclaim write at all? */
	if (t->references == PAGEREF_RECLAIM_CLEAN || !t->may_enter_fs || !t->sc->may_writepage)
		return PAGE_KEPT;
	return pageout(t);
}

/**
 * @brief Detach a page from its mapping: nobody else holds it. (row 17)
 *
 * @param t the trial, of a page with an owner
 * @source mm/vmscan.c:857
 */
/* departs: 5.8.18 checks once more whether somebody made it dirty; here nobody could. */
static void __remove_mapping(struct page_trial *t)
{
	struct page *page = t->page;
	struct address_space *owner = page_owner(page);
	void *shadow = NULL;

	/* Memory that is shared without a file leaves no shadow: that waits for the page to go to swap. */
	if (PageFlag(page, PG_swapcache) || page_is_file_lru(page))
		shadow = shadow_entry(workingset_eviction(page, t->sc->target_mem_cgroup));
	if (PageFlag(page, PG_swapcache)) {
		swap_cache_remove(page);
		*(owner->orphaned ? &world->nr_swap_pages : &owner->swapped) += 1;
	} else {
		page_slot_leave(page, shadow);
		mod_lruvec_page_state(page, NR_FILE_PAGES, -1);
		page->_refcount--;
	}
}

/**
 * @brief Take the page from its owner. (rows 15 to 18)
 *
 * @param t the trial
 * @return PAGE_GO_ON when the page has no owner any more, and no reference
 * @source mm/vmscan.c:1076
 */
static enum page_verdict judge_detach(struct page_trial *t)
{
	struct page *page = t->page;
	struct address_space *owner = page_owner(page);
	/* What its process no longer wants needs no swap, and what lost its file has no cache to leave. */
	bool alone = (PageAnon(page) && !PageFlag(page, PG_swapbacked)) ||
		     (!owner && PageFlag(page, PG_private));

	/* Step 1: buffers hold a reference */
	if (PageFlag(page, PG_private) && !try_to_release_page(page))
		return PAGE_ACTIVE;
	/* Step 2: no other reference but reclaim's own must be left, and the cache's where there is one */
	if (page_count(page) != (alone ? 1 : 2) || (!alone && !owner))
		return PAGE_KEPT;
	if (!alone)
		__remove_mapping(t);
	/* Step 3: the last one is reclaim's own */
	page->_refcount--;
	if (owner) {
		owner->nrpages--;
		owner->reclaimed++;
	}
	page->mapping = NULL;
	return PAGE_GO_ON;
}

/**
 * @brief All tests for one locked page, in order.
 *
 * @param t the trial
 * @return PAGE_GO_ON: it is reclaimed
 * @source mm/vmscan.c:1076
 */
static enum page_verdict judge_page(struct page_trial *t)
{
	struct page *page = t->page;
	enum page_verdict verdict;

	t->sc->nr_scanned++;
	if (!page_evictable(page))
		return PAGE_ACTIVE;
	if (!t->sc->may_unmap && page_mapped(page))
		return PAGE_KEPT;
	t->may_enter_fs = (t->sc->gfp_mask & __GFP_FS) ||
			  (PageFlag(page, PG_swapcache) && (t->sc->gfp_mask & __GFP_IO));
	count_dirty(t);
	verdict = judge_writeback(t);
	if (verdict == PAGE_GO_ON)
		verdict = judge_references(t);
	if (verdict == PAGE_GO_ON)
		verdict = judge_anon_and_mapped(t);
	if (verdict == PAGE_GO_ON)
		verdict = judge_dirty(t);
	return verdict == PAGE_GO_ON ? judge_detach(t) : verdict;
}

/**
 * @brief Lock a page, try it, unlock it.
 *
 * @param t the trial
 * @return PAGE_GO_ON: it is reclaimed
 * @source mm/vmscan.c:1076
 */
static enum page_verdict try_page(struct page_trial *t)
{
	struct page *page = t->page;
	enum page_verdict verdict;

	do {
		if (PageFlag(page, PG_locked))
			return PAGE_BUSY;
		SetPageFlag(page, PG_locked);
		verdict = judge_page(t);
		/* Who waited for a write gave the lock away meanwhile. */
	} while (verdict == PAGE_AGAIN);
	if (verdict == PAGE_ACTIVE)
		return_swap(page);
	if (verdict == PAGE_ACTIVE && !PageFlag(page, PG_mlocked)) {
		SetPageFlag(page, PG_active);
		t->stat->nr_activate[page_is_file_lru(page)]++;
	}
	ClearPageFlag(page, PG_locked);
	return verdict;
}

/**
 * @brief Reclaim what can be reclaimed of a portion of isolated pages, and free it.
 *
 * @param page_list the pages; those that stay are left on it
 * @param pgdat their node
 * @param sc the activity
 * @param stat receives what became of them
 * @return pages reclaimed
 * @source mm/vmscan.c:1076
 */
unsigned long shrink_page_list(struct list_head *page_list, struct pglist_data *pgdat,
			       struct scan_control *sc, struct reclaim_stat *stat)
{
	struct list_head keep, done;
	unsigned long nr_reclaimed = 0;

	INIT_LIST_HEAD(&keep);
	INIT_LIST_HEAD(&done);
	*stat = (struct reclaim_stat){ 0 };
	world_reschedule();
	/* Step 1: try them from the tail on */
	while (!list_empty(page_list)) {
		struct page_trial t = { .pgdat = pgdat, .sc = sc, .stat = stat };

		world_reschedule();
		t.page = list_entry(page_list->prev, struct page, lru);
		if (try_page(&t) != PAGE_GO_ON) {
			list_move(&t.page->lru, &keep);
			continue;
		}
		list_move(&t.page->lru, &done);
		nr_reclaimed++;
	}
	/* Step 2: free what was reclaimed, the last one first */
	free_lru_pages(&done);
	/* Step 3: hand back the others */
	list_splice_init(&keep, page_list);
	return nr_reclaimed;
}

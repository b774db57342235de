/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 15, part: the LRU lists, on which pages wait to be reclaimed.
 *
 * Each node, and on it each memory cgroup, has four lists of pages that could be taken back: pages of
 * files and **anonymous** pages (the memory of processes, which swap takes), each **active** (used
 * more than once lately) and **inactive**. A page enters a list at its head; reclaim looks at the
 * tail. A fifth list holds what must not be reclaimed. Pages do not come and go one by one: each CPU
 * collects them first (part `-pagevecs`).
 *
 * departs: pages on these lists are single: transparent huge pages are not modelled.
 */
#include "stages/stages.h"
#include "tracepoints.h"
#include "vmstat.h"
#include "world/world.h"

/**
 * @brief The lists that a page belongs on.
 *
 * @param page the page
 * @return the lists of its group on its node
 * @source none (ours: what mm/memcontrol.c does under the name mem_cgroup_page_lruvec)
 */
struct lruvec *page_lruvec(const struct page *page)
{
	return mem_cgroup_lruvec(page->mem_cgroup, page_zone(page)->zone_pgdat);
}

/**
 * @brief Which list a page belongs on, by its flags.
 *
 * @param page the page
 * @return enum lru_list
 * @source none (ours: what include/linux/mm_inline.h does under the same name)
 */
enum lru_list page_lru(const struct page *page)
{
	if (PageFlag(page, PG_unevictable))
		return LRU_UNEVICTABLE;
	return (page_is_file_lru(page) ? LRU_INACTIVE_FILE : LRU_INACTIVE_ANON) +
	       (PageFlag(page, PG_active) ? 1u : 0u);
}

/**
 * @brief May the page be reclaimed at all?
 *
 * @param page the page
 * @return false when it, or all of its mapping, is locked in memory
 * @source none (ours: what mm/internal.h does under the same name)
 */
bool page_evictable(const struct page *page)
{
	const struct address_space *owner = page_owner(page);

	return !PageFlag(page, PG_mlocked) && (!owner || !owner->unevictable);
}

/**
 * @brief Count pages of a list in or out, in every counter that knows of them.
 *
 * Many pages at once are one change: what counters hold back afterwards depends on that.
 *
 * @param lruvec the lists
 * @param zone zone of the pages
 * @param lru which list
 * @param nr_pages pages, negative when they leave
 * @source include/linux/mm_inline.h:38
 */
void update_lru_size(struct lruvec *lruvec, struct zone *zone, enum lru_list lru, long nr_pages)
{
	mod_lruvec_state(lruvec, (enum node_stat_item)(NR_LRU_BASE + lru), nr_pages);
	__mod_zone_page_state(zone, (enum zone_stat_item)(NR_ZONE_LRU_BASE + lru), nr_pages);
	lruvec->lru_size[zone_idx(zone)][lru] += (unsigned long)nr_pages;
}

/**
 * @brief Put a page at the head of the list that its flags name.
 *
 * @param page the page, on no list
 * @source none (ours: what include/linux/mm_inline.h does under the name add_page_to_lru_list)
 */
void lru_list_add(struct page *page)
{
	enum lru_list lru = page_lru(page);

	SetPageFlag(page, PG_lru);
	update_lru_size(page_lruvec(page), page_zone(page), lru, 1);
	list_add(&page->lru, &page_lruvec(page)->lists[lru]);
}

/**
 * @brief Put a page at the tail of its list: reclaim sees it next.
 *
 * @param page the page, on no list
 * @source none (ours: what include/linux/mm_inline.h does under the name add_page_to_lru_list_tail)
 */
void lru_list_add_tail(struct page *page)
{
	lru_list_add(page);
	list_move_tail(&page->lru, &page_lruvec(page)->lists[page_lru(page)]);
}

/**
 * @brief Take a page off its list. Its flags keep saying which one that was.
 *
 * @param page the page
 * @source none (ours: what include/linux/mm_inline.h does under the name del_page_from_lru_list)
 */
void lru_list_del(struct page *page)
{
	ClearPageFlag(page, PG_lru);
	list_del(&page->lru);
	update_lru_size(page_lruvec(page), page_zone(page), page_lru(page), -1);
}

/**
 * @brief A page without references leaves its list, if it is on one, and its owner.
 *
 * @param page the page
 * @source none (ours: a step of what mm/swap.c does in put_page and release_pages)
 */
static void page_leaves(struct page *page)
{
	if (PageFlag(page, PG_lru))
		lru_list_del(page);
	ClearPageFlag(page, PG_active);
	ClearPageFlag(page, PG_unevictable);
	page->mapping = NULL;
}

/**
 * @brief A page of the LRU lists leaves the memory cgroup that was charged for it.
 *
 * @param page the page
 * @source none (ours: what mm/memcontrol.c does under the name mem_cgroup_uncharge)
 */
static void lru_page_uncharge(struct page *page)
{
	if (page->mem_cgroup && world->hooks.lru_page_uncharged)
		world->hooks.lru_page_uncharged(page);
	page->mem_cgroup = NULL;
}

/**
 * @brief Free pages that came from the LRU lists, in the order in which they lie here.
 *
 * @param pages the pages, without references and on no LRU list; empty afterwards
 * @source none (ours: mem_cgroup_uncharge_list and free_unref_page_list, which 5.8.18 calls in a row)
 */
void free_lru_pages(struct list_head *pages)
{
	struct list_head *entry;

	list_for_each(entry, pages)
		lru_page_uncharge(list_entry(entry, struct page, lru));
	free_unref_page_list(pages);
}

/**
 * @brief Drop a reference to a page; with the last one it leaves its list for another.
 *
 * @param page the page
 * @param free receives it at the head, if that was the last
 * @return true when it was
 * @source none (ours: a step of what mm/swap.c does under the name release_pages)
 */
bool put_page_to_free(struct page *page, struct list_head *free)
{
	bool last = put_page_testzero(page);

	if (last) {
		page_leaves(page);
		list_add(&page->lru, free);
	}
	return last;
}

/**
 * @brief Drop a reference to a page; the last one takes it off its list and frees it.
 *
 * @param page the page
 * @source none (ours: what mm/swap.c does under the same name)
 */
void put_page(struct page *page)
{
	if (!put_page_testzero(page))
		return;
	page_leaves(page);
	lru_page_uncharge(page);
	free_unref_page(page);
}

/**
 * @brief Take a page off its list for the caller, with a reference.
 *
 * @param page the page
 * @return false when it is on no list, or about to be freed
 * @source none (ours: what mm/vmscan.c does under the same name)
 */
bool isolate_lru_page(struct page *page)
{
	bool listed = PageFlag(page, PG_lru) && page_count(page);

	if (listed) {
		get_page(page);
		lru_list_del(page);
	}
	return listed;
}

/**
 * @brief Put an isolated page back, by way of the CPU's pagevec, and drop the reference.
 *
 * @param page the page
 * @source none (ours: what mm/vmscan.c does under the same name)
 */
void putback_lru_page(struct page *page)
{
	lru_cache_add(page);
	put_page(page);
}

/**
 * @brief Remember what reclaiming a kind of page cost: writes, and pages that had to be read again.
 *
 * @param lruvec the lists; those of the groups above remember it too
 * @param file file pages, else anonymous ones
 * @param nr_pages pages; 0 may still halve what was remembered
 * @source mm/swap.c:281
 */
void lru_note_cost(struct lruvec *lruvec, bool file, unsigned long nr_pages)
{
	for (; lruvec; lruvec = parent_lruvec(lruvec)) {
		unsigned long size = 0;

		*(file ? &lruvec->file_cost : &lruvec->anon_cost) += nr_pages;
		for (int lru = LRU_INACTIVE_ANON; lru <= LRU_ACTIVE_FILE; lru++)
			size += lruvec_page_state(lruvec, (enum node_stat_item)(NR_LRU_BASE + lru));
		/* What was long ago counts less. */
		if (lruvec->file_cost + lruvec->anon_cost > size / 4) {
			lruvec->file_cost /= 2;
			lruvec->anon_cost /= 2;
		}
	}
}

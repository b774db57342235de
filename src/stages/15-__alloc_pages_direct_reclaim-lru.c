/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 15, part: the LRU lists, on which pages wait to be reclaimed.
 *
 * Each node, and on it each memory cgroup, has four lists of pages that could be taken back: pages of
 * files and **anonymous** pages (the memory of processes, which swap takes), each **active** (used
 * more than once lately) and **inactive**. A page enters a list at its head; reclaim looks at the
 * tail. A fifth list holds what must not be reclaimed.
 *
 * departs: pages on these lists are single: transparent huge pages are not modelled.
 */
#include "stages/stages.h"
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

	return !PageFlag(page, PG_mlocked) && !(owner && owner->unevictable);
}

/**
 * @brief Count pages of a list in or out, in every counter that knows of them.
 *
 * @param page a page of the list
 * @param lru which list
 * @param delta pages
 * @source none (ours: what include/linux/mm_inline.h does under the name update_lru_size)
 */
static void lru_count(const struct page *page, enum lru_list lru, long delta)
{
	struct lruvec *lruvec = page_lruvec(page);
	struct zone *zone = page_zone(page);

	lruvec->lru_size[zone_idx(zone)][lru] += (unsigned long)delta;
	mod_lruvec_state(lruvec, (enum node_stat_item)(NR_LRU_BASE + lru), delta);
	__mod_zone_page_state(zone, (enum zone_stat_item)(NR_ZONE_LRU_BASE + lru), delta);
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
	list_add(&page->lru, &page_lruvec(page)->lists[lru]);
	lru_count(page, lru, 1);
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
	lru_count(page, page_lru(page), -1);
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
	if (PageFlag(page, PG_lru))
		lru_list_del(page);
	ClearPageFlag(page, PG_active);
	ClearPageFlag(page, PG_unevictable);
	page->mapping = NULL;
	if (page->mem_cgroup && world->hooks.lru_page_uncharged)
		world->hooks.lru_page_uncharged(page);
	page->mem_cgroup = NULL;
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
	if (!PageFlag(page, PG_lru) || !page_count(page))
		return false;
	get_page(page);
	lru_list_del(page);
	return true;
}

/**
 * @brief Put an isolated page back on the list that its flags name, and drop the reference.
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
 * @brief Move a page to the active list.
 *
 * @param page the page; nothing happens when it is on no list, active, or unevictable
 * @source none (ours: what mm/swap.c does under the same name)
 */
void activate_page(struct page *page)
{
	if (!PageFlag(page, PG_lru) || PageFlag(page, PG_active) || PageFlag(page, PG_unevictable))
		return;
	lru_list_del(page);
	SetPageFlag(page, PG_active);
	lru_list_add(page);
}

/**
 * @brief A page was used. The second use since reclaim last looked makes it active.
 *
 * @param page the page
 * @source none (ours: what mm/swap.c does under the same name)
 */
void mark_page_accessed(struct page *page)
{
	if (!PageFlag(page, PG_referenced)) {
		SetPageFlag(page, PG_referenced);
	} else if (!PageFlag(page, PG_active) && !PageFlag(page, PG_unevictable)) {
		activate_page(page);
		ClearPageFlag(page, PG_referenced);
	}
}

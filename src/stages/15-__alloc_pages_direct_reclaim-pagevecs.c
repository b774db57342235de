/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 15, part: pagevecs, in which each CPU collects pages for the LRU lists.
 *
 * The lists have locks that many CPUs want. So a page that is to enter a list, or to change its place,
 * first waits with up to 14 others in a **pagevec** of the CPU: one for new pages, one for those that
 * become active, one for those that reclaim should look at next. The fifteenth empties it. Whoever is
 * about to scan a list empties all of his CPU's first. A page that waits has one more reference, so
 * nobody can free it in the meantime.
 */
#include "stages/stages.h"
#include "tracepoints.h"
#include "world/world.h"

/**
 * @brief A new page reaches its list, or the one of those that must not be reclaimed.
 *
 * @param page the page, on no list
 * @source mm/swap.c:969
 */
static void lru_add_page(struct page *page)
{
	if (page_evictable(page)) {
		ClearPageFlag(page, PG_unevictable);
	} else {
		ClearPageFlag(page, PG_active);
		SetPageFlag(page, PG_unevictable);
	}
	lru_list_add(page);
	trace_mm_lru_insertion(page, (int)page_lru(page));
}

/**
 * @brief Is this a page that may change its place on the lists?
 *
 * @param page the page
 * @return false when somebody isolated it in the meantime, or it must not be reclaimed
 * @source none (ours: the test that all moves begin with)
 */
static bool may_move(const struct page *page)
{
	return PageFlag(page, PG_lru) && !PageFlag(page, PG_unevictable);
}

/**
 * @brief A page whose write has ended goes where reclaim looks next.
 *
 * @param page the page
 * @source none (ours: what mm/swap.c does under the name pagevec_move_tail_fn)
 */
static void rotate_page(struct page *page)
{
	if (!may_move(page))
		return;
	lru_list_del(page);
	ClearPageFlag(page, PG_active);
	lru_list_add_tail(page);
}

/**
 * @brief A page that was used goes to the active list.
 *
 * @param page the page
 * @source none (ours: what mm/swap.c does under the name __activate_page)
 */
static void move_to_active(struct page *page)
{
	if (!may_move(page) || PageFlag(page, PG_active))
		return;
	lru_list_del(page);
	SetPageFlag(page, PG_active);
	lru_list_add(page);
}

/** What is done with each page of a pagevec. */
static void (*const pagevec_move[NR_LRU_PVECS])(struct page *page) = {
	[PVEC_LRU_ADD] = lru_add_page,
	[PVEC_ROTATE] = rotate_page,
	[PVEC_ACTIVATE] = move_to_active,
};

/**
 * @brief Empty a pagevec: move its pages in order, then drop the references they were held by.
 *
 * @param pagevec the pagevec
 * @param move what is done with each page
 * @source none (ours: what mm/swap.c does under the name pagevec_lru_move_fn)
 */
static void pagevec_empty(struct pagevec *pagevec, void (*move)(struct page *page))
{
	struct list_head free;

	INIT_LIST_HEAD(&free);
	for (unsigned int i = 0; i < pagevec->nr; i++)
		move(pagevec->pages[i]);
	for (unsigned int i = 0; i < pagevec->nr; i++)
		put_page_to_free(pagevec->pages[i], &free);
	pagevec->nr = 0;
	free_lru_pages(&free);
}

/**
 * @brief Put a page on a pagevec of the running CPU; the fifteenth empties it.
 *
 * @param which the pagevec
 * @param page the page
 * @source none (ours: a step of what mm/swap.c does in several functions)
 */
static void pagevec_add(enum lru_pvec which, struct page *page)
{
	struct pagevec *pagevec = &world->lru_pvecs[smp_processor_id()][which];

	get_page(page);
	pagevec->pages[pagevec->nr++] = page;
	if (pagevec->nr == PAGEVEC_SIZE)
		pagevec_empty(pagevec, pagevec_move[which]);
}

/**
 * @brief Empty all pagevecs of a CPU.
 *
 * New pages come first: one that waits for its list and to become active does both, in this order.
 *
 * @param cpu the CPU
 * @source mm/swap.c:626
 */
void lru_add_drain_cpu(int cpu)
{
	for (unsigned int which = 0; which < NR_LRU_PVECS; which++)
		pagevec_empty(&world->lru_pvecs[cpu][which], pagevec_move[which]);
}

/**
 * @brief Empty the pagevecs of the running CPU.
 *
 * @source none (ours: what mm/swap.c does under the same name)
 */
void lru_add_drain(void)
{
	lru_add_drain_cpu(smp_processor_id());
}

/**
 * @brief Empty the pagevecs of all CPUs.
 *
 * @source none (ours: what mm/swap.c does under the same name, by work that it waits for)
 */
void lru_add_drain_all(void)
{
	int cpu;

	for_each_online_cpu(cpu)
		lru_add_drain_cpu(cpu);
}

/**
 * @brief A page is to go on its list.
 *
 * @param page the page, on no list
 * @source none (ours: what mm/swap.c does under the same name)
 */
void lru_cache_add(struct page *page)
{
	pagevec_add(PVEC_LRU_ADD, page);
}

/**
 * @brief A page is to go to the active list.
 *
 * @param page the page; nothing happens when it is on no list, active, or unevictable
 * @source none (ours: what mm/swap.c does under the same name)
 */
void activate_page(struct page *page)
{
	if (may_move(page) && !PageFlag(page, PG_active))
		pagevec_add(PVEC_ACTIVATE, page);
}

/**
 * @brief The write of a page has ended that reclaim was waiting for: it is to be looked at next.
 *
 * @param page the page; nothing happens when it is in use again
 * @source none (ours: what mm/swap.c does under the same name)
 */
void rotate_reclaimable_page(struct page *page)
{
	if (may_move(page) && !PageFlag(page, PG_locked) && !PageFlag(page, PG_dirty))
		pagevec_add(PVEC_ROTATE, page);
}

/**
 * @brief A page that is on no list yet was used: it will enter the active one, if it waits on this CPU.
 *
 * @param page the page
 * @source none (ours: what mm/swap.c does under the name __lru_cache_activate_page)
 */
static void activate_waiting_page(struct page *page)
{
	const struct pagevec *pagevec = &world->lru_pvecs[smp_processor_id()][PVEC_LRU_ADD];

	for (unsigned int i = 0; i < pagevec->nr; i++)
		if (pagevec->pages[i] == page)
			SetPageFlag(page, PG_active);
}

/**
 * @brief A page was used. The second use since reclaim last looked makes it active.
 *
 * @param page the page
 * @source mm/swap.c:422
 */
void mark_page_accessed(struct page *page)
{
	if (!PageFlag(page, PG_referenced)) {
		SetPageFlag(page, PG_referenced);
	} else if (!PageFlag(page, PG_active) && !PageFlag(page, PG_unevictable)) {
		/* It is on a list or on its way there: one of the two has nothing to do. */
		activate_page(page);
		activate_waiting_page(page);
		ClearPageFlag(page, PG_referenced);
		workingset_activation(page);
	}
}

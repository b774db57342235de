/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 15, part: pagevecs, in which each CPU collects pages for the LRU lists.
 *
 * The lists have locks that many CPUs want. So a page that is to enter a list first waits with up to 14 others
 * in a **pagevec** of the CPU. The fifteenth empties it. Whoever is about to scan a list empties his CPU's first. A
 * page that waits has one more reference, so nobody can free it in the meantime.
 *
 * departs: only additions are collected here; moves from one list to another take effect at once.
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
 * @brief Empty a pagevec of new pages: move them in order, then drop the references they were held by.
 *
 * @param pagevec the pagevec
 * @source none (ours: what mm/swap.c does under the name __pagevec_lru_add)
 */
static void pagevec_empty(struct pagevec *pagevec)
{
	for (unsigned int i = 0; i < pagevec->nr; i++)
		lru_add_page(pagevec->pages[i]);
	for (unsigned int i = 0; i < pagevec->nr; i++)
		put_page(pagevec->pages[i]);
	pagevec->nr = 0;
}

/**
 * @brief Empty all pagevecs of a CPU.
 *
 * @param cpu the CPU
 * @source mm/swap.c:626
 */
void lru_add_drain_cpu(int cpu)
{
	pagevec_empty(&world->pagevec[cpu][PAGEVEC_LRU_ADD]);
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
 * @brief A page is to go on its list; the fifteenth that waits empties the pagevec.
 *
 * @param page the page, on no list
 * @source none (ours: what mm/swap.c does under the same name)
 */
void lru_cache_add(struct page *page)
{
	struct pagevec *pagevec = &world->pagevec[smp_processor_id()][PAGEVEC_LRU_ADD];

	get_page(page);
	pagevec->pages[pagevec->nr++] = page;
	if (pagevec->nr == PAGEVEC_SIZE)
		pagevec_empty(pagevec);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 15, part: pages that come back soon after they were evicted.
 *
 * An inactive list that is too short evicts pages before their second use shows that they are in use. To
 * notice, every set of lists has a clock, its **nonresident age**, which ticks with each page that is
 * evicted or put on the active list. An evicted page leaves the time in its place of the file's cache, as its
 * **shadow**. When it is read again, the time that has passed says how much longer the list would
 * have had to be: its **refault distance**. If the active list is at least that long, the page is
 * worth more than one of those, and it comes back active.
 */
#include "stages/stages.h"
#include "vmstat.h"
#include "workingset.h"
#include "world/world.h"

/**
 * @brief Let the clock of lists tick, and those of all groups above.
 *
 * @param lruvec the lists
 * @param nr_pages pages that were evicted or became active
 * @source none (ours: what mm/workingset.c does under the same name)
 */
void workingset_age_nonresident(struct lruvec *lruvec, unsigned long nr_pages)
{
	for (; lruvec; lruvec = parent_lruvec(lruvec))
		lruvec->nonresident_age += nr_pages;
}

/**
 * @brief A page is evicted.
 *
 * @param page the page
 * @param target group whose reclaim that is; NULL: everybody's
 * @return the shadow to be left in its place
 * @source mm/workingset.c:252
 */
unsigned long workingset_eviction(const struct page *page, struct mem_cgroup *target)
{
	struct pglist_data *pgdat = page_zone(page)->zone_pgdat;
	struct lruvec *lruvec = mem_cgroup_lruvec(target, pgdat);

	workingset_age_nonresident(lruvec, 1);
	return shadow_pack((struct shadow){
		.age = lruvec->nonresident_age,
		.memcg_id = mem_cgroup_id(lruvec->memcg),
		.nid = pgdat->node_id,
		.workingset = PageFlag(page, PG_workingset),
	});
}

/**
 * @brief Would the page still be there, had it competed with the active pages?
 *
 * @param shadow what was left in its place
 * @param evicting the lists whose clock the shadow was written by
 * @param memcg group of the page
 * @return true when its refault distance is not larger than those lists
 * @source mm/workingset.c:281
 */
static bool within_workingset(struct shadow shadow, const struct lruvec *evicting,
			      const struct mem_cgroup *memcg)
{
	unsigned long distance = (evicting->nonresident_age - shadow.age) & SHADOW_AGE_MASK;
	unsigned long size = lruvec_page_state(evicting, NR_ACTIVE_FILE);

	/* Anonymous pages could make room too, where there is swap for them. */
	if (mem_cgroup_nr_swap_pages(memcg) > 0)
		size += lruvec_page_state(evicting, NR_INACTIVE_ANON) +
			lruvec_page_state(evicting, NR_ACTIVE_ANON);
	return distance <= size;
}

/**
 * @brief A page is read into a place of the cache that holds a shadow.
 *
 * It is counted on the lists of its group on the node that the old page was on, wherever the new one is.
 *
 * @param page the page, which has its group and is about to go on its list
 * @param value the shadow
 * @source mm/workingset.c:281
 */
void workingset_refault(struct page *page, unsigned long value)
{
	struct shadow shadow = shadow_unpack(value);
	struct mem_cgroup *evicting = mem_cgroup_by_id(shadow.memcg_id);
	struct pglist_data *pgdat = NODE_DATA(shadow.nid);
	struct lruvec *lruvec = mem_cgroup_lruvec(page->mem_cgroup, pgdat);

	/* Step 1: a group that is gone took its clock along */
	if (!evicting)
		return;
	mod_lruvec_state(lruvec, WORKINGSET_REFAULT, 1);
	if (!within_workingset(shadow, mem_cgroup_lruvec(evicting, pgdat), page->mem_cgroup))
		return;

	/* Step 2: it was evicted too early: let it compete with the active pages */
	SetPageFlag(page, PG_active);
	workingset_age_nonresident(lruvec, 1);
	mod_lruvec_state(lruvec, WORKINGSET_ACTIVATE, 1);

	/* Step 3: it had been active before: memory is too small for what is in use */
	if (!shadow.workingset)
		return;
	SetPageFlag(page, PG_workingset);
	lru_note_cost(page_lruvec(page), page_is_file_lru(page), 1);
	mod_lruvec_state(lruvec, WORKINGSET_RESTORE, 1);
}

/**
 * @brief A page becomes active by use: it leaves the inactive list as if it were evicted.
 *
 * @param page the page
 * @source mm/workingset.c:388
 */
/* departs: 5.8.18 leaves the clock alone for a page that nobody was charged for; here such pages are the root group's. */
void workingset_activation(const struct page *page)
{
	workingset_age_nonresident(page_lruvec(page), 1);
}

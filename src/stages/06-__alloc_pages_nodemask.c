/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 06: the heart. Whichever way a request came in, it passes through here.
 *
 * The function makes one optimistic attempt and, if that fails, hands the request to the slow path.
 * The optimistic attempt demands that the zone stays above its **low watermark**, a mark well above
 * the point where memory is really short, so that it succeeds quickly in the usual case and fails
 * early enough for background reclaim to be started in time.
 *
 * Around the two attempts it does what belongs to every request: refuse impossible orders, take out
 * bits that are not allowed at this time (early in boot nothing may sleep), translate the mask into an
 * **allocation context** (which zones, which free lists, stage 07), have the page charged to a memory
 * cgroup if the caller asked for that (stage 19), and report the result to the tracepoint.
 */
#include "gfp_zones.h"
#include "scopes.h"
#include "stages/stages.h"
#include "tracepoints.h"
#include "witness.h"
#include "world/world.h"

/**
 * @brief The machine goes to sleep: from now on no request may start I/O or enter a file system.
 *
 * The devices are about to be suspended, and a request that waited for one of them would wait until the
 * machine is woken.
 *
 * @source mm/page_alloc.c:230
 */
/* departs: 5.8.18 also warns, here and in the next function, when the lock of those who change the state of the
 * machine's power is not held. That lock is not modelled. */
void pm_restrict_gfp_mask(void)
{
	if (world->saved_gfp_mask)
		warn("pm_restrict_gfp_mask: the machine is going to sleep already\n");
	world->saved_gfp_mask = world->gfp_allowed_mask;
	world->gfp_allowed_mask &= ~(__GFP_IO | __GFP_FS);
}

/**
 * @brief The machine is awake again: what was allowed before is allowed once more.
 *
 * @source mm/page_alloc.c:221
 */
void pm_restore_gfp_mask(void)
{
	if (!world->saved_gfp_mask)
		return;
	world->gfp_allowed_mask = world->saved_gfp_mask;
	world->saved_gfp_mask = 0;
}

/**
 * @brief Refuse an order that no free list holds.
 *
 * @param gfp_mask the caller's own mask: __GFP_NOWARN silences the message
 * @param order the order asked for
 * @return true when the request must fail
 * @source mm/page_alloc.c:4819
 */
static bool order_too_large(gfp_t gfp_mask, unsigned int order)
{
	if (likely(order < MAX_ORDER))
		return false;
	witness_request(DECISION_ORDER_TOO_LARGE, order, 0);
	if (!(gfp_mask & __GFP_NOWARN))
		warn_once(ONCE_ORDER_TOO_LARGE, "__alloc_pages_nodemask: order %u is above %d\n",
			  order, MAX_ORDER - 1);
	return true;
}

#ifdef CONFIG_NUMA
/**
 * @brief Refuse a node that does not exist: its number would index the table of nodes.
 *
 * @param nid the node asked for
 * @return true when the request must fail
 * @source none (ours: 5.8.18 checks this in debug builds only, in include/linux/gfp.h:517)
 */
/* departs: 5.8.18 reads outside its table of nodes, or finds an empty entry there. */
static bool node_refused(int nid)
{
	if (likely(node_exists(nid)))
		return false;
	bug("__alloc_pages_nodemask: node %d is not online", nid);
	return true;
}
#endif

/**
 * @brief Charge a fresh block to the task's memory cgroup, or give it back.
 *
 * @param gfp_mask the request's mask before scopes were applied
 * @param order block of 2^order pages
 * @param page the first page, or NULL
 * @return the page, or NULL when there was none or the group's limit forbids it
 * @source mm/page_alloc.c:4819
 */
static struct page *charge_or_free(gfp_t gfp_mask, unsigned int order, struct page *page)
{
	if (likely(!memcg_kmem_enabled()) || !(gfp_mask & __GFP_ACCOUNT) || !page)
		return page;
	if (!__memcg_kmem_charge_page(page, gfp_mask, order))
		return page;
	/* An ordinary free, with its own events and list changes. */
	witness_request(DECISION_CHARGE_REFUSED, order, 0);
	__free_pages(page, order);
	return NULL;
}

/**
 * @brief Allocate a block: one optimistic attempt, then the slow path.
 *
 * @param gfp_mask what is asked for
 * @param order block of 2^order pages, 0 to MAX_ORDER - 1
 * @param preferred_nid node whose zonelist is walked
 * @param nodemask nodes that may serve, or NULL for all
 * @return the first page with one reference, or NULL
 * @source mm/page_alloc.c:4819
 */
struct page *__alloc_pages_nodemask(gfp_t gfp_mask, unsigned int order, int preferred_nid,
				    nodemask_t *nodemask)
{
	unsigned int alloc_flags = ALLOC_WMARK_LOW;
	struct alloc_context ac = { .zonelist = NULL };
	struct page *page;
	gfp_t alloc_mask;

	/* Step 1: refuse an order that no free list holds */
	if (order_too_large(gfp_mask, order))
		return NULL;
#ifdef CONFIG_NUMA
	if (node_refused(preferred_nid))
		return NULL;
#endif

	/* Step 2: take out what is not allowed at this time; early in boot nothing may sleep */
	gfp_mask &= world->gfp_allowed_mask;
	alloc_mask = gfp_mask;

	/* Step 3: translate the mask: which zones, which lists, which nodes */
	if (!prepare_alloc_pages(gfp_mask, order, preferred_nid, nodemask, &ac, &alloc_mask,
				 &alloc_flags))
		return NULL;
	finalise_ac(gfp_mask, &ac);

	/* Step 4: in the first attempt, prefer another zone to mixing types in this one */
	alloc_flags |= alloc_flags_nofragment(ac.preferred_zoneref->zone, gfp_mask);

	/* Step 5: the first attempt, above the low watermark */
	page = get_page_from_freelist(alloc_mask, order, alloc_flags, &ac);
	if (likely(page))
		goto out;

	/* Step 6: from here on the task's scopes count, and the caller's own nodemask */
	alloc_mask = current_gfp_context(gfp_mask);
	ac.spread_dirty_pages = false;
	ac.nodemask = nodemask;

	/* Step 7: the slow path */
	page = __alloc_pages_slowpath(alloc_mask, order, &ac);

out:
	/* Step 8: charge the page to a memory cgroup, if the caller asked for it */
	page = charge_or_free(gfp_mask, order, page);

	/* Step 9: report the result, even a failure */
	trace_mm_page_alloc(page, order, alloc_mask, ac.migratetype);
	return page;
}

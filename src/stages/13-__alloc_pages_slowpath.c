/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 13: the first attempt failed. Try everything that the caller allows, in order of cost.
 *
 * The slow path is a loop around the zone walk. Each round makes memory available by a costlier
 * means and walks again: wake kswapd and settle for the min watermark; use reserves, if this caller
 * may; compact memory, so that a large block forms (stage 16); reclaim pages (stage 15); and in the
 * end kill a process (stage 18). Between the rounds two predicates (stage 17) decide whether
 * another one is worth it.
 *
 * A caller that cannot sleep leaves after two more walks at most: everything from reclaim on needs sleeping.
 *
 * The code is cut where the jumps of the original go: `slow_start` begins, and begins again when
 * the task's cpuset has changed in the meantime; `slow_round` is one round of the loop;
 * `slow_nopage` is where all requests that give up go, and where those that must not fail turn
 * back.
 */
#include "gfp_zones.h"
#include "slow_path.h"
#include "stages/stages.h"
#include "witness.h"
#include "world/world.h"

/** Where a request goes next. */
enum slow_verdict {
	SLOW_RETRY,    /**< another round */
	SLOW_FAIL,     /**< report and return nothing */
	SLOW_RESTART,  /**< begin again: the cpuset changed */
	SLOW_NOPAGE,   /**< give up, unless the request must not fail */
	SLOW_GOT_PAGE, /**< done */
};

/**
 * @brief Flags of the slow path's attempts, from the mask and the running task.
 *
 * @param gfp_mask the request's mask
 * @return ALLOC flags on the min watermark
 * @source mm/page_alloc.c:4289
 */
unsigned int gfp_to_alloc_flags(gfp_t gfp_mask)
{
	/* Step 1: the min watermark, inside the cpuset; two bits have the same value in both worlds */
	unsigned int alloc_flags = ALLOC_WMARK_MIN | ALLOC_CPUSET;

	alloc_flags |= gfp_mask & (__GFP_HIGH | __GFP_KSWAPD_RECLAIM);

	/* Step 2: an atomic request may go deeper and to other nodes; a real-time task may go deeper */
	if (gfp_mask & __GFP_ATOMIC) {
		if (!(gfp_mask & __GFP_NOMEMALLOC))
			alloc_flags |= ALLOC_HARDER;
		alloc_flags &= ~ALLOC_CPUSET;
	} else if (rt_task(current) && !in_interrupt()) {
		alloc_flags |= ALLOC_HARDER;
	}

	/* Step 3: movable content may borrow from CMA */
	if (gfp_migratetype(gfp_mask) == MIGRATE_MOVABLE)
		alloc_flags |= ALLOC_CMA;
	return alloc_flags;
}

/**
 * @brief Which reserves do the mask and the context of a request open?
 *
 * @param gfp_mask the request's mask
 * @return ALLOC_NO_WATERMARKS, ALLOC_OOM or 0
 * @source mm/page_alloc.c:4351
 */
unsigned int __gfp_pfmemalloc_flags(gfp_t gfp_mask)
{
	if (gfp_mask & __GFP_NOMEMALLOC)
		return 0;
	if (gfp_mask & __GFP_MEMALLOC)
		return ALLOC_NO_WATERMARKS;
	if (in_serving_softirq() && (current->flags & PF_MEMALLOC))
		return ALLOC_NO_WATERMARKS;
	if (in_interrupt())
		return 0;
	if (current->flags & PF_MEMALLOC)
		return ALLOC_NO_WATERMARKS;
	return tsk_is_oom_victim(current) ? ALLOC_OOM : 0;
}

/**
 * @brief Would the slow path let this request use reserves?
 *
 * @param gfp_mask the request's mask
 * @return true when it would
 * @source mm/page_alloc.c:4369
 */
bool gfp_pfmemalloc_allowed(gfp_t gfp_mask)
{
	return __gfp_pfmemalloc_flags(gfp_mask) != 0;
}

/**
 * @brief Walk once inside the cpuset and, if that fails, once outside it.
 *
 * @param gfp_mask the request's mask
 * @param order block of 2^order pages
 * @param alloc_flags flags of both walks, without ALLOC_CPUSET
 * @param ac zones, nodes and lists of the request
 * @return the first page, or NULL
 * @source mm/page_alloc.c:3876
 */
struct page *__alloc_pages_cpuset_fallback(gfp_t gfp_mask, unsigned int order,
					   unsigned int alloc_flags, const struct alloc_context *ac)
{
	struct page *page;

	page = get_page_from_freelist(gfp_mask, order, alloc_flags | ALLOC_CPUSET, ac);
	if (!page)
		page = get_page_from_freelist(gfp_mask, order, alloc_flags, ac);
	return page;
}

/**
 * @brief Walk the zones with the flags in force; true when that gave a page.
 *
 * @param rq the request
 * @return true when it has a page
 * @source mm/page_alloc.c:4509
 */
static bool slow_attempt(struct slow_request *rq)
{
	rq->page = get_page_from_freelist(rq->gfp_mask, rq->order, rq->alloc_flags, rq->ac);
	return rq->page != NULL;
}

/**
 * @brief Compact at a priority, walk again; true when that gave a page.
 *
 * @param rq the request
 * @param priority how hard to try
 * @return true when it has a page
 * @source mm/page_alloc.c:4509
 */
static bool slow_compact(struct slow_request *rq, enum compact_priority priority)
{
	rq->page = __alloc_pages_direct_compact(rq->gfp_mask, rq->order, rq->alloc_flags, rq->ac,
						priority, &rq->compact_result);
	return rq->page != NULL;
}

/**
 * @brief Look for the zone where walks begin, with the nodemask in force.
 *
 * @param rq the request
 * @source mm/page_alloc.c:4509
 */
static void slow_find_preferred_zone(struct slow_request *rq)
{
	rq->ac->preferred_zoneref = first_zones_zonelist(
		rq->ac->zonelist, (int)rq->ac->highest_zoneidx, rq->ac->nodemask);
}

/**
 * @brief The request gives up.
 *
 * @param why the reason
 * @return SLOW_NOPAGE
 * @source none (ours: says why)
 */
static enum slow_verdict give_up(enum give_up why)
{
	witness_request(DECISION_GIVE_UP, why, 0);
	return SLOW_NOPAGE;
}

/**
 * @brief Is it worth compacting before anything is reclaimed?
 *
 * @param rq the request
 * @return true for costly blocks, and for blocks that would pollute movable pageblocks, if the caller can
 * sleep and gets no reserves
 * @source mm/page_alloc.c:4509
 */
static bool wants_early_compaction(const struct slow_request *rq)
{
	if (!rq->can_direct_reclaim || gfp_pfmemalloc_allowed(rq->gfp_mask))
		return false;
	return rq->costly || (rq->order > 0 && rq->ac->migratetype != MIGRATE_MOVABLE);
}

/**
 * @brief Begin: flags, kswapd, one walk at the min watermark, and perhaps an early compaction.
 *
 * @param rq the request
 * @return where it goes next
 * @source mm/page_alloc.c:4509
 */
static enum slow_verdict slow_start(struct slow_request *rq)
{
	/* Step 1: forget earlier rounds, and note the state of the cpuset */
	rq->compaction_retries = 0;
	rq->no_progress_loops = 0;
	rq->compact_priority = DEF_COMPACT_PRIORITY;
	rq->cpuset_cookie = read_mems_allowed_begin();

	/* Step 2: the min watermark instead of low, and what the mask adds to it */
	rq->alloc_flags = gfp_to_alloc_flags(rq->gfp_mask);
	witness_request(DECISION_SLOW_START, rq->alloc_flags, 0);
	slow_find_preferred_zone(rq);
	if (!rq->ac->preferred_zoneref->zone)
		return give_up(GIVE_UP_NO_ZONE);

	/* Step 3: background reclaim is overdue */
	if (rq->alloc_flags & ALLOC_KSWAPD)
		wake_all_kswapds(rq->order, rq->gfp_mask, rq->ac);

	/* Step 4: with the lower mark there may be enough */
	if (slow_attempt(rq))
		return SLOW_GOT_PAGE;

	/* Step 5: there may be enough memory, only not in one piece */
	if (!wants_early_compaction(rq))
		return SLOW_RETRY;
	if (slow_compact(rq, INIT_COMPACT_PRIORITY))
		return SLOW_GOT_PAGE;
	if (rq->costly && (rq->gfp_mask & __GFP_NORETRY)) {
		/* Too little memory, no I/O allowed, or failures lately: this caller would rather fail. */
		if (rq->compact_result == COMPACT_SKIPPED || rq->compact_result == COMPACT_DEFERRED)
			return give_up(GIVE_UP_NOT_COMPACTED);
		rq->compact_priority = INIT_COMPACT_PRIORITY;
	}
	return SLOW_RETRY;
}

/**
 * @brief Use reserves, if mask or context open them, and drop the limits of policy with them. Those of an
 * atomic request, which never had ALLOC_CPUSET, are dropped too.
 *
 * @param rq the request
 * @source mm/page_alloc.c:4509
 */
static void slow_apply_reserves(struct slow_request *rq)
{
	unsigned int reserve_flags = __gfp_pfmemalloc_flags(rq->gfp_mask);

	/* The reserve flags replace all others. */
	if (reserve_flags) {
		rq->alloc_flags = reserve_flags;
		witness_request(DECISION_RESERVES, reserve_flags, 0);
	}
	/* No reserve flags have ALLOC_CPUSET: a request that uses reserves may leave its nodes too. */
	if (!(rq->alloc_flags & ALLOC_CPUSET)) {
		rq->ac->nodemask = NULL;
		slow_find_preferred_zone(rq);
	}
}

/**
 * @brief Is another round of reclaim and compaction allowed and promising?
 *
 * @param rq the request, after reclaim and compaction failed
 * @return SLOW_RETRY, SLOW_NOPAGE, or SLOW_RESTART; SLOW_FAIL stands for "nothing left but the OOM
 * killer"
 * @source mm/page_alloc.c:4509
 */
static enum slow_verdict slow_judge(struct slow_request *rq)
{
	if (rq->gfp_mask & __GFP_NORETRY)
		return give_up(GIVE_UP_NORETRY);
	/* A large block is worth more rounds only to those who say so. */
	if (rq->costly && !(rq->gfp_mask & __GFP_RETRY_MAYFAIL))
		return give_up(GIVE_UP_COSTLY);
	if (should_reclaim_retry(rq->gfp_mask, rq->order, rq->ac, rq->alloc_flags,
				 rq->did_some_progress > 0, &rq->no_progress_loops))
		return SLOW_RETRY;
	if (rq->did_some_progress > 0 &&
	    should_compact_retry(rq->ac, rq->order, rq->alloc_flags, rq->compact_result,
				 &rq->compact_priority, &rq->compaction_retries))
		return SLOW_RETRY;
	/* Before anybody is killed: is this still the cpuset that the request began with? */
	if (check_retry_cpuset(rq->cpuset_cookie, rq->ac))
		return SLOW_RESTART;
	return SLOW_FAIL;
}

/**
 * @brief The last resort: the OOM killer.
 *
 * @param rq the request
 * @return where it goes next
 * @source mm/page_alloc.c:4509
 */
static enum slow_verdict slow_oom(struct slow_request *rq)
{
	rq->page = __alloc_pages_may_oom(rq->gfp_mask, rq->order, rq->ac, &rq->did_some_progress);
	if (rq->page)
		return SLOW_GOT_PAGE;
	/* A victim that found the reserves empty must not wait for its own death. */
	if (tsk_is_oom_victim(current) &&
	    (rq->alloc_flags == ALLOC_OOM || (rq->gfp_mask & __GFP_NOMEMALLOC)))
		return give_up(GIVE_UP_VICTIM);
	if (!rq->did_some_progress)
		return give_up(GIVE_UP_NOTHING_LEFT);
	rq->no_progress_loops = 0;
	return SLOW_RETRY;
}

/**
 * @brief One round: reserves, a walk, reclaim, compaction, and the question whether to go on.
 *
 * @param rq the request
 * @return where it goes next
 * @source mm/page_alloc.c:4509
 */
static enum slow_verdict slow_round(struct slow_request *rq)
{
	enum slow_verdict verdict;

	/* departs: here a round that begins exactly like an earlier one would be followed by the same rounds for
	 * ever, since nothing runs beside it; in 5.8.18 it goes on until others change something. The
	 * machine's watchdog may stop the request. */
	rq->rounds++;
	witness_request(DECISION_ROUND, (s64)rq->rounds, 0);
	if (world->hooks.slow_round(rq)) {
		give_up(GIVE_UP_LIVELOCK);
		return SLOW_FAIL;
	}

	/* Step 1: keep kswapd awake */
	if (rq->alloc_flags & ALLOC_KSWAPD)
		wake_all_kswapds(rq->order, rq->gfp_mask, rq->ac);

	/* Step 2: walk once more, with reserves if this caller may use them */
	slow_apply_reserves(rq);
	if (slow_attempt(rq))
		return SLOW_GOT_PAGE;

	/* Step 3: the rest needs sleeping, and must not be done by those who reclaim themselves */
	if (!rq->can_direct_reclaim)
		return give_up(GIVE_UP_CANNOT_SLEEP);
	if (current->flags & PF_MEMALLOC)
		return give_up(GIVE_UP_RECLAIMING);

	/* Step 4: reclaim pages */
	rq->page = __alloc_pages_direct_reclaim(rq->gfp_mask, rq->order, rq->alloc_flags, rq->ac,
						&rq->did_some_progress);
	if (rq->page)
		return SLOW_GOT_PAGE;

	/* Step 5: make large blocks out of small ones */
	if (slow_compact(rq, rq->compact_priority))
		return SLOW_GOT_PAGE;

	/* Step 6: is another round worth it? */
	verdict = slow_judge(rq);
	if (verdict != SLOW_FAIL)
		return verdict;

	/* Step 7: kill a process */
	return slow_oom(rq);
}

/**
 * @brief The request gives up, unless its cpuset has changed in the meantime or it must not fail.
 *
 * @param rq the request
 * @return where it goes next
 * @source mm/page_alloc.c:4509
 */
static enum slow_verdict slow_nopage(struct slow_request *rq)
{
	/* Step 1: with other nodes allowed, everything may be different */
	if (check_retry_cpuset(rq->cpuset_cookie, rq->ac))
		return SLOW_RESTART;
	if (!(rq->gfp_mask & __GFP_NOFAIL))
		return SLOW_FAIL;

	/* Step 2: it must not fail, but it must be able to sleep for that */
	if (!rq->can_direct_reclaim) {
		warn_once(ONCE_NOFAIL_CANNOT_SLEEP,
			  "__alloc_pages_slowpath: __GFP_NOFAIL without __GFP_DIRECT_RECLAIM\n");
		return SLOW_FAIL;
	}
	if (current->flags & PF_MEMALLOC)
		warn_once(ONCE_NOFAIL_MEMALLOC,
			  "__alloc_pages_slowpath: __GFP_NOFAIL in PF_MEMALLOC context\n");
	if (rq->costly)
		warn_once(ONCE_NOFAIL_COSTLY,
			  "__alloc_pages_slowpath: __GFP_NOFAIL with order %u\n", rq->order);

	/* Step 3: some of the reserve; then let others run, and begin another round */
	witness_request(DECISION_MUST_NOT_FAIL, 0, 0);
	rq->page = __alloc_pages_cpuset_fallback(rq->gfp_mask, rq->order, ALLOC_HARDER, rq->ac);
	if (rq->page)
		return SLOW_GOT_PAGE;
	world_reschedule();
	return SLOW_RETRY;
}

/**
 * @brief Go one step from where a request stands.
 *
 * @param verdict where it stands: neither done nor failed
 * @param rq the request
 * @return where it stands now
 * @source none (ours: the labels and jumps of mm/page_alloc.c:4509)
 */
static enum slow_verdict slow_step(enum slow_verdict verdict, struct slow_request *rq)
{
	switch (verdict) {
	case SLOW_RESTART:
		return slow_start(rq);
	case SLOW_RETRY:
		return slow_round(rq);
	default:
		return slow_nopage(rq);
	}
}

/**
 * @brief Allocate a block by every means that the caller allows.
 *
 * @param gfp_mask the mask, adjusted to the task's scopes
 * @param order block of 2^order pages
 * @param ac zones, nodes and lists; nodemask and preferred zone may change
 * @return the first page, or NULL after a report
 * @source mm/page_alloc.c:4509
 */
struct page *__alloc_pages_slowpath(gfp_t gfp_mask, unsigned int order, struct alloc_context *ac)
{
	struct slow_request rq = {
		.gfp_mask = gfp_mask,
		.order = order,
		.ac = ac,
		.can_direct_reclaim = gfp_mask & __GFP_DIRECT_RECLAIM,
		.costly = order > PAGE_ALLOC_COSTLY_ORDER,
	};
	enum slow_verdict verdict = SLOW_RESTART;

	/* Step 1: a request that can sleep is not atomic */
	if ((gfp_mask & (__GFP_ATOMIC | __GFP_DIRECT_RECLAIM)) ==
	    (__GFP_ATOMIC | __GFP_DIRECT_RECLAIM)) {
		warn_once(ONCE_ATOMIC_RECLAIM,
			  "__alloc_pages_slowpath: __GFP_ATOMIC with __GFP_DIRECT_RECLAIM\n");
		rq.gfp_mask &= ~__GFP_ATOMIC;
	}

	/* Step 2: go from state to state until there is a page, or no hope */
	while (verdict != SLOW_GOT_PAGE && verdict != SLOW_FAIL)
		verdict = slow_step(verdict, &rq);

	/* Step 3: a failure is reported, unless the caller asked for silence */
	if (!rq.page)
		warn_alloc(rq.gfp_mask, ac->nodemask, "page allocation failure: order:%u", order);
	return rq.page;
}

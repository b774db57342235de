/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 18: nothing helps. Is it time to kill a process?
 *
 * Before anybody is killed, one more walk at the high watermark: if somebody has freed a lot
 * in the meantime, the killing is unnecessary. Then a list of requests for which no process is
 * killed: large blocks, requests that accept failure, requests confined to low zones or to one
 * node, any request while the storage sleeps. Only what is left reaches the **OOM killer** ("out of memory"),
 * which is in the part files of this stage: one chooses a process, one kills it, one writes the report.
 *
 * Killing frees nothing at once. So the victim is marked, and from then on its own allocations may
 * use the upper half of what is below the min mark, ignore its cpuset and the limits of its memory cgroup:
 * the sooner it dies, the better.
 */
#include "scopes.h"
#include "stages/stages.h"
#include "gfp.h"
#include "witness.h"
#include "world/world.h"

/**
 * @brief Nobody is killed for this request.
 *
 * @param why the reason
 * @return true
 * @source none (ours: says why)
 */
static bool spare(enum no_kill why)
{
	witness_request(DECISION_NO_KILL, why, 0);
	return true;
}

/**
 * @brief Is this a request for which no process is killed?
 *
 * @param gfp_mask the request's mask
 * @param order block of 2^order pages
 * @param ac zones of the request
 * @return true when it is; without __GFP_NOFAIL it fails instead
 * @source mm/page_alloc.c:3896
 */
static bool not_worth_a_kill(gfp_t gfp_mask, unsigned int order, const struct alloc_context *ac)
{
	/* A task that writes a core dump does with what it has. */
	if (current->flags & PF_DUMPCORE)
		return spare(NO_KILL_DUMPCORE);
	/* Killing frees single pages; it would not make a large block. */
	if (order > PAGE_ALLOC_COSTLY_ORDER)
		return spare(NO_KILL_COSTLY);
	/* The caller prefers to fail, or wants memory that a kill may well not free. */
	if (gfp_mask & __GFP_RETRY_MAYFAIL)
		return spare(NO_KILL_MAY_FAIL);
	if (ac->highest_zoneidx < ZONE_NORMAL)
		return spare(NO_KILL_LOW_ZONE);
	if (pm_suspended_storage())
		return spare(NO_KILL_SUSPENDED);
	if (gfp_mask & __GFP_THISNODE)
		return spare(NO_KILL_ONE_NODE);
	return false;
}

/**
 * @brief Ask the OOM killer, and let a request that must not fail use all reserves afterwards.
 *
 * @param gfp_mask the request's mask
 * @param order block of 2^order pages
 * @param ac zones, nodes and lists of the request
 * @param did_some_progress set to 1 when another round is worth it
 * @return the first page, or NULL
 * @source mm/page_alloc.c:3896
 */
static struct page *kill_and_retry(gfp_t gfp_mask, unsigned int order,
				   const struct alloc_context *ac, unsigned long *did_some_progress)
{
	struct oom_control oc = {
		.zonelist = ac->zonelist,
		.nodemask = ac->nodemask,
		.gfp_mask = gfp_mask,
		.order = (int)order,
	};
	bool killed = out_of_memory(&oc);

	witness_request(DECISION_OOM, killed, 0);
	if (!killed && !(gfp_mask & __GFP_NOFAIL))
		return NULL;
	if (!killed)
		warn_once(ONCE_NOFAIL_OOM,
			  "__alloc_pages_may_oom: __GFP_NOFAIL and nobody can be killed\n");
	*did_some_progress = 1;
	if (!(gfp_mask & __GFP_NOFAIL))
		return NULL;
	return __alloc_pages_cpuset_fallback(gfp_mask, order, ALLOC_NO_WATERMARKS, ac);
}

/**
 * @brief Take the OOM lock, look once more, and kill a process if that is justified.
 *
 * @param gfp_mask the request's mask
 * @param order block of 2^order pages
 * @param ac zones, nodes and lists of the request
 * @param did_some_progress receives 1 when another round is worth it
 * @return the first page, or NULL
 * @source mm/page_alloc.c:3896
 */
struct page *__alloc_pages_may_oom(gfp_t gfp_mask, unsigned int order,
				   const struct alloc_context *ac, unsigned long *did_some_progress)
{
	gfp_t last_look = (gfp_mask | __GFP_HARDWALL) & ~__GFP_DIRECT_RECLAIM;
	struct page *page;

	*did_some_progress = 0;

	/* Step 1: somebody else is at it: wait a tick and count that as progress */
	if (world->oom_lock_held) {
		*did_some_progress = 1;
		spare(NO_KILL_NOT_ALONE);
		world_sleep(1);
		return NULL;
	}

	/* Step 2: a last look, at a mark that is reached only if a lot was freed in the meantime */
	world->oom_lock_held = true;
	page = get_page_from_freelist(last_look, order, ALLOC_WMARK_HIGH | ALLOC_CPUSET, ac);

	/* Step 3: kill, if this request justifies it */
	if (!page && !not_worth_a_kill(gfp_mask, order, ac))
		page = kill_and_retry(gfp_mask, order, ac, did_some_progress);
	world->oom_lock_held = false;
	return page;
}

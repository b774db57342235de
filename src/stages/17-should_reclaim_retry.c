/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 17: is another round worth it?
 *
 * After reclaim and compaction have both failed to produce a page, two predicates are asked in turn.
 * The first looks at memory: if everything that looks reclaimable were reclaimed, would the request
 * succeed? It believes that for 16 rounds in a row without progress. The second is asked only after
 * progress, and looks at compaction: did it get anywhere, or can it be made to try harder? Besides these,
 * a request begins again when the nodes it may use have changed in the meantime.
 */
#include "stages/stages.h"
#include "tracepoints.h"
#include "vmstat.h"
#include "world/world.h"

/** Rounds in a row without progress for which reclaim is believed in. */
#define MAX_RECLAIM_RETRIES 16

/** Rounds of compaction that succeeded without helping, before it is made to try harder. */
#define MAX_COMPACT_RETRIES 16

/** Ticks of a short wait for the disk. */
#define CONGESTION_WAIT (HZ / 10)

/**
 * @brief Would this zone satisfy the request if all that looks reclaimable were free?
 *
 * @param zone the zone
 * @param order block of 2^order pages
 * @param ac the request's context
 * @param alloc_flags flags of its walks
 * @param no_progress_loops rounds without progress so far, for the event
 * @param reclaimable receives the pages that look reclaimable
 * @return true when it would
 * @source mm/page_alloc.c:4385
 */
static bool zone_would_do(struct zone *zone, unsigned int order, const struct alloc_context *ac,
			  unsigned int alloc_flags, int no_progress_loops,
			  unsigned long *reclaimable)
{
	unsigned long min_wmark = min_wmark_pages(zone), available;
	bool ok;

	*reclaimable = zone_reclaimable_pages(zone);
	available = *reclaimable + zone_page_state_snapshot(zone, NR_FREE_PAGES);
	ok = __zone_watermark_ok(zone, order, min_wmark, (int)ac->highest_zoneidx, alloc_flags,
				 (long)available);
	trace_reclaim_retry_zone(zone, order, *reclaimable, available, min_wmark, no_progress_loops,
				 ok);
	return ok;
}

/**
 * @brief Let others run: a task offers the CPU, a worker sleeps for a tick, so that the work queue can start another.
 *
 * @source mm/page_alloc.c:4385
 */
static void pause_before_retry(void)
{
	if (current->flags & PF_WQ_WORKER)
		world_sleep(1);
	else
		world_reschedule();
}

/**
 * @brief Is another round of reclaim worth it?
 *
 * @param gfp_mask the request's mask
 * @param order block of 2^order pages
 * @param ac zones, nodes and lists of the request
 * @param alloc_flags flags of its walks
 * @param did_some_progress the last round freed something
 * @param no_progress_loops rounds without progress, updated here
 * @return true to go on
 * @source mm/page_alloc.c:4385
 */
bool should_reclaim_retry(gfp_t gfp_mask, unsigned int order, const struct alloc_context *ac,
			  unsigned int alloc_flags, bool did_some_progress, int *no_progress_loops)
{
	struct zoneref *z;
	struct zone *zone;
	bool ret = false;

	(void)gfp_mask;
	/* Step 1: count; for large blocks progress with single pages means nothing */
	if (did_some_progress && order <= PAGE_ALLOC_COSTLY_ORDER)
		*no_progress_loops = 0;
	else
		(*no_progress_loops)++;

	/* Step 2: after too many rounds, only the urgent reserve is left to try */
	if (*no_progress_loops > MAX_RECLAIM_RETRIES)
		return unreserve_highatomic_pageblock(ac, true);

	/* Step 3: look for one zone that would do */
	for_each_zone_zonelist_nodemask(zone, z, ac->zonelist, (int)ac->highest_zoneidx,
					ac->nodemask) {
		unsigned long reclaimable;

		if (!zone_would_do(zone, order, ac, alloc_flags, *no_progress_loops, &reclaimable))
			continue;
		/* Step 4: if most of it waits for the disk, wait for the disk */
		if (!did_some_progress &&
		    2 * zone_page_state_snapshot(zone, NR_ZONE_WRITE_PENDING) > reclaimable) {
			/* departs: 5.8.18 wakes earlier when a device is no longer congested. */
			world_sleep(CONGESTION_WAIT);
			return true;
		}
		ret = true;
		break;
	}
	pause_before_retry();
	return ret;
}

/**
 * @brief Make compaction try harder, if it can.
 *
 * @param order block of 2^order pages
 * @param compact_priority lowered by one
 * @param compaction_retries cleared
 * @return false when it already tries as hard as it may
 * @source mm/page_alloc.c:4047
 */
static bool compact_harder(unsigned int order, enum compact_priority *compact_priority,
			   int *compaction_retries)
{
	enum compact_priority hardest = order > PAGE_ALLOC_COSTLY_ORDER
						? MIN_COMPACT_COSTLY_PRIORITY
						: MIN_COMPACT_PRIORITY;

	if (*compact_priority <= hardest)
		return false;
	(*compact_priority)--;
	*compaction_retries = 0;
	return true;
}

/**
 * @brief Is another round of compaction worth it?
 *
 * @param ac zones, nodes and lists of the request
 * @param order block of 2^order pages
 * @param alloc_flags flags of its walks
 * @param compact_result how the last compaction went
 * @param compact_priority how hard it tried; may be lowered, which is harder
 * @param compaction_retries successes without a page so far, updated here
 * @return true to go on
 * @source mm/page_alloc.c:4047
 */
bool should_compact_retry(const struct alloc_context *ac, unsigned int order,
			  unsigned int alloc_flags, enum compact_result compact_result,
			  enum compact_priority *compact_priority, int *compaction_retries)
{
	enum compact_priority priority = *compact_priority;
	int retries = *compaction_retries, max_retries = MAX_COMPACT_RETRIES;
	bool ret;

	if (!order)
		return false;
	switch (compact_result) {
	case COMPACT_SKIPPED:
		/* Step 1: too little free memory, or so it is read: would reclaim help? */
		ret = compaction_zonelist_suitable(ac, (int)order, alloc_flags);
		break;
	case COMPACT_SUCCESS:
		/* Step 2: it works, others were faster: try again, large blocks less often */
		(*compaction_retries)++;
		if (order > PAGE_ALLOC_COSTLY_ORDER)
			max_retries /= 4;
		ret = *compaction_retries <= max_retries ||
		      compact_harder(order, compact_priority, compaction_retries);
		break;
	default:
		/* Step 3: it failed, was put off or stopped early: only by trying harder */
		ret = compact_harder(order, compact_priority, compaction_retries);
	}
	trace_compact_retry(order, (int)priority, (int)compact_result, retries, max_retries, ret);
	return ret;
}

/**
 * @brief Note the state of the task's allowed nodes.
 *
 * @return a cookie for read_mems_allowed_retry(); 0 while no cpuset besides the root exists
 * @source include/linux/cpuset.h:130
 */
unsigned int read_mems_allowed_begin(void)
{
	return cpusets_enabled() ? current->mems_allowed_seq : 0;
}

/**
 * @brief Have the task's allowed nodes changed since then?
 *
 * @param cookie what read_mems_allowed_begin() returned
 * @return true when they did
 * @source include/linux/cpuset.h:144
 */
bool read_mems_allowed_retry(unsigned int cookie)
{
	return cpusets_enabled() && current->mems_allowed_seq != cookie;
}

/**
 * @brief Must the request begin again, because the nodes it may use have changed?
 *
 * @param cpuset_mems_cookie what read_mems_allowed_begin() returned
 * @param ac the request's context; a nodemask that leaves no allowed node is dropped
 * @return true when it must
 * @source mm/page_alloc.c:4476
 */
bool check_retry_cpuset(unsigned int cpuset_mems_cookie, struct alloc_context *ac)
{
	if (cpusets_enabled() && ac->nodemask &&
	    !nodes_intersects(*ac->nodemask, current->mems_allowed)) {
		ac->nodemask = NULL;
		return true;
	}
	return read_mems_allowed_retry(cpuset_mems_cookie);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief One function per tracepoint: what the path calls where 5.8.18 has a tracepoint.
 *
 * When nobody has subscribed, the cost is one test.
 */
#ifndef TRACEPOINTS_H
#define TRACEPOINTS_H

#include "memory_map.h"

__cold void trace_emit(const struct trace_event *event);

static inline s64 trace_pfn(const struct page *page)
{
	return page ? (s64)page_to_pfn(page) : -1;
}

#define TRACE(event_name, ...)                                                         \
	do {                                                                           \
		if (unlikely(world->subscriber))                                       \
			trace_emit(&(struct trace_event){ .id = TRACE_##event_name,    \
							  .field = { __VA_ARGS__ } }); \
	} while (0)

/** @source include/trace/events/kmem.h:193 */
static inline void trace_mm_page_alloc(const struct page *page, unsigned int order, gfp_t gfp_mask,
				       int migratetype)
{
	TRACE(mm_page_alloc, trace_pfn(page), order, gfp_mask, migratetype);
}

/** @source include/trace/events/kmem.h:248 */
static inline void trace_mm_page_alloc_zone_locked(const struct page *page, unsigned int order,
						   int migratetype)
{
	TRACE(mm_page_alloc_zone_locked, trace_pfn(page), order, migratetype);
}

/** @source include/trace/events/kmem.h:278 */
static inline void trace_mm_page_alloc_extfrag(const struct page *page, unsigned int alloc_order,
					       unsigned int fallback_order, int alloc_type,
					       int fallback_type)
{
	TRACE(mm_page_alloc_extfrag, trace_pfn(page), alloc_order, fallback_order, alloc_type,
	      fallback_type, get_pageblock_migratetype(page) == alloc_type);
}

/** @source include/trace/events/kmem.h:152 */
static inline void trace_mm_page_free(const struct page *page, unsigned int order)
{
	TRACE(mm_page_free, trace_pfn(page), order);
}

/** @source include/trace/events/kmem.h:174 */
static inline void trace_mm_page_free_batched(const struct page *page)
{
	TRACE(mm_page_free_batched, trace_pfn(page));
}

/** @source include/trace/events/kmem.h:255 */
static inline void trace_mm_page_pcpu_drain(const struct page *page, unsigned int order,
					    int migratetype)
{
	TRACE(mm_page_pcpu_drain, trace_pfn(page), order, migratetype);
}

/** @source include/trace/events/vmscan.h:75 */
static inline void trace_mm_vmscan_wakeup_kswapd(int nid, int zid, unsigned int order,
						 gfp_t gfp_mask)
{
	TRACE(mm_vmscan_wakeup_kswapd, nid, zid, order, gfp_mask);
}

/** @source include/trace/events/vmscan.h:52 */
static inline void trace_mm_vmscan_kswapd_wake(int nid, int zid, int order)
{
	TRACE(mm_vmscan_kswapd_wake, nid, zid, order);
}

/** @source include/trace/events/vmscan.h:35 */
static inline void trace_mm_vmscan_kswapd_sleep(int nid)
{
	TRACE(mm_vmscan_kswapd_sleep, nid);
}

/** @source include/trace/events/vmscan.h:122 */
static inline void trace_mm_vmscan_direct_reclaim_begin(unsigned int order, gfp_t gfp_mask)
{
	TRACE(mm_vmscan_direct_reclaim_begin, order, gfp_mask);
}

/** @source include/trace/events/vmscan.h:162 */
static inline void trace_mm_vmscan_direct_reclaim_end(unsigned long nr_reclaimed)
{
	TRACE(mm_vmscan_direct_reclaim_end, (s64)nr_reclaimed);
}

/** @source include/trace/events/vmscan.h:130 */
static inline void trace_mm_vmscan_memcg_reclaim_begin(unsigned int order, gfp_t gfp_mask)
{
	TRACE(mm_vmscan_memcg_reclaim_begin, order, gfp_mask);
}

/** @source include/trace/events/vmscan.h:170 */
static inline void trace_mm_vmscan_memcg_reclaim_end(unsigned long nr_reclaimed)
{
	TRACE(mm_vmscan_memcg_reclaim_end, (s64)nr_reclaimed);
}

/** @source include/trace/events/vmscan.h:467 */
static inline void trace_mm_vmscan_node_reclaim_begin(int nid, unsigned int order, gfp_t gfp_mask)
{
	TRACE(mm_vmscan_node_reclaim_begin, nid, order, gfp_mask);
}

/** @source include/trace/events/vmscan.h:491 */
static inline void trace_mm_vmscan_node_reclaim_end(unsigned long nr_reclaimed)
{
	TRACE(mm_vmscan_node_reclaim_end, (s64)nr_reclaimed);
}

/** @source include/trace/events/vmscan.h:267 */
static inline void trace_mm_vmscan_lru_isolate(unsigned int isolate_mode, int highest_zoneidx,
					       unsigned int order, unsigned long nr_requested,
					       unsigned long nr_scanned, unsigned long nr_skipped,
					       unsigned long nr_taken, int lru)
{
	TRACE(mm_vmscan_lru_isolate, isolate_mode, highest_zoneidx, order, (s64)nr_requested,
	      (s64)nr_scanned, (s64)nr_skipped, (s64)nr_taken, lru);
}

/** @source include/trace/events/vmscan.h:390 */
static inline void trace_mm_vmscan_lru_shrink_active(int nid, unsigned long nr_taken,
						     unsigned long nr_active,
						     unsigned long nr_deactivated,
						     unsigned long nr_referenced, int priority,
						     int flags)
{
	TRACE(mm_vmscan_lru_shrink_active, nid, (s64)nr_taken, (s64)nr_active, (s64)nr_deactivated,
	      (s64)nr_referenced, priority, flags);
}

/** @source include/trace/events/vmscan.h:316 */
static inline void trace_mm_vmscan_writepage(const struct page *page, int flags)
{
	TRACE(mm_vmscan_writepage, trace_pfn(page), flags);
}

/** @source none (ours: what include/trace/events/pagemap.h has under this name, without the flags) */
static inline void trace_mm_lru_insertion(const struct page *page, int lru)
{
	TRACE(mm_lru_insertion, trace_pfn(page), lru);
}

/** @source none (ours: 5.8.18 has no tracepoint where it spares a group) */
static inline void trace_mem_cgroup_protected(int nid, const struct mem_cgroup *memcg,
					      int protection)
{
	TRACE(mem_cgroup_protected, nid, memcg->id, protection, memcg->memory.usage,
	      (s64)memcg->memory.emin, (s64)memcg->memory.elow);
}

/** @source include/trace/events/vmscan.h:185 */
static inline void trace_mm_shrink_slab_start(int nid, long deferred, gfp_t gfp_mask,
					      unsigned long cache_items, unsigned long delta,
					      unsigned long total_scan, int priority)
{
	TRACE(mm_shrink_slab_start, nid, deferred, gfp_mask, (s64)cache_items, (s64)delta,
	      (s64)total_scan, priority);
}

/** @source include/trace/events/vmscan.h:230 */
static inline void trace_mm_shrink_slab_end(int nid, long unused_scan, long new_scan,
					    long total_scan, int retval)
{
	TRACE(mm_shrink_slab_end, nid, unused_scan, new_scan, total_scan, retval);
}

/** @source include/trace/events/compaction.h:170 */
static inline void trace_mm_compaction_try_to_compact_pages(unsigned int order, gfp_t gfp_mask,
							    int prio)
{
	TRACE(mm_compaction_try_to_compact_pages, order, gfp_mask, prio);
}

/** @source include/trace/events/compaction.h:235 */
static inline void trace_mm_compaction_suitable(const struct zone *zone, int order, int result)
{
	TRACE(mm_compaction_suitable, zone_to_nid(zone), zone_idx(zone), order, result);
}

/** @source include/trace/events/compaction.h:226 */
static inline void trace_mm_compaction_finished(const struct zone *zone, int order, int result)
{
	TRACE(mm_compaction_finished, zone_to_nid(zone), zone_idx(zone), order, result);
}

/** @source include/trace/events/compaction.h:106 */
static inline void trace_mm_compaction_begin(unsigned long zone_start, unsigned long migrate_pfn,
					     unsigned long free_pfn, unsigned long zone_end,
					     bool sync)
{
	TRACE(mm_compaction_begin, (s64)zone_start, (s64)migrate_pfn, (s64)free_pfn, (s64)zone_end,
	      sync);
}

/** @source include/trace/events/compaction.h:136 */
static inline void trace_mm_compaction_end(unsigned long zone_start, unsigned long migrate_pfn,
					   unsigned long free_pfn, unsigned long zone_end,
					   bool sync, int status)
{
	TRACE(mm_compaction_end, (s64)zone_start, (s64)migrate_pfn, (s64)free_pfn, (s64)zone_end,
	      sync, status);
}

/** @source include/trace/events/compaction.h:45 */
static inline void trace_mm_compaction_isolate_migratepages(unsigned long start_pfn,
							    unsigned long end_pfn,
							    unsigned long nr_scanned,
							    unsigned long nr_taken)
{
	TRACE(mm_compaction_isolate_migratepages, (s64)start_pfn, (s64)end_pfn, (s64)nr_scanned,
	      (s64)nr_taken);
}

/** @source include/trace/events/compaction.h:56 */
static inline void trace_mm_compaction_isolate_freepages(unsigned long start_pfn,
							 unsigned long end_pfn,
							 unsigned long nr_scanned,
							 unsigned long nr_taken)
{
	TRACE(mm_compaction_isolate_freepages, (s64)start_pfn, (s64)end_pfn, (s64)nr_scanned,
	      (s64)nr_taken);
}

/**
 * Behind the two fields that are printed stands the answer of migrate_pages().
 *
 * @source include/trace/events/compaction.h:68
 */
static inline void trace_mm_compaction_migratepages(unsigned long nr_all, long migrate_rc,
						    unsigned long nr_failed)
{
	TRACE(mm_compaction_migratepages, (s64)(nr_all - nr_failed), (s64)nr_failed, migrate_rc,
	      (s64)nr_all);
}

/** No tracepoint of the kernel's: it has none where a page's content has just moved.
 *
 * @source none (ours: what mm/migrate.c does under the name migrate_page_states) */
static inline void trace_migrate_page_states(const struct page *from, const struct page *to)
{
	TRACE(migrate_page_states, trace_pfn(from), trace_pfn(to));
}

/** @source include/trace/events/compaction.h:350 */
static inline void trace_mm_compaction_kcompactd_wake(int nid, int order, int highest_zoneidx)
{
	TRACE(mm_compaction_kcompactd_wake, nid, order, highest_zoneidx);
}

/** @source include/trace/events/compaction.h:298 */
static inline void trace_mm_compaction_kcompactd_sleep(int nid)
{
	TRACE(mm_compaction_kcompactd_sleep, nid);
}

/** @source include/trace/events/compaction.h:277 */
static inline void trace_mm_compaction_deferred(const struct zone *zone, int order)
{
	TRACE(mm_compaction_deferred, zone_to_nid(zone), zone_idx(zone), order,
	      zone->compact_considered, zone->compact_defer_shift, zone->compact_order_failed);
}

/** @source include/trace/events/compaction.h:284 */
static inline void trace_mm_compaction_defer_compaction(const struct zone *zone, int order)
{
	TRACE(mm_compaction_defer_compaction, zone_to_nid(zone), zone_idx(zone), order,
	      zone->compact_considered, zone->compact_defer_shift, zone->compact_order_failed);
}

/** @source include/trace/events/compaction.h:291 */
static inline void trace_mm_compaction_defer_reset(const struct zone *zone, int order)
{
	TRACE(mm_compaction_defer_reset, zone_to_nid(zone), zone_idx(zone), order,
	      zone->compact_considered, zone->compact_defer_shift, zone->compact_order_failed);
}

/** @source include/trace/events/compaction.h:343 */
static inline void trace_mm_compaction_wakeup_kcompactd(int nid, int order, int highest_zoneidx)
{
	TRACE(mm_compaction_wakeup_kcompactd, nid, order, highest_zoneidx);
}

/** @source include/trace/events/oom.h:32 */
static inline void trace_reclaim_retry_zone(const struct zone *zone, unsigned int order,
					    unsigned long reclaimable, unsigned long available,
					    unsigned long min_wmark, int no_progress_loops,
					    bool wmark_check)
{
	TRACE(reclaim_retry_zone, zone_to_nid(zone), zone_idx(zone), order, (s64)reclaimable,
	      (s64)available, (s64)min_wmark, no_progress_loops, wmark_check);
}

/** @source include/trace/events/oom.h:155 */
static inline void trace_compact_retry(unsigned int order, int priority, int result, int retries,
				       int max_retries, bool ret)
{
	TRACE(compact_retry, order, priority, result, retries, max_retries, ret);
}

/** @source include/trace/events/oom.h:74 */
static inline void trace_mark_victim(int pid)
{
	TRACE(mark_victim, pid);
}

/** @source include/trace/events/oom.h:106 */
static inline void trace_start_task_reaping(int pid)
{
	TRACE(start_task_reaping, pid);
}

/** @source include/trace/events/oom.h:122 */
static inline void trace_finish_task_reaping(int pid)
{
	TRACE(finish_task_reaping, pid);
}

/** @source include/trace/events/oom.h:138 */
static inline void trace_skip_task_reaping(int pid)
{
	TRACE(skip_task_reaping, pid);
}

/** @source include/trace/events/oom.h:90 */
static inline void trace_wake_reaper(int pid)
{
	TRACE(wake_reaper, pid);
}

#endif

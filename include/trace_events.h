/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The kernel's tracepoints on this path, and where they go.
 *
 * Every tracepoint that 5.8.18 has here fires here, with the same fields in the same order. One event is
 * ours: mem_cgroup_protected, the figures by which reclaim spares a memory cgroup or does not. A
 * machine without a subscriber pays one test per tracepoint. Fields are plain numbers, each event
 * described by a row of trace_event_descriptions[]; whatever prints, records or compares events
 * works from that table.
 */
#ifndef TRACE_EVENTS_H
#define TRACE_EVENTS_H

#include "types.h"

enum trace_event_id {
	TRACE_mm_page_alloc,
	TRACE_mm_page_alloc_zone_locked,
	TRACE_mm_page_alloc_extfrag,
	TRACE_mm_page_free,
	TRACE_mm_page_free_batched,
	TRACE_mm_page_pcpu_drain,
	TRACE_mm_vmscan_wakeup_kswapd,
	TRACE_mm_vmscan_kswapd_wake,
	TRACE_mm_vmscan_kswapd_sleep,
	TRACE_mm_vmscan_direct_reclaim_begin,
	TRACE_mm_vmscan_direct_reclaim_end,
	TRACE_mm_vmscan_memcg_reclaim_begin,
	TRACE_mm_vmscan_memcg_reclaim_end,
	TRACE_mm_vmscan_node_reclaim_begin,
	TRACE_mm_vmscan_node_reclaim_end,
	TRACE_mm_vmscan_lru_isolate,
	TRACE_mm_vmscan_lru_shrink_inactive,
	TRACE_mm_vmscan_lru_shrink_active,
	TRACE_mm_vmscan_writepage,
	TRACE_mm_lru_insertion,
	TRACE_mem_cgroup_protected,
	TRACE_mm_shrink_slab_start,
	TRACE_mm_shrink_slab_end,
	TRACE_mm_compaction_try_to_compact_pages,
	TRACE_mm_compaction_suitable,
	TRACE_mm_compaction_finished,
	TRACE_mm_compaction_begin,
	TRACE_mm_compaction_end,
	TRACE_mm_compaction_isolate_migratepages,
	TRACE_mm_compaction_isolate_freepages,
	TRACE_mm_compaction_migratepages,
	TRACE_migrate_page_states,
	TRACE_mm_compaction_deferred,
	TRACE_mm_compaction_defer_compaction,
	TRACE_mm_compaction_defer_reset,
	TRACE_mm_compaction_wakeup_kcompactd,
	TRACE_mm_compaction_kcompactd_wake,
	TRACE_mm_compaction_kcompactd_sleep,
	TRACE_reclaim_retry_zone,
	TRACE_compact_retry,
	TRACE_mark_victim,
	TRACE_wake_reaper,
	TRACE_start_task_reaping,
	TRACE_finish_task_reaping,
	TRACE_skip_task_reaping,
	NR_TRACE_EVENTS,
};

#define MAX_TRACE_FIELDS 16

/**
 * One event: which, and its fields in the kernel's order. A page is its PFN; -1 for no page. Behind the
 * fields that the kernel prints, and that are described, may stand more that was known at that place.
 */
struct trace_event {
	enum trace_event_id id;
	s64 field[MAX_TRACE_FIELDS];
};

/** How a field is to be shown. */
enum trace_field_kind {
	TRACE_FIELD_END, /**< no further field */
	TRACE_FIELD_PFN, /**< in decimal, as the kernel's `pfn=` */
	TRACE_FIELD_NUMBER,
	TRACE_FIELD_ORDER,
	TRACE_FIELD_GFP,
	TRACE_FIELD_MIGRATETYPE,
	TRACE_FIELD_NODE,
	TRACE_FIELD_ZONE,
	TRACE_FIELD_COMPACT_RESULT,
	TRACE_FIELD_COMPACT_PRIORITY,
	TRACE_FIELD_COMPACT_FEEDBACK, /**< a compact_result as the retry rule reads it */
	TRACE_FIELD_HEX_PFN, /**< in hex, as the kernel has those of compaction, and where the event is ours */
};

/** Name and fields of an event. */
struct trace_event_description {
	const char *name;
	struct {
		const char *name;
		enum trace_field_kind kind;
	} field[MAX_TRACE_FIELDS + 1];
};

extern const struct trace_event_description trace_event_descriptions[NR_TRACE_EVENTS];

/** Receives every event as it fires. */
typedef void (*trace_subscriber)(const struct trace_event *event, void *context);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The trace sink: what each tracepoint is called, what its fields mean, how it reads.
 */
#include <stdarg.h>
#include <stdio.h>

#include "world/world.h"

#define PFN	 TRACE_FIELD_PFN
#define HEX_PFN	 TRACE_FIELD_HEX_PFN
#define NUMBER	 TRACE_FIELD_NUMBER
#define ORDER	 TRACE_FIELD_ORDER
#define GFP	 TRACE_FIELD_GFP
#define TYPE	 TRACE_FIELD_MIGRATETYPE
#define NODE	 TRACE_FIELD_NODE
#define ZONE	 TRACE_FIELD_ZONE
#define RESULT	 TRACE_FIELD_COMPACT_RESULT
#define FEEDBACK TRACE_FIELD_COMPACT_FEEDBACK
#define PRIORITY TRACE_FIELD_COMPACT_PRIORITY

#define EVENT(event_name, ...) \
	[TRACE_##event_name] = { .name = #event_name, .field = { __VA_ARGS__ } }
#define DEFERRAL                                                                        \
	{ "node", NODE }, { "zone", ZONE }, { "order", ORDER }, { "consider", NUMBER }, \
		{ "shift", NUMBER },                                                    \
	{                                                                               \
		"order_failed", NUMBER                                                  \
	}

const struct trace_event_description trace_event_descriptions[NR_TRACE_EVENTS] = {
	EVENT(mm_page_alloc, { "pfn", PFN }, { "order", ORDER }, { "gfp_flags", GFP },
	      { "migratetype", TYPE }),
	EVENT(mm_page_alloc_zone_locked, { "pfn", PFN }, { "order", ORDER },
	      { "migratetype", TYPE }),
	EVENT(mm_page_alloc_extfrag, { "pfn", PFN }, { "alloc_order", ORDER },
	      { "fallback_order", ORDER }, { "alloc_migratetype", TYPE },
	      { "fallback_migratetype", TYPE }, { "change_ownership", NUMBER }),
	EVENT(mm_page_free, { "pfn", PFN }, { "order", ORDER }),
	EVENT(mm_page_free_batched, { "pfn", PFN }),
	EVENT(mm_page_pcpu_drain, { "pfn", PFN }, { "order", ORDER }, { "migratetype", TYPE }),
	EVENT(mm_vmscan_wakeup_kswapd, { "nid", NODE }, { "zid", ZONE }, { "order", ORDER },
	      { "gfp_flags", GFP }),
	EVENT(mm_vmscan_kswapd_wake, { "nid", NODE }, { "zid", ZONE }, { "order", ORDER }),
	EVENT(mm_vmscan_kswapd_sleep, { "nid", NODE }),
	EVENT(mm_vmscan_direct_reclaim_begin, { "order", ORDER }, { "gfp_flags", GFP }),
	EVENT(mm_vmscan_direct_reclaim_end, { "nr_reclaimed", NUMBER }),
	EVENT(mm_vmscan_memcg_reclaim_begin, { "order", ORDER }, { "gfp_flags", GFP }),
	EVENT(mm_vmscan_memcg_reclaim_end, { "nr_reclaimed", NUMBER }),
	EVENT(mm_vmscan_node_reclaim_begin, { "nid", NODE }, { "order", ORDER },
	      { "gfp_flags", GFP }),
	EVENT(mm_vmscan_node_reclaim_end, { "nr_reclaimed", NUMBER }),
	EVENT(mm_vmscan_lru_isolate, { "isolate_mode", NUMBER }, { "classzone", ZONE },
	      { "order", ORDER }, { "nr_requested", NUMBER }, { "nr_scanned", NUMBER },
	      { "nr_skipped", NUMBER }, { "nr_taken", NUMBER }, { "lru", NUMBER }),
	EVENT(mm_vmscan_lru_shrink_inactive, { "nid", NODE }, { "nr_scanned", NUMBER },
	      { "nr_reclaimed", NUMBER }, { "nr_dirty", NUMBER }, { "nr_writeback", NUMBER },
	      { "nr_congested", NUMBER }, { "nr_immediate", NUMBER },
	      { "nr_activate_anon", NUMBER }, { "nr_activate_file", NUMBER },
	      { "nr_ref_keep", NUMBER }, { "nr_unmap_fail", NUMBER }, { "priority", NUMBER },
	      { "flags", NUMBER }),
	EVENT(mm_vmscan_lru_shrink_active, { "nid", NODE }, { "nr_taken", NUMBER },
	      { "nr_active", NUMBER }, { "nr_deactivated", NUMBER }, { "nr_referenced", NUMBER },
	      { "priority", NUMBER }, { "flags", NUMBER }),
	EVENT(mm_vmscan_writepage, { "pfn", PFN }, { "flags", NUMBER }),
	EVENT(mm_lru_insertion, { "pfn", PFN }, { "lru", NUMBER }),
	EVENT(mem_cgroup_protected, { "nid", NODE }, { "memcg", NUMBER }, { "protection", NUMBER },
	      { "usage", NUMBER }, { "emin", NUMBER }, { "elow", NUMBER }),
	EVENT(mm_shrink_slab_start, { "nid", NODE }, { "deferred", NUMBER }, { "gfp_flags", GFP },
	      { "cache_items", NUMBER }, { "delta", NUMBER }, { "total_scan", NUMBER },
	      { "priority", NUMBER }),
	EVENT(mm_shrink_slab_end, { "nid", NODE }, { "unused_scan", NUMBER },
	      { "new_scan", NUMBER }, { "total_scan", NUMBER }, { "retval", NUMBER }),
	EVENT(mm_compaction_try_to_compact_pages, { "order", ORDER }, { "gfp_mask", GFP },
	      { "priority", NUMBER }),
	EVENT(mm_compaction_suitable, { "node", NODE }, { "zone", ZONE }, { "order", ORDER },
	      { "ret", RESULT }),
	EVENT(mm_compaction_finished, { "node", NODE }, { "zone", ZONE }, { "order", ORDER },
	      { "ret", RESULT }),
	EVENT(mm_compaction_begin, { "zone_start", HEX_PFN }, { "migrate_pfn", HEX_PFN },
	      { "free_pfn", HEX_PFN }, { "zone_end", HEX_PFN }, { "sync", NUMBER }),
	EVENT(mm_compaction_end, { "zone_start", HEX_PFN }, { "migrate_pfn", HEX_PFN },
	      { "free_pfn", HEX_PFN }, { "zone_end", HEX_PFN }, { "sync", NUMBER },
	      { "status", RESULT }),
	EVENT(mm_compaction_isolate_migratepages, { "start_pfn", HEX_PFN }, { "end_pfn", HEX_PFN },
	      { "nr_scanned", NUMBER }, { "nr_taken", NUMBER }),
	EVENT(mm_compaction_isolate_freepages, { "start_pfn", HEX_PFN }, { "end_pfn", HEX_PFN },
	      { "nr_scanned", NUMBER }, { "nr_taken", NUMBER }),
	EVENT(mm_compaction_migratepages, { "nr_migrated", NUMBER }, { "nr_failed", NUMBER }),
	EVENT(migrate_page_states, { "from", HEX_PFN }, { "to", HEX_PFN }),
	EVENT(mm_compaction_deferred, DEFERRAL),
	EVENT(mm_compaction_defer_compaction, DEFERRAL),
	EVENT(mm_compaction_defer_reset, DEFERRAL),
	EVENT(mm_compaction_wakeup_kcompactd, { "nid", NODE }, { "order", ORDER },
	      { "classzone_idx", ZONE }),
	EVENT(mm_compaction_kcompactd_wake, { "nid", NODE }, { "order", ORDER },
	      { "classzone_idx", ZONE }),
	EVENT(mm_compaction_kcompactd_sleep, { "nid", NODE }),
	EVENT(reclaim_retry_zone, { "node", NODE }, { "zone", ZONE }, { "order", ORDER },
	      { "reclaimable", NUMBER }, { "available", NUMBER }, { "min_wmark", NUMBER },
	      { "no_progress_loops", NUMBER }, { "wmark_check", NUMBER }),
	EVENT(compact_retry, { "order", ORDER }, { "priority", PRIORITY },
	      { "compaction_result", FEEDBACK }, { "retries", NUMBER }, { "max_retries", NUMBER },
	      { "should_retry", NUMBER }),
	EVENT(mark_victim, { "pid", NUMBER }),
	EVENT(wake_reaper, { "pid", NUMBER }),
	EVENT(start_task_reaping, { "pid", NUMBER }),
	EVENT(finish_task_reaping, { "pid", NUMBER }),
	EVENT(skip_task_reaping, { "pid", NUMBER }),
};

/**
 * @brief Hand an event to the subscriber. Called only when there is one.
 *
 * @param event the event
 * @source none (ours: the kernel writes events to a ring buffer)
 */
void trace_emit(const struct trace_event *event)
{
	world->subscriber(event, world->subscriber_context);
}

/**
 * @brief Append to a text, as far as there is room.
 *
 * @param text the text
 * @param size bytes of `text`
 * @param length characters in it; moved on
 * @param format as for printf
 * @source none (ours: a text that is too long is cut)
 */
__attribute__((format(printf, 4, 5))) static void append(char *text, size_t size, size_t *length,
							 const char *format, ...)
{
	va_list arguments;
	int wanted;

	va_start(arguments, format);
	wanted = vsnprintf(text + *length, size - *length, format, arguments);
	va_end(arguments);
	*length += min_ul((unsigned long)wanted, size - *length - 1);
}

/**
 * @brief A gfp mask as the kernel prints it: names joined by bars, left-over bits in hex.
 *
 * @param mask the mask
 * @param text receives the names; "none" for 0; cut when there is no room
 * @param size bytes of `text`, at least 1
 * @return characters written
 * @source include/trace/events/mmflags.h:16
 */
int gfp_format(gfp_t mask, char *text, size_t size)
{
	size_t length = 0;

	text[0] = '\0';
	if (!mask)
		append(text, size, &length, "none");
	for (const struct gfp_name *row = gfp_names; row->mask && mask; row++) {
		if ((mask & row->mask) != row->mask)
			continue;
		mask &= ~row->mask;
		append(text, size, &length, "%s%s", length ? "|" : "", row->name);
	}
	if (mask)
		append(text, size, &length, "%s%#x", length ? "|" : "", mask);
	return (int)length;
}

/**
 * @brief A result of compaction as the retry rule reads it.
 *
 * @param result enum compact_result
 * @return the kernel's word for it
 * @source include/trace/events/mmflags.h:189
 */
static const char *compact_feedback(s64 result)
{
	if (result == COMPACT_COMPLETE)
		return "failed";
	if (result == COMPACT_DEFERRED || result == COMPACT_PARTIAL_SKIPPED ||
	    result == COMPACT_CONTENDED)
		return "withdrawn";
	return "progress";
}

/**
 * @brief Append one field.
 *
 * @param kind how it is shown
 * @param value its value
 * @param text the text
 * @param size bytes of `text`
 * @param length characters in it; moved on
 * @source none (ours: the kernel prints each event by a format of its own)
 */
static void append_field(enum trace_field_kind kind, s64 value, char *text, size_t size,
			 size_t *length)
{
	static const char *const priorities[] = { "COMPACT_PRIO_SYNC_FULL",
						  "COMPACT_PRIO_SYNC_LIGHT", "COMPACT_PRIO_ASYNC" };

	switch (kind) {
	case TRACE_FIELD_GFP:
		*length += (size_t)gfp_format((gfp_t)value, text + *length, size - *length);
		break;
	case TRACE_FIELD_HEX_PFN:
		append(text, size, length, "0x%llx", (unsigned long long)value);
		break;
	case TRACE_FIELD_ZONE:
		append(text, size, length, "%s", zone_names[value]);
		break;
	case TRACE_FIELD_COMPACT_RESULT:
		append(text, size, length, "%s", compact_result_names[value]);
		break;
	case TRACE_FIELD_COMPACT_FEEDBACK:
		append(text, size, length, "%s", compact_feedback(value));
		break;
	case TRACE_FIELD_COMPACT_PRIORITY:
		append(text, size, length, "%s", priorities[value]);
		break;
	default:
		append(text, size, length, "%lld", (long long)value);
	}
}

/**
 * @brief An event as one line of text: its name and its fields as name=value.
 *
 * @param event the event
 * @param text receives the line, without newline; cut when there is no room
 * @param size bytes of `text`, at least 1
 * @return characters written
 * @source none (ours: names and order of the fields are the kernel's)
 */
int trace_format(const struct trace_event *event, char *text, size_t size)
{
	const struct trace_event_description *description = &trace_event_descriptions[event->id];
	size_t length = 0;

	append(text, size, &length, "%s:", description->name);
	for (int i = 0; description->field[i].name; i++) {
		append(text, size, &length, " %s=", description->field[i].name);
		append_field(description->field[i].kind, event->field[i], text, size, &length);
	}
	return (int)length;
}

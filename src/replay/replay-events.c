/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The events of an operation: each is compared with its line of the recording as it fires.
 */
#include "memory_map.h"
#include "replay/replay.h"
#include "world/world.h"

/** Is this the event by which the recording tells that a page was freed, at this point? */
static bool free_is_recorded(const struct replay *replay, enum trace_event_id id)
{
	if (replay->profile->computes_reclaim && !replay->compacting)
		return id == TRACE_mm_page_free_batched &&
		       (replay->in_reclaim || replay->in_daemons);
	if (id == TRACE_mm_page_free_batched)
		return false;
	/* Elsewhere only the free that follows a refused charge. */
	return replay->profile->all_events || replay->compacting ||
	       (replay->allocating && !replay->in_reclaim);
}

/** Is this an event that the recording has a line for, at this point? */
static bool event_is_recorded(const struct replay *replay, const struct trace_event *event)
{
	switch (event->id) {
	case TRACE_mm_page_alloc:
		return replay->profile->all_events;
	case TRACE_mm_page_free:
	case TRACE_mm_page_free_batched:
		return free_is_recorded(replay, event->id);
	case TRACE_mm_compaction_suitable:
		return !replay->in_reclaim || replay->profile->computes_reclaim;
	case TRACE_mm_vmscan_memcg_reclaim_begin:
	case TRACE_mm_vmscan_memcg_reclaim_end:
	case TRACE_mem_cgroup_protected:
		return replay->profile->groups;
	default:
		return true;
	}
}

/** Take note of what an event begins or ends, after it was found right. */
static void follow_event(struct replay *replay, const struct trace_event *event)
{
	switch (event->id) {
	case TRACE_mm_vmscan_direct_reclaim_begin:
	case TRACE_mm_vmscan_memcg_reclaim_begin:
		replay->in_reclaim = true;
		break;
	case TRACE_mm_vmscan_direct_reclaim_end:
	case TRACE_mm_vmscan_memcg_reclaim_end:
		replay->in_reclaim = false;
		replay_check_nodes(replay);
		break;
	case TRACE_mm_compaction_begin:
		replay->compacting = true;
		break;
	case TRACE_mm_compaction_end:
		replay->compacting = false;
		replay_zone_compacted(replay, event);
		break;
	case TRACE_mm_compaction_suitable:
		if (replay->profile->computes_compaction && !replay->in_reclaim)
			replay_zone_tested(replay, event);
		break;
	default:
		break;
	}
}

/** What an operation returned may have been moved or freed since: remember it where it is. */
static void follow_page(struct replay *replay, const struct trace_event *event)
{
	u8 *held;

	if (event->id != TRACE_migrate_page_states && event->id != TRACE_mm_page_free)
		return;
	held = held_order(replay, pfn_to_page((unsigned long)event->field[0]));
	if (event->id == TRACE_migrate_page_states)
		*held_order(replay, pfn_to_page((unsigned long)event->field[1])) = *held;
	*held = 0;
}

/** Keep the last events for the account of a divergence. */
static void remember_event(struct replay *replay, const struct trace_event *event)
{
	replay->recent[replay->nr_recent++ % RECENT_EVENTS] = *event;
}

/**
 * @brief Compare an event with the recording as it fires.
 *
 * @param event the event
 * @param context the replay
 */
void replay_event(const struct trace_event *event, void *context)
{
	struct replay *replay = context;
	const struct event_form *form = event_form_of(event->id);
	const char *line = replay_next_event(replay);
	char got[200];

	follow_page(replay, event);
	if (replay->result->outcome != REPLAY_IDENTICAL || !form ||
	    !event_is_recorded(replay, event))
		return;
	remember_event(replay, event);
	if (line && event_matches(form, event, line)) {
		replay->reader.next++;
		replay->result->events++;
		follow_event(replay, event);
		return;
	}
	event_as_recorded(form, event, got, sizeof(got));
	if (line)
		result_differs(replay->result, replay->reader.next + 1, line, "%s", got);
	else
		result_differs(replay->result, replay->reader.next + 1, "no further event", "%s",
			       got);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The events of an operation: each is compared with its line of the recording as it fires.
 */
#include <stdio.h>

#include "replay/replay.h"
#include "world/world.h"

/**
 * @brief The line after the current operation that holds its next event.
 *
 * @param replay the replay
 * @return the line without its indent; NULL when there is none
 */
const char *replay_next_event(const struct replay *replay)
{
	const char *line = reader_peek(&replay->reader);

	return line && line[0] == ' ' && line[1] == ' ' ? line + 2 : NULL;
}

/** How an event is written in a recording. */
static const struct event_form {
	enum trace_event_id id;
	char letter;
	const char *kind; /**< word after the letter, or NULL */
	int nr_fields;	  /**< fields compared, from the first */
	u8 field[8];	  /**< which field of the event stands there */
	unsigned int hex; /**< bit n: the n-th number is hexadecimal */
} event_forms[] = {
	{ TRACE_mm_page_alloc_zone_locked, 'l', NULL, 3, { 0, 1, 2 }, 0 },
	{ TRACE_mm_page_pcpu_drain, 'd', NULL, 3, { 0, 1, 2 }, 0 },
	{ TRACE_mm_page_alloc_extfrag, 'x', NULL, 5, { 0, 1, 2, 3, 4 }, 0 },
	{ TRACE_mm_vmscan_wakeup_kswapd, 'k', NULL, 3, { 0, 1, 2 }, 0 },
	{ TRACE_mm_compaction_wakeup_kcompactd, 'w', NULL, 3, { 0, 1, 2 }, 0 },
	{ TRACE_mm_vmscan_direct_reclaim_begin, 'r', NULL, 2, { 0, 1 }, 2 },
	{ TRACE_mm_vmscan_direct_reclaim_end, 'e', NULL, 1, { 0 }, 0 },
	{ TRACE_mm_compaction_try_to_compact_pages, 't', NULL, 3, { 0, 1, 2 }, 2 },
	{ TRACE_mm_compaction_suitable, 's', NULL, 4, { 0, 1, 2, 3 }, 0 },
	{ TRACE_reclaim_retry_zone, 'y', NULL, 8, { 0, 1, 2, 3, 4, 5, 6, 7 }, 0 },
	{ TRACE_compact_retry, 'p', NULL, 6, { 0, 1, 2, 3, 4, 5 }, 0 },
	{ TRACE_mm_compaction_deferred, 'o', "deferred", 6, { 0, 1, 2, 3, 4, 5 }, 0 },
	{ TRACE_mm_compaction_defer_compaction, 'o', "defer", 6, { 0, 1, 2, 3, 4, 5 }, 0 },
	{ TRACE_mm_compaction_defer_reset, 'o', "reset", 6, { 0, 1, 2, 3, 4, 5 }, 0 },
	{ TRACE_mm_page_free, 'F', NULL, 2, { 0, 1 }, 0 },
	{ TRACE_mm_page_alloc, 'A', NULL, 4, { 0, 1, 2, 3 }, 4 },
};

/** How this event is written; NULL for events that recordings leave out. */
static const struct event_form *form_of(enum trace_event_id id)
{
	for (size_t i = 0; i < ARRAY_SIZE(event_forms); i++)
		if (event_forms[i].id == id)
			return &event_forms[i];
	return NULL;
}

/** Does a line of the recording say the same as an event? */
static bool event_matches(const struct event_form *form, const struct trace_event *event,
			  const char *line)
{
	if (*line++ != form->letter || (form->kind && !take_word(&line, form->kind)))
		return false;
	for (int i = 0; i < form->nr_fields; i++) {
		unsigned long hex;
		long value;

		if (form->hex & (1u << i)) {
			if (!take_hex(&line, &hex))
				return false;
			value = (long)hex;
		} else if (!take_number(&line, &value)) {
			return false;
		}
		if (value != event->field[form->field[i]])
			return false;
	}
	return take_end(&line);
}

/** Write an event as a recording does. */
static void event_as_recorded(const struct event_form *form, const struct trace_event *event,
			      char *text, size_t size)
{
	size_t length = (size_t)snprintf(text, size, "%c%s%s", form->letter, form->kind ? " " : "",
					 form->kind ? form->kind : "");

	for (int i = 0; i < form->nr_fields; i++)
		length += (size_t)snprintf(text + length, size - length,
					   form->hex & (1u << i) ? " %llx" : " %lld",
					   (long long)event->field[form->field[i]]);
}

/** Is this an event that the recording has a line for, at this point? */
static bool event_is_recorded(const struct replay *replay, const struct trace_event *event)
{
	switch (event->id) {
	case TRACE_mm_page_alloc:
		return replay->all_events;
	case TRACE_mm_page_free:
		/* Elsewhere only the free that follows a refused charge. */
		return (replay->all_events || replay->allocating) && !replay->in_reclaim;
	case TRACE_mm_compaction_suitable:
		return !replay->in_reclaim;
	default:
		return true;
	}
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
	const struct event_form *form = form_of(event->id);
	const char *line = replay_next_event(replay);
	char got[200];

	if (replay->result->outcome != REPLAY_IDENTICAL || !form ||
	    !event_is_recorded(replay, event))
		return;
	remember_event(replay, event);
	if (line && event_matches(form, event, line)) {
		replay->reader.next++;
		replay->result->events++;
		if (event->id == TRACE_mm_vmscan_direct_reclaim_begin)
			replay->in_reclaim = true;
		if (event->id == TRACE_mm_vmscan_direct_reclaim_end)
			replay->in_reclaim = false;
		return;
	}
	event_as_recorded(form, event, got, sizeof(got));
	if (line)
		result_differs(replay->result, replay->reader.next + 1, line, "%s", got);
	else
		result_differs(replay->result, replay->reader.next + 1, "no further event", "%s",
			       got);
}

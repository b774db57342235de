/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief How a recording writes each event: its letters, then numbers out of the event's fields.
 */
#include <stdio.h>
#include <string.h>

#include "replay/replay.h"
#include "world/world.h"

/** Set in the flags of an event about pages of a list: they are file pages. */
#define FLAGS_FILE 2

/** How an event is written in a recording. */
struct event_form {
	enum trace_event_id id;
	const char *letters;
	const char *kind;	    /**< word after the letters, or NULL */
	int nr_fields;		    /**< numbers in the line */
	u8 field[MAX_TRACE_FIELDS]; /**< which field of the event stands there */
	unsigned int hex;	    /**< bit n: the n-th number is hexadecimal */
	unsigned int file; /**< bit n: the n-th says whether flags mean file pages, 0 or 1 */
};

static const struct event_form event_forms[] = {
	/* The allocator. */
	{ TRACE_mm_page_alloc_zone_locked, "l", NULL, 3, { 0, 1, 2 }, 0, 0 },
	{ TRACE_mm_page_pcpu_drain, "d", NULL, 3, { 0, 1, 2 }, 0, 0 },
	{ TRACE_mm_page_alloc_extfrag, "x", NULL, 5, { 0, 1, 2, 3, 4 }, 0, 0 },
	{ TRACE_mm_page_free, "F", NULL, 2, { 0, 1 }, 0, 0 },
	{ TRACE_mm_page_free_batched, "F", NULL, 2, { 0, 1 }, 0, 0 },
	{ TRACE_mm_page_alloc, "A", NULL, 4, { 0, 1, 2, 3 }, 4, 0 },
	/* The slow path. */
	{ TRACE_mm_vmscan_wakeup_kswapd, "k", NULL, 3, { 0, 1, 2 }, 0, 0 },
	{ TRACE_mm_compaction_wakeup_kcompactd, "w", NULL, 3, { 0, 1, 2 }, 0, 0 },
	{ TRACE_mm_vmscan_direct_reclaim_begin, "r", NULL, 2, { 0, 1 }, 2, 0 },
	{ TRACE_mm_vmscan_direct_reclaim_end, "e", NULL, 1, { 0 }, 0, 0 },
	{ TRACE_mm_compaction_try_to_compact_pages, "t", NULL, 3, { 0, 1, 2 }, 2, 0 },
	{ TRACE_mm_compaction_suitable, "s", NULL, 4, { 0, 1, 2, 3 }, 0, 0 },
	{ TRACE_reclaim_retry_zone, "y", NULL, 8, { 0, 1, 2, 3, 4, 5, 6, 7 }, 0, 0 },
	{ TRACE_compact_retry, "p", NULL, 6, { 0, 1, 2, 3, 4, 5 }, 0, 0 },
	{ TRACE_mm_compaction_deferred, "o", "deferred", 6, { 0, 1, 2, 3, 4, 5 }, 0, 0 },
	{ TRACE_mm_compaction_defer_compaction, "o", "defer", 6, { 0, 1, 2, 3, 4, 5 }, 0, 0 },
	{ TRACE_mm_compaction_defer_reset, "o", "reset", 6, { 0, 1, 2, 3, 4, 5 }, 0, 0 },
	/* Compaction. */
	{ TRACE_mm_compaction_begin, "cb", NULL, 5, { 0, 1, 2, 3, 4 }, 0, 0 },
	{ TRACE_mm_compaction_finished, "cs", NULL, 2, { 2, 3 }, 0, 0 },
	{ TRACE_mm_compaction_isolate_migratepages, "ci", NULL, 4, { 0, 1, 2, 3 }, 0, 0 },
	{ TRACE_mm_compaction_isolate_freepages, "cf", NULL, 4, { 0, 1, 2, 3 }, 0, 0 },
	{ TRACE_mm_compaction_migratepages, "cp", NULL, 3, { 3, 2, 1 }, 0, 0 },
	{ TRACE_migrate_page_states, "cm", NULL, 2, { 0, 1 }, 0, 0 },
	{ TRACE_mm_compaction_end, "ce", NULL, 4, { 1, 2, 4, 5 }, 0, 0 },
	/* Reclaim. */
	{ TRACE_mm_lru_insertion, "li", NULL, 2, { 0, 1 }, 0, 0 },
	{ TRACE_mm_vmscan_lru_isolate, "vi", NULL, 8, { 1, 2, 3, 4, 5, 6, 0, 7 }, 1 << 6, 0 },
	{ TRACE_mm_vmscan_lru_shrink_inactive,
	  "vs",
	  NULL,
	  16,
	  { 0, 1, 2, 3, 13, 5, 4, 6, 14, 7, 8, 9, 10, 15, 11, 12 },
	  0,
	  1 << 15 },
	{ TRACE_mm_vmscan_lru_shrink_active, "va", NULL, 7, { 0, 1, 2, 3, 4, 5, 6 }, 0, 1 << 6 },
	{ TRACE_mm_shrink_slab_start, "hs", "own", 6, { 0, 1, 3, 4, 5, 6 }, 0, 0 },
	{ TRACE_mm_shrink_slab_end, "he", "own", 5, { 0, 4, 1, 2, 3 }, 0, 0 },
	/* Memory cgroups. */
	{ TRACE_mm_vmscan_memcg_reclaim_begin, "mr", NULL, 2, { 0, 1 }, 2, 0 },
	{ TRACE_mm_vmscan_memcg_reclaim_end, "me", NULL, 1, { 0 }, 0, 0 },
	{ TRACE_mem_cgroup_protected, "vg", NULL, 6, { 0, 1, 2, 3, 4, 5 }, 0, 0 },
	/* The daemons. */
	{ TRACE_mm_vmscan_kswapd_wake, "kw", NULL, 3, { 0, 2, 1 }, 0, 0 },
	{ TRACE_mm_vmscan_kswapd_sleep, "ks", NULL, 1, { 0 }, 0, 0 },
	{ TRACE_mm_compaction_kcompactd_wake, "cw", NULL, 3, { 0, 1, 2 }, 0, 0 },
	{ TRACE_mm_compaction_kcompactd_sleep, "cz", NULL, 1, { 0 }, 0, 0 },
};

/**
 * @brief How an event is written.
 *
 * @param id which event
 * @return its form; NULL for events that recordings leave out
 */
const struct event_form *event_form_of(enum trace_event_id id)
{
	for (size_t i = 0; i < ARRAY_SIZE(event_forms); i++)
		if (event_forms[i].id == id)
			return &event_forms[i];
	return NULL;
}

/**
 * @brief A number of the line that stands for an event.
 *
 * @param form how it is written
 * @param event the event
 * @param n the number's place in the line, from 0
 * @return the number
 */
s64 event_number(const struct event_form *form, const struct trace_event *event, int n)
{
	s64 value = event->field[form->field[n]];

	return form->file & (1u << n) ? (value & FLAGS_FILE) != 0 : value;
}

/**
 * @brief Read an event's line.
 *
 * @param form how it is written
 * @param line the line
 * @param value receives its numbers
 * @return whether it is such a line
 */
bool event_values(const struct event_form *form, const char *line, s64 value[MAX_TRACE_FIELDS])
{
	if (!take_word(&line, form->letters) || (form->kind && !take_word(&line, form->kind)))
		return false;
	for (int i = 0; i < form->nr_fields; i++) {
		unsigned long hex;
		long number;

		if (form->hex & (1u << i)) {
			if (!take_hex(&line, &hex))
				return false;
			value[i] = (s64)hex;
		} else {
			if (!take_number(&line, &number))
				return false;
			value[i] = number;
		}
	}
	return take_end(&line);
}

/**
 * @brief Which field of an event stands at a place in its line?
 *
 * @param form how it is written
 * @param n the place, from 0
 * @return number of the field; -1 behind the last
 */
int event_field(const struct event_form *form, int n)
{
	return n < form->nr_fields ? form->field[n] : -1;
}

/**
 * @brief Does a line of the recording say the same as an event?
 *
 * @param form how it is written
 * @param event the event
 * @param line the line
 * @return whether it does
 */
bool event_matches(const struct event_form *form, const struct trace_event *event, const char *line)
{
	s64 value[MAX_TRACE_FIELDS];

	if (!event_values(form, line, value))
		return false;
	for (int i = 0; i < form->nr_fields; i++)
		if (value[i] != event_number(form, event, i))
			return false;
	return true;
}

/**
 * @brief Write an event as a recording does.
 *
 * @param form how it is written
 * @param event the event
 * @param text receives the line
 * @param size bytes of `text`, enough for every event
 */
void event_as_recorded(const struct event_form *form, const struct trace_event *event, char *text,
		       size_t size)
{
	size_t length = (size_t)snprintf(text, size, "%s%s%s", form->letters, form->kind ? " " : "",
					 form->kind ? form->kind : "");

	for (int i = 0; i < form->nr_fields; i++)
		length += (size_t)snprintf(text + length, size - length,
					   form->hex & (1u << i) ? " %llx" : " %lld",
					   (long long)event_number(form, event, i));
}

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

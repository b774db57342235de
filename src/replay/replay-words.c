/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Lines of a recording in words: the codes of an event or an operation, for the account of a divergence.
 */
#include <string.h>

#include "memory_map.h"
#include "replay/replay.h"
#include "text/append.h"
#include "text/words.h"
#include "world/world.h"

/** A line of a recording that was understood: an event's fields. */
struct told {
	const struct trace_event_description *description;
	const struct event_form *form;
	s64 value[MAX_TRACE_FIELDS]; /**< in the order of the line */
};

/** What a recording tells of an event beyond the fields that the kernel prints, by the field's number. */
static const char *const unprinted_names[MAX_TRACE_FIELDS] = {
	[1] = "order", /* of mm_page_free_batched */
	[13] = "nr_unqueued",
	[14] = "nr_pageout",
	[15] = "nr_lazyfree_fail",
};

/** Append a page frame: where it is, if it is anywhere. */
static void append_frame(char *text, size_t size, const char *name, s64 pfn)
{
	if (!strcmp(name, "pfn"))
		name = "page";
	if (pfn < 0)
		text_append(text, size, "no %s", name);
	else
		text_append(text, size, "%s %#llx", name, (unsigned long long)pfn);
}

/** Append a number that has a name in a table, or itself. */
static void append_named(char *text, size_t size, const char *name, s64 value,
			 const char *const *names, int count)
{
	if (value >= 0 && value < count)
		text_append(text, size, "%s %s", name, names[value]);
	else
		text_append(text, size, "%s %lld", name, (long long)value);
}

/** Append one field: its name and what its value is called. */
static void append_field(char *text, size_t size, const char *name, enum trace_field_kind kind,
			 s64 value)
{
	char mask[300];

	switch (kind) {
	case TRACE_FIELD_PFN:
		append_frame(text, size, name, value);
		break;
	case TRACE_FIELD_GFP:
		gfp_format((gfp_t)value, mask, sizeof(mask));
		text_append(text, size, "%s", mask);
		break;
	case TRACE_FIELD_MIGRATETYPE:
		append_named(text, size, name, value, migratetype_names, MIGRATE_TYPES);
		break;
	case TRACE_FIELD_ZONE:
		append_named(text, size, "zone", value, zone_names, MAX_NR_ZONES);
		break;
	case TRACE_FIELD_COMPACT_RESULT:
	case TRACE_FIELD_COMPACT_FEEDBACK:
		append_named(text, size, "result", value, compact_result_names, NR_COMPACT_RESULTS);
		break;
	case TRACE_FIELD_NODE:
		text_append(text, size, "node %lld", (long long)value);
		break;
	default:
		text_append(text, size, "%s %lld", name, (long long)value);
	}
}

/** Understand a line as an event; false when it is none. */
static bool read_event(const char *line, struct told *told)
{
	for (int id = 0; id < NR_TRACE_EVENTS; id++) {
		told->form = event_form_of((enum trace_event_id)id);
		told->description = &trace_event_descriptions[id];
		if (told->form && event_values(told->form, line, told->value))
			return true;
	}
	return false;
}

/** The name of the n-th number in an event's line, and its kind. */
static const char *field_name(const struct told *told, int n, enum trace_field_kind *kind)
{
	int field = event_field(told->form, n), known = 0;

	while (told->description->field[known].name)
		known++;
	*kind = field < known ? told->description->field[field].kind : TRACE_FIELD_NUMBER;
	return field < known ? told->description->field[field].name : unprinted_names[field];
}

static void event_words(const struct told *told, char *text, size_t size)
{
	text_append(text, size, "%s", told->description->name);
	for (int n = 0; event_field(told->form, n) >= 0; n++) {
		enum trace_field_kind kind;
		const char *name = field_name(told, n, &kind);

		text_append(text, size, n ? ", " : ": ");
		append_field(text, size, name, kind, told->value[n]);
	}
}

/** What a request got: the end of its line, a PFN or `-`. */
static void answer_words(const char *line, char *text, size_t size)
{
	const char *cursor = line + 1, *last = strrchr(line, ' ') + 1;
	unsigned long gfp, pfn;
	long order, number;
	char mask[300];

	if (!take_hex(&cursor, &gfp) || !take_number(&cursor, &order))
		return;
	gfp_format((gfp_t)gfp, mask, sizeof(mask));
	if (!strcmp(last, "-")) {
		text_append(text, size, "no page of order %ld for %s", order, mask);
		return;
	}
	cursor = last - 1;
	if (!take_number(&cursor, &number) || number < 0)
		return;
	pfn = (unsigned long)number;
	text_append(text, size, "page %#lx of order %ld for %s", pfn, order, mask);
	if (pfn_valid(pfn))
		text_append(text, size, ", from node %d, zone %s", page_to_nid(pfn_to_page(pfn)),
			    page_zone(pfn_to_page(pfn))->name);
}

/**
 * @brief An event or a request of a recording in words.
 *
 * @param line the line, without its indent
 * @param text receives the words; empty when the line is something else, whose words are its own
 * @param size bytes of `text`
 */
void replay_words(const char *line, char *text, size_t size)
{
	struct told told;

	text[0] = '\0';
	if ((line[0] == 'a' || line[0] == 'g') && line[1] == ' ')
		answer_words(line, text, size);
	else if (read_event(line, &told))
		event_words(&told, text, size);
}

/**
 * @brief An event in words.
 *
 * @param event the event, one that recordings have
 * @param text receives the words
 * @param size bytes of `text`
 */
void replay_event_words(const struct trace_event *event, char *text, size_t size)
{
	struct told told = { .description = &trace_event_descriptions[event->id],
			     .form = event_form_of(event->id) };

	text[0] = '\0';
	for (int n = 0; event_field(told.form, n) >= 0; n++)
		told.value[n] = event_number(told.form, event, n);
	event_words(&told, text, size);
}

/** Of two lines of words and numbers, the first that differs, by the name before it. */
static void differing_word(const char *recorded, const char *ours, char *text, size_t size)
{
	struct word name = { 0 }, theirs = next_word(&recorded), here = next_word(&ours);
	bool lists =
		word_is(theirs, "c"); /* a check: its third to thirteenth number have no names */

	for (int n = 0; theirs.length && here.length; n++) {
		if (theirs.length != here.length || memcmp(theirs.at, here.at, here.length)) {
			if (lists && n > 2 && n < 3 + MAX_ORDER)
				text_append(text, size, "free blocks of order %d: ", n - 3);
			else if (name.length)
				text_append(text, size, "%.*s: ", (int)name.length, name.at);
			text_append(text, size, "%.*s recorded, %.*s here", (int)theirs.length,
				    theirs.at, (int)here.length, here.at);
			return;
		}
		if (!strchr("-0123456789|", *here.at))
			name = here;
		theirs = next_word(&recorded);
		here = next_word(&ours);
	}
}

/**
 * @brief In what do two lines differ?
 *
 * @param recorded a line of a recording
 * @param ours what it is here, written alike
 * @param text receives the names of the fields that differ, or a name and both values; empty where the lines are about
 * different things, or are requests
 * @param size bytes of `text`
 */
void replay_difference(const char *recorded, const char *ours, char *text, size_t size)
{
	struct told theirs, here;
	const char *comma = "";

	text[0] = '\0';
	if (read_event(recorded, &theirs) && read_event(ours, &here)) {
		if (theirs.form != here.form)
			return;
		for (int n = 0; event_field(here.form, n) >= 0; n++) {
			enum trace_field_kind kind;
			const char *name = field_name(&here, n, &kind);

			if (theirs.value[n] == here.value[n])
				continue;
			text_append(text, size, "%s%s", comma, name);
			comma = ", ";
		}
		return;
	}
	if (*recorded == *ours && !strchr("ag", *recorded))
		differing_word(recorded, ours, text, size);
}

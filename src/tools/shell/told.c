/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The events of a command, told in a few lines.
 *
 * Events of one kind that follow one another are told together: how many they were, the fields they share, from which page to which.
 * When that is still too long, all events of a kind are, in the order in which the kinds first came. Only what is told of them is kept, so a
 * command with a million events takes no more memory than one with few.
 */
#include "tools/shell/told.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "text/cursor.h"
#include "text/names.h"
#include "tools/language.h"
#include "tools/meanings.h"

/** Runs that are told one after another; when there are more, each kind is told once. */
#define MOST_RUNS 8

/** More fields than any event has. */
#define MOST_FIELDS 20

/** The text of an event, cut into words. */
struct parsed {
	char text[512];
	const char *name;
	int nr_fields;
	const char *field[MOST_FIELDS], *value[MOST_FIELDS];
	const char *page; /**< value of the field `pfn`; NULL: it has none */
};

/** Events of one kind: of one name, all with a page or all without. */
struct kind {
	struct parsed first;
	char last_page[24];
	bool same[MOST_FIELDS]; /**< all events have the first one's value */
	unsigned long count;
};

/** A list of kinds that grows. */
struct kinds {
	struct kind **kind;
	size_t nr;
};

struct told {
	struct kinds runs; /**< the first ones, and one more when there are more */
	struct kinds kinds;
};

/** Cut the text of an event at its blanks and signs. */
static void parse(const struct pageflow_event *event, struct parsed *parsed)
{
	char *rest = parsed->text, *word;

	pageflow_event_text(event, parsed->text, sizeof(parsed->text));
	parsed->name = strsep(&rest, ":");
	parsed->nr_fields = 0;
	parsed->page = NULL;
	while (rest && parsed->nr_fields < MOST_FIELDS && (word = strsep(&rest, " "))) {
		int i = parsed->nr_fields;

		parsed->field[i] = strsep(&word, "=");
		if (!word)
			continue;
		parsed->value[i] = word;
		if (!strcmp(parsed->field[i], "pfn"))
			parsed->page = word;
		parsed->nr_fields++;
	}
}

/** Did an event come without a page? */
static bool has_failed(const struct parsed *parsed)
{
	return parsed->page && !strcmp(parsed->page, "-1");
}

static bool is_of_kind(const struct kind *kind, const struct parsed *parsed)
{
	return !strcmp(kind->first.name, parsed->name) &&
	       has_failed(&kind->first) == has_failed(parsed);
}

/** Count an event in. */
static void add_to(struct kind *kind, const struct parsed *parsed)
{
	kind->count++;
	for (int i = 0; i < kind->first.nr_fields; i++)
		kind->same[i] &=
			i < parsed->nr_fields && !strcmp(kind->first.value[i], parsed->value[i]);
	if (parsed->page)
		snprintf(kind->last_page, sizeof(kind->last_page), "%s", parsed->page);
}

/** The first event of a kind; false when there is no memory. */
static bool add_kind(struct kinds *kinds, const struct pageflow_event *event)
{
	struct kind **more = realloc(kinds->kind, (kinds->nr + 1) * sizeof(struct kind *));
	struct kind *kind = calloc(1, sizeof(*kind));

	if (more)
		kinds->kind = more;
	if (!more || !kind) {
		free(kind);
		return false;
	}
	parse(event, &kind->first);
	memset(kind->same, true, sizeof(kind->same));
	add_to(kind, &kind->first);
	kinds->kind[kinds->nr++] = kind;
	return true;
}

static void clear(struct kinds *kinds)
{
	for (size_t i = 0; i < kinds->nr; i++)
		free(kinds->kind[i]);
	free(kinds->kind);
	*kinds = (struct kinds){ 0 };
}

/**
 * @brief Begin to take events.
 *
 * @return nothing to tell yet; told_free() it; NULL when there is no memory
 */
struct told *told_new(void)
{
	return calloc(1, sizeof(struct told));
}

/**
 * @brief Take an event.
 *
 * @param told what there is to tell so far
 * @param event the event
 * @return false when there is no memory for it
 */
bool told_event(struct told *told, const struct pageflow_event *event)
{
	struct kinds *runs = &told->runs, *kinds = &told->kinds;
	bool kept = true;
	struct parsed parsed;
	size_t i = 0;

	parse(event, &parsed);
	if (runs->nr && is_of_kind(runs->kind[runs->nr - 1], &parsed))
		add_to(runs->kind[runs->nr - 1], &parsed);
	else if (runs->nr <= MOST_RUNS)
		kept = add_kind(runs, event);
	while (i < kinds->nr && !is_of_kind(kinds->kind[i], &parsed))
		i++;
	if (i < kinds->nr)
		add_to(kinds->kind[i], &parsed);
	else
		kept &= add_kind(kinds, event);
	return kept;
}

/** Put a value as a reader wants it: pages in hexadecimal, types by name. */
static void put_value(const struct pen *pen, const char *field, const char *value)
{
	size_t length = strlen(field), type = strlen("migratetype");
	char page[24];
	long number;

	if (!strcmp(field, "pfn")) {
		if (!is_number(value, 0, LONG_MAX, &number)) {
			pen_say(pen, KEY("none"));
			return;
		}
		snprintf(page, sizeof(page), "%#lx", (unsigned long)number);
		pen_put(pen, number ? page : "0x0");
	} else if (length >= type && !strcmp(field + length - type, "migratetype") &&
		   is_number(value, 0, MIGRATE_TYPES - 1, &number)) {
		pen_put(pen, migratetype_names[number]);
	} else {
		for (; *value; value++)
			pen_put(pen, *value == '|' ? " | " : (char[]){ *value, '\0' });
	}
}

/** The fields of a kind as text: "pfn 0x43c08 … 0x43c0f, order 3". */
static void put_fields(const struct pen *pen, const struct kind *kind)
{
	const char *between = "";

	for (int i = 0; i < kind->first.nr_fields; i++) {
		const char *field = kind->first.field[i];

		if (!kind->same[i] && strcmp(field, "pfn") != 0)
			continue;
		pen_put(pen, between);
		pen_put(pen, field);
		pen_put(pen, " ");
		put_value(pen, field, kind->first.value[i]);
		if (!strcmp(field, "pfn") && strcmp(kind->first.value[i], kind->last_page) != 0) {
			pen_put(pen, " \u2026 ");
			put_value(pen, field, kind->last_page);
		}
		between = ", ";
	}
}

/** Write a text that is put together by a pen. */
static void write_said(struct json *json, const char *key, const struct kind *kind,
		       void (*put)(const struct pen *pen, const struct kind *kind))
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (out) {
		const struct pen pen = pen_in_language(out);

		put(&pen, kind);
		fclose(out);
	}
	json_text(json, key, text ? text : "");
	free(text);
}

static void put_meaning(const struct pen *pen, const struct kind *kind)
{
	meaning_put(pen, kind->first.name, has_failed(&kind->first));
}

/**
 * @brief Write what there is to tell, as the array `events`.
 *
 * @param told what there is
 * @param json where to
 */
void told_write(const struct told *told, struct json *json)
{
	const struct kinds *lines = told->runs.nr > MOST_RUNS ? &told->kinds : &told->runs;

	json_array(json, "events");
	for (size_t i = 0; i < lines->nr; i++) {
		const struct kind *kind = lines->kind[i];

		json_object(json, NULL);
		json_text(json, "name", kind->first.name);
		json_count(json, "count", kind->count);
		write_said(json, "meaning", kind, put_meaning);
		write_said(json, "fields", kind, put_fields);
		json_end(json);
	}
	json_end(json);
}

/** The next command begins: there is nothing to tell. */
void told_clear(struct told *told)
{
	clear(&told->runs);
	clear(&told->kinds);
}

/** Give it back. */
void told_free(struct told *told)
{
	if (told)
		told_clear(told);
	free(told);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Drawing what is free on a machine: which zones, in which form.
 */
#include "library/draw.h"

#include <stdlib.h>
#include <string.h>

#include "library/handle.h"
#include "text/error.h"

pageflow_lists *pageflow_lists_take(pageflow_machine *machine, struct pageflow_error *error)
{
	pageflow_lists *lists = malloc(sizeof(*lists));

	if (lists && machine->engine->lists(machine->inner, lists))
		return lists;
	pageflow_lists_free(lists);
	error_set(error, "out of memory");
	return NULL;
}

void pageflow_lists_free(pageflow_lists *lists)
{
	if (lists)
		lists_drop(lists);
	free(lists);
}

/** Is this the zone that was asked for, as NAME or NODE NAME? */
static bool is_asked_for(const struct listed_zone *zone, const char *asked)
{
	char name[32];

	snprintf(name, sizeof(name), "%d %s", zone->nid, zone->name);
	return !asked || !strcmp(asked, zone->name) || !strcmp(asked, name);
}

/** The same zone in an earlier state; NULL: it has none. */
static const struct listed_zone *find_zone(const pageflow_lists *lists,
					   const struct listed_zone *zone)
{
	for (int i = 0; lists && i < lists->nr_zones; i++)
		if (lists->zone[i].nid == zone->nid && !strcmp(lists->zone[i].name, zone->name))
			return &lists->zone[i];
	return NULL;
}

/** Choose the zones, and find the earlier ones. */
static void choose(const struct pageflow_drawing *drawing, struct drawn_state *state)
{
	*state = (struct drawn_state){ .drawing = drawing, .type_name = drawing->now->type_name };
	for (int i = 0; i < drawing->now->nr_zones; i++) {
		const struct listed_zone *zone = &drawing->now->zone[i];

		if (is_asked_for(zone, drawing->zone))
			state->zone[state->nr_zones++] =
				(struct drawn_zone){ zone, find_zone(drawing->before, zone) };
	}
}

int pageflow_draw(const struct pageflow_drawing *drawing, FILE *out, struct pageflow_error *error)
{
	static void (*const picture[])(const struct drawn_state *, struct svg *) = {
		[PAGEFLOW_FREE_LISTS] = draw_lists,
		[PAGEFLOW_ZONES] = draw_zones,
		[PAGEFLOW_PERCPU] = draw_percpu,
		[PAGEFLOW_BLOCKS] = draw_blocks,
	};
	static void (*const words[])(const struct drawn_state *, const struct pen *) = {
		[PAGEFLOW_FREE_LISTS] = draw_lists_words,
		[PAGEFLOW_ZONES] = draw_zones_words,
		[PAGEFLOW_PERCPU] = draw_percpu_words,
		[PAGEFLOW_BLOCKS] = draw_blocks_words,
	};
	static void (*const table[])(const struct drawn_state *, const struct pen *) = {
		[PAGEFLOW_FREE_LISTS] = draw_lists_table,
		[PAGEFLOW_ZONES] = draw_zones_table,
		[PAGEFLOW_PERCPU] = draw_percpu_table,
		[PAGEFLOW_BLOCKS] = draw_blocks_table,
	};
	struct svg svg = { .pen = { out, false, drawing->translate, drawing->context } };
	struct drawn_state state;

	if (drawing->subject == PAGEFLOW_LRU)
		return draw_lru(drawing, out, error);
	choose(drawing, &state);
	if (!state.nr_zones)
		return error_set(error, "there is no zone '%s' on this machine", drawing->zone);
	if (drawing->form == PAGEFLOW_WORDS) {
		words[drawing->subject](&state, &svg.pen);
		fputc('\n', out);
	} else if (drawing->form == PAGEFLOW_TABLE) {
		table[drawing->subject](&state, &svg.pen);
	} else {
		picture[drawing->subject](&state, &svg);
	}
	return 0;
}

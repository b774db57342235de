/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What drawings of a state have in common.
 */
#include "library/draw.h"
#include "text/append.h"

/** The room around a picture that stands alone. */
#define MARGIN 14.0

/** What surrounds a picture of this height. */
struct svg_frame draw_frame(const struct drawn_state *state, double height)
{
	bool alone = state->drawing->form == PAGEFLOW_PICTURE;
	struct svg_frame frame = {
		.class = "pf-map",
		.id = state->drawing->id ? state->drawing->id : "pf",
		.left = -1,
		.width = DRAW_WIDTH + 2,
		.height = height,
	};

	if (alone) {
		frame.left = frame.top = -MARGIN;
		frame.width = DRAW_WIDTH + 2 * MARGIN;
		frame.height = height + 2 * MARGIN;
		frame.scale = 2;
	}
	return frame;
}

/** Which zone. */
void draw_place(const struct pen *pen, const struct listed_zone *zone)
{
	pen_say(pen, KEY("Node %s, zone %s"), PLAIN(zone->nid), zone->name);
}

/** How many pages of a zone are free, and how many more than before. */
void draw_free_pages(const struct pen *pen, unsigned long pages, long change)
{
	pen_say(pen, KEY("%s pages free"), GROUPED(pages));
	draw_difference(pen, change);
}

/** How many pages of a zone its counter says are free, and how many more than before. */
void draw_zone_free(const struct pen *pen, const struct drawn_zone *zone)
{
	draw_free_pages(pen, zone->now->free,
			zone->before ? (long)(zone->now->free - zone->before->free) : 0);
}

/** The line above a zone's drawing: which zone, and at the other end how many pages. */
void draw_heading(struct svg *svg, const struct drawn_zone *zone, double y, draw_total *total)
{
	svg_text_begin(svg, (struct svg_place){ 0, y, .class = "z" });
	draw_place(&svg->pen, zone->now);
	svg_text_end(svg);
	svg_text_begin(svg, (struct svg_place){ DRAW_WIDTH, y, "s", "end", 0 });
	total(&svg->pen, zone);
	svg_text_end(svg);
}

/** How many more than before, in parentheses; nothing when there is no difference. */
void draw_difference(const struct pen *pen, long change)
{
	if (!change)
		return;
	pen_put(pen, " (");
	pen_put(pen, SIGNED(change));
	pen_put(pen, ")");
}

/** In a title: what outlines mean, where an earlier state is there to compare with. */
void draw_since(const struct drawn_state *state, const struct pen *pen, bool changed)
{
	unsigned int number = state->drawing->number;

	if (!state->drawing->before)
		return;
	pen_put(pen, " · ");
	if (!number)
		pen_say(pen, changed ? KEY("outlined: changed since then") : KEY("as before"));
	else if (changed)
		pen_say(pen, KEY("outlined: changed since state %s"), PLAIN(number - 1));
	else
		pen_say(pen, KEY("as in state %s"), PLAIN(number - 1));
}

/** Pageblocks by type, as an argument: "Unmovable 3, Movable 29". */
const char *draw_pageblocks(const struct drawn_state *state, const struct listed_zone *zone,
			    char *text, size_t size)
{
	*text = '\0';
	for (int type = 0; type < LISTS_TYPES; type++)
		if (zone->pageblocks[type])
			text_append(text, size, "%s%s %s", *text ? ", " : "",
				    state->type_name[type], GROUPED(zone->pageblocks[type]));
	return text;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What drawings of free lists and of zones have in common.
 */
#include "library/draw.h"

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
	if (!change)
		return;
	pen_put(pen, " (");
	pen_put(pen, SIGNED(change));
	pen_put(pen, ")");
}

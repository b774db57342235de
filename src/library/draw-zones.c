/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The zones drawn: what is free in each, against the marks it is held to.
 */
#include "library/draw.h"
#include "text/append.h"
#include "text/gauge.h"

/** Units of the picture: the line about its ticks, a zone, and a line of text in it. */
#define LEGEND 18.0
#define ZONE   68.0
#define LINE   13.0

/** Pages of a mark with the boost, as the kernel compares them. */
static long mark_of(const struct listed_zone *zone, int mark)
{
	return (long)(zone->mark[mark] + zone->boost);
}

static void put_marks(const struct pen *pen, const struct listed_zone *zone)
{
	pen_say(pen, KEY("min %s, low %s, high %s, each with a boost of %s"),
		PLAIN(mark_of(zone, 0)), PLAIN(mark_of(zone, 1)), PLAIN(mark_of(zone, 2)),
		PLAIN((long)zone->boost));
}

/** What is kept from some requests. */
static void put_reserves(const struct pen *pen, const struct listed_zone *zone)
{
	char reserve[128] = "";

	for (int tier = 0; tier < LISTS_TIERS; tier++)
		text_append(reserve, sizeof(reserve), "%s%lu", tier ? ", " : "",
			    zone->reserve[tier]);
	pen_say(pen, KEY("urgent reserve %s; lowmem reserve (%s)"), PLAIN((long)zone->highatomic),
		reserve);
}

/** Say how the zones stand: for those who cannot see the picture. */
void draw_zones_words(const struct drawn_state *state, const struct pen *pen)
{
	for (int i = 0; i < state->nr_zones; i++) {
		if (i)
			pen_put(pen, " ");
		draw_place(pen, state->zone[i].now);
		pen_put(pen, ": ");
		draw_zone_free(pen, &state->zone[i]);
		pen_put(pen, "; ");
		put_marks(pen, state->zone[i].now);
		pen_put(pen, "; ");
		put_reserves(pen, state->zone[i].now);
		pen_put(pen, ".");
	}
}

/** Print the zones as plain text, a few lines each. */
void draw_zones_table(const struct drawn_state *state, const struct pen *pen)
{
	for (int i = 0; i < state->nr_zones; i++) {
		draw_place(pen, state->zone[i].now);
		pen_put(pen, ": ");
		draw_zone_free(pen, &state->zone[i]);
		pen_put(pen, "\n  ");
		put_marks(pen, state->zone[i].now);
		pen_put(pen, "\n  ");
		put_reserves(pen, state->zone[i].now);
		pen_put(pen, "\n");
	}
}

/** The bar of a zone. */
static void put_gauge(struct svg *svg, const struct listed_zone *zone, double y)
{
	unsigned long set_apart = zone->highatomic < zone->free ? zone->highatomic : zone->free;
	struct gauge gauge = {
		.y = y,
		.width = DRAW_WIDTH,
		.free = (long)zone->free,
		.usable = (long)(zone->free - set_apart),
		.most = (long)zone->free,
	};

	for (int mark = 0; mark < GAUGE_MARKS; mark++) {
		gauge.mark[mark] = mark_of(zone, mark);
		if (gauge.most < gauge.mark[mark])
			gauge.most = gauge.mark[mark];
	}
	svg_gauge(svg, &gauge);
}

static void put_zone(struct svg *svg, const struct drawn_zone *zone, double y)
{
	draw_heading(svg, zone, y, draw_zone_free);
	put_gauge(svg, zone->now, y + 5);
	svg_text_begin(svg, (struct svg_place){ 0, y + 5 + GAUGE_HEIGHT + LINE + 2, .class = "s" });
	put_marks(&svg->pen, zone->now);
	svg_text_end(svg);
	svg_text_begin(svg,
		       (struct svg_place){ 0, y + 5 + GAUGE_HEIGHT + 2 * LINE + 2, .class = "s" });
	put_reserves(&svg->pen, zone->now);
	svg_text_end(svg);
}

/** Draw the zones. */
void draw_zones(const struct drawn_state *state, struct svg *svg)
{
	const struct svg_frame frame = draw_frame(state, LEGEND + state->nr_zones * ZONE);

	svg_begin(svg, &frame);
	if (state->drawing->number)
		pen_say(&svg->pen, KEY("State %s: free pages and watermarks"),
			PLAIN(state->drawing->number));
	else
		pen_say(&svg->pen, KEY("Free pages and watermarks"));
	svg_describe(svg);
	draw_zones_words(state, &svg->pen);
	svg_draw(svg);
	svg_label(svg, (struct svg_place){ 0, 11, .class = "s" },
		  KEY("ticks: min, low and high watermark; grey: urgent reserve"));
	for (int i = 0; i < state->nr_zones; i++)
		put_zone(svg, &state->zone[i], LEGEND + LINE + i * ZONE);
	svg_end(svg);
}

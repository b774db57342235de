/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The free lists drawn: a square for each type and order, in sentences, and as a table.
 *
 * A type that has no free block, now or before, is left out.
 */
#include <string.h>

#include "library/draw.h"
#include "text/append.h"
#include "text/utf8.h"

/** Units of the picture: where the squares begin, a line of text, a row without and with differences. */
#define SIDE  62.0
#define LINE  15.0
#define ROW   21.0
#define TALL  35.0
#define AXIS  5.0  /* below the numbers of the orders */
#define BELOW 22.0 /* what a zone has below its rows */
#define CELL  ((DRAW_WIDTH - SIDE) / LISTS_ORDERS)

/** Characters of the table: its first column, and the others. */
#define FIRST  24
#define COLUMN 9

/* ---- counting ---- */

/** How many blocks a list has more than before. */
static long change_of(const struct drawn_zone *zone, int type, int order)
{
	return zone->before
		       ? (long)(zone->now->blocks[type][order] - zone->before->blocks[type][order])
		       : 0;
}

/** Does a type have free blocks, now or before? */
static bool is_shown(const struct drawn_zone *zone, int type)
{
	for (int order = 0; order < LISTS_ORDERS; order++)
		if (zone->now->blocks[type][order] || change_of(zone, type, order))
			return true;
	return false;
}

/** Has a list of this type changed? */
static bool has_changed(const struct drawn_zone *zone, int type)
{
	for (int order = 0; order < LISTS_ORDERS; order++)
		if (change_of(zone, type, order))
			return true;
	return false;
}

static unsigned long pages_on_lists(const struct listed_zone *zone)
{
	unsigned long pages = 0;

	for (int type = 0; type < LISTS_TYPES; type++)
		for (int order = 0; order < LISTS_ORDERS; order++)
			pages += zone->blocks[type][order] << order;
	return pages;
}

/* ---- pieces of text ---- */

static void put_total(const struct pen *pen, const struct drawn_zone *zone)
{
	unsigned long now = pages_on_lists(zone->now);

	draw_free_pages(pen, now, zone->before ? (long)(now - pages_on_lists(zone->before)) : 0);
}

/** What the picture shows, and what its outlines mean. */
static void put_title(const struct drawn_state *state, const struct pen *pen)
{
	unsigned int number = state->drawing->number;
	bool changed = false;

	if (number)
		pen_say(pen, KEY("State %s: free blocks by type and order"), PLAIN(number));
	else
		pen_say(pen, KEY("Free blocks by type and order"));
	for (int zone = 0; zone < state->nr_zones; zone++)
		for (int type = 0; type < LISTS_TYPES; type++)
			changed |= has_changed(&state->zone[zone], type);
	draw_since(state, pen, changed);
}

/* ---- in sentences ---- */

/** One type: "Movable: 3 of order 0 (−1), 1 of order 2." */
static void put_type(const struct drawn_zone *zone, int type, const struct pen *pen)
{
	const char *between = ": ";

	for (int order = 0; order < LISTS_ORDERS; order++) {
		unsigned long count = zone->now->blocks[type][order];
		long change = change_of(zone, type, order);

		if (!count && !change)
			continue;
		pen_put(pen, between);
		pen_say(pen, KEY("%s of order %s"), GROUPED(count), PLAIN(order));
		draw_difference(pen, change);
		between = ", ";
	}
	pen_put(pen, ". ");
}

/** Say what the free lists hold: for those who cannot see the picture. */
void draw_lists_words(const struct drawn_state *state, const struct pen *pen)
{
	for (int i = 0; i < state->nr_zones; i++) {
		const struct drawn_zone *zone = &state->zone[i];
		char blocks[256];

		if (i)
			pen_put(pen, " ");
		draw_place(pen, zone->now);
		pen_put(pen, ": ");
		put_total(pen, zone);
		pen_put(pen, ". ");
		for (int type = 0; type < LISTS_TYPES; type++) {
			if (!is_shown(zone, type))
				continue;
			pen_put(pen, state->type_name[type]);
			put_type(zone, type, pen);
		}
		pen_say(pen, KEY("Pageblocks: %s."),
			draw_pageblocks(state, zone->now, blocks, sizeof(blocks)));
	}
}

/* ---- as a table ---- */

/** A row of the table: blocks of each order, and what they are more. */
static void put_row(const struct drawn_state *state, const struct drawn_zone *zone, int type,
		    const struct pen *pen)
{
	fprintf(pen->out, "  %-*s", FIRST - 2, state->type_name[type]);
	for (int order = 0; order < LISTS_ORDERS; order++) {
		unsigned long count = zone->now->blocks[type][order];
		long change = change_of(zone, type, order);
		char cell[64];
		int width = COLUMN;

		snprintf(cell, sizeof(cell), "%s%s%s", count ? PLAIN((long)count) : ".",
			 change ? " " : "", change ? SIGNED(change) : "");
		width += change < 0 ? (int)strlen("\u2212") - 1 : 0;
		fprintf(pen->out, "%*s", width, cell);
	}
	pen_put(pen, "\n");
}

/** Print the free lists as a table of plain text. */
void draw_lists_table(const struct drawn_state *state, const struct pen *pen)
{
	size_t said = pen_say(pen, KEY("order"));

	fprintf(pen->out, "%*s", said < FIRST ? FIRST - (int)said : 0, "");
	for (int order = 0; order < LISTS_ORDERS; order++)
		fprintf(pen->out, "%*d", COLUMN, order);
	pen_put(pen, "\n");
	for (int i = 0; i < state->nr_zones; i++) {
		const struct drawn_zone *zone = &state->zone[i];
		char blocks[256];

		draw_place(pen, zone->now);
		pen_put(pen, ": ");
		put_total(pen, zone);
		pen_put(pen, "\n");
		for (int type = 0; type < LISTS_TYPES; type++)
			if (is_shown(zone, type))
				put_row(state, zone, type, pen);
		pen_put(pen, "  ");
		pen_say(pen, KEY("pageblocks: %s"),
			draw_pageblocks(state, zone->now, blocks, sizeof(blocks)));
		pen_put(pen, "\n");
	}
}

/* ---- as a picture ---- */

static double row_height(const struct drawn_zone *zone, int type)
{
	return has_changed(zone, type) ? TALL : ROW;
}

static double picture_height(const struct drawn_state *state)
{
	double height = 0;

	for (int i = 0; i < state->nr_zones; i++) {
		height += 2 * LINE + AXIS + BELOW;
		for (int type = 0; type < LISTS_TYPES; type++)
			if (is_shown(&state->zone[i], type))
				height += row_height(&state->zone[i], type);
	}
	return height;
}

/** A figure in a square, made narrower when it has many digits. */
static void put_figure(struct svg *svg, double x, double y, const char *class, const char *figure)
{
	const struct svg_place place = { x, y, class, "middle",
					 utf8_count(figure) > 3 ? CELL - 5 : 0 };

	svg_text(svg, place, figure);
}

/** One list: a square with its number of blocks, and how many more these are. */
static void put_square(struct svg *svg, const struct drawn_zone *zone, const char *type_name,
		       int type, int order, double y)
{
	double x = SIDE + order * CELL, height = row_height(zone, type) - 2;
	unsigned long count = zone->now->blocks[type][order];
	long change = change_of(zone, type, order);
	char class[32] = "c";

	if (count)
		text_append(class, sizeof(class), " type-%c", type_name[0]);
	if (change)
		text_append(class, sizeof(class), " new");
	svg_rect(svg, class, x + 1, y + 0.5, CELL - 2, height, 2);
	put_figure(svg, x + CELL / 2, y + 14.5, "v", PLAIN((long)count));
	if (change)
		put_figure(svg, x + CELL / 2, y + 28, "d", SIGNED(change));
}

/** The lists of one type. The empty ones are one path: most of them are. */
static void put_lists(struct svg *svg, const struct drawn_zone *zone, const char *type_name,
		      int type, double y)
{
	double height = row_height(zone, type) - 2;

	svg_text(svg, (struct svg_place){ 0, y + 14.5, .class = "t" }, type_name);
	for (int order = 0; order < LISTS_ORDERS; order++)
		if (zone->now->blocks[type][order] || change_of(zone, type, order))
			put_square(svg, zone, type_name, type, order, y);
	svg_path_begin(svg, "none");
	for (int order = 0; order < LISTS_ORDERS; order++)
		if (!zone->now->blocks[type][order] && !change_of(zone, type, order))
			svg_path_go(svg, "M%g %gh%gv%gh-%gz", SIDE + order * CELL + 1, y + 0.5,
				    CELL - 2, height, CELL - 2);
	svg_path_end(svg);
}

/** A zone from this height on; where the next one begins. */
static double put_zone(struct svg *svg, const struct drawn_state *state,
		       const struct drawn_zone *zone, double y)
{
	char blocks[256];

	y += LINE;
	draw_heading(svg, zone, y, put_total);
	y += LINE;
	svg_label(svg, (struct svg_place){ 0, y, .class = "s" }, KEY("order"));
	for (int order = 0; order < LISTS_ORDERS; order++)
		svg_text(svg,
			 (struct svg_place){ SIDE + (order + 0.5) * CELL, y, "s", "middle", 0 },
			 PLAIN(order));
	y += AXIS;
	for (int type = 0; type < LISTS_TYPES; type++) {
		if (!is_shown(zone, type))
			continue;
		put_lists(svg, zone, state->type_name[type], type, y);
		y += row_height(zone, type);
	}
	svg_label(svg, (struct svg_place){ 0, y + BELOW - 10, .class = "s" }, KEY("pageblocks: %s"),
		  draw_pageblocks(state, zone->now, blocks, sizeof(blocks)));
	return y + BELOW;
}

/** Draw the free lists. */
void draw_lists(const struct drawn_state *state, struct svg *svg)
{
	const struct svg_frame frame = draw_frame(state, picture_height(state));
	double y = 0;

	svg_begin(svg, &frame);
	put_title(state, &svg->pen);
	svg_describe(svg);
	draw_lists_words(state, &svg->pen);
	svg_draw(svg);
	for (int i = 0; i < state->nr_zones; i++)
		y = put_zone(svg, state, &state->zone[i], y);
	svg_end(svg);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The pageblocks drawn as a map: a small square each, in the colour of its type, the fuller the darker.
 *
 * Of a large machine a square stands for several pageblocks, so that no map has more than some thousand squares.
 */
#include <string.h>

#include "library/draw.h"
#include "text/append.h"

/** Squares of a row; few pageblocks are drawn larger. */
#define WIDE   64
#define NARROW 32
#define MANY   512  /* pageblocks of a zone from which on rows are wide */
#define MOST   2048 /* squares of a drawing */
#define SHADES 5

/** Units of the picture. */
#define LINE	15.0
#define BELOW	12.0
#define KEY_BOX 9.0

/** A square of the map: some pageblocks that lie side by side. */
struct square {
	int type;	    /**< of most of them; LISTS_NO_BLOCK: no memory is here */
	unsigned long free; /**< pages */
	unsigned long pages;
	long change;  /**< how many pages more are free than before */
	bool changed; /**< something in one of them has */
};

/** How the map is cut. */
struct map {
	const struct drawn_state *state;
	unsigned long group; /**< pageblocks of a square */
	int columns;
	size_t first[LISTS_ZONES]; /**< square of each zone */
	struct square square[MOST];
};

/* ---- counting ---- */

static size_t squares_of(const struct listed_zone *zone, unsigned long group)
{
	return (zone->nr_blocks + group - 1) / group;
}

/** The same pageblock in an earlier state; NULL: there is none. */
static const struct listed_block *earlier(const struct drawn_zone *zone, size_t index)
{
	const struct listed_zone *before = zone->before;

	return before && before->first == zone->now->first && index < before->nr_blocks
		       ? &before->block[index]
		       : NULL;
}

/** The type that most of these pageblocks have. */
static int most_frequent(const unsigned long count[LISTS_TYPES])
{
	int most = 0;

	for (int type = 1; type < LISTS_TYPES; type++)
		if (count[type] > count[most])
			most = type;
	return count[most] ? most : LISTS_NO_BLOCK;
}

/** Put a square of a zone together from its pageblocks. */
static struct square make_square(const struct map *map, const struct drawn_zone *zone, size_t index)
{
	unsigned long count[LISTS_TYPES] = { 0 };
	size_t end = (index + 1) * map->group;
	struct square square = { 0 };

	for (size_t i = index * map->group; i < end && i < zone->now->nr_blocks; i++) {
		const struct listed_block *block = &zone->now->block[i], *before = earlier(zone, i);

		if (block->type == LISTS_NO_BLOCK)
			continue;
		count[block->type]++;
		square.pages += LISTS_BLOCK;
		square.free += block->free;
		if (!before)
			continue;
		square.change += block->free - before->free;
		square.changed |= block->free != before->free || block->type != before->type;
	}
	square.type = most_frequent(count);
	return square;
}

/** Cut the zones of a state into squares. */
static void cut(const struct drawn_state *state, struct map *map)
{
	size_t squares = MOST + 1;

	*map = (struct map){ .state = state, .columns = NARROW };
	for (map->group = 1; squares > MOST; map->group *= squares > MOST ? 2 : 1) {
		squares = 0;
		for (int i = 0; i < state->nr_zones; i++) {
			map->first[i] = squares;
			squares += squares_of(state->zone[i].now, map->group);
		}
	}
	if (squares > MANY)
		map->columns = WIDE;
	for (int i = 0; i < state->nr_zones; i++)
		for (size_t at = 0; at < squares_of(state->zone[i].now, map->group); at++)
			map->square[map->first[i] + at] = make_square(map, &state->zone[i], at);
}

/** A square of a zone. */
static const struct square *square_at(const struct map *map, const struct drawn_zone *zone,
				      size_t index)
{
	return &map->square[map->first[zone - map->state->zone] + index];
}

/** How full a square is: 0 when all of it is free, SHADES - 1 when nothing is. */
static int shade_of(const struct square *square)
{
	unsigned long used = square->pages - square->free;

	if (!used)
		return 0;
	if (!square->free)
		return SHADES - 1;
	return 1 + (int)(used * (SHADES - 2) / square->pages);
}

/** Has a square of any zone changed? */
static bool any_changed(const struct map *map)
{
	for (int i = 0; i < map->state->nr_zones; i++)
		for (size_t at = 0; at < squares_of(map->state->zone[i].now, map->group); at++)
			if (square_at(map, &map->state->zone[i], at)->changed)
				return true;
	return false;
}

/* ---- in sentences ---- */

/** Pageblocks of a zone that are free as a whole, and that have no free page. */
static void put_extremes(const struct pen *pen, const struct listed_zone *zone)
{
	unsigned long all = 0, none = 0;

	for (size_t i = 0; i < zone->nr_blocks; i++) {
		bool here = zone->block[i].type != LISTS_NO_BLOCK;

		all += here && zone->block[i].free == LISTS_BLOCK;
		none += here && !zone->block[i].free;
	}
	pen_say(pen, KEY("%s of them free, %s without a free page"), GROUPED(all), GROUPED(none));
}

static void put_group(const struct map *map, const struct pen *pen)
{
	if (map->group > 1)
		pen_say(pen, KEY("A square is %s pageblocks, in the colour of most of them."),
			GROUPED(map->group));
}

/** Say how the pageblocks are: for those who cannot see the picture. */
void draw_blocks_words(const struct drawn_state *state, const struct pen *pen)
{
	struct map map;

	cut(state, &map);
	for (int i = 0; i < state->nr_zones; i++) {
		char blocks[256];

		if (i)
			pen_put(pen, " ");
		draw_place(pen, state->zone[i].now);
		pen_put(pen, ": ");
		draw_zone_free(pen, &state->zone[i]);
		pen_put(pen, "; ");
		pen_say(pen, KEY("pageblocks: %s"),
			draw_pageblocks(state, state->zone[i].now, blocks, sizeof(blocks)));
		pen_put(pen, "; ");
		put_extremes(pen, state->zone[i].now);
		pen_put(pen, ".");
	}
	if (map.group > 1)
		pen_put(pen, " ");
	put_group(&map, pen);
}

/* ---- as a table ---- */

/** Are two squares told in one row? */
static bool is_like(const struct square *one, const struct square *other)
{
	return one->type == other->type && one->free == other->free && one->pages == other->pages &&
	       one->change == other->change && one->changed == other->changed;
}

/** A row: how many squares are alike and follow one another, from one to before another. */
static void put_row(const struct map *map, const struct drawn_zone *zone, size_t from, size_t to,
		    const struct pen *pen)
{
	const struct square square = *square_at(map, zone, from);
	unsigned long first = zone->now->first + from * map->group * LISTS_BLOCK;
	char place[48];

	if (square.type == LISTS_NO_BLOCK)
		return;
	snprintf(place, sizeof(place), "  %#lx", first);
	fprintf(pen->out, "%-14s%6zu \u00d7 %-12s", place, to - from,
		map->state->type_name[square.type]);
	pen_say(pen, KEY("%s of %s pages free"), GROUPED(square.free), GROUPED(square.pages));
	draw_difference(pen, square.change);
	if (square.changed && !square.change) {
		pen_put(pen, ", ");
		pen_say(pen, KEY("changed"));
	}
	pen_put(pen, "\n");
}

/** Print the pageblocks as plain text: a row for those that are alike and lie side by side. */
void draw_blocks_table(const struct drawn_state *state, const struct pen *pen)
{
	struct map map;

	cut(state, &map);
	for (int i = 0; i < state->nr_zones; i++) {
		const struct drawn_zone *zone = &state->zone[i];
		size_t squares = squares_of(zone->now, map.group), from = 0;

		draw_place(pen, zone->now);
		pen_put(pen, ": ");
		draw_zone_free(pen, zone);
		pen_put(pen, "\n");
		for (size_t to = 1; to <= squares; to++) {
			if (to < squares &&
			    is_like(square_at(&map, zone, from), square_at(&map, zone, to)))
				continue;
			put_row(&map, zone, from, to, pen);
			from = to;
		}
	}
	if (map.group > 1) {
		put_group(&map, pen);
		pen_put(pen, "\n");
	}
}

/* ---- as a picture ---- */

static double cell_of(const struct map *map)
{
	return DRAW_WIDTH / map->columns;
}

static double zone_height(const struct map *map, const struct drawn_zone *zone)
{
	size_t squares = squares_of(zone->now, map->group), columns = (size_t)map->columns;

	return 2 * LINE + (double)((squares + columns - 1) / columns) * cell_of(map) + BELOW;
}

/** Squares that are drawn as one path. */
struct layer {
	char class[24];
	bool changed; /**< those that have changed; otherwise those of this type and shade */
	int type, shade;
};

static bool is_in(const struct square *square, const struct layer *layer)
{
	return layer->changed ? square->changed
			      : square->type == layer->type && shade_of(square) == layer->shade;
}

/** The squares of a zone that are in a layer. Outlines are within their squares, and so do not hide one another. */
static void put_layer(struct svg *svg, const struct map *map, const struct drawn_zone *zone,
		      const struct layer *layer, double top)
{
	size_t columns = (size_t)map->columns;
	double inset = layer->changed ? 0.5 : 0, cell = cell_of(map);
	double side = (map->columns == WIDE ? 4.7 : 9.6) - 2 * inset;
	size_t last = SIZE_MAX;

	for (size_t at = 0; at < squares_of(zone->now, map->group); at++) {
		if (!is_in(square_at(map, zone, at), layer))
			continue;
		if (last == SIZE_MAX)
			svg_path_begin(svg, layer->class);
		if (at && last == at - 1 && at % columns)
			svg_path_go(svg, "m%g 0", cell);
		else
			svg_path_go(svg, "M%g %g", (double)(at % columns) * cell + inset,
				    top + (double)(at / columns) * cell + inset);
		svg_path_go(svg, "h%gv%gh-%gz", side, side, side);
		last = at;
	}
	if (last != SIZE_MAX)
		svg_path_end(svg);
}

/** The map of a zone. */
static void put_map(struct svg *svg, const struct map *map, const struct drawn_zone *zone,
		    double top)
{
	struct layer layer = { .class = "changed", .changed = true };

	for (int type = 0; type < LISTS_TYPES; type++)
		for (int shade = 0; shade < SHADES; shade++) {
			struct layer full = { .type = type, .shade = shade };

			snprintf(full.class, sizeof(full.class), "of-%c f%d",
				 map->state->type_name[type][0], shade);
			put_layer(svg, map, zone, &full, top);
		}
	put_layer(svg, map, zone, &layer, top);
}

/** A zone from this height on; where the next one begins. */
static double put_zone(struct svg *svg, const struct map *map, const struct drawn_zone *zone,
		       double y)
{
	char blocks[256];

	draw_heading(svg, zone, y + LINE, draw_zone_free);
	svg_label(svg, (struct svg_place){ 0, y + 2 * LINE - 2, .class = "s" },
		  KEY("pageblocks: %s"),
		  draw_pageblocks(map->state, zone->now, blocks, sizeof(blocks)));
	put_map(svg, map, zone, y + 2 * LINE + 2);
	return y + zone_height(map, zone);
}

/** Which types are there, in one of the zones? */
static bool has_type(const struct map *map, int type)
{
	for (int i = 0; i < map->state->nr_zones; i++)
		if (map->state->zone[i].now->pageblocks[type])
			return true;
	return false;
}

/** What the colours and shades mean, in lines; how tall it is. With no picture it is only measured. */
static double put_key(struct svg *svg, const struct map *map)
{
	double x = 0;

	for (int type = 0; type < LISTS_TYPES; type++) {
		const char *name = map->state->type_name[type];
		char class[24];

		if (!has_type(map, type))
			continue;
		snprintf(class, sizeof(class), "of-%c f3", name[0]);
		if (svg) {
			svg_rect(svg, class, x, 3, KEY_BOX, KEY_BOX, 0);
			svg_text(svg, (struct svg_place){ x + KEY_BOX + 4, 11, .class = "s" },
				 name);
		}
		x += KEY_BOX + 14 + 6.2 * (double)strlen(name);
	}
	if (svg) {
		svg_label(svg, (struct svg_place){ 0, 11 + LINE, .class = "s" },
			  KEY("the lighter, the more of it is free"));
		if (map->group > 1) {
			svg_text_begin(svg, (struct svg_place){ 0, 11 + 2 * LINE, .class = "s" });
			put_group(map, &svg->pen);
			svg_text_end(svg);
		}
	}
	return (map->group > 1 ? 3 : 2) * LINE + 4;
}

/** Draw the pageblocks. */
void draw_blocks(const struct drawn_state *state, struct svg *svg)
{
	struct svg_frame frame;
	double height, y;
	struct map map;

	cut(state, &map);
	height = y = put_key(NULL, &map);
	for (int i = 0; i < state->nr_zones; i++)
		height += zone_height(&map, &state->zone[i]);
	frame = draw_frame(state, height);
	svg_begin(svg, &frame);
	if (state->drawing->number)
		pen_say(&svg->pen, KEY("State %s: pageblocks by type, and how full they are"),
			PLAIN(state->drawing->number));
	else
		pen_say(&svg->pen, KEY("Pageblocks by type, and how full they are"));
	draw_since(state, &svg->pen, any_changed(&map));
	svg_describe(svg);
	draw_blocks_words(state, &svg->pen);
	svg_draw(svg);
	put_key(svg, &map);
	for (int i = 0; i < state->nr_zones; i++)
		y = put_zone(svg, &map, &state->zone[i], y);
	svg_end(svg);
}

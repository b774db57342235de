/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The CPUs' own lists drawn: what each CPU holds of a zone, by type, and where it gives a batch back.
 *
 * A CPU that holds nothing of a zone, now or before, is left out there.
 */
#include <string.h>

#include "library/draw.h"
#include "text/append.h"
#include "text/utf8.h"

/** Units of the picture: where the squares begin, their width, a line of text, a row without and with differences. */
#define SIDE  48.0
#define CELL  62.0
#define LINE  15.0
#define ROW   25.0
#define TALL  37.0
#define BELOW 12.0
#define BAR   (SIDE + LISTS_OWN * CELL + 10)
#define THICK 5.0

/** Characters of the table: its first column, and the others. */
#define FIRST  10
#define COLUMN 16

/* ---- counting ---- */

/** The same CPU in the earlier state; NULL: it was offline, or there is none. */
static const struct listed_cpu *earlier(const struct drawn_zone *zone, const struct listed_cpu *own)
{
	for (int i = 0; zone->before && i < zone->before->nr_cpus; i++)
		if (zone->before->cpu[i].cpu == own->cpu)
			return &zone->before->cpu[i];
	return NULL;
}

/** How many pages of a type a CPU has more than before. */
static long change_of(const struct drawn_zone *zone, const struct listed_cpu *own, int type)
{
	const struct listed_cpu *before = earlier(zone, own);

	return zone->before ? (long)(own->pages[type] - (before ? before->pages[type] : 0)) : 0;
}

static bool has_changed(const struct drawn_zone *zone, const struct listed_cpu *own)
{
	for (int type = 0; type < LISTS_OWN; type++)
		if (change_of(zone, own, type))
			return true;
	return false;
}

static bool is_shown(const struct drawn_zone *zone, const struct listed_cpu *own)
{
	return own->count || has_changed(zone, own);
}

/** Pages that all CPUs hold of a zone. */
static unsigned long all_pages(const struct listed_zone *zone)
{
	unsigned long pages = 0;

	for (int i = 0; i < zone->nr_cpus; i++)
		pages += zone->cpu[i].count;
	return pages;
}

/* ---- pieces of text ---- */

static void put_total(const struct pen *pen, const struct drawn_zone *zone)
{
	unsigned long now = all_pages(zone->now);

	pen_say(pen, KEY("%s pages on CPUs' own lists"), GROUPED(now));
	draw_difference(pen, zone->before ? (long)(now - all_pages(zone->before)) : 0);
}

static void put_figures(const struct pen *pen, const struct listed_cpu *own)
{
	pen_say(pen, KEY("%s of %s, batch %s"), PLAIN((long)own->count), PLAIN((long)own->high),
		PLAIN((long)own->batch));
}

/* ---- in sentences ---- */

/** One CPU: "CPU 0: Unmovable 0, Movable 62 (−1), Reclaimable 0; 62 of 186, batch 31." */
static void put_cpu(const struct drawn_state *state, const struct drawn_zone *zone,
		    const struct listed_cpu *own, const struct pen *pen)
{
	pen_put(pen, " ");
	pen_say(pen, KEY("CPU %s"), PLAIN(own->cpu));
	for (int type = 0; type < LISTS_OWN; type++) {
		pen_put(pen, type ? ", " : ": ");
		pen_put(pen, state->type_name[type]);
		pen_put(pen, " ");
		pen_put(pen, PLAIN((long)own->pages[type]));
		draw_difference(pen, change_of(zone, own, type));
	}
	pen_put(pen, "; ");
	put_figures(pen, own);
	pen_put(pen, ".");
}

/** Say what the CPUs hold: for those who cannot see the picture. */
void draw_percpu_words(const struct drawn_state *state, const struct pen *pen)
{
	for (int i = 0; i < state->nr_zones; i++) {
		const struct drawn_zone *zone = &state->zone[i];

		if (i)
			pen_put(pen, " ");
		draw_place(pen, zone->now);
		pen_put(pen, ": ");
		put_total(pen, zone);
		pen_put(pen, ".");
		for (int cpu = 0; cpu < zone->now->nr_cpus; cpu++)
			if (is_shown(zone, &zone->now->cpu[cpu]))
				put_cpu(state, zone, &zone->now->cpu[cpu], pen);
	}
}

/* ---- as a table ---- */

/** Pad what was said, so many characters, to the width of a column. */
static void pad(const struct pen *pen, size_t said, size_t column)
{
	fprintf(pen->out, "%*s", said < column ? (int)(column - said) : 1, "");
}

static void put_row(const struct drawn_zone *zone, const struct listed_cpu *own,
		    const struct pen *pen)
{
	pen_put(pen, "  ");
	pad(pen, 2 + pen_say(pen, KEY("CPU %s"), PLAIN(own->cpu)), FIRST);
	for (int type = 0; type < LISTS_OWN; type++) {
		long change = change_of(zone, own, type);
		char cell[64];

		snprintf(cell, sizeof(cell), "%lu%s%s", own->pages[type], change ? " " : "",
			 change ? SIGNED(change) : "");
		pad(pen, pen_put(pen, cell), COLUMN);
	}
	put_figures(pen, own);
	pen_put(pen, "\n");
}

/** Print what the CPUs hold as a table of plain text. */
void draw_percpu_table(const struct drawn_state *state, const struct pen *pen)
{
	for (int i = 0; i < state->nr_zones; i++) {
		const struct drawn_zone *zone = &state->zone[i];
		bool headed = false;

		draw_place(pen, zone->now);
		pen_put(pen, ": ");
		put_total(pen, zone);
		pen_put(pen, "\n");
		for (int cpu = 0; cpu < zone->now->nr_cpus; cpu++) {
			if (!is_shown(zone, &zone->now->cpu[cpu]))
				continue;
			if (!headed)
				fprintf(pen->out, "%*s", FIRST, "");
			for (int type = 0; type < LISTS_OWN && !headed; type++)
				pad(pen, pen_put(pen, state->type_name[type]),
				    type + 1 < LISTS_OWN ? COLUMN : 0);
			if (!headed)
				pen_put(pen, "\n");
			headed = true;
			put_row(zone, &zone->now->cpu[cpu], pen);
		}
	}
}

/* ---- as a picture ---- */

static double row_height(const struct drawn_zone *zone, const struct listed_cpu *own)
{
	return has_changed(zone, own) ? TALL : ROW;
}

static double zone_height(const struct drawn_zone *zone)
{
	double height = 0;

	for (int i = 0; i < zone->now->nr_cpus; i++)
		if (is_shown(zone, &zone->now->cpu[i]))
			height += row_height(zone, &zone->now->cpu[i]);
	return height + (height > 0 ? 2 * LINE : LINE) + BELOW;
}

/** The list of a type: a square with its number of pages, and how many more these are. */
static void put_list(struct svg *svg, const struct drawn_state *state,
		     const struct drawn_zone *zone, const struct listed_cpu *own, int type,
		     double y)
{
	long change = change_of(zone, own, type);
	double x = SIDE + type * CELL;
	char class[32] = "c";

	if (own->pages[type])
		text_append(class, sizeof(class), " type-%c", state->type_name[type][0]);
	else if (!change)
		strcpy(class, "none");
	if (change)
		text_append(class, sizeof(class), " new");
	svg_rect(svg, class, x + 1, y + 0.5, CELL - 2, row_height(zone, own) - 5, 2);
	if (own->pages[type] || change)
		svg_text(svg, (struct svg_place){ x + CELL / 2, y + 14.5, "v", "middle", 0 },
			 PLAIN((long)own->pages[type]));
	if (change)
		svg_text(svg, (struct svg_place){ x + CELL / 2, y + 27, "d", "middle", 0 },
			 SIGNED(change));
}

/** What a CPU holds as a bar, which is full where a batch goes back. */
static void put_bar(struct svg *svg, const struct listed_cpu *own, double y)
{
	double width = DRAW_WIDTH - BAR;
	double filled =
		own->count >= own->high ? width : width * (double)own->count / (double)own->high;

	svg_rect(svg, "track", BAR, y, width, THICK, 0);
	svg_rect(svg, "usable", BAR, y, (double)(long)filled, THICK, 0);
}

/** A CPU of a zone. */
static void put_own(struct svg *svg, const struct drawn_state *state, const struct drawn_zone *zone,
		    const struct listed_cpu *own, double y)
{
	svg_label(svg, (struct svg_place){ 0, y + 14.5, .class = "t" }, KEY("CPU %s"),
		  PLAIN(own->cpu));
	for (int type = 0; type < LISTS_OWN; type++)
		put_list(svg, state, zone, own, type, y);
	svg_text_begin(svg, (struct svg_place){ BAR, y + 10, .class = "s" });
	put_figures(&svg->pen, own);
	svg_text_end(svg);
	put_bar(svg, own, y + 14.5);
}

/** A zone from this height on; where the next one begins. */
static double put_zone(struct svg *svg, const struct drawn_state *state,
		       const struct drawn_zone *zone, double y)
{
	double end = y + zone_height(zone);
	bool headed = false;

	y += LINE;
	draw_heading(svg, zone, y, put_total);
	y += LINE;
	for (int i = 0; i < zone->now->nr_cpus; i++) {
		const struct listed_cpu *own = &zone->now->cpu[i];

		if (!is_shown(zone, own))
			continue;
		for (int type = 0; type < LISTS_OWN && !headed; type++)
			svg_text(svg,
				 (struct svg_place){ SIDE + (type + 0.5) * CELL, y - 1, "s",
						     "middle", 0 },
				 state->type_name[type]);
		headed = true;
		put_own(svg, state, zone, own, y + 3);
		y += row_height(zone, own);
	}
	return end;
}

/** What the picture shows, and what its outlines mean. */
static void put_title(const struct drawn_state *state, const struct pen *pen)
{
	bool changed = false;

	if (state->drawing->number)
		pen_say(pen, KEY("State %s: pages on CPUs' own lists, by type"),
			PLAIN(state->drawing->number));
	else
		pen_say(pen, KEY("Pages on CPUs' own lists, by type"));
	for (int i = 0; i < state->nr_zones; i++)
		for (int cpu = 0; cpu < state->zone[i].now->nr_cpus; cpu++)
			changed |= has_changed(&state->zone[i], &state->zone[i].now->cpu[cpu]);
	draw_since(state, pen, changed);
}

/** Draw what the CPUs hold. */
void draw_percpu(const struct drawn_state *state, struct svg *svg)
{
	struct svg_frame frame;
	double height = 0, y = 0;

	for (int i = 0; i < state->nr_zones; i++)
		height += zone_height(&state->zone[i]);
	frame = draw_frame(state, height);
	svg_begin(svg, &frame);
	put_title(state, &svg->pen);
	svg_describe(svg);
	draw_percpu_words(state, &svg->pen);
	svg_draw(svg);
	for (int i = 0; i < state->nr_zones; i++)
		y = put_zone(svg, state, &state->zone[i], y);
	svg_end(svg);
}

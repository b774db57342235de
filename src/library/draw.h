/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the files that draw a state share.
 */
#ifndef LIBRARY_DRAW_H
#define LIBRARY_DRAW_H

#include "pageflow.h"
#include "state/lists.h"
#include "text/svg.h"

/** Units across a picture of a state. */
#define DRAW_WIDTH 360.0

/** One zone of a drawing. */
struct drawn_zone {
	const struct listed_zone *now;
	const struct listed_zone *before; /**< NULL: nothing to compare it with */
};

/** A state as it is drawn: its zones, chosen and paired with the earlier ones. */
struct drawn_state {
	const struct pageflow_drawing *drawing;
	const char *const *type_name;
	int nr_zones;
	struct drawn_zone zone[LISTS_ZONES];
};

/** Says how many pages a zone has, in the sense of one kind of drawing. */
typedef void draw_total(const struct pen *pen, const struct drawn_zone *zone);

/* draw-parts.c */
struct svg_frame draw_frame(const struct drawn_state *state, double height);
void draw_place(const struct pen *pen, const struct listed_zone *zone);
void draw_free_pages(const struct pen *pen, unsigned long pages, long change);
void draw_zone_free(const struct pen *pen, const struct drawn_zone *zone);
void draw_heading(struct svg *svg, const struct drawn_zone *zone, double y, draw_total *total);
void draw_difference(const struct pen *pen, long change);
void draw_since(const struct drawn_state *state, const struct pen *pen, bool changed);
const char *draw_pageblocks(const struct drawn_state *state, const struct listed_zone *zone,
			    char *text, size_t size);
/* draw-lists.c */
void draw_lists(const struct drawn_state *state, struct svg *svg);
void draw_lists_words(const struct drawn_state *state, const struct pen *pen);
void draw_lists_table(const struct drawn_state *state, const struct pen *pen);
/* draw-percpu.c */
void draw_percpu(const struct drawn_state *state, struct svg *svg);
void draw_percpu_words(const struct drawn_state *state, const struct pen *pen);
void draw_percpu_table(const struct drawn_state *state, const struct pen *pen);
/* draw-blocks.c */
void draw_blocks(const struct drawn_state *state, struct svg *svg);
void draw_blocks_words(const struct drawn_state *state, const struct pen *pen);
void draw_blocks_table(const struct drawn_state *state, const struct pen *pen);
/* draw-lru.c */
int draw_lru(const struct pageflow_drawing *drawing, FILE *out, struct pageflow_error *error);
/* draw-zones.c */
void draw_zones(const struct drawn_state *state, struct svg *svg);
void draw_zones_words(const struct drawn_state *state, const struct pen *pen);
void draw_zones_table(const struct drawn_state *state, const struct pen *pen);

#endif

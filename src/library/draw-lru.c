/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The LRU lists drawn: as they were, and as they are, with what became of the pages.
 *
 * A list is a strip, its head at the left. In the strip of before, bars stand for the pages that left the list; in that of now, for
 * those that came, and for those that are nearer to the head than they were: they were taken off, looked at, and put back.
 */
#include <stdlib.h>
#include <string.h>

#include "library/draw.h"
#include "text/error.h"

#define CELLS 32ul
#define CELL  (DRAW_WIDTH / (double)CELLS)
#define TALL  16.0
#define ABOVE 34.0
#define SEEN  3.0

/** A list of a node, then and now. */
struct drawn_list {
	const char *name;
	int nid;
	unsigned int place;
	size_t now, before;	       /**< pages on it */
	size_t gone, left, back, came; /**< to no list, to another list, put back, came to it */
};

/** What is known of a page: where it is now, and where it was; 0: on no list, else its place plus 1. */
struct page_fate {
	unsigned int now, before;
	size_t now_rank, before_rank; /**< among the pages that are on the same list as before */
};

/** All pages on lists, by PFN. */
struct fates {
	unsigned long first, count;
	struct page_fate *page;
};

static struct page_fate *fate_of(const struct fates *fates, const struct listed_page *page)
{
	return &fates->page[page->pfn - fates->first];
}

/** Widen the span of PFNs by those of a state. */
static void span_pages(const pageflow_lists *lists, unsigned long *first, unsigned long *last)
{
	for (size_t i = 0; i < lists->nr_pages; i++) {
		if (lists->page[i].pfn < *first)
			*first = lists->page[i].pfn;
		if (lists->page[i].pfn > *last)
			*last = lists->page[i].pfn;
	}
}

/** Find out where each page was and is; false when there is no memory. */
static bool find_fates(const struct pageflow_drawing *drawing, struct fates *fates)
{
	const pageflow_lists *now = drawing->now;
	const pageflow_lists *before = drawing->before ? drawing->before : now;
	size_t rank[2][LISTS_ZONES * LRU_LISTS_SHOWN] = { 0 };
	unsigned long first = ~0ul, last = 0;

	span_pages(now, &first, &last);
	span_pages(before, &first, &last);
	fates->first = first;
	fates->count = first > last ? 0 : last - first + 1;
	fates->page = calloc(fates->count + 1, sizeof(*fates->page));
	if (!fates->page)
		return false;
	for (size_t i = 0; i < now->nr_pages; i++)
		fate_of(fates, &now->page[i])->now = now->page[i].place + 1;
	for (size_t i = 0; i < before->nr_pages; i++)
		fate_of(fates, &before->page[i])->before = before->page[i].place + 1;
	for (size_t i = 0; i < now->nr_pages; i++) {
		struct page_fate *fate = fate_of(fates, &now->page[i]);

		if (fate->now == fate->before)
			fate->now_rank = rank[0][now->page[i].place]++;
	}
	for (size_t i = 0; i < before->nr_pages; i++) {
		struct page_fate *fate = fate_of(fates, &before->page[i]);

		if (fate->now == fate->before)
			fate->before_rank = rank[1][before->page[i].place]++;
	}
	return true;
}

static bool was_put_back(const struct page_fate *fate)
{
	return fate->now == fate->before && fate->now_rank < fate->before_rank;
}

/** Count what became of the pages of a list. */
static void count_list(const struct pageflow_drawing *drawing, const struct fates *fates,
		       struct drawn_list *list)
{
	const pageflow_lists *before = drawing->before ? drawing->before : drawing->now;

	for (size_t i = 0; i < drawing->now->nr_pages; i++) {
		const struct page_fate *fate = fate_of(fates, &drawing->now->page[i]);

		if (drawing->now->page[i].place != list->place)
			continue;
		list->now++;
		list->came += fate->before != fate->now;
		list->back += was_put_back(fate);
	}
	for (size_t i = 0; i < before->nr_pages; i++) {
		const struct page_fate *fate = fate_of(fates, &before->page[i]);

		if (before->page[i].place != list->place)
			continue;
		list->before++;
		list->gone += !fate->now;
		list->left += fate->now && fate->now != fate->before;
	}
}

/* ---- in sentences ---- */

/** Which list, and how long it is. */
static void put_name(const struct drawn_list *list, const struct pen *pen)
{
	long change = (long)(list->now - list->before);

	pen_say(pen, KEY("Node %s, %s: %s pages"), PLAIN(list->nid), list->name,
		GROUPED(list->now));
	if (!change)
		return;
	pen_put(pen, " (");
	pen_put(pen, SIGNED(change));
	pen_put(pen, ")");
}

static void put_fates(const struct drawn_list *list, const struct pen *pen)
{
	pen_say(pen, KEY("%s went, %s to another list, %s put back, %s came"), GROUPED(list->gone),
		GROUPED(list->left), GROUPED(list->back), GROUPED(list->came));
}

static void put_list(const struct drawn_list *list, const struct pen *pen)
{
	put_name(list, pen);
	pen_put(pen, "; ");
	put_fates(list, pen);
}

/* ---- as a picture ---- */

/** Bars of a cell: pages that left or came, and pages that changed place. */
struct bars {
	size_t pages, one, other;
};

/** How tall a bar is: never so small that it is not seen. */
static double bar(const struct bars *bars, size_t pages)
{
	double tall = TALL * (double)pages / (double)bars->pages;

	return tall < SEEN ? SEEN : tall;
}

/** A strip of a list of one state. */
static void put_strip(struct svg *svg, const struct fates *fates, const pageflow_lists *lists,
		      const struct drawn_list *list, bool now, double y)
{
	size_t length = now ? list->now : list->before, at = 0;
	size_t per_cell = (length + CELLS - 1) / CELLS;
	struct bars bars[CELLS] = { 0 };

	for (size_t i = 0; i < lists->nr_pages; i++) {
		const struct page_fate *fate = fate_of(fates, &lists->page[i]);
		struct bars *cell;

		if (lists->page[i].place != list->place)
			continue;
		cell = &bars[at++ / per_cell];
		cell->pages++;
		cell->one += now ? fate->before != fate->now : !fate->now;
		cell->other += now ? was_put_back(fate) : fate->now && fate->now != fate->before;
	}
	for (size_t i = 0; i < CELLS && bars[i].pages; i++) {
		double x = (double)i * CELL;

		svg_rect(svg, "c", x, y, CELL, TALL, 0);
		if (bars[i].one)
			svg_rect(svg, now ? "allocated" : "freed", x + 1,
				 y + TALL - bar(&bars[i], bars[i].one), CELL / 2 - 1,
				 bar(&bars[i], bars[i].one), 0);
		if (bars[i].other)
			svg_rect(svg, "usable", x + CELL / 2,
				 y + TALL - bar(&bars[i], bars[i].other), CELL / 2 - 1,
				 bar(&bars[i], bars[i].other), 0);
	}
}

/** One list; where the next one begins. */
static double put_row(struct svg *svg, const struct pageflow_drawing *drawing,
		      const struct fates *fates, const struct drawn_list *list, double y)
{
	svg_text_begin(svg, (struct svg_place){ 0, y + 12, "z", NULL, 0 });
	put_name(list, &svg->pen);
	svg_text_end(svg);
	svg_text_begin(svg, (struct svg_place){ 0, y + 26, "s", NULL, 0 });
	put_fates(list, &svg->pen);
	svg_text_end(svg);
	y += ABOVE;
	if (drawing->before) {
		put_strip(svg, fates, drawing->before, list, false, y);
		y += TALL + 4;
	}
	put_strip(svg, fates, drawing->now, list, true, y);
	return y + TALL + 12;
}

/** The lists that have pages, now or before. */
struct drawn_lru {
	const struct pageflow_drawing *drawing;
	struct fates fates;
	struct drawn_list list[LISTS_ZONES * LRU_LISTS_SHOWN];
	size_t nr_lists;
};

static void put_all(const struct drawn_lru *lru, const struct pen *pen, const char *between)
{
	if (!lru->nr_lists)
		pen_say(pen, KEY("No page is on an LRU list."));
	for (size_t i = 0; i < lru->nr_lists; i++) {
		put_list(&lru->list[i], pen);
		pen_put(pen, i + 1 < lru->nr_lists ? between : "");
	}
}

static void put_picture(const struct drawn_lru *lru, struct svg *svg)
{
	const struct drawn_state state = { .drawing = lru->drawing };
	double row = ABOVE + TALL + 12 + (lru->drawing->before ? TALL + 4 : 0), y = 0;
	const struct svg_frame frame =
		draw_frame(&state, lru->nr_lists ? row * (double)lru->nr_lists : 20);

	svg_begin(svg, &frame);
	pen_say(&svg->pen, KEY("The LRU lists, head at the left"));
	if (lru->drawing->before) {
		pen_put(&svg->pen, " · ");
		pen_say(&svg->pen,
			KEY("above: before, with bars for pages that went (left) or changed list "
			    "(right); below: now, with bars for pages that came (left) or were "
			    "put back (right)"));
	}
	svg_describe(svg);
	put_all(lru, &svg->pen, ". ");
	svg_draw(svg);
	if (!lru->nr_lists)
		svg_label(svg, (struct svg_place){ 0, 12, "z", NULL, 0 },
			  KEY("No page is on an LRU list."));
	for (size_t i = 0; i < lru->nr_lists; i++)
		y = put_row(svg, lru->drawing, &lru->fates, &lru->list[i], y);
	svg_end(svg);
}

/**
 * @brief Draw the LRU lists.
 *
 * @param drawing what, and how
 * @param out where to
 * @param error receives what went wrong
 * @return 0, or -1 when the host has no memory
 */
int draw_lru(const struct pageflow_drawing *drawing, FILE *out, struct pageflow_error *error)
{
	struct svg svg = { .pen = { out, false, drawing->translate, drawing->context } };
	struct drawn_lru lru = { .drawing = drawing };

	if (!find_fates(drawing, &lru.fates))
		return error_set(error, "out of memory");
	for (unsigned int place = 0; place < LISTS_ZONES * LRU_LISTS_SHOWN; place++) {
		struct drawn_list *list = &lru.list[lru.nr_lists];

		*list = (struct drawn_list){
			.name = drawing->now->lru_name[place % LRU_LISTS_SHOWN],
			.nid = (int)(place / LRU_LISTS_SHOWN),
			.place = place
		};
		count_list(drawing, &lru.fates, list);
		lru.nr_lists += list->now || list->before;
	}
	if (drawing->form == PAGEFLOW_TABLE || drawing->form == PAGEFLOW_WORDS) {
		put_all(&lru, &svg.pen, drawing->form == PAGEFLOW_TABLE ? "\n" : ". ");
		fputc('\n', out);
	} else {
		put_picture(&lru, &svg);
	}
	free(lru.fates.page);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief An explanation as a picture: the zones in the order of trying, what each has and needs, and the
 * way that the request took through them.
 *
 * Each zone has a row: its name and verdict, a bar, and two lines of numbers. The bar is as long as the
 * greater of what is free and what is needed; marks that lie close together on it are told apart by the
 * numbers below, so that no text ever stands over another.
 */
#include <string.h>

#include "text/gauge.h"
#include "text/svg.h"
#include "text/utf8.h"
#include "tools/explain/view.h"
#include "tools/language.h"

#define WIDTH	   760
#define LEFT	   44
#define RIGHT	   (WIDTH - 20)
#define TOP	   102
#define ROW	   98
#define LINE	   18
#define CHARACTERS 88 /* of a line of text, at most */
#define MACHINE	   60 /* characters of the machine's name, its end */
#define MASK	   51 /* bytes of the request's mask */

/** Characters of the first line of a text: to the last blank that fits, if there is one. */
static size_t line_length(const char *text)
{
	const char *end = utf8_skip(text, CHARACTERS), *blank = end;

	while (*end && blank > text && *blank != ' ')
		blank--;
	if (*end && blank > text)
		end = blank;
	return utf8_count(text) - utf8_count(end);
}

/** Print text in lines, or with no picture only count them; the number of lines. */
static int put_lines(struct svg *svg, int y, const char *class, const char *text)
{
	int lines = 0;

	for (; *text; lines++) {
		size_t length = line_length(text);

		if (svg) {
			svg_text_begin(svg,
				       (struct svg_place){ 20, y + lines * LINE, class, NULL, 0 });
			pen_put_some(&svg->pen, text, length);
			svg_text_end(svg);
		}
		text = utf8_skip(text, length);
		text += strspn(text, " ");
	}
	return lines;
}

/** The attempt that a zone's row shows, in the order of the last walk; NULL: it has none. */
static const struct explained_attempt *row_attempt(const struct explanation *e, int row,
						   const struct explained_walk **walk)
{
	const struct explained_attempt *attempt;

	*walk = e->nr_walks ? &e->walk[e->nr_walks - 1] : NULL;
	if (!*walk || row >= (*walk)->nr_attempts)
		return NULL;
	attempt = &(*walk)->attempt[row];
	if (e->found || !e->closest[attempt->zone])
		return attempt;
	*walk = e->closest_walk[attempt->zone];
	return e->closest[attempt->zone];
}

static int count_rows(const struct explanation *e)
{
	return e->nr_walks ? e->walk[e->nr_walks - 1].nr_attempts : 0;
}

/** A few words for the end of a row's first line. */
static void put_verdict(const struct pen *pen, const struct explained_attempt *a)
{
	static const char *const words[] = {
		[EXPLAINED_NOT_REACHED] = KEY("not reached"),
		[EXPLAINED_TAKEN] = KEY("taken"),
		[EXPLAINED_CPUSET] = KEY("refused: cpuset"),
		[EXPLAINED_DIRTY] = KEY("refused: dirty limit"),
		[EXPLAINED_TOO_FEW_PAGES] = KEY("refused"),
		[EXPLAINED_NO_BLOCK] = KEY("refused: no block of this order"),
		[EXPLAINED_LISTS_EMPTY] = KEY("refused: its lists are empty"),
		[EXPLAINED_OTHER_NODE] = KEY("refused: another node"),
	};

	if (a->verdict == EXPLAINED_TOO_FEW_PAGES)
		pen_say(pen, KEY("refused: %s short"), PLAIN(a->shortfall));
	else if (a->verdict == EXPLAINED_TAKEN && !a->shortfall)
		pen_say(pen, KEY("taken: %s above"), PLAIN(a->usable - a->needed));
	else
		pen_say_word(pen, words[a->verdict]);
}

/** A zone's bar: usable pages, unusable ones, and the line that usable ones must cross. */
static void put_bar(struct svg *svg, const struct explained_zone *zone,
		    const struct explained_attempt *a, int y)
{
	struct gauge gauge = {
		.x = LEFT,
		.y = y,
		.width = RIGHT - LEFT,
		.most = a->free > a->needed ? a->free : a->needed,
		.free = a->free,
		.usable = a->usable,
		.limited = true,
		.needed = a->needed,
	};

	for (int mark = 0; mark < GAUGE_MARKS; mark++)
		gauge.mark[mark] = (long)(zone->mark[mark] + zone->boost);
	svg_gauge(svg, &gauge);
}

/** The numbers below a bar. */
static void put_numbers(struct svg *svg, const struct explained_walk *walk,
			const struct explained_attempt *a, int y)
{
	svg_label(svg, (struct svg_place){ LEFT, y, .class = "small" },
		  KEY("free %s, of them unusable: block %s, urgent reserve %s, CMA %s; usable %s"),
		  PLAIN(a->free), PLAIN(a->block), PLAIN(a->highatomic), PLAIN(a->cma),
		  PLAIN(a->usable));
	svg_label(svg, (struct svg_place){ LEFT, y + 16, .class = "small" },
		  KEY("needed: more than %s (%s %s, boost %s, reductions %s, lowmem reserve %s)"),
		  PLAIN(a->needed), explain_mark_name(walk->alloc_flags), PLAIN(a->mark),
		  PLAIN(a->boost), PLAIN(a->less_high + a->less_more), PLAIN(a->reserve));
}

/** A zone's row. */
static void put_row(struct svg *svg, const struct explanation *e, const struct explained_walk *walk,
		    const struct explained_attempt *a, int y)
{
	const char *class = a->verdict == EXPLAINED_TAKEN	  ? "good"
			    : a->verdict == EXPLAINED_NOT_REACHED ? "faint"
								  : "bad";
	const struct explained_zone *zone = &e->zone[a->zone];
	const struct svg_place place = { LEFT, y, .class = "name" };

	svg_circle(svg, class, 24, y + 22, 6);
	if (strcmp(e->configuration, "uma"))
		svg_label(svg, place, KEY("node %s %s"), PLAIN(zone->nid), zone->name);
	else
		svg_text(svg, place, zone->name);
	svg_text_begin(svg, (struct svg_place){ RIGHT, y, class, "end", 0 });
	put_verdict(&svg->pen, a);
	svg_text_end(svg);
	put_bar(svg, zone, a, y + 14);
	put_numbers(svg, walk, a, y + 48);
}

/** From zone to zone, as far as the request came. */
static void put_path(struct svg *svg, const struct explanation *e, int rows)
{
	int last = 0;

	for (int row = 0; row < rows; row++) {
		const struct explained_walk *walk;

		if (row_attempt(e, row, &walk)->verdict != EXPLAINED_NOT_REACHED)
			last = row;
	}
	if (last)
		svg_line(svg, "path", 24, TOP + 22, 24, TOP + last * ROW + 22);
}

/** What is asked for, and of which machine. */
static void put_heading(struct svg *svg, const struct explanation *e,
			const struct explain_origin *origin)
{
	char mask[MASK], shown[MACHINE * 4 + 4];

	pageflow_gfp_text(e->request.gfp, mask, sizeof(mask));
	svg_label(svg, (struct svg_place){ 20, 30, .class = "title" }, KEY("order %s, %s"),
		  PLAIN((long)e->request.order), mask);
	svg_label(svg, (struct svg_place){ 20, 52, .class = "small" }, KEY("on %s"),
		  utf8_tail(origin->machine, MACHINE, shown, sizeof(shown)));
	svg_label(
		svg, (struct svg_place){ 20, 70, .class = "small" },
		KEY("red line: what usable pages must exceed; ticks: min, low and high watermark"));
}

/**
 * @brief Draw an explanation.
 *
 * @param e the explanation
 * @param origin where the machine came from
 * @param out receives the SVG
 */
void explain_print_svg(const struct explanation *e, const struct explain_origin *origin, FILE *out)
{
	int rows = count_rows(e), y = TOP + rows * ROW;
	struct svg svg = { .pen = pen_in_language(out) };
	struct svg_frame frame = { .id = "pf", .width = WIDTH, .scale = 1 };
	char answer[EXPLAIN_SENTENCE];

	explain_answer(e, origin, answer, sizeof(answer));
	frame.height = y + put_lines(NULL, y, "", answer) * LINE + 8;
	svg_begin(&svg, &frame);
	pen_say(&svg.pen,
		e->found ? KEY("Why a request for order %s got its page")
			 : KEY("Why a request for order %s was refused"),
		PLAIN((long)e->request.order));
	svg_describe(&svg);
	pen_put(&svg.pen, answer);
	svg_draw(&svg);
	put_heading(&svg, e, origin);
	put_path(&svg, e, rows);
	for (int row = 0; row < rows; row++) {
		const struct explained_walk *walk;
		const struct explained_attempt *attempt = row_attempt(e, row, &walk);

		put_row(&svg, e, walk, attempt, TOP + row * ROW);
	}
	put_lines(&svg, y, e->found ? "good" : "bad", answer);
	svg_end(&svg);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The counts of a trace as a picture: pages allocated and freed over time, allocations by order.
 */
#include <inttypes.h>
#include <string.h>

#include "text/svg.h"
#include "text/utf8.h"
#include "tools/kmem/counts.h"
#include "tools/language.h"

#define WIDTH 720

/** The timeline: its edges. */
#define LEFT   84
#define RIGHT  700
#define TOP    96
#define BOTTOM 256

/** The rows of orders: where they begin, how far apart they are, how long the longest bar is. */
#define ROWS	344
#define ROW	22
#define LONGEST 480

/** Characters of the file's name, at most. */
#define NAME 60

/** The last part of a path. */
static const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static uint64_t largest(const uint64_t *value, size_t count)
{
	uint64_t most = 0;

	for (size_t i = 0; i < count; i++)
		most = value[i] > most ? value[i] : most;
	return most;
}

/** How high `value` of `most` is in `room`; what is there can be seen. */
static double scaled(uint64_t value, uint64_t most, double room)
{
	double height = most ? (double)value / (double)most * room : 0;

	return value && height < 1 ? 1 : height;
}

static void put_bars(struct svg *svg, const struct trace_counts *counts, uint64_t most, double zero)
{
	double width = (double)(RIGHT - LEFT) / NR_STEPS, room = BOTTOM - TOP;

	for (int i = 0; i < NR_STEPS; i++) {
		double x = LEFT + i * width;
		double up = scaled(counts->allocated[i], most, room);
		double down = scaled(counts->freed[i], most, room);

		if (up > 0)
			svg_rect(svg, "allocated", x + 0.5, zero - up, width - 1, up, 0);
		if (down > 0)
			svg_rect(svg, "freed", x + 0.5, zero, width - 1, down, 0);
	}
}

/** The scale below the timeline. */
static void put_scale(struct svg *svg, const struct trace_counts *counts)
{
	double length = counts_seconds(counts);

	for (int i = 0; i <= 4; i++) {
		const struct svg_place place = {
			.x = LEFT + (RIGHT - LEFT) * i / 4,
			.y = BOTTOM + 20,
			.class = "quiet",
			.anchor = i == 0   ? NULL
				  : i == 4 ? "end"
					   : "middle",
		};
		char time[32];

		if (counts->totals.ticks) {
			snprintf(time, sizeof(time), "%" PRIu64,
				 (counts->last - counts->first) / 4 * (uint64_t)i);
			svg_label(svg, place, KEY("%s ticks"), time);
		} else if (length < 1) {
			snprintf(time, sizeof(time), "%.3g", length * 1000 * i / 4);
			svg_label(svg, place, KEY("%s ms"), time);
		} else {
			snprintf(time, sizeof(time), "%.4g", length * i / 4);
			svg_label(svg, place, KEY("%s s"), time);
		}
	}
}

/** What the colours mean. */
static void put_legend(struct svg *svg)
{
	svg_rect(svg, "allocated", LEFT, 64, 12, 12, 0);
	svg_label(svg, (struct svg_place){ LEFT + 18, 75, .class = NULL }, KEY("pages allocated"));
	svg_rect(svg, "freed", LEFT + 150, 64, 12, 12, 0);
	svg_label(svg, (struct svg_place){ LEFT + 168, 75, .class = NULL },
		  KEY("pages freed, in each %sth of the time"), PLAIN(NR_STEPS));
}

/** Pages allocated upwards, pages freed downwards, on one scale. */
static void put_timeline(struct svg *svg, const struct trace_counts *counts)
{
	uint64_t up = largest(counts->allocated, NR_STEPS), down = largest(counts->freed, NR_STEPS);
	uint64_t both = up + down;
	double zero = both ? TOP + (double)(BOTTOM - TOP) * ((double)up / (double)both) : BOTTOM;
	struct svg_place place = { LEFT - 8, TOP + 5, "quiet", "end", 0 };

	put_legend(svg);
	put_bars(svg, counts, both, zero);
	svg_line(svg, "axis", LEFT, zero, RIGHT, zero);
	if (up)
		svg_text(svg, place, PLAIN((long)up));
	place.y = BOTTOM + 3;
	if (down)
		svg_text(svg, place, PLAIN((long)down));
	/* The zero is named where that does not run into the numbers of the ends. */
	place.y = zero + 4;
	if ((!up || zero - TOP > 18) && (!down || BOTTOM - zero > 18))
		svg_text(svg, place, "0");
	put_scale(svg, counts);
}

/** One row: an order, its bar, and its numbers. */
static void put_order(struct svg *svg, unsigned int order, const struct amount *amount, double bar,
		      int y)
{
	svg_text(svg, (struct svg_place){ LEFT - 8, y + 13, NULL, "end", 0 }, PLAIN((long)order));
	if (amount->allocs)
		svg_rect(svg, "allocated", LEFT, y + 2, bar, ROW - 6, 0);
	svg_text_begin(svg, (struct svg_place){ LEFT + bar + 8, y + 13, .class = NULL });
	pen_put(&svg->pen, PLAIN((long)amount->allocs));
	if (amount->failed) {
		pen_put(&svg->pen, ", ");
		pen_say(&svg->pen, KEY("%s failed"), PLAIN((long)amount->failed));
	}
	svg_text_end(svg);
}

/** One row for each order that occurs. */
static void put_orders(struct svg *svg, const struct trace_counts *counts)
{
	uint64_t most = 0;
	int y = ROWS;

	for (unsigned int order = 0; order < KMEM_NR_ORDERS; order++)
		most = counts->order[order].allocs > most ? counts->order[order].allocs : most;
	svg_label(svg, (struct svg_place){ 20, ROWS - 26, .class = "title" },
		  KEY("Allocations by order"));
	for (unsigned int order = 0; order < KMEM_NR_ORDERS; order++) {
		const struct amount *amount = &counts->order[order];

		if (!amount->allocs && !amount->failed)
			continue;
		put_order(svg, order, amount, scaled(amount->allocs, most, LONGEST), y);
		y += ROW;
	}
}

static int nr_rows(const struct trace_counts *counts)
{
	int rows = 0;

	for (unsigned int order = 0; order < KMEM_NR_ORDERS; order++)
		rows += counts->order[order].allocs || counts->order[order].failed;
	return rows;
}

/** What the picture says in one sentence. */
static void put_sentence(const struct pen *pen, const struct trace_counts *counts)
{
	char seconds[32];

	pen_say(pen, KEY("%s pages allocated, %s freed, %s failed requests"),
		PLAIN((long)counts->all.pages), PLAIN((long)counts->all.freed),
		PLAIN((long)counts->all.failed));
	if (!counts->totals.ticks) {
		snprintf(seconds, sizeof(seconds), "%.6g", counts_seconds(counts));
		pen_put(pen, " ");
		pen_say(pen, KEY("in %s s"), seconds);
	}
	if (counts->totals.lost) {
		pen_put(pen, "; ");
		pen_say(pen, KEY("%s events lost"), PLAIN((long)counts->totals.lost));
	}
}

/**
 * @brief Draw the counts of a trace.
 *
 * @param counts the counts
 * @param out where the SVG goes
 */
void counts_svg(const struct trace_counts *counts, FILE *out)
{
	const struct svg_frame frame = {
		.id = "pf",
		.width = WIDTH,
		.height = ROWS + nr_rows(counts) * ROW + 12,
		.scale = 1,
	};
	struct svg svg = { .pen = pen_in_language(out) };
	char shown[NAME * 4 + 4];
	const char *name = utf8_head(file_name(counts->path), NAME, shown, sizeof(shown));

	fputs("<!-- SPDX-License-Identifier: GPL-2.0-only -->\n", out);
	svg_begin(&svg, &frame);
	pen_say(&svg.pen, KEY("Pages of %s"), name);
	svg_describe(&svg);
	put_sentence(&svg.pen, counts);
	pen_put(&svg.pen, ".");
	svg_draw(&svg);
	svg_text(&svg, (struct svg_place){ 20, 30, .class = "title" }, name);
	svg_text_begin(&svg, (struct svg_place){ 20, 50, .class = "quiet" });
	put_sentence(&svg.pen, counts);
	svg_text_end(&svg);
	put_timeline(&svg, counts);
	put_orders(&svg, counts);
	svg_end(&svg);
}

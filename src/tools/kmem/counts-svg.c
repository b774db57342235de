/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The counts of a trace as a picture: pages allocated and freed over time, allocations by order.
 *
 * One file with everything in it; it follows the reader's choice of light or dark.
 */
#include <inttypes.h>
#include <string.h>

#include "tools/kmem/counts.h"

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

static const char style[] = "<style>\n"
			    ".pf-report text { font: 13px system-ui, sans-serif; fill: #1b1f24 }\n"
			    ".pf-report .title { font-size: 17px; font-weight: 600 }\n"
			    ".pf-report .quiet { fill: #57606a }\n"
			    ".pf-report .right { text-anchor: end }\n"
			    ".pf-report .middle { text-anchor: middle }\n"
			    ".pf-report .ground { fill: #ffffff }\n"
			    ".pf-report .axis { stroke: #8c959f; stroke-width: 1 }\n"
			    ".pf-report .allocated { fill: #0969a8 }\n"
			    ".pf-report .freed { fill: #b35900 }\n"
			    "@media (prefers-color-scheme: dark) {\n"
			    ".pf-report text { fill: #e6edf3 }\n"
			    ".pf-report .quiet { fill: #9da7b3 }\n"
			    ".pf-report .ground { fill: #14181d }\n"
			    ".pf-report .axis { stroke: #6e7681 }\n"
			    ".pf-report .allocated { fill: #58b0f0 }\n"
			    ".pf-report .freed { fill: #f0a050 }\n"
			    "}\n"
			    "</style>\n";

/** A text that may hold anything, cut so that it fits into the picture. */
static void put_text(FILE *out, const char *text, size_t characters)
{
	char clean[512];
	size_t put = 0;

	word_clean(word_of(text), clean, sizeof(clean));
	for (const char *c = clean; *c; c++) {
		if (((unsigned char)*c & 0xc0) != 0x80 && put++ == characters) {
			fputs("...", out);
			return;
		}
		if (*c == '<')
			fputs("&lt;", out);
		else if (*c == '&')
			fputs("&amp;", out);
		else
			fputc(*c, out);
	}
}

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

static void put_bars(FILE *out, const struct trace_counts *counts, uint64_t most, double zero)
{
	double width = (double)(RIGHT - LEFT) / NR_STEPS, room = BOTTOM - TOP;

	for (int i = 0; i < NR_STEPS; i++) {
		double x = LEFT + i * width;
		double up = scaled(counts->allocated[i], most, room);
		double down = scaled(counts->freed[i], most, room);

		if (up > 0)
			fprintf(out,
				"<rect class=\"allocated\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
				"height=\"%.1f\"/>\n",
				x + 0.5, zero - up, width - 1, up);
		if (down > 0)
			fprintf(out,
				"<rect class=\"freed\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
				"height=\"%.1f\"/>\n",
				x + 0.5, zero, width - 1, down);
	}
}

/** The scale below the timeline. */
static void put_scale(FILE *out, const struct trace_counts *counts)
{
	double length = counts_seconds(counts);

	for (int i = 0; i <= 4; i++) {
		int x = LEFT + (RIGHT - LEFT) * i / 4;
		const char *anchor = i == 0 ? "quiet" : i == 4 ? "quiet right" : "quiet middle";

		fprintf(out, "<text class=\"%s\" x=\"%d\" y=\"%d\">", anchor, x, BOTTOM + 20);
		if (counts->totals.ticks)
			fprintf(out, "%" PRIu64 " ticks",
				(counts->last - counts->first) / 4 * (uint64_t)i);
		else if (length < 1)
			fprintf(out, "%.3g ms", length * 1000 * i / 4);
		else
			fprintf(out, "%.4g s", length * i / 4);
		fputs("</text>\n", out);
	}
}

/** Pages allocated upwards, pages freed downwards, on one scale. */
static void put_timeline(FILE *out, const struct trace_counts *counts)
{
	uint64_t up = largest(counts->allocated, NR_STEPS), down = largest(counts->freed, NR_STEPS);
	uint64_t both = up + down;
	double zero = both ? TOP + (double)(BOTTOM - TOP) * ((double)up / (double)both) : BOTTOM;

	fprintf(out,
		"<rect class=\"allocated\" x=\"%d\" y=\"64\" width=\"12\" height=\"12\"/>"
		"<text x=\"%d\" y=\"75\">pages allocated</text>\n"
		"<rect class=\"freed\" x=\"%d\" y=\"64\" width=\"12\" height=\"12\"/>"
		"<text x=\"%d\" y=\"75\">pages freed, in each %dth of the time</text>\n",
		LEFT, LEFT + 18, LEFT + 150, LEFT + 168, NR_STEPS);
	put_bars(out, counts, both, zero);
	fprintf(out, "<line class=\"axis\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/>\n", LEFT,
		zero, RIGHT, zero);
	if (up)
		fprintf(out, "<text class=\"quiet right\" x=\"%d\" y=\"%d\">%" PRIu64 "</text>\n",
			LEFT - 8, TOP + 5, up);
	if (down)
		fprintf(out, "<text class=\"quiet right\" x=\"%d\" y=\"%d\">%" PRIu64 "</text>\n",
			LEFT - 8, BOTTOM + 3, down);
	/* The zero is named where that does not run into the numbers of the ends. */
	if ((!up || zero - TOP > 18) && (!down || BOTTOM - zero > 18))
		fprintf(out, "<text class=\"quiet right\" x=\"%d\" y=\"%.1f\">0</text>\n", LEFT - 8,
			zero + 4);
	put_scale(out, counts);
}

/** One row for each order that occurs. */
static void put_orders(FILE *out, const struct trace_counts *counts)
{
	uint64_t most = 0;
	int y = ROWS;

	for (unsigned int order = 0; order < KMEM_NR_ORDERS; order++)
		most = counts->order[order].allocs > most ? counts->order[order].allocs : most;
	fprintf(out, "<text x=\"20\" y=\"%d\" class=\"title\">Allocations by order</text>\n",
		ROWS - 26);
	for (unsigned int order = 0; order < KMEM_NR_ORDERS; order++) {
		const struct amount *amount = &counts->order[order];
		double bar = scaled(amount->allocs, most, LONGEST);

		if (!amount->allocs && !amount->failed)
			continue;
		fprintf(out, "<text x=\"%d\" y=\"%d\" class=\"right\">%u</text>\n", LEFT - 8,
			y + 13, order);
		if (amount->allocs)
			fprintf(out,
				"<rect class=\"allocated\" x=\"%d\" y=\"%d\" width=\"%.1f\" "
				"height=\"%d\"/>\n",
				LEFT, y + 2, bar, ROW - 6);
		fprintf(out, "<text x=\"%.1f\" y=\"%d\">%" PRIu64, LEFT + bar + 8, y + 13,
			amount->allocs);
		if (amount->failed)
			fprintf(out, ", %" PRIu64 " failed", amount->failed);
		fputs("</text>\n", out);
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
static void put_sentence(FILE *out, const struct trace_counts *counts)
{
	fprintf(out, "%" PRIu64 " pages allocated, %" PRIu64 " freed, %" PRIu64 " failed requests",
		counts->all.pages, counts->all.freed, counts->all.failed);
	if (!counts->totals.ticks)
		fprintf(out, " in %.6g s", counts_seconds(counts));
	if (counts->totals.lost)
		fprintf(out, "; %" PRIu64 " events lost", counts->totals.lost);
}

/**
 * @brief Draw the counts of a trace.
 *
 * @param counts the counts
 * @param out where the SVG goes
 */
void counts_svg(const struct trace_counts *counts, FILE *out)
{
	int height = ROWS + nr_rows(counts) * ROW + 12;

	fprintf(out,
		"<!-- SPDX-License-Identifier: GPL-2.0-only -->\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
		"class=\"pf-report\" role=\"img\" aria-labelledby=\"pf-title pf-desc\">\n<title id=\"pf-title\">Pages of ",
		WIDTH, height, WIDTH, height);
	put_text(out, file_name(counts->path), 60);
	fputs("</title>\n<desc id=\"pf-desc\">", out);
	put_sentence(out, counts);
	fprintf(out, ".</desc>\n%s<rect class=\"ground\" width=\"%d\" height=\"%d\"/>\n", style,
		WIDTH, height);
	fputs("<text class=\"title\" x=\"20\" y=\"30\">", out);
	put_text(out, file_name(counts->path), 60);
	fputs("</text>\n<text class=\"quiet\" x=\"20\" y=\"50\">", out);
	put_sentence(out, counts);
	fputs("</text>\n", out);
	put_timeline(out, counts);
	put_orders(out, counts);
	fputs("</svg>\n", out);
}

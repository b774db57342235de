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
#include <stdarg.h>
#include <string.h>

#include "tools/explain/view.h"

#define WIDTH	   760
#define LEFT	   44
#define RIGHT	   (WIDTH - 20)
#define TOP	   102
#define ROW	   98
#define LINE	   18
#define CHARACTERS 88 /* of a line of text, at most */
#define MACHINE	   60 /* characters of the machine's name, its end */

/** Print text with the characters escaped that mean something in XML. */
__attribute__((format(printf, 2, 3))) static void put(FILE *out, const char *format, ...)
{
	char text[EXPLAIN_SENTENCE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	for (const char *c = text; *c; c++) {
		if (*c == '<')
			fputs("&lt;", out);
		else if (*c == '>')
			fputs("&gt;", out);
		else if (*c == '&')
			fputs("&amp;", out);
		else if ((unsigned char)*c >= 0x20)
			fputc(*c, out);
	}
}

/** Characters of the first line of a text: to the last blank that fits, if there is one. */
static int line_length(const char *text)
{
	int length = (int)strlen(text);

	if (length <= CHARACTERS)
		return length;
	length = CHARACTERS;
	while (length && text[length] != ' ')
		length--;
	return length ? length : CHARACTERS;
}

/** Print text in lines, or with no file only count them; the number of lines. */
static int put_lines(FILE *out, int y, const char *class, const char *text)
{
	int lines = 0;

	for (; *text; lines++) {
		int length = line_length(text);

		if (out) {
			fprintf(out, "<text class=\"%s\" x=\"20\" y=\"%d\">", class,
				y + lines * LINE);
			put(out, "%.*s", length, text);
			fprintf(out, "</text>\n");
		}
		text += length;
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
static void verdict_text(const struct explained_attempt *a, char *text, size_t size)
{
	static const char *const words[] = {
		[EXPLAINED_NOT_REACHED] = "not reached",
		[EXPLAINED_TAKEN] = "taken",
		[EXPLAINED_CPUSET] = "refused: cpuset",
		[EXPLAINED_DIRTY] = "refused: dirty limit",
		[EXPLAINED_TOO_FEW_PAGES] = "refused",
		[EXPLAINED_NO_BLOCK] = "refused: no block of this order",
		[EXPLAINED_LISTS_EMPTY] = "refused: its lists are empty",
		[EXPLAINED_OTHER_NODE] = "refused: another node",
	};

	if (a->verdict == EXPLAINED_TOO_FEW_PAGES)
		snprintf(text, size, "refused: %ld short", a->shortfall);
	else if (a->verdict == EXPLAINED_TAKEN && !a->shortfall)
		snprintf(text, size, "taken: %ld above", a->usable - a->needed);
	else
		snprintf(text, size, "%s", words[a->verdict]);
}

/** Pages as pixels of a bar. */
static int scaled(long pages, long most)
{
	if (pages <= 0 || most <= 0)
		return 0;
	return pages >= most ? RIGHT - LEFT : (int)((double)pages / (double)most * (RIGHT - LEFT));
}

/** A zone's bar: usable pages, unusable ones, and the line that usable ones must cross. */
static void print_bar(const struct explained_zone *zone, const struct explained_attempt *a, int y,
		      FILE *out)
{
	long most = a->free > a->needed ? a->free : a->needed;
	int usable = scaled(a->usable, most), free = scaled(a->free, most);
	int needed = scaled(a->needed, most);

	fprintf(out, "<rect class=\"track\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"16\"/>\n", LEFT,
		y, RIGHT - LEFT);
	fprintf(out, "<rect class=\"unusable\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"16\"/>\n",
		LEFT + usable, y, free - usable);
	fprintf(out, "<rect class=\"usable\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"16\"/>\n",
		LEFT, y, usable);
	for (int mark = 0; mark < 3; mark++) {
		int at = LEFT + scaled((long)(zone->mark[mark] + zone->boost), most);

		fprintf(out, "<path class=\"mark\" d=\"M%d %d v5\"/>\n", at, y + 16);
	}
	fprintf(out, "<line class=\"needed\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>\n",
		LEFT + needed, y - 4, LEFT + needed, y + 16);
}

/** A zone's row. */
static void print_row(const struct explanation *e, const struct explained_walk *walk,
		      const struct explained_attempt *a, int y, FILE *out)
{
	const char *class = a->verdict == EXPLAINED_TAKEN	  ? "good"
			    : a->verdict == EXPLAINED_NOT_REACHED ? "faint"
								  : "bad";
	char zone[48], verdict[64];

	explain_zone_label(e, a->zone, zone, sizeof(zone));
	verdict_text(a, verdict, sizeof(verdict));
	fprintf(out, "<circle class=\"%s\" cx=\"24\" cy=\"%d\" r=\"6\"/>\n", class, y + 22);
	fprintf(out, "<text class=\"name\" x=\"%d\" y=\"%d\">%s</text>\n", LEFT, y, zone);
	fprintf(out, "<text class=\"verdict %s\" x=\"%d\" y=\"%d\">%s</text>\n", class, RIGHT, y,
		verdict);
	print_bar(&e->zone[a->zone], a, y + 14, out);
	fprintf(out, "<text class=\"small\" x=\"%d\" y=\"%d\">", LEFT, y + 48);
	put(out, "free %ld, of them unusable: block %ld, urgent reserve %ld, CMA %ld; usable %ld",
	    a->free, a->block, a->highatomic, a->cma, a->usable);
	fprintf(out, "</text>\n<text class=\"small\" x=\"%d\" y=\"%d\">", LEFT, y + 64);
	put(out, "needed: more than %ld (%s %ld, boost %ld, reductions %ld, lowmem reserve %ld)",
	    a->needed, explain_mark_name(walk->alloc_flags), a->mark, a->boost,
	    a->less_high + a->less_more, a->reserve);
	fprintf(out, "</text>\n");
}

/** From zone to zone, as far as the request came. */
static void print_path(const struct explanation *e, int rows, FILE *out)
{
	int last = 0;

	for (int row = 0; row < rows; row++) {
		const struct explained_walk *walk;

		if (row_attempt(e, row, &walk)->verdict != EXPLAINED_NOT_REACHED)
			last = row;
	}
	if (last)
		fprintf(out, "<path class=\"path\" d=\"M24 %d V%d\"/>\n", TOP + 22,
			TOP + last * ROW + 22);
}

static void print_style(FILE *out)
{
	fprintf(out,
		"<style>\n"
		"svg { --ink: #1c2024; --quiet: #5c6670; --page: #ffffff; --track: #e6e9ed;\n"
		"  --good: #1f7a3d; --bad: #b3261e; --fill: #4d8fd1; --hatch: #a9b4bf; }\n"
		"@media (prefers-color-scheme: dark) {\n"
		"  svg { --ink: #e8eaed; --quiet: #a3adb8; --page: #16191d; --track: #2a3038;\n"
		"    --good: #6bd08c; --bad: #ff8a80; --fill: #5b9bdd; --hatch: #5d6874; } }\n"
		".page { fill: var(--page); }\n"
		"text { font: 13px system-ui, sans-serif; fill: var(--ink); }\n"
		".title { font-weight: 600; font-size: 16px; }\n"
		".name { font-weight: 600; }\n"
		".small { font-size: 12px; fill: var(--quiet); }\n"
		".verdict { text-anchor: end; }\n"
		".good { fill: var(--good); } .bad { fill: var(--bad); }\n"
		".faint { fill: var(--quiet); }\n"
		".track { fill: var(--track); } .usable { fill: var(--fill); }\n"
		".unusable { fill: var(--hatch); }\n"
		".needed { stroke: var(--bad); stroke-width: 2; }\n"
		".mark { stroke: var(--ink); }\n"
		".path { stroke: var(--quiet); stroke-width: 2; fill: none; }\n"
		"</style>\n");
}

/** What is asked for, and of which machine. */
static void print_heading(const struct explanation *e, const struct explain_origin *origin,
			  FILE *out)
{
	size_t length = strlen(origin->machine);
	char mask[512];

	pageflow_gfp_text(e->request.gfp, mask, sizeof(mask));
	fprintf(out, "<text class=\"title\" x=\"20\" y=\"30\">");
	put(out, "order %u, %.50s", e->request.order, mask);
	fprintf(out, "</text>\n<text class=\"small\" x=\"20\" y=\"52\">");
	put(out, "on %s%s", length > MACHINE ? "..." : "",
	    origin->machine + (length > MACHINE ? length - MACHINE : 0));
	fprintf(out, "</text>\n<text class=\"small\" x=\"20\" y=\"70\">"
		     "red line: what usable pages must exceed; ticks: min, low and high watermark"
		     "</text>\n");
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
	char answer[EXPLAIN_SENTENCE];
	int height;

	explain_answer(e, origin, answer, sizeof(answer));
	height = y + put_lines(NULL, y, "", answer) * LINE + 8;
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
		"height=\"%d\" role=\"img\" aria-labelledby=\"title desc\">\n<title id=\"title\">",
		WIDTH, height, WIDTH, height);
	put(out, "Why a request for order %u %s", e->request.order,
	    e->found ? "got its page" : "was refused");
	fprintf(out, "</title>\n<desc id=\"desc\">");
	put(out, "%s", answer);
	fprintf(out, "</desc>\n");
	print_style(out);
	fprintf(out, "<rect class=\"page\" width=\"%d\" height=\"%d\"/>\n", WIDTH, height);
	print_heading(e, origin, out);
	print_path(e, rows, out);
	for (int row = 0; row < rows; row++) {
		const struct explained_walk *walk;
		const struct explained_attempt *attempt = row_attempt(e, row, &walk);

		print_row(e, walk, attempt, TOP + row * ROW, out);
	}
	put_lines(out, y, e->found ? "good" : "bad", answer);
	fprintf(out, "</svg>\n");
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief A canvas: pictures as SVG, written piece by piece.
 */
#include "text/svg.h"

/**
 * What a picture looks like that stands alone. It follows the reader's choice of light or dark. The names of the free
 * lists' classes are those of the book, whose own sheet draws them in a page.
 */
static const char style[] =
	"<style>\n"
	".pf-alone { --ink: #1c2024; --quiet: #5c6670; --page: #ffffff; --track: #e6e9ed; --line: #8c959f;\n"
	"  --good: #1f7a3d; --bad: #b3261e; --fill: #4d8fd1; --hatch: #a9b4bf;\n"
	"  --up: #0969a8; --down: #b35900; --accent: #a23c18;\n"
	"  --cell: #ffffff; --unmovable: #fce4e0; --movable: #edf5ea; --reclaimable: #fdf1d3;\n"
	"  --k0: #4d8fd1; --k1: #e08a2e; --k2: #8a63c2; --k3: #2a9d8f; --k4: #b8a21a; --k5: #8c959f; }\n"
	"@media (prefers-color-scheme: dark) {\n"
	"  .pf-alone { --ink: #e8eaed; --quiet: #a3adb8; --page: #16191d; --track: #2a3038; --line: #6e7681;\n"
	"    --good: #6bd08c; --bad: #ff8a80; --fill: #5b9bdd; --hatch: #5d6874;\n"
	"    --up: #58b0f0; --down: #f0a050; --accent: #f29a70;\n"
	"    --cell: #232529; --unmovable: #371f1e; --movable: #1a2620; --reclaimable: #2d2616;\n"
	"    --k0: #5b9bdd; --k1: #e79a4a; --k2: #a584dc; --k3: #45b8a8; --k4: #cdb93c; --k5: #7d8790; } }\n"
	".pf-alone text { font: 13px system-ui, sans-serif; fill: var(--ink); }\n"
	".pf-alone .page { fill: var(--page); }\n"
	".pf-alone .title { font-weight: 600; font-size: 16px; }\n"
	".pf-alone .name { font-weight: 600; }\n"
	".pf-alone .small { font-size: 12px; }\n"
	".pf-alone .small, .pf-alone .quiet, .pf-alone .faint { fill: var(--quiet); }\n"
	".pf-alone .good { fill: var(--good); } .pf-alone .bad { fill: var(--bad); }\n"
	".pf-alone .track { fill: var(--track); } .pf-alone .usable { fill: var(--fill); }\n"
	".pf-alone .unusable { fill: var(--hatch); }\n"
	".pf-alone .needed { stroke: var(--bad); stroke-width: 2; }\n"
	".pf-alone .mark { stroke: var(--ink); fill: none; }\n"
	".pf-alone .path { stroke: var(--quiet); stroke-width: 2; fill: none; }\n"
	".pf-alone .axis { stroke: var(--line); }\n"
	".pf-alone .allocated { fill: var(--up); } .pf-alone .freed { fill: var(--down); }\n"
	".pf-alone .z, .pf-alone .v { font-size: 10.5px; font-weight: 600; }\n"
	".pf-alone .t { font-size: 10.5px; }\n"
	".pf-alone .s { font-size: 10px; fill: var(--quiet); }\n"
	".pf-alone .d { font-size: 10px; font-weight: 600; fill: var(--accent); }\n"
	".pf-alone .c { fill: var(--cell); stroke: var(--line); }\n"
	".pf-alone .type-U { fill: var(--unmovable); } .pf-alone .type-M { fill: var(--movable); }\n"
	".pf-alone .type-R { fill: var(--reclaimable); }\n"
	".pf-alone .type-H, .pf-alone .type-C, .pf-alone .type-I { fill: var(--track); }\n"
	".pf-alone .kind-0 { fill: var(--k0); } .pf-alone .kind-1 { fill: var(--k1); }\n"
	".pf-alone .kind-2 { fill: var(--k2); } .pf-alone .kind-3 { fill: var(--k3); }\n"
	".pf-alone .kind-4 { fill: var(--k4); } .pf-alone .kind-5 { fill: var(--k5); }\n"
	".pf-alone .of-U { fill: var(--k1); } .pf-alone .of-M { fill: var(--k3); } .pf-alone .of-R { fill: var(--k4); }\n"
	".pf-alone .of-H { fill: var(--k2); } .pf-alone .of-C { fill: var(--k0); } .pf-alone .of-I { fill: var(--k5); }\n"
	".pf-alone .f0 { fill-opacity: .15; } .pf-alone .f1 { fill-opacity: .4; } .pf-alone .f2 { fill-opacity: .6; }\n"
	".pf-alone .f3 { fill-opacity: .8; } .pf-alone .changed { fill: none; stroke: var(--ink); }\n"
	".pf-alone .none { fill: none; stroke: var(--track); }\n"
	".pf-alone .new { stroke: var(--accent); stroke-width: 1.8; }\n"
	"</style>\n";

/** An attribute, unless there is nothing to say. */
static void attribute(struct svg *svg, const char *name, const char *value)
{
	if (!value)
		return;
	fprintf(svg->pen.out, " %s=\"", name);
	pen_put(&svg->pen, value);
	fputc('"', svg->pen.out);
}

/**
 * @brief Begin a picture. What the pen says after it is the title.
 *
 * @param svg the picture; `pen` says where to and in which language
 * @param frame what surrounds it; it must outlive the drawing
 */
void svg_begin(struct svg *svg, const struct svg_frame *frame)
{
	FILE *out = svg->pen.out;

	svg->pen.xml = true;
	svg->frame = frame;
	fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"%g %g %g %g\"",
		frame->left, frame->top, frame->width, frame->height);
	if (frame->scale > 0)
		fprintf(out, " width=\"%.0f\" height=\"%.0f\"", frame->width * frame->scale,
			frame->height * frame->scale);
	attribute(svg, "class", frame->scale > 0 ? "pf-alone" : frame->class);
	fprintf(out, " role=\"img\" aria-labelledby=\"%s-t %s-d\">\n<title id=\"%s-t\">", frame->id,
		frame->id, frame->id);
}

/** End the title. What the pen says after it is the description. */
void svg_describe(struct svg *svg)
{
	fprintf(svg->pen.out, "</title>\n<desc id=\"%s-d\">", svg->frame->id);
}

/** End the description. Shapes follow. */
void svg_draw(struct svg *svg)
{
	const struct svg_frame *frame = svg->frame;

	fputs("</desc>\n", svg->pen.out);
	if (frame->scale <= 0)
		return;
	fputs(style, svg->pen.out);
	svg_rect(svg, "page", frame->left, frame->top, frame->width, frame->height, 0);
}

/** End a picture. */
void svg_end(struct svg *svg)
{
	fputs("</svg>\n", svg->pen.out);
}

/** Begin a text: what the pen says until svg_text_end(). */
void svg_text_begin(struct svg *svg, struct svg_place place)
{
	fprintf(svg->pen.out, "<text x=\"%g\" y=\"%g\"", place.x, place.y);
	attribute(svg, "class", place.class);
	attribute(svg, "text-anchor", place.anchor);
	if (place.fit > 0)
		fprintf(svg->pen.out, " textLength=\"%.0f\" lengthAdjust=\"spacingAndGlyphs\"",
			place.fit);
	fputc('>', svg->pen.out);
}

/** End a text. */
void svg_text_end(struct svg *svg)
{
	fputs("</text>\n", svg->pen.out);
}

/**
 * @brief A text that is the same in every language: a name, a number.
 *
 * @param svg the picture
 * @param place where
 * @param text the text
 */
void svg_text(struct svg *svg, struct svg_place place, const char *text)
{
	svg_text_begin(svg, place);
	pen_put(&svg->pen, text);
	svg_text_end(svg);
}

/**
 * @brief A text that a catalogue can translate.
 *
 * @param svg the picture
 * @param place where
 * @param key as for pen_say()
 */
void svg_label(struct svg *svg, struct svg_place place, const char *key, ...)
{
	va_list arguments;

	svg_text_begin(svg, place);
	va_start(arguments, key);
	pen_say_list(&svg->pen, key, arguments);
	va_end(arguments);
	svg_text_end(svg);
}

/** A rectangle, its corners rounded by `round`. */
void svg_rect(struct svg *svg, const char *class, double x, double y, double width, double height,
	      double round)
{
	fprintf(svg->pen.out, "<rect class=\"%s\" x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\"",
		class, x, y, width, height);
	if (round > 0)
		fprintf(svg->pen.out, " rx=\"%g\"", round);
	fputs("/>\n", svg->pen.out);
}

/** A straight line. */
void svg_line(struct svg *svg, const char *class, double x1, double y1, double x2, double y2)
{
	fprintf(svg->pen.out, "<line class=\"%s\" x1=\"%g\" y1=\"%g\" x2=\"%g\" y2=\"%g\"/>\n",
		class, x1, y1, x2, y2);
}

/** A circle around x, y. */
void svg_circle(struct svg *svg, const char *class, double x, double y, double radius)
{
	fprintf(svg->pen.out, "<circle class=\"%s\" cx=\"%g\" cy=\"%g\" r=\"%g\"/>\n", class, x, y,
		radius);
}

/** Begin a path: steps follow until svg_path_end(). */
void svg_path_begin(struct svg *svg, const char *class)
{
	fprintf(svg->pen.out, "<path class=\"%s\" d=\"", class);
}

/**
 * @brief Go on along a path.
 *
 * @param svg the picture
 * @param step commands of a path, as for printf: "M%g %gv%g"
 */
void svg_path_go(struct svg *svg, const char *step, ...)
{
	va_list arguments;

	va_start(arguments, step);
	vfprintf(svg->pen.out, step, arguments);
	va_end(arguments);
}

/** End a path. */
void svg_path_end(struct svg *svg)
{
	fputs("\"/>\n", svg->pen.out);
}

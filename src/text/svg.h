/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief A canvas: pictures as SVG, written piece by piece.
 *
 * A picture is begun by svg_begin(); what is said then, through the pen, is its title. svg_describe() ends the title
 * and begins the description, for those who cannot see the picture; svg_draw() ends that, and shapes and texts follow
 * until svg_end(). Lengths are in units of the picture's own, from its left and upper edge.
 */
#ifndef SVG_H
#define SVG_H

#include "text/labels.h"

/** A picture on its way into a file. Only the pen is for others; `xml` of it is set. */
struct svg {
	struct pen pen;
	const struct svg_frame *frame;
};

/** What surrounds a picture. */
struct svg_frame {
	const char *class; /**< of the whole, or NULL */
	const char *id;	   /**< the ids of title and description begin with it; unique in a page */
	double left, top, width, height;
	double scale; /**< pixels of a unit when it stands alone; 0: it fills the page it is part of */
};

/** Where a text stands, and how. */
struct svg_place {
	double x, y;
	const char *class;  /**< or NULL */
	const char *anchor; /**< "middle" or "end" when it does not begin at x */
	double fit;	    /**< made so long, if not 0 */
};

void svg_begin(struct svg *svg, const struct svg_frame *frame);
void svg_describe(struct svg *svg);
void svg_draw(struct svg *svg);
void svg_end(struct svg *svg);

void svg_text_begin(struct svg *svg, struct svg_place place);
void svg_text_end(struct svg *svg);
void svg_text(struct svg *svg, struct svg_place place, const char *text);
__attribute__((format(printf, 3, 4))) void svg_label(struct svg *svg, struct svg_place place,
						     const char *key, ...);

void svg_rect(struct svg *svg, const char *class, double x, double y, double width, double height,
	      double round);
void svg_line(struct svg *svg, const char *class, double x1, double y1, double x2, double y2);
void svg_circle(struct svg *svg, const char *class, double x, double y, double radius);
void svg_path_begin(struct svg *svg, const char *class);
__attribute__((format(printf, 2, 3))) void svg_path_go(struct svg *svg, const char *step, ...);
void svg_path_end(struct svg *svg);

#endif

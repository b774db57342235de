/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The bar of a zone: what is free, what of it is set apart, and the marks it is held against.
 */
#ifndef GAUGE_H
#define GAUGE_H

#include "text/svg.h"

#define GAUGE_MARKS  3
#define GAUGE_HEIGHT 16

/** A bar. Its numbers are pages. */
struct gauge {
	double x, y, width;
	long most;		/**< the whole bar */
	long free;		/**< filled so far */
	long usable;		/**< of these, in full colour; the rest is set apart */
	long mark[GAUGE_MARKS]; /**< ticks below it: min, low and high, with the boost */
	bool limited;		/**< is there a line that usable pages must exceed? */
	long needed;		/**< where it is */
};

void svg_gauge(struct svg *svg, const struct gauge *gauge);

#endif

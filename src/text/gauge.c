/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The bar of a zone: what is free, what of it is set apart, and the marks it is held against.
 */
#include "text/gauge.h"

/** Pages as a length of the bar, in whole units. */
static double scaled(const struct gauge *gauge, long pages)
{
	if (pages <= 0 || gauge->most <= 0)
		return 0;
	if (pages >= gauge->most)
		return gauge->width;
	return (double)(long)((double)pages / (double)gauge->most * gauge->width);
}

/**
 * @brief Draw the bar of a zone.
 *
 * @param svg the picture
 * @param gauge its numbers and its place
 */
void svg_gauge(struct svg *svg, const struct gauge *gauge)
{
	double usable = scaled(gauge, gauge->usable), x = gauge->x, y = gauge->y;

	svg_rect(svg, "track", x, y, gauge->width, GAUGE_HEIGHT, 0);
	svg_rect(svg, "unusable", x + usable, y, scaled(gauge, gauge->free) - usable, GAUGE_HEIGHT,
		 0);
	svg_rect(svg, "usable", x, y, usable, GAUGE_HEIGHT, 0);
	for (int mark = 0; mark < GAUGE_MARKS; mark++) {
		svg_path_begin(svg, "mark");
		svg_path_go(svg, "M%g %gv5", x + scaled(gauge, gauge->mark[mark]),
			    y + GAUGE_HEIGHT);
		svg_path_end(svg);
	}
	if (gauge->limited)
		svg_line(svg, "needed", x + scaled(gauge, gauge->needed), y - 4,
			 x + scaled(gauge, gauge->needed), y + GAUGE_HEIGHT);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The marks of a zone, divided into what is plain and what is boost.
 */
#include "failure/judge/parts.h"

/** The factor that bounds a boost, in ten-thousandths of the high mark, and the step it grows by. */
#define BOOST_FACTOR 15000
#define BOOST_STEP   512

/**
 * @brief Size of a page of the report's kernel.
 *
 * @param failure the report
 * @return kB
 */
unsigned long long page_size_kb(const struct failure *failure)
{
	return (unsigned long long)failure->page_kb;
}

/**
 * @brief A figure of a zone in pages.
 *
 * @param failure the report
 * @param zone the zone
 * @param figure which
 * @return pages; 0 when it was not read
 */
long figure_pages(const struct failure *failure, const struct failure_zone *zone,
		  enum failure_figure figure)
{
	return (long)(zone->figures.value[figure] / page_size_kb(failure));
}

/** Would the boost of stage 11 give just this amount over this plain mark? */
static bool boost_fits(long boost, long min, long distance)
{
	long most = (min + 2 * distance) * BOOST_FACTOR / 10000;

	if (most < BOOST_STEP)
		most = BOOST_STEP;
	return boost == most || (boost < most && boost % BOOST_STEP == 0);
}

/**
 * Tell a boost from the distance of the marks: low - min is a quarter of the plain min, or a thousandth of the zone
 * where that is more. A min that is too large for its distance holds a boost.
 */
static void infer_boost(struct zone_account *zone, long printed_low)
{
	long printed = zone->min, distance = printed_low - printed;
	long by_size = zone->managed * 10 / 10000, fitting = -1;
	int fits = 0;

	zone->boost_source = BOOST_UNKNOWN;
	if (distance <= 0 || !zone->managed)
		return;
	if (printed <= 4 * distance + 3) {
		/* A distance that the size of the zone decides fits any smaller min as well. */
		zone->boost_source = distance > by_size ? BOOST_INFERRED : BOOST_UNKNOWN;
		zone->boost_exact = distance > by_size && printed >= 4 * distance;
		return;
	}
	for (long min = 4 * distance; min < 4 * distance + 4; min++)
		if (boost_fits(printed - min, min, distance)) {
			fitting = min;
			fits++;
		}
	zone->boost_source = BOOST_INFERRED;
	zone->boost_exact = fits == 1 && distance > by_size;
	zone->min = fits ? fitting : 4 * distance;
	zone->boost = printed - zone->min;
}

/**
 * @brief The marks of a zone, divided into what is plain and what is boost.
 *
 * @param failure the report
 * @param zone its zone and managed are there; receives the marks
 */
void zone_take_marks(const struct failure *failure, struct zone_account *zone)
{
	const struct failure_figures *figures = &zone->zone->figures;
	long low = figure_pages(failure, zone->zone, FIGURE_LOW);
	long high = figure_pages(failure, zone->zone, FIGURE_HIGH);

	zone->min = figure_pages(failure, zone->zone, FIGURE_MIN);
	if (figure_seen(figures, FIGURE_BOOST)) {
		zone->boost_source = BOOST_READ;
		zone->boost_exact = true;
		zone->boost = figure_pages(failure, zone->zone, FIGURE_BOOST);
		if (zone->boost > zone->min)
			zone->boost = zone->min;
		zone->min -= zone->boost;
	} else if (failure_before(failure, 5, 0)) {
		zone->boost_source = BOOST_NOT_YET;
		zone->boost_exact = true;
	} else if (figure_seen(figures, FIGURE_LOW)) {
		infer_boost(zone, low);
	} else {
		zone->boost_source = BOOST_UNKNOWN;
	}
	zone->low = low - zone->boost > zone->min ? low - zone->boost : zone->min;
	zone->high = high - zone->boost > zone->low ? high - zone->boost : zone->low;
}

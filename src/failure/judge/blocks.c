/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The free blocks of a zone, divided among the types whose letters a report prints.
 */
#include "failure/judge/parts.h"

/** Take one block for each letter of an order, and leave the rest to be divided. */
static long take_letters(struct zone_account *zone, int order)
{
	long left = (long)zone->zone->blocks[order];

	for (int letter = 0; letter < NR_LETTERS && left > 0; letter++)
		if (zone->zone->letters[order] >> letter & 1) {
			zone->blocks[order][letter] = 1;
			left--;
		}
	zone->split[order] = left > 0 && __builtin_popcount(zone->zone->letters[order]) > 1;
	return left;
}

/** Give CMA as many of the blocks as make up its free pages, large ones first. */
static void divide_cma(struct zone_account *zone, long *left)
{
	long wanted = zone->cma;

	for (int order = 0; order < zone->zone->nr_orders; order++)
		wanted -= zone->blocks[order][4] << order;
	for (int order = zone->zone->nr_orders - 1; order >= 0; order--) {
		long take = wanted > 0 ? wanted >> order : 0;

		if (!(zone->zone->letters[order] & LETTER_CMA))
			continue;
		if (take > left[order] || zone->zone->letters[order] == LETTER_CMA)
			take = left[order];
		zone->blocks[order][4] += take;
		left[order] -= take;
		wanted -= take << order;
	}
}

/**
 * @brief Divide the blocks of each order among the types whose letters stand there.
 *
 * @param zone its zone and free CMA pages are there; receives the blocks
 */
void zone_divide_blocks(struct zone_account *zone)
{
	/* What nothing tells goes to the types that hold most memory: M, U, E, then the others. */
	static const int preferred[NR_LETTERS] = { 1, 0, 2, 5, 3, 4 };
	long left[FAILURE_ORDERS];

	for (int order = 0; order < zone->zone->nr_orders; order++)
		left[order] = take_letters(zone, order);
	divide_cma(zone, left);
	for (int order = 0; order < zone->zone->nr_orders; order++) {
		int i = 0;

		while (i < NR_LETTERS && !(zone->zone->letters[order] >> preferred[i] & 1))
			i++;
		/* Letters that were lost: M, as /proc/buddyinfo without its types is read. */
		zone->blocks[order][i < NR_LETTERS ? preferred[i] : 1] += left[order];
	}
}

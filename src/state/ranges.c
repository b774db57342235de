/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Ranges of memory: in ascending order, and apart.
 */
#include <stdlib.h>

#include "state/state.h"

static int compare_ranges(const void *a, const void *b)
{
	const struct memory_range *x = a, *y = b;

	return x->start_pfn < y->start_pfn ? -1 : x->start_pfn > y->start_pfn;
}

static int compare_bases(const void *a, const void *b)
{
	const struct boot_range *x = a, *y = b;

	return x->base < y->base ? -1 : x->base > y->base;
}

/**
 * @brief Sort memory ranges by their first page.
 *
 * @param ranges the ranges
 * @param count how many
 * @return whether they are apart; false when two of them share a page
 */
bool memory_ranges_sort(struct memory_range *ranges, int count)
{
	qsort(ranges, (size_t)count, sizeof(*ranges), compare_ranges);
	for (int i = 1; i < count; i++)
		if (ranges[i].start_pfn < ranges[i - 1].end_pfn)
			return false;
	return true;
}

/**
 * @brief Sort ranges of a boot by their first address; they may overlap.
 *
 * @param ranges the ranges
 * @param count how many
 */
void boot_ranges_sort(struct boot_range *ranges, int count)
{
	qsort(ranges, (size_t)count, sizeof(*ranges), compare_bases);
}

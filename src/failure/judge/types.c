/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Which zone types a report's kernel has, and which number of a zone's reserve counts against its request.
 *
 * A reserve has a number for each type that was configured, and no names. Zones without memory are not printed, and
 * from 6.1 on neither are those above the request. So the types are found by what fits: the number of numbers, the
 * zones that are there, and that a zone keeps nothing back for zones that do not exist. Where several sets of types
 * fit, all are kept, and a reserve on which they do not agree has bounds.
 */
#include <string.h>

#include "failure/judge/parts.h"
#include "gfp.h"

/** A set of types as bits. */
#define TYPE(type) (1u << (type))

/** No ratio of vm.lowmem_reserve_ratio in use is so large that so many pages give a reserve of 0. */
#define SURELY_RESERVED 16384

/** The highest zone that a mask allows, on a kernel with these types. */
static enum failure_zone_type highest_of(uint32_t mask, unsigned int types)
{
	enum failure_zone_type type = FAILURE_NORMAL;

	if ((mask & __GFP_MOVABLE) && (mask & __GFP_HIGHMEM))
		type = FAILURE_MOVABLE;
	else if (mask & __GFP_DMA)
		type = FAILURE_DMA;
	else if (mask & __GFP_DMA32)
		type = FAILURE_DMA32;
	else if (mask & __GFP_HIGHMEM)
		type = FAILURE_HIGHMEM;
	return types & TYPE(type) ? type : FAILURE_NORMAL;
}

/** Where a type's number stands in a reserve. */
static int index_of(unsigned int types, enum failure_zone_type type)
{
	return __builtin_popcount(types & (TYPE(type) - 1));
}

/** Numbers that a whole reserve of this report has. */
static int count_numbers(const struct failure *failure)
{
	int numbers = 0;

	for (int i = 0; i < failure->nr_zones; i++)
		if (failure->zone[i].nr_reserve > numbers)
			numbers = failure->zone[i].nr_reserve;
	return numbers;
}

/** Has a zone memory, or more than so many pages? One whose figure was lost may have some. */
static bool has_memory(const struct failure_zone *zone, uint64_t pages, int page_kb)
{
	if (!figure_seen(&zone->figures, FIGURE_MANAGED))
		return !pages;
	return zone->figures.value[FIGURE_MANAGED] / (uint64_t)page_kb > pages;
}

/** Does the report list a zone of a node and type that has more than so many pages? */
static bool is_listed(const struct failure *failure, int nid, enum failure_zone_type type,
		      uint64_t pages)
{
	for (int i = 0; i < failure->nr_zones; i++)
		if (failure->zone[i].nid == nid && failure->zone[i].type == type &&
		    has_memory(&failure->zone[i], pages, failure->page_kb))
			return true;
	return false;
}

/** Does the report list a zone with memory above this one on its node, up to a type? */
static bool has_above(const struct failure *failure, const struct failure_zone *zone,
		      enum failure_zone_type last)
{
	for (int type = (int)zone->type + 1; type <= (int)last; type++)
		if (is_listed(failure, zone->nid, (enum failure_zone_type)type, 0))
			return true;
	return false;
}

/** May a zone above this one, up to a type, be there although the report does not show it? */
static bool may_hide(const struct failure *failure, unsigned int types, enum failure_zone_type last)
{
	return !failure_before(failure, 6, 1) && last > highest_of(failure->mask.mask, types);
}

/** Can a zone of a kernel with these types have this reserve? */
static bool reserve_fits(const struct failure *failure, const struct failure_zone *zone,
			 unsigned int types)
{
	bool any = false;

	for (int i = 0; i < zone->nr_reserve; i++)
		any |= zone->reserve[i] != 0;
	for (int type = 0; type < NR_FAILURE_TYPES; type++) {
		enum failure_zone_type last = (enum failure_zone_type)type;
		uint64_t number = types & TYPE(type) ? zone->reserve[index_of(types, last)] : 0;

		if (!(types & TYPE(type)))
			continue;
		if (number && (last <= zone->type || (!has_above(failure, zone, last) &&
						      !may_hide(failure, types, last))))
			return false;
		/* From 6.10 on the number of a type without memory is 0, whatever lies below it. */
		if (any && !number && last > zone->type &&
		    is_listed(failure, zone->nid, last, SURELY_RESERVED))
			return false;
	}
	return true;
}

/** Do all whole reserves of the report fit these types? */
static bool types_fit(const struct failure *failure, unsigned int types, int numbers)
{
	for (int i = 0; i < failure->nr_zones; i++)
		if (failure->zone[i].nr_reserve == numbers &&
		    !reserve_fits(failure, &failure->zone[i], types))
			return false;
	return true;
}

/** How unusual a set of types is: high memory without a sign of it, device memory, no zone for devices. */
static int rareness(const struct failure *failure, unsigned int types, unsigned int seen)
{
	bool high = types & TYPE(FAILURE_HIGHMEM);

	return (high != (seen & TYPE(FAILURE_HIGHMEM) || failure->highmem) ? 8 : 0) +
	       (types & TYPE(FAILURE_DEVICE) ? 4 : 0) + (types & TYPE(FAILURE_DMA) ? 0 : 1) +
	       (types & TYPE(FAILURE_DMA32) || high ? 0 : 2);
}

/** Keep a set of types; the least unusual one stands first. */
static void keep_types(struct failure_account *account, unsigned int types, unsigned int seen)
{
	int place = account->nr_types;

	if (account->nr_types == MOST_TYPE_SETS)
		return;
	while (place > 0 && rareness(account->failure, types, seen) <
				    rareness(account->failure, account->types[place - 1], seen)) {
		account->types[place] = account->types[place - 1];
		place--;
	}
	account->types[place] = types;
	account->nr_types++;
}

/** Keep the sets of types that have these zones and so many numbers; those that fit every reserve, where `strict`. */
static void find_sets(struct failure_account *account, unsigned int seen, int numbers, bool strict)
{
	static const unsigned int always = TYPE(FAILURE_NORMAL) | TYPE(FAILURE_MOVABLE);
	static const unsigned int never = TYPE(FAILURE_DMA32) | TYPE(FAILURE_HIGHMEM);

	for (unsigned int types = 0; types < TYPE(NR_FAILURE_TYPES); types++)
		if ((types & (always | seen)) == (always | seen) && (types & never) != never &&
		    __builtin_popcount(types) == numbers &&
		    (!strict || types_fit(account->failure, types, numbers)))
			keep_types(account, types, seen);
}

/**
 * @brief Find which zone types the report's kernel has, and the highest zone that the mask allows.
 *
 * @param account the account; receives types, has_type, highest and types_fit
 */
void account_find_types(struct failure_account *account)
{
	const struct failure *failure = account->failure;
	unsigned int seen = TYPE(FAILURE_NORMAL) | TYPE(FAILURE_MOVABLE);
	int numbers = count_numbers(failure);

	for (int i = 0; i < failure->nr_zones; i++)
		seen |= TYPE(failure->zone[i].type);
	if (failure->highmem)
		seen |= TYPE(FAILURE_HIGHMEM);
	/* Where no zone is left that could tell, the kernel has the one that the mask names. */
	if (!failure->nr_zones && (failure->mask.mask & __GFP_DMA))
		seen |= TYPE(FAILURE_DMA);
	if (!failure->nr_zones && (failure->mask.mask & __GFP_DMA32))
		seen |= TYPE(FAILURE_DMA32);
	find_sets(account, seen, numbers, true);
	account->types_fit = account->nr_types > 0;
	if (!account->nr_types)
		find_sets(account, seen, numbers, false);
	if (!account->nr_types)
		account->types[account->nr_types++] = seen;
	for (int type = 0; type < NR_FAILURE_TYPES; type++)
		account->has_type[type] = account->types[0] >> type & 1;
	account->highest = highest_of(failure->mask.mask, account->types[0]);
}

/**
 * The type whose number counts: the highest that the mask allows, and before 5.8 the one of the zone that is preferred, the
 * first one tried.
 */
static enum failure_zone_type counted_type(const struct failure_account *account,
					   unsigned int types)
{
	const struct failure *failure = account->failure;
	enum failure_zone_type highest = highest_of(failure->mask.mask, types), type = 0;
	bool any = false;

	if (!account->preferred_counts)
		return highest;
	for (int i = 0; i < failure->nr_zones; i++) {
		const struct failure_zone *zone = &failure->zone[i];

		if (zone->nid == account->first_node && zone->type <= highest &&
		    zone->type >= type && has_memory(zone, 0, failure->page_kb)) {
			type = zone->type;
			any = true;
		}
	}
	return any ? type : highest;
}

/** Was the last number of a reserve cut? It is smaller than one before. A 0 is whole, and stands for no memory. */
static bool ends_cut(const struct failure_zone *zone)
{
	int last = zone->nr_reserve - 1;

	for (int i = 0; i < last; i++)
		if (zone->reserve[last] && zone->reserve[last] < zone->reserve[i])
			return true;
	return false;
}

/**
 * The number at a place of a reserve, between bounds where some were lost, any of them: what is there may have moved to
 * the left. Up to 6.9 the numbers grow to the right; later a number may be 0 between others.
 */
static struct bounds number_at(const struct failure *failure, const struct failure_zone *zone,
			       int index, int numbers)
{
	int lost = numbers - zone->nr_reserve, last = zone->nr_reserve - 1;
	int from = index - lost > 0 ? index - lost : 0;
	struct bounds bounds = { 0, BOUND_UNKNOWN };

	if (last < 0 || (index >= last && ends_cut(zone)))
		return bounds;
	if (!lost)
		return (struct bounds){ (long)zone->reserve[index], (long)zone->reserve[index] };
	if (failure_before(failure, 6, 10))
		bounds.least = (long)zone->reserve[from < last ? from : last];
	if (index <= last && zone->reserve[index])
		bounds.most = (long)zone->reserve[index];
	return bounds;
}

/** The reserve of a zone against the highest zone that the mask allows, as 5.8.18 counts. */
static long highest_reserve(const struct failure_account *account, const struct failure_zone *zone)
{
	struct bounds bounds = { 0, 0 };

	if (account->highest > zone->type)
		bounds = number_at(account->failure, zone,
				   index_of(account->types[0], account->highest),
				   count_numbers(account->failure));
	return bounds.most != BOUND_UNKNOWN ? bounds.most : bounds.least;
}

/**
 * @brief The reserve of a zone against the request.
 *
 * @param account the account, with its types
 * @param zone its zone is there; receives reserve, reserve_read and the bounds
 */
void zone_take_reserve(struct failure_account *account, struct zone_account *zone)
{
	int numbers = count_numbers(account->failure);
	struct bounds all = { BOUND_UNKNOWN, 0 }, first = { 0, 0 };

	for (int i = 0; i < account->nr_types; i++) {
		unsigned int types = account->types[i];
		enum failure_zone_type type = counted_type(account, types);
		struct bounds one = { 0, 0 };

		if (type > zone->zone->type)
			one = number_at(account->failure, zone->zone, index_of(types, type),
					numbers);
		if (!i)
			first = one;
		all.least = one.least < all.least ? one.least : all.least;
		all.most = one.most > all.most ? one.most : all.most;
	}
	if (!account->types_fit && zone->zone->type < account->highest)
		all = (struct bounds){ 0, BOUND_UNKNOWN };
	zone->bounds[DOUBT_RESERVE] = all;
	zone->reserve_read = all.most != BOUND_UNKNOWN;
	zone->reserve = first.most != BOUND_UNKNOWN ? first.most : first.least;
	account->other_reserve |= zone->reserve != highest_reserve(account, zone->zone);
	if (all.least != all.most)
		zone->doubts |= 1u << DOUBT_RESERVE;
	/* All numbers are there, and only their meaning is open. */
	if (all.least != all.most && zone->reserve_read && account->types_fit &&
	    zone->zone->nr_reserve == numbers)
		zone->open |= 1u << DOUBT_RESERVE;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The check that refused, on the figures of a zone.
 *
 * It is the arithmetic of stage 09 on printed figures, for reports of a geometry on which the path cannot run.
 */
#include <string.h>

#include "failure/judge/parts.h"
#include "gfp.h"

/** Has a zone a free block that is large enough, on a list that the request may use? */
static bool has_block(const struct zone_account *zone, unsigned int order, uint32_t mask,
		      bool harder)
{
	for (unsigned int o = order; o < FAILURE_ORDERS; o++)
		for (int letter = 0; letter < NR_LETTERS; letter++) {
			if (1 << letter == LETTER_ISOLATE ||
			    (1 << letter == LETTER_CMA && !(mask & __GFP_MOVABLE)) ||
			    (1 << letter == LETTER_HIGHATOMIC && !harder))
				continue;
			if (zone->blocks[o][letter])
				return true;
		}
	return false;
}

/**
 * @brief The last check of a request before it fails, on a zone's figures: the watermark min, then the blocks.
 *
 * @param zone the zone
 * @param what_if the request, and what is different
 * @param attempt receives the numbers and the verdict
 */
void zone_weigh(const struct zone_account *zone, const struct what_if *what_if,
		struct explained_attempt *attempt)
{
	uint32_t mask = what_if->mask;
	bool harder = (mask & __GFP_ATOMIC) && !(mask & __GFP_NOMEMALLOC);
	bool all = what_if->no_marks || ((mask & __GFP_MEMALLOC) && !(mask & __GFP_NOMEMALLOC));
	long marked;

	memset(attempt, 0, sizeof(*attempt));
	attempt->free = zone->free + what_if->more_free;
	attempt->block = (1l << what_if->order) - 1;
	attempt->highatomic = harder ? 0 : zone->highatomic;
	attempt->cma = mask & __GFP_MOVABLE ? 0 : zone->cma;
	attempt->usable = attempt->free - attempt->block - attempt->highatomic - attempt->cma;
	attempt->mark = zone->min;
	attempt->boost = what_if->no_boost ? 0 : zone->boost;
	marked = attempt->mark + attempt->boost;
	attempt->less_high = mask & __GFP_HIGH ? marked / 2 : 0;
	attempt->less_more = harder ? (marked - attempt->less_high) / 4 : 0;
	attempt->reserve = what_if->no_reserve ? 0 : zone->reserve;
	attempt->needed = marked - attempt->less_high - attempt->less_more + attempt->reserve;
	if (attempt->usable <= attempt->needed)
		attempt->shortfall = attempt->needed - attempt->usable + 1;
	attempt->quick = what_if->order == 0 && attempt->shortfall &&
			 attempt->free - attempt->cma > marked + attempt->reserve;
	attempt->mark_ignored = all && attempt->shortfall;
	if (attempt->shortfall && !attempt->quick && !all)
		attempt->verdict = EXPLAINED_TOO_FEW_PAGES;
	else if ((what_if->order > 0 || what_if->no_marks) &&
		 !has_block(zone, what_if->order, mask, harder))
		attempt->verdict = EXPLAINED_NO_BLOCK;
	else
		attempt->verdict = EXPLAINED_TAKEN;
	attempt->passes = attempt->verdict == EXPLAINED_TAKEN;
}

/**
 * @brief Would a request pass in one of the zones that were tried?
 *
 * @param account the account
 * @param what_if the request
 * @return true when one zone serves it, by the figures
 */
bool failure_what_if(const struct failure_account *account, const struct what_if *what_if)
{
	for (int i = 0; i < account->nr_zones; i++) {
		struct explained_attempt attempt;

		if (account->zone[i].place != ZONE_TRIED)
			continue;
		zone_weigh(&account->zone[i], what_if, &attempt);
		if (attempt.passes)
			return true;
	}
	return false;
}

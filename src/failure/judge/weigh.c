/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The check that refused, on the figures of a zone, by the rules of the report's kernel.
 *
 * By the rules of 5.8.18 stage 09 itself decides. Other rules differ from it in what rules.c says of them; their arithmetic
 * is here, and so is that of blocks larger than 5.8.18 has.
 */
#include <string.h>

#include "engine/engine.h"
#include "failure/judge/parts.h"
#include "gfp.h"

/** A request as a set of rules sees it. */
struct rights {
	bool high;     /**< half of the mark */
	bool more;     /**< a quarter of the rest */
	bool spared;   /**< the reserve for urgent high orders is not taken off */
	bool urgent;   /**< blocks of that reserve count */
	bool resort;   /**< they serve it in the end, whatever its order */
	bool cma;      /**< blocks of CMA areas count */
	bool no_boost; /**< a single page is asked once more without the boost */
	bool no_marks; /**< marks do not bind it */
};

/** What a request may, by a set of rules. */
static struct rights rights_of(const struct rule_set *rules, const struct what_if *what_if)
{
	uint32_t mask = what_if->mask, movable = mask & (__GFP_MOVABLE | __GFP_RECLAIMABLE);
	bool sleeps = mask & __GFP_DIRECT_RECLAIM, none = mask & __GFP_NOMEMALLOC;
	bool atomic = (mask & __GFP_ATOMIC) && !sleeps, high = mask & __GFP_HIGH;
	bool harder = atomic && !none, sleepless = !sleeps && !none;
	bool old = rules->fractions == FRACTIONS_HARDER;
	struct rights rights = { .high = high, .cma = movable == __GFP_MOVABLE };

	rights.no_marks = !none && (what_if->no_marks || (mask & __GFP_MEMALLOC));
	if (rights.no_marks) {
		rights.high = false;
		rights.cma &= rules->keeps_cma;
		return rights;
	}
	rights.more = old ? harder : high && sleepless;
	rights.spared = old ? harder : high || sleepless;
	rights.urgent = old ? harder : sleepless && (rules->urgent != URGENT_HIGH || high);
	rights.urgent &= what_if->order > 0;
	rights.resort = rules->last_resort && sleepless;
	rights.no_boost =
		what_if->order == 0 &&
		(rules->boost == BOOST_SPARES_ATOMIC ? atomic
						     : rules->boost == BOOST_SPARES_HIGH && high);
	return rights;
}

/** Has a zone a free block that is large enough, on a list of these types? */
static bool has_block(const struct zone_account *zone, unsigned int order, unsigned int types)
{
	for (unsigned int o = order; o < FAILURE_ORDERS; o++)
		for (int letter = 0; letter < NR_LETTERS; letter++)
			if ((types >> letter & 1) && zone->blocks[o][letter])
				return true;
	return false;
}

/** The lists whose blocks count in the check. */
static unsigned int counting(const struct rights *rights)
{
	return LETTER_UNMOVABLE | LETTER_MOVABLE | LETTER_RECLAIMABLE |
	       (rights->cma ? LETTER_CMA : 0) | (rights->urgent ? LETTER_HIGHATOMIC : 0);
}

/**
 * Could a request that passed get a block? A single page may also lie on the CPU's list, and where more is free than what is
 * kept for others there is one for it, whatever is left of the free list line.
 */
static bool can_take(const struct zone_account *zone, const struct rights *rights,
		     unsigned int order)
{
	unsigned int types = counting(rights) | (rights->resort ? LETTER_HIGHATOMIC : 0);

	if (order == 0 && (zone->local_pcp > 0 || zone->free > zone->highatomic + zone->cma))
		return true;
	return has_block(zone, order, types);
}

/** What is free of the reserve for urgent high orders, where it is not printed: between these. */
static struct bounds free_reserve(const struct zone_account *zone)
{
	struct bounds bounds = { 0, 0 };

	for (int order = 0; order < zone->zone->nr_orders; order++) {
		uint8_t letters = zone->zone->letters[order];
		long blocks = (long)zone->zone->blocks[order];

		if (!(letters & LETTER_HIGHATOMIC))
			continue;
		bounds.least += (letters == LETTER_HIGHATOMIC ? blocks : 1) << order;
		bounds.most += blocks << order;
	}
	if (bounds.most > zone->highatomic || !zone->has_lists)
		bounds.most = zone->highatomic;
	if (bounds.least > bounds.most)
		bounds.least = bounds.most;
	return bounds;
}

/** What a reading takes off for the reserve for urgent high orders. */
static long reserved(const struct zone_account *zone, const struct reading *reading)
{
	const struct failure_figures *figures = &zone->zone->figures;
	struct bounds bounds;

	if (!reading->rules->free_reserve)
		return zone->highatomic;
	if (figure_seen(figures, FIGURE_FREE_HIGHATOMIC))
		return zone->free_highatomic;
	bounds = free_reserve(zone);
	return reading->most_highatomic ? bounds.most : bounds.least;
}

/** The full check with a boost or without. */
static void check_full(const struct rights *rights, long boost, struct explained_attempt *attempt)
{
	long marked = attempt->mark + boost;

	attempt->boost = boost;
	attempt->less_high = rights->high ? marked / 2 : 0;
	attempt->less_more = rights->more ? (marked - attempt->less_high) / 4 : 0;
	attempt->needed = marked - attempt->less_high - attempt->less_more + attempt->reserve;
	attempt->shortfall =
		attempt->usable <= attempt->needed ? attempt->needed - attempt->usable + 1 : 0;
}

/** The quick test of a single page, against the mark as it stands. */
static bool check_quick(const struct rule_set *rules, const struct explained_attempt *attempt)
{
	long off = attempt->cma + (rules->quick == QUICK_CMA ? 0 : attempt->highatomic);

	if (rules->quick == QUICK_HELD && off > attempt->free)
		off = attempt->free;
	/* Unsigned, as in the kernel: what is below 0 counts as plenty. */
	return (unsigned long)(attempt->free - off) >
	       (unsigned long)(attempt->mark + attempt->boost + attempt->reserve);
}

/** The check by a set of rules other than those of 5.8.18. */
static void check_by_rules(const struct zone_account *zone, const struct what_if *what_if,
			   const struct rights *rights, struct explained_attempt *attempt)
{
	const struct reading *reading = what_if->reading;
	long boost = what_if->no_boost ? 0 : zone->boost;

	attempt->free = zone->free + what_if->more_free;
	attempt->block = (1l << what_if->order) - 1;
	attempt->highatomic = rights->spared ? 0 : reserved(zone, reading);
	attempt->cma = rights->cma ? 0 : zone->cma;
	attempt->usable = attempt->free - attempt->block - attempt->highatomic - attempt->cma;
	attempt->mark = zone->min;
	attempt->reserve = what_if->no_reserve ? 0 : zone->reserve;
	check_full(rights, boost, attempt);
	attempt->quick =
		what_if->order == 0 && attempt->shortfall && check_quick(reading->rules, attempt);
	if (attempt->shortfall && !attempt->quick && boost && rights->no_boost)
		check_full(rights, 0, attempt);
	attempt->passes =
		(!attempt->shortfall || attempt->quick) &&
		(what_if->order == 0 || has_block(zone, what_if->order, counting(rights)));
	attempt->mark_ignored = rights->no_marks && !attempt->passes;
}

/** The check by stage 09; false when it cannot be asked. */
static bool check_by_stage(const struct zone_account *zone, const struct what_if *what_if,
			   struct explained_attempt *attempt)
{
	struct engine_zone figures = {
		.free = zone->free + what_if->more_free,
		.cma = zone->cma,
		.highatomic = zone->highatomic,
		.min = zone->min,
		.boost = what_if->no_boost ? 0 : zone->boost,
		.reserve = what_if->no_reserve ? 0 : zone->reserve,
	};
	struct pageflow_error error;

	if (what_if->order >= EXPLAIN_ORDERS)
		return false;
	/* A block that is larger than those of 5.8.18 serves as its largest. */
	for (int order = 0; order < FAILURE_ORDERS; order++)
		for (int type = 0; type < NR_LETTERS; type++)
			figures.blocks[order < EXPLAIN_ORDERS ? order : EXPLAIN_ORDERS - 1][type] +=
				(unsigned long)zone->blocks[order][type];
	return !ENGINE_EITHER->check(&figures, what_if->mask, what_if->order, what_if->no_marks,
				     attempt, &error);
}

/** Why a zone that did not serve the request refused it, or that it served it. */
static enum explained_verdict verdict_of(const struct explained_attempt *attempt, bool taken)
{
	if (!attempt->passes && !attempt->mark_ignored && attempt->shortfall && !attempt->quick)
		return EXPLAINED_TOO_FEW_PAGES;
	if ((attempt->passes || attempt->mark_ignored) && taken)
		return EXPLAINED_TAKEN;
	return EXPLAINED_NO_BLOCK;
}

/**
 * @brief The last check of a request before it fails, on a zone's figures: the watermark min, then the blocks.
 *
 * @param zone the zone
 * @param what_if the request, by which rules, and what is different
 * @param attempt receives the numbers and the verdict; `passes` is whether the zone would serve the request
 */
void zone_weigh(const struct zone_account *zone, const struct what_if *what_if,
		struct explained_attempt *attempt)
{
	const struct rule_set *rules = what_if->reading->rules;
	struct rights rights = rights_of(rules, what_if);

	memset(attempt, 0, sizeof(*attempt));
	if (!rules_are_5_8(rules) || !check_by_stage(zone, what_if, attempt))
		check_by_rules(zone, what_if, &rights, attempt);
	attempt->verdict = verdict_of(attempt, can_take(zone, &rights, what_if->order));
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

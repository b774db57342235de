/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Which switch to turn, and from which value: the reserves, the boost, what kswapd keeps free.
 */
#include <stddef.h>

#include "failure/advice.h"
#include "gfp.h"

/** Per cent of the zones' memory that the report must show before a sum over its zones is one over all. */
#define ALL_PERCENT 97

/** A watermark of fewer pages is rounded too much to tell the setting behind it. */
#define LEAST_TELLING_MIN 100

/** By what the pages above a low zone are divided for its reserve, unless vm.lowmem_reserve_ratio was changed. */
#define LOW_ZONE_RATIO 256

/** Per cent of all memory that the allocator is given at least, on machines of ordinary size. */
#define LEAST_MANAGED_PERCENT 85

/** More than this per cent of memory kept free does more harm than good. */
#define MOST_KEPT_PERCENT 5

/** Sum of a member over the zones that were tried. */
#define SUM(answer, member) sum_of(answer, offsetof(struct zone_account, member))

/** Sum of the number at an offset over the zones that were tried. */
static long sum_of(const struct log_answer *answer, size_t offset)
{
	long sum = 0;

	for (int i = 0; i < answer->account.nr_zones; i++)
		if (answer->account.zone[i].place == ZONE_TRIED)
			sum += *(const long *)((const char *)&answer->account.zone[i] + offset);
	return sum;
}

/**
 * @brief Advise on the reserves of low zones.
 *
 * @param answer receives the advice
 */
void advise_reserve(struct log_answer *answer)
{
	struct what_if what_if = failure_asked(&answer->account);
	char amount[64];

	what_if.no_reserve = true;
	if (SUM(answer, reserve) <= 0 || !advice_passes(answer, &what_if))
		return;
	SAY(advice_add(answer, "lowmem_reserve", true,
		       "requests that need a low zone, for a device's addresses, may find none"),
	    "the lower zones keep %s back from this request; larger numbers in "
	    "vm.lowmem_reserve_ratio make that less",
	    log_pages(answer, SUM(answer, reserve), amount, sizeof(amount)));
}

/**
 * @brief Advise on the boost of the watermarks.
 *
 * @param answer receives the advice
 */
void advise_boost(struct log_answer *answer)
{
	struct what_if what_if = failure_asked(&answer->account);
	char amount[64];

	what_if.no_boost = true;
	if (SUM(answer, boost) <= 0 || !advice_passes(answer, &what_if))
		return;
	SAY(advice_add(answer, "boost", true,
		       "types mix in more pageblocks, and large blocks become rarer"),
	    "without the boost of %s the request passes: kswapd takes it back when it has run, and "
	    "vm.watermark_boost_factor=0 switches boosting off",
	    log_pages(answer, SUM(answer, boost), amount, sizeof(amount)));
}

/* ---- vm.min_free_kbytes ---- */

/** Does a zone's min say something about the setting? That of high and movable memory is capped. */
static bool min_tells(const struct zone_account *zone)
{
	return zone->has_marks && zone->zone->type <= FAILURE_NORMAL &&
	       (zone->boost_source != BOOST_INFERRED || zone->boost_exact) &&
	       zone->boost_source != BOOST_UNKNOWN;
}

/** What the zones of a report say about the setting. */
struct min_facts {
	long managed;			    /**< pages of all zones shown */
	long sum;			    /**< of min, without boost, high memory aside */
	bool all_tell;			    /**< each zone's min is a part of the setting */
	const struct zone_account *largest; /**< whose min tells most */
};

/** Gather them. */
static struct min_facts gather_min(const struct failure_account *account)
{
	struct min_facts facts = { .all_tell = account->nr_zones > 0 };

	for (int i = 0; i < account->nr_zones; i++) {
		const struct zone_account *zone = &account->zone[i];

		facts.managed += zone->managed;
		if (zone->zone->type == FAILURE_HIGHMEM)
			continue;
		facts.all_tell &= min_tells(zone);
		facts.sum += zone->min;
		if (min_tells(zone) && zone->managed > 0 &&
		    (!facts.largest || zone->min > facts.largest->min))
			facts.largest = zone;
	}
	return facts;
}

/**
 * Pages of the zones above one of the lower zones, which are what its reserve was computed from; -1 where that does not
 * show, or some of them are of a kind that has no share of the setting.
 */
static long pages_above(const struct failure_account *account, const struct zone_account *zone)
{
	const struct failure_zone *printed = zone->zone;
	uint64_t most = 0;
	int normal = 0;

	for (int type = 0; type < FAILURE_NORMAL; type++)
		normal += account->has_type[type];
	for (int i = 0; i < printed->nr_reserve; i++)
		most = printed->reserve[i] > most ? printed->reserve[i] : most;
	if (printed->type >= FAILURE_NORMAL || normal >= printed->nr_reserve ||
	    printed->reserve[normal] != most)
		return -1;
	return (long)most * LOW_ZONE_RATIO;
}

/** All pages that the allocator was given, from the reserve of the highest zone shown of each node; 0: it does not show. */
static long pages_by_reserves(const struct failure_account *account)
{
	const struct failure *failure = account->failure;
	long sum = 0;

	for (int i = 0; i < account->nr_zones; i++) {
		const struct zone_account *zone = &account->zone[i];
		bool highest = true;
		long above = 0;

		for (int j = 0; j < account->nr_zones; j++)
			highest &= account->zone[j].zone->nid != zone->zone->nid ||
				   account->zone[j].zone->type <= zone->zone->type;
		if (highest)
			above = pages_above(account, zone);
		if (above < 0)
			return 0;
		sum += zone->managed + above;
	}
	/* What is reserved is not printed: the sum must come close to all memory, or nodes are missing. */
	return failure->has_ram && sum <= (long)failure->ram &&
			       sum >= (long)failure->ram / 100 * LEAST_MANAGED_PERCENT
		       ? sum
		       : 0;
}

/** All pages that the allocator was given; 0 where the report does not say it. */
static long all_managed(const struct failure_account *account)
{
	const struct failure *failure = account->failure;

	if (failure->has_ram && failure->has_reserved && failure->ram > failure->reserved)
		return (long)(failure->ram - failure->reserved);
	return pages_by_reserves(account);
}

/**
 * The present value of vm.min_free_kbytes: the sum of min over all zones, or, where the report does not show all of them,
 * from the share that a zone has of it; 0 where the report does not tell.
 */
static long present_min_free(const struct failure_account *account, long all_pages)
{
	struct min_facts facts = gather_min(account);
	long page_kb = (long)page_size_kb(account->failure);

	if (all_pages <= 0)
		return 0;
	if (facts.managed >= all_pages / 100 * ALL_PERCENT)
		return facts.all_tell ? facts.sum * page_kb : 0;
	if (account->has_type[FAILURE_HIGHMEM] || !facts.largest ||
	    facts.largest->min < LEAST_TELLING_MIN || facts.largest->managed > all_pages)
		return 0;
	return (long)((double)facts.largest->min * (double)all_pages /
		      (double)facts.largest->managed * (double)page_kb);
}

/** May the request neither sleep nor free memory itself, so that it lives on what kswapd has kept free? */
static bool lives_on_kswapd(const struct log_answer *answer)
{
	const struct failure *failure = answer->failure;

	if (answer->account.situation == SITUATION_EARLY)
		return false;
	return !(failure->mask.mask & __GFP_DIRECT_RECLAIM) ||
	       answer->account.situation == SITUATION_NO_MARKS;
}

/** Did a zone refuse for want of pages? */
static bool is_short(const struct failure_account *account)
{
	for (int i = 0; i < account->nr_zones; i++)
		if (account->zone[i].place == ZONE_TRIED &&
		    account->zone[i].attempt.verdict == EXPLAINED_TOO_FEW_PAGES)
			return true;
	return false;
}

/**
 * @brief Advise on what kswapd keeps free: a larger value than the present one, or none.
 *
 * @param answer receives the advice
 */
void advise_min_free(struct log_answer *answer)
{
	long all = all_managed(&answer->account), present = present_min_free(&answer->account, all);
	long most = all / 100 * MOST_KEPT_PERCENT * (long)page_size_kb(answer->failure);
	const char *cost = "that much more is kept free, and only urgent requests may use it";

	if (!lives_on_kswapd(answer) || !is_short(&answer->account) || (present && present >= most))
		return;
	if (present > 0 && 2 * present <= most)
		SAY(advice_add(answer, "min_free_kbytes", false, cost),
		    "kswapd begins earlier with a larger vm.min_free_kbytes: it is about %ld now "
		    "(inferred); try %ld",
		    present, 2 * present);
	else
		SAY(advice_add(answer, "min_free_kbytes", false, cost),
		    "kswapd begins earlier with a larger vm.min_free_kbytes than now (sysctl "
		    "vm.min_free_kbytes shows it); go up in small steps, to a few per cent of "
		    "memory at most");
}

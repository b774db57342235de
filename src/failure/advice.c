/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What would have let a failed request pass, with the numbers of its report, and what it costs.
 */
#include <stddef.h>
#include <string.h>

#include "gfp.h"
#include "failure/answer.h"

/** Orders above this are costly: the kernel does not insist on them. */
#define COSTLY_ORDER 3

/** Add a piece of advice; its text is written by the caller. */
static struct advice *add(struct log_answer *answer, const char *key, bool would_pass,
			  const char *cost)
{
	struct advice *advice = &answer->advice[answer->nr_advice];

	if (answer->nr_advice < MOST_ADVICE - 1)
		answer->nr_advice++;
	*advice = (struct advice){ .key = key, .would_pass = would_pass };
	snprintf(advice->cost, sizeof(advice->cost), "%s", cost);
	return advice;
}

/** Write a piece of advice. */
#define SAY(advice, ...) snprintf((advice)->what, sizeof((advice)->what), __VA_ARGS__)

/** Would the request pass with these bits added? */
static bool passes_with(const struct log_answer *answer, uint32_t bits)
{
	struct what_if what_if = failure_asked(&answer->account);

	what_if.mask |= bits;
	return failure_what_if(&answer->account, &what_if);
}

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

/** The boost. */
static void advise_boost(struct log_answer *answer)
{
	struct what_if what_if = failure_asked(&answer->account);
	struct advice *advice;
	char amount[64];

	what_if.no_boost = true;
	if (!SUM(answer, boost) || !failure_what_if(&answer->account, &what_if))
		return;
	advice = add(answer, "boost", true,
		     "types mix in more pageblocks, and large blocks become rarer");
	SAY(advice,
	    "without the boost of %s the request passes: kswapd takes it back when it has run, and "
	    "vm.watermark_boost_factor=0 switches boosting off",
	    log_pages(answer, SUM(answer, boost), amount, sizeof(amount)));
}

/** CMA. */
static void advise_cma(struct log_answer *answer)
{
	struct advice *advice;
	char amount[64];

	if (!SUM(answer, cma) || (answer->failure->mask.mask & __GFP_MOVABLE) ||
	    !passes_with(answer, __GFP_MOVABLE))
		return;
	advice = add(answer, "cma", true,
		     "only for pages that can be moved; a smaller area leaves devices less");
	SAY(advice,
	    "the free CMA memory, %s, would do: it is lent to requests with __GFP_MOVABLE only; a "
	    "smaller CMA area (cma= at boot) would leave that memory to all",
	    log_pages(answer, SUM(answer, cma), amount, sizeof(amount)));
}

/** The reserves of low zones. */
static void advise_reserve(struct log_answer *answer)
{
	struct what_if what_if = failure_asked(&answer->account);
	struct advice *advice;
	char amount[64];

	what_if.no_reserve = true;
	if (!SUM(answer, reserve) || !failure_what_if(&answer->account, &what_if))
		return;
	advice = add(answer, "lowmem_reserve", true,
		     "requests that need a low zone, for a device's addresses, may then find none");
	SAY(advice,
	    "the lower zones keep %s back from this request; larger numbers in "
	    "vm.lowmem_reserve_ratio make that less",
	    log_pages(answer, SUM(answer, reserve), amount, sizeof(amount)));
}

/** A smaller order. */
static void advise_order(struct log_answer *answer)
{
	struct what_if what_if = failure_asked(&answer->account);
	struct advice *advice;
	char amount[64];

	while (what_if.order > 0) {
		what_if.order--;
		if (!failure_what_if(&answer->account, &what_if))
			continue;
		advice = add(answer, "order", true,
			     "the memory is not contiguous: more TLB misses, no single DMA buffer");
		SAY(advice,
		    "order %u passes, %s: ask for less, or for several blocks, or let kvmalloc() "
		    "fall back to single pages mapped in a row",
		    what_if.order, log_pages(answer, 1l << what_if.order, amount, sizeof(amount)));
		return;
	}
}

/** Sleeping. */
static void advise_reclaim(struct log_answer *answer)
{
	struct advice *advice;
	long reclaimable = 0;
	char amount[64];

	if (answer->failure->mask.mask & __GFP_DIRECT_RECLAIM)
		return;
	for (int i = 0; i < answer->account.nr_zones; i++) {
		const uint64_t *value = answer->account.zone[i].zone->figures.value;

		if (answer->account.zone[i].place == ZONE_TRIED)
			reclaimable +=
				(long)((value[FIGURE_ACTIVE_FILE] + value[FIGURE_INACTIVE_FILE]) /
				       page_size_kb(answer->failure));
	}
	advice = add(answer, "direct_reclaim", false, "the caller must be allowed to sleep");
	SAY(advice,
	    "with __GFP_DIRECT_RECLAIM (GFP_KERNEL) the request could reclaim by itself: these "
	    "zones hold %s of files, and the machine %llu pages of reclaimable slab",
	    log_pages(answer, reclaimable, amount, sizeof(amount)),
	    (unsigned long long)answer->failure->totals.value[FIGURE_SLAB_RECLAIMABLE]);
}

/** Urgency. */
static void advise_urgent(struct log_answer *answer)
{
	struct advice *advice;

	if (!passes_with(answer, __GFP_HIGH | __GFP_ATOMIC) ||
	    (answer->failure->mask.mask & (__GFP_DIRECT_RECLAIM | __GFP_ATOMIC)))
		return;
	advice = add(answer, "atomic", true,
		     "takes what interrupt handlers and reclaim itself live on");
	SAY(advice, "as an urgent request (GFP_ATOMIC) it may go down to 3/8 of min, and passes");
}

/** kswapd earlier. */
static void advise_min_free(struct log_answer *answer)
{
	const struct failure_account *account = &answer->account;
	const struct zone_account *zone = &account->zone[0];
	struct what_if what_if = failure_asked(&answer->account);
	struct explained_attempt plain;
	struct advice *advice;
	long total = 0, limit;
	char label[32];

	if (zone->attempt.verdict != EXPLAINED_TOO_FEW_PAGES || !zone->min)
		return;
	what_if.no_boost = what_if.no_reserve = true;
	zone_weigh(zone, &what_if, &plain);
	limit = plain.needed;
	for (int i = 0; i < account->nr_zones; i++)
		total += account->zone[i].min;
	total *= (long)page_size_kb(answer->failure);
	advice = add(answer, "min_free_kbytes", false,
		     "as many kB more are kept free, and used by urgent requests only");
	SAY(advice,
	    "kswapd starts %ld pages above what this request may use up in %s (low %ld, limit "
	    "%ld, without boost and reserve); a larger vm.min_free_kbytes than the %ld kB of now "
	    "(inferred) widens that",
	    zone->low - limit, log_zone_label(answer, zone, label, sizeof(label)), zone->low, limit,
	    total);
}

/** Blocks that are too small. */
static void advise_compaction(struct log_answer *answer)
{
	const struct failure_account *account = &answer->account;
	struct advice *advice;
	char amount[64], label[32];

	for (int i = 0; i < account->nr_zones; i++) {
		const struct zone_account *zone = &account->zone[i];

		if (zone->place != ZONE_TRIED || zone->attempt.verdict != EXPLAINED_NO_BLOCK)
			continue;
		advice = add(answer, "compaction", false,
			     "CPU time, and it moves only what is movable");
		SAY(advice,
		    "%s is fragmented: %s are usable, %ld times what was asked for, in blocks that "
		    "are too small; compaction joins them (write 1 to /proc/sys/vm/compact_memory)",
		    log_zone_label(answer, zone, label, sizeof(label)),
		    log_pages(answer, zone->attempt.usable, amount, sizeof(amount)),
		    zone->attempt.usable >> answer->failure->order);
		return;
	}
}

/** Insisting. */
static void advise_retry(struct log_answer *answer)
{
	uint32_t mask = answer->failure->mask.mask;
	struct advice *advice;

	if (!(mask & __GFP_DIRECT_RECLAIM) || (mask & (__GFP_RETRY_MAYFAIL | __GFP_NOFAIL)))
		return;
	if (answer->failure->order <= COSTLY_ORDER && !(mask & __GFP_NORETRY))
		return;
	advice = add(answer, "retry", false, "it may take long, and fail in the end");
	SAY(advice,
	    "%s__GFP_RETRY_MAYFAIL: the request goes on reclaiming and compacting as long as that "
	    "makes progress",
	    mask & __GFP_NORETRY ? "without __GFP_NORETRY, and with " : "with ");
}

/** Zones that were not tried. */
static void advise_other_zones(struct log_answer *answer)
{
	struct what_if what_if = failure_asked(&answer->account);
	struct advice *advice;
	char amount[64], label[32];

	for (int i = 0; i < answer->account.nr_zones; i++) {
		const struct zone_account *zone = &answer->account.zone[i];
		struct explained_attempt attempt;

		if (zone->place == ZONE_TRIED || !zone->has_marks)
			continue;
		zone_weigh(zone, &what_if, &attempt);
		if (!attempt.passes)
			continue;
		advice = add(answer, zone->place == ZONE_TOO_HIGH ? "zone" : "node", true,
			     zone->place == ZONE_TOO_HIGH
				     ? "the device or mapping must reach those addresses"
				     : "memory of another node is farther away");
		SAY(advice, "%s has %s free and would serve it, but %s",
		    log_zone_label(answer, zone, label, sizeof(label)),
		    log_pages(answer, zone->free, amount, sizeof(amount)),
		    zone->place == ZONE_TOO_HIGH ? "the mask's zone bits do not reach up to it"
						 : "the request may not use its node");
	}
}

/** More memory. */
static void advise_memory(struct log_answer *answer)
{
	const struct zone_account *closest = NULL;
	struct advice *advice;
	char amount[64], label[32];

	for (int i = 0; i < answer->account.nr_zones; i++) {
		const struct zone_account *zone = &answer->account.zone[i];

		if (zone->place == ZONE_TRIED && zone->attempt.verdict == EXPLAINED_TOO_FEW_PAGES &&
		    (!closest || zone->attempt.shortfall < closest->attempt.shortfall))
			closest = zone;
	}
	if (!closest)
		return;
	advice = add(answer, "memory", answer->failure->order == 0, "memory, or work left undone");
	SAY(advice, "%s more free in %s%s: smaller caches and processes, or more memory",
	    log_pages(answer, closest->attempt.shortfall, amount, sizeof(amount)),
	    log_zone_label(answer, closest, label, sizeof(label)),
	    answer->failure->order ? ", in large enough blocks" : "");
}

/**
 * @brief Find what would have let the request pass.
 *
 * @param answer the answer; receives the advice
 */
void log_advise(struct log_answer *answer)
{
	answer->nr_advice = 0;
	if (answer->passes)
		return;
	if (answer->failure->memcg) {
		SAY(add(answer, "memcg", true, "other groups get less"),
		    "a larger limit for the group, or less memory used in it; free memory of the "
		    "machine does not help");
		return;
	}
	advise_boost(answer);
	advise_cma(answer);
	advise_reserve(answer);
	advise_other_zones(answer);
	advise_order(answer);
	advise_urgent(answer);
	advise_reclaim(answer);
	advise_retry(answer);
	advise_compaction(answer);
	advise_min_free(answer);
	advise_memory(answer);
}

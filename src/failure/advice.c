/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What would have let a failed request pass, or may: the largest cause first, tuning last.
 *
 * Advice is taken at three in the morning by somebody who trusts it. So what would pass is computed by the rules of the
 * report, what a report does not say is not guessed, and nothing is advised that makes matters worse.
 */
#include "failure/advice.h"

#include <string.h>

#include "gfp.h"

/**
 * @brief Add a piece of advice; its text is written by the caller.
 *
 * @param answer receives it
 * @param key one word, for programs
 * @param would_pass does the request pass with it, by the figures and nothing else changed?
 * @param cost what it costs
 * @return the advice
 */
struct advice *advice_add(struct log_answer *answer, const char *key, bool would_pass,
			  const char *cost)
{
	struct advice *advice = &answer->advice[answer->nr_advice];

	if (answer->nr_advice < MOST_ADVICE - 1)
		answer->nr_advice++;
	*advice = (struct advice){ .key = key, .would_pass = would_pass };
	snprintf(advice->cost, sizeof(advice->cost), "%s", cost);
	return advice;
}

/**
 * @brief Would the request pass under another condition, by every set of rules that is possible?
 *
 * @param answer the answer
 * @param changed the request with what is different; its reading does not matter
 * @return false when one reading refuses it
 */
bool advice_passes(const struct log_answer *answer, const struct what_if *changed)
{
	struct what_if what_if = *changed;

	for (int i = 0; i < answer->account.nr_readings; i++) {
		what_if.reading = &answer->account.reading[i];
		if (!failure_what_if(&answer->account, &what_if))
			return false;
	}
	return answer->account.nr_readings > 0;
}

/**
 * @brief Is the memory for a device, which must reach it, so that neither other zones nor single pages will do?
 *
 * @param failure the report
 * @return true when the mask or the caller says so
 */
bool advice_wants_dma(const struct failure *failure)
{
	return (failure->mask.mask & (__GFP_DMA | __GFP_DMA32)) ||
	       strstr(failure->trace.caller, "dma_") || strstr(failure->trace.through, "dma_");
}

/**
 * @brief The process with most memory, whatever its badness: oom_score_adj says who may die, not who holds it.
 *
 * @param failure the report
 * @return its row of the task table; NULL where there is none
 */
const struct failure_task *advice_largest_task(const struct failure *failure)
{
	const struct failure_task *largest = NULL;

	for (size_t i = 0; i < failure->oom.nr_tasks; i++)
		if (!largest || failure->oom.task[i].rss > largest->rss)
			largest = &failure->oom.task[i];
	return largest;
}

/** No zone that the mask allows has memory. */
static void advise_no_managed(struct log_answer *answer)
{
	SAY(advice_add(answer, "dma_zone", false,
		       "memory below that address is then missing elsewhere, or the device must "
		       "reach all memory"),
	    "no zone that the mask allows was given any memory, so a request with this mask always "
	    "fails here; that is usual in a crash kernel (kdump), and often harmless: give it low "
	    "memory (crashkernel=SIZE,low at boot), or have the driver ask without GFP_DMA");
}

/** The nodes that the task may use have no zone that the mask allows. */
static void advise_excluded(struct log_answer *answer)
{
	SAY(advice_add(answer, "nodes", false, "some of the task's memory then lies on that node"),
	    "the nodes that the task may use have only memory for movable pages, and this request "
	    "is not movable: add a node with a Normal zone to the cpuset (cpuset.mems) or to the "
	    "memory policy; freeing memory or killing tasks does not help");
}

/** Counters that cannot be true. */
static void advise_corrupt(struct log_answer *answer)
{
	SAY(advice_add(answer, "counters", false, "none"),
	    "trust no figure of this report and tune nothing by it: find what corrupts the "
	    "counters, a balloon driver, memory hotplug or a module from outside the kernel, and "
	    "try a kernel with newer fixes");
}

/** What to do where a plain check of zones is not the point; false: it is the point. */
static bool advise_situation(struct log_answer *answer)
{
	switch (answer->account.situation) {
	case SITUATION_NO_MANAGED:
		advise_no_managed(answer);
		return true;
	case SITUATION_EXCLUDED:
		advise_excluded(answer);
		return true;
	case SITUATION_CORRUPT:
		advise_corrupt(answer);
		return true;
	case SITUATION_PAGE_FAULT:
		SAY(advice_add(answer, "page_fault", false, "none"),
		    "look for what failed just before: a memory cgroup at its limit, or a "
		    "driver whose page fault handler got no memory; the machine's own memory "
		    "was not asked for, and tuning it does not help");
		return true;
	default:
		return false;
	}
}

/** Is hardly anything free, so that who holds the memory matters more than how it was asked for? */
static bool memory_is_short(const struct log_answer *answer)
{
	const struct failure *failure = answer->failure;
	uint64_t free = failure->totals.value[FIGURE_FREE];
	uint64_t cma = failure->totals.value[FIGURE_FREE_CMA];

	if (!answer->balance.known || !figure_seen(&failure->totals, FIGURE_FREE))
		return false;
	return balance_percent(&answer->balance, free > cma ? free - cma : 0) <= 10;
}

/** More memory in the zone that comes closest. */
static void advise_memory(struct log_answer *answer)
{
	const struct zone_account *closest = NULL;
	struct what_if what_if = failure_asked(&answer->account);
	char amount[64], label[32];

	for (int i = 0; i < answer->account.nr_zones; i++) {
		const struct zone_account *zone = &answer->account.zone[i];

		if (zone->place == ZONE_TRIED && zone->attempt.verdict == EXPLAINED_TOO_FEW_PAGES &&
		    zone->attempt.shortfall < zone->managed &&
		    (!closest || zone->attempt.shortfall < closest->attempt.shortfall))
			closest = zone;
	}
	if (!closest)
		return;
	what_if.more_free = closest->attempt.shortfall;
	SAY(advice_add(answer, "memory",
		       answer->failure->order == 0 && advice_passes(answer, &what_if),
		       "memory, or work left undone"),
	    "%s more free in %s%s: use less, or add memory",
	    log_pages(answer, closest->attempt.shortfall, amount, sizeof(amount)),
	    log_zone_label(answer, closest, label, sizeof(label)),
	    answer->failure->order ? ", in large enough blocks" : "");
}

/**
 * @brief Find what would have let the request pass, or may.
 *
 * @param answer the answer; receives the advice
 */
void log_advise(struct log_answer *answer)
{
	enum failure_verdict verdict = answer->account.verdict;
	bool held = false;

	answer->nr_advice = 0;
	if (verdict == VERDICT_GROUP)
		advise_group(answer);
	if (verdict == VERDICT_GROUP || (verdict != VERDICT_UNKNOWN && advise_situation(answer)) ||
	    verdict == VERDICT_NO_REQUEST)
		return;
	/* Somebody was killed, whatever the state afterwards: who holds the memory still matters. */
	if (memory_is_short(answer) &&
	    (verdict != VERDICT_PASSES || answer->failure->kind == FAILURE_OOM))
		held = advise_holders(answer);
	if (verdict == VERDICT_PASSES || verdict == VERDICT_UNKNOWN)
		return;
	advise_blocks(answer);
	advise_places(answer);
	advise_reserve(answer);
	advise_boost(answer);
	advise_manner(answer);
	advise_min_free(answer);
	if (!held)
		advise_memory(answer);
}

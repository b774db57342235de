/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What makes a report one that a plain check of zones does not answer.
 */
#include <stdio.h>
#include <string.h>

#include "failure/judge/parts.h"
#include "gfp.h"

/** Is a figure of a zone more than can be? Notes it. */
static bool is_corrupt(struct failure_account *account, const struct failure_zone *zone,
		       const char *name, uint64_t pages, uint64_t most)
{
	if (pages <= most)
		return false;
	snprintf(account->corrupt, sizeof(account->corrupt), "%s of zone %s is %llu pages", name,
		 zone->name, (unsigned long long)pages);
	return true;
}

/** Does a zone have a mark larger than the machine, or far more free pages than it has? Notes the first such figure. */
static bool zone_is_corrupt(struct failure_account *account, const struct zone_account *zone)
{
	const struct failure *failure = account->failure;
	uint64_t page_kb = page_size_kb(failure), listed = 0;
	const uint64_t *value = zone->zone->figures.value;
	uint64_t size = value[FIGURE_PRESENT] > value[FIGURE_MANAGED] ? value[FIGURE_PRESENT]
								      : value[FIGURE_MANAGED];
	uint64_t absurd = ABSURD_KB / page_kb, machine = failure->has_ram ? failure->ram : 0;
	uint64_t inside = size ? 2 * (size / page_kb) + 1024 : machine;

	/* A number of pages that was cut shows a machine smaller than its zone. */
	if (!machine || machine < size / page_kb)
		machine = size ? 16 * (size / page_kb) : absurd;
	if (!inside || inside > absurd)
		inside = absurd;
	for (int order = 0; order < zone->zone->nr_orders; order++)
		listed += zone->zone->blocks[order] << order;
	return is_corrupt(account, zone->zone, "min", value[FIGURE_MIN] / page_kb, machine) ||
	       is_corrupt(account, zone->zone, "low", value[FIGURE_LOW] / page_kb, machine) ||
	       is_corrupt(account, zone->zone, "high", value[FIGURE_HIGH] / page_kb, machine) ||
	       is_corrupt(account, zone->zone, "free", value[FIGURE_FREE] / page_kb, inside) ||
	       is_corrupt(account, zone->zone, "free_cma", value[FIGURE_FREE_CMA] / page_kb,
			  inside) ||
	       is_corrupt(account, zone->zone, "the free list", listed, inside);
}

/** Do counters say what no machine can have? */
static bool are_corrupt(struct failure_account *account)
{
	for (int i = 0; i < account->nr_zones; i++)
		if (account->zone[i].place != ZONE_NOT_MANAGED &&
		    zone_is_corrupt(account, &account->zone[i]))
			return true;
	return false;
}

/** How many zones stand so to the request. */
static int count_placed(const struct failure_account *account, enum zone_place place)
{
	int count = 0;

	for (int i = 0; i < account->nr_zones; i++)
		count += account->zone[i].place == place;
	return count;
}

/** Is there a zone without pages that the request would be served from, if it had some? */
static bool has_unmanaged(const struct failure_account *account)
{
	for (int i = 0; i < account->nr_zones; i++)
		if (account->zone[i].place == ZONE_NOT_MANAGED &&
		    account->zone[i].zone->type <= account->highest)
			return true;
	return false;
}

/** Was the report read to its end, so that a zone that is not in it is not there? */
static bool is_complete(const struct failure *failure)
{
	return failure->has_ram || failure->has_reserved;
}

/** Is the request bound to some nodes? Then zones of the others may not be printed. */
static bool is_bound(const struct failure *failure)
{
	uint32_t mask = failure->mask.mask;

	return failure->has_nodemask || (mask & __GFP_THISNODE) ||
	       (failure->has_mems && (mask & __GFP_HARDWALL));
}

/** No zone can be tried: none has pages, or those that have may not be used. */
static enum failure_situation without_zones(const struct failure_account *account)
{
	const struct failure *failure = account->failure;
	bool low = account->highest < FAILURE_NORMAL;

	if (has_unmanaged(account))
		return SITUATION_NO_MANAGED;
	if (is_bound(failure) && (count_placed(account, ZONE_NODE_LEFT_OUT) ||
				  (count_placed(account, ZONE_TOO_HIGH) && !low)))
		return SITUATION_EXCLUDED;
	/* A zone without any page is not printed, and from 6.1 on neither are those above it. */
	if (low && (failure->nr_zones || is_complete(failure)))
		return SITUATION_NO_MANAGED;
	return SITUATION_PLAIN;
}

/** Are the marks of all zones that are tried 0, as before they are computed? */
static bool is_early(const struct failure_account *account)
{
	for (int i = 0; i < account->nr_zones; i++) {
		const struct failure_figures *figures = &account->zone[i].zone->figures;

		if (account->zone[i].place != ZONE_TRIED)
			continue;
		if (!figure_seen(figures, FIGURE_MIN) || figures->value[FIGURE_MIN] ||
		    !figure_seen(figures, FIGURE_LOW) || figures->value[FIGURE_LOW] ||
		    !figure_seen(figures, FIGURE_HIGH) || figures->value[FIGURE_HIGH])
			return false;
	}
	return count_placed(account, ZONE_TRIED) > 0;
}

/**
 * Do marks not bind the task? Not those that free memory themselves, unless an interrupt asked on their stack, or the mask
 * forbids it. Without a trace, a mask that may sleep tells that it was no interrupt.
 */
static bool is_unbound(const struct failure *failure)
{
	uint32_t mask = failure->mask.mask;
	enum trace_context context = failure->trace.context;
	bool in_task = context == CONTEXT_TASK ||
		       (context == CONTEXT_UNKNOWN && (mask & __GFP_DIRECT_RECLAIM));

	if (mask & __GFP_NOMEMALLOC)
		return false;
	if (mask & __GFP_MEMALLOC)
		return true;
	return in_task && (failure->trace.in_reclaim || !strncmp(failure->comm, "kswapd", 6));
}

/** Did a page fault call the OOM killer, without a request for pages? */
static bool is_page_fault(const struct failure *failure)
{
	return failure->kind == FAILURE_OOM && failure->has_mask && !failure->mask_number &&
	       failure->has_order && !failure->order;
}

/**
 * @brief Find what makes the report one that a plain check of zones does not answer.
 *
 * @param account the account, with its zones; receives situation, corrupt, and the verdict where no request is behind it
 */
void account_find_situation(struct failure_account *account)
{
	const struct failure *failure = account->failure;

	account->situation = SITUATION_PLAIN;
	if (failure->kind == FAILURE_OOM && failure->forced)
		account->situation = SITUATION_SYSRQ;
	else if (is_page_fault(failure))
		account->situation = SITUATION_PAGE_FAULT;
	if (account->situation != SITUATION_PLAIN) {
		account->verdict = VERDICT_NO_REQUEST;
		return;
	}
	if (!failure->has_mask || !failure->has_state)
		return;
	if (!count_placed(account, ZONE_TRIED))
		account->situation = without_zones(account);
	else if (are_corrupt(account))
		account->situation = SITUATION_CORRUPT;
	else if (is_early(account))
		account->situation = SITUATION_EARLY;
	else if (is_unbound(failure))
		account->situation = SITUATION_NO_MARKS;
}

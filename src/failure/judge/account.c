/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief From the lines of a report to an account in pages: zone types, order of trying, marks, boost, the check.
 *
 * Where the path itself can run, its verdict stands; elsewhere, and for "what if", the check of weigh.c decides.
 */
#include "failure/judge/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gfp.h"
#include "text/append.h"

/** Most orders and nodes of a machine of 5.8.18 as built here. */
#define ORDERS_5_8 11
#define NODES_5_8  4

/** May the request use this node? A nodemask and a hard cpuset bind it, unless it is atomic. */
static bool node_allowed(const struct failure_account *account, int nid)
{
	const struct failure *failure = account->failure;
	uint32_t mask = failure->mask.mask;

	if (mask & __GFP_THISNODE)
		return nid == account->first_node;
	if ((mask & __GFP_ATOMIC) || nid >= FAILURE_NODES)
		return true;
	if (failure->has_nodemask && !(failure->nodemask >> nid & 1))
		return false;
	return !failure->has_mems || !(mask & __GFP_HARDWALL) || (failure->mems_allowed >> nid & 1);
}

/** The node from which the zones are tried. No report says it: the lowest that may be used. */
static int find_first_node(const struct failure *failure)
{
	uint64_t allowed = ~0ull;
	int first = -1, lowest = -1;

	if (failure->has_mems)
		allowed &= failure->mems_allowed;
	if (failure->has_nodemask)
		allowed &= failure->nodemask;
	for (int i = 0; i < failure->nr_zones; i++) {
		int nid = failure->zone[i].nid;

		if (lowest < 0 || nid < lowest)
			lowest = nid;
		if (nid < FAILURE_NODES && (allowed >> nid & 1) && (first < 0 || nid < first))
			first = nid;
	}
	return first < 0 ? lowest : first;
}

/** Number the nodes of the report: a machine's nodes begin at 0 and have no gaps. */
static void number_nodes(struct failure_account *account)
{
	for (int i = 0; i < account->failure->nr_zones; i++) {
		int nid = account->failure->zone[i].nid, place = 0;

		while (place < account->nr_nodes && account->node[place] < nid)
			place++;
		if (place < account->nr_nodes && account->node[place] == nid)
			continue;
		memmove(&account->node[place + 1], &account->node[place],
			(size_t)(account->nr_nodes - place) * sizeof(account->node[0]));
		account->node[place] = nid;
		account->nr_nodes++;
	}
}

/**
 * @brief The node of a rebuilt machine that stands for a node of the report.
 *
 * @param account the account
 * @param nid the report's node
 * @return the machine's node; -1 when the report shows none of its zones
 */
int failure_node_place(const struct failure_account *account, int nid)
{
	for (int place = 0; place < account->nr_nodes; place++)
		if (account->node[place] == nid)
			return place;
	return -1;
}

/* ---- the account ---- */

/** Was a free list line read whole? Then its entries add up to the sum at its end. */
static bool list_is_whole(const struct failure *failure, const struct failure_zone *zone)
{
	uint64_t sum = 0;

	for (int order = 0; order < zone->nr_orders; order++)
		sum += zone->blocks[order] * (page_size_kb(failure) << order);
	return zone->nr_orders > 0 && zone->list_ended && sum == zone->list_kb;
}

/** Where a zone stands to the request. */
static enum zone_place place_of(const struct failure_account *account,
				const struct failure_zone *zone)
{
	if (figure_seen(&zone->figures, FIGURE_MANAGED) && !zone->figures.value[FIGURE_MANAGED])
		return ZONE_NOT_MANAGED;
	if (zone->type > account->highest)
		return ZONE_TOO_HIGH;
	return node_allowed(account, zone->nid) ? ZONE_TRIED : ZONE_NODE_LEFT_OUT;
}

/** A zone in pages. */
static void take_zone(struct failure_account *account, const struct failure_zone *zone,
		      struct zone_account *out)
{
	const struct failure *failure = account->failure;
	const struct failure_figures *figures = &zone->figures;
	long pcp;

	out->zone = zone;
	out->place = place_of(account, zone);
	out->has_marks = figure_seen(figures, FIGURE_FREE) && figure_seen(figures, FIGURE_MIN);
	out->has_lists = list_is_whole(failure, zone);
	out->free = figure_pages(failure, zone, FIGURE_FREE);
	/* Before 3.9 no report says how much the allocator was given. */
	out->managed = figure_pages(failure, zone,
				    figure_seen(figures, FIGURE_MANAGED) ? FIGURE_MANAGED
									 : FIGURE_PRESENT);
	out->cma = figure_pages(failure, zone, FIGURE_FREE_CMA);
	out->highatomic = figure_pages(failure, zone, FIGURE_HIGHATOMIC);
	out->free_highatomic = figure_pages(failure, zone, FIGURE_FREE_HIGHATOMIC);
	out->highatomic_read = figure_seen(figures, FIGURE_HIGHATOMIC);
	out->local_pcp = figure_pages(failure, zone, FIGURE_LOCAL_PCP);
	pcp = figure_pages(failure, zone, FIGURE_FREE_PCP);
	out->other_pcp = pcp > out->local_pcp ? pcp - out->local_pcp : 0;
	zone_take_reserve(account, out);
	zone_take_marks(failure, out);
	zone_take_bounds(account, out);
	zone_divide_blocks(out);
}

/** Before in the order of trying: tried ones first, the first node first, high zones first. */
static int compare_zones(const void *a, const void *b)
{
	const struct zone_account *x = a, *y = b;

	if ((x->place == ZONE_TRIED) != (y->place == ZONE_TRIED))
		return x->place == ZONE_TRIED ? -1 : 1;
	if (x->zone->nid != y->zone->nid)
		return x->zone->nid - y->zone->nid;
	return (int)y->zone->type - (int)x->zone->type;
}

/** What the request lacks to be explained. */
static void miss_request(struct failure_account *account)
{
	const struct failure *failure = account->failure;

	if (failure->kind == FAILURE_VMALLOC) {
		miss(account, "a request for one block: it is a failure of vmalloc()");
		return;
	}
	if (failure->kind == FAILURE_STATE)
		miss(account, "the line that says who asked for what");
	else if (!failure->has_order)
		miss(account, "the order");
	else if (failure->order >= FAILURE_ORDERS)
		miss(account, "an order that a kernel can have (it says %u)", failure->order);
	if (failure->kind != FAILURE_STATE && !failure->has_mask)
		miss(account, "the gfp mask");
	if (failure->mask_unknown)
		miss(account,
		     "the names of the gfp mask (numbers are known from 2.6 on, it is %.20s)",
		     failure->version);
	if (!failure->has_state)
		miss(account, "the state of memory (Mem-Info)");
	else if (!failure->nr_zones && account->situation != SITUATION_NO_MANAGED)
		miss(account, "the lines of the zones");
}

/** A report that was cut after a zone's line: no free list line and no end follows, so zones may be missing. */
static void miss_end(struct failure_account *account)
{
	const struct failure *failure = account->failure;
	const struct failure_zone *last = &failure->zone[failure->nr_zones - 1];
	bool ended = failure->has_ram || failure->has_reserved || failure->has_cma;

	for (int i = 0; i < failure->nr_zones; i++)
		ended |= failure->zone[i].nr_orders > 0;
	if (!ended)
		miss(account, "all lines after those of zone %s of node %d, zones perhaps",
		     last->name, last->nid);
}

/** A report none of whose zones the request may use, for no reason that it shows. */
static void miss_tried(struct failure_account *account)
{
	bool tried = false;

	for (int i = 0; i < account->nr_zones; i++)
		tried |= account->zone[i].place == ZONE_TRIED;
	if (!tried)
		miss(account, "a zone that this request may use");
}

/** Why a zone cannot stand on a machine of 5.8.18; NULL: it can. */
static const char *zone_unlike(const struct zone_account *zone)
{
	if (zone->zone->type == FAILURE_HIGHMEM)
		return "it has high memory, which arm64 does not have";
	if (zone->zone->type == FAILURE_DEVICE)
		return "it has a zone of device memory";
	if (!zone->has_marks || !zone->has_lists || zone->doubts & ~zone->open ||
	    !figure_seen(&zone->zone->figures, FIGURE_LOW) ||
	    !figure_seen(&zone->zone->figures, FIGURE_HIGH) ||
	    !figure_seen(&zone->zone->figures, FIGURE_MANAGED))
		return "lines of its zones are damaged";
	if (zone->zone->nr_orders != ORDERS_5_8)
		return "its largest block is not the one of 5.8.18";
	return NULL;
}

/** Can the report stand on a machine of 5.8.18 with pages of 4 KiB? */
static void find_unlike(struct failure_account *account)
{
	const struct failure *failure = account->failure;
	const char *why = NULL;

	if (page_size_kb(failure) != 4) {
		snprintf(account->not_replayed, sizeof(account->not_replayed),
			 "its pages have %llu kB, those of the machine modelled here 4 kB",
			 page_size_kb(failure));
		return;
	}
	if (account->has_type[FAILURE_HIGHMEM])
		why = "it has high memory, which arm64 does not have";
	else if (account->nr_nodes > NODES_5_8)
		why = "it has more nodes than the machine modelled here";
	else if (account->other_reserve)
		why = "before 5.8 its reserve is held against the zone tried first";
	else if (failure->too_many_zones)
		why = "it has more zones than are read";
	else if (((failure->mask.mask & __GFP_DMA) && !account->has_type[FAILURE_DMA]) ||
		 ((failure->mask.mask & __GFP_DMA32) && !account->has_type[FAILURE_DMA32]))
		why = "that kernel does not have the zone that the mask names";
	for (int i = 0; i < account->nr_zones && !why; i++)
		if (account->zone[i].place != ZONE_NOT_MANAGED)
			why = zone_unlike(&account->zone[i]);
	if (why)
		snprintf(account->not_replayed, sizeof(account->not_replayed), "%s", why);
}

/**
 * @brief The request as it was, by the first reading.
 *
 * @param account the account
 * @return the request
 */
struct what_if failure_asked(const struct failure_account *account)
{
	return (struct what_if){
		.reading = &account->reading[0],
		.mask = account->failure->mask.mask,
		.order = account->failure->order,
		.no_marks = account->situation == SITUATION_NO_MARKS,
	};
}

/** What each reading says. */
static void judge_readings(struct failure_account *account, const struct what_if *asked)
{
	for (int i = 0; i < account->nr_readings; i++) {
		struct reading *reading = &account->reading[i];
		struct what_if by = *asked;

		by.reading = reading;
		reading->passes = failure_what_if(account, &by);
		account->readings_differ |= reading->passes != account->reading[0].passes;
	}
	account->passes = account->reading[0].passes;
	account->version_decides =
		account->readings_differ && rules_several(account->reading, account->nr_readings);
	if (account->version_decides && !strstr(account->rules, "(inferred"))
		text_append(account->rules, sizeof(account->rules),
			    ", which changed with a point release");
}

/** The verdict by the figures, and whether they are enough for one. */
static void judge(struct failure_account *account, const struct what_if *asked)
{
	account->verdict = VERDICT_REFUSED;
	if (account->situation == SITUATION_NO_MANAGED ||
	    account->situation == SITUATION_EXCLUDED || account->situation == SITUATION_CORRUPT) {
		snprintf(account->not_replayed, sizeof(account->not_replayed),
			 "no zone of it can be asked");
		return;
	}
	miss_tried(account);
	account_decide(account);
	miss_end(account);
	find_unlike(account);
	judge_readings(account, asked);
	if (account->open[0] || account->readings_differ)
		account->verdict = VERDICT_DEPENDS;
	else if (account->passes)
		account->verdict = VERDICT_PASSES;
}

/**
 * @brief Make the account of a report.
 *
 * @param failure the report; it must outlive the account
 * @param rules version whose rules are asked for; NULL: the report's own
 * @param account receives it
 */
void failure_account_take(const struct failure *failure, const char *rules,
			  struct failure_account *account)
{
	struct what_if asked;

	memset(account, 0, sizeof(*account));
	account->failure = failure;
	account->nr_readings = rules_readings(failure, rules, account->reading, account->rules,
					      sizeof(account->rules));
	account->preferred_counts = version_before(rules ? rules : failure->version, 5, 8);
	number_nodes(account);
	account->first_node = find_first_node(failure);
	account_find_types(account);
	for (int i = 0; i < failure->nr_zones; i++)
		take_zone(account, &failure->zone[i], &account->zone[account->nr_zones++]);
	qsort(account->zone, (size_t)account->nr_zones, sizeof(account->zone[0]), compare_zones);
	account->verdict = VERDICT_GROUP;
	if (failure->woven) {
		miss(account, "lines that are its own alone: another report is woven into it line "
			      "by line, and no CPU, task or time of the lines tells them apart");
		return;
	}
	if (failure->memcg)
		return;
	account_find_situation(account);
	if (account->verdict == VERDICT_NO_REQUEST)
		return;
	miss_request(account);
	if (account->missing[0])
		return;
	asked = failure_asked(account);
	for (int i = 0; i < account->nr_zones; i++)
		zone_weigh(&account->zone[i], &asked, &account->zone[i].attempt);
	judge(account, &asked);
}

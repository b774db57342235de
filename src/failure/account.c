/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief From the lines of a report to an account in pages: zone types, order of trying, marks, boost, the check.
 *
 * The check here is the arithmetic of stage 09 on printed figures. It serves where the path itself cannot run, on
 * reports of another geometry, and it answers "what if". Where the path can run, its verdict stands.
 */
#include "failure/account.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gfp.h"

/** The factor that bounds a boost, in ten-thousandths of the high mark, and the step it grows by. */
#define BOOST_FACTOR 15000
#define BOOST_STEP   512

/** Most orders and nodes of a machine of 5.8.18 as built here. */
#define ORDERS_5_8 11
#define NODES_5_8  4

/**
 * @brief Size of a page of the report's kernel.
 *
 * @param failure the report
 * @return kB; 4 where no free list line tells
 */
unsigned long long page_size_kb(const struct failure *failure)
{
	return failure->page_kb ? (unsigned long long)failure->page_kb : 4;
}

/** A figure of a zone, kB, in pages; 0 when it was not read. */
static long pages_of(const struct failure *failure, const struct failure_zone *zone,
		     enum failure_figure figure)
{
	return (long)(zone->figures.value[figure] / page_size_kb(failure));
}

/** Which zone types that kernel has: those named, and as many more as its reserves have numbers. */
static void find_types(struct failure_account *account)
{
	static const enum failure_zone_type extra[2][3] = {
		{ FAILURE_DMA32, FAILURE_DMA, FAILURE_DEVICE },
		{ FAILURE_DMA, FAILURE_DEVICE, FAILURE_DMA32 },
	};
	const struct failure *failure = account->failure;
	int have = 0, numbers = 0;

	account->has_type[FAILURE_NORMAL] = account->has_type[FAILURE_MOVABLE] = true;
	for (int i = 0; i < failure->nr_zones; i++) {
		account->has_type[failure->zone[i].type] = true;
		if (failure->zone[i].nr_reserve > numbers)
			numbers = failure->zone[i].nr_reserve;
	}
	for (int type = 0; type < NR_FAILURE_TYPES; type++)
		have += account->has_type[type];
	for (int i = 0; i < 3 && have < numbers; i++) {
		enum failure_zone_type type = extra[account->has_type[FAILURE_HIGHMEM]][i];

		have += !account->has_type[type];
		account->has_type[type] = true;
	}
}

/** The highest zone that a mask allows, on a kernel with these zone types. */
static enum failure_zone_type highest_type(const struct failure_account *account)
{
	uint32_t mask = account->failure->mask.mask;
	enum failure_zone_type type = FAILURE_NORMAL;

	if ((mask & __GFP_MOVABLE) && (mask & __GFP_HIGHMEM))
		type = FAILURE_MOVABLE;
	else if (mask & __GFP_DMA)
		type = FAILURE_DMA;
	else if (mask & __GFP_DMA32)
		type = FAILURE_DMA32;
	else if (mask & __GFP_HIGHMEM)
		type = FAILURE_HIGHMEM;
	return account->has_type[type] ? type : FAILURE_NORMAL;
}

/** Where a zone type's number stands in a reserve line; -1: the line has none for it. */
static int reserve_index(const struct failure_account *account, const struct failure_zone *zone)
{
	int index = 0;

	for (int type = 0; type < (int)account->highest; type++)
		index += account->has_type[type];
	return index < zone->nr_reserve ? index : -1;
}

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

/* ---- marks ---- */

/** Is the report's kernel known to be older than a version? */
static bool older_than(const struct failure *failure, int major, int minor)
{
	int have_major = 0, have_minor = 0;

	if (sscanf(failure->version, "%3d.%3d", &have_major, &have_minor) != 2)
		return false;
	return have_major < major || (have_major == major && have_minor < minor);
}

/** Would the boost of stage 11 give just this amount over this plain mark? */
static bool boost_fits(long boost, long min, long distance)
{
	long most = (min + 2 * distance) * BOOST_FACTOR / 10000;

	if (most < BOOST_STEP)
		most = BOOST_STEP;
	return boost == most || (boost < most && boost % BOOST_STEP == 0);
}

/**
 * Tell a boost from the distance of the marks: low - min is a quarter of the plain min, or a thousandth of the zone
 * where that is more. A min that is too large for its distance holds a boost.
 */
static void infer_boost(struct zone_account *zone, long printed_low)
{
	long printed = zone->min, distance = printed_low - printed;
	long by_size = zone->managed * 10 / 10000, fitting = -1;
	int fits = 0;

	zone->boost_source = BOOST_UNKNOWN;
	if (distance <= 0 || !zone->managed)
		return;
	if (printed <= 4 * distance + 3) {
		/* A distance that the size of the zone decides fits any smaller min as well. */
		zone->boost_source = distance > by_size ? BOOST_INFERRED : BOOST_UNKNOWN;
		zone->boost_exact = distance > by_size && printed >= 4 * distance;
		return;
	}
	for (long min = 4 * distance; min < 4 * distance + 4; min++)
		if (boost_fits(printed - min, min, distance)) {
			fitting = min;
			fits++;
		}
	zone->boost_source = BOOST_INFERRED;
	zone->boost_exact = fits == 1 && distance > by_size;
	zone->min = fits ? fitting : 4 * distance;
	zone->boost = printed - zone->min;
}

/** The marks of a zone, divided into what is plain and what is boost. */
static void take_marks(const struct failure *failure, struct zone_account *zone)
{
	const struct failure_figures *figures = &zone->zone->figures;
	long low = pages_of(failure, zone->zone, FIGURE_LOW);
	long high = pages_of(failure, zone->zone, FIGURE_HIGH);

	zone->min = pages_of(failure, zone->zone, FIGURE_MIN);
	if (figure_seen(figures, FIGURE_BOOST)) {
		zone->boost_source = BOOST_READ;
		zone->boost_exact = true;
		zone->boost = pages_of(failure, zone->zone, FIGURE_BOOST);
		if (zone->boost > zone->min)
			zone->boost = zone->min;
		zone->min -= zone->boost;
	} else if (older_than(failure, 5, 0)) {
		zone->boost_source = BOOST_NOT_YET;
		zone->boost_exact = true;
	} else if (figure_seen(figures, FIGURE_LOW)) {
		infer_boost(zone, low);
	} else {
		zone->boost_source = BOOST_UNKNOWN;
	}
	zone->low = low - zone->boost > zone->min ? low - zone->boost : zone->min;
	zone->high = high - zone->boost > zone->low ? high - zone->boost : zone->low;
}

/* ---- free blocks by type ---- */

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

/** Divide the blocks of each order among the types whose letters stand there. */
static void divide_blocks(struct zone_account *zone)
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

/* ---- the check ---- */

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
	bool all = (mask & __GFP_MEMALLOC) && !(mask & __GFP_NOMEMALLOC);
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
	else if (what_if->order > 0 && !has_block(zone, what_if->order, mask, harder))
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

/* ---- the account ---- */

/** Was a free list line read whole? Then its entries add up to the sum at its end. */
static bool list_is_whole(const struct failure *failure, const struct failure_zone *zone)
{
	uint64_t sum = 0;

	for (int order = 0; order < zone->nr_orders; order++)
		sum += zone->blocks[order] * (page_size_kb(failure) << order);
	return zone->nr_orders > 0 && zone->list_ended && sum == zone->list_kb;
}

/** A zone in pages. */
static void take_zone(struct failure_account *account, const struct failure_zone *zone,
		      struct zone_account *out)
{
	const struct failure *failure = account->failure;
	int index = reserve_index(account, zone);
	long pcp;

	out->zone = zone;
	out->place = zone->type > account->highest	 ? ZONE_TOO_HIGH
		     : !node_allowed(account, zone->nid) ? ZONE_NODE_LEFT_OUT
							 : ZONE_TRIED;
	out->has_marks =
		figure_seen(&zone->figures, FIGURE_FREE) && figure_seen(&zone->figures, FIGURE_MIN);
	out->has_lists = list_is_whole(failure, zone);
	out->free = pages_of(failure, zone, FIGURE_FREE);
	out->managed = pages_of(failure, zone, FIGURE_MANAGED);
	out->cma = pages_of(failure, zone, FIGURE_FREE_CMA);
	out->highatomic = pages_of(failure, zone, FIGURE_HIGHATOMIC);
	out->highatomic_read = figure_seen(&zone->figures, FIGURE_HIGHATOMIC);
	out->local_pcp = pages_of(failure, zone, FIGURE_LOCAL_PCP);
	pcp = pages_of(failure, zone, FIGURE_FREE_PCP);
	out->other_pcp = pcp > out->local_pcp ? pcp - out->local_pcp : 0;
	out->reserve_read = index >= 0;
	out->reserve = index >= 0 ? (long)zone->reserve[index] : 0;
	take_marks(failure, out);
	divide_blocks(out);
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

/** Append to the list of what is missing. */
__attribute__((format(printf, 2, 3))) static void miss(struct failure_account *account,
						       const char *format, ...)
{
	size_t used = strlen(account->missing);
	va_list arguments;

	if (used)
		used += (size_t)snprintf(account->missing + used, sizeof(account->missing) - used,
					 ", ");
	if (used >= sizeof(account->missing))
		return;
	va_start(arguments, format);
	vsnprintf(account->missing + used, sizeof(account->missing) - used, format, arguments);
	va_end(arguments);
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
	else if (failure->kind == FAILURE_OOM && failure->forced)
		miss(account, "a request: order=-1 means that SysRq forced the OOM killer");
	else if (!failure->has_order)
		miss(account, "the order");
	else if (failure->order >= FAILURE_ORDERS)
		miss(account, "an order that a kernel can have (it says %u)", failure->order);
	if (failure->kind != FAILURE_STATE && !failure->has_mask)
		miss(account, "the gfp mask");
	if (failure->mask_unknown)
		miss(account,
		     "the names of the gfp mask (numbers are known from 4.14 on, it is %.20s)",
		     failure->version);
	if (!failure->has_state)
		miss(account, "the state of memory (Mem-Info)");
	else if (!failure->nr_zones)
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

/** What the zones lack: marks always, lists where a block larger than a page decides. */
static void miss_zones(struct failure_account *account)
{
	bool tried = false;

	for (int i = 0; i < account->nr_zones; i++) {
		const struct zone_account *zone = &account->zone[i];
		const char *name = zone->zone->name;

		if (zone->place != ZONE_TRIED)
			continue;
		tried = true;
		if (!zone->has_marks)
			miss(account, "free and min of zone %s of node %d", name, zone->zone->nid);
		else if (!zone->reserve_read && zone->zone->type < account->highest)
			miss(account, "lowmem_reserve[] of zone %s of node %d", name,
			     zone->zone->nid);
		else if (!zone->has_lists && account->failure->order > 0 &&
			 zone->attempt.verdict != EXPLAINED_TOO_FEW_PAGES)
			miss(account, "a whole free list line of zone %s of node %d", name,
			     zone->zone->nid);
	}
	if (!tried && account->failure->nr_zones)
		miss(account, "a zone that this request may use");
}

/** Why a zone cannot stand on a machine of 5.8.18; NULL: it can. */
static const char *zone_unlike(const struct zone_account *zone)
{
	if (zone->zone->type == FAILURE_HIGHMEM)
		return "it has high memory, which arm64 does not have";
	if (zone->zone->type == FAILURE_DEVICE)
		return "it has a zone of device memory";
	if (!zone->has_marks || !zone->has_lists ||
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
	else if (failure->too_many_zones)
		why = "it has more zones than are read";
	else if (((failure->mask.mask & __GFP_DMA) && !account->has_type[FAILURE_DMA]) ||
		 ((failure->mask.mask & __GFP_DMA32) && !account->has_type[FAILURE_DMA32]))
		why = "that kernel does not have the zone that the mask names";
	for (int i = 0; i < account->nr_zones && !why; i++)
		why = zone_unlike(&account->zone[i]);
	if (why)
		snprintf(account->not_replayed, sizeof(account->not_replayed), "%s", why);
}

/**
 * @brief Make the account of a report.
 *
 * @param failure the report; it must outlive the account
 * @param account receives it
 */
void failure_account_take(const struct failure *failure, struct failure_account *account)
{
	struct what_if asked = { .mask = failure->mask.mask, .order = failure->order };

	memset(account, 0, sizeof(*account));
	account->failure = failure;
	find_types(account);
	account->highest = highest_type(account);
	number_nodes(account);
	account->first_node = find_first_node(failure);
	for (int i = 0; i < failure->nr_zones; i++) {
		const struct failure_figures *figures = &failure->zone[i].figures;

		/* A zone none of whose pages the allocator got is on no zonelist. */
		if (!figure_seen(figures, FIGURE_MANAGED) || figures->value[FIGURE_MANAGED])
			take_zone(account, &failure->zone[i], &account->zone[account->nr_zones++]);
	}
	qsort(account->zone, (size_t)account->nr_zones, sizeof(account->zone[0]), compare_zones);
	if (failure->memcg)
		return;
	miss_request(account);
	if (account->missing[0])
		return;
	for (int i = 0; i < account->nr_zones; i++)
		zone_weigh(&account->zone[i], &asked, &account->zone[i].attempt);
	miss_zones(account);
	miss_end(account);
	find_unlike(account);
	account->passes = failure_what_if(account, &asked);
}

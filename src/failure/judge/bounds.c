/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What a report does not say of a zone: found from totals and sums, or bounded; and whether the rest decides.
 *
 * A figure that was lost is never guessed for a verdict. What follows from others is kept with the most that those can be
 * off, since totals, zones and lists are read one after the other. The request is then weighed at the best and at the
 * worst end: a verdict stands when both say the same.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "failure/judge/parts.h"
#include "gfp.h"

/** Figures of one report that are read one after the other differ by so many pages, or by an eighth. */
static long slack(long pages)
{
	return pages / 8 > 128 ? pages / 8 : 128;
}

/** A figure of the totals; -1: it was not read. */
static long total_of(const struct failure *failure, enum failure_figure figure)
{
	return figure_seen(&failure->totals, figure) ? (long)failure->totals.value[figure] : -1;
}

/** What is left of a total without the other zones; -1: not all of them are there, or say it. */
static long rest_of(const struct failure *failure, const struct failure_zone *zone,
		    enum failure_figure figure)
{
	long rest = total_of(failure, figure);

	/* From 6.1 on the zones above the request are not printed. */
	if (!failure->version[0] || !failure_before(failure, 6, 1) || rest < 0)
		return -1;
	for (int i = 0; i < failure->nr_zones; i++) {
		const struct failure_zone *other = &failure->zone[i];

		if (other == zone)
			continue;
		if (!figure_seen(&other->figures, figure))
			return -1;
		rest -= figure_pages(failure, other, figure);
	}
	return rest < 0 ? 0 : rest;
}

/** Note that a figure is known only between bounds. */
static void doubt(struct zone_account *zone, enum zone_doubt what, long least, long most)
{
	zone->bounds[what] = (struct bounds){ least > 0 ? least : 0, most };
	zone->doubts |= 1u << what;
}

/** Pages on the entries of a zone's free list that were read. */
static long listed_pages(const struct failure_zone *zone)
{
	long pages = 0;

	for (int order = 0; order < zone->nr_orders; order++)
		pages += (long)zone->blocks[order] << order;
	return pages;
}

/** Free pages: from the sum of the list, from the total less the other zones, at least those that are listed. */
static void bound_free(const struct failure *failure, struct zone_account *zone)
{
	long sum = (long)(zone->zone->list_kb / page_size_kb(failure));
	long rest = rest_of(failure, zone->zone, FIGURE_FREE);
	long total = total_of(failure, FIGURE_FREE), least = listed_pages(zone->zone);
	long most = total < 0 ? BOUND_UNKNOWN : total;

	if (figure_seen(&zone->zone->figures, FIGURE_FREE))
		return;
	if (zone->zone->list_ended) {
		least = rest >= 0 && rest < sum ? rest : sum;
		most = rest > sum ? rest : sum;
	} else if (rest >= 0) {
		least = most = rest;
	}
	zone->free = least;
	doubt(zone, DOUBT_FREE, least - slack(least),
	      most == BOUND_UNKNOWN ? most : most + slack(most));
}

/** The min watermark: where it was lost, at most low. Where only the boost was lost, what is plain of it is open. */
static void bound_min(const struct failure *failure, struct zone_account *zone)
{
	const struct failure_figures *figures = &zone->zone->figures;
	bool printed = failure->version[0] && !failure_before(failure, 5, 17);

	for (int i = 0; i < failure->nr_zones; i++)
		printed |= figure_seen(&failure->zone[i].figures, FIGURE_BOOST);
	if (!figure_seen(figures, FIGURE_MIN))
		doubt(zone, DOUBT_MIN, 0,
		      figure_seen(figures, FIGURE_LOW)
			      ? figure_pages(failure, zone->zone, FIGURE_LOW)
			      : BOUND_UNKNOWN);
	else if (printed && !figure_seen(figures, FIGURE_BOOST))
		doubt(zone, DOUBT_MIN, 0, zone->min + zone->boost);
}

/** All letters of a zone's free list together. */
static unsigned int letters_of(const struct failure_zone *zone)
{
	unsigned int letters = 0;

	for (int order = 0; order < zone->nr_orders; order++)
		letters |= zone->letters[order];
	return letters;
}

/** Does the report print letters at all? Those of 3.8 and before do not. */
static bool has_letters(const struct failure *failure)
{
	for (int i = 0; i < failure->nr_zones; i++)
		if (letters_of(&failure->zone[i]))
			return true;
	return false;
}

/** Free CMA pages. */
static void bound_cma(const struct failure *failure, struct zone_account *zone)
{
	long total = total_of(failure, FIGURE_FREE_CMA);
	long rest = rest_of(failure, zone->zone, FIGURE_FREE_CMA);
	bool none = failure_before(failure, 3, 10) || !total || (failure->has_cma && !failure->cma);

	if (figure_seen(&zone->zone->figures, FIGURE_FREE_CMA))
		return;
	none |= zone->has_lists && has_letters(failure) && !(letters_of(zone->zone) & LETTER_CMA);
	zone->guessed |= 1u << DOUBT_CMA;
	if (none)
		return;
	if (rest >= 0) {
		zone->cma = rest;
		doubt(zone, DOUBT_CMA, rest - slack(rest), rest + slack(rest));
		return;
	}
	doubt(zone, DOUBT_CMA, 0, total >= 0 ? total + slack(total) : BOUND_UNKNOWN);
}

/** Free pages that surely are of the reserve for urgent high orders: one block where other types share the order. */
static long surely_highatomic(const struct failure_zone *zone)
{
	long pages = 0;

	for (int order = 0; order < zone->nr_orders; order++) {
		long blocks = (long)zone->blocks[order];

		if (zone->letters[order] & LETTER_HIGHATOMIC)
			pages += (zone->letters[order] == LETTER_HIGHATOMIC ? blocks : 1) << order;
	}
	return pages;
}

/** The reserve for urgent high orders: printed from 5.7 on, there from 4.4 on, at most a hundredth and a pageblock. */
static void bound_highatomic(const struct failure *failure, struct zone_account *zone)
{
	long pageblock = 1l << (zone->zone->nr_orders > 0 ? zone->zone->nr_orders - 1 : 10);
	long least = surely_highatomic(zone->zone), most = zone->managed / 100 + pageblock;
	bool printed = failure->version[0] && !failure_before(failure, 5, 8);

	for (int i = 0; i < failure->nr_zones; i++)
		printed |= figure_seen(&failure->zone[i].figures, FIGURE_HIGHATOMIC);
	if (zone->highatomic_read || failure_before(failure, 4, 4))
		return;
	zone->guessed |= 1u << DOUBT_HIGHATOMIC;
	if (!zone->managed)
		most = BOUND_UNKNOWN;
	if (printed) {
		doubt(zone, DOUBT_HIGHATOMIC, least, most);
	} else if (least) {
		doubt(zone, DOUBT_HIGHATOMIC, least, most > least ? most : least);
		zone->open |= 1u << DOUBT_HIGHATOMIC;
	}
}

/** Most orders of a free list of this report. */
static int most_orders(const struct failure *failure)
{
	int orders = 0;

	for (int i = 0; i < failure->nr_zones; i++)
		if (failure->zone[i].list_ended && failure->zone[i].nr_orders > orders)
			orders = failure->zone[i].nr_orders;
	return orders ? orders : FAILURE_ORDERS;
}

/** Orders of which nothing was read, less those that the sum of the list leaves no room for. */
static uint32_t unread_orders(const struct failure *failure, const struct failure_zone *zone)
{
	long rest = (long)(zone->list_kb / page_size_kb(failure)) - listed_pages(zone);
	uint32_t unread = 0;

	for (int order = 0; order < most_orders(failure); order++)
		if (!(zone->listed >> order & 1) && (!zone->list_ended || rest >> order > 0))
			unread |= 1u << order;
	return unread;
}

/** The free blocks: those of orders that were lost, or whose letters were. */
static void bound_blocks(const struct failure *failure, struct zone_account *zone)
{
	long rest = (long)(zone->zone->list_kb / page_size_kb(failure)) - listed_pages(zone->zone);

	if (!zone->has_lists)
		zone->unread = unread_orders(failure, zone->zone);
	/* A sum that is too small, or not reached though nothing is missing: any entry may be wrong. */
	if (!zone->has_lists && zone->zone->list_ended && (rest < 0 || (rest && !zone->unread)))
		zone->untyped = zone->unread = (1u << FAILURE_ORDERS) - 1;
	for (int order = 0; has_letters(failure) && order < zone->zone->nr_orders; order++)
		if (zone->zone->blocks[order] && !zone->zone->letters[order])
			zone->untyped |= 1u << order;
	if (zone->unread || zone->untyped)
		zone->doubts |= 1u << DOUBT_BLOCKS;
}

/**
 * @brief Find or bound what the report does not say of a zone.
 *
 * @param account the account
 * @param zone what was read is there; receives doubts, bounds, and what follows from other figures
 */
void zone_take_bounds(const struct failure_account *account, struct zone_account *zone)
{
	const struct failure *failure = account->failure;

	bound_free(failure, zone);
	bound_min(failure, zone);
	bound_cma(failure, zone);
	bound_highatomic(failure, zone);
	bound_blocks(failure, zone);
}

/** Let the blocks that are in doubt be there for all, or for none. */
static void set_blocks(struct zone_account *zone, bool best)
{
	for (int order = 0; order < FAILURE_ORDERS; order++) {
		if (!((zone->unread | zone->untyped) >> order & 1))
			continue;
		memset(zone->blocks[order], 0, sizeof(zone->blocks[order]));
		if (best)
			zone->blocks[order][MIGRATE_UNMOVABLE] = 1;
	}
}

/** A zone with what is in doubt at its best or worst end, as far as it is among `which`. */
static struct zone_account at_end(const struct zone_account *zone, bool best, unsigned int which)
{
	struct zone_account end = *zone;

	which &= zone->doubts;
	if (which >> DOUBT_FREE & 1)
		end.free = best ? zone->bounds[DOUBT_FREE].most : zone->bounds[DOUBT_FREE].least;
	if (which >> DOUBT_MIN & 1) {
		end.min = best ? zone->bounds[DOUBT_MIN].least : zone->bounds[DOUBT_MIN].most;
		end.boost = 0;
	}
	if (which >> DOUBT_CMA & 1)
		end.cma = best ? zone->bounds[DOUBT_CMA].least : zone->bounds[DOUBT_CMA].most;
	if (which >> DOUBT_HIGHATOMIC & 1)
		end.highatomic = best ? zone->bounds[DOUBT_HIGHATOMIC].least
				      : zone->bounds[DOUBT_HIGHATOMIC].most;
	/* No more can be free of a kind than is free. It matters: the quick test takes what is below 0 for plenty. */
	if (!best && which >> DOUBT_CMA & 1 && end.cma > end.free)
		end.cma = end.free;
	if (!best && which >> DOUBT_HIGHATOMIC & 1 && end.highatomic > end.free - end.cma)
		end.highatomic = end.free > end.cma ? end.free - end.cma : 0;
	if (which >> DOUBT_RESERVE & 1)
		end.reserve =
			best ? zone->bounds[DOUBT_RESERVE].least : zone->bounds[DOUBT_RESERVE].most;
	if (which >> DOUBT_BLOCKS & 1)
		set_blocks(&end, best);
	return end;
}

/** Does a zone serve the request, with these doubts at their best end and the others at their worst? */
static bool passes_at(const struct zone_account *zone, const struct what_if *asked,
		      unsigned int best)
{
	struct zone_account end = at_end(zone, true, best);
	struct explained_attempt attempt;

	end = at_end(&end, false, ~best);
	zone_weigh(&end, asked, &attempt);
	return attempt.passes;
}

/** The same with what was lost at one end and what is open at one end. */
static bool zone_passes(const struct zone_account *zone, const struct what_if *asked,
			bool lost_best, bool open_best)
{
	return passes_at(zone, asked, (lost_best ? ~zone->open : 0) | (open_best ? zone->open : 0));
}

/** Does any zone that is tried serve it? */
static bool any_passes(const struct failure_account *account, const struct what_if *asked,
		       bool lost_best, bool open_best)
{
	for (int i = 0; i < account->nr_zones; i++)
		if (account->zone[i].place == ZONE_TRIED &&
		    zone_passes(&account->zone[i], asked, lost_best, open_best))
			return true;
	return false;
}

/**
 * @brief Append to the list of what is missing.
 *
 * @param account the account
 * @param format as for printf
 */
void miss(struct failure_account *account, const char *format, ...)
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

/** Does one doubt decide, with all others at the same end? */
static bool decides(const struct zone_account *zone, const struct what_if *asked,
		    unsigned int doubt)
{
	return passes_at(zone, asked, ~0u) != passes_at(zone, asked, ~doubt) ||
	       passes_at(zone, asked, 0) != passes_at(zone, asked, doubt);
}

/** Name what was lost of a zone: what decides, or all of it where only several together do. */
static void miss_of_zone(struct failure_account *account, const struct zone_account *zone,
			 const struct what_if *asked)
{
	static const char *const names[NR_DOUBTS] = { "free",
						      "min",
						      "free_cma",
						      "reserved_highatomic",
						      "lowmem_reserve[]",
						      "a whole free list line" };
	unsigned int lost = zone->doubts & ~zone->open, deciding = 0;

	for (int what = 0; what < NR_DOUBTS; what++)
		if (decides(zone, asked, 1u << what))
			deciding |= 1u << what;
	if (lost & deciding)
		lost &= deciding;
	for (int what = 0; what < NR_DOUBTS; what++)
		if (lost >> what & 1)
			miss(account, "%s of zone %s of node %d", names[what], zone->zone->name,
			     zone->zone->nid);
}

/** Say what the verdict depends on. */
static void note_open(struct failure_account *account, const struct zone_account *zone)
{
	size_t used = strlen(account->open), size = sizeof(account->open);

	if (zone->open >> DOUBT_HIGHATOMIC & 1)
		used += (size_t)snprintf(
			account->open + used, size - used,
			"%swhat zone %s keeps for urgent high orders, which that kernel does not "
			"print: between %ld and %ld pages",
			used ? ", and " : "", zone->zone->name,
			zone->bounds[DOUBT_HIGHATOMIC].least, zone->bounds[DOUBT_HIGHATOMIC].most);
	if (zone->open >> DOUBT_RESERVE & 1 && used < size)
		snprintf(account->open + used, size - used,
			 "%sthe lowmem reserve of zone %s: %ld or %ld pages, by which zones the "
			 "kernel has, and the report does not name them all",
			 used ? ", and " : "", zone->zone->name, zone->bounds[DOUBT_RESERVE].least,
			 zone->bounds[DOUBT_RESERVE].most);
}

/** Weigh the request by one reading at both ends of what is in doubt; note what decides. */
static void decide_by(struct failure_account *account, const struct what_if *asked)
{
	bool lost =
		any_passes(account, asked, true, true) != any_passes(account, asked, false, true) ||
		any_passes(account, asked, true, false) != any_passes(account, asked, false, false);
	bool open =
		any_passes(account, asked, true, true) != any_passes(account, asked, false, false);

	for (int i = 0; i < account->nr_zones && open; i++) {
		const struct zone_account *zone = &account->zone[i];

		if (zone->place != ZONE_TRIED ||
		    zone_passes(zone, asked, true, true) == zone_passes(zone, asked, false, false))
			continue;
		if (lost && (zone->doubts & ~zone->open))
			miss_of_zone(account, zone, asked);
		else
			note_open(account, zone);
	}
}

/** Would a node alone serve the request? */
static bool node_passes(const struct failure_account *account, int nid)
{
	struct what_if asked = failure_asked(account);

	for (int i = 0; i < account->nr_zones; i++) {
		const struct zone_account *zone = &account->zone[i];

		if (zone->zone->nid == nid && zone->zone->type <= account->highest &&
		    zone->place != ZONE_NOT_MANAGED && passes_at(zone, &asked, 0))
			return true;
	}
	return false;
}

/** A request for one node alone: no report says which. */
static void decide_node(struct failure_account *account)
{
	const struct failure *failure = account->failure;
	int served = -1, refused = -1;

	if (!(failure->mask.mask & __GFP_THISNODE))
		return;
	for (int i = 0; i < account->nr_nodes; i++) {
		int nid = account->node[i];

		if (failure->has_nodemask &&
		    (nid >= FAILURE_NODES || !(failure->nodemask >> nid & 1)))
			continue;
		*(node_passes(account, nid) ? &served : &refused) = nid;
	}
	if (served >= 0 && refused >= 0)
		snprintf(
			account->open, sizeof(account->open),
			"the node that was asked for alone (__GFP_THISNODE), which no report names: "
			"node %d would serve it, node %d would not",
			served, refused);
}

/**
 * @brief Does what was read decide? Notes in `missing` what was lost and could change the verdict, and in `open` what no
 * report of that kernel says and could.
 *
 * @param account the account, with all zones
 */
void account_decide(struct failure_account *account)
{
	for (int i = 0; i < account->nr_readings && !account->missing[0] && !account->open[0];
	     i++) {
		struct what_if asked = failure_asked(account);

		asked.reading = &account->reading[i];
		decide_by(account, &asked);
	}
	if (!account->missing[0] && !account->open[0])
		decide_node(account);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What to ask for instead: other blocks, other places, in another manner.
 */
#include <string.h>

#include "failure/advice.h"
#include "gfp.h"

/** Orders above this are costly: the kernel does not insist on them. */
#define COSTLY_ORDER 3

/** What kvmalloc() needs before it can use single pages: it must be allowed everything that GFP_KERNEL is. */
#define WHAT_VMALLOC_NEEDS (__GFP_DIRECT_RECLAIM | __GFP_IO | __GFP_FS)

/** Free pages of a zone in blocks that are smaller than the request's, on lists that it may use. */
static long pages_too_small(const struct log_answer *answer, const struct zone_account *zone)
{
	long pages = 0;

	for (unsigned int order = 0; order < answer->failure->order; order++)
		for (int letter = 0; letter < NR_LETTERS; letter++)
			if ((1 << letter) &
			    (LETTER_UNMOVABLE | LETTER_MOVABLE | LETTER_RECLAIMABLE))
				pages += zone->blocks[order][letter] << order;
	return pages;
}

/** Does a zone hold pages that compaction could move? Where the report does not print them, it may. */
static bool holds_movable(const struct zone_account *zone)
{
	static const enum failure_figure movable[] = { FIGURE_ACTIVE_ANON, FIGURE_INACTIVE_ANON,
						       FIGURE_ACTIVE_FILE, FIGURE_INACTIVE_FILE };
	const struct failure_figures *figures = &zone->zone->figures;
	bool seen = false;

	for (size_t i = 0; i < sizeof(movable) / sizeof(movable[0]); i++) {
		if (figure_seen(figures, movable[i]) && figures->value[movable[i]])
			return true;
		seen |= figure_seen(figures, movable[i]);
	}
	return !seen;
}

/** A zone that is fragmented: pages enough are free, but they are scattered. */
static const struct zone_account *fragmented_zone(const struct log_answer *answer)
{
	for (int i = 0; i < answer->account.nr_zones; i++) {
		const struct zone_account *zone = &answer->account.zone[i];

		if (zone->place == ZONE_TRIED && zone->attempt.verdict == EXPLAINED_NO_BLOCK &&
		    holds_movable(zone) &&
		    pages_too_small(answer, zone) >= 1l << answer->failure->order)
			return zone;
	}
	return NULL;
}

/** Compaction. */
static void advise_compaction(struct log_answer *answer)
{
	const struct zone_account *zone = fragmented_zone(answer);
	char amount[64], label[32];

	if (!zone)
		return;
	SAY(advice_add(answer, "compaction", false,
		       "CPU time; it moves only movable pages, and the pieces come back"),
	    "%s is fragmented: %s are free in blocks that are too small; compaction joins some of "
	    "them (echo 1 >/proc/sys/vm/compact_memory)%s",
	    log_zone_label(answer, zone, label, sizeof(label)),
	    log_pages(answer, pages_too_small(answer, zone), amount, sizeof(amount)),
	    answer->failure->mask.mask & __GFP_DIRECT_RECLAIM
		    ? ", though the request has tried that by itself"
		    : "");
}

/** How code may do with smaller blocks. */
static const char *smaller_ways(const struct failure *failure)
{
	if (advice_wants_dma(failure))
		return "the driver can use several buffers (scatter-gather), or an area set aside "
		       "for it (CMA)";
	if ((failure->mask.mask & WHAT_VMALLOC_NEEDS) == WHAT_VMALLOC_NEEDS)
		return "the caller can use several blocks, or kvmalloc(), which falls back to "
		       "single pages";
	return "the caller can use several blocks";
}

/** A smaller order. */
static void advise_order(struct log_answer *answer)
{
	struct what_if what_if = failure_asked(&answer->account);
	char amount[64];

	while (what_if.order > 0) {
		what_if.order--;
		if (!advice_passes(answer, &what_if))
			continue;
		SAY(advice_add(answer, "order", true,
			       "a change to the code; the memory is no longer in one piece"),
		    "order %u passes, %s: %s", what_if.order,
		    log_pages(answer, 1l << what_if.order, amount, sizeof(amount)),
		    smaller_ways(answer->failure));
		return;
	}
}

/**
 * @brief Advise on blocks: joining small ones, or asking for them.
 *
 * @param answer receives the advice
 */
void advise_blocks(struct log_answer *answer)
{
	if (answer->failure->order == 0)
		return;
	advise_compaction(answer);
	advise_order(answer);
}

/* ---- places ---- */

/** CMA. */
static void advise_cma(struct log_answer *answer)
{
	struct what_if what_if = failure_asked(&answer->account);
	long cma = 0;
	char amount[64];

	for (int i = 0; i < answer->account.nr_zones; i++)
		if (answer->account.zone[i].place == ZONE_TRIED)
			cma += answer->account.zone[i].cma;
	what_if.mask |= __GFP_MOVABLE;
	if (cma <= 0 || (answer->failure->mask.mask & __GFP_MOVABLE) ||
	    !advice_passes(answer, &what_if))
		return;
	SAY(advice_add(answer, "cma", true, "devices that need large buffers get less"),
	    "%s are free, but of CMA areas, which are lent to movable pages only; a smaller area "
	    "(cma= at boot, or in the device tree) would leave that memory to all",
	    log_pages(answer, cma, amount, sizeof(amount)));
}

/** A zone that was not tried and would serve the request. */
static void advise_zone(struct log_answer *answer, const struct zone_account *zone)
{
	char amount[64], label[32];

	log_zone_label(answer, zone, label, sizeof(label));
	log_pages(answer, zone->free, amount, sizeof(amount));
	if (zone->place == ZONE_NODE_LEFT_OUT)
		SAY(advice_add(answer, "node", true, "memory of another node is farther away"),
		    "%s has %s free and would serve it: allow its node in the cpuset "
		    "(cpuset.mems) or the memory policy, or leave out __GFP_THISNODE",
		    label, amount);
	else if (zone->zone->type == FAILURE_HIGHMEM)
		SAY(advice_add(answer, "zone", false, "another kernel, or less work for this one"),
		    "%s has %s free, but the kernel's own data cannot lie there: a 64-bit kernel "
		    "has no such limit",
		    label, amount);
	else
		SAY(advice_add(answer, "zone", true,
			       "a change to the driver; the device must reach that memory"),
		    "%s has %s free and would serve it, but the mask does not reach up to it: "
		    "a device that can address more should say so "
		    "(dma_set_mask_and_coherent()), or use an IOMMU",
		    label, amount);
}

/** By every set of rules that is possible, would a zone that was not tried serve the request? */
static bool zone_serves(const struct log_answer *answer, const struct zone_account *zone)
{
	struct what_if what_if = failure_asked(&answer->account);
	struct explained_attempt attempt;

	for (int i = 0; i < answer->account.nr_readings; i++) {
		what_if.reading = &answer->account.reading[i];
		zone_weigh(zone, &what_if, &attempt);
		if (!attempt.passes)
			return false;
	}
	return true;
}

/** Free pages that no zone of the report has: from 6.1 on, zones above the mask's are not printed. */
static long free_elsewhere(const struct log_answer *answer)
{
	const struct failure *failure = answer->failure;
	long shown = 0, total = (long)failure->totals.value[FIGURE_FREE];

	for (int i = 0; i < answer->account.nr_zones; i++)
		shown += answer->account.zone[i].free;
	/* The zones are read a moment after the totals: a small difference says nothing. */
	return total > shown + shown / 8 + 1024 ? total - shown : 0;
}

/** Memory above the zones that the mask allows, of which the report shows only the sum. */
static void advise_above(struct log_answer *answer)
{
	long pages = free_elsewhere(answer);
	char amount[64];

	if (!pages || !(answer->failure->mask.mask & (__GFP_DMA | __GFP_DMA32)))
		return;
	SAY(advice_add(answer, "zone", false,
		       "a change to the driver; the device must reach that memory"),
	    "%s are free in zones that the mask does not allow: a device that can address more "
	    "should say so (dma_set_mask_and_coherent()), or use an IOMMU; or the driver takes "
	    "its memory once, early, and keeps it",
	    log_pages(answer, pages, amount, sizeof(amount)));
}

/**
 * @brief Advise on places: zones, nodes and areas that were not open to the request.
 *
 * @param answer receives the advice
 */
void advise_places(struct log_answer *answer)
{
	bool said[2] = { false, false };

	for (int i = 0; i < answer->account.nr_zones; i++) {
		const struct zone_account *zone = &answer->account.zone[i];
		bool *once = &said[zone->place == ZONE_TOO_HIGH];

		if (zone->place == ZONE_TRIED || !zone->has_marks || *once ||
		    !zone_serves(answer, zone))
			continue;
		*once = true;
		advise_zone(answer, zone);
	}
	if (!said[true])
		advise_above(answer);
	advise_cma(answer);
}

/* ---- manner ---- */

/** Was the request made where nobody may sleep? The idle task never asks by itself: it was interrupted. */
static bool from_interrupt(const struct failure *failure)
{
	if (failure->trace.context == CONTEXT_UNKNOWN)
		return !strncmp(failure->comm, "swapper/", 8);
	return failure->trace.context >= CONTEXT_SOFTIRQ;
}

/** Sleeping. */
static void advise_reclaim(struct log_answer *answer)
{
	const struct failure *failure = answer->failure;
	uint64_t file = 0;
	char amount[64];

	for (int i = 0; i < answer->account.nr_zones; i++) {
		const uint64_t *value = answer->account.zone[i].zone->figures.value;

		if (answer->account.zone[i].place == ZONE_TRIED)
			file += value[FIGURE_ACTIVE_FILE] + value[FIGURE_INACTIVE_FILE];
	}
	file /= page_size_kb(failure);
	if ((failure->mask.mask & __GFP_DIRECT_RECLAIM) || from_interrupt(failure) || !file)
		return;
	SAY(advice_add(answer, "direct_reclaim", false,
		       "a change to the code, and only where the caller may sleep"),
	    "%sGFP_KERNEL in place of this mask lets the request reclaim memory itself: these "
	    "zones hold %s of files",
	    failure->trace.context == CONTEXT_TASK ? "" : "if the caller may sleep, ",
	    log_pages(answer, (long)file, amount, sizeof(amount)));
}

/** Urgency. */
static void advise_urgent(struct log_answer *answer)
{
	struct what_if what_if = failure_asked(&answer->account);
	uint32_t mask = what_if.mask;

	what_if.mask |= __GFP_HIGH | __GFP_ATOMIC;
	if ((mask & (__GFP_DIRECT_RECLAIM | __GFP_HIGH | __GFP_ATOMIC | __GFP_NOMEMALLOC)) ||
	    !advice_passes(answer, &what_if))
		return;
	SAY(advice_add(answer, "atomic", true,
		       "a change to the code; it takes what interrupts and reclaim itself live on"),
	    "as an urgent request (GFP_ATOMIC) it may go down to 3/8 of min, and passes");
}

/** Insisting. */
static void advise_retry(struct log_answer *answer)
{
	uint32_t mask = answer->failure->mask.mask;

	if (!(mask & __GFP_DIRECT_RECLAIM) || (mask & (__GFP_RETRY_MAYFAIL | __GFP_NOFAIL)))
		return;
	if (mask & __GFP_NORETRY)
		SAY(advice_add(answer, "retry", false, "a change to the code; it may take long"),
		    "the caller said __GFP_NORETRY: it should have a second plan, and then the "
		    "report is harmless; otherwise __GFP_RETRY_MAYFAIL in its place goes on as "
		    "long as reclaim makes progress");
	else if (answer->failure->order > COSTLY_ORDER)
		SAY(advice_add(answer, "retry", false,
			       "a change to the code; it may take long, and fail in the end"),
		    "with __GFP_RETRY_MAYFAIL the request goes on reclaiming and compacting as "
		    "long as that makes progress; above order %d it gives up early without it",
		    COSTLY_ORDER);
}

/**
 * @brief Advise on the manner of asking: sleeping, urgency, insisting.
 *
 * @param answer receives the advice
 */
void advise_manner(struct log_answer *answer)
{
	/* A task that frees memory for others may neither sleep for it nor be more urgent. */
	if (answer->account.situation == SITUATION_NO_MARKS)
		return;
	advise_reclaim(answer);
	advise_retry(answer);
	advise_urgent(answer);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The words of `pageflow explain`: what its text, its JSON and its picture all say.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "alloc_context.h"
#include "tools/explain/view.h"

/**
 * @brief What a zone is called: by its name, and its node where there can be several.
 *
 * @param e the explanation
 * @param zone number of the zone in it
 * @param text receives the name
 * @param size bytes of `text`
 * @return text
 */
const char *explain_zone_label(const struct explanation *e, int zone, char *text, size_t size)
{
	if (strcmp(e->configuration, "uma"))
		snprintf(text, size, "node %d %s", e->zone[zone].nid, e->zone[zone].name);
	else
		snprintf(text, size, "%s", e->zone[zone].name);
	return text;
}

/**
 * @brief Which watermark do these flags compare with?
 *
 * @param alloc_flags flags of a walk
 * @return "min", "low" or "high"
 */
const char *explain_mark_name(uint32_t alloc_flags)
{
	static const char *const names[] = { "min", "low", "high", "min" };

	return names[alloc_flags & ALLOC_WMARK_MASK];
}

/**
 * @brief The flags of a walk by name.
 *
 * @param alloc_flags the flags
 * @param text receives the names, joined by bars
 * @param size bytes of `text`
 */
void explain_flags_text(uint32_t alloc_flags, char *text, size_t size)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} names[] = {
		{ ALLOC_NO_WATERMARKS, "ALLOC_NO_WATERMARKS" },
		{ ALLOC_OOM, "ALLOC_OOM" },
		{ ALLOC_HARDER, "ALLOC_HARDER" },
		{ ALLOC_HIGH, "ALLOC_HIGH" },
		{ ALLOC_CPUSET, "ALLOC_CPUSET" },
		{ ALLOC_CMA, "ALLOC_CMA" },
		{ ALLOC_NOFRAGMENT, "ALLOC_NOFRAGMENT" },
		{ ALLOC_KSWAPD, "ALLOC_KSWAPD" },
	};
	static const char *const marks[] = { "ALLOC_WMARK_MIN", "ALLOC_WMARK_LOW",
					     "ALLOC_WMARK_HIGH", "ALLOC_WMARK_MIN" };

	snprintf(text, size, "%s", marks[alloc_flags & ALLOC_WMARK_MASK]);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (alloc_flags & names[i].bit)
			text_append(text, size, "|%s", names[i].name);
}

/** "1 page", "2 pages". */
static const char *pages(long count)
{
	return count == 1 ? "page" : "pages";
}

/**
 * @brief Why a zone refused, without its name: "is 12 pages short of its min watermark ...".
 *
 * @param e the explanation
 * @param attempt the zone's attempt
 * @param alloc_flags flags of its walk
 * @param text receives the words
 * @param size bytes of `text`
 */
void explain_refusal(const struct explanation *e, const struct explained_attempt *attempt,
		     uint32_t alloc_flags, char *text, size_t size)
{
	switch (attempt->verdict) {
	case EXPLAINED_CPUSET:
		snprintf(text, size, "is on a node that the task's cpuset does not allow");
		break;
	case EXPLAINED_DIRTY:
		snprintf(text, size, "is on a node over its dirty limit");
		break;
	case EXPLAINED_TOO_FEW_PAGES:
		snprintf(text, size,
			 "is %ld %s short of its %s watermark (%ld usable, more than %ld needed)",
			 attempt->shortfall, pages(attempt->shortfall),
			 explain_mark_name(alloc_flags), attempt->usable, attempt->needed);
		break;
	case EXPLAINED_NO_BLOCK:
		snprintf(text, size,
			 "is 0 pages short of its %s watermark (%ld usable, more than %ld needed), "
			 "but has no free block of order %u or more on a list that counts for "
			 "this request",
			 explain_mark_name(alloc_flags), attempt->usable, attempt->needed,
			 e->request.order);
		break;
	case EXPLAINED_LISTS_EMPTY:
		if (attempt->mark_ignored)
			snprintf(
				text, size,
				"was tried below its watermark, but the lists that this request may "
				"take from hold no block of order %u or more",
				e->request.order);
		else
			snprintf(
				text, size,
				"passed its %s watermark by %ld %s, but the lists that this request may "
				"take from hold no block of order %u or more",
				explain_mark_name(alloc_flags), attempt->usable - attempt->needed,
				pages(attempt->usable - attempt->needed), e->request.order);
		break;
	case EXPLAINED_OTHER_NODE:
		snprintf(text, size, "is on another node, and mixing types here is preferred");
		break;
	case EXPLAINED_NOT_REACHED:
		snprintf(text, size, "was not reached");
		break;
	case EXPLAINED_TAKEN:
		snprintf(text, size, "gave the page");
		break;
	}
}

/**
 * @brief A decision's name, for programs.
 *
 * @param kind enum decision_kind
 * @return a word
 */
const char *explain_decision_word(int kind)
{
	static const char *const words[] = {
		[DECISION_ORDER_TOO_LARGE] = "order_too_large",
		[DECISION_CHARGE_REFUSED] = "charge_refused",
		[DECISION_WALK] = "walk",
		[DECISION_SECOND_PASS] = "second_pass",
		[DECISION_ZONE_CPUSET] = "zone_cpuset",
		[DECISION_ZONE_DIRTY] = "zone_dirty",
		[DECISION_BELOW_MARK] = "below_mark",
		[DECISION_MARK_IGNORED] = "mark_ignored",
		[DECISION_NODE_RECLAIM] = "node_reclaim",
		[DECISION_LISTS_EMPTY] = "lists_empty",
		[DECISION_STAY_ON_NODE] = "stay_on_node",
		[DECISION_REFILL] = "refill",
		[DECISION_REFILLED] = "refilled",
		[DECISION_FROM_HIGHATOMIC] = "from_highatomic",
		[DECISION_RESERVED] = "reserved",
		[DECISION_UNRESERVED] = "unreserved",
		[DECISION_BLOCK] = "block",
		[DECISION_BOOST] = "boost",
		[DECISION_CLAIM] = "claim",
		[DECISION_CONVERT] = "convert",
		[DECISION_SLOW_START] = "slow_start",
		[DECISION_ROUND] = "round",
		[DECISION_RESERVES] = "reserves",
		[DECISION_GIVE_UP] = "give_up",
		[DECISION_MUST_NOT_FAIL] = "must_not_fail",
		[DECISION_RECLAIM] = "reclaim",
		[DECISION_COMPACT] = "compact",
		[DECISION_NO_KILL] = "no_kill",
		[DECISION_OOM] = "oom",
	};

	return words[kind];
}

/**
 * @brief A verdict's name, for programs.
 *
 * @param verdict how a zone answered
 * @return a word
 */
const char *explain_verdict_word(enum explained_verdict verdict)
{
	static const char *const words[] = {
		[EXPLAINED_NOT_REACHED] = "not_reached",
		[EXPLAINED_TAKEN] = "taken",
		[EXPLAINED_CPUSET] = "cpuset",
		[EXPLAINED_DIRTY] = "dirty",
		[EXPLAINED_TOO_FEW_PAGES] = "too_few_pages",
		[EXPLAINED_NO_BLOCK] = "no_block",
		[EXPLAINED_LISTS_EMPTY] = "lists_empty",
		[EXPLAINED_OTHER_NODE] = "other_node",
	};

	return words[verdict];
}

/**
 * @brief Why a request gives up.
 *
 * @param why enum give_up
 * @return a clause
 */
const char *explain_give_up(int why)
{
	static const char *const reasons[] = {
		[GIVE_UP_NO_ZONE] = "no zone may serve it",
		[GIVE_UP_CANNOT_SLEEP] = "without __GFP_DIRECT_RECLAIM it may not sleep, and all "
					 "that is left needs sleeping",
		[GIVE_UP_RECLAIMING] = "the task is reclaiming memory itself (PF_MEMALLOC)",
		[GIVE_UP_NORETRY] = "__GFP_NORETRY asks for no second round",
		[GIVE_UP_COSTLY] = "its order is costly, and without __GFP_RETRY_MAYFAIL it gets "
				   "no second round",
		[GIVE_UP_NOT_COMPACTED] =
			"it has __GFP_NORETRY, and compaction could not even be tried",
		[GIVE_UP_VICTIM] = "the task is a victim of the OOM killer and found the reserves "
				   "empty",
		[GIVE_UP_NOTHING_LEFT] = "no round promises more, and nobody is killed for it",
		[GIVE_UP_LIVELOCK] = "it would go on for ever, and no round "
				     "brings what it needs",
	};

	return reasons[why];
}

/**
 * @brief Why nobody is killed for a request.
 *
 * @param why enum no_kill
 * @return a clause
 */
const char *explain_no_kill(int why)
{
	static const char *const reasons[] = {
		[NO_KILL_DUMPCORE] = "the task is writing a core dump",
		[NO_KILL_COSTLY] = "killing frees single pages, not blocks of a costly order",
		[NO_KILL_MAY_FAIL] = "with __GFP_RETRY_MAYFAIL the caller prefers to fail",
		[NO_KILL_ONE_NODE] = "with __GFP_THISNODE a kill may well free memory elsewhere",
		[NO_KILL_LOW_ZONE] = "it is confined to zones below Normal",
		[NO_KILL_NOT_ALONE] = "somebody else is killing already",
		[NO_KILL_SUSPENDED] =
			"the machine is going to sleep, and its storage sleeps already",
	};

	return reasons[why];
}

/**
 * @brief Where a page came from.
 *
 * @param e the explanation, with a page
 * @param text receives a clause: "from ..."
 * @param size bytes of `text`
 */
void explain_source_text(const struct explanation *e, char *text, size_t size)
{
	const char *type = e->list_type >= 0 ? e->type_name[e->list_type] : "";

	switch (e->source) {
	case EXPLAINED_FROM_CPU_LIST:
		snprintf(text, size, "from the list of CPU %d", e->cpu);
		break;
	case EXPLAINED_FROM_REFILL:
		snprintf(text, size,
			 "from the list of CPU %d, refilled with %lu %s, the first out of an "
			 "order %d block of the %s list",
			 e->cpu, e->cost.refilled_pages, pages((long)e->cost.refilled_pages),
			 e->list_order, type);
		break;
	case EXPLAINED_FROM_BUDDY:
	case EXPLAINED_FROM_RESERVE:
		snprintf(text, size, "out of an order %d block of the %s list", e->list_order,
			 type);
		break;
	case EXPLAINED_FROM_COMPACTION:
		snprintf(text, size, "caught while compaction freed it");
		break;
	case EXPLAINED_FROM_NOWHERE:
		snprintf(text, size, "from nowhere");
		break;
	}
}

/** The answer when there is a page. */
static void answer_found(const struct explanation *e, bool live, char *text, size_t size)
{
	const struct explained_walk *walk = e->nr_walks ? &e->walk[e->nr_walks - 1] : NULL;
	char zone[48], source[256];

	explain_zone_label(e, e->page_zone, zone, sizeof(zone));
	explain_source_text(e, source, sizeof(source));
	if (live)
		text_append(text, size, "a page of zone %s would be found, %s", zone, source);
	else
		text_append(text, size, "page %#llx of zone %s, %s", (unsigned long long)e->pfn,
			    zone, source);
	for (int i = 0; walk && i < walk->nr_attempts; i++) {
		const struct explained_attempt *attempt = &walk->attempt[i];

		if (attempt->verdict != EXPLAINED_TAKEN)
			continue;
		if (attempt->mark_ignored)
			text_append(text, size,
				    ", below its watermark, which this request may ignore");
		else
			text_append(text, size, ", %ld %s above its %s watermark",
				    attempt->usable - attempt->needed,
				    pages(attempt->usable - attempt->needed),
				    explain_mark_name(walk->alloc_flags));
	}
	if (e->cost.rounds)
		text_append(text, size, ", in round %lu of the slow path", e->cost.rounds);
	else if (walk && walk->stage == 13)
		text_append(text, size, ", by the slow path before its first round");
	text_append(text, size, ".");
}

/** Every zone that was tried, in that order: its check, and by how much. */
static const char *append_refusals(const struct explanation *e, const char *before, char *text,
				   size_t size)
{
	bool told[EXPLAIN_MAX_ZONES] = { false };

	for (size_t w = 0; w < e->nr_walks; w++)
		for (int i = 0; i < e->walk[w].nr_attempts; i++) {
			int number = e->walk[w].attempt[i].zone;
			char zone[48], why[256];

			if (told[number] || !e->closest[number])
				continue;
			told[number] = true;
			explain_zone_label(e, number, zone, sizeof(zone));
			explain_refusal(e, e->closest[number], e->closest_walk[number]->alloc_flags,
					why, sizeof(why));
			text_append(text, size, "%s%s %s", before, zone, why);
			before = "; ";
		}
	return before;
}

/** The answer when there is none: the zones, and why it goes no further. */
static void answer_refused(const struct explanation *e, bool live, char *text, size_t size)
{
	const char *first = live ? "it would be refused: " : "refused: ";
	const char *before = append_refusals(e, first, text, size);

	if (e->request.order >= EXPLAIN_ORDERS)
		text_append(text, size,
			    "%sorder %u is above %d, the largest that a free list holds", before,
			    e->request.order, EXPLAIN_ORDERS - 1);
	else if (e->charge_refused)
		text_append(text, size,
			    "%sthere was a page, but the memory cgroup refused its charge", before);
	else if (e->panic)
		text_append(text, size, "%sthere is no process to kill, so the kernel panics",
			    before);
	else if (e->give_up >= 0)
		text_append(text, size, "%s%sit gives up since %s", before,
			    before == first ? "" : "and ", explain_give_up(e->give_up));
	text_append(text, size, ".");
}

/**
 * @brief The answer in one sentence, without "answer: ".
 *
 * @param e the explanation
 * @param origin where the machine came from
 * @param text receives the sentence
 * @param size bytes of `text`
 */
void explain_answer(const struct explanation *e, const struct explain_origin *origin, char *text,
		    size_t size)
{
	text[0] = '\0';
	if (e->found)
		answer_found(e, origin->live, text, size);
	else
		answer_refused(e, origin->live, text, size);
}

/**
 * @brief A step that is one of the kernel's events, as the kernel writes it.
 *
 * @param step the step
 * @param text receives the line
 * @param size bytes of `text`
 */
void explain_event_text(const struct explained_step *step, char *text, size_t size)
{
	struct trace_event event = { .id = (enum trace_event_id)step->what };
	const struct pageflow_event shown = { .inner = &event };

	for (int i = 0; i < MAX_TRACE_FIELDS; i++)
		event.field[i] = step->number[i];
	pageflow_event_text(&shown, text, size);
}

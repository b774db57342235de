/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The steps of a request as a story: one heading a stage, rounds that go alike told once.
 */
#include "text/wrap.h"
#include "tools/explain/story.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_context.h"

/** Lines of the story are indented by this, what continues them by two more. */
#define INDENT 3

/** The function that is the door of each stage. */
static const char *const doors[] = {
	[6] = "__alloc_pages_nodemask",
	[7] = "prepare_alloc_pages",
	[8] = "get_page_from_freelist",
	[10] = "rmqueue",
	[11] = "__rmqueue",
	[12] = "prep_new_page",
	[13] = "__alloc_pages_slowpath",
	[14] = "wake_all_kswapds",
	[15] = "__alloc_pages_direct_reclaim",
	[16] = "__alloc_pages_direct_compact",
	[17] = "should_reclaim_retry",
	[18] = "__alloc_pages_may_oom",
	[19] = "__memcg_kmem_charge_page",
};

/**
 * @brief Say something in one colour.
 *
 * @param p the story
 * @param colour the colour
 * @param depth of the indentation
 * @param format what to say, as for printf
 */
void story_say(const struct story *p, enum ink colour, int depth, const char *format, ...)
{
	char text[EXPLAIN_SENTENCE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (colour != PLAIN)
		fputs(ink_code(p->colour, colour), p->out);
	wrap_words(p->out, p->columns, INDENT + 2 * depth, INDENT + 2 * depth + 2, text);
	if (colour != PLAIN)
		fputs(ink_code(p->colour, PLAIN), p->out);
}

/** Print a heading: the stage, its door in bold, and more. */
static void print_heading(const struct story *p, int stage, const char *more)
{
	fprintf(p->out, "\n%s%02d %s%s", ink_code(p->colour, BOLD), stage, doors[stage],
		ink_code(p->colour, PLAIN));
	wrap_on(p->out, p->columns, 3 + (int)strlen(doors[stage]), INDENT, more);
}

/**
 * @brief Print the heading of a stage, unless it is the last one still.
 *
 * @param p the story
 * @param stage number of the stage
 * @param more what follows the name of its door; "" for nothing
 */
void story_heading(struct story *p, int stage, const char *more)
{
	if (p->stage == stage && !*more)
		return;
	p->stage = stage;
	print_heading(p, stage, more);
}

/** One side of the check: its terms that are not 0, the first one always. */
static void print_terms(const struct story *p, const char *side, const char *first,
			long first_value, const char *const *name, const long *value, int count)
{
	char text[256];
	size_t length;

	snprintf(text, sizeof(text), "%s %s %ld", side, first, first_value);
	for (int i = 0; i < count; i++) {
		length = strlen(text);
		if (value[i])
			snprintf(text + length, sizeof(text) - length, " %c %s %ld",
				 value[i] < 0 ? '-' : '+', name[i],
				 value[i] < 0 ? -value[i] : value[i]);
	}
	story_say(p, FAINT, 1, "%s", text);
}

/** The numbers of a zone's watermark check. */
static void print_arithmetic(const struct story *p, const struct explained_walk *walk,
			     const struct explained_attempt *a)
{
	static const char *const less[] = { "block", "highatomic", "CMA" };
	const char *const marks[] = { "boost", "ALLOC_HIGH",
				      walk->alloc_flags & ALLOC_OOM ? "ALLOC_OOM" : "ALLOC_HARDER",
				      "lowmem reserve" };
	const long unusable[] = { -a->block, -a->highatomic, -a->cma };
	const long needed[] = { a->boost, -a->less_high, -a->less_more, a->reserve };

	print_terms(p, "usable: ", "free", a->free, less, unusable, 3);
	print_terms(p, "needed: more than", explain_mark_name(walk->alloc_flags), a->mark, marks,
		    needed, 4);
}

/** What a zone answered in a walk. */
static void print_attempt(const struct story *p, const struct explained_walk *walk,
			  const struct explained_attempt *a)
{
	char zone[48], why[256];

	explain_zone_label(p->e, a->zone, zone, sizeof(zone));
	explain_refusal(p->e, a, walk->alloc_flags, why, sizeof(why));
	if (a->verdict == EXPLAINED_TAKEN && !a->mark_ignored)
		story_say(p, GREEN, 0, "%s: taken; %ld usable, more than %ld needed, %ld above",
			  zone, a->usable, a->needed, a->usable - a->needed);
	else if (a->verdict == EXPLAINED_TAKEN)
		story_say(p, GREEN, 0,
			  "%s: taken although %ld pages are missing: ALLOC_NO_WATERMARKS", zone,
			  a->shortfall);
	else if (a->verdict == EXPLAINED_NOT_REACHED)
		story_say(p, FAINT, 0, "%s %s; it is %ld pages %s its %s watermark", zone, why,
			  a->shortfall ? a->shortfall : a->usable - a->needed,
			  a->shortfall ? "short of" : "above",
			  explain_mark_name(walk->alloc_flags));
	else
		story_say(p, RED, 0, "%s %s", zone, why);
	if (a->verdict == EXPLAINED_NOT_REACHED || a->verdict == EXPLAINED_CPUSET ||
	    a->verdict == EXPLAINED_DIRTY || a->verdict == EXPLAINED_OTHER_NODE)
		return;
	print_arithmetic(p, walk, a);
	if (a->quick)
		story_say(p, PLAIN, 1,
			  "(the quick test for single pages leaves the highatomic reserve out)");
}

/** Did the walk before meet the same, so that it need not be told again? */
static bool as_before(const struct explanation *e, const struct explained_walk *walk)
{
	const struct explained_walk *before = walk - 1;

	if (walk == e->walk || ((before->alloc_flags ^ walk->alloc_flags) & ~ALLOC_NOFRAGMENT) ||
	    before->nr_attempts != walk->nr_attempts)
		return false;
	for (int i = 0; i < walk->nr_attempts; i++)
		if (before->attempt[i].zone != walk->attempt[i].zone ||
		    before->attempt[i].verdict != walk->attempt[i].verdict ||
		    before->attempt[i].usable != walk->attempt[i].usable ||
		    before->attempt[i].needed != walk->attempt[i].needed)
			return false;
	return true;
}

/** A walk: which marks, which flags, and what each zone answered. */
static void print_walk(struct story *p, const struct explained_walk *walk)
{
	char flags[256], more[96];

	explain_flags_text(walk->alloc_flags, flags, sizeof(flags));
	snprintf(more, sizeof(more), ", %s watermark%s", explain_mark_name(walk->alloc_flags),
		 walk->second_pass ? ", second pass: types may be mixed now" : "");
	story_heading(p, 8, more);
	story_say(p, PLAIN, 0, "%s", flags);
	if (walk->nr_attempts && as_before(p->e, walk)) {
		story_say(p, RED, 0, "every zone answers as in the walk before");
		return;
	}
	if (!walk->nr_attempts)
		story_say(p, RED, 0, "no zone may serve this request");
	for (int i = 0; i < walk->nr_attempts; i++)
		print_attempt(p, walk, &walk->attempt[i]);
}

/** One of the kernel's events, as the kernel writes it. */
static void print_event(const struct story *p, const struct explained_step *step)
{
	char text[512];

	explain_event_text(step, text, sizeof(text));
	story_say(p, PLAIN, 0, "%s", text);
}

/** The refill is done: which blocks it took. */
static void print_refilled(struct story *p, long got)
{
	story_say(p, PLAIN, 0, "%ld pages came, from blocks of these orders:", got);
	for (int order = 0; order < EXPLAIN_ORDERS; order++)
		if (p->taken[order])
			story_say(p, PLAIN, 1, "order %d: %lu", order, p->taken[order]);
	p->refilling = false;
}

/** A block leaves its list. */
static void print_block(struct story *p, const int64_t *number)
{
	if (p->refilling) {
		p->taken[number[1]]++;
		return;
	}
	story_heading(p, 11, "");
	if (number[0] == number[1])
		story_say(p, PLAIN, 0, "an order %d block of the %s list fits as it is",
			  (int)number[1], p->e->type_name[number[2]]);
	else
		story_say(p, PLAIN, 0, "an order %d block of the %s list is split %d times",
			  (int)number[1], p->e->type_name[number[2]], (int)(number[1] - number[0]));
}

/** What stages 06, 10 and 11 decided. */
static void print_taking(struct story *p, const struct explained_step *step)
{
	const int64_t *n = step->number;

	switch (step->what) {
	case DECISION_ORDER_TOO_LARGE:
		story_say(p, RED, 0, "no free list holds blocks of order %d", (int)n[0]);
		break;
	case DECISION_CHARGE_REFUSED:
		story_say(p, RED, 0,
			  "the memory cgroup refuses the charge, and the page is freed again");
		break;
	case DECISION_REFILL:
		story_say(p, PLAIN, 0, "the %s list of CPU %d is empty: refill it with %d pages",
			  p->e->type_name[n[1]], p->e->cpu, (int)n[0]);
		memset(p->taken, 0, sizeof(p->taken));
		p->refilling = true;
		break;
	case DECISION_REFILLED:
		print_refilled(p, (long)n[0]);
		break;
	case DECISION_FROM_HIGHATOMIC:
		story_say(p, PLAIN, 0, "it comes from the reserve for urgent high orders");
		break;
	case DECISION_RESERVED:
		story_say(p, PLAIN, 0,
			  "its pageblock is set aside for urgent high orders: %ld pages are now",
			  (long)n[0]);
		break;
	case DECISION_UNRESERVED:
		story_say(p, PLAIN, 0, "a reserved pageblock becomes %s; %ld pages stay reserved",
			  p->e->type_name[n[1]], (long)n[0]);
		break;
	case DECISION_BOOST:
		story_say(p, PLAIN, 0,
			  "types get mixed: the zone's boost goes from %ld to %ld pages",
			  (long)n[0], (long)n[1]);
		break;
	case DECISION_CLAIM:
		story_say(
			p, PLAIN, 0,
			"%d free pages of the %s pageblock go to the %s lists; with %d in use that suit, "
			"its type %s",
			(int)n[0], p->e->type_name[n[3]], p->e->type_name[n[4]], (int)n[1],
			n[2] ? "changes" : "stays");
		break;
	case DECISION_CONVERT:
		story_say(p, PLAIN, 0, "%d whole pageblocks change from %s to %s: nothing is mixed",
			  (int)n[0], p->e->type_name[n[1]], p->e->type_name[n[2]]);
		break;
	}
}

/** What stages 13 to 18 decided. */
static void print_slow(struct story *p, const struct explained_step *step)
{
	static const char *const priorities[] = { "sync, full", "sync, light", "async" };
	const int64_t *n = step->number;
	char flags[256];

	switch (step->what) {
	case DECISION_SLOW_START:
		story_say(p, PLAIN, 0, "settle for the min watermark");
		break;
	case DECISION_RESERVES:
		explain_flags_text((uint32_t)n[0], flags, sizeof(flags));
		story_say(p, PLAIN, 0, "this caller may use reserves: %s", flags);
		break;
	case DECISION_GIVE_UP:
		story_say(p, RED, 0, "it gives up: %s", explain_give_up((int)n[0]));
		break;
	case DECISION_MUST_NOT_FAIL:
		story_say(p, PLAIN, 0,
			  "__GFP_NOFAIL: it must not fail, tries ALLOC_HARDER, and goes on");
		break;
	case DECISION_RECLAIM:
		story_say(p, n[0] ? PLAIN : RED, 0, "pages that direct reclaim freed: %ld",
			  (long)n[0]);
		break;
	case DECISION_COMPACT:
		story_say(p, PLAIN, 0, "compaction (%s): %s%s", priorities[n[0]],
			  p->e->result_name[n[1]], n[2] ? ", and a block was caught" : "");
		break;
	case DECISION_NO_KILL:
		story_say(p, PLAIN, 0, "nobody is killed: %s", explain_no_kill((int)n[0]));
		break;
	case DECISION_OOM:
		story_say(p, n[0] ? PLAIN : RED, 0, "the OOM killer was asked: %s",
			  n[0]		? "memory will come"
			  : p->e->panic ? "there is no process to kill, and the kernel panics"
					: "nothing will come");
		break;
	}
}

/** An event: a few in words, the rest as the kernel writes them. */
static void print_kernel_event(struct story *p, const struct explained_step *step)
{
	const int64_t *n = step->number;

	if (step->what == TRACE_mm_page_alloc_extfrag)
		story_say(p, PLAIN, 0,
			  "the %s lists are empty: an order %d block of the %s list is taken over",
			  p->e->type_name[n[3]], (int)n[2], p->e->type_name[n[4]]);
	else if (step->what == TRACE_mm_vmscan_wakeup_kswapd)
		story_say(p, PLAIN, 0, "kswapd of node %d is woken, for order %d", (int)n[0],
			  (int)n[2]);
	else if (step->what == TRACE_reclaim_retry_zone)
		story_say(p, PLAIN, 0,
			  "node %d %s: free and reclaimable together are %ld; with min %ld that "
			  "would %sdo",
			  (int)n[0], p->e->zone_name[n[1]], (long)n[4], (long)n[5],
			  n[7] ? "" : "not ");
	else
		print_event(p, step);
}

/** One step of the story. */
static void print_step(struct story *p, const struct explained_step *step)
{
	if (step->kind == EXPLAINED_EVENT) {
		story_heading(p, step->stage, "");
		print_kernel_event(p, step);
	} else if (step->what == DECISION_WALK) {
		if (step->walk >= 0)
			print_walk(p, &p->e->walk[step->walk]);
	} else if (step->what == DECISION_BLOCK) {
		print_block(p, step->number);
	} else if (step->stage != 8) {
		story_heading(p, step->stage, "");
		print_taking(p, step);
		print_slow(p, step);
	} else if (step->what == DECISION_NODE_RECLAIM) {
		story_say(p, PLAIN, 0, "reclaim on the node was tried: answer %d",
			  (int)step->number[0]);
	}
}

/** Is this where a round of the slow path begins? */
static bool begins_round(const struct explained_step *step)
{
	return step->kind == EXPLAINED_DECISION && step->what == DECISION_ROUND;
}

/** Tell the steps up to the next round; the text, free() it. */
static char *tell_round(struct story *p, size_t *step)
{
	const struct explanation *e = p->e;
	FILE *out = p->out;
	char *text = NULL;
	size_t size;

	p->out = open_memstream(&text, &size);
	if (!p->out) {
		p->out = out;
		return NULL;
	}
	while (*step < e->nr_steps && !begins_round(&e->step[*step]))
		print_step(p, &e->step[(*step)++]);
	fclose(p->out);
	p->out = out;
	return text;
}

/** The rounds first to last went alike: tell them once. */
static void print_round(const struct story *p, long first, long last, const char *text)
{
	char more[96];

	if (last > first)
		snprintf(more, sizeof(more), ", rounds %ld to %ld, which go alike", first, last);
	else
		snprintf(more, sizeof(more), ", round %ld", first);
	print_heading(p, 13, more);
	fputs(text, p->out);
}

/**
 * @brief Tell the steps: what came before the rounds, then the rounds, those that go alike only once.
 *
 * @param p the story
 */
void story_tell(struct story *p)
{
	long first = 0, last = 0;
	char *told, *next;
	size_t step = 0;

	told = tell_round(p, &step);
	if (told)
		fputs(told, p->out);
	free(told);
	told = NULL;
	while (step < p->e->nr_steps) {
		long round = (long)p->e->step[step++].number[0];

		p->stage = 13;
		next = tell_round(p, &step);
		if (told && next && !strcmp(told, next)) {
			last = round;
			free(next);
			continue;
		}
		if (told)
			print_round(p, first, last, told);
		free(told);
		told = next;
		first = last = round;
	}
	if (told)
		print_round(p, first, last, told);
	free(told);
	if (p->e->steps_lost)
		story_say(p, PLAIN, 0, "(%zu further steps are not kept)", p->e->steps_lost);
}

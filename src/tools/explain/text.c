/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief An explanation as a story to read: one heading a stage, 80 columns, the answer at the end.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_context.h"
#include "gfp.h"
#include "tools/explain/view.h"

/** Width of a line; the answer alone may be longer, since it is one line. */
#define COLUMNS 80

/** Lines of the story are indented by this, what continues them by two more. */
#define INDENT 3

enum ink {
	PLAIN,
	BOLD,
	GREEN,
	RED,
	FAINT
};

/** A story on its way to the reader. */
struct page_of_text {
	const struct explanation *e;
	FILE *out;
	bool colour;
	int stage;				 /**< of the last heading */
	bool refilling;				 /**< blocks are counted, not told one by one */
	unsigned long taken[EXPLAIN_ORDERS + 1]; /**< by the refill: blocks of each order */
};

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

/** Begin or end a colour. */
static const char *ink(const struct page_of_text *p, enum ink ink)
{
	static const char *const codes[] = { "\033[0m", "\033[1m", "\033[32m", "\033[31m",
					     "\033[2m" };

	return p->colour ? codes[ink] : "";
}

/**
 * @brief Print words, broken into lines at blanks and behind the bars of a mask; further lines stand two columns deeper.
 *
 * @param out where to
 * @param indent columns before the first line
 * @param text the words
 */
void explain_print_wrapped(FILE *out, int indent, const char *text)
{
	int column = indent, blank = 0;

	fprintf(out, "%*s", indent, "");
	while (*text) {
		int length = (int)strcspn(text, " |");

		length += text[length] == '|';
		if (column > indent && column + blank + length > COLUMNS) {
			fprintf(out, "\n%*s", indent + 2, "");
			column = indent + 2;
		} else {
			fprintf(out, "%*s", blank, "");
			column += blank;
		}
		fprintf(out, "%.*s", length, text);
		column += length;
		text += length;
		blank = *text == ' ';
		text += strspn(text, " ");
	}
	fputc('\n', out);
}

/** Say something in one colour, at a depth. */
__attribute__((format(printf, 4, 5))) static void say(const struct page_of_text *p, enum ink colour,
						      int depth, const char *format, ...)
{
	char text[EXPLAIN_SENTENCE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (colour != PLAIN)
		fputs(ink(p, colour), p->out);
	explain_print_wrapped(p->out, INDENT + 2 * depth, text);
	if (colour != PLAIN)
		fputs(ink(p, PLAIN), p->out);
}

/** The heading of a stage, unless it is the last one still. */
static void heading(struct page_of_text *p, int stage, const char *more)
{
	if (p->stage == stage && !*more)
		return;
	p->stage = stage;
	fprintf(p->out, "\n%s%02d %s%s%s\n", ink(p, BOLD), stage, doors[stage], ink(p, PLAIN),
		more);
}

/** One side of the check: its terms that are not 0, the first one always. */
static void print_terms(const struct page_of_text *p, const char *side, const char *first,
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
	say(p, FAINT, 1, "%s", text);
}

/** The numbers of a zone's watermark check. */
static void print_arithmetic(const struct page_of_text *p, const struct explained_walk *walk,
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
static void print_attempt(const struct page_of_text *p, const struct explained_walk *walk,
			  const struct explained_attempt *a)
{
	char zone[48], why[256];

	explain_zone_label(p->e, a->zone, zone, sizeof(zone));
	explain_refusal(p->e, a, walk->alloc_flags, why, sizeof(why));
	if (a->verdict == EXPLAINED_TAKEN && !a->mark_ignored)
		say(p, GREEN, 0, "%s: taken; %ld usable, more than %ld needed, %ld above", zone,
		    a->usable, a->needed, a->usable - a->needed);
	else if (a->verdict == EXPLAINED_TAKEN)
		say(p, GREEN, 0, "%s: taken although %ld pages are missing: ALLOC_NO_WATERMARKS",
		    zone, a->shortfall);
	else if (a->verdict == EXPLAINED_NOT_REACHED)
		say(p, FAINT, 0, "%s %s; it is %ld pages %s its %s watermark", zone, why,
		    a->shortfall ? a->shortfall : a->usable - a->needed,
		    a->shortfall ? "short of" : "above", explain_mark_name(walk->alloc_flags));
	else
		say(p, RED, 0, "%s %s", zone, why);
	if (a->verdict == EXPLAINED_NOT_REACHED || a->verdict == EXPLAINED_CPUSET ||
	    a->verdict == EXPLAINED_DIRTY || a->verdict == EXPLAINED_OTHER_NODE)
		return;
	print_arithmetic(p, walk, a);
	if (a->quick)
		say(p, PLAIN, 1,
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
static void print_walk(struct page_of_text *p, const struct explained_walk *walk)
{
	char flags[256], more[96];

	explain_flags_text(walk->alloc_flags, flags, sizeof(flags));
	snprintf(more, sizeof(more), ", %s watermark%s", explain_mark_name(walk->alloc_flags),
		 walk->second_pass ? ", second pass: types may be mixed now" : "");
	heading(p, 8, more);
	say(p, PLAIN, 0, "%s", flags);
	if (walk->nr_attempts && as_before(p->e, walk)) {
		say(p, RED, 0, "every zone answers as in the walk before");
		return;
	}
	if (!walk->nr_attempts)
		say(p, RED, 0, "no zone may serve this request");
	for (int i = 0; i < walk->nr_attempts; i++)
		print_attempt(p, walk, &walk->attempt[i]);
}

/** One of the kernel's events, as the kernel writes it. */
static void print_event(const struct page_of_text *p, const struct explained_step *step)
{
	struct trace_event event = { .id = (enum trace_event_id)step->what };
	const struct pageflow_event shown = { .inner = &event };
	char text[512];

	for (int i = 0; i < MAX_TRACE_FIELDS; i++)
		event.field[i] = step->number[i];
	pageflow_event_text(&shown, text, sizeof(text));
	say(p, PLAIN, 0, "%s", text);
}

/** The refill is done: which blocks it took. */
static void print_refilled(struct page_of_text *p, long got)
{
	say(p, PLAIN, 0, "%ld pages came, from blocks of these orders:", got);
	for (int order = 0; order < EXPLAIN_ORDERS; order++)
		if (p->taken[order])
			say(p, PLAIN, 1, "order %d: %lu", order, p->taken[order]);
	p->refilling = false;
}

/** A block leaves its list. */
static void print_block(struct page_of_text *p, const int64_t *number)
{
	if (p->refilling) {
		p->taken[number[1]]++;
		return;
	}
	heading(p, 11, "");
	if (number[0] == number[1])
		say(p, PLAIN, 0, "an order %d block of the %s list fits as it is", (int)number[1],
		    p->e->type_name[number[2]]);
	else
		say(p, PLAIN, 0, "an order %d block of the %s list is split %d times",
		    (int)number[1], p->e->type_name[number[2]], (int)(number[1] - number[0]));
}

/** What stages 06, 10 and 11 decided. */
static void print_taking(struct page_of_text *p, const struct explained_step *step)
{
	const int64_t *n = step->number;

	switch (step->what) {
	case DECISION_ORDER_TOO_LARGE:
		say(p, RED, 0, "no free list holds blocks of order %d", (int)n[0]);
		break;
	case DECISION_CHARGE_REFUSED:
		say(p, RED, 0, "the memory cgroup refuses the charge, and the page is freed again");
		break;
	case DECISION_REFILL:
		say(p, PLAIN, 0, "the %s list of CPU %d is empty: refill it with %d pages",
		    p->e->type_name[n[1]], p->e->cpu, (int)n[0]);
		memset(p->taken, 0, sizeof(p->taken));
		p->refilling = true;
		break;
	case DECISION_REFILLED:
		print_refilled(p, (long)n[0]);
		break;
	case DECISION_FROM_HIGHATOMIC:
		say(p, PLAIN, 0, "it comes from the reserve for urgent high orders");
		break;
	case DECISION_RESERVED:
		say(p, PLAIN, 0,
		    "its pageblock is set aside for urgent high orders: %ld pages are now",
		    (long)n[0]);
		break;
	case DECISION_UNRESERVED:
		say(p, PLAIN, 0, "a reserved pageblock becomes %s; %ld pages stay reserved",
		    p->e->type_name[n[1]], (long)n[0]);
		break;
	case DECISION_BOOST:
		say(p, PLAIN, 0, "types get mixed: the zone's boost goes from %ld to %ld pages",
		    (long)n[0], (long)n[1]);
		break;
	case DECISION_CLAIM:
		say(p, PLAIN, 0,
		    "%d free pages of the %s pageblock go to the %s lists; with %d in use that suit, "
		    "its type %s",
		    (int)n[0], p->e->type_name[n[3]], p->e->type_name[n[4]], (int)n[1],
		    n[2] ? "changes" : "stays");
		break;
	case DECISION_CONVERT:
		say(p, PLAIN, 0, "%d whole pageblocks change from %s to %s: nothing is mixed",
		    (int)n[0], p->e->type_name[n[1]], p->e->type_name[n[2]]);
		break;
	}
}

/** What stages 13 to 18 decided. */
static void print_slow(struct page_of_text *p, const struct explained_step *step)
{
	static const char *const priorities[] = { "sync, full", "sync, light", "async" };
	const int64_t *n = step->number;
	char flags[256];

	switch (step->what) {
	case DECISION_SLOW_START:
		say(p, PLAIN, 0, "settle for the min watermark");
		break;
	case DECISION_RESERVES:
		explain_flags_text((uint32_t)n[0], flags, sizeof(flags));
		say(p, PLAIN, 0, "this caller may use reserves: %s", flags);
		break;
	case DECISION_GIVE_UP:
		say(p, RED, 0, "it gives up: %s", explain_give_up((int)n[0]));
		break;
	case DECISION_MUST_NOT_FAIL:
		say(p, PLAIN, 0, "__GFP_NOFAIL: it must not fail, tries ALLOC_HARDER, and goes on");
		break;
	case DECISION_RECLAIM:
		say(p, n[0] ? PLAIN : RED, 0, "pages that direct reclaim freed: %ld", (long)n[0]);
		break;
	case DECISION_COMPACT:
		say(p, PLAIN, 0, "compaction (%s): %s%s", priorities[n[0]], p->e->result_name[n[1]],
		    n[2] ? ", and a block was caught" : "");
		break;
	case DECISION_NO_KILL:
		say(p, PLAIN, 0, "nobody is killed: %s", explain_no_kill((int)n[0]));
		break;
	case DECISION_OOM:
		say(p, n[0] ? PLAIN : RED, 0, "the OOM killer was asked: %s",
		    n[0]	  ? "memory will come"
		    : p->e->panic ? "there is no process to kill, and the kernel panics"
				  : "nothing will come");
		break;
	}
}

/** An event: a few in words, the rest as the kernel writes them. */
static void print_kernel_event(struct page_of_text *p, const struct explained_step *step)
{
	const int64_t *n = step->number;

	if (step->what == TRACE_mm_page_alloc_extfrag)
		say(p, PLAIN, 0,
		    "the %s lists are empty: an order %d block of the %s list is taken over",
		    p->e->type_name[n[3]], (int)n[2], p->e->type_name[n[4]]);
	else if (step->what == TRACE_mm_vmscan_wakeup_kswapd)
		say(p, PLAIN, 0, "kswapd of node %d is woken, for order %d", (int)n[0], (int)n[2]);
	else if (step->what == TRACE_reclaim_retry_zone)
		say(p, PLAIN, 0,
		    "node %d %s: free and reclaimable together are %ld; with min %ld that "
		    "would %sdo",
		    (int)n[0], p->e->zone_name[n[1]], (long)n[4], (long)n[5], n[7] ? "" : "not ");
	else
		print_event(p, step);
}

/** One step of the story. */
static void print_step(struct page_of_text *p, const struct explained_step *step)
{
	if (step->kind == EXPLAINED_EVENT) {
		heading(p, step->stage, "");
		print_kernel_event(p, step);
	} else if (step->what == DECISION_WALK) {
		if (step->walk >= 0)
			print_walk(p, &p->e->walk[step->walk]);
	} else if (step->what == DECISION_BLOCK) {
		print_block(p, step->number);
	} else if (step->stage != 8) {
		heading(p, step->stage, "");
		print_taking(p, step);
		print_slow(p, step);
	} else if (step->what == DECISION_NODE_RECLAIM) {
		say(p, PLAIN, 0, "reclaim on the node was tried: answer %d", (int)step->number[0]);
	}
}

/** Is this where a round of the slow path begins? */
static bool begins_round(const struct explained_step *step)
{
	return step->kind == EXPLAINED_DECISION && step->what == DECISION_ROUND;
}

/** Tell the steps up to the next round; the text, free() it. */
static char *tell_round(struct page_of_text *p, size_t *step)
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
static void print_round(const struct page_of_text *p, long first, long last, const char *text)
{
	if (last > first)
		fprintf(p->out, "\n%s13 %s%s, rounds %ld to %ld, which go alike\n", ink(p, BOLD),
			doors[13], ink(p, PLAIN), first, last);
	else
		fprintf(p->out, "\n%s13 %s%s, round %ld\n", ink(p, BOLD), doors[13], ink(p, PLAIN),
			first);
	fputs(text, p->out);
}

/** The story: what came before the rounds, then the rounds, those that go alike only once. */
static void print_story(struct page_of_text *p)
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
		say(p, PLAIN, 0, "(%zu further steps are not kept)", p->e->steps_lost);
}

/** What was asked for, and of which machine. */
static void print_request(const struct page_of_text *p, const struct explain_origin *origin)
{
	const struct explanation *e = p->e;
	char mask[512], line[768];

	pageflow_gfp_text(e->request.gfp, mask, sizeof(mask));
	snprintf(line, sizeof(line), "%s (%#x), order %u", mask, e->request.gfp, e->request.order);
	fputs(ink(p, BOLD), p->out);
	explain_print_wrapped(p->out, 0, line);
	fputs(ink(p, PLAIN), p->out);
	snprintf(line, sizeof(line), "on %s: %s, %d CPU%s%s", origin->machine,
		 strcmp(e->configuration, "uma") ? "NUMA" : "no NUMA", e->nr_cpus,
		 e->nr_cpus == 1 ? "" : "s",
		 e->request.nothing_helps && !origin->live
			 ? "; reclaim and compaction achieve nothing, nobody is killed"
			 : "");
	explain_print_wrapped(p->out, 0, line);
	for (int i = 0; origin->assumed[i]; i++) {
		snprintf(line, sizeof(line), "assumed: %s", origin->assumed[i]);
		explain_print_wrapped(p->out, 0, line);
	}
}

/** The zones as they are before the request. */
static void print_zones(const struct page_of_text *p)
{
	const struct explanation *e = p->e;
	char zone[48];

	fprintf(p->out, "\n%-14s%9s%8s%8s%8s%8s%8s%8s%9s\n", "zone, pages", "free", "min", "low",
		"high", "boost", "CMA", "urgent", "CPU list");
	for (int i = 0; i < e->nr_zones; i++) {
		const struct explained_zone *z = &e->zone[i];

		fprintf(p->out, "%-14s%9lu%8lu%8lu%8lu%8lu%8lu%8lu%9lu\n",
			explain_zone_label(e, i, zone, sizeof(zone)), z->free, z->mark[0],
			z->mark[1], z->mark[2], z->boost, z->free_cma, z->highatomic, z->pcp);
	}
}

/** What the mask means: stages 06 and 07. */
static void print_context(struct page_of_text *p)
{
	const struct explanation *e = p->e;
	const struct explained_walk *walk = e->nr_walks ? &e->walk[0] : NULL;
	char zones[512] = "", zone[48], mask[512];
	size_t length = 0;

	heading(p, 6, "");
	pageflow_gfp_text(e->mask, mask, sizeof(mask));
	if (e->mask != e->request.gfp)
		say(p, PLAIN, 0, "what is not allowed yet is taken out of the mask: %s", mask);
	if (e->request.order < EXPLAIN_ORDERS)
		say(p, PLAIN, 0, "%lu page%s, %lu KiB; the first attempt is at the low watermark",
		    1ul << e->request.order, e->request.order ? "s" : "", 4ul << e->request.order);
	if (!walk)
		return;
	heading(p, 7, "");
	for (int i = 0; i < walk->nr_attempts && length < sizeof(zones); i++)
		length += (size_t)snprintf(
			zones + length, sizeof(zones) - length, "%s%s", i ? ", " : "",
			explain_zone_label(e, walk->attempt[i].zone, zone, sizeof(zone)));
	say(p, PLAIN, 0, "zones up to %s, in the order of trying: %s",
	    e->zone_name[walk->highest_zone], walk->nr_attempts ? zones : "none");
	say(p, PLAIN, 0, "lists: %s", e->type_name[walk->migratetype]);
	if (walk->alloc_flags & ALLOC_NOFRAGMENT)
		say(p, PLAIN, 0,
		    "ALLOC_NOFRAGMENT: rather another zone than mixing types in this one");
}

/** A count and what it counts, if it is not 0. */
static void add_cost(char *text, size_t size, unsigned long count, const char *noun,
		     const char *rest)
{
	size_t length = strlen(text);

	if (count)
		snprintf(text + length, size - length, "%s%lu %s%s%s", length ? ", " : "", count,
			 noun, count == 1 ? "" : "s", rest);
}

/** What it cost, in one line. */
static void print_cost(const struct page_of_text *p)
{
	const struct explained_cost *c = &p->e->cost;
	char text[768] = "";

	add_cost(text, sizeof(text), c->walks, "walk", " over the zones");
	add_cost(text, sizeof(text), c->rounds, "round", " of the slow path");
	add_cost(text, sizeof(text), c->splits, "split", "");
	add_cost(text, sizeof(text), c->refilled_pages, "page", " refilled");
	add_cost(text, sizeof(text), c->steals, "block", " taken from other types");
	add_cost(text, sizeof(text), c->converted_pageblocks, "pageblock", " converted");
	add_cost(text, sizeof(text), c->boosts, "watermark boost", "");
	add_cost(text, sizeof(text), c->kswapd_wakes, "wake-up", " of kswapd");
	add_cost(text, sizeof(text), c->reclaims, "run", " of direct reclaim");
	add_cost(text, sizeof(text), c->reclaimed_pages, "page", " reclaimed");
	add_cost(text, sizeof(text), c->compactions, "compaction", "");
	add_cost(text, sizeof(text), c->kills, "OOM kill", "");
	add_cost(text, sizeof(text), c->ticks, "tick", " slept");
	fprintf(p->out, "\n%scost%s\n", ink(p, BOLD), ink(p, PLAIN));
	say(p, PLAIN, 0, "%s", *text ? text : "nothing");
}

/** The page came: from where, and what is done to it. */
static void print_page(struct page_of_text *p)
{
	const struct explanation *e = p->e;
	char source[256];

	explain_source_text(e, source, sizeof(source));
	if (e->source == EXPLAINED_FROM_CPU_LIST) {
		heading(p, 10, "");
		say(p, PLAIN, 0, "a single page, %s", source);
	}
	heading(p, 12, "");
	say(p, PLAIN, 0, "page %#llx is handed out with one reference%s%s",
	    (unsigned long long)e->pfn, e->mask & __GFP_ZERO ? ", zeroed" : "",
	    e->request.order && e->mask & __GFP_COMP ? ", as a compound page" : "");
}

/**
 * @brief Print an explanation as text.
 *
 * @param e the explanation
 * @param origin where the machine came from
 * @param out receives the text
 * @param colour for a terminal
 */
void explain_print_text(const struct explanation *e, const struct explain_origin *origin, FILE *out,
			bool colour)
{
	struct page_of_text page = { .e = e, .out = out, .colour = colour };
	char answer[EXPLAIN_SENTENCE];

	print_request(&page, origin);
	print_zones(&page);
	print_context(&page);
	print_story(&page);
	if (e->found)
		print_page(&page);
	print_cost(&page);
	explain_answer(e, origin, answer, sizeof(answer));
	fprintf(out, "\n%sanswer: %s%s\n", ink(&page, e->found ? GREEN : RED), answer,
		ink(&page, PLAIN));
}

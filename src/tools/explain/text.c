/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief An explanation as text: what was asked, the zones, the story of the request, its cost, the answer at the end.
 */
#include <string.h>

#include "alloc_context.h"
#include "gfp.h"
#include "text/wrap.h"
#include "tools/explain/log.h"
#include "tools/explain/story.h"

/** What was asked for, and of which machine. */
static void print_request(const struct story *p, const struct explain_origin *origin)
{
	const struct explanation *e = p->e;
	char mask[512], line[768];

	pageflow_gfp_text(e->request.gfp, mask, sizeof(mask));
	snprintf(line, sizeof(line), "%s (%#x), order %u", mask, e->request.gfp, e->request.order);
	fputs(ink_code(p->colour, BOLD), p->out);
	wrap_words(p->out, p->columns, 0, 2, line);
	fputs(ink_code(p->colour, PLAIN), p->out);
	snprintf(line, sizeof(line), "on %s: %s, %d CPU%s%s", origin->machine,
		 strcmp(e->configuration, "uma") ? "NUMA" : "no NUMA", e->nr_cpus,
		 e->nr_cpus == 1 ? "" : "s",
		 e->request.nothing_helps && !origin->live
			 ? "; reclaim and compaction achieve nothing, nobody is killed"
			 : "");
	wrap_words(p->out, p->columns, 0, 2, line);
	for (int i = 0; origin->assumed[i]; i++) {
		snprintf(line, sizeof(line), "assumed: %s", origin->assumed[i]);
		wrap_words(p->out, p->columns, 0, 2, line);
	}
}

/** Columns of the table of zones: the zone and the first and last figure, and each figure between them. */
#define ZONE_COLUMNS   14
#define END_COLUMNS    9
#define FIGURE_COLUMNS 8

/** The figures of a zone; each has a column of this name. */
static const char *const zone_figures[] = { "free",  "min", "low",    "high",
					    "boost", "CMA", "urgent", "CPU list" };

#define NR_FIGURES ((int)(sizeof(zone_figures) / sizeof(zone_figures[0])))

/** How wide a column of the table is. */
static int figure_columns(int figure)
{
	return figure && figure < NR_FIGURES - 1 ? FIGURE_COLUMNS : END_COLUMNS;
}

/** The zones as they are before the request: a table, or a sentence for each where a line is too short for that. */
static void print_zones(const struct story *p)
{
	const struct explanation *e = p->e;
	bool table =
		p->columns >= ZONE_COLUMNS + 2 * END_COLUMNS + (NR_FIGURES - 2) * FIGURE_COLUMNS;
	char zone[48], line[256];

	fprintf(p->out, "\n%-*s", table ? ZONE_COLUMNS : 0, "zone, pages");
	for (int k = 0; table && k < NR_FIGURES; k++)
		fprintf(p->out, "%*s", figure_columns(k), zone_figures[k]);
	fputc('\n', p->out);
	for (int i = 0; i < e->nr_zones; i++) {
		const struct explained_zone *z = &e->zone[i];
		const unsigned long figures[] = { z->free,  z->mark[0],	 z->mark[1],	z->mark[2],
						  z->boost, z->free_cma, z->highatomic, z->pcp };

		explain_zone_label(e, i, zone, sizeof(zone));
		snprintf(line, sizeof(line), table ? "%-*s" : "%-*s:", table ? ZONE_COLUMNS : 0,
			 zone);
		for (int k = 0; k < NR_FIGURES; k++)
			if (table)
				text_append(line, sizeof(line), "%*lu", figure_columns(k),
					    figures[k]);
			else
				text_append(line, sizeof(line), "%s %s %lu", k ? "," : "",
					    zone_figures[k], figures[k]);
		if (table)
			fprintf(p->out, "%s\n", line);
		else
			wrap_words(p->out, p->columns, 0, 2, line);
	}
}

/** What the mask means: stages 06 and 07. */
static void print_context(struct story *p)
{
	const struct explanation *e = p->e;
	const struct explained_walk *walk = e->nr_walks ? &e->walk[0] : NULL;
	char zones[512] = "", zone[48], mask[512];
	size_t length = 0;

	story_heading(p, 6, "");
	pageflow_gfp_text(e->mask, mask, sizeof(mask));
	if (e->mask != e->request.gfp)
		story_say(p, PLAIN, 0, "what is not allowed yet is taken out of the mask: %s",
			  mask);
	if (e->request.order < EXPLAIN_ORDERS)
		story_say(p, PLAIN, 0,
			  "%lu page%s, %lu KiB; the first attempt is at the low watermark",
			  1ul << e->request.order, e->request.order ? "s" : "",
			  4ul << e->request.order);
	if (!walk)
		return;
	story_heading(p, 7, "");
	for (int i = 0; i < walk->nr_attempts && length < sizeof(zones); i++)
		length += (size_t)snprintf(
			zones + length, sizeof(zones) - length, "%s%s", i ? ", " : "",
			explain_zone_label(e, walk->attempt[i].zone, zone, sizeof(zone)));
	story_say(p, PLAIN, 0, "zones up to %s, in the order of trying: %s",
		  e->zone_name[walk->highest_zone], walk->nr_attempts ? zones : "none");
	story_say(p, PLAIN, 0, "lists: %s", e->type_name[walk->migratetype]);
	if (walk->alloc_flags & ALLOC_NOFRAGMENT)
		story_say(p, PLAIN, 0,
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
static void print_cost(const struct story *p)
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
	fprintf(p->out, "\n%scost%s\n", ink_code(p->colour, BOLD), ink_code(p->colour, PLAIN));
	story_say(p, PLAIN, 0, "%s", *text ? text : "nothing");
}

/** The page came: from where, and what is done to it. */
static void print_page(struct story *p)
{
	const struct explanation *e = p->e;
	char source[256];

	explain_source_text(e, source, sizeof(source));
	if (e->source == EXPLAINED_FROM_CPU_LIST) {
		story_heading(p, 10, "");
		story_say(p, PLAIN, 0, "a single page, %s", source);
	}
	story_heading(p, 12, "");
	story_say(p, PLAIN, 0, "page %#llx is handed out with one reference%s%s",
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
	struct story story = { .e = e, .out = out, .colour = colour, .columns = wrap_columns(out) };
	char answer[EXPLAIN_SENTENCE];

	print_request(&story, origin);
	print_zones(&story);
	print_context(&story);
	story_tell(&story);
	if (e->found)
		print_page(&story);
	print_cost(&story);
	explain_answer(e, origin, answer, sizeof(answer));
	if (origin->by_rules) {
		story_say(&story, PLAIN, 0, "by 5.8.18: %s", answer);
		log_print_by_rules(origin->by_rules, out, colour);
		return;
	}
	print_answer_line(out, colour, e->found ? GREEN : RED, answer);
}

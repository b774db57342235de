/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief An explanation as JSON, version 1. docs/explain.rst lists the keys.
 */
#include "tools/explain/view.h"
#include "tools/tools.h"

/** Version of the keys. */
#define VERSION 1

/** A list of numbers. */
static void print_numbers(FILE *out, const unsigned long *number, int count)
{
	fputc('[', out);
	for (int i = 0; i < count; i++)
		fprintf(out, "%s%lu", i ? ", " : "", number[i]);
	fputc(']', out);
}

static const char *boolean(bool value)
{
	return value ? "true" : "false";
}

/** A key and a text. */
static void print_text(FILE *out, const char *key, const char *text)
{
	fprintf(out, "\"%s\": ", key);
	json_string(out, text);
}

static void print_request(const struct explanation *e, FILE *out)
{
	char mask[512];

	pageflow_gfp_text(e->request.gfp, mask, sizeof(mask));
	fprintf(out, "  \"request\": {");
	print_text(out, "gfp", mask);
	fprintf(out, ", \"mask\": %u, \"order\": %u, \"node\": ", e->request.gfp, e->request.order);
	if (e->request.nid >= 0)
		fprintf(out, "%d},\n", e->request.nid);
	else
		fprintf(out, "null},\n");
}

static void print_zone(const struct explanation *e, int zone, FILE *out)
{
	const struct explained_zone *z = &e->zone[zone];

	fprintf(out,
		"    {\"node\": %d, \"zone\": \"%s\", \"on_zonelist\": %s, \"managed\": %lu, "
		"\"present\": %lu,\n",
		z->nid, z->name, boolean(z->on_zonelist), z->managed, z->present);
	fprintf(out,
		"     \"free\": %lu, \"free_cma\": %lu, \"highatomic\": %lu, \"boost\": %lu, "
		"\"min\": %lu, \"low\": %lu, \"high\": %lu,\n",
		z->free, z->free_cma, z->highatomic, z->boost, z->mark[0], z->mark[1], z->mark[2]);
	fprintf(out, "     \"cpu_list\": %lu, \"batch\": %lu, \"lowmem_reserve\": ", z->pcp,
		z->pcp_batch);
	print_numbers(out, z->reserve, EXPLAIN_TIERS);
	fprintf(out, ",\n     \"blocks\": {");
	for (int type = 0; type < EXPLAIN_TYPES; type++) {
		unsigned long blocks[EXPLAIN_ORDERS];

		for (int order = 0; order < EXPLAIN_ORDERS; order++)
			blocks[order] = z->blocks[order][type];
		fprintf(out, "%s\"%s\": ", type ? ", " : "", e->type_name[type]);
		print_numbers(out, blocks, EXPLAIN_ORDERS);
	}
	fprintf(out, "}}%s\n", zone + 1 < e->nr_zones ? "," : "");
}

static void print_machine(const struct explanation *e, const struct explain_origin *origin,
			  FILE *out)
{
	fprintf(out, "  \"machine\": {");
	print_text(out, "from", origin->machine);
	fprintf(out,
		", \"live\": %s, \"configuration\": \"%s\", \"cpus\": %d, \"reclaim\": %s, "
		"\"assumed\": [",
		boolean(origin->live), e->configuration, e->nr_cpus,
		boolean(!e->request.nothing_helps));
	for (int i = 0; origin->assumed[i]; i++) {
		fputs(i ? ", " : "", out);
		json_string(out, origin->assumed[i]);
	}
	fprintf(out, "]},\n  \"zones\": [\n");
	for (int i = 0; i < e->nr_zones; i++)
		print_zone(e, i, out);
	fprintf(out, "  ],\n");
}

/**
 * @brief The numbers of an attempt on a zone, as members of an object.
 *
 * @param a the attempt
 * @param out where to
 */
void explain_json_attempt(const struct explained_attempt *a, FILE *out)
{
	fprintf(out,
		"\"verdict\": \"%s\", \"mark_ignored\": %s, \"free\": %ld, "
		"\"block\": %ld, \"highatomic\": %ld, \"cma\": %ld, \"usable\": %ld,\n",
		explain_verdict_word(a->verdict), boolean(a->mark_ignored), a->free, a->block,
		a->highatomic, a->cma, a->usable);
	fprintf(out,
		"       \"mark\": %ld, \"boost\": %ld, \"less_high\": %ld, \"less_harder\": %ld, "
		"\"lowmem_reserve\": %ld, \"needed\": %ld,\n",
		a->mark, a->boost, a->less_high, a->less_more, a->reserve, a->needed);
	fprintf(out, "       \"shortfall\": %ld, \"passes\": %s, \"quick\": %s", a->shortfall,
		boolean(a->passes), boolean(a->quick));
}

static void print_attempt(const struct explained_attempt *a, bool last, FILE *out)
{
	fprintf(out, "      {\"zone\": %d, ", a->zone);
	explain_json_attempt(a, out);
	fprintf(out, "}%s\n", last ? "" : ",");
}

static void print_walks(const struct explanation *e, FILE *out)
{
	fprintf(out, "  \"walks\": [\n");
	for (size_t w = 0; w < e->nr_walks; w++) {
		const struct explained_walk *walk = &e->walk[w];
		char flags[256];

		explain_flags_text(walk->alloc_flags, flags, sizeof(flags));
		fprintf(out,
			"    {\"stage\": %d, \"round\": %lu, \"second_pass\": %s, "
			"\"watermark\": \"%s\", \"alloc_flags\": \"%s\", \"mask\": %u, "
			"\"migratetype\": \"%s\", \"attempts\": [\n",
			walk->stage, walk->round, boolean(walk->second_pass),
			explain_mark_name(walk->alloc_flags), flags, walk->gfp,
			e->type_name[walk->migratetype]);
		for (int i = 0; i < walk->nr_attempts; i++)
			print_attempt(&walk->attempt[i], i + 1 == walk->nr_attempts, out);
		fprintf(out, "    ]}%s\n", w + 1 < e->nr_walks ? "," : "");
	}
	fprintf(out, "  ],\n  \"walks_lost\": %zu,\n", e->walks_lost);
}

/** A place in a list; null: none. */
static void print_place(FILE *out, const char *key, int place)
{
	if (place < 0)
		fprintf(out, ", \"%s\": null", key);
	else
		fprintf(out, ", \"%s\": %d", key, place);
}

static void print_step(const struct explained_step *step, FILE *out)
{
	struct trace_event event = { .id = (enum trace_event_id)step->what };
	const struct pageflow_event shown = { .inner = &event };
	char text[512];

	fprintf(out, "    {\"stage\": %d, ", step->stage);
	if (step->kind == EXPLAINED_EVENT) {
		for (int i = 0; i < MAX_TRACE_FIELDS; i++)
			event.field[i] = step->number[i];
		pageflow_event_text(&shown, text, sizeof(text));
		print_text(out, "event", text);
	} else {
		print_text(out, "decision", explain_decision_word(step->what));
		print_place(out, "zone", step->zone);
		print_place(out, "walk", step->walk);
		fprintf(out, ", \"numbers\": [");
		for (int i = 0; i < MAX_DECISION_NUMBERS; i++)
			fprintf(out, "%s%lld", i ? ", " : "", (long long)step->number[i]);
		fputc(']', out);
	}
	fputc('}', out);
}

static void print_steps(const struct explanation *e, FILE *out)
{
	fprintf(out, "  \"steps\": [\n");
	for (size_t i = 0; i < e->nr_steps; i++) {
		print_step(&e->step[i], out);
		fputs(i + 1 < e->nr_steps ? ",\n" : "\n", out);
	}
	fprintf(out, "  ],\n  \"steps_lost\": %zu,\n", e->steps_lost);
}

static void print_cost(const struct explained_cost *c, FILE *out)
{
	fprintf(out,
		"  \"cost\": {\"walks\": %lu, \"rounds\": %lu, \"splits\": %lu, \"refills\": %lu, "
		"\"refilled_pages\": %lu, \"steals\": %lu, \"converted_pageblocks\": %lu,\n",
		c->walks, c->rounds, c->splits, c->refills, c->refilled_pages, c->steals,
		c->converted_pageblocks);
	fprintf(out,
		"    \"boosts\": %lu, \"kswapd_wakes\": %lu, \"reclaims\": %lu, "
		"\"reclaimed_pages\": %lu, \"compactions\": %lu, \"kills\": %lu, "
		"\"ticks\": %lu},\n",
		c->boosts, c->kswapd_wakes, c->reclaims, c->reclaimed_pages, c->compactions,
		c->kills, c->ticks);
}

/** The page, or null. */
static void print_page(const struct explanation *e, FILE *out)
{
	static const char *const sources[] = {
		[EXPLAINED_FROM_NOWHERE] = "",		 [EXPLAINED_FROM_CPU_LIST] = "cpu_list",
		[EXPLAINED_FROM_REFILL] = "refill",	 [EXPLAINED_FROM_BUDDY] = "buddy",
		[EXPLAINED_FROM_RESERVE] = "highatomic", [EXPLAINED_FROM_COMPACTION] = "compaction",
	};

	fprintf(out, "  \"found\": %s,\n  \"page\": ", boolean(e->found));
	if (!e->found) {
		fprintf(out, "null,\n");
		return;
	}
	fprintf(out, "{\"pfn\": %llu, \"zone\": %d, \"source\": \"%s\", \"list\": ",
		(unsigned long long)e->pfn, e->page_zone, sources[e->source]);
	if (e->list_type >= 0)
		fprintf(out, "\"%s\", \"list_order\": %d},\n", e->type_name[e->list_type],
			e->list_order);
	else
		fprintf(out, "null, \"list_order\": null},\n");
}

/** Of each zone that refused, the attempt that came closest. */
static void print_refusals(const struct explanation *e, FILE *out)
{
	const char *before = "";

	fprintf(out, "  \"refusals\": [");
	for (int i = 0; i < e->nr_zones; i++) {
		const struct explained_attempt *a = e->closest[i];
		char why[256];

		if (!a)
			continue;
		explain_refusal(e, a, e->closest_walk[i]->alloc_flags, why, sizeof(why));
		fprintf(out,
			"%s\n    {\"zone\": %d, \"walk\": %d, \"verdict\": \"%s\", "
			"\"shortfall\": %ld, ",
			before, i, (int)(e->closest_walk[i] - e->walk),
			explain_verdict_word(a->verdict), a->shortfall);
		print_text(out, "why", why);
		fputc('}', out);
		before = ",";
	}
	fprintf(out, "%s],\n", *before ? "\n  " : "");
}

/**
 * @brief Print an explanation as JSON.
 *
 * @param e the explanation
 * @param origin where the machine came from
 * @param out receives the text
 */
void explain_print_json(const struct explanation *e, const struct explain_origin *origin, FILE *out)
{
	char answer[EXPLAIN_SENTENCE];

	fprintf(out, "{\n  \"version\": %d,\n", VERSION);
	print_request(e, out);
	print_machine(e, origin, out);
	print_walks(e, out);
	print_steps(e, out);
	print_cost(&e->cost, out);
	print_page(e, out);
	print_refusals(e, out);
	fprintf(out, "  \"charge_refused\": %s,\n  \"panic\": %s,\n  ", boolean(e->charge_refused),
		boolean(e->panic));
	print_text(out, "gives_up", e->give_up >= 0 ? explain_give_up(e->give_up) : "");
	fprintf(out, ",\n  ");
	print_text(out, "livelock", e->livelock);
	explain_answer(e, origin, answer, sizeof(answer));
	fprintf(out, ",\n  ");
	print_text(out, "answer", answer);
	fprintf(out, "\n}\n");
}
